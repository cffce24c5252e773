//! `backup` and `restore`.

use std::path::PathBuf;

use gewu_hub::config::World;
use gewu_hub::folder;
use gewu_words::{Word, say};
use serde_json::json;

use crate::Output;
use crate::problem::Problem;

/// Arguments of `backup`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu backup hub /mnt/disk/hub-2026-11-24")]
pub struct BackupArgs {
    /// The hub's folder; the hub may be running.
    dir: PathBuf,
    /// Folder to be made.
    out: PathBuf,
}

/// Writes a backup.
pub fn backup(args: &BackupArgs, output: Output) -> Result<(), Problem> {
    let done = folder::backup(&args.dir, &args.out)?;
    let path = args.out.display().to_string();
    output.print(&json!({ "lines": done.lines, "path": path }), |language| {
        say(language, Word::BackupDone, &[("count", &done.lines), ("path", &path)])
    });
    Ok(())
}

/// Arguments of `restore`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu restore /mnt/disk/hub-2026-11-24 hub")]
pub struct RestoreArgs {
    /// A backup, or a copy of a stopped hub's folder.
    backup: PathBuf,
    /// The hub's folder, to be made.
    dir: PathBuf,
}

/// Makes a hub's folder from a backup.
pub fn restore(args: &RestoreArgs, output: Output) -> Result<(), Problem> {
    let own = folder::restore(&args.backup, &args.dir, &World::default())?;
    let dir = args.dir.display().to_string();
    output.print(&json!({ "street": own.street, "dir": dir, "epoch": own.epoch }), |language| {
        say(language, Word::RestoreDone, &[("dir", &dir)])
    });
    Ok(())
}
