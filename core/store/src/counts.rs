//! Sums of tallies: whole months from the months' rows, days at the edges.

use gewu_model::day::Day;
use gewu_model::ids::FeedId;
use gewu_model::tally::Counts;
use rusqlite::Connection;

use crate::derived::{counts_of, whole_months};
use crate::error::{Attempt, StoreError};
use crate::reader::Reader;
use crate::sql;

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
                let end = |statement| {
                    let mut end = db.prepare_cached(statement).attempt(attempted)?;
                    end.query_row([area], |row| row.get::<_, Option<i32>>(0)).attempt(attempted)
                };
                if let (Some(first), Some(last)) = (end(sql::FIRST_DAY)?, end(sql::LAST_DAY)?) {
                    let (before, after) = days.unwrap_or((Day(first), Day(last)));
                    days = Some((before.min(Day(first)), after.max(Day(last))));
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
                        counts.add(&sum(db, sql::SUM_MONTHS, id, first.0, last.0)?, 1);
                    }
                    for (first, last) in &edges {
                        counts.add(&sum(db, sql::SUM_DAYS, id, first.0, last.0)?, 1);
                    }
                }
                sums.push((*area, counts));
            }
            Ok(sums)
        })
    }
}

fn sum(db: &Connection, statement: &str, area: i64, first: i32, last: i32) -> Result<Counts, StoreError> {
    let attempted = "summing a tally";
    let mut sum = db.prepare_cached(statement).attempt(attempted)?;
    sum.query_row((area, first, last), counts_of).attempt(attempted)
}
