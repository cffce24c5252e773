//! Contact with the hub: when it was, what time it is, and the session.

use gewu_log::invitation::{rejoin_proof, session_answer};
use gewu_model::time::Basis;
use gewu_sync::frame::{pack, unpack};
use gewu_sync::message::{RejoinRequest, SessionChallenge, SessionReply};
use gewu_words::ErrorCode;
use minicbor::{Decode, Encode};

use crate::device::{Inner, Member, relaxed};
use crate::error::DeviceError;
use crate::identity::{TOKEN, refused};
use crate::network::{Method, Reply, Request};

const TIMEOUT_MS: u64 = 60_000;

/// The last contact, as it is kept; the session, as long as the process lives.
#[derive(Clone, Debug, Default)]
pub(crate) struct Contact {
    last: Option<LastContact>,
    bearer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
struct LastContact {
    #[n(0)]
    hub_time_s: i64,
    #[n(1)]
    uptime_ms: i64,
    #[cbor(n(2), with = "minicbor::bytes")]
    boot_id: [u8; 16],
    /// The end of the last sync that moved all there was; absent in what was kept before there was one.
    #[n(3)]
    confirmed_s: Option<i64>,
}

impl Contact {
    pub(crate) fn load(bytes: Option<&[u8]>) -> Self {
        Self { last: bytes.and_then(|bytes| minicbor::decode(bytes).ok()), bearer: None }
    }

    /// The next request signs in anew: the device is another one.
    pub(crate) fn forget_session(&mut self) {
        self.bearer = None;
    }

    /// Unix seconds by the hub's clock.
    pub(crate) fn last_s(&self) -> Option<i64> {
        self.last.map(|last| last.hub_time_s)
    }

    /// Unix seconds by the hub's clock at the end of the last sync that moved all there was.
    pub(crate) fn confirmed_s(&self) -> Option<i64> {
        self.last.and_then(|last| last.confirmed_s)
    }
}

impl Inner {
    /// The best time this phone has: proven within the boot of the last contact, else its own clock's claim.
    pub(crate) fn time(&self) -> (i64, Basis) {
        let clock = &self.env.clock;
        let last = relaxed(&self.contact).last;
        match last.filter(|last| last.boot_id == clock.boot_id() && clock.uptime_ms() >= last.uptime_ms) {
            Some(last) => {
                let since_s = (clock.uptime_ms() - last.uptime_ms).div_euclid(1_000);
                (last.hub_time_s.saturating_add(since_s), Basis::Proven)
            }
            None => (clock.now_ms().div_euclid(1_000).clamp(0, (1 << 40) - 1), Basis::Claimed),
        }
    }

    /// Notes a contact.
    pub(crate) fn met_hub(&self, hub_time_s: u64) -> Result<(), DeviceError> {
        let clock = &self.env.clock;
        let hub_time_s = i64::try_from(hub_time_s).unwrap_or(0).clamp(0, (1 << 40) - 1);
        let confirmed_s = relaxed(&self.contact).confirmed_s();
        self.keep_contact(LastContact { hub_time_s, uptime_ms: clock.uptime_ms(), boot_id: clock.boot_id(), confirmed_s })
    }

    /// Notes that everything was moved, up and down, as of the last contact.
    pub(crate) fn all_moved(&self) -> Result<(), DeviceError> {
        let last = relaxed(&self.contact).last;
        match last {
            Some(last) => self.keep_contact(LastContact { confirmed_s: Some(last.hub_time_s), ..last }),
            None => Ok(()),
        }
    }

    fn keep_contact(&self, last: LastContact) -> Result<(), DeviceError> {
        relaxed(&self.contact).last = Some(last);
        let bytes = minicbor::to_vec(last).map_err(|error| DeviceError::Defect { incident: error.to_string() })?;
        self.writer.write(move |store| store.write(|tx| Ok(tx.put_meta("contact", &bytes)?)))
    }

    /// One signed-in request. Signs in first where there is no session, and once more where it has run out.
    pub(crate) fn ask(
        &self,
        member: &Member,
        method: Method,
        path: &str,
        body: Vec<u8>,
        timeout_ms: u64,
    ) -> Result<Reply, DeviceError> {
        for fresh in [false, true] {
            let kept = relaxed(&self.contact).bearer.clone().filter(|_| !fresh);
            let bearer = match kept {
                Some(bearer) => bearer,
                None => self.sign_in(member)?,
            };
            let request = Request {
                method,
                path,
                bearer: Some(&bearer),
                body: body.clone(),
                timeout_ms,
                content_type: "application/octet-stream",
            };
            let reply = self.env.network.send(&member.hub, &request)?;
            if reply.status != 401 || fresh {
                return Ok(reply);
            }
        }
        Err(DeviceError::UnlockNeeded { code: ErrorCode::NotEnrolled })
    }

    /// Signs in by challenge; keeps a renewed grant. A hub that was restored from a backup older than this device's
    /// enrolment does not know it: then its own grant is shown first.
    pub(crate) fn sign_in(&self, member: &Member) -> Result<String, DeviceError> {
        match self.sign_in_known(member) {
            Err(DeviceError::UnlockNeeded { code: ErrorCode::NotEnrolled }) if self.rejoin(member)? => self.sign_in_known(member),
            done => done,
        }
    }

    /// Shows the hub the grant that it had signed. Answers whether it took the device back.
    fn rejoin(&self, member: &Member) -> Result<bool, DeviceError> {
        let Some(token) = self.writer.read(|reader| Ok(reader.meta(TOKEN)?))? else { return Ok(false) };
        let proof = rejoin_proof(&member.key, member.street, &token).into();
        let request = Request {
            method: Method::Post,
            path: "/v1/rejoin",
            bearer: None,
            body: pack(&RejoinRequest { token: token.into(), proof }),
            timeout_ms: TIMEOUT_MS,
            content_type: "application/octet-stream",
        };
        Ok(self.env.network.send(&member.hub, &request)?.status == 204)
    }

    fn sign_in_known(&self, member: &Member) -> Result<String, DeviceError> {
        let no_hub = |error: gewu_sync::frame::FrameError| DeviceError::offline(ErrorCode::NoHub, error.to_string());
        let post = |path: &str, body: Vec<u8>| -> Result<Vec<u8>, DeviceError> {
            let content_type = "application/octet-stream";
            let request = Request { method: Method::Post, path, bearer: None, body, timeout_ms: TIMEOUT_MS, content_type };
            let reply = self.env.network.send(&member.hub, &request)?;
            if reply.status == 200 { Ok(reply.body) } else { Err(refused(&reply)) }
        };
        let challenge: SessionChallenge =
            unpack(&post("/v1/session", member.grant.device.0.to_vec())?).map_err(no_hub)?;
        let answer = session_answer(&member.key, member.street, &challenge.challenge, &member.hub_key.bytes());
        let reply: SessionReply = unpack(&post("/v1/session/answer", answer)?).map_err(no_hub)?;
        self.met_hub(reply.hub_time_s)?;
        if let Some(token) = reply.grant {
            self.keep_grant(member, token.into())?;
        }
        relaxed(&self.contact).bearer = Some(reply.bearer.clone());
        Ok(reply.bearer)
    }

    fn keep_grant(&self, member: &Member, token: Vec<u8>) -> Result<(), DeviceError> {
        let Ok(grant) = gewu_log::grant::read(&token, &member.hub_key) else { return Ok(()) };
        if grant.device != member.grant.device {
            return Ok(());
        }
        let renewed = Member { grant: grant.clone(), ..member.clone() };
        self.writer.write(move |store| {
            store.write(|tx| {
                tx.put_meta(TOKEN, &token)?;
                tx.put_grant(&grant, &token)?;
                Ok::<_, DeviceError>(())
            })
        })?;
        self.set_member(renewed);
        Ok(())
    }
}
