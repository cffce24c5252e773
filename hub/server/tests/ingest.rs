//! What the hub says of pushed entries: lines, repeats, refusals, forks, and what hostile frames come to.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]

use std::sync::Arc;

use gewu_hub::config::World;
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_hub::ingest;
use gewu_hub::store;
use gewu_log::columns::{Outgoing, write_entries};
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
use gewu_model::ids::{ChangeHash, FeedId, GrantId, RecordId, StreetId};
use gewu_model::pack::{Class, PackDraft};
use gewu_model::rights::{Refusal, Role};
use gewu_model::time::Basis;
use gewu_sync::message::{Answer, PushReply, PushRequest};

struct Street {
    _dir: tempfile::TempDir,
    hub: Hub,
}

fn pack(street: StreetId) -> Vec<u8> {
    let area = |kind, code: &str, parent| Area {
        id: FeedId::of(street, kind, code),
        kind,
        code: code.into(),
        name: code.into(),
        number: None,
        parent,
        middle: None,
    };
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
