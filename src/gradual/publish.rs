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

use super::{group, provisioned_concurrency};
use crate::deployment::{Alias, Deployment, Digest, Part, PublishedOn, Shift, Version};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, is_intrinsic, named_resource, ref_target, reference};
use crate::language::truth::is_truthy;
use crate::language::{logical_id, python_json};
use crate::resource::generated::Generated;
use crate::resource::{SamResource, resource, set};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// What `VersionDeletionPolicy` may say.
pub(crate) const DELETION_POLICIES: &[&str] = &["Delete", "Retain", "RetainExceptOnCreate"];

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
                Some(parameter) if !scope.parameters.is_declared(parameter) => {
                    format!(
                        "`AutoPublishAlias` refers to `{parameter}`, but the template has no such parameter"
                    )
                }
                Some(parameter) => format!(
                    "`AutoPublishAlias` refers to `{parameter}`, whose value is not known here or is not a string"
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
    Some(Alias {
        id: logical_id::alias(&sam.id, &name),
        name: name.into(),
        provisioned_concurrency: provisioned_concurrency::read(sam),
    })
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
    properties: &mut Map,
    local_code: Option<&Value>,
) -> Option<Published> {
    let sha = given_sha(scope, sam);
    if let Some(sha) = &sha {
        append_to_description(scope, sam, properties, sha);
    }
    let wants_parts = scope.options.parts;
    let mut code_as_written = None;
    let mut known_code = None;
    if let Some(code) = properties.get_mut("Code") {
        let path = sam.path(if sam.is_plain() { "Code" } else { "CodeUri" });
        scope.warn_of_parameters(code, &path);
        code_as_written = wants_parts.then(|| code.clone());
        // A plain function keeps its code as it is written.
        let resolved = if sam.is_plain() {
            known_code.insert(code.clone())
        } else {
            code
        };
        if let Err(fault) = scope.parameters.resolve(resolved) {
            scope.report_unresolvable(path, &fault);
            return None;
        }
    }
    let local_code = local_code.or(known_code.as_ref());
    let (published_on, suffix, parts) = match sha {
        Some(sha) if !sha.is_empty() => {
            let suffix: String = sha.chars().take(10).collect();
            let part = wants_parts.then(|| given_part(scope, sam, &suffix));
            (PublishedOn::GivenSha, suffix, part.map(|part| vec![part]))
        }
        _ => {
            let published_on = if sam.is_truthy("AutoPublishAliasAllProperties") {
                PublishedOn::AllProperties
            } else {
                PublishedOn::Code
            };
            let hashed = hashed(stack, published_on, properties, local_code);
            let entries = hashed.iter().map(|hashed| (hashed.name, hashed.value));
            let suffix = logical_id::hash(&python_json::compact_entries(entries));
            let parts = wants_parts.then(|| parts(scope, sam, &hashed, code_as_written.as_ref()));
            (published_on, suffix, parts)
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
    let (resource, deletion_policy) = make_version(sam);
    Some(Published {
        alias: make_alias(sam, alias, &version),
        resource,
        version: Version {
            id: version,
            published_on,
            parts,
            deletion_policy,
        },
    })
}

/// Adds the version and the alias, with what CodeDeploy does to the alias where traffic shifts.
pub(crate) fn add(
    sam: &SamResource,
    alias: &Alias,
    shift: Option<&Shift>,
    mut published: Published,
    made: &mut Generated,
) -> Version {
    if let Some(shift) = shift {
        group::wire(&mut published.alias, shift);
    }
    let because = sam.path("AutoPublishAlias");
    let version = published.version.id.clone();
    made.insert(version, published.resource, because.clone());
    made.insert(alias.id.clone(), published.alias, because);
    published.version
}

/// How a function is published, as data.
pub(crate) fn deployment(
    sam: &SamResource,
    alias: Alias,
    version: Version,
    shift: Option<Shift>,
) -> Deployment {
    Deployment {
        function: sam.id.clone(),
        kind: sam.kind,
        condition: sam.attributes.condition().map(str::to_owned),
        alias,
        version,
        shift,
    }
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
        Ok(Value::String(sha)) => Some(sha.into()),
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
fn append_to_description(scope: &Scope<'_>, sam: &SamResource, properties: &mut Map, sha: &str) {
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
    properties.insert("Description", appended);
}

/// Something that is hashed.
struct Hashed<'a> {
    /// The name under which it is hashed.
    name: &'a str,
    value: &'a Value,
    of: Source<'a>,
}

/// What something that is hashed belongs to.
#[derive(Clone, Copy)]
enum Source<'a> {
    /// An entry of `Code`.
    Code,
    /// An entry of `Environment`.
    Environment,
    /// A property, whole.
    Property,
    /// The properties of this layer, whole.
    Layer(&'a str),
}

/// What a new version is published for.
fn hashed<'a>(
    stack: &'a Stack,
    published_on: PublishedOn,
    properties: &'a Map,
    local_code: Option<&'a Value>,
) -> Vec<Hashed<'a>> {
    let code = local_code.or_else(|| properties.get("Code"));
    if published_on == PublishedOn::AllProperties {
        let own = properties.iter().map(|(name, value)| Hashed {
            name,
            value: code.filter(|_| name == "Code").unwrap_or(value),
            of: Source::Property,
        });
        let layers = layers(stack, properties).map(|(id, value)| Hashed {
            name: id,
            value,
            of: Source::Layer(id),
        });
        return own.chain(layers).collect();
    }
    let filled = |name: &str| properties.get(name).filter(|given| is_truthy(Some(given)));
    let snap_start = properties.get("SnapStart").filter(|given| {
        given
            .get("ApplyOn")
            .is_some_and(|apply_on| apply_on.as_str() != Some("None"))
    });
    let mut hashed = Vec::new();
    // Of these two each entry counts by itself.
    for (map, of) in [
        (code, Source::Code),
        (filled("Environment"), Source::Environment),
    ] {
        let entries = map.and_then(Value::as_object).into_iter().flatten();
        hashed.extend(entries.map(|(name, value)| Hashed { name, value, of }));
    }
    for (name, value) in [
        ("MemorySize", filled("MemorySize")),
        ("SnapStart", snap_start),
    ] {
        hashed.extend(value.map(|value| Hashed {
            name,
            value,
            of: Source::Property,
        }));
    }
    hashed
}

/// The part that `AutoPublishCodeSha256` is, of which only the beginning counts.
fn given_part(scope: &Scope<'_>, sam: &SamResource, suffix: &str) -> Part {
    let name = "AutoPublishCodeSha256";
    Part {
        path: sam.path(name),
        digest: Digest::new(logical_id::sha1(suffix)),
        parameters: scope.parameters.read_in(sam.get(name)),
    }
}

/// Properties of a Lambda function that SAM makes of ones with other names.
const RENAMED: &[(&str, &str)] = &[
    ("DeadLetterConfig", "DeadLetterQueue"),
    ("TracingConfig", "Tracing"),
];

/// What is hashed, by the places where it is written.
fn parts(
    scope: &Scope<'_>,
    sam: &SamResource,
    hashed: &[Hashed<'_>],
    code_as_written: Option<&Value>,
) -> Vec<Part> {
    let mut placed: Vec<(Path, Vec<(&str, &Value)>)> = Vec::new();
    let mut place =
        |path: Path, name, value| match placed.iter_mut().find(|(known, _)| *known == path) {
            Some((_, entries)) => entries.push((name, value)),
            None => placed.push((path, vec![(name, value)])),
        };
    let environment = sam.path("Environment");
    for Hashed { name, value, of } in hashed {
        match of {
            Source::Code => place(code_path(sam, name), name, value),
            Source::Environment => each_variable(&environment, name, value, &mut place),
            Source::Layer(id) => place(Path::resource(id).then("Properties"), name, value),
            Source::Property => match (*name, value.as_object()) {
                ("Code", Some(entries)) => {
                    for (name, value) in entries {
                        place(code_path(sam, name), name, value);
                    }
                }
                ("Environment", Some(entries)) if !is_intrinsic(value) => {
                    for (name, value) in entries {
                        each_variable(&environment, name, value, &mut place);
                    }
                }
                _ => {
                    let mut renamed = RENAMED.iter();
                    let renamed = renamed.find(|(made, _)| made == name && !sam.is_plain());
                    let written = renamed.map_or(*name, |(_, written)| written);
                    place(sam.path(written), name, value);
                }
            },
        }
    }
    let parts = placed.into_iter().map(|(path, entries)| {
        // Nothing but code has parameters put in.
        let written: Option<Value> = code_as_written.map(|code| {
            let entries = entries
                .iter()
                .filter(|(name, _)| code_path(sam, name) == path);
            let written = entries.filter_map(|(name, _)| code.get(name));
            written.cloned().collect()
        });
        Part {
            path,
            digest: Digest::new(logical_id::sha1(&python_json::compact_entries(entries))),
            parameters: written.map_or_else(Vec::new, |written| scope.parameters.read_in(&written)),
        }
    });
    parts.collect()
}

/// Places an entry of `Environment`: of `Variables` each one by itself.
fn each_variable<'a>(
    environment: &Path,
    name: &'a str,
    value: &'a Value,
    place: &mut impl FnMut(Path, &'a str, &'a Value),
) {
    let path = environment.clone().then(name);
    match value.as_object() {
        Some(variables) if !variables.is_empty() && !is_intrinsic(value) => {
            for (name, value) in variables {
                place(path.clone().then(name), name, value);
            }
        }
        _ => place(path, name, value),
    }
}

/// The properties that entries of `Code` are made of; all other entries are `CodeUri`'s.
const CODE: &[(&str, &str)] = &[
    ("ZipFile", "InlineCode"),
    ("ImageUri", "ImageUri"),
    ("SourceKMSKeyArn", "SourceKMSKeyArn"),
];

/// Where an entry of `Code` is written.
fn code_path(sam: &SamResource, entry: &str) -> Path {
    if sam.is_plain() {
        return sam.path("Code").then(entry);
    }
    let other = CODE.iter().find(|(name, _)| *name == entry);
    sam.path(other.map_or("CodeUri", |(_, property)| property))
}

/// The properties, as written, of each layer of this template that the function names and that asks for a new version of
/// its functions.
fn layers<'a>(stack: &'a Stack, properties: &'a Map) -> impl Iterator<Item = (&'a str, &'a Value)> {
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

/// The version as a resource, and its `DeletionPolicy`.
fn make_version(sam: &mut SamResource) -> (Value, Value) {
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
    let policy = match attributes.get("DeletionPolicy") {
        Some(given) => given.clone(),
        None => {
            let policy = match sam.take("VersionDeletionPolicy") {
                // Versions on instances of one's own cost money as long as they exist.
                Value::Null if on_own_instances => json!("Delete"),
                // With `Retain` the version of a deployment that was rolled back stays, and the next try with the
                // same code finds nothing to publish.
                Value::Null if sam.is_plain() => json!("RetainExceptOnCreate"),
                Value::Null => json!("Retain"),
                given => given,
            };
            attributes.insert("DeletionPolicy", policy.clone());
            policy
        }
    };
    let made = resource("AWS::Lambda::Version", attributes, properties);
    (made, policy)
}

fn make_alias(sam: &SamResource, alias: &Alias, version: &str) -> Value {
    let mut properties = Map::new();
    set(&mut properties, "Name", alias.name.clone().into());
    set(&mut properties, "FunctionName", reference(&sam.id));
    set(
        &mut properties,
        "FunctionVersion",
        get_att(version, "Version"),
    );
    if let Some(concurrency) = &alias.provisioned_concurrency {
        set(
            &mut properties,
            "ProvisionedConcurrencyConfig",
            concurrency.clone(),
        );
    }
    sam.attributes.derived("AWS::Lambda::Alias", properties)
}
