//! Other cities' exports: the demo's figures are those of a recount that knows none of this code.

use gewu_support::{folder, gewu, last_line, python, workspace};
use serde_json::{Map, Value, json};

fn seeds() -> Vec<u64> {
    let seeds = std::env::var("GEWU_SEEDS").unwrap_or_else(|_| "3,11".into());
    seeds.split(',').map(|seed| seed.trim().parse().expect("GEWU_SEEDS is a list of numbers")).collect()
}

/// Grids of the demo's table that have a report, in the recount's shape: name → [closed, reported].
fn by_name(told: &Value) -> Value {
    let grids = told["grids"].as_array().expect("grids");
    let reported = grids.iter().filter(|grid| grid["reported"] != 0);
    let pair =
        |grid: &Value| (grid["name"].as_str().expect("a name").to_owned(), json!([grid["closed"], grid["reported"]]));
    Value::Object(reported.map(pair).collect::<Map<_, _>>())
}

#[test]
fn the_demo_counts_any_citys_export_as_a_recount_does() {
    let folder = folder();
    for seed in seeds() {
        println!("seed {seed}");
        let dir = folder.path().join(seed.to_string());
        let made = python("vary.py").arg(seed.to_string()).arg(&dir).status().expect("python3 runs");
        assert!(made.success());
        let (csv, mapping) = (dir.join("variant.csv"), dir.join("variant.json"));
        let counted = last_line(python("recount.py").args([&csv, &mapping]));
        let told = last_line(gewu().args(["demo", "--once", "--import"]).arg(&csv).arg("--mapping").arg(&mapping));
        for figure in ["as_of", "reported", "closed", "handled_of_reported", "closure", "on_time_closure"] {
            assert_eq!(told[figure], counted[figure], "seed {seed}: {figure}");
        }
        assert_eq!(by_name(&told), counted["grids"], "seed {seed}");
        for (figure, count) in counted["import"].as_object().expect("an object") {
            assert_eq!(&told["import"][figure], count, "seed {seed}: {figure}");
        }
        for nothing in ["lost", "unsent", "refused", "quarantined"] {
            assert_eq!(told[nothing], 0, "seed {seed}: {nothing}");
        }
        assert_eq!(told["hub_restarts"], 1, "seed {seed}");
    }
}

#[test]
fn a_recount_with_another_day_is_not_taken_for_equal() {
    let data = workspace().join("tests/data");
    let count = |as_of: &[&str]| {
        last_line(python("recount.py").args([data.join("nyc311.csv"), data.join("nyc311.json")]).args(as_of))
    };
    let (latest, later) = (count(&[]), count(&["2020-12-31"]));
    assert_eq!(latest["as_of"], "2019-09-16");
    assert_ne!(latest["on_time_closure"], later["on_time_closure"]);
}
