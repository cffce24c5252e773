//! Whole screens in one call each: the supervisor's, what is to be settled, the person's own.

use crate::act::Kind;
use crate::case::{AreaView, CaseLine};
use crate::convert::{each, mirror_record, some};
use crate::device::{Enrolled, Status};
use crate::ids::{EntryHash, RecordId};
use crate::rate::RateView;

mirror_record!(
    /// What the person should know, ready to show.
    Notice from gewu_words::Notice {
        /// The stable word: `storage_full`, `certificate_changed`, `hub_doubtful`, `store_copied`, `upgrade_needed`,
        /// `grant_expired`, `grant_expiring`, `refused_acts`, `quarantined`, `no_contact`.
        code: String = it.code.name().to_owned();
        /// What happened.
        what: String = it.what;
        /// What is safe.
        safe: String = it.safe;
        /// What to do next.
        next: String = it.next;
    } as it
);

mirror_record!(
    /// A grid with what is open in it.
    AreaOverdue from gewu_device::AreaOverdue {
        /// The grid.
        area: AreaView = it.area.into();
        /// Open cases.
        open: u64 = it.open;
        /// Of these, past their deadline with the clock running.
        overdue: u64 = it.overdue;
    } as it
);

mirror_record!(
    /// The rate of one period.
    TrendPoint from gewu_device::TrendPoint {
        /// First day, since 1970-01-01.
        from_day: i32 = it.from_day.0;
        /// Last day.
        to_day: i32 = it.to_day.0;
        /// Above the line; `None`: nothing to divide by.
        numerator: Option<u64> = it.numerator;
        /// Below it, never 0.
        denominator: Option<u64> = it.denominator;
        /// As people read it.
        shown: Option<String> = it.shown;
    } as it
);

mirror_record!(
    /// The supervisor's screen.
    SuperviseView from gewu_device::SuperviseView {
        /// The rate that was asked for.
        rate: RateView = it.rate.into();
        /// Open cases past their deadline, here and below.
        overdue: u64 = it.overdue;
        /// Grids with open cases, most overdue first.
        grids: Vec<AreaOverdue> = each(it.grids);
        /// Up to twelve periods as long as the query's, ending with it, the earliest first.
        trend: Vec<TrendPoint> = each(it.trend);
        /// The longest overdue, at most twenty.
        first_overdue: Vec<CaseLine> = each(it.first_overdue);
        /// Refused acts and contested cases.
        to_settle: u64 = it.to_settle;
    } as it
);

mirror_record!(
    /// One thing to settle.
    SettleLine from gewu_device::SettleLine {
        /// The case.
        case: RecordId = it.case.into();
        /// What people dictate.
        code: String = it.code;
        /// The class in words.
        class_name: Option<String> = it.class_name;
        /// The refused act; `None` for a contested case, and for a kind of a newer version.
        kind: Option<Kind> = some(it.kind);
        /// What was done, or where the contested case stands.
        kind_label: String = it.kind_label;
        /// Unix seconds: of the act by its author, or of the report.
        time_s: i64 = it.time_s;
        /// What was typed with the refused act, or with the report.
        text: Option<String> = it.text;
        /// Why it was refused and what to do, in words.
        reason: Option<String> = it.reason;
        /// The refused act, to be named when it is adopted.
        entry: Option<EntryHash> = some(it.entry);
        /// Values stand beside each other.
        contested: bool = it.contested;
    } as it
);

mirror_record!(
    /// A page of what is to be settled: refused acts, the newest first, then contested cases.
    SettlePage from gewu_device::SettlePage {
        /// At most 200.
        lines: Vec<SettleLine> = each(it.lines);
        /// To be given back for the next page; `None`: this was the last.
        next: Option<String> = it.next;
        /// Grows with every change.
        revision: u64 = it.revision;
    } as it
);

mirror_record!(
    /// What a phone holds.
    Storage from gewu_device::Storage {
        /// Bytes of its files.
        store_bytes: u64 = it.store_bytes;
        /// Cases held.
        cases: u64 = it.cases;
        /// Acts held.
        acts: u64 = it.acts;
    } as it
);

mirror_record!(
    /// The person's own screen.
    MeView from gewu_device::MeView {
        /// Who this phone is; `None`: it has not joined a street.
        enrolled: Option<Enrolled> = some(it.enrolled);
        /// The role in words, empty without one.
        role_label: String = it.role_label;
        /// The first digits of the person's id, as histories show them; empty without one.
        person_short: String = it.person_short;
        /// What it holds.
        storage: Storage = it.storage.into();
        /// This release.
        version: String = it.version;
        /// The same as `status`.
        status: Status = it.status.into();
    } as it
);
