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

use super::super::subject::{Subject, kind_of, names, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
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
        let has_version = subject.made().any(|(_, other)| {
            kind_of(other) == "AWS::Lambda::Version"
                && property(other, "FunctionName").is_some_and(|function| names(function, id))
        });
        if !has_version {
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
