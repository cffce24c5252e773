//! One phone's whole state behind one door: [`Device`].
//!
//! Owns the writer thread, the sync agent, the transport and the observers. Clock, randomness, disk and network come
//! in through [`env::Env`] and can be exchanged there, nowhere else.
//!
//! **Never:** uniffi, axum, a rule of its own: what may be done and what it means is `gewu-model`'s.

mod agent;
mod areas;
mod beside;
mod case;
mod classes;
mod commands;
mod contact;
mod device;
mod drafts;
pub mod env;
mod error;
mod export;
mod fork;
mod identity;
mod me;
pub mod network;
mod observe;
mod pages;
mod recover;
mod rescue;
mod settle;
mod status;
mod supervise;
mod sync;
mod writer;

pub use agent::back_off_ms;
pub use areas::FarOff;
pub use case::{ActLine, ActionLine, CaseDetail};
pub use classes::{ClassLine, ConditionLine};
pub use commands::{ActDraft, Imported, ReportDraft, Saved};
pub use device::{Device, DeviceOptions};
pub use drafts::Draft;
pub use error::{DeviceError, RefusedReason, VaultError};
pub use export::automerge_document;
pub use gewu_words::Language;
pub use identity::Enrolled;
pub use me::{MeView, Storage};
pub use observe::{Changed, Observer, Watch};
pub use pages::{CaseLine, CasePage, KeptApart};
pub use settle::{SettleLine, SettlePage};
pub use status::Status;
pub use supervise::{AreaOverdue, RateQuery, SuperviseView, TrendPoint};
pub use sync::SyncReport;
