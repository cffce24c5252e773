//! Tallies: whole months from the month rows, the days at the edges from the day rows.

use gewu_model::day::Day;
use gewu_model::ids::FeedId;
use gewu_model::tally::{COUNTS, Count, Counts};
use rusqlite::{Connection, Row as SqlRow, params, params_from_iter, types::Value};

use super::{STREET, StoreError, bytes, engine};

const DAYS: i64 = 0;
const MONTHS: i64 = 1;

fn columns() -> String {
    Count::COLUMNS.join(", ")
}

fn sums() -> String {
    let sums: Vec<String> = Count::COLUMNS.iter().map(|column| format!("sum({column})")).collect();
    sums.join(", ")
}

fn counts_of(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<Counts> {
    let mut counts = Counts::default();
    for (index, slot) in counts.0.iter_mut().enumerate() {
        *slot = row.get(at + index)?;
    }
    Ok(counts)
}

pub(super) fn add(tx: &Connection, area: FeedId, day: Day, counts: &Counts) -> Result<(), StoreError> {
    let attempted = "adding to a tally";
    let places: Vec<String> = (0..COUNTS).map(|index| format!("?{}", index + 5)).collect();
    let adds: Vec<String> = Count::COLUMNS.iter().map(|column| format!("{column} = {column} + excluded.{column}")).collect();
    let sql = format!(
        "INSERT INTO tally (street, area, level, period, {}) VALUES (?1, ?2, ?3, ?4, {}) \
         ON CONFLICT (street, area, level, period) DO UPDATE SET {}",
        columns(),
        places.join(", "),
        adds.join(", ")
    );
    let mut insert = tx.prepare_cached(&sql).map_err(engine(attempted))?;
    for (level, period) in [(DAYS, day.0), (MONTHS, day.month().0)] {
        let head = [STREET.into(), Value::Blob(area.0.to_vec()), level.into(), i64::from(period).into()];
        let values = head.into_iter().chain(counts.0.iter().map(|count| Value::Integer(*count)));
        insert.execute(params_from_iter(values)).map_err(engine(attempted))?;
    }
    Ok(())
}

/// Ranges that make up whole days `from..=to`: (level, first, last).
fn ranges(from: Day, to: Day) -> Vec<(i64, i32, i32)> {
    let (first, last) = (from.month(), to.month());
    if from > to {
        return Vec::new();
    }
    if first == last {
        return vec![(DAYS, from.0, to.0)];
    }
    let mut ranges = vec![(DAYS, from.0, first.last_day().0), (DAYS, last.first_day().0, to.0)];
    if last.0 - first.0 > 1 {
        ranges.push((MONTHS, first.0 + 1, last.0 - 1));
    }
    ranges
}

pub(super) fn by_area(tx: &Connection, from: Day, to: Day) -> Result<Vec<(FeedId, Counts)>, StoreError> {
    let attempted = "reading tallies";
    let sql = format!(
        "SELECT area, {} FROM tally WHERE street = ?1 AND level = ?2 AND period BETWEEN ?3 AND ?4 GROUP BY area",
        sums()
    );
    let mut query = tx.prepare_cached(&sql).map_err(engine(attempted))?;
    let mut areas = std::collections::BTreeMap::<FeedId, Counts>::new();
    for (level, first, last) in ranges(from, to) {
        let found = query
            .query_map(params![STREET, level, first, last], |row| Ok((FeedId(bytes(row, 0)?), counts_of(row, 1)?)))
            .map_err(engine(attempted))?;
        for found in found {
            let (area, counts) = found.map_err(engine(attempted))?;
            areas.entry(area).or_default().add(&counts, 1);
        }
    }
    Ok(areas.into_iter().collect())
}

pub(super) fn by_month(tx: &Connection, from: Day, to: Day) -> Result<Vec<(i32, Counts)>, StoreError> {
    let sql = format!(
        "SELECT period, {} FROM tally WHERE street = ?1 AND level = ?2 AND period BETWEEN ?3 AND ?4 GROUP BY period",
        sums()
    );
    tx.prepare_cached(&sql)
        .and_then(|mut query| {
            let range = params![STREET, MONTHS, from.month().0, to.month().0];
            query.query_map(range, |row| Ok((row.get(0)?, counts_of(row, 1)?)))?.collect()
        })
        .map_err(engine("reading tallies by month"))
}

pub(super) fn days(tx: &Connection) -> Result<Option<(Day, Day)>, StoreError> {
    let sql = "SELECT min(period), max(period) FROM tally WHERE street = ?1 AND level = ?2 AND (reported > 0 OR due > 0)";
    let read = |row: &SqlRow<'_>| Ok(row.get::<_, Option<i32>>(0)?.zip(row.get::<_, Option<i32>>(1)?));
    tx.prepare_cached(sql)
        .and_then(|mut query| query.query_row(params![STREET, DAYS], read))
        .map(|days| days.map(|(first, last)| (Day(first), Day(last))))
        .map_err(engine("reading the span of days"))
}
