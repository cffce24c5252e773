//! A hub's folder: `hub.db`, encrypted; `key` and `root`, each mode 0600; `certificate.pem` for scripts.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use gewu_log::keys::{HubCertificate, PrivateKey, SignedPack};
use gewu_model::ids::{Epoch, FeedId, StreetId};
use gewu_model::pack::{Pack, PackError};

use crate::config::{World, random_array};
use crate::hub::life;
use crate::store::{self, Embedded, OpenError, StoreError};
use crate::tls::{self, TlsError};

/// A folder could not be made or opened.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// There is a hub already.
    #[error("{path} holds a hub already")]
    Taken {
        /// The folder.
        path: PathBuf,
    },
    /// There is no hub.
    #[error("{path} holds no hub")]
    NoHub {
        /// The folder.
        path: PathBuf,
    },
    /// The system refused.
    #[error("{path} cannot be used while {attempted}: {reason}")]
    Io {
        /// File or folder.
        path: PathBuf,
        /// What was being done.
        attempted: &'static str,
        /// Which kind of refusal.
        kind: std::io::ErrorKind,
        /// What the system said.
        reason: String,
    },
    /// The pack is not usable.
    #[error(transparent)]
    Pack(#[from] PackError),
    /// The store does not open.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No certificate could be made.
    #[error(transparent)]
    Tls(#[from] TlsError),
}

/// What a hub keeps of its own.
pub struct Own {
    /// The street.
    pub street: StreetId,
    /// Public half of the street's root key.
    pub root_key: [u8; 32],
    /// The hub's signing key.
    pub hub_key: PrivateKey,
    /// What the street says of the hub.
    pub certificate: HubCertificate,
    /// The life of the store when it was opened; [`crate::hub::Hub::epoch`] tells the present one.
    pub epoch: Epoch,
    /// TLS certificate and key, DER.
    pub tls: (Vec<u8>, Vec<u8>),
}

const DAY_S: i64 = 86_400;
const TWENTY_YEARS_S: i64 = 20 * 365 * DAY_S;

/// Makes a hub's folder: keys, certificate, store, first pack. `names` are the addresses it will be reached under.
/// Durable when it returns.
///
/// # Errors
/// [`FolderError`]; a folder that was begun can be removed.
pub fn init(dir: &Path, make_pack: impl FnOnce(StreetId) -> Vec<u8>, names: &[String], world: &World) -> Result<Own, FolderError> {
    std::fs::create_dir_all(dir).map_err(io(dir, "making the folder"))?;
    if dir.join("hub.db").exists() {
        return Err(FolderError::Taken { path: dir.to_owned() });
    }
    let root = PrivateKey::from_seed(&random_array(&*world.random));
    let json = make_pack(StreetId::of_root_key(&root.public().bytes()));
    Pack::read(&json)?;
    let tls = tls::make_certificate(names, world.clock.now_s().saturating_sub(DAY_S))?;
    let key: [u8; 32] = random_array(&*world.random);
    secret_file(&dir.join("key"), &key)?;
    secret_file(&dir.join("root"), &root.seed())?;
    // For scripts: `curl --cacert certificate.pem`. Public; phones know its key by the invitation.
    let pem = dir.join("certificate.pem");
    std::fs::write(&pem, certificate_pem(&tls.0)).map_err(io(&pem, "writing the certificate"))?;
    let db = Embedded::open(&dir.join("hub.db"), key)?;
    found(&db, &root, json, tls, world)
}

/// Makes what a hub keeps of its own in an empty store: keys, certificate, first pack. Durable when it returns.
///
/// # Errors
/// [`FolderError`].
pub fn found(
    db: &Embedded,
    root: &PrivateKey,
    pack_json: Vec<u8>,
    tls: (Vec<u8>, Vec<u8>),
    world: &World,
) -> Result<Own, FolderError> {
    let now_s = world.clock.now_s();
    let root_key = root.public().bytes();
    let street = StreetId::of_root_key(&root_key);
    let version = Pack::read(&pack_json)?.version;
    let hub_key = PrivateKey::from_seed(&random_array(&*world.random));
    let (from_s, until_s) = (now_s.saturating_sub(DAY_S), now_s.saturating_add(TWENTY_YEARS_S));
    let certificate = HubCertificate::make(root, street, &hub_key.public(), from_s, until_s);
    let epoch = Epoch(random_array(&*world.random));
    let own = Own { street, root_key, hub_key, certificate, epoch, tls };
    save(db, &own, &SignedPack::make(root, street, version, pack_json))?;
    Ok(own)
}

fn save(db: &Embedded, own: &Own, pack: &SignedPack) -> Result<(), StoreError> {
    let cbor = |bytes: Result<Vec<u8>, _>| bytes.unwrap_or_else(|never: minicbor::encode::Error<std::convert::Infallible>| unreachable!("{never}"));
    store::write(db, |tx| {
        tx.put_meta("root_key", &own.root_key)?;
        tx.put_meta("hub_seed", &own.hub_key.seed())?;
        tx.put_meta("certificate", &cbor(minicbor::to_vec(&own.certificate)))?;
        tx.put_meta("epoch", &own.epoch.0)?;
        tx.put_meta("tls_certificate", &own.tls.0)?;
        tx.put_meta("tls_key", &own.tls.1)?;
        tx.put_pack(pack.version, &cbor(minicbor::to_vec(pack)))
    })
}

/// Opens a hub's folder.
///
/// # Errors
/// [`FolderError`].
pub fn open(dir: &Path) -> Result<(Embedded, Own), FolderError> {
    let path = dir.join("hub.db");
    if !path.exists() {
        return Err(FolderError::NoHub { path: dir.to_owned() });
    }
    let db = Embedded::open(&path, key_of(dir)?)?;
    let own = load(&db)?;
    Ok((db, own))
}

/// What a backup holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backup {
    /// Lines that it covers, over all feeds.
    pub lines: u64,
}

/// Files beside the store. Without `root` a hub runs all the same: the street may keep it elsewhere.
const BESIDE: [(&str, bool); 3] = [("key", true), ("root", false), ("certificate.pem", false)];

/// Writes a folder from which [`restore`] makes this hub again. The hub may be running: one consistent moment is written,
/// and phones hear with their next head what it covers. Durable when it returns.
///
/// # Errors
/// [`FolderError`]; a folder that was begun can be removed.
pub fn backup(dir: &Path, out: &Path) -> Result<Backup, FolderError> {
    let (store, _) = open(dir)?;
    if out.join("hub.db").exists() {
        return Err(FolderError::Taken { path: out.to_owned() });
    }
    std::fs::create_dir_all(out).map_err(io(out, "making the folder"))?;
    copy_beside(dir, out)?;
    // The store comes last: a folder with a store is a whole backup.
    let (part, whole) = (out.join("hub.db.part"), out.join("hub.db"));
    remove_if_there(&part)?;
    store.copy_to(&part)?;
    let copy = Embedded::open(&part, key_of(dir)?)?;
    let lines = life::covered_by(&copy)?;
    drop(copy);
    put_in_place(&part, &whole)?;
    let count = life::note_backup(&store, &lines)?;
    Ok(Backup { lines: count })
}

/// Makes a hub's folder from a backup, or from a copy of a stopped hub's folder. It begins a new epoch: phones give back
/// what they hold of what came after. Durable when it returns.
///
/// # Errors
/// [`FolderError`]; `Taken` where there is a hub already: nothing is written over.
pub fn restore(backup: &Path, dir: &Path, world: &World) -> Result<Own, FolderError> {
    if !backup.join("hub.db").exists() {
        return Err(FolderError::NoHub { path: backup.to_owned() });
    }
    if dir.join("hub.db").exists() {
        return Err(FolderError::Taken { path: dir.to_owned() });
    }
    std::fs::create_dir_all(dir).map_err(io(dir, "making the folder"))?;
    copy_beside(backup, dir)?;
    let (part, whole) = (dir.join("hub.db.part"), dir.join("hub.db"));
    for (from, to) in [("hub.db", "hub.db.part"), ("hub.db-wal", "hub.db.part-wal")] {
        remove_if_there(&dir.join(to))?;
        if backup.join(from).exists() {
            std::fs::copy(backup.join(from), dir.join(to)).map_err(io(&dir.join(to), "copying the store"))?;
        }
    }
    let store = Embedded::open(&part, key_of(dir)?)?;
    store::write(&store, |tx| life::begin_epoch(tx, None, world))?;
    // Closing writes the log into the file.
    drop(store);
    put_in_place(&part, &whole)?;
    Ok(open(dir)?.1)
}

fn copy_beside(from: &Path, to: &Path) -> Result<(), FolderError> {
    for (name, needed) in BESIDE {
        let (from, to) = (from.join(name), to.join(name));
        if !needed && !from.exists() {
            continue;
        }
        let bytes = std::fs::read(&from).map_err(io(&from, "reading a key file"))?;
        remove_if_there(&to)?;
        secret_file(&to, &bytes)?;
    }
    Ok(())
}

fn key_of(dir: &Path) -> Result<[u8; 32], FolderError> {
    let key = std::fs::read(dir.join("key")).map_err(io(&dir.join("key"), "reading the key"))?;
    Ok(key.try_into().map_err(|_| OpenError::WrongKey { path: dir.join("key") })?)
}

fn remove_if_there(path: &Path) -> Result<(), FolderError> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(io(path, "removing what was begun")(error)),
        _ => Ok(()),
    }
}

/// Gives a finished file its name, durably.
fn put_in_place(part: &Path, whole: &Path) -> Result<(), FolderError> {
    std::fs::File::open(part).and_then(|file| file.sync_all()).map_err(io(part, "writing the store"))?;
    std::fs::rename(part, whole).map_err(io(whole, "naming the store"))?;
    let folder = whole.parent().unwrap_or(whole);
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(io(folder, "naming the store"))
}

/// What a hub keeps of its own, out of its store.
///
/// # Errors
/// [`StoreError`].
pub fn load(db: &Embedded) -> Result<Own, StoreError> {
    let damaged = || StoreError::Damaged { attempted: "reading the hub's own keys" };
    store::read(db, |tx| {
        let value = |key: &str| tx.meta(key)?.ok_or_else(damaged);
        let array = |key: &str| value(key).and_then(|bytes| <[u8; 32]>::try_from(bytes).map_err(|_| damaged()));
        let root_key = array("root_key")?;
        Ok(Own {
            street: StreetId::of_root_key(&root_key),
            root_key,
            hub_key: PrivateKey::from_seed(&array("hub_seed")?),
            certificate: minicbor::decode(&value("certificate")?).map_err(|_| damaged())?,
            epoch: Epoch::from_slice(&value("epoch")?).map_err(|_| damaged())?,
            tls: (value("tls_certificate")?, value("tls_key")?),
        })
    })
}

fn io(path: &Path, attempted: &'static str) -> impl Fn(std::io::Error) -> FolderError {
    let path = path.to_owned();
    move |error| FolderError::Io { path: path.clone(), attempted, kind: error.kind(), reason: error.to_string() }
}

fn certificate_pem(der: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<String> = text.as_bytes().chunks(64).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// Writes a file that only its owner may read; it must not be there yet.
fn secret_file(path: &Path, bytes: &[u8]) -> Result<(), FolderError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(io(path, "writing a key file"))
}

/// The street's own feed, which carries the notices.
#[must_use]
pub fn street_feed(pack: &Pack) -> Option<FeedId> {
    pack.areas.street().map(|street| street.id)
}
