//! Makes the vectors: everything from fixed seeds, so that the same program makes the same bytes.

use gewu_log::change;
use gewu_log::entry::{Detail, Entry};
use gewu_log::grant::{self, GrantDraft};
use gewu_log::keys::{HubCertificate, PrivateKey, PublicKey, SignedPack};
use gewu_log::line::{Head, HeadHash, Notice, Verdict};
use gewu_log::record::Record;
use gewu_log::seal::{Link, Seal};
use gewu_model::act::{Act, DetailText, RECORD_KIND_CASE};
use gewu_model::area::AreaKind;
use gewu_model::code::Code;
use gewu_model::ids::{ChangeHash, DeviceId, EntryHash, Epoch, FeedId, PersonId, RecordId, StreetId};
use gewu_model::rights::{Refusal, Role};
use gewu_model::time::Basis;
use minicbor::Decoder;
use serde_json::{Value, json};

use crate::acts;

/// Bytes as lower-case hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What all vectors are about.
pub struct Street {
    /// The root key.
    pub root: PrivateKey,
    /// The hub's.
    pub hub: PrivateKey,
    /// Two phones.
    pub phones: [PrivateKey; 2],
    /// Its id.
    pub id: StreetId,
    /// A grid.
    pub grid: FeedId,
    /// A party.
    pub party: FeedId,
}

impl Street {
    /// From fixed seeds.
    #[must_use]
    pub fn fixed() -> Self {
        let root = PrivateKey::from_seed(&[1; 32]);
        let id = StreetId::of_root_key(&root.public().bytes());
        Self {
            hub: PrivateKey::from_seed(&[2; 32]),
            phones: [PrivateKey::from_seed(&[3; 32]), PrivateKey::from_seed(&[4; 32])],
            grid: FeedId::of(id, AreaKind::Grid, "53"),
            party: FeedId::of(id, AreaKind::Party, "lamps"),
            root,
            id,
        }
    }
}

/// Everything. Grants are taken from `old`, because a token holds a fresh key each time it is made.
#[must_use]
pub fn make(old: Option<&Value>) -> Value {
    let street = Street::fixed();
    let mut all = names(&street);
    let mut log = Log::new(&street);
    log.write();
    all.extend(log.vectors.iter().cloned());
    all.extend(signatures(&street, &log.hashes));
    all.extend(grants(&street, old));
    json!({ "format": 1, "suite": 1, "vectors": all })
}

/// Ids and codes.
fn names(street: &Street) -> Vec<Value> {
    let root = street.root.public().bytes();
    let mut all = vec![json!({ "what": "street", "root_key": hex(&root), "street": street.id })];
    for (kind, code) in [
        (AreaKind::Grid, "53"),
        (AreaKind::Community, "东一社区"),
        (AreaKind::Street, "street"),
        (AreaKind::Party, "lamps"),
    ] {
        let feed = FeedId::of(street.id, kind, code);
        all.push(json!({ "what": "feed", "street": street.id, "kind": kind.number(), "code": code, "feed": feed }));
    }
    for phone in &street.phones {
        let key = phone.public();
        all.push(json!({ "what": "device", "public_key": hex(&key.bytes()), "device": key.device() }));
    }
    for (phone, time_ms, count) in
        [(0, 1_790_000_000_123, 5), (0, 1_790_000_000_123, 6), (1, 0, 0), (1, (1 << 48) - 1, 0x0fff)]
    {
        let author = street.phones[phone].public().device();
        let record = RecordId::new(author, time_ms, count);
        let code = Code::of(&record).to_string();
        all.push(json!({ "what": "record", "author": author, "time_ms": time_ms, "count": count, "record": record, "code": code }));
    }
    let code = Code::of(&RecordId::new(street.phones[0].public().device(), 1_790_000_000_123, 5)).to_string();
    let mut swapped: Vec<char> = code.chars().collect();
    if let Some(at) = swapped.windows(2).position(|pair| pair[0] != pair[1]) {
        swapped.swap(at, at + 1);
    }
    all.push(json!({ "what": "mistyped", "code": swapped.into_iter().collect::<String>() }));
    all
}

/// Two records with branches, written as phones write them.
struct Log<'a> {
    street: &'a Street,
    seqs: [u64; 2],
    hashes: Vec<EntryHash>,
    vectors: Vec<Value>,
    time_s: i64,
}

impl<'a> Log<'a> {
    fn new(street: &'a Street) -> Self {
        Self { street, seqs: [0; 2], hashes: Vec::new(), vectors: Vec::new(), time_s: 1_790_000_000 }
    }

    fn phone(&self, phone: usize) -> DeviceId {
        self.street.phones[phone].public().device()
    }

    fn write(&mut self) {
        let [words, place, both, long] = acts::details();
        let mut record = self.born(0, 5, RECORD_KIND_CASE);
        let first = self.act(&mut record, 0, "report with words", acts::report(), Some(words), None);
        let bodies = acts::bodies(self.street.party, FeedId([9; 16]), first);
        for (number, (name, body)) in bodies.into_iter().enumerate() {
            let claimed = number % 3 == 0;
            let act = Act { basis: if claimed { Basis::Claimed } else { Basis::Proven }, ..acts::act(body) };
            self.act(&mut record, number % 2, name, act, None, None);
        }
        let fork = record.tips();
        self.bytes(&mut record, 0, "unknown keys", acts::with_unknown_keys(), None, Some(fork.clone()));
        self.bytes(&mut record, 1, "unreadable body beside it", acts::unreadable(), None, Some(fork));
        let close = acts::act(gewu_model::act::Body::Close(gewu_model::act::CloseBody { condition: None }));
        self.act(&mut record, 1, "close over both branches", close, Some(both), None);

        self.time_s = (1 << 40) - 1;
        let mut second = self.born(1, 0x0fff, RECORD_KIND_CASE);
        self.act(&mut second, 1, "imported report at the last time", acts::imported(), Some(long), None);
        self.time_s = 0;
        let mut third = self.born(0, 6, RECORD_KIND_CASE);
        self.act(&mut third, 0, "self_handle with a place at time 0", acts::self_handled(), Some(place), None);
        let mut newer = self.born(0, 7, 900);
        self.act(
            &mut newer,
            0,
            "a record kind of a newer version",
            acts::act(gewu_model::act::Body::Unknown(20_000)),
            None,
            None,
        );
    }

    fn born(&self, phone: usize, count: u16, kind: u16) -> Record {
        let id = RecordId::new(self.phone(phone), 1_790_000_000_123, count);
        Record::new(id, self.street.grid, kind)
    }

    fn act(
        &mut self,
        record: &mut Record,
        phone: usize,
        name: &str,
        act: Act,
        text: Option<DetailText>,
        deps: Option<Vec<ChangeHash>>,
    ) -> EntryHash {
        let detail = text.map(|text| Detail { salt: [0x5a; 16], cbor: text.encode_cbor() });
        let act = Act { detail: detail.as_ref().map(Detail::hash), ..act };
        self.bytes(record, phone, name, act.encode(), detail, deps)
    }

    fn bytes(
        &mut self,
        record: &mut Record,
        phone: usize,
        name: &str,
        act: Vec<u8>,
        detail: Option<Detail>,
        deps: Option<Vec<ChangeHash>>,
    ) -> EntryHash {
        let author = self.phone(phone);
        let deps = deps.unwrap_or_else(|| record.tips());
        let place = record.place(author, &deps).unwrap_or_else(|error| unreachable!("{name}: {error}"));
        self.seqs[phone] += 1;
        let entry = Entry {
            feed: record.outline().feed,
            author,
            seq: self.seqs[phone],
            record: record.id(),
            record_kind: record.outline().kind,
            change_seq: place.change_seq,
            start_op: place.start_op,
            time_s: self.time_s,
            deps,
            act,
            change: ChangeHash([0; 32]),
            detail,
        }
        .with_change_hash();
        self.time_s = (self.time_s + 61).min((1 << 40) - 1);
        record.take(&entry, None, &|_| None).unwrap_or_else(|error| unreachable!("{name}: {error}"));
        record.settle(&|_| None);
        self.hashes.push(entry.hash());
        self.vectors.push(entry_vector(name, &entry));
        entry.hash()
    }
}

fn entry_vector(name: &str, entry: &Entry) -> Value {
    let mut chunk = Vec::new();
    change::encode(&entry.change_fields(), &mut chunk);
    let detail = entry.detail.as_ref().map(|detail| {
        let says = DetailText::decode_cbor(&detail.cbor);
        json!({ "salt": hex(&detail.salt), "cbor": hex(&detail.cbor), "hash": detail.hash(), "says": says })
    });
    json!({
        "what": "entry", "name": name, "feed": entry.feed, "author": entry.author, "seq": entry.seq, "record": entry.record,
        "record_kind": entry.record_kind, "change_seq": entry.change_seq, "start_op": entry.start_op, "time_s": entry.time_s,
        "deps": entry.deps, "act": hex(&entry.act), "act_says": act_says(&entry.act), "chunk": hex(&chunk),
        "change": entry.change, "entry": entry.hash(), "detail": detail,
    })
}

/// What an act says, as far as this version knows it, and which keys are there.
#[must_use]
pub fn act_says(bytes: &[u8]) -> Value {
    let Ok(act) = Act::decode(bytes) else { return Value::Null };
    let (keys, body_keys) = keys(bytes).unwrap_or_default();
    let number = Decoder::new(bytes).map().and_then(|_| {
        let mut d = Decoder::new(bytes);
        d.map()?;
        d.u8()?;
        d.u32()
    });
    json!({
        "kind": number.unwrap_or(0), "kind_name": act.kind().map(gewu_model::act::Kind::name), "grant": act.grant,
        "basis": act.basis, "pack": act.pack, "detail": act.detail, "keys": keys, "body_keys": body_keys,
    })
}

/// Keys of the act and of its body.
fn keys(bytes: &[u8]) -> Result<(Vec<u64>, Vec<u64>), minicbor::decode::Error> {
    let mut d = Decoder::new(bytes);
    let (mut keys, mut body_keys) = (Vec::new(), Vec::new());
    for _ in 0..d.map()?.unwrap_or(0) {
        let key = d.u64()?;
        keys.push(key);
        if key == 5 {
            for _ in 0..d.map()?.unwrap_or(0) {
                body_keys.push(d.u64()?);
                d.skip()?;
            }
        } else {
            d.skip()?;
        }
    }
    Ok((keys, body_keys))
}

/// Links, seals, lines, heads, certificate, pack.
fn signatures(street: &Street, entries: &[EntryHash]) -> Vec<Value> {
    let (hub, root) = (street.hub.public(), street.root.public());
    let mut all = Vec::new();
    let mut link = Link::default();
    for entry in entries.iter().take(3) {
        let after = link.then(*entry);
        all.push(json!({ "what": "link", "before": hex(&link.0), "entry": entry, "after": hex(&after.0) }));
        link = after;
    }
    for (phone, first, prev, run) in [(0, 1, Link::default(), 0..1), (0, 4, link, 3..9), (1, 1, Link::default(), 9..25)]
    {
        let covered: Vec<_> = entries.get(run).unwrap_or_default().to_vec();
        let key = &street.phones[phone];
        let seal = Seal::make(key, street.id, street.grid, first, prev, covered.iter().copied());
        all.push(json!({
            "what": "seal", "street": street.id, "public_key": hex(&key.public().bytes()), "feed": seal.feed, "author": seal.author,
            "first": seal.first, "last": seal.last, "prev_link": hex(&seal.prev_link), "link": hex(&seal.link),
            "signature": hex(&seal.signature), "entries": covered,
        }));
    }
    let start = HeadHash::start(street.id, street.grid);
    all.push(json!({ "what": "first_head", "street": street.id, "feed": street.grid, "after": hex(&start.0) }));
    let verdicts = [Verdict::ADMITTED, Verdict::refused(Refusal::NoRight), Verdict::refused(Refusal::NewerReason)];
    let (mut head, mut n, hub_time_s) = (start, 0, 1_790_000_500);
    for (entry, verdict) in entries.iter().zip(verdicts) {
        n += 1;
        let after = head.then_entry(n, *entry, verdict, hub_time_s);
        all.push(json!({
            "what": "line", "before": hex(&head.0), "n": n, "entry": entry, "verdict": verdict.0, "hub_time_s": hub_time_s, "after": hex(&after.0),
        }));
        head = after;
    }
    let notice = Notice::Guest { record: RecordId([6; 16]), home: street.grid };
    let notice_hash = *blake3::hash(&notice.bytes()).as_bytes();
    let after = head.then_notice(n + 1, &notice_hash, hub_time_s);
    all.push(json!({
        "what": "notice", "before": hex(&head.0), "n": n + 1, "cbor": hex(&notice.bytes()), "notice": hex(&notice_hash), "hub_time_s": hub_time_s, "after": hex(&after.0),
    }));
    for (n, hash) in [(0, start), (n + 1, after)] {
        let head = Head::make(&street.hub, street.id, street.grid, Epoch([7; 16]), n, hash, hub_time_s);
        all.push(json!({
            "what": "head", "street": street.id, "hub_key": hex(&hub.bytes()), "feed": head.feed, "epoch": head.epoch, "n": head.n,
            "hash": hex(&head.hash), "hub_time_s": head.hub_time_s, "backup_n": head.backup_n, "signature": hex(&head.signature),
        }));
    }
    let certificate = HubCertificate::make(&street.root, street.id, &hub, 1_790_000_000, 1_821_536_000);
    all.push(json!({
        "what": "certificate", "street": street.id, "root_key": hex(&root.bytes()), "hub_key": hex(&certificate.hub_key),
        "from_s": certificate.from_s, "until_s": certificate.until_s, "signature": hex(&certificate.signature),
    }));
    let pack = SignedPack::make(&street.root, street.id, 3, "{\"place\":\"示范街道\"}".into());
    all.push(json!({
        "what": "pack", "street": street.id, "root_key": hex(&root.bytes()), "version": pack.version, "json": hex(&pack.json), "signature": hex(&pack.signature),
    }));
    all
}

/// What a grant vector says beside its token.
fn grant_facts(hub: &PublicKey, token: &[u8]) -> Value {
    grant::read(token, hub).map_or(Value::Null, |grant| {
        json!({
            "what": "grant", "hub_key": hex(&hub.bytes()), "token": hex(token), "id": grant.id, "person": grant.person,
            "role": grant.role, "area": grant.area, "device": grant.device, "expires_s": grant.expires_s,
            "pack_min": grant.pack_min, "import": grant.import,
        })
    })
}

fn grants(street: &Street, old: Option<&Value>) -> Vec<Value> {
    let old: Vec<Vec<u8>> = of(old.unwrap_or(&Value::Null), "grant")
        .filter_map(|it| it["token"].as_str().and_then(gewu_model::ids::from_hex))
        .collect();
    let drafts = [
        (Role::Inspector, street.grid, false),
        (Role::Handler, street.party, false),
        (Role::Supervisor, street.grid, true),
    ];
    let tokens = drafts.into_iter().enumerate().map(|(number, (role, area, import))| {
        let draft = GrantDraft {
            person: PersonId([0x70; 16]),
            role,
            area,
            device: street.phones[0].public().device(),
            expires_s: 1_797_776_000,
            pack_min: 1,
            import,
        };
        let kept = old.get(number).cloned();
        kept.or_else(|| grant::make(&street.hub, &draft, &[8; 32]).ok()).unwrap_or_default()
    });
    tokens.map(|token| grant_facts(&street.hub.public(), &token)).collect()
}

/// The vectors of one sort.
pub fn of<'a>(all: &'a Value, what: &'a str) -> impl Iterator<Item = &'a Value> {
    all["vectors"].as_array().into_iter().flatten().filter(move |it| it["what"] == what)
}
