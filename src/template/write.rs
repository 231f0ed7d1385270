//! Template tree to text: YAML that a person would have written, or pretty JSON.
//!
//! Short tags where they read back as the same tree, block scalars for text of several lines, quotes exactly where a
//! YAML 1.1 reader would otherwise read another value. Sections come in CloudFormation's usual order; inside a section
//! the tree's order stays.

use super::read::is_function;
use super::scalars::{self, Scalar};
use super::{Format, Template};
use crate::language::python_json::number_text;
use crate::tree::{Map, Number, Text, Value};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::fmt::Write as _;
use std::io::{self, Write as _};

/// The sections in the order of CloudFormation's user guide ("template anatomy"), SAM's `Globals` before `Resources`.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Transform",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Hooks",
    "Globals",
    "Resources",
    "Outputs",
];

/// Sections whose entries stand apart.
const SPACED: &[&str] = &["Resources"];

/// Sections in which `{Condition: X}` is a function.
const OF_CONDITIONS: &[&str] = &["Conditions", "Rules"];

/// How wide a line may get by the arguments of a function.
const WIDTH: usize = 100;

/// The longest key that YAML reads without a `?` before it, in bytes.
const LONGEST_KEY: usize = 900;

/// As much as most lines are indented.
const SPACES: &str = "                                ";

/// How much text is held before it goes out, in bytes.
const CHUNK: usize = 1 << 16;

/// Writes a template as text that ends with a line feed.
pub fn write(template: &Template, format: Format) -> String {
    let mut text = Vec::new();
    // Neither does a vector refuse what is written to it, nor is any of it no UTF-8.
    let _ = write_to(&mut text, template, format);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a template to `out`, as [`write()`] does, holding little of the text at once.
///
/// # Errors
///
/// Those of `out`.
pub fn write_to(out: &mut dyn io::Write, template: &Template, format: Format) -> io::Result<()> {
    let mut sections: Vec<(&Text, &Value)> = template.0.iter().collect();
    let place = |name: &str| {
        SECTIONS
            .iter()
            .position(|known| *known == name)
            .unwrap_or(SECTIONS.len())
    };
    sections.sort_by_key(|(name, _)| place(name));
    match format {
        Format::Json => {
            let mut out = io::BufWriter::with_capacity(CHUNK, out);
            serde_json::to_writer_pretty(&mut out, &Ordered(&sections))?;
            out.write_all(b"\n")?;
            out.flush()
        }
        Format::Yaml => yaml(out, &sections),
    }
}

struct Ordered<'a>(&'a [(&'a Text, &'a Value)]);

impl Serialize for Ordered<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

fn yaml(out: &mut dyn io::Write, sections: &[(&Text, &Value)]) -> io::Result<()> {
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
            .filter(|map| SPACED.contains(&name.as_str()) && map.len() > 1)
        {
            None => writer.entry(name, value, 0),
            Some(map) if short_function(value, false).is_none() => {
                writer.key(name, 0);
                writer.out.push('\n');
                for (i, (id, resource)) in map.iter().enumerate() {
                    if i > 0 {
                        writer.out.push('\n');
                    }
                    writer.indent(2);
                    writer.entry(id, resource, 2);
                    writer.send(out, CHUNK)?;
                }
            }
            Some(_) => writer.entry(name, value, 0),
        }
    }
    writer.send(out, 0)
}

struct Writer {
    out: String,
    in_conditions: bool,
}

/// What a map with one entry is as a short tag: the tag and the argument.
fn short_function(value: &Value, in_conditions: bool) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (key, argument) = map.iter().next()?;
    let name = match key.as_str() {
        "Ref" => "Ref",
        "Condition" if in_conditions => "Condition",
        key => key.strip_prefix("Fn::")?,
    };
    // The prefix decides: `Fn::Ref` is no `!Ref`.
    if matches!(name, "Ref" | "Condition") && key.starts_with("Fn::") {
        return None;
    }
    if !is_function(name) {
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
    let items: Option<Vec<&str>> = argument.as_array()?.iter().map(Value::as_str).collect();
    match items?.as_slice() {
        [id, attribute] if !id.contains('.') => Some(format!("{id}.{attribute}")),
        _ => None,
    }
}

impl Writer {
    /// Sends on what is there, where it is more than `limit` bytes. Only at the end of a line.
    fn send(&mut self, out: &mut dyn io::Write, limit: usize) -> io::Result<()> {
        if self.out.len() > limit {
            out.write_all(self.out.as_bytes())?;
            self.out.clear();
        }
        Ok(())
    }

    fn indent(&mut self, depth: usize) {
        let mut left = depth;
        while left > 0 {
            let part = left.min(SPACES.len());
            self.out.push_str(SPACES.get(..part).unwrap_or_default());
            left -= part;
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
                if fits_block(text) {
                    self.block(text, depth + 2);
                    return;
                }
                scalar(&mut self.out, text, false);
            }
            Value::Array(_) => self.out.push_str("[]"),
            Value::Object(_) => self.out.push_str("{}"),
        }
        self.out.push('\n');
    }

    /// Text of several lines, each of them indented by `depth`.
    fn block(&mut self, text: &str, depth: usize) {
        self.out.push('|');
        if text.trim_start_matches('\n').starts_with(' ') {
            self.out.push('2');
        }
        if !text.ends_with('\n') {
            self.out.push('-');
        }
        self.out.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
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
                if text.contains('\n') {
                    return false;
                }
                scalar(&mut self.out, text, true);
            }
            Value::Number(value) => number(&mut self.out, value),
            Value::Bool(flag) => self.out.push_str(if *flag { "true" } else { "false" }),
            Value::Null => self.out.push_str("null"),
        }
        self.out.len() <= limit
    }
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

/// What a byte of a text means for how it is written.
mod class {
    /// Not ASCII, or a control character: whether it may stand as it is must be looked at.
    pub(super) const OTHER: u8 = 1;
    /// Ends or splits plain text in brackets.
    pub(super) const IN_FLOW: u8 = 2;
    /// A space, a colon or a hash: beside each other they end plain text.
    pub(super) const BORDER: u8 = 4;
    /// Cannot begin plain text.
    pub(super) const NO_START: u8 = 8;
    /// Begins plain text that may mean something else: a number, a date, a word, a document.
    pub(super) const LOADED: u8 = 16;

    /// The classes of each byte.
    pub(super) static OF: [u8; 256] = {
        let mut of = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            #[allow(clippy::indexing_slicing, reason = "counted, and when compiled")]
            {
                of[byte] = class_of(byte as u8);
            }
            byte += 1;
        }
        of
    };

    const fn class_of(byte: u8) -> u8 {
        match byte {
            0..=0x1f | 0x7f.. => OTHER,
            b' ' => BORDER | NO_START,
            b':' => BORDER | NO_START | IN_FLOW,
            b'#' => BORDER | NO_START,
            b'?' | b',' | b'[' | b']' | b'{' | b'}' => NO_START | IN_FLOW,
            b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => NO_START,
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'~' | b'<' | b'=' => LOADED,
            b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O' => LOADED,
            _ => 0,
        }
    }
}

/// Text on one line: plain where it reads back as itself, else in single quotes, else in double quotes.
fn scalar(out: &mut String, text: &str, in_flow: bool) {
    let of = |byte: u8| {
        class::OF
            .get(usize::from(byte))
            .copied()
            .unwrap_or_default()
    };
    let all = text.bytes().fold(0, |all, byte| all | of(byte));
    if all & class::OTHER != 0 && !text.chars().all(is_printable) {
        double_quoted(out, text);
        return;
    }
    let first = text.bytes().next().map_or(class::NO_START, of);
    let is_plain = first & class::NO_START == 0
        && (!in_flow || all & class::IN_FLOW == 0)
        && (all & class::BORDER == 0 || !has_border(text))
        && (first & class::LOADED == 0 || !is_loaded(text));
    if is_plain {
        out.push_str(text);
    } else {
        single_quoted(out, text);
    }
}

fn single_quoted(out: &mut String, text: &str) {
    out.push('\'');
    for (i, part) in text.split('\'').enumerate() {
        if i > 0 {
            out.push_str("''");
        }
        out.push_str(part);
    }
    out.push('\'');
}

/// Whether a character may stand in a line as it is: no control character, no line break of any kind.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether something in a text would end it, or begin a comment.
fn has_border(text: &str) -> bool {
    let pairs = text.as_bytes().windows(2);
    text.ends_with([' ', ':']) || pairs.into_iter().any(|pair| matches!(pair, b": " | b" #"))
}

/// Whether plain text would be read as something else.
fn is_loaded(text: &str) -> bool {
    match text.as_bytes() {
        [b'-'] | [b'-', b' ', ..] | [b'-', b'-', b'-', ..] | [b'.', b'.', b'.', ..] => true,
        _ => scalars::resolve(text) != Scalar::Text || looks_like_date(text),
    }
}

/// Whether a YAML 1.1 reader takes a word for a date or time.
fn looks_like_date(text: &str) -> bool {
    let digits = |text: &str, allowed: &[usize]| {
        allowed.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let mut parts = text.splitn(3, '-');
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else {
        return false;
    };
    let day_end = rest
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(rest.len());
    let (day, time) = rest.split_at(day_end);
    digits(year, &[4])
        && digits(month, &[1, 2])
        && digits(day, &[1, 2])
        && (time.starts_with(['T', 't', ' ', '\t'])
            || (time.is_empty() && month.len() == 2 && day.len() == 2))
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
}

/// Whether text of several lines reads back from a block scalar as itself.
fn fits_block(text: &str) -> bool {
    let blank = |line: Option<&str>| {
        line.is_some_and(|line| !line.is_empty() && line.trim_matches(' ').is_empty())
    };
    let body = text.strip_suffix('\n').unwrap_or(text);
    text.contains('\n')
        && !body.is_empty()
        && !body.ends_with('\n')
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        && !body.split('\n').any(|line| line.starts_with('\t'))
        && !blank(body.split('\n').next())
        && !blank(body.rsplit('\n').next())
        // Blank lines before the first text would decide its indentation.
        && !(body.starts_with('\n') && body.trim_start_matches('\n').starts_with(' '))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[track_caller]
    fn check(value: Value, expected: &str) {
        let Value::Object(map) = json!({ "k": value }) else {
            unreachable!()
        };
        let template = Template(map);
        let text = write(&template, Format::Yaml);
        assert_eq!(text, expected.replace("\n        ", "\n"));
        let read = super::super::read(text.as_bytes()).unwrap();
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
            ("y", "y"),
            ("", "''"),
            ("0644", "'0644'"),
            ("08", "08"),
            ("1.10", "'1.10'"),
            ("2012-10-17", "'2012-10-17'"),
            ("2012-10-17-x", "2012-10-17-x"),
            ("~", "'~'"),
            ("it's", "it's"),
            ("'x'", "'''x'''"),
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
            ("1e3", "1e3"),
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
