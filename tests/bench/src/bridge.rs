//! T20: a report through the Android shell's bridge, on the JVM: its own types, a call off the caller's thread, JNA, the
//! encrypted store, durable. Maven runs `ReportBench` of the module; what it printed is read here.

use std::process::Command;

use serde_json::json;

use crate::Fault;
use crate::figures::{Report, quantile};

const MARK: &str = "REPORT_NS ";

/// Runs it. Needs what `./test screens` needs: a JDK, Maven and the core built with its generated Kotlin.
pub fn run() -> Result<Report, Fault> {
    let mut maven = Command::new("android-shell/bench");
    let out = maven.output().map_err(|error| format!("android-shell/bench, from the repository: {error}"))?;
    let text = String::from_utf8_lossy(&out.stdout);
    let line = text.lines().find_map(|line| line.strip_prefix(MARK));
    let line = line.ok_or_else(|| format!("no figures: {text}{}", String::from_utf8_lossy(&out.stderr)))?;
    let ms: Vec<f64> = line.split(' ').map(|ns| ns.parse::<f64>().map(|ns| ns / 1e6)).collect::<Result<_, _>>()?;
    let mut report = Report::new("T20", ms.len());
    report.lower("report through the bridge, p95", quantile(&ms, 950), "ms", Some(20.0), json!(null));
    report.lower("report through the bridge, p50", quantile(&ms, 500), "ms", None, json!(null));
    Ok(report)
}
