//! What lies beside the store: whether the key fits, whether the last starts ended, and what was moved aside.
//!
//! **Problem.** A file that does not open with a key may be another key's or damaged: encrypted bytes do not tell. A
//! process that dies while it starts leaves no word. **Approach.** Three small files: `gewu.mark`, from which the right
//! key is known again and nothing else; `gewu.starts`, a count that stands until a start has
//! shown what it holds or was ended;
//! `gewu.check`, there once a damaged page was met, so that the next start looks at all pages.
//!
//! **Invariants.** With another key nothing is moved and nothing written. A damaged file is never deleted: it gets
//! another name, its log with it, the log after it. What cannot be written here stops no start.
//!
//! **Rejected.** The count in the database (a page that kills its reader would be read to count it); keeping on in the
//! safe start until somebody ends it (an update may have mended the fault, and nobody would ever know).

use std::any::Any;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use crate::env::{Env, Files};

/// The database.
pub(crate) const STORE: &str = "gewu.db";
/// Starts that did not end, after which the next one is safe.
const DEATHS: u8 = 2;
/// More files than this are not moved aside: a disk that damages every store needs another remedy.
const ASIDE_MAX: u32 = 1_000;
/// First bytes of a database without a key.
const PLAIN: &[u8] = b"SQLite format 3\0";
/// Bytes of what the key is known by.
const MARK_BYTES: usize = 32;
const PAGE_BYTES: u64 = 4_096;

/// Files of one phone's folder.
#[derive(Clone)]
pub(crate) struct Beside {
    dir: PathBuf,
    files: Option<Arc<dyn Files>>,
}

/// A start under way: until the first page was shown, or the app was paused or closed. Dropped, it has ended, well or not;
/// only a process that dies leaves its count.
pub(crate) struct Start {
    beside: Beside,
    /// Whether the one before it died, as by a pulled battery: then the first page is read before the store is handed out.
    pub doubtful: bool,
    /// Whether so many died that nothing of what is stored may be read.
    pub safe: bool,
    /// Starts that died, as they stand if this one ends.
    left: u8,
    held: Option<Box<dyn Any + Send>>,
}

impl Drop for Start {
    fn drop(&mut self) {
        // Another process that starts counts for itself.
        if self.held.is_some()
            && let Some(files) = &self.beside.files
        {
            let count = self.beside.path("gewu.starts");
            // A count that stays makes one start too many safe.
            let _ = if self.left == 0 { files.remove(&count) } else { files.write(&count, &[self.left], false) };
        }
    }
}

impl Start {
    /// The store is open and well: those that died before count no more. A start that ends without it, as with another key,
    /// leaves the count as it was.
    pub fn opened(&mut self) {
        self.left = 0;
    }
}

impl Beside {
    pub fn of(dir: &Path, env: &Env) -> Self {
        Self { dir: dir.to_owned(), files: env.files() }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.join(name)
    }

    /// Where the database lies.
    pub fn store(&self) -> PathBuf {
        self.path(STORE)
    }

    /// Counts a start.
    pub fn begin(&self) -> Start {
        let mut start = Start { beside: self.clone(), doubtful: false, safe: false, left: 0, held: None };
        let Some(files) = &self.files else { return start };
        let count = self.path("gewu.starts");
        // What cannot be counted is a start like any other.
        if let Ok(Some(held)) = files.hold(&count) {
            let died = files.read(&count, 1).ok().flatten().and_then(|bytes| bytes.first().copied()).unwrap_or(0);
            (start.doubtful, start.left) = (died > 0, died);
            start.safe = died >= DEATHS;
            start.held = Some(held);
            let _ = files.write(&count, &[died.saturating_add(1)], false);
        }
        start
    }

    fn mark_of(key: &[u8; 32]) -> Vec<u8> {
        Sha256::new().chain_update(b"gewu store key 1").chain_update(key).finalize().to_vec()
    }

    /// Whether a key is known to be this folder's; `None`: nothing is known.
    pub fn knows(&self, key: &[u8; 32]) -> Option<bool> {
        let kept = self.files.as_ref()?.read(&self.path("gewu.mark"), 64).ok().flatten()?;
        Some(kept.starts_with(&Self::mark_of(key)))
    }

    /// Keeps from what the key is known again. Done before a store is made.
    pub fn keep_mark(&self, key: &[u8; 32]) {
        if let Some(files) = self.files.as_ref().filter(|_| self.knows(key) != Some(true)) {
            let _ = files.write(&self.path("gewu.mark"), &Self::mark_of(key), true); // Done at the next start.
        }
    }

    /// Keeps that there was a whole store once.
    pub fn keep_opened(&self, key: &[u8; 32]) {
        let whole = [Self::mark_of(key), vec![1]].concat();
        if let Some(files) = &self.files
            && files.read(&self.path("gewu.mark"), 64).ok().flatten().as_ref() != Some(&whole)
        {
            let _ = files.write(&self.path("gewu.mark"), &whole, true); // Done at the next start.
        }
    }

    /// Whether there was a whole store once, and nothing of it is left under its name.
    pub fn is_emptied(&self) -> bool {
        let Some(files) = &self.files else { return false };
        let mark = files.read(&self.path("gewu.mark"), 64).ok().flatten().unwrap_or_default();
        let first = files.read(&self.store(), 1).ok().flatten().unwrap_or_default();
        mark.len() == MARK_BYTES + 1 && first.is_empty()
    }

    /// Whether there is a database.
    pub fn has_store(&self) -> bool {
        self.files.as_ref().is_none_or(|files| files.exists(&self.store()))
    }

    /// Whether a file that does not open can be no store of ours, whatever the key.
    pub fn is_foreign(&self) -> bool {
        let Some(files) = &self.files else { return false };
        let first = files.read(&self.store(), usize::MAX).ok().flatten().unwrap_or_default();
        let whole = u64::try_from(first.len()).unwrap_or(0) % PAGE_BYTES == 0;
        first.starts_with(PLAIN) || (!first.is_empty() && !whole)
    }

    /// Notes that a damaged page was met.
    pub fn note_damage(&self) {
        if let Some(files) = &self.files {
            let _ = files.write(&self.path("gewu.check"), b"1", true); // Met again, noted again.
        }
    }

    /// Whether a damaged page was met since the last check.
    pub fn is_doubtful(&self) -> bool {
        self.files.as_ref().is_some_and(|files| files.exists(&self.path("gewu.check")))
    }

    /// The check was made.
    pub fn checked(&self) {
        if let Some(files) = self.files.as_ref().filter(|_| self.is_doubtful()) {
            let _ = files.remove(&self.path("gewu.check")); // Checked once more, then.
        }
    }

    /// Name of a file that was moved aside.
    pub fn aside(&self, number: u32) -> PathBuf {
        self.path(&format!("{STORE}.damaged-{number}"))
    }

    /// How many were moved aside.
    pub fn asides(&self) -> u32 {
        let Some(files) = &self.files else { return 0 };
        (1..=ASIDE_MAX).take_while(|number| files.exists(&self.aside(*number))).last().unwrap_or(0)
    }

    /// Moves the database aside; whether that could be done.
    pub fn move_aside(&self) -> bool {
        let Some(files) = &self.files else { return false };
        let number = self.asides() + 1;
        let moved = number <= ASIDE_MAX && files.rename(&self.store(), &self.aside(number)).is_ok();
        if moved {
            self.move_logs(number);
        }
        moved
    }

    /// The log goes where its database went; also after a start that died between the two.
    pub fn move_logs(&self, number: u32) {
        let Some(files) = &self.files else { return };
        for suffix in ["-wal", "-shm"] {
            let log = self.path(&format!("{STORE}{suffix}"));
            if files.exists(&log) {
                let mut to = self.aside(number).into_os_string();
                to.push(suffix);
                let _ = files.rename(&log, Path::new(&to)); // A log without its database is written over.
            }
        }
    }
}
