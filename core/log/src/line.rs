//! Lines and heads: an entry's place in a feed at the hub, with its verdict, for ever.

use gewu_model::fold::Standing;
use gewu_model::ids::{EntryHash, Epoch, FeedId, GrantId, PersonId, StreetId};
use gewu_model::ids::DeviceId;
use gewu_model::rights::Refusal;
use minicbor::{Decode, Encode};

use crate::keys::{FORMAT, KeyError, PrivateKey, PublicKey, SUITE};

/// The hub's one word on an entry. 0 is admitted, else the reason's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Verdict(#[n(0)] pub u8);

impl Verdict {
    /// It counts.
    pub const ADMITTED: Self = Self(0);

    /// Refused, because.
    #[must_use]
    pub fn refused(reason: Refusal) -> Self {
        Self(reason.number())
    }

    /// The reason, if it was refused.
    #[must_use]
    pub fn refusal(self) -> Option<Refusal> {
        (self != Self::ADMITTED).then(|| Refusal::from_number(self.0))
    }

    /// For the fold.
    #[must_use]
    pub fn standing(self, hub_time_s: i64) -> Standing {
        if self == Self::ADMITTED { Standing::Admitted { hub_time_s } } else { Standing::Refused }
    }
}

/// Chain value over a feed's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeadHash(pub [u8; 32]);

impl HeadHash {
    /// Before the first line.
    #[must_use]
    pub fn start(street: StreetId, feed: FeedId) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(LINE).update(&street.0).update(&feed.0);
        Self(*hasher.finalize().as_bytes())
    }

    /// After line `n`, which carries an entry.
    #[must_use]
    pub fn then_entry(self, n: u64, entry: EntryHash, verdict: Verdict, hub_time_s: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(LINE).update(&self.0).update(&n.to_be_bytes()).update(&[1]);
        hasher.update(&entry.0).update(&[verdict.0]).update(&hub_time_s.to_be_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// After line `n`, which carries a notice.
    #[must_use]
    pub fn then_notice(self, n: u64, notice: &[u8; 32], hub_time_s: u64) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(LINE).update(&self.0).update(&n.to_be_bytes()).update(&[2]);
        hasher.update(notice).update(&hub_time_s.to_be_bytes());
        Self(*hasher.finalize().as_bytes())
    }
}

const LINE: &[u8] = b"gewu line 1";

/// What the hub announces in a feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Notice {
    /// A grant was given.
    #[n(0)]
    Grant {
        /// Its id.
        #[n(0)]
        grant: GrantId,
        /// The person.
        #[n(1)]
        person: PersonId,
        /// The role's number.
        #[n(2)]
        role: u8,
        /// Area or party.
        #[n(3)]
        area: FeedId,
        /// The device.
        #[n(4)]
        device: DeviceId,
        /// Unix seconds.
        #[n(5)]
        expires_s: i64,
    },
    /// A record of another feed has its lines here too from now on.
    #[n(1)]
    Guest {
        /// The record.
        #[n(0)]
        record: gewu_model::ids::RecordId,
        /// Its home feed.
        #[n(1)]
        home: FeedId,
    },
    /// A newer pack is there.
    #[n(2)]
    Pack {
        /// Its version.
        #[n(0)]
        version: u32,
    },
    /// A device or grant was cut off.
    #[n(3)]
    Revoked {
        /// The device.
        #[n(0)]
        device: DeviceId,
    },
    /// A phone that was copied, or is the copy, goes on under another identity.
    #[n(4)]
    Succeeded {
        /// The identity that more than one phone had.
        #[n(0)]
        device: DeviceId,
        /// The one that it goes on under.
        #[n(1)]
        by: DeviceId,
    },
}

impl Notice {
    /// Deterministic CBOR.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        minicbor::to_vec(self).unwrap_or_else(|never| unreachable!("{never}"))
    }
}

/// The hub's signed word on how far a feed goes.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Head {
    /// The feed.
    #[n(0)]
    pub feed: FeedId,
    /// The life of the hub's store.
    #[n(1)]
    pub epoch: Epoch,
    /// Number of the last line; 0: none.
    #[n(2)]
    pub n: u64,
    /// Chain value after it.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub hash: [u8; 32],
    /// Unix seconds.
    #[n(4)]
    pub hub_time_s: u64,
    /// Position that the hub's last backup covers.
    #[n(5)]
    pub backup_n: u64,
    /// By the hub over "gewu head 1" ‖ street ‖ format ‖ suite ‖ the fields before it.
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl Head {
    const PURPOSE: &'static str = "gewu head 1";

    /// Signs a head.
    #[must_use]
    pub fn make(hub: &PrivateKey, street: StreetId, feed: FeedId, epoch: Epoch, n: u64, hash: HeadHash, hub_time_s: u64) -> Self {
        let mut head = Self { feed, epoch, n, hash: hash.0, hub_time_s, backup_n: 0, signature: [0; 64] };
        head.signature = hub.sign(Self::PURPOSE, street, &head.parts().each_ref().map(Vec::as_slice));
        head
    }

    /// The same, signed with what the hub's last backup covers of the feed.
    #[must_use]
    pub fn backed_up(self, hub: &PrivateKey, street: StreetId, backup_n: u64) -> Self {
        let mut head = Self { backup_n, ..self };
        head.signature = hub.sign(Self::PURPOSE, street, &head.parts().each_ref().map(Vec::as_slice));
        head
    }

    fn parts(&self) -> [Vec<u8>; 7] {
        [
            vec![FORMAT, SUITE],
            self.feed.0.to_vec(),
            self.epoch.0.to_vec(),
            self.n.to_be_bytes().to_vec(),
            self.hash.to_vec(),
            self.hub_time_s.to_be_bytes().to_vec(),
            self.backup_n.to_be_bytes().to_vec(),
        ]
    }

    /// Whether the hub signed it.
    ///
    /// # Errors
    /// [`KeyError::SignatureWrong`].
    pub fn verify(&self, hub: &PublicKey, street: StreetId) -> Result<(), KeyError> {
        let parts = self.parts();
        hub.verify(Self::PURPOSE, street, &parts.each_ref().map(Vec::as_slice), &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_holds_as_the_hub_signed_it() {
        let hub = PrivateKey::from_seed(&[3; 32]);
        let (street, feed) = (StreetId([1; 16]), FeedId([2; 16]));
        let start = HeadHash::start(street, feed);
        let hash = start.then_entry(1, EntryHash([4; 32]), Verdict::ADMITTED, 77);
        let head = Head::make(&hub, street, feed, Epoch([5; 16]), 1, hash, 80);
        assert_eq!(head.verify(&hub.public(), street), Ok(()));
        for wrong in [Head { n: 2, ..head.clone() }, Head { backup_n: 1, ..head.clone() }, Head { hub_time_s: 81, ..head }] {
            assert!(wrong.verify(&hub.public(), street).is_err());
        }
    }

    #[test]
    fn verdict_time_and_number_are_part_of_a_lines_hash() {
        let start = HeadHash::start(StreetId([1; 16]), FeedId([2; 16]));
        let entry = EntryHash([4; 32]);
        let base = start.then_entry(1, entry, Verdict(0), 77);
        assert_ne!(base, start.then_entry(2, entry, Verdict(0), 77));
        assert_ne!(base, start.then_entry(1, entry, Verdict(1), 77));
        assert_ne!(base, start.then_entry(1, entry, Verdict(0), 78));
        assert_ne!(base, start.then_notice(1, &entry.0, 77));
    }
}
