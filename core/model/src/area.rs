//! Areas of any depth, and the parties that are given work: a tree in which every node is a feed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::FeedId;

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
}

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

    /// The area of a kind and code.
    #[must_use]
    pub fn by_code(&self, kind: AreaKind, code: &str) -> Option<&Area> {
        self.iter().find(|area| area.kind == kind && area.code == code)
    }
}
