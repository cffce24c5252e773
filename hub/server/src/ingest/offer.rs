//! Lines that this hub gave out and has lost, given back by a phone.
//!
//! The head that the hub had signed after the last of them binds all of them, with their verdicts and times: nobody but
//! this hub can have said so. So they are not judged again and need no seal. They get new numbers, and a record becomes a
//! guest where it was one by the same rule as ever; notices of guests are not taken, they come from that rule.
//!
//! The chain is checked over the hashes that come along; then each entry must come out as its hash, or stays out.

use std::collections::BTreeMap;

use gewu_log::columns::{Carried, Line, read_lines};
use gewu_log::line::{HeadHash, Notice};
use gewu_log::record::Said;
use gewu_model::ids::{DeviceId, EntryHash};
use gewu_sync::message::{OFFER_LINES_MAX, OfferReply, OfferRequest};

use super::plan::{Fate, Plan};
use super::{Pushed, Writer};
use crate::hub::Hub;
use crate::store::{HubWrite, NewCarried, NewLine, StoreError};
use gewu_log::line::Verdict;

/// Lines could not be taken back.
#[derive(Debug, thiserror::Error)]
pub enum OfferError {
    /// The columns cannot be read.
    #[error("the frame's columns cannot be read: {0}")]
    Columns(#[from] gewu_log::columns::ColumnsError),
    /// More than one offer may hold.
    #[error("an offer holds at most {OFFER_LINES_MAX} lines")]
    TooMany,
    /// The head is not this hub's, or the lines do not lead to it.
    #[error("the lines do not lead to a head that this hub signed")]
    Chain,
    /// The store failed; nothing was taken.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes lines back. Blocking: one transaction of the store. The same offer again finds everything there.
///
/// # Errors
/// [`OfferError`]; nothing was taken then.
pub fn offer(
    hub: &Hub,
    tx: &mut dyn HubWrite,
    from: DeviceId,
    request: &OfferRequest,
) -> Result<(OfferReply, Pushed), OfferError> {
    let now_s = hub.now_s();
    let lines = read_lines(&request.lines)?;
    if lines.len() > OFFER_LINES_MAX {
        return Err(OfferError::TooMany);
    }
    let (hashes, _) = request.hashes.as_chunks::<32>();
    if !leads_to_head(hub, request, &lines, hashes) {
        return Err(OfferError::Chain);
    }
    hub.learn_tokens(tx, &request.tokens)?;
    let mut reply = OfferReply { taken: 0, had: 0, missing: 0, hub_time_s: now_s.cast_unsigned() };
    let mut entries = Vec::new();
    let mut notices = Vec::new();
    let mut plan = Plan::new(hub, &mut *tx, now_s);
    for (line, hash) in lines.iter().zip(hashes) {
        match &line.carried {
            Carried::Entry(stripped) => {
                let said = Said { verdict: line.verdict, hub_time_s: line.hub_time_s.cast_signed() };
                plan.add_line(stripped, EntryHash(*hash), said)?;
                entries.push((**stripped).clone());
            }
            Carried::Notice(bytes) if blake3::hash(bytes).as_bytes() == hash => notices.push((line.hub_time_s, bytes)),
            Carried::Notice(_) | Carried::Hash(_) => reply.missing += 1,
        }
    }
    let (planned, records) = plan.finish();
    let mut writer = Writer { hub, tx: &mut *tx, now_s, feeds: BTreeMap::new(), frame: &entries, planned: &planned };
    for (hub_time_s, bytes) in notices {
        let taken = writer.notice_back(request, hub_time_s, bytes)?;
        *(if taken { &mut reply.taken } else { &mut reply.had }) += 1;
    }
    for one in &planned {
        match one.fate {
            Fate::Had(_) => reply.had += 1,
            Fate::Held | Fate::Malformed(_) => reply.missing += 1,
            Fate::Forked { .. } | Fate::Line { .. } => {
                writer.one(one)?;
                reply.taken += 1;
            }
        }
    }
    let feeds = writer.feeds.keys().copied().collect();
    records.save(hub, tx)?;
    tx.touch_device(from, now_s)?;
    Ok((reply, Pushed { feeds }))
}

fn leads_to_head(hub: &Hub, request: &OfferRequest, lines: &[Line], hashes: &[[u8; 32]]) -> bool {
    let to = &request.to;
    let count = u64::try_from(lines.len()).ok().filter(|_| lines.len() == hashes.len());
    let last_n = count.and_then(|count| request.after_n.checked_add(count));
    if last_n != Some(to.n) || to.verify(&hub.own().hub_key.public(), hub.street()).is_err() {
        return false;
    }
    let mut n = request.after_n;
    let chain = lines.iter().zip(hashes).fold(HeadHash(request.after_hash), |chain, (line, hash)| {
        n = n.saturating_add(1);
        match &line.carried {
            Carried::Notice(_) => chain.then_notice(n, hash, line.hub_time_s),
            Carried::Entry(_) | Carried::Hash(_) => {
                chain.then_entry(n, EntryHash(*hash), line.verdict, line.hub_time_s)
            }
        }
    });
    chain.0 == to.hash
}

impl Writer<'_, '_> {
    /// Gives a notice its line again, unless it has one. Answers whether it was taken.
    fn notice_back(&mut self, request: &OfferRequest, hub_time_s: u64, bytes: &[u8]) -> Result<bool, StoreError> {
        let feed = request.to.feed;
        let of_guest = matches!(minicbor::decode::<Notice>(bytes), Ok(Notice::Guest { .. }));
        if of_guest || self.tx.has_notice(feed, 0, bytes)? {
            return Ok(false);
        }
        let (n, head) = self.position(feed)?;
        let head = head.then_notice(n + 1, blake3::hash(bytes).as_bytes(), hub_time_s);
        let carried = NewCarried::Notice(bytes.to_vec());
        self.tx.put_line(&NewLine { feed, n: n + 1, head, verdict: Verdict::ADMITTED, hub_time_s, carried })?;
        self.feeds.insert(feed, (n + 1, head));
        Ok(true)
    }
}
