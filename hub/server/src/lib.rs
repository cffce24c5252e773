//! The other end of every phone: lines with verdicts, read API, pages.
//!
//! **Never:** a phone's store or device; anything that decides what `gewu-model` decides.

pub mod api;
pub mod config;
pub mod figures;
pub mod folder;
pub mod hub;
pub mod ingest;
pub mod judge;
pub mod page;
pub mod serve;
pub mod store;
pub mod supervise;
pub mod tls;
