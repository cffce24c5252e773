//! `gewu-simulation`: runs seeds and says what came of them. A failing seed is printed first.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use clap::Parser;
use gewu_simulation::run::{self, Outcome};
use gewu_simulation::trace::Fault;
use serde_json::json;

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
    #[arg(long)]
    json: bool,
    /// Seeds at the same time; as many as there are processors where nothing is said.
    #[arg(long)]
    jobs: Option<usize>,
    /// Prints each step.
    #[arg(long)]
    aloud: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let (first, count) = options.seed.map_or((1, options.seeds), |seed| (seed, 1));
    let jobs = options.jobs.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let next = AtomicU64::new(0);
    let outcomes: Mutex<BTreeMap<u64, Result<Outcome, String>>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed).saturating_add(first);
                    if seed.saturating_sub(first) >= count {
                        return;
                    }
                    let outcome = run::seed(seed, options.aloud);
                    tell(seed, &outcome);
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
