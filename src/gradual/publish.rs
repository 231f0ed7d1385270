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
//! 1. with `AutoPublishOn: Configuration`, as plain functions have it, a hash of all that a version holds fast: see
//!    `configuration.rs`; else
//! 2. the beginning of `AutoPublishCodeSha256`, where that is given; else the SHA-1 of
//! 3. all of the function's properties, with `AutoPublishAliasAllProperties: true`, and those of the layers that it
//!    names and that say `PublishLambdaVersion`; else
//! 4. its code, environment, memory size and SnapStart.
//!
//! Code in a local folder counts by its content.
//!
//! Upstream: `_get_resolved_alias_name`, `_construct_version`, `_construct_alias` in model/sam_resources.py,
//! translator/logical_id_generator.py.

use super::{configuration, group, hashed, provisioned_concurrency};
use crate::deployment::{Alias, Deployment, PublishedOn, Shift, Version};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, get_att, ref_target, reference};
use crate::language::truth::is_truthy;
use crate::language::{logical_id, python_json};
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape};
use crate::resource::{SamResource, resource, set};
use crate::scope::Scope;
use crate::stack::{Conditions, Stack};
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// `AutoPublishOn`, of functions of both kinds.
pub(crate) const AUTO_PUBLISH_ON: Property =
    Property::strictly("AutoPublishOn", Shape::Word(&["Code", "Configuration"]))
        .does("decides what publishes a new version: the code, or the whole configuration");

/// What `VersionDeletionPolicy` may say.
pub(crate) const DELETION_POLICIES: &[&str] = &["Delete", "Retain", "RetainExceptOnCreate"];

/// The alias that a function wants; a fault is reported and gives none.
pub(crate) fn read_alias(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
) -> Option<Alias> {
    if !sam.is_truthy("AutoPublishAlias") {
        return None;
    }
    let path = sam.path("AutoPublishAlias");
    let given = sam.get("AutoPublishAlias");
    if argument(given, "Fn::If").is_some() {
        // What keeps it from being settled was told.
        return None;
    }
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
    // A short one is counted with what is made; a long one is in memory before that, for each function.
    let part = || format!("the name of the alias of `{}`", sam.id);
    if name.len() > LONG_NAME && !scope.take_room(name.len(), || path, part) {
        return None;
    }
    Some(Alias {
        id: logical_id::alias(&sam.id, &name),
        name: name.into(),
        provisioned_concurrency: provisioned_concurrency::read(scope, conditions, sam),
    })
}

/// A name of an alias that is longer than anybody wants, in bytes: Lambda takes 128.
const LONG_NAME: usize = 1_000;

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
    let published_on = published_on(scope, sam, sha.as_deref());
    // Before anything is put into the properties.
    let configuration = (published_on == PublishedOn::Configuration).then(|| {
        let code = configuration::Code {
            local: local_code,
            sha: sha.as_deref(),
        };
        configuration::read(scope, stack, sam, properties, &code)
    });
    let appended = match &configuration {
        Some(configuration) => Some(configuration.hash()),
        None => sha.clone(),
    };
    if let Some(appended) = &appended {
        append_to_description(scope, sam, properties, appended);
    }
    let wants_parts = scope.options.parts;
    let mut code_as_written = None;
    let mut known_code = None;
    if let Some(code) = properties.get_mut("Code") {
        let first = code.as_object().and_then(|code| code.keys().next());
        let path = match first {
            Some(entry) if !sam.is_plain() => hashed::code_path(sam, entry),
            _ => hashed::place_of(sam, "Code"),
        };
        if configuration.is_none() || !sam.is_plain() {
            scope.warn_of_parameters(code, &path);
        }
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
    let (suffix, parts) = match (&configuration, sha) {
        (Some(configuration), _) => {
            configuration.tell(scope, sam);
            let parts = wants_parts.then(|| configuration.parts(scope, sam));
            (appended.unwrap_or_default(), parts)
        }
        (None, Some(sha)) if published_on == PublishedOn::GivenSha => {
            let suffix: String = sha.chars().take(10).collect();
            let part = wants_parts.then(|| hashed::given_part(scope, sam, &suffix));
            (suffix, part.map(|part| vec![part]))
        }
        _ => {
            let hashed = hashed::read(stack, published_on, properties, local_code);
            let entries = hashed.iter().map(|hashed| (hashed.name, hashed.value));
            let suffix = logical_id::hash(&python_json::compact_entries(entries));
            // Nothing but code has parameters put in.
            let written = |name: &str, path: &Path| {
                let of_code = hashed::code_path(sam, name) == *path;
                code_as_written.as_ref().filter(|_| of_code)?.get(name)
            };
            let parts = wants_parts.then(|| hashed::parts(scope, sam, &hashed, written));
            (suffix, parts)
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

/// What another version is published for; a fault is reported.
fn published_on(scope: &Scope<'_>, sam: &SamResource, sha: Option<&str>) -> PublishedOn {
    let all_properties = sam.is_truthy("AutoPublishAliasAllProperties");
    let given = sam.get("AutoPublishOn").as_str();
    if all_properties && given.is_some() {
        scope.report(
            Diagnostic::new(
                codes::PROPERTIES_EXCLUDE_EACH_OTHER,
                sam.path("AutoPublishAliasAllProperties"),
                "`AutoPublishAliasAllProperties` cannot stand beside `AutoPublishOn`",
            )
            .on_key()
            .help("take it out: `AutoPublishOn: Configuration` counts every property that a version holds, and publishes without fail"),
        );
    }
    match given {
        Some("Configuration") => PublishedOn::Configuration,
        None if sam.is_plain() => PublishedOn::Configuration,
        _ if sha.is_some_and(|sha| !sha.is_empty()) => PublishedOn::GivenSha,
        None if all_properties => PublishedOn::AllProperties,
        _ => PublishedOn::Code,
    }
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

/// The longest description that Lambda takes, in characters.
const LONGEST_DESCRIPTION: usize = 256;

/// Appends a hash to the function's description: without a change of the function Lambda publishes no version.
fn append_to_description(scope: &Scope<'_>, sam: &SamResource, properties: &mut Map, sha: &str) {
    let mut description = properties.get("Description").cloned().unwrap_or_default();
    // A plain function keeps what it refers to.
    if !sam.is_plain() {
        scope.warn_of_parameters(&description, &sam.path("Description"));
        if let Err(fault) = scope.parameters.resolve(&mut description) {
            scope.report_unresolvable(sam.path("Description"), &fault);
            return;
        }
    }
    let appended = match description {
        value if !is_truthy(Some(&value)) => json!(sha),
        Value::String(text) => {
            let appended = format!("{text} {sha}");
            if appended.chars().count() > LONGEST_DESCRIPTION && is_ours(sam) {
                scope.report(description_too_long(sam, sha));
            }
            json!(appended)
        }
        other => json!({ "Fn::Join": [" ", [other, sha]] }),
    };
    properties.insert("Description", appended);
}

/// Whether it is beyond SAM how a function is published.
fn is_ours(sam: &SamResource) -> bool {
    sam.is_plain() || !sam.get("AutoPublishOn").is_null()
}

fn description_too_long(sam: &SamResource, sha: &str) -> Diagnostic {
    let left = LONGEST_DESCRIPTION.saturating_sub(sha.chars().count() + 1);
    Diagnostic::new(
        codes::DESCRIPTION_TOO_LONG,
        sam.path("Description"),
        format!("with the hash that is appended to it this is longer than the {LONGEST_DESCRIPTION} characters that Lambda takes"),
    )
    .help(format!("shorten it to {left} characters"))
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
