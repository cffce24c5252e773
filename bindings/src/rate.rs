//! Rates: two integers, never a bare percentage.

use gewu_model::day::Day;

use crate::convert::{each, mirror_record};
use crate::ids::FeedId;

/// What is asked. Days are counted from 1970-01-01 at the street's fixed offset.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RateQuery {
    /// Such as `closure` or `on_time_closure`.
    pub definition: String,
    /// First day; `None`: the first that is known.
    #[uniffi(default = None)]
    pub from_day: Option<i32>,
    /// Last day; `None`: today.
    #[uniffi(default = None)]
    pub to_day: Option<i32>,
    /// Deadline days after it are not due yet; `None`: `to_day`.
    #[uniffi(default = None)]
    pub as_of_day: Option<i32>,
    /// Code of an area; `None`: the phone's own.
    #[uniffi(default = None)]
    pub area: Option<String>,
}

impl From<RateQuery> for gewu_device::RateQuery {
    fn from(it: RateQuery) -> Self {
        let day = |day: Option<i32>| day.map(Day);
        Self {
            definition: it.definition,
            from: day(it.from_day),
            to: day(it.to_day),
            as_of: day(it.as_of_day),
            area: it.area,
        }
    }
}

mirror_record!(
    /// A rate as everybody shows it.
    RateView from gewu_model::rate::RateView {
        /// Id of the definition.
        definition: String = it.definition.to_owned();
        /// First day summed, since 1970-01-01.
        from_day: i32 = it.period.from.0;
        /// Last day summed.
        to_day: i32 = it.period.to.0;
        /// Deadline days after it are not due yet.
        as_of_day: i32 = it.period.as_of.0;
        /// Above the line; `None`: nothing to divide by.
        numerator: Option<u64> = it.rate.map(|rate| rate.numerator);
        /// Below the line, never 0; `None` together with the numerator.
        denominator: Option<u64> = it.rate.map(|rate| rate.denominator);
        /// As people read it, in whole percent.
        shown: Option<String> = it.rate.map(|rate| rate.shown());
        /// Of the same cases, suspended ones that are not closed.
        suspended: i64 = it.suspended;
        /// Reported in the period and closed by force.
        forced: i64 = it.forced;
        /// Reported in the period and handled by the reporter in one.
        self_handled: i64 = it.self_handled;
        /// Reported in the period with acts that the hub has not confirmed.
        unconfirmed: i64 = it.unconfirmed;
        /// Oldest last contact among the area's devices, Unix seconds; `None` where it is not known.
        known_until_s: Option<i64> = it.known_until_s;
        /// The same for each area that has something to divide by, in the order of their codes.
        by: Vec<AreaRate> = each(it.by);
    } as it
);

mirror_record!(
    /// A rate of one area.
    AreaRate from gewu_model::rate::AreaRate {
        /// Its feed.
        area: FeedId = it.area.into();
        /// Its code.
        code: String = it.code;
        /// Its name.
        name: String = it.name;
        /// Above the line.
        numerator: u64 = it.numerator;
        /// Below it.
        denominator: u64 = it.denominator;
    } as it
);
