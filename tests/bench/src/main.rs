//! What the targets of the design measure, against what they are compared with: `gewu-bench NAME [--events N] [--json]`.
//!
//! **Approach.** The real store, the real [`gewu_device::Device`], a real hub over HTTPS on loopback. What is compared
//! runs in the same process and the two sides take turns, because machines differ and drift. Everything is seeded.
//!
//! **Never:** a pass or a fail. A figure is printed with its goal; whoever reads it judges. Benchmarks are no tests.

#![allow(
    clippy::disallowed_methods,
    clippy::cast_precision_loss,
    reason = "a stopwatch reads the clock, and figures are shown, never summed"
)]

mod acts;
mod apply;
mod bridge;
mod capture;
mod closure;
mod fetch;
mod figures;
mod raw;
mod street;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// What goes wrong ends the run: there is nothing to save.
type Fault = Box<dyn std::error::Error + Send + Sync>;

#[derive(Parser)]
#[command(name = "gewu-bench", about, after_help = "Example: gewu-bench capture --json")]
struct Program {
    /// One JSON object instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Size of the workload; absent: what runs within a minute or so.
    #[arg(long, global = true)]
    events: Option<usize>,
    #[command(subcommand)]
    bench: Bench,
}

#[derive(Subcommand)]
enum Bench {
    /// T1: report one event, durable, against one raw row.
    Capture,
    /// T2: apply received acts, against raw rows of the same bytes.
    Apply,
    /// T5: 100 new acts reach a phone that holds the street.
    Fetch,
    /// T6: closure rate by grid over a year: query, and from a closed app.
    Closure,
    /// T20: a report through the Android shell's bridge; after `./test screens`.
    Bridge,
    /// The closed app of `closure`: opens a folder, answers, ends.
    #[command(hide = true)]
    Answer {
        /// A phone's folder.
        dir: PathBuf,
    },
}

fn main() -> ExitCode {
    let program = Program::parse();
    let report = match &program.bench {
        Bench::Capture => capture::run(program.events.unwrap_or(4_000)),
        Bench::Apply => apply::run(program.events.unwrap_or(20_000)),
        Bench::Fetch => fetch::run(program.events.unwrap_or(20_000)),
        Bench::Closure => closure::run(program.events.unwrap_or(130_000)),
        Bench::Bridge => bridge::run(),
        Bench::Answer { dir } => return ended(closure::answer(dir)),
    };
    ended(report.map(|report| report.print(program.json)))
}

fn ended(done: Result<(), Fault>) -> ExitCode {
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("{fault}");
            ExitCode::FAILURE
        }
    }
}
