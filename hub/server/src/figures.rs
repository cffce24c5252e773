//! What pages and the read API show: figures from the tallies, cases from their acts.

use std::collections::BTreeMap;

use gewu_log::record::{Record, refusal};
use gewu_model::act::{Act, DetailText};
use gewu_model::case::ActAt;
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::fold::Standing;
use gewu_model::ids::{ChangeHash, FeedId, RecordId};
use gewu_model::rate::{Period, RateDefinition, RateView, rate_view};
use gewu_model::tally::Counts;
use gewu_model::view::{ActAround, ActView, CaseView, Sources, act_view, case_view};
use serde::Serialize;

use crate::hub::Hub;
use crate::store::{self, HubRead, StoreError};

/// A case as the API and the phone's `show --json` give it.
#[derive(Clone, Debug, Serialize)]
pub struct CaseReply {
    /// What everybody shows alike.
    pub state: CaseView,
    /// Every act, in act order.
    pub history: Vec<ActView>,
    /// Home feed: who followed it from the beginning reads it still.
    #[serde(skip)]
    pub home: FeedId,
}

/// Sums of each of `areas` over whole days.
fn cells(tx: &dyn HubRead, areas: &[FeedId], days: Option<(Day, Day)>) -> Result<Vec<(FeedId, Counts)>, StoreError> {
    let Some((from, to)) = days else { return Ok(Vec::new()) };
    let mut cells = tx.counts(from, to)?;
    cells.retain(|(area, _)| areas.binary_search(area).is_ok());
    Ok(cells)
}

/// A rate over an area and everything below it.
///
/// # Errors
/// [`StoreError`].
pub fn rate(hub: &Hub, definition: &'static RateDefinition, period: Period, area: FeedId) -> Result<RateView, StoreError> {
    let pack = hub.pack();
    let areas = pack.areas.below(area);
    let (cohort, reported) = store::read(hub.store(), |tx| {
        Ok((
            cells(tx, &areas, period.days(definition.cohort))?,
            cells(tx, &areas, period.days(gewu_model::rate::Cohort::ReportDay))?,
        ))
    })?;
    Ok(rate_view(definition, period, &pack.areas, &cohort, &reported, hub.known_until_s(area)))
}

/// First and last day with a report or deadline.
///
/// # Errors
/// [`StoreError`].
pub fn span(hub: &Hub) -> Result<Option<(Day, Day)>, StoreError> {
    store::read(hub.store(), |tx| tx.days())
}

/// Records of a code.
///
/// # Errors
/// [`StoreError`].
pub fn find(hub: &Hub, code: Code) -> Result<Vec<RecordId>, StoreError> {
    store::read(hub.store(), |tx| tx.by_code(code))
}

/// One case with its history.
///
/// # Errors
/// [`StoreError`].
pub fn case(hub: &Hub, id: RecordId) -> Result<Option<CaseReply>, StoreError> {
    let Some((header, rows, details)) = store::read(hub.store(), |tx| tx.record(id))? else { return Ok(None) };
    let details: BTreeMap<ChangeHash, DetailText> =
        details.iter().filter_map(|(change, cbor)| Some((*change, DetailText::decode_cbor(cbor)?))).collect();
    let mut record = Record::stored(id, header.clone());
    record.give_rows(rows);
    let whom = |grant| hub.who(grant);
    let pack = hub.pack();
    let history = record.history(&whom);
    let by_place: BTreeMap<ActAt, DetailText> = history
        .iter()
        .filter_map(|(row, _)| {
            let at = ActAt { start_op: u32::try_from(row.start_op).ok()?, author: row.author };
            Some((at, details.get(&row.change)?.clone()))
        })
        .collect();
    let state = case_view(id, &header.state, &Sources { pack: &pack, details: &by_place });
    let history = history
        .iter()
        .filter_map(|(row, effect)| {
            let act = Act::decode(&row.act).ok()?;
            let around = ActAround {
                entry: record.entry_hash(row),
                device: row.author,
                time_s: row.time_s,
                who: hub.who(act.grant),
                standing: row.said.map_or(Standing::Unconfirmed, |said| said.verdict.standing(said.hub_time_s)),
                refusal: refusal(row.said),
                sent: true,
                detail: details.get(&row.change).cloned(),
                effect: *effect,
            };
            Some(act_view(&act, around, &pack.areas))
        })
        .collect();
    Ok(Some(CaseReply { state, history, home: header.feed }))
}
