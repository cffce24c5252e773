//! Entries as rows.

use gewu_log::columns::Outgoing;
use gewu_log::entry::{Detail, Entry};
use gewu_log::record::{Row, Said};
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, RecordId};
use rusqlite::{Connection, Row as SqlRow, params};

use super::{STREET, StoreError, bytes, engine, natural, said_of, signed};

/// Columns of an entry, in the order that [`entry_of`] reads.
pub(super) const ENTRY_COLUMNS: &str = "e.feed, e.author, e.seq, e.record, e.record_kind, e.change_seq, e.start_op, \
     e.time_s, e.deps, e.act, e.change, e.salt, e.detail";

const DEP_BYTES: usize = 56;

/// A dep as it is stored: change hash, author, seq.
fn deps_of(blob: &[u8]) -> Vec<(ChangeHash, DeviceId, u64)> {
    let (deps, _) = blob.as_chunks::<DEP_BYTES>();
    deps.iter()
        .filter_map(|dep| {
            let (change, rest) = dep.split_first_chunk::<32>()?;
            let (author, rest) = rest.split_first_chunk::<16>()?;
            let seq = <[u8; 8]>::try_from(rest).ok()?;
            Some((ChangeHash(*change), DeviceId(*author), u64::from_be_bytes(seq)))
        })
        .collect()
}

/// An entry from the columns that begin at `at`.
pub(super) fn entry_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Entry> {
    outgoing_of(row, at).map(|out| out.entry)
}

pub(super) fn outgoing_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Outgoing> {
    let deps = deps_of(row.get_ref(at + 8)?.as_blob()?);
    let detail = match row.get::<_, Option<Vec<u8>>>(at + 12)? {
        Some(cbor) => Some(Detail { salt: bytes(row, at + 11)?, cbor }),
        None => None,
    };
    let entry = Entry {
        feed: FeedId(bytes(row, at)?),
        author: DeviceId(bytes(row, at + 1)?),
        seq: natural(row.get(at + 2)?),
        record: RecordId(bytes(row, at + 3)?),
        record_kind: row.get(at + 4)?,
        change_seq: natural(row.get(at + 5)?),
        start_op: natural(row.get(at + 6)?),
        time_s: row.get(at + 7)?,
        deps: deps.iter().map(|(change, _, _)| *change).collect(),
        act: row.get(at + 9)?,
        change: ChangeHash(bytes(row, at + 10)?),
        detail,
    };
    Ok(Outgoing { deps: deps.into_iter().map(|(_, author, seq)| Some((author, seq))).collect(), entry })
}

/// A row for the fold, from the columns that begin at `at`, with the word said in the two columns before.
pub(super) fn row_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Row> {
    Ok(Row {
        author: DeviceId(bytes(row, at)?),
        seq: natural(row.get(at + 1)?),
        change_seq: natural(row.get(at + 2)?),
        start_op: natural(row.get(at + 3)?),
        time_s: row.get(at + 4)?,
        deps: deps_of(row.get_ref(at + 5)?.as_blob()?).into_iter().map(|(change, _, _)| change).collect(),
        act: row.get(at + 6)?,
        change: ChangeHash(bytes(row, at + 7)?),
        said: Some(said_of(row, at + 8, at + 9)?),
    })
}

pub(super) fn rows(tx: &Connection, record: RecordId) -> Result<Vec<Row>, StoreError> {
    let sql = "SELECT author, seq, change_seq, start_op, time_s, deps, act, change, verdict, hub_time_s FROM entry \
               WHERE street = ?1 AND record = ?2 ORDER BY entry_no";
    tx.prepare_cached(sql)
        .and_then(|mut query| query.query_map(params![STREET, record.0], |row| row_of(row, 0))?.collect())
        .map_err(engine("reading a record's rows"))
}

pub(super) fn put_entry(
    tx: &Connection,
    entry: &Entry,
    deps: &[(DeviceId, u64)],
    n: u64,
    said: Said,
    forked: bool,
) -> Result<i64, StoreError> {
    let mut blob = Vec::with_capacity(deps.len() * DEP_BYTES);
    for (change, (author, seq)) in entry.deps.iter().zip(deps) {
        blob.extend_from_slice(&change.0);
        blob.extend_from_slice(&author.0);
        blob.extend_from_slice(&seq.to_be_bytes());
    }
    let sql = "INSERT INTO entry (street, feed, author, seq, entry_hash, record, record_kind, change_seq, start_op, time_s, \
               deps, act, change, salt, detail, n, verdict, hub_time_s, forked) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19)";
    let attempted = "storing an entry";
    let mut insert = tx.prepare_cached(sql).map_err(engine(attempted))?;
    insert
        .insert(params![
            STREET,
            entry.feed.0,
            entry.author.0,
            signed(entry.seq),
            entry.hash().0,
            entry.record.0,
            entry.record_kind,
            signed(entry.change_seq),
            signed(entry.start_op),
            entry.time_s,
            blob,
            entry.act,
            entry.change.0,
            entry.detail.as_ref().map(|detail| detail.salt),
            entry.detail.as_ref().map(|detail| detail.cbor.as_slice()),
            signed(n),
            said.verdict.0,
            said.hub_time_s,
            forked,
        ])
        .map_err(engine(attempted))
}
