//! What somebody has to settle: acts that the hub refused, then cases in which values stand beside each other.

use std::collections::{BTreeMap, BTreeSet};

use gewu_log::grant::Grant;
use gewu_log::record::refusal;
use gewu_model::act::{Act, Body, DeclineReason, Kind};
use gewu_model::code::Code;
use gewu_model::fold::Effect;
use gewu_model::ids::{EntryHash, GrantId, RecordId};
use gewu_store::{CaseRow, Reader, RefusedRow};
use gewu_words::{Language, Named as _, say};
use serde::Serialize;

use crate::case::{kind_label, why};
use crate::classes::class_name;
use crate::device::{Device, Member};
use crate::error::DeviceError;
use crate::pages::PAGE_ROWS_MAX;

/// Refused acts that are looked at for a count; beyond, the count stands still.
const COUNTED_MAX: u32 = 1_000;
/// Refused acts that are read at once.
const READ_AT_ONCE: u32 = 50;

/// One thing to settle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettleLine {
    /// The case.
    pub case: RecordId,
    /// What people dictate.
    pub code: String,
    /// The class in words.
    pub class_name: Option<String>,
    /// The refused act; `None` for a contested case, and for a kind of a newer version.
    pub kind: Option<Kind>,
    /// What was done, or where the contested case stands.
    pub kind_label: String,
    /// Unix seconds: of the act by its author, or of the report.
    pub time_s: i64,
    /// What was typed with the refused act, or with the report.
    pub text: Option<String>,
    /// Why it was refused and what to do, in words.
    pub reason: Option<String>,
    /// The refused act, to be named when it is adopted.
    pub entry: Option<EntryHash>,
    /// Values stand beside each other.
    pub contested: bool,
}

/// A page of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SettlePage {
    /// At most 200.
    pub lines: Vec<SettleLine>,
    /// To be given back for the next page; `None`: this was the last.
    pub next: Option<String>,
    /// Grows with every change.
    pub revision: u64,
}

/// Where a page goes on.
#[derive(Clone, Copy)]
enum After {
    Refused(Option<u64>),
    Contested(Option<u64>),
}

impl After {
    fn read(text: Option<&str>) -> Self {
        let number = |text: &str| text.parse().ok();
        match text.map(|text| (text.strip_prefix('r').and_then(number), text.strip_prefix('c'))) {
            Some((Some(before), _)) => Self::Refused(Some(before)),
            Some((_, Some(before))) => Self::Contested(number(before)),
            _ => Self::Refused(None),
        }
    }
}

impl Device {
    /// Refused acts that nobody adopted, the newest first, then contested cases. `after`: the `next` of the page before.
    ///
    /// # Errors
    /// As every query.
    pub fn to_settle(&self, after: Option<&str>) -> Result<SettlePage, DeviceError> {
        self.inner.may_show()?;
        let member = self.inner.member()?;
        let language = self.inner.language;
        let revision = self.inner.notifier.revision();
        let most = usize::try_from(PAGE_ROWS_MAX).unwrap_or(usize::MAX);
        let (lines, next) = self.inner.writer.read(|reader| {
            let mut lines = Vec::new();
            let mut at = After::read(after);
            while let After::Refused(before) = at {
                let rows = reader.refused(before, READ_AT_ONCE)?;
                for (_, line) in refused_lines(reader, &rows, &member, language)? {
                    lines.push(line);
                }
                let last = rows.last().map(|row| row.position);
                let more = rows.len() == usize::try_from(READ_AT_ONCE).unwrap_or(0);
                at = if more { After::Refused(last) } else { After::Contested(None) };
                if more && lines.len().saturating_add(rows.len()) > most {
                    return Ok((lines, last.map(|last| format!("r{last}"))));
                }
            }
            let After::Contested(before) = at else { return Ok((lines, None)) };
            let room = most.saturating_sub(lines.len());
            if room == 0 {
                return Ok((lines, Some("c".to_owned())));
            }
            let limit = u32::try_from(room).unwrap_or(PAGE_ROWS_MAX);
            let cases = reader.contested(before, limit)?;
            let next = cases.last().filter(|_| cases.len() == room).map(|(place, _)| format!("c{place}"));
            lines.extend(cases.into_iter().map(|(_, case)| contested_line(case, &member, language)));
            Ok((lines, next))
        })?;
        Ok(SettlePage { lines, next, revision })
    }

    /// How much there is to settle. Cost: each refused act is looked up, up to a thousand of them.
    pub(crate) fn to_settle_count(&self, member: &Member) -> Result<u64, DeviceError> {
        self.inner.writer.read(|reader| {
            let rows = reader.refused(None, COUNTED_MAX)?;
            let refused = refused_lines(reader, &rows, member, self.inner.language)?.len();
            Ok(u64::try_from(refused).unwrap_or(u64::MAX).saturating_add(reader.contested_count()?))
        })
    }
}

/// Lines of refused entries that no effective act has adopted, in the order given.
fn refused_lines(
    reader: &Reader,
    rows: &[RefusedRow],
    member: &Member,
    language: Language,
) -> Result<Vec<(u64, SettleLine)>, DeviceError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let grants: BTreeMap<GrantId, Grant> = reader.grants()?.into_iter().map(|grant| (grant.id, grant)).collect();
    let whom = |grant: GrantId| grants.get(&grant).map(Grant::who);
    let mut lines = BTreeMap::new();
    let records: BTreeSet<RecordId> = rows.iter().map(|row| row.record).collect();
    for id in records {
        let Some(stored) = reader.record(id)? else { continue };
        let state = &stored.record.header().state;
        let class = state.class.as_ref().and_then(|class| member.pack.classes.get(&class.value));
        let history = stored.record.history(&whom);
        let acts: Vec<(Option<Act>, Effect)> =
            history.iter().map(|(row, effect)| (Act::decode(&row.act).ok(), *effect)).collect();
        let adopted: BTreeSet<EntryHash> = acts
            .iter()
            .filter_map(|(act, effect)| match (act.as_ref().map(|act| &act.body), effect) {
                (Some(Body::Adopt(adopt)), Effect::Effective) => Some(adopt.entry),
                _ => None,
            })
            .collect();
        for ((row, _), (act, _)) in history.iter().zip(&acts) {
            let entry = stored.record.entry_hash(row);
            let asked = rows.iter().find(|asked| asked.record == id && asked.change == row.change);
            let Some(asked) = asked.filter(|_| !adopted.contains(&entry)) else { continue };
            let Some(act) = act else { continue };
            let kind = act.kind();
            let line = SettleLine {
                case: id,
                code: Code::of(&id).to_string(),
                class_name: class.map(|class| class_name(language, class).to_owned()),
                kind,
                kind_label: kind.map_or_else(String::new, |kind| {
                    let withdrawn = matches!(&act.body, Body::Decline(it) if it.reason == DeclineReason::Withdrawn);
                    let passed = if let Body::Check(check) = &act.body { Some(check.passed) } else { None };
                    kind_label(language, kind, passed, withdrawn)
                }),
                time_s: row.time_s,
                text: stored.beside(&row.change).and_then(|it| it.detail.clone()).and_then(|detail| detail.text),
                reason: refusal(row.said).map(|refusal| why(language, refusal)),
                entry: Some(entry),
                contested: state.is_contested(),
            };
            lines.insert(std::cmp::Reverse(asked.position), line);
        }
    }
    Ok(lines.into_iter().map(|(position, line)| (position.0, line)).collect())
}

fn contested_line(case: CaseRow, member: &Member, language: Language) -> SettleLine {
    let class = case.class.as_ref().and_then(|class| member.pack.classes.get(class));
    SettleLine {
        case: case.record,
        code: case.code.to_string(),
        class_name: class.map(|class| class_name(language, class).to_owned()),
        kind: None,
        kind_label: case.stage.map_or_else(String::new, |stage| say(language, stage.word(), &[])),
        time_s: case.reported_s.unwrap_or(0),
        text: case.text,
        reason: None,
        entry: None,
        contested: true,
    }
}
