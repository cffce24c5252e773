//! Rules of the repository that the compiler does not hold: who may know whom, and what no file may contain.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// What one crate may know of ours, and what it may never depend on directly.
#[derive(Clone, Debug, Deserialize)]
pub struct Rule {
    /// Our crates that it may name.
    pub ours: BTreeSet<String>,
    /// Crates that it may never name.
    pub never: BTreeSet<String>,
}

/// Direct dependencies of each of our crates, those for tests left out.
pub type Tree = BTreeMap<String, BTreeSet<String>>;

/// Reads the output of `cargo metadata`.
#[must_use]
pub fn tree_of(metadata: &serde_json::Value) -> Tree {
    let packages = metadata["packages"].as_array().cloned().unwrap_or_default();
    packages
        .iter()
        .map(|package| {
            let name = package["name"].as_str().unwrap_or_default().to_owned();
            let dependencies = package["dependencies"].as_array().cloned().unwrap_or_default();
            let names = dependencies
                .iter()
                .filter(|dependency| dependency["kind"].as_str() != Some("dev"))
                .filter_map(|dependency| dependency["name"].as_str().map(str::to_owned));
            (name, names.collect())
        })
        .collect()
}

/// Every way in which a tree breaks the rules.
#[must_use]
pub fn faults(tree: &Tree, rules: &BTreeMap<String, Rule>) -> Vec<String> {
    let mut faults = Vec::new();
    for (name, rule) in rules {
        let Some(known) = tree.get(name) else {
            faults.push(format!("{name} is in the table and not in the tree"));
            continue;
        };
        for other in known {
            let ours = other == "gewu" || other.starts_with("gewu-");
            if ours && !rule.ours.contains(other) {
                faults.push(format!("{name} may not know {other}"));
            }
            if rule.never.contains(other) {
                faults.push(format!("{name} never uses {other}"));
            }
        }
    }
    faults
}
