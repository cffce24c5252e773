//! Classes to report: the usual ones of a grid as tiles, and all of them by name, number or everyday alias.

use std::collections::BTreeMap;

use gewu_model::catalogue::{Found, find};
use gewu_model::pack::Class;
use gewu_words::Language;
use serde::Serialize;

use crate::device::Device;
use crate::error::DeviceError;
use crate::pages::PAGE_ROWS_MAX;

/// Most usual classes: a screen of tiles.
const USUAL_MAX: usize = 10;
/// Most classes that a search gives.
const FOUND_MAX: usize = 50;

/// A filing condition of a class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConditionLine {
    /// Its key within the class.
    pub key: String,
    /// As people read it.
    pub name: String,
}

/// A class, ready to show.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassLine {
    /// Its key in the catalogue.
    pub key: String,
    /// As people read it.
    pub name: String,
    /// The larger class that it is listed under; empty where there is none.
    pub group: String,
    /// The alias that was met, where it was not the name.
    pub alias: Option<String>,
    /// Filing conditions, where it has several.
    pub conditions: Vec<ConditionLine>,
}

fn in_language<'a>(language: Language, zh: &'a str, en: Option<&'a str>) -> &'a str {
    match language {
        Language::Zh => zh,
        Language::En => en.unwrap_or(zh),
    }
}

/// A class as people read it; where it has no English name, the Chinese one.
pub(crate) fn class_name(language: Language, class: &Class) -> &str {
    in_language(language, &class.name, class.name_en.as_deref())
}

fn line(language: Language, found: Found<'_>) -> ClassLine {
    let class = found.class;
    let group = class.group.as_deref().unwrap_or_default();
    let conditions = class.conditions.iter().map(|condition| ConditionLine {
        key: condition.key.clone(),
        name: in_language(language, &condition.name, condition.name_en.as_deref()).to_owned(),
    });
    ClassLine {
        key: class.key.clone(),
        name: class_name(language, class).to_owned(),
        group: in_language(language, group, class.group_en.as_deref()).to_owned(),
        alias: found.alias.map(str::to_owned),
        conditions: conditions.collect(),
    }
}

impl Device {
    /// At most ten classes: those of the newest cases in a grid that this phone holds, the most frequent first, filled up
    /// from the pack's usual ones, then from its catalogue. `area`: code of the grid; `None`: the phone's own.
    ///
    /// # Errors
    /// As every query; `Invalid` for an unknown grid.
    pub fn usual_classes(&self, area: Option<&str>) -> Result<Vec<ClassLine>, DeviceError> {
        let member = self.inner.member()?;
        let area = member.any_area(area)?;
        let (newest, _) = self.inner.writer.read(|reader| Ok(reader.by_grid(area, PAGE_ROWS_MAX, None)?))?;
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for class in newest.into_iter().filter_map(|case| case.class) {
            *counts.entry(class).or_default() += 1;
        }
        let mut keys: Vec<(String, usize)> = counts.into_iter().collect();
        keys.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let keys = keys.into_iter().map(|(key, _)| key);
        let filled = keys.chain(member.pack.usual.iter().cloned()).chain(member.pack.classes.keys().cloned());
        let mut usual: Vec<ClassLine> = Vec::new();
        for class in filled.filter_map(|key| member.pack.classes.get(&key)) {
            if usual.len() < USUAL_MAX && usual.iter().all(|line| line.key != class.key) {
                usual.push(line(self.inner.language, Found { class, alias: None }));
            }
        }
        Ok(usual)
    }

    /// At most fifty classes that a text finds among names, numbers, everyday aliases and groups, the best first. An empty
    /// text finds the first of the catalogue.
    ///
    /// # Errors
    /// `UnlockNeeded` when nobody is enrolled.
    pub fn find_classes(&self, text: &str) -> Result<Vec<ClassLine>, DeviceError> {
        let member = self.inner.member()?;
        let found = find(&member.pack.classes, text, FOUND_MAX);
        Ok(found.into_iter().map(|found| line(self.inner.language, found)).collect())
    }
}
