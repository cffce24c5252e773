//! The file as a table: bytes to text, text to cells, cells by mapped column.
//!
//! The delimiter, unless named, is the one under which the header has every mapped column: counting
//! characters guesses wrong as soon as texts hold commas.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord, StringRecordsIntoIter};
use encoding_rs::GB18030;

use super::mapping::{Column, Encoding, Mapping};
use super::position::units_of_degrees;
use super::refusal::{Refusal, RefusedReason, shown};
use super::times::Clock;
use super::{FILE_BYTES_MAX, ImportError, NAME_BYTES_MAX, TEXT_BYTES_MAX, TEXT_JOINT};

const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A file whose header has every mapped column exactly once.
pub struct Table {
    text: String,
    delimiter: u8,
    header: Vec<String>,
    /// Where each mapped column stands.
    indexes: BTreeMap<String, usize>,
}

/// One row as wide as the header, without NUL in any mapped column.
pub struct Cells<'t> {
    table: &'t Table,
    record: &'t StringRecord,
}

impl Table {
    /// # Errors
    /// `FileUnread`, `FileTooLarge`, `FileNotText`, `FileEmpty`, `RowsUnread`, `ColumnMissing`, `ColumnTwice`.
    pub fn read(path: &Path, mapping: &Mapping) -> Result<Self, ImportError> {
        let text = text(path, mapping.encoding)?;
        let named = mapping.delimiter.as_slice();
        let candidates = if named.is_empty() { &DELIMITERS } else { named };
        // Of the complaints, that of the delimiter which cuts the header most often is about the real header.
        let mut widest: Option<(usize, ImportError)> = None;
        for &delimiter in candidates {
            let header = header(path, &text, delimiter)?;
            match indexes(&header, mapping) {
                Ok(indexes) => {
                    return Ok(Self {
                        text,
                        delimiter,
                        header,
                        indexes,
                    });
                }
                Err(error) => {
                    if widest
                        .as_ref()
                        .is_none_or(|(width, _)| header.len() > *width)
                    {
                        widest = Some((header.len(), error));
                    }
                }
            }
        }
        Err(widest.map_or_else(
            || ImportError::FileEmpty {
                path: path.to_owned(),
            },
            |(_, error)| error,
        ))
    }

    /// Every row below the header; blank lines are none.
    pub fn rows(&self) -> impl Iterator<Item = csv::Result<StringRecord>> {
        records(&self.text, self.delimiter).skip(1)
    }

    /// `record` by mapped column, unless its width or a NUL forbids.
    pub fn cells<'t>(&'t self, record: &'t StringRecord) -> Result<Cells<'t>, Refusal> {
        let (columns, columns_expected) = (record.len(), self.header.len());
        if let Some(column) = self.header.get(columns) {
            let reason = RefusedReason::TooFewColumns {
                columns,
                columns_expected,
            };
            return Err(Refusal {
                column: column.clone(),
                reason,
            });
        }
        // Blank cells behind the last column shift nothing.
        if record
            .iter()
            .skip(columns_expected)
            .any(|cell| !cell.trim().is_empty())
        {
            let column = self.header.last().cloned().unwrap_or_default();
            return Err(Refusal {
                column,
                reason: RefusedReason::TooManyColumns {
                    columns,
                    columns_expected,
                },
            });
        }
        let with_nul = self
            .indexes
            .iter()
            .find(|&(_, &index)| record.get(index).is_some_and(|cell| cell.contains('\0')));
        match with_nul {
            Some((name, _)) => Err(Refusal {
                column: name.clone(),
                reason: RefusedReason::NulCharacter,
            }),
            None => Ok(Cells {
                table: self,
                record,
            }),
        }
    }
}

impl<'t> Cells<'t> {
    /// The cell, trimmed; blank for a column that the mapping doesn't name.
    pub fn cell(&self, column: &Column) -> &'t str {
        let index = self.table.indexes.get(&column.name);
        index
            .and_then(|&index| self.record.get(index))
            .unwrap_or_default()
            .trim()
    }

    pub fn name(&self, column: &Column) -> Result<&'t str, Refusal> {
        self.optional_name(column)?
            .ok_or_else(|| Refusal::at(column, RefusedReason::Empty))
    }

    pub fn optional_name(&self, column: &Column) -> Result<Option<&'t str>, Refusal> {
        let name = self.cell(column);
        let (bytes, bytes_max) = (name.len(), NAME_BYTES_MAX);
        if bytes > bytes_max {
            return Err(Refusal::at(
                column,
                RefusedReason::NameTooLong { bytes, bytes_max },
            ));
        }
        Ok(Some(name).filter(|name| !name.is_empty()))
    }

    /// Seconds of Unix time, `None` for a blank cell.
    pub fn moment(&self, column: &Column, clock: &Clock) -> Result<Option<i64>, Refusal> {
        let cell = self.cell(column);
        if cell.is_empty() {
            return Ok(None);
        }
        let moment_s = clock.read(cell).ok_or_else(|| {
            Refusal::at(column, RefusedReason::TimeUnreadable { value: shown(cell) })
        })?;
        Ok(Some(moment_s))
    }

    pub fn text(&self, columns: &[Column]) -> Result<String, Refusal> {
        let parts: Vec<&str> = columns
            .iter()
            .map(|column| self.cell(column))
            .filter(|cell| !cell.is_empty())
            .collect();
        let text = parts.join(TEXT_JOINT);
        let (bytes, bytes_max) = (text.len(), TEXT_BYTES_MAX);
        if bytes <= bytes_max {
            return Ok(text);
        }
        // The longest part is where to look.
        let longest = columns.iter().max_by_key(|column| self.cell(column).len());
        let column = longest
            .map(|column| column.name.clone())
            .unwrap_or_default();
        Err(Refusal {
            column,
            reason: RefusedReason::TextTooLong { bytes, bytes_max },
        })
    }

    /// `None` when both cells are blank.
    pub fn fix(
        &self,
        latitude: &Column,
        longitude: &Column,
    ) -> Result<Option<(i32, i32)>, Refusal> {
        match (self.cell(latitude), self.cell(longitude)) {
            ("", "") => Ok(None),
            ("", _) => Err(Refusal::at(latitude, RefusedReason::CoordinateMissing)),
            (_, "") => Err(Refusal::at(longitude, RefusedReason::CoordinateMissing)),
            _ => Ok(Some((
                self.coordinate(latitude, 90)?,
                self.coordinate(longitude, 180)?,
            ))),
        }
    }

    fn coordinate(&self, column: &Column, degrees_max: u8) -> Result<i32, Refusal> {
        let cell = self.cell(column);
        units_of_degrees(cell, degrees_max).ok_or_else(|| {
            Refusal::at(
                column,
                RefusedReason::CoordinateUnreadable { value: shown(cell) },
            )
        })
    }
}

fn text(path: &Path, encoding: Encoding) -> Result<String, ImportError> {
    let unread = |source| ImportError::FileUnread {
        path: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    // One byte more than allowed tells a file that is too large, also one that grows meanwhile.
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(unread)?;
    if u64::try_from(bytes.len()).is_ok_and(|bytes| bytes > FILE_BYTES_MAX) {
        return Err(ImportError::FileTooLarge {
            path: path.to_owned(),
            bytes_max: FILE_BYTES_MAX,
        });
    }
    let gb18030 = |bytes: &[u8]| {
        GB18030
            .decode_without_bom_handling_and_without_replacement(bytes)
            .map(Cow::into_owned)
    };
    let (name, text) = match encoding {
        Encoding::Utf8 => ("UTF-8", String::from_utf8(bytes).ok()),
        Encoding::Gb18030 => ("GB18030", gb18030(&bytes)),
        Encoding::Auto => (
            "UTF-8 or GB18030",
            String::from_utf8(bytes).map_or_else(|error| gb18030(error.as_bytes()), Some),
        ),
    };
    let text = text.ok_or_else(|| ImportError::FileNotText {
        path: path.to_owned(),
        encoding: name,
    })?;
    Ok(match text.strip_prefix('\u{feff}') {
        Some(rest) => rest.to_owned(),
        None => text,
    })
}

fn records(text: &str, delimiter: u8) -> StringRecordsIntoIter<&[u8]> {
    ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes())
        .into_records()
}

fn header(path: &Path, text: &str, delimiter: u8) -> Result<Vec<String>, ImportError> {
    let record = records(text, delimiter)
        .next()
        .ok_or_else(|| ImportError::FileEmpty {
            path: path.to_owned(),
        })?
        .map_err(|source| ImportError::RowsUnread { source })?;
    Ok(record.iter().map(|name| name.trim().to_owned()).collect())
}

fn indexes(header: &[String], mapping: &Mapping) -> Result<BTreeMap<String, usize>, ImportError> {
    let mut indexes = BTreeMap::new();
    for column in mapping.columns.all() {
        let mut found = header
            .iter()
            .enumerate()
            .filter(|(_, name)| **name == column.name);
        let (field, name) = (column.field.clone(), column.name.clone());
        let Some((index, _)) = found.next() else {
            let header: Vec<String> = header
                .iter()
                .map(|name| format!("`{}`", shown(name)))
                .collect();
            return Err(ImportError::ColumnMissing {
                field,
                column: name,
                header: header.join(", "),
            });
        };
        if found.next().is_some() {
            return Err(ImportError::ColumnTwice {
                field,
                column: name,
            });
        }
        indexes.insert(name, index);
    }
    Ok(indexes)
}
