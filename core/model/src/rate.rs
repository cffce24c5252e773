//! Rates: two integers and a definition. Definitions are data; one function reads them.

use serde::{Deserialize, Serialize};

use crate::area::Areas;
use crate::day::Day;
use crate::ids::FeedId;
use crate::tally::{Count, Counts};

/// Which day decides whether a case is in the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// The day it was reported.
    ReportDay,
    /// The day it was due.
    DeadlineDay,
}

/// One definition: what is divided by what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateDefinition {
    /// The word in commands and JSON.
    pub id: &'static str,
    /// Which day decides.
    pub cohort: Cohort,
    /// Counts above the line, with sign.
    pub numerator: &'static [(Count, i64)],
    /// Counts below the line, with sign.
    pub denominator: &'static [(Count, i64)],
}

macro_rules! rates {
    ($($id:literal $cohort:ident [$($nc:ident $ns:literal),*] / [$($dc:ident $ds:literal),*];)*) => {
        /// All rates whose acts exist, in the order of `records.md` §6.
        pub const RATES: &[RateDefinition] = &[$(RateDefinition {
            id: $id,
            cohort: Cohort::$cohort,
            numerator: &[$((Count::$nc, $ns)),*],
            denominator: &[$((Count::$dc, $ds)),*],
        }),*];
    };
}

rates! {
    "handled_of_reported" ReportDay [Handled 1] / [Reported 1];
    "disposal" DeadlineDay [DueHandled 1] / [Due 1];
    "on_time_disposal" DeadlineDay [DueHandledOnTime 1] / [Due 1];
    "closure" DeadlineDay [DueClosed 1] / [Due 1];
    "on_time_closure" DeadlineDay [DueClosedOnTime 1] / [Due 1];
    "closure_less_suspended" DeadlineDay [DueClosed 1] / [Due 1, DueSuspended -1];
    "rework" DeadlineDay [DueReworked 1] / [Due 1];
    "valid_report" ReportDay [Filed 1] / [Reported 1];
    "extension" DeadlineDay [DueExtended 1] / [Due 1];
    "accurate_dispatch" ReportDay [Dispatches 1, Returned -1] / [Dispatches 1];
}

impl RateDefinition {
    /// The definition of an id.
    #[must_use]
    pub fn find(id: &str) -> Option<&'static Self> {
        RATES.iter().find(|rate| rate.id == id)
    }

    /// The rate of a sum of counts; `None` when there is nothing to divide by.
    #[must_use]
    pub fn of(&self, counts: &Counts) -> Option<Rate> {
        let sum = |terms: &[(Count, i64)]| {
            let sum: i64 = terms.iter().map(|(count, sign)| sign * counts.of(*count)).sum();
            u64::try_from(sum).unwrap_or(0)
        };
        let denominator = sum(self.denominator);
        (denominator > 0).then(|| Rate { definition: self.id, numerator: sum(self.numerator), denominator })
    }
}

/// A rate: never a bare percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Rate {
    /// Id of the definition.
    pub definition: &'static str,
    /// Above the line.
    pub numerator: u64,
    /// Below the line, never 0.
    pub denominator: u64,
}

impl Rate {
    /// As people read it, in whole percent, halves upward: "98 %".
    #[must_use]
    pub fn shown(&self) -> String {
        let doubled = u128::from(self.numerator) * 200 + u128::from(self.denominator);
        format!("{} %", doubled / (u128::from(self.denominator) * 2))
    }

    /// In hundredths of a percent, halves upward: 9790 for 97.90 %.
    #[must_use]
    pub fn basis_points(&self) -> u64 {
        let doubled = u128::from(self.numerator) * 20_000 + u128::from(self.denominator);
        u64::try_from(doubled / (u128::from(self.denominator) * 2)).unwrap_or(u64::MAX)
    }
}

/// Which days a query sums: whole days at the place's fixed offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Period {
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Deadline days after it are not due yet. "Now" is never an input of a count.
    pub as_of: Day,
}

impl Period {
    /// The days of a cohort: from first to last, both counted; `None` when there are none.
    #[must_use]
    pub fn days(&self, cohort: Cohort) -> Option<(Day, Day)> {
        let last = match cohort {
            Cohort::ReportDay => self.to,
            Cohort::DeadlineDay => self.to.min(self.as_of),
        };
        (self.from <= last).then_some((self.from, last))
    }
}

/// A rate as everybody shows it: phone, hub, bindings and pages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RateView {
    /// Id of the definition.
    pub definition: &'static str,
    /// Which days were summed.
    pub period: Period,
    /// `None`: nothing to divide by.
    pub rate: Option<Rate>,
    /// Of the same cases, suspended ones that are not closed.
    pub suspended: i64,
    /// Reported in the period and closed by force.
    pub forced: i64,
    /// Reported in the period and handled by the reporter in one.
    pub self_handled: i64,
    /// Reported in the period with acts that the hub has not confirmed.
    pub unconfirmed: i64,
    /// Oldest last contact among the area's devices, Unix seconds; `None` where it is not known.
    pub known_until_s: Option<i64>,
    /// The same for each area that has something to divide by, in the order of their codes.
    pub by: Vec<AreaRate>,
}

/// A rate of one area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AreaRate {
    /// Its feed.
    pub area: FeedId,
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Above the line.
    pub numerator: u64,
    /// Below it.
    pub denominator: u64,
}

/// Puts a rate together from the sums of each area over the cohort's days, and over the report days of the period.
#[must_use]
pub fn rate_view(
    definition: &RateDefinition,
    period: Period,
    areas: &Areas,
    cohort: &[(FeedId, Counts)],
    reported: &[(FeedId, Counts)],
    known_until_s: Option<i64>,
) -> RateView {
    let sum = |cells: &[(FeedId, Counts)]| {
        cells.iter().fold(Counts::default(), |mut sum, (_, counts)| {
            sum.add(counts, 1);
            sum
        })
    };
    let (all, by_report) = (sum(cohort), sum(reported));
    let mut by: Vec<AreaRate> = cohort
        .iter()
        .filter_map(|(id, counts)| {
            let rate = definition.of(counts)?;
            let (code, name) = areas.area(*id).map_or_else(|| (id.to_string(), id.to_string()), |area| (area.code.clone(), area.name.clone()));
            Some(AreaRate { area: *id, code, name, numerator: rate.numerator, denominator: rate.denominator })
        })
        .collect();
    by.sort_by(|a, b| (&a.code, a.area).cmp(&(&b.code, b.area)));
    RateView {
        definition: definition.id,
        period,
        rate: definition.of(&all),
        suspended: all.of(Count::DueSuspended),
        forced: by_report.of(Count::Forced),
        self_handled: by_report.of(Count::SelfHandled),
        unconfirmed: by_report.of(Count::Unconfirmed),
        known_until_s,
        by,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_of_nothing_is_no_rate() {
        for rate in RATES {
            assert_eq!(rate.of(&Counts::default()), None, "{}", rate.id);
        }
    }

    #[test]
    fn rates_are_shown_in_whole_percent_with_halves_upward() {
        let check = |numerator, denominator, shown: &str, points| {
            let rate = Rate { definition: "closure", numerator, denominator };
            assert_eq!(rate.shown(), shown);
            assert_eq!(rate.basis_points(), points);
        };
        check(1, 2, "50 %", 5_000);
        check(979, 1_000, "98 %", 9_790);
        check(995, 1_000, "100 %", 9_950);
        check(994, 1_000, "99 %", 9_940);
        check(1, 3, "33 %", 3_333);
    }

    #[test]
    fn deadline_days_after_as_of_are_not_due() {
        let period = Period { from: Day(10), to: Day(20), as_of: Day(15) };
        assert_eq!(period.days(Cohort::DeadlineDay), Some((Day(10), Day(15))));
        assert_eq!(period.days(Cohort::ReportDay), Some((Day(10), Day(20))));
        assert_eq!(Period { as_of: Day(9), ..period }.days(Cohort::DeadlineDay), None);
    }
}
