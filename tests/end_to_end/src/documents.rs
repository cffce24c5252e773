//! The way out: every record is an Automerge document that the library opens, in Rust and in JavaScript.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use automerge::{Automerge, ROOT, ReadDoc as _};
use gewu_support::{Outcome, gewu, last_line, target, workspace};
use serde_json::Value;

use crate::story::{Cast, ORDERS};

/// The library under another language's roof; read by `read_documents.mjs`.
const PACKAGE: &str = "@automerge/automerge@3.5.0";

/// What a document holds, told by whoever opened it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Document {
    heads: BTreeSet<String>,
    /// Root key → bytes in hex digits.
    keys: BTreeMap<String, String>,
    /// Hashes of all changes.
    changes: BTreeSet<String>,
}

type Documents = BTreeMap<String, Document>;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

/// What `export entries` says that the documents must hold.
fn expected(dir: &Path, out: &Path) -> Documents {
    last_line(gewu().args(["export", "entries"]).arg(dir).arg(out));
    let mut documents = Documents::new();
    let mut named: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for line in std::fs::read_to_string(out).unwrap().lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        let (record, change) = (text(&entry["record"]), text(&entry["change"]));
        let document = documents.entry(record.clone()).or_default();
        let key = format!("{:08x}{}", entry["start_op"].as_u64().unwrap(), text(&entry["author"]));
        assert!(document.keys.insert(key, text(&entry["act"])).is_none(), "two acts under one key");
        document.changes.insert(change);
        named.entry(record).or_default().extend(entry["deps"].as_array().unwrap().iter().map(text));
    }
    for (record, document) in &mut documents {
        document.heads = document.changes.difference(&named[record]).cloned().collect();
    }
    documents
}

fn exported(dir: &Path, out: &Path) -> Vec<PathBuf> {
    last_line(gewu().args(["export", "automerge"]).arg(dir).arg(out));
    let files = std::fs::read_dir(out).unwrap().map(|file| file.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|kind| kind == "automerge")).collect()
}

fn name(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Opens with the Rust library.
fn opened(path: &Path) -> Document {
    let document = Automerge::load(&std::fs::read(path).unwrap()).expect("the library opens it");
    let bytes = |key: &str| {
        let all = document.get_all(ROOT, key).unwrap();
        let [(automerge::Value::Scalar(value), _)] = all.as_slice() else { panic!("{key} holds {} values", all.len()) };
        hex(value.as_bytes().expect("bytes"))
    };
    Document {
        heads: document.get_heads().iter().map(ToString::to_string).collect(),
        keys: document.keys(ROOT).map(|key| (key.clone(), bytes(&key))).collect(),
        changes: document.get_changes(&[]).iter().map(|change| change.hash().to_string()).collect(),
    }
}

/// Opens a folder with the JavaScript package; `None` where there is no Node.
fn opened_in_javascript(documents: &Path) -> Option<Documents> {
    if Command::new("node").arg("--version").output().is_err() {
        println!("skipped: there is no node, so no document was opened in JavaScript");
        return None;
    }
    let home = target().join("automerge-js");
    std::fs::create_dir_all(&home).unwrap();
    if !home.join("node_modules/@automerge/automerge").exists() {
        let installed =
            Outcome::of(Command::new("npm").args(["install", "--silent", "--prefix"]).arg(&home).arg(PACKAGE));
        assert_eq!(installed.code, Some(0), "{}{}", installed.out, installed.err);
    }
    // A module finds its packages from where it lies.
    let script = home.join("read_documents.mjs");
    std::fs::copy(workspace().join("tests/end_to_end/read_documents.mjs"), &script).unwrap();
    let read = last_line(Command::new("node").arg(&script).arg(documents));
    let set = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
    let keys =
        |value: &Value| value.as_object().unwrap().iter().map(|(key, bytes)| (key.clone(), text(bytes))).collect();
    let document = |value: &Value| Document {
        heads: set(&value["heads"]),
        keys: keys(&value["keys"]),
        changes: set(&value["changes"]),
    };
    Some(read.as_object().unwrap().iter().map(|(record, value)| (record.clone(), document(value))).collect())
}

#[test]
fn every_record_opens_with_the_library_as_the_same_heads_keys_and_bytes() {
    let mut street = Cast::street();
    let cast = Cast::join(&street);
    for happen in
        [Cast::reopened_beside_a_close, Cast::closed_beside_a_failed_check, Cast::reopened_twice_and_closed_once]
    {
        let apart = happen(&cast, &mut street);
        cast.come_back(ORDERS[1]);
        // One more act joins the branches of one record and not of the others.
        if apart.stage == "dispatched" {
            cast.handler.sync();
            cast.handler.act(&apart.code, "handle", &[]);
            cast.handler.sync();
        }
    }
    let [a, ..] = &cast.inspectors;
    a.sync();
    a.report(&["--class", "lamp", "--text", "还没上传"]);
    for (whose, dir, branched) in [("hub", street.hub_dir(), 2), ("phone", a.dir().to_owned(), 2)] {
        let expected = expected(&dir, &street.dir().join(format!("{whose}.ndjson")));
        let documents = street.dir().join(format!("{whose}-documents"));
        let files = exported(&dir, &documents);
        let opened: Documents = files.iter().map(|path| (name(path), opened(path))).collect();
        assert_eq!(opened, expected, "{whose}");
        assert_eq!(opened.values().filter(|document| document.heads.len() > 1).count(), branched, "{whose}");
        if let Some(in_javascript) = opened_in_javascript(&documents) {
            assert_eq!(in_javascript, expected, "{whose}, in JavaScript");
        }
    }
}
