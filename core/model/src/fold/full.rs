//! The definition: all acts, each judged over its own causal past.

use std::collections::BTreeMap;

use super::position::{Move, Seen, allowed, is_sending_back, makes_filing, stage_sent_back_to};
use super::registers::Registers;
use super::{Effect, FoldAct, Who};
use crate::act::{Act, Body, Kind, Profile};
use crate::case::{CaseState, Position, Stage};
use crate::ids::{DeviceId, EntryHash, FeedId};
use crate::sabotage::{self, Switch};
use crate::time::PastTimes;

/// A state, and what each act did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// What the set says.
    pub state: CaseState,
    /// One effect per act, in the order given.
    pub effects: Vec<Effect>,
}

/// Folds a record's acts.
///
/// `acts` are in act order (start_op, author, change hash); `home` is the record's feed, the area of a case that was
/// never relocated. Cost: square in the number of acts, which a full record bounds at about 12,000.
#[must_use]
pub fn fold(acts: &[FoldAct], home: FeedId) -> Folded {
    let mut folding = Folding::new(acts, home, false);
    folding.run();
    Folded { state: Registers::of(&folding).into_state(), effects: folding.effects }
}

/// A set of acts, one bit each.
#[derive(Clone, Debug, Default)]
pub(super) struct Acts(Vec<u64>);

impl Acts {
    fn with_room(count: usize) -> Self {
        Self(vec![0; count.div_ceil(64)])
    }

    pub(super) fn insert(&mut self, at: usize) {
        if let Some(word) = self.0.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    pub(super) fn contains(&self, at: usize) -> bool {
        self.0.get(at / 64).is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    fn union(&mut self, other: &Self) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine |= theirs);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().flat_map(|(index, &word)| {
            std::iter::successors((word != 0).then_some(word), |rest| Some(rest & (rest - 1)).filter(|rest| *rest != 0))
                .map(move |rest| index * 64 + usize::try_from(rest.trailing_zeros()).unwrap_or(0))
        })
    }
}

/// What an act means at its place: its own words, or those of the act that it adopts.
#[derive(Clone, Copy)]
pub(super) struct Meaning<'a> {
    pub act: &'a Act,
    pub author: DeviceId,
    pub start_op: u32,
    pub who: Option<Who>,
    pub time_s: i64,
    /// Time as it enters figures, where it is credible.
    pub credible_s: Option<i64>,
}

/// The work of one fold.
pub(super) struct Folding<'a> {
    pub acts: &'a [FoldAct],
    pub home: FeedId,
    /// Causal past of each act without refused ones.
    pub past: Vec<Acts>,
    /// Everything that is not refused.
    pub included: Acts,
    /// What effective acts mean.
    pub meaning: Vec<Option<Meaning<'a>>>,
    /// Values of effective acts that have one.
    pub value: Vec<Option<Position>>,
    pub effects: Vec<Effect>,
    /// Sending-backs that must be answered, effective or not, with the stage that they ask for.
    sending_back: Vec<Option<Stage>>,
    extensions: u32,
    suspensions: u32,
    /// Whether to ask what would be if nothing were refused.
    all_admitted: bool,
    /// The same question's answers, asked for only where an adoption needs them.
    would_have_effect: Option<Vec<bool>>,
    by_entry: BTreeMap<EntryHash, usize>,
}

impl<'a> Folding<'a> {
    fn new(acts: &'a [FoldAct], home: FeedId, all_admitted: bool) -> Self {
        let count = acts.len();
        let has_adoption = acts.iter().any(|act| act.act.kind() == Some(Kind::Adopt));
        Self {
            acts,
            home,
            past: Vec::with_capacity(count),
            included: Acts::with_room(count),
            meaning: vec![None; count],
            value: vec![None; count],
            effects: Vec::with_capacity(count),
            sending_back: vec![None; count],
            extensions: 0,
            suspensions: 0,
            all_admitted,
            would_have_effect: None,
            by_entry: if has_adoption {
                acts.iter().enumerate().map(|(at, act)| (act.entry, at)).collect()
            } else {
                BTreeMap::new()
            },
        }
    }

    fn run(&mut self) {
        self.find_pasts();
        for at in 0..self.acts.len() {
            let effect = self.judge(at);
            self.effects.push(effect);
        }
    }

    fn refused(&self, at: usize) -> bool {
        !self.all_admitted && self.acts.get(at).is_some_and(|act| act.standing.is_refused())
    }

    /// A refused act hands its past on without being in it.
    fn find_pasts(&mut self) {
        for (at, act) in self.acts.iter().enumerate() {
            let mut past = Acts::with_room(self.acts.len());
            for &dep in &act.deps {
                if let Some(before) = self.past.get(dep) {
                    past.union(before);
                }
                if !self.refused(dep) {
                    past.insert(dep);
                }
            }
            if !self.refused(at) {
                self.included.insert(at);
            }
            self.past.push(past);
        }
    }

    fn judge(&mut self, at: usize) -> Effect {
        if self.refused(at) {
            return Effect::Refused;
        }
        let Some((act, past)) = self.acts.get(at).zip(self.past.get(at).cloned()) else { return Effect::Unreadable };
        let source = match &act.act.body {
            Body::Unknown(_) => return Effect::NewerVersion,
            Body::Unreadable(_) => return Effect::Unreadable,
            Body::Adopt(adopt) => match self.adopted(adopt.entry, &past) {
                Some(original) => original,
                None => return Effect::NothingToAdopt,
            },
            _ => at,
        };
        let Some(meaning) = self.meaning_of(source, at) else { return Effect::Unreadable };
        let seen = self.seen(&past, meaning);
        if is_sending_back(&meaning.act.body) && let Some(slot) = self.sending_back.get_mut(at) {
            *slot = Some(stage_sent_back_to(&meaning.act.body, seen.filed));
        }
        match allowed(&meaning.act.body, seen) {
            None => Effect::FromNotMet,
            Some(then) => self.take_effect(at, meaning, then),
        }
    }

    fn take_effect(&mut self, at: usize, meaning: Meaning<'a>, then: Move) -> Effect {
        match &meaning.act.body {
            Body::Extend(_) if self.extensions >= super::short::EXTENSIONS_MAX => return Effect::LimitReached,
            Body::Suspend(_) if self.suspensions >= super::short::SUSPENSIONS_MAX => return Effect::LimitReached,
            Body::Extend(_) => self.extensions += 1,
            Body::Suspend(_) => self.suspensions += 1,
            _ => {}
        }
        if let (Some(slot), Some(value)) = (self.meaning.get_mut(at), self.value.get_mut(at)) {
            *slot = Some(meaning);
            *value = match then {
                Move::To(position) | Move::Back(position) => Some(position),
                Move::Return | Move::Stay => None,
            };
        }
        Effect::Effective
    }

    /// The act that an adoption takes over, if there is one to take over.
    fn adopted(&mut self, entry: EntryHash, past: &Acts) -> Option<usize> {
        let original = *self.by_entry.get(&entry)?;
        let target = self.acts.get(original)?;
        let in_past = self.is_before(original, past);
        if !in_past || target.act.kind() == Some(Kind::Adopt) {
            return None;
        }
        let adopted_before = past.iter().any(|at| {
            self.meaning.get(at).is_some_and(Option::is_some)
                && self.acts.get(at).is_some_and(|act| matches!(&act.act.body, Body::Adopt(adopt) if adopt.entry == entry))
        });
        if adopted_before {
            return None;
        }
        let needed = self.refused(original)
            || (self.meaning.get(original).is_some_and(Option::is_none) && self.would_have_effect(original));
        needed.then_some(original)
    }

    /// Whether an act, refused or not, lies in the full causal past whose admitted part is `past`.
    fn is_before(&self, original: usize, past: &Acts) -> bool {
        if past.contains(original) {
            return true;
        }
        // A refused act is in nobody's past; it was seen by whoever names it, or something after it, as a dep.
        let at = self.effects.len();
        let mut open = self.acts.get(at).map(|act| act.deps.clone()).unwrap_or_default();
        let mut visited = Acts::with_room(self.acts.len());
        while let Some(next) = open.pop() {
            if next == original {
                return true;
            }
            if next > original && !visited.contains(next) {
                visited.insert(next);
                open.extend(self.acts.get(next).into_iter().flat_map(|act| act.deps.iter().copied()));
            }
        }
        false
    }

    fn would_have_effect(&mut self, original: usize) -> bool {
        if self.all_admitted {
            return false;
        }
        let (acts, home) = (self.acts, self.home);
        let answers = self.would_have_effect.get_or_insert_with(|| {
            let mut other = Folding::new(acts, home, true);
            other.run();
            other.effects.iter().map(|effect| *effect == Effect::Effective).collect()
        });
        answers.get(original).copied().unwrap_or(false)
    }

    fn meaning_of(&self, source: usize, at: usize) -> Option<Meaning<'a>> {
        let (original, place) = (self.acts.get(source)?, self.acts.get(at)?);
        let times = self.past_times(self.past.get(source)?);
        let basis = original.act.basis;
        let hub_time_s = place.standing.hub_time_s();
        let credible_s = times
            .credible(original.time_s, basis)
            .then(|| times.for_figures(original.time_s, basis, hub_time_s));
        Some(Meaning {
            act: &original.act,
            author: original.author,
            start_op: original.start_op,
            who: original.who,
            time_s: times.for_figures(original.time_s, basis, hub_time_s),
            credible_s,
        })
    }

    pub(super) fn past_times(&self, set: &Acts) -> PastTimes {
        set.iter()
            .filter_map(|at| self.acts.get(at))
            .fold(PastTimes::default(), |times, act| times.with(act.time_s, act.act.basis))
    }

    fn seen(&self, past: &Acts, meaning: Meaning<'a>) -> Seen {
        let effective = || past.iter().filter_map(|at| self.meaning.get(at).copied().flatten());
        let profile = effective()
            .find_map(|meaning| match &meaning.act.body {
                Body::Report(report) | Body::SelfHandle(report) => Some(report.profile),
                _ => None,
            })
            .unwrap_or(Profile::Light);
        let needs_clock = matches!(meaning.act.body, Body::Extend(_) | Body::Suspend(_) | Body::Resume(_));
        let deadline_s = if needs_clock { Registers::deadline(self, past) } else { None };
        Seen {
            position: self.position(past),
            profile,
            filed: effective().any(|meaning| makes_filing(&meaning.act.body)),
            suspended: needs_clock && Registers::suspended(self, past).is_some(),
            overdue: deadline_s.is_some_and(|deadline_s| meaning.time_s > deadline_s),
            dispatch_stands: match &meaning.act.body {
                Body::Return(back) => {
                    Registers::assignees(self, past).iter().any(|assignee| assignee.party == Some(back.party))
                }
                _ => false,
            },
        }
    }

    /// Effective dispatches and claims that an effective return of the set withdrew.
    pub(super) fn withdrawn(&self, set: &Acts) -> Acts {
        let mut withdrawn = Acts::with_room(self.acts.len());
        for (at, party) in set.iter().filter_map(|at| match self.body(at) {
            Some(Body::Return(back)) => Some((at, back.party)),
            _ => None,
        }) {
            let Some(past) = self.past.get(at) else { continue };
            past.iter().filter(|&seen| self.given_to(seen) == Some(party)).for_each(|seen| withdrawn.insert(seen));
        }
        withdrawn
    }

    /// The party that an effective dispatch or claim names.
    pub(super) fn given_to(&self, at: usize) -> Option<FeedId> {
        match self.body(at)? {
            Body::Dispatch(dispatch) => Some(dispatch.party),
            Body::Claim(claim) => claim.party,
            _ => None,
        }
    }

    /// What an effective act says.
    pub(super) fn body(&self, at: usize) -> Option<&'a Body> {
        self.meaning.get(at).copied().flatten().map(|meaning| &meaning.act.body)
    }

    /// The position of a set of acts (`records.md` §4.1).
    pub(super) fn position(&self, set: &Acts) -> Option<Position> {
        let withdrawn = self.withdrawn(set);
        let value = |at: usize| self.value.get(at).copied().flatten().filter(|_| !withdrawn.contains(at));
        let largest = set.iter().filter_map(value).max()?;
        if !largest.stage.is_terminal() || sabotage::on(Switch::CloseBeatsReopen) {
            return Some(largest);
        }
        let answers: Vec<usize> = set
            .iter()
            .filter(|&at| {
                value(at).is_some_and(|value| {
                    value.stage == Stage::Closed || value.stage.is_terminal() && value == largest
                })
            })
            .collect();
        let answered =
            |back: usize| answers.iter().any(|&at| self.past.get(at).is_some_and(|past| past.contains(back)));
        let unanswered = set
            .iter()
            .filter_map(|at| self.sending_back.get(at).copied().flatten().filter(|_| !answered(at)))
            .max();
        Some(unanswered.map_or(largest, |stage| Position { round: largest.round.saturating_add(1), stage }))
    }
}
