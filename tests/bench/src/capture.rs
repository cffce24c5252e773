//! T1: one report, from the call to the promise that it survives a pulled battery, against one raw row.
//!
//! Three sides take turns: a raw row, the store alone, the device with its checks and its writer thread.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use gewu_device::network::PinnedHttps;
use gewu_device::{Device, ReportDraft};
use gewu_log::entry::Detail;
use gewu_model::act::{Act, Body, DetailText, Fix, Profile, RECORD_KIND_CASE, ReportBody};
use gewu_model::area::AreaKind;
use gewu_model::ids::{DeviceId, FeedId, GrantId, RecordId};
use gewu_model::rights::Role;
use gewu_model::time::Basis;
use gewu_store::{AppendError, OwnAct, Store};
use serde_json::json;

use crate::Fault;
use crate::acts::{BEGIN_S, TEXT, Workload};
use crate::apply::{self, STREET};
use crate::figures::{Report, ms, quantile};
use crate::raw::{self, ROW_REST_BYTES, Raw};
use crate::street::{CLASS, Street, grid_code};

/// Turns before a sample counts, beyond what wraps the logs.
const WARM: usize = 100;
/// Parts of the run whose ratio is compared: flat or not.
const PARTS: usize = 10;

struct Sides {
    raw: Raw,
    plain: Raw,
    row: Vec<u8>,
    store: Store,
    author: DeviceId,
    feed: FeedId,
    born: u64,
    device: Device,
    draft: ReportDraft,
}

#[derive(Default)]
struct Sample {
    raw: Vec<f64>,
    plain: Vec<f64>,
    store: Vec<f64>,
    device: Vec<f64>,
}

fn timed(into: &mut Vec<f64>, work: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
    let begun = Instant::now();
    work()?;
    into.push(ms(begun.elapsed()));
    Ok(())
}

impl Sides {
    fn turn(&mut self, sample: &mut Sample) -> Result<(), Fault> {
        let Self { raw, plain, row, store, device, draft, .. } = self;
        timed(&mut sample.raw, || raw.insert(&[row]))?;
        timed(&mut sample.device, || Ok(device.report(draft).map(drop)?))?;
        timed(&mut sample.plain, || plain.insert(&[row]))?;
        self.born += 1;
        let own = own_act(self.author, self.feed, self.born, self.draft.place)?;
        timed(&mut sample.store, || Ok(store.write::<_, AppendError>(|tx| tx.append(&own).map(drop))?))
    }
}

fn own_act(author: DeviceId, feed: FeedId, born: u64, place: Option<Fix>) -> Result<OwnAct, Fault> {
    let time_s = BEGIN_S + i64::try_from(born)? * 60;
    let detail = Detail {
        salt: std::array::from_fn(|at| born.to_be_bytes().get(at % 8).copied().unwrap_or(0)),
        cbor: DetailText { text: Some(TEXT.to_owned()), place, reason: None }.encode_cbor(),
    };
    let filing = gewu_model::act::Filing {
        class: CLASS.into(),
        condition: None,
        limit: None,
        deadline_s: Some(time_s + 2 * 86_400),
        catalogue: 1,
    };
    let report =
        ReportBody { profile: Profile::Light, class: CLASS.into(), urgent: None, filing: Some(filing), origin: None };
    let (grant, detail_hash) = (GrantId([1; 8]), detail.hash());
    let act = Act { grant, pack: None, basis: Basis::Proven, detail: Some(detail_hash), body: Body::Report(report) };
    Ok(OwnAct {
        author,
        record: RecordId::new(author, u64::try_from(time_s)? * 1_000, u16::try_from(born % 4_000)?),
        record_kind: RECORD_KIND_CASE,
        feed,
        time_s,
        act: act.encode(),
        detail: Some(detail),
    })
}

/// Bytes of an average entry row of a phone.
fn row_bytes(device: &Device) -> Result<usize, Fault> {
    let (mut bytes, mut count) = (0, 0);
    device.each_entry(&mut |entry, _, _| {
        bytes +=
            entry.act.len() + entry.detail.as_ref().map_or(0, |detail| detail.cbor.len() + 16) + 32 + ROW_REST_BYTES;
        count += 1;
    })?;
    Ok(bytes / count.max(1))
}

fn sides(street: &Street) -> Result<Sides, Fault> {
    let feed = street.feed(AreaKind::Grid, &grid_code(0))?;
    let device = street.phone("phone", Role::Inspector, feed, Arc::new(PinnedHttps::new()))?;
    let draft = ReportDraft {
        class: CLASS.into(),
        text: TEXT.into(),
        place: Fix::new(282_400_000, 1_130_800_000, Some(1_200)),
        ..ReportDraft::default()
    };
    device.report(&draft)?;
    let row = (0..=255).cycle().take(row_bytes(&device)?).collect();
    let people = Workload::new(1, STREET, vec![feed], 1);
    let store = apply::store(&street.dir().join("store.db"), &people, feed)?;
    let author = people.grants(feed).first().map(|grant| grant.device).ok_or("no device")?;
    let (raw, plain) = (Raw::new(street.dir(), true)?, Raw::new(street.dir(), false)?);
    Ok(Sides { raw, plain, row, store, author, feed, born: 0, device, draft })
}

/// Until the logs of all files have wrapped; no time counts here. Answers how many pages a report writes: while its
/// log only grows, that is how fast.
fn warm(sides: &mut Sides, street: &Street) -> Result<f64, Fault> {
    let files: [&Path; 2] = [&street.phone_dir("phone").join("gewu.db"), &street.dir().join("store.db")];
    let mut nothing = Sample::default();
    let before = raw::log_pages(&street.phone_dir("phone").join("gewu.db"));
    (0..WARM).try_for_each(|_| sides.turn(&mut nothing))?;
    let pages = (raw::log_pages(&street.phone_dir("phone").join("gewu.db")) - before) as f64 / WARM as f64;
    while files.iter().any(|file| !raw::wrapped(file)) {
        sides.turn(&mut nothing)?;
    }
    let row = sides.row.clone();
    for side in [&mut sides.raw, &mut sides.plain] {
        while !raw::wrapped(side.file()) {
            side.insert(&[&row])?;
        }
    }
    (0..WARM).try_for_each(|_| sides.turn(&mut nothing))?;
    Ok(pages)
}

/// Runs it.
pub fn run(events: usize) -> Result<Report, Fault> {
    let street = Street::begin()?;
    let mut sides = sides(&street)?;
    let pages = warm(&mut sides, &street)?;
    let mut sample = Sample::default();
    (0..events).try_for_each(|_| sides.turn(&mut sample))?;
    let ratio = |side: &[f64], raw: &[f64], at| quantile(side, at) / quantile(raw, at);
    let both = |name: &str, side: &[f64], raw: &[f64], at| json!({ format!("{name}_ms"): quantile(side, at), "raw_ms": quantile(raw, at), "row_bytes": sides.row.len() });
    let mut report = Report::new("T1", events);
    let (raw, device, store) = (&sample.raw, &sample.device, &sample.store);
    report.lower("report, p50", ratio(device, raw, 500), "ratio", Some(1.7), both("report", device, raw, 500));
    report.lower("report, p99", ratio(device, raw, 990), "ratio", Some(1.5), both("report", device, raw, 990));
    report.lower("store alone, p50", ratio(store, raw, 500), "ratio", Some(1.7), both("store", store, raw, 500));
    report.lower("store alone, p99", ratio(store, raw, 990), "ratio", Some(1.5), both("store", store, raw, 990));
    let length = (events / PARTS).max(1);
    let part = |of: &[f64], at: usize| of.chunks(length).nth(at).map_or(f64::NAN, |part| quantile(part, 500));
    let ends = [0, PARTS - 1].map(|at| part(device, at) / part(raw, at));
    let [first, last] = ends;
    report.lower(
        "last tenth beside the first",
        last / first,
        "ratio",
        Some(1.5),
        json!({ "first": first, "last": last }),
    );
    report.lower("report, p50 in time", quantile(device, 500), "ms", None, json!(null));
    report.lower("raw row encrypted, p50", quantile(raw, 500), "ms", None, json!(null));
    report.lower("raw row plain, p50", quantile(&sample.plain, 500), "ms", None, json!(null));
    report.lower("pages that a report writes", pages, "pages", None, json!(null));
    Ok(report)
}
