//! What happened, in order: counted, hashed, and the last of it kept for whoever looks into a failing seed.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use gewu_disk::Counts;

use crate::time::Time;

macro_rules! faults {
    ($($(#[$doc:meta])* $name:ident = $text:literal;)*) => {
        /// What the world does to people's work.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Fault { $($(#[$doc])* $name,)* }

        impl Fault {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The word in JSON.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text),* }
            }
        }
    };
}

faults! {
    /// No coverage.
    NoCoverage = "no_coverage";
    /// A request never arrived.
    RequestLost = "request_lost";
    /// A request ended at some byte; the hub may have seen what came.
    RequestCut = "request_cut";
    /// The hub had it, and its reply never arrived.
    ReplyLost = "reply_lost";
    /// A reply ended at some byte.
    ReplyCut = "reply_cut";
    /// A request was handed over twice at once.
    Duplicated = "duplicated";
    /// A copy of a request arrived after others had been served.
    LateCopy = "late_copy";
    /// While a message was under way, others went on.
    Delayed = "delayed";
    /// A portal, a proxy or another hub answered.
    Portal = "portal";
    /// A phone's clock was set, by up to years.
    ClockSet = "clock_set";
    /// A phone was off and on again.
    Rebooted = "rebooted";
    /// A phone's program was killed.
    PhoneKilled = "phone_killed";
    /// A phone's battery was pulled.
    PhonePowerCut = "phone_power_cut";
    /// A phone's battery was pulled at one of its writes.
    PhoneDiedWriting = "phone_died_writing";
    /// A phone's disk was full.
    PhoneFull = "phone_full";
    /// The hub was stopped for a while.
    HubDown = "hub_down";
    /// The hub lost its power.
    HubPowerCut = "hub_power_cut";
    /// The hub lost its power at one of its writes.
    HubDiedWriting = "hub_died_writing";
    /// The hub's disk was full.
    HubFull = "hub_full";
    /// All phones at once lost the hub and tried again.
    Outage = "outage";
    /// One phone flooded a case.
    Flood = "flood";
    /// The hub's folder was put back to an earlier copy of it.
    HubPutBack = "hub_put_back";
    /// A bit flipped in the hub's store.
    BitFlipped = "bit_flipped";
    /// A phone sent what no phone of ours sends.
    Lie = "lie";
}

/// Lines of the trace that are kept.
const KEPT: usize = 80;

#[derive(Default)]
struct Inner {
    hasher: blake3::Hasher,
    steps: u64,
    faults: BTreeMap<Fault, u64>,
    last: VecDeque<String>,
}

/// A run's trace.
pub struct Trace {
    time: Arc<Time>,
    aloud: bool,
    inner: Mutex<Inner>,
}

impl Trace {
    /// An empty one. `aloud`: each step is printed.
    #[must_use]
    pub fn new(time: &Arc<Time>, aloud: bool) -> Self {
        Self { time: Arc::clone(time), aloud, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One thing that happened.
    pub fn step(&self, what: impl std::fmt::Display) {
        let line = format!("{} {what}", self.time.now_ms());
        let mut inner = self.inner();
        inner.steps += 1;
        inner.hasher.update(line.as_bytes());
        if self.aloud {
            eprintln!("{line}");
        }
        if inner.last.len() == KEPT {
            inner.last.pop_front();
        }
        inner.last.push_back(line);
    }

    /// One thing that went wrong; a step too.
    pub fn fault(&self, fault: Fault, whose: &str) {
        self.step(format_args!("{whose}: {}", fault.name()));
        *self.inner().faults.entry(fault).or_default() += 1;
    }

    /// What a disk did meanwhile: each write and each sync is a step.
    pub fn disk(&self, whose: &str, done: Counts) {
        if done == Counts::default() {
            return;
        }
        let line = format!("{} {whose}: {} {} {}", self.time.now_ms(), done.writes, done.write_bytes, done.syncs);
        let mut inner = self.inner();
        inner.steps += done.writes + done.syncs;
        inner.hasher.update(line.as_bytes());
        if self.aloud {
            eprintln!("{line} (disk)");
        }
    }

    /// Steps so far.
    #[must_use]
    pub fn steps(&self) -> u64 {
        self.inner().steps
    }

    /// Hash of all that happened.
    #[must_use]
    pub fn hash(&self) -> [u8; 32] {
        *self.inner().hasher.finalize().as_bytes()
    }

    /// How often each fault came.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<Fault, u64> {
        self.inner().faults.clone()
    }

    /// The last things that happened.
    #[must_use]
    pub fn last(&self) -> Vec<String> {
        self.inner().last.iter().cloned().collect()
    }
}
