//! The bindings decide nothing: no branch and no loop outside `From` and `TryFrom`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;

const WORDS: [&str; 6] = ["if", "else", "match", "for", "while", "loop"];

/// Lines with a word that decides, outside conversions and tests.
fn decisions(source: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Depth of braces at which a conversion or the tests began, while within one.
    let (mut depth, mut free): (usize, Option<usize>) = (0, None);
    let mut tests = false;
    for line in source.lines() {
        let code = line.split("//").next().unwrap_or_default();
        tests |= code.contains("#[cfg(test)]");
        let head = code.trim_start();
        if free.is_none() && head.starts_with("impl") && (head.contains("From<") || tests) {
            free = Some(depth);
        }
        // The `for` of `impl … for …` is no loop.
        let words = code.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        if free.is_none() && !tests && !head.starts_with("impl") && words.into_iter().any(|word| WORDS.contains(&word))
        {
            found.push(line.trim().to_owned());
        }
        depth = depth + code.matches('{').count() - code.matches('}').count();
        if free == Some(depth) && code.contains('}') {
            free = None;
        }
    }
    found
}

#[test]
fn the_bindings_decide_nothing() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut seen = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let found = decisions(&std::fs::read_to_string(&path).unwrap());
        assert!(found.is_empty(), "{}: {found:?}", path.display());
        seen += 1;
    }
    assert!(seen > 5, "{seen} files");
}

#[test]
fn a_decision_is_found() {
    let bad = "impl Device {\n    fn call(&self) {\n        if self.ready { go() }\n    }\n}\n";
    assert_eq!(decisions(bad), ["if self.ready { go() }"]);
    let conversion = "impl From<A> for B {\n    fn from(a: A) -> Self {\n        match a { A::X => B::X }\n    }\n}\n";
    assert!(decisions(conversion).is_empty());
    let after = format!("{conversion}fn f() {{\n    while g() {{}}\n}}\n");
    assert_eq!(decisions(&after), ["while g() {}"]);
    assert_eq!(decisions("fn f() {\n    for x in y {}\n}\n").len(), 1);
}
