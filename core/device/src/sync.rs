//! Drives the sync sessions: their effects on the store and the network.

use gewu_log::grant;
use gewu_log::keys::SignedPack;
use gewu_log::line::{HeadHash, Verdict};
use gewu_log::record::Said;
use gewu_model::act::Act;
use gewu_model::ids::GrantId;
use gewu_model::pack::Pack;
use gewu_model::sabotage::{self, Switch};
use gewu_sync::frame::{FrameSize, unpack};
use gewu_sync::message::{Answer, Cursor};
use gewu_sync::pull::{self, FeedLines, PullSession};
use gewu_sync::push::{self, PushSession};
use gewu_store::Write;
use gewu_words::ErrorCode;
use serde::Serialize;

use crate::device::{Device, Inner, Member, relaxed};
use crate::error::DeviceError;
use crate::identity::{PACK, refused};
use crate::network::Method;

pub(crate) const TIMEOUT_MS: u64 = 60_000;

/// Frame sizes that the last sessions ended with.
#[derive(Debug)]
pub(crate) struct Sizes {
    push: FrameSize,
    pull: FrameSize,
}

impl Default for Sizes {
    fn default() -> Self {
        Self { push: push::SIZE, pull: pull::SIZE }
    }
}

/// What a sync did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct SyncReport {
    /// Entries that the hub answered.
    pub sent: u64,
    /// Of these, answered before: an earlier reply was lost.
    pub retried: u64,
    /// Of these, refused.
    pub refused: u64,
    /// Entries that came.
    pub received: u64,
    /// Entries set apart.
    pub quarantined: u64,
}

impl Device {
    /// Syncs once, up and down. Blocking, for as long as there is something to move.
    ///
    /// # Errors
    /// `Offline` and what the hub refuses; what was moved until then stays moved.
    pub fn sync_now(&self) -> Result<SyncReport, DeviceError> {
        self.inner.sync_once(&|| false).map_err(|error| self.inner.at_hub(error))
    }

    /// A bearer token of this phone, for scripts. Blocking: signs in where there is no session.
    ///
    /// # Errors
    /// `Offline`, `UnlockNeeded`.
    pub fn token(&self) -> Result<String, DeviceError> {
        let member = self.inner.member()?;
        self.inner.sign_in(&member).map_err(|error| self.inner.at_hub(error))
    }

    /// Address of the supervisor page, which opens once within ten minutes. Blocking.
    ///
    /// # Errors
    /// `Offline`, `UnlockNeeded`.
    pub fn link(&self) -> Result<String, DeviceError> {
        let member = self.inner.member()?;
        let reply = self.inner.ask(&member, Method::Post, "/v1/link", Vec::new(), TIMEOUT_MS).map_err(|error| self.inner.at_hub(error))?;
        let body: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
        let link = body.get("link").and_then(serde_json::Value::as_str).ok_or_else(|| refused(&reply))?;
        let authority = member.hub.authorities.first().map_or("", String::as_str);
        Ok(format!("https://{authority}{link}"))
    }
}

impl Inner {
    pub(crate) fn sync_once(&self, stopped: &dyn Fn() -> bool) -> Result<SyncReport, DeviceError> {
        let synced = self.sync_all(stopped);
        self.note_sync(&synced);
        synced
    }

    fn sync_all(&self, stopped: &dyn Fn() -> bool) -> Result<SyncReport, DeviceError> {
        let mut sizes = relaxed(&self.syncing);
        let mut report = SyncReport::default();
        let mut member = self.member()?;
        if self.safe {
            // A safe start sends what is unsent and takes nothing in.
            self.push(&member, &mut sizes, stopped, &mut report)?;
            return Ok(report);
        }
        let (mut pushed, mut pulled) = self.both_ways(&member, &mut sizes, stopped, &mut report)?;
        for again in [true, false] {
            if pushed.is_err() {
                break;
            }
            member = self.mind_copies(member, &mut pulled)?;
            // What a hub that was put back has lost is unsent again, and so is what was done anew after a collision with a
            // copy. Once: the rest can wait for the next round.
            if !again || !pulled.unsent {
                break;
            }
            (pushed, pulled) = self.both_ways(&member, &mut sizes, stopped, &mut report)?;
        }
        if pulled.pack_version > member.pack.version {
            self.fetch_pack(&member)?;
        }
        pushed?;
        if !stopped() {
            self.all_moved()?;
        }
        if report.received > 0 || report.sent > 0 {
            self.notifier.tell(true);
        }
        Ok(report)
    }

    /// Downloads never wait for uploads: a push that is refused, or for which the hub has no room, does not keep the lines
    /// away, nor the pack that may cure it.
    fn both_ways(
        &self,
        member: &Member,
        sizes: &mut Sizes,
        stopped: &dyn Fn() -> bool,
        report: &mut SyncReport,
    ) -> Result<(Result<(), DeviceError>, Pulled), DeviceError> {
        let pushed = self.push(member, sizes, stopped, report);
        match pushed {
            Err(error) if error.cut_off() => Err(error),
            _ => Ok((pushed, self.pull(member, sizes, stopped, report)?)),
        }
    }

    fn push(
        &self,
        member: &Member,
        sizes: &mut Sizes,
        stopped: &dyn Fn() -> bool,
        report: &mut SyncReport,
    ) -> Result<(), DeviceError> {
        let mut session = PushSession::new(sizes.push);
        let mut event = push::Event::Start;
        let mut after = 0;
        let mut batch = Sent::default();
        loop {
            if stopped() {
                return Ok(());
            }
            event = match session.step(event) {
                push::Effect::Load { budget_bytes } => {
                    let (loaded, next) = self.load(member, budget_bytes, after)?;
                    batch = next;
                    loaded
                }
                push::Effect::Send(frame) => match self.ask(member, Method::Post, "/v1/push", frame, TIMEOUT_MS) {
                    Ok(reply) if reply.status == 200 => push::Event::Reply(reply.body),
                    Ok(reply) => return Err(refused(&reply)),
                    Err(DeviceError::Offline { code: ErrorCode::Offline, .. }) => push::Event::Cut,
                    Err(error) => return Err(error),
                },
                push::Effect::Settle { answers, hub_time_s } => {
                    // What is held stays unsent, and is not offered twice in one session.
                    after = batch.next_after;
                    self.settle(&batch.positions, answers, report)?;
                    self.met_hub(hub_time_s)?;
                    push::Event::Settled
                }
                push::Effect::Done => {
                    sizes.push = session.size();
                    return Ok(());
                }
                push::Effect::Later => {
                    sizes.push = session.size();
                    return Err(DeviceError::offline(ErrorCode::Offline, "the link keeps breaking"));
                }
                push::Effect::Broken(error) => {
                    return Err(DeviceError::offline(ErrorCode::NoHub, error.to_string()));
                }
            };
        }
    }

    fn load(
        &self,
        member: &Member,
        budget_bytes: usize,
        after: u64,
    ) -> Result<(push::Event, Sent), DeviceError> {
        let (keys, street) = ([member.former.as_slice(), std::slice::from_ref(&member.key)].concat(), member.street);
        self.writer.write(move |store| {
            store.write(|tx| {
                for key in &keys {
                    tx.seal_own(key, street)?;
                }
                Ok::<_, DeviceError>(())
            })
        })?;
        let batch = self.writer.read(|reader| Ok(reader.outgoing(budget_bytes, after)?))?;
        let named: std::collections::BTreeSet<GrantId> =
            batch.entries.iter().filter_map(|out| Act::decode(&out.entry.act).ok()).map(|act| act.grant).collect();
        let tokens = if after == 0 {
            self.writer.read(|reader| {
                let mut tokens = Vec::new();
                for grant in named {
                    tokens.extend(reader.token(grant)?);
                }
                Ok(tokens)
            })?
        } else {
            Vec::new()
        };
        let sent = Sent { positions: batch.positions, next_after: batch.next_after };
        Ok((push::Event::Batch { entries: batch.entries, seals: batch.seals, tokens }, sent))
    }

    fn settle(&self, positions: &[u64], answers: Vec<Answer>, report: &mut SyncReport) -> Result<(), DeviceError> {
        let told: Vec<(u64, Answer)> = positions.iter().copied().zip(answers).collect();
        for (_, answer) in &told {
            report.sent += 1;
            match answer {
                Answer::Had { verdict, .. } | Answer::Line { verdict, .. } => {
                    report.retried += u64::from(matches!(answer, Answer::Had { .. }));
                    report.refused += u64::from(*verdict != Verdict::ADMITTED);
                }
                Answer::Forked { .. } | Answer::Malformed { .. } => report.refused += 1,
                Answer::Held => {}
            }
        }
        self.writer.write(move |store| {
            store.write(|tx| {
                for (position, answer) in told {
                    note(tx, position, answer)?;
                }
                Ok::<_, DeviceError>(())
            })
        })
    }

    fn pull(
        &self,
        member: &Member,
        sizes: &mut Sizes,
        stopped: &dyn Fn() -> bool,
        report: &mut SyncReport,
    ) -> Result<Pulled, DeviceError> {
        let mut session = PullSession::new(sizes.pull);
        let mut event = pull::Event::Cursors(self.cursors(member)?);
        let mut pulled = Pulled { pack_version: member.pack.version, ..Pulled::default() };
        loop {
            if stopped() {
                return Ok(pulled);
            }
            event = match session.step(event) {
                pull::Effect::LoadCursors => pull::Event::Cursors(self.cursors(member)?),
                pull::Effect::Send(frame) => match self.ask(member, Method::Post, "/v1/pull", frame, TIMEOUT_MS) {
                    Ok(reply) if reply.status == 200 => pull::Event::Reply(reply.body),
                    Ok(reply) => return Err(refused(&reply)),
                    Err(DeviceError::Offline { code: ErrorCode::Offline, .. }) => pull::Event::Cut,
                    Err(error) => return Err(error),
                },
                pull::Effect::Apply { lines, .. } if lines.unknown_cursor => self.recover(member, &lines, &mut pulled)?,
                pull::Effect::Apply { tokens, lines } => self.apply(member, tokens, lines, report, &mut pulled)?,
                pull::Effect::Done { hub_time_s, pack_version } => {
                    sizes.pull = session.size();
                    self.met_hub(hub_time_s)?;
                    pulled.pack_version = pack_version;
                    self.all_shown(member, &mut pulled)?;
                    return Ok(pulled);
                }
                pull::Effect::Later => {
                    sizes.pull = session.size();
                    return Err(DeviceError::offline(ErrorCode::Offline, "the link keeps breaking"));
                }
                pull::Effect::Broken(error @ pull::PullError::HeadNeverRight { .. }) => return Err(self.doubted(error)),
                pull::Effect::Broken(error) => {
                    return Err(DeviceError::offline(ErrorCode::NoHub, error.to_string()));
                }
            };
        }
    }

    pub(crate) fn cursors(&self, member: &Member) -> Result<Vec<Cursor>, DeviceError> {
        self.writer.read(|reader| {
            let mut cursors = Vec::new();
            for feed in member.feeds() {
                let cursor = reader.cursor(feed)?;
                cursors.push(cursor.map_or(Cursor { feed, epoch: None, n: 0, head: [0; 32] }, |cursor| Cursor {
                    feed,
                    epoch: Some(cursor.epoch),
                    n: cursor.n,
                    head: cursor.head.0,
                }));
            }
            Ok(cursors)
        })
    }

    fn apply(
        &self,
        member: &Member,
        tokens: Vec<Vec<u8>>,
        lines: Box<FeedLines>,
        report: &mut SyncReport,
        pulled: &mut Pulled,
    ) -> Result<pull::Event, DeviceError> {
        if lines.head.verify(&member.hub_key, member.street).is_err() || lines.head.feed != lines.feed {
            return Err(DeviceError::offline(ErrorCode::NoHub, "a head that the hub did not sign"));
        }
        let (street, hub_key) = (member.street, member.hub_key);
        let cursor = self.writer.read(|reader| Ok(reader.cursor(lines.feed)?))?;
        pulled.new_epoch |= cursor.is_some_and(|cursor| cursor.epoch != lines.head.epoch);
        let before = cursor.map_or_else(|| HeadHash::start(street, lines.feed), |cursor| cursor.head);
        pulled.note_successions(&lines.lines, member.grant.device);
        let (applied, lines) = self.writer.write(move |store| {
            let applied = store.write(|tx| {
                for token in &tokens {
                    if let Ok(grant) = grant::read(token, &hub_key) {
                        tx.put_grant(&grant, token)?;
                    }
                }
                Ok::<_, DeviceError>(())
            });
            applied?;
            let applied = store.write(|tx| {
                let expected = lines.hashes.as_deref();
                let applied = tx.apply_lines(street, lines.feed, lines.from_n, before, &lines.lines, expected)?;
                if applied.head.0 != lines.head.hash || applied.n != lines.head.n {
                    return Err(NotApplied::HeadWrong);
                }
                tx.set_cursor(lines.feed, &lines.head)?;
                if let Some(known_until_s) = lines.known_until_s {
                    tx.set_known_until(lines.feed, known_until_s)?;
                }
                Ok(applied)
            });
            match applied {
                Ok(applied) => Ok((Some(applied), lines)),
                Err(NotApplied::HeadWrong) => Ok((None, lines)),
                Err(NotApplied::Store(error)) => Err(error.into()),
            }
        })?;
        let Some(applied) = applied else {
            if sabotage::on(Switch::SkipQuarantine) {
                return Err(DeviceError::offline(ErrorCode::NoHub, "the head does not come out"));
            }
            return Ok(pull::Event::HeadWrong(lines));
        };
        pulled.in_own_name |= applied.new_authors.contains(&member.grant.device);
        report.received += applied.new_acts;
        report.quarantined += applied.quarantined;
        if applied.new_acts > 0 || applied.heard > 0 {
            self.notifier.tell(true);
        }
        Ok(pull::Event::Applied)
    }

    fn fetch_pack(&self, member: &Member) -> Result<(), DeviceError> {
        let reply = self.ask(member, Method::Get, "/v1/pack", Vec::new(), TIMEOUT_MS)?;
        if reply.status != 200 {
            return Err(refused(&reply));
        }
        let no_hub = |reason: String| DeviceError::offline(ErrorCode::NoHub, reason);
        let signed: SignedPack = unpack(&reply.body).map_err(|error| no_hub(error.to_string()))?;
        let invitation = self.writer.read(|reader| Ok(reader.meta(crate::identity::INVITATION)?))?.unwrap_or_default();
        let invitation = gewu_log::invitation::Invitation::parse(&String::from_utf8_lossy(&invitation));
        let root = invitation.ok().and_then(|it| gewu_log::keys::PublicKey::from_bytes(&it.root_key).ok());
        let root = root.ok_or_else(|| no_hub("no root key".into()))?;
        signed.verify(&root, member.street).map_err(|error| no_hub(error.to_string()))?;
        let pack = Pack::read(&signed.json).map_err(|error| no_hub(error.to_string()))?;
        let bytes = minicbor::to_vec(&signed).map_err(|error| DeviceError::Defect { incident: error.to_string() })?;
        let day_offset_s = pack.day_offset_s;
        self.writer.write(move |store| {
            store.write(|tx| Ok::<_, DeviceError>(tx.put_meta(PACK, &bytes)?))?;
            Ok(store.set_day_offset(day_offset_s)?)
        })?;
        let current = self.member()?;
        self.set_member(Member { pack: std::sync::Arc::new(pack), ..(*current).clone() });
        Ok(())
    }
}

/// What a pull found out.
#[derive(Default)]
pub(crate) struct Pulled {
    pub pack_version: u32,
    /// The hub lives in another epoch than before.
    pub new_epoch: bool,
    /// Feeds that were set back; each is once at most.
    pub set_back: std::collections::BTreeSet<gewu_model::ids::FeedId>,
    /// Something is unsent again, or anew.
    pub unsent: bool,
    /// A line carried an act of this device that it has not done.
    pub in_own_name: bool,
    /// Devices that go on for this one.
    pub succeeded_by: std::collections::BTreeSet<gewu_model::ids::DeviceId>,
}

/// What of a sent batch is needed when the answers come.
#[derive(Default)]
struct Sent {
    positions: Vec<u64>,
    next_after: u64,
}

/// Notes the hub's answer. What is held stays unsent and is offered again at the next sync.
fn note(tx: &mut Write<'_>, position: u64, answer: Answer) -> Result<(), gewu_store::StoreError> {
    let said = |verdict, hub_time_s: u64| Said { verdict, hub_time_s: i64::try_from(hub_time_s).unwrap_or(0) };
    match answer {
        Answer::Line { n, verdict, hub_time_s } | Answer::Had { n, verdict, hub_time_s } => {
            tx.hear(position, n, said(verdict, hub_time_s))
        }
        Answer::Forked { n, hub_time_s } => {
            let verdict = Verdict::refused(gewu_model::rights::Refusal::Forked);
            tx.hear(position, n, said(verdict, hub_time_s))
        }
        Answer::Malformed { code } => tx.mark_malformed(position, &code),
        Answer::Held => Ok(()),
    }
}

enum NotApplied {
    HeadWrong,
    Store(gewu_store::StoreError),
}

impl From<gewu_store::StoreError> for NotApplied {
    fn from(error: gewu_store::StoreError) -> Self {
        Self::Store(error)
    }
}
