//! Entry rows: how an entry lies in the file, and back.
//!
//! Deps are rows of the same record, so they are written as distances between ids; the commonest, "the entry before it",
//! costs nothing. Rows of one record are a chain from its newest entry backwards.

use std::collections::HashMap;

use gewu_log::entry::{Detail, Entry};
use gewu_log::grant::Grant;
use gewu_log::line::Verdict;
use gewu_log::record::{Row as LogRow, Said};
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, PersonId, RecordId};
use gewu_model::rights::Role;
use rusqlite::types::Type;
use rusqlite::{Connection, Row};

use crate::error::{Attempt, StoreError};
use crate::sql;

/// One row of `entry`, without its detail.
#[derive(Clone, Debug)]
pub(crate) struct EntryRow {
    pub id: i64,
    pub log: i64,
    pub seq: u64,
    pub record: i64,
    pub prev: Option<i64>,
    pub said: Option<Said>,
    pub n: Option<i64>,
    pub answer: Option<String>,
    pub change_seq: u64,
    pub start_op: u64,
    pub time_s: i64,
    pub change: ChangeHash,
    /// Ids of its deps, in no order.
    pub deps: Vec<i64>,
    pub act: Vec<u8>,
    /// Salt and CBOR together; `None`: no detail.
    pub detail_bytes: Option<i64>,
}

impl EntryRow {
    /// Reads the columns of `entry_columns!`.
    pub fn read(row: &Row<'_>) -> rusqlite::Result<Self> {
        let id = row.get(0)?;
        let prev: Option<i64> = row.get(4)?;
        let verdict: Option<u8> = row.get(5)?;
        let said = match (verdict, row.get::<_, Option<i64>>(6)?) {
            (Some(verdict), Some(hub_time_s)) => Some(Said { verdict: Verdict(verdict), hub_time_s }),
            _ => None,
        };
        let deps = match row.get_ref(13)?.as_blob_or_null()? {
            None => prev.into_iter().collect(),
            Some(bytes) => decode_deps(id, bytes).ok_or_else(|| malformed(13, "deps"))?,
        };
        Ok(Self {
            id,
            log: row.get(1)?,
            seq: unsigned(row, 2)?,
            record: row.get(3)?,
            prev,
            said,
            n: row.get(7)?,
            answer: row.get(8)?,
            change_seq: unsigned(row, 9)?,
            start_op: unsigned(row, 10)?,
            time_s: row.get(11)?,
            change: ChangeHash(id32(row, 12)?),
            deps,
            act: row.get(14)?,
            detail_bytes: row.get(15)?,
        })
    }

    /// The entry of the row, with the names that it needs; `deps` ascending.
    pub fn entry(
        &self,
        (feed, author): (FeedId, DeviceId),
        (record, record_kind): (RecordId, u16),
        deps: Vec<ChangeHash>,
        detail: Option<Detail>,
    ) -> Entry {
        Entry {
            feed,
            author,
            seq: self.seq,
            record,
            record_kind,
            change_seq: self.change_seq,
            start_op: self.start_op,
            time_s: self.time_s,
            deps,
            act: self.act.clone(),
            change: self.change,
            detail,
        }
    }

    /// What counts against seals and frames.
    pub fn counted_bytes(&self) -> usize {
        self.act.len() + usize::try_from(self.detail_bytes.unwrap_or(0)).unwrap_or(0) + 32 * self.deps.len()
    }
}

/// What a column holds is not what was written.
pub(crate) fn malformed(column: usize, what: &'static str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, format!("{what} cannot be read").into())
}

pub(crate) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    let value: i64 = row.get(column)?;
    u64::try_from(value).map_err(|_| rusqlite::Error::IntegralValueOutOfRange(column, value))
}

fn array<const N: usize>(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; N]> {
    let bytes = row.get_ref(column)?.as_blob()?;
    <[u8; N]>::try_from(bytes).map_err(|_| malformed(column, "a name"))
}

pub(crate) fn id8(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 8]> {
    array(row, column)
}

pub(crate) fn id16(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 16]> {
    array(row, column)
}

pub(crate) fn id32(row: &Row<'_>, column: usize) -> rusqlite::Result<[u8; 32]> {
    array(row, column)
}

/// For SQL, which has no unsigned integers; what does not fit is refused by a `CHECK` or found by nobody.
pub(crate) fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// `None`: exactly the entry before it.
pub(crate) fn encode_deps(id: i64, prev: Option<i64>, deps: &[i64]) -> Option<Vec<u8>> {
    if let [dep] = deps
        && Some(*dep) == prev
    {
        return None;
    }
    let mut distances: Vec<i64> = deps.iter().map(|dep| id - dep).collect();
    distances.sort_unstable();
    let mut bytes = Vec::with_capacity(deps.len() * 2);
    for distance in distances {
        let mut left = distance.unsigned_abs();
        while left >= 0x80 {
            bytes.push(u8::try_from(left & 0x7f).unwrap_or(0) | 0x80);
            left >>= 7;
        }
        bytes.push(u8::try_from(left).unwrap_or(0));
    }
    Some(bytes)
}

fn decode_deps(id: i64, bytes: &[u8]) -> Option<Vec<i64>> {
    let mut deps = Vec::new();
    let (mut value, mut shift) = (0_i64, 0_u32);
    for byte in bytes {
        if shift > 56 {
            return None;
        }
        value |= i64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte & 0x80 == 0 {
            deps.push(id.checked_sub(value).filter(|dep| *dep < id)?);
            (value, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(deps)
}

/// One entry by its id.
pub(crate) fn entry_at(db: &Connection, id: i64) -> Result<EntryRow, StoreError> {
    let attempted = "reading an entry";
    let mut entry = db.prepare_cached(sql::ENTRY_AT).attempt(attempted)?;
    entry.query_row([id], EntryRow::read).attempt(attempted)
}

/// Entries with this place in a log: none, one, or more where the author forked.
pub(crate) fn entries_at(db: &Connection, log: i64, seq: u64) -> Result<Vec<EntryRow>, StoreError> {
    let attempted = "looking an entry up";
    let mut entries = db.prepare_cached(sql::ENTRIES_AT).attempt(attempted)?;
    let rows = entries.query_map((log, signed(seq)), EntryRow::read).attempt(attempted)?;
    rows.collect::<rusqlite::Result<_>>().attempt(attempted)
}

/// All entries of a record, newest first; 0: none.
pub(crate) fn chain(db: &Connection, last: i64) -> Result<Vec<EntryRow>, StoreError> {
    let mut entries = Vec::new();
    let mut next = (last > 0).then_some(last);
    while let Some(id) = next {
        let entry = entry_at(db, id)?;
        next = entry.prev;
        if next.is_some_and(|prev| prev >= id) {
            return Err(StoreError::damaged("reading a record", format!("entry {id} comes before {next:?}")));
        }
        entries.push(entry);
    }
    Ok(entries)
}

/// The same entries as the log crate has them.
pub(crate) fn log_rows(
    chain: &[EntryRow],
    author: impl Fn(i64) -> Result<(FeedId, DeviceId), StoreError>,
) -> Result<Vec<LogRow>, StoreError> {
    let changes: HashMap<i64, ChangeHash> = chain.iter().map(|entry| (entry.id, entry.change)).collect();
    let row = |entry: &EntryRow| {
        let missing = || {
            StoreError::damaged("reading a record", format!("a predecessor of entry {} is not of its record", entry.id))
        };
        let mut deps: Vec<ChangeHash> =
            entry.deps.iter().map(|dep| changes.get(dep).copied().ok_or_else(missing)).collect::<Result<_, _>>()?;
        deps.sort_unstable();
        Ok(LogRow {
            author: author(entry.log)?.1,
            seq: entry.seq,
            change_seq: entry.change_seq,
            start_op: entry.start_op,
            time_s: entry.time_s,
            deps,
            act: entry.act.clone(),
            change: entry.change,
            said: entry.said,
        })
    };
    chain.iter().map(row).collect()
}

/// Salt and CBOR as one column.
pub(crate) fn detail_column(detail: &Detail) -> Vec<u8> {
    [detail.salt.as_slice(), detail.cbor.as_slice()].concat()
}

/// The detail of an entry.
pub(crate) fn detail_at(db: &Connection, id: i64) -> Result<Option<Detail>, StoreError> {
    let attempted = "reading a detail";
    let mut detail = db.prepare_cached(sql::DETAIL_AT).attempt(attempted)?;
    let bytes: Option<Vec<u8>> = detail.query_row([id], |row| row.get(0)).attempt(attempted)?;
    Ok(bytes.and_then(|bytes| {
        bytes.split_first_chunk::<16>().map(|(salt, cbor)| Detail { salt: *salt, cbor: cbor.to_vec() })
    }))
}

/// A row of `grant_known`; `grant` is `None` where the role is of a newer version.
pub(crate) struct GrantRow {
    pub grant: Option<Grant>,
    pub token: Option<Vec<u8>>,
}

pub(crate) fn grant_of(row: &Row<'_>) -> rusqlite::Result<GrantRow> {
    let grant = match Role::from_number(row.get(2)?) {
        None => None,
        Some(role) => Some(Grant {
            id: GrantId(id8(row, 0)?),
            person: PersonId(id16(row, 1)?),
            role,
            area: FeedId(id16(row, 3)?),
            device: DeviceId(id16(row, 4)?),
            expires_s: row.get(5)?,
            pack_min: row.get(6)?,
            import: row.get(7)?,
        }),
    };
    Ok(GrantRow { grant, token: row.get(8)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deps_come_back_from_their_distances() {
        let check = |id, prev, deps: &[i64], bytes: Option<&[u8]>| {
            let encoded = encode_deps(id, prev, deps);
            assert_eq!(encoded.as_deref(), bytes);
            if let Some(encoded) = encoded {
                let mut back = decode_deps(id, &encoded).expect("decodes");
                back.sort_unstable();
                assert_eq!(back, deps);
            }
        };
        check(9, Some(8), &[8], None);
        check(9, None, &[], Some(b""));
        check(9, Some(8), &[7], Some(&[2]));
        check(1_000, Some(990), &[1, 990], Some(&[10, 0xe7, 0x07]));
        assert_eq!(decode_deps(5, &[0]), None, "an entry does not name itself");
        assert_eq!(decode_deps(5, &[0x80]), None, "cut");
        assert_eq!(decode_deps(5, &[0xff; 12]), None, "too long");
    }
}
