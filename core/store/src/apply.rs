//! What comes from the hub: lines of a feed, and answers on what was pushed.
//!
//! A line is vouched for by the signed head that it leads to, so the head is computed here from what actually went in.
//! Where it does not come out, the caller rolls back, asks for the lines' hashes and calls again with them: then each
//! entry that differs is kept apart by name, its hash stands for it, and so does the hash of whatever rests on it.

use std::collections::BTreeSet;

use foldhash::{HashMap, HashMapExt};
use gewu_log::columns::{Carried, Dep, Line, Stripped};
use gewu_log::entry::{self, Entry};
use gewu_log::grant::Grant;
use gewu_log::guard::GuardError;
use gewu_log::line::{Head, HeadHash, Notice, Verdict};
use gewu_log::record::{RecordError, Said};
use gewu_model::act::Act;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, StreetId};
use gewu_model::rights::{Refusal, Role};
use gewu_model::time::Basis;

use crate::error::{Attempt, StoreError};
use crate::lines::Beside;
use crate::rows::{EntryRow, detail_column, entries_at, entry_at, signed};
use crate::sql;
use crate::write::Write;

/// Of what is kept apart, the first bytes are kept.
const QUARANTINED_BYTES_MAX: usize = 4 * 1024;

/// What applying some lines did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedLines {
    /// Chain value after the last of them: compare it with the signed head.
    pub head: HeadHash,
    /// Number of the last of them.
    pub n: u64,
    /// Acts that were not here before.
    pub new_acts: u64,
    /// Who did them.
    pub new_authors: BTreeSet<DeviceId>,
    /// Verdicts newly known of acts that were here.
    pub heard: u64,
    /// Entries and notices kept apart.
    pub quarantined: u64,
    /// Whether any record may look different now.
    pub changed: bool,
}

/// What a hub says of a pushed entry that is no line: it has it, no more is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// It waits there for a predecessor.
    Held,
    /// Its number is taken by another entry of the same author.
    Forked,
    /// It fails a check, by the word of `GuardError::code` or `seal`.
    Malformed(String),
}

impl Answer {
    /// As stored.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Held => "held".to_owned(),
            Self::Forked => "forked".to_owned(),
            Self::Malformed(code) => format!("malformed {code}"),
        }
    }

    /// From what was stored.
    #[must_use]
    pub fn from_text(text: &str) -> Self {
        match text {
            "held" => Self::Held,
            "forked" => Self::Forked,
            other => Self::Malformed(other.strip_prefix("malformed ").unwrap_or(other).to_owned()),
        }
    }
}

/// An entry of the frame that is here now.
#[derive(Clone, Copy)]
struct Met {
    id: i64,
    change: ChangeHash,
}

/// One call's surroundings.
struct Frame<'l> {
    street_feed: FeedId,
    /// By place among the frame's entries; `None`: kept apart.
    entries: Vec<Option<Met>>,
    /// By log and number: what references mean without asking the file.
    known: HashMap<(FeedId, DeviceId, u64), ChangeHash>,
    applied: &'l mut AppliedLines,
}

/// One line that carries an entry.
struct At<'l> {
    n: u64,
    said: Said,
    stripped: &'l Stripped,
    /// By the hub's list of hashes, where it was asked for.
    expected: Option<EntryHash>,
}

impl Write<'_> {
    /// Applies lines of one feed in order, the first of which is number `from_n`, after the chain value `head` (which
    /// line 1 does not need).
    /// With `expected` (one hash per line: the entry's, or BLAKE3 of the notice) what differs is kept apart and its
    /// hash stands for it. Without it, an entry that cannot be rebuilt makes the head differ.
    ///
    /// # Errors
    /// [`StoreError`] of the file; never anything that came.
    pub fn apply_lines(
        &mut self,
        street: StreetId,
        feed: FeedId,
        from_n: u64,
        head: HeadHash,
        lines: &[Line],
        expected: Option<&[[u8; 32]]>,
    ) -> Result<AppliedLines, StoreError> {
        let n = from_n.saturating_sub(1);
        let head = if n == 0 { HeadHash::start(street, feed) } else { head };
        let new_authors = BTreeSet::new();
        let mut applied = AppliedLines { head, n, new_acts: 0, new_authors, heard: 0, quarantined: 0, changed: false };
        let mut chain = head;
        let mut n = n;
        let mut frame = Frame { street_feed: feed, entries: Vec::new(), known: HashMap::new(), applied: &mut applied };
        for (at, line) in lines.iter().enumerate() {
            n += 1;
            let expected = expected.and_then(|hashes| hashes.get(at)).copied();
            self.line_bytes = self.line_bytes.saturating_add(counted_bytes(line));
            chain = match &line.carried {
                Carried::Notice(bytes) => {
                    let hash = self.apply_notice(&mut frame, n, line.hub_time_s, bytes, expected)?;
                    chain.then_notice(n, &hash, line.hub_time_s)
                }
                Carried::Hash(hash) => {
                    let hash = expected.map_or(*hash, EntryHash);
                    let said = Said { verdict: line.verdict, hub_time_s: signed(line.hub_time_s) };
                    self.put_beside(feed, n, &Beside::Hash(hash, said))?;
                    chain.then_entry(n, hash, line.verdict, line.hub_time_s)
                }
                Carried::Entry(stripped) => {
                    let said = Said { verdict: line.verdict, hub_time_s: signed(line.hub_time_s) };
                    let at = At { n, said, stripped, expected: expected.map(EntryHash) };
                    let (hash, met) = self.apply_entry(&mut frame, &at)?;
                    frame.entries.push(met);
                    match met {
                        None => self.put_beside(feed, n, &Beside::Hash(hash, said))?,
                        Some(met) if stripped.feed != feed => self.put_beside(feed, n, &Beside::Entry(met.id))?,
                        Some(_) => {}
                    }
                    if let Some(met) = met {
                        frame.known.insert((stripped.feed, stripped.author, stripped.seq), met.change);
                    }
                    chain.then_entry(n, hash, line.verdict, line.hub_time_s)
                }
            };
        }
        (applied.head, applied.n) = (chain, n);
        applied.changed =
            applied.new_acts + applied.heard > 0 || self.refold_all || self.held.values().any(|held| held.dirty);
        Ok(applied)
    }

    fn apply_notice(
        &mut self,
        frame: &mut Frame<'_>,
        n: u64,
        hub_time_s: u64,
        bytes: &[u8],
        expected: Option<[u8; 32]>,
    ) -> Result<[u8; 32], StoreError> {
        let hash = *blake3::hash(bytes).as_bytes();
        if let Some(expected) = expected.filter(|expected| *expected != hash) {
            self.quarantine(frame, n, EntryHash(expected), GuardError::Hash.code(), bytes, signed(hub_time_s))?;
            return Ok(expected);
        }
        let attempted = "keeping a notice";
        let feed = self.cache.feed(self.db, frame.street_feed)?;
        let mut put = self.db.prepare_cached(sql::PUT_NOTICE).attempt(attempted)?;
        put.execute((feed, signed(n), signed(hub_time_s), bytes)).attempt(attempted)?;
        if let Ok(Notice::Grant { grant, person, role, area, device, expires_s }) = minicbor::decode(bytes)
            && !self.cache.grants.contains_key(&grant)
            && let Some(role) = Role::from_number(role)
        {
            let grant = Grant { id: grant, person, role, area, device, expires_s, pack_min: 0, import: false };
            self.save_grant(&grant, None)?;
        }
        Ok(hash)
    }

    /// Answers the hash that stands in the chain, and the entry if it is here now.
    fn apply_entry(&mut self, frame: &mut Frame<'_>, at: &At<'_>) -> Result<(EntryHash, Option<Met>), StoreError> {
        let stripped = at.stripped;
        let Some(deps) = self.resolve(frame, stripped)? else { return self.waits(frame, at) };
        if let Some(found) = self.already_here(frame, at, &deps)? {
            return Ok(found);
        }
        self.hold_or_new(stripped.record, stripped.feed, stripped.record_kind)?;
        let Self { db, cache, held, .. } = self;
        let Some(held) = held.get_mut(&stripped.record) else { return self.waits(frame, at) };
        let place = match held.with_rows(db, cache, |record, _| record.place(stripped.author, &deps))? {
            Ok(place) => place,
            Err(_) => return self.waits(frame, at),
        };
        let outline = held.record.outline();
        let other_home = (outline.feed, outline.kind) != (stripped.feed, stripped.record_kind);
        let mut entry = stripped.rebuild(deps, &place);
        let hash = entry.hash();
        if let Some(expected) = at.expected.filter(|expected| *expected != hash) {
            return self.keep_apart(frame, at, expected, GuardError::Hash.code());
        }
        if other_home {
            // A second birth elsewhere: rule 3 sees the past only, and a birth has none.
            return self.keep_apart(frame, at, hash, GuardError::OtherFeed.code());
        }
        if !detail_fits(&entry) {
            let bytes = entry.detail.take().map(|detail| detail_column(&detail)).unwrap_or_default();
            self.quarantine(frame, at.n, hash, "detail", &bytes, at.said.hub_time_s)?;
        }
        let n = (stripped.feed == frame.street_feed).then_some(at.n);
        match self.take(&entry, Some(at.said), n)? {
            Ok(id) => {
                frame.applied.new_acts += 1;
                frame.applied.new_authors.insert(entry.author);
                Ok((hash, Some(Met { id, change: entry.change })))
            }
            Err(RecordError::Guard(error)) => self.keep_apart(frame, at, hash, error.code()),
            Err(RecordError::Waits { .. } | RecordError::NeedsRows) => self.waits(frame, at),
        }
    }

    /// Change hashes of an entry's deps; `None` where one is not here.
    fn resolve(&mut self, frame: &Frame<'_>, stripped: &Stripped) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        let mut deps = Vec::with_capacity(stripped.deps.len());
        for dep in &stripped.deps {
            let change = match dep {
                Dep::Hash(change) => Some(*change),
                Dep::Here(place) => frame.entries.get(*place).copied().flatten().map(|met| met.change),
                Dep::Known(author, seq) => match frame.known.get(&(stripped.feed, *author, *seq)) {
                    Some(change) => Some(*change),
                    None => self.change_at(stripped, *author, *seq)?,
                },
            };
            let Some(change) = change else { return Ok(None) };
            deps.push(change);
        }
        deps.sort_unstable();
        Ok(Some(deps))
    }

    /// The change at a place in a log. Where a copy of this store went on, two have it: the hub means the one of this record
    /// that it knows.
    fn change_at(&mut self, of: &Stripped, author: DeviceId, seq: u64) -> Result<Option<ChangeHash>, StoreError> {
        let Some(log) = self.cache.known_log(of.feed, author) else { return Ok(None) };
        let rows = entries_at(self.db, log.id, seq)?;
        let [first, _, ..] = rows.as_slice() else { return Ok(rows.first().map(|entry| entry.change)) };
        let mut found: Option<(ChangeHash, bool)> = None;
        for row in &rows {
            let better = found.is_none_or(|(_, said)| !said && row.said.is_some());
            if better && self.record_id(row.record)? == of.record {
                found = Some((row.change, row.said.is_some()));
            }
        }
        Ok(Some(found.map_or(first.change, |(change, _)| change)))
    }

    /// Compares with what has the same number in the same log; where it is the same entry, its verdict is heard.
    fn already_here(
        &mut self,
        frame: &mut Frame<'_>,
        at: &At<'_>,
        deps: &[ChangeHash],
    ) -> Result<Option<(EntryHash, Option<Met>)>, StoreError> {
        let stripped = at.stripped;
        if stripped.seq > self.cache.last_seq(self.db, stripped.feed, stripped.author)? {
            return Ok(None);
        }
        let Some(log) = self.cache.known_log(stripped.feed, stripped.author) else { return Ok(None) };
        for row in entries_at(self.db, log.id, stripped.seq)? {
            let same = row.time_s == stripped.time_s && row.act == stripped.act && row.deps.len() == deps.len();
            if !same || self.record_id(row.record)? != stripped.record || !self.names(&row, deps)? {
                continue;
            }
            let hash =
                entry::hash(stripped.feed, stripped.author, row.seq, stripped.record, stripped.record_kind, row.change);
            if hash != self.entry_hash(&row)? {
                continue;
            }
            if let Some(expected) = at.expected.filter(|expected| *expected != hash) {
                return self.keep_apart(frame, at, expected, GuardError::Hash.code()).map(Some);
            }
            let n = (stripped.feed == frame.street_feed).then_some(at.n);
            frame.applied.heard += u64::from(self.hear_line(&row, at.said, n)?);
            return Ok(Some((hash, Some(Met { id: row.id, change: row.change }))));
        }
        Ok(None)
    }

    /// Whether a row's deps are these changes, ascending.
    fn names(&self, row: &EntryRow, deps: &[ChangeHash]) -> Result<bool, StoreError> {
        let mut found = Vec::with_capacity(row.deps.len());
        for dep in &row.deps {
            found.push(entry_at(self.db, *dep)?.change);
        }
        found.sort_unstable();
        Ok(found == deps)
    }

    /// What it rests on is not here. Without a hash from the hub the head will not come out, and the caller asks.
    fn waits(&mut self, frame: &mut Frame<'_>, at: &At<'_>) -> Result<(EntryHash, Option<Met>), StoreError> {
        match at.expected {
            Some(expected) => self.keep_apart(frame, at, expected, "waits"),
            None => Ok((EntryHash([0; 32]), None)),
        }
    }

    fn keep_apart(
        &mut self,
        frame: &mut Frame<'_>,
        at: &At<'_>,
        hash: EntryHash,
        reason: &str,
    ) -> Result<(EntryHash, Option<Met>), StoreError> {
        self.quarantine(frame, at.n, hash, reason, &at.stripped.act, at.said.hub_time_s)?;
        Ok((hash, None))
    }

    fn quarantine(
        &mut self,
        frame: &mut Frame<'_>,
        n: u64,
        name: EntryHash,
        reason: &str,
        bytes: &[u8],
        heard_s: i64,
    ) -> Result<(), StoreError> {
        let attempted = "keeping an entry apart";
        let feed = self.cache.feed(self.db, frame.street_feed)?;
        let (header, _) = bytes.split_at_checked(QUARANTINED_BYTES_MAX).unwrap_or((bytes, &[]));
        let mut put = self.db.prepare_cached(sql::QUARANTINE).attempt(attempted)?;
        put.execute((feed, name.0.as_slice(), signed(n), reason, header, heard_s)).attempt(attempted)?;
        frame.applied.quarantined += 1;
        Ok(())
    }

    /// Where the next pull of a feed begins, by the head that the hub signed and the caller checked.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_cursor(&mut self, feed: FeedId, signed_head: &Head) -> Result<(), StoreError> {
        let attempted = "keeping the head of a feed";
        let id = self.cache.feed(self.db, feed)?;
        let bytes = minicbor::to_vec(signed_head).unwrap_or_else(|never| unreachable!("{never}"));
        let mut set = self.db.prepare_cached(sql::SET_CURSOR).attempt(attempted)?;
        set.execute((id, signed_head.epoch.0.as_slice(), signed(signed_head.n), signed_head.hash.as_slice(), &bytes))
            .attempt(attempted)?;
        self.keep_head(id, signed_head, &bytes)
    }

    /// Keeps until when the hub knows an area, Unix seconds.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn set_known_until(&mut self, area: FeedId, known_until_s: i64) -> Result<(), StoreError> {
        let attempted = "keeping until when an area is known";
        let id = self.cache.feed(self.db, area)?;
        self.db
            .prepare_cached(sql::SET_KNOWN_UNTIL)
            .attempt(attempted)?
            .execute((id, known_until_s))
            .attempt(attempted)?;
        Ok(())
    }

    /// Notes the hub's word on a pushed entry, by its position in the batch that was sent, with its home line.
    /// The first word stays.
    ///
    /// # Errors
    /// [`StoreError`]; `Damaged` for a position that no batch named.
    pub fn hear(&mut self, position: u64, n: u64, said: Said) -> Result<(), StoreError> {
        let row = entry_at(self.db, signed(position))?;
        if row.said.is_some() {
            return Ok(());
        }
        let n = self.tell(&row, n)?;
        self.hear_row(&row, said, n).map(drop)
    }

    /// Notes that the hub has an entry and gave it no line: it is not sent again. Nothing happens where its line is known.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn mark_sent(&mut self, position: u64, answer: &Answer) -> Result<(), StoreError> {
        let attempted = "noting an answer";
        let mut mark = self.db.prepare_cached(sql::MARK_SENT).attempt(attempted)?;
        mark.execute((signed(position), answer.text())).attempt(attempted)?;
        Ok(())
    }

    /// [`Write::mark_sent`] for an entry that fails a check there.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn mark_malformed(&mut self, position: u64, code: &str) -> Result<(), StoreError> {
        self.mark_sent(position, &Answer::Malformed(code.to_owned()))
    }

    /// Notes what a line says of an entry that is here. The signed head vouches for it: where the hub was put back and has
    /// judged anew, the new word takes the place of the old one.
    fn hear_line(&mut self, row: &EntryRow, said: Said, n: Option<u64>) -> Result<bool, StoreError> {
        let attempted = "noting a line";
        self.shown(row.id)?;
        if row.said.is_none_or(|before| before == said) {
            return self.hear_row(row, said, n);
        }
        let mut hear = self.db.prepare_cached(sql::HEAR).attempt(attempted)?;
        hear.execute((row.id, said.verdict.0, said.hub_time_s)).attempt(attempted)?;
        if let Some(n) = n {
            self.db.prepare_cached(sql::NUMBER_LINE).attempt(attempted)?.execute((row.id, signed(n))).attempt(attempted)?;
        }
        self.fold_anew(row.record)?;
        Ok(true)
    }

    fn hear_row(&mut self, row: &EntryRow, said: Said, n: Option<u64>) -> Result<bool, StoreError> {
        let attempted = "noting a verdict";
        let n = n.filter(|_| row.n.is_none()).map(signed);
        if row.said.is_some() {
            if let Some(n) = n {
                self.db.prepare_cached(sql::NUMBER_LINE).attempt(attempted)?.execute((row.id, n)).attempt(attempted)?;
            }
            return Ok(false);
        }
        if said.verdict == Verdict::refused(Refusal::Forked) {
            // It was here before anybody said anything of it: so it was done here.
            self.note_fork(row.id)?;
        }
        let id = self.record_id(row.record)?;
        self.hold(id)?;
        // The record first: whoever loads rows must find the verdict still unknown.
        let Self { db, cache, held, .. } = self;
        if let Some(held) = held.get_mut(&id) {
            // An act that this version cannot read asks for the full fold.
            let (claimed, time_s) =
                Act::decode(&row.act).map_or((true, i64::MAX), |act| (act.basis == Basis::Claimed, row.time_s));
            let heard = held.with_rows(db, cache, |record, _| record.hear(row.change, said, time_s, claimed))?;
            heard.map_err(|error| StoreError::damaged(attempted, error))?;
            held.dirty = true;
        }
        let verdict = said.verdict.0;
        match n {
            Some(n) => db.prepare_cached(sql::HEAR_AND_NUMBER).attempt(attempted)?.execute((
                row.id,
                verdict,
                said.hub_time_s,
                n,
            )),
            None => db.prepare_cached(sql::HEAR).attempt(attempted)?.execute((row.id, verdict, said.hub_time_s)),
        }
        .attempt(attempted)?;
        Ok(true)
    }
}

/// What a line counts towards a piece: see [`crate::lines`].
fn counted_bytes(line: &Line) -> u64 {
    let bytes = match &line.carried {
        Carried::Notice(bytes) => bytes.len(),
        Carried::Hash(_) => 0,
        Carried::Entry(stripped) => {
            let detail = stripped.detail.as_ref().map_or(0, |detail| detail.cbor.len() + 16);
            stripped.act.len() + detail + 32 * stripped.deps.len()
        }
    };
    u64::try_from(bytes + crate::lines::LINE_BYTES).unwrap_or(u64::MAX)
}

/// Whether the detail is the one whose hash the act holds.
fn detail_fits(entry: &Entry) -> bool {
    entry
        .detail
        .as_ref()
        .is_none_or(|detail| Act::decode(&entry.act).is_ok_and(|act| act.detail == Some(detail.hash())))
}
