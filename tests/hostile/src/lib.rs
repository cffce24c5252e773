//! What bad links, bad bytes and bad input do to a street: helpers for the tests beside it.
//!
//! **Approach.** The street and its program come from `gewu-support`; here is only what makes them suffer: the key and
//! the file of a store, opened beside the program that keeps it.
//!
//! **Never:** a word of the product's rules. A test that needs one looks at what is printed.

#![allow(clippy::expect_used, reason = "what cannot be prepared ends its test")]

use std::collections::BTreeSet;
use std::path::Path;

use gewu_support::Outcome;
use rusqlite::Connection;
use serde_json::Value;

/// Opens an encrypted store file with the key that lies beside it, past all checks of the product.
///
/// # Panics
/// When key or file do not fit.
#[must_use]
pub fn store(dir: &Path, file: &str) -> Connection {
    let key = std::fs::read(dir.join("key")).expect("the key file");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let db = Connection::open(dir.join(file)).expect("the file opens");
    let setup =
        format!("PRAGMA key = \"x'{hex}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA ignore_check_constraints = ON;");
    db.execute_batch(&setup).expect("the key is taken");
    db.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())).expect("the key fits");
    db
}

/// What `--json` prints for a command that failed: the object, with its four parts and no hole left open.
///
/// # Panics
/// When the command ended otherwise, or a part says nothing.
#[must_use]
pub fn refusal(outcome: &Outcome, code: &str, exit: i32) -> Value {
    assert_eq!(outcome.code, Some(exit), "{code} ends in {exit}: {outcome:?}");
    let said = outcome.json();
    let parts: Vec<&String> = said.as_object().expect("an object").keys().collect();
    assert_eq!(parts, ["code", "next", "safe", "what"], "{outcome:?}");
    assert_eq!(said["code"], code, "{outcome:?}");
    for part in ["what", "safe", "next"] {
        let text = said[part].as_str().expect("a sentence");
        assert!(text.len() > 10 && !text.contains(['{', '}']) && !text.contains("unknown"), "{part}: {text}");
    }
    said
}

/// [`refusal`], which says what the person needs to find the fault.
///
/// # Panics
/// As there, or when one of these is not said.
pub fn refusal_says(outcome: &Outcome, code: &str, exit: i32, says: &[&str]) {
    let said = refusal(outcome, code, exit);
    let what = said["what"].as_str().expect("a sentence");
    says.iter().for_each(|it| assert!(what.contains(it), "{it} is not in: {what}"));
}

/// Everything that a folder holds, as the program tells it: a folder that was refused something tells the same after.
///
/// # Panics
/// When the program cannot read it.
#[must_use]
pub fn held(dir: &Path) -> BTreeSet<String> {
    let out = gewu_support::folder();
    let file = out.path().join("entries");
    gewu_support::last_line(gewu_support::gewu().args(["export", "entries"]).arg(dir).arg(&file));
    std::fs::read_to_string(file).expect("the export").lines().map(str::to_owned).collect()
}
