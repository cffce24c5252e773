//! The small run: what was written, and what had been promised by then.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use gewu_device::{ActDraft, Device, Draft, ReportDraft};
use gewu_disk::{Cut, Disk, Image, LogEntry};
use gewu_hub::config::World;
use gewu_hub::folder;
use gewu_hub::serve::bound;
use gewu_model::act::Kind;
use gewu_model::area::{Area, AreaKind};
use gewu_model::ids::StreetId;
use gewu_model::pack::{Class, PackDraft};
use gewu_model::rights::Role;

use crate::phone::{KEY, open};

/// What a device had said `Ok` to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Promised {
    pub enrolled: bool,
    /// Acts of each case, by its code.
    pub acts: BTreeMap<String, usize>,
    /// Words of the draft, once there is one.
    pub draft: Option<String>,
}

/// A recorded run.
pub(crate) struct Run {
    pub base: Image,
    pub log: Vec<LogEntry>,
    /// Length of the log when it was promised; ascending.
    pub promises: Vec<(usize, Promised)>,
    /// Everything, while the phone is open: much of it in the log.
    pub alive: Image,
    /// Everything, after closing: all in the database.
    pub closed: Image,
}

fn pack(street: StreetId) -> Vec<u8> {
    let area = |kind, code: &str, parent| Area { parent, ..Area::of(street, kind, code, code) };
    let top = area(AreaKind::Street, "street", None);
    let community = area(AreaKind::Community, "c1", Some(top.id));
    let grid = area(AreaKind::Grid, "g1", Some(community.id));
    let lamp = Class { key: "lamp".into(), name: "路灯不亮".into(), ..Class::default() };
    let pack = PackDraft {
        version: 1,
        place: "crash".into(),
        day_offset_s: 8 * 3_600,
        areas: vec![top, community, grid],
        classes: vec![lamp],
        usual: Vec::new(),
        notes: Vec::new(),
        roles: None,
        calendar: None,
    };
    serde_json::to_vec(&pack).expect("a pack")
}

/// Notes what is promised beside the log's length.
struct Noted {
    disk: Disk,
    now: Promised,
    promises: Vec<(usize, Promised)>,
}

impl Noted {
    fn promise(&mut self, change: impl FnOnce(&mut Promised)) {
        change(&mut self.now);
        self.promises.push((self.disk.logged(), self.now.clone()));
    }
}

impl Run {
    /// Does it.
    pub fn record() -> Self {
        let dir = tempfile::Builder::new().prefix("gewu-crash-").tempdir().expect("a folder");
        let hub_dir = dir.path().join("hub");
        folder::init(&hub_dir, pack, &[], &World::default()).expect("a hub");
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("runs");
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = runtime.block_on(bound(&hub_dir, listen, None, World::default())).expect("a port");
        let grid = bound.hub.pack().areas.by_code(AreaKind::Grid, "g1").expect("the grid").id;
        let addresses = vec![bound.address.to_string()];
        let (invitation, _) = bound.hub.invite(None, Role::Inspector, grid, false, addresses).expect("an invitation");
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let hub = std::thread::spawn(move || {
            runtime.block_on(bound.run(async { drop(stopped.await) })).expect("the hub runs");
        });
        let recorded = work(&invitation.to_text());
        drop(stop);
        hub.join().expect("the hub ends");
        recorded
    }
}

fn work(invitation: &str) -> Run {
    let disk = Disk::new();
    disk.record();
    let base = disk.image_with(Cut::Kill);
    let mut noted = Noted { disk: disk.clone(), now: Promised::default(), promises: Vec::new() };
    let device = open(&disk, KEY).expect("opens");
    device.enrol(invitation).expect("joins");
    noted.promise(|now| now.enrolled = true);
    report(&device, &mut noted, 12);
    device.sync_now().expect("syncs");
    noted.promise(|_| {});
    device.close();
    let device = open(&disk, KEY).expect("opens again");
    report(&device, &mut noted, 14);
    device.sync_now().expect("syncs");
    report(&device, &mut noted, 6);
    // Kept last: a report takes the draft with it.
    let draft = Draft { text: "门口的井盖".into(), ..Draft::default() };
    device.keep_draft(&draft).expect("kept");
    noted.promise(|now| now.draft = Some(draft.text.clone()));
    let alive = disk.image_with(Cut::Kill);
    device.close();
    noted.promise(|_| {});
    let closed = disk.image_with(Cut::Kill);
    Run { base, log: disk.log(), promises: noted.promises, alive, closed }
}

/// Reports cases, and notes something about every third.
fn report(device: &Device, noted: &mut Noted, count: usize) {
    for index in 0..count {
        let text = format!("{index}栋门口路灯不亮，晚上看不见台阶");
        let draft = ReportDraft { class: "lamp".into(), text, ..ReportDraft::default() };
        let code = device.report(&draft).expect("reported").code();
        noted.promise(|now| _ = now.acts.insert(code.clone(), 1));
        if index % 3 == 0 {
            let done = ActDraft { text: "已经打过电话".into(), ..ActDraft::default() };
            device.act(&code, Kind::Note, &done).expect("noted");
            noted.promise(|now| _ = now.acts.insert(code.clone(), 2));
        }
    }
}
