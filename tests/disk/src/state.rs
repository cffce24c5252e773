//! Names, files, and what of them is on the disk.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Weak};

use crate::image::{self, Cut, Image, LogEntry, Op};
use crate::locks::{FileLocks, Holder, SharedLocks};

/// Memory that connections of one database share. Regions never move and never shrink while anybody has it.
pub(crate) type Regions = std::sync::Mutex<Vec<Box<[AtomicU64]>>>;

/// How often a disk was written and synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Writes, files cut among them.
    pub writes: u64,
    /// Bytes of them.
    pub write_bytes: u64,
    /// Syncs, those among them that were ignored.
    pub syncs: u64,
}

/// What a file is apart from its name: a connection may still have it open when it has none.
#[derive(Debug, Default)]
struct Body {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Since the last sync: writes and cuts, oldest first.
    pending: Vec<Op>,
    locks: FileLocks,
    shared_locks: SharedLocks,
    regions: Weak<Regions>,
    open: u64,
}

/// An open file, as SQLite holds it.
#[derive(Debug)]
pub(crate) struct Opened {
    body: u64,
    holder: Holder,
    generation: u64,
    /// Its syncs make its name durable, as the first one does in SQLite's own layer for logs and journals.
    syncs_folder: bool,
    delete_on_close: bool,
}

impl Opened {
    /// Who holds its locks.
    pub fn holder(&self) -> Holder {
        self.holder
    }
}

/// A disk, but for its name.
#[derive(Debug, Default)]
pub(crate) struct State {
    bodies: BTreeMap<u64, Body>,
    names: BTreeMap<String, u64>,
    names_synced: BTreeMap<String, u64>,
    generation: u64,
    next: u64,
    /// What was recorded, and what the files held before it.
    recorded: Option<(Image, Vec<LogEntry>)>,
    pub limit: Option<u64>,
    pub syncs_ignored: bool,
    /// Who reads this dies: name and place.
    pub deadly: Option<(String, u64)>,
    pub counts: Counts,
    /// Changes left until the power fails by itself, and the seed of what is kept then.
    pub doom: Option<(u64, u64)>,
}

/// A file cannot be had.
pub(crate) enum Refused {
    /// Open since before a crash.
    Dead,
    /// No space.
    Full,
}

impl State {
    /// What an image holds, synced.
    pub fn of(image: &Image) -> Self {
        let mut state = Self::default();
        state.fill(image);
        state
    }

    fn fill(&mut self, image: &Image) {
        for (name, bytes) in &image.files {
            let body = Body { now: bytes.clone(), synced: bytes.clone(), ..Body::default() };
            let id = self.number();
            self.bodies.insert(id, body);
            self.names.insert(name.clone(), id);
        }
        self.names_synced = self.names.clone();
    }

    /// All files are the image's; whoever has one open has lost it.
    pub fn replace(&mut self, image: &Image) {
        self.bodies.clear();
        self.names.clear();
        self.generation += 1;
        self.recorded = None;
        self.fill(image);
    }

    /// One more change was made, or is about to be durable; the power may fail at it.
    fn survive(&mut self) -> Result<(), Refused> {
        let Some((left, seed)) = self.doom else { return Ok(()) };
        self.doom = left.checked_sub(1).map(|left| (left, seed));
        if left > 0 {
            return Ok(());
        }
        let image = self.image(Cut::Seeded(seed));
        self.replace(&image);
        Err(Refused::Dead)
    }

    /// How often it was cut from its power.
    pub fn crashes(&self) -> u64 {
        self.generation
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn note(&mut self, file: &str, op: impl FnOnce() -> Op) {
        if let Some((_, log)) = &mut self.recorded {
            log.push(LogEntry { file: file.to_owned(), op: op() });
        }
    }

    fn note_body(&mut self, body: u64, op: impl FnOnce() -> Op) {
        // A file without a name is nobody's after a crash.
        let name = self.names.iter().find(|(_, id)| **id == body).map(|(name, _)| name.clone());
        if let (Some(name), true) = (name, self.recorded.is_some()) {
            self.note(&name, op);
        }
    }

    pub fn record(&mut self) {
        self.recorded = Some((self.image(Cut::Kill), Vec::new()));
    }

    pub fn log(&self) -> Vec<LogEntry> {
        self.recorded.as_ref().map_or_else(Vec::new, |(_, log)| log.clone())
    }

    pub fn logged(&self) -> usize {
        self.recorded.as_ref().map_or(0, |(_, log)| log.len())
    }

    /// What a cut leaves.
    pub fn image(&self, cut: Cut) -> Image {
        match cut {
            Cut::Power => self.named(&self.names_synced, |body| body.synced.clone()),
            Cut::Kill => self.named(&self.names, |body| body.now.clone()),
            Cut::Seeded(seed) => self.seeded(&mut Dice(seed)),
            Cut::After { entries, torn } => {
                let (base, log) = self.recorded.as_ref().unwrap_or_else(|| panic!("nothing was recorded"));
                let mut image = base.clone();
                for (index, entry) in log.iter().take(entries).enumerate() {
                    image.apply(entry, torn.filter(|_| index + 1 == entries));
                }
                image
            }
        }
    }

    fn named(&self, names: &BTreeMap<String, u64>, bytes: impl Fn(&Body) -> Vec<u8>) -> Image {
        let files = names.iter().filter_map(|(name, id)| Some((name.clone(), bytes(self.bodies.get(id)?))));
        Image { files: files.collect() }
    }

    fn seeded(&self, dice: &mut Dice) -> Image {
        let mut kept = BTreeMap::new();
        for (id, body) in &self.bodies {
            let mut bytes = body.synced.clone();
            for op in &body.pending {
                reach(&mut bytes, op, dice);
            }
            kept.insert(*id, bytes);
        }
        let all: BTreeSet<&String> = self.names.keys().chain(self.names_synced.keys()).collect();
        let mut files = BTreeMap::new();
        for name in all {
            let (now, synced) = (self.names.get(name), self.names_synced.get(name));
            let id = if now == synced || dice.of(2) == 0 { synced } else { now };
            if let Some(bytes) = id.and_then(|id| kept.get(id)) {
                files.insert(name.clone(), bytes.clone());
            }
        }
        Image { files }
    }

    /// Bytes of all files and of what connections share.
    pub fn used(&self) -> u64 {
        let bytes = |body: &Body| {
            let regions = body
                .regions
                .upgrade()
                .map_or(0, |regions| crate::vfs::relaxed(&regions).iter().map(|region| region.len() * 8).sum());
            (body.now.len() + regions) as u64
        };
        self.bodies.values().map(bytes).sum()
    }

    fn fits(&self, more: u64) -> bool {
        more == 0 || self.limit.is_none_or(|limit| self.used().saturating_add(more) <= limit)
    }

    /// Opens a file; `None`: it is not there and is not to be made.
    pub fn open(&mut self, name: Option<&str>, create: bool, log: bool, delete_on_close: bool) -> Option<Opened> {
        let found = name.and_then(|name| self.names.get(name).copied());
        let body = match found {
            Some(body) => body,
            None if create || name.is_none() => {
                let id = self.number();
                self.bodies.insert(id, Body::default());
                if let Some(name) = name {
                    self.names.insert(name.to_owned(), id);
                    self.note(name, || Op::Create);
                }
                id
            }
            None => return None,
        };
        if let Some(body) = self.bodies.get_mut(&body) {
            body.open += 1;
        }
        // Whoever may have made it: an earlier try may have failed before its first sync.
        let syncs_folder = create && log;
        Some(Opened { body, holder: self.number(), generation: self.generation, syncs_folder, delete_on_close })
    }

    fn body(&mut self, file: &Opened) -> Result<&mut Body, Refused> {
        let alive = file.generation == self.generation;
        self.bodies.get_mut(&file.body).filter(|_| alive).ok_or(Refused::Dead)
    }

    /// Lets go of a file.
    pub fn close(&mut self, file: &Opened) {
        self.unmap(file);
        let Ok(body) = self.body(file) else { return };
        body.locks.sink(file.holder, crate::locks::NONE);
        body.open -= 1;
        let unused = body.open == 0;
        if file.delete_on_close {
            self.names.retain(|_, id| *id != file.body);
        }
        self.forget(file.body, unused);
    }

    fn forget(&mut self, body: u64, unused: bool) {
        let named = self.names.values().chain(self.names_synced.values()).any(|id| *id == body);
        if unused && !named {
            self.bodies.remove(&body);
        }
    }

    /// Copies from a file; how many bytes there were.
    pub fn read(&mut self, file: &Opened, offset: u64, into: &mut [u8]) -> Result<usize, Refused> {
        if let Some((name, at)) = &self.deadly
            && self.names.get(name) == Some(&file.body)
            && (offset..offset.saturating_add(into.len() as u64)).contains(at)
        {
            std::process::abort();
        }
        let bytes = &self.body(file)?.now;
        let begin = usize::try_from(offset).unwrap_or(usize::MAX).min(bytes.len());
        let end = begin.saturating_add(into.len()).min(bytes.len());
        let found = bytes.get(begin..end).unwrap_or_default();
        let (filled, rest) = into.split_at_mut(found.len());
        filled.copy_from_slice(found);
        rest.fill(0);
        Ok(found.len())
    }

    /// Writes to a file.
    pub fn write(&mut self, file: &Opened, offset: u64, bytes: &[u8]) -> Result<(), Refused> {
        let end = offset.saturating_add(bytes.len() as u64);
        let more = end.saturating_sub(self.body(file)?.now.len() as u64);
        if !self.fits(more) {
            return Err(Refused::Full);
        }
        let body = self.body(file)?;
        image::write(&mut body.now, offset, bytes);
        body.pending.push(Op::Write { offset, bytes: bytes.to_vec() });
        self.counts.writes += 1;
        self.counts.write_bytes += bytes.len() as u64;
        self.note_body(file.body, || Op::Write { offset, bytes: bytes.to_vec() });
        self.survive()
    }

    /// Cuts a file, or makes it longer.
    pub fn truncate(&mut self, file: &Opened, bytes: u64) -> Result<(), Refused> {
        let more = bytes.saturating_sub(self.body(file)?.now.len() as u64);
        if !self.fits(more) {
            return Err(Refused::Full);
        }
        let body = self.body(file)?;
        body.now.resize(usize::try_from(bytes).unwrap_or(usize::MAX), 0);
        body.pending.push(Op::Truncate { bytes });
        self.counts.writes += 1;
        self.note_body(file.body, || Op::Truncate { bytes });
        self.survive()
    }

    /// What was written before is on the disk from here on.
    pub fn sync(&mut self, file: &Opened) -> Result<(), Refused> {
        self.body(file)?;
        self.counts.syncs += 1;
        self.survive()?;
        if self.syncs_ignored {
            return Ok(());
        }
        let body = self.body(file)?;
        for op in std::mem::take(&mut body.pending) {
            // Costs what was written, not what the file holds: a log grows to megabytes.
            match op {
                Op::Write { offset, bytes } => image::write(&mut body.synced, offset, &bytes),
                Op::Truncate { bytes } => body.synced.resize(usize::try_from(bytes).unwrap_or(usize::MAX), 0),
                Op::Create | Op::Sync | Op::Delete | Op::Rename { .. } => {}
            }
        }
        if file.syncs_folder {
            self.sync_folder();
        }
        self.note_body(file.body, || Op::Sync);
        Ok(())
    }

    fn sync_folder(&mut self) {
        self.names_synced = self.names.clone();
        let named: BTreeSet<u64> = self.names.values().copied().collect();
        self.bodies.retain(|id, body| body.open > 0 || named.contains(id));
    }

    /// Length of a file.
    pub fn len(&mut self, file: &Opened) -> Result<u64, Refused> {
        Ok(self.body(file)?.now.len() as u64)
    }

    /// Takes a name away; whether it was there.
    pub fn delete(&mut self, name: &str, synced: bool) -> bool {
        if self.names.remove(name).is_none() {
            return false;
        }
        self.note(name, || Op::Delete);
        if synced && !self.syncs_ignored {
            self.sync_folder();
        }
        true
    }

    pub fn rename(&mut self, from: &str, to: &str) -> bool {
        let Some(id) = self.names.remove(from) else { return false };
        self.names.insert(to.to_owned(), id);
        self.note(from, || Op::Rename { to: to.to_owned() });
        self.sync_folder();
        true
    }

    pub fn put(&mut self, name: &str, bytes: &[u8]) -> bool {
        if !self.fits(bytes.len() as u64) {
            return false;
        }
        let Some(file) = self.open(Some(name), true, true, false) else { return false };
        let done = self.truncate(&file, 0).is_ok() && self.write(&file, 0, bytes).is_ok() && self.sync(&file).is_ok();
        self.sync_folder();
        self.close(&file);
        done
    }

    pub fn read_whole(&self, name: &str) -> Option<Vec<u8>> {
        self.bodies.get(self.names.get(name)?).map(|body| body.now.clone())
    }

    pub fn exists(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// Whether SQLite may take a file for there: an empty one is as none, as in its own layer.
    pub fn holds(&self, name: &str) -> bool {
        self.names.get(name).and_then(|id| self.bodies.get(id)).is_some_and(|body| !body.now.is_empty())
    }

    /// Levels on a file.
    pub fn locks(&mut self, file: &Opened) -> Result<&mut FileLocks, Refused> {
        Ok(&mut self.body(file)?.locks)
    }

    /// Slots of what connections share.
    pub fn shared_locks(&mut self, file: &Opened) -> Result<&mut SharedLocks, Refused> {
        Ok(&mut self.body(file)?.shared_locks)
    }

    /// What connections of a file share.
    pub fn regions(&mut self, file: &Opened) -> Result<Arc<Regions>, Refused> {
        let body = self.body(file)?;
        Ok(body.regions.upgrade().unwrap_or_else(|| {
            let regions = Arc::new(Regions::default());
            body.regions = Arc::downgrade(&regions);
            regions
        }))
    }

    /// Makes room in what connections share.
    pub fn grow(&self, regions: &Regions, count: usize, region_bytes: usize) -> Result<(), Refused> {
        let missing = count.saturating_sub(crate::vfs::relaxed(regions).len());
        if !self.fits((missing * region_bytes) as u64) {
            return Err(Refused::Full);
        }
        let mut regions = crate::vfs::relaxed(regions);
        let count = count.max(regions.len());
        regions
            .resize_with(count, || std::iter::repeat_with(AtomicU64::default).take(region_bytes.div_ceil(8)).collect());
        Ok(())
    }

    /// Gives back what a connection held of what is shared.
    pub fn unmap(&mut self, file: &Opened) {
        if let Ok(locks) = self.shared_locks(file) {
            locks.leave(file.holder);
        }
    }
}

/// What of a change reaches the disk.
fn reach(bytes: &mut Vec<u8>, op: &Op, dice: &mut Dice) {
    let fate = dice.of(3);
    match op {
        Op::Truncate { bytes: length } if fate != 0 => bytes.resize(usize::try_from(*length).unwrap_or(usize::MAX), 0),
        Op::Write { offset, bytes: written } => {
            for (at, piece) in image::sectors(*offset, written) {
                if fate == 1 || (fate == 2 && dice.of(2) == 0) {
                    image::write(bytes, at, piece);
                }
            }
        }
        _ => {}
    }
}

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn of(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % sides
    }
}
