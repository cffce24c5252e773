//! T5: a hundred new acts reach a phone that holds the street, over HTTPS on loopback.
//!
//! The peers' figures are those of the design's table: they are not run here.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use gewu_device::network::PinnedHttps;
use gewu_log::entry::Detail;
use gewu_model::act::{Act, Body, CloseBody, DetailText, HandBody, PlainBody, Profile, RECORD_KIND_CASE, ReportBody};
use gewu_model::area::AreaKind;
use gewu_model::ids::{DeviceId, FeedId, GrantId, RecordId};
use gewu_model::rights::Role;
use gewu_model::time::Basis;
use gewu_store::{AppendError, OpenOptions, OwnAct, Store};
use serde_json::json;

use crate::Fault;
use crate::acts::TEXT;
use crate::figures::{Report, ms, quantile};
use crate::raw::KEY;
use crate::street::{CLASS, COMMUNITIES, Counted, GRIDS, Street, community_code, grid_code, reopen};

const RUNS: usize = 11;
const NEW_ACTS: usize = 100;
const NOTE: &str = "已联系物业,下午派人来看";
/// Acts of one transaction while phones are filled: their durability is not what is measured.
const AT_ONCE: usize = 2_000;

/// A phone that writes, as its folder.
struct Writer {
    dir: PathBuf,
    device: DeviceId,
    grant: GrantId,
    time_ms: u64,
}

impl Writer {
    fn enrol(street: &Street, name: &str, role: Role, area: FeedId) -> Result<Self, Fault> {
        let phone = street.phone(name, role, area, Arc::new(PinnedHttps::new()))?;
        phone.close();
        let known =
            street.hub.devices().into_iter().map(|(device, grant, _)| (device, grant)).collect::<BTreeMap<_, _>>();
        // The newest of this area and role: phones enrol one after the other.
        let mine = known.iter().filter(|(_, grant)| grant.area == area && grant.role == role).last();
        let (device, grant) = mine.ok_or("the hub does not know the phone")?;
        let time_ms = u64::try_from(street.hub.now_s())? * 1_000;
        Ok(Self { dir: street.phone_dir(name), device: *device, grant: grant.id, time_ms })
    }

    fn own(&self, record: RecordId, feed: FeedId, time_s: i64, body: Body, words: Option<&str>) -> OwnAct {
        let detail = words.map(|text| Detail {
            salt: self.device.0,
            cbor: DetailText { text: Some(text.to_owned()), place: None, reason: None }.encode_cbor(),
        });
        let hash = detail.as_ref().map(Detail::hash);
        let act = Act { grant: self.grant, pack: None, basis: Basis::Proven, detail: hash, body };
        let (author, record_kind) = (self.device, RECORD_KIND_CASE);
        OwnAct { author, record, record_kind, feed, time_s, act: act.encode(), detail }
    }

    fn append(&self, acts: &[OwnAct]) -> Result<(), Fault> {
        let options = OpenOptions { key: KEY, vfs: None, day_offset_s: 8 * 3_600 };
        let mut store = Store::open(&self.dir.join("gewu.db"), &options)?;
        for some in acts.chunks(AT_ONCE) {
            store.write::<_, AppendError>(|tx| some.iter().try_for_each(|own| tx.append(own).map(drop)))?;
        }
        Ok(store.close()?)
    }

    fn sync(&self) -> Result<(), Fault> {
        let phone = reopen(&self.dir, Arc::new(PinnedHttps::new()))?;
        let done = phone.sync_now()?;
        phone.close();
        if done.refused + done.quarantined > 0 {
            return Err(format!("the workload is refused: {done:?}").into());
        }
        Ok(())
    }

    fn births(
        &mut self,
        street: &Street,
        feeds: &[FeedId],
        count: usize,
    ) -> Result<(Vec<(RecordId, FeedId)>, Vec<OwnAct>), Fault> {
        let time_s = street.hub.now_s();
        let filing = street.hub.pack().filing(CLASS, None, time_s)?;
        let (mut records, mut acts) = (Vec::new(), Vec::new());
        for feed in feeds.iter().cycle().take(count) {
            self.time_ms += 1;
            let record = RecordId::new(self.device, self.time_ms, 0);
            let report = ReportBody {
                profile: Profile::Light,
                class: CLASS.into(),
                urgent: None,
                filing: Some(filing.clone()),
                origin: None,
            };
            acts.push(self.own(record, *feed, time_s, Body::Report(report), Some(TEXT)));
            records.push((record, *feed));
        }
        Ok((records, acts))
    }
}

/// One community's inspector and handler bring its share of the street to the hub.
fn fill(
    street: &Street,
    community: usize,
    count: usize,
) -> Result<(Writer, Vec<FeedId>, Vec<(RecordId, FeedId)>), Fault> {
    let area = street.feed(AreaKind::Community, &community_code(community))?;
    let grids = (0..GRIDS).filter(|grid| grid % COMMUNITIES == community);
    let feeds = grids.map(|grid| street.feed(AreaKind::Grid, &grid_code(grid))).collect::<Result<Vec<_>, _>>()?;
    let mut inspector = Writer::enrol(street, &format!("inspector-{community}"), Role::Inspector, area)?;
    let handler = Writer::enrol(street, &format!("handler-{community}"), Role::Handler, area)?;
    let time_s = street.hub.now_s();
    let (records, births) = inspector.births(street, &feeds, count)?;
    inspector.append(&births)?;
    inspector.sync()?;
    handler.sync()?;
    let handles = |(record, feed): &(RecordId, FeedId)| {
        [Body::Claim(HandBody { party: None }), Body::Handle(HandBody { party: None })]
            .map(|body| handler.own(*record, *feed, time_s, body, None))
    };
    handler.append(&records.iter().flat_map(handles).collect::<Vec<_>>())?;
    handler.sync()?;
    inspector.sync()?;
    let closes = |(record, feed): &(RecordId, FeedId)| {
        let note = inspector.own(*record, *feed, time_s, Body::Note(PlainBody {}), Some(NOTE));
        [note, inspector.own(*record, *feed, time_s, Body::Close(CloseBody { condition: None }), None)]
    };
    inspector.append(&records.iter().flat_map(closes).collect::<Vec<_>>())?;
    inspector.sync()?;
    Ok((inspector, feeds, records))
}

/// Runs it.
pub fn run(events: usize) -> Result<Report, Fault> {
    let street = Street::begin()?;
    let mut first = None;
    for community in 0..COMMUNITIES {
        let filled = fill(&street, community, events / COMMUNITIES)?;
        first.get_or_insert(filled);
    }
    let (mut writer, feeds, records) = first.ok_or("no community")?;
    let road = Arc::new(Counted::default());
    let top = street.feed(AreaKind::Street, "street")?;
    let phone = street.phone("supervisor", Role::Supervisor, top, Arc::clone(&road) as Arc<_>)?;
    let begun = Instant::now();
    let held = phone.sync_now()?;
    let whole_ms = ms(begun.elapsed());
    let whole = road.take();
    let (mut took, mut bytes, mut sent) = (Vec::new(), Vec::new(), Vec::new());
    for run in 0..RUNS {
        let (_, mut acts) = writer.births(&street, &feeds, NEW_ACTS / 5)?;
        let notes = records.iter().skip(run * NEW_ACTS).take(NEW_ACTS - acts.len());
        let time_s = street.hub.now_s();
        acts.extend(
            notes.map(|(record, feed)| writer.own(*record, *feed, time_s, Body::Note(PlainBody {}), Some(NOTE))),
        );
        writer.append(&acts)?;
        writer.sync()?;
        road.take();
        let begun = Instant::now();
        let done = phone.sync_now()?;
        took.push(ms(begun.elapsed()));
        if done.received != u64::try_from(acts.len())? {
            return Err(format!("{} acts were made, {} came", acts.len(), done.received).into());
        }
        let (up, down) = road.take();
        sent.push(up as f64);
        bytes.push((up + down) as f64);
    }
    let mut report = Report::new("T5", RUNS);
    let peers = json!({ "from": "design table", "pouchdb": 10_800, "hand_made": [73, 87], "rxdb": 26 });
    report.lower("100 new acts, p50", quantile(&took, 500), "ms", Some(26.0), peers);
    report.lower("100 new acts, slowest", quantile(&took, 1_000), "ms", None, json!(null));
    let peers = json!({
        "from": "design table", "hand_made": 9_500, "rxdb": 133_000, "request": quantile(&sent, 500), "areas": GRIDS + COMMUNITIES + 1,
    });
    report.lower("bodies both ways", quantile(&bytes, 500), "bytes", Some(10_000.0), peers);
    let acts = json!({ "acts": held.received, "bytes": whole.0 + whole.1 });
    report.lower("first sync of the street", whole_ms, "ms", None, acts);
    Ok(report)
}
