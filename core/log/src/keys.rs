//! Keys and what they sign. Every signed input begins with its purpose and the street, so that no signature serves as
//! another.

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use gewu_model::ids::{DeviceId, StreetId};

/// The one suite of this version: Ed25519, BLAKE3, XChaCha20-Poly1305.
pub const SUITE: u8 = 1;
/// The one format of this version.
pub const FORMAT: u8 = 1;

/// A public key does not fit, or a signature does not come out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The 32 bytes are not a point of the curve.
    #[error("the bytes are not an Ed25519 public key")]
    NotAKey,
    /// The signature was made by another key or over other bytes.
    #[error("the signature is not of this key over these bytes")]
    SignatureWrong,
}

/// A private Ed25519 key: of a device, of the hub or of the street.
#[derive(Clone)]
pub struct PrivateKey(SigningKey);

impl PrivateKey {
    /// The key of 32 random bytes.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The seed, for the encrypted store or the key file.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// Signs `purpose ‖ street ‖ parts`.
    #[must_use]
    pub fn sign(&self, purpose: &str, street: StreetId, parts: &[&[u8]]) -> [u8; 64] {
        self.0.sign(&message(purpose, street, parts)).to_bytes()
    }
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey(of {})", self.public().device())
    }
}

/// A public Ed25519 key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicKey(VerifyingKey);

impl PublicKey {
    /// Reads 32 bytes.
    ///
    /// # Errors
    /// [`KeyError::NotAKey`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyError> {
        let bytes = <&[u8; 32]>::try_from(bytes).map_err(|_| KeyError::NotAKey)?;
        VerifyingKey::from_bytes(bytes).map(Self).map_err(|_| KeyError::NotAKey)
    }

    /// The 32 bytes.
    #[must_use]
    pub fn bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The device whose key it is.
    #[must_use]
    pub fn device(&self) -> DeviceId {
        DeviceId::of_key(&self.bytes())
    }

    /// Checks a signature over `purpose ‖ street ‖ parts`, strictly.
    ///
    /// # Errors
    /// [`KeyError::SignatureWrong`].
    pub fn verify(&self, purpose: &str, street: StreetId, parts: &[&[u8]], signature: &[u8; 64]) -> Result<(), KeyError> {
        self.0
            .verify_strict(&message(purpose, street, parts), &Signature::from_bytes(signature))
            .map_err(|_| KeyError::SignatureWrong)
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.device())
    }
}

fn message(purpose: &str, street: StreetId, parts: &[&[u8]]) -> Vec<u8> {
    let mut message = Vec::with_capacity(purpose.len() + 16 + parts.iter().map(|part| part.len()).sum::<usize>());
    message.extend_from_slice(purpose.as_bytes());
    message.extend_from_slice(&street.0);
    parts.iter().for_each(|part| message.extend_from_slice(part));
    message
}

/// What the street's root key says about its hub.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct HubCertificate {
    /// The hub's Ed25519 public key: signs heads and grants.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub hub_key: [u8; 32],
    /// Unix seconds from which it holds.
    #[n(1)]
    pub from_s: i64,
    /// Unix seconds until which it holds.
    #[n(2)]
    pub until_s: i64,
    /// By the root key over "gewu hub 1" ‖ street ‖ hub key ‖ from ‖ until.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl HubCertificate {
    const PURPOSE: &'static str = "gewu hub 1";

    /// Made with the root key.
    #[must_use]
    pub fn make(root: &PrivateKey, street: StreetId, hub_key: &PublicKey, from_s: i64, until_s: i64) -> Self {
        let hub_key = hub_key.bytes();
        let signature = root.sign(Self::PURPOSE, street, &[&hub_key, &from_s.to_be_bytes(), &until_s.to_be_bytes()]);
        Self { hub_key, from_s, until_s, signature }
    }

    /// Checks it against the root key and hands out the hub's key.
    ///
    /// # Errors
    /// [`KeyError`] when the root did not sign it. Whether it holds at a time is the caller's question.
    pub fn verify(&self, root: &PublicKey, street: StreetId) -> Result<PublicKey, KeyError> {
        let parts: [&[u8]; 3] = [&self.hub_key, &self.from_s.to_be_bytes(), &self.until_s.to_be_bytes()];
        root.verify(Self::PURPOSE, street, &parts, &self.signature)?;
        PublicKey::from_bytes(&self.hub_key)
    }
}

/// A pack as it travels: JSON that the street signed.
#[derive(Clone, Debug, PartialEq, Eq, minicbor::Encode, minicbor::Decode)]
#[cbor(map)]
pub struct SignedPack {
    /// The version, so that a phone can tell without reading it.
    #[n(0)]
    pub version: u32,
    /// The bytes that `gewu_model::pack::Pack::read` takes.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub json: Vec<u8>,
    /// By the root key over "gewu pack 1" ‖ street ‖ version ‖ BLAKE3(json).
    #[cbor(n(2), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

impl SignedPack {
    const PURPOSE: &'static str = "gewu pack 1";

    /// Made with the root key.
    #[must_use]
    pub fn make(root: &PrivateKey, street: StreetId, version: u32, json: Vec<u8>) -> Self {
        let hash = blake3::hash(&json);
        let signature = root.sign(Self::PURPOSE, street, &[&version.to_be_bytes(), hash.as_bytes()]);
        Self { version, json, signature }
    }

    /// Checks it against the root key.
    ///
    /// # Errors
    /// [`KeyError`] when the root did not sign it.
    pub fn verify(&self, root: &PublicKey, street: StreetId) -> Result<(), KeyError> {
        let hash = blake3::hash(&self.json);
        root.verify(Self::PURPOSE, street, &[&self.version.to_be_bytes(), hash.as_bytes()], &self.signature)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_serves_its_purpose_and_street_alone() {
        let key = PrivateKey::from_seed(&[1; 32]);
        let street = StreetId([2; 16]);
        let signature = key.sign("gewu seal 1", street, &[b"ab", b"c"]);
        let check = |purpose, street, parts: &[&[u8]]| key.public().verify(purpose, street, parts, &signature);
        assert_eq!(check("gewu seal 1", street, &[b"abc"]), Ok(()));
        assert_eq!(check("gewu head 1", street, &[b"abc"]), Err(KeyError::SignatureWrong));
        assert_eq!(check("gewu seal 1", StreetId([3; 16]), &[b"abc"]), Err(KeyError::SignatureWrong));
        assert_eq!(check("gewu seal 1", street, &[b"abd"]), Err(KeyError::SignatureWrong));
    }

    #[test]
    fn a_hub_certificate_and_a_pack_hold_only_as_the_root_signed_them() {
        let (root, hub) = (PrivateKey::from_seed(&[1; 32]), PrivateKey::from_seed(&[2; 32]));
        let street = StreetId::of_root_key(&root.public().bytes());
        let mut certificate = HubCertificate::make(&root, street, &hub.public(), 10, 20);
        assert_eq!(certificate.verify(&root.public(), street), Ok(hub.public()));
        certificate.until_s = 21;
        assert_eq!(certificate.verify(&root.public(), street), Err(KeyError::SignatureWrong));
        let mut pack = SignedPack::make(&root, street, 1, b"{}".to_vec());
        assert_eq!(pack.verify(&root.public(), street), Ok(()));
        pack.version = 2;
        assert_eq!(pack.verify(&root.public(), street), Err(KeyError::SignatureWrong));
    }
}
