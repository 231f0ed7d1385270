//! Finds the lines and columns of places in a template's text.
//!
//! The tree holds no positions: they are wanted only when something is to be said about a template, and then for all
//! findings at once, in one more pass over the text.

use super::events::{Event, Events};
use super::relaxed::Relaxed;
use super::{Path, Span, Step, scalars};
use crate::diagnostics::Diagnostic;
use std::collections::HashMap;

/// Finds each place in `text`: the path, and whether the key at its end is meant, not the value.
///
/// What the text does not hold is found at the nearest parent that it does hold. An aliased value is found at its
/// anchor; a map or list, which has no one line, at its key. None where the text is no YAML at all.
pub fn locate(text: &str, places: &[(&Path, bool)]) -> Vec<Option<Span>> {
    if !text.chars().all(scalars::may_stand) {
        // JSON may hold what YAML may not, and the outline is read as YAML: others of as many bytes stand for these.
        let paths: Vec<Path> = places
            .iter()
            .map(|(path, _)| {
                let steps = path.0.iter().map(|step| match step {
                    Step::Key(key) => Step::Key(with_stand_ins(key).into()),
                    Step::Index(index) => Step::Index(*index),
                });
                Path(steps.collect())
            })
            .collect();
        let at_keys = places.iter().map(|(_, at_key)| *at_key);
        let places: Vec<(&Path, bool)> = paths.iter().zip(at_keys).collect();
        return locate(&with_stand_ins(text), &places);
    }
    let outline = Outline::of(text);
    let mut indexes = HashMap::new();
    places
        .iter()
        .map(|(path, at_key)| outline.find(path, *at_key, &mut indexes))
        .collect()
}

/// The text with another character of as many bytes for each that YAML does not take.
fn with_stand_ins(text: &str) -> String {
    let stand_in = |c: char| match c.len_utf8() {
        _ if scalars::may_stand(c) => c,
        1 => '?',
        2 => '¿',
        _ => char::REPLACEMENT_CHARACTER,
    };
    text.chars().map(stand_in).collect()
}

/// Finds where in `text` each finding stands, and puts them in the order of the text; those without a place come last.
pub fn place(diagnostics: &mut [Diagnostic], text: &[u8]) {
    let mut homeless: Vec<&mut Diagnostic> = diagnostics
        .iter_mut()
        .filter(|diagnostic| diagnostic.span.is_none())
        .collect();
    if let Ok(text) = std::str::from_utf8(text)
        && !homeless.is_empty()
    {
        let places: Vec<(&Path, bool)> = homeless
            .iter()
            .map(|diagnostic| (&diagnostic.path, diagnostic.at_key))
            .collect();
        let spans = locate(text, &places);
        for (diagnostic, span) in homeless.iter_mut().zip(spans) {
            diagnostic.span = span;
        }
    }
    diagnostics.sort_by_key(|diagnostic| diagnostic.span.map_or(usize::MAX, |span| span.from));
}

/// The nodes of a document and where they stand; a node refers to others by their number.
struct Outline {
    nodes: Vec<Node>,
}

struct Node {
    span: Span,
    /// The function of a short tag, in its long form.
    function: Option<&'static str>,
    content: Content,
}

enum Content {
    Scalar,
    List(Vec<usize>),
    /// Key, its place, and the value.
    Map(Vec<(String, Span, usize)>),
    Alias(Option<usize>),
}

/// For large maps: key to its position, by the number of the map.
type Indexes = HashMap<usize, HashMap<String, usize>>;

/// From how many entries on a map is worth an index.
const LARGE: usize = 32;

/// How many aliases are followed to find one place.
const MAX_ALIASES: usize = 100;

impl Outline {
    /// As much of a text's outline as can be read.
    fn of(text: &str) -> Self {
        let mut outline = Self { nodes: Vec::new() };
        let mut anchors: HashMap<usize, usize> = HashMap::new();
        // The open collections, each with the key that awaits its value.
        let mut open: Vec<(usize, Option<(String, Span)>)> = Vec::new();
        let source = Relaxed::of(text);
        let mut events = Events::new(&source);
        while let Some(Ok(event)) = events.next() {
            let mut key_text = None;
            let content = match event.event {
                Event::Document => continue,
                Event::SequenceEnd | Event::MappingEnd => {
                    open.pop();
                    if open.is_empty() {
                        break;
                    }
                    continue;
                }
                Event::Scalar { text, .. } => {
                    key_text = Some(text.into_owned());
                    Content::Scalar
                }
                Event::SequenceStart => Content::List(Vec::new()),
                Event::MappingStart => Content::Map(Vec::new()),
                Event::Alias(anchor) => Content::Alias(anchors.get(&anchor).copied()),
            };
            let opens = matches!(content, Content::List(_) | Content::Map(_));
            let awaits_key = open.last().is_some_and(|(number, key)| {
                key.is_none()
                    && matches!(
                        outline.nodes.get(*number),
                        Some(Node {
                            content: Content::Map(_),
                            ..
                        })
                    )
            });
            if awaits_key && !opens {
                if let Some((_, key)) = open.last_mut() {
                    *key = Some((key_text.unwrap_or_default(), event.span));
                }
                continue;
            }
            let number = outline.nodes.len();
            outline.nodes.push(Node {
                span: event.span,
                function: event.tag.as_deref().and_then(super::functions::with_tag),
                content,
            });
            if event.anchor != 0 {
                anchors.insert(event.anchor, number);
            }
            outline.attach(&mut open, number);
            if opens {
                open.push((number, None));
            }
        }
        outline
    }

    fn attach(&mut self, open: &mut [(usize, Option<(String, Span)>)], number: usize) {
        let Some((parent, key)) = open.last_mut() else {
            return;
        };
        let span = self.nodes.get(number).map(|node| node.span);
        match self.nodes.get_mut(*parent).map(|node| &mut node.content) {
            Some(Content::List(items)) => items.push(number),
            Some(Content::Map(entries)) => {
                // A collection as a key is a fault that reading reports.
                if let (Some((name, place)), Some(_)) = (key.take(), span) {
                    entries.push((name, place, number));
                }
            }
            _ => {}
        }
    }

    /// The node itself, or the one that its alias stands for.
    fn target(&self, mut number: usize) -> usize {
        for _ in 0..MAX_ALIASES {
            match self.nodes.get(number).map(|node| &node.content) {
                Some(Content::Alias(Some(anchored))) => number = *anchored,
                _ => break,
            }
        }
        number
    }

    fn find(&self, path: &Path, at_key: bool, indexes: &mut Indexes) -> Option<Span> {
        let mut number = 0;
        let mut key_span = None;
        let mut found = self.nodes.first().map(|root| self.face(0, root))?;
        let mut function_taken = false;
        for (depth, step) in path.0.iter().enumerate() {
            number = self.target(number);
            let node = self.nodes.get(number)?;
            if !function_taken
                && let (Some(function), Step::Key(name)) = (node.function, step)
                && name == function
            {
                function_taken = true;
                continue;
            }
            let next = match (&node.content, step) {
                (Content::List(items), Step::Index(index)) => {
                    items.get(*index).map(|item| (None, *item))
                }
                (Content::Map(_), Step::Key(name)) => self.entry(number, name, indexes, 0),
                // `!GetAtt a.b` is one text for two items.
                (Content::Scalar, Step::Index(_)) if node.function.is_some() => {
                    Some((key_span, number))
                }
                _ => None,
            };
            let Some((key, child)) = next else {
                return Some(found);
            };
            function_taken = false;
            key_span = key;
            number = child;
            let anchored = self.target(child);
            let last = depth + 1 == path.0.len();
            found = match (self.nodes.get(anchored), key) {
                (Some(_), Some(key)) if at_key && last => key,
                (
                    Some(Node {
                        content: Content::Scalar,
                        span,
                        ..
                    }),
                    _,
                ) => *span,
                (Some(_), Some(key)) => key,
                (Some(node), None) => self.face(anchored, node),
                (None, _) => return Some(found),
            };
        }
        Some(found)
    }

    /// What stands for a node that has no key: a map's first key, a list's first item.
    fn face(&self, number: usize, node: &Node) -> Span {
        match &node.content {
            Content::Map(entries) => entries.first().map_or(node.span, |(_, key, _)| *key),
            Content::List(items) => match items.first().filter(|item| **item != number) {
                Some(first) => self.nodes.get(*first).map_or(node.span, |first| Span {
                    to: first.span.to.max(node.span.from),
                    ..node.span
                }),
                None => node.span,
            },
            Content::Scalar | Content::Alias(_) => node.span,
        }
    }

    /// An entry of a map, also one that `<<` brings.
    fn entry(
        &self,
        number: usize,
        name: &str,
        indexes: &mut Indexes,
        followed: usize,
    ) -> Option<(Option<Span>, usize)> {
        let Content::Map(entries) = &self.nodes.get(number)?.content else {
            return None;
        };
        let at = if entries.len() < LARGE {
            entries.iter().position(|(key, _, _)| key == name)
        } else {
            let index = indexes.entry(number).or_insert_with(|| {
                entries
                    .iter()
                    .enumerate()
                    .map(|(at, (key, _, _))| (key.clone(), at))
                    .collect()
            });
            index.get(name).copied()
        };
        if let Some((_, key, value)) = at.and_then(|at| entries.get(at)) {
            return Some((Some(*key), *value));
        }
        if followed > MAX_ALIASES {
            return None;
        }
        entries
            .iter()
            .filter(|(key, _, _)| key == "<<")
            .find_map(|(_, _, merged)| {
                let merged = self.target(*merged);
                match &self.nodes.get(merged)?.content {
                    Content::Map(_) => self.entry(merged, name, indexes, followed + 1),
                    Content::List(items) => items.iter().find_map(|item| {
                        self.entry(self.target(*item), name, indexes, followed + 1)
                    }),
                    _ => None,
                }
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line, the column and the text of each place; a `!` behind a path asks for the key.
    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        for (path, wanted) in expected {
            let at_key = path.ends_with('!');
            let steps = path
                .trim_end_matches('!')
                .split('/')
                .filter(|step| !step.is_empty());
            let path = Path(
                steps
                    .map(|step| step.parse().map_or_else(|_| step.into(), Step::Index))
                    .collect(),
            );
            let span = locate(text, &[(&path, at_key)])[0].unwrap();
            let found = format!(
                "{}:{} {}",
                span.start.line,
                span.start.column,
                &text[span.from..span.to]
            );
            assert_eq!(found, *wanted, "{path}");
        }
    }

    #[test]
    fn places_are_found_in_json_with_what_yaml_does_not_take() {
        for c in [
            '\u{7f}', '\u{80}', '\u{9f}', '\u{fffe}', '\u{ffff}', '\u{85}', '\u{feff}',
        ] {
            let text = format!("{{\n \"{c}\": \"{c}\",\n \"a{c}b\": {{\"c\": 1}}}}");
            check(&text, &[(&format!("a{c}b/c"), "3:15 1")]);
        }
    }

    #[test]
    fn places_are_found_in_yaml() {
        let text = "Resources:\n  Fn:\n    Type: T\n    Properties:\n      Role: !GetAtt R.Arn\n      Layers:\n      - a\n      - !Sub '${x}'\n      Alarms: !If [C, [a], !Ref B]\n      List:\n      - Key: k\n";
        check(
            text,
            &[
                ("Resources/Fn/Type", "3:11 T"),
                ("Resources/Fn/Type!", "3:5 Type"),
                ("Resources/Fn", "2:3 Fn"),
                (
                    "Resources/Fn/Properties/Role/Fn::GetAtt/1",
                    "5:13 !GetAtt R.Arn",
                ),
                (
                    "Resources/Fn/Properties/Layers/1/Fn::Sub",
                    "8:9 !Sub '${x}'",
                ),
                ("Resources/Fn/Properties/Alarms/Fn::If/0", "9:20 C"),
                ("Resources/Fn/Properties/Alarms/Fn::If/2/Ref", "9:28 !Ref B"),
                ("Resources/Fn/Properties/List/0", "11:9 Key"),
                ("Resources/Fn/Properties/Missing/More", "4:5 Properties"),
                ("Nowhere", "1:1 Resources"),
            ],
        );
    }

    #[test]
    fn places_are_found_in_json_and_behind_aliases() {
        check(
            "{\n\t\"a\": {\"b\": [1, 22]}\n}",
            &[("a/b/1", "2:17 22"), ("a/b", "2:8 \"b\"")],
        );
        check(
            "a: &x {k: v}\nb: *x\nc:\n  <<: *x\n  d: 1\n",
            &[
                ("b/k", "1:11 v"),
                ("c/k", "1:11 v"),
                ("c/d", "5:6 1"),
                ("b", "2:1 b"),
            ],
        );
    }
}
