//! The way out: every entry with its home line.

use gewu_log::entry::Entry;
use gewu_log::record::Said;

use crate::error::{Attempt, StoreError};
use crate::reader::{Reader, position};
use crate::rows::{EntryRow, signed};
use crate::sql;

/// An entry with its place in the order taken in, its home line and the hub's word, where known.
pub type EntryWithLine = (u64, Entry, Option<u64>, Option<Said>);

impl Reader {
    /// Entries in the order in which they were taken in, after a position, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn entries_with_lines(&self, after: u64, limit: u32) -> Result<Vec<EntryWithLine>, StoreError> {
        let attempted = "reading the entries";
        self.at_once(|db| {
            let mut entries = db.prepare_cached(sql::ENTRIES).attempt(attempted)?;
            let rows = entries.query_map((signed(after), limit), EntryRow::read).attempt(attempted)?;
            let rows: Vec<EntryRow> = rows.collect::<rusqlite::Result<_>>().attempt(attempted)?;
            rows.iter()
                .map(|row| {
                    let n = row.n.map(position);
                    Ok((position(row.id), self.entry(db, row)?.0, n, row.said))
                })
                .collect()
        })
    }
}
