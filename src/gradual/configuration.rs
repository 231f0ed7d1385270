//! `AutoPublishOn: Configuration`: a new version whenever anything changes that a version holds fast.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     AutoPublishOn: Configuration
//!     Timeout: 20
//! ```
//!
//! ```yaml
//! # out
//! Greeter:
//!   Properties:
//!     Description: 8baa75af5a
//!     # ...
//!   # ...
//! GreeterVersion8baa75af5a:
//!   Type: AWS::Lambda::Version
//!   # ...
//! ```
//!
//! It is a computed `AutoPublishCodeSha256`: ten hexadecimal digits that become the end of the version's id, and that are
//! appended to the function's description. Lambda publishes nothing where neither code nor configuration has changed since
//! the last version, and then the stack fails; with the digits in the description it always has, so that a property which
//! should not have counted costs a version, and never a deployment.
//!
//! What is hashed is the Lambda function as it is lowered, one canonical form for all that means the same. Values of
//! parameters count, defaults too where no value is given, except those of secrets: ten digits of a hash confirm a guess.
//! A layer of this template counts by its properties, since another layer version gets another id. Pseudo parameters stay
//! what they are: the id is the same in every region and account.

use super::hashed::{self, Hashed};
use crate::deployment::{Kind, Part};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::canonical;
use crate::language::intrinsics::{argument, get_att, if_parts, named_resource};
use crate::language::known::Known;
use crate::language::logical_id;
use crate::language::python_json;
use crate::resource::{LAYER_VERSION, SamResource, is_of_type};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{Map, Value, json};

/// Whether a version holds a property fast.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Held {
    /// UpdateFunctionCode or UpdateFunctionConfiguration changes it, in `$LATEST` alone.
    Fast,
    /// It belongs to the function, all its versions included, or to none.
    Loosely,
    /// Another value replaces the function, and its versions with it.
    Replaces,
}

/// Every property of `AWS::Lambda::Function`.
///
/// Source: the CloudFormation resource schema of 2026-10-20, and which call of Lambda's API changes it. The last two are
/// in the API alone so far. `RuntimeManagementConfig` is set by a call that names a version, so it counts.
const PROPERTIES: &[(&str, Held)] = &[
    ("Architectures", Held::Fast),
    ("Arn", Held::Loosely),
    ("CapacityProviderConfig", Held::Fast),
    ("Code", Held::Fast),
    ("CodeSigningConfigArn", Held::Loosely),
    ("DeadLetterConfig", Held::Fast),
    ("Description", Held::Fast),
    ("DurableConfig", Held::Fast),
    ("Environment", Held::Fast),
    ("EphemeralStorage", Held::Fast),
    ("FileSystemConfigs", Held::Fast),
    ("FunctionName", Held::Replaces),
    ("FunctionScalingConfig", Held::Loosely),
    ("Handler", Held::Fast),
    ("ImageConfig", Held::Fast),
    ("KmsKeyArn", Held::Fast),
    ("Layers", Held::Fast),
    ("LoggingConfig", Held::Fast),
    ("MemorySize", Held::Fast),
    ("PackageType", Held::Replaces),
    ("PublishToLatestPublished", Held::Loosely),
    ("RecursiveLoop", Held::Loosely),
    ("ReservedConcurrentExecutions", Held::Loosely),
    ("Role", Held::Fast),
    ("Runtime", Held::Fast),
    ("RuntimeManagementConfig", Held::Fast),
    ("SnapStart", Held::Fast),
    ("SnapStartResponse", Held::Loosely),
    ("Tags", Held::Loosely),
    ("TenancyConfig", Held::Replaces),
    ("Timeout", Held::Fast),
    ("TracingConfig", Held::Fast),
    ("VpcConfig", Held::Fast),
    ("RuntimeConfig", Held::Fast),
    ("AcceleratorConfig", Held::Fast),
];

/// How a version holds a property; none where that is not known.
fn held(property: &str) -> Option<Held> {
    let row = PROPERTIES.iter().find(|(name, _)| *name == property);
    row.map(|(_, held)| *held)
}

/// Whether another value of a property takes another version to reach the alias; one that is not known counts.
pub(crate) fn is_held_fast(property: &str) -> bool {
    held(property).is_none_or(|held| held == Held::Fast)
}

/// Whether a property of a Lambda function is known to CloudFormation.
pub(crate) fn is_known(property: &str) -> bool {
    held(property).is_some()
}

/// Properties of layers that are no part of a layer version.
const NOT_OF_THE_LAYER: &[&str] = &["PublishLambdaVersion", "RetentionPolicy"];

const VERSION_DESCRIPTION: &str = "VersionDescription";

/// What stands for the code, in place of `Code`.
pub(super) struct Code<'a> {
    /// Its content, where it is local.
    pub(super) local: Option<&'a Value>,
    /// `AutoPublishCodeSha256`, where it is given.
    pub(super) sha: Option<&'a str>,
}

/// The configuration of a function: what of it a version holds fast.
pub(super) struct Configuration {
    /// By property, in canonical form.
    canonical: Map,
    /// The same as it is written, and the conditions that it names.
    written: Map,
    conditions: Map,
}

/// Reads the configuration of a function out of `properties`, the Lambda function's, before anything is put into them.
pub(super) fn read(
    scope: &Scope<'_>,
    stack: &Stack,
    sam: &SamResource,
    properties: &Map,
    code: &Code<'_>,
) -> Configuration {
    let mut written: Map = properties
        .iter()
        .filter(|(name, _)| is_held_fast(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    if sam.kind == Kind::Sam && written.get("Role").is_none_or(Value::is_null) {
        written.insert("Role", get_att(&logical_id::role(&sam.id), "Arn"));
    }
    let description = sam.get(VERSION_DESCRIPTION);
    if !description.is_null() {
        // CloudFormation replaces a version for another description, and Lambda has then nothing to publish.
        written.insert(VERSION_DESCRIPTION, description.clone());
    }
    let known = scope.all_known();
    let mut put_in = written.clone();
    if let Some(layers) = put_in.get_mut("Layers") {
        let put = with_layers(scope, &known, stack, layers);
        *layers = put;
    }
    let mut put_in: Map = put_in
        .iter()
        .map(|(name, value)| (name.clone(), known.put_in(value)))
        .filter(|(_, value)| !canonical::is_nothing(value))
        .collect();
    if let Some(local) = code.local {
        put_in.insert("Code", local.clone());
    } else if let Some(sha) = code.sha.filter(|sha| !sha.is_empty()) {
        put_in.insert("Code", json!({ "Sha256": sha }));
    }
    Configuration {
        canonical: canonical::function(&put_in),
        conditions: conditions_of(&written, &stack.conditions.declared),
        written,
    }
}

impl Configuration {
    /// The digits that stand for it.
    pub(super) fn hash(&self) -> String {
        let entries = self.canonical.iter();
        let entries = entries.map(|(name, value)| (name.as_str(), value));
        logical_id::hash(&python_json::compact_entries(entries))
    }

    /// The same in detail.
    pub(super) fn parts(&self, scope: &Scope<'_>, sam: &SamResource) -> Vec<Part> {
        let properties = self.canonical.iter();
        let hashed: Vec<Hashed<'_>> = properties
            .map(|(name, value)| Hashed::property(name, value))
            .collect();
        let variables = self.written.get("Environment");
        let variables = variables.and_then(|environment| environment.get("Variables"));
        let environment = sam.path("Environment");
        let mut parts = hashed::parts(scope, sam, &hashed, |name, path| {
            if hashed::code_path(sam, name) == *path {
                return self.written.get("Code")?.get(name);
            }
            if path.0.starts_with(&environment.0) {
                return variables?.get(name);
            }
            self.written.get(name)
        });
        // Of these the reference is hashed.
        for part in &mut parts {
            part.parameters
                .retain(|name| !name.starts_with("AWS::") && !scope.parameters.is_secret(name));
        }
        parts
    }

    /// Tells what parameters have to do with it that nobody sees.
    pub(super) fn tell(&self, scope: &Scope<'_>, sam: &SamResource) {
        let unclassified = self.written.keys().filter(|name| held(name).is_none());
        for name in unclassified.filter(|name| *name != VERSION_DESCRIPTION) {
            let path = sam.path(name);
            if scope.has(|told| told.is_error() && told.path == path) {
                continue;
            }
            scope.report(
                Diagnostic::new(
                    codes::PROPERTY_UNCLASSIFIED,
                    path,
                    format!(
                        "`{name}` is not known here, so another value of it publishes a new version"
                    ),
                )
                .on_key()
                .help("nothing is wrong with that, if CloudFormation knows it"),
            );
        }
        let places = |is_meant: &dyn Fn(&str) -> bool| -> Vec<(&str, Vec<String>)> {
            let properties = self.written.iter().map(|(name, value)| {
                let conditions = conditions_in(value).filter_map(|name| self.conditions.get(name));
                let all: Value = std::iter::once(value).chain(conditions).cloned().collect();
                let read = scope.parameters.named_in(&all).into_iter();
                let read = read.filter(|parameter| is_meant(parameter));
                (name.as_str(), read.collect::<Vec<String>>())
            });
            properties.filter(|(_, read)| !read.is_empty()).collect()
        };
        for (name, secrets) in places(&|parameter| scope.parameters.is_secret(parameter)) {
            scope.report(
                Diagnostic::new(
                    codes::SECRET_NOT_FOLLOWED,
                    hashed::place_of(sam, name),
                    format!(
                        "another value of the `NoEcho` parameter {} publishes no version: what is hashed of a secret could be guessed",
                        quoted(&secrets)
                    ),
                )
                .help("to publish with a new secret, pass a parameter `SecretRevision` beside it and put that into the environment, or name the secret by a dynamic reference with a version"),
            );
        }
        let by_default = places(&|parameter| {
            !scope.parameters.is_secret(parameter) && scope.parameters.is_by_default(parameter)
        });
        let mut names: Vec<String> = Vec::new();
        for name in by_default.iter().flat_map(|(_, read)| read) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        if let Some((first, _)) = by_default.first() {
            scope.report(
                Diagnostic::new(
                    codes::PARAMETER_NOT_GIVEN,
                    hashed::place_of(sam, first),
                    format!(
                        "the id of the version of `{}` is made with the default of {}: it says nothing of a deployment with another value",
                        sam.id,
                        quoted(&names)
                    ),
                )
                .help("pass the values that the deployment will have: `--parameter-overrides`"),
            );
        }
    }
}

/// The conditions that `Fn::If` names in a value.
fn conditions_in(value: &Value) -> impl Iterator<Item = &str> {
    let mut found = Vec::new();
    let mut left = vec![value];
    while let Some(value) = left.pop() {
        if let Some((Value::String(name), ..)) = if_parts(value) {
            found.push(name.as_str());
        }
        match value {
            Value::Array(items) => left.extend(items),
            Value::Object(map) => left.extend(map.values()),
            _ => {}
        }
    }
    found.into_iter()
}

/// The conditions that properties name, each with those that it names in turn.
fn conditions_of(properties: &Map, declared: &Map) -> Map {
    let with_others = |name: &str| {
        let mut whole: Map = Map::new();
        let mut left = vec![name.to_owned()];
        while let Some(name) = left.pop() {
            let Some(condition) = declared.get(&name).filter(|_| !whole.contains_key(&name)) else {
                continue;
            };
            let mut inner = vec![condition];
            while let Some(value) = inner.pop() {
                if let Some(Value::String(other)) = argument(value, "Condition") {
                    left.push(other.to_string());
                }
                match value {
                    Value::Array(items) => inner.extend(items),
                    Value::Object(map) => inner.extend(map.values()),
                    _ => {}
                }
            }
            whole.insert(name, condition.clone());
        }
        Value::Object(whole)
    };
    let named = properties.values().flat_map(conditions_in);
    named
        .map(|name| (name.to_owned(), with_others(name)))
        .collect()
}

fn quoted(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

/// `Layers` with the properties of layers of this template in place of references to them.
fn with_layers(scope: &Scope<'_>, known: &Known<'_>, stack: &Stack, layers: &Value) -> Value {
    let layer = named_resource(layers).and_then(|id| {
        let layer = stack.get(id)?;
        let is_layer =
            is_of_type(layer, LAYER_VERSION) || is_of_type(layer, "AWS::Lambda::LayerVersion");
        is_layer.then(|| layer.get("Properties").cloned().unwrap_or_default())
    });
    if let Some(properties) = layer {
        let mut properties = crate::resource::map(known.put_in(&properties));
        properties.retain(|name, _| !NOT_OF_THE_LAYER.contains(&name.as_str()));
        for (name, content) in &mut properties {
            let is_content = name == "Content" || name == "ContentUri";
            if let (true, Value::String(path)) = (is_content, &*content)
                && let Ok(digest) = scope.options.code.digest(path)
            {
                *content = json!({ "LocalCode": digest });
            }
        }
        return json!({ "Layer": canonical::any(&Value::Object(properties)) });
    }
    match layers {
        Value::Array(items) => {
            let items = items.iter();
            let items = items.map(|item| with_layers(scope, known, stack, item));
            items.collect()
        }
        Value::Object(map) => {
            let entries = map.iter();
            let entries =
                entries.map(|(key, inner)| (key.clone(), with_layers(scope, known, stack, inner)));
            Value::Object(entries.collect())
        }
        other => other.clone(),
    }
}
