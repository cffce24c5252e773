//! What a phone says of itself: the status line, and notices that nobody asked for.
//!
//! Numbers come from acknowledgements alone. Notices follow from numbers, the last attempts and the best time by one
//! table, [`due`], most urgent first; their words stand in `gewu-words`.

use gewu_store::StatusCounts;
use gewu_words::{ErrorCode, Notice, NoticeCode, notice};
use serde::Serialize;

use crate::device::{Device, Inner, relaxed};
use crate::error::DeviceError;
use crate::rescue::Rescue;

/// A phone that has not heard its hub for so long says so.
const NO_CONTACT_S: i64 = 3 * 3_600;
/// A grant that runs out within this time is worth a notice. The hub renews one of thirty days after ten, so this one
/// has not been renewed for more than two weeks.
const EXPIRING_S: i64 = 7 * 86_400;
/// So long a copied store is told.
const COPIED_S: i64 = 14 * 86_400;
/// For so long a phone says that its store was damaged and another stands in its place.
const RESCUED_S: i64 = 7 * 86_400;
const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;
/// Name of what is kept of the last sync.
pub(crate) const TROUBLE: &str = "trouble";

/// What the status line tells; derived from acknowledgements alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether somebody is enrolled.
    pub enrolled: bool,
    /// Acts that are only on this phone.
    pub unsent: u64,
    /// Acts that the hub has and has not confirmed.
    pub sent: u64,
    /// Acts that the hub refused.
    pub refused: u64,
    /// Entries set apart.
    pub quarantined: u64,
    /// Acts held.
    pub acts: u64,
    /// Cases held.
    pub cases: u64,
    /// Unix seconds by the hub's clock: any answer of the hub.
    pub last_contact_s: Option<i64>,
    /// Unix seconds by the hub's clock: the end of the last sync that moved all there was, up and down.
    pub last_confirmed_s: Option<i64>,
    /// Unix seconds.
    pub grant_expires_s: Option<i64>,
    /// What the person should know, most urgent first.
    pub notices: Vec<Notice>,
}

/// What the last attempts ended with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// Of the last sync, where it is worth a notice.
    pub sync: Option<ErrorCode>,
    /// What was to be saved last found no room.
    pub full: bool,
}

impl Trouble {
    /// As it was kept.
    pub fn load(kept: Option<&[u8]>) -> Self {
        let name = kept.and_then(|kept| std::str::from_utf8(kept).ok());
        Self { sync: name.and_then(ErrorCode::from_name), full: false }
    }
}

/// What notices follow from.
#[derive(Clone, Copy, Debug, Default)]
struct Facts {
    trouble: Trouble,
    now_s: i64,
    counts: StatusCounts,
    last_contact_s: Option<i64>,
    grant_expires_s: Option<i64>,
    /// When it was last found that the store was copied, Unix seconds.
    copied_s: Option<i64>,
    /// Acts that were done anew because of it.
    done_again: u64,
    safe: bool,
    rescue: Option<Rescue>,
}

/// Which notices are due, with the number that fills the hole, most urgent first.
fn due(facts: &Facts) -> Vec<(NoticeCode, i64)> {
    let count = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
    let left_s = facts.grant_expires_s.map(|expires_s| expires_s.saturating_sub(facts.now_s));
    let enrolled = facts.grant_expires_s.is_some();
    let silent_s = facts.last_contact_s.map_or(0, |last_s| facts.now_s.saturating_sub(last_s));
    let rescued = facts.rescue.filter(|rescue| facts.now_s.saturating_sub(rescue.at_s) < RESCUED_S);
    let table = [
        (facts.safe, NoticeCode::SafeStart, 0),
        (rescued.is_some(), NoticeCode::StoreReplaced, rescued.map_or(0, |rescue| count(rescue.acts))),
        (facts.trouble.full || facts.trouble.sync == Some(ErrorCode::StorageFull), NoticeCode::StorageFull, 0),
        (facts.trouble.sync == Some(ErrorCode::WrongHub), NoticeCode::CertificateChanged, 0),
        (facts.trouble.sync == Some(ErrorCode::HubDoubtful), NoticeCode::HubDoubtful, 0),
        (
            facts.copied_s.is_some_and(|at_s| facts.now_s.saturating_sub(at_s) < COPIED_S),
            NoticeCode::StoreCopied,
            count(facts.done_again),
        ),
        (facts.trouble.sync == Some(ErrorCode::UpgradeNeeded), NoticeCode::UpgradeNeeded, 0),
        (left_s.is_some_and(|left_s| left_s <= 0), NoticeCode::GrantExpired, 0),
        (
            left_s.is_some_and(|left_s| (1..=EXPIRING_S).contains(&left_s)),
            NoticeCode::GrantExpiring,
            left_s.map_or(0, |left_s| left_s.saturating_add(DAY_S - 1) / DAY_S),
        ),
        (facts.counts.refused > 0, NoticeCode::RefusedActs, count(facts.counts.refused)),
        (facts.counts.quarantined > 0, NoticeCode::Quarantined, count(facts.counts.quarantined)),
        (enrolled && silent_s >= NO_CONTACT_S, NoticeCode::NoContact, silent_s / HOUR_S),
    ];
    table.into_iter().filter(|(due, ..)| *due).map(|(_, code, number)| (code, number)).collect()
}

impl Device {
    /// What the status line tells.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn status(&self) -> Result<Status, DeviceError> {
        let member = self.inner.member().ok();
        let counts = self.inner.writer.read(|reader| Ok(reader.status()?))?;
        let (last_contact_s, last_confirmed_s) = {
            let contact = relaxed(&self.inner.contact);
            (contact.last_s(), contact.confirmed_s())
        };
        let grant_expires_s = member.as_ref().map(|member| member.grant.expires_s);
        let trouble = *relaxed(&self.inner.trouble);
        let (copied_s, done_again) = self.inner.copied()?;
        let (safe, rescue) = (self.inner.safe, self.inner.rescue);
        let now_s = self.inner.time().0;
        let facts =
            Facts { trouble, now_s, counts, last_contact_s, grant_expires_s, copied_s, done_again, safe, rescue };
        let words = |(code, number): (NoticeCode, i64)| {
            notice(self.inner.language, code, &[("count", &number), ("days", &number), ("hours", &number)])
        };
        Ok(Status {
            enrolled: member.is_some(),
            unsent: counts.unsent,
            sent: counts.sent_unconfirmed,
            refused: counts.refused,
            quarantined: counts.quarantined,
            acts: counts.acts,
            cases: counts.cases,
            last_contact_s,
            last_confirmed_s,
            grant_expires_s,
            notices: due(&facts).into_iter().map(words).collect(),
        })
    }
}

impl Inner {
    /// Remembers whether what was to be saved found room.
    pub(crate) fn note_room<T>(&self, saved: &Result<T, DeviceError>) {
        let full = matches!(saved, Err(DeviceError::StorageFull));
        if full || saved.is_ok() {
            let mut trouble = relaxed(&self.trouble);
            let changed = trouble.full != full;
            trouble.full = full;
            drop(trouble);
            if changed {
                self.notifier.tell(false);
            }
        }
    }

    /// Remembers what a sync ended with, also over the next start.
    pub(crate) fn note_sync<T>(&self, synced: &Result<T, DeviceError>) {
        let code = match synced {
            Ok(_) => None,
            // Without a network nothing is learnt about the hub.
            Err(DeviceError::Offline { code: ErrorCode::Offline | ErrorCode::NoHub, .. } | DeviceError::Busy) => return,
            Err(error) => Some(error.code()),
        };
        {
            let mut trouble = relaxed(&self.trouble);
            if trouble.sync == code {
                return;
            }
            trouble.sync = code;
        }
        let kept = code.map_or("", ErrorCode::name).as_bytes().to_vec();
        // What is not kept, for want of room, is found again by the next sync.
        let _ = self.writer.write(move |store| store.write(|tx| Ok::<_, DeviceError>(tx.put_meta(TROUBLE, &kept)?)));
        self.notifier.tell(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_800_000_000;

    fn well() -> Facts {
        Facts { now_s: NOW_S, last_contact_s: Some(NOW_S), grant_expires_s: Some(NOW_S + 29 * DAY_S), ..Facts::default() }
    }

    #[track_caller]
    fn check(facts: Facts, expected: &[(NoticeCode, i64)]) {
        assert_eq!(due(&facts), expected, "{facts:?}");
    }

    fn after_sync(code: ErrorCode) -> Facts {
        Facts { trouble: Trouble { sync: Some(code), full: false }, ..well() }
    }

    #[test]
    fn a_phone_that_is_well_says_nothing() {
        check(well(), &[]);
        check(Facts { grant_expires_s: None, last_contact_s: None, ..well() }, &[]);
    }

    #[test]
    fn the_last_attempts_are_told() {
        check(Facts { trouble: Trouble { sync: None, full: true }, ..well() }, &[(NoticeCode::StorageFull, 0)]);
        check(after_sync(ErrorCode::WrongHub), &[(NoticeCode::CertificateChanged, 0)]);
        check(after_sync(ErrorCode::HubDoubtful), &[(NoticeCode::HubDoubtful, 0)]);
        let copied = Facts { copied_s: Some(NOW_S - COPIED_S + 1), done_again: 3, ..well() };
        check(copied, &[(NoticeCode::StoreCopied, 3)]);
        check(Facts { copied_s: Some(NOW_S - COPIED_S), ..copied }, &[]);
        check(after_sync(ErrorCode::UpgradeNeeded), &[(NoticeCode::UpgradeNeeded, 0)]);
        check(after_sync(ErrorCode::Defect), &[]);
    }

    #[test]
    fn a_grant_is_told_from_seven_days_before_its_end() {
        for (left_s, expected) in [
            (EXPIRING_S + 1, None),
            (EXPIRING_S, Some((NoticeCode::GrantExpiring, 7))),
            (DAY_S, Some((NoticeCode::GrantExpiring, 1))),
            (1, Some((NoticeCode::GrantExpiring, 1))),
            (0, Some((NoticeCode::GrantExpired, 0))),
            (-DAY_S, Some((NoticeCode::GrantExpired, 0))),
        ] {
            check(Facts { grant_expires_s: Some(NOW_S + left_s), ..well() }, expected.as_slice());
        }
    }

    #[test]
    fn three_hours_without_contact_are_told_and_a_clock_set_back_is_not() {
        for (ago_s, expected) in [
            (NO_CONTACT_S - 1, None),
            (NO_CONTACT_S, Some((NoticeCode::NoContact, 3))),
            (30 * HOUR_S, Some((NoticeCode::NoContact, 30))),
            (-DAY_S, None),
        ] {
            check(Facts { last_contact_s: Some(NOW_S - ago_s), ..well() }, expected.as_slice());
        }
    }

    #[test]
    fn a_replaced_store_is_told_for_a_week_and_a_safe_start_as_long_as_it_lasts() {
        let rescue = |ago_s| Some(Rescue { aside: 1, acts: 12, at_s: NOW_S - ago_s });
        let told = [(NoticeCode::StoreReplaced, 12)];
        check(Facts { rescue: rescue(RESCUED_S - 1), ..well() }, &told);
        check(Facts { rescue: rescue(RESCUED_S), ..well() }, &[]);
        check(Facts { rescue: rescue(-DAY_S), ..well() }, &told);
        check(Facts { safe: true, ..well() }, &[(NoticeCode::SafeStart, 0)]);
    }

    #[test]
    fn the_most_urgent_notice_comes_first() {
        let all = Facts {
            trouble: Trouble { sync: Some(ErrorCode::WrongHub), full: true },
            counts: StatusCounts { refused: 2, quarantined: 1, ..StatusCounts::default() },
            last_contact_s: Some(NOW_S - 5 * HOUR_S),
            grant_expires_s: Some(NOW_S),
            safe: true,
            rescue: Some(Rescue { aside: 1, acts: 0, at_s: NOW_S }),
            ..well()
        };
        let codes: Vec<NoticeCode> = due(&all).into_iter().map(|(code, _)| code).collect();
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        assert_eq!(codes, sorted, "the table of words is in the same order");
        assert_eq!(codes.len(), 8);
    }
}
