//! Verdicts: whether an act counts, as the hub says it once and for ever.
//!
//! Problem: a phone without a network acts on what it has seen, under a grant and a catalogue that may have run out
//! since. Approach: everything that the answer rests on comes in as values ([`Grounds`]): the pack, what the grant
//! allows, what the author had seen, two times. So the same question has the same answer wherever it is asked, and a
//! phone can ask it before the hub does.
//!
//! Invariant: what is judged here never depends on the order in which entries arrive, nor on what others did
//! concurrently: only on the act's own causal past. What cannot be read is admitted without effect, because a newer
//! version knows what it is.

use crate::act::{Act, Body, Filing};
use crate::case::CaseState;
use crate::fold::Who;
use crate::ids::FeedId;
use crate::limit;
use crate::pack::Pack;
use crate::rights::{Refusal, may};
use crate::time::Basis;

/// Seconds after a grant's end within which a claimed act of its time is still taken.
pub const LATE_S: i64 = 7 * 86_400;
/// Longest suspension.
pub const SUSPENSION_S_MAX: i64 = 365 * 86_400;
/// Longest typed detail that is admitted.
pub const DETAIL_BYTES_MAX: usize = 32 * 1024;

/// What a grant allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms {
    /// Whom it names.
    pub who: Who,
    /// Unix seconds after which acts are not covered.
    pub expires_s: i64,
    /// Lowest pack version that acts may use.
    pub pack_min: u32,
    /// Whether acts may carry foreign deadlines and times: replayed requests.
    pub import: bool,
}

/// What an act is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The pack in force.
    pub pack: &'a Pack,
    /// What the grant allows that the act names.
    pub terms: Terms,
    /// What the author had seen.
    pub seen: &'a CaseState,
    /// Home feed of the record.
    pub home: FeedId,
    /// Time of the act, Unix seconds, as its author says it.
    pub time_s: i64,
    /// When it is judged, Unix seconds.
    pub now_s: i64,
    /// Bytes of the detail that travels with the act; 0 without one.
    pub detail_bytes: usize,
}

/// Admits or refuses.
///
/// # Errors
/// The reason of a refusal: the first of grant, pack, length, what the act names, and rights.
pub fn judge(act: &Act, grounds: &Grounds<'_>) -> Result<(), Refusal> {
    covers(grounds.terms.expires_s, act.basis, grounds.time_s, grounds.now_s)?;
    if act.pack.is_some_and(|version| version < grounds.terms.pack_min) {
        return Err(Refusal::PackTooOld);
    }
    if grounds.detail_bytes > DETAIL_BYTES_MAX {
        return Err(Refusal::TextTooLong);
    }
    if act.kind().is_none() || matches!(act.body, Body::Unreadable(_)) {
        return Ok(());
    }
    names_known_things(&act.body, grounds)?;
    let (pack, who) = (grounds.pack, grounds.terms.who);
    may(&pack.roles, &pack.areas, who, &act.body, grounds.seen, grounds.home, act.detail.is_some())
}

/// Whether a grant that ends at `expires_s` covers an act: at the act's time when that is proven; when it is claimed, if
/// it is judged within [`LATE_S`] of the end.
///
/// # Errors
/// [`Refusal::GrantExpired`].
pub fn covers(expires_s: i64, basis: Basis, time_s: i64, now_s: i64) -> Result<(), Refusal> {
    let expired = match basis {
        Basis::Proven => time_s > expires_s,
        Basis::Claimed => now_s > expires_s.saturating_add(LATE_S),
    };
    if expired { Err(Refusal::GrantExpired) } else { Ok(()) }
}

fn names_known_things(body: &Body, grounds: &Grounds<'_>) -> Result<(), Refusal> {
    let pack = grounds.pack;
    let known = |feed: FeedId| pack.areas.area(feed).map(drop).ok_or(Refusal::AreaUnknown);
    match body {
        Body::Report(report) | Body::SelfHandle(report) => {
            known(grounds.home)?;
            if !pack.classes.contains_key(&report.class) {
                return Err(Refusal::ClassUnknown);
            }
            if report.origin.is_some() && !grounds.terms.import {
                return Err(Refusal::ImportNotGranted);
            }
            report.filing.as_ref().map_or(Ok(()), |filing| filed(filing, report.origin.is_some(), grounds))
        }
        Body::File(file) => filed(&file.filing, false, grounds),
        Body::Revise(revise) => revise.filing.as_ref().map_or(Ok(()), |filing| filed(filing, false, grounds)),
        Body::Dispatch(dispatch) => known(dispatch.party),
        Body::Relocate(relocate) => known(relocate.area),
        Body::Extend(extend) => extended(extend.deadline_s, grounds),
        Body::Suspend(suspend) => {
            let most_s = grounds.time_s.saturating_add(SUSPENSION_S_MAX);
            follows((grounds.time_s..=most_s).contains(&suspend.until_s))
        }
        Body::Resume(resume) => resumed(resume.deadline_s, grounds),
        _ => Ok(()),
    }
}

/// A filing's limit is one of: by the catalogue, a deadline that the sender gave, none. The latter two need an origin
/// and a grant to import. A filing under an older catalogue keeps the limit that it names.
fn filed(filing: &Filing, has_origin: bool, grounds: &Grounds<'_>) -> Result<(), Refusal> {
    let pack = grounds.pack;
    if has_origin && grounds.terms.import && filing.limit.is_none() {
        return Ok(());
    }
    if filing.catalogue != pack.version {
        let Some(limit) = filing.limit else { return Ok(()) };
        let expected = limit::deadline(grounds.time_s, limit, &pack.calendar);
        return follows(expected.ok() == filing.deadline_s);
    }
    let expected = pack.filing(&filing.class, filing.condition.as_deref(), grounds.time_s);
    follows(expected.map_err(|_| Refusal::ClassUnknown)? == *filing)
}

/// An extension adds the limit of the filing once more to the deadline that its author saw.
fn extended(deadline_s: i64, grounds: &Grounds<'_>) -> Result<(), Refusal> {
    let limit = grounds.seen.filing.as_ref().and_then(|filing| filing.value.limit);
    let (limit, before_s) = limit.zip(grounds.seen.deadline_s).ok_or(Refusal::DeadlineWrong)?;
    follows(limit::extend(before_s, limit, &grounds.pack.calendar) == Ok(deadline_s))
}

/// A resumption counts on from now what was left when the clock stopped. Where nothing stood still, or nothing was due,
/// it is without effect.
fn resumed(deadline_s: i64, grounds: &Grounds<'_>) -> Result<(), Refusal> {
    let seen = grounds.seen;
    let limit = seen.filing.as_ref().and_then(|filing| filing.value.limit);
    let Some(((limit, before_s), since_s)) = limit.zip(seen.deadline_s).zip(seen.suspended_since_s) else {
        return Ok(());
    };
    let expected = limit::resume_deadline(before_s, since_s, grounds.time_s, limit.unit, &grounds.pack.calendar);
    follows(expected == Ok(deadline_s))
}

fn follows(right: bool) -> Result<(), Refusal> {
    if right { Ok(()) } else { Err(Refusal::DeadlineWrong) }
}
