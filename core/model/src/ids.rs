//! Names of things: fixed-size byte strings, one type per kind of thing, so that none serves as another.
//!
//! Every id except [`PersonId`] and [`Epoch`] is derived by hashing what it names; nobody hands ids out, so
//! two phones that never met cannot disagree about one. Layouts: `docs/formats.md`.

use std::fmt;

use crate::area::AreaKind;

/// An id or hash could not be read from text or bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} is {expected} bytes in hexadecimal")]
pub struct IdError {
    /// Which id was meant.
    pub what: &'static str,
    /// How many bytes it has.
    pub expected: usize,
}

macro_rules! bytes_id {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// Number of bytes.
            pub const LEN: usize = $len;

            /// Reads exactly [`Self::LEN`] bytes.
            ///
            /// # Errors
            /// [`IdError`] when the length differs.
            pub fn from_slice(bytes: &[u8]) -> Result<Self, IdError> {
                <[u8; $len]>::try_from(bytes).map(Self).map_err(|_| Self::malformed())
            }

            /// Reads lower- or upper-case hexadecimal.
            ///
            /// # Errors
            /// [`IdError`] when it is not exactly [`Self::LEN`] bytes.
            pub fn from_hex(text: &str) -> Result<Self, IdError> {
                from_hex(text).and_then(|bytes| <[u8; $len]>::try_from(bytes).ok()).map(Self).ok_or_else(Self::malformed)
            }

            fn malformed() -> IdError {
                IdError { what: stringify!($name), expected: $len }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::from_hex(&text).map_err(serde::de::Error::custom)
            }
        }

        impl<C> minicbor::Encode<C> for $name {
            fn encode<W: minicbor::encode::Write>(
                &self,
                e: &mut minicbor::Encoder<W>,
                _: &mut C,
            ) -> Result<(), minicbor::encode::Error<W::Error>> {
                e.bytes(&self.0)?;
                Ok(())
            }
        }

        impl<'b, C> minicbor::Decode<'b, C> for $name {
            fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
                Self::from_slice(d.bytes()?).map_err(minicbor::decode::Error::custom)
            }
        }
    };
}

bytes_id!(
    /// A street office with its root key: first 16 bytes of BLAKE3("gewu street 1" ‖ root public key).
    StreetId, 16
);
bytes_id!(
    /// A feed, and the area or party that it carries: first 16 bytes of
    /// BLAKE3("gewu feed 1" ‖ street ‖ kind ‖ code). An area *is* its feed.
    FeedId, 16
);
bytes_id!(
    /// A device: first 16 bytes of BLAKE3 of its Ed25519 public key. Also its Automerge actor id.
    DeviceId, 16
);
bytes_id!(
    /// A person, given at random by the hub when the person is first invited.
    PersonId, 16
);
bytes_id!(
    /// A record: a UUIDv7 whose last 62 bits name the device that gave birth to it.
    RecordId, 16
);
bytes_id!(
    /// A grant: first 8 bytes of BLAKE3 of its token's revocation identifiers.
    GrantId, 8
);
bytes_id!(
    /// BLAKE3 over an entry's fields; names one act in one log for ever.
    EntryHash, 32
);
bytes_id!(
    /// Automerge's SHA-256 of a change chunk.
    ChangeHash, 32
);
bytes_id!(
    /// BLAKE3 of a detail with its salt.
    DetailHash, 32
);
bytes_id!(
    /// Sixteen random bytes, one per life of the hub's store.
    Epoch, 16
);

/// Bytes of a hexadecimal string, or `None` if it is not one.
#[must_use]
pub fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.bytes().map(hex_digit).collect::<Option<_>>()?;
    let (pairs, rest) = digits.as_chunks::<2>();
    rest.is_empty().then(|| pairs.iter().map(|[high, low]| high << 4 | low).collect())
}

fn hex_digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        b'A'..=b'F' => Some(byte - b'A' + 10),
        _ => None,
    }
}

fn first_16(hash: blake3::Hash) -> [u8; 16] {
    let mut out = [0; 16];
    out.copy_from_slice(hash.as_bytes().split_at(16).0);
    out
}

impl StreetId {
    /// The street of a root key.
    #[must_use]
    pub fn of_root_key(root_public_key: &[u8; 32]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"gewu street 1").update(root_public_key);
        Self(first_16(hasher.finalize()))
    }
}

impl FeedId {
    /// The feed of an area or party, from its kind and code.
    #[must_use]
    pub fn of(street: StreetId, kind: AreaKind, code: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(b"gewu feed 1").update(&street.0).update(&[kind.number()]).update(code.as_bytes());
        Self(first_16(hasher.finalize()))
    }
}

impl DeviceId {
    /// The device of a public key.
    #[must_use]
    pub fn of_key(public_key: &[u8; 32]) -> Self {
        Self(first_16(blake3::hash(public_key)))
    }
}

/// Mask of the 62 bits of a UUID after its variant.
const NAMING_BITS: u64 = (1 << 62) - 1;

impl RecordId {
    /// The id of a record born on `author` at `time_ms`, the `count`-th within that millisecond.
    ///
    /// `count` uses 12 bits, `time_ms` 48; higher bits are cut off. A device never uses a (time, count) twice.
    #[must_use]
    pub fn new(author: DeviceId, time_ms: u64, count: u16) -> Self {
        let high = (time_ms & 0xffff_ffff_ffff) << 16 | 0x7000 | u64::from(count & 0x0fff);
        Self::assemble(high, 1 << 63 | Self::naming(author, high))
    }

    /// Whether this id is well formed and names `author` as the device that gave birth.
    #[must_use]
    pub fn names(&self, author: DeviceId) -> bool {
        let (high, low) = self.halves();
        high & 0xf000 == 0x7000 && low >> 62 == 0b10 && low & NAMING_BITS == Self::naming(author, high)
    }

    /// Milliseconds since 1970 of the birth, by the device's clock.
    #[must_use]
    pub fn time_ms(&self) -> u64 {
        self.halves().0 >> 16
    }

    /// The last 62 bits, which people read the first 45 of.
    #[must_use]
    pub fn naming_bits(&self) -> u64 {
        self.halves().1 & NAMING_BITS
    }

    fn halves(&self) -> (u64, u64) {
        let both = u128::from_be_bytes(self.0);
        let low = u64::try_from(both & u128::from(u64::MAX)).unwrap_or(0);
        (u64::try_from(both >> 64).unwrap_or(0), low)
    }

    fn assemble(high: u64, low: u64) -> Self {
        Self((u128::from(high) << 64 | u128::from(low)).to_be_bytes())
    }

    fn naming(author: DeviceId, high: u64) -> u64 {
        let mut hasher = blake3::Hasher::new();
        let without = Self::assemble(high, 1 << 63);
        hasher.update(b"gewu record 1").update(&author.0).update(&without.0);
        let hash = hasher.finalize();
        let mut first = [0; 8];
        first.copy_from_slice(hash.as_bytes().split_at(8).0);
        u64::from_be_bytes(first) >> 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_id_names_its_author_and_nobody_else() {
        let author = DeviceId([7; 16]);
        let id = RecordId::new(author, 1_790_000_000_123, 5);
        assert!(id.names(author));
        assert!(!id.names(DeviceId([8; 16])));
        assert_eq!(id.time_ms(), 1_790_000_000_123);
        for bit in 0..128 {
            let flipped = RecordId((u128::from_be_bytes(id.0) ^ 1 << bit).to_be_bytes());
            assert!(!flipped.names(author), "bit {bit}");
        }
    }

    #[test]
    fn hexadecimal_comes_back() {
        let id = FeedId::of(StreetId([1; 16]), AreaKind::Grid, "53");
        assert_eq!(FeedId::from_hex(&id.to_string()), Ok(id));
        for bad in ["", "0", "zz", "00ff"] {
            assert!(FeedId::from_hex(bad).is_err(), "{bad}");
        }
    }
}
