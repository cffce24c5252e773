//! What a real phone's store is after a power cut at every write, and after every kind of damage.
//!
//! **Approach.** One small run of a real `Device` with a real hub, on a disk that records ([`gewu_disk`]). Beside each
//! place of the log stands what had been promised by then: every `Ok`. Then a device is opened on the image after every
//! prefix of the log, and with the last write torn, and asked for all of it. After that the whole store is damaged, page
//! by page, cut short, replaced, and tried with another key.
//!
//! **Never:** a look into the file to decide whether something is there; a person would not look there either.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "what cannot be prepared ends the run")]

mod damage;
mod phone;
mod power;
mod run;

use serde::Serialize;

pub use damage::Damages;
pub use phone::{DiskFiles, KEY, open};

/// What was tried and what came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct CrashReport {
    /// Images after a power cut.
    pub images: u64,
    /// Of these, opened.
    pub opened: u64,
    /// Promises that were not kept, over all images; the first ones by name.
    pub lost: u64,
    /// Acts taken over from damaged stores, over all damages.
    pub salvaged: u64,
    /// Damages that the person was told.
    pub told: u64,
    /// The damages one by one.
    pub damages: Damages,
    /// What went wrong, in words; empty: nothing.
    pub faults: Vec<String>,
}

/// The store of a closed phone that holds unsent work.
///
/// # Panics
/// When the run does not come about.
#[must_use]
pub fn stored() -> Vec<u8> {
    run::Run::record().closed.files.remove(phone::STORE).expect("the store")
}

/// Runs it all, on as many threads as there are cores.
///
/// # Panics
/// When the run itself does not come about.
#[must_use]
pub fn run() -> CrashReport {
    let run = run::Run::record();
    let mut report = power::try_all(&run);
    damage::try_all(&run, &mut report);
    report.salvaged = report.damages.salvaged;
    report.told = report.damages.told;
    report
}
