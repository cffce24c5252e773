//! The guard: what every change that this process did not author must pass.
//!
//! A pure function of the entry and its causal past, the same answer on every phone and hub and in every release of
//! format 1; its limits never tighten. Limits of a kind, rights and policy are never here: they are verdicts. Each
//! rule has its own function; the first that fails names itself. What fails is quarantined and stops nothing but what
//! rests on it.

use gewu_model::ids::{ChangeHash, FeedId};
use minicbor::data::Type;

use crate::change;
use crate::entry::{DETAIL_BYTES_MAX, Entry};

/// Largest change chunk.
pub const CHUNK_BYTES_MAX: usize = 64 * 1024;
/// Room of a chunk for everything but the act: 64 deps of 32 bytes, actor, counts, key and column heads.
const CHUNK_HEAD_BYTES: usize = 2_560;
/// Most direct predecessors.
pub const DEPS_MAX: usize = 64;
/// Largest start_op: the record is full after it.
pub const START_OP_MAX: u64 = 4_096;
/// Times lie in 0..2⁴⁰.
pub const TIME_BITS: u32 = 40;
/// Deepest nesting of an act.
pub const DEPTH_MAX: usize = 16;

/// Why an entry is kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum GuardError {
    /// Rule 1.
    #[error("the change is larger than 64 KiB, or its bytes are not what its fields make")]
    Chunk,
    /// Rule 2: time.
    #[error("the time is negative or beyond 2^40")]
    Time,
    /// Rule 2: deps.
    #[error("more than 64 predecessors, or not in ascending order")]
    Deps,
    /// Rule 2: the record is full.
    #[error("the record is full: it holds as many acts as a record can")]
    RecordFull,
    /// Rule 3: a birth.
    #[error("a first act whose record id does not name its author, or with other counts than 1")]
    Birth,
    /// Rule 3: the feed or kind is not the record's.
    #[error("the feed or kind of record is not that of its predecessors")]
    OtherFeed,
    /// Rule 3: start_op or seq do not follow from the causal past, or the number in the author's log is none.
    #[error("the counts do not follow from the predecessors, or the number in the log is none")]
    Counts,
    /// Rule 4.
    #[error("the act is not one deterministic CBOR map with keys 0, 1, 3 and 5")]
    Act,
    /// The detail is too long.
    #[error("the detail is longer than 64 KiB")]
    Detail,
    /// The hash that vouches for the entry is another one.
    #[error("the entry is not the one that was vouched for")]
    Hash,
}

impl GuardError {
    /// Word for stores, JSON and answers.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Chunk => "chunk",
            Self::Time => "time",
            Self::Deps => "deps",
            Self::RecordFull => "record_full",
            Self::Birth => "birth",
            Self::OtherFeed => "other_feed",
            Self::Counts => "counts",
            Self::Act => "act",
            Self::Detail => "detail",
            Self::Hash => "hash",
        }
    }

    /// The error of a word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [
            Self::Chunk,
            Self::Time,
            Self::Deps,
            Self::RecordFull,
            Self::Birth,
            Self::OtherFeed,
            Self::Counts,
            Self::Act,
            Self::Detail,
            Self::Hash,
        ]
        .into_iter()
        .find(|error| error.code() == code)
    }
}

/// What the causal past says of an entry that names these deps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// 1 + the largest start_op of the deps; 1 without deps.
    pub start_op: u64,
    /// 1 + the number of the author's changes in the causal past.
    pub change_seq: u64,
    /// Feed and kind of the deps; `None` without deps.
    pub record: Option<(FeedId, u16)>,
}

/// Runs all rules. `place` is what the causal past says; unknown deps are the caller's case: the entry waits.
///
/// # Errors
/// [`GuardError`]: the first rule that fails.
pub fn guard(entry: &Entry, place: &Place) -> Result<(), GuardError> {
    chunk(entry)?;
    rebuilt(entry, place)
}

/// The rules for an entry whose change this process has just rebuilt from fields: rule 1 holds by construction but for
/// the size, which the act bounds.
///
/// # Errors
/// [`GuardError`]: the first rule that fails.
pub fn rebuilt(entry: &Entry, place: &Place) -> Result<(), GuardError> {
    fields(entry)?;
    if entry.act.len() > CHUNK_BYTES_MAX - CHUNK_HEAD_BYTES {
        return Err(GuardError::Chunk);
    }
    causality(entry, place)?;
    act(&entry.act)?;
    detail(entry)
}

/// Rule 1, where no chunk travelled: its fields make one of allowed size, whose hash is the entry's.
///
/// # Errors
/// [`GuardError::Chunk`].
pub fn chunk(entry: &Entry) -> Result<(), GuardError> {
    if entry.act.len() > CHUNK_BYTES_MAX {
        return Err(GuardError::Chunk);
    }
    let mut bytes = Vec::new();
    let hash = change::encode(&entry.change_fields(), &mut bytes);
    let too_long = bytes.len() > CHUNK_BYTES_MAX || entry.act.len() > CHUNK_BYTES_MAX - CHUNK_HEAD_BYTES;
    if too_long || hash != entry.change { Err(GuardError::Chunk) } else { Ok(()) }
}

/// Rule 2: fields within their ranges.
///
/// # Errors
/// [`GuardError::Time`], [`GuardError::Counts`], [`GuardError::Deps`], [`GuardError::RecordFull`].
pub fn fields(entry: &Entry) -> Result<(), GuardError> {
    if !(0..1 << TIME_BITS).contains(&entry.time_s) {
        return Err(GuardError::Time);
    }
    if entry.seq == 0 || i64::try_from(entry.seq).is_err() {
        return Err(GuardError::Counts);
    }
    if entry.deps.len() > DEPS_MAX || !entry.deps.is_sorted_by(|a: &ChangeHash, b| a < b) {
        return Err(GuardError::Deps);
    }
    if entry.start_op > START_OP_MAX { Err(GuardError::RecordFull) } else { Ok(()) }
}

/// Rule 3: a birth names its author; everything else follows from its deps.
///
/// # Errors
/// [`GuardError::Birth`], [`GuardError::OtherFeed`], [`GuardError::Counts`].
pub fn causality(entry: &Entry, place: &Place) -> Result<(), GuardError> {
    match place.record {
        None => {
            let first = entry.change_seq == 1 && entry.start_op == 1 && entry.record.names(entry.author);
            if first { Ok(()) } else { Err(GuardError::Birth) }
        }
        Some(record) if record != (entry.feed, entry.record_kind) => Err(GuardError::OtherFeed),
        Some(_) if (entry.start_op, entry.change_seq) != (place.start_op, place.change_seq) => Err(GuardError::Counts),
        Some(_) => Ok(()),
    }
}

/// Rule 4: one deterministic CBOR map.
///
/// # Errors
/// [`GuardError::Act`].
pub fn act(bytes: &[u8]) -> Result<(), GuardError> {
    walk(bytes).map_err(|_| GuardError::Act)
}

/// The detail is within its limit.
///
/// # Errors
/// [`GuardError::Detail`].
pub fn detail(entry: &Entry) -> Result<(), GuardError> {
    let too_long = entry.detail.as_ref().is_some_and(|detail| detail.cbor.len() > DETAIL_BYTES_MAX);
    if too_long { Err(GuardError::Detail) } else { Ok(()) }
}

struct NotDeterministic;

/// The walk that minicbor does not do: shortest heads, ascending unsigned keys, no tags or floats, nothing after.
fn walk(bytes: &[u8]) -> Result<(), NotDeterministic> {
    let mut input = Input { bytes, at: 0 };
    let (major, count) = input.head()?;
    if major != 5 {
        return Err(NotDeterministic);
    }
    let mut required = [(0_u64, false), (1, false), (3, false), (5, false)];
    let mut before = None;
    for _ in 0..count {
        let key = input.key(&mut before)?;
        let start = input.at;
        input.value(1)?;
        let type_ok = match key {
            0 | 2 | 3 => input.kind_at(start) == Some(0),
            1 => input.bytes_at(start) == Some(8),
            4 => input.bytes_at(start) == Some(32),
            5 => input.kind_at(start) == Some(5),
            _ => true,
        };
        if !type_ok {
            return Err(NotDeterministic);
        }
        required.iter_mut().filter(|(needed, _)| *needed == key).for_each(|(_, found)| *found = true);
    }
    let complete = required.iter().all(|(_, found)| *found) && input.at == bytes.len();
    // A cheap second opinion on the whole, by the library that reads it later.
    let readable = minicbor::Decoder::new(bytes).datatype().is_ok_and(|kind| kind == Type::Map);
    if complete && readable { Ok(()) } else { Err(NotDeterministic) }
}

struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Input<'_> {
    fn take(&mut self, count: usize) -> Result<&[u8], NotDeterministic> {
        let end = self.at.checked_add(count).ok_or(NotDeterministic)?;
        let taken = self.bytes.get(self.at..end).ok_or(NotDeterministic)?;
        self.at = end;
        Ok(taken)
    }

    /// Major type and argument, in the shortest form only.
    fn head(&mut self) -> Result<(u8, u64), NotDeterministic> {
        let first = *self.take(1)?.first().ok_or(NotDeterministic)?;
        let (major, info) = (first >> 5, first & 31);
        let (width, least) = match info {
            0..=23 => return Ok((major, u64::from(info))),
            24 => (1, 24),
            25 => (2, 1 << 8),
            26 => (4, 1 << 16),
            27 => (8, 1 << 32),
            _ => return Err(NotDeterministic),
        };
        if major == 7 {
            return Err(NotDeterministic);
        }
        let argument = self.take(width)?.iter().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte));
        if argument < least { Err(NotDeterministic) } else { Ok((major, argument)) }
    }

    fn key(&mut self, before: &mut Option<u64>) -> Result<u64, NotDeterministic> {
        let (major, key) = self.head()?;
        if major != 0 || before.is_some_and(|before| before >= key) {
            return Err(NotDeterministic);
        }
        *before = Some(key);
        Ok(key)
    }

    fn value(&mut self, depth: usize) -> Result<(), NotDeterministic> {
        if depth > DEPTH_MAX {
            return Err(NotDeterministic);
        }
        let (major, argument) = self.head()?;
        let count = usize::try_from(argument).map_err(|_| NotDeterministic);
        match major {
            0 | 1 => Ok(()),
            2 => self.take(count?).map(drop),
            3 => std::str::from_utf8(self.take(count?)?).map(drop).map_err(|_| NotDeterministic),
            4 => (0..argument).try_for_each(|_| self.value(depth + 1)),
            5 => {
                let mut before = None;
                (0..argument).try_for_each(|_| {
                    self.key(&mut before)?;
                    self.value(depth + 1)
                })
            }
            7 if matches!(argument, 20..=22) => Ok(()),
            _ => Err(NotDeterministic),
        }
    }

    fn kind_at(&self, at: usize) -> Option<u8> {
        self.bytes.get(at).map(|byte| byte >> 5)
    }

    fn bytes_at(&self, at: usize) -> Option<u64> {
        let mut input = Self { bytes: self.bytes, at };
        input.head().ok().filter(|(major, _)| *major == 2).map(|(_, length)| length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gewu_model::act::{Act, Body, PlainBody, RECORD_KIND_CASE};
    use gewu_model::ids::{DeviceId, GrantId, RecordId};
    use gewu_model::time::Basis;

    const AUTHOR: DeviceId = DeviceId([7; 16]);

    fn note() -> Vec<u8> {
        Act { grant: GrantId([1; 8]), pack: None, basis: Basis::Claimed, detail: None, body: Body::Note(PlainBody {}) }.encode()
    }

    fn birth() -> Entry {
        Entry {
            feed: FeedId([1; 16]),
            author: AUTHOR,
            seq: 1,
            record: RecordId::new(AUTHOR, 1_000, 0),
            record_kind: RECORD_KIND_CASE,
            change_seq: 1,
            start_op: 1,
            time_s: 1_700_000_000,
            deps: Vec::new(),
            act: note(),
            change: ChangeHash([0; 32]),
            detail: None,
        }
        .with_change_hash()
    }

    const NOTHING: Place = Place { start_op: 1, change_seq: 1, record: None };

    #[test]
    fn each_rule_refuses_its_own_sample() {
        let check = |name: &str, entry: Entry, place: Place, expected: Result<(), GuardError>| {
            assert_eq!(guard(&entry, &place), expected, "{name}");
        };
        let later = Place { start_op: 2, change_seq: 2, record: Some((FeedId([1; 16]), RECORD_KIND_CASE)) };
        let second = || Entry { start_op: 2, change_seq: 2, deps: vec![ChangeHash([1; 32])], ..birth() }.with_change_hash();
        check("birth", birth(), NOTHING, Ok(()));
        check("second", second(), later, Ok(()));
        check("other hash", Entry { change: ChangeHash([9; 32]), ..birth() }, NOTHING, Err(GuardError::Chunk));
        check("huge", Entry { act: vec![0; 70_000], ..birth() }.with_change_hash(), NOTHING, Err(GuardError::Chunk));
        check("time", Entry { time_s: -1, ..birth() }.with_change_hash(), NOTHING, Err(GuardError::Time));
        check("time", Entry { time_s: 1 << 40, ..birth() }.with_change_hash(), NOTHING, Err(GuardError::Time));
        check("number", Entry { seq: 0, ..birth() }, NOTHING, Err(GuardError::Counts));
        check("number", Entry { seq: 1 << 63, ..birth() }, NOTHING, Err(GuardError::Counts));
        let unordered = vec![ChangeHash([2; 32]), ChangeHash([1; 32])];
        check("deps", Entry { deps: unordered, ..second() }.with_change_hash(), later, Err(GuardError::Deps));
        let twice = vec![ChangeHash([2; 32]); 2];
        check("deps", Entry { deps: twice, ..second() }.with_change_hash(), later, Err(GuardError::Deps));
        check("full", Entry { start_op: 4_097, ..second() }.with_change_hash(), later, Err(GuardError::RecordFull));
        let foreign = RecordId::new(DeviceId([8; 16]), 1_000, 0);
        check("birth", Entry { record: foreign, ..birth() }.with_change_hash(), NOTHING, Err(GuardError::Birth));
        check("feed", Entry { feed: FeedId([3; 16]), ..second() }.with_change_hash(), later, Err(GuardError::OtherFeed));
        check("kind", Entry { record_kind: 2, ..second() }.with_change_hash(), later, Err(GuardError::OtherFeed));
        check("op", Entry { start_op: 3, ..second() }.with_change_hash(), later, Err(GuardError::Counts));
        check("seq", Entry { change_seq: 1, ..second() }.with_change_hash(), later, Err(GuardError::Counts));
        check("act", Entry { act: b"\xa0".to_vec(), ..birth() }.with_change_hash(), NOTHING, Err(GuardError::Act));
        let long = crate::entry::Detail { salt: [0; 16], cbor: vec![0; 65_537] };
        check("detail", Entry { detail: Some(long), ..birth() }, NOTHING, Err(GuardError::Detail));
    }

    #[test]
    fn an_act_is_one_deterministic_map() {
        let good = note();
        assert_eq!(act(&good), Ok(()));
        let with = |tail: &[u8]| {
            let mut bytes = good.clone();
            bytes[0] = 0xa5;
            bytes.extend_from_slice(tail);
            bytes
        };
        assert_eq!(act(&with(b"\x18\x63\x81\xf6")), Ok(()), "unknown keys pass");
        let refused: [(&str, Vec<u8>); 12] = [
            ("trailing byte", [good.as_slice(), b"\x00"].concat()),
            ("key twice", with(b"\x05\xa0")),
            ("overlong key", with(b"\x18\x06\x00")),
            ("overlong integer", with(b"\x06\x18\x01")),
            ("float", with(b"\x06\xf9\x00\x00")),
            ("tag", with(b"\x06\xc0\x00")),
            ("indefinite", with(b"\x06\x9f\xff")),
            ("undefined", with(b"\x06\xf7")),
            ("bad UTF-8", with(b"\x06\x61\xff")),
            ("text key within", with(b"\x06\xa1\x61\x61\x00")),
            ("too deep", with(&[b"\x06".as_slice(), &[0x81; 16], b"\x00"].concat())),
            ("cut", good[..good.len() - 1].to_vec()),
        ];
        for (name, bytes) in refused {
            assert_eq!(act(&bytes), Err(GuardError::Act), "{name}");
        }
    }

    #[test]
    fn a_huge_count_ends_at_once() {
        assert_eq!(act(b"\xbb\xff\xff\xff\xff\xff\xff\xff\xff"), Err(GuardError::Act));
        assert_eq!(act(b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff\x00"), Err(GuardError::Act));
    }
}
