//! Random histories of one case: three honest replicas with a hub, and wild ones that keep no rule but the guard's.
//!
//! **Invariant:** everything follows from the seed. A [`History`] holds its acts in the order in which they were made;
//! [`History::view`] brings any causally closed part of it into act order, which is what folds take.

#![allow(clippy::expect_used, reason = "a test may fail loudly")]
#![allow(dead_code, reason = "each test takes what it needs")]

pub mod replicas;
pub mod text;

use gewu_model::act::{
    Act, Body, CheckBody, CloseBody, DeclineBody, DeclineReason, ExtendBody, FileBody, Filing, HandBody, PartyBody,
    PlainBody, Profile, RelocateBody, ReportBody, ResumeBody, ReviseBody, SuspendBody,
};
use gewu_model::area::{Area, AreaKind, Areas};
use gewu_model::case::CaseState;
use gewu_model::fold::{FoldAct, Folded, Standing, Who, fold, step};
use gewu_model::ids::{DetailHash, DeviceId, EntryHash, FeedId, GrantId, PersonId, StreetId};
use gewu_model::rights::{Role, RoleRule};
use gewu_model::time::Basis;

use text::Set;

/// The product's own role table.
const ROLES_JSON: &str = include_str!("../../../packs/roles.json");
/// When histories begin, Unix seconds.
pub const START_S: i64 = 1_790_000_000;
const HOUR_S: i64 = 3_600;

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// Everything that follows is a function of `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d)
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// Below `bound`, which is not zero.
    pub fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.next() % u64::try_from(bound).expect("a small bound")).expect("below the bound")
    }

    pub fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    fn one_of(&mut self, set: Set) -> Option<usize> {
        let places: Vec<usize> = set.all().collect();
        (!places.is_empty()).then(|| *self.one(&places))
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for end in (1..items.len()).rev() {
            items.swap(end, self.below(end + 1));
        }
    }
}

/// One street with two grids in one community, two parties, and somebody for every role.
pub struct World {
    pub areas: Areas,
    pub roles: Vec<RoleRule>,
    pub street: FeedId,
    pub community: FeedId,
    /// The first is home.
    pub grids: [FeedId; 2],
    pub parties: [FeedId; 2],
    pub cast: Vec<Who>,
}

impl World {
    pub fn new() -> Self {
        let id = |kind, code: &str| FeedId::of(StreetId([1; 16]), kind, code);
        let street = id(AreaKind::Street, "1");
        let community = id(AreaKind::Community, "2");
        let grids = [id(AreaKind::Grid, "53"), id(AreaKind::Grid, "54")];
        let parties = [id(AreaKind::Party, "property"), id(AreaKind::Party, "lamps")];
        let area = |id, kind, parent| {
            let (code, name) = (String::new(), String::new());
            Area { id, kind, code, name, number: None, parent, middle: None }
        };
        let areas = Areas::new([
            area(street, AreaKind::Street, None),
            area(community, AreaKind::Community, Some(street)),
            area(grids[0], AreaKind::Grid, Some(community)),
            area(grids[1], AreaKind::Grid, Some(community)),
            area(parties[0], AreaKind::Party, Some(street)),
            area(parties[1], AreaKind::Party, Some(street)),
        ]);
        let cast = [
            (Role::Inspector, grids[0]),
            (Role::Inspector, grids[0]),
            (Role::Inspector, grids[1]),
            (Role::Informant, grids[0]),
            (Role::Volunteer, grids[0]),
            (Role::Acceptor, community),
            (Role::Dispatcher, street),
            (Role::Handler, parties[0]),
            (Role::Handler, parties[0]),
            (Role::Handler, parties[1]),
            (Role::Handler, community),
            (Role::Overseer, street),
            (Role::Supervisor, community),
        ];
        let cast = cast.iter().zip(1..).map(|((role, area), number)| who(*role, *area, number)).collect();
        Self {
            areas,
            roles: serde_json::from_str(ROLES_JSON).expect("the role table"),
            street,
            community,
            grids,
            parties,
            cast,
        }
    }

    pub fn home(&self) -> FeedId {
        self.grids[0]
    }

    pub fn with_role(&self, role: Role) -> Vec<Who> {
        self.cast.iter().copied().filter(|who| who.role == role).collect()
    }
}

pub fn who(role: Role, area: FeedId, number: u8) -> Who {
    Who { person: PersonId([number; 16]), role, area }
}

/// The acts of one record in the order in which they were made, each with what the hub says of it in the end.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub acts: Vec<FoldAct>,
}

impl History {
    /// The acts of `known` in act order, with the verdicts of `confirmed` alone, and where each of them stands in it.
    pub fn view(&self, known: Set, confirmed: Set) -> (Vec<FoldAct>, Vec<usize>) {
        let mut order: Vec<usize> = known.all().collect();
        order.sort_by_key(|&at| (self.acts[at].start_op, self.acts[at].author, self.acts[at].entry));
        (self.arranged(&order, confirmed), order)
    }

    /// Everything with every verdict, in act order.
    pub fn whole(&self) -> Vec<FoldAct> {
        let all = Set::first(self.acts.len());
        self.view(all, all).0
    }

    /// The acts of `order`, which lists each after its predecessors.
    pub fn arranged(&self, order: &[usize], confirmed: Set) -> Vec<FoldAct> {
        let mut places = [usize::MAX; 64];
        let mut acts = Vec::with_capacity(order.len());
        for (place, &at) in order.iter().enumerate() {
            let mut act = self.acts[at].clone();
            act.deps = act.deps.iter().map(|&dep| places[dep]).collect();
            assert!(act.deps.iter().all(|&dep| dep < place), "a view that is not causally closed");
            act.deps.sort_unstable();
            if !confirmed.has(at) {
                act.standing = Standing::Unconfirmed;
            }
            places[at] = place;
            acts.push(act);
        }
        acts
    }

    /// A random order in which each act comes after its predecessors.
    pub fn causal_order(&self, random: &mut Random) -> Vec<usize> {
        let mut waiting: Vec<usize> = (0..self.acts.len()).collect();
        random.shuffle(&mut waiting);
        let mut order: Vec<usize> = Vec::new();
        while !waiting.is_empty() {
            let ready = |at: &usize| self.acts[*at].deps.iter().all(|dep| order.contains(dep));
            let next = waiting.iter().position(ready).expect("the history is acyclic");
            order.push(waiting.remove(next));
        }
        order
    }

    /// The history without one act: what rested on it rests on what it rested on.
    fn without(&self, gone: usize) -> Self {
        let mut acts = self.acts.clone();
        let below = acts.remove(gone).deps;
        for act in &mut acts {
            if act.deps.contains(&gone) {
                act.deps.retain(|&dep| dep != gone);
                act.deps.extend(&below);
                act.deps.sort_unstable();
                act.deps.dedup();
            }
            act.deps.iter_mut().filter(|dep| **dep > gone).for_each(|dep| *dep -= 1);
        }
        Self { acts }
    }

    /// The smallest history found for which `fails` still holds, to be read by whoever repairs it.
    pub fn smallest(mut self, fails: impl Fn(&Self) -> bool) -> Self {
        let mut at = self.acts.len();
        while at > 0 {
            at -= 1;
            let less = self.without(at);
            if !less.acts.is_empty() && fails(&less) {
                self = less;
                at = self.acts.len();
            }
        }
        self
    }

    /// One line per act.
    pub fn told(&self) -> String {
        let line = |(at, act): (usize, &FoldAct)| {
            let adopted = match &act.act.body {
                Body::Adopt(adopt) => self.acts.iter().position(|one| one.entry == adopt.entry),
                _ => None,
            };
            let said = adopted.map_or_else(|| format!("{:?}", act.act.body), |of| format!("Adopt act {of}"));
            let role = act.who.map(|who| (who.role, who.person.0[0]));
            let (time_h, basis) = ((act.time_s - START_S) / HOUR_S, act.act.basis);
            format!(
                "  {at}: {said} {:?} by {role:?} over {:?}, at +{time_h} h {basis:?}, start_op {}",
                act.standing, act.deps, act.start_op
            )
        };
        self.acts.iter().enumerate().map(line).collect::<Vec<_>>().join("\n")
    }

    fn heads(&self, known: Set) -> Vec<usize> {
        let named: Set = known.all().flat_map(|at| self.acts[at].deps.iter().copied()).collect();
        known.which(|at| !named.has(at)).all().collect()
    }
}

/// Makes an act out of what is said, by whom, on which device, over which others.
fn act(random: &mut Random, history: &History, body: Body, by: Who, author: DeviceId, deps: Vec<usize>) -> FoldAct {
    let mut entry = [0; 32];
    entry.as_chunks_mut::<8>().0.iter_mut().for_each(|part| *part = random.next().to_be_bytes());
    let start_op = 1 + deps.iter().map(|&dep| history.acts[dep].start_op).max().unwrap_or(0);
    let basis = if random.percent(60) { Basis::Proven } else { Basis::Claimed };
    let detail = random.percent(50).then_some(DetailHash([7; 32]));
    FoldAct {
        entry: EntryHash(entry),
        author,
        start_op,
        time_s: moment(random, i64::from(start_op)),
        act: Act { grant: GrantId([0; 8]), pack: None, basis, detail, body },
        deps,
        standing: Standing::Unconfirmed,
        who: Some(by),
    }
}

/// Mostly a few hours after the last, now and then far off: a clock that is wrong.
fn moment(random: &mut Random, turn: i64) -> i64 {
    let hours = i64::try_from(random.below(12)).expect("small");
    let wrong = if random.percent(15) { i64::try_from(random.below(60)).expect("small") - 30 } else { 0 };
    START_S + (turn * 6 + hours + wrong * 24) * HOUR_S
}

fn later(random: &mut Random) -> i64 {
    START_S + i64::try_from(random.below(150)).expect("small") * HOUR_S
}

fn filing(random: &mut Random) -> Filing {
    let class = (*random.one(&["matter/01001", "matter/01002"])).to_owned();
    let deadline_s = random.percent(80).then(|| later(random));
    Filing { class, condition: None, limit: None, deadline_s, catalogue: 1 }
}

fn birth(random: &mut Random, profile: Profile) -> Body {
    let self_handled = random.percent(15);
    let filing = (profile == Profile::Light).then(|| filing(random));
    let urgent = random.percent(20).then_some(true);
    let body = ReportBody { profile, class: "matter/01001".into(), urgent, filing, origin: None };
    if self_handled { Body::SelfHandle(body) } else { Body::Report(body) }
}

/// Something to say of each kind except a birth, some kinds more often than others.
fn any_body(random: &mut Random, world: &World) -> Body {
    let party = *random.one(&world.parties);
    match random.below(36) {
        0..=1 => Body::Decline(DeclineBody {
            reason: *random.one(&[DeclineReason::NotAccepted, DeclineReason::NotFiled, DeclineReason::Withdrawn]),
        }),
        2..=4 => Body::File(FileBody { filing: filing(random) }),
        5 => Body::Void(PlainBody {}),
        6..=9 => Body::Dispatch(PartyBody { party }),
        10..=11 => Body::Claim(HandBody { party: random.percent(70).then_some(party) }),
        12..=15 => Body::Handle(HandBody { party: random.percent(80).then_some(party) }),
        16..=17 => Body::Check(CheckBody { passed: true }),
        18..=19 => Body::Check(CheckBody { passed: false }),
        20..=22 => {
            Body::Close(CloseBody { condition: Some(if random.percent(50) { "mended" } else { "replaced" }.into()) })
        }
        23..=25 => Body::Reopen(PlainBody {}),
        26 => Body::ForceClose(PlainBody {}),
        27..=29 => Body::Return(PartyBody { party }),
        30 => Body::Revise(revision(random)),
        31 => Body::Relocate(RelocateBody { area: *random.one(&world.grids) }),
        32 => Body::Extend(ExtendBody { deadline_s: later(random), asked_by: party }),
        33 => Body::Suspend(SuspendBody { until_s: later(random), asked_by: party }),
        34 => Body::Resume(ResumeBody { deadline_s: later(random) }),
        _ => Body::Note(PlainBody {}),
    }
}

fn revision(random: &mut Random) -> ReviseBody {
    ReviseBody {
        class: random.percent(50).then(|| "matter/01003".into()),
        urgent: random.percent(30).then(|| random.percent(50)),
        filing: random.percent(30).then(|| filing(random)),
        text: random.percent(30).then_some(true),
        place: random.percent(30).then_some(true),
    }
}

/// A store that keeps the state of one record while acts and verdicts come in.
#[derive(Clone, Debug, Default)]
pub struct Store {
    pub known: Set,
    pub confirmed: Set,
    pub state: CaseState,
}

impl Store {
    /// An act comes in, with its verdict or before it. The act as it is known, if its author had seen every act here
    /// that is not refused, and it is not refused itself: then the short road is open to it.
    pub fn learn(&mut self, history: &History, at: usize, with_verdict: bool) -> Option<FoldAct> {
        let past = text::causal_pasts(&history.acts)[at];
        self.known = self.known.with([at].into_iter().collect());
        if with_verdict {
            self.confirmed = self.confirmed.with([at].into_iter().collect());
        }
        let refused = |one: usize| self.confirmed.has(one) && history.acts[one].standing.is_refused();
        let saw_all = self.known.all().all(|one| one == at || past.has(one) || refused(one));
        let standing = if with_verdict { history.acts[at].standing } else { Standing::Unconfirmed };
        (saw_all && !refused(at)).then(|| FoldAct { standing, ..history.acts[at].clone() })
    }

    /// An act comes in and the state follows, by the short road where it is open.
    pub fn take(&mut self, history: &History, home: FeedId, at: usize, with_verdict: bool) {
        let act = self.learn(history, at, with_verdict);
        if act.and_then(|act| step(&mut self.state, &act, home)).is_none() {
            self.state = self.folded(history, home).state;
        }
    }

    /// A verdict comes in after its act.
    pub fn hear(&mut self, history: &History, home: FeedId, at: usize) {
        self.confirmed = self.confirmed.with([at].into_iter().collect());
        self.state = self.folded(history, home).state;
    }

    /// What the full fold says of all that is known.
    pub fn folded(&self, history: &History, home: FeedId) -> Folded {
        fold(&history.view(self.known, self.confirmed).0, home)
    }
}

pub fn device(number: usize) -> DeviceId {
    DeviceId([u8::try_from(number).expect("small"); 16])
}
