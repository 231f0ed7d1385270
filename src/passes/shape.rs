//! Whether this is a template at all: the shapes of its sections and resources.
//!
//! Upstream: parser/parser.py.

use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::sam;
use crate::template::{Path, Template};
use serde_json::Value;

/// Reports what stands where a map must stand; what cannot be worked with is taken out.
pub(crate) fn check(template: &mut Template, context: &mut Context<'_>) {
    if template
        .0
        .get("Mappings")
        .is_some_and(|mappings| !mappings.is_object())
    {
        context.report(section_fault("Mappings", "a map of mappings"));
    }
    let Some(resources) = template
        .section_mut("Resources")
        .filter(|map| !map.is_empty())
    else {
        context.report(
            Diagnostic::error(
                "no-resources",
                Path::default().then("Resources"),
                "the template has no `Resources`",
            )
            .help("`Resources` must be a map with at least one resource"),
        );
        return;
    };
    for (id, resource) in resources {
        let fault = if !resource.is_object() {
            let mut fault = Diagnostic::error(
                "resource-not-a-map",
                Path::resource(id),
                format!("the resource `{id}` is no map"),
            );
            fault = if id.starts_with("Fn::ForEach") {
                fault.help(
                    "loops of AWS::LanguageExtensions are not expanded here: expand them first",
                )
            } else {
                fault
                    .help("a resource is a map with `Type` and `Properties`: check the indentation")
            };
            fault
        } else if sam::type_of(resource).is_some()
            && resource
                .get("Properties")
                .is_some_and(|properties| !properties.is_object())
        {
            Diagnostic::error(
                "properties-not-a-map",
                Path::resource(id).then("Properties"),
                format!("the `Properties` of `{id}` are no map"),
            )
            .help(
                "write the properties below `Properties:`, or leave it out: check the indentation",
            )
        } else {
            continue;
        };
        context.report(fault);
        *resource = Value::Object(serde_json::Map::new());
    }
}

fn section_fault(section: &str, wanted: &str) -> Diagnostic {
    Diagnostic::error(
        "section-not-a-map",
        Path::default().then(section),
        format!("`{section}` must be {wanted}"),
    )
    .help("fill it, or take the section out")
}
