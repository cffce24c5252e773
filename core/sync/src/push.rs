//! The phone's end of a push: everything that has no line yet, in the order in which it was taken in.
//!
//! Frames start small, grow with success and shrink after a cut, so that a link that dies every 64 KB still makes
//! progress. A frame whose seals did not come out is sent once more with the hashes of its entries.

use gewu_log::columns::{Outgoing, write_entries};
use gewu_log::seal::Seal;
use minicbor::bytes::ByteVec;

use crate::frame::{FrameError, FrameSize, pack, unpack};
use crate::message::{Answer, PushReply, PushRequest};

/// Counted bytes of the first frame, about 16 KiB on the wire.
pub const BUDGET_START: usize = 48 * 1024;
/// Counted bytes of the smallest frame: one sealed run.
pub const BUDGET_LEAST: usize = 8 * 1024;
/// Counted bytes of the largest frame; what is not counted stays within the frame's limit.
pub const BUDGET_MOST: usize = 192 * 1024;
/// The size that a first session begins with.
pub const SIZE: FrameSize = FrameSize::new(BUDGET_START, BUDGET_LEAST, BUDGET_MOST);
/// Cuts in a row after which the link is left alone for a while.
const CUTS_MAX: u32 = 4;

/// What the world tells the session.
#[derive(Debug)]
pub enum Event {
    /// Begin.
    Start,
    /// What the store has within the budget asked for; empty: nothing is left.
    Batch {
        /// Entries in the order taken in.
        entries: Vec<Outgoing>,
        /// Seals of the own ones.
        seals: Vec<Seal>,
        /// Grants that they name.
        tokens: Vec<Vec<u8>>,
    },
    /// A reply to the last frame.
    Reply(Vec<u8>),
    /// The connection broke after the frame was sent, or while it was.
    Cut,
    /// What was answered has been stored.
    Settled,
}

/// What the session wants done.
#[derive(Debug)]
pub enum Effect {
    /// Give the next batch of at most so many counted bytes.
    Load {
        /// Counted bytes.
        budget_bytes: usize,
    },
    /// Send a frame to `/v1/push`.
    Send(Vec<u8>),
    /// Store what the hub said of each entry of the batch, in order.
    Settle {
        /// One for each entry.
        answers: Vec<Answer>,
        /// The hub's clock.
        hub_time_s: u64,
    },
    /// Everything was answered.
    Done,
    /// The other end does not keep to the protocol.
    Broken(PushError),
    /// Try again later; the smaller frame is remembered.
    Later,
}

/// The hub's reply makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The frame cannot be read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// Another number of answers than entries.
    #[error("{expected} entries were sent, {found} were answered")]
    Count {
        /// Sent.
        expected: usize,
        /// Answered.
        found: usize,
    },
    /// Hashes were asked for twice.
    #[error("the hub asked for hashes that it had")]
    HashesTwice,
}

/// The session.
#[derive(Debug)]
pub struct PushSession {
    size: FrameSize,
    cuts_left: u32,
    batch: Option<(Vec<Outgoing>, PushRequest)>,
}

impl PushSession {
    /// A session that begins with the frame size that the last one ended with.
    #[must_use]
    pub fn new(size: FrameSize) -> Self {
        Self { size, cuts_left: CUTS_MAX, batch: None }
    }

    /// The present frame size, for the next session.
    #[must_use]
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Takes an event; says what to do next.
    pub fn step(&mut self, event: Event) -> Effect {
        match event {
            Event::Start | Event::Settled => Effect::Load { budget_bytes: self.size.bytes() },
            Event::Batch { entries, .. } if entries.is_empty() => Effect::Done,
            Event::Batch { entries, seals, tokens } => {
                let request = PushRequest {
                    tokens: tokens.into_iter().map(ByteVec::from).collect(),
                    seals,
                    entries: write_entries(&entries).into(),
                    hashes: None,
                };
                let frame = pack(&request);
                self.batch = Some((entries, request));
                Effect::Send(frame)
            }
            Event::Reply(reply) => self.reply(&reply).unwrap_or_else(Effect::Broken),
            Event::Cut => self.cut(),
        }
    }

    fn reply(&mut self, reply: &[u8]) -> Result<Effect, PushError> {
        let reply: PushReply = unpack(reply)?;
        let Some((entries, request)) = &mut self.batch else {
            return Err(PushError::Count { expected: 0, found: reply.answers.len() });
        };
        if reply.hashes_wanted {
            if request.hashes.is_some() {
                return Err(PushError::HashesTwice);
            }
            let hashes: Vec<u8> = entries.iter().flat_map(|out| out.entry.hash().0).collect();
            request.hashes = Some(hashes.into());
            return Ok(Effect::Send(pack(request)));
        }
        if reply.answers.len() != entries.len() {
            return Err(PushError::Count { expected: entries.len(), found: reply.answers.len() });
        }
        self.batch = None;
        self.size.grow();
        self.cuts_left = CUTS_MAX;
        Ok(Effect::Settle { answers: reply.answers, hub_time_s: reply.hub_time_s })
    }

    fn cut(&mut self) -> Effect {
        self.batch = None;
        self.size.shrink();
        match self.cuts_left.checked_sub(1) {
            Some(left) => {
                self.cuts_left = left;
                Effect::Load { budget_bytes: self.size.bytes() }
            }
            None => Effect::Later,
        }
    }
}
