//! The story over `Device`, against the program that ships. `GEWU_WRITE=1` writes what is expected anew.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use gewu_device::env::Env;
use gewu_device::{ActDraft, CasePage, Device, DeviceError, DeviceOptions, RateQuery, ReportDraft};
use gewu_model::act::Kind;
use gewu_model::day::Day;
use serde_json::{Value, json};

/// Deadlines of the story lie before it.
const LAST_DAY: Day = Day(40_000);

/// A hub of a sample street that ends with this value.
struct Hub {
    child: Child,
    dir: PathBuf,
    address: String,
}

impl Drop for Hub {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn gewu() -> Command {
    let deps = std::env::current_exe().unwrap();
    let program = deps.parent().unwrap().parent().unwrap().join("gewu");
    assert!(program.exists(), "build it first: cargo build --release -p gewu");
    Command::new(program)
}

fn json_of(command: &mut Command) -> Value {
    let output = command.arg("--json").output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap()
}

impl Hub {
    fn start(dir: &Path) -> Self {
        json_of(gewu().arg("init").arg(dir).arg("--yes"));
        let mut child = gewu()
            .args(["serve", "--child", "--listen", "127.0.0.1:0"])
            .arg(dir)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        Self { child, dir: dir.to_owned(), address: ready["address"].as_str().unwrap().to_owned() }
    }

    fn invite(&self, phone: &Value) -> String {
        let mut command = gewu();
        command.arg("invite").arg(&self.dir).args([
            "--role",
            phone["role"].as_str().unwrap(),
            "--address",
            &self.address,
        ]);
        if let Some(area) = phone["area"].as_str() {
            command.args(["--area", area]);
        }
        json_of(&mut command)["invitation"].as_str().unwrap().to_owned()
    }
}

struct Story {
    phones: BTreeMap<String, Device>,
    cases: BTreeMap<String, String>,
}

fn text(step: &Value, key: &str) -> String {
    step[key].as_str().unwrap_or_default().to_owned()
}

fn page(found: &CasePage) -> Value {
    let lines = found.cases.iter().map(|case| {
        json!({ "class": case.class, "stage": case.stage, "text": case.text, "overdue": case.overdue, "unconfirmed": case.unconfirmed })
    });
    let mut lines: Vec<Value> = lines.collect();
    lines.sort_by_key(ToString::to_string);
    json!({ "cases": lines, "more": found.next.is_some() })
}

impl Story {
    fn case(&self, step: &Value) -> String {
        let name = text(step, "case");
        self.cases.get(&name).cloned().unwrap_or(name)
    }

    fn report(&mut self, device: &str, step: &Value) -> Result<Value, DeviceError> {
        let draft = ReportDraft {
            class: text(step, "class"),
            text: text(step, "text"),
            urgent: step["urgent"].as_bool().unwrap_or(false),
            ..ReportDraft::default()
        };
        let saved = self.phones[device].report(&draft)?;
        self.cases.insert(text(step, "as"), saved.code());
        Ok(json!("saved"))
    }

    fn act(&self, device: &Device, step: &Value) -> Result<Value, DeviceError> {
        let draft = ActDraft {
            text: text(step, "text"),
            revision: step["revision"].as_u64().map(|revision| u32::try_from(revision).unwrap()),
            ..ActDraft::default()
        };
        device.act(&self.case(step), Kind::from_name(&text(step, "kind")).unwrap(), &draft)?;
        Ok(json!("saved"))
    }

    fn show(&self, device: &Device, step: &Value) -> Result<Value, DeviceError> {
        let detail = device.case(&self.case(step))?;
        let state = detail.state;
        let mut history: Vec<Value> = detail
            .history
            .iter()
            .map(|line| {
                let act = &line.act;
                let kind = act.kind.map(Kind::name);
                json!({ "kind": kind, "effect": act.effect, "delivery": act.delivery, "role": act.role, "text": act.text })
            })
            .collect();
        // Acts that did not see each other stand in the order of their devices, which differ in every run.
        history.sort_by_key(ToString::to_string);
        Ok(json!({
            "round": state.round, "stage": state.stage, "open": state.open, "contested": state.contested,
            "class": state.class.map(|class| class.value), "class_name": state.class_name,
            "text": state.text.and_then(|text| text.value), "urgent": state.urgent.map(|urgent| urgent.value),
            "area": state.area.map(|area| area.value.code), "due": state.deadline_s.is_some(), "reworks": state.reworks,
            "revision": state.revision, "history": history, "delivery": detail.delivery,
        }))
    }

    fn step(&mut self, step: &Value) -> Result<Value, DeviceError> {
        let name = text(step, "phone");
        if step["do"] == "report" {
            return self.report(&name, step);
        }
        let device = &self.phones[&name];
        Ok(match step["do"].as_str().unwrap() {
            "act" => self.act(device, step)?,
            "show" => self.show(device, step)?,
            "sync" => {
                let report = device.sync_now()?;
                json!({ "sent": report.sent, "refused": report.refused, "quarantined": report.quarantined })
            }
            "rate" => {
                let rate = device.rate(&RateQuery {
                    definition: text(step, "definition"),
                    to: Some(LAST_DAY),
                    area: step["area"].as_str().map(str::to_owned),
                    ..RateQuery::default()
                })?;
                let by: Vec<_> = rate.by.iter().map(|by| json!([by.code, by.numerator, by.denominator])).collect();
                json!({
                    "definition": rate.definition, "numerator": rate.rate.map(|rate| rate.numerator),
                    "denominator": rate.rate.map(|rate| rate.denominator), "shown": rate.rate.map(|rate| rate.shown()),
                    "unconfirmed": rate.unconfirmed, "by": by,
                })
            }
            "list" => match step["page"].as_str().unwrap() {
                "today" => page(&device.today(None)?),
                "overdue" => page(&device.overdue(None)?),
                _ => page(&device.all(None)?),
            },
            "pause" => device.pause().map(|()| json!("paused"))?,
            "resume" => device.resume().map(|()| json!("resumed"))?,
            "status" => {
                let status = device.status()?;
                json!({ "enrolled": status.enrolled, "unsent": status.unsent, "sent": status.sent, "refused": status.refused, "acts": status.acts, "cases": status.cases })
            }
            "rebuild" => device.rebuild().map(|(before, after)| json!({ "same": before == after }))?,
            other => panic!("no such step: {other}"),
        })
    }
}

#[test]
fn the_story_is_told_as_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read =
        |name: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap() };
    let script = read("story.json");
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::start(&dir.path().join("hub"));
    let mut story = Story { phones: BTreeMap::new(), cases: BTreeMap::new() };
    for (name, phone) in script["phones"].as_object().unwrap() {
        let language = gewu_device::Language::Zh;
        let options = DeviceOptions { dir: dir.path().join(name), key: [7; 32], env: Env::default(), language };
        let device = Device::open(options).unwrap();
        device.enrol(&hub.invite(phone)).unwrap();
        story.phones.insert(name.clone(), device);
    }
    let told: Vec<Value> = script["steps"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| match story.step(step) {
            Ok(result) => json!({ "step": step, "result": result }),
            Err(error) => json!({ "step": step, "error": error.code() }),
        })
        .collect();
    if std::env::var_os("GEWU_WRITE").is_some() {
        let lines: Vec<String> = told.iter().map(ToString::to_string).collect();
        std::fs::write(folder.join("story.expected.json"), format!("[\n{}\n]\n", lines.join(",\n"))).unwrap();
    }
    let expected = read("story.expected.json");
    for (told, expected) in told.iter().zip(expected.as_array().unwrap()) {
        assert_eq!(told, expected);
    }
    assert_eq!(told.len(), expected.as_array().unwrap().len());
}
