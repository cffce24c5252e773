//! Puts the supervisor's view together from tallies, open cases and contacts.

use gewu_model::area::AreaKind;
use gewu_model::case::Stage;
use gewu_model::code::Code;
use gewu_model::day::{Day, Month};
use gewu_model::ids::FeedId;
use gewu_model::rate::{Cohort, Period, RATES, RateDefinition};
use gewu_model::tally::{Count, Counts};
use gewu_words::Language;

use crate::figures;
use crate::hub::Hub;
use crate::page::{
    Beside, GridRow, OtherRate, OverdueRow, PeriodKind, PeriodView, PhoneRow, SupervisorView, ToSettle, TrendPoint,
};
use crate::store::{self, StoreError};

/// Overdue cases that the page lists.
const OVERDUE_LISTED: u32 = 100;
/// Months of the trend.
const TREND_MONTHS: i32 = 12;

/// What the reader of the page asked for.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Language.
    pub language: Language,
    /// The big rate.
    pub definition: &'static RateDefinition,
    /// Period.
    pub kind: PeriodKind,
    /// Day as of which, where one was asked for.
    pub as_of: Option<Day>,
}

fn period(kind: PeriodKind, as_of: Day, first: Day) -> Period {
    let from = match kind {
        PeriodKind::Week => as_of.plus(-6),
        PeriodKind::Fortnight => as_of.plus(-13),
        PeriodKind::Month => as_of.month().first_day(),
        PeriodKind::Year => Month::new(as_of.year(), 1).map_or(first, Month::first_day),
        PeriodKind::All => first.min(as_of),
    };
    Period { from, to: as_of, as_of }
}

/// The view over an area and everything below it.
///
/// # Errors
/// [`StoreError`].
pub fn view(hub: &Hub, area: FeedId, asked: Asked) -> Result<SupervisorView, StoreError> {
    let (pack, now_s) = (hub.pack(), hub.now_s());
    let today = Day::of(now_s, pack.day_offset_s);
    let as_of = asked.as_of.unwrap_or(today);
    // Late as of the end of the day that was asked for: one page, one moment.
    let late_at_s = now_s.min(as_of.plus(1).start_s(pack.day_offset_s).saturating_sub(1));
    let first = figures::span(hub)?.map_or(as_of, |(first, _)| first);
    let period = period(asked.kind, as_of, first);
    let big = figures::rate(hub, asked.definition, period, area)?;
    let mut other_rates = Vec::new();
    for definition in RATES.iter().filter(|definition| definition.id != asked.definition.id) {
        other_rates.push(OtherRate { definition: definition.id, rate: figures::rate(hub, definition, period, area)?.rate });
    }
    let natural = |count: i64| u64::try_from(count).unwrap_or(0);
    let (overdue, overdue_count) = overdue(hub, area, late_at_s)?;
    let (contested, refused, quarantined) = store::read(hub.store(), |tx| tx.to_settle())?;
    Ok(SupervisorView {
        language: asked.language,
        place: pack.place.clone(),
        day_offset_s: pack.day_offset_s,
        now_s,
        period: PeriodView { kind: asked.kind, from: period.from, to: period.to, as_of, as_of_asked: asked.as_of.is_some() },
        definition: asked.definition.id,
        rate: big.rate,
        beside: Beside {
            suspended: natural(big.suspended),
            forced: natural(big.forced),
            self_handled: natural(big.self_handled),
            unconfirmed: natural(big.unconfirmed),
        },
        known_until_s: hub.known_until_s(area),
        trend: trend(hub, area, asked.definition, period)?,
        grids: grids(hub, area, asked.definition, period, late_at_s)?,
        overdue,
        overdue_count,
        phones: phones(hub, area),
        to_settle: ToSettle { contested, refused, quarantined },
        other_rates,
    })
}

fn trend(hub: &Hub, area: FeedId, definition: &'static RateDefinition, period: Period) -> Result<Vec<TrendPoint>, StoreError> {
    let last = period.to.month();
    let first = Month(period.from.month().0.max(last.0 - TREND_MONTHS + 1));
    let mut points = Vec::new();
    for month in (first.0..=last.0).map(Month) {
        let days = Period { from: month.first_day().max(period.from), to: month.last_day().min(period.to), ..period };
        points.push(TrendPoint { label: month.to_string(), rate: figures::rate(hub, definition, days, area)?.rate });
    }
    Ok(points)
}

fn grids(
    hub: &Hub,
    area: FeedId,
    definition: &'static RateDefinition,
    period: Period,
    late_at_s: i64,
) -> Result<Vec<GridRow>, StoreError> {
    let pack = hub.pack();
    let (cohort, reported, overdue) = store::read(hub.store(), |tx| {
        let sums = |cohort| period.days(cohort).map_or_else(|| Ok(Vec::new()), |(from, to)| tx.counts(from, to));
        Ok((sums(definition.cohort)?, sums(Cohort::ReportDay)?, tx.overdue_by_area(late_at_s)?))
    })?;
    let of = |cells: &[(FeedId, Counts)], id| {
        cells.iter().find(|(area, _)| *area == id).map(|(_, counts)| *counts).unwrap_or_default()
    };
    let mut rows: Vec<GridRow> = pack
        .areas
        .below(area)
        .into_iter()
        .filter_map(|id| pack.areas.area(id).filter(|area| area.kind == AreaKind::Grid))
        .map(|grid| {
            let by_report = of(&reported, grid.id);
            let natural = |count| u64::try_from(by_report.of(count)).unwrap_or(0);
            GridRow {
                code: grid.code.clone(),
                name: grid.name.clone(),
                reported: natural(Count::Reported),
                handled: natural(Count::Handled),
                closed: natural(Count::Closed),
                overdue: overdue.iter().find(|(area, _)| *area == grid.id).map_or(0, |(_, count)| *count),
                rate: definition.of(&of(&cohort, grid.id)),
            }
        })
        .collect();
    rows.sort_by(|a, b| (b.overdue, &a.code).cmp(&(a.overdue, &b.code)));
    Ok(rows)
}

fn overdue(hub: &Hub, area: FeedId, late_at_s: i64) -> Result<(Vec<OverdueRow>, u64), StoreError> {
    let pack = hub.pack();
    let (listed, by_area) =
        store::read(hub.store(), |tx| Ok((tx.overdue(late_at_s, OVERDUE_LISTED)?, tx.overdue_by_area(late_at_s)?)))?;
    let count = by_area.iter().filter(|(of, _)| pack.areas.covers(area, *of)).map(|(_, count)| count).sum();
    let rows = listed
        .into_iter()
        .filter_map(|listed| {
            let state = &listed.header.state;
            let (of, deadline_s) = state.area_id().zip(state.deadline_s)?;
            if !pack.areas.covers(area, of) {
                return None;
            }
            let class = state.class.as_ref().map(|class| class.value.clone()).unwrap_or_default();
            Some(OverdueRow {
                code: Code::of(&listed.record).to_string(),
                class: pack.classes.get(&class).map_or(class, |class| class.name.clone()),
                area: pack.areas.area(of).map_or_else(String::new, |area| area.name.clone()),
                deadline_s,
                hours_late: u64::try_from((late_at_s - deadline_s) / 3_600).unwrap_or(0),
                stage: state.position.map_or(Stage::Reported, |position| position.stage),
            })
        })
        .collect();
    Ok((rows, count))
}

fn phones(hub: &Hub, area: FeedId) -> Vec<PhoneRow> {
    let pack = hub.pack();
    let mut rows: Vec<PhoneRow> = hub
        .devices()
        .into_iter()
        .filter(|(_, grant, _)| pack.areas.covers(area, grant.area))
        .map(|(device, grant, contact_s)| PhoneRow {
            device: device.to_string().chars().take(6).collect(),
            role: grant.role,
            area: pack.areas.area(grant.area).map_or_else(String::new, |area| area.name.clone()),
            last_contact_s: (contact_s > 0).then_some(contact_s),
        })
        .collect();
    rows.sort_by_key(|row| row.last_contact_s);
    rows
}
