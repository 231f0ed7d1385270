//! Where a value names resources, parameters and what they give.

use crate::language::intrinsics::{argument, ref_target, sub_references};
use crate::template::{Path, Step};
use crate::tree::Value;

/// A place that names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mention {
    /// Where it stands, from where the search began.
    pub(super) at: Path,
    /// The logical id or the parameter.
    pub(super) id: String,
    /// What of it: `Arn`; empty for a `Ref`.
    pub(super) attribute: String,
    /// Whether a qualifier is put behind it: `${Fn.Arn}:live`.
    pub(super) is_qualified: bool,
}

/// All that `value` names, which stands at `at`, in the order of the text.
pub(super) fn mentions(value: &Value, at: Path) -> Vec<Mention> {
    let mut found = Vec::new();
    look(value, &mut at.clone(), false, &mut found);
    found
}

fn look(value: &Value, at: &mut Path, is_qualified: bool, found: &mut Vec<Mention>) {
    let mut tell = |at: &Path, name: &str, is_qualified: bool| {
        let (id, attribute) = name.split_once('.').unwrap_or((name, ""));
        found.push(Mention {
            at: at.clone(),
            id: id.to_owned(),
            attribute: attribute.to_owned(),
            is_qualified,
        });
    };
    if let Some(name) = ref_target(value) {
        tell(at, name, is_qualified);
        return;
    }
    match argument(value, "Fn::GetAtt") {
        Some(Value::String(name)) => return tell(at, name, is_qualified),
        Some(Value::Array(parts)) => {
            let names: Vec<&str> = parts.iter().filter_map(Value::as_str).collect();
            if let [id, ..] = names.as_slice()
                && names.len() == parts.len()
            {
                let _ = id;
                return tell(at, &names.join("."), is_qualified);
            }
        }
        _ => {}
    }
    if let Some(given) = argument(value, "Fn::Sub") {
        let (text, variables) = match given {
            Value::Array(items) => (items.first().and_then(Value::as_str), items.get(1)),
            given => (given.as_str(), None),
        };
        let text = text.unwrap_or_default();
        for reference in sub_references(text) {
            let behind = text
                .split_once(reference.whole)
                .is_some_and(|(_, behind)| behind.starts_with(':'));
            match variables.and_then(|variables| variables.get(reference.name)) {
                Some(_) => {}
                None => tell(at, reference.name, behind),
            }
        }
        if let Some(Value::Object(variables)) = variables {
            for (name, inner) in variables {
                let behind = text.contains(&format!("${{{name}}}:"));
                let depth = at.0.len();
                at.0.extend(["Fn::Sub".into(), Step::Index(1), name.clone().into()]);
                look(inner, at, behind, found);
                at.0.truncate(depth);
            }
        }
        return;
    }
    if let Some(Value::Array(parts)) = argument(value, "Fn::Join")
        && let [Value::String(delimiter), Value::Array(items)] = parts.as_slice()
    {
        for (index, item) in items.iter().enumerate() {
            let next = items.get(index + 1);
            let behind = match next {
                None => is_qualified,
                Some(_) if delimiter.starts_with(':') => true,
                Some(next) => {
                    delimiter.is_empty() && next.as_str().is_some_and(|text| text.starts_with(':'))
                }
            };
            let depth = at.0.len();
            at.0.extend(["Fn::Join".into(), Step::Index(1), Step::Index(index)]);
            look(item, at, behind, found);
            at.0.truncate(depth);
        }
        return;
    }
    at.each_below(value, |at, inner| look(inner, at, is_qualified, found));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[track_caller]
    fn check(value: Value, expected: &[&str]) {
        let found: Vec<String> = mentions(&value, Path::default())
            .into_iter()
            .map(|found| {
                let mark = if found.is_qualified { ":" } else { "" };
                format!("{}.{}{mark} at {}", found.id, found.attribute, found.at)
            })
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn every_way_to_name_is_found() {
        check(
            json!({"a": {"Ref": "F"}, "b": [{"Fn::GetAtt": ["F", "Arn"]}], "c": {"Fn::GetAtt": "S.Outputs.X"}}),
            &["F. at a", "F.Arn at b/0", "S.Outputs.X at c"],
        );
        check(
            json!({"Fn::Sub": ["x/${F.Arn}:live/${P}-${V}", {"V": {"Ref": "W"}}]}),
            &["F.Arn: at ", "P. at ", "W. at Fn::Sub/1/V"],
        );
        check(
            json!({"Fn::Join": ["", ["arn:", {"Fn::GetAtt": ["F", "Arn"]}, ":live"]]}),
            &["F.Arn: at Fn::Join/1/1"],
        );
        check(
            json!({"Fn::Join": [":", [{"Ref": "F"}, {"Ref": "Stage"}]]}),
            &["F.: at Fn::Join/1/0", "Stage. at Fn::Join/1/1"],
        );
    }
}
