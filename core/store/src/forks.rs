//! Acts that the hub answered *forked*: a copy of this store went on elsewhere and was there first.
//!
//! They stay as they are, refused; the device does them anew under another identity, each naming the old one. So do own
//! acts that rested on them and came to nothing by it: all acts on a case whose birth was forked, and others without
//! effect. What counts is left alone.

use std::collections::{BTreeMap, BTreeSet};

use gewu_log::entry::Detail;
use gewu_log::grant::Grant;
use gewu_model::fold::Effect;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, RecordId};

use crate::error::{Attempt, StoreError};
use crate::reader::{Reader, position};
use crate::rows::{detail_at, entry_at, signed};
use crate::sql;
use crate::write::Write;

/// An own act to be done anew.
#[derive(Clone, Debug)]
pub struct Forked {
    /// Its place in the order taken in.
    pub position: u64,
    /// Its name.
    pub entry: EntryHash,
    /// What it is about.
    pub record: RecordId,
    /// Kind of record.
    pub record_kind: u16,
    /// Home feed.
    pub feed: FeedId,
    /// Whether the record began with it.
    pub birth: bool,
    /// The author's time, Unix seconds.
    pub time_s: i64,
    /// The act in CBOR.
    pub act: Vec<u8>,
    /// What was typed.
    pub detail: Option<Detail>,
}

impl Write<'_> {
    pub(crate) fn note_fork(&mut self, entry: i64) -> Result<(), StoreError> {
        let attempted = "noting a fork";
        self.db.prepare_cached(sql::PUT_FORK).attempt(attempted)?.execute([entry]).attempt(attempted)?;
        Ok(())
    }

    /// Notes that an act was done anew by the one that was appended last.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn done_again(&mut self, forked: u64) -> Result<(), StoreError> {
        let attempted = "noting what was done anew";
        self.note_fork(signed(forked))?;
        self.db.prepare_cached(sql::DONE_AGAIN).attempt(attempted)?.execute([signed(forked)]).attempt(attempted)?;
        Ok(())
    }

    /// Acts by these devices that are to be done anew, in the order in which they were done.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn to_do_again(&mut self, own: &[DeviceId]) -> Result<Vec<Forked>, StoreError> {
        let attempted = "reading forks";
        let forks: BTreeMap<i64, bool> = {
            let mut forks = self.db.prepare_cached(sql::ALL_FORKS).attempt(attempted)?;
            let rows = forks.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).attempt(attempted)?;
            rows.collect::<rusqlite::Result<_>>().attempt(attempted)?
        };
        let mut wanted = BTreeSet::new();
        for (entry, done) in &forks {
            if !done && own.contains(&self.author_of(*entry)?) {
                wanted.extend(self.rests_on(*entry, own)?);
            }
        }
        let todo = wanted.into_iter().filter(|entry| forks.get(entry) != Some(&true));
        todo.map(|entry| self.forked(entry)).collect()
    }

    fn author_of(&mut self, entry: i64) -> Result<DeviceId, StoreError> {
        let row = entry_at(self.db, entry)?;
        Ok(self.cache.log_name(row.log)?.1)
    }

    /// A forked entry and own ones that come to nothing by it.
    fn rests_on(&mut self, entry: i64, own: &[DeviceId]) -> Result<BTreeSet<i64>, StoreError> {
        let row = entry_at(self.db, entry)?;
        let id = self.record_id(row.record)?;
        self.record_with_rows(id)?;
        let grants: BTreeMap<GrantId, Grant> = self.cache.grants.clone();
        let Some(held) = self.held.get_mut(&id) else { return Ok(BTreeSet::from([entry])) };
        held.load_rows(self.db, self.cache)?;
        let mut tainted: BTreeSet<ChangeHash> = BTreeSet::from([row.change]);
        let mut found = BTreeSet::from([entry]);
        let whom = |grant: GrantId| grants.get(&grant).map(Grant::who);
        for (act, effect) in held.record.history(&whom) {
            if !act.deps.iter().any(|dep| tainted.contains(dep)) {
                continue;
            }
            tainted.insert(act.change);
            let nothing = row.deps.is_empty() || effect != Effect::Effective;
            if nothing && own.contains(&act.author) {
                found.extend(held.ids.get(&act.change));
            }
        }
        Ok(found)
    }

    fn forked(&mut self, id: i64) -> Result<Forked, StoreError> {
        let row = entry_at(self.db, id)?;
        let entry = self.entry_hash(&row)?;
        let record = self.record_id(row.record)?;
        self.hold(record)?;
        let record_kind = self.held.get(&record).map_or(0, |held| held.record.outline().kind);
        let (feed, _) = self.cache.log_name(row.log)?;
        let detail = if row.detail_bytes.is_some() { detail_at(self.db, id)? } else { None };
        let birth = row.deps.is_empty();
        Ok(Forked {
            position: position(id),
            entry,
            record,
            record_kind,
            feed,
            birth,
            time_s: row.time_s,
            act: row.act,
            detail,
        })
    }
}

impl Reader {
    /// Forked acts that were not done anew yet, and those that were.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forks(&self) -> Result<(u64, u64), StoreError> {
        let attempted = "counting forks";
        let mut count = self.db.prepare_cached(sql::COUNT_FORKS).attempt(attempted)?;
        count.query_row([], |row| Ok((position(row.get(0)?), position(row.get(1)?)))).attempt(attempted)
    }

    /// Authors of forked acts that were not done anew yet.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn forked_authors(&self) -> Result<BTreeSet<DeviceId>, StoreError> {
        let attempted = "reading forks";
        let mut forks = self.db.prepare_cached(sql::FORK_LOGS).attempt(attempted)?;
        let logs = forks.query_map([], |row| row.get::<_, i64>(0)).attempt(attempted)?;
        let logs: Vec<i64> = logs.collect::<rusqlite::Result<_>>().attempt(attempted)?;
        logs.into_iter().map(|log| Ok(self.log_name(log)?.1)).collect()
    }
}
