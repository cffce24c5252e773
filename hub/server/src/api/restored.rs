//! Endpoints for what was copied or put back: a hub gets its lines and devices back from phones, a phone another identity.

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use gewu_log::line::Head;
use gewu_model::ids::{DeviceId, FeedId};
use gewu_sync::message::{OfferRequest, RejoinRequest};

use super::problem::Problem;
use super::sync::{SignedIn, frame, read_frame, take_in};
use super::{Shared, blocking};
use crate::hub::Hub;
use crate::ingest::{self, OfferError};

/// Parameters of `GET /v1/head`.
#[derive(serde::Deserialize)]
pub struct At {
    feed: FeedId,
    n: u64,
}

fn may_read(hub: &Hub, device: DeviceId, feed: FeedId) -> Result<(), Problem> {
    let grant = hub.device_grant(device).ok_or_else(Problem::sign_in)?;
    hub.may_read(&grant, feed).map_err(|_| Problem::not_allowed())
}

/// `GET /v1/head?feed&n`: the signed head after line n, or after the last one.
pub async fn head(
    State(shared): State<Shared>,
    SignedIn(device): SignedIn,
    Query(at): Query<At>,
) -> Result<Response, Problem> {
    let reply = blocking(&shared.hub, move |hub| {
        may_read(hub, device, at.feed)?;
        Ok(hub.head_at(at.feed, at.n)?)
    });
    reply.await.map(|head| frame(&head))
}

/// `POST /v1/head`: the last head that the phone has.
pub async fn show(State(shared): State<Shared>, SignedIn(device): SignedIn, body: Bytes) -> Result<Response, Problem> {
    let shown: Head = read_frame(&body)?;
    let reply = blocking(&shared.hub, move |hub| {
        may_read(hub, device, shown.feed)?;
        hub.show(&shown).map_err(|error| match error {
            crate::hub::TurnedDown::Proof => Problem::cursor("The head is not this hub's."),
            other => other.into(),
        })
    });
    reply.await.map(|reply| frame(&reply))
}

/// `POST /v1/offer`.
pub async fn offer(State(shared): State<Shared>, SignedIn(device): SignedIn, body: Bytes) -> Result<Response, Problem> {
    let request: OfferRequest = read_frame(&body)?;
    let reply = blocking(&shared.hub, move |hub| {
        may_read(hub, device, request.to.feed)?;
        take_in(
            hub,
            |tx| ingest::offer(hub, tx, device, &request),
            |error| match error {
                OfferError::Store(error) => Ok(error),
                other => Err(other),
            },
        )
    });
    reply.await.map(|reply| frame(&reply))
}

/// `POST /v1/rejoin`: a device that this store has never seen, with the grant that the hub had signed for it.
pub async fn rejoin(State(shared): State<Shared>, body: Bytes) -> Result<Response, Problem> {
    let request: RejoinRequest = read_frame(&body)?;
    blocking(&shared.hub, move |hub| Ok(hub.rejoin(&request)?)).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// `POST /v1/succeed`: a device whose store was copied goes on under another identity.
pub async fn succeed(
    State(shared): State<Shared>,
    SignedIn(device): SignedIn,
    body: Bytes,
) -> Result<Response, Problem> {
    let reply = blocking(&shared.hub, move |hub| Ok(hub.succeed(device, &body)?));
    reply.await.map(|reply| frame(&reply))
}
