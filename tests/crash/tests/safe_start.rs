//! A stored record whose page kills whoever reads it: real processes that really die.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::Path;
use std::process::{Command, Output};

use gewu_crash::KEY;
use rusqlite::Connection;

fn hex(key: &[u8]) -> String {
    key.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn start(dir: &Path, image: &Path, offset: i64) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gewu-crash"));
    command.arg("start").arg(dir).arg(image).arg(offset.to_string()).output().unwrap()
}

fn told(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_third_start_is_a_safe_one() {
    let dir = tempfile::tempdir().unwrap();
    let image = dir.path().join("image");
    std::fs::write(&image, gewu_crash::stored()).unwrap();
    // The page with the case that is due first, which every start shows; new cases go to the other end of the table.
    let db = Connection::open(&image).unwrap();
    let key = hex(&KEY);
    db.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; PRAGMA cipher_hmac_algorithm = HMAC_SHA256;")).unwrap();
    let leaf = "SELECT pageno FROM dbstat WHERE name = 'record' AND pagetype = 'leaf' ORDER BY path LIMIT 1";
    let page: i64 = db.query_row(leaf, [], |row| row.get(0)).unwrap();
    drop(db);
    let offset = (page - 1) * 4_096 + 100;

    for died in 1..=2 {
        let output = start(dir.path(), &image, offset);
        assert!(!output.status.success() && output.status.code().is_none(), "start {died} is killed: {output:?}");
    }
    let safe = told(&start(dir.path(), &image, offset));
    assert_eq!(safe["notices"], serde_json::json!(["safe_start"]), "{safe}");
    assert_eq!(safe["reported"], true, "{safe}");
    assert_eq!(safe["diagnostics"], true, "{safe}");
    assert_eq!(safe["shown"]["Err"], "safe_start", "{safe}");
    assert_eq!(safe["sync"]["Err"], "offline", "what is unsent was read and offered: {safe}");
    assert!(safe["unsent"].as_u64().unwrap() > 1, "{safe}");

    // Where nothing kills any more, the next start is as ever.
    let whole = told(&start(dir.path(), &image, i64::MAX));
    assert_eq!(whole["notices"], serde_json::json!([]), "{whole}");
    assert!(whole["shown"]["Ok"].as_u64().unwrap() > 0, "{whole}");
}
