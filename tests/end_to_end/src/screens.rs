//! What the screens of a phone are made of, through `gewu phone`: drafts, withdrawing, what may be done, classes, what is
//! late and what is to be settled.

use gewu_support::{Phone, Street, grid, place, sync_all};
use serde_json::{Value, json};

const DAY_S: i64 = 86_400;

fn street() -> Street {
    Street::begin(&place(&[grid("01", "east"), grid("02", "east")]))
}

fn drafts(phone: &Phone) -> Vec<Value> {
    phone.ok(&["draft", "list"])["drafts"].as_array().unwrap().clone()
}

/// What is offered and what is not: kinds, with `withdraw` told from `decline`.
fn offered(phone: &Phone, code: &str, allowed: bool) -> Vec<String> {
    let shown = phone.show(code);
    let of = |it: &Value| match (it["withdrawn"].as_bool(), it["passed"].as_bool()) {
        (Some(true), _) => "withdraw".to_owned(),
        (_, Some(false)) => "fail".to_owned(),
        _ => it["kind"].as_str().unwrap().to_owned(),
    };
    let actions = shown["actions"].as_array().unwrap().iter();
    actions.filter(|it| it["allowed"] == allowed).map(of).collect()
}

#[test]
fn a_draft_is_there_after_the_program_ended_and_goes_with_what_it_became() {
    let street = street();
    let phone = street.phone("inspector", "inspector", Some("01"));
    phone.ok(&["draft", "keep", "--class", "lamp", "--text", "3栋门", "--at", "28.1,113.2", "--urgent"]);
    let kept = drafts(&phone);
    assert_eq!(kept.len(), 1);
    assert_eq!(
        (&kept[0]["text"], &kept[0]["about"], &kept[0]["urgent"]),
        (&"3栋门".into(), &Value::Null, &true.into())
    );
    assert_eq!(kept[0]["place"]["latitude_e7"], 281_000_000);
    assert_eq!(phone.ok(&["status"])["unsent"], 0, "a draft is nobody's act");
    assert_eq!(phone.sync()["sent"], 0);

    assert_eq!(phone.run(&["report", "--class", "none such"]).code, Some(6));
    assert_eq!(drafts(&phone).len(), 1, "what was not saved is still a draft");
    let case = phone.report(&["--class", "lamp", "--text", "3栋门口路灯不亮"]);
    assert_eq!(drafts(&phone).len(), 0);

    phone.ok(&["draft", "keep", "--about", &case.code, "--kind", "note", "--text", "楼上"]);
    phone.ok(&["draft", "keep", "--text", "另一件"]);
    assert_eq!(drafts(&phone).iter().filter(|draft| draft["about"] == case.code.as_str()).count(), 1);
    assert_eq!(phone.run(&["act", &case.code, "close"]).code, Some(4));
    assert_eq!(drafts(&phone).len(), 2, "what was refused is still a draft");
    phone.act(&case.code, "note", &["--text", "楼上也不亮"]);
    assert_eq!(drafts(&phone).iter().map(|draft| &draft["text"]).collect::<Vec<_>>(), ["另一件"]);
    assert_eq!(phone.ok(&["rebuild"])["same"], true);
    assert_eq!(phone.ok(&["draft", "discard"])["drafts"], json!([]));
    assert_eq!(
        phone.ok(&["draft", "keep", "--at", "28.1,113.2"])["drafts"],
        json!([]),
        "a place alone is nothing typed"
    );
    assert_eq!(phone.run(&["draft", "keep", "--about", "0000000000", "--text", "x"]).code, Some(5));
}

#[test]
fn a_report_made_in_error_is_withdrawn_by_its_reporter_alone() {
    let street = street();
    let [reporter, colleague] = ["reporter", "colleague"].map(|name| street.phone(name, "inspector", Some("01")));
    let supervisor = street.phone("supervisor", "supervisor", None);
    let case = reporter.report(&["--class", "lamp"]).code;
    let stays = reporter.report(&["--class", "lamp"]).code;
    reporter.sync();
    colleague.sync();
    assert!(offered(&reporter, &case, true).contains(&"withdraw".to_owned()));
    assert!(offered(&colleague, &case, false).contains(&"withdraw".to_owned()));
    assert_eq!(colleague.run(&["withdraw", &case]).code, Some(4));
    let entry = reporter.ok(&["withdraw", &case])["entry"].clone();
    assert!(!offered(&reporter, &case, true).contains(&"withdraw".to_owned()));
    assert_eq!(reporter.run(&["withdraw", &case]).code, Some(4), "once");
    sync_all([&reporter, &supervisor]);
    let shown = supervisor.show(&case);
    assert_eq!((&shown["state"]["stage"], &shown["state"]["withdrawn"]), (&"declined".into(), &true.into()));
    let history = shown["history"].as_array().unwrap();
    assert!(history.iter().any(|act| act["entry"] == entry && act["delivery"] == "confirmed"), "it is in the log");
    let rate = supervisor.ok(&["rate", "handled_of_reported", "--from", "2020-01-01", "--to", "2100-01-01"]);
    assert_eq!(rate["rate"]["denominator"], 1, "it does not count");
    assert_eq!(supervisor.show(&stays)["state"]["stage"], "reported");
}

#[test]
fn what_is_offered_is_done_and_what_is_not_is_refused_with_the_same_words() {
    let street = street();
    let inspector = street.phone("inspector", "inspector", Some("01"));
    let handler = street.phone("handler", "handler", Some("east"));
    let case = inspector.report(&["--class", "lamp"]).code;
    assert_eq!(offered(&inspector, &case, true), ["withdraw", "revise", "note"]);
    assert!(offered(&inspector, &case, false).contains(&"handle".to_owned()));
    inspector.sync();
    handler.sync();
    assert_eq!(offered(&handler, &case, true), ["handle", "claim", "note"]);
    handler.act(&case, "handle", &[]);
    sync_all([&handler, &inspector]);
    assert_eq!(offered(&inspector, &case, true), ["check", "fail", "close", "note"]);
    let shown = handler.show(&case);
    let close = shown["actions"].as_array().unwrap().iter().find(|it| it["kind"] == "close").unwrap();
    let refused = handler.run(&["act", &case, "close"]);
    assert_eq!(refused.code, Some(4));
    let next = refused.json()["next"].as_str().unwrap().to_owned();
    assert!(close["why"].as_str().unwrap().ends_with(&next), "{close} {next}");
    inspector.act(&case, "close", &[]);
    assert_eq!(offered(&inspector, &case, true), ["reopen", "note"]);
}

#[test]
fn classes_are_found_by_what_people_call_them_and_the_usual_ones_are_learnt_from_the_grid() {
    let mut place = place(&[grid("01", "east")]);
    place.as_object_mut().unwrap().remove("classes");
    let street = Street::begin(&place);
    let phone = street.phone("inspector", "inspector", Some("01"));
    let keys = |args: &[&str]| -> Vec<String> {
        let found = phone.ok(&[&["classes"], args].concat());
        found["classes"].as_array().unwrap().iter().map(|it| it["key"].as_str().unwrap().to_owned()).collect()
    };
    for (said, key) in
        [("井盖丢了", "matter/01023"), ("下水道堵了", "local/drain_blocked"), ("pothole", "matter/06013")]
    {
        let found = phone.ok(&["classes", "--search", said]);
        assert_eq!((&found["classes"][0]["key"], &found["classes"][0]["alias"]), (&key.into(), &said.into()));
    }
    assert_eq!(keys(&["--search", ""]).len(), 50);
    assert_eq!(keys(&["--search", "没有这种事"]), Vec::<String>::new());
    let usual = keys(&["--usual"]);
    assert_eq!((usual.len(), usual[0].as_str()), (10, "matter/01037"));
    for class in ["local/dogs", "matter/10001", "local/dogs"] {
        phone.report(&["--class", class]);
    }
    let learnt = keys(&["--usual"]);
    assert_eq!((learnt.len(), &learnt[..2]), (10, &["local/dogs".to_owned(), "matter/10001".to_owned()][..]));
    // A word that is one class's alone stands for it.
    let case = phone.report(&["--class", "路灯不亮"]).code;
    let shown = phone.show(&case);
    assert_eq!(
        (&shown["state"]["class"]["value"], &shown["class_label"]),
        (&"matter/01037".into(), &"Street lamp fault".into())
    );
    assert!(shown["state"]["deadline_s"].is_i64());
}

#[test]
fn the_supervisor_sees_what_is_late_by_grid_and_what_is_to_be_settled() {
    let mut street = street();
    let [one, two] = [("one", "01"), ("two", "02")].map(|(name, area)| street.phone(name, "inspector", Some(area)));
    let handlers = ["a", "b"].map(|name| street.phone(name, "handler", Some("east")));
    let supervisor = street.phone("supervisor", "supervisor", None);
    let late = one.report(&["--class", "lamp", "--text", "路灯不亮"]).code;
    let contested = two.report(&["--class", "lamp"]).code;
    let reported_s = one.show(&late)["state"]["reported_s"].as_i64().unwrap();
    sync_all([&one, &two].into_iter().chain(&handlers));
    for handler in &handlers {
        handler.act(&contested, "claim", &[]);
    }
    sync_all(handlers.iter().chain([&supervisor]));
    let view = supervisor.ok(&["supervise"]);
    assert_eq!((&view["overdue"], &view["to_settle"]), (&0.into(), &1.into()));
    let settle = supervisor.ok(&["settle"]);
    assert_eq!(
        (&settle["lines"][0]["code"], &settle["lines"][0]["contested"]),
        (&contested.as_str().into(), &true.into())
    );

    handlers[0].sync();
    handlers[0].act(&contested, "handle", &[]);
    handlers[0].sync();
    // The hub's clock is the phones' once they have heard it.
    street.restart_hub_at(reported_s + 3 * DAY_S);
    sync_all([&one, &supervisor]);
    let view = supervisor.ok(&["supervise", "--from", "2020-01-01", "--to", "2100-01-01"]);
    assert_eq!((&view["overdue"], &view["to_settle"]), (&2.into(), &0.into()));
    let grids: Vec<_> =
        view["grids"].as_array().unwrap().iter().map(|it| (&it["area"]["code"], &it["overdue"])).collect();
    assert_eq!(grids, [(&json!("01"), &json!(1)), (&json!("02"), &json!(1))]);
    assert_eq!(view["first_overdue"].as_array().unwrap().len(), 2);
    assert!(view["first_overdue"].as_array().unwrap().iter().all(|it| it["due_in_s"].as_i64().unwrap() < 0));
    assert_eq!((&view["rate"]["rate"]["numerator"], &view["rate"]["rate"]["denominator"]), (&0.into(), &2.into()));
    assert_eq!(view["trend"].as_array().unwrap().len(), 1, "nothing is known of the time before");
    let day = |day: i64| gewu_model::day::Day::of(reported_s + day * DAY_S, 28_800).to_string();
    let week = supervisor.ok(&["supervise", "--from", &day(2), "--to", &day(2)]);
    let trend: Vec<_> = week["trend"].as_array().unwrap().iter().map(|it| it["denominator"].clone()).collect();
    assert_eq!(trend, [Value::Null, Value::Null, 2.into()], "periods as long as the one asked for, up to it");
    let only_east = one.ok(&["supervise", "--from", "2020-01-01", "--to", "2100-01-01"]);
    assert_eq!(only_east["overdue"], 1, "a phone counts its own grid");
}

#[test]
fn a_phone_says_who_it_is_and_its_diagnostics_hold_nothing_that_was_typed() {
    let street = street();
    let phone = street.phone("inspector", "inspector", Some("01"));
    phone.report(&["--class", "lamp", "--text", "王家门口"]);
    phone.ok(&["draft", "keep", "--text", "李家门口"]);
    phone.sync();
    let me = phone.ok(&["me"]);
    assert_eq!((&me["role_label"], &me["enrolled"]["role"]), (&"Inspector".into(), &"inspector".into()));
    let person = me["enrolled"]["person"].as_str().unwrap();
    assert!(
        person.starts_with(me["person_short"].as_str().unwrap()) && me["person_short"].as_str().unwrap().len() == 8
    );
    assert!(me["storage"]["store_bytes"].as_u64().unwrap() > 50_000);
    assert_eq!((&me["storage"]["cases"], &me["status"]["notices"]), (&1.into(), &json!([])));
    assert!(me["status"]["last_confirmed_s"].is_i64());
    let told = phone.run(&["diagnostics"]).out;
    for personal in ["王家", "李家", person, me["person_short"].as_str().unwrap()] {
        assert!(!told.contains(personal), "{personal} in {told}");
    }
    assert!(told.contains("\"version\"") && told.contains("\"acts\""), "{told}");
}

#[test]
fn where_a_case_may_go_is_found_by_name_and_a_fix_far_off_its_grid_is_told_and_saved() {
    let mut place = place(&[grid("01", "east"), grid("02", "east")]);
    place["grids"][0]["middle"] = serde_json::json!({ "latitude_e7": 282_460_000, "longitude_e7": 1_130_810_000 });
    let street = Street::begin(&place);
    let phone = street.phone("inspector", "inspector", Some("01"));
    let codes = |args: &[&str]| -> Vec<String> {
        let found = phone.ok(&[&["areas"], args].concat());
        found["areas"].as_array().unwrap().iter().map(|it| it["code"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(codes(&["relocate", "--search", "grid 02"]), ["02"]);
    assert!(codes(&["relocate"]).contains(&"01".to_owned()));
    assert_eq!(codes(&["close"]), Vec::<String>::new());
    let at = |place: &str| phone.ok(&["report", "--class", "lamp", "--text", "路灯不亮", "--at", place]);
    assert!(at("28.246,113.081")["far_off"].is_null());
    let far = at("28.300,113.081");
    assert_eq!(far["far_off"]["metres"], 6_005);
    assert!(far["far_off"]["label"].as_str().unwrap().contains("6 km off grid 01"), "{far}");
    let shown = phone.show(far["code"].as_str().unwrap());
    assert_eq!(shown["state"]["place"]["value"]["latitude_e7"], 283_000_000, "saved all the same");
}
