//! The connection to a hub that is known by its key.
//!
//! **Problem.** The client library takes no TLS configuration of ours, and its own insists on names and
//! roots, which a hub at a private address does not have.
//!
//! **Approach.** A connector after the library's own one for TLS: it wraps the socket in a session
//! whose verifier compares the SHA-256 of the certificate's `SubjectPublicKeyInfo` and leaves both
//! handshake signatures to rustls. Failures before the first byte of a request are wrapped in
//! [`Unreached`], so that the caller tells "nothing was sent" from "may have been sent" by type.
//!
//! **Invariants.** The hashed key and the key that checks the signature come from one parser. A resumed
//! session skips the comparison, but lives in the configuration of one fingerprint only.
//!
//! **Rejected.** A second parser for the certificate: two readings of hostile bytes may differ.
//!
//! It builds on parts of the library that it may change without notice: its version is pinned exactly.

use std::fmt;
use std::io::{self, Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::client::Resumption;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, ClientConnection, DigitallySignedStruct, OtherError,
    SignatureScheme, StreamOwned,
};
use sha2::{Digest, Sha256};
use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{
    Buffers, ConnectionDetails, Connector, Either, LazyBuffers, NextTimeout, TcpConnector,
    Transport, TransportAdapter,
};

use super::{NotAHubReason, OfflineReason};

/// Why no connection came about; nothing of the request was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unreached {
    #[error("offline: {0}")]
    Offline(OfflineReason),
    #[error("another certificate than the hub's")]
    WrongHub { expected: [u8; 32], found: [u8; 32] },
    #[error("not a hub: {0}")]
    NotAHub(NotAHubReason),
}

impl From<Unreached> for ureq::Error {
    fn from(unreached: Unreached) -> Self {
        Self::Other(Box::new(unreached))
    }
}

/// Opens a socket and, for `https`, the session in which the hub proves its key.
#[derive(Debug)]
pub(super) struct PinConnector {
    tcp: TcpConnector,
    tls: Arc<ClientConfig>,
}

impl PinConnector {
    /// # Errors
    /// When the cryptography lacks a protocol version: a defect of the build.
    pub(super) fn new(fingerprint: [u8; 32]) -> Result<Self, rustls::Error> {
        let provider = Arc::new(ring::default_provider());
        let verifier = Arc::new(PinVerifier {
            expected: fingerprint,
            provider: Arc::clone(&provider),
        });
        let mut tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        tls.resumption = Resumption::in_memory_sessions(8);
        Ok(Self {
            tcp: TcpConnector::default(),
            tls: Arc::new(tls),
        })
    }

    fn handshake(
        &self,
        details: &ConnectionDetails<'_>,
        socket: Socket,
    ) -> Result<PinTransport, Unreached> {
        // Only for servers that choose by name in front of the hub; the name itself is not checked.
        let name = details
            .uri
            .host()
            .map(|host| host.trim_start_matches('[').trim_end_matches(']'))
            .and_then(|host| ServerName::try_from(host.to_owned()).ok())
            .ok_or(Unreached::Offline(OfflineReason::NotAnAddress))?;
        let mut session = ClientConnection::new(Arc::clone(&self.tls), name)
            .map_err(|_| Unreached::NotAHub(NotAHubReason::NoTls))?;
        let mut socket = TransportAdapter::new(socket, Arc::clone(&details.current_time));
        socket.set_timeout(details.timeout);
        session
            .complete_io(&mut socket)
            .map_err(|error| handshake_failure(&error))?;
        Ok(PinTransport {
            buffers: LazyBuffers::new(
                details.config.input_buffer_size(),
                details.config.output_buffer_size(),
            ),
            stream: StreamOwned::new(session, socket),
        })
    }
}

/// The library's socket; it does not export the type by name.
type Socket = <TcpConnector as Connector<()>>::Out;

impl Connector<()> for PinConnector {
    type Out = Either<Socket, PinTransport>;

    fn connect(
        &self,
        details: &ConnectionDetails<'_>,
        chained: Option<()>,
    ) -> Result<Option<Self::Out>, ureq::Error> {
        let socket = self
            .tcp
            .connect(details, chained)
            .map_err(|error| Unreached::Offline(socket_failure(&error)))?
            .ok_or(Unreached::Offline(OfflineReason::NotConnected {
                kind: io::ErrorKind::NotConnected,
            }))?;
        if !details.needs_tls() {
            return Ok(Some(Either::A(socket)));
        }
        Ok(Some(Either::B(self.handshake(details, socket)?)))
    }
}

fn socket_failure(error: &ureq::Error) -> OfflineReason {
    match error {
        ureq::Error::Timeout(_) => OfflineReason::TimedOut,
        ureq::Error::Io(error) => OfflineReason::NotConnected { kind: error.kind() },
        _ => OfflineReason::NotConnected {
            kind: io::ErrorKind::Other,
        },
    }
}

/// Looks inside: an alarm of the verifier travels as an I/O error around a TLS error.
fn handshake_failure(error: &io::Error) -> Unreached {
    let inside = error.get_ref();
    if let Some(tls) = inside.and_then(|inside| inside.downcast_ref::<rustls::Error>()) {
        return match tls {
            rustls::Error::InvalidCertificate(CertificateError::Other(OtherError(cause))) => cause
                .downcast_ref::<Unreached>()
                .copied()
                .unwrap_or(Unreached::NotAHub(NotAHubReason::BadCertificate)),
            rustls::Error::InvalidCertificate(_) => {
                Unreached::NotAHub(NotAHubReason::BadCertificate)
            }
            _ => Unreached::NotAHub(NotAHubReason::NoTls),
        };
    }
    let timed_out = inside
        .and_then(|inside| inside.downcast_ref::<ureq::Error>())
        .is_some_and(|inner| matches!(inner, ureq::Error::Timeout(_)));
    if timed_out {
        return Unreached::Offline(OfflineReason::TimedOut);
    }
    Unreached::Offline(OfflineReason::HandshakeBroke { kind: error.kind() })
}

/// Accepts exactly one key, whatever the certificate says about names, dates and issuers.
#[derive(Debug)]
struct PinVerifier {
    expected: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for PinVerifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let key = ParsedCertificate::try_from(end_entity)?.subject_public_key_info();
        let found: [u8; 32] = Sha256::digest(&key).into();
        if found == self.expected {
            return Ok(ServerCertVerified::assertion());
        }
        let wrong = Unreached::WrongHub {
            expected: self.expected,
            found,
        };
        Err(CertificateError::Other(OtherError(Arc::new(wrong))).into())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}

/// A session over a socket, with the library's buffers.
pub(super) struct PinTransport {
    buffers: LazyBuffers,
    stream: StreamOwned<ClientConnection, TransportAdapter<Socket>>,
}

impl fmt::Debug for PinTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PinTransport")
            .field(&self.stream.sock.get_ref())
            .finish()
    }
}

impl Transport for PinTransport {
    fn buffers(&mut self) -> &mut dyn Buffers {
        &mut self.buffers
    }

    fn transmit_output(&mut self, amount: usize, timeout: NextTimeout) -> Result<(), ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let output = self
            .buffers
            .output()
            .get(..amount)
            .ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        self.stream.write_all(output)?;
        Ok(())
    }

    fn await_input(&mut self, timeout: NextTimeout) -> Result<bool, ureq::Error> {
        self.stream.sock.set_timeout(timeout);
        let amount = self.stream.read(self.buffers.input_append_buf())?;
        self.buffers.input_appended(amount);
        Ok(amount > 0)
    }

    /// A goodbye that came in the same packet as the last reply is already out of the socket: only the
    /// session knows of it.
    fn is_open(&mut self) -> bool {
        let session_open =
            self.stream.conn.process_new_packets().is_ok_and(|state| {
                !state.peer_has_closed() && state.plaintext_bytes_to_read() == 0
            });
        session_open && self.stream.sock.get_mut().is_open()
    }

    fn is_tls(&self) -> bool {
        true
    }
}

/// Finds the addresses of a host.
///
/// A literal address is read in place: the library's own resolver starts a thread for each request
/// that has a time limit, even when the connection is already open.
#[derive(Debug, Default)]
pub(super) struct Addresses {
    names: DefaultResolver,
}

impl Resolver for Addresses {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let literal = uri
            .authority()
            .and_then(|authority| authority.as_str().parse::<SocketAddr>().ok());
        if let Some(address) = literal {
            let mut addresses = self.empty();
            addresses.push(address);
            return Ok(addresses);
        }
        self.names.resolve(uri, config, timeout).map_err(|error| {
            let reason = match error {
                ureq::Error::Timeout(_) => OfflineReason::TimedOut,
                _ => OfflineReason::NameUnknown,
            };
            Unreached::Offline(reason).into()
        })
    }
}
