//! Observers: "these pages changed". At most ten calls a second; the latest wins.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::time::Duration;

/// What may look different now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changed {
    /// Cases, lists and rates.
    pub cases: bool,
    /// What is unsent, last contact, what is under way.
    pub status: bool,
    /// Grows with every change; a page read at a revision holds at least everything up to it.
    pub revision: u64,
}

/// Somebody who wants to know. Called on a thread of the device, never twice at once.
pub trait Observer: Send + Sync {
    /// Pages changed.
    fn changed(&self, changed: Changed);
}

/// Least time between two calls.
const PAUSE: Duration = Duration::from_millis(100);

#[derive(Default)]
struct Pending {
    changed: Changed,
    dirty: bool,
    closed: bool,
    observers: BTreeMap<u64, Arc<dyn Observer>>,
    next: u64,
}

/// Holds observers and calls them.
pub(crate) struct Notifier {
    pending: Mutex<Pending>,
    wake: Condvar,
}

/// An observation; ends when dropped.
pub struct Watch {
    id: u64,
    notifier: Weak<Notifier>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if let Some(notifier) = self.notifier.upgrade() {
            notifier.pending().observers.remove(&self.id);
        }
    }
}

impl Notifier {
    /// Starts the thread that calls.
    pub(crate) fn start() -> Arc<Self> {
        let notifier = Arc::new(Self { pending: Mutex::default(), wake: Condvar::new() });
        let weak = Arc::downgrade(&notifier);
        // Without the thread nobody is told; calls and their results are not affected.
        let _ = std::thread::Builder::new().name("gewu-observe".into()).spawn(move || {
            while let Some(notifier) = weak.upgrade() {
                if !notifier.round() {
                    return;
                }
            }
        });
        notifier
    }

    fn pending(&self) -> std::sync::MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for news for at most a second, tells it, then rests. False: closed.
    fn round(&self) -> bool {
        let pending = self.pending();
        let waited = self.wake.wait_timeout_while(pending, Duration::from_secs(1), |it| !it.dirty && !it.closed);
        let (mut pending, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if pending.closed {
            return false;
        }
        if !pending.dirty {
            return true;
        }
        pending.dirty = false;
        let changed = pending.changed;
        pending.changed = Changed { revision: changed.revision, ..Changed::default() };
        let observers: Vec<_> = pending.observers.values().cloned().collect();
        drop(pending);
        for observer in observers {
            // A shell's callback may throw; the others are told all the same.
            let _ = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| observer.changed(changed)));
        }
        let (pending, _) = self
            .wake
            .wait_timeout_while(self.pending(), PAUSE, |it| !it.closed)
            .unwrap_or_else(PoisonError::into_inner);
        !pending.closed
    }

    /// Says that something changed.
    pub(crate) fn tell(&self, cases: bool) {
        let mut pending = self.pending();
        pending.changed.cases |= cases;
        pending.changed.status = true;
        pending.changed.revision += 1;
        pending.dirty = true;
        drop(pending);
        self.wake.notify_all();
    }

    /// The present revision.
    pub(crate) fn revision(&self) -> u64 {
        self.pending().changed.revision
    }

    /// Adds an observer.
    pub(crate) fn watch(self: &Arc<Self>, observer: Arc<dyn Observer>) -> Watch {
        let mut pending = self.pending();
        let id = pending.next;
        pending.next += 1;
        pending.observers.insert(id, observer);
        Watch { id, notifier: Arc::downgrade(self) }
    }

    /// Ends the thread.
    pub(crate) fn close(&self) {
        self.pending().closed = true;
        self.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};
    use std::time::Instant;

    use super::*;

    struct Told(Mutex<Sender<Changed>>);

    impl Observer for Told {
        fn changed(&self, changed: Changed) {
            // Whoever listened has gone: fine.
            let _ = self.0.lock().unwrap_or_else(PoisonError::into_inner).send(changed);
        }
    }

    const CHANGES: u64 = 10_000;
    const BURSTS: u64 = 10;

    #[test]
    fn ten_thousand_changes_are_told_at_most_ten_times_a_second_and_the_last_always() {
        let notifier = Notifier::start();
        let (sender, told) = channel();
        let watch = notifier.watch(Arc::new(Told(Mutex::new(sender))));
        let begun = Instant::now();
        let next = || told.recv_timeout(Duration::from_secs(20)).expect("told in time");
        let mut calls: Vec<Changed> = Vec::new();
        for _ in 0..BURSTS {
            std::thread::scope(|threads| {
                for _ in 0..4 {
                    threads.spawn(|| (0..CHANGES / BURSTS / 4).for_each(|change| notifier.tell(change % 2 == 0)));
                }
            });
            calls.push(next());
        }
        while calls.last().is_none_or(|last| last.revision < CHANGES) {
            calls.push(next());
        }
        let rounds = begun.elapsed().as_millis() / PAUSE.as_millis();
        let count = u128::try_from(calls.len()).expect("small");
        assert!(count <= rounds + 1, "{count} calls in {rounds} pauses");
        assert!(calls.is_sorted_by(|a, b| a.revision < b.revision), "each call tells something new");
        assert_eq!(calls.last().map(|last| (last.revision, last.status)), Some((notifier.revision(), true)));
        drop(watch);
        notifier.tell(true);
        notifier.close();
        assert!(told.recv_timeout(Duration::from_secs(20)).is_err(), "nobody is told after the watch ended");
    }
}
