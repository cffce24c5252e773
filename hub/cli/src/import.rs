//! Reads a file of civic requests, through a mapping, into what the demo replays.
//!
//! Problem: every city exports its requests with other column names, times, encodings and words for the
//! same states, and every such file has rows that cannot be right. Approach: a small mapping file names
//! what is where; [`read`] turns the two into plain values and makes no act. One pass, row by row:
//! a row that cannot be right is refused by name and leaves no trace (its key, grid, community and odd
//! times don't count), so that one bad row stops nothing else.
//!
//! Invariants: no clock, randomness or environment is looked at, so the same two files give the same
//! [`Import`]; every row is either a request or refused; nothing here knows a particular city.
//!
//! Rejected: guessing columns from their names (a wrong guess is a wrong rate); repairing rows (a swapped
//! day and month, a missing closing date); taking the closing date of an open row for a closing or a
//! handling (the file says it stays open, so its date is counted and not used); floating-point
//! coordinates (two readers could round them differently).

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use csv::StringRecord;

use mapping::Meaning;
use refusal::{Refusal, shown};
use table::{Cells, Table};

mod error;
mod mapping;
mod position;
mod refusal;
mod table;
mod times;

#[cfg(test)]
mod tests;

pub use error::ImportError;
pub use mapping::Mapping;
pub use refusal::{RefusedReason, RefusedRow};

/// The longest text of one request, in bytes of UTF-8.
pub const TEXT_BYTES_MAX: usize = 60_000;
/// The longest key, grid, community, class or status word, in bytes of UTF-8.
pub const NAME_BYTES_MAX: usize = 1_000;
/// The largest file: it is read whole.
pub const FILE_BYTES_MAX: u64 = 512 * 1024 * 1024;

/// What stands between two columns that make up one text.
const TEXT_JOINT: &str = " · ";

/// A file of requests as its mapping reads it.
///
/// **Invariant:** `requests.len() + refused.len() == rows`; the counts of odd rows are over `requests` only.
#[derive(Debug)]
pub struct Import {
    /// How the file was read.
    pub mapping: Mapping,
    /// The place's name, from the mapping.
    pub place: String,
    /// In the order of the file.
    pub requests: Vec<ImportRequest>,
    /// In the order of the file.
    pub refused: Vec<RefusedRow>,
    /// Data rows in the file; blank lines are none.
    pub rows: u64,
    /// Requests whose closing date lies before their reporting, whatever their status.
    pub time_not_credible: u64,
    /// Requests with a closing date whose status is not closed.
    pub closed_date_but_open: u64,
    /// Requests without coordinates.
    pub without_position: u64,
    /// Sorted by name; each name once.
    pub grids: Vec<ImportGrid>,
    /// Sorted; each once.
    pub classes: Vec<String>,
}

/// A grid that at least one request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportGrid {
    /// As in the file, trimmed.
    pub name: String,
    /// `None` when no row of the grid says one.
    pub community: Option<String>,
}

/// One request, ready to be replayed. Times are whole seconds of Unix time, none negative.
///
/// **Invariant:** `closed` implies `handled`; `closed_s` is there exactly when `closed`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRequest {
    /// The file's own number, unique among the requests.
    pub key: String,
    /// When it was reported; a request that is handled and not closed was handled then, as far as the file says.
    pub reported_s: i64,
    /// When the closing is to be made; may lie before `reported_s`.
    pub closed_s: Option<i64>,
    /// Handled at least.
    pub handled: bool,
    /// Closed.
    pub closed: bool,
    /// The deadline that the sender gave.
    pub due_s: Option<i64>,
    /// Name of the grid.
    pub grid: String,
    /// Name of the grid's community, the same for every request of the grid.
    pub community: Option<String>,
    /// The class, in the file's words.
    pub class: String,
    /// The state, in the file's words.
    pub status: String,
    /// The mapped text columns that are not blank, joined; may be empty.
    pub text: String,
    /// Latitude and longitude in units of 10⁻⁷ degree.
    pub fix: Option<(i32, i32)>,
}

/// Reads `file` as `mapping` says. Blocks on the disk; holds the whole file in memory.
///
/// # Errors
/// Any variant of [`ImportError`]: correct the mapping or the file and call again. A bad row is none of
/// them; it is in [`Import::refused`].
pub fn read(file: &Path, mapping: &Path) -> Result<Import, ImportError> {
    let mapping = Mapping::read(mapping)?;
    let table = Table::read(file, &mapping)?;
    let mut reading = Reading::new(mapping);
    for record in table.rows() {
        let record = record.map_err(|source| ImportError::RowsUnread { source })?;
        reading.row(&table, &record);
    }
    Ok(reading.finish())
}

/// What a row says before it is known to fit the rows before it.
struct Found {
    request: ImportRequest,
    /// The closing date in the row, whether or not a closing is made of it.
    closed_cell_s: Option<i64>,
}

/// The import so far.
struct Reading {
    import: Import,
    /// Row of each accepted key.
    keys: BTreeMap<String, u64>,
    communities: BTreeMap<String, Option<String>>,
    classes: BTreeSet<String>,
}

impl Reading {
    fn new(mapping: Mapping) -> Self {
        let place = mapping.place.clone();
        let import = Import {
            mapping,
            place,
            requests: Vec::new(),
            refused: Vec::new(),
            rows: 0,
            time_not_credible: 0,
            closed_date_but_open: 0,
            without_position: 0,
            grids: Vec::new(),
            classes: Vec::new(),
        };
        Self {
            import,
            keys: BTreeMap::new(),
            communities: BTreeMap::new(),
            classes: BTreeSet::new(),
        }
    }

    fn row(&mut self, table: &Table, record: &StringRecord) {
        self.import.rows += 1;
        let fitting = table
            .cells(record)
            .and_then(|cells| self.found(&cells))
            .and_then(|found| self.fits(found));
        match fitting {
            Ok(found) => self.accept(found),
            Err(Refusal { column, reason }) => {
                self.import.refused.push(RefusedRow {
                    row: self.import.rows,
                    column,
                    reason,
                });
            }
        }
    }

    /// The row by itself.
    fn found(&self, cells: &Cells<'_>) -> Result<Found, Refusal> {
        let mapping = &self.import.mapping;
        let columns = &mapping.columns;
        let key = cells.name(&columns.key)?;
        let status = cells.name(&columns.status)?;
        let meaning = mapping.status.get(status).copied().ok_or_else(|| {
            Refusal::at(
                &columns.status,
                RefusedReason::UnknownStatus {
                    value: shown(status),
                },
            )
        })?;
        let closed = meaning == Meaning::Closed;
        let reported_s = cells
            .moment(&columns.reported, &mapping.clock)?
            .ok_or_else(|| Refusal::at(&columns.reported, RefusedReason::Empty))?;
        let closed_cell_s = cells.moment(&columns.closed, &mapping.clock)?;
        if closed && closed_cell_s.is_none() {
            return Err(Refusal::at(
                &columns.closed,
                RefusedReason::ClosedWithoutDate,
            ));
        }
        let closed_s = closed_cell_s.filter(|_| closed);
        let due_s = match &columns.due {
            Some(column) => cells.moment(column, &mapping.clock)?,
            None => None,
        };
        for (column, moment_s) in [
            (Some(&columns.reported), Some(reported_s)),
            (Some(&columns.closed), closed_s),
            (columns.due.as_ref(), due_s),
        ] {
            if let (Some(column), Some(..0)) = (column, moment_s) {
                let value = shown(cells.cell(column));
                return Err(Refusal::at(column, RefusedReason::TimeTooEarly { value }));
            }
        }
        let request = ImportRequest {
            key: key.to_owned(),
            reported_s,
            closed_s,
            handled: meaning != Meaning::Reported,
            closed,
            due_s,
            grid: cells.name(&columns.grid)?.to_owned(),
            community: match &columns.community {
                Some(column) => cells.optional_name(column)?.map(str::to_owned),
                None => None,
            },
            class: cells.name(&columns.class)?.to_owned(),
            status: status.to_owned(),
            text: cells.text(&columns.text)?,
            fix: match &columns.position {
                Some((latitude, longitude)) => cells.fix(latitude, longitude)?,
                None => None,
            },
        };
        Ok(Found {
            request,
            closed_cell_s,
        })
    }

    /// The row beside the requests before it.
    fn fits(&self, found: Found) -> Result<Found, Refusal> {
        let columns = &self.import.mapping.columns;
        let request = &found.request;
        if let Some(&row_before) = self.keys.get(&request.key) {
            let key = shown(&request.key);
            return Err(Refusal::at(
                &columns.key,
                RefusedReason::KeySeenTwice { key, row_before },
            ));
        }
        let known = self.communities.get(&request.grid).and_then(Option::as_ref);
        match (known, &request.community, &columns.community) {
            (Some(before), Some(now), Some(column)) if before != now => {
                let reason = RefusedReason::GridUnderTwoCommunities {
                    grid: shown(&request.grid),
                    community_before: shown(before),
                    community: shown(now),
                };
                Err(Refusal::at(column, reason))
            }
            _ => Ok(found),
        }
    }

    fn accept(&mut self, found: Found) {
        let Found {
            request,
            closed_cell_s,
        } = found;
        let import = &mut self.import;
        import.closed_date_but_open += u64::from(closed_cell_s.is_some() && !request.closed);
        import.time_not_credible +=
            u64::from(closed_cell_s.is_some_and(|s| s < request.reported_s));
        import.without_position += u64::from(request.fix.is_none());
        self.keys.insert(request.key.clone(), import.rows);
        self.classes.insert(request.class.clone());
        let community = self.communities.entry(request.grid.clone()).or_default();
        if community.is_none() {
            community.clone_from(&request.community);
        }
        import.requests.push(request);
    }

    fn finish(self) -> Import {
        let mut import = self.import;
        for request in &mut import.requests {
            // A row that left its grid's community blank gets the one that another row names.
            request.community = self.communities.get(&request.grid).cloned().flatten();
        }
        import.grids = self
            .communities
            .into_iter()
            .map(|(name, community)| ImportGrid { name, community })
            .collect();
        import.classes = self.classes.into_iter().collect();
        import
    }
}
