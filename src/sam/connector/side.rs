//! One side of a connector: the resource that it names by `Id`, or describes by its values.
//!
//! Input  `{Id: Fn}`, or `{Type: AWS::Lambda::Function, Arn: arn:..., RoleName: role}`
//! Output its CloudFormation type, and what a grant needs of it: ARN, name, URL, role
//!
//! Upstream: model/connector/connector.py, `profile_replace` in model/connector_profiles/profile.py.

use super::profiles::{self, Joined, Known, Placeholder, RoleOf};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, named_resource, reference};
use crate::language::truth::{equal, is_truthy};
use crate::resource::keys;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Text, Value, json};
use indexmap::IndexMap;

/// What may be written in a reference.
pub(crate) const KEYS: &[&str] = &[
    "Id",
    "Type",
    "Arn",
    "Name",
    "ResourceId",
    "QueueUrl",
    "RoleName",
    "Qualifier",
];

/// A side, as far as it is known.
#[derive(Debug)]
pub(crate) struct Side {
    /// The resource of the template that it is.
    pub(crate) id: Option<String>,
    /// Its type in CloudFormation.
    pub(crate) kind: String,
    values: IndexMap<&'static str, Value>,
    /// The name of its role.
    pub(crate) role: Option<Value>,
}

impl Side {
    /// A side that is described by values.
    pub(crate) fn of(kind: &str, values: &[(Placeholder, Value)], role: Option<Value>) -> Self {
        Self {
            id: None,
            kind: kind.to_owned(),
            values: values
                .iter()
                .map(|(name, value)| (name.name(), value.clone()))
                .collect(),
            role,
        }
    }

    /// A value; none where it is absent or null.
    pub(crate) fn get(&self, value: Placeholder) -> Option<&Value> {
        self.values
            .get(value.name())
            .filter(|value| !value.is_null())
    }
}

/// Reads the side that `given` describes; `other` is what describes the other one. A fault is reported and gives none.
pub(crate) fn read(
    scope: &Scope<'_>,
    stack: &Stack,
    given: &Map,
    other: &Map,
    path: &Path,
) -> Option<Side> {
    let is_by_id = given.contains_key("Id");
    let is_by_values = given.keys().any(|key| key != "Id" && key != "Qualifier");
    if is_by_id == is_by_values {
        let fault = Diagnostic::new(
            codes::CONNECTOR_SIDE,
            path.clone(),
            if is_by_id {
                "this side of the connector is named by `Id` and described by values too"
            } else {
                "this side of the connector names no resource"
            },
        );
        scope.report(fault.help(
            "write `Id` with the id of a resource of this template, or `Type` with what is needed of one that is elsewhere: `Arn`, `RoleName`, `QueueUrl`, `ResourceId`, `Name`",
        ));
        return None;
    }
    match given.get("Id").filter(|id| is_truthy(Some(id))) {
        Some(Value::String(id)) => by_id(scope, stack, id, given, other, path),
        None => by_values(scope, given, path),
        Some(_) => {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    path.clone().then("Id"),
                    "`Id` must be a string",
                )
                .help("write the id of a resource of this template, without `!Ref`"),
            );
            None
        }
    }
}

fn by_values(scope: &Scope<'_>, given: &Map, path: &Path) -> Option<Side> {
    let kind = given
        .get("Type")
        .and_then(Value::as_str)
        .filter(|kind| !kind.is_empty());
    let Some(kind) = kind else {
        let help = match given.get("Id") {
            Some(_) => "write the id of a resource of this template as `Id`",
            None => "write the type of the resource: `Type: AWS::Lambda::Function`",
        };
        let fault = Diagnostic::new(
            codes::CONNECTOR_SIDE,
            path.clone(),
            "this side of the connector does not say what it is",
        );
        scope.report(fault.help(help));
        return None;
    };
    keys::warn_of_unknown(scope, given.keys(), KEYS, "a side of a connector", path);
    let written = profiles::TYPES.iter().find(|row| row.sam == Some(kind));
    let values = Placeholder::ALL
        .iter()
        .filter_map(|value| Some((value.name(), given.get(value.name())?.clone())));
    Some(Side {
        id: None,
        kind: written.map_or(kind, |row| row.name).to_owned(),
        values: values.collect(),
        role: given.get("RoleName").cloned(),
    })
}

fn by_id(
    scope: &Scope<'_>,
    stack: &Stack,
    id: &str,
    given: &Map,
    other: &Map,
    path: &Path,
) -> Option<Side> {
    let Some(resource) = stack.get(id) else {
        let fault = Diagnostic::new(
            codes::CONNECTOR_SIDE_UNKNOWN,
            path.clone().then("Id"),
            format!("the template has no resource `{id}` that a connector could join"),
        );
        scope.report(
            match scope
                .suggestions
                .find(id, stack.own.keys().map(Text::as_str))
            {
                Some(meant) => fault.help(format!("did you mean `{meant}`?")),
                None => fault.help(
                    "write the id of a resource of this template, or describe one that is elsewhere by `Type` and its values",
                ),
            },
        );
        return None;
    };
    if resource.is_null() {
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_SIDE_REFUSED,
                path.clone().then("Id"),
                format!(
                    "`{id}` cannot be joined: it has errors of its own, or is a connector itself"
                ),
            )
            .help(format!("mend `{id}` first")),
        );
        return None;
    }
    let kind = resource
        .get("Type")
        .and_then(Value::as_str)
        .filter(|kind| !kind.is_empty());
    let Some(kind) = kind else {
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_SIDE,
                path.clone().then("Id"),
                format!("`{id}` has no `Type`, so that nothing is known of it"),
            )
            .help(format!("give `{id}` its `Type`")),
        );
        return None;
    };
    let row = profiles::type_of(kind);
    let mut values: IndexMap<&'static str, Value> = row
        .map(|row| row.known)
        .unwrap_or_default()
        .iter()
        .map(|(value, known)| (value.name(), known_of(id, *known)))
        .collect();
    if let Some(qualifier) = given.get("Qualifier") {
        values.insert("Qualifier", qualifier.clone());
    }
    let role = row
        .and_then(|row| role_of(row, resource, other))
        .and_then(named_resource)
        .filter(|role| !role.is_empty())
        .map(reference);
    Some(Side {
        id: Some(id.to_owned()),
        kind: kind.to_owned(),
        values,
        role,
    })
}

fn known_of(id: &str, known: Known) -> Value {
    match known {
        Known::Ref => reference(id),
        Known::Att(name) => get_att(id, name),
        Known::Text(text) => text.into(),
    }
}

/// The value with which a resource names its role.
fn role_of<'a>(row: &Joined, resource: &'a Value, other: &Map) -> Option<&'a Value> {
    let properties = resource.get("Properties")?;
    match row.role {
        RoleOf::Nothing => None,
        RoleOf::Property(name) => properties.get(name),
        RoleOf::Target => {
            let targets = properties.get("Targets")?.as_array()?;
            let target = targets.iter().find(|target| leads_to(target, other))?;
            target.get("RoleArn")
        }
    }
}

/// Whether the target of a rule is the side that `other` describes.
fn leads_to(target: &Value, other: &Map) -> bool {
    let arn = target.get("Arn").unwrap_or(&Value::Null);
    let id = named_resource(arn).filter(|id| !id.is_empty());
    let by_id = id.is_some() && id == other.get("Id").and_then(Value::as_str);
    let by_arn = other
        .get("Arn")
        .is_some_and(|other| is_truthy(Some(other)) && equal(other, arn));
    by_id || by_arn
}

/// A text of a profile with the values of both sides put in; or the name of a value that is missing.
///
/// A text that is one placeholder becomes the value itself, another one an `Fn::Sub`.
pub(crate) fn fill(text: &str, source: &Side, destination: &Side) -> Result<Value, String> {
    let mut text = text.to_owned();
    let mut variables = Map::new();
    for value in Placeholder::IN_TEXTS {
        for (name, side) in [("Source", source), ("Destination", destination)] {
            let placeholder = format!("%{{{name}.{}}}", value.name());
            if !text.contains(&placeholder) {
                continue;
            }
            let Some(given) = side.get(value) else {
                return Err(format!("{name}.{}", value.name()));
            };
            if text == placeholder {
                return Ok(given.clone());
            }
            let variable = format!("{name}{}", value.name());
            text = text.replace(&placeholder, &format!("${{{variable}}}"));
            variables.insert(variable, given.clone());
        }
    }
    Ok(match (text.contains("${"), variables.is_empty()) {
        (false, _) => text.into(),
        (true, true) => json!({ "Fn::Sub": text }),
        (true, false) => json!({ "Fn::Sub": [text, variables] }),
    })
}
