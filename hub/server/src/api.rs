//! The hub's HTTP surface: sync endpoints in frames, a read API in JSON, pages.
//!
//! Every refusal is a problem detail (RFC 9457) with a stable code and the three parts of an error.

mod pages;
mod problem;
mod read;
mod restored;
mod sync;

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::hub::Hub;

/// Largest request body: one frame of incompressible entries.
const BODY_BYTES_MAX: usize = 600 * 1024;

/// What handlers share.
#[derive(Clone)]
pub struct Shared {
    /// The hub.
    pub hub: Arc<Hub>,
    /// Set when the hub is about to stop: long polls and live pages end.
    pub stopping: tokio::sync::watch::Receiver<bool>,
}

/// All routes.
pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/v1/enrol", post(sync::enrol))
        .route("/v1/session", post(sync::session))
        .route("/v1/session/answer", post(sync::session_answer))
        .route("/v1/push", post(sync::push))
        .route("/v1/pull", post(sync::pull))
        .route("/v1/wait", post(sync::wait))
        .route("/v1/head", get(restored::head).post(restored::show))
        .route("/v1/offer", post(restored::offer))
        .route("/v1/rejoin", post(restored::rejoin))
        .route("/v1/succeed", post(restored::succeed))
        .route("/v1/pack", get(sync::pack))
        .route("/v1/link", post(read::link))
        .route("/v1/rates", get(read::rates))
        .route("/v1/cases", get(read::cases))
        .route("/v1/cases/{code}", get(read::case))
        .route("/v1/areas", get(read::areas))
        .route("/v1/overdue", get(read::overdue))
        .route("/v1/devices", get(read::devices))
        .route("/health", get(|| async { "ok" }))
        .route("/in", get(pages::sign_in))
        .route("/", get(pages::supervisor))
        .route("/events", get(pages::events))
        .route("/page.css", get(pages::css))
        .route("/page.js", get(pages::js))
        .fallback(problem::not_found)
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(shared)
}

/// Runs blocking work off the async threads.
async fn blocking<T: Send + 'static>(
    hub: &Arc<Hub>,
    work: impl FnOnce(&Hub) -> Result<T, problem::Problem> + Send + 'static,
) -> Result<T, problem::Problem> {
    let hub = Arc::clone(hub);
    tokio::task::spawn_blocking(move || work(&hub)).await.unwrap_or_else(|_| Err(problem::Problem::defect()))
}
