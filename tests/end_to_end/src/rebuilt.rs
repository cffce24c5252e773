//! Everything derived can be dropped: what is made anew from the entries is the same.

use crate::story::{Cast, ORDERS};

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
    for phone in cast.inspectors.iter().chain([&cast.handler, &cast.supervisor]) {
        let rate = ["rate", "closure", "--from", "2020-01-01", "--to", "2100-01-01"];
        let before = (phone.list(&[]), phone.ok(&rate), phone.ok(&["status"]));
        let shown: Vec<String> = cases.iter().map(|case| phone.run(&["show", &case.code]).out).collect();
        let rebuilt = phone.ok(&["rebuild"]);
        assert_eq!(rebuilt["same"], true, "{}", phone.dir().display());
        assert_eq!(rebuilt["cases"], before.0.len());
        assert!(rebuilt["bytes"].as_u64() > Some(500), "the dump holds something: {rebuilt}");
        assert_eq!((phone.list(&[]), phone.ok(&rate), phone.ok(&["status"])), before);
        let again: Vec<String> = cases.iter().map(|case| phone.run(&["show", &case.code]).out).collect();
        assert_eq!(again, shown);
    }
    a.sync();
    assert_eq!(a.show(&alone)["delivery"], "confirmed", "a rebuilt phone goes on");
}
