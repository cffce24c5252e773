//! Refused rows: which row, which column, why.
//!
//! The reasons are data, so that a caller can put them into another language; what [`fmt::Display`] gives
//! is the English of the log. Values of the file are shortened before they get here.

use std::fmt;

use thiserror::Error;

use super::mapping::Column;

/// A refusal shows this much of the value it is about.
const SHOWN_CHARS_MAX: usize = 40;

/// A row that became no request, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedRow {
    /// 1 is the first row below the header.
    pub row: u64,
    /// The column's name in the file.
    pub column: String,
    /// What is wrong with it.
    pub reason: RefusedReason,
}

impl fmt::Display for RefusedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "row {}, column `{}`: {}",
            self.row, self.column, self.reason
        )
    }
}

/// Why a row was refused. Values of the file are shortened.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RefusedReason {
    /// The column named is the first that the row lacks.
    #[error("the row has {columns} columns of {columns_expected}")]
    TooFewColumns {
        /// Cells in the row.
        columns: usize,
        /// Cells in the header.
        columns_expected: usize,
    },
    /// Mostly an unquoted delimiter inside a text, which shifts what follows. The column named is the last.
    #[error("the row has {columns} columns of {columns_expected}")]
    TooManyColumns {
        /// Cells in the row.
        columns: usize,
        /// Cells in the header.
        columns_expected: usize,
    },
    /// A cell that the mapping names holds U+0000.
    #[error("a NUL character")]
    NulCharacter,
    /// A key, grid, class, status or reporting time is blank.
    #[error("empty")]
    Empty,
    /// A name longer than [`super::NAME_BYTES_MAX`].
    #[error("{bytes} bytes, at most {bytes_max}")]
    NameTooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Another request has this key.
    #[error("the key `{key}` was seen before, in row {row_before}")]
    KeySeenTwice {
        /// The key.
        key: String,
        /// The row that keeps it.
        row_before: u64,
    },
    /// The mapping does not say what this word means.
    #[error("the mapping knows no status `{value}`")]
    UnknownStatus {
        /// The word.
        value: String,
    },
    /// No format of the mapping reads it, or the calendar has no such moment.
    #[error("`{value}` is no time in any format of the mapping")]
    TimeUnreadable {
        /// The cell.
        value: String,
    },
    /// A moment before 1970, which a record cannot carry.
    #[error("`{value}` lies before 1970")]
    TimeTooEarly {
        /// The cell.
        value: String,
    },
    /// The status says closed, but not when.
    #[error("closed without a date")]
    ClosedWithoutDate,
    /// An earlier request puts this grid under another community.
    #[error("grid `{grid}` is under `{community_before}` and under `{community}`")]
    GridUnderTwoCommunities {
        /// The grid.
        grid: String,
        /// The community that it keeps.
        community_before: String,
        /// This row's.
        community: String,
    },
    /// A text longer than [`super::TEXT_BYTES_MAX`].
    #[error("a text of {bytes} bytes, at most {bytes_max}")]
    TextTooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Not a decimal number of degrees, or out of range.
    #[error("`{value}` is no coordinate")]
    CoordinateUnreadable {
        /// The cell.
        value: String,
    },
    /// A latitude without a longitude, or the other way round; the column named is the blank one.
    #[error("one coordinate of the two is missing")]
    CoordinateMissing,
}

/// Why a row is refused, and at which column.
pub struct Refusal {
    pub column: String,
    pub reason: RefusedReason,
}

impl Refusal {
    pub fn at(column: &Column, reason: RefusedReason) -> Self {
        let column = column.name.clone();
        Self { column, reason }
    }
}

/// `value`, cut to what a line of output holds.
pub fn shown(value: &str) -> String {
    let mut shown: String = value.chars().take(SHOWN_CHARS_MAX).collect();
    if shown.len() < value.len() {
        shown.push('…');
    }
    shown
}
