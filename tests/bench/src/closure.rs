//! T6: the closure rate of every grid over a year, asked on a phone that holds the street.

use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use gewu_device::{Device, RateQuery};
use gewu_device::network::PinnedHttps;
use gewu_model::area::AreaKind;
use gewu_model::day::Day;
use gewu_model::rate::RateView;
use gewu_model::rights::Role;
use serde_json::{Value, json};

use crate::Fault;
use crate::acts::{BEGIN_S, Workload};
use crate::apply;
use crate::figures::{Report, ms, peak_mb, quantile};
use crate::street::{Street, reopen};

const QUERIES: usize = 500;
const STARTS: usize = 11;
/// Events made at once: what is in memory while the store fills.
const BLOCK: usize = 10_000;
const TRANSACTION_PARTS: usize = 20;

/// A year that begins and ends within a month, so that days are read beside whole months.
fn ask(device: &Device) -> Result<RateView, Fault> {
    let first = Day::of(BEGIN_S, 8 * 3_600);
    let (from, to) = (first.plus(10), first.plus(374));
    let definition = "closure".into();
    Ok(device.rate(&RateQuery { definition, from: Some(from), to: Some(to), as_of: Some(to), area: None })?)
}

/// A phone's folder that holds the street's year; answers its acts.
fn fill(street: &Street, name: &str, events: usize) -> Result<u64, Fault> {
    let top = street.feed(AreaKind::Street, "street")?;
    street.phone(name, Role::Supervisor, top, Arc::new(PinnedHttps::new()))?.close();
    let mut workload = Workload::new(1, street.hub.street(), street.grids()?, events);
    let mut store = apply::store(&street.phone_dir(name).join("gewu.db"), &workload, top)?;
    let (mut left, mut acts) = (events, 0);
    while left > 0 {
        let block = left.min(BLOCK);
        for parts in workload.parts(block).chunks(TRANSACTION_PARTS) {
            acts += apply::apply(&mut store, street.hub.street(), parts)?.acts;
        }
        left -= block;
    }
    store.close()?;
    Ok(acts)
}

/// The closed app: what it prints is the answer and what it cost in memory.
pub fn answer(dir: &Path) -> Result<(), Fault> {
    let device = reopen(dir, Arc::new(PinnedHttps::new()))?;
    let view = ask(&device)?;
    let rate = view.rate.ok_or("nothing is due")?;
    println!(
        "{}",
        json!({ "closure": [rate.numerator, rate.denominator], "grids": view.by.len(), "peak_mb": peak_mb() })
    );
    Ok(())
}

/// From the start of a process to its first line; with that line.
fn cold(dir: &Path) -> Result<(f64, Value), Fault> {
    let begun = Instant::now();
    let mut child = Command::new(std::env::current_exe()?).arg("answer").arg(dir).stdout(Stdio::piped()).spawn()?;
    let mut line = String::new();
    if let Some(stdout) = child.stdout.take() {
        BufReader::new(stdout).read_line(&mut line)?;
    }
    let took = ms(begun.elapsed());
    child.wait()?;
    Ok((took, serde_json::from_str(&line)?))
}

/// Runs it.
pub fn run(events: usize) -> Result<Report, Fault> {
    let street = Street::begin()?;
    let acts = fill(&street, "phone", events)?;
    let dir = street.phone_dir("phone");
    let device = reopen(&dir, Arc::new(PinnedHttps::new()))?;
    let mut warm = Vec::with_capacity(QUERIES);
    let begun = Instant::now();
    let view = ask(&device)?;
    let first = ms(begun.elapsed());
    for _ in 0..QUERIES {
        let begun = Instant::now();
        ask(&device)?;
        warm.push(ms(begun.elapsed()));
    }
    device.close();
    drop(device);
    let rate = view.rate.ok_or("nothing is due")?;
    let starts = (0..STARTS).map(|_| cold(&dir)).collect::<Result<Vec<_>, _>>()?;
    let same = json!([rate.numerator, rate.denominator]);
    if starts.iter().any(|(_, said)| said.get("closure") != Some(&same)) {
        return Err("a start gave another rate".into());
    }
    let mut report = Report::new("T6", STARTS);
    let held = json!({ "closure": same, "grids": view.by.len(), "events": events, "acts": acts });
    report.lower("query, p50", quantile(&warm, 500), "ms", Some(1.0), held);
    report.lower("query, p99", quantile(&warm, 990), "ms", None, json!(null));
    report.lower("first query of an open phone", first, "ms", None, json!(null));
    let took: Vec<f64> = starts.iter().map(|(took, _)| *took).collect();
    let peaks: Vec<f64> = starts.iter().filter_map(|(_, said)| said.get("peak_mb")?.as_f64()).collect();
    report.lower("process start to answer, p50", quantile(&took, 500), "ms", Some(12.0), json!(null));
    report.lower("peak memory of that process", quantile(&peaks, 500), "mb", Some(10.0), json!(null));
    Ok(report)
}
