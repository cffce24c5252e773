//! The short road: one act on a stored state, when its author had seen everything that counts.

use super::full::Meaning;
use super::position::{Move, Seen, allowed, makes_filing, withdraws};
use super::registers::{
    assignee_of, birth_of, class_of, deadline_of, filing_of, moves_revision, note_round, place_of, takes_from, urgent_of,
    writes_place, writes_text,
};
use super::{Effect, FoldAct};
use crate::act::Body;
use crate::case::{CaseState, Field, Position, Stage};
use crate::ids::FeedId;

/// Extensions that may have effect.
pub(super) const EXTENSIONS_MAX: u32 = 2;
/// Suspensions that may have effect.
pub(super) const SUSPENSIONS_MAX: u32 = 1;

/// Adds an act to the state of everything before it.
///
/// **Precondition:** the act's causal past holds every act of the record that is not refused, and the act itself is
/// not refused. Returns `None`, with the state as it was, where only the full fold knows: a `return` lets earlier
/// values come back, an adoption speaks in another act's place.
#[must_use]
pub fn step(state: &mut CaseState, act: &FoldAct, home: FeedId) -> Option<Effect> {
    if matches!(act.act.body, Body::Return(_) | Body::Adopt(_)) || act.standing.is_refused() {
        return None;
    }
    let meaning = meaning(state, act);
    let effect = match &act.act.body {
        Body::Unknown(_) => Effect::NewerVersion,
        Body::Unreadable(_) => Effect::Unreadable,
        body => match allowed(body, seen(state, &meaning)) {
            // A sending-back whose "from" fails has no value and must be answered all the same.
            None if super::position::is_sending_back(body) => return None,
            None => Effect::FromNotMet,
            Some(then) => take_effect(state, &meaning, then, home),
        },
    };
    state.past = state.past.with(act.time_s, act.act.basis);
    state.unconfirmed += u32::from(act.standing.hub_time_s().is_none());
    state.revision += u32::from(moves_revision(&act.act.body));
    Some(effect)
}

fn meaning<'a>(state: &CaseState, act: &'a FoldAct) -> Meaning<'a> {
    let basis = act.act.basis;
    let time_s = state.past.for_figures(act.time_s, basis, act.standing.hub_time_s());
    let credible_s = state.past.credible(act.time_s, basis).then_some(time_s);
    Meaning { act: &act.act, author: act.author, start_op: act.start_op, who: act.who, time_s, credible_s }
}

fn seen(state: &CaseState, meaning: &Meaning<'_>) -> Seen {
    Seen {
        position: state.position,
        profile: state.profile,
        filed: state.filed,
        suspended: state.is_suspended(),
        overdue: state.deadline_s.is_some_and(|deadline_s| meaning.time_s > deadline_s),
        dispatch_stands: false,
    }
}

fn take_effect(state: &mut CaseState, meaning: &Meaning<'_>, then: Move, home: FeedId) -> Effect {
    let body = &meaning.act.body;
    match body {
        Body::Extend(_) if state.extensions >= EXTENSIONS_MAX => return Effect::LimitReached,
        Body::Suspend(_) if state.suspensions >= SUSPENSIONS_MAX => return Effect::LimitReached,
        Body::Extend(_) => state.extensions += 1,
        Body::Suspend(suspend) => {
            state.suspensions += 1;
            state.suspended_until_s = Some(suspend.until_s);
            state.suspended_since_s = Some(meaning.time_s);
        }
        Body::Resume(_) => {
            state.suspended_until_s = None;
            state.suspended_since_s = None;
        }
        Body::Dispatch(_) => state.dispatches += 1,
        Body::Check(check) if !check.passed => state.reworks += 1,
        _ => {}
    }
    write_registers(state, meaning, home);
    if let Move::To(position) | Move::Back(position) = then {
        take_position(state, meaning, position);
    }
    Effect::Effective
}

fn write_registers(state: &mut CaseState, meaning: &Meaning<'_>, home: FeedId) {
    let body = &meaning.act.body;
    if let Some((profile, birth)) = birth_of(meaning) {
        state.profile = profile;
        state.birth = Some(birth);
        state.area = Some(Field::settled(home));
    }
    if let Some(class) = class_of(body) {
        state.class = Some(Field::settled(class));
    }
    if let Some(urgent) = urgent_of(body) {
        state.urgent = Some(Field::settled(urgent));
    }
    if let Some(filing) = filing_of(body) {
        state.filing = Some(Field::settled(filing.clone()));
    }
    if let Some(deadline_s) = deadline_of(body) {
        state.deadline_s = deadline_s;
    }
    if let Body::Relocate(relocate) = body {
        state.area = Some(Field::settled(relocate.area));
    }
    if writes_text(body) {
        state.text = Some(Field::settled(place_of(meaning)));
    }
    if writes_place(body) {
        state.place = Some(Field::settled(place_of(meaning)));
    }
    state.assignees.retain(|assignee| !takes_from(meaning, *assignee));
    state.assignees.extend(assignee_of(meaning));
    state.filed |= makes_filing(body);
}

fn take_position(state: &mut CaseState, meaning: &Meaning<'_>, position: Position) {
    if state.position.is_some_and(|before| before.round != position.round) {
        state.handled_s = None;
        state.closed_s = None;
        state.handlers.clear();
        state.closing.clear();
        state.forced = false;
    }
    state.position = Some(position);
    state.withdrawn = position.stage == Stage::Declined && withdraws(&meaning.act.body);
    let earlier = |moment: Option<i64>| match (moment, meaning.credible_s) {
        (Some(before), Some(now)) => Some(before.min(now)),
        (before, now) => before.or(now),
    };
    if position.stage >= Stage::Handled {
        state.handled_s = earlier(state.handled_s);
    }
    if position.stage >= Stage::Closed {
        state.closed_s = earlier(state.closed_s);
    }
    note_round(meaning, position.stage >= Stage::Handled, &mut state.handlers, &mut state.closing);
    state.forced |= matches!(meaning.act.body, Body::ForceClose(_));
}

/// Whether an act on top of everything known would have effect: what a command may offer. An adoption says yes; what
/// it adopts is looked up among the record's acts.
#[must_use]
pub fn would_take_effect(state: &CaseState, act: &FoldAct, home: FeedId) -> bool {
    match &act.act.body {
        Body::Adopt(_) => true,
        Body::Return(back) => {
            state.position.is_some_and(|position| position.stage == Stage::Dispatched)
                && state.assignees.iter().any(|assignee| assignee.party == Some(back.party))
        }
        _ => step(&mut state.clone(), act, home) == Some(Effect::Effective),
    }
}
