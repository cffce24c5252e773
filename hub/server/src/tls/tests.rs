use std::sync::Mutex;

use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

use super::*;

/// 1 August 2025.
const NOT_BEFORE_UNIX_S: i64 = 1_754_006_400;

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn short() -> Limits {
    Limits {
        handshake: Duration::from_millis(50),
        header: Duration::from_millis(50),
        grace: Duration::from_millis(50),
        connection_count: 8,
    }
}

struct Hub {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    done: JoinHandle<io::Result<()>>,
}

async fn start(limits: Limits, tls: Option<Arc<ServerConfig>>, app: Router) -> Hub {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel();
    let shutdown = async {
        let _ = stopped.await;
    };
    let done = tokio::spawn(serve_within(limits, listener, tls, app, shutdown));
    Hub {
        address,
        stop,
        done,
    }
}

impl Hub {
    async fn ask(&self, path: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        ask(&mut stream, path).await;
        stream
    }

    async fn end(self) {
        self.stop.send(()).unwrap();
        self.done.await.unwrap().unwrap();
    }
}

async fn ask(stream: &mut TcpStream, path: &str) {
    let head = format!("GET {path} HTTP/1.1\r\nhost: hub\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
}

/// Reads up to the `~` with which the answers here end.
async fn reply(stream: &mut TcpStream) -> String {
    let mut reply = Vec::new();
    while reply.last() != Some(&b'~') {
        let byte = stream.read_u8().await.unwrap();
        reply.push(byte);
    }
    String::from_utf8(reply).unwrap()
}

/// Everything until the peer closes; a reset is an end too.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let _ = stream.read_to_end(&mut rest).await;
    rest
}

#[test]
fn the_certificate_is_a_leaf_for_twenty_years_that_names_the_hub() {
    let given = names(&["192.168.1.20", "hub.street.example", "localhost", "0.0.0.0"]);
    let (cert, key) = make_certificate(&given, NOT_BEFORE_UNIX_S).unwrap();
    let (rest, parsed) = X509Certificate::from_der(&cert).unwrap();
    assert!(rest.is_empty());
    let validity = parsed.validity();
    assert_eq!(validity.not_before.timestamp(), NOT_BEFORE_UNIX_S);
    let not_after = validity.not_after.to_datetime();
    assert_eq!((not_after.year(), u8::from(not_after.month())), (2045, 8));
    assert_eq!((not_after.day(), not_after.hour()), (1, 0));
    assert!(!parsed.is_ca());
    assert!(
        parsed
            .basic_constraints()
            .unwrap()
            .is_some_and(|it| !it.value.ca)
    );
    let usage = parsed.extended_key_usage().unwrap().unwrap().value;
    assert!(usage.server_auth && !usage.any);
    let subjects = parsed.subject_alternative_name().unwrap().unwrap();
    let subjects: Vec<String> = subjects.value.general_names.iter().map(subject).collect();
    assert_eq!(
        subjects,
        [
            "localhost",
            "127.0.0.1",
            "::1",
            "192.168.1.20",
            "hub.street.example"
        ]
    );
    // Another parser finds the same key.
    let by_hand: [u8; 32] = Sha256::digest(parsed.public_key().raw).into();
    assert_eq!(fingerprint(&cert).unwrap(), by_hand);
    let curve = parsed.public_key().algorithm.parameters.as_ref();
    let curve = curve.and_then(|curve| curve.as_oid().ok()).unwrap();
    assert_eq!(curve.to_id_string(), "1.2.840.10045.3.1.7", "P-256");
    server_config(&cert, &key).unwrap();
}

fn subject(name: &GeneralName<'_>) -> String {
    match name {
        GeneralName::DNSName(name) => (*name).to_owned(),
        GeneralName::IPAddress(bytes) => {
            let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
            let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
            v4.or(v6).unwrap().to_string()
        }
        other => panic!("{other}"),
    }
}

#[test]
fn every_hub_has_its_own_key() {
    let (one, _) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let (other, _) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    assert_ne!(fingerprint(&one).unwrap(), fingerprint(&other).unwrap());
}

#[test]
fn names_and_dates_that_are_none_are_refused_by_name() {
    for name in ["", "hub:8443", "街道", "a b", "https://hub"] {
        let error = make_certificate(&names(&[name]), NOT_BEFORE_UNIX_S).unwrap_err();
        assert!(matches!(error, TlsError::NotAName { name: found } if found == name));
    }
    for date in [i64::MIN, -1, NOT_BEFORE_UNIX_S_MAX + 1, i64::MAX] {
        let error = make_certificate(&[], date).unwrap_err();
        assert!(
            matches!(error, TlsError::NotADate { not_before_unix_s } if not_before_unix_s == date)
        );
    }
    for date in [0, NOT_BEFORE_UNIX_S_MAX] {
        make_certificate(&[], date).unwrap();
    }
}

#[test]
fn damaged_files_and_keys_of_others_are_refused() {
    let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let (_, other_key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    for key in [&other_key[..], &key[1..], b""] {
        let error = server_config(&cert, key).unwrap_err();
        assert!(matches!(error, TlsError::NotAPair { .. }), "{error}");
    }
    for cert in [&cert[1..], b"", b"-----BEGIN CERTIFICATE-----"] {
        let error = fingerprint(cert).unwrap_err();
        assert!(matches!(error, TlsError::NotACertificate { .. }), "{error}");
    }
}

#[tokio::test]
async fn plain_http_is_refused_beyond_loopback() {
    let listener = TcpListener::bind("0.0.0.0:0").await.unwrap();
    let error = serve(listener, None, Router::new(), std::future::pending()).await;
    assert_eq!(error.unwrap_err().kind(), io::ErrorKind::InvalidInput);
}

#[tokio::test]
async fn handlers_see_the_peer_and_every_reply_is_marked() {
    let app = Router::new().route(
        "/who",
        get(|ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { format!("{peer}~") }),
    );
    let hub = start(LIMITS, None, app).await;
    let mut stream = hub.ask("/who").await;
    let answer = reply(&mut stream).await;
    assert!(answer.ends_with(&format!("\r\n\r\n{}~", stream.local_addr().unwrap())));
    assert!(answer.contains("\r\ngewu-protocol: 1\r\n"), "{answer}");
    let mut stream = TcpStream::connect(hub.address).await.unwrap();
    let unknown = b"GET /none HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n";
    stream.write_all(unknown).await.unwrap();
    let answer = String::from_utf8(rest(&mut stream).await).unwrap();
    assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    assert!(answer.contains("\r\ngewu-protocol: 1\r\n"), "{answer}");
    hub.end().await;
}

#[tokio::test]
async fn silent_sockets_are_closed_before_and_after_the_handshake() {
    let (cert, key) = make_certificate(&[], NOT_BEFORE_UNIX_S).unwrap();
    let tls = server_config(&cert, &key).unwrap();
    for tls in [Some(tls), None] {
        let hub = start(short(), tls, Router::new()).await;
        let mut stream = TcpStream::connect(hub.address).await.unwrap();
        assert_eq!(rest(&mut stream).await, b"");
        hub.end().await;
    }
}

#[tokio::test]
async fn half_a_request_head_is_not_waited_for() {
    let hub = start(short(), None, Router::new()).await;
    let mut stream = TcpStream::connect(hub.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nhost:").await.unwrap();
    rest(&mut stream).await;
    hub.end().await;
}

#[tokio::test]
async fn beyond_the_cap_connections_wait_their_turn() {
    let order: Arc<Mutex<String>> = Arc::default();
    let seen = |name: char| {
        let order = Arc::clone(&order);
        get(move || async move {
            order.lock().unwrap().push(name);
            "~"
        })
    };
    let app = Router::new().route("/a", seen('a')).route("/b", seen('b'));
    let limits = Limits {
        connection_count: 1,
        ..LIMITS
    };
    let hub = start(limits, None, app).await;
    let mut a = hub.ask("/a").await;
    reply(&mut a).await;
    let mut b = hub.ask("/b").await;
    for _ in 0..50 {
        ask(&mut a, "/a").await;
        reply(&mut a).await;
    }
    drop(a);
    reply(&mut b).await;
    assert_eq!(*order.lock().unwrap(), "a".repeat(51) + "b");
    hub.end().await;
}

#[tokio::test]
async fn a_stop_lets_a_running_request_finish_and_refuses_new_ones() {
    let (entered, release) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let app = {
        let (entered, release) = (Arc::clone(&entered), Arc::clone(&release));
        Router::new().route(
            "/slow",
            get(|| async move {
                entered.notify_one();
                release.notified().await;
                "done~"
            }),
        )
    };
    let hub = start(LIMITS, None, app).await;
    let mut running = hub.ask("/slow").await;
    entered.notified().await;
    hub.stop.send(()).unwrap();
    while TcpStream::connect(hub.address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    release.notify_one();
    assert!(reply(&mut running).await.ends_with("done~"));
    assert_eq!(rest(&mut running).await, b"", "then the connection ends");
    hub.done.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let entered = Arc::new(Notify::new());
    let app = {
        let entered = Arc::clone(&entered);
        Router::new().route(
            "/stuck",
            get(|| async move {
                entered.notify_one();
                std::future::pending::<&'static str>().await
            }),
        )
    };
    let hub = start(short(), None, app).await;
    let mut stuck = hub.ask("/stuck").await;
    entered.notified().await;
    hub.end().await;
    assert_eq!(rest(&mut stuck).await, b"");
}

#[tokio::test]
async fn a_handler_that_panics_takes_only_its_connection_along() {
    let app = Router::new()
        .route(
            "/defect",
            get(|| async { panic!("on purpose") as &'static str }),
        )
        .route("/fine", get(|| async { "fine~" }));
    let hub = start(LIMITS, None, app).await;
    let mut broken = hub.ask("/defect").await;
    assert_eq!(rest(&mut broken).await, b"");
    let mut fine = hub.ask("/fine").await;
    assert!(reply(&mut fine).await.ends_with("fine~"));
    hub.end().await;
}
