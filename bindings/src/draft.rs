//! Drafts and classes: what is being typed, and what can be reported.

use crate::act::{Kind, Place};
use crate::convert::{each, mirror_record, some};

/// What is being typed. Kept in the encrypted store, never sent; goes with the report or act that it became.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Draft {
    /// Code of the case; `None`: a new report.
    #[uniffi(default = None)]
    pub about: Option<String>,
    /// What is to be done to it; `None` for a report.
    #[uniffi(default = None)]
    pub kind: Option<Kind>,
    /// Class by its key.
    #[uniffi(default = None)]
    pub class: Option<String>,
    /// Filing or closing condition.
    #[uniffi(default = None)]
    pub condition: Option<String>,
    /// The words so far.
    #[uniffi(default = "")]
    pub text: String,
    /// Where it is.
    #[uniffi(default = None)]
    pub place: Option<Place>,
    /// 急要件.
    #[uniffi(default = false)]
    pub urgent: bool,
    /// Code of the grid, where another than the phone's own was chosen.
    #[uniffi(default = None)]
    pub area: Option<String>,
    /// When it was kept, Unix seconds; not read when a draft is given.
    #[uniffi(default = 0)]
    pub kept_s: i64,
}

impl From<Draft> for gewu_device::Draft {
    fn from(it: Draft) -> Self {
        Self {
            about: it.about,
            kind: some(it.kind),
            class: it.class,
            condition: it.condition,
            text: it.text,
            place: some(it.place),
            urgent: it.urgent,
            area: it.area,
            kept_s: it.kept_s,
        }
    }
}

impl From<gewu_device::Draft> for Draft {
    fn from(it: gewu_device::Draft) -> Self {
        Self {
            about: it.about,
            kind: some(it.kind),
            class: it.class,
            condition: it.condition,
            text: it.text,
            place: some(it.place),
            urgent: it.urgent,
            area: it.area,
            kept_s: it.kept_s,
        }
    }
}

mirror_record!(
    /// A filing condition of a class.
    ConditionLine from gewu_device::ConditionLine {
        /// Its key within the class.
        key: String = it.key;
        /// As people read it.
        name: String = it.name;
    } as it
);

mirror_record!(
    /// A class, ready to show.
    ClassLine from gewu_device::ClassLine {
        /// Its key in the catalogue.
        key: String = it.key;
        /// As people read it.
        name: String = it.name;
        /// The larger class that it is listed under; empty where there is none.
        group: String = it.group;
        /// The alias that was met, where it was not the name.
        alias: Option<String> = it.alias;
        /// Filing conditions, where it has several.
        conditions: Vec<ConditionLine> = each(it.conditions);
    } as it
);
