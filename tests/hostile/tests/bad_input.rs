//! What people type, hand over or bring along that makes no sense: it is refused by name, nothing is changed, and
//! whoever else is there goes on. `docs/errors.md` names the test of each.

use std::path::{Path, PathBuf};

use gewu_device::env::Env;
use gewu_device::{Device, DeviceOptions, ReportDraft};
use gewu_hostile::{held, refusal, refusal_says, store};
use gewu_support::{Folder, Outcome, Phone, Street, folder, gewu, grid, place};
use gewu_words::{ErrorCode, Language};
use serde_json::{Value, json};

/// A street with two inspectors: the one who is refused, and the one who goes on.
struct Tried {
    street: Street,
    phone: Phone,
    other: Phone,
}

fn tried() -> Tried {
    let street = Street::begin(&place(&[grid("01", "east"), grid("02", "east")]));
    let phone = street.phone("tried", "inspector", Some("01"));
    let other = street.phone("other", "inspector", Some("02"));
    phone.report(&["--class", "lamp", "--text", "before"]);
    Tried { street, phone, other }
}

impl Tried {
    /// Does what must be refused; nothing is changed by it, and phone, hub and the other phone go on.
    fn refuses(&self, args: &[&str], code: &str, exit: i32, says: &[&str]) {
        self.changes_nothing(|| refusal_says(&self.phone.run(args), code, exit, says));
    }

    fn changes_nothing(&self, refused: impl FnOnce()) {
        let before = (held(self.phone.dir()), held(&self.street.hub_dir()));
        refused();
        assert_eq!((held(self.phone.dir()), held(&self.street.hub_dir())), before, "something was changed");
        for phone in [&self.phone, &self.other] {
            phone.report(&["--class", "lamp", "--text", "after"]);
            phone.sync();
            assert_eq!(phone.ok(&["status"])["unsent"], 0);
        }
    }
}

#[test]
#[should_panic(expected = "something was changed")]
fn a_change_would_be_seen() {
    let tried = tried();
    tried.changes_nothing(|| drop(tried.phone.report(&["--class", "lamp"])));
}

#[test]
fn an_unknown_class_is_refused_by_name() {
    tried().refuses(&["report", "--class", "volcano"], "class_unknown", 6, &["volcano"]);
}

#[test]
fn a_grid_that_does_not_exist_is_refused_by_name() {
    let tried = tried();
    tried.refuses(&["report", "--class", "lamp", "--area", "99"], "area_unknown", 6, &["99"]);
    let mut invite = gewu();
    invite.arg("invite").arg(tried.street.hub_dir()).args(["--role", "inspector", "--area", "99", "--address", "a:1"]);
    tried.changes_nothing(|| refusal_says(&Outcome::of(&mut invite), "area_unknown", 6, &["99"]));
}

/// Opens a phone in this process: no command line holds a megabyte or a NUL.
fn device(phone: &Phone) -> Device {
    let key = std::fs::read(phone.dir().join("key")).expect("the key file").try_into().expect("32 bytes");
    Device::open(DeviceOptions { dir: phone.dir().to_owned(), key, env: Env::default(), language: gewu_device::Language::Zh }).expect("it opens")
}

fn refused_text(phone: &Phone, text: &str) -> (ErrorCode, String) {
    let device = device(phone);
    let draft = ReportDraft { class: "lamp".into(), text: text.to_owned(), ..ReportDraft::default() };
    let error = device.report(&draft).expect_err("it is refused");
    let said = error.explained(Language::En);
    assert!(!format!("{said:?}").contains(text), "what was typed is not repeated");
    (error.code(), said.what)
}

#[test]
fn a_text_of_a_megabyte_is_refused_with_its_size() {
    let tried = tried();
    tried.changes_nothing(|| {
        let (code, what) = refused_text(&tried.phone, &"x".repeat(1 << 20));
        assert_eq!(code, ErrorCode::TextTooLong);
        assert!(what.contains("1048576 characters, at most 10000 characters"), "{what}");
    });
    // Four bytes a character: few enough characters, and too many bytes for a link that dies every 64 KB.
    let wide = "\u{1F4A1}".repeat(9_999);
    tried.refuses(&["report", "--class", "lamp", "--text", &wide], "text_too_long", 6, &["bytes, at most"]);
    let long = "长".repeat(10_001);
    tried.refuses(&["report", "--class", "lamp", "--text", &long], "text_too_long", 6, &["10001 characters"]);
}

#[test]
fn a_text_with_a_nul_is_refused() {
    let tried = tried();
    tried.changes_nothing(|| {
        let (code, what) = refused_text(&tried.phone, "be\0fore");
        assert_eq!(code, ErrorCode::TextNul);
        assert!(what.contains("NUL"), "{what}");
    });
}

#[test]
fn an_impossible_date_is_refused_by_name() {
    tried().refuses(&["rate", "closure", "--from", "2026-02-30"], "date_impossible", 6, &["2026-02-30"]);
}

/// Files in a folder of their own, and a demo that imports them.
struct Requests {
    dir: Folder,
}

const HEADER: &str = "key,reported,closed,grid,class,status,text";

impl Requests {
    fn new(table: &str) -> Self {
        let dir = folder();
        let columns = json!({
            "key": "key", "reported": "reported", "closed": "closed", "grid": "grid", "class": "class", "status": "status",
            "text": ["text"],
        });
        let mapping = json!({
            "place": "paper street", "encoding": "utf-8", "delimiter": ",", "times": ["%Y-%m-%d %H:%M"],
            "zone": "Asia/Shanghai", "day_offset": "+08:00", "columns": columns,
            "status": { "open": "reported", "done": "closed" },
        });
        std::fs::write(dir.path().join("mapping.json"), mapping.to_string()).expect("the mapping");
        std::fs::write(dir.path().join("table.csv"), table).expect("the table");
        Self { dir }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn import(&self) -> Outcome {
        let mut demo = gewu();
        demo.args(["demo", "--once", "--dir"]).arg(self.file("street"));
        Outcome::of(demo.arg("--import").arg(self.file("table.csv")).arg("--mapping").arg(self.file("mapping.json")))
    }
}

#[test]
fn bad_rows_are_refused_by_name_and_the_others_are_imported() {
    let good = "2026-04-01 08:00,2026-04-02 09:00";
    let long = "x".repeat(1 << 20);
    let rows = [
        format!("1,{good},g1,lamp,done,fine"),
        "2,2026-02-30 08:00,,g1,lamp,open,impossible date".to_owned(),
        format!("3,{good},g1,lamp,done,{long}"),
        format!("4,{good},g1,lamp,done,a\0b"),
        format!("5,{good},g1,lamp,lost,unknown status"),
        "6,2026-04-01 08:00,,g1,lamp,done,closed without a date".to_owned(),
        format!("1,{good},g1,lamp,done,key seen twice"),
        format!("8,{good},,lamp,done,no grid"),
        format!("9,{good},g2,lamp,done,fine too"),
    ];
    let table = format!("{HEADER}\n{}\n", rows.join("\n"));
    let outcome = Requests::new(&table).import();
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    let told = outcome.json();
    assert_eq!((&told["reported"], &told["closed"]), (&json!(2), &json!(2)), "the others are imported");
    assert_eq!((&told["import"]["rows"], &told["import"]["refused"]), (&json!(9), &json!(7)));
    let refused: Vec<&str> =
        told["import"]["refused_rows"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    let expected = [
        ["Row 2 was", "reported", "2026-02-30"],
        ["Row 3 was", "text", "1048576 bytes, at most"],
        ["Row 4 was", "text", "NUL"],
        ["Row 5 was", "status", "lost"],
        ["Row 6 was", "closed", "without a date"],
        ["Row 7 was", "key", "row 1"],
        ["Row 8 was", "grid", "empty"],
    ];
    assert_eq!(refused.len(), expected.len(), "{refused:?}");
    for (row, says) in refused.iter().zip(expected) {
        assert!(says.iter().all(|it| row.contains(it)), "{says:?}: {row}");
    }
}

#[test]
fn a_file_without_a_named_column_is_refused_with_its_header() {
    let requests = Requests::new("key,reported,closed,grid,class,state,text\n");
    refusal_says(&requests.import(), "column_missing", 6, &["“status”", "state", "reported"]);
    assert!(!requests.file("street").join("hub").exists(), "nothing was begun");
}

#[test]
fn a_file_that_is_not_there_is_refused_by_name() {
    let requests = Requests::new(HEADER);
    std::fs::remove_file(requests.file("table.csv")).expect("removed");
    refusal_says(&requests.import(), "file_unreadable", 6, &["table.csv", "no such file"]);
    std::fs::write(requests.file("table.csv"), HEADER).expect("written");
    std::fs::write(requests.file("mapping.json"), "{ \"place\": ").expect("written");
    refusal_says(&requests.import(), "mapping_bad", 6, &["line 1"]);
}

#[test]
fn a_wrong_key_opens_nothing_and_spoils_nothing() {
    let tried = tried();
    let wrong_key = |dir: &Path, run: &dyn Fn() -> Outcome| {
        let file = dir.join("key");
        let right = std::fs::read(&file).expect("the key");
        for wrong in [vec![9; 32], vec![9; 31], Vec::new()] {
            std::fs::write(&file, wrong).expect("another key");
            let _ = refusal(&run(), "wrong_key", 8);
        }
        std::fs::write(&file, right).expect("the right key");
    };
    tried.changes_nothing(|| {
        wrong_key(tried.phone.dir(), &|| tried.phone.run(&["status"]));
        let hub_dir = tried.street.hub_dir();
        wrong_key(&hub_dir, &|| {
            Outcome::of(gewu().args(["serve", "--listen", "127.0.0.1:0", "--child"]).arg(&hub_dir))
        });
    });
}

#[test]
fn a_store_of_a_newer_version_is_left_alone() {
    let tried = tried();
    let newer = |dir: &Path, file: &str, run: &dyn Fn() -> Outcome| {
        let version = |number: i64| store(dir, file).pragma_update(None, "user_version", number).expect("a version");
        let before: i64 =
            store(dir, file).pragma_query_value(None, "user_version", |row| row.get(0)).expect("a version");
        version(99);
        refusal_says(&run(), "newer_store", 9, &["99", &before.to_string()]);
        version(before);
    };
    tried.changes_nothing(|| {
        newer(tried.phone.dir(), "gewu.db", &|| tried.phone.run(&["report", "--class", "lamp"]));
        let hub_dir = tried.street.hub_dir();
        newer(&hub_dir, "hub.db", &|| {
            Outcome::of(gewu().args(["serve", "--listen", "127.0.0.1:0", "--child"]).arg(&hub_dir))
        });
    });
}

#[test]
fn a_damaged_store_is_told_and_moved_aside() {
    let tried = tried();
    let file = tried.phone.dir().join("gewu.db");
    drop(store(tried.phone.dir(), "gewu.db").query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())));
    let mut bytes = std::fs::read(&file).expect("the store");
    let pages = bytes.chunks_exact_mut(8_192).skip(1);
    pages.for_each(|page| page[100] ^= 1);
    std::fs::write(&file, &bytes).expect("damaged");
    // The start moves it aside, whole, and works on with what can be read of it.
    let status = tried.phone.ok(&["status"]);
    let aside = tried.phone.dir().join("gewu.db.damaged-1");
    assert_eq!(std::fs::read(&aside).expect("moved"), bytes, "never deleted, never changed");
    let told: Vec<&str> = status["notices"].as_array().expect("notices").iter().filter_map(|it| it["code"].as_str()).collect();
    assert!(told.contains(&"store_replaced"), "{status}");
    tried.other.report(&["--class", "lamp"]);
    tried.other.sync();
}

#[test]
fn a_store_that_another_program_writes_is_said_to_be_in_use() {
    let tried = tried();
    tried.changes_nothing(|| {
        let other = store(tried.phone.dir(), "gewu.db");
        other.execute_batch("BEGIN IMMEDIATE").expect("it writes");
        let _ = refusal(&tried.phone.run(&["report", "--class", "lamp"]), "busy", 10);
    });
}

#[test]
fn a_mistake_is_said_with_its_own_code() {
    let tried = tried();
    let case = tried.phone.report(&["--class", "lamp"]);
    let code = case.code.as_str();
    tried.refuses(&["show", "0000000000"], "not_found", 5, &["0000000000"]);
    let last = if code.ends_with('A') { "B" } else { "A" };
    let mistyped = format!("{}{last}", &code[..9]);
    tried.refuses(&["show", &mistyped], "code_mistyped", 6, &[&mistyped]);
    tried.refuses(&["act", code, "handle"], "not_allowed", 4, &["may not do this"]);
    tried.refuses(&["act", code, "explode"], "argument_bad", 6, &["KIND", "handle, close"]);
    tried.refuses(&["act", code, "reopen", "--revision", "99"], "changed", 4, &[code]);
    tried.refuses(&["act", code, "reopen"], "not_now", 4, &[]);
    tried.refuses(&["report", "--class", "lamp", "--at", "north"], "argument_bad", 6, &["--at", "28.2456"]);
    tried.refuses(&["report"], "argument_bad", 6, &["--class", "missing"]);
    tried.refuses(&["capture", "--count", "many"], "argument_bad", 6, &["--count", "many"]);
    tried.refuses(&["enrol", "gewu:1?k=x"], "already_enrolled", 8, &[]);
    let alone = Phone::at(tried.street.dir().join("alone"));
    let _ = refusal(&alone.run(&["report", "--class", "lamp"]), "not_enrolled", 8);
    let _ = refusal(&alone.run(&["enrol", "gewu:1?k=x"]), "invitation_bad", 6);
}

#[test]
fn an_invitation_works_once() {
    let tried = tried();
    let mut invite = gewu();
    invite.arg("invite").arg(tried.street.hub_dir()).args(["--role", "inspector", "--area", "01"]);
    let invited = gewu_support::last_line(invite.args(["--address", tried.street.address()]));
    let invitation = invited["invitation"].as_str().expect("an invitation");
    Phone::at(tried.street.dir().join("first")).ok(&["enrol", invitation]);
    let second = Phone::at(tried.street.dir().join("second"));
    let _ = refusal(&second.run(&["enrol", invitation]), "invitation_used", 6);
}

#[test]
fn a_hub_is_not_made_over_another_one() {
    let tried = tried();
    let init = || Outcome::of(gewu().arg("init").arg(tried.street.hub_dir()).arg("--yes"));
    tried.changes_nothing(|| refusal_says(&init(), "folder_taken", 8, &["hub"]));
    let unsure = Outcome::of(gewu().arg("init").arg(tried.street.dir().join("new")));
    refusal_says(&unsure, "argument_bad", 6, &["--yes", "missing"]);
    let nothing = Outcome::of(gewu().arg("serve").arg(tried.street.dir().join("new")));
    refusal_says(&nothing, "file_unreadable", 6, &["hub.db", "no such file"]);
}
