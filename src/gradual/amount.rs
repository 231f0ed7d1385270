//! Amounts as people write them in a template: a number, a number in quotes, or, by mistake, a number with its unit.
//!
//! CloudFormation takes bare numbers, each in a unit of its own: `Interval: 7` is minutes, `Period: 60` seconds, a
//! `Threshold` of a duration milliseconds. A text such as `7m` tells which number was meant.

use crate::tree::Value;

/// What a number counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Percent,
    Milliseconds,
    Seconds,
    Minutes,
}

impl Unit {
    /// Its word, in the plural.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Milliseconds => "milliseconds",
            Self::Seconds => "seconds",
            Self::Minutes => "minutes",
        }
    }

    /// How many milliseconds it has; none where it is no time.
    fn milliseconds(self) -> Option<f64> {
        match self {
            Self::Percent => None,
            Self::Milliseconds => Some(1.0),
            Self::Seconds => Some(1_000.0),
            Self::Minutes => Some(60_000.0),
        }
    }
}

/// What people write behind a number, in lower case: as how many of which unit it counts.
const SUFFIXES: &[(&[&str], f64, Unit)] = &[
    (&["%", "percent", "pct"], 1.0, Unit::Percent),
    (
        &["ms", "msec", "millis", "millisecond", "milliseconds"],
        1.0,
        Unit::Milliseconds,
    ),
    (
        &["s", "sec", "secs", "second", "seconds"],
        1.0,
        Unit::Seconds,
    ),
    (
        &["m", "min", "mins", "minute", "minutes"],
        1.0,
        Unit::Minutes,
    ),
    (&["h", "hour", "hours"], 60.0, Unit::Minutes),
    (&["d", "day", "days"], 1_440.0, Unit::Minutes),
];

/// The number that a value is, or that its text is; none of one that is not finite.
pub(super) fn number(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    number.is_finite().then_some(number)
}

/// The whole number that a value is, or that its text is.
pub(crate) fn whole(value: &Value) -> Option<u32> {
    let number = number(value)?;
    let is_whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
    // Its text has no fraction.
    is_whole.then(|| number.to_string().parse().ok()).flatten()
}

/// The number of `unit` that a text with another unit behind its number says: of `1h` in minutes 60.
pub(super) fn converted(value: &Value, unit: Unit) -> Option<f64> {
    let text = value.as_str()?.trim().to_lowercase();
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (digits, suffix) = text.split_at(end);
    let number: f64 = digits.parse().ok()?;
    let suffix = suffix.trim();
    let (_, count, given) = SUFFIXES
        .iter()
        .find(|(words, _, _)| words.contains(&suffix))?;
    if *given == unit {
        return Some(number * count);
    }
    Some(number * count * given.milliseconds()? / unit.milliseconds()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn amounts_are_what_people_mean() {
        for (given, unit, meant) in [
            ("7m", Unit::Minutes, Some(7.0)),
            ("7 minutes", Unit::Minutes, Some(7.0)),
            ("1h", Unit::Minutes, Some(60.0)),
            ("1.5 s", Unit::Milliseconds, Some(1_500.0)),
            ("1 min", Unit::Seconds, Some(60.0)),
            ("25%", Unit::Percent, Some(25.0)),
            ("25%", Unit::Minutes, None),
            ("7m", Unit::Percent, None),
            ("7", Unit::Minutes, None),
            ("m", Unit::Minutes, None),
            ("", Unit::Minutes, None),
        ] {
            assert_eq!(converted(&json!(given), unit), meant, "{given}");
        }
    }

    #[test]
    fn whole_numbers_may_be_texts() {
        for (given, made) in [
            (json!(7), Some(7)),
            (json!("7"), Some(7)),
            (json!(7.0), Some(7)),
            (json!(7.5), None),
            (json!(-1), None),
            (json!("inf"), None),
            (json!(true), None),
            (json!(4_294_967_296_u64), None),
        ] {
            assert_eq!(whole(&given), made, "{given}");
        }
    }
}
