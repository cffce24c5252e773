//! A store that is damaged, cut short, replaced, or tried with another key.

use gewu_device::{Device, DeviceError};
use gewu_disk::{Cut, Disk, Image};
use gewu_words::{ErrorCode, NoticeCode};
use serde::Serialize;

use crate::CrashReport;
use crate::phone::{KEY, STORE, open};
use crate::power::{missing, note};
use crate::run::{Promised, Run};

const PAGE: usize = 4_096;

/// Damages by what came of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Damages {
    /// Tried.
    pub tried: u64,
    /// Harmless: everything is there.
    pub unharmed: u64,
    /// Moved aside, as they were.
    pub aside: u64,
    /// Told to the person.
    pub told: u64,
    /// Acts taken over, over all of them.
    pub salvaged: u64,
    /// Of the damages that were moved aside, those of which at least nine acts in ten were taken over.
    pub mostly_salvaged: u64,
    /// Tried with another key: refused, nothing moved, nothing written.
    pub other_key_left_alone: u64,
}

/// Damages a store in every way.
pub(crate) fn try_all(run: &Run, report: &mut CrashReport) {
    let promised = run.promises.last().map(|(_, promised)| promised.clone()).unwrap_or_default();
    let store = |image: &Image| image.files.get(STORE).expect("the store").clone();
    let whole = store(&run.closed);
    let mut damaged: Vec<(String, Image)> = Vec::new();
    let mut with = |name: String, base: &Image, bytes: Vec<u8>| {
        let mut image = base.clone();
        image.files.insert(STORE.into(), bytes);
        damaged.push((name, image));
    };
    for page in 0..whole.len() / PAGE {
        for at in [5, PAGE / 2, PAGE - 3] {
            let mut bytes = whole.clone();
            bytes[page * PAGE + at] ^= 0x10;
            with(format!("a bit of page {}, byte {at}", page + 1), &run.closed, bytes);
        }
    }
    for kept in [0, 1, PAGE, whole.len() / 2, whole.len() - PAGE, whole.len() - PAGE / 2] {
        with(
            format!("cut to {kept} of {} bytes", whole.len()),
            &run.closed,
            whole.get(..kept).expect("shorter").to_vec(),
        );
    }
    let mut open_one = store(&run.alive);
    let middle = open_one.len() / 2;
    open_one[middle] ^= 1;
    with("a bit while much is in the log".into(), &run.alive, open_one);
    with("a text in its place".into(), &run.closed, b"not a database at all".to_vec());
    with(
        "a database without a key in its place".into(),
        &run.closed,
        [b"SQLite format 3\0".to_vec(), vec![0; 8_176]].concat(),
    );
    with("noise in its place".into(), &run.closed, (0..20 * PAGE).map(|at| (at * 7 % 251) as u8).collect());
    for (name, image) in &damaged {
        if let Err(fault) = try_one(image, &promised, &mut report.damages) {
            report.lost += 1;
            note(&mut report.faults, format!("{name}: {fault}"));
        }
    }
    other_key(run, report);
}

/// Everything that a person would look at.
fn look(device: &Device, promised: &Promised) -> Result<(), DeviceError> {
    device.status()?;
    let mut after = None;
    loop {
        let page = device.all(after.as_deref())?;
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    device.drafts()?;
    device.today(None)?;
    promised.acts.keys().try_for_each(|code| device.case(code).map(drop))
}

fn try_one(image: &Image, promised: &Promised, damages: &mut Damages) -> Result<(), String> {
    damages.tried += 1;
    let disk = Disk::from_image(image);
    let device = open(&disk, KEY).map_err(|error| format!("does not open: {error}"))?;
    let looked = look(&device, promised);
    let met = matches!(&looked, Err(DeviceError::Damaged { code: ErrorCode::Damaged, .. }));
    let device = if met {
        // A process that met damage may die there; the next start is another one.
        disk.crash_with(Cut::Kill);
        drop(device);
        open(&disk, KEY).map_err(|error| format!("does not open after the damage was met: {error}"))?
    } else {
        device
    };
    let Some(aside) = disk.read(&format!("{STORE}.damaged-1")) else {
        let missing = missing(&device, promised);
        damages.unharmed += u64::from(missing.is_empty());
        return if missing.is_empty() {
            Ok(())
        } else {
            Err(format!("nothing was moved aside; {missing:?}; {looked:?}"))
        };
    };
    if Some(&aside) != image.files.get(STORE) {
        return Err("what was moved aside was changed".into());
    }
    damages.aside += 1;
    let status = device.status().map_err(|error| format!("no status: {error}"))?;
    if !status.notices.iter().any(|notice| notice.code == NoticeCode::StoreReplaced) {
        return Err("nobody was told".into());
    }
    damages.told += 1;
    damages.salvaged += status.acts;
    let all: usize = promised.acts.values().sum();
    damages.mostly_salvaged += u64::from(status.acts * 10 >= all as u64 * 9);
    // Who knows itself still works on at once.
    if device.who().is_ok() {
        let draft = gewu_device::ReportDraft { class: "lamp".into(), ..Default::default() };
        device.report(&draft).map_err(|error| format!("no report goes in: {error}"))?;
    }
    Ok(())
}

/// Another key is not damage.
fn other_key(run: &Run, report: &mut CrashReport) {
    for image in [&run.closed, &run.alive] {
        let disk = Disk::from_image(image);
        let refused = open(&disk, [8; 32]).map(drop);
        let alone = disk.image_with(Cut::Kill) == *image;
        if matches!(refused, Err(DeviceError::UnlockNeeded { code: ErrorCode::WrongKey })) && alone {
            report.damages.other_key_left_alone += 1;
        } else {
            report.lost += 1;
            note(&mut report.faults, format!("with another key: {refused:?}, left alone: {alone}"));
        }
    }
}
