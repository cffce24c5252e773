//! The supervisor page: signed in by a link that works once, live by server-sent events.

use std::convert::Infallible;
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use gewu_model::ids::{DeviceId, FeedId};
use gewu_model::rate::RateDefinition;
use gewu_words::{ErrorCode, Language, explain};
use serde::Deserialize;
use serde_json::json;

use super::problem::Problem;
use super::{Shared, blocking};
use crate::page;
use crate::supervise::{self, Asked};

const COOKIE: &str = "gewu";
/// Figures that change often are shown together.
const CALM: Duration = Duration::from_millis(400);
/// Silences grow without anything being written.
const REFRESH: Duration = Duration::from_secs(60);

/// Parameters of the page.
#[derive(Clone, Default, Deserialize)]
pub struct PageQuery {
    t: Option<String>,
    period: Option<String>,
    definition: Option<String>,
    lang: Option<String>,
    as_of: Option<String>,
}

impl PageQuery {
    fn language(&self, headers: &HeaderMap) -> Language {
        let accepted = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let tags = self.lang.as_deref().or(accepted);
        tags.and_then(Language::from_tag).unwrap_or(Language::Zh)
    }

    fn asked(&self, headers: &HeaderMap) -> Option<Asked> {
        let definition = RateDefinition::find(self.definition.as_deref().unwrap_or("closure"))?;
        let kind = page::PeriodKind::from_name(self.period.as_deref().unwrap_or("month"))?;
        let as_of = self.as_of.as_deref().map(str::parse).transpose().ok()?;
        Some(Asked { language: self.language(headers), definition, kind, as_of })
    }
}

fn html(status: StatusCode, body: String) -> Response {
    let mut response = (status, body).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(page::CONTENT_SECURITY_POLICY));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn refusal(status: StatusCode, language: Language, code: ErrorCode) -> Response {
    html(status, page::refusal_page(language, &explain(language, code, &[("argument", &"period, definition, as_of"), ("reason", &""), ("incident", &"page")])))
}

fn signed_in(shared: &Shared, headers: &HeaderMap) -> Option<DeviceId> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let values = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    values.filter(|(name, _)| *name == COOKIE).find_map(|(_, value)| shared.hub.cookie(value))
}

/// `GET /in?t=…`: uses the link, sets the session's cookie, goes on to the page.
pub async fn sign_in(State(shared): State<Shared>, headers: HeaderMap, Query(query): Query<PageQuery>) -> Response {
    let language = query.language(&headers);
    let Some(cookie) = query.t.as_deref().and_then(|link| shared.hub.use_link(link)) else {
        return refusal(StatusCode::FORBIDDEN, language, ErrorCode::LinkUsed);
    };
    let rest: Vec<String> = [("period", &query.period), ("definition", &query.definition), ("lang", &query.lang), ("as_of", &query.as_of)]
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| (name, value)))
        .filter(|(_, value)| value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let cookie = format!("{COOKIE}={cookie}; HttpOnly; SameSite=Strict; Path=/; Max-Age=86400");
    let location = if rest.is_empty() { "/".to_owned() } else { format!("/?{}", rest.join("&")) };
    // A redirect of a link from elsewhere would not send a strict cookie along; a page that goes on by itself does.
    let body = format!("<!doctype html><meta http-equiv=\"refresh\" content=\"0;url={}\">", location.replace('&', "&amp;"));
    let mut response = html(StatusCode::OK, body);
    if let Ok(value) = HeaderValue::from_str(&cookie) {
        response.headers_mut().insert(header::SET_COOKIE, value);
    }
    response
}

fn area_of(shared: &Shared, device: DeviceId) -> Option<FeedId> {
    shared.hub.device_grant(device).map(|grant| grant.area)
}

/// `GET /`.
pub async fn supervisor(State(shared): State<Shared>, headers: HeaderMap, Query(query): Query<PageQuery>) -> Response {
    let language = query.language(&headers);
    let Some(area) = signed_in(&shared, &headers).and_then(|device| area_of(&shared, device)) else {
        return refusal(StatusCode::UNAUTHORIZED, language, ErrorCode::SignInNeeded);
    };
    let Some(asked) = query.asked(&headers) else {
        return refusal(StatusCode::BAD_REQUEST, language, ErrorCode::ArgumentBad);
    };
    match blocking(&shared.hub, move |hub| Ok(supervise::view(hub, area, asked)?)).await {
        Ok(view) => html(StatusCode::OK, page::render(&view)),
        Err(_) => refusal(StatusCode::INTERNAL_SERVER_ERROR, language, ErrorCode::Defect),
    }
}

/// `GET /events`: the page's figures, again whenever something was written.
pub async fn events(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Query(query): Query<PageQuery>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let area = signed_in(&shared, &headers).and_then(|device| area_of(&shared, device)).ok_or_else(Problem::sign_in)?;
    let asked = query.asked(&headers).ok_or_else(|| Problem::argument("period, definition or as_of"))?;
    let (changes, stopping) = (shared.hub.changes(), shared.stopping.clone());
    let start = (shared, changes, stopping, true);
    let stream = stream::unfold(start, move |(shared, mut changes, mut stopping, first)| async move {
        if !first {
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return None },
                () = tokio::time::sleep(REFRESH) => {}
                _ = stopping.changed() => return None,
            }
            tokio::time::sleep(CALM).await;
        }
        changes.mark_unchanged();
        let view = blocking(&shared.hub, move |hub| Ok(supervise::view(hub, area, asked)?)).await.ok()?;
        let event = Event::default().data(json!({ "html": page::fragment(&view) }).to_string());
        Some((Ok(event), (shared, changes, stopping, false)))
    });
    Ok(Sse::new(stream).keep_alive(KeepAlive::default()))
}

/// `GET /page.css`.
pub async fn css() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], page::STYLESHEET)
}

/// `GET /page.js`.
pub async fn js() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/javascript; charset=utf-8")], page::SCRIPT)
}
