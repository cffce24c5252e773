//! A simulated fortnight: inspectors, handlers and supervisors in and out of coverage, some clocks wrong, some replies
//! cut, some cases sent back, the hub killed in the middle.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gewu_device::{ActDraft, ReportDraft, Saved};
use gewu_model::act::Kind;
use gewu_model::area::AreaKind;
use gewu_model::case::Stage;
use gewu_model::day::Day;
use gewu_model::rights::Role;
use gewu_words::{ErrorCode, Word};
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::DemoArgs;
use super::scenario::below;
use super::street::{Begin, Phone, Street, Told};
use crate::Output;
use crate::place::PlaceDraft;
use crate::problem::Problem;

const DAYS: i64 = 14;
/// Monday 2026-03-02, 00:00 at UTC+8.
const FIRST_DAY_S: i64 = 1_772_380_800;
/// A fortnight in about forty seconds.
const SPEED: i64 = 30_000;
/// Hours at which people act.
const HOURS: [i64; 3] = [10, 14, 17];
const HANDLERS: usize = 8;
const DRIVERS: usize = 4;

struct Worker {
    phone: Phone,
    role: Role,
    number: usize,
    rng: ChaCha12Rng,
}

fn chance(rng: &mut ChaCha12Rng, percent: u64) -> bool {
    below(rng, 100) < percent
}

fn crew(args: &DemoArgs, street: &Street, place: &PlaceDraft) -> Result<Vec<Worker>, Problem> {
    let pack = street.hub().pack();
    let top = pack.areas.street().map(|area| area.id).ok_or_else(|| Problem::code(ErrorCode::AreaUnknown))?;
    let mut workers = Vec::new();
    let worker = |name: String, role, area, number, wrong_by_s| {
        let seed = args.seed.wrapping_mul(1_000).wrapping_add(u64::try_from(number).unwrap_or(0));
        let phone = street.phone(&name, role, area, false, wrong_by_s)?;
        Ok::<_, Problem>(Worker { phone, role, number, rng: ChaCha12Rng::seed_from_u64(seed) })
    };
    for (at, grid) in place.grids.iter().take(args.phones.max(1)).enumerate() {
        let area = pack.areas.by_code(AreaKind::Grid, &grid.code).map(|area| area.id);
        let area = area.ok_or_else(|| Problem::with(ErrorCode::AreaUnknown, &grid.code))?;
        // One clock in nine is five hours ahead, one in thirteen more than a year behind.
        let wrong_by_s = if at % 9 == 4 { 18_000 } else if at % 13 == 6 { -34_560_000 } else { 0 };
        workers.push(worker(format!("inspector-{at}"), Role::Inspector, area, at, wrong_by_s)?);
    }
    for at in 0..HANDLERS {
        workers.push(worker(format!("handler-{at}"), Role::Handler, top, at, 0)?);
    }
    for at in 0..2 {
        workers.push(worker(format!("supervisor-{at}"), Role::Supervisor, top, at, 0)?);
    }
    Ok(workers)
}

/// Runs `work` over all workers, several at a time.
fn each(workers: &mut [Worker], work: impl Fn(&mut Worker) -> Result<(), Problem> + Sync) -> Result<(), Problem> {
    let queue = Mutex::new(workers.iter_mut());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let done: Vec<Result<(), Problem>> = std::thread::scope(|scope| {
        let drivers: Vec<_> = (0..DRIVERS)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(worker) = next() {
                        work(worker)?;
                    }
                    Ok(())
                })
            })
            .collect();
        drivers.into_iter().map(|driver| driver.join().unwrap_or_else(|_| Err(Problem::code(ErrorCode::Defect)))).collect()
    });
    done.into_iter().collect()
}

/// Simulates the fortnight.
pub fn play(args: &DemoArgs, dir: &Path, place: &PlaceDraft, output: Output) -> Result<(Street, Told), Problem> {
    let begin = Begin { dir, place, start_s: FIRST_DAY_S, speed: SPEED, listen: args.listen, output };
    let mut street = Street::begin(&begin)?;
    let phones = args.phones.clamp(1, place.grids.len()) + HANDLERS + 2;
    street.say(
        Word::DemoStreet,
        &[
            ("place", &place.place),
            ("phones", &phones),
            ("grids", &place.grids.len()),
            ("days", &DAYS),
            ("seed", &args.seed),
        ],
    );
    let mut workers = crew(args, &street, place)?;
    let told = Mutex::new(Told { phones, ..Told::default() });
    let began_s = street.now_s();
    for slot in 0..DAYS * 3 {
        let (day, hour) = (slot / 3, HOURS.get(usize::try_from(slot % 3).unwrap_or(0)).copied().unwrap_or(10));
        let at_s = FIRST_DAY_S + day * 86_400 + hour * 3_600;
        if at_s < began_s {
            continue; // Enrolling took longer than the first hours.
        }
        street.wait_until(at_s);
        if slot == DAYS * 3 / 2 {
            let mut failed = Ok(());
            street.kill_and_restart(|| failed = each(&mut workers, |worker| round(worker, &told, false)))?;
            failed?;
        }
        if slot % 6 == 1 {
            contest(&mut workers, &told)?;
        }
        each(&mut workers, |worker| round(worker, &told, true))?;
        watch(&street, &workers, &told, day);
    }
    let ended_s = street.now_s();
    settle(&street, &mut workers, &told)?;
    let mut told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    // Its last day, or the day of the last act where the machine was slower than the clock.
    told.as_of = Day::of(ended_s.max(FIRST_DAY_S + DAYS * 86_400 - 1), place.day_offset_s);
    Ok((street, told))
}

fn note(told: &Mutex<Told>, saved: Saved) {
    told.lock().unwrap_or_else(PoisonError::into_inner).saved(saved);
}

/// What a command came to, where somebody else may have been faster.
fn done(told: &Mutex<Told>, result: Result<Saved, gewu_device::DeviceError>) -> Result<Option<Saved>, Problem> {
    match result {
        Ok(saved) => {
            note(told, saved);
            Ok(Some(saved))
        }
        Err(gewu_device::DeviceError::Refused { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// One worker's few hours: look, act, sync if there is a network.
fn round(worker: &mut Worker, told: &Mutex<Told>, hub_is_up: bool) -> Result<(), Problem> {
    let covered = hub_is_up && chance(&mut worker.rng, 70);
    worker.phone.weather.cover(covered);
    if covered && chance(&mut worker.rng, 6) {
        worker.phone.weather.cut(1);
    }
    match worker.role {
        Role::Inspector => inspect(worker, told)?,
        Role::Handler => handle(worker, told)?,
        _ => {}
    }
    sync(worker, told)
}

fn sync(worker: &Worker, told: &Mutex<Told>) -> Result<(), Problem> {
    match worker.phone.device.sync_now() {
        Ok(report) => told.lock().unwrap_or_else(PoisonError::into_inner).synced(report),
        Err(gewu_device::DeviceError::Offline { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

const WORDS: [&str; 6] = ["3栋门口", "广场东侧", "菜市场旁", "小学后门", "河边步道", "地下车库入口"];

fn inspect(worker: &mut Worker, told: &Mutex<Told>) -> Result<(), Problem> {
    let device = &worker.phone.device;
    let mut classes: Vec<String> = device.usual_classes(None)?.into_iter().map(|class| class.key).collect();
    classes.sort_unstable();
    for _ in 0..below(&mut worker.rng, 3) {
        let at = usize::try_from(below(&mut worker.rng, 1_000)).unwrap_or(0);
        let (Some(class), Some(text)) = (classes.get(at % classes.len().max(1)), WORDS.get(at % WORDS.len())) else { break };
        let draft = ReportDraft { class: class.clone(), text: (*text).to_owned(), ..ReportDraft::default() };
        done(told, device.report(&draft))?;
    }
    let cases = whole(|after| device.by_grid(None, after))?;
    for case in cases {
        let code = case.record.to_string();
        match case.stage {
            Some(Stage::Handled) if chance(&mut worker.rng, 12) => {
                let draft = ActDraft { passed: false, text: "没有修好".into(), ..ActDraft::default() };
                if let Some(saved) = done(told, device.act(&code, Kind::Check, &draft))? {
                    told.lock().unwrap_or_else(PoisonError::into_inner).reopened.insert(saved.record);
                }
            }
            Some(Stage::Handled) if chance(&mut worker.rng, 80) => {
                done(told, device.act(&code, Kind::Close, &ActDraft::default()))?;
            }
            Some(Stage::Closed) if chance(&mut worker.rng, 1) => {
                let draft = ActDraft { text: "又坏了".into(), ..ActDraft::default() };
                if let Some(saved) = done(told, device.act(&code, Kind::Reopen, &draft))? {
                    told.lock().unwrap_or_else(PoisonError::into_inner).reopened.insert(saved.record);
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// All cases of a list, page by page.
fn whole(
    list: impl Fn(Option<&str>) -> Result<gewu_device::CasePage, gewu_device::DeviceError>,
) -> Result<Vec<gewu_device::CaseLine>, Problem> {
    let (mut cases, mut after): (Vec<_>, Option<String>) = (Vec::new(), None);
    loop {
        let page = list(after.as_deref())?;
        cases.extend(page.cases);
        match page.next {
            Some(next) => after = Some(next),
            None => return Ok(cases),
        }
    }
}

fn handle(worker: &mut Worker, told: &Mutex<Told>) -> Result<(), Problem> {
    let cases = whole(|after| worker.phone.device.today(after))?;
    for case in cases {
        let [.., last] = case.record.0;
        let mine = usize::from(last) % HANDLERS == worker.number;
        let waiting = matches!(case.stage, Some(Stage::Reported | Stage::Filed | Stage::Dispatched));
        if mine && waiting && chance(&mut worker.rng, 75) {
            let draft = ActDraft { text: "已处理".into(), ..ActDraft::default() };
            done(told, worker.phone.device.act(&case.record.to_string(), Kind::Handle, &draft))?;
        }
    }
    Ok(())
}

/// Two handlers claim the same case, each without knowing of the other.
fn contest(workers: &mut [Worker], told: &Mutex<Told>) -> Result<(), Problem> {
    let handlers: Vec<&Worker> = workers.iter().filter(|worker| worker.role == Role::Handler).collect();
    let [one, two, ..] = handlers.as_slice() else { return Ok(()) };
    for worker in [one, two] {
        worker.phone.weather.cover(true);
        sync(worker, told)?;
    }
    let page = one.phone.device.today(None)?;
    let Some(case) = page.cases.iter().find(|case| case.stage == Some(Stage::Reported)) else { return Ok(()) };
    let code = case.record.to_string();
    for worker in [one, two] {
        done(told, worker.phone.device.act(&code, Kind::Claim, &ActDraft::default()))?;
    }
    for worker in [one, two, one] {
        sync(worker, told)?;
    }
    if one.phone.device.case(&code)?.state.contested {
        told.lock().unwrap_or_else(PoisonError::into_inner).contested.insert(case.record);
    }
    Ok(())
}

fn watch(street: &Street, workers: &[Worker], told: &Mutex<Told>, day: i64) {
    let saved = told.lock().unwrap_or_else(PoisonError::into_inner).saved.len();
    let unsent: u64 = workers.iter().filter_map(|worker| worker.phone.device.status().ok()).map(|status| status.unsent).sum();
    let day = Day::of(FIRST_DAY_S + day * 86_400, 28_800);
    street.live(Word::DemoDay, &[("day", &day), ("acts", &saved), ("unsent", &unsent)]);
}

fn settle(street: &Street, workers: &mut [Worker], told: &Mutex<Told>) -> Result<(), Problem> {
    street.say(Word::DemoSettling, &[]);
    for _ in 0..2 {
        each(workers, |worker| {
            worker.phone.weather.cover(true);
            Ok(told.lock().unwrap_or_else(PoisonError::into_inner).synced(worker.phone.device.sync_now()?))
        })?;
    }
    Ok(())
}
