//! What holds for every deadline, whatever the start and the limit; the examples stand in `limit.rs`.

use proptest::prelude::*;

use super::Unit::{NaturalDay, UrgentHour, WorkDay, WorkHour};
use super::*;

fn calendar() -> Calendar {
    serde_json::from_str(include_str!("../../../packs/calendar-cn.json")).expect("sound")
}

fn limit(amount: u32, unit: Unit) -> TimeLimit {
    TimeLimit { amount, unit }
}

fn is_office(moment_s: i64, calendar: &Calendar) -> bool {
    let day = Day::of(moment_s, calendar.day_offset_s());
    let mut spans = calendar.spans(day).expect("covered");
    spans.any(|(open_s, close_s)| (open_s..=close_s).contains(&moment_s))
}

fn any_unit() -> impl Strategy<Value = Unit> {
    prop::sample::select(vec![UrgentHour, WorkHour, WorkDay, NaturalDay])
}

fn any_start() -> impl Strategy<Value = i64> {
    // Whole minutes often, so that starts meet openings and closings.
    let midnight_s = |year, month| {
        Day::from_ymd(year, month, 1)
            .expect("a date")
            .start_s(28_800)
    };
    let seconds = midnight_s(2026, 1)..midnight_s(2027, 7);
    prop_oneof![seconds.clone(), seconds.prop_map(|s| s - s % 1_800)]
}

proptest! {
    #[test]
    fn a_deadline_grows_with_its_start(
        start_s in any_start(), later_s in 0_i64..1_000_000, amount in 1_u32..40, unit in any_unit(),
    ) {
        let calendar = calendar();
        let due_s = deadline(start_s, limit(amount, unit), &calendar).expect("covered");
        let later = deadline(start_s + later_s, limit(amount, unit), &calendar);
        prop_assert!(due_s > start_s);
        prop_assert!(later.expect("covered") >= due_s);
    }

    #[test]
    fn a_deadline_grows_with_the_amount(
        start_s in any_start(), amount in 1_u32..40, more in 1_u32..40, unit in any_unit(),
    ) {
        let calendar = calendar();
        let due_s = deadline(start_s, limit(amount, unit), &calendar).expect("covered");
        let longer = deadline(start_s, limit(amount + more, unit), &calendar);
        prop_assert!(longer.expect("covered") > due_s);
    }

    #[test]
    fn a_work_deadline_is_where_counting_minute_by_minute_ends(
        start_s in any_start(), amount in 1_u32..20, unit in prop::sample::select(vec![WorkHour, WorkDay]),
    ) {
        let calendar = calendar();
        let start_s = start_s - start_s % 60;
        let due_s = deadline(start_s, limit(amount, unit), &calendar).expect("covered");
        prop_assert!(is_office(due_s, &calendar));
        let minutes = amount * if unit == WorkHour { 60 } else { 420 };
        prop_assert_eq!(due_s, after_office_minutes(start_s, minutes, &calendar));
    }

    #[test]
    fn an_extension_is_the_double_limit(
        start_s in any_start(), amount in 1_u32..30, unit in any_unit(),
    ) {
        let calendar = calendar();
        let due_s = deadline(start_s, limit(amount, unit), &calendar).expect("covered");
        let extended_s = extend(due_s, limit(amount, unit), &calendar).expect("covered");
        prop_assert!(extended_s > due_s);
        prop_assert_eq!(deadline(start_s, limit(2 * amount, unit), &calendar), Ok(extended_s));
    }

    #[test]
    fn a_suspension_never_shortens_and_one_of_no_time_changes_nothing(
        start_s in any_start(), amount in 1_u32..30, unit in any_unit(),
        part in 0_i64..=1_000, pause_s in 0_i64..10_000_000,
    ) {
        let calendar = calendar();
        let due_s = deadline(start_s, limit(amount, unit), &calendar).expect("covered");
        let suspended_s = start_s + (due_s - start_s) * part / 1_000;
        let resumed = |at_s| resume_deadline(due_s, suspended_s, at_s, unit, &calendar);
        prop_assert_eq!(resumed(suspended_s), Ok(due_s));
        let resumed_s = suspended_s + pause_s;
        let late_s = resumed(resumed_s).expect("covered");
        prop_assert!(late_s >= due_s);
        prop_assert_eq!(
            left_s(resumed_s, late_s, unit, &calendar),
            left_s(suspended_s, due_s, unit, &calendar)
        );
    }
}

fn left_s(from_s: i64, due_s: i64, unit: Unit, calendar: &Calendar) -> i64 {
    if unit.is_office_time() {
        office_s_between(from_s, due_s, calendar).expect("covered")
    } else {
        due_s - from_s
    }
}

/// The slow way, over the hours of the calendar that ships: the end of the last minute needed.
fn after_office_minutes(start_s: i64, minutes: u32, calendar: &Calendar) -> i64 {
    let (mut now_s, mut left) = (start_s, minutes);
    while left > 0 {
        let minute_of_day = (now_s + 28_800).rem_euclid(86_400) / 60;
        let is_open = matches!(minute_of_day, 540..720 | 810..1_050);
        if is_open && calendar.is_workday(Day::of(now_s, 28_800)) == Some(true) {
            left -= 1;
        }
        now_s += 60;
    }
    now_s
}
