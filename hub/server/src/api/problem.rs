//! Refusals as problem details.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::hub::TurnedDown;
use crate::ingest::{IngestError, OfferError};
use crate::store::StoreError;

/// A refusal: a status, a stable code, what happened, what is safe, what to do next.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    what: String,
    safe: &'static str,
    next: &'static str,
}

const KEPT: &str = "What the phone holds stays on the phone.";

impl Problem {
    fn new(status: StatusCode, code: &'static str, what: impl Into<String>, safe: &'static str, next: &'static str) -> Self {
        Self { status, code, what: what.into(), safe, next }
    }

    /// Not signed in, or the session ran out.
    pub fn sign_in() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign_in", "No session, or it has run out.", KEPT, "Sign in again.")
    }

    /// The grant does not reach there.
    pub fn not_allowed() -> Self {
        Self::new(StatusCode::FORBIDDEN, "not_allowed", "The grant does not cover this.", KEPT, "Ask the street office for the right.")
    }

    /// Something named is not there.
    pub fn missing(what: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", what, "Nothing was changed.", "Check the spelling.")
    }

    /// A code with a wrong character.
    pub fn mistyped(what: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "code_mistyped", what, "Nothing was changed.", "Compare the code letter by letter.")
    }

    /// A parameter is missing or makes no sense.
    pub fn argument(what: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "argument_bad", what, "Nothing was changed.", "Correct the parameter.")
    }

    /// The frame cannot be read.
    pub fn frame(what: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "frame_bad", what, KEPT, "Update the phone's program.")
    }

    /// What a phone holds of a feed is not what the hub has.
    pub fn cursor(what: impl Into<String>) -> Self {
        let next = "Show the last signed head of the feed and ask again.";
        Self::new(StatusCode::CONFLICT, "cursor", what, KEPT, next)
    }

    /// The other end speaks another protocol.
    pub fn upgrade() -> Self {
        let what = "The phone's program speaks another protocol.";
        Self::new(StatusCode::UPGRADE_REQUIRED, "upgrade_needed", what, KEPT, "Update the program; all work is kept.")
    }

    /// A defect of the hub.
    pub fn defect() -> Self {
        let what = "The hub failed at this request.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "defect", what, KEPT, "Try again; report it if it stays.")
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "store");
        let what = error.to_string();
        match error {
            StoreError::StorageFull => {
                let next = "Free space on the hub's disk.";
                Self::new(StatusCode::INSUFFICIENT_STORAGE, "hub_full", what, KEPT, next)
            }
            StoreError::Busy => Self::new(StatusCode::SERVICE_UNAVAILABLE, "busy", what, KEPT, "Try again in a moment."),
            StoreError::Damaged { .. } | StoreError::Engine { .. } => {
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "defect", what, KEPT, "Look at the hub's log.")
            }
        }
    }
}

impl From<IngestError> for Problem {
    fn from(error: IngestError) -> Self {
        match error {
            IngestError::Columns(error) => Self::frame(error.to_string()),
            IngestError::Store(error) => error.into(),
        }
    }
}

impl From<OfferError> for Problem {
    fn from(error: OfferError) -> Self {
        match error {
            OfferError::Columns(_) | OfferError::TooMany => Self::frame(error.to_string()),
            OfferError::Chain => Self::cursor(error.to_string()),
            OfferError::Store(error) => error.into(),
        }
    }
}

impl From<TurnedDown> for Problem {
    fn from(error: TurnedDown) -> Self {
        let what = error.to_string();
        let ask = "Ask the street office for a new invitation.";
        match error {
            TurnedDown::InvitationUnknown | TurnedDown::InvitationExpired => {
                Self::new(StatusCode::FORBIDDEN, "invitation_bad", what, "Nothing was changed.", ask)
            }
            TurnedDown::InvitationUsed => {
                Self::new(StatusCode::CONFLICT, "invitation_used", what, "Nothing was changed.", ask)
            }
            TurnedDown::Proof | TurnedDown::DeviceUnknown => Self { what, ..Self::sign_in() },
            TurnedDown::Store(error) => error.into(),
            TurnedDown::Grant(error) => {
                tracing::error!(%error, "grant");
                Self::defect()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = json!({
            "type": "about:blank", "title": self.code, "status": self.status.as_u16(),
            "code": self.code, "what": self.what, "safe": self.safe, "next": self.next,
        });
        let mut response = (self.status, body.to_string()).into_response();
        let problem = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, problem);
        response
    }
}

/// No such address.
pub async fn not_found() -> Problem {
    Problem::missing("There is nothing at this address.")
}
