//! Values and places in a few words.

use crate::language::intrinsics::argument;
use crate::place::Step;
use crate::tree::Value;
use std::fmt::Write as _;

/// How many characters of a value are shown.
const WIDTH: usize = 64;

/// How many of them stand before the first that differs.
const CONTEXT: usize = 16;

/// `Environment.Variables.TABLE`, `Layers[0]`
pub(super) fn steps(steps: &[Step]) -> String {
    let mut text = String::new();
    for (at, step) in steps.iter().enumerate() {
        // Writing to a string cannot fail.
        let _ = match step {
            Step::Key(key) if at == 0 => write!(text, "{}", printable(key)),
            Step::Key(key) => write!(text, ".{}", printable(key)),
            Step::Index(index) => write!(text, "[{index}]"),
        };
    }
    text
}

/// Two values, each in one short line; of long ones what differs.
pub(super) fn pair(old: Option<&Value>, new: Option<&Value>) -> (String, String) {
    let whole = |value: Option<&Value>| value.map(|value| printable(&in_words(value)));
    match (whole(old), whole(new)) {
        (Some(old), Some(new)) => {
            let same = old.chars().zip(new.chars()).take_while(|(a, b)| a == b);
            let same = same.count();
            let longest = old.chars().count().max(new.chars().count());
            // What they begin with is left out as far as that makes room.
            let skipped = if longest > WIDTH {
                same.saturating_sub(CONTEXT)
            } else {
                0
            };
            (cut(&old, skipped), cut(&new, skipped))
        }
        (old, new) => {
            let shown = |text: Option<String>| text.map(|text| cut(&text, 0));
            (
                shown(old).unwrap_or_default(),
                shown(new).unwrap_or_default(),
            )
        }
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) if is_plain(text) => text.to_string(),
        Value::Object(_) => {
            if let Some(Value::String(name)) = argument(value, "Ref") {
                return format!("!Ref {name}");
            }
            if let Some(Value::Array(names)) = argument(value, "Fn::GetAtt") {
                let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                return format!("!GetAtt {}", names.join("."));
            }
            if let Some(Value::String(text)) = argument(value, "Fn::Sub") {
                return format!("!Sub {}", Value::from(text));
            }
            value.to_string()
        }
        other => other.to_string(),
    }
}

/// Whether a text is clear without quotes.
fn is_plain(text: &str) -> bool {
    !text.is_empty()
        && text.trim() == text
        && !text.contains(['"', '\'', '`', '\n'])
        && !text.contains(" → ")
}

/// As much of a text as is shown, without so many characters at its beginning.
fn cut(text: &str, skipped: usize) -> String {
    let start = text
        .char_indices()
        .nth(skipped)
        .map_or(text.len(), |(at, _)| at);
    let text = text.get(start..).unwrap_or_default();
    let before = if skipped > 0 { "…" } else { "" };
    match text.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{before}{}…", text.get(..at).unwrap_or_default()),
        None => format!("{before}{text}"),
    }
}

/// A text that can be shown on any terminal: control and bidirectional characters are escaped.
pub(super) fn printable(text: &str) -> String {
    text.chars()
        .flat_map(|c| {
            let is_bidirectional = matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
            let escaped = (c.is_control() || is_bidirectional).then(|| c.escape_default());
            let plain = escaped.is_none().then_some(c);
            escaped.into_iter().flatten().chain(plain)
        })
        .collect()
}
