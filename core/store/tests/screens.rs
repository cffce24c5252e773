//! What the store keeps for screens: drafts beside the acts, and what waits to be settled.

mod street;

use gewu_model::act::{Body, HandBody, RelocateBody};
use gewu_store::{DraftRow, Store, StoreError};
use street::{Dice, Hub, NOON_S, Phone, feed, grant, options, pull, push};

fn draft(about: Option<gewu_model::ids::RecordId>, kept_s: i64, text: &str) -> DraftRow {
    DraftRow { about, kept_s, bytes: text.as_bytes().to_vec() }
}

fn drafts(phone: &Phone) -> Vec<DraftRow> {
    phone.store.reader().expect("a reader").drafts().expect("reads")
}

#[test]
fn a_draft_stands_for_its_case_and_outlives_the_process() {
    let mut phone = Phone::new(1);
    let record = phone.report(feed(1), NOON_S);
    let before = phone.dump();
    for row in [draft(None, NOON_S, "old"), draft(Some(record), NOON_S + 1, "about"), draft(None, NOON_S + 2, "new")] {
        phone.store.write(|tx| tx.keep_draft(&row)).expect("kept");
    }
    let mut phone = phone.reopen();
    assert_eq!(drafts(&phone), [draft(None, NOON_S + 2, "new"), draft(Some(record), NOON_S + 1, "about")]);
    assert_eq!(phone.dump(), before, "a draft is in nothing derived");
    phone.store.rebuild().expect("rebuilt");
    assert_eq!(drafts(&phone).len(), 2, "a rebuild leaves drafts alone");
    assert_eq!(phone.store.reader().expect("a reader").status().expect("counts").unsent, 1, "nor is it to be sent");
    assert!(phone.store.write(|tx| tx.drop_draft(None)).expect("dropped"));
    assert!(!phone.store.write(|tx| tx.drop_draft(None)).expect("nothing to drop"));
    assert_eq!(drafts(&phone), [draft(Some(record), NOON_S + 1, "about")]);
}

#[test]
fn a_draft_goes_with_the_transaction_or_stays_with_it() {
    let mut phone = Phone::new(1);
    phone.store.write(|tx| tx.keep_draft(&draft(None, NOON_S, "typed"))).expect("kept");
    let birth = phone.birth(feed(1), NOON_S);
    let failed = phone.store.write(|tx| {
        tx.append(&birth).map(drop).map_err(|_| StoreError::StorageFull)?;
        tx.drop_draft(None)?;
        Err::<(), _>(StoreError::StorageFull)
    });
    assert!(matches!(failed, Err(StoreError::StorageFull)));
    assert_eq!(drafts(&phone).len(), 1, "nothing was saved, so it is still a draft");
    let saved = phone.store.write::<_, StoreError>(|tx| {
        tx.append(&birth).map(drop).map_err(|_| StoreError::StorageFull)?;
        tx.drop_draft(None)
    });
    assert!(saved.expect("saved"));
    assert_eq!(drafts(&phone).len(), 0);
}

#[test]
fn a_draft_larger_than_allowed_is_an_error_and_leaves_the_one_before() {
    let mut phone = Phone::new(1);
    phone.store.write(|tx| tx.keep_draft(&draft(None, NOON_S, "typed"))).expect("kept");
    let large = DraftRow { about: None, kept_s: NOON_S, bytes: vec![7; gewu_store::DRAFT_BYTES_MAX + 1] };
    assert!(phone.store.write(|tx| tx.keep_draft(&large)).is_err());
    assert_eq!(drafts(&phone), [draft(None, NOON_S, "typed")]);
}

/// Two phones of a grid that relocate one case to different grids without hearing of each other.
fn contested() -> (Phone, Hub, gewu_model::ids::RecordId) {
    let (mut one, mut other, mut hub, mut dice) = (Phone::new(1), Phone::new(2), Hub::default(), Dice(7));
    for number in [1, 2] {
        hub.announce(feed(1), &grant(number));
    }
    let record = one.report(feed(1), NOON_S);
    push(&mut one, &mut hub, &mut dice, u64::MAX, NOON_S);
    pull(&mut other, &hub, feed(1), 100);
    one.act(record, Body::Relocate(RelocateBody { area: feed(1) }), NOON_S + 1);
    other.act(record, Body::Relocate(RelocateBody { area: feed(2) }), NOON_S + 2);
    push(&mut other, &mut hub, &mut dice, u64::MAX, NOON_S);
    pull(&mut one, &hub, feed(1), 100);
    (one, hub, record)
}

#[test]
fn a_contested_case_is_found_until_somebody_settles_it() {
    let (mut phone, _, record) = contested();
    let reader = phone.store.reader().expect("a reader");
    assert_eq!(reader.contested_count().expect("counts"), 1);
    let found = reader.contested(None, 10).expect("reads");
    assert_eq!(found.iter().map(|(_, case)| case.record).collect::<Vec<_>>(), [record]);
    assert_eq!(reader.contested(found.first().map(|(place, _)| *place), 10).expect("reads"), []);
    let before = phone.dump();
    assert!(before.contains("\ncontested "), "{before}");
    phone.store.rebuild().expect("rebuilt");
    assert_eq!(phone.dump(), before);
    phone.act(record, Body::Relocate(RelocateBody { area: feed(2) }), NOON_S + 9);
    assert_eq!(phone.store.reader().expect("a reader").contested_count().expect("counts"), 0);
    let after = phone.dump();
    phone.store.rebuild().expect("rebuilt");
    assert_eq!(phone.dump(), after);
}

#[test]
fn a_store_of_the_first_version_is_brought_up_to_date() {
    let (mut phone, ..) = contested();
    let before = phone.dump();
    phone.store.release().expect("let go");
    let db = rusqlite::Connection::open(&phone.file).expect("opens");
    let old = "DROP TABLE draft; DROP TABLE contested; DROP TABLE head_kept; DROP TABLE line_beside; \
        DROP TABLE told; DROP TABLE fork; PRAGMA user_version = 1;";
    db.execute_batch(&format!(
        "PRAGMA key = \"x'{}'\"; PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; {old}",
        "09".repeat(32)
    ))
    .expect("made old");
    drop(db);
    phone.store = Store::open(&phone.file, &options()).expect("opens");
    assert_eq!(phone.dump(), before);
    phone.store.write(|tx| tx.keep_draft(&draft(None, NOON_S, "typed"))).expect("kept");
    assert_eq!(drafts(&phone).len(), 1);
}

#[test]
fn refused_entries_are_listed_the_newest_first_and_open_ones_counted_by_area() {
    let (mut phone, mut hub, mut dice) = (Phone::new(1), Hub::default(), Dice(3));
    hub.announce(feed(1), &grant(1));
    let record = phone.report(feed(1), NOON_S);
    push(&mut phone, &mut hub, &mut dice, u64::MAX, NOON_S);
    phone.act(record, Body::Handle(HandBody { party: None }), NOON_S + 60);
    phone.act(record, Body::Handle(HandBody { party: None }), NOON_S + 61);
    push(&mut phone, &mut hub, &mut dice, 1, NOON_S);
    let reader = phone.store.reader().expect("a reader");
    let refused = reader.refused(None, 10).expect("reads");
    assert_eq!(refused.iter().map(|row| (row.position, row.record)).collect::<Vec<_>>(), [(3, record), (2, record)]);
    assert_eq!(reader.refused(Some(3), 10).expect("reads").len(), 1);
    assert_eq!(reader.refused(None, 1).expect("reads").len(), 1);
    let deadline_s = reader.state(record).expect("reads").expect("is there").deadline_s.expect("is due");
    for (now_s, overdue) in [(deadline_s, 0), (deadline_s + 1, 1)] {
        let counts = reader.open_by_area(now_s).expect("counts");
        assert_eq!(
            counts.into_iter().map(|(area, it)| (area, it.open, it.overdue)).collect::<Vec<_>>(),
            [(feed(1), 1, overdue)]
        );
    }
}
