//! Two phones with one store: found out, told, and gone on with under another identity.
//!
//! **Problem.** A copied store writes into the same log as the one that it was copied from. **Approach.** Three things tell
//! it: the store lies in another file than the one it was made in (the install mark), the hub answers `forked`, or a line
//! carries an act in this device's name that it has not done. The device then asks the hub for another identity under the
//! same grant, proves itself with the old key, and goes on under the new one. What was done under the old one is sealed
//! and sent as it is; only what the hub answered `forked`, and what came to nothing by it, is done anew, naming the old act.
//!
//! **Invariants.** An act and the mark that it was done anew are one transaction, so it is done once wherever the phone
//! dies. The new key is kept before the hub hears of it, so that a lost reply makes no third identity.
//!
//! **Rejected.** A new identity before the hub was reached: no grant names it, so nothing done under it would count.

use std::collections::BTreeMap;
use std::sync::Arc;

use gewu_log::columns::{Carried, Line};
use gewu_log::grant;
use gewu_log::invitation::succeed_request;
use gewu_log::keys::PrivateKey;
use gewu_log::line::Notice;
use gewu_model::act::Act;
use gewu_model::ids::{DeviceId, RecordId};
use gewu_store::{AppendError, Forked, OwnAct, Write};
use gewu_sync::frame::unpack;
use gewu_sync::message::SucceedReply;
use gewu_words::ErrorCode;

use crate::device::{Inner, Member, relaxed};
use crate::env::random_array;
use crate::error::DeviceError;
use crate::identity::{SEED, TOKEN, refused};
use crate::network::Method;
use crate::sync::{Pulled, TIMEOUT_MS};

/// Seeds of former identities, 32 bytes each.
pub(crate) const FORMER: &str = "seeds_former";
/// Seed of the next identity, before the hub has given it a grant.
pub(crate) const NEXT: &str = "seed_next";
/// When it was found that the store was copied: eight bytes, Unix seconds.
pub(crate) const COPIED: &str = "copied_s";
/// Where the store lay when it was last opened.
const MARK: &str = "install_mark";
/// Not empty: the store lies in another file than before, and an identity of its own is to be asked for.
const MOVED: &str = "moved";

/// Keys of former identities.
pub(crate) fn former_keys(seeds: Option<&[u8]>) -> Vec<PrivateKey> {
    seeds.unwrap_or_default().as_chunks::<32>().0.iter().map(PrivateKey::from_seed).collect()
}

/// Compares where the store lies with where it lay.
pub(crate) fn look_at_mark(tx: &mut Write<'_>, mark: &[u8; 16]) -> Result<(), DeviceError> {
    let before = tx.meta(MARK)?;
    if before.as_deref() == Some(mark) {
        return Ok(());
    }
    tx.put_meta(MARK, mark)?;
    // Before it has an identity there is nothing to be mistaken for.
    if before.is_some() && tx.meta(TOKEN)?.is_some() {
        tx.put_meta(MOVED, &[1])?;
    }
    Ok(())
}

impl Pulled {
    /// Notes who goes on for this device.
    pub(crate) fn note_successions(&mut self, lines: &[Line], device: DeviceId) {
        for line in lines {
            if let Carried::Notice(bytes) = &line.carried
                && let Ok(Notice::Succeeded { device: old, by }) = minicbor::decode(bytes)
                && old == device
            {
                self.succeeded_by.insert(by);
            }
        }
    }
}

impl Inner {
    /// When it was found that the store was copied, and how many acts were done anew.
    pub(crate) fn copied(&self) -> Result<(Option<i64>, u64), DeviceError> {
        self.writer.read(|reader| {
            let at = reader.meta(COPIED)?.and_then(|at| <[u8; 8]>::try_from(at).ok()).map(i64::from_be_bytes);
            Ok((at, reader.forks()?.1))
        })
    }

    /// After push and pull: goes on under another identity where the store was copied, and does anew what collided.
    pub(crate) fn mind_copies(&self, member: Arc<Member>, pulled: &mut Pulled) -> Result<Arc<Member>, DeviceError> {
        let device = member.grant.device;
        let (forked, moved, next) = self.writer.read(|reader| {
            let moved = reader.meta(MOVED)?.is_some_and(|moved| !moved.is_empty());
            Ok((reader.forked_authors()?, moved, reader.meta(NEXT)?))
        })?;
        let next = next.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
        let ours = next.map(|seed| PrivateKey::from_seed(&seed).public().device());
        let by_other = pulled.succeeded_by.iter().any(|by| Some(*by) != ours);
        let collided = forked.contains(&device) || pulled.in_own_name;
        if by_other || collided || moved {
            self.note_copied()?;
        }
        (pulled.in_own_name, pulled.succeeded_by) = (false, std::collections::BTreeSet::new());
        let member = if collided || moved { self.succeed(&member, next)? } else { member };
        if !forked.is_empty() && self.do_again(&member)? > 0 {
            pulled.unsent = true;
        }
        Ok(member)
    }

    fn note_copied(&self) -> Result<(), DeviceError> {
        let now_s = self.time().0.to_be_bytes();
        self.writer.write(move |store| store.write(|tx| Ok::<_, DeviceError>(tx.put_meta(COPIED, &now_s)?)))?;
        self.notifier.tell(false);
        Ok(())
    }

    /// Asks the hub for another identity and takes it.
    fn succeed(&self, member: &Member, next: Option<[u8; 32]>) -> Result<Arc<Member>, DeviceError> {
        let seed = match next {
            Some(seed) => seed,
            None => {
                let seed: [u8; 32] = random_array(&*self.env.random);
                self.writer.write(move |store| store.write(|tx| Ok::<_, DeviceError>(tx.put_meta(NEXT, &seed)?)))?;
                seed
            }
        };
        let key = PrivateKey::from_seed(&seed);
        let body = succeed_request(&key, member.street, member.grant.device);
        let reply = self.ask(member, Method::Post, "/v1/succeed", body, TIMEOUT_MS)?;
        if reply.status != 200 {
            return Err(refused(&reply));
        }
        let no_hub = |reason: String| DeviceError::offline(ErrorCode::NoHub, reason);
        let reply: SucceedReply = unpack(&reply.body).map_err(|error| no_hub(error.to_string()))?;
        let token = Vec::from(reply.grant);
        let grant = grant::read(&token, &member.hub_key).map_err(|error| no_hub(error.to_string()))?;
        if grant.device != key.public().device() {
            return Err(no_hub("a grant for another device".into()));
        }
        let former = [member.former.as_slice(), std::slice::from_ref(&member.key)].concat();
        let seeds: Vec<u8> = former.iter().flat_map(PrivateKey::seed).collect();
        let successor = Member { key, former, grant: grant.clone(), ..member.clone() };
        self.writer.write(move |store| {
            store.write(|tx| {
                tx.put_meta(FORMER, &seeds)?;
                tx.put_meta(SEED, &seed)?;
                tx.put_meta(TOKEN, &token)?;
                tx.put_meta(NEXT, &[])?;
                tx.put_meta(MOVED, &[])?;
                tx.put_grant(&grant, &token)?;
                Ok::<_, DeviceError>(())
            })
        })?;
        relaxed(&self.contact).forget_session();
        self.set_member(successor);
        self.member()
    }

    /// Does anew what collided. Answers how many acts.
    fn do_again(&self, member: &Arc<Member>) -> Result<u64, DeviceError> {
        let own: Vec<DeviceId> = member.former.iter().map(|key| key.public().device()).collect();
        let births: Vec<RecordId> = {
            let todo = self.writer.write({
                let own = own.clone();
                move |store| {
                    store.write(|tx| Ok::<_, DeviceError>(tx.to_do_again(&own)?.iter().filter(|it| it.birth).count()))
                }
            })?;
            (0..todo).map(|_| self.new_record(member.grant.device)).collect()
        };
        let member = Arc::clone(member);
        let done = self.writer.write(move |store| {
            store.write(|tx| {
                let mut births = births.into_iter();
                let mut moved: BTreeMap<RecordId, RecordId> = BTreeMap::new();
                let mut done = 0;
                for forked in tx.to_do_again(&own)? {
                    if forked.birth {
                        moved.extend(births.next().map(|birth| (forked.record, birth)));
                    }
                    let record = moved.get(&forked.record).copied().unwrap_or(forked.record);
                    done += u64::from(again(tx, &member, &forked, record)?);
                }
                Ok::<_, DeviceError>(done)
            })
        })?;
        if done > 0 {
            self.notifier.tell(true);
        }
        Ok(done)
    }
}

/// Does one act anew. Answers `false` where that cannot be, because the record is full or the bytes are no act: then the
/// old one stands as it is, refused and kept.
fn again(tx: &mut Write<'_>, member: &Member, forked: &Forked, record: RecordId) -> Result<bool, DeviceError> {
    let Ok(act) = Act::decode(&forked.act) else { return Ok(false) };
    let act = Act { grant: member.grant.id, pack: None, ..act };
    let appended = tx.append(&OwnAct {
        author: member.grant.device,
        record,
        record_kind: forked.record_kind,
        feed: forked.feed,
        time_s: forked.time_s,
        act: act.encode_again(forked.entry),
        detail: forked.detail.clone(),
    });
    match appended {
        Ok(_) => {
            tx.done_again(forked.position)?;
            Ok(true)
        }
        Err(AppendError::Store(error)) => Err(error.into()),
        Err(_) => Ok(false),
    }
}
