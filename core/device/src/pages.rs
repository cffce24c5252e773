//! Queries: bounded pages, one case with its history, rates, status. Read beside the writer, never blocked by it.

use std::collections::BTreeMap;

use gewu_log::grant::Grant;
use gewu_log::record::refusal;
use gewu_model::act::Act;
use gewu_model::area::AreaKind;
use gewu_model::case::Stage;
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::fold::Standing;
use gewu_model::ids::{EntryHash, FeedId, GrantId, RecordId};
use gewu_model::rate::{Cohort, Period, RateDefinition, RateView, rate_view};
use gewu_model::view::{ActAround, ActView, AreaView, CaseView, Delivery, Sources, act_view, case_view};
use gewu_store::{CaseRow, Reader, StoreError};
use gewu_words::ErrorCode;
use serde::Serialize;

use crate::device::{Device, Member, relaxed};
use crate::error::DeviceError;

/// Most rows of a page.
pub const PAGE_ROWS_MAX: u32 = 200;

/// A case in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseLine {
    /// The record.
    pub record: RecordId,
    /// What people dictate.
    pub code: String,
    /// Where it is.
    pub area: Option<AreaView>,
    /// How often it was sent back.
    pub round: Option<u32>,
    /// Where it stands.
    pub stage: Option<Stage>,
    /// The class's key.
    pub class: Option<String>,
    /// The class in words.
    pub class_name: Option<String>,
    /// What was typed.
    pub text: Option<String>,
    /// Unix seconds.
    pub reported_s: Option<i64>,
    /// Unix seconds.
    pub deadline_s: Option<i64>,
    /// Open and past its deadline.
    pub overdue: bool,
    /// Values stand beside each other.
    pub contested: bool,
    /// Some act is not confirmed yet.
    pub unconfirmed: bool,
    /// For commands that close or send back.
    pub revision: u32,
}

/// A page of cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CasePage {
    /// At most 200.
    pub cases: Vec<CaseLine>,
    /// To be given back for the next page; `None`: this was the last.
    pub next: Option<String>,
    /// Grows with every change.
    pub revision: u64,
}

/// One case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaseDetail {
    /// What everybody shows alike.
    pub state: CaseView,
    /// Every act, in act order.
    pub history: Vec<ActView>,
    /// The least far that any act has come.
    pub delivery: Delivery,
}

/// What the status line tells; derived from acknowledgements alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Status {
    /// Whether somebody is enrolled.
    pub enrolled: bool,
    /// Acts that are only on this phone.
    pub unsent: u64,
    /// Acts that the hub has and has not confirmed.
    pub sent: u64,
    /// Acts that the hub refused.
    pub refused: u64,
    /// Entries set apart.
    pub quarantined: u64,
    /// Acts held.
    pub acts: u64,
    /// Cases held.
    pub cases: u64,
    /// Unix seconds by the hub's clock.
    pub last_contact_s: Option<i64>,
    /// Unix seconds.
    pub grant_expires_s: Option<i64>,
}

/// Something that failed a check and is kept apart, by name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct KeptApart {
    /// The feed whose line carried it.
    pub feed: FeedId,
    /// The line.
    pub n: u64,
    /// The entry, as its author and the hub name it.
    pub entry: EntryHash,
    /// The check that it failed; `detail`: what was typed alone, the act stands; `waits`: it rests on what is kept apart.
    pub reason: String,
}

/// At most so many are named.
const KEPT_APART_MAX: u32 = 1_000;

impl Member {
    fn line(&self, row: CaseRow, now_s: i64) -> CaseLine {
        let open = row.stage.is_some_and(|stage| !stage.is_terminal());
        CaseLine {
            record: row.record,
            code: Code::of(&row.record).to_string(),
            area: row.area.map(|area| AreaView::of(&self.pack.areas, area)),
            round: row.round,
            stage: row.stage,
            class_name: row
                .class
                .as_ref()
                .and_then(|class| self.pack.classes.get(class))
                .map(|class| class.name.clone()),
            class: row.class,
            text: row.text,
            reported_s: row.reported_s,
            deadline_s: row.deadline_s,
            overdue: open && !row.suspended && row.deadline_s.is_some_and(|deadline_s| deadline_s < now_s),
            contested: row.contested,
            unconfirmed: row.unconfirmed,
            revision: row.revision,
        }
    }

    /// An area of the directory by its code, from grids upward.
    pub(crate) fn any_area(&self, code: Option<&str>) -> Result<FeedId, DeviceError> {
        let Some(code) = code else { return Ok(self.grant.area) };
        [AreaKind::Grid, AreaKind::Community, AreaKind::Village, AreaKind::Street]
            .iter()
            .find_map(|kind| self.pack.areas.by_code(*kind, code))
            .map(|area| area.id)
            .ok_or_else(|| DeviceError::invalid("area", ErrorCode::AreaUnknown, code))
    }
}

impl Device {
    fn page(
        &self,
        read: impl Fn(&Reader, Option<&str>) -> Result<(Vec<CaseRow>, Option<String>), StoreError>,
        after: Option<&str>,
    ) -> Result<CasePage, DeviceError> {
        let member = self.inner.member()?;
        let now_s = self.inner.time().0;
        let revision = self.inner.notifier.revision();
        let (rows, next) = self.inner.writer.read(|reader| Ok(read(reader, after)?))?;
        Ok(CasePage { cases: rows.into_iter().map(|row| member.line(row, now_s)).collect(), next, revision })
    }

    /// Open cases, due first. `after`: the `next` of the page before.
    ///
    /// # Errors
    /// As every query: `UnlockNeeded`, `Busy`, `Damaged`.
    pub fn today(&self, after: Option<&str>) -> Result<CasePage, DeviceError> {
        self.page(|reader, after| reader.today(PAGE_ROWS_MAX, after), after)
    }

    /// All cases of a grid, newest first.
    ///
    /// # Errors
    /// As every query; `Invalid` for an unknown grid.
    pub fn by_grid(&self, code: Option<&str>, after: Option<&str>) -> Result<CasePage, DeviceError> {
        let area = self.inner.member()?.any_area(code)?;
        self.page(|reader, after| reader.by_grid(area, PAGE_ROWS_MAX, after), after)
    }

    /// Open cases past their deadline, oldest first.
    ///
    /// # Errors
    /// As every query.
    pub fn overdue(&self, after: Option<&str>) -> Result<CasePage, DeviceError> {
        let now_s = self.inner.time().0;
        self.page(|reader, after| reader.overdue(now_s, PAGE_ROWS_MAX, after), after)
    }

    /// All cases that are here, closed ones too, in the order in which they came.
    ///
    /// # Errors
    /// As every query.
    pub fn all(&self, after: Option<&str>) -> Result<CasePage, DeviceError> {
        self.page(|reader, after| reader.all(PAGE_ROWS_MAX, after), after)
    }

    /// Keys of the catalogue's classes.
    ///
    /// # Errors
    /// `UnlockNeeded` when nobody is enrolled.
    pub fn classes(&self) -> Result<Vec<String>, DeviceError> {
        Ok(self.inner.member()?.pack.classes.keys().cloned().collect())
    }

    /// One case with its history, by code or record id.
    ///
    /// # Errors
    /// As every query; `NotFound`, `Invalid` for a mistyped code.
    pub fn case(&self, case: &str) -> Result<CaseDetail, DeviceError> {
        let record = self.find(case)?;
        let member = self.inner.member()?;
        let read = self.inner.writer.read(|reader| {
            let grants: BTreeMap<GrantId, Grant> =
                reader.grants()?.into_iter().map(|grant| (grant.id, grant)).collect();
            Ok(reader.record(record)?.map(|stored| (stored, grants)))
        })?;
        let (stored, grants) = read.ok_or_else(|| DeviceError::NotFound { name: case.to_owned() })?;
        let whom = |grant: GrantId| grants.get(&grant).map(Grant::who);
        let details = stored.details();
        let state =
            case_view(record, &stored.record.header().state, &Sources { pack: &member.pack, details: &details });
        let mut history = Vec::new();
        for (row, effect) in stored.record.history(&whom) {
            let Ok(act) = Act::decode(&row.act) else { continue };
            let extra = stored.beside(&row.change);
            let around = ActAround {
                entry: stored.record.entry_hash(row),
                device: row.author,
                time_s: row.time_s,
                who: whom(act.grant),
                standing: row.said.map_or(Standing::Unconfirmed, |said| said.verdict.standing(said.hub_time_s)),
                refusal: refusal(row.said),
                sent: extra.is_some_and(|extra| extra.sent),
                detail: extra.and_then(|extra| extra.detail.clone()),
                effect,
            };
            history.push(act_view(&act, around, &member.pack.areas));
        }
        let confirmed =
            |act: &ActView| if act.delivery == Delivery::Refused { Delivery::Confirmed } else { act.delivery };
        let delivery = history.iter().map(confirmed).min().unwrap_or(Delivery::Confirmed);
        Ok(CaseDetail { state, history, delivery })
    }

    /// A rate over an area and everything below it. Absent days: from the first known one to today.
    ///
    /// # Errors
    /// As every query; `Invalid` for an unknown definition, area, or day.
    pub fn rate(
        &self,
        definition: &str,
        from: Option<Day>,
        to: Option<Day>,
        as_of: Option<Day>,
        area: Option<&str>,
    ) -> Result<RateView, DeviceError> {
        let member = self.inner.member()?;
        let found = RateDefinition::find(definition);
        let definition = found.ok_or_else(|| DeviceError::NotFound { name: definition.to_owned() })?;
        let top = member.any_area(area)?;
        let areas = member.pack.areas.below(top);
        let today = Day::of(self.inner.time().0, member.pack.day_offset_s);
        self.inner.writer.read(|reader| {
            // The first known day is looked for only where it is needed: that reads two rows of every area.
            let from = match from {
                Some(from) => from,
                None => reader.days()?.map_or(today, |(first, _)| first),
            };
            let to = to.unwrap_or(today);
            let period = Period { from, to, as_of: as_of.unwrap_or(to) };
            let sum = |cohort| match period.days(cohort) {
                Some((from, to)) => reader.counts_by_area(&areas, from, to),
                None => Ok(Vec::new()),
            };
            let reported = sum(Cohort::ReportDay)?;
            // Mostly the same days, and a row holds all counts.
            let same = period.days(definition.cohort) == period.days(Cohort::ReportDay);
            let cohort = if same { reported.clone() } else { sum(definition.cohort)? };
            let own = member.grant.area;
            // Whatever is known of the whole area is known of each part of it; only the whole comes with every pull.
            let whole = if member.pack.areas.covers(own, top) { reader.known_until(own)? } else { None };
            let known_until_s = reader.known_until(top)?.max(whole).or_else(|| relaxed(&self.inner.contact).last_s());
            Ok(rate_view(definition, period, &member.pack.areas, &cohort, &reported, known_until_s))
        })
    }

    /// What is kept apart, by feed and line: the first thousand.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn kept_apart(&self) -> Result<Vec<KeptApart>, DeviceError> {
        let found = self.inner.writer.read(|reader| Ok(reader.quarantined(KEPT_APART_MAX)?))?;
        let named = found.into_iter().map(|it| KeptApart { feed: it.feed, n: it.n, entry: it.entry, reason: it.reason });
        Ok(named.collect())
    }

    /// What the status line tells.
    ///
    /// # Errors
    /// `Busy`, `Damaged`.
    pub fn status(&self) -> Result<Status, DeviceError> {
        let member = self.inner.member().ok();
        let counts = self.inner.writer.read(|reader| Ok(reader.status()?))?;
        Ok(Status {
            enrolled: member.is_some(),
            unsent: counts.unsent,
            sent: counts.sent_unconfirmed,
            refused: counts.refused,
            quarantined: counts.quarantined,
            acts: counts.acts,
            cases: counts.cases,
            last_contact_s: relaxed(&self.inner.contact).last_s(),
            grant_expires_s: member.map(|member| member.grant.expires_s),
        })
    }
}
