//! Where the world comes in: clock, randomness, disk and network of a phone. The only place that reads any of them.

use std::any::Any;
use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::Path;
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

/// Small files beside the store, and what SQLite does not do with its own: giving them another name.
pub trait Files: Send + Sync {
    /// Makes a folder with all above it.
    ///
    /// # Errors
    /// As the system's, here and below.
    fn make_dir(&self, dir: &Path) -> io::Result<()>;
    /// Whether a file is there.
    fn exists(&self, file: &Path) -> bool;
    /// The first bytes of a file, at most `bytes_max`; `None`: it is not there.
    ///
    /// # Errors
    /// As above.
    fn read(&self, file: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>>;
    /// Writes a whole file. With `durable` all of it is there after a pulled battery, or nothing; else it outlives the
    /// process only.
    ///
    /// # Errors
    /// As above.
    fn write(&self, file: &Path, bytes: &[u8], durable: bool) -> io::Result<()>;
    /// Gives a file another name, durably.
    ///
    /// # Errors
    /// As above.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Takes a file away.
    ///
    /// # Errors
    /// As above.
    fn remove(&self, file: &Path) -> io::Result<()>;
    /// Holds a file against other processes until dropped; `None`: another one holds it.
    ///
    /// # Errors
    /// As above.
    fn hold(&self, file: &Path) -> io::Result<Option<Box<dyn Any + Send>>>;
}

/// The system's files.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemFiles;

fn sync_folder_of(file: &Path) -> io::Result<()> {
    // Where folders cannot be opened, the system keeps names by itself.
    file.parent().map_or(Ok(()), |dir| fs::File::open(dir).and_then(|dir| dir.sync_all()).or(Ok(())))
}

impl Files for SystemFiles {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn exists(&self, file: &Path) -> bool {
        file.exists()
    }

    fn read(&self, file: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
        let mut bytes = Vec::new();
        match fs::File::open(file) {
            Ok(file) => file.take(u64::try_from(bytes_max).unwrap_or(u64::MAX)).read_to_end(&mut bytes).map(|_| Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, file: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        if !durable {
            return fs::write(file, bytes);
        }
        let beside = file.with_extension("new");
        let mut new = fs::File::create(&beside)?;
        new.write_all(bytes)?;
        new.sync_all()?;
        self.rename(&beside, file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        sync_folder_of(to)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        fs::remove_file(file)
    }

    fn hold(&self, file: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        let file = fs::OpenOptions::new().create(true).append(true).open(file)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Box::new(file))),
            Err(fs::TryLockError::WouldBlock) => Ok(None),
            Err(fs::TryLockError::Error(error)) => Err(error),
        }
    }
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
    /// Files beside the store; `None`: the system's, and none beside a disk that was named.
    pub files: Option<Arc<dyn Files>>,
}

impl Env {
    /// Files beside the store, if there are any.
    pub(crate) fn files(&self) -> Option<Arc<dyn Files>> {
        match (&self.files, &self.disk) {
            (Some(files), _) => Some(Arc::clone(files)),
            (None, None) => Some(Arc::new(SystemFiles)),
            (None, Some(_)) => None,
        }
    }
}

impl Default for Env {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            random: Arc::new(SystemRandom),
            network: Arc::new(PinnedHttps::new()),
            disk: None,
            files: None,
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
