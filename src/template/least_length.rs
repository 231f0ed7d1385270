//! How long a value is when it is written, at the least.

use crate::tree::{Text, Value};

/// How many bytes a value has at least as compact JSON, without writing it: as many as if nothing in its texts had to be
/// escaped, and numbers had a digit.
///
/// All that a transform makes is measured so. So it must cost little, and looks at no text.
pub(crate) fn least_length(value: &Value) -> usize {
    const QUOTES: usize = 2;
    // A comma behind each, or the closing bracket; and the opening one.
    let list = |count: usize| 1 + count.max(1);
    match value {
        Value::Null | Value::Bool(true) => 4,
        Value::Bool(false) => 5,
        Value::Number(_) => 1,
        Value::String(text) => QUOTES + text.len(),
        Value::Array(items) => list(items.len()) + items.iter().map(least_length).sum::<usize>(),
        Value::Object(map) => {
            let entry = |(key, value): (&Text, _)| QUOTES + key.len() + 1 + least_length(value);
            list(map.len()) + map.iter().map(entry).sum::<usize>()
        }
    }
}

/// How many bytes of the output are counted for a copy of a value: as many as it has at least, and more for each map and
/// list, which an empty one has only in memory.
pub(crate) fn weight(value: &Value) -> usize {
    const NODE: usize = 16;
    fn nodes(value: &Value) -> usize {
        match value {
            Value::Array(items) => 1 + items.iter().map(nodes).sum::<usize>(),
            Value::Object(map) => 1 + map.values().map(nodes).sum::<usize>(),
            _ => 0,
        }
    }
    least_length(value) + NODE * nodes(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_those_of_what_is_written() {
        for (text, more) in [
            ("null", 0),
            ("true", 0),
            ("false", 0),
            ("0", 0),
            ("-1.5", 3),
            ("[]", 0),
            ("{}", 0),
            ("[[],{},[1,2]]", 0),
            (r#"{"a":"b","c":[null,"é😀"],"d":{"e":1}}"#, 0),
            (r#"["\n\"","\u0001"]"#, 2 + 5),
        ] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(value.to_string(), text);
            assert_eq!(least_length(&value) + more, text.len(), "{text}");
        }
    }
}
