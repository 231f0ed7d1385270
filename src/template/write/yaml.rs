//! YAML: short tags where they read back as the same tree, block scalars for text of several lines.

use super::text::{Seen, scalar};
use super::{CHUNK, indent, send};
use crate::language::python_json::number_text;
use crate::template::functions;
use crate::tree::{Map, Number, Text, Value};
use std::fmt::Write as _;
use std::io;

/// Sections whose entries stand apart.
const SPACED: &[&str] = &["Resources"];

/// Sections in which `{Condition: X}` is a function.
const OF_CONDITIONS: &[&str] = &["Conditions", "Rules"];

/// How wide a line may get by the arguments of a function, or by text with spaces.
const WIDTH: usize = 100;

/// How wide folded text is at least, however deep it stands.
const LEAST_WIDTH: usize = 40;

/// The longest key that YAML reads without a `?` before it, in bytes.
const LONGEST_KEY: usize = 900;

/// Writes a template's sections as YAML, with a comment over each entry of a section that `comment` has one for.
pub(super) fn write(
    out: &mut dyn io::Write,
    sections: &[(&Text, &Value)],
    comment: &dyn Fn(&str) -> Option<String>,
) -> io::Result<()> {
    if sections.is_empty() {
        return out.write_all(b"{}\n");
    }
    let mut writer = Writer {
        out: String::new(),
        in_conditions: false,
    };
    let mut previous_was_short = true;
    for (i, (name, value)) in sections.iter().enumerate() {
        let short = !value.is_object() && !value.is_array();
        if i > 0 && !(short && previous_was_short) {
            writer.out.push('\n');
        }
        previous_was_short = short;
        writer.in_conditions = OF_CONDITIONS.contains(&name.as_str());
        match value
            .as_object()
            .filter(|map| SPACED.contains(&name.as_str()) && !map.is_empty())
        {
            None => writer.entry(name, value, 0),
            Some(map) if short_function(value, false).is_none() => {
                writer.key(name, 0);
                writer.out.push('\n');
                for (i, (id, resource)) in map.iter().enumerate() {
                    if i > 0 {
                        writer.out.push('\n');
                    }
                    if let Some(text) = comment(id) {
                        writer.comment(&text, 2);
                    }
                    writer.indent(2);
                    writer.entry(id, resource, 2);
                    send(&mut writer.out, out, CHUNK)?;
                }
            }
            Some(_) => writer.entry(name, value, 0),
        }
    }
    send(&mut writer.out, out, 0)
}

struct Writer {
    out: String,
    in_conditions: bool,
}

/// What a map with one entry is as a short tag: the tag and the argument.
fn short_function(value: &Value, in_conditions: bool) -> Option<(&'static str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (key, argument) = map.iter().next()?;
    let name = functions::short_name_of(key)?;
    if name == "Condition" && !in_conditions {
        return None;
    }
    let fits = match argument {
        Value::String(_) => name != "GetAtt",
        Value::Array(_) => !matches!(name, "Ref" | "Condition"),
        // A tag cannot stand directly behind a tag.
        Value::Object(_) => {
            name == "Transform" && short_function(argument, in_conditions).is_none()
        }
        _ => false,
    };
    fits.then_some((name, argument))
}

/// The text that `!GetAtt` splits into exactly these items.
fn get_att_text(argument: &Value) -> Option<String> {
    match argument.as_array()?.as_slice() {
        [Value::String(id), Value::String(attribute)] if !id.contains('.') => {
            Some([id, ".", attribute].concat())
        }
        _ => None,
    }
}

impl Writer {
    fn indent(&mut self, depth: usize) {
        indent(&mut self.out, depth);
    }

    /// Lines that no reader takes for anything, indented by `depth`.
    fn comment(&mut self, text: &str, depth: usize) {
        for line in text.lines() {
            self.indent(depth);
            self.out.push_str("# ");
            for character in line.chars() {
                if may_stand_in_comment(character) {
                    self.out.push(character);
                } else {
                    self.out.extend(character.escape_unicode());
                }
            }
            self.out.push('\n');
        }
    }

    /// How far the current line has got.
    fn column(&self) -> usize {
        self.out.len() - self.out.rfind('\n').map_or(0, |at| at + 1)
    }

    /// `name:`, its first line being indented already by `depth`.
    fn key(&mut self, name: &str, depth: usize) {
        let start = self.out.len();
        scalar(&mut self.out, name, false);
        if self.out.len() - start > LONGEST_KEY {
            self.out.insert_str(start, "? ");
            self.out.push('\n');
            self.indent(depth);
        }
        self.out.push(':');
    }

    /// `name: value`, its first line being indented already by `depth`.
    fn entry(&mut self, name: &str, value: &Value, depth: usize) {
        self.key(name, depth);
        self.value(value, depth);
    }

    /// A value behind `key:` or `-` of a line that is indented by `depth`, with the line's end.
    fn value(&mut self, value: &Value, depth: usize) {
        if let Some((name, argument)) = short_function(value, self.in_conditions) {
            self.out.push_str(" !");
            self.out.push_str(name);
            self.argument(name, argument, depth);
            return;
        }
        match value {
            Value::Object(map) if !map.is_empty() => {
                self.out.push('\n');
                self.map(map, depth + 2);
            }
            Value::Array(items) if !items.is_empty() => {
                self.out.push('\n');
                self.list(items, depth + 2);
            }
            other => {
                self.out.push(' ');
                self.leaf(other, depth);
            }
        }
    }

    fn argument(&mut self, name: &str, argument: &Value, depth: usize) {
        if name == "GetAtt"
            && let Some(text) = get_att_text(argument)
        {
            self.out.push(' ');
            scalar(&mut self.out, &text, false);
            self.out.push('\n');
            return;
        }
        match argument {
            Value::Array(items) if !items.is_empty() => {
                let start = self.out.len();
                let limit = start + 1 + WIDTH.saturating_sub(self.column());
                self.out.push(' ');
                if self.flow(argument, limit) {
                    self.out.push('\n');
                } else {
                    self.out.truncate(start);
                    self.out.push('\n');
                    self.list(items, depth + 2);
                }
            }
            Value::Object(map) if !map.is_empty() => {
                self.out.push('\n');
                self.map(map, depth + 2);
            }
            other => {
                self.out.push(' ');
                self.leaf(other, depth);
            }
        }
    }

    fn map(&mut self, map: &Map, depth: usize) {
        for (name, value) in map {
            self.indent(depth);
            self.entry(name, value, depth);
        }
    }

    fn list(&mut self, items: &[Value], depth: usize) {
        for item in items {
            self.indent(depth);
            self.out.push('-');
            match item {
                Value::Object(map)
                    if !map.is_empty() && short_function(item, self.in_conditions).is_none() =>
                {
                    for (i, (name, value)) in map.iter().enumerate() {
                        if i == 0 {
                            self.out.push(' ');
                        } else {
                            self.indent(depth + 2);
                        }
                        self.entry(name, value, depth + 2);
                    }
                }
                other => self.value(other, depth),
            }
        }
    }

    /// A value without entries, and the line's end.
    fn leaf(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(value) => number(&mut self.out, value),
            Value::String(text) => {
                let seen = Seen::of(text);
                let width = WIDTH.saturating_sub(depth + 2).max(LEAST_WIDTH);
                if let Some(lines) = seen.folded(width) {
                    self.block('>', text, lines.into_iter(), depth + 2);
                    return;
                }
                if seen.fits_block() {
                    let body = text.strip_suffix('\n').unwrap_or(text);
                    self.block('|', text, body.split('\n'), depth + 2);
                    return;
                }
                seen.write(&mut self.out, false);
            }
            Value::Array(_) => self.out.push_str("[]"),
            Value::Object(_) => self.out.push_str("{}"),
        }
        self.out.push('\n');
    }

    /// The lines of a text, each of them indented by `depth`.
    fn block<'a>(
        &mut self,
        style: char,
        text: &str,
        lines: impl Iterator<Item = &'a str>,
        depth: usize,
    ) {
        self.out.push(style);
        if text.trim_start_matches('\n').starts_with(' ') {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        }
        self.out.push('\n');
        for line in lines {
            if !line.is_empty() {
                self.indent(depth);
                self.out.push_str(line);
            }
            self.out.push('\n');
        }
    }

    /// Writes a value on one line, in brackets; says no where the text gets longer than `limit`, or has several lines.
    fn flow(&mut self, value: &Value, limit: usize) -> bool {
        if self.out.len() > limit {
            return false;
        }
        if let Some((name, argument)) = short_function(value, self.in_conditions) {
            self.out.push('!');
            self.out.push_str(name);
            self.out.push(' ');
            if let Some(text) = get_att_text(argument).filter(|_| name == "GetAtt") {
                scalar(&mut self.out, &text, true);
                return self.out.len() <= limit;
            }
            return self.flow(argument, limit);
        }
        match value {
            Value::Array(items) => {
                self.out.push('[');
                for (i, item) in items.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    if !self.flow(item, limit) {
                        return false;
                    }
                }
                self.out.push(']');
            }
            Value::Object(map) => {
                self.out.push('{');
                for (i, (name, value)) in map.iter().enumerate() {
                    if i > 0 {
                        self.out.push_str(", ");
                    }
                    scalar(&mut self.out, name, true);
                    self.out.push_str(": ");
                    if name.len() > LONGEST_KEY || !self.flow(value, limit) {
                        return false;
                    }
                }
                self.out.push('}');
            }
            Value::String(text) => {
                let seen = Seen::of(text);
                if seen.has_lines() {
                    return false;
                }
                seen.write(&mut self.out, true);
            }
            Value::Number(value) => number(&mut self.out, value),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Null => self.out.push_str("null"),
        }
        self.out.len() <= limit
    }
}

/// Whether every reader of YAML lets a character pass in a comment, and ends no line at it.
fn may_stand_in_comment(character: char) -> bool {
    !matches!(
        character,
        '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'
    )
}

/// A number as every reader reads it: YAML 1.1 wants a point before an exponent.
fn number(out: &mut String, number: &Number) {
    let text = number_text(number);
    match text.split_once('e') {
        Some((mantissa, exponent)) if !mantissa.contains('.') => {
            let _ = write!(out, "{mantissa}.0e{exponent}");
        }
        _ => out.push_str(&text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::template::{Format, Template, read};
    use crate::tree::json;

    #[track_caller]
    fn check(value: Value, expected: &str) {
        let Value::Object(map) = json!({ "k": value }) else {
            unreachable!()
        };
        let template = Template(map);
        let text = crate::template::write(&template, Format::Yaml);
        assert_eq!(text, expected.replace("\n        ", "\n"));
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.template, template, "{text}");
    }

    #[test]
    fn functions_are_short_tags() {
        check(json!({"Ref": "A"}), "k: !Ref A\n");
        check(json!({"Fn::GetAtt": ["A", "B.C"]}), "k: !GetAtt A.B.C\n");
        check(json!({"Fn::GetAtt": "A.B"}), "k:\n  Fn::GetAtt: A.B\n");
        check(json!({"Fn::GetAtt": ["A.B", "C"]}), "k: !GetAtt [A.B, C]\n");
        check(json!({"Fn::Sub": "${A}-x: y"}), "k: !Sub '${A}-x: y'\n");
        check(
            json!({"Fn::If": ["C", {"Ref": "A"}, {"Fn::GetAtt": ["B", "Arn"]}]}),
            "k: !If [C, !Ref A, !GetAtt B.Arn]\n",
        );
        check(
            json!({"Fn::Base64": {"Fn::Sub": "x"}}),
            "k:\n  Fn::Base64: !Sub x\n",
        );
        check(
            json!({"Fn::Select": [0, {"Fn::GetAZs": ""}]}),
            "k: !Select [0, !GetAZs '']\n",
        );
        check(json!({"Ref": 1}), "k:\n  Ref: 1\n");
        check(json!({"Condition": "x"}), "k:\n  Condition: x\n");
        check(json!({"Fn::Unknown": "x"}), "k:\n  Fn::Unknown: x\n");
        check(
            json!([{"Ref": "A"}, {"a": 1, "b": {"Ref": "B"}}]),
            "k:\n  - !Ref A\n  - a: 1\n    b: !Ref B\n",
        );
    }

    #[test]
    fn quotes_stand_where_they_must() {
        for (text, written) in [
            ("plain text", "plain text"),
            ("yes", "'yes'"),
            ("y", "'y'"),
            ("", "''"),
            ("0644", "'0644'"),
            ("08", "'08'"),
            ("1.10", "'1.10'"),
            ("2012-10-17", "'2012-10-17'"),
            ("2012-10-17-x", "2012-10-17-x"),
            ("~", "'~'"),
            ("it's", "it's"),
            ("'x'", "\"'x'\""),
            ("'*'", "\"'*'\""),
            ("'\"'", "'''\"'''"),
            ("it's: x", "\"it's: x\""),
            ("1.2.3", "'1.2.3'"),
            ("10.0.0.0/16", "10.0.0.0/16"),
            ("012345678912", "'012345678912'"),
            ("12345e67", "'12345e67'"),
            ("1,000", "'1,000'"),
            ("0o17", "'0o17'"),
            ("._1", "'._1'"),
            (".", "'.'"),
            ("-e", "-e"),
            ("e5", "'e5'"),
            ("+.Inf", "'+.Inf'"),
            ("2012-1-1", "'2012-1-1'"),
            (":a", "':a'"),
            ("a: b", "'a: b'"),
            ("a:b", "a:b"),
            ("a #b", "'a #b'"),
            ("a#b", "a#b"),
            ("- a", "'- a'"),
            ("-a", "-a"),
            ("@a", "'@a'"),
            ("a\tb", "\"a\\tb\""),
            ("\u{1}", "\"\\x01\""),
            ("é 𝄞", "é 𝄞"),
            ("=", "'='"),
            ("<<", "'<<'"),
            ("{a}", "'{a}'"),
            ("a{b}", "a{b}"),
            (" a", "' a'"),
            ("a:", "'a:'"),
            ("1e3", "'1e3'"),
            ("12:30", "'12:30'"),
            ("*", "'*'"),
            ("x\u{2028}y", "\"x\\u2028y\""),
        ] {
            check(json!(text), &format!("k: {written}\n"));
        }
    }

    #[test]
    fn text_of_several_lines_is_a_block() {
        check(json!("a\nb\n"), "k: |\n  a\n  b\n");
        check(json!("a\n\n b"), "k: |-\n  a\n\n   b\n");
        check(json!("  a\nb\n"), "k: |2\n    a\n  b\n");
        check(json!("a\n\n"), "k: \"a\\n\\n\"\n");
        check(json!({"Fn::Sub": "a\n${b}\n"}), "k: !Sub |\n  a\n  ${b}\n");
        check(json!(["a\nb"]), "k:\n  - |-\n    a\n    b\n");
    }

    #[test]
    fn long_text_is_folded() {
        let words = |count| {
            ["words"; 17]
                .iter()
                .take(count)
                .copied()
                .collect::<Vec<_>>()
                .join(" ")
        };
        check(json!(words(16)), &format!("k: {}\n", words(16)));
        let folded = format!("  {}\n  words\n", words(16));
        check(json!(words(17)), &format!("k: >-\n{folded}"));
        check(json!(words(17) + "\n"), &format!("k: >\n{folded}"));
        check(
            json!([{ "Fn::Sub": words(17) }]),
            &format!("k:\n  - !Sub >-\n    {}\n    words\n", words(16)),
        );
        // Two spaces are no place to break a line.
        check(
            json!(words(16) + "  words"),
            &format!("k: >-\n  {}\n  words  words\n", words(15)),
        );
        let unbroken = "x".repeat(200);
        check(json!(unbroken.clone()), &format!("k: {unbroken}\n"));
    }

    #[test]
    fn numbers_and_empty_values_stay_what_they_are() {
        check(
            json!([1, 1.0, 1e16, 1e-7, null, true, [], {}]),
            "k:\n  - 1\n  - 1.0\n  - 1.0e+16\n  - 1.0e-07\n  - null\n  - true\n  - []\n  - {}\n",
        );
        check(
            json!([[1], [[2]]]),
            "k:\n  -\n    - 1\n  -\n    -\n      - 2\n",
        );
    }
}
