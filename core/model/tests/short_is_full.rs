//! The short fold against the full one: adding an act to the stored state says what folding everything says.
//!
//! Histories come in one act after the other, each in a random order that keeps causes before effects, with verdicts
//! beside the acts or later, with clocks that are wrong, and with proven and claimed times. Wherever the short road is
//! open, state and effect are those of the full fold; where `step` declines, it leaves the state alone.

mod histories;

use gewu_model::act::{Body, Kind};
use gewu_model::fold::{Effect, FoldAct, step, would_take_effect};
use gewu_model::ids::FeedId;

use histories::{History, Random, Store, World, replicas};

const HISTORIES: u64 = 20_000;

/// Which road the acts took.
#[derive(Debug, Default)]
struct Roads {
    acts: u64,
    short: u64,
    declined: u64,
    claimed: u64,
    unconfirmed: u64,
    not_credible: u64,
    over_refused: u64,
    without_effect: u64,
}

/// Lets a history come in. `short` is the road under test.
fn comes_in(
    history: &History,
    home: FeedId,
    random: &mut Random,
    roads: &mut Roads,
    short: impl Fn(&mut gewu_model::case::CaseState, &FoldAct, FeedId) -> Option<Effect>,
) -> Result<(), String> {
    let mut store = Store::default();
    let mut unheard = Vec::new();
    for at in history.causal_order(random) {
        if !unheard.is_empty() && random.percent(30) {
            store.hear(history, home, unheard.swap_remove(random.below(unheard.len())));
        }
        let with_verdict = random.percent(60);
        if !with_verdict {
            unheard.push(at);
        }
        roads.acts += 1;
        let before = store.state.clone();
        let open = store.learn(history, at, with_verdict);
        let taken = open.as_ref().and_then(|act| short(&mut store.state, act, home));
        let full = store.folded(history, home);
        let place = history.view(store.known, store.confirmed).1.iter().position(|one| *one == at);
        let effect = place.map(|place| full.effects[place]);
        if let Some(act) = open.as_ref().filter(|act| act.act.kind() != Some(Kind::Adopt)) {
            let (would, did) = (would_take_effect(&before, act, home), effect == Some(Effect::Effective));
            if would != did {
                return Err(format!("act {at}: a command would have been offered: {would}; its effect: {effect:?}"));
            }
        }
        match (open, taken) {
            (Some(act), Some(taken)) => {
                let past = before.past;
                roads.short += 1;
                roads.claimed += u64::from(act.act.basis == gewu_model::time::Basis::Claimed);
                roads.unconfirmed += u64::from(act.standing.hub_time_s().is_none());
                roads.not_credible += u64::from(!past.credible(act.time_s, act.act.basis));
                roads.without_effect += u64::from(taken != Effect::Effective);
                roads.over_refused += u64::from(full.effects.contains(&Effect::Refused));
                if store.state != full.state || Some(taken) != effect {
                    return Err(format!(
                        "act {at}: short {taken:?} {:#?}\nfull {effect:?} {:#?}",
                        store.state, full.state
                    ));
                }
            }
            (Some(act), None) => {
                roads.declined += 1;
                let body = &act.act.body;
                let may_decline = matches!(body, Body::Return(_) | Body::Adopt(_))
                    || matches!(body.kind(), Some(Kind::Check | Kind::Reopen)) && effect == Some(Effect::FromNotMet);
                if store.state != before || !may_decline {
                    return Err(format!("act {at}: the short road declined, or left its traces"));
                }
            }
            (None, _) => {}
        }
        store.state = full.state;
    }
    Ok(())
}

fn all_come_in(make: fn(&World, u64) -> History) -> Roads {
    let (world, mut roads) = (World::new(), Roads::default());
    for seed in 0..HISTORIES {
        let history = make(&world, seed);
        let come = |history: &History, roads: &mut Roads| {
            comes_in(history, world.home(), &mut Random::new(seed), roads, |state, act, home| step(state, act, home))
        };
        if let Err(why) = come(&history, &mut roads) {
            let least = history.smallest(|less| come(less, &mut Roads::default()).is_err());
            let why_least = come(&least, &mut Roads::default()).err().unwrap_or(why);
            panic!("seed {seed}: {why_least}\n{}", least.told());
        }
    }
    println!("{roads:?}");
    roads
}

#[test]
fn the_short_fold_says_what_the_full_one_says() {
    let roads = all_come_in(replicas::honest);
    assert!(roads.short * 4 > roads.acts, "{roads:?}");
    let enough = HISTORIES / 10;
    for seen in [roads.claimed, roads.unconfirmed, roads.not_credible, roads.over_refused, roads.without_effect] {
        assert!(seen > enough, "{roads:?}");
    }
    assert!(roads.declined > 0, "{roads:?}");
}

#[test]
fn most_acts_take_the_short_road_where_the_signal_is_good() {
    let roads = all_come_in(replicas::calm);
    assert!(roads.short * 2 > roads.acts, "less than half of the acts took the short road: {roads:?}");
}

#[test]
fn the_short_fold_says_what_the_full_one_says_of_histories_that_keep_no_rule() {
    let roads = all_come_in(replicas::wild);
    assert!(roads.short * 4 > roads.acts && roads.without_effect > HISTORIES, "{roads:?}");
}

#[test]
fn a_short_road_that_forgets_a_register_or_takes_what_is_not_its_own_is_caught() {
    let (world, mut roads) = (World::new(), Roads::default());
    let (mut forgetful, mut meddling) = (0, 0);
    for seed in 0..500 {
        let history = replicas::honest(&world, seed);
        let mut caught = |short: fn(&mut gewu_model::case::CaseState, &FoldAct, FeedId) -> Option<Effect>| {
            u32::from(comes_in(&history, world.home(), &mut Random::new(seed), &mut roads, short).is_err())
        };
        forgetful += caught(|state, act, home| {
            let assignees = state.assignees.clone();
            let effect = step(state, act, home);
            if effect.is_some() {
                state.assignees = assignees;
            }
            effect
        });
        meddling += caught(|state, act, home| {
            let effect = step(state, act, home);
            state.revision += u32::from(effect.is_none());
            effect
        });
    }
    assert!(forgetful > 50 && meddling > 5, "{forgetful} and {meddling} of 500");
}
