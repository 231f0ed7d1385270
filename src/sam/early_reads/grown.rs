//! Intrinsic functions in the document of an API that something was written into: CloudFormation takes a function only
//! where it stands alone in its map.
//!
//! ```yaml
//! DefinitionBody:
//!   openapi: 3.0.1
//!   paths:
//!     /orders: !If [IsProd, {get: {}}, {post: {}}]   # an event adds `get` beside `Fn::If`
//! ```

use super::inside_or_twice;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::scope::Scope;
use crate::template::{Path, Step, Template};
use crate::tree::Value;

/// How long the path to a map gets that something may be written into: that of a method.
const DEPTH: usize = 7;

/// Where intrinsic functions stand in the documents of APIs.
pub(crate) fn in_documents(template: &Template) -> Vec<Path> {
    let mut found = Vec::new();
    for (id, resource) in template.resources().into_iter().flatten() {
        let document = || resource.get("Properties")?.get("DefinitionBody");
        if let Some(document) = document() {
            find(
                document,
                &mut Path::property(id, "DefinitionBody"),
                &mut found,
            );
        }
    }
    found
}

fn find(value: &Value, path: &mut Path, found: &mut Vec<Path>) {
    if is_intrinsic(value) {
        found.push(path.clone());
        return;
    }
    let Some(map) = value.as_object().filter(|_| path.0.len() < DEPTH) else {
        return;
    };
    for (key, inner) in map {
        if inner.is_object() {
            path.0.push(key.into());
            find(inner, path, found);
            path.0.pop();
        }
    }
}

/// Tells of those that something stands beside now, in what the template has become.
pub(crate) fn tell_grown(scope: &Scope<'_>, functions: Vec<Path>, template: &Template) {
    for path in functions {
        let Some((id, below)) = path.resource_id().zip(path.0.get(4..)) else {
            continue;
        };
        let body = template
            .resources()
            .and_then(|all| all.get(id)?.get("Properties")?.get("Body"));
        let grown = below.iter().try_fold(body, |at, step| match step {
            // A document that is imported strictly gets a slash before `$default`.
            Step::Key(key) => Some(at?.get(key).or_else(|| at?.get(&format!("/{key}")))),
            Step::Index(_) => None,
        });
        let Some(map) = grown.flatten().and_then(Value::as_object) else {
            continue;
        };
        let mut keys = map.keys();
        let (Some(function), Some(added)) = (keys.next(), keys.next()) else {
            continue;
        };
        let name = match path.0.last() {
            Some(Step::Key(name)) => name.as_str(),
            _ => continue,
        };
        let finding = Diagnostic::new(
            codes::INTRINSIC_NOT_READ,
            path.clone(),
            format!(
                "`{name}` is read before the deployment, when `{function}` has no value yet: `{added}` is written beside `{function}`, where CloudFormation refuses it"
            ),
        );
        scope.report(finding.help(inside_or_twice(name)));
    }
}
