//! The SAM resource types, one room each, and the driver that lowers a template's resources.

pub(crate) mod api;
pub(crate) mod application;
pub(crate) mod capacity_provider;
pub(crate) mod code_location;
pub(crate) mod events;
pub(crate) mod function;
pub(crate) mod generated;
pub(crate) mod layer_version;
pub(crate) mod policies;
pub(crate) mod policy_templates;
pub(crate) mod property;
pub(crate) mod simple_table;
pub(crate) mod state_machine;
pub(crate) mod tags;
pub(crate) mod typed_map;

use crate::context::Context;
use crate::diagnostics::{Diagnostic, suggestion};
use crate::language::logical_id;
use crate::language::truth;
use crate::template::{Path, Step};
use property::Property;
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// When a type is lowered: events add to APIs, and connectors look at what was lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Functions,
    WebFunctions,
    StateMachines,
    Apis,
    Others,
    Connectors,
}

/// One SAM resource type.
pub(crate) struct ResourceType {
    /// `AWS::Serverless::Function`
    pub(crate) name: &'static str,
    /// Its section in Globals.
    pub(crate) globals: Option<&'static str>,
    pub(crate) stage: Stage,
    pub(crate) properties: &'static [Property],
    /// What a dotted reference may name (`Fn.Alias`), and the type of the generated resource that it stands for.
    pub(crate) referable: &'static [(&'static str, &'static str)],
    /// Lowers one resource; none where the type is not supported yet.
    pub(crate) lower: Option<fn(&mut Context<'_>, SamResource)>,
}

/// Every SAM resource type.
pub(crate) const TYPES: &[ResourceType] = &[
    function::TYPE,
    layer_version::TYPE,
    later("AWS::Serverless::WebFunction", Stage::WebFunctions, None),
    state_machine::TYPE,
    api::rest::TYPE,
    api::http::TYPE,
    api::websocket::TYPE,
    simple_table::TYPE,
    application::TYPE,
    capacity_provider::TYPE,
    later(
        "AWS::Serverless::MicrovmImage",
        Stage::Others,
        Some("MicrovmImage"),
    ),
    later(
        "AWS::Serverless::NetworkConnector",
        Stage::Others,
        Some("NetworkConnector"),
    ),
    later("AWS::Serverless::GraphQLApi", Stage::Others, None),
    later("AWS::Serverless::Connector", Stage::Connectors, None),
];

/// A type that is known and not supported yet.
const fn later(name: &'static str, stage: Stage, globals: Option<&'static str>) -> ResourceType {
    ResourceType {
        name,
        globals,
        stage,
        properties: &[],
        referable: &[],
        lower: None,
    }
}

/// The type that a resource says it has, where it is one of SAM's.
pub(crate) fn type_of(resource: &Value) -> Option<&'static ResourceType> {
    let name = resource.get("Type")?.as_str()?;
    if !name.starts_with("AWS::Serverless::") {
        return None;
    }
    TYPES.iter().find(|kind| kind.name == name)
}

/// A SAM resource that is being lowered: its room takes out what it uses.
pub(crate) struct SamResource {
    pub(crate) id: String,
    pub(crate) attributes: Attributes,
    pub(crate) properties: Map<String, Value>,
}

/// Up to how many properties are searched one by one.
const FEW: usize = 16;

impl SamResource {
    fn new(id: &str, resource: Value) -> Self {
        let mut attributes = Attributes::default();
        let mut properties = Map::new();
        if let Value::Object(map) = resource {
            for (key, value) in map {
                match key.as_str() {
                    "Properties" => {
                        if let Value::Object(map) = value {
                            properties = map;
                        }
                    }
                    "DependsOn" => attributes.depends_on = Some(value),
                    name if ATTRIBUTES.contains(&name) => {
                        attributes.kept.insert(key, value);
                    }
                    _ => {}
                }
            }
        }
        Self {
            id: id.to_owned(),
            attributes,
            properties,
        }
    }

    /// A property's value; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> &Value {
        // Every row of the type's table is asked for, and few are there: comparing is quicker than hashing.
        if self.properties.len() <= FEW {
            let mut properties = self.properties.iter();
            return properties
                .find_map(|(key, value)| (key == name).then_some(value))
                .unwrap_or(&Value::Null);
        }
        self.properties.get(name).unwrap_or(&Value::Null)
    }

    /// Takes a property's value out, null where it is absent.
    pub(crate) fn take(&mut self, name: &str) -> Value {
        self.properties
            .get_mut(name)
            .map(Value::take)
            .unwrap_or_default()
    }

    /// Whether a property is there and counts as true.
    pub(crate) fn is_truthy(&self, name: &str) -> bool {
        truth::is_truthy(Some(self.get(name)))
    }

    /// The place of a property.
    pub(crate) fn path(&self, name: &str) -> Path {
        Path::property(&self.id, name)
    }
}

/// The attributes that SAM keeps on the resource that it makes of a SAM resource.
const ATTRIBUTES: [&str; 5] = [
    "DeletionPolicy",
    "UpdatePolicy",
    "Condition",
    "UpdateReplacePolicy",
    "Metadata",
];

/// The attributes that go on to everything that is generated beside it. An attribute that is given as null counts.
const PASSED_ON: [&str; 3] = ["Condition", "DeletionPolicy", "UpdateReplacePolicy"];

/// What stands beside `Type` and `Properties` of a SAM resource.
#[derive(Debug, Clone, Default)]
pub(crate) struct Attributes {
    /// Those of [`ATTRIBUTES`] that are given.
    pub(crate) kept: Map<String, Value>,
    pub(crate) depends_on: Option<Value>,
}

impl Attributes {
    /// The resource's own condition, where it has one.
    pub(crate) fn condition(&self) -> Option<&str> {
        self.kept.get("Condition").and_then(Value::as_str)
    }

    /// The attributes for a resource generated beside the main one.
    pub(crate) fn passed_on(&self) -> Map<String, Value> {
        PASSED_ON
            .iter()
            .filter_map(|name| self.kept.get_key_value(*name))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect()
    }

    /// The main resource that a SAM resource becomes: DependsOn and every kept attribute on it.
    pub(crate) fn main(&self, kind: &str, properties: Map<String, Value>) -> Value {
        let mut attributes = Map::new();
        if let Some(depends_on) = self
            .depends_on
            .as_ref()
            .filter(|given| truth::is_truthy(Some(given)))
        {
            attributes.insert("DependsOn".to_owned(), depends_on.clone());
        }
        attributes.extend(self.kept.clone());
        resource(kind, attributes, properties)
    }

    /// A resource generated beside the main one.
    pub(crate) fn derived(&self, kind: &str, properties: Map<String, Value>) -> Value {
        resource(kind, self.passed_on(), properties)
    }
}

/// A CloudFormation resource: `Type`, the attributes, and `Properties`.
pub(crate) fn resource(
    kind: &str,
    attributes: Map<String, Value>,
    properties: Map<String, Value>,
) -> Value {
    let mut made = Map::with_capacity(attributes.len() + 2);
    made.insert("Type".to_owned(), kind.into());
    made.extend(attributes);
    made.insert("Properties".to_owned(), Value::Object(properties));
    Value::Object(made)
}

/// The entries of a `json!({...})`.
pub(crate) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

/// Adds a property, unless it is null.
pub(crate) fn set(properties: &mut Map<String, Value>, name: &str, value: Value) {
    if !value.is_null() {
        properties.insert(name.to_owned(), value);
    }
}

/// A role that `service` may assume.
pub(crate) fn trust(service: &str) -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Action": ["sts:AssumeRole"],
            "Effect": "Allow",
            "Principal": { "Service": [service] },
        }],
    })
}

/// Lowers every SAM resource in `context.resources`, stage by stage, in the template's order within each, or in that of
/// `context.order`.
pub(crate) fn lower(context: &mut Context<'_>) {
    let mut staged: Vec<(Stage, usize, usize, &'static ResourceType)> = context
        .resources
        .iter()
        .enumerate()
        .filter_map(|(index, (id, resource))| {
            let kind = type_of(resource)?;
            let rank = context.order.get(id).copied().unwrap_or(index);
            Some((kind.stage, rank, index, kind))
        })
        .collect();
    staged.sort_by_key(|(stage, rank, _, _)| (*stage, *rank));
    for (_, _, index, kind) in staged {
        let Some((id, slot)) = context.resources.get_index_mut(index) else {
            continue;
        };
        let id = id.clone();
        let resource = slot.take();
        lower_one(context, kind, &id, resource);
    }
    events::tag_buckets(context);
}

fn lower_one(context: &mut Context<'_>, kind: &'static ResourceType, id: &str, resource: Value) {
    let Some(lower) = kind.lower else {
        context.report(
            Diagnostic::error(
                "not-supported-yet",
                Path::resource(id).then("Type"),
                format!("`{}` is not supported yet", kind.name),
            )
            .help("leave this resource to AWS's own transform"),
        );
        return;
    };
    let sam = SamResource::new(id, resource);
    let found_before = context.diagnostics.len();
    if !logical_id::is_valid(id) {
        context.report(
            Diagnostic::error(
                "invalid-logical-id",
                Path::resource(id),
                format!("the logical id `{id}` holds something else than letters and digits"),
            )
            .on_key()
            .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids"),
        );
    }
    let path = Path::resource(id).then("Properties");
    let owner = format!("`{}`", kind.name);
    property::check(context, kind.properties, &sam.properties, &owner, &path);
    if context.diagnostics.len() == found_before {
        let made_before = context.made.len();
        context.replaced.clear();
        lower(context, sam);
        note_referable(context, kind, id, made_before);
    } else {
        find_more_faults(context, kind, lower, sam, found_before);
    }
}

/// Lowers a resource whose shape is wrong, only to tell all that is wrong with it: of what is found, what follows from
/// the faults after the first `found_before` findings is left out, and what is made too.
///
/// The reference goes no further with such a resource.
fn find_more_faults(
    context: &mut Context<'_>,
    kind: &ResourceType,
    lower: fn(&mut Context<'_>, SamResource),
    mut sam: SamResource,
    found_before: usize,
) {
    let id = sam.id.clone();
    let place = Path::resource(&id).then("Properties");
    let reported = context.diagnostics.iter().skip(found_before);
    let misspelt = property::misspelt(kind.properties, &sam.properties);
    let property_of = |finding: &Diagnostic| match finding.path.0.get(place.0.len()) {
        Some(Step::Key(name)) => Some(name.clone()),
        _ => None,
    };
    let faults: HashSet<String> = reported
        .filter_map(property_of)
        .chain(misspelt.into_iter().map(str::to_owned))
        .collect();
    sam.properties.retain(|name, _| !faults.contains(name));
    let (made, deployments) = (context.made.len(), context.deployments.len());
    let found = context.diagnostics.len();
    context.refused = true;
    lower(context, sam);
    context.refused = false;
    context.made.truncate(made);
    context.deployments.truncate(deployments);
    let mut later = context.diagnostics.split_off(found);
    later.retain(|finding| {
        let is_its_own = finding.resource.as_deref() == Some(&id);
        is_its_own && property_of(finding).is_some_and(|name| !faults.contains(&name))
    });
    context.diagnostics.append(&mut later);
}

/// Remembers which generated resources the dotted references of a resource stand for; of several the last counts.
fn note_referable(context: &mut Context<'_>, kind: &ResourceType, id: &str, made_before: usize) {
    if kind.referable.is_empty() {
        return;
    }
    let replaced = std::mem::take(&mut context.replaced);
    let replaced = replaced
        .iter()
        .filter_map(|id| context.made.get_key_value(id));
    for (made_id, made) in context.made.iter().skip(made_before).chain(replaced) {
        let made_type = made.resource.get("Type").and_then(Value::as_str);
        for (name, _) in kind
            .referable
            .iter()
            .filter(|(_, of)| Some(*of) == made_type)
        {
            context
                .referable
                .insert(format!("{id}.{name}"), made_id.clone());
        }
    }
}

/// Suggests one of `known` in the words of a help, or names them all.
pub(crate) fn did_you_mean(given: &str, known: &[&str]) -> String {
    match suggestion(given, known.iter().copied()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let names: Vec<String> = known.iter().map(|name| format!("`{name}`")).collect();
            format!("it takes {}", names.join(", "))
        }
    }
}
