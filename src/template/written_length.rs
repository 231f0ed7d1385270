//! How long a value is when it is written.

use crate::tree::Value;

/// How many bytes a value has as compact JSON, without writing it.
pub(crate) fn written_length(value: &Value) -> usize {
    // One for each comma or closing bracket, and the opening one; nothing stands in place of the comma in an empty one.
    let list = |count: usize| 1 + count.max(1);
    match value {
        Value::Null => 4,
        Value::Bool(flag) => 5 - usize::from(*flag),
        Value::Number(number) => number.to_string().len(),
        Value::String(text) => written_text_length(text),
        Value::Array(items) => list(items.len()) + items.iter().map(written_length).sum::<usize>(),
        Value::Object(map) => {
            let entries = map.iter();
            list(map.len())
                + entries
                    .map(|(key, value)| written_text_length(key) + 1 + written_length(value))
                    .sum::<usize>()
        }
    }
}

fn written_text_length(text: &str) -> usize {
    let is_escaped = |byte: &u8| *byte < 0x20 || *byte == b'"' || *byte == b'\\';
    let is_long =
        |byte: &&u8| **byte < 0x20 && !matches!(**byte, b'\n' | b'\r' | b'\t' | 0x08 | 0x0c);
    // Counts that fit a byte let the compiler look at many bytes at a time.
    let escaped: usize = text
        .as_bytes()
        .chunks(0x80)
        .map(|chunk| {
            usize::from(
                chunk
                    .iter()
                    .map(|byte| u8::from(is_escaped(byte)))
                    .sum::<u8>(),
            )
        })
        .sum();
    let long = match escaped {
        0 => 0,
        _ => text.as_bytes().iter().filter(is_long).count(),
    };
    // `\"` for one character, `\u0000` for another.
    text.len() + 2 + escaped + 4 * long
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_what_is_written() {
        for text in [
            "null",
            "true",
            "false",
            "0",
            "-1.50",
            "1e30",
            "[]",
            "{}",
            "[[],{},[1,2]]",
            r#"{"a": "b", "c": [null, "d\n\"\\/\u0000\u001f\u007fé😀"], "\t": {"e": 1}}"#,
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(written_length(&value), value.to_string().len(), "{text}");
        }
    }
}
