//! Where the world comes in: clock and randomness of the hub. The only place that reads either.

use std::sync::Arc;

/// Tells the time.
pub trait Clock: Send + Sync {
    /// Unix seconds.
    fn now_s(&self) -> i64;
    /// Seconds of a clock that nobody sets: sessions and links run out by it, whatever the other one says.
    fn uptime_s(&self) -> i64;
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the edge where the hub's clock comes in")]
    fn now_s(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX))
    }

    fn uptime_s(&self) -> i64 {
        process_s()
    }
}

/// Seconds since this was first asked, by the machine's monotonic clock.
#[allow(clippy::disallowed_methods, reason = "the edge where the hub's clock comes in")]
fn process_s() -> i64 {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    i64::try_from(START.get_or_init(std::time::Instant::now).elapsed().as_secs()).unwrap_or(i64::MAX)
}

/// A clock that starts at a given moment and runs at a given speed: a fortnight in a minute.
#[derive(Clone, Debug)]
pub struct DrivenClock {
    start_ms: i64,
    origin_ms: i64,
    speed: i64,
}

impl DrivenClock {
    /// `start_s` is what the clock said when the machine's said `origin_ms`; one machine second is `speed` of its own.
    #[must_use]
    pub fn new(start_s: i64, origin_ms: i64, speed: i64) -> Self {
        Self { start_ms: start_s.saturating_mul(1_000), origin_ms, speed }
    }

    /// Milliseconds since 1970 by this clock.
    #[must_use]
    pub fn now_ms(&self) -> i64 {
        self.start_ms.saturating_add((machine_ms() - self.origin_ms).saturating_mul(self.speed))
    }
}

/// Milliseconds since 1970 by the machine.
#[must_use]
#[allow(clippy::disallowed_methods, reason = "the edge where the hub's clock comes in")]
pub fn machine_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

impl Clock for DrivenClock {
    fn now_s(&self) -> i64 {
        self.now_ms().div_euclid(1_000)
    }

    fn uptime_s(&self) -> i64 {
        process_s()
    }
}

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// The system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, reason = "the edge where the hub's randomness comes in")]
    fn fill(&self, bytes: &mut [u8]) {
        assert!(getrandom::fill(bytes).is_ok(), "the system gives no random bytes; no key may be made without");
    }
}

/// An array of random bytes.
#[must_use]
pub fn random_array<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

/// What is given to a hub from outside.
#[derive(Clone)]
pub struct World {
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
}

impl Default for World {
    fn default() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(SystemRandom) }
    }
}
