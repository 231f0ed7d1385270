//! A resource has a type that does not exist (`unknown-resource-type`), so that CloudFormation refuses the template.
//!
//! Why: "Template format error: Unrecognized resource types". The types are those that AWS publishes for all regions
//! (resource provider schemas, September 2026); custom resources and those of other vendors are let be.
//!
//! Do: write the name as it is meant.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Que}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue}
//! ```

use super::super::subject::{Subject, kind_of};
use crate::diagnostics::{Diagnostic, codes};
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
        let meant = subject.suggestions.find(name, TYPES.iter().copied());
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
}

/// Whether a type is somebody's own: a custom resource, a module, or a vendor's other than AWS.
fn is_let_be(name: &str) -> bool {
    let of_aws = name
        .get(..5)
        .is_some_and(|start| start.eq_ignore_ascii_case("AWS::"));
    !of_aws && name.contains("::") || name.ends_with("::MODULE")
}
