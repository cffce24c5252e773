//! One request to the hub and what can go wrong on the way.
//!
//! **Problem.** A hub is a small box without a public name, behind radio links that lie: a captive
//! portal answers in its stead, a proxy shows its own page with status 200, a link dies in the middle
//! of a reply. What is done next depends on one question only: may the request have reached the hub?
//!
//! **Approach.** [`Network`] is the whole interface: one blocking call, a reply or an error that
//! answers that question ([`NetworkError::sent`]). [`PinnedHttps`] is the real one; simulators and
//! tests bring their own. The hub is known by the hash of its key, never by name or date, and it marks
//! each reply with the header [`PROTOCOL_HEADER`], so that nobody else's page counts as an answer.
//!
//! **Invariants.** Nothing of a request, neither token nor body, leaves before the peer has proven to
//! hold the pinned key. A reply is complete or an error. No reply takes more than [`REPLY_BYTES_MAX`].
//!
//! **Rejected.** Repeating in here: waiting and jitter belong to the agent, and every request to the
//! hub may be repeated anyway. The platform's certificate store: it knows nothing of this hub.

mod https;
mod pin;

use std::io;

pub use https::PinnedHttps;

/// The header by which a hub marks each reply as its own; its value is a protocol number.
pub const PROTOCOL_HEADER: &str = "gewu-protocol";

/// The longest body of a reply that is taken in, in bytes.
pub const REPLY_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// The longest that finding, reaching and checking one address may take, in milliseconds.
pub const CONNECT_MS_MAX: u64 = 10_000;

/// What the request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Asks, without a body.
    Get,
    /// Hands over a body.
    Post,
}

/// One request to the hub.
///
/// Every request of the protocol may be sent twice: the repeat is a success and nothing doubles.
#[derive(Debug, Clone)]
pub struct Request<'a> {
    pub method: Method,
    /// Begins with `/v1/`, may end with a query.
    pub path: &'a str,
    /// The session's token; `None` while enrolling and signing in.
    pub bearer: Option<&'a str>,
    /// Empty for [`Method::Get`].
    pub body: Vec<u8>,
    /// From the first step of the way to the last byte of the reply; 0 counts as 1.
    pub timeout_ms: u64,
    /// Of the body; unused for [`Method::Get`].
    pub content_type: &'static str,
}

/// What the hub answered, whatever the status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    /// Empty when the reply names none.
    pub content_type: String,
    /// Seconds that the hub asks to wait; the form with a date is not read.
    pub retry_after_s: Option<u64>,
    pub body: Vec<u8>,
}

/// Where a hub may be found and how it is recognised; comes from the invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubAddress {
    /// `host:port`, tried in order, the last good one first. Plain HTTP, for tests, is
    /// `http://ip:port` with a loopback address and no fingerprint is checked there.
    pub authorities: Vec<String>,
    /// SHA-256 of the `SubjectPublicKeyInfo` of the hub's TLS key.
    pub fingerprint: [u8; 32],
}

/// The road to one hub; exchangeable.
pub trait Network: Send + Sync {
    /// Sends one request and waits for the whole reply. Blocks for `timeout_ms` at most, plus
    /// [`CONNECT_MS_MAX`] for each address before the one that answers.
    ///
    /// # Errors
    /// See [`NetworkError`]: each tells what is safe to do next.
    fn send(&self, hub: &HubAddress, request: &Request<'_>) -> Result<Reply, NetworkError>;
}

/// Why no reply of the hub came back.
///
/// Nothing may be marked as sent on any of them.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetworkError {
    /// No address answered. Nothing was sent; try again later or when the network changes.
    #[error("the hub cannot be reached at {attempted}: {reason}")]
    Offline {
        attempted: String,
        reason: OfflineReason,
    },
    /// The connection broke or the time ran out under way. The hub may have the request; repeat it.
    #[error("the connection to {attempted} ended before the whole reply: {reason}")]
    Cut {
        attempted: String,
        reason: CutReason,
    },
    /// Somebody else answered at the hub's address: another hub, or a portal that breaks TLS open.
    /// Nothing was sent. Harmless to try again, but tell the person when it stays so.
    #[error(
        "another certificate than the hub's: expected {}, found {}",
        short(expected),
        short(found)
    )]
    WrongHub { expected: [u8; 32], found: [u8; 32] },
    /// What answered is not a hub: a captive portal, a proxy, another program. Try again later.
    #[error("what answered is not a hub: {why}")]
    NotAHub {
        /// `None` when the answer had none.
        status: Option<u16>,
        why: NotAHubReason,
    },
    /// The reply is longer than this phone takes. Ask for less: the same request fails again.
    #[error("the reply is longer than {limit} bytes")]
    TooLarge { limit: u64 },
    /// The request cannot be written as HTTP. Nothing was sent; a repeat fails again.
    #[error("the request cannot be sent: {part} is not valid")]
    Unsendable { part: &'static str },
}

/// Why an address did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfflineReason {
    #[error("no address is known")]
    NoAddress,
    #[error("not an address of the form host:port")]
    NotAnAddress,
    #[error("plain HTTP is for loopback only")]
    PlainNotLoopback,
    #[error("the name is not known")]
    NameUnknown,
    #[error("not connected ({kind})")]
    NotConnected { kind: io::ErrorKind },
    #[error("the secure connection was not completed ({kind})")]
    HandshakeBroke { kind: io::ErrorKind },
    #[error("no answer in time")]
    TimedOut,
}

/// How a connection ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CutReason {
    #[error("no answer in time")]
    TimedOut,
    #[error("it broke ({kind})")]
    Broke { kind: io::ErrorKind },
}

/// What gives away that no hub answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAHubReason {
    /// Nothing was sent.
    #[error("it does not speak TLS")]
    NoTls,
    /// Nothing was sent. It shows a broken certificate, or the hub's without holding the hub's key.
    #[error("its certificate does not hold")]
    BadCertificate,
    /// Most captive portals and proxies.
    #[error("its reply lacks the mark of a hub")]
    NoMark,
    /// The end of the body is not marked, so a cut could not be told from the whole.
    #[error("its reply has no length")]
    NoLength,
    #[error("its reply is not valid HTTP")]
    Malformed,
}

impl NetworkError {
    /// Whether the very same request has a chance later without anybody doing anything.
    #[must_use]
    pub fn retry(&self) -> bool {
        match self {
            Self::Offline { reason, .. } => !matches!(
                reason,
                OfflineReason::NoAddress
                    | OfflineReason::NotAnAddress
                    | OfflineReason::PlainNotLoopback
            ),
            Self::Cut { .. } | Self::WrongHub { .. } | Self::NotAHub { .. } => true,
            Self::TooLarge { .. } | Self::Unsendable { .. } => false,
        }
    }

    /// Whether the hub may have received the request.
    #[must_use]
    pub fn sent(&self) -> bool {
        match self {
            Self::Offline { .. } | Self::WrongHub { .. } | Self::Unsendable { .. } => false,
            Self::NotAHub { why, .. } => {
                !matches!(why, NotAHubReason::NoTls | NotAHubReason::BadCertificate)
            }
            Self::Cut { .. } | Self::TooLarge { .. } => true,
        }
    }
}

/// The first eight bytes as hexadecimal digits: enough to compare by eye.
fn short(fingerprint: &[u8; 32]) -> String {
    fingerprint
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests;
