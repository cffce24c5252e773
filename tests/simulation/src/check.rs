//! What must hold, whatever happened. No check knows what the scenario was; each names itself in what it finds.

use std::collections::{BTreeMap, BTreeSet};

use gewu_device::{ActLine, Device, DeviceError, RateQuery, SyncReport};
use gewu_hub::figures::{self, CaseReply};
use gewu_hub::hub::Hub;
use gewu_hub::store::{self, Listed};
use gewu_model::act::Kind;
use gewu_model::day::Day;
use gewu_model::fold::Effect;
use gewu_model::ids::{EntryHash, FeedId, RecordId};
use gewu_model::rate::RATES;
use gewu_model::tally::{Counts, contribution};
use gewu_model::view::{ActView, Delivery};

use crate::phone::Phone;
use crate::place::Post;
use crate::world::World;

/// Cases of a phone or of the hub: state as JSON, history.
type Cases = BTreeMap<RecordId, (String, Vec<ActView>)>;

/// First and last day that anything of a run can lie on.
const DAYS: (Day, Day) = (Day(0), Day(80_000));

/// Requests of a sync that moves nothing: signing in twice, a push, a pull, another pull of a hub that was put back.
const REQUESTS_LEAST: u64 = 9;
/// Acts that a request carries at least, once there are many.
const ACTS_A_REQUEST: u64 = 8;

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_else(|error| error.to_string())
}

fn cases_of(device: &Device) -> Result<Cases, String> {
    let mut cases = Cases::new();
    let mut after = None;
    loop {
        let page = device.all(after.as_deref()).map_err(|error| error.to_string())?;
        for line in page.cases {
            let case = device.case(&line.record.to_string()).map_err(|error| error.to_string())?;
            let history = case.history.into_iter().map(|line: ActLine| line.act).collect();
            cases.insert(line.record, (json(&case.state), history));
        }
        after = page.next;
        if after.is_none() {
            return Ok(cases);
        }
    }
}

fn listed(hub: &Hub) -> Result<Vec<Listed>, String> {
    store::read(hub.store(), |tx| tx.cases(None, u32::MAX)).map_err(|error| error.to_string())
}

/// Everything that the checks look at once the weather is clear.
pub struct Seen {
    hub: BTreeMap<RecordId, CaseReply>,
    headers: Vec<Listed>,
    phones: Vec<(std::sync::Arc<Phone>, Cases)>,
    damaged: BTreeSet<RecordId>,
}

impl Seen {
    /// Reads hub and phones.
    ///
    /// # Errors
    /// What cannot be read.
    pub fn of(world: &World) -> Result<Self, String> {
        let hub = world.hub.hub().ok_or("no hub")?;
        let headers = listed(&hub)?;
        let damaged = world.damaged();
        let mut cases = BTreeMap::new();
        for it in headers.iter().filter(|it| !damaged.contains(&it.record)) {
            let reply = figures::case(&hub, it.record).map_err(|error| error.to_string())?;
            cases.insert(it.record, reply.ok_or("a listed case is not there")?);
        }
        let mut phones = Vec::new();
        for phone in world.phones() {
            let device = phone.device().ok_or_else(|| format!("{} is not open", phone.name))?;
            let mut held = cases_of(&device).map_err(|error| format!("{}: {error}", phone.name))?;
            held.retain(|record, _| !damaged.contains(record));
            phones.push((phone, held));
        }
        Ok(Self { hub: cases, headers, phones, damaged })
    }
}

fn has(history: &[ActView], entry: &EntryHash) -> bool {
    history.iter().any(|act| act.entry == *entry)
}

/// Nothing that was saved is lost: it is on the phone that saved it, at the hub, and on a phone that comes anew.
pub fn nothing_is_lost(world: &World, seen: &Seen) {
    let ledger = world.ledger();
    let mut lost = Vec::new();
    for (entry, promise) in ledger.saved.iter().filter(|(_, promise)| !seen.damaged.contains(&promise.record)) {
        for (phone, cases) in &seen.phones {
            let concerned = phone.index == promise.phone || phone.post == Post::Street;
            let held = cases.get(&promise.record).is_some_and(|(_, history)| has(history, entry));
            if concerned && !held {
                lost.push(format!("{} {entry} is not on {}", promise.kind.name(), phone.name));
            }
        }
        if !seen.hub.get(&promise.record).is_some_and(|case| has(&case.history, entry)) {
            lost.push(format!("{} {entry} is not at the hub", promise.kind.name()));
        }
    }
    drop(ledger);
    for lost in lost {
        world.broken("lost", lost);
    }
}

/// All converge: state and history of a case are the same, byte for byte, at the hub and wherever it is held; and it is
/// held by whoever follows its area.
pub fn all_converge(world: &World, seen: &Seen) {
    for (phone, cases) in &seen.phones {
        for (record, (state, history)) in cases {
            let Some(case) = seen.hub.get(record) else {
                world.broken("converge", format_args!("{} has {record}, the hub has not", phone.name));
                continue;
            };
            if *state != json(&case.state) {
                let at_hub = json(&case.state);
                world.broken("converge", format_args!("{} of {record}: {state}, the hub: {at_hub}", phone.name));
            } else if json(history) != json(&case.history) {
                let (here, there) = (json(history), json(&case.history));
                world.broken("converge", format_args!("{} of {record}: {here}, the hub: {there}", phone.name));
            }
        }
        for (record, case) in &seen.hub {
            if follows(world, phone, case) && !cases.contains_key(record) {
                world.broken("converge", format_args!("{} follows {record} and has it not", phone.name));
            }
        }
    }
}

fn follows(world: &World, phone: &Phone, case: &CaseReply) -> bool {
    let Some(hub) = world.hub.hub() else { return false };
    let pack = hub.pack();
    let own = phone.post.feed(hub.street());
    let area = case.state.area.as_ref().map_or(case.home, |area| area.value.id);
    pack.areas.covers(own, case.home) || pack.areas.covers(own, area)
}

/// No merge closes what somebody reopened: above each reopening that counts, a case is closed only by an act whose
/// author had seen it.
pub fn reopened_stays_open(world: &World, seen: &Seen) {
    let ends = [Kind::Close, Kind::Check, Kind::ForceClose, Kind::Decline, Kind::Void];
    let mut broken = Vec::new();
    let ledger = world.ledger();
    for case in seen.hub.values().filter(|case| !case.state.open) {
        let effective = || case.history.iter().filter(|act| act.effect == Effect::Effective);
        for reopening in effective().filter(|act| act.kind == Some(Kind::Reopen)) {
            let answered = effective()
                .filter(|act| act.kind.is_some_and(|kind| ends.contains(&kind)))
                .any(|act| ledger.saved.get(&act.entry).is_some_and(|promise| promise.seen.contains(&reopening.entry)));
            if !answered {
                broken.push(format!("{} is closed over {} unseen", case.state.record, reopening.entry));
            }
        }
    }
    drop(ledger);
    for broken in broken {
        world.broken("reopened", broken);
    }
}

/// A history never shows an act before one that its author had seen.
pub fn history_follows_cause(world: &World, seen: &Seen) {
    let mut broken = Vec::new();
    let ledger = world.ledger();
    for case in seen.hub.values() {
        let mut shown = BTreeSet::new();
        for act in &case.history {
            let missing = ledger.saved.get(&act.entry).and_then(|promise| promise.seen.difference(&shown).next());
            if let Some(missing) = missing {
                broken.push(format!("{} stands before {missing}", act.entry));
            }
            shown.insert(act.entry);
        }
    }
    drop(ledger);
    for broken in broken {
        world.broken("cause", broken);
    }
}

/// Of texts and areas exactly those are shown that nobody replaced who had seen them: one, or several beside each other.
pub fn what_stands_is_shown(world: &World, seen: &Seen) {
    let mut broken = Vec::new();
    let ledger = world.ledger();
    for case in seen.hub.values() {
        let effective: Vec<&ActView> = case.history.iter().filter(|act| act.effect == Effect::Effective).collect();
        let known = effective.iter().all(|act| ledger.saved.contains_key(&act.entry) && act.kind != Some(Kind::Adopt));
        if !known {
            continue; // An adoption speaks for another act, and what the liar had seen nobody knows.
        }
        let standing = |writes: &dyn Fn(&ActView) -> bool| -> Vec<&ActView> {
            let written: Vec<&ActView> = effective.iter().copied().filter(|act| writes(act)).collect();
            let replaced = |act: &ActView| {
                written.iter().any(|by| ledger.saved.get(&by.entry).is_some_and(|it| it.seen.contains(&act.entry)))
            };
            written.iter().copied().filter(|act| !replaced(act)).collect()
        };
        let is_birth = |act: &ActView| act.kind.is_some_and(Kind::is_birth);
        let texts = standing(&|act| is_birth(act) || act.kind == Some(Kind::Revise) && act.text.is_some());
        let texts: BTreeSet<Option<&String>> = texts.iter().map(|act| act.text.as_ref()).collect();
        let shown = case.state.text.iter().flat_map(|field| std::iter::once(&field.value).chain(&field.contested));
        let shown: BTreeSet<Option<&String>> = shown.map(Option::as_ref).collect();
        if texts != shown {
            broken.push(format!("text of {}: {shown:?} is shown, {texts:?} stands", case.state.record));
        }
        let areas = standing(&|act| is_birth(act) || act.kind == Some(Kind::Relocate));
        let areas: BTreeSet<FeedId> =
            areas.iter().map(|act| act.area.as_ref().map_or(case.home, |area| area.id)).collect();
        let shown = case.state.area.iter().flat_map(|field| std::iter::once(&field.value).chain(&field.contested));
        let shown: BTreeSet<FeedId> = shown.map(|area| area.id).collect();
        if areas != shown {
            broken.push(format!("area of {}: {shown:?} is shown, {areas:?} stands", case.state.record));
        }
    }
    drop(ledger);
    for broken in broken {
        world.broken("stands", broken);
    }
}

/// What the hub said it has, it has: also of a phone that sends two acts for one place.
pub fn acknowledged_is_there(world: &World) {
    let Some(hub) = world.hub.hub() else { return };
    if !world.damaged().is_empty() {
        return; // Which of its entries are still what they were is not known.
    }
    let mut missing = world.liar_was_told();
    let read = hub.store().read(&mut |tx| {
        tx.each_entry(&mut |entry, _, _| {
            missing.remove(&entry.hash());
        })
    });
    if read.is_err() || !missing.is_empty() {
        world.broken("acknowledged", format_args!("the hub said it has {missing:?}"));
    }
}

/// Nobody slows others: what a phone needs to be up to date depends on what moves, not on who floods or lies.
pub fn nobody_slows_others(
    world: &World,
    phone: &Phone,
    requests: u64,
    synced: Option<&Result<SyncReport, DeviceError>>,
) {
    let Some(Ok(report)) = synced else { return };
    let most = REQUESTS_LEAST.saturating_add(report.sent.saturating_add(report.received) / ACTS_A_REQUEST);
    if requests > most {
        world.broken("slow", format_args!("{} needed {requests} requests for {report:?}", phone.name));
    }
}

/// Status and history never claim more than was acknowledged, and what was confirmed is never refused later.
pub fn phones_are_truthful(world: &World) {
    // Where entries have their places is known from the hub; while it is down there is nothing to compare with.
    let Some(hub) = world.hub.hub() else { return };
    world.ledger().learn(&hub);
    for phone in world.phones() {
        let Some(device) = phone.device().filter(|_| !phone.is_dead()) else { continue };
        match (cases_of(&device), device.status()) {
            (Ok(cases), Ok(status)) => truthful(world, &phone, cases, status.unsent),
            (Err(error), _) => world.broken("reads", format_args!("{}: {error}", phone.name)),
            (_, Err(error)) => world.broken("reads", format_args!("{}: {error}", phone.name)),
        }
    }
}

fn truthful(world: &World, phone: &Phone, mut cases: Cases, unsent: u64) {
    let mut broken = Vec::new();
    let acts = cases.values().flat_map(|(_, history)| history);
    let only_here = acts.filter(|act| act.delivery == Delivery::OnThisPhone).count();
    if u64::try_from(only_here) != Ok(unsent) {
        broken.push(("truthful", format!("{} says {unsent} unsent and shows {only_here}", phone.name)));
    }
    let damaged = world.damaged();
    cases.retain(|record, _| !damaged.contains(record));
    let mut ledger = world.ledger();
    for act in cases.values().flat_map(|(_, history)| history) {
        match act.delivery {
            Delivery::OnThisPhone => {}
            _ if !ledger.was_told(phone.index, &act.entry) => {
                broken.push(("truthful", format!("{} shows {} as {:?}", phone.name, act.entry, act.delivery)));
            }
            Delivery::Confirmed => drop(ledger.confirmed.insert(act.entry)),
            Delivery::Refused if ledger.confirmed.contains(&act.entry) => {
                broken.push(("confirmed", format!("{} shows {} as refused", phone.name, act.entry)));
            }
            Delivery::Refused | Delivery::Sent => {}
        }
    }
    drop(ledger);
    for (check, what) in broken {
        world.broken(check, what);
    }
}

/// Tallies equal a scan: the hub's cells, and every rate of every phone that holds whole areas, against a recount.
pub fn tallies_equal_a_scan(world: &World, seen: &Seen) {
    let Some(hub) = world.hub.hub() else { return };
    let pack = hub.pack();
    let mut recount: BTreeMap<FeedId, Counts> = BTreeMap::new();
    for it in &seen.headers {
        for (area, _, counts) in contribution(&it.header.state, pack.day_offset_s) {
            recount.entry(area).or_default().add(&counts, 1);
        }
    }
    recount.retain(|_, counts| !counts.is_zero());
    let told = store::read(hub.store(), |tx| tx.counts(DAYS.0, DAYS.1)).unwrap_or_default();
    let told: BTreeMap<FeedId, Counts> = told.into_iter().filter(|(_, counts)| !counts.is_zero()).collect();
    if told != recount {
        world.broken("tally", format_args!("the hub says {told:?}, a scan {recount:?}"));
    }
    // A case that a bit flipped in is counted here as the hub has it, and on phones as they have it.
    let whole =
        seen.phones.iter().filter(|(phone, _)| seen.damaged.is_empty() && !matches!(phone.post, Post::Party(_)));
    for (phone, _) in whole {
        let mut all = Counts::default();
        for area in pack.areas.below(phone.post.feed(hub.street())) {
            recount.get(&area).iter().for_each(|counts| all.add(counts, 1));
        }
        let Some(device) = phone.device() else { continue };
        for definition in RATES {
            let query = RateQuery {
                definition: definition.id.to_owned(),
                from: Some(DAYS.0),
                to: Some(DAYS.1),
                ..RateQuery::default()
            };
            let told = device.rate(&query).map(|view| view.rate.map(|rate| (rate.numerator, rate.denominator)));
            let expected = definition.of(&all).map(|rate| (rate.numerator, rate.denominator));
            if told.as_ref().ok() != Some(&expected) {
                let name = &phone.name;
                world.broken("tally", format_args!("{name} says {told:?} for {}, a scan {expected:?}", definition.id));
            }
        }
    }
}
