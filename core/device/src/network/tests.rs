//! The road over plain HTTP on loopback, against servers that misbehave in one way each. What needs
//! certificates stands in the hub's `tests/tls_pinning.rs`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use super::*;

const PING: Request<'static> = Request {
    method: Method::Get,
    path: "/v1/ping",
    bearer: None,
    body: Vec::new(),
    timeout_ms: 20_000,
    content_type: "",
};

fn push(body: &[u8]) -> Request<'static> {
    Request {
        method: Method::Post,
        path: "/v1/push",
        bearer: Some("token"),
        body: body.to_vec(),
        content_type: "application/octet-stream",
        ..PING
    }
}

fn hub(authorities: &[&str]) -> HubAddress {
    HubAddress {
        authorities: authorities.iter().map(|a| (*a).to_owned()).collect(),
        fingerprint: [7; 32],
    }
}

/// Reads one request to its end; `None` when the peer is gone.
fn read_request(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut head = String::new();
    let mut body_bytes = 0;
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            body_bytes = value.trim().parse().ok()?;
        }
        if line == "\r\n" {
            break;
        }
        head += &line;
    }
    let mut body = vec![0; body_bytes];
    stream.read_exact(&mut body).ok()?;
    Some(head + &String::from_utf8_lossy(&body))
}

/// A server that gives the same answer to every request on every connection and then, if told so,
/// closes. Reports one `()` per accepted connection.
fn server(answer: impl Into<Vec<u8>>, close: bool) -> (String, Receiver<()>) {
    let answer = answer.into();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = format!("http://{}", listener.local_addr().unwrap());
    let (accepted, connections) = channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (Ok(stream), Ok(())) = (stream, accepted.send(())) else {
                return;
            };
            let answer = answer.clone();
            thread::spawn(move || {
                let mut stream = BufReader::new(stream);
                while read_request(&mut stream).is_some() {
                    if stream.get_mut().write_all(&answer).is_err() || close {
                        return;
                    }
                }
            });
        }
    });
    (authority, connections)
}

/// An address at which nobody listens.
fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn answer_of(answer: impl Into<Vec<u8>>) -> Result<Reply, NetworkError> {
    let (authority, _connections) = server(answer, true);
    PinnedHttps::new().send(&hub(&[&authority]), &push(b"frame"))
}

#[test]
fn a_reply_carries_status_type_waiting_time_and_body() {
    let reply = answer_of(
        "HTTP/1.1 503 Busy\r\ngewu-protocol: 1\r\ncontent-type: text/plain\r\nretry-after: 30\r\n\
         content-length: 4\r\n\r\nlate",
    );
    assert_eq!(
        reply,
        Ok(Reply {
            status: 503,
            content_type: "text/plain".to_owned(),
            retry_after_s: Some(30),
            body: b"late".to_vec(),
        })
    );
}

#[test]
fn the_request_arrives_as_it_was_given() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = format!("http://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        let request = read_request(&mut stream).unwrap();
        let answer = b"HTTP/1.1 204 None\r\ngewu-protocol: 1\r\n\r\n";
        stream.get_mut().write_all(answer).unwrap();
        request
    });
    let reply = PinnedHttps::new().send(&hub(&[&authority]), &push(b"frame"));
    assert_eq!(reply.map(|reply| reply.status), Ok(204));
    let request = server.join().unwrap();
    assert!(
        request.starts_with("POST /v1/push HTTP/1.1\r\n"),
        "{request}"
    );
    assert!(
        request.contains("authorization: Bearer token\r\n"),
        "{request}"
    );
    assert!(
        request.contains("application/octet-stream\r\n"),
        "{request}"
    );
    assert!(request.ends_with("\r\nframe"), "{request}");
}

#[test]
fn what_is_not_from_a_hub_is_not_an_answer() {
    for (answer, status, why) in [
        (
            "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>",
            Some(200),
            NotAHubReason::NoMark,
        ),
        (
            "HTTP/1.1 302 Found\r\nlocation: http://login.example/\r\ncontent-length: 0\r\n\r\n",
            Some(302),
            NotAHubReason::NoMark,
        ),
        (
            "HTTP/1.1 200 OK\r\ngewu-protocol: yes\r\ncontent-length: 0\r\n\r\n",
            Some(200),
            NotAHubReason::NoMark,
        ),
        (
            "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\n\r\nall of it?",
            Some(200),
            NotAHubReason::NoLength,
        ),
        (
            "SSH-2.0-OpenSSH_9.6\r\n\r\n",
            None,
            NotAHubReason::Malformed,
        ),
    ] {
        let error = answer_of(answer).unwrap_err();
        assert_eq!(error, NetworkError::NotAHub { status, why }, "{answer}");
        assert!(error.retry() && error.sent());
    }
}

/// A server that answers a TLS greeting in plain HTTP; gives back what else it was sent.
fn without_tls() -> (String, thread::JoinHandle<Vec<u8>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = listener.local_addr().unwrap().to_string();
    let server = thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut received = vec![0; 5];
        stream.read_exact(&mut received).unwrap();
        stream
            .write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            .unwrap();
        // A reset counts as the end too.
        let _ = stream.read_to_end(&mut received);
        received
    });
    (authority, server)
}

#[test]
fn a_server_without_tls_is_not_a_hub_and_receives_nothing() {
    let (authority, server) = without_tls();
    let error = PinnedHttps::new()
        .send(&hub(&[&authority]), &push(b"the frame"))
        .unwrap_err();
    let why = NotAHubReason::NoTls;
    assert_eq!(error, NetworkError::NotAHub { status: None, why });
    assert!(error.retry() && !error.sent());
    let received = server.join().unwrap();
    assert!(!received.windows(9).any(|window| window == b"the frame"));
}

#[test]
fn a_wrong_answer_at_one_address_is_told_before_silence_at_another() {
    let why = NotAHubReason::NoTls;
    let expected = Err(NetworkError::NotAHub { status: None, why });
    let network = PinnedHttps::new();
    let (authority, _server) = without_tls();
    assert_eq!(
        network.send(&hub(&[&authority, &nobody()]), &PING),
        expected
    );
    let (authority, _server) = without_tls();
    assert_eq!(
        network.send(&hub(&[&nobody(), &authority]), &PING),
        expected
    );
}

#[test]
fn a_server_that_leaves_early_cuts_the_request() {
    for answer in [
        "",
        "HTTP/1.1 200 OK\r\ngewu-pro",
        "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ncontent-length: 100\r\n\r\nonly this",
        "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ntransfer-encoding: chunked\r\n\r\n64\r\nonly this",
    ] {
        let error = answer_of(answer).unwrap_err();
        assert!(
            matches!(error, NetworkError::Cut { .. }),
            "{answer}: {error:?}"
        );
        assert!(error.retry() && error.sent());
    }
}

#[test]
fn a_silent_server_cuts_the_request_when_the_time_is_over() {
    let (authority, _connections) = server("", false);
    let request = Request {
        timeout_ms: 50,
        ..PING
    };
    let error = PinnedHttps::new().send(&hub(&[&authority]), &request);
    let reason = CutReason::TimedOut;
    let attempted = authority;
    assert_eq!(error, Err(NetworkError::Cut { attempted, reason }));
}

#[test]
fn where_nobody_listens_the_hub_is_offline() {
    let authority = nobody();
    let error = PinnedHttps::new()
        .send(&hub(&[&authority]), &PING)
        .unwrap_err();
    assert_eq!(
        error,
        NetworkError::Offline {
            attempted: authority,
            reason: OfflineReason::NotConnected {
                kind: io::ErrorKind::ConnectionRefused
            }
        }
    );
    assert!(error.retry() && !error.sent());
}

#[test]
fn an_oversized_reply_is_refused_by_name() {
    let announced = format!(
        "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ncontent-length: {}\r\n\r\n",
        REPLY_BYTES_MAX + 1
    );
    let bytes = usize::try_from(REPLY_BYTES_MAX).unwrap();
    let head = "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ntransfer-encoding: chunked\r\n\r\n";
    let chunked = |count: usize| {
        let body = "x".repeat(count);
        format!("{head}{count:x}\r\n{body}\r\n0\r\n\r\n")
    };
    for answer in [announced, chunked(bytes + 1)] {
        let error = answer_of(answer).unwrap_err();
        let limit = REPLY_BYTES_MAX;
        assert_eq!(error, NetworkError::TooLarge { limit });
        assert!(!error.retry());
    }
    let largest = answer_of(chunked(bytes)).map(|reply| reply.body.len());
    assert_eq!(largest, Ok(bytes), "exactly the limit is let through");
}

#[test]
fn many_requests_share_one_connection() {
    let ok = "HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ncontent-length: 2\r\n\r\nok";
    let (authority, connections) = server(ok, false);
    let (network, hub) = (PinnedHttps::new(), hub(&[&authority]));
    for _ in 0..200 {
        assert_eq!(network.send(&hub, &PING).unwrap().body, b"ok");
        assert_eq!(network.send(&hub, &push(b"frame")).unwrap().body, b"ok");
    }
    assert_eq!(connections.try_iter().count(), 1);
}

#[test]
fn the_next_address_is_tried_and_the_good_one_remembered() {
    let answer =
        |name| format!("HTTP/1.1 200 OK\r\ngewu-protocol: 1\r\ncontent-length: 1\r\n\r\n{name}");
    let (a, _a) = server(answer('a'), false);
    let (b, _b) = server(answer('b'), false);
    let network = PinnedHttps::new();
    let found = |authorities: &[&str]| network.send(&hub(authorities), &PING).unwrap().body;
    assert_eq!(found(&[&nobody(), &b]), b"b");
    assert_eq!(found(&[&a, &b]), b"b", "the last good one comes first");
    assert_eq!(found(&[&a]), b"a", "but only if it is still listed");
}

#[test]
fn what_may_have_been_sent_is_not_sent_to_the_next_address() {
    let (cut, _cut) = server("", true);
    let (good, connections) = server("", false);
    let error = PinnedHttps::new().send(&hub(&[&cut, &good]), &push(b"frame"));
    assert!(matches!(error, Err(NetworkError::Cut { attempted, .. }) if attempted == cut));
    assert_eq!(connections.try_iter().count(), 0);
}

#[test]
fn hanging_up_ends_a_request_that_waits() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let authority = format!("http://{}", listener.local_addr().unwrap());
    let network = PinnedHttps::new();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| network.send(&hub(&[&authority]), &PING));
        let mut stream = BufReader::new(listener.accept().unwrap().0);
        read_request(&mut stream).unwrap();
        network.hang_up();
        let error = waiting.join().unwrap();
        assert!(matches!(error, Err(NetworkError::Cut { .. })), "{error:?}");
    });
}

#[test]
fn addresses_and_paths_that_say_too_much_are_refused() {
    let network = PinnedHttps::new();
    for (authority, expected) in [
        ("", OfflineReason::NotAnAddress),
        ("hub", OfflineReason::NotAnAddress),
        ("hub:", OfflineReason::NotAnAddress),
        ("me@127.0.0.1:1", OfflineReason::NotAnAddress),
        ("127.0.0.1:1/v1/elsewhere?", OfflineReason::NotAnAddress),
        ("https://127.0.0.1:1", OfflineReason::NotAnAddress),
        ("http://192.0.2.1:80", OfflineReason::PlainNotLoopback),
        ("http://localhost:80", OfflineReason::PlainNotLoopback),
        ("http://127.0.0.1", OfflineReason::PlainNotLoopback),
    ] {
        match network.send(&hub(&[authority]), &PING).unwrap_err() {
            NetworkError::Offline { attempted, reason } => {
                assert_eq!((attempted.as_str(), reason), (authority, expected));
            }
            other => panic!("{authority}: {other}"),
        }
    }
    for request in [
        Request {
            path: "/v2/ping",
            ..PING
        },
        Request {
            path: "/v1/a b",
            ..PING
        },
        Request {
            path: "/v1/\r\nx: y",
            ..PING
        },
        Request {
            bearer: Some("a\r\nx: y"),
            ..PING
        },
        Request {
            body: vec![1],
            ..PING
        },
    ] {
        let error = network.send(&hub(&[&nobody()]), &request).unwrap_err();
        assert!(
            matches!(error, NetworkError::Unsendable { .. }),
            "{error:?}"
        );
        assert!(!error.retry() && !error.sent());
    }
}

#[test]
fn without_any_address_the_hub_is_offline() {
    let error = PinnedHttps::new().send(&hub(&[]), &PING).unwrap_err();
    let reason = OfflineReason::NoAddress;
    let attempted = String::new();
    assert_eq!(error, NetworkError::Offline { attempted, reason });
    assert!(!error.retry());
}

#[test]
fn another_certificate_is_told_in_digits_that_can_be_compared() {
    let error = NetworkError::WrongHub {
        expected: [0x1f; 32],
        found: [0xe0; 32],
    };
    assert_eq!(
        error.to_string(),
        "another certificate than the hub's: expected 1f1f1f1f1f1f1f1f, found e0e0e0e0e0e0e0e0"
    );
    assert!(error.retry() && !error.sent());
}
