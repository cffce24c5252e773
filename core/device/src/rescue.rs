//! A damaged store: moved aside, a new one opened, what can be read taken over, and the person told.
//!
//! **Invariant.** The start that finds the damage may die anywhere: the next one sees by the files' names what was moved
//! and by [`RESCUE`] in the new store what was taken over, and goes on.

use gewu_log::keys::PrivateKey;
use gewu_store::{OpenError, OpenOptions, Store, Wreck};
use gewu_words::ErrorCode;
use minicbor::{Decode, Encode};

use crate::beside::Beside;
use crate::device::load_member;
use crate::error::DeviceError;
use crate::fork::{COPIED, FORMER, NEXT};
use crate::identity::{CERTIFICATE, INVITATION, PACK, SEED, TOKEN};

/// Name of what is kept of the last rescue.
pub(crate) const RESCUE: &str = "rescue";
/// What goes over by name.
const NAMES: [&str; 9] = [SEED, FORMER, NEXT, INVITATION, CERTIFICATE, TOKEN, PACK, "contact", COPIED];

/// What became of the stores that were moved aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub(crate) struct Rescue {
    /// Number of the last one that was looked through; 0: there was nothing to move, the file was gone.
    #[n(0)]
    pub aside: u32,
    /// Acts taken over from it.
    #[n(1)]
    pub acts: u64,
    /// When, Unix seconds by the phone's clock.
    #[n(2)]
    pub at_s: i64,
}

impl Rescue {
    pub fn load(bytes: Option<&[u8]>) -> Option<Self> {
        bytes.and_then(|bytes| minicbor::decode(bytes).ok())
    }
}

/// Whether a file that does not open is to be moved aside: with another key it never is.
fn is_damage(error: &OpenError, beside: &Beside, key: &[u8; 32]) -> bool {
    match (error, beside.knows(key)) {
        (_, Some(false)) => false,
        (OpenError::Damaged { .. }, _) | (OpenError::WrongKey, Some(true)) => true,
        (OpenError::WrongKey, None) => beside.is_foreign(),
        _ => false,
    }
}

/// Opens the store of a folder, whatever became of it.
pub(crate) fn open(beside: &Beside, options: &OpenOptions, now_s: i64) -> Result<Store, DeviceError> {
    let file = beside.store();
    let asides = beside.asides();
    if asides > 0 && !beside.has_store() {
        beside.move_logs(asides);
    }
    let emptied = beside.is_emptied();
    if emptied {
        beside.move_aside();
    }
    if !beside.has_store() && beside.knows(&options.key) != Some(false) {
        beside.keep_mark(&options.key);
    }
    let mut store = match Store::open(&file, options) {
        Ok(store) => match whole(store, beside)? {
            Some(store) => store,
            None if beside.move_aside() => Store::open(&file, options)?,
            None => {
                let reason = "it cannot be moved aside".to_owned();
                return Err(DeviceError::Damaged { code: ErrorCode::Damaged, reason });
            }
        },
        Err(error) if is_damage(&error, beside, &options.key) && beside.move_aside() => Store::open(&file, options)?,
        Err(error) => return Err(error.into()),
    };
    beside.checked();
    beside.keep_opened(&options.key);
    take_over(&mut store, beside, options, now_s, emptied)?;
    Ok(store)
}

/// The store, if what a start needs can be read and, where a damaged page was met before, all pages are well. Else the
/// file is let go of as it is.
fn whole(mut store: Store, beside: &Beside) -> Result<Option<Store>, DeviceError> {
    let needed = load_member(&mut store).map(drop).and_then(|()| Ok(store.reader()?.status().map(drop)?));
    let sound = match needed {
        Err(DeviceError::Damaged { code: ErrorCode::Damaged, .. }) => false,
        Err(error) => return Err(error),
        Ok(()) => !beside.is_doubtful() || store.is_sound()?,
    };
    if sound {
        return Ok(Some(store));
    }
    // Closing would write the log into the damaged file.
    store.abandon();
    Ok(None)
}

/// Takes over what can be read of the stores that were moved aside and not looked through yet.
fn take_over(
    store: &mut Store,
    beside: &Beside,
    options: &OpenOptions,
    now_s: i64,
    emptied: bool,
) -> Result<(), DeviceError> {
    let kept = Rescue::load(store.reader()?.meta(RESCUE)?.as_deref());
    let asides = beside.asides();
    for aside in kept.map_or(0, |kept| kept.aside) + 1..=asides {
        let acts = match Wreck::open(&beside.aside(aside), options) {
            Ok(wreck) => match salvage(store, &wreck) {
                Ok(acts) => acts,
                // The next start goes on; today is worked on with what there is.
                Err(DeviceError::StorageFull) => return Ok(()),
                Err(error) => return Err(error),
            },
            // Not a page of it can be read.
            Err(_) => 0,
        };
        keep(store, Rescue { aside, acts, at_s: now_s })?;
    }
    if emptied && asides == 0 && kept.is_none() {
        keep(store, Rescue { aside: 0, acts: 0, at_s: now_s })?;
    }
    Ok(())
}

fn keep(store: &mut Store, rescue: Rescue) -> Result<(), DeviceError> {
    let bytes = minicbor::to_vec(rescue).map_err(|error| DeviceError::Defect { incident: error.to_string() })?;
    store.write(|tx| Ok(tx.put_meta(RESCUE, &bytes)?))
}

/// Who the phone is first, so that its own acts are known; then all that can be read.
fn salvage(store: &mut Store, wreck: &Wreck) -> Result<u64, DeviceError> {
    let known = store.reader()?.meta(SEED)?.is_some();
    if !known {
        store.write::<_, gewu_store::StoreError>(|tx| {
            for name in NAMES {
                if let Some(value) = wreck.meta(name) {
                    tx.put_meta(name, &value)?;
                }
            }
            Ok(())
        })?;
    }
    // An identity that was read in part is none: the phone joins again.
    if let Ok(Some(member)) = load_member(store) {
        store.set_day_offset(member.pack.day_offset_s)?;
    }
    let seed = store.reader()?.meta(SEED)?.and_then(|seed| <[u8; 32]>::try_from(seed).ok());
    let own = seed.map(|seed| PrivateKey::from_seed(&seed).public().device());
    Ok(store.salvage(wreck, own)?.entries)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]
mod tests {
    use super::*;

    /// Without the former keys, what was done under them and is unsent could not be sealed any more.
    #[test]
    fn a_phone_keeps_its_former_identities_when_its_store_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let options = OpenOptions { key: [7; 32], vfs: None, day_offset_s: 28_800 };
        let old = dir.path().join("old.db");
        let mut store = Store::open(&old, &options).unwrap();
        let kept = [(SEED, vec![1; 32]), (FORMER, vec![2; 64]), (NEXT, vec![3; 32]), (COPIED, vec![0; 8])];
        store
            .write::<_, gewu_store::StoreError>(|tx| kept.iter().try_for_each(|(name, value)| tx.put_meta(name, value)))
            .unwrap();
        store.close().unwrap();
        let mut new = Store::open(&dir.path().join("new.db"), &options).unwrap();
        salvage(&mut new, &Wreck::open(&old, &options).unwrap()).unwrap();
        for (name, value) in kept {
            assert_eq!(new.reader().unwrap().meta(name).unwrap(), Some(value), "{name}");
        }
    }
}
