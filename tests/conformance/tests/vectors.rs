//! The vectors are what this version writes, and this version reads them back. `GEWU_WRITE=1` writes them anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::path::{Path, PathBuf};

use gewu_conformance::vectors::{act_says, hex, make, of};
use gewu_log::change;
use gewu_log::entry::Detail;
use gewu_log::grant;
use gewu_log::keys::PublicKey;
use gewu_log::seal::{Link, Seal};
use gewu_model::act::DetailText;
use gewu_model::code::Code;
use gewu_model::ids::{DeviceId, EntryHash, FeedId, RecordId, StreetId, from_hex};
use serde_json::Value;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors.json")
}

fn kept() -> Value {
    serde_json::from_str(&std::fs::read_to_string(path()).unwrap()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    from_hex(value.as_str().unwrap()).unwrap()
}

fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

#[test]
fn what_is_written_today_is_what_was_written() {
    if std::env::var_os("GEWU_WRITE").is_some() {
        let old = path().exists().then(kept);
        let lines: Vec<String> =
            make(old.as_ref())["vectors"].as_array().unwrap().iter().map(ToString::to_string).collect();
        let text = format!("{{\"format\":1,\"suite\":1,\"vectors\":[\n{}\n]}}\n", lines.join(",\n"));
        std::fs::write(path(), text).unwrap();
    }
    let kept = kept();
    let made = make(Some(&kept));
    let (kept, made) = (kept["vectors"].as_array().unwrap(), made["vectors"].as_array().unwrap());
    assert!(kept.len() >= 50, "{}", kept.len());
    assert_eq!(kept.len(), made.len());
    for (kept, made) in kept.iter().zip(made) {
        assert_eq!(kept, made);
    }
}

#[test]
fn every_chunk_reads_back_to_its_fields() {
    let all = kept();
    let mut unknown = 0;
    for it in of(&all, "entry") {
        let chunk = bytes(&it["chunk"]);
        let (fields, hash) = change::decode(&chunk).unwrap();
        assert_eq!(hash.to_string(), it["change"].as_str().unwrap());
        assert_eq!(hex(&fields.act), it["act"].as_str().unwrap());
        assert_eq!(fields.actor.to_string(), it["author"].as_str().unwrap());
        assert_eq!(
            (fields.seq, fields.start_op, fields.time),
            (it["change_seq"].as_u64().unwrap(), it["start_op"].as_u64().unwrap(), it["time_s"].as_i64().unwrap())
        );
        let feed = FeedId(array(&it["feed"]));
        let record = RecordId(array(&it["record"]));
        let kind = u16::try_from(it["record_kind"].as_u64().unwrap()).unwrap();
        let entry = gewu_log::entry::hash(feed, fields.actor, it["seq"].as_u64().unwrap(), record, kind, hash);
        assert_eq!(entry.to_string(), it["entry"].as_str().unwrap());
        assert_eq!(act_says(&fields.act), it["act_says"]);
        unknown += u32::from(it["act_says"]["kind_name"].is_null());
        if let Value::Object(detail) = &it["detail"] {
            let read = Detail { salt: array(&detail["salt"]), cbor: bytes(&detail["cbor"]) };
            assert_eq!(read.hash().to_string(), it["act_says"]["detail"].as_str().unwrap());
            assert_eq!(serde_json::to_value(DetailText::decode_cbor(&read.cbor)).unwrap(), detail["says"]);
        }
    }
    assert!(unknown >= 3, "{unknown} acts of a newer version");
}

#[test]
fn a_flipped_bit_of_any_chunk_is_refused() {
    let all = kept();
    for it in of(&all, "entry") {
        let mut chunk = bytes(&it["chunk"]);
        for at in (0..chunk.len()).step_by(7) {
            chunk[at] ^= 1;
            assert!(change::decode(&chunk).is_err(), "{} byte {at}", it["name"]);
            chunk[at] ^= 1;
        }
    }
}

#[test]
fn seals_and_grants_hold() {
    let all = kept();
    for it in of(&all, "seal") {
        let seal = Seal {
            feed: FeedId(array(&it["feed"])),
            author: DeviceId(array(&it["author"])),
            first: it["first"].as_u64().unwrap(),
            last: it["last"].as_u64().unwrap(),
            prev_link: array(&it["prev_link"]),
            link: array(&it["link"]),
            signature: array(&it["signature"]),
        };
        let key = PublicKey::from_bytes(&bytes(&it["public_key"])).unwrap();
        seal.verify_signature(&key, StreetId(array(&it["street"]))).unwrap();
        let entries: Vec<_> = it["entries"].as_array().unwrap().iter().map(|entry| EntryHash(array(entry))).collect();
        seal.covers(entries.iter().copied()).unwrap();
        assert!(seal.covers(entries.iter().copied().skip(1)).is_err());
    }
    for it in of(&all, "link") {
        assert_eq!(
            hex(&Link(array(&it["before"])).then(EntryHash(array(&it["entry"]))).0),
            it["after"].as_str().unwrap()
        );
    }
    let mut grants = 0;
    for it in of(&all, "grant") {
        let key = PublicKey::from_bytes(&bytes(&it["hub_key"])).unwrap();
        let mut token = bytes(&it["token"]);
        assert_eq!(grant::read(&token, &key).unwrap().id.to_string(), it["id"].as_str().unwrap());
        let last = token.len() / 2;
        token[last] ^= 1;
        assert!(grant::read(&token, &key).is_err());
        grants += 1;
    }
    assert_eq!(grants, 3);
}

#[test]
fn codes_are_of_their_records_and_a_mistyped_one_is_found() {
    let all = kept();
    for it in of(&all, "record") {
        let record = RecordId(array(&it["record"]));
        assert!(record.names(DeviceId(array(&it["author"]))));
        assert_eq!(Code::of(&record).to_string(), it["code"].as_str().unwrap());
    }
    for it in of(&all, "mistyped") {
        assert!(Code::parse(it["code"].as_str().unwrap()).is_err());
    }
}
