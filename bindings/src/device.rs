//! The one object. Each method lifts, makes one call, lowers.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use gewu_device::env::Env;
use gewu_device::{self as core, DeviceOptions};

use crate::act::{ActDraft, Kind, Place, ReportDraft, Saved};
use crate::case::{AreaView, CasePage, FarOff};
use crate::convert::{each, mirror_enum, mirror_record, some};
use crate::draft::{ClassLine, Draft};
use crate::error::{DeviceError, Language};
use crate::history::CaseDetail;
use crate::ids::{DeviceId, FeedId, PersonId, StreetId};
use crate::observe::{Observer, Told, Watch};
use crate::rate::{RateQuery, RateView};
use crate::screen::{MeView, Notice, SettlePage, SuperviseView};
use crate::vault::{KeyVault, key_of};

/// How a device is opened.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Options {
    /// Folder of its files; made if it is not there.
    pub dir: String,
    /// The language of errors and of everything that comes ready to show.
    pub language: Language,
}

mirror_enum!(
    /// In what capacity somebody acts.
    Role from gewu_model::rights::Role {
        /// 网格员.
        Inspector,
        /// 信息员.
        Informant,
        /// 志愿者.
        Volunteer,
        /// 受理员.
        Acceptor,
        /// 派遣员.
        Dispatcher,
        /// 处置员.
        Handler,
        /// 监督.
        Overseer,
        /// 督导.
        Supervisor,
        /// 居民.
        Resident,
    }
);

mirror_record!(
    /// Who this phone is.
    Enrolled from core::Enrolled {
        /// The street.
        street: StreetId = it.street.into();
        /// The phone.
        device: DeviceId = it.device.into();
        /// The person.
        person: PersonId = it.person.into();
        /// In what role.
        role: Role = it.role.into();
        /// For which area or party.
        area: FeedId = it.area.into();
        /// Its name.
        area_name: String = it.area_name;
        /// Unix seconds.
        expires_s: i64 = it.expires_s;
    } as it
);

mirror_record!(
    /// What the status line tells.
    Status from core::Status {
        /// Whether somebody is enrolled.
        enrolled: bool = it.enrolled;
        /// Acts that are only on this phone.
        unsent: u64 = it.unsent;
        /// Acts that the hub has and has not confirmed.
        sent: u64 = it.sent;
        /// Acts that the hub refused.
        refused: u64 = it.refused;
        /// Entries set apart.
        quarantined: u64 = it.quarantined;
        /// Acts held.
        acts: u64 = it.acts;
        /// Cases held.
        cases: u64 = it.cases;
        /// Unix seconds by the hub's clock: any answer of the hub.
        last_contact_s: Option<i64> = it.last_contact_s;
        /// Unix seconds by the hub's clock: the end of the last sync that moved all there was.
        last_confirmed_s: Option<i64> = it.last_confirmed_s;
        /// Unix seconds.
        grant_expires_s: Option<i64> = it.grant_expires_s;
        /// What the person should know, most urgent first.
        notices: Vec<Notice> = each(it.notices);
    } as it
);

mirror_record!(
    /// What a sync did.
    SyncReport from core::SyncReport {
        /// Entries that the hub answered.
        sent: u64 = it.sent;
        /// Of these, answered before.
        retried: u64 = it.retried;
        /// Of these, refused.
        refused: u64 = it.refused;
        /// Entries that came.
        received: u64 = it.received;
        /// Entries set apart.
        quarantined: u64 = it.quarantined;
    } as it
);

mirror_record!(
    /// Canonical dumps of everything derived, before and after it was made anew; equal unless there is a fault.
    Dumps from (String, String) {
        /// Before.
        before: String = it.0;
        /// After.
        after: String = it.1;
    } as it
);

/// One phone's whole state behind one door. Calls block; any thread but one that draws may make them. What a command
/// returned for survives a pulled battery.
#[derive(uniffi::Object)]
pub struct Device {
    device: core::Device,
    language: gewu_words::Language,
}

/// Makes one call: a panic becomes `Defect`, errors get their words.
fn made<T>(
    language: gewu_words::Language,
    call: impl FnOnce() -> Result<T, core::DeviceError>,
) -> Result<T, DeviceError> {
    catch_unwind(AssertUnwindSafe(call))
        .unwrap_or_else(|_| Err(core::DeviceError::Defect { incident: "panic".into() }))
        .map_err(|error| DeviceError::from((error, language)))
}

impl Device {
    fn call<T>(&self, call: impl FnOnce(&core::Device) -> Result<T, core::DeviceError>) -> Result<T, DeviceError> {
        made(self.language, || call(&self.device))
    }

    fn plain<T>(&self, call: impl FnOnce(&core::Device) -> T) -> Result<T, DeviceError> {
        self.call(|device| Ok(call(device)))
    }
}

#[uniffi::export]
impl Device {
    /// Opens the folder, or makes it. The vault is asked for the key once.
    #[uniffi::constructor]
    pub fn open(options: Options, vault: Arc<dyn KeyVault>) -> Result<Self, DeviceError> {
        let language = options.language.into();
        let device = made(language, || {
            let key = key_of(&vault)?;
            core::Device::open(DeviceOptions { dir: options.dir.into(), key, env: Env::default(), language })
        })?;
        Ok(Self { device, language })
    }

    /// Enrols this phone with an invitation: one exchange with the hub, at most 30 s.
    pub fn enrol(&self, invitation: String) -> Result<Enrolled, DeviceError> {
        self.call(|device| device.enrol(&invitation)).map(Enrolled::from)
    }

    /// Who this phone is.
    pub fn who(&self) -> Result<Enrolled, DeviceError> {
        self.call(core::Device::who).map(Enrolled::from)
    }

    /// Reports a case. Works in flight mode.
    pub fn report(&self, draft: ReportDraft) -> Result<Saved, DeviceError> {
        self.call(|device| device.report(&draft.into())).map(Saved::from)
    }

    /// Does something to a case, named by its code or the hex of its record id.
    pub fn act(&self, name: String, kind: Kind, draft: ActDraft) -> Result<Saved, DeviceError> {
        self.call(|device| device.act(&name, kind.into(), &draft.try_into()?)).map(Saved::from)
    }

    /// Open cases, due first. `after`: the `next` of the page before.
    pub fn today(&self, after: Option<String>) -> Result<CasePage, DeviceError> {
        self.call(|device| device.today(after.as_deref())).map(CasePage::from)
    }

    /// All cases of an area, newest first; `None`: the phone's own.
    pub fn by_grid(&self, area: Option<String>, after: Option<String>) -> Result<CasePage, DeviceError> {
        self.call(|device| device.by_grid(area.as_deref(), after.as_deref())).map(CasePage::from)
    }

    /// Open cases past their deadline, oldest first.
    pub fn overdue(&self, after: Option<String>) -> Result<CasePage, DeviceError> {
        self.call(|device| device.overdue(after.as_deref())).map(CasePage::from)
    }

    /// All cases that are here, in the order in which they came.
    pub fn all(&self, after: Option<String>) -> Result<CasePage, DeviceError> {
        self.call(|device| device.all(after.as_deref())).map(CasePage::from)
    }

    /// One case with its history, by code or the hex of its record id.
    pub fn case(&self, name: String) -> Result<CaseDetail, DeviceError> {
        self.call(|device| device.case(&name)).map(CaseDetail::from)
    }

    /// A rate over an area and everything below it.
    pub fn rate(&self, query: RateQuery) -> Result<RateView, DeviceError> {
        self.call(|device| device.rate(&query.into())).map(RateView::from)
    }

    /// Everything that the supervisor's screen shows.
    pub fn supervise(&self, query: RateQuery) -> Result<SuperviseView, DeviceError> {
        self.call(|device| device.supervise(&query.into())).map(SuperviseView::from)
    }

    /// Refused acts, the newest first, then contested cases. `after`: the `next` of the page before.
    pub fn to_settle(&self, after: Option<String>) -> Result<SettlePage, DeviceError> {
        self.call(|device| device.to_settle(after.as_deref())).map(SettlePage::from)
    }

    /// Everything that the person's own screen shows.
    pub fn me(&self) -> Result<MeView, DeviceError> {
        self.call(core::Device::me).map(MeView::from)
    }

    /// What a maintainer needs to know, as JSON; nothing personal.
    pub fn diagnostics(&self) -> Result<String, DeviceError> {
        self.call(core::Device::diagnostics)
    }

    /// At most ten classes that are usual in a grid; `None`: the phone's own.
    pub fn usual_classes(&self, area: Option<String>) -> Result<Vec<ClassLine>, DeviceError> {
        self.call(|device| device.usual_classes(area.as_deref())).map(each)
    }

    /// At most fifty classes that a text finds among names, numbers and everyday aliases, the best first.
    pub fn find_classes(&self, text: String) -> Result<Vec<ClassLine>, DeviceError> {
        self.call(|device| device.find_classes(&text)).map(each)
    }

    /// Where an act of this kind may send a case, found by name, code or local number: areas for `relocate`, parties for
    /// `dispatch`, nothing for other kinds. At most fifty, the best first; an empty text finds all.
    pub fn find_areas(&self, kind: Kind, text: String) -> Result<Vec<AreaView>, DeviceError> {
        self.call(|device| device.find_areas(kind.into(), &text)).map(each)
    }

    /// Whether a fix lies 2 km or more off a grid, in words; `None` as `area`: the phone's own.
    pub fn far_off(&self, area: Option<String>, place: Place) -> Result<Option<FarOff>, DeviceError> {
        self.call(|device| device.far_off(area.as_deref(), &place.into())).map(some)
    }

    /// Keeps what is being typed, in place of the earlier draft about the same case.
    pub fn keep_draft(&self, draft: Draft) -> Result<(), DeviceError> {
        self.call(|device| device.keep_draft(&draft.into()))
    }

    /// All drafts, the one kept last first.
    pub fn drafts(&self) -> Result<Vec<Draft>, DeviceError> {
        self.call(core::Device::drafts).map(each)
    }

    /// Throws a draft away; `None`: that of a new report.
    pub fn discard_draft(&self, about: Option<String>) -> Result<(), DeviceError> {
        self.call(|device| device.discard_draft(about.as_deref()))
    }

    /// What the status line tells.
    pub fn status(&self) -> Result<Status, DeviceError> {
        self.call(core::Device::status).map(Status::from)
    }

    /// Syncs once, up and down, for as long as there is something to move.
    pub fn sync_now(&self) -> Result<SyncReport, DeviceError> {
        self.call(core::Device::sync_now).map(SyncReport::from)
    }

    /// A bearer token of this phone, for scripts.
    pub fn token(&self) -> Result<String, DeviceError> {
        self.call(core::Device::token)
    }

    /// Address of the supervisor page, which opens once within ten minutes.
    pub fn link(&self) -> Result<String, DeviceError> {
        self.call(core::Device::link)
    }

    /// Calls `observer` when pages changed, until the watch is cancelled or freed.
    pub fn observe(&self, observer: Arc<dyn Observer>) -> Result<Watch, DeviceError> {
        self.plain(|device| device.observe(Arc::new(Told(observer)))).map(Watch::from)
    }

    /// The present revision: grows with every change.
    pub fn revision(&self) -> Result<u64, DeviceError> {
        self.plain(core::Device::revision)
    }

    /// Starts the agent, which syncs by itself.
    pub fn start_agent(&self) -> Result<(), DeviceError> {
        self.plain(core::Device::start_agent)
    }

    /// Stops the agent and waits for it.
    pub fn stop_agent(&self) -> Result<(), DeviceError> {
        self.plain(core::Device::stop_agent)
    }

    /// Tells the agent to try now.
    pub fn network_changed(&self) -> Result<(), DeviceError> {
        self.plain(core::Device::network_changed)
    }

    /// Drops every lock on the files; calls in between end in `Busy`.
    pub fn pause(&self) -> Result<(), DeviceError> {
        self.call(core::Device::pause)
    }

    /// Takes the locks again.
    pub fn resume(&self) -> Result<(), DeviceError> {
        self.call(core::Device::resume)
    }

    /// Finishes what is under way and closes the files; later calls end in `Busy`. Named apart from `close`, which
    /// Kotlin's objects have for freeing themselves.
    pub fn shut(&self) -> Result<(), DeviceError> {
        self.plain(core::Device::close)
    }

    /// Drops everything derived and makes it anew from the entries.
    pub fn rebuild(&self) -> Result<Dumps, DeviceError> {
        self.call(core::Device::rebuild).map(Dumps::from)
    }
}

#[cfg(feature = "provoke")]
#[uniffi::export]
impl Device {
    /// Panics within a call, so that a shell's tests see `Defect`, and that the next call works. Not in what ships.
    pub fn provoke(&self) -> Result<(), DeviceError> {
        self.plain(|_| panic!("provoked"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::VaultError;

    #[test]
    fn a_panic_becomes_a_defect_with_words() {
        let result: Result<(), _> = made(gewu_words::Language::En, || panic!("made up"));
        assert!(matches!(result, Err(DeviceError::Defect { code, .. }) if code == "defect"));
    }

    #[test]
    fn after_a_panic_within_a_call_the_next_call_works() {
        let dir = tempfile::tempdir().expect("a folder");
        let options = Options { dir: dir.path().display().to_string(), language: Language::Zh };
        let device = Device::open(options, Arc::new(Gives(Ok(vec![1; 32])))).expect("opens");
        let panicked: Result<(), _> = device.plain(|_| panic!("made up"));
        assert!(matches!(panicked, Err(DeviceError::Defect { .. })));
        assert_eq!(device.status().expect("the next call").acts, 0);
        device.shut().expect("ends");
    }

    struct Gives(Result<Vec<u8>, VaultError>);

    impl KeyVault for Gives {
        fn key(&self) -> Result<Vec<u8>, VaultError> {
            self.0.clone()
        }
    }

    #[test]
    fn a_vault_without_a_key_is_told_by_its_cause() {
        for (gives, expected) in [
            (Err(VaultError::Locked), "locked"),
            (Err(VaultError::Lost), "key_lost"),
            (Err(VaultError::Failed), "vault_failed"),
            (Ok(vec![1; 31]), "vault_failed"),
        ] {
            let options = Options { dir: "nowhere".into(), language: Language::Zh };
            let opened = Device::open(options, Arc::new(Gives(gives)));
            assert!(matches!(opened.err(), Some(DeviceError::UnlockNeeded { code, .. }) if code == expected));
        }
    }
}
