//! Parameter values, and what they resolve.
//!
//! Upstream: sdk/parameter.py, intrinsics/resolver.py and intrinsics/actions.py.

use super::intrinsics::{argument, replace_sub_references, sub_references, sub_text_mut};
use super::python2::Node;
use crate::tree::{Map, Text, Value, json};

/// CloudFormation sends this in place of a value that it does not know yet; a `Ref` to it stays.
pub(crate) const UNKNOWN_VALUE: &str = "{{IntrinsicFunction:";

/// What is known of the template's parameters: name to value.
#[derive(Debug, Clone, Default)]
pub(crate) struct Parameters {
    values: Map,
    /// The names that the template declares.
    declared: Vec<String>,
    /// The pseudo parameters that nobody gave a value for.
    filled_in: Vec<&'static str>,
    /// Parameters whose value had better not be read, and why.
    traps: Vec<(Text, Trap)>,
    /// The parameters that have their default, because no value is given.
    by_default: Vec<Text>,
}

/// Why it is unwise that a parameter's value goes into the output or into an id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trap {
    /// `NoEcho`: the value is a secret.
    Secret,
    /// An SSM type: the value known here is the name under which the real one is stored.
    SsmName,
    /// The default is a number, say, where every value that is passed is a string.
    LooseDefault,
}

/// Why something could not be resolved; each stops the reference at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Unresolvable {
    /// `Fn::Sub` names a parameter whose value is not text.
    SubOfNonText {
        /// The parameter.
        parameter: String,
    },
    /// `Fn::FindInMap` is not a list of three.
    FindInMapShape,
    /// The named mapping is not a map of maps.
    NotTwoLevels {
        /// The mapping.
        mapping: String,
    },
}

/// Whether values of a parameter's type are lists. A value of `AWS::SSM::Parameter::Value<List<...>>` is the name of a
/// stored list, and so one text.
pub(crate) fn is_list(kind: &str) -> bool {
    kind == "CommaDelimitedList" || kind.starts_with("List<")
}

/// Whether a value stands for one that CloudFormation does not know yet.
pub(crate) fn is_unknown(value: &Value) -> bool {
    value
        .as_str()
        .is_some_and(|text| text.starts_with(UNKNOWN_VALUE))
}

/// A value of a list parameter, as CloudFormation sends it to a macro: a text is split at its commas and each item
/// trimmed, so that an empty text is a list of one empty text.
fn as_list(value: Value) -> Value {
    match value {
        unknown if is_unknown(&unknown) => unknown,
        Value::String(text) => text.split(',').map(str::trim).collect(),
        Value::Number(number) => json!([number.to_string()]),
        Value::Array(items) => items.into_iter().map(as_text).collect(),
        other => other,
    }
}

/// A value that is given for a parameter that is no list.
fn as_one(value: Value) -> Value {
    match value {
        Value::Array(items) if items.iter().all(Value::is_string) => {
            let items: Vec<&str> = items.iter().filter_map(Value::as_str).collect();
            items.join(",").into()
        }
        other => other,
    }
}

fn as_text(value: Value) -> Value {
    match value {
        Value::Number(number) => number.to_string().into(),
        other => other,
    }
}

impl Parameters {
    /// The values given, then the template's defaults for the others, then `AWS::Region` and `AWS::Partition`.
    ///
    /// No other pseudo parameter is known unless it is given.
    pub(crate) fn new(given: &Map, declared: Option<&Map>, region: &str, partition: &str) -> Self {
        let mut values = given.clone();
        let mut traps = Vec::new();
        let mut by_default = Vec::new();
        for (name, declaration) in declared.into_iter().flatten() {
            let kind = declaration.get("Type").and_then(Value::as_str);
            let is_list = kind.is_some_and(is_list);
            if let Some(default) = declaration.get("Default") {
                if !default.is_string() && !is_list && !values.contains_key(name) {
                    traps.push((name.clone(), Trap::LooseDefault));
                }
                values.entry(name).or_insert_with(|| {
                    by_default.push(name.clone());
                    default.clone()
                });
            }
            let is_given = given.contains_key(name);
            if let Some(value) = values.get_mut(name) {
                if is_list {
                    *value = as_list(value.take());
                } else if is_given {
                    *value = as_one(value.take());
                }
            }
            let no_echo = declaration.get("NoEcho");
            if no_echo.is_some_and(|flag| {
                *flag == true
                    || flag
                        .as_str()
                        .is_some_and(|word| word.eq_ignore_ascii_case("true"))
            }) {
                traps.push((name.clone(), Trap::Secret));
            }
            if kind.is_some_and(|kind| kind.starts_with("AWS::SSM::Parameter::Value")) {
                traps.push((name.clone(), Trap::SsmName));
            }
        }
        let mut filled_in = Vec::new();
        for (name, value) in [("AWS::Region", region), ("AWS::Partition", partition)] {
            values.entry(name).or_insert_with(|| {
                filled_in.push(name);
                value.into()
            });
        }
        let names = declared
            .into_iter()
            .flatten()
            .map(|(name, _)| name.to_string());
        Self {
            values,
            declared: names.collect(),
            filled_in,
            traps,
            by_default,
        }
    }

    /// Whether a value reads a parameter that nobody gave a value for, and that has its `Default`: a deployment may give
    /// it another.
    pub(crate) fn reads_default(&self, value: &Value) -> bool {
        self.by_default.iter().any(|name| reads(value, name))
    }

    /// The same, with the values of secrets as unknown as before the deployment.
    pub(crate) fn without_secrets(mut self) -> Self {
        for (name, trap) in &self.traps {
            if let (Trap::Secret, Some(value)) = (trap, self.values.get_mut(name)) {
                *value = format!("{UNKNOWN_VALUE}NoEcho}}}}").into();
            }
        }
        self
    }

    /// Whether there are parameters that had better not be read.
    pub(crate) fn has_traps(&self) -> bool {
        !self.traps.is_empty()
    }

    /// The parameters that `value` reads, in a `Ref` or an `Fn::Sub`, and that had better not be read.
    pub(crate) fn traps(&self, value: &Value) -> Vec<(Text, Trap)> {
        let trapped = self
            .traps
            .iter()
            .filter(|(name, _)| self.get(name).is_some());
        trapped
            .filter(|(name, _)| reads(value, name))
            .cloned()
            .collect()
    }

    /// The parameters that `value` reads and whose values are known, pseudo parameters among them, in the order in which
    /// they are known.
    pub(crate) fn read_in(&self, value: &Value) -> Vec<String> {
        let known = self.values.keys().filter(|name| self.get(name).is_some());
        known
            .filter(|name| reads(value, name))
            .map(Into::into)
            .collect()
    }

    /// Whether a parameter is a secret: `NoEcho`.
    pub(crate) fn is_secret(&self, name: &str) -> bool {
        let mut traps = self.traps.iter();
        traps.any(|(trapped, trap)| trapped == name && *trap == Trap::Secret)
    }

    /// Whether a parameter has its default, because no value is given for it.
    pub(crate) fn is_by_default(&self, name: &str) -> bool {
        self.by_default.iter().any(|known| known == name)
    }

    /// The parameters of the template that `value` reads, whether their values are known or not.
    pub(crate) fn named_in(&self, value: &Value) -> Vec<String> {
        let declared = self.declared.iter();
        declared
            .filter(|name| reads(value, name))
            .cloned()
            .collect()
    }

    /// Whether the template declares a parameter of this name.
    pub(crate) fn is_declared(&self, name: &str) -> bool {
        self.declared.iter().any(|known| known == name) || name.starts_with("AWS::")
    }

    /// The parameters of the template whose values are known texts, or lists of them: each with whether it is a secret.
    pub(crate) fn texts(&self) -> impl Iterator<Item = (&str, &str, bool)> {
        let of_template = self
            .values
            .iter()
            .filter(|(name, _)| !name.starts_with("AWS::"));
        of_template.flat_map(|(name, value)| {
            let is_trap = |trap: &&(Text, Trap)| trap.0 == *name && trap.1 == Trap::Secret;
            let is_secret = self.traps.iter().any(|trap| is_trap(&trap));
            let items = match value {
                Value::Array(items) => items.as_slice(),
                value => std::slice::from_ref(value),
            };
            let texts = items
                .iter()
                .filter(|item| !is_unknown(item))
                .filter_map(Value::as_str);
            texts.map(move |text| (name.as_str(), text, is_secret))
        })
    }

    /// The value of a parameter, where it is known.
    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.values.get(name).filter(|value| !is_unknown(value))
    }

    /// Puts parameter values in place of `Ref`s and inside `Fn::Sub` texts, everywhere in `value`; all else stays.
    ///
    /// Values are put in as they are, of any type; a replaced `Fn::Sub` text keeps its `Fn::Sub` around it. A list that is
    /// an item of a list gives its items to it, which the reference does not: nothing takes a list in a list.
    pub(crate) fn resolve(&self, value: &mut Value) -> Result<(), Unresolvable> {
        if let Some(name) = argument(value, "Ref").and_then(Value::as_str) {
            if let Some(known) = self.get(name) {
                // What a value holds is data: it is not looked into again, however it came to hold a `Ref`.
                *value = known.clone();
                return Ok(());
            }
        } else if let Some(text) = sub_text_mut(value)
            && let Some(replaced) = self.substituted(text)?
        {
            *text = replaced.into();
        }
        match value {
            Value::Array(items) => {
                let lists = self.lists_in(items.iter().map(|item| argument(item, "Ref")?.as_str()));
                items.iter_mut().try_for_each(|item| self.resolve(item))?;
                flatten(items, &lists, |item| match item {
                    Value::Array(items) => Ok(items),
                    other => Err(other),
                });
                Ok(())
            }
            // What a function takes is no list of things: each item has a meaning of its own.
            Value::Object(map)
                if map.len() == 1 && map.keys().all(|key| key.starts_with("Fn::")) =>
            {
                map.values_mut().try_for_each(|argument| match argument {
                    Value::Array(items) => items.iter_mut().try_for_each(|item| self.resolve(item)),
                    other => self.resolve(other),
                })
            }
            Value::Object(map) => map.values_mut().try_for_each(|inner| self.resolve(inner)),
            _ => Ok(()),
        }
    }

    /// Which items of a list refer to list parameters, given what each refers to.
    fn lists_in<'a>(&self, targets: impl Iterator<Item = Option<&'a str>>) -> Vec<usize> {
        let is_list = |target: Option<&str>| self.get(target?).map(Value::is_array);
        targets
            .enumerate()
            .filter(|(_, target)| is_list(*target) == Some(true))
            .map(|(index, _)| index)
            .collect()
    }

    /// An `Fn::Sub` text with the values of parameters; none where it names no known one.
    fn substituted(&self, text: &str) -> Result<Option<String>, Unresolvable> {
        replace_sub_references(text, |reference| match self.get(reference.name) {
            None => Ok(None),
            Some(Value::String(known)) => Ok(Some(known.to_string())),
            Some(_) => Err(Unresolvable::SubOfNonText {
                parameter: reference.name.to_owned(),
            }),
        })
    }

    /// The same as [`Self::resolve`] in what goes into the body of an API.
    pub(crate) fn resolve_node(&self, node: &mut Node) -> Result<(), Unresolvable> {
        match node {
            Node::List(items) => {
                let lists = self.lists_in(items.iter().map(|item| match item {
                    Node::Map(map) if map.len() == 1 => match map.get("Ref") {
                        Some(Node::Text(name)) => Some(&**name),
                        _ => None,
                    },
                    _ => None,
                }));
                items
                    .iter_mut()
                    .try_for_each(|item| self.resolve_node(item))?;
                flatten(items, &lists, |item| match item {
                    Node::List(items) => Ok(items),
                    other => Err(other),
                });
                Ok(())
            }
            Node::Map(map) => {
                let only = |name| if map.len() == 1 { map.get(name) } else { None };
                if let Some(Node::Text(name)) = only("Ref")
                    && let Some(known) = self.get(name)
                {
                    *node = if self.filled_in.contains(&&**name) {
                        Node::bare(known.clone())
                    } else {
                        Node::marked(known.clone())
                    };
                    return Ok(());
                }
                if only("Fn::Sub").is_some() {
                    let text = match map.get_mut("Fn::Sub") {
                        Some(Node::Text(text)) => Some(text),
                        Some(Node::List(items)) => match items.first_mut() {
                            Some(Node::Text(text)) => Some(text),
                            _ => None,
                        },
                        _ => None,
                    };
                    if let Some(text) = text
                        && let Some(replaced) = self.substituted(text)?
                    {
                        *text = text.map(|_| replaced);
                    }
                }
                let is_function =
                    map.len() == 1 && map.iter().all(|(key, _)| key.starts_with("Fn::"));
                map.iter_mut().try_for_each(|(_, value)| match value {
                    Node::List(items) if is_function => items
                        .iter_mut()
                        .try_for_each(|item| self.resolve_node(item)),
                    value => self.resolve_node(value),
                })
            }
            Node::Null | Node::Bool(_) | Node::Number(_) | Node::Text(_) => Ok(()),
        }
    }

    /// A resolved copy of `value`.
    pub(crate) fn resolved(&self, value: &Value) -> Result<Value, Unresolvable> {
        let mut copy = value.clone();
        self.resolve(&mut copy)?;
        Ok(copy)
    }

    /// What `value` resolves to, `value` itself changing as the reference changes it: in every nested place, but a
    /// `Ref` that stands alone stays in the template.
    pub(crate) fn read(&self, value: &mut Value) -> Result<Value, Unresolvable> {
        if argument(value, "Ref").is_some() {
            return self.resolved(value);
        }
        self.resolve(value)?;
        Ok(value.clone())
    }
}

/// Puts the items of the lists at these places into the list that they are items of.
fn flatten<T, L: Default + IntoIterator<Item = T> + Extend<T>>(
    items: &mut L,
    lists: &[usize],
    open: impl Fn(T) -> Result<L, T>,
) {
    if lists.is_empty() {
        return;
    }
    let old = std::mem::take(items);
    for (index, item) in old.into_iter().enumerate() {
        if !lists.contains(&index) {
            items.extend([item]);
            continue;
        }
        match open(item) {
            Ok(inner) => items.extend(inner),
            Err(item) => items.extend([item]),
        }
    }
}

/// Whether a value reads a parameter.
fn reads(value: &Value, parameter: &str) -> bool {
    if argument(value, "Ref").and_then(Value::as_str) == Some(parameter) {
        return true;
    }
    let text = match argument(value, "Fn::Sub") {
        Some(Value::String(text)) => Some(text),
        Some(Value::Array(items)) => match items.first() {
            Some(Value::String(text)) => Some(text),
            _ => None,
        },
        _ => None,
    };
    if text.is_some_and(|text| sub_references(text).any(|reference| reference.name == parameter)) {
        return true;
    }
    match value {
        Value::Array(items) => items.iter().any(|item| reads(item, parameter)),
        Value::Object(map) => map.values().any(|inner| reads(inner, parameter)),
        _ => false,
    }
}

/// Looks up `Fn::FindInMap`, everywhere in `value`, keys that are `Fn::FindInMap` themselves included.
///
/// What is not found stays as it is; without mappings nothing is looked at.
pub(crate) fn find_in_maps(value: &mut Value, mappings: Option<&Map>) -> Result<(), Unresolvable> {
    let Some(mappings) = mappings.filter(|mappings| !mappings.is_empty()) else {
        return Ok(());
    };
    if let Some(found) = find_in_map(value, mappings)? {
        *value = found.clone();
        return Ok(());
    }
    match value {
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|item| find_in_maps(item, Some(mappings))),
        Value::Object(map) => map
            .values_mut()
            .try_for_each(|inner| find_in_maps(inner, Some(mappings))),
        _ => Ok(()),
    }
}

fn find_in_map<'a>(value: &Value, mappings: &'a Map) -> Result<Option<&'a Value>, Unresolvable> {
    let Some(given) = argument(value, "Fn::FindInMap") else {
        return Ok(None);
    };
    let Some([mapping, top, second]) = given.as_array().map(|given| given.as_slice()) else {
        return Err(Unresolvable::FindInMapShape);
    };
    let (Some(mapping), Some(top), Some(second)) = (
        map_key(mapping, mappings)?,
        map_key(top, mappings)?,
        map_key(second, mappings)?,
    ) else {
        return Ok(None);
    };
    let not_two_levels = || Unresolvable::NotTwoLevels {
        mapping: mapping.to_owned(),
    };
    let Some(tops) = mappings.get(mapping) else {
        return Ok(None);
    };
    let Some(seconds) = tops.as_object().ok_or_else(not_two_levels)?.get(top) else {
        return Ok(None);
    };
    Ok(seconds.as_object().ok_or_else(not_two_levels)?.get(second))
}

/// A key of `Fn::FindInMap`: a text, or another `Fn::FindInMap` that gives one.
fn map_key<'a>(key: &'a Value, mappings: &'a Map) -> Result<Option<&'a str>, Unresolvable> {
    match find_in_map(key, mappings)? {
        Some(found) => Ok(found.as_str()),
        None => Ok(key.as_str()),
    }
}
