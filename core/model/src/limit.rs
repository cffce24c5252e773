//! Time limits: from a start and a limit to the second at which a case becomes overdue.
//!
//! Problem: whoever files computes the deadline, perhaps offline, and the hub recomputes it and refuses a
//! wrong one; so there must be one answer to the second. Approach: two clocks. *Around the clock*
//! (`urgent_hour`, `natural_day`) seconds are added. *Office time* (`work_hour`, `work_day`) counts only
//! seconds within the office hours of workdays:
//!
//! - a start outside office hours counts from the next opening;
//! - a work day is the office time of one day, wherever it begins: two work days from Friday 17:00 end at
//!   17:00 two workdays later, two from Saturday end at Tuesday's closing time;
//! - when the time is used up exactly at closing time, closing time is the deadline, not the next opening.
//!
//! Invariants: a deadline is never before its start, grows with start and amount, and one in office time
//! lies within office hours, their ends included. A deadline is met by what happens up to and at it. Work is
//! bounded by the days that a calendar covers (ten years), whatever the amount.
//!
//! Rejected: a work day that ends at midnight or at closing time of the n-th day (a report at 17:29 would
//! lose a day against one at 9:00); a day of fixed 8 hours (drifts against the clock in an office with 7);
//! minutes instead of seconds (a resumed case would gain or lose up to a minute).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::calendar::Calendar;
use crate::day::{DAY_S, Day};

const HOUR_S: i64 = 3_600;

/// What a time limit counts. The number travels in acts, the word stands in packs.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Unit {
    /// 紧急工作时: 60 minutes around the clock.
    #[n(0)]
    UrgentHour,
    /// 工作时: 60 minutes of office time.
    #[n(1)]
    WorkHour,
    /// 工作日: the office time of one workday.
    #[n(2)]
    WorkDay,
    /// 自然日: 24 hours around the clock.
    #[n(3)]
    NaturalDay,
}

/// The time that a filing condition allows. An `amount` of 0 has no deadline: [`LimitError::NoAmount`].
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(deny_unknown_fields)]
#[cbor(map)]
pub struct TimeLimit {
    /// Of the unit, at least 1.
    #[n(0)]
    pub amount: u32,
    #[n(1)]
    pub unit: Unit,
}

/// Why there is no deadline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// The catalogue has a limit of nothing; mend the catalogue.
    #[error("a time limit of 0 is none")]
    NoAmount,
    /// The count reached a day about which the calendar knows nothing; renew the calendar.
    #[error("the calendar covers {first} to {last}, not {day}")]
    NotCovered { day: Day, first: Day, last: Day },
    /// The sum is no moment; the start or the amount is nonsense.
    #[error("the deadline from {start_s} is out of range")]
    OutOfRange { start_s: i64 },
}

impl Unit {
    /// Whether it counts office time and so needs a calendar.
    #[must_use]
    pub fn is_office_time(self) -> bool {
        match self {
            Self::UrgentHour | Self::NaturalDay => false,
            Self::WorkHour | Self::WorkDay => true,
        }
    }
}

/// The last moment at which a case filed at `start_s` is handled in time. Unix seconds.
///
/// Cost: one step per day between start and deadline.
///
/// # Errors
/// Each variant of [`LimitError`]. Limits around the clock never need the calendar.
pub fn deadline(start_s: i64, limit: TimeLimit, calendar: &Calendar) -> Result<i64, LimitError> {
    if limit.amount == 0 {
        return Err(LimitError::NoAmount);
    }
    // At most 2³² · 86,400: no overflow.
    let amount_s = i64::from(limit.amount)
        * match limit.unit {
            Unit::UrgentHour | Unit::WorkHour => HOUR_S,
            Unit::WorkDay => calendar.office_day_s(),
            Unit::NaturalDay => DAY_S,
        };
    count_on(start_s, amount_s, limit.unit, calendar)
}

/// The deadline after an extension: the original limit once more, from the old deadline.
///
/// # Errors
/// As [`deadline`].
pub fn extend(
    old_deadline_s: i64,
    original: TimeLimit,
    calendar: &Calendar,
) -> Result<i64, LimitError> {
    deadline(old_deadline_s, original, calendar)
}

/// The deadline after a suspension: what was left at `suspended_at_s` counts on from `resumed_at_s`.
///
/// For units of office time what is left is office time. A deadline that a sender gave has no unit; it
/// is [`Unit::NaturalDay`]. A resumption dated before the suspension (clocks of two phones) counts as at
/// it and gives the old deadline back: a wrong clock must not keep anybody from resuming. So does a deadline that lies
/// before the suspension, because a wrong clock moved it there meanwhile: nothing was left of it.
///
/// # Errors
/// `NotCovered` → renew the calendar; `OutOfRange`.
pub fn resume_deadline(
    old_deadline_s: i64,
    suspended_at_s: i64,
    resumed_at_s: i64,
    unit: Unit,
    calendar: &Calendar,
) -> Result<i64, LimitError> {
    if suspended_at_s > old_deadline_s || resumed_at_s <= suspended_at_s {
        return Ok(old_deadline_s);
    }
    let left_s = if unit.is_office_time() {
        office_s_between(suspended_at_s, old_deadline_s, calendar)?
    } else {
        old_deadline_s
            .checked_sub(suspended_at_s)
            .ok_or(LimitError::OutOfRange {
                start_s: suspended_at_s,
            })?
    };
    count_on(resumed_at_s, left_s, unit, calendar)
}

/// The first moment by which `amount_s` seconds of the unit's clock have passed since `start_s`.
fn count_on(
    start_s: i64,
    amount_s: i64,
    unit: Unit,
    calendar: &Calendar,
) -> Result<i64, LimitError> {
    if !unit.is_office_time() {
        return start_s
            .checked_add(amount_s)
            .ok_or(LimitError::OutOfRange { start_s });
    }
    let mut left_s = amount_s;
    let mut day = Day::of(start_s, calendar.day_offset_s());
    // Ends at the latest on the day after the calendar's last.
    loop {
        for (open_s, close_s) in spans(day, calendar)? {
            let from_s = open_s.max(start_s);
            if from_s > close_s {
                continue;
            }
            if left_s <= close_s - from_s {
                return Ok(from_s + left_s);
            }
            left_s -= close_s - from_s;
        }
        day = day.plus(1);
    }
}

/// Office seconds from one moment to a later one.
fn office_s_between(start_s: i64, end_s: i64, calendar: &Calendar) -> Result<i64, LimitError> {
    let offset_s = calendar.day_offset_s();
    let (mut day, last) = (Day::of(start_s, offset_s), Day::of(end_s, offset_s));
    let mut sum_s = 0;
    // Fails on the first day that is not covered, so it is bounded however far the end is.
    while day <= last {
        for (open_s, close_s) in spans(day, calendar)? {
            sum_s += (close_s.min(end_s) - open_s.max(start_s)).max(0);
        }
        day = day.plus(1);
    }
    Ok(sum_s)
}

fn spans(
    day: Day,
    calendar: &Calendar,
) -> Result<impl Iterator<Item = (i64, i64)> + '_, LimitError> {
    calendar.spans(day).ok_or_else(|| LimitError::NotCovered {
        day,
        first: *calendar.covered().start(),
        last: *calendar.covered().end(),
    })
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;
    use Unit::{NaturalDay, UrgentHour, WorkDay, WorkHour};

    fn calendar() -> Calendar {
        serde_json::from_str(include_str!("../../packs/calendar-cn.json")).expect("sound")
    }

    /// "2026-04-03 17:00" or with seconds, at +08:00.
    fn at(text: &str) -> i64 {
        let (day, time) = text.split_once(' ').expect("a date and a time");
        let parts = time.split(':').map(|n| n.parse::<i64>().expect("a number"));
        let of_day_s: i64 = parts
            .zip([3_600, 60, 1])
            .map(|(n, unit_s)| n * unit_s)
            .sum();
        day.parse::<Day>().expect("a date").start_s(28_800) + of_day_s
    }

    fn limit(amount: u32, unit: Unit) -> TimeLimit {
        TimeLimit { amount, unit }
    }

    fn check(cases: &[(&str, TimeLimit, &str)]) {
        for (start, limit, due) in cases {
            let found = deadline(at(start), *limit, &calendar());
            assert_eq!(found, Ok(at(due)), "{limit:?} from {start} ends {due}");
        }
    }

    #[test]
    fn a_garden_manhole_cover_reported_on_a_friday_before_a_three_day_holiday() {
        // 园林井盖. 3 April 2026 is a Friday; Saturday 4 to Monday 6 April are the Qingming holiday.
        check(&[
            // Missing or dangerous.
            ("2026-04-03 17:00", limit(2, UrgentHour), "2026-04-03 19:00"),
            // Broken over 25 cm²: half an hour on Friday, three in Tuesday's morning, half after noon.
            ("2026-04-03 17:00", limit(4, WorkHour), "2026-04-07 14:00"),
            // Rattling.
            ("2026-04-03 17:00", limit(2, WorkDay), "2026-04-08 17:00"),
            // Sunken surround.
            ("2026-04-03 17:00", limit(5, WorkDay), "2026-04-13 17:00"),
        ]);
    }

    #[test]
    fn office_time_starts_with_the_next_opening() {
        check(&[
            ("2026-04-07 06:00", limit(1, WorkHour), "2026-04-07 10:00"),
            ("2026-04-07 12:10", limit(1, WorkHour), "2026-04-07 14:30"),
            ("2026-04-07 20:00", limit(1, WorkHour), "2026-04-08 10:00"),
            ("2026-04-04 10:00", limit(1, WorkHour), "2026-04-07 10:00"),
            ("2026-04-04 10:00", limit(1, WorkDay), "2026-04-07 17:30"),
        ]);
    }

    #[test]
    fn what_ends_with_the_office_day_is_due_at_closing_time() {
        check(&[
            ("2026-04-07 09:00", limit(3, WorkHour), "2026-04-07 12:00"),
            ("2026-04-07 09:00", limit(7, WorkHour), "2026-04-07 17:30"),
            ("2026-04-07 09:00", limit(1, WorkDay), "2026-04-07 17:30"),
            ("2026-04-07 17:30", limit(1, WorkDay), "2026-04-08 17:30"),
            (
                "2026-04-07 17:29:59",
                limit(1, WorkDay),
                "2026-04-08 17:29:59",
            ),
            ("2026-04-07 12:00", limit(1, WorkHour), "2026-04-07 14:30"),
        ]);
    }

    #[test]
    fn a_make_up_workday_counts() {
        // Saturday 10 October 2026 is worked, the Friday before is an ordinary workday.
        check(&[
            ("2026-10-09 17:00", limit(1, WorkDay), "2026-10-10 17:00"),
            ("2026-10-10 17:00", limit(1, WorkDay), "2026-10-12 17:00"),
        ]);
    }

    #[test]
    fn natural_days_and_urgent_hours_run_around_the_clock() {
        check(&[
            ("2026-04-03 17:00", limit(3, NaturalDay), "2026-04-06 17:00"),
            ("2026-09-30 23:30", limit(1, UrgentHour), "2026-10-01 00:30"),
            // No calendar knows 2031, and none is asked.
            ("2031-12-31 12:00", limit(1, NaturalDay), "2032-01-01 12:00"),
        ]);
    }

    #[test]
    fn the_end_of_the_calendar_is_an_error_with_the_day() {
        let calendar = calendar();
        let day = |text: &str| text.parse::<Day>().expect("a date");
        let unknown = |text| {
            Err(LimitError::NotCovered {
                day: day(text),
                first: day("2026-01-01"),
                last: day("2027-12-31"),
            })
        };
        let ask = |start, amount| deadline(at(start), limit(amount, WorkDay), &calendar);
        assert_eq!(ask("2027-12-31 09:00", 1), Ok(at("2027-12-31 17:30")));
        assert_eq!(ask("2027-12-31 09:01", 1), unknown("2028-01-01"));
        assert_eq!(ask("2026-01-05 09:00", u32::MAX), unknown("2028-01-01"));
        assert_eq!(ask("2025-12-31 23:59", 1), unknown("2025-12-31"));
        let resumed = resume_deadline(
            i64::MAX,
            at("2026-01-05 09:00"),
            i64::MAX,
            WorkDay,
            &calendar,
        );
        assert_eq!(resumed, unknown("2028-01-01"));
    }

    #[test]
    fn nonsense_is_an_error() {
        let calendar = calendar();
        for unit in [UrgentHour, WorkHour, WorkDay, NaturalDay] {
            let none = deadline(0, limit(0, unit), &calendar);
            assert_eq!(none, Err(LimitError::NoAmount));
            assert!(deadline(i64::MAX, limit(1, unit), &calendar).is_err());
            assert!(resume_deadline(i64::MAX, i64::MIN, 0, unit, &calendar).is_err());
        }
    }

    #[test]
    fn a_suspended_case_keeps_the_time_it_had_left() {
        let calendar = calendar();
        // Two work days from Tuesday 9:00 would end Wednesday at closing time.
        let due_s = deadline(at("2026-04-07 09:00"), limit(2, WorkDay), &calendar).expect("due");
        assert_eq!(due_s, at("2026-04-08 17:30"));
        for (suspended, resumed, unit, due) in [
            // Half a Tuesday afternoon and all of Wednesday are left.
            (
                "2026-04-07 15:30",
                "2026-04-13 09:00",
                WorkDay,
                "2026-04-14 11:00",
            ),
            // Suspended by night, resumed on a Saturday.
            (
                "2026-04-07 22:00",
                "2026-04-11 10:00",
                WorkHour,
                "2026-04-13 17:30",
            ),
            (
                "2026-04-08 16:30",
                "2026-05-01 08:00",
                UrgentHour,
                "2026-05-01 09:00",
            ),
            (
                "2026-04-08 16:30",
                "2026-05-01 08:00",
                NaturalDay,
                "2026-05-01 09:00",
            ),
            // At the last moment nothing is left: due as soon as the office is open again.
            (
                "2026-04-08 17:30",
                "2026-04-11 10:00",
                WorkDay,
                "2026-04-13 09:00",
            ),
            (
                "2026-04-08 17:30",
                "2026-04-13 10:00",
                WorkDay,
                "2026-04-13 10:00",
            ),
            // A slow clock on the phone that resumes.
            (
                "2026-04-07 15:30",
                "2026-04-07 15:20",
                WorkDay,
                "2026-04-08 17:30",
            ),
        ] {
            let found = resume_deadline(due_s, at(suspended), at(resumed), unit, &calendar);
            assert_eq!(found, Ok(at(due)), "{suspended} to {resumed}");
        }
    }

    /// Seed 37 of the simulation: a phone whose clock was years behind filed a suspended case anew, and nobody could
    /// resume it any more.
    #[test]
    fn a_deadline_that_was_moved_before_the_suspension_stays_at_the_resumption() {
        let (deadline_s, suspended_at_s) = (at("2026-04-08 17:30"), at("2026-04-08 17:31"));
        for unit in [UrgentHour, WorkHour, WorkDay, NaturalDay] {
            let resumed = resume_deadline(deadline_s, suspended_at_s, suspended_at_s + 60, unit, &calendar());
            assert_eq!(resumed, Ok(deadline_s));
        }
    }

    #[test]
    fn a_limit_is_written_as_in_the_catalogue() {
        let read = serde_json::from_str::<TimeLimit>(r#"{"amount":4,"unit":"work_hour"}"#);
        assert_eq!(read.expect("a limit"), limit(4, WorkHour));
    }

    #[test]
    fn the_bytes_of_a_limit_in_an_act_stay_as_they_are() {
        for (unit, number) in [
            (UrgentHour, 0),
            (WorkHour, 1),
            (WorkDay, 2),
            (NaturalDay, 3),
        ] {
            let bytes = minicbor::to_vec(limit(4, unit)).expect("written to memory");
            assert_eq!(bytes, [0xA2, 0, 4, 1, number]);
            assert_eq!(
                minicbor::decode::<TimeLimit>(&bytes).expect("a limit"),
                limit(4, unit)
            );
        }
    }
}
