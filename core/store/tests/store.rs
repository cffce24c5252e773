//! What the store promises, on real encrypted files.

mod street;

use gewu_log::columns::Carried;
use gewu_log::line::{HeadHash, Verdict};
use gewu_model::act::{Body, CloseBody, HandBody, PlainBody};
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::tally::{Count, Counts};
use gewu_store::{AppendError, OpenError, OpenOptions, SCHEMA_VERSION, Store, StoreError};
use street::{Dice, Hub, NOON_S, Phone, STREET, feed, grant, options, pull, push};

#[test]
fn what_was_saved_is_there_after_reopening() {
    let mut phone = Phone::new(1);
    let record = phone.report(feed(1), NOON_S);
    phone.act(record, Body::Handle(HandBody { party: None }), NOON_S + 60);
    phone.store.write(|tx| tx.put_meta("k", b"v")).expect("kept");
    let before = phone.dump();
    let mut phone = phone.reopen();
    assert_eq!(phone.dump(), before);
    let reader = phone.store.reader().expect("a reader");
    let stored = reader.record(record).expect("reads").expect("is there");
    assert_eq!(stored.record.rows().expect("rows").len(), 2);
    let texts: Vec<_> = stored.details().into_values().filter_map(|detail| detail.text).collect();
    assert_eq!(texts, ["井盖破损"]);
    assert_eq!(reader.find(Code::of(&record)).expect("finds"), [record]);
    assert_eq!(reader.meta("k").expect("reads").as_deref(), Some(b"v".as_slice()));
    let (rows, next) = reader.today(10, None).expect("a page");
    assert_eq!((rows.len(), next), (1, None));
    assert_eq!(rows[0].text.as_deref(), Some("井盖破损"));
    assert_eq!(reader.status().expect("counts").unsent, 2);
    phone.store.write(|tx| tx.erase_detail(feed(1), grant(1).device, 1).map(drop)).expect("erased");
    assert!(reader.record(record).expect("reads").expect("is there").details().is_empty());
    assert_eq!(phone.dump(), before);
}

#[test]
fn a_wrong_key_and_a_foreign_file_are_named_and_left_alone() {
    let phone = Phone::new(1);
    let wrong = OpenOptions { key: [8; 32], ..options() };
    assert!(matches!(Store::open(&phone.file, &wrong), Err(OpenError::WrongKey)));
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = folder.path().join("foreign");
    std::fs::write(&foreign, vec![0x5a; 20_000]).expect("written");
    assert!(matches!(Store::open(&foreign, &options()), Err(OpenError::WrongKey)));
    assert_eq!(std::fs::read(&foreign).expect("reads"), vec![0x5a; 20_000]);
    assert!(Store::open(&phone.file, &options()).is_ok());
}

#[test]
fn a_store_of_a_newer_version_is_named() {
    let phone = Phone::new(1);
    let file = phone.file.clone();
    let db = rusqlite::Connection::open(&file).expect("opens");
    db.execute_batch(&format!(
        "PRAGMA key = \"x'{}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA user_version = 77;",
        "09".repeat(32)
    ))
    .expect("written");
    assert!(matches!(Store::open(&file, &options()), Err(OpenError::NewerVersion { found: 77, supported: SCHEMA_VERSION })));
}

#[test]
#[cfg(target_os = "linux")]
fn a_folder_that_takes_no_writes_is_named() {
    // A folder of the kernel's, which takes new files from nobody, not even from root.
    let found = Store::open(std::path::Path::new("/sys/kernel/gewu.db"), &options());
    assert!(matches!(found, Err(OpenError::ReadOnly { .. })), "{found:?}");
    let missing = Store::open(std::path::Path::new("/nowhere/at/all/gewu.db"), &options());
    assert!(matches!(missing, Err(OpenError::Io { .. })), "{missing:?}");
}

#[test]
fn a_transaction_that_fails_leaves_nothing() {
    let mut phone = Phone::new(1);
    let record = phone.report(feed(1), NOON_S);
    let before = phone.dump();
    let (birth, close) = (
        phone.birth(feed(2), NOON_S + 5),
        phone.own(record, feed(1), Body::Close(CloseBody { condition: None }), NOON_S + 9, None),
    );
    let failed = phone.store.write(|tx| {
        tx.append(&birth)?;
        tx.append(&close)?;
        tx.put_meta("k", b"v")?;
        Err::<(), _>(AppendError::RecordFull)
    });
    assert!(failed.is_err());
    assert_eq!(phone.dump(), before);
    assert_eq!(phone.store.reader().and_then(|reader| Ok(reader.meta("k")?)).expect("reads"), None);
    // The same goes through afterwards, with the same numbers.
    phone.store.write(|tx| tx.append(&birth).map(drop)).expect("appended");
    let mut other = Phone::new(2);
    let mut hub = Hub::default();
    push(&mut phone, &mut hub, &mut Dice(3), 1_000_000, NOON_S + 10);
    other.store.write(|tx| tx.put_grant(&grant(1), b"t")).expect("granted");
    (1..=2).for_each(|number| pull(&mut other, &hub, feed(number), 10));
    assert_eq!(phone.dump(), other.dump());
}

#[test]
fn every_store_that_holds_the_same_shows_the_same_however_it_came() {
    for seed in 1..=12 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (seed * 7_919));
        let mut hub = Hub::default();
        let mut phones: Vec<Phone> = (1..=3).map(Phone::new).collect();
        let mut now_s = NOON_S;
        for round in 0..60 {
            now_s += i64::try_from(dice.below(40_000)).expect("small");
            let at = usize::try_from(dice.below(3)).expect("small");
            let phone = &mut phones[at];
            (0..dice.below(6)).for_each(|_| phone.something(&mut dice, now_s));
            if round == 20 {
                // Late, so that what was folded without a name is folded anew.
                (1..=3).for_each(|number| hub.announce(feed(2), &grant(number)));
            }
            if dice.below(2) == 0 {
                push(phone, &mut hub, &mut dice, 6, now_s);
            }
            if dice.below(2) == 0 {
                let most = 1 + usize::try_from(dice.below(9)).expect("small");
                (1..=2).for_each(|number| pull(phone, &hub, feed(number), most));
            }
        }
        phones.iter_mut().for_each(|phone| push(phone, &mut hub, &mut dice, 6, now_s));
        phones.push(Phone::new(4));
        for phone in &mut phones {
            (1..=2).for_each(|number| pull(phone, &hub, feed(number), 50));
        }
        let first = phones[0].dump();
        assert!(first.lines().count() > 20, "seed {seed}");
        for phone in &mut phones {
            assert_eq!(phone.dump(), first, "seed {seed}, phone {}", phone.number);
            phone.store.rebuild().expect("rebuilt");
            assert_eq!(phone.dump(), first, "seed {seed}: rebuilt");
            phone.store.set_day_offset(0).expect("counted");
            assert_ne!(phone.dump(), first, "seed {seed}: other days");
            phone.store.set_day_offset(28_800).expect("counted");
            assert_eq!(phone.dump(), first, "seed {seed}: counted anew");
            let status = phone.store.reader().and_then(|reader| Ok(reader.status()?)).expect("counts");
            assert_eq!((status.unsent, status.sent_unconfirmed, status.quarantined), (0, 0, 0));
        }
    }
}

#[test]
fn tallies_equal_a_scan() {
    let mut dice = Dice(77);
    let mut phone = Phone::new(1);
    for step in 0..300 {
        phone.something(&mut dice, NOON_S + step * 20_000);
    }
    let reader = phone.store.reader().expect("a reader");
    let (first, last) = reader.days().expect("reads").expect("days");
    let areas = [feed(1), feed(2), feed(3)];
    for (from, to) in [(first, last), (first.plus(9), last.plus(-7)), (first.plus(3), first.plus(20)), (last, first)] {
        let mut scan = Counts::default();
        for record in reader.all_records().expect("reads") {
            let state = reader.state(record).expect("reads").expect("is there");
            for (area, day, counts) in gewu_model::tally::contribution(&state, 28_800) {
                if areas.contains(&area) && (from..=to).contains(&day) {
                    scan.add(&counts, 1);
                }
            }
        }
        assert_eq!(reader.counts(&areas, from, to).expect("counts"), scan, "{from} to {to}");
    }
    let all = reader.counts(&areas, first, last).expect("counts");
    assert!(all.of(Count::Reported) > 20 && all.of(Count::Due) > 10);
    assert_eq!(reader.counts(&[feed(99)], Day(0), Day(99_999)).expect("counts"), Counts::default());
}

#[test]
fn pages_go_on_where_they_ended() {
    let mut phone = Phone::new(1);
    let records: Vec<_> = (0..25).map(|step| phone.report(feed(1), NOON_S + step * 100)).collect();
    phone.act(records[0], Body::Close(CloseBody { condition: None }), NOON_S + 9_000);
    let reader = phone.store.reader().expect("a reader");
    let whole = |page: &dyn Fn(Option<&str>) -> gewu_store::CasePage| {
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let (rows, next) = page(after.as_deref());
            found.extend(rows.into_iter().map(|row| row.record));
            after = next;
            if after.is_none() {
                return found;
            }
        }
    };
    let open = whole(&|after| reader.today(4, after).expect("a page"));
    assert!(
        open.len() == 25 && reader.status().expect("counts").cases == 25,
        "a close before the handling has no effect"
    );
    let deadline = |record| reader.state(record).expect("reads").expect("is there").deadline_s.unwrap_or(i64::MAX);
    assert!(open.iter().map(|record| deadline(*record)).is_sorted());
    assert_eq!(whole(&|after| reader.all(4, after).expect("a page")), records);
    let newest_first: Vec<_> = records.iter().rev().copied().collect();
    assert_eq!(whole(&|after| reader.by_grid(feed(1), 4, after).expect("a page")), newest_first);
    let now_s = NOON_S + 86_400 + 1_000;
    let overdue = whole(&|after| reader.overdue(now_s, 3, after).expect("a page"));
    assert_eq!(overdue, open.iter().copied().filter(|record| deadline(*record) < now_s).collect::<Vec<_>>());
    assert!(!overdue.is_empty());
}

#[test]
fn a_damaged_line_is_kept_apart_by_name_and_only_what_rests_on_it_waits() {
    let mut author = Phone::new(1);
    let (bad, good) = (author.report(feed(1), NOON_S), author.report(feed(1), NOON_S + 1));
    for record in [bad, good] {
        author.act(record, Body::Handle(HandBody { party: None }), NOON_S + 60);
        author.act(record, Body::Note(PlainBody {}), NOON_S + 70);
    }
    let mut hub = Hub::default();
    push(&mut author, &mut hub, &mut Dice(5), 1_000_000, NOON_S + 100);
    let (mut lines, head, names) = hub.lines(feed(1), 0, 100);
    let Carried::Entry(damaged) = &mut lines[0].carried else { panic!("an entry") };
    *damaged.act.last_mut().expect("bytes") ^= 1;
    let mut phone = Phone::new(2);
    phone.store.write(|tx| tx.put_grant(&grant(1), b"t")).expect("granted");
    let start = HeadHash::start(STREET, feed(1));
    let plain = phone.store.write(|tx| {
        let applied = tx.apply_lines(STREET, feed(1), 1, start, &lines, None)?;
        assert_ne!(applied.head.0, head.hash, "without hashes the head does not come out");
        Err::<(), _>(street::NotApplied::HeadWrong)
    });
    assert!(plain.is_err());
    let applied =
        phone.store.write(|tx| tx.apply_lines(STREET, feed(1), 1, start, &lines, Some(&names))).expect("applied");
    assert_eq!((applied.head.0, applied.n), (head.hash, 6));
    assert_eq!((applied.new_acts, applied.quarantined), (3, 3));
    let reader = phone.store.reader().expect("a reader");
    let apart = reader.quarantined(10).expect("reads");
    assert_eq!(apart.iter().map(|it| it.reason.as_str()).collect::<Vec<_>>().first(), Some(&"hash"));
    assert_eq!(apart.iter().filter(|it| it.reason == "waits").count(), 2);
    assert!(apart.iter().all(|it| names.contains(&it.entry.0)));
    assert!(reader.record(bad).expect("reads").is_none());
    assert_eq!(
        reader.state(good).expect("reads"),
        author.store.write::<_, StoreError>(|tx| tx.state(good)).expect("reads")
    );
}

#[test]
fn a_fork_is_kept_beside_what_it_forks() {
    let (mut one, mut hub) = (Phone::new(1), Hub::default());
    let record = one.report(feed(1), NOON_S);
    let mut copy = Phone::new(1);
    assert_eq!(copy.report(feed(1), NOON_S), record);
    one.act(record, Body::Handle(HandBody { party: None }), NOON_S + 60);
    copy.act(record, Body::Note(PlainBody {}), NOON_S + 62);
    push(&mut one, &mut hub, &mut Dice(5), 1_000_000, NOON_S + 100);
    // The hub's word on the later one of two with one number is a refused line.
    push(&mut copy, &mut hub, &mut Dice(5), 1, NOON_S + 101);
    pull(&mut one, &hub, feed(1), 10);
    pull(&mut copy, &hub, feed(1), 10);
    assert_eq!(one.dump(), copy.dump());
    let status = one.store.reader().and_then(|reader| Ok(reader.status()?)).expect("counts");
    assert_eq!((status.acts, status.refused, status.unsent), (3, 1, 0));
    let refused = Verdict(2);
    let stored = one.store.reader().and_then(|reader| Ok(reader.record(record)?)).expect("reads").expect("is there");
    assert_eq!(
        stored
            .record
            .rows()
            .expect("rows")
            .iter()
            .filter(|row| row.said.map(|said| said.verdict) == Some(refused))
            .count(),
        1
    );
}

#[test]
fn a_released_store_opens_again_by_itself() {
    let mut phone = Phone::new(1);
    phone.report(feed(1), NOON_S);
    let before = phone.dump();
    phone.store.release().expect("released");
    assert!(!phone.file.with_file_name("store.db-wal").exists(), "no log is left beside the file");
    assert_eq!(phone.dump(), before);
    phone.report(feed(1), NOON_S + 1);
    assert_ne!(phone.dump(), before);
}

#[test]
fn a_writer_notices_what_another_program_wrote() {
    let mut phone = Phone::new(1);
    let record = phone.report(feed(1), NOON_S);
    let note = |second: i64| (Body::Note(PlainBody {}), NOON_S + second);
    let mut other = Store::open(&phone.file, &options()).expect("opens");
    let (body, time_s) = note(1);
    let own = phone.own(record, feed(1), body, time_s, None);
    let theirs = other.write(|tx| tx.append(&own)).expect("appended");
    let (body, time_s) = note(2);
    let own = phone.own(record, feed(1), body, time_s, None);
    let ours = phone.store.write(|tx| tx.append(&own)).expect("appended");
    assert_eq!((theirs.seq, ours.seq), (2, 3));
    assert_eq!(ours.deps, [theirs.change]);
}

#[test]
fn what_is_too_large_or_not_ones_own_is_refused_by_name() {
    let mut phone = Phone::new(1);
    let mut large = phone.birth(feed(1), NOON_S);
    large.detail.as_mut().expect("a detail").cbor = vec![0; 40_000];
    assert!(matches!(phone.store.write(|tx| tx.append(&large)), Err(AppendError::TooLarge { limit: 32_768, .. })));
    let mut foreign = phone.birth(feed(1), NOON_S);
    foreign.author = grant(2).device;
    assert!(matches!(phone.store.write(|tx| tx.append(&foreign)), Err(AppendError::Guard(_))));
    // Refused within a transaction that goes on: nothing of it is saved.
    let good = phone.birth(feed(1), NOON_S + 3);
    let done = phone.store.write(|tx| {
        assert!(tx.append(&large).is_err());
        tx.append(&good).map(drop)
    });
    done.expect("the good one");
    assert_eq!(phone.store.reader().and_then(|reader| Ok(reader.all_records()?)).expect("reads"), [good.record]);
}
