//! `S3`: what happens to the objects of a bucket of this template invokes the function.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Upload: {Type: S3, Properties: {Bucket: !Ref Photos, Events: s3:ObjectCreated:*}}
//! Photos: {Type: AWS::S3::Bucket}
//! ```
//!
//! ```yaml
//! # out
//! FnUploadPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: s3.amazonaws.com
//!     SourceAccount: !Ref AWS::AccountId
//! Photos:
//!   Type: AWS::S3::Bucket
//!   DependsOn: [FnUploadPermission]
//!   Properties:
//!     NotificationConfiguration:
//!       LambdaConfigurations: [{Function: !GetAtt Fn.Arn, Event: s3:ObjectCreated:*}]
//! ```
//!
//! S3 asks for the permission when the bucket is made, hence the order. A function with a condition cannot be named in
//! `DependsOn`, so there a tag that refers to the permission makes the order.
//!
//! Upstream: `S3` in model/eventsources/push.py.

use super::edited::{self, EditedType};
use super::{Event, EventType, Target};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{no_value, reference};
use crate::language::logical_id;
use crate::language::truth::{equal, is_truthy, likeness};
use crate::resource::property::{Property, Shape, TEXT_OR_TEXTS};
use crate::resource::tags;
use crate::sam::common::{Common, EditedBucket};
use crate::sam::events::Lower;
use crate::sam::shares::Tagger;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{List, Map, Value, json};
use indexmap::IndexMap;

pub(super) const TYPE: EventType = EventType {
    name: "S3",
    properties: &[
        Property::of("Bucket", Shape::Text)
            .required()
            .does("decides which bucket gets the notification"),
        Property::strictly("Events", TEXT_OR_TEXTS)
            .required()
            .does("becomes `NotificationConfiguration` of the bucket"),
        Property::of("Filter", Shape::MapOf(&Shape::Text))
            .does("becomes the filter of the notification"),
    ],
    check: Some(|scope, stack, event| edited::check(scope, stack, event, BUCKET)),
    lower: Lower::Among(lower),
};

const BUCKET: &EditedType = &EditedType {
    name: "AWS::S3::Bucket",
    words: "bucket",
    named_by: "Bucket",
    properties: &[
        "AccessControl",
        "AccelerateConfiguration",
        "AnalyticsConfigurations",
        "BucketEncryption",
        "BucketName",
        "CorsConfiguration",
        "IntelligentTieringConfigurations",
        "InventoryConfigurations",
        "LifecycleConfiguration",
        "LoggingConfiguration",
        "MetricsConfigurations",
        "NotificationConfiguration",
        "ObjectLockConfiguration",
        "ObjectLockEnabled",
        "OwnershipControls",
        "PublicAccessBlockConfiguration",
        "ReplicationConfiguration",
        "Tags",
        "VersioningConfiguration",
        "WebsiteConfiguration",
    ],
};

/// How the key of a tag begins that makes the order with a conditional permission.
const ORDER_TAG: &str = "sam:ConditionalDependsOn:";

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, target: &mut Target<'_>, event: &Event) {
    let Some(bucket) = edited::find(&common.stack, event, BUCKET) else {
        return;
    };
    if !logical_id::is_valid(bucket) {
        scope.report(
            Diagnostic::new(
                codes::INVALID_LOGICAL_ID,
                Path::resource(bucket),
                format!("the logical id `{bucket}` holds something other than letters and digits"),
            )
            .on_key()
            .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids"),
        );
        return;
    }
    let permission = logical_id::event_permission(&event.logical_id);
    target.allow(
        permission.clone(),
        "s3.amazonaws.com",
        json!({ "SourceAccount": reference("AWS::AccountId") }),
        event.place(),
    );
    let condition = target.sam.attributes.kept.get("Condition");
    let entries = notifications(event, &target.arn, condition);
    let all_tags = tags::propagated(target.sam).map(tags::list);
    let function = target.sam.id.clone();
    target.shares.taggers.push(Tagger {
        bucket: bucket.to_owned(),
        function,
        all_tags,
    });
    let mut tried = EditedBucket::default();
    let known = if target.sam.is_refused {
        &mut tried
    } else {
        common.buckets.entry(bucket.into()).or_default()
    };
    edited::edit(
        scope,
        &mut common.stack,
        target.sam,
        bucket,
        BUCKET,
        |attributes, properties| {
            match condition {
                Some(condition) => depend_by_tag(scope, bucket, properties, condition, &permission),
                None => depend(scope, event, bucket, attributes, &permission, known),
            }
            notify(scope, bucket, properties, entries, known);
        },
    );
}

/// Gives each edited bucket the tags of `PropagateTags`: only the last function with an event of it decides.
pub(crate) fn tag_buckets(scope: &Scope<'_>, stack: &mut Stack, taggers: &[Tagger]) {
    let mut buckets: IndexMap<&str, Vec<&Tagger>> = IndexMap::new();
    for tagger in taggers {
        buckets.entry(&tagger.bucket).or_default().push(tagger);
    }
    for (bucket, taggers) in buckets {
        let Some(Tagger {
            function: last,
            all_tags: tags,
            ..
        }) = taggers.last()
        else {
            continue;
        };
        for Tagger {
            function, all_tags, ..
        } in &taggers
        {
            if all_tags.is_some() && all_tags != tags {
                scope.report(
                    Diagnostic::new(
                        codes::BUCKET_TAGS_LOST,
                        Path::property(function, "PropagateTags"),
                        format!("the tags of `{function}` do not reach the bucket `{bucket}`: `{last}` has an event of it too, and comes later"),
                    )
                    .help("give both functions the same tags, or tag the bucket itself"),
                );
            }
        }
        let properties = stack
            .own
            .get_mut(bucket)
            .and_then(|resource| resource.get_mut("Properties"))
            .and_then(Value::as_object_mut);
        let (Some(tags), Some(properties)) = (tags, properties) else {
            continue;
        };
        let replaced = properties.insert("Tags", tags.clone().into());
        if replaced.is_some_and(|replaced| has_tags_of_user(&replaced)) {
            scope.report(
                Diagnostic::new(
                    codes::BUCKET_TAGS_LOST,
                    Path::property(bucket, "Tags"),
                    format!("the bucket `{bucket}` loses its own tags to those of `{last}`, which spreads them with `PropagateTags`"),
                )
                .on_key()
                .help("write the bucket's tags on the function too, or switch `PropagateTags` off"),
            );
        }
    }
}

fn has_tags_of_user(tags: &Value) -> bool {
    let is_ours = |tag: &Value| {
        tag.get("Key")
            .and_then(Value::as_str)
            .is_some_and(|key| key.starts_with(ORDER_TAG))
    };
    match tags {
        Value::Array(tags) => tags.iter().any(|tag| !is_ours(tag)),
        other => is_truthy(Some(other)),
    }
}

/// One notification for each name in `Events`.
fn notifications(event: &Event, function: &Value, condition: Option<&Value>) -> Vec<Value> {
    let given = event.get("Events");
    let names = given
        .as_array()
        .map_or_else(|| std::slice::from_ref(given), |items| items.as_slice());
    let one = |name: &Value| {
        let mut entry = json!({ "Function": function });
        if let Some(entry) = entry.as_object_mut() {
            if !event.get("Filter").is_null() {
                entry.insert("Filter", event.get("Filter").clone());
            }
            entry.insert("Event", name.clone());
        }
        match condition {
            Some(condition) => json!({ "Fn::If": [condition, entry, no_value()] }),
            None => entry,
        }
    };
    names.iter().map(one).collect()
}

/// Adds the notifications that the bucket does not have yet.
fn notify(
    scope: &Scope<'_>,
    bucket: &str,
    properties: &mut Map,
    entries: Vec<Value>,
    known: &mut EditedBucket,
) {
    let name = "NotificationConfiguration";
    let Some(configuration) = edited::map_in(scope, bucket, properties, name) else {
        return;
    };
    let list = configuration
        .entry("LambdaConfigurations")
        .or_insert(Value::Null);
    if list.is_null() {
        *list = json!([]);
    }
    let Some(list) = list.as_array_mut() else {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                Path::property(bucket, name).then("LambdaConfigurations"),
                "`LambdaConfigurations` must be a list: an event is added to it",
            )
            .help("write a list, with intrinsics as its items"),
        );
        return;
    };
    for entry in entries {
        if known.notifications.is_new(list, &entry, likeness, equal) {
            list.push(entry);
        }
    }
}

/// Lets the bucket wait for the permission.
fn depend(
    scope: &Scope<'_>,
    event: &Event,
    bucket: &str,
    attributes: &mut Map,
    permission: &str,
    known: &mut EditedBucket,
) {
    let given: List = match attributes.get_mut("DependsOn").map(Value::take) {
        None => List::new(),
        // What an event before this one left is such a list already.
        Some(Value::Array(ids))
            if known.waits_for_ours || !ids.iter().any(|id| id.is_object() || id.is_array()) =>
        {
            ids
        }
        Some(Value::Object(map)) => map.keys().map(|id| Value::String(id.clone())).collect(),
        Some(id @ Value::String(_)) => [id].into_iter().collect(),
        Some(other) => {
            attributes.insert("DependsOn", other);
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    Path::resource(bucket).then("DependsOn"),
                    format!("`DependsOn` of `{bucket}` must be a logical id or a list of them"),
                )
                .blame(event.path.resource_id())
                .help("write `DependsOn: [First, Second]`"),
            );
            return;
        }
    };
    let permission = Value::from(permission);
    let (mut each, further) = if known.waits_for_ours {
        (given, [permission].into_iter().collect())
    } else {
        // What the user wrote may hold an id twice.
        let all: List = given.into_iter().chain([permission]).collect();
        (List::new(), all)
    };
    known.waits_for_ours = true;
    for id in further {
        if known.waits.is_new(&each, &id, likeness, equal) {
            each.push(id);
        }
    }
    attributes.insert("DependsOn", each.into());
}

/// Lets the bucket wait for a permission that only exists under a condition: a tag refers to it.
fn depend_by_tag(
    scope: &Scope<'_>,
    bucket: &str,
    properties: &mut Map,
    condition: &Value,
    permission: &str,
) {
    let tags = properties.entry("Tags").or_insert(Value::Null);
    if tags.is_null() {
        *tags = json!([]);
    }
    let Some(tags) = tags.as_array_mut() else {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                Path::property(bucket, "Tags"),
                format!("`Tags` of `{bucket}` must be a list: a tag keeps the order with a function that has a condition"),
            )
            .help("write a list, with intrinsics as its items"),
        );
        return;
    };
    tags.push(json!({
        "Key": format!("{ORDER_TAG}{permission}"),
        "Value": { "Fn::If": [condition, reference(permission), "no dependency"] },
    }));
}
