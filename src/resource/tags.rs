//! `Tags` and `PropagateTags`.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Tags: {team: shop}
//!     PropagateTags: true
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     Tags: [{Key: team, Value: shop}]
//!     # ...
//!   # ...
//! FnRole:
//!   Properties:
//!     Tags: [{Key: team, Value: shop}]
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: model/tags/resource_tagging.py, `propagate_tags` in model/__init__.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::resource::generated::Generated;
use crate::scope::Scope;
use crate::template::least_length;
use crate::tree::{List, Map, Value, json};

/// Tag keys that belong to SAM.
const RESERVED: [&str; 3] = [
    "lambda:createdBy",
    "serverlessrepo:applicationId",
    "serverlessrepo:semanticVersion",
];

/// A map of tags as CloudFormation's list; a null value becomes an empty one.
pub(crate) fn list(tags: &Map) -> Vec<Value> {
    tags.iter()
        .map(|(key, value)| {
            let value = if value.is_null() { &json!("") } else { value };
            json!({ "Key": key, "Value": value })
        })
        .collect()
}

/// The list with SAM's own mark first.
pub(crate) fn created_by(key: &str, tags: Option<&Map>) -> Value {
    let mut made = List::from_iter([json!({ "Key": key, "Value": "SAM" })]);
    made.extend(tags.map(list).unwrap_or_default());
    Value::Array(made)
}

/// SAM's mark, behind the user's tags where `own` is set; then, with `PropagateTags`, the user's again, which win.
pub(crate) fn marked(resource: &SamResource, own: bool) -> Value {
    let user = resource.get("Tags").as_object();
    let mut all = match user {
        Some(user) if own => user.clone(),
        _ => Map::new(),
    };
    all.insert("lambda:createdBy", json!("SAM"));
    if let (Some(user), true) = (user, resource.is_truthy("PropagateTags")) {
        all.extend(user.clone());
    }
    list(&all).into()
}

/// Refuses tag keys that belong to SAM.
pub(crate) fn check_reserved(scope: &Scope<'_>, resource: &SamResource) {
    let Some(tags) = resource.get("Tags").as_object() else {
        return;
    };
    for key in RESERVED.iter().filter(|key| tags.contains_key(**key)) {
        scope.report(
            Diagnostic::new(
                codes::RESERVED_TAG,
                resource.path("Tags").then(*key),
                format!("the tag `{key}` is written by the transform itself"),
            )
            .on_key()
            .help("take it out, or give the tag another key"),
        );
    }
}

/// The tags that `PropagateTags` spreads over what a resource generates; none where it is off.
///
/// An intrinsic counts as on: nobody knows its value before the deployment.
pub(crate) fn propagated(resource: &SamResource) -> Option<&Map> {
    let tags = resource
        .get("Tags")
        .as_object()
        .filter(|tags| !tags.is_empty())?;
    is_truthy(Some(resource.get("PropagateTags"))).then_some(tags)
}

/// Puts the tags of `PropagateTags` in the place of those of everything generated that takes tags.
pub(crate) fn propagate(scope: &Scope<'_>, resource: &SamResource, made: &mut Generated) {
    let Some(tags) = propagated(resource).map(list) else {
        return;
    };
    let bytes: usize = tags.iter().map(least_length).sum();
    let part = || format!("the tags of what `{}` generates", resource.id);
    for made in made.values_mut() {
        if !scope.take_room(bytes, || resource.path("Tags"), part) {
            return;
        }
        write(made, &tags);
    }
}

/// Puts `tags` in the place of those of a generated resource, if it takes any.
pub(crate) fn write(made: &mut Value, tags: &[Value]) {
    let tagged = made
        .get("Type")
        .and_then(Value::as_str)
        .is_some_and(|kind| TAGGED.contains(&kind));
    if let (true, Some(made)) = (tagged, made.as_object_mut()) {
        let properties = made.entry("Properties").or_insert_with(|| json!({}));
        if let Some(properties) = properties.as_object_mut() {
            properties.insert("Tags", tags.to_vec().into());
        }
    }
}

/// The generated types whose `Tags` `PropagateTags` writes.
const TAGGED: &[&str] = &[
    "AWS::ApiGateway::ApiKey",
    "AWS::ApiGateway::DomainName",
    "AWS::ApiGateway::DomainNameAccessAssociation",
    "AWS::ApiGateway::DomainNameV2",
    "AWS::ApiGateway::RestApi",
    "AWS::ApiGateway::Stage",
    "AWS::ApiGateway::UsagePlan",
    "AWS::IAM::Role",
    "AWS::IoT::TopicRule",
    "AWS::Lambda::Function",
    "AWS::S3::Bucket",
    "AWS::SNS::Topic",
    "AWS::SQS::Queue",
    "AWS::StepFunctions::StateMachine",
];
