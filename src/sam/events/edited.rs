//! Resources of the user's that an event edits, because CloudFormation has no other place for what the event says: the
//! bucket of an `S3` event, the user pool of a `Cognito` event.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Upload: {Type: S3, Properties: {Bucket: !Ref Photos, Events: s3:ObjectCreated:*}}
//! Photos:
//!   Type: AWS::S3::Bucket
//!   Properties: {BucketName: photos}
//! ```
//!
//! ```yaml
//! # out
//! Photos:
//!   Type: AWS::S3::Bucket
//!   DependsOn: [FnUploadPermission]
//!   Properties:
//!     BucketName: photos
//!     NotificationConfiguration:
//!       LambdaConfigurations: [{Function: !GetAtt Fn.Arn, Event: s3:ObjectCreated:*}]
//! ```
//!
//! The reference rebuilds such a resource from the properties that it knows, and refuses all others.
//!
//! Upstream: `resources_to_link` in model/eventsources/push.py, model/s3.py, model/cognito.py.

use super::Event;
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::resource::resource;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value};

/// A type of resource that events edit.
pub(super) struct EditedType {
    /// `AWS::S3::Bucket`
    pub(super) name: &'static str,
    /// What people call it.
    pub(super) words: &'static str,
    /// The event's property that refers to it.
    pub(super) named_by: &'static str,
    pub(super) properties: &'static [&'static str],
}

/// The attributes that such a resource keeps.
const KEPT: &[&str] = &[
    "DependsOn",
    "DeletionPolicy",
    "UpdatePolicy",
    "Condition",
    "UpdateReplacePolicy",
    "Metadata",
];

/// The logical id of the resource that the event refers to, where it stands in the template.
pub(super) fn find<'e>(stack: &Stack, event: &'e Event, kind: &EditedType) -> Option<&'e str> {
    argument(event.get(kind.named_by), "Ref")?
        .as_str()
        .filter(|id| stack.own.contains_key(*id))
}

/// Reports an event that refers to no resource of the template.
pub(super) fn check(scope: &Scope<'_>, stack: &Stack, event: &Event, kind: &EditedType) {
    if find(stack, event, kind).is_none() {
        scope.report(
            Diagnostic::new(
                codes::EVENT_SOURCE_NOT_IN_TEMPLATE,
                event.path(kind.named_by),
                format!(
                    "`{}` must be a `!Ref` to a {} of this template: the event is written into that resource",
                    kind.named_by, kind.words
                ),
            )
            .help(format!(
                "write `{}: !Ref ...` with the logical id of an `{}`",
                kind.named_by, kind.name
            )),
        );
    }
}

/// Edits the resource that the event refers to. `edit` gets its attributes and its properties.
///
/// An unfit resource is reported and stays as it is; where `owner` is refused all is only tried.
pub(super) fn edit(
    scope: &Scope<'_>,
    stack: &mut Stack,
    owner: &SamResource,
    id: &str,
    kind: &EditedType,
    edit: impl FnOnce(&mut Map, &mut Map),
) {
    let Some(slot) = stack.own.get_mut(id) else {
        return;
    };
    if !is_fit(scope, id, slot, kind) {
        return;
    }
    // It may hold what thousands of events wrote into it, so that a copy for each would be too much.
    let given = if owner.is_refused {
        slot.clone()
    } else {
        slot.take()
    };
    let (mut attributes, mut properties) = take_apart(scope, id, given, kind);
    edit(&mut attributes, &mut properties);
    check_properties(scope, id, &properties, kind);
    if owner.is_refused {
        return;
    }
    properties.retain(|_, value| !value.is_null());
    if !is_truthy(attributes.get("DependsOn")) {
        attributes.retain(|name, _| name != "DependsOn");
    }
    if let Some(slot) = stack.own.get_mut(id) {
        *slot = resource(kind.name, attributes, properties);
    }
}

/// Whether an event can be written into a resource; why not is reported.
fn is_fit(scope: &Scope<'_>, id: &str, given: &Value, kind: &EditedType) -> bool {
    if given.get("Type").and_then(Value::as_str) != Some(kind.name) {
        report_other_type(scope, id, kind);
        return false;
    }
    match given.get("Properties") {
        None | Some(Value::Null | Value::Object(_)) => true,
        Some(_) => {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    Path::resource(id).then("Properties"),
                    format!(
                        "the `Properties` of the {} `{id}` must be a map",
                        kind.words
                    ),
                )
                .help("an event is written into them"),
            );
            false
        }
    }
}

/// The attributes and the properties of a resource that is fit to be edited; an attribute that gets lost is reported.
fn take_apart(scope: &Scope<'_>, id: &str, given: Value, kind: &EditedType) -> (Map, Map) {
    let mut attributes = Map::new();
    let mut properties = Map::new();
    let Value::Object(given) = given else {
        return (attributes, properties);
    };
    for (key, value) in given {
        match (key.as_str(), value) {
            ("Properties", Value::Object(map)) => properties = map,
            ("Type" | "Properties", _) => {}
            (name, value) if KEPT.contains(&name) => {
                attributes.insert(key, value);
            }
            (name, _) => scope.report(
                Diagnostic::new(
                    codes::ATTRIBUTE_LOST,
                    Path::resource(id).then(name),
                    format!(
                        "`{name}` of the {} `{id}` is lost when an event is written into it",
                        kind.words
                    ),
                )
                .on_key()
                .help("take it out"),
            ),
        }
    }
    (attributes, properties)
}

fn report_other_type(scope: &Scope<'_>, id: &str, kind: &EditedType) {
    scope.report(
        Diagnostic::new(
            codes::EVENT_SOURCE_OF_OTHER_TYPE,
            Path::resource(id).then("Type"),
            format!(
                "`{id}` must be an `{}`: an event names it as its {}",
                kind.name, kind.words
            ),
        )
        .help(format!(
            "let `{}` of the event refer to another resource",
            kind.named_by
        )),
    );
}

/// Reports properties that the reference does not know, and that would be lost.
fn check_properties(scope: &Scope<'_>, id: &str, properties: &Map, kind: &EditedType) {
    for name in properties
        .keys()
        .filter(|name| !kind.properties.contains(&name.as_str()))
    {
        let fault = Diagnostic::new(
            codes::UNKNOWN_PROPERTY,
            Path::property(id, name),
            format!(
                "a {} into which an event is written cannot have the property `{name}`",
                kind.words
            ),
        )
        .on_key();
        scope.report(match suggestion(name, kind.properties.iter().copied()) {
            Some(meant) => fault.help(format!("did you mean `{meant}`?")),
            None => fault.help(format!(
                "AWS's own transform refuses it too; take it out, or connect the {} and the function without an event",
                kind.words
            )),
        });
    }
}

/// A map inside a property, made where there is none; one that is no map is reported and gives none.
pub(super) fn map_in<'v>(
    scope: &Scope<'_>,
    id: &str,
    properties: &'v mut Map,
    name: &str,
) -> Option<&'v mut Map> {
    let path = Path::property(id, name);
    let value = properties.entry(name).or_insert(Value::Null);
    if value.is_null() {
        *value = Value::Object(Map::new());
    }
    if is_intrinsic(value) {
        scope.report(
            Diagnostic::new(
                codes::EDITED_BESIDE_INTRINSIC,
                path.clone(),
                format!("the event is written beside the intrinsic in `{name}`, which CloudFormation refuses"),
            )
            .help("write the map out, with intrinsics behind its keys"),
        );
    }
    if !value.is_object() {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                path,
                format!("`{name}` must be a map: an event is written into it"),
            )
            .help("write a map, or take it out"),
        );
    }
    value.as_object_mut()
}
