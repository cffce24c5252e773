//! Tallies kept by differences against a scan of the final states, over histories of many records.
//!
//! Acts come in by the short or the full road, verdicts with them or later, transactions hold one change or many. What
//! was counted and then refused, relocated, reopened or given another deadline leaves nothing behind.

mod histories;

use std::collections::BTreeMap;

use gewu_model::case::{CaseState, Stage};
use gewu_model::day::Day;
use gewu_model::ids::FeedId;
use gewu_model::tally::{Count, Counts, Deltas, contribution};

use histories::{History, Random, Store, World, replicas};

const STREETS: u64 = 400;
const RECORDS: u64 = 30;
const DAY_OFFSET_S: i32 = 8 * 3_600;

type Tallies = BTreeMap<(FeedId, Day), Counts>;

/// One thing that comes in.
#[derive(Clone, Copy)]
enum Coming {
    Act { record: usize, at: usize, with_verdict: bool },
    Verdict { record: usize, at: usize },
}

/// A street's records and its tallies.
struct Street {
    histories: Vec<History>,
    stores: Vec<Store>,
    tallies: Tallies,
    /// Cases that were moved, came to another deadline day, or were counted and then refused.
    moved: u32,
    redated: u32,
    uncounted: u32,
}

impl Street {
    fn new(histories: Vec<History>) -> Self {
        let stores = vec![Store::default(); histories.len()];
        Self { histories, stores, tallies: Tallies::new(), moved: 0, redated: 0, uncounted: 0 }
    }

    /// Every act and verdict in a random order: acts after those that they rest on, verdicts not before their acts.
    fn comings(&self, random: &mut Random) -> Vec<Coming> {
        let mut queues: Vec<Vec<Coming>> = Vec::new();
        for (record, history) in self.histories.iter().enumerate() {
            let mut queue: Vec<Coming> = Vec::new();
            let mut unheard = Vec::new();
            for at in history.causal_order(random) {
                let with_verdict = random.percent(50);
                queue.push(Coming::Act { record, at, with_verdict });
                if !with_verdict {
                    unheard.push(Coming::Verdict { record, at });
                }
                if !unheard.is_empty() && random.percent(40) {
                    queue.push(unheard.swap_remove(random.below(unheard.len())));
                }
            }
            queue.extend(unheard);
            queue.reverse();
            queues.push(queue);
        }
        let mut comings = Vec::new();
        while !queues.is_empty() {
            let one = random.below(queues.len());
            match queues[one].pop() {
                Some(coming) => comings.push(coming),
                None => drop(queues.swap_remove(one)),
            }
        }
        comings
    }

    /// One transaction: states change, and the tallies by their differences.
    fn take(&mut self, comings: &[Coming], home: FeedId) {
        let mut deltas = Deltas::default();
        for coming in comings {
            let (Coming::Act { record, .. } | Coming::Verdict { record, .. }) = *coming;
            let (history, store) = (&self.histories[record], &mut self.stores[record]);
            let before = store.state.clone();
            match *coming {
                Coming::Act { at, with_verdict, .. } => store.take(history, home, at, with_verdict),
                Coming::Verdict { at, .. } => store.hear(history, home, at),
            }
            deltas.replace(&before, &store.state, DAY_OFFSET_S);
            self.moved += u32::from(before.area_id().is_some_and(|area| Some(area) != store.state.area_id()));
            let day = |state: &CaseState| state.deadline_s.map(|deadline_s| Day::of(deadline_s, DAY_OFFSET_S));
            self.redated += u32::from(day(&before).is_some_and(|before| Some(before) != day(&store.state)));
            self.uncounted += u32::from(before.position.is_some() && store.state.position.is_none());
        }
        for (area, day, counts) in deltas.cells() {
            self.tallies.entry((area, day)).or_default().add(counts, 1);
        }
        self.tallies.retain(|_, counts| !counts.is_zero());
    }

    fn states(&self) -> Vec<CaseState> {
        self.stores.iter().map(|store| store.state.clone()).collect()
    }
}

/// What a scan of all states says.
fn scan(states: &[CaseState]) -> Tallies {
    let mut tallies = Tallies::new();
    for (area, day, counts) in states.iter().flat_map(|state| contribution(state, DAY_OFFSET_S)) {
        tallies.entry((area, day)).or_default().add(&counts, 1);
    }
    tallies.retain(|_, counts| !counts.is_zero());
    tallies
}

/// The sum over all areas and days.
fn total(tallies: &Tallies, count: Count) -> i64 {
    tallies.values().map(|counts| counts.of(count)).sum()
}

fn street(world: &World, seed: u64) -> Street {
    let make = |record| if record % 3 == 2 { replicas::wild } else { replicas::honest };
    Street::new((0..RECORDS).map(|record| make(record)(world, seed * RECORDS + record)).collect())
}

#[test]
fn tallies_equal_a_scan_after_any_history() {
    let world = World::new();
    let (mut moved, mut redated, mut uncounted, mut elsewhere) = (0, 0, 0, 0);
    for seed in 0..STREETS {
        let mut random = Random::new(seed);
        let mut street = street(&world, seed);
        let mut comings = street.comings(&mut random);
        while !comings.is_empty() {
            let count = comings.len().min(1 + random.below(20));
            let transaction: Vec<Coming> = comings.drain(..count).collect();
            street.take(&transaction, world.home());
            assert_eq!(street.tallies, scan(&street.states()), "seed {seed}, {} left", comings.len());
        }
        let last: Vec<CaseState> = street
            .histories
            .iter()
            .map(|history| gewu_model::fold::fold(&history.whole(), world.home()).state)
            .collect();
        assert_eq!(street.tallies, scan(&last), "seed {seed}: final states");
        (moved, redated, uncounted) = (moved + street.moved, redated + street.redated, uncounted + street.uncounted);
        elsewhere += street.tallies.keys().filter(|(area, _)| *area != world.home()).count();
    }
    println!("{moved} moved, {redated} redated, {uncounted} counted and then refused, {elsewhere} cells elsewhere");
    assert!(moved > 500 && redated > 500 && uncounted > 100 && elsewhere > 500);
}

#[test]
fn totals_are_what_anybody_would_count() {
    let world = World::new();
    for seed in 0..STREETS {
        let mut street = street(&world, seed);
        let comings = street.comings(&mut Random::new(seed));
        street.take(&comings, world.home());
        let states = street.states();
        let count = |holds: &dyn Fn(&CaseState) -> bool| {
            i64::try_from(states.iter().filter(|state| holds(state)).count()).expect("a few records")
        };
        let stage = |state: &CaseState| state.position.map(|position| position.stage);
        let reported = |state: &CaseState| state.position.is_some() && !state.withdrawn;
        let due = |state: &CaseState| {
            state.position.is_some()
                && state.deadline_s.is_some()
                && !matches!(stage(state), Some(Stage::Declined | Stage::Voided))
        };
        let handled = |state: &CaseState| matches!(stage(state), Some(Stage::Handled | Stage::Checked | Stage::Closed));
        let closed = |state: &CaseState| stage(state) == Some(Stage::Closed);
        let in_time =
            |state: &CaseState, moment: Option<i64>| moment.zip(state.deadline_s).is_some_and(|(at, by)| at <= by);
        let expected: [(Count, i64); 13] = [
            (Count::Reported, count(&reported)),
            (Count::Handled, count(&|state| reported(state) && handled(state))),
            (Count::Closed, count(&|state| reported(state) && closed(state))),
            (Count::Filed, count(&|state| reported(state) && state.filing.is_some())),
            (Count::Forced, count(&|state| reported(state) && state.forced)),
            (Count::Due, count(&due)),
            (Count::DueHandled, count(&|state| due(state) && handled(state))),
            (Count::DueHandledOnTime, count(&|state| due(state) && handled(state) && in_time(state, state.handled_s))),
            (Count::DueClosed, count(&|state| due(state) && closed(state))),
            (Count::DueClosedOnTime, count(&|state| due(state) && closed(state) && in_time(state, state.closed_s))),
            (Count::DueSuspended, count(&|state| due(state) && !closed(state) && state.suspended_until_s.is_some())),
            (Count::DueReworked, count(&|state| due(state) && state.reworks > 0)),
            (Count::DueExtended, count(&|state| due(state) && state.extensions > 0)),
        ];
        for (what, expected) in expected {
            assert_eq!(total(&street.tallies, what), expected, "seed {seed}: {what:?}");
        }
    }
}

#[test]
fn a_store_that_only_adds_is_caught() {
    let world = World::new();
    let mut caught = 0;
    for seed in 0..20 {
        let mut street = street(&world, seed);
        let comings = street.comings(&mut Random::new(seed));
        let mut only_added = Tallies::new();
        for coming in comings {
            let before = street.states();
            street.take(&[coming], world.home());
            for (before, after) in before.iter().zip(street.states()).filter(|(before, after)| *before != after) {
                // What the old state added stays: only a new case is counted.
                let new = before.position.is_none();
                for (area, day, counts) in contribution(&after, DAY_OFFSET_S).into_iter().filter(|_| new) {
                    only_added.entry((area, day)).or_default().add(&counts, 1);
                }
            }
        }
        caught += u32::from(only_added != scan(&street.states()));
    }
    assert_eq!(caught, 20);
}
