//! Drafts: what a person is typing, kept until it becomes an act or is thrown away.
//!
//! One draft per case, and one for a new report. They lie in the encrypted file like everything else, are as durable as
//! an act, and take no part in logs, sync, folds or tallies: a rebuild leaves them alone.

use gewu_model::ids::RecordId;
use rusqlite::Connection;

use crate::error::{Attempt, StoreError};
use crate::reader::Reader;
use crate::sql;
use crate::write::Write;

/// Largest draft, as the table allows it.
pub const DRAFT_BYTES_MAX: usize = 65_536;

/// A draft as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// The case; `None`: a new report.
    pub about: Option<RecordId>,
    /// Unix seconds.
    pub kept_s: i64,
    /// The caller's bytes.
    pub bytes: Vec<u8>,
}

fn key(about: Option<&RecordId>) -> &[u8] {
    about.map_or(&[], |record| record.0.as_slice())
}

impl Write<'_> {
    /// Keeps a draft in place of the one about the same case. At most [`DRAFT_BYTES_MAX`] bytes.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn keep_draft(&mut self, draft: &DraftRow) -> Result<(), StoreError> {
        let attempted = "keeping a draft";
        let mut put = self.db.prepare_cached(sql::PUT_DRAFT).attempt(attempted)?;
        put.execute((key(draft.about.as_ref()), draft.kept_s, draft.bytes.as_slice())).attempt(attempted)?;
        Ok(())
    }

    /// Drops the draft about a case, or that of a new report. Answers whether there was one.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drop_draft(&mut self, about: Option<RecordId>) -> Result<bool, StoreError> {
        let attempted = "dropping a draft";
        let mut drop = self.db.prepare_cached(sql::DROP_DRAFT).attempt(attempted)?;
        Ok(drop.execute([key(about.as_ref())]).attempt(attempted)? > 0)
    }
}

impl Reader {
    /// All drafts, the one kept last first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        drafts(&self.db)
    }
}

fn drafts(db: &Connection) -> Result<Vec<DraftRow>, StoreError> {
    let attempted = "reading the drafts";
    let mut all = db.prepare_cached(sql::ALL_DRAFTS).attempt(attempted)?;
    let mut rows = all.query([]).attempt(attempted)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().attempt(attempted)? {
        let about: Vec<u8> = row.get(0).attempt(attempted)?;
        let (kept_s, bytes) = (row.get(1).attempt(attempted)?, row.get(2).attempt(attempted)?);
        found.push(DraftRow { about: <[u8; 16]>::try_from(about).ok().map(RecordId), kept_s, bytes });
    }
    Ok(found)
}
