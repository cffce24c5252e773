//! The calls of `gewu-device` for Kotlin and Swift: one object, records, enums, one error.
//!
//! **Problem.** Two shells in two languages must show the same numbers. **Approach.** Each method lifts its arguments,
//! makes one call, lowers the result; nothing is decided here. **Invariants.** Calls block and may be made from any
//! thread but one that draws; ids are one-field records; times are integers with their unit in the name; lists are whole
//! pages of at most 200 rows; no error text carries meaning beside its `code`. A panic becomes `Defect`.
//!
//! **Rejected.** Async functions (they are polled on the caller's thread, and foreign async traits do not compile in
//! Swift 6); one call per row (a call from the JVM costs more than a row); handing errors over as text. What was measured:
//! `docs/decisions/0007-ffi-surface.md`.
//!
//! **Never:** a rule, a default, a branch outside `From` (held by `tests/no_decisions.rs`).

#![allow(unsafe_code, reason = "the exported symbols that the generator writes; none by hand")]

mod act;
mod case;
mod convert;
mod device;
mod draft;
mod error;
mod history;
mod ids;
mod observe;
mod rate;
mod screen;
mod vault;

pub use act::{ActDraft, Imported, Kind, Place, ReportDraft, Saved};
pub use case::{
    AreaField, AreaView, AssigneeView, Basis, BoolField, CaseLine, CasePage, CaseView, ClassField, Delivery, Effect, Filing, FilingField, LimitUnit, PlaceField, Profile, Refusal, Stage, TextField, TimeLimit,
};
pub use device::{Device, Dumps, Enrolled, Options, Role, Status, SyncReport};
pub use draft::{ClassLine, ConditionLine, Draft};
pub use error::{DeviceError, Language};
pub use history::{ActView, ActionLine, CaseDetail};
pub use ids::{DeviceId, EntryHash, FeedId, PersonId, RecordId, StreetId};
pub use observe::{Changed, Observer, Watch};
pub use rate::{AreaRate, RateQuery, RateView};
pub use screen::{AreaOverdue, MeView, Notice, SettleLine, SettlePage, Storage, SuperviseView, TrendPoint};
pub use vault::{KeyVault, VaultError};

uniffi::setup_scaffolding!();
