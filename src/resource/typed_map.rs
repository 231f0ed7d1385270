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

/// What a key holds; a map may stand for each, as an intrinsic that nobody looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Holds {
    Text,
    /// A list of texts.
    Texts,
    Integer,
    /// A number, written with a fraction even where it is whole.
    Float,
    /// A number, whole where its text or its value can be cut to one.
    IntegerFirst,
    Map,
}

impl Holds {
    /// The kind in words, as it follows "must be".
    pub(crate) const fn words(self) -> &'static str {
        match self {
            Self::Text => "a string or an intrinsic",
            Self::Texts => "a list of strings or an intrinsic",
            Self::Integer => "a whole number or an intrinsic",
            Self::Float | Self::IntegerFirst => "a number or an intrinsic",
            Self::Map => "a map",
        }
    }

    /// `value` brought to this kind.
    fn of(self, value: &Value) -> Option<Value> {
        if value.is_object() {
            return Some(value.clone());
        }
        match self {
            Self::Text => text(value),
            Self::Texts => {
                let items = value.as_array()?.iter().map(|item| Self::Text.of(item));
                items.collect::<Option<List>>().map(Value::Array)
            }
            Self::Integer => integer(value),
            Self::Float => float(value),
            Self::IntegerFirst => integer(value).or_else(|| float(value)),
            Self::Map => None,
        }
    }
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
                    .help(format!("add `{}`: {}", key.name, key.holds.words())),
                );
            }
            continue;
        };
        let Some(value) = key.holds.of(value) else {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    path,
                    format!("`{}` must be {}", key.name, key.holds.words()),
                )
                .help(format!("write {} here", key.holds.words())),
            );
            continue;
        };
        if becomes_map(&value) {
            scope.report(
                Diagnostic::new(
                    codes::LIST_READ_AS_MAP,
                    path,
                    format!(
                        "AWS's own transform makes a map of this `{}`; here it stays a list",
                        key.name
                    ),
                )
                .help("leave an empty list out, so that both give the same"),
            );
        }
        made.insert(key.output.to_owned(), value);
    }
    made
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
