//! A link that dies every 64 KB still gets everything across, without paying for it twice.

use gewu_support::{Cutter, Phone, Street, gewu, grid, last_line, place};

const CAPTURED: usize = 5_000;
const CUT_BYTES: u64 = 64 * 1024;
/// A phone tries again by itself; a script asks as often as this.
const SYNCS_MAX: usize = 200;

/// Captures through a proxy and syncs until all is sent; returns the bytes that it cost and the cuts.
fn pushed(street: &Street, name: &str, area: &str, bytes_max: u64) -> (Phone, u64, u64) {
    let proxy = Cutter::start(street.address(), bytes_max);
    let phone = street.phone_by(name, "inspector", Some(area), &proxy.address());
    phone.ok(&["capture", "--count", &CAPTURED.to_string()]);
    let before = proxy.bytes();
    let finished = (0..SYNCS_MAX).any(|_| phone.run(&["sync"]).code == Some(0));
    assert!(finished, "{SYNCS_MAX} syncs did not get everything across");
    (phone, proxy.bytes() - before, proxy.cuts())
}

#[test]
fn five_thousand_events_get_through_a_link_that_dies_every_64_kb() {
    let street = Street::begin(&place(&[grid("01", "east"), grid("02", "east")]));
    // Two grids, so that neither phone pulls what the other one captured.
    let (clean, clean_bytes, no_cuts) = pushed(&street, "clean", "01", u64::MAX);
    let (cut, cut_bytes, cuts) = pushed(&street, "cut", "02", CUT_BYTES);
    println!("clean {clean_bytes} bytes, cut {cut_bytes} bytes in {cuts} cuts");
    assert!(no_cuts == 0 && cuts > 3, "{cuts} cuts");
    assert!(cut_bytes * 2 <= clean_bytes * 3, "{cut_bytes} bytes, {clean_bytes} when nothing is cut");
    for phone in [&clean, &cut] {
        let status = phone.ok(&["status"]);
        assert_eq!((&status["unsent"], &status["refused"], &status["quarantined"]), (&0.into(), &0.into(), &0.into()));
    }
    let out = street.dir().join("entries");
    let mut names = Vec::new();
    for dir in [street.hub_dir(), clean.dir().to_owned(), cut.dir().to_owned()] {
        last_line(gewu().args(["export", "entries"]).arg(dir).arg(&out));
        let text = std::fs::read_to_string(&out).unwrap();
        let entry = |line| serde_json::from_str::<serde_json::Value>(line).unwrap()["entry"].to_string();
        names.push(text.lines().map(entry).collect::<std::collections::BTreeSet<_>>());
    }
    assert_eq!(names[0].len(), 2 * CAPTURED);
    assert!(names[1].is_subset(&names[0]) && names[2].is_subset(&names[0]));
}
