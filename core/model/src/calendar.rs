//! When an office works: the hours of a day, days off, holidays and make-up workdays.
//!
//! Problem: "four work hours" from a Friday evening before a holiday depends on the street's calendar,
//! and the phone that files and the hub that checks must come to the same second. Approach: the
//! calendar is data of the pack; it is read as a [`CalendarDraft`], checked as a whole so that an office
//! sees all its mistakes at once, and becomes a [`Calendar`] that can only count.
//!
//! Invariants: office hours of a day ascend, do not touch or overlap and lie within the day; every day
//! listed lies in the years covered, once, in one list; at most ten years are covered, so that a walk over
//! days is bounded whatever the amount. Outside those years the calendar knows nothing and says so:
//! a guessed workday would be a wrong deadline that looks right.
//!
//! Rejected: computing Chinese holidays (make-up days are decreed year by year, no rule gives them);
//! office hours by weekday (no street asked for it; it can be added to the draft without harm).

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::day::{Day, Weekday};

const MINUTES_OF_DAY: u16 = 24 * 60;
/// Years that one calendar may cover.
pub const CALENDAR_YEARS_MAX: i32 = 10;
const YEARS: RangeInclusive<i32> = 1970..=9_999;
const OFFSET_S_MAX: u32 = 14 * 3_600;

/// A calendar as a pack writes it, not yet checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CalendarDraft {
    /// Seconds east of UTC, fixed; +08:00 is 28,800.
    pub day_offset_s: i32,
    /// Office hours of a workday as `["09:00", "12:00"]`, ascending; the end may be `24:00`.
    pub office: Vec<(String, String)>,
    /// Days of the week without office hours.
    pub weekend: BTreeSet<Weekday>,
    /// First year covered.
    pub from: i32,
    /// Last year covered.
    pub until: i32,
    /// Days off as `2026-10-01`; they may fall on a weekend.
    pub holidays: Vec<String>,
    /// Make-up workdays: days of a weekend on which the office works.
    pub workdays: Vec<String>,
    /// Years whose days may still change, because the decree is not out; shown by `doctor`.
    #[serde(default)]
    pub provisional: BTreeSet<i32>,
    /// Where the days come from, for whoever checks them.
    #[serde(default)]
    pub sources: Vec<String>,
}

/// The checked calendar of a street. Made from a [`CalendarDraft`] only.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "CalendarDraft")]
pub struct Calendar {
    day_offset_s: i32,
    /// Seconds of the day, ascending, each start before its end.
    office_s: Vec<(i64, i64)>,
    weekend: BTreeSet<Weekday>,
    holidays: BTreeSet<Day>,
    workdays: BTreeSet<Day>,
    first: Day,
    last: Day,
    provisional: BTreeSet<i32>,
}

/// One mistake in a calendar; `index` counts from 0 in its list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalendarFault {
    #[error("day_offset_s: {day_offset_s} is not whole minutes within ±14 hours")]
    Offset { day_offset_s: i32 },
    #[error("from, until: {from} to {until} is not one to ten years between 1970 and 9999")]
    Years { from: i32, until: i32 },
    #[error("office: a workday has no hours")]
    NoOffice,
    #[error("office[{index}]: {text:?} is not a time like 09:00")]
    Time { index: usize, text: String },
    #[error("office[{index}]: ends before it starts, or starts before the one above has ended")]
    Order { index: usize },
    #[error("{list}[{index}]: {text:?} is not a date like 2026-04-03")]
    NotADay {
        list: DayList,
        index: usize,
        text: String,
    },
    #[error("{list}[{index}]: {day} is outside the years covered")]
    OutsideYears {
        list: DayList,
        index: usize,
        day: Day,
    },
    #[error("{list}[{index}]: {day} is there already")]
    Twice {
        list: DayList,
        index: usize,
        day: Day,
    },
    #[error("workdays[{index}]: {day} is also a holiday")]
    Both { index: usize, day: Day },
    #[error("workdays[{index}]: {day} is a workday without being listed; a year mistyped?")]
    AlreadyWorkday { index: usize, day: Day },
    #[error("provisional: {year} is outside the years covered")]
    Provisional { year: i32 },
}

/// The two lists of days of a draft, by the names they have there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayList {
    Holidays,
    Workdays,
}

/// All mistakes of a draft, in the order of its fields; never empty.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", listed(.faults))]
pub struct CalendarError {
    pub faults: Vec<CalendarFault>,
}

impl Calendar {
    /// Seconds east of UTC at which days of this calendar begin.
    #[must_use]
    pub fn day_offset_s(&self) -> i32 {
        self.day_offset_s
    }

    /// First and last day about which this calendar knows.
    #[must_use]
    pub fn covered(&self) -> RangeInclusive<Day> {
        self.first..=self.last
    }

    /// Whether the days of a year may still change.
    #[must_use]
    pub fn is_provisional(&self, year: i32) -> bool {
        self.provisional.contains(&year)
    }

    /// Whether the office works on a day; `None` outside the years covered.
    #[must_use]
    pub fn is_workday(&self, day: Day) -> Option<bool> {
        self.covered().contains(&day).then(|| {
            self.workdays.contains(&day)
                || !(self.weekend.contains(&day.weekday()) || self.holidays.contains(&day))
        })
    }

    /// Office seconds of one workday, more than 0.
    #[must_use]
    pub fn office_day_s(&self) -> i64 {
        self.office_s.iter().map(|(start, end)| end - start).sum()
    }

    /// Office hours of a day as unix seconds, ascending, none on a day off; `None` outside the years
    /// covered.
    pub(crate) fn spans(&self, day: Day) -> Option<impl Iterator<Item = (i64, i64)> + '_> {
        let midnight_s = day.start_s(self.day_offset_s);
        let open: &[(i64, i64)] = if self.is_workday(day)? {
            &self.office_s
        } else {
            &[]
        };
        Some(
            open.iter()
                .map(move |(start, end)| (midnight_s + start, midnight_s + end)),
        )
    }
}

impl TryFrom<CalendarDraft> for Calendar {
    type Error = CalendarError;

    fn try_from(draft: CalendarDraft) -> Result<Self, CalendarError> {
        let mut faults = Vec::new();
        let offset_fits = draft.day_offset_s.unsigned_abs() <= OFFSET_S_MAX;
        if !offset_fits || draft.day_offset_s % 60 != 0 {
            faults.push(CalendarFault::Offset {
                day_offset_s: draft.day_offset_s,
            });
        }
        let office_s = office_s(&draft.office, &mut faults);
        let Some((first, last)) = years(draft.from, draft.until) else {
            let (from, until) = (draft.from, draft.until);
            faults.push(CalendarFault::Years { from, until });
            return Err(CalendarError { faults });
        };
        let covered = first..=last;
        let holidays = days(DayList::Holidays, &draft.holidays, &covered, &mut faults);
        let workdays = days(DayList::Workdays, &draft.workdays, &covered, &mut faults);
        for (index, text) in draft.workdays.iter().enumerate() {
            match text.parse() {
                Ok(day) if holidays.contains(&day) => {
                    faults.push(CalendarFault::Both { index, day });
                }
                Ok(day) if !draft.weekend.contains(&day.weekday()) => {
                    faults.push(CalendarFault::AlreadyWorkday { index, day });
                }
                _ => {}
            }
        }
        for year in &draft.provisional {
            if !(draft.from..=draft.until).contains(year) {
                faults.push(CalendarFault::Provisional { year: *year });
            }
        }
        if !faults.is_empty() {
            return Err(CalendarError { faults });
        }
        Ok(Self {
            day_offset_s: draft.day_offset_s,
            office_s,
            weekend: draft.weekend,
            holidays,
            workdays,
            first,
            last,
            provisional: draft.provisional,
        })
    }
}

impl fmt::Display for DayList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Holidays => "holidays",
            Self::Workdays => "workdays",
        })
    }
}

fn listed(faults: &[CalendarFault]) -> String {
    let texts: Vec<_> = faults.iter().map(ToString::to_string).collect();
    texts.join("; ")
}

fn years(from: i32, until: i32) -> Option<(Day, Day)> {
    let fits = YEARS.contains(&from) && YEARS.contains(&until);
    if !fits || until < from || until - from >= CALENDAR_YEARS_MAX {
        return None;
    }
    Day::from_ymd(from, 1, 1).zip(Day::from_ymd(until, 12, 31))
}

fn office_s(office: &[(String, String)], faults: &mut Vec<CalendarFault>) -> Vec<(i64, i64)> {
    if office.is_empty() {
        faults.push(CalendarFault::NoOffice);
    }
    let mut spans = Vec::new();
    let mut free_from = None;
    for (index, (start, end)) in office.iter().enumerate() {
        for text in [start, end] {
            if minute(text).is_none() {
                let text = text.clone();
                faults.push(CalendarFault::Time { index, text });
            }
        }
        let Some((start, end)) = minute(start).zip(minute(end)) else {
            continue;
        };
        if end <= start || free_from.is_some_and(|free_from| start <= free_from) {
            faults.push(CalendarFault::Order { index });
        }
        free_from = Some(end);
        spans.push((i64::from(start) * 60, i64::from(end) * 60));
    }
    spans
}

/// Minutes since midnight of `HH:MM`, at most 24:00.
fn minute(text: &str) -> Option<u16> {
    let [h1, h2, b':', m1, m2] = text.as_bytes() else {
        return None;
    };
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| u16::from(byte - b'0'));
    let hour = digit(h1)? * 10 + digit(h2)?;
    let minute = digit(m1)? * 10 + digit(m2)?;
    let total = hour * 60 + minute;
    (minute < 60 && total <= MINUTES_OF_DAY).then_some(total)
}

fn days(
    list: DayList,
    texts: &[String],
    covered: &RangeInclusive<Day>,
    faults: &mut Vec<CalendarFault>,
) -> BTreeSet<Day> {
    let mut days = BTreeSet::new();
    for (index, text) in texts.iter().enumerate() {
        let fault = match text.parse::<Day>() {
            Err(error) => CalendarFault::NotADay {
                list,
                index,
                text: error.text,
            },
            Ok(day) if !covered.contains(&day) => CalendarFault::OutsideYears { list, index, day },
            Ok(day) if days.insert(day) => continue,
            Ok(day) => CalendarFault::Twice { list, index, day },
        };
        faults.push(fault);
    }
    days
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> CalendarDraft {
        serde_json::from_str(include_str!("../../packs/calendar-cn.json")).expect("a draft")
    }

    fn faults(change: impl FnOnce(&mut CalendarDraft)) -> Vec<String> {
        let mut draft = draft();
        change(&mut draft);
        let faults = Calendar::try_from(draft).expect_err("a mistake").faults;
        faults.iter().map(ToString::to_string).collect()
    }

    fn day(text: &str) -> Day {
        text.parse().expect("a date")
    }

    fn workday_count(calendar: &Calendar, year: i32) -> usize {
        let first = Day::from_ymd(year, 1, 1).expect("a date");
        let of_year = (0..366).map(|n| first.plus(n)).filter(|d| d.year() == year);
        of_year
            .filter(|d| calendar.is_workday(*d).expect("covered"))
            .count()
    }

    #[test]
    fn the_calendar_that_ships_is_sound() {
        let calendar = Calendar::try_from(draft()).expect("sound");
        assert_eq!(calendar.day_offset_s(), 28_800);
        assert_eq!(calendar.office_day_s(), 7 * 3_600);
        assert_eq!(calendar.covered(), day("2026-01-01")..=day("2027-12-31"));
        assert!(!calendar.is_provisional(2026));
        assert!(calendar.is_provisional(2027));
        for (text, works) in [
            ("2026-01-01", false),
            ("2026-01-04", true),
            ("2026-02-14", true),
            ("2026-02-23", false),
            ("2026-02-24", true),
            ("2026-04-06", false),
            ("2026-04-07", true),
            ("2026-10-10", true),
            ("2026-10-11", false),
            ("2027-02-05", false),
        ] {
            assert_eq!(calendar.is_workday(day(text)), Some(works), "{text}");
        }
        assert_eq!(calendar.is_workday(day("2025-12-31")), None);
        assert_eq!(calendar.is_workday(day("2028-01-01")), None);
    }

    #[test]
    fn each_year_has_the_thirteen_statutory_days_off() {
        // Both years have 261 weekdays. A shifted rest day is worked for elsewhere, so each statutory day
        // takes exactly one workday away: a mistyped or forgotten day shows here.
        let calendar = Calendar::try_from(draft()).expect("sound");
        for year in [2026, 2027] {
            assert_eq!(workday_count(&calendar, year), 261 - 13, "{year}");
        }
    }

    #[test]
    fn every_mistake_is_named_at_once() {
        let found = faults(|draft| {
            draft.day_offset_s = 30;
            draft.office = vec![
                ("09:00".into(), "12:00".into()),
                ("12:00".into(), "9:30".into()),
                ("11:00".into(), "10:00".into()),
            ];
            draft.holidays = vec!["2026-02-30".into(), "2025-10-01".into()];
            draft.workdays = vec![
                "2026-01-04".into(),
                "2026-01-04".into(),
                "2026-01-05".into(),
            ];
            draft.provisional = [2031].into();
        });
        assert_eq!(
            found,
            [
                "day_offset_s: 30 is not whole minutes within ±14 hours",
                "office[1]: \"9:30\" is not a time like 09:00",
                "office[2]: ends before it starts, or starts before the one above has ended",
                "holidays[0]: \"2026-02-30\" is not a date like 2026-04-03",
                "holidays[1]: 2025-10-01 is outside the years covered",
                "workdays[1]: 2026-01-04 is there already",
                "workdays[2]: 2026-01-05 is a workday without being listed; a year mistyped?",
                "provisional: 2031 is outside the years covered",
            ]
        );
        assert_eq!(
            faults(|d| d.office.clear()),
            ["office: a workday has no hours"]
        );
        assert_eq!(
            faults(|d| d.workdays = vec!["2026-02-15".into()]),
            ["workdays[0]: 2026-02-15 is also a holiday"]
        );
    }

    #[test]
    fn the_years_are_bounded() {
        for (from, until) in [
            (2027, 2026),
            (2026, 2036),
            (1969, 1970),
            (i32::MIN, i32::MAX),
        ] {
            let found = faults(|draft| (draft.from, draft.until) = (from, until));
            assert_eq!(
                found,
                [format!(
                    "from, until: {from} to {until} is not one to ten years between 1970 and 9999"
                )]
            );
        }
    }

    #[test]
    fn times_are_two_digits_each() {
        assert_eq!(minute("00:00"), Some(0));
        assert_eq!(minute("17:30"), Some(1_050));
        assert_eq!(minute("24:00"), Some(1_440));
        for text in [
            "", "24:01", "9:00", "09:60", "99:99", "09-00", "+9:00", "０9:00",
        ] {
            assert_eq!(minute(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_field_that_nobody_knows_is_an_error_with_its_name() {
        let text = include_str!("../../packs/calendar-cn.json").replace("holidays", "holliday");
        let error = serde_json::from_str::<Calendar>(&text).expect_err("unknown field");
        assert!(error.to_string().contains("holliday"), "{error}");
    }
}
