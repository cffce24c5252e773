//! Reading beside the writer: a connection that sees what was committed.
//!
//! Each call reads one moment. Dictionaries only grow, so what was looked up once holds for good.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gewu_log::entry::{self, Entry};
use gewu_log::grant::Grant;
use gewu_log::line::{Head, HeadHash};
use gewu_log::record::{Header, Record, Row};
use gewu_model::act::DetailText;
use gewu_model::case::{ActAt, CaseState};
use gewu_model::code::Code;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, Epoch, FeedId, GrantId, RecordId};
use gewu_model::sabotage::{self, Switch};
use rusqlite::{Connection, OptionalExtension};

use crate::apply::Answer;
use crate::error::{Attempt, StoreError};
use crate::rows::{EntryRow, GrantRow, chain, detail_at, entry_at, grant_of, id16, id32, log_rows, signed, unsigned};
use crate::sql;
use crate::store;
use crate::write::meta;

/// Where the next pull of a feed begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The life of the hub's store.
    pub epoch: Epoch,
    /// Last line applied.
    pub n: u64,
    /// Chain value after it.
    pub head: HeadHash,
}

/// What the hub announced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoticeRow {
    /// Its line.
    pub n: u64,
    /// Unix seconds.
    pub hub_time_s: i64,
    /// `gewu_log::line::Notice` in CBOR, or one of a newer version.
    pub bytes: Vec<u8>,
}

/// Something that failed a check and is kept apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quarantined {
    /// The feed whose line carried it.
    pub feed: FeedId,
    /// Its name: of an entry, or BLAKE3 of a notice.
    pub entry: EntryHash,
    /// The line.
    pub n: u64,
    /// A word of `GuardError::code`, or `waits` (for what was kept apart before), or `detail` (that alone).
    pub reason: String,
    /// First bytes of what came.
    pub header: Vec<u8>,
    /// The hub's time of the line, Unix seconds.
    pub heard_s: i64,
}

/// What a status line shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StatusCounts {
    /// Entries that the hub has said nothing about.
    pub unsent: u64,
    /// Entries that the hub has and gave no line.
    pub sent_unconfirmed: u64,
    /// Entries that the hub refused.
    pub refused: u64,
    /// Things kept apart.
    pub quarantined: u64,
    /// Entries in all.
    pub acts: u64,
    /// Records in all.
    pub cases: u64,
}

/// What is known of one act beside the act.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Beside {
    /// Its name.
    pub entry: EntryHash,
    /// The place in which it was taken in.
    pub position: u64,
    /// Its home line.
    pub n: Option<u64>,
    /// What the hub said that is no line.
    pub answer: Option<Answer>,
    /// Whether the hub said anything.
    pub sent: bool,
    /// What was typed; `None` where there was nothing or it was erased.
    pub detail: Option<DetailText>,
}

/// A record with all that is here of it.
#[derive(Clone, Debug)]
pub struct StoredRecord {
    /// With its rows.
    pub record: Record,
    /// By change, for each row.
    beside: BTreeMap<ChangeHash, Beside>,
}

impl StoredRecord {
    /// What is known beside one of its rows.
    #[must_use]
    pub fn beside(&self, change: &ChangeHash) -> Option<&Beside> {
        self.beside.get(change)
    }

    /// What was typed, by act.
    #[must_use]
    pub fn details(&self) -> BTreeMap<ActAt, DetailText> {
        let at = |row: &Row| ActAt { start_op: u32::try_from(row.start_op).unwrap_or(u32::MAX), author: row.author };
        let detail = |row: &Row| Some((at(row), self.beside(&row.change)?.detail.clone()?));
        self.record.rows().unwrap_or_default().iter().filter_map(detail).collect()
    }
}

/// Reads beside the writer.
///
/// **Thread:** one at a time; open one per thread.
pub struct Reader {
    pub(crate) db: Connection,
    logs: RefCell<HashMap<i64, (FeedId, DeviceId)>>,
    feeds: RefCell<HashMap<FeedId, i64>>,
    revision: Arc<AtomicU64>,
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl Reader {
    pub(crate) fn new(db: Connection, revision: Arc<AtomicU64>) -> Self {
        Self { db, logs: RefCell::default(), feeds: RefCell::default(), revision }
    }

    /// Ascends with each commit of this process's writer after which a page may look different.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Runs `work` on one moment of the file.
    pub(crate) fn at_once<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let attempted = "reading";
        // Ends when dropped; nothing was written, so there is nothing to commit.
        let moment = self.db.unchecked_transaction().attempt(attempted)?;
        work(&moment)
    }

    pub(crate) fn log_name(&self, id: i64) -> Result<(FeedId, DeviceId), StoreError> {
        if let Some(name) = self.logs.borrow().get(&id) {
            return Ok(*name);
        }
        let attempted = "naming a log";
        let mut log = self.db.prepare_cached(sql::LOG_NAME).attempt(attempted)?;
        let name =
            log.query_row([id], |row| Ok((FeedId(id16(row, 0)?), DeviceId(id16(row, 1)?)))).attempt(attempted)?;
        self.logs.borrow_mut().insert(id, name);
        Ok(name)
    }

    pub(crate) fn feed_id(&self, feed: FeedId) -> Result<Option<i64>, StoreError> {
        if let Some(id) = self.feeds.borrow().get(&feed) {
            return Ok(Some(*id));
        }
        let attempted = "finding a feed";
        let mut by_name = self.db.prepare_cached(sql::FEED_ID).attempt(attempted)?;
        let id: Option<i64> = by_name.query_row([feed.0.as_slice()], |row| row.get(0)).optional().attempt(attempted)?;
        self.feeds.borrow_mut().extend(id.map(|id| (feed, id)));
        Ok(id)
    }

    /// A small thing by name.
    ///
    /// # Errors
    /// [`StoreError`], as of every call here.
    pub fn meta(&self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        meta(&self.db, key)
    }

    /// Seconds east of UTC at which days begin.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn day_offset_s(&self) -> Result<i32, StoreError> {
        store::day_offset(&self.db)
    }

    /// What a grant says; by its notice alone: `pack_min` 0, `import` false.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn grant(&self, id: GrantId) -> Result<Option<Grant>, StoreError> {
        Ok(self.grant_row(id)?.and_then(|row| row.grant))
    }

    /// A grant as the hub signed it, where the token is here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn token(&self, id: GrantId) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.grant_row(id)?.and_then(|row| row.token))
    }

    fn grant_row(&self, id: GrantId) -> Result<Option<GrantRow>, StoreError> {
        let attempted = "reading a grant";
        let mut grant = self.db.prepare_cached(sql::GRANT).attempt(attempted)?;
        grant.query_row([id.0.as_slice()], grant_of).optional().attempt(attempted)
    }

    /// All grants, by id.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn grants(&self) -> Result<Vec<Grant>, StoreError> {
        let attempted = "reading the grants";
        let mut grants = self.db.prepare_cached(sql::ALL_GRANTS).attempt(attempted)?;
        let rows = grants.query_map([], grant_of).attempt(attempted)?;
        let mut known = Vec::new();
        for row in rows {
            known.extend(row.attempt(attempted)?.grant);
        }
        Ok(known)
    }

    /// Until when the hub knows an area: the oldest last contact among its devices, Unix seconds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn known_until(&self, area: FeedId) -> Result<Option<i64>, StoreError> {
        let attempted = "reading until when an area is known";
        let mut known = self.db.prepare_cached(sql::KNOWN_UNTIL).attempt(attempted)?;
        let until: Option<Option<i64>> =
            known.query_row([area.0.as_slice()], |row| row.get(0)).optional().attempt(attempted)?;
        Ok(until.flatten())
    }

    /// Where the next pull of a feed begins; `None`: never pulled.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cursor(&self, feed: FeedId) -> Result<Option<Cursor>, StoreError> {
        let skipped = u64::from(sabotage::on(Switch::CursorSkips));
        let cursor = |head: Head| Cursor { epoch: head.epoch, n: head.n + skipped, head: HeadHash(head.hash) };
        Ok(self.signed_head(feed)?.map(cursor))
    }

    /// The last head of a feed, as the hub signed it.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn signed_head(&self, feed: FeedId) -> Result<Option<Head>, StoreError> {
        let attempted = "reading a head";
        let mut cursor = self.db.prepare_cached(sql::CURSOR).attempt(attempted)?;
        let bytes: Option<Option<Vec<u8>>> =
            cursor.query_row([feed.0.as_slice()], |row| row.get(3)).optional().attempt(attempted)?;
        let head = bytes.flatten().map(|bytes| minicbor::decode(&bytes)).transpose();
        head.map_err(|error| StoreError::damaged(attempted, error))
    }

    /// Feeds that were pulled, with how far.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn cursors(&self) -> Result<BTreeMap<FeedId, Cursor>, StoreError> {
        let attempted = "reading the cursors";
        let mut cursors = self.db.prepare_cached(sql::ALL_CURSORS).attempt(attempted)?;
        let rows = cursors
            .query_map([], |row| {
                let cursor =
                    Cursor { epoch: Epoch(id16(row, 1)?), n: unsigned(row, 2)?, head: HeadHash(id32(row, 3)?) };
                Ok((FeedId(id16(row, 0)?), cursor))
            })
            .attempt(attempted)?;
        rows.collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// What the hub announced in a feed after a line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn notices(&self, feed: FeedId, after_n: u64) -> Result<Vec<NoticeRow>, StoreError> {
        let attempted = "reading notices";
        let mut notices = self.db.prepare_cached(sql::NOTICES).attempt(attempted)?;
        let rows = notices
            .query_map((feed.0.as_slice(), signed(after_n)), |row| {
                Ok(NoticeRow { n: unsigned(row, 0)?, hub_time_s: row.get(1)?, bytes: row.get(2)? })
            })
            .attempt(attempted)?;
        rows.collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// What is kept apart, by feed and line, at most `limit`.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn quarantined(&self, limit: u32) -> Result<Vec<Quarantined>, StoreError> {
        let attempted = "reading what is kept apart";
        let mut all = self.db.prepare_cached(sql::ALL_QUARANTINED).attempt(attempted)?;
        let rows = all
            .query_map([limit], |row| {
                Ok(Quarantined {
                    feed: FeedId(id16(row, 0)?),
                    entry: EntryHash(id32(row, 1)?),
                    n: unsigned(row, 2)?,
                    reason: row.get(3)?,
                    header: row.get(4)?,
                    heard_s: row.get(5)?,
                })
            })
            .attempt(attempted)?;
        rows.collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// Numbers for a status line.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn status(&self) -> Result<StatusCounts, StoreError> {
        self.at_once(|db| {
            let count = |statement| {
                let attempted = "counting";
                let mut count = db.prepare_cached(statement).attempt(attempted)?;
                let value: Option<i64> = count.query_row([], |row| row.get(0)).attempt(attempted)?;
                Ok::<u64, StoreError>(u64::try_from(value.unwrap_or(0)).unwrap_or(0))
            };
            // Ids have no gaps, so the largest is the count.
            Ok(StatusCounts {
                unsent: count(sql::COUNT_UNSENT)?,
                sent_unconfirmed: count(sql::COUNT_SENT)?,
                refused: count(sql::COUNT_REFUSED)?,
                quarantined: count(sql::COUNT_QUARANTINED)?,
                acts: count(sql::LAST_ENTRY)?,
                cases: count(sql::LAST_RECORD)?,
            })
        })
    }

    /// Records with a code: none, one, or twins, which are both shown.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn find(&self, code: Code) -> Result<Vec<RecordId>, StoreError> {
        let attempted = "finding a code";
        let mut by_code = self.db.prepare_cached(sql::RECORD_BY_CODE).attempt(attempted)?;
        let rows = by_code.query_map([signed(code.bits())], |row| id16(row, 1)).attempt(attempted)?;
        let mut found: Vec<RecordId> =
            rows.map(|row| row.map(RecordId)).collect::<rusqlite::Result<_>>().attempt(attempted)?;
        found.sort_unstable();
        Ok(found)
    }

    /// A record with its rows, what was typed, and how far each act has come.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record(&self, id: RecordId) -> Result<Option<StoredRecord>, StoreError> {
        self.at_once(|db| {
            let Some((last, header)) = header(db, id)? else { return Ok(None) };
            let entries = chain(db, last)?;
            let rows = log_rows(&entries, |log| self.log_name(log))?;
            let kind = header.kind;
            let mut record = Record::stored(id, header);
            record.give_rows(rows);
            let mut beside = BTreeMap::new();
            for row in &entries {
                let (feed, author) = self.log_name(row.log)?;
                let detail = if row.detail_bytes.is_some() { detail_at(db, row.id)? } else { None };
                let detail = detail.and_then(|detail| DetailText::decode_cbor(&detail.cbor));
                let entry = entry::hash(feed, author, row.seq, id, kind, row.change);
                beside.insert(row.change, beside_of(row, entry, detail));
            }
            Ok(Some(StoredRecord { record, beside }))
        })
    }

    /// What the fold says of a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn state(&self, id: RecordId) -> Result<Option<CaseState>, StoreError> {
        Ok(self.header(id)?.map(|header| header.state))
    }

    /// What is kept beside a record's rows.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn header(&self, id: RecordId) -> Result<Option<Header>, StoreError> {
        Ok(header(&self.db, id)?.map(|(_, header)| header))
    }

    /// Names of all records, in the order in which they came.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all_records(&self) -> Result<Vec<RecordId>, StoreError> {
        let attempted = "reading the records";
        let mut records = self.db.prepare_cached(sql::RECORDS).attempt(attempted)?;
        let rows = records.query_map((0_i64, i64::MAX), |row| id16(row, 1)).attempt(attempted)?;
        rows.map(|row| row.map(RecordId)).collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// Entries in the order in which they were taken in, after a position, at most `limit`, with their details.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn entries(&self, after: u64, limit: u32) -> Result<Vec<(u64, Entry)>, StoreError> {
        let attempted = "reading the entries";
        self.at_once(|db| {
            let mut entries = db.prepare_cached(sql::ENTRIES).attempt(attempted)?;
            let rows = entries.query_map((signed(after), limit), EntryRow::read).attempt(attempted)?;
            let rows: Vec<EntryRow> = rows.collect::<rusqlite::Result<_>>().attempt(attempted)?;
            rows.iter().map(|row| Ok((position(row.id), self.entry(db, row)?.0))).collect()
        })
    }

    /// A whole entry, and its deps' rows.
    pub(crate) fn entry(&self, db: &Connection, row: &EntryRow) -> Result<(Entry, Vec<EntryRow>), StoreError> {
        let attempted = "reading an entry";
        let mut kind = db.prepare_cached(sql::RECORD_KIND_AT).attempt(attempted)?;
        let record =
            kind.query_row([row.record], |row| Ok((RecordId(id16(row, 0)?), row.get(1)?))).attempt(attempted)?;
        let mut deps = row.deps.iter().map(|dep| entry_at(db, *dep)).collect::<Result<Vec<_>, _>>()?;
        deps.sort_unstable_by_key(|dep| dep.change);
        let changes = deps.iter().map(|dep| dep.change).collect();
        let detail = if row.detail_bytes.is_some() { detail_at(db, row.id)? } else { None };
        let entry = row.entry(self.log_name(row.log)?, record, changes, detail);
        Ok((entry, deps))
    }
}

fn beside_of(row: &EntryRow, entry: EntryHash, detail: Option<DetailText>) -> Beside {
    let answer = row.answer.as_deref().map(Answer::from_text);
    let sent = answer.is_some() || row.said.is_some();
    Beside { entry, position: position(row.id), n: row.n.map(position), answer, sent, detail }
}

pub(crate) fn position(id: i64) -> u64 {
    u64::try_from(id).unwrap_or(0)
}

fn header(db: &Connection, id: RecordId) -> Result<Option<(i64, Header)>, StoreError> {
    let attempted = "reading a record";
    let mut by_code = db.prepare_cached(sql::RECORD_BY_CODE).attempt(attempted)?;
    let mut rows = by_code.query([signed(Code::of(&id).bits())]).attempt(attempted)?;
    while let Some(row) = rows.next().attempt(attempted)? {
        if id16(row, 1).attempt(attempted)? == id.0 {
            let bytes: Vec<u8> = row.get(3).attempt(attempted)?;
            let header = minicbor::decode(&bytes).map_err(|error| StoreError::damaged(attempted, error))?;
            return Ok(Some((row.get(2).attempt(attempted)?, header)));
        }
    }
    Ok(None)
}
