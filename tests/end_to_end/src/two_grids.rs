//! Two people, two grids: rates on a phone in flight mode are those of the hub.

use gewu_support::{Phone, Street, grid, place, sync_all};
use serde_json::{Value, json};

const DAYS: [&str; 2] = ["2020-01-01", "2100-01-01"];

fn on_phone(phone: &Phone, definition: &str) -> Value {
    phone.ok(&["rate", definition, "--from", DAYS[0], "--to", DAYS[1]])
}

fn at_hub(street: &Street, token: &str, definition: &str) -> Value {
    let path = format!("/v1/rates?definition={definition}&from={}&to={}&by=grid", DAYS[0], DAYS[1]);
    serde_json::from_str(&street.body(&path, token)).expect("JSON")
}

/// A rate without the moment up to which it is known.
fn figures(mut rate: Value) -> Value {
    rate.as_object_mut().expect("an object").remove("known_until_s");
    rate
}

fn integers(rate: &Value) -> (u64, u64) {
    let integer = |name: &str| rate["rate"][name].as_u64().unwrap_or(0);
    (integer("numerator"), integer("denominator"))
}

#[test]
fn a_phone_in_flight_mode_has_the_rates_of_the_hub() {
    let mut street = Street::begin(&place(&[grid("01", "east"), grid("02", "west")]));
    let first = street.phone("first", "inspector", Some("01"));
    let second = street.phone("second", "inspector", Some("02"));
    let handler = street.phone("handler", "handler", None);
    let supervisor = street.phone("supervisor", "supervisor", None);
    let report = |phone: &Phone, count| (0..count).map(|_| phone.report(&["--class", "lamp"]).code).collect::<Vec<_>>();
    let (ours, theirs) = (report(&first, 3), report(&second, 2));
    first.report(&["--class", "lamp", "--self-handled"]);
    sync_all([&first, &second, &handler]);
    for code in ours.iter().take(2).chain(&theirs) {
        handler.act(code, "handle", &[]);
    }
    sync_all([&handler, &first, &second]);
    first.act(&ours[0], "close", &[]);
    theirs.iter().for_each(|code| drop(second.act(code, "close", &[])));
    sync_all([&first, &second, &supervisor]);

    let token = supervisor.token();
    let definitions = ["closure", "on_time_closure", "disposal", "handled_of_reported", "rework", "valid_report"];
    let hub: Vec<Value> = definitions.iter().map(|definition| at_hub(&street, &token, definition)).collect();
    assert_eq!(integers(&hub[0]), (3, 6));
    assert_eq!(integers(&hub[3]), (5, 6));
    let by: Vec<Value> = hub[0]["by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|grid| json!([grid["code"], grid["numerator"], grid["denominator"]]))
        .collect();
    assert_eq!(json!(by), json!([["01", 1, 4], ["02", 2, 2]]));

    street.kill_hub();
    for (definition, hub) in definitions.iter().zip(hub) {
        let rate = on_phone(&supervisor, definition);
        let (known, hub_known) = (rate["known_until_s"].as_i64(), hub["known_until_s"].as_i64());
        assert!(known.is_some() && known <= hub_known, "{definition}: known until {known:?}, the hub's {hub_known:?}");
        assert_eq!(figures(rate), figures(hub), "{definition}");
    }
    assert_eq!(integers(&on_phone(&first, "closure")), (1, 4));
    assert_eq!(integers(&on_phone(&second, "closure")), (2, 2));
}

#[test]
fn what_a_phone_did_not_hear_of_is_neither_in_its_rates_nor_known() {
    let mut street = Street::begin(&place(&[grid("01", "east")]));
    let inspector = street.phone("inspector", "inspector", Some("01"));
    let supervisor = street.phone("supervisor", "supervisor", None);
    inspector.report(&["--class", "lamp"]);
    inspector.sync();
    supervisor.sync();
    let before = on_phone(&supervisor, "handled_of_reported");
    assert_eq!(integers(&before), (0, 1));
    inspector.report(&["--class", "lamp", "--self-handled"]);
    inspector.sync();
    let token = supervisor.token();
    assert_eq!(integers(&at_hub(&street, &token, "handled_of_reported")), (1, 2));
    assert_eq!(on_phone(&supervisor, "handled_of_reported"), before, "asking the hub for a page is no sync");
    street.kill_hub();
    assert_eq!(on_phone(&supervisor, "handled_of_reported"), before);
    street.start_hub();
    supervisor.sync();
    assert_eq!(integers(&on_phone(&supervisor, "handled_of_reported")), (1, 2));
}

#[test]
fn each_pull_says_until_when_the_area_is_known() {
    let mut street = Street::begin(&place(&[grid("01", "east")]));
    let inspector = street.phone("inspector", "inspector", Some("01"));
    let supervisor = street.phone("supervisor", "supervisor", None);
    sync_all([&inspector, &supervisor]);
    let at = |phone: &Phone, area| phone.ok(&["rate", "closure", "--area", area])["known_until_s"].as_i64();
    let known = |phone: &Phone| at(phone, "01").min(at(phone, "street")).expect("a moment");
    let then = known(&supervisor);
    street.restart_hub_at(then + 3_600);
    sync_all([&inspector, &supervisor]);
    assert!(known(&supervisor) >= then + 3_600, "known until {}, and was {then} an hour ago", known(&supervisor));
}
