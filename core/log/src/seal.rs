//! Chains and seals: a device's signature over a run of its entries.
//!
//! Entries are sealed when they leave the device, up to 64 at a time, because one check costs as much as reading a
//! hundred entries. A seal is checked with its own run alone; `prev_link` ties it to the run before.

use gewu_model::ids::{DeviceId, EntryHash, FeedId, StreetId};

use crate::keys::{FORMAT, KeyError, PrivateKey, PublicKey, SUITE};

/// Most entries in one seal.
pub const SEAL_ENTRIES_MAX: usize = 64;
/// Most counted bytes in one seal, unless a single entry counts more.
pub const SEAL_BYTES_MAX: usize = 8 * 1024;

/// A place in a chain: 32 zero bytes before the first entry.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Link(pub [u8; 32]);

impl Link {
    /// The link after one more entry.
    #[must_use]
    pub fn then(self, entry: EntryHash) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"gewu link 1").update(&self.0).update(&entry.0);
        Self(*hasher.finalize().as_bytes())
    }
}

/// One device's word for a run of its own entries.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(array)]
pub struct Seal {
    /// The feed.
    #[n(0)]
    pub feed: FeedId,
    /// The device.
    #[n(1)]
    pub author: DeviceId,
    /// First sequence number.
    #[n(2)]
    pub first: u64,
    /// Last sequence number.
    #[n(3)]
    pub last: u64,
    /// Link before the run.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub prev_link: [u8; 32],
    /// Link after the run.
    #[cbor(n(5), with = "minicbor::bytes")]
    pub link: [u8; 32],
    /// By the device over "gewu seal 1" ‖ street ‖ all fields before it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// A seal does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// More or fewer entries than first..last says.
    #[error("the seal is over {expected} entries, {found} were given")]
    Count {
        /// By the seal.
        expected: u64,
        /// As given.
        found: u64,
    },
    /// The entries do not lead from link to link.
    #[error("the entries do not give the seal's link")]
    Link,
    /// The key is not the author's.
    #[error("the key is not the author's")]
    Key,
    /// The signature does not come out.
    #[error("the seal's signature does not come out")]
    Signature(#[source] KeyError),
}

impl Seal {
    const PURPOSE: &'static str = "gewu seal 1";

    /// Seals a run that begins at `first`, after `prev`.
    #[must_use]
    pub fn make(
        key: &PrivateKey,
        street: StreetId,
        feed: FeedId,
        first: u64,
        prev: Link,
        entries: impl IntoIterator<Item = EntryHash>,
    ) -> Self {
        let mut last = first.saturating_sub(1);
        let link = entries.into_iter().fold(prev, |link, entry| {
            last += 1;
            link.then(entry)
        });
        let author = key.public().device();
        let mut seal = Self { feed, author, first, last, prev_link: prev.0, link: link.0, signature: [0; 64] };
        seal.signature = key.sign(Self::PURPOSE, street, &seal.parts().each_ref().map(Vec::as_slice));
        seal
    }

    fn parts(&self) -> [Vec<u8>; 7] {
        [
            vec![FORMAT, SUITE],
            self.feed.0.to_vec(),
            self.author.0.to_vec(),
            self.first.to_be_bytes().to_vec(),
            self.last.to_be_bytes().to_vec(),
            self.prev_link.to_vec(),
            self.link.to_vec(),
        ]
    }

    /// Whether the device signed it; says nothing yet of entries.
    ///
    /// # Errors
    /// [`SealError::Key`], [`SealError::Signature`].
    pub fn verify_signature(&self, key: &PublicKey, street: StreetId) -> Result<(), SealError> {
        if key.device() != self.author {
            return Err(SealError::Key);
        }
        let parts = self.parts();
        key.verify(Self::PURPOSE, street, &parts.each_ref().map(Vec::as_slice), &self.signature).map_err(SealError::Signature)
    }

    /// Whether exactly these entries lead from link to link.
    ///
    /// # Errors
    /// [`SealError::Count`], [`SealError::Link`].
    pub fn covers(&self, entries: impl IntoIterator<Item = EntryHash>) -> Result<(), SealError> {
        let mut found = 0;
        let link = entries.into_iter().fold(Link(self.prev_link), |link, entry| {
            found += 1;
            link.then(entry)
        });
        let expected = (self.last + 1).saturating_sub(self.first);
        if found != expected {
            return Err(SealError::Count { expected, found });
        }
        if link.0 == self.link { Ok(()) } else { Err(SealError::Link) }
    }
}

/// Splits entries, by what each counts, into runs that one seal may cover. Yields lengths.
pub fn runs(counted_bytes: impl IntoIterator<Item = usize>) -> Vec<usize> {
    let mut lengths = Vec::new();
    let (mut count, mut bytes) = (0, 0);
    for counted in counted_bytes {
        if count > 0 && (count >= SEAL_ENTRIES_MAX || bytes + counted > SEAL_BYTES_MAX) {
            lengths.push(count);
            (count, bytes) = (0, 0);
        }
        count += 1;
        bytes += counted;
    }
    lengths.extend((count > 0).then_some(count));
    lengths
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sealed() -> (PrivateKey, StreetId, Vec<EntryHash>, Seal) {
        let key = PrivateKey::from_seed(&[5; 32]);
        let street = StreetId([1; 16]);
        let entries: Vec<_> = (0..3).map(|byte| EntryHash([byte; 32])).collect();
        let seal = Seal::make(&key, street, FeedId([2; 16]), 4, Link([9; 32]), entries.iter().copied());
        (key, street, entries, seal)
    }

    #[test]
    fn a_seal_holds_for_its_run_and_no_other() {
        let (key, street, entries, seal) = sealed();
        assert_eq!((seal.first, seal.last), (4, 6));
        assert_eq!(seal.verify_signature(&key.public(), street), Ok(()));
        assert_eq!(seal.covers(entries.iter().copied()), Ok(()));
        assert_eq!(seal.covers(entries.iter().copied().rev()), Err(SealError::Link));
        assert_eq!(seal.covers(entries.iter().copied().skip(1)), Err(SealError::Count { expected: 3, found: 2 }));
        let other = PrivateKey::from_seed(&[6; 32]);
        assert_eq!(seal.verify_signature(&other.public(), street), Err(SealError::Key));
        let moved = Seal { last: 7, ..seal };
        assert!(matches!(moved.verify_signature(&key.public(), street), Err(SealError::Signature(_))));
    }

    #[test]
    fn no_run_exceeds_its_limits_unless_one_entry_does() {
        assert_eq!(runs([100; 130]), [64, 64, 2]);
        assert_eq!(runs([3_000; 5]), [2, 2, 1]);
        assert_eq!(runs([9_000, 10, 10]), [1, 2]);
        assert_eq!(runs([]), [0_usize; 0]);
    }
}
