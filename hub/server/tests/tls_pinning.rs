//! The phone's road to the hub, both ends as they ship: a phone talks to the one hub whose key it pins,
//! reuses its connection, and tells every other case apart.

#![allow(clippy::expect_used, clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::thread;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::routing::{get, post};
use gewu_device::network::{
    HubAddress, Method, Network, NetworkError, NotAHubReason, PinnedHttps, Request,
};
use gewu_hub::tls::{fingerprint, make_certificate, serve, server_config};
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256, date_time_ymd};
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName};
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConfig, StreamOwned};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, oneshot};

/// 1 August 2025.
const NOT_BEFORE_UNIX_S: i64 = 1_754_006_400;

const PING: Request<'static> = Request {
    method: Method::Get,
    path: "/v1/ping",
    bearer: Some("secret"),
    body: Vec::new(),
    timeout_ms: 20_000,
    content_type: "",
};

type Peers = Arc<Mutex<BTreeSet<SocketAddr>>>;

/// A hub that serves until it is dropped.
struct Hub {
    runtime: Runtime,
    local: SocketAddr,
    cert: Vec<u8>,
    peers: Peers,
    stop: oneshot::Sender<()>,
    done: tokio::task::JoinHandle<std::io::Result<()>>,
}

impl Hub {
    fn start() -> Self {
        let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
        let config = server_config(&cert, &key).unwrap();
        Self::start_with("127.0.0.1:0", cert, config, Router::new())
    }

    fn start_with(at: &str, cert: Vec<u8>, config: Arc<ServerConfig>, more: Router) -> Self {
        let runtime = Runtime::new().unwrap();
        let peers = Peers::default();
        let app = more.merge(routes(&peers));
        let listener = runtime.block_on(tokio::net::TcpListener::bind(at)).unwrap();
        let local = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let done = runtime.spawn(serve(listener, Some(config), app, async {
            let _ = stopped.await;
        }));
        Self {
            runtime,
            local,
            cert,
            peers,
            stop,
            done,
        }
    }

    fn address(&self) -> HubAddress {
        HubAddress {
            authorities: vec![self.local.to_string()],
            fingerprint: fingerprint(&self.cert).unwrap(),
        }
    }

    fn end(self) {
        self.stop.send(()).unwrap();
        self.runtime.block_on(self.done).unwrap().unwrap();
    }
}

fn routes(peers: &Peers) -> Router {
    let (asking, pushing) = (Arc::clone(peers), Arc::clone(peers));
    Router::new()
        .route(
            "/v1/ping",
            get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                asking.lock().unwrap().insert(peer);
                "pong"
            }),
        )
        .route(
            "/v1/echo",
            post(
                |ConnectInfo(peer): ConnectInfo<SocketAddr>, body: Bytes| async move {
                    pushing.lock().unwrap().insert(peer);
                    body
                },
            ),
        )
}

#[test]
fn a_phone_that_pins_the_key_reaches_the_hub_over_one_connection() {
    let hub = Hub::start();
    let (network, address) = (PinnedHttps::new(), hub.address());
    for round in 0_u32..200 {
        assert_eq!(network.send(&address, &PING).unwrap().body, b"pong");
        let request = Request {
            method: Method::Post,
            path: "/v1/echo",
            body: round.to_le_bytes().repeat(1000),
            ..PING
        };
        assert_eq!(network.send(&address, &request).unwrap().body, request.body);
    }
    assert_eq!(hub.peers.lock().unwrap().len(), 1);
    hub.end();
}

#[test]
fn name_and_date_of_the_certificate_do_not_matter_to_a_phone() {
    let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
    let mut params = CertificateParams::new(["elsewhere.example".to_owned()]).unwrap();
    params.not_before = date_time_ymd(1999, 1, 1);
    params.not_after = date_time_ymd(2000, 1, 1);
    let cert = params.self_signed(&key).unwrap().der().to_vec();
    let config = server_config(&cert, &key.serialize_der()).unwrap();
    let hub = Hub::start_with("127.0.0.1:0", cert, config, Router::new());
    let reply = PinnedHttps::new().send(&hub.address(), &PING).unwrap();
    assert_eq!(reply.body, b"pong");
    hub.end();
}

#[test]
fn another_key_is_told_as_the_wrong_hub_and_receives_nothing() {
    let (hub, other) = (Hub::start(), Hub::start());
    let (expected, found) = (hub.address().fingerprint, other.address().fingerprint);
    let address = HubAddress {
        fingerprint: expected,
        ..other.address()
    };
    let error = PinnedHttps::new().send(&address, &PING).unwrap_err();
    assert_eq!(error, NetworkError::WrongHub { expected, found });
    assert!(!error.sent());
    assert!(other.peers.lock().unwrap().is_empty());

    let both = HubAddress {
        authorities: [other.address().authorities, hub.address().authorities].concat(),
        ..hub.address()
    };
    let reply = PinnedHttps::new().send(&both, &PING).unwrap();
    assert_eq!(
        reply.body, b"pong",
        "the right one is looked for further on"
    );
    hub.end();
    other.end();
}

#[test]
fn a_certificate_shown_without_its_key_is_refused() {
    let (cert, _) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let (_, thief) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    for version in [&TLS12, &TLS13] {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(thief.clone()));
        let shown = CertifiedKey::new(
            vec![CertificateDer::from(cert.clone())],
            ring::sign::any_supported_type(&key).unwrap(),
        );
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_cert_resolver(Arc::new(SingleCertAndKey::from(shown)));
        let hub = Hub::start_with("127.0.0.1:0", cert.clone(), Arc::new(config), Router::new());
        let error = PinnedHttps::new().send(&hub.address(), &PING).unwrap_err();
        let why = NotAHubReason::BadCertificate;
        assert_eq!(error, NetworkError::NotAHub { status: None, why });
        assert!(hub.peers.lock().unwrap().is_empty());
        hub.end();
    }
}

#[test]
fn both_versions_of_tls_reach_the_hub() {
    for version in [&TLS12, &TLS13] {
        let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_protocol_versions(&[version])
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![CertificateDer::from(cert.clone())], key)
            .unwrap();
        let hub = Hub::start_with("127.0.0.1:0", cert, Arc::new(config), Router::new());
        let reply = PinnedHttps::new().send(&hub.address(), &PING).unwrap();
        assert_eq!(reply.body, b"pong");
        hub.end();
    }
}

/// A session as a browser that trusts this certificate would open it: name and date are checked.
fn session(hub: &Hub, protocols: &[&str]) -> StreamOwned<ClientConnection, TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(hub.cert.clone())).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|it| it.as_bytes().to_vec()).collect();
    let name = ServerName::try_from("localhost").unwrap();
    let mut session = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(hub.local).unwrap();
    session.complete_io(&mut socket).unwrap();
    StreamOwned::new(session, socket)
}

#[test]
fn a_browser_may_speak_http_2() {
    let hub = Hub::start();
    let mut stream = session(&hub, &["h2", "http/1.1"]);
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"h2"[..]));
    // Preface, empty settings, and stream 1: GET, https, authority "hub", path "/v1/ping".
    let mut head = vec![0x82, 0x87, 0x41, 3];
    head.extend_from_slice(b"hub\x04\x08/v1/ping");
    let mut request = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0\0\0".to_vec();
    request.push(u8::try_from(head.len()).unwrap());
    request.extend_from_slice(&[1, 5, 0, 0, 0, 1]);
    request.extend_from_slice(&head);
    stream.write_all(&request).unwrap();
    let head = loop {
        let mut frame = [0; 9];
        stream.read_exact(&mut frame).unwrap();
        let bytes = u32::from_be_bytes([0, frame[0], frame[1], frame[2]]);
        let mut payload = vec![0; usize::try_from(bytes).unwrap()];
        stream.read_exact(&mut payload).unwrap();
        if frame[3] == 1 {
            break payload;
        }
    };
    assert_eq!(head[0], 0x88, "status 200");
    drop(stream);
    hub.end();
}

#[test]
fn a_client_that_names_no_protocol_speaks_http_1() {
    let hub = Hub::start();
    for protocols in [&["http/1.1"][..], &[]] {
        let mut stream = session(&hub, protocols);
        let request = b"GET /v1/ping HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
        stream.write_all(request).unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n"), "{reply}");
        assert!(reply.contains("\r\ngewu-protocol: 1\r\n"), "{reply}");
    }
    hub.end();
}

#[test]
fn a_hub_that_breaks_off_in_the_middle_of_a_reply_cuts_the_request() {
    let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let config = server_config(&cert, &key).unwrap();
    let broken = Router::new().route(
        "/v1/broken",
        get(|| async {
            let parts = [
                Ok(Bytes::from("half")),
                Err(std::io::ErrorKind::Other.into()),
            ];
            Body::from_stream(futures_util::stream::iter::<[std::io::Result<Bytes>; 2]>(parts))
        }),
    );
    let hub = Hub::start_with("127.0.0.1:0", cert, config, broken);
    let path = "/v1/broken";
    let error = PinnedHttps::new()
        .send(&hub.address(), &Request { path, ..PING })
        .unwrap_err();
    assert!(matches!(error, NetworkError::Cut { .. }), "{error:?}");
    assert!(error.sent());
    hub.end();
}

#[test]
fn a_connection_left_over_from_before_a_restart_is_noticed() {
    let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let config = server_config(&cert, &key).unwrap();
    let start = |at: &str| Hub::start_with(at, cert.clone(), Arc::clone(&config), Router::new());
    let network = PinnedHttps::new();
    let mut hub = start("127.0.0.1:0");
    for _ in 0..5 {
        let address = hub.address();
        for _ in 0..3 {
            assert_eq!(network.send(&address, &PING).unwrap().body, b"pong");
        }
        assert_eq!(hub.peers.lock().unwrap().len(), 1);
        let at = hub.local.to_string();
        hub.end();
        let error = network.send(&address, &PING).unwrap_err();
        assert!(matches!(error, NetworkError::Offline { .. }), "{error:?}");
        hub = start(&at);
    }
    hub.end();
}

#[test]
fn a_stop_lets_the_running_request_finish_and_then_the_hub_is_offline() {
    let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let config = server_config(&cert, &key).unwrap();
    let (entered, running) = channel();
    let release = Arc::new(Notify::new());
    let released = Arc::clone(&release);
    let slow = Router::new().route(
        "/v1/slow",
        get(|| async move {
            entered.send(()).unwrap();
            released.notified().await;
            "done"
        }),
    );
    let hub = Hub::start_with("127.0.0.1:0", cert, config, slow);
    let (address, network) = (hub.address(), PinnedHttps::new());
    thread::scope(|scope| {
        let path = "/v1/slow";
        let slow = scope.spawn(|| network.send(&address, &Request { path, ..PING }));
        running.recv().unwrap();
        hub.stop.send(()).unwrap();
        while TcpStream::connect(hub.local).is_ok() {
            thread::yield_now();
        }
        let error = network.send(&address, &PING).unwrap_err();
        assert!(matches!(error, NetworkError::Offline { .. }), "{error:?}");
        release.notify_one();
        assert_eq!(slow.join().unwrap().unwrap().body, b"done");
    });
    hub.runtime.block_on(hub.done).unwrap().unwrap();
}

#[test]
fn a_socket_that_closes_during_the_handshake_is_offline() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = HubAddress {
        authorities: vec![listener.local_addr().unwrap().to_string()],
        fingerprint: [0; 32],
    };
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
    });
    let error = PinnedHttps::new().send(&address, &PING).unwrap_err();
    assert!(matches!(error, NetworkError::Offline { .. }), "{error:?}");
    server.join().unwrap();
}
