//! The supervisor's screen in one call: a rate with its trend, what is open and late by grid, and what waits to be settled.

use gewu_model::area::AreaKind;
use gewu_model::day::Day;
use gewu_model::rate::{Period, Rate, RateView};
use gewu_model::view::AreaView;
use serde::Serialize;

use crate::device::Device;
use crate::error::DeviceError;
use crate::pages::CaseLine;

/// Points of a trend.
const TREND_MAX: i32 = 12;
/// Overdue cases that are listed.
const OVERDUE_MAX: usize = 20;

/// What is asked: a rate over an area and everything below it. Absent days: from the first known one to today.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RateQuery {
    /// Such as `closure`.
    pub definition: String,
    /// First day.
    pub from: Option<Day>,
    /// Last day.
    pub to: Option<Day>,
    /// Deadlines after it are not due yet.
    pub as_of: Option<Day>,
    /// Code of an area; `None`: the phone's own.
    pub area: Option<String>,
}

/// A grid with what is open in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AreaOverdue {
    /// The grid.
    pub area: AreaView,
    /// Open cases.
    pub open: u64,
    /// Of these, past their deadline with the clock running.
    pub overdue: u64,
}

/// The rate of one period.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrendPoint {
    /// First day.
    pub from_day: Day,
    /// Last day.
    pub to_day: Day,
    /// Above the line; `None`: nothing to divide by.
    pub numerator: Option<u64>,
    /// Below it, never 0.
    pub denominator: Option<u64>,
    /// As people read it.
    pub shown: Option<String>,
}

/// The screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SuperviseView {
    /// The rate that was asked for.
    pub rate: RateView,
    /// Open cases past their deadline, here and below.
    pub overdue: u64,
    /// Grids with open cases, most overdue first.
    pub grids: Vec<AreaOverdue>,
    /// Up to twelve periods as long as the query's, ending with it, the earliest first; none before the first known day.
    pub trend: Vec<TrendPoint>,
    /// The longest overdue, at most twenty.
    pub first_overdue: Vec<CaseLine>,
    /// Refused acts and contested cases.
    pub to_settle: u64,
}

impl Device {
    /// Everything that the supervisor's screen shows.
    ///
    /// # Errors
    /// As every query; `Invalid` for an unknown area or day, `NotFound` for an unknown definition.
    pub fn supervise(&self, query: &RateQuery) -> Result<SuperviseView, DeviceError> {
        self.inner.may_show()?;
        let member = self.inner.member()?;
        let top = member.any_area(query.area.as_deref())?;
        let below = member.pack.areas.below(top);
        let rate = self.rate(query)?;
        let now_s = self.inner.time().0;
        let counts = self.inner.writer.read(|reader| Ok(reader.open_by_area(now_s)?))?;
        let mut grids: Vec<AreaOverdue> = counts
            .iter()
            .filter(|(area, _)| below.contains(area))
            .map(|(area, count)| AreaOverdue {
                area: AreaView::of(&member.pack.areas, *area),
                open: count.open,
                overdue: count.overdue,
            })
            .collect();
        let overdue = grids.iter().map(|grid| grid.overdue).sum();
        grids.retain(|grid| member.pack.areas.area(grid.area.id).is_some_and(|area| area.kind == AreaKind::Grid));
        grids.sort_by(|a, b| (b.overdue, b.open, &a.area.code).cmp(&(a.overdue, a.open, &b.area.code)));
        Ok(SuperviseView {
            overdue,
            grids,
            trend: self.trend(query, rate.period)?,
            first_overdue: self.first_overdue(&below)?,
            to_settle: self.to_settle_count(&member)?,
            rate,
        })
    }

    fn trend(&self, query: &RateQuery, last: Period) -> Result<Vec<TrendPoint>, DeviceError> {
        let days = last.to.0.saturating_sub(last.from.0).saturating_add(1).max(1);
        let first = self.inner.writer.read(|reader| Ok(reader.days()?))?.map_or(last.from, |(first, _)| first);
        let mut points = Vec::new();
        for back in (0..TREND_MAX).rev() {
            let shift = days.saturating_mul(back).saturating_neg();
            let (from, to) = (last.from.plus(shift), last.to.plus(shift));
            if back > 0 && to < first {
                continue;
            }
            let point = RateQuery { from: Some(from), to: Some(to), as_of: Some(to.min(last.as_of)), ..query.clone() };
            let rate = self.rate(&point)?.rate;
            points.push(TrendPoint {
                from_day: from,
                to_day: to,
                numerator: rate.map(|rate| rate.numerator),
                denominator: rate.map(|rate| rate.denominator),
                shown: rate.as_ref().map(Rate::shown),
            });
        }
        Ok(points)
    }

    fn first_overdue(&self, below: &[gewu_model::ids::FeedId]) -> Result<Vec<CaseLine>, DeviceError> {
        let mut found = Vec::new();
        let mut after: Option<String> = None;
        loop {
            let page = self.overdue(after.as_deref())?;
            let here = |line: &CaseLine| line.overdue && line.area.as_ref().is_some_and(|area| below.contains(&area.id));
            found.extend(page.cases.into_iter().filter(here));
            after = page.next;
            if found.len() >= OVERDUE_MAX || after.is_none() {
                found.truncate(OVERDUE_MAX);
                return Ok(found);
            }
        }
    }
}

