//! Endpoints that phones speak to, in frames.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use gewu_log::columns::OutgoingCarried;
use gewu_log::columns::write_lines;
use gewu_log::line::HeadHash;
use gewu_model::act::Act;
use gewu_model::ids::{DeviceId, FeedId, GrantId};
use gewu_sync::frame::{FrameError, pack as pack_frame, unpack};
use gewu_sync::message::{
    Cursor, Part, PullReply, PullRequest, PushReply, PushRequest, SessionChallenge, SessionReply, WaitRequest,
};

use super::problem::Problem;
use super::{Shared, blocking};
use crate::hub::Hub;
use crate::hub::life::Covered;
use crate::ingest::{self, IngestError, Pushed};
use crate::store::{self, HubRead, HubWrite, StoreError};

/// Longest hold of a long poll.
const WAIT: Duration = Duration::from_secs(25);
/// Most bytes of lines in one reply, whatever was asked for.
const BUDGET_MOST: u64 = 256 * 1024;

/// The signed-in device behind a request.
pub struct SignedIn(pub DeviceId);

impl FromRequestParts<Shared> for SignedIn {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, shared: &Shared) -> Result<Self, Problem> {
        let value = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = value.and_then(|value| value.strip_prefix("Bearer ")).ok_or_else(Problem::sign_in)?;
        let device = shared.hub.session(bearer).ok_or_else(Problem::sign_in)?;
        shared.hub.heard(device);
        Ok(Self(device))
    }
}

pub(super) fn frame<M: minicbor::Encode<()>>(message: &M) -> Response {
    ([(header::CONTENT_TYPE, "application/octet-stream")], pack_frame(message)).into_response()
}

pub(super) fn read_frame<M: for<'b> minicbor::Decode<'b, ()>>(body: &[u8]) -> Result<M, Problem> {
    unpack(body).map_err(|error| match error {
        FrameError::Version { .. } => Problem::upgrade(),
        error => Problem::frame(error.to_string()),
    })
}

/// `POST /v1/enrol`.
pub async fn enrol(State(shared): State<Shared>, body: Bytes) -> Result<Response, Problem> {
    blocking(&shared.hub, move |hub| Ok(hub.enrol(&body)?)).await.map(|reply| frame(&reply))
}

/// `POST /v1/session`: device id → challenge.
pub async fn session(State(shared): State<Shared>, body: Bytes) -> Result<Response, Problem> {
    let device = DeviceId::from_slice(&body).map_err(|error| Problem::argument(error.to_string()))?;
    Ok(frame(&SessionChallenge { challenge: shared.hub.challenge(device) }))
}

/// `POST /v1/session/answer`: signed challenge → bearer token.
pub async fn session_answer(State(shared): State<Shared>, body: Bytes) -> Result<Response, Problem> {
    let reply = blocking(&shared.hub, move |hub| {
        let (bearer, grant) = hub.sign_in(&body)?;
        Ok(SessionReply { bearer, grant: grant.map(Into::into), hub_time_s: hub.now_s().cast_unsigned() })
    });
    reply.await.map(|reply| frame(&reply))
}

/// `GET /v1/pack`.
pub async fn pack(State(shared): State<Shared>, _: SignedIn) -> Response {
    frame(&shared.hub.signed_pack())
}

/// `POST /v1/push`.
pub async fn push(State(shared): State<Shared>, SignedIn(device): SignedIn, body: Bytes) -> Result<Response, Problem> {
    let request: PushRequest = read_frame(&body)?;
    let reply: PushReply = blocking(&shared.hub, move |hub| {
        take_in(
            hub,
            |tx| ingest::push(hub, tx, device, &request),
            |error| match error {
                IngestError::Store(error) => Ok(error),
                other => Err(other),
            },
        )
    })
    .await?;
    Ok(frame(&reply))
}

/// Takes a frame in, in one transaction, and wakes whoever waits for the feeds that it moved. `store_error` tells what the
/// store failed with from what the frame is refused for: that transaction is undone, and the answer is the refusal.
pub(super) fn take_in<T, E: Into<Problem>>(
    hub: &Hub,
    work: impl Fn(&mut dyn HubWrite) -> Result<(T, Pushed), E>,
    store_error: impl Fn(E) -> Result<StoreError, E>,
) -> Result<T, Problem> {
    let mut out = None;
    let mut refused = None;
    let written = hub.store().write(&mut |tx| match work(tx) {
        Ok(taken) => {
            out = Some(taken);
            Ok(())
        }
        Err(error) => Err(store_error(error).unwrap_or_else(|error| {
            refused = Some(error);
            StoreError::Damaged { attempted: "reading a frame" }
        })),
    });
    if let Some(error) = refused {
        return Err(error.into());
    }
    written?;
    let (reply, pushed) = out.ok_or_else(Problem::defect)?;
    if !pushed.feeds.is_empty() {
        hub.changed();
    }
    Ok(reply)
}

/// `POST /v1/pull`.
pub async fn pull(State(shared): State<Shared>, SignedIn(device): SignedIn, body: Bytes) -> Result<Response, Problem> {
    let request: PullRequest = read_frame(&body)?;
    let reply = blocking(&shared.hub, move |hub| {
        let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
        if request.cursors.iter().any(|cursor| hub.may_read(&grant, cursor.feed).is_err()) {
            return Err(Problem::not_allowed());
        }
        Ok(store::read(hub.store(), |tx| answer_pull(hub, tx, grant.area, &request))?)
    });
    reply.await.map(|reply| frame(&reply))
}

fn answer_pull(hub: &Hub, tx: &dyn HubRead, own: FeedId, request: &PullRequest) -> Result<PullReply, StoreError> {
    let mut reply = PullReply {
        parts: Vec::new(),
        tokens: Vec::new(),
        more: false,
        hub_time_s: hub.now_s().cast_unsigned(),
        pack_version: hub.pack().version,
    };
    let mut left = request.budget_bytes.min(BUDGET_MOST);
    let mut grants = std::collections::BTreeSet::new();
    let covered = &Covered::read(tx)?;
    for cursor in &request.cursors {
        let last_n = tx.last_n(cursor.feed)?;
        let in_chain = match cursor.n {
            0 => true,
            n => tx.head_at(cursor.feed, n)? == Some(HeadHash(cursor.head)),
        };
        if !in_chain {
            reply.parts.push(went_back(hub, tx, cursor, last_n, covered)?);
        } else if request.hashes_only {
            reply.parts.push(hashes(hub, tx, cursor, request.until_n.unwrap_or(last_n), covered)?);
        } else if last_n > cursor.n {
            if left == 0 {
                reply.more = true;
                break;
            }
            let lines = tx.lines(cursor.feed, cursor.n, left, last_n)?;
            let bytes = write_lines(&lines.lines);
            left = left.saturating_sub(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
            reply.more |= lines.more;
            grants.extend(lines.lines.iter().filter_map(grant_of));
            let n = cursor.n + u64::try_from(lines.lines.len()).unwrap_or(0);
            let hash = lines.head.ok_or(StoreError::Damaged { attempted: "reading lines" })?;
            reply.parts.push(part(hub, cursor.feed, bytes, n, hash, covered));
        } else if cursor.feed == own {
            // No line is new, and until when the area is known is.
            let hash = tx.head_at(own, last_n)?.unwrap_or(HeadHash::start(hub.street(), own));
            reply.parts.push(part(hub, own, write_lines([]), last_n, hash, covered));
        }
    }
    if reply.more {
        // Until the last frame is in, figures are of an earlier moment.
        reply.parts.iter_mut().for_each(|part| part.known_until_s = None);
    }
    for grant in grants {
        reply.tokens.extend(tx.token(grant)?.map(Into::into));
    }
    Ok(reply)
}

fn grant_of(line: &gewu_log::columns::OutgoingLine) -> Option<GrantId> {
    match &line.carried {
        OutgoingCarried::Entry(out) => Act::decode(&out.entry.act).ok().map(|act| act.grant),
        OutgoingCarried::Notice(_) | OutgoingCarried::Hash(_) => None,
    }
}

fn part(hub: &Hub, feed: FeedId, lines: Vec<u8>, n: u64, hash: HeadHash, covered: &Covered) -> Part {
    Part {
        feed,
        lines: lines.into(),
        hashes: None,
        head: hub.head(feed, n, hash, covered),
        known_until_s: hub.known_until_s(feed),
        unknown_cursor: false,
    }
}

fn hashes(hub: &Hub, tx: &dyn HubRead, cursor: &Cursor, until_n: u64, covered: &Covered) -> Result<Part, StoreError> {
    let hash = tx.head_at(cursor.feed, until_n)?.unwrap_or(HeadHash::start(hub.street(), cursor.feed));
    let mut part = part(hub, cursor.feed, Vec::new(), until_n, hash, covered);
    part.hashes = Some(tx.line_hashes(cursor.feed, cursor.n, until_n)?.into());
    Ok(part)
}

fn went_back(hub: &Hub, tx: &dyn HubRead, cursor: &Cursor, last_n: u64, covered: &Covered) -> Result<Part, StoreError> {
    let hash = tx.head_at(cursor.feed, last_n)?.unwrap_or(HeadHash::start(hub.street(), cursor.feed));
    let mut part = part(hub, cursor.feed, write_lines([]), last_n, hash, covered);
    part.unknown_cursor = true;
    Ok(part)
}

/// `POST /v1/wait`: answers at once if any feed is past its n, else within 25 s, or 204.
pub async fn wait(State(shared): State<Shared>, SignedIn(_): SignedIn, body: Bytes) -> Result<Response, Problem> {
    let WaitRequest(feeds) = read_frame(&body)?;
    let feeds = Arc::new(feeds);
    let mut changes = shared.hub.changes();
    let mut stopping = shared.stopping.clone();
    let sleep = tokio::time::sleep(WAIT);
    tokio::pin!(sleep);
    loop {
        let wanted = Arc::clone(&feeds);
        let past = blocking(&shared.hub, move |hub| {
            Ok(store::read(hub.store(), |tx| {
                wanted.iter().try_fold(false, |any, (feed, n)| Ok(any || tx.last_n(*feed)? > *n))
            })?)
        });
        if past.await? {
            return Ok(StatusCode::OK.into_response());
        }
        tokio::select! {
            () = &mut sleep => return Ok(StatusCode::NO_CONTENT.into_response()),
            _ = stopping.changed() => return Ok(StatusCode::NO_CONTENT.into_response()),
            changed = changes.changed() => if changed.is_err() { return Ok(StatusCode::NO_CONTENT.into_response()) },
        }
    }
}
