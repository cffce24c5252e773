//! `init`, `serve`, `invite`.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use gewu_hub::config::{DrivenClock, SystemRandom, World, machine_ms};
use gewu_hub::folder;
use gewu_hub::hub::Hub;
use gewu_hub::serve::bound;
use gewu_model::area::AreaKind;
use gewu_model::ids::{FeedId, PersonId};
use gewu_model::pack::Pack;
use gewu_model::rights::Role;
use gewu_words::{ErrorCode, Word, say};
use serde_json::json;
use tokio::io::AsyncReadExt as _;

use crate::problem::{Fill, Problem};
use crate::{Output, place};

/// Arguments of `init`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu init hub --pack pack.json --yes")]
pub struct InitArgs {
    /// The hub's folder, to be made.
    dir: PathBuf,
    /// The street's pack as JSON, without ids; absent: a sample street.
    #[arg(long)]
    pack: Option<PathBuf>,
    /// Names and addresses that the hub will be reached under.
    #[arg(long = "name")]
    names: Vec<String>,
    /// The recovery of the root key is understood: keep a copy of the file `root` in a safe place.
    #[arg(long)]
    yes: bool,
}

/// Makes a hub's folder.
pub fn init(args: &InitArgs, output: Output) -> Result<(), Problem> {
    if !args.yes {
        return Err(Problem::argument("--yes", Fill::Missing));
    }
    let draft = match &args.pack {
        Some(path) => {
            let text = std::fs::read_to_string(path).map_err(|error| Problem::file(path, &error))?;
            let place: place::PlaceDraft = serde_json::from_str(&text).map_err(|error| Problem::mapping("pack", error))?;
            place.with_catalogue()?
        }
        None => place::sample()?,
    };
    let own = folder::init(&args.dir, |street| place::pack_json(&draft, street), &args.names, &World::default())?;
    let dir = args.dir.display().to_string();
    let root = args.dir.join("root").display().to_string();
    output.print(&json!({ "street": own.street, "dir": dir, "root_key_file": root }), |language| {
        [
            say(language, Word::InitDone, &[("place", &draft.place), ("dir", &dir)]),
            say(language, Word::InitCounts, &[("grids", &draft.grids.len()), ("classes", &draft.classes.as_ref().map_or(0, Vec::len))]),
            say(language, Word::InitKey, &[("path", &root)]),
            say(language, Word::InitNext, &[("dir", &dir)]),
        ]
        .join("\n")
    });
    Ok(())
}

/// Arguments of `serve`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu serve hub --listen 0.0.0.0:8443")]
pub struct ServeArgs {
    /// The hub's folder.
    dir: PathBuf,
    /// Where to listen; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8443")]
    listen: SocketAddr,
    /// Port of plain HTTP beside a loopback address; 0 takes a free one.
    #[arg(long)]
    plain_port: Option<u16>,
    /// START,SPEED in Unix seconds and seconds per second; START,SPEED,ORIGIN fixes the machine's milliseconds at START.
    /// Only on loopback.
    #[arg(long)]
    clock: Option<String>,
    /// First line of the output is JSON; ends when standard input closes.
    #[arg(long)]
    child: bool,
}

/// Reads START,SPEED[,ORIGIN].
fn world(clock: Option<&str>, listen: SocketAddr) -> Result<World, Problem> {
    let bad = || Problem::argument("--clock", Fill::Expected("1767225600,60"));
    let Some(clock) = clock else { return Ok(World::default()) };
    if !listen.ip().is_loopback() {
        return Err(bad());
    }
    let numbers: Vec<i64> = clock.split(',').map(str::parse).collect::<Result<_, _>>().map_err(|_| bad())?;
    let (start_s, speed, origin_ms) = match numbers.as_slice() {
        [start_s, speed] => (*start_s, *speed, machine_ms()),
        [start_s, speed, origin_ms] => (*start_s, *speed, *origin_ms),
        _ => return Err(bad()),
    };
    Ok(World { clock: Arc::new(DrivenClock::new(start_s, origin_ms, speed)), random: Arc::new(SystemRandom) })
}

/// Runs a hub until it is told to stop.
pub fn serve(args: &ServeArgs, output: Output) -> Result<(), Problem> {
    let world = world(args.clock.as_deref(), args.listen)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Problem::with(ErrorCode::Defect, error.kind()))?;
    runtime.block_on(async {
        let bound = bound(&args.dir, args.listen, args.plain_port, world).await?;
        let fingerprint: String = bound.fingerprint.iter().map(|byte| format!("{byte:02x}")).collect();
        let plain = bound.plain.map(|address| address.to_string());
        let ready = json!({
            "address": bound.address.to_string(), "port": bound.address.port(), "plain": plain, "fingerprint": fingerprint,
        });
        let shown = Output { json: output.json || args.child, ..output };
        shown.print(&ready, |language| {
            let url = format!("https://{}", bound.address);
            [
                say(language, Word::ServeReady, &[("url", &url)]),
                say(language, Word::ServeFingerprint, &[("fingerprint", &fingerprint)]),
                say(language, Word::ServeStop, &[]),
            ]
            .join("\n")
        });
        let stop = stop(args.child);
        let done = bound.run(stop).await;
        done.map_err(|error| Problem::with(ErrorCode::Defect, error.kind()))
    })
}

/// Resolves on a signal, or, for a child, when standard input closes (also when the parent was killed).
async fn stop(child: bool) {
    let parent_gone = async {
        let mut stdin = tokio::io::stdin();
        let mut buffer = [0; 64];
        while child && matches!(stdin.read(&mut buffer).await, Ok(1..)) {}
        if !child {
            std::future::pending::<()>().await;
        }
    };
    let terminated = async {
        let signal = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
        match signal {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        () = parent_gone => {}
        () = terminated => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

/// Arguments of `invite`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu invite hub --role inspector --area 53 --address 192.168.1.5:8443")]
pub struct InviteArgs {
    /// The hub's folder.
    dir: PathBuf,
    /// inspector, handler, supervisor, acceptor, dispatcher, overseer, informant or volunteer.
    #[arg(long)]
    role: String,
    /// Code of the grid, community, street or party; absent: the street.
    #[arg(long)]
    area: Option<String>,
    /// host:port under which phones reach the hub; may be repeated.
    #[arg(long = "address", required = true)]
    addresses: Vec<String>,
    /// The person, for a second phone; absent: a new one.
    #[arg(long)]
    person: Option<String>,
    /// Acts may be replayed with the times and deadlines of another system.
    #[arg(long)]
    import: bool,
}

/// Finds an area or party by its code.
pub fn area_by_code(pack: &Pack, code: Option<&str>) -> Result<FeedId, Problem> {
    let kinds = [AreaKind::Grid, AreaKind::Community, AreaKind::Village, AreaKind::Street, AreaKind::Party];
    match code {
        None => pack.areas.street().map(|street| street.id),
        Some(code) => kinds.iter().find_map(|kind| pack.areas.by_code(*kind, code)).map(|area| area.id),
    }
    .ok_or_else(|| Problem::with(ErrorCode::AreaUnknown, code.unwrap_or_default()))
}

/// Gives out an invitation; the hub may be running.
pub fn invite(args: &InviteArgs, output: Output) -> Result<(), Problem> {
    let role = Role::from_name(&args.role).ok_or_else(|| Problem::argument("--role", Fill::Expected("inspector, handler, supervisor, …")))?;
    let person = args.person.as_deref().map(PersonId::from_hex).transpose();
    let person = person.map_err(|_| Problem::argument("--person", Fill::Expected("00112233445566778899aabbccddeeff")))?;
    let (store, own) = folder::open(&args.dir)?;
    let hub = Hub::new(Arc::new(store), own, World::default())?;
    let pack = hub.pack();
    let area = area_by_code(&pack, args.area.as_deref())?;
    let (invitation, person) = hub.invite(person, role, area, args.import, args.addresses.clone())?;
    let text = invitation.to_text();
    output.print(&json!({ "invitation": text, "person": person, "role": role, "area": area }), |language| {
        let code = qrcode::QrCode::new(text.as_bytes()).map(|code| code.render::<qrcode::render::unicode::Dense1x2>().build());
        let area = pack.areas.area(area).map_or_else(String::new, |area| area.name.clone());
        [
            say(language, Word::InviteFor, &[("role", &role.name()), ("area", &area)]),
            say(language, Word::InviteScan, &[]),
            code.unwrap_or_default(),
            text.clone(),
        ]
        .join("\n")
    });
    Ok(())
}
