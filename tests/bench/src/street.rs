//! A street in this process: a hub that answers HTTPS on loopback, and phones.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use gewu_device::env::Env;
use gewu_device::network::{HubAddress, Network, NetworkError, PinnedHttps, Reply, Request};
use gewu_device::{Device, DeviceOptions};
use gewu_hub::config::World;
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_hub::serve::bound;
use gewu_model::area::{Area, AreaKind};
use gewu_model::ids::{FeedId, StreetId};
use gewu_model::limit::{TimeLimit, Unit};
use gewu_model::pack::{Class, PackDraft};
use gewu_model::rights::Role;

use crate::Fault;
use crate::raw::KEY;

/// Grids of the workload.
pub const GRIDS: usize = 67;
/// Communities that hold them.
pub const COMMUNITIES: usize = 10;
/// The one class.
pub const CLASS: &str = "lamp";

/// A hub with its phones' folder.
pub struct Street {
    dir: tempfile::TempDir,
    /// The hub.
    pub hub: Arc<Hub>,
    address: SocketAddr,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Code of a grid.
pub fn grid_code(grid: usize) -> String {
    format!("{:02}", grid + 1)
}

/// Code of a community.
pub fn community_code(community: usize) -> String {
    format!("c{community}")
}

fn area(street: StreetId, kind: AreaKind, code: &str, parent: Option<FeedId>) -> Area {
    Area { parent, ..Area::of(street, kind, code, code) }
}

fn pack(street: StreetId) -> Vec<u8> {
    let top = area(street, AreaKind::Street, "street", None);
    let communities: Vec<Area> =
        (0..COMMUNITIES).map(|at| area(street, AreaKind::Community, &community_code(at), Some(top.id))).collect();
    let parent = |grid: usize| communities.get(grid % COMMUNITIES).map(|community| community.id);
    let grids: Vec<Area> =
        (0..GRIDS).map(|grid| area(street, AreaKind::Grid, &grid_code(grid), parent(grid))).collect();
    let lamp = Class {
        key: CLASS.into(),
        name: "路灯不亮".into(),
        limit: Some(TimeLimit { amount: 2, unit: Unit::NaturalDay }),
        ..Class::default()
    };
    let pack = PackDraft {
        version: 1,
        place: "bench".into(),
        day_offset_s: 8 * 3_600,
        areas: [vec![top], communities, grids].concat(),
        classes: vec![lamp],
        usual: Vec::new(),
        notes: Vec::new(),
        roles: None,
        calendar: None,
    };
    serde_json::to_vec(&pack).unwrap_or_default()
}

impl Street {
    /// Makes a hub and lets it answer on its own threads.
    pub fn begin() -> Result<Self, Fault> {
        let dir = tempfile::Builder::new().prefix("gewu-bench-").tempdir()?;
        let hub_dir = dir.path().join("hub");
        folder::init(&hub_dir, pack, &[], &World::default())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let listen = SocketAddr::from(([127, 0, 0, 1], 0));
        let bound = runtime.block_on(bound(&hub_dir, listen, None, World::default()))?;
        let (hub, address) = (Arc::clone(&bound.hub), bound.address);
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let thread = std::thread::spawn(move || {
            let ended = runtime.block_on(bound.run(async {
                let _ = stopped.await; // A sender that is gone means the same.
            }));
            if let Err(error) = ended {
                eprintln!("the hub ended: {error}");
            }
        });
        Ok(Self { dir, hub, address, stop: Some(stop), thread: Some(thread) })
    }

    /// Folder of a phone.
    pub fn phone_dir(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Folder for whatever else a bench keeps.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The feed of an area.
    pub fn feed(&self, kind: AreaKind, code: &str) -> Result<FeedId, Fault> {
        let found = self.hub.pack().areas.by_code(kind, code).map(|area| area.id);
        found.ok_or_else(|| format!("no area {code}").into())
    }

    /// Feeds of all grids.
    pub fn grids(&self) -> Result<Vec<FeedId>, Fault> {
        (0..GRIDS).map(|grid| self.feed(AreaKind::Grid, &grid_code(grid))).collect()
    }

    /// An enrolled phone.
    pub fn phone(&self, name: &str, role: Role, area: FeedId, network: Arc<dyn Network>) -> Result<Device, Fault> {
        let (invitation, _) = self.hub.invite(None, role, area, false, vec![self.address.to_string()])?;
        let device = reopen(&self.phone_dir(name), network)?;
        device.enrol(&invitation.to_text())?;
        Ok(device)
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // It has said what was wrong.
        }
    }
}

/// Opens a phone's folder.
pub fn reopen(dir: &Path, network: Arc<dyn Network>) -> Result<Device, Fault> {
    Ok(Device::open(DeviceOptions {
        dir: dir.to_owned(),
        key: KEY,
        env: Env { network, ..Env::default() },
        language: gewu_device::Language::Zh,
    })?)
}

/// The real road, with a counter of body bytes both ways.
#[derive(Default)]
pub struct Counted {
    road: PinnedHttps,
    sent: AtomicU64,
    received: AtomicU64,
}

impl Counted {
    /// Body bytes sent and received since the last call.
    pub fn take(&self) -> (u64, u64) {
        (self.sent.swap(0, Ordering::Relaxed), self.received.swap(0, Ordering::Relaxed))
    }
}

impl Network for Counted {
    fn send(&self, hub: &HubAddress, request: &Request<'_>) -> Result<Reply, NetworkError> {
        self.sent.fetch_add(u64::try_from(request.body.len()).unwrap_or(0), Ordering::Relaxed);
        let reply = self.road.send(hub, request)?;
        self.received.fetch_add(u64::try_from(reply.body.len()).unwrap_or(0), Ordering::Relaxed);
        Ok(reply)
    }
}
