//! A hub restored from a backup a thousand acts old: whatever any phone holds is back, with the hub's own words.

use std::collections::BTreeMap;
use std::path::Path;

use gewu_support::{Phone, Street, gewu, grid, last_line, place, sync_all};
use serde_json::Value;

use crate::relocated::{TOO_LONG_S, handle_after_a_restart};

const RATES: [&str; 5] = ["handled_of_reported", "disposal", "closure", "on_time_closure", "valid_report"];

/// How the folder comes back.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    /// `gewu restore`.
    Command,
    /// The backup's files copied back by hand.
    ByHand,
}

struct Cast {
    first: Phone,
    party: Phone,
    dispatcher: Phone,
    supervisor: Phone,
}

impl Cast {
    fn join(street: &Street) -> Self {
        Self {
            first: street.phone("first", "inspector", Some("01")),
            party: street.phone("party", "handler", Some("lamps")),
            dispatcher: street.phone("dispatcher", "dispatcher", None),
            supervisor: street.phone("supervisor", "supervisor", None),
        }
    }
}

/// Entries of a folder by id: verdict and the hub's time.
fn entries(street: &Street, dir: &Path) -> BTreeMap<String, (Value, Value)> {
    let out = street.dir().join("entries");
    last_line(gewu().args(["export", "entries"]).arg(dir).arg(&out));
    let mut found = BTreeMap::new();
    for line in std::fs::read_to_string(out).unwrap().lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let name = line["entry"].as_str().unwrap().to_owned();
        assert!(found.insert(name, (line["verdict"].clone(), line["hub_time_s"].clone())).is_none(), "twice: {line}");
    }
    found
}

fn figures(street: &Street, phone: &Phone) -> Vec<(Value, Value, Value)> {
    let token = phone.token();
    let one = |rate: &&str| {
        let path = format!("/v1/rates?definition={rate}&from=2020-01-01&to=2100-01-01");
        let body: Value = serde_json::from_str(&street.body(&path, &token)).unwrap();
        (body["numerator"].clone(), body["denominator"].clone(), body["by"].clone())
    };
    RATES.iter().map(one).collect()
}

fn epoch(phone: &Phone) -> String {
    phone.ok(&["diagnostics"])["hub"]["epoch"].as_str().expect("an epoch").to_owned()
}

fn copy_by_hand(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for file in std::fs::read_dir(from).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
    }
}

/// Replaces the hub's folder by the backup.
fn put_back(street: &mut Street, way: Way, backup: &Path) {
    street.kill_hub();
    std::fs::rename(street.hub_dir(), street.dir().join("hub-lost")).unwrap();
    match way {
        Way::ByHand => copy_by_hand(backup, &street.hub_dir()),
        Way::Command => drop(last_line(gewu().arg("restore").arg(backup).arg(street.hub_dir()))),
    }
    street.start_hub();
}

fn everything_is_back(way: Way, order: [usize; 5]) {
    let mut street = Street::begin(&place(&[grid("01", "east"), grid("02", "west")]));
    let cast = Cast::join(&street);
    // Enrolled, and in a drawer until the end.
    let fresh = street.phone("fresh", "supervisor", None);
    let case = cast.first.report(&["--class", "lamp", "--text", "路灯不亮"]);
    cast.first.ok(&["capture", "--count", "50"]);
    cast.first.sync();
    cast.dispatcher.sync();
    cast.dispatcher.act(&case.code, "dispatch", &["--party", "lamps"]);
    sync_all([&cast.dispatcher, &cast.party, &cast.supervisor]);

    let backup = street.dir().join("backup");
    let covered = last_line(gewu().arg("backup").arg(street.hub_dir()).arg(&backup));
    assert!(covered["lines"].as_u64().unwrap() > 51, "{covered}");
    assert_eq!(gewu().arg("backup").arg(street.hub_dir()).arg(&backup).output().unwrap().status.code(), Some(8));
    cast.supervisor.sync();
    let told = &cast.supervisor.ok(&["diagnostics"])["hub"];
    assert_eq!((&told["backup_n"], &told["n"]), (&told["n"], &told["n"]), "phones hear what the backup covers");

    // A thousand acts later: a refusal, a phone that the backup has never seen, a case given to a party, a relocation.
    let late = street.phone("late", "inspector", Some("02"));
    let refused = handle_after_a_restart(&cast.party, &case.code);
    let now_s = cast.party.show(&case.code)["state"]["reported_s"].as_i64().unwrap();
    street.restart_hub_at(now_s + TOO_LONG_S);
    assert_eq!(cast.party.sync()["refused"], 1);
    late.ok(&["capture", "--count", "400"]);
    cast.first.ok(&["capture", "--count", "640"]);
    sync_all([&cast.first, &late, &cast.dispatcher]);
    let moved = late.list(&[])[0]["code"].as_str().unwrap().to_owned();
    cast.dispatcher.act(&moved, "relocate", &["--area", "01"]);
    cast.dispatcher.act(&moved, "dispatch", &["--party", "lamps"]);
    cast.dispatcher.sync();
    cast.party.sync();
    cast.party.act(&moved, "handle", &["--text", "换了灯泡"]);
    let phones = [&cast.first, &cast.party, &cast.dispatcher, &cast.supervisor, &late];
    sync_all(phones);
    sync_all(phones);
    let before = entries(&street, &street.hub_dir());
    let figures_before = figures(&street, &cast.supervisor);
    let epoch_before = epoch(&cast.supervisor);
    assert!(before.len() > 1_090, "{}", before.len());
    assert!(before[&refused].0 != 0, "refused: {:?}", before[&refused]);

    put_back(&mut street, way, &backup);
    let lost = before.len() - entries(&street, &street.hub_dir()).len();
    assert!(lost > 1_000, "only {lost} acts are newer than the backup");
    // Meanwhile somebody goes on with a case that the hub has lost.
    late.act(&moved, "note", &["--text", "灯亮了"]);
    for at in order.into_iter().chain(order) {
        phones[at].sync();
    }

    let after = entries(&street, &street.hub_dir());
    for (name, words) in &before {
        assert_eq!(after.get(name), Some(words), "{way:?} {order:?}: {name}");
    }
    assert_eq!(after.len(), before.len() + 1, "the note, and nothing twice");
    assert_eq!(figures(&street, &cast.supervisor), figures_before);
    assert_ne!(epoch(&cast.supervisor), epoch_before);
    for phone in phones {
        assert_eq!(epoch(phone), epoch(&cast.supervisor));
        let status = phone.ok(&["status"]);
        assert_eq!(
            (&status["unsent"], &status["sent"], &status["quarantined"]),
            (&0.into(), &0.into(), &0.into()),
            "{status}"
        );
        for (name, words) in entries(&street, phone.dir()) {
            assert_eq!(after.get(&name), Some(&words), "{}: {name}", phone.dir().display());
        }
    }
    // Those who were there and somebody new see the same.
    fresh.sync();
    assert_eq!(entries(&street, fresh.dir()), after);
    assert_eq!(entries(&street, cast.supervisor.dir()), after);
    for code in [&case.code, &moved] {
        assert_eq!(fresh.state(code), cast.supervisor.state(code));
        assert_eq!(fresh.state(code), cast.party.state(code));
    }
    assert_eq!(cast.party.ok(&["rebuild"])["same"], true);
    assert_eq!(cast.supervisor.ok(&["rebuild"])["same"], true);
}

#[test]
fn what_phones_hold_is_back_after_a_backup_was_restored() {
    everything_is_back(Way::Command, [0, 1, 2, 3, 4]);
}

#[test]
fn what_phones_hold_is_back_after_files_were_copied_back_by_hand() {
    everything_is_back(Way::ByHand, [4, 3, 2, 1, 0]);
}

#[test]
fn the_party_alone_brings_back_what_it_holds() {
    everything_is_back(Way::ByHand, [1, 0, 4, 2, 3]);
}
