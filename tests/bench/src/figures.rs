//! Figures: name, value, goal and what they are compared with, as a table or as JSON.

use std::time::Duration;

use serde_json::{Value, json};

/// One figure.
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    goal: Option<f64>,
    better: &'static str,
    reference: Value,
}

/// What one bench found.
pub struct Report {
    target: &'static str,
    runs: usize,
    figures: Vec<Figure>,
}

impl Report {
    /// An empty report; `runs`: repetitions behind each figure.
    pub fn new(target: &'static str, runs: usize) -> Self {
        Self { target, runs, figures: Vec::new() }
    }

    /// Adds a figure of which less is better. `reference`: what it stands beside.
    pub fn lower(&mut self, name: &str, value: f64, unit: &'static str, goal: Option<f64>, reference: Value) {
        self.figures.push(Figure { name: name.into(), value, unit, goal, better: "lower", reference });
    }

    /// Adds a figure of which more is better.
    pub fn higher(&mut self, name: &str, value: f64, unit: &'static str, goal: Option<f64>, reference: Value) {
        self.figures.push(Figure { name: name.into(), value, unit, goal, better: "higher", reference });
    }

    fn json(&self) -> Value {
        let figures: Vec<Value> = self
            .figures
            .iter()
            .map(|it| {
                json!({
                    "name": it.name, "value": rounded(it.value), "unit": it.unit, "goal": it.goal, "better": it.better,
                    "reference": it.reference,
                })
            })
            .collect();
        json!({ "target": self.target, "figures": figures, "runs": self.runs, "machine": machine() })
    }

    /// Prints it on standard output.
    pub fn print(&self, as_json: bool) {
        if as_json {
            println!("{}", self.json());
            return;
        }
        println!("{}, {} runs, {}", self.target, self.runs, machine());
        for it in &self.figures {
            let sign = if it.better == "lower" { "≤" } else { "≥" };
            let goal = it.goal.map_or(String::new(), |goal| format!("goal {sign} {goal}"));
            let beside = if it.reference.is_null() { String::new() } else { it.reference.to_string() };
            println!("  {:<34} {:>12} {:<6} {goal:<16} {beside}", it.name, rounded(it.value), it.unit);
        }
    }
}

/// Four significant digits are more than a run repeats.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = 10_f64.powf(3.0 - value.abs().log10().floor());
    (value * scale).round() / scale
}

fn machine() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"))
        .map(|line| line.trim_start_matches(['\t', ' ', ':']));
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!("{cores} cores, {}, {}", model.unwrap_or(std::env::consts::ARCH), std::env::consts::OS)
}

/// Milliseconds.
pub fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// The value below which a share of a sample lies, in thousandths: 500 is the median.
pub fn quantile(sample: &[f64], thousandths: usize) -> f64 {
    let mut sorted = sample.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = (sorted.len().saturating_sub(1) * thousandths) / 1_000;
    sorted.get(at).copied().unwrap_or(f64::NAN)
}

/// Most memory that this process has had in use, in MB.
pub fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    let kb: Option<f64> = line.split_whitespace().next().and_then(|kb| kb.parse().ok());
    kb.map_or(f64::NAN, |kb| kb / 1_024.0)
}
