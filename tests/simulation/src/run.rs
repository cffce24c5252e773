//! One seed: people join, the weather turns bad, the weather clears, everything is looked at.

use std::sync::Arc;

use gewu_model::rights::Role;

use crate::check::{self, Seen};
use crate::link::Weather;
use crate::phone::Phone;
use crate::place::{PEOPLE, Post};
use crate::trace::Fault;
use crate::world::{Violation, World};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const YEAR_MS: i64 = 365 * DAY_MS;
/// Moments of bad weather.
const MOMENTS: u64 = 400;
/// How long the hub is away at the end.
const OUTAGE_MS: i64 = 4 * MINUTE_MS;
/// A moment of it.
const TICK_MS: i64 = 100;
/// Tries of each phone before the waits are long enough to lie apart.
const SHORT_WAITS: usize = 5;
/// Rounds of syncs within which everybody has everything once the weather is clear.
const ROUNDS: u32 = 6;

/// What came of a seed.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Which.
    pub seed: u64,
    /// How much happened.
    pub steps: u64,
    /// Hash of all of it.
    pub trace: [u8; 32],
    /// How often each fault came.
    pub faults: std::collections::BTreeMap<Fault, u64>,
    /// What must never be.
    pub violations: Vec<Violation>,
    /// The last steps.
    pub last: Vec<String>,
}

/// Runs a seed. `aloud`: each step is printed.
///
/// # Errors
/// Where the street cannot be set up at all.
pub fn seed(seed: u64, aloud: bool) -> Result<Outcome, String> {
    let world = World::new(seed, aloud)?;
    for (name, role, post) in PEOPLE {
        let wrong_by_ms = if world.dice.per_mille(500) { 0 } else { world.dice.between(-YEAR_MS, YEAR_MS) };
        world.join(name, role, post, wrong_by_ms)?;
    }
    world.let_liar_in()?;
    world.set_weather(Weather::of(&world.dice));
    for moment in 1..=MOMENTS {
        bad_moment(&world);
        if moment % (MOMENTS / 4) == 0 {
            check::phones_are_truthful(&world);
        }
    }
    clear(&world);
    let phones = world.phones();
    for phone in &phones {
        phone.shut();
    }
    world.hub.stop();
    Ok(Outcome {
        seed,
        steps: world.trace.steps(),
        trace: world.trace.hash(),
        faults: world.trace.faults(),
        violations: world.violations(),
        last: world.trace.last(),
    })
}

/// A while passes and something happens.
fn bad_moment(world: &Arc<World>) {
    let dice = &world.dice;
    world.time.pass(match dice.below(100) {
        0 => dice.between(DAY_MS / 24, DAY_MS),
        1..10 => dice.between(MINUTE_MS, 60 * MINUTE_MS),
        _ => dice.between(100, 2 * MINUTE_MS),
    });
    let phones = world.phones();
    let Some(phone) = dice.pick(&phones) else { return };
    match dice.below(1_000) {
        0..440 => world.act(phone),
        440..780 => due(world, &phones),
        780..820 => {
            phone.cover(!phone.covered());
            phone.wake();
        }
        820..835 => clock(world, phone),
        835..850 => world.reboot(phone),
        850..872 => world.phone_dies(phone),
        872..890 => doom(&phone.drive, dice),
        890..898 => world.phone_full(phone, true),
        898..908 => world.phone_full(phone, false),
        908..918 => world.copy_arrives(),
        918..923 => world.stop_hub(),
        923..930 => world.hub_power_cut(),
        930..940 => doom(world.hub.drive(), dice),
        940..944 => world.hub_full(true),
        944..952 => world.hub_full(false),
        952..954 => world.flood(phone),
        954..968 => world.lie(),
        968..970 => world.hub_copy(),
        _ => world.start_hub(),
    }
}

/// The power will fail at one of its next writes.
fn doom(drive: &crate::drive::Drive, dice: &crate::dice::Dice) {
    drive.disk().crash_at(Some((dice.below(120), dice.any())));
}

/// Phones whose time has come sync.
fn due(world: &Arc<World>, phones: &[Arc<Phone>]) {
    for phone in phones {
        if phone.next_ms() <= world.time.now_ms() {
            world.sync(phone);
        }
    }
}

fn clock(world: &Arc<World>, phone: &Arc<Phone>) {
    world.trace.fault(Fault::ClockSet, &phone.name);
    phone.clock.wrong_by(world.dice.between(-3 * YEAR_MS, 3 * YEAR_MS));
}

/// The weather clears: everybody has everything within a few rounds, also a phone that comes anew.
fn clear(world: &Arc<World>) {
    world.trace.step("the weather clears");
    world.set_weather(Weather::default());
    world.hub.drive().disk().crash_at(None);
    world.hub_full(false);
    world.start_hub();
    for phone in world.phones() {
        phone.drive.disk().crash_at(None);
        world.phone_full(&phone, false);
        phone.cover(true);
    }
    settle(world);
    outage(world);
    settle(world);
    if let Err(error) = world.join("new", Role::Supervisor, Post::Street, 0) {
        world.broken("joins", error);
    }
    settle(world);
    check::phones_are_truthful(world);
    match Seen::of(world) {
        Err(error) => world.broken("reads", error),
        Ok(seen) => {
            check::nothing_is_lost(world, &seen);
            check::all_converge(world, &seen);
            check::reopened_stays_open(world, &seen);
            check::history_follows_cause(world, &seen);
            check::what_stands_is_shown(world, &seen);
            check::acknowledged_is_there(world);
            check::tallies_equal_a_scan(world, &seen);
        }
    }
}

/// The hub goes away, all phones notice in the same moment, and their tries must not stay together.
fn outage(world: &Arc<World>) {
    world.trace.fault(Fault::Outage, "hub");
    world.stop_hub();
    let phones = world.phones();
    for phone in &phones {
        phone.wake();
    }
    let end_ms = world.time.now_ms().saturating_add(OUTAGE_MS);
    let (mut tries, mut most) = (0_usize, 0);
    while world.time.now_ms() < end_ms {
        let trying: Vec<_> = phones.iter().filter(|phone| phone.next_ms() <= world.time.now_ms()).collect();
        tries = tries.saturating_add(trying.len());
        // The first few waits are so short that some meet by chance.
        if tries > phones.len().saturating_mul(SHORT_WAITS) {
            most = most.max(trying.len());
        }
        for phone in trying {
            world.sync(phone);
        }
        world.time.pass(TICK_MS);
    }
    if most > phones.len() / 2 {
        world.broken("stampede", format_args!("{most} of {} phones tried in the same moment", phones.len()));
    }
    world.start_hub();
}

/// Everybody syncs until nothing moves any more.
fn settle(world: &Arc<World>) {
    let mut last = String::new();
    for _ in 0..ROUNDS {
        world.time.pass(MINUTE_MS);
        let mut moved = Vec::new();
        for phone in world.phones() {
            let before = phone.requests();
            let synced = world.sync(&phone);
            check::nobody_slows_others(world, &phone, phone.requests().saturating_sub(before), synced.as_ref());
            match synced {
                Some(Ok(report)) if report.sent == 0 && report.received == 0 => {}
                Some(Ok(report)) => moved.push(format!("{} still moves {report:?}", phone.name)),
                Some(Err(error)) => moved.push(format!("{} cannot sync: {error}", phone.name)),
                None => moved.push(format!("{} does not sync", phone.name)),
            }
        }
        if moved.is_empty() {
            return;
        }
        last = moved.join("; ");
    }
    world.broken("stuck", last);
}
