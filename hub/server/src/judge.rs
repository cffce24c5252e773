//! Verdicts: the hub's one word on an entry, given once.
//!
//! Rights, limits of a kind and policy are judged over the act's own causal past. Whatever passes the guard gets a
//! line; what is refused is kept as evidence and can be adopted.

use gewu_log::entry::Entry;
use gewu_log::grant::Grant;
use gewu_model::act::{Act, Body, Filing};
use gewu_model::case::CaseState;
use gewu_model::ids::FeedId;
use gewu_model::limit;
use gewu_model::pack::Pack;
use gewu_model::rights::{Refusal, may};
use gewu_model::time::Basis;

/// Seconds after a grant's end within which a claimed act of its time is still taken.
const LATE_S: i64 = 7 * 86_400;
/// Longest suspension.
const SUSPENSION_S_MAX: i64 = 365 * 86_400;
/// Longest typed detail that is admitted.
pub const TEXT_BYTES_MAX: usize = 32 * 1024;

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
    covered(&act, entry.time_s, grant, case.now_s)?;
    if act.pack.is_some_and(|version| version < grant.pack_min) {
        return Err(Refusal::PackTooOld);
    }
    if entry.detail.as_ref().is_some_and(|detail| detail.cbor.len() > TEXT_BYTES_MAX) {
        return Err(Refusal::TextTooLong);
    }
    if act.kind().is_none() || matches!(act.body, Body::Unreadable(_)) {
        return Ok(()); // Without effect; a newer version knows what it is.
    }
    names_known_things(&act.body, case, grant, entry.time_s)?;
    let has_words = act.detail.is_some();
    may(&case.pack.roles, &case.pack.areas, grant.who(), &act.body, case.seen, case.home, has_words)
}

fn covered(act: &Act, time_s: i64, grant: &Grant, now_s: i64) -> Result<(), Refusal> {
    let expired = match act.basis {
        Basis::Proven => time_s > grant.expires_s,
        Basis::Claimed => now_s > grant.expires_s.saturating_add(LATE_S),
    };
    if expired { Err(Refusal::GrantExpired) } else { Ok(()) }
}

fn names_known_things(body: &Body, case: &Case<'_>, grant: &Grant, time_s: i64) -> Result<(), Refusal> {
    let known = |feed: &FeedId| case.pack.areas.area(*feed).map(drop).ok_or(Refusal::AreaUnknown);
    match body {
        Body::Report(report) | Body::SelfHandle(report) => {
            known(&case.home)?;
            if !case.pack.classes.contains_key(&report.class) {
                return Err(Refusal::ClassUnknown);
            }
            if report.origin.is_some() && !grant.import {
                return Err(Refusal::ImportNotGranted);
            }
            report.filing.as_ref().map_or(Ok(()), |filing| filed_right(filing, report.origin.is_some(), case, grant, time_s))
        }
        Body::File(file) => filed_right(&file.filing, false, case, grant, time_s),
        Body::Revise(revise) => {
            revise.filing.as_ref().map_or(Ok(()), |filing| filed_right(filing, false, case, grant, time_s))
        }
        Body::Dispatch(dispatch) => known(&dispatch.party),
        Body::Relocate(relocate) => known(&relocate.area),
        Body::Extend(extend) => {
            let filing = case.seen.filing.as_ref().and_then(|filing| filing.value.limit).zip(case.seen.deadline_s);
            let Some((original, deadline_s)) = filing else { return Err(Refusal::DeadlineWrong) };
            let expected = limit::extend(deadline_s, original, &case.pack.calendar);
            if expected == Ok(extend.deadline_s) { Ok(()) } else { Err(Refusal::DeadlineWrong) }
        }
        Body::Suspend(suspend) => {
            let most_s = time_s.saturating_add(SUSPENSION_S_MAX);
            if (time_s..=most_s).contains(&suspend.until_s) { Ok(()) } else { Err(Refusal::DeadlineWrong) }
        }
        Body::Resume(resume) => {
            let filing = case.seen.filing.as_ref().and_then(|filing| filing.value.limit);
            let Some(((original, deadline_s), since_s)) = filing.zip(case.seen.deadline_s).zip(case.seen.suspended_since_s) else {
                return Ok(()); // Without effect: nothing stood still, or nothing was due.
            };
            let expected = limit::resume_deadline(deadline_s, since_s, time_s, original.unit, &case.pack.calendar);
            if expected == Ok(resume.deadline_s) { Ok(()) } else { Err(Refusal::DeadlineWrong) }
        }
        _ => Ok(()),
    }
}

/// A filing's limit is one of: by the catalogue, a deadline that the sender gave, none. The latter two need an origin
/// and a grant to import. A filing under an older catalogue keeps the limit that it names.
fn filed_right(filing: &Filing, has_origin: bool, case: &Case<'_>, grant: &Grant, time_s: i64) -> Result<(), Refusal> {
    if has_origin && grant.import && filing.limit.is_none() {
        return Ok(());
    }
    if filing.catalogue != case.pack.version {
        let Some(limit) = filing.limit else { return Ok(()) };
        let expected = limit::deadline(time_s, limit, &case.pack.calendar);
        return if expected.ok() == filing.deadline_s { Ok(()) } else { Err(Refusal::DeadlineWrong) };
    }
    let expected = case.pack.filing(&filing.class, filing.condition.as_deref(), time_s).map_err(|_| Refusal::ClassUnknown)?;
    if expected == *filing { Ok(()) } else { Err(Refusal::DeadlineWrong) }
}
