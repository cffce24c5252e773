//! A street on this machine: the hub as a child process, phones as devices in this one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Display;
use std::io::{BufRead as _, BufReader, IsTerminal as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};

use gewu_device::env::{Clock, Env, SystemRandom};
use gewu_device::{Device, Saved, SyncReport};
use gewu_hub::config::{DrivenClock, World, machine_ms};
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_model::day::Day;
use gewu_model::ids::{EntryHash, FeedId, RecordId};
use gewu_model::rights::Role;
use gewu_words::{ErrorCode, Word, say};

use super::weather::Weather;
use crate::Output;
use crate::place::{PlaceDraft, pack_json};
use crate::problem::Problem;

/// A phone's clock: the street's, set wrong by some seconds.
pub struct PhoneClock {
    clock: DrivenClock,
    wrong_by_s: i64,
    boot_id: [u8; 16],
}

impl Clock for PhoneClock {
    fn now_ms(&self) -> i64 {
        self.clock.now_ms().saturating_add(self.wrong_by_s.saturating_mul(1_000))
    }

    fn uptime_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn boot_id(&self) -> [u8; 16] {
        self.boot_id
    }
}

/// One phone and the weather around it.
pub struct Phone {
    /// The phone.
    pub device: Device,
    /// Its road to the hub.
    pub weather: Arc<Weather>,
}

/// What phones said `Ok` to, and what was seen on the way.
#[derive(Default)]
pub struct Told {
    /// Every act for which a phone said that it is saved.
    pub saved: BTreeMap<EntryHash, RecordId>,
    /// Cases that ever showed a contested field.
    pub contested: BTreeSet<RecordId>,
    /// Cases that were sent back.
    pub reopened: BTreeSet<RecordId>,
    /// Entries that the hub had when they were sent again.
    pub retried: u64,
    /// Entries that phones set apart.
    pub quarantined: u64,
    /// Day of the latest act that was made.
    pub as_of: Day,
    /// Phones in all.
    pub phones: usize,
}

impl Told {
    /// Notes a saved act.
    pub fn saved(&mut self, saved: Saved) {
        self.saved.insert(saved.entry, saved.record);
    }

    /// Notes what a sync did.
    pub fn synced(&mut self, report: SyncReport) {
        self.retried += report.retried;
        self.quarantined += report.quarantined;
    }
}

struct Running {
    child: Child,
    address: SocketAddr,
    plain: SocketAddr,
}

/// The street.
pub struct Street {
    dir: PathBuf,
    output: Output,
    clock: DrivenClock,
    start_s: i64,
    speed: i64,
    origin_ms: i64,
    hub: Arc<Hub>,
    running: Option<Running>,
    restarts: u32,
    supervisor: Option<Phone>,
    live: Mutex<i64>,
}

/// How a street is begun.
pub struct Begin<'a> {
    /// Folder to work in.
    pub dir: &'a Path,
    /// Its grids and classes.
    pub place: &'a PlaceDraft,
    /// Unix seconds at which its clock starts.
    pub start_s: i64,
    /// Seconds of its clock in one second.
    pub speed: i64,
    /// Where the hub listens.
    pub listen: SocketAddr,
    /// For words.
    pub output: Output,
}

impl Street {
    /// Makes the hub's folder and starts the hub.
    pub fn begin(begin: &Begin<'_>) -> Result<Self, Problem> {
        let origin_ms = machine_ms();
        let clock = DrivenClock::new(begin.start_s, origin_ms, begin.speed);
        let world = World { clock: Arc::new(clock.clone()), ..World::default() };
        let dir = begin.dir.join("hub");
        folder::init(&dir, |street| pack_json(begin.place, street), &[], &world)?;
        let (store, own) = folder::open(&dir)?;
        let hub = Arc::new(Hub::new(Arc::new(store), own, world)?);
        let mut street = Self {
            dir: begin.dir.to_owned(),
            output: begin.output,
            clock,
            start_s: begin.start_s,
            speed: begin.speed,
            origin_ms,
            hub,
            running: None,
            restarts: 0,
            supervisor: None,
            live: Mutex::new(0),
        };
        street.start_hub(begin.listen)?;
        Ok(street)
    }

    fn start_hub(&mut self, listen: SocketAddr) -> Result<(), Problem> {
        let fault = |error: std::io::Error| Problem::with(ErrorCode::Defect, error.kind());
        let program = std::env::current_exe().map_err(fault)?;
        let clock = format!("{},{},{}", self.start_s, self.speed, self.origin_ms);
        let mut child = Command::new(program)
            .arg("serve")
            .arg(self.dir.join("hub"))
            .args(["--listen", &listen.to_string(), "--plain-port", "0", "--child", "--clock", &clock])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(fault)?;
        let mut first = String::new();
        if let Some(stdout) = child.stdout.take() {
            BufReader::new(stdout).read_line(&mut first).map_err(fault)?;
        }
        let ready: serde_json::Value = serde_json::from_str(&first).unwrap_or_default();
        let address = |name: &str| ready.get(name).and_then(serde_json::Value::as_str).and_then(|text| text.parse().ok());
        match (address("address"), address("plain")) {
            (Some(address), Some(plain)) => {
                self.running = Some(Running { child, address, plain });
                Ok(())
            }
            _ => {
                let _ = child.kill();
                let _ = child.wait();
                Err(Problem::with(ErrorCode::PortInUse, listen))
            }
        }
    }

    /// Kills the hub as a power cut would, and starts it again on the same address.
    pub fn kill_and_restart(&mut self, between: impl FnOnce()) -> Result<(), Problem> {
        let Some(mut running) = self.running.take() else { return Ok(()) };
        self.say(Word::DemoHubDown, &[]);
        let _ = running.child.kill();
        let _ = running.child.wait();
        between();
        self.start_hub(running.address)?;
        self.restarts += 1;
        self.say(Word::DemoHubBack, &[]);
        Ok(())
    }

    /// How often the hub was restarted.
    pub fn restarts(&self) -> u32 {
        self.restarts
    }

    /// The hub as this process sees its folder.
    pub fn hub(&self) -> &Hub {
        &self.hub
    }

    /// Unix seconds by the street's clock.
    pub fn now_s(&self) -> i64 {
        self.clock.now_ms().div_euclid(1_000)
    }

    /// Waits until the street's clock says `at_s`.
    pub fn wait_until(&self, at_s: i64) {
        let left_ms = at_s.saturating_mul(1_000).saturating_sub(self.clock.now_ms()) / self.speed.max(1);
        if let Ok(left_ms) = u64::try_from(left_ms) {
            std::thread::sleep(std::time::Duration::from_millis(left_ms));
        }
    }

    /// Enrols a phone. Its clock may be wrong.
    pub fn phone(&self, name: &str, role: Role, area: FeedId, import: bool, wrong_by_s: i64) -> Result<Phone, Problem> {
        let running = self.running.as_ref().ok_or_else(|| Problem::code(ErrorCode::Offline))?;
        let (invitation, _) = self.hub.invite(None, role, area, import, vec![running.address.to_string()])?;
        let weather = Arc::new(Weather::new());
        let clock = PhoneClock {
            clock: self.clock.clone(),
            wrong_by_s,
            boot_id: gewu_device::env::random_array(&SystemRandom),
        };
        let env = Env {
            clock: Arc::new(clock),
            random: Arc::new(SystemRandom),
            network: Arc::clone(&weather) as Arc<dyn gewu_device::network::Network>,
            disk: None,
            files: None,
        };
        let device = super::open_phone(&self.dir.join("phones").join(name), env)?;
        device.enrol(&invitation.to_text())?;
        Ok(Phone { device, weather })
    }

    /// Keeps the supervisor's phone, whose link opens the page.
    pub fn keep_supervisor(&mut self, phone: Phone) {
        self.supervisor = Some(phone);
    }

    /// Plain HTTP on loopback with a one-time link.
    pub fn page_url(&self) -> Result<String, Problem> {
        let (Some(running), Some(supervisor)) = (&self.running, &self.supervisor) else {
            return Err(Problem::code(ErrorCode::Offline));
        };
        let link = supervisor.device.link()?;
        let path = link.split_once("/in?").map_or("", |(_, query)| query);
        Ok(format!("http://{}/in?{path}&period=all", running.plain))
    }

    /// One line on standard error.
    pub fn say(&self, word: Word, args: &[(&str, &dyn Display)]) {
        eprintln!("{}", say(self.output.language, word, args));
    }

    /// A line that is overwritten on a terminal, and printed now and then elsewhere.
    pub fn live(&self, word: Word, args: &[(&str, &dyn Display)]) {
        let mut last = self.live.lock().unwrap_or_else(PoisonError::into_inner);
        let now_ms = machine_ms();
        let terminal = std::io::stderr().is_terminal();
        let pause_ms = if terminal { 100 } else { 5_000 };
        if now_ms - *last < pause_ms {
            return;
        }
        *last = now_ms;
        let text = say(self.output.language, word, args);
        if terminal { eprint!("\r\x1b[2K{text}") } else { eprintln!("{text}") }
    }

    /// Blocks until Ctrl-C, while the page stays.
    pub fn wait_for_ctrl_c(&mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime {
            let _ = runtime.block_on(tokio::signal::ctrl_c()); // Without signals there is nothing to wait for.
        }
    }
}

impl Drop for Street {
    fn drop(&mut self) {
        if let Some(mut running) = self.running.take() {
            drop(running.child.stdin.take()); // The hub ends by itself when its input closes.
            let _ = running.child.wait();
        }
    }
}
