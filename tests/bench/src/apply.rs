//! T2: lines that came from a hub, through guard, fold, rows and tallies, against raw rows of the same bytes.

use std::path::Path;
use std::time::{Duration, Instant};

use gewu_log::columns::read_lines;
use gewu_log::line::HeadHash;
use gewu_model::ids::{FeedId, StreetId};
use gewu_store::{OpenOptions, Store, StoreError};
use serde_json::json;

use crate::Fault;
use crate::acts::{Part, Workload};
use crate::figures::{Report, quantile};
use crate::raw::{KEY, Raw};

const RUNS: usize = 5;
/// Of a street: how many share a day's row of a tally.
const YEAR_EVENTS: usize = 130_000;
/// The street of workloads that have no hub.
pub const STREET: StreetId = StreetId([7; 16]);

/// What applying some parts took.
#[derive(Clone, Copy, Default)]
pub struct Took {
    /// Acts.
    pub acts: u64,
    /// From lines to the commit.
    pub apply: Duration,
    /// Of this: guard, fold, entry rows; the rest is headers, tallies and the commit.
    pub taking: Duration,
    /// From the wire to lines.
    pub decode: Duration,
}

/// Applies parts in one transaction, each as a pull does.
pub fn apply(store: &mut Store, street: StreetId, parts: &[Part]) -> Result<Took, Fault> {
    let begun = Instant::now();
    let lines = parts.iter().map(|part| read_lines(&part.wire)).collect::<Result<Vec<_>, _>>()?;
    let decode = begun.elapsed();
    let begun = Instant::now();
    let (acts, taking) = store.write::<_, StoreError>(|tx| {
        let mut acts = 0;
        for (part, lines) in parts.iter().zip(&lines) {
            let applied = tx.apply_lines(street, part.feed, part.from_n, part.before, lines, None)?;
            assert_eq!((applied.head, applied.quarantined), (HeadHash(part.head.hash), 0), "the workload applies");
            tx.set_cursor(part.feed, &part.head)?;
            acts += applied.new_acts;
        }
        Ok((acts, begun.elapsed()))
    })?;
    Ok(Took { acts, apply: begun.elapsed(), taking, decode })
}

/// Opens a store that knows the workload's people.
pub fn store(file: &Path, workload: &Workload, area: FeedId) -> Result<Store, Fault> {
    let mut store = Store::open(file, &OpenOptions { key: KEY, vfs: None, day_offset_s: 8 * 3_600 })?;
    store.write::<_, StoreError>(|tx| {
        workload.grants(area).iter().try_for_each(|grant| tx.put_grant(grant, b"token"))
    })?;
    Ok(store)
}

struct Run {
    apply_per_s: f64,
    taking: f64,
    raw_per_s: f64,
    decode_per_s: f64,
}

/// Cuts parts into transactions of about so many acts.
fn transactions(parts: &[Part], acts: usize) -> Vec<&[Part]> {
    let mut cut = Vec::new();
    let (mut from, mut count) = (0, 0);
    for (at, part) in parts.iter().enumerate() {
        count += part.rows.len();
        if count >= acts || at + 1 == parts.len() {
            cut.extend(parts.get(from..=at));
            (from, count) = (at + 1, 0);
        }
    }
    cut
}

fn one(parts: &[Part], acts: usize, workload: &Workload) -> Result<Run, Fault> {
    let folder = tempfile::Builder::new().prefix("gewu-bench-").tempdir()?;
    let mut store = store(&folder.path().join("store.db"), workload, FeedId([1; 16]))?;
    let mut raw = Raw::new(folder.path(), true)?;
    let (mut took, mut raw_took) = (Took::default(), Duration::ZERO);
    let filler: Vec<u8> = (0..=255).cycle().take(4_096).collect();
    for parts in transactions(parts, acts) {
        let sizes = parts.iter().flat_map(|part| &part.rows);
        let rows: Vec<&[u8]> = sizes.filter_map(|size| filler.get(..*size)).collect();
        let begun = Instant::now();
        raw.insert(&rows)?;
        raw_took += begun.elapsed();
        let once = apply(&mut store, STREET, parts)?;
        took.acts += once.acts;
        took.apply += once.apply;
        took.taking += once.taking;
        took.decode += once.decode;
    }
    let per_s = |time: Duration| took.acts as f64 / time.as_secs_f64();
    Ok(Run {
        taking: took.taking.as_secs_f64() / took.apply.as_secs_f64(),
        apply_per_s: per_s(took.apply),
        raw_per_s: per_s(raw_took),
        decode_per_s: per_s(took.decode),
    })
}

/// Runs it.
pub fn run(events: usize) -> Result<Report, Fault> {
    let feeds = (1..=67).map(|number| FeedId([number; 16])).collect();
    let mut workload = Workload::new(1, STREET, feeds, YEAR_EVENTS.max(events));
    let parts = workload.parts(events);
    let acts: usize = parts.iter().map(|part| part.rows.len()).sum();
    let mut report = Report::new("T2", RUNS);
    for (size, goal) in [(1_000, 0.28), (10_000, 0.42)] {
        let runs = (0..RUNS).map(|_| one(&parts, size, &workload)).collect::<Result<Vec<_>, _>>()?;
        let middle = |of: fn(&Run) -> f64| quantile(&runs.iter().map(of).collect::<Vec<_>>(), 500);
        let raw = json!({ "raw_per_s": middle(|run| run.raw_per_s).round(), "acts": acts });
        let name = format!("apply, {size} a transaction");
        report.higher(&name, middle(|run| run.apply_per_s), "per_s", Some(90_000.0), raw.clone());
        report.higher(
            &format!("{name}, of raw"),
            middle(|run| run.apply_per_s / run.raw_per_s),
            "ratio",
            Some(goal),
            raw,
        );
        let rest = json!("the rest: headers, tallies, commit");
        report.lower(&format!("guard, fold, entry rows, {size}"), middle(|run| run.taking), "ratio", None, rest);
        report.higher(&format!("reading the wire, {size}"), middle(|run| run.decode_per_s), "per_s", None, json!(null));
    }
    let bytes: usize = parts.iter().map(|part| part.wire.len()).sum();
    report.lower("wire before compression, an act", bytes as f64 / acts as f64, "bytes", None, json!(null));
    Ok(report)
}
