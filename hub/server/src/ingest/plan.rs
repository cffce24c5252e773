//! What a frame's entries come to, worked out in memory before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use gewu_log::columns::{Dep, Stripped};
use gewu_log::entry::Entry;
use gewu_log::grant::Grant;
use gewu_log::line::Verdict;
use gewu_log::record::{Record, RecordError, Said};
use gewu_model::act::{Act, Kind};
use gewu_model::case::CaseState;
use gewu_model::fold::Who;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, RecordId};
use gewu_model::rights::Refusal;
use gewu_model::sabotage::{self, Switch};
use gewu_model::tally::Deltas;

use crate::hub::Hub;
use crate::judge::{Case, judge};
use crate::store::{Found, HubWrite, StoreError};

/// Refused acts of one record beyond which further ones are refused as such.
const REFUSED_MAX: u64 = 8_192;

/// What becomes of an entry.
pub(super) enum Fate {
    /// It had its line.
    Had(Found),
    /// A predecessor is missing.
    Held,
    /// Guard, seal or hash keeps it out.
    Malformed(&'static str),
    /// Another entry has its place in the log.
    Forked { entry: Box<Entry>, guests: Vec<FeedId> },
    /// It gets its line.
    Line {
        entry: Box<Entry>,
        verdict: Verdict,
        /// Feeds in which the record was a guest before.
        guests: Vec<FeedId>,
        /// Feeds in which it becomes one by this entry.
        new_guests: Vec<FeedId>,
    },
}

/// One entry of the frame with its fate.
pub(super) struct Planned {
    pub stripped: Stripped,
    pub change: Option<ChangeHash>,
    pub hash: Option<EntryHash>,
    /// Of its line.
    pub hub_time_s: i64,
    pub fate: Fate,
}

struct Open {
    record: Record,
    before: CaseState,
    guests: Vec<FeedId>,
    changed: bool,
}

/// Records that the frame touched, to be saved.
pub(super) struct Records(BTreeMap<RecordId, Open>);

/// The plan of one frame.
pub(super) struct Plan<'a> {
    hub: &'a Hub,
    tx: &'a mut dyn HubWrite,
    now_s: i64,
    records: BTreeMap<RecordId, Open>,
    planned: Vec<Planned>,
    /// Places in logs that this frame has filled.
    filled: BTreeSet<(FeedId, DeviceId, u64)>,
}

impl<'a> Plan<'a> {
    pub(super) fn new(hub: &'a Hub, tx: &'a mut dyn HubWrite, now_s: i64) -> Self {
        Self { hub, tx, now_s, records: BTreeMap::new(), planned: Vec::new(), filled: BTreeSet::new() }
    }

    /// Hash of an entry as it was rebuilt.
    pub(super) fn hash(&self, at: usize) -> Option<EntryHash> {
        self.planned.get(at).and_then(|planned| planned.hash)
    }

    pub(super) fn finish(self) -> (Vec<Planned>, Records) {
        (self.planned, Records(self.records))
    }

    /// Adds the next entry. `vouched`: whether the sender's hashes make its seal come out, where it sent any.
    pub(super) fn add(&mut self, stripped: &Stripped, vouched: Option<bool>, expected: Option<EntryHash>) -> Result<(), StoreError> {
        self.plan(stripped, vouched, expected, None)
    }

    /// Adds a line that this hub gave out before, with the word that it said then.
    pub(super) fn add_line(&mut self, stripped: &Stripped, hash: EntryHash, said: Said) -> Result<(), StoreError> {
        self.plan(stripped, None, Some(hash), Some(said))
    }

    fn plan(
        &mut self,
        stripped: &Stripped,
        vouched: Option<bool>,
        expected: Option<EntryHash>,
        word: Option<Said>,
    ) -> Result<(), StoreError> {
        let hub_time_s = word.map_or(self.now_s, |said| said.hub_time_s);
        let mut planned = Planned { stripped: stripped.clone(), change: None, hash: None, hub_time_s, fate: Fate::Held };
        if vouched == Some(false) {
            planned.fate = Fate::Malformed("seal");
        } else if let Some(entry) = self.rebuild_as(stripped, expected)? {
            planned.change = Some(entry.change);
            planned.hash = Some(entry.hash());
            planned.fate = match expected {
                Some(expected) if expected != entry.hash() => Fate::Malformed("hash"),
                _ => self.fate(entry, word)?,
            };
            if matches!(planned.fate, Fate::Malformed(_)) {
                planned.change = None;
            }
        }
        self.planned.push(planned);
        Ok(())
    }

    /// The entry; where two have a predecessor's place, the one that gives the hash expected, if any does.
    fn rebuild_as(&mut self, stripped: &Stripped, expected: Option<EntryHash>) -> Result<Option<Entry>, StoreError> {
        let entry = self.rebuild(stripped, false)?;
        let other = entry.as_ref().map(Entry::hash) != expected && expected.is_some();
        let second = if other { self.rebuild(stripped, true)?.filter(|entry| Some(entry.hash()) == expected) } else { None };
        Ok(second.or(entry))
    }

    fn rebuild(&mut self, stripped: &Stripped, on_forks: bool) -> Result<Option<Entry>, StoreError> {
        let Some(deps) = self.resolve(stripped, on_forks)? else { return Ok(None) };
        self.open(stripped)?;
        let place = match self.record(stripped.record).map(|open| open.record.place(stripped.author, &deps)) {
            Some(Err(RecordError::NeedsRows)) => {
                self.load_rows(stripped.record)?;
                self.record(stripped.record).map(|open| open.record.place(stripped.author, &deps))
            }
            place => place,
        };
        Ok(place.and_then(Result::ok).map(|place| stripped.rebuild(deps, &place)))
    }

    fn resolve(&mut self, stripped: &Stripped, on_forks: bool) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        let mut deps = Vec::with_capacity(stripped.deps.len());
        for dep in &stripped.deps {
            let change = match dep {
                Dep::Here(at) => self.planned.get(*at).filter(|dep| dep.stripped.record == stripped.record).and_then(|dep| dep.change),
                Dep::Hash(change) => Some(*change),
                Dep::Known(author, seq) => {
                    let found = self.tx.at(stripped.feed, *author, *seq)?;
                    // Of two at one place, the sender means the one that has it, or names the other by its hash.
                    let mut here = found.iter().filter(|found| found.record == stripped.record);
                    let first = here.clone().find(|found| found.forked == on_forks).or_else(|| here.next());
                    first.map(|found| found.change)
                }
            };
            match change {
                Some(change) => deps.push(change),
                None => return Ok(None),
            }
        }
        deps.sort_unstable();
        Ok(Some(deps))
    }

    fn open(&mut self, stripped: &Stripped) -> Result<(), StoreError> {
        let id = stripped.record;
        if self.records.contains_key(&id) {
            return Ok(());
        }
        let open = match self.tx.header(id)? {
            Some(header) => {
                let (before, guests) = (header.state.clone(), self.tx.guests(id)?);
                Open { record: Record::stored(id, header), before, guests, changed: false }
            }
            None => {
                let record = Record::new(id, stripped.feed, stripped.record_kind);
                Open { record, before: CaseState::default(), guests: Vec::new(), changed: false }
            }
        };
        self.records.insert(id, open);
        Ok(())
    }

    fn record(&self, id: RecordId) -> Option<&Open> {
        self.records.get(&id)
    }

    fn load_rows(&mut self, id: RecordId) -> Result<(), StoreError> {
        // Rows of this frame lie in memory only; a record that was touched here has them already.
        let rows = self.tx.rows(id)?;
        if let Some(open) = self.records.get_mut(&id)
            && !open.record.has_rows()
        {
            let mut rows = rows;
            rows.extend(self.planned.iter().filter_map(|planned| match &planned.fate {
                Fate::Line { entry, verdict, .. } if entry.record == id => Some(row(entry, *verdict, planned.hub_time_s)),
                Fate::Forked { entry, .. } if entry.record == id => {
                    Some(row(entry, Verdict::refused(Refusal::Forked), planned.hub_time_s))
                }
                _ => None,
            }));
            open.record.give_rows(rows);
        }
        Ok(())
    }

    fn fate(&mut self, entry: Entry, word: Option<Said>) -> Result<Fate, StoreError> {
        let place = (entry.feed, entry.author, entry.seq);
        let mut found = self.tx.at(entry.feed, entry.author, entry.seq)?;
        if sabotage::on(Switch::NoDedupe) {
            found.clear();
        }
        if let Some(found) = found.first().filter(|_| sabotage::on(Switch::ForkCalledHad)) {
            return Ok(Fate::Had(found.clone()));
        }
        if let Some(found) = found.iter().find(|found| found.hash == entry.hash()) {
            return Ok(Fate::Had(found.clone()));
        }
        // What was kept as evidence has no place: it may come back before the entry that has.
        let taken = self.filled.contains(&place) || found.iter().any(|found| !found.forked);
        let was_forked = word.is_some_and(|said| said.verdict == Verdict::refused(Refusal::Forked));
        if taken || was_forked || (word.is_none() && self.second_of_its_count(&entry)) {
            return self.forked(entry, word);
        }
        self.filled.insert(place);
        self.line(entry, word)
    }

    /// Kept as evidence: a refused act of its record, on which others may rest.
    fn forked(&mut self, entry: Entry, word: Option<Said>) -> Result<Fate, StoreError> {
        let hub_time_s = word.map_or(self.now_s, |said| said.hub_time_s);
        let said = Said { verdict: Verdict::refused(Refusal::Forked), hub_time_s };
        if let Some(kept_out) = self.take(&entry, said)? {
            return Ok(kept_out);
        }
        let Some(open) = self.records.get_mut(&entry.record) else { return Ok(Fate::Held) };
        open.changed = true;
        Ok(Fate::Forked { guests: open.guests.clone(), entry: Box::new(entry) })
    }

    /// Takes an entry into its record. Answers what becomes of it where it cannot be taken.
    fn take(&mut self, entry: &Entry, said: Said) -> Result<Option<Fate>, StoreError> {
        let hub = self.hub;
        let whom = |grant: GrantId| hub.who(grant);
        let mut taken = self.records.get_mut(&entry.record).map(|open| open.record.take(entry, Some(said), &whom));
        if matches!(taken, Some(Err(RecordError::NeedsRows))) {
            self.load_rows(entry.record)?;
            taken = self.records.get_mut(&entry.record).map(|open| open.record.take(entry, Some(said), &whom));
        }
        Ok(match taken {
            Some(Ok(())) => None,
            Some(Err(RecordError::Guard(error))) => Some(Fate::Malformed(error.code())),
            _ => Some(Fate::Held),
        })
    }

    /// Whether the record has another change of this author with the same count: a fork within the record.
    fn second_of_its_count(&self, entry: &Entry) -> bool {
        self.record(entry.record).is_some_and(|open| {
            open.record.rows().is_some_and(|rows| {
                rows.iter().any(|row| row.author == entry.author && row.change_seq == entry.change_seq)
            }) || (entry.deps.is_empty() && open.record.outline().acts > 0)
        })
    }

    fn line(&mut self, entry: Entry, word: Option<Said>) -> Result<Fate, StoreError> {
        let hub = self.hub;
        let whom = |grant: GrantId| hub.who(grant);
        let (verdict, hub_time_s) = match word {
            Some(said) => (said.verdict, said.hub_time_s),
            None => match self.seen(&entry, &whom)? {
                Ok(seen) => (self.verdict(&entry, &seen), self.now_s),
                Err(_) => return Ok(Fate::Held),
            },
        };
        if let Some(kept_out) = self.take(&entry, Said { verdict, hub_time_s })? {
            return Ok(kept_out);
        }
        let (guests, new_guests) = self.guests(&entry, verdict, &whom)?;
        Ok(Fate::Line { entry: Box::new(entry), verdict, guests, new_guests })
    }

    fn seen(&mut self, entry: &Entry, whom: &dyn Fn(GrantId) -> Option<Who>) -> Result<Result<CaseState, RecordError>, StoreError> {
        let first = self.record(entry.record).map(|open| open.record.seen(&entry.deps, whom));
        if matches!(first, Some(Err(RecordError::NeedsRows))) {
            self.load_rows(entry.record)?;
            let second = self.record(entry.record).map(|open| open.record.seen(&entry.deps, whom));
            return Ok(second.unwrap_or(Err(RecordError::NeedsRows)));
        }
        Ok(first.unwrap_or(Err(RecordError::NeedsRows)))
    }

    fn verdict(&self, entry: &Entry, seen: &CaseState) -> Verdict {
        let grant: Option<Grant> = Act::decode(&entry.act).ok().and_then(|act| self.hub.grant(act.grant));
        let case = Case { pack: &self.hub.pack(), grant: grant.as_ref(), seen, home: entry.feed, now_s: self.now_s };
        match judge(entry, &case) {
            Ok(()) => Verdict::ADMITTED,
            Err(_) if self.record(entry.record).is_some_and(|open| open.record.outline().refused >= REFUSED_MAX) => {
                Verdict::refused(Refusal::RecordFull)
            }
            Err(reason) => Verdict::refused(reason),
        }
    }

    fn guests(
        &mut self,
        entry: &Entry,
        verdict: Verdict,
        whom: &dyn Fn(GrantId) -> Option<Who>,
    ) -> Result<(Vec<FeedId>, Vec<FeedId>), StoreError> {
        let kind = Act::decode(&entry.act).ok().and_then(|act| act.kind());
        let Some(open) = self.records.get_mut(&entry.record) else { return Ok((Vec::new(), Vec::new())) };
        open.changed = true;
        let before = open.guests.clone();
        let invites = matches!(kind, Some(Kind::Relocate | Kind::Dispatch | Kind::Claim | Kind::Adopt));
        if verdict != Verdict::ADMITTED || !invites {
            return Ok((before, Vec::new()));
        }
        open.record.settle(whom);
        let state = &open.record.header().state;
        let parties = state.assignees.iter().filter_map(|assignee| assignee.party);
        let wanted = state.area_id().into_iter().chain(parties);
        let new: Vec<FeedId> =
            wanted.filter(|feed| *feed != entry.feed && !before.contains(feed)).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
        open.guests.extend(&new);
        Ok((before, new))
    }
}

fn row(entry: &Entry, verdict: Verdict, now_s: i64) -> gewu_log::record::Row {
    gewu_log::record::Row {
        author: entry.author,
        seq: entry.seq,
        change_seq: entry.change_seq,
        start_op: entry.start_op,
        time_s: entry.time_s,
        deps: entry.deps.clone(),
        act: entry.act.clone(),
        change: entry.change,
        said: Some(Said { verdict, hub_time_s: now_s }),
    }
}

impl Records {
    /// Folds what is due and writes headers and tallies.
    pub(super) fn save(self, hub: &Hub, tx: &mut dyn HubWrite) -> Result<(), StoreError> {
        let whom = |grant: GrantId| hub.who(grant);
        let day_offset_s = hub.pack().day_offset_s;
        let mut deltas = Deltas::default();
        for (id, mut open) in self.0 {
            if !open.changed {
                continue;
            }
            open.record.settle(&whom);
            let header = open.record.header();
            deltas.replace(&open.before, &header.state, day_offset_s);
            tx.put_header(id, header)?;
        }
        for (area, day, counts) in deltas.cells() {
            tx.add_tally(area, day, counts)?;
        }
        Ok(())
    }
}
