//! Refused rows: which row, which column, why.
//!
//! The reasons are data; their words stand in the table of words. Values of the file are shortened before they get here.

use std::fmt::Display;

use gewu_words::{ErrorCode, Language, Word, explain, say};

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

impl RefusedRow {
    /// What is wrong with the row, as one sentence.
    pub fn said(&self, language: Language) -> String {
        let reason = self.reason.said(language);
        explain(language, ErrorCode::RowRefused, &[("row", &self.row), ("column", &self.column), ("reason", &reason)])
            .what
    }
}

/// Why a row was refused. Values of the file are shortened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusedReason {
    /// The column named is the first that the row lacks.
    TooFewColumns {
        /// Cells in the row.
        columns: usize,
        /// Cells in the header.
        columns_expected: usize,
    },
    /// Mostly an unquoted delimiter inside a text, which shifts what follows. The column named is the last.
    TooManyColumns {
        /// Cells in the row.
        columns: usize,
        /// Cells in the header.
        columns_expected: usize,
    },
    /// A cell that the mapping names holds U+0000.
    NulCharacter,
    /// A key, grid, class, status or reporting time is blank.
    Empty,
    /// A name longer than [`super::NAME_BYTES_MAX`].
    NameTooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Another request has this key.
    KeySeenTwice {
        /// The key.
        key: String,
        /// The row that keeps it.
        row_before: u64,
    },
    /// The mapping does not say what this word means.
    UnknownStatus {
        /// The word.
        value: String,
    },
    /// No format of the mapping reads it, or the calendar has no such moment.
    TimeUnreadable {
        /// The cell.
        value: String,
    },
    /// A moment before 1970, which a record cannot carry.
    TimeTooEarly {
        /// The cell.
        value: String,
    },
    /// The status says closed, but not when.
    ClosedWithoutDate,
    /// An earlier request puts this grid under another community.
    GridUnderTwoCommunities {
        /// The grid.
        grid: String,
        /// The community that it keeps.
        community_before: String,
        /// This row's.
        community: String,
    },
    /// A text longer than [`super::TEXT_BYTES_MAX`].
    TextTooLong {
        /// Bytes found.
        bytes: usize,
        /// Bytes allowed.
        bytes_max: usize,
    },
    /// Not a decimal number of degrees, or out of range.
    CoordinateUnreadable {
        /// The cell.
        value: String,
    },
    /// A latitude without a longitude, or the other way round; the column named is the blank one.
    CoordinateMissing,
}

impl RefusedReason {
    fn said(&self, language: Language) -> String {
        let fill = |word, holes: &[(&str, &dyn Display)]| say(language, word, holes);
        match self {
            Self::TooFewColumns { columns, columns_expected } => {
                fill(Word::RowTooFewColumns, &[("columns", columns), ("columns_expected", columns_expected)])
            }
            Self::TooManyColumns { columns, columns_expected } => {
                fill(Word::RowTooManyColumns, &[("columns", columns), ("columns_expected", columns_expected)])
            }
            Self::NulCharacter => fill(Word::RowNulCharacter, &[]),
            Self::Empty => fill(Word::RowEmpty, &[]),
            Self::NameTooLong { bytes, bytes_max } => {
                fill(Word::RowNameTooLong, &[("bytes", bytes), ("bytes_max", bytes_max)])
            }
            Self::KeySeenTwice { key, row_before } => {
                fill(Word::RowKeySeenTwice, &[("key", key), ("row_before", row_before)])
            }
            Self::UnknownStatus { value } => fill(Word::RowUnknownStatus, &[("value", value)]),
            Self::TimeUnreadable { value } => fill(Word::RowTimeUnreadable, &[("value", value)]),
            Self::TimeTooEarly { value } => fill(Word::RowTimeTooEarly, &[("value", value)]),
            Self::ClosedWithoutDate => fill(Word::RowClosedWithoutDate, &[]),
            Self::GridUnderTwoCommunities { grid, community_before, community } => fill(
                Word::RowGridUnderTwoCommunities,
                &[("grid", grid), ("community_before", community_before), ("community", community)],
            ),
            Self::TextTooLong { bytes, bytes_max } => {
                fill(Word::RowTextTooLong, &[("bytes", bytes), ("bytes_max", bytes_max)])
            }
            Self::CoordinateUnreadable { value } => fill(Word::RowCoordinateUnreadable, &[("value", value)]),
            Self::CoordinateMissing => fill(Word::RowCoordinateMissing, &[]),
        }
    }
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
