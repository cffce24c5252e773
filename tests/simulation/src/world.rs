//! Everything of one run, and what one moment of it can bring.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use gewu_device::network::Reply;
use gewu_device::{DeviceError, SyncReport};
use gewu_disk::{Cut, Image};
use gewu_model::ids::{EntryHash, PersonId, RecordId};
use gewu_model::rights::Role;

use crate::dice::Dice;
use crate::hostile::Liar;
use crate::hub::{Call, HubHost};
use crate::ledger::Ledger;
use crate::link::Weather;
use crate::person;
use crate::phone::Phone;
use crate::place::Post;
use crate::time::Time;
use crate::trace::{Fault, Trace};

/// How deep runs of other people lie in each other.
const DEPTH_MAX: u32 = 2;
/// Copies of requests that are on their way.
const COPIES_MAX: usize = 16;

/// Something that must never be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which check found it.
    pub check: &'static str,
    /// What is wrong.
    pub what: String,
}

/// A run's world.
pub struct World {
    me: Weak<World>,
    /// The seed.
    pub seed: u64,
    /// As it is.
    pub time: Arc<Time>,
    /// What decides everything.
    pub dice: Dice,
    /// What happened.
    pub trace: Trace,
    /// The hub.
    pub hub: HubHost,
    weather: Mutex<Weather>,
    phones: Mutex<Vec<Arc<Phone>>>,
    ledger: Mutex<Ledger>,
    copies: Mutex<Vec<Call>>,
    liar: Mutex<Option<Liar>>,
    damaged: Mutex<BTreeSet<RecordId>>,
    copy: Mutex<Option<Image>>,
    depth: AtomicU32,
    violations: Mutex<Vec<Violation>>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl World {
    /// A street with a hub and nobody in it.
    ///
    /// # Errors
    /// Where the hub cannot be founded.
    pub fn new(seed: u64, aloud: bool) -> Result<Arc<Self>, String> {
        let time = Arc::new(Time::default());
        let hub = HubHost::found(&time, seed)?;
        let trace = Trace::new(&time, aloud);
        hub.drive().tell(&trace, "hub");
        Ok(Arc::new_cyclic(|me| Self {
            me: Weak::clone(me),
            seed,
            dice: Dice::new(seed, "world"),
            trace,
            hub,
            weather: Mutex::default(),
            phones: Mutex::default(),
            ledger: Mutex::default(),
            copies: Mutex::default(),
            liar: Mutex::default(),
            damaged: Mutex::default(),
            copy: Mutex::default(),
            depth: AtomicU32::new(0),
            violations: Mutex::default(),
            time,
        }))
    }

    /// The weather.
    #[must_use]
    pub fn weather(&self) -> Weather {
        *lock(&self.weather)
    }

    /// Changes it.
    pub fn set_weather(&self, weather: Weather) {
        *lock(&self.weather) = weather;
    }

    /// The ledger.
    pub fn ledger(&self) -> MutexGuard<'_, Ledger> {
        lock(&self.ledger)
    }

    /// All phones.
    #[must_use]
    pub fn phones(&self) -> Vec<Arc<Phone>> {
        lock(&self.phones).clone()
    }

    /// One of them.
    #[must_use]
    pub fn phone(&self, index: usize) -> Option<Arc<Phone>> {
        lock(&self.phones).get(index).cloned()
    }

    /// Notes what must never be.
    pub fn broken(&self, check: &'static str, what: impl std::fmt::Display) {
        let what = what.to_string();
        self.trace.step(format_args!("BROKEN {check}: {what}"));
        lock(&self.violations).push(Violation { check, what });
    }

    /// What was found.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        lock(&self.violations).clone()
    }

    /// A phone more, enrolled.
    ///
    /// # Errors
    /// Where it cannot be enrolled.
    pub fn join(&self, name: &str, role: Role, post: Post, wrong_by_ms: i64) -> Result<Arc<Phone>, String> {
        let hub = self.hub.hub().ok_or("no hub")?;
        let person = PersonId(*blake3::hash(name.as_bytes()).as_bytes().first_chunk().unwrap_or(&[0; 16]));
        let invited = hub.invite(Some(person), role, post.feed(hub.street()), false, vec!["hub:1".into()]);
        let (invitation, _) = invited.map_err(|error| error.to_string())?;
        let phone = {
            let mut phones = lock(&self.phones);
            let phone = Arc::new(Phone::new(phones.len(), name, post, self.seed, &self.time, wrong_by_ms));
            phones.push(Arc::clone(&phone));
            phone
        };
        phone.open(&self.me).map_err(|error| format!("{name} does not open: {error}"))?;
        let device = phone.device().ok_or("not open")?;
        device.enrol(&invitation.to_text()).map_err(|error| format!("{name} is not enrolled: {error}"))?;
        phone.drive.tell(&self.trace, name);
        self.hub.drive().tell(&self.trace, "hub");
        Ok(phone)
    }

    /// What the hub answers to a request that arrived.
    #[must_use]
    pub fn ask_hub(&self, call: &Call) -> Option<Reply> {
        let reply = self.hub.answer(call);
        self.hub.drive().tell(&self.trace, "hub");
        if self.hub.drive().crashed() {
            // It died over this request; whatever it would have said, nobody hears.
            self.trace.fault(Fault::HubDiedWriting, "hub");
            self.hub.stop();
            return None;
        }
        if let Some(reply) = reply.as_ref().filter(|reply| reply.status == 500) {
            self.broken("surprise", format_args!("hub on {}: {}", call.path, String::from_utf8_lossy(&reply.body)));
        }
        reply
    }

    /// Keeps a copy of a request that will arrive later.
    pub fn keep_copy(&self, call: Call) {
        let mut copies = lock(&self.copies);
        if copies.len() < COPIES_MAX {
            copies.push(call);
        }
    }

    /// A copy of an earlier request arrives; nobody waits for its answer.
    pub fn copy_arrives(&self) {
        let call = {
            let mut copies = lock(&self.copies);
            if copies.is_empty() {
                return;
            }
            let at = self.dice.place(copies.len());
            copies.swap_remove(at)
        };
        self.trace.fault(Fault::LateCopy, &call.path);
        let status = self.ask_hub(&call).map_or(0, |reply| reply.status);
        self.trace.step(format_args!("hub answers a copy {status}"));
    }

    /// While a message is under way, others go on.
    pub fn meanwhile(&self) {
        if self.depth.fetch_add(1, Ordering::Relaxed) < DEPTH_MAX {
            for _ in 0..=self.dice.below(3) {
                self.time.pass(self.dice.between(10, 20_000));
                let Some(phone) = self.dice.pick(&self.phones()).cloned() else { break };
                match self.dice.below(10) {
                    0..5 => self.act(&phone),
                    5..8 => drop(self.sync(&phone)),
                    8 => self.phone_dies(&phone),
                    _ => self.copy_arrives(),
                }
            }
        }
        self.depth.fetch_sub(1, Ordering::Relaxed);
    }

    /// A person does something.
    pub fn act(&self, phone: &Arc<Phone>) {
        let Some(device) = phone.device().filter(|_| !phone.is_dead()) else { return };
        self.trace.step(format_args!("{} acts", phone.name));
        let done = person::act(&device, phone.index, &self.dice);
        drop(device);
        self.after(phone);
        match done {
            Ok(Some(done)) => {
                self.trace.step(format_args!("{} saved {} {}", phone.name, done.promise.kind.name(), done.saved.entry));
                self.ledger().saved.insert(done.saved.entry, done.promise);
            }
            Ok(None) => {}
            Err(error) => self.failed(phone, "act", &error),
        }
        if phone.is_dead() && !phone.is_busy() {
            self.reopen(phone);
        }
    }

    /// One person writes note after note on one case.
    pub fn flood(&self, phone: &Arc<Phone>) {
        let Some(device) = phone.device().filter(|_| !phone.is_dead()) else { return };
        self.trace.fault(Fault::Flood, &phone.name);
        let flooded = person::flood(&device, phone.index, &self.dice);
        drop(device);
        self.after(phone);
        match flooded {
            Ok(done) => {
                let saved = done.into_iter().map(|done| (done.saved.entry, done.promise));
                self.ledger().saved.extend(saved);
            }
            Err(error) => self.failed(phone, "flood", &error),
        }
        if phone.is_dead() && !phone.is_busy() {
            self.reopen(phone);
        }
    }

    /// Tells what a phone's disk did, and whether the phone died over it.
    fn after(&self, phone: &Arc<Phone>) {
        phone.drive.tell(&self.trace, &phone.name);
        if phone.drive.crashed() && !phone.is_dead() {
            self.trace.fault(Fault::PhoneDiedWriting, &phone.name);
            phone.clock.boot();
            phone.die();
        }
    }

    /// A phone syncs, unless it does already.
    pub fn sync(&self, phone: &Arc<Phone>) -> Option<Result<SyncReport, DeviceError>> {
        let device = phone.device().filter(|_| !phone.is_dead())?;
        if !phone.begin_sync() {
            return None;
        }
        self.trace.step(format_args!("{} syncs", phone.name));
        let synced = device.sync_now();
        drop(device);
        self.after(phone);
        match &synced {
            Ok(report) => self.trace.step(format_args!("{} synced {report:?}", phone.name)),
            Err(error) => {
                self.trace.step(format_args!("{} did not sync: {error}", phone.name));
                self.failed(phone, "sync", error);
            }
        }
        phone.end_sync(synced.is_err(), self.time.now_ms(), |failures| self.wait_ms(failures));
        if phone.is_dead() {
            self.reopen(phone);
        }
        Some(synced)
    }

    /// What the agent's rule says, and half a minute after a success.
    fn wait_ms(&self, failures: u32) -> i64 {
        if failures == 0 {
            return 30_000;
        }
        i64::try_from(gewu_device::back_off_ms(failures, self.dice.any())).unwrap_or(i64::MAX)
    }

    /// Whether an error is one that the world can explain.
    fn failed(&self, phone: &Phone, during: &str, error: &DeviceError) {
        let ours = match error {
            DeviceError::Defect { incident } => !incident.starts_with("hub status"),
            DeviceError::Damaged { .. } | DeviceError::NotFound { .. } | DeviceError::Invalid { .. } => true,
            _ => false,
        };
        if ours && !phone.is_dead() {
            self.broken("surprise", format_args!("{} during {during}: {error}", phone.name));
        }
    }

    /// The app is killed, or the battery pulled.
    pub fn phone_dies(&self, phone: &Arc<Phone>) {
        phone.drive.tell(&self.trace, &phone.name);
        if self.dice.per_mille(300) {
            self.trace.fault(Fault::PhoneKilled, &phone.name);
            phone.drive.disk().crash_with(Cut::Kill);
        } else {
            self.trace.fault(Fault::PhonePowerCut, &phone.name);
            phone.drive.disk().crash(self.dice.any());
            phone.clock.boot();
        }
        phone.die();
        if !phone.is_busy() {
            self.reopen(phone);
        }
    }

    /// A phone is opened again.
    pub fn reopen(&self, phone: &Arc<Phone>) {
        phone.shut();
        // Those who pulled the battery have told so.
        let _ = phone.drive.crashed();
        let opened = phone.open(&self.me);
        phone.drive.tell(&self.trace, &phone.name);
        if opened.is_err() && phone.drive.crashed() {
            self.trace.fault(Fault::PhoneDiedWriting, &phone.name);
            return self.reopen(phone);
        }
        if matches!(opened, Err(DeviceError::StorageFull)) {
            // There is no room to open it; the person makes some.
            phone.drive.disk().limit(None);
            return self.reopen(phone);
        }
        phone.wake();
        if let Err(error) = opened {
            self.broken("opens", format_args!("{}: {error}", phone.name));
        }
    }

    /// A phone is switched off and on.
    pub fn reboot(&self, phone: &Arc<Phone>) {
        if phone.is_busy() {
            return;
        }
        self.trace.fault(Fault::Rebooted, &phone.name);
        phone.clock.boot();
        self.reopen(phone);
    }

    /// A phone's disk gets full, or is cleared.
    pub fn phone_full(&self, phone: &Arc<Phone>, full: bool) {
        if full {
            self.trace.fault(Fault::PhoneFull, &phone.name);
        }
        limit(&phone.drive, full.then(|| self.dice.below(96 * 1024)));
    }

    /// The hub's disk gets full, or is cleared.
    pub fn hub_full(&self, full: bool) {
        if full {
            self.trace.fault(Fault::HubFull, "hub");
        }
        limit(self.hub.drive(), full.then(|| self.dice.below(96 * 1024)));
    }

    /// The hub is stopped.
    pub fn stop_hub(&self) {
        self.trace.fault(Fault::HubDown, "hub");
        self.hub.stop();
        self.hub.drive().tell(&self.trace, "hub");
    }

    /// The hub loses its power.
    pub fn hub_power_cut(&self) {
        self.trace.fault(Fault::HubPowerCut, "hub");
        self.hub.power_cut(self.dice.any());
        let _ = self.hub.drive().crashed();
        self.hub.drive().tell(&self.trace, "hub");
        if self.damaged().is_empty() && !self.was_copied() && self.dice.per_mille(120) {
            self.bit_flips();
        }
    }

    /// Somebody copies the hub's folder, or puts the last copy back.
    pub fn hub_copy(&self) {
        if !self.damaged().is_empty() {
            return; // What a bit flipped in would come back whole, or not, by whoever has it.
        }
        let copy = lock(&self.copy).take();
        match copy {
            None => *lock(&self.copy) = Some(self.hub.copy()),
            Some(copy) => {
                self.trace.fault(Fault::HubPutBack, "hub");
                if let Some(hub) = self.hub.hub() {
                    // What it forgets now it had once: the ledger goes by that.
                    self.ledger().learn(&hub);
                }
                self.hub.put_back(&copy);
                let _ = self.hub.drive().crashed();
                lock(&self.liar).iter_mut().for_each(|liar| liar.told.clear());
            }
        }
    }

    /// Whether the hub's folder was copied. A run has that or a flipped bit: phones that hold what a bit flipped in offer it
    /// again at each sync once a hub was put back.
    fn was_copied(&self) -> bool {
        lock(&self.copy).is_some() || self.trace.faults().contains_key(&Fault::HubPutBack)
    }

    /// A bit flips in the hub's store. The case that it is in is nobody's to compare any more; all others are.
    fn bit_flips(&self) {
        self.hub.drive().disk().crash_at(None);
        self.hub_full(false);
        match self.hub.flip(self.dice.any()) {
            Ok(None) => {}
            Ok(Some(record)) => {
                self.trace.fault(Fault::BitFlipped, "hub");
                lock(&self.damaged).insert(record);
            }
            Err(error) => self.broken("opens", format_args!("hub, damaged: {error}")),
        }
        self.hub.drive().tell(&self.trace, "hub");
    }

    /// Cases that a bit flipped in.
    #[must_use]
    pub fn damaged(&self) -> BTreeSet<RecordId> {
        lock(&self.damaged).clone()
    }

    /// A liar is let in, with a grant as good as anybody's.
    ///
    /// # Errors
    /// Where it cannot be enrolled.
    pub fn let_liar_in(&self) -> Result<(), String> {
        let hub = self.hub.hub().ok_or("no hub")?;
        let liar = Liar::enrol(&hub, self.seed)?;
        self.hub.drive().tell(&self.trace, "hub");
        *lock(&self.liar) = Some(liar);
        Ok(())
    }

    /// The liar does its worst.
    pub fn lie(&self) {
        let Some(mut liar) = lock(&self.liar).take() else { return };
        self.trace.fault(Fault::Lie, "liar");
        liar.lie(self);
        *lock(&self.liar) = Some(liar);
    }

    /// Entries of the liar that the hub said it has.
    #[must_use]
    pub fn liar_was_told(&self) -> BTreeSet<EntryHash> {
        lock(&self.liar).as_ref().map(|liar| liar.told.clone()).unwrap_or_default()
    }

    /// The hub is started again.
    pub fn start_hub(&self) {
        if self.hub.hub().is_some() {
            return;
        }
        let _ = self.hub.drive().crashed();
        let started = self.hub.start();
        self.hub.drive().tell(&self.trace, "hub");
        if let Err(error) = started {
            if self.hub.drive().crashed() {
                self.trace.fault(Fault::HubDiedWriting, "hub");
            } else {
                self.hub_full(false);
            }
            if let Err(again) = self.hub.start() {
                self.broken("opens", format_args!("hub: {error}; then {again}"));
            }
        }
    }
}

fn limit(drive: &crate::drive::Drive, room: Option<u64>) {
    drive.disk().limit(room.map(|room| drive.disk().used().saturating_add(room)));
}
