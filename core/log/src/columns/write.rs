//! The writing half of the columns.

use std::collections::BTreeMap;

use gewu_model::ids::{ChangeHash, DeviceId, FeedId, RecordId};

use super::{
    COLUMNS, DEPS_LAST, DEPS_LISTED, DEPS_NONE, FLAG_DETAIL, FLAG_STRIPPED, LINE_ENTRY, LINE_HASH, LINE_NOTICE, Outgoing,
    OutgoingCarried, OutgoingLine, strip_detail_hash,
};

/// Writes entries in the order given; each dep lies before its entry, here or at the receiver.
#[must_use]
pub fn write_entries<'a>(entries: impl IntoIterator<Item = &'a Outgoing>) -> Vec<u8> {
    let mut columns = Columns::default();
    let mut count = 0;
    for entry in entries {
        columns.entry(entry);
        count += 1;
    }
    columns.finish(count)
}

/// Writes lines of one feed in order.
#[must_use]
pub fn write_lines<'a>(lines: impl IntoIterator<Item = &'a OutgoingLine>) -> Vec<u8> {
    let mut columns = Columns::default();
    let (mut count, mut before) = (0, 0);
    for line in lines {
        let column = &mut columns.lines;
        let hub_time_s = i64::try_from(line.hub_time_s).unwrap_or(i64::MAX);
        column.push(line.verdict.0);
        signed(column, hub_time_s.wrapping_sub(before));
        before = hub_time_s;
        match &line.carried {
            OutgoingCarried::Entry(entry) => {
                column.push(LINE_ENTRY);
                columns.entry(entry);
            }
            OutgoingCarried::Notice(notice) => {
                column.push(LINE_NOTICE);
                unsigned(column, length(notice));
                column.extend_from_slice(notice);
            }
            OutgoingCarried::Hash(hash) => {
                column.push(LINE_HASH);
                column.extend_from_slice(&hash.0);
            }
        }
        count += 1;
    }
    columns.finish(count)
}

/// What was written of a record, and its last entry here.
struct RecordPlace {
    at: u64,
    feed: FeedId,
    last: Option<usize>,
}

#[derive(Default)]
struct Columns {
    lines: Vec<u8>,
    records: Vec<u8>,
    authors: Vec<u8>,
    deps: Vec<u8>,
    times: Vec<u8>,
    lengths: Vec<u8>,
    acts: Vec<u8>,
    details: Vec<u8>,
    record_places: BTreeMap<RecordId, RecordPlace>,
    devices: Vec<DeviceId>,
    feeds: Vec<FeedId>,
    next_seq: BTreeMap<(DeviceId, FeedId), u64>,
    changes: BTreeMap<(RecordId, ChangeHash), usize>,
    entries: usize,
    time_before: i64,
}

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn number(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

/// LEB128.
pub(super) fn unsigned(into: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        into.push(u8::try_from(value & 0x7f).unwrap_or(0) | 0x80);
        value >>= 7;
    }
    into.push(u8::try_from(value).unwrap_or(0));
}

/// Zigzag.
fn signed(into: &mut Vec<u8>, value: i64) {
    unsigned(into, (value.cast_unsigned() << 1) ^ (value >> 63).cast_unsigned());
}

/// Place of a table entry, written out when it is new: 0 and the bytes, else place + 1.
fn by_table<T: PartialEq + Copy>(into: &mut Vec<u8>, table: &mut Vec<T>, item: T, bytes: &[u8]) {
    if let Some(at) = table.iter().position(|known| *known == item) {
        unsigned(into, number(at) + 1);
    } else {
        unsigned(into, 0);
        into.extend_from_slice(bytes);
        table.push(item);
    }
}

impl Columns {
    fn entry(&mut self, out: &Outgoing) {
        let entry = &out.entry;
        let at = self.entries;
        let (feed, last) = self.record(entry.record, entry.record_kind, entry.feed);
        by_table(&mut self.authors, &mut self.devices, entry.author, &entry.author.0);
        // The feed that the reader will take it for: of a damaged entry it is not its own, and others' numbers must hold.
        let next = self.next_seq.entry((entry.author, feed)).or_insert(0);
        signed(&mut self.authors, entry.seq.wrapping_sub(*next).cast_signed());
        *next = entry.seq.wrapping_add(1);
        self.write_deps(out, last, at);
        signed(&mut self.times, entry.time_s.wrapping_sub(self.time_before));
        self.time_before = entry.time_s;
        self.write_act(out);
        self.changes.insert((entry.record, entry.change), at);
        if let Some(place) = self.record_places.get_mut(&entry.record) {
            place.last = Some(at);
        }
        self.entries += 1;
    }

    /// Writes which record; returns its feed as written and the place of its last entry here.
    fn record(&mut self, record: RecordId, kind: u16, feed: FeedId) -> (FeedId, Option<usize>) {
        let known = number(self.record_places.len());
        if let Some(place) = self.record_places.get(&record) {
            unsigned(&mut self.records, known - place.at);
            return (place.feed, place.last);
        }
        unsigned(&mut self.records, 0);
        self.records.extend_from_slice(&record.0);
        unsigned(&mut self.records, u64::from(kind));
        by_table(&mut self.records, &mut self.feeds, feed, &feed.0);
        self.record_places.insert(record, RecordPlace { at: known, feed, last: None });
        (feed, None)
    }

    fn write_deps(&mut self, out: &Outgoing, last: Option<usize>, at: usize) {
        let entry = &out.entry;
        let here: Vec<Option<usize>> =
            entry.deps.iter().map(|dep| self.changes.get(&(entry.record, *dep)).copied()).collect();
        match here.as_slice() {
            [] => return unsigned(&mut self.deps, DEPS_NONE),
            [Some(dep)] if Some(*dep) == last => return unsigned(&mut self.deps, DEPS_LAST),
            _ => {}
        }
        unsigned(&mut self.deps, DEPS_LISTED + number(here.len()) - 1);
        for (index, (here, dep)) in here.iter().zip(&entry.deps).enumerate() {
            match (here, out.deps.get(index).copied().flatten()) {
                (Some(dep), _) => unsigned(&mut self.deps, number(at - dep) + 1),
                (None, Some((author, seq))) => {
                    unsigned(&mut self.deps, 0);
                    by_table(&mut self.deps, &mut self.devices, author, &author.0);
                    unsigned(&mut self.deps, seq);
                }
                (None, None) => {
                    unsigned(&mut self.deps, 1);
                    self.deps.extend_from_slice(&dep.0);
                }
            }
        }
    }

    fn write_act(&mut self, out: &Outgoing) {
        let entry = &out.entry;
        let stripped = entry.detail.as_ref().and_then(|detail| strip_detail_hash(&entry.act, detail));
        let mut flags = 0;
        flags |= if entry.detail.is_some() { FLAG_DETAIL } else { 0 };
        flags |= if stripped.is_some() { FLAG_STRIPPED } else { 0 };
        let act = stripped.as_deref().unwrap_or(&entry.act);
        unsigned(&mut self.lengths, length(act) << 2 | u64::from(flags));
        self.acts.extend_from_slice(act);
        if let Some(detail) = &entry.detail {
            unsigned(&mut self.lengths, length(&detail.cbor));
            self.details.extend_from_slice(&detail.salt);
            self.details.extend_from_slice(&detail.cbor);
        }
    }

    fn finish(self, count: u64) -> Vec<u8> {
        let columns: [Vec<u8>; COLUMNS] =
            [self.lines, self.records, self.authors, self.deps, self.times, self.lengths, self.acts, self.details];
        let mut bytes = Vec::with_capacity(columns.iter().map(Vec::len).sum::<usize>() + 32);
        unsigned(&mut bytes, count);
        columns.iter().for_each(|column| unsigned(&mut bytes, length(column)));
        columns.iter().for_each(|column| bytes.extend_from_slice(column));
        bytes
    }
}
