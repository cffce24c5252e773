//! `gewu-crash start DIR IMAGE OFFSET`: one start of a phone whose storage kills whoever reads a certain byte; for the test of
//! safe starts. `gewu-simulation crash` tries all the rest and tells.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use gewu_crash::{DiskFiles, KEY};
use gewu_device::env::{Env, Files, SystemFiles};
use gewu_device::{Device, DeviceError, DeviceOptions, Language, ReportDraft};
use gewu_disk::{Disk, Image};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [start, dir, image, offset] = args.as_slice()
        && start == "start"
    {
        return one_start(Path::new(dir), Path::new(image), offset.parse().unwrap_or(0));
    }
    eprintln!("gewu-crash start DIR IMAGE OFFSET");
    ExitCode::from(2)
}

/// The count of starts lies in the folder, the store on a disk in memory.
fn one_start(dir: &Path, image: &Path, offset: u64) -> ExitCode {
    let store = dir.join("gewu.db");
    let name = store.to_string_lossy().into_owned();
    let bytes = std::fs::read(image).unwrap_or_default();
    let disk = Disk::from_image(&Image { files: [(name.clone(), bytes)].into() });
    disk.kill_reader(&name, offset);
    let env = Env { disk: Some(disk.vfs()), files: Some(Arc::new(Both(DiskFiles(disk.clone())))), ..Env::default() };
    let options = DeviceOptions { dir: PathBuf::from(dir), key: KEY, env, language: Language::En };
    let told = Device::open(options).and_then(|device| tell(&device));
    match told {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

/// The store's own files on the disk in memory, all others in the folder, where they outlive the process.
struct Both(DiskFiles);

impl Both {
    fn of(&self, file: &Path) -> &dyn Files {
        let store = file.file_name().is_some_and(|name| name.to_string_lossy().starts_with("gewu.db"));
        if store { &self.0 } else { &SystemFiles }
    }
}

impl Files for Both {
    fn make_dir(&self, dir: &Path) -> io::Result<()> {
        SystemFiles.make_dir(dir)
    }
    fn exists(&self, file: &Path) -> bool {
        self.of(file).exists(file)
    }
    fn read(&self, file: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
        self.of(file).read(file, bytes_max)
    }
    fn write(&self, file: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        self.of(file).write(file, bytes, durable)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.of(from).rename(from, to)
    }
    fn remove(&self, file: &Path) -> io::Result<()> {
        self.of(file).remove(file)
    }
    fn hold(&self, file: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        self.of(file).hold(file)
    }
}

/// What a start can do.
fn tell(device: &Device) -> Result<serde_json::Value, DeviceError> {
    let status = device.status()?;
    let saved = device.report(&ReportDraft { class: "lamp".into(), text: "新的".into(), ..ReportDraft::default() });
    Ok(serde_json::json!({
        "notices": status.notices.iter().map(|notice| notice.code).collect::<Vec<_>>(),
        "reported": saved.is_ok(),
        "unsent": device.status()?.unsent,
        "shown": device.today(None).map_err(|error| error.code().name()).map(|page| page.cases.len()),
        "diagnostics": device.diagnostics().is_ok(),
        // Tried, and ended at the hub that is not there: nothing that was stored killed it.
        "sync": device.sync_now().map_err(|error| error.code().name()).map(|_| ()),
    }))
}
