//! A phone on a disk in memory, the small files beside its store included.

use std::any::Any;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use gewu_device::env::{Env, Files};
use gewu_device::{Device, DeviceError, DeviceOptions, Language};
use gewu_disk::Disk;

/// Key of every phone here.
pub const KEY: [u8; 32] = [7; 32];
/// Its folder.
pub(crate) const DIR: &str = "/phone";
/// Its database.
pub(crate) const STORE: &str = "/phone/gewu.db";

/// A disk's files as a device asks for them.
#[derive(Clone)]
pub struct DiskFiles(pub Disk);

fn name(file: &Path) -> &str {
    file.to_str().unwrap_or_default()
}

impl Files for DiskFiles {
    fn make_dir(&self, _dir: &Path) -> io::Result<()> {
        Ok(())
    }

    fn exists(&self, file: &Path) -> bool {
        self.0.exists(name(file))
    }

    fn read(&self, file: &Path, bytes_max: usize) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.read(name(file)).map(|mut bytes| {
            bytes.truncate(bytes_max);
            bytes
        }))
    }

    fn write(&self, file: &Path, bytes: &[u8], durable: bool) -> io::Result<()> {
        if !durable {
            return self.0.write(name(file), bytes);
        }
        let beside = file.with_extension("new");
        self.0.write(name(&beside), bytes)?;
        self.0.rename(name(&beside), name(file))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.0.rename(name(from), name(to))
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        self.0.remove(name(file));
        Ok(())
    }

    fn hold(&self, _file: &Path) -> io::Result<Option<Box<dyn Any + Send>>> {
        Ok(Some(Box::new(())))
    }
}

/// Opens a phone on a disk.
///
/// # Errors
/// As the device's.
pub fn open(disk: &Disk, key: [u8; 32]) -> Result<Device, DeviceError> {
    let env = Env { disk: Some(disk.vfs()), files: Some(Arc::new(DiskFiles(disk.clone()))), ..Env::default() };
    Device::open(DeviceOptions { dir: PathBuf::from(DIR), key, env, language: Language::En })
}
