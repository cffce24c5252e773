//! What the page shows, ready to show: the hub fills it in from its tallies and rows.

use gewu_model::case::Stage;
use gewu_model::day::Day;
use gewu_model::rate::Rate;
use gewu_model::rights::Role;
use gewu_words::{Language, Word};

/// Everything on the supervisor's page. Moments are Unix seconds.
#[derive(Clone, Debug)]
pub struct SupervisorView {
    /// In which language.
    pub language: Language,
    /// Name of the street.
    pub place: String,
    /// Seconds east of UTC at which the street's days begin and its times are shown.
    pub day_offset_s: i32,
    /// When the page is made; only for "3 hours ago" and for leaving out today's date.
    pub now_s: i64,
    /// Which days are counted.
    pub period: PeriodView,
    /// Id of the big rate.
    pub definition: &'static str,
    /// The big rate; `None` when there is nothing to divide by.
    pub rate: Option<Rate>,
    /// Counts beside it.
    pub beside: Beside,
    /// Oldest last contact among the phones with a valid grant; `None` while one was never heard from.
    pub known_until_s: Option<i64>,
    /// The big rate over time, oldest first.
    pub trend: Vec<TrendPoint>,
    /// Every grid, most overdue first.
    pub grids: Vec<GridRow>,
    /// Overdue cases by deadline, earliest first; may be cut short.
    pub overdue: Vec<OverdueRow>,
    /// How many are overdue in all.
    pub overdue_count: u64,
    /// Every phone, longest silent first.
    pub phones: Vec<PhoneRow>,
    /// What waits for the supervisor.
    pub to_settle: ToSettle,
    /// The other rates of the same period.
    pub other_rates: Vec<OtherRate>,
}

/// A period of the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PeriodKind {
    /// The week of `as_of`.
    Week,
    /// Two weeks.
    Fortnight,
    /// The month.
    Month,
    /// The year.
    Year,
    /// From the first day on.
    All,
}

impl PeriodKind {
    /// In the order of the switch.
    pub const ALL: [Self; 5] = [Self::Week, Self::Fortnight, Self::Month, Self::Year, Self::All];

    /// The word in the query.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Fortnight => "fortnight",
            Self::Month => "month",
            Self::Year => "year",
            Self::All => "all",
        }
    }

    /// The period of a word in a query.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn word(self) -> Word {
        match self {
            Self::Week => Word::PagePeriodWeek,
            Self::Fortnight => Word::PagePeriodFortnight,
            Self::Month => Word::PagePeriodMonth,
            Self::Year => Word::PagePeriodYear,
            Self::All => Word::PagePeriodAll,
        }
    }
}

/// Which days are counted.
#[derive(Clone, Copy, Debug)]
pub struct PeriodView {
    /// Which of the switch.
    pub kind: PeriodKind,
    /// First day.
    pub from: Day,
    /// Last day.
    pub to: Day,
    /// Deadline days after it are not due yet.
    pub as_of: Day,
    /// Whether `as_of` was asked for in the query, and so stays in the links.
    pub as_of_asked: bool,
}

/// Counts that no rate is read without.
#[derive(Clone, Copy, Debug, Default)]
pub struct Beside {
    /// 缓办.
    pub suspended: u64,
    /// 强制结案.
    pub forced: u64,
    /// 自行处置.
    pub self_handled: u64,
    /// With acts that the hub has not confirmed.
    pub unconfirmed: u64,
}

/// One stretch of the trend.
#[derive(Clone, Debug)]
pub struct TrendPoint {
    /// Which stretch, as it is said: "09-16".
    pub label: String,
    /// Its rate.
    pub rate: Option<Rate>,
}

/// One grid.
#[derive(Clone, Debug)]
pub struct GridRow {
    /// Its code in the directory.
    pub code: String,
    /// Its name.
    pub name: String,
    /// Reported in the period.
    pub reported: u64,
    /// Of these, handled.
    pub handled: u64,
    /// Of these, closed.
    pub closed: u64,
    /// Overdue now.
    pub overdue: u64,
    /// The page's rate for this grid.
    pub rate: Option<Rate>,
}

/// One overdue case.
#[derive(Clone, Debug)]
pub struct OverdueRow {
    /// What people dictate.
    pub code: String,
    /// Its class in words.
    pub class: String,
    /// Its area in words.
    pub area: String,
    /// When it was due.
    pub deadline_s: i64,
    /// Whole hours since, at the `as_of` of the page.
    pub hours_late: u64,
    /// How far it has come.
    pub stage: Stage,
}

/// One phone. Never a person.
#[derive(Clone, Debug)]
pub struct PhoneRow {
    /// First characters of its id.
    pub device: String,
    /// In what capacity.
    pub role: Role,
    /// Where.
    pub area: String,
    /// Last contact; `None`: never.
    pub last_contact_s: Option<i64>,
}

/// What waits for the supervisor.
#[derive(Clone, Copy, Debug, Default)]
pub struct ToSettle {
    /// Cases with values beside each other.
    pub contested: u64,
    /// Refused acts that nobody adopted.
    pub refused: u64,
    /// Entries in quarantine.
    pub quarantined: u64,
}

/// A rate of the list; a tap makes it the big one.
#[derive(Clone, Copy, Debug)]
pub struct OtherRate {
    /// Id of the definition.
    pub definition: &'static str,
    /// Its value; `None` when there is nothing to divide by.
    pub rate: Option<Rate>,
}
