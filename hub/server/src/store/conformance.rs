//! The suite that every store of a hub passes: embedded, PostgreSQL and whatever comes.
//!
//! Each check takes an empty store and panics with what it saw. It lies here, not among the tests, so that a store in
//! another crate runs the very same one.

use gewu_log::entry::Entry;
use gewu_log::line::{HeadHash, Verdict};
use gewu_log::record::{Record, Said};
use gewu_model::act::{Act, Body, Profile, RECORD_KIND_CASE, ReportBody};
use gewu_model::day::Day;
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, PersonId, RecordId, StreetId};
use gewu_model::rights::Role;
use gewu_model::tally::{Count, Counts};
use gewu_model::time::Basis;

use super::{HubStore, HubWrite, Invite, NewCarried, NewLine, StoreError, read, write};

const FEED: FeedId = FeedId([1; 16]);
const STREET: StreetId = StreetId([9; 16]);
const SAID: Said = Said { verdict: Verdict::ADMITTED, hub_time_s: 1_700_000_100 };

/// All checks by name. `open` gives an empty store each time.
pub const CHECKS: &[(&str, fn(&dyn HubStore))] = &[
    ("lines_come_back_in_order_with_their_heads", lines_come_back_in_order_with_their_heads),
    ("a_failed_transaction_leaves_nothing", a_failed_transaction_leaves_nothing),
    ("writers_at_once_get_contiguous_numbers", writers_at_once_get_contiguous_numbers),
    ("tallies_add_up_by_day_and_by_month", tallies_add_up_by_day_and_by_month),
    ("a_place_in_a_log_is_found_with_its_fork", a_place_in_a_log_is_found_with_its_fork),
    ("an_invitation_is_used_once", an_invitation_is_used_once),
    ("a_record_comes_back_with_its_rows", a_record_comes_back_with_its_rows),
    ("a_notice_is_found_after_its_line_only", a_notice_is_found_after_its_line_only),
];

fn birth(author: u8, seq: u64) -> Entry {
    let author = DeviceId([author; 16]);
    let act = Act {
        grant: GrantId([1; 8]),
        pack: None,
        basis: Basis::Claimed,
        detail: None,
        body: Body::Report(ReportBody { profile: Profile::Light, class: "lamp".into(), urgent: None, filing: None, origin: None }),
    };
    Entry {
        feed: FEED,
        author,
        seq,
        record: RecordId::new(author, 1_700_000_000_000 + seq, 0),
        record_kind: RECORD_KIND_CASE,
        change_seq: 1,
        start_op: 1,
        time_s: 1_700_000_000,
        deps: Vec::new(),
        act: act.encode(),
        change: ChangeHash([0; 32]),
        detail: None,
    }
    .with_change_hash()
}

fn put(tx: &mut dyn HubWrite, entry: &Entry) -> Result<u64, StoreError> {
    let (n, head) = tx.feed(FEED)?.unwrap_or((0, HeadHash::start(STREET, FEED)));
    let entry_no = tx.put_entry(entry, &[], n + 1, SAID, false)?;
    let hub_time_s = SAID.hub_time_s.cast_unsigned();
    let head = head.then_entry(n + 1, entry.hash(), SAID.verdict, hub_time_s);
    let carried = NewCarried::Entry(entry_no);
    tx.put_line(&NewLine { feed: FEED, n: n + 1, head, verdict: SAID.verdict, hub_time_s, carried })?;
    Ok(n + 1)
}

fn must<T>(result: Result<T, StoreError>) -> T {
    result.unwrap_or_else(|error| panic!("the store failed: {error}"))
}

fn lines_come_back_in_order_with_their_heads(store: &dyn HubStore) {
    let entries: Vec<Entry> = (1..=5).map(|seq| birth(7, seq)).collect();
    for entry in &entries {
        must(write(store, |tx| put(tx, entry)));
    }
    let lines = must(read(store, |tx| tx.lines(FEED, 2, u64::MAX, 5)));
    assert_eq!(lines.lines.len(), 3, "lines after the second");
    assert!(!lines.more);
    let head = entries.iter().zip(1..).fold(HeadHash::start(STREET, FEED), |head, (entry, n)| {
        head.then_entry(n, entry.hash(), SAID.verdict, SAID.hub_time_s.cast_unsigned())
    });
    assert_eq!(lines.head, Some(head));
    assert_eq!(must(read(store, |tx| tx.head_at(FEED, 5))), Some(head));
    assert_eq!(must(read(store, |tx| tx.head_at(FEED, 6))), None);
    assert_eq!(must(read(store, |tx| tx.last_n(FEED))), 5);
    let few = must(read(store, |tx| tx.lines(FEED, 0, 1, 5)));
    assert_eq!((few.lines.len(), few.more), (1, true), "a budget cuts after at least one line");
    let hashes = must(read(store, |tx| tx.line_hashes(FEED, 0, 5)));
    let expected: Vec<u8> = entries.iter().flat_map(|entry| entry.hash().0).collect();
    assert_eq!(hashes, expected);
}

fn a_failed_transaction_leaves_nothing(store: &dyn HubStore) {
    let failed = write::<()>(store, |tx| {
        put(tx, &birth(7, 1))?;
        tx.add_tally(FEED, Day(19_000), &Counts([1; gewu_model::tally::COUNTS]))?;
        Err(StoreError::Busy)
    });
    assert!(matches!(failed, Err(StoreError::Busy)), "{failed:?}");
    assert_eq!(must(read(store, |tx| tx.last_n(FEED))), 0);
    assert_eq!(must(read(store, |tx| tx.counts(Day(0), Day(30_000)))), Vec::new());
    assert_eq!(must(write(store, |tx| put(tx, &birth(7, 1)))), 1);
}

fn writers_at_once_get_contiguous_numbers(store: &dyn HubStore) {
    std::thread::scope(|scope| {
        for author in 1..=4 {
            scope.spawn(move || {
                for seq in 1..=25 {
                    must(write(store, |tx| put(tx, &birth(author, seq))));
                }
            });
        }
    });
    let lines = must(read(store, |tx| tx.lines(FEED, 0, u64::MAX, u64::MAX >> 1)));
    assert_eq!(lines.lines.len(), 100);
    assert_eq!(must(read(store, |tx| tx.last_n(FEED))), 100);
}

fn tallies_add_up_by_day_and_by_month(store: &dyn HubStore) {
    let one = |value| {
        let mut counts = Counts::default();
        counts.0[Count::Reported.index()] = value;
        counts
    };
    let days = [(2026, 1, 31), (2026, 2, 1), (2026, 2, 28), (2026, 3, 1), (2026, 3, 15)];
    let days: Vec<Day> = days.iter().filter_map(|(year, month, day)| Day::from_ymd(*year, *month, *day)).collect();
    for (day, value) in days.iter().zip([1, 10, 100, 1_000, 10_000]) {
        must(write(store, |tx| tx.add_tally(FEED, *day, &one(value))));
    }
    let sum = |from: usize, to: usize| {
        let counts = must(read(store, |tx| tx.counts(days[from], days[to])));
        counts.iter().map(|(_, counts)| counts.of(Count::Reported)).sum::<i64>()
    };
    assert_eq!((sum(0, 4), sum(0, 3), sum(1, 2), sum(4, 4), sum(0, 0)), (11_111, 1_111, 110, 10_000, 1));
    must(write(store, |tx| tx.add_tally(FEED, days[4], &one(-10_000))));
    assert_eq!(sum(3, 4), 1_000);
}

fn a_place_in_a_log_is_found_with_its_fork(store: &dyn HubStore) {
    let entry = birth(7, 1);
    let fork = Entry { time_s: entry.time_s + 1, ..entry.clone() }.with_change_hash();
    must(write(store, |tx| put(tx, &entry)));
    must(write(store, |tx| tx.put_entry(&fork, &[], 2, SAID, true)));
    let found = must(write(store, |tx| tx.at(FEED, entry.author, 1)));
    let mut hashes: Vec<_> = found.iter().map(|found| (found.hash, found.forked)).collect();
    hashes.sort_unstable();
    let mut expected = vec![(entry.hash(), false), (fork.hash(), true)];
    expected.sort_unstable();
    assert_eq!(hashes, expected);
    assert_eq!(must(write(store, |tx| tx.rows(entry.record))).len(), 2, "a fork is a row of its record: others may rest on it");
}

fn an_invitation_is_used_once(store: &dyn HubStore) {
    let invite = Invite {
        secret_hash: [5; 32],
        person: PersonId([6; 16]),
        role: Role::Handler,
        area: FEED,
        import: true,
        expires_s: 1_800_000_000,
        used_by: None,
    };
    assert_eq!(must(write(store, |tx| tx.invite(&[5; 32]))), None);
    must(write(store, |tx| tx.put_invite(&invite)));
    let used = Invite { used_by: Some(DeviceId([8; 16])), ..invite };
    must(write(store, |tx| tx.put_invite(&used)));
    assert_eq!(must(write(store, |tx| tx.invite(&[5; 32]))), Some(used));
}

fn a_record_comes_back_with_its_rows(store: &dyn HubStore) {
    let entry = birth(7, 1);
    let mut record = Record::new(entry.record, FEED, RECORD_KIND_CASE);
    let taken = record.take(&entry, Some(SAID), &|_| None);
    assert!(taken.is_ok(), "{taken:?}");
    record.settle(&|_| None);
    must(write(store, |tx| {
        put(tx, &entry)?;
        tx.put_header(entry.record, record.header())
    }));
    let back = must(read(store, |tx| tx.record(entry.record)));
    let (header, rows, details) = back.unwrap_or_else(|| panic!("the record is gone"));
    assert_eq!(&header, record.header());
    assert_eq!(Some(rows.as_slice()), record.rows());
    assert_eq!(details, Vec::new());
    let code = gewu_model::code::Code::of(&entry.record);
    assert_eq!(must(read(store, |tx| tx.by_code(code))), vec![entry.record]);
}

fn a_notice_is_found_after_its_line_only(store: &dyn HubStore) {
    must(write(store, |tx| put(tx, &birth(7, 1))));
    must(write(store, |tx| {
        let (n, head) = tx.feed(FEED)?.unwrap_or((0, HeadHash::start(STREET, FEED)));
        let head = head.then_notice(n + 1, &[3; 32], 9);
        let carried = NewCarried::Notice(b"notice".to_vec());
        tx.put_line(&NewLine { feed: FEED, n: n + 1, head, verdict: Verdict::ADMITTED, hub_time_s: 9, carried })
    }));
    let found = |after_n, notice: &[u8]| must(write(store, |tx| tx.has_notice(FEED, after_n, notice)));
    assert_eq!((found(1, b"notice"), found(2, b"notice"), found(0, b"other")), (true, false, false));
    let head = must(write(store, |tx| tx.head_at(FEED, 2)));
    assert_eq!(head, must(read(store, |tx| tx.head_at(FEED, 2))));
    assert_eq!(must(read(store, |tx| tx.feeds())), vec![(FEED, 2)]);
}
