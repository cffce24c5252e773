//! The street's time, which only the run moves on, and clocks that tell it wrong.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What every run begins at: 2026-06-01 08:00 in China.
pub const START_MS: i64 = 1_780_272_000_000;

/// Milliseconds since 1970, as they are.
#[derive(Debug)]
pub struct Time(AtomicI64);

impl Default for Time {
    fn default() -> Self {
        Self(AtomicI64::new(START_MS))
    }
}

impl Time {
    /// What it is.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }

    /// Moves on.
    pub fn pass(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

/// The hub's clock, which is right.
#[derive(Debug)]
pub struct HubClock(pub Arc<Time>);

impl gewu_hub::config::Clock for HubClock {
    fn now_s(&self) -> i64 {
        self.0.now_ms().div_euclid(1_000)
    }

    fn uptime_s(&self) -> i64 {
        self.0.now_ms().saturating_sub(START_MS).div_euclid(1_000)
    }
}

#[derive(Debug)]
struct Set {
    wrong_by_ms: i64,
    booted_ms: i64,
    boots: u64,
}

/// A phone's clock: wrong by any amount, set anew at any moment.
#[derive(Debug)]
pub struct PhoneClock {
    time: Arc<Time>,
    name: String,
    set: Mutex<Set>,
}

impl PhoneClock {
    /// A clock of a phone of this name that was switched on now.
    #[must_use]
    pub fn new(time: &Arc<Time>, name: &str, wrong_by_ms: i64) -> Self {
        let set = Set { wrong_by_ms, booted_ms: time.now_ms(), boots: 0 };
        Self { time: Arc::clone(time), name: name.to_owned(), set: Mutex::new(set) }
    }

    fn set(&self) -> MutexGuard<'_, Set> {
        self.set.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody sets it, or it jumps.
    pub fn wrong_by(&self, ms: i64) {
        self.set().wrong_by_ms = ms;
    }

    /// The phone was off and on again: another boot, counted from now.
    pub fn boot(&self) {
        let mut set = self.set();
        set.booted_ms = self.time.now_ms();
        set.boots += 1;
    }
}

impl gewu_device::env::Clock for PhoneClock {
    fn now_ms(&self) -> i64 {
        self.time.now_ms().saturating_add(self.set().wrong_by_ms)
    }

    fn uptime_ms(&self) -> i64 {
        self.time.now_ms().saturating_sub(self.set().booted_ms)
    }

    fn boot_id(&self) -> [u8; 16] {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.name.as_bytes());
        hasher.update(&self.set().boots.to_be_bytes());
        let mut id = [0; 16];
        hasher.finalize_xof().fill(&mut id);
        id
    }
}
