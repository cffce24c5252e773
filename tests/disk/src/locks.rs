//! Who holds what: SQLite's five levels on a file, and the eight slots of the memory that connections share.
//!
//! Holders are open files, not processes: two connections of one process stand in each other's way as they must.

use std::collections::BTreeMap;

/// Which open file.
pub(crate) type Holder = u64;

/// No lock.
pub(crate) const NONE: i32 = 0;
/// Reads.
pub(crate) const SHARED: i32 = 1;
/// Means to write.
pub(crate) const RESERVED: i32 = 2;
/// Waits for readers to leave; no new one comes in.
pub(crate) const PENDING: i32 = 3;
/// Writes.
pub(crate) const EXCLUSIVE: i32 = 4;

/// Levels on one file.
#[derive(Debug, Default)]
pub(crate) struct FileLocks {
    held: BTreeMap<Holder, i32>,
}

impl FileLocks {
    fn others(&self, holder: Holder) -> i32 {
        let others = self.held.iter().filter(|(other, _)| **other != holder);
        others.map(|(_, level)| *level).max().unwrap_or(NONE)
    }

    fn own(&self, holder: Holder) -> i32 {
        self.held.get(&holder).copied().unwrap_or(NONE)
    }

    /// Rises to a level; `false`: somebody is in the way.
    pub fn rise(&mut self, holder: Holder, level: i32) -> bool {
        if self.own(holder) >= level {
            return true;
        }
        let others = self.others(holder);
        if others >= if level == SHARED { PENDING } else { RESERVED } {
            return false;
        }
        if level == EXCLUSIVE && others >= SHARED {
            // New readers are kept out from here on; the caller asks again when the old ones have left.
            self.held.insert(holder, PENDING);
            return false;
        }
        self.held.insert(holder, level);
        true
    }

    /// Sinks to a level.
    pub fn sink(&mut self, holder: Holder, level: i32) {
        if level == NONE {
            self.held.remove(&holder);
        } else if self.own(holder) > level {
            self.held.insert(holder, level);
        }
    }

    /// Whether anybody means to write.
    pub fn reserved(&self) -> bool {
        self.held.values().any(|level| *level >= RESERVED)
    }
}

/// Slots of the memory that connections share.
#[derive(Debug, Default)]
pub(crate) struct SharedLocks {
    exclusive: BTreeMap<usize, Holder>,
    shared: BTreeMap<usize, Vec<Holder>>,
}

impl SharedLocks {
    /// Takes all of the slots or none; `false`: somebody is in the way.
    pub fn take(&mut self, holder: Holder, slots: std::ops::Range<usize>, exclusive: bool) -> bool {
        let free = slots.clone().all(|slot| {
            let written = self.exclusive.get(&slot).is_some_and(|other| *other != holder);
            let read = self.shared.get(&slot).is_some_and(|held| held.iter().any(|other| *other != holder));
            !(written || exclusive && read)
        });
        if !free {
            return false;
        }
        for slot in slots {
            if exclusive {
                self.exclusive.insert(slot, holder);
            } else {
                let held = self.shared.entry(slot).or_default();
                if !held.contains(&holder) {
                    held.push(holder);
                }
            }
        }
        true
    }

    /// Gives slots back.
    pub fn give(&mut self, holder: Holder, slots: std::ops::Range<usize>) {
        for slot in slots {
            if self.exclusive.get(&slot) == Some(&holder) {
                self.exclusive.remove(&slot);
            }
            if let Some(held) = self.shared.get_mut(&slot) {
                held.retain(|other| *other != holder);
            }
        }
    }

    /// Gives everything back.
    pub fn leave(&mut self, holder: Holder) {
        self.give(holder, 0..SLOTS);
    }
}

/// Number of slots.
pub(crate) const SLOTS: usize = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_writer_waits_for_readers_and_keeps_new_ones_out() {
        let mut locks = FileLocks::default();
        assert!(locks.rise(1, SHARED) && locks.rise(2, SHARED));
        assert!(locks.rise(1, RESERVED));
        assert!(!locks.rise(2, RESERVED), "one writer at a time");
        assert!(!locks.rise(1, EXCLUSIVE), "a reader is there");
        assert!(!locks.rise(3, SHARED), "no new reader while a writer waits");
        locks.sink(2, NONE);
        assert!(locks.rise(1, EXCLUSIVE) && locks.reserved());
        locks.sink(1, SHARED);
        assert!(!locks.reserved() && locks.rise(3, SHARED));
    }

    #[test]
    fn slots_are_shared_by_readers_and_held_by_one_writer() {
        let mut locks = SharedLocks::default();
        assert!(locks.take(1, 3..4, false) && locks.take(2, 3..4, false));
        assert!(!locks.take(1, 3..4, true), "another reads");
        assert!(!locks.take(3, 2..8, true), "all or none");
        assert!(locks.take(4, 2..3, true), "nothing of the failed attempt is left");
        locks.leave(2);
        locks.give(1, 3..4);
        assert!(locks.take(3, 3..8, true) && !locks.take(1, 3..4, false));
        locks.leave(3);
        assert!(locks.take(1, 3..4, false));
    }
}
