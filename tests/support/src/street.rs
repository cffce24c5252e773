//! A street: a hub's folder in a temporary place, and the hub as a child process.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use gewu_device::network::{HubAddress, Method, Network as _, PinnedHttps, Request};
use gewu_model::ids::from_hex;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::phone::{Phone, state_of};
use crate::program::{gewu, last_line};

const REPLY_MS_MAX: u64 = 60_000;

/// A grid of a place.
#[must_use]
pub fn grid(code: &str, community: &str) -> Value {
    json!({ "code": code, "name": format!("grid {code}"), "community": community })
}

/// A place as `gewu init --pack` reads it: the parties `lamps` and `green`, the class `lamp` with two natural days.
#[must_use]
pub fn place(grids: &[Value]) -> Value {
    json!({
        "place": "test street", "day_offset_s": 28_800, "grids": grids,
        "parties": [{ "code": "lamps", "name": "lamps" }, { "code": "green", "name": "green" }],
        "classes": [{ "key": "lamp", "name": "lamp", "profile": "light", "limit": { "amount": 2, "unit": "natural_day" } }],
    })
}

/// A temporary folder that goes when it is dropped.
///
/// # Panics
/// When none can be made.
#[must_use]
pub fn folder() -> TempDir {
    tempfile::Builder::new().prefix("gewu-test-").tempdir().expect("a temporary folder")
}

struct Running {
    child: Child,
    fingerprint: [u8; 32],
}

/// A street with its hub.
pub struct Street {
    running: Option<Running>,
    /// `host:port`, the same after every restart, so that invitations stay good.
    address: String,
    clock: Option<String>,
    folder: TempDir,
}

impl Street {
    /// Makes a hub's folder for a place and starts the hub on a free port.
    ///
    /// # Panics
    /// When either fails.
    #[must_use]
    pub fn begin(place: &Value) -> Self {
        let folder = folder();
        let pack = folder.path().join("place.json");
        std::fs::write(&pack, place.to_string()).expect("the place is written");
        last_line(gewu().arg("init").arg(folder.path().join("hub")).arg("--yes").arg("--pack").arg(pack));
        let mut street = Self { running: None, address: "127.0.0.1:0".into(), clock: None, folder };
        street.start_hub();
        street
    }

    /// Where everything of this street lies, for files of a test.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.folder.path()
    }

    /// The hub's folder.
    #[must_use]
    pub fn hub_dir(&self) -> PathBuf {
        self.folder.path().join("hub")
    }

    /// `host:port` of the hub.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Starts the hub, unless it runs.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start_hub(&mut self) {
        if self.running.is_some() {
            return;
        }
        let mut command = gewu();
        command.arg("serve").arg(self.hub_dir()).args(["--listen", &self.address, "--child"]);
        command.args(self.clock.iter().flat_map(|clock| ["--clock", clock]));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the hub starts");
        let mut first = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut first).expect("its first line");
        let ready: Value = serde_json::from_str(&first).unwrap_or_default();
        let fingerprint = ready["fingerprint"].as_str().and_then(from_hex).and_then(|bytes| bytes.try_into().ok());
        let (Some(address), Some(fingerprint)) = (ready["address"].as_str(), fingerprint) else {
            panic!("the hub does not come up: {first}");
        };
        self.address = address.to_owned();
        self.running = Some(Running { child, fingerprint });
    }

    /// Kills the hub as a power cut would: from here on there is no network.
    pub fn kill_hub(&mut self) {
        if let Some(mut running) = self.running.take() {
            running.child.kill().expect("the hub is there");
            running.child.wait().expect("the hub ends");
        }
    }

    /// Kills the hub and starts it with a clock that says `start_s` in Unix seconds.
    pub fn restart_hub_at(&mut self, start_s: i64) {
        self.kill_hub();
        self.clock = Some(format!("{start_s},1"));
        self.start_hub();
    }

    /// A phone with an invitation for a role and an area or party; `None`: the street.
    ///
    /// # Panics
    /// When it cannot be enrolled.
    #[must_use]
    pub fn phone(&self, name: &str, role: &str, area: Option<&str>) -> Phone {
        self.phone_by(name, role, area, &self.address)
    }

    /// A phone that reaches the hub under another address, such as a proxy's.
    ///
    /// # Panics
    /// When it cannot be enrolled.
    #[must_use]
    pub fn phone_by(&self, name: &str, role: &str, area: Option<&str>, address: &str) -> Phone {
        let mut invite = gewu();
        invite.arg("invite").arg(self.hub_dir()).args(["--role", role, "--address", address]);
        invite.args(area.iter().flat_map(|area| ["--area", area]));
        let invitation = last_line(&mut invite)["invitation"].as_str().expect("an invitation").to_owned();
        let phone = Phone::at(self.dir().join("phones").join(name));
        phone.ok(&["enrol", &invitation]);
        phone
    }

    /// Asks the read API over HTTPS; returns status and body.
    ///
    /// # Panics
    /// When the hub does not answer.
    #[must_use]
    pub fn get(&self, path: &str, token: &str) -> (u16, String) {
        let running = self.running.as_ref().expect("the hub runs");
        let hub = HubAddress { authorities: vec![self.address.clone()], fingerprint: running.fingerprint };
        let request = Request {
            method: Method::Get,
            path,
            bearer: Some(token),
            body: Vec::new(),
            timeout_ms: REPLY_MS_MAX,
            content_type: "application/json",
        };
        let reply = PinnedHttps::new().send(&hub, &request).expect("the hub answers");
        (reply.status, String::from_utf8(reply.body).expect("text"))
    }

    /// The body of a reply that must be a success.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn body(&self, path: &str, token: &str) -> String {
        let (status, body) = self.get(path, token);
        assert_eq!(status, 200, "{path}: {body}");
        body
    }

    /// The bytes of `.state` of `GET /v1/cases/CODE`.
    #[must_use]
    pub fn state(&self, code: &str, token: &str) -> String {
        state_of(&self.body(&format!("/v1/cases/{code}"), token))
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            // It may have ended by itself; the folder goes in either case.
            let _ = running.child.kill();
            let _ = running.child.wait();
        }
    }
}
