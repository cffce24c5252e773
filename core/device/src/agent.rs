//! The agent: syncs when there is something to say or to hear.
//!
//! One thread syncs: when an act was saved, when the shell says that the network changed, when the hub says that there
//! is news, and every half minute. After a failure it waits with full jitter, longer each time, up to two minutes.
//! A second thread holds the hub's long poll open and wakes the first.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use gewu_model::sabotage::{self, Switch};
use gewu_sync::frame::pack;
use gewu_sync::message::WaitRequest;

use crate::device::Inner;
use crate::env::random_array;
use crate::error::DeviceError;
use crate::network::Method;

/// First and longest wait after a failure.
const BACK_OFF_MS: (u64, u64) = (500, 120_000);
/// Rest between two rounds that found nothing.
const IDLE: Duration = Duration::from_secs(30);
/// The hub answers a long poll within 25 s.
const WAIT_TIMEOUT_MS: u64 = 40_000;

#[derive(Default)]
struct Signals {
    woken: bool,
    stopped: bool,
    /// Syncs that ended, well or not.
    rounds: u64,
}

/// What the agent's threads and everybody who wakes them share.
#[derive(Default)]
pub(crate) struct Bell {
    signals: Mutex<Signals>,
    changed: Condvar,
}

impl Bell {
    fn signals(&self) -> MutexGuard<'_, Signals> {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, change: impl FnOnce(&mut Signals)) {
        change(&mut self.signals());
        self.changed.notify_all();
    }

    fn stopped(&self) -> bool {
        self.signals().stopped
    }

    /// Waits while `quiet` holds, at most for `wait`; false when stopped.
    fn rest(&self, wait: Duration, quiet: impl Fn(&Signals) -> bool) -> bool {
        let waited = self.changed.wait_timeout_while(self.signals(), wait, |signals| quiet(signals) && !signals.stopped);
        !waited.unwrap_or_else(PoisonError::into_inner).0.stopped
    }
}

/// The running agent; stops when dropped.
pub(crate) struct Agent {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Agent {
    pub(crate) fn start(inner: &Arc<Inner>) -> Self {
        let bell = Arc::new(Bell::default());
        let spawn = |name: &str, run: fn(&Weak<Inner>, &Bell)| {
            let (inner, bell) = (Arc::downgrade(inner), Arc::clone(&bell));
            std::thread::Builder::new().name(name.into()).spawn(move || run(&inner, &bell))
        };
        let thread = spawn("gewu-agent", run).ok();
        // Nobody joins it: it may be in the middle of a long poll. It holds no lock there and ends with the reply.
        let _ = spawn("gewu-listen", listen);
        Self { bell, thread }
    }

    /// Tries now.
    pub(crate) fn wake(&self) {
        self.bell.set(|signals| signals.woken = true);
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.bell.set(|signals| signals.stopped = true);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // The agent's panics are its own; the device goes on without it.
        }
    }
}

fn run(inner: &Weak<Inner>, bell: &Bell) {
    let mut failures = 0_u32;
    while let Some(inner) = inner.upgrade() {
        let wait = match inner.sync_once(&|| bell.stopped()) {
            Ok(_) => {
                failures = 0;
                IDLE
            }
            Err(error) => {
                failures = failures.saturating_add(1);
                tracing::info!(code = error.code().name(), failures, "a sync did not finish");
                Duration::from_millis(back_off_ms(failures, u64::from_be_bytes(random_array(&*inner.env.random))))
            }
        };
        drop(inner);
        bell.set(|signals| signals.rounds += 1);
        if !bell.rest(wait, |signals| !signals.woken) {
            return;
        }
        bell.set(|signals| signals.woken = false);
    }
}

/// Holds the long poll: when the hub has news, the agent is woken, and the next poll waits for what it did.
fn listen(inner: &Weak<Inner>, bell: &Bell) {
    loop {
        let rounds = bell.signals().rounds;
        let Some(strong) = inner.upgrade().filter(|_| !bell.stopped()) else { return };
        let news = ask(&strong);
        drop(strong);
        match news {
            Ok(true) => {
                bell.set(|signals| signals.woken = true);
                if !bell.rest(IDLE, |signals| signals.rounds == rounds) {
                    return;
                }
            }
            Ok(false) => {}
            // No hub: the agent's own tries tell when it is back.
            Err(_) => {
                if !bell.rest(IDLE, |signals| signals.rounds == rounds) {
                    return;
                }
            }
        }
    }
}

fn ask(inner: &Inner) -> Result<bool, DeviceError> {
    let member = inner.member()?;
    let feeds = inner.cursors(&member)?.into_iter().map(|cursor| (cursor.feed, cursor.n)).collect();
    let reply = inner.ask(&member, Method::Post, "/v1/wait", pack(&WaitRequest(feeds)), WAIT_TIMEOUT_MS)?;
    Ok(reply.status == 200)
}

/// How long the agent waits after so many failures in a row, in milliseconds. Full jitter: by a random number, anything
/// between nothing and the longest wait of this failure.
#[must_use]
pub fn back_off_ms(failures: u32, random: u64) -> u64 {
    let (first, longest) = BACK_OFF_MS;
    let most = first.saturating_mul(1 << failures.min(16)).min(longest);
    if sabotage::on(Switch::RetryWithoutJitter) {
        return most;
    }
    random % most
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

    #[test]
    fn a_bell_wakes_and_stops() {
        let bell = Bell::default();
        bell.set(|signals| signals.woken = true);
        assert!(bell.rest(Duration::from_secs(60), |signals| !signals.woken));
        bell.set(|signals| signals.stopped = true);
        assert!(!bell.rest(Duration::from_secs(60), |_| true));
    }
}
