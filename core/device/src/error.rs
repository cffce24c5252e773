//! What a phone's call can fail with: ten variants, grouped by what the person can do.

use gewu_log::guard::GuardError;
use gewu_model::rights::Refusal;
use gewu_store::{AppendError, OpenError, StoreError};
use gewu_words::{ErrorCode, Explained, Language, explain};

use crate::network::{NetworkError, NotAHubReason};

/// Why a command was refused; nothing was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusedReason {
    /// The role table says no.
    Right(Refusal),
    /// Somebody did something to the case since the screen showed it: look again.
    Changed,
    /// Where the case stands, this cannot be done.
    NotNow,
    /// The record holds as many acts as a record can.
    RecordFull,
}

/// A call failed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DeviceError {
    /// The hub was not reached, or what answered is not the hub. Nothing is lost; the agent tries again.
    #[error("no contact with the hub: {reason}")]
    Offline {
        /// `offline`, `no_hub` or `wrong_hub`.
        code: ErrorCode,
        /// For logs.
        reason: String,
    },
    /// The disk is full. Free space, then repeat.
    #[error("the storage is full")]
    StorageFull,
    /// The store does not open with this key, or nobody is enrolled.
    #[error("the store is not unlocked or nobody is enrolled")]
    UnlockNeeded {
        /// `wrong_key`, `not_enrolled`, `already_enrolled`, `invitation_bad` or `invitation_used`.
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
        /// For logs and placeholders.
        reason: String,
    },
    /// The store is damaged, or the folder cannot be used.
    #[error("the store cannot be used: {reason}")]
    Damaged {
        /// `damaged` or `read_only`.
        code: ErrorCode,
        /// For logs.
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
            Self::Refused { reason: RefusedReason::Changed } => ErrorCode::Changed,
            Self::Refused { reason: RefusedReason::RecordFull } => ErrorCode::RecordFull,
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
        let (found, known, reason) = match self {
            Self::UpgradeNeeded { found, known, .. } => (*found, *known, String::new()),
            Self::NotFound { name } => (0, 0, name.clone()),
            Self::Offline { reason, .. } | Self::Invalid { reason, .. } | Self::Damaged { reason, .. } => (0, 0, reason.clone()),
            Self::Defect { incident } => (0, 0, incident.clone()),
            Self::Refused { reason: RefusedReason::Right(refusal) } => (0, 0, refusal.name().to_owned()),
            _ => (0, 0, String::new()),
        };
        let field = if let Self::Invalid { field, .. } = self { *field } else { "" };
        explain(
            language,
            code,
            &[
                ("found", &found),
                ("known", &known),
                ("hub", &reason),
                ("path", &reason),
                ("name", &reason),
                ("reason", &reason),
                ("class", &reason),
                ("area", &reason),
                ("code", &reason),
                ("incident", &reason),
                ("argument", &field),
                ("field", &field),
                ("limit", &reason),
            ],
        )
    }

    /// Whether the same call has a chance later without anybody doing anything.
    #[must_use]
    pub fn retry(&self) -> bool {
        matches!(self, Self::Offline { .. } | Self::Busy)
    }

    pub(crate) fn invalid(field: &'static str, code: ErrorCode, reason: impl Into<String>) -> Self {
        Self::Invalid { field, code, reason: reason.into() }
    }
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
            StoreError::ReadOnly { .. } => Self::Damaged { code: ErrorCode::ReadOnly, reason },
            StoreError::Reopen { source } => (*source).into(),
            StoreError::Damaged { .. } | StoreError::Io { .. } => Self::Damaged { code: ErrorCode::Damaged, reason },
        }
    }
}

impl From<AppendError> for DeviceError {
    fn from(error: AppendError) -> Self {
        let reason = error.to_string();
        match error {
            AppendError::RecordFull => Self::Refused { reason: RefusedReason::RecordFull },
            AppendError::TooLarge { limit, .. } => Self::invalid("text", ErrorCode::TextTooLong, limit.to_string()),
            AppendError::Store(error) => error.into(),
            AppendError::Guard(_) => Self::Defect { incident: reason },
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
        Self::Offline { code, reason }
    }
}
