//! YAML text to tree: anchors, merge keys, short tags.

use super::{Changes, MAX_DEPTH, Read, fault, out_of_range, shorten, span_at, syntax};
use crate::diagnostics::{Diagnostic, Levels, codes, suggestion};
use crate::template::events::{Event, Events, Node};
use crate::template::functions;
use crate::template::relaxed::Relaxed;
use crate::template::scalars::{self, Scalar};
use crate::template::{Format, Location, Path, Span, Step, Template};
use crate::tree::{List, Map, Text, Value};
use std::collections::HashMap;

/// How many values aliases may stand for in all: as many as the megabyte that CloudFormation takes can hold when it is
/// written out, of four bytes each, and no way to fill the memory.
const MAX_ALIASED: usize = 250_000;

/// How many faults of a text are noted.
const MAX_FAULTS: usize = 1000;

const STANDARD_TAG: &str = "tag:yaml.org,2002:";

pub(super) fn read_yaml(text: &str, levels: &Levels) -> Result<Read, Vec<Diagnostic>> {
    if let Some(fault) = unprintable(text) {
        return Err(vec![fault]);
    }
    let mut tree = Tree::default();
    let source = Relaxed::of(text);
    let mut events = Events::new(&source);
    let mut documents = 0;
    while let Some(next) = events.next() {
        let node = match next {
            Ok(node) => node,
            Err(syntax) => {
                tree.faults.push(syntax::explain(text, syntax));
                return Err(tree.faults);
            }
        };
        if matches!(node.event, Event::Document) {
            documents += 1;
            if documents > 1 {
                tree.faults.push(
                    fault(
                        codes::SEVERAL_DOCUMENTS,
                        node.span,
                        "a second document begins here; a template is one document",
                    )
                    .help("take out the `---` line and what does not belong to the template"),
                );
                return Err(tree.faults);
            }
            continue;
        }
        tree.take(node);
        if tree.stopped || tree.faults.len() >= MAX_FAULTS {
            return Err(tree.faults);
        }
    }
    let start = tree.root_span.unwrap_or(Span {
        start: Location { line: 1, column: 1 },
        from: 0,
        to: 0,
    });
    match tree.root.take() {
        None => tree.faults.push(
            fault(codes::NO_DOCUMENT, start, "the file holds no template")
                .help("a template is a map with at least `Resources`"),
        ),
        Some(Value::Object(map)) => {
            let faults = std::mem::take(&mut tree.faults).into_iter();
            tree.faults = faults.map(|fault| levels.while_working(fault)).collect();
            if !tree.faults.iter().any(Diagnostic::is_error) {
                let mut warnings = tree.changes.into_warnings();
                warnings.append(&mut tree.warnings);
                warnings.append(&mut tree.faults);
                return Ok(Read {
                    template: Template(map),
                    format: Format::Yaml,
                    warnings,
                });
            }
        }
        Some(other) => {
            let kind = match other {
                Value::Array(_) => "a list",
                Value::Null => "empty",
                _ => "a single value",
            };
            tree.faults.push(
                fault(
                    codes::NOT_A_MAPPING,
                    start,
                    format!("the file is {kind}, not a template"),
                )
                .help("a template is a map with at least `Resources`"),
            );
        }
    }
    Err(tree.faults)
}

/// A character that YAML does not allow.
fn unprintable(text: &str) -> Option<Diagnostic> {
    let (at, found) = text.char_indices().find(|(_, c)| !scalars::may_stand(*c))?;
    let span = span_at(text.get(..at).unwrap_or_default(), at, found.len_utf8());
    Some(
        fault(
            codes::UNPRINTABLE_CHARACTER,
            span,
            format!(
                "the character U+{:04X} cannot stand in YAML",
                u32::from(found)
            ),
        )
        .help("take it out, or write it as an escape in double quotes"),
    )
}

/// A node that is complete, and where it stands.
struct Done {
    value: Value,
    /// What it is where a key is wanted.
    key: Option<String>,
    is_merge: bool,
    span: Span,
}

/// A map or list that is still open.
struct Open {
    kind: Kind,
    anchor: usize,
    tag: Option<String>,
    span: Span,
}

enum Kind {
    List(List),
    Map {
        /// Key, its place, and the value.
        entries: Vec<(String, Span, Value)>,
        /// The key whose value is awaited.
        key: Option<Key>,
        /// What `<<` brings, in order.
        merged: Vec<Map>,
    },
}

enum Key {
    Name(String, Span),
    Merge,
    /// One that is no key; its value is dropped.
    Bad,
}

/// The tree while it is built, without recursion.
#[derive(Default)]
struct Tree {
    open: Vec<Open>,
    root: Option<Value>,
    root_span: Option<Span>,
    /// The anchored values, and how many values each holds.
    anchors: HashMap<usize, (Value, usize, bool)>,
    aliased: usize,
    faults: Vec<Diagnostic>,
    changes: Changes,
    warnings: Vec<Diagnostic>,
    /// Whether going on makes no sense.
    stopped: bool,
}

impl Tree {
    fn take(&mut self, node: Node<'_>) {
        self.root_span.get_or_insert(node.span);
        match node.event {
            Event::Document => {}
            Event::Scalar { text, plain } => {
                let done = self.scalar(&text, plain, node.tag.as_deref(), node.span);
                self.complete(done, node.anchor);
            }
            Event::SequenceStart => {
                self.begin(Kind::List(List::new()), node.anchor, node.tag, node.span)
            }
            Event::MappingStart => self.begin(
                Kind::Map {
                    entries: Vec::new(),
                    key: None,
                    merged: Vec::new(),
                },
                node.anchor,
                node.tag,
                node.span,
            ),
            Event::SequenceEnd | Event::MappingEnd => self.end(),
            Event::Alias(anchor) => self.alias(anchor, node.span),
        }
    }

    /// The place of the value that is awaited.
    fn path(&self) -> Path {
        let mut path = Path::default();
        for open in &self.open {
            let step: Step = match &open.kind {
                Kind::List(items) => items.len().into(),
                Kind::Map {
                    key: Some(Key::Name(name, _)),
                    ..
                } => name.into(),
                Kind::Map { .. } => continue,
            };
            if let Some(function) = open.tag.as_deref().and_then(functions::with_tag) {
                path.0.push(Text::from_static(function).into());
            }
            path.0.push(step);
        }
        path
    }

    fn report(&mut self, mut diagnostic: Diagnostic) {
        diagnostic.path = self.path();
        diagnostic.resource = diagnostic.path.resource_id().map(str::to_owned);
        self.faults.push(diagnostic);
    }

    fn begin(&mut self, kind: Kind, anchor: usize, tag: Option<String>, span: Span) {
        if self.open.len() >= MAX_DEPTH {
            self.report(
                fault(
                    codes::NESTED_TOO_DEEP,
                    span,
                    format!("maps and lists nest deeper than {MAX_DEPTH} here"),
                )
                .help("no template needs that: look for a bracket that is never closed"),
            );
            self.stopped = true;
            return;
        }
        self.open.push(Open {
            kind,
            anchor,
            tag,
            span,
        });
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else {
            return;
        };
        let value = match open.kind {
            Kind::List(items) => Value::Array(items),
            Kind::Map {
                entries, merged, ..
            } => Value::Object(self.close_map(entries, merged)),
        };
        let value = match open.tag.as_deref() {
            None => value,
            Some(tag) => self.tagged_collection(tag, value, open.span),
        };
        let done = Done {
            value,
            key: None,
            is_merge: false,
            span: open.span,
        };
        self.complete(done, open.anchor);
    }

    /// The map of these entries, behind what `<<` brings. Built at once, it takes no more room than it needs.
    fn close_map(&mut self, entries: Vec<(String, Span, Value)>, merged: Vec<Map>) -> Map {
        let mut map = Map::with_capacity(entries.len());
        let mut repeated: Vec<(String, Span, bool)> = Vec::new();
        let mut places: Vec<Location> = Vec::with_capacity(entries.len());
        for (name, place, value) in entries {
            match map.get_mut(&name) {
                // The last counts, where the first stands.
                Some(known) => {
                    repeated.push((name, place, *known == value));
                    *known = value;
                }
                None => {
                    places.push(place.start);
                    map.insert(name, value);
                }
            }
        }
        for (name, place, is_same) in repeated {
            let first = map.keys().position(|known| *known == name);
            let first = first.and_then(|at| places.get(at)).copied();
            self.duplicate_key(name, first, place, is_same);
        }
        if merged.is_empty() {
            return map;
        }
        let mut all = Map::new();
        for inherited in merged {
            all.extend(inherited);
        }
        all.extend(map);
        all
    }

    fn tagged_collection(&mut self, tag: &str, value: Value, span: Span) -> Value {
        if let Some(function) = functions::with_tag(tag) {
            return functions::call(function, value);
        }
        match (tag.strip_prefix(STANDARD_TAG), &value) {
            (Some("map"), Value::Object(_)) | (Some("seq"), Value::Array(_)) => value,
            _ => {
                self.unknown_tag(tag, span);
                value
            }
        }
    }

    fn scalar(&mut self, text: &str, plain: bool, tag: Option<&str>, span: Span) -> Done {
        let mut is_merge = false;
        let mut key = Some(text.to_owned());
        let value = match tag {
            Some(tag) => {
                key = None;
                if let Some(function) = functions::with_tag(tag) {
                    functions::call_with_text(function, text.into())
                } else if tag == "!" {
                    key = Some(text.to_owned());
                    text.into()
                } else {
                    let explicit = tag
                        .strip_prefix(STANDARD_TAG)
                        .and_then(|kind| scalars::explicit(kind, text));
                    match explicit {
                        Some(value) => {
                            key = Some(key_text(&value, text));
                            value
                        }
                        None => {
                            self.unknown_tag(tag, span);
                            Value::Null
                        }
                    }
                }
            }
            None if !plain => text.into(),
            None => match scalars::resolve(text) {
                Scalar::Text => text.into(),
                Scalar::Null => {
                    self.tell_word(text, "null", false, span);
                    key = Some("null".to_owned());
                    Value::Null
                }
                Scalar::Bool(flag, is_changed) => {
                    let read = if flag { "true" } else { "false" };
                    self.tell_word(text, read, is_changed, span);
                    key = Some(read.to_owned());
                    flag.into()
                }
                Scalar::Number(number, is_changed) => {
                    let read = crate::language::python_json::number_text(&number);
                    if is_changed || self.awaits_key() && read != text {
                        let path = self.path();
                        self.changes.number(text, &read, span, path);
                    }
                    key = Some(read);
                    Value::Number(number)
                }
                Scalar::OutOfRange => {
                    self.report(out_of_range(text, span, Path::default()));
                    Value::Null
                }
                Scalar::Merge | Scalar::Equals if !self.awaits_key() => {
                    self.report(
                        fault(
                            codes::UNQUOTED_SIGN,
                            span,
                            format!("`{text}` alone has a meaning of its own in YAML"),
                        )
                        .help(format!("quote it: '{text}'")),
                    );
                    Value::Null
                }
                Scalar::Merge => {
                    is_merge = true;
                    Value::Null
                }
                Scalar::Equals => text.into(),
            },
        };
        Done {
            value,
            key,
            is_merge,
            span,
        }
    }

    /// Tells of a word that is no text, where that changes it. As a key it is text again, of its own spelling.
    fn tell_word(&mut self, word: &str, read: &str, is_changed: bool, span: Span) {
        let is_key = self.awaits_key();
        if is_changed || is_key && !word.is_empty() && word != read {
            let path = self.path();
            self.changes.word(word, read, is_key, span, path);
        }
    }

    fn awaits_key(&self) -> bool {
        matches!(
            self.open.last(),
            Some(Open {
                kind: Kind::Map { key: None, .. },
                ..
            })
        )
    }

    fn unknown_tag(&mut self, tag: &str, span: Span) {
        let shown = match tag.strip_prefix(STANDARD_TAG) {
            Some(kind) => format!("!!{kind}"),
            None => tag.to_owned(),
        };
        let name = tag.trim_start_matches('!');
        let found = fault(
            codes::UNKNOWN_TAG,
            span,
            format!("`{}` is not a function of CloudFormation", shorten(&shown)),
        );
        let help = match suggestion(name, functions::short_names()) {
            Some(meant) => format!("did you mean `!{meant}`?"),
            None if tag.starts_with(STANDARD_TAG) => "leave the tag out, and quote the value if it is text".to_owned(),
            None => "write the function's long form if it is one that only a macro knows, and quote text that begins with `!`".to_owned(),
        };
        self.report(found.help(help));
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        let Some((value, count, is_plain_key)) = self.anchors.get(&anchor) else {
            self.report(
                fault(
                    codes::ALIAS_IN_ITS_OWN_ANCHOR,
                    span,
                    "this alias stands inside the very value that it names",
                )
                .help("a template cannot hold itself"),
            );
            self.complete(
                Done {
                    value: Value::Null,
                    key: None,
                    is_merge: false,
                    span,
                },
                0,
            );
            return;
        };
        self.aliased += count;
        if self.aliased > MAX_ALIASED {
            self.report(
                fault(
                    codes::TOO_MANY_ALIASES,
                    span,
                    format!("the aliases up to here stand for more than {MAX_ALIASED} values"),
                )
                .help("no template needs that: write out what is meant"),
            );
            self.stopped = true;
            return;
        }
        let key = is_plain_key.then(|| key_text(value, value.as_str().unwrap_or_default()));
        let done = Done {
            value: value.clone(),
            key,
            is_merge: false,
            span,
        };
        self.complete(done, 0);
    }

    /// Puts a complete node where it belongs.
    fn complete(&mut self, done: Done, anchor: usize) {
        if anchor != 0 {
            let count = count(&done.value);
            self.anchors
                .insert(anchor, (done.value.clone(), count, done.key.is_some()));
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(done.value);
            return;
        };
        let (entries, key, merged) = match &mut open.kind {
            Kind::List(items) => {
                items.push(done.value);
                return;
            }
            Kind::Map {
                entries,
                key,
                merged,
            } => (entries, key, merged),
        };
        match key.take() {
            None if done.is_merge => *key = Some(Key::Merge),
            None => match done.key {
                Some(name) => *key = Some(Key::Name(name, done.span)),
                None => {
                    *key = Some(Key::Bad);
                    self.report(
                        fault(
                            codes::KEY_NOT_A_NAME,
                            done.span,
                            "a key must be a name, not a map, a list or a function",
                        )
                        .help("if a value was meant, check the indentation"),
                    );
                }
            },
            Some(Key::Name(name, place)) => entries.push((name, place, done.value)),
            Some(Key::Bad) => {}
            Some(Key::Merge) => match done.value {
                Value::Object(entries) => merged.push(entries),
                Value::Array(items) if items.iter().all(Value::is_object) => {
                    // The first of the list wins, so it comes last.
                    for item in items.into_iter().rev() {
                        if let Value::Object(entries) = item {
                            merged.push(entries);
                        }
                    }
                }
                _ => self.report(
                    fault(
                        codes::MERGE_NOT_A_MAP,
                        done.span,
                        "`<<` merges a map or a list of maps",
                    )
                    .help("write `<<: *anchor`, where the anchor is on a map"),
                ),
            },
        }
    }

    fn duplicate_key(&mut self, name: String, first: Option<Location>, span: Span, is_same: bool) {
        let key = shorten(&name);
        let after = first.map_or_else(String::new, |first| format!(", after line {}", first.line));
        let mut found = if is_same {
            fault(
                codes::KEY_REPEATED,
                span,
                format!("the key `{key}` stands here again with the same value{after}"),
            )
            .help("take one of the two out")
        } else {
            fault(
                codes::DUPLICATE_KEY,
                span,
                format!("the key `{key}` stands here for the second time{after}"),
            )
            .help("keep one of the two, or merge what they say")
        }
        .on_key();
        let mut path = self.path();
        path.0.push(name.into());
        found.resource = path.resource_id().map(str::to_owned);
        found.path = path;
        let found_in = if is_same {
            &mut self.warnings
        } else {
            &mut self.faults
        };
        found_in.push(found);
    }
}

/// What a scalar is as a key.
fn key_text(value: &Value, text: &str) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => crate::language::python_json::number_text(number),
        _ => text.to_owned(),
    }
}

/// How many values a value holds, itself included.
fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(map) => map.values().map(count).sum(),
        _ => 0,
    }
}
