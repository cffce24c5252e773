//! Errors of the program: three parts in words, a stable code, an exit code.

use std::path::Path;
use std::process::ExitCode;

use gewu_device::DeviceError;
use gewu_hub::folder::FolderError;
use gewu_hub::serve::ServeError;
use gewu_hub::store::{OpenError, StoreError};
use gewu_words::{ErrorCode, Explained, Language, explain};

use crate::Output;

/// Why a command failed.
#[derive(Debug)]
pub enum Problem {
    /// A phone's.
    Device(DeviceError),
    /// One of the table, with what fills its holes.
    Coded {
        /// Which.
        code: ErrorCode,
        /// What fills every hole.
        detail: String,
    },
}

impl Problem {
    /// An error without holes.
    pub fn code(code: ErrorCode) -> Self {
        Self::Coded { code, detail: String::new() }
    }

    /// An error whose holes are filled with one detail.
    pub fn with(code: ErrorCode, detail: impl ToString) -> Self {
        Self::Coded { code, detail: detail.to_string() }
    }

    /// A file that cannot be read.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::with(ErrorCode::FileUnreadable, format!("{} ({})", path.display(), error.kind()))
    }

    /// A file or folder that cannot be written.
    pub fn write(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::StorageFull => Self::code(ErrorCode::StorageFull),
            _ => Self::with(ErrorCode::ReadOnly, path.display()),
        }
    }

    fn explained(&self, language: Language) -> Explained {
        match self {
            Self::Device(error) => error.explained(language),
            Self::Coded { code, detail } => {
                let holes = [
                    "hub", "path", "found", "known", "name", "code", "class", "area", "limit", "reason", "address", "column",
                    "field", "value", "row", "argument", "incident", "port", "file", "header", "max", "count",
                ];
                let detail: &dyn std::fmt::Display = detail;
                let args: Vec<(&str, &dyn std::fmt::Display)> = holes.iter().map(|hole| (*hole, detail)).collect();
                explain(language, *code, &args)
            }
        }
    }

    /// Prints it and gives the exit code (`docs/errors.md`).
    pub fn report(&self, output: Output) -> ExitCode {
        let explained = self.explained(output.language);
        if output.json {
            println!("{}", serde_json::to_string(&explained).unwrap_or_default());
        } else {
            eprintln!("{}\n{}\n{}", explained.what, explained.safe, explained.next);
        }
        ExitCode::from(exit_code(explained.code))
    }
}

/// Exit codes by what can be done about it.
fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::Offline | ErrorCode::NoHub | ErrorCode::WrongHub => 3,
        ErrorCode::NotAllowed | ErrorCode::Changed | ErrorCode::NotNow | ErrorCode::RecordFull => 4,
        ErrorCode::NotFound => 5,
        ErrorCode::StorageFull | ErrorCode::ReadOnly => 7,
        ErrorCode::WrongKey | ErrorCode::NotEnrolled | ErrorCode::AlreadyEnrolled => 8,
        ErrorCode::UpgradeNeeded | ErrorCode::NewerStore => 9,
        ErrorCode::Busy | ErrorCode::PortInUse => 10,
        ErrorCode::Damaged => 11,
        ErrorCode::Defect => 70,
        _ => 6,
    }
}

impl From<DeviceError> for Problem {
    fn from(error: DeviceError) -> Self {
        Self::Device(error)
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::StorageFull => Self::code(ErrorCode::StorageFull),
            StoreError::Busy => Self::code(ErrorCode::Busy),
            StoreError::Damaged { .. } => Self::with(ErrorCode::Damaged, error),
            StoreError::Engine { .. } => Self::with(ErrorCode::Defect, error),
        }
    }
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Store(error) => error.into(),
            FolderError::Open(OpenError::WrongKey { .. }) => Self::code(ErrorCode::WrongKey),
            FolderError::Open(OpenError::Newer { found, .. }) => Self::with(ErrorCode::NewerStore, found),
            FolderError::Open(OpenError::Unusable { path, .. }) => Self::with(ErrorCode::ReadOnly, path.display()),
            FolderError::Io { path, .. } => Self::with(ErrorCode::ReadOnly, path.display()),
            FolderError::Taken { path } => Self::with(ErrorCode::AlreadyEnrolled, path.display()),
            FolderError::NoHub { path } => Self::with(ErrorCode::NotFound, path.display()),
            FolderError::Pack(error) => Self::with(ErrorCode::MappingBad, error),
            FolderError::Tls(error) => Self::with(ErrorCode::ArgumentBad, error),
        }
    }
}

impl From<ServeError> for Problem {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Folder(error) => error.into(),
            ServeError::PortInUse { address } => Self::with(ErrorCode::PortInUse, address),
            ServeError::Listen { address, .. } => Self::with(ErrorCode::ArgumentBad, address),
        }
    }
}

impl From<gewu_hub::hub::TurnedDown> for Problem {
    fn from(error: gewu_hub::hub::TurnedDown) -> Self {
        match error {
            gewu_hub::hub::TurnedDown::Store(error) => error.into(),
            error => Self::with(ErrorCode::Defect, error),
        }
    }
}
