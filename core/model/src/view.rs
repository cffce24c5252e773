//! What everybody shows of a case, from the same state: phone, hub, bindings, pages.
//!
//! [`CaseView`] is equal byte for byte as JSON on every replica that holds the same acts, verdicts and details; what
//! differs between replicas (what is confirmed yet) stands in the history and in the delivery beside it.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::act::{Act, Body, DetailText, Filing, Fix, Kind, Profile};
use crate::area::Areas;
use crate::case::{ActAt, Assignee, CaseState, Field, Stage};
use crate::code::Code;
use crate::fold::{Effect, Standing, Who};
use crate::ids::{DeviceId, EntryHash, FeedId, PersonId, RecordId};
use crate::pack::Pack;
use crate::rights::{Refusal, Role};
use crate::time::Basis;

/// An area by name, as it is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AreaView {
    /// Its feed.
    pub id: FeedId,
    /// Its official code, empty where the directory does not know it.
    pub code: String,
    /// Its name; the id where the directory does not know it.
    pub name: String,
}

impl AreaView {
    /// Looks an area up.
    #[must_use]
    pub fn of(areas: &Areas, id: FeedId) -> Self {
        areas.area(id).map_or_else(
            || Self { id, code: String::new(), name: id.to_string() },
            |area| Self { id, code: area.code.clone(), name: area.name.clone() },
        )
    }
}

/// Who has a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AssigneeView {
    /// The party.
    pub party: Option<AreaView>,
    /// The person who claimed it.
    pub person: Option<PersonId>,
}

/// The state of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseView {
    /// The record.
    pub record: RecordId,
    /// What people dictate.
    pub code: String,
    /// Which acts it goes through.
    pub profile: Profile,
    /// How often it was sent back.
    pub round: Option<u32>,
    /// Where it stands in this round.
    pub stage: Option<Stage>,
    /// Whether something is still expected.
    pub open: bool,
    /// Class as reported.
    pub class: Option<Field<String>>,
    /// The class in words.
    pub class_name: Option<String>,
    /// 急要件.
    pub urgent: Option<Field<bool>>,
    /// What was filed.
    pub filing: Option<Field<Filing>>,
    /// Unix seconds.
    pub deadline_s: Option<i64>,
    /// Where rights and tallies follow it to.
    pub area: Option<Field<AreaView>>,
    /// Typed by the reporter or a later revision; `None` where there was nothing or it was erased.
    pub text: Option<Field<Option<String>>>,
    /// Where it is.
    pub place: Option<Field<Option<Fix>>>,
    /// Who has it; more than one: contested.
    pub assignees: Vec<AssigneeView>,
    /// Closing conditions of this round.
    pub closing: Vec<String>,
    /// Unix seconds of the report.
    pub reported_s: Option<i64>,
    /// Who reported.
    pub reporter: Option<PersonId>,
    /// Reported and handled in one.
    pub self_handled: bool,
    /// Unix seconds.
    pub handled_s: Option<i64>,
    /// Unix seconds.
    pub closed_s: Option<i64>,
    /// Closed by force.
    pub forced: bool,
    /// Withdrawn by its reporter.
    pub withdrawn: bool,
    /// Failed checks.
    pub reworks: u32,
    /// Extensions that count.
    pub extensions: u32,
    /// Unix seconds while the clock stands still.
    pub suspended_until_s: Option<i64>,
    /// Whether values stand beside each other.
    pub contested: bool,
    /// What closing and sending-back commands carry.
    pub revision: u32,
}

/// How far an act has come. Four different things, all visible.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// Nowhere else yet.
    OnThisPhone,
    /// The hub has it and has not given it a line.
    Sent,
    /// Admitted.
    Confirmed,
    /// Refused; kept as evidence.
    Refused,
}

/// One act as a history shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActView {
    /// Its name.
    pub entry: EntryHash,
    /// What it was; `None`: from a newer version.
    pub kind: Option<Kind>,
    /// For a check: whether it passed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passed: Option<bool>,
    /// The party that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party: Option<AreaView>,
    /// The area that it names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area: Option<AreaView>,
    /// The act that it adopts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopts: Option<EntryHash>,
    /// Unix seconds by its author.
    pub time_s: i64,
    /// How sure that is.
    pub basis: Basis,
    /// The device.
    pub device: DeviceId,
    /// The role, where the grant is known.
    pub role: Option<Role>,
    /// The person, where the grant is known.
    pub person: Option<PersonId>,
    /// What was typed; `None` where there was nothing or it was erased.
    pub text: Option<String>,
    /// What it did to the case.
    pub effect: Effect,
    /// How far it has come.
    pub delivery: Delivery,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<Refusal>,
}

/// What is needed beside a state to show it.
pub struct Sources<'a> {
    /// Names of areas and classes.
    pub pack: &'a Pack,
    /// What was typed beside the acts that the state points at.
    pub details: &'a BTreeMap<ActAt, DetailText>,
}

fn shown<T, U>(field: &Option<Field<T>>, show: impl Fn(&T) -> U) -> Option<Field<U>> {
    field.as_ref().map(|field| Field { value: show(&field.value), contested: field.contested.iter().map(&show).collect() })
}

/// A state as everybody shows it.
#[must_use]
pub fn case_view(record: RecordId, state: &CaseState, sources: &Sources<'_>) -> CaseView {
    let area = |id: &FeedId| AreaView::of(&sources.pack.areas, *id);
    let detail = |at: &ActAt| sources.details.get(at);
    let class_name = state.class.as_ref().and_then(|class| sources.pack.classes.get(&class.value));
    CaseView {
        record,
        code: Code::of(&record).to_string(),
        profile: state.profile,
        round: state.position.map(|position| position.round),
        stage: state.position.map(|position| position.stage),
        open: state.is_open(),
        class: state.class.clone(),
        class_name: class_name.map(|class| class.name.clone()),
        urgent: state.urgent.clone(),
        filing: state.filing.clone(),
        deadline_s: state.deadline_s,
        area: shown(&state.area, area),
        text: shown(&state.text, |at| detail(at).and_then(|detail| detail.text.clone())),
        place: shown(&state.place, |at| detail(at).and_then(|detail| detail.place)),
        assignees: state.assignees.iter().map(|assignee| assignee_view(assignee, &sources.pack.areas)).collect(),
        closing: state.closing.clone(),
        reported_s: state.birth.map(|birth| birth.time_s),
        reporter: state.birth.and_then(|birth| birth.person),
        self_handled: state.birth.is_some_and(|birth| birth.self_handled),
        handled_s: state.handled_s,
        closed_s: state.closed_s,
        forced: state.forced,
        withdrawn: state.withdrawn,
        reworks: state.reworks,
        extensions: state.extensions,
        suspended_until_s: state.suspended_until_s,
        contested: state.is_contested(),
        revision: state.revision,
    }
}

fn assignee_view(assignee: &Assignee, areas: &Areas) -> AssigneeView {
    AssigneeView { party: assignee.party.map(|party| AreaView::of(areas, party)), person: assignee.person }
}

/// What of one act is not in the act itself.
pub struct ActAround {
    /// Its name.
    pub entry: EntryHash,
    /// The device.
    pub device: DeviceId,
    /// The author's time.
    pub time_s: i64,
    /// Whom its grant names.
    pub who: Option<Who>,
    /// What is known of its verdict.
    pub standing: Standing,
    /// Why it was refused.
    pub refusal: Option<Refusal>,
    /// Whether the hub has answered anything.
    pub sent: bool,
    /// What was typed.
    pub detail: Option<DetailText>,
    /// What the fold made of it.
    pub effect: Effect,
}

/// One act as a history shows it.
#[must_use]
pub fn act_view(act: &Act, around: ActAround, areas: &Areas) -> ActView {
    let (party, area, adopts, passed) = match &act.body {
        Body::Dispatch(body) | Body::Return(body) => (Some(body.party), None, None, None),
        Body::Claim(body) | Body::Handle(body) => (body.party, None, None, None),
        Body::Relocate(body) => (None, Some(body.area), None, None),
        Body::Adopt(body) => (None, None, Some(body.entry), None),
        Body::Check(body) => (None, None, None, Some(body.passed)),
        _ => (None, None, None, None),
    };
    let delivery = match around.standing {
        Standing::Admitted { .. } => Delivery::Confirmed,
        Standing::Refused => Delivery::Refused,
        Standing::Unconfirmed | Standing::Doubted if around.sent => Delivery::Sent,
        Standing::Unconfirmed | Standing::Doubted => Delivery::OnThisPhone,
    };
    ActView {
        entry: around.entry,
        kind: act.kind(),
        passed,
        party: party.map(|id| AreaView::of(areas, id)),
        area: area.map(|id| AreaView::of(areas, id)),
        adopts,
        time_s: around.time_s,
        basis: act.basis,
        device: around.device,
        role: around.who.map(|who| who.role),
        person: around.who.map(|who| who.person),
        text: around.detail.and_then(|detail| detail.text),
        effect: around.effect,
        delivery,
        refusal: around.refusal,
    }
}
