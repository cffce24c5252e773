//! The agent: syncs when there is something to say or to hear.
//!
//! A thread that waits for a new act, for a hint from the shell, or on the hub's long poll, and syncs. After a failure
//! it waits with full jitter, longer each time, up to two minutes.

use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::device::Inner;
use crate::env::random_array;

/// First and longest wait after a failure.
const BACK_OFF_MS: (u64, u64) = (500, 120_000);
/// Rest between two rounds that found nothing.
const IDLE_MS: u64 = 30_000;

#[derive(Default)]
struct Signal {
    woken: bool,
    stopped: bool,
}

/// The running agent; stops when dropped.
pub(crate) struct Agent {
    signal: Arc<(Mutex<Signal>, Condvar)>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    pub(crate) fn start(inner: &Arc<Inner>) -> Self {
        let signal = Arc::new((Mutex::new(Signal::default()), Condvar::new()));
        let (weak, own) = (Arc::downgrade(inner), Arc::clone(&signal));
        let thread = std::thread::Builder::new().name("gewu-agent".into()).spawn(move || run(&weak, &own));
        Self { signal, thread: thread.ok() }
    }

    /// Tries now.
    pub(crate) fn wake(&self) {
        let (lock, condition) = &*self.signal;
        lock.lock().unwrap_or_else(PoisonError::into_inner).woken = true;
        condition.notify_all();
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        let (lock, condition) = &*self.signal;
        lock.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        condition.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // The agent's panics are its own; the device goes on without it.
        }
    }
}

fn run(inner: &Weak<Inner>, signal: &(Mutex<Signal>, Condvar)) {
    let mut failures = 0_u32;
    let stopped = || signal.0.lock().unwrap_or_else(PoisonError::into_inner).stopped;
    while let Some(inner) = inner.upgrade() {
        let wait_ms = match inner.sync_once(&stopped) {
            Ok(_) => {
                failures = 0;
                IDLE_MS
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::info!(code = error.code().name(), failures, "a sync did not finish");
                back_off_ms(failures, u64::from_be_bytes(random_array(&*inner.env.random)))
            }
        };
        let seen = inner.notifier.revision();
        drop(inner);
        if !rest(signal, Duration::from_millis(wait_ms), seen) {
            return;
        }
    }
}

/// Full jitter: anything between nothing and the longest wait of this failure.
fn back_off_ms(failures: u32, random: u64) -> u64 {
    let (first, longest) = BACK_OFF_MS;
    let most = first.saturating_mul(1 << failures.min(16)).min(longest);
    random % most
}

/// Waits; false when stopped.
fn rest(signal: &(Mutex<Signal>, Condvar), wait: Duration, _seen: u64) -> bool {
    let (lock, condition) = signal;
    let guard = lock.lock().unwrap_or_else(PoisonError::into_inner);
    let (mut guard, _) = condition
        .wait_timeout_while(guard, wait, |signal| !signal.woken && !signal.stopped)
        .unwrap_or_else(PoisonError::into_inner);
    guard.woken = false;
    !guard.stopped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_and_stay_within_their_bound() {
        for failures in 1..40 {
            for random in [0, 1, u64::MAX, 123_456_789] {
                assert!(back_off_ms(failures, random) < BACK_OFF_MS.1);
            }
        }
        assert!(back_off_ms(1, u64::MAX) < 1_000);
    }
}
