//! Commands: report and act. What `Ok` was returned for survives a pulled battery.

use gewu_log::entry::Detail;
use gewu_model::act::{
    Act, AdoptBody, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, DetailText, ExtendBody, FileBody, Filing, Fix,
    HandBody, Kind, Origin, PartyBody, PlainBody, Profile, RECORD_KIND_CASE, RelocateBody, ReportBody, ResumeBody,
    ReviseBody, SuspendBody,
};
use gewu_model::action::{Moment, NotPermitted, original_limit, own_party, permitted};
use gewu_model::area::AreaKind;
use gewu_model::case::CaseState;
use gewu_model::code::Code;
use gewu_model::ids::{DeviceId, EntryHash, FeedId, RecordId};
use gewu_model::limit;
use gewu_model::pack::FilingError;
use gewu_model::time::Basis;
use gewu_store::OwnAct;
use gewu_words::ErrorCode;
use serde::Serialize;

use crate::case::is_adoptable;
use crate::device::{Device, Inner, Member, relaxed};
use crate::env::random_array;
use crate::error::{DeviceError, RefusedReason};

/// Longest text, in characters.
pub const TEXT_CHARS_MAX: usize = 10_000;
/// Longest suspension.
const SUSPENSION_DAYS_MAX: u32 = 365;

/// A request replayed from another system: its times are claims, its deadline the sender's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Unix seconds.
    pub time_s: i64,
    /// Unix seconds; `None`: never due.
    pub deadline_s: Option<i64>,
    /// The other system.
    pub system: String,
    /// Its key there.
    pub key: String,
}

/// What is to be reported.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReportDraft {
    /// Class by its key in the catalogue, or by an everyday alias of its own.
    pub class: String,
    /// Filing condition, where the class has several.
    pub condition: Option<String>,
    /// What was typed.
    pub text: String,
    /// Where it is.
    pub place: Option<Fix>,
    /// 急要件.
    pub urgent: bool,
    /// Code of the grid; `None`: the phone's own.
    pub area: Option<String>,
    /// Reported and handled in one.
    pub self_handled: bool,
    /// Replayed from another system.
    pub imported: Option<Imported>,
}

/// What is to be done to a case.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActDraft {
    /// What was typed.
    pub text: String,
    /// Revision that the screen showed: closing and sending back need it.
    pub revision: Option<u32>,
    /// For a check: whether it passed.
    pub passed: bool,
    /// Code of the party, for `dispatch`, `return`, `claim`, `handle`, and who asked for `extend` and `suspend`.
    pub party: Option<String>,
    /// Code of the new grid, for `relocate`.
    pub area: Option<String>,
    /// The act to be adopted.
    pub adopts: Option<EntryHash>,
    /// Closing or filing condition.
    pub condition: Option<String>,
    /// Another class, for `file` and `revise`.
    pub class: Option<String>,
    /// For `decline`: withdrawn by its own reporter.
    pub withdrawn: bool,
    /// For `suspend`.
    pub days: Option<u32>,
    /// Claimed time of a replayed act; needs a grant to import.
    pub time_s: Option<i64>,
}

/// What was saved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Saved {
    /// The record.
    pub record: RecordId,
    /// The act's name.
    pub entry: EntryHash,
}

impl Saved {
    /// What people dictate.
    #[must_use]
    pub fn code(&self) -> String {
        Code::of(&self.record).to_string()
    }
}

fn typed(text: &str) -> Result<Option<String>, DeviceError> {
    if text.contains('\0') {
        return Err(DeviceError::invalid("text", ErrorCode::TextNul, "NUL"));
    }
    let count = text.chars().count();
    if count > TEXT_CHARS_MAX {
        return Err(DeviceError::invalid("text", ErrorCode::TextTooLong, format!("{count}/{TEXT_CHARS_MAX} characters")));
    }
    Ok((count > 0).then(|| text.to_owned()))
}

impl Member {
    fn area_by_code(&self, kinds: &[AreaKind], code: &str) -> Result<FeedId, DeviceError> {
        let found = kinds.iter().find_map(|kind| self.pack.areas.by_code(*kind, code));
        found.map(|area| area.id).ok_or_else(|| DeviceError::invalid("area", ErrorCode::AreaUnknown, code))
    }

    fn party(&self, draft: &ActDraft) -> Result<Option<FeedId>, DeviceError> {
        match &draft.party {
            Some(code) => self.area_by_code(&[AreaKind::Party], code).map(Some),
            None => Ok(own_party(&self.pack.areas, self.grant.who())),
        }
    }

    fn filing(&self, class: &str, condition: Option<&str>, at_s: i64) -> Result<Filing, DeviceError> {
        self.pack.filing(class, condition, at_s).map_err(|error| match error {
            FilingError::ClassUnknown { class } => DeviceError::invalid("class", ErrorCode::ClassUnknown, class),
            FilingError::ConditionUnknown { condition, .. } => {
                DeviceError::invalid("condition", ErrorCode::ClassUnknown, condition)
            }
            FilingError::Calendar { reason } => DeviceError::invalid("class", ErrorCode::ArgumentBad, reason),
        })
    }
}

impl Device {
    /// Reports a case. Works in flight mode. Blocking: one durable transaction.
    ///
    /// # Errors
    /// `Invalid` (class, area, text), `Refused` (no right there), `StorageFull`, `UnlockNeeded`. The draft of a new report
    /// stays then; with `Ok` it is gone.
    pub fn report(&self, draft: &ReportDraft) -> Result<Saved, DeviceError> {
        let member = self.inner.member()?;
        let (now_s, basis) = self.inner.time();
        let time_s = draft.imported.as_ref().map_or(now_s, |imported| imported.time_s);
        let class = member.pack.class(&draft.class);
        let class = class.ok_or_else(|| DeviceError::invalid("class", ErrorCode::ClassUnknown, draft.class.as_str()))?;
        let feed = match &draft.area {
            Some(code) => member.area_by_code(&[AreaKind::Grid, AreaKind::Community, AreaKind::Village], code)?,
            None => member.grant.area,
        };
        let filing = match (&draft.imported, class.profile) {
            (Some(imported), _) => Some(Filing {
                class: class.key.clone(),
                condition: None,
                limit: None,
                deadline_s: imported.deadline_s,
                catalogue: member.pack.version,
            }),
            (None, Profile::Light) => Some(member.filing(&class.key, draft.condition.as_deref(), time_s)?),
            (None, Profile::Standard) => None,
        };
        let body = ReportBody {
            profile: if draft.imported.is_some() { Profile::Light } else { class.profile },
            class: class.key.clone(),
            urgent: draft.urgent.then_some(true),
            filing,
            origin: draft.imported.as_ref().map(|it| Origin { system: it.system.clone(), key: it.key.clone() }),
        };
        let body = if draft.self_handled { Body::SelfHandle(body) } else { Body::Report(body) };
        let detail = DetailText { text: typed(&draft.text)?, place: draft.place, reason: None };
        let basis = if draft.imported.is_some() { Basis::Claimed } else { basis };
        let record = self.inner.new_record(member.grant.device);
        // Scripts that replay another system's requests have no draft.
        let draft_about = draft.imported.is_none().then_some(None);
        let save = Save { record, feed, body, detail, time_s, basis, revision: None, draft_about };
        let saved = self.inner.save(&member, save)?;
        self.network_changed();
        Ok(saved)
    }

    /// Does something to a case, named by its code or record id. Blocking: one durable transaction.
    ///
    /// # Errors
    /// `NotFound`, `Invalid` (mistyped code, unknown party or area), `Refused`: no right, not now, or changed since the
    /// revision that the screen showed.
    pub fn act(&self, case: &str, kind: Kind, draft: &ActDraft) -> Result<Saved, DeviceError> {
        let member = self.inner.member()?;
        let record = self.find(case)?;
        let (now_s, basis) = self.inner.time();
        let (time_s, basis) = draft.time_s.map_or((now_s, basis), |time_s| (time_s, Basis::Claimed));
        let header = self.inner.writer.read(|reader| Ok(reader.header(record)?))?;
        let state = header.map(|header| header.state).ok_or_else(|| DeviceError::NotFound { name: case.to_owned() })?;
        if kind.answers_what_was_seen() && draft.revision.is_some_and(|revision| revision != state.revision) {
            return Err(DeviceError::Refused { reason: RefusedReason::Changed { code: Code::of(&record) } });
        }
        let body = body_of(kind, draft, &member, &state, time_s)?;
        if let Body::Adopt(adopt) = &body {
            self.check_adoptable(record, adopt.entry)?;
        }
        let detail = DetailText { text: typed(&draft.text)?, place: None, reason: None };
        let revision = kind.answers_what_was_seen().then_some(state.revision);
        let draft_about = draft.time_s.is_none().then_some(Some(record));
        let save = Save { record, feed: member.grant.area, body, detail, time_s, basis, revision, draft_about };
        let saved = self.inner.save(&member, save)?;
        self.network_changed();
        Ok(saved)
    }

    /// Records of a code or record id; a mistyped code is told from an unknown one.
    ///
    /// # Errors
    /// `Invalid`, `NotFound`.
    pub fn find(&self, case: &str) -> Result<RecordId, DeviceError> {
        let not_found = || DeviceError::NotFound { name: case.to_owned() };
        if let Ok(record) = RecordId::from_hex(case) {
            return Ok(record);
        }
        let code = Code::parse(case)
            .map_err(|_| DeviceError::invalid("code", ErrorCode::CodeMistyped, case))?;
        let found = self.inner.writer.read(|reader| Ok(reader.find(code)?))?;
        found.first().copied().ok_or_else(not_found)
    }

    fn check_adoptable(&self, record: RecordId, entry: EntryHash) -> Result<(), DeviceError> {
        let detail = self.case(&record.to_string())?;
        let found = detail.history.iter().find(|line| line.act.entry == entry);
        let line = found.ok_or_else(|| DeviceError::NotFound { name: entry.to_string() })?;
        if is_adoptable(&line.act) { Ok(()) } else { Err(DeviceError::Refused { reason: RefusedReason::NotNow }) }
    }
}

/// What is to be appended.
struct Save {
    record: RecordId,
    /// Home feed, used at birth only.
    feed: FeedId,
    body: Body,
    detail: DetailText,
    time_s: i64,
    basis: Basis,
    /// Revision that must still stand when it is appended.
    revision: Option<u32>,
    /// Whose draft it ends: that about a case, or (within) `None`: that of a new report.
    draft_about: Option<Option<RecordId>>,
}

impl Inner {
    pub(crate) fn new_record(&self, device: DeviceId) -> RecordId {
        let now_ms = u64::try_from(self.env.clock.now_ms()).unwrap_or(0);
        let mut last = relaxed(&self.births);
        // A clock that was set back must not give the same (time, count) twice within this run; across runs the
        // random start of the count does what the clock cannot.
        let (time_ms, count) = *last;
        *last = if now_ms > time_ms {
            (now_ms, u16::from_be_bytes(random_array(&*self.env.random)) & 0x07ff)
        } else if count < 0x0fff {
            (time_ms, count + 1)
        } else {
            (time_ms + 1, 0)
        };
        RecordId::new(device, last.0, last.1)
    }

    fn save(&self, member: &std::sync::Arc<Member>, save: Save) -> Result<Saved, DeviceError> {
        let Save { record, feed, revision, time_s, draft_about, .. } = save;
        let detail = (!save.detail.is_empty())
            .then(|| Detail { salt: random_array(&*self.env.random), cbor: save.detail.encode_cbor() });
        let act = Act {
            grant: member.grant.id,
            pack: None,
            basis: save.basis,
            detail: detail.as_ref().map(Detail::hash),
            body: save.body,
        };
        let member = std::sync::Arc::clone(member);
        let saved = self.writer.write(move |store| {
            store.write(|tx| {
                let before = tx.state(record)?;
                let home = tx.record(record)?.map_or(feed, |held| held.outline().feed);
                let seen = before.unwrap_or_default();
                if revision.is_some_and(|revision| revision != seen.revision) {
                    return Err(DeviceError::Refused { reason: RefusedReason::Changed { code: Code::of(&record) } });
                }
                allowed(&member, &seen, &act, home, time_s)?;
                let appended = tx.append(&OwnAct {
                    author: member.grant.device,
                    record,
                    record_kind: RECORD_KIND_CASE,
                    feed: home,
                    time_s,
                    act: act.encode(),
                    detail: detail.clone(),
                });
                let entry = appended.map_err(|error| DeviceError::append(error, record))?;
                if let Some(about) = draft_about {
                    tx.drop_draft(about)?;
                }
                Ok::<_, DeviceError>(Saved { record, entry: entry.hash() })
            })
        });
        self.note_room(&saved);
        let saved = saved?;
        self.notifier.tell(true);
        Ok(saved)
    }
}

fn allowed(member: &Member, seen: &CaseState, act: &Act, home: FeedId, time_s: i64) -> Result<(), DeviceError> {
    let moment = Moment { home, time_s, basis: act.basis };
    permitted(&member.doer(), act, seen, moment).map_err(|error| {
        let reason = match error {
            NotPermitted::Right(refusal) => RefusedReason::Right(refusal),
            NotPermitted::NotNow => RefusedReason::NotNow,
        };
        DeviceError::Refused { reason }
    })
}

fn body_of(kind: Kind, draft: &ActDraft, member: &Member, state: &CaseState, time_s: i64) -> Result<Body, DeviceError> {
    let missing = |field| DeviceError::invalid(field, ErrorCode::ArgumentBad, field);
    let party = || member.party(draft)?.ok_or_else(|| missing("party"));
    let named_class = || {
        let known = |named: &String| match member.pack.class(named) {
            Some(class) => Ok(class.key.clone()),
            None => Err(DeviceError::invalid("class", ErrorCode::ClassUnknown, named.as_str())),
        };
        draft.class.as_ref().map(known).transpose()
    };
    let class = || {
        let reported = state.class.as_ref().map(|class| class.value.clone());
        named_class()?.or(reported).ok_or_else(|| missing("class"))
    };
    let original = || {
        original_limit(state).ok_or(DeviceError::Refused { reason: RefusedReason::NotNow })
    };
    let calendar = &member.pack.calendar;
    let no_deadline = |error: limit::LimitError| DeviceError::invalid("class", ErrorCode::ArgumentBad, error.to_string());
    Ok(match kind {
        Kind::Report | Kind::SelfHandle => return Err(missing("kind")),
        Kind::Decline => {
            let reason = match (draft.withdrawn, state.profile) {
                (true, _) => DeclineReason::Withdrawn,
                (false, Profile::Light) => DeclineReason::NotAccepted,
                (false, Profile::Standard) => DeclineReason::NotFiled,
            };
            Body::Decline(DeclineBody { reason })
        }
        Kind::File => Body::File(FileBody { filing: member.filing(&class()?, draft.condition.as_deref(), time_s)? }),
        Kind::Void => Body::Void(PlainBody {}),
        Kind::Dispatch => Body::Dispatch(PartyBody { party: party()? }),
        Kind::Claim => Body::Claim(HandBody { party: member.party(draft)? }),
        Kind::Handle => Body::Handle(HandBody { party: member.party(draft)? }),
        Kind::Check => Body::Check(CheckBody { passed: draft.passed }),
        Kind::Close => Body::Close(CloseBody { condition: draft.condition.clone() }),
        Kind::Reopen => Body::Reopen(PlainBody {}),
        Kind::ForceClose => Body::ForceClose(PlainBody {}),
        Kind::Return => Body::Return(PartyBody { party: party()? }),
        Kind::Revise => Body::Revise(ReviseBody {
            class: named_class()?,
            urgent: None,
            filing: None,
            text: (!draft.text.is_empty()).then_some(true),
            place: None,
        }),
        Kind::Relocate => {
            let code = draft.area.as_deref().ok_or_else(|| missing("area"))?;
            let kinds = [AreaKind::Grid, AreaKind::Community, AreaKind::Village];
            Body::Relocate(RelocateBody { area: member.area_by_code(&kinds, code)? })
        }
        Kind::Extend => {
            let (limit, deadline_s) = original()?;
            let deadline_s = limit::extend(deadline_s, limit, calendar).map_err(no_deadline)?;
            Body::Extend(ExtendBody { deadline_s, asked_by: party()? })
        }
        Kind::Suspend => {
            let days = draft.days.filter(|days| (1..=SUSPENSION_DAYS_MAX).contains(days)).ok_or_else(|| missing("days"))?;
            Body::Suspend(SuspendBody { until_s: time_s.saturating_add(i64::from(days) * 86_400), asked_by: party()? })
        }
        Kind::Resume => {
            let (limit, deadline_s) = original()?;
            let not_now = DeviceError::Refused { reason: RefusedReason::NotNow };
            let suspended_s = state.suspended_since_s.ok_or(not_now)?;
            let deadline_s = limit::resume_deadline(deadline_s, suspended_s, time_s, limit.unit, calendar).map_err(no_deadline)?;
            Body::Resume(ResumeBody { deadline_s })
        }
        Kind::Note => Body::Note(PlainBody {}),
        Kind::Adopt => Body::Adopt(AdoptBody { entry: draft.adopts.ok_or_else(|| missing("adopts"))? }),
    })
}
