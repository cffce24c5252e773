//! A scenario: what people of a place do, never what comes out.

use std::collections::BTreeMap;
use std::path::Path;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use serde::Deserialize;

use crate::place::{GridDraft, PlaceDraft, plain_class};
use crate::problem::{Fill, Problem};

/// A word with how often it is used.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighted {
    /// The class's key, or the text.
    pub is: String,
    /// Relative to the others.
    pub weight: u32,
}

/// One month of one grid.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traffic {
    /// Events reported.
    pub events: u32,
    /// Of these, left unhandled.
    pub unhandled: u32,
}

/// A grid with its traffic by month, such as "2021-03".
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridTraffic {
    /// Official code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Its community.
    pub community: String,
    /// By month.
    pub months: BTreeMap<String, Traffic>,
}

/// A scenario.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// Name of the place.
    pub place: String,
    /// Where the figures of the traffic come from.
    #[expect(dead_code, reason = "said to whoever reads the file; nothing is computed from it")]
    pub source: String,
    /// Seconds east of UTC.
    pub day_offset_s: i32,
    /// Decides classes, texts, hours and delays.
    pub seed: u64,
    /// First and last hour of the day in which people report.
    pub hours: (u32, u32),
    /// Shortest and longest time from report to handling.
    pub delay_hours: (u32, u32),
    /// Classes by weight.
    pub classes: Vec<Weighted>,
    /// Texts by weight.
    pub texts: Vec<Weighted>,
    /// Grids.
    pub grids: Vec<GridTraffic>,
}

/// One event.
#[derive(Clone, Debug)]
pub struct Event {
    /// Its number within the scenario.
    pub number: u64,
    /// Place of its grid in the scenario.
    pub grid: usize,
    /// Class.
    pub class: String,
    /// Text.
    pub text: String,
    /// Unix seconds.
    pub reported_s: i64,
    /// Unix seconds; `None`: left unhandled.
    pub handled_s: Option<i64>,
}

/// Reads a scenario; of one month, where one is named.
pub fn read(file: &Path, month: Option<&str>) -> Result<Scenario, Problem> {
    let text = std::fs::read_to_string(file).map_err(|error| Problem::file(file, &error))?;
    let mut scenario: Scenario = serde_json::from_str(&text).map_err(|error| Problem::mapping("scenario", error))?;
    if let Some(month) = month {
        scenario.grids.iter_mut().for_each(|grid| grid.months.retain(|of, _| of == month));
        if scenario.months().is_empty() {
            return Err(Problem::argument("--month", Fill::Text(month.to_owned())));
        }
    }
    Ok(scenario)
}

impl Scenario {
    /// The place.
    pub fn place(&self) -> PlaceDraft {
        let grid = |grid: &GridTraffic| GridDraft {
            code: grid.code.clone(),
            name: grid.name.clone(),
            // Codes that are local numbers give "53号网格" beside the code.
            number: grid.code.parse().ok(),
            community: Some(grid.community.clone()),
            middle: None,
        };
        PlaceDraft {
            place: self.place.clone(),
            day_offset_s: self.day_offset_s,
            grids: self.grids.iter().map(grid).collect(),
            parties: Vec::new(),
            notes: Vec::new(),
            classes: Some(self.classes.iter().map(|class| plain_class(&class.is)).collect()),
            usual: Vec::new(),
            calendar: None,
        }
    }

    /// Months that any grid has traffic in, in order.
    pub fn months(&self) -> Vec<String> {
        let months: std::collections::BTreeSet<&String> =
            self.grids.iter().flat_map(|grid| grid.months.keys()).collect();
        months.into_iter().cloned().collect()
    }

    /// Events of a month, by grid; the same for the same seed.
    pub fn events(&self, month: &str) -> Result<Vec<Event>, Problem> {
        let bad = || Problem::mapping("months", month);
        let (year, number) = month.split_once('-').ok_or_else(bad)?;
        let number: i32 = number.parse().map_err(|_| bad())?;
        let month_of = gewu_model::day::Month::new(year.parse().map_err(|_| bad())?, number).ok_or_else(bad)?;
        let first_s = month_of.first_day().start_s(self.day_offset_s);
        let days = month_of.last_day().0 - month_of.first_day().0 + 1;
        let mut rng =
            ChaCha12Rng::seed_from_u64(self.seed ^ u64::from_str_radix(&month.replace('-', ""), 10).unwrap_or(0));
        let mut events = Vec::new();
        for (grid, traffic) in self.grids.iter().enumerate() {
            let Some(traffic) = traffic.months.get(month) else { continue };
            for at in 0..traffic.events {
                let day = below(&mut rng, u64::try_from(days).unwrap_or(1));
                let hours = u64::from(self.hours.1.saturating_sub(self.hours.0)) * 3_600;
                let second = u64::from(self.hours.0) * 3_600 + below(&mut rng, hours.max(1));
                let reported_s = first_s + i64::try_from(day * 86_400 + second).unwrap_or(0);
                let delays = u64::from(self.delay_hours.1.saturating_sub(self.delay_hours.0)) * 3_600;
                let delay = u64::from(self.delay_hours.0) * 3_600 + below(&mut rng, delays.max(1));
                let handled = at >= traffic.unhandled;
                events.push(Event {
                    number: u64::try_from(events.len()).unwrap_or(0),
                    grid,
                    class: pick(&mut rng, &self.classes).ok_or_else(bad)?,
                    text: pick(&mut rng, &self.texts).unwrap_or_default(),
                    reported_s,
                    handled_s: handled.then(|| reported_s + i64::try_from(delay).unwrap_or(0)),
                });
            }
        }
        Ok(events)
    }
}

/// A number below `bound`; the bias of a remainder is far below what a street notices.
pub fn below(rng: &mut ChaCha12Rng, bound: u64) -> u64 {
    rng.next_u64() % bound.max(1)
}

fn pick(rng: &mut ChaCha12Rng, from: &[Weighted]) -> Option<String> {
    let total: u64 = from.iter().map(|it| u64::from(it.weight)).sum();
    let mut at = below(rng, total);
    for it in from {
        match at.checked_sub(u64::from(it.weight)) {
            Some(rest) => at = rest,
            None => return Some(it.is.clone()),
        }
    }
    None
}
