//! What can go wrong with the file, in terms that imply the next step.

use std::path::PathBuf;

use rusqlite::ErrorCode;

/// A store could not be opened. Nothing was changed, except that an absent file may now exist and be empty.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The key is another one, or the file is something else: ciphertext does not tell which. Ask for the right key;
    /// never delete the file.
    #[error("the key is not this file's, or the file is not a store")]
    WrongKey,
    /// Written by a newer release: update the app, the work is safe.
    #[error("the store has version {found}, this release reads up to {supported}")]
    NewerVersion {
        /// Of the file.
        found: u32,
        /// Of this release.
        supported: u32,
    },
    /// File or folder do not take writes.
    #[error("the store cannot be written: {}", path.display())]
    ReadOnly {
        /// Which.
        path: PathBuf,
    },
    /// Free space, then open again.
    #[error("no space is left to open the store")]
    StorageFull,
    /// Move it aside, never delete it; what can be read of it can be salvaged.
    #[error("the store is damaged: {attempted}: {reason}")]
    Damaged {
        /// What was being done.
        attempted: &'static str,
        /// In the database's words.
        reason: String,
    },
    /// Another program holds it: try again.
    #[error("another program is using the store")]
    Busy,
    /// The disk or the system.
    #[error("{attempted}: {reason}")]
    Io {
        /// What was being done.
        attempted: &'static str,
        /// In the system's words.
        reason: String,
    },
}

/// A read or write failed. A write that failed left nothing behind.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Free space; what was saved before is safe.
    #[error("no space is left in the store")]
    StorageFull,
    /// File or folder do not take writes any more.
    #[error("the store cannot be written: {attempted}")]
    ReadOnly {
        /// What was being done.
        attempted: &'static str,
    },
    /// Another program holds it: try again.
    #[error("another program is using the store: {attempted}")]
    Busy {
        /// What was being done.
        attempted: &'static str,
    },
    /// A row or page is not what was written: move the file aside and salvage.
    #[error("the store is damaged: {attempted}: {reason}")]
    Damaged {
        /// What was being done.
        attempted: &'static str,
        /// What was found.
        reason: String,
    },
    /// The disk or the system.
    #[error("{attempted}: {reason}")]
    Io {
        /// What was being done.
        attempted: &'static str,
        /// In the database's words.
        reason: String,
    },
    /// The store was released and could not be opened again.
    #[error("the store could not be opened again")]
    Reopen {
        /// Why.
        #[source]
        source: Box<OpenError>,
    },
}

impl StoreError {
    /// Whether the same call may succeed a moment later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        matches!(self, Self::Busy { .. })
    }

    pub(crate) fn damaged(attempted: &'static str, reason: impl std::fmt::Display) -> Self {
        Self::Damaged { attempted, reason: reason.to_string() }
    }
}

impl OpenError {
    pub(crate) fn of(attempted: &'static str, error: &rusqlite::Error) -> Self {
        if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) {
            return Self::WrongKey;
        }
        StoreError::of(attempted, error).into()
    }
}

impl From<StoreError> for OpenError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::StorageFull => Self::StorageFull,
            StoreError::ReadOnly { .. } => Self::ReadOnly { path: PathBuf::new() },
            StoreError::Busy { .. } => Self::Busy,
            StoreError::Damaged { attempted, reason } => Self::Damaged { attempted, reason },
            StoreError::Io { attempted, reason } => Self::Io { attempted, reason },
            StoreError::Reopen { source } => *source,
        }
    }
}

impl StoreError {
    pub(crate) fn of(attempted: &'static str, error: &rusqlite::Error) -> Self {
        let reason = error.to_string();
        match error {
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::InvalidColumnType(..) => return Self::Damaged { attempted, reason },
            _ => {}
        }
        // The index of the log file cannot grow: SQLite calls the full disk a fault of the disk there.
        if error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE) {
            return Self::StorageFull;
        }
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::StorageFull,
            Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => Self::ReadOnly { attempted },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy { attempted },
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase | ErrorCode::ConstraintViolation) => {
                Self::Damaged { attempted, reason }
            }
            // A page whose code does not come out ends in SQLite's plain error; every statement is known to prepare.
            Some(ErrorCode::Unknown) if error.sqlite_error().is_some_and(|error| error.extended_code == PLAIN_ERROR) => {
                Self::Damaged { attempted, reason }
            }
            _ => Self::Io { attempted, reason },
        }
    }
}

/// SQLite's error without a name.
const PLAIN_ERROR: i32 = rusqlite::ffi::SQLITE_ERROR;

/// Says what was attempted when SQLite refuses.
pub(crate) trait Attempt<T> {
    fn attempt(self, what: &'static str) -> Result<T, StoreError>;
}

impl<T> Attempt<T> for rusqlite::Result<T> {
    fn attempt(self, what: &'static str) -> Result<T, StoreError> {
        self.map_err(|error| StoreError::of(what, &error))
    }
}
