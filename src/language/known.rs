//! What is known before a deployment, put into values in place of what refers to it.
//!
//! ```yaml
//! # with `Stage: prod` ...
//! !Sub '${Stage}-${Table}'
//! ```
//!
//! ```yaml
//! # ... becomes
//! !Sub 'prod-${Table}'
//! ```

use super::canonical::{is_nothing, only_entry, spelled, text_of};
use super::conditions::{self, Decided};
use super::intrinsics::{argument, is_no_value, sub_references};
use super::parameters::Parameters;
use crate::tree::{Map, Value, json};

/// What is known before a deployment: the values of parameters, mappings, and the conditions that follow from them.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Known<'a> {
    pub(crate) parameters: &'a Parameters,
    pub(crate) mappings: &'a Map,
    pub(crate) conditions: &'a Map,
}

impl Known<'_> {
    /// A value with what is known in place of what refers to it; without null and `AWS::NoValue`.
    ///
    /// Secrets stay references, and so do pseudo parameters, except as keys of `Fn::FindInMap`.
    pub(crate) fn put_in(&self, value: &Value) -> Value {
        match value {
            Value::Array(items) => {
                let items = items.iter().map(|item| self.put_in(item));
                items.filter(|item| !is_nothing(item)).collect()
            }
            Value::Object(map) => match only_entry(map) {
                Some((name, given)) if name == "Ref" || name.starts_with("Fn::") => {
                    self.of_function(name, given)
                }
                _ => {
                    let entries = map.iter();
                    let entries = entries.map(|(key, inner)| (key.clone(), self.put_in(inner)));
                    let kept = entries.filter(|(_, inner)| !is_nothing(inner));
                    Value::Object(kept.collect())
                }
            },
            other => other.clone(),
        }
    }

    /// What an intrinsic function gives, as far as that is known.
    fn of_function(&self, name: &str, given: &Value) -> Value {
        let stays = |given: Value| json!({ name: given });
        match (name, given) {
            ("Ref", Value::String(target)) => match self.parameter(target) {
                Some(known) => known.clone(),
                None => stays(given.clone()),
            },
            ("Fn::GetAtt", _) => stays(given.clone()),
            ("Fn::Sub", Value::String(text)) => stays(self.substituted(text, None).into()),
            ("Fn::Sub", Value::Array(items)) => match items.as_slice() {
                [Value::String(text), Value::Object(variables)] => {
                    let variables = variables.iter();
                    let variables: Map = variables
                        .map(|(key, inner)| (key.clone(), self.put_in(inner)))
                        .collect();
                    let text = self.substituted(text, Some(&variables));
                    stays(json!([text, Value::Object(variables)]))
                }
                [Value::String(text)] => stays(self.substituted(text, None).into()),
                _ => stays(given.clone()),
            },
            ("Fn::FindInMap", Value::Array(items)) => {
                let keys: Vec<Value> = items.iter().map(|key| self.put_in(key)).collect();
                let found = match keys.as_slice() {
                    [Value::String(mapping), top, second, ..] => self
                        .mappings
                        .get(mapping)
                        .zip(self.key(top))
                        .zip(self.key(second))
                        .and_then(|((mapping, top), second)| mapping.get(top)?.get(second)),
                    _ => None,
                };
                match found {
                    Some(found) => found.clone(),
                    None => stays(keys.into()),
                }
            }
            ("Fn::If", Value::Array(items)) => match items.as_slice() {
                [Value::String(condition), then, otherwise] => match self.holds(condition) {
                    Some(true) => self.put_in(then),
                    Some(false) => self.put_in(otherwise),
                    // A branch that is nothing means something.
                    None => stays(json!([
                        condition.as_str(),
                        self.branch(then),
                        self.branch(otherwise)
                    ])),
                },
                _ => stays(given.clone()),
            },
            ("Fn::Select", Value::Array(items)) => {
                let items: Vec<Value> = items.iter().map(|item| self.put_in(item)).collect();
                let selected = match items.as_slice() {
                    [index, Value::Array(items)] => {
                        let index = match index {
                            Value::String(digits) => digits.parse().ok(),
                            other => other.as_u64(),
                        };
                        index
                            .and_then(|index| items.get(usize::try_from(index).ok()?))
                            .filter(|item| is_literal(item))
                    }
                    _ => None,
                };
                match selected {
                    Some(item) => item.clone(),
                    None => stays(items.into()),
                }
            }
            ("Fn::Split", Value::Array(items)) => {
                let items: Vec<Value> = items.iter().map(|item| self.put_in(item)).collect();
                match items.as_slice() {
                    [Value::String(between), Value::String(text)] if !between.is_empty() => {
                        text.split(between.as_str()).collect()
                    }
                    _ => stays(items.into()),
                }
            }
            ("Fn::Join", Value::Array(items)) => {
                let items: Vec<Value> = items.iter().map(|item| self.put_in(item)).collect();
                let joined = match items.as_slice() {
                    [Value::String(between), Value::Array(parts)] => {
                        let parts: Option<Vec<String>> = parts.iter().map(text_of).collect();
                        parts.map(|parts| parts.join(between))
                    }
                    _ => None,
                };
                match joined {
                    Some(text) => text.into(),
                    None => stays(items.into()),
                }
            }
            _ => stays(self.put_in(given)),
        }
    }

    /// A branch of an `Fn::If` that stays, which keeps `AWS::NoValue`.
    fn branch(&self, value: &Value) -> Value {
        if is_no_value(value) {
            value.clone()
        } else {
            self.put_in(value)
        }
    }

    /// The value of a parameter that is no pseudo parameter and no secret.
    fn parameter(&self, name: &str) -> Option<&Value> {
        if name.starts_with("AWS::") || self.parameters.is_secret(name) {
            return None;
        }
        self.parameters.get(name)
    }

    /// A key of `Fn::FindInMap`, for which the region counts.
    fn key<'k>(&'k self, key: &'k Value) -> Option<&'k str> {
        match argument(key, "Ref").and_then(Value::as_str) {
            Some(pseudo) if pseudo.starts_with("AWS::") => self.parameters.get(pseudo)?.as_str(),
            _ => key.as_str(),
        }
    }

    /// An `Fn::Sub` text with what is known of parameters and of its variables.
    fn substituted(&self, text: &str, variables: Option<&Map>) -> String {
        let mut made = String::new();
        let mut rest = text;
        for found in sub_references(text) {
            let Some((before, after)) = rest.split_once(found.whole) else {
                continue;
            };
            made.push_str(before);
            let known = match variables.and_then(|variables| variables.get(found.name)) {
                Some(variable) => Some(variable),
                None => self.parameter(found.name),
            };
            match known.and_then(text_of) {
                // What would be a reference of its own is none in a value.
                Some(known) if !known.contains("${") => made.push_str(&known),
                _ => made.push_str(found.whole),
            }
            rest = after;
        }
        made + rest
    }

    /// Whether a condition holds, where that follows from what is known.
    pub(crate) fn holds(&self, condition: &str) -> Option<bool> {
        let equal = |one: &Value, other: &Value| {
            let (one, other) = (spelled(self.put_in(one)), spelled(self.put_in(other)));
            if one == other {
                return Some(true);
            }
            Some(text_of(&one)? == text_of(&other)?)
        };
        conditions::holds(condition, self.conditions, &mut Decided::new(), &equal)
    }
}

/// Whether there is no intrinsic function in it.
fn is_literal(value: &Value) -> bool {
    !value.is_object() && !value.is_array()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::canonical::function;
    use crate::language::canonical::tests::{twice, value};
    use proptest::prelude::{prop_assert_eq, proptest};

    proptest! {
        #![proptest_config(twice(4000))]

        #[test]
        fn what_is_put_in_is_put_in_once(value in value()) {
            let declared = json!({
                "Stage": {"Type": "String", "Default": "prod"},
                "T": {"Type": "Number", "Default": 7},
                "Login": {"Type": "String", "NoEcho": true, "Default": "s3cr3t"},
            });
            let parameters = Parameters::new(&Map::new(), declared.as_object(), "eu-west-1", "aws");
            let mappings = json!({"A": {"eu-west-1": {"prod": 1024}, "T": {"a": [""]}}});
            let conditions = json!({"IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]}});
            let known = Known {
                parameters: &parameters,
                mappings: mappings.as_object().unwrap(),
                conditions: conditions.as_object().unwrap(),
            };
            let once = known.put_in(&value);
            prop_assert_eq!(known.put_in(&once), once.clone());
            // Both steps, as they are taken for a hash.
            let whole = |value: &Value| function(&Map::from_iter([("MemorySize".to_owned(), value.clone())]));
            let made = whole(&once);
            let again: Map = made.iter().map(|(name, value)| (name.clone(), known.put_in(value))).collect();
            prop_assert_eq!(function(&again), made);
        }
    }

    #[test]
    fn what_is_known_is_put_in() {
        let declared = json!({
            "Stage": {"Type": "String", "Default": "prod"},
            "Size": {"Type": "Number", "Default": "512"},
            "Login": {"Type": "String", "NoEcho": true, "Default": "s3cr3t"},
        });
        let parameters = Parameters::new(&Map::new(), declared.as_object(), "eu-west-1", "aws");
        let mappings = json!({"Sizes": {"eu-west-1": {"prod": 1024}}});
        let conditions = json!({
            "IsProd": {"Fn::Equals": [{"Ref": "Stage"}, "prod"]},
            "IsHere": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]},
            "Both": {"Fn::And": [{"Condition": "IsProd"}, {"Condition": "IsHere"}]},
            "Neither": {"Fn::Not": [{"Fn::Or": [{"Condition": "IsHere"}, {"Condition": "IsProd"}]}]},
        });
        let known = Known {
            parameters: &parameters,
            mappings: mappings.as_object().unwrap(),
            conditions: conditions.as_object().unwrap(),
        };
        for (given, expected) in [
            (json!({"Ref": "Size"}), json!("512")),
            (json!({"Ref": "Login"}), json!({"Ref": "Login"})),
            (json!({"Ref": "AWS::Region"}), json!({"Ref": "AWS::Region"})),
            (
                json!({"Fn::Sub": "a-${Stage}-${Login}"}),
                json!({"Fn::Sub": "a-prod-${Login}"}),
            ),
            (
                json!({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, {"Ref": "Stage"}]}),
                json!(1024),
            ),
            (json!({"Fn::If": ["IsProd", 1, 2]}), json!(1)),
            (json!({"Fn::If": ["Neither", 1, 2]}), json!(2)),
            (
                json!({"Fn::If": ["Both", {"Ref": "Size"}, {"Ref": "AWS::NoValue"}]}),
                json!({"Fn::If": ["Both", "512", {"Ref": "AWS::NoValue"}]}),
            ),
            (
                json!([{"Ref": "AWS::NoValue"}, null, {"a": null}]),
                json!([{}]),
            ),
            (
                json!({"Fn::Join": ["-", ["a", {"Ref": "Stage"}]]}),
                json!("a-prod"),
            ),
            (
                json!({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}),
                json!("b"),
            ),
        ] {
            let made = known.put_in(&given);
            assert_eq!(made, expected, "{given}");
            assert_eq!(known.put_in(&made), made);
        }
    }
}
