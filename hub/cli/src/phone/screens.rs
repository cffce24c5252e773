//! `gewu phone DIR …` for what screens are made of: drafts, classes, the supervisor's, what is to be settled, oneself.

use std::fmt::Write as _;

use clap::Subcommand;
use gewu_device::{
    ActDraft, ActionLine, CaseDetail, CaseLine, ClassLine, Device, Draft, MeView, RateQuery, SettleLine, Status,
    SuperviseView,
};
use gewu_model::act::Kind;
use gewu_model::day::Day;
use gewu_words::{Language, Named as _, ScreenWord, Word, say, say_screen};
use serde_json::json;

use super::{fix, kind_of, rate_line};
use crate::Output;
use crate::problem::Problem;

/// Commands of `phone … draft`.
#[derive(Subcommand)]
pub enum DraftCommand {
    /// Keeps what is being typed, in place of the earlier draft about the same case.
    Keep {
        /// Code of the case; absent: a new report.
        #[arg(long)]
        about: Option<String>,
        /// What is to be done to the case.
        #[arg(long)]
        kind: Option<String>,
        /// Class by its key.
        #[arg(long)]
        class: Option<String>,
        /// Filing or closing condition.
        #[arg(long)]
        condition: Option<String>,
        /// The words so far.
        #[arg(long, default_value = "")]
        text: String,
        /// Latitude,longitude in degrees.
        #[arg(long)]
        at: Option<String>,
        /// Dangerous, to be handled at once.
        #[arg(long)]
        urgent: bool,
        /// Code of the grid.
        #[arg(long)]
        area: Option<String>,
    },
    /// All drafts, the one kept last first.
    List,
    /// Throws a draft away.
    Discard {
        /// Code of the case; absent: that of a new report.
        #[arg(long)]
        about: Option<String>,
    },
}

/// Which classes.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu phone inspector classes --search '下水道堵了'")]
pub struct ClassesArgs {
    /// The usual ones of a grid, at most ten.
    #[arg(long)]
    usual: bool,
    /// Code of the grid, for `--usual`; absent: the phone's own.
    #[arg(long)]
    area: Option<String>,
    /// By name, number or everyday alias, at most fifty.
    #[arg(long, default_value = "")]
    search: String,
}

/// Where to.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu phone inspector areas dispatch --search 路灯")]
pub struct AreasArgs {
    /// The act that sends a case there: `dispatch` to a party, `relocate` to an area.
    kind: String,
    /// By name, code or local number, at most fifty.
    #[arg(long, default_value = "")]
    search: String,
}

/// Which period and area.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu phone supervisor supervise --from 2026-04-01 --to 2026-04-14")]
pub struct SuperviseArgs {
    /// The rate, such as closure or `on_time_closure`.
    #[arg(long, default_value = "closure")]
    definition: String,
    /// When and where.
    #[command(flatten)]
    within: Within,
}

/// What a rate is asked over.
#[derive(clap::Args)]
pub struct Within {
    /// First day.
    #[arg(long)]
    from: Option<Day>,
    /// Last day.
    #[arg(long)]
    to: Option<Day>,
    /// Deadlines after it are not due yet.
    #[arg(long)]
    as_of: Option<Day>,
    /// Code of an area; absent: the phone's own.
    #[arg(long)]
    area: Option<String>,
}

impl Within {
    /// The question that a rate answers.
    pub fn query(&self, definition: &str) -> RateQuery {
        let Self { from, to, as_of, area } = self;
        RateQuery { definition: definition.to_owned(), from: *from, to: *to, as_of: *as_of, area: area.clone() }
    }
}

/// Runs a command about drafts.
pub fn draft(device: &Device, command: &DraftCommand, output: Output) -> Result<(), Problem> {
    match command {
        DraftCommand::Keep { about, kind, class, condition, text, at, urgent, area } => {
            let draft = Draft {
                about: about.clone(),
                kind: kind.as_deref().map(kind_of).transpose()?,
                class: class.clone(),
                condition: condition.clone(),
                text: text.clone(),
                place: at.as_deref().map(fix).transpose()?,
                urgent: *urgent,
                area: area.clone(),
                kept_s: 0,
            };
            device.keep_draft(&draft)?;
            drafts(device, output)
        }
        DraftCommand::List => drafts(device, output),
        DraftCommand::Discard { about } => {
            device.discard_draft(about.as_deref())?;
            drafts(device, output)
        }
    }
}

fn drafts(device: &Device, output: Output) -> Result<(), Problem> {
    let drafts = device.drafts()?;
    output.print(&json!({ "drafts": drafts }), |language| {
        if drafts.is_empty() {
            return say(language, Word::PhoneDraftsEmpty, &[]);
        }
        let line = |draft: &Draft| {
            let about = match &draft.about {
                Some(code) => say_screen(language, ScreenWord::DraftCase, &[("code", code)]),
                None => say_screen(language, ScreenWord::DraftReport, &[]),
            };
            format!("{about}  {}  {}", draft.class.clone().unwrap_or_default(), draft.text)
        };
        drafts.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// Lists classes.
pub fn classes(device: &Device, args: &ClassesArgs, output: Output) -> Result<(), Problem> {
    let found =
        if args.usual { device.usual_classes(args.area.as_deref())? } else { device.find_classes(&args.search)? };
    output.print(&json!({ "classes": found }), |language| {
        if found.is_empty() {
            return say_screen(language, ScreenWord::ReportNothingFound, &[("text", &args.search)]);
        }
        let line = |class: &ClassLine| {
            let alias = |alias: &String| say_screen(language, ScreenWord::ReportAlias, &[("alias", alias)]);
            format!("{}  {}  {}", class.key, class.name, class.alias.as_ref().map(alias).unwrap_or_default())
        };
        found.iter().map(|class| line(class).trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// Lists where a case may be sent.
pub fn areas(device: &Device, args: &AreasArgs, output: Output) -> Result<(), Problem> {
    let found = device.find_areas(kind_of(&args.kind)?, &args.search)?;
    output.print(&json!({ "areas": found }), |language| {
        if found.is_empty() {
            return say_screen(language, ScreenWord::ReportNothingFound, &[("text", &args.search)]);
        }
        found.iter().map(|area| format!("{}  {}", area.code, area.name)).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// Withdraws one's own report, made in error.
pub fn withdraw(device: &Device, code: &str, output: Output) -> Result<(), Problem> {
    let saved = device.act(code, Kind::Decline, &ActDraft { withdrawn: true, ..ActDraft::default() })?;
    let code = saved.code();
    output.print(&json!({ "code": code, "record": saved.record, "entry": saved.entry }), |language| {
        let kind = say(language, Word::ActionWithdraw, &[]);
        say(language, Word::PhoneActSaved, &[("kind", &kind), ("code", &code)])
    });
    Ok(())
}

/// A case in one line.
pub fn case_line(case: &CaseLine) -> String {
    let stage = case.stage_label.clone().unwrap_or_default();
    let class = case.class_name.clone().or_else(|| case.class.clone()).unwrap_or_default();
    format!("{}  {stage}  {class}  {}", case.code, case.text.clone().unwrap_or_default())
}

/// One case with its history and what may be done.
pub fn shown(detail: &CaseDetail, language: Language) -> String {
    let state = &detail.state;
    let stage = detail.stage_label.clone().unwrap_or_default();
    let class = detail.class_label.clone().unwrap_or_default();
    let mut lines = vec![format!("{}  {stage}  {class}", state.code)];
    lines.extend(state.text.iter().filter_map(|text| text.value.clone()));
    lines.push(say(language, detail.delivery.word(), &[]));
    lines.push(say(language, Word::PhoneHistory, &[]));
    for line in &detail.history {
        let effect = say(language, line.act.effect.word(), &[]);
        let text = line.act.text.clone().unwrap_or_default();
        lines.push(format!("  {} · {effect} · {} {text}", line.kind_label, line.delivery_label));
    }
    lines.extend(actions(&detail.actions, language));
    lines.join("\n")
}

/// What may be done to a case, and what not and why.
fn actions(actions: &[ActionLine], language: Language) -> Vec<String> {
    let mut lines = vec![say_screen(language, ScreenWord::CaseActions, &[])];
    let allowed: Vec<String> = actions.iter().filter(|it| it.allowed).map(|it| format!("  {}", it.label)).collect();
    if allowed.is_empty() {
        lines.push(format!("  {}", say_screen(language, ScreenWord::CaseNoActions, &[])));
    }
    lines.extend(allowed);
    let mut others =
        actions.iter().filter_map(|it| it.why.as_ref().map(|why| format!("  {}: {why}", it.label))).peekable();
    if others.peek().is_some() {
        lines.push(say_screen(language, ScreenWord::CaseOtherActions, &[]));
    }
    lines.extend(others);
    lines
}

/// Everything that is to be settled.
pub fn settle(device: &Device, output: Output) -> Result<(), Problem> {
    let (mut lines, mut after): (Vec<SettleLine>, Option<String>) = (Vec::new(), None);
    loop {
        let page = device.to_settle(after.as_deref())?;
        lines.extend(page.lines);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    output.print(&json!({ "lines": lines }), |language| {
        if lines.is_empty() {
            return say_screen(language, ScreenWord::SettleEmpty, &[]);
        }
        let line = |it: &SettleLine| {
            let which = if it.reason.is_some() { ScreenWord::SettleRefused } else { ScreenWord::SettleContested };
            let class = it.class_name.clone().unwrap_or_default();
            let told = it.reason.clone().or_else(|| it.text.clone()).unwrap_or_default();
            format!("{}  {}  {class}  {}  {told}", it.code, say_screen(language, which, &[]), it.kind_label)
        };
        lines.iter().map(line).collect::<Vec<_>>().join("\n")
    });
    Ok(())
}

/// The supervisor's screen.
pub fn supervise(device: &Device, args: &SuperviseArgs, output: Output) -> Result<(), Problem> {
    let view = device.supervise(&args.within.query(&args.definition))?;
    output.print(&view, |language| supervised(&view, language));
    Ok(())
}

fn supervised(view: &SuperviseView, language: Language) -> String {
    let mut text = rate_line(&view.rate, language);
    let overdue = say_screen(language, ScreenWord::SuperviseOverdue, &[("count", &view.overdue)]);
    let to_settle = say_screen(language, ScreenWord::SettleCount, &[("count", &view.to_settle)]);
    // Writing to a string does not fail.
    let _ = write!(text, "\n{overdue} · {to_settle}");
    for grid in view.grids.iter().filter(|grid| grid.overdue > 0) {
        let figures = [("overdue", &grid.overdue as &dyn std::fmt::Display), ("open", &grid.open)];
        let _ = write!(text, "\n  {}  {}", grid.area.name, say_screen(language, ScreenWord::SuperviseGrid, &figures));
    }
    for case in &view.first_overdue {
        let _ = write!(text, "\n  {}", case_line(case));
    }
    text
}

/// The person's own screen.
pub fn me(device: &Device, output: Output) -> Result<(), Problem> {
    let me = device.me()?;
    output.print(&me, |language| about_me(&me, language));
    Ok(())
}

fn about_me(me: &MeView, language: Language) -> String {
    let who = match &me.enrolled {
        Some(enrolled) => format!("{} · {} · {}", me.role_label, me.person_short, enrolled.area_name),
        None => say_screen(language, ScreenWord::MeJoinText, &[]),
    };
    let size = format!("{} kB", me.storage.store_bytes.div_ceil(1_000));
    let held = [("size", &size as &dyn std::fmt::Display), ("cases", &me.storage.cases), ("acts", &me.storage.acts)];
    let mut lines = vec![
        who,
        say_screen(language, ScreenWord::MeStorageUsed, &held),
        say_screen(language, ScreenWord::MeVersion, &[("version", &me.version)]),
    ];
    lines.extend(noticed(&me.status));
    lines.join("\n")
}

/// Notices, three sentences to a line.
pub fn noticed(status: &Status) -> Vec<String> {
    status.notices.iter().map(|it| format!("! {} {} {}", it.what, it.safe, it.next)).collect()
}
