//! What can still be read of a damaged store, taken over into a new one.
//!
//! **Approach.** The old file is read row by row, as far as SQLite lets one: where a page cannot be read, the next row is
//! tried. Every entry is rebuilt, its change hashed anew and compared, and then takes the one road in, guard and fold
//! included. Own entries first, with what stands on the same records; then the rest. An entry that is here already is left
//! alone, so a salvage that was cut off is simply done again.
//!
//! **Invariants.** The old file is not written to. Nothing goes in whose hash does not come out. Cursors and notices
//! stay behind: the next sync pulls every feed from its first line and gives back what the hub has.
//!
//! **Rejected.** `.recover` of SQLite's shell (guesses rows; knows no hashes); copying derived rows (they follow from the
//! entries).

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use gewu_log::entry::{Detail, Entry};
use gewu_log::seal::Seal;
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, RecordId};
use rusqlite::{Connection, OptionalExtension, Params, Row};

use crate::error::{OpenError, StoreError};
use crate::open::{self, OpenOptions};
use crate::rows::{EntryRow, entries_at, grant_of, id16, signed, unsigned};
use crate::sql;
use crate::store::Store;
use crate::write::Write;

/// So many rows in a row that are not there are the end.
const MISSED_MAX: i64 = 1_024;
/// Entries taken over in one transaction.
const BATCH: usize = 500;

/// A damaged store, read as far as it lets one.
pub struct Wreck {
    file: PathBuf,
    options: OpenOptions,
    /// A connection that met a damaged page refuses everything from then on: the next question gets a new one.
    db: RefCell<Option<Connection>>,
}

/// What a salvage brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Salvaged {
    /// Entries taken over.
    pub entries: u64,
    /// Of these, own ones.
    pub own: u64,
    /// Entries whose row, or what it rests on, could not be read or did not come out.
    pub unreadable: u64,
}

impl Wreck {
    /// Opens a file that was moved aside.
    ///
    /// # Errors
    /// [`OpenError`]: nothing of it can be read.
    pub fn open(file: &Path, options: &OpenOptions) -> Result<Self, OpenError> {
        let db = open::wreck(file, options)?;
        Ok(Self { file: file.to_path_buf(), options: options.clone(), db: RefCell::new(Some(db)) })
    }

    /// Asks one question; `None`: what it needs cannot be read.
    fn ask<T>(&self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        let mut db = self.db.borrow_mut();
        if db.is_none() {
            *db = open::wreck(&self.file, &self.options).ok();
        }
        let answer = question(db.as_ref()?);
        if answer.is_err() {
            *db = None;
        }
        answer.ok()
    }

    /// A small thing by name, where it can be read.
    #[must_use]
    pub fn meta(&self, key: &str) -> Option<Vec<u8>> {
        self.ask(|db| db.query_row(sql::META, [key], |row| row.get(0)).optional()).flatten()
    }

    /// Rows of a statement, up to the first that cannot be read.
    fn rows<T>(&self, statement: &str, values: impl Params, read: impl Fn(&Row<'_>) -> rusqlite::Result<T>) -> Vec<T> {
        let mut found = Vec::new();
        self.ask(|db| {
            let mut prepared = db.prepare(statement)?;
            for row in prepared.query_map(values, read)? {
                found.push(row?);
            }
            Ok(())
        });
        found
    }

    /// All entries whose rows can be read, and how many cannot.
    fn entries(&self) -> (BTreeMap<i64, EntryRow>, u64) {
        let (mut found, mut unreadable, mut at) = (BTreeMap::new(), 0, 0);
        loop {
            // As many as there are in a row, then one by one past what cannot be read.
            for row in self.rows(sql::ENTRIES, (at, i64::MAX), EntryRow::read) {
                at = row.id;
                found.insert(row.id, row);
            }
            let next = (1..=MISSED_MAX).find_map(|step| self.entry_row(at + step));
            let Some(row) = next else { return (found, unreadable) };
            unreadable += u64::try_from(row.id - at - 1).unwrap_or(0);
            at = row.id;
            found.insert(row.id, row);
        }
    }

    fn entry_row(&self, id: i64) -> Option<EntryRow> {
        self.ask(|db| db.query_row(sql::ENTRY_AT, [id], EntryRow::read).optional()).flatten()
    }

    fn log(&self, id: i64) -> Option<(FeedId, DeviceId)> {
        self.ask(|db| db.query_row(sql::LOG_NAME, [id], |row| Ok((FeedId(id16(row, 0)?), DeviceId(id16(row, 1)?)))))
    }

    fn record(&self, id: i64) -> Option<(RecordId, u16)> {
        self.ask(|db| db.query_row(sql::RECORD_KIND_AT, [id], |row| Ok((RecordId(id16(row, 0)?), row.get(1)?))))
    }

    fn detail(&self, id: i64) -> Option<Detail> {
        let bytes =
            self.ask(|db| db.query_row(sql::DETAIL_AT, [id], |row| row.get::<_, Option<Vec<u8>>>(0))).flatten()?;
        bytes.split_first_chunk::<16>().map(|(salt, cbor)| Detail { salt: *salt, cbor: cbor.to_vec() })
    }
}

impl std::fmt::Debug for Wreck {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Wreck").finish_non_exhaustive()
    }
}

/// The rows of a wreck with the names that they need, each looked up once.
struct Found<'w> {
    wreck: &'w Wreck,
    rows: BTreeMap<i64, EntryRow>,
    logs: BTreeMap<i64, Option<(FeedId, DeviceId)>>,
    records: BTreeMap<i64, Option<(RecordId, u16)>>,
}

impl<'w> Found<'w> {
    fn of(wreck: &'w Wreck) -> (Self, u64) {
        let (rows, unreadable) = wreck.entries();
        let logs: BTreeSet<i64> = rows.values().map(|row| row.log).collect();
        let records: BTreeSet<i64> = rows.values().map(|row| row.record).collect();
        let logs = logs.into_iter().map(|id| (id, wreck.log(id))).collect();
        let records = records.into_iter().map(|id| (id, wreck.record(id))).collect();
        (Self { wreck, rows, logs, records }, unreadable)
    }

    fn author(&self, row: &EntryRow) -> Option<(FeedId, DeviceId)> {
        self.logs.get(&row.log).copied().flatten()
    }

    /// Ids in the order in which they go in: records with own entries first, each part in the order taken in.
    fn order(&self, own: Option<DeviceId>) -> Vec<i64> {
        let is_own = |row: &&EntryRow| own.is_some() && self.author(row).map(|(_, author)| author) == own;
        let own_records: BTreeSet<i64> = self.rows.values().filter(is_own).map(|row| row.record).collect();
        let (first, then): (Vec<i64>, Vec<i64>) = self.rows.values().map(|row| (row.id, row.record)).fold(
            (Vec::new(), Vec::new()),
            |mut parts, (id, record)| {
                if own_records.contains(&record) {
                    parts.0.push(id)
                } else {
                    parts.1.push(id)
                }
                parts
            },
        );
        [first, then].concat()
    }

    /// The entry of a row; `None`: something that it needs cannot be read, or its hash does not come out.
    fn entry(&self, row: &EntryRow) -> Option<Entry> {
        let (author, record) = (self.author(row)?, self.records.get(&row.record).copied().flatten()?);
        let mut deps =
            row.deps.iter().map(|dep| self.rows.get(dep).map(|dep| dep.change)).collect::<Option<Vec<ChangeHash>>>()?;
        deps.sort_unstable();
        // A detail that cannot be read is missed like an erased one; the act stands without it.
        let detail = row.detail_bytes.and_then(|_| self.wreck.detail(row.id));
        let entry = row.entry(author, record, deps, detail).with_change_hash();
        (entry.change == row.change).then_some(entry)
    }
}

impl Store {
    /// Takes over what can be read of another store: grants, drafts, entries with the hub's word on them, seals. `own` is
    /// this phone's device, whose entries go first.
    ///
    /// # Errors
    /// [`StoreError`] of this store; what was taken over until then stays, and the same call goes on.
    pub fn salvage(&mut self, wreck: &Wreck, own: Option<DeviceId>) -> Result<Salvaged, StoreError> {
        let grants = wreck.rows(sql::ALL_GRANTS, [], grant_of);
        let drafts = wreck.rows(sql::ALL_DRAFTS, [], |row| {
            Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        self.write::<_, StoreError>(|tx| {
            for row in grants {
                if let Some(grant) = row.grant {
                    tx.save_grant(&grant, row.token.as_deref())?;
                }
            }
            for (about, kept_s, bytes) in drafts {
                tx.put_salvaged_draft(&about, kept_s, &bytes)?;
            }
            Ok(())
        })?;
        let (found, unreadable) = Found::of(wreck);
        let mut salvaged = Salvaged { unreadable, ..Salvaged::default() };
        for batch in found.order(own).chunks(BATCH) {
            let next = self.write(|tx| tx.take_over(&found, batch, own, salvaged))?;
            salvaged = next;
        }
        let seals = wreck.rows(sql::ALL_SEALS, [], |row| row.get::<_, Vec<u8>>(0));
        self.write::<_, StoreError>(|tx| seals.iter().try_for_each(|bytes| tx.put_salvaged_seal(bytes)))?;
        Ok(salvaged)
    }

    /// Whether every page and every index of the file is what was written.
    ///
    /// # Errors
    /// [`StoreError`] where the file cannot be looked at at all; `Damaged` is an answer, too.
    pub fn is_sound(&self) -> Result<bool, StoreError> {
        let Some(db) = self.connection() else { return Err(StoreError::Busy { attempted: "checking the store" }) };
        let faults = |statement: &str| {
            let mut check = db.prepare(statement)?;
            let rows = check.query_map([], |row| row.get::<_, String>(0))?;
            rows.filter(|row| row.as_ref().map_or(true, |text| text != "ok")).collect::<rusqlite::Result<Vec<_>>>()
        };
        // A page that cannot be read ends a check with an error: that is an answer as well.
        let sound = |statement: &str| faults(statement).is_ok_and(|faults| faults.is_empty());
        Ok(sound(sql::CHECK_PAGES) && sound(sql::CHECK_TREES))
    }
}

impl Write<'_> {
    fn take_over(
        &mut self,
        found: &Found<'_>,
        ids: &[i64],
        own: Option<DeviceId>,
        mut salvaged: Salvaged,
    ) -> Result<Salvaged, StoreError> {
        for row in ids.iter().filter_map(|id| found.rows.get(id)) {
            let Some(entry) = found.entry(row) else {
                salvaged.unreadable += 1;
                continue;
            };
            let here = match self.cache.known_log(entry.feed, entry.author) {
                Some(log) => entries_at(self.db, log.id, entry.seq)?.iter().any(|here| here.change == entry.change),
                None => false,
            };
            let n = row.n.and_then(|n| u64::try_from(n).ok());
            let taken = here || {
                self.hold_or_new(entry.record, entry.feed, entry.record_kind)?;
                self.take(&entry, row.said, n)?.is_ok()
            };
            salvaged.entries += u64::from(taken);
            salvaged.own += u64::from(taken && Some(entry.author) == own);
            salvaged.unreadable += u64::from(!taken);
        }
        Ok(salvaged)
    }

    fn put_salvaged_draft(&mut self, about: &[u8], kept_s: i64, bytes: &[u8]) -> Result<(), StoreError> {
        use crate::error::Attempt as _;
        let attempted = "keeping a draft";
        let mut put = self.db.prepare_cached(sql::PUT_DRAFT).attempt(attempted)?;
        put.execute((about, kept_s, bytes)).attempt(attempted)?;
        Ok(())
    }

    /// A seal is of use with its whole run only.
    fn put_salvaged_seal(&mut self, bytes: &[u8]) -> Result<(), StoreError> {
        use crate::error::Attempt as _;
        let attempted = "keeping a seal";
        let Ok(seal) = minicbor::decode::<Seal>(bytes) else { return Ok(()) };
        let Some(log) = self.cache.known_log(seal.feed, seal.author) else { return Ok(()) };
        let mut here = self.db.prepare_cached(sql::COUNT_RUN).attempt(attempted)?;
        let here = here
            .query_row((log.id, signed(seal.first), signed(seal.last)), |row| unsigned(row, 0))
            .attempt(attempted)?;
        if here == seal.last.saturating_sub(seal.first).saturating_add(1) { self.put_seal(&seal) } else { Ok(()) }
    }
}
