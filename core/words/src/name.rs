//! Which word names a value of the model. Tables only: a value and its word, nothing is decided here.

use gewu_model::act::{Kind, Profile};
use gewu_model::area::AreaKind;
use gewu_model::case::Stage;
use gewu_model::fold::Effect;
use gewu_model::limit::Unit;
use gewu_model::rights::{Refusal, Role};
use gewu_model::time::Basis;
use gewu_model::view::Delivery;

use crate::Word;

/// A value of the model that people read by name.
pub trait Named {
    /// Its name.
    fn word(&self) -> Word;
}

macro_rules! named {
    ($($type:ident { $($value:ident => $word:ident,)* })*) => {
        $(impl Named for $type {
            fn word(&self) -> Word {
                match self { $(Self::$value => Word::$word,)* }
            }
        })*

        /// Every word that a value of the model is named by.
        #[cfg(test)]
        const NAMES: &[Word] = &[$($(Word::$word,)*)*];
    };
}

named! {
    Stage {
        Reported => StageReported,
        Declined => StageDeclined,
        Filed => StageFiled,
        Voided => StageVoided,
        Dispatched => StageDispatched,
        Handled => StageHandled,
        Checked => StageChecked,
        Closed => StageClosed,
    }
    Kind {
        Report => KindReport,
        Decline => KindDecline,
        File => KindFile,
        Void => KindVoid,
        Dispatch => KindDispatch,
        Claim => KindClaim,
        Handle => KindHandle,
        Check => KindCheck,
        Close => KindClose,
        SelfHandle => KindSelfHandle,
        Reopen => KindReopen,
        ForceClose => KindForceClose,
        Return => KindReturn,
        Revise => KindRevise,
        Relocate => KindRelocate,
        Extend => KindExtend,
        Suspend => KindSuspend,
        Resume => KindResume,
        Note => KindNote,
        Adopt => KindAdopt,
    }
    Profile {
        Light => ProfileLight,
        Standard => ProfileStandard,
    }
    Role {
        Inspector => RoleInspector,
        Informant => RoleInformant,
        Volunteer => RoleVolunteer,
        Acceptor => RoleAcceptor,
        Dispatcher => RoleDispatcher,
        Handler => RoleHandler,
        Overseer => RoleOverseer,
        Supervisor => RoleSupervisor,
        Resident => RoleResident,
    }
    AreaKind {
        Grid => AreaGrid,
        Community => AreaCommunity,
        Village => AreaVillage,
        Street => AreaStreet,
        Party => AreaParty,
    }
    Delivery {
        OnThisPhone => DeliveryOnThisPhone,
        Sent => DeliverySent,
        Confirmed => DeliveryConfirmed,
        Refused => DeliveryRefused,
    }
    Effect {
        Effective => EffectEffective,
        Refused => EffectRefused,
        FromNotMet => EffectFromNotMet,
        LimitReached => EffectLimitReached,
        NothingToAdopt => EffectNothingToAdopt,
        NewerVersion => EffectNewerVersion,
        Unreadable => EffectUnreadable,
    }
    Basis {
        Proven => BasisProven,
        Claimed => BasisClaimed,
    }
    Unit {
        UrgentHour => UnitUrgentHour,
        WorkHour => UnitWorkHour,
        WorkDay => UnitWorkDay,
        NaturalDay => UnitNaturalDay,
    }
}

/// The words of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalWords {
    /// What happened, as half a sentence: "the hub refused it: …".
    pub what: Word,
    /// What to do, in whole sentences.
    pub next: Word,
}

macro_rules! refusals {
    ($($value:ident => $what:ident, $next:ident;)*) => {
        /// What a refusal says and what to do about it.
        #[must_use]
        pub fn refusal_words(refusal: Refusal) -> RefusalWords {
            match refusal { $(Refusal::$value => RefusalWords { what: Word::$what, next: Word::$next },)* }
        }
    };
}

refusals! {
    NoRight => RefusedNoRight, RefusedNoRightNext;
    NotYours => RefusedNotYours, RefusedNotYoursNext;
    OwnHandling => RefusedOwnHandling, RefusedOwnHandlingNext;
    TooLate => RefusedTooLate, RefusedTooLateNext;
    WordsMissing => RefusedWordsMissing, RefusedWordsMissingNext;
    GrantUnknown => RefusedGrantUnknown, RefusedGrantUnknownNext;
    GrantOfOther => RefusedGrantOfOther, RefusedGrantOfOtherNext;
    GrantExpired => RefusedGrantExpired, RefusedGrantExpiredNext;
    Revoked => RefusedRevoked, RefusedRevokedNext;
    Forked => RefusedForked, RefusedForkedNext;
    RecordFull => RefusedRecordFull, RefusedRecordFullNext;
    ClassUnknown => RefusedClassUnknown, RefusedClassUnknownNext;
    AreaUnknown => RefusedAreaUnknown, RefusedAreaUnknownNext;
    DeadlineWrong => RefusedDeadlineWrong, RefusedDeadlineWrongNext;
    ImportNotGranted => RefusedImportNotGranted, RefusedImportNotGrantedNext;
    TextTooLong => RefusedTextTooLong, RefusedTextTooLongNext;
    PackTooOld => RefusedPackTooOld, RefusedPackTooOldNext;
    NewerReason => RefusedNewerReason, RefusedNewerReasonNext;
}

/// The words of a rate: its name, and what stands above and below the line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RateWords {
    /// Its name.
    pub name: Word,
    /// What the numerator counts.
    pub numerator: Word,
    /// What the denominator counts.
    pub denominator: Word,
}

macro_rules! rates {
    ($($id:literal => $name:ident, $numerator:ident / $denominator:ident;)*) => {
        /// The words of a rate by its id; `None` for an id that `gewu_model::rate::RATES` does not have.
        #[must_use]
        pub fn rate_words(id: &str) -> Option<RateWords> {
            match id {
                $($id => Some(RateWords {
                    name: Word::$name, numerator: Word::$numerator, denominator: Word::$denominator,
                }),)*
                _ => None,
            }
        }
    };
}

rates! {
    "handled_of_reported" => RateHandledOfReported, CountHandled / CountReported;
    "disposal" => RateDisposal, CountHandled / CountDueToHandle;
    "on_time_disposal" => RateOnTimeDisposal, CountHandledOnTime / CountDueToHandle;
    "closure" => RateClosure, CountClosed / CountDue;
    "on_time_closure" => RateOnTimeClosure, CountClosedOnTime / CountDue;
    "closure_less_suspended" => RateClosureLessSuspended, CountClosed / CountDueLessSuspended;
    "rework" => RateRework, CountReworked / CountDue;
    "valid_report" => RateValidReport, CountFiled / CountReported;
    "extension" => RateExtension, CountExtended / CountDueToHandle;
    "accurate_dispatch" => RateAccurateDispatch, CountDispatchStood / CountDispatched;
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gewu_model::rate::RATES;

    use super::*;

    #[test]
    fn every_rate_has_words() {
        for rate in RATES {
            assert!(rate_words(rate.id).is_some(), "{}", rate.id);
        }
        assert_eq!(rate_words("none such"), None);
    }

    #[test]
    fn no_two_values_share_a_name() {
        assert_eq!(NAMES.iter().collect::<BTreeSet<_>>().len(), NAMES.len());
        let refusals: BTreeSet<Word> =
            Refusal::ALL.iter().map(|it| refusal_words(*it)).flat_map(|words| [words.what, words.next]).collect();
        assert_eq!(refusals.len(), 2 * Refusal::ALL.len());
        let rates: BTreeSet<Word> =
            RATES.iter().filter_map(|rate| rate_words(rate.id)).map(|words| words.name).collect();
        assert_eq!(rates.len(), RATES.len());
    }
}
