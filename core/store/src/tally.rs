//! Tallies as rows: one for each area and month that counts anything.
//!
//! **Problem.** A report counts on the day it was made and on the day it is due, and the rate of a year must come at
//! once. With one row a day and one a month, a report touched two pages, and received acts wrote a row for each
//! day that they concerned.
//! **Approach.** A row holds its month's counts and, apart from them, those of its days. A year reads twelve short
//! columns; what falls into one month is one row and one page.
//! **Invariant.** A row's `whole` is the sum of its `days`; no day and no row is all zero.
//! **Rejected.** Columns for each count: twice the bytes, and SQL that adds; what an act adds is `gewu-model`'s.

use std::collections::BTreeMap;

use gewu_model::day::{Day, Month};
use gewu_model::tally::{COUNTS, Counts, Deltas};
use rusqlite::{Connection, OptionalExtension, Row};

use crate::cache::Cache;
use crate::error::{Attempt, StoreError};
use crate::sql;

/// Days of one month that count anything, by day of the month.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Days(BTreeMap<u8, Counts>);

impl Days {
    /// Adds to one day.
    fn add(&mut self, day: Day, counts: &Counts) {
        let number = u8::try_from(day.ymd().2).unwrap_or_else(|never| unreachable!("a day of a month: {never}"));
        let slot = self.0.entry(number).or_default();
        slot.add(counts, 1);
        if slot.is_zero() {
            self.0.remove(&number);
        }
    }

    fn whole(&self) -> Counts {
        let mut whole = Counts::default();
        self.0.values().for_each(|counts| whole.add(counts, 1));
        whole
    }

    /// The counts of each day, ascending, in the month that the row is of.
    pub(crate) fn each(&self, month: Month) -> impl DoubleEndedIterator<Item = (Day, &Counts)> {
        let first = month.first_day();
        self.0.iter().map(move |(number, counts)| (first.plus(i32::from(*number) - 1), counts))
    }

    fn encode(&self) -> Vec<u8> {
        let days: BTreeMap<u8, [i64; COUNTS]> = self.0.iter().map(|(number, counts)| (*number, counts.0)).collect();
        minicbor::to_vec(days).unwrap_or_else(|never| unreachable!("{never}"))
    }

    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, StoreError> {
        let days: BTreeMap<u8, [i64; COUNTS]> =
            minicbor::decode(bytes).map_err(|error| StoreError::damaged("reading a tally", error))?;
        Ok(Self(days.into_iter().map(|(number, counts)| (number, Counts(counts))).collect()))
    }
}

/// Reads a month's counts.
pub(crate) fn decode_whole(bytes: &[u8]) -> Result<Counts, StoreError> {
    minicbor::decode(bytes).map(Counts).map_err(|error| StoreError::damaged("reading a tally", error))
}

/// A column of bytes, read in place.
pub(crate) fn column<'r>(row: &'r Row<'_>, at: usize) -> Result<&'r [u8], StoreError> {
    row.get_ref(at).and_then(|value| Ok(value.as_blob()?)).attempt("reading a tally")
}

/// Adds what changed.
pub(crate) fn add(db: &Connection, cache: &mut Cache, deltas: &Deltas) -> Result<(), StoreError> {
    let attempted = "adding to a tally";
    let mut months: BTreeMap<(i64, Month), Vec<(Day, &Counts)>> = BTreeMap::new();
    for (area, day, counts) in deltas.cells() {
        months.entry((cache.feed(db, area)?, day.month())).or_default().push((day, counts));
    }
    for ((area, month), cells) in months {
        let mut days = days_at(db, area, month)?.unwrap_or_default();
        cells.iter().for_each(|(day, counts)| days.add(*day, counts));
        if days.0.is_empty() {
            db.prepare_cached(sql::DROP_TALLY).attempt(attempted)?.execute((area, month.0)).attempt(attempted)?;
            continue;
        }
        let whole = minicbor::to_vec(days.whole().0).unwrap_or_else(|never| unreachable!("{never}"));
        let mut put = db.prepare_cached(sql::PUT_TALLY).attempt(attempted)?;
        put.execute((area, month.0, whole, days.encode())).attempt(attempted)?;
    }
    Ok(())
}

/// The days of one month of an area; `None`: it counts nothing.
pub(crate) fn days_at(db: &Connection, area: i64, month: Month) -> Result<Option<Days>, StoreError> {
    let attempted = "reading a tally";
    let mut at = db.prepare_cached(sql::TALLY_AT).attempt(attempted)?;
    let bytes: Option<Vec<u8>> = at.query_row((area, month.0), |row| row.get(0)).optional().attempt(attempted)?;
    bytes.as_deref().map(Days::decode).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;
    use gewu_model::tally::Count;

    fn day(text: &str) -> Day {
        text.parse().expect("a day")
    }

    fn counts(reported: i64) -> Counts {
        let mut counts = Counts::default();
        counts.0[Count::Reported.index()] = reported;
        counts
    }

    #[test]
    fn days_come_back_from_their_bytes_with_their_sum() {
        let mut days = Days::default();
        for (text, reported) in [("2026-02-01", 3), ("2026-02-28", 70_000), ("2026-02-03", 1), ("2026-02-03", -1)] {
            days.add(day(text), &counts(reported));
        }
        let found = Days::decode(&days.encode()).expect("its own bytes");
        assert_eq!(found, days);
        let each: Vec<_> = found.each(day("2026-02-01").month()).map(|(day, counts)| (day, *counts)).collect();
        assert_eq!(each, [(day("2026-02-01"), counts(3)), (day("2026-02-28"), counts(70_000))]);
        let whole = minicbor::to_vec(found.whole().0).expect("bytes");
        assert_eq!(decode_whole(&whole).expect("its own bytes"), counts(70_003));
    }

    #[test]
    fn bytes_that_are_no_tally_are_damage() {
        for bytes in [&b""[..], b"\xff", b"\xa1\x01\x80", b"\x91\x01"] {
            assert!(Days::decode(bytes).is_err(), "{bytes:?}");
            assert!(decode_whole(bytes).is_err(), "{bytes:?}");
        }
    }
}
