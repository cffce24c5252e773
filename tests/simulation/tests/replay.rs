//! A few seeds in full: whatever happens, nothing that must never be is seen, and a seed is the same run each time.

use gewu_simulation::run;

#[test]
fn a_street_in_bad_weather_keeps_its_promises() {
    for seed in 1..=4 {
        let outcome = run::seed(seed, false).unwrap();
        assert!(outcome.violations.is_empty(), "seed {seed}: {:?}", outcome.violations);
        assert!(outcome.steps > 1_000, "seed {seed} did something: {} steps", outcome.steps);
    }
}

#[test]
fn a_seed_is_the_same_run_each_time_and_another_seed_is_another() {
    let trace = |seed| run::seed(seed, false).unwrap().trace;
    assert_eq!(trace(7), trace(7));
    assert_ne!(trace(7), trace(8));
}
