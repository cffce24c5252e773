//! The hub as it ships, in this process: its routes, its rules, its store on a disk of ours. Only the sockets are missing.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Body;
use axum::http::{Request as HttpRequest, header};
use gewu_device::network::{Method, Reply, Request};
use gewu_disk::{Cut, Image};
use gewu_hub::api::{Shared, router};
use gewu_hub::config::World as HubWorld;
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_hub::store::Embedded;
use gewu_log::keys::PrivateKey;
use gewu_model::ids::{RecordId, StreetId};
use gewu_model::sabotage::{self, Switch};
use http_body_util::BodyExt as _;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use tower::ServiceExt as _;

use crate::dice::Dice;
use crate::drive::Drive;
use crate::place::pack;
use crate::time::{HubClock, Time};

const FILE: &str = "/hub.db";
/// Entries of which one may be damaged: so few that some phone has not got it yet.
const LATEST: u64 = 6;

/// A request as it travels: may be kept, copied and cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Whether it carries a body.
    pub post: bool,
    /// Address.
    pub path: String,
    /// The session's token.
    pub bearer: Option<String>,
    /// Body.
    pub body: Vec<u8>,
}

impl Call {
    /// What a phone sends.
    #[must_use]
    pub fn of(request: &Request<'_>) -> Self {
        Self {
            post: request.method == Method::Post,
            path: request.path.to_owned(),
            bearer: request.bearer.map(str::to_owned),
            body: request.body.clone(),
        }
    }
}

struct Running {
    hub: Arc<Hub>,
    shared: Shared,
    _stop: tokio::sync::watch::Sender<bool>,
}

/// A hub that can be stopped, killed and started again.
pub struct HubHost {
    drive: Drive,
    key: [u8; 32],
    world: HubWorld,
    running: Mutex<Option<Running>>,
    runtime: tokio::runtime::Runtime,
}

impl HubHost {
    /// Founds a hub on an empty disk and starts it.
    ///
    /// # Errors
    /// What its store says.
    pub fn found(time: &Arc<Time>, seed: u64) -> Result<Self, String> {
        let dice = Dice::new(seed, "hub");
        let (key, root) = (dice.array(), PrivateKey::from_seed(&dice.array()));
        let world = HubWorld { clock: Arc::new(HubClock(Arc::clone(time))), random: Arc::new(dice) };
        let runtime = tokio::runtime::Builder::new_current_thread().build().map_err(|error| error.to_string())?;
        let host = Self { drive: Drive::new(), key, world, running: Mutex::default(), runtime };
        let street = StreetId::of_root_key(&root.public().bytes());
        let store = host.open()?;
        // Nobody looks at the certificate: no socket is opened.
        let founded = folder::found(&store, &root, pack(street), (Vec::new(), Vec::new()), &host.world);
        founded.map_err(|error| error.to_string())?;
        drop(store);
        host.start()?;
        Ok(host)
    }

    fn open(&self) -> Result<Embedded, String> {
        let opened = Embedded::open_on(Path::new(FILE), self.key, Some(&self.drive.disk().vfs()));
        opened.map_err(|error| error.to_string())
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts it, unless it runs.
    ///
    /// # Errors
    /// What its store says.
    pub fn start(&self) -> Result<(), String> {
        if self.running().is_some() {
            return Ok(());
        }
        let store = self.open()?;
        let own = folder::load(&store).map_err(|error| error.to_string())?;
        let hub = Hub::new(Arc::new(store), own, self.world.clone()).map_err(|error| error.to_string())?;
        let hub = Arc::new(hub);
        let (stop, stopping) = tokio::sync::watch::channel(false);
        let shared = Shared { hub: Arc::clone(&hub), stopping };
        *self.running() = Some(Running { hub, shared, _stop: stop });
        Ok(())
    }

    /// Stops it as a person would.
    pub fn stop(&self) {
        *self.running() = None;
    }

    /// Its power fails.
    pub fn power_cut(&self, seed: u64) {
        self.drive.disk().crash(seed);
        self.stop();
    }

    /// While it is down, one bit of one of its latest entries flips. Whose case that was; `None`: there are no entries.
    ///
    /// # Errors
    /// What its store says.
    pub fn flip(&self, pick: u64) -> Result<Option<RecordId>, String> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let vfs = self.drive.disk().vfs();
        let flipped = Connection::open_with_flags_and_vfs(FILE, flags, vfs.as_str()).and_then(|db| {
            let key: String = self.key.iter().map(|byte| format!("{byte:02x}")).collect();
            let pragmas = "PRAGMA cipher_page_size = 4096; PRAGMA cipher_hmac_algorithm = HMAC_SHA256; PRAGMA synchronous = FULL;";
            db.execute_batch(&format!("PRAGMA key = \"x'{key}'\"; {pragmas}"))?;
            let latest = "SELECT entry_no, record FROM entry ORDER BY entry_no DESC LIMIT 1 OFFSET ?1";
            let read = |row: &rusqlite::Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, [u8; 16]>(1)?));
            let found = db.query_row(latest, [i64::try_from(pick % LATEST).unwrap_or(0)], read).optional()?;
            let Some((entry, record)) = found else { return Ok(None) };
            let flip = "UPDATE entry SET time_s = (time_s | 64) - (time_s & 64) WHERE entry_no = ?1";
            db.execute(flip, [entry])?;
            Ok(Some(RecordId(record)))
        });
        flipped.map_err(|error| error.to_string())
    }

    /// A copy of its folder, as whoever stops it finds it.
    #[must_use]
    pub fn copy(&self) -> Image {
        self.drive.disk().image_with(Cut::Kill)
    }

    /// It is stopped, and an earlier copy of its folder put in place.
    pub fn put_back(&self, copy: &Image) {
        self.drive.disk().put_back(copy);
        self.stop();
    }

    /// The hub, while it runs.
    #[must_use]
    pub fn hub(&self) -> Option<Arc<Hub>> {
        self.running().as_ref().map(|running| Arc::clone(&running.hub))
    }

    /// Its disk.
    #[must_use]
    pub fn drive(&self) -> &Drive {
        &self.drive
    }

    /// What it answers; `None` while it is down.
    #[must_use]
    pub fn answer(&self, call: &Call) -> Option<Reply> {
        let shared = self.running().as_ref()?.shared.clone();
        if sabotage::on(Switch::AckBeforeCommit) {
            // What a push wrote gets to the disk with the next request that is none.
            self.drive.disk().ignore_syncs(call.path == "/v1/push");
        }
        let mut request = if call.post { HttpRequest::post(&call.path) } else { HttpRequest::get(&call.path) };
        if let Some(bearer) = &call.bearer {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let request = request.body(Body::from(call.body.clone())).ok()?;
        self.runtime.block_on(async {
            let Ok(response) = router(shared).oneshot(request).await;
            let status = response.status().as_u16();
            let text = |name| response.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
            let retry_after_s = text(header::RETRY_AFTER).and_then(|text| text.parse().ok());
            let body = response.into_body().collect().await.ok()?.to_bytes().to_vec();
            Some(Reply { status, content_type, retry_after_s, body })
        })
    }
}
