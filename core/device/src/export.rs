//! Ways out: a record as an Automerge document.

use automerge::{Automerge, Change};
use gewu_log::change;
use gewu_log::entry::Entry;
use gewu_log::record::Said;
use gewu_model::ids::RecordId;

use crate::device::Device;
use crate::error::DeviceError;

const ENTRIES_AT_ONCE: u32 = 1_000;

impl Device {
    /// One record as the Automerge document that it is, saved in the library's format. Blocking.
    ///
    /// # Errors
    /// `NotFound`; `Defect` when the library refuses what the guard accepted.
    pub fn document(&self, case: &str) -> Result<Vec<u8>, DeviceError> {
        let record = self.find(case)?;
        self.document_of(record)
    }

    /// All records that are here.
    ///
    /// # Errors
    /// As every query.
    pub fn records(&self) -> Result<Vec<RecordId>, DeviceError> {
        self.inner.writer.read(|reader| Ok(reader.all_records()?))
    }

    /// Every entry that is here, in the order in which it was taken in, with home line (0: not known) and verdict.
    ///
    /// # Errors
    /// As every query.
    pub fn each_entry(&self, each: &mut dyn FnMut(Entry, u64, Option<Said>)) -> Result<(), DeviceError> {
        let mut after = 0;
        loop {
            let found = self.inner.writer.read(|reader| Ok(reader.entries_with_lines(after, ENTRIES_AT_ONCE)?))?;
            let Some((last, ..)) = found.last() else { return Ok(()) };
            after = *last;
            for (_, entry, n, said) in found {
                each(entry, n.unwrap_or(0), said);
            }
        }
    }

    /// [`Device::document`] by record id.
    ///
    /// # Errors
    /// As there.
    pub fn document_of(&self, record: RecordId) -> Result<Vec<u8>, DeviceError> {
        let stored = self.inner.writer.read(|reader| Ok(reader.record(record)?))?;
        let stored = stored.ok_or_else(|| DeviceError::NotFound { name: record.to_string() })?;
        let header = stored.record.outline();
        let entries = stored.record.rows().unwrap_or_default().iter().map(|row| row.entry(record, header.feed, header.kind));
        automerge_document(entries).map_err(|incident| DeviceError::Defect { incident })
    }
}

/// Builds a document from entries in causal order.
///
/// # Errors
/// What the library said.
pub fn automerge_document(entries: impl IntoIterator<Item = gewu_log::entry::Entry>) -> Result<Vec<u8>, String> {
    let mut changes = Vec::new();
    let mut bytes = Vec::new();
    for entry in entries {
        change::encode(&entry.change_fields(), &mut bytes);
        changes.push(Change::from_bytes(bytes.clone()).map_err(|error| error.to_string())?);
    }
    let mut document = Automerge::new();
    document.apply_changes(changes).map_err(|error| error.to_string())?;
    Ok(document.save())
}
