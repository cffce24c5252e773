//! How the page says times and durations. The day offset is the street's; "now" only shortens.

use gewu_model::day::{DAY_S, Day};
use gewu_words::{Language, Word, number, say};

/// From here on lateness is said in days.
const LATE_DAYS_FROM_HOURS: u64 = 72;
/// From here on an age is said in hours, then in days.
const AGO_HOURS_FROM_MINUTES: u64 = 120;
const AGO_DAYS_FROM_MINUTES: u64 = 48 * 60;

/// Time of day, with the date when it is another day: "09:12", "11-21 09:12", "2025-11-21 09:12".
pub fn moment(unix_s: i64, now_s: i64, day_offset_s: i32) -> String {
    let local_s = unix_s.saturating_add(i64::from(day_offset_s)).rem_euclid(DAY_S);
    let clock = format!("{:02}:{:02}", local_s / 3_600, local_s % 3_600 / 60);
    let (day, today) = (Day::of(unix_s, day_offset_s), Day::of(now_s, day_offset_s));
    let ((year, month, of_month), (this_year, ..)) = (day.ymd(), today.ymd());
    if day == today {
        clock
    } else if year == this_year {
        format!("{month:02}-{of_month:02} {clock}")
    } else {
        format!("{day} {clock}")
    }
}

/// "3 hours ago".
pub fn ago(language: Language, since_s: i64, now_s: i64) -> String {
    let minutes = u64::try_from(now_s.saturating_sub(since_s) / 60).unwrap_or(0);
    let (word, count) = match minutes {
        0 => (Word::PageAgoNow, 0),
        1..AGO_HOURS_FROM_MINUTES => (Word::PageAgoMinutes, minutes),
        AGO_HOURS_FROM_MINUTES..AGO_DAYS_FROM_MINUTES => (Word::PageAgoHours, minutes / 60),
        AGO_DAYS_FROM_MINUTES.. => (Word::PageAgoDays, minutes / (24 * 60)),
    };
    say(language, word, &[("count", &number(count))])
}

/// "26 hours late".
pub fn late(language: Language, hours: u64) -> String {
    let (word, count) = match hours {
        0 => (Word::PageLateNow, 0),
        1..LATE_DAYS_FROM_HOURS => (Word::PageLateHours, hours),
        LATE_DAYS_FROM_HOURS.. => (Word::PageLateDays, hours / 24),
    };
    say(language, word, &[("count", &number(count))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_names_its_day_only_when_it_is_another() {
        // 2026-11-22 09:12 at +08:00.
        let now_s = 1_795_309_920;
        let at = |before_s: i64| moment(now_s - before_s, now_s, 28_800);
        assert_eq!(at(0), "09:12");
        assert_eq!(at(9 * 3_600), "00:12");
        assert_eq!(at(10 * 3_600), "11-21 23:12");
        assert_eq!(at(366 * DAY_S), "2025-11-21 09:12");
        assert_eq!(moment(i64::MAX, now_s, 28_800).len(), moment(i64::MAX, now_s, 0).len());
    }

    #[test]
    fn the_same_moment_reads_by_the_street_s_offset() {
        assert_eq!(moment(0, 0, 28_800), "08:00");
        assert_eq!(moment(0, 0, -18_000), "19:00");
    }

    #[test]
    fn durations_are_said_in_the_unit_that_fits() {
        let ago_of = |minutes: i64| ago(Language::En, 0, minutes * 60);
        assert_eq!(ago_of(0), "just now");
        assert_eq!(ago_of(-5), "just now");
        assert_eq!(ago_of(119), "119 min ago");
        assert_eq!(ago_of(120), "2 hours ago");
        assert_eq!(ago_of(48 * 60), "2 days ago");
        assert_eq!(late(Language::Zh, 0), "刚超期");
        assert_eq!(late(Language::En, 1), "1 hour late");
        assert_eq!(late(Language::Zh, 71), "超 71 小时");
        assert_eq!(late(Language::Zh, 72), "超 3 天");
    }
}
