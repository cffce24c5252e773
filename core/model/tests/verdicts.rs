//! Verdicts, rule by rule: each has an act that it lets pass and, changed in one thing, the act that it refuses.
//!
//! The pack's role table lets the supervisor of the street do everything, so that what is refused here is refused by
//! the rule that the row is about. Times are written out: what the rules compute is not asked of themselves.

#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use gewu_model::act::{
    Act, Body, ExtendBody, FileBody, Filing, Kind, Origin, PartyBody, PlainBody, Profile, RelocateBody, ReportBody,
    ResumeBody, ReviseBody, SuspendBody,
};
use gewu_model::area::{Area, AreaKind};
use gewu_model::case::{CaseState, Field};
use gewu_model::fold::Who;
use gewu_model::ids::{FeedId, GrantId, PersonId, StreetId};
use gewu_model::limit::{TimeLimit, Unit};
use gewu_model::pack::{Class, Condition, Pack, PackDraft};
use gewu_model::rights::{Refusal, Role, RoleRule, Where};
use gewu_model::time::Basis;
use gewu_model::verdict::{DETAIL_BYTES_MAX, Grounds, Terms, covers, judge};

const DAY: i64 = 86_400;
/// Tuesday, 2026-03-03 10:00 at +08:00.
const NOW: i64 = 1_772_503_200;
const VERSION: u32 = 7;

fn feed(kind: AreaKind, code: &str) -> FeedId {
    FeedId::of(StreetId([1; 16]), kind, code)
}

fn grid() -> FeedId {
    feed(AreaKind::Grid, "1")
}

fn limit(amount: u32, unit: Unit) -> TimeLimit {
    TimeLimit { amount, unit }
}

fn pack() -> Pack {
    let street = feed(AreaKind::Street, "s");
    let area = |kind, code: &str, parent| Area { parent, ..Area::of(StreetId([1; 16]), kind, code, code) };
    let dark = Condition { key: "dark".into(), name: "dark".into(), name_en: None, limit: limit(1, Unit::UrgentHour) };
    let lamp = Class {
        key: "lamp".into(),
        name: "lamp".into(),
        profile: Profile::Light,
        limit: Some(limit(3, Unit::NaturalDay)),
        conditions: vec![dark],
        ..Class::default()
    };
    let deeds = [Kind::Report, Kind::File, Kind::Dispatch, Kind::Relocate, Kind::Extend, Kind::Suspend, Kind::Resume];
    let all = RoleRule {
        roles: vec![Role::Supervisor],
        deeds: deeds.iter().map(|kind| kind.name().to_owned()).chain(["revise_filing".to_owned()]).collect(),
        r#where: Where::Area,
        profile: None,
        not_handler: false,
        until: None,
        needs_words: false,
    };
    let draft = PackDraft {
        version: VERSION,
        place: "here".into(),
        day_offset_s: 28_800,
        notes: Vec::new(),
        areas: vec![area(AreaKind::Street, "s", None), area(AreaKind::Grid, "1", Some(street))],
        classes: vec![lamp],
        usual: Vec::new(),
        roles: Some(vec![all]),
        calendar: None,
    };
    Pack::read(&serde_json::to_vec(&draft).unwrap()).unwrap()
}

/// A question that is answered with yes until a row changes it.
struct Question {
    act: Act,
    terms: Terms,
    seen: CaseState,
    home: FeedId,
    time_s: i64,
    now_s: i64,
    detail_bytes: usize,
}

impl Question {
    fn of(body: Body) -> Self {
        let who = Who { person: PersonId([3; 16]), role: Role::Supervisor, area: feed(AreaKind::Street, "s") };
        Self {
            act: Act { grant: GrantId([1; 8]), pack: None, basis: Basis::Claimed, detail: None, body },
            terms: Terms { who, expires_s: NOW + DAY, pack_min: VERSION, import: false },
            seen: CaseState::default(),
            home: grid(),
            time_s: NOW,
            now_s: NOW,
            detail_bytes: 0,
        }
    }

    fn seeing(mut self, seen: CaseState) -> Self {
        self.seen = seen;
        self
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    #[track_caller]
    fn is(&self, expected: Result<(), Refusal>) {
        let pack = pack();
        let grounds = Grounds {
            pack: &pack,
            terms: self.terms,
            seen: &self.seen,
            home: self.home,
            time_s: self.time_s,
            now_s: self.now_s,
            detail_bytes: self.detail_bytes,
        };
        assert_eq!(judge(&self.act, &grounds), expected, "{:?}", self.act.body);
    }
}

fn filing(deadline_s: Option<i64>) -> Filing {
    let limit = Some(limit(3, Unit::NaturalDay));
    Filing { class: "lamp".into(), condition: None, limit, deadline_s, catalogue: VERSION }
}

fn report(change: impl FnOnce(&mut ReportBody)) -> Body {
    let filing = Some(filing(Some(NOW + 3 * DAY)));
    let mut body = ReportBody { profile: Profile::Light, class: "lamp".into(), urgent: None, filing, origin: None };
    change(&mut body);
    Body::Report(body)
}

fn file(filing: Filing) -> Body {
    Body::File(FileBody { filing })
}

/// A case that was filed two days ago, with a day left.
fn filed() -> CaseState {
    let deadline_s = Some(NOW + DAY);
    CaseState { filing: Some(Field::settled(filing(deadline_s))), deadline_s, ..CaseState::default() }
}

#[test]
fn a_grant_covers_to_its_end_and_claimed_acts_a_week_longer() {
    let week = 7 * DAY;
    for (basis, time_s, now_s, covered) in [
        (Basis::Proven, NOW, NOW + 100 * DAY, true),
        (Basis::Proven, NOW + 1, NOW + 1, false),
        (Basis::Claimed, NOW, NOW + week, true),
        (Basis::Claimed, NOW, NOW + week + 1, false),
        // Whoever sets the clock back gains nothing; whoever's clock runs ahead loses nothing.
        (Basis::Claimed, NOW - 100 * DAY, NOW + week + 1, false),
        (Basis::Claimed, NOW + 100 * DAY, NOW, true),
    ] {
        let expected = if covered { Ok(()) } else { Err(Refusal::GrantExpired) };
        assert_eq!(covers(NOW, basis, time_s, now_s), expected, "{basis:?} {time_s} {now_s}");
    }
    Question::of(report(|_| ())).with(|q| q.terms.expires_s = NOW - 7 * DAY - 1).is(Err(Refusal::GrantExpired));
}

#[test]
fn what_a_grant_asks_for_comes_before_what_the_act_says() {
    let good = || Question::of(report(|_| ()));
    good().is(Ok(()));
    good().with(|q| q.act.pack = Some(VERSION)).is(Ok(()));
    good().with(|q| q.act.pack = Some(VERSION - 1)).is(Err(Refusal::PackTooOld));
    good().with(|q| q.detail_bytes = DETAIL_BYTES_MAX).is(Ok(()));
    good().with(|q| q.detail_bytes = DETAIL_BYTES_MAX + 1).is(Err(Refusal::TextTooLong));
    good().with(|q| q.terms.who.role = Role::Resident).is(Err(Refusal::NoRight));
    // Somebody else's kind of act: without effect here, and no reason to refuse it.
    Question::of(Body::Unknown(900)).is(Ok(()));
    Question::of(Body::Unreadable(Kind::Close)).is(Ok(()));
    Question::of(Body::Close(gewu_model::act::CloseBody { condition: None })).is(Err(Refusal::NoRight));
    Question::of(Body::Unknown(900)).with(|q| q.terms.expires_s = 0).is(Err(Refusal::GrantExpired));
}

#[test]
fn an_act_names_classes_and_areas_that_there_are() {
    let party = |party| Body::Dispatch(PartyBody { party });
    let nowhere = feed(AreaKind::Grid, "99");
    Question::of(report(|body| body.class = "no such".into())).is(Err(Refusal::ClassUnknown));
    Question::of(report(|_| ())).with(|q| q.home = nowhere).is(Err(Refusal::AreaUnknown));
    Question::of(party(grid())).is(Ok(()));
    Question::of(party(nowhere)).is(Err(Refusal::AreaUnknown));
    Question::of(Body::Relocate(RelocateBody { area: grid() })).is(Ok(()));
    Question::of(Body::Relocate(RelocateBody { area: nowhere })).is(Err(Refusal::AreaUnknown));
}

#[test]
fn a_filing_has_the_limit_of_the_catalogue_and_the_deadline_that_follows() {
    let wrong = Err(Refusal::DeadlineWrong);
    let right = filing(Some(NOW + 3 * DAY));
    let dark = Filing {
        condition: Some("dark".into()),
        limit: Some(limit(1, Unit::UrgentHour)),
        deadline_s: Some(NOW + 3_600),
        ..right.clone()
    };
    // Under an older catalogue the limit is the filing's own word; the deadline still follows from it.
    let older = Filing { catalogue: VERSION - 1, limit: Some(limit(5, Unit::NaturalDay)), ..right.clone() };
    for (filing, expected) in [
        (right.clone(), Ok(())),
        (filing(Some(NOW + 3 * DAY + 1)), wrong),
        (filing(None), wrong),
        (Filing { limit: None, deadline_s: None, ..right.clone() }, wrong),
        (Filing { limit: Some(limit(4, Unit::NaturalDay)), deadline_s: Some(NOW + 4 * DAY), ..right.clone() }, wrong),
        (dark.clone(), Ok(())),
        (Filing { condition: None, ..dark.clone() }, wrong),
        (Filing { condition: Some("no such".into()), ..dark.clone() }, Err(Refusal::ClassUnknown)),
        (Filing { class: "no such".into(), ..right }, Err(Refusal::ClassUnknown)),
        (Filing { deadline_s: Some(NOW + 5 * DAY), ..older.clone() }, Ok(())),
        (Filing { deadline_s: Some(NOW + 3 * DAY), ..older.clone() }, wrong),
        (Filing { limit: None, deadline_s: None, ..older }, Ok(())),
    ] {
        Question::of(file(filing.clone())).is(expected);
        let revise = ReviseBody { class: None, urgent: None, filing: Some(filing.clone()), text: None, place: None };
        Question::of(Body::Revise(revise)).is(expected);
        Question::of(report(|body| body.filing = Some(filing))).is(expected);
    }
}

#[test]
fn a_foreign_deadline_needs_an_origin_and_a_grant_to_import() {
    let origin = || Some(Origin { system: "311".into(), key: "1".into() });
    for deadline_s in [None, Some(NOW + 17)] {
        let foreign = Filing { limit: None, ..filing(deadline_s) };
        let body = |origin| report(|body| (body.filing, body.origin) = (Some(foreign.clone()), origin));
        let import = |q: &mut Question| q.terms.import = true;
        Question::of(body(origin())).with(import).is(Ok(()));
        Question::of(body(origin())).is(Err(Refusal::ImportNotGranted));
        Question::of(body(None)).with(import).is(Err(Refusal::DeadlineWrong));
        Question::of(file(foreign)).with(import).is(Err(Refusal::DeadlineWrong));
    }
}

#[test]
fn an_extension_adds_the_limit_once_more_to_the_deadline_that_was_seen() {
    let extend = |deadline_s| Body::Extend(ExtendBody { deadline_s, asked_by: grid() });
    Question::of(extend(NOW + 4 * DAY)).seeing(filed()).is(Ok(()));
    Question::of(extend(NOW + 4 * DAY - 1)).seeing(filed()).is(Err(Refusal::DeadlineWrong));
    Question::of(extend(NOW + 3 * DAY)).is(Err(Refusal::DeadlineWrong));
    let never_due = CaseState { deadline_s: None, ..filed() };
    Question::of(extend(NOW + 4 * DAY)).seeing(never_due).is(Err(Refusal::DeadlineWrong));
}

#[test]
fn a_suspension_ends_within_a_year_and_not_before_it_begins() {
    let suspend = |until_s| Body::Suspend(SuspendBody { until_s, asked_by: grid() });
    for (until_s, expected) in [
        (NOW, Ok(())),
        (NOW + 365 * DAY, Ok(())),
        (NOW + 365 * DAY + 1, Err(Refusal::DeadlineWrong)),
        (NOW - 1, Err(Refusal::DeadlineWrong)),
    ] {
        Question::of(suspend(until_s)).seeing(filed()).is(expected);
    }
}

#[test]
fn a_resumption_counts_on_what_was_left_when_the_clock_stopped() {
    let resume = |deadline_s| Body::Resume(ResumeBody { deadline_s });
    // Stopped ten days ago with eleven days left.
    let stopped = || CaseState { suspended_since_s: Some(NOW - 10 * DAY), ..filed() };
    Question::of(resume(NOW + 11 * DAY)).seeing(stopped()).is(Ok(()));
    Question::of(resume(NOW + 11 * DAY + 1)).seeing(stopped()).is(Err(Refusal::DeadlineWrong));
    Question::of(resume(NOW + DAY)).seeing(stopped()).is(Err(Refusal::DeadlineWrong));
    // Nothing stood still: without effect, so there is nothing to be wrong.
    Question::of(resume(0)).seeing(filed()).is(Ok(()));
    // Somebody whose clock is wrong moved the deadline before the suspension: nothing was left, and it stays.
    let suspended_after_its_end = || CaseState { suspended_since_s: Some(NOW + 2 * DAY), ..filed() };
    Question::of(resume(NOW + DAY)).seeing(suspended_after_its_end()).is(Ok(()));
    Question::of(resume(NOW + 2 * DAY)).seeing(suspended_after_its_end()).is(Err(Refusal::DeadlineWrong));
}

#[test]
fn a_note_is_judged_by_rights_alone() {
    Question::of(Body::Note(PlainBody {})).is(Err(Refusal::NoRight));
}
