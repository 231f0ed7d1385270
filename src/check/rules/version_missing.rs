//! SnapStart or durable execution is switched on for a function that publishes no version, so that it has no effect, or a bad one.
//!
//! Why: Lambda takes a snapshot of published versions only (`ApplyOn: PublishedVersions`), and a durable function is
//! invoked by a qualified ARN: that of a version or an alias, or else `$LATEST`, whose code changes under what runs. See "Improving startup performance with Lambda
//! SnapStart" and "Durable functions" in the Lambda developer guide.
//!
//! Do: add `AutoPublishAlias: live`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       SnapStart: {ApplyOn: PublishedVersions}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       SnapStart: {ApplyOn: PublishedVersions}
//!       AutoPublishAlias: live
//! ```

use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::template::Path;
use crate::tree::Value;
use std::collections::HashSet;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let versions = subject
        .made()
        .filter(|(_, resource)| kind_of(resource) == "AWS::Lambda::Version");
    let published: HashSet<&str> = versions
        .filter_map(|(_, version)| named_resource(property(version, "FunctionName")?))
        .collect();
    for (id, resource) in subject.made() {
        if kind_of(resource) != "AWS::Lambda::Function" || !subject.is_written(id) {
            continue;
        }
        let snap_start = property(resource, "SnapStart")
            .and_then(|config| config.get("ApplyOn"))
            .and_then(Value::as_str);
        let (name, effect) = if snap_start == Some("PublishedVersions") {
            ("SnapStart", "no snapshot is ever taken")
        } else if property(resource, "DurableConfig").is_some_and(Value::is_object) {
            (
                "DurableConfig",
                "there is no version to start an execution of",
            )
        } else {
            continue;
        };
        if !published.contains(id) {
            found.push(
                Diagnostic::new(
                    codes::VERSION_MISSING,
                    Path::property(id, name),
                    format!("`{id}` has `{name}` and publishes no version: {effect}"),
                )
                .help("add `AutoPublishAlias: live`, and call the alias"),
            );
        }
    }
}
