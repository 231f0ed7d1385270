//! `Fn::ForEach::Name: [Identifier, Collection, {Key: Value}]`: the entries of a loop.
//!
//! In the body, `${Identifier}` stands for the item, `&{Identifier}` for its letters and digits, and `!Ref Identifier` for
//! the item as a value.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-foreach.html>.

use super::{Expansion, MAX_VALUES};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::argument;
use crate::template::{Path, Step};
use crate::tree::{Map, Value};

const PREFIX: &str = "Fn::ForEach::";

/// Whether a key is that of a loop.
pub(super) fn is_loop(key: &str) -> bool {
    key.starts_with(PREFIX)
}

/// One turn of a loop: what its identifier stands for.
#[derive(Clone)]
struct Turn {
    identifier: String,
    item: String,
    /// Whether the item may be named in a message: it is no parameter's value, which may be a secret.
    is_written: bool,
}

impl Expansion<'_> {
    /// The entries that the loop at `source` puts into the map at `made`; none where it must stay, which is told.
    pub(super) fn unroll(
        &mut self,
        given: &Value,
        made: &Path,
        source: &Path,
    ) -> Option<Vec<(String, Value)>> {
        self.unroll_within(&mut Vec::new(), given, made, source)
    }

    /// The same for a loop that stands in others, at these turns of theirs.
    fn unroll_within(
        &mut self,
        turns: &mut Vec<Turn>,
        given: &Value,
        made: &Path,
        source: &Path,
    ) -> Option<Vec<(String, Value)>> {
        let parts = match given {
            Value::Array(parts) => parts.as_slice(),
            _ => &[],
        };
        let [Value::String(identifier), collection, Value::Object(body)] = parts else {
            self.scope.report(wrong_shape(source.clone()));
            return None;
        };
        let collection = self.substituted(collection, turns, source);
        let Some(items) = self.items(&collection) else {
            self.scope.report(not_known(made, source.clone().then(1)));
            return None;
        };
        self.warn_of_parameters(&collection, source.clone().then(1));
        let is_written = self.scope.parameters_in(&collection).is_empty();
        if !is_written {
            self.scope.report(fixed(source.clone().then(1)));
        }
        let mut entries = Vec::new();
        for item in items {
            turns.push(Turn {
                identifier: identifier.to_string(),
                item,
                is_written,
            });
            for (key, value) in body {
                if self.is_too_large {
                    break;
                }
                let origin = source.clone().then(2).then(key);
                if is_loop(key) {
                    let inner = self.unroll_within(turns, value, made, &origin);
                    entries.extend(inner.into_iter().flatten());
                    continue;
                }
                let name = in_turns(key, turns);
                let place = made.clone().then(&name);
                let mut value = self.substituted(value, turns, &origin);
                self.unrolled
                    .add(place.clone(), origin.clone(), words(turns));
                self.expand(&mut value, &place, &origin);
                entries.push((name, value));
            }
            turns.pop();
        }
        Some(entries)
    }

    /// Warns of parameters that the items come from and had better not, once for a loop in a loop.
    fn warn_of_parameters(&self, collection: &Value, path: Path) {
        let codes = [codes::SECRET_IN_OUTPUT, codes::SSM_PARAMETER_BY_NAME];
        let is_told = |found: &Diagnostic| found.path == path && codes.contains(&found.code);
        if !self.scope.has(is_told) {
            self.scope.warn_of_parameters(collection, &path);
        }
    }

    /// The items of a collection, where they are known.
    fn items(&self, collection: &Value) -> Option<Vec<String>> {
        let text = |item: Value| match item {
            Value::String(text) => Some(text.to_string()),
            Value::Number(number) => Some(number.to_string()),
            Value::Bool(flag) => Some(flag.to_string()),
            _ => None,
        };
        match self.known(collection) {
            Value::Array(items) => items.into_iter().map(text).collect(),
            _ => None,
        }
    }

    /// A copy of a part of the body at these turns.
    fn substituted(&mut self, value: &Value, turns: &[Turn], source: &Path) -> Value {
        self.values += 1;
        if self.values > MAX_VALUES {
            if !std::mem::replace(&mut self.is_too_large, true) {
                self.scope.report(too_large(source.clone()));
            }
            return Value::Null;
        }
        if let Some(name) = argument(value, "Ref").and_then(Value::as_str)
            && let Some(turn) = turns.iter().find(|turn| turn.identifier == name)
        {
            return turn.item.as_str().into();
        }
        match value {
            Value::String(text) => in_turns(text, turns).into(),
            Value::Array(items) => items
                .iter()
                .map(|item| self.substituted(item, turns, source))
                .collect(),
            Value::Object(map) => {
                let mut copy = Map::with_capacity(map.len());
                for (key, inner) in map {
                    copy.insert(in_turns(key, turns), self.substituted(inner, turns, source));
                }
                Value::Object(copy)
            }
            other => other.clone(),
        }
    }
}

/// A text with the items in place of the identifiers.
fn in_turns(text: &str, turns: &[Turn]) -> String {
    let mut text = text.to_owned();
    for Turn {
        identifier, item, ..
    } in turns
    {
        if text.contains('{') {
            let bare: String = item.chars().filter(char::is_ascii_alphanumeric).collect();
            text = text
                .replace(&format!("${{{identifier}}}"), item)
                .replace(&format!("&{{{identifier}}}"), &bare);
        }
    }
    text
}

/// `Name` = `a`, `Kind` = `b`
fn words(turns: &[Turn]) -> String {
    let written = turns.iter().filter(|turn| turn.is_written);
    written
        .map(|turn| format!("`{}` = `{}`", turn.identifier, turn.item))
        .collect::<Vec<_>>()
        .join(", ")
}

fn wrong_shape(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::LOOP_SHAPE,
        path,
        "a loop is a list of three: an identifier, a list of items, and a map with what to repeat",
    )
    .help("write `Fn::ForEach::Name: [Item, [a, b], {'Key${Item}': ...}]`")
}

/// A loop whose items are not known: in `Resources` there is nothing to go on with, elsewhere CloudFormation unrolls it.
fn not_known(made: &Path, path: Path) -> Diagnostic {
    let is_of_resources =
        matches!(made.0.as_slice(), [Step::Key(section)] if section == "Resources");
    let code = if is_of_resources {
        codes::LOOP_NOT_KNOWN
    } else {
        codes::LANGUAGE_EXTENSION_LEFT
    };
    Diagnostic::new(
        code,
        path,
        "the items of this loop are not known here, so it cannot be unrolled",
    )
    .help("write the items as a list, or as a `!Ref` to a list parameter whose value is given (`--parameter-overrides`)")
}

/// A loop over a parameter is unrolled for the value of now.
fn fixed(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::LOOP_OVER_PARAMETER,
        path,
        "the loop is unrolled for the value that the parameter has now: another value at the deployment changes nothing",
    )
    .help("transform again with each value that is deployed")
}

fn too_large(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::LOOP_TOO_LARGE,
        path,
        format!("the loops of this template make more than {MAX_VALUES} values"),
    )
    .help("CloudFormation takes templates of up to 1 MB and 500 resources")
}
