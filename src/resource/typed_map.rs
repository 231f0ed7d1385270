//! Maps inside properties whose keys the reference knows and whose values it brings to their kinds: text to numbers,
//! numbers to text.
//!
//! ```yaml
//! # in
//! Own:
//!   Type: AWS::Serverless::CapacityProvider
//!   Properties:
//!     VpcConfig: {SubnetIds: [subnet-12345], SecurityGroupIds: [sg-67890]}
//!     ScalingConfig: {MaxVCpuCount: '10'}
//! ```
//!
//! ```yaml
//! # out
//! Own:
//!   Properties:
//!     CapacityProviderScalingConfig: {MaxVCpuCount: 10, ScalingMode: Auto}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: the pydantic models in internal/schema_source/. There a list is first tried as a map, so that an empty one
//! becomes `{}` and one of two-character items a map of characters; here it stays a list.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::python_json::number_text;
use crate::resource::keys;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{List, Map, Number, Value};

/// One key of such a map.
#[derive(Debug)]
pub(crate) struct Key {
    pub(crate) name: &'static str,
    /// Its name in CloudFormation.
    pub(crate) output: &'static str,
    pub(crate) holds: Holds,
    pub(crate) required: bool,
}

impl Key {
    /// An optional key that keeps its name.
    pub(crate) const fn of(name: &'static str, holds: Holds) -> Self {
        Self {
            name,
            output: name,
            holds,
            required: false,
        }
    }

    /// The same key under another name.
    pub(crate) const fn to(mut self, output: &'static str) -> Self {
        self.output = output;
        self
    }

    pub(crate) const fn required(mut self) -> Self {
        self.required = true;
        self
    }
}

/// What a key holds. For a text, a number, a word or a list of texts a map may stand, as an intrinsic that nobody looks
/// into, unless it is [`Only`](Self::Only) that.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Holds {
    /// Anything: CloudFormation judges it.
    Any,
    Text,
    /// A list of texts.
    Texts,
    /// One of these words.
    Word(&'static [&'static str]),
    Integer,
    /// A number, written with a fraction even where it is whole.
    Float,
    /// A number, whole where its text or its value can be cut to one.
    IntegerFirst,
    /// `true` or `false`, or a word or number that means it.
    Bool,
    Map,
    /// A map of these keys.
    Fields(&'static [Key]),
    /// A map whose values all hold this.
    Entries(&'static Holds),
    /// A list whose items all hold this.
    Items(&'static Holds),
    /// This, and no intrinsic in its place.
    Only(&'static Holds),
}

impl Holds {
    /// The kind in words, as it follows "must be".
    pub(crate) fn words(self) -> String {
        match self {
            Self::Any => "anything but null".to_owned(),
            Self::Text => "a string or an intrinsic".to_owned(),
            Self::Texts => "a list of strings or an intrinsic".to_owned(),
            Self::Word(words) => format!("{} or an intrinsic", one_of(words)),
            Self::Integer => "a whole number or an intrinsic".to_owned(),
            Self::Float | Self::IntegerFirst => "a number or an intrinsic".to_owned(),
            Self::Bool => "`true` or `false`".to_owned(),
            Self::Map | Self::Fields(_) | Self::Entries(_) => "a map".to_owned(),
            Self::Items(_) => "a list".to_owned(),
            Self::Only(Self::Text) => "a string".to_owned(),
            Self::Only(Self::Word(words)) => one_of(words),
            Self::Only(inner) => inner.words(),
        }
    }

    /// `value` brought to this kind, where it holds nothing inside.
    fn of(self, value: &Value) -> Option<Value> {
        match self {
            Self::Any => return (!value.is_null()).then(|| value.clone()),
            Self::Bool => return flag(value).map(Value::Bool),
            Self::Only(_) if value.is_object() => return None,
            Self::Only(inner) => return inner.of(value),
            _ if value.is_object() => return Some(value.clone()),
            _ => {}
        }
        match self {
            Self::Text => text(value),
            Self::Texts => {
                let items = value.as_array()?.iter().map(|item| Self::Text.of(item));
                items.collect::<Option<List>>().map(Value::Array)
            }
            Self::Word(words) => {
                let is_one = value.as_str().is_some_and(|word| words.contains(&word));
                is_one.then(|| value.clone())
            }
            Self::Integer => integer(value),
            Self::Float => float(value),
            Self::IntegerFirst => integer(value).or_else(|| float(value)),
            _ => None,
        }
    }
}

fn one_of(words: &[&str]) -> String {
    let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    words.join(" or ")
}

/// The keys of `given` that are not null, under CloudFormation's names. Faults are reported.
///
/// `owner` is the property's name.
pub(crate) fn read(
    scope: &Scope<'_>,
    given: &Map,
    keys: &'static [Key],
    owner: &str,
    path: &Path,
) -> Map {
    let names: Vec<&str> = keys.iter().map(|key| key.name).collect();
    keys::refuse_unknown(scope, given.keys(), &names, &format!("`{owner}`"), path);
    let mut made = Map::new();
    for key in keys {
        let path = path.clone().then(key.name);
        let Some(value) = given.get(key.name).filter(|value| !value.is_null()) else {
            if key.required {
                scope.report(
                    Diagnostic::new(
                        codes::MISSING_PROPERTY,
                        path,
                        format!("`{owner}` needs `{}`", key.name),
                    )
                    .help(match key.holds {
                        Holds::Any => format!("add `{}`", key.name),
                        holds => format!("add `{}`: {}", key.name, holds.words()),
                    }),
                );
            }
            continue;
        };
        if let Some(value) = bring(scope, key.holds, value, key.name, &path) {
            made.insert(key.output, value);
        }
    }
    made
}

/// A value brought to its kind, with all that is in it. A fault is reported and gives none.
///
/// `name` is what it is called: its key, or what it is an item of.
pub(crate) fn bring(
    scope: &Scope<'_>,
    holds: Holds,
    value: &Value,
    name: &str,
    path: &Path,
) -> Option<Value> {
    match (holds, value) {
        (Holds::Fields(keys), Value::Object(given)) => {
            return Some(Value::Object(read(scope, given, keys, name, path)));
        }
        (Holds::Entries(inner), Value::Object(given)) => {
            let entries = given.iter().filter_map(|(key, value)| {
                let value = bring(scope, *inner, value, key, &path.clone().then(key))?;
                Some((key.clone(), value))
            });
            return Some(Value::Object(entries.collect()));
        }
        (Holds::Items(inner), Value::Array(given)) => {
            let items = given.iter().enumerate().filter_map(|(index, value)| {
                bring(scope, *inner, value, name, &path.clone().then(index))
            });
            return Some(Value::Array(items.collect()));
        }
        _ => {}
    }
    let is_nested = matches!(
        holds,
        Holds::Fields(_) | Holds::Entries(_) | Holds::Items(_)
    );
    let brought = if is_nested { None } else { holds.of(value) };
    let Some(brought) = brought else {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path.clone(),
                format!("`{name}` must be {}", holds.words()),
            )
            .help(format!("write {} here", holds.words())),
        );
        return None;
    };
    if matches!(holds, Holds::Texts) && becomes_map(&brought) {
        scope.report(
            Diagnostic::new(
                codes::LIST_READ_AS_MAP,
                path.clone(),
                format!("AWS's own transform makes a map of this `{name}`; here it stays a list"),
            )
            .help("leave an empty list out, so that both give the same"),
        );
    }
    Some(brought)
}

/// Whether the reference takes a list for the pairs of a map.
fn becomes_map(value: &Value) -> bool {
    let is_pair = |item: &Value| match item {
        Value::String(text) => text.chars().count() == 2,
        Value::Object(map) => map.len() == 2,
        _ => false,
    };
    value
        .as_array()
        .is_some_and(|items| items.iter().all(is_pair))
}

fn text(value: &Value) -> Option<Value> {
    match value {
        Value::String(_) => Some(value.clone()),
        Value::Number(number) => Some(number_text(number).into()),
        Value::Bool(flag) => Some((if *flag { "True" } else { "False" }).into()),
        _ => None,
    }
}

/// A whole number, its fraction cut off.
fn integer(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(flag) => Some(i64::from(*flag).into()),
        Value::Number(number) if !number.is_f64() => Some(value.clone()),
        Value::Number(number) => {
            let cut = number.as_f64()?.trunc();
            format!("{cut:.0}").parse::<i64>().ok().map(Value::from)
        }
        Value::String(text) => text.trim().parse::<i64>().ok().map(Value::from),
        _ => None,
    }
}

/// What a boolean, or a word or number that means one, says.
fn flag(value: &Value) -> Option<bool> {
    const YES: [&str; 6] = ["true", "t", "yes", "y", "on", "1"];
    const NO: [&str; 6] = ["false", "f", "no", "n", "off", "0"];
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => match number.as_f64()? {
            0.0 => Some(false),
            1.0 => Some(true),
            _ => None,
        },
        Value::String(word) => {
            let word = word.to_lowercase();
            let means = |words: &[&str]| words.contains(&word.as_str());
            (means(&YES) || means(&NO)).then(|| means(&YES))
        }
        _ => None,
    }
}

fn float(value: &Value) -> Option<Value> {
    let float = match value {
        Value::Bool(flag) => f64::from(u8::from(*flag)),
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    Number::from_f64(float).map(Value::Number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn values_are_brought_to_their_kinds() {
        for (holds, given, made) in [
            (Holds::Text, json!(5), Some(json!("5"))),
            (Holds::Text, json!(true), Some(json!("True"))),
            (Holds::Text, json!([]), None),
            (Holds::Texts, json!(["a", 1.0]), Some(json!(["a", "1.0"]))),
            (Holds::Texts, json!([null]), None),
            (Holds::Texts, json!([["a"]]), None),
            (Holds::Texts, json!("a"), None),
            (Holds::Integer, json!(10.9), Some(json!(10))),
            (Holds::Integer, json!(" 10 "), Some(json!(10))),
            (Holds::Integer, json!("10.5"), None),
            (Holds::Integer, json!(1e300), None),
            (Holds::Float, json!(70), Some(json!(70.0))),
            (Holds::Float, json!("7e1"), Some(json!(70.0))),
            (Holds::Float, json!("inf"), None),
            (Holds::IntegerFirst, json!(2.5), Some(json!(2))),
            (Holds::IntegerFirst, json!("2.5"), Some(json!(2.5))),
            (Holds::Map, json!([]), None),
            (Holds::Bool, json!("Off"), Some(json!(false))),
            (Holds::Bool, json!(1.0), Some(json!(true))),
            (Holds::Bool, json!(2), None),
            (Holds::Word(&["A"]), json!("A"), Some(json!("A"))),
            (Holds::Word(&["A"]), json!("a"), None),
            (Holds::Only(&Holds::Text), json!(1.5), Some(json!("1.5"))),
            (Holds::Only(&Holds::Text), json!({"Ref": "P"}), None),
            (Holds::Any, json!(""), Some(json!(""))),
            (Holds::Any, json!(null), None),
            (
                Holds::Integer,
                json!({"Ref": "P"}),
                Some(json!({"Ref": "P"})),
            ),
        ] {
            assert_eq!(holds.of(&given), made, "{holds:?} of {given}");
        }
    }

    #[test]
    fn lists_of_pairs_are_those_that_the_reference_loses() {
        for lost in [json!([]), json!(["m5", "c6"]), json!([{"a": 1, "b": 2}])] {
            assert!(becomes_map(&lost), "{lost}");
        }
        for kept in [json!(["m5", "m5.large"]), json!({}), json!([{"Ref": "S"}])] {
            assert!(!becomes_map(&kept), "{kept}");
        }
    }
}
