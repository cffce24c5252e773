//! One case as its screen shows it: state, history, and what may be done.

use crate::act::Kind;
use crate::case::{AreaView, Basis, CaseView, Delivery, Effect, Refusal};
use crate::convert::{each, mirror_record, some};
use crate::device::Role;
use crate::ids::{DeviceId, EntryHash, PersonId};

mirror_record!(
    /// One act as a history shows it, with its words.
    ActView from gewu_device::ActLine {
        /// Its name.
        entry: EntryHash = it.act.entry.into();
        /// What it was; `None`: from a newer version.
        kind: Option<Kind> = some(it.act.kind);
        /// For a check: whether it passed.
        passed: Option<bool> = it.act.passed;
        /// The party that it names.
        party: Option<AreaView> = some(it.act.party);
        /// The area that it names.
        area: Option<AreaView> = some(it.act.area);
        /// The act that it adopts.
        adopts: Option<EntryHash> = some(it.act.adopts);
        /// Unix seconds by its author.
        time_s: i64 = it.act.time_s;
        /// How sure that is.
        basis: Basis = it.act.basis.into();
        /// The phone.
        device: DeviceId = it.act.device.into();
        /// The role, where the grant is known.
        role: Option<Role> = some(it.act.role);
        /// The person, where the grant is known.
        person: Option<PersonId> = some(it.act.person);
        /// What was typed; `None` where there was nothing or it was erased.
        text: Option<String> = it.act.text;
        /// What it did to the case.
        effect: Effect = it.act.effect.into();
        /// How far it has come.
        delivery: Delivery = it.act.delivery.into();
        /// Why it was refused.
        refusal: Option<Refusal> = some(it.act.refusal);
        /// What was done, in words.
        kind_label: String = it.kind_label;
        /// Role and short name of whoever did it.
        author: String = it.author;
        /// What it did, in words; `None`: it simply counts.
        effect_label: Option<String> = it.effect_label;
        /// How far it has come, in words.
        delivery_label: String = it.delivery_label;
        /// How sure its time is, in words.
        basis_label: String = it.basis_label;
        /// Why it was refused and what to do, in words.
        why: Option<String> = it.why;
    } as it
);

mirror_record!(
    /// Something that makes sense where a case stands.
    ActionLine from gewu_device::ActionLine {
        /// What it is.
        kind: Kind = it.kind.into();
        /// For a check: whether it passes.
        passed: Option<bool> = it.passed;
        /// For a decline: one's own report, made in error.
        withdrawn: bool = it.withdrawn;
        /// What stands on the button.
        label: String = it.label;
        /// Whether this person may do it now.
        allowed: bool = it.allowed;
        /// Why not and what to do, in words.
        why: Option<String> = it.why;
        /// Refused without typed words.
        needs_text: bool = it.needs_text;
    } as it
);

mirror_record!(
    /// One case with its history.
    CaseDetail from gewu_device::CaseDetail {
        /// What everybody shows alike.
        state: CaseView = it.state.into();
        /// Every act, in act order.
        history: Vec<ActView> = each(it.history);
        /// The least far that any act has come.
        delivery: Delivery = it.delivery.into();
        /// Where it stands, in words; `None` until a report is here.
        stage_label: Option<String> = it.stage_label;
        /// The class, in words.
        class_label: Option<String> = it.class_label;
        /// Seconds until the deadline, negative when it is past; `None`: never due, not open, or the clock stands still.
        due_in_s: Option<i64> = it.due_in_s;
        /// Open and past its deadline.
        overdue: bool = it.overdue;
        /// What makes sense now, what this person may do first.
        actions: Vec<ActionLine> = each(it.actions);
    } as it
);
