//! A resource or a parameter has a type that does not exist (`unknown-resource-type`, `unknown-parameter-type`), so that
//! CloudFormation refuses the template.
//!
//! Why: "Template format error: Unrecognized resource types". The types are those that AWS publishes for all regions
//! (resource provider schemas, September 2026); custom resources and those of other vendors are let be.
//!
//! Do: write the name as it is meant.
//!
//! Wrong:
//! ```yaml
//! Parameters: {Size: {Type: Integer}}
//! Resources:
//!   Jobs: {Type: AWS::SQS::Que}
//! ```
//! Right:
//! ```yaml
//! Parameters: {Size: {Type: Number}}
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue}
//! ```

use super::super::subject::{Subject, kind_of};
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::sam;
use crate::template::Path;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// Source: the resource provider schemas of all regions, as cfn-lint 1.58.0 has them.
static TYPES: LazyLock<BTreeSet<&'static str>> = LazyLock::new(|| {
    include_str!("../../data/resource_types.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect()
});

/// The types of parameters that are no AWS-specific ones.
///
/// Source: "CloudFormation template Parameters syntax" and "Supported AWS-specific parameter types".
const PARAMETER_TYPES: &[&str] = &[
    "String",
    "Number",
    "List<Number>",
    "CommaDelimitedList",
    "List<String>",
];
const AWS_PARAMETER_TYPES: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id",
    "AWS::Route53::HostedZone::Id",
];
const STORED: &str = "AWS::SSM::Parameter::Value<";

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        let name = kind_of(resource);
        // Of SAM's types the transform tells.
        let is_sam = sam::type_of(resource).is_some()
            || name
                .get(..17)
                .is_some_and(|start| start.eq_ignore_ascii_case("AWS::Serverless::"));
        if name.is_empty() || is_sam || is_let_be(name) || TYPES.contains(name) {
            continue;
        }
        let meant = suggestion(name, TYPES.iter().copied());
        let help = match meant {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "look it up in the CloudFormation reference; a type that is newer than this command can be allowed".to_owned(),
        };
        found.push(
            Diagnostic::new(
                codes::UNKNOWN_RESOURCE_TYPE,
                Path::resource(id).then("Type"),
                format!("there is no resource type `{name}`: CloudFormation will refuse it"),
            )
            .help(help),
        );
    }
    for (name, parameter) in subject.merged.section("Parameters").into_iter().flatten() {
        let Some(kind) = parameter.get("Type").and_then(|kind| kind.as_str()) else {
            continue;
        };
        if is_parameter_type(kind) {
            continue;
        }
        let known = PARAMETER_TYPES.iter().chain(AWS_PARAMETER_TYPES).copied();
        let help = match suggestion(kind, known) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "write `String`, `Number`, `CommaDelimitedList`, `List<Number>`, or one of AWS's own such as `AWS::EC2::VPC::Id`".to_owned(),
        };
        found.push(
            Diagnostic::new(
                codes::UNKNOWN_PARAMETER_TYPE,
                Path::default()
                    .then("Parameters")
                    .then(name.clone())
                    .then("Type"),
                format!("there is no parameter type `{kind}`: CloudFormation will refuse `{name}`"),
            )
            .help(help),
        );
    }
}

/// Whether a type is somebody's own: a custom resource, a module, or a vendor's other than AWS.
fn is_let_be(name: &str) -> bool {
    let of_aws = name
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("AWS::"));
    !of_aws && name.contains("::") || name.ends_with("::MODULE")
}

fn is_parameter_type(kind: &str) -> bool {
    let inner = |begin: &str| {
        kind.strip_prefix(begin)
            .and_then(|rest| rest.strip_suffix('>'))
    };
    if kind == "AWS::SSM::Parameter::Name"
        || PARAMETER_TYPES.contains(&kind)
        || AWS_PARAMETER_TYPES.contains(&kind)
    {
        return true;
    }
    if let Some(of) = inner(STORED) {
        let of = of
            .strip_prefix("List<")
            .and_then(|rest| rest.strip_suffix('>'))
            .unwrap_or(of);
        return of == "String" || of == "CommaDelimitedList" || AWS_PARAMETER_TYPES.contains(&of);
    }
    inner("List<").is_some_and(|of| AWS_PARAMETER_TYPES.contains(&of))
}
