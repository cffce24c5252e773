//! The one writer.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::{Connection, TransactionBehavior};

use crate::cache::Cache;
use crate::derived;
use crate::error::{Attempt, OpenError, StoreError};
use crate::open::{self, OpenOptions};
use crate::reader::Reader;
use crate::sql;
use crate::write::{Write, meta};

/// Key in `meta`: four bytes, big-endian.
pub(crate) const DAY_OFFSET: &str = "day_offset_s";

/// A phone's store: one encrypted file, one writer.
///
/// **Blocking:** everything here waits for the disk. It may move between threads, one at a time.
/// **Durability:** what [`Store::write`] returned `Ok` for is there after a pulled battery.
pub struct Store {
    file: PathBuf,
    options: OpenOptions,
    /// `None` while released.
    db: Option<Connection>,
    cache: Option<Cache>,
    /// SQLite's count of other connections' commits when the cache was right.
    data_version: i64,
    revision: Arc<AtomicU64>,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Store").field("file", &self.file).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens a store or creates one, and brings its schema up to date.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(file: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let db = open::writer(file, options)?;
        Ok(Self {
            file: file.to_path_buf(),
            options: options.clone(),
            db: Some(db),
            cache: None,
            data_version: -1,
            revision: Arc::new(AtomicU64::new(0)),
        })
    }

    /// A connection of its own that reads beside the writer: it sees what was committed, and waits for nobody.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn reader(&self) -> Result<Reader, OpenError> {
        Ok(Reader::new(open::reader(&self.file, &self.options)?, Arc::clone(&self.revision)))
    }

    /// Runs `work` in one transaction. Where it fails, nothing of it is left, in the file or in memory.
    ///
    /// # Errors
    /// Those of `work`, and [`StoreError`] of the file.
    pub fn write<T, E: From<StoreError>>(&mut self, work: impl FnOnce(&mut Write<'_>) -> Result<T, E>) -> Result<T, E> {
        let result = self.transaction::<_, E>(|db, cache| {
            let mut write = Write::new(db, cache);
            let value = work(&mut write)?;
            let changed = write.finish()?;
            Ok((value, changed))
        });
        let (value, changed) = result?;
        self.revision.fetch_add(u64::from(changed), Ordering::Release);
        Ok(value)
    }

    /// Where days begin, in seconds east of UTC; counts anew if that is another moment than before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_day_offset(&mut self, day_offset_s: i32) -> Result<(), StoreError> {
        let changed = self.transaction::<_, StoreError>(|db, cache| {
            if cache.day_offset_s == day_offset_s {
                return Ok(false);
            }
            cache.day_offset_s = day_offset_s;
            let value = day_offset_s.to_be_bytes();
            db.prepare_cached(sql::PUT_META)
                .and_then(|mut put| put.execute((DAY_OFFSET, value.as_slice())))
                .attempt("keeping where days begin")?;
            derived::retally(db, cache)?;
            Ok(true)
        })?;
        self.revision.fetch_add(u64::from(changed), Ordering::Release);
        Ok(())
    }

    pub(crate) fn connection(&self) -> Option<&Connection> {
        self.db.as_ref()
    }

    /// Drops all derived rows and makes them anew from the entries.
    ///
    /// # Errors
    /// [`StoreError`]; the old rows stay then.
    pub fn rebuild(&mut self) -> Result<(), StoreError> {
        self.transaction::<_, StoreError>(derived::rebuild)?;
        self.revision.fetch_add(1, Ordering::Release);
        Ok(())
    }

    /// All derived rows in key order, with names in full: equal text, equal rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn dump_derived(&self) -> Result<String, StoreError> {
        match &self.db {
            Some(db) => derived::dump(db),
            None => derived::dump(&open::reader(&self.file, &self.options).map_err(reopened)?),
        }
    }

    /// Writes the log into the file and lets go of both: no lock is left that a sleeping app must not hold. The next
    /// call opens them again. Readers are the caller's to drop.
    ///
    /// # Errors
    /// [`StoreError`]; the file is let go of all the same.
    pub fn release(&mut self) -> Result<(), StoreError> {
        self.cache = None;
        let Some(db) = self.db.take() else { return Ok(()) };
        let attempted = "writing the log into the file";
        let checkpoint = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).attempt(attempted);
        let closed = db.close().map_err(|(_, error)| error).attempt("closing the file");
        checkpoint.and(closed)
    }

    /// Ends it. Dropping does as much, without saying what went wrong.
    ///
    /// # Errors
    /// [`StoreError`]; what was committed is there all the same.
    pub fn close(mut self) -> Result<(), StoreError> {
        self.release()
    }

    /// Lets go of the file and leaves it and its log as they are.
    pub fn abandon(mut self) {
        if let Some(db) = self.db.take() {
            // Where it cannot be set, closing writes the log into the file, as ever.
            let _ = db.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true);
        }
    }

    /// One IMMEDIATE transaction with a right cache.
    fn transaction<T, E: From<StoreError>>(
        &mut self,
        work: impl FnOnce(&Connection, &mut Cache) -> Result<T, E>,
    ) -> Result<T, E> {
        let attempted = "beginning a transaction";
        if self.db.is_none() {
            self.db = Some(open::writer(&self.file, &self.options).map_err(reopened)?);
        }
        let Some(db) = self.db.as_mut() else { return Err(StoreError::Busy { attempted }.into()) };
        let write = db.transaction_with_behavior(TransactionBehavior::Immediate).attempt(attempted)?;
        let version: i64 = write
            .prepare_cached(sql::DATA_VERSION)
            .and_then(|mut version| version.query_row([], |row| row.get(0)))
            .attempt(attempted)?;
        // Taken, not borrowed: whatever leaves early, by error or panic, leaves no cache behind.
        let cache = self.cache.take().filter(|_| version == self.data_version);
        let mut cache = match cache {
            Some(cache) => cache,
            None => Cache::load(&write)?,
        };
        let value = work(&write, &mut cache)?;
        write.commit().attempt("committing")?;
        self.data_version = version;
        self.cache = Some(cache);
        Ok(value)
    }
}

fn reopened(error: OpenError) -> StoreError {
    StoreError::Reopen { source: Box::new(error) }
}

/// Seconds east of UTC at which days begin.
pub(crate) fn day_offset(db: &Connection) -> Result<i32, StoreError> {
    let bytes = meta(db, DAY_OFFSET)?.unwrap_or_default();
    let bytes = <[u8; 4]>::try_from(bytes.as_slice());
    bytes.map(i32::from_be_bytes).map_err(|_| StoreError::damaged("reading where days begin", "it is not four bytes"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_named_and_leaves_what_was_saved() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = OpenOptions { key: [1; 32], vfs: None, day_offset_s: 0 };
        let mut store = Store::open(&folder.path().join("store"), &options).expect("opens");
        store.write(|tx| tx.put_meta("before", b"saved")).expect("kept");
        let db = store.db.as_ref().expect("open");
        let pages: i64 = db.query_row("PRAGMA page_count", [], |row| row.get(0)).expect("counts");
        let _: i64 =
            db.query_row(&format!("PRAGMA max_page_count = {}", pages + 2), [], |row| row.get(0)).expect("limited");
        let full = store.write(|tx| {
            tx.put_meta("before", b"overwritten")?;
            tx.put_meta("large", &[7; 100_000])
        });
        assert!(matches!(full, Err(StoreError::StorageFull)), "{full:?}");
        let saved = store.write::<_, StoreError>(|tx| Ok((tx.meta("before")?, tx.meta("large")?))).expect("reads");
        assert_eq!(saved, (Some(b"saved".to_vec()), None));
    }
}
