//! A phone that keeps to no rule: what it sends is made here, not by a device.
//!
//! It holds a grant as good as anybody's, so everything that it sends gets as far as the guard, the seals and the role
//! table. The hub may answer what it likes, so long as nobody else is worse off and what it says it has, it has.

use std::collections::BTreeSet;

use gewu_hub::hub::Hub;
use gewu_log::columns::{Outgoing, write_entries};
use gewu_log::entry::{Detail, Entry};
use gewu_log::grant;
use gewu_log::invitation::{enrol_request, session_answer};
use gewu_log::keys::PrivateKey;
use gewu_log::seal::{Link, Seal};
use gewu_model::act::{Act, Body, CloseBody, DetailText, Filing, Profile, RECORD_KIND_CASE, ReportBody};
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, FeedId, GrantId, RecordId, StreetId};
use gewu_model::rights::Role;
use gewu_model::time::Basis;
use gewu_sync::frame::{pack, unpack};
use gewu_sync::message::{Answer, Cursor, PullRequest, PushReply, PushRequest, SessionChallenge, SessionReply};

use crate::dice::Dice;
use crate::hub::Call;
use crate::place::Post;
use crate::world::World;

/// The liar.
pub struct Liar {
    key: PrivateKey,
    grant: GrantId,
    street: StreetId,
    hub_key: [u8; 32],
    feed: FeedId,
    bearer: Option<String>,
    next: u64,
    dice: Dice,
    /// Entries that the hub said it has.
    pub told: BTreeSet<EntryHash>,
}

impl Liar {
    /// Enrols as an inspector of a grid.
    ///
    /// # Errors
    /// What the hub says.
    pub fn enrol(hub: &Hub, seed: u64) -> Result<Self, String> {
        let dice = Dice::new(seed, "liar");
        let (key, feed) = (PrivateKey::from_seed(&dice.array()), Post::Grid("03").feed(hub.street()));
        let invited = hub.invite(None, Role::Inspector, feed, false, vec!["hub:1".into()]);
        let (invitation, _) = invited.map_err(|error| error.to_string())?;
        let enrolled = hub.enrol(&enrol_request(&key, hub.street(), &invitation.secret));
        let enrolled = enrolled.map_err(|error| error.to_string())?;
        let hub_key = hub.own().hub_key.public();
        let grant = grant::read(&enrolled.grant, &hub_key).map_err(|error| error.to_string())?.id;
        Ok(Self {
            key,
            grant,
            street: hub.street(),
            hub_key: hub_key.bytes(),
            feed,
            bearer: None,
            next: 1,
            dice,
            told: BTreeSet::new(),
        })
    }

    /// Does one thing that no phone of ours does, or, so that there is something to lie about, an honest one.
    pub fn lie(&mut self, world: &World) {
        if self.bearer.is_none() {
            self.sign_in(world);
        }
        match self.dice.below(9) {
            0 | 1 => self.reports(world),
            2 => self.forks(world),
            3 => self.damages(world),
            4 => self.signs_nothing(world),
            5 => self.hangs_in_the_air(world),
            6 => self.speaks_for_others(world),
            7 => self.asks_for_the_moon(world),
            _ => self.babbles(world),
        }
    }

    fn call(&mut self, world: &World, path: &str, body: Vec<u8>) -> Option<Vec<u8>> {
        let call = Call { post: true, path: path.to_owned(), bearer: self.bearer.clone(), body };
        let reply = world.ask_hub(&call)?;
        world.trace.step(format_args!("hub answers liar {} {}", reply.status, reply.body.len()));
        if reply.status == 401 {
            self.bearer = None;
        }
        (reply.status == 200).then_some(reply.body)
    }

    fn sign_in(&mut self, world: &World) {
        let device = self.key.public().device().0.to_vec();
        let challenge = self.call(world, "/v1/session", device).and_then(|body| unpack::<SessionChallenge>(&body).ok());
        let Some(SessionChallenge { challenge }) = challenge else { return };
        let answer = session_answer(&self.key, self.street, &challenge, &self.hub_key);
        let reply = self.call(world, "/v1/session/answer", answer);
        self.bearer = reply.and_then(|body| unpack::<SessionReply>(&body).ok()).map(|reply| reply.bearer);
    }

    fn entry(&self, world: &World, seq: u64, on: Option<&Entry>, body: Body, text: &str) -> Outgoing {
        let author = self.key.public().device();
        let detail = Detail {
            salt: [7; 16],
            cbor: DetailText { text: Some(text.into()), ..DetailText::default() }.encode_cbor(),
        };
        let act = Act { grant: self.grant, pack: None, basis: Basis::Claimed, detail: Some(detail.hash()), body };
        let now_ms = world.time.now_ms();
        let born_ms = u64::try_from(now_ms).unwrap_or(0).saturating_add(seq);
        let entry = Entry {
            feed: self.feed,
            author,
            seq,
            record: on.map_or_else(|| RecordId::new(author, born_ms, 0), |on| on.record),
            record_kind: RECORD_KIND_CASE,
            change_seq: on.map_or(1, |on| on.change_seq + 1),
            start_op: on.map_or(1, |on| on.start_op + 1),
            time_s: now_ms.div_euclid(1_000),
            deps: on.iter().map(|on| on.change).collect(),
            act: act.encode(),
            change: ChangeHash([0; 32]),
            detail: Some(detail),
        };
        Outgoing { deps: on.iter().map(|on| Some((on.author, on.seq))).collect(), entry: entry.with_change_hash() }
    }

    /// A report whose filing is right by accident only: some are refused.
    fn report(&mut self, world: &World, text: &str) -> Outgoing {
        let light = self.dice.per_mille(500);
        let filing = Filing { class: "lamp".into(), condition: None, limit: None, deadline_s: None, catalogue: 1 };
        let body = ReportBody {
            profile: if light { Profile::Light } else { Profile::Standard },
            class: if light { "lamp".into() } else { "bin".into() },
            urgent: None,
            filing: light.then_some(filing),
            origin: None,
        };
        let seq = self.next;
        self.next += 1;
        self.entry(world, seq, None, Body::Report(body), text)
    }

    fn frame(&self, entries: &[Outgoing]) -> PushRequest {
        let first = entries.first().map_or(1, |out| out.entry.seq);
        let hashes = entries.iter().map(|out| out.entry.hash());
        let seal = Seal::make(&self.key, self.street, self.feed, first, Link([1; 32]), hashes);
        PushRequest { tokens: Vec::new(), seals: vec![seal], entries: write_entries(entries).into(), hashes: None }
    }

    /// Sends a frame; with the hashes where the hub asks for them.
    fn push(&mut self, world: &World, entries: &[Outgoing], mut frame: PushRequest) {
        let mut reply = self.call(world, "/v1/push", pack(&frame)).and_then(|body| unpack::<PushReply>(&body).ok());
        if reply.as_ref().is_some_and(|reply| reply.hashes_wanted) {
            frame.hashes = Some(entries.iter().flat_map(|out| out.entry.hash().0).collect::<Vec<u8>>().into());
            reply = self.call(world, "/v1/push", pack(&frame)).and_then(|body| unpack::<PushReply>(&body).ok());
        }
        let Some(reply) = reply else { return };
        for (out, answer) in entries.iter().zip(&reply.answers) {
            world.trace.step(format_args!("liar hears {answer:?}"));
            if matches!(answer, Answer::Line { .. } | Answer::Had { .. } | Answer::Forked { .. }) {
                self.told.insert(out.entry.hash());
            }
        }
    }

    fn reports(&mut self, world: &World) {
        let entries = [self.report(world, "the lamp is dark"), self.report(world, "and the bin is full")];
        self.push(world, &entries, self.frame(&entries));
    }

    /// Two acts for one place of its log.
    fn forks(&mut self, world: &World) {
        let one = [self.report(world, "one thing")];
        self.push(world, &one, self.frame(&one));
        self.next -= 1;
        let other = [self.report(world, "another thing")];
        self.push(world, &other, self.frame(&other));
    }

    /// Bytes of a good frame changed at some places, or its end missing.
    fn damages(&mut self, world: &World) {
        let entries = [self.report(world, "so far so good"), self.report(world, "and on")];
        let mut frame = self.frame(&entries);
        let mut bytes = Vec::from(frame.entries);
        for _ in 0..=self.dice.below(3) {
            let at = self.dice.place(bytes.len());
            let to = u8::try_from(self.dice.below(256)).unwrap_or(0);
            if let Some(byte) = bytes.get_mut(at) {
                *byte = to;
            }
        }
        if self.dice.per_mille(250) {
            bytes.truncate(self.dice.place(bytes.len()));
        }
        frame.entries = bytes.into();
        if self.dice.per_mille(500) {
            frame.hashes = Some(entries.iter().flat_map(|out| out.entry.hash().0).collect::<Vec<u8>>().into());
        }
        // Whatever the hub answers, it is not about what was changed here.
        let _ = self.call(world, "/v1/push", pack(&frame));
    }

    fn signs_nothing(&mut self, world: &World) {
        let entries = [self.report(world, "nobody vouches for this")];
        let mut frame = self.frame(&entries);
        if let Some(byte) = frame.seals.first_mut().and_then(|seal| seal.signature.first_mut()) {
            *byte ^= 1;
        }
        self.push(world, &entries, frame);
    }

    /// An act on something that the hub never saw.
    fn hangs_in_the_air(&mut self, world: &World) {
        let unseen = self.report(world, "never sent");
        let seq = self.next;
        self.next += 1;
        let close = Body::Close(CloseBody { condition: None });
        let entries = [self.entry(world, seq, Some(&unseen.entry), close, "closed")];
        self.push(world, &entries, self.frame(&entries));
    }

    /// An entry in another phone's name, and one of 60 KB beside it.
    fn speaks_for_others(&mut self, world: &World) {
        let others: Vec<DeviceId> = world
            .hub
            .hub()
            .map(|hub| hub.devices().into_iter().map(|(device, ..)| device).collect())
            .unwrap_or_default();
        let mut entries = [self.report(world, "not mine"), self.report(world, &"x".repeat(60_000))];
        if let ([first, _], Some(other)) = (&mut entries, self.dice.pick(&others)) {
            first.entry.author = *other;
            first.entry = first.entry.clone().with_change_hash();
        }
        self.push(world, &entries, self.frame(&entries));
    }

    fn asks_for_the_moon(&mut self, world: &World) {
        let cursor = |feed, n| Cursor { feed, epoch: None, n, head: [9; 32] };
        let request = PullRequest {
            cursors: vec![cursor(self.feed, u64::MAX), cursor(FeedId([3; 16]), 1), cursor(self.feed, 1)],
            budget_bytes: u64::MAX,
            hashes_only: self.dice.per_mille(500),
            until_n: Some(u64::MAX),
        };
        let _ = self.call(world, "/v1/pull", pack(&request)); // Any answer will do.
        let one = PullRequest { cursors: vec![cursor(self.feed, 0)], ..request };
        let _ = self.call(world, "/v1/pull", pack(&one));
    }

    fn babbles(&mut self, world: &World) {
        let paths = ["/v1/push", "/v1/pull", "/v1/session", "/v1/session/answer", "/v1/enrol", "/v1/link"];
        let mut body = vec![0; self.dice.place(2_000)];
        self.dice.fill(&mut body);
        if let Some(first) = body.first_mut().filter(|_| self.dice.per_mille(500)) {
            *first = gewu_sync::frame::VERSION;
        }
        let path = self.dice.pick(&paths).copied().unwrap_or("/v1/push");
        let _ = self.call(world, path, body); // Any answer will do.
    }
}
