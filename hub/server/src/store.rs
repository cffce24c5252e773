//! What a hub keeps, as a trait: the embedded store and, when a street outgrows it, PostgreSQL.
//!
//! A store loads and saves; it decides nothing. Guard, fold, verdicts and tallies are computed by `ingest` from what it
//! gives, so that every store applies the same deltas. `conformance` is the suite that each must pass.

pub mod conformance;
mod embedded;

use gewu_log::columns::OutgoingLine;
use gewu_log::entry::Entry;
use gewu_log::line::{HeadHash, Verdict};
use gewu_log::record::{Header, Row, Said};
use gewu_log::seal::Seal;
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, PersonId, RecordId};
use gewu_model::rights::Role;
use gewu_model::tally::Counts;

pub use embedded::{Embedded, OpenError};

/// A store could not do what was asked; nothing of the transaction stays.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the hub's disk is full")]
    StorageFull,
    /// Another process holds the file for too long.
    #[error("the hub's store is busy")]
    Busy,
    /// What was read is not what was written.
    #[error("the hub's store is damaged while {attempted}")]
    Damaged {
        /// What was being done.
        attempted: &'static str,
    },
    /// The engine refused.
    #[error("the hub's store failed while {attempted}: {reason}")]
    Engine {
        /// What was being done.
        attempted: &'static str,
        /// What the engine said.
        reason: String,
    },
}

/// An entry as the hub found it under a place in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its name.
    pub hash: EntryHash,
    /// Automerge's hash.
    pub change: ChangeHash,
    /// Its record.
    pub record: RecordId,
    /// Its home line.
    pub n: u64,
    /// What was said of it.
    pub said: Said,
    /// Kept as evidence of a fork.
    pub forked: bool,
}

/// One line to be written.
#[derive(Clone, Debug)]
pub struct NewLine {
    /// The feed.
    pub feed: FeedId,
    /// Its number.
    pub n: u64,
    /// Chain value after it.
    pub head: HeadHash,
    /// The hub's word.
    pub verdict: Verdict,
    /// Unix seconds.
    pub hub_time_s: u64,
    /// What it carries.
    pub carried: NewCarried,
}

/// What a new line carries.
#[derive(Clone, Debug)]
pub enum NewCarried {
    /// An entry by the number that [`HubWrite::put_entry`] gave or [`HubWrite::entries_of`] tells.
    Entry(i64),
    /// A notice.
    Notice(Vec<u8>),
}

/// An enrolled device: id, public key, token of its present grant, Unix seconds of its last contact.
pub type StoredDevice = (DeviceId, [u8; 32], Vec<u8>, i64);

/// A record's header, all its rows, and the details beside them by change.
pub type WholeRecord = (Header, Vec<Row>, Vec<(ChangeHash, Vec<u8>)>);

/// An invitation that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invite {
    /// BLAKE3 of the secret.
    pub secret_hash: [u8; 32],
    /// Whom it names.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// For which area or party.
    pub area: FeedId,
    /// Whether acts may be imported.
    pub import: bool,
    /// Unix seconds.
    pub expires_s: i64,
    /// The device that used it.
    pub used_by: Option<DeviceId>,
}

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// The record.
    pub record: RecordId,
    /// Its state.
    pub header: Header,
}

type Result<T> = std::result::Result<T, StoreError>;

/// One transaction: contiguous numbers are allotted and everything is durable when it returns, or nothing is.
pub trait HubWrite {
    /// A record's header.
    fn header(&mut self, record: RecordId) -> Result<Option<Header>>;
    /// A record's rows, with forks: refused, and others may rest on them.
    fn rows(&mut self, record: RecordId) -> Result<Vec<Row>>;
    /// Numbers, names and words of a record's entries, in the order taken in.
    fn entries_of(&mut self, record: RecordId) -> Result<Vec<(i64, EntryHash, Said)>>;
    /// What lies at a place in a log: one, or several after a fork.
    fn at(&mut self, feed: FeedId, author: DeviceId, seq: u64) -> Result<Vec<Found>>;
    /// Stores an entry with its home line; returns its number. `deps` are author and seq of each of its deps.
    fn put_entry(&mut self, entry: &Entry, deps: &[(DeviceId, u64)], n: u64, said: Said, forked: bool) -> Result<i64>;
    /// Author and seq of the entry with a change, within a record.
    fn seq_of(&mut self, record: RecordId, change: ChangeHash) -> Result<Option<(DeviceId, u64)>>;
    /// Stores a record's header and what lists need of it.
    fn put_header(&mut self, record: RecordId, header: &Header) -> Result<()>;
    /// Last line and chain value of a feed; `None` before its first.
    fn feed(&mut self, feed: FeedId) -> Result<Option<(u64, HeadHash)>>;
    /// Chain value after line `n`; `None` when there is no such line. Line 0 is the caller's to know.
    fn head_at(&mut self, feed: FeedId, n: u64) -> Result<Option<HeadHash>>;
    /// Whether a feed has this notice after a line.
    fn has_notice(&mut self, feed: FeedId, after_n: u64, notice: &[u8]) -> Result<bool>;
    /// Writes a line and moves its feed's counter.
    fn put_line(&mut self, line: &NewLine) -> Result<()>;
    /// Feeds in which a record is a guest.
    fn guests(&mut self, record: RecordId) -> Result<Vec<FeedId>>;
    /// Makes a record a guest.
    fn put_guest(&mut self, record: RecordId, feed: FeedId) -> Result<()>;
    /// Adds to a tally, by day and by month.
    fn add_tally(&mut self, area: FeedId, day: Day, counts: &Counts) -> Result<()>;
    /// Keeps a seal.
    fn put_seal(&mut self, seal: &Seal) -> Result<()>;
    /// Names what was kept out.
    fn put_quarantine(&mut self, feed: FeedId, author: DeviceId, seq: u64, code: &str, hub_time_s: i64) -> Result<()>;
    /// A grant's token.
    fn token(&mut self, grant: GrantId) -> Result<Option<Vec<u8>>>;
    /// Keeps a grant.
    fn put_token(&mut self, grant: GrantId, token: &[u8]) -> Result<()>;
    /// Enrols a device, or renews its grant.
    fn put_device(&mut self, device: DeviceId, key: &[u8; 32], grant: GrantId, contact_s: i64) -> Result<()>;
    /// Notes a contact.
    fn touch_device(&mut self, device: DeviceId, contact_s: i64) -> Result<()>;
    /// An invitation by its secret's hash.
    fn invite(&mut self, secret_hash: &[u8; 32]) -> Result<Option<Invite>>;
    /// Keeps an invitation, new or used.
    fn put_invite(&mut self, invite: &Invite) -> Result<()>;
    /// A value of the hub's own.
    fn meta(&mut self, key: &str) -> Result<Option<Vec<u8>>>;
    /// Keeps a value of the hub's own.
    fn put_meta(&mut self, key: &str, value: &[u8]) -> Result<()>;
    /// Keeps a pack.
    fn put_pack(&mut self, version: u32, pack: &[u8]) -> Result<()>;
}

/// What lies in a feed from a line on.
#[derive(Clone, Debug, Default)]
pub struct Lines {
    /// The lines, in order.
    pub lines: Vec<OutgoingLine>,
    /// Chain value after the last of them.
    pub head: Option<HeadHash>,
    /// More follow.
    pub more: bool,
}

/// Reads beside the writer, each from one consistent state.
pub trait HubRead {
    /// Chain value after line `n`; `None` when there is no such line. Line 0 is the caller's to know.
    fn head_at(&self, feed: FeedId, n: u64) -> Result<Option<HeadHash>>;
    /// Last line of a feed, 0 if none.
    fn last_n(&self, feed: FeedId) -> Result<u64>;
    /// Lines after `after_n`, about `budget_bytes` of them, up to line `until_n`.
    fn lines(&self, feed: FeedId, after_n: u64, budget_bytes: u64, until_n: u64) -> Result<Lines>;
    /// 32 bytes for each of the lines after `after_n` up to `until_n`: its entry's or notice's hash.
    fn line_hashes(&self, feed: FeedId, after_n: u64, until_n: u64) -> Result<Vec<u8>>;
    /// A grant's token.
    fn token(&self, grant: GrantId) -> Result<Option<Vec<u8>>>;
    /// Tokens of all grants ever given: acts name grants that were renewed since, too.
    fn tokens(&self) -> Result<Vec<Vec<u8>>>;
    /// All devices with their grants' tokens.
    fn devices(&self) -> Result<Vec<StoredDevice>>;
    /// Records with a code: one, or twins.
    fn by_code(&self, code: Code) -> Result<Vec<RecordId>>;
    /// A record with all its rows, and the details beside them.
    fn record(&self, record: RecordId) -> Result<Option<WholeRecord>>;
    /// Open cases past their deadline, oldest first.
    fn overdue(&self, now_s: i64, limit: u32) -> Result<Vec<Listed>>;
    /// Open cases past their deadline in each area.
    fn overdue_by_area(&self, now_s: i64) -> Result<Vec<(FeedId, u64)>>;
    /// Contested cases, cases with refused acts, entries kept out.
    fn to_settle(&self) -> Result<(u64, u64, u64)>;
    /// Cases after a record, by id.
    fn cases(&self, after: Option<RecordId>, limit: u32) -> Result<Vec<Listed>>;
    /// Sum of the counts of each area over whole days, both counted.
    fn counts(&self, from: Day, to: Day) -> Result<Vec<(FeedId, Counts)>>;
    /// Counts by month over all areas.
    fn months(&self, from: Day, to: Day) -> Result<Vec<(i32, Counts)>>;
    /// First and last day with a report or deadline.
    fn days(&self) -> Result<Option<(Day, Day)>>;
    /// Every entry with its home line, by feed and line; for exports and audits.
    fn each_entry(&self, each: &mut dyn FnMut(Entry, u64, Said)) -> Result<()>;
    /// A value of the hub's own.
    fn meta(&self, key: &str) -> Result<Option<Vec<u8>>>;
    /// Last line of every feed that has one, by feed.
    fn feeds(&self) -> Result<Vec<(FeedId, u64)>>;
    /// The newest pack.
    fn newest_pack(&self) -> Result<Option<Vec<u8>>>;
}

/// A hub's store.
pub trait HubStore: Send + Sync {
    /// Runs one transaction. Blocking: waits for other writers, then for the disk.
    ///
    /// # Errors
    /// [`StoreError`], or what `work` returned; nothing stays then.
    fn write(&self, work: &mut dyn FnMut(&mut dyn HubWrite) -> Result<()>) -> Result<()>;

    /// Reads from one consistent state. Blocking, never waits for writers.
    ///
    /// # Errors
    /// [`StoreError`].
    fn read(&self, work: &mut dyn FnMut(&dyn HubRead) -> Result<()>) -> Result<()>;
}

/// [`HubStore::write`] with a result.
///
/// # Errors
/// As there.
pub fn write<T>(store: &dyn HubStore, mut work: impl FnMut(&mut dyn HubWrite) -> Result<T>) -> Result<T> {
    let mut out = None;
    store.write(&mut |tx| {
        out = Some(work(tx)?);
        Ok(())
    })?;
    out.ok_or(StoreError::Damaged { attempted: "writing" })
}

/// [`HubStore::read`] with a result.
///
/// # Errors
/// As there.
pub fn read<T>(store: &dyn HubStore, mut work: impl FnMut(&dyn HubRead) -> Result<T>) -> Result<T> {
    let mut out = None;
    store.read(&mut |tx| {
        out = Some(work(tx)?);
        Ok(())
    })?;
    out.ok_or(StoreError::Damaged { attempted: "reading" })
}
