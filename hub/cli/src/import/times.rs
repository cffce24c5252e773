//! Times as a file writes them, as seconds of Unix time.
//!
//! The formats are tried in the mapping's order. An offset in the text wins; a text without one is a
//! local time of the mapping's zone: where the clock was set back and shows a time twice, the earlier;
//! where it was set forward over a time, as much later as it was set. Parts of a second are cut off.
//! A text with a day alone means the beginning of that day.

use jiff::Timestamp;
use jiff::civil::{DateTime, Time, date};
use jiff::fmt::strtime::{self, BrokenDownTime};
use jiff::fmt::temporal::DateTimeParser;
use jiff::tz::TimeZone;

/// The word that stands for RFC 3339 and ISO 8601, with or without offset.
const ISO: &str = "iso";

/// Reads the times of one file.
#[derive(Debug, Clone)]
pub struct Clock {
    zone: TimeZone,
    formats: Vec<TimeFormat>,
}

#[derive(Debug, Clone)]
enum TimeFormat {
    Iso,
    /// As of `strptime`.
    Pattern(String),
}

impl Clock {
    /// # Errors
    /// The first format that cannot tell a moment, with its index and the reason.
    pub fn new(zone: TimeZone, formats: &[String]) -> Result<Self, (usize, String)> {
        let mut clock = Self {
            zone,
            formats: Vec::new(),
        };
        for (index, format) in formats.iter().enumerate() {
            if format == ISO {
                clock.formats.push(TimeFormat::Iso);
            } else {
                clock.prove(format).map_err(|reason| (index, reason))?;
                clock.formats.push(TimeFormat::Pattern(format.clone()));
            }
        }
        Ok(clock)
    }

    /// Seconds of Unix time, or `None` when no format reads `text`.
    pub fn read(&self, text: &str) -> Option<i64> {
        let moment = self.formats.iter().find_map(|format| match format {
            TimeFormat::Iso => self.iso(text),
            TimeFormat::Pattern(pattern) => self.pattern(pattern, text),
        })?;
        // Towards the past, also before 1970.
        Some(moment.as_second() - i64::from(moment.subsec_nanosecond() < 0))
    }

    /// An evening written and read again must be that evening: this finds unknown directives, a missing
    /// day, and twelve-hour clocks without their half of the day, before any row is read.
    fn prove(&self, pattern: &str) -> Result<(), String> {
        let evening = date(2018, 6, 26).at(22, 58, 54, 0);
        let zoned = evening
            .to_zoned(self.zone.clone())
            .map_err(|error| error.to_string())?;
        let text = strtime::format(pattern, &zoned).map_err(|error| error.to_string())?;
        let moment = self
            .pattern(pattern, &text)
            .ok_or_else(|| format!("`{text}`, written so, tells no moment"))?;
        let again = self.zone.to_datetime(moment);
        let to = |hour, minute, second| evening.date().at(hour, minute, second, 0);
        if [evening, to(22, 58, 0), to(22, 0, 0), to(0, 0, 0)].contains(&again) {
            Ok(())
        } else {
            Err(format!(
                "`{text}`, written so, is read as {again}, not as {evening}"
            ))
        }
    }

    fn iso(&self, text: &str) -> Option<Timestamp> {
        let pieces = DateTimeParser::new().parse_pieces(text).ok()?;
        let civil = DateTime::from_parts(pieces.date(), pieces.time().unwrap_or(Time::midnight()));
        if let Some(offset) = pieces.to_numeric_offset() {
            return offset.to_timestamp(civil).ok();
        }
        let zone = pieces.to_time_zone().ok()?;
        local(zone.as_ref().unwrap_or(&self.zone), civil)
    }

    fn pattern(&self, pattern: &str, text: &str) -> Option<Timestamp> {
        let parts = BrokenDownTime::parse(pattern, text).ok()?;
        if parts.offset().is_some() || parts.timestamp().is_some() {
            return parts.to_timestamp().ok();
        }
        if parts.iana_time_zone().is_some() {
            return Some(parts.to_zoned().ok()?.timestamp());
        }
        local(&self.zone, parts.to_datetime().ok()?)
    }
}

fn local(zone: &TimeZone, civil: DateTime) -> Option<Timestamp> {
    zone.to_ambiguous_timestamp(civil).compatible().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock(zone: &str, formats: &[&str]) -> Result<Clock, (usize, String)> {
        let formats: Vec<String> = formats.iter().map(|&format| format.to_owned()).collect();
        Clock::new(TimeZone::get(zone).unwrap(), &formats)
    }

    #[test]
    fn local_times_folds_gaps_and_offsets_are_read() {
        let new_york = clock(
            "America/New_York",
            &["%m/%d/%Y %I:%M:%S %p", "%d.%m.%Y", "iso"],
        )
        .unwrap();
        for (text, expected) in [
            ("06/26/2018 10:58:54 AM", Some(1_530_025_134)),
            ("06/26/2018 12:00:00 AM", Some(1_529_985_600)),
            ("2018-06-26T10:58:54", Some(1_530_025_134)),
            ("2018-06-26 10:58:54.999", Some(1_530_025_134)),
            ("2018-06-26T10:58:54-04:00", Some(1_530_025_134)),
            ("2018-06-26T22:58:54+08:00", Some(1_530_025_134)),
            ("2018-06-26T14:58:54Z", Some(1_530_025_134)),
            ("20180626T145854Z", Some(1_530_025_134)),
            // A day alone is its beginning.
            ("26.06.2018", Some(1_529_985_600)),
            ("2018-06-26", Some(1_529_985_600)),
            // Set back: 01:30 happens twice, the earlier is still summer time.
            ("2018-11-04T01:30:00", Some(1_541_309_400)),
            ("2018-11-04T01:30:00-05:00", Some(1_541_313_000)),
            // Set forward: 02:30 does not happen, it is 03:30.
            ("03/11/2018 02:30:00 AM", Some(1_520_753_400)),
            // Before 1970, towards the past.
            ("1969-12-31T23:59:59.5Z", Some(-1)),
            ("02/30/2018 10:58:54 AM", None),
            ("06/26/2018 13:58:54 PM", None),
            ("2018-06-26T25:00:00", None),
            ("2018-06-26T10:58:54-99:00", None),
            ("2018-06-26T10:58:54 and more", None),
            ("soon", None),
        ] {
            assert_eq!(new_york.read(text), expected, "{text}");
        }
    }

    #[test]
    fn the_formats_are_tried_in_their_order() {
        let day_first = clock("UTC", &["%d/%m/%Y", "%m/%d/%Y"]).unwrap();
        let month_first = clock("UTC", &["%m/%d/%Y", "%d/%m/%Y"]).unwrap();
        assert_eq!(day_first.read("02/01/1970"), Some(86_400));
        assert_eq!(month_first.read("02/01/1970"), Some(31 * 86_400));
        assert_eq!(month_first.read("13/01/1970"), Some(12 * 86_400));
    }

    #[test]
    fn an_explicit_offset_of_a_pattern_wins_over_the_zone() {
        let shanghai = clock("Asia/Shanghai", &["%Y-%m-%d %H:%M %z"]).unwrap();
        assert_eq!(shanghai.read("1970-01-01 00:00 -0100"), Some(3_600));
    }

    #[test]
    fn a_format_that_cannot_tell_a_moment_is_refused_before_any_row() {
        for format in [
            "%Y-%m-%d %I:%M",
            "%H:%M",
            "%Y-%K",
            "%Y-%m-%d %Z",
            "no directive",
            "",
        ] {
            let refused = clock("Asia/Shanghai", &["iso", format]);
            assert!(matches!(refused, Err((1, _))), "{format}: {refused:?}");
        }
    }
}
