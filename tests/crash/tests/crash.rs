//! What was promised is there after a power cut at every write; what is damaged is moved aside, salvaged and told.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

#[test]
fn every_image_opens_and_holds_what_was_promised_and_every_damage_is_told() {
    let report = gewu_crash::run();
    assert_eq!(report.faults, Vec::<String>::new());
    assert!(report.images >= 2_000, "{report:?}");
    assert_eq!((report.opened, report.lost), (report.images, 0));
    let damages = &report.damages;
    assert!(damages.tried >= 80, "{damages:?}");
    assert_eq!(damages.unharmed + damages.aside, damages.tried);
    assert_eq!(damages.told, damages.aside, "nothing is replaced in silence");
    assert!(damages.mostly_salvaged >= 9, "{damages:?}");
    assert_eq!(damages.other_key_left_alone, 2);
}
