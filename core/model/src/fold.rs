//! The fold: from the set of a record's acts to its state.
//!
//! Two roads lead to the same state. [`fold`] takes all acts with their causal pasts and is the definition.
//! [`step`] adds one act whose author had seen everything, which is nearly every act, from the stored state alone.
//! A property holds both together.
//!
//! **Invariants:** a pure function of the set; the order of arrival and clocks play no part. Refused acts are left
//! out everywhere, also out of other acts' pasts. Positions are never merged, only sets of acts
//! (`docs/architecture.md`, "A closing ends only what its author had seen").

mod full;
mod position;
mod registers;
mod short;

pub use full::{Folded, fold};
pub use short::{step, would_take_effect};

use crate::act::Act;
use crate::ids::{DeviceId, EntryHash, FeedId, PersonId};
use crate::rights::Role;

/// Whom a grant names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Who {
    /// The person.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// For which area (and all below it) or party.
    pub area: FeedId,
}

/// One act with what is known around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldAct {
    /// Its name, which adoptions use.
    pub entry: EntryHash,
    /// The device that made it.
    pub author: DeviceId,
    /// Automerge's counter.
    pub start_op: u32,
    /// The author's time, Unix seconds.
    pub time_s: i64,
    /// What it says.
    pub act: Act,
    /// Its direct predecessors, as places in the same slice, each before it.
    pub deps: Vec<usize>,
    /// What the hub said, or this phone's own check until then.
    pub standing: Standing,
    /// Whom its grant names, where the grant is known.
    pub who: Option<Who>,
}

/// What is known of an act's verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No line is known; counts as admitted.
    Unconfirmed,
    /// No line is known, and this phone's own check says that the right is missing; counts as refused.
    Doubted,
    /// Admitted, at the hub's time.
    Admitted {
        /// Unix seconds.
        hub_time_s: i64,
    },
    /// Refused; the act has no effect unless adopted.
    Refused,
}

impl Standing {
    /// Whether the fold leaves the act out.
    #[must_use]
    pub fn is_refused(self) -> bool {
        matches!(self, Self::Refused | Self::Doubted)
    }

    /// The hub's time, where the act is admitted.
    #[must_use]
    pub fn hub_time_s(self) -> Option<i64> {
        match self {
            Self::Admitted { hub_time_s } => Some(hub_time_s),
            _ => None,
        }
    }
}

/// What an act did to the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// It counts.
    Effective,
    /// Refused: kept as evidence.
    Refused,
    /// What its author had seen did not allow it; honest phones get here only over refused ancestors.
    FromNotMet,
    /// More extensions or suspensions than allowed came together by merging.
    LimitReached,
    /// An adoption of something that needs none, or that was adopted before.
    NothingToAdopt,
    /// From a newer version.
    NewerVersion,
    /// Its body cannot be read, or it cannot be a first act.
    Unreadable,
}
