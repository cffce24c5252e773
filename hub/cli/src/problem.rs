//! Errors of the program: three parts in words, a stable code, an exit code.

use std::fmt::Display;
use std::io::ErrorKind;
use std::path::Path;
use std::process::ExitCode;

use gewu_device::DeviceError;
use gewu_hub::folder::FolderError;
use gewu_hub::serve::ServeError;
use gewu_hub::store::{OpenError, StoreError};
use gewu_words::{ErrorCode, Explained, Language, Word, explain, say};

use crate::Output;
use crate::import::ImportError;

/// Every hole of the table. One that a problem does not fill reads "unknown".
const HOLES: [&str; 16] = [
    "hub", "path", "found", "known", "name", "code", "class", "area", "reason", "address", "column", "header", "field",
    "value", "argument", "incident",
];

/// What fills a hole.
#[derive(Debug)]
pub enum Fill {
    /// As it stands, whatever the language.
    Text(String),
    /// It was not given.
    Missing,
    /// It should look like this.
    Expected(&'static str),
    /// What the system said of a file.
    System(ErrorKind),
}

impl Fill {
    fn say(&self, language: Language) -> String {
        match self {
            Self::Text(text) if text.is_empty() => say(language, Word::ErrorUnknown, &[]),
            Self::Text(text) => text.clone(),
            Self::Missing => say(language, Word::ErrorMissing, &[]),
            Self::Expected(form) => say(language, Word::ErrorExpected, &[("form", form)]),
            Self::System(ErrorKind::NotFound) => say(language, Word::ErrorNoFile, &[]),
            Self::System(ErrorKind::PermissionDenied) => say(language, Word::ErrorNoRight, &[]),
            Self::System(kind) => kind.to_string(),
        }
    }
}

/// Why a command failed.
#[derive(Debug)]
pub enum Problem {
    /// A phone's.
    Device(DeviceError),
    /// One of the table, with what fills its holes.
    Coded {
        /// Which.
        code: ErrorCode,
        /// What fills each hole, by name.
        holes: Vec<(&'static str, Fill)>,
    },
}

impl Problem {
    /// An error without holes.
    pub fn code(code: ErrorCode) -> Self {
        Self::Coded { code, holes: Vec::new() }
    }

    /// An error with one hole.
    pub fn with(code: ErrorCode, detail: impl ToString) -> Self {
        let hole = match code {
            ErrorCode::Offline | ErrorCode::HubFull | ErrorCode::NoHub | ErrorCode::WrongHub | ErrorCode::HubDoubtful => "hub",
            ErrorCode::ReadOnly | ErrorCode::FileUnreadable | ErrorCode::FolderTaken => "path",
            ErrorCode::CodeMistyped | ErrorCode::Changed | ErrorCode::RecordFull => "code",
            ErrorCode::ClassUnknown => "class",
            ErrorCode::AreaUnknown => "area",
            ErrorCode::PortInUse => "address",
            ErrorCode::ColumnMissing => "column",
            ErrorCode::MappingBad => "reason",
            ErrorCode::DateImpossible => "value",
            ErrorCode::ArgumentBad => "argument",
            ErrorCode::Defect => "incident",
            _ => "name",
        };
        Self::Coded { code, holes: vec![(hole, Fill::Text(detail.to_string()))] }
    }

    /// An argument that makes no sense.
    pub fn argument(argument: impl Into<String>, reason: Fill) -> Self {
        let holes = vec![("argument", Fill::Text(argument.into())), ("reason", reason)];
        Self::Coded { code: ErrorCode::ArgumentBad, holes }
    }

    /// A mapping, pack or scenario that cannot be used.
    pub fn mapping(field: impl Into<String>, reason: impl Display) -> Self {
        let holes = vec![("field", Fill::Text(field.into())), ("reason", Fill::Text(reason.to_string()))];
        Self::Coded { code: ErrorCode::MappingBad, holes }
    }

    /// A file that cannot be read.
    pub fn file(path: &Path, error: &std::io::Error) -> Self {
        Self::unreadable(path, Fill::System(error.kind()))
    }

    fn unreadable(path: &Path, reason: Fill) -> Self {
        let holes = vec![("path", Fill::Text(path.display().to_string())), ("reason", reason)];
        Self::Coded { code: ErrorCode::FileUnreadable, holes }
    }

    /// A file or folder that cannot be written.
    pub fn write(path: &Path, error: &std::io::Error) -> Self {
        Self::unwritable(path, error.kind())
    }

    fn unwritable(path: &Path, kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::WriteZero => {
                Self::code(ErrorCode::StorageFull)
            }
            _ => Self::with(ErrorCode::ReadOnly, path.display()),
        }
    }

    fn explained(&self, language: Language) -> Explained {
        match self {
            Self::Device(error) => error.explained(language),
            Self::Coded { code, holes } => {
                let unknown = say(language, Word::ErrorUnknown, &[]);
                let filled: Vec<(&str, String)> = HOLES
                    .iter()
                    .map(|hole| {
                        let fill = holes.iter().find(|(name, _)| name == hole);
                        (*hole, fill.map_or_else(|| unknown.clone(), |(_, fill)| fill.say(language)))
                    })
                    .collect();
                let args: Vec<(&str, &dyn Display)> = filled.iter().map(|(name, value)| (*name, value as _)).collect();
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
        self.exit_code()
    }

    /// The exit code alone.
    pub fn exit_code(&self) -> ExitCode {
        let code = match self {
            Self::Device(error) => error.code(),
            Self::Coded { code, .. } => *code,
        };
        ExitCode::from(exit_code(code))
    }
}

/// Exit codes by what can be done about it.
fn exit_code(code: ErrorCode) -> u8 {
    match code {
        ErrorCode::Offline | ErrorCode::HubFull | ErrorCode::NoHub | ErrorCode::WrongHub | ErrorCode::HubDoubtful => 3,
        ErrorCode::NotAllowed | ErrorCode::Changed | ErrorCode::NotNow | ErrorCode::RecordFull => 4,
        ErrorCode::NotFound => 5,
        ErrorCode::StorageFull | ErrorCode::ReadOnly => 7,
        ErrorCode::Locked
        | ErrorCode::KeyLost
        | ErrorCode::VaultFailed
        | ErrorCode::WrongKey
        | ErrorCode::NotEnrolled
        | ErrorCode::AlreadyEnrolled
        | ErrorCode::FolderTaken => 8,
        ErrorCode::UpgradeNeeded | ErrorCode::NewerStore => 9,
        ErrorCode::Busy | ErrorCode::PortInUse => 10,
        ErrorCode::Damaged | ErrorCode::SafeStart => 11,
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
            StoreError::Damaged { .. } => Self::code(ErrorCode::Damaged),
            StoreError::Engine { .. } => Self::with(ErrorCode::Defect, error),
        }
    }
}

impl From<FolderError> for Problem {
    fn from(error: FolderError) -> Self {
        match error {
            FolderError::Store(error) => error.into(),
            FolderError::Open(OpenError::WrongKey { .. }) => Self::code(ErrorCode::WrongKey),
            FolderError::Open(OpenError::Newer { found, supported }) => {
                let holes =
                    vec![("found", Fill::Text(found.to_string())), ("known", Fill::Text(supported.to_string()))];
                Self::Coded { code: ErrorCode::NewerStore, holes }
            }
            FolderError::Open(OpenError::StorageFull) => Self::code(ErrorCode::StorageFull),
            FolderError::Open(OpenError::Unusable { path, .. }) => Self::with(ErrorCode::ReadOnly, path.display()),
            FolderError::Io { path, kind: kind @ ErrorKind::NotFound, .. } => {
                Self::unreadable(&path, Fill::System(kind))
            }
            FolderError::Io { path, kind, .. } => Self::unwritable(&path, kind),
            FolderError::Taken { path } => Self::with(ErrorCode::FolderTaken, path.display()),
            FolderError::NoHub { path } => Self::unreadable(&path.join("hub.db"), Fill::System(ErrorKind::NotFound)),
            FolderError::Pack(error) => Self::mapping("pack", error),
            FolderError::Tls(error) => Self::argument("--name", Fill::Text(error.to_string())),
        }
    }
}

impl From<ServeError> for Problem {
    fn from(error: ServeError) -> Self {
        match error {
            ServeError::Folder(error) => error.into(),
            ServeError::PortInUse { address } => Self::with(ErrorCode::PortInUse, address),
            ServeError::Listen { address, reason } => {
                Self::argument("--listen", Fill::Text(format!("{address}, {reason}")))
            }
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

impl From<&ImportError> for Problem {
    fn from(error: &ImportError) -> Self {
        match error {
            ImportError::ColumnMissing { column, header, .. } => {
                let holes = vec![("column", Fill::Text(column.clone())), ("header", Fill::Text(header.clone()))];
                Self::Coded { code: ErrorCode::ColumnMissing, holes }
            }
            ImportError::ColumnTwice { column, field } => Self::mapping(field, format!("`{column}` × 2")),
            ImportError::MappingUnread { path, source } | ImportError::FileUnread { path, source } => {
                Self::file(path, source)
            }
            ImportError::MappingNotJson { source, .. } => Self::mapping("JSON", source),
            ImportError::MappingField { field, reason } => Self::mapping(field, reason),
            ImportError::FileTooLarge { path, bytes_max } => {
                Self::unreadable(path, Fill::Text(format!("> {bytes_max} B")))
            }
            ImportError::FileNotText { path, encoding } => Self::unreadable(path, Fill::Text(format!("≠ {encoding}"))),
            ImportError::FileEmpty { path } => Self::unreadable(path, Fill::Text("0 B".into())),
            ImportError::RowsUnread { source } => Self::unreadable(Path::new("CSV"), Fill::Text(source.to_string())),
        }
    }
}

/// What the program's arguments are wrong in, where clap found it.
impl From<&clap::Error> for Problem {
    fn from(error: &clap::Error) -> Self {
        use clap::error::{ContextKind, ContextValue, ErrorKind as Kind};
        let text = |kind| match error.get(kind) {
            Some(ContextValue::String(text)) => Some(text.clone()),
            Some(ContextValue::Strings(texts)) => Some(texts.join(", ")),
            _ => None,
        };
        let argument = text(ContextKind::InvalidArg).or_else(|| text(ContextKind::InvalidSubcommand));
        let argument = argument.unwrap_or_else(|| "gewu".to_owned());
        let value = text(ContextKind::InvalidValue).unwrap_or_default();
        let of_day = ["--from", "--to", "--as-of"].iter().any(|day| argument.starts_with(day));
        match error.kind() {
            Kind::MissingRequiredArgument
            | Kind::MissingSubcommand
            | Kind::DisplayHelpOnMissingArgumentOrSubcommand => Self::argument(argument, Fill::Missing),
            Kind::ValueValidation | Kind::InvalidValue if of_day => Self::with(ErrorCode::DateImpossible, value),
            Kind::ValueValidation | Kind::InvalidValue => Self::argument(argument, Fill::Text(value)),
            kind => Self::argument(argument, Fill::Text(kind.to_string())),
        }
    }
}

#[cfg(test)]
mod tests {
    use gewu_device::RefusedReason;
    use gewu_model::rights::Refusal;

    use super::*;

    /// A hole that nobody fills, or that is filled with nothing.
    fn gap(part: &str) -> Option<&'static str> {
        let signs = ["{", "}", "“”", "（）", "()", "  ", " .", " 。", ": .", "：。", " ,", "，，", ":  "];
        signs
            .into_iter()
            .find(|sign| part.contains(sign))
            .or((part.trim() != part || part.is_empty()).then_some("edge"))
    }

    fn check(problem: &Problem) {
        for language in Language::ALL {
            let explained = problem.explained(language);
            for part in [&explained.what, &explained.safe, &explained.next] {
                assert_eq!(gap(part), None, "{problem:?} in {language:?}: {part}");
            }
        }
    }

    #[test]
    fn every_problem_of_the_program_is_a_whole_sentence_in_both_languages() {
        let holes_of_others = [ErrorCode::NotAllowed, ErrorCode::TextTooLong, ErrorCode::RowRefused];
        for code in ErrorCode::ALL.iter().filter(|code| !holes_of_others.contains(code)) {
            check(&Problem::code(*code));
            check(&Problem::with(*code, "x"));
            check(&Problem::with(*code, ""));
        }
        check(&Problem::argument("--at", Fill::Expected("28.25,113.08")));
        check(&Problem::argument("--yes", Fill::Missing));
        check(&Problem::file(Path::new("a.csv"), &ErrorKind::NotFound.into()));
        check(&Problem::mapping("columns.key", "no such field"));
    }

    #[test]
    fn every_error_of_a_phone_is_a_whole_sentence_in_both_languages() {
        let invalid = |code, reason: &str| DeviceError::Invalid { field: "party", code, reason: reason.into() };
        let refused = |reason| DeviceError::Refused { reason };
        let some = gewu_model::code::Code::of(&gewu_model::ids::RecordId([7; 16]));
        let offline = |code, hub: &str| DeviceError::Offline { code, hub: hub.into(), reason: "broke".into() };
        let mut errors = vec![
            offline(ErrorCode::Offline, ""),
            offline(ErrorCode::HubFull, "127.0.0.1:8443"),
            offline(ErrorCode::NoHub, "127.0.0.1:8443"),
            offline(ErrorCode::WrongHub, "127.0.0.1:8443"),
            offline(ErrorCode::HubDoubtful, "127.0.0.1:8443"),
            DeviceError::StorageFull,
            DeviceError::UpgradeNeeded { code: ErrorCode::NewerStore, found: 2, known: 1 },
            DeviceError::UpgradeNeeded { code: ErrorCode::UpgradeNeeded, found: 2, known: 1 },
            DeviceError::Busy,
            refused(RefusedReason::NotNow),
            refused(RefusedReason::Changed { code: some }),
            refused(RefusedReason::RecordFull { code: some }),
            DeviceError::NotFound { name: "x".into() },
            invalid(ErrorCode::ArgumentBad, "party"),
            invalid(ErrorCode::ArgumentBad, "no such calendar"),
            invalid(ErrorCode::ClassUnknown, "x"),
            invalid(ErrorCode::AreaUnknown, "x"),
            invalid(ErrorCode::CodeMistyped, "x"),
            invalid(ErrorCode::TextNul, "NUL"),
            invalid(ErrorCode::TextTooLong, "1048576/10000 characters"),
            invalid(ErrorCode::TextTooLong, "40000/32768 bytes"),
            invalid(ErrorCode::InvitationBad, "cut short"),
            DeviceError::Damaged { code: ErrorCode::ReadOnly, reason: "gewu.db".into() },
            DeviceError::Damaged { code: ErrorCode::Damaged, reason: "page".into() },
            DeviceError::Damaged { code: ErrorCode::SafeStart, reason: String::new() },
            DeviceError::Defect { incident: "guard order".into() },
        ];
        errors.extend(
            [ErrorCode::WrongKey, ErrorCode::NotEnrolled, ErrorCode::AlreadyEnrolled, ErrorCode::InvitationUsed]
                .map(|code| DeviceError::UnlockNeeded { code }),
        );
        errors.extend(Refusal::ALL.iter().map(|refusal| refused(RefusedReason::Right(*refusal))));
        errors.into_iter().for_each(|error| check(&Problem::Device(error)));
    }

    #[test]
    fn the_page_of_errors_tells_every_code_its_exit_its_words_and_its_test() {
        let page = include_str!("../../../docs/errors.md");
        let tests = [
            include_str!("problem.rs"),
            include_str!("../../../tests/hostile/tests/bad_input.rs"),
            include_str!("../../../tests/hostile/tests/bad_places.rs"),
            include_str!("../../../tests/end_to_end/src/relocated.rs"),
            include_str!("../../../tests/crash/tests/safe_start.rs"),
            include_str!("../../../core/device/src/status.rs"),
            include_str!("../../../bindings/src/device.rs"),
        ];
        let rows: Vec<Vec<&str>> = page
            .lines()
            .filter(|line| line.starts_with('|'))
            .map(|line| line.split('|').map(str::trim).collect())
            .collect();
        for code in ErrorCode::ALL {
            let name = format!("`{}`", code.name());
            let row = rows.iter().find(|row| row.get(1) == Some(&name.as_str()));
            let Some([_, _, exit, _, what, ..]) = row.map(Vec::as_slice) else { panic!("{name} has no row") };
            let expected = if *code == ErrorCode::RowRefused { "–".to_owned() } else { exit_code(*code).to_string() };
            assert_eq!((*exit, *what), (expected.as_str(), explain(Language::En, *code, &[]).what.as_str()), "{name}");
        }
        let named =
            rows.iter().filter_map(|row| row.iter().rev().find_map(|cell| cell.strip_prefix('`')?.strip_suffix('`')));
        let named: Vec<&str> = named.filter(|name| name.matches('_').count() > 2).collect();
        assert!(named.len() > ErrorCode::ALL.len(), "{} tests are named", named.len());
        for name in named {
            assert!(tests.iter().any(|source| source.contains(&format!("fn {name}("))), "there is no test {name}");
        }
    }

    #[test]
    fn a_gap_is_seen() {
        for gappy in
            ["{path} can be read", "The hub () cannot", "no class “”.", "is wrong: .", "案件  又有了变化。", ""]
        {
            assert!(gap(gappy).is_some(), "{gappy}");
        }
        assert_eq!(gap("The argument --at is wrong: it is written like 28.25,113.08."), None);
    }
}
