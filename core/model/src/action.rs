//! What somebody may do to a case now: one answer for the buttons of a screen and for the command behind them.
//!
//! **Problem.** A button that is offered and then refused is a lie, and one that is missing is a dead end. **Approach.**
//! [`permitted`] is the only check of a command before it is saved; [`actions`] asks it, with a sample act of each kind,
//! about the same state, person and moment. **Invariants.** What is listed as allowed passes the command's check with the
//! words that it asks for; what is not listed, or not allowed, is refused by it (`tests/actions.rs`). The hub judges the
//! act again; between the two lies only what this phone has not heard yet.
//!
//! **Rejected.** Rules on the screens (two shells would drift apart); leaving out what the role may never do (a person
//! would ask why a button is missing and find no answer).

use crate::act::{
    Act, AdoptBody, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, ExtendBody, FileBody, Filing, HandBody, Kind,
    PartyBody, PlainBody, RelocateBody, ResumeBody, ReviseBody, SuspendBody,
};
use crate::area::{AreaKind, Areas};
use crate::case::CaseState;
use crate::fold::{FoldAct, Standing, Who, would_take_effect};
use crate::ids::{DetailHash, DeviceId, EntryHash, FeedId, GrantId};
use crate::limit::TimeLimit;
use crate::rights::{Refusal, RoleRule, may};
use crate::time::Basis;

/// Who acts, and by which rules.
#[derive(Clone, Copy, Debug)]
pub struct Doer<'a> {
    /// The role table.
    pub table: &'a [RoleRule],
    /// The directory.
    pub areas: &'a Areas,
    /// Whom the grant names.
    pub who: Who,
    /// On which phone.
    pub device: DeviceId,
}

/// Where and when.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    /// The record's feed.
    pub home: FeedId,
    /// Unix seconds.
    pub time_s: i64,
    /// How sure that is.
    pub basis: Basis,
}

/// Why an act may not be done now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotPermitted {
    /// The role table says no.
    Right(Refusal),
    /// Where the case stands, this cannot be done.
    NotNow,
}

/// One thing that makes sense where the case stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Action {
    /// What it is.
    pub kind: Kind,
    /// For a check: whether it passes.
    pub passed: Option<bool>,
    /// For a decline: by its own reporter.
    pub withdrawn: bool,
    /// Why this person may not; `None`: allowed.
    pub refusal: Option<Refusal>,
    /// Allowed only with typed words.
    pub needs_words: bool,
}

/// Every action in the order in which screens show it: what moves the case on comes first.
const ORDER: [(Kind, Option<bool>, bool); 19] = [
    (Kind::Handle, None, false),
    (Kind::Check, Some(true), false),
    (Kind::Check, Some(false), false),
    (Kind::Close, None, false),
    (Kind::File, None, false),
    (Kind::Dispatch, None, false),
    (Kind::Claim, None, false),
    (Kind::Return, None, false),
    (Kind::Decline, None, true),
    (Kind::Decline, None, false),
    (Kind::Void, None, false),
    (Kind::Reopen, None, false),
    (Kind::Revise, None, false),
    (Kind::Extend, None, false),
    (Kind::Suspend, None, false),
    (Kind::Resume, None, false),
    (Kind::Relocate, None, false),
    (Kind::Adopt, None, false),
    (Kind::ForceClose, None, false),
];

/// Whether an act may be done on top of everything that is known of a case: first the right, then the position.
///
/// # Errors
/// [`NotPermitted`]; nothing is to be saved then.
pub fn permitted(doer: &Doer<'_>, act: &Act, seen: &CaseState, moment: Moment) -> Result<(), NotPermitted> {
    right(doer, &act.body, seen, moment.home, act.detail.is_some()).map_err(NotPermitted::Right)?;
    if makes_sense(doer, act, seen, moment) { Ok(()) } else { Err(NotPermitted::NotNow) }
}

fn right(doer: &Doer<'_>, body: &Body, seen: &CaseState, home: FeedId, words: bool) -> Result<(), Refusal> {
    may(doer.table, doer.areas, doer.who, body, seen, home, words)
}

fn makes_sense(doer: &Doer<'_>, act: &Act, seen: &CaseState, moment: Moment) -> bool {
    let counted = match act.body {
        Body::Extend(_) => original_limit(seen).is_some(),
        Body::Resume(_) => original_limit(seen).is_some() && seen.suspended_since_s.is_some(),
        _ => true,
    };
    let tried = FoldAct {
        entry: EntryHash([0; 32]),
        author: doer.device,
        start_op: 0,
        time_s: moment.time_s,
        act: act.clone(),
        deps: Vec::new(),
        standing: Standing::Unconfirmed,
        who: Some(doer.who),
    };
    counted && would_take_effect(seen, &tried, moment.home)
}

/// Limit and deadline that an extension adds to and a resumption counts from; `None` where the filing has none.
#[must_use]
pub fn original_limit(seen: &CaseState) -> Option<(TimeLimit, i64)> {
    seen.filing.as_ref().and_then(|filing| filing.value.limit).zip(seen.deadline_s)
}

/// The grant's own party, in whose name its person acts where no other is said.
#[must_use]
pub fn own_party(areas: &Areas, who: Who) -> Option<FeedId> {
    areas.area(who.area).filter(|area| area.kind == AreaKind::Party).map(|area| area.id)
}

/// What makes sense where a case stands, what of it this person may do first. `adoptable`: the record holds an act
/// without effect that is no adoption.
#[must_use]
pub fn actions(doer: &Doer<'_>, seen: &CaseState, moment: Moment, adoptable: bool) -> Vec<Action> {
    let mut found: Vec<Action> = ORDER
        .iter()
        .chain(&[(Kind::Note, None, false)])
        .filter(|(kind, ..)| *kind != Kind::Adopt || adoptable)
        .filter_map(|&(kind, passed, withdrawn)| {
            let body = sample(doer, kind, passed, withdrawn, seen, moment)?;
            let words = right(doer, &body, seen, moment.home, true);
            let silent = right(doer, &body, seen, moment.home, false);
            let needs_words = words.is_ok() && silent == Err(Refusal::WordsMissing);
            makes_sense(doer, &sample_act(body, moment.basis), seen, moment)
                .then_some(Action { kind, passed, withdrawn, refusal: words.err(), needs_words })
        })
        .collect();
    found.sort_by_key(|action| action.refusal.is_some());
    found
}

/// An act of a kind as the command would make it where nothing else is said; its numbers matter to nobody here.
fn sample(
    doer: &Doer<'_>,
    kind: Kind,
    passed: Option<bool>,
    withdrawn: bool,
    seen: &CaseState,
    moment: Moment,
) -> Option<Body> {
    let party = own_party(doer.areas, doer.who);
    let deadline_s = seen.deadline_s.unwrap_or(moment.time_s);
    let some_party = PartyBody { party: party.unwrap_or(moment.home) };
    Some(match kind {
        Kind::Report | Kind::SelfHandle => return None,
        Kind::Decline => {
            let reason = if withdrawn { DeclineReason::Withdrawn } else { DeclineReason::NotAccepted };
            Body::Decline(DeclineBody { reason })
        }
        Kind::File => Body::File(FileBody {
            filing: Filing { class: String::new(), condition: None, limit: None, deadline_s: None, catalogue: 0 },
        }),
        Kind::Void => Body::Void(PlainBody {}),
        Kind::Dispatch => Body::Dispatch(some_party),
        Kind::Claim => Body::Claim(HandBody { party }),
        Kind::Handle => Body::Handle(HandBody { party }),
        Kind::Check => Body::Check(CheckBody { passed: passed.unwrap_or(false) }),
        Kind::Close => Body::Close(CloseBody { condition: None }),
        Kind::Reopen => Body::Reopen(PlainBody {}),
        Kind::ForceClose => Body::ForceClose(PlainBody {}),
        Kind::Return => Body::Return(PartyBody { party: party? }),
        Kind::Revise => {
            Body::Revise(ReviseBody { class: None, urgent: None, filing: None, text: Some(true), place: None })
        }
        Kind::Relocate => Body::Relocate(RelocateBody { area: moment.home }),
        Kind::Extend => Body::Extend(ExtendBody { deadline_s, asked_by: some_party.party }),
        Kind::Suspend => Body::Suspend(SuspendBody { until_s: moment.time_s, asked_by: some_party.party }),
        Kind::Resume => Body::Resume(ResumeBody { deadline_s }),
        Kind::Note => Body::Note(PlainBody {}),
        Kind::Adopt => Body::Adopt(AdoptBody { entry: EntryHash([0; 32]) }),
    })
}

fn sample_act(body: Body, basis: Basis) -> Act {
    Act { grant: GrantId([0; 8]), pack: None, basis, detail: Some(DetailHash([0; 32])), body }
}
