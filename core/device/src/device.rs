//! The door itself: open, pause, close, and what all calls share.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use gewu_log::grant::Grant;
use gewu_log::keys::{HubCertificate, PrivateKey, PublicKey, SignedPack};
use gewu_model::ids::{FeedId, StreetId};
use gewu_model::pack::Pack;
use gewu_store::{OpenOptions, ROWS_MAX, Store};
use gewu_words::Language;

use crate::agent::Agent;
use crate::beside::{Beside, Start};
use crate::contact::Contact;
use crate::env::{Env, Files};
use crate::error::DeviceError;
use crate::identity;
use crate::network::HubAddress;
use crate::observe::{Notifier, Observer, Watch};
use crate::rescue::{self, RESCUE, Rescue};
use crate::status::{TROUBLE, Trouble};
use crate::writer::Writer;

/// How a device is opened.
#[derive(Clone)]
pub struct DeviceOptions {
    /// Folder of its files; made if it is not there.
    pub dir: PathBuf,
    /// Key of the encrypted store, from the phone's keystore.
    pub key: [u8; 32],
    /// The world.
    pub env: Env,
    /// The language of what comes ready to show.
    pub language: Language,
}

/// Who this phone is to its street, once enrolled.
#[derive(Clone)]
pub(crate) struct Member {
    pub street: StreetId,
    pub key: PrivateKey,
    /// Of identities that a copy of the store has as well; what was done under them is still sealed and sent.
    pub former: Vec<PrivateKey>,
    pub hub: HubAddress,
    pub hub_key: PublicKey,
    pub grant: Grant,
    pub pack: Arc<Pack>,
}

impl Member {
    /// Feeds that this phone follows: the street's notices first.
    pub(crate) fn feeds(&self) -> Vec<FeedId> {
        let street = self.pack.areas.street().map(|street| street.id);
        let own = self.pack.areas.below(self.grant.area);
        street.into_iter().chain(own.into_iter().filter(|feed| Some(*feed) != street)).collect()
    }
}

/// What all threads of a device share.
pub(crate) struct Inner {
    pub env: Env,
    pub language: Language,
    pub dir: PathBuf,
    /// The starts before this one died: nothing that was stored is read but what is asked for by name.
    pub safe: bool,
    /// The start, until the first page was shown.
    pub start: Mutex<Option<Start>>,
    /// What became of a damaged store.
    pub rescue: Option<Rescue>,
    pub writer: Writer,
    pub notifier: Arc<Notifier>,
    pub member: RwLock<Option<Arc<Member>>>,
    pub contact: Mutex<Contact>,
    /// What the last attempts ended with.
    pub trouble: Mutex<Trouble>,
    /// Held during a sync, so that two never run at once.
    pub syncing: Mutex<crate::sync::Sizes>,
    /// Last (millisecond, count) used for a record id.
    pub births: Mutex<(u64, u16)>,
}

/// One phone's whole state behind one door.
///
/// Calls block; every one may be made from any thread, never from a thread that draws. What a command returned `Ok`
/// for survives a pulled battery. Cost: `docs/budgets.md`.
pub struct Device {
    pub(crate) inner: Arc<Inner>,
    agent: Mutex<Option<Agent>>,
}

pub(crate) fn relaxed<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Device {
    /// Opens the folder, or makes it. A damaged store is moved aside, never deleted; a new one opens with what can be read
    /// of it, and the status says so. After two starts that died this one is safe: it shows no records, and takes reports,
    /// sends what is unsent and gives diagnostics.
    ///
    /// # Errors
    /// `UnlockNeeded` (another key), `UpgradeNeeded` (a newer store), `Damaged`, `Busy`, `StorageFull`.
    pub fn open(options: DeviceOptions) -> Result<Self, DeviceError> {
        let DeviceOptions { dir, key, env, language } = options;
        if let Some(files) = env.files() {
            make_dir(&*files, &dir)?;
        }
        let beside = Beside::of(&dir, &env);
        let mut start = beside.begin();
        let options = OpenOptions { key, vfs: env.disk.clone(), day_offset_s: 8 * 3_600 };
        let store = rescue::open(&beside, &options, env.clock.now_ms().div_euclid(1_000))?;
        let writer = Writer::start(store, beside, options)?;
        let mark = env.disk.is_none().then(|| crate::env::install_mark(&dir.join("gewu.db"))).flatten();
        let member = writer.write(load_member)?;
        if let Some(mark) = mark {
            writer.write(move |store| store.write(|tx| crate::fork::look_at_mark(tx, &mark)))?;
        }
        let contact = writer.read(|reader| Ok(Contact::load(reader.meta("contact")?.as_deref())))?;
        let trouble = writer.read(|reader| Ok(Trouble::load(reader.meta(TROUBLE)?.as_deref())))?;
        let rescue = writer.read(|reader| Ok(Rescue::load(reader.meta(RESCUE)?.as_deref())))?;
        if start.doubtful && !start.safe {
            // A record that makes the process die does it again while this start is counted, whatever would be asked for;
            // one that cannot be read is met again by whoever asks.
            let _ = writer.read(|reader| Ok(reader.today(ROWS_MAX, None)?));
        }
        start.opened();
        let safe = start.safe;
        let inner = Inner {
            safe,
            start: Mutex::new(Some(start).filter(|start| !start.doubtful)),
            rescue,
            env,
            language,
            dir,
            writer,
            notifier: Notifier::start(),
            member: RwLock::new(member.map(Arc::new)),
            contact: Mutex::new(contact),
            trouble: Mutex::new(trouble),
            syncing: Mutex::default(),
            births: Mutex::new((0, 0)),
        };
        Ok(Self { inner: Arc::new(inner), agent: Mutex::new(None) })
    }

    /// Where its files are.
    #[must_use]
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// Calls `observer` when pages changed, at most ten times a second, until the returned watch is dropped.
    #[must_use]
    pub fn observe(&self, observer: Arc<dyn Observer>) -> Watch {
        self.inner.notifier.watch(observer)
    }

    /// The present revision: grows with every change.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.inner.notifier.revision()
    }

    /// Starts the agent: syncs by itself when there is something to say or to hear. In a safe start it rests: there only
    /// [`Device::sync_now`] sends what is unsent.
    pub fn start_agent(&self) {
        if self.inner.safe {
            return;
        }
        let mut agent = relaxed(&self.agent);
        if agent.is_none() {
            *agent = Some(Agent::start(&self.inner));
        }
    }

    /// Stops the agent and waits for it.
    pub fn stop_agent(&self) {
        let agent = relaxed(&self.agent).take();
        drop(agent);
    }

    /// Tells the agent to try now: the network changed, or something was saved.
    pub fn network_changed(&self) {
        if let Some(agent) = &*relaxed(&self.agent) {
            agent.wake();
        }
    }

    /// Drops every lock on the files; calls in between end in `Busy`. For systems that kill an app that holds a lock
    /// while it is suspended.
    ///
    /// # Errors
    /// As the store's.
    pub fn pause(&self) -> Result<(), DeviceError> {
        self.stop_agent();
        self.inner.end_start();
        self.inner.writer.pause()
    }

    /// Takes the locks again.
    ///
    /// # Errors
    /// As [`Device::open`].
    pub fn resume(&self) -> Result<(), DeviceError> {
        self.inner.writer.resume()
    }

    /// Finishes what is under way and closes the files. Later calls end in `Busy`.
    pub fn close(&self) {
        self.stop_agent();
        self.inner.notifier.close();
        self.inner.writer.close();
        self.inner.end_start();
    }

    /// Drops everything derived and makes it anew from the entries; returns whether the canonical dump is the same.
    ///
    /// # Errors
    /// As the store's.
    pub fn rebuild(&self) -> Result<(String, String), DeviceError> {
        let dumps = self.inner.writer.write(|store| {
            let before = store.dump_derived()?;
            store.rebuild()?;
            Ok((before, store.dump_derived()?))
        })?;
        self.inner.notifier.tell(true);
        Ok(dumps)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        self.close();
    }
}

impl Inner {
    /// The start has shown what it holds, or the app ends it.
    pub(crate) fn end_start(&self) {
        drop(relaxed(&self.start).take());
    }

    /// Who this phone is.
    pub(crate) fn member(&self) -> Result<Arc<Member>, DeviceError> {
        let member = self.member.read().unwrap_or_else(PoisonError::into_inner).clone();
        member.ok_or(DeviceError::UnlockNeeded { code: gewu_words::ErrorCode::NotEnrolled })
    }

    /// Refuses what shows stored records, in a safe start.
    pub(crate) fn may_show(&self) -> Result<(), DeviceError> {
        if self.safe {
            return Err(DeviceError::Damaged { code: gewu_words::ErrorCode::SafeStart, reason: String::new() });
        }
        Ok(())
    }

    /// An error with the addresses at which the hub was looked for.
    pub(crate) fn at_hub(&self, error: DeviceError) -> DeviceError {
        match self.member() {
            Ok(member) => error.at(&member.hub),
            Err(_) => error,
        }
    }

    pub(crate) fn set_member(&self, member: Member) {
        *self.member.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(member));
    }
}

fn make_dir(files: &dyn Files, dir: &Path) -> Result<(), DeviceError> {
    files.make_dir(dir).map_err(|error| {
        let code = match error.kind() {
            std::io::ErrorKind::StorageFull => return DeviceError::StorageFull,
            _ => gewu_words::ErrorCode::ReadOnly,
        };
        DeviceError::Damaged { code, reason: dir.display().to_string() }
    })
}

pub(crate) fn load_member(store: &mut Store) -> Result<Option<Member>, DeviceError> {
    let damaged = |what: &str| DeviceError::Damaged { code: gewu_words::ErrorCode::Damaged, reason: what.to_owned() };
    let reader = store.reader()?;
    let value = |key: &str| -> Result<Option<Vec<u8>>, DeviceError> { Ok(reader.meta(key)?) };
    let (Some(seed), Some(invitation)) = (value(identity::SEED)?, value(identity::INVITATION)?) else {
        return Ok(None);
    };
    let (Some(certificate), Some(token), Some(pack)) =
        (value(identity::CERTIFICATE)?, value(identity::TOKEN)?, value(identity::PACK)?)
    else {
        return Ok(None);
    };
    let seed = <[u8; 32]>::try_from(seed).map_err(|_| damaged("device key"))?;
    let certificate: HubCertificate = minicbor::decode(&certificate).map_err(|_| damaged("hub certificate"))?;
    let pack: SignedPack = minicbor::decode(&pack).map_err(|_| damaged("pack"))?;
    let invitation = String::from_utf8(invitation).map_err(|_| damaged("invitation"))?;
    let former = crate::fork::former_keys(value(crate::fork::FORMER)?.as_deref());
    let member = identity::member(&seed, &invitation, &certificate, &token, &pack)?;
    Ok(Some(Member { former, ..member }))
}
