//! The embedded store passes the suite that every store passes.

use gewu_hub::store::Embedded;
use gewu_hub::store::conformance::CHECKS;

#[test]
fn the_embedded_store_passes_every_check() {
    assert!(CHECKS.len() >= 7);
    for (name, check) in CHECKS {
        let dir = tempfile::tempdir().expect("a folder");
        let store = Embedded::open(&dir.path().join("hub.db"), [3; 32]).expect("opens");
        println!("{name}");
        check(&store);
    }
}

#[test]
fn another_key_does_not_open_it_and_nothing_is_changed() {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("hub.db");
    drop(Embedded::open(&path, [3; 32]).expect("opens"));
    assert!(matches!(Embedded::open(&path, [4; 32]), Err(gewu_hub::store::OpenError::WrongKey { .. })));
    Embedded::open(&path, [3; 32]).expect("opens still");
}
