//! Invitations, and the proofs by which a device enrols and signs in.
//!
//! `gewu:1?k=…&a=host:port[&a=…]`, k = base64url(version 1 ‖ street root key ‖ fingerprint ‖ secret): everything a
//! phone needs to find its hub and to know it again, in one QR code.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use gewu_model::ids::{DeviceId, StreetId};

use crate::keys::{KeyError, PrivateKey, PublicKey};

const VERSION: u8 = 1;
const PREFIX: &str = "gewu:1?";

/// What an invitation says.
#[derive(Clone, PartialEq, Eq)]
pub struct Invitation {
    /// The street's root public key.
    pub root_key: [u8; 32],
    /// SHA-256 of the hub's TLS key (its SubjectPublicKeyInfo).
    pub fingerprint: [u8; 32],
    /// Known to the hub by its BLAKE3 only; good for one device.
    pub secret: [u8; 16],
    /// `host:port`, in the order to try.
    pub addresses: Vec<String>,
}

impl std::fmt::Debug for Invitation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invitation").field("street", &self.street()).field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

/// The text is not an invitation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvitationError {
    /// Another prefix, or a version of a newer hub.
    #[error("the text does not begin with {PREFIX}")]
    Prefix,
    /// The key part is damaged.
    #[error("the key part is damaged")]
    Key,
    /// It names no address of a hub.
    #[error("no address is named")]
    NoAddress,
}

impl Invitation {
    /// The street that it invites to.
    #[must_use]
    pub fn street(&self) -> StreetId {
        StreetId::of_root_key(&self.root_key)
    }

    /// As text, 166 characters with one usual address.
    #[must_use]
    pub fn to_text(&self) -> String {
        let mut key = vec![VERSION];
        key.extend(self.root_key);
        key.extend(self.fingerprint);
        key.extend(self.secret);
        let addresses: String = self.addresses.iter().map(|address| format!("&a={address}")).collect();
        format!("{PREFIX}k={}{addresses}", URL_SAFE_NO_PAD.encode(key))
    }

    /// Reads the text.
    ///
    /// # Errors
    /// [`InvitationError`] names the part.
    pub fn parse(text: &str) -> Result<Self, InvitationError> {
        let query = text.trim().strip_prefix(PREFIX).ok_or(InvitationError::Prefix)?;
        let (mut key, mut addresses) = (None, Vec::new());
        for part in query.split('&') {
            match part.split_once('=') {
                Some(("k", value)) => key = URL_SAFE_NO_PAD.decode(value).ok(),
                Some(("a", value)) if !value.is_empty() && value.len() <= 256 => addresses.push(value.to_owned()),
                _ => {}
            }
        }
        let key: [u8; 81] = key.and_then(|key| key.try_into().ok()).ok_or(InvitationError::Key)?;
        let (version, rest) = key.split_at(1);
        let (root, rest) = rest.split_at(32);
        let (fingerprint, secret) = rest.split_at(32);
        if version != [VERSION] {
            return Err(InvitationError::Key);
        }
        if addresses.is_empty() {
            return Err(InvitationError::NoAddress);
        }
        let copy = |bytes: &[u8]| <[u8; 32]>::try_from(bytes).map_err(|_| InvitationError::Key);
        Ok(Self {
            root_key: copy(root)?,
            fingerprint: copy(fingerprint)?,
            secret: secret.try_into().map_err(|_| InvitationError::Key)?,
            addresses,
        })
    }
}

/// What the hub keeps of a secret.
#[must_use]
pub fn secret_hash(secret: &[u8; 16]) -> [u8; 32] {
    *blake3::hash(secret).as_bytes()
}

const ENROL: &str = "gewu enrol 1";
const SESSION: &str = "gewu session 1";

/// Body of `POST /v1/enrol`: secret ‖ device key ‖ signature.
#[must_use]
pub fn enrol_request(key: &PrivateKey, street: StreetId, secret: &[u8; 16]) -> Vec<u8> {
    let device_key = key.public().bytes();
    let signature = key.sign(ENROL, street, &[secret, &device_key]);
    [secret.as_slice(), &device_key, &signature].concat()
}

/// Reads and checks such a body.
///
/// # Errors
/// [`KeyError`] when it is not one, or the device does not hold the key.
pub fn enrol_check(body: &[u8], street: StreetId) -> Result<([u8; 16], PublicKey), KeyError> {
    let body = <&[u8; 112]>::try_from(body).map_err(|_| KeyError::NotAKey)?;
    let (secret, rest) = body.split_at(16);
    let (device_key, signature) = rest.split_at(32);
    let key = PublicKey::from_bytes(device_key)?;
    let signature = <&[u8; 64]>::try_from(signature).map_err(|_| KeyError::SignatureWrong)?;
    key.verify(ENROL, street, &[secret, device_key], signature)?;
    Ok((secret.try_into().map_err(|_| KeyError::NotAKey)?, key))
}

/// Body of `POST /v1/session/answer`: device id ‖ signature over the challenge, bound to the hub's key.
#[must_use]
pub fn session_answer(key: &PrivateKey, street: StreetId, challenge: &[u8; 16], hub_key: &[u8; 32]) -> Vec<u8> {
    let device = key.public().device();
    let signature = key.sign(SESSION, street, &[&device.0, challenge, hub_key]);
    [device.0.as_slice(), &signature].concat()
}

/// Checks such a body against the device's key.
///
/// # Errors
/// [`KeyError::SignatureWrong`].
pub fn session_check(
    signature: &[u8; 64],
    key: &PublicKey,
    street: StreetId,
    device: DeviceId,
    challenge: &[u8; 16],
    hub_key: &[u8; 32],
) -> Result<(), KeyError> {
    key.verify(SESSION, street, &[&device.0, challenge, hub_key], signature)
}

const REJOIN: &str = "gewu rejoin 1";

/// Device key ‖ signature: shows that who holds a grant holds its device's key as well.
#[must_use]
pub fn rejoin_proof(key: &PrivateKey, street: StreetId, token: &[u8]) -> Vec<u8> {
    let device_key = key.public().bytes();
    let signature = key.sign(REJOIN, street, &[&device_key, blake3::hash(token).as_bytes()]);
    [device_key.as_slice(), &signature].concat()
}

/// Reads and checks such a proof.
///
/// # Errors
/// [`KeyError`] when it is not one, or the device does not hold the key.
pub fn rejoin_check(proof: &[u8], street: StreetId, token: &[u8]) -> Result<PublicKey, KeyError> {
    let (device_key, signature) = proof.split_first_chunk::<32>().ok_or(KeyError::NotAKey)?;
    let key = PublicKey::from_bytes(device_key)?;
    let signature = <&[u8; 64]>::try_from(signature).map_err(|_| KeyError::SignatureWrong)?;
    key.verify(REJOIN, street, &[device_key, blake3::hash(token).as_bytes()], signature)?;
    Ok(key)
}

const SUCCEED: &str = "gewu succeed 1";

/// Body of `POST /v1/succeed`: new device key ‖ signature by it over the old device and itself.
#[must_use]
pub fn succeed_request(key: &PrivateKey, street: StreetId, old: DeviceId) -> Vec<u8> {
    let device_key = key.public().bytes();
    let signature = key.sign(SUCCEED, street, &[&old.0, &device_key]);
    [device_key.as_slice(), &signature].concat()
}

/// Reads and checks such a body.
///
/// # Errors
/// [`KeyError`] when it is not one, or the device does not hold the key.
pub fn succeed_check(body: &[u8], street: StreetId, old: DeviceId) -> Result<PublicKey, KeyError> {
    let (device_key, signature) = body.split_first_chunk::<32>().ok_or(KeyError::NotAKey)?;
    let key = PublicKey::from_bytes(device_key)?;
    let signature = <&[u8; 64]>::try_from(signature).map_err(|_| KeyError::SignatureWrong)?;
    key.verify(SUCCEED, street, &[&old.0, device_key], signature)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invitation() -> Invitation {
        Invitation { root_key: [1; 32], fingerprint: [2; 32], secret: [3; 16], addresses: vec!["192.168.100.200:8443".into()] }
    }

    #[test]
    fn an_invitation_comes_back_and_keeps_its_length() {
        let text = invitation().to_text();
        assert!(text.len() <= 166, "{}", text.len());
        assert_eq!(Invitation::parse(&text), Ok(invitation()));
        assert_eq!(Invitation::parse("http://x"), Err(InvitationError::Prefix));
        assert_eq!(Invitation::parse("gewu:1?k=AAAA&a=x:1"), Err(InvitationError::Key));
        let cut = text.split("&a=").next().unwrap_or_default();
        assert_eq!(Invitation::parse(cut), Err(InvitationError::NoAddress));
    }

    #[test]
    fn an_enrolment_proves_that_the_device_holds_its_key() {
        let key = PrivateKey::from_seed(&[4; 32]);
        let street = StreetId([5; 16]);
        let mut body = enrol_request(&key, street, &[6; 16]);
        assert_eq!(enrol_check(&body, street), Ok(([6; 16], key.public())));
        body[3] ^= 1;
        assert_eq!(enrol_check(&body, street), Err(KeyError::SignatureWrong));
        assert!(enrol_check(&body[1..], street).is_err());
    }

    #[test]
    fn a_proof_of_rejoining_is_bound_to_its_grant_and_street() {
        let key = PrivateKey::from_seed(&[4; 32]);
        let street = StreetId([5; 16]);
        let proof = rejoin_proof(&key, street, b"token");
        assert_eq!(rejoin_check(&proof, street, b"token"), Ok(key.public()));
        assert!(rejoin_check(&proof, street, b"other").is_err());
        assert!(rejoin_check(&proof, StreetId([6; 16]), b"token").is_err());
        assert!(rejoin_check(&proof[1..], street, b"token").is_err());
    }

    #[test]
    fn a_succession_is_bound_to_the_old_device() {
        let key = PrivateKey::from_seed(&[4; 32]);
        let (street, old) = (StreetId([5; 16]), DeviceId([6; 16]));
        let body = succeed_request(&key, street, old);
        assert_eq!(succeed_check(&body, street, old), Ok(key.public()));
        assert!(succeed_check(&body, street, DeviceId([7; 16])).is_err());
    }

    #[test]
    fn a_session_answer_is_bound_to_challenge_and_hub() {
        let key = PrivateKey::from_seed(&[4; 32]);
        let street = StreetId([5; 16]);
        let body = session_answer(&key, street, &[7; 16], &[8; 32]);
        let signature: [u8; 64] = body[16..].try_into().expect("64 bytes");
        let device = key.public().device();
        let check = |challenge, hub| session_check(&signature, &key.public(), street, device, challenge, hub);
        assert_eq!(check(&[7; 16], &[8; 32]), Ok(()));
        assert!(check(&[1; 16], &[8; 32]).is_err());
        assert!(check(&[7; 16], &[1; 32]).is_err());
    }
}
