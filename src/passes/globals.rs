//! `Globals`: values that every resource of a type has unless it says otherwise.
//!
//! ```yaml
//! # in
//! Globals:
//!   Function:
//!     CodeUri: s3://bucket/code.zip
//!     Handler: app.handler
//!     Runtime: python3.13
//!     Environment: {Variables: {LEVEL: info, STAGE: prod}}
//!     Layers: [tools]
//! Resources:
//!   Fn:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       Runtime: python3.14
//!       Environment: {Variables: {LEVEL: debug}}
//!       Layers: [own]
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   Fn:
//!     Properties:
//!       Handler: app.handler
//!       Runtime: python3.14
//!       Environment: {Variables: {LEVEL: debug, STAGE: prod}}
//!       Layers: [tools, own]
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! Maps merge key by key, lists follow one another (global first), everything else is the resource's own. An intrinsic
//! counts as one value.
//!
//! Upstream: plugins/globals/globals.py and merge_strategy.py.

use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::inheritance::{Inheritance, Inherited};
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::language::truth::is_truthy;
use crate::sam;
use crate::sam::resource_type::ResourceType;
use crate::scope::Scope;
use crate::template::{Path, Step, Template, weight};
use crate::tree::{Map, Text, Value};
use indexmap::IndexMap;
use std::collections::HashMap;

/// How two values of a path merge, where the general rule does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Merge {
    /// The resource's own list stands, even empty.
    Replace,
    /// Only the keys that the resource has; their values merge.
    OnlyOwnKeys,
}

/// The exceptions: section, path below it, rule.
const EXCEPTIONS: &[(&str, &[&str], Merge)] = &[
    ("Function", &["Architectures"], Merge::Replace),
    (
        "CapacityProvider",
        &["InstanceRequirements", "Architectures"],
        Merge::Replace,
    ),
    (
        "CapacityProvider",
        &["ManagedResourceTags"],
        Merge::OnlyOwnKeys,
    ),
];

/// Merges Globals into the resources and takes the section out.
pub(crate) fn merge(scope: &Scope<'_>, template: &mut Template) -> Inheritance {
    let mut inheritance = Inheritance::default();
    let Some(globals) = template.0.get_mut("Globals").map(Value::take) else {
        return inheritance;
    };
    template.0.retain(|name, _| name != "Globals");
    let Value::Object(globals) = globals else {
        scope.report(
            Diagnostic::new(
                codes::GLOBALS_NOT_A_MAP,
                Path::default().then("Globals"),
                "`Globals` must be a map",
            )
            .help("write `Globals: {Function: {...}}`, or take the section out"),
        );
        return inheritance;
    };
    let sections = read_sections(scope, globals);
    let Some(resources) = template.section_mut("Resources") else {
        return inheritance;
    };
    let sizes: HashMap<&str, usize> = sections
        .iter()
        .map(|(name, global)| (*name, global.values().map(weight).sum()))
        .collect();
    for (id, resource) in resources.iter_mut() {
        let Some(section) = sam::type_of(resource).and_then(|kind| kind.globals) else {
            continue;
        };
        let bytes = sizes.get(section).copied().unwrap_or_default();
        let place = || Path::default().then("Globals").then(section);
        let part = || format!("the Globals of `{section}`, for each resource,");
        if bytes > 0 && !wants_none(resource) && !scope.take_room(bytes, place, part) {
            break;
        }
        if let (Some(global), Some(resource)) = (sections.get(section), resource.as_object_mut())
            && let Some(inherited) = merge_resource(scope, id, section, global, resource)
        {
            inheritance
                .resources
                .insert(id.as_str().to_owned(), inherited);
        }
    }
    if let Some(global) = sections.get("Function") {
        resolve_shared(scope, &inheritance, global, resources);
    }
    inheritance
}

/// The sections by name, without what may not stand there, which is reported.
fn read_sections(scope: &Scope<'_>, globals: Map) -> IndexMap<&'static str, Map> {
    let mut sections = IndexMap::new();
    for (name, value) in globals {
        let path = Path::default().then("Globals").then(&name);
        let kind = sam::TYPES
            .iter()
            .find(|kind| kind.globals == Some(name.as_str()));
        let Some((kind, section)) =
            kind.and_then(|kind| kind.globals.map(|section| (kind, section)))
        else {
            let known: Vec<&str> = sam::TYPES.iter().filter_map(|kind| kind.globals).collect();
            scope.report(
                Diagnostic::new(
                    codes::UNKNOWN_GLOBALS_SECTION,
                    path,
                    format!("Globals have no section `{name}`"),
                )
                .on_key()
                .help(did_you_mean(&name, &known)),
            );
            continue;
        };
        let Value::Object(mut values) = value else {
            scope.report(
                Diagnostic::new(
                    codes::GLOBALS_NOT_A_MAP,
                    path,
                    format!("the Globals of `{name}` must be a map"),
                )
                .help("fill it with properties, or take it out"),
            );
            continue;
        };
        values.retain(|key, _| may_be_global(scope, kind, key, &path));
        sections.insert(section, values);
    }
    sections
}

fn may_be_global(scope: &Scope<'_>, kind: &ResourceType, key: &str, path: &Path) -> bool {
    if kind.properties.is_empty()
        || kind
            .properties
            .iter()
            .any(|row| row.globals && row.name == key)
    {
        return true;
    }
    let fault = Diagnostic::new(
        codes::NOT_A_GLOBAL_PROPERTY,
        path.clone().then(key),
        format!(
            "`{key}` cannot stand in the Globals of `{}`",
            kind.globals.unwrap_or_default()
        ),
    )
    .on_key();
    scope.report(if kind.properties.iter().any(|row| row.name == key) {
        fault.help("write it on each resource that wants it")
    } else {
        let known: Vec<&str> = kind
            .properties
            .iter()
            .filter(|row| row.globals)
            .map(|row| row.name)
            .collect();
        fault.help(did_you_mean(key, &known))
    });
    false
}

/// Whether a resource wants nothing of the Globals.
fn wants_none(resource: &Value) -> bool {
    resource.get("IgnoreGlobals").and_then(Value::as_str) == Some("*")
}

/// Gives a resource what its Globals say, and tells what it has of them; none where it wants nothing of them.
fn merge_resource(
    scope: &Scope<'_>,
    id: &str,
    section: &'static str,
    global: &Map,
    resource: &mut Map,
) -> Option<Inherited> {
    let unwanted = unwanted(scope, id, section, global, resource.get("IgnoreGlobals"))?;
    let mut inherited = Inherited::from(Path::default().then("Globals").then(section));
    inherited.section = section;
    let own = match resource.get_mut("Properties").map(Value::take) {
        Some(Value::Object(own)) => own,
        _ => Map::new(),
    };
    let wanted = global
        .iter()
        .filter(|(name, _)| !unwanted.contains(&name.as_str()));
    let merged = merge_maps(wanted, own, &mut Vec::new(), &mut inherited);
    tell_unmerged(scope, id, &inherited);
    resource.insert("Properties", Value::Object(merged));
    Some(inherited)
}

/// The global properties that `IgnoreGlobals` names; none where the resource wants no Globals at all, and where it says so
/// in a way that cannot be read, which is reported.
fn unwanted<'a>(
    scope: &Scope<'_>,
    id: &str,
    section: &str,
    global: &'a Map,
    given: Option<&Value>,
) -> Option<Vec<&'a str>> {
    let path = || Path::resource(id).then("IgnoreGlobals");
    let mut unwanted: Vec<&str> = Vec::new();
    match given.filter(|given| is_truthy(Some(given))) {
        None => {}
        Some(Value::String(all)) if all == "*" => return None,
        Some(Value::Array(names)) => {
            for (index, name) in names.iter().enumerate() {
                let known = name.as_str().and_then(|name| global.get_key_value(name));
                match known {
                    Some((known, _)) if !unwanted.contains(&known.as_str()) => unwanted.push(known),
                    _ => scope.report(unknown_ignored_global(
                        scope,
                        path().then(index),
                        section,
                        global,
                        name,
                    )),
                }
            }
        }
        Some(_) => {
            scope.report(ignore_globals_shape(path()));
            return None;
        }
    }
    Some(unwanted)
}

/// Global keys first, in their order, then those that only the resource has.
pub(super) fn merge_maps<'a>(
    global: impl Iterator<Item = (&'a Text, &'a Value)>,
    mut own: Map,
    path: &mut Vec<Step>,
    inherited: &mut Inherited,
) -> Map {
    let mut merged = Map::with_capacity(global.size_hint().1.unwrap_or_default() + own.len());
    for (key, value) in global {
        path.push(key.into());
        let value = match own.get_mut(key) {
            Some(own) => {
                if asks(value, own) {
                    inherited.both.push(path.clone());
                }
                merge_values(value, own.take(), path, inherited)
            }
            None => {
                inherited.whole.push(path.clone());
                value.clone()
            }
        };
        path.pop();
        merged.insert(key.clone(), value);
    }
    for (key, value) in own {
        merged.entry(key).or_insert(value);
    }
    merged
}

/// Whether a global value would ask for the same resources if it stood without the resource's own.
fn asks(global: &Value, own: &Value) -> bool {
    let is_off = global
        .get("Enabled")
        .is_some_and(|enabled| !is_truthy(Some(enabled)));
    // Of usage plans there are two kinds.
    let kind = |value: &Value| value.get("CreateUsagePlan").cloned();
    let is_other = kind(own).is_some_and(|own| kind(global) != Some(own));
    is_truthy(Some(global)) && !is_off && !is_other
}

fn merge_values(
    global: &Value,
    own: Value,
    path: &mut Vec<Step>,
    inherited: &mut Inherited,
) -> Value {
    if is_intrinsic(global) || is_intrinsic(&own) {
        let is_filled = |value: &Value| !is_intrinsic(value) && holds_something(value);
        if is_filled(global) || is_filled(&own) {
            inherited.unmerged.push(path.clone());
        }
        return own;
    }
    let exception = EXCEPTIONS
        .iter()
        .find(|(section, at, _)| *section == inherited.section && is_at(path, at))
        .map(|(_, _, rule)| *rule);
    match (global, own, exception) {
        (Value::Array(_), own @ Value::Array(_), Some(Merge::Replace)) => own,
        (Value::Array(global), Value::Array(own), _) => {
            inherited.lists.push((path.clone(), global.len()));
            Value::Array(global.iter().cloned().chain(own).collect())
        }
        (Value::Object(global), Value::Object(own), Some(Merge::OnlyOwnKeys))
            if !own.is_empty() =>
        {
            let shared = global
                .iter()
                .filter(|(key, _)| own.contains_key(*key))
                .collect::<Vec<_>>();
            Value::Object(merge_maps(shared.into_iter(), own, path, inherited))
        }
        (Value::Object(global), Value::Object(own), _) => {
            Value::Object(merge_maps(global.iter(), own, path, inherited))
        }
        (_, own, _) => own,
    }
}

/// Whether a value is a map or a list with something in it.
fn holds_something(value: &Value) -> bool {
    match value {
        Value::Object(map) => !map.is_empty(),
        Value::Array(items) => !items.is_empty(),
        _ => false,
    }
}

/// Warns of what Globals and a resource both say something of, and which an intrinsic function keeps from being merged.
fn tell_unmerged(scope: &Scope<'_>, id: &str, inherited: &Inherited) {
    for below in &inherited.unmerged {
        let path = Path::resource(id).then("Properties").with(below);
        let Some(Step::Key(name)) = below.last() else {
            continue;
        };
        scope.report(
            Diagnostic::new(
                codes::GLOBALS_NOT_MERGED,
                path,
                format!("what Globals say of `{name}` is not added to this, because one of the two is an intrinsic function: this stands alone"),
            )
            .on_key()
            .help(format!("repeat here what is wanted of the `{name}` of Globals, or list `{name}` in `IgnoreGlobals` to say that it is meant")),
        );
    }
}

fn is_at(path: &[Step], names: &[&str]) -> bool {
    path.len() == names.len()
        && path
            .iter()
            .zip(names)
            .all(|(step, name)| matches!(step, Step::Key(key) if key == name))
}

/// Values that publishing resolves in place, by their path below `Properties`, and what a function must have for it.
const RESOLVED_IN_PLACE: &[(&[&str], &[&str])] = &[
    (&["CodeUri", "Bucket"], &["AutoPublishAlias"]),
    (&["CodeUri", "Key"], &["AutoPublishAlias"]),
    (&["CodeUri", "Version"], &["AutoPublishAlias"]),
    (&["CodeUri", "StorageMode"], &["AutoPublishAlias"]),
    (&["SourceKMSKeyArn"], &["AutoPublishAlias"]),
    (
        &["Description"],
        &["AutoPublishAlias", "AutoPublishCodeSha256"],
    ),
];

/// Resolves a global value for every function that has it, once publishing resolves it for one of them.
///
/// In the reference all of them share one value. A fault in it is reported where publishing meets it.
fn resolve_shared(scope: &Scope<'_>, inheritance: &Inheritance, global: &Map, resources: &mut Map) {
    for (at, needed) in RESOLVED_IN_PLACE {
        let value = at.iter().try_fold(None, |value: Option<&Value>, key| {
            let next = match value {
                None => global.get(*key),
                Some(value) => value.get(*key),
            };
            next.map(Some)
        });
        let Some(value) = value.flatten() else {
            continue;
        };
        if !value.is_object() || argument(value, "Ref").is_some() {
            continue;
        }
        let mut resolved = value.clone();
        if scope.parameters.resolve(&mut resolved).is_err() || resolved == *value {
            continue;
        }
        let users: Vec<Text> = resources
            .keys()
            .filter(|id| inheritance.has_whole(id, at))
            .cloned()
            .collect();
        let published = users.iter().any(|id| {
            let properties = resources
                .get(id)
                .and_then(|resource| resource.get("Properties"));
            needed
                .iter()
                .all(|name| is_truthy(properties.and_then(|properties| properties.get(*name))))
        });
        if !published {
            continue;
        }
        for id in users {
            let slot = resources
                .get_mut(&id)
                .and_then(|resource| resource.get_mut("Properties"));
            let slot = at
                .iter()
                .try_fold(slot, |slot, key| Some(slot?.get_mut(*key)))
                .flatten();
            if let Some(slot) = slot {
                *slot = resolved.clone();
            }
        }
    }
}

fn unknown_ignored_global(
    scope: &Scope<'_>,
    path: Path,
    section: &str,
    global: &Map,
    name: &Value,
) -> Diagnostic {
    let known: Vec<&str> = global.keys().map(Text::as_str).collect();
    Diagnostic::new(
        codes::IGNORED_GLOBAL_UNKNOWN,
        path,
        format!("`IgnoreGlobals` names something that the Globals of `{section}` do not hold, or names it twice"),
    )
    .help(scope.suggestions.did_you_mean(name.as_str().unwrap_or_default(), &known))
}

fn ignore_globals_shape(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::IGNORE_GLOBALS_SHAPE,
        path,
        "`IgnoreGlobals` must be `'*'` or a list of properties",
    )
    .help("write `IgnoreGlobals: [Timeout]`, or `IgnoreGlobals: '*'` for all of them")
}
