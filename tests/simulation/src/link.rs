//! The road between a phone and the hub, with everything that a road can do to a message.
//!
//! While a message is under way, other people go on ([`World::meanwhile`]): that is how requests of several phones lie
//! in each other, in an order that the seed alone decides.

use std::io::ErrorKind;
use std::sync::Weak;

use gewu_device::network::{
    CutReason, HubAddress, Network, NetworkError, NotAHubReason, OfflineReason, Reply, Request,
};

use crate::hub::Call;
use crate::phone::Phone;
use crate::trace::Fault;
use crate::world::World;

/// Paths on which a phone gives lines back.
const GIVEN_BACK: [&str; 2] = ["/v1/head", "/v1/offer"];

/// How often of a thousand messages what happens to one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weather {
    /// [`Fault::RequestLost`].
    pub request_lost: u64,
    /// [`Fault::RequestCut`].
    pub request_cut: u64,
    /// [`Fault::ReplyLost`].
    pub reply_lost: u64,
    /// [`Fault::ReplyCut`].
    pub reply_cut: u64,
    /// [`Fault::Duplicated`].
    pub duplicated: u64,
    /// [`Fault::LateCopy`].
    pub copied: u64,
    /// [`Fault::Delayed`].
    pub delayed: u64,
    /// [`Fault::Portal`].
    pub portal: u64,
}

impl Weather {
    /// The weather of a run: each kind anything from never to often.
    #[must_use]
    pub fn of(dice: &crate::dice::Dice) -> Self {
        let often = || if dice.per_mille(300) { 0 } else { dice.below(120) };
        Self {
            request_lost: often(),
            request_cut: often(),
            reply_lost: often(),
            reply_cut: often(),
            duplicated: often(),
            copied: often(),
            delayed: often().saturating_mul(2),
            portal: often() / 2,
        }
    }
}

/// A phone's road to the hub.
pub struct Link {
    /// The world.
    pub world: Weak<World>,
    /// Whose.
    pub phone: usize,
}

fn cut() -> NetworkError {
    let reason = CutReason::Broke { kind: ErrorKind::ConnectionReset };
    NetworkError::Cut { attempted: "hub".into(), reason }
}

fn offline(reason: OfflineReason) -> NetworkError {
    NetworkError::Offline { attempted: "hub".into(), reason }
}

impl Network for Link {
    fn send(&self, _: &HubAddress, request: &Request<'_>) -> Result<Reply, NetworkError> {
        let gone = || offline(OfflineReason::NotConnected { kind: ErrorKind::NetworkUnreachable });
        let world = self.world.upgrade().ok_or_else(gone)?;
        let phone = world.phone(self.phone).ok_or_else(gone)?;
        // What a hub that was put back is given is nobody's fault, and depends on how much it lost.
        if !GIVEN_BACK.iter().any(|path| request.path.starts_with(path)) {
            phone.asked();
        }
        let call = Call::of(request);
        world.trace.step(format_args!("{} sends {} {}", phone.name, call.path, call.body.len()));
        if !phone.covered() {
            world.trace.fault(Fault::NoCoverage, &phone.name);
            return Err(gone());
        }
        if let Some(answer) = portal(&world, &phone) {
            return answer;
        }
        out(&world, &phone, &call)?;
        let reply = deliver(&world, &phone, &call)?;
        back(&world, &phone, &call, reply)
    }
}

/// What somebody else answers in the hub's stead.
fn portal(world: &World, phone: &Phone) -> Option<Result<Reply, NetworkError>> {
    if !world.dice.per_mille(world.weather().portal) {
        return None;
    }
    world.trace.fault(Fault::Portal, &phone.name);
    Some(match world.dice.below(3) {
        0 => Err(NetworkError::NotAHub { status: Some(200), why: NotAHubReason::NoMark }),
        1 => Err(NetworkError::WrongHub { expected: [0; 32], found: [1; 32] }),
        // The transport would not let this through; what lies above it must not be fooled either.
        _ => Ok(Reply {
            status: 200,
            content_type: "text/html".into(),
            retry_after_s: None,
            body: b"<html>Please accept our terms.</html>".to_vec(),
        }),
    })
}

/// The way to the hub.
fn out(world: &World, phone: &Phone, call: &Call) -> Result<(), NetworkError> {
    let (weather, dice) = (world.weather(), &world.dice);
    if dice.per_mille(weather.request_lost) {
        world.trace.fault(Fault::RequestLost, &phone.name);
        return Err(if dice.per_mille(500) { cut() } else { offline(OfflineReason::TimedOut) });
    }
    if dice.per_mille(weather.request_cut) {
        world.trace.fault(Fault::RequestCut, &phone.name);
        if dice.per_mille(500) {
            let mut short = call.clone();
            short.body.truncate(dice.place(call.body.len()));
            // A proxy hands on what it has. Nobody hears the answer.
            let _ = deliver(world, phone, &short);
        }
        return Err(cut());
    }
    if dice.per_mille(weather.copied) {
        world.keep_copy(call.clone());
    }
    if dice.per_mille(weather.delayed) {
        world.trace.fault(Fault::Delayed, &phone.name);
        world.meanwhile();
    }
    if dice.per_mille(weather.duplicated) {
        world.trace.fault(Fault::Duplicated, &phone.name);
        let _ = deliver(world, phone, call); // The first answer is the one that gets lost.
    }
    Ok(())
}

fn deliver(world: &World, phone: &Phone, call: &Call) -> Result<Reply, NetworkError> {
    if world.hub.hub().is_some() {
        world.time.pass(world.dice.between(5, 400));
    }
    let reply = world.ask_hub(call);
    match &reply {
        Some(reply) => {
            world.trace.step(format_args!("hub answers {} {} {}", phone.name, reply.status, reply.body.len()));
        }
        None => world.trace.step(format_args!("hub is not there for {}", phone.name)),
    }
    reply.ok_or_else(|| offline(OfflineReason::NotConnected { kind: ErrorKind::ConnectionRefused }))
}

/// The way back.
fn back(world: &World, phone: &Phone, call: &Call, mut reply: Reply) -> Result<Reply, NetworkError> {
    let (weather, dice) = (world.weather(), &world.dice);
    if dice.per_mille(weather.delayed) {
        world.trace.fault(Fault::Delayed, &phone.name);
        world.meanwhile();
    }
    if dice.per_mille(weather.reply_lost) {
        world.trace.fault(Fault::ReplyLost, &phone.name);
        return Err(cut());
    }
    if dice.per_mille(weather.reply_cut) {
        world.trace.fault(Fault::ReplyCut, &phone.name);
        if dice.per_mille(500) {
            return Err(cut());
        }
        // As above: no transport of ours hands this on as a whole.
        reply.body.truncate(dice.place(reply.body.len()));
        return Ok(reply);
    }
    world.ledger().delivered(phone.index, call, &reply);
    Ok(reply)
}
