//! Hostile records: honest ones with one change in them that a rule of the guard is there to refuse.
//!
//! Bytes damaged at random find none of these, because each change is well formed by itself. A record is made, one
//! change that breaks exactly one rule is put into it, and honest devices go on upon it as they would if that rule were
//! switched off. What then stops the record says what the rule is for:
//! - [`Otherwise::Library`]: the library refuses it, panics, or makes of it another record than ours;
//! - [`Otherwise::Codec`]: the change cannot be read back by the codec, which knows no fallback;
//! - [`Otherwise::Nobody`]: nothing does. The rule keeps a meaning or a limit of our own.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable;
use automerge::{ActorId, Automerge, Change, ROOT};
use gewu_log::change::{ChangeFields, TIME_MAX, decode, hash};
use gewu_log::entry::{DETAIL_BYTES_MAX, Detail, Entry};
use gewu_log::guard::{self, GuardError, Place};
use gewu_log::record::{Record, RecordError};
use gewu_model::ids::{ChangeHash, DeviceId, FeedId, RecordId};

use super::history::History;
use super::mutator::Random;
use super::{encoded, library_hash};

const FEED: FeedId = FeedId([5; 16]);
const KIND: u16 = 1;

/// What stops a record once the rule is switched off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Otherwise {
    Library,
    Codec,
    Nobody,
}

/// The rule that must refuse; `None`: a predecessor is missing, the entry waits.
type Rule = Option<GuardError>;
/// Breaks one rule; the fields are those of an honest next change.
type Break = fn(&mut Random, &mut Entry);

const fn breaks(rule: GuardError, otherwise: Otherwise, how: Break) -> (Rule, Otherwise, Break) {
    (Some(rule), otherwise, how)
}

/// A larger or smaller count, never 0 or the same.
fn other_count(random: &mut Random, count: u64) -> u64 {
    let others = [1, count - 1, count + 1, count + 1 + random.below(60) as u64, count / 2, u64::from(u32::MAX) / 2];
    let mut others = others.into_iter().filter(|other| *other != count && *other > 0);
    let skipped = random.below(3);
    others.nth(skipped).unwrap_or(count + 1)
}

/// One row a way to be hostile. Every row leaves all other rules kept.
const WAYS: [(Rule, Otherwise, Break); 17] = [
    breaks(GuardError::Counts, Otherwise::Library, |random, entry| {
        entry.change_seq = other_count(random, entry.change_seq);
    }),
    // Above the limit of a record another rule speaks.
    breaks(GuardError::Counts, Otherwise::Library, |random, entry| {
        entry.start_op = other_count(random, entry.start_op).min(guard::START_OP_MAX);
    }),
    breaks(GuardError::Counts, Otherwise::Library, |random, entry| {
        entry.start_op += 1 + random.below(9) as u64;
        entry.change_seq += 1 + random.below(9) as u64;
    }),
    // Somebody's number of a branch that is not named: what a device would write that forgot what it knew.
    (None, Otherwise::Library, |random, entry| {
        entry.deps.push(random.hash());
        entry.deps.sort();
    }),
    (None, Otherwise::Library, |random, entry| entry.deps = vec![random.hash()]),
    breaks(GuardError::Birth, Otherwise::Library, |random, entry| {
        entry.deps.clear();
        (entry.change_seq, entry.start_op) = (2 + random.below(9) as u64, 1);
    }),
    breaks(GuardError::Birth, Otherwise::Library, |random, entry| {
        entry.deps.clear();
        (entry.change_seq, entry.start_op) = (1, 2 + random.below(99) as u64);
    }),
    // Another birth: to the library a document may have two.
    breaks(GuardError::Birth, Otherwise::Nobody, |random, entry| {
        entry.author = DeviceId(random.bytes(16).try_into().unwrap());
        entry.deps.clear();
        (entry.change_seq, entry.start_op) = (1, 1);
    }),
    breaks(GuardError::Deps, Otherwise::Codec, |random, entry| {
        let twice = random.pick(&entry.deps);
        entry.deps.push(twice);
        entry.deps.sort();
    }),
    breaks(GuardError::Time, Otherwise::Codec, |random, entry| {
        entry.time_s = random.pick(&[-1, TIME_MAX + 1, i64::MIN, i64::MAX]);
    }),
    breaks(GuardError::Chunk, Otherwise::Codec, |random, entry| {
        let bytes = guard::CHUNK_BYTES_MAX + random.below(1_000);
        entry.act = random.act(bytes);
    }),
    // The hash under which it is announced is not that of its bytes.
    breaks(GuardError::Chunk, Otherwise::Library, |random, entry| entry.change = random.hash()),
    breaks(GuardError::Act, Otherwise::Nobody, |random, entry| {
        entry.act = random.pick(&[b"".as_slice(), b"\xa0", b"\xbf\xff", b"\xf6", b"not an act"]).to_vec();
    }),
    breaks(GuardError::Act, Otherwise::Nobody, |random, entry| entry.act.push(random.below(256) as u8)),
    breaks(GuardError::OtherFeed, Otherwise::Nobody, |random, entry| match random.below(2) {
        0 => entry.feed = FeedId(random.bytes(16).try_into().unwrap()),
        _ => entry.record_kind += 1,
    }),
    breaks(GuardError::Counts, Otherwise::Nobody, |random, entry| {
        entry.seq = random.pick(&[0, 1 << 63, u64::MAX]);
    }),
    breaks(GuardError::Detail, Otherwise::Nobody, |random, entry| {
        let cbor = random.bytes(DETAIL_BYTES_MAX + 1);
        entry.detail = Some(Detail { salt: [0; 16], cbor });
    }),
];

fn entry(record: RecordId, fields: &ChangeFields<'_>) -> Entry {
    Entry {
        feed: FEED,
        author: fields.actor,
        seq: fields.seq,
        record,
        record_kind: KIND,
        change_seq: fields.seq,
        start_op: fields.start_op,
        time_s: fields.time,
        deps: fields.deps.to_vec(),
        act: fields.act.to_vec(),
        change: hash(fields),
        detail: None,
    }
}

fn fields(entry: &Entry) -> ChangeFields<'static> {
    let read = entry.change_fields();
    ChangeFields { deps: read.deps.into_owned().into(), act: read.act.into_owned().into(), ..read }
}

/// The record as a device holds it that took every change in through the guard.
pub fn guarded(history: &History) -> Record {
    let id = RecordId::new(history.changes[0].actor, 1_700_000_000_000, 7);
    let mut record = Record::new(id, FEED, KIND);
    for fields in &history.changes {
        let entry = entry(id, fields);
        let place = record.place(entry.author, &entry.deps).unwrap();
        assert_eq!(guard::guard(&entry, &place), Ok(()), "an honest change is refused: {entry:?}");
        record.take(&entry, None, &|_| None).unwrap();
    }
    record
}

/// Every rule that the entry breaks: a hostile entry is of no use to this test if it breaks two.
fn broken(entry: &Entry, place: &Place) -> BTreeSet<GuardError> {
    let fields = guard::fields(entry);
    let rules =
        [guard::chunk(entry), fields, guard::causality(entry, place), guard::act(&entry.act), guard::detail(entry)];
    rules.into_iter().filter_map(Result::err).collect()
}

/// What the library makes of the record: `Err` where that is not what our columns and causal past say.
fn library_holds(random: &mut Random, history: &History, hostile: usize, announced: ChangeHash) -> bool {
    let order = history.in_some_causal_order(random);
    catch_unwind(AssertUnwindSafe(|| {
        let read = |index: usize| Change::try_from(&encoded(&history.changes[index])[..]).unwrap();
        assert_eq!(read(hostile).hash(), library_hash(&announced));
        let mut document = Automerge::new();
        for index in order {
            document.apply_changes([read(index)]).unwrap();
        }
        history.check(&document);
        let loaded = Automerge::load(&document.save()).unwrap();
        history.check(&loaded);
        history.check_next_numbers(&loaded);
        own_numbers(&loaded, &history.changes[hostile]);
    }))
    .is_ok()
}

/// The library, put where this change's author stood, numbers a change as it is numbered.
fn own_numbers(document: &Automerge, change: &ChangeFields<'_>) {
    let deps: Vec<_> = change.deps.iter().map(library_hash).collect();
    let mut before = document.fork_at(&deps).unwrap().with_actor(ActorId::from(&change.actor.0[..]));
    let mut transaction = before.transaction();
    transaction.put(ROOT, "next", 1).unwrap();
    transaction.commit();
    let made = before.get_last_local_change().unwrap();
    assert_eq!((made.start_op().get(), made.seq()), (change.start_op, change.seq));
}

/// Makes one hostile record, sees the guard refuse it, and says what stops it without that rule.
pub fn refused_and_otherwise(random: &mut Random, way: usize) -> Otherwise {
    let (rule, _, break_it) = WAYS[way];
    let mut history = History::random(random);
    let record = guarded(&history);
    let writer = random.below(history.changes.len());
    let mut honest = History { changes: history.changes.clone(), pasts: history.pasts.clone() };
    honest.author(random, history.changes[writer].actor, &honest.all());
    let (Some(next), Some(past)) = (honest.changes.last(), honest.pasts.last()) else { unreachable!() };

    let mut hostile = entry(record.id(), next);
    let announced = hostile.change;
    break_it(random, &mut hostile);
    let other_hash = hostile.change != announced;
    if !other_hash {
        hostile = hostile.with_change_hash();
    }
    match (rule, record.place(hostile.author, &hostile.deps)) {
        (None, place) => assert!(matches!(place, Err(RecordError::Waits { .. })), "way {way}: {place:?}"),
        (Some(rule), place) => {
            let place = place.unwrap();
            assert_eq!(guard::guard(&hostile, &place), Err(rule), "way {way}: {hostile:?}");
            assert_eq!(broken(&hostile, &place), BTreeSet::from([rule]), "way {way} breaks more: {hostile:?}");
        }
    }

    // As if the rule were switched off: the change is in, and honest devices go on upon it.
    let fields = fields(&hostile);
    if decode(&encoded(&fields)).map(|(read, _)| read) != Ok(fields.clone()) {
        return Otherwise::Codec;
    }
    let at = history.changes.len();
    let known: BTreeSet<usize> = if hostile.deps.is_empty() { BTreeSet::new() } else { past.iter().copied().collect() };
    history.changes.push(fields);
    history.pasts.push(known.into_iter().filter(|index| *index < at).chain([at]).collect());
    for _ in 0..random.below(3) {
        let actor = history.changes[random.below(history.changes.len())].actor;
        let all = history.all();
        history.author(random, actor, &all);
    }
    let holds = library_holds(random, &history, at, hostile.change);
    if holds { Otherwise::Nobody } else { Otherwise::Library }
}

#[test]
fn a_hostile_record_is_refused_and_breaks_the_document_with_its_rule_switched_off() {
    let per_way: u64 = std::env::var("GEWU_HOSTILE").map_or(300, |count| count.parse().unwrap());
    for (way, (rule, otherwise, _)) in WAYS.iter().enumerate() {
        for number in 0..per_way {
            let seed = (way as u64 + 1) << 32 | number + 1;
            let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
            let found = refused_and_otherwise(&mut random, way);
            assert_eq!(found, *otherwise, "way {way} ({rule:?}), record {number}");
        }
    }
}
