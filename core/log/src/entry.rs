//! Entries: one act in one device's log of one feed, and the detail that travels beside it.

use std::borrow::Cow;

use gewu_model::ids::{ChangeHash, DetailHash, DeviceId, EntryHash, FeedId, RecordId};

use crate::change::{self, ChangeFields};
use crate::keys::{FORMAT, SUITE};

/// Longest detail, salt apart.
pub const DETAIL_BYTES_MAX: usize = 64 * 1024;
/// A device authors no entry that counts more: it must pass a link that dies every 64 KB.
pub const AUTHORED_BYTES_MAX: usize = 32 * 1024;

/// What was typed, with the salt that keeps it from being found by trying.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// Random.
    pub salt: [u8; 16],
    /// CBOR of `gewu_model::act::DetailText`.
    pub cbor: Vec<u8>,
}

impl Detail {
    /// The hash that the signed act holds.
    #[must_use]
    pub fn hash(&self) -> DetailHash {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"gewu detail 1").update(&self.salt).update(&self.cbor);
        DetailHash(*hasher.finalize().as_bytes())
    }
}

/// One act as its author logged it. Format and suite are this version's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Home feed of the record.
    pub feed: FeedId,
    /// The device.
    pub author: DeviceId,
    /// From 1, without gaps, within (author, feed).
    pub seq: u64,
    /// What the act is about.
    pub record: RecordId,
    /// `gewu_model::act::RECORD_KIND_CASE`, or a kind of a newer version.
    pub record_kind: u16,
    /// The change's own count within the record.
    pub change_seq: u64,
    /// Automerge's counter, from 1.
    pub start_op: u64,
    /// The author's time, Unix seconds.
    pub time_s: i64,
    /// Hashes of the direct predecessors, strictly ascending.
    pub deps: Vec<ChangeHash>,
    /// The act in CBOR.
    pub act: Vec<u8>,
    /// Automerge's hash of the change that these fields make.
    pub change: ChangeHash,
    /// What was typed; `None` where there was nothing, it was erased, or did not match.
    pub detail: Option<Detail>,
}

impl Entry {
    /// Computes the change's hash from the other fields.
    #[must_use]
    pub fn with_change_hash(mut self) -> Self {
        self.change = change::hash(&self.change_fields());
        self
    }

    /// The fields of its Automerge change.
    #[must_use]
    pub fn change_fields(&self) -> ChangeFields<'_> {
        ChangeFields {
            actor: self.author,
            seq: self.change_seq,
            start_op: self.start_op,
            time: self.time_s,
            deps: Cow::Borrowed(&self.deps),
            act: Cow::Borrowed(&self.act),
        }
    }

    /// Its name.
    #[must_use]
    pub fn hash(&self) -> EntryHash {
        hash(self.feed, self.author, self.seq, self.record, self.record_kind, self.change)
    }

    /// Bytes that count against seals and limits: stripped act, detail, and 32 per dep.
    #[must_use]
    pub fn counted_bytes(&self) -> usize {
        let detail = self.detail.as_ref().map_or(0, |detail| detail.cbor.len() + 16);
        self.act.len() + detail + 32 * self.deps.len()
    }
}

/// The hash of an entry with these fields.
#[must_use]
pub fn hash(feed: FeedId, author: DeviceId, seq: u64, record: RecordId, record_kind: u16, change: ChangeHash) -> EntryHash {
    let mut input = [0_u8; 12 + 2 + 16 + 16 + 8 + 16 + 2 + 32 + 2];
    let mut used = 0;
    let parts: [&[u8]; 9] = [
        b"gewu entry 1",
        &[FORMAT],
        &[SUITE],
        &feed.0,
        &author.0,
        &seq.to_be_bytes(),
        &record.0,
        &record_kind.to_be_bytes(),
        &change.0,
    ];
    for part in parts {
        if let Some(slot) = input.get_mut(used..used + part.len()) {
            slot.copy_from_slice(part);
        }
        used += part.len();
    }
    let (input, _) = input.split_at(used);
    EntryHash(*blake3::hash(input).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_hash_is_blake3_over_its_fields_in_order() {
        let (feed, author, record) = (FeedId([1; 16]), DeviceId([2; 16]), RecordId([3; 16]));
        let mut bytes = b"gewu entry 1\x01\x01".to_vec();
        bytes.extend([1; 16]);
        bytes.extend([2; 16]);
        bytes.extend(9_u64.to_be_bytes());
        bytes.extend([3; 16]);
        bytes.extend(1_u16.to_be_bytes());
        bytes.extend([4; 32]);
        let expected = EntryHash(*blake3::hash(&bytes).as_bytes());
        assert_eq!(hash(feed, author, 9, record, 1, ChangeHash([4; 32])), expected);
    }

    #[test]
    fn the_salt_is_part_of_a_details_hash() {
        let detail = |salt| Detail { salt: [salt; 16], cbor: b"x".to_vec() }.hash();
        assert_ne!(detail(1), detail(2));
    }
}
