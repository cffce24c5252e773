//! Hostile bytes against every reader, for a stated time: `gewu-fuzz [SECONDS [SEED]]`.
//!
//! Valid samples are mutated (bits, bytes, cuts, doublings, numbers at their edges); a target fails when it panics or
//! breaks its own promise. The seed is printed first; the same seed tries the same bytes in the same order.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use gewu_log::columns::{Outgoing, read_entries, read_lines, write_entries, write_lines};
use gewu_log::columns::{OutgoingCarried, OutgoingLine};
use gewu_log::entry::{Detail, Entry};
use gewu_log::grant::{self, GrantDraft};
use gewu_log::invitation::{Invitation, enrol_check, enrol_request};
use gewu_log::keys::PrivateKey;
use gewu_log::line::{Notice, Verdict};
use gewu_log::{change, guard};
use gewu_model::act::{Act, Body, DetailText, Filing, Profile, RECORD_KIND_CASE, ReportBody};
use gewu_model::code::Code;
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, GrantId, PersonId, RecordId, StreetId};
use gewu_model::rights::Role;
use gewu_model::time::Basis;
use gewu_sync::frame;
use gewu_sync::message::{PullReply, PushReply, PushRequest};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// One reader with valid samples. The reader says whether it accepted, and panics when it breaks a promise.
struct Target {
    name: &'static str,
    samples: Vec<Vec<u8>>,
    read: fn(&[u8]) -> bool,
}

fn entry(author: u8, seq: u64, text: Option<&str>) -> Entry {
    let author = DeviceId([author; 16]);
    let detail = text.map(|text| Detail {
        salt: [seq as u8; 16],
        cbor: DetailText { text: Some(text.to_owned()), ..DetailText::default() }.encode_cbor(),
    });
    let filing = Filing { class: "lamp".into(), condition: None, limit: None, deadline_s: Some(1_700_000_000), catalogue: 1 };
    let act = Act {
        grant: GrantId([4; 8]),
        pack: Some(2),
        basis: Basis::Claimed,
        detail: detail.as_ref().map(Detail::hash),
        body: Body::Report(ReportBody { profile: Profile::Light, class: "lamp".into(), urgent: Some(true), filing: Some(filing), origin: None }),
    };
    Entry {
        feed: FeedId([1; 16]),
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
        detail,
    }
    .with_change_hash()
}

fn outgoing() -> Vec<Outgoing> {
    let mut first = entry(7, 1, Some("漏水"));
    let mut second = entry(7, 2, None);
    second.record = first.record;
    second.deps = vec![first.change];
    (second.change_seq, second.start_op) = (2, 2);
    let second = second.with_change_hash();
    first = first.with_change_hash();
    vec![Outgoing { entry: first, deps: vec![] }, Outgoing { entry: second, deps: vec![Some((DeviceId([7; 16]), 1))] }]
}

fn chunk() -> Vec<u8> {
    let mut bytes = Vec::new();
    change::encode(&entry(7, 1, Some("漏水")).change_fields(), &mut bytes);
    bytes
}

fn token() -> Vec<u8> {
    let draft = GrantDraft {
        person: PersonId([1; 16]),
        role: Role::Inspector,
        area: FeedId([2; 16]),
        device: DeviceId([3; 16]),
        expires_s: 1_800_000_000,
        pack_min: 1,
        import: false,
    };
    grant::make(&PrivateKey::from_seed(&[9; 32]), &draft, &[8; 32]).expect("a token")
}

fn lines() -> Vec<u8> {
    let notice = Notice::Pack { version: 3 }.bytes();
    let mut lines = vec![OutgoingLine { verdict: Verdict(0), hub_time_s: 1_700_000_100, carried: OutgoingCarried::Notice(notice) }];
    lines.extend(outgoing().into_iter().map(|out| OutgoingLine {
        verdict: Verdict(1),
        hub_time_s: 1_700_000_101,
        carried: OutgoingCarried::Entry(Box::new(out)),
    }));
    write_lines(&lines)
}

fn targets() -> Vec<Target> {
    let push = PushRequest { tokens: vec![token().into()], seals: vec![], entries: write_entries(&outgoing()).into(), hashes: None };
    let invitation = Invitation { root_key: [1; 32], fingerprint: [2; 32], secret: [3; 16], addresses: vec!["hub:8443".into()] };
    let enrol = enrol_request(&PrivateKey::from_seed(&[5; 32]), StreetId([6; 16]), &[7; 16]);
    vec![
        Target {
            name: "guard: an accepted act is read, and read alike, by the model",
            samples: vec![entry(7, 1, None).act, entry(8, 2, Some("x")).act],
            read: |bytes| {
                let accepted = guard::act(bytes).is_ok();
                if accepted {
                    let act = Act::decode(bytes).expect("what the guard accepts has its keys");
                    assert_eq!(Act::decode(&act.encode()).expect("comes back").body.kind(), act.body.kind());
                }
                accepted
            },
        },
        Target {
            name: "change: what is accepted encodes back identically",
            samples: vec![chunk()],
            read: |bytes| {
                let Ok((fields, hash)) = change::decode(bytes) else { return false };
                let mut again = Vec::new();
                assert_eq!(change::encode(&fields, &mut again), hash);
                assert_eq!(again, bytes);
                true
            },
        },
        Target { name: "columns: entries", samples: vec![write_entries(&outgoing())], read: |bytes| read_entries(bytes).is_ok() },
        Target { name: "columns: lines", samples: vec![lines()], read: |bytes| read_lines(bytes).is_ok() },
        Target {
            name: "frames: push",
            samples: vec![frame::pack(&push)],
            read: |bytes| {
                frame::unpack::<PushRequest>(bytes).is_ok_and(|request| read_entries(&request.entries).is_ok())
                    || frame::unpack::<PushReply>(bytes).is_ok()
                    || frame::unpack::<PullReply>(bytes).is_ok()
            },
        },
        Target {
            name: "grants: only what the hub signed",
            samples: vec![token()],
            read: |bytes| {
                let accepted = grant::read(bytes, &PrivateKey::from_seed(&[9; 32]).public());
                if let Ok(grant) = &accepted {
                    assert_eq!((grant.person, grant.device), (PersonId([1; 16]), DeviceId([3; 16])));
                }
                accepted.is_ok()
            },
        },
        Target {
            name: "invitations and codes",
            samples: vec![invitation.to_text().into_bytes(), Code::of(&RecordId([9; 16])).to_string().into_bytes()],
            read: |bytes| {
                let text = String::from_utf8_lossy(bytes);
                let code = Code::parse(&text).map(|code| assert_eq!(Code::parse(&code.to_string()), Ok(code)));
                Invitation::parse(&text).is_ok() || code.is_ok()
            },
        },
        Target {
            name: "enrolments: only with the device's own signature",
            samples: vec![enrol],
            read: |bytes| enrol_check(bytes, StreetId([6; 16])).is_ok_and(|(secret, _)| secret == [7; 16]),
        },
    ]
}

fn mutate(rng: &mut ChaCha12Rng, sample: &[u8]) -> Vec<u8> {
    let mut bytes = sample.to_vec();
    for _ in 0..1 + rng.next_u32() % 4 {
        if bytes.is_empty() {
            break;
        }
        let at = rng.next_u64() as usize % bytes.len();
        match rng.next_u32() % 7 {
            0 => bytes[at] ^= 1 << (rng.next_u32() % 8),
            1 => bytes[at] = rng.next_u32() as u8,
            2 => bytes.truncate(at),
            3 => bytes.insert(at, rng.next_u32() as u8),
            4 => bytes[at] = [0, 0x17, 0x18, 0x7f, 0x80, 0xff][rng.next_u32() as usize % 6],
            5 => {
                let end = (at + 1 + rng.next_u32() as usize % 16).min(bytes.len());
                let part = bytes[at..end].to_vec();
                let to = rng.next_u64() as usize % (bytes.len() + 1);
                bytes.splice(to..to, part);
            }
            _ => {
                bytes.remove(at);
            }
        }
    }
    bytes
}

fn main() {
    let mut arguments = std::env::args().skip(1).map(|argument| argument.parse::<u64>().expect("a number"));
    let (seconds, seed) = (arguments.next().unwrap_or(60), arguments.next().unwrap_or(1));
    println!("seed {seed}, {seconds} s");
    std::panic::set_hook(Box::new(|_| {}));
    let targets = targets();
    let each = Duration::from_secs(seconds) / u32::try_from(targets.len()).expect("few targets");
    let (mut passed, mut failed) = (0, 0);
    for target in &targets {
        for sample in &target.samples {
            assert!((target.read)(sample), "{}: a valid sample is refused", target.name);
        }
        let mut rng = ChaCha12Rng::seed_from_u64(seed);
        let (begun, mut tried, mut accepted, mut broken) = (Instant::now(), 0_u64, 0_u64, None);
        while begun.elapsed() < each && broken.is_none() {
            for _ in 0..200 {
                let sample = &target.samples[rng.next_u64() as usize % target.samples.len()];
                let bytes = mutate(&mut rng, sample);
                tried += 1;
                match catch_unwind(AssertUnwindSafe(|| (target.read)(&bytes))) {
                    Ok(read) => accepted += u64::from(read),
                    Err(_) => broken = Some(bytes),
                }
            }
        }
        println!("{}: {tried} tried, {accepted} accepted", target.name);
        match broken {
            None => passed += 1,
            Some(bytes) => {
                failed += 1;
                let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                println!("  broken by {hex}");
            }
        }
    }
    println!("{passed} passed, {failed} failed");
    std::process::exit(i32::from(failed > 0));
}
