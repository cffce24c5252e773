//! The mapping: what is where in a file of requests, and what its words mean.
//!
//! The JSON is taken apart field by field rather than derived, so that every complaint names the field
//! by its path, also one about a wrong type or about a field that doesn't exist: a mapping is written
//! by hand, and by people who are no programmers.

use std::collections::BTreeMap;
use std::path::Path;

use jiff::fmt::strtime::BrokenDownTime;
use jiff::tz::{Offset, TimeZone};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::ImportError;
use super::times::Clock;

/// Beyond this no place on earth counts its days.
const DAY_OFFSET_SECONDS_MAX: i32 = 18 * 3_600;

const FIELDS: [&str; 8] = [
    "place",
    "encoding",
    "delimiter",
    "times",
    "zone",
    "day_offset",
    "columns",
    "status",
];
const COLUMN_FIELDS: [&str; 11] = [
    "key",
    "reported",
    "closed",
    "due",
    "grid",
    "community",
    "class",
    "status",
    "text",
    "lat",
    "lon",
];

/// A mapping file, checked: every format reads, the zone is known, no name is blank.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Name of the place.
    pub place: String,
    /// How bytes become text.
    pub encoding: Encoding,
    /// What stands between cells; `None` finds it by the header.
    pub delimiter: Option<u8>,
    /// Reads the file's times.
    pub clock: Clock,
    /// Days begin at this offset from UTC, in seconds, all year round.
    pub day_offset_s: i32,
    /// What is where.
    pub columns: Columns,
    /// The file's words for the state of a request.
    pub status: BTreeMap<String, Meaning>,
}

/// How bytes become text. A byte order mark is dropped in each case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, or GB18030 when it is not UTF-8.
    Auto,
    /// UTF-8.
    Utf8,
    /// GB18030, which holds GBK and GB 2312.
    Gb18030,
}

/// How far a request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Meaning {
    /// Reported, nothing more.
    Reported,
    /// Handled, not confirmed.
    Handled,
    /// Closed.
    Closed,
}

/// A mapping field and the column that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Path of the field, such as `columns.key`.
    pub field: String,
    /// The column's name in the header.
    pub name: String,
}

/// What is where.
#[derive(Debug, Clone)]
pub struct Columns {
    pub key: Column,
    pub reported: Column,
    pub closed: Column,
    pub due: Option<Column>,
    pub grid: Column,
    pub community: Option<Column>,
    pub class: Column,
    pub status: Column,
    pub text: Vec<Column>,
    /// Latitude and longitude.
    pub position: Option<(Column, Column)>,
}

impl Columns {
    /// Every column that the mapping names, in the order in which a missing one is complained about.
    pub fn all(&self) -> impl Iterator<Item = &Column> {
        let position = self
            .position
            .iter()
            .flat_map(|(latitude, longitude)| [latitude, longitude]);
        [&self.key, &self.reported, &self.closed]
            .into_iter()
            .chain(&self.due)
            .chain([&self.grid])
            .chain(&self.community)
            .chain([&self.class, &self.status])
            .chain(&self.text)
            .chain(position)
    }
}

impl Mapping {
    /// # Errors
    /// `MappingUnread`, `MappingNotJson`, `MappingField`: correct the mapping.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let bytes = std::fs::read(path).map_err(|source| ImportError::MappingUnread {
            path: path.to_owned(),
            source,
        })?;
        // Editors on Windows put a byte order mark in front.
        let json = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes);
        let value = serde_json::from_slice(json).map_err(|source| ImportError::MappingNotJson {
            path: path.to_owned(),
            source,
        })?;
        Self::from_json(value)
    }

    fn from_json(value: Value) -> Result<Self, ImportError> {
        let mut fields = Fields::new("", value, &FIELDS)?;
        let zone = fields
            .required("zone")
            .and_then(|name: String| zone(&name))?;
        Ok(Self {
            place: fields.name("place")?,
            encoding: fields.optional("encoding").and_then(encoding)?,
            delimiter: fields
                .optional("delimiter")
                .and_then(|name: Option<String>| delimiter(name.as_deref()))?,
            clock: fields
                .required("times")
                .and_then(|times: Vec<String>| clock(zone, &times))?,
            day_offset_s: fields
                .required("day_offset")
                .and_then(|text: String| day_offset_s(&text))?,
            columns: fields.required("columns").and_then(columns)?,
            status: fields.required("status").and_then(status)?,
        })
    }
}

/// One object of the mapping, whose fields are taken out one by one.
struct Fields {
    /// In front of each field in complaints, with its dot.
    prefix: &'static str,
    object: Map<String, Value>,
}

impl Fields {
    fn new(prefix: &'static str, value: Value, known: &[&str]) -> Result<Self, ImportError> {
        let Value::Object(object) = value else {
            let field = if prefix.is_empty() {
                "the whole"
            } else {
                prefix.trim_end_matches('.')
            };
            return Err(refused(field.to_owned(), "must be an object"));
        };
        match object.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                let reason = format!("no such field; there are {}", known.join(", "));
                Err(refused(format!("{prefix}{key}"), reason))
            }
            None => Ok(Self { prefix, object }),
        }
    }

    /// `null` counts as absent.
    fn optional<T: DeserializeOwned>(&mut self, field: &str) -> Result<Option<T>, ImportError> {
        let value = self.object.remove(field).unwrap_or(Value::Null);
        serde_json::from_value(value)
            .map_err(|error| refused(format!("{}{field}", self.prefix), error.to_string()))
    }

    fn required<T: DeserializeOwned>(&mut self, field: &str) -> Result<T, ImportError> {
        self.optional(field)?
            .ok_or_else(|| refused(format!("{}{field}", self.prefix), "is missing"))
    }

    fn name(&mut self, field: &str) -> Result<String, ImportError> {
        let name: String = self.required(field)?;
        not_blank(&format!("{}{field}", self.prefix), &name)
    }

    fn column(&mut self, field: &str) -> Result<Column, ImportError> {
        let name = self.name(field)?;
        Ok(Column {
            field: format!("{}{field}", self.prefix),
            name,
        })
    }

    fn optional_column(&mut self, field: &str) -> Result<Option<Column>, ImportError> {
        if self.object.get(field).is_none_or(Value::is_null) {
            return Ok(None);
        }
        self.column(field).map(Some)
    }
}

fn columns(value: Value) -> Result<Columns, ImportError> {
    let mut fields = Fields::new("columns.", value, &COLUMN_FIELDS)?;
    let text: Vec<String> = fields.required("text")?;
    let text: Result<Vec<Column>, ImportError> = text
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let field = format!("columns.text[{index}]");
            let name = not_blank(&field, name)?;
            Ok(Column { field, name })
        })
        .collect();
    let position = match (
        fields.optional_column("lat")?,
        fields.optional_column("lon")?,
    ) {
        (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
        (None, None) => None,
        (Some(_), None) => {
            return Err(refused("columns.lon".to_owned(), "is missing beside `lat`"));
        }
        (None, Some(_)) => {
            return Err(refused("columns.lat".to_owned(), "is missing beside `lon`"));
        }
    };
    Ok(Columns {
        key: fields.column("key")?,
        reported: fields.column("reported")?,
        closed: fields.column("closed")?,
        due: fields.optional_column("due")?,
        grid: fields.column("grid")?,
        community: fields.optional_column("community")?,
        class: fields.column("class")?,
        status: fields.column("status")?,
        text: text?,
        position,
    })
}

fn encoding(name: Option<String>) -> Result<Encoding, ImportError> {
    match name
        .unwrap_or_else(|| "auto".to_owned())
        .to_ascii_lowercase()
        .as_str()
    {
        "auto" => Ok(Encoding::Auto),
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "gb18030" | "gbk" | "gb2312" => Ok(Encoding::Gb18030),
        other => Err(refused(
            "encoding".to_owned(),
            format!("`{other}` is none of auto, utf-8, gb18030"),
        )),
    }
}

fn delimiter(name: Option<&str>) -> Result<Option<u8>, ImportError> {
    match name {
        None | Some("auto") => Ok(None),
        Some(",") => Ok(Some(b',')),
        Some(";") => Ok(Some(b';')),
        Some("\t") => Ok(Some(b'\t')),
        Some(other) => {
            let reason = format!("{other:?} is none of \"auto\", \",\", \";\", \"\\t\"");
            Err(refused("delimiter".to_owned(), reason))
        }
    }
}

fn zone(name: &str) -> Result<TimeZone, ImportError> {
    TimeZone::get(name).map_err(|_| {
        refused(
            "zone".to_owned(),
            format!("`{name}` is no name of the time zone database"),
        )
    })
}

fn clock(zone: TimeZone, formats: &[String]) -> Result<Clock, ImportError> {
    if formats.is_empty() {
        return Err(refused("times".to_owned(), "names no format"));
    }
    Clock::new(zone, formats).map_err(|(index, reason)| refused(format!("times[{index}]"), reason))
}

fn day_offset_s(text: &str) -> Result<i32, ImportError> {
    BrokenDownTime::parse("%:z", text)
        .ok()
        .and_then(|parts| parts.offset())
        .map(Offset::seconds)
        .filter(|seconds| seconds.abs() <= DAY_OFFSET_SECONDS_MAX)
        .ok_or_else(|| {
            refused(
                "day_offset".to_owned(),
                format!("`{text}` is no offset such as \"+08:00\""),
            )
        })
}

fn status(words: BTreeMap<String, Value>) -> Result<BTreeMap<String, Meaning>, ImportError> {
    if words.is_empty() {
        return Err(refused("status".to_owned(), "names no word"));
    }
    words
        .into_iter()
        .map(|(word, meaning)| {
            let field = format!("status.{word}");
            let meaning = serde_json::from_value(meaning)
                .map_err(|error| refused(field.clone(), error.to_string()))?;
            Ok((not_blank(&field, &word)?, meaning))
        })
        .collect()
}

fn not_blank(field: &str, name: &str) -> Result<String, ImportError> {
    match name.trim() {
        "" => Err(refused(field.to_owned(), "is blank")),
        name => Ok(name.to_owned()),
    }
}

fn refused(field: String, reason: impl Into<String>) -> ImportError {
    ImportError::MappingField {
        field,
        reason: reason.into(),
    }
}
