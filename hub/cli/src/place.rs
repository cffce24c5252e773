//! A place before it has ids: what packs, imports and scenarios are made into a street from.

use gewu_model::act::{Fix, Profile};
use gewu_model::area::{Area, AreaKind};
use gewu_model::calendar::CalendarDraft;
use gewu_model::ids::{FeedId, StreetId};
use gewu_model::pack::{Class, PackDraft};
use gewu_words::ErrorCode;
use serde::{Deserialize, Serialize};

use crate::catalogue;
use crate::problem::Problem;

/// A grid of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GridDraft {
    /// Official code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Local number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// Name of its community, which also serves as its code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub community: Option<String>,
    /// About its middle; absent: no fix is told to be far from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<Fix>,
}

/// A party of a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyDraft {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
}

/// A place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceDraft {
    /// Name.
    pub place: String,
    /// Seconds east of UTC.
    pub day_offset_s: i32,
    /// Its grids.
    pub grids: Vec<GridDraft>,
    /// Its parties.
    #[serde(default)]
    pub parties: Vec<PartyDraft>,
    /// Where its data comes from, for people.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
    /// Its catalogue; absent: the one that ships.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<Vec<Class>>,
    /// Keys of the usual classes, in the order in which they are offered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub usual: Vec<String>,
    /// Its calendar; absent: the national one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calendar: Option<CalendarDraft>,
}

impl PlaceDraft {
    /// With the catalogue that ships where it has none of its own.
    pub fn with_catalogue(mut self) -> Result<Self, Problem> {
        if self.classes.is_none() {
            let shipped = catalogue::shipped().map_err(|error| Problem::with(ErrorCode::Defect, error))?;
            self.notes.extend(shipped.notes);
            self.classes = Some(shipped.classes);
            if self.usual.is_empty() {
                self.usual = shipped.usual;
            }
        }
        Ok(self)
    }
}

/// Code of the street itself.
pub const STREET_CODE: &str = "street";

/// The pack of a place for a street, as JSON.
pub fn pack_json(place: &PlaceDraft, street: StreetId) -> Vec<u8> {
    let area = |kind, code: &str, name: &str, parent| Area { parent, ..Area::of(street, kind, code, name) };
    let street_area = area(AreaKind::Street, STREET_CODE, &place.place, None);
    let top = Some(street_area.id);
    let mut areas = vec![street_area];
    let communities: std::collections::BTreeSet<&String> =
        place.grids.iter().filter_map(|grid| grid.community.as_ref()).collect();
    areas.extend(communities.into_iter().map(|name| area(AreaKind::Community, name, name, top)));
    areas.extend(place.grids.iter().map(|grid| {
        let community = grid.community.as_ref().map(|name| FeedId::of(street, AreaKind::Community, name));
        let made = area(AreaKind::Grid, &grid.code, &grid.name, community.or(top));
        Area { number: grid.number, middle: grid.middle, ..made }
    }));
    areas.extend(place.parties.iter().map(|party| area(AreaKind::Party, &party.code, &party.name, top)));
    let pack = PackDraft {
        version: 1,
        place: place.place.clone(),
        day_offset_s: place.day_offset_s,
        areas,
        notes: place.notes.clone(),
        classes: place.classes.clone().unwrap_or_default(),
        usual: place.usual.clone(),
        roles: None,
        calendar: place.calendar.clone(),
    };
    serde_json::to_vec(&pack).unwrap_or_default()
}

/// A class without a limit, as imports have them.
pub fn plain_class(key: &str) -> Class {
    Class { key: key.to_owned(), name: key.to_owned(), profile: Profile::Light, ..Class::default() }
}

/// Middle of a grid of the sample street: nine in a row, 500 m apart, in a county that has such streets.
fn sample_middle(number: u32) -> Option<Fix> {
    const SOUTH_WEST_E7: (i32, i32) = (282_300_000, 1_130_600_000);
    const STEP_E7: (i32, i32) = (45_000, 51_000);
    let (row, column) = (i32::try_from(number / 9).ok()?, i32::try_from(number % 9).ok()?);
    Fix::new(SOUTH_WEST_E7.0 + row * STEP_E7.0, SOUTH_WEST_E7.1 + column * STEP_E7.1, None)
}

/// A sample street of 67 grids in thirteen communities with the catalogue that ships, for `demo` and for trying things
/// out.
pub fn sample() -> Result<PlaceDraft, Problem> {
    let communities =
        ["东一", "东二", "东三", "南一", "南二", "南三", "西一", "西二", "西三", "北一", "北二", "北三", "中"];
    let grids = (1..=67_u32).map(|number| GridDraft {
        code: format!("{number:02}"),
        name: format!("{number}号网格"),
        number: Some(number),
        community: usize::try_from(number)
            .ok()
            .and_then(|at| communities.get(at % communities.len()))
            .map(|name| format!("{name}社区")),
        middle: sample_middle(number),
    });
    let place = PlaceDraft {
        place: "示范街道".into(),
        day_offset_s: 8 * 3_600,
        grids: grids.collect(),
        parties: vec![
            PartyDraft { code: "lamps".into(), name: "路灯所".into() },
            PartyDraft { code: "green".into(), name: "园林所".into() },
        ],
        notes: Vec::new(),
        classes: None,
        usual: Vec::new(),
        calendar: None,
    };
    place.with_catalogue()
}
