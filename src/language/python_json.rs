//! Python's JSON text of a value: what SAM's logical ids are hashed from, and how it writes state machines.
//!
//! `json.dumps(value, sort_keys=True)`: keys in the order of their code points, everything beyond ASCII as `\uXXXX`,
//! floats as Python's `repr` gives them.

use crate::tree::{Map, Number, Value};
use std::fmt::Write as _;

/// Room for what is hashed of most functions.
const ROOM: usize = 512;

/// Without spaces: `json.dumps(value, separators=(",", ":"), sort_keys=True)`.
pub(crate) fn compact(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, None);
    text
}

/// The same of a map that is given as its entries; later entries of a key win.
pub(crate) fn compact_entries<'a>(
    entries: impl IntoIterator<Item = (&'a str, &'a Value)>,
) -> String {
    let mut sorted: Vec<(&str, &Value)> = Vec::new();
    for (key, value) in entries {
        match sorted.binary_search_by_key(&key, |(known, _)| known) {
            Ok(at) => {
                if let Some(slot) = sorted.get_mut(at) {
                    slot.1 = value;
                }
            }
            Err(at) => sorted.insert(at, (key, value)),
        }
    }
    let mut text = String::with_capacity(ROOM);
    write_map(&mut text, &sorted, None);
    text
}

/// In lines: `json.dumps(value, indent=4, separators=(",", ": "), sort_keys=True)`.
pub(crate) fn indented(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, Some(0));
    text
}

/// `indent` is how deep the value stands, where lines are wanted.
fn write_value(text: &mut String, value: &Value, indent: Option<usize>) {
    match value {
        Value::Null => text.push_str("null"),
        Value::Bool(true) => text.push_str("true"),
        Value::Bool(false) => text.push_str("false"),
        Value::Number(number) => text.push_str(&number_text(number)),
        Value::String(string) => write_string(text, string),
        Value::Array(items) => write_list(text, items, indent),
        Value::Object(map) => write_map(text, &sorted(map), indent),
    }
}

fn sorted(map: &Map) -> Vec<(&str, &Value)> {
    let mut entries: Vec<(&str, &Value)> = map
        .iter()
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    entries
}

fn write_list(text: &mut String, items: &[Value], indent: Option<usize>) {
    if items.is_empty() {
        text.push_str("[]");
        return;
    }
    let inner = indent.map(|depth| depth + 1);
    text.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        break_line(text, inner);
        write_value(text, item, inner);
    }
    break_line(text, indent);
    text.push(']');
}

fn write_map(text: &mut String, entries: &[(&str, &Value)], indent: Option<usize>) {
    if entries.is_empty() {
        text.push_str("{}");
        return;
    }
    let inner = indent.map(|depth| depth + 1);
    text.push('{');
    for (i, (key, value)) in entries.iter().enumerate() {
        if i > 0 {
            text.push(',');
        }
        break_line(text, inner);
        write_string(text, key);
        text.push_str(if inner.is_some() { ": " } else { ":" });
        write_value(text, value, inner);
    }
    break_line(text, indent);
    text.push('}');
}

fn break_line(text: &mut String, indent: Option<usize>) {
    if let Some(depth) = indent {
        text.push('\n');
        for _ in 0..depth {
            text.push_str("    ");
        }
    }
}

pub(super) fn write_string(text: &mut String, string: &str) {
    text.push('"');
    let is_clean = |clean, byte| clean & matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
    if string.bytes().fold(true, is_clean) {
        text.push_str(string);
        text.push('"');
        return;
    }
    for c in string.chars() {
        match c {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            '\t' => text.push_str("\\t"),
            '\u{8}' => text.push_str("\\b"),
            '\u{c}' => text.push_str("\\f"),
            ' '..='~' => text.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    // Writing to a string cannot fail.
                    let _ = write!(text, "\\u{unit:04x}");
                }
            }
        }
    }
    text.push('"');
}

/// A number as Python prints it: `512`, `512.0`, `1e+16`, `1.5e-07`.
pub(crate) fn number_text(number: &Number) -> String {
    match number.as_f64() {
        Some(float) if number.is_f64() => float_text(float),
        _ => number.to_string(),
    }
}

/// Python's `repr` of a float: the shortest digits that read back, with an exponent below 1e-4 and from 1e16 on.
fn float_text(float: f64) -> String {
    let scientific = format!("{float:e}");
    let Some((mantissa, exponent)) = scientific.split_once('e') else {
        return scientific;
    };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if !(-4..16).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    let plain = format!("{float}");
    if plain.contains('.') {
        plain
    } else {
        plain + ".0"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn text_is_what_python_writes() {
        let value = json!({"b": [1, 1.5, 512.0, 1e16, 1e-5, 0.0001, -0.0], "a": "é 𝄞 \u{7f}\u{1}\n\"\\/", "": null, "B": true});
        assert_eq!(
            compact(&value),
            r#"{"":null,"B":true,"a":"\u00e9 \ud834\udd1e \u007f\u0001\n\"\\/","b":[1,1.5,512.0,1e+16,1e-05,0.0001,-0.0]}"#
        );
        assert_eq!(
            indented(&json!({"b": [], "a": {"x": [1, {}]}})),
            "{\n    \"a\": {\n        \"x\": [\n            1,\n            {}\n        ]\n    },\n    \"b\": []\n}"
        );
    }
}
