//! What the drafts of REST APIs get beside their paths: names of functions, and values from Globals.
//!
//! Upstream: `_get_function_names` in translator/translator.py, `fix_openapi_definitions` in
//! plugins/globals/globals.py.

use super::implicit_apis::{FUNCTION, REST_API, is_of_type};
use crate::context::Context;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::sam::api::{merge_global, openapi, rest};
use crate::template::Template;
use serde_json::{Map, Value};

/// Gives each REST API the names of the functions that it calls: a function that is renamed makes a new deployment.
pub(super) fn collect_function_names(
    resources: &Map<String, Value>,
    context: &mut Context<'_>,
    order: &Map2<()>,
) {
    for id in order.keys() {
        let Some(resource) = resources
            .get(&**id)
            .filter(|resource| is_of_type(resource, FUNCTION))
        else {
            continue;
        };
        let Some(properties) = resource.get("Properties") else {
            continue;
        };
        let Some(name) = properties.get("FunctionName") else {
            continue;
        };
        let mut name = Node::marked(name.clone());
        if context.parameters.resolve_node(&mut name).is_err() || !name.is_truthy() {
            // A fault in it is the function's, which is lowered later.
            continue;
        }
        let name = match &name {
            Node::Text(text) => text.to_string(),
            other => other.to_text(),
        };
        let events = properties.get("Events").and_then(Value::as_object);
        for event in events.into_iter().flat_map(Map::values) {
            let api = event
                .get("Properties")
                .and_then(|properties| properties.get("RestApiId"));
            let api = api.and_then(|api| api.get("Ref").unwrap_or(api).as_str());
            if let (true, Some(draft)) = (
                is_of_type(event, "Api"),
                api.and_then(|api| context.drafts.get_mut(api)),
            ) {
                draft.function_names.push_str(&name);
            }
        }
    }
}

/// Completes the drafts of REST APIs with what came from Globals, and makes documents OpenAPI 3 where that is wanted.
pub(crate) fn complete(template: &mut Template, context: &mut Context<'_>) {
    let global = std::mem::replace(&mut context.global_api, Node::Null);
    let Some(resources) = template.section_mut("Resources") else {
        return;
    };
    for (id, draft) in &mut context.drafts {
        let Some(resource) = resources
            .get_mut(id)
            .filter(|resource| is_of_type(resource, REST_API))
        else {
            continue;
        };
        let ignored = resource.get("IgnoreGlobals").unwrap_or(&Value::Null);
        let is_ignored = |name: &str| match ignored {
            Value::String(all) => all == "*",
            Value::Array(names) => names.iter().any(|ignored| ignored == name),
            _ => false,
        };
        for (name, value) in global.as_map().into_iter().flat_map(Map2::iter) {
            if !rest::IN_DOCUMENT.contains(&&**name) || is_ignored(name) {
                continue;
            }
            let merged = match draft.properties.remove(name) {
                Some(own) => merge_global(value, own),
                None => value.clone(),
            };
            draft.properties.insert(name.clone(), merged);
        }
        let version = match draft.get("OpenApiVersion") {
            number @ Node::Number(_) => Text::bare(number.to_text()),
            Node::Text(text) => text.clone(),
            _ => continue,
        };
        if draft.is_managed && openapi::is_version(&version, &["3"]) {
            draft.properties.insert("OpenApiVersion", version.clone());
            let written = resource
                .get_mut("Properties")
                .and_then(|properties| properties.get_mut("OpenApiVersion"));
            if let Some(written) = written {
                *written = version.to_string().into();
            }
            if let Some(document) = &mut draft.document {
                document.set_version(version);
            }
        }
    }
}
