//! The street: areas, parties, a catalogue, and who carries a phone.

use gewu_model::act::Profile;
use gewu_model::area::{Area, AreaKind};
use gewu_model::ids::{FeedId, StreetId};
use gewu_model::limit::{TimeLimit, Unit};
use gewu_model::pack::{Class, PackDraft};
use gewu_model::rights::Role;

/// Codes of the grids.
pub const GRIDS: [&str; 3] = ["01", "02", "03"];
/// Codes of the parties.
pub const PARTIES: [&str; 2] = ["lamps", "green"];
/// Keys of the classes.
pub const CLASSES: [&str; 2] = ["lamp", "bin"];

/// Where somebody works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Post {
    /// In a grid.
    Grid(&'static str),
    /// For a party.
    Party(&'static str),
    /// For the whole street.
    Street,
}

impl Post {
    /// Its feed.
    #[must_use]
    pub fn feed(self, street: StreetId) -> FeedId {
        match self {
            Self::Grid(code) => FeedId::of(street, AreaKind::Grid, code),
            Self::Party(code) => FeedId::of(street, AreaKind::Party, code),
            Self::Street => FeedId::of(street, AreaKind::Street, "street"),
        }
    }
}

/// Who carries a phone: name, role, post.
pub const PEOPLE: [(&str, Role, Post); 9] = [
    ("wang", Role::Inspector, Post::Grid("01")),
    ("li", Role::Inspector, Post::Grid("01")),
    ("zhao", Role::Inspector, Post::Grid("02")),
    ("qian", Role::Inspector, Post::Grid("03")),
    ("lamps", Role::Handler, Post::Party("lamps")),
    ("sun", Role::Acceptor, Post::Street),
    ("zhou", Role::Dispatcher, Post::Street),
    ("wu", Role::Supervisor, Post::Street),
    ("zheng", Role::Overseer, Post::Street),
];

/// The street's pack.
#[must_use]
pub fn pack(street: StreetId) -> Vec<u8> {
    let area = |kind, code: &str, parent| Area { parent, ..Area::of(street, kind, code, code) };
    let top = Some(Post::Street.feed(street));
    let mut areas = vec![area(AreaKind::Street, "street", None)];
    for (code, grids) in [("east", &["01", "02"][..]), ("west", &["03"])] {
        areas.push(area(AreaKind::Community, code, top));
        let community = Some(FeedId::of(street, AreaKind::Community, code));
        areas.extend(grids.iter().map(|code| area(AreaKind::Grid, code, community)));
    }
    areas.extend(PARTIES.iter().map(|code| area(AreaKind::Party, code, top)));
    let class = |key: &str, profile| Class {
        key: key.into(),
        name: key.into(),
        profile,
        limit: Some(TimeLimit { amount: 2, unit: Unit::NaturalDay }),
        ..Class::default()
    };
    let draft = PackDraft {
        version: 1,
        place: "simulated street".into(),
        day_offset_s: 28_800,
        areas,
        classes: vec![class("lamp", Profile::Light), class("bin", Profile::Standard)],
        usual: Vec::new(),
        notes: Vec::new(),
        roles: None,
        calendar: None,
    };
    serde_json::to_vec(&draft).unwrap_or_default()
}
