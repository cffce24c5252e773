//! One record while a transaction works on it: loaded once, settled on demand, saved at the commit.

use std::cell::RefCell;
use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};
use gewu_log::grant::Grant;
use gewu_log::guard::DEPS_MAX;
use gewu_log::record::{Header, Record, RecordError, Row};
use gewu_model::case::CaseState;
use gewu_model::fold::Who;
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, RecordId};
use rusqlite::Connection;

use crate::cache::Cache;
use crate::error::StoreError;
use crate::rows::{chain, log_rows};

/// A record while a transaction works on it.
pub(crate) struct Held {
    /// Its id in the file; `None` until its first entry is in.
    pub id: Option<i64>,
    pub record: Record,
    /// What the tallies count.
    pub before: CaseState,
    /// Id of its newest entry; 0: none.
    pub last: i64,
    /// Ids by change, of those that were met.
    pub ids: HashMap<ChangeHash, i64>,
    pub is_new: bool,
    pub dirty: bool,
    /// A grant that its acts name became known.
    pub refold: bool,
    pub missing: BTreeSet<GrantId>,
}

impl Held {
    pub fn new(record: RecordId, feed: FeedId, kind: u16) -> Self {
        Self {
            id: None,
            record: Record::new(record, feed, kind),
            before: CaseState::default(),
            last: 0,
            ids: HashMap::new(),
            is_new: true,
            dirty: false,
            refold: false,
            missing: BTreeSet::new(),
        }
    }

    pub fn stored(id: i64, record: RecordId, last: i64, header: Header) -> Self {
        let before = header.state.clone();
        let record = Record::stored(record, header);
        Self { id: Some(id), record, before, last, is_new: false, ..Self::new(RecordId([0; 16]), FeedId([0; 16]), 0) }
    }

    pub fn load_rows(&mut self, db: &Connection, cache: &Cache) -> Result<Vec<Row>, StoreError> {
        let entries = chain(db, self.last)?;
        self.ids = entries.iter().map(|entry| (entry.change, entry.id)).collect();
        log_rows(&entries, |log| cache.log_name(log))
    }

    /// Runs `work`, giving it the rows when it asks for them.
    pub fn with_rows<T>(
        &mut self,
        db: &Connection,
        cache: &Cache,
        mut work: impl FnMut(&mut Record, &dyn Fn(GrantId) -> Option<Who>) -> Result<T, RecordError>,
    ) -> Result<Result<T, RecordError>, StoreError> {
        let missing = RefCell::new(std::mem::take(&mut self.missing));
        let whom = whom(cache, &missing);
        let mut done = work(&mut self.record, &whom);
        if matches!(done, Err(RecordError::NeedsRows)) {
            let rows = self.load_rows(db, cache)?;
            self.record.give_rows(rows);
            done = work(&mut self.record, &whom);
        }
        drop(whom);
        self.missing = missing.into_inner();
        if matches!(done, Err(RecordError::NeedsRows)) {
            return Err(StoreError::damaged("working on a record", "its rows do not suffice"));
        }
        Ok(done)
    }

    /// Makes header and state right.
    pub fn settle(&mut self, db: &Connection, cache: &Cache) -> Result<(), StoreError> {
        if !self.refold && !self.record.is_stale() {
            return Ok(());
        }
        let rows = if self.refold { Some(self.load_rows(db, cache)?) } else { None };
        let missing = RefCell::new(std::mem::take(&mut self.missing));
        let whom = whom(cache, &missing);
        if let Some(rows) = rows {
            let outline = self.record.outline();
            self.record = Record::rebuild(self.record.id(), outline.feed, outline.kind, rows, &whom);
            self.refold = false;
        } else {
            self.record.settle(&whom);
        }
        drop(whom);
        self.missing = missing.into_inner();
        Ok(())
    }

    /// Ids of deps, which all are of this record.
    pub fn dep_ids(&mut self, db: &Connection, cache: &Cache, deps: &[ChangeHash]) -> Result<Vec<i64>, StoreError> {
        if let ([dep], [tip]) = (deps, self.record.outline().tips.as_slice())
            && tip.change == *dep
        {
            // Nobody names the newest entry yet; so where there is one tip, it is that.
            return Ok(vec![self.last]);
        }
        if deps.iter().any(|dep| !self.ids.contains_key(dep)) {
            self.load_rows(db, cache)?;
        }
        let id = |dep| self.ids.get(dep).copied();
        let ids: Option<Vec<i64>> = deps.iter().map(id).collect();
        ids.ok_or_else(|| StoreError::damaged("naming predecessors", "one is not of the record"))
    }
}

/// Whom a grant names, noting those that nobody announced.
pub(crate) fn whom<'c>(
    cache: &'c Cache,
    missing: &'c RefCell<BTreeSet<GrantId>>,
) -> impl Fn(GrantId) -> Option<Who> + 'c {
    move |id| {
        let who = cache.grants.get(&id).map(Grant::who);
        if who.is_none() {
            missing.borrow_mut().insert(id);
        }
        who
    }
}

/// Of more tips than an act may name: the one that holds the author's own latest act, then the first in act order.
pub(crate) fn some_tips(record: &Record, author: DeviceId) -> Vec<ChangeHash> {
    let rows = record.rows().unwrap_or_default();
    let is_tip = |change: ChangeHash| record.outline().tips.iter().any(|tip| tip.change == change);
    let ordered: Vec<ChangeHash> = rows.iter().map(|row| row.change).filter(|change| is_tip(*change)).collect();
    let own_acts = |tip: &ChangeHash| record.place(author, &[*tip]).map_or(0, |place| place.change_seq);
    let own = ordered.iter().rev().max_by_key(|tip| own_acts(tip)).copied();
    let others = ordered.iter().copied().filter(|tip| Some(*tip) != own);
    let mut tips: Vec<ChangeHash> = own.into_iter().chain(others).take(DEPS_MAX).collect();
    tips.sort_unstable();
    tips
}
