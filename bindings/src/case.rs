//! What screens show: lists, one case, its history.

use gewu_model::{act, case, fold, limit, rights, time, view};

use crate::act::Place;
use crate::convert::{each, mirror_enum, mirror_record, some};
use crate::ids::{FeedId, PersonId, RecordId};

mirror_enum!(
    /// Which acts a case goes through.
    Profile from act::Profile {
        /// Report, handle, close.
        Light,
        /// All stages.
        Standard,
    }
);

mirror_enum!(
    /// How far a case has come within its round.
    Stage from case::Stage {
        /// 已上报.
        Reported,
        /// 不予受理, 不予立案 or 撤回.
        Declined,
        /// 已立案.
        Filed,
        /// 已作废.
        Voided,
        /// 已派遣 or 已认领.
        Dispatched,
        /// 已处置.
        Handled,
        /// 已核查.
        Checked,
        /// 已结案.
        Closed,
    }
);

mirror_enum!(
    /// How far an act has come. Four different things, all visible.
    Delivery from view::Delivery {
        /// Nowhere else yet.
        OnThisPhone,
        /// The hub has it and has not confirmed it.
        Sent,
        /// Admitted.
        Confirmed,
        /// Refused; kept as evidence.
        Refused,
    }
);

mirror_enum!(
    /// What an act did to its case.
    Effect from fold::Effect {
        /// It counts.
        Effective,
        /// Refused: kept as evidence.
        Refused,
        /// What its author had seen did not allow it.
        FromNotMet,
        /// More extensions or suspensions than allowed came together by merging.
        LimitReached,
        /// An adoption of something that needs none.
        NothingToAdopt,
        /// From a newer version.
        NewerVersion,
        /// Its body cannot be read, or it cannot be a first act.
        Unreadable,
    }
);

mirror_enum!(
    /// How the author knew the time of an act.
    Basis from time::Basis {
        /// The phone had contact with its hub within this boot.
        Proven,
        /// The phone's clock alone, or an imported file.
        Claimed,
    }
);

mirror_enum!(
    /// Why the hub refused an act.
    Refusal from rights::Refusal {
        /// The role has no such right.
        NoRight,
        /// Neither in the grant's area nor with its party.
        NotYours,
        /// Whoever handled it does not check or close it.
        OwnHandling,
        /// Too late for that.
        TooLate,
        /// Words are asked for.
        WordsMissing,
        /// The grant is not known to the hub.
        GrantUnknown,
        /// The grant is for another device.
        GrantOfOther,
        /// The grant had run out.
        GrantExpired,
        /// The grant or device was cut off.
        Revoked,
        /// The store was copied.
        Forked,
        /// More acts were refused on this case than are kept.
        RecordFull,
        /// The class is not in the catalogue.
        ClassUnknown,
        /// The area or party is not in the directory.
        AreaUnknown,
        /// The deadline does not follow from limit and calendar.
        DeadlineWrong,
        /// A foreign deadline or none needs a grant to import.
        ImportNotGranted,
        /// Words beyond the limit.
        TextTooLong,
        /// The catalogue used is too old.
        PackTooOld,
        /// A reason of a newer hub.
        NewerReason,
    }
);

mirror_enum!(
    /// What a time limit counts.
    LimitUnit from limit::Unit {
        /// 紧急工作时.
        UrgentHour,
        /// 工作时.
        WorkHour,
        /// 工作日.
        WorkDay,
        /// 自然日.
        NaturalDay,
    }
);

mirror_record!(
    /// The time that a filing condition allows.
    TimeLimit from limit::TimeLimit {
        /// Of the unit, at least 1.
        amount: u32 = it.amount;
        /// What is counted.
        unit: LimitUnit = it.unit.into();
    } as it
);

mirror_record!(
    /// What was filed.
    Filing from act::Filing {
        /// Class by its key.
        class: String = it.class;
        /// The filing condition.
        condition: Option<String> = it.condition;
        /// The limit found in the catalogue.
        limit: Option<TimeLimit> = some(it.limit);
        /// Unix seconds; `None`: never due.
        deadline_s: Option<i64> = it.deadline_s;
        /// Version of the catalogue that was asked.
        catalogue: u32 = it.catalogue;
    } as it
);

mirror_record!(
    /// An area or party by name.
    AreaView from view::AreaView {
        /// Its feed.
        id: FeedId = it.id.into();
        /// Its official code, empty where the directory does not know it.
        code: String = it.code;
        /// Its name; the id where the directory does not know it.
        name: String = it.name;
    } as it
);

mirror_record!(
    /// A fix lies far from the grid that it is to be reported in. It may be saved all the same.
    FarOff from gewu_device::FarOff {
        /// Metres from about the grid's middle, 2,000 or more.
        metres: u32 = it.metres;
        /// That in words.
        label: String = it.label;
    } as it
);

mirror_record!(
    /// Who has a case.
    AssigneeView from view::AssigneeView {
        /// The party.
        party: Option<AreaView> = some(it.party);
        /// The person who claimed it.
        person: Option<PersonId> = some(it.person);
    } as it
);

macro_rules! fields {
    ($($(#[$doc:meta])* $name:ident of $model:ty => $type:ty = $lower:expr;)*) => {
        $(
            mirror_record!(
                $(#[$doc])*
                $name from case::Field<$model> {
                    /// The value that counts.
                    value: $type = $lower(it.value);
                    /// Others that stand beside it.
                    contested: Vec<$type> = it.contested.into_iter().map($lower).collect();
                } as it
            );
        )*
    };
}

fields! {
    /// A class's key.
    ClassField of String => String = String::from;
    /// Words; `None`: there were none, or they were erased.
    TextField of Option<String> => Option<String> = std::convert::identity;
    /// Yes or no.
    BoolField of bool => bool = std::convert::identity;
    /// An area.
    AreaField of view::AreaView => AreaView = AreaView::from;
    /// A filing.
    FilingField of act::Filing => Filing = Filing::from;
    /// A place; `None`: there was none, or it was erased.
    PlaceField of Option<act::Fix> => Option<Place> = some;
}

mirror_record!(
    /// The state of a case: alike on every phone that holds the same acts and verdicts.
    CaseView from view::CaseView {
        /// The case.
        record: RecordId = it.record.into();
        /// What people dictate.
        code: String = it.code;
        /// Which acts it goes through.
        profile: Profile = it.profile.into();
        /// How often it was sent back.
        round: Option<u32> = it.round;
        /// Where it stands in this round.
        stage: Option<Stage> = some(it.stage);
        /// Whether something is still expected.
        open: bool = it.open;
        /// Class as reported.
        class: Option<ClassField> = some(it.class);
        /// The class in words.
        class_name: Option<String> = it.class_name;
        /// 急要件.
        urgent: Option<BoolField> = some(it.urgent);
        /// What was filed.
        filing: Option<FilingField> = some(it.filing);
        /// Unix seconds.
        deadline_s: Option<i64> = it.deadline_s;
        /// Where rights and tallies follow it to.
        area: Option<AreaField> = some(it.area);
        /// Typed by the reporter or a later revision.
        text: Option<TextField> = some(it.text);
        /// Where it is.
        place: Option<PlaceField> = some(it.place);
        /// Who has it; more than one: contested.
        assignees: Vec<AssigneeView> = each(it.assignees);
        /// Closing conditions of this round.
        closing: Vec<String> = it.closing;
        /// Unix seconds of the report.
        reported_s: Option<i64> = it.reported_s;
        /// Who reported.
        reporter: Option<PersonId> = some(it.reporter);
        /// Reported and handled in one.
        self_handled: bool = it.self_handled;
        /// Unix seconds.
        handled_s: Option<i64> = it.handled_s;
        /// Unix seconds.
        closed_s: Option<i64> = it.closed_s;
        /// Closed by force.
        forced: bool = it.forced;
        /// Withdrawn by its reporter.
        withdrawn: bool = it.withdrawn;
        /// Failed checks.
        reworks: u32 = it.reworks;
        /// Extensions that count.
        extensions: u32 = it.extensions;
        /// Unix seconds while the clock stands still.
        suspended_until_s: Option<i64> = it.suspended_until_s;
        /// Whether values stand beside each other.
        contested: bool = it.contested;
        /// What closing and sending-back commands carry.
        revision: u32 = it.revision;
    } as it
);

mirror_record!(
    /// A case in a list, ready to show.
    CaseLine from gewu_device::CaseLine {
        /// The case.
        record: RecordId = it.record.into();
        /// What people dictate.
        code: String = it.code;
        /// Where it is.
        area: Option<AreaView> = some(it.area);
        /// How often it was sent back.
        round: Option<u32> = it.round;
        /// Where it stands.
        stage: Option<Stage> = some(it.stage);
        /// That in words; `None` until a report is here.
        stage_label: Option<String> = it.stage_label;
        /// The class's key.
        class: Option<String> = it.class;
        /// The class in words.
        class_name: Option<String> = it.class_name;
        /// What was typed.
        text: Option<String> = it.text;
        /// Unix seconds.
        reported_s: Option<i64> = it.reported_s;
        /// Unix seconds.
        deadline_s: Option<i64> = it.deadline_s;
        /// Seconds until the deadline, negative when it is past; `None`: never due, not open, or the clock stands still.
        due_in_s: Option<i64> = it.due_in_s;
        /// Open and past its deadline.
        overdue: bool = it.overdue;
        /// Values stand beside each other.
        contested: bool = it.contested;
        /// Some act is not confirmed yet.
        unconfirmed: bool = it.unconfirmed;
        /// For commands that close or send back.
        revision: u32 = it.revision;
    } as it
);

mirror_record!(
    /// A page of cases.
    CasePage from gewu_device::CasePage {
        /// At most 200.
        cases: Vec<CaseLine> = each(it.cases);
        /// To be given back for the next page; `None`: this was the last.
        next: Option<String> = it.next;
        /// Grows with every change.
        revision: u64 = it.revision;
    } as it
);
