//! The lives of a hub's store: epochs, what the last backup covers, and devices that a restored store has never seen.
//!
//! **Problem.** A hub that was put back to an earlier state does not know it: its folder looks like any other.
//! **Approach.** Its own signature tells it. A head that it signed in the present epoch, or in one that it has never heard
//! of, and that is not in its chain, proves that lines were lost: a new epoch begins. Heads of past epochs prove nothing
//! new, so nobody can make a hub change its epoch twice with the same head.
//!
//! **Invariants.** Epoch and list of past epochs change in one transaction; an epoch that has passed never comes back.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use gewu_log::grant::{self, GrantDraft};
use gewu_log::invitation::{rejoin_check, succeed_check};
use gewu_log::line::{Head, HeadHash, Notice};
use gewu_model::ids::{DeviceId, Epoch, FeedId};
use gewu_sync::message::{RejoinRequest, ShowReply, SucceedReply};

use super::{Hub, Known, TurnedDown, read};
use crate::config::{World, random_array};
use crate::folder;
use crate::ingest;
use crate::store::{self, Embedded, HubRead, HubWrite, StoreError};

const EPOCH: &str = "epoch";
/// Past epochs, 16 bytes each.
const PAST: &str = "epochs_past";
/// What the last backup covers: CBOR of feeds with their last lines.
const BACKUP: &str = "backup";

/// By feed, the last line that the last backup covers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Covered(BTreeMap<FeedId, u64>);

impl Covered {
    /// What the store knows of its last backup.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn read(tx: &dyn HubRead) -> Result<Self, StoreError> {
        let damaged = |_| StoreError::Damaged { attempted: "reading what the backup covers" };
        let feeds: Vec<(FeedId, u64)> = match tx.meta(BACKUP)? {
            Some(bytes) => minicbor::decode(&bytes).map_err(damaged)?,
            None => Vec::new(),
        };
        Ok(Self(feeds.into_iter().collect()))
    }

    /// The last line that it covers of a feed; 0: none.
    #[must_use]
    pub fn n(&self, feed: FeedId) -> u64 {
        self.0.get(&feed).copied().unwrap_or(0)
    }
}

/// What a finished copy of a store covers.
pub(crate) fn covered_by(copy: &Embedded) -> Result<Covered, StoreError> {
    Ok(Covered(store::read(copy, |tx| tx.feeds())?.into_iter().collect()))
}

/// Notes in the store what its last backup covers. Answers how many lines that is.
pub(crate) fn note_backup(store: &Embedded, covered: &Covered) -> Result<u64, StoreError> {
    let feeds: Vec<(FeedId, u64)> = covered.0.iter().map(|(feed, n)| (*feed, *n)).collect();
    let bytes = minicbor::to_vec(&feeds).map_err(|_| StoreError::Damaged { attempted: "noting a backup" })?;
    store::write(store, |tx| tx.put_meta(BACKUP, &bytes))?;
    Ok(feeds.iter().map(|(_, n)| n).sum())
}

/// Ends the present epoch of a store and begins another. `shown`: the epoch of the head that proves it; the present one,
/// or one that came after the backup was made.
pub(crate) fn begin_epoch(tx: &mut dyn HubWrite, shown: Option<Epoch>, world: &World) -> Result<Epoch, StoreError> {
    let mut past = tx.meta(PAST)?.unwrap_or_default();
    let present = tx.meta(EPOCH)?.unwrap_or_default();
    past.extend_from_slice(&present);
    if let Some(shown) = shown.filter(|shown| shown.0 != *present) {
        past.extend_from_slice(&shown.0);
    }
    let epoch = Epoch(random_array(&*world.random));
    tx.put_meta(PAST, &past)?;
    tx.put_meta(EPOCH, &epoch.0)?;
    Ok(epoch)
}

impl Hub {
    /// The present life of the store.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        *read(&self.epoch)
    }

    /// Signs how far a feed goes.
    #[must_use]
    pub fn head(&self, feed: FeedId, n: u64, hash: HeadHash, covered: &Covered) -> Head {
        let now_s = self.now_s().cast_unsigned();
        let head = Head::make(&self.own.hub_key, self.street(), feed, self.epoch(), n, hash, now_s);
        match covered.n(feed).min(n) {
            0 => head,
            backup_n => head.backed_up(&self.own.hub_key, self.street(), backup_n),
        }
    }

    /// How far a feed goes, signed: line `n`, or the last one where there are fewer.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn head_at(&self, feed: FeedId, n: u64) -> Result<Head, StoreError> {
        store::read(&*self.store, |tx| {
            let n = n.min(tx.last_n(feed)?);
            let hash = tx.head_at(feed, n)?.unwrap_or_else(|| HeadHash::start(self.street(), feed));
            Ok(self.head(feed, n, hash, &Covered::read(tx)?))
        })
    }

    /// Looks at the last head that a phone has. Where it is this hub's and not in its chain, the hub was put back, and a
    /// new epoch begins, once for each epoch. Durable when it returns.
    ///
    /// # Errors
    /// [`TurnedDown::Proof`] when the head is not this hub's.
    pub fn show(&self, shown: &Head) -> Result<ShowReply, TurnedDown> {
        shown.verify(&self.own.hub_key.public(), self.street()).map_err(|_| TurnedDown::Proof)?;
        let known = |found: Option<HeadHash>| shown.n == 0 || found == Some(HeadHash(shown.hash));
        let in_chain = store::read(&*self.store, |tx| Ok(known(tx.head_at(shown.feed, shown.n)?)))?;
        if !in_chain {
            let mut epoch = self.epoch.write().unwrap_or_else(PoisonError::into_inner);
            let begun = store::write(&*self.store, |tx| {
                let past = tx.meta(PAST)?.unwrap_or_default();
                let is_past = past.as_chunks::<16>().0.contains(&shown.epoch.0);
                if is_past || known(tx.head_at(shown.feed, shown.n)?) {
                    return Ok(None);
                }
                begin_epoch(tx, Some(shown.epoch), &self.world).map(Some)
            })?;
            if let Some(begun) = begun {
                tracing::warn!(
                    lost_n = shown.n,
                    "a head that this hub had signed is not in its chain: a new epoch begins"
                );
                *epoch = begun;
            }
        }
        Ok(ShowReply { known: in_chain, head: self.head_at(shown.feed, u64::MAX)? })
    }

    /// Takes a device back that enrolled after the backup from which this store was restored: the grant that the hub had
    /// signed for it, and its key, prove it. Nothing happens where it is known. Durable when it returns.
    ///
    /// # Errors
    /// [`TurnedDown`].
    pub fn rejoin(&self, request: &RejoinRequest) -> Result<(), TurnedDown> {
        let key = rejoin_check(&request.proof, self.street(), &request.token).map_err(|_| TurnedDown::Proof)?;
        let grant = grant::read(&request.token, &self.own.hub_key.public()).map_err(|_| TurnedDown::Proof)?;
        let now_s = self.now_s();
        if grant.device != key.device() || grant.expires_s <= now_s {
            return Err(TurnedDown::DeviceUnknown);
        }
        if self.device_key(grant.device).is_some() {
            return Ok(());
        }
        let street_feed = folder::street_feed(&self.pack());
        store::write(&*self.store, |tx| {
            tx.put_token(grant.id, &request.token)?;
            tx.put_device(grant.device, &key.bytes(), grant.id, now_s)?;
            let notice = grant_notice(&grant);
            match street_feed {
                Some(feed) if !tx.has_notice(feed, 0, &notice.bytes())? => ingest::notice(self, tx, feed, &notice),
                _ => Ok(()),
            }
        })?;
        self.remember(grant.clone());
        let mut devices = self.devices.write().unwrap_or_else(PoisonError::into_inner);
        devices.insert(grant.device, Known { key, grant, contact_s: now_s });
        drop(devices);
        self.changed();
        Ok(())
    }
}

impl Hub {
    /// Gives a signed-in device another identity with the same grant, to its old end: its store was copied, and two phones
    /// cannot go on in one log. The same new key again gets the same answer. Durable when it returns.
    ///
    /// # Errors
    /// [`TurnedDown`].
    pub fn succeed(&self, old: DeviceId, body: &[u8]) -> Result<SucceedReply, TurnedDown> {
        let key = succeed_check(body, self.street(), old).map_err(|_| TurnedDown::Proof)?;
        let device = key.device();
        if let Some(known) = self.device_grant(device) {
            let token = store::read(&*self.store, |tx| tx.token(known.id))?;
            return token.map(|token| SucceedReply { grant: token.into() }).ok_or(TurnedDown::DeviceUnknown);
        }
        let before = self.device_grant(old).ok_or(TurnedDown::DeviceUnknown)?;
        let draft = GrantDraft {
            person: before.person,
            role: before.role,
            area: before.area,
            device,
            expires_s: before.expires_s,
            pack_min: before.pack_min,
            import: before.import,
        };
        // The notice first: where the hub dies in between, the phone asks again, and nobody misses it.
        let notice = Notice::Succeeded { device: old, by: device };
        if let Some(feed) = folder::street_feed(&self.pack()) {
            store::write(&*self.store, |tx| match tx.has_notice(feed, 0, &notice.bytes())? {
                true => Ok(()),
                false => ingest::notice(self, tx, feed, &notice),
            })?;
        }
        let token = self.hand_out(&draft, &key, None)?;
        Ok(SucceedReply { grant: token.into() })
    }
}

/// How a grant is announced.
pub(super) fn grant_notice(grant: &grant::Grant) -> Notice {
    Notice::Grant {
        grant: grant.id,
        person: grant.person,
        role: grant.role.number(),
        area: grant.area,
        device: grant.device,
        expires_s: grant.expires_s,
    }
}
