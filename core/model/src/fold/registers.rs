//! The registers of a case, read off a finished folding, and the counts beside them.

use super::full::{Acts, Folding, Meaning};
use super::position::{makes_filing, withdraws};
use crate::act::{Body, Filing, Profile};
use crate::case::{ActAt, Assignee, Birth, CaseState, Field, Position, Stage};
use crate::sabotage::{self, Switch};

pub(super) struct Registers<'f, 'a> {
    folding: &'f Folding<'a>,
    position: Option<Position>,
}

impl<'f, 'a> Registers<'f, 'a> {
    pub(super) fn of(folding: &'f Folding<'a>) -> Self {
        Self { folding, position: folding.position(&folding.included) }
    }

    /// Places of writes that no other write with them in its past has replaced, in act order.
    fn standing(folding: &Folding<'_>, set: &Acts, writes: impl Fn(&Body) -> bool) -> Vec<usize> {
        let written: Vec<usize> = set.iter().filter(|&at| folding.body(at).is_some_and(&writes)).collect();
        let replaced = |at: usize| written.iter().any(|&by| folding.past.get(by).is_some_and(|past| past.contains(at)));
        written.iter().copied().filter(|&at| !replaced(at)).collect()
    }

    fn field<T: PartialEq>(&self, read: impl Fn(&Meaning<'a>) -> Option<T>) -> Option<Field<T>> {
        let folding = self.folding;
        let written: Vec<(usize, T)> = folding
            .included
            .iter()
            .filter_map(|at| {
                let meaning = folding.meaning.get(at)?.as_ref()?;
                read(meaning).map(|value| (at, value))
            })
            .collect();
        if sabotage::on(Switch::LastWriterWins) {
            let clock = |at: usize| folding.acts.get(at).map_or(i64::MIN, |act| act.time_s);
            let last = written.into_iter().max_by_key(|(at, _)| clock(*at));
            return last.map(|(_, value)| Field { value, contested: Vec::new() });
        }
        let replaced: Vec<bool> = written
            .iter()
            .map(|(at, _)| written.iter().any(|(by, _)| folding.past.get(*by).is_some_and(|past| past.contains(*at))))
            .collect();
        let mut values = written.into_iter().zip(replaced).filter(|(_, gone)| !gone).map(|((_, value), _)| value);
        let value = values.next()?;
        let mut contested: Vec<T> = Vec::new();
        for other in values {
            if other != value && !contested.contains(&other) {
                contested.push(other);
            }
        }
        Some(Field { value, contested })
    }

    /// The latest of the standing deadlines; `None`: never due.
    pub(super) fn deadline(folding: &Folding<'_>, set: &Acts) -> Option<i64> {
        Self::standing(folding, set, |body| deadline_of(body).is_some())
            .into_iter()
            .filter_map(|at| folding.body(at).and_then(deadline_of).flatten())
            .max()
    }

    /// Since and until when the clock stands still: that of the suspensions which no resumption has seen that ends last.
    pub(super) fn suspended(folding: &Folding<'_>, set: &Acts) -> Option<(i64, i64)> {
        Self::standing(folding, set, |body| matches!(body, Body::Suspend(_) | Body::Resume(_)))
            .into_iter()
            .filter_map(|at| {
                let meaning = folding.meaning.get(at)?.as_ref()?;
                match &meaning.act.body {
                    Body::Suspend(suspend) => Some((suspend.until_s, meaning.time_s)),
                    _ => None,
                }
            })
            .max()
            .map(|(until_s, since_s)| (since_s, until_s))
    }

    /// Who has the case within a set, first in act order first.
    pub(super) fn assignees(folding: &Folding<'_>, set: &Acts) -> Vec<Assignee> {
        let withdrawn = folding.withdrawn(set);
        let mut standing = Vec::new();
        for at in set.iter().filter(|&at| !withdrawn.contains(at)) {
            let Some(assignee) = folding.meaning.get(at).and_then(Option::as_ref).and_then(assignee_of) else { continue };
            let taken = set.iter().any(|by| {
                folding.past.get(by).is_some_and(|past| past.contains(at))
                    && folding.meaning.get(by).and_then(Option::as_ref).is_some_and(|meaning| takes_from(meaning, assignee))
            });
            if !taken && !standing.contains(&assignee) {
                standing.push(assignee);
            }
        }
        standing
    }

    fn of_round(&self) -> impl Iterator<Item = (Position, &'f Meaning<'a>)> {
        let (folding, round) = (self.folding, self.position.map(|position| position.round));
        folding.included.iter().filter_map(move |at| {
            let value = folding.value.get(at).copied().flatten()?;
            let meaning = folding.meaning.get(at)?.as_ref()?;
            (Some(value.round) == round).then_some((value, meaning))
        })
    }

    fn moment(&self, stage: Stage) -> Option<i64> {
        self.position.filter(|position| position.stage >= stage)?;
        self.of_round().filter(|(value, _)| value.stage >= stage).filter_map(|(_, meaning)| meaning.credible_s).min()
    }

    fn count(&self, counts: impl Fn(&Body) -> bool) -> u32 {
        let folding = self.folding;
        let count = folding.included.iter().filter(|&at| folding.body(at).is_some_and(&counts)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    pub(super) fn into_state(self) -> CaseState {
        let (folding, all) = (self.folding, &self.folding.included);
        let birth = all.iter().find_map(|at| folding.meaning.get(at)?.as_ref().and_then(birth_of));
        let withdrawn_dispatches = folding.withdrawn(all);
        let returned = withdrawn_dispatches.iter().filter(|&at| matches!(folding.body(at), Some(Body::Dispatch(_)))).count();
        let mut handlers = Vec::new();
        let mut closing = Vec::new();
        let reached = |stage| self.position.is_some_and(|position| position.stage >= stage);
        for (_, meaning) in self.of_round() {
            note_round(meaning, reached(Stage::Handled), &mut handlers, &mut closing);
        }
        let suspended = Self::suspended(folding, all);
        let confirmed = |at: usize| folding.acts.get(at).is_some_and(|act| act.standing.hub_time_s().is_some());
        CaseState {
            position: self.position,
            profile: birth.map_or(Profile::Light, |(profile, _)| profile),
            birth: birth.map(|(_, birth)| birth),
            class: self.field(|meaning| class_of(&meaning.act.body)),
            urgent: self.field(|meaning| urgent_of(&meaning.act.body)),
            filing: self.field(|meaning| filing_of(&meaning.act.body).cloned()),
            deadline_s: Self::deadline(folding, all),
            area: birth.and_then(|_| self.field(|meaning| match &meaning.act.body {
                Body::Report(_) | Body::SelfHandle(_) => Some(folding.home),
                Body::Relocate(relocate) => Some(relocate.area),
                _ => None,
            })),
            text: self.field(|meaning| writes_text(&meaning.act.body).then(|| place_of(meaning))),
            place: self.field(|meaning| writes_place(&meaning.act.body).then(|| place_of(meaning))),
            assignees: Self::assignees(folding, all),
            closing,
            handled_s: self.moment(Stage::Handled),
            closed_s: self.moment(Stage::Closed),
            handlers,
            forced: self.of_round().any(|(_, meaning)| matches!(meaning.act.body, Body::ForceClose(_))),
            withdrawn: self.position.is_some_and(|position| position.stage == Stage::Declined)
                && self.of_round().any(|(value, meaning)| value.stage == Stage::Declined && withdraws(&meaning.act.body)),
            reworks: self.count(|body| matches!(body, Body::Check(check) if !check.passed)),
            extensions: self.count(|body| matches!(body, Body::Extend(_))),
            suspensions: self.count(|body| matches!(body, Body::Suspend(_))),
            suspended_until_s: suspended.map(|(_, until_s)| until_s),
            suspended_since_s: suspended.map(|(since_s, _)| since_s),
            dispatches: self.count(|body| matches!(body, Body::Dispatch(_))),
            returned: u32::try_from(returned).unwrap_or(u32::MAX),
            unconfirmed: u32::try_from(all.iter().filter(|&at| !confirmed(at)).count()).unwrap_or(u32::MAX),
            revision: u32::try_from(
                all.iter().filter(|&at| folding.acts.get(at).is_some_and(|act| moves_revision(&act.act.body))).count(),
            )
            .unwrap_or(u32::MAX),
            filed: self.count(makes_filing) > 0,
            past: folding.past_times(all),
        }
    }
}

/// A dispatch or claim as an assignee.
pub(super) fn assignee_of(meaning: &Meaning<'_>) -> Option<Assignee> {
    match &meaning.act.body {
        Body::Dispatch(dispatch) => Some(Assignee { party: Some(dispatch.party), person: None }),
        Body::Claim(claim) => Some(Assignee { party: claim.party, person: meaning.who.map(|who| who.person) }),
        _ => None,
    }
}

/// Whether an act takes a case away from an assignee that it has seen.
pub(super) fn takes_from(meaning: &Meaning<'_>, assignee: Assignee) -> bool {
    match &meaning.act.body {
        Body::Dispatch(_) | Body::Claim(_) | Body::Reopen(_) => true,
        Body::Return(back) => assignee.party == Some(back.party),
        Body::Handle(handle) => {
            let same_party = handle.party.is_some() && handle.party == assignee.party;
            let same_person = assignee.person.is_some() && assignee.person == meaning.who.map(|who| who.person);
            !same_party && !same_person
        }
        _ => false,
    }
}

pub(super) fn birth_of(meaning: &Meaning<'_>) -> Option<(Profile, Birth)> {
    let (report, self_handled) = match &meaning.act.body {
        Body::Report(report) => (report, false),
        Body::SelfHandle(report) => (report, true),
        _ => return None,
    };
    let birth = Birth {
        person: meaning.who.map(|who| who.person),
        device: meaning.author,
        time_s: meaning.time_s,
        self_handled,
    };
    Some((report.profile, birth))
}

pub(super) fn note_round(
    meaning: &Meaning<'_>,
    handled: bool,
    handlers: &mut Vec<crate::ids::PersonId>,
    closing: &mut Vec<String>,
) {
    match &meaning.act.body {
        Body::Handle(_) | Body::SelfHandle(_) => {
            if let Some(person) = meaning.who.map(|who| who.person).filter(|_| handled)
                && !handlers.contains(&person)
            {
                handlers.push(person);
            }
        }
        Body::Close(close) => closing.extend(close.condition.clone()),
        _ => {}
    }
}

pub(super) fn place_of(meaning: &Meaning<'_>) -> ActAt {
    ActAt { start_op: meaning.start_op, author: meaning.author }
}

/// The deadline that an act writes; the inner `None` writes "never due".
pub(super) fn deadline_of(body: &Body) -> Option<Option<i64>> {
    match body {
        Body::Extend(extend) => Some(Some(extend.deadline_s)),
        Body::Resume(resume) => Some(Some(resume.deadline_s)),
        body => filing_of(body).map(|filing| filing.deadline_s),
    }
}

pub(super) fn filing_of(body: &Body) -> Option<&Filing> {
    match body {
        Body::Report(report) | Body::SelfHandle(report) => report.filing.as_ref(),
        Body::File(file) => Some(&file.filing),
        Body::Revise(revise) => revise.filing.as_ref(),
        _ => None,
    }
}

pub(super) fn class_of(body: &Body) -> Option<String> {
    match body {
        Body::Report(report) | Body::SelfHandle(report) => Some(report.class.clone()),
        Body::Revise(revise) => revise.class.clone(),
        _ => None,
    }
}

pub(super) fn urgent_of(body: &Body) -> Option<bool> {
    match body {
        Body::Report(report) | Body::SelfHandle(report) => Some(report.urgent.unwrap_or(false)),
        Body::Revise(revise) => revise.urgent,
        _ => None,
    }
}

pub(super) fn writes_text(body: &Body) -> bool {
    matches!(body, Body::Report(_) | Body::SelfHandle(_)) || matches!(body, Body::Revise(revise) if revise.text == Some(true))
}

pub(super) fn writes_place(body: &Body) -> bool {
    matches!(body, Body::Report(_) | Body::SelfHandle(_)) || matches!(body, Body::Revise(revise) if revise.place == Some(true))
}

/// Whether an act makes older screens stale for whoever closes or sends back.
pub(super) fn moves_revision(body: &Body) -> bool {
    body.kind().is_some_and(|kind| kind.is_position() || kind == crate::act::Kind::Adopt)
}
