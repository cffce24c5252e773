//! A phone's folder copied to a second phone, and both go on: nothing is dropped, both are told, nothing counts twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};

use gewu_support::{Phone, Street, gewu, grid, last_line, place, sync_all};
use serde_json::Value;

fn copy(from: &Phone, to: &Path) -> Phone {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from.dir()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
    Phone::at(to.to_owned())
}

/// Entries of a folder by id.
fn entries(street: &Street, dir: &Path) -> BTreeMap<String, Value> {
    let out = street.dir().join("entries");
    last_line(gewu().args(["export", "entries"]).arg(dir).arg(&out));
    let text = std::fs::read_to_string(out).unwrap();
    let line = |line| {
        let line: Value = serde_json::from_str(line).unwrap();
        (line["entry"].as_str().unwrap().to_owned(), line)
    };
    text.lines().map(line).collect()
}

fn device(phone: &Phone) -> String {
    phone.ok(&["me"])["enrolled"]["device"].as_str().expect("a device").to_owned()
}

fn told(phone: &Phone) -> bool {
    let status = phone.ok(&["status"]);
    status["notices"].as_array().unwrap().iter().any(|notice| notice["code"] == "store_copied")
}

/// Texts of the cases that a phone counts: those whose report stands.
fn texts(phone: &Phone) -> Vec<String> {
    let mut texts: Vec<String> = phone
        .list(&[])
        .iter()
        .filter(|case| phone.show(case["code"].as_str().unwrap())["state"]["stage"].is_string())
        .map(|case| case["text"].as_str().unwrap_or_default().to_owned())
        .collect();
    texts.sort();
    texts
}

struct Copied {
    street: Street,
    original: Phone,
    copy: Phone,
    supervisor: Phone,
    shared: String,
}

/// Both have an unsent report, then each does acts of its own without a network.
fn both_go_on() -> Copied {
    let street = Street::begin(&place(&[grid("01", "east")]));
    let original = street.phone("original", "inspector", Some("01"));
    let supervisor = street.phone("supervisor", "supervisor", None);
    let shared = original.report(&["--class", "lamp", "--text", "shared"]).code;
    original.sync();
    original.report(&["--class", "lamp", "--text", "unsent when copied"]);
    let copy = copy(&original, &street.dir().join("phones/copy"));
    assert_eq!(device(&original), device(&copy));
    for (phone, name) in [(&original, "original"), (&copy, "copy")] {
        let case = phone.report(&["--class", "lamp", "--text", &format!("{name} alone")]).code;
        phone.act(&case, "note", &["--text", &format!("{name} on its own case")]);
        phone.act(&shared, "note", &["--text", &format!("{name} on the shared case")]);
    }
    Copied { street, original, copy, supervisor, shared }
}

/// What must hold once both have synced for good.
fn nothing_is_dropped_and_nothing_counts_twice(it: &Copied) {
    let hub = entries(&it.street, &it.street.hub_dir());
    for phone in [&it.original, &it.copy] {
        let status = phone.ok(&["status"]);
        assert_eq!(
            (&status["unsent"], &status["sent"], &status["quarantined"]),
            (&0.into(), &0.into(), &0.into()),
            "{status}"
        );
        for name in entries(&it.street, phone.dir()).keys() {
            assert!(hub.contains_key(name), "{}: {name} was dropped", phone.dir().display());
        }
        assert!(told(phone), "{} is not told", phone.dir().display());
    }
    // Each forked act was done anew once.
    let forked: BTreeSet<&String> =
        hub.iter().filter(|(_, line)| line["verdict"] == 10).map(|(name, _)| name).collect();
    assert!(!forked.is_empty(), "the logs never collided");
    let mut again: BTreeMap<String, u32> = BTreeMap::new();
    for of in hub.values().filter_map(|line| line["again_of"].as_str()) {
        *again.entry(of.to_owned()).or_default() += 1;
    }
    assert!(again.values().all(|count| *count == 1), "done anew more than once: {again:?}");
    assert!(forked.iter().all(|name| again.contains_key(*name)), "not all were done anew");
    for of in again.keys() {
        assert!(hub.contains_key(of), "{of} is kept as evidence");
    }
    let expected = ["copy alone", "original alone", "shared", "unsent when copied"];
    it.supervisor.sync();
    for phone in [&it.original, &it.copy, &it.supervisor] {
        assert_eq!(texts(phone), expected, "{}", phone.dir().display());
    }
    // What was typed on the shared case stands once; a refused one beside it is evidence.
    let history = it.supervisor.show(&it.shared)["history"].clone();
    for name in ["original", "copy"] {
        let text = format!("{name} on the shared case");
        let of = history
            .as_array()
            .unwrap()
            .iter()
            .filter(|act| act["text"] == text.as_str() && act["delivery"] == "confirmed");
        assert_eq!(of.count(), 1, "{text}: {history}");
    }
    let rate = it.supervisor.ok(&["rate", "handled_of_reported", "--from", "2020-01-01", "--to", "2100-01-01"]);
    assert_eq!(rate["denominator"].as_u64().or(rate["rate"]["denominator"].as_u64()), Some(4), "{rate}");
    // The supervisor's list has them.
    let listed = it.supervisor.ok(&["settle"])["lines"].clone();
    let listed: BTreeSet<&str> = listed.as_array().unwrap().iter().filter_map(|line| line["entry"].as_str()).collect();
    assert!(forked.iter().all(|name| listed.contains(name.as_str())), "{listed:?} lacks some of {forked:?}");
    assert_ne!(device(&it.original), device(&it.copy), "they are two devices now");
    for phone in [&it.original, &it.copy, &it.supervisor] {
        assert_eq!(phone.ok(&["rebuild"])["same"], true);
        assert_eq!(phone.state(&it.shared), it.supervisor.state(&it.shared));
    }
    let hub_state = it.street.state(&it.shared, &it.supervisor.token());
    assert_eq!(it.supervisor.state(&it.shared), hub_state);
}

fn rounds(it: &Copied, order: [&Phone; 2]) {
    for _ in 0..3 {
        sync_all(order);
    }
    nothing_is_dropped_and_nothing_counts_twice(it);
    // From here on they get along.
    let forks =
        |it: &Copied| entries(&it.street, &it.street.hub_dir()).values().filter(|it| it["verdict"] == 10).count();
    let before = forks(it);
    it.original.act(&it.shared, "note", &["--text", "one"]);
    it.copy.act(&it.shared, "note", &["--text", "two"]);
    sync_all([&it.original, &it.copy, &it.original]);
    assert_eq!(forks(it), before, "they collide no more");
    assert_eq!(it.original.state(&it.shared), it.copy.state(&it.shared));
}

#[test]
fn a_copied_phone_and_its_original_both_go_on_the_original_first() {
    let it = both_go_on();
    rounds(&it, [&it.original, &it.copy]);
}

#[test]
fn a_copied_phone_and_its_original_both_go_on_the_copy_first() {
    let it = both_go_on();
    rounds(&it, [&it.copy, &it.original]);
}

#[allow(clippy::disallowed_methods, reason = "when a process is killed is what is varied")]
fn spin(pause: Duration) {
    let until = Instant::now() + pause;
    while Instant::now() < until {
        std::hint::spin_loop();
    }
}

#[test]
fn what_collided_is_done_anew_once_although_the_phone_is_killed_again_and_again() {
    let it = both_go_on();
    it.original.sync();
    for step in 1..=20 {
        let mut child = it.copy.start(&["sync"]);
        spin(Duration::from_millis(4 * step));
        child.kill().unwrap();
        child.wait().unwrap();
    }
    rounds(&it, [&it.copy, &it.original]);
}
