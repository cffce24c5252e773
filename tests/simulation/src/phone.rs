//! A phone: a device as it ships, on a disk, with a clock and a road of ours, and whoever carries it.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use gewu_device::env::Env;
use gewu_device::{Device, DeviceError, DeviceOptions, Language};

use crate::dice::Dice;
use crate::drive::Drive;
use crate::link::Link;
use crate::place::Post;
use crate::time::{PhoneClock, Time};
use crate::world::World;

/// Which phone, in whose hands.
pub struct Phone {
    /// Its place among all phones.
    pub index: usize,
    /// Whose.
    pub name: String,
    /// Where they work.
    pub post: Post,
    /// Its clock.
    pub clock: Arc<PhoneClock>,
    /// Its disk.
    pub drive: Drive,
    key: [u8; 32],
    random: Arc<Dice>,
    device: Mutex<Option<Arc<Device>>>,
    uncovered: AtomicBool,
    busy: AtomicBool,
    dead: AtomicBool,
    requests: AtomicU64,
    failures: AtomicU32,
    next_ms: AtomicI64,
}

impl Phone {
    /// A phone that is switched off. `wrong_by_ms`: by how much its clock is wrong.
    #[must_use]
    pub fn new(index: usize, name: &str, post: Post, seed: u64, time: &Arc<Time>, wrong_by_ms: i64) -> Self {
        let random = Dice::new(seed, name);
        Self {
            index,
            name: name.to_owned(),
            post,
            clock: Arc::new(PhoneClock::new(time, name, wrong_by_ms)),
            drive: Drive::new(),
            key: random.array(),
            random: Arc::new(random),
            device: Mutex::default(),
            uncovered: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            dead: AtomicBool::new(false),
            requests: AtomicU64::new(0),
            failures: AtomicU32::new(0),
            next_ms: AtomicI64::new(0),
        }
    }

    /// Opens the app.
    ///
    /// # Errors
    /// As the device's.
    pub fn open(&self, world: &Weak<World>) -> Result<(), DeviceError> {
        let env = Env {
            clock: Arc::clone(&self.clock) as Arc<dyn gewu_device::env::Clock>,
            random: Arc::clone(&self.random) as Arc<dyn gewu_device::env::Random>,
            network: Arc::new(Link { world: Weak::clone(world), phone: self.index }),
            disk: Some(self.drive.disk().vfs()),
            files: None,
        };
        // The folder is of the simulated disk; only the name of the root is also a folder here.
        let options = DeviceOptions { dir: PathBuf::from("/"), key: self.key, env, language: Language::En };
        let device = Device::open(options)?;
        *self.device.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(device));
        self.dead.store(false, Ordering::Relaxed);
        Ok(())
    }

    /// The app, while it is open.
    #[must_use]
    pub fn device(&self) -> Option<Arc<Device>> {
        self.device.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The app ends. Whoever is in the middle of a call has their own handle and finds out by errors.
    pub fn shut(&self) {
        self.device.lock().unwrap_or_else(PoisonError::into_inner).take();
    }

    /// The app was killed or the battery pulled: whatever is under way fails, until it is opened again.
    pub fn die(&self) {
        self.dead.store(true, Ordering::Relaxed);
    }

    /// Whether it died and was not opened since.
    #[must_use]
    pub fn is_dead(&self) -> bool {
        self.dead.load(Ordering::Relaxed)
    }

    /// Whether there is a network.
    #[must_use]
    pub fn covered(&self) -> bool {
        !self.uncovered.load(Ordering::Relaxed)
    }

    /// Sets that.
    pub fn cover(&self, covered: bool) {
        self.uncovered.store(!covered, Ordering::Relaxed);
    }

    /// Begins a sync; false: one is under way.
    #[must_use]
    pub fn begin_sync(&self) -> bool {
        !self.busy.swap(true, Ordering::Relaxed)
    }

    /// Ends it. `wait_ms` says for how many failures in a row how long to wait.
    pub fn end_sync(&self, failed: bool, now_ms: i64, wait_ms: impl FnOnce(u32) -> i64) {
        let failures = if failed { self.failures.load(Ordering::Relaxed).saturating_add(1) } else { 0 };
        self.failures.store(failures, Ordering::Relaxed);
        self.next_ms.store(now_ms.saturating_add(wait_ms(failures)), Ordering::Relaxed);
        self.busy.store(false, Ordering::Relaxed);
    }

    /// Whether a sync is under way.
    #[must_use]
    pub fn is_busy(&self) -> bool {
        self.busy.load(Ordering::Relaxed)
    }

    /// When it tries next.
    #[must_use]
    pub fn next_ms(&self) -> i64 {
        self.next_ms.load(Ordering::Relaxed)
    }

    /// Its app tries at once: the network changed, or it was opened.
    pub fn wake(&self) {
        self.next_ms.store(0, Ordering::Relaxed);
    }

    /// One more request.
    pub fn asked(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// Requests so far.
    #[must_use]
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }
}
