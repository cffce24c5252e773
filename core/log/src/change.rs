//! One act as the bytes of one Automerge change, written and read without the library.
//!
//! **Problem.** Every act is one Automerge change, so that a record is a document any Automerge tool
//! opens. The library reads and writes changes through general columns and whole documents: too slow
//! for each act of a day, and mutated bytes given to it panic, or leave a document that cannot be
//! loaded again.
//!
//! **Approach.** Of the format's many shapes exactly one is written and read here: a chunk of type 1
//! (never the deflated type 2) of Automerge 0.12 with one `put` of a byte string under a fresh key of
//! the root map, without message, other actors, predecessors or extra bytes:
//!
//! ```text
//! 85 6f 4a 83 | checksum 4 | 01 | data length                   checksum: first 4 bytes of the hash
//! dep count, deps 32 each | 10 actor 16 | seq | start_op | time | 00 message | 00 other actors
//! column count | 15 2a key | 34 01 insert | 42 02 action | 56 n value kind | 57 n value | 70 02 pred
//! 7f 28 key 40 | 01 | 7f 01 | 7f (act length × 16 + 7) | act | 7f 00
//! ```
//!
//! Numbers are LEB128, time the signed one; `7f` is -1 and opens a run of one single value. The root
//! key is `start_op` as 8 and the actor as 32 lower-case hex digits. An empty act has no value column.
//! The hash is SHA-256 over everything from the chunk type on.
//!
//! **Invariants.** Reading only *finds* the fields; what decides is that writing them again gives the
//! same bytes. There is no fallback: what [`decode`] does not accept is refused. [`encode`] is total:
//! it never panics, and of fields that break a limit it makes bytes that [`decode`] refuses.
//!
//! **Rejected.** Falling back to the library for other shapes (two readers that must agree on hostile
//! bytes); a list of fixed checks in place of writing again (a first version accepted overlong numbers
//! that the library refuses). The library stays the referee, in `tests/change_is_automerge.rs`.

mod leb128;

use std::borrow::Cow;
use std::ops::RangeInclusive;

use gewu_model::ids::{ChangeHash, DeviceId};
use sha2::{Digest, Sha256};

use leb128::{Reader, unsigned_bytes, write_signed, write_unsigned};

/// The longest chunk that is read, in bytes with its header.
pub const CHUNK_BYTES_MAX: usize = 65_536;
/// The most changes that one change may name as its direct past.
pub const DEPS_MAX: u64 = 64;
/// The latest time a change may state, in seconds since 1970.
pub const TIME_MAX: i64 = (1 << 40) - 1;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
const PLAIN_CHANGE: u8 = 1;
/// Magic, checksum, chunk type.
const HEADER_BYTES: usize = 9;
/// The hash covers the chunk from its type on.
const HASHED_FROM: usize = 8;
const ROOT_KEY_BYTES: usize = 40;

const ACTOR_BYTES: u8 = 16;
const NO_MESSAGE_NO_OTHER_ACTORS: [u8; 2] = [0, 0];
const COLUMNS_WITH_VALUE: u8 = 6;
const COLUMNS_WITHOUT_VALUE: u8 = 5;
/// Column and length: key string, insert, action; then the value's kind, whose length varies.
const COLUMNS_UP_TO_KIND: [u8; 7] = [0x15, 0x2a, 0x34, 0x01, 0x42, 0x02, 0x56];
const VALUE_COLUMN: u8 = 0x57;
const PREDECESSOR_COLUMN: [u8; 2] = [0x70, 0x02];
const ONE_KEY: [u8; 2] = [0x7f, 40];
/// One `false`; one action, 1 = put; the run of one value kind begins.
const INSERT_ACTION_KIND: [u8; 4] = [0x01, 0x7f, 0x01, 0x7f];
const BYTE_STRING: u64 = 7;
const NO_PREDECESSOR: [u8; 2] = [0x7f, 0x00];

/// What one change says; everything else in its bytes is computed.
///
/// **Invariant** of whatever [`decode`] returns, and to be kept by who fills it in: 1 ≤ `seq`;
/// 1 ≤ `start_op` < 2³²; 0 ≤ `time` < 2⁴⁰; at most [`DEPS_MAX`] deps, strictly ascending; the chunk
/// is at most [`CHUNK_BYTES_MAX`] long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeFields<'a> {
    /// The author's device.
    pub actor: DeviceId,
    /// Counts the author's changes within the record, from 1.
    pub seq: u64,
    /// The place of the change's only operation: one more than that of any of its deps.
    pub start_op: u64,
    /// The author's best time, in whole seconds since 1970; neither trusted nor interpreted here.
    pub time: i64,
    /// The hashes of the changes it directly rests on, strictly ascending.
    pub deps: Cow<'a, [ChangeHash]>,
    /// The act in CBOR; any bytes here.
    pub act: Cow<'a, [u8]>,
}

/// Why bytes are not one of our changes. All are final: the bytes are to be refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    #[error("chunk of {bytes} bytes is longer than a change may be")]
    TooLarge { bytes: usize },
    #[error("change ends early, where byte {offset} was expected")]
    Truncated { offset: usize },
    #[error("not an uncompressed automerge change chunk")]
    OtherChunk,
    #[error("chunk states {stated} bytes of data and has {actual}")]
    Length { stated: u64, actual: u64 },
    #[error("number at byte {offset} is not a shortest leb128 of 64 bits")]
    Number { offset: usize },
    #[error("{field} of {value} is out of range")]
    OutOfRange { field: &'static str, value: i128 },
    #[error("change names {count} deps")]
    TooManyDeps { count: u64 },
    #[error("deps are not strictly ascending")]
    DepsNotAscending,
    #[error("root key is not that of the operation")]
    RootKey,
    #[error("change is not one put of a byte string, at byte {offset}")]
    Shape { offset: usize },
    #[error("checksum does not match the chunk")]
    Checksum,
}

/// Writes the chunk of a change into `into`, which is emptied first, and returns its hash.
///
/// Never fails: fields that break an invariant of [`ChangeFields`] give bytes that [`decode`] refuses.
pub fn encode(fields: &ChangeFields<'_>, into: &mut Vec<u8>) -> ChangeHash {
    write_without_checksum(fields, into);
    let hash = hash_of(into);
    for (byte, sum) in into.iter_mut().skip(MAGIC.len()).zip(&hash.0[..4]) {
        *byte = *sum;
    }
    hash
}

/// The hash that [`encode`] returns, without the bytes.
#[must_use]
pub fn hash(fields: &ChangeFields<'_>) -> ChangeHash {
    let mut scratch = Vec::new();
    write_without_checksum(fields, &mut scratch);
    hash_of(&scratch)
}

/// Reads one whole chunk and its hash; the act is borrowed from `bytes`.
///
/// Whatever is accepted encodes back to the same bytes.
///
/// # Errors
/// What is wrong first, cheap checks before the hash; see [`ChangeError`].
pub fn decode(bytes: &[u8]) -> Result<(ChangeFields<'_>, ChangeHash), ChangeError> {
    if bytes.len() > CHUNK_BYTES_MAX {
        return Err(ChangeError::TooLarge { bytes: bytes.len() });
    }
    let mut reader = Reader::new(bytes);
    let magic: [u8; 4] = reader.array()?;
    let checksum: [u8; 4] = reader.array()?;
    if magic != MAGIC || reader.byte()? != PLAIN_CHANGE {
        return Err(ChangeError::OtherChunk);
    }
    let stated = reader.unsigned()?;
    let actual = wide(reader.rest_bytes());
    if stated != actual {
        return Err(ChangeError::Length { stated, actual });
    }
    let fields = find_fields(&mut reader)?;

    let mut again = Vec::with_capacity(bytes.len());
    write_without_checksum(&fields, &mut again);
    if again.get(HASHED_FROM..) != bytes.get(HASHED_FROM..) {
        return Err(ChangeError::Shape {
            offset: first_difference(&again, bytes),
        });
    }
    let hash = hash_of(bytes);
    if hash.0[..4] != checksum {
        return Err(ChangeError::Checksum);
    }
    Ok((fields, hash))
}

fn find_fields<'a>(reader: &mut Reader<'a>) -> Result<ChangeFields<'a>, ChangeError> {
    let deps = find_deps(reader)?;
    reader.expect(&[ACTOR_BYTES])?;
    let actor = DeviceId(reader.array()?);
    let seq = within("seq", reader.unsigned()?, 1..=u64::MAX)?;
    let start_op = within("start_op", reader.unsigned()?, 1..=u64::from(u32::MAX))?;
    let time = within("time", reader.signed()?, 0..=TIME_MAX)?;
    let act = find_act(reader, &root_key(start_op, actor))?;
    Ok(ChangeFields {
        actor,
        seq,
        start_op,
        time,
        deps,
        act,
    })
}

fn find_deps<'a>(reader: &mut Reader<'a>) -> Result<Cow<'a, [ChangeHash]>, ChangeError> {
    let count = reader.unsigned()?;
    if count == 0 {
        return Ok(Cow::Borrowed(&[]));
    }
    if count > DEPS_MAX {
        return Err(ChangeError::TooManyDeps { count });
    }
    let (hashes, _) = reader.take(count.saturating_mul(32))?.as_chunks::<32>();
    if !hashes.is_sorted_by(|earlier, later| earlier < later) {
        return Err(ChangeError::DepsNotAscending);
    }
    Ok(hashes.iter().copied().map(ChangeHash).collect())
}

/// Walks to the act. The lengths that lie on the way are passed over: the caller writes all again.
fn find_act<'a>(
    reader: &mut Reader<'a>,
    key: &[u8; ROOT_KEY_BYTES],
) -> Result<Cow<'a, [u8]>, ChangeError> {
    reader.expect(&NO_MESSAGE_NO_OTHER_ACTORS)?;
    let columns = reader.byte()?;
    reader.expect(&COLUMNS_UP_TO_KIND)?;
    reader.unsigned()?;
    if columns == COLUMNS_WITH_VALUE {
        reader.expect(&[VALUE_COLUMN])?;
        reader.unsigned()?;
    }
    reader.expect(&PREDECESSOR_COLUMN)?;
    reader.expect(&ONE_KEY)?;
    if reader.array::<ROOT_KEY_BYTES>()? != *key {
        return Err(ChangeError::RootKey);
    }
    reader.expect(&INSERT_ACTION_KIND)?;
    let kind = reader.unsigned()?;
    Ok(Cow::Borrowed(reader.take(kind >> 4)?))
}

/// The chunk with four zero bytes where the checksum goes.
fn write_without_checksum(fields: &ChangeFields<'_>, into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(&MAGIC);
    into.extend_from_slice(&[0, 0, 0, 0, PLAIN_CHANGE]);
    write_data(fields, into);

    // The length goes before the data and its own width depends on it: the data moves up, which
    // costs less than stating every width of the layout a second time.
    let data_bytes = into.len() - HEADER_BYTES;
    let length_bytes = unsigned_bytes(wide(data_bytes));
    write_unsigned(wide(data_bytes), into);
    into[HEADER_BYTES..].rotate_right(length_bytes);
}

fn write_data(fields: &ChangeFields<'_>, into: &mut Vec<u8>) {
    let act_bytes = wide(fields.act.len());
    let kind = act_bytes.saturating_mul(16) | BYTE_STRING;
    into.reserve(160 + 32 * fields.deps.len() + fields.act.len());

    write_unsigned(wide(fields.deps.len()), into);
    for dep in fields.deps.iter() {
        into.extend_from_slice(&dep.0);
    }
    into.push(ACTOR_BYTES);
    into.extend_from_slice(&fields.actor.0);
    write_unsigned(fields.seq, into);
    write_unsigned(fields.start_op, into);
    write_signed(fields.time, into);
    into.extend_from_slice(&NO_MESSAGE_NO_OTHER_ACTORS);

    into.push(if act_bytes == 0 {
        COLUMNS_WITHOUT_VALUE
    } else {
        COLUMNS_WITH_VALUE
    });
    into.extend_from_slice(&COLUMNS_UP_TO_KIND);
    write_unsigned(1 + wide(unsigned_bytes(kind)), into);
    if act_bytes != 0 {
        into.push(VALUE_COLUMN);
        write_unsigned(act_bytes, into);
    }
    into.extend_from_slice(&PREDECESSOR_COLUMN);

    into.extend_from_slice(&ONE_KEY);
    into.extend_from_slice(&root_key(fields.start_op, fields.actor));
    into.extend_from_slice(&INSERT_ACTION_KIND);
    write_unsigned(kind, into);
    into.extend_from_slice(&fields.act);
    into.extend_from_slice(&NO_PREDECESSOR);
}

/// Only the low 32 bits of `start_op` have room; [`decode`] refuses a larger one before it looks here.
fn root_key(start_op: u64, actor: DeviceId) -> [u8; ROOT_KEY_BYTES] {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut key = [0; ROOT_KEY_BYTES];
    let place = start_op.to_be_bytes();
    for (pair, byte) in key
        .chunks_exact_mut(2)
        .zip(place[4..].iter().chain(&actor.0))
    {
        pair[0] = DIGITS[usize::from(byte >> 4)];
        pair[1] = DIGITS[usize::from(byte & 15)];
    }
    key
}

fn hash_of(chunk: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(chunk.get(HASHED_FROM..).unwrap_or_default()).into())
}

fn within<T>(field: &'static str, value: T, range: RangeInclusive<T>) -> Result<T, ChangeError>
where
    T: Copy + PartialOrd + Into<i128>,
{
    if range.contains(&value) {
        return Ok(value);
    }
    Err(ChangeError::OutOfRange {
        field,
        value: value.into(),
    })
}

/// Where two chunks part, checksums aside; the end of the shorter one if it begins the longer.
fn first_difference(one: &[u8], other: &[u8]) -> usize {
    let pairs = one.iter().zip(other).enumerate().skip(HASHED_FROM);
    let mut different = pairs.filter(|(_, (a, b))| a != b).map(|(offset, _)| offset);
    different.next().unwrap_or(one.len().min(other.len()))
}

fn wide(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
