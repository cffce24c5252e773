//! SQLite itself as the judge of the disk: encrypted, with a log, and several connections.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use gewu_disk::{Cut, Disk, Image, Op};
use rusqlite::{Connection, ErrorCode, OpenFlags};

const FILE: &str = "phone/gewu.db";

fn open_with(disk: &Disk, synchronous: &str) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags_and_vfs(FILE, flags, disk.vfs().as_str())?;
    db.execute_batch(&format!(
        "PRAGMA cipher_log_level = NONE; PRAGMA key = \"x'{}'\"; PRAGMA temp_store = MEMORY;
         PRAGMA journal_mode = WAL; PRAGMA synchronous = {synchronous}; PRAGMA wal_autocheckpoint = 20;
         CREATE TABLE IF NOT EXISTS saved (id INTEGER PRIMARY KEY, text TEXT NOT NULL);
         CREATE INDEX IF NOT EXISTS saved_by_text ON saved (text);",
        "07".repeat(32)
    ))?;
    Ok(db)
}

fn open(disk: &Disk) -> Connection {
    open_with(disk, "FULL").unwrap()
}

fn save(db: &Connection, id: u64) -> rusqlite::Result<usize> {
    db.execute("INSERT INTO saved VALUES (?1, ?2)", (i64::try_from(id).unwrap(), format!("{:0300}", id * 7919 % 1000)))
}

fn saved(db: &Connection) -> Vec<u64> {
    let mut all = db.prepare("SELECT id FROM saved ORDER BY id").unwrap();
    let rows = all.query_map([], |row| row.get::<_, i64>(0)).unwrap();
    rows.map(|id| u64::try_from(id.unwrap()).unwrap()).collect()
}

fn sound(db: &Connection) {
    let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(verdict, "ok");
    let pages: Vec<String> = {
        let mut check = db.prepare("PRAGMA cipher_integrity_check").unwrap();
        check.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    assert_eq!(pages, Vec::<String>::new(), "every page carries its code");
}

/// Numbers that follow from a seed.
fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    })
}

#[test]
fn random_work_leaves_a_sound_file_here_and_in_every_power_cut() {
    let disk = Disk::new();
    let db = open(&disk);
    let (mut dice, mut expected) = (numbers(1), Vec::new());
    for id in 1..=400 {
        save(&db, id).unwrap();
        expected.push(id);
        let number = dice.next().unwrap();
        if number % 3 == 0 {
            let gone = expected.remove(usize::try_from(number / 3).unwrap_or(0) % expected.len());
            db.execute("DELETE FROM saved WHERE id = ?1", [i64::try_from(gone).unwrap()]).unwrap();
        }
        if id % 50 == 0 {
            let after = open(&Disk::from_image(&disk.image()));
            sound(&after);
            assert_eq!(saved(&after), expected, "every commit was synced");
        }
    }
    sound(&db);
    assert_eq!(saved(&db), expected);
    db.close().unwrap();
    assert!(!disk.exists(&format!("{FILE}-wal")), "the last connection takes the log away");
    assert_eq!(saved(&open(&disk)), expected);
}

#[test]
fn whatever_of_what_was_not_synced_reaches_the_disk_commits_stay() {
    for seed in 0..200 {
        let disk = Disk::new();
        let db = open(&disk);
        let count = 1 + numbers(seed).next().unwrap() % 60;
        for id in 1..=count {
            save(&db, id).unwrap();
        }
        // A transaction that is under way, larger than what SQLite keeps in memory.
        db.execute_batch("PRAGMA cache_size = 2; BEGIN").unwrap();
        for id in 1_000..1_040 {
            save(&db, id).unwrap();
        }
        disk.crash(seed);
        assert!(db.execute_batch("COMMIT").is_err(), "whoever had it open has lost it");
        drop(db);
        let after = open(&disk);
        sound(&after);
        assert_eq!(saved(&after), (1..=count).collect::<Vec<_>>(), "seed {seed}");
    }
}

/// The disk can lose: else the tests above would hold on any disk.
#[test]
fn without_syncs_a_power_cut_loses_what_was_saved() {
    let kept = |synchronous: &str, ignored: bool| {
        let disk = Disk::new();
        let db = open_with(&disk, synchronous).unwrap();
        disk.ignore_syncs(ignored);
        for id in 1..=10 {
            save(&db, id).unwrap();
        }
        disk.ignore_syncs(false);
        disk.crash_with(Cut::Power);
        drop(db);
        open_with(&disk, synchronous).map(|db| saved(&db).len()).unwrap_or(0)
    };
    assert_eq!(kept("FULL", false), 10);
    assert_eq!(kept("OFF", false), 0);
    assert_eq!(kept("FULL", true), 0, "a disk that lies about syncs");
}

#[test]
fn a_process_that_dies_loses_nothing_and_its_locks_are_gone() {
    let disk = Disk::new();
    let db = open_with(&disk, "OFF").unwrap();
    save(&db, 1).unwrap();
    db.execute_batch("BEGIN IMMEDIATE").unwrap();
    disk.crash_with(Cut::Kill);
    let after = open(&disk);
    save(&after, 2).unwrap();
    assert_eq!(saved(&after), [1, 2]);
    drop(db);
    sound(&after);
}

#[test]
fn readers_keep_what_they_saw_while_one_writes_and_two_never_write_at_once() {
    let disk = Disk::new();
    let (writer, reader, second) = (open(&disk), open(&disk), open(&disk));
    save(&writer, 1).unwrap();
    reader.execute_batch("BEGIN").unwrap();
    assert_eq!(saved(&reader), [1]);
    writer.execute_batch("BEGIN IMMEDIATE").unwrap();
    save(&writer, 2).unwrap();
    second.busy_timeout(std::time::Duration::ZERO).unwrap();
    let refused = save(&second, 3).unwrap_err();
    assert_eq!(refused.sqlite_error_code(), Some(ErrorCode::DatabaseBusy));
    writer.execute_batch("COMMIT").unwrap();
    assert_eq!(saved(&reader), [1], "as of its beginning");
    reader.execute_batch("COMMIT").unwrap();
    assert_eq!(saved(&reader), [1, 2]);
    save(&second, 3).unwrap();
    assert_eq!(saved(&writer), [1, 2, 3]);
}

#[test]
fn many_threads_on_one_disk_wait_for_each_other_and_lose_nothing() {
    let disk = Disk::new();
    drop(open(&disk));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let disk = &disk;
            scope.spawn(move || {
                let db = open(disk);
                db.busy_timeout(std::time::Duration::from_secs(60)).unwrap();
                for id in 0..100 {
                    save(&db, thread * 1_000 + id).unwrap();
                    assert!(saved(&db).contains(&(thread * 1_000 + id)));
                }
            });
        }
    });
    let db = open(&disk);
    sound(&db);
    assert_eq!(saved(&db).len(), 400);
}

#[test]
fn a_full_disk_refuses_and_harms_nothing() {
    let disk = Disk::new();
    let db = open(&disk);
    save(&db, 1).unwrap();
    disk.limit(Some(disk.used() + 9_000));
    let refused = (2..1_000).find_map(|id| save(&db, id).err().map(|error| (id, error))).unwrap();
    assert_eq!(refused.1.sqlite_error_code(), Some(ErrorCode::DiskFull));
    assert_eq!(saved(&db), (1..refused.0).collect::<Vec<_>>());
    disk.limit(None);
    save(&db, refused.0).unwrap();
    sound(&db);
}

#[test]
fn disks_are_apart_and_their_names_go_with_them() {
    let (one, other) = (Disk::new(), Disk::new());
    let (first, second) = (open(&one), open(&other));
    save(&first, 1).unwrap();
    save(&second, 2).unwrap();
    assert_eq!((saved(&first), saved(&second)), (vec![1], vec![2]));
    let name = one.vfs();
    drop(one);
    save(&first, 3).unwrap();
    drop(first);
    let gone = Connection::open_with_flags_and_vfs(FILE, OpenFlags::default(), name.as_str());
    assert!(gone.is_err(), "forgotten with its last file");
    assert_eq!(saved(&second), [2]);
}

#[test]
fn what_is_recorded_leads_from_one_image_to_the_other() {
    let disk = Disk::new();
    let db = open(&disk);
    save(&db, 1).unwrap();
    let before = disk.image_with(Cut::Kill);
    disk.record();
    for id in 2..=30 {
        save(&db, id).unwrap();
    }
    let log = disk.log();
    let mut replayed = before.clone();
    log.iter().for_each(|entry| replayed.apply(entry, None));
    assert_eq!(replayed, disk.image_with(Cut::Kill));
    assert_eq!(disk.image_with(Cut::After { entries: 0, torn: None }), before);
    let writes = log.iter().filter(|entry| matches!(entry.op, Op::Write { .. })).count();
    assert!(writes > 60 && disk.logged() == log.len(), "{writes}");
    // Of a torn write only the first bytes are there.
    let last = log.iter().rposition(|entry| matches!(entry.op, Op::Write { .. })).unwrap();
    let Op::Write { offset, bytes } = &log[last].op else { unreachable!() };
    let torn = disk.image_with(Cut::After { entries: last + 1, torn: Some(5) });
    let whole = disk.image_with(Cut::After { entries: last, torn: None });
    let mut by_hand: Image = whole;
    let file = by_hand.files.get_mut(&log[last].file).unwrap();
    let begin = usize::try_from(*offset).unwrap();
    file.resize(file.len().max(begin + 5), 0);
    file[begin..begin + 5].copy_from_slice(&bytes[..5]);
    assert_eq!(torn, by_hand);
}

#[test]
fn files_are_moved_beside_sqlite_and_that_is_durable() {
    let disk = Disk::new();
    let db = open(&disk);
    save(&db, 1).unwrap();
    db.close().unwrap();
    disk.rename(FILE, "phone/aside.db").unwrap();
    assert!(disk.rename(FILE, "phone/aside.db").is_err(), "gone");
    disk.write("phone/starts", b"2").unwrap();
    let after = Disk::from_image(&disk.image());
    assert!(after.exists("phone/aside.db") && !after.exists(FILE));
    assert_eq!(after.read("phone/starts").unwrap(), b"2");
    after.remove("phone/starts");
    assert_eq!(after.image().files.keys().collect::<Vec<_>>(), ["phone/aside.db"]);
    assert_eq!(saved(&open(&disk)), Vec::<u64>::new());
}
