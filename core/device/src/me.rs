//! The person's own screen, and what a maintainer needs to know.

use gewu_words::{Named as _, say};
use serde::Serialize;
use serde_json::json;

use crate::case::person_short;
use crate::device::Device;
use crate::error::DeviceError;
use crate::identity::Enrolled;
use crate::status::Status;

/// This release.
const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Files of a store: the database, its log, the log's index.
const FILES: [&str; 3] = ["gewu.db", "gewu.db-wal", "gewu.db-shm"];

/// What a phone holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Storage {
    /// Bytes of its files.
    pub store_bytes: u64,
    /// Cases held.
    pub cases: u64,
    /// Acts held.
    pub acts: u64,
}

/// The person's own screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MeView {
    /// Who this phone is; `None`: it has not joined a street.
    pub enrolled: Option<Enrolled>,
    /// The role in words, empty without one.
    pub role_label: String,
    /// The first digits of the person's id, as histories show them; empty without one.
    pub person_short: String,
    /// What it holds.
    pub storage: Storage,
    /// This release.
    pub version: String,
    /// As [`Device::status`].
    pub status: Status,
}

impl Device {
    /// Everything that the person's own screen shows.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn me(&self) -> Result<MeView, DeviceError> {
        let enrolled = self.who().ok();
        let status = self.status()?;
        let bytes = FILES.iter().map(|name| std::fs::metadata(self.inner.dir.join(name)).map_or(0, |file| file.len()));
        Ok(MeView {
            role_label: enrolled.as_ref().map_or_else(String::new, |it| say(self.inner.language, it.role.word(), &[])),
            person_short: enrolled.as_ref().map_or_else(String::new, |it| person_short(it.person)),
            storage: Storage { store_bytes: bytes.sum(), cases: status.cases, acts: status.acts },
            version: VERSION.to_owned(),
            enrolled,
            status,
        })
    }

    /// What a maintainer needs to know, as JSON: release, counts, what is kept apart by hash and reason. Nothing that
    /// somebody typed, no person, no place.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn diagnostics(&self) -> Result<String, DeviceError> {
        let me = self.me()?;
        let street = self.inner.member().ok().and_then(|member| member.pack.areas.street().map(|street| street.id));
        let head = self.inner.writer.read(|reader| Ok(street.map(|feed| reader.signed_head(feed)).transpose()?.flatten()))?;
        let report = json!({
            "version": me.version,
            "storage": me.storage,
            "role": me.enrolled.as_ref().map(|enrolled| enrolled.role),
            "status": me.status,
            "hub": head.map(|head| json!({ "epoch": head.epoch, "n": head.n, "backup_n": head.backup_n })),
            "kept_apart": self.kept_apart()?,
        });
        Ok(serde_json::to_string_pretty(&report).unwrap_or_default())
    }
}
