//! The phone's end of giving lines back to a hub that was put back to an earlier state.
//!
//! **Problem.** The phone's cursor of a feed is not in the hub's chain. The hub had signed it; so it lost lines.
//! **Approach.** The phone shows its last signed head, upon which the hub begins a new epoch. The last head that both have
//! is found by halving over the heads that the phone kept. What follows is offered piece by piece, each from one kept
//! head to the next, so that each is checked by itself and a cut costs one piece. At the end the feed's cursor is set back
//! to the common head, and a pull brings the same lines under their new numbers.
//!
//! **Invariants.** Nothing changes on the phone before the last piece was answered: a session that ends early is begun
//! anew. A piece that the phone cannot put together again is left out and the others are offered all the same.
//!
//! **Rejected.** Halving over single lines: it needs the chain value of each, and saves at most a piece, which the hub
//! answers as had.

use gewu_log::keys::PublicKey;
use gewu_log::line::Head;
use gewu_model::ids::StreetId;

use crate::frame::{FrameError, pack, unpack};
use crate::message::{OfferReply, OfferRequest, ShowReply};

/// What the world tells the session.
#[derive(Debug)]
pub enum Event {
    /// Begin.
    Start,
    /// A reply.
    Reply(Vec<u8>),
    /// What was asked for; `None`: its lines are not all here any more.
    Piece(Option<Box<OfferRequest>>),
    /// The hub does not take a piece.
    Refused,
}

/// What the session wants done.
#[derive(Debug)]
pub enum Effect {
    /// Post a frame to `/v1/head`.
    Show(Vec<u8>),
    /// Get `/v1/head` of this line.
    Ask {
        /// Number of the line.
        n: u64,
    },
    /// Put the lines between two kept heads together; `None`: from the first line on.
    Load {
        /// The head before the first line.
        after: Option<Box<Head>>,
        /// The head after the last.
        to: Box<Head>,
    },
    /// Post a frame to `/v1/offer`.
    Offer(Vec<u8>),
    /// Set the cursor back to a kept head; `None`: before the first line.
    SetBack {
        /// The last head that both have.
        common: Option<Box<Head>>,
        /// Entries and notices that have their line again.
        taken: u64,
    },
    /// The hub has the cursor after all.
    Nothing,
    /// The other end does not keep to the protocol.
    Broken(RecoverError),
}

/// The hub's reply makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RecoverError {
    /// The frame cannot be read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// A head that the hub did not sign, or of another feed.
    #[error("a head that the hub did not sign")]
    Unsigned,
    /// The hub was shown its own signature and stays with two chains in one epoch: it is lying or damaged.
    #[error("the hub signed two heads for line {n} in one epoch")]
    TwoHeads {
        /// The line.
        n: u64,
    },
    /// A reply came that nothing was waiting for.
    #[error("a reply came that was not expected")]
    Unexpected,
}

#[derive(Debug)]
enum Awaited {
    Show,
    Head,
    Offer,
    Nothing,
}

/// The session.
#[derive(Debug)]
pub struct RecoverSession {
    hub: PublicKey,
    street: StreetId,
    /// Ascending; the last one is what the phone has.
    kept: Vec<Head>,
    /// So many of the kept heads are known to be common; 0: none but the beginning.
    common: usize,
    /// The kept head with this place is known not to be common.
    other: usize,
    offered: usize,
    taken: u64,
    awaited: Awaited,
}

impl RecoverSession {
    /// A session over the heads that were kept of one feed, ascending, the last signed one at their end.
    #[must_use]
    pub fn new(hub: PublicKey, street: StreetId, kept: Vec<Head>) -> Self {
        let other = kept.len().saturating_sub(1);
        Self { hub, street, kept, common: 0, other, offered: 0, taken: 0, awaited: Awaited::Nothing }
    }

    /// Takes an event; says what to do next.
    pub fn step(&mut self, event: Event) -> Effect {
        match event {
            Event::Start => self.show(),
            Event::Reply(reply) => self.reply(&reply).unwrap_or_else(Effect::Broken),
            Event::Piece(Some(piece)) => {
                self.awaited = Awaited::Offer;
                Effect::Offer(pack(&*piece))
            }
            Event::Piece(None) | Event::Refused => self.next_piece(),
        }
    }

    fn show(&mut self) -> Effect {
        let Some(last) = self.kept.last() else { return Effect::Nothing };
        self.awaited = Awaited::Show;
        Effect::Show(pack(last))
    }

    fn reply(&mut self, reply: &[u8]) -> Result<Effect, RecoverError> {
        match std::mem::replace(&mut self.awaited, Awaited::Nothing) {
            Awaited::Show => self.shown(unpack(reply)?),
            Awaited::Head => self.halved(&unpack(reply)?),
            Awaited::Offer => {
                let reply: OfferReply = unpack(reply)?;
                self.taken = self.taken.saturating_add(reply.taken);
                Ok(self.next_piece())
            }
            Awaited::Nothing => Err(RecoverError::Unexpected),
        }
    }

    fn shown(&mut self, reply: ShowReply) -> Result<Effect, RecoverError> {
        self.check(&reply.head)?;
        let Some(last) = self.kept.last() else { return Err(RecoverError::Unexpected) };
        if reply.known {
            return Ok(Effect::Nothing);
        }
        if reply.head.epoch == last.epoch {
            return Err(RecoverError::TwoHeads { n: last.n });
        }
        Ok(self.halve())
    }

    fn halved(&mut self, head: &Head) -> Result<Effect, RecoverError> {
        self.check(head)?;
        let middle = self.middle();
        let Some(asked) = self.kept.get(middle) else { return Err(RecoverError::Unexpected) };
        if (head.n, head.hash) == (asked.n, asked.hash) {
            self.common = middle.saturating_add(1);
        } else {
            self.other = middle;
        }
        Ok(self.halve())
    }

    fn check(&self, head: &Head) -> Result<(), RecoverError> {
        let ours = self.kept.last().is_some_and(|last| last.feed == head.feed);
        if ours && head.verify(&self.hub, self.street).is_ok() { Ok(()) } else { Err(RecoverError::Unsigned) }
    }

    fn middle(&self) -> usize {
        self.common.saturating_add(self.other.saturating_sub(self.common) / 2)
    }

    fn halve(&mut self) -> Effect {
        if self.common < self.other
            && let Some(asked) = self.kept.get(self.middle())
        {
            self.awaited = Awaited::Head;
            return Effect::Ask { n: asked.n };
        }
        self.offered = self.common;
        self.next_piece()
    }

    fn head_before(&self, place: usize) -> Option<Box<Head>> {
        let before = place.checked_sub(1)?;
        self.kept.get(before).cloned().map(Box::new)
    }

    fn next_piece(&mut self) -> Effect {
        let place = self.offered;
        let Some(to) = self.kept.get(place).cloned() else {
            return Effect::SetBack { common: self.head_before(self.common), taken: self.taken };
        };
        self.offered = place.saturating_add(1);
        Effect::Load { after: self.head_before(place), to: Box::new(to) }
    }
}
