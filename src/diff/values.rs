//! What is different between two values: the places and what stands there.

use std::collections::HashSet;

use super::model::{Unseen, ValueChange};
use crate::language::intrinsics::{argument, is_intrinsic, sub_references};
use crate::place::Path;
use crate::tree::{List, Value};

/// The differences of two values in canonical form that stand at `path`, as small as they can be told. Of the `secrets`
/// the two sides know different values.
pub(super) fn differences(
    old: Option<&Value>,
    new: Option<&Value>,
    path: &Path,
    secrets: &HashSet<&str>,
) -> Vec<ValueChange> {
    let mut found = Vec::new();
    compare(old, new, &mut path.clone(), secrets, &mut found);
    found
}

fn compare(
    old: Option<&Value>,
    new: Option<&Value>,
    path: &mut Path,
    secrets: &HashSet<&str>,
    found: &mut Vec<ValueChange>,
) {
    let is_secret = |value: Option<&Value>| value.is_some_and(|value| reads(value, secrets));
    if old == new && !is_secret(new) {
        return;
    }
    match (old, new) {
        (Some(Value::Object(old)), Some(Value::Object(new)))
            if !is_function(old) && !is_function(new) =>
        {
            let added = new.iter().filter(|(key, _)| !old.contains_key(key));
            for key in old.keys().chain(added.map(|(key, _)| key)) {
                path.0.push(key.into());
                compare(old.get(key), new.get(key), path, secrets, found);
                path.0.pop();
            }
        }
        (Some(Value::Array(old)), Some(Value::Array(new))) => {
            compare_lists(old, new, path, secrets, found);
        }
        _ => found.push(ValueChange {
            path: path.clone(),
            old: old.cloned(),
            new: new.cloned(),
            parameters: Vec::new(),
            unseen: (old == new).then_some(Unseen::Secret),
            files: Vec::new(),
        }),
    }
}

fn is_function(map: &crate::tree::Map) -> bool {
    map.len() == 1 && is_intrinsic(&Value::Object(map.clone()))
}

/// Lists are compared item by item, without those that both have: what is put in between moves the others.
fn compare_lists(
    old: &List,
    new: &List,
    path: &mut Path,
    secrets: &HashSet<&str>,
    found: &mut Vec<ValueChange>,
) {
    if old == new {
        for (index, item) in new.iter().enumerate() {
            path.0.push(index.into());
            compare(Some(item), Some(item), path, secrets, found);
            path.0.pop();
        }
        return;
    }
    let mut left: Vec<Option<&Value>> = new.iter().map(Some).collect();
    let mut gone: Vec<(usize, &Value)> = Vec::new();
    for (index, item) in old.iter().enumerate() {
        match left.iter_mut().find(|kept| **kept == Some(item)) {
            Some(kept) => *kept = None,
            None => gone.push((index, item)),
        }
    }
    let come: Vec<(usize, &Value)> = left
        .into_iter()
        .enumerate()
        .filter_map(|(index, item)| Some((index, item?)))
        .collect();
    if gone.is_empty() && come.is_empty() {
        // The same items in another order.
        found.push(ValueChange {
            path: path.clone(),
            old: Some(Value::Array(old.clone())),
            new: Some(Value::Array(new.clone())),
            parameters: Vec::new(),
            unseen: None,
            files: Vec::new(),
        });
        return;
    }
    let both = gone.len().min(come.len());
    for ((_, old), (index, new)) in gone.iter().zip(&come) {
        path.0.push((*index).into());
        compare(Some(old), Some(new), path, secrets, found);
        path.0.pop();
    }
    let only_old = gone.iter().skip(both);
    let only_new = come.iter().skip(both);
    for (index, old, new) in only_old
        .map(|(index, item)| (*index, Some(*item), None))
        .chain(only_new.map(|(index, item)| (*index, None, Some(*item))))
    {
        path.0.push(index.into());
        compare(old, new, path, secrets, found);
        path.0.pop();
    }
}

/// Whether a value reads one of the parameters.
fn reads(value: &Value, names: &HashSet<&str>) -> bool {
    if names.is_empty() {
        return false;
    }
    any_reference(value, &mut |name| names.contains(name))
}

/// Whether `is_it` says so of one of the names that a value refers to by `Ref`, `Fn::GetAtt` and `Fn::Sub`; of an
/// attribute it is the whole: `Greeter.Arn`.
pub(super) fn any_reference(value: &Value, is_it: &mut dyn FnMut(&str) -> bool) -> bool {
    if let Some(Value::String(name)) = argument(value, "Ref") {
        return is_it(name);
    }
    match argument(value, "Fn::GetAtt") {
        Some(Value::String(name)) => return is_it(name),
        Some(Value::Array(steps)) => {
            let steps: Vec<&str> = steps.iter().filter_map(Value::as_str).collect();
            return is_it(&steps.join("."));
        }
        _ => {}
    }
    if let Some(given) = argument(value, "Fn::Sub") {
        let (text, variables) = match given {
            Value::Array(items) => (items.first(), items.get(1)),
            text => (Some(text), None),
        };
        let names = text
            .and_then(Value::as_str)
            .into_iter()
            .flat_map(sub_references)
            .map(|found| found.name)
            .filter(|name| variables.is_none_or(|known| known.get(name).is_none()));
        for name in names {
            if is_it(name) {
                return true;
            }
        }
        return variables.is_some_and(|variables| any_reference(variables, is_it));
    }
    match value {
        Value::Array(items) => items.iter().any(|item| any_reference(item, is_it)),
        Value::Object(map) => map.values().any(|inner| any_reference(inner, is_it)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[track_caller]
    fn check(old: Value, new: Value, expected: &[&str]) {
        let told = |old: &Value, new: &Value| -> Vec<String> {
            differences(
                Some(old),
                Some(new),
                &Path::default(),
                &HashSet::from(["S"]),
            )
            .into_iter()
            .map(|change| format!("{} {}", change.change().sign(), change.path))
            .collect()
        };
        assert_eq!(told(&old, &new), expected);
        assert!(told(&old, &old).len() <= usize::from(reads(&old, &HashSet::from(["S"]))));
    }

    #[test]
    fn differences_are_told_where_they_are() {
        check(
            json!({"a": 1, "b": {"c": 2}}),
            json!({"b": {"c": 3, "d": 4}}),
            &["- a", "~ b/c", "+ b/d"],
        );
        check(json!([1, 2, 3]), json!([1, 3]), &["- 1"]);
        check(
            json!([{"k": 1}, 2]),
            json!([2, {"k": 3}, 4]),
            &["~ 1/k", "+ 2"],
        );
        check(json!([1, 2]), json!([2, 1]), &["~ "]);
        check(
            json!({"a": {"Ref": "X"}}),
            json!({"a": {"Ref": "Y"}}),
            &["~ a"],
        );
        check(
            json!({"a": [{"Fn::Sub": "x${S}"}], "b": 1}),
            json!({"a": [{"Fn::Sub": "x${S}"}], "b": 1}),
            &["~ a/0"],
        );
    }
}
