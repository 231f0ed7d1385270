//! Code that is not where it will be: what packaging takes in place of code that nobody names, and what is not built.
//!
//! `aws cloudformation package` and SAM CLI take the folder of the template for the code of a function without
//! `CodeUri`, and for the content of a layer without `ContentUri`:
//!
//! ```yaml
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Handler: app.handler
//!     Runtime: python3.13
//! ```
//!
//! becomes, before anything else reads it,
//!
//! ```yaml
//!     CodeUri: .
//! ```

use crate::code::LocalCode;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::template::Template;
use crate::tree::{Map, Value};
use std::collections::HashMap;

/// The property that names the code of a resource, by its type.
const NAMED_BY: &[(&str, &str)] = &[
    ("AWS::Serverless::Function", "CodeUri"),
    ("AWS::Serverless::LayerVersion", "ContentUri"),
];

/// Findings that tell one thing of many functions, told once for all of them; and what leads on to the others' names.
const TOLD_ONCE: &[(&Code, &str)] = &[
    (codes::CODE_NOT_BUILT, "nor is the code of"),
    (codes::IMAGE_NOT_BUILT, "nor has"),
    (codes::IMAGE_PLACEHOLDER, "likewise for"),
    (codes::RESULT_AMONG_CODE, "likewise in the code of"),
];

/// How many functions a finding names.
const NAMED: usize = 10;

/// Names the code that functions and layers leave to packaging, where that is known to the caller. Globals are merged
/// by now, so that code which they name counts.
pub(crate) fn name_unnamed(scope: &Scope<'_>, template: &mut Template) {
    let Some(here) = scope.options.code.unnamed() else {
        return;
    };
    let resources = template.section_mut("Resources");
    for resource in resources.into_iter().flat_map(Map::values_mut) {
        let kind = resource.get("Type").and_then(Value::as_str);
        let Some((_, property)) = NAMED_BY.iter().find(|(named, _)| Some(*named) == kind) else {
            continue;
        };
        let Value::Object(resource) = resource else {
            continue;
        };
        let properties = resource
            .entry("Properties")
            .or_insert_with(|| Value::Object(Map::new()));
        let Value::Object(properties) = properties else {
            continue;
        };
        let is_zip = properties
            .get("PackageType")
            .is_none_or(|package| !is_truthy(Some(package)) || package == "Zip");
        let is_absent = |name: &str| properties.get(name).is_none_or(Value::is_null);
        let is_empty = properties.get(*property).is_some_and(|path| path == "");
        if is_zip && is_absent("InlineCode") && (is_absent(property) || is_empty) {
            properties.insert((*property).to_owned(), here.into());
        }
    }
}

/// The property of a resource of the output whose local path packaging uploads.
const UPLOADED: &[(&str, &str)] = &[
    ("AWS::Lambda::Function", "Code"),
    ("AWS::Lambda::LayerVersion", "Content"),
];

/// Hashes of the code that local paths of an output lead to, by these paths, where `code` knows them.
pub(crate) fn contents(template: &Template, code: &dyn LocalCode) -> HashMap<String, String> {
    let mut contents = HashMap::new();
    for resource in template.resources().into_iter().flat_map(Map::values) {
        let kind = resource.get("Type").and_then(Value::as_str);
        let Some((_, property)) = UPLOADED.iter().find(|(known, _)| Some(*known) == kind) else {
            continue;
        };
        let path = resource
            .get("Properties")
            .and_then(|properties| properties.get(property)?.as_str());
        if let Some(path) = path
            && !contents.contains_key(path)
            && let Ok(digest) = code.digest(path)
        {
            contents.insert(path.to_owned(), digest);
        }
    }
    contents
}

/// Puts findings that tell the same of many functions into one, at the place of the first of them.
pub(crate) fn tell_once(findings: &mut Vec<Diagnostic>) {
    for (code, leading_on) in TOLD_ONCE {
        let same = |found: &&Diagnostic| found.code == *code;
        let owners: Vec<&str> = findings
            .iter()
            .filter(same)
            .filter_map(|found| found.resource.as_deref())
            .collect();
        if owners.len() < 2 {
            continue;
        }
        let also = others(owners.get(1..).unwrap_or_default());
        let mut is_first = true;
        findings.retain_mut(|found| {
            if found.code != *code {
                return true;
            }
            if is_first {
                found.message = format!("{}, {leading_on} {also}", found.message);
            }
            std::mem::take(&mut is_first)
        });
    }
}

/// `A`, `B` and 12 more.
fn others(ids: &[&str]) -> String {
    let mut named: Vec<String> = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect();
    let left = ids.len().saturating_sub(NAMED);
    let last = if left > 0 {
        Some(format!("{left} more"))
    } else if named.len() > 1 {
        named.pop()
    } else {
        None
    };
    match last {
        Some(last) => format!("{} and {last}", named.join(", ")),
        None => named.join(", "),
    }
}
