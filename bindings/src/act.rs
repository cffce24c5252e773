//! What people do: drafts of reports and acts.

use gewu_model::ids as model;

use crate::convert::{mirror_enum, mirror_record, some};
use crate::ids::{EntryHash, RecordId};

mirror_enum!(
    /// What can be done.
    Kind both gewu_model::act::Kind {
        /// 上报.
        Report,
        /// 不予受理, 不予立案 or 撤回.
        Decline,
        /// 立案.
        File,
        /// 作废.
        Void,
        /// 派遣.
        Dispatch,
        /// 认领.
        Claim,
        /// 处置.
        Handle,
        /// 核查.
        Check,
        /// 结案.
        Close,
        /// 自行处置.
        SelfHandle,
        /// 重开.
        Reopen,
        /// 强制结案.
        ForceClose,
        /// 退回.
        Return,
        /// Another class, urgency, filing, words or place.
        Revise,
        /// Another grid.
        Relocate,
        /// 延期.
        Extend,
        /// 挂账.
        Suspend,
        /// The clock goes on.
        Resume,
        /// Words only.
        Note,
        /// A refused act is taken over.
        Adopt,
    }
);

mirror_record!(
    /// Where a phone said it was, in units of 10⁻⁷ degree (CGCS2000 / WGS 84).
    Place from gewu_model::act::Fix {
        /// Within ±900 000 000.
        latitude_e7: i32 = it.latitude_e7;
        /// Within ±1 800 000 000.
        longitude_e7: i32 = it.longitude_e7;
        /// Radius that holds the true position with 68 % probability.
        accuracy_cm: Option<u32> = it.accuracy_cm;
    } as it
);

impl From<Place> for gewu_model::act::Fix {
    fn from(place: Place) -> Self {
        Self { latitude_e7: place.latitude_e7, longitude_e7: place.longitude_e7, accuracy_cm: place.accuracy_cm }
    }
}

/// A request replayed from another system.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Imported {
    /// Unix seconds.
    pub time_s: i64,
    /// Unix seconds; `None`: never due.
    pub deadline_s: Option<i64>,
    /// The other system.
    pub system: String,
    /// Its key there.
    pub key: String,
}

impl From<Imported> for gewu_device::Imported {
    fn from(it: Imported) -> Self {
        Self { time_s: it.time_s, deadline_s: it.deadline_s, system: it.system, key: it.key }
    }
}

/// What is to be reported.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReportDraft {
    /// Class by its key in the catalogue.
    pub class: String,
    /// Filing condition, where the class has several.
    #[uniffi(default = None)]
    pub condition: Option<String>,
    /// What was typed.
    #[uniffi(default = "")]
    pub text: String,
    /// Where it is.
    #[uniffi(default = None)]
    pub place: Option<Place>,
    /// 急要件.
    #[uniffi(default = false)]
    pub urgent: bool,
    /// Code of the grid; `None`: the phone's own.
    #[uniffi(default = None)]
    pub area: Option<String>,
    /// Reported and handled in one.
    #[uniffi(default = false)]
    pub self_handled: bool,
    /// Replayed from another system.
    #[uniffi(default = None)]
    pub imported: Option<Imported>,
}

impl From<ReportDraft> for gewu_device::ReportDraft {
    fn from(it: ReportDraft) -> Self {
        Self {
            class: it.class,
            condition: it.condition,
            text: it.text,
            place: some(it.place),
            urgent: it.urgent,
            area: it.area,
            self_handled: it.self_handled,
            imported: some(it.imported),
        }
    }
}

/// What is to be done to a case.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ActDraft {
    /// What was typed.
    #[uniffi(default = "")]
    pub text: String,
    /// Revision that the screen showed: closing and sending back need it.
    #[uniffi(default = None)]
    pub revision: Option<u32>,
    /// For a check: whether it passed.
    #[uniffi(default = false)]
    pub passed: bool,
    /// Code of the party.
    #[uniffi(default = None)]
    pub party: Option<String>,
    /// Code of the new grid, for `relocate`.
    #[uniffi(default = None)]
    pub area: Option<String>,
    /// The act to be adopted.
    #[uniffi(default = None)]
    pub adopts: Option<EntryHash>,
    /// Closing or filing condition.
    #[uniffi(default = None)]
    pub condition: Option<String>,
    /// Another class, for `file` and `revise`.
    #[uniffi(default = None)]
    pub class: Option<String>,
    /// For `decline`: withdrawn by its own reporter.
    #[uniffi(default = false)]
    pub withdrawn: bool,
    /// For `suspend`.
    #[uniffi(default = None)]
    pub days: Option<u32>,
    /// Claimed time of a replayed act, Unix seconds; needs a grant to import.
    #[uniffi(default = None)]
    pub time_s: Option<i64>,
}

impl TryFrom<ActDraft> for gewu_device::ActDraft {
    type Error = gewu_device::DeviceError;

    fn try_from(it: ActDraft) -> Result<Self, Self::Error> {
        let adopts = it.adopts.map(|adopts| model::EntryHash::from_hex(&adopts.hex)).transpose();
        Ok(Self {
            text: it.text,
            revision: it.revision,
            passed: it.passed,
            party: it.party,
            area: it.area,
            adopts: adopts.map_err(|error| gewu_device::DeviceError::Invalid {
                field: "adopts",
                code: gewu_words::ErrorCode::ArgumentBad,
                reason: error.to_string(),
            })?,
            condition: it.condition,
            class: it.class,
            withdrawn: it.withdrawn,
            days: it.days,
            time_s: it.time_s,
        })
    }
}

mirror_record!(
    /// What was saved.
    Saved from gewu_device::Saved {
        /// The case.
        record: RecordId = it.record.into();
        /// What people dictate.
        code: String = it.code();
        /// The act's name.
        entry: EntryHash = it.entry.into();
    } as it
);
