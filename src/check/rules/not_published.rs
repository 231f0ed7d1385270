//! What another version is not published for: a property whose value comes from a parameter (`parameter-not-hashed`), a
//! stored value that changes by itself (`value-not-followed`), or a change that makes the deployment fail
//! (`all-properties-fail`). All three are good to know and no fault.
//!
//! Why: the id of a version is made of what stands in the template. Where that is `!Ref Parameter`, another value leaves
//! the id as it is, and the alias keeps serving the old configuration (aws/serverless-application-model#1640, #3820).
//! With `AutoPublishAliasAllProperties`, `Tags` and `ReservedConcurrentExecutions` give another id to a version that
//! Lambda does not see as another one, and refuses (#3281).
//!
//! Do: when only such a value changes, change something that is looked at too, such as a variable of the environment.
//!
//! Wrong:
//! ```yaml
//! Parameters: {Size: {Type: Number, Default: 512}}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       Timeout: !Ref Size
//! ```
//! Right:
//! ```yaml
//! Parameters: {Size: {Type: Number, Default: 512}}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       ReservedConcurrentExecutions: !Ref Size
//! ```

use super::super::mentions::mentions;
use super::super::subject::{Subject, listed};
use crate::deployment::{Deployment, PublishedOn};
use crate::diagnostics::{Diagnostic, codes};
use crate::template::{Path, Step};
use crate::tree::Value;
use std::collections::BTreeSet;

/// What a version keeps of its function, by the names of SAM.
///
/// Source: "Lambda function versions" in the Lambda developer guide: everything else is the function's own, for all
/// versions.
const LOCKED: &[&str] = &[
    "Architectures",
    "CodeUri",
    "Description",
    "DurableConfig",
    "Environment",
    "EphemeralStorage",
    "FileSystemConfigs",
    "Handler",
    "ImageConfig",
    "ImageUri",
    "KmsKeyArn",
    "Layers",
    "LoggingConfig",
    "MemorySize",
    "Role",
    "Runtime",
    "SnapStart",
    "Timeout",
    "Tracing",
    "VpcConfig",
];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for deployment in subject.deployments {
        if deployment.version.published_on != PublishedOn::GivenSha {
            // Without the parts nobody knows what is hashed.
            if deployment.version.parts.is_some() {
                parameters(subject, deployment, found);
            }
            stored(subject, deployment, found);
        }
        if deployment.version.published_on == PublishedOn::AllProperties {
            fails(subject, deployment, found);
        }
    }
}

/// The parameters that are hashed with the property of this name.
fn hashed<'a>(deployment: &'a Deployment, property: &str) -> BTreeSet<&'a str> {
    let parts = deployment.version.parts.iter().flatten();
    parts
        .filter(|part| part.path.0.contains(&Step::from(property)))
        .flat_map(|part| part.parameters.iter().map(String::as_str))
        .collect()
}

fn parameters(subject: &Subject<'_>, deployment: &Deployment, found: &mut Vec<Diagnostic>) {
    let function = &deployment.function;
    let is_by_configuration = deployment.version.published_on == PublishedOn::Configuration;
    // Of a secret the transform tells then.
    let is_told = |id: &str| {
        let declared = subject.parameter(id);
        is_by_configuration && declared.is_some_and(|declared| declared.get("NoEcho").is_some())
    };
    // Another description replaces the version.
    let described: BTreeSet<String> = subject
        .property(function, "VersionDescription")
        .into_iter()
        .flat_map(|value| mentions(value, Path::default()))
        .map(|mention| mention.id)
        .collect();
    let mut properties = Vec::new();
    let mut names = BTreeSet::new();
    for name in LOCKED {
        let Some(value) = subject.property(function, name) else {
            continue;
        };
        let hashed = hashed(deployment, name);
        let unseen: Vec<String> = mentions(value, Path::default())
            .into_iter()
            .map(|mention| mention.id)
            .filter(|id| subject.is_parameter(id) && !hashed.contains(id.as_str()))
            .filter(|id| !is_told(id) && !described.contains(id))
            .collect();
        if !unseen.is_empty() {
            properties.push(*name);
            names.extend(unseen);
        }
    }
    let Some(first) = properties.first() else {
        return;
    };
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    found.push(
        Diagnostic::new(
            codes::PARAMETER_NOT_HASHED,
            Path::property(function, first),
            format!("another value of {} publishes no version of `{function}`, though it changes {}", listed(&names), listed(&properties)),
        )
        .help(if is_by_configuration {
            "a value counts that is given here: transform with `--parameter-overrides` and the values of the deployment"
        } else {
            "when only such a value changes, the alias keeps the old configuration; change the code or a variable with it"
        }),
    );
}

fn stored(subject: &Subject<'_>, deployment: &Deployment, found: &mut Vec<Diagnostic>) {
    let function = &deployment.function;
    for name in LOCKED {
        let Some(value) = subject.property(function, name) else {
            continue;
        };
        let kind_of_parameter = |id: &str| {
            let kind = subject.parameter(id)?.get("Type")?.as_str()?;
            kind.starts_with("AWS::SSM::Parameter::Value").then_some(())
        };
        let by_parameter = mentions(value, Path::default())
            .into_iter()
            .find(|mention| kind_of_parameter(&mention.id).is_some());
        let what = match by_parameter {
            Some(mention) => format!("the stored value behind the parameter `{}`", mention.id),
            None if has_unversioned(value) => {
                "the stored value of a `{{resolve:...}}` without a version".to_owned()
            }
            None => continue,
        };
        found.push(
            Diagnostic::new(
                codes::VALUE_NOT_FOLLOWED,
                Path::property(function, name),
                format!("when {what} changes, no version of `{function}` is published"),
            )
            .help("name a version of the stored value, `{{resolve:ssm:name:3}}`"),
        );
    }
}

/// Whether a text in the value is a dynamic reference without a version.
fn has_unversioned(value: &Value) -> bool {
    match value {
        Value::String(text) => text.split("{{resolve:").skip(1).any(|rest| {
            let inner = rest.split("}}").next().unwrap_or_default();
            match inner.split_once(':') {
                Some(("ssm" | "ssm-secure", name)) => {
                    let last = name.rsplit(':').next().unwrap_or_default();
                    !name.contains(':') || !last.bytes().all(|byte| byte.is_ascii_digit())
                }
                _ => false,
            }
        }),
        Value::Array(items) => items.iter().any(has_unversioned),
        Value::Object(map) => map.iter().any(|(_, inner)| has_unversioned(inner)),
        _ => false,
    }
}

fn fails(subject: &Subject<'_>, deployment: &Deployment, found: &mut Vec<Diagnostic>) {
    let function = &deployment.function;
    let own = ["Tags", "ReservedConcurrentExecutions"];
    let present: Vec<&str> = own
        .into_iter()
        .filter(|name| subject.property(function, name).is_some())
        .collect();
    if let Some(first) = present.first() {
        found.push(
            Diagnostic::new(
                codes::ALL_PROPERTIES_FAIL,
                Path::property(function, first),
                format!("a change of {} alone makes the deployment of `{function}` fail: Lambda sees no other version in it", listed(&present)),
            )
            .help("change something else with it, or take `AutoPublishAliasAllProperties` out"),
        );
    }
}
