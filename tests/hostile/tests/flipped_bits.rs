//! One bit of one entry in a hub's store is not what was written: a phone names that entry and keeps it apart, and
//! everything that does not rest on it arrives.
//!
//! A street is played once by the program; each run copies the hub's folder, flips a bit past all of the product's
//! checks, serves the copy and pulls it with a fresh phone. `GEWU_RUNS` says how many runs, `GEWU_SEED` where they start.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use gewu_device::env::Env;
use gewu_device::{Device, DeviceOptions};
use gewu_hub::config::World;
use gewu_hub::{folder as hub_folder, serve, store as hub_store};
use gewu_log::entry::Entry;
use gewu_model::ids::{ChangeHash, EntryHash};
use gewu_model::rights::Role;
use gewu_support::{Phone, Street, folder, grid, place};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore as _, SeedableRng as _};
use rusqlite::types::Value;

/// A field of an entry as the hub keeps it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    Feed,
    Author,
    Seq,
    Record,
    RecordKind,
    Time,
    Deps,
    Act,
    Salt,
    Detail,
    /// Hashes and counts that never travel: a phone computes them.
    Computed(&'static str),
}

const FIELDS: [Field; 13] = [
    Field::Feed,
    Field::Author,
    Field::Seq,
    Field::Record,
    Field::RecordKind,
    Field::Time,
    Field::Deps,
    Field::Act,
    Field::Salt,
    Field::Detail,
    Field::Computed("change"),
    Field::Computed("change_seq"),
    Field::Computed("start_op"),
];

impl Field {
    fn column(self) -> &'static str {
        match self {
            Self::Feed => "feed",
            Self::Author => "author",
            Self::Seq => "seq",
            Self::Record => "record",
            Self::RecordKind => "record_kind",
            Self::Time => "time_s",
            Self::Deps => "deps",
            Self::Act => "act",
            Self::Salt => "salt",
            Self::Detail => "detail",
            Self::Computed(column) => column,
        }
    }

    /// Bits that the field has in this row.
    fn bits(self, value: &Value) -> usize {
        match (self, value) {
            (Self::RecordKind, _) => 16,
            (_, Value::Integer(_)) => 64,
            (_, Value::Blob(bytes)) => bytes.len() * 8,
            _ => 0,
        }
    }
}

fn flipped(value: &Value, bit: usize) -> Value {
    match value {
        Value::Integer(number) => Value::Integer(number ^ (1_i64 << bit)),
        Value::Blob(bytes) => {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            Value::Blob(bytes)
        }
        other => other.clone(),
    }
}

/// Flips the bit that the generator picks: any entry, any bit of its fields. Returns the entry's name and the field.
fn flip(dir: &Path, random: &mut ChaCha8Rng) -> (EntryHash, Field) {
    let db = gewu_hostile::store(dir, "hub.db");
    let names: Vec<(i64, [u8; 32])> = db
        .prepare("SELECT entry_no, entry_hash FROM entry ORDER BY entry_no")
        .and_then(|mut all| all.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect())
        .expect("the entries");
    let mut pick = |count: usize| usize::try_from(random.next_u64() % u64::try_from(count).unwrap()).unwrap();
    let (entry_no, name) = names[pick(names.len())];
    let columns: Vec<&str> = FIELDS.iter().map(|field| field.column()).collect();
    let sql = format!("SELECT {} FROM entry WHERE entry_no = ?1", columns.join(", "));
    let row: Vec<Value> =
        db.query_row(&sql, [entry_no], |row| (0..columns.len()).map(|at| row.get(at)).collect()).expect("the entry");
    let bits: Vec<usize> = FIELDS.iter().zip(&row).map(|(field, value)| field.bits(value)).collect();
    let mut bit = pick(bits.iter().sum());
    let mut at = 0;
    while bit >= bits[at] {
        bit -= bits[at];
        at += 1;
    }
    let sql = format!("UPDATE entry SET {} = ?2 WHERE entry_no = ?1", columns[at]);
    assert_eq!(db.execute(&sql, (entry_no, flipped(&row[at], bit))).expect("the bit is flipped"), 1);
    (EntryHash(name), FIELDS[at])
}

/// Plays a street through the program: two grids, a case handed to and fro, a relocated one, texts, two at once.
fn played() -> Street {
    let street = Street::begin(&place(&[grid("01", "east"), grid("02", "east")]));
    let one = street.phone("one", "inspector", Some("01"));
    let two = street.phone("two", "inspector", Some("02"));
    let beside = street.phone("beside", "inspector", Some("01"));
    let handler = street.phone("handler", "handler", None);
    let dispatcher = street.phone("dispatcher", "dispatcher", None);
    let report =
        |phone: &Phone, at: usize| phone.report(&["--class", "lamp", "--text", &format!("3栋门口路灯不亮 {at}")]).code;
    let codes: Vec<String> = (0..8).map(|at| report(&one, at)).chain((8..14).map(|at| report(&two, at))).collect();
    let sync = || [&one, &two, &beside, &handler, &dispatcher].map(Phone::sync);
    sync();
    sync();
    for code in &codes[..10] {
        handler.act(code, "handle", &["--text", "换了灯泡"]);
    }
    sync();
    sync();
    for code in &codes[..4] {
        one.act(code, "close", &[]);
        beside.act(code, "note", &["--text", "又灭了"]);
    }
    two.act(&codes[8], "close", &[]);
    dispatcher.act(&codes[4], "relocate", &["--area", "02", "--text", "在河对岸"]);
    dispatcher.act(&codes[12], "dispatch", &["--party", "lamps"]);
    sync();
    sync();
    for code in &codes[..2] {
        one.act(code, "reopen", &["--text", "又灭了"]);
        handler.act(code, "note", &["--text", "换了线路"]);
    }
    sync();
    sync();
    street
}

/// What of the street rests on an entry: everything that names it, or names what names it, as a predecessor.
fn resting_on(entries: &[Entry], name: EntryHash) -> BTreeSet<EntryHash> {
    let mut lost: BTreeSet<ChangeHash> = entries.iter().filter(|it| it.hash() == name).map(|it| it.change).collect();
    loop {
        let before = lost.len();
        let more = entries.iter().filter(|it| it.deps.iter().any(|dep| lost.contains(dep))).map(|it| it.change);
        lost.extend(more.collect::<Vec<_>>());
        if lost.len() == before {
            break;
        }
    }
    entries.iter().filter(|it| lost.contains(&it.change)).map(Entry::hash).collect()
}

/// What a fresh phone has after a pull.
struct Pulled {
    entries: BTreeMap<EntryHash, Entry>,
    /// Names and reasons of what is kept apart.
    apart: BTreeMap<EntryHash, BTreeSet<String>>,
}

/// Serves a hub's folder in this process and pulls everything with a fresh phone of a supervisor.
fn pull(runtime: &tokio::runtime::Runtime, hub_dir: &Path, phone_dir: PathBuf) -> Pulled {
    let listen = SocketAddr::from(([127, 0, 0, 1], 0));
    let bound = runtime.block_on(serve::bound(hub_dir, listen, None, World::default())).expect("the hub listens");
    let area = hub_folder::street_feed(&bound.hub.pack()).expect("a street");
    let invited = bound.hub.invite(None, Role::Supervisor, area, false, vec![bound.address.to_string()]);
    let (invitation, _) = invited.expect("an invitation");
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = runtime.spawn(bound.run(async {
        let _ = stopped.await; // Dropped is told as well.
    }));
    let device = Device::open(DeviceOptions { dir: phone_dir, key: [7; 32], env: Env::default(), language: gewu_device::Language::Zh }).expect("a phone");
    device.enrol(&invitation.to_text()).expect("it is enrolled");
    device.sync_now().expect("it syncs");
    let (mut entries, mut apart) = (BTreeMap::new(), BTreeMap::<_, BTreeSet<String>>::new());
    device.each_entry(&mut |entry, _, _| drop(entries.insert(entry.hash(), entry))).expect("its entries");
    for one in device.kept_apart().expect("what is kept apart") {
        apart.entry(one.entry).or_default().insert(one.reason);
    }
    let told = device.status().expect("its status");
    assert_eq!(told.quarantined == 0, apart.is_empty(), "the status line says so");
    let again = device.sync_now().expect("it goes on");
    assert_eq!((again.received, again.quarantined), (0, 0), "nothing is asked for twice");
    let (before, after) = device.rebuild().expect("it is made anew");
    assert_eq!(before, after, "what is derived does not rest on what is kept apart");
    device.close();
    drop(stop);
    runtime.block_on(running).expect("the hub ends").expect("without a fault");
    Pulled { entries, apart }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("a folder");
    for file in ["hub.db", "key", "root"] {
        std::fs::copy(from.join(file), to.join(file)).expect("a copy");
    }
}

/// What the phone must have after the flip, and what it has.
fn check(all: &[Entry], name: EntryHash, field: Field, pulled: &Pulled) -> Result<&'static str, String> {
    let have: BTreeSet<EntryHash> = pulled.entries.keys().copied().collect();
    let every: BTreeSet<EntryHash> = all.iter().map(Entry::hash).collect();
    let apart: BTreeSet<EntryHash> = pulled.apart.keys().copied().collect();
    let differs = |entry: &&Entry| pulled.entries.get(&entry.hash()).is_some_and(|have| have != *entry);
    let differing: Vec<EntryHash> = all.iter().filter(differs).map(Entry::hash).collect();
    let told = || {
        let short = |names: &mut dyn Iterator<Item = EntryHash>| {
            names.map(|it| it.to_string().chars().take(8).collect::<String>()).collect::<Vec<_>>()
        };
        let reasons: Vec<_> =
            pulled.apart.iter().map(|(name, reasons)| (short(&mut std::iter::once(*name)), reasons)).collect();
        format!(
            "{field:?} of {name}: apart {reasons:?}, rests on it {:?}, not here {:?}, differs {:?}",
            short(&mut resting_on(all, name).into_iter()),
            short(&mut every.difference(&have).copied()),
            short(&mut differing.iter().copied()),
        )
    };
    let named = |reason: &str| pulled.apart.get(&name).is_some_and(|reasons| reasons.contains(reason));
    match field {
        Field::Salt | Field::Detail => {
            let without = pulled.entries.get(&name).is_some_and(|entry| entry.detail.is_none());
            let only = apart.len() == 1 && named("detail") && have == every && differing == [name] && without;
            only.then_some("the words alone are kept apart").ok_or_else(told)
        }
        _ if apart.is_empty() => {
            // A record's feed and kind travel once, with its first entry; a dep that lies in the frame travels as its place.
            let spare = matches!(field, Field::Computed(_) | Field::Deps | Field::Feed | Field::RecordKind);
            let harmless = spare && have == every && differing.is_empty();
            harmless.then_some("did not travel").ok_or_else(told)
        }
        _ => {
            let lost = resting_on(all, name);
            let rest: BTreeSet<EntryHash> = every.difference(&lost).copied().collect();
            let right = apart == lost && have == rest && differing.is_empty() && named("hash") | named("waits");
            right.then_some("kept apart with what rests on it").ok_or_else(told)
        }
    }
}

fn number_from(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn a_flipped_bit_is_named_and_keeps_nothing_else_away() {
    static PANICS: AtomicU64 = AtomicU64::new(0);
    let street = {
        let mut street = played();
        street.kill_hub();
        street
    };
    // One file, so that a copy is whole.
    let db = gewu_hostile::store(&street.hub_dir(), "hub.db");
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).expect("one file");
    drop(db);
    let (pristine, _) = hub_folder::open(&street.hub_dir()).expect("the hub's folder");
    let mut all = Vec::new();
    hub_store::read(&pristine, |tx| tx.each_entry(&mut |entry, _, _| all.push(entry))).expect("its entries");
    drop(pristine);
    assert!(all.len() > 30 && all.iter().any(|entry| entry.deps.len() > 1), "{} entries", all.len());

    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("threads");
    let place = folder();
    let run_dir = |what: &str, at: u64| place.path().join(format!("{what}-{at}"));
    let whole = {
        copy(&street.hub_dir(), &run_dir("hub", u64::MAX));
        pull(&runtime, &run_dir("hub", u64::MAX), run_dir("phone", u64::MAX))
    };
    assert_eq!((whole.entries.len(), whole.apart.len()), (all.len(), 0), "without a flip everything arrives");
    // A check that passes whatever came would be none.
    assert!(
        check(&all, all[0].hash(), Field::Act, &whole).is_err()
            && check(&all, all[0].hash(), Field::Detail, &whole).is_err()
    );

    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        usual(info);
    }));
    let (runs, seed) = (number_from("GEWU_RUNS", 100), number_from("GEWU_SEED", 1));
    println!("seed {seed}, {runs} runs over {} entries", all.len());
    let mut outcomes: BTreeMap<(&str, Field), u64> = BTreeMap::new();
    for run in 0..runs {
        let mut random = ChaCha8Rng::seed_from_u64(seed.wrapping_add(run));
        let (hub_dir, phone_dir) = (run_dir("hub", run), run_dir("phone", run));
        copy(&street.hub_dir(), &hub_dir);
        let (name, field) = flip(&hub_dir, &mut random);
        println!("run {run}: {field:?} of {name}");
        let pulled = pull(&runtime, &hub_dir, phone_dir.clone());
        match check(&all, name, field, &pulled) {
            Ok(outcome) => *outcomes.entry((outcome, field)).or_default() += 1,
            Err(told) => panic!("run {run} of seed {seed}: {told}"),
        }
        std::fs::remove_dir_all(hub_dir).and_then(|()| std::fs::remove_dir_all(phone_dir)).expect("swept");
    }
    assert_eq!(PANICS.load(Ordering::SeqCst), 0, "nothing panics");
    outcomes.iter().for_each(|((outcome, field), count)| println!("{count:5} {field:?}: {outcome}"));
    let apart: u64 =
        outcomes.iter().filter(|((outcome, _), _)| *outcome != "did not travel").map(|(_, count)| count).sum();
    assert!(apart * 2 > runs, "{apart} of {runs} were kept apart");
}
