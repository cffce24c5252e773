//! A push: from a frame to lines, in one transaction.
//!
//! Entries are rebuilt and judged in memory first; only when every seal has come out is anything written. A seal that
//! does not come out makes the hub ask for hashes, and with these just the differing entries stay out, by name.

mod offer;
mod plan;

use std::collections::BTreeMap;

use gewu_log::columns::{Dep, Stripped, read_entries};
use gewu_log::entry::Entry;
use gewu_log::line::{HeadHash, Notice, Verdict};
use gewu_log::record::Said;
use gewu_log::seal::Seal;
use gewu_model::ids::{DeviceId, EntryHash, FeedId, RecordId};
use gewu_sync::message::{Answer, PushReply, PushRequest};

use crate::hub::Hub;
use crate::store::{HubWrite, NewCarried, NewLine, StoreError};
pub use offer::{OfferError, offer};
use plan::{Fate, Plan, Planned};

/// A push could not be taken.
#[derive(Debug, thiserror::Error)]
pub enum IngestError {
    /// The columns cannot be read.
    #[error("the frame's columns cannot be read: {0}")]
    Columns(#[from] gewu_log::columns::ColumnsError),
    /// The store failed; nothing was taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What a push changed, beside the reply.
#[derive(Clone, Debug, Default)]
pub struct Pushed {
    /// Feeds with new lines.
    pub feeds: Vec<FeedId>,
}

/// Takes a push in. Blocking: one transaction of the store.
///
/// # Errors
/// [`IngestError`]; nothing was taken then.
pub fn push(hub: &Hub, tx: &mut dyn HubWrite, from: DeviceId, request: &PushRequest) -> Result<(PushReply, Pushed), IngestError> {
    let now_s = hub.now_s();
    hub.learn_tokens(tx, &request.tokens)?;
    let entries = read_entries(&request.entries)?;
    let hashes: Option<Vec<EntryHash>> = request
        .hashes
        .as_ref()
        .map(|hashes| hashes.as_chunks::<32>().0.iter().map(|hash| EntryHash(*hash)).collect::<Vec<_>>())
        .filter(|hashes| hashes.len() == entries.len());
    let seals = Seals::new(hub, &request.seals, &entries);
    let mut plan = Plan::new(hub, &mut *tx, now_s);
    for (at, stripped) in entries.iter().enumerate() {
        let vouched = hashes.as_ref().map(|hashes| seals.vouches(stripped, hashes));
        let expected = hashes.as_ref().and_then(|hashes| hashes.get(at)).copied();
        plan.add(stripped, vouched, expected)?;
    }
    if hashes.is_none() && !seals.hold(&entries, &plan) {
        let reply = PushReply { answers: Vec::new(), hashes_wanted: true, hub_time_s: now_s.cast_unsigned() };
        return Ok((reply, Pushed::default()));
    }
    let (planned, records) = plan.finish();
    let mut writer = Writer { hub, tx: &mut *tx, now_s, feeds: BTreeMap::new(), frame: &entries, planned: &planned };
    let mut answers = Vec::with_capacity(planned.len());
    for one in &planned {
        answers.push(writer.one(one)?);
    }
    let feeds = writer.feeds.keys().copied().collect();
    records.save(hub, tx)?;
    for seal in &request.seals {
        tx.put_seal(seal)?;
    }
    tx.touch_device(from, now_s)?;
    Ok((PushReply { answers, hashes_wanted: false, hub_time_s: now_s.cast_unsigned() }, Pushed { feeds }))
}

/// Seals of a frame, with signatures checked.
struct Seals<'a> {
    good: Vec<&'a Seal>,
    places: BTreeMap<(FeedId, DeviceId, u64), usize>,
}

impl<'a> Seals<'a> {
    fn new(hub: &Hub, seals: &'a [Seal], entries: &[Stripped]) -> Self {
        let good = seals
            .iter()
            .filter(|seal| {
                hub.device_key(seal.author).is_some_and(|key| seal.verify_signature(&key, hub.street()).is_ok())
            })
            .collect();
        let places = entries.iter().enumerate().map(|(at, it)| ((it.feed, it.author, it.seq), at)).collect();
        Self { good, places }
    }

    fn seal_of(&self, entry: &Stripped) -> Option<&'a Seal> {
        self.good.iter().copied().find(|seal| {
            seal.feed == entry.feed && seal.author == entry.author && (seal.first..=seal.last).contains(&entry.seq)
        })
    }

    /// Places of a seal's run in the frame; `None` when one is missing.
    fn run(&self, seal: &Seal) -> Option<Vec<usize>> {
        if seal.last.saturating_sub(seal.first) > 64 {
            return None;
        }
        (seal.first..=seal.last).map(|seq| self.places.get(&(seal.feed, seal.author, seq)).copied()).collect()
    }

    /// Whether the sender's hashes make the run of this entry come out.
    fn vouches(&self, entry: &Stripped, hashes: &[EntryHash]) -> bool {
        self.seal_of(entry).is_some_and(|seal| {
            let run = self.run(seal);
            run.is_some_and(|run| seal.covers(run.iter().filter_map(|at| hashes.get(*at)).copied()).is_ok())
        })
    }

    /// Whether every entry lies in a run that comes out with the hashes as rebuilt.
    fn hold(&self, entries: &[Stripped], plan: &Plan<'_>) -> bool {
        let mut checked: BTreeMap<(FeedId, DeviceId, u64), bool> = BTreeMap::new();
        entries.iter().all(|entry| {
            self.seal_of(entry).is_some_and(|seal| {
                *checked.entry((seal.feed, seal.author, seal.first)).or_insert_with(|| {
                    let hashes: Option<Vec<EntryHash>> =
                        self.run(seal).and_then(|run| run.iter().map(|at| plan.hash(*at)).collect());
                    hashes.is_some_and(|hashes| seal.covers(hashes).is_ok())
                })
            })
        })
    }
}

/// Writes what was planned, allotting contiguous line numbers.
struct Writer<'a, 'h> {
    hub: &'h Hub,
    tx: &'a mut dyn HubWrite,
    now_s: i64,
    feeds: BTreeMap<FeedId, (u64, HeadHash)>,
    frame: &'a [Stripped],
    planned: &'a [Planned],
}

impl Writer<'_, '_> {
    fn one(&mut self, planned: &Planned) -> Result<Answer, StoreError> {
        let hub_time_s = planned.hub_time_s.cast_unsigned();
        match &planned.fate {
            Fate::Had(found) => {
                Ok(Answer::Had { n: found.n, verdict: found.said.verdict, hub_time_s: found.said.hub_time_s.cast_unsigned() })
            }
            Fate::Held => Ok(Answer::Held),
            Fate::Malformed(code) => {
                let stripped = &planned.stripped;
                self.tx.put_quarantine(stripped.feed, stripped.author, stripped.seq, code, self.now_s)?;
                Ok(Answer::Malformed { code: (*code).to_owned() })
            }
            Fate::Forked { entry, guests } => {
                let verdict = Verdict::refused(gewu_model::rights::Refusal::Forked);
                let n = self.entry(entry, planned, verdict, true, guests)?;
                Ok(Answer::Forked { n, hub_time_s })
            }
            Fate::Line { entry, verdict, guests, new_guests } => {
                let n = self.entry(entry, planned, *verdict, false, guests)?;
                for feed in new_guests {
                    self.introduce(entry.record, entry.feed, *feed)?;
                }
                Ok(Answer::Line { n, verdict: *verdict, hub_time_s })
            }
        }
    }

    fn entry(
        &mut self,
        entry: &Entry,
        planned: &Planned,
        verdict: Verdict,
        forked: bool,
        guests: &[FeedId],
    ) -> Result<u64, StoreError> {
        let said = Said { verdict, hub_time_s: planned.hub_time_s };
        let n = self.position(entry.feed)?.0 + 1;
        let deps = self.deps(entry, &planned.stripped)?;
        let entry_no = self.tx.put_entry(entry, &deps, n, said, forked)?;
        self.entry_line(entry.feed, entry_no, entry.hash(), said)?;
        for guest in guests {
            self.entry_line(*guest, entry_no, entry.hash(), said)?;
        }
        Ok(n)
    }

    /// Author and seq of each dep, in the order of the entry's sorted hashes.
    fn deps(&mut self, entry: &Entry, stripped: &Stripped) -> Result<Vec<(DeviceId, u64)>, StoreError> {
        if let ([_], [dep]) = (entry.deps.as_slice(), stripped.deps.as_slice()) {
            match dep {
                Dep::Known(author, seq) => return Ok(vec![(*author, *seq)]),
                Dep::Here(at) => {
                    return Ok(self.frame.get(*at).map(|dep| (dep.author, dep.seq)).into_iter().collect());
                }
                Dep::Hash(_) => {}
            }
        }
        let mut deps = Vec::with_capacity(entry.deps.len());
        for change in &entry.deps {
            let here = self.planned.iter().find(|one| one.stripped.record == entry.record && one.change == Some(*change));
            let dep = match here {
                Some(one) => Some((one.stripped.author, one.stripped.seq)),
                None => self.tx.seq_of(entry.record, *change)?,
            };
            deps.push(dep.ok_or(StoreError::Damaged { attempted: "naming a predecessor" })?);
        }
        Ok(deps)
    }

    fn position(&mut self, feed: FeedId) -> Result<(u64, HeadHash), StoreError> {
        if let Some(position) = self.feeds.get(&feed) {
            return Ok(*position);
        }
        let position = self.tx.feed(feed)?.unwrap_or((0, HeadHash::start(self.hub.street(), feed)));
        self.feeds.insert(feed, position);
        Ok(position)
    }

    fn entry_line(&mut self, feed: FeedId, entry_no: i64, hash: EntryHash, said: Said) -> Result<(), StoreError> {
        let (n, head) = self.position(feed)?;
        let hub_time_s = said.hub_time_s.cast_unsigned();
        let head = head.then_entry(n + 1, hash, said.verdict, hub_time_s);
        let carried = NewCarried::Entry(entry_no);
        self.tx.put_line(&NewLine { feed, n: n + 1, head, verdict: said.verdict, hub_time_s, carried })?;
        self.feeds.insert(feed, (n + 1, head));
        Ok(())
    }

    /// Makes a record a guest: a notice, then its entries in causal order, each with the verdict and time of its home
    /// line.
    fn introduce(&mut self, record: RecordId, home: FeedId, feed: FeedId) -> Result<(), StoreError> {
        let (n, head) = self.position(feed)?;
        let notice = Notice::Guest { record, home }.bytes();
        let hub_time_s = self.now_s.cast_unsigned();
        let head = head.then_notice(n + 1, blake3::hash(&notice).as_bytes(), hub_time_s);
        let carried = NewCarried::Notice(notice);
        self.tx.put_line(&NewLine { feed, n: n + 1, head, verdict: Verdict::ADMITTED, hub_time_s, carried })?;
        self.feeds.insert(feed, (n + 1, head));
        self.tx.put_guest(record, feed)?;
        for (entry_no, hash, said) in self.tx.entries_of(record)? {
            self.entry_line(feed, entry_no, hash, said)?;
        }
        Ok(())
    }
}

/// Writes one notice into a feed.
///
/// # Errors
/// [`StoreError`].
pub fn notice(hub: &Hub, tx: &mut dyn HubWrite, feed: FeedId, notice: &Notice) -> Result<(), StoreError> {
    let (n, head) = tx.feed(feed)?.unwrap_or((0, HeadHash::start(hub.street(), feed)));
    let bytes = notice.bytes();
    let hub_time_s = hub.now_s().cast_unsigned();
    let head = head.then_notice(n + 1, blake3::hash(&bytes).as_bytes(), hub_time_s);
    let carried = NewCarried::Notice(bytes);
    tx.put_line(&NewLine { feed, n: n + 1, head, verdict: Verdict::ADMITTED, hub_time_s, carried })
}
