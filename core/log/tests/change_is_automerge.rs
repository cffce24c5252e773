//! The Automerge library as referee of our own change codec: the same bytes for the same fields, no
//! byte accepted that it refuses or reads otherwise, and records that it applies, saves and loads.
//!
//! `GEWU_MUTANTS` sets how many mutants the differential test makes (default 200,000).

#![allow(
    clippy::unwrap_used,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "a test may fail loudly, and its numbers are small"
)]

#[path = "change_is_automerge/history.rs"]
mod history;
#[path = "change_is_automerge/hostile.rs"]
mod hostile;
#[path = "change_is_automerge/mutator.rs"]
mod mutator;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU64;
use std::panic::catch_unwind;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{
    ActorId, AutoCommit, Automerge, Change, ExpandedChange, ROOT, ScalarValue, legacy,
};
use gewu_log::change::{
    CHUNK_BYTES_MAX, ChangeError, ChangeFields, DEPS_MAX, TIME_MAX, decode, encode, hash,
};
use gewu_model::ids::{ChangeHash, DeviceId};
use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use history::History;
use mutator::Random;

fn encoded(fields: &ChangeFields<'_>) -> Vec<u8> {
    let mut bytes = Vec::new();
    encode(fields, &mut bytes);
    bytes
}

fn root_key(fields: &ChangeFields<'_>) -> String {
    let author: String = fields
        .actor
        .0
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("{:08x}{author}", fields.start_op)
}

fn library_hash(hash: &ChangeHash) -> automerge::ChangeHash {
    automerge::ChangeHash(hash.0)
}

/// The change that the library itself builds from the same fields.
fn library_change(fields: &ChangeFields<'_>) -> Change {
    let put = legacy::Op {
        action: legacy::OpType::Put(ScalarValue::Bytes(fields.act.to_vec())),
        obj: legacy::ObjectId::Root,
        key: legacy::Key::Map(root_key(fields).into()),
        pred: legacy::SortedVec::new(),
        insert: false,
    };
    Change::from(ExpandedChange {
        operations: vec![put],
        actor_id: ActorId::from(&fields.actor.0[..]),
        hash: None,
        seq: fields.seq,
        start_op: NonZeroU64::new(fields.start_op).unwrap(),
        time: fields.time,
        message: None,
        deps: fields.deps.iter().map(library_hash).collect(),
        extra_bytes: Vec::new(),
        author: None,
    })
}

/// What the library reads, if it is one of our changes: right shape, within limits, in normal form.
fn library_reading(bytes: &[u8]) -> Option<(ChangeFields<'static>, ChangeHash)> {
    let change = catch_unwind(|| Change::try_from(bytes)).ok()?.ok()?;
    let read = catch_unwind(|| change.decode()).ok()?;
    let [
        legacy::Op {
            action: legacy::OpType::Put(ScalarValue::Bytes(act)),
            ..
        },
    ] = &read.operations[..]
    else {
        return None;
    };
    let fields = ChangeFields {
        actor: DeviceId(read.actor_id.to_bytes().try_into().ok()?),
        seq: read.seq,
        start_op: read.start_op.get(),
        time: read.time,
        deps: read.deps.iter().map(|dep| ChangeHash(dep.0)).collect(),
        act: Cow::Owned(act.clone()),
    };
    let within = bytes.len() <= CHUNK_BYTES_MAX
        && fields.seq > 0
        && (0..=TIME_MAX).contains(&fields.time)
        && fields.deps.len() as u64 <= DEPS_MAX
        && fields.deps.is_sorted_by(|earlier, later| earlier < later);
    // Everything not looked at above is as the library would write it, checksum and key included.
    let normal = within && library_change(&fields).raw_bytes() == bytes;
    normal.then(|| (fields, ChangeHash(change.hash().0)))
}

fn any_fields() -> impl Strategy<Value = ChangeFields<'static>> {
    let seq = prop_oneof![1..200_u64, 1..=u64::MAX];
    let start_op = prop_oneof![1..=4096_u64, 1..=u64::from(u32::MAX)];
    let time = prop_oneof![0..200_i64, 0..=TIME_MAX];
    let hashes = |count| btree_set(any::<[u8; 32]>(), count);
    let deps = prop_oneof![hashes(0..4), hashes(0..65)];
    let bytes = |count| vec(any::<u8>(), count);
    let act = prop_oneof![12 => bytes(0..300), 4 => bytes(0..9_000), 1 => bytes(60_000..62_000)];
    (any::<[u8; 16]>(), seq, start_op, time, deps, act).prop_map(
        |(actor, seq, start_op, time, deps, act)| ChangeFields {
            actor: DeviceId(actor),
            seq,
            start_op,
            time,
            deps: deps.into_iter().map(ChangeHash).collect(),
            act: Cow::Owned(act),
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(1_000) })]

    #[test]
    fn bytes_and_hash_are_those_of_the_library(fields in any_fields()) {
        let library = library_change(&fields);
        let mut bytes = Vec::new();
        let ours = encode(&fields, &mut bytes);
        prop_assert_eq!(&bytes[..], library.raw_bytes());
        prop_assert_eq!(ours.0, library.hash().0);
        prop_assert_eq!(hash(&fields), ours);
        prop_assert_eq!(library.max_op(), fields.start_op);
        prop_assert_eq!(decode(&bytes), Ok((fields.clone(), ours)));
        prop_assert_eq!(library_reading(&bytes), Some((fields, ours)));
    }

    #[test]
    fn no_bytes_make_the_codec_panic(bytes in vec(any::<u8>(), 0..400), seq: u64, start_op: u64, time: i64) {
        prop_assert!(decode(&bytes).is_err());
        let deps = bytes.as_chunks::<32>().0.iter().copied().map(ChangeHash).collect();
        let fields = ChangeFields { actor: DeviceId([9; 16]), seq, start_op, time, deps, act: Cow::Borrowed(&bytes) };
        let written = encoded(&fields);
        prop_assert!(decode(&written).is_err() || library_reading(&written).is_some());
    }
}

#[test]
fn a_put_made_in_a_document_of_the_library_gives_our_bytes() {
    let actor = DeviceId([0xa7; 16]);
    let mut document = AutoCommit::new().with_actor(ActorId::from(&actor.0[..]));
    let mut deps = Vec::new();
    for place in 1..=300_u64 {
        let act = vec![place as u8; place as usize * 3];
        let time = 1_790_000_000 + place as i64;
        let fields = ChangeFields {
            actor,
            seq: place,
            start_op: place,
            time,
            deps: deps.into(),
            act: act.into(),
        };
        document
            .put(ROOT, root_key(&fields), fields.act.to_vec())
            .unwrap();
        document.commit_with(CommitOptions::default().with_time(time));
        let made = document.get_last_local_change().unwrap();
        assert_eq!(made.raw_bytes(), encoded(&fields));
        deps = vec![hash(&fields)];
    }
}

fn refusal_name(refusal: &ChangeError) -> String {
    format!("{refusal:?}")
        .split([' ', '{'])
        .next()
        .unwrap()
        .to_owned()
}

#[test]
fn no_mutant_is_accepted_that_the_library_reads_otherwise() {
    let count: u32 = std::env::var("GEWU_MUTANTS").map_or(200_000, |count| count.parse().unwrap());
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let samples: Vec<Vec<u8>> = (0..200).map(|_| encoded(&random.fields())).collect();
    let originals: BTreeSet<&[u8]> = samples.iter().map(|sample| &sample[..]).collect();
    let mut accepted = [0_u32; 2];
    let mut refused: BTreeMap<String, u32> = BTreeMap::new();
    for number in 0..count {
        let damaged = number % 16 > 0;
        let mutant = if damaged {
            random.damaged(&samples)
        } else {
            encoded(&random.hostile_fields())
        };
        let library = library_reading(&mutant);
        match decode(&mutant) {
            Ok((fields, hash)) => {
                let mut again = Vec::new();
                assert_eq!(
                    encode(&fields, &mut again),
                    hash,
                    "mutant {number}: {mutant:02x?}"
                );
                assert_eq!(again, mutant, "mutant {number}");
                assert_eq!(
                    library,
                    Some((fields, hash)),
                    "mutant {number}: {mutant:02x?}"
                );
                accepted[usize::from(damaged)] += u32::from(!originals.contains(&mutant[..]));
            }
            Err(refusal) => {
                assert_eq!(
                    library, None,
                    "mutant {number} is fine, but {refusal}: {mutant:02x?}"
                );
                *refused.entry(refusal_name(&refusal)).or_default() += 1;
            }
        }
    }
    println!("accepted {accepted:?} of {count} mutants; refused {refused:?}");
    // Else the test would pass without having asked the library anything.
    let made_fields_and_damaged_bytes = accepted.map(|accepted| accepted > count / 100);
    assert_eq!(
        made_fields_and_damaged_bytes, [true; 2],
        "too few valid mutants: {accepted:?}"
    );
    assert_eq!(
        refused.len(),
        11,
        "the mutator does not reach every refusal: {refused:?}"
    );
}

#[test]
fn the_library_applies_saves_and_loads_every_record_in_any_causal_order() {
    let mut branched = 0;
    for seed in 1..=200_u64 {
        println!("seed {seed}");
        let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let history = History::random(&mut random);
        branched += u32::from(history.library_heads().len() > 1);
        let order = history.in_some_causal_order(&mut random);
        let mut document = Automerge::new();
        for batch in order.chunks(1 + random.below(9)) {
            let read =
                |index: &usize| Change::try_from(&encoded(&history.changes[*index])[..]).unwrap();
            document
                .apply_changes(batch.iter().map(read).collect::<Vec<_>>())
                .unwrap();
        }
        history.check(&document);
        let loaded = Automerge::load(&document.save()).unwrap();
        history.check(&loaded);
        history.check_next_numbers(&loaded);
    }
    assert!(
        branched > 40,
        "too few records with more than one head: {branched}"
    );
}
