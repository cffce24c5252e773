//! One hub in one process: its keys, its store, and what it holds in memory beside them.

pub(crate) mod life;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use gewu_log::grant::{self, Grant, GrantDraft};
use gewu_log::invitation::{Invitation, secret_hash};
use gewu_log::keys::{PublicKey, SignedPack};
use gewu_model::fold::Who;
use gewu_model::ids::{DeviceId, Epoch, FeedId, GrantId, PersonId, StreetId};
use gewu_model::pack::Pack;
use gewu_model::rights::{Refusal, Role};
use gewu_sync::message::EnrolReply;
use minicbor::bytes::ByteVec;

use crate::config::{World, random_array};
use crate::folder::{self, FolderError, Own};
use crate::ingest;
use crate::store::{self, HubStore, HubWrite, Invite, StoreError};
use crate::tls;

/// A challenge is good for so long.
const CHALLENGE_S: i64 = 60;
/// A grant lasts so long and is renewed at a session when a third of it is left.
const GRANT_S: i64 = 30 * 86_400;
/// An invitation is good for so long.
const INVITATION_S: i64 = 7 * 86_400;
/// A session is good for so long.
const SESSION_S: i64 = 3_600;
/// A page link is good for so long.
const LINK_S: i64 = 600;
/// A page's cookie is good for so long.
const COOKIE_S: i64 = 86_400;

/// Who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The device.
    pub device: DeviceId,
    /// Seconds of uptime.
    pub until_s: i64,
}

#[derive(Default)]
struct Memory {
    challenges: BTreeMap<DeviceId, ([u8; 16], i64)>,
    sessions: BTreeMap<String, Session>,
    links: BTreeMap<String, Session>,
    cookies: BTreeMap<String, Session>,
}

struct Known {
    key: PublicKey,
    grant: Grant,
    contact_s: i64,
}

/// A hub.
pub struct Hub {
    own: Own,
    world: World,
    store: Arc<dyn HubStore>,
    signed_pack: RwLock<(Arc<Pack>, SignedPack)>,
    grants: RwLock<BTreeMap<GrantId, Grant>>,
    devices: RwLock<BTreeMap<DeviceId, Known>>,
    epoch: RwLock<Epoch>,
    memory: Mutex<Memory>,
    changes: tokio::sync::watch::Sender<u64>,
}

/// An enrolment or sign-in was turned down.
#[derive(Debug, thiserror::Error)]
pub enum TurnedDown {
    /// No such invitation.
    #[error("the invitation is not known here")]
    InvitationUnknown,
    /// It was used by another device.
    #[error("the invitation was used by another device")]
    InvitationUsed,
    /// It has run out.
    #[error("the invitation has run out")]
    InvitationExpired,
    /// The device does not hold the key it claims.
    #[error("the signature does not come out")]
    Proof,
    /// The device is not enrolled.
    #[error("the device is not enrolled here")]
    DeviceUnknown,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No grant could be made.
    #[error(transparent)]
    Grant(#[from] grant::GrantError),
}

fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(PoisonError::into_inner)
}

impl Hub {
    /// A hub over an open store.
    ///
    /// # Errors
    /// [`FolderError`] when what the store holds cannot be read.
    pub fn new(store: Arc<dyn HubStore>, own: Own, world: World) -> Result<Self, FolderError> {
        let damaged = || StoreError::Damaged { attempted: "reading the pack" };
        let (pack, devices, tokens) =
            store::read(&*store, |tx| Ok((tx.newest_pack()?.ok_or_else(damaged)?, tx.devices()?, tx.tokens()?)))?;
        let signed: SignedPack = minicbor::decode(&pack).map_err(|_| damaged())?;
        let pack = Arc::new(Pack::read(&signed.json)?);
        let (hub_key, epoch) = (own.hub_key.public(), own.epoch);
        let (mut grants, mut known) = (BTreeMap::new(), BTreeMap::new());
        for token in tokens {
            let grant = grant::read(&token, &hub_key).map_err(|_| damaged())?;
            grants.insert(grant.id, grant);
        }
        for (device, key, token, contact_s) in devices {
            let key = PublicKey::from_bytes(&key).map_err(|_| damaged())?;
            let Ok(grant) = grant::read(&token, &hub_key) else { return Err(damaged().into()) };
            known.insert(device, Known { key, grant, contact_s });
        }
        Ok(Self {
            own,
            world,
            store,
            signed_pack: RwLock::new((pack, signed)),
            grants: RwLock::new(grants),
            devices: RwLock::new(known),
            epoch: RwLock::new(epoch),
            memory: Mutex::default(),
            changes: tokio::sync::watch::channel(0).0,
        })
    }

    /// The street.
    #[must_use]
    pub fn street(&self) -> StreetId {
        self.own.street
    }

    /// Keys and certificate.
    #[must_use]
    pub fn own(&self) -> &Own {
        &self.own
    }

    /// The hub's clock, Unix seconds.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        self.world.clock.now_s()
    }

    /// The pack in force.
    #[must_use]
    pub fn pack(&self) -> Arc<Pack> {
        Arc::clone(&read(&self.signed_pack).0)
    }

    /// The pack as it travels.
    #[must_use]
    pub fn signed_pack(&self) -> SignedPack {
        read(&self.signed_pack).1.clone()
    }

    /// The store.
    #[must_use]
    pub fn store(&self) -> &dyn HubStore {
        &*self.store
    }

    /// Tells when lines were written: the number grows.
    #[must_use]
    pub fn changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// Says that lines were written.
    pub fn changed(&self) {
        self.changes.send_modify(|count| *count += 1);
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The grant of an id.
    #[must_use]
    pub fn grant(&self, id: GrantId) -> Option<Grant> {
        read(&self.grants).get(&id).cloned()
    }

    /// Whom a grant names.
    #[must_use]
    pub fn who(&self, id: GrantId) -> Option<Who> {
        read(&self.grants).get(&id).map(Grant::who)
    }

    /// A device's public key.
    #[must_use]
    pub fn device_key(&self, device: DeviceId) -> Option<PublicKey> {
        read(&self.devices).get(&device).map(|known| known.key)
    }

    /// A device's present grant.
    #[must_use]
    pub fn device_grant(&self, device: DeviceId) -> Option<Grant> {
        read(&self.devices).get(&device).map(|known| known.grant.clone())
    }

    /// Devices with their grants and last contacts.
    #[must_use]
    pub fn devices(&self) -> Vec<(DeviceId, Grant, i64)> {
        read(&self.devices).iter().map(|(id, known)| (*id, known.grant.clone(), known.contact_s)).collect()
    }

    /// Oldest last contact among devices of an area, or below it, with a valid grant.
    #[must_use]
    pub fn known_until_s(&self, area: FeedId) -> Option<i64> {
        let (pack, now_s) = (self.pack(), self.now_s());
        read(&self.devices)
            .values()
            .filter(|known| known.grant.expires_s > now_s && pack.areas.covers(area, known.grant.area))
            .map(|known| known.contact_s)
            .min()
    }

    /// Notes in memory that a device was heard; pushes write it down.
    pub fn heard(&self, device: DeviceId) {
        let now_s = self.now_s();
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = devices.get_mut(&device) {
            known.contact_s = known.contact_s.max(now_s);
        }
    }

    /// Checks and keeps grants that came along.
    ///
    /// # Errors
    /// [`StoreError`]. A token that is not this hub's is passed over: acts that name it are refused by name.
    pub fn learn_tokens(&self, tx: &mut dyn HubWrite, tokens: &[ByteVec]) -> Result<(), StoreError> {
        for token in tokens {
            let Ok(grant) = grant::read(token, &self.own.hub_key.public()) else { continue };
            if self.grant(grant.id).is_none() {
                tx.put_token(grant.id, token)?;
                self.remember(grant);
            }
        }
        Ok(())
    }

    fn remember(&self, grant: Grant) {
        self.grants.write().unwrap_or_else(PoisonError::into_inner).insert(grant.id, grant);
    }

    /// Gives out an invitation. `person` is a new one where none is named. Durable when it returns.
    ///
    /// # Errors
    /// [`TurnedDown`].
    pub fn invite(
        &self,
        person: Option<PersonId>,
        role: Role,
        area: FeedId,
        import: bool,
        addresses: Vec<String>,
    ) -> Result<(Invitation, PersonId), TurnedDown> {
        let secret: [u8; 16] = random_array(&*self.world.random);
        let person = person.unwrap_or_else(|| PersonId(random_array(&*self.world.random)));
        let expires_s = self.now_s().saturating_add(INVITATION_S);
        let invite = Invite { secret_hash: secret_hash(&secret), person, role, area, import, expires_s, used_by: None };
        store::write(&*self.store, |tx| tx.put_invite(&invite))?;
        let fingerprint = tls::fingerprint(&self.own.tls.0).unwrap_or_default();
        Ok((Invitation { root_key: self.own.root_key, fingerprint, secret, addresses }, person))
    }

    /// Enrols a device. The same device key with the same secret gets the same answer: the reply may have been lost.
    ///
    /// # Errors
    /// [`TurnedDown`].
    pub fn enrol(&self, body: &[u8]) -> Result<EnrolReply, TurnedDown> {
        let (secret, key) =
            gewu_log::invitation::enrol_check(body, self.street()).map_err(|_| TurnedDown::Proof)?;
        let (device, now_s) = (key.device(), self.now_s());
        let hash = secret_hash(&secret);
        let invite = store::write(&*self.store, |tx| tx.invite(&hash))?.ok_or(TurnedDown::InvitationUnknown)?;
        match invite.used_by {
            Some(by) if by == device => {}
            Some(_) => return Err(TurnedDown::InvitationUsed),
            None if invite.expires_s < now_s => return Err(TurnedDown::InvitationExpired),
            None => {}
        }
        let token = self.give(&invite, device, &key)?;
        Ok(EnrolReply {
            hub: self.own.certificate.clone(),
            grant: token.into(),
            pack: self.signed_pack(),
            hub_time_s: now_s.cast_unsigned(),
        })
    }

    fn give(&self, invite: &Invite, device: DeviceId, key: &PublicKey) -> Result<Vec<u8>, TurnedDown> {
        let draft = GrantDraft {
            person: invite.person,
            role: invite.role,
            area: invite.area,
            device,
            expires_s: self.now_s().saturating_add(GRANT_S),
            pack_min: 1,
            import: invite.import,
        };
        let used = Invite { used_by: Some(device), ..invite.clone() };
        self.hand_out(&draft, key, Some(&used))
    }

    fn hand_out(&self, draft: &GrantDraft, key: &PublicKey, used: Option<&Invite>) -> Result<Vec<u8>, TurnedDown> {
        let token = grant::make(&self.own.hub_key, draft, &random_array(&*self.world.random))?;
        let grant = grant::read(&token, &self.own.hub_key.public())?;
        let now_s = self.now_s();
        let street_feed = folder::street_feed(&self.pack());
        store::write(&*self.store, |tx| {
            tx.put_token(grant.id, &token)?;
            tx.put_device(draft.device, &key.bytes(), grant.id, now_s)?;
            if let Some(used) = used {
                tx.put_invite(used)?;
            }
            let Some(feed) = street_feed else { return Ok(()) };
            ingest::notice(self, tx, feed, &life::grant_notice(&grant))
        })?;
        self.remember(grant.clone());
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        devices.insert(draft.device, Known { key: *key, grant, contact_s: now_s });
        drop(devices);
        self.changed();
        Ok(token)
    }

    /// A challenge for a device; the same answer for unknown ones, so that nobody learns who is enrolled.
    #[must_use]
    pub fn challenge(&self, device: DeviceId) -> [u8; 16] {
        let challenge = random_array(&*self.world.random);
        let now_s = self.world.clock.uptime_s();
        let mut memory = self.memory();
        memory.challenges.retain(|_, (_, at_s)| *at_s + CHALLENGE_S > now_s);
        if read(&self.devices).contains_key(&device) {
            memory.challenges.insert(device, (challenge, now_s));
        }
        challenge
    }

    /// Checks a challenge's answer; returns a bearer token and, where due, a renewed grant.
    ///
    /// # Errors
    /// [`TurnedDown`].
    pub fn sign_in(&self, body: &[u8]) -> Result<(String, Option<Vec<u8>>), TurnedDown> {
        let (device, signature) = body.split_first_chunk::<16>().ok_or(TurnedDown::Proof)?;
        let device = DeviceId(*device);
        let signature = <&[u8; 64]>::try_from(signature).map_err(|_| TurnedDown::Proof)?;
        let (challenge, _) = self.memory().challenges.remove(&device).ok_or(TurnedDown::DeviceUnknown)?;
        let key = self.device_key(device).ok_or(TurnedDown::DeviceUnknown)?;
        let hub_key = self.own.hub_key.public().bytes();
        gewu_log::invitation::session_check(signature, &key, self.street(), device, &challenge, &hub_key)
            .map_err(|_| TurnedDown::Proof)?;
        self.heard(device);
        let renewed = self.renew(device, &key)?;
        Ok((self.open(device, SESSION_S, |memory| &mut memory.sessions), renewed))
    }

    fn renew(&self, device: DeviceId, key: &PublicKey) -> Result<Option<Vec<u8>>, TurnedDown> {
        let Some(grant) = self.device_grant(device) else { return Ok(None) };
        if grant.expires_s - self.now_s() > GRANT_S / 3 {
            return Ok(None);
        }
        let draft = GrantDraft {
            person: grant.person,
            role: grant.role,
            area: grant.area,
            device,
            expires_s: self.now_s().saturating_add(GRANT_S),
            pack_min: grant.pack_min,
            import: grant.import,
        };
        self.hand_out(&draft, key, None).map(Some)
    }

    fn open(
        &self,
        device: DeviceId,
        lasts_s: i64,
        table: fn(&mut Memory) -> &mut BTreeMap<String, Session>,
    ) -> String {
        use base64::Engine as _;
        let token = base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(random_array::<32>(&*self.world.random));
        let now_s = self.world.clock.uptime_s();
        let mut memory = self.memory();
        let table = table(&mut memory);
        table.retain(|_, session| session.until_s > now_s);
        table.insert(token.clone(), Session { device, until_s: now_s.saturating_add(lasts_s) });
        token
    }

    /// Who a bearer token belongs to, while it is good.
    #[must_use]
    pub fn session(&self, bearer: &str) -> Option<DeviceId> {
        let now_s = self.world.clock.uptime_s();
        self.memory().sessions.get(bearer).filter(|session| session.until_s > now_s).map(|session| session.device)
    }

    /// A page link that works once.
    #[must_use]
    pub fn link(&self, device: DeviceId) -> String {
        self.open(device, LINK_S, |memory| &mut memory.links)
    }

    /// Uses a page link; returns the cookie.
    #[must_use]
    pub fn use_link(&self, link: &str) -> Option<String> {
        let now_s = self.world.clock.uptime_s();
        let session = self.memory().links.remove(link).filter(|session| session.until_s > now_s)?;
        Some(self.open(session.device, COOKIE_S, |memory| &mut memory.cookies))
    }

    /// Who a page's cookie belongs to.
    #[must_use]
    pub fn cookie(&self, cookie: &str) -> Option<DeviceId> {
        let now_s = self.world.clock.uptime_s();
        self.memory().cookies.get(cookie).filter(|session| session.until_s > now_s).map(|session| session.device)
    }

    /// Whether a grant may read a feed: those of its area, the street's with the notices, its party's.
    pub fn may_read(&self, grant: &Grant, feed: FeedId) -> Result<(), Refusal> {
        let pack = self.pack();
        let is_street = folder::street_feed(&pack) == Some(feed);
        let whole_street = folder::street_feed(&pack) == Some(grant.area);
        let allowed = is_street || whole_street || pack.areas.covers(grant.area, feed);
        if allowed { Ok(()) } else { Err(Refusal::NotYours) }
    }
}
