//! What follows from the entries: headers, columns for pages, tallies. Saved at each commit, dropped and made anew by
//! [`rebuild`], and written out in one canonical text by [`dump`].

use std::collections::BTreeSet;
use std::fmt::Write as _;

use gewu_log::record::{Header, Record};
use gewu_model::case::CaseState;
use gewu_model::code::Code;
use gewu_model::day::{Day, Month};
use gewu_model::ids::{FeedId, GrantId, RecordId};
use gewu_model::tally::{Counts, Deltas};
use rusqlite::Connection;
use rusqlite::types::ValueRef;

use crate::cache::Cache;
use crate::error::{Attempt, StoreError};
use crate::held::{Held, whom};
use crate::rows::{chain, id16, log_rows, signed};
use crate::sql;
use crate::tally;
use crate::write::Write;

/// Most headers fit without growing the buffer.
const HEADER_BYTES_USUAL: usize = 512;

/// In `record.due_s`: open, and never due.
pub(crate) const NEVER_DUE_S: i64 = i64::MAX;

/// Area and deadline as pages look for them.
fn page_columns(state: &CaseState) -> (Option<FeedId>, Option<i64>) {
    (state.area_id(), state.is_open().then(|| state.deadline_s.unwrap_or(NEVER_DUE_S)))
}

fn header_bytes(header: &Header) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER_BYTES_USUAL);
    minicbor::encode(header, &mut bytes).unwrap_or_else(|never| unreachable!("{never}"));
    bytes
}

impl Write<'_> {
    /// Settles and saves everything that was touched. Answers whether anything was.
    pub(crate) fn finish(self) -> Result<bool, StoreError> {
        let Self { db, cache, held, refold_all, .. } = self;
        let mut deltas = Deltas::default();
        let mut touched: Vec<_> = held.into_iter().filter(|(_, held)| held.dirty).collect();
        touched.sort_unstable_by_key(|(_, held)| held.id);
        let changed = !touched.is_empty();
        for (id, mut held) in touched {
            held.settle(db, cache)?;
            save(db, cache, id, &held)?;
            deltas.replace(&held.before, &held.record.header().state, cache.day_offset_s);
        }
        tally::add(db, cache, &deltas)?;
        if refold_all {
            rebuild(db, cache)?;
        }
        Ok(changed || refold_all)
    }
}

fn save(db: &Connection, cache: &mut Cache, id: RecordId, held: &Held) -> Result<(), StoreError> {
    let attempted = "saving a record";
    let header = held.record.header();
    let bytes = header_bytes(header);
    let (area, due_s) = page_columns(&header.state);
    let Some(row) = held.id else { return Ok(()) };
    if held.is_new {
        let feed = cache.feed(db, header.feed)?;
        let area = area.map(|area| cache.feed(db, area)).transpose()?;
        let code = signed(Code::of(&id).bits());
        let mut insert = db.prepare_cached(sql::INSERT_RECORD).attempt(attempted)?;
        insert
            .execute((row, id.0.as_slice(), feed, header.kind, code, held.last, area, due_s, bytes))
            .attempt(attempted)?;
    } else if page_columns(&held.before) == (area, due_s) {
        // Naming an indexed column moves its index entries even where the value stays.
        db.prepare_cached(sql::SAVE_HEADER).attempt(attempted)?.execute((row, held.last, bytes)).attempt(attempted)?;
    } else {
        let area = area.map(|area| cache.feed(db, area)).transpose()?;
        let mut update = db.prepare_cached(sql::SAVE_RECORD).attempt(attempted)?;
        update.execute((row, held.last, bytes, area, due_s)).attempt(attempted)?;
    }
    crate::settle::note(db, row, &held.before, &header.state)?;
    miss(db, row, &held.missing)
}

fn miss(db: &Connection, record: i64, missing: &BTreeSet<GrantId>) -> Result<(), StoreError> {
    let attempted = "noting an unknown grant";
    for grant in missing {
        db.prepare_cached(sql::MISS_GRANT)
            .attempt(attempted)?
            .execute((grant.0.as_slice(), record))
            .attempt(attempted)?;
    }
    Ok(())
}

fn clear(db: &Connection, statements: &[&str]) -> Result<(), StoreError> {
    statements.iter().try_for_each(|statement| db.execute(statement, []).map(drop)).attempt("dropping derived rows")
}

/// Drops all derived rows and makes them anew from the entries.
pub(crate) fn rebuild(db: &Connection, cache: &mut Cache) -> Result<(), StoreError> {
    clear(db, &[sql::CLEAR_DERIVED, sql::CLEAR_CONTESTED, sql::CLEAR_TALLY, sql::CLEAR_RECORDS])?;
    let attempted = "reading the entries";
    let mut ends = Vec::new();
    {
        let mut last = db.prepare(sql::LAST_ENTRIES).attempt(attempted)?;
        let mut rows = last.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            ends.push((row.get::<_, i64>(0).attempt(attempted)?, row.get::<_, i64>(1).attempt(attempted)?));
        }
    }
    let mut deltas = Deltas::default();
    for (row, last) in ends {
        let state = rebuild_record(db, cache, row, last)?;
        deltas.replace(&CaseState::default(), &state, cache.day_offset_s);
    }
    tally::add(db, cache, &deltas)
}

fn rebuild_record(db: &Connection, cache: &mut Cache, row: i64, last: i64) -> Result<CaseState, StoreError> {
    let attempted = "rebuilding a record";
    let (id, feed, kind): (RecordId, FeedId, u16) = db
        .prepare_cached(sql::RECORD_NAME)
        .attempt(attempted)?
        .query_row([row], |row| Ok((RecordId(id16(row, 0)?), FeedId(id16(row, 1)?), row.get(2)?)))
        .attempt(attempted)?;
    let rows = log_rows(&chain(db, last)?, |log| cache.log_name(log))?;
    let missing = std::cell::RefCell::default();
    let record = Record::rebuild(id, feed, kind, rows, &whom(cache, &missing));
    let header = record.header();
    let (area, due_s) = page_columns(&header.state);
    let area = area.map(|area| cache.feed(db, area)).transpose()?;
    let mut update = db.prepare_cached(sql::SAVE_RECORD).attempt(attempted)?;
    update.execute((row, last, header_bytes(header), area, due_s)).attempt(attempted)?;
    crate::settle::note(db, row, &CaseState::default(), &header.state)?;
    miss(db, row, &missing.into_inner())?;
    Ok(header.state.clone())
}

/// Counts all records anew, at another beginning of days.
pub(crate) fn retally(db: &Connection, cache: &mut Cache) -> Result<(), StoreError> {
    let attempted = "counting anew";
    clear(db, &[sql::CLEAR_TALLY])?;
    let mut deltas = Deltas::default();
    {
        let mut headers = db.prepare(sql::ALL_HEADERS).attempt(attempted)?;
        let mut rows = headers.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            let bytes: Vec<u8> = row.get(0).attempt(attempted)?;
            let header: Header = minicbor::decode(&bytes).map_err(|error| StoreError::damaged(attempted, error))?;
            deltas.replace(&CaseState::default(), &header.state, cache.day_offset_s);
        }
    }
    tally::add(db, cache, &deltas)
}

/// All derived rows in key order, names in full, so that two stores that hold the same give the same text.
pub(crate) fn dump(db: &Connection) -> Result<String, StoreError> {
    let attempted = "writing the derived rows out";
    let mut text = String::new();
    let tables =
        [("record", sql::DUMP_RECORDS), ("contested", sql::DUMP_CONTESTED), ("missing_grant", sql::DUMP_MISSING)];
    for (table, statement) in tables {
        let mut dump = db.prepare(statement).attempt(attempted)?;
        let columns = dump.column_count();
        let mut rows = dump.query([]).attempt(attempted)?;
        while let Some(row) = rows.next().attempt(attempted)? {
            text.push_str(table);
            for column in 0..columns {
                text.push(' ');
                value(&mut text, row.get_ref(column).attempt(attempted)?);
            }
            text.push('\n');
        }
    }
    dump_tallies(db, &mut text)?;
    Ok(text)
}

/// By area: each month with its counts, then its days with theirs.
fn dump_tallies(db: &Connection, text: &mut String) -> Result<(), StoreError> {
    let attempted = "writing the tallies out";
    let mut line = |kind: &str, feed: FeedId, period: &str, counts: &Counts| {
        let _ = write!(text, "{kind} {feed} {period}");
        counts.0.iter().for_each(|count| _ = write!(text, " {count}"));
        text.push('\n');
    };
    let mut tallies = db.prepare(sql::DUMP_TALLY).attempt(attempted)?;
    let mut rows = tallies.query([]).attempt(attempted)?;
    while let Some(row) = rows.next().attempt(attempted)? {
        let (feed, month) = (FeedId(id16(row, 0).attempt(attempted)?), Month(row.get(1).attempt(attempted)?));
        line("tally_month", feed, &month.to_string(), &tally::decode_whole(tally::column(row, 2)?)?);
        for (day, counts) in tally::Days::decode(tally::column(row, 3)?)?.each(month) {
            line("tally_day", feed, &day.to_string(), counts);
        }
    }
    Ok(())
}

fn value(text: &mut String, value: ValueRef<'_>) {
    match value {
        ValueRef::Null => text.push('-'),
        ValueRef::Integer(number) => text.push_str(&number.to_string()),
        ValueRef::Real(number) => text.push_str(&number.to_string()),
        ValueRef::Text(bytes) => text.push_str(&String::from_utf8_lossy(bytes)),
        ValueRef::Blob(bytes) => bytes.iter().for_each(|byte| {
            // Writing to a string does not fail.
            let _ = write!(text, "{byte:02x}");
        }),
    }
}

/// Runs of days, first and last of each.
type DayRuns = Vec<(Day, Day)>;

/// First and last of the whole months within some days, and the days outside them.
pub(crate) fn whole_months(from: Day, to: Day) -> (Option<(Month, Month)>, DayRuns) {
    let first = if from == from.month().first_day() { from.month() } else { Month(from.month().0.saturating_add(1)) };
    let last = if to == to.month().last_day() { to.month() } else { Month(to.month().0.saturating_sub(1)) };
    if from > to {
        return (None, Vec::new());
    }
    if first > last {
        return (None, vec![(from, to)]);
    }
    let edges = [(from, first.first_day().plus(-1)), (last.last_day().plus(1), to)];
    (Some((first, last)), edges.into_iter().filter(|(from, to)| from <= to).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_split_into_whole_months_and_what_is_left() {
        let day = |text: &str| text.parse::<Day>().expect("a day");
        let check = |from, to, months: Option<(&str, &str)>, edges: &[(&str, &str)]| {
            let (found, left) = whole_months(day(from), day(to));
            assert_eq!(found.map(|(a, b)| (a.to_string(), b.to_string())), months.map(|(a, b)| (a.into(), b.into())));
            assert_eq!(left, edges.iter().map(|(a, b)| (day(a), day(b))).collect::<Vec<_>>());
        };
        check("2026-01-01", "2026-12-31", Some(("2026-01", "2026-12")), &[]);
        check(
            "2026-01-02",
            "2026-03-30",
            Some(("2026-02", "2026-02")),
            &[("2026-01-02", "2026-01-31"), ("2026-03-01", "2026-03-30")],
        );
        check("2026-01-02", "2026-02-27", None, &[("2026-01-02", "2026-02-27")]);
        check("2026-02-01", "2026-02-28", Some(("2026-02", "2026-02")), &[]);
        check("2026-02-03", "2026-02-02", None, &[]);
    }
}
