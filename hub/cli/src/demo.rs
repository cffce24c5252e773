//! `gewu demo`: a street to look at. A real hub process on loopback, real phones over real HTTPS, in bad weather.
//!
//! Without a file: a simulated fortnight on an injected clock. With `--import` or `--scenario`: what the file says was
//! done, and nothing else, at the file's times. Figures are asked from the hub; what was lost is counted from outside.

mod count;
mod fortnight;
mod replay;
mod scenario;
mod street;
mod weather;

use std::io::IsTerminal as _;
use std::path::PathBuf;

use gewu_hub::config::machine_ms;
use gewu_model::day::Day;
use gewu_words::{Word, say};
use serde_json::json;

use crate::problem::Problem;
use crate::{Output, absolute, import, phone, place};
use street::Street;

/// Arguments of `demo`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu demo --import requests.csv --mapping requests.json --once --json")]
pub struct DemoArgs {
    /// End after the table; default when standard output is no terminal.
    #[arg(long)]
    once: bool,
    /// Decides what happens in the simulated street.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Inspectors of the simulated street.
    #[arg(long, default_value_t = 67)]
    phones: usize,
    /// Folder to work in, kept afterwards; absent: a temporary one.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Keep the temporary folder.
    #[arg(long)]
    keep: bool,
    /// Where the hub listens.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: std::net::SocketAddr,
    /// Requests of a place, to be replayed.
    #[arg(long, requires = "mapping")]
    import: Option<PathBuf>,
    /// How the file of requests is to be read.
    #[arg(long, requires = "import")]
    mapping: Option<PathBuf>,
    /// What people of a place do, to be replayed.
    #[arg(long, conflicts_with = "import")]
    scenario: Option<PathBuf>,
    /// Only this month of the scenario, such as 2021-03.
    #[arg(long, requires = "scenario")]
    month: Option<String>,
    /// Day as of which every figure is given.
    #[arg(long)]
    as_of: Option<Day>,
}

/// A folder to work in; a temporary one goes with the demo, also on Ctrl-C.
struct Workplace {
    dir: PathBuf,
    _temporary: Option<tempfile::TempDir>,
}

const TEMPORARY_PREFIX: &str = "gewu-demo-";

fn workplace(args: &DemoArgs) -> Result<Workplace, Problem> {
    if let Some(dir) = &args.dir {
        std::fs::create_dir_all(dir).map_err(|error| Problem::write(dir, &error))?;
        return Ok(Workplace { dir: absolute(dir), _temporary: None });
    }
    sweep();
    // The process id in the name lets a later demo remove what a killed one left.
    let prefix = format!("{TEMPORARY_PREFIX}{}-", std::process::id());
    let made = tempfile::Builder::new().prefix(&prefix).tempdir();
    let temporary = made.map_err(|error| Problem::write(&std::env::temp_dir(), &error))?;
    let dir = temporary.path().to_owned();
    if args.keep {
        let _ = temporary.keep();
        return Ok(Workplace { dir, _temporary: None });
    }
    Ok(Workplace { dir, _temporary: Some(temporary) })
}

/// Removes temporary folders of demos that are no longer running.
fn sweep() {
    let Ok(found) = std::fs::read_dir(std::env::temp_dir()) else { return };
    for entry in found.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.strip_prefix(TEMPORARY_PREFIX).and_then(|rest| rest.split_once('-'));
        if let Some((process, _)) = owner
            && !std::path::Path::new("/proc").join(process).exists()
            && std::path::Path::new("/proc/self").exists()
        {
            let _ = std::fs::remove_dir_all(entry.path()); // Another demo may be sweeping it too.
        }
    }
}

/// Runs the demo.
pub fn run(args: &DemoArgs, output: Output) -> Result<(), Problem> {
    let begun_ms = machine_ms();
    raise_file_limit();
    let work = workplace(args)?;
    let (mut street, told, imported) = play(args, &work, output)?;
    street.say(Word::DemoCounting, &[]);
    let as_of = args.as_of.unwrap_or(told.as_of);
    let counted = count::count(&mut street, &told, as_of)?;
    let seconds = (machine_ms() - begun_ms) / 1_000;
    let url = street.page_url()?;
    let mut object = counted.json(&told, as_of);
    if let Some(map) = object.as_object_mut() {
        map.insert("hub_restarts".into(), json!(street.restarts()));
        map.insert("import".into(), imported);
        map.insert("seconds".into(), json!(seconds));
        map.insert("url".into(), json!(url));
    }
    if output.json {
        println!("{object}");
    } else {
        println!("{}", counted.table(&told, as_of, street.restarts(), output.language));
        println!("{}", say(output.language, Word::DemoSeconds, &[("seconds", &seconds)]));
    }
    if args.once || !std::io::stdout().is_terminal() {
        return Ok(());
    }
    println!("{}", say(output.language, Word::DemoPage, &[("url", &url)]));
    let dir = work.dir.display();
    let kept = args.keep || args.dir.is_some();
    let stop = if kept { say(output.language, Word::DemoStopKept, &[("dir", &dir)]) } else { say(output.language, Word::DemoStop, &[]) };
    println!("{stop}");
    street.wait_for_ctrl_c();
    Ok(())
}

fn play(args: &DemoArgs, work: &Workplace, output: Output) -> Result<(Street, street::Told, serde_json::Value), Problem> {
    if let (Some(file), Some(mapping)) = (&args.import, &args.mapping) {
        let read = import::read(file, mapping).map_err(|error| Problem::from(&error))?;
        let (street, told) = replay::import(args, &work.dir, &read, output)?;
        let imported = json!({
            "rows": read.rows, "refused": read.refused.len(), "time_not_credible": read.time_not_credible,
            "closed_date_but_open": read.closed_date_but_open, "without_position": read.without_position,
            "refused_rows": read.refused.iter().take(100).map(ToString::to_string).collect::<Vec<_>>(),
        });
        return Ok((street, told, imported));
    }
    if let Some(file) = &args.scenario {
        let scenario = scenario::read(file, args.month.as_deref())?;
        let (street, told) = replay::scenario(args, &work.dir, &scenario, output)?;
        return Ok((street, told, serde_json::Value::Null));
    }
    let (street, told) = fortnight::play(args, &work.dir, &place::sample()?, output)?;
    Ok((street, told, serde_json::Value::Null))
}

/// Some eighty phones hold some four hundred files; the usual soft limit is a thousand, on some systems 256.
fn raise_file_limit() {
    // A device that cannot open fails by name, so a limit that stays is no more than an inconvenience.
    let _ = rlimit::increase_nofile_limit(8_192);
}

/// Opens a phone of the street.
fn open_phone(dir: &std::path::Path, env: gewu_device::env::Env) -> Result<gewu_device::Device, Problem> {
    phone::open(dir, env, gewu_words::Language::Zh)
}
