//! What a plain YAML 1.1 word means: the rules of PyYAML 6, by which SAM reads templates. And what it may mean to any
//! other reader, so that text is quoted for all of them.
//!
//! Dates and times stay the text that was written, as in CloudFormation itself.

use crate::language::python_json;
use crate::tree::{Number, Value};
use std::ops::RangeInclusive;

/// Whether a YAML text may hold a character as it is.
pub(super) fn may_stand(c: char) -> bool {
    !matches!(c, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{7f}'..='\u{84}' | '\u{86}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}')
}

/// A plain word, read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Null,
    /// A truth, and whether another word than `true` and `false` was written.
    Bool(bool, bool),
    /// A number, and whether its digits are no longer the ones that were written.
    Number(Number, bool),
    /// A number that no template can hold: infinite, undefined, or beyond 64 bits.
    OutOfRange,
    /// The key that merges maps.
    Merge,
    /// `=`, which PyYAML has no value for.
    Equals,
    Text,
}

/// The words that are null.
const NULLS: &[&str] = &["", "~", "null", "Null", "NULL"];

/// The words that are true.
const TRUE: &[&str] = &[
    "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
];

/// The words that are false.
const FALSE: &[&str] = &[
    "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
];

/// How long the longest word is that is no text: `false`, in bytes.
const LONGEST_WORD: usize = 5;

/// The words for numbers that are none.
const UNDEFINED: &[&str] = &[
    ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", ".nan", ".NaN",
    ".NAN",
];

/// Reads a plain word.
pub(super) fn resolve(word: &str) -> Scalar {
    match word.bytes().next() {
        Some(first) if first.is_ascii_alphabetic() || matches!(first, b'~' | b'<' | b'=') => {}
        Some(first) if first.is_ascii_digit() || matches!(first, b'+' | b'-' | b'.') => {
            return number(word);
        }
        Some(_) => return Scalar::Text,
        None => {}
    }
    match word {
        _ if word.len() > LONGEST_WORD => Scalar::Text,
        _ if NULLS.contains(&word) => Scalar::Null,
        _ if TRUE.contains(&word) => Scalar::Bool(true, !word.eq_ignore_ascii_case("true")),
        _ if FALSE.contains(&word) => Scalar::Bool(false, !word.eq_ignore_ascii_case("false")),
        "<<" => Scalar::Merge,
        "=" => Scalar::Equals,
        _ => Scalar::Text,
    }
}

/// Whether some reader may take plain text for something else: PyYAML, js-yaml, the `yaml` of npm, SnakeYAML and others
/// that follow YAML 1.2, go-yaml, Ruby's psych. What no reader takes is among it too: each row is wider than the rules of
/// all of them together, and so outlives their next versions.
pub(super) fn may_be_no_text(text: &str) -> bool {
    let otherwise = if text.starts_with(|first: char| first.is_ascii_alphabetic()) {
        OF_LETTERS
    } else {
        OF_SIGNS
    };
    otherwise.iter().any(|reads| reads(text))
}

/// What the readers have between them that begins with a letter.
const OF_LETTERS: &[fn(&str) -> bool] = &[is_like_word, is_like_number];

/// What they have that begins with a digit or a sign. Text that begins otherwise is not asked here.
const OF_SIGNS: &[fn(&str) -> bool] = &[
    is_like_word,
    is_like_number,
    is_like_number_of_other_base,
    is_like_no_number,
    is_like_date,
    is_sign_of_its_own,
    is_like_structure,
];

/// Null, true and false: YAML 1.1 names `y` and `n` too, which most readers have dropped, and psych takes any case.
fn is_like_word(text: &str) -> bool {
    const WORDS: &[&str] = &[
        "~", "null", "true", "false", "yes", "no", "on", "off", "y", "n",
    ];
    text.len() <= LONGEST_WORD && WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
}

/// Numbers in tens. Octal ones begin with 0 to some readers only, `1e3` has no point, js-yaml takes `1_000` and `._1`, psych
/// `1,000`, npm's yaml a point alone and `e5`, and 1.1 counts `1:30` in sixties; its own pattern has numbers with several points.
fn is_like_number(text: &str) -> bool {
    let is_part = |byte| matches!(byte, b'0'..=b'9' | b'_' | b'.' | b',' | b':' | b'+' | b'-');
    let is_exponent = |byte| matches!(byte, b'e' | b'E');
    text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '.' | '+' | '-' | 'e' | 'E'))
        && text.bytes().all(|byte| is_part(byte) || is_exponent(byte))
        && (text.bytes().any(|byte| byte.is_ascii_digit()) || !text.bytes().any(is_exponent))
}

/// Numbers in other bases: YAML 1.2 has `0o17`, and go-yaml takes capitals and leaves out each `_` first.
fn is_like_number_of_other_base(text: &str) -> bool {
    let mut bytes = text.bytes().filter(|byte| *byte != b'_').peekable();
    bytes.next_if(|byte| matches!(byte, b'+' | b'-'));
    bytes.next() == Some(b'0')
        && bytes
            .next()
            .is_some_and(|base| matches!(base, b'x' | b'X' | b'o' | b'O' | b'b' | b'B'))
        && bytes.all(|byte| byte.is_ascii_hexdigit() || byte == b',')
}

/// Infinity, and what is no number: readers differ in sign and case.
fn is_like_no_number(text: &str) -> bool {
    let word = text.trim_start_matches(['+', '-', '.']);
    word.len() < text.len()
        && ["inf", "infinity", "nan"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(word))
}

/// Dates, with a time or without: of YAML 1.1, which go-yaml takes with months of one digit, and psych behind a sign.
fn is_like_date(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let time = behind_digits(text, 4..=4)
        .and_then(|rest| behind_digits(rest.strip_prefix('-')?, 1..=2))
        .and_then(|rest| behind_digits(rest.strip_prefix('-')?, 1..=2));
    time.is_some_and(|time| time.is_empty() || time.starts_with(['T', 't', ' ', '\t']))
}

/// What follows the digits that a text begins with, where there are as many as they may be.
fn behind_digits(text: &str, wanted: RangeInclusive<usize>) -> Option<&str> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    wanted.contains(&count).then(|| text.get(count..))?
}

/// The key that merges maps, and the sign for a default, which PyYAML has no value for.
fn is_sign_of_its_own(text: &str) -> bool {
    matches!(text, "<<" | "=")
}

/// A list's item, and the bounds of a document.
fn is_like_structure(text: &str) -> bool {
    text == "-"
        || ["- ", "---", "..."]
            .iter()
            .any(|start| text.starts_with(start))
}

fn number(word: &str) -> Scalar {
    if UNDEFINED.contains(&word) {
        return Scalar::OutOfRange;
    }
    let (negative, digits) = match word.split_at_checked(1) {
        Some(("-", rest)) => (true, rest),
        Some(("+", rest)) => (false, rest),
        _ => (false, word),
    };
    if let Some(magnitude) = integer(digits) {
        return whole(word, magnitude.and_then(|size| signed(size, negative)));
    }
    let signless = word.len() == digits.len();
    match float(digits, signless) {
        Some(size) => {
            let value = if negative { -size } else { size };
            match Number::from_f64(value) {
                Some(number) => {
                    let changed = is_float_changed(word, &number);
                    Scalar::Number(number, changed)
                }
                None => Scalar::OutOfRange,
            }
        }
        None => Scalar::Text,
    }
}

fn signed(size: u128, negative: bool) -> Option<Number> {
    let size = i128::try_from(size).ok()?;
    let value = if negative { -size } else { size };
    match (i64::try_from(value), u64::try_from(value)) {
        (Ok(value), _) => Some(value.into()),
        (_, Ok(value)) => Some(value.into()),
        _ => None,
    }
}

fn whole(word: &str, number: Option<Number>) -> Scalar {
    match number {
        None => Scalar::OutOfRange,
        Some(number) => {
            let written = word.strip_prefix('+').unwrap_or(word);
            let changed = number.to_string() != written && written != "-0";
            Scalar::Number(number, changed)
        }
    }
}

/// A whole number without its sign: binary, octal, decimal, hexadecimal, or in sixties. None where it is no such
/// number; no value where it is too large.
fn integer(digits: &str) -> Option<Option<u128>> {
    let all = |text: &str, allowed: fn(u8) -> bool| {
        !text.is_empty() && text.bytes().all(|byte| byte == b'_' || allowed(byte))
    };
    let parse = |text: &str, radix: u32| {
        let plain: String = text.chars().filter(|c| *c != '_').collect();
        // Underscores alone, `0b_`, are a number to PyYAML too, which then fails to read it.
        Some(u128::from_str_radix(&plain, radix).ok())
    };
    if let Some(binary) = digits.strip_prefix("0b") {
        return all(binary, |byte| matches!(byte, b'0' | b'1')).then(|| parse(binary, 2))?;
    }
    if let Some(hex) = digits.strip_prefix("0x") {
        return all(hex, |byte| byte.is_ascii_hexdigit()).then(|| parse(hex, 16))?;
    }
    if digits == "0" {
        return Some(Some(0));
    }
    if digits.starts_with('0') {
        return all(digits, |byte| matches!(byte, b'0'..=b'7')).then(|| parse(digits, 8))?;
    }
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut parts = digits.split(':');
    let first = parts.next()?;
    if !all(first, |byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut value = parse(first, 10)?;
    for part in parts {
        let sixtieth = sixtieth(part)?;
        value = value.and_then(|value| value.checked_mul(60)?.checked_add(sixtieth));
    }
    Some(value)
}

/// A part of a number in sixties behind the first: 0 to 59.
fn sixtieth(part: &str) -> Option<u128> {
    let fits = matches!(part.as_bytes(), [b'0'..=b'9'] | [b'0'..=b'5', b'0'..=b'9']);
    fits.then(|| part.parse().ok())?
}

/// A number with a point, without its sign. `.5` has no sign to lose: with one it is text.
fn float(digits: &str, signless: bool) -> Option<f64> {
    let plain: String = digits.chars().filter(|c| *c != '_').collect();
    let (before, after) = digits.split_once('.')?;
    let (fraction, exponent) = match after.find(['e', 'E']) {
        Some(at) => after.split_at(at),
        None => (after, ""),
    };
    let only = |text: &str| {
        text.bytes()
            .all(|byte| byte == b'_' || byte.is_ascii_digit())
    };
    let exponent_fits = exponent.is_empty()
        || matches!(exponent.as_bytes(), [_, b'+' | b'-', rest @ ..] if !rest.is_empty() && rest.iter().all(u8::is_ascii_digit));
    if !only(fraction) || !exponent_fits {
        return None;
    }
    if before.is_empty() {
        let leads = fraction.starts_with(|c: char| c.is_ascii_digit());
        return (signless && leads).then(|| plain.parse().ok())?;
    }
    if !before.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if before.contains(':') {
        return if exponent.is_empty() {
            float_in_sixties(before, fraction)
        } else {
            None
        };
    }
    if !only(before) {
        return None;
    }
    plain.parse().ok()
}

fn float_in_sixties(before: &str, fraction: &str) -> Option<f64> {
    let (rest, last) = before.rsplit_once(':')?;
    let mut parts = rest.split(':');
    let first: String = parts.next()?.chars().filter(|c| *c != '_').collect();
    let mut value: f64 = first.parse().ok()?;
    for part in parts {
        value = value * 60.0 + sixtieth(part)? as f64;
    }
    sixtieth(last)?;
    let fraction: String = fraction.chars().filter(|c| *c != '_').collect();
    let last: f64 = format!("{last}.{fraction}").parse().ok()?;
    Some(value * 60.0 + last)
}

/// Whether a person who wrote `word` would miss digits, or find others.
fn is_float_changed(word: &str, number: &Number) -> bool {
    let written = word.strip_prefix('+').unwrap_or(word);
    let read = python_json::number_text(number);
    let same = read == written || read == format!("{written}0") || read == format!("0{written}");
    let scientific = written.contains(['e', 'E']) && !written.contains('_');
    !same && !scientific
}

/// A number of JSON or of an explicitly tagged scalar, as a value.
pub(super) fn explicit(kind: &str, text: &str) -> Option<Value> {
    let resolved = resolve(text);
    match (kind, resolved) {
        ("int", Scalar::Number(number, _)) if !number.is_f64() => Some(Value::Number(number)),
        ("float", Scalar::Number(number, _)) => {
            Number::from_f64(number.as_f64()?).map(Value::Number)
        }
        ("float", Scalar::Text) => text
            .parse()
            .ok()
            .and_then(Number::from_f64)
            .map(Value::Number),
        ("bool", Scalar::Bool(flag, _)) => Some(flag.into()),
        ("bool", Scalar::Text) => match text.to_ascii_lowercase().as_str() {
            "yes" | "true" | "on" => Some(true.into()),
            "no" | "false" | "off" => Some(false.into()),
            _ => None,
        },
        ("null", _) => Some(Value::Null),
        ("str" | "timestamp", _) => Some(text.into()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[track_caller]
    fn check(word: &str, expected: &str) {
        let read = match resolve(word) {
            Scalar::Null => "null".to_owned(),
            Scalar::Bool(flag, other) => format!("{flag}{}", if other { " !" } else { "" }),
            Scalar::Number(number, changed) => {
                format!(
                    "{}{}",
                    python_json::number_text(&number),
                    if changed { " !" } else { "" }
                )
            }
            Scalar::OutOfRange => "out of range".to_owned(),
            Scalar::Merge => "merge".to_owned(),
            Scalar::Equals => "equals".to_owned(),
            Scalar::Text => "text".to_owned(),
        };
        assert_eq!(read, expected, "{word}");
    }

    #[test]
    fn words_are_those_of_yaml_1_1() {
        for (word, expected) in [
            ("~", "null"),
            ("", "null"),
            ("Null", "null"),
            ("nULL", "text"),
            ("yes", "true !"),
            ("True", "true"),
            ("On", "true !"),
            ("oN", "text"),
            ("y", "text"),
            ("n", "text"),
            ("OFF", "false !"),
            ("0", "0"),
            ("00", "0 !"),
            ("-0", "0"),
            ("+1", "1"),
            ("-17", "-17"),
            ("0644", "420 !"),
            ("08", "text"),
            ("012345678901", "text"),
            ("012345670", "2739128 !"),
            ("0o17", "text"),
            ("0_7", "7 !"),
            ("1_000", "1000 !"),
            ("1__0", "10 !"),
            ("_1", "text"),
            ("0x1F", "31 !"),
            ("0x_1F", "31 !"),
            ("-0x10", "-16 !"),
            ("0b101", "5 !"),
            ("12:30", "750 !"),
            ("12:60", "text"),
            ("190:20:30", "685230 !"),
            ("1:2:3:4", "223384 !"),
            ("1:30.5", "90.5 !"),
            ("1.10", "1.1 !"),
            ("1.1", "1.1"),
            ("5.", "5.0"),
            (".5", "0.5"),
            ("-.5", "text"),
            ("-1.5", "-1.5"),
            ("1e3", "text"),
            ("1.0e3", "text"),
            ("1.0e+3", "1000.0"),
            ("685_230.15", "685230.15 !"),
            ("1.0", "1.0"),
            ("2.00", "2.0 !"),
            ("0.30000000000000004", "0.30000000000000004"),
            ("2010-09-09", "text"),
            ("2001-12-14t21:59:43.10-05:00", "text"),
            ("1.2.3", "text"),
            ("1,000", "text"),
            (".inf", "out of range"),
            ("-.INF", "out of range"),
            (".NaN", "out of range"),
            (".Nan", "text"),
            ("9223372036854775808", "9223372036854775808"),
            ("18446744073709551616", "out of range"),
            ("-9223372036854775809", "out of range"),
            ("1.0e+400", "out of range"),
            ("<<", "merge"),
            ("=", "equals"),
            ("-", "text"),
            ("+", "text"),
            (".", "text"),
            ("text", "text"),
        ] {
            check(word, expected);
        }
    }

    /// Words that look like numbers, dates and words, and what is near them.
    fn word() -> impl Strategy<Value = String> {
        prop_oneof![
            "[-+]?[0-9_.,:]{1,6}([eE][-+]?[0-9]{0,2})?",
            "[-+.]?0[xXoObB]?[0-9a-f_]{0,4}",
            "-?[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ][0-9:]{0,8})?",
            "[-+]?[.]?[a-zA-Z]{0,5}",
            "[-+.~=<ynYN0-9]{0,3}",
            prop::sample::select([NULLS, TRUE, FALSE, UNDEFINED].concat()).prop_map(str::to_owned),
        ]
    }

    proptest! {
        #[test]
        fn what_is_no_text_to_us_may_be_none_to_others(word in word()) {
            prop_assert!(
                word.is_empty() || resolve(&word) == Scalar::Text || may_be_no_text(&word),
                "{}", word
            );
        }
    }

    #[test]
    fn ordinary_text_is_text_to_all() {
        for text in [
            "arn:aws:iam::123456789012:role/x",
            "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app",
            "python3.13",
            "nodejs22.x",
            "app.handler",
            "10.0.0.0/16",
            "2012-10-17-x",
            "-v",
            "--verbose",
            ".env",
            "3rd party",
            "1.0.0-rc1",
            "no one",
            "One",
            "+x",
            "",
        ] {
            assert!(!may_be_no_text(text), "{text}");
        }
    }
}
