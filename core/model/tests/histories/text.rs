//! The position rule once more, written from `docs/records.md` §3 to §4.1 alone: sets of acts, one sentence at a time.
//!
//! Slow and plain on purpose. It shares no code with the product's fold, only the types of acts and effects, and it
//! knows nothing but positions, effects and what these hang on.

use gewu_model::act::{Body, Kind, Profile};
use gewu_model::case::{Position, Stage};
use gewu_model::fold::{Effect, FoldAct, Standing};
use gewu_model::ids::{FeedId, PersonId};
use gewu_model::time::Basis;

/// A set of acts, by their places; 64 at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Set(u64);

impl Set {
    /// The first `count` acts.
    pub fn first(count: usize) -> Self {
        (0..count).collect()
    }

    /// Whether an act is in it.
    pub fn has(self, at: usize) -> bool {
        self.0 >> at & 1 == 1
    }

    /// Whether nothing is in it.
    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Its acts in order.
    pub fn all(self) -> impl Iterator<Item = usize> {
        (0..64_usize.saturating_sub(self.0.leading_zeros() as usize)).filter(move |&at| self.has(at))
    }

    /// Those of them for which something holds.
    pub fn which(self, holds: impl Fn(usize) -> bool) -> Self {
        self.all().filter(|&at| holds(at)).collect()
    }

    /// What is in both or either.
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

impl FromIterator<usize> for Set {
    fn from_iter<I: IntoIterator<Item = usize>>(places: I) -> Self {
        Self(places.into_iter().fold(0, |bits, at| {
            assert!(at < 64, "a history of more than 64 acts");
            bits | 1 << at
        }))
    }
}

/// Which rule decides: the one of the text, or one of those that the text rejects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A closing ends only what its author had seen.
    AsWritten,
    /// The largest value, whatever was sent back beside it.
    PlainMaximum,
    /// As written, but any terminal act answers what it saw, also one that other work overruled.
    AnyTerminalAnswers,
    /// As written, but a return opens the next round instead of withdrawing dispatches.
    ReturnOpensRound,
}

/// What the table asks about a set of acts.
#[derive(Clone, Debug)]
pub struct Known {
    pub position: Option<Position>,
    pub profile: Profile,
    /// The parties and persons whose dispatch or claim stands.
    pub standing: Vec<(Option<FeedId>, Option<PersonId>)>,
    pub deadline_s: Option<i64>,
    pub suspended: bool,
}

/// What the text says of a record.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What somebody who has seen everything knows.
    pub known: Known,
    /// One effect per act.
    pub effects: Vec<Effect>,
    /// The value of each effective act that has one.
    pub values: Vec<Option<Position>>,
    /// The non-refused sending-backs, effective or not, with the stage that they ask for.
    pub sent_back: Vec<Option<Stage>>,
    /// Acts that each act's author had seen, refused ones left out.
    pub seen: Vec<Set>,
}

/// Reads a record. `acts` are in act order.
pub fn read(acts: &[FoldAct], rule: Rule) -> Reading {
    let pasts = causal_pasts(acts);
    let adopted = acts.iter().any(|act| matches!(act.act.body, Body::Adopt(_)));
    let unrefused = adopted.then(|| Text::read(acts, &pasts, rule, None).effects);
    let text = Text::read(acts, &pasts, rule, Some(unrefused.as_deref().unwrap_or_default()));
    let all = text.admitted(Set::first(acts.len()));
    Reading {
        known: text.known(all),
        seen: text.seen,
        effects: text.effects,
        values: text.values,
        sent_back: text.sent_back,
    }
}

/// Whether the table allows an act to somebody who had seen what `reading` reads.
pub fn offers(reading: &Reading, body: &Body) -> bool {
    from_is_met(body, &reading.known, None)
}

struct Text<'a> {
    acts: &'a [FoldAct],
    /// Everything that each act's author had seen, refused or not.
    pasts: &'a [Set],
    rule: Rule,
    /// Effects if nothing were refused; `None` while reading just that.
    unrefused: Option<&'a [Effect]>,
    seen: Vec<Set>,
    effects: Vec<Effect>,
    values: Vec<Option<Position>>,
    sent_back: Vec<Option<Stage>>,
}

impl<'a> Text<'a> {
    fn read(acts: &'a [FoldAct], pasts: &'a [Set], rule: Rule, unrefused: Option<&'a [Effect]>) -> Self {
        let (seen, effects, values, sent_back) = (vec![], vec![], vec![], vec![]);
        let mut text = Self { acts, pasts, rule, unrefused, seen, effects, values, sent_back };
        for (at, past) in pasts.iter().enumerate() {
            text.seen.push(text.admitted(*past));
            text.values.push(None);
            text.sent_back.push(None);
            let effect = text.judge(at);
            text.effects.push(effect);
        }
        text
    }

    /// "The fold leaves refused acts out everywhere, also out of other acts' past."
    fn admitted(&self, set: Set) -> Set {
        set.which(|at| !self.is_refused(at))
    }

    fn is_refused(&self, at: usize) -> bool {
        self.unrefused.is_some() && self.acts[at].standing.is_refused()
    }

    /// The act itself, or the one that it adopts: "the fold treats it as the named act made at the adopting act's
    /// place, with the original's author and time".
    fn meant(&self, at: usize) -> &'a FoldAct {
        match &self.acts[at].act.body {
            Body::Adopt(adopt) => self.acts.iter().find(|act| act.entry == adopt.entry).unwrap_or(&self.acts[at]),
            _ => &self.acts[at],
        }
    }

    fn kind(&self, at: usize) -> Option<Kind> {
        self.meant(at).act.kind()
    }

    /// Effect, value and sending-back of one act, from those before it.
    fn judge(&mut self, at: usize) -> Effect {
        if self.is_refused(at) {
            return Effect::Refused;
        }
        if matches!(self.acts[at].act.body, Body::Adopt(_)) && !self.may_be_adopted(at) {
            return Effect::NothingToAdopt;
        }
        let seen = self.seen[at];
        let body = &self.meant(at).act.body;
        match &self.acts[at].act.body {
            Body::Unknown(_) => return Effect::NewerVersion,
            Body::Unreadable(_) => return Effect::Unreadable,
            _ => {}
        }
        // "An admitted sending-back whose "from" fails has no value and must be answered all the same."
        self.sent_back[at] = self.asks_for(body, seen);
        let known = self.known(seen);
        if !from_is_met(body, &known, Some(self.time_s(at))) {
            return Effect::FromNotMet;
        }
        // "Further ones (by merging) have no effect, first in act order count."
        let before = |kind| (0..at).filter(|&one| self.is_effective(one) && self.kind(one) == Some(kind)).count();
        match body {
            Body::Extend(_) if before(Kind::Extend) >= 2 => return Effect::LimitReached,
            Body::Suspend(_) if before(Kind::Suspend) >= 1 => return Effect::LimitReached,
            _ => {}
        }
        self.values[at] = self.value(body, known.position, self.sent_back[at]);
        Effect::Effective
    }

    /// "The adopted act is in the adopting act's causal past, and is refused, or would have effect if nothing were
    /// refused; an adoption cannot be adopted. An adoption has no effect if an effective adoption of the same act is
    /// in its causal past."
    fn may_be_adopted(&self, at: usize) -> bool {
        let Body::Adopt(adopt) = &self.acts[at].act.body else {
            return false;
        };
        let Some(named) = self.pasts[at].all().find(|&one| self.acts[one].entry == adopt.entry) else {
            return false;
        };
        // What has effect needs nobody to take it over, and if nothing were refused nothing would.
        let lost = self.is_refused(named) || !self.is_effective(named);
        let would_count = self.unrefused.is_some_and(|effects| effects[named] == Effect::Effective);
        let again =
            self.seen[at].all().any(|one| self.is_effective(one) && self.acts[one].act.body == self.acts[at].act.body);
        let is_adoption = matches!(self.acts[named].act.body, Body::Adopt(_));
        !is_adoption && !again && lost && (self.is_refused(named) || would_count)
    }

    fn is_effective(&self, at: usize) -> bool {
        self.effects.get(at) == Some(&Effect::Effective)
    }

    fn effective(&self, set: Set) -> Set {
        set.which(|at| self.is_effective(at))
    }

    /// "A sending-back is a failed check or a reopen." Its stage.
    fn asks_for(&self, body: &Body, seen: Set) -> Option<Stage> {
        match body {
            Body::Check(check) if !check.passed => Some(Stage::Dispatched),
            // "(r+1, filed) if its past has an effective file or a light report, else (r+1, reported)"
            Body::Reopen(_) => {
                let filed = self.effective(seen).all().any(|at| match &self.meant(at).act.body {
                    Body::File(_) => true,
                    Body::Report(report) | Body::SelfHandle(report) => report.profile == Profile::Light,
                    _ => false,
                });
                Some(if filed { Stage::Filed } else { Stage::Reported })
            }
            _ => None,
        }
    }

    /// The column "value" of the table.
    fn value(&self, body: &Body, seen: Option<Position>, asks_for: Option<Stage>) -> Option<Position> {
        let round = seen.map_or(0, |position| position.round);
        if let Some(stage) = asks_for {
            return Some(Position { round: round + 1, stage });
        }
        let stage = match body {
            Body::Report(_) => Stage::Reported,
            Body::Decline(_) => Stage::Declined,
            Body::File(_) => Stage::Filed,
            Body::Void(_) => Stage::Voided,
            Body::Dispatch(_) | Body::Claim(_) => Stage::Dispatched,
            Body::Handle(_) | Body::SelfHandle(_) => Stage::Handled,
            Body::Check(_) => Stage::Checked,
            Body::Close(_) | Body::ForceClose(_) => Stage::Closed,
            Body::Return(_) if self.rule == Rule::ReturnOpensRound => {
                return Some(Position { round: round + 1, stage: Stage::Filed });
            }
            _ => return None,
        };
        Some(Position { round, stage })
    }

    /// "Position of a set of acts."
    fn position(&self, set: Set) -> Option<Position> {
        let counting = self.effective(set).which(|at| !self.is_withdrawn(at, set));
        let largest = counting.all().filter_map(|at| self.values[at]).max()?;
        if !largest.stage.is_terminal() || self.rule == Rule::PlainMaximum {
            return Some(largest);
        }
        let sent_back = set.which(|at| self.sent_back[at].is_some());
        let unanswered = sent_back.which(|at| !self.is_answered(at, set, largest));
        let unanswered = unanswered.all().filter_map(|at| self.sent_back[at]).max();
        Some(unanswered.map_or(largest, |stage| Position { round: largest.round + 1, stage }))
    }

    /// "Withdraws the dispatches and claims to the returning party that its author had seen."
    fn is_withdrawn(&self, at: usize, set: Set) -> bool {
        self.rule != Rule::ReturnOpensRound
            && matches!(self.kind(at), Some(Kind::Dispatch | Kind::Claim))
            && self.effective(set).all().any(|one| match &self.meant(one).act.body {
                Body::Return(back) => self.seen[one].has(at) && self.assignee(at).0 == Some(back.party),
                _ => false,
            })
    }

    /// "Answered by an effective terminal act of the set that has it in its causal past and either closes or is
    /// itself the largest value."
    fn is_answered(&self, at: usize, set: Set, largest: Position) -> bool {
        self.effective(set).all().any(|one| {
            self.seen[one].has(at)
                && self.values[one].is_some_and(|value| {
                    let enough = value.stage == Stage::Closed || value == largest;
                    value.stage.is_terminal() && (enough || self.rule == Rule::AnyTerminalAnswers)
                })
        })
    }

    /// The report that counts is the first in act order.
    fn profile(&self, set: Set) -> Profile {
        let mut births = self.effective(set).all().filter_map(|at| match &self.meant(at).act.body {
            Body::Report(report) | Body::SelfHandle(report) => Some(report.profile),
            _ => None,
        });
        births.next().unwrap_or_default()
    }

    /// Dispatches and claims that stand: "a value stands until an act on the same register that has it in its causal
    /// past"; "`return` takes away those to its party, `reopen` all, `handle` those of others, in their causal past".
    fn standing(&self, set: Set) -> Set {
        let effective = self.effective(set);
        let takes_away = |one: usize, at: usize| {
            let (party, person) = self.assignee(at);
            match &self.meant(one).act.body {
                Body::Dispatch(_) | Body::Claim(_) | Body::Reopen(_) => true,
                Body::Return(back) => party == Some(back.party),
                Body::Handle(handle) => {
                    let by = self.meant(one).who.map(|who| who.person);
                    let same_party = party.is_some() && party == handle.party;
                    let same_person = person.is_some() && person == by;
                    !same_party && !same_person
                }
                _ => false,
            }
        };
        effective
            .which(|at| matches!(self.kind(at), Some(Kind::Dispatch | Kind::Claim)))
            .which(|at| !effective.all().any(|one| self.seen[one].has(at) && takes_away(one, at)))
    }

    /// The deadlines that stand, and of them the latest: "report (light), file, extend, suspend, resume, revise of the
    /// filing". A suspended case keeps its old one, so that suspending writes nothing.
    fn deadline(&self, set: Set) -> Option<i64> {
        let writes = |at: usize| match &self.meant(at).act.body {
            Body::Report(report) | Body::SelfHandle(report) => report.filing.as_ref().map(|filing| filing.deadline_s),
            Body::File(file) => Some(file.filing.deadline_s),
            Body::Revise(revise) => revise.filing.as_ref().map(|filing| filing.deadline_s),
            Body::Extend(extend) => Some(Some(extend.deadline_s)),
            Body::Resume(resume) => Some(Some(resume.deadline_s)),
            _ => None,
        };
        let written = self.effective(set).which(|at| writes(at).is_some());
        self.latest(written).all().filter_map(|at| writes(at).flatten()).max()
    }

    /// Whether a suspension stands that no resumption has seen.
    fn suspended(&self, set: Set) -> bool {
        let written = self.effective(set).which(|at| matches!(self.kind(at), Some(Kind::Suspend | Kind::Resume)));
        self.latest(written).all().any(|at| self.kind(at) == Some(Kind::Suspend))
    }

    /// "A value stands until an act on the same register that has it in its causal past."
    fn latest(&self, written: Set) -> Set {
        written.which(|at| !written.all().any(|one| self.seen[one].has(at)))
    }

    /// §7: a claimed time is held between the latest proven one of its past and the hub's. An adopted act keeps its
    /// own time, and the line is the adoption's.
    fn time_s(&self, at: usize) -> i64 {
        let meant = self.meant(at);
        let made = self.acts.iter().position(|act| act.entry == meant.entry).unwrap_or(at);
        if meant.act.basis == Basis::Proven {
            return meant.time_s;
        }
        let proven = |one: &usize| self.acts[*one].act.basis == Basis::Proven;
        let from_s = self.seen[made].all().filter(proven).map(|one| self.acts[one].time_s).max();
        let to_s = match self.acts[at].standing {
            Standing::Admitted { hub_time_s } => hub_time_s,
            _ => i64::MAX,
        };
        meant.time_s.min(to_s).max(from_s.unwrap_or(i64::MIN))
    }

    fn known(&self, set: Set) -> Known {
        Known {
            position: self.position(set),
            profile: self.profile(set),
            standing: self.standing(set).all().map(|at| self.assignee(at)).collect(),
            deadline_s: self.deadline(set),
            suspended: self.suspended(set),
        }
    }

    /// "An assignee is a party, or the person who claimed."
    fn assignee(&self, at: usize) -> (Option<FeedId>, Option<PersonId>) {
        match &self.meant(at).act.body {
            Body::Dispatch(dispatch) => (Some(dispatch.party), None),
            Body::Claim(claim) => (claim.party, self.meant(at).who.map(|who| who.person)),
            _ => (None, None),
        }
    }
}

/// Everything that each act's author had seen, refused or not.
pub fn causal_pasts(acts: &[FoldAct]) -> Vec<Set> {
    let mut pasts: Vec<Set> = Vec::with_capacity(acts.len());
    for act in acts {
        pasts.push(act.deps.iter().fold(act.deps.iter().copied().collect(), |past: Set, &dep| past.with(pasts[dep])));
    }
    pasts
}

/// The column "from" of the table, and the sentences on acts without a position. `time_s` is the act's time.
fn from_is_met(body: &Body, known: &Known, time_s: Option<i64>) -> bool {
    use Stage::{Checked, Closed, Declined, Dispatched, Filed, Handled, Reported, Voided};
    let light = known.profile == Profile::Light;
    let Some(stage) = known.position.map(|position| position.stage) else {
        return matches!(body, Body::Report(_) | Body::SelfHandle(_));
    };
    let overdue = known.deadline_s.zip(time_s).is_some_and(|(deadline_s, time_s)| time_s > deadline_s);
    let open = !matches!(stage, Declined | Voided | Closed);
    match body {
        Body::Report(_) | Body::SelfHandle(_) => false,
        Body::Decline(_) => stage == Reported,
        Body::File(_) => matches!(stage, Reported | Declined),
        Body::Void(_) => stage == Filed,
        Body::Dispatch(_) | Body::Claim(_) => matches!(stage, Filed | Dispatched) || light && stage == Reported,
        Body::Handle(_) => stage == Dispatched || light && matches!(stage, Reported | Filed),
        Body::Check(check) if check.passed => stage == Handled,
        Body::Check(_) => matches!(stage, Handled | Checked),
        Body::Close(_) => stage == Checked || light && stage == Handled,
        Body::Reopen(_) => !open,
        Body::ForceClose(_) => open,
        // "While a dispatch stands"; "return: a party whose dispatch stands".
        Body::Return(back) => stage == Dispatched && known.standing.iter().any(|(party, _)| *party == Some(back.party)),
        // "Neither once overdue." What pauses the clock pauses a running one, and resuming ends a pause.
        Body::Extend(_) => open && !overdue,
        Body::Suspend(_) => open && !overdue && !known.suspended,
        Body::Resume(_) => open && known.suspended,
        Body::Note(_) | Body::Revise(_) | Body::Relocate(_) | Body::Adopt(_) => true,
        Body::Unknown(_) | Body::Unreadable(_) => false,
    }
}
