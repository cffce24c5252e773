//! A disk and what it did since somebody last looked.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use gewu_disk::{Counts, Disk};
use gewu_model::sabotage::{self, Switch};

use crate::trace::Trace;

/// A disk of a phone or of the hub.
pub struct Drive {
    disk: Disk,
    told: Mutex<Counts>,
    crashes: AtomicU64,
}

impl Drive {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        let disk = Disk::new();
        disk.ignore_syncs(sabotage::on(Switch::NoFsync));
        Self { disk, told: Mutex::default(), crashes: AtomicU64::new(0) }
    }

    /// Whether its power failed since this was last asked.
    #[must_use]
    pub fn crashed(&self) -> bool {
        let now = self.disk.crashes();
        self.crashes.swap(now, Ordering::Relaxed) != now
    }

    /// The disk.
    #[must_use]
    pub fn disk(&self) -> &Disk {
        &self.disk
    }

    /// Tells the trace what it did.
    pub fn tell(&self, trace: &Trace, whose: &str) {
        let now = self.disk.counts();
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        let done = Counts {
            writes: now.writes.saturating_sub(told.writes),
            write_bytes: now.write_bytes.saturating_sub(told.write_bytes),
            syncs: now.syncs.saturating_sub(told.syncs),
        };
        *told = now;
        drop(told);
        trace.disk(whose, done);
    }
}

impl Default for Drive {
    fn default() -> Self {
        Self::new()
    }
}
