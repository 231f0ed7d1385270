//! `AWS::Serverless::LayerVersion`: a layer whose id, and so whose version, changes with what it is made of.
//!
//! ```yaml
//! # in
//! Tools:
//!   Type: AWS::Serverless::LayerVersion
//!   Properties:
//!     ContentUri: s3://bucket/tools.zip
//!     CompatibleRuntimes: [python3.13]
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties: {Layers: [!Ref Tools]}
//! ```
//!
//! ```yaml
//! # out
//! Tools40b125e82b:
//!   Type: AWS::Lambda::LayerVersion
//!   DeletionPolicy: Retain
//!   Properties:
//!     Content: {S3Bucket: bucket, S3Key: tools.zip}
//!     LayerName: Tools
//!     CompatibleRuntimes: [python3.13]
//! Fn:
//!   Properties:
//!     Layers: [!Ref Tools40b125e82b]
//!     # ...
//!   # ...
//! ```
//!
//! Whatever refers to the layer is given the new id. The old version is kept when it is replaced: functions of other
//! stacks may use it.
//!
//! Upstream: `SamLayerVersion` in model/sam_resources.py.

use super::code_location;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::logical_id;
use crate::language::python_json;
use crate::resource::property::{LIST_OF_TEXT_OR_MAP, Property, Shape, TEXT_OR_MAP};
use crate::resource::{SamResource, resource, set};
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::LayerVersion",
    globals: Some("LayerVersion"),
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::of("LayerName", TEXT_OR_MAP).does("becomes `LayerName`; the logical id where absent"),
    Property::of("Description", Shape::Text),
    Property::of("ContentUri", TEXT_OR_MAP)
        .does("becomes `Content`")
        .required(),
    Property::of("CompatibleArchitectures", LIST_OF_TEXT_OR_MAP),
    Property::of("CompatibleRuntimes", LIST_OF_TEXT_OR_MAP),
    Property::of("LicenseInfo", Shape::Text),
    Property::of("RetentionPolicy", Shape::Text).does("becomes `DeletionPolicy`"),
    Property::of("PublishLambdaVersion", Shape::Bool)
        .does("decides whether a new version of the layer publishes one of its functions")
        .global(),
];

/// Attributes that count in a layer's id, in no particular order.
const HASHED_ATTRIBUTES: [&str; 2] = ["Condition", "UpdatePolicy"];

const ARCHITECTURES: [&str; 2] = ["x86_64", "arm64"];

fn lower(scope: &Scope<'_>, mut layer: SamResource) -> Lowered {
    let mut sound = resolve_texts(scope, &mut layer);
    let deletion_policy = deletion_policy(scope, &layer);
    sound &= check_architectures(scope, &layer);
    let path = layer.path("ContentUri");
    let content = code_location::read(scope, layer.get("ContentUri").clone(), &path);
    let (Some(deletion_policy), Some(content), true) = (deletion_policy, content, sound) else {
        return Lowered::default();
    };
    let id = new_id(&layer, content.local.as_ref());

    let mut properties = Map::new();
    set(&mut properties, "Content", content.value);
    if !layer.is_truthy("LayerName") {
        layer
            .properties
            .insert("LayerName", layer.id.clone().into());
    }
    set(&mut properties, "LayerName", layer.take("LayerName"));
    crate::resource::property::copy(PROPERTIES, &mut layer, &mut properties);

    let mut attributes = layer.attributes.dependencies();
    attributes.extend(layer.attributes.passed_on());
    attributes.insert("DeletionPolicy", deletion_policy);
    let made = resource("AWS::Lambda::LayerVersion", attributes, properties);
    Lowered {
        renamed: Some(id.clone()),
        ..Lowered::one(id, made, layer.place())
    }
}

/// Puts parameter values into the texts of a layer: they count in its id.
fn resolve_texts(scope: &Scope<'_>, layer: &mut SamResource) -> bool {
    let mut sound = true;
    for name in ["LayerName", "LicenseInfo", "Description", "RetentionPolicy"] {
        if !layer.is_truthy(name) {
            continue;
        }
        let mut value = layer.take(name);
        scope.warn_of_parameters(&value, &layer.path(name));
        if let Err(fault) = scope.parameters.resolve(&mut value) {
            scope.report_unresolvable(layer.path(name), &fault);
            sound = false;
        } else if !value.is_string() && !value.is_object() {
            scope.report(
                Diagnostic::new(
                    codes::LAYER_TEXT_NOT_A_STRING,
                    layer.path(name),
                    format!("`{name}` refers to a parameter whose value is not a string"),
                )
                .help("quote the parameter's `Default`, or pass its value as a string"),
            );
            sound = false;
        }
        layer.properties.insert(name.to_owned(), value);
    }
    sound
}

/// `RetentionPolicy` as a DeletionPolicy; without one the attribute that the layer has, or `Retain`.
fn deletion_policy(scope: &Scope<'_>, layer: &SamResource) -> Option<Value> {
    let given = match layer.get("RetentionPolicy") {
        Value::Null => {
            return Some(
                layer
                    .attributes
                    .kept
                    .get("DeletionPolicy")
                    .cloned()
                    .unwrap_or_else(|| json!("Retain")),
            );
        }
        given => given,
    };
    let word = given.as_str().map(str::to_lowercase);
    match word.as_deref() {
        Some("retain") => Some(json!("Retain")),
        Some("delete") => Some(json!("Delete")),
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::RETENTION_POLICY,
                    layer.path("RetentionPolicy"),
                    "`RetentionPolicy` must be `Retain` or `Delete`, or a `!Ref` to a parameter that says so",
                )
                .help("write `RetentionPolicy: Retain`"),
            );
            None
        }
    }
}

fn check_architectures(scope: &Scope<'_>, layer: &SamResource) -> bool {
    let mut sound = true;
    let given = layer.get("CompatibleArchitectures").as_array();
    for (index, item) in given.into_iter().flatten().enumerate() {
        let known = item
            .as_str()
            .is_some_and(|name| ARCHITECTURES.contains(&name));
        if !known && !is_intrinsic(item) {
            sound = false;
            scope.report(
                Diagnostic::new(
                    codes::LAYER_ARCHITECTURE,
                    layer.path("CompatibleArchitectures").then(index),
                    "a layer's architecture must be `x86_64` or `arm64`",
                )
                .help(crate::diagnostics::did_you_mean(
                    item.as_str().unwrap_or_default(),
                    &ARCHITECTURES,
                )),
            );
        }
    }
    sound
}

/// The layer's id and a hash of all that it is made of; local code counts by its content.
fn new_id(layer: &SamResource, local: Option<&Value>) -> String {
    let mut hashed = Map::new();
    hashed.insert("Type", TYPE.name.into());
    hashed.extend(layer.attributes.dependencies());
    for name in HASHED_ATTRIBUTES {
        if let Some(value) = layer.attributes.kept.get(name) {
            hashed.insert(name.to_owned(), value.clone());
        }
    }
    let properties: Map = layer
        .properties
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| match local {
            Some(digest) if name == "ContentUri" => (name.clone(), digest.clone()),
            _ => (name.clone(), value.clone()),
        })
        .collect();
    if !properties.is_empty() {
        hashed.insert("Properties", Value::Object(properties));
    }
    let suffix = logical_id::hash(&python_json::compact(&json!({ &layer.id: hashed })));
    logical_id::layer_version(&layer.id, &suffix)
}
