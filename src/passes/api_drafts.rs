//! What the drafts of REST APIs get beside their paths: values from Globals.
//!
//! Upstream: `fix_openapi_definitions` in plugins/globals/globals.py.

use crate::language::python2::{Map as Map2, Node, Text};
use crate::resource::{REST_API, is_of_type};
use crate::sam::api::draft::{Apis, merge_global};
use crate::sam::api::{openapi, rest};
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::Value;

/// Completes the drafts of REST APIs with what came from Globals, and makes documents OpenAPI 3 where that is wanted.
pub(crate) fn complete(scope: &Scope<'_>, template: &mut Template, apis: &mut Apis) {
    let global = apis.global.as_map();
    let in_document = |(name, _): &(&Text, _)| rest::IN_DOCUMENT.contains(&&***name);
    let global: Vec<(&Text, &Node)> = global
        .into_iter()
        .flat_map(Map2::iter)
        .filter(in_document)
        .collect();
    let bytes = global.iter().map(|(_, value)| value.least_length()).sum();
    let Some(resources) = template.section_mut("Resources") else {
        return;
    };
    for (id, draft) in &mut apis.drafts {
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
        // Beside what the resource has got of it.
        let place = || Path::default().then("Globals").then("Api");
        let part = || "the Globals of `Api`, for each document,".to_owned();
        if !scope.take_room(bytes, place, part) {
            return;
        }
        for &(name, value) in &global {
            if is_ignored(name) {
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
