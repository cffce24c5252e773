//! The phone's ends of push and pull, driven by hand: what they send, how they shrink and grow, what they refuse.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use gewu_log::columns::{Outgoing, OutgoingCarried, OutgoingLine, write_lines};
use gewu_log::entry::Entry;
use gewu_log::keys::PrivateKey;
use gewu_log::line::{Head, HeadHash, Notice, Verdict};
use gewu_model::ids::{ChangeHash, DeviceId, Epoch, FeedId, RecordId, StreetId};
use gewu_sync::frame::{pack, unpack};
use gewu_sync::message::{Answer, Cursor, OfferReply, OfferRequest, Part, PullReply, PullRequest, PushReply, PushRequest, ShowReply};
use gewu_sync::pull::{self, PullError, PullSession};
use gewu_sync::push::{self, PushError, PushSession};
use gewu_sync::recover::{self, RecoverError, RecoverSession};

const FEED: FeedId = FeedId([1; 16]);
const STREET: StreetId = StreetId([2; 16]);

fn outgoing(seq: u64) -> Outgoing {
    let author = DeviceId([3; 16]);
    let entry = Entry {
        feed: FEED,
        author,
        seq,
        record: RecordId::new(author, seq, 0),
        record_kind: 1,
        change_seq: 1,
        start_op: 1,
        time_s: 1_700_000_000,
        deps: Vec::new(),
        act: vec![0xa0],
        change: ChangeHash([0; 32]),
        detail: None,
    };
    Outgoing { entry: entry.with_change_hash(), deps: Vec::new() }
}

fn batch(count: u64) -> push::Event {
    push::Event::Batch { entries: (1..=count).map(outgoing).collect(), seals: Vec::new(), tokens: Vec::new() }
}

fn sent(effect: push::Effect) -> PushRequest {
    match effect {
        push::Effect::Send(frame) => unpack(&frame).expect("a push"),
        other => panic!("a frame was expected, not {other:?}"),
    }
}

fn reply(count: usize, hashes_wanted: bool) -> push::Event {
    let answers = vec![Answer::Line { n: 1, verdict: Verdict::ADMITTED, hub_time_s: 5 }; count];
    push::Event::Reply(pack(&PushReply { answers, hashes_wanted, hub_time_s: 5 }))
}

fn budget(effect: &push::Effect) -> usize {
    match effect {
        push::Effect::Load { budget_bytes } => *budget_bytes,
        other => panic!("a load was expected, not {other:?}"),
    }
}

#[test]
fn frames_grow_with_success_and_shrink_after_a_cut() {
    let mut session = PushSession::new(push::SIZE);
    assert_eq!(budget(&session.step(push::Event::Start)), push::BUDGET_START);
    sent(session.step(batch(2)));
    assert!(matches!(session.step(reply(2, false)), push::Effect::Settle { .. }));
    assert_eq!(budget(&session.step(push::Event::Settled)), push::BUDGET_START * 2);
    sent(session.step(batch(2)));
    assert_eq!(budget(&session.step(push::Event::Cut)), push::BUDGET_START);
    sent(session.step(batch(2)));
    session.step(reply(2, false));
    let after = budget(&session.step(push::Event::Settled));
    assert!(after > push::BUDGET_START && after < push::BUDGET_START * 2, "{after}: slowly above what was cut");
    for _ in 0..4 {
        session.step(push::Event::Cut);
    }
    assert_eq!(session.size().bytes(), push::BUDGET_LEAST);
    assert!(matches!(session.step(push::Event::Cut), push::Effect::Later), "a link that only breaks is left alone for a while");
    assert!(matches!(PushSession::new(push::SIZE).step(batch(0)), push::Effect::Done));
}

#[test]
fn a_frame_whose_seals_do_not_come_out_is_sent_once_more_with_hashes() {
    let mut session = PushSession::new(push::SIZE);
    session.step(push::Event::Start);
    let first = sent(session.step(batch(3)));
    assert_eq!(first.hashes, None);
    let second = sent(session.step(reply(0, true)));
    let expected: Vec<u8> = (1..=3).flat_map(|seq| outgoing(seq).entry.hash().0).collect();
    assert_eq!((second.entries, second.hashes), (first.entries, Some(expected.into())));
    assert!(matches!(session.step(reply(0, true)), push::Effect::Broken(PushError::HashesTwice)));
}

#[test]
fn nothing_is_settled_by_a_reply_that_answers_another_number() {
    let mut session = PushSession::new(push::SIZE);
    session.step(push::Event::Start);
    sent(session.step(batch(3)));
    assert!(matches!(session.step(reply(2, false)), push::Effect::Broken(PushError::Count { expected: 3, found: 2 })));
    let mut session = PushSession::new(push::SIZE);
    session.step(push::Event::Start);
    sent(session.step(batch(1)));
    let portal = push::Event::Reply(b"<html>sign in</html>".to_vec());
    assert!(matches!(session.step(portal), push::Effect::Broken(PushError::Frame(_))));
}

fn cursor() -> Cursor {
    Cursor { feed: FEED, epoch: None, n: 0, head: [0; 32] }
}

fn pull_reply(feed: FeedId, hashes: Option<Vec<u8>>, more: bool) -> pull::Event {
    let notice = Notice::Pack { version: 2 }.bytes();
    let head = HeadHash::start(STREET, FEED).then_notice(1, blake3_of(&notice), 9);
    let line = OutgoingLine { verdict: Verdict::ADMITTED, hub_time_s: 9, carried: OutgoingCarried::Notice(notice) };
    let lines = if hashes.is_some() { Vec::new() } else { write_lines([&line]) };
    let head = Head::make(&PrivateKey::from_seed(&[4; 32]), STREET, feed, Epoch([5; 16]), 1, head, 9);
    let part = Part { feed, lines: lines.into(), hashes: hashes.map(Into::into), head, known_until_s: None, unknown_cursor: false };
    let reply = PullReply { parts: vec![part], tokens: Vec::new(), more, hub_time_s: 9, pack_version: 1 };
    pull::Event::Reply(pack(&reply))
}

fn blake3_of(bytes: &[u8]) -> &'static [u8; 32] {
    Box::leak(Box::new(*blake3::hash(bytes).as_bytes()))
}

fn asked(effect: pull::Effect) -> PullRequest {
    match effect {
        pull::Effect::Send(frame) => unpack(&frame).expect("a pull"),
        other => panic!("a frame was expected, not {other:?}"),
    }
}

fn applied(effect: pull::Effect) -> Box<pull::FeedLines> {
    match effect {
        pull::Effect::Apply { lines, .. } => lines,
        other => panic!("lines were expected, not {other:?}"),
    }
}

#[test]
fn lines_are_applied_from_the_cursor_on_until_nothing_more_is_there() {
    let mut session = PullSession::new(pull::SIZE);
    assert_eq!(asked(session.step(pull::Event::Cursors(vec![cursor()]))).cursors, [cursor()]);
    let lines = applied(session.step(pull_reply(FEED, None, true)));
    assert_eq!((lines.feed, lines.from_n, lines.lines.len()), (FEED, 1, 1));
    assert!(matches!(session.step(pull::Event::Applied), pull::Effect::LoadCursors), "the reply said that there is more");
    asked(session.step(pull::Event::Cursors(vec![cursor()])));
    applied(session.step(pull_reply(FEED, None, false)));
    assert!(matches!(session.step(pull::Event::Applied), pull::Effect::Done { hub_time_s: 9, pack_version: 1 }));
}

#[test]
fn a_head_that_does_not_come_out_asks_for_hashes_once() {
    let mut session = PullSession::new(pull::SIZE);
    asked(session.step(pull::Event::Cursors(vec![cursor()])));
    let lines = applied(session.step(pull_reply(FEED, None, false)));
    let request = asked(session.step(pull::Event::HeadWrong(lines)));
    assert_eq!((request.hashes_only, request.until_n), (true, Some(1)));
    let lines = applied(session.step(pull_reply(FEED, Some(vec![7; 32]), false)));
    assert_eq!(lines.hashes, Some(vec![[7; 32]]));
    let broken = session.step(pull::Event::HeadWrong(lines));
    assert!(matches!(broken, pull::Effect::Broken(PullError::HeadNeverRight { feed: FEED })), "{broken:?}");
}

#[test]
fn a_feed_that_was_not_asked_for_is_refused() {
    let mut session = PullSession::new(pull::SIZE);
    asked(session.step(pull::Event::Cursors(vec![cursor()])));
    let other = FeedId([9; 16]);
    let broken = session.step(pull_reply(other, None, false));
    assert!(matches!(broken, pull::Effect::Broken(PullError::OtherFeed { feed }) if feed == other), "{broken:?}");
}

fn head_of(epoch: u8, n: u64, chain: u8) -> Head {
    Head::make(&PrivateKey::from_seed(&[4; 32]), STREET, FEED, Epoch([epoch; 16]), n, HeadHash([chain; 32]), 9)
}

/// Runs a recovery against a hub that has the first `common` of ten kept heads; returns the places asked for, the pieces
/// offered by the line before them, and what the cursor is set back to.
fn recovered(common: u64) -> (Vec<u64>, Vec<u64>, Option<u64>) {
    let kept: Vec<Head> = (1..=10).map(|at| head_of(1, at * 100, 7)).collect();
    let mut session = RecoverSession::new(PrivateKey::from_seed(&[4; 32]).public(), STREET, kept);
    let (mut asked, mut offered) = (Vec::new(), Vec::new());
    let mut event = recover::Event::Start;
    loop {
        event = match session.step(event) {
            recover::Effect::Show(frame) => {
                assert_eq!(unpack::<Head>(&frame).expect("a head").n, 1_000, "the last one is shown");
                recover::Event::Reply(pack(&ShowReply { known: false, head: head_of(2, common * 100 + 30, 8) }))
            }
            recover::Effect::Ask { n } => {
                asked.push(n);
                recover::Event::Reply(pack(&head_of(2, n, if n <= common * 100 { 7 } else { 8 })))
            }
            recover::Effect::Load { after, to } => {
                let after_n = after.map_or(0, |head| head.n);
                assert_eq!(to.n, after_n + 100);
                offered.push(after_n);
                recover::Event::Piece((after_n != 500).then(|| {
                    let empty = || Vec::new().into();
                    Box::new(OfferRequest { after_n, after_hash: [7; 32], to: *to, lines: empty(), hashes: empty(), tokens: vec![] })
                }))
            }
            recover::Effect::Offer(_) => recover::Event::Reply(pack(&OfferReply { taken: 2, had: 0, missing: 0, hub_time_s: 9 })),
            recover::Effect::SetBack { common, .. } => return (asked, offered, common.map(|head| head.n)),
            other => panic!("{other:?}"),
        };
    }
}

#[test]
fn the_last_common_head_is_found_by_halving_and_all_pieces_after_it_are_offered() {
    for common in 0..10 {
        let (asked, offered, set_back) = recovered(common);
        assert!(asked.len() <= 4, "{common}: {asked:?}");
        // A piece that cannot be put together, here the one after line 500, keeps no other from being offered.
        assert_eq!(offered, (common..10).map(|at| at * 100).collect::<Vec<_>>());
        assert_eq!(set_back, (common > 0).then_some(common * 100));
    }
}

#[test]
fn a_hub_that_stays_with_two_chains_in_one_epoch_is_not_believed() {
    let begin = || RecoverSession::new(PrivateKey::from_seed(&[4; 32]).public(), STREET, vec![head_of(1, 5, 7)]);
    let shown = |known, head| {
        let mut session = begin();
        session.step(recover::Event::Start);
        session.step(recover::Event::Reply(pack(&ShowReply { known, head })))
    };
    let two = shown(false, head_of(1, 5, 8));
    assert!(matches!(two, recover::Effect::Broken(RecoverError::TwoHeads { n: 5 })), "{two:?}");
    let foreign = Head { signature: [0; 64], ..head_of(2, 5, 8) };
    assert!(matches!(shown(false, foreign), recover::Effect::Broken(RecoverError::Unsigned)));
    assert!(matches!(shown(true, head_of(1, 9, 8)), recover::Effect::Nothing));
    let mut session = begin();
    assert!(matches!(session.step(recover::Event::Reply(Vec::new())), recover::Effect::Broken(RecoverError::Unexpected)));
}
