//! Degrees as written, in units of 10⁻⁷ degree.
//!
//! Digits are read as digits: a detour through floating point would let two readers of the same file
//! store different bytes.

/// How many units make a degree.
const UNITS_PER_DEGREE: i64 = 10_000_000;
/// Digits after the decimal mark that count; the next one rounds.
const FRACTION_DIGITS: usize = 7;

/// `text` as units of 10⁻⁷ degree, halves away from zero; `None` unless it is a plain decimal number
/// within ±`degrees_max`. The decimal mark is a point or, as spreadsheets of some countries write it, a comma.
pub fn units_of_degrees(text: &str, degrees_max: u8) -> Option<i32> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, fraction) = digits.split_once(['.', ',']).unwrap_or((digits, ""));
    let all_digits = whole
        .bytes()
        .chain(fraction.bytes())
        .all(|byte| byte.is_ascii_digit());
    if !all_digits || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let degrees: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().ok()?
    };
    let kept: String = fraction
        .chars()
        .chain("0000000".chars())
        .take(FRACTION_DIGITS)
        .collect();
    let rounding = i64::from(
        fraction
            .as_bytes()
            .get(FRACTION_DIGITS)
            .is_some_and(|&byte| byte >= b'5'),
    );
    let units = degrees
        .checked_mul(UNITS_PER_DEGREE)?
        .checked_add(kept.parse::<i64>().ok()?)?
        .checked_add(rounding)?;
    if units > i64::from(degrees_max) * UNITS_PER_DEGREE {
        return None;
    }
    i32::try_from(if negative { -units } else { units }).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_read_digit_by_digit_and_only_as_plain_decimals() {
        for (text, degrees_max, expected) in [
            ("40.690092327843345", 90, Some(406_900_923)),
            ("-73.84642755940943", 180, Some(-738_464_276)),
            ("+28,25", 90, Some(282_500_000)),
            ("90", 90, Some(900_000_000)),
            (".00000005", 90, Some(1)),
            ("-180.", 180, Some(-1_800_000_000)),
            ("0", 90, Some(0)),
            ("90.0000001", 90, None),
            ("-180.00000005", 180, None),
            ("1e1", 90, None),
            ("--1", 90, None),
            ("12.3.4", 90, None),
            (".", 90, None),
            ("", 90, None),
            ("四十", 90, None),
            ("99999999999999999999", 90, None),
            ("9223372036854775807", 90, None),
        ] {
            assert_eq!(units_of_degrees(text, degrees_max), expected, "{text}");
        }
    }
}
