//! One transaction: what is worked on is held in memory, and saved once at its end.
//!
//! Entry rows go in at once, so that whoever loads a record's rows finds them; headers, columns for pages and tallies
//! follow at the commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use gewu_log::entry::{AUTHORED_BYTES_MAX, Detail, Entry};
use gewu_log::grant::Grant;
use gewu_log::guard::{DEPS_MAX, GuardError, Place, START_OP_MAX};
use gewu_log::record::{Record, RecordError, Said};
use gewu_model::case::CaseState;
use gewu_model::code::Code;
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, RecordId};
use rusqlite::{Connection, OptionalExtension};

use crate::cache::Cache;
use crate::error::{Attempt, StoreError};
use crate::held::{Held, some_tips};
use crate::rows::{detail_at, detail_column, encode_deps, entries_at, id16, signed};
use crate::sql;

/// An act that this phone's person did.
#[derive(Clone, Debug)]
pub struct OwnAct {
    /// This device.
    pub author: DeviceId,
    /// What it is about; a new one for a birth.
    pub record: RecordId,
    /// Kind of record; used at birth.
    pub record_kind: u16,
    /// Home feed; used at birth.
    pub feed: FeedId,
    /// The author's time, Unix seconds.
    pub time_s: i64,
    /// The act in CBOR.
    pub act: Vec<u8>,
    /// What was typed; its hash stands in the act.
    pub detail: Option<Detail>,
}

/// An own act could not be taken in. Nothing has changed; the transaction may go on.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// The record holds as many acts as a record can.
    #[error("the record is full")]
    RecordFull,
    /// Shorten what was typed.
    #[error("the act counts {counted} bytes, at most {limit} may")]
    TooLarge {
        /// Bytes.
        counted: usize,
        /// Bytes.
        limit: usize,
    },
    /// The fields are not an act's: a first act that does not name its author, a time before 1970.
    #[error("the act would not pass the guard")]
    Guard(#[source] GuardError),
    /// The file.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// One transaction on the store. What it was given is durable once [`crate::Store::write`] has returned `Ok`.
pub struct Write<'a> {
    pub(crate) db: &'a Connection,
    pub(crate) cache: &'a mut Cache,
    /// Boxed: a map of large values moves them about.
    pub(crate) held: BTreeMap<RecordId, Box<Held>>,
    pub(crate) by_id: HashMap<i64, RecordId>,
    /// A grant was not what its notice had said: every record may be concerned.
    pub(crate) refold_all: bool,
    /// Counted bytes of lines since the last head.
    pub(crate) line_bytes: u64,
}

impl<'a> Write<'a> {
    pub(crate) fn new(db: &'a Connection, cache: &'a mut Cache) -> Self {
        Self { db, cache, held: BTreeMap::new(), by_id: HashMap::new(), refold_all: false, line_bytes: 0 }
    }

    /// A small thing by name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn meta(&mut self, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
        meta(self.db, key)
    }

    /// Keeps a small thing by name, 1 to 64 characters.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_meta(&mut self, key: &str, value: &[u8]) -> Result<(), StoreError> {
        let attempted = "keeping a value";
        self.db.prepare_cached(sql::PUT_META).attempt(attempted)?.execute((key, value)).attempt(attempted)?;
        Ok(())
    }

    /// What a grant says, if its token or its notice is here.
    #[must_use]
    pub fn grant(&mut self, id: GrantId) -> Option<Grant> {
        self.cache.grants.get(&id).cloned()
    }

    /// Keeps a grant whose token was checked. Records whose acts name it are folded anew.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_grant(&mut self, grant: &Grant, token: &[u8]) -> Result<(), StoreError> {
        self.save_grant(grant, Some(token))
    }

    pub(crate) fn save_grant(&mut self, grant: &Grant, token: Option<&[u8]>) -> Result<(), StoreError> {
        let attempted = "keeping a grant";
        let before = self.cache.grants.get(&grant.id).map(Grant::who);
        let values = (
            grant.id.0.as_slice(),
            grant.person.0.as_slice(),
            grant.role.number(),
            grant.area.0.as_slice(),
            grant.device.0.as_slice(),
            grant.expires_s,
            grant.pack_min,
            grant.import,
            token,
        );
        self.db.prepare_cached(sql::PUT_GRANT).attempt(attempted)?.execute(values).attempt(attempted)?;
        self.cache.grants.insert(grant.id, grant.clone());
        match before {
            None => self.refold_missing(grant.id),
            Some(before) => {
                self.refold_all |= before != grant.who();
                Ok(())
            }
        }
    }

    fn refold_missing(&mut self, grant: GrantId) -> Result<(), StoreError> {
        let attempted = "finding the records of a grant";
        let mut records = BTreeSet::new();
        {
            let mut missed = self.db.prepare_cached(sql::MISSED_BY).attempt(attempted)?;
            let mut rows = missed.query([grant.0.as_slice()]).attempt(attempted)?;
            while let Some(row) = rows.next().attempt(attempted)? {
                records.insert(row.get::<_, i64>(0).attempt(attempted)?);
            }
        }
        self.db
            .prepare_cached(sql::FOUND_GRANT)
            .attempt(attempted)?
            .execute([grant.0.as_slice()])
            .attempt(attempted)?;
        for record in records {
            let id = self.record_id(record)?;
            self.hold(id)?;
            if let Some(held) = self.held.get_mut(&id) {
                (held.refold, held.dirty) = (true, true);
            }
        }
        for held in self.held.values_mut() {
            held.refold |= held.missing.remove(&grant);
        }
        Ok(())
    }

    /// The name of a record in the file.
    pub(crate) fn record_id(&mut self, id: i64) -> Result<RecordId, StoreError> {
        if let Some(record) = self.by_id.get(&id) {
            return Ok(*record);
        }
        let attempted = "naming a record";
        let mut kind = self.db.prepare_cached(sql::RECORD_KIND_AT).attempt(attempted)?;
        kind.query_row([id], |row| id16(row, 0)).attempt(attempted).map(RecordId)
    }

    /// Loads a record unless it is held. Answers whether it is here.
    pub(crate) fn hold(&mut self, id: RecordId) -> Result<bool, StoreError> {
        if let Some(held) = self.held.get(&id) {
            return Ok(!held.is_new || held.dirty);
        }
        let attempted = "loading a record";
        let mut by_code = self.db.prepare_cached(sql::RECORD_BY_CODE).attempt(attempted)?;
        let mut rows = by_code.query([signed(Code::of(&id).bits())]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            if id16(row, 1).attempt(attempted)? != id.0 {
                continue;
            }
            let header = minicbor::decode(row.get_ref(3).and_then(|header| Ok(header.as_blob()?)).attempt(attempted)?)
                .map_err(|error| StoreError::damaged(attempted, error))?;
            let held = Held::stored(row.get(0).attempt(attempted)?, id, row.get(2).attempt(attempted)?, header);
            self.by_id.extend(held.id.map(|row| (row, id)));
            self.held.insert(id, Box::new(held));
            return Ok(true);
        }
        Ok(false)
    }

    /// The record, which is new if it is not here.
    pub(crate) fn hold_or_new(&mut self, id: RecordId, feed: FeedId, kind: u16) -> Result<(), StoreError> {
        self.hold(id)?;
        self.held.entry(id).or_insert_with(|| Box::new(Held::new(id, feed, kind)));
        Ok(())
    }

    /// A record, settled: its header is what the store would keep. Rows are loaded only where a fold needed them.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record(&mut self, id: RecordId) -> Result<Option<&Record>, StoreError> {
        if !self.hold(id)? {
            return Ok(None);
        }
        let Some(held) = self.held.get_mut(&id) else { return Ok(None) };
        held.settle(self.db, self.cache)?;
        Ok(Some(&held.record))
    }

    /// A record with all its rows, settled.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn record_with_rows(&mut self, id: RecordId) -> Result<Option<&Record>, StoreError> {
        self.record(id)?;
        let Some(held) = self.held.get_mut(&id).filter(|held| held.id.is_some()) else { return Ok(None) };
        if !held.record.has_rows() {
            let rows = held.load_rows(self.db, self.cache)?;
            held.record.give_rows(rows);
        }
        Ok(Some(&held.record))
    }

    /// What the fold says of a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn state(&mut self, id: RecordId) -> Result<Option<CaseState>, StoreError> {
        Ok(self.record(id)?.map(|record| record.header().state.clone()))
    }

    /// The home feed of a record.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn home(&mut self, id: RecordId) -> Result<Option<FeedId>, StoreError> {
        let here = self.hold(id)?;
        Ok(self.held.get(&id).filter(|_| here).map(|held| held.record.outline().feed))
    }

    /// Takes in an own act on top of everything this phone holds of the record, and gives the entry that it became.
    ///
    /// # Errors
    /// [`AppendError`]; nothing of the act is here then.
    pub fn append(&mut self, own: &OwnAct) -> Result<Entry, AppendError> {
        self.hold_or_new(own.record, own.feed, own.record_kind)?;
        let (deps, place) = self.top(own.record, own.author)?;
        let Some(held) = self.held.get(&own.record) else { return Err(AppendError::RecordFull) };
        let outline = held.record.outline();
        let (feed, record_kind) = (outline.feed, outline.kind);
        if place.start_op > START_OP_MAX {
            return Err(AppendError::RecordFull);
        }
        let entry = Entry {
            feed,
            author: own.author,
            seq: self.cache.last_seq(self.db, feed, own.author)? + 1,
            record: own.record,
            record_kind,
            change_seq: place.change_seq,
            start_op: place.start_op,
            time_s: own.time_s,
            deps,
            act: own.act.clone(),
            change: ChangeHash([0; 32]),
            detail: own.detail.clone(),
        }
        .with_change_hash();
        let counted = entry.counted_bytes();
        if counted > AUTHORED_BYTES_MAX {
            return Err(AppendError::TooLarge { counted, limit: AUTHORED_BYTES_MAX });
        }
        match self.take(&entry, None, None)? {
            Ok(_) => Ok(entry),
            Err(RecordError::Guard(GuardError::RecordFull)) => Err(AppendError::RecordFull),
            Err(RecordError::Guard(error)) => Err(AppendError::Guard(error)),
            Err(RecordError::Waits { .. } | RecordError::NeedsRows) => {
                Err(StoreError::damaged("appending an act", "the record's own tips are not of it").into())
            }
        }
    }

    /// What an act names that has seen everything, and where it stands.
    fn top(&mut self, record: RecordId, author: DeviceId) -> Result<(Vec<ChangeHash>, Place), StoreError> {
        let Self { db, cache, held, .. } = self;
        let Some(held) = held.get_mut(&record) else {
            return Err(StoreError::damaged("appending an act", "the record is not held"));
        };
        let deps = if held.record.outline().tips.len() > DEPS_MAX {
            held.load_rows(db, cache).map(|rows| held.record.give_rows(rows))?;
            some_tips(&held.record, author)
        } else {
            held.record.tips()
        };
        let place = held.with_rows(db, cache, |record, _| record.place(author, &deps))?;
        let place = place.map_err(|error| StoreError::damaged("appending an act", error))?;
        Ok((deps, place))
    }

    /// Runs guard and fold and writes the row. The entry is not here yet. Answers its id.
    pub(crate) fn take(
        &mut self,
        entry: &Entry,
        said: Option<Said>,
        n: Option<u64>,
    ) -> Result<Result<i64, RecordError>, StoreError> {
        let Self { db, cache, held, by_id, .. } = self;
        let Some(held) = held.get_mut(&entry.record) else {
            return Err(StoreError::damaged("taking an entry in", "the record is not held"));
        };
        // Before the tips move; place has been asked, so every dep is of the record.
        let deps = held.dep_ids(db, cache, &entry.deps)?;
        if let Err(error) = held.with_rows(db, cache, |record, whom| record.take(entry, said, whom))? {
            return Ok(Err(error));
        }
        let log = cache.log(db, entry.feed, entry.author)?;
        let id = cache.next_entry();
        let record = *held.id.get_or_insert_with(|| {
            let record = cache.next_record();
            by_id.insert(record, entry.record);
            record
        });
        let prev = (held.last > 0).then_some(held.last);
        let encoded = encode_deps(id, prev, &deps);
        let detail = entry.detail.as_ref().map(detail_column);
        let attempted = "writing an entry";
        let mut insert = db.prepare_cached(sql::INSERT_ENTRY).attempt(attempted)?;
        insert
            .execute(rusqlite::params![
                id,
                log.id,
                signed(entry.seq),
                record,
                prev,
                said.map(|said| said.verdict.0),
                said.map(|said| said.hub_time_s),
                n.map(signed),
                signed(entry.change_seq),
                signed(entry.start_op),
                entry.time_s,
                entry.change.0.as_slice(),
                encoded,
                entry.act,
                detail,
            ])
            .attempt(attempted)?;
        cache.took(entry.feed, entry.author, entry.seq);
        held.ids.insert(entry.change, id);
        held.last = id;
        held.dirty = true;
        Ok(Ok(id))
    }

    /// Removes what was typed beside an act; the act stands, its verdict and every rate too.
    ///
    /// Answers whether there was something.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn erase_detail(&mut self, feed: FeedId, author: DeviceId, seq: u64) -> Result<bool, StoreError> {
        let attempted = "erasing a detail";
        let Some(log) = self.cache.known_log(feed, author) else { return Ok(false) };
        let mut erased = false;
        for entry in entries_at(self.db, log.id, seq)? {
            erased |= detail_at(self.db, entry.id)?.is_some();
            self.db.prepare_cached(sql::ERASE_DETAIL).attempt(attempted)?.execute([entry.id]).attempt(attempted)?;
        }
        Ok(erased)
    }
}

pub(crate) fn meta(db: &Connection, key: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let attempted = "reading a value";
    db.prepare_cached(sql::META).attempt(attempted)?.query_row([key], |row| row.get(0)).optional().attempt(attempted)
}
