//! Where the world comes in: clock, randomness, disk and network of a phone. The only place that reads any of them.

use std::sync::Arc;

use crate::network::{Network, PinnedHttps};

/// Tells the time in two ways: the wall clock, which lies, and the time since boot, which only stops for nothing.
pub trait Clock: Send + Sync {
    /// Milliseconds since 1970 by the phone's clock.
    fn now_ms(&self) -> i64;
    /// Milliseconds since boot, sleep included.
    fn uptime_ms(&self) -> i64;
    /// Another value after each boot.
    fn boot_id(&self) -> [u8; 16];
}

/// Gives random bytes.
pub trait Random: Send + Sync {
    /// Fills a buffer.
    fn fill(&self, bytes: &mut [u8]);
}

/// What is given to a phone from outside.
#[derive(Clone)]
pub struct Env {
    /// Clock.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// The road to the hub.
    pub network: Arc<dyn Network>,
    /// Name of the SQLite file layer; `None`: the system's.
    pub disk: Option<String>,
}

impl Default for Env {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            network: Arc::new(PinnedHttps::new()),
            disk: None,
        }
    }
}

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the edge where the phone's clock comes in")]
    fn now_ms(&self) -> i64 {
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn uptime_ms(&self) -> i64 {
        use rustix::time::{ClockId, clock_gettime};
        // Both go on while the phone sleeps; apps may not read /proc/uptime on Android.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        let clock = ClockId::Boottime;
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        let clock = ClockId::Monotonic;
        let since = clock_gettime(clock);
        since.tv_sec.saturating_mul(1_000).saturating_add(since.tv_nsec / 1_000_000)
    }

    fn boot_id(&self) -> [u8; 16] {
        // Where the system names no boot, every start of the process counts as one: times are then claimed, not proven.
        // Asked once: a process lives within one boot.
        static BOOT: std::sync::OnceLock<[u8; 16]> = std::sync::OnceLock::new();
        *BOOT.get_or_init(|| {
            let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
            let hex: String = text.chars().filter(char::is_ascii_hexdigit).collect();
            let bytes = gewu_model::ids::from_hex(&hex).and_then(|bytes| <[u8; 16]>::try_from(bytes).ok());
            bytes.unwrap_or_else(|| random_array(&SystemRandom))
        })
    }
}

/// The system's generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandom;

impl Random for SystemRandom {
    #[allow(clippy::disallowed_methods, reason = "the edge where the phone's randomness comes in")]
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

/// What tells a file from every copy of it: its number on the disk and the moment at which it was made there. Both stay as
/// long as the file does, over every restart, and no copy has them. `None` where the system names neither.
#[must_use]
pub fn install_mark(file: &std::path::Path) -> Option<[u8; 16]> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = std::fs::metadata(file).ok()?;
    let made = metadata.created().ok().and_then(|made| made.duration_since(std::time::UNIX_EPOCH).ok());
    let made_ns = u64::try_from(made.map_or(0, |made| made.as_nanos())).unwrap_or(0);
    let mut mark = [0; 16];
    let (number, moment) = mark.split_at_mut(8);
    number.copy_from_slice(&metadata.ino().to_be_bytes());
    moment.copy_from_slice(&made_ns.to_be_bytes());
    Some(mark)
}
