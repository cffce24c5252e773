//! Finding a class of the catalogue by what people call it.
//!
//! Names, keys and everyday aliases are compared without regard to letter case, width and spaces. What is typed may be a
//! part of a name ("路灯"), or hold one ("3栋门口路灯不亮"): a spoken sentence finds its class too.

use std::collections::BTreeMap;

use crate::pack::Class;

/// A class that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found<'a> {
    /// The class.
    pub class: &'a Class,
    /// The alias that was met, where it was not the name.
    pub alias: Option<&'a str>,
}

/// How well a text was met, best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Met {
    Whole,
    Beginning,
    Within,
    /// What was typed holds the whole of it; longer ones before shorter ones.
    Holds(std::cmp::Reverse<usize>),
    /// Only its group was met.
    Group,
}

/// Classes that a text finds, the best first, at most `most`. An empty text finds all in the order of their keys.
#[must_use]
pub fn find<'a>(classes: &'a BTreeMap<String, Class>, text: &str, most: usize) -> Vec<Found<'a>> {
    let asked = plain(text);
    if asked.is_empty() {
        return classes.values().take(most).map(|class| Found { class, alias: None }).collect();
    }
    let mut found: Vec<(Met, bool, Found<'a>)> =
        classes.values().filter_map(|class| best(class, &asked).map(|(met, it)| (met, it.alias.is_some(), it))).collect();
    // A stable sort: what is met equally well stays in the order of the keys, names before aliases.
    found.sort_by_key(|(met, by_alias, _)| (*met, *by_alias));
    found.into_iter().take(most).map(|(_, _, found)| found).collect()
}

fn best<'a>(class: &'a Class, asked: &str) -> Option<(Met, Found<'a>)> {
    let number = class.key.rsplit('/').next().unwrap_or_default();
    let names = [Some(class.name.as_str()), class.name_en.as_deref(), Some(class.key.as_str()), Some(number)];
    let named = names.into_iter().flatten().filter_map(|name| met(name, asked)).min();
    let called = class.aliases.iter().filter_map(|alias| met(alias, asked).map(|it| (it, alias.as_str()))).min();
    let groups = [class.group.as_deref(), class.group_en.as_deref()];
    let grouped = groups.into_iter().flatten().any(|group| plain(group).contains(asked)).then_some(Met::Group);
    let by_name = named.or(grouped.filter(|_| called.is_none()));
    match (by_name, called) {
        (Some(named), Some((called, alias))) if called < named => Some((called, Found { class, alias: Some(alias) })),
        (Some(named), _) => Some((named, Found { class, alias: None })),
        (None, Some((called, alias))) => Some((called, Found { class, alias: Some(alias) })),
        (None, None) => None,
    }
}

pub(crate) fn met(name: &str, asked: &str) -> Option<Met> {
    let name = plain(name);
    let long = name.chars().count();
    if name == asked {
        Some(Met::Whole)
    } else if name.starts_with(asked) {
        Some(Met::Beginning)
    } else if name.contains(asked) {
        Some(Met::Within)
    } else if long >= 2 && asked.contains(&name) {
        Some(Met::Holds(std::cmp::Reverse(long)))
    } else {
        None
    }
}

/// As it is compared: small letters of half width, no spaces.
pub(crate) fn plain(text: &str) -> String {
    let narrow = |c: char| match u32::from(c) {
        wide @ 0xff01..=0xff5e => char::from_u32(wide - 0xfee0).unwrap_or(c),
        _ => c,
    };
    text.chars().map(narrow).filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::act::Profile;

    fn class(key: &str, name: &str, aliases: &[&str]) -> Class {
        Class {
            key: key.into(),
            name: name.into(),
            name_en: Some(format!("English of {key}")),
            group: Some("市政公用设施".into()),
            group_en: None,
            aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
            profile: Profile::Light,
            limit: None,
            conditions: Vec::new(),
        }
    }

    fn classes() -> BTreeMap<String, Class> {
        let all = [
            class("matter/01037", "路灯异常", &["路灯不亮", "street lamp out"]),
            class("matter/01060", "路灯配电箱异常", &[]),
            class("matter/06013", "道路破损", &["路面坑洼", "路灯下有坑"]),
        ];
        all.into_iter().map(|class| (class.key.clone(), class)).collect()
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, Option<&str>)]) {
        let classes = classes();
        let found: Vec<_> = find(&classes, text, 50).into_iter().map(|it| (it.class.key.as_str(), it.alias)).collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn names_come_before_aliases_and_wholes_before_parts() {
        check("路灯", &[("matter/01037", None), ("matter/01060", None), ("matter/06013", Some("路灯下有坑"))]);
        check("路灯不亮", &[("matter/01037", Some("路灯不亮"))]);
        check("坑洼", &[("matter/06013", Some("路面坑洼"))]);
        check("没有这种事", &[]);
    }

    #[test]
    fn a_sentence_that_holds_an_alias_finds_its_class() {
        check("３栋门口的路灯不亮了", &[("matter/01037", Some("路灯不亮"))]);
    }

    #[test]
    fn codes_letters_and_groups_are_found_as_people_type_them() {
        check("01060", &[("matter/01060", None)]);
        check("Street LAMP", &[("matter/01037", Some("street lamp out"))]);
        check("市政", &[("matter/01037", None), ("matter/01060", None), ("matter/06013", None)]);
        check(" ", &[("matter/01037", None), ("matter/01060", None), ("matter/06013", None)]);
        assert_eq!(find(&classes(), "路", 1).len(), 1);
    }
}
