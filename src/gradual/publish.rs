//! `AutoPublishAlias`: a version whenever the function changes, and an alias that points at it.
//!
//! Input  `AutoPublishAlias: live`
//! Output `AWS::Lambda::Version` `<Fn>Version<hash>` and `AWS::Lambda::Alias` `<Fn>Aliaslive`
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

use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::intrinsics::{argument, get_att, ref_target, reference};
use crate::language::truth::is_truthy;
use crate::language::{logical_id, python_json};
use crate::sam::function::Function;
use crate::sam::{SamResource, resource, set};
use serde_json::{Map, Value, json};

const ROOM: &str = "gradual/publish.rs";

/// A published alias.
#[derive(Debug, Clone)]
pub(crate) struct Alias {
    /// Its name in Lambda: `live`.
    pub(crate) name: String,
    /// The logical id of its resource.
    pub(crate) id: String,
}

/// The alias that a function wants; a fault is reported and gives none.
pub(crate) fn read_alias(context: &mut Context<'_>, sam: &SamResource) -> Option<Alias> {
    if !sam.is_truthy("AutoPublishAlias") {
        return None;
    }
    let path = sam.path("AutoPublishAlias");
    let given = sam.get("AutoPublishAlias");
    let resolved = match context.parameters.resolved(given) {
        Ok(resolved) => resolved,
        Err(fault) => {
            context.report_unresolvable(path, &fault);
            return None;
        }
    };
    context.warn_of_parameters(given, &path);
    let Value::String(name) = resolved else {
        let fault = Diagnostic::error(
            "alias-not-known",
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
        context.report(fault.help(
            "the alias is part of logical ids, so its name must be known now: write it out, give the parameter a string as `Default`, or pass its value",
        ));
        return None;
    };
    if let Some(problem) = name_problem(&name) {
        context.report(
            Diagnostic::error("alias-name", path, format!("the alias name {problem}")).help(
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

/// Adds the version and the alias of a function that has one, and brings `properties`, the Lambda function's, to what
/// publishing makes of them: parameter values in its code, the given hash in its description.
pub(crate) fn lower(
    context: &mut Context<'_>,
    function: &mut Function,
    properties: &mut Map<String, Value>,
    local_code: Option<&Value>,
) {
    let Some(alias) = function.alias.clone() else {
        return;
    };
    let sha = given_sha(context, &function.sam);
    if let Some(sha) = &sha {
        append_to_description(context, &function.sam, properties, sha);
    }
    if let Some(code) = properties.get_mut("Code") {
        let path = function.sam.path("CodeUri");
        context.warn_of_parameters(code, &path);
        if let Err(fault) = context.parameters.resolve(code) {
            context.report_unresolvable(path, &fault);
            return;
        }
    }
    let suffix = match sha {
        Some(sha) if !sha.is_empty() => sha.chars().take(10).collect(),
        _ => content_hash(context, &function.sam, properties, local_code),
    };
    let version = logical_id::version(function.id(), &suffix);
    if !logical_id::is_valid(&version) {
        context.report(
            Diagnostic::error(
                "sha-not-alphanumeric",
                function.sam.path("AutoPublishCodeSha256"),
                "the first ten characters of `AutoPublishCodeSha256` become part of a logical id, and are not all letters and digits",
            )
            .help("give the hash in hexadecimal, not in base64"),
        );
        return;
    }
    make_version(function, version.clone());
    make_alias(function, &alias, &version);
}

/// `AutoPublishCodeSha256`, parameters resolved; a fault is reported and gives none.
fn given_sha(context: &mut Context<'_>, sam: &SamResource) -> Option<String> {
    if !sam.is_truthy("AutoPublishCodeSha256") {
        return None;
    }
    let path = sam.path("AutoPublishCodeSha256");
    let given = sam.get("AutoPublishCodeSha256");
    context.warn_of_parameters(given, &path);
    match context.parameters.resolved(given) {
        Ok(Value::String(sha)) => Some(sha),
        Ok(_) => {
            context.report(
                Diagnostic::error(
                    "sha-not-known",
                    path,
                    "`AutoPublishCodeSha256` must be a string, or a `!Ref` to a parameter that holds one",
                )
                .help("it is part of a logical id, so it must be known now"),
            );
            None
        }
        Err(fault) => {
            context.report_unresolvable(path, &fault);
            None
        }
    }
}

/// Appends the given hash to the function's description: without a change of the function Lambda publishes no version.
fn append_to_description(
    context: &mut Context<'_>,
    sam: &SamResource,
    properties: &mut Map<String, Value>,
    sha: &str,
) {
    let mut description = properties.get("Description").cloned().unwrap_or_default();
    context.warn_of_parameters(&description, &sam.path("Description"));
    if let Err(fault) = context.parameters.resolve(&mut description) {
        context.report_unresolvable(sam.path("Description"), &fault);
        return;
    }
    let appended = match description {
        value if !is_truthy(Some(&value)) => json!(sha),
        Value::String(text) => json!(format!("{text} {sha}")),
        other => json!({ "Fn::Join": [" ", [other, sha]] }),
    };
    properties.insert("Description".to_owned(), appended);
}

/// The hash of what a new version is published for.
fn content_hash(
    context: &Context<'_>,
    sam: &SamResource,
    properties: &Map<String, Value>,
    local_code: Option<&Value>,
) -> String {
    let code = local_code.or_else(|| properties.get("Code"));
    let text = if sam.is_truthy("AutoPublishAliasAllProperties") {
        let own = properties.iter().map(|(name, value)| match code {
            Some(code) if name == "Code" => (name.as_str(), code),
            _ => (name.as_str(), value),
        });
        python_json::compact_entries(own.chain(layers(context, properties)))
    } else {
        let environment = properties
            .get("Environment")
            .filter(|given| is_truthy(Some(given)));
        let memory = properties
            .get("MemorySize")
            .filter(|given| is_truthy(Some(given)));
        let snap_start = properties.get("SnapStart").filter(|given| {
            given
                .get("ApplyOn")
                .is_some_and(|apply_on| apply_on.as_str() != Some("None"))
        });
        python_json::compact_entries(
            [code, environment]
                .into_iter()
                .flatten()
                .filter_map(Value::as_object)
                .flatten()
                .map(|(name, value)| (name.as_str(), value))
                .chain(memory.map(|value| ("MemorySize", value)))
                .chain(snap_start.map(|value| ("SnapStart", value))),
        )
    };
    logical_id::hash(&text)
}

/// The properties, as written, of each layer of this template that the function names and that asks for a new version of
/// its functions.
fn layers<'a>(
    context: &'a Context<'_>,
    properties: &'a Map<String, Value>,
) -> impl Iterator<Item = (&'a str, &'a Value)> {
    properties
        .get("Layers")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(named_resource)
        .filter_map(|id| {
            let layer = context.resources.get(id)?.get("Properties")?;
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

fn make_version(function: &mut Function, id: String) {
    let sam = &mut function.sam;
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
    let version = resource("AWS::Lambda::Version", attributes, properties);
    function.made.insert(id, version, ROOM);
}

fn make_alias(function: &mut Function, alias: &Alias, version: &str) {
    let sam = &mut function.sam;
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
    let made = sam.attributes.derived("AWS::Lambda::Alias", properties);
    function.made.insert(alias.id.clone(), made, ROOM);
}
