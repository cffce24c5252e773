//! The phone's end of a pull: lines of each feed from the cursor on, then the signed head that vouches for them.
//!
//! Where a head does not come out, the same lines are asked for by hash alone; where these give the head, each
//! differing entry is set apart by name and the rest is applied.

use gewu_log::columns::{ColumnsError, Line, read_lines};
use gewu_log::line::Head;
use gewu_model::ids::FeedId;

use crate::frame::{FrameError, FrameSize, pack, unpack};
use crate::message::{Cursor, PullReply, PullRequest};

/// Unpacked bytes of lines in the first reply.
pub const BUDGET_START: usize = 48 * 1024;
/// The smallest reply that is asked for.
pub const BUDGET_LEAST: usize = 8 * 1024;
/// The largest.
pub const BUDGET_MOST: usize = 224 * 1024;
/// The size that a first session begins with.
pub const SIZE: FrameSize = FrameSize::new(BUDGET_START, BUDGET_LEAST, BUDGET_MOST);
/// Cuts in a row after which the link is left alone for a while.
const CUTS_MAX: u32 = 4;

fn bytes_of(size: FrameSize) -> u64 {
    u64::try_from(size.bytes()).unwrap_or(u64::MAX)
}

/// Lines of one feed, to be applied in one transaction.
#[derive(Clone, Debug)]
pub struct FeedLines {
    /// The feed.
    pub feed: FeedId,
    /// Number of the first line.
    pub from_n: u64,
    /// The lines.
    pub lines: Vec<Line>,
    /// What must come out after the last one.
    pub head: Head,
    /// Hash of each line's entry or notice, once they were asked for.
    pub hashes: Option<Vec<[u8; 32]>>,
    /// Oldest last contact in this area.
    pub known_until_s: Option<i64>,
    /// The hub went back to an earlier state.
    pub unknown_cursor: bool,
}

/// What the world tells the session.
#[derive(Debug)]
pub enum Event {
    /// Begin, or go on, with cursors as the store has them now.
    Cursors(Vec<Cursor>),
    /// A reply.
    Reply(Vec<u8>),
    /// The connection broke.
    Cut,
    /// The lines were applied and the cursor moved.
    Applied,
    /// The head did not come out; nothing was applied.
    HeadWrong(Box<FeedLines>),
    /// The feed's cursor was set back to a line that the hub has: it is pulled again from there.
    SetBack,
}

/// What the session wants done.
#[derive(Debug)]
pub enum Effect {
    /// Give the cursors of all feeds.
    LoadCursors,
    /// Send a frame to `/v1/pull`.
    Send(Vec<u8>),
    /// Check grants and store them, then apply these lines; answer `Applied` or `HeadWrong`.
    Apply {
        /// Tokens that came along.
        tokens: Vec<Vec<u8>>,
        /// The lines.
        lines: Box<FeedLines>,
    },
    /// Nothing more is there.
    Done {
        /// The hub's clock, Unix seconds.
        hub_time_s: u64,
        /// Version of the newest pack.
        pack_version: u32,
    },
    /// The other end does not keep to the protocol.
    Broken(PullError),
    /// Try again later.
    Later,
}

/// The hub's reply makes no sense.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PullError {
    /// The frame cannot be read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The lines cannot be read.
    #[error(transparent)]
    Columns(#[from] ColumnsError),
    /// A feed that was not asked for.
    #[error("the hub sent feed {feed}, which was not asked for")]
    OtherFeed {
        /// Which.
        feed: FeedId,
    },
    /// Even the hashes do not give the signed head: the hub is lying or damaged.
    #[error("the lines of feed {feed} do not give the head that the hub signed")]
    HeadNeverRight {
        /// Which.
        feed: FeedId,
    },
    /// A reply came that nothing was waiting for.
    #[error("a reply came that was not expected")]
    Unexpected,
}

/// The session.
#[derive(Debug)]
pub struct PullSession {
    size: FrameSize,
    cuts_left: u32,
    cursors: Vec<Cursor>,
    parts: std::collections::VecDeque<FeedLines>,
    tokens: Vec<Vec<u8>>,
    /// Lines whose hashes were asked for.
    doubted: Option<Box<FeedLines>>,
    more: bool,
    hub_time_s: u64,
    pack_version: u32,
}

impl PullSession {
    /// A session that begins with the reply size that the last one ended with.
    #[must_use]
    pub fn new(size: FrameSize) -> Self {
        Self {
            size,
            cuts_left: CUTS_MAX,
            cursors: Vec::new(),
            parts: std::collections::VecDeque::new(),
            tokens: Vec::new(),
            doubted: None,
            more: false,
            hub_time_s: 0,
            pack_version: 0,
        }
    }

    /// The present reply size, for the next session.
    #[must_use]
    pub fn size(&self) -> FrameSize {
        self.size
    }

    /// Takes an event; says what to do next.
    pub fn step(&mut self, event: Event) -> Effect {
        match event {
            Event::Cursors(cursors) => {
                let request = PullRequest {
                    cursors: cursors.clone(),
                    budget_bytes: bytes_of(self.size),
                    hashes_only: false,
                    until_n: None,
                };
                self.cursors = cursors;
                Effect::Send(pack(&request))
            }
            Event::Reply(reply) => self.reply(&reply).unwrap_or_else(Effect::Broken),
            Event::Applied => self.next(),
            Event::SetBack => {
                self.more = true;
                self.next()
            }
            Event::HeadWrong(lines) => self.head_wrong(lines),
            Event::Cut => self.cut(),
        }
    }

    fn reply(&mut self, reply: &[u8]) -> Result<Effect, PullError> {
        let reply: PullReply = unpack(reply)?;
        self.hub_time_s = reply.hub_time_s;
        self.pack_version = reply.pack_version;
        if let Some(lines) = self.doubted.take() {
            return Self::with_hashes(lines, &reply);
        }
        self.more = reply.more;
        self.tokens = reply.tokens.into_iter().map(Vec::from).collect();
        for part in reply.parts {
            let cursor = self.cursors.iter().find(|cursor| cursor.feed == part.feed);
            let cursor = cursor.ok_or(PullError::OtherFeed { feed: part.feed })?;
            self.parts.push_back(FeedLines {
                feed: part.feed,
                from_n: cursor.n + 1,
                lines: read_lines(&part.lines)?,
                head: part.head,
                hashes: None,
                known_until_s: part.known_until_s,
                unknown_cursor: part.unknown_cursor,
            });
        }
        self.size.grow();
        self.cuts_left = CUTS_MAX;
        Ok(self.next())
    }

    fn with_hashes(mut lines: Box<FeedLines>, reply: &PullReply) -> Result<Effect, PullError> {
        let feed = lines.feed;
        let part = reply.parts.iter().find(|part| part.feed == feed).ok_or(PullError::HeadNeverRight { feed })?;
        let hashes: Vec<[u8; 32]> = part.hashes.iter().flat_map(|hashes| hashes.as_chunks::<32>().0).copied().collect();
        if hashes.len() != lines.lines.len() {
            return Err(PullError::HeadNeverRight { feed });
        }
        lines.hashes = Some(hashes);
        Ok(Effect::Apply { tokens: Vec::new(), lines })
    }

    fn next(&mut self) -> Effect {
        match self.parts.pop_front() {
            Some(lines) => Effect::Apply { tokens: std::mem::take(&mut self.tokens), lines: Box::new(lines) },
            None if self.more => Effect::LoadCursors,
            None => Effect::Done { hub_time_s: self.hub_time_s, pack_version: self.pack_version },
        }
    }

    fn head_wrong(&mut self, lines: Box<FeedLines>) -> Effect {
        let Some(cursor) = self.cursors.iter().find(|cursor| cursor.feed == lines.feed).copied() else {
            return Effect::Broken(PullError::Unexpected);
        };
        if lines.hashes.is_some() {
            return Effect::Broken(PullError::HeadNeverRight { feed: lines.feed });
        }
        let request = PullRequest {
            cursors: vec![cursor],
            budget_bytes: bytes_of(self.size),
            hashes_only: true,
            until_n: Some(lines.head.n),
        };
        self.doubted = Some(lines);
        Effect::Send(pack(&request))
    }

    fn cut(&mut self) -> Effect {
        self.doubted = None;
        self.parts.clear();
        self.size.shrink();
        match self.cuts_left.checked_sub(1) {
            Some(left) => {
                self.cuts_left = left;
                Effect::LoadCursors
            }
            None => Effect::Later,
        }
    }
}
