//! The hub's TLS key and its front door: connections in, requests to the router.
//!
//! **Problem.** A hub is a small box on a private address. No authority certifies it, so phones know it
//! by its key; and whatever happens at the door — a thousand phones at once, silent sockets, a stop in
//! the middle of a drive — must not take the hub or a running request down.
//!
//! **Approach.** [`make_certificate`] makes an ECDSA P-256 leaf (browsers refuse Ed25519) that lasts
//! twenty years; its [`fingerprint`] covers the key alone and so survives a new address or date.
//! [`serve`] accepts, shakes hands and hands requests to the router, each step with a time limit and
//! all under one cap. On a stop the door closes at once and running requests get five seconds.
//!
//! **Invariants.** Without TLS only loopback is served. Every reply carries [`PROTOCOL_HEADER`].
//! No connection outlives [`serve`].
//!
//! **Rejected.** Guessing HTTP/1.1 or 2 from the first bytes: that phase has no time limit, so a silent
//! socket would stay for ever; the handshake has settled it anyway. A certificate that may sign others:
//! a stolen one would then vouch for any name.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::{HeaderName, HeaderValue, Request, Response};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use rcgen::{
    CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::server::ParsedCertificate;
use sha2::{Digest, Sha256};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tower::Service;
use tracing::{debug, warn};

/// The header by which phones tell the hub from a captive portal; set on every reply.
pub const PROTOCOL_HEADER: HeaderName = HeaderName::from_static("gewu-protocol");
const PROTOCOL: HeaderValue = HeaderValue::from_static("1");

/// Twenty years with their leap days, in seconds.
const VALID_S: u64 = (20 * 365 + 5) * 24 * 60 * 60;
/// 1 January 2200. Beyond it a clock is wrong, and the arithmetic of dates has an end.
const NOT_BEFORE_UNIX_S_MAX: i64 = 7_258_118_400;
const ALWAYS_NAMED: [&str; 3] = ["localhost", "127.0.0.1", "::1"];

/// How long to look away when the system has no file handle left for another connection.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);
/// HTTP/1.1 request head, and the buffer that holds it.
const HEAD_BYTES_MAX: usize = 64 * 1024;
const HEAD_BYTES_MAX_H2: u32 = 64 * 1024;
const STREAM_COUNT_MAX: u32 = 64;

/// What a connection may take.
#[derive(Debug, Clone, Copy)]
struct Limits {
    handshake: Duration,
    /// For the head of a request; also how long a connection may lie idle.
    header: Duration,
    /// For running requests after the stop.
    grace: Duration,
    connection_count: usize,
}

const LIMITS: Limits = Limits {
    handshake: Duration::from_secs(10),
    header: Duration::from_secs(30),
    grace: Duration::from_secs(5),
    connection_count: 4096,
};

/// Why the hub's TLS key cannot be made or used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// Give host names or addresses, without port.
    #[error("{name:?} is neither a host name nor an address")]
    NotAName { name: String },
    /// Set the clock and try again.
    #[error("a certificate cannot begin {not_before_unix_s} seconds after 1970")]
    NotADate { not_before_unix_s: i64 },
    #[error("the key could not be made")]
    KeyNotMade { source: rcgen::Error },
    #[error("the certificate could not be made")]
    CertificateNotMade { source: rcgen::Error },
    /// The file is damaged or is something else.
    #[error("not a certificate")]
    NotACertificate { source: rustls::Error },
    /// The file is damaged, or is the key of another certificate.
    #[error("the key is damaged or does not belong to the certificate")]
    NotAPair { source: rustls::Error },
}

/// Makes the hub's TLS key and its self-signed certificate: (certificate, PKCS #8 key), both DER.
///
/// The certificate names localhost, 127.0.0.1, ::1 and `names` (host names or addresses without port;
/// `0.0.0.0` and `::` are left out), may not sign others and is valid for twenty years from
/// `not_before_unix_s`. The key comes from the system's randomness.
///
/// # Errors
/// [`TlsError::NotAName`] and [`TlsError::NotADate`] name the argument to correct; the others mean that
/// the system gave no randomness.
pub fn make_certificate(
    names: &[String],
    not_before_unix_s: i64,
) -> Result<(Vec<u8>, Vec<u8>), TlsError> {
    let not_before_s = u64::try_from(not_before_unix_s)
        .ok()
        .filter(|_| not_before_unix_s <= NOT_BEFORE_UNIX_S_MAX)
        .ok_or(TlsError::NotADate { not_before_unix_s })?;
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)
        .map_err(|source| TlsError::KeyNotMade { source })?;
    let mut params = CertificateParams::new(subject_names(names)?)
        .map_err(|source| TlsError::CertificateNotMade { source })?;
    params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_secs(not_before_s);
    params.not_after = params.not_before + Duration::from_secs(VALID_S);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
        .distinguished_name
        .push(DnType::CommonName, "Gewu hub");
    let certificate = params
        .self_signed(&key)
        .map_err(|source| TlsError::CertificateNotMade { source })?;
    Ok((certificate.der().to_vec(), key.serialize_der()))
}

/// The names of the certificate, each once, in the order given.
fn subject_names(names: &[String]) -> Result<Vec<String>, TlsError> {
    let mut all: Vec<String> = ALWAYS_NAMED.map(str::to_owned).to_vec();
    for name in names {
        let not_a_name = || TlsError::NotAName { name: name.clone() };
        ServerName::try_from(name.as_str()).map_err(|_| not_a_name())?;
        let unspecified = name
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_unspecified());
        if !unspecified && !all.contains(name) {
            all.push(name.clone());
        }
    }
    Ok(all)
}

/// SHA-256 of the certificate's `SubjectPublicKeyInfo`: what invitations carry and phones pin.
///
/// # Errors
/// [`TlsError::NotACertificate`] when the bytes are not one.
pub fn fingerprint(cert_der: &[u8]) -> Result<[u8; 32], TlsError> {
    let certificate = CertificateDer::from(cert_der);
    let parsed = ParsedCertificate::try_from(&certificate)
        .map_err(|source| TlsError::NotACertificate { source })?;
    Ok(Sha256::digest(parsed.subject_public_key_info()).into())
}

/// The configuration for [`serve`]: this certificate, HTTP/2 or 1.1, no client certificates.
///
/// # Errors
/// [`TlsError::NotAPair`] when the key is damaged or another one's.
pub fn server_config(cert_der: &[u8], key_der: &[u8]) -> Result<Arc<ServerConfig>, TlsError> {
    let certificate = CertificateDer::from(cert_der.to_vec());
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key_der.to_vec()));
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map(|builder| builder.with_no_client_auth())
        .and_then(|builder| builder.with_single_cert(vec![certificate], key))
        .map_err(|source| TlsError::NotAPair { source })?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Serves `app` on `listener` until `shutdown` completes.
///
/// Handlers find the peer's address as [`ConnectInfo<SocketAddr>`]. With 4,096 connections open,
/// further ones wait in the system's queue. After `shutdown` nothing new is accepted, running requests
/// have five seconds, then their connections are closed. Dropping the future closes them at once.
///
/// # Errors
/// `InvalidInput` when `tls` is `None` and the listener is not on loopback; nothing is served then.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    serve_within(LIMITS, listener, tls, app, shutdown).await
}

async fn serve_within(
    limits: Limits,
    listener: TcpListener,
    tls: Option<Arc<ServerConfig>>,
    app: Router,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let local = listener.local_addr()?;
    if tls.is_none() && !local.ip().is_loopback() {
        let message = format!("plain HTTP is for loopback only, not for {local}");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    let tls = tls.map(TlsAcceptor::from);
    // Builds the routes once instead of at each request.
    let app: Router = app.with_state(());
    let room = Arc::new(Semaphore::new(limits.connection_count));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let mut shutdown = pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            biased;
            () = &mut shutdown => break,
            Some(ended) = connections.join_next(), if !connections.is_empty() => {
                note(ended);
                continue;
            }
            accepted = accept(&listener, &room) => accepted,
        };
        match accepted {
            Ok((stream, remote, permit)) => {
                let door = Door {
                    limits,
                    remote,
                    app: app.clone(),
                    watcher: graceful.watcher(),
                };
                connections.spawn(attend(door, stream, tls.clone(), permit));
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                warn!(%error, "no further connection can be accepted at the moment");
                if timeout(ACCEPT_PAUSE, &mut shutdown).await.is_ok() {
                    break;
                }
            }
        }
    }
    drop(listener);
    if timeout(limits.grace, graceful.shutdown()).await.is_err() {
        warn!(
            count = connections.len(),
            "connections closed before they were done"
        );
    }
    connections.shutdown().await;
    Ok(())
}

/// Waits for room first, so that whoever finds none stays in the system's queue.
async fn accept(
    listener: &TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, SocketAddr, OwnedSemaphorePermit)> {
    let permit = Arc::clone(room)
        .acquire_owned()
        .await
        .map_err(io::Error::other)?;
    let (stream, remote) = listener.accept().await?;
    Ok((stream, remote, permit))
}

/// The peer left between knocking and opening; the listener is fine.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}

fn note(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        warn!(%error, "a connection ended in a defect");
    }
}

/// What one connection needs to be served.
struct Door {
    limits: Limits,
    remote: SocketAddr,
    app: Router,
    watcher: Watcher,
}

async fn attend(
    door: Door,
    stream: TcpStream,
    tls: Option<TlsAcceptor>,
    _permit: OwnedSemaphorePermit,
) {
    if let Err(error) = stream.set_nodelay(true) {
        debug!(%error, "the connection is already gone");
        return;
    }
    let Some(acceptor) = tls else {
        return converse(door, stream, false).await;
    };
    match timeout(door.limits.handshake, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => {
            let h2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            converse(door, stream, h2).await;
        }
        Ok(Err(error)) => debug!(%error, "handshake failed"),
        Err(_) => debug!("handshake took too long"),
    }
}

async fn converse<Stream>(door: Door, stream: Stream, h2: bool)
where
    Stream: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let Door {
        limits,
        remote,
        app,
        watcher,
    } = door;
    let service = hyper::service::service_fn(move |request| answer(app.clone(), remote, request));
    let http = http(limits, h2);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    if let Err(error) = watcher.watch(connection).await {
        debug!(%error, "connection ended early");
    }
}

async fn answer(
    mut app: Router,
    remote: SocketAddr,
    request: Request<Incoming>,
) -> Result<Response<Body>, std::convert::Infallible> {
    let mut request = request.map(Body::new);
    request.extensions_mut().insert(ConnectInfo(remote));
    let mut response = app.call(request).await?;
    response
        .headers_mut()
        .entry(PROTOCOL_HEADER)
        .or_insert(PROTOCOL);
    Ok(response)
}

fn http(limits: Limits, h2: bool) -> auto::Builder<TokioExecutor> {
    let mut http = auto::Builder::new(TokioExecutor::new());
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(limits.header)
        .max_buf_size(HEAD_BYTES_MAX);
    http.http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAM_COUNT_MAX)
        .max_header_list_size(HEAD_BYTES_MAX_H2)
        .keep_alive_interval(limits.header)
        .keep_alive_timeout(limits.header);
    if h2 {
        http.http2_only()
    } else {
        http.http1_only()
    }
}

#[cfg(test)]
mod tests;
