//! `Metadata.Canaryform.Defaults.Function`: keys of ours that every plain function has unless it says otherwise.
//!
//! ```yaml
//! Metadata:
//!   Canaryform:
//!     Defaults:
//!       Function: {AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce}}
//! Resources:
//!   Fn:
//!     Type: AWS::Lambda::Function
//!     Properties: {DeploymentPreference: {Type: Linear10PercentEvery1Minute}}
//! ```
//!
//! is as good as
//!
//! ```yaml
//! Resources:
//!   Fn:
//!     Type: AWS::Lambda::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference: {Type: Linear10PercentEvery1Minute}
//! ```
//!
//! They merge as Globals do: maps key by key, lists one behind the other, everything else is the function's own, and null
//! switches a default off. Functions that are hooks of this template get neither alias nor preference from them: a hook
//! tests a deployment, and has none.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::inheritance::{Inheritance, Inherited};
use crate::language::intrinsics::named_resource;
use crate::metadata;
use crate::passes::globals::merge_maps;
use crate::plain::{self, function};
use crate::scope::Scope;
use crate::template::{Template, Trail, weight};
use crate::tree::{Map, Text, Value};
use std::collections::HashSet;

/// What a function that is a hook does not get from the defaults.
const NOT_FOR_HOOKS: &[&str] = &["AutoPublishAlias", "DeploymentPreference"];

/// Gives each plain function what the defaults say, and takes all defaults out of the template.
pub(crate) fn merge(scope: &Scope<'_>, template: &mut Template, inheritance: &mut Inheritance) {
    let given = &scope.metadata.function;
    metadata::take_out_used(template);
    if given.is_empty() {
        return;
    }
    let at = metadata::path(&["Defaults", "Function"]);
    let known: Vec<&str> = function::TYPE
        .kind
        .properties
        .iter()
        .map(|row| row.name)
        .collect();
    for key in given.keys().filter(|key| !known.contains(&key.as_str())) {
        scope.report(
            Diagnostic::new(
                codes::METADATA_KEY,
                at.clone().then(key),
                format!("`{key}` cannot be a default of functions: only keys that are ours can"),
            )
            .on_key()
            .help(did_you_mean(key, &known)),
        );
    }
    let bytes: usize = given.values().map(weight).sum();
    let hooks = hooks(template, given);
    let resources = template.section_mut("Resources");
    for (id, resource) in resources.into_iter().flat_map(|all| all.iter_mut()) {
        let is_function = plain::named_type_of(resource)
            .is_some_and(|plain| plain.kind.name == function::TYPE.kind.name);
        if !is_function {
            continue;
        }
        let part = || "the defaults of functions, for each of them,".to_owned();
        if !scope.take_room(bytes, || at.clone(), part) {
            break;
        }
        let wanted = given.iter().filter(|(key, _)| {
            known.contains(&key.as_str())
                && !(hooks.contains(id.as_str()) && NOT_FOR_HOOKS.contains(&key.as_str()))
        });
        let Some(resource) = resource.as_object_mut() else {
            continue;
        };
        let own = match resource.get_mut("Properties") {
            Some(Value::Object(own)) => std::mem::take(own),
            _ => continue,
        };
        let mut inherited = Inherited::from(at.clone());
        let names: Vec<Text> = own.keys().cloned().collect();
        let mut merged = merge_maps(wanted, own, &mut Vec::new(), &mut inherited);
        let mut ordered = Map::with_capacity(merged.len());
        // The function's own come first, as they are written.
        for name in names {
            if let Some(value) = merged.get_mut(&name) {
                ordered.insert(name, value.take());
            }
        }
        for (name, value) in merged {
            ordered.entry(name).or_insert(value);
        }
        resource.insert("Properties", Value::Object(ordered));
        inheritance
            .resources
            .insert(id.as_str().to_owned(), inherited);
    }
}

/// The resources that stand as hooks in the preferences of the template, or in the default one.
fn hooks(template: &Template, defaults: &Map) -> HashSet<String> {
    let mut hooks = HashSet::new();
    let resources = template
        .resources()
        .into_iter()
        .flat_map(|all| all.values());
    let properties = resources.filter_map(|resource| resource.get("Properties"));
    let preferences = properties
        .filter_map(|properties| properties.get("DeploymentPreference"))
        .chain(defaults.get("DeploymentPreference"));
    for preference in preferences {
        Trail::section("DeploymentPreference").walk(preference, &mut |trail, value| {
            let is_hook = trail.path().0.iter().any(|step| *step == "Hooks".into());
            if let (true, Some(id)) = (is_hook, named_resource(value)) {
                hooks.insert(id.to_owned());
            }
        });
    }
    hooks
}
