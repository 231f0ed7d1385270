//! Conditions: building the ones that the transform adds.

use crate::tree::{Map, Value, json};

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

#[cfg(test)]
mod tests {
    use super::*;

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
