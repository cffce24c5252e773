//! Opening the file: key, page size, durability, schema.
//!
//! The order matters: SQLCipher takes key and page size before anything is read, and the first read tells whether they
//! fit. A file that is not ours is never written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::OpenError;
use crate::sql;

/// Number of the newest migration.
pub const SCHEMA_VERSION: u32 = 5;

/// All migrations, by number - 1. Never edited once released.
const MIGRATIONS: [&str; 5] = [
    include_str!("../migrations/0001-entries.sql"),
    include_str!("../migrations/0002-drafts.sql"),
    include_str!("../migrations/0003-contested.sql"),
    include_str!("../migrations/0004-lines.sql"),
    include_str!("../migrations/0005-forks.sql"),
];

/// Marks the file as ours: "Gewu".
const APPLICATION_ID: i64 = 0x4765_7775;

/// How long a writer waits for another program's transaction.
const BUSY_MS: u64 = 5_000;

/// Statements that a connection keeps prepared: more than there are.
const STATEMENTS_KEPT: usize = 128;

/// Each commit is synced; the log wraps at 4,000 pages, because a page that changes often is then copied back seldom;
/// what is deleted is overwritten where its page is written anyway.
const DURABLE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
    PRAGMA cache_size = -8000; PRAGMA secure_delete = FAST;";

/// How to open a store.
#[derive(Clone)]
pub struct OpenOptions {
    /// 32 random bytes: the raw key of the file.
    pub key: [u8; 32],
    /// SQLite's name of a virtual file system; `None`: the system's own.
    pub vfs: Option<String>,
    /// Seconds east of UTC at which days begin. Used when the file is created; kept in it afterwards.
    pub day_offset_s: i32,
}

impl std::fmt::Debug for OpenOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OpenOptions")
            .field("vfs", &self.vfs)
            .field("day_offset_s", &self.day_offset_s)
            .finish_non_exhaustive()
    }
}

/// Opens or creates, and brings the schema up to date.
pub(crate) fn writer(file: &Path, options: &OpenOptions) -> Result<Connection, OpenError> {
    if options.vfs.is_none() {
        writable(file)?;
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut db = connect(file, options, flags)?;
    configure(&db, DURABLE).map_err(|error| named(error, file))?;
    migrate(&mut db, options).map_err(|error| named(error, file))?;
    keep_log(&db, false)?;
    Ok(db)
}

/// A connection that can only read.
pub(crate) fn reader(file: &Path, options: &OpenOptions) -> Result<Connection, OpenError> {
    // Read-write as far as SQLite is concerned: a reader of a log file may have to recover it. `query_only` forbids the rest.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = connect(file, options, flags)?;
    configure(&db, "PRAGMA cache_size = -4000; PRAGMA query_only = ON;").map_err(|error| named(error, file))?;
    keep_log(&db, false)?;
    Ok(db)
}

/// A connection to a file that was moved aside: it reads what it can, and leaves file and log as they are.
pub(crate) fn wreck(file: &Path, options: &OpenOptions) -> Result<Connection, OpenError> {
    let db = connect(file, options, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    configure(&db, "PRAGMA query_only = ON;")?;
    Ok(db)
}

fn named(error: OpenError, file: &Path) -> OpenError {
    match error {
        OpenError::ReadOnly { .. } => OpenError::ReadOnly { path: file.to_path_buf() },
        other => other,
    }
}

/// Asks the system in its own words before SQLite does, which says "unable to open" to everything.
fn writable(file: &Path) -> Result<(), OpenError> {
    let attempt = fs::OpenOptions::new().create(true).append(true).open(file);
    attempt.map(drop).map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            OpenError::ReadOnly { path: PathBuf::from(file) }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => OpenError::StorageFull,
        _ => OpenError::Io { attempted: "opening the file", reason: error.to_string() },
    })
}

fn connect(file: &Path, options: &OpenOptions, flags: OpenFlags) -> Result<Connection, OpenError> {
    let attempted = "opening the file";
    let db = match &options.vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(file, flags, vfs.as_str()),
        None => Connection::open_with_flags(file, flags),
    }
    .map_err(|error| OpenError::of(attempted, &error))?;
    // Until all is well, closing leaves file and log as they are: else the log would be written into a damaged file.
    keep_log(&db, true)?;
    db.set_prepared_statement_cache_capacity(STATEMENTS_KEPT);
    db.busy_timeout(Duration::from_millis(BUSY_MS)).map_err(|error| OpenError::of(attempted, &error))?;
    let key: String = options.key.iter().map(|byte| format!("{byte:02x}")).collect();
    // The log level comes first: a wrong key would be told to standard error.
    let setup = format!(
        "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{key}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; \
         PRAGMA temp_store = MEMORY;"
    );
    configure(&db, &setup)?;
    db.query_row(sql::TABLES, [], |row| row.get::<_, i64>(0))
        .map_err(|error| OpenError::of("reading the first page", &error))?;
    Ok(db)
}

/// Whether closing leaves the log beside the file.
fn keep_log(db: &Connection, kept: bool) -> Result<(), OpenError> {
    let set = db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, kept);
    set.map(drop).map_err(|error| OpenError::of("configuring the connection", &error))
}

fn configure(db: &Connection, statements: &str) -> Result<(), OpenError> {
    db.execute_batch(statements).map_err(|error| OpenError::of("configuring the connection", &error))
}

fn pragma(db: &Connection, name: &str) -> Result<i64, OpenError> {
    db.pragma_query_value(None, name, |row| row.get(0)).map_err(|error| OpenError::of("reading the version", &error))
}

fn version_of(db: &Connection) -> Result<u32, OpenError> {
    Ok(u32::try_from(pragma(db, "user_version")?).unwrap_or(u32::MAX))
}

fn migrate(db: &mut Connection, options: &OpenOptions) -> Result<(), OpenError> {
    let attempted = "bringing the schema up to date";
    let version = version_of(db)?;
    let tables: i64 =
        db.query_row(sql::TABLES, [], |row| row.get(0)).map_err(|error| OpenError::of(attempted, &error))?;
    let ours = pragma(db, "application_id")? == APPLICATION_ID;
    if !ours && (version != 0 || tables != 0) {
        return Err(OpenError::WrongKey);
    }
    if version > SCHEMA_VERSION {
        return Err(OpenError::NewerVersion { found: version, supported: SCHEMA_VERSION });
    }
    if version == SCHEMA_VERSION {
        return Ok(());
    }
    let failed = |error: rusqlite::Error| OpenError::of(attempted, &error);
    let write = db.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    // Another program may have done it between the look and the lock.
    let version = version_of(&write)?;
    let done = usize::try_from(version).unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(done) {
        write.execute_batch(migration).map_err(failed)?;
    }
    if version < 3 {
        crate::settle::fill(&write)?;
    }
    if version == 0 {
        let offset = options.day_offset_s.to_be_bytes();
        write.execute(sql::PUT_META, (crate::store::DAY_OFFSET, offset.as_slice())).map_err(failed)?;
        write.pragma_update(None, "application_id", APPLICATION_ID).map_err(failed)?;
    }
    write.pragma_update(None, "user_version", SCHEMA_VERSION).map_err(failed)?;
    write.commit().map_err(failed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(key: u8) -> OpenOptions {
        OpenOptions { key: [key; 32], vfs: None, day_offset_s: 28_800 }
    }

    #[test]
    fn released_migrations_are_never_edited() {
        let hashes = MIGRATIONS.map(|migration| blake3::hash(migration.as_bytes()).to_hex().to_string());
        assert_eq!(
            hashes,
            [
                "a6a464b9c31d21604924c8e2d7e9c6f8d3a239917519e5e7a64e8fb3cd0eb6cb",
                "1f729fe6cafb8aea159ce70400504515e2dbd0bd38d41f5a53431bbc664a511d",
                "742660bb3499abae41b2b1cb0775498839b89fcd2f227b851e3e164d18b809be",
                "c8f2399c694a3507b00e2d47ab6e9ee3c198b15d47843e2c0cdd7fcba638b1cb",
                "b326584b943f51597c13753dfdd595b2914af5431ade3c0838ef372c732f64f6",
            ]
        );
    }

    #[test]
    fn every_statement_prepares_on_the_newest_schema() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = writer(&folder.path().join("store"), &options(1)).expect("opens");
        for (name, statement) in sql::ALL {
            assert!(db.prepare(statement).is_ok(), "{name}: {:?}", db.prepare(statement).err());
        }
    }

    #[test]
    fn no_hot_statement_scans_a_table() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = writer(&folder.path().join("store"), &options(1)).expect("opens");
        let scans = |statement: &str| {
            let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {statement}")).expect("prepares");
            let count = plan.parameter_count();
            let nothing = vec![rusqlite::types::Null; count];
            let steps =
                plan.query_map(rusqlite::params_from_iter(nothing), |row| row.get::<_, String>(3)).expect("runs");
            steps
                .map(|step| step.expect("a step"))
                .filter(|step| step.starts_with("SCAN") || step.contains("TEMP B-TREE"))
                .collect::<Vec<_>>()
        };
        for (name, statement) in sql::HOT {
            assert_eq!(scans(statement), Vec::<String>::new(), "{name}");
        }
        assert!(!scans("SELECT id FROM entry WHERE time_s = ?1").is_empty(), "the check sees a scan");
    }

    #[test]
    fn the_file_is_encrypted_page_by_page_with_a_log_that_is_synced() {
        let folder = tempfile::tempdir().expect("a folder");
        let db = writer(&folder.path().join("store"), &options(1)).expect("opens");
        let text = |name: &str| {
            db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, rusqlite::types::Value>(0)).expect(name)
        };
        assert_eq!(text("journal_mode"), rusqlite::types::Value::Text("wal".into()));
        assert_eq!(text("synchronous"), rusqlite::types::Value::Integer(2));
        assert_eq!(text("cipher_page_size"), rusqlite::types::Value::Text("4096".into()));
        assert_eq!(text("cipher_hmac_algorithm"), rusqlite::types::Value::Text("HMAC_SHA256".into()));
        let bytes = fs::read(folder.path().join("store")).expect("reads");
        assert!(!bytes.starts_with(b"SQLite format 3"));
    }
}
