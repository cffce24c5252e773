//! Why a file is not imported at all, as against one refused row.

use std::io;
use std::path::PathBuf;

use thiserror::Error;

/// Why a file could not be read at all: nothing was imported, nothing was changed.
#[derive(Debug, Error)]
pub enum ImportError {
    /// The mapping file cannot be opened or read.
    #[error("cannot read the mapping {}", path.display())]
    MappingUnread {
        /// The mapping file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The mapping file is no JSON.
    #[error("the mapping {} is not JSON: {source}", path.display())]
    MappingNotJson {
        /// The mapping file.
        path: PathBuf,
        /// Line, column and reason.
        source: serde_json::Error,
    },
    /// A field of the mapping is missing, unknown or senseless.
    #[error("mapping field `{field}`: {reason}")]
    MappingField {
        /// Its path, such as `columns.key`.
        field: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The file of requests cannot be opened or read.
    #[error("cannot read {}", path.display())]
    FileUnread {
        /// The file of requests.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file is larger than is read whole.
    #[error("{} is larger than {bytes_max} bytes", path.display())]
    FileTooLarge {
        /// The file of requests.
        path: PathBuf,
        /// Bytes allowed.
        bytes_max: u64,
    },
    /// The file is not text in the encoding named, or in any that `auto` tries.
    #[error("{} is not text in {encoding}", path.display())]
    FileNotText {
        /// The file of requests.
        path: PathBuf,
        /// What was tried.
        encoding: &'static str,
    },
    /// The file has no header.
    #[error("{} has no header line", path.display())]
    FileEmpty {
        /// The file of requests.
        path: PathBuf,
    },
    /// The header lacks a column that the mapping names.
    #[error("the file has no column `{column}` (mapping field `{field}`); it has {header}")]
    ColumnMissing {
        /// Which mapping field names it.
        field: String,
        /// The name looked for.
        column: String,
        /// The header, shortened.
        header: String,
    },
    /// The header has a column that the mapping names more than once.
    #[error("the file has the column `{column}` twice (mapping field `{field}`)")]
    ColumnTwice {
        /// Which mapping field names it.
        field: String,
        /// The name looked for.
        column: String,
    },
    /// The table cannot be taken apart.
    #[error("cannot take the rows apart: {source}")]
    RowsUnread {
        /// Where and why.
        source: csv::Error,
    },
}
