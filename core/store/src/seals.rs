//! Seals over own entries: made when entries are about to leave, kept so that a repeat sends the same.

use gewu_log::entry;
use gewu_log::keys::PrivateKey;
use gewu_log::seal::{Link, Seal, runs};
use gewu_model::ids::{EntryHash, FeedId, RecordId, StreetId};
use rusqlite::OptionalExtension;

use crate::error::{Attempt, StoreError};
use crate::rows::{EntryRow, id16, signed};
use crate::sql;
use crate::write::Write;

impl Write<'_> {
    /// Seals all own entries that have no seal yet. Answers the new seals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn seal_own(&mut self, key: &PrivateKey, street: StreetId) -> Result<Vec<Seal>, StoreError> {
        let mut seals = Vec::new();
        for feed in self.cache.feeds_of(key.public().device()) {
            seals.extend(self.seal_feed(key, street, feed, u64::MAX)?);
        }
        Ok(seals)
    }

    /// Seals own entries of one feed up to a sequence number. Answers the new seals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn seal_feed(
        &mut self,
        key: &PrivateKey,
        street: StreetId,
        feed: FeedId,
        upto_seq: u64,
    ) -> Result<Vec<Seal>, StoreError> {
        let author = key.public().device();
        let Some(log) = self.cache.known_log(feed, author) else { return Ok(Vec::new()) };
        let (mut first, mut link) =
            self.last_seal(log.id)?.map_or((1, Link::default()), |seal| (seal.last + 1, Link(seal.link)));
        let entries = self.unsealed(log.id, first, upto_seq)?;
        let mut seals = Vec::new();
        let mut left = entries.as_slice();
        for length in runs(entries.iter().map(EntryRow::counted_bytes)) {
            let (run, rest) = left.split_at_checked(length).unwrap_or((left, &[]));
            left = rest;
            let mut hashes = Vec::with_capacity(run.len());
            for entry in run {
                hashes.push(self.entry_hash(entry)?);
            }
            let seal = Seal::make(key, street, feed, first, link, hashes);
            (first, link) = (seal.last + 1, Link(seal.link));
            self.save_seal(log.id, &seal)?;
            seals.push(seal);
        }
        Ok(seals)
    }

    /// Keeps another author's seal, beside whose run it came: whoever carries entries carries their seals.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn put_seal(&mut self, seal: &Seal) -> Result<(), StoreError> {
        let log = self.cache.log(self.db, seal.feed, seal.author)?;
        self.save_seal(log.id, seal)
    }

    fn save_seal(&mut self, log: i64, seal: &Seal) -> Result<(), StoreError> {
        let attempted = "keeping a seal";
        let bytes = minicbor::to_vec(seal).unwrap_or_else(|never| unreachable!("{never}"));
        let mut put = self.db.prepare_cached(sql::PUT_SEAL).attempt(attempted)?;
        put.execute((log, signed(seal.first), signed(seal.last), bytes)).attempt(attempted)?;
        Ok(())
    }

    fn last_seal(&self, log: i64) -> Result<Option<Seal>, StoreError> {
        let attempted = "reading a seal";
        let mut last = self.db.prepare_cached(sql::LAST_SEAL).attempt(attempted)?;
        let bytes: Option<Vec<u8>> = last.query_row([log], |row| row.get(0)).optional().attempt(attempted)?;
        let seal = bytes.map(|bytes| minicbor::decode(&bytes)).transpose();
        seal.map_err(|error| StoreError::damaged(attempted, error))
    }

    /// A log's entries from one on, each number once, up to the first gap.
    fn unsealed(&self, log: i64, first: u64, upto: u64) -> Result<Vec<EntryRow>, StoreError> {
        let attempted = "reading entries to seal";
        let mut entries = Vec::new();
        let mut next = first;
        let mut from = self.db.prepare_cached(sql::LOG_FROM).attempt(attempted)?;
        let mut rows = from.query((log, signed(first), signed(upto))).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            let entry = EntryRow::read(row).attempt(attempted)?;
            if entry.seq > next {
                break;
            }
            if entry.seq == next {
                entries.push(entry);
                next += 1;
            }
        }
        Ok(entries)
    }

    /// The name of an entry that is here.
    pub(crate) fn entry_hash(&mut self, row: &EntryRow) -> Result<EntryHash, StoreError> {
        let attempted = "naming an entry";
        let (feed, author) = self.cache.log_name(row.log)?;
        let held =
            self.by_id.get(&row.record).and_then(|id| self.held.get(id).map(|held| (*id, held.record.outline().kind)));
        let (record, kind) = match held {
            Some(named) => named,
            None => {
                let mut kind = self.db.prepare_cached(sql::RECORD_KIND_AT).attempt(attempted)?;
                kind.query_row([row.record], |row| Ok((RecordId(id16(row, 0)?), row.get(1)?))).attempt(attempted)?
            }
        };
        Ok(entry::hash(feed, author, row.seq, record, kind, row.change))
    }
}
