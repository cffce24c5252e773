//! Areas of any depth, and the parties that are given work: a tree in which every node is a feed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::act::{Fix, Kind};
use crate::catalogue::{met, plain};
use crate::ids::{FeedId, StreetId};

/// What an area is. The number is part of the feed's hash and never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AreaKind {
    /// 网格, the smallest area that somebody inspects.
    Grid,
    /// 社区, which holds grids.
    Community,
    /// 村, as a community in the countryside.
    Village,
    /// 街道/镇, the whole of one street office; its feed carries the notices.
    Street,
    /// 责任单位, an organisation that is given work.
    Party,
}

impl AreaKind {
    /// The byte that goes into the feed's hash.
    #[must_use]
    pub fn number(self) -> u8 {
        match self {
            Self::Grid => 1,
            Self::Community => 2,
            Self::Village => 3,
            Self::Street => 4,
            Self::Party => 5,
        }
    }
}

/// One area or party.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Area {
    /// Its feed.
    pub id: FeedId,
    /// What it is.
    pub kind: AreaKind,
    /// The official code; unique within its kind and street.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// The local number that people say, such as 53 for "53号网格".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<u32>,
    /// The area that holds it; `None` for the street.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<FeedId>,
    /// About its middle, where somebody entered it: a fix far from it is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub middle: Option<Fix>,
}

impl Area {
    /// An area of a street by kind and code, without number, parent and middle.
    #[must_use]
    pub fn of(street: StreetId, kind: AreaKind, code: &str, name: &str) -> Self {
        let (id, code, name) = (FeedId::of(street, kind, code), code.to_owned(), name.to_owned());
        Self { id, kind, code, name, number: None, parent: None, middle: None }
    }
}

/// A fix so far from the middle of its area is told to the person, who may save it all the same.
pub const FAR_M: u32 = 2_000;

/// All areas and parties of a street.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Areas {
    by_id: BTreeMap<FeedId, Area>,
}

/// The depth beyond which a chain of parents is taken for a circle.
const DEPTH_MAX: usize = 16;

impl Areas {
    /// Builds the tree; later areas of the same id win.
    #[must_use]
    pub fn new(areas: impl IntoIterator<Item = Area>) -> Self {
        Self { by_id: areas.into_iter().map(|area| (area.id, area)).collect() }
    }

    /// One area.
    #[must_use]
    pub fn area(&self, id: FeedId) -> Option<&Area> {
        self.by_id.get(&id)
    }

    /// All of them, by id.
    pub fn iter(&self) -> impl Iterator<Item = &Area> {
        self.by_id.values()
    }

    /// The street itself.
    #[must_use]
    pub fn street(&self) -> Option<&Area> {
        self.iter().find(|area| area.kind == AreaKind::Street)
    }

    /// `id` and everything above it, from below.
    pub fn upward(&self, id: FeedId) -> impl Iterator<Item = FeedId> + '_ {
        std::iter::successors(Some(id), |at| self.by_id.get(at).and_then(|area| area.parent)).take(DEPTH_MAX)
    }

    /// Whether `area` is `within` or lies below it.
    #[must_use]
    pub fn covers(&self, within: FeedId, area: FeedId) -> bool {
        self.upward(area).any(|at| at == within)
    }

    /// `top` and everything below it, by id; parties belong to the street's notices, not below it.
    #[must_use]
    pub fn below(&self, top: FeedId) -> Vec<FeedId> {
        self.by_id
            .values()
            .filter(|area| area.id == top || (area.kind != AreaKind::Party && self.covers(top, area.id)))
            .map(|area| area.id)
            .collect()
    }

    /// How far a fix lies from the middle of an area, in metres, where that is [`FAR_M`] or more.
    #[must_use]
    pub fn far_off(&self, area: FeedId, fix: &Fix) -> Option<u32> {
        let middle = self.by_id.get(&area)?.middle.as_ref()?;
        Some(middle.metres_to(fix)).filter(|metres| *metres >= FAR_M)
    }

    /// What an act of this kind may name, found by name, code or local number, the best first, at most `most`: areas for
    /// `relocate`, parties for `dispatch`, for other kinds nothing. An empty text finds all, by number and code.
    #[must_use]
    pub fn find(&self, kind: Kind, text: &str, most: usize) -> Vec<&Area> {
        let fits = |area: &&Area| match kind {
            Kind::Relocate => area.kind != AreaKind::Party,
            Kind::Dispatch => area.kind == AreaKind::Party,
            _ => false,
        };
        let asked = plain(text);
        let best = |area: &Area| {
            let number = area.number.map(|number| number.to_string());
            let names = [Some(area.name.as_str()), Some(area.code.as_str()), number.as_deref()];
            names.into_iter().flatten().filter_map(|name| met(name, &asked)).min()
        };
        let mut found: Vec<_> = self.iter().filter(fits).filter_map(|area| best(area).map(|met| (met, area))).collect();
        if asked.is_empty() {
            found.sort_by_key(|(_, area)| (area.kind, area.number, &area.code));
        } else {
            found.sort_by_key(|(met, area)| (*met, area.kind, area.number, &area.code));
        }
        found.into_iter().take(most).map(|(_, area)| area).collect()
    }

    /// The area of a kind and code.
    #[must_use]
    pub fn by_code(&self, kind: AreaKind, code: &str) -> Option<&Area> {
        self.iter().find(|area| area.kind == kind && area.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn area(kind: AreaKind, code: &str, name: &str, number: Option<u32>) -> Area {
        Area { number, ..Area::of(StreetId([1; 16]), kind, code, name) }
    }

    fn areas() -> Areas {
        Areas::new([
            area(AreaKind::Street, "street", "示范街道", None),
            area(AreaKind::Grid, "G-0053", "53号网格", Some(53)),
            area(AreaKind::Grid, "G-0005", "5号网格", Some(5)),
            area(AreaKind::Party, "lamps", "路灯所", None),
            area(AreaKind::Party, "green", "园林所", None),
        ])
    }

    fn codes(kind: Kind, text: &str) -> Vec<String> {
        areas().find(kind, text, 50).into_iter().map(|area| area.code.clone()).collect()
    }

    #[test]
    fn a_case_is_relocated_to_an_area_and_dispatched_to_a_party_found_by_what_people_call_it() {
        assert_eq!(codes(Kind::Relocate, ""), ["G-0005", "G-0053", "street"]);
        assert_eq!(codes(Kind::Relocate, "5"), ["G-0005", "G-0053"], "the number itself first");
        assert_eq!(codes(Kind::Relocate, "５３号"), ["G-0053"], "wide digits");
        assert_eq!(codes(Kind::Relocate, "路灯"), [""; 0], "no party");
        assert_eq!(codes(Kind::Dispatch, "路灯"), ["lamps"]);
        assert_eq!(codes(Kind::Dispatch, ""), ["green", "lamps"]);
        assert_eq!(codes(Kind::Close, ""), [""; 0]);
        assert_eq!(areas().find(Kind::Relocate, "", 1).len(), 1);
    }

    #[test]
    fn a_fix_two_kilometres_from_the_middle_of_its_area_is_far_off() {
        let at = |latitude_e7, longitude_e7| Fix { latitude_e7, longitude_e7, accuracy_cm: None };
        let grid =
            Area { middle: Some(at(282_460_000, 1_130_810_000)), ..area(AreaKind::Grid, "01", "1号网格", Some(1)) };
        let (id, areas) = (grid.id, Areas::new([grid, area(AreaKind::Grid, "02", "2号网格", Some(2))]));
        assert_eq!(areas.far_off(id, &at(282_460_000, 1_130_810_000)), None);
        // One degree of latitude is 111.2 km on a sphere of the Earth's mean radius; one of longitude 98.0 km here.
        assert_eq!(areas.far_off(id, &at(282_639_000, 1_130_810_000)), None, "1,990 m");
        assert_eq!(areas.far_off(id, &at(282_641_000, 1_130_810_000)), Some(2_013));
        assert_eq!(areas.far_off(id, &at(282_460_000, 1_131_114_000)), Some(2_978), "3,040 e-5 degrees east");
        let none = FeedId::of(StreetId([1; 16]), AreaKind::Grid, "02");
        assert_eq!(areas.far_off(none, &at(0, 0)), None, "nobody entered where it is");
    }
}
