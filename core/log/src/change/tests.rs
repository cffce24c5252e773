use sha2::{Digest, Sha256};

use super::*;

const AUTHOR: DeviceId = DeviceId([0x5a; 16]);

fn fields() -> ChangeFields<'static> {
    ChangeFields {
        actor: AUTHOR,
        seq: 3,
        start_op: 0x1f,
        time: 1_790_000_000,
        deps: Cow::Owned(vec![ChangeHash([1; 32]), ChangeHash([2; 32])]),
        act: Cow::Borrowed(b"an act"),
    }
}

fn encoded(fields: &ChangeFields<'_>) -> Vec<u8> {
    let mut bytes = vec![0xee; 7];
    encode(fields, &mut bytes);
    bytes
}

/// The error that remains once length and checksum are right again.
fn refusal_of(mut bytes: Vec<u8>) -> ChangeError {
    // Data of these samples is between 128 B and 16 KiB long: two bytes state it.
    let data_bytes = u16::try_from(bytes.len() - HEADER_BYTES - 2).unwrap();
    bytes[HEADER_BYTES] = u8::try_from(data_bytes & 0x7f).unwrap() | 0x80;
    bytes[HEADER_BYTES + 1] = u8::try_from(data_bytes >> 7).unwrap();
    let hash = Sha256::digest(&bytes[HASHED_FROM..]);
    bytes[4..8].copy_from_slice(&hash[..4]);
    decode(&bytes).unwrap_err()
}

fn refusal_with(change: impl FnOnce(&mut ChangeFields<'static>)) -> ChangeError {
    let mut fields = fields();
    change(&mut fields);
    decode(&encoded(&fields)).unwrap_err()
}

fn out_of_range(field: &'static str, value: impl Into<i128>) -> ChangeError {
    ChangeError::OutOfRange {
        field,
        value: value.into(),
    }
}

/// Where the fixed parts of the sample lie: header 11, dep count 1, deps 64.
const ACTOR_LENGTH_AT: usize = 76;
const SEQ_AT: usize = 93;
const MESSAGE_AT: usize = 100;
const KIND_LENGTH_AT: usize = 110;
const VALUE_LENGTH_AT: usize = 112;
const KEY_AT: usize = 117;
const KIND_AT: usize = 161;

#[test]
fn a_change_has_the_same_bytes_in_every_release() {
    let mut bytes = Vec::new();
    let hash = encode(&fields(), &mut bytes);
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let expected = concat!(
        "856f4a83",
        "786ddf43",
        "01",
        "9f01",
        "02",
        "0101010101010101010101010101010101010101010101010101010101010101",
        "0202020202020202020202020202020202020202020202020202020202020202",
        "10",
        "5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a5a",
        "03",
        "1f",
        "80f7c4d506",
        "0000",
        "06",
        "152a",
        "3401",
        "4202",
        "5602",
        "5706",
        "7002",
        "7f28",
        "30303030303031663561356135613561356135613561356135613561356135613561356135613561",
        "01",
        "7f01",
        "7f67",
        "616e20616374",
        "7f00",
    );
    assert_eq!(hex, expected);
    assert_eq!(hash.0[..4], bytes[4..8]);
    assert_eq!(super::hash(&fields()), hash);
    assert_eq!(decode(&bytes), Ok((fields(), hash)));
}

#[test]
fn the_limits_themselves_are_accepted() {
    let deps: Vec<ChangeHash> = (0..64).map(|n| ChangeHash([n; 32])).collect();
    let extremes = [
        ChangeFields {
            seq: u64::MAX,
            start_op: u64::from(u32::MAX),
            time: TIME_MAX,
            ..fields()
        },
        ChangeFields {
            seq: 1,
            start_op: 1,
            time: 0,
            deps: Cow::Borrowed(&[]),
            ..fields()
        },
        ChangeFields {
            deps: Cow::Owned(deps),
            act: Cow::Borrowed(&[]),
            ..fields()
        },
    ];
    for fields in extremes {
        let bytes = encoded(&fields);
        assert_eq!(decode(&bytes), Ok((fields.clone(), hash(&fields))));
    }
}

#[test]
fn a_chunk_of_64_kib_is_accepted_and_one_byte_more_is_not() {
    let with_act = |bytes: usize| ChangeFields {
        act: Cow::Owned(vec![7; bytes]),
        ..fields()
    };
    let around = encoded(&with_act(60_000)).len() - 60_000;
    let largest = with_act(CHUNK_BYTES_MAX - around);
    let bytes = encoded(&largest);
    assert_eq!(bytes.len(), CHUNK_BYTES_MAX);
    assert_eq!(decode(&bytes).map(|(fields, _)| fields), Ok(largest));
    let larger = encoded(&with_act(CHUNK_BYTES_MAX - around + 1));
    assert_eq!(
        decode(&larger),
        Err(ChangeError::TooLarge {
            bytes: CHUNK_BYTES_MAX + 1
        })
    );
}

#[test]
fn fields_beyond_a_limit_are_refused_by_name() {
    assert_eq!(refusal_with(|f| f.seq = 0), out_of_range("seq", 0));
    assert_eq!(
        refusal_with(|f| f.start_op = 0),
        out_of_range("start_op", 0)
    );
    assert_eq!(
        refusal_with(|f| f.start_op = 1 << 32),
        out_of_range("start_op", 1_i64 << 32)
    );
    assert_eq!(refusal_with(|f| f.time = -1), out_of_range("time", -1));
    assert_eq!(
        refusal_with(|f| f.time = 1 << 40),
        out_of_range("time", 1_i64 << 40)
    );
    let many: Vec<ChangeHash> = (0..65).map(|n| ChangeHash([n; 32])).collect();
    assert_eq!(
        refusal_with(|f| f.deps = Cow::Owned(many)),
        ChangeError::TooManyDeps { count: 65 }
    );
    let twice = vec![ChangeHash([1; 32]); 2];
    assert_eq!(
        refusal_with(|f| f.deps = Cow::Owned(twice)),
        ChangeError::DepsNotAscending
    );
    let down = vec![ChangeHash([2; 32]), ChangeHash([1; 32])];
    assert_eq!(
        refusal_with(|f| f.deps = Cow::Owned(down)),
        ChangeError::DepsNotAscending
    );
}

#[test]
fn bytes_of_another_shape_are_refused_by_name() {
    let check = |change: &dyn Fn(&mut Vec<u8>), expected: ChangeError| {
        let mut bytes = encoded(&fields());
        change(&mut bytes);
        assert_eq!(refusal_of(bytes), expected);
    };
    let shape = |offset| ChangeError::Shape { offset };
    let end = encoded(&fields()).len();

    check(&|b| b[0] = 0x84, ChangeError::OtherChunk);
    check(&|b| b[8] = 2, ChangeError::OtherChunk);
    check(&|b| b[ACTOR_LENGTH_AT] = 15, shape(ACTOR_LENGTH_AT));
    check(
        &|b| drop(b.splice(SEQ_AT..=SEQ_AT, [0x83, 0])),
        ChangeError::Number { offset: SEQ_AT },
    );
    check(
        &|b| drop(b.splice(MESSAGE_AT..=MESSAGE_AT, *b"\x02hi")),
        shape(MESSAGE_AT),
    );
    check(&|b| b[MESSAGE_AT + 1] = 1, shape(MESSAGE_AT));
    check(&|b| b[MESSAGE_AT + 2] = 5, shape(MESSAGE_AT + 11));
    check(&|b| b[MESSAGE_AT + 3] = 0x25, shape(MESSAGE_AT + 3));
    check(&|b| b[KEY_AT] = b'1', ChangeError::RootKey);
    check(&|b| b[KEY_AT + 6] = b'F', ChangeError::RootKey);
    check(&|b| b[KIND_LENGTH_AT] = 3, shape(KIND_LENGTH_AT));
    check(&|b| b[VALUE_LENGTH_AT] = 7, shape(VALUE_LENGTH_AT));
    check(&|b| b[KIND_AT] = 0x66, shape(KIND_AT));
    check(&|b| b[end - 1] = 1, shape(end - 1));
    check(&|b| b.push(9), shape(HEADER_BYTES));
    check(&|b| b.truncate(end - 1), shape(HEADER_BYTES));
    check(
        &|b| b.truncate(end - 3),
        ChangeError::Truncated { offset: end - 3 },
    );
}

#[test]
fn a_wrong_length_or_checksum_is_refused_by_name() {
    let bytes = encoded(&fields());
    let actual = u64::try_from(bytes.len() - HEADER_BYTES - 2).unwrap();
    let longer = [&bytes[..], &[0]].concat();
    let stated = actual;
    assert_eq!(
        decode(&longer),
        Err(ChangeError::Length {
            stated,
            actual: actual + 1
        })
    );
    let mut other_sum = bytes.clone();
    other_sum[4] ^= 1;
    assert_eq!(decode(&other_sum), Err(ChangeError::Checksum));
    let mut other_act = bytes;
    *other_act.iter_mut().rev().nth(2).unwrap() ^= 1;
    assert_eq!(decode(&other_act), Err(ChangeError::Checksum));
}

#[test]
fn every_beginning_of_a_chunk_is_refused() {
    let bytes = encoded(&fields());
    for end in 0..bytes.len() {
        let refused = decode(&bytes[..end]).unwrap_err();
        let header = ChangeError::Truncated { offset: end };
        assert!(
            refused == header || matches!(refused, ChangeError::Length { .. }),
            "{end}: {refused}"
        );
    }
}
