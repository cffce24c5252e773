use super::*;
use gewu_model::act::{Act, Body, DetailText, PlainBody};
use gewu_model::ids::GrantId;
use gewu_model::time::Basis;

fn entry(author: u8, seq: u64, record: RecordId, deps: Vec<ChangeHash>, text: Option<&str>) -> Outgoing {
    let detail = text.map(|text| Detail {
        salt: [author; 16],
        cbor: DetailText { text: Some(text.to_owned()), ..DetailText::default() }.encode_cbor(),
    });
    let act = Act {
        grant: GrantId([author; 8]),
        pack: None,
        basis: Basis::Claimed,
        detail: detail.as_ref().map(Detail::hash),
        body: Body::Note(PlainBody {}),
    };
    let entry = Entry {
        feed: FeedId([record.0[0]; 16]),
        author: DeviceId([author; 16]),
        seq,
        record,
        record_kind: 1,
        change_seq: 1,
        start_op: 1,
        time_s: 1_700_000_000 + i64::from(author),
        deps,
        act: act.encode(),
        change: ChangeHash([0; 32]),
        detail,
    }
    .with_change_hash();
    Outgoing { deps: vec![None; entry.deps.len()], entry }
}

fn sample() -> Vec<Outgoing> {
    let (one, two) = (RecordId([1; 16]), RecordId([2; 16]));
    let a = entry(1, 1, one, vec![], Some("漏水"));
    let b = entry(2, 1, two, vec![], None);
    let c = entry(2, 5, one, vec![a.entry.change], Some("修好了"));
    let d = entry(1, 2, one, vec![a.entry.change], None);
    let mut e = entry(3, 9, two, vec![ChangeHash([7; 32]), b.entry.change], Some(""));
    e.deps[0] = Some((DeviceId([9; 16]), 300));
    let f = entry(3, 10, two, vec![ChangeHash([8; 32])], None);
    vec![a, b, c, d, e, f]
}

#[test]
fn entries_come_back_with_their_acts_bit_for_bit() {
    let sample = sample();
    let read = read_entries(&write_entries(&sample)).expect("read");
    assert_eq!(read.len(), sample.len());
    for (got, sent) in read.iter().zip(&sample) {
        let sent = &sent.entry;
        assert_eq!((got.feed, got.author, got.seq, got.record), (sent.feed, sent.author, sent.seq, sent.record));
        assert_eq!((got.time_s, &got.act, &got.detail), (sent.time_s, &sent.act, &sent.detail));
    }
    assert_eq!(read[2].deps, [Dep::Here(0)]);
    assert_eq!(read[3].deps, [Dep::Here(0)]);
    assert_eq!(read[4].deps, [Dep::Known(DeviceId([9; 16]), 300), Dep::Here(1)]);
    assert_eq!(read[5].deps, [Dep::Hash(ChangeHash([8; 32]))]);
}

#[test]
fn lines_come_back() {
    let entries = sample();
    let mut lines: Vec<OutgoingLine> = entries
        .into_iter()
        .map(|entry| OutgoingLine { verdict: Verdict(2), hub_time_s: 99, carried: OutgoingCarried::Entry(Box::new(entry)) })
        .collect();
    lines.push(OutgoingLine { verdict: Verdict(0), hub_time_s: 5, carried: OutgoingCarried::Notice(vec![1, 2]) });
    lines.push(OutgoingLine { verdict: Verdict(0), hub_time_s: 7, carried: OutgoingCarried::Hash(EntryHash([3; 32])) });
    let read = read_lines(&write_lines(&lines)).expect("read");
    assert_eq!(read.len(), 8);
    assert_eq!((read[0].verdict, read[0].hub_time_s), (Verdict(2), 99));
    assert_eq!(read[6].carried, Carried::Notice(vec![1, 2]));
    assert_eq!(read[7].carried, Carried::Hash(EntryHash([3; 32])));
}

#[test]
fn a_detail_that_is_not_the_acts_travels_beside_its_hash() {
    let mut odd = sample().remove(0);
    odd.entry.detail = Some(Detail { salt: [9; 16], cbor: vec![0xa0] });
    let read = read_entries(&write_entries([&odd])).expect("read");
    assert_eq!((&read[0].act, &read[0].detail), (&odd.entry.act, &odd.entry.detail));
}

/// A hub's disk flipped a bit of an act: the frame is read all the same, the act comes as it lay there, and the head
/// tells that it is not the one that was signed. It once made the whole reply unreadable.
#[test]
fn a_damaged_act_spoils_no_frame() {
    let whole = sample();
    for bit in 0..whole[2].entry.act.len() * 8 {
        let mut sample = whole.clone();
        sample[2].entry.act[bit / 8] ^= 1 << (bit % 8);
        let read = read_entries(&write_entries(&sample)).unwrap_or_else(|error| panic!("bit {bit}: {error}"));
        for (got, sent) in read.iter().zip(&sample) {
            assert_eq!((&got.act, &got.detail), (&sent.entry.act, &sent.entry.detail), "bit {bit}");
        }
    }
}

/// A record's feed travels with its first entry, so a later one that lies in another feed is a damaged one. It once
/// shifted the sequence numbers of everything that its author wrote afterwards.
#[test]
fn a_damaged_feed_shifts_nobodys_numbers() {
    let whole = sample();
    for damaged in 0..whole.len() {
        let mut sample = whole.clone();
        sample[damaged].entry.feed.0[3] ^= 4;
        let read = read_entries(&write_entries(&sample)).expect("read");
        for (got, sent) in read.iter().zip(&whole) {
            assert_eq!((got.author, got.seq), (sent.entry.author, sent.entry.seq), "feed of {damaged}");
        }
    }
}

#[test]
fn no_bytes_make_the_reader_panic_or_allocate_without_bound() {
    let good = write_entries(&sample());
    for at in 0..good.len() {
        assert!(read_entries(&good[..at]).is_err(), "cut at {at}");
        for change in [1_u8, 0x80, 0xff] {
            let mut bad = good.clone();
            bad[at] ^= change;
            if let Ok(entries) = read_entries(&bad) {
                assert!(entries.len() <= bad.len());
            }
        }
    }
    assert_eq!(read_entries(&[0xff; 64]), Err(ColumnsError::Range));
}
