//! `gewu`: the hub, the thinnest shell over a phone, and a street to look at, in one program.

mod backup;
mod catalogue;
mod demo;
mod export;
mod hub_commands;
mod import;
mod phone;
mod place;
mod problem;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use gewu_words::Language;

use problem::Problem;

/// Offline-first field tool for grid governance.
#[derive(Parser)]
#[command(name = "gewu", version, about, after_help = "Example: gewu demo --once --json")]
struct Program {
    /// Language of what is printed: zh-CN or en; absent: that of the environment.
    #[arg(long, global = true)]
    lang: Option<String>,
    /// One JSON object per result on standard output; errors as {code, what, safe, next}.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// A street with its hub and phones, simulated: closure rates, and a page to look at.
    Demo(demo::DemoArgs),
    /// Makes a hub's folder: keys, store, pack.
    Init(hub_commands::InitArgs),
    /// Runs a hub.
    Serve(hub_commands::ServeArgs),
    /// Invites a phone: prints a text that is also a QR code.
    Invite(hub_commands::InviteArgs),
    /// Writes a backup of a hub; it may be running.
    Backup(backup::BackupArgs),
    /// Makes a hub's folder from a backup.
    Restore(backup::RestoreArgs),
    /// A phone without a screen, for scripts and for people without a phone at hand.
    Phone(phone::PhoneArgs),
    /// Ways out of a hub's or a phone's folder.
    Export(export::ExportArgs),
}

/// What every command gets.
#[derive(Clone, Copy)]
pub struct Output {
    /// For words.
    pub language: Language,
    /// JSON instead of words.
    pub json: bool,
}

impl Output {
    /// Prints a result: as JSON, or in words.
    pub fn print(self, value: &impl serde::Serialize, words: impl FnOnce(Language) -> String) {
        if self.json {
            println!("{}", serde_json::to_string(value).unwrap_or_default());
        } else {
            println!("{}", words(self.language));
        }
    }
}

fn main() -> ExitCode {
    let program = match Program::try_parse() {
        Ok(program) => program,
        Err(error) => return wrong_arguments(&error),
    };
    let language = language(program.lang);
    let output = Output { language, json: program.json };
    log();
    let done = match program.command {
        Command::Demo(args) => demo::run(&args, output),
        Command::Init(args) => hub_commands::init(&args, output),
        Command::Serve(args) => hub_commands::serve(&args, output),
        Command::Invite(args) => hub_commands::invite(&args, output),
        Command::Phone(args) => phone::run(&args, output),
        Command::Backup(args) => backup::backup(&args, output),
        Command::Restore(args) => backup::restore(&args, output),
        Command::Export(args) => export::run(&args, output),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => problem.report(output),
    }
}

/// Language of what is printed: as asked for, else the environment's.
fn language(asked: Option<String>) -> Language {
    let tag = asked.or_else(|| std::env::var("LC_ALL").ok()).or_else(|| std::env::var("LANG").ok());
    tag.and_then(|tag| Language::from_tag(&tag)).unwrap_or(Language::En)
}

/// Help and version are no errors; what is one is said in clap's words on a terminal and as an object for `--json`.
fn wrong_arguments(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let problem = Problem::from(error);
    if std::env::args().any(|argument| argument == "--json") {
        let asked = std::env::args().skip_while(|argument| argument != "--lang").nth(1);
        return problem.report(Output { language: language(asked), json: true });
    }
    // Where standard error is closed, the exit code says it.
    let _ = error.print();
    problem.exit_code()
}

/// Logs go to standard error, only what `GEWU_LOG` asks for (default: errors); nothing personal is in them.
fn log() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("GEWU_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("error"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
}

/// Reads a key file, or makes it: 32 bytes, only for its owner.
fn key_file(path: &std::path::Path, create: bool) -> Result<[u8; 32], Problem> {
    use std::io::Write as _;
    match std::fs::read(path) {
        Ok(bytes) => <[u8; 32]>::try_from(bytes).map_err(|_| Problem::code(gewu_words::ErrorCode::WrongKey)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && create => {
            let key: [u8; 32] = gewu_device::env::random_array(&gewu_device::env::SystemRandom);
            let mut options = std::fs::OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let written = options.open(path).and_then(|mut file| {
                file.write_all(&key)?;
                file.sync_all()
            });
            written.map_err(|error| Problem::write(path, &error))?;
            Ok(key)
        }
        Err(error) => Err(Problem::file(path, &error)),
    }
}

/// A path that the system can name.
fn absolute(path: &std::path::Path) -> PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}
