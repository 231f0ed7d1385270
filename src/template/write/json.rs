//! JSON, a line for each value.

use super::{CHUNK, indent, send};
use crate::tree::{Text, Value};
use std::fmt::Write as _;
use std::io;

/// Writes a template's sections as JSON.
pub(super) fn write(out: &mut dyn io::Write, sections: &[(&Text, &Value)]) -> io::Result<()> {
    let mut writer = Writer {
        text: String::new(),
        out,
    };
    writer.map(sections.iter().copied(), 0)?;
    writer.text.push('\n');
    send(&mut writer.text, writer.out, 0)
}

/// Writes a value on one line, as short as JSON can be.
pub(crate) fn compact(out: &mut String, value: &Value) {
    match value {
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                compact(out, item);
            }
            out.push(']');
        }
        Value::Object(map) => {
            out.push('{');
            for (i, (key, value)) in map.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                string(out, key);
                out.push(':');
                compact(out, value);
            }
            out.push('}');
        }
        leaf => write_leaf(out, leaf),
    }
}

/// A value that is neither a list nor a map.
fn write_leaf(out: &mut String, value: &Value) {
    match value {
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{number}");
        }
        Value::String(text) => string(out, text),
        Value::Null | Value::Array(_) | Value::Object(_) => out.push_str("null"),
    }
}

struct Writer<'a> {
    text: String,
    out: &'a mut dyn io::Write,
}

impl Writer<'_> {
    fn value(&mut self, value: &Value, depth: usize) -> io::Result<()> {
        match value {
            Value::Array(items) => self.list(items, depth),
            Value::Object(map) => self.map(map.iter(), depth),
            leaf => {
                write_leaf(&mut self.text, leaf);
                Ok(())
            }
        }
    }

    fn list(&mut self, items: &[Value], depth: usize) -> io::Result<()> {
        self.text.push('[');
        for (i, item) in items.iter().enumerate() {
            self.begin_line(i, depth + 2);
            self.value(item, depth + 2)?;
        }
        self.end_lines(items.len(), depth);
        self.text.push(']');
        Ok(())
    }

    fn map<'a>(
        &mut self,
        entries: impl ExactSizeIterator<Item = (&'a Text, &'a Value)>,
        depth: usize,
    ) -> io::Result<()> {
        let count = entries.len();
        self.text.push('{');
        for (i, (key, value)) in entries.enumerate() {
            self.begin_line(i, depth + 2);
            string(&mut self.text, key);
            self.text.push_str(": ");
            self.value(value, depth + 2)?;
            send(&mut self.text, self.out, CHUNK)?;
        }
        self.end_lines(count, depth);
        self.text.push('}');
        Ok(())
    }

    fn begin_line(&mut self, position: usize, depth: usize) {
        self.text.push_str(if position > 0 { ",\n" } else { "\n" });
        indent(&mut self.text, depth);
    }

    fn end_lines(&mut self, count: usize, depth: usize) {
        if count > 0 {
            self.text.push('\n');
            indent(&mut self.text, depth);
        }
    }
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    // Looked at as a whole, most texts are done in a few steps.
    let is_clean = |clean, byte| clean & (byte >= b' ') & (byte != b'"') & (byte != b'\\');
    if text.bytes().fold(true, is_clean) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut from = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(text.get(from..at).unwrap_or_default());
        from = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x8 => out.push_str("\\b"),
            0xc => out.push_str("\\f"),
            control => {
                let _ = write!(out, "\\u{control:04x}");
            }
        }
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out.push('"');
}

#[cfg(test)]
mod tests {
    use crate::template::{Format, Template, write};
    use crate::tree::{Map, Value, json};

    #[test]
    fn text_is_what_serde_json_writes() {
        let all: String = ('\0'..='\u{ff}').chain(['\u{2028}', '𝄞']).collect();
        let value = json!([all, "", 1, -1, 1.0, 1e16, 1e-7, 0.1, u64::MAX, null, true, false, [], {}, [[]], { "a": {}, "é\n": [{}] }]);
        let template = Template(Map::from([("k", value)]));
        let wanted = serde_json::to_string_pretty(&Value::Object(template.0.clone())).unwrap();
        assert_eq!(write(&template, Format::Json), wanted + "\n");
        let mut line = String::new();
        super::compact(&mut line, &Value::Object(template.0.clone()));
        assert_eq!(line, serde_json::to_string(&template.0).unwrap());
        assert_eq!(write(&Template::default(), Format::Json), "{}\n");
    }
}
