//! One month of the year of Xingsha: the demo arrives at the file's sums by counting, and so does a script that knows
//! none of this code, from the export.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

const MONTH: &str = "2021-02";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs a command to its end; its last line on standard output is JSON.
fn last_line(command: &mut Command) -> Value {
    let out = command.output().expect("runs");
    let (stdout, stderr) = (String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success(), "{command:?}: {stdout}{stderr}");
    serde_json::from_str(stdout.lines().last().unwrap_or_default()).expect("JSON")
}

/// What the file says was done in the month, summed here: (events, unhandled), and events by grid.
fn traffic(file: &Path) -> (u64, u64, Vec<(String, u64)>) {
    let scenario: Value = serde_json::from_slice(&std::fs::read(file).expect("reads")).expect("JSON");
    let count = |grid: &Value, what: &str| grid["months"][MONTH][what].as_u64().expect("a number");
    let grids = scenario["grids"].as_array().expect("grids");
    let by_grid = grids.iter().map(|grid| (grid["code"].as_str().expect("a code").to_owned(), count(grid, "events")));
    let unhandled = grids.iter().map(|grid| count(grid, "unhandled")).sum();
    (grids.iter().map(|grid| count(grid, "events")).sum(), unhandled, by_grid.collect())
}

#[test]
fn a_month_of_the_scenario_counts_to_what_its_file_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let scenario = root().join("tests/scenarios/xingsha-year.json");
    let (events, unhandled, by_grid) = traffic(&scenario);
    let gewu = || Command::new(env!("CARGO_BIN_EXE_gewu"));
    let told = last_line(
        gewu()
            .args(["demo", "--once", "--json", "--month", MONTH, "--scenario"])
            .arg(&scenario)
            .arg("--dir")
            .arg(folder.path()),
    );
    assert_eq!(told["handled_of_reported"], json!([events - unhandled, events]), "{told}");
    assert_eq!((&told["not_handled"], &told["closed"]), (&json!(unhandled), &json!(0)));
    for nothing in ["lost", "unsent", "refused", "quarantined"] {
        assert_eq!(told[nothing], json!(0), "{nothing}");
    }
    assert_eq!(told["hub_restarts"], json!(1));
    assert!(told["retried"].as_u64() > Some(0), "replies are cut");
    let grids = told["grids"].as_array().expect("grids");
    let reported = |grid: &Value| (grid["grid"].as_str().map(str::to_owned), grid["reported"].as_u64());
    let expected: Vec<_> = by_grid.into_iter().map(|(code, count)| (Some(code), Some(count))).collect();
    assert_eq!(grids.iter().map(reported).collect::<Vec<_>>(), expected);

    let entries = folder.path().join("entries");
    let exported = last_line(gewu().args(["export", "entries", "--json"]).arg(folder.path().join("hub")).arg(&entries));
    assert_eq!(exported["count"], json!(2 * events - unhandled));
    let script = root().join("tests/end_to_end/recount_entries.py");
    let recounted = last_line(Command::new("python3").arg(script).arg(&entries));
    assert_eq!(recounted["handled_of_reported"], told["handled_of_reported"]);
}

#[test]
fn a_month_that_the_scenario_does_not_have_is_named() {
    let scenario = root().join("tests/scenarios/xingsha-year.json");
    let out = Command::new(env!("CARGO_BIN_EXE_gewu"))
        .args(["demo", "--once", "--json", "--month", "1999-01", "--scenario"])
        .arg(&scenario)
        .output()
        .expect("runs");
    assert!(!out.status.success());
    assert!(String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).contains("1999-01"));
}
