//! The catalogue that ships: the national matters with everyday names, and what a street meets beside them.
//!
//! The national list is kept as it came (`core/packs/gbt47678.5-classes.csv`); what this project adds to it stands apart
//! in `core/packs/classes-cn.json`. Both are made into the classes of a pack here, once, when a hub's folder is made:
//! phones get them with the pack. Of the national list only matters are reported; a component's fault is one of them.

use std::collections::BTreeMap;

use gewu_model::limit::TimeLimit;
use gewu_model::pack::Class;
use serde::Deserialize;

const NATIONAL_CSV: &str = include_str!("../../../core/packs/gbt47678.5-classes.csv");
const CLASSES_JSON: &str = include_str!("../../../core/packs/classes-cn.json");

/// A catalogue, as a place holds it.
pub struct Catalogue {
    /// Where it comes from, and what it does not claim.
    pub notes: Vec<String>,
    /// Every class.
    pub classes: Vec<Class>,
    /// Keys of the usual ones.
    pub usual: Vec<String>,
}

/// A row of the national list.
#[derive(Deserialize)]
struct Row {
    kind: String,
    code: String,
    major_name: String,
    minor_name: String,
}

/// What is added to a national class.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Added {
    name_en: Option<String>,
    #[serde(default)]
    aliases: Vec<String>,
    limit: Option<TimeLimit>,
    #[serde(default)]
    profile: gewu_model::act::Profile,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Additions {
    notes: Vec<String>,
    unverified: bool,
    /// Limit of every class that has none of its own.
    limit: TimeLimit,
    usual: Vec<String>,
    groups_en: BTreeMap<String, String>,
    national: BTreeMap<String, Added>,
    local: Vec<Class>,
}

/// The catalogue that ships; the reason where its files do not fit each other, which a test rules out.
pub fn shipped() -> Result<Catalogue, String> {
    let additions: Additions = serde_json::from_str(CLASSES_JSON).map_err(|error| error.to_string())?;
    let Additions { mut notes, unverified, limit, usual, groups_en, mut national, local } = additions;
    if unverified {
        notes.push("unverified".to_owned());
    }
    let mut classes = Vec::new();
    for row in csv::Reader::from_reader(NATIONAL_CSV.as_bytes()).deserialize() {
        let row: Row = row.map_err(|error| error.to_string())?;
        if row.kind != "matter" {
            continue;
        }
        let key = format!("{}/{}", row.kind, row.code);
        let added = national.remove(&key).unwrap_or_default();
        classes.push(Class {
            key,
            name: row.minor_name,
            name_en: added.name_en,
            group: Some(row.major_name),
            aliases: added.aliases,
            profile: added.profile,
            limit: added.limit,
            ..Class::default()
        });
    }
    if let Some(key) = national.keys().next() {
        return Err(format!("the national list has no {key}"));
    }
    classes.extend(local);
    for class in &mut classes {
        class.limit = class.limit.or(Some(limit));
        class.group_en = class.group.as_ref().and_then(|group| groups_en.get(group)).cloned();
    }
    Ok(Catalogue { notes, classes, usual })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gewu_model::catalogue::find;

    use super::*;

    #[test]
    fn the_shipped_catalogue_is_whole() {
        let catalogue = shipped().expect("it fits");
        let matters = catalogue.classes.iter().filter(|class| class.key.starts_with("matter/")).count();
        assert_eq!((matters, catalogue.classes.len()), (250, 275));
        assert_eq!(NATIONAL_CSV.lines().count(), 404, "403 rows and the header");
        assert!(catalogue.notes.iter().any(|note| note == "unverified"));
        for class in &catalogue.classes {
            assert!(class.name_en.is_some() && class.group_en.is_some() && class.limit.is_some(), "{}", class.key);
        }
        assert_eq!(catalogue.usual.len(), 10);
        let limited = |key: &String| catalogue.classes.iter().any(|class| class.key == *key);
        assert!(catalogue.usual.iter().all(limited));
    }

    #[test]
    fn every_everyday_name_is_one_class_alone_and_there_are_more_than_three_hundred() {
        let catalogue = shipped().expect("it fits");
        let aliases: Vec<&String> = catalogue.classes.iter().flat_map(|class| &class.aliases).collect();
        let distinct: BTreeSet<&&String> = aliases.iter().collect();
        assert_eq!(distinct.len(), aliases.len());
        let chinese = aliases.iter().filter(|alias| !alias.is_ascii()).count();
        assert!(chinese >= 300, "{chinese}");
        assert!(aliases.len() > chinese, "some are English");
        let names: BTreeSet<&str> = catalogue.classes.iter().map(|class| class.name.as_str()).collect();
        assert_eq!(names.len(), catalogue.classes.len());
    }

    #[test]
    fn what_people_say_finds_what_they_mean() {
        let catalogue = shipped().expect("it fits");
        let classes = catalogue.classes.into_iter().map(|class| (class.key.clone(), class)).collect();
        for (said, key) in [
            ("路灯不亮", "matter/01037"),
            ("井盖丢了", "matter/01023"),
            ("下水道堵了", "local/drain_blocked"),
            ("电动车飞线充电", "local/ebike_charging"),
            ("乱停车", "matter/09009"),
            ("3栋门口垃圾没人收，好几天了", "matter/06010"),
            ("楼上扔东西", "local/falling_objects"),
            ("street lamp out", "matter/01037"),
            ("pothole", "matter/06013"),
            ("06010", "matter/06010"),
        ] {
            let found = find(&classes, said, 50);
            assert_eq!(found.first().map(|found| found.class.key.as_str()), Some(key), "{said}");
        }
        assert!(find(&classes, "井盖", 50).len() >= 20);
    }
}
