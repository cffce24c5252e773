//! The state of a case: what the fold of its acts says.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::act::{Filing, Profile};
use crate::ids::{DeviceId, FeedId, PersonId};
use crate::time::PastTimes;

/// How far a case has come within its round. The numbers are compared and stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Stage {
    /// 已上报.
    #[n(0)]
    Reported,
    /// 不予受理, 不予立案 or 撤回.
    #[n(1)]
    Declined,
    /// 已立案.
    #[n(2)]
    Filed,
    /// 已作废.
    #[n(3)]
    Voided,
    /// 已派遣 or 已认领.
    #[n(4)]
    Dispatched,
    /// 已处置.
    #[n(5)]
    Handled,
    /// 已核查.
    #[n(6)]
    Checked,
    /// 已结案.
    #[n(7)]
    Closed,
}

impl Stage {
    /// Every stage in order.
    pub const ALL: [Self; 8] = [
        Self::Reported,
        Self::Declined,
        Self::Filed,
        Self::Voided,
        Self::Dispatched,
        Self::Handled,
        Self::Checked,
        Self::Closed,
    ];

    /// Whether nothing more is expected.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(self, Self::Declined | Self::Voided | Self::Closed)
    }

    /// The stored number.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Reported => 0,
            Self::Declined => 1,
            Self::Filed => 2,
            Self::Voided => 3,
            Self::Dispatched => 4,
            Self::Handled => 5,
            Self::Checked => 6,
            Self::Closed => 7,
        }
    }
}

/// Where a case stands: how often it was sent back, and its stage since. Ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
pub struct Position {
    /// 0 at first; each answered or unanswered sending-back opens the next.
    #[n(0)]
    pub round: u32,
    /// Stage within the round.
    #[n(1)]
    pub stage: Stage,
}

/// One act within its record: unique unless its author forked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
pub struct ActAt {
    /// Automerge's counter; ascends along every causal path.
    #[n(0)]
    pub start_op: u32,
    /// The device.
    #[n(1)]
    pub author: DeviceId,
}

/// A register: the standing value that is first in act order, and those that stand beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Field<T> {
    /// The value that counts.
    #[n(0)]
    pub value: T,
    /// Other values written without having seen it; shown until an act that saw them all settles it.
    #[n(1)]
    pub contested: Vec<T>,
}

impl<T> Field<T> {
    /// A value that nobody contests.
    #[must_use]
    pub fn settled(value: T) -> Self {
        Self { value, contested: Vec::new() }
    }
}

/// Who has the case: a party, or the person who claimed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, Encode, Decode)]
pub struct Assignee {
    /// The party, if it was given to one or claimed for one.
    #[n(0)]
    pub party: Option<FeedId>,
    /// The person, if it was claimed.
    #[n(1)]
    pub person: Option<PersonId>,
}

/// Who reported, on which device, when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Birth {
    /// The reporter, where the grant is known.
    #[n(0)]
    pub person: Option<PersonId>,
    /// The device.
    #[n(1)]
    pub device: DeviceId,
    /// Unix seconds, as it enters figures.
    #[n(2)]
    pub time_s: i64,
    /// Reported and handled in one.
    #[n(3)]
    pub self_handled: bool,
}

/// What the fold says of a case. A function of its set of acts alone, however they arrived.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub struct CaseState {
    /// `None` until a birth is admitted or adopted.
    #[n(0)]
    pub position: Option<Position>,
    /// Which acts it goes through.
    #[n(1)]
    pub profile: Profile,
    /// The report that counts.
    #[n(2)]
    pub birth: Option<Birth>,
    /// Class as reported.
    #[n(3)]
    pub class: Option<Field<String>>,
    /// 急要件.
    #[n(4)]
    pub urgent: Option<Field<bool>>,
    /// What was filed.
    #[n(5)]
    pub filing: Option<Field<Filing>>,
    /// The latest of the standing deadlines, Unix seconds; `None`: never due.
    #[n(6)]
    pub deadline_s: Option<i64>,
    /// The area it lies in; rights and tallies follow it.
    #[n(7)]
    pub area: Option<Field<FeedId>>,
    /// The act whose detail holds the words.
    #[n(8)]
    pub text: Option<Field<ActAt>>,
    /// The act whose detail holds the place.
    #[n(9)]
    pub place: Option<Field<ActAt>>,
    /// Who has it, first in act order first; more than one: contested.
    #[n(10)]
    pub assignees: Vec<Assignee>,
    /// Closing conditions of the present round, first in act order first.
    #[n(11)]
    pub closing: Vec<String>,
    /// Earliest credible time among effective acts of the present round of stage handled or more.
    #[n(12)]
    pub handled_s: Option<i64>,
    /// The same of stage closed.
    #[n(13)]
    pub closed_s: Option<i64>,
    /// Who handled in the present round, in act order, each once.
    #[n(14)]
    pub handlers: Vec<PersonId>,
    /// An effective force_close of the present round.
    #[n(15)]
    pub forced: bool,
    /// Withdrawn by its own reporter, and so out of the rates.
    #[n(16)]
    pub withdrawn: bool,
    /// Effective failed checks.
    #[n(17)]
    pub reworks: u32,
    /// Effective extensions, at most two.
    #[n(18)]
    pub extensions: u32,
    /// Effective suspensions, at most one.
    #[n(19)]
    pub suspensions: u32,
    /// Until when the clock stands still, while it does.
    #[n(20)]
    pub suspended_until_s: Option<i64>,
    /// Since when it does: where the time that was left is counted from.
    #[n(27)]
    pub suspended_since_s: Option<i64>,
    /// Effective dispatches, returned ones too.
    #[n(21)]
    pub dispatches: u32,
    /// Dispatches that a return withdrew.
    #[n(22)]
    pub returned: u32,
    /// Acts whose line is not known yet.
    #[n(23)]
    pub unconfirmed: u32,
    /// Position acts known, effective or not: a command that closes or sends back carries it.
    #[n(24)]
    pub revision: u32,
    /// Whether a filing was ever made: where a reopening leads back to.
    #[n(25)]
    pub filed: bool,
    /// Latest times of all acts, for the credibility of the next.
    #[n(26)]
    pub past: PastTimes,
}

/// Seconds that a case may still take, negative when its deadline is past; `None`: not open, never due, or its clock
/// stands still.
#[must_use]
pub fn due_in_s(open: bool, suspended: bool, deadline_s: Option<i64>, now_s: i64) -> Option<i64> {
    deadline_s.filter(|_| open && !suspended).map(|deadline_s| deadline_s.saturating_sub(now_s))
}

impl CaseState {
    /// Whether something is still expected of somebody.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.position.is_some_and(|position| !position.stage.is_terminal())
    }

    /// Stage at least `stage` in the present round; voided and declined are neither handled nor closed.
    #[must_use]
    pub fn has_reached(&self, stage: Stage) -> bool {
        self.position.is_some_and(|position| position.stage >= stage)
    }

    /// Whether the clock stands still.
    #[must_use]
    pub fn is_suspended(&self) -> bool {
        self.suspended_until_s.is_some()
    }

    /// Whether any register shows values that were written beside each other.
    #[must_use]
    pub fn is_contested(&self) -> bool {
        fn beside<T>(field: &Option<Field<T>>) -> bool {
            field.as_ref().is_some_and(|field| !field.contested.is_empty())
        }
        beside(&self.class)
            || beside(&self.urgent)
            || beside(&self.filing)
            || beside(&self.area)
            || beside(&self.text)
            || beside(&self.place)
            || self.assignees.len() > 1
    }

    /// The area whose tallies the case counts in.
    #[must_use]
    pub fn area_id(&self) -> Option<FeedId> {
        self.area.as_ref().map(|area| area.value)
    }
}
