//! What a phone's call can fail with: ten variants, grouped by what the person can do.

use gewu_log::guard::GuardError;
use gewu_model::code::Code;
use gewu_model::ids::RecordId;
use gewu_model::rights::Refusal;
use gewu_store::{AppendError, OpenError, StoreError};
use gewu_words::{ErrorCode, Explained, Language, Word, explain, refusal_words, say};

use crate::network::{HubAddress, NetworkError, NotAHubReason};

/// Why a command was refused; nothing was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    /// The role table says no.
    Right(Refusal),
    /// Somebody did something to the case since the screen showed it: look again.
    Changed {
        /// Which case.
        code: Code,
    },
    /// Where the case stands, this cannot be done.
    NotNow,
    /// The record holds as many acts as a record can.
    RecordFull {
        /// Which case.
        code: Code,
    },
}

/// The phone's keystore gave no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// The phone is locked: unlock it and open again.
    #[error("the keystore is locked")]
    Locked,
    /// There is no key any more: the work that was only here cannot be opened.
    #[error("the key is lost")]
    Lost,
    /// Anything else, a key that is not 32 bytes among it.
    #[error("the keystore failed")]
    Failed,
}

impl From<VaultError> for DeviceError {
    fn from(error: VaultError) -> Self {
        let code = match error {
            VaultError::Locked => ErrorCode::Locked,
            VaultError::Lost => ErrorCode::KeyLost,
            VaultError::Failed => ErrorCode::VaultFailed,
        };
        Self::UnlockNeeded { code }
    }
}

/// A call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The hub was not reached, or what answered is not the hub. Nothing is lost; the agent tries again.
    #[error("no contact with the hub: {reason}")]
    Offline {
        /// `offline`, `no_hub` or `wrong_hub`.
        code: ErrorCode,
        /// Where it was looked for; empty where that is not known.
        hub: String,
        /// For logs.
        reason: String,
    },
    /// The disk is full. Free space, then repeat.
    #[error("the storage is full")]
    StorageFull,
    /// The store does not open with this key, or nobody is enrolled.
    #[error("the store is not unlocked or nobody is enrolled")]
    UnlockNeeded {
        /// `locked`, `key_lost`, `vault_failed`, `wrong_key`, `not_enrolled`, `already_enrolled`, `invitation_bad` or `invitation_used`.
        code: ErrorCode,
    },
    /// This program is too old for the store or the hub.
    #[error("a newer program is needed")]
    UpgradeNeeded {
        /// `upgrade_needed` or `newer_store`.
        code: ErrorCode,
        /// Version found.
        found: u64,
        /// Version known.
        known: u64,
    },
    /// Another process holds the store, or the device is paused.
    #[error("the store is in use")]
    Busy,
    /// The command may not be done.
    #[error("refused: {reason:?}")]
    Refused {
        /// Why.
        reason: RefusedReason,
    },
    /// Nothing of that name is here.
    #[error("not found: {name}")]
    NotFound {
        /// What was asked for.
        name: String,
    },
    /// An argument makes no sense.
    #[error("{field} is not valid: {reason}")]
    Invalid {
        /// Which argument.
        field: &'static str,
        /// Which error.
        code: ErrorCode,
        /// What fills the error's hole. `argument_bad`: what is wrong, or `field` again when it is missing.
        /// `text_too_long`: `found/limit characters` or `found/limit bytes`.
        reason: String,
    },
    /// The store is damaged, or the folder cannot be used.
    #[error("the store cannot be used: {reason}")]
    Damaged {
        /// `damaged` or `read_only`.
        code: ErrorCode,
        /// For logs; of `read_only` the path.
        reason: String,
    },
    /// A fault of the program; the next call works.
    #[error("a fault of the program, incident {incident}")]
    Defect {
        /// To be told to whoever carries this on.
        incident: String,
    },
}

impl DeviceError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Offline { code, .. }
            | Self::UnlockNeeded { code }
            | Self::UpgradeNeeded { code, .. }
            | Self::Invalid { code, .. }
            | Self::Damaged { code, .. } => *code,
            Self::StorageFull => ErrorCode::StorageFull,
            Self::Busy => ErrorCode::Busy,
            Self::Refused { reason: RefusedReason::Changed { .. } } => ErrorCode::Changed,
            Self::Refused { reason: RefusedReason::RecordFull { .. } } => ErrorCode::RecordFull,
            Self::Refused { reason: RefusedReason::NotNow } => ErrorCode::NotNow,
            Self::Refused { reason: RefusedReason::Right(_) } => ErrorCode::NotAllowed,
            Self::NotFound { .. } => ErrorCode::NotFound,
            Self::Defect { .. } => ErrorCode::Defect,
        }
    }

    /// The three parts, in words.
    #[must_use]
    pub fn explained(&self, language: Language) -> Explained {
        let code = self.code();
        let filled = |holes: &[(&str, String)]| {
            let holes: Vec<(&str, &dyn std::fmt::Display)> =
                holes.iter().map(|(name, value)| (*name, value as _)).collect();
            explain(language, code, &holes)
        };
        match self {
            Self::Offline { hub, .. } if hub.is_empty() => filled(&[("hub", say(language, Word::ErrorHub, &[]))]),
            Self::Offline { hub, .. } => filled(&[("hub", hub.clone())]),
            Self::UpgradeNeeded { found, known, .. } => {
                filled(&[("found", found.to_string()), ("known", known.to_string())])
            }
            Self::Refused { reason: RefusedReason::Changed { code } | RefusedReason::RecordFull { code } } => {
                filled(&[("code", code.to_string())])
            }
            Self::Refused { reason: RefusedReason::Right(refusal) } => {
                let words = refusal_words(*refusal);
                filled(&[("reason", say(language, words.what, &[])), ("next", say(language, words.next, &[]))])
            }
            Self::NotFound { name } => filled(&[("name", name.clone())]),
            Self::Invalid { field, code, reason } => filled(&invalid_holes(language, field, *code, reason)),
            Self::Damaged { reason, .. } => filled(&[("path", reason.clone())]),
            Self::Defect { incident } => filled(&[("incident", incident.clone())]),
            Self::Refused { reason: RefusedReason::NotNow }
            | Self::StorageFull
            | Self::Busy
            | Self::UnlockNeeded { .. } => filled(&[]),
        }
    }

    /// Whether the same call has a chance later without anybody doing anything.
    #[must_use]
    pub fn retry(&self) -> bool {
        matches!(self, Self::Offline { .. } | Self::Busy)
    }

    /// No contact, before it is known where the hub was looked for.
    pub(crate) fn offline(code: ErrorCode, reason: impl Into<String>) -> Self {
        Self::Offline { code, hub: String::new(), reason: reason.into() }
    }

    /// The same with the addresses at which the hub was looked for.
    pub(crate) fn at(self, address: &HubAddress) -> Self {
        match self {
            Self::Offline { code, hub, reason } if hub.is_empty() => {
                Self::Offline { code, hub: address.authorities.join(", "), reason }
            }
            other => other,
        }
    }

    /// Why an act was not appended to a record.
    pub(crate) fn append(error: AppendError, record: RecordId) -> Self {
        let reason = error.to_string();
        match error {
            AppendError::RecordFull => Self::Refused { reason: RefusedReason::RecordFull { code: Code::of(&record) } },
            AppendError::TooLarge { counted, limit } => {
                Self::invalid("text", ErrorCode::TextTooLong, format!("{counted}/{limit} bytes"))
            }
            AppendError::Store(error) => error.into(),
            AppendError::Guard(_) => Self::Defect { incident: reason },
        }
    }

    pub(crate) fn invalid(field: &'static str, code: ErrorCode, reason: impl Into<String>) -> Self {
        Self::Invalid { field, code, reason: reason.into() }
    }
}

/// What fills the holes of an argument that makes no sense.
fn invalid_holes(language: Language, field: &str, code: ErrorCode, reason: &str) -> Vec<(&'static str, String)> {
    let hole = match code {
        ErrorCode::TextTooLong => {
            let (numbers, unit) = reason.split_once(' ').unwrap_or((reason, "characters"));
            let (found, limit) = numbers.split_once('/').unwrap_or((numbers, numbers));
            let word = if unit == "bytes" { Word::ErrorBytes } else { Word::ErrorChars };
            let size = |count: &str| say(language, word, &[("count", &count)]);
            return vec![("size", size(found)), ("size_max", size(limit))];
        }
        ErrorCode::ArgumentBad => {
            let missing = || say(language, Word::ErrorMissing, &[]);
            let reason = if reason == field { missing() } else { reason.to_owned() };
            return vec![("argument", field.to_owned()), ("reason", reason)];
        }
        ErrorCode::ClassUnknown => "class",
        ErrorCode::AreaUnknown => "area",
        ErrorCode::CodeMistyped => "code",
        ErrorCode::DateImpossible => "value",
        _ => "name",
    };
    vec![(hole, reason.to_owned())]
}

impl From<OpenError> for DeviceError {
    fn from(error: OpenError) -> Self {
        let reason = error.to_string();
        match error {
            OpenError::NewerVersion { found, supported } => {
                let known = u64::from(supported);
                Self::UpgradeNeeded { code: ErrorCode::NewerStore, found: u64::from(found), known }
            }
            OpenError::WrongKey => Self::UnlockNeeded { code: ErrorCode::WrongKey },
            OpenError::ReadOnly { path } => {
                Self::Damaged { code: ErrorCode::ReadOnly, reason: path.display().to_string() }
            }
            OpenError::StorageFull => Self::StorageFull,
            OpenError::Busy => Self::Busy,
            OpenError::Damaged { .. } | OpenError::Io { .. } => Self::Damaged { code: ErrorCode::Damaged, reason },
        }
    }
}

impl From<StoreError> for DeviceError {
    fn from(error: StoreError) -> Self {
        let reason = error.to_string();
        match error {
            StoreError::StorageFull => Self::StorageFull,
            StoreError::Busy { .. } => Self::Busy,
            StoreError::ReadOnly { .. } => Self::Damaged { code: ErrorCode::ReadOnly, reason: "gewu.db".into() },
            StoreError::Reopen { source } => (*source).into(),
            StoreError::Damaged { .. } | StoreError::Io { .. } => Self::Damaged { code: ErrorCode::Damaged, reason },
        }
    }
}

impl From<GuardError> for DeviceError {
    fn from(error: GuardError) -> Self {
        Self::Defect { incident: format!("guard {}", error.code()) }
    }
}

impl From<NetworkError> for DeviceError {
    fn from(error: NetworkError) -> Self {
        let reason = error.to_string();
        let code = match &error {
            NetworkError::WrongHub { .. } => ErrorCode::WrongHub,
            NetworkError::NotAHub { why: NotAHubReason::BadCertificate, .. } => ErrorCode::WrongHub,
            NetworkError::NotAHub { .. } => ErrorCode::NoHub,
            _ => ErrorCode::Offline,
        };
        Self::offline(code, reason)
    }
}
