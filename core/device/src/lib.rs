//! One phone's whole state behind one door: [`Device`].
//!
//! Owns the writer thread, the sync agent, the transport and the observers. Clock, randomness, disk and network come
//! in through [`env::Env`] and can be exchanged there, nowhere else.
//!
//! **Never:** uniffi, axum, a rule of its own: what may be done and what it means is `gewu-model`'s.

mod agent;
mod commands;
mod contact;
mod device;
pub mod env;
mod error;
mod export;
mod identity;
pub mod network;
mod observe;
mod pages;
mod sync;
mod writer;

pub use commands::{ActDraft, Imported, ReportDraft, Saved};
pub use device::{Device, DeviceOptions};
pub use export::automerge_document;
pub use error::{DeviceError, RefusedReason};
pub use identity::Enrolled;
pub use observe::{Changed, Observer, Watch};
pub use pages::{CaseDetail, CaseLine, CasePage, KeptApart, Status};
pub use sync::SyncReport;
