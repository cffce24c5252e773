//! A closing ends only what its author had seen: phones that worked apart, in every order of coming back.

use gewu_support::{Phone, Street};
use serde_json::Value;

use crate::story::{Apart, Cast, ORDERS};

fn kinds(history: &Value) -> Vec<String> {
    let acts = history.as_array().expect("a history").iter();
    let mut kinds: Vec<String> = acts.map(|act| act["kind"].as_str().expect("a kind").to_owned()).collect();
    kinds.sort();
    kinds
}

fn check(street: &Street, cast: &Cast, apart: &Apart, order: [usize; 3]) {
    let (code, token) = (&apart.code, cast.supervisor.token());
    let at_hub = street.state(code, &token);
    let [a, b, c] = &cast.inspectors;
    for (name, phone) in [("A", a), ("B", b), ("C", c)] {
        assert_eq!(phone.state(code), at_hub, "{name} and the hub, order {order:?}");
        let shown = phone.show(code);
        assert_eq!(shown["delivery"], "confirmed", "{name}, order {order:?}");
        assert_eq!(kinds(&shown["history"]), apart.acts, "{name}, order {order:?}");
        let confirmed = |act: &Value| act["delivery"] == "confirmed" && act["effect"] == "effective";
        assert!(
            shown["history"].as_array().unwrap().iter().all(confirmed),
            "{name}, order {order:?}: {}",
            shown["history"]
        );
    }
    let state: Value = serde_json::from_str(&at_hub).unwrap();
    assert_eq!(state["open"], true, "order {order:?}");
    assert_eq!((&state["round"], &state["stage"]), (&apart.round.into(), &apart.stage.into()), "order {order:?}");
}

fn in_every_order(happen: fn(&Cast, &mut Street) -> Apart) {
    let mut street = Cast::street();
    let cast = Cast::join(&street);
    let mut codes = Vec::new();
    for order in ORDERS {
        let apart = happen(&cast, &mut street);
        cast.come_back(order);
        check(&street, &cast, &apart, order);
        codes.push(apart.code);
    }
    // One that comes when all is over sees the same.
    let late: Phone = street.phone("late", "supervisor", None);
    late.sync();
    let token = late.token();
    for code in codes {
        assert_eq!(late.state(&code), street.state(&code, &token));
    }
}

#[test]
fn a_reopening_beats_a_close_that_had_not_seen_it() {
    in_every_order(Cast::reopened_beside_a_close);
}

#[test]
fn a_failed_check_beats_a_close_beside_it() {
    in_every_order(Cast::closed_beside_a_failed_check);
}

#[test]
fn of_two_reopenings_a_close_answers_only_the_one_it_saw() {
    in_every_order(Cast::reopened_twice_and_closed_once);
}
