//! One case as a screen shows it: its state, its history in words, and what this person may do now.

use std::collections::BTreeMap;

use gewu_log::grant::Grant;
use gewu_log::record::refusal;
use gewu_model::act::{Act, Body, DeclineReason, Kind};
use gewu_model::action::{Action, Doer, Moment, actions};
use gewu_model::case::due_in_s;
use gewu_model::fold::{Effect, Standing};
use gewu_model::ids::{GrantId, PersonId};
use gewu_model::rights::{Refusal, Role};
use gewu_model::sabotage::{self, Switch};
use gewu_model::view::{ActAround, ActView, CaseView, Delivery, Sources, act_view, case_view};
use gewu_words::{Language, Named as _, Word, refusal_words, say};
use serde::Serialize;

use crate::classes::class_name;
use crate::device::{Device, Member};
use crate::error::DeviceError;

/// One act as a history shows it, with its words. As JSON it is the act alone, the same on every phone and at the hub.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActLine {
    /// The act.
    #[serde(flatten)]
    pub act: ActView,
    /// What was done.
    #[serde(skip)]
    pub kind_label: String,
    /// Role and short name of whoever did it.
    #[serde(skip)]
    pub author: String,
    /// What it did, where that is not simply that it counts.
    #[serde(skip)]
    pub effect_label: Option<String>,
    /// How far it has come.
    #[serde(skip)]
    pub delivery_label: String,
    /// How sure its time is.
    #[serde(skip)]
    pub basis_label: String,
    /// Why it was refused, and what to do.
    #[serde(skip)]
    pub why: Option<String>,
}

/// Something that makes sense where a case stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActionLine {
    /// What it is.
    pub kind: Kind,
    /// For a check: whether it passes.
    pub passed: Option<bool>,
    /// For a decline: by its own reporter.
    pub withdrawn: bool,
    /// What stands on the button.
    pub label: String,
    /// Whether this person may do it now.
    pub allowed: bool,
    /// Why not, and what to do; in words.
    pub why: Option<String>,
    /// Refused without typed words.
    pub needs_text: bool,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseDetail {
    /// What everybody shows alike.
    pub state: CaseView,
    /// Every act, in act order.
    pub history: Vec<ActLine>,
    /// The least far that any act has come.
    pub delivery: Delivery,
    /// Where it stands, in words; `None` until a report is here.
    pub stage_label: Option<String>,
    /// The class in words.
    pub class_label: Option<String>,
    /// Seconds until the deadline, negative when it is past; `None`: never due, not open, or the clock stands still.
    pub due_in_s: Option<i64>,
    /// Open and past its deadline.
    pub overdue: bool,
    /// What makes sense now, what this person may do first.
    pub actions: Vec<ActionLine>,
}

/// How a person is told from others where no name is known: the first digits of the id.
pub(crate) fn person_short(person: PersonId) -> String {
    person.to_string().chars().take(8).collect()
}

/// A kind in words, with what the kind alone does not say.
pub(crate) fn kind_label(language: Language, kind: Kind, passed: Option<bool>, withdrawn: bool) -> String {
    let word = match (kind, passed) {
        (Kind::Check, Some(true)) => Word::ActionCheckPassed,
        (Kind::Check, Some(false)) => Word::ActionCheckFailed,
        (Kind::Decline, _) if withdrawn => Word::ActionWithdraw,
        _ => kind.word(),
    };
    say(language, word, &[])
}

/// Why not, and what to do.
pub(crate) fn why(language: Language, refusal: Refusal) -> String {
    let words = refusal_words(refusal);
    let (reason, next) = (say(language, words.what, &[]), say(language, words.next, &[]));
    say(language, Word::ActionWhyNot, &[("reason", &reason), ("next", &next)])
}

fn author(language: Language, role: Option<Role>, person: Option<PersonId>) -> String {
    match (role, person) {
        (Some(role), Some(person)) => {
            let role = say(language, role.word(), &[]);
            say(language, Word::ActionBy, &[("role", &role), ("person", &person_short(person))])
        }
        _ => say(language, Word::ActionByUnknown, &[]),
    }
}

fn act_line(language: Language, act: ActView, withdrawn: bool) -> ActLine {
    let newer = || say(language, Effect::NewerVersion.word(), &[]);
    ActLine {
        kind_label: act.kind.map_or_else(newer, |kind| kind_label(language, kind, act.passed, withdrawn)),
        author: author(language, act.role, act.person),
        effect_label: (act.effect != Effect::Effective).then(|| say(language, act.effect.word(), &[])),
        delivery_label: say(language, act.delivery.word(), &[]),
        basis_label: say(language, act.basis.word(), &[]),
        why: act.refusal.map(|refusal| why(language, refusal)),
        act,
    }
}

fn action_line(language: Language, action: Action) -> ActionLine {
    ActionLine {
        kind: action.kind,
        passed: action.passed,
        withdrawn: action.withdrawn,
        label: kind_label(language, action.kind, action.passed, action.withdrawn),
        allowed: action.refusal.is_none(),
        why: action.refusal.map(|refusal| why(language, refusal)),
        needs_text: action.needs_words,
    }
}

impl Member {
    /// Who acts on this phone, and by which rules.
    pub(crate) fn doer(&self) -> Doer<'_> {
        let (table, areas) = (self.pack.roles.as_slice(), &self.pack.areas);
        Doer { table, areas, who: self.grant.who(), device: self.grant.device }
    }
}

impl Device {
    /// One case with its history and what may be done, by code or record id.
    ///
    /// # Errors
    /// As every query; `NotFound`, `Invalid` for a mistyped code.
    pub fn case(&self, case: &str) -> Result<CaseDetail, DeviceError> {
        let record = self.find(case)?;
        self.inner.may_show()?;
        let member = self.inner.member()?;
        let language = self.inner.language;
        let read = self.inner.writer.read(|reader| {
            let grants: BTreeMap<GrantId, Grant> =
                reader.grants()?.into_iter().map(|grant| (grant.id, grant)).collect();
            Ok(reader.record(record)?.map(|stored| (stored, grants)))
        })?;
        let (stored, grants) = read.ok_or_else(|| DeviceError::NotFound { name: case.to_owned() })?;
        let whom = |grant: GrantId| grants.get(&grant).map(Grant::who);
        let details = stored.details();
        let seen = &stored.record.header().state;
        let mut history = Vec::new();
        for (row, effect) in stored.record.history(&whom) {
            let Ok(act) = Act::decode(&row.act) else { continue };
            if refusal(row.said).is_some() && sabotage::on(Switch::DropOnRefuse) {
                continue;
            }
            let extra = stored.beside(&row.change);
            let around = ActAround {
                entry: stored.record.entry_hash(row),
                device: row.author,
                time_s: row.time_s,
                who: whom(act.grant),
                standing: row.said.map_or(Standing::Unconfirmed, |said| said.verdict.standing(said.hub_time_s)),
                refusal: refusal(row.said),
                sent: extra.is_some_and(|extra| extra.sent) || sabotage::on(Switch::StatusOptimistic),
                detail: extra.and_then(|extra| extra.detail.clone()),
                effect,
            };
            let withdrawn = matches!(&act.body, Body::Decline(body) if body.reason == DeclineReason::Withdrawn);
            history.push(act_line(language, act_view(&act, around, &member.pack.areas), withdrawn));
        }
        let confirmed = |line: &ActLine| match line.act.delivery {
            Delivery::Refused => Delivery::Confirmed,
            delivery => delivery,
        };
        let delivery = history.iter().map(confirmed).min().unwrap_or(Delivery::Confirmed);
        let adoptable = history.iter().any(|line| is_adoptable(&line.act));
        let (time_s, basis) = self.inner.time();
        let moment = Moment { home: stored.record.outline().feed, time_s, basis };
        let offered = actions(&member.doer(), seen, moment, adoptable);
        let class = seen.class.as_ref().and_then(|class| member.pack.classes.get(&class.value));
        let due_in_s = due_in_s(seen.is_open(), seen.is_suspended(), seen.deadline_s, time_s);
        Ok(CaseDetail {
            due_in_s,
            overdue: due_in_s.is_some_and(|left_s| left_s < 0),
            state: case_view(record, seen, &Sources { pack: &member.pack, details: &details }),
            history,
            delivery,
            stage_label: seen.position.map(|position| say(language, position.stage.word(), &[])),
            class_label: class.map(|class| class_name(language, class).to_owned()),
            actions: offered.into_iter().map(|action| action_line(language, action)).collect(),
        })
    }
}

/// Whether an act can be adopted: it has no effect and is no adoption itself.
pub(crate) fn is_adoptable(act: &ActView) -> bool {
    act.effect != Effect::Effective && act.kind != Some(Kind::Adopt)
}
