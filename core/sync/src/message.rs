//! Messages of push, pull, wait, enrol and session.

use gewu_log::keys::{HubCertificate, SignedPack};
use gewu_log::line::{Head, Verdict};
use gewu_log::seal::Seal;
use gewu_model::ids::{Epoch, FeedId};
use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// `POST /v1/push`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PushRequest {
    /// Grants that the entries name and that this session has not carried yet.
    #[n(0)]
    pub tokens: Vec<ByteVec>,
    /// Seals over runs of the entries.
    #[n(1)]
    pub seals: Vec<Seal>,
    /// `gewu_log::columns::write_entries`.
    #[n(2)]
    pub entries: ByteVec,
    /// Hash of each entry, when the hub asked for them: 32 bytes each.
    #[n(3)]
    pub hashes: Option<ByteVec>,
}

/// What the hub says of one entry, durable before it is said.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub enum Answer {
    /// It has its line now.
    #[n(0)]
    Line {
        /// Number of the line in its home feed.
        #[n(0)]
        n: u64,
        /// The hub's word.
        #[n(1)]
        verdict: Verdict,
        /// Unix seconds.
        #[n(2)]
        hub_time_s: u64,
    },
    /// It had its line already: an earlier reply was lost.
    #[n(1)]
    Had {
        /// Number of the line in its home feed.
        #[n(0)]
        n: u64,
        /// The hub's word.
        #[n(1)]
        verdict: Verdict,
        /// Unix seconds.
        #[n(2)]
        hub_time_s: u64,
    },
    /// A predecessor is not there; the entry is asked for again later.
    #[n(2)]
    Held,
    /// Another entry has its place in the log; this one is kept as evidence.
    #[n(3)]
    Forked {
        /// Number of the refused line.
        #[n(0)]
        n: u64,
        /// Unix seconds.
        #[n(1)]
        hub_time_s: u64,
    },
    /// The guard, the seal or the grant keeps it out.
    #[n(4)]
    Malformed {
        /// Word of the rule: a `GuardError` code, `seal`, or `hash`.
        #[n(0)]
        code: String,
    },
}

/// Reply to a push.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PushReply {
    /// One for each entry of the frame, in order; empty when hashes are wanted.
    #[n(0)]
    pub answers: Vec<Answer>,
    /// A seal did not come out: send the frame again with hashes.
    #[n(1)]
    pub hashes_wanted: bool,
    /// The hub's clock, Unix seconds.
    #[n(2)]
    pub hub_time_s: u64,
}

/// How far a phone has a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// The feed.
    #[n(0)]
    pub feed: FeedId,
    /// The hub's life in which the position was signed; `None` before the first contact.
    #[n(1)]
    pub epoch: Option<Epoch>,
    /// Last line held.
    #[n(2)]
    pub n: u64,
    /// Chain value after it.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub head: [u8; 32],
}

/// `POST /v1/pull`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PullRequest {
    /// One per feed, in the order in which the phone wants them.
    #[n(0)]
    pub cursors: Vec<Cursor>,
    /// Unpacked bytes of lines that the reply may hold.
    #[n(1)]
    pub budget_bytes: u64,
    /// Lines by hash alone: the head did not come out.
    #[n(2)]
    pub hashes_only: bool,
    /// Last line wanted, in the single feed of a request for hashes.
    #[n(3)]
    pub until_n: Option<u64>,
}

/// Lines of one feed.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct Part {
    /// The feed.
    #[n(0)]
    pub feed: FeedId,
    /// `gewu_log::columns::write_lines`, from the cursor on; empty for hashes.
    #[n(1)]
    pub lines: ByteVec,
    /// 32 bytes for each line: hash of its entry or notice; only when asked for.
    #[n(2)]
    pub hashes: Option<ByteVec>,
    /// The hub's signed word on the last line of this part.
    #[n(3)]
    pub head: Head,
    /// Oldest last contact among devices of this area with a valid grant, Unix seconds.
    #[n(4)]
    pub known_until_s: Option<i64>,
    /// The phone's cursor is not in the hub's chain: the hub went back to an earlier state.
    #[n(5)]
    pub unknown_cursor: bool,
}

/// Reply to a pull.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct PullReply {
    /// Feeds with news, in the order asked for.
    #[n(0)]
    pub parts: Vec<Part>,
    /// Grants that the lines name and that this session has not carried yet.
    #[n(1)]
    pub tokens: Vec<ByteVec>,
    /// More is there than the budget allowed.
    #[n(2)]
    pub more: bool,
    /// The hub's clock, Unix seconds.
    #[n(3)]
    pub hub_time_s: u64,
    /// Version of the newest pack.
    #[n(4)]
    pub pack_version: u32,
}

/// Reply to `POST /v1/head`, to which a phone shows the last head that the hub signed for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct ShowReply {
    /// Whether the head that was shown lies in the hub's chain.
    #[n(0)]
    pub known: bool,
    /// How far the feed goes now, in the epoch that holds after what was shown.
    #[n(1)]
    pub head: Head,
}

/// Most lines in one offer.
pub const OFFER_LINES_MAX: usize = 8_192;

/// `POST /v1/offer`: lines that the hub gave out and has lost, with the head that it had signed after the last of them.
///
/// The head binds everything before it: no other value of `after_hash` and no other lines lead to it, so neither needs a
/// signature of its own.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OfferRequest {
    /// Number of the line before the first one.
    #[n(0)]
    pub after_n: u64,
    /// Chain value after it.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub after_hash: [u8; 32],
    /// What the hub had signed after the last line.
    #[n(2)]
    pub to: Head,
    /// `gewu_log::columns::write_lines`.
    #[n(3)]
    pub lines: ByteVec,
    /// 32 bytes for each line: hash of its entry or notice.
    #[n(4)]
    pub hashes: ByteVec,
    /// Grants that the lines name.
    #[n(5)]
    pub tokens: Vec<ByteVec>,
}

/// Reply to an offer; what it counts is durable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct OfferReply {
    /// Entries and notices that have a line again.
    #[n(0)]
    pub taken: u64,
    /// What had its line.
    #[n(1)]
    pub had: u64,
    /// What came by its hash alone, or rests on such a one.
    #[n(2)]
    pub missing: u64,
    /// The hub's clock, Unix seconds.
    #[n(3)]
    pub hub_time_s: u64,
}

/// `POST /v1/rejoin`: a device that the hub has lost shows the grant that the hub had signed for it.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct RejoinRequest {
    /// The grant's token.
    #[n(0)]
    pub token: ByteVec,
    /// `gewu_log::invitation::rejoin_proof`.
    #[n(1)]
    pub proof: ByteVec,
}

/// Reply to `POST /v1/succeed`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SucceedReply {
    /// The token of the new identity's grant.
    #[n(0)]
    pub grant: ByteVec,
}

/// `POST /v1/wait`: answers when any feed is past its n.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct WaitRequest(#[n(0)] pub Vec<(FeedId, u64)>);

/// Reply to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct EnrolReply {
    /// What the street says of its hub.
    #[n(0)]
    pub hub: HubCertificate,
    /// The grant's token.
    #[n(1)]
    pub grant: ByteVec,
    /// The street's pack.
    #[n(2)]
    pub pack: SignedPack,
    /// The hub's clock, Unix seconds.
    #[n(3)]
    pub hub_time_s: u64,
}

/// Reply to `POST /v1/session`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SessionChallenge {
    /// To be signed.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub challenge: [u8; 16],
}

/// Reply to `POST /v1/session/answer`.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct SessionReply {
    /// Bearer token, good for an hour.
    #[n(0)]
    pub bearer: String,
    /// A renewed grant, where the old one runs out soon.
    #[n(1)]
    pub grant: Option<ByteVec>,
    /// The hub's clock, Unix seconds.
    #[n(2)]
    pub hub_time_s: u64,
}
