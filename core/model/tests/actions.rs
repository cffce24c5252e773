//! What a screen offers is what the command does: over random histories, everybody of a street and several moments, an
//! action is offered exactly where the role table allows its act and the full fold lets it have effect.

mod histories;

use std::collections::BTreeMap;

use gewu_model::act::{
    Act, AdoptBody, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, ExtendBody, FileBody, Filing, HandBody,
    Kind, PartyBody, PlainBody, Profile, RelocateBody, ResumeBody, ReviseBody, SuspendBody,
};
use gewu_model::action::{Action, Doer, Moment, NotPermitted, actions, permitted};
use gewu_model::case::CaseState;
use gewu_model::fold::{Effect, FoldAct, Standing, Who, fold};
use gewu_model::ids::{DetailHash, EntryHash, GrantId};
use gewu_model::limit::{TimeLimit, Unit};
use gewu_model::rights::{Refusal, Role, may};
use gewu_model::time::Basis;

use histories::{History, Random, START_S, World, device, replicas, who};

const HISTORIES: u64 = 1_500;
const PHONE: usize = 9;

/// Everything that a person can ask for: kind, whether a check passes, whether a decline withdraws.
fn asked() -> Vec<(Kind, Option<bool>, bool)> {
    let plain = Kind::ALL.iter().filter(|kind| !matches!(kind, Kind::Check)).map(|kind| (*kind, None, false));
    plain
        .chain([(Kind::Check, Some(true), false), (Kind::Check, Some(false), false), (Kind::Decline, None, true)])
        .collect()
}

/// The act that the command makes of it where nothing else is said; `None` where it lacks something.
fn command(kind: Kind, passed: Option<bool>, withdrawn: bool, by: Who, world: &World) -> Option<Body> {
    let party = world.parties.iter().copied().find(|party| *party == by.area);
    let some_party = party.unwrap_or(world.parties[1]);
    let filing = Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s: None, catalogue: 1 };
    Some(match kind {
        Kind::Report | Kind::SelfHandle => return None,
        Kind::Decline if withdrawn => Body::Decline(DeclineBody { reason: DeclineReason::Withdrawn }),
        Kind::Decline => Body::Decline(DeclineBody { reason: DeclineReason::NotFiled }),
        Kind::File => Body::File(FileBody { filing }),
        Kind::Void => Body::Void(PlainBody {}),
        Kind::Dispatch => Body::Dispatch(PartyBody { party: some_party }),
        Kind::Claim => Body::Claim(HandBody { party }),
        Kind::Handle => Body::Handle(HandBody { party }),
        Kind::Check => Body::Check(CheckBody { passed: passed? }),
        Kind::Close => Body::Close(CloseBody { condition: Some("mended".into()) }),
        Kind::Reopen => Body::Reopen(PlainBody {}),
        Kind::ForceClose => Body::ForceClose(PlainBody {}),
        Kind::Return => Body::Return(PartyBody { party: party? }),
        Kind::Revise => Body::Revise(ReviseBody {
            class: Some("matter/01002".into()),
            urgent: None,
            filing: None,
            text: None,
            place: None,
        }),
        Kind::Relocate => Body::Relocate(RelocateBody { area: world.grids[1] }),
        Kind::Extend => Body::Extend(ExtendBody { deadline_s: START_S + 9_000_000, asked_by: some_party }),
        Kind::Suspend => Body::Suspend(SuspendBody { until_s: START_S + 9_000_000, asked_by: some_party }),
        Kind::Resume => Body::Resume(ResumeBody { deadline_s: START_S + 9_000_000 }),
        Kind::Note => Body::Note(PlainBody {}),
        Kind::Adopt => Body::Adopt(AdoptBody { entry: EntryHash([3; 32]) }),
    })
}

fn act(body: Body, words: bool) -> Act {
    let detail = words.then_some(DetailHash([7; 32]));
    Act { grant: GrantId([0; 8]), pack: None, basis: Basis::Proven, detail, body }
}

/// Whether the full fold lets the act have effect on top of everything.
fn has_effect(acts: &[FoldAct], tried: Act, by: Who, time_s: i64, world: &World) -> bool {
    let mut longer = acts.to_vec();
    longer.push(FoldAct {
        entry: EntryHash([0xee; 32]),
        author: device(PHONE),
        start_op: 1 + acts.iter().map(|act| act.start_op).max().unwrap_or(0),
        time_s,
        act: tried,
        deps: (0..acts.len()).collect(),
        standing: Standing::Unconfirmed,
        who: Some(by),
    });
    fold(&longer, world.home()).effects.last() == Some(&Effect::Effective)
}

/// Somebody for every role, also one whose grant lies elsewhere, one of a party who is no handler, and the reporter as a resident.
fn people(world: &World, state: &CaseState) -> Vec<Who> {
    let reporter = state.birth.and_then(|birth| birth.person);
    let resident = reporter.map(|person| Who { person, role: Role::Resident, area: world.street });
    world
        .cast
        .iter()
        .copied()
        .chain([who(Role::Acceptor, world.grids[1], 77), who(Role::Overseer, world.parties[0], 78)])
        .chain(resident)
        .collect()
}

type Counts = BTreeMap<(Kind, &'static str), u64>;

fn check(world: &World, acts: &[FoldAct], by: Who, time_s: i64, random: &mut Random, seen_kinds: &mut Counts) {
    let folded = fold(acts, world.home());
    let mut state = folded.state;
    // The histories file without a limit from a catalogue; screens meet both.
    if random.percent(50)
        && let Some(filing) = &mut state.filing
    {
        filing.value.limit = Some(TimeLimit { amount: 2, unit: Unit::NaturalDay });
    }
    let doer = Doer { table: &world.roles, areas: &world.areas, who: by, device: device(PHONE) };
    let moment = Moment { home: world.home(), time_s, basis: Basis::Proven };
    let adoptable = acts
        .iter()
        .zip(&folded.effects)
        .any(|(act, effect)| *effect != Effect::Effective && !matches!(act.act.body, Body::Adopt(_)));
    let offered = actions(&doer, &state, moment, adoptable);
    let limited =
        state.filing.as_ref().is_some_and(|filing| filing.value.limit.is_some()) && state.deadline_s.is_some();
    for (kind, passed, withdrawn) in asked() {
        let found: Vec<&Action> =
            offered.iter().filter(|it| (it.kind, it.passed, it.withdrawn) == (kind, passed, withdrawn)).collect();
        assert!(found.len() <= 1, "{kind:?} is offered twice");
        let Some(body) = command(kind, passed, withdrawn, by, world) else {
            assert!(found.is_empty(), "{kind:?} is offered and cannot be made");
            continue;
        };
        let right = may(&world.roles, &world.areas, by, &body, &state, world.home(), true);
        let effect = match kind {
            // What is adopted is looked up among the acts; the list only says that there is something.
            Kind::Adopt => adoptable,
            Kind::Extend | Kind::Resume if !limited => false,
            _ => has_effect(acts, act(body.clone(), true), by, time_s, world),
        };
        let told = format!("{kind:?} {passed:?} {withdrawn} by {by:?} at {:?} {:?}", state.position, state.profile);
        assert_eq!(found.first().is_some(), effect, "offered where it makes sense: {told}");
        assert_eq!(found.first().map(|it| it.refusal), effect.then_some(right.err()), "with the reason: {told}");
        let said = permitted(&doer, &act(body.clone(), true), &state, moment);
        match found.first() {
            Some(Action { refusal: None, needs_words, .. }) => {
                assert_eq!(said, Ok(()), "what is offered passes: {told}");
                let silent = permitted(&doer, &act(body, false), &state, moment);
                let missing = silent == Err(NotPermitted::Right(Refusal::WordsMissing));
                assert_eq!((silent.is_err(), *needs_words), (missing, missing), "words: {told}");
                *seen_kinds.entry((kind, "allowed")).or_default() += 1;
            }
            Some(Action { refusal: Some(refusal), .. }) => {
                assert_eq!(said, Err(NotPermitted::Right(*refusal)), "what is not allowed is refused: {told}");
                *seen_kinds.entry((kind, "refused")).or_default() += 1;
            }
            // What is adopted is not looked at by this check.
            None if kind == Kind::Adopt => {}
            None => assert!(said.is_err(), "what is not offered is refused: {told}"),
        }
    }
    let refused_before =
        offered.windows(2).any(|pair| matches!(pair, [a, b] if a.refusal.is_some() && b.refusal.is_none()));
    assert!(!refused_before, "what is allowed comes first");
}

fn over(make: fn(&World, u64) -> History, seen_kinds: &mut Counts) {
    let world = World::new();
    for seed in 0..HISTORIES {
        let acts = make(&world, seed).whole();
        let state = fold(&acts, world.home()).state;
        let mut random = Random::new(seed ^ 0xac7);
        let after = state.past.any_s.max(START_S) + 3_600;
        let moments = [after, state.deadline_s.map_or(after, |deadline_s| deadline_s.max(after) + 1)];
        for by in people(&world, &state) {
            let time_s = *random.one(&moments);
            check(&world, &acts, by, time_s, &mut random, seen_kinds);
        }
    }
}

#[test]
fn what_is_offered_is_what_the_command_does() {
    let mut seen = Counts::new();
    over(replicas::honest, &mut seen);
    over(replicas::wild, &mut seen);
    for &kind in Kind::ALL.iter().filter(|kind| !kind.is_birth()) {
        for which in ["allowed", "refused"] {
            let times = seen.get(&(kind, which)).copied().unwrap_or(0);
            assert!(times >= 10, "{kind:?} was {which} {times} times only: {seen:?}");
        }
    }
}

#[test]
fn a_record_without_a_report_offers_nothing() {
    let world = World::new();
    let by = world.cast[0];
    let doer = Doer { table: &world.roles, areas: &world.areas, who: by, device: device(PHONE) };
    let moment = Moment { home: world.home(), time_s: START_S, basis: Basis::Claimed };
    assert_eq!(actions(&doer, &CaseState::default(), moment, false), Vec::new());
    let profile = Profile::Light;
    assert_eq!(actions(&doer, &CaseState { profile, ..CaseState::default() }, moment, false), Vec::new());
}
