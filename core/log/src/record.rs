//! One record while it is worked on: its header, its rows where they are needed, and the fold.
//!
//! Both stores, phone and hub, keep a small [`Header`] per record and a row per act. An act whose author had seen
//! everything needs the header alone; anything else asks for the rows. This is the one place where an entry meets
//! guard and fold; stores load and save.
//!
//! **Invariant:** the header is a function of the rows: [`Record::rebuild`] from rows equals what incremental work gave.

use std::collections::BTreeMap;

use gewu_model::act::{Act, Body, Kind};
use gewu_model::case::CaseState;
use gewu_model::fold::{Effect, FoldAct, Folded, Standing, Who, fold, step};
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, RecordId};
use gewu_model::rights::Refusal;
use gewu_model::sabotage::{self, Switch};
use gewu_model::time::Basis;
use minicbor::{Decode, Encode};

use crate::entry::{self, Entry};
use crate::guard::{self, GuardError, Place};
use crate::line::Verdict;

/// The hub's word on an entry, where it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Said {
    /// Admitted or refused.
    pub verdict: Verdict,
    /// Unix seconds of its home line.
    pub hub_time_s: i64,
}

/// One act as a store keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The device.
    pub author: DeviceId,
    /// Its count within the author's log.
    pub seq: u64,
    /// The change's count within the record.
    pub change_seq: u64,
    /// Automerge's counter.
    pub start_op: u64,
    /// The author's time.
    pub time_s: i64,
    /// Direct predecessors, ascending.
    pub deps: Vec<ChangeHash>,
    /// The act in CBOR.
    pub act: Vec<u8>,
    /// Automerge's hash.
    pub change: ChangeHash,
    /// The hub's word.
    pub said: Option<Said>,
}

impl Row {
    /// The entry that the row came from, without its detail.
    #[must_use]
    pub fn entry(&self, record: RecordId, feed: FeedId, record_kind: u16) -> Entry {
        Entry {
            feed,
            author: self.author,
            seq: self.seq,
            record,
            record_kind,
            change_seq: self.change_seq,
            start_op: self.start_op,
            time_s: self.time_s,
            deps: self.deps.clone(),
            act: self.act.clone(),
            change: self.change,
            detail: None,
        }
    }

    fn order(&self) -> (u64, DeviceId, ChangeHash) {
        if sabotage::on(Switch::WallClockOrder) {
            return (u64::try_from(self.time_s).unwrap_or(0), self.author, self.change);
        }
        (self.start_op, self.author, self.change)
    }

    fn standing(&self) -> Standing {
        self.said.map_or(Standing::Unconfirmed, |said| said.verdict.standing(said.hub_time_s))
    }
}

/// An act that no other act of the record names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Tip {
    /// Its hash.
    #[n(0)]
    pub change: ChangeHash,
    /// Its counter.
    #[n(1)]
    pub start_op: u64,
}

/// What a store keeps beside a record's rows.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Header {
    /// Home feed.
    #[n(0)]
    pub feed: FeedId,
    /// Kind of record.
    #[n(1)]
    pub kind: u16,
    /// Acts that no other names, ascending.
    #[n(2)]
    pub tips: Vec<Tip>,
    /// Changes of each author, ascending.
    #[n(3)]
    pub authors: Vec<(DeviceId, u64)>,
    /// Acts in all.
    #[n(4)]
    pub acts: u64,
    /// Refused ones among them.
    #[n(5)]
    pub refused: u64,
    /// What the fold says.
    #[n(6)]
    pub state: CaseState,
}

impl Header {
    fn new(feed: FeedId, kind: u16) -> Self {
        Self { feed, kind, tips: Vec::new(), authors: Vec::new(), acts: 0, refused: 0, state: CaseState::default() }
    }

    fn names_all(&self, deps: &[ChangeHash]) -> bool {
        self.tips.len() == deps.len() && self.tips.iter().zip(deps).all(|(tip, dep)| tip.change == *dep)
    }

    fn count_of(&self, author: DeviceId) -> u64 {
        self.authors.iter().find(|(of, _)| *of == author).map_or(0, |(_, count)| *count)
    }

    fn push(&mut self, row: &Row) {
        self.tips.retain(|tip| row.deps.binary_search(&tip.change).is_err());
        self.tips.push(Tip { change: row.change, start_op: row.start_op });
        self.tips.sort_unstable();
        match self.authors.binary_search_by_key(&row.author, |(author, _)| *author) {
            Ok(at) => {
                if let Some((_, count)) = self.authors.get_mut(at) {
                    *count += 1;
                }
            }
            Err(at) => self.authors.insert(at, (row.author, 1)),
        }
        self.acts += 1;
        self.refused += u64::from(row.standing().is_refused());
    }
}

/// An entry could not be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecordError {
    /// The header does not suffice; load the rows and ask again. Nothing has changed.
    #[error("the record's rows are needed")]
    NeedsRows,
    /// A predecessor is not here yet. The entry waits, others pass.
    #[error("a predecessor has not arrived")]
    Waits {
        /// The first that is missing.
        dep: ChangeHash,
    },
    /// The guard keeps it apart.
    #[error(transparent)]
    Guard(#[from] GuardError),
}

/// Whom a grant names.
pub type Whom<'a> = &'a dyn Fn(GrantId) -> Option<Who>;

/// One record in memory.
#[derive(Clone, Debug)]
pub struct Record {
    id: RecordId,
    header: Header,
    rows: Option<Vec<Row>>,
    /// New rows or new verdicts that only the full fold can place.
    stale: bool,
}

impl Record {
    /// A record of which nothing is here yet.
    #[must_use]
    pub fn new(id: RecordId, feed: FeedId, kind: u16) -> Self {
        Self { id, header: Header::new(feed, kind), rows: Some(Vec::new()), stale: false }
    }

    /// A record as a store keeps it.
    #[must_use]
    pub fn stored(id: RecordId, header: Header) -> Self {
        Self { id, header, rows: None, stale: false }
    }

    /// A record from all its rows, with everything derived anew.
    #[must_use]
    pub fn rebuild(id: RecordId, feed: FeedId, kind: u16, rows: Vec<Row>, whom: Whom<'_>) -> Self {
        let mut record = Self { id, header: Header::new(feed, kind), rows: None, stale: true };
        let mut ordered = rows;
        ordered.sort_by_key(Row::order);
        ordered.iter().for_each(|row| record.header.push(row));
        record.rows = Some(ordered);
        record.settle(whom);
        record
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> RecordId {
        self.id
    }

    /// What the store keeps. Call [`Record::settle`] before.
    #[must_use]
    pub fn header(&self) -> &Header {
        assert!(!self.stale, "a header is read before the record was settled");
        &self.header
    }

    /// What the header says of feed, kind, tips and counts, settled or not.
    #[must_use]
    pub fn outline(&self) -> &Header {
        &self.header
    }

    /// Whether rows are loaded.
    #[must_use]
    pub fn has_rows(&self) -> bool {
        self.rows.is_some()
    }

    /// Gives the rows that [`RecordError::NeedsRows`] asked for.
    pub fn give_rows(&mut self, mut rows: Vec<Row>) {
        rows.sort_by_key(Row::order);
        self.rows = Some(rows);
    }

    /// Rows in act order, where they are loaded.
    #[must_use]
    pub fn rows(&self) -> Option<&[Row]> {
        self.rows.as_deref()
    }

    /// Hashes of all tips: what an act names that has seen everything.
    #[must_use]
    pub fn tips(&self) -> Vec<ChangeHash> {
        self.header.tips.iter().take(guard::DEPS_MAX).map(|tip| tip.change).collect()
    }

    /// Where an entry of `author` that names `deps` stands.
    ///
    /// # Errors
    /// [`RecordError::NeedsRows`], [`RecordError::Waits`].
    pub fn place(&self, author: DeviceId, deps: &[ChangeHash]) -> Result<Place, RecordError> {
        if deps.is_empty() {
            return Ok(Place { start_op: 1, change_seq: 1, record: None });
        }
        let record = Some((self.header.feed, self.header.kind));
        if self.header.names_all(deps) {
            let largest = self.header.tips.iter().map(|tip| tip.start_op).max().unwrap_or(0);
            return Ok(Place { start_op: largest + 1, change_seq: self.header.count_of(author) + 1, record });
        }
        let past = Past::of(self.rows.as_deref().ok_or(RecordError::NeedsRows)?, deps)?;
        let change_seq = 1 + u64::try_from(past.rows().filter(|row| row.author == author).count()).unwrap_or(u64::MAX - 1);
        let largest = past.rows().map(|row| row.start_op).max().unwrap_or(0);
        Ok(Place { start_op: largest + 1, change_seq, record })
    }

    /// The state that the author of an entry with these deps had seen. `whom` as for the fold.
    ///
    /// # Errors
    /// [`RecordError::NeedsRows`], [`RecordError::Waits`].
    pub fn seen(&self, deps: &[ChangeHash], whom: Whom<'_>) -> Result<CaseState, RecordError> {
        if deps.is_empty() {
            return Ok(CaseState::default());
        }
        if !self.stale && self.header.names_all(deps) {
            return Ok(self.header.state.clone());
        }
        let past = Past::of(self.rows.as_deref().ok_or(RecordError::NeedsRows)?, deps)?;
        let rows: Vec<&Row> = past.rows().collect();
        Ok(fold(&fold_acts(self.id, self.header.feed, self.header.kind, &rows, whom), self.header.feed).state)
    }

    /// Takes an entry in: guard, row, fold where the header suffices.
    ///
    /// The entry is not here yet: whoever calls has looked. `said` is the hub's word, where known.
    ///
    /// # Errors
    /// [`RecordError`]; the record is as it was.
    pub fn take(&mut self, entry: &Entry, said: Option<Said>, whom: Whom<'_>) -> Result<(), RecordError> {
        let place = self.place(entry.author, &entry.deps)?;
        guard::rebuilt(entry, &place)?;
        let row = Row {
            author: entry.author,
            seq: entry.seq,
            change_seq: entry.change_seq,
            start_op: entry.start_op,
            time_s: entry.time_s,
            deps: entry.deps.clone(),
            act: entry.act.clone(),
            change: entry.change,
            said,
        };
        let short = !self.stale && self.header.names_all(&entry.deps) && self.header.refused == 0;
        let stepped = short && self.step(&row, whom);
        if !stepped {
            if self.rows.is_none() {
                return Err(RecordError::NeedsRows);
            }
            self.stale = true;
        }
        self.header.push(&row);
        if let Some(rows) = &mut self.rows {
            let at = rows.partition_point(|before| before.order() < row.order());
            rows.insert(at, row);
        }
        Ok(())
    }

    fn step(&mut self, row: &Row, whom: Whom<'_>) -> bool {
        let act = readable(&row.act);
        let who = whom(act.grant);
        let kind = act.kind();
        if matches!(kind, Some(Kind::Return | Kind::Adopt)) {
            return false;
        }
        let act = FoldAct {
            entry: EntryHash([0; 32]), // Only adoptions look at it, and they take the full road.
            author: row.author,
            start_op: u32::try_from(row.start_op).unwrap_or(u32::MAX),
            time_s: row.time_s,
            act,
            deps: Vec::new(),
            standing: row.standing(),
            who,
        };
        step(&mut self.header.state, &act, self.header.feed).is_some()
    }

    /// Notes the hub's word on a row that is here.
    ///
    /// # Errors
    /// [`RecordError::NeedsRows`] where the word changes more than a count.
    pub fn hear(&mut self, change: ChangeHash, said: Said, time_s: i64, claimed: bool) -> Result<(), RecordError> {
        if let Some(row) = self.rows.iter_mut().flatten().find(|row| row.change == change) {
            if row.said.is_some() {
                return Ok(());
            }
            row.said = Some(said);
        } else if self.rows.is_some() {
            return Ok(());
        }
        let plain = said.verdict == Verdict::ADMITTED && (!claimed || time_s <= said.hub_time_s);
        if plain && !self.stale {
            self.header.state.unconfirmed = self.header.state.unconfirmed.saturating_sub(1);
            return Ok(());
        }
        if self.rows.is_none() {
            return Err(RecordError::NeedsRows);
        }
        self.header.refused += u64::from(said.verdict != Verdict::ADMITTED);
        self.stale = true;
        Ok(())
    }

    /// Folds in full where that is due: once per record and transaction.
    pub fn settle(&mut self, whom: Whom<'_>) {
        if self.stale {
            self.header.state = self.folded(whom).map(|folded| folded.state).unwrap_or_default();
            self.stale = false;
        }
    }

    /// Whether a full fold is due.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.stale
    }

    /// The full fold, with each act's effect in act order; `None` without rows.
    #[must_use]
    pub fn folded(&self, whom: Whom<'_>) -> Option<Folded> {
        let rows: Vec<&Row> = self.rows.as_ref()?.iter().collect();
        Some(fold(&fold_acts(self.id, self.header.feed, self.header.kind, &rows, whom), self.header.feed))
    }

    /// Rows with what each did, in act order; empty without rows.
    #[must_use]
    pub fn history(&self, whom: Whom<'_>) -> Vec<(&Row, Effect)> {
        let effects = self.folded(whom).map(|folded| folded.effects).unwrap_or_default();
        self.rows.iter().flatten().zip(effects).collect()
    }

    /// Name of a row.
    #[must_use]
    pub fn entry_hash(&self, row: &Row) -> EntryHash {
        entry::hash(self.header.feed, row.author, row.seq, self.id, self.header.kind, row.change)
    }
}

/// A verdict's reason, for histories.
#[must_use]
pub fn refusal(said: Option<Said>) -> Option<Refusal> {
    said.and_then(|said| said.verdict.refusal())
}

/// The act of a row. The guard has seen that it is one; damaged bytes of one's own store read as an act without effect.
fn readable(bytes: &[u8]) -> Act {
    Act::decode(bytes).unwrap_or(Act {
        grant: GrantId([0; 8]),
        pack: None,
        basis: Basis::Claimed,
        detail: None,
        body: Body::Unknown(u32::MAX),
    })
}

fn fold_acts(record: RecordId, feed: FeedId, kind: u16, rows: &[&Row], whom: Whom<'_>) -> Vec<FoldAct> {
    let places: BTreeMap<ChangeHash, usize> = rows.iter().enumerate().map(|(at, row)| (row.change, at)).collect();
    rows.iter()
        .map(|row| {
            let act = readable(&row.act);
            FoldAct {
                entry: entry::hash(feed, row.author, row.seq, record, kind, row.change),
                author: row.author,
                start_op: u32::try_from(row.start_op).unwrap_or(u32::MAX),
                time_s: row.time_s,
                deps: row.deps.iter().filter_map(|dep| places.get(dep).copied()).collect(),
                standing: row.standing(),
                who: whom(act.grant),
                act,
            }
        })
        .collect()
}

/// The causal past of a set of deps.
struct Past<'a> {
    rows: &'a [Row],
    within: Vec<bool>,
}

impl<'a> Past<'a> {
    fn of(rows: &'a [Row], deps: &[ChangeHash]) -> Result<Self, RecordError> {
        let places: BTreeMap<ChangeHash, usize> = rows.iter().enumerate().map(|(at, row)| (row.change, at)).collect();
        let mut within = vec![false; rows.len()];
        for dep in deps {
            let at = *places.get(dep).ok_or(RecordError::Waits { dep: *dep })?;
            if let Some(slot) = within.get_mut(at) {
                *slot = true;
            }
        }
        for at in (0..rows.len()).rev() {
            if within.get(at) != Some(&true) {
                continue;
            }
            let Some(row) = rows.get(at) else { continue };
            for before in row.deps.iter().filter_map(|dep| places.get(dep)) {
                if let Some(slot) = within.get_mut(*before) {
                    *slot = true;
                }
            }
        }
        Ok(Self { rows, within })
    }

    fn rows(&self) -> impl Iterator<Item = &'a Row> + '_ {
        self.rows.iter().zip(&self.within).filter(|(_, within)| **within).map(|(row, _)| row)
    }
}
