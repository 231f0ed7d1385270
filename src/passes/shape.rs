//! Whether this is a template at all: the shapes of its sections and resources.
//!
//! Upstream: parser/parser.py.

use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::truth::is_truthy;
use crate::sam;
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Value};

/// Reports what stands where a map, or a name, must stand. Such a template is not worked on any further: whatever
/// followed would be guesswork.
pub(crate) fn check(scope: &Scope<'_>, template: &Template) -> bool {
    if template
        .0
        .get("Mappings")
        .is_some_and(|mappings| !mappings.is_object())
    {
        scope.report(
            Diagnostic::new(
                codes::SECTION_NOT_A_MAP,
                Path::default().then("Mappings"),
                "`Mappings` must be a map of mappings",
            )
            .help("fill it, or take the section out"),
        );
    }
    match template.resources().filter(|map| !map.is_empty()) {
        Some(resources) => {
            for (id, resource) in resources {
                let is_told = id.starts_with("Fn::ForEach::")
                    && scope.has(|found| found.resource.as_deref() == Some(id.as_str()));
                if let Some(fault) = resource_fault(id, resource).filter(|_| !is_told) {
                    scope.report(fault);
                }
            }
        }
        None => scope.report(no_resources(template)),
    }
    !scope.has_errors()
}

/// Reports that there are no resources, where there are none.
pub(crate) fn check_any(scope: &Scope<'_>, template: &Template) {
    if template.resources().is_none_or(Map::is_empty) {
        scope.report(no_resources(template));
    }
}

/// No resources, or a section that is meant for them.
fn no_resources(template: &Template) -> Diagnostic {
    let words = "the template has no `Resources`";
    let misspelt = template
        .0
        .keys()
        .find(|name| name.as_str() != "Resources" && suggestion(name, ["Resources"]).is_some());
    match misspelt.filter(|_| !template.0.contains_key("Resources")) {
        Some(name) => {
            let place = Path::default().then(name);
            Diagnostic::new(codes::NO_RESOURCES, place, format!("{words}, but `{name}`"))
                .on_key()
                .help("did you mean `Resources`?")
        }
        None => {
            let place = Path::default().then("Resources");
            Diagnostic::new(codes::NO_RESOURCES, place, words)
                .help("`Resources` must be a map with at least one resource")
        }
    }
}

fn resource_fault(id: &str, resource: &Value) -> Option<Diagnostic> {
    if !resource.is_object() {
        let fault = Diagnostic::new(
            codes::RESOURCE_NOT_A_MAP,
            Path::resource(id),
            format!("the resource `{id}` must be a map"),
        );
        return Some(if id.starts_with("Fn::ForEach") {
            fault.help("a loop is unrolled where `Transform` lists `AWS::LanguageExtensions` before SAM's transform")
        } else {
            fault.help("a resource is a map with `Type` and `Properties`: check the indentation")
        });
    }
    let condition = resource.get("Condition");
    if is_truthy(condition) && !condition.is_some_and(Value::is_string) {
        return Some(
            Diagnostic::new(
                codes::CONDITION_NOT_A_NAME,
                Path::resource(id).then("Condition"),
                "`Condition` must be the name of a condition",
            )
            .help("declare the condition under `Conditions` and write its name here"),
        );
    }
    let properties = resource.get("Properties");
    if sam::type_of(resource).is_some()
        && properties.is_some_and(|properties| !properties.is_object())
    {
        return Some(
            Diagnostic::new(
                codes::PROPERTIES_NOT_A_MAP,
                Path::resource(id).then("Properties"),
                format!("the `Properties` of `{id}` must be a map"),
            )
            .help(
                "write the properties below `Properties:`, or leave it out: check the indentation",
            ),
        );
    }
    None
}
