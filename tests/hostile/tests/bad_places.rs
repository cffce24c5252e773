//! Where the program finds itself: what answers is no hub or another one, the port is taken, the folder cannot be
//! written, the disk is full. Nothing is marked as sent, nothing is lost, and once the place is good again work goes on.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use gewu_hostile::{held, refusal, refusal_says};
use gewu_hub::{folder as hub_folder, tls};
use gewu_support::{Outcome, Phone, Street, folder, gewu, grid, place};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

fn street() -> Street {
    Street::begin(&place(&[grid("01", "east")]))
}

/// A street whose hub is away, with a phone that has something to send.
fn waiting() -> (Street, Phone) {
    let mut street = street();
    let phone = street.phone("inspector", "inspector", Some("01"));
    phone.report(&["--class", "lamp", "--text", "waits"]);
    street.kill_hub();
    (street, phone)
}

fn unsent(phone: &Phone) -> Value {
    phone.ok(&["status"])["unsent"].clone()
}

/// The hub is back: what waited is sent, once.
fn goes_on(street: &mut Street, phone: &Phone) {
    assert_eq!(unsent(phone), 1, "nothing was marked as sent");
    street.start_hub();
    assert_eq!((phone.sync()["sent"].clone(), unsent(phone)), (json!(1), json!(0)));
}

const PAGE: &str = "<!doctype html><title>Sign in to the network</title>";

/// Answers every request at an address with a page, as a captive portal does; under TLS where there is a certificate.
struct Portal {
    address: String,
    stopping: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Portal {
    fn at(address: &str, certificate: Option<Arc<ServerConfig>>) -> Self {
        let listener = TcpListener::bind(address).expect("the hub's address is free");
        let stopping = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stopping);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if told.load(Ordering::SeqCst) {
                    return;
                }
                // A client that hangs up early is no fault.
                let _ = match &certificate {
                    None => answer(stream),
                    Some(config) => {
                        let session = ServerConnection::new(Arc::clone(config)).expect("a session");
                        answer(StreamOwned::new(session, stream))
                    }
                };
            }
        });
        Self { address: address.to_owned(), stopping, thread: Some(thread) }
    }
}

/// Reads the head of a request, or what is none, and answers with the page.
fn answer(mut stream: impl std::io::Read + std::io::Write) -> std::io::Result<()> {
    let (mut asked, mut buffer) = (Vec::new(), [0; 4_096]);
    while asked.is_ascii() && !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer)? {
            0 => break,
            count => asked.extend_from_slice(&buffer[..count]),
        }
    }
    let head = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{PAGE}", PAGE.len());
    stream.write_all(head.as_bytes())?;
    stream.flush()
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.stopping.store(true, Ordering::SeqCst);
        // Wakes the acceptor.
        drop(TcpStream::connect(&self.address));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

#[test]
fn a_page_in_place_of_the_hub_is_told_from_it() {
    let (mut street, phone) = waiting();
    let portal = Portal::at(street.address(), None);
    refusal_says(&phone.run(&["sync"]), "no_hub", 3, &[street.address()]);
    drop(portal);
    goes_on(&mut street, &phone);
}

#[test]
fn a_page_under_the_hubs_own_certificate_is_told_from_it() {
    let (mut street, phone) = waiting();
    let (store, own) = hub_folder::open(&street.hub_dir()).expect("the hub's folder");
    drop(store);
    let portal =
        Portal::at(street.address(), Some(tls::server_config(&own.tls.0, &own.tls.1).expect("its certificate")));
    refusal_says(&phone.run(&["sync"]), "no_hub", 3, &[street.address()]);
    drop(portal);
    goes_on(&mut street, &phone);
}

/// A hub as a child process, its first line of output read.
struct Served(Child);

impl Served {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the hub starts");
        let mut first = [0; 1];
        let began = child.stdout.as_mut().expect("its output").read(&mut first).expect("its first line");
        assert!(began == 1 && first == *b"{", "the hub does not come up");
        Self(child)
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_hub_with_another_certificate_is_told_from_it() {
    let (mut street, phone) = waiting();
    let mut other = self::street();
    other.kill_hub();
    let serve = |dir: PathBuf, at: &str| Served::start(gewu().arg("serve").arg(dir).args(["--listen", at, "--child"]));
    let impostor = serve(other.hub_dir(), street.address());
    refusal_says(&phone.run(&["sync"]), "wrong_hub", 3, &[street.address()]);
    // The phone says so unasked until a sync goes through, also when it was off in between.
    let noticed = |phone: &Phone| phone.ok(&["status"])["notices"][0]["code"].clone();
    assert_eq!(noticed(&phone), "certificate_changed");
    drop(impostor);
    assert_eq!(noticed(&phone), "certificate_changed");
    goes_on(&mut street, &phone);
    assert!(noticed(&phone).is_null());
}

#[test]
fn a_hub_that_is_away_is_said_with_its_address() {
    let (mut street, phone) = waiting();
    refusal_says(&phone.run(&["sync"]), "offline", 3, &[street.address()]);
    let _ = refusal(&phone.run(&["link"]), "offline", 3);
    goes_on(&mut street, &phone);
}

#[test]
fn a_taken_port_is_said_and_who_has_it_goes_on() {
    let street = street();
    let other = self::street();
    let taken = Outcome::of(gewu().arg("serve").arg(other.hub_dir()).args(["--listen", street.address(), "--child"]));
    refusal_says(&taken, "port_in_use", 10, &[street.address()]);
    let phone = street.phone("inspector", "inspector", Some("01"));
    phone.report(&["--class", "lamp"]);
    assert_eq!(phone.sync()["sent"], 1);
}

/// A shell of its own in which folders can be mounted without anybody else seeing it.
fn apart(script: &str, args: &[&Path]) -> Command {
    let root = Command::new("id").arg("-u").output().is_ok_and(|id| id.stdout.starts_with(b"0\n"));
    let mut command = Command::new("unshare");
    command
        .arg(if root { "-m" } else { "-rm" })
        .args(["sh", "-euc", script, "sh"])
        .arg(gewu().get_program())
        .args(args);
    command
}

/// Runs it; each line of its output is an exit code, a space, and what the program printed last.
fn lines(command: &mut Command) -> Vec<Outcome> {
    let done = Outcome::of(command);
    assert_eq!(done.code, Some(0), "folders can be mounted here (unshare -m): {done:?}");
    let parted = done.out.lines().map(|line| line.split_once(' ').expect("a code and an object"));
    parted.map(|(code, out)| Outcome { code: code.parse().ok(), out: out.to_owned(), err: String::new() }).collect()
}

/// `try WORDS…` runs the program and prints its exit code and the last line of its output.
const TRY: &str = r#"gewu=$1; try() { if out=$("$gewu" --json --lang en "$@"); then code=0; else code=$?; fi
    echo "$code $(echo "$out" | tail -n 1)"; }; "#;

#[test]
fn a_folder_that_cannot_be_written_is_said_by_name() {
    let (mut street, phone) = waiting();
    let before = (held(phone.dir()), held(&street.hub_dir()));
    let script = format!(
        r#"{TRY} for dir in "$2" "$3"; do mount --bind "$dir" "$dir"; mount -o remount,bind,ro "$dir"; done
        try phone "$2" report --class lamp
        try phone "$2/new" status
        try serve "$3" --listen 127.0.0.1:0 --child
        try init "$3/new" --yes
        try demo --once --dir "$3/new""#
    );
    let told = lines(&mut apart(&script, &[phone.dir(), &street.hub_dir()]));
    assert_eq!(told.len(), 5);
    for outcome in &told {
        refusal_says(outcome, "read_only", 7, &["can be read but not written"]);
        assert!(outcome.json()["what"].as_str().is_some_and(|what| what.contains('/')), "{outcome:?}");
    }
    assert_eq!((held(phone.dir()), held(&street.hub_dir())), before, "nothing was changed");
    goes_on(&mut street, &phone);
}

#[test]
fn a_full_disk_keeps_what_was_saved_and_refuses_what_was_not() {
    let (mut street, phone) = waiting();
    let place = folder();
    // A phone on a disk of 8 MB that something else fills up; then that is gone again.
    let script = format!(
        r#"{TRY} mount -t tmpfs -o size=8m tmpfs "$2"; cp -a "$3" "$2/phone"
        try phone "$2/phone" report --class lamp --text first
        dd if=/dev/zero of="$2/films" bs=4k 2>/dev/null || true
        try phone "$2/phone" capture --count 1000
        try phone "$2/phone" report --class lamp --text second
        try phone "$2/new" status
        try init "$2/hub" --yes
        rm "$2/films"
        try phone "$2/phone" list
        try phone "$2/phone" report --class lamp --text third
        try phone "$2/phone" list
        try phone "$2/phone" rebuild"#
    );
    let told = lines(&mut apart(&script, &[place.path(), phone.dir()]));
    let [first, many, second, new, hub, after, third, last, rebuilt] = told.as_slice() else { panic!("{told:?}") };
    assert_eq!(first.code, Some(0), "{first:?}");
    for refused in [many, second, new, hub] {
        let _ = refusal(refused, "storage_full", 7);
    }
    let cases = |list: &Outcome| list.json()["cases"].as_array().map(Vec::len);
    assert!(cases(after) >= Some(2), "what was saved before is there: {after:?}");
    assert_eq!(third.code, Some(0), "with room there is work: {third:?}");
    assert_eq!(cases(last), cases(after).map(|count| count + 1));
    assert_eq!(rebuilt.json()["same"], true);
    goes_on(&mut street, &phone);
}

#[test]
fn a_hub_on_a_full_disk_takes_nothing_in_and_goes_on_when_there_is_room() {
    let (street, phone) = waiting();
    let place = folder();
    // It opens while there is room; then its disk is filled from outside, through its own view of it.
    let script = r#"mount -t tmpfs -o size=64m tmpfs "$2"; cp -a "$3" "$2/hub"
        exec "$1" --json serve "$2/hub" --listen "$4" --child"#;
    let mut serve = apart(script, &[place.path(), &street.hub_dir(), Path::new(street.address())]);
    let hub = Served::start(&mut serve);
    let films = PathBuf::from(format!("/proc/{}/root", hub.0.id()))
        .join(place.path().strip_prefix("/").expect("absolute"))
        .join("films");
    let mut file = std::fs::File::create(&films).expect("the hub's disk");
    while file.write_all(&[0; 4_096]).is_ok() {}
    phone.ok(&["capture", "--count", "2000"]);
    let waits = unsent(&phone);
    let refused = phone.run(&["sync"]);
    let _ = refusal(&refused, "offline", 3);
    let left = unsent(&phone);
    assert!(left.as_u64() > Some(0) && left.as_u64() <= waits.as_u64(), "{left} of {waits} wait");
    drop(file);
    std::fs::remove_file(&films).expect("room again");
    phone.ok(&["sync"]);
    assert_eq!(unsent(&phone), 0);
}
