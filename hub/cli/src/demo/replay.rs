//! Replays what a file says was done: each grid's inspector reports, its community's handler handles, the inspector
//! closes. The demo adds no acts of its own, only weather.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use gewu_device::{ActDraft, Imported, ReportDraft, Saved};
use gewu_hub::config::machine_ms;
use gewu_model::act::{Fix, Kind};
use gewu_model::area::AreaKind;
use gewu_model::day::Day;
use gewu_model::ids::RecordId;
use gewu_model::rights::Role;
use gewu_words::{ErrorCode, Word};

use super::DemoArgs;
use super::scenario::Scenario;
use super::street::{Begin, Phone, Street, Told};
use crate::Output;
use crate::import::Import;
use crate::place::{GridDraft, PlaceDraft, STREET_CODE, plain_class};
use crate::problem::Problem;

/// Threads that drive phones.
const DRIVERS: usize = 4;

/// One request on its way through the street.
struct Job {
    grid: usize,
    draft: ReportDraft,
    handled_s: Option<i64>,
    closed_s: Option<i64>,
    record: Option<RecordId>,
}

struct Crew {
    inspectors: Vec<Phone>,
    handlers: Vec<Phone>,
    /// Place of each grid's handler.
    handler_of: Vec<usize>,
}

fn crew(street: &Street, place: &PlaceDraft) -> Result<Crew, Problem> {
    let pack = street.hub().pack();
    let area = |kind, code: &str| {
        pack.areas.by_code(kind, code).map(|area| area.id).ok_or_else(|| Problem::with(ErrorCode::AreaUnknown, code))
    };
    let mut communities: Vec<Option<&String>> = place.grids.iter().map(|grid| grid.community.as_ref()).collect();
    communities.sort_unstable();
    communities.dedup();
    let mut handlers = Vec::new();
    for (at, community) in communities.iter().enumerate() {
        let area = match community {
            Some(name) => area(AreaKind::Community, name)?,
            None => area(AreaKind::Street, STREET_CODE)?,
        };
        handlers.push(street.phone(&format!("handler-{at}"), Role::Handler, area, true, 0)?);
    }
    let mut inspectors = Vec::new();
    for (at, grid) in place.grids.iter().enumerate() {
        let area = area(AreaKind::Grid, &grid.code)?;
        inspectors.push(street.phone(&format!("inspector-{at}"), Role::Inspector, area, true, 0)?);
    }
    let place_of = |grid: &GridDraft| communities.binary_search(&grid.community.as_ref()).unwrap_or(0);
    Ok(Crew { inspectors, handlers, handler_of: place.grids.iter().map(place_of).collect() })
}

/// Runs `work` for each phone that has something to do, several at a time; returns what was saved.
fn drive<T: Send>(
    phones: &[Phone],
    tasks: BTreeMap<usize, Vec<T>>,
    told: &Mutex<Told>,
    work: impl Fn(&Phone, T) -> Result<Saved, Problem> + Sync,
) -> Result<(), Problem> {
    let queue = Mutex::new(tasks.into_iter());
    let next = || queue.lock().unwrap_or_else(PoisonError::into_inner).next();
    let done: Vec<Result<(), Problem>> = std::thread::scope(|scope| {
        let drivers: Vec<_> = (0..DRIVERS)
            .map(|_| {
                scope.spawn(|| {
                    while let Some((at, tasks)) = next() {
                        let Some(phone) = phones.get(at) else { continue };
                        let saved: Vec<Saved> = tasks.into_iter().map(|task| work(phone, task)).collect::<Result<_, _>>()?;
                        let report = phone.device.sync_now();
                        let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                        saved.into_iter().for_each(|saved| told.saved(saved));
                        told.synced(report?);
                    }
                    Ok(())
                })
            })
            .collect();
        drivers.into_iter().map(|driver| driver.join().unwrap_or_else(|_| Err(Problem::code(ErrorCode::Defect)))).collect()
    });
    done.into_iter().collect()
}

/// Syncs phones, several at a time.
fn sync_all(phones: &[Phone], told: &Mutex<Told>) -> Result<(), Problem> {
    drive(phones, (0..phones.len()).map(|at| (at, Vec::<()>::new())).collect(), told, |_, ()| {
        Err(Problem::code(ErrorCode::Defect))
    })
}

fn by_phone<'j>(jobs: &'j mut [Job], place: impl Fn(&Job) -> Option<usize>) -> BTreeMap<usize, Vec<&'j mut Job>> {
    let mut tasks: BTreeMap<usize, Vec<&mut Job>> = BTreeMap::new();
    for job in jobs {
        if let Some(at) = place(job) {
            tasks.entry(at).or_default().push(job);
        }
    }
    tasks
}

fn act(phone: &Phone, job: &Job, kind: Kind, time_s: i64) -> Result<Saved, Problem> {
    let record = job.record.ok_or_else(|| Problem::code(ErrorCode::NotFound))?;
    let draft = ActDraft { time_s: Some(time_s), passed: true, ..ActDraft::default() };
    Ok(phone.device.act(&record.to_string(), kind, &draft)?)
}

/// One batch of jobs through the street.
fn batch(street: &Street, crew: &Crew, jobs: &mut [Job], told: &Mutex<Told>, total: usize, done: usize) -> Result<(), Problem> {
    // A lost reply for one phone in eight: the repeat is a success and nothing doubles.
    crew.inspectors.iter().step_by(8).for_each(|phone| phone.weather.cut(1));
    let reports = by_phone(jobs, |job| Some(job.grid));
    drive(&crew.inspectors, reports, told, |phone, job| {
        let saved = phone.device.report(&job.draft)?;
        job.record = Some(saved.record);
        Ok(saved)
    })?;
    street.live(Word::DemoProgress, &[("done", &done), ("total", &total)]);
    sync_all(&crew.handlers, told)?;
    let handles = by_phone(jobs, |job| job.handled_s.and_then(|_| crew.handler_of.get(job.grid).copied()));
    drive(&crew.handlers, handles, told, |phone, job| act(phone, job, Kind::Handle, job.handled_s.unwrap_or_default()))?;
    let closes = by_phone(jobs, |job| job.closed_s.map(|_| job.grid));
    let closers: Vec<usize> = closes.keys().copied().collect();
    if !closers.is_empty() {
        sync_all(&crew.inspectors, told)?;
        drive(&crew.inspectors, closes, told, |phone, job| act(phone, job, Kind::Close, job.closed_s.unwrap_or_default()))?;
    }
    Ok(())
}

/// The latest moment of an act that is made; deadlines and dates of rows that stay open do not count.
fn last_act_s(jobs: &[Job]) -> Option<i64> {
    let moments = jobs.iter().flat_map(|job| {
        [job.draft.imported.as_ref().map(|imported| imported.time_s), job.handled_s, job.closed_s].into_iter().flatten()
    });
    moments.max()
}

fn begin<'a>(args: &DemoArgs, dir: &'a Path, place: &'a PlaceDraft, output: Output) -> Begin<'a> {
    let start_s = machine_ms().div_euclid(1_000);
    Begin { dir, place, start_s, speed: 1, listen: args.listen, output }
}

/// Replays the requests of a file.
pub fn import(args: &DemoArgs, dir: &Path, read: &Import, output: Output) -> Result<(Street, Told), Problem> {
    let place = PlaceDraft {
        place: read.place.clone(),
        day_offset_s: read.mapping.day_offset_s,
        grids: read
            .grids
            .iter()
            .map(|grid| GridDraft { code: grid.name.clone(), name: grid.name.clone(), number: None, community: grid.community.clone(), middle: None })
            .collect(),
        parties: Vec::new(),
        notes: Vec::new(),
        classes: Some(read.classes.iter().map(|class| plain_class(class)).collect()),
        usual: Vec::new(),
        calendar: None,
    };
    let mut street = Street::begin(&begin(args, dir, &place, output))?;
    let refused = read.refused.len();
    let file = args.import.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    street.say(Word::DemoImport, &[("file", &file), ("rows", &read.rows), ("refused", &refused)]);
    let grids: BTreeMap<&str, usize> = place.grids.iter().enumerate().map(|(at, grid)| (grid.code.as_str(), at)).collect();
    let mut jobs: Vec<Job> = read
        .requests
        .iter()
        .filter_map(|request| {
            Some(Job {
                grid: *grids.get(request.grid.as_str())?,
                draft: ReportDraft {
                    class: request.class.clone(),
                    text: request.text.clone(),
                    place: request.fix.and_then(|(latitude, longitude)| Fix::new(latitude, longitude, None)),
                    imported: Some(Imported {
                        time_s: request.reported_s,
                        deadline_s: request.due_s,
                        system: read.place.clone(),
                        key: request.key.clone(),
                    }),
                    ..ReportDraft::default()
                },
                handled_s: request.handled.then(|| request.closed_s.unwrap_or(request.reported_s)),
                closed_s: request.closed_s.filter(|_| request.closed),
                record: None,
            })
        })
        .collect();
    let crew = crew(&street, &place)?;
    let told = Mutex::new(Told::default());
    let total = jobs.len();
    let half = total / 2;
    let (first, second) = jobs.split_at_mut(half);
    batch(&street, &crew, first, &told, total, half)?;
    street.kill_and_restart(|| ())?;
    batch(&street, &crew, second, &told, total, total)?;
    finish(street, &crew, told, last_act_s(&jobs), &place)
}

/// Replays a scenario, month by month.
pub fn scenario(args: &DemoArgs, dir: &Path, scenario: &Scenario, output: Output) -> Result<(Street, Told), Problem> {
    let place = scenario.place();
    let mut street = Street::begin(&begin(args, dir, &place, output))?;
    let months = scenario.months();
    let total: u64 = scenario.grids.iter().flat_map(|grid| grid.months.values()).map(|traffic| u64::from(traffic.events)).sum();
    let file = args.scenario.as_ref().map(|file| file.display().to_string()).unwrap_or_default();
    street.say(Word::DemoScenario, &[("file", &file), ("events", &total)]);
    let crew = crew(&street, &place)?;
    let told = Mutex::new(Told::default());
    let total = usize::try_from(total).unwrap_or(usize::MAX);
    let (mut done, mut last_s) = (0, None);
    for (at, month) in months.iter().enumerate() {
        let mut jobs: Vec<Job> = scenario
            .events(month)?
            .into_iter()
            .map(|event| Job {
                grid: event.grid,
                draft: ReportDraft {
                    class: event.class,
                    text: event.text,
                    imported: Some(Imported {
                        time_s: event.reported_s,
                        deadline_s: None,
                        system: scenario.place.clone(),
                        key: format!("{month}/{}", event.number),
                    }),
                    ..ReportDraft::default()
                },
                handled_s: event.handled_s,
                closed_s: None,
                record: None,
            })
            .collect();
        done += jobs.len();
        batch(&street, &crew, &mut jobs, &told, total, done)?;
        last_s = last_s.max(last_act_s(&jobs));
        if at == months.len() / 2 {
            street.kill_and_restart(|| ())?;
        }
    }
    finish(street, &crew, told, last_s, &place)
}

fn finish(street: Street, crew: &Crew, told: Mutex<Told>, last_s: Option<i64>, place: &PlaceDraft) -> Result<(Street, Told), Problem> {
    street.say(Word::DemoSettling, &[]);
    sync_all(&crew.inspectors, &told)?;
    sync_all(&crew.handlers, &told)?;
    let mut told = told.into_inner().unwrap_or_else(PoisonError::into_inner);
    told.as_of = Day::of(last_s.unwrap_or_else(|| street.now_s()), place.day_offset_s);
    told.phones = crew.inspectors.len() + crew.handlers.len() + 1;
    Ok((street, told))
}
