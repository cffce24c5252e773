//! A disk in memory that loses power on command: a virtual file system for SQLite, so that real stores run on it.
//!
//! **Problem.** Whether what was promised survives a pulled battery cannot be seen on a disk that keeps its power.
//! **Approach.** [`Disk`] keeps every file twice: as programs read it, and as far as it was synced; what lies between is
//! a list of pending changes. A power cut is then a choice: which of them reached the disk ([`Cut`]). Any number of
//! disks stand beside each other, each under a name of its own for SQLite; several connections may share one.
//!
//! **What SQLite may assume of it** is what it assumes of a phone's: bytes beside a write are not harmed
//! (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`); until a sync, writes reach the disk in any order, in whole or sector by sector;
//! a name in a folder is there after a power cut when the folder was synced.
//!
//! **Invariants.** After [`Disk::crash`] every open file fails and every lock is gone, as for a process that died. What
//! is not seeded takes no randomness and no clock.
//!
//! **Rejected.** Files of the system with a layer between (slower, and the page cache of the machine lies between what was
//! written and what was synced); a file system in user space (needs rights).
//!
//! **Never:** a word about what stores hold.

mod image;
mod locks;
mod state;
mod vfs;

pub use image::{Cut, Image, LogEntry, Op};
pub use state::Counts;

use std::io;
use std::sync::Arc;

use vfs::Registered;

/// A disk. Clones are the same disk.
///
/// Keep one clone for as long as stores on it are opened: with the last clone and the last open file its name is
/// forgotten.
#[derive(Clone)]
pub struct Disk {
    inner: Arc<Registered>,
}

impl std::fmt::Debug for Disk {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Disk").field("vfs", &self.vfs()).finish_non_exhaustive()
    }
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Disk {
    /// An empty disk.
    #[must_use]
    pub fn new() -> Self {
        Self::from_image(&Image::default())
    }

    /// A disk that holds what a power cut left of another.
    #[must_use]
    pub fn from_image(image: &Image) -> Self {
        Self { inner: Registered::new(state::State::of(image)) }
    }

    /// The name under which SQLite knows it.
    #[must_use]
    pub fn vfs(&self) -> String {
        self.inner.name()
    }

    /// What a power cut would leave if nothing but what was synced reached the disk.
    #[must_use]
    pub fn image(&self) -> Image {
        self.image_with(Cut::Power)
    }

    /// What is left after a cut of some kind; the disk itself goes on.
    ///
    /// # Panics
    /// [`Cut::After`] without [`Disk::record`].
    #[must_use]
    pub fn image_with(&self, cut: Cut) -> Image {
        self.inner.state().image(cut)
    }

    /// The power fails: of what was not synced, each change is kept, dropped or torn, by the seed. Open files fail from
    /// here on; the disk can be opened anew.
    pub fn crash(&self, seed: u64) {
        self.crash_with(Cut::Seeded(seed));
    }

    /// The same with a cut of one's choice: [`Cut::Kill`] is a process that dies while the machine goes on.
    ///
    /// # Panics
    /// As [`Disk::image_with`].
    pub fn crash_with(&self, cut: Cut) {
        let mut state = self.inner.state();
        let image = state.image(cut);
        state.replace(&image);
    }

    /// The power fails by itself at the change (a write, a file cut, a sync) that comes after `changes` more, in the middle of
    /// whatever makes it; what is kept is chosen by the seed. `None` takes that back.
    pub fn crash_at(&self, doom: Option<(u64, u64)>) {
        self.inner.state().doom = doom;
    }

    /// How often its power was cut so far.
    #[must_use]
    pub fn crashes(&self) -> u64 {
        self.inner.state().crashes()
    }

    /// Somebody puts another disk's files in place of its own. Open files fail from here on, as after a crash.
    pub fn put_back(&self, image: &Image) {
        self.inner.state().replace(image);
    }

    /// Bytes that fit on it; `None`: any number. What is there stays, even above the limit.
    pub fn limit(&self, bytes_max: Option<u64>) {
        self.inner.state().limit = bytes_max;
    }

    /// Bytes of all its files, with those that connections share.
    #[must_use]
    pub fn used(&self) -> u64 {
        self.inner.state().used()
    }

    /// From here on syncs are said to be done and are not: the disk of a cheap phone.
    pub fn ignore_syncs(&self, ignored: bool) {
        self.inner.state().syncs_ignored = ignored;
    }

    /// Begins to record what is written, from what the files hold now.
    pub fn record(&self) {
        self.inner.state().record();
    }

    /// Whoever reads this byte of a file dies, as on storage that takes the process with it.
    pub fn kill_reader(&self, name: &str, offset: u64) {
        self.inner.state().deadly = Some((name.to_owned(), offset));
    }

    /// What was recorded, oldest first; empty without [`Disk::record`].
    #[must_use]
    pub fn log(&self) -> Vec<LogEntry> {
        self.inner.state().log()
    }

    /// Length of [`Disk::log`].
    #[must_use]
    pub fn logged(&self) -> usize {
        self.inner.state().logged()
    }

    /// How often it was written and synced.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.inner.state().counts
    }

    /// Whether a file of this name is there.
    #[must_use]
    pub fn exists(&self, name: &str) -> bool {
        self.inner.state().exists(name)
    }

    /// Gives a file another name, and syncs the folder; what stood under that name is gone.
    ///
    /// # Errors
    /// `NotFound`.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let renamed = self.inner.state().rename(from, to);
        if renamed { Ok(()) } else { Err(io::ErrorKind::NotFound.into()) }
    }

    /// Writes a whole file and syncs it, and its folder.
    ///
    /// # Errors
    /// `StorageFull`.
    pub fn write(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        let written = self.inner.state().put(name, bytes);
        if written { Ok(()) } else { Err(io::ErrorKind::StorageFull.into()) }
    }

    /// A file's bytes as programs read them; `None`: no such file.
    #[must_use]
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.inner.state().read_whole(name)
    }

    /// Takes a file away, and syncs the folder. Without the file nothing happens.
    pub fn remove(&self, name: &str) {
        self.inner.state().delete(name, true);
    }
}
