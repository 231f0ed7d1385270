//! An entry of `MethodSettings` does not say for which path and method it is, and has no effect or is refused.
//!
//! Why: API Gateway keeps settings by path and method; for all of them both are written as `/*` and `*`. See "MethodSetting"
//! of `AWS::ApiGateway::Stage` in the CloudFormation reference.
//!
//! Do: add `ResourcePath: '/*'` and `HttpMethod: '*'`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       DefinitionUri: s3://bucket/api.yaml
//!       MethodSettings: [{LoggingLevel: INFO}]
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Api:
//!     Type: AWS::Serverless::Api
//!     Properties:
//!       StageName: v1
//!       DefinitionUri: s3://bucket/api.yaml
//!       MethodSettings:
//!         - {LoggingLevel: INFO, ResourcePath: '/*', HttpMethod: '*'}
//! ```

use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::template::Path;
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        if matches!(
            kind_of(resource),
            "AWS::Serverless::Api" | "AWS::ApiGateway::Stage"
        ) {
            look(
                property(resource, "MethodSettings"),
                Path::property(id, "MethodSettings"),
                found,
            );
        }
    }
    // An implicit API has them from there alone.
    let of_apis = subject
        .given
        .section("Globals")
        .and_then(|globals| globals.get("Api"));
    let place = Path::default()
        .then("Globals")
        .then("Api")
        .then("MethodSettings");
    look(
        of_apis.and_then(|of_apis| of_apis.get("MethodSettings")),
        place,
        found,
    );
}

fn look(settings: Option<&Value>, place: Path, found: &mut Vec<Diagnostic>) {
    let entries = settings.and_then(Value::as_array).into_iter().flatten();
    for (index, entry) in entries.enumerate() {
        if is_intrinsic(entry) || !entry.is_object() {
            continue;
        }
        let missing: Vec<String> = ["ResourcePath", "HttpMethod"]
            .into_iter()
            .filter(|name| entry.get(name).is_none())
            .map(|name| format!("`{name}`"))
            .collect();
        if !missing.is_empty() {
            found.push(
                Diagnostic::new(
                    codes::METHOD_SETTINGS_INCOMPLETE,
                    place.clone().then(index),
                    format!("this entry of `MethodSettings` lacks {}: it is for no method", missing.join(" and ")),
                )
                .help("add `ResourcePath: '/*'` and `HttpMethod: '*'`, or the path and method that are meant"),
            );
        }
    }
}
