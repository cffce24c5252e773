//! What the hub says of pushed entries: lines, repeats, refusals, forks, and what hostile frames come to.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::sync::Arc;

use gewu_hub::config::World;
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_hub::ingest::{self, OfferError};
use gewu_hub::store;
use gewu_log::columns::{Outgoing, write_entries, write_lines};
use gewu_log::entry::{Detail, Entry};
use gewu_log::grant;
use gewu_log::invitation::enrol_request;
use gewu_log::keys::PrivateKey;
use gewu_log::line::Verdict;
use gewu_log::seal::{Link, Seal};
use gewu_model::act::{
    Act, Body, CloseBody, DetailText, HandBody, Profile, RECORD_KIND_CASE, ReportBody,
};
use gewu_model::area::{Area, AreaKind};
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, RecordId, StreetId};
use gewu_model::pack::{Class, PackDraft};
use gewu_model::rights::{Refusal, Role};
use gewu_model::time::Basis;
use gewu_sync::message::{Answer, OfferReply, OfferRequest, PushReply, PushRequest};

struct Street {
    _dir: tempfile::TempDir,
    hub: Hub,
}

fn pack(street: StreetId) -> Vec<u8> {
    let area = |kind, code: &str, parent| Area { parent, ..Area::of(street, kind, code, code) };
    let top = FeedId::of(street, AreaKind::Street, "street");
    let class = Class { key: "lamp".into(), name: "lamp".into(), profile: Profile::Light, ..Class::default() };
    let draft = PackDraft {
        version: 1,
        place: "here".into(),
        day_offset_s: 28_800,
        areas: vec![
            area(AreaKind::Street, "street", None),
            area(AreaKind::Grid, "1", Some(top)),
            area(AreaKind::Grid, "2", Some(top)),
        ],
        classes: vec![class],
        usual: Vec::new(),
        notes: Vec::new(),
        roles: None,
        calendar: None,
    };
    serde_json::to_vec(&draft).expect("a pack")
}

impl Street {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("hub");
        folder::init(&path, pack, &[], &World::default()).expect("a hub");
        let (db, own) = folder::open(&path).expect("opens");
        Self { hub: Hub::new(Arc::new(db), own, World::default()).expect("a hub"), _dir: dir }
    }

    fn feed(&self, code: &str) -> FeedId {
        FeedId::of(self.hub.street(), AreaKind::Grid, code)
    }

    fn phone(&self, seed: u8, role: Role, area: FeedId) -> Phone {
        let key = PrivateKey::from_seed(&[seed; 32]);
        let (invitation, _) = self.hub.invite(None, role, area, false, vec!["x:1".into()]).expect("invited");
        let reply = self.hub.enrol(&enrol_request(&key, self.hub.street(), &invitation.secret)).expect("enrolled");
        let grant = grant::read(&reply.grant, &self.hub.own().hub_key.public()).expect("a grant");
        Phone { key, grant: grant.id, street: self.hub.street(), next: 1 }
    }

    fn push(&self, phone: &Phone, request: &PushRequest) -> PushReply {
        let device = phone.key.public().device();
        store::write(self.hub.store(), |tx| match ingest::push(&self.hub, tx, device, request) {
            Ok((reply, _)) => Ok(reply),
            Err(error) => panic!("{error}"),
        })
        .expect("the store works")
    }

    fn entries(&self) -> usize {
        let mut count = 0;
        self.hub.store().read(&mut |tx| tx.each_entry(&mut |_, _, _| count += 1)).expect("reads");
        count
    }
}

struct Phone {
    key: PrivateKey,
    grant: GrantId,
    street: StreetId,
    next: u64,
}

impl Phone {
    fn entry(&mut self, feed: FeedId, on: Option<&Entry>, change_seq: u64, body: Body, text: Option<&str>) -> Outgoing {
        let author = self.key.public().device();
        let detail = text.map(|text| Detail {
            salt: [7; 16],
            cbor: DetailText { text: Some(text.into()), ..DetailText::default() }.encode_cbor(),
        });
        let act = Act { grant: self.grant, pack: None, basis: Basis::Claimed, detail: detail.as_ref().map(Detail::hash), body };
        let seq = self.next;
        self.next += 1;
        let entry = Entry {
            feed,
            author,
            seq,
            record: on.map_or_else(|| RecordId::new(author, 1_790_000_000_000 + seq, 0), |on| on.record),
            record_kind: RECORD_KIND_CASE,
            change_seq,
            start_op: on.map_or(1, |on| on.start_op + 1),
            time_s: 1_700_000_000,
            deps: on.iter().map(|on| on.change).collect(),
            act: act.encode(),
            change: ChangeHash([0; 32]),
            detail,
        };
        Outgoing { deps: on.iter().map(|on| Some((on.author, on.seq))).collect(), entry: entry.with_change_hash() }
    }

    fn report(&mut self, feed: FeedId, text: &str) -> Outgoing {
        let filing = gewu_model::act::Filing { class: "lamp".into(), condition: None, limit: None, deadline_s: None, catalogue: 1 };
        let body = ReportBody { profile: Profile::Light, class: "lamp".into(), urgent: None, filing: Some(filing), origin: None };
        self.entry(feed, None, 1, Body::Report(body), Some(text))
    }

    fn frame(&self, entries: &[Outgoing]) -> PushRequest {
        let first = &entries[0].entry;
        let hashes = entries.iter().map(|out| out.entry.hash());
        let seal = Seal::make(&self.key, self.street, first.feed, first.seq, Link::default(), hashes);
        PushRequest { tokens: vec![], seals: vec![seal], entries: write_entries(entries).into(), hashes: None }
    }
}

fn admitted(answer: &Answer) -> Option<u64> {
    match answer {
        Answer::Line { n, verdict: Verdict::ADMITTED, .. } => Some(*n),
        _ => None,
    }
}

fn refused(answer: &Answer) -> Option<Refusal> {
    match answer {
        Answer::Line { verdict, .. } => verdict.refusal(),
        _ => None,
    }
}

#[test]
fn an_entry_gets_its_line_once_however_often_it_comes() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut phone = street.phone(1, Role::Inspector, grid);
    let entries = [phone.report(grid, "a"), phone.report(grid, "b")];
    let frame = phone.frame(&entries);
    let first = street.push(&phone, &frame);
    assert_eq!(first.answers.iter().map(admitted).collect::<Vec<_>>(), [Some(1), Some(2)]);
    let again = street.push(&phone, &frame);
    let had = |answer: &Answer| matches!(answer, Answer::Had { verdict: Verdict::ADMITTED, .. });
    assert!(again.answers.iter().all(had), "{:?}", again.answers);
    assert_eq!(street.entries(), 2);
}

#[test]
fn an_entry_that_differs_from_what_was_sealed_stays_out_by_name_and_the_rest_goes_in() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut phone = street.phone(1, Role::Inspector, grid);
    let mut entries = vec![phone.report(grid, "a"), phone.report(grid, "b"), phone.report(grid, "c")];
    let mut frame = phone.frame(&entries);
    let hashes: Vec<u8> = entries.iter().flat_map(|out| out.entry.hash().0).collect();
    entries[1].entry.time_s += 1;
    frame.entries = write_entries(&entries).into();
    let reply = street.push(&phone, &frame);
    assert!(reply.hashes_wanted && reply.answers.is_empty());
    assert_eq!(street.entries(), 0, "nothing is written before the seals have come out");
    frame.hashes = Some(hashes.into());
    let reply = street.push(&phone, &frame);
    assert_eq!(admitted(&reply.answers[0]), Some(1));
    assert_eq!(reply.answers[1], Answer::Malformed { code: "hash".into() });
    assert_eq!(admitted(&reply.answers[2]), Some(2));
}

#[test]
fn a_run_that_nobody_vouches_for_is_malformed() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut phone = street.phone(1, Role::Inspector, grid);
    let entries = [phone.report(grid, "a")];
    let mut frame = phone.frame(&entries);
    frame.seals[0].signature[5] ^= 1;
    assert!(street.push(&phone, &frame).hashes_wanted);
    frame.hashes = Some(entries[0].entry.hash().0.to_vec().into());
    assert_eq!(street.push(&phone, &frame).answers, [Answer::Malformed { code: "seal".into() }]);
    assert_eq!(street.entries(), 0);
}

#[test]
fn another_entry_in_the_same_place_of_a_log_is_a_fork_and_kept() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut phone = street.phone(1, Role::Inspector, grid);
    let first = [phone.report(grid, "a")];
    street.push(&phone, &phone.frame(&first));
    phone.next = 1;
    let mut copy = phone.report(grid, "from the copied store");
    copy.entry.time_s += 9;
    copy.entry = copy.entry.with_change_hash();
    let second = [copy];
    let reply = street.push(&phone, &phone.frame(&second));
    assert!(matches!(reply.answers[0], Answer::Forked { n: 2, .. }), "{:?}", reply.answers);
    assert_eq!(street.entries(), 2);
}

#[test]
fn what_a_grant_does_not_cover_is_refused_and_kept() {
    let street = Street::new();
    let (one, two) = (street.feed("1"), street.feed("2"));
    let mut phone = street.phone(1, Role::Inspector, one);
    let mut other = street.phone(2, Role::Inspector, one);
    let elsewhere = [phone.report(two, "not my grid")];
    assert_eq!(refused(&street.push(&phone, &phone.frame(&elsewhere)).answers[0]), Some(Refusal::NotYours));
    other.grant = phone.grant;
    let borrowed = [other.report(one, "with another's grant")];
    assert_eq!(refused(&street.push(&other, &other.frame(&borrowed)).answers[0]), Some(Refusal::GrantOfOther));
    other.grant = GrantId([9; 8]);
    other.next = 2;
    let unknown = [other.report(one, "with no grant")];
    let mut frame = other.frame(&unknown);
    frame.seals[0] = Seal::make(&other.key, other.street, one, 2, Link([1; 32]), [unknown[0].entry.hash()]);
    assert_eq!(refused(&street.push(&other, &frame).answers[0]), Some(Refusal::GrantUnknown));
    assert_eq!(street.entries(), 3, "refused acts are kept");
}

#[test]
fn the_handler_does_not_close_and_an_inspector_does() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut inspector = street.phone(1, Role::Inspector, grid);
    let mut handler = street.phone(2, Role::Handler, grid);
    let report = [inspector.report(grid, "a")];
    street.push(&inspector, &inspector.frame(&report));
    let handle = [handler.entry(grid, Some(&report[0].entry), 1, Body::Handle(HandBody { party: None }), None)];
    assert_eq!(admitted(&street.push(&handler, &handler.frame(&handle)).answers[0]), Some(2));
    let close = || Body::Close(CloseBody { condition: None });
    let wrong = [handler.entry(grid, Some(&handle[0].entry), 2, close(), None)];
    let mut frame = handler.frame(&wrong);
    frame.seals[0] = Seal::make(&handler.key, handler.street, grid, 2, Link([1; 32]), [wrong[0].entry.hash()]);
    assert_eq!(refused(&street.push(&handler, &frame).answers[0]), Some(Refusal::NoRight));
    let right = [inspector.entry(grid, Some(&handle[0].entry), 2, close(), None)];
    let mut frame = inspector.frame(&right);
    frame.seals[0] = Seal::make(&inspector.key, inspector.street, grid, 2, Link([1; 32]), [right[0].entry.hash()]);
    assert_eq!(admitted(&street.push(&inspector, &frame).answers[0]), Some(4));
    let case = gewu_hub::figures::case(&street.hub, report[0].entry.record).expect("reads").expect("there");
    assert_eq!(case.state.stage, Some(gewu_model::case::Stage::Closed));
    assert_eq!(case.history.len(), 4);
}

#[test]
fn an_entry_whose_predecessor_is_missing_is_held_and_others_pass() {
    let street = Street::new();
    let grid = street.feed("1");
    let mut phone = street.phone(1, Role::Inspector, grid);
    let unseen = phone.report(grid, "never sent");
    let child = phone.entry(grid, Some(&unseen.entry), 2, Body::Close(CloseBody { condition: None }), None);
    let other = phone.report(grid, "b");
    let mut frame = phone.frame(&[child.clone(), other.clone()]);
    assert!(street.push(&phone, &frame).hashes_wanted, "the run cannot be rebuilt");
    frame.hashes = Some([child.entry.hash().0, other.entry.hash().0].concat().into());
    let reply = street.push(&phone, &frame);
    assert_eq!(reply.answers[0], Answer::Held);
    assert_eq!(admitted(&reply.answers[1]), Some(1));
}

/// The lines of a feed after one, as a phone that holds them offers them.
fn offered(hub: &Hub, feed: FeedId, after_n: u64) -> OfferRequest {
    let to = hub.head_at(feed, u64::MAX).expect("reads");
    let after_hash = hub.head_at(feed, after_n).expect("reads").hash;
    let read = |tx: &dyn store::HubRead| Ok((tx.lines(feed, after_n, u64::MAX, to.n)?, tx.line_hashes(feed, after_n, to.n)?));
    let (lines, hashes) = store::read(hub.store(), read).expect("reads");
    OfferRequest {
        after_n,
        after_hash,
        to,
        lines: write_lines(&lines.lines).into(),
        hashes: hashes.into(),
        tokens: Vec::new(),
    }
}

fn offer(hub: &Hub, request: &OfferRequest) -> Result<OfferReply, OfferError> {
    let mut out = None;
    let written = hub.store().write(&mut |tx| {
        out = Some(ingest::offer(hub, tx, DeviceId([0; 16]), request).map(|(reply, _)| reply));
        Ok(())
    });
    written.expect("the store works");
    out.expect("it ran")
}

fn opened(dir: &std::path::Path) -> Hub {
    let (db, own) = folder::open(dir).expect("opens");
    Hub::new(Arc::new(db), own, World::default()).expect("a hub")
}

struct PutBack {
    street: Street,
    grid: FeedId,
    backup: std::path::PathBuf,
}

/// A hub with two lines before a backup and three after it, the second of these refused.
fn put_back() -> PutBack {
    let street = Street::new();
    let (grid, other) = (street.feed("1"), street.feed("2"));
    let (mut phone, mut stranger) = (street.phone(1, Role::Inspector, grid), street.phone(2, Role::Inspector, other));
    let first = [phone.report(grid, "a"), phone.report(grid, "b")];
    street.push(&phone, &phone.frame(&first));
    let backup = street._dir.path().join("backup");
    let done = folder::backup(&street._dir.path().join("hub"), &backup).expect("backed up");
    assert!(done.lines >= 2, "{done:?}");
    let later = [phone.report(grid, "c")];
    let mut frame = phone.frame(&later);
    frame.seals = vec![Seal::make(&phone.key, phone.street, grid, 3, Link::default(), later.iter().map(|out| out.entry.hash()))];
    street.push(&phone, &frame);
    let strange = [stranger.report(grid, "d")];
    let reply = street.push(&stranger, &stranger.frame(&strange));
    assert!(refused(&reply.answers[0]).is_some(), "{reply:?}");
    PutBack { street, grid, backup }
}

#[test]
fn lost_lines_come_back_with_their_words_and_once() {
    let it = put_back();
    let request = offered(&it.street.hub, it.grid, 1);
    folder::restore(&it.backup, &it.street._dir.path().join("restored"), &World::default()).expect("restored");
    let restored = opened(&it.street._dir.path().join("restored"));
    assert_eq!(restored.head_at(it.grid, u64::MAX).expect("reads").n, 2);
    let reply = offer(&restored, &request).expect("taken");
    assert_eq!((reply.taken, reply.had, reply.missing), (2, 1, 0));
    let again = offer(&restored, &request).expect("taken");
    assert_eq!((again.taken, again.had, again.missing), (0, 3, 0));
    let words = |hub: &Hub| {
        let mut words = Vec::new();
        let read = hub.store().read(&mut |tx| tx.each_entry(&mut |entry, n, said| words.push((entry.hash(), n, said))));
        read.expect("reads");
        words
    };
    assert_eq!(words(&restored), words(&it.street.hub), "the same words, and here the same numbers");
}

#[test]
fn lines_that_lead_to_no_head_of_this_hub_stay_out() {
    let it = put_back();
    folder::restore(&it.backup, &it.street._dir.path().join("restored"), &World::default()).expect("restored");
    let restored = opened(&it.street._dir.path().join("restored"));
    let good = offered(&it.street.hub, it.grid, 2);
    let spoilt = |spoil: &dyn Fn(&mut OfferRequest)| {
        let mut request = good.clone();
        spoil(&mut request);
        let refused = offer(&restored, &request);
        assert!(matches!(refused, Err(OfferError::Chain)), "{refused:?}");
    };
    spoilt(&|request| request.after_hash[0] ^= 1);
    spoilt(&|request| request.hashes[5] ^= 1);
    spoilt(&|request| request.to.n += 1);
    spoilt(&|request| request.to.hash[0] ^= 1);
    spoilt(&|request| request.to.signature[0] ^= 1);
    spoilt(&|request| {
        let other = PrivateKey::from_seed(&[77; 32]);
        request.to = request.to.clone().backed_up(&other, it.street.hub.street(), 0);
    });
    // Another word for the refused one.
    let lines = gewu_log::columns::read_lines(&good.lines).expect("reads");
    assert!(lines.iter().any(|line| line.verdict != Verdict::ADMITTED));
    let read = |tx: &dyn store::HubRead| tx.lines(it.grid, 2, u64::MAX, u64::MAX >> 1);
    let mut lines = store::read(it.street.hub.store(), read).expect("reads").lines;
    lines.iter_mut().for_each(|line| line.verdict = Verdict::ADMITTED);
    spoilt(&|request| request.lines = write_lines(&lines).into());
    assert_eq!(restored.head_at(it.grid, u64::MAX).expect("reads").n, 2);
    assert_eq!(offer(&restored, &good).expect("taken").taken, 2);
}

#[test]
fn one_head_makes_a_hub_change_its_epoch_once() {
    let it = put_back();
    let shown = it.street.hub.head_at(it.grid, u64::MAX).expect("reads");
    assert!(it.street.hub.show(&shown).expect("its own").known);
    assert_eq!(it.street.hub.epoch(), shown.epoch, "what is in the chain proves nothing");

    // Files copied back by hand: the epoch is still that of the head.
    let by_hand = it.street._dir.path().join("by-hand");
    std::fs::create_dir_all(&by_hand).expect("a folder");
    for name in ["hub.db", "key"] {
        std::fs::copy(it.backup.join(name), by_hand.join(name)).expect("copied");
    }
    let hub = opened(&by_hand);
    assert_eq!(hub.epoch(), shown.epoch);
    let reply = hub.show(&shown).expect("its own");
    assert!(!reply.known);
    let moved = hub.epoch();
    assert_ne!(moved, shown.epoch);
    assert_eq!(reply.head.epoch, moved);
    hub.show(&shown).expect("its own");
    assert_eq!(hub.epoch(), moved, "a past epoch's head changes nothing");
    assert_eq!(opened(&by_hand).epoch(), moved, "it is durable");

    // `restore` has begun one by itself.
    let restored = it.street._dir.path().join("restored");
    let own = folder::restore(&it.backup, &restored, &World::default()).expect("restored");
    assert_ne!(own.epoch, shown.epoch);
    let hub = opened(&restored);
    hub.show(&shown).expect("its own");
    assert_eq!(hub.epoch(), own.epoch);

    // An epoch that the backup has never heard of proves a restore in between, once.
    let unheard = opened(&by_hand).head_at(it.grid, 1).expect("reads");
    let unheard = gewu_log::line::Head { hash: [9; 32], ..unheard };
    let hub_key = &it.street.hub.own().hub_key;
    let unheard = unheard.backed_up(hub_key, it.street.hub.street(), 0);
    hub.show(&unheard).expect("its own");
    let moved = hub.epoch();
    assert_ne!(moved, own.epoch);
    hub.show(&unheard).expect("its own");
    assert_eq!(hub.epoch(), moved);
    let foreign = unheard.backed_up(&PrivateKey::from_seed(&[77; 32]), it.street.hub.street(), 0);
    assert!(hub.show(&foreign).is_err(), "not this hub's");
    assert!(folder::restore(&it.backup, &restored, &World::default()).is_err(), "nothing is written over");
}

#[test]
fn heads_tell_what_the_backup_covers() {
    let it = put_back();
    let head = it.street.hub.head_at(it.grid, u64::MAX).expect("reads");
    assert_eq!((head.n, head.backup_n), (4, 2));
    assert_eq!(it.street.hub.head_at(it.grid, 1).expect("reads").backup_n, 1, "never more than the head itself");
    assert!(head.verify(&it.street.hub.own().hub_key.public(), it.street.hub.street()).is_ok());
}
