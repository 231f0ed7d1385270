//! Files with values of template parameters: JSON or YAML, a map of names to values, the AWS CLI's list of
//! `ParameterKey` and `ParameterValue` or of `KEY=VALUE`, or CodePipeline's map with `Parameters`.
//!
//! Values are text, as CloudFormation has them: `1.10` in a file stays `1.10`. A list is a value of a list parameter. All
//! of them may be secrets, so no message repeats one.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::path::Path;

use crate::tree::Value;
use granit_parser::{Event, Parser, StrInput};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::Failure;
use super::files::{printable, read_within};

/// Bytes that such a file may have: 200 parameters of 4,096 bytes each fit several times.
const MAX_BYTES: u64 = 4 << 20;

/// How deep a file may nest before it surely holds something else, and how many values it may come to with its aliases.
const MAX_DEPTH: usize = 8;
const MAX_NODES: usize = 100_000;

/// The values by their names; none where the file wants the previous stack's.
pub(super) type Values = BTreeMap<String, Option<Value>>;

const SHAPE: &str = "must be a map of names to values, or a list of {ParameterKey, ParameterValue} or of KEY=VALUE, each value text, a number, or a list of them";

/// Reads the file at `path`.
pub(super) fn read(path: &Path) -> Result<Values, Failure> {
    let name = printable(path);
    let file =
        File::open(path).map_err(|error| Failure::io(&format!("cannot read `{name}`"), &error))?;
    let bytes = read_within(file, MAX_BYTES, &name)?;
    let fault = |fault: &str| Failure::Usage(format!("`{name}` {fault}"));
    let text = std::str::from_utf8(&bytes).map_err(|_| fault("is not UTF-8 text"))?;
    let is_json = path
        .extension()
        .is_some_and(|extension| extension == "json");
    parse(text, is_json).map_err(|words| fault(&words))
}

/// The values in a text. The error goes on after the file's name.
fn parse(text: &str, is_json: bool) -> Result<Values, String> {
    let text = text.trim_start_matches('\u{feff}');
    // JSON by its own rules, because its numbers and surrogate pairs are not YAML's.
    if is_json || text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(_) => return from_json(text),
            // YAML's maps and lists may begin so too.
            Err(error) => match from_yaml(text) {
                Ok(values) if !is_json => return Ok(values),
                _ => return Err(format!("is not valid JSON: {error}")),
            },
        }
    }
    from_yaml(text)
}

/// The key of CodePipeline's template configuration files under which the values are.
const CODE_PIPELINE: &str = "Parameters";

/// `KEY=VALUE` as an item of a list.
fn split(pair: &str) -> Result<(String, Option<Value>), String> {
    let (name, value) = pair.split_once('=').ok_or(SHAPE)?;
    Ok((name.to_owned(), Some(value.into())))
}

/// One entry of the AWS CLI's list.
#[derive(Deserialize)]
struct Entry {
    #[serde(rename = "ParameterKey")]
    name: String,
    #[serde(rename = "ParameterValue")]
    value: Option<Box<RawValue>>,
}

fn from_json(text: &str) -> Result<Values, String> {
    fn typed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
        // The message of a wrong type would repeat the value.
        serde_json::from_str(text).map_err(|error| format!("{SHAPE} (line {})", error.line()))
    }
    let pairs: BTreeMap<String, Option<Box<RawValue>>> = if text.trim_start().starts_with('[') {
        let items: Vec<&RawValue> = typed(text)?;
        // Lines are those of the whole file.
        if items.iter().all(|item| item.get().starts_with('"')) {
            return typed::<Vec<String>>(text)?
                .into_iter()
                .map(|pair| split(&pair))
                .collect();
        }
        typed::<Vec<Entry>>(text)?
            .into_iter()
            .map(|entry| (entry.name, entry.value))
            .collect()
    } else {
        let values: BTreeMap<String, Box<RawValue>> = typed(text)?;
        if let Some(inner) = values.get(CODE_PIPELINE).map(|raw| raw.get())
            && inner.starts_with('{')
        {
            return from_json(inner);
        }
        values
            .into_iter()
            .map(|(name, value)| (name, Some(value)))
            .collect()
    };
    pairs
        .into_iter()
        .map(|(name, raw)| {
            let value = raw.as_deref().map(|raw| {
                value_of(raw).ok_or_else(|| format!("{SHAPE}: `{name}` is something else"))
            });
            Ok((name.clone(), value.transpose()?))
        })
        .collect()
}

/// A text, with the characters of a number as they are written, or a list of them.
fn value_of(raw: &RawValue) -> Option<Value> {
    match raw.get().as_bytes().first()? {
        b'[' => {
            let items: Vec<&RawValue> = serde_json::from_str(raw.get()).ok()?;
            let is_list = |item: &RawValue| item.get().starts_with('[');
            let items = items.into_iter();
            items
                .map(|item| (!is_list(item)).then(|| value_of(item)).flatten())
                .collect()
        }
        b'"' => serde_json::from_str::<String>(raw.get())
            .ok()
            .map(Value::from),
        b'{' | b'n' => None,
        _ => Some(raw.get().into()),
    }
}

/// A value of a YAML file.
#[derive(Clone)]
enum Node {
    Text(String),
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

fn from_yaml(text: &str) -> Result<Values, String> {
    let mut reader = Reader {
        parser: Parser::new_from_str(text),
        anchors: HashMap::new(),
        nodes: 0,
        bytes: 0,
        line: 1,
        is_absent: false,
    };
    let (pairs, entries) = match reader.document()? {
        None => return Ok(Values::new()),
        Some(Node::Map(pairs)) => (pairs, Vec::new()),
        Some(Node::List(entries)) => (Vec::new(), entries),
        Some(Node::Text(text)) if matches!(&*text, "" | "~" | "null") => return Ok(Values::new()),
        Some(Node::Text(_)) => return Err(SHAPE.to_owned()),
    };
    let mut values = Values::new();
    let mut add = |name: String, value: Option<Node>| {
        let value = value.map(|node| {
            node.value()
                .ok_or_else(|| format!("{SHAPE}: `{name}` is something else"))
        });
        let value = value.transpose()?;
        match values.insert(name.clone(), value) {
            None => Ok(()),
            Some(_) => Err(format!("has the parameter `{name}` twice")),
        }
    };
    let is_code_pipeline =
        |(name, node): &(String, Node)| name == CODE_PIPELINE && matches!(node, Node::Map(_));
    let pairs = match pairs.iter().position(is_code_pipeline) {
        Some(at) => match pairs.into_iter().nth(at) {
            Some((_, Node::Map(inner))) => inner,
            _ => Vec::new(),
        },
        None => pairs,
    };
    for (name, node) in pairs {
        add(name, Some(node))?;
    }
    for entry in entries {
        let entry = match entry {
            Node::Map(entry) => entry,
            Node::Text(pair) => {
                let (name, value) = pair.split_once('=').ok_or(SHAPE)?;
                add(name.to_owned(), Some(Node::Text(value.to_owned())))?;
                continue;
            }
            Node::List(_) => return Err(SHAPE.to_owned()),
        };
        let mut name = None;
        let mut value = None;
        for (key, node) in entry {
            match (key.as_str(), node) {
                ("ParameterKey", Node::Text(text)) => name = Some(text),
                ("ParameterValue", node) => value = Some(node),
                _ => {}
            }
        }
        add(name.ok_or(SHAPE)?, value)?;
    }
    Ok(values)
}

impl Node {
    fn nothing() -> Self {
        Self::Text(String::new())
    }

    fn value(self) -> Option<Value> {
        match self {
            Self::Text(text) => Some(text.into()),
            Self::List(items) => items
                .into_iter()
                .map(|item| match item {
                    Self::Text(text) => Some(Value::from(text)),
                    _ => None,
                })
                .collect(),
            Self::Map(_) => None,
        }
    }

    /// How many values it holds, and how many bytes.
    fn size(&self) -> (usize, usize) {
        match self {
            Self::Text(text) => (1, text.len()),
            Self::List(items) => items.iter().map(Self::size).fold((1, 0), sum),
            Self::Map(pairs) => pairs
                .iter()
                .map(|(key, node)| sum(node.size(), (0, key.len())))
                .fold((1, 0), sum),
        }
    }
}

fn sum(one: (usize, usize), other: (usize, usize)) -> (usize, usize) {
    (one.0 + other.0, one.1 + other.1)
}

/// Reads YAML with every scalar as its text, within bounds.
struct Reader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    bytes: usize,
    line: usize,
    /// Whether the last event stands for something that is not written.
    is_absent: bool,
}

impl<'a> Reader<'a> {
    fn event(&mut self) -> Result<Option<Event<'a>>, String> {
        match self.parser.next_event() {
            None => Ok(None),
            Some(Ok((event, span))) => {
                self.line = span.start.line();
                self.is_absent = span.is_empty();
                Ok(Some(event))
            }
            // What the parser says may quote the text.
            Some(Err(error)) => Err(format!(
                "is not valid YAML (line {}, column {})",
                error.marker().line(),
                error.marker().col() + 1
            )),
        }
    }

    /// The only document, where there is one.
    fn document(&mut self) -> Result<Option<Node>, String> {
        let mut document = None;
        while let Some(event) = self.event()? {
            match event {
                Event::DocumentStart(..) if document.is_some() => {
                    return Err(format!("holds a second document (line {})", self.line));
                }
                Event::StreamStart
                | Event::StreamEnd
                | Event::DocumentStart(..)
                | Event::DocumentEnd => {}
                event => document = Some(self.node(event, 0)?),
            }
        }
        Ok(document)
    }

    /// The node that begins with this event.
    fn node(&mut self, event: Event<'a>, depth: usize) -> Result<Node, String> {
        if depth > MAX_DEPTH {
            return Err(format!("{SHAPE}: this nests deeper (line {})", self.line));
        }
        let (node, anchor) = match event {
            Event::Scalar(text, _, anchor, tag) => {
                if tag.is_some() {
                    return Err(format!("{SHAPE}: no tags (line {})", self.line));
                }
                // The parser gives `~` for it.
                let text = if self.is_absent && text == "~" {
                    String::new()
                } else {
                    text.into_owned()
                };
                (Node::Text(text), anchor)
            }
            Event::SequenceStart(_, anchor, _) => {
                let mut items = Vec::new();
                while let Some(event) = self.event()? {
                    if matches!(event, Event::SequenceEnd) {
                        break;
                    }
                    items.push(self.node(event, depth + 1)?);
                }
                (Node::List(items), anchor)
            }
            Event::MappingStart(_, anchor, _) => {
                let mut pairs = Vec::new();
                while let Some(key) = self.event()? {
                    if matches!(key, Event::MappingEnd) {
                        break;
                    }
                    let Node::Text(key) = self.node(key, depth + 1)? else {
                        return Err(format!("{SHAPE} (line {})", self.line));
                    };
                    let Some(value) = self.event()? else { break };
                    pairs.push((key, self.node(value, depth + 1)?));
                }
                (Node::Map(pairs), anchor)
            }
            Event::Alias(anchor) => {
                let known = self.anchors.get(&anchor).map_or((0, 0), Node::size);
                self.count(known)?;
                (
                    self.anchors
                        .get(&anchor)
                        .cloned()
                        .unwrap_or_else(Node::nothing),
                    0,
                )
            }
            _ => (Node::nothing(), 0),
        };
        self.count((1, 0))?;
        if anchor > 0 {
            self.anchors.insert(anchor, node.clone());
        }
        Ok(node)
    }

    /// Counts what an alias stands for, before it is copied.
    fn count(&mut self, (nodes, bytes): (usize, usize)) -> Result<(), String> {
        self.nodes += nodes;
        self.bytes += bytes;
        if self.nodes > MAX_NODES || self.bytes as u64 > MAX_BYTES {
            return Err(format!(
                "comes to more values than a template can have (line {})",
                self.line
            ));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = parse(text, false).unwrap();
        let expected = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some(Value::from(*value))))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_keep_the_characters_that_were_written() {
        check(
            "Version: 1.10\nOn: yes\nId: 012345678901\n",
            &[("Version", "1.10"), ("On", "yes"), ("Id", "012345678901")],
        );
        check(
            "Port: 0x1F\nTime: 12:30\nEmpty: ''\nBig: 1_000\n",
            &[
                ("Port", "0x1F"),
                ("Time", "12:30"),
                ("Empty", ""),
                ("Big", "1_000"),
            ],
        );
        check(
            r#"{"Version": 1.10, "On": true, "Face": "\ud83d\ude00", "E": 1e3}"#,
            &[
                ("Version", "1.10"),
                ("On", "true"),
                ("Face", "😀"),
                ("E", "1e3"),
            ],
        );
        check("\u{feff}{\"A\": \"b\"}", &[("A", "b")]);
        check("{A: b, C: 1.0}", &[("A", "b"), ("C", "1.0")]);
        check("A:\nB: null\n", &[("A", ""), ("B", "null")]);
        check("", &[]);
    }

    #[test]
    fn the_list_of_the_aws_cli_is_read() {
        check(
            r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x", "UsePreviousValue": false}]"#,
            &[("A", "1"), ("B", "x")],
        );
        check(
            "- ParameterKey: A\n  ParameterValue: 1.10\n",
            &[("A", "1.10")],
        );
        assert_eq!(
            parse(
                r#"[{"ParameterKey": "A", "UsePreviousValue": true}]"#,
                false
            )
            .unwrap()["A"],
            None
        );
    }

    #[test]
    fn other_tools_files_are_read() {
        for text in [
            r#"["A=1.10", "B=x=y"]"#,
            "- A=1.10\n- B=x=y\n",
            r#"{"Parameters": {"A": 1.10, "B": "x=y"}, "Tags": {"Team": "a"}}"#,
            "Parameters:\n  A: 1.10\n  B: x=y\nTags: {Team: a}\n",
        ] {
            check(text, &[("A", "1.10"), ("B", "x=y")]);
        }
        // A parameter may be called so, too.
        check("Parameters: a,b\n", &[("Parameters", "a,b")]);
    }

    #[test]
    fn a_file_of_another_shape_is_refused_without_repeating_values() {
        for text in [
            "[hunter2]",
            "hunter2",
            "A: {b: hunter2}",
            r#"["hunter2"]"#,
            r#""hunter2""#,
            r#"[{"ParameterKey": "A", "ParameterValue": {"x": "hunter2"}}]"#,
            "A: hunter2\nA: hunter2\n",
            "a: b: hunter2",
            "{\"A\": \"hunter2",
            "- Name: hunter2\n",
        ] {
            let fault = parse(text, false).unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn lists_are_values_of_list_parameters() {
        for text in [
            r#"{"A": ["x", 1]}"#,
            "A: [x, 1]",
            r#"[{"ParameterKey": "A", "ParameterValue": ["x", 1]}]"#,
            "- ParameterKey: A\n  ParameterValue: [x, 1]\n",
        ] {
            let found = parse(text, false).unwrap();
            assert_eq!(found["A"], Some(Value::from(vec!["x", "1"])), "{text}");
        }
        for text in ["A: [[hunter2]]", r#"{"A": [["hunter2"]]}"#, "A: 1\nA: 2"] {
            let fault = parse(text, false).unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn what_would_fill_the_memory_is_refused() {
        let long = "x".repeat(100_000);
        let copies: String = (0..1_000).map(|i| format!("B{i}: *a\n")).collect();
        let deep = |open: &str, close: &str| open.repeat(50_000) + &close.repeat(50_000);
        for text in [
            format!("A: &a {long}\n{copies}"),
            format!("A: {}", deep("[", "]")),
            deep("{\"a\":", "}"),
            deep("[", "]"),
        ] {
            assert!(parse(&text, false).is_err());
        }
        let fault = parse("{\"A\": hunter2}", true).unwrap_err();
        assert!(
            fault.contains("is not valid JSON") && !fault.contains("hunter2"),
            "{fault}"
        );
    }
}
