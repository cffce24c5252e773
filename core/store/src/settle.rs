//! What somebody has to settle: cases in which values stand beside each other, and acts that the hub refused; and how
//! much of each area is open and late.

use gewu_log::record::Header;
use gewu_model::case::CaseState;
use gewu_model::ids::{ChangeHash, FeedId, RecordId};
use rusqlite::Connection;

use crate::error::{Attempt, StoreError};
use crate::pages::{CaseRow, ROWS_MAX};
use crate::reader::{Reader, position};
use crate::rows::{id16, id32, signed};
use crate::sql;

/// A refused entry, by its place and its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusedRow {
    /// The order in which it was taken in.
    pub position: u64,
    /// What it is about.
    pub record: RecordId,
    /// Which act of the record.
    pub change: ChangeHash,
}

/// Open cases of one area.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCount {
    /// Open.
    pub open: u64,
    /// Of these, past their deadline with the clock running.
    pub overdue: u64,
}

/// Keeps the table right when a record is saved.
pub(crate) fn note(db: &Connection, row: i64, before: &CaseState, now: &CaseState) -> Result<(), StoreError> {
    let attempted = "noting a contested case";
    let statement = match (before.is_contested(), now.is_contested()) {
        (false, true) => sql::PUT_CONTESTED,
        (true, false) => sql::DROP_CONTESTED,
        _ => return Ok(()),
    };
    db.prepare_cached(statement).attempt(attempted)?.execute([row]).attempt(attempted)?;
    Ok(())
}

/// Fills the table from the headers, for a file that was made before there was one.
pub(crate) fn fill(db: &Connection) -> Result<(), StoreError> {
    let attempted = "finding contested cases";
    let mut headers = db.prepare(sql::HEADERS_BY_ID).attempt(attempted)?;
    let mut rows = headers.query([]).attempt(attempted)?;
    while let Some(row) = rows.next().attempt(attempted)? {
        let header = header(row, 1)?;
        note(db, row.get(0).attempt(attempted)?, &CaseState::default(), &header.state)?;
    }
    Ok(())
}

fn header(row: &rusqlite::Row<'_>, column: usize) -> Result<Header, StoreError> {
    let attempted = "reading a record";
    let bytes = row.get_ref(column).and_then(|header| Ok(header.as_blob()?)).attempt(attempted)?;
    minicbor::decode(bytes).map_err(|error| StoreError::damaged(attempted, error))
}

impl Reader {
    /// Refused entries, the newest first, before a position, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn refused(&self, before: Option<u64>, limit: u32) -> Result<Vec<RefusedRow>, StoreError> {
        let attempted = "reading what was refused";
        let mut refused = self.db.prepare_cached(sql::REFUSED).attempt(attempted)?;
        let rows = refused
            .query_map((before.map_or(i64::MAX, signed), limit), |row| {
                let (record, change) = (RecordId(id16(row, 1)?), ChangeHash(id32(row, 2)?));
                Ok(RefusedRow { position: position(row.get(0)?), record, change })
            })
            .attempt(attempted)?;
        rows.collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// Contested cases, the newest first, before a place, each with its own; at most 200.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn contested(&self, before: Option<u64>, limit: u32) -> Result<Vec<(u64, CaseRow)>, StoreError> {
        let attempted = "reading contested cases";
        self.at_once(|db| {
            let mut contested = db.prepare_cached(sql::CONTESTED).attempt(attempted)?;
            let values = (before.map_or(i64::MAX, signed), limit.clamp(1, ROWS_MAX));
            let mut rows = contested.query(values).attempt(attempted)?;
            let mut found = Vec::new();
            while let Some(row) = rows.next().attempt(attempted)? {
                found.push((position(row.get(0).attempt(attempted)?), self.case_row(db, row)?));
            }
            Ok(found)
        })
    }

    /// How many cases are contested.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn contested_count(&self) -> Result<u64, StoreError> {
        let attempted = "counting contested cases";
        let mut count = self.db.prepare_cached(sql::COUNT_CONTESTED).attempt(attempted)?;
        Ok(position(count.query_row([], |row| row.get(0)).attempt(attempted)?))
    }

    /// Open cases by the area that they lie in; late are those whose deadline was before `now_s` and whose clock runs.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn open_by_area(&self, now_s: i64) -> Result<std::collections::BTreeMap<FeedId, OpenCount>, StoreError> {
        let attempted = "counting open cases";
        self.at_once(|db| {
            let mut open = db.prepare_cached(sql::OPEN_BY_DEADLINE).attempt(attempted)?;
            let mut rows = open.query([i64::MIN]).attempt(attempted)?;
            let mut counts: std::collections::BTreeMap<i64, OpenCount> = std::collections::BTreeMap::new();
            while let Some(row) = rows.next().attempt(attempted)? {
                let Some(area) = row.get::<_, Option<i64>>(0).attempt(attempted)? else { continue };
                let late = row.get::<_, i64>(1).attempt(attempted)? < now_s && !header(row, 2)?.state.is_suspended();
                let count = counts.entry(area).or_default();
                count.open += 1;
                count.overdue += u64::from(late);
            }
            let mut named = std::collections::BTreeMap::new();
            for (area, count) in counts {
                let mut name = db.prepare_cached(sql::FEED_NAME).attempt(attempted)?;
                named.insert(FeedId(name.query_row([area], |row| id16(row, 0)).attempt(attempted)?), count);
            }
            Ok(named)
        })
    }
}
