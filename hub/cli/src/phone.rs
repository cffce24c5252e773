//! `gewu phone DIR …`: the thinnest shell over `Device`; no decision of its own.

mod long;
mod screens;

use std::path::{Path, PathBuf};

use clap::Subcommand;
use gewu_device::env::Env;
use gewu_device::{ActDraft, Device, DeviceOptions, ReportDraft};
use gewu_model::act::{Fix, Kind};
use gewu_model::ids::EntryHash;
use gewu_model::rate::RateView;
use gewu_words::{ErrorCode, Language, Word, rate_words, say};
use serde_json::json;

use crate::problem::{Fill, Problem};
use crate::{Output, key_file};

/// Arguments of `phone`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu phone inspector report --class lamp --text '3栋门口路灯不亮'")]
pub struct PhoneArgs {
    /// The phone's folder; made if it is not there.
    dir: PathBuf,
    #[command(subcommand)]
    command: PhoneCommand,
}

#[derive(Subcommand)]
enum PhoneCommand {
    /// Joins a street.
    Enrol {
        /// As printed by `gewu invite`.
        invitation: String,
    },
    /// Reports a case.
    Report {
        /// Class by its key in the catalogue.
        #[arg(long)]
        class: String,
        /// What is the matter.
        #[arg(long, default_value = "")]
        text: String,
        /// Filing condition of the class.
        #[arg(long)]
        condition: Option<String>,
        /// Code of the grid; absent: the phone's own.
        #[arg(long)]
        area: Option<String>,
        /// Latitude,longitude in degrees.
        #[arg(long)]
        at: Option<String>,
        /// Handled at once.
        #[arg(long)]
        self_handled: bool,
    },
    /// Does something to a case: handle, close, check, reopen, dispatch, …
    Act {
        /// The case's code.
        code: String,
        /// What to do.
        kind: String,
        /// What is said about it.
        #[arg(long, default_value = "")]
        text: String,
        /// Revision that was looked at; closing and sending back are refused when it is no longer the present one.
        #[arg(long)]
        revision: Option<u32>,
        /// For `check`: it did not pass.
        #[arg(long)]
        failed: bool,
        /// Code of a party.
        #[arg(long)]
        party: Option<String>,
        /// Code of the new grid, for `relocate`.
        #[arg(long)]
        area: Option<String>,
        /// The act to be adopted.
        #[arg(long)]
        adopts: Option<String>,
        /// Closing or filing condition.
        #[arg(long)]
        condition: Option<String>,
        /// Another class.
        #[arg(long)]
        class: Option<String>,
        /// For `decline`: one's own report, made in error.
        #[arg(long)]
        withdrawn: bool,
        /// For `suspend`.
        #[arg(long)]
        days: Option<u32>,
    },
    /// Reports many cases, printing each id once it is safe.
    Capture {
        /// How many.
        #[arg(long, default_value_t = 1)]
        count: u32,
        /// Class; absent: the first of the catalogue.
        #[arg(long)]
        class: Option<String>,
    },
    /// All cases on the phone.
    List {
        /// Only open ones, due first.
        #[arg(long)]
        today: bool,
        /// Only those past their deadline.
        #[arg(long)]
        overdue: bool,
        /// Only those of a grid.
        #[arg(long)]
        grid: Option<String>,
    },
    /// One case with its history.
    Show {
        /// The case's code.
        code: String,
    },
    /// Withdraws one's own report, made in error.
    Withdraw {
        /// The case's code.
        code: String,
    },
    /// What is being typed, kept until it is saved or thrown away.
    #[command(subcommand)]
    Draft(screens::DraftCommand),
    /// Classes to report: the usual ones, or those that a text finds.
    Classes(screens::ClassesArgs),
    /// Where a case may be sent: parties to dispatch it to, or areas to relocate it to.
    Areas(screens::AreasArgs),
    /// The supervisor's screen: a rate with its trend, what is late by grid, what is to be settled.
    Supervise(screens::SuperviseArgs),
    /// Refused acts that nobody adopted, and contested cases.
    Settle,
    /// Who this phone is, what it holds, what it has to say.
    Me,
    /// A rate, from what the phone holds.
    Rate {
        /// Such as closure or `on_time_closure`.
        definition: String,
        /// When and where.
        #[command(flatten)]
        within: screens::Within,
    },
    /// What is unsent, refused, and when the hub was last heard.
    Status,
    /// Syncs once, up and down.
    Sync,
    /// Syncs by itself and says what changes, until stopped.
    Watch,
    /// A bearer token for scripts, good for an hour.
    Token,
    /// A link to the supervisor page that works once.
    Link,
    /// Makes all derived rows anew and compares.
    Rebuild,
    /// What a maintainer needs to know; nothing personal.
    Diagnostics,
}

/// Opens a phone's folder.
pub fn open(dir: &Path, env: Env, language: Language) -> Result<Device, Problem> {
    std::fs::create_dir_all(dir).map_err(|error| Problem::write(dir, &error))?;
    let key = key_file(&dir.join("key"), !dir.join("gewu.db").exists())?;
    Ok(Device::open(DeviceOptions { dir: dir.to_owned(), key, env, language })?)
}

/// Runs one command.
pub fn run(args: &PhoneArgs, output: Output) -> Result<(), Problem> {
    let device = open(&args.dir, Env::default(), output.language)?;
    let done = command(&device, &args.command, output);
    device.close();
    done
}

fn command(device: &Device, command: &PhoneCommand, output: Output) -> Result<(), Problem> {
    match command {
        PhoneCommand::Enrol { invitation } => {
            let who = device.enrol(invitation)?;
            output.print(&who, |language| {
                let args: [(&str, &dyn std::fmt::Display); 3] =
                    [("place", &who.area_name), ("role", &who.role.name()), ("area", &who.area_name)];
                say(language, Word::PhoneEnrolled, &args)
            });
        }
        PhoneCommand::Report { .. } => report(device, command, output)?,
        PhoneCommand::Act { .. } => act(device, command, output)?,
        PhoneCommand::Capture { count, class } => long::capture(device, *count, class.as_deref())?,
        PhoneCommand::List { today, overdue, grid } => list(device, *today, *overdue, grid.as_deref(), output)?,
        PhoneCommand::Show { code } => {
            let detail = device.case(code)?;
            output.print(&detail, |language| screens::shown(&detail, language));
        }
        PhoneCommand::Withdraw { code } => screens::withdraw(device, code, output)?,
        PhoneCommand::Draft(command) => screens::draft(device, command, output)?,
        PhoneCommand::Classes(args) => screens::classes(device, args, output)?,
        PhoneCommand::Areas(args) => screens::areas(device, args, output)?,
        PhoneCommand::Supervise(args) => screens::supervise(device, args, output)?,
        PhoneCommand::Settle => screens::settle(device, output)?,
        PhoneCommand::Me => screens::me(device, output)?,
        PhoneCommand::Rate { definition, within } => {
            let rate = device.rate(&within.query(definition))?;
            output.print(&rate, |language| rate_line(&rate, language));
        }
        PhoneCommand::Status => {
            let status = device.status()?;
            output.print(&status, |language| {
                let line = match status.unsent {
                    0 => say(language, Word::PhoneAllConfirmed, &[]),
                    unsent => say(language, Word::PhoneUnsent, &[("count", &unsent)]),
                };
                [vec![line], screens::noticed(&status)].concat().join("\n")
            });
        }
        PhoneCommand::Sync => {
            let report = device.sync_now()?;
            output.print(&report, |language| {
                say(language, Word::PhoneSynced, &[("sent", &report.sent), ("received", &report.received)])
            });
        }
        PhoneCommand::Watch => long::watch(device, output),
        PhoneCommand::Token => {
            let token = device.token()?;
            output.print(&json!({ "token": token }), |_| token.clone());
        }
        PhoneCommand::Link => {
            let url = device.link()?;
            output.print(&json!({ "url": url }), |language| say(language, Word::SignInLink, &[("url", &url)]));
        }
        PhoneCommand::Rebuild => rebuild(device, output)?,
        PhoneCommand::Diagnostics => {
            let text = device.diagnostics()?;
            let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
            output.print(&report, |_| text);
        }
    }
    Ok(())
}

fn rebuild(device: &Device, output: Output) -> Result<(), Problem> {
    let (before, after) = device.rebuild()?;
    let same = before == after;
    let cases = device.status()?.cases;
    output.print(&json!({ "same": same, "cases": cases, "bytes": after.len() }), |language| {
        say(language, Word::PhoneRebuilt, &[("count", &cases)])
    });
    if same { Ok(()) } else { Err(Problem::with(ErrorCode::Defect, "rebuild")) }
}

/// Degrees as typed, in units of 10⁻⁷.
fn fix(text: &str) -> Result<Fix, Problem> {
    let bad = || Problem::argument("--at", Fill::Expected("28.2456,113.0812"));
    let e7 = |text: &str| -> Option<i32> {
        let (negative, text) = text.trim().strip_prefix('-').map_or((false, text.trim()), |rest| (true, rest));
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        let part: String = part.chars().chain("0000000".chars()).take(7).collect();
        let value = whole.parse::<i32>().ok()?.checked_mul(10_000_000)?.checked_add(part.parse().ok()?)?;
        Some(if negative { -value } else { value })
    };
    let (latitude, longitude) = text.split_once(',').ok_or_else(bad)?;
    e7(latitude)
        .zip(e7(longitude))
        .and_then(|(latitude, longitude)| Fix::new(latitude, longitude, None))
        .ok_or_else(bad)
}

fn report(device: &Device, command: &PhoneCommand, output: Output) -> Result<(), Problem> {
    let PhoneCommand::Report { class, text, condition, area, at, self_handled } = command else { return Ok(()) };
    let draft = ReportDraft {
        class: class.clone(),
        condition: condition.clone(),
        text: text.clone(),
        place: at.as_deref().map(fix).transpose()?,
        area: area.clone(),
        self_handled: *self_handled,
        ..ReportDraft::default()
    };
    let saved = device.report(&draft)?;
    let far = draft.place.as_ref().map(|place| device.far_off(draft.area.as_deref(), place)).transpose()?.flatten();
    let code = saved.code();
    output.print(&json!({ "code": code, "record": saved.record, "entry": saved.entry, "far_off": far }), |language| {
        let saved = say(language, Word::PhoneSaved, &[("code", &code)]);
        far.as_ref().map_or(saved.clone(), |far| format!("{saved}\n{}", far.label))
    });
    Ok(())
}

fn kind_of(name: &str) -> Result<Kind, Problem> {
    let expected = Fill::Expected("handle, close, check, reopen, dispatch, …");
    Kind::from_name(name).ok_or_else(|| Problem::argument("KIND", expected))
}

fn act(device: &Device, command: &PhoneCommand, output: Output) -> Result<(), Problem> {
    let PhoneCommand::Act {
        code,
        kind,
        text,
        revision,
        failed,
        party,
        area,
        adopts,
        condition,
        class,
        withdrawn,
        days,
    } = command
    else {
        return Ok(());
    };
    let kind = kind_of(kind)?;
    let adopts = adopts.as_deref().map(EntryHash::from_hex).transpose();
    let draft = ActDraft {
        text: text.clone(),
        revision: *revision,
        passed: !failed,
        party: party.clone(),
        area: area.clone(),
        adopts: adopts.map_err(|_| Problem::argument("--adopts", Fill::Expected("64 × 0-9, a-f")))?,
        condition: condition.clone(),
        class: class.clone(),
        withdrawn: *withdrawn,
        days: *days,
        time_s: None,
    };
    let saved = device.act(code, kind, &draft)?;
    let code = saved.code();
    output.print(&json!({ "code": code, "record": saved.record, "entry": saved.entry }), |language| {
        use gewu_words::Named as _;
        say(language, Word::PhoneActSaved, &[("kind", &say(language, kind.word(), &[])), ("code", &code)])
    });
    Ok(())
}

fn list(device: &Device, today: bool, overdue: bool, grid: Option<&str>, output: Output) -> Result<(), Problem> {
    let mut cases = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let at = after.as_deref();
        let page = match (today, overdue, grid) {
            (true, ..) => device.today(at)?,
            (_, true, _) => device.overdue(at)?,
            (_, _, Some(grid)) => device.by_grid(Some(grid), at)?,
            _ => device.all(at)?,
        };
        cases.extend(page.cases);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    output.print(&json!({ "cases": cases }), |language| {
        if cases.is_empty() {
            return say(language, Word::PhoneListEmpty, &[]);
        }
        cases.iter().map(screens::case_line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// A rate in one line.
pub fn rate_line(rate: &RateView, language: Language) -> String {
    let name = rate_words(rate.definition).map(|words| say(language, words.name, &[])).unwrap_or_default();
    match rate.rate {
        Some(found) => say(
            language,
            Word::PhoneRate,
            &[
                ("name", &name),
                ("shown", &found.shown()),
                ("numerator", &found.numerator),
                ("denominator", &found.denominator),
            ],
        ),
        None => say(language, Word::PhoneRateNone, &[("name", &name)]),
    }
}
