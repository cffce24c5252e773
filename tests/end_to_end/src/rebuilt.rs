//! Everything derived can be dropped: what is made anew from the entries is the same.

use gewu_support::Phone;
use serde_json::Value;

use crate::story::{Cast, ORDERS};

/// Without what the clock alone moves: the seconds that are left.
fn timeless(mut told: Value) -> Value {
    let lines = if told.is_array() { told.as_array_mut().unwrap().iter_mut().collect() } else { vec![&mut told] };
    for line in lines {
        assert!(line.as_object_mut().unwrap().remove("due_in_s").is_some(), "a case says how long it has");
    }
    told
}

/// What a phone tells of everything and of these cases.
fn told(phone: &Phone, cases: &[&str]) -> (Value, Value, Value, Vec<Value>) {
    let rate = ["rate", "closure", "--from", "2020-01-01", "--to", "2100-01-01"];
    let shown = cases.iter().map(|case| timeless(phone.show(case))).collect();
    (timeless(phone.list(&[]).into()), phone.ok(&rate), phone.ok(&["status"]), shown)
}

#[test]
fn a_rebuilt_phone_is_the_same_to_the_last_byte() {
    let mut street = Cast::street();
    let cast = Cast::join(&street);
    let happened =
        [Cast::reopened_beside_a_close, Cast::closed_beside_a_failed_check, Cast::reopened_twice_and_closed_once];
    let cases: Vec<_> = happened
        .iter()
        .map(|happen| {
            let apart = happen(&cast, &mut street);
            cast.come_back(ORDERS[3]);
            apart
        })
        .collect();
    cast.supervisor.sync();
    // And something that only this phone has.
    let [a, ..] = &cast.inspectors;
    let alone = a.report(&["--class", "lamp", "--text", "还没上传"]).code;
    let codes: Vec<&str> = cases.iter().map(|case| case.code.as_str()).collect();
    for phone in cast.inspectors.iter().chain([&cast.handler, &cast.supervisor]) {
        let before = told(phone, &codes);
        let rebuilt = phone.ok(&["rebuild"]);
        assert_eq!(rebuilt["same"], true, "{}", phone.dir().display());
        assert_eq!(rebuilt["cases"], before.0.as_array().unwrap().len());
        assert!(rebuilt["bytes"].as_u64() > Some(500), "the dump holds something: {rebuilt}");
        assert_eq!(told(phone, &codes), before);
    }
    a.sync();
    assert_eq!(a.show(&alone)["delivery"], "confirmed", "a rebuilt phone goes on");
}
