//! Whole days and months, which is what rates, calendars and reports count in.
//!
//! Problem: "the day of this moment" depends on a zone, and a figure that changes with the reader's
//! phone is no figure. Approach: a day is a plain number, made from a moment with a *fixed* offset
//! that the pack names (`day_offset_s`), never with a zone whose rules a later release may change.
//!
//! Invariants: every function here is total and pure; no moment and no number panics, what lies
//! beyond the range of an `i32` (5.8 million years) is held at its end. Days order as their numbers.
//!
//! Rejected: civil dates of a date library as stored values (a number is smaller, sorts in SQL and
//! costs no conversion on the hot path of tallies); strings as keys (three times the bytes).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Seconds of a day; days at a fixed offset have no leap and no daylight saving.
pub const DAY_S: i64 = 86_400;

/// Days in 400 Gregorian years, after which the calendar repeats, weekdays included.
const ERA_DAYS: i32 = 146_097;
/// Days from 0000-03-01, where the arithmetic below starts its years, to 1970-01-01.
const EPOCH_FROM_MARCH_0: i32 = 719_468;

/// A whole day, counted from 1970-01-01 = 0.
///
/// Written as `YYYY-MM-DD` wherever people or JSON see it.
#[derive(Default, Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Day(pub i32);

/// A whole month: year × 12 + (month − 1).
///
/// Written as `YYYY-MM`. Months order as their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Month(pub i32);

/// A day of the week, Monday first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

/// The text is not a date of the form `YYYY-MM-DD` that exists.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a date like 2026-04-03")]
pub struct DayError {
    pub text: String,
}

impl Day {
    /// The day that holds a moment.
    ///
    /// `unix_s` in seconds since 1970-01-01 UTC, `offset_s` in seconds east of UTC (+08:00 is 28,800).
    #[must_use]
    pub fn of(unix_s: i64, offset_s: i32) -> Self {
        Self(held(
            unix_s.saturating_add(i64::from(offset_s)).div_euclid(DAY_S),
        ))
    }

    /// The day of a date of the Gregorian calendar; `None` if there is no such date.
    #[must_use]
    pub fn from_ymd(year: i32, month: i32, day: i32) -> Option<Self> {
        if !(1..=12).contains(&month) || day < 1 || day > month_days(year, month) {
            return None;
        }
        i32::try_from(days_from_civil(i64::from(year), month, day))
            .ok()
            .map(Self)
    }

    /// Year, month 1–12 and day 1–31.
    ///
    /// Source: Howard Hinnant, "chrono-compatible low-level date algorithms", `civil_from_days`.
    #[must_use]
    pub fn ymd(self) -> (i32, i32, i32) {
        // The whole eras come off first, so that nothing below can leave the range of an i32.
        let era = self.0.div_euclid(ERA_DAYS);
        let shifted = self.0.rem_euclid(ERA_DAYS) + EPOCH_FROM_MARCH_0;
        let (era, of_era) = (
            era + shifted.div_euclid(ERA_DAYS),
            shifted.rem_euclid(ERA_DAYS),
        );
        let year_of_era =
            (of_era - of_era / 1_460 + of_era / 36_524 - of_era / (ERA_DAYS - 1)) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let day = of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 {
            from_march + 3
        } else {
            from_march - 9
        };
        let year = year_of_era + era * 400 + i32::from(month <= 2);
        (year, month, day)
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.ymd().0
    }

    #[must_use]
    pub fn month(self) -> Month {
        let (year, month, _) = self.ymd();
        Month(year * 12 + month - 1)
    }

    #[must_use]
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday.
        match self.0.rem_euclid(7) {
            0 => Weekday::Thursday,
            1 => Weekday::Friday,
            2 => Weekday::Saturday,
            3 => Weekday::Sunday,
            4 => Weekday::Monday,
            5 => Weekday::Tuesday,
            _ => Weekday::Wednesday,
        }
    }

    /// The day that many days later, or earlier if negative.
    #[must_use]
    pub fn plus(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }

    /// The first moment of the day in unix seconds, at an offset in seconds east of UTC.
    #[must_use]
    pub fn start_s(self, offset_s: i32) -> i64 {
        i64::from(self.0) * DAY_S - i64::from(offset_s)
    }
}

impl Month {
    /// The month of a year; `None` unless `month` is 1–12.
    #[must_use]
    pub fn new(year: i32, month: i32) -> Option<Self> {
        if !(1..=12).contains(&month) {
            return None;
        }
        year.checked_mul(12)?.checked_add(month - 1).map(Self)
    }

    #[must_use]
    pub fn year(self) -> i32 {
        self.0.div_euclid(12)
    }

    /// 1–12.
    #[must_use]
    pub fn month(self) -> i32 {
        self.0.rem_euclid(12) + 1
    }

    #[must_use]
    pub fn first_day(self) -> Day {
        Day(held(days_from_civil(
            i64::from(self.year()),
            self.month(),
            1,
        )))
    }

    #[must_use]
    pub fn last_day(self) -> Day {
        let length = month_days(self.year(), self.month());
        Day(held(days_from_civil(
            i64::from(self.year()),
            self.month(),
            length,
        )))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.ymd();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for Day {
    type Err = DayError;

    /// Reads `YYYY-MM-DD` and nothing else: four digits of year, no sign, no spaces.
    fn from_str(text: &str) -> Result<Self, DayError> {
        let parsed = match text.as_bytes() {
            [year @ .., b'-', m1, m2, b'-', d1, d2] if year.len() == 4 => number(year)
                .zip(number(&[*m1, *m2]))
                .zip(number(&[*d1, *d2]))
                .and_then(|((year, month), day)| Self::from_ymd(year, month, day)),
            _ => None,
        };
        parsed.ok_or_else(|| DayError {
            text: text.chars().take(32).collect(),
        })
    }
}

impl TryFrom<String> for Day {
    type Error = DayError;

    fn try_from(text: String) -> Result<Self, DayError> {
        text.parse()
    }
}

impl From<Day> for String {
    fn from(day: Day) -> Self {
        day.to_string()
    }
}

/// At most four ASCII digits as a number.
fn number(digits: &[u8]) -> Option<i32> {
    digits.iter().try_fold(0_i32, |sum, digit| {
        digit
            .is_ascii_digit()
            .then(|| sum * 10 + i32::from(digit - b'0'))
    })
}

fn month_days(year: i32, month: i32) -> i32 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01; the counterpart of [`Day::ymd`], from the same source.
fn days_from_civil(year: i64, month: i32, day: i32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let from_march = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let of_year = (153 * from_march + 2) / 5 + i64::from(day) - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + of_year;
    era * i64::from(ERA_DAYS) + of_era - i64::from(EPOCH_FROM_MARCH_0)
}

/// The nearest `i32`.
fn held(number: i64) -> i32 {
    i32::try_from(number).unwrap_or(if number < 0 { i32::MIN } else { i32::MAX })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHINA_S: i32 = 8 * 3_600;

    #[test]
    fn every_day_of_four_centuries_agrees_with_the_date_library() {
        let mut date = jiff::civil::date(1800, 1, 1);
        let mut day = Day::from_ymd(1800, 1, 1).expect("a date");
        while date.year() < 2201 {
            let (year, month, of_month) = (
                i32::from(date.year()),
                i32::from(date.month()),
                i32::from(date.day()),
            );
            assert_eq!(day.ymd(), (year, month, of_month));
            assert_eq!(Day::from_ymd(year, month, of_month), Some(day));
            assert_eq!(day.to_string(), date.to_string());
            assert_eq!(day.to_string().parse::<Day>(), Ok(day));
            assert_eq!(
                format!("{:?}", day.weekday()),
                format!("{:?}", date.weekday())
            );
            assert_eq!(
                day.month().first_day(),
                day.plus(1 - of_month),
                "first of {date}"
            );
            assert_eq!(
                day.month().last_day().ymd().2,
                i32::from(date.days_in_month())
            );
            date = date.tomorrow().expect("the year 2201 exists");
            day = day.plus(1);
        }
    }

    #[test]
    fn a_day_begins_at_local_midnight() {
        let midnight_s = 1_775_145_600; // 2026-04-03 00:00 at +08:00
        let day = Day::from_ymd(2026, 4, 3).expect("a date");
        assert_eq!(Day::of(midnight_s, CHINA_S), day);
        assert_eq!(Day::of(midnight_s - 1, CHINA_S), day.plus(-1));
        assert_eq!(day.start_s(CHINA_S), midnight_s);
        assert_eq!(Day::of(-1, 0), Day(-1));
    }

    #[test]
    fn a_month_knows_its_ends() {
        let february = Month::new(2028, 2).expect("a month");
        assert_eq!(february.to_string(), "2028-02");
        assert_eq!(february.first_day().to_string(), "2028-02-01");
        assert_eq!(february.last_day().to_string(), "2028-02-29");
        assert_eq!(Month(february.0 + 11).first_day().to_string(), "2029-01-01");
        assert_eq!(Month::new(2028, 13), None);
    }

    #[test]
    fn what_is_not_a_date_is_refused() {
        for text in [
            "",
            "2026-4-3",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "2026-01-00",
            "+026-01-01",
            "2026-01-01 ",
            "2026/01/01",
            "12026-01-01",
            "２026-01-01",
        ] {
            assert!(text.parse::<Day>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn the_ends_of_the_range_are_held() {
        assert_eq!(Day::of(i64::MAX, i32::MAX), Day(i32::MAX));
        assert_eq!(Day::of(i64::MIN, i32::MIN), Day(i32::MIN));
        for day in [Day(i32::MAX), Day(i32::MIN)] {
            let (year, month, of_month) = day.ymd();
            assert_eq!(Day::from_ymd(year, month, of_month), Some(day));
        }
        assert_eq!(Month(i32::MAX).last_day(), Day(i32::MAX));
        assert_eq!(Month(i32::MIN).first_day(), Day(i32::MIN));
    }
}
