//! Sums of tallies: whole months from the months' rows, days at the edges.

use gewu_model::day::{Day, Month};
use gewu_model::ids::FeedId;
use gewu_model::tally::Counts;
use rusqlite::Connection;

use crate::derived::whole_months;
use crate::error::{Attempt, StoreError};
use crate::reader::Reader;
use crate::sql;
use crate::tally::{Days, column, days_at, decode_whole};

impl Reader {
    /// First and last day on which anything is counted, by report or by deadline; `None`: nothing is.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn days(&self) -> Result<Option<(Day, Day)>, StoreError> {
        let attempted = "looking for the first and last day";
        self.at_once(|db| {
            let mut days: Option<(Day, Day)> = None;
            let mut feeds = db.prepare_cached(sql::ALL_FEEDS).attempt(attempted)?;
            let mut rows = feeds.query([]).attempt(attempted)?;
            while let Some(row) = rows.next().attempt(attempted)? {
                let area: i64 = row.get(0).attempt(attempted)?;
                let (first, last) = (end(db, sql::FIRST_MONTH, area, false)?, end(db, sql::LAST_MONTH, area, true)?);
                if let (Some(first), Some(last)) = (first, last) {
                    let (before, after) = days.unwrap_or((first, last));
                    days = Some((before.min(first), after.max(last)));
                }
            }
            Ok(days)
        })
    }

    /// What these areas count together from one day to another, both within. Areas below one are the caller's to name.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn counts(&self, areas: &[FeedId], from: Day, to: Day) -> Result<Counts, StoreError> {
        let mut all = Counts::default();
        for (_, counts) in self.counts_by_area(areas, from, to)? {
            all.add(&counts, 1);
        }
        Ok(all)
    }

    /// The same for each area, in the order given.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn counts_by_area(&self, areas: &[FeedId], from: Day, to: Day) -> Result<Vec<(FeedId, Counts)>, StoreError> {
        let (months, edges) = whole_months(from, to);
        self.at_once(|db| {
            let mut sums = Vec::with_capacity(areas.len());
            for area in areas {
                let mut counts = Counts::default();
                if let Some(id) = self.feed_id(*area)? {
                    if let Some((first, last)) = months {
                        add_months(db, &mut counts, id, first, last)?;
                    }
                    for (first, last) in &edges {
                        add_days(db, &mut counts, id, *first, *last)?;
                    }
                }
                sums.push((*area, counts));
            }
            Ok(sums)
        })
    }
}

/// First or last day of an area's first or last month.
fn end(db: &Connection, statement: &str, area: i64, last: bool) -> Result<Option<Day>, StoreError> {
    let attempted = "looking for the first and last day";
    let mut end = db.prepare_cached(statement).attempt(attempted)?;
    let mut rows = end.query([area]).attempt(attempted)?;
    let Some(row) = rows.next().attempt(attempted)? else { return Ok(None) };
    let month = Month(row.get(0).attempt(attempted)?);
    let days = Days::decode(column(row, 1)?)?;
    let mut each = days.each(month);
    Ok(if last { each.next_back() } else { each.next() }.map(|(day, _)| day))
}

fn add_months(db: &Connection, to: &mut Counts, area: i64, first: Month, last: Month) -> Result<(), StoreError> {
    let attempted = "summing a tally";
    let mut months = db.prepare_cached(sql::TALLY_MONTHS).attempt(attempted)?;
    let mut rows = months.query((area, first.0, last.0)).attempt(attempted)?;
    while let Some(row) = rows.next().attempt(attempted)? {
        to.add(&decode_whole(column(row, 0)?)?, 1);
    }
    Ok(())
}

/// Days that are no whole month: at most a month and a bit, however they lie.
fn add_days(db: &Connection, to: &mut Counts, area: i64, first: Day, last: Day) -> Result<(), StoreError> {
    for month in (first.month().0..=last.month().0).map(Month) {
        if let Some(days) = days_at(db, area, month)? {
            let within = days.each(month).filter(|(day, _)| (first..=last).contains(day));
            within.for_each(|(_, counts)| to.add(counts, 1));
        }
    }
    Ok(())
}
