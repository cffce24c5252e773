//! Queries: bounded pages of cases, rates, what is kept apart. Read beside the writer, never blocked by it.

use gewu_model::area::AreaKind;
use gewu_model::case::{Stage, due_in_s};
use gewu_model::code::Code;
use gewu_model::day::Day;
use gewu_model::ids::{EntryHash, FeedId, RecordId};
use gewu_model::rate::{Cohort, Period, RateDefinition, RateView, rate_view};
use gewu_model::view::AreaView;
use gewu_store::{CaseRow, Reader, StoreError};
use gewu_words::{ErrorCode, Language, Named as _, say};
use serde::Serialize;

use crate::classes::class_name;
use crate::device::{Device, Member, relaxed};
use crate::error::DeviceError;
use crate::supervise::RateQuery;

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
    /// That in words; `None` until a report is here.
    pub stage_label: Option<String>,
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
    /// Seconds until the deadline, negative when it is past; `None`: never due, not open, or the clock stands still.
    pub due_in_s: Option<i64>,
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
    fn line(&self, row: CaseRow, now_s: i64, language: Language) -> CaseLine {
        let open = row.stage.is_some_and(|stage| !stage.is_terminal());
        let due_in_s = due_in_s(open, row.suspended, row.deadline_s, now_s);
        let class = row.class.as_ref().and_then(|class| self.pack.classes.get(class));
        CaseLine {
            record: row.record,
            code: Code::of(&row.record).to_string(),
            area: row.area.map(|area| AreaView::of(&self.pack.areas, area)),
            round: row.round,
            stage: row.stage,
            stage_label: row.stage.map(|stage| say(language, stage.word(), &[])),
            class_name: class.map(|class| class_name(language, class).to_owned()),
            class: row.class,
            text: row.text,
            reported_s: row.reported_s,
            deadline_s: row.deadline_s,
            due_in_s,
            overdue: due_in_s.is_some_and(|left_s| left_s < 0),
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
        self.inner.may_show()?;
        let member = self.inner.member()?;
        let now_s = self.inner.time().0;
        let revision = self.inner.notifier.revision();
        let (rows, next) = self.inner.writer.read(|reader| Ok(read(reader, after)?))?;
        self.inner.end_start();
        Ok(CasePage {
            cases: rows.into_iter().map(|row| member.line(row, now_s, self.inner.language)).collect(),
            next,
            revision,
        })
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

    /// A rate over an area and everything below it. Absent days: from the first known one to today.
    ///
    /// # Errors
    /// As every query; `Invalid` for an unknown definition, area, or day.
    pub fn rate(&self, query: &RateQuery) -> Result<RateView, DeviceError> {
        let member = self.inner.member()?;
        let found = RateDefinition::find(&query.definition);
        let definition = found.ok_or_else(|| DeviceError::NotFound { name: query.definition.clone() })?;
        let top = member.any_area(query.area.as_deref())?;
        let areas = member.pack.areas.below(top);
        let today = Day::of(self.inner.time().0, member.pack.day_offset_s);
        self.inner.writer.read(|reader| {
            // The first known day is looked for only where it is needed: that reads two rows of every area.
            let from = match query.from {
                Some(from) => from,
                None => reader.days()?.map_or(today, |(first, _)| first),
            };
            let to = query.to.unwrap_or(today);
            let period = Period { from, to, as_of: query.as_of.unwrap_or(to) };
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
        let named =
            found.into_iter().map(|it| KeptApart { feed: it.feed, n: it.n, entry: it.entry, reason: it.reason });
        Ok(named.collect())
    }
}
