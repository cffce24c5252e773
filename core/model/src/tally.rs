//! What a state adds to the tallies: one pure rule for phone, embedded hub and PostgreSQL.
//!
//! A tally is a sum over records. Whoever changes a state subtracts what the old one added and adds what the new one
//! adds, in the same transaction, so that refusals, reopenings, relocations and moved deadlines need no rule of their own.

use std::collections::BTreeMap;

use crate::case::{CaseState, Stage};
use crate::day::Day;
use crate::ids::FeedId;
use crate::sabotage::{self, Switch};

macro_rules! counts {
    ($($(#[$doc:meta])* $name:ident = $index:literal, $column:literal;)*) => {
        /// What is counted. The index is the place in [`Counts`].
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Count { $($(#[$doc])* $name,)* }

        impl Count {
            /// Every count, by index.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// Names of columns, by index.
            pub const COLUMNS: &'static [&'static str] = &[$($column),*];

            /// Its place.
            #[must_use]
            pub const fn index(self) -> usize {
                match self { $(Self::$name => $index),* }
            }
        }
    };
}

counts! {
    /// Reports that stand. By report day, as all up to [`Count::Unconfirmed`].
    Reported = 0, "reported";
    /// Of these, handled.
    Handled = 1, "handled";
    /// Of these, closed.
    Closed = 2, "closed";
    /// Of these, filed.
    Filed = 3, "filed";
    /// Of these, reported and handled in one.
    SelfHandled = 4, "self_handled";
    /// Of these, closed by force.
    Forced = 5, "forced";
    /// Dispatches made on them.
    Dispatches = 6, "dispatches";
    /// Dispatches that a party returned.
    Returned = 7, "returned";
    /// Of these, with acts that the hub has not confirmed.
    Unconfirmed = 8, "unconfirmed";
    /// Due. By deadline day, as all below.
    Due = 9, "due";
    /// Of these, handled.
    DueHandled = 10, "due_handled";
    /// Of these, handled by the deadline.
    DueHandledOnTime = 11, "due_handled_on_time";
    /// Of these, closed.
    DueClosed = 12, "due_closed";
    /// Of these, closed by the deadline.
    DueClosedOnTime = 13, "due_closed_on_time";
    /// Of these, suspended and not closed.
    DueSuspended = 14, "due_suspended";
    /// Of these, sent back at least once by a failed check.
    DueReworked = 15, "due_reworked";
    /// Of these, extended at least once.
    DueExtended = 16, "due_extended";
}

/// How many counts there are.
pub const COUNTS: usize = Count::ALL.len();

/// One number for each [`Count`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts(pub [i64; COUNTS]);

impl Counts {
    /// One count.
    #[must_use]
    pub fn of(&self, count: Count) -> i64 {
        self.0.get(count.index()).copied().unwrap_or(0)
    }

    fn set(&mut self, count: Count, value: bool) {
        self.put(count, i64::from(value));
    }

    fn put(&mut self, count: Count, value: i64) {
        if let Some(slot) = self.0.get_mut(count.index()) {
            *slot = value;
        }
    }

    /// Adds another, `sign` times.
    pub fn add(&mut self, other: &Self, sign: i64) {
        self.0.iter_mut().zip(other.0).for_each(|(mine, theirs)| *mine += sign * theirs);
    }

    /// Whether nothing is counted.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.0.iter().all(|count| *count == 0)
    }
}

/// What one state adds: at most one cell by report day and one by deadline day.
///
/// Days are whole days at the fixed offset `day_offset_s` from UTC.
#[must_use]
pub fn contribution(state: &CaseState, day_offset_s: i32) -> Vec<(FeedId, Day, Counts)> {
    let (Some(area), Some(birth), Some(position)) = (state.area_id(), state.birth, state.position) else {
        return Vec::new();
    };
    let mut cells = Vec::with_capacity(2);
    if !state.withdrawn {
        let mut counts = Counts::default();
        counts.set(Count::Reported, true);
        counts.set(Count::Handled, state.has_reached(Stage::Handled));
        counts.set(Count::Closed, state.has_reached(Stage::Closed));
        counts.set(Count::Filed, state.filing.is_some());
        counts.set(Count::SelfHandled, birth.self_handled);
        counts.set(Count::Forced, state.forced);
        counts.put(Count::Dispatches, i64::from(state.dispatches));
        counts.put(Count::Returned, i64::from(state.returned));
        counts.set(Count::Unconfirmed, state.unconfirmed > 0);
        cells.push((area, Day::of(birth.time_s, day_offset_s), counts));
    }
    let declined_or_voided = matches!(position.stage, Stage::Declined | Stage::Voided);
    if let Some(deadline_s) = state.deadline_s.filter(|_| !declined_or_voided) {
        let by_then = |moment: Option<i64>| moment.is_some_and(|moment_s| moment_s <= deadline_s);
        let closed = state.has_reached(Stage::Closed);
        let mut counts = Counts::default();
        counts.set(Count::Due, true);
        counts.set(Count::DueHandled, state.has_reached(Stage::Handled));
        counts.set(Count::DueHandledOnTime, by_then(state.handled_s));
        counts.set(Count::DueClosed, closed);
        counts.set(Count::DueClosedOnTime, by_then(state.closed_s));
        counts.set(Count::DueSuspended, state.is_suspended() && !closed);
        counts.set(Count::DueReworked, state.reworks > 0);
        counts.set(Count::DueExtended, state.extensions > 0);
        cells.push((area, Day::of(deadline_s, day_offset_s), counts));
    }
    cells
}

/// Changes of many cells, gathered over one transaction.
#[derive(Clone, Debug, Default)]
pub struct Deltas(BTreeMap<(FeedId, Day), Counts>);

impl Deltas {
    /// Replaces what `before` added by what `after` adds.
    pub fn replace(&mut self, before: &CaseState, after: &CaseState, day_offset_s: i32) {
        for (sign, state) in [(-1, before), (1, after)] {
            if sign < 0 && sabotage::on(Switch::TallyWithoutSubtract) {
                continue;
            }
            for (area, day, counts) in contribution(state, day_offset_s) {
                self.0.entry((area, day)).or_default().add(&counts, sign);
            }
        }
    }

    /// The cells that changed, in key order.
    pub fn cells(&self) -> impl Iterator<Item = (FeedId, Day, &Counts)> {
        self.0.iter().filter(|(_, counts)| !counts.is_zero()).map(|((area, day), counts)| (*area, *day, counts))
    }
}
