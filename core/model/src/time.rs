//! How sure a time is, and what of it may enter figures.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// How the author knew the time of an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[serde(rename_all = "snake_case")]
#[cbor(index_only)]
pub enum Basis {
    /// The phone had contact with its hub within this boot, corrected by uptime.
    #[n(0)]
    Proven,
    /// The phone's clock alone, or the time that an imported file gives.
    #[n(1)]
    Claimed,
}

impl Basis {
    /// The byte in the act.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Proven => 0,
            Self::Claimed => 1,
        }
    }

    /// The basis of a byte. A number of a newer version reads as claimed, the weaker one.
    #[must_use]
    pub fn from_number(number: u64) -> Self {
        if number == 0 { Self::Proven } else { Self::Claimed }
    }
}

/// The latest times in an act's causal past.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct PastTimes {
    /// Of all acts, as they say it.
    #[n(0)]
    pub any_s: i64,
    /// Of proven acts.
    #[n(1)]
    pub proven_s: i64,
}

impl Default for PastTimes {
    fn default() -> Self {
        Self { any_s: i64::MIN, proven_s: i64::MIN }
    }
}

impl PastTimes {
    /// Adds one act to the past.
    #[must_use]
    pub fn with(self, time_s: i64, basis: Basis) -> Self {
        let proven_s = if basis == Basis::Proven { self.proven_s.max(time_s) } else { self.proven_s };
        Self { any_s: self.any_s.max(time_s), proven_s }
    }

    /// Whether an act at `time_s` is credible: not earlier than its past. A proven act is compared with the proven
    /// ones only, a claimed one with all.
    #[must_use]
    pub fn credible(self, time_s: i64, basis: Basis) -> bool {
        match basis {
            Basis::Proven => time_s >= self.proven_s,
            Basis::Claimed => time_s >= self.any_s,
        }
    }

    /// The time that enters figures: a claimed one is held between the latest proven time of its past and the hub's
    /// time in its line.
    #[must_use]
    pub fn for_figures(self, time_s: i64, basis: Basis, hub_time_s: Option<i64>) -> i64 {
        match basis {
            Basis::Proven => time_s,
            Basis::Claimed => time_s.min(hub_time_s.unwrap_or(i64::MAX)).max(self.proven_s),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claimed_time_is_held_between_the_proven_past_and_the_hub() {
        let past = PastTimes::default().with(100, Basis::Proven).with(500, Basis::Claimed);
        let check = |time, hub, expected| assert_eq!(past.for_figures(time, Basis::Claimed, hub), expected, "{time}");
        check(50, None, 100);
        check(200, None, 200);
        check(900, Some(700), 700);
        check(900, None, 900);
        assert_eq!(past.for_figures(50, Basis::Proven, Some(40)), 50);
    }

    #[test]
    fn a_proven_act_is_compared_with_proven_ones_only() {
        let past = PastTimes::default().with(100, Basis::Proven).with(500, Basis::Claimed);
        assert!(past.credible(100, Basis::Proven));
        assert!(!past.credible(99, Basis::Proven));
        assert!(past.credible(500, Basis::Claimed));
        assert!(!past.credible(499, Basis::Claimed));
        assert!(PastTimes::default().credible(0, Basis::Claimed));
    }
}
