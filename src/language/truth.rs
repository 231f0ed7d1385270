//! What counts as true, and as equal, to the reference: its language is Python.
//!
//! `""`, `0`, `0.0`, `[]`, `{}`, `false` and null are false, everything else is true; `1`, `1.0` and `true` are equal.

use crate::tree::Value;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Whether `value` counts as true; an absent property counts as null.
pub(crate) fn is_truthy(value: Option<&Value>) -> bool {
    match value {
        None | Some(Value::Null) => false,
        Some(Value::Bool(flag)) => *flag,
        Some(Value::Number(number)) => number.as_f64() != Some(0.0),
        Some(Value::String(text)) => !text.is_empty(),
        Some(Value::Array(items)) => !items.is_empty(),
        Some(Value::Object(map)) => !map.is_empty(),
    }
}

/// Whether two values are equal: numbers by value, booleans as 0 and 1, maps without regard to order.
pub(crate) fn equal(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| equal(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| equal(a, b)))
        }
        _ => match (number(a), number(b)) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

/// Whether all that a value says stands in another: maps may hold more there.
pub(crate) fn is_within(given: &Value, other: &Value) -> bool {
    match (given, other) {
        (Value::Object(given), Value::Object(other)) => given
            .iter()
            .all(|(key, given)| other.get(key).is_some_and(|other| is_within(given, other))),
        _ => equal(given, other),
    }
}

/// A number that is the same for values that are [`equal`].
pub(crate) fn likeness(value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Array(items) => {
            hasher.write_u8(1);
            items
                .iter()
                .for_each(|item| hasher.write_u64(likeness(item)));
        }
        Value::Object(map) => {
            hasher.write_u8(2);
            let entries = map
                .iter()
                .map(|(key, value)| entry_likeness(key, likeness(value)));
            hasher.write_u64(entries.fold(0, u64::wrapping_add));
        }
        Value::String(text) => text.as_str().hash(&mut hasher),
        Value::Null => hasher.write_u8(3),
        Value::Bool(_) | Value::Number(_) => {
            // Of the two zeros, which are equal, there is one.
            let number = number(value).unwrap_or_default() + 0.0;
            hasher.write_u64(number.to_bits());
        }
    }
    hasher.finish()
}

/// What an entry of a map adds to its likeness, whatever its place.
pub(crate) fn entry_likeness(key: &str, value: u64) -> u64 {
    let mut hasher = DefaultHasher::new();
    (key, value).hash(&mut hasher);
    hasher.finish()
}

/// A number's value, or a boolean's as the number that it equals.
fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        _ => None,
    }
}
