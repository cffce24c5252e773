//! `gewu export`: records as Automerge documents, entries as lines of JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use gewu_device::automerge_document;
use gewu_device::env::Env;
use gewu_hub::folder;
use gewu_hub::store;
use gewu_log::entry::Entry;
use gewu_log::record::Said;
use gewu_model::act::Act;
use gewu_model::code::Code;
use gewu_model::ids::RecordId;
use gewu_words::{Word, say};
use serde_json::json;

use crate::problem::Problem;
use crate::{Output, phone};

/// Arguments of `export`.
#[derive(clap::Args)]
#[command(after_help = "Example: gewu export automerge hub out")]
pub struct ExportArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// One Automerge document per record.
    Automerge {
        /// A hub's or a phone's folder.
        dir: PathBuf,
        /// Folder to be made.
        out: PathBuf,
    },
    /// Every entry with its home line, one JSON object a line, without typed words.
    Entries {
        /// A hub's or a phone's folder.
        dir: PathBuf,
        /// File to be made.
        out: PathBuf,
    },
}

/// Every entry of a folder, in an order that extends causality within each record.
fn entries(dir: &Path, each: &mut dyn FnMut(Entry, u64, Option<Said>)) -> Result<(), Problem> {
    if dir.join("hub.db").exists() {
        let (hub_store, _) = folder::open(dir)?;
        store::read(&hub_store, |tx| tx.each_entry(&mut |entry, n, said| each(entry, n, Some(said))))?;
        return Ok(());
    }
    let device = phone::open(dir, Env::default(), gewu_words::Language::En)?;
    device.each_entry(each)?;
    Ok(())
}

/// Runs an export.
pub fn run(args: &ExportArgs, output: Output) -> Result<(), Problem> {
    let (count, out) = match &args.what {
        What::Automerge { dir, out } => (automerge(dir, out)?, out),
        What::Entries { dir, out } => (lines(dir, out)?, out),
    };
    let path = out.display().to_string();
    output.print(&json!({ "count": count, "path": path }), |language| {
        say(language, Word::ExportDone, &[("count", &count), ("path", &path)])
    });
    Ok(())
}

fn automerge(dir: &Path, out: &Path) -> Result<u64, Problem> {
    std::fs::create_dir_all(out).map_err(|error| Problem::write(out, &error))?;
    let mut records: BTreeMap<RecordId, Vec<Entry>> = BTreeMap::new();
    // The library takes no fork, nor what rests on one.
    let mut left_out = BTreeSet::new();
    entries(dir, &mut |entry, _, said| {
        let forked = said.and_then(|said| said.verdict.refusal()) == Some(gewu_model::rights::Refusal::Forked);
        if forked || entry.deps.iter().any(|dep| left_out.contains(&(entry.record, *dep))) {
            left_out.insert((entry.record, entry.change));
            return;
        }
        records.entry(entry.record).or_default().push(entry);
    })?;
    let mut count = 0;
    for (record, entries) in records {
        let document = automerge_document(entries).map_err(|error| Problem::with(gewu_words::ErrorCode::Defect, error))?;
        let path = out.join(format!("{record}.automerge"));
        std::fs::write(&path, document).map_err(|error| Problem::write(&path, &error))?;
        count += 1;
    }
    Ok(count)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn lines(dir: &Path, out: &Path) -> Result<u64, Problem> {
    let file = std::fs::File::create(out).map_err(|error| Problem::write(out, &error))?;
    let mut writer = std::io::BufWriter::new(file);
    let (mut count, mut failed) = (0, None);
    entries(dir, &mut |entry, n, said| {
        let act = Act::decode(&entry.act).ok();
        let line = json!({
            "entry": entry.hash(), "feed": entry.feed, "n": n, "author": entry.author, "seq": entry.seq,
            "record": entry.record, "code": Code::of(&entry.record).to_string(), "start_op": entry.start_op,
            "time_s": entry.time_s, "kind": act.as_ref().and_then(|act| act.kind()),
            "verdict": said.map(|said| said.verdict.0), "hub_time_s": said.map(|said| said.hub_time_s),
            "again_of": Act::again_of(&entry.act), "deps": entry.deps, "change": entry.change, "act": hex(&entry.act),
        });
        count += 1;
        if let Err(error) = writeln!(writer, "{line}") {
            failed.get_or_insert(error);
        }
    })?;
    match failed.map_or_else(|| writer.flush(), Err) {
        Ok(()) => Ok(count),
        Err(error) => Err(Problem::write(out, &error)),
    }
}
