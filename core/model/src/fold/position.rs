//! The position rule: the table of `from` and value, and the position of a set of acts.

use crate::act::{Body, DeclineReason, Profile};
use crate::case::{Position, Stage};

/// What an act would do to a position that allows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Move {
    /// It takes the case to a position.
    To(Position),
    /// It sends the case back to a position.
    Back(Position),
    /// It withdraws dispatches.
    Return,
    /// It leaves the position alone.
    Stay,
}

/// What of the past the table asks about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// The position that the author had seen.
    pub position: Option<Position>,
    pub profile: Profile,
    /// An effective filing, or a light report, lies in the past.
    pub filed: bool,
    /// The clock stood still.
    pub suspended: bool,
    /// The author's time lies after the deadline it had seen.
    pub overdue: bool,
    /// A dispatch or claim to the party named by a `return` stands.
    pub dispatch_stands: bool,
}

/// The table of `records.md` §4.1: the move of an act, or `None` where its "from" is not met.
pub(super) fn allowed(body: &Body, seen: Seen) -> Option<Move> {
    use Stage::{Checked, Closed, Declined, Dispatched, Filed, Handled, Reported, Voided};
    let Some(Position { round, stage }) = seen.position else {
        return match body {
            Body::Report(_) => Some(Move::To(Position { round: 0, stage: Reported })),
            Body::SelfHandle(_) => Some(Move::To(Position { round: 0, stage: Handled })),
            _ => None,
        };
    };
    let light = seen.profile == Profile::Light;
    let open = !stage.is_terminal();
    let to = |stage| Move::To(Position { round, stage });
    let (met, then) = match body {
        Body::Report(_) | Body::SelfHandle(_) => (false, Move::Stay),
        Body::Decline(_) => (stage == Reported, to(Declined)),
        Body::File(_) => (matches!(stage, Reported | Declined), to(Filed)),
        Body::Void(_) => (stage == Filed, to(Voided)),
        Body::Dispatch(_) | Body::Claim(_) => {
            (matches!(stage, Filed | Dispatched) || light && stage == Reported, to(Dispatched))
        }
        Body::Handle(_) => (stage == Dispatched || light && matches!(stage, Reported | Filed), to(Handled)),
        Body::Check(check) if check.passed => (stage == Handled, to(Checked)),
        Body::Check(_) => (matches!(stage, Handled | Checked), sending_back(body, seen)),
        Body::Close(_) => (stage == Checked || light && stage == Handled, to(Closed)),
        Body::Reopen(_) => (!open, sending_back(body, seen)),
        Body::ForceClose(_) => (open, to(Closed)),
        Body::Return(_) => (stage == Dispatched && seen.dispatch_stands, Move::Return),
        Body::Extend(_) => (open && !seen.overdue, Move::Stay),
        Body::Suspend(_) => (open && !seen.overdue && !seen.suspended, Move::Stay),
        Body::Resume(_) => (open && seen.suspended, Move::Stay),
        Body::Revise(_) | Body::Relocate(_) | Body::Note(_) => (true, Move::Stay),
        Body::Adopt(_) | Body::Unknown(_) | Body::Unreadable(_) => (false, Move::Stay),
    };
    met.then_some(then)
}

/// Where a sending-back leads. A failed check leads to dispatched, a reopening back to the filing, or to the report
/// where there is none.
fn sending_back(body: &Body, seen: Seen) -> Move {
    let round = seen.position.map_or(0, |position| position.round.saturating_add(1));
    Move::Back(Position { round, stage: stage_sent_back_to(body, seen.filed) })
}

/// Stage that a sending-back asks for, whether or not its "from" is met.
pub(super) fn stage_sent_back_to(body: &Body, filed: bool) -> Stage {
    match body {
        Body::Check(_) => Stage::Dispatched,
        _ if filed => Stage::Filed,
        _ => Stage::Reported,
    }
}

/// Whether an act is a failed check or a reopening.
pub(super) fn is_sending_back(body: &Body) -> bool {
    match body {
        Body::Check(check) => !check.passed,
        Body::Reopen(_) => true,
        _ => false,
    }
}

/// Whether an act makes a filing: `file`, or a light report that carries one.
pub(super) fn makes_filing(body: &Body) -> bool {
    match body {
        Body::File(_) => true,
        Body::Report(report) | Body::SelfHandle(report) => report.profile == Profile::Light,
        _ => false,
    }
}

/// Whether an act withdraws the report.
pub(super) fn withdraws(body: &Body) -> bool {
    matches!(body, Body::Decline(decline) if decline.reason == DeclineReason::Withdrawn)
}
