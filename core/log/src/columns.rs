//! Entries and lines as they travel: stripped to what cannot be computed, in columns.
//!
//! A record goes by back reference, deps mostly as "the last of this record", time as a delta. Actor, counts, key and
//! hashes never travel: the receiver rebuilds the change bit for bit and finds any difference by the seal or the
//! signed head. Nothing is allocated that the input's own length does not bound.
//!
//! Layout: `docs/formats.md`, "Frames".

mod read;
mod write;

use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, RecordId};

use crate::entry::{Detail, Entry};
use crate::guard::Place;
use crate::line::Verdict;

pub use read::{ColumnsError, read_entries, read_lines};
pub use write::{write_entries, write_lines};

/// A predecessor, as it travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dep {
    /// An entry of the same frame, by its place in it.
    Here(usize),
    /// An entry of the same feed that the receiver has, by author and sequence number.
    Known(DeviceId, u64),
    /// By hash, where the sequence number is not unique (a fork).
    Hash(ChangeHash),
}

/// An entry as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stripped {
    /// Home feed.
    pub feed: FeedId,
    /// The device.
    pub author: DeviceId,
    /// Its count in the author's log.
    pub seq: u64,
    /// The record.
    pub record: RecordId,
    /// Kind of record.
    pub record_kind: u16,
    /// Direct predecessors.
    pub deps: Vec<Dep>,
    /// The author's time.
    pub time_s: i64,
    /// The act in CBOR, complete: a hash of the detail that was not sent has been put back.
    pub act: Vec<u8>,
    /// What was typed.
    pub detail: Option<Detail>,
}

impl Stripped {
    /// The entry, once its deps are known by hash and its place in the record is found.
    #[must_use]
    pub fn rebuild(&self, mut deps: Vec<ChangeHash>, place: &Place) -> Entry {
        deps.sort_unstable();
        Entry {
            feed: self.feed,
            author: self.author,
            seq: self.seq,
            record: self.record,
            record_kind: self.record_kind,
            change_seq: place.change_seq,
            start_op: place.start_op,
            time_s: self.time_s,
            deps,
            act: self.act.clone(),
            change: ChangeHash([0; 32]),
            detail: self.detail.clone(),
        }
        .with_change_hash()
    }
}

/// An entry to be sent, with its deps as the receiver can find them.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The entry.
    pub entry: Entry,
    /// One for each of `entry.deps`: author and sequence number in the feed, unless that is not unique.
    pub deps: Vec<Option<(DeviceId, u64)>>,
}

/// What a line carries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Carried {
    /// An entry; of another feed where the record is a guest.
    Entry(Box<Stripped>),
    /// A notice in CBOR.
    Notice(Vec<u8>),
    /// An entry that stays away, by its hash: the receiver may not read it, or it was found damaged.
    Hash(EntryHash),
}

/// A line as it travels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The hub's word; admitted for notices.
    pub verdict: Verdict,
    /// Unix seconds of the line in this feed.
    pub hub_time_s: u64,
    /// What it carries.
    pub carried: Carried,
}

/// A line to be sent.
#[derive(Clone, Debug)]
pub struct OutgoingLine {
    /// The hub's word.
    pub verdict: Verdict,
    /// Unix seconds.
    pub hub_time_s: u64,
    /// What it carries.
    pub carried: OutgoingCarried,
}

/// What a line to be sent carries.
#[derive(Clone, Debug)]
pub enum OutgoingCarried {
    /// An entry.
    Entry(Box<Outgoing>),
    /// A notice in CBOR.
    Notice(Vec<u8>),
    /// An entry that stays away.
    Hash(EntryHash),
}

/// Where key 4 (the detail's hash) stands in an act: before, itself with its key, after.
fn split_detail_hash(act: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut d = minicbor::Decoder::new(act);
    let count = d.map().ok()??;
    for _ in 0..count {
        let start = d.position();
        let key = d.u64().ok()?;
        d.skip().ok()?;
        if key == 4 {
            let (before, rest) = act.split_at_checked(start)?;
            let (own, after) = rest.split_at_checked(d.position() - start)?;
            return Some((before, own, after));
        }
        if key > 4 {
            return None;
        }
    }
    None
}

/// Removes the hash of a detail that travels along; `None` where it is another one, the map is not a small one, or the
/// act is damaged in a way that keeps the hash from being put back where it was: such an act travels as it is, so that
/// it spoils no frame.
fn strip_detail_hash(act: &[u8], detail: &Detail) -> Option<Vec<u8>> {
    let (before, own, after) = split_detail_hash(act)?;
    let (head, before) = before.split_first()?;
    let hash = own.strip_prefix(&[0x04, 0x58, 0x20])?;
    let small = (0xa1..=0xb7).contains(head);
    let stripped = (small && hash == detail.hash().0).then(|| [&[head - 1], before, after].concat())?;
    (restore_detail_hash(&stripped, detail).as_deref() == Some(act)).then_some(stripped)
}

/// Puts the hash of a detail back.
fn restore_detail_hash(act: &[u8], detail: &Detail) -> Option<Vec<u8>> {
    let mut d = minicbor::Decoder::new(act);
    let count = d.map().ok()??;
    let (head, _) = act.split_first()?;
    if !(0xa0..=0xb6).contains(head) {
        return None;
    }
    let mut at = d.position();
    for _ in 0..count {
        if d.u64().ok()? > 4 {
            break;
        }
        d.skip().ok()?;
        at = d.position();
    }
    let (before, after) = act.split_at_checked(at)?;
    let (_, before) = before.split_first()?;
    Some([&[head + 1], before, &[0x04, 0x58, 0x20], &detail.hash().0, after].concat())
}

const DEPS_LAST: u64 = 0;
const DEPS_NONE: u64 = 1;
const DEPS_LISTED: u64 = 2;

const FLAG_DETAIL: u8 = 1;
const FLAG_STRIPPED: u8 = 2;

const LINE_ENTRY: u8 = 0;
const LINE_NOTICE: u8 = 1;
const LINE_HASH: u8 = 2;

/// Columns of one frame body, in the order in which they are written.
const COLUMNS: usize = 8;

#[cfg(test)]
mod tests;
