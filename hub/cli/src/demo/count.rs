//! What came out: figures from the hub, and a count from outside of what was lost.

use std::collections::{BTreeMap, BTreeSet};

use gewu_hub::figures;
use gewu_hub::store;
use gewu_log::line::Verdict;
use gewu_model::area::AreaKind;
use gewu_model::day::Day;
use gewu_model::ids::EntryHash;
use gewu_model::rate::{Cohort, Period, Rate, RateDefinition};
use gewu_model::rights::Role;
use gewu_model::tally::{Count, Counts};
use gewu_words::{ErrorCode, Language, Word, rate_words, say};
use serde_json::{Value, json};

use super::street::{Street, Told};
use crate::problem::Problem;

/// One grid's figures.
struct GridCounts {
    code: String,
    name: String,
    counts: Counts,
}

/// What came out.
pub struct Counted {
    grids: Vec<GridCounts>,
    all: Counts,
    rates: BTreeMap<&'static str, Option<Rate>>,
    acts: u64,
    lost: u64,
    unsent: u64,
    refused: u64,
    quarantined: u64,
}

const RATES_SHOWN: [&str; 3] = ["handled_of_reported", "closure", "on_time_closure"];

/// Asks the hub, and looks up everything that was saved at the hub and on a fresh phone.
pub fn count(street: &mut Street, told: &Told, as_of: Day) -> Result<Counted, Problem> {
    let hub_entries = hub_entries(street)?;
    let pack = street.hub().pack();
    let top = pack.areas.street().map(|area| area.id).ok_or_else(|| Problem::code(ErrorCode::AreaUnknown))?;
    let fresh = street.phone("fresh", Role::Supervisor, top, false, 0)?;
    fresh.device.sync_now()?;
    let mut held = BTreeSet::new();
    fresh.device.each_entry(&mut |entry, _, _| {
        held.insert(entry.hash());
    })?;
    let lost = told.saved.keys().filter(|entry| !hub_entries.contains_key(entry) || !held.contains(entry)).count();
    let fresh_quarantined = fresh.device.status()?.quarantined;
    let first = figures::span(street.hub())?.map_or(as_of, |(first, _)| first);
    let period = Period { from: first, to: as_of, as_of };
    let mut rates = BTreeMap::new();
    for id in RATES_SHOWN {
        let Some(definition) = RateDefinition::find(id) else { continue };
        rates.insert(id, figures::rate(street.hub(), definition, period, top)?.rate);
    }
    let report_days = period.days(Cohort::ReportDay);
    let sums: BTreeMap<_, _> = match report_days {
        Some((from, to)) => store::read(street.hub().store(), |tx| tx.counts(from, to))?.into_iter().collect(),
        None => BTreeMap::new(),
    };
    let mut grids: Vec<GridCounts> = pack
        .areas
        .iter()
        .filter(|area| area.kind == AreaKind::Grid)
        .map(|area| {
            let counts = sums.get(&area.id).copied().unwrap_or_default();
            GridCounts { code: area.code.clone(), name: area.name.clone(), counts }
        })
        .collect();
    grids.sort_by(|a, b| a.code.cmp(&b.code));
    let mut all = Counts::default();
    grids.iter().for_each(|grid| all.add(&grid.counts, 1));
    let (_, _, hub_quarantined) = store::read(street.hub().store(), |tx| tx.to_settle())?;
    let unsent = told.saved.keys().filter(|entry| !hub_entries.contains_key(entry)).count();
    street.keep_supervisor(fresh);
    Ok(Counted {
        grids,
        all,
        rates,
        acts: u64::try_from(hub_entries.len()).unwrap_or(u64::MAX),
        lost: u64::try_from(lost).unwrap_or(u64::MAX),
        unsent: u64::try_from(unsent).unwrap_or(u64::MAX),
        refused: u64::try_from(hub_entries.values().filter(|verdict| **verdict != Verdict::ADMITTED).count()).unwrap_or(0),
        quarantined: hub_quarantined + told.quarantined + fresh_quarantined,
    })
}

/// Every entry with a home line, read from the hub's file beside the running hub.
fn hub_entries(street: &Street) -> Result<BTreeMap<EntryHash, Verdict>, Problem> {
    let mut entries = BTreeMap::new();
    store::read(street.hub().store(), |tx| {
        tx.each_entry(&mut |entry, _, said| {
            entries.insert(entry.hash(), said.verdict);
        })
    })?;
    Ok(entries)
}

fn pair(rate: Option<&Option<Rate>>) -> Value {
    rate.and_then(Option::as_ref).map_or(Value::Null, |rate| json!([rate.numerator, rate.denominator]))
}

impl Counted {
    /// The one object of `--json`.
    pub fn json(&self, told: &Told, as_of: Day) -> Value {
        let grids: Vec<Value> = self
            .grids
            .iter()
            .map(|grid| {
                json!({
                    "grid": grid.code, "name": grid.name, "reported": grid.counts.of(Count::Reported),
                    "handled": grid.counts.of(Count::Handled), "closed": grid.counts.of(Count::Closed),
                })
            })
            .collect();
        let (reported, handled) = (self.all.of(Count::Reported), self.all.of(Count::Handled));
        let shown = self.rates.get("handled_of_reported").and_then(Option::as_ref).map(Rate::shown);
        json!({
            "reported": reported, "handled": handled, "closed": self.all.of(Count::Closed),
            "not_handled": reported - handled, "shown": shown,
            "handled_of_reported": pair(self.rates.get("handled_of_reported")),
            "closure": pair(self.rates.get("closure")),
            "on_time_closure": pair(self.rates.get("on_time_closure")),
            "as_of": as_of, "grids": grids, "phones": told.phones, "acts": self.acts, "lost": self.lost,
            "unsent": self.unsent, "refused": self.refused, "quarantined": self.quarantined,
            "reopened": told.reopened.len(), "contested": told.contested.len(), "retried": told.retried,
        })
    }

    /// The table in words.
    pub fn table(&self, told: &Told, as_of: Day, restarts: u32, language: Language) -> String {
        let head = [Word::DemoHeadGrid, Word::DemoHeadReported, Word::DemoHeadHandled, Word::DemoHeadClosed];
        let head: Vec<String> = head.iter().map(|word| say(language, *word, &[])).collect();
        let row = |name: &str, counts: &Counts| {
            [
                name.to_owned(),
                counts.of(Count::Reported).to_string(),
                counts.of(Count::Handled).to_string(),
                counts.of(Count::Closed).to_string(),
            ]
        };
        let mut rows: Vec<[String; 4]> =
            self.grids.iter().filter(|grid| !grid.counts.is_zero()).map(|grid| row(&grid.name, &grid.counts)).collect();
        rows.push(row(&say(language, Word::DemoTotal, &[]), &self.all));
        let mut lines = vec![head.join("\t")];
        lines.extend(rows.iter().map(|row| row.join("\t")));
        lines.push(say(language, Word::DemoAsOf, &[("day", &as_of)]));
        for (id, rate) in &self.rates {
            let name = rate_words(id).map(|words| say(language, words.name, &[])).unwrap_or_default();
            lines.push(match rate {
                Some(rate) => say(
                    language,
                    Word::DemoRate,
                    &[
                        ("name", &name),
                        ("shown", &rate.shown()),
                        ("numerator", &rate.numerator),
                        ("denominator", &rate.denominator),
                    ],
                ),
                None => say(language, Word::DemoRateNone, &[("name", &name)]),
            });
        }
        lines.push(say(
            language,
            Word::DemoKeptSafe,
            &[("lost", &self.lost), ("unsent", &self.unsent), ("refused", &self.refused), ("quarantined", &self.quarantined)],
        ));
        lines.join("\n") + "\n" + &say(
            language,
            Word::DemoWeather,
            &[
                ("reopened", &told.reopened.len()),
                ("contested", &told.contested.len()),
                ("retried", &told.retried),
                ("hub_restarts", &restarts),
            ],
        )
    }
}
