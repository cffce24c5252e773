//! Protections that a test build can switch off, so that whoever claims to notice a missing one can be asked to.
//!
//! **Problem.** A check that never went red may be one that cannot. **Approach.** With the feature `sabotage`, which nothing
//! that ships turns on, a process may choose one switch at its start; the few places that hold a protection ask for it.
//! Without the feature every question is answered with no while the program is compiled, and nothing of it is left.
//!
//! **Rejected.** Patches that are applied for a test (they rot unnoticed); a switch in the environment (it would ship).

/// A protection, by what happens without it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Switch {
    /// Syncs of a disk are said to be done and are not.
    NoFsync,
    /// The hub does not look whether it has an entry.
    NoDedupe,
    /// Of values that stand beside each other the one with the latest clock wins.
    LastWriterWins,
    /// The largest position counts, answered or not.
    CloseBeatsReopen,
    /// The hub answers before its transaction is on the disk.
    AckBeforeCommit,
    /// What was saved is shown as sent.
    StatusOptimistic,
    /// An entry that cannot be rebuilt is not set apart: its line does not go in, nor does what follows.
    SkipQuarantine,
    /// A refused act disappears.
    DropOnRefuse,
    /// Whoever failed as often waits as long.
    RetryWithoutJitter,
    /// The next pull begins one line too late.
    CursorSkips,
    /// Acts are ordered by their authors' clocks.
    WallClockOrder,
    /// The hub answers a fork with "had".
    ForkCalledHad,
    /// A tally only adds.
    TallyWithoutSubtract,
}

impl Switch {
    /// Every switch.
    pub const ALL: &'static [Self] = &[
        Self::NoFsync,
        Self::NoDedupe,
        Self::LastWriterWins,
        Self::CloseBeatsReopen,
        Self::AckBeforeCommit,
        Self::StatusOptimistic,
        Self::SkipQuarantine,
        Self::DropOnRefuse,
        Self::RetryWithoutJitter,
        Self::CursorSkips,
        Self::WallClockOrder,
        Self::ForkCalledHad,
        Self::TallyWithoutSubtract,
    ];

    /// The word on a command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoFsync => "no_fsync",
            Self::NoDedupe => "no_dedupe",
            Self::LastWriterWins => "last_writer_wins",
            Self::CloseBeatsReopen => "close_beats_reopen",
            Self::AckBeforeCommit => "ack_before_commit",
            Self::StatusOptimistic => "status_optimistic",
            Self::SkipQuarantine => "skip_quarantine",
            Self::DropOnRefuse => "drop_on_refuse",
            Self::RetryWithoutJitter => "retry_without_jitter",
            Self::CursorSkips => "cursor_skips",
            Self::WallClockOrder => "wall_clock_order",
            Self::ForkCalledHad => "fork_called_had",
            Self::TallyWithoutSubtract => "tally_without_subtract",
        }
    }
}

#[cfg(feature = "sabotage")]
static CHOSEN: std::sync::OnceLock<Switch> = std::sync::OnceLock::new();

/// Switches one protection off, for as long as the process lives; false: another one is off already.
#[cfg(feature = "sabotage")]
pub fn choose(switch: Switch) -> bool {
    CHOSEN.set(switch).is_ok()
}

/// Whether a protection is off.
#[cfg(feature = "sabotage")]
#[must_use]
pub fn on(switch: Switch) -> bool {
    CHOSEN.get() == Some(&switch)
}

/// Whether a protection is off: never.
#[cfg(not(feature = "sabotage"))]
#[must_use]
pub const fn on(_: Switch) -> bool {
    false
}
