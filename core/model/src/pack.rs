//! A pack: everything local as data. Areas and parties, classes with their limits, the role table, the calendar.
//!
//! A pack travels as the JSON bytes that the street signed; [`Pack::read`] is the only way in and names every fault.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::act::{Filing, Profile};
use crate::area::{Area, Areas};
use crate::calendar::{Calendar, CalendarDraft};
use crate::limit::{TimeLimit, deadline};
use crate::rights::RoleRule;

/// The role table that packs without one of their own use.
const ROLES_JSON: &str = include_str!("../../packs/roles.json");
/// The national calendar that packs without one of their own use.
const CALENDAR_JSON: &str = include_str!("../../packs/calendar-cn.json");

/// One filing condition of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// Its key within the class.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// How long handling may take.
    pub limit: TimeLimit,
}

/// One class of problems.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Unique in the catalogue, such as `matter/01001`.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// In English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_en: Option<String>,
    /// The larger class that it is listed under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// That in English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_en: Option<String>,
    /// What people call it, in any language: it is found by these too.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// Which acts its cases go through.
    #[serde(default)]
    pub profile: Profile,
    /// Limit where no condition is named; `None`: never due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<TimeLimit>,
    /// Conditions with limits of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conditions: Vec<Condition>,
}

/// A pack as its JSON says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackDraft {
    /// Grows with every change.
    pub version: u32,
    /// Name of the place.
    pub place: String,
    /// Seconds east of UTC at which days begin.
    pub day_offset_s: i32,
    /// Where its data comes from and what it does not claim, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Areas and parties.
    pub areas: Vec<Area>,
    /// The catalogue.
    pub classes: Vec<Class>,
    /// Keys of the classes that are reported most, in the order in which they are offered where nothing was reported yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usual: Vec<String>,
    /// The role table; absent: the product's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleRule>>,
    /// The calendar; absent: the national one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDraft>,
}

/// A pack that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PackError {
    /// Not JSON of the pack's shape.
    #[error("the pack is not readable: {reason}")]
    Unreadable {
        /// What the reader said, with line and column.
        reason: String,
    },
    /// An area names a parent that is not in the pack.
    #[error("area {area} names a parent that is not in the pack")]
    ParentMissing {
        /// Its code.
        area: String,
    },
    /// There is not exactly one street.
    #[error("a pack has exactly one street, this one has {found}")]
    Streets {
        /// How many it has.
        found: usize,
    },
    /// A class key stands twice.
    #[error("class {key} stands twice")]
    ClassTwice {
        /// The key.
        key: String,
    },
    /// A usual class is not in the catalogue.
    #[error("the usual class {key} is not in the catalogue")]
    UsualUnknown {
        /// The key.
        key: String,
    },
    /// The calendar has faults.
    #[error("the calendar is not usable: {reason}")]
    Calendar {
        /// What is wrong with it.
        reason: String,
    },
}

/// A pack that passed every check.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Grows with every change.
    pub version: u32,
    /// Name of the place.
    pub place: String,
    /// Seconds east of UTC at which days begin.
    pub day_offset_s: i32,
    /// Areas and parties.
    pub areas: Areas,
    /// The catalogue by key.
    pub classes: BTreeMap<String, Class>,
    /// Keys of the usual classes, in the order in which they are offered.
    pub usual: Vec<String>,
    /// The role table.
    pub roles: Vec<RoleRule>,
    /// Office hours and holidays.
    pub calendar: Calendar,
}

/// No deadline could be computed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilingError {
    /// The class is not in the catalogue.
    #[error("the catalogue has no class {class}")]
    ClassUnknown {
        /// As it was asked for.
        class: String,
    },
    /// The class has no such filing condition.
    #[error("class {class} has no filing condition {condition}")]
    ConditionUnknown {
        /// The class.
        class: String,
        /// As it was asked for.
        condition: String,
    },
    /// The calendar does not cover the days needed.
    #[error("no deadline could be computed: {reason}")]
    Calendar {
        /// Why.
        reason: String,
    },
}

impl Pack {
    /// Reads and checks a pack's JSON.
    ///
    /// # Errors
    /// [`PackError`] names the first fault; nothing of the pack is used then.
    pub fn read(json: &[u8]) -> Result<Self, PackError> {
        let draft: PackDraft =
            serde_json::from_slice(json).map_err(|error| PackError::Unreadable { reason: error.to_string() })?;
        Self::check(draft)
    }

    fn check(draft: PackDraft) -> Result<Self, PackError> {
        let unreadable = |error: serde_json::Error| PackError::Unreadable { reason: error.to_string() };
        let streets = draft.areas.iter().filter(|area| area.kind == crate::area::AreaKind::Street).count();
        if streets != 1 {
            return Err(PackError::Streets { found: streets });
        }
        let areas = Areas::new(draft.areas);
        for area in areas.iter() {
            if area.parent.is_some_and(|parent| areas.area(parent).is_none()) {
                return Err(PackError::ParentMissing { area: area.code.clone() });
            }
        }
        let mut classes = BTreeMap::new();
        for class in draft.classes {
            if let Some(twice) = classes.insert(class.key.clone(), class) {
                return Err(PackError::ClassTwice { key: twice.key });
            }
        }
        if let Some(key) = draft.usual.iter().find(|key| !classes.contains_key(*key)) {
            return Err(PackError::UsualUnknown { key: key.clone() });
        }
        let calendar = match draft.calendar {
            Some(calendar) => calendar,
            None => serde_json::from_str(CALENDAR_JSON).map_err(unreadable)?,
        };
        Ok(Self {
            version: draft.version,
            place: draft.place,
            day_offset_s: draft.day_offset_s,
            areas,
            classes,
            usual: draft.usual,
            roles: draft.roles.map_or_else(|| serde_json::from_str(ROLES_JSON).map_err(unreadable), Ok)?,
            calendar: Calendar::try_from(calendar).map_err(|error| PackError::Calendar { reason: error.to_string() })?,
        })
    }

    /// A class by its key, or by an everyday alias that no other class has.
    #[must_use]
    pub fn class(&self, named: &str) -> Option<&Class> {
        self.classes.get(named).or_else(|| {
            let mut called = self.classes.values().filter(|class| class.aliases.iter().any(|alias| alias == named));
            called.next().filter(|_| called.next().is_none())
        })
    }

    /// What is filed for a class and condition at a time: the limit of the catalogue and the deadline that follows.
    ///
    /// # Errors
    /// [`FilingError`] when class or condition are not in the catalogue, or the calendar ends too early.
    pub fn filing(&self, class: &str, condition: Option<&str>, at_s: i64) -> Result<Filing, FilingError> {
        let found = self.classes.get(class).ok_or_else(|| FilingError::ClassUnknown { class: class.to_owned() })?;
        let limit = match condition {
            None => found.limit,
            Some(key) => Some(
                found
                    .conditions
                    .iter()
                    .find(|condition| condition.key == key)
                    .ok_or_else(|| FilingError::ConditionUnknown { class: class.to_owned(), condition: key.to_owned() })?
                    .limit,
            ),
        };
        let deadline_s = limit
            .map(|limit| deadline(at_s, limit, &self.calendar))
            .transpose()
            .map_err(|error| FilingError::Calendar { reason: error.to_string() })?;
        Ok(Filing {
            class: class.to_owned(),
            condition: condition.map(str::to_owned),
            limit,
            deadline_s,
            catalogue: self.version,
        })
    }
}
