//! What is to be pushed: entries without a line and without an answer, in whole seal runs.
//!
//! A seal is checked with its whole run, and a predecessor goes before or with its entry. Deps never leave a feed, so
//! each feed's entries, in the order taken in, are cut where no run is open: a *block*. Blocks go out in the order of
//! their last entry. What has no seal yet does not leave ([`crate::Write::seal_own`]).

use std::collections::{BTreeMap, BTreeSet};

use gewu_log::columns::Outgoing;
use gewu_log::seal::Seal;
use gewu_model::ids::FeedId;
use rusqlite::{Connection, OptionalExtension};

use crate::error::{Attempt, StoreError};
use crate::reader::{Reader, position};
use crate::rows::{EntryRow, signed, unsigned};
use crate::sql;

/// What one push carries.
#[derive(Clone, Debug, Default)]
pub struct OutgoingBatch {
    /// In the order taken in.
    pub entries: Vec<Outgoing>,
    /// The place of each in that order.
    pub positions: Vec<u64>,
    /// Seals whose runs are all here.
    pub seals: Vec<Seal>,
    /// For the next batch, where some entries got no answer. What was answered never comes again anyway.
    pub next_after: u64,
    /// Whether more waits.
    pub more: bool,
}

/// One feed's entries between two places where no run is open.
#[derive(Default)]
struct Block {
    bytes: usize,
    entries: BTreeMap<i64, EntryRow>,
    seals: Vec<Seal>,
    /// Ids that belong to its runs and have not come up yet.
    awaited: BTreeSet<i64>,
    /// Id of the entry with which it was complete.
    closed_at: i64,
}

impl Block {
    /// Adds an entry with its whole run; `false` where no seal covers it.
    fn add(&mut self, db: &Connection, entry: &EntryRow) -> Result<bool, StoreError> {
        self.awaited.remove(&entry.id);
        if self.entries.contains_key(&entry.id) {
            return Ok(true);
        }
        let Some((seal, run)) = run_of(db, entry)? else { return Ok(false) };
        self.seals.push(seal);
        for member in run {
            self.bytes += member.counted_bytes();
            if member.id > entry.id && member.said.is_none() && member.answer.is_none() {
                self.awaited.insert(member.id);
            }
            self.entries.insert(member.id, member);
        }
        Ok(true)
    }
}

impl Reader {
    /// Sealed entries that the hub has said nothing about: whole blocks up to about `budget_bytes` counted bytes, at
    /// least one block. `after` is 0, or `next_after` of the batch before.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn outgoing(&self, budget_bytes: usize, after: u64) -> Result<OutgoingBatch, StoreError> {
        self.at_once(|db| {
            let (blocks, more) = self.blocks(db, budget_bytes, signed(after))?;
            let mut batch = OutgoingBatch { more, next_after: after, ..OutgoingBatch::default() };
            let mut chosen = BTreeMap::new();
            for block in blocks {
                batch.next_after = position(block.closed_at);
                batch.seals.extend(block.seals);
                chosen.extend(block.entries);
            }
            for (id, row) in chosen {
                batch.positions.push(position(id));
                batch.entries.push(self.outgoing_entry(db, &row)?);
            }
            Ok(batch)
        })
    }

    /// Blocks in the order of their last entry, as many as the budget takes; and whether there is more.
    fn blocks(&self, db: &Connection, budget: usize, after: i64) -> Result<(Vec<Block>, bool), StoreError> {
        let attempted = "reading what is to be sent";
        let mut closed: Vec<Block> = Vec::new();
        let mut closed_bytes = 0;
        let mut open: BTreeMap<FeedId, Block> = BTreeMap::new();
        let mut unsent = db.prepare_cached(sql::OUTGOING).attempt(attempted)?;
        let mut rows = unsent.query([0_i64]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            let entry = EntryRow::read(row).attempt(attempted)?;
            let (feed, _) = self.log_name(entry.log)?;
            let block = open.entry(feed).or_default();
            if !block.add(db, &entry)? {
                // Nobody here vouches for it: another's, of which only the line came, and which a hub that was put back has
                // lost. What rests on it is held there until its author sends it.
                continue;
            }
            if !block.awaited.is_empty() {
                continue;
            }
            let Some(mut block) = open.remove(&feed).filter(|_| entry.id > after) else { continue };
            block.closed_at = entry.id;
            if !closed.is_empty() && closed_bytes + block.bytes > budget {
                return Ok((closed, true));
            }
            closed_bytes += block.bytes;
            closed.push(block);
        }
        Ok((closed, false))
    }

    pub(crate) fn outgoing_entry(&self, db: &Connection, row: &EntryRow) -> Result<Outgoing, StoreError> {
        let attempted = "reading what is to be sent";
        let (entry, deps) = self.entry(db, row)?;
        let mut named = Vec::with_capacity(deps.len());
        for dep in deps {
            let mut count = db.prepare_cached(sql::COUNT_AT).attempt(attempted)?;
            let count: i64 = count.query_row((dep.log, signed(dep.seq)), |row| row.get(0)).attempt(attempted)?;
            named.push(if count == 1 { Some((self.log_name(dep.log)?.1, dep.seq)) } else { None });
        }
        Ok(Outgoing { entry, deps: named })
    }
}

/// The seal that covers an entry, with all entries of its run.
fn run_of(db: &Connection, entry: &EntryRow) -> Result<Option<(Seal, Vec<EntryRow>)>, StoreError> {
    let attempted = "reading a sealed run";
    let mut seal_of = db.prepare_cached(sql::SEAL_OF).attempt(attempted)?;
    let found = seal_of
        .query_row((entry.log, signed(entry.seq)), |row| {
            Ok((unsigned(row, 0)?, unsigned(row, 1)?, row.get::<_, Vec<u8>>(2)?))
        })
        .optional()
        .attempt(attempted)?;
    let Some((first, last, bytes)) = found.filter(|(_, last, _)| *last >= entry.seq) else { return Ok(None) };
    let seal: Seal = minicbor::decode(&bytes).map_err(|error| StoreError::damaged(attempted, error))?;
    let mut run = db.prepare_cached(sql::LOG_FROM).attempt(attempted)?;
    let rows = run.query_map((entry.log, signed(first), signed(last)), EntryRow::read).attempt(attempted)?;
    let mut rows: Vec<EntryRow> = rows.collect::<rusqlite::Result<_>>().attempt(attempted)?;
    // Of two at one place the seal covers the one that was here first: the other is a copy's, and came as a line.
    rows.dedup_by_key(|row| row.seq);
    Ok(rows.iter().any(|row| row.id == entry.id).then_some((seal, rows)))
}
