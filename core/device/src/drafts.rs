//! Drafts: what a person is typing, kept at every pause, until it is saved or thrown away.
//!
//! A draft is no act: it is in no log, is never sent, and nobody else sees it. It lies in the encrypted store, is as
//! durable as an act, and goes in the very transaction that saves what it became, so that it can neither be lost nor come
//! back after it was saved.

use gewu_model::act::{Fix, Kind};
use gewu_model::code::Code;
use gewu_store::{DRAFT_BYTES_MAX, DraftRow};
use gewu_words::ErrorCode;
use minicbor::{Decode, Encode};
use serde::Serialize;

use crate::device::Device;
use crate::error::DeviceError;

/// What is being typed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Draft {
    /// Code of the case (record ids are taken too); `None`: a new report.
    pub about: Option<String>,
    /// What is to be done to it; `None` for a report.
    pub kind: Option<Kind>,
    /// Class by its key.
    pub class: Option<String>,
    /// Filing or closing condition.
    pub condition: Option<String>,
    /// The words so far.
    pub text: String,
    /// Where it is.
    pub place: Option<Fix>,
    /// 急要件.
    pub urgent: bool,
    /// Code of the grid, where another than the phone's own was chosen.
    pub area: Option<String>,
    /// When it was kept, Unix seconds by the phone's best time; not read when a draft is given.
    pub kept_s: i64,
}

/// A draft as it is stored. Keys of a newer version are passed over.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Kept {
    #[n(0)]
    kind: Option<u32>,
    #[n(1)]
    class: Option<String>,
    #[n(2)]
    condition: Option<String>,
    #[n(3)]
    text: String,
    #[n(4)]
    place: Option<Fix>,
    #[n(5)]
    urgent: Option<bool>,
    #[n(6)]
    area: Option<String>,
}

impl Draft {
    /// Whether nothing was typed or chosen. A place alone comes by itself and is nothing.
    fn is_empty(&self) -> bool {
        let blank = self.text.trim().is_empty();
        blank && self.class.is_none() && self.condition.is_none() && self.area.is_none() && !self.urgent
    }

    fn bytes(&self) -> Result<Vec<u8>, DeviceError> {
        let kept = Kept {
            kind: self.kind.map(Kind::number),
            class: self.class.clone(),
            condition: self.condition.clone(),
            text: self.text.clone(),
            place: self.place,
            urgent: self.urgent.then_some(true),
            area: self.area.clone(),
        };
        let bytes = minicbor::to_vec(&kept).map_err(|error| DeviceError::Defect { incident: error.to_string() })?;
        if bytes.len() > DRAFT_BYTES_MAX {
            let found = format!("{}/{DRAFT_BYTES_MAX} bytes", bytes.len());
            return Err(DeviceError::invalid("text", ErrorCode::TextTooLong, found));
        }
        Ok(bytes)
    }

    fn of(row: &DraftRow) -> Option<Self> {
        let kept: Kept = minicbor::decode(&row.bytes).ok()?;
        Some(Self {
            about: row.about.map(|record| Code::of(&record).to_string()),
            kind: kept.kind.and_then(Kind::from_number),
            class: kept.class,
            condition: kept.condition,
            text: kept.text,
            place: kept.place,
            urgent: kept.urgent.unwrap_or(false),
            area: kept.area,
            kept_s: row.kept_s,
        })
    }
}

impl Device {
    /// Keeps what is being typed, in place of the earlier draft about the same case. A draft in which nothing was typed or
    /// chosen drops that one. Works without enrolment for a report. Blocking: one durable transaction.
    ///
    /// # Errors
    /// `Invalid` (mistyped code, more than 64 KiB), `NotFound`, `StorageFull`.
    pub fn keep_draft(&self, draft: &Draft) -> Result<(), DeviceError> {
        let about = draft.about.as_deref().map(|case| self.find(case)).transpose()?;
        if draft.is_empty() {
            return self.drop_draft(about);
        }
        let row = DraftRow { about, kept_s: self.inner.time().0, bytes: draft.bytes()? };
        let kept = self.inner.writer.write(move |store| store.write(|tx| Ok(tx.keep_draft(&row)?)));
        self.inner.note_room(&kept);
        kept?;
        self.inner.notifier.tell(false);
        Ok(())
    }

    /// All drafts, the one kept last first.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn drafts(&self) -> Result<Vec<Draft>, DeviceError> {
        let rows = self.inner.writer.read(|reader| Ok(reader.drafts()?))?;
        // What a newer version wrote in another shape is left where it is.
        Ok(rows.iter().filter_map(Draft::of).collect())
    }

    /// Throws a draft away; one that is not there is thrown away too. `about`: as in [`Draft`].
    ///
    /// # Errors
    /// `Invalid`, `NotFound` (no such case), `Busy`, `Damaged`.
    pub fn discard_draft(&self, about: Option<&str>) -> Result<(), DeviceError> {
        let about = about.map(|case| self.find(case)).transpose()?;
        self.drop_draft(about)
    }

    fn drop_draft(&self, about: Option<gewu_model::ids::RecordId>) -> Result<(), DeviceError> {
        let there = self.inner.writer.write(move |store| store.write(|tx| Ok::<_, DeviceError>(tx.drop_draft(about)?)))?;
        if there {
            self.inner.notifier.tell(false);
        }
        Ok(())
    }
}
