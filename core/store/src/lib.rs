//! How everything rests on a phone: one encrypted SQLite file, written by one connection, read by others beside it.
//!
//! **Problem.** What a person saved must be there after a pulled battery, received acts must go in by the ten thousand,
//! and a rate over a year must be answered at once. **Approach.** Compact entry rows are the truth; headers, columns for
//! pages and tallies are derived from them in the same transaction, by the functions of `gewu_log::record` and
//! `gewu_model::tally`. Within a transaction a record is loaded once and saved once.
//!
//! **Invariants.** Entries are never changed but for the hub's word on them and the erasing of a detail; derived rows are
//! a function of the entries ([`Store::rebuild`] leaves [`Store::dump_derived`] as it was); a transaction that fails
//! leaves nothing, in the file or in memory.
//!
//! **Rejected.** An index from records to entries (a chain through the entries costs no page at capture); stored
//! documents; triggers and foreign keys (each reads pages that the writer has in memory).
//!
//! **Never:** a clock, randomness, a network, a rule of the product.

#![allow(clippy::disallowed_types, reason = "caches that are looked up and never listed: their order reaches nothing")]

mod apply;
mod cache;
mod counts;
mod derived;
mod drafts;
mod error;
mod export;
mod forks;
mod held;
mod lines;
mod open;
mod outgoing;
mod pages;
mod reader;
mod rows;
mod salvage;
mod seals;
mod settle;
mod sql;
mod store;
mod tally;
mod write;

pub use apply::{Answer, AppliedLines};
pub use drafts::{DRAFT_BYTES_MAX, DraftRow};
pub use forks::Forked;
pub use lines::Piece;
pub use error::{OpenError, StoreError};
pub use export::EntryWithLine;
pub use open::{OpenOptions, SCHEMA_VERSION};
pub use outgoing::OutgoingBatch;
pub use pages::{CasePage, CaseRow, ROWS_MAX};
pub use reader::{Beside, Cursor, NoticeRow, Quarantined, Reader, StatusCounts, StoredRecord};
pub use salvage::{Salvaged, Wreck};
pub use settle::{OpenCount, RefusedRow};
pub use store::Store;
pub use write::{AppendError, OwnAct, Write};
