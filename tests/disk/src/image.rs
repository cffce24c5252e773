//! What lies on a disk, and what was written to it: plain values.

use std::collections::BTreeMap;

/// The smallest piece that a disk writes at once, in bytes.
pub(crate) const SECTOR: usize = 512;

/// One change of one file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Op {
    /// The file was made, empty.
    Create,
    /// Bytes were written; a gap before them is zero.
    Write {
        /// Where, in bytes.
        offset: u64,
        /// What.
        bytes: Vec<u8>,
    },
    /// The file was cut, or made longer with zeros.
    Truncate {
        /// Length from here on, in bytes.
        bytes: u64,
    },
    /// What was written before is on the disk.
    Sync,
    /// The file was taken away.
    Delete,
    /// The file has another name from here on.
    Rename {
        /// Which.
        to: String,
    },
}

/// A change in the order in which it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogEntry {
    /// Name of the file.
    pub file: String,
    /// What was done to it.
    pub op: Op,
}

/// Which changes a cut leaves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Only what was synced.
    Power,
    /// All: the process died, the machine did not.
    Kill,
    /// Of what was not synced, each change is kept, dropped or torn by this seed.
    Seeded(u64),
    /// Of what was recorded, the first so many entries, in order; needs a recording.
    After {
        /// How many.
        entries: usize,
        /// Of the last one, where it is a write, only so many bytes; `None`: all.
        torn: Option<usize>,
    },
}

/// All files of a disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Image {
    /// Bytes by name.
    pub files: BTreeMap<String, Vec<u8>>,
}

impl Image {
    /// Does what an entry of the log did; of a write only `torn` bytes, where that is given.
    pub fn apply(&mut self, entry: &LogEntry, torn: Option<usize>) {
        match &entry.op {
            Op::Create => drop(self.files.insert(entry.file.clone(), Vec::new())),
            Op::Write { offset, bytes } => {
                let kept = torn.map_or(bytes.len(), |torn| torn.min(bytes.len()));
                let file = self.files.entry(entry.file.clone()).or_default();
                write(file, *offset, bytes.get(..kept).unwrap_or_default());
            }
            Op::Truncate { bytes } => {
                let file = self.files.entry(entry.file.clone()).or_default();
                file.resize(usize::try_from(*bytes).unwrap_or(usize::MAX), 0);
            }
            Op::Sync => {}
            Op::Delete => drop(self.files.remove(&entry.file)),
            Op::Rename { to } => {
                if let Some(file) = self.files.remove(&entry.file) {
                    self.files.insert(to.clone(), file);
                }
            }
        }
    }
}

/// Writes into a file that grows as needed.
pub(crate) fn write(file: &mut Vec<u8>, offset: u64, bytes: &[u8]) {
    let begin = usize::try_from(offset).unwrap_or(usize::MAX);
    let end = begin.saturating_add(bytes.len());
    if file.len() < end && !bytes.is_empty() {
        file.resize(end, 0);
    }
    if let Some(place) = file.get_mut(begin..end) {
        place.copy_from_slice(bytes);
    }
}

/// Pieces of a write that reach the disk one by one: none crosses a border of a sector.
pub(crate) fn sectors(offset: u64, bytes: &[u8]) -> Vec<(u64, &[u8])> {
    let mut pieces = Vec::new();
    let (mut at, mut rest) = (offset, bytes);
    while !rest.is_empty() {
        let inside = usize::try_from(at % SECTOR as u64).unwrap_or(0);
        let (piece, after) = rest.split_at(rest.len().min(SECTOR - inside));
        pieces.push((at, piece));
        at = at.saturating_add(piece.len() as u64);
        rest = after;
    }
    pieces
}
