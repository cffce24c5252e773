//! What the writer knows without asking: dictionaries, the ends of logs, grants, the next ids.
//!
//! All of it is a copy of committed rows plus what the running transaction added; a rollback or another program's commit
//! throws it away. So nothing is asked of SQLite for an entry that continues a known log.

use std::collections::BTreeMap;

use foldhash::HashMap;
use gewu_log::grant::Grant;
use gewu_model::ids::{DeviceId, FeedId, GrantId};
use rusqlite::Connection;

use crate::error::{Attempt, StoreError};
use crate::rows::{grant_of, id16};
use crate::sql;

/// One log: its id in the file, and how far it goes once somebody asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Log {
    pub id: i64,
    last_seq: Option<u64>,
}

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    feeds: HashMap<FeedId, i64>,
    logs: HashMap<(FeedId, DeviceId), Log>,
    log_names: HashMap<i64, (FeedId, DeviceId)>,
    pub grants: BTreeMap<GrantId, Grant>,
    /// Seconds east of UTC at which days begin.
    pub day_offset_s: i32,
    next_entry: i64,
    next_record: i64,
    next_feed: i64,
    next_log: i64,
}

impl Cache {
    /// Reads the dictionaries.
    pub fn load(db: &Connection) -> Result<Self, StoreError> {
        let attempted = "loading the dictionaries";
        let mut cache = Self::default();
        let mut feeds = db.prepare_cached(sql::ALL_FEEDS).attempt(attempted)?;
        let mut rows = feeds.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            let id: i64 = row.get(0).attempt(attempted)?;
            cache.feeds.insert(FeedId(id16(row, 1).attempt(attempted)?), id);
            cache.next_feed = id;
        }
        let mut logs = db.prepare_cached(sql::ALL_LOGS).attempt(attempted)?;
        let mut rows = logs.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            let id: i64 = row.get(0).attempt(attempted)?;
            let name = (FeedId(id16(row, 1).attempt(attempted)?), DeviceId(id16(row, 2).attempt(attempted)?));
            cache.logs.insert(name, Log { id, last_seq: None });
            cache.log_names.insert(id, name);
            cache.next_log = id;
        }
        let mut grants = db.prepare_cached(sql::ALL_GRANTS).attempt(attempted)?;
        let mut rows = grants.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            if let Some(grant) = grant_of(row).attempt(attempted)?.grant {
                cache.grants.insert(grant.id, grant);
            }
        }
        let last = |statement| db.query_row(statement, [], |row| row.get::<_, Option<i64>>(0)).attempt(attempted);
        cache.day_offset_s = crate::store::day_offset(db)?;
        cache.next_entry = last(sql::LAST_ENTRY)?.unwrap_or(0);
        cache.next_record = last(sql::LAST_RECORD)?.unwrap_or(0);
        Ok(cache)
    }

    pub fn next_entry(&mut self) -> i64 {
        self.next_entry += 1;
        self.next_entry
    }

    pub fn next_record(&mut self) -> i64 {
        self.next_record += 1;
        self.next_record
    }

    /// The feed's id; new feeds are written.
    pub fn feed(&mut self, db: &Connection, feed: FeedId) -> Result<i64, StoreError> {
        if let Some(id) = self.feeds.get(&feed) {
            return Ok(*id);
        }
        let attempted = "naming a feed";
        let id = self.next_feed + 1;
        let mut insert = db.prepare_cached(sql::INSERT_FEED).attempt(attempted)?;
        insert.execute((id, feed.0.as_slice())).attempt(attempted)?;
        self.next_feed = id;
        self.feeds.insert(feed, id);
        Ok(id)
    }

    /// The log, if an entry of it is here.
    pub fn known_log(&self, feed: FeedId, author: DeviceId) -> Option<Log> {
        self.logs.get(&(feed, author)).copied()
    }

    /// Feeds in which a device has a log.
    pub fn feeds_of(&self, author: DeviceId) -> Vec<FeedId> {
        let mut feeds: Vec<FeedId> = self.logs.keys().filter(|(_, of)| *of == author).map(|(feed, _)| *feed).collect();
        feeds.sort_unstable();
        feeds
    }

    /// The log; a new one is written.
    pub fn log(&mut self, db: &Connection, feed: FeedId, author: DeviceId) -> Result<Log, StoreError> {
        if let Some(log) = self.logs.get(&(feed, author)) {
            return Ok(*log);
        }
        let attempted = "naming a log";
        let feed_id = self.feed(db, feed)?;
        let id = self.next_log + 1;
        let mut insert = db.prepare_cached(sql::INSERT_LOG).attempt(attempted)?;
        insert.execute((id, feed_id, author.0.as_slice())).attempt(attempted)?;
        self.next_log = id;
        let log = Log { id, last_seq: Some(0) };
        self.logs.insert((feed, author), log);
        self.log_names.insert(id, (feed, author));
        Ok(log)
    }

    /// Feed and author of a log.
    pub fn log_name(&self, id: i64) -> Result<(FeedId, DeviceId), StoreError> {
        let name = self.log_names.get(&id).copied();
        name.ok_or_else(|| StoreError::damaged("looking a log up", format!("no log {id}")))
    }

    /// The largest sequence number here; 0: none.
    pub fn last_seq(&mut self, db: &Connection, feed: FeedId, author: DeviceId) -> Result<u64, StoreError> {
        let Some(log) = self.logs.get_mut(&(feed, author)) else { return Ok(0) };
        if let Some(seq) = log.last_seq {
            return Ok(seq);
        }
        let attempted = "looking for the end of a log";
        let mut last = db.prepare_cached(sql::LAST_SEQ).attempt(attempted)?;
        let seq: Option<i64> = last.query_row([log.id], |row| row.get(0)).attempt(attempted)?;
        let seq = u64::try_from(seq.unwrap_or(0)).unwrap_or(0);
        log.last_seq = Some(seq);
        Ok(seq)
    }

    /// Notes that an entry went in.
    pub fn took(&mut self, feed: FeedId, author: DeviceId, seq: u64) {
        if let Some(log) = self.logs.get_mut(&(feed, author)) {
            log.last_seq = log.last_seq.map(|last| last.max(seq));
        }
    }
}
