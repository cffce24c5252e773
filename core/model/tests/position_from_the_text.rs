//! The product's fold against the position rule as the text says it, over random histories.
//!
//! `histories/text.rs` was written from `docs/records.md` §3 to §4.1 alone. Here both read the same histories: honest
//! ones of three replicas with a hub that refuses and supervisors that adopt, and wild ones that only pass the guard.
//! Besides, the claims of §4.1 are held against the product without the second reading. The rules that the text
//! rejects are the samples that these checks must catch.
//!
//! `GEWU_HISTORIES` says how many honest histories are read; a failure prints its seed and the smallest history.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

mod histories;

use std::collections::BTreeMap;
use std::sync::Mutex;

use gewu_model::act::{
    Act, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, FileBody, Filing, HandBody, Kind, PartyBody, PlainBody,
};
use gewu_model::case::{CaseState, Position, Stage};
use gewu_model::fold::{Effect, FoldAct, Folded, Standing, fold};
use gewu_model::ids::{EntryHash, FeedId, GrantId};
use gewu_model::rights::may;
use gewu_model::time::Basis;

use histories::text::{self, Rule, Set};
use histories::{History, Random, Store, World, replicas};

const HISTORIES: u64 = 100_000;

fn count() -> u64 {
    std::env::var("GEWU_HISTORIES").ok().and_then(|count| count.parse().ok()).unwrap_or(HISTORIES)
}

/// Runs `check` over `count` histories on two threads, and tells the smallest history of the first failure.
fn each(
    count: u64,
    make: fn(&World, u64) -> History,
    check: impl Fn(&World, &History, u64) -> Result<(), String> + Sync,
) {
    let world = World::new();
    let failed = Mutex::new(None);
    std::thread::scope(|threads| {
        for thread in 0..2 {
            let (world, failed, check) = (&world, &failed, &check);
            threads.spawn(move || {
                for seed in (thread..count).step_by(2) {
                    if failed.lock().expect("no thread panicked").is_some() {
                        return;
                    }
                    let history = make(world, seed);
                    if let Err(why) = check(world, &history, seed) {
                        *failed.lock().expect("no thread panicked") = Some((seed, history, why));
                    }
                }
            });
        }
    });
    if let Some((seed, history, why)) = failed.into_inner().expect("no thread panicked") {
        let least = history.smallest(|less| check(&world, less, seed).is_err());
        let why_least = check(&world, &least, seed).err().unwrap_or_default();
        panic!("seed {seed}: {why}\nsmallest: {why_least}\n{}", least.told());
    }
}

fn same<T: PartialEq + std::fmt::Debug>(what: &str, product: &T, expected: &T) -> Result<(), String> {
    if product == expected {
        Ok(())
    } else {
        Err(format!("{what}: the product says {product:?}, expected {expected:?}"))
    }
}

/// Position and effects are those of the text, and so is what they hang on.
fn as_the_text(acts: &[FoldAct], home: FeedId, rule: Rule) -> Result<Folded, String> {
    let (folded, reading) = (fold(acts, home), text::read(acts, rule));
    same("position", &folded.state.position, &reading.known.position)?;
    same("effects", &folded.effects, &reading.effects)?;
    let assignees: Vec<_> = folded.state.assignees.iter().map(|assignee| (assignee.party, assignee.person)).collect();
    let mut standing = reading.known.standing;
    let mut once = std::collections::BTreeSet::new();
    standing.retain(|assignee| once.insert(*assignee));
    same("assignees", &assignees, &standing)?;
    same("deadline", &folded.state.deadline_s, &reading.known.deadline_s)?;
    same("suspended", &folded.state.is_suspended(), &reading.known.suspended)?;
    Ok(folded)
}

/// In a terminal set every admitted sending-back was seen by an effective act that closes or is the largest value.
///
/// Needs the position that is claimed for the set, and of every act its effect and what it means.
fn all_sent_back_is_answered(acts: &[FoldAct], home: FeedId, position: Option<Position>) -> Result<(), String> {
    let Some(position) = position.filter(|position| position.stage.is_terminal()) else { return Ok(()) };
    let (effects, pasts) = (fold(acts, home).effects, text::causal_pasts(acts));
    let admitted = |at: usize| !matches!(effects[at], Effect::Refused | Effect::NothingToAdopt);
    let sends_back = |at: &usize| match &meant(acts, *at).act.body {
        Body::Check(check) => !check.passed,
        body => matches!(body, Body::Reopen(_)),
    };
    for sent_back in (0..acts.len()).filter(|at| admitted(*at)).filter(sends_back) {
        let answered = (0..acts.len()).any(|at| {
            let stage = match &meant(acts, at).act.body {
                Body::Close(_) | Body::ForceClose(_) => Stage::Closed,
                Body::Decline(_) => Stage::Declined,
                Body::Void(_) => Stage::Voided,
                _ => return false,
            };
            let round = || fold(&only(acts, pasts[at]), home).state.position.map_or(0, |seen| seen.round);
            effects[at] == Effect::Effective
                && pasts[at].has(sent_back)
                && (stage == Stage::Closed || Position { round: round(), stage } == position)
        });
        if !answered {
            return Err(format!("{position:?} is terminal, and nobody answered act {sent_back} in act order"));
        }
    }
    Ok(())
}

fn meant(acts: &[FoldAct], at: usize) -> &FoldAct {
    match &acts[at].act.body {
        Body::Adopt(adopt) => acts.iter().find(|act| act.entry == adopt.entry).unwrap_or(&acts[at]),
        _ => &acts[at],
    }
}

fn only(acts: &[FoldAct], set: Set) -> Vec<FoldAct> {
    let places: Vec<usize> = set.all().collect();
    let place = |dep: &usize| places.iter().position(|at| at == dep).expect("a causal past is closed");
    places.iter().map(|&at| FoldAct { deps: acts[at].deps.iter().map(place).collect(), ..acts[at].clone() }).collect()
}

/// No tie and no order of arrival reaches position or effects; stores that got everything differently agree.
fn order_never_matters(world: &World, history: &History, seed: u64, whole: &Folded) -> Result<(), String> {
    let mut random = Random::new(seed ^ 0x0a11);
    let all = Set::first(history.acts.len());
    let (acts, order) = history.view(all, all);
    let limited = acts.iter().any(|act| matches!(act.act.kind(), Some(Kind::Extend | Kind::Suspend)));
    let other = history.causal_order(&mut random);
    let again = fold(&history.arranged(&other, all), world.home());
    same("position in another order", &again.state.position, &whole.state.position)?;
    for (place, at) in other.iter().enumerate().filter(|_| !limited) {
        let before = order.iter().position(|one| one == at).map(|before| whole.effects[before]);
        same("effect in another order", &Some(again.effects[place]), &before)?;
    }
    for _ in 0..2 {
        same("state as it arrived", &arrived(history, world.home(), &mut random), &whole.state)?;
    }
    Ok(())
}

/// Everything comes in one by one, verdicts with their acts or later.
fn arrived(history: &History, home: FeedId, random: &mut Random) -> CaseState {
    let mut store = Store::default();
    let mut unheard = Vec::new();
    for at in history.causal_order(random) {
        let with_verdict = random.percent(70);
        store.take(history, home, at, with_verdict);
        if !with_verdict {
            unheard.push(at);
        }
        if !unheard.is_empty() && random.percent(30) {
            store.hear(history, home, unheard.swap_remove(random.below(unheard.len())));
        }
    }
    random.shuffle(&mut unheard);
    unheard.into_iter().for_each(|at| store.hear(history, home, at));
    store.state
}

/// From an open case somebody of the ordinary roles leads on to a close, without force; and whoever closes with
/// everything in view closes.
fn no_dead_end(world: &World, acts: &[FoldAct]) -> Result<(), String> {
    let mut acts = acts.to_vec();
    let mut state = fold(&acts, world.home()).state;
    for _ in 0..8 {
        let Some(position) = state.position.filter(|position| !position.stage.is_terminal()) else { return Ok(()) };
        for (body, stage) in closings() {
            let after = next(world, &acts, &state, body.clone());
            let closed = after.as_ref().map(|(_, after)| after.position.map(|position| position.stage));
            if closed.is_some_and(|closed| closed != Some(stage)) {
                return Err(format!("from {position:?} {body:?} that saw everything leads to {closed:?}"));
            }
        }
        let forward = ways_on(world).into_iter().find_map(|body| next(world, &acts, &state, body));
        let Some((longer, after)) = forward else { return Err(format!("{position:?} is a dead end")) };
        (acts, state) = (longer, after);
    }
    Err(format!("still open after eight steps forward: {:?}", state.position))
}

fn closings() -> [(Body, Stage); 4] {
    [
        (Body::Close(CloseBody { condition: None }), Stage::Closed),
        (Body::ForceClose(PlainBody {}), Stage::Closed),
        (Body::Decline(DeclineBody { reason: DeclineReason::NotFiled }), Stage::Declined),
        (Body::Void(PlainBody {}), Stage::Voided),
    ]
}

fn ways_on(world: &World) -> Vec<Body> {
    let filing = Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s: None, catalogue: 1 };
    vec![
        Body::Close(CloseBody { condition: None }),
        Body::Check(CheckBody { passed: true }),
        Body::Handle(HandBody { party: None }),
        Body::Dispatch(PartyBody { party: world.parties[0] }),
        Body::File(FileBody { filing }),
    ]
}

/// The record with one more act by somebody who saw everything and may do it, if it has effect.
fn next(world: &World, acts: &[FoldAct], state: &CaseState, body: Body) -> Option<(Vec<FoldAct>, CaseState)> {
    let home = world.home();
    let who = world.cast.iter().find(|who| may(&world.roles, &world.areas, **who, &body, state, home, true).is_ok())?;
    let mut longer = acts.to_vec();
    longer.push(FoldAct {
        entry: EntryHash([u8::try_from(acts.len()).expect("a short history"); 32]),
        author: histories::device(9),
        start_op: 1 + acts.iter().map(|act| act.start_op).max().unwrap_or(0),
        time_s: histories::START_S,
        act: Act { grant: GrantId([0; 8]), pack: None, basis: Basis::Proven, detail: None, body },
        deps: (0..acts.len()).collect(),
        standing: Standing::Unconfirmed,
        who: Some(*who),
    });
    let folded = fold(&longer, home);
    (folded.effects.last() == Some(&Effect::Effective)).then_some((longer, folded.state))
}

#[test]
fn honest_histories_read_as_the_text_says_and_keep_its_claims() {
    let seen = Mutex::new(BTreeMap::<String, u64>::new());
    each(count(), replicas::honest, |world, history, seed| {
        let acts = history.whole();
        let folded = as_the_text(&acts, world.home(), Rule::AsWritten)?;
        all_sent_back_is_answered(&acts, world.home(), folded.state.position)?;
        order_never_matters(world, history, seed, &folded)?;
        no_dead_end(world, &acts)?;
        let mut seen = seen.lock().expect("no thread panicked");
        marks(&acts, &folded).into_iter().for_each(|mark| *seen.entry(mark).or_default() += 1);
        Ok(())
    });
    let seen = seen.into_inner().expect("no thread panicked");
    for (mark, times) in &seen {
        println!("{times:>7} {mark}");
    }
    for mark in marks_expected() {
        let times = seen.get(&mark).copied().unwrap_or(0);
        assert!(times >= count() / 1_000, "only {times} histories of {}: {mark}", count());
    }
}

/// What occurs in a history, so that a test of nothing does not pass.
fn marks(acts: &[FoldAct], folded: &Folded) -> Vec<String> {
    let mut marks = std::collections::BTreeSet::new();
    for (act, effect) in acts.iter().zip(&folded.effects) {
        marks.insert(format!("{:?} {effect:?}", act.act.kind()));
    }
    if let Some(position) = folded.state.position {
        marks.insert(format!("ends {:?}", position.stage));
        marks.insert(format!("round {}", position.round.min(3)));
        marks.insert(format!("profile {:?}", folded.state.profile));
    }
    let pasts = text::causal_pasts(acts);
    if (1..acts.len()).any(|at| (0..at).any(|one| !pasts[at].has(one))) {
        marks.insert("concurrent".into());
    }
    marks.into_iter().collect()
}

fn marks_expected() -> Vec<String> {
    let effective = Kind::ALL.iter().map(|kind| format!("{:?} {:?}", Some(kind), Effect::Effective));
    let refused = Kind::ALL.iter().map(|kind| format!("{:?} {:?}", Some(kind), Effect::Refused));
    let ends = Stage::ALL.iter().map(|stage| format!("ends {stage:?}"));
    let more = ["round 0", "round 1", "round 2", "round 3", "profile Light", "profile Standard", "concurrent"];
    effective.chain(refused).chain(ends).chain(more.map(String::from)).collect()
}

#[test]
fn histories_that_keep_no_rule_read_as_the_text_says_all_the_same() {
    each(count(), replicas::wild, |world, history, _| {
        let acts = history.whole();
        let folded = as_the_text(&acts, world.home(), Rule::AsWritten)?;
        all_sent_back_is_answered(&acts, world.home(), folded.state.position)
    });
}

#[test]
fn every_rule_that_the_text_rejects_is_caught() {
    let world = World::new();
    let histories = 20_000;
    for rule in [Rule::PlainMaximum, Rule::AnyTerminalAnswers, Rule::ReturnOpensRound] {
        let (mut differ, mut unanswered) = (0, 0);
        for seed in 0..histories {
            let acts = replicas::honest(&world, seed).whole();
            differ += u32::from(as_the_text(&acts, world.home(), rule).is_err());
            let position = text::read(&acts, rule).known.position;
            unanswered += u32::from(all_sent_back_is_answered(&acts, world.home(), position).is_err());
        }
        println!("{rule:?}: {differ} of {histories} read otherwise, {unanswered} closed over a sending-back");
        assert!(differ > 0, "{rule:?} reads every history as the product does");
        assert!(unanswered > 0 || rule == Rule::ReturnOpensRound, "{rule:?} never closes over a sending-back");
    }
}
