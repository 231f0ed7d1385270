//! References to what got another id: layers, and dotted references such as `!Ref Fn.Alias`.
//!
//! ```yaml
//! # in
//! Resources:
//!   Tools: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: s3://bucket/tools.zip}}
//!   Fn: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live}}
//! Outputs:
//!   Layer: {Value: !Ref Tools}
//!   Alias: {Value: !Ref Fn.Alias}
//! ```
//!
//! ```yaml
//! # out
//! Outputs:
//!   Layer: {Value: !Ref Tools78d5a76c2e}
//!   Alias: {Value: !Ref FnAliaslive}
//! ```
//!
//! Upstream: intrinsics/actions.py (`resolve_resource_refs`, `resolve_resource_id_refs`), utils/actions.py. Ours: a
//! dotted reference works in `DependsOn` too, and `Fn::GetAtt` may be one text, which the reference leaves as it is.

use crate::language::intrinsics::{
    argument, get_att, if_then, reference, replace_sub_references, sub_text_mut,
};
use crate::stack::Names;
use crate::template::Template;
use crate::tree::{Map, Text, Value, json};
use indexmap::IndexMap;
use std::borrow::Cow;

/// The version of a function that none is published of.
const UNPUBLISHED: &str = "$LATEST";

/// Rewrites references everywhere in the template, in whatever section.
pub(crate) fn rewrite(template: &mut Template, names: &Names) {
    if !names.connectors.is_empty() {
        replace_connectors(template, &names.connectors);
    }
    if names.renamed.is_empty() && names.referable.is_empty() {
        return;
    }
    for value in template.0.values_mut() {
        names.rewrite(value);
    }
}

/// Lets what depends on a connector depend on what it has become: a connector itself is no resource of CloudFormation's.
///
/// The reference does so only for what stands in the output when it comes to the connector, and leaves the others with
/// the name of something that is gone.
fn replace_connectors(template: &mut Template, connectors: &IndexMap<String, Vec<String>>) {
    let resources = template.section_mut("Resources");
    for resource in resources.into_iter().flat_map(|all| all.values_mut()) {
        let Some(named) = resource.get_mut("DependsOn") else {
            continue;
        };
        let position = |id: &Value| connectors.get_index_of(id.as_str()?);
        let items = match &*named {
            Value::Array(items) => items.as_slice(),
            one => std::slice::from_ref(one),
        };
        let mut replaced: Vec<usize> = items.iter().filter_map(position).collect();
        if replaced.is_empty() {
            continue;
        }
        let mut ids: Vec<Value> = items
            .iter()
            .filter(|id| position(id).is_none())
            .cloned()
            .collect();
        replaced.sort_unstable();
        let made = replaced
            .into_iter()
            .filter_map(|at| connectors.get_index(at));
        for id in made.flat_map(|(_, made)| made) {
            if !ids.iter().any(|known| known.as_str() == Some(id)) {
                ids.push(id.clone().into());
            }
        }
        *named = ids.into();
    }
}

/// Whether a value may hold a reference, or be one.
fn may_refer(value: &Value) -> bool {
    value.is_object() || value.is_array()
}

/// What stands before and behind the first dot at or behind a place.
fn split_at_dot(text: &str, from: usize) -> (&str, Option<&str>) {
    let dot = text.get(from..).and_then(|rest| rest.find('.'));
    match dot.and_then(|dot| text.split_at_checked(from + dot)) {
        Some((before, behind)) => (before, behind.strip_prefix('.')),
        None => (text, None),
    }
}

impl Names {
    fn rewrite(&self, value: &mut Value) {
        match value {
            Value::Array(items) => {
                let items = items.iter_mut().filter(|item| may_refer(item));
                items.for_each(|item| self.rewrite(item));
            }
            Value::Object(map) => {
                let name = (map.len() == 1).then(|| map.keys().next()).flatten();
                match name.map(Text::as_str) {
                    Some("Ref") => self.rewrite_ref(value),
                    Some("Fn::GetAtt") => self.rewrite_get_att(value),
                    Some("Fn::Sub") => self.rewrite_sub(value),
                    _ => {}
                }
                if let Value::Object(map) = value {
                    for (key, inner) in map {
                        if key == "DependsOn" {
                            self.rewrite_depends_on(inner);
                        }
                        if may_refer(inner) {
                            self.rewrite(inner);
                        }
                    }
                }
            }
            _ => {}
        }
    }

    fn rewrite_depends_on(&self, value: &mut Value) {
        match value {
            Value::String(id) => {
                let new = self
                    .renamed
                    .get(id.as_str())
                    .or_else(|| self.referable.get(id.as_str()));
                if let Some(new) = new {
                    *id = new.into();
                }
            }
            Value::Array(ids) => ids
                .iter_mut()
                .filter(|id| id.is_string())
                .for_each(|id| self.rewrite_depends_on(id)),
            _ => {}
        }
    }

    fn rewrite_ref(&self, value: &mut Value) {
        let Some(target) = argument(value, "Ref").and_then(Value::as_str) else {
            return;
        };
        let new = self
            .renamed
            .get(target)
            .or_else(|| self.referable.get(target));
        if let Some(new) = new {
            let id = target.split('.').next().unwrap_or_default();
            // Both are ARNs.
            *value = self.where_it_is(id, reference(new), get_att(id, "Arn"));
        }
    }

    /// The items joined with dots are read anew: `[Fn, Version.Version]` and `[Fn.Version, Version]` are one.
    fn rewrite_get_att(&self, value: &mut Value) {
        let joined = match argument(value, "Fn::GetAtt") {
            Some(Value::String(text)) => Cow::Borrowed(text.as_str()),
            Some(Value::Array(items)) if items.len() > 1 => {
                let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
                let Some(texts) = texts else {
                    return;
                };
                Cow::Owned(texts.join("."))
            }
            _ => return,
        };
        // The id alone, and with the name behind it; each with what follows.
        let (id, behind_id) = split_at_dot(&joined, 0);
        let (dotted, behind_name) = split_at_dot(&joined, id.len() + 1);
        let (new, behind) = match (self.renamed.get(id), self.referable.get(dotted)) {
            (Some(new), _) => (new, behind_id),
            (None, Some(new)) => (new, behind_name),
            (None, None) => return,
        };
        let behind = behind.into_iter().flat_map(|rest| rest.split('.'));
        let new: Vec<&str> = std::iter::once(new.as_str()).chain(behind).collect();
        *value = self.where_it_is(id, json!({ "Fn::GetAtt": new }), UNPUBLISHED.into());
    }

    /// A reference to what is made of the function `id`: where a condition takes that away, an `Fn::If`.
    fn where_it_is(&self, id: &str, new: Value, without: Value) -> Value {
        match self.conditional.get(id) {
            Some(condition) => if_then(condition.as_str(), new, without),
            None => new,
        }
    }

    /// Brings references to what a condition takes away out of an `Fn::Sub` text, into its variables.
    fn rewrite_conditional_sub(&self, value: &mut Value) {
        let Some(text) = sub_text_mut(value) else {
            return;
        };
        let mut variables = Map::new();
        let replaced = replace_sub_references(text, |found| {
            let mut parts = found.name.split('.');
            let (id, name) = (
                parts.next().unwrap_or_default(),
                parts.next().unwrap_or_default(),
            );
            let dotted = format!("{id}.{name}");
            if !self.conditional.contains_key(id) || !self.referable.contains_key(&dotted) {
                return Ok::<_, std::convert::Infallible>(None);
            }
            let attribute: Vec<&str> = parts.collect();
            let mut stands = if attribute.is_empty() {
                reference(&dotted)
            } else {
                json!({ "Fn::GetAtt": [dotted, attribute.join(".")] })
            };
            self.rewrite(&mut stands);
            let variable: String = found.name.split('.').collect();
            variables.insert(variable.clone(), stands);
            Ok(Some(format!("${{{variable}}}")))
        });
        let Ok(Some(replaced)) = replaced else {
            return;
        };
        let given = match argument(value, "Fn::Sub") {
            Some(Value::Array(items)) => items.get(1).and_then(Value::as_object).cloned(),
            _ => None,
        };
        let mut all = given.unwrap_or_default();
        all.extend(variables);
        *value = json!({ "Fn::Sub": [replaced, Value::Object(all)] });
    }

    fn rewrite_sub(&self, value: &mut Value) {
        if !self.conditional.is_empty() {
            self.rewrite_conditional_sub(value);
        }
        let Some(text) = sub_text_mut(value) else {
            return;
        };
        let replaced = replace_sub_references(text, |reference| {
            let mut parts = reference.name.split('.');
            let id = parts.next().unwrap_or_default();
            if let Some(new) = self.renamed.get(id) {
                return Ok::<_, std::convert::Infallible>(Some(reference.whole.replace(id, new)));
            }
            let Some(name) = parts.next() else {
                return Ok(None);
            };
            let dotted = format!("{id}.{name}");
            let new = self.referable.get(&dotted);
            Ok(new.map(|new| reference.whole.replace(&dotted, new)))
        });
        if let Ok(Some(replaced)) = replaced {
            *text = replaced.into();
        }
    }
}
