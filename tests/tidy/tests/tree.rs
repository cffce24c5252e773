//! The tree of crates against `tree.json`, and what no file may contain.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use gewu_tidy::{Rule, Tree, faults, tree_of};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rules() -> BTreeMap<String, Rule> {
    serde_json::from_str(include_str!("../tree.json")).expect("the table is JSON")
}

#[test]
fn the_tree_keeps_to_its_table() {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata = serde_json::from_slice(&output.stdout).expect("metadata is JSON");
    assert_eq!(faults(&tree_of(&metadata), &rules()), Vec::<String>::new());
}

#[test]
fn a_tree_that_breaks_the_table_is_rejected() {
    let mut tree: Tree = rules().keys().map(|name| (name.clone(), Default::default())).collect();
    assert_eq!(faults(&tree, &rules()), Vec::<String>::new());
    tree.get_mut("gewu-model").expect("there").insert("rusqlite".into());
    tree.get_mut("gewu-hub").expect("there").insert("gewu-store".into());
    tree.remove("gewu-sync");
    let found = faults(&tree, &rules());
    assert!(found.contains(&"gewu-model never uses rusqlite".to_owned()), "{found:?}");
    assert!(found.contains(&"gewu-hub may not know gewu-store".to_owned()), "{found:?}");
    assert!(found.contains(&"gewu-sync is in the table and not in the tree".to_owned()), "{found:?}");
}

fn files(dir: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(dir).expect("a folder").flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if !matches!(name.as_str(), "target" | ".git" | "node_modules") {
                files(&path, found);
            }
        } else {
            found.push(path);
        }
    }
}

/// Published figures that tests expect: a product that holds one has forged its result.
const EXPECTED: [&str; 4] = ["128327", "125634", "128,327", "125,634"];

#[test]
fn no_expected_figure_stands_in_the_product() {
    let mut found = Vec::new();
    for folder in ["core", "hub", "bindings", "tests/scenarios"] {
        let folder = root().join(folder);
        if folder.is_dir() {
            files(&folder, &mut found);
        }
    }
    assert!(found.len() > 50, "{} files were looked at", found.len());
    for path in found {
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        for figure in EXPECTED {
            assert!(!text.replace('_', "").contains(figure), "{} holds {figure}", path.display());
        }
        let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        assert!(!words.into_iter().any(|word| word == "969"), "{} holds 969", path.display());
    }
}

#[test]
fn no_file_is_left_unfinished() {
    let mut found = Vec::new();
    for folder in ["core", "hub", "bindings"] {
        files(&root().join(folder), &mut found);
    }
    for path in found.iter().filter(|path| path.extension().is_some_and(|kind| kind == "rs")) {
        let text = std::fs::read_to_string(path).expect("text");
        for mark in ["todo!(", "unimplemented!(", "FIXME", "XXX", "#[ignore"] {
            assert!(!text.contains(mark), "{} holds {mark}", path.display());
        }
    }
}

/// Crates in whose manifest the feature `sabotage` may be turned on: it makes protections that can be switched off.
#[test]
fn nothing_that_ships_turns_protections_off() {
    let mut found = Vec::new();
    files(&root(), &mut found);
    let manifests = found.iter().filter(|path| path.file_name().is_some_and(|name| name == "Cargo.toml"));
    let naming: Vec<String> = manifests
        .filter(|path| std::fs::read_to_string(path).expect("text").contains("sabotage"))
        .map(|path| path.parent().expect("a folder").file_name().expect("a name").to_string_lossy().into_owned())
        .collect();
    let mut naming = naming;
    naming.sort();
    assert_eq!(
        naming,
        ["model", "simulation"],
        "the one has the feature, the other turns it on for a program of its own"
    );
    for path in ["core/model/Cargo.toml", "tests/simulation/Cargo.toml"] {
        let text = std::fs::read_to_string(root().join(path)).expect("text");
        assert!(!text.contains("default = ["), "{path} turns a feature on by itself");
    }
}
