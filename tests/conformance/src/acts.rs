//! One act of every kind, and acts that this version does not know.

use gewu_model::act::{
    Act, AdoptBody, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, DetailText, ExtendBody, FileBody, Filing,
    Fix, HandBody, Origin, PartyBody, PlainBody, Profile, RelocateBody, ReportBody, ResumeBody, ReviseBody,
    SuspendBody,
};
use gewu_model::ids::{EntryHash, FeedId, GrantId};
use gewu_model::limit::{TimeLimit, Unit};
use gewu_model::time::Basis;
use minicbor::Encoder;

/// The grant that all these acts rest on.
pub const GRANT: GrantId = GrantId([0xa1, 2, 3, 4, 5, 6, 7, 8]);

fn filing(class: &str, unit: Unit, deadline_s: Option<i64>) -> Filing {
    Filing {
        class: class.into(),
        condition: None,
        limit: Some(TimeLimit { amount: 2, unit }),
        deadline_s,
        catalogue: 3,
    }
}

/// Bodies after a report, by name; each becomes one entry on top of the one before.
#[must_use]
pub fn bodies(party: FeedId, area: FeedId, adopted: EntryHash) -> Vec<(&'static str, Body)> {
    let deadline_s = 1_790_172_800;
    vec![
        ("file", Body::File(FileBody { filing: filing("lamp", Unit::WorkDay, Some(deadline_s)) })),
        ("dispatch", Body::Dispatch(PartyBody { party })),
        ("return", Body::Return(PartyBody { party })),
        ("claim for oneself", Body::Claim(HandBody { party: None })),
        ("claim for a party", Body::Claim(HandBody { party: Some(party) })),
        ("handle", Body::Handle(HandBody { party: Some(party) })),
        ("check that failed", Body::Check(CheckBody { passed: false })),
        ("check that passed", Body::Check(CheckBody { passed: true })),
        ("close", Body::Close(CloseBody { condition: None })),
        ("close with a condition", Body::Close(CloseBody { condition: Some("已修复".into()) })),
        ("reopen", Body::Reopen(PlainBody {})),
        ("decline", Body::Decline(DeclineBody { reason: DeclineReason::NotAccepted })),
        ("withdraw", Body::Decline(DeclineBody { reason: DeclineReason::Withdrawn })),
        ("void", Body::Void(PlainBody {})),
        ("force_close", Body::ForceClose(PlainBody {})),
        (
            "revise",
            Body::Revise(ReviseBody {
                class: Some("cover".into()),
                urgent: Some(false),
                filing: None,
                text: Some(true),
                place: None,
            }),
        ),
        (
            "revise a filing",
            Body::Revise(ReviseBody {
                class: None,
                urgent: None,
                filing: Some(filing("cover", Unit::UrgentHour, Some(deadline_s + 1))),
                text: None,
                place: None,
            }),
        ),
        ("relocate", Body::Relocate(RelocateBody { area })),
        ("extend", Body::Extend(ExtendBody { deadline_s, asked_by: party })),
        ("suspend", Body::Suspend(SuspendBody { until_s: deadline_s, asked_by: party })),
        ("resume", Body::Resume(ResumeBody { deadline_s: deadline_s + 86_400 })),
        ("note", Body::Note(PlainBody {})),
        ("adopt", Body::Adopt(AdoptBody { entry: adopted })),
        ("a kind of a newer version", Body::Unknown(7_000)),
        ("the largest kind", Body::Unknown(u32::MAX)),
    ]
}

/// A report as a phone makes it.
#[must_use]
pub fn report() -> Act {
    act(Body::Report(ReportBody {
        profile: Profile::Light,
        class: "lamp".into(),
        urgent: Some(true),
        filing: Some(filing("lamp", Unit::NaturalDay, Some(1_790_172_800))),
        origin: None,
    }))
}

/// A report replayed from another system: never due, a claimed time.
#[must_use]
pub fn imported() -> Act {
    let body = ReportBody {
        profile: Profile::Light,
        class: "Street Light Condition".into(),
        urgent: None,
        filing: Some(Filing {
            class: "Street Light Condition".into(),
            condition: None,
            limit: None,
            deadline_s: None,
            catalogue: 1,
        }),
        origin: Some(Origin { system: "311".into(), key: "39573567".into() }),
    };
    Act { basis: Basis::Claimed, pack: Some(4), ..act(Body::Report(body)) }
}

/// Reported and handled in one, all stages.
#[must_use]
pub fn self_handled() -> Act {
    let body =
        ReportBody { profile: Profile::Standard, class: "building".into(), urgent: None, filing: None, origin: None };
    act(Body::SelfHandle(body))
}

/// An act that rests on [`GRANT`], its time proven.
#[must_use]
pub fn act(body: Body) -> Act {
    Act { grant: GRANT, pack: None, basis: Basis::Proven, detail: None, body }
}

/// A `handle` of a newer version: keys that this one passes over, in the act and in its body.
#[must_use]
pub fn with_unknown_keys() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut e = Encoder::new(&mut bytes);
    let written = (|| {
        e.map(6)?.u8(0)?.u32(7)?.u8(1)?.bytes(&GRANT.0)?.u8(3)?.u8(0)?;
        e.u8(5)?.map(2)?.u8(9)?.bool(true)?.u8(12)?.array(2)?.u8(1)?.str("mañana")?;
        e.u8(6)?.str("of a newer version")?.u8(100)?.map(1)?.u8(0)?.i64(-5)?;
        Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
    })();
    written.unwrap_or_else(|never| unreachable!("{never}"));
    bytes
}

/// A `dispatch` whose body lacks the party: an act without effect, kept all the same.
#[must_use]
pub fn unreadable() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut e = Encoder::new(&mut bytes);
    let written = (|| {
        e.map(4)?.u8(0)?.u32(5)?.u8(1)?.bytes(&GRANT.0)?.u8(3)?.u8(0)?.u8(5)?.map(0)?;
        Ok::<(), minicbor::encode::Error<std::convert::Infallible>>(())
    })();
    written.unwrap_or_else(|never| unreachable!("{never}"));
    bytes
}

/// Details: words, a place, both with a reason, and a long one.
#[must_use]
pub fn details() -> [DetailText; 4] {
    let place = Fix::new(282_345_678, -1_129_876_543, Some(850));
    [
        DetailText { text: Some("3栋门口路灯不亮".into()), place: None, reason: None },
        DetailText { text: None, place, reason: None },
        DetailText { text: Some("😀 & <b>".into()), place: Fix::new(-1, 0, None), reason: Some("dark".into()) },
        DetailText { text: Some("井盖。".repeat(400)), place: None, reason: None },
    ]
}
