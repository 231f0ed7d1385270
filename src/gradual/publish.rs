//! `AutoPublishAlias`: a version whenever the function changes, and an alias that points at it.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CodeUri: s3://bucket/greeter.zip
//!     AutoPublishAlias: live
//! ```
//!
//! ```yaml
//! # out
//! GreeterVersion8683fcd932:
//!   Type: AWS::Lambda::Version
//!   DeletionPolicy: Retain
//!   Properties: {FunctionName: !Ref Greeter}
//! GreeterAliaslive:
//!   Type: AWS::Lambda::Alias
//!   Properties:
//!     Name: live
//!     FunctionName: !Ref Greeter
//!     FunctionVersion: !GetAtt GreeterVersion8683fcd932.Version
//! ```
//!
//! The id of the version is what makes CloudFormation publish: a new id is a new resource. Its last ten characters are
//!
//! 1. the beginning of `AutoPublishCodeSha256`, where that is given; else the SHA-1 of
//! 2. all of the function's properties, with `AutoPublishAliasAllProperties: true`, and those of the layers that it
//!    names and that say `PublishLambdaVersion`; else
//! 3. its code, environment, memory size and SnapStart.
//!
//! Code in a local folder counts by its content.
//!
//! Upstream: `_get_resolved_alias_name`, `_construct_version`, `_construct_alias` in model/sam_resources.py,
//! translator/logical_id_generator.py.

use crate::deployment::{Alias, Part, Version};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, get_att, ref_target, reference};
use crate::language::truth::is_truthy;
use crate::language::{logical_id, python_json};
use crate::resource::{SamResource, resource, set};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use serde_json::{Map, Value, json};

/// The alias that a function wants; a fault is reported and gives none.
pub(crate) fn read_alias(scope: &Scope<'_>, sam: &SamResource) -> Option<Alias> {
    if !sam.is_truthy("AutoPublishAlias") {
        return None;
    }
    let path = sam.path("AutoPublishAlias");
    let given = sam.get("AutoPublishAlias");
    let resolved = match scope.parameters.resolved(given) {
        Ok(resolved) => resolved,
        Err(fault) => {
            scope.report_unresolvable(path, &fault);
            return None;
        }
    };
    scope.warn_of_parameters(given, &path);
    let Value::String(name) = resolved else {
        let fault = Diagnostic::new(
            codes::ALIAS_NOT_KNOWN,
            path,
            match ref_target(given) {
                Some(parameter) => format!(
                    "`AutoPublishAlias` refers to `{parameter}`, whose value is not known here or is no string"
                ),
                None => {
                    "`AutoPublishAlias` must be a name, or a `!Ref` to a parameter that holds one"
                        .to_owned()
                }
            },
        );
        scope.report(fault.help(
            "the alias is part of logical ids, so its name must be known now: write it out, give the parameter a string as `Default`, or pass its value",
        ));
        return None;
    };
    if let Some(problem) = name_problem(&name) {
        scope.report(
            Diagnostic::new(codes::ALIAS_NAME, path, format!("the alias name {problem}")).help(
                "use letters, digits, `-` and `_`, and not digits alone: `AutoPublishAlias: live`",
            ),
        );
        return None;
    }
    let id = logical_id::alias(&sam.id, &name);
    Some(Alias { name, id })
}

/// What keeps a text from being the name of an alias, without quoting it: it may be a parameter's value.
fn name_problem(name: &str) -> Option<&'static str> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    if name.is_empty() {
        Some("is empty")
    } else if !name.chars().all(allowed) {
        Some("holds other characters than letters, digits, `-` and `_`")
    } else if name.chars().all(|c| c.is_ascii_digit()) {
        Some("is a number, which Lambda takes for a version")
    } else {
        None
    }
}

/// A version and the alias that points at it.
pub(crate) struct Published {
    pub(crate) version: Version,
    /// The version as a resource.
    pub(crate) resource: Value,
    /// The alias as a resource.
    pub(crate) alias: Value,
}

/// Publishes a function. Brings `properties`, the Lambda function's, to what publishing makes of them: parameter values
/// in its code, the given hash in its description. A fault is reported and gives none.
pub(crate) fn lower(
    scope: &Scope<'_>,
    stack: &Stack,
    sam: &mut SamResource,
    alias: &Alias,
    properties: &mut Map<String, Value>,
    local_code: Option<&Value>,
) -> Option<Published> {
    let sha = given_sha(scope, sam);
    if let Some(sha) = &sha {
        append_to_description(scope, sam, properties, sha);
    }
    if let Some(code) = properties.get_mut("Code") {
        let path = sam.path("CodeUri");
        scope.warn_of_parameters(code, &path);
        if let Err(fault) = scope.parameters.resolve(code) {
            scope.report_unresolvable(path, &fault);
            return None;
        }
    }
    let (suffix, parts) = match sha {
        Some(sha) if !sha.is_empty() => (sha.chars().take(10).collect(), None),
        _ => {
            let hashed = hashed(stack, sam, properties, local_code);
            let entries = hashed.iter().map(|(name, value, _)| (*name, *value));
            let suffix = logical_id::hash(&python_json::compact_entries(entries));
            let parts = hashed.into_iter().map(|(_, value, path)| Part {
                path,
                digest: logical_id::sha1(&python_json::compact(value)),
            });
            (suffix, Some(parts.collect()))
        }
    };
    let version = logical_id::version(&sam.id, &suffix);
    if !logical_id::is_valid(&version) {
        scope.report(
            Diagnostic::new(
                codes::SHA_NOT_ALPHANUMERIC,
                sam.path("AutoPublishCodeSha256"),
                "the first ten characters of `AutoPublishCodeSha256` become part of a logical id, and are not all letters and digits",
            )
            .help("give the hash in hexadecimal, not in base64"),
        );
        return None;
    }
    Some(Published {
        alias: make_alias(sam, alias, &version),
        resource: make_version(sam),
        version: Version { id: version, parts },
    })
}

/// `AutoPublishCodeSha256`, parameters resolved; a fault is reported and gives none.
fn given_sha(scope: &Scope<'_>, sam: &SamResource) -> Option<String> {
    if !sam.is_truthy("AutoPublishCodeSha256") {
        return None;
    }
    let path = sam.path("AutoPublishCodeSha256");
    let given = sam.get("AutoPublishCodeSha256");
    scope.warn_of_parameters(given, &path);
    match scope.parameters.resolved(given) {
        Ok(Value::String(sha)) => Some(sha),
        Ok(_) => {
            scope.report(
                Diagnostic::new(
                    codes::SHA_NOT_KNOWN,
                    path,
                    "`AutoPublishCodeSha256` must be a string, or a `!Ref` to a parameter that holds one",
                )
                .help("it is part of a logical id, so it must be known now"),
            );
            None
        }
        Err(fault) => {
            scope.report_unresolvable(path, &fault);
            None
        }
    }
}

/// Appends the given hash to the function's description: without a change of the function Lambda publishes no version.
fn append_to_description(
    scope: &Scope<'_>,
    sam: &SamResource,
    properties: &mut Map<String, Value>,
    sha: &str,
) {
    let mut description = properties.get("Description").cloned().unwrap_or_default();
    scope.warn_of_parameters(&description, &sam.path("Description"));
    if let Err(fault) = scope.parameters.resolve(&mut description) {
        scope.report_unresolvable(sam.path("Description"), &fault);
        return;
    }
    let appended = match description {
        value if !is_truthy(Some(&value)) => json!(sha),
        Value::String(text) => json!(format!("{text} {sha}")),
        other => json!({ "Fn::Join": [" ", [other, sha]] }),
    };
    properties.insert("Description".to_owned(), appended);
}

/// What a new version is published for: the name under which each part is hashed, its value, and where it stands.
fn hashed<'a>(
    stack: &'a Stack,
    sam: &SamResource,
    properties: &'a Map<String, Value>,
    local_code: Option<&'a Value>,
) -> Vec<(&'a str, &'a Value, Path)> {
    let code = local_code.or_else(|| properties.get("Code"));
    if sam.is_truthy("AutoPublishAliasAllProperties") {
        let own = properties.iter().map(|(name, value)| match code {
            Some(code) if name == "Code" => (name.as_str(), code, sam.path(code_property(sam))),
            _ => (name.as_str(), value, sam.path(name)),
        });
        let layers = layers(stack, properties)
            .map(|(id, layer)| (id, layer, Path::resource(id).then("Properties")));
        return own.chain(layers).collect();
    }
    let filled = |name: &str| properties.get(name).filter(|given| is_truthy(Some(given)));
    let snap_start = properties.get("SnapStart").filter(|given| {
        given
            .get("ApplyOn")
            .is_some_and(|apply_on| apply_on.as_str() != Some("None"))
    });
    let mut parts = Vec::new();
    // Of these two each entry counts by itself.
    for (map, property) in [
        (code, code_property(sam)),
        (filled("Environment"), "Environment"),
    ] {
        for (name, value) in map.and_then(Value::as_object).into_iter().flatten() {
            parts.push((name.as_str(), value, sam.path(property)));
        }
    }
    let whole = [
        ("MemorySize", filled("MemorySize")),
        ("SnapStart", snap_start),
    ];
    parts.extend(
        whole
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?, sam.path(name)))),
    );
    parts
}

/// The property that says where the code is.
fn code_property(sam: &SamResource) -> &'static str {
    let is_image = sam.get("PackageType") == "Image";
    if is_image { "ImageUri" } else { "CodeUri" }
}

/// The properties, as written, of each layer of this template that the function names and that asks for a new version of
/// its functions.
fn layers<'a>(
    stack: &'a Stack,
    properties: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    properties
        .get("Layers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(named_resource)
        .filter_map(|id| {
            let layer = stack.own.get(id)?.get("Properties")?;
            is_truthy(layer.get("PublishLambdaVersion")).then_some((id, layer))
        })
}

/// The resource that `!Ref id`, `!GetAtt [id, attribute]` or `"Fn::GetAtt": "id.attribute"` names.
pub(crate) fn named_resource(value: &Value) -> Option<&str> {
    if let Some(id) = ref_target(value) {
        return Some(id);
    }
    match argument(value, "Fn::GetAtt")? {
        Value::String(text) => text.split_once('.').map(|(id, _)| id),
        Value::Array(items) => match items.as_slice() {
            [Value::String(id), _] => Some(id),
            _ => None,
        },
        _ => None,
    }
}

fn make_version(sam: &mut SamResource) -> Value {
    let on_own_instances = !sam.get("CapacityProviderConfig").is_null();
    let mut properties = Map::new();
    set(
        &mut properties,
        "Description",
        sam.take("VersionDescription"),
    );
    set(&mut properties, "FunctionName", reference(&sam.id));
    if on_own_instances {
        set(
            &mut properties,
            "FunctionScalingConfig",
            sam.get("FunctionScalingConfig").clone(),
        );
    }
    let mut attributes = sam.attributes.passed_on();
    if !attributes.contains_key("DeletionPolicy") {
        let policy = match sam.take("VersionDeletionPolicy") {
            // Versions on instances of one's own cost money as long as they exist.
            Value::Null if on_own_instances => json!("Delete"),
            Value::Null => json!("Retain"),
            given => given,
        };
        attributes.insert("DeletionPolicy".to_owned(), policy);
    }
    resource("AWS::Lambda::Version", attributes, properties)
}

fn make_alias(sam: &mut SamResource, alias: &Alias, version: &str) -> Value {
    let mut properties = Map::new();
    set(&mut properties, "Name", alias.name.clone().into());
    set(&mut properties, "FunctionName", reference(&sam.id));
    set(
        &mut properties,
        "FunctionVersion",
        get_att(version, "Version"),
    );
    if sam.is_truthy("ProvisionedConcurrencyConfig") {
        set(
            &mut properties,
            "ProvisionedConcurrencyConfig",
            sam.take("ProvisionedConcurrencyConfig"),
        );
    }
    sam.attributes.derived("AWS::Lambda::Alias", properties)
}
