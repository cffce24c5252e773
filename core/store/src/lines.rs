//! Lines as the hub gave them out: kept so that a hub that lost some gets them back under its own signature.
//!
//! A line's place is known from its entry (home lines), from the notice, or from `line_beside` (guests, and what stays
//! away by its hash). Kept heads cut a feed into pieces; a piece is put together again only where the chain over it leads
//! from one head to the next, so what goes out is what came in, or nothing.
//!
//! What the hub told in an answer counts for less than what it showed under a signed head: it stands in `told` until then.

use std::collections::{BTreeMap, BTreeSet};

use gewu_log::columns::{OutgoingCarried, OutgoingLine};
use gewu_log::line::{Head, HeadHash, Notice, Verdict};
use gewu_log::record::Said;
use gewu_model::act::Act;
use gewu_model::ids::{EntryHash, FeedId, GrantId};

use crate::error::{Attempt, StoreError};
use crate::reader::{Reader, position};
use crate::rows::{EntryRow, entry_at, id32, signed, unsigned};
use crate::sql;
use crate::write::Write;

/// Lines between two kept heads are at most so many,
const PIECE_LINES_MAX: u64 = 512;
/// and count at most so many bytes, unless they came in one pull.
const PIECE_BYTES_MAX: u64 = 64 * 1024;
/// A piece that counts more does not fit into a frame and is not put together.
const OFFERED_BYTES_MAX: usize = 320 * 1024;
/// What a line counts beside its entry.
pub(crate) const LINE_BYTES: usize = 48;

/// Lines between two heads, put together again.
#[derive(Clone, Debug, Default)]
pub struct Piece {
    /// In order.
    pub lines: Vec<OutgoingLine>,
    /// Hash of each one's entry or notice.
    pub hashes: Vec<[u8; 32]>,
    /// Grants that they name.
    pub grants: BTreeSet<GrantId>,
}

/// What a line that is no home line of an entry here carried.
pub(crate) enum Beside {
    /// An entry that is here.
    Entry(i64),
    /// An entry that stays away, with the hub's word.
    Hash(EntryHash, Said),
}

impl Write<'_> {
    pub(crate) fn put_beside(&mut self, feed: FeedId, n: u64, beside: &Beside) -> Result<(), StoreError> {
        let attempted = "keeping a line";
        let feed = self.cache.feed(self.db, feed)?;
        if let Beside::Hash(hash, _) = beside {
            self.shown_by_hash(feed, hash)?;
        }
        let mut put = self.db.prepare_cached(sql::PUT_BESIDE).attempt(attempted)?;
        match beside {
            Beside::Entry(entry) => {
                put.execute((feed, signed(n), Some(*entry), None::<&[u8]>, None::<u8>, None::<i64>))
            }
            Beside::Hash(hash, said) => put.execute((
                feed,
                signed(n),
                None::<i64>,
                Some(hash.0.as_slice()),
                Some(said.verdict.0),
                Some(said.hub_time_s),
            )),
        }
        .attempt(attempted)?;
        Ok(())
    }

    /// Keeps a head beside the earlier ones: instead of the last, where the lines since the one before are still few.
    pub(crate) fn keep_head(&mut self, feed: i64, head: &Head, bytes: &[u8]) -> Result<(), StoreError> {
        let attempted = "keeping a head";
        let added = std::mem::take(&mut self.line_bytes);
        if head.n == 0 {
            return Ok(());
        }
        let mut last = self.db.prepare_cached(sql::LAST_KEPT).attempt(attempted)?;
        let rows = last.query_map([feed], |row| Ok((unsigned(row, 0)?, unsigned(row, 1)?))).attempt(attempted)?;
        let rows: Vec<(u64, u64)> = rows.collect::<rusqlite::Result<_>>().attempt(attempted)?;
        let before = rows.get(1).map_or(0, |(n, _)| *n);
        let counted = match rows.first() {
            Some((n, counted)) if *n == head.n => *counted,
            Some((n, counted))
                if counted.saturating_add(added) <= PIECE_BYTES_MAX
                    && head.n.saturating_sub(before) <= PIECE_LINES_MAX =>
            {
                let mut drop = self.db.prepare_cached(sql::DROP_KEPT).attempt(attempted)?;
                drop.execute((feed, signed(*n))).attempt(attempted)?;
                counted.saturating_add(added)
            }
            _ => added,
        };
        let mut keep = self.db.prepare_cached(sql::KEEP_HEAD).attempt(attempted)?;
        keep.execute((feed, signed(head.n), signed(counted), bytes)).attempt(attempted)?;
        Ok(())
    }

    /// Notes that an answer gave an entry its line, which no signed head covers yet. Answers the line's number, unless
    /// another line is known to have it: then the hub was put back, and counts anew.
    pub(crate) fn tell(&mut self, row: &EntryRow, n: u64) -> Result<Option<u64>, StoreError> {
        let attempted = "noting an answer";
        let (feed, _) = self.cache.log_name(row.log)?;
        let feed = self.cache.feed(self.db, feed)?;
        self.db.prepare_cached(sql::TELL).attempt(attempted)?.execute((row.id, feed)).attempt(attempted)?;
        let mut last = self.db.prepare_cached(sql::LAST_LINE).attempt(attempted)?;
        let last: Option<i64> = last.query_row([feed], |row| row.get(0)).attempt(attempted)?;
        Ok(Some(n).filter(|n| last.is_none_or(|last| signed(*n) > last)))
    }

    /// Notes that a signed head covers an entry's line.
    pub(crate) fn shown(&mut self, entry: i64) -> Result<(), StoreError> {
        let attempted = "noting a line";
        self.db.prepare_cached(sql::SHOWN).attempt(attempted)?.execute([entry]).attempt(attempted)?;
        Ok(())
    }

    /// The same where the line came by its hash alone or did not fit it: the hub has the line of an entry that is here,
    /// though it shows other bytes of it.
    fn shown_by_hash(&mut self, feed: i64, hash: &EntryHash) -> Result<(), StoreError> {
        for (entry, of) in self.all_told()? {
            if of == feed {
                let row = entry_at(self.db, entry)?;
                if self.entry_hash(&row)? == *hash {
                    self.shown(entry)?;
                }
            }
        }
        Ok(())
    }

    /// Entries that the hub told a line of and did not show yet, with the feeds that must show them.
    fn all_told(&self) -> Result<Vec<(i64, i64)>, StoreError> {
        let attempted = "finding what the hub told";
        let mut told = self.db.prepare_cached(sql::ALL_TOLD).attempt(attempted)?;
        let rows = told.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).attempt(attempted)?;
        rows.collect::<rusqlite::Result<_>>().attempt(attempted)
    }

    /// Sets a feed's cursor back to a head that the hub has; `common` is one of [`Reader::kept_heads`], or `None` for the
    /// beginning. What came after it is awaited again under new numbers; the hub's words on it stay until the hub has shown
    /// all of the feed.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_back(&mut self, feed: FeedId, common: Option<&Head>) -> Result<(), StoreError> {
        let attempted = "setting a cursor back";
        let id = self.cache.feed(self.db, feed)?;
        let n = signed(common.map_or(0, |head| head.n));
        let steps = [
            sql::AWAIT_HOME,
            sql::UNNUMBER,
            sql::AWAIT_BESIDE,
            sql::DROP_BESIDE,
            sql::DROP_NOTICES,
            sql::DROP_APART,
            sql::DROP_HEADS,
        ];
        for step in steps {
            self.db.prepare_cached(step).attempt(attempted)?.execute((id, n)).attempt(attempted)?;
        }
        match common {
            Some(head) => self.set_cursor(feed, head),
            None => {
                self.db.prepare_cached(sql::NO_CURSOR).attempt(attempted)?.execute([id]).attempt(attempted).map(drop)
            }
        }
    }

    /// After all of some feeds was pulled: entries of which the hub had told a line there and showed none are unsent again.
    /// With `all`, those of other feeds too: the hub was put back. Answers how many.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn unsend_untold(&mut self, feeds: &[FeedId], all: bool) -> Result<u64, StoreError> {
        let attempted = "finding what the hub has lost";
        let pulled: BTreeSet<i64> =
            feeds.iter().map(|feed| self.cache.feed(self.db, *feed)).collect::<Result<_, _>>()?;
        let mut unsent = 0;
        for (entry, feed) in self.all_told()? {
            if !all && !pulled.contains(&feed) {
                continue;
            }
            self.shown(entry)?;
            let row = entry_at(self.db, entry)?;
            self.db.prepare_cached(sql::UNHEAR).attempt(attempted)?.execute([entry]).attempt(attempted)?;
            self.fold_anew(row.record)?;
            unsent += 1;
        }
        Ok(unsent)
    }

    /// Has a record folded anew from its rows.
    pub(crate) fn fold_anew(&mut self, record: i64) -> Result<(), StoreError> {
        let id = self.record_id(record)?;
        self.hold(id)?;
        if let Some(held) = self.held.get_mut(&id) {
            (held.refold, held.dirty) = (true, true);
        }
        Ok(())
    }
}

impl Reader {
    /// Heads of a feed that the hub signed, ascending; the last one is [`Reader::signed_head`].
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn kept_heads(&self, feed: FeedId) -> Result<Vec<Head>, StoreError> {
        let attempted = "reading the kept heads";
        let mut kept = self.db.prepare_cached(sql::KEPT_HEADS).attempt(attempted)?;
        let rows = kept.query_map([feed.0.as_slice()], |row| row.get::<_, Vec<u8>>(0)).attempt(attempted)?;
        let mut heads = Vec::new();
        for bytes in rows {
            let bytes = bytes.attempt(attempted)?;
            heads.push(minicbor::decode(&bytes).map_err(|error| StoreError::damaged(attempted, error))?);
        }
        Ok(heads)
    }

    /// The lines after `after_n`, whose chain value is `after`, up to a signed head. `None` where they are not all here,
    /// do not lead to the head, or do not fit into a frame.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn piece(&self, after_n: u64, after: HeadHash, to: &Head) -> Result<Option<Piece>, StoreError> {
        let Some(feed) = self.feed_id(to.feed)? else { return Ok(None) };
        let mut lines = self.notice_lines(to.feed, after_n, to.n)?;
        lines.append(&mut self.entry_lines(feed, after_n, to.n)?);
        let mut piece = Piece::default();
        let (mut chain, mut bytes, mut n) = (after, 0_usize, after_n);
        for (at, line) in lines {
            n = n.saturating_add(1);
            if at != n {
                return Ok(None);
            }
            let hash = match &line.carried {
                OutgoingCarried::Notice(notice) => {
                    bytes = bytes.saturating_add(notice.len());
                    if let Ok(Notice::Grant { grant, .. }) = minicbor::decode(notice) {
                        piece.grants.insert(grant);
                    }
                    *blake3::hash(notice).as_bytes()
                }
                OutgoingCarried::Entry(out) => {
                    bytes = bytes.saturating_add(out.entry.counted_bytes());
                    piece.grants.extend(Act::decode(&out.entry.act).map(|act| act.grant));
                    out.entry.hash().0
                }
                OutgoingCarried::Hash(hash) => hash.0,
            };
            chain = match &line.carried {
                OutgoingCarried::Notice(_) => chain.then_notice(n, &hash, line.hub_time_s),
                _ => chain.then_entry(n, EntryHash(hash), line.verdict, line.hub_time_s),
            };
            bytes = bytes.saturating_add(LINE_BYTES);
            piece.hashes.push(hash);
            piece.lines.push(line);
        }
        let whole = n == to.n && chain.0 == to.hash && bytes <= OFFERED_BYTES_MAX;
        Ok(whole.then_some(piece))
    }

    fn notice_lines(&self, feed: FeedId, after_n: u64, to_n: u64) -> Result<BTreeMap<u64, OutgoingLine>, StoreError> {
        let notices = self.notices(feed, after_n)?;
        let line = |hub_time_s: i64, bytes| OutgoingLine {
            verdict: Verdict::ADMITTED,
            hub_time_s: position(hub_time_s),
            carried: OutgoingCarried::Notice(bytes),
        };
        let until = notices.into_iter().take_while(|notice| notice.n <= to_n);
        Ok(until.map(|notice| (notice.n, line(notice.hub_time_s, notice.bytes))).collect())
    }

    fn entry_lines(&self, feed: i64, after_n: u64, to_n: u64) -> Result<BTreeMap<u64, OutgoingLine>, StoreError> {
        let attempted = "reading lines";
        self.at_once(|db| {
            let mut lines = BTreeMap::new();
            let bounds = (feed, signed(after_n), signed(to_n));
            let mut home = db.prepare_cached(sql::HOME_LINES).attempt(attempted)?;
            let rows = home.query_map(bounds, EntryRow::read).attempt(attempted)?;
            let mut found: Vec<(i64, EntryRow)> = Vec::new();
            for row in rows {
                let row = row.attempt(attempted)?;
                found.extend(row.n.map(|n| (n, row)));
            }
            let mut beside = db.prepare_cached(sql::BESIDE_LINES).attempt(attempted)?;
            let mut rows = beside.query(bounds).attempt(attempted)?;
            while let Some(row) = rows.next().attempt(attempted)? {
                let n: i64 = row.get(0).attempt(attempted)?;
                if let Some(entry) = row.get::<_, Option<i64>>(1).attempt(attempted)? {
                    found.push((n, entry_at(db, entry)?));
                    continue;
                }
                let hash = EntryHash(id32(row, 2).attempt(attempted)?);
                let verdict = Verdict(row.get(3).attempt(attempted)?);
                let hub_time_s = unsigned(row, 4).attempt(attempted)?;
                let carried = OutgoingCarried::Hash(hash);
                lines.insert(position(n), OutgoingLine { verdict, hub_time_s, carried });
            }
            for (n, row) in found {
                let Some(said) = row.said else { continue };
                let carried = OutgoingCarried::Entry(Box::new(self.outgoing_entry(db, &row)?));
                let hub_time_s = position(said.hub_time_s);
                lines.insert(position(n), OutgoingLine { verdict: said.verdict, hub_time_s, carried });
            }
            Ok(lines)
        })
    }
}
