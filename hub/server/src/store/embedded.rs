//! Longer than other files because it is one trait, statement beside method.
//!
//! The embedded store: one encrypted SQLite file, one writer, readers beside it.
//!
//! `FULL` on every commit: without it a power cut looks to phones like a rollback of lines that they were told.

mod rows;
mod tally;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use gewu_log::columns::{OutgoingCarried, OutgoingLine};
use gewu_log::entry::Entry;
use gewu_log::line::{HeadHash, Verdict};
use gewu_log::record::{Header, Row, Said};
use gewu_log::seal::Seal;
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, PersonId, RecordId};
use gewu_model::rights::Role;
use gewu_model::tally::Counts;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row as SqlRow, TransactionBehavior, params};

use super::{Found, HubRead, HubStore, HubWrite, Invite, Lines, Listed, NewCarried, NewLine, StoreError, StoredDevice, WholeRecord};
use rows::{ENTRY_COLUMNS, entry_of, outgoing_of};

const MIGRATIONS: [&str; 2] =
    [include_str!("../../migrations/0001-lines.sql"), include_str!("../../migrations/0002-forks.sql")];
/// The one street of an embedded store; the column is there for the engines that hold many.
const STREET: i64 = 1;

type Result<T> = std::result::Result<T, StoreError>;

/// The store could not be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No such folder, no right to write, or the disk failed.
    #[error("the hub's store in {path} cannot be opened: {reason}")]
    Unusable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The disk is full; free space, then open again.
    #[error("no space is left to open the hub's store")]
    StorageFull,
    /// Another key, or not a store at all: an encrypted file does not tell which.
    #[error("{path} does not open with this key: the key is another one, or the file is no store")]
    WrongKey {
        /// The file.
        path: PathBuf,
    },
    /// Made by a newer version.
    #[error("the hub's store is of version {found}, this program knows up to {supported}")]
    Newer {
        /// Version of the file.
        found: usize,
        /// Newest known.
        supported: usize,
    },
}

/// An open embedded store.
pub struct Embedded {
    path: PathBuf,
    key: [u8; 32],
    vfs: Option<String>,
    writer: Mutex<Connection>,
    idle_readers: Mutex<Vec<Connection>>,
}

/// Also where the index of the log file cannot grow: SQLite calls that a fault of the disk.
fn disk_full(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        error.code == rusqlite::ErrorCode::DiskFull || error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE
    })
}

fn engine(attempted: &'static str) -> impl Fn(rusqlite::Error) -> StoreError {
    move |error| match error.sqlite_error_code() {
        _ if disk_full(&error) => StoreError::StorageFull,
        Some(rusqlite::ErrorCode::DatabaseBusy | rusqlite::ErrorCode::DatabaseLocked) => StoreError::Busy,
        Some(rusqlite::ErrorCode::DatabaseCorrupt) => StoreError::Damaged { attempted },
        _ => StoreError::Engine { attempted, reason: error.to_string() },
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic in another transaction rolled it back; the connection is as good as before.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Embedded {
    /// Opens or makes the store.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open(path: &Path, key: [u8; 32]) -> std::result::Result<Self, OpenError> {
        Self::open_on(path, key, None)
    }

    /// The same on a file layer of SQLite's by its name; `None`: the system's.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_on(path: &Path, key: [u8; 32], vfs: Option<&str>) -> std::result::Result<Self, OpenError> {
        let mut writer = connect(path, &key, vfs, true)?;
        migrate(&mut writer, path)?;
        let (path, vfs) = (path.to_owned(), vfs.map(str::to_owned));
        Ok(Self { path, key, vfs, writer: Mutex::new(writer), idle_readers: Mutex::new(Vec::new()) })
    }

    /// Writes one consistent moment of the store into a new file, under the same key, while others read and write here.
    /// Durable when it returns.
    ///
    /// # Errors
    /// [`StoreError`]; what was begun of the file can be removed.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        let attempted = "copying the store";
        let reader = connect(&self.path, &self.key, self.vfs.as_deref(), false)
            .map_err(|error| StoreError::Engine { attempted, reason: error.to_string() })?;
        // The file that VACUUM makes takes the defaults, not what was set for this one.
        reader.execute_batch("PRAGMA cipher_default_hmac_algorithm = HMAC_SHA256;").map_err(engine(attempted))?;
        reader.execute("VACUUM INTO ?1", [path.to_string_lossy()]).map_err(engine(attempted))?;
        let synced = std::fs::File::open(path).and_then(|file| file.sync_all());
        synced.map_err(|error| StoreError::Engine { attempted, reason: error.to_string() })
    }
}

fn connect(path: &Path, key: &[u8; 32], vfs: Option<&str>, create: bool) -> std::result::Result<Connection, OpenError> {
    let unusable = |error: rusqlite::Error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::NotADatabase) => OpenError::WrongKey { path: path.to_owned() },
        _ if disk_full(&error) => OpenError::StorageFull,
        _ => OpenError::Unusable { path: path.to_owned(), reason: error.to_string() },
    };
    let create = if create { OpenFlags::SQLITE_OPEN_CREATE } else { OpenFlags::empty() };
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let connection = match vfs {
        Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs),
        None => Connection::open_with_flags(path, flags),
    }
    .map_err(unusable)?;
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let pragmas = format!(
        "PRAGMA key = \"x'{hex}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; \
         PRAGMA cipher_log_level = NONE; \
         PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000; \
         PRAGMA cache_size = -65536; PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = OFF;"
    );
    connection.execute_batch(&pragmas).map_err(unusable)?;
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).map_err(unusable)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

fn migrate(connection: &mut Connection, path: &Path) -> std::result::Result<(), OpenError> {
    let unusable = |error: rusqlite::Error| match error.sqlite_error_code() {
        _ if disk_full(&error) => OpenError::StorageFull,
        _ => OpenError::Unusable { path: path.to_owned(), reason: error.to_string() },
    };
    let found: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0))
        .map(|version| usize::try_from(version).unwrap_or(usize::MAX))
        .map_err(unusable)?;
    if found > MIGRATIONS.len() {
        return Err(OpenError::Newer { found, supported: MIGRATIONS.len() });
    }
    for (version, sql) in MIGRATIONS.iter().enumerate().skip(found) {
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(unusable)?;
        tx.execute_batch(sql).map_err(unusable)?;
        tx.execute_batch(&format!("PRAGMA user_version = {}", version + 1)).map_err(unusable)?;
        tx.commit().map_err(unusable)?;
    }
    Ok(())
}

impl HubStore for Embedded {
    fn write(&self, work: &mut dyn FnMut(&mut dyn HubWrite) -> Result<()>) -> Result<()> {
        let mut writer = lock(&self.writer);
        let tx = writer.transaction_with_behavior(TransactionBehavior::Immediate).map_err(engine("beginning"))?;
        work(&mut Write { tx: &tx })?;
        tx.commit().map_err(engine("committing"))
    }

    fn read(&self, work: &mut dyn FnMut(&dyn HubRead) -> Result<()>) -> Result<()> {
        let idle = lock(&self.idle_readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => connect(&self.path, &self.key, self.vfs.as_deref(), false)
                .map_err(|error| StoreError::Engine { attempted: "opening a reader", reason: error.to_string() })?,
        };
        let tx = reader.transaction().map_err(engine("beginning to read"))?;
        let done = work(&Read { tx: &tx });
        drop(tx);
        lock(&self.idle_readers).push(reader);
        done
    }
}

struct Write<'a> {
    tx: &'a Connection,
}

struct Read<'a> {
    tx: &'a Connection,
}

fn bytes<const N: usize>(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<[u8; N]> {
    let blob = row.get_ref(at)?.as_blob()?;
    blob.try_into().map_err(|_| rusqlite::Error::InvalidColumnType(at, "blob".into(), rusqlite::types::Type::Blob))
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

fn natural(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn said_of(row: &SqlRow<'_>, verdict: usize, hub_time_s: usize) -> rusqlite::Result<Said> {
    Ok(Said { verdict: Verdict(row.get(verdict)?), hub_time_s: row.get(hub_time_s)? })
}

fn token(tx: &Connection, grant: GrantId) -> Result<Option<Vec<u8>>> {
    let attempted = "reading a grant";
    tx.prepare_cached("SELECT token FROM grant_given WHERE street = ?1 AND grant_id = ?2")
        .and_then(|mut query| query.query_row(params![STREET, grant.0], |row| row.get(0)).optional())
        .map_err(engine(attempted))
}

fn meta(tx: &Connection, key: &str) -> Result<Option<Vec<u8>>> {
    tx.prepare_cached("SELECT value FROM meta WHERE street = ?1 AND key = ?2")
        .and_then(|mut query| query.query_row(params![STREET, key], |row| row.get(0)).optional())
        .map_err(engine("reading a value"))
}

fn header(tx: &Connection, record: RecordId) -> Result<Option<Header>> {
    let attempted = "reading a header";
    let blob: Option<Vec<u8>> = tx
        .prepare_cached("SELECT header FROM record WHERE street = ?1 AND record = ?2")
        .and_then(|mut query| query.query_row(params![STREET, record.0], |row| row.get(0)).optional())
        .map_err(engine(attempted))?;
    blob.map(|blob| minicbor::decode(&blob).map_err(|_| StoreError::Damaged { attempted })).transpose()
}

fn head_at(tx: &Connection, feed: FeedId, n: u64) -> Result<Option<HeadHash>> {
    tx.prepare_cached("SELECT head FROM line WHERE street = ?1 AND feed = ?2 AND n = ?3")
        .and_then(|mut query| {
            query.query_row(params![STREET, feed.0, signed(n)], |row| Ok(HeadHash(bytes(row, 0)?))).optional()
        })
        .map_err(engine("reading a head"))
}

impl HubWrite for Write<'_> {
    fn header(&mut self, record: RecordId) -> Result<Option<Header>> {
        header(self.tx, record)
    }

    fn rows(&mut self, record: RecordId) -> Result<Vec<Row>> {
        rows::rows(self.tx, record)
    }

    fn entries_of(&mut self, record: RecordId) -> Result<Vec<(i64, EntryHash, Said)>> {
        let sql = "SELECT entry_no, entry_hash, verdict, hub_time_s FROM entry \
                   WHERE street = ?1 AND record = ?2 ORDER BY entry_no";
        let read = |row: &SqlRow<'_>| Ok((row.get(0)?, EntryHash(bytes(row, 1)?), said_of(row, 2, 3)?));
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET, record.0], read)?.collect())
            .map_err(engine("reading a record's entries"))
    }

    fn at(&mut self, feed: FeedId, author: DeviceId, seq: u64) -> Result<Vec<Found>> {
        let sql = "SELECT entry_hash, change, record, n, verdict, hub_time_s, forked FROM entry \
                   WHERE street = ?1 AND feed = ?2 AND author = ?3 AND seq = ?4";
        let read = |row: &SqlRow<'_>| {
            Ok(Found {
                hash: EntryHash(bytes(row, 0)?),
                change: ChangeHash(bytes(row, 1)?),
                record: RecordId(bytes(row, 2)?),
                n: natural(row.get(3)?),
                said: said_of(row, 4, 5)?,
                forked: row.get(6)?,
            })
        };
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET, feed.0, author.0, signed(seq)], read)?.collect())
            .map_err(engine("looking up an entry"))
    }

    fn put_entry(&mut self, entry: &Entry, deps: &[(DeviceId, u64)], n: u64, said: Said, forked: bool) -> Result<i64> {
        rows::put_entry(self.tx, entry, deps, n, said, forked)
    }

    fn seq_of(&mut self, record: RecordId, change: ChangeHash) -> Result<Option<(DeviceId, u64)>> {
        let sql = "SELECT author, seq FROM entry WHERE street = ?1 AND record = ?2 AND change = ?3";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| {
                let read = |row: &SqlRow<'_>| Ok((DeviceId(bytes(row, 0)?), natural(row.get(1)?)));
                query.query_row(params![STREET, record.0, change.0], read).optional()
            })
            .map_err(engine("looking up a predecessor"))
    }

    fn put_header(&mut self, record: RecordId, header: &Header) -> Result<()> {
        let attempted = "storing a header";
        let blob = minicbor::to_vec(header).map_err(|_| StoreError::Damaged { attempted })?;
        let state = &header.state;
        let sql = "INSERT INTO record (street, record, code, header, area, open, stage, reported_s, deadline_s, \
                   suspended, contested, refused) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12) \
                   ON CONFLICT (street, record) DO UPDATE SET header = excluded.header, area = excluded.area, \
                   open = excluded.open, stage = excluded.stage, reported_s = excluded.reported_s, \
                   deadline_s = excluded.deadline_s, suspended = excluded.suspended, contested = excluded.contested, \
                   refused = excluded.refused";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| {
                insert.execute(params![
                    STREET,
                    record.0,
                    signed(Code::of(&record).bits()),
                    blob,
                    state.area_id().map(|area| area.0),
                    state.is_open(),
                    state.position.map(|position| position.stage.number()),
                    state.birth.map(|birth| birth.time_s),
                    state.deadline_s,
                    state.is_suspended(),
                    state.is_contested(),
                    signed(header.refused),
                ])
            })
            .map(drop)
            .map_err(engine(attempted))
    }

    fn feed(&mut self, feed: FeedId) -> Result<Option<(u64, HeadHash)>> {
        self.tx
            .prepare_cached("SELECT n, head FROM feed WHERE street = ?1 AND feed = ?2")
            .and_then(|mut query| {
                query.query_row(params![STREET, feed.0], |row| Ok((natural(row.get(0)?), HeadHash(bytes(row, 1)?)))).optional()
            })
            .map_err(engine("reading a feed's counter"))
    }

    fn head_at(&mut self, feed: FeedId, n: u64) -> Result<Option<HeadHash>> {
        head_at(self.tx, feed, n)
    }

    fn has_notice(&mut self, feed: FeedId, after_n: u64, notice: &[u8]) -> Result<bool> {
        self.tx
            .prepare_cached("SELECT 1 FROM line WHERE street = ?1 AND feed = ?2 AND n > ?3 AND notice = ?4 LIMIT 1")
            .and_then(|mut query| query.query_row(params![STREET, feed.0, signed(after_n), notice], |_| Ok(())).optional())
            .map(|found| found.is_some())
            .map_err(engine("looking up a notice"))
    }

    fn put_line(&mut self, line: &NewLine) -> Result<()> {
        let (entry_no, notice) = match &line.carried {
            NewCarried::Entry(entry_no) => (Some(*entry_no), None),
            NewCarried::Notice(notice) => (None, Some(notice)),
        };
        let attempted = "writing a line";
        let sql = "INSERT INTO line (street, feed, n, entry_no, notice, verdict, hub_time_s, head) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        let (n, hub_time_s) = (signed(line.n), signed(line.hub_time_s));
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| {
                insert.execute(params![STREET, line.feed.0, n, entry_no, notice, line.verdict.0, hub_time_s, line.head.0])
            })
            .map_err(engine(attempted))?;
        let sql = "INSERT INTO feed (street, feed, n, head) VALUES (?1, ?2, ?3, ?4) \
                   ON CONFLICT (street, feed) DO UPDATE SET n = excluded.n, head = excluded.head";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, line.feed.0, n, line.head.0]))
            .map(drop)
            .map_err(engine(attempted))
    }

    fn guests(&mut self, record: RecordId) -> Result<Vec<FeedId>> {
        self.tx
            .prepare_cached("SELECT feed FROM guest WHERE street = ?1 AND record = ?2 ORDER BY feed")
            .and_then(|mut query| query.query_map(params![STREET, record.0], |row| Ok(FeedId(bytes(row, 0)?)))?.collect())
            .map_err(engine("reading guests"))
    }

    fn put_guest(&mut self, record: RecordId, feed: FeedId) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO guest (street, record, feed) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .and_then(|mut insert| insert.execute(params![STREET, record.0, feed.0]))
            .map(drop)
            .map_err(engine("making a guest"))
    }

    fn add_tally(&mut self, area: FeedId, day: Day, counts: &Counts) -> Result<()> {
        tally::add(self.tx, area, day, counts)
    }

    fn put_seal(&mut self, seal: &Seal) -> Result<()> {
        let attempted = "keeping a seal";
        let blob = minicbor::to_vec(seal).map_err(|_| StoreError::Damaged { attempted })?;
        let sql = "INSERT INTO seal (street, feed, author, first, seal) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, seal.feed.0, seal.author.0, signed(seal.first), blob]))
            .map(drop)
            .map_err(engine(attempted))
    }

    fn put_quarantine(&mut self, feed: FeedId, author: DeviceId, seq: u64, code: &str, hub_time_s: i64) -> Result<()> {
        let sql = "INSERT INTO quarantine (street, author, feed, seq, code, hub_time_s) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                   ON CONFLICT DO NOTHING";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, author.0, feed.0, signed(seq), code, hub_time_s]))
            .map(drop)
            .map_err(engine("naming what was kept out"))
    }

    fn token(&mut self, grant: GrantId) -> Result<Option<Vec<u8>>> {
        token(self.tx, grant)
    }

    fn put_token(&mut self, grant: GrantId, token: &[u8]) -> Result<()> {
        let sql = "INSERT INTO grant_given (street, grant_id, token) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, grant.0, token]))
            .map(drop)
            .map_err(engine("keeping a grant"))
    }

    fn put_device(&mut self, device: DeviceId, key: &[u8; 32], grant: GrantId, contact_s: i64) -> Result<()> {
        let sql = "INSERT INTO device (street, device, key, grant_id, contact_s) VALUES (?1, ?2, ?3, ?4, ?5) \
                   ON CONFLICT (street, device) DO UPDATE SET grant_id = excluded.grant_id, contact_s = excluded.contact_s";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, device.0, key, grant.0, contact_s]))
            .map(drop)
            .map_err(engine("enrolling a device"))
    }

    fn touch_device(&mut self, device: DeviceId, contact_s: i64) -> Result<()> {
        self.tx
            .prepare_cached("UPDATE device SET contact_s = max(contact_s, ?3) WHERE street = ?1 AND device = ?2")
            .and_then(|mut update| update.execute(params![STREET, device.0, contact_s]))
            .map(drop)
            .map_err(engine("noting a contact"))
    }

    fn invite(&mut self, secret_hash: &[u8; 32]) -> Result<Option<Invite>> {
        let sql = "SELECT person, role, area, import, expires_s, used_by FROM invite WHERE street = ?1 AND secret_hash = ?2";
        let read = |row: &SqlRow<'_>| {
            let role = Role::from_number(row.get(1)?).ok_or(rusqlite::Error::InvalidQuery)?;
            let used_by = if row.get_ref(5)? == rusqlite::types::ValueRef::Null { None } else { Some(DeviceId(bytes(row, 5)?)) };
            Ok(Invite {
                secret_hash: *secret_hash,
                person: PersonId(bytes(row, 0)?),
                role,
                area: FeedId(bytes(row, 2)?),
                import: row.get(3)?,
                expires_s: row.get(4)?,
                used_by,
            })
        };
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(params![STREET, secret_hash], read).optional())
            .map_err(engine("reading an invitation"))
    }

    fn put_invite(&mut self, invite: &Invite) -> Result<()> {
        let sql = "INSERT INTO invite (street, secret_hash, person, role, area, import, expires_s, used_by) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) \
                   ON CONFLICT (street, secret_hash) DO UPDATE SET used_by = excluded.used_by";
        let used_by = invite.used_by.map(|device| device.0);
        let role = invite.role.number();
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| {
                insert.execute(params![
                    STREET,
                    invite.secret_hash,
                    invite.person.0,
                    role,
                    invite.area.0,
                    invite.import,
                    invite.expires_s,
                    used_by
                ])
            })
            .map(drop)
            .map_err(engine("keeping an invitation"))
    }

    fn meta(&mut self, key: &str) -> Result<Option<Vec<u8>>> {
        meta(self.tx, key)
    }

    fn put_meta(&mut self, key: &str, value: &[u8]) -> Result<()> {
        let sql = "INSERT INTO meta (street, key, value) VALUES (?1, ?2, ?3) \
                   ON CONFLICT (street, key) DO UPDATE SET value = excluded.value";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut insert| insert.execute(params![STREET, key, value]))
            .map(drop)
            .map_err(engine("keeping a value"))
    }

    fn put_pack(&mut self, version: u32, pack: &[u8]) -> Result<()> {
        self.tx
            .prepare_cached("INSERT INTO pack (street, version, pack) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")
            .and_then(|mut insert| insert.execute(params![STREET, version, pack]))
            .map(drop)
            .map_err(engine("keeping a pack"))
    }
}

fn listed(row: &SqlRow<'_>) -> rusqlite::Result<Listed> {
    let header = minicbor::decode(row.get_ref(1)?.as_blob()?).map_err(|_| rusqlite::Error::InvalidQuery)?;
    Ok(Listed { record: RecordId(bytes(row, 0)?), header })
}

impl HubRead for Read<'_> {
    fn head_at(&self, feed: FeedId, n: u64) -> Result<Option<HeadHash>> {
        head_at(self.tx, feed, n)
    }

    fn last_n(&self, feed: FeedId) -> Result<u64> {
        self.tx
            .prepare_cached("SELECT n FROM feed WHERE street = ?1 AND feed = ?2")
            .and_then(|mut query| query.query_row(params![STREET, feed.0], |row| Ok(natural(row.get(0)?))).optional())
            .map(|n| n.unwrap_or(0))
            .map_err(engine("reading a feed's counter"))
    }

    fn lines(&self, feed: FeedId, after_n: u64, budget_bytes: u64, until_n: u64) -> Result<Lines> {
        let attempted = "reading lines";
        let sql = format!(
            "SELECT l.n, l.notice, l.verdict, l.hub_time_s, l.head, {ENTRY_COLUMNS} \
             FROM line l LEFT JOIN entry e ON e.entry_no = l.entry_no \
             WHERE l.street = ?1 AND l.feed = ?2 AND l.n > ?3 AND l.n <= ?4 ORDER BY l.n"
        );
        let mut query = self.tx.prepare_cached(&sql).map_err(engine(attempted))?;
        let mut found =
            query.query(params![STREET, feed.0, signed(after_n), signed(until_n)]).map_err(engine(attempted))?;
        let mut out = Lines::default();
        let mut used = 0;
        let forked = forked_places(self.tx)?;
        while let Some(row) = found.next().map_err(engine(attempted))? {
            if used >= budget_bytes {
                out.more = true;
                break;
            }
            let (mut line, bytes) = outgoing_line(row).map_err(engine(attempted))?;
            if !forked.is_empty()
                && let OutgoingCarried::Entry(out) = &mut line.carried
            {
                // A place that two entries have names neither.
                let feed = out.entry.feed;
                out.deps.iter_mut().for_each(|dep| *dep = dep.filter(|(author, seq)| !forked.contains(&(feed, *author, *seq))));
            }
            used += bytes;
            out.head = Some(HeadHash(self::bytes(row, 4).map_err(engine(attempted))?));
            out.lines.push(line);
        }
        Ok(out)
    }

    fn line_hashes(&self, feed: FeedId, after_n: u64, until_n: u64) -> Result<Vec<u8>> {
        let attempted = "reading lines by hash";
        let sql = "SELECT e.entry_hash, l.notice FROM line l LEFT JOIN entry e ON e.entry_no = l.entry_no \
                   WHERE l.street = ?1 AND l.feed = ?2 AND l.n > ?3 AND l.n <= ?4 ORDER BY l.n";
        let read = |row: &SqlRow<'_>| -> rusqlite::Result<[u8; 32]> {
            match row.get::<_, Option<Vec<u8>>>(1)? {
                Some(notice) => Ok(*blake3::hash(&notice).as_bytes()),
                None => bytes(row, 0),
            }
        };
        let hashes: Vec<[u8; 32]> = self
            .tx
            .prepare_cached(sql)
            .and_then(|mut query| {
                query.query_map(params![STREET, feed.0, signed(after_n), signed(until_n)], read)?.collect()
            })
            .map_err(engine(attempted))?;
        Ok(hashes.concat())
    }

    fn token(&self, grant: GrantId) -> Result<Option<Vec<u8>>> {
        token(self.tx, grant)
    }

    fn tokens(&self) -> Result<Vec<Vec<u8>>> {
        self.tx
            .prepare_cached("SELECT token FROM grant_given WHERE street = ?1 ORDER BY grant_id")
            .and_then(|mut query| query.query_map(params![STREET], |row| row.get(0))?.collect())
            .map_err(engine("reading grants"))
    }

    fn devices(&self) -> Result<Vec<StoredDevice>> {
        let sql = "SELECT d.device, d.key, g.token, d.contact_s FROM device d \
                   JOIN grant_given g ON g.street = d.street AND g.grant_id = d.grant_id WHERE d.street = ?1 ORDER BY d.device";
        let read = |row: &SqlRow<'_>| Ok((DeviceId(bytes(row, 0)?), bytes(row, 1)?, row.get(2)?, row.get(3)?));
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET], read)?.collect())
            .map_err(engine("reading devices"))
    }

    fn by_code(&self, code: Code) -> Result<Vec<RecordId>> {
        self.tx
            .prepare_cached("SELECT record FROM record WHERE street = ?1 AND code = ?2 ORDER BY record")
            .and_then(|mut query| {
                query.query_map(params![STREET, signed(code.bits())], |row| Ok(RecordId(bytes(row, 0)?)))?.collect()
            })
            .map_err(engine("looking up a code"))
    }

    fn record(&self, record: RecordId) -> Result<Option<WholeRecord>> {
        let Some(header) = header(self.tx, record)? else { return Ok(None) };
        let rows = rows::rows(self.tx, record)?;
        let sql = "SELECT change, detail FROM entry WHERE street = ?1 AND record = ?2 AND detail IS NOT NULL";
        let details = self
            .tx
            .prepare_cached(sql)
            .and_then(|mut query| {
                query.query_map(params![STREET, record.0], |row| Ok((ChangeHash(bytes(row, 0)?), row.get(1)?)))?.collect()
            })
            .map_err(engine("reading details"))?;
        Ok(Some((header, rows, details)))
    }

    fn overdue(&self, now_s: i64, limit: u32) -> Result<Vec<Listed>> {
        let sql = "SELECT record, header FROM record WHERE street = ?1 AND open = 1 AND suspended = 0 AND deadline_s < ?2 \
                   ORDER BY deadline_s LIMIT ?3";
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET, now_s, limit], listed)?.collect())
            .map_err(engine("listing what is overdue"))
    }

    fn overdue_by_area(&self, now_s: i64) -> Result<Vec<(FeedId, u64)>> {
        let sql = "SELECT area, count(*) FROM record WHERE street = ?1 AND open = 1 AND suspended = 0 \
                   AND area IS NOT NULL AND deadline_s < ?2 GROUP BY area";
        let read = |row: &SqlRow<'_>| Ok((FeedId(bytes(row, 0)?), natural(row.get(1)?)));
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET, now_s], read)?.collect())
            .map_err(engine("counting what is overdue"))
    }

    fn to_settle(&self) -> Result<(u64, u64, u64)> {
        let sql = "SELECT (SELECT count(*) FROM record WHERE street = ?1 AND contested = 1), \
                   (SELECT count(*) FROM record WHERE street = ?1 AND refused > 0), \
                   (SELECT count(*) FROM quarantine WHERE street = ?1)";
        let read = |row: &SqlRow<'_>| Ok((natural(row.get(0)?), natural(row.get(1)?), natural(row.get(2)?)));
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_row(params![STREET], read))
            .map_err(engine("counting what is to be settled"))
    }

    fn cases(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<Listed>> {
        let sql = "SELECT record, header FROM record WHERE street = ?1 AND record > ?2 ORDER BY record LIMIT ?3";
        let after = after.map_or_else(Vec::new, |record| record.0.to_vec());
        self.tx
            .prepare_cached(sql)
            .and_then(|mut query| query.query_map(params![STREET, after, limit], listed)?.collect())
            .map_err(engine("listing cases"))
    }

    fn counts(&self, from: Day, to: Day) -> Result<Vec<(FeedId, Counts)>> {
        tally::by_area(self.tx, from, to)
    }

    fn months(&self, from: Day, to: Day) -> Result<Vec<(i32, Counts)>> {
        tally::by_month(self.tx, from, to)
    }

    fn days(&self) -> Result<Option<(Day, Day)>> {
        tally::days(self.tx)
    }

    fn each_entry(&self, each: &mut dyn FnMut(Entry, u64, Said)) -> Result<()> {
        let attempted = "reading all entries";
        let sql = format!(
            "SELECT e.n, e.verdict, e.hub_time_s, 0, 0, {ENTRY_COLUMNS} FROM entry e WHERE e.street = ?1 ORDER BY e.feed, e.n"
        );
        let mut query = self.tx.prepare(&sql).map_err(engine(attempted))?;
        let mut found = query.query(params![STREET]).map_err(engine(attempted))?;
        while let Some(row) = found.next().map_err(engine(attempted))? {
            let read = |row| Ok((entry_of(row, 5)?, natural(row.get(0)?), said_of(row, 1, 2)?));
            let (entry, n, said) = read(row).map_err(engine(attempted))?;
            each(entry, n, said);
        }
        Ok(())
    }

    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>> {
        meta(self.tx, key)
    }

    fn feeds(&self) -> Result<Vec<(FeedId, u64)>> {
        self.tx
            .prepare_cached("SELECT feed, n FROM feed WHERE street = ?1 ORDER BY feed")
            .and_then(|mut query| {
                query.query_map(params![STREET], |row| Ok((FeedId(bytes(row, 0)?), natural(row.get(1)?))))?.collect()
            })
            .map_err(engine("reading the feeds"))
    }

    fn newest_pack(&self) -> Result<Option<Vec<u8>>> {
        self.tx
            .prepare_cached("SELECT pack FROM pack WHERE street = ?1 ORDER BY version DESC LIMIT 1")
            .and_then(|mut query| query.query_row(params![STREET], |row| row.get(0)).optional())
            .map_err(engine("reading the pack"))
    }
}

fn forked_places(tx: &Connection) -> Result<std::collections::BTreeSet<(FeedId, DeviceId, u64)>> {
    let read = |row: &SqlRow<'_>| Ok((FeedId(bytes(row, 0)?), DeviceId(bytes(row, 1)?), natural(row.get(2)?)));
    tx.prepare_cached("SELECT feed, author, seq FROM entry INDEXED BY entry_forked WHERE street = ?1 AND forked = 1")
        .and_then(|mut query| query.query_map(params![STREET], read)?.collect())
        .map_err(engine("reading forks"))
}

fn outgoing_line(row: &SqlRow<'_>) -> rusqlite::Result<(OutgoingLine, u64)> {
    let (verdict, hub_time_s) = (Verdict(row.get(2)?), natural(row.get(3)?));
    let (carried, used) = match row.get::<_, Option<Vec<u8>>>(1)? {
        Some(notice) => {
            let used = notice.len();
            (OutgoingCarried::Notice(notice), used)
        }
        None => {
            let out = outgoing_of(row, 5)?;
            let used = out.entry.counted_bytes() + 24;
            (OutgoingCarried::Entry(Box::new(out)), used)
        }
    };
    Ok((OutgoingLine { verdict, hub_time_s, carried }, u64::try_from(used).unwrap_or(u64::MAX)))
}
