//! A street in memory: phones with real files, and a hub that is a list of lines per feed.

#![allow(dead_code, reason = "each test takes what it needs")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use gewu_log::columns::{Line, Outgoing, OutgoingCarried, OutgoingLine, read_lines, write_lines};
use gewu_log::entry::Detail;
use gewu_log::grant::Grant;
use gewu_log::keys::PrivateKey;
use gewu_log::line::{Head, HeadHash, Notice, Verdict};
use gewu_log::record::Said;
use gewu_model::act::*;
use gewu_model::ids::*;
use gewu_model::rights::Role;
use gewu_model::time::Basis;
use gewu_store::{OpenOptions, OwnAct, Store, StoreError};

pub const STREET: StreetId = StreetId([7; 16]);
pub const NOON_S: i64 = 1_772_000_000;

/// Numbers from a seed.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

pub fn feed(number: u8) -> FeedId {
    FeedId([number; 16])
}

pub fn options() -> OpenOptions {
    OpenOptions { key: [9; 32], vfs: None, day_offset_s: 28_800 }
}

pub fn grant(number: u8) -> Grant {
    Grant {
        id: GrantId([number; 8]),
        person: PersonId([number; 16]),
        role: Role::Supervisor,
        area: feed(1),
        device: key(number).public().device(),
        expires_s: NOON_S * 2,
        pack_min: 0,
        import: false,
    }
}

pub fn key(number: u8) -> PrivateKey {
    PrivateKey::from_seed(&[number; 32])
}

/// One phone.
pub struct Phone {
    pub number: u8,
    pub file: PathBuf,
    pub store: Store,
    pub records: Vec<RecordId>,
    born: u64,
    folder: tempfile::TempDir,
}

impl Phone {
    pub fn new(number: u8) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("store.db");
        let mut store = Store::open(&file, &options()).expect("opens");
        store.write(|tx| tx.put_grant(&grant(number), b"token")).expect("a grant");
        Self { number, file, store, records: Vec::new(), born: 0, folder }
    }

    pub fn device(&self) -> DeviceId {
        key(self.number).public().device()
    }

    pub fn reopen(self) -> Self {
        let Self { number, file, store, records, born, folder } = self;
        store.close().expect("closes");
        let store = Store::open(&file, &options()).expect("opens again");
        Self { number, file, store, records, born, folder }
    }

    pub fn own(&mut self, record: RecordId, home: FeedId, body: Body, time_s: i64, text: Option<&str>) -> OwnAct {
        let detail = text.map(|text| Detail {
            salt: [3; 16],
            cbor: DetailText { text: Some(text.to_owned()), ..DetailText::default() }.encode_cbor(),
        });
        let basis = if time_s % 2 == 0 { Basis::Proven } else { Basis::Claimed };
        let act = Act {
            grant: GrantId([self.number; 8]),
            pack: None,
            basis,
            detail: detail.as_ref().map(Detail::hash),
            body,
        };
        OwnAct {
            author: self.device(),
            record,
            record_kind: RECORD_KIND_CASE,
            feed: home,
            time_s,
            act: act.encode(),
            detail,
        }
    }

    pub fn report(&mut self, home: FeedId, time_s: i64) -> RecordId {
        let own = self.birth(home, time_s);
        self.store.write(|tx| tx.append(&own).map(drop)).expect("reported");
        own.record
    }

    pub fn birth(&mut self, home: FeedId, time_s: i64) -> OwnAct {
        self.born += 1;
        let record = RecordId::new(
            self.device(),
            u64::try_from(time_s).expect("after 1970") * 1_000,
            u16::try_from(self.born % 4_000).expect("small"),
        );
        self.records.push(record);
        let deadline_s = (!self.born.is_multiple_of(5)).then_some(time_s + 86_400);
        let filing = Filing { class: "matter/01001".into(), condition: None, limit: None, deadline_s, catalogue: 1 };
        let report = ReportBody {
            profile: Profile::Light,
            class: "matter/01001".into(),
            urgent: None,
            filing: Some(filing),
            origin: None,
        };
        self.own(record, home, Body::Report(report), time_s, Some("井盖破损"))
    }

    pub fn act(&mut self, record: RecordId, body: Body, time_s: i64) {
        let own = self.own(record, feed(1), body, time_s, None);
        self.store.write(|tx| tx.append(&own).map(drop)).expect("an act");
    }

    pub fn dump(&self) -> String {
        self.store.dump_derived().expect("dumps")
    }

    /// Some act on some record that this phone holds, or a report.
    pub fn something(&mut self, dice: &mut Dice, now_s: i64) {
        let known = self.store.reader().and_then(|reader| Ok(reader.all_records()?)).expect("reads");
        if known.is_empty() || dice.below(4) == 0 {
            let home = feed(1 + u8::try_from(dice.below(2)).expect("small"));
            self.report(home, now_s);
            return;
        }
        let at = usize::try_from(dice.below(u64::try_from(known.len()).expect("small"))).expect("small");
        let party = feed(3);
        let body = match dice.below(11) {
            0 | 1 => Body::Handle(HandBody { party: None }),
            2 | 3 => Body::Close(CloseBody { condition: None }),
            4 => Body::Reopen(PlainBody {}),
            5 => Body::Note(PlainBody {}),
            6 => Body::Relocate(RelocateBody { area: feed(1 + u8::try_from(dice.below(3)).expect("small")) }),
            7 => Body::Dispatch(PartyBody { party }),
            8 => Body::Return(PartyBody { party }),
            9 => Body::Extend(ExtendBody { deadline_s: now_s + 200_000, asked_by: party }),
            _ => Body::Unknown(900),
        };
        self.act(known[at], body, now_s);
    }
}

/// The hub: what it was given becomes lines, in order; each entry once.
#[derive(Default)]
pub struct Hub {
    lines: BTreeMap<FeedId, Vec<(OutgoingLine, HeadHash, [u8; 32])>>,
    known: BTreeMap<EntryHash, (u64, Said)>,
    epoch: u8,
}

impl Hub {
    fn line(&mut self, feed: FeedId, carried: OutgoingCarried, verdict: Verdict, hub_time_s: u64) -> u64 {
        let lines = self.lines.entry(feed).or_default();
        let n = u64::try_from(lines.len()).expect("small") + 1;
        let before = lines.last().map_or(HeadHash::start(STREET, feed), |(_, head, _)| *head);
        let (head, name) = match &carried {
            OutgoingCarried::Entry(out) => {
                (before.then_entry(n, out.entry.hash(), verdict, hub_time_s), out.entry.hash().0)
            }
            OutgoingCarried::Notice(bytes) => {
                let hash = *blake3::hash(bytes).as_bytes();
                (before.then_notice(n, &hash, hub_time_s), hash)
            }
            OutgoingCarried::Hash(hash) => (before.then_entry(n, *hash, verdict, hub_time_s), hash.0),
        };
        lines.push((OutgoingLine { verdict, hub_time_s, carried }, head, name));
        n
    }

    pub fn announce(&mut self, feed: FeedId, grant: &Grant) {
        let notice = Notice::Grant {
            grant: grant.id,
            person: grant.person,
            role: grant.role.number(),
            area: grant.area,
            device: grant.device,
            expires_s: grant.expires_s,
        };
        self.line(feed, OutgoingCarried::Notice(notice.bytes()), Verdict::ADMITTED, 1);
    }

    pub fn take(&mut self, out: &Outgoing, verdict: Verdict, now_s: i64) -> (u64, Said) {
        let hash = out.entry.hash();
        if let Some(known) = self.known.get(&hash) {
            return *known;
        }
        let time = u64::try_from(now_s).expect("after 1970");
        let n = self.line(out.entry.feed, OutgoingCarried::Entry(Box::new(out.clone())), verdict, time);
        self.known.insert(hash, (n, Said { verdict, hub_time_s: now_s }));
        (n, Said { verdict, hub_time_s: now_s })
    }

    pub fn last_n(&self, feed: FeedId) -> u64 {
        self.lines.get(&feed).map_or(0, |lines| u64::try_from(lines.len()).expect("small"))
    }

    /// Lines as they come off the wire, the signed head after them, and their names.
    pub fn lines(&self, feed: FeedId, after: u64, most: usize) -> (Vec<Line>, Head, Vec<[u8; 32]>) {
        let all: &[_] = self.lines.get(&feed).map_or(&[], Vec::as_slice);
        let start = usize::try_from(after).expect("small");
        let end = (start + most).min(all.len());
        let some = &all[start..end];
        let lines = read_lines(&write_lines(some.iter().map(|(line, ..)| line))).expect("reads what was written");
        let head = if end == 0 { HeadHash::start(STREET, feed) } else { all[end - 1].1 };
        let n = u64::try_from(end).expect("small");
        (
            lines,
            Head::make(&key(200), STREET, feed, Epoch([self.epoch; 16]), n, head, 1),
            some.iter().map(|(.., name)| *name).collect(),
        )
    }
}

/// What the pull of one frame came to.
#[derive(Debug)]
pub enum NotApplied {
    HeadWrong,
    Store { source: StoreError },
}

impl From<StoreError> for NotApplied {
    fn from(error: StoreError) -> Self {
        Self::Store { source: error }
    }
}

/// Pushes everything; the hub refuses one in `refuse_one_in`.
pub fn push(phone: &mut Phone, hub: &mut Hub, dice: &mut Dice, refuse_one_in: u64, now_s: i64) {
    let own = key(phone.number);
    phone.store.write(|tx| tx.seal_own(&own, STREET).map(drop)).expect("sealed");
    let mut after = 0;
    loop {
        let batch = phone.store.reader().and_then(|reader| Ok(reader.outgoing(2_000, after)?)).expect("a batch");
        let Some(last) = batch.positions.iter().max() else { return };
        after = *last;
        let verdicts: Vec<_> = batch
            .entries
            .iter()
            .map(|out| {
                let verdict = if dice.below(refuse_one_in) == 0 { Verdict(2) } else { Verdict::ADMITTED };
                hub.take(out, verdict, now_s)
            })
            .collect();
        let heard = phone.store.write(|tx| {
            batch.positions.iter().zip(verdicts).try_for_each(|(position, (n, said))| tx.hear(*position, n, said))
        });
        heard.expect("heard");
        for seal in &batch.seals {
            let hashes = batch.entries.iter().filter(|out| {
                (out.entry.feed, out.entry.author) == (seal.feed, seal.author)
                    && (seal.first..=seal.last).contains(&out.entry.seq)
            });
            assert_eq!(seal.covers(hashes.map(|out| out.entry.hash())), Ok(()), "a batch holds whole runs");
        }
    }
}

/// Pulls one feed to its end in frames of `most` lines.
pub fn pull(phone: &mut Phone, hub: &Hub, feed: FeedId, most: usize) {
    loop {
        let cursor = phone.store.reader().and_then(|reader| Ok(reader.cursor(feed)?)).expect("a cursor");
        let (n, before) = cursor.map_or((0, HeadHash::start(STREET, feed)), |cursor| (cursor.n, cursor.head));
        if n >= hub.last_n(feed) {
            return;
        }
        let (lines, head, _) = hub.lines(feed, n, most);
        let applied = phone.store.write(|tx| {
            let applied = tx.apply_lines(STREET, feed, n + 1, before, &lines, None)?;
            if (applied.head.0, applied.n) != (head.hash, head.n) {
                return Err(NotApplied::HeadWrong);
            }
            tx.set_cursor(feed, &head)?;
            Ok(applied)
        });
        match applied {
            Ok(applied) => assert_eq!(applied.quarantined, 0),
            Err(NotApplied::HeadWrong) => panic!("the head of feed {feed} does not come out"),
            Err(NotApplied::Store { source }) => panic!("{source}"),
        }
    }
}
