//! The comparison: rows of the same bytes in a table that does nothing else, in a file opened as the store opens its own.

use std::path::{Path, PathBuf};

use rusqlite::Connection;

use crate::Fault;

/// Key of every encrypted file here.
pub const KEY: [u8; 32] = [9; 32];
/// Columns of an entry row that are no blobs, with the row's header: what SQLite spends on them.
pub const ROW_REST_BYTES: usize = 40;
/// The log wraps at so many pages.
const WRAP_PAGES: u64 = 4_000;
const PAGE_BYTES: u64 = 4_096 + 24;

/// A rowid table of blobs.
pub struct Raw {
    db: Connection,
    file: PathBuf,
}

/// Opens a file with the key, page size and durability of the store.
pub fn open(file: &Path, encrypted: bool) -> Result<Connection, Fault> {
    let db = Connection::open(file)?;
    let key: String = KEY.iter().map(|byte| format!("{byte:02x}")).collect();
    if encrypted {
        db.execute_batch(&format!(
            "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{key}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;"
        ))?;
    } else {
        db.execute_batch("PRAGMA page_size = 4096;")?;
    }
    db.execute_batch(
        "PRAGMA temp_store = MEMORY; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -8000; PRAGMA secure_delete = FAST;",
    )?;
    Ok(db)
}

impl Raw {
    /// A new file in a folder.
    pub fn new(dir: &Path, encrypted: bool) -> Result<Self, Fault> {
        let file = dir.join(if encrypted { "raw.db" } else { "raw-plain.db" });
        let db = open(&file, encrypted)?;
        db.execute_batch("CREATE TABLE raw (id INTEGER NOT NULL PRIMARY KEY, row BLOB NOT NULL) STRICT")?;
        Ok(Self { db, file })
    }

    /// Inserts rows in one transaction.
    pub fn insert(&mut self, rows: &[&[u8]]) -> Result<(), Fault> {
        let tx = self.db.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
        for row in rows {
            tx.prepare_cached("INSERT INTO raw (row) VALUES (?1)")?.execute([row])?;
        }
        Ok(tx.commit()?)
    }

    /// Its file.
    pub fn file(&self) -> &Path {
        &self.file
    }
}

/// Pages in the log of a database.
pub fn log_pages(file: &Path) -> u64 {
    let mut wal = file.as_os_str().to_owned();
    wal.push("-wal");
    std::fs::metadata(wal).map_or(0, |meta| meta.len() / PAGE_BYTES)
}

/// Whether the log of a database has grown to the size at which it wraps.
pub fn wrapped(file: &Path) -> bool {
    log_pages(file) >= WRAP_PAGES
}
