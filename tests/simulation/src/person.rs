//! What people do with their phones: report, and whatever a case offers them.

use gewu_device::{ActDraft, ActLine, ActionLine, CaseDetail, Device, DeviceError, ReportDraft, Saved};
use gewu_model::act::Kind;
use gewu_model::fold::Effect;
use gewu_model::rights::Role;

use crate::dice::Dice;
use crate::ledger::Promise;
use crate::place::{CLASSES, GRIDS, PARTIES};

/// Cases that a person looks at: the latest ones.
const LOOKED_AT: usize = 24;

/// An act that was saved.
pub struct Done {
    /// Its name.
    pub saved: Saved,
    /// What was promised with it.
    pub promise: Promise,
}

/// Does one thing; `None`: there was nothing to do.
///
/// # Errors
/// As the device's.
pub fn act(device: &Device, phone: usize, dice: &Dice) -> Result<Option<Done>, DeviceError> {
    let cases = device.all(None)?.cases;
    let may_report = matches!(device.who()?.role, Role::Inspector);
    if may_report && (cases.is_empty() || dice.per_mille(250)) {
        return report(device, phone, dice).map(Some);
    }
    let latest = cases.get(cases.len().saturating_sub(LOOKED_AT)..).unwrap_or_default();
    let Some(case) = dice.pick(latest) else { return Ok(None) };
    let detail = device.case(&case.record.to_string())?;
    let allowed: Vec<&ActionLine> = detail.actions.iter().filter(|action| action.allowed).collect();
    let Some(action) = dice.pick(&allowed) else { return Ok(None) };
    let draft = draft(action, &detail, dice);
    let saved = device.act(&case.record.to_string(), action.kind, &draft)?;
    let seen = detail.history.iter().map(|line| line.act.entry).collect();
    Ok(Some(Done { saved, promise: Promise { phone, record: saved.record, kind: action.kind, seen } }))
}

/// Notes in one flood.
const FLOOD: usize = 40;

/// Writes note after note on one case.
///
/// # Errors
/// As the device's, when not even one was saved.
pub fn flood(device: &Device, phone: usize, dice: &Dice) -> Result<Vec<Done>, DeviceError> {
    let cases = device.all(None)?.cases;
    let Some(case) = dice.pick(&cases) else { return Ok(Vec::new()) };
    let name = case.record.to_string();
    let mut seen: std::collections::BTreeSet<_> =
        device.case(&name)?.history.iter().map(|line| line.act.entry).collect();
    let mut done = Vec::new();
    for _ in 0..FLOOD {
        let draft = ActDraft { text: text(dice), ..ActDraft::default() };
        match device.act(&name, Kind::Note, &draft) {
            Ok(saved) => {
                let promise = Promise { phone, record: saved.record, kind: Kind::Note, seen: seen.clone() };
                seen.insert(saved.entry);
                done.push(Done { saved, promise });
            }
            Err(error) if done.is_empty() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(done)
}

fn report(device: &Device, phone: usize, dice: &Dice) -> Result<Done, DeviceError> {
    let draft = ReportDraft {
        class: dice.pick(&CLASSES).map_or_else(String::new, |class| (*class).to_owned()),
        text: text(dice),
        urgent: dice.per_mille(100),
        self_handled: dice.per_mille(100),
        ..ReportDraft::default()
    };
    let kind = if draft.self_handled { Kind::SelfHandle } else { Kind::Report };
    let saved = device.report(&draft)?;
    Ok(Done { saved, promise: Promise { phone, record: saved.record, kind, seen: std::collections::BTreeSet::new() } })
}

fn text(dice: &Dice) -> String {
    let words = ["路灯不亮", "垃圾满溢", "井盖缺失", "已处理", "还是坏的", "lamp", "bin", "🌧"];
    let count = 1 + dice.below(12);
    (0..count).filter_map(|_| dice.pick(&words).copied()).collect::<Vec<_>>().join("，")
}

fn draft(action: &ActionLine, detail: &CaseDetail, dice: &Dice) -> ActDraft {
    let some = |codes: &[&str]| dice.pick(codes).map(|code| (*code).to_owned());
    let adoptable = |line: &&ActLine| line.act.effect != Effect::Effective && line.act.kind != Some(Kind::Adopt);
    ActDraft {
        text: if action.needs_text || dice.per_mille(500) { text(dice) } else { String::new() },
        revision: Some(detail.state.revision),
        passed: action.passed.unwrap_or(false),
        party: match action.kind {
            Kind::Dispatch | Kind::Extend | Kind::Suspend => some(&PARTIES),
            _ => None,
        },
        area: if action.kind == Kind::Relocate { some(&GRIDS) } else { None },
        adopts: detail.history.iter().find(adoptable).map(|line| line.act.entry).filter(|_| action.kind == Kind::Adopt),
        withdrawn: action.withdrawn,
        days: (action.kind == Kind::Suspend).then(|| u32::try_from(1 + dice.below(30)).unwrap_or(1)),
        ..ActDraft::default()
    }
}
