//! Intrinsic functions: recognising, taking apart and building them.
//!
//! In the tree an intrinsic is always in its long form, a map with one key: `{"Ref": "Topic"}`,
//! `{"Fn::GetAtt": ["Fn", "Arn"]}`. `{"Condition": "Prod"}` counts as one, as it does for SAM.

use crate::tree::{Map, Text, Value, json};
use std::collections::HashSet;

/// The key and value of a map that has exactly one key.
fn only_entry(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object()?;
    let (key, inner) = map.iter().next()?;
    (map.len() == 1).then_some((key, inner))
}

/// Whether this is an intrinsic: `Ref`, `Condition` or any `Fn::` name, known or not.
///
/// SAM: `is_intrinsic` in model/intrinsics.py.
pub(crate) fn is_intrinsic(value: &Value) -> bool {
    only_entry(value)
        .is_some_and(|(key, _)| key == "Ref" || key == "Condition" || key.starts_with("Fn::"))
}

/// Whether SAM's shape checks take this for an intrinsic: any map with exactly one key.
pub(crate) fn passes_as_intrinsic(value: &Value) -> bool {
    only_entry(value).is_some()
}

/// What the intrinsic `name` is given, where `value` is that intrinsic.
pub(crate) fn argument<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    only_entry(value).and_then(|(key, inner)| (key == name).then_some(inner))
}

/// The logical id or parameter that a `Ref` names.
pub(crate) fn ref_target(value: &Value) -> Option<&str> {
    argument(value, "Ref").and_then(Value::as_str)
}

/// The resource that `!Ref id`, `!GetAtt [id, attribute]` or `"Fn::GetAtt": "id.attribute"` names.
///
/// SAM: `get_logical_id_from_intrinsic` in model/intrinsics.py.
pub(crate) fn named_resource(value: &Value) -> Option<&str> {
    if let Some(id) = ref_target(value) {
        return Some(id);
    }
    match argument(value, "Fn::GetAtt")? {
        Value::String(text) => {
            let (id, attribute) = text.split_once('.')?;
            (!attribute.contains('.')).then_some(id)
        }
        Value::Array(items) => match items.as_slice() {
            [Value::String(id), _] => Some(id),
            _ => None,
        },
        _ => None,
    }
}

/// Whether this is `!Ref AWS::NoValue`.
pub(crate) fn is_no_value(value: &Value) -> bool {
    ref_target(value) == Some("AWS::NoValue")
}

/// The condition and the two branches of a well-formed `Fn::If`.
pub(crate) fn if_parts(value: &Value) -> Option<(&Value, &Value, &Value)> {
    match argument(value, "Fn::If")?.as_array()?.as_slice() {
        [condition, then, otherwise] => Some((condition, then, otherwise)),
        _ => None,
    }
}

/// A map with one entry and no room for more: templates hold so many of them that their size counts.
fn single(key: &'static str, value: Value) -> Value {
    let mut map = Map::with_capacity(1);
    map.insert(Text::from_static(key), value);
    Value::Object(map)
}

/// `!Ref id`
pub(crate) fn reference(id: &str) -> Value {
    single("Ref", id.into())
}

/// `!GetAtt id.attribute`
pub(crate) fn get_att(id: &str, attribute: &str) -> Value {
    single("Fn::GetAtt", json!([id, attribute]))
}

/// `!If [condition, then, otherwise]`
pub(crate) fn if_then(condition: impl Into<Value>, then: Value, otherwise: Value) -> Value {
    json!({ "Fn::If": [condition.into(), then, otherwise] })
}

/// `!Ref AWS::NoValue`
pub(crate) fn no_value() -> Value {
    reference("AWS::NoValue")
}

/// A `${...}` of an `Fn::Sub` text: letters, digits and dots, or a pseudo parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SubReference<'a> {
    /// With the dollar sign and the braces.
    pub(crate) whole: &'a str,
    /// What stands between the braces.
    pub(crate) name: &'a str,
}

/// The references in an `Fn::Sub` text, in order. `${!x}`, `${ x }` and `${a-b}` are none.
///
/// SAM: `_sub_all_refs` in intrinsics/actions.py.
pub(crate) fn sub_references(text: &str) -> impl Iterator<Item = SubReference<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let start = rest.as_bytes().windows(2).position(|pair| pair == b"${")?;
            let (_, opened) = rest.split_at(start);
            let inner = opened.get(2..)?;
            // A name holds no brace, so the first closing one decides.
            let end = inner.bytes().position(|byte| byte == b'}')?;
            let name = inner.get(..end)?;
            if is_sub_name(name) {
                rest = inner.get(end + 1..)?;
                return Some(SubReference {
                    whole: opened.get(..end + 3)?,
                    name,
                });
            }
            rest = inner;
        }
    })
}

fn is_sub_name(name: &str) -> bool {
    let dotted = |text: &str| {
        !text.is_empty()
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.')
    };
    let pseudo = |text: &str| {
        text.bytes().all(|byte| byte.is_ascii_alphabetic())
            && text.starts_with(|first: char| first.is_ascii_uppercase())
    };
    dotted(name) || name.strip_prefix("AWS::").is_some_and(pseudo)
}

/// Replaces each reference of an `Fn::Sub` text for which `replace` gives a text.
///
/// Every replacement goes to the first place that still shows the reference, as the reference does it: a value that
/// itself holds `${X}` can thereby be replaced again.
pub(crate) fn replace_sub_references<E>(
    text: &str,
    mut replace: impl FnMut(SubReference<'_>) -> Result<Option<String>, E>,
) -> Result<Option<String>, E> {
    let mut changed: Option<String> = None;
    // Most texts are put together in one go. Where a value is a reference that comes again, or may be part of one that
    // was not there before, the reference implementation replaces that one: then each replacement looks at the whole
    // text.
    let mut made = String::new();
    let mut left = text;
    let mut references_made = HashSet::new();
    for reference in sub_references(text) {
        let Some(value) = replace(reference)? else {
            continue;
        };
        let split = match &changed {
            None if !references_made.contains(reference.whole) => left.split_once(reference.whole),
            _ => None,
        };
        match split {
            Some((before, after)) if stays_apart(before, &value) => {
                made.push_str(before);
                made.push_str(&value);
                left = after;
                if value.starts_with('$') {
                    references_made.insert(value);
                }
            }
            _ => {
                let current = changed
                    .take()
                    .unwrap_or_else(|| std::mem::take(&mut made) + left);
                changed = Some(current.replacen(reference.whole, &value, 1));
            }
        }
    }
    let is_same = left.len() == text.len();
    Ok(changed.or_else(|| (!is_same).then(|| made + left)))
}

/// Whether a value behind a text makes no reference together with what stands around it: it is all of one, or nothing of
/// one.
fn stays_apart(before: &str, value: &str) -> bool {
    let is_open = before.rfind("${") > before.rfind('}');
    let reference = value
        .strip_prefix("${")
        .and_then(|rest| rest.strip_suffix('}'));
    !is_open && !value.is_empty() && !reference.unwrap_or(value).contains(['$', '{', '}'])
}

/// The text of an `Fn::Sub`, in its one-item or two-item form.
pub(crate) fn sub_text_mut(value: &mut Value) -> Option<&mut Text> {
    let map = value.as_object_mut()?;
    if map.len() != 1 {
        return None;
    }
    match map.get_mut("Fn::Sub")? {
        Value::String(text) => Some(text),
        Value::Array(items) => match items.first_mut()? {
            Value::String(text) => Some(text),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reference_is_replaced_as_one_by_one() {
        let slowly = |text: &str, value: &str| {
            let mut current = text.to_owned();
            for reference in sub_references(text).filter(|found| found.name != "K") {
                current = current.replacen(reference.whole, value, 1);
            }
            (current != text).then_some(current)
        };
        for text in [
            "",
            "${A}",
            "${A}-${B}-${A}",
            "${K}${A}${K}",
            "${${A}}${B}",
            "$${A}{B}${B}",
            "${x${A}y}${xvy}",
            "${K${A}}${K}",
            "${!A}${A}",
            "a${A}b${K}c${B}d",
        ] {
            for value in ["v", "", "${B}", "$", "{B}", "B}", "longer text"] {
                let made = replace_sub_references(text, |found| {
                    Ok::<_, ()>((found.name != "K").then(|| value.to_owned()))
                });
                let made = made.unwrap().filter(|made| made != text);
                assert_eq!(made, slowly(text, value), "{text} {value}");
            }
        }
    }

    #[test]
    fn sub_references_are_names_in_braces() {
        let names = |text| {
            sub_references(text)
                .map(|found| found.name.to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            names("${A}-${B.Arn}-${AWS::Region}"),
            ["A", "B.Arn", "AWS::Region"]
        );
        assert_eq!(names("${!A} ${ A } ${A-B} ${} ${AWS::region} ${A"), [""; 0]);
        assert_eq!(names("${${A}}"), ["A"]);
    }
}
