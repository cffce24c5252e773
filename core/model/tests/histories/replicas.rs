//! Who makes the histories: three phones with a hub that keep the table and the role table, and a wild hand.

use gewu_model::act::{AdoptBody, Body, HandBody, Kind, PartyBody, Profile};
use gewu_model::fold::{Effect, FoldAct, Standing, Who, fold};
use gewu_model::rights::{Role, may};

use super::text::{self, Reading, Rule, Set};
use super::{History, Random, World, act, any_body, birth, device, moment};

/// One phone, or the hub: what it knows.
#[derive(Clone, Copy, Default)]
struct Replica {
    known: Set,
    confirmed: Set,
    last: Option<usize>,
}

impl Replica {
    fn merge(&mut self, other: &mut Self) {
        self.known = self.known.with(other.known);
        self.confirmed = self.confirmed.with(other.confirmed);
        (other.known, other.confirmed) = (self.known, self.confirmed);
    }
}

struct Honest<'a> {
    world: &'a World,
    random: Random,
    history: History,
    phones: [Replica; 3],
    hub: Replica,
}

/// A history of three replicas that meet seldom; each offers only what table and role table allow in what it has seen.
pub fn honest(world: &World, seed: u64) -> History {
    run(world, seed, 0)
}

/// The same where the signal is good: before most acts everybody has everything.
pub fn calm(world: &World, seed: u64) -> History {
    run(world, seed, 85)
}

fn run(world: &World, seed: u64, all_meet_percent: usize) -> History {
    let mut random = Random::new(seed);
    let count_max = 3 + random.below(12);
    let (history, phones, hub) = (History::default(), Default::default(), Replica::default());
    let mut street = Honest { world, random, history, phones, hub };
    street.report();
    let mut turns = 0;
    while street.history.acts.len() < count_max && turns < 80 {
        turns += 1;
        if all_meet_percent > 0 && street.random.percent(all_meet_percent) {
            street.all_meet();
        }
        street.turn();
    }
    street.last_verdicts();
    street.history
}

impl Honest<'_> {
    fn report(&mut self) {
        let profile = if self.random.percent(50) { Profile::Light } else { Profile::Standard };
        let body = birth(&mut self.random, profile);
        let role = if body.kind() == Some(Kind::SelfHandle) {
            Role::Inspector
        } else {
            *self.random.one(&[Role::Inspector, Role::Informant, Role::Volunteer])
        };
        let by = self.world.with_role(role)[0];
        self.add(0, body, by, Vec::new());
        if self.random.percent(80) {
            self.phones[1] = Replica { last: None, ..self.phones[0] };
            self.phones[2] = Replica { last: None, ..self.phones[0] };
        }
    }

    fn turn(&mut self) {
        match self.random.below(100) {
            0..=13 => {
                let (one, other) = (self.random.below(3), self.random.below(3));
                let mut met = self.phones[other];
                self.phones[one].merge(&mut met);
                self.phones[other] = Replica { last: self.phones[other].last, ..met };
            }
            14..=28 => {
                let one = self.random.below(3);
                self.phones[one].merge(&mut self.hub);
            }
            29..=40 => self.verdict(),
            41..=54 => {
                let one = self.random.below(3);
                self.adopt(one);
            }
            _ => {
                let one = self.random.below(3);
                self.go_on(one);
            }
        }
    }

    /// Every phone gets from the hub what any of them brought.
    fn all_meet(&mut self) {
        for phone in [0, 1, 2, 0, 1] {
            self.phones[phone].merge(&mut self.hub);
        }
    }

    /// The hub judges one act that it has, once.
    fn verdict(&mut self) {
        let hub = self.hub;
        let Some(at) = self.random.one_of(hub.known.which(|at| !hub.confirmed.has(at))) else {
            return;
        };
        self.judge(at, 25);
        self.hub.confirmed = hub.confirmed.with([at].into_iter().collect());
    }

    fn judge(&mut self, at: usize, refused_percent: usize) {
        self.history.acts[at].standing = if self.random.percent(refused_percent) {
            Standing::Refused
        } else {
            Standing::Admitted { hub_time_s: moment(&mut self.random, i64::from(self.history.acts[at].start_op) + 1) }
        };
    }

    fn last_verdicts(&mut self) {
        let all_judged = self.random.percent(50);
        for at in 0..self.history.acts.len() {
            if self.hub.confirmed.has(at) {
                continue;
            }
            if all_judged {
                self.judge(at, 8);
            } else if self.random.percent(5) {
                self.history.acts[at].standing = Standing::Doubted;
            }
        }
    }

    fn seen_by(&self, phone: usize) -> Option<(Vec<FoldAct>, Reading)> {
        let Replica { known, confirmed, .. } = self.phones[phone];
        let (view, _) = self.history.view(known, confirmed);
        (!view.is_empty()).then(|| {
            let reading = text::read(&view, Rule::AsWritten);
            (view, reading)
        })
    }

    /// One person does one thing that is allowed in what the phone has seen.
    fn go_on(&mut self, phone: usize) {
        let Some((view, reading)) = self.seen_by(phone) else {
            return;
        };
        let home = self.world.home();
        let state = fold(&view, home).state;
        for _ in 0..12 {
            let body = any_body(&mut self.random, self.world);
            let may = |who: &&Who| {
                let said = for_party(body.clone(), **who, self.world);
                text::offers(&reading, &said)
                    && may(&self.world.roles, &self.world.areas, **who, &said, &state, home, true).is_ok()
            };
            let people: Vec<Who> = self.world.cast.iter().filter(may).copied().collect();
            if people.is_empty() {
                continue;
            }
            let by = *self.random.one(&people);
            let deps = self.deps(phone);
            self.add(phone, for_party(body, by, self.world), by, deps);
            return;
        }
    }

    /// A supervisor takes over what was refused or lost its ground, where that would have effect now.
    fn adopt(&mut self, phone: usize) {
        let Some((mut view, reading)) = self.seen_by(phone) else {
            return;
        };
        let lost = |at: &usize| matches!(reading.effects[*at], Effect::Refused | Effect::FromNotMet);
        let lost: Set = (0..view.len()).filter(lost).collect();
        let Some(at) = self.random.one_of(lost) else {
            return;
        };
        let body = Body::Adopt(AdoptBody { entry: view[at].entry });
        let by = self.world.with_role(Role::Supervisor)[0];
        let home = self.world.home();
        let state = fold(&view, home).state;
        if may(&self.world.roles, &self.world.areas, by, &body, &state, home, true).is_err() {
            return;
        }
        let author = device(phone);
        let seen =
            act(&mut self.random, &History { acts: view.clone() }, body.clone(), by, author, (0..view.len()).collect());
        view.push(seen);
        if text::read(&view, Rule::AsWritten).effects.last() == Some(&Effect::Effective) {
            let deps = self.history.heads(self.phones[phone].known);
            self.add(phone, body, by, deps);
        }
    }

    /// The heads; now and then without other authors' branches of refused acts, which need not be named.
    fn deps(&mut self, phone: usize) -> Vec<usize> {
        let Replica { known, confirmed, last } = self.phones[phone];
        if self.random.percent(60) {
            return self.history.heads(known);
        }
        let stays = |at: usize| Some(at) == last || !(confirmed.has(at) && self.history.acts[at].standing.is_refused());
        let pasts = text::causal_pasts(&self.history.acts);
        let named = known.which(stays).all().fold(known.which(stays), |named, at| named.with(pasts[at]));
        self.history.heads(named)
    }

    fn add(&mut self, phone: usize, body: Body, by: Who, deps: Vec<usize>) {
        let at = self.history.acts.len();
        let made = act(&mut self.random, &self.history, body, by, device(phone), deps);
        self.history.acts.push(made);
        let phone = &mut self.phones[phone];
        phone.known = phone.known.with([at].into_iter().collect());
        phone.last = Some(at);
    }
}

/// Whoever has a grant of a party speaks for that party; others for none.
fn for_party(body: Body, by: Who, world: &World) -> Body {
    let party = world.parties.contains(&by.area).then_some(by.area);
    match body {
        Body::Claim(_) => Body::Claim(HandBody { party }),
        Body::Handle(_) => Body::Handle(HandBody { party }),
        Body::Return(_) => Body::Return(PartyBody { party: by.area }),
        body => body,
    }
}

/// A history that passes the guard and keeps no other rule: anybody does anything over any past.
pub fn wild(world: &World, seed: u64) -> History {
    let mut random = Random::new(seed ^ 0x5eed);
    let mut history = History::default();
    let count = 2 + random.below(12);
    let profile = if random.percent(50) { Profile::Light } else { Profile::Standard };
    for at in 0..count {
        let deps = if at == 0 { Vec::new() } else { wild_deps(&mut random, &history) };
        let body = if at == 0 || random.percent(2) {
            birth(&mut random, profile)
        } else if random.percent(15) {
            Body::Adopt(AdoptBody { entry: random.one(&history.acts).entry })
        } else if random.percent(3) {
            if random.percent(50) {
                Body::Unknown(7_000)
            } else {
                Body::Unreadable(*random.one(&[Kind::Check, Kind::File]))
            }
        } else {
            any_body(&mut random, world)
        };
        let (by, author) = (*random.one(&world.cast), device(random.below(3)));
        let mut made = act(&mut random, &history, body, by, author, deps);
        if random.percent(2) {
            made.who = None;
        }
        made.standing = match random.below(10) {
            0..=4 => Standing::Admitted { hub_time_s: moment(&mut random, i64::from(made.start_op) + 1) },
            5..=7 => Standing::Unconfirmed,
            8 if random.percent(20) => Standing::Doubted,
            _ => Standing::Refused,
        };
        history.acts.push(made);
    }
    history
}

fn wild_deps(random: &mut Random, history: &History) -> Vec<usize> {
    let all = Set::first(history.acts.len());
    if random.percent(50) {
        return history.heads(all);
    }
    let some: Set = (0..1 + random.below(2)).map(|_| random.below(history.acts.len())).collect();
    let pasts = text::causal_pasts(&history.acts);
    let named = some.all().fold(some, |named, at| named.with(pasts[at]));
    history.heads(named)
}
