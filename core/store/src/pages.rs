//! Pages: cases in some order, a bounded number at a time.
//!
//! A page goes on after the key of its last row, never by counting rows: what changes in between moves nothing else.

use gewu_log::record::Header;
use gewu_model::act::DetailText;
use gewu_model::case::{ActAt, Stage};
use gewu_model::code::Code;
use gewu_model::ids::{FeedId, RecordId};
use rusqlite::{Connection, params_from_iter};

use crate::error::{Attempt, StoreError};
use crate::reader::Reader;
use crate::rows::{detail_at, entry_at, id16};
use crate::sql;

/// Most rows of one page.
pub const ROWS_MAX: u32 = 200;

/// Where a page goes on: the place of its last row in its order. Ids stay, so it holds from one start to the next.
#[derive(Clone, Copy)]
struct PageKey {
    /// Its deadline, or the largest number; 0 in pages by id.
    due_s: i64,
    /// Its id in the file.
    id: i64,
}

impl PageKey {
    const BY_DEADLINE: Self = Self { due_s: i64::MIN, id: 0 };
    const OLDEST_FIRST: Self = Self { due_s: 0, id: 0 };
    const NEWEST_FIRST: Self = Self { due_s: 0, id: i64::MAX };

    /// The text that callers give back; with anything else the page begins at its beginning.
    fn read(text: Option<&str>, start: Self) -> Self {
        let key = |text: &str| {
            let (due_s, id) = text.split_once('_')?;
            Some(Self { due_s: due_s.parse().ok()?, id: id.parse().ok()? })
        };
        text.and_then(key).unwrap_or(start)
    }

    fn text(self) -> String {
        format!("{}_{}", self.due_s, self.id)
    }
}

/// Rows, and what to give for the next page; `None`: this was the last.
pub type CasePage = (Vec<CaseRow>, Option<String>);

/// One case on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// The record.
    pub record: RecordId,
    /// What people dictate.
    pub code: Code,
    /// The area it lies in.
    pub area: Option<FeedId>,
    /// Its stage.
    pub stage: Option<Stage>,
    /// How often it was sent back.
    pub round: Option<u32>,
    /// Class as filed, else as reported.
    pub class: Option<String>,
    /// Unix seconds; `None`: never due.
    pub deadline_s: Option<i64>,
    /// Unix seconds.
    pub reported_s: Option<i64>,
    /// Whether values stand beside each other.
    pub contested: bool,
    /// Whether the hub has not confirmed some act.
    pub unconfirmed: bool,
    /// Whether the clock stands still.
    pub suspended: bool,
    /// What closing and sending-back commands carry.
    pub revision: u32,
    /// What the report says; `None` where there was nothing or it was erased.
    pub text: Option<String>,
}

impl Reader {
    /// Open cases, earliest deadline first, those that are never due last.
    ///
    /// `after`, here and below: what the page before gave.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn today(&self, limit: u32, after: Option<&str>) -> Result<CasePage, StoreError> {
        self.page(sql::TODAY, PageKey::read(after, PageKey::BY_DEADLINE), limit, None)
    }

    /// All cases that lie in one area itself, newest first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn by_grid(&self, area: FeedId, limit: u32, after: Option<&str>) -> Result<CasePage, StoreError> {
        match self.feed_id(area)? {
            Some(area) => self.page(sql::BY_GRID, PageKey::read(after, PageKey::NEWEST_FIRST), limit, Some(area)),
            None => Ok((Vec::new(), None)),
        }
    }

    /// Open cases whose deadline was before `now_s`, longest overdue first.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn overdue(&self, now_s: i64, limit: u32, after: Option<&str>) -> Result<CasePage, StoreError> {
        self.page(sql::OVERDUE, PageKey::read(after, PageKey::BY_DEADLINE), limit, Some(now_s))
    }

    /// All cases, in the order in which they came here.
    ///
    /// # Errors
    /// [`StoreError`].
    pub fn all(&self, limit: u32, after: Option<&str>) -> Result<CasePage, StoreError> {
        self.page(sql::ALL_CASES, PageKey::read(after, PageKey::OLDEST_FIRST), limit, None)
    }

    fn page(&self, statement: &str, after: PageKey, limit: u32, more: Option<i64>) -> Result<CasePage, StoreError> {
        let attempted = "reading a page";
        let limit = limit.clamp(1, ROWS_MAX);
        let by_deadline = [sql::TODAY, sql::OVERDUE].contains(&statement);
        let values = [after.due_s, after.id, i64::from(limit)].into_iter().chain(more);
        self.at_once(|db| {
            let mut page = db.prepare_cached(statement).attempt(attempted)?;
            let mut rows = page.query(params_from_iter(values)).attempt(attempted)?;
            let mut cases = Vec::new();
            let mut last = None;
            while let Some(row) = rows.next().attempt(attempted)? {
                let due_s: Option<i64> = row.get(4).attempt(attempted)?;
                let due_s = due_s.filter(|_| by_deadline).unwrap_or(0);
                last = Some(PageKey { due_s, id: row.get(0).attempt(attempted)? });
                cases.push(self.case_row(db, row)?);
            }
            let full = u32::try_from(cases.len()).is_ok_and(|count| count == limit);
            Ok((cases, last.filter(|_| full).map(PageKey::text)))
        })
    }

    pub(crate) fn case_row(&self, db: &Connection, row: &rusqlite::Row<'_>) -> Result<CaseRow, StoreError> {
        let attempted = "reading a case";
        let record = RecordId(id16(row, 1).attempt(attempted)?);
        let bytes = row.get_ref(5).and_then(|header| Ok(header.as_blob()?)).attempt(attempted)?;
        let header: Header = minicbor::decode(bytes).map_err(|error| StoreError::damaged(attempted, error))?;
        let state = header.state;
        let text = match &state.text {
            Some(text) => self.text(db, row.get(3).attempt(attempted)?, text.value)?,
            None => None,
        };
        let filed = state.filing.as_ref().map(|filing| filing.value.class.clone());
        Ok(CaseRow {
            record,
            code: Code::of(&record),
            area: state.area_id(),
            stage: state.position.map(|position| position.stage),
            round: state.position.map(|position| position.round),
            class: filed.or_else(|| state.class.as_ref().map(|class| class.value.clone())),
            deadline_s: state.deadline_s,
            reported_s: state.birth.map(|birth| birth.time_s),
            contested: state.is_contested(),
            unconfirmed: state.unconfirmed > 0,
            suspended: state.is_suspended(),
            revision: state.revision,
            text,
        })
    }

    /// The words of one act of a record.
    fn text(&self, db: &Connection, last: i64, at: ActAt) -> Result<Option<String>, StoreError> {
        let mut next = Some(last);
        while let Some(id) = next {
            let entry = entry_at(db, id)?;
            if entry.start_op == u64::from(at.start_op) && self.log_name(entry.log)?.1 == at.author {
                let detail = detail_at(db, id)?.and_then(|detail| DetailText::decode_cbor(&detail.cbor));
                return Ok(detail.and_then(|detail| detail.text));
            }
            next = entry.prev.filter(|prev| *prev < id);
        }
        Ok(None)
    }
}
