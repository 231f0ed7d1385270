//! Applications and nested stacks whose templates are files beside the template: which they are, and what they are given.

use crate::Options;
use crate::language::parameters::UNKNOWN_VALUE;
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Value};

/// Types that name another template, and the property that does: those that `aws cloudformation package` uploads.
const TYPES: &[(&str, &str)] = &[
    ("AWS::Serverless::Application", "Location"),
    ("AWS::CloudFormation::Stack", "TemplateURL"),
];

/// A resource of a template that names another template by a local path.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Child {
    /// Its logical id.
    pub id: String,
    /// The property that has the path.
    pub property: &'static str,
    /// The path, as the template writes it.
    pub location: String,
    /// The values of its parameters. One that is known only at the deployment is what CloudFormation sends to a macro in
    /// its place.
    pub parameters: Map,
}

impl Child {
    /// Where the path stands in the template.
    pub fn path(&self) -> Path {
        Path::property(&self.id, self.property)
    }
}

/// The resources of a template that name another one by a local path: applications (`Location`) and nested stacks
/// (`TemplateURL`).
pub fn children(template: &Template, options: &Options<'_>) -> Vec<Child> {
    let scope = Scope::new(template, options);
    let resources = template.resources().into_iter().flat_map(Map::iter);
    resources
        .filter_map(|(id, resource)| {
            let kind = resource.get("Type")?;
            let (_, property) = TYPES.iter().find(|(name, _)| kind == name)?;
            let properties = resource.get("Properties")?;
            let location = properties.get(property)?.as_str()?;
            if location.is_empty() || location.contains("://") {
                return None;
            }
            let given = properties.get("Parameters").and_then(Value::as_object);
            let given = given.into_iter().flat_map(Map::iter);
            let is_given = |value: &Value| {
                value
                    .get("Ref")
                    .is_none_or(|target| target != "AWS::NoValue")
            };
            Some(Child {
                id: id.to_string(),
                property,
                location: location.to_owned(),
                parameters: given
                    .filter(|(_, value)| is_given(value))
                    .map(|(name, value)| (name.clone(), known(&scope, value)))
                    .collect(),
            })
        })
        .collect()
}

/// A value of a parameter, as text or as a list of texts.
fn known(scope: &Scope<'_>, value: &Value) -> Value {
    let text = |value: &Value| match value {
        Value::String(text) => Some(Value::from(text)),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(_) => Some(
            if is_truthy(Some(value)) {
                "true"
            } else {
                "false"
            }
            .into(),
        ),
        _ => None,
    };
    let known = match scope.known(value) {
        Value::Array(items) => items.iter().map(text).collect(),
        one => text(&one),
    };
    known.unwrap_or_else(|| format!("{UNKNOWN_VALUE}Parameter}}}}").into())
}
