//! Enrolling: from an invitation to a grant, and what of it is kept.

use std::sync::Arc;

use gewu_log::grant;
use gewu_log::invitation::{Invitation, enrol_request};
use gewu_log::keys::{HubCertificate, PrivateKey, PublicKey, SignedPack};
use gewu_model::ids::{DeviceId, FeedId, PersonId, StreetId};
use gewu_model::pack::Pack;
use gewu_model::rights::Role;
use gewu_sync::frame::unpack;
use gewu_sync::message::EnrolReply;
use gewu_words::ErrorCode;
use serde::Serialize;

use crate::device::{Device, Member};
use crate::env::random_array;
use crate::error::DeviceError;
use crate::network::{HubAddress, Method, Reply, Request};

/// Names of what is kept.
pub(crate) const SEED: &str = "seed";
pub(crate) const INVITATION: &str = "invitation";
pub(crate) const CERTIFICATE: &str = "certificate";
pub(crate) const TOKEN: &str = "token";
pub(crate) const PACK: &str = "pack";

const TIMEOUT_MS: u64 = 30_000;

/// Who this phone is after enrolling.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Enrolled {
    /// The street.
    pub street: StreetId,
    /// The device.
    pub device: DeviceId,
    /// The person.
    pub person: PersonId,
    /// In what role.
    pub role: Role,
    /// For which area or party.
    pub area: FeedId,
    /// Its name.
    pub area_name: String,
    /// Unix seconds.
    pub expires_s: i64,
}

pub(crate) fn member(
    seed: &[u8; 32],
    invitation: &str,
    certificate: &HubCertificate,
    token: &[u8],
    pack: &SignedPack,
) -> Result<Member, DeviceError> {
    let bad = |reason: &str| DeviceError::invalid("invitation", ErrorCode::InvitationBad, reason);
    let invitation = Invitation::parse(invitation).map_err(|error| bad(&error.to_string()))?;
    let street = invitation.street();
    let root = PublicKey::from_bytes(&invitation.root_key).map_err(|error| bad(&error.to_string()))?;
    let hub_key = certificate.verify(&root, street).map_err(|error| bad(&error.to_string()))?;
    let grant = grant::read(token, &hub_key).map_err(|error| bad(&error.to_string()))?;
    let key = PrivateKey::from_seed(seed);
    if grant.device != key.public().device() {
        return Err(bad("the grant is for another device"));
    }
    pack.verify(&root, street).map_err(|error| bad(&error.to_string()))?;
    let pack = Pack::read(&pack.json).map_err(|error| bad(&error.to_string()))?;
    let hub = HubAddress { authorities: invitation.addresses, fingerprint: invitation.fingerprint };
    Ok(Member { street, key, former: Vec::new(), hub, hub_key, grant, pack: Arc::new(pack) })
}

/// A reply that is no success, as an error.
pub(crate) fn refused(reply: &Reply) -> DeviceError {
    let problem: serde_json::Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    let code = problem.get("code").and_then(serde_json::Value::as_str).unwrap_or_default();
    let reason = problem.get("what").and_then(serde_json::Value::as_str).unwrap_or_default().to_owned();
    match (code, reply.status) {
        ("invitation_bad", _) => DeviceError::invalid("invitation", ErrorCode::InvitationBad, reason),
        ("invitation_used", _) => DeviceError::UnlockNeeded { code: ErrorCode::InvitationUsed },
        ("upgrade_needed", _) => DeviceError::UpgradeNeeded {
            code: ErrorCode::UpgradeNeeded,
            found: 0,
            known: u64::from(gewu_sync::frame::VERSION),
        },
        ("not_allowed", _) => DeviceError::Refused {
            reason: crate::error::RefusedReason::Right(gewu_model::rights::Refusal::NotYours),
        },
        ("sign_in", _) => DeviceError::UnlockNeeded { code: ErrorCode::NotEnrolled },
        ("hub_full", _) | (_, 507) => DeviceError::offline(ErrorCode::HubFull, reason),
        (_, 429 | 500..=599) => DeviceError::offline(ErrorCode::Offline, format!("status {}", reply.status)),
        (_, status) => DeviceError::Defect { incident: format!("hub status {status}") },
    }
}

impl Device {
    /// Enrols this phone with an invitation. Blocking: one exchange with the hub. A lost reply does no harm: the same
    /// invitation again gives the same answer.
    ///
    /// # Errors
    /// `Offline`; `Invalid` (not an invitation, or run out); `UnlockNeeded` (used by another phone, or this phone is
    /// enrolled already).
    pub fn enrol(&self, invitation: &str) -> Result<Enrolled, DeviceError> {
        if self.inner.member().is_ok() {
            return Err(DeviceError::UnlockNeeded { code: ErrorCode::AlreadyEnrolled });
        }
        let parsed = Invitation::parse(invitation)
            .map_err(|error| DeviceError::invalid("invitation", ErrorCode::InvitationBad, error.to_string()))?;
        let seed = self.device_seed()?;
        let key = PrivateKey::from_seed(&seed);
        let hub = HubAddress { authorities: parsed.addresses.clone(), fingerprint: parsed.fingerprint };
        let reply = self.inner.env.network.send(
            &hub,
            &Request {
                method: Method::Post,
                path: "/v1/enrol",
                bearer: None,
                body: enrol_request(&key, parsed.street(), &parsed.secret),
                timeout_ms: TIMEOUT_MS,
                content_type: "application/octet-stream",
            },
        ).map_err(|error| DeviceError::from(error).at(&hub))?;
        if reply.status != 200 {
            return Err(refused(&reply));
        }
        let reply: EnrolReply = unpack(&reply.body)
            .map_err(|error| DeviceError::offline(ErrorCode::NoHub, error.to_string()))?;
        self.become_member(&seed, invitation.trim(), reply)
    }

    /// The key of this phone: made once, so that a repeated enrolment is the same device.
    fn device_seed(&self) -> Result<[u8; 32], DeviceError> {
        let fresh: [u8; 32] = random_array(&*self.inner.env.random);
        self.inner.writer.write(move |store| {
            store.write(|tx| {
                if let Some(seed) = tx.meta(SEED)?.and_then(|seed| <[u8; 32]>::try_from(seed).ok()) {
                    return Ok(seed);
                }
                tx.put_meta(SEED, &fresh)?;
                Ok(fresh)
            })
        })
    }

    fn become_member(&self, seed: &[u8; 32], invitation: &str, reply: EnrolReply) -> Result<Enrolled, DeviceError> {
        let token = Vec::from(reply.grant);
        let member = member(seed, invitation, &reply.hub, &token, &reply.pack)?;
        let cbor = |error: minicbor::encode::Error<std::convert::Infallible>| DeviceError::Defect { incident: error.to_string() };
        let (certificate, pack) = (minicbor::to_vec(&reply.hub).map_err(cbor)?, minicbor::to_vec(&reply.pack).map_err(cbor)?);
        let (invitation, grant, day_offset_s) = (invitation.to_owned(), member.grant.clone(), member.pack.day_offset_s);
        self.inner.writer.write(move |store| {
            store.set_day_offset(day_offset_s)?;
            store.write(|tx| {
                tx.put_meta(INVITATION, invitation.as_bytes())?;
                tx.put_meta(CERTIFICATE, &certificate)?;
                tx.put_meta(TOKEN, &token)?;
                tx.put_meta(PACK, &pack)?;
                tx.put_grant(&grant, &token)?;
                Ok::<_, DeviceError>(())
            })
        })?;
        self.inner.met_hub(reply.hub_time_s)?;
        self.inner.set_member(member);
        self.inner.notifier.tell(true);
        self.who()
    }

    /// Who this phone is.
    ///
    /// # Errors
    /// `UnlockNeeded` when it is not enrolled.
    pub fn who(&self) -> Result<Enrolled, DeviceError> {
        let member = self.inner.member()?;
        let area_name = member.pack.areas.area(member.grant.area).map_or_else(String::new, |area| area.name.clone());
        Ok(Enrolled {
            street: member.street,
            device: member.grant.device,
            person: member.grant.person,
            role: member.grant.role,
            area: member.grant.area,
            area_name,
            expires_s: member.grant.expires_s,
        })
    }
}
