//! The reader against counts that are not its own: those of `tests/data`, taken by a spreadsheet's means, and
//! those of `tests/end_to_end/recount.py` on variants of the same file. Needs `python3`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::super::{Import, read};

/// Each takes a fraction of a second.
const VARIANT_SEEDS: std::ops::RangeInclusive<u32> = 1..=12;
const DAY_SECONDS: i64 = 86_400;

#[test]
fn the_sample_of_new_york_gives_the_counts_taken_by_other_means() {
    let data = tests_folder().join("data");
    let import = read(&data.join("nyc311.csv"), &data.join("nyc311.json")).unwrap();
    let expected = json_of(&std::fs::read(data.join("nyc311.expected.json")).unwrap());
    let counted = figures(&import, None);
    let default = &expected["default"];
    for name in [
        "as_of",
        "reported",
        "closed",
        "handled_of_reported",
        "on_time_closure",
        "import",
    ] {
        assert_eq!(counted[name], default[name], "{name}");
    }
    for (grid, counts) in default["grids"].as_object().unwrap() {
        assert_eq!(counted["grids"][grid], *counts, "{grid}");
    }
    let due_count = import
        .requests
        .iter()
        .filter(|request| request.due_s.is_some())
        .count();
    assert_eq!(json!(import.grids.len()), default["grid_count"]);
    assert_eq!(json!(import.classes.len()), default["class_count"]);
    assert_eq!(json!(due_count), default["due_count"]);
    for (day, later) in expected
        .as_object()
        .unwrap()
        .iter()
        .filter(|(day, _)| *day != "default")
    {
        let counted = figures(&import, Some(day));
        assert_eq!(
            counted["on_time_closure"], later["on_time_closure"],
            "{day}"
        );
    }
}

#[test]
fn variants_of_the_sample_are_counted_as_the_independent_recount_counts_them() {
    let scripts = tests_folder().join("end_to_end");
    let mut refused = 0;
    for seed in VARIANT_SEEDS {
        let folder = tempfile::tempdir().unwrap();
        let (file, mapping) = (
            folder.path().join("variant.csv"),
            folder.path().join("variant.json"),
        );
        python(
            &scripts.join("vary.py"),
            &[Path::new(&seed.to_string()), folder.path()],
        );
        let recounted = json_of(&python(&scripts.join("recount.py"), &[&file, &mapping]));
        let import = read(&file, &mapping).unwrap();
        assert_eq!(
            figures(&import, None),
            recounted,
            "seed {seed}: {:?}",
            import.refused
        );
        refused += import.refused.len();
    }
    assert!(
        refused > 0,
        "no variant has a refused row: the comparison says nothing about them"
    );
}

fn json_of(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn python(script: &Path, arguments: &[&Path]) -> Vec<u8> {
    let output = Command::new("python3")
        .arg("-B")
        .arg(script)
        .args(arguments)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}

/// What `recount.py` prints, counted from an import.
fn figures(import: &Import, as_of: Option<&str>) -> Value {
    let epoch = jiff::civil::date(1970, 1, 1);
    let day = |s: i64| (s + i64::from(import.mapping.day_offset_s)).div_euclid(DAY_SECONDS);
    let requests = &import.requests;
    let latest = requests
        .iter()
        .flat_map(|request| [Some(request.reported_s), request.closed_s])
        .flatten()
        .max();
    let as_of = match as_of {
        Some(text) => i64::from((text.parse::<jiff::civil::Date>().unwrap() - epoch).get_days()),
        None => day(latest.unwrap()),
    };
    let reported: Vec<_> = requests
        .iter()
        .filter(|request| day(request.reported_s) <= as_of)
        .collect();
    let due: Vec<_> = requests
        .iter()
        .filter(|request| request.due_s.is_some_and(|s| day(s) <= as_of))
        .collect();
    let on_time = due.iter().filter(|request| {
        request
            .closed_s
            .is_some_and(|s| s >= request.reported_s && Some(s) <= request.due_s)
    });
    let mut grids: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    for request in &reported {
        let (closed, of) = grids.entry(&request.grid).or_default();
        *closed += u64::from(request.closed);
        *of += 1;
    }
    json!({
        "as_of": (epoch + jiff::Span::new().days(as_of)).to_string(),
        "reported": reported.len(),
        "closed": reported.iter().filter(|request| request.closed).count(),
        "handled_of_reported": [reported.iter().filter(|request| request.handled).count(), reported.len()],
        "closure": [due.iter().filter(|request| request.closed).count(), due.len()],
        "on_time_closure": [on_time.count(), due.len()],
        "grids": grids,
        "import": {
            "rows": import.rows,
            "refused": import.refused.len(),
            "time_not_credible": import.time_not_credible,
            "closed_date_but_open": import.closed_date_but_open,
            "without_position": import.without_position,
        },
    })
}

fn tests_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests")
}
