//! A phone killed in the middle of its work: whatever it had said is there when it opens again.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _};
use std::time::{Duration, Instant};

use gewu_support::{Phone, Street, grid, place};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde_json::Value;

const REOPEN_MAX: Duration = Duration::from_secs(1);
/// Cuts before the first report is saved, while the store opens, are these.
const OPENING_US: u32 = 60_000;
/// Cuts at some instruction of one report are within so many microseconds after another.
const REPORT_US: u32 = 4_000;

fn cuts() -> usize {
    std::env::var("GEWU_CUTS").map_or(10, |cuts| cuts.parse().expect("GEWU_CUTS is a number"))
}

#[allow(clippy::disallowed_methods, reason = "how long a command takes is what is asked")]
fn now() -> Instant {
    Instant::now()
}

/// Kills a phone that captures, at a moment that `random` says; returns the ids that it had printed.
fn cut_off(phone: &Phone, random: &mut ChaCha8Rng) -> Vec<String> {
    let mut child = phone.start(&["capture", "--count", "1000"]);
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut printed = String::new();
    let lines = random.next_u32() % 120;
    for _ in 0..lines {
        out.read_line(&mut printed).unwrap();
    }
    let until =
        now() + Duration::from_micros((random.next_u32() % if lines == 0 { OPENING_US } else { REPORT_US }).into());
    while now() < until {
        std::hint::spin_loop();
    }
    child.kill().unwrap();
    child.wait().unwrap();
    out.read_to_string(&mut printed).unwrap();
    let whole = printed.rsplit_once('\n').map_or("", |(whole, _)| whole);
    whole.lines().map(|line| record(&serde_json::from_str(line).unwrap())).collect()
}

fn record(value: &Value) -> String {
    value["record"].as_str().expect("a record").to_owned()
}

fn listed(phone: &Phone) -> BTreeSet<String> {
    let list: Vec<String> = phone.list(&[]).iter().map(record).collect();
    let once: BTreeSet<String> = list.iter().cloned().collect();
    assert_eq!(once.len(), list.len(), "a case is listed twice");
    once
}

#[test]
fn what_a_killed_phone_had_said_is_there_once_when_it_opens_again() {
    let street = Street::begin(&place(&[grid("01", "east")]));
    let phone = street.phone("inspector", "inspector", Some("01"));
    let mut random = ChaCha8Rng::seed_from_u64(5);
    let (mut said, mut slowest) = (BTreeSet::new(), Duration::ZERO);
    let cuts = cuts();
    for cut in 0..cuts {
        let printed = cut_off(&phone, &mut random);
        for record in &printed {
            assert!(said.insert(record.clone()), "cut {cut}: {record} was said twice");
        }
        let begun = now();
        phone.ok(&["status"]);
        let took = now() - begun;
        assert!(took < REOPEN_MAX, "cut {cut}: reopening took {took:?}");
        slowest = slowest.max(took);
        let there = listed(&phone);
        assert!(said.is_subset(&there), "cut {cut}: lost {:?}", said.difference(&there).collect::<Vec<_>>());
        if cut == cuts / 2 {
            phone.sync();
        }
    }
    println!("{cuts} cuts, {} reports said, slowest reopening {slowest:?}", said.len());
    assert!(said.len() > cuts * 10, "too few reports were saved between the cuts: {}", said.len());

    // No place in the log was used twice either: the hub takes everything, and a new phone gets it.
    phone.sync();
    let status = phone.ok(&["status"]);
    assert_eq!((&status["unsent"], &status["sent"], &status["refused"]), (&0.into(), &0.into(), &0.into()), "{status}");
    let fresh = street.phone("supervisor", "supervisor", None);
    fresh.sync();
    assert_eq!(listed(&fresh), listed(&phone));
}
