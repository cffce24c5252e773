//! A record that changes hands: relocated to another grid, given to a party, a refused act adopted.

use std::path::Path;
use std::sync::Arc;

use gewu_device::env::{Clock, Env, SystemClock};
use gewu_device::{ActDraft, Device, DeviceOptions};
use gewu_model::act::Kind;
use gewu_support::{Phone, Street, gewu, grid, last_line, place, sync_all};
use serde_json::{Value, json};

/// A grant lasts thirty days, and what was claimed under it is taken for seven more.
pub const TOO_LONG_S: i64 = 38 * 86_400;

/// A phone that was off and on again: it no longer knows the time from the hub, and can only claim one.
struct Restarted;

impl Clock for Restarted {
    fn now_ms(&self) -> i64 {
        SystemClock.now_ms()
    }

    fn uptime_ms(&self) -> i64 {
        SystemClock.uptime_ms()
    }

    fn boot_id(&self) -> [u8; 16] {
        [7; 16]
    }
}

/// Handles a case on a phone that was off and on again; returns the act's name.
pub fn handle_after_a_restart(phone: &Phone, code: &str) -> String {
    let key = std::fs::read(phone.dir().join("key")).unwrap().try_into().unwrap();
    let env = Env { clock: Arc::new(Restarted), ..Env::default() };
    let device = Device::open(DeviceOptions { dir: phone.dir().to_owned(), key, env, language: gewu_device::Language::Zh }).unwrap();
    let saved = device.act(code, Kind::Handle, &ActDraft { text: "换了灯泡".into(), ..ActDraft::default() }).unwrap();
    saved.entry.to_string()
}

/// Acts of the record in a phone's own export.
fn acts_held(street: &Street, dir: &Path, record: &str) -> usize {
    let out = street.dir().join("held");
    last_line(gewu().args(["export", "entries"]).arg(dir).arg(&out));
    let text = std::fs::read_to_string(out).unwrap();
    text.lines().filter(|line| serde_json::from_str::<Value>(line).unwrap()["record"] == record).count()
}

/// Handled of reported, by area: [code, handled, reported].
fn handled(rate: &Value) -> Value {
    let by = rate["by"].as_array().expect("areas").iter();
    by.map(|area| json!([area["code"], area["numerator"], area["denominator"]])).collect()
}

fn rate(phone: &Phone) -> Value {
    handled(&phone.ok(&["rate", "handled_of_reported", "--from", "2020-01-01", "--to", "2100-01-01"]))
}

struct Cast {
    old_grid: Phone,
    new_grid: Phone,
    third_grid: Phone,
    party: Phone,
    other_party: Phone,
    dispatcher: Phone,
    supervisor: Phone,
}

impl Cast {
    fn join(street: &Street) -> Self {
        Self {
            old_grid: street.phone("old-grid", "inspector", Some("01")),
            new_grid: street.phone("new-grid", "inspector", Some("02")),
            third_grid: street.phone("third-grid", "inspector", Some("03")),
            party: street.phone("party", "handler", Some("lamps")),
            other_party: street.phone("other-party", "handler", Some("green")),
            dispatcher: street.phone("dispatcher", "dispatcher", None),
            supervisor: street.phone("supervisor", "supervisor", None),
        }
    }

    fn all(&self) -> [&Phone; 7] {
        [
            &self.old_grid,
            &self.new_grid,
            &self.third_grid,
            &self.party,
            &self.other_party,
            &self.dispatcher,
            &self.supervisor,
        ]
    }

    /// Those who have to do with the case.
    fn concerned(&self) -> [&Phone; 5] {
        [&self.old_grid, &self.new_grid, &self.party, &self.dispatcher, &self.supervisor]
    }
}

/// The same state and history at the hub and with everybody concerned; returns the history.
fn all_show_the_same(street: &Street, cast: &Cast, code: &str) -> Vec<Value> {
    let hub = street.body(&format!("/v1/cases/{code}"), &cast.supervisor.token());
    let hub: Value = serde_json::from_str(&hub).unwrap();
    for phone in cast.concerned() {
        let whose = phone.dir().file_name().unwrap().to_string_lossy().into_owned();
        assert_eq!(phone.state(code), street.state(code, &cast.supervisor.token()), "{whose}");
        assert_eq!(phone.show(code)["history"], hub["history"], "{whose}");
    }
    hub["history"].as_array().unwrap().clone()
}

#[test]
fn a_case_that_changes_hands_is_the_same_for_all_concerned_and_with_nobody_else() {
    let mut street = Street::begin(&place(&[grid("01", "east"), grid("02", "west"), grid("03", "west")]));
    let cast = Cast::join(&street);
    let stays = cast.old_grid.report(&["--class", "lamp", "--self-handled"]);
    let case = cast.old_grid.report(&["--class", "lamp", "--text", "路灯不亮"]);
    cast.old_grid.sync();
    cast.dispatcher.sync();
    assert_eq!(rate(&cast.dispatcher), json!([["01", 1, 2]]));

    cast.dispatcher.act(&case.code, "relocate", &["--area", "02"]);
    cast.dispatcher.sync();
    cast.dispatcher.act(&case.code, "dispatch", &["--party", "lamps"]);
    cast.dispatcher.sync();
    sync_all(cast.all());
    let history = all_show_the_same(&street, &cast, &case.code);
    assert_eq!(history.len(), 3);
    assert_eq!(rate(&cast.dispatcher), json!([["01", 1, 1], ["02", 0, 1]]));

    // The party's phone lies in a drawer for longer than its grant lasts, and hands in afterwards what it claims to
    // have done before.
    let entry = handle_after_a_restart(&cast.party, &case.code);
    let now_s = cast.party.show(&case.code)["state"]["reported_s"].as_i64().unwrap();
    street.restart_hub_at(now_s + TOO_LONG_S);
    assert_eq!(cast.party.sync()["refused"], 1);
    sync_all(cast.all());
    let history = all_show_the_same(&street, &cast, &case.code);
    let refused = history.iter().find(|act| act["entry"] == entry.as_str()).expect("it is kept");
    assert_eq!((&refused["delivery"], &refused["refusal"]), (&"refused".into(), &"grant_expired".into()));
    assert_eq!(refused["text"], "换了灯泡", "text remains");
    assert_eq!(cast.new_grid.show(&case.code)["state"]["stage"], "dispatched");
    assert_eq!(rate(&cast.supervisor), json!([["01", 1, 1], ["02", 0, 1]]));

    // It is for the supervisor to settle, with its reason, and for its author to see, until it is adopted.
    let settle = |phone: &Phone| phone.ok(&["settle"])["lines"].as_array().unwrap().clone();
    for phone in [&cast.supervisor, &cast.party] {
        let lines = settle(phone);
        assert_eq!((lines.len(), &lines[0]["entry"], &lines[0]["text"]), (1, &entry.as_str().into(), &"换了灯泡".into()));
        assert!(lines[0]["reason"].as_str().is_some_and(|reason| reason.contains("grant")), "{}", lines[0]);
        assert_eq!(phone.ok(&["supervise"])["to_settle"], 1);
    }
    let notices = &cast.party.ok(&["status"])["notices"];
    assert!(notices.as_array().unwrap().iter().any(|it| it["code"] == "refused_acts"), "{notices}");

    cast.supervisor.act(&case.code, "adopt", &["--adopts", &entry]);
    cast.supervisor.sync();
    sync_all(cast.all());
    let history = all_show_the_same(&street, &cast, &case.code);
    assert_eq!(history.len(), 5);
    assert_eq!((settle(&cast.supervisor).len(), settle(&cast.party).len()), (0, 0), "adopted is settled");
    for phone in cast.concerned() {
        let state = &phone.show(&case.code)["state"];
        assert_eq!((&state["stage"], &state["area"]["value"]["code"]), (&"handled".into(), &"02".into()));
    }

    let after = json!([["01", 1, 1], ["02", 1, 1]]);
    assert_eq!(rate(&cast.supervisor), after);
    assert_eq!(rate(&cast.new_grid), json!([["02", 1, 1]]));
    assert_eq!(rate(&cast.old_grid), json!([["01", 1, 1]]));
    let path = "/v1/rates?definition=handled_of_reported&from=2020-01-01&to=2100-01-01";
    let token = cast.supervisor.token();
    assert_eq!(handled(&serde_json::from_str(&street.body(path, &token)).unwrap()), after);

    for (phone, held) in
        cast.concerned().map(|phone| (phone, 5)).into_iter().chain([(&cast.third_grid, 0), (&cast.other_party, 0)])
    {
        assert_eq!(acts_held(&street, phone.dir(), &case.record), held, "{}", phone.dir().display());
    }
    for phone in [&cast.third_grid, &cast.other_party] {
        assert_eq!(phone.run(&["show", &case.code]).code, Some(5));
        assert_eq!(street.get(&format!("/v1/cases/{}", case.code), &phone.token()).0, 403);
    }
    for phone in [&cast.new_grid, &cast.party] {
        assert_eq!(acts_held(&street, phone.dir(), &stays.record), 0, "only the case itself is a guest");
    }

    // A hub that starts anew knows those whose grants ran out, too.
    let shown = street.body(&format!("/v1/cases/{}", case.code), &token);
    street.restart_hub_at(now_s + TOO_LONG_S);
    assert_eq!(street.body(&format!("/v1/cases/{}", case.code), &cast.supervisor.token()), shown);
    cast.old_grid.act(&case.code, "note", &["--text", "灯亮了"]);
    cast.new_grid.act(&case.code, "close", &[]);
    sync_all([&cast.old_grid, &cast.new_grid]);
    sync_all(cast.all());
    assert_eq!(all_show_the_same(&street, &cast, &case.code).len(), 7);
    assert_eq!(cast.party.show(&case.code)["state"]["stage"], "closed");
}
