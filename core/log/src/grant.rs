//! Grants: what a person may do on a device, as a Biscuit signed by the hub.
//!
//! A plain grant has exactly one block and is sealed. Size and block count are checked before any Datalog runs, and
//! facts are read from the authority block only, because run limits do not bound a hostile appended block.

use biscuit_auth::builder::{Fact, Term};
use biscuit_auth::builder_ext::AuthorizerExt;
use biscuit_auth::datalog::{RunLimits, SymbolTable};
use biscuit_auth::{Algorithm, Biscuit, KeyPair};
use gewu_model::fold::Who;
use gewu_model::ids::{DeviceId, FeedId, GrantId, PersonId};
use gewu_model::rights::Role;

use crate::keys::{PrivateKey, PublicKey};

/// Longest token that is looked at.
pub const TOKEN_BYTES_MAX: usize = 2 * 1024;

/// What a grant says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// First 8 bytes of BLAKE3 of its revocation identifiers.
    pub id: GrantId,
    /// The person.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// Area with all below it, or party.
    pub area: FeedId,
    /// On which device.
    pub device: DeviceId,
    /// Unix seconds after which acts are not covered.
    pub expires_s: i64,
    /// Lowest pack version that acts may use.
    pub pack_min: u32,
    /// Whether acts may carry foreign deadlines and times: replayed requests.
    pub import: bool,
}

impl Grant {
    /// For fold and rights.
    #[must_use]
    pub fn who(&self) -> Who {
        Who { person: self.person, role: self.role, area: self.area }
    }
}

/// What a new grant shall say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GrantDraft {
    /// The person.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// Area with all below it, or party.
    pub area: FeedId,
    /// On which device.
    pub device: DeviceId,
    /// Unix seconds.
    pub expires_s: i64,
    /// Lowest pack version.
    pub pack_min: u32,
    /// Whether acts may be imported.
    pub import: bool,
}

/// A token is not a grant of this hub.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Longer than any grant.
    #[error("the token has {bytes} bytes, a grant has at most {TOKEN_BYTES_MAX}")]
    TooLong {
        /// Its length.
        bytes: usize,
    },
    /// Not a Biscuit, or signed by somebody else.
    #[error("the token is not signed by this hub: {reason}")]
    NotSigned {
        /// What the library said.
        reason: String,
    },
    /// Not one sealed block.
    #[error("a plain grant is one sealed block")]
    NotPlain,
    /// The facts are not a grant's.
    #[error("the token does not say what a grant says")]
    NotAGrant,
}

fn not_signed(error: impl std::fmt::Display) -> GrantError {
    GrantError::NotSigned { reason: error.to_string() }
}

/// Makes a token with the hub's key. `fresh`: random bytes, never used before; two grants that say the same are told
/// apart by them.
///
/// # Errors
/// [`GrantError::NotSigned`] when the library refuses the key, which a key of ours never makes it do.
pub fn make(hub: &PrivateKey, draft: &GrantDraft, fresh: &[u8; 32]) -> Result<Vec<u8>, GrantError> {
    let pair = |seed: &[u8]| biscuit_auth::PrivateKey::from_bytes(seed, Algorithm::Ed25519).map(|key| KeyPair::from(&key));
    // The second key would sign a further block. Sealing ends that; it is given here because the library would ask the
    // system for randomness.
    let (key, next) = (pair(&hub.seed()).map_err(not_signed)?, pair(fresh).map_err(not_signed)?);
    let bytes = |bytes: &[u8]| Term::Bytes(bytes.to_vec());
    let fact = Fact::new(
        "grant".into(),
        vec![
            bytes(&draft.person.0),
            Term::Integer(i64::from(draft.role.number())),
            bytes(&draft.area.0),
            bytes(&draft.device.0),
            Term::Integer(draft.expires_s),
            Term::Integer(i64::from(draft.pack_min)),
            Term::Bool(draft.import),
        ],
    );
    let token = Biscuit::builder().fact(fact).and_then(|builder| builder.build_with_key_pair(&key, SymbolTable::default(), &next));
    token.map_err(not_signed)?.seal().and_then(|sealed| sealed.to_vec()).map_err(not_signed)
}

/// Checks a token against the hub's key and reads it.
///
/// # Errors
/// [`GrantError`] names the first check that failed.
pub fn read(token: &[u8], hub: &PublicKey) -> Result<Grant, GrantError> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(GrantError::TooLong { bytes: token.len() });
    }
    let key = biscuit_auth::PublicKey::from_bytes(&hub.bytes(), Algorithm::Ed25519).map_err(not_signed)?;
    let biscuit = Biscuit::from(token, key).map_err(not_signed)?;
    if biscuit.block_count() != 1 || biscuit.append(biscuit_auth::builder::BlockBuilder::new()).is_ok() {
        return Err(GrantError::NotPlain);
    }
    let limits = RunLimits { max_facts: 16, max_iterations: 4, max_time: std::time::Duration::from_millis(200) };
    let mut authorizer = biscuit_auth::builder::AuthorizerBuilder::new()
        .set_limits(limits)
        .allow_all()
        .build(&biscuit)
        .map_err(|_| GrantError::NotAGrant)?;
    let facts: Vec<Fact> = authorizer
        .query("grant($p, $r, $a, $d, $e, $v, $i) <- grant($p, $r, $a, $d, $e, $v, $i)")
        .map_err(|_| GrantError::NotAGrant)?;
    let [fact] = facts.as_slice() else { return Err(GrantError::NotAGrant) };
    let id = id(&biscuit);
    facts_of(&fact.predicate.terms, id).ok_or(GrantError::NotAGrant)
}

fn id(biscuit: &Biscuit) -> GrantId {
    let mut hasher = blake3::Hasher::new();
    for identifier in biscuit.revocation_identifiers() {
        hasher.update(&identifier);
    }
    let mut first = [0; 8];
    first.copy_from_slice(hasher.finalize().as_bytes().split_at(8).0);
    GrantId(first)
}

fn facts_of(terms: &[Term], id: GrantId) -> Option<Grant> {
    let [
        Term::Bytes(person),
        Term::Integer(role),
        Term::Bytes(area),
        Term::Bytes(device),
        Term::Integer(expires_s),
        Term::Integer(pack_min),
        Term::Bool(import),
    ] = terms
    else {
        return None;
    };
    Some(Grant {
        id,
        person: PersonId::from_slice(person).ok()?,
        role: Role::from_number(u8::try_from(*role).ok()?)?,
        area: FeedId::from_slice(area).ok()?,
        device: DeviceId::from_slice(device).ok()?,
        expires_s: *expires_s,
        pack_min: u32::try_from(*pack_min).ok()?,
        import: *import,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft() -> GrantDraft {
        GrantDraft {
            person: PersonId([1; 16]),
            role: Role::Inspector,
            area: FeedId([2; 16]),
            device: DeviceId([3; 16]),
            expires_s: 1_800_000_000,
            pack_min: 4,
            import: false,
        }
    }

    #[test]
    fn a_grant_says_what_was_granted_and_fits_a_qr_code() {
        let hub = PrivateKey::from_seed(&[9; 32]);
        let token = make(&hub, &draft(), &[8; 32]).expect("made");
        let grant = read(&token, &hub.public()).expect("read");
        assert_eq!((grant.person, grant.role, grant.area, grant.device), (draft().person, draft().role, draft().area, draft().device));
        assert_eq!((grant.expires_s, grant.pack_min, grant.import), (1_800_000_000, 4, false));
        assert!(token.len() < 400, "{}", token.len());
    }

    #[test]
    fn only_one_sealed_block_of_this_hub_is_a_grant() {
        let (hub, other) = (PrivateKey::from_seed(&[9; 32]), PrivateKey::from_seed(&[8; 32]));
        let token = make(&hub, &draft(), &[8; 32]).expect("made");
        assert!(matches!(read(&token, &other.public()), Err(GrantError::NotSigned { .. })));
        assert!(matches!(read(&[0; 3_000], &hub.public()), Err(GrantError::TooLong { bytes: 3_000 })));
        let key = KeyPair::from(&biscuit_auth::PrivateKey::from_bytes(&hub.seed(), Algorithm::Ed25519).expect("a key"));
        let open = Biscuit::builder().code("user(1)").expect("code").build(&key).expect("built");
        assert_eq!(read(&open.to_vec().expect("bytes"), &hub.public()), Err(GrantError::NotPlain));
        let foreign = open.seal().expect("sealed").to_vec().expect("bytes");
        assert_eq!(read(&foreign, &hub.public()), Err(GrantError::NotAGrant));
    }
}
