//! A power cut after every write, and in the middle of it.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use gewu_device::{Device, DeviceError};
use gewu_disk::{Disk, Image, Op};

use crate::CrashReport;
use crate::phone::{KEY, open};
use crate::run::{Promised, Run};

/// Of what is wrong so much is told.
const FAULTS_MAX: usize = 20;

/// One cut.
struct Cut {
    image: Image,
    name: String,
    promised: Promised,
}

/// Tries every cut.
pub(crate) fn try_all(run: &Run) -> CrashReport {
    let cuts = cuts(run);
    let (next, report) = (AtomicUsize::new(0), Mutex::new(CrashReport::default()));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                while let Some(cut) = cuts.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let tried = try_one(cut);
                    let mut report = report.lock().expect("nobody died");
                    report.images += 1;
                    match tried {
                        Ok(missing) => {
                            report.opened += 1;
                            report.lost += missing.len() as u64;
                            for fault in missing {
                                note(&mut report.faults, format!("{}: {fault}", cut.name));
                            }
                        }
                        Err(error) => note(&mut report.faults, format!("{}: does not open: {error}", cut.name)),
                    }
                }
            });
        }
    });
    report.into_inner().expect("nobody died")
}

pub(crate) fn note(faults: &mut Vec<String>, fault: String) {
    if faults.len() < FAULTS_MAX {
        faults.push(fault);
    }
}

fn cuts(run: &Run) -> Vec<Cut> {
    let promised = |entries: usize| {
        let held = run.promises.iter().take_while(|(logged, _)| *logged <= entries).last();
        held.map(|(_, promised)| promised.clone()).unwrap_or_default()
    };
    let mut cuts = vec![Cut { image: run.base.clone(), name: "before all".into(), promised: Promised::default() }];
    let mut image = run.base.clone();
    for (index, entry) in run.log.iter().enumerate() {
        if let Op::Write { bytes, .. } = &entry.op {
            let mut torn: Vec<usize> = [bytes.len() / 4, bytes.len() / 2, bytes.len().saturating_sub(1)].into();
            torn.dedup();
            for kept in torn.into_iter().filter(|kept| *kept > 0) {
                let mut image = image.clone();
                image.apply(entry, Some(kept));
                let name = format!("write {index} of {}, {kept} bytes of it", entry.file);
                cuts.push(Cut { image, name, promised: promised(index) });
            }
        }
        image.apply(entry, None);
        if entry.op != Op::Sync {
            let name = format!("after change {index} of {}", entry.file);
            cuts.push(Cut { image: image.clone(), name, promised: promised(index + 1) });
        }
    }
    cuts
}

fn try_one(cut: &Cut) -> Result<Vec<String>, DeviceError> {
    let disk = Disk::from_image(&cut.image);
    let device = open(&disk, KEY)?;
    let mut missing = missing(&device, &cut.promised);
    if disk.image().files.keys().any(|name| name.contains("damaged")) {
        missing.push("a power cut was taken for damage".into());
    }
    Ok(missing)
}

/// What of the promises is not there.
pub(crate) fn missing(device: &Device, promised: &Promised) -> Vec<String> {
    let mut missing = Vec::new();
    if promised.enrolled && device.who().is_err() {
        missing.push("who the phone is".into());
    }
    if let Some(text) = &promised.draft {
        let drafts = device.drafts().unwrap_or_default();
        if !drafts.iter().any(|draft| draft.text == *text) {
            missing.push("the draft".into());
        }
    }
    let last = promised.acts.keys().next_back();
    for (code, acts) in &promised.acts {
        // Each is found; of the newest the whole history is read.
        match device.find(code) {
            Ok(_) if Some(code) != last => {}
            Ok(_) => match device.case(code) {
                Ok(case) if case.history.len() >= *acts => {}
                Ok(case) => missing.push(format!("{} of {acts} acts of {code}", case.history.len())),
                Err(error) => missing.push(format!("{code}: {error}")),
            },
            Err(error) => missing.push(format!("{code}: {error}")),
        }
    }
    let total: usize = promised.acts.values().sum();
    let held = device.status().map_or(0, |status| status.acts);
    if held < total as u64 {
        missing.push(format!("{held} acts, {total} were promised"));
    }
    missing
}
