//! The workload: events with their later acts, by two or three devices each, as a hub's lines.
//!
//! An event is about 50 Chinese characters and a place, then four later acts on average; 3 % are sent back, 1 % of the
//! acts are made beside the one before. Sixty-seven feeds, twenty devices, the same for the same seed.

use std::collections::BTreeMap;

use gewu_log::columns::{Outgoing, OutgoingCarried, OutgoingLine, write_lines};
use gewu_log::entry::{Detail, Entry};
use gewu_log::grant::Grant;
use gewu_log::keys::PrivateKey;
use gewu_log::line::{Head, HeadHash, Verdict};
use gewu_model::act::{
    Act, Body, CloseBody, DetailText, Filing, Fix, HandBody, PlainBody, Profile, RECORD_KIND_CASE, ReportBody,
};
use gewu_model::ids::{ChangeHash, DeviceId, Epoch, FeedId, GrantId, PersonId, RecordId, StreetId};
use gewu_model::rights::Role;
use gewu_model::time::Basis;

use crate::raw::ROW_REST_BYTES;

/// Devices of the workload.
const DEVICES: u8 = 20;
/// Lines of one part of a reply.
const PART_LINES: usize = 500;
/// What an event says.
pub const TEXT: &str = "三栋二单元门口堆了两袋装修垃圾和旧沙发,挡住了轮椅坡道,老人进出要绕行,居民希望今天能清走,已拍照";
const NOTE: &str = "已联系物业,下午派人来看";
/// Midnight of the year's first day.
pub const BEGIN_S: i64 = 1_735_660_800;
const YEAR_S: i64 = 365 * 86_400;

/// Numbers from a seed.
pub struct Dice(u64);

impl Dice {
    /// From a seed that is not zero.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Below a limit.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit.max(1)
    }

    fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let at = self.below(u64::try_from(from.len()).unwrap_or(1));
        from.get(usize::try_from(at).unwrap_or(0)).copied()
    }
}

/// Lines of one feed as they come off the wire, with the head that they lead to.
pub struct Part {
    /// The feed.
    pub feed: FeedId,
    /// Number of the first.
    pub from_n: u64,
    /// Chain value before it.
    pub before: HeadHash,
    /// Columns.
    pub wire: Vec<u8>,
    /// After the last.
    pub head: Head,
    /// Bytes of each act's row.
    pub rows: Vec<usize>,
}

/// One act that others may name.
#[derive(Clone, Copy)]
struct Tip {
    change: ChangeHash,
    start_op: u64,
    author: DeviceId,
    seq: u64,
}

#[derive(Clone)]
struct Case {
    record: RecordId,
    feed: FeedId,
    people: [usize; 3],
    time_s: i64,
    tips: Vec<Tip>,
    /// Tips before the last act: what somebody beside it has seen.
    before: Vec<Tip>,
    counts: BTreeMap<DeviceId, u64>,
    left: Vec<Step>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Report,
    Claim,
    Note,
    Handle,
    Close,
    Reopen,
}

#[derive(Default)]
struct Feed {
    n: u64,
    lines: Vec<OutgoingLine>,
    head: Option<HeadHash>,
    rows: Vec<usize>,
}

/// A seeded street that never stops.
pub struct Workload {
    dice: Dice,
    street: StreetId,
    hub: PrivateKey,
    feeds: Vec<FeedId>,
    devices: Vec<(DeviceId, GrantId)>,
    seqs: BTreeMap<(FeedId, DeviceId), u64>,
    open: BTreeMap<FeedId, Feed>,
    born: u64,
    events: u64,
}

impl Workload {
    /// `events`: how many share the year.
    pub fn new(seed: u64, street: StreetId, feeds: Vec<FeedId>, events: usize) -> Self {
        let device =
            |number: u8| (PrivateKey::from_seed(&[number + 1; 32]).public().device(), GrantId([number + 1; 8]));
        Self {
            dice: Dice::new(seed),
            street,
            hub: PrivateKey::from_seed(&[200; 32]),
            feeds,
            devices: (0..DEVICES).map(device).collect(),
            seqs: BTreeMap::new(),
            open: BTreeMap::new(),
            born: 0,
            events: u64::try_from(events).unwrap_or(1).max(1),
        }
    }

    /// Grants of its devices.
    pub fn grants(&self, area: FeedId) -> Vec<Grant> {
        let grant = |(device, id): &(DeviceId, GrantId)| Grant {
            id: *id,
            person: PersonId(device.0),
            role: Role::Supervisor,
            area,
            device: *device,
            expires_s: BEGIN_S * 2,
            pack_min: 0,
            import: false,
        };
        self.devices.iter().map(grant).collect()
    }

    /// The next events with all their later acts, in the order in which a hub had them, as parts.
    pub fn parts(&mut self, events: usize) -> Vec<Part> {
        // What happens at a turn; cases live for some three hundred turns beside each other.
        let mut turns: BTreeMap<(u64, u64), Case> = BTreeMap::new();
        for at in 0..u64::try_from(events).unwrap_or(0) {
            let case = self.birth();
            turns.insert((at * 5, case.record.naming_bits()), case);
        }
        while let Some(((turn, key), mut case)) = turns.pop_first() {
            self.step(&mut case);
            if !case.left.is_empty() {
                turns.insert((turn + 1 + self.dice.below(600), key), case);
            }
        }
        self.cut()
    }

    fn birth(&mut self) -> Case {
        let feed = self.dice.pick(&self.feeds).unwrap_or(FeedId([1; 16]));
        let first = usize::try_from(self.dice.below(u64::from(DEVICES))).unwrap_or(0);
        let second = (first + 1) % usize::from(DEVICES);
        let third = if self.dice.below(2) == 0 { first } else { (first + 2) % usize::from(DEVICES) };
        let time_s = BEGIN_S + YEAR_S / i64::try_from(self.events).unwrap_or(1) * i64::try_from(self.born).unwrap_or(0);
        self.born += 1;
        let author = self.devices.get(first).map_or(DeviceId([0; 16]), |(device, _)| *device);
        let time_ms = u64::try_from(time_s).unwrap_or(0) * 1_000 + self.born % 1_000;
        let record = RecordId::new(author, time_ms, u16::try_from(self.born % 4_000).unwrap_or(0));
        let mut left = vec![Step::Close, Step::Handle, Step::Note, Step::Claim, Step::Report];
        if self.dice.below(100) < 3 {
            left.splice(0..0, [Step::Close, Step::Handle, Step::Reopen]);
        }
        let (tips, before, counts) = (Vec::new(), Vec::new(), BTreeMap::new());
        Case { record, feed, people: [first, second, third], time_s, tips, before, counts, left }
    }

    fn step(&mut self, case: &mut Case) {
        let Some(step) = case.left.pop() else { return };
        let person = match step {
            Step::Report | Step::Reopen => 0,
            Step::Claim | Step::Handle => 1,
            Step::Note | Step::Close => 2,
        };
        let who = case.people.get(person).and_then(|at| self.devices.get(*at)).copied();
        let Some((author, grant)) = who else { return };
        let last = case.tips.last().map(|tip| tip.author);
        let beside =
            step != Step::Report && case.before.len() == 1 && last != Some(author) && self.dice.below(100) == 0;
        let seen = if beside { case.before.clone() } else { case.tips.clone() };
        case.time_s += 1_800 + i64::try_from(self.dice.below(20_000)).unwrap_or(0);
        let words = match step {
            Step::Report => Some(TEXT),
            Step::Note => Some(NOTE),
            _ => None,
        };
        let entry = self.entry(case, &seen, (author, grant), body(step, case.time_s), words);
        let tip = Tip { change: entry.change, start_op: entry.start_op, author, seq: entry.seq };
        let mut tips: Vec<Tip> =
            case.tips.iter().copied().filter(|tip| !seen.iter().any(|it| it.change == tip.change)).collect();
        tips.push(tip);
        case.before = std::mem::replace(&mut case.tips, tips);
        *case.counts.entry(author).or_default() += 1;
        self.line(entry, &seen, case.time_s);
    }

    fn entry(&mut self, case: &Case, seen: &[Tip], who: (DeviceId, GrantId), body: Body, words: Option<&str>) -> Entry {
        let (author, grant) = who;
        let place = body.kind().filter(|kind| *kind == gewu_model::act::Kind::Report);
        let place = place.and_then(|_| Fix::new(282_400_000, 1_130_800_000, Some(1_200)));
        let detail = words.map(|text| Detail {
            salt: std::array::from_fn(|_| u8::try_from(self.dice.below(256)).unwrap_or(0)),
            cbor: DetailText { text: Some(text.to_owned()), place, reason: None }.encode_cbor(),
        });
        let act = Act { grant, pack: None, basis: Basis::Proven, detail: detail.as_ref().map(Detail::hash), body };
        let seq = self.seqs.entry((case.feed, author)).or_default();
        *seq += 1;
        let mut deps: Vec<ChangeHash> = seen.iter().map(|tip| tip.change).collect();
        deps.sort_unstable();
        Entry {
            feed: case.feed,
            author,
            seq: *seq,
            record: case.record,
            record_kind: RECORD_KIND_CASE,
            change_seq: case.counts.get(&author).copied().unwrap_or(0) + 1,
            start_op: seen.iter().map(|tip| tip.start_op).max().unwrap_or(0) + 1,
            time_s: case.time_s,
            deps,
            act: act.encode(),
            change: ChangeHash([0; 32]),
            detail,
        }
        .with_change_hash()
    }

    fn line(&mut self, entry: Entry, seen: &[Tip], time_s: i64) {
        let named = |dep: &ChangeHash| seen.iter().find(|tip| tip.change == *dep).map(|tip| (tip.author, tip.seq));
        let deps = entry.deps.iter().map(named).collect();
        let detail = entry.detail.as_ref().map_or(0, |detail| detail.cbor.len() + 16);
        let feed = self.open.entry(entry.feed).or_default();
        feed.rows.push(entry.act.len() + detail + 32 + ROW_REST_BYTES);
        feed.lines.push(OutgoingLine {
            verdict: Verdict::ADMITTED,
            hub_time_s: u64::try_from(time_s).unwrap_or(0) + 600,
            carried: OutgoingCarried::Entry(Box::new(Outgoing { entry, deps })),
        });
    }

    /// Cuts what has come into parts, one of each feed after the other.
    fn cut(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        while self.open.values().any(|feed| !feed.lines.is_empty()) {
            for (id, feed) in self.open.iter_mut().filter(|(_, feed)| !feed.lines.is_empty()) {
                let count = feed.lines.len().min(PART_LINES);
                let lines: Vec<OutgoingLine> = feed.lines.drain(..count).collect();
                let before = feed.head.unwrap_or_else(|| HeadHash::start(self.street, *id));
                let from_n = feed.n + 1;
                let mut hash = before;
                for line in &lines {
                    feed.n += 1;
                    if let OutgoingCarried::Entry(out) = &line.carried {
                        hash = hash.then_entry(feed.n, out.entry.hash(), line.verdict, line.hub_time_s);
                    }
                }
                feed.head = Some(hash);
                let head = Head::make(&self.hub, self.street, *id, Epoch([1; 16]), feed.n, hash, 1);
                let rows = feed.rows.drain(..count).collect();
                parts.push(Part { feed: *id, from_n, before, wire: write_lines(&lines), head, rows });
            }
        }
        parts
    }
}

fn body(step: Step, time_s: i64) -> Body {
    match step {
        Step::Report => {
            let deadline_s = Some(time_s + 2 * 86_400);
            let filing =
                Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s, catalogue: 1 };
            Body::Report(ReportBody {
                profile: Profile::Light,
                class: "matter/01001".into(),
                urgent: None,
                filing: Some(filing),
                origin: None,
            })
        }
        Step::Claim => Body::Claim(HandBody { party: None }),
        Step::Note => Body::Note(PlainBody {}),
        Step::Handle => Body::Handle(HandBody { party: None }),
        Step::Close => Body::Close(CloseBody { condition: None }),
        Step::Reopen => Body::Reopen(PlainBody {}),
    }
}
