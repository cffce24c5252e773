//! The read API: what pages, scripts and offices ask for, in JSON.

use axum::Json;
use axum::extract::{Path, Query, State};
use gewu_model::area::AreaKind;
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::ids::{FeedId, RecordId};
use gewu_model::rate::{Period, RateDefinition, RateView};
use gewu_model::view::{AreaView, CaseView, Sources, case_view};
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::sync::SignedIn;
use super::{Shared, blocking};
use crate::figures::{self, CaseReply};
use crate::hub::Hub;
use crate::store;

type Reply<T> = Result<Json<T>, Problem>;

/// Parameters of `/v1/rates`.
#[derive(Deserialize)]
pub struct RatesQuery {
    definition: String,
    from: Option<String>,
    to: Option<String>,
    as_of: Option<String>,
    area: Option<String>,
    by: Option<String>,
}

fn day(text: Option<&str>, name: &str) -> Result<Option<Day>, Problem> {
    text.map(|text| text.parse().map_err(|_| Problem::argument(format!("{name} is not a day like 2026-11-24")))).transpose()
}

/// The area that a grant covers, or one below it by its code.
fn area(hub: &Hub, own: FeedId, code: Option<&str>) -> Result<FeedId, Problem> {
    let Some(code) = code else { return Ok(own) };
    let pack = hub.pack();
    let found = [AreaKind::Grid, AreaKind::Community, AreaKind::Village, AreaKind::Street]
        .iter()
        .find_map(|kind| pack.areas.by_code(*kind, code))
        .map(|area| area.id)
        .ok_or_else(|| Problem::missing("There is no area with this code."))?;
    if pack.areas.covers(own, found) { Ok(found) } else { Err(Problem::not_allowed()) }
}

/// `GET /v1/rates?definition&from&to&as_of&area&by=grid`.
pub async fn rates(State(shared): State<Shared>, SignedIn(device): SignedIn, Query(query): Query<RatesQuery>) -> Reply<RateView> {
    let definition = RateDefinition::find(&query.definition).ok_or_else(|| Problem::missing("There is no such rate."))?;
    let (from, to) = (day(query.from.as_deref(), "from")?, day(query.to.as_deref(), "to")?);
    let as_of = day(query.as_of.as_deref(), "as_of")?;
    if query.by.as_deref().is_some_and(|by| by != "grid") {
        return Err(Problem::argument("by is grid, or absent; the reply names each grid either way"));
    }
    blocking(&shared.hub, move |hub| {
        let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
        let area = area(hub, grant.area, query.area.as_deref())?;
        let today = Day::of(hub.now_s(), hub.pack().day_offset_s);
        let first = figures::span(hub)?.map_or(today, |(first, _)| first);
        let to = to.unwrap_or(today);
        let period = Period { from: from.unwrap_or(first), to, as_of: as_of.unwrap_or(to) };
        Ok(Json(figures::rate(hub, definition, period, area)?))
    })
    .await
}

fn record_of(hub: &Hub, code: &str) -> Result<RecordId, Problem> {
    let code = Code::parse(code).map_err(|error| Problem::mistyped(error.to_string()))?;
    let found = figures::find(hub, code)?;
    found.first().copied().ok_or_else(|| Problem::missing("There is no case with this code."))
}

/// `GET /v1/cases/CODE`.
pub async fn case(State(shared): State<Shared>, SignedIn(device): SignedIn, Path(code): Path<String>) -> Reply<CaseReply> {
    blocking(&shared.hub, move |hub| {
        let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
        let record = record_of(hub, &code)?;
        let reply = figures::case(hub, record)?.ok_or_else(|| Problem::missing("There is no case with this code."))?;
        let feeds = reply.state.area.iter().map(|area| area.value.id);
        let parties = reply.state.assignees.iter().filter_map(|assignee| assignee.party.as_ref().map(|party| party.id));
        let readable = feeds.chain(parties).chain([reply.home]).any(|feed| hub.may_read(&grant, feed).is_ok());
        if readable { Ok(Json(reply)) } else { Err(Problem::not_allowed()) }
    })
    .await
}

/// Parameters of `/v1/cases`.
#[derive(Deserialize)]
pub struct CasesQuery {
    after: Option<String>,
    limit: Option<u32>,
}

/// `GET /v1/cases?after&limit`: cases by record id, without typed words.
pub async fn cases(State(shared): State<Shared>, SignedIn(device): SignedIn, Query(query): Query<CasesQuery>) -> Reply<Value> {
    let after = query.after.as_deref().map(RecordId::from_hex).transpose();
    let after = after.map_err(|error| Problem::argument(error.to_string()))?;
    let limit = query.limit.unwrap_or(200).clamp(1, 1_000);
    blocking(&shared.hub, move |hub| {
        let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
        let listed = store::read(hub.store(), |tx| tx.cases(after, limit))?;
        let next = listed.last().map(|last| last.record);
        let whole = u32::try_from(listed.len()).unwrap_or(u32::MAX) == limit;
        let cases: Vec<CaseView> = visible(hub, grant.area, listed);
        Ok(Json(json!({ "cases": cases, "next": next.filter(|_| whole) })))
    })
    .await
}

fn visible(hub: &Hub, area: FeedId, listed: Vec<store::Listed>) -> Vec<CaseView> {
    let pack = hub.pack();
    let sources = Sources { pack: &pack, details: &std::collections::BTreeMap::new() };
    listed
        .into_iter()
        .filter(|listed| pack.areas.covers(area, listed.header.state.area_id().unwrap_or(listed.header.feed)))
        .map(|listed| case_view(listed.record, &listed.header.state, &sources))
        .collect()
}

/// `GET /v1/overdue`: open cases past their deadline, oldest first, at most 1,000.
pub async fn overdue(State(shared): State<Shared>, SignedIn(device): SignedIn) -> Reply<Value> {
    blocking(&shared.hub, move |hub| {
        let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
        let listed = store::read(hub.store(), |tx| tx.overdue(hub.now_s(), 1_000))?;
        Ok(Json(json!({ "cases": visible(hub, grant.area, listed) })))
    })
    .await
}

/// `GET /v1/areas`.
pub async fn areas(State(shared): State<Shared>, _: SignedIn) -> Reply<Value> {
    let pack = shared.hub.pack();
    let areas: Vec<_> = pack.areas.iter().collect();
    Ok(Json(json!({ "place": pack.place, "areas": areas })))
}

/// `GET /v1/devices`: phones of the grant's area with their last contact.
pub async fn devices(State(shared): State<Shared>, SignedIn(device): SignedIn) -> Reply<Value> {
    let hub = &shared.hub;
    let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
    let pack = hub.pack();
    let devices: Vec<Value> = hub
        .devices()
        .into_iter()
        .filter(|(_, other, _)| pack.areas.covers(grant.area, other.area))
        .map(|(id, other, contact_s)| {
            let area = AreaView::of(&pack.areas, other.area);
            json!({ "device": id, "role": other.role, "area": area, "contact_s": contact_s, "expires_s": other.expires_s })
        })
        .collect();
    Ok(Json(json!({ "devices": devices })))
}

/// `POST /v1/link`: a page link that works once within ten minutes.
pub async fn link(State(shared): State<Shared>, SignedIn(device): SignedIn) -> Json<Value> {
    Json(json!({ "link": format!("/in?t={}", shared.hub.link(device)) }))
}
