//! Conditions: building the ones that the transform adds, and deciding those of the template where that can be done.

use super::intrinsics::argument;
use crate::tree::{Map, Text, Value, json};
use std::collections::HashMap;

/// The most operands that CloudFormation takes in one `Fn::Or` or `Fn::And`.
const MAX_OPERANDS: usize = 10;

/// `{Condition: name}`: the use of a condition inside another.
pub(crate) fn condition(name: &str) -> Value {
    json!({ "Condition": name })
}

/// `!Not [!Condition name]`
pub(crate) fn not(name: &str) -> Value {
    json!({ "Fn::Not": [condition(name)] })
}

/// The conditions that together say "one of `names` holds", the last of them named `wanted`.
///
/// Ten names at a time are taken from the front of a queue, and the name of their `Fn::Or` goes to its end; the names
/// that this needs count down: `...Condition2`, `...Condition1`, `...Condition`. At least two names are wanted.
///
/// SAM: `make_combined_condition` in model/intrinsics.py. There the names come out of a set, in an order that differs
/// from run to run; here they keep the order that they are given in.
pub(crate) fn any_of(wanted: &str, names: &[String]) -> Map {
    let mut made = Map::new();
    let mut queue: std::collections::VecDeque<String> = names.iter().cloned().collect();
    let total = 1 + names.len().saturating_sub(2) / (MAX_OPERANDS - 1);
    for left in (0..total).rev() {
        let taken: Vec<Value> = queue
            .drain(..queue.len().min(MAX_OPERANDS))
            .map(|name| condition(&name))
            .collect();
        let name = match left {
            0 => wanted.to_owned(),
            count => format!("{wanted}{count}"),
        };
        queue.push_back(name.clone());
        made.insert(name, json!({ "Fn::Or": taken }));
    }
    made
}

/// How deep conditions name each other at most.
const MAX_DEPTH: usize = 100;

/// What is known of conditions by now; of one that is being decided nothing, since it would be decided by itself.
pub(crate) type Decided = HashMap<Text, Option<bool>>;

/// Whether the condition `name` holds, where that is known: `equal` says whether the two that `Fn::Equals` compares are
/// equal, where that is known.
pub(crate) fn holds(
    name: &str,
    conditions: &Map,
    decided: &mut Decided,
    equal: &dyn Fn(&Value, &Value) -> Option<bool>,
) -> Option<bool> {
    let mut decider = Decider {
        conditions,
        equal,
        decided,
        depth: 0,
    };
    decider.named(name)
}

struct Decider<'a> {
    conditions: &'a Map,
    equal: &'a dyn Fn(&Value, &Value) -> Option<bool>,
    decided: &'a mut Decided,
    depth: usize,
}

impl<'a> Decider<'a> {
    fn named(&mut self, name: &str) -> Option<bool> {
        let (name, condition) = self.conditions.get_key_value(name)?;
        if let Some(known) = self.decided.get(name) {
            return *known;
        }
        if self.depth >= MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.decided.insert(name.clone(), None);
        let holds = self.value(condition);
        self.decided.insert(name.clone(), holds);
        self.depth -= 1;
        holds
    }

    fn value(&mut self, condition: &'a Value) -> Option<bool> {
        if let Some(name) = argument(condition, "Condition") {
            return self.named(name.as_str()?);
        }
        if let Some(given) = argument(condition, "Fn::Equals") {
            let [one, other] = given.as_array()?.as_slice() else {
                return None;
            };
            // CloudFormation takes no `Fn::If` here; it might name this very condition.
            if names_condition(one) || names_condition(other) {
                return None;
            }
            return (self.equal)(one, other);
        }
        if let Some(given) = argument(condition, "Fn::Not") {
            let [negated] = given.as_array()?.as_slice() else {
                return None;
            };
            return self.value(negated).map(|holds| !holds);
        }
        // One operand may decide, whatever the others come to.
        for (function, decisive) in [("Fn::And", false), ("Fn::Or", true)] {
            let Some(given) = argument(condition, function) else {
                continue;
            };
            let mut all = Some(!decisive);
            for operand in given.as_array()? {
                match self.value(operand) {
                    Some(holds) if holds == decisive => return Some(decisive),
                    Some(_) => {}
                    None => all = None,
                }
            }
            return all;
        }
        None
    }
}

/// Whether an `Fn::If` stands in a value.
fn names_condition(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(names_condition),
        Value::Object(map) => map.contains_key("Fn::If") || map.values().any(names_condition),
        _ => false,
    }
}

/// Conditions joined by `Fn::And` or `Fn::Or`, of which CloudFormation takes 2 to 10 at a time.
pub(crate) fn joined(function: &str, conditions: impl IntoIterator<Item = Value>) -> Value {
    let mut level: Vec<Value> = conditions.into_iter().collect();
    while level.len() > 1 {
        level = level
            .chunks(MAX_OPERANDS)
            .map(|some| match some {
                [one] => one.clone(),
                some => json!({ function: some.iter().cloned().collect::<Value>() }),
            })
            .collect();
    }
    level.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_conditions_are_joined_at_a_time() {
        let names = (1..=21).map(|i| condition(&format!("C{i}")));
        let made = joined("Fn::And", names);
        let sizes = |value: &Value| value["Fn::And"].as_array().map(|of| of.len());
        assert_eq!(sizes(&made), Some(3));
        assert_eq!(sizes(&made["Fn::And"][1]), Some(10));
        assert_eq!(made["Fn::And"][2], condition("C21"));
        assert_eq!(joined("Fn::Or", [condition("C")]), condition("C"));
    }

    #[test]
    fn conditions_are_decided_where_one_operand_does() {
        let conditions = json!({
            "Prod": { "Fn::Equals": [{ "Ref": "Stage" }, "prod"] },
            "Later": { "Fn::Equals": [{ "Ref": "AWS::AccountId" }, "1"] },
            "NotProd": { "Fn::Not": [{ "Condition": "Prod" }] },
            "Either": { "Fn::Or": [{ "Condition": "Later" }, { "Condition": "Prod" }] },
            "Both": { "Fn::And": [{ "Condition": "Later" }, { "Condition": "Prod" }] },
            "Neither": { "Fn::And": [{ "Condition": "Later" }, { "Condition": "NotProd" }] },
            "Within": { "Fn::Equals": [{ "Fn::If": ["Within", "a", "b"] }, "a"] },
            "Circle": { "Fn::Not": [{ "Condition": "Circle" }] },
            "Odd": { "Fn::Equals": ["a"] },
        });
        let read = |value: &Value| match value {
            Value::String(text) => Some(text.clone()),
            value => (value["Ref"] == "Stage").then(|| "prod".into()),
        };
        let equal = |one: &Value, other: &Value| Some(read(one)? == read(other)?);
        for (name, expected) in [
            ("Prod", Some(true)),
            ("Later", None),
            ("NotProd", Some(false)),
            ("Either", Some(true)),
            ("Both", None),
            ("Neither", Some(false)),
            ("Circle", None),
            ("Odd", None),
            ("Within", None),
            ("None", None),
        ] {
            let conditions = conditions.as_object().unwrap();
            let holds = holds(name, conditions, &mut Decided::new(), &equal);
            assert_eq!(holds, expected, "{name}");
        }
    }

    /// For each made condition its name and how many operands it has.
    fn shape(count: usize) -> Vec<(String, usize)> {
        let names: Vec<String> = (1..=count).map(|i| format!("C{i}")).collect();
        any_of("X", &names)
            .iter()
            .map(|(name, value)| {
                let operands = value["Fn::Or"].as_array().unwrap().len();
                (name.to_string(), operands)
            })
            .collect()
    }

    #[test]
    fn ten_operands_at_the_most() {
        let of = |pairs: &[(&str, usize)]| {
            pairs
                .iter()
                .map(|(name, size)| ((*name).to_owned(), *size))
                .collect::<Vec<_>>()
        };
        assert_eq!(shape(2), of(&[("X", 2)]));
        assert_eq!(shape(10), of(&[("X", 10)]));
        assert_eq!(shape(11), of(&[("X1", 10), ("X", 2)]));
        assert_eq!(shape(19), of(&[("X1", 10), ("X", 10)]));
        assert_eq!(shape(20), of(&[("X2", 10), ("X1", 10), ("X", 2)]));
        assert_eq!(
            shape(29),
            of(&[("X3", 10), ("X2", 10), ("X1", 10), ("X", 2)])
        );
    }
}
