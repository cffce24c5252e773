//! What an entry is judged by at the hub: the grant that it names, and the hub's clock. The rules themselves are
//! [`gewu_model::verdict`].
//!
//! Whatever passes the guard gets a line; what is refused is kept as evidence and can be adopted.

use gewu_log::entry::Entry;
use gewu_log::grant::Grant;
use gewu_model::act::Act;
use gewu_model::case::CaseState;
use gewu_model::ids::FeedId;
use gewu_model::pack::Pack;
use gewu_model::rights::Refusal;
use gewu_model::verdict::{self, Grounds, Terms};

/// What an entry is judged by.
pub struct Case<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// The grant that the act names, where the hub knows it.
    pub grant: Option<&'a Grant>,
    /// What the author had seen.
    pub seen: &'a CaseState,
    /// Home feed of the record.
    pub home: FeedId,
    /// The hub's clock.
    pub now_s: i64,
}

/// Admits or refuses.
///
/// # Errors
/// The reason of a refusal.
pub fn judge(entry: &Entry, case: &Case<'_>) -> Result<(), Refusal> {
    let act = Act::decode(&entry.act).map_err(|_| Refusal::NewerReason)?;
    let grant = case.grant.ok_or(Refusal::GrantUnknown)?;
    if grant.device != entry.author {
        return Err(Refusal::GrantOfOther);
    }
    let grounds = Grounds {
        pack: case.pack,
        terms: Terms { who: grant.who(), expires_s: grant.expires_s, pack_min: grant.pack_min, import: grant.import },
        seen: case.seen,
        home: case.home,
        time_s: entry.time_s,
        now_s: case.now_s,
        detail_bytes: entry.detail.as_ref().map_or(0, |detail| detail.cbor.len()),
    };
    verdict::judge(&act, &grounds)
}
