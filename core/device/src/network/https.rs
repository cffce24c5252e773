//! Requests over pinned, kept-alive connections.
//!
//! **Approach.** One client per fingerprint with a pool of open connections; the addresses of a hub are
//! tried in order, beginning with the one that answered last. Only failures before the first byte of
//! the request go on to the next address.
//!
//! **Invariants.** Connections of different fingerprints never meet. A reply is read to its marked end.
//!
//! **Rejected.** Asynchronous HTTP: a phone has a handful of requests open, and a thread that waits is
//! easier to reason about than a second runtime beside the shell's.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ureq::http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName, RETRY_AFTER};
use ureq::http::uri::{Authority, PathAndQuery, Scheme};
use ureq::http::{self, HeaderValue, StatusCode, Uri};
use ureq::{Agent, AsSendBody, Body};

use super::pin::{Addresses, PinConnector, Unreached};
use super::{
    CONNECT_MS_MAX, CutReason, HubAddress, Method, Network, NetworkError, NotAHubReason,
    OfflineReason, PROTOCOL_HEADER, REPLY_BYTES_MAX, Reply, Request,
};

/// Shorter than the time after which the hub closes an idle connection (30 s), else a request would
/// now and then meet the closing.
const IDLE_MS_MAX: u64 = 20_000;
/// Connections kept per address: one per lane and one for the long poll.
const IDLE_COUNT_MAX: usize = 4;
/// Per buffer; a connection has four. The library's own 128 KiB would be half a megabyte each.
const BUFFER_BYTES: usize = 32 * 1024;
const REPLY_HEADER_BYTES_MAX: usize = 16 * 1024;
const PLAIN_PREFIX: &str = "http://";

/// The real road: HTTP/1.1 over TLS to a hub whose key is pinned.
///
/// Usable from several threads at once. Connections stay open between requests.
#[derive(Debug, Default)]
pub struct PinnedHttps {
    roads: Mutex<BTreeMap<[u8; 32], Road>>,
}

struct Road {
    agent: Agent,
    /// The authority that answered last.
    last_good: Option<String>,
}

impl std::fmt::Debug for Road {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Road")
            .field("last_good", &self.last_good)
            .finish_non_exhaustive()
    }
}

impl PinnedHttps {
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Closes all connections and ends what is under way in other threads with
    /// [`NetworkError::Cut`]; later requests open new ones. For a stop within a deadline.
    pub fn hang_up(&self) {
        let roads = std::mem::take(&mut *self.roads());
        for road in roads.into_values() {
            road.agent.shutdown();
        }
    }

    /// A panic elsewhere cannot leave the map half changed, so its mark is ignored.
    fn roads(&self) -> MutexGuard<'_, BTreeMap<[u8; 32], Road>> {
        self.roads.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client for this fingerprint and the address that answered last.
    fn road(&self, fingerprint: [u8; 32]) -> Result<(Agent, Option<String>), NetworkError> {
        let mut roads = self.roads();
        if let Some(road) = roads.get(&fingerprint) {
            return Ok((road.agent.clone(), road.last_good.clone()));
        }
        let agent = agent(fingerprint)?;
        let road = Road {
            agent: agent.clone(),
            last_good: None,
        };
        roads.insert(fingerprint, road);
        Ok((agent, None))
    }

    fn remember(&self, fingerprint: [u8; 32], authority: &str) {
        if let Some(road) = self.roads().get_mut(&fingerprint) {
            road.last_good = Some(authority.to_owned());
        }
    }
}

impl Network for PinnedHttps {
    fn send(&self, hub: &HubAddress, request: &Request<'_>) -> Result<Reply, NetworkError> {
        let (agent, last_good) = self.road(hub.fingerprint)?;
        let last_good = last_good.as_deref();
        let known = hub
            .authorities
            .iter()
            .find(|a| Some(a.as_str()) == last_good);
        let others = hub
            .authorities
            .iter()
            .filter(|a| Some(a.as_str()) != last_good);
        let mut failure = NetworkError::Offline {
            attempted: String::new(),
            reason: OfflineReason::NoAddress,
        };
        for authority in known.into_iter().chain(others) {
            match exchange(&agent, authority, request) {
                Ok(reply) => {
                    if Some(authority.as_str()) != last_good {
                        self.remember(hub.fingerprint, authority);
                    }
                    return Ok(reply);
                }
                Err(error) if error.sent() => return Err(error),
                Err(error) => failure = more_telling(failure, error),
            }
        }
        Err(failure)
    }
}

/// An answer by the wrong one tells more than silence; else the later failure stands.
fn more_telling(earlier: NetworkError, later: NetworkError) -> NetworkError {
    let silent = |error: &NetworkError| matches!(error, NetworkError::Offline { .. });
    if !silent(&earlier) && silent(&later) {
        return earlier;
    }
    later
}

fn agent(fingerprint: [u8; 32]) -> Result<Agent, NetworkError> {
    let config = Agent::config_builder()
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent("")
        .accept("")
        .accept_encoding("")
        .max_response_header_size(REPLY_HEADER_BYTES_MAX)
        .input_buffer_size(BUFFER_BYTES)
        .output_buffer_size(BUFFER_BYTES)
        .max_idle_connections(2 * IDLE_COUNT_MAX)
        .max_idle_connections_per_host(IDLE_COUNT_MAX)
        .max_idle_age(Duration::from_millis(IDLE_MS_MAX))
        .build();
    let connector = PinConnector::new(fingerprint).map_err(|_| NetworkError::Unsendable {
        part: "the set of TLS versions",
    })?;
    Ok(Agent::with_parts(config, connector, Addresses::default()))
}

fn exchange(agent: &Agent, authority: &str, request: &Request<'_>) -> Result<Reply, NetworkError> {
    let uri = uri(authority, request.path)?;
    let response = match request.method {
        Method::Get if !request.body.is_empty() => {
            return Err(NetworkError::Unsendable {
                part: "the body of a GET",
            });
        }
        Method::Get => run(agent, http::Request::get(uri), request, ()),
        Method::Post => {
            let head = http::Request::post(uri).header(CONTENT_TYPE, request.content_type);
            run(agent, head, request, &request.body)
        }
    };
    let response = response.map_err(|error| failure(authority, None, error))?;
    reply(authority, response)
}

fn run(
    agent: &Agent,
    mut head: http::request::Builder,
    request: &Request<'_>,
    body: impl AsSendBody,
) -> Result<http::Response<Body>, ureq::Error> {
    if let Some(bearer) = request.bearer {
        let mut value = HeaderValue::try_from(format!("Bearer {bearer}"))
            .map_err(|error| ureq::Error::Http(error.into()))?;
        value.set_sensitive(true);
        head = head.header(AUTHORIZATION, value);
    }
    let timeout_ms = request.timeout_ms.max(1);
    let reach = Duration::from_millis(timeout_ms.min(CONNECT_MS_MAX));
    let request = agent
        .configure_request(head.body(body)?)
        .timeout_global(Some(Duration::from_millis(timeout_ms)))
        .timeout_resolve(Some(reach))
        .timeout_connect(Some(reach))
        .build();
    agent.run(request)
}

/// The authority comes out of a QR code: it must be a host and a port and nothing else.
fn uri(authority: &str, path: &str) -> Result<Uri, NetworkError> {
    let offline = |reason| NetworkError::Offline {
        attempted: authority.to_owned(),
        reason,
    };
    let (scheme, host_and_port) = match authority.strip_prefix(PLAIN_PREFIX) {
        None => (Scheme::HTTPS, authority),
        Some(plain) => {
            let address = plain.parse::<SocketAddr>();
            if !address.is_ok_and(|address| address.ip().is_loopback()) {
                return Err(offline(OfflineReason::PlainNotLoopback));
            }
            (Scheme::HTTP, plain)
        }
    };
    let parsed: Authority = host_and_port
        .parse()
        .map_err(|_| offline(OfflineReason::NotAnAddress))?;
    if parsed.port_u16().is_none() || parsed.host().is_empty() || host_and_port.contains('@') {
        return Err(offline(OfflineReason::NotAnAddress));
    }
    let unsendable = NetworkError::Unsendable { part: "the path" };
    if !path.starts_with("/v1/") {
        return Err(unsendable);
    }
    let Ok(path) = path.parse::<PathAndQuery>() else {
        return Err(unsendable);
    };
    Uri::builder()
        .scheme(scheme)
        .authority(parsed)
        .path_and_query(path)
        .build()
        .map_err(|_| unsendable)
}

/// Looks at the marks before the body: what is not from a hub is not read at all.
fn reply(authority: &str, mut response: http::Response<Body>) -> Result<Reply, NetworkError> {
    let status = response.status().as_u16();
    let not_a_hub = |why| {
        Err(NetworkError::NotAHub {
            status: Some(status),
            why,
        })
    };
    if !marked(&response) {
        return not_a_hub(NotAHubReason::NoMark);
    }
    if !ends_visibly(&response) {
        return not_a_hub(NotAHubReason::NoLength);
    }
    let announced = response.body().content_length();
    if announced.is_some_and(|bytes| bytes > REPLY_BYTES_MAX) {
        return Err(NetworkError::TooLarge {
            limit: REPLY_BYTES_MAX,
        });
    }
    let content_type = text_of(&response, &CONTENT_TYPE).unwrap_or_default();
    let retry_after_s = text_of(&response, &RETRY_AFTER).and_then(|text| text.parse().ok());
    let body = response
        .body_mut()
        .with_config()
        .limit(REPLY_BYTES_MAX)
        .read_to_vec()
        .map_err(|error| failure(authority, Some(status), error))?;
    Ok(Reply {
        status,
        content_type,
        retry_after_s,
        body,
    })
}

/// Any number will do: a hub of another protocol says so by its status, and must be heard.
fn marked(response: &http::Response<Body>) -> bool {
    text_of(response, &HeaderName::from_static(PROTOCOL_HEADER))
        .is_some_and(|text| text.parse::<u16>().is_ok())
}

/// A body that ends with the connection may have been cut by anybody on the way.
fn ends_visibly(response: &http::Response<Body>) -> bool {
    let bodiless = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
    bodiless.contains(&response.status())
        || response
            .headers()
            .contains_key(http::header::CONTENT_LENGTH)
        || response
            .headers()
            .contains_key(http::header::TRANSFER_ENCODING)
}

fn text_of(response: &http::Response<Body>, name: &HeaderName) -> Option<String> {
    let value = response.headers().get(name)?;
    value.to_str().ok().map(|text| text.trim().to_owned())
}

/// Sorts the library's errors by what they mean for the caller.
fn failure(authority: &str, status: Option<u16>, error: ureq::Error) -> NetworkError {
    let attempted = authority.to_owned();
    let cut = |reason| NetworkError::Cut { attempted, reason };
    match error {
        ureq::Error::Other(inside) => match inside.downcast_ref::<Unreached>() {
            Some(unreached) => unreached_error(authority, *unreached),
            None => cut(CutReason::Broke {
                kind: io::ErrorKind::Other,
            }),
        },
        ureq::Error::Timeout(_) => cut(CutReason::TimedOut),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::TimedOut => {
            cut(CutReason::TimedOut)
        }
        ureq::Error::Io(error) => cut(CutReason::Broke { kind: error.kind() }),
        ureq::Error::BodyExceedsLimit(_) => NetworkError::TooLarge {
            limit: REPLY_BYTES_MAX,
        },
        ureq::Error::Protocol(_) | ureq::Error::LargeResponseHeader(..) => NetworkError::NotAHub {
            status,
            why: NotAHubReason::Malformed,
        },
        ureq::Error::Http(_) => NetworkError::Unsendable { part: "a header" },
        ureq::Error::BadUri(_) => NetworkError::Unsendable { part: "the path" },
        _ => cut(CutReason::Broke {
            kind: io::ErrorKind::Other,
        }),
    }
}

fn unreached_error(authority: &str, unreached: Unreached) -> NetworkError {
    match unreached {
        Unreached::Offline(reason) => NetworkError::Offline {
            attempted: authority.to_owned(),
            reason,
        },
        Unreached::WrongHub { expected, found } => NetworkError::WrongHub { expected, found },
        Unreached::NotAHub(why) => NetworkError::NotAHub { status: None, why },
    }
}
