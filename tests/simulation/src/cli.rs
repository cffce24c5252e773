//! The command line: runs seeds and says what came of them. A failing seed is printed first.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::{Parser, Subcommand};
use gewu_model::sabotage::Switch;
use serde_json::json;

use crate::run::{self, Outcome};
use crate::trace::Fault;

/// Runs a whole street from seeds: phones, hub and everything that can happen to them.
#[derive(Parser)]
struct Options {
    /// How many seeds, from 1 on.
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Just this seed.
    #[arg(long)]
    seed: Option<u64>,
    /// One object on standard output.
    #[arg(long, global = true)]
    json: bool,
    /// Seeds at the same time; as many as there are processors where nothing is said.
    #[arg(long)]
    jobs: Option<usize>,
    /// Prints each step.
    #[arg(long)]
    aloud: bool,
    /// Switches a protection off and stops at the first seed in which that is noticed.
    #[arg(long, value_name = "SWITCH")]
    r#break: Option<String>,
    /// Something else than seeds.
    #[command(subcommand)]
    other: Option<Other>,
}

#[derive(Subcommand)]
enum Other {
    /// Opens the image after every write of a small run, whole and torn, and damaged stores.
    Crash,
}

/// Every image opens and nothing that was promised is lost.
fn crash(as_json: bool) -> ExitCode {
    let report = gewu_crash::run();
    let told = if as_json { serde_json::to_string(&report) } else { serde_json::to_string_pretty(&report) };
    println!("{}", told.unwrap_or_default());
    if report.lost == 0 && report.opened == report.images { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The program with the protections that can be switched off.
#[cfg(not(feature = "sabotage"))]
const SABOTAGED: [&str; 8] =
    ["run", "--release", "--package", "gewu-simulation", "--features", "sabotage", "--bin", "gewu-sabotage"];

/// Switches a protection off; `Some`: nothing more is to be done here.
fn sabotage(name: &str) -> Option<ExitCode> {
    let Some(switch) = Switch::ALL.iter().copied().find(|switch| switch.name() == name) else {
        let names: Vec<&str> = Switch::ALL.iter().map(|switch| switch.name()).collect();
        eprintln!("there is no switch {name}; there are: {}", names.join(", "));
        return Some(ExitCode::from(2));
    };
    chosen(switch)
}

#[cfg(feature = "sabotage")]
fn chosen(switch: Switch) -> Option<ExitCode> {
    (!gewu_model::sabotage::choose(switch)).then(|| ExitCode::from(2))
}

/// This build has nothing to switch off: the one that has runs in its stead.
#[cfg(not(feature = "sabotage"))]
fn chosen(_: Switch) -> Option<ExitCode> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let ran = std::process::Command::new(cargo)
        .args(SABOTAGED)
        .arg("--")
        .args(std::env::args_os().skip(1))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .status();
    match ran {
        Ok(status) => {
            Some(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
        }
        Err(error) => {
            eprintln!("cargo is needed to build the program with its protections switched off: {error}");
            Some(ExitCode::from(2))
        }
    }
}

/// What the program does; its exit code says whether anything was found that must never be.
#[must_use]
pub fn run() -> ExitCode {
    let options = Options::parse();
    if let Some(Other::Crash) = options.other {
        return crash(options.json);
    }
    if let Some(done) = options.r#break.as_deref().and_then(sabotage) {
        return done;
    }
    let (first, count) = options.seed.map_or((1, options.seeds), |seed| (seed, 1));
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let (next, enough) = (AtomicU64::new(0), AtomicBool::new(false));
    let outcomes: Mutex<BTreeMap<u64, Result<Outcome, String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed).saturating_add(first);
                    if seed.saturating_sub(first) >= count || enough.load(Ordering::Relaxed) {
                        return;
                    }
                    let outcome = run::seed(seed, options.aloud);
                    tell(seed, &outcome);
                    if options.r#break.is_some() && !outcome.as_ref().is_ok_and(|it| it.violations.is_empty()) {
                        enough.store(true, Ordering::Relaxed);
                    }
                    outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(seed, outcome);
                }
            });
        }
    });
    let outcomes = outcomes.into_inner().unwrap_or_else(PoisonError::into_inner);
    let violations = summary(&outcomes, options.json);
    if violations == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// A failing seed is told at once.
fn tell(seed: u64, outcome: &Result<Outcome, String>) {
    match outcome {
        Ok(outcome) if outcome.violations.is_empty() => {}
        Ok(outcome) => {
            let first: Vec<String> =
                outcome.violations.iter().take(5).map(|it| format!("  {}: {:.600}", it.check, it.what)).collect();
            eprintln!("seed {seed}: {} violations\n{}", outcome.violations.len(), first.join("\n"));
        }
        Err(error) => eprintln!("seed {seed}: no street: {error}"),
    }
}

fn summary(outcomes: &BTreeMap<u64, Result<Outcome, String>>, as_json: bool) -> usize {
    let mut hasher = blake3::Hasher::new();
    let mut faults: BTreeMap<Fault, u64> = Fault::ALL.iter().map(|fault| (*fault, 0)).collect();
    let (mut steps, mut violations) = (0, 0);
    for outcome in outcomes.values() {
        let Ok(outcome) = outcome else {
            violations += 1;
            continue;
        };
        steps += outcome.steps;
        violations += outcome.violations.len();
        hasher.update(&outcome.trace);
        for (fault, count) in &outcome.faults {
            *faults.entry(*fault).or_default() += count;
        }
    }
    let trace_hash = hasher.finalize().to_hex();
    if as_json {
        let faults: BTreeMap<&str, u64> = faults.iter().map(|(fault, count)| (fault.name(), *count)).collect();
        let told = json!({
            "seeds": outcomes.len(), "steps": steps, "violations": violations,
            "trace_hash": trace_hash.as_str(), "faults": faults,
        });
        println!("{told}");
    } else {
        println!("{} seeds, {steps} steps, {violations} violations, trace {trace_hash}", outcomes.len());
        for (fault, count) in faults {
            println!("  {:<20} {count}", fault.name());
        }
    }
    violations
}
