//! A word that nobody says is deleted: it would be translated, reviewed and shipped for nothing.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use gewu_words::Word;

/// Words that stand ready for parts not written yet, by the beginning of their keys. A beginning whose words are all
/// said must leave this list, which the test demands.
const NOT_YET: &[&str] = &["Demo", "Field", "Invite", "Phone", "Serve", "SignIn"];

/// Keys that a source says: every identifier behind `Word::`.
fn said_in(source: &str, said: &mut BTreeSet<String>) {
    for after in source.split("Word::").skip(1) {
        said.insert(after.chars().take_while(char::is_ascii_alphanumeric).collect());
    }
}

/// Keys in the tables of `name.rs`, where values of the model get their words.
fn named_in(source: &str, said: &mut BTreeSet<String>) {
    for line in source.lines().filter_map(|line| line.split_once(" => ").map(|(_, words)| words)) {
        said.extend(line.split([' ', ',', ';', '/']).map(str::to_owned));
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of the workspace") {
        let path = entry.expect("an entry of the folder").path();
        if path.is_dir() {
            if !path.ends_with("target") && !path.ends_with("core/words") {
                sources(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

fn said_in_workspace() -> BTreeSet<String> {
    let words = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = words.join("../..").canonicalize().expect("the workspace");
    let mut said = BTreeSet::new();
    let mut paths = Vec::new();
    for part in ["core", "hub", "bindings", "tests"] {
        sources(&root.join(part), &mut paths);
    }
    for path in paths {
        said_in(&fs::read_to_string(&path).expect("a source in UTF-8"), &mut said);
    }
    named_in(&fs::read_to_string(words.join("src/name.rs")).expect("the names"), &mut said);
    said
}

#[test]
fn every_word_is_said_somewhere() {
    let said = said_in_workspace();
    let unsaid: Vec<&str> = Word::ALL.iter().map(|word| word.name()).filter(|name| !said.contains(*name)).collect();
    let awaited = |name: &str| NOT_YET.iter().any(|beginning| name.starts_with(beginning));
    let unused: Vec<&&str> = unsaid.iter().filter(|name| !awaited(name)).collect();
    assert!(unused.is_empty(), "nobody says {unused:?}");
    let arrived: Vec<&&str> = NOT_YET.iter().filter(|it| !unsaid.iter().any(|name| name.starts_with(**it))).collect();
    assert!(arrived.is_empty(), "all said by now, take them off the list: {arrived:?}");
}

#[test]
fn the_search_finds_words_and_nothing_else() {
    let mut said = BTreeSet::new();
    said_in("say(language, Word::PageTitle, &[]), gewu_words::Word::KindNote)", &mut said);
    named_in("    Reported => StageReported,\n \"closure\" => RateClosure, CountClosed / CountDue;", &mut said);
    for name in ["PageTitle", "KindNote", "StageReported", "RateClosure", "CountClosed", "CountDue"] {
        assert!(said.contains(name), "{name}");
    }
    assert!(!said.contains("Page") && !said.contains("PageTitles"));
}
