//! `Events`: what invokes a function or starts a state machine, one room for each kind of event.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     Events:
//!       Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day)}}
//! ```
//!
//! ```yaml
//! # out
//! FnNightly:
//!   Type: AWS::Events::Rule
//!   Properties:
//!     ScheduleExpression: rate(1 day)
//!     Targets: [{Arn: !Ref FnAliaslive, Id: FnNightlyLambdaTarget}]
//! FnNightlyPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref FnAliaslive
//!     Principal: events.amazonaws.com
//!     SourceArn: !GetAtt FnNightly.Arn
//! ```
//!
//! What an event stands for has an id that begins with those of the function and of the event.
//!
//! Where a function has an alias, its events invoke that.
//!
//! Upstream: model/eventsources/, model/stepfunctions/events.py.

mod alexa_skill;
mod api;
mod cloud_watch_logs;
mod cognito;
mod dead_letter;
mod document_db;
mod edited;
mod event_bridge_rule;
mod event_source_mapping;
mod http_api;
mod iot_rule;
mod kafka;
mod mq;
mod s3;
mod schedule;
mod schedule_v2;
mod sns;
mod source_access;

pub(crate) use event_source_mapping::allow_to_send;
pub(crate) use s3::tag_buckets;

use super::common::Common;
use super::policies::RolePolicies;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::logical_id;
use crate::language::python2::{self, Node, Text};
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{self, Property, plain_scalar};
use crate::resource::{SamResource, map, set};
use crate::sam::shares::Shares;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// How an event is lowered: what it may read and change says the type.
#[derive(Clone, Copy)]
pub(crate) enum Lower {
    /// By itself: it reads nothing but itself and what it invokes.
    Alone(fn(&Scope<'_>, &mut Target<'_>, &Event)),
    /// Among the resources of the template, which it reads or edits.
    Among(fn(&Scope<'_>, &mut Common<'_>, &mut Target<'_>, &Event)),
}

/// One kind of event.
pub(crate) struct EventType {
    /// `Schedule`
    pub(crate) name: &'static str,
    pub(crate) properties: &'static [Property],
    /// What else must hold before anything is made; faults are reported.
    pub(crate) check: Option<fn(&Scope<'_>, &Stack, &Event)>,
    /// Makes the event's resources; faults are reported.
    pub(crate) lower: Lower,
}

impl EventType {
    /// The kind in a sentence: "an `SQS` event".
    pub(crate) fn words(&self) -> String {
        let spoken_with_vowel = ["A", "E", "Ht", "I", "M", "S3", "SN", "SQ"];
        let vowel = spoken_with_vowel
            .iter()
            .any(|start| self.name.starts_with(start));
        format!("{} `{}` event", if vowel { "an" } else { "a" }, self.name)
    }
}

/// The events of functions.
pub(crate) const OF_FUNCTIONS: &[EventType] = &[
    s3::TYPE,
    sns::TYPE,
    schedule::OF_FUNCTION,
    schedule_v2::TYPE,
    event_bridge_rule::CLOUD_WATCH_EVENT_OF_FUNCTION,
    event_bridge_rule::EVENT_BRIDGE_RULE_OF_FUNCTION,
    cloud_watch_logs::TYPE,
    iot_rule::TYPE,
    alexa_skill::TYPE,
    cognito::TYPE,
    event_source_mapping::SQS,
    event_source_mapping::KINESIS,
    event_source_mapping::DYNAMO_DB,
    event_source_mapping::MSK,
    event_source_mapping::SELF_MANAGED_KAFKA,
    event_source_mapping::MQ,
    event_source_mapping::DOCUMENT_DB,
    api::OF_FUNCTION,
    http_api::TYPE,
];

/// The events of state machines.
pub(crate) const OF_STATE_MACHINES: &[EventType] = &[
    schedule::OF_STATE_MACHINE,
    schedule_v2::TYPE,
    event_bridge_rule::CLOUD_WATCH_EVENT_OF_STATE_MACHINE,
    event_bridge_rule::EVENT_BRIDGE_RULE_OF_STATE_MACHINE,
    api::OF_STATE_MACHINE,
];

/// One event, as the user wrote it.
pub(crate) struct Event {
    pub(crate) kind: &'static EventType,
    /// Its key in `Events`.
    pub(crate) id: String,
    /// The id with which those of its resources begin: the function's or machine's, and its own.
    pub(crate) logical_id: String,
    pub(crate) properties: Map,
    /// The place of its `Properties`.
    pub(crate) path: Path,
}

impl Event {
    /// A property's value; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> &Value {
        self.properties.get(name).unwrap_or(&Value::Null)
    }

    /// Whether a property is there and counts as true.
    pub(crate) fn is_truthy(&self, name: &str) -> bool {
        is_truthy(self.properties.get(name))
    }

    /// The place of a property.
    pub(crate) fn path(&self, name: &str) -> Path {
        self.path.clone().then(name)
    }

    /// The place of the event itself.
    pub(crate) fn place(&self) -> Path {
        let mut place = self.path.clone();
        place.0.pop();
        place
    }

    /// The properties that go over as they are.
    pub(crate) fn copied(&self) -> Map {
        let rows = self.kind.properties.iter();
        rows.filter(|row| row.copies(self.get(row.name)))
            .map(|row| (row.name.to_owned(), self.get(row.name).clone()))
            .collect()
    }

    /// The name of an inline policy that it needs.
    pub(crate) fn policy_name(&self, suffix: &str) -> String {
        format!("{}{suffix}", self.logical_id)
    }
}

/// What kind of resource has the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetKind {
    Function,
    StateMachine,
}

/// What the events invoke or start, while it is lowered.
pub(crate) struct Target<'a> {
    pub(crate) kind: TargetKind,
    /// What the user wrote of it.
    pub(crate) sam: &'a SamResource,
    /// The logical id of the resource that is invoked: the alias where there is one.
    pub(crate) id: String,
    /// Its ARN.
    pub(crate) arn: Value,
    /// What stands where its name is wanted.
    pub(crate) name: Value,
    /// What its role may do.
    pub(crate) policies: &'a mut RolePolicies,
    pub(crate) made: &'a mut Generated,
    /// Its parts in what it makes together with others.
    pub(crate) shares: &'a mut Shares,
}

impl Target<'_> {
    /// `Fn::Sub` of the text that is made with the reference to the ARN (`${Fn.Arn}`, `${FnAliaslive}`).
    fn sub_with_arn(&self, text: impl FnOnce(&str) -> String) -> Node {
        let has_alias = self.id != self.sam.id;
        let text = if has_alias {
            Text::bare(text(&format!("${{{}}}", self.id)))
        } else {
            Text::marked(text(&format!("${{{}.Arn}}", self.id)))
        };
        let mut sub = python2::Map::hashed();
        sub.insert("Fn::Sub", text);
        sub.into()
    }

    /// Adds a resource that is there `because` of something; it gets the Condition, DeletionPolicy and
    /// UpdateReplacePolicy of what has the event.
    pub(crate) fn make(
        &mut self,
        id: impl Into<String>,
        kind: &str,
        properties: Map,
        because: Path,
    ) {
        let attributes = &self.sam.attributes;
        self.made
            .insert_beside(attributes, id, kind, properties, because);
    }

    /// Lets a service invoke the function; `from` says from where: SourceArn, SourceAccount, EventSourceToken.
    pub(crate) fn allow(
        &mut self,
        id: impl Into<String>,
        service: &str,
        from: Value,
        because: Path,
    ) {
        let mut properties = map(json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": &self.name,
            "Principal": service,
        }));
        for (name, value) in map(from) {
            set(&mut properties, &name, value);
        }
        self.make(id, "AWS::Lambda::Permission", properties, because);
    }
}

/// The properties of a policy of a queue: `principal` may send to it for what has the ARN `source`.
fn queue_policy(principal: Value, arn: &Value, url: Value, source: &Value) -> Map {
    map(json!({
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{
                "Action": "sqs:SendMessage",
                "Effect": "Allow",
                "Principal": principal,
                "Resource": arn,
                "Condition": { "ArnEquals": { "aws:SourceArn": source } },
            }],
        },
        "Queues": [url],
    }))
}

/// Reads and checks the `Events` of `owner`, in written order. Faults are reported and leave the event out.
pub(crate) fn read(
    scope: &Scope<'_>,
    stack: &Stack,
    owner: &SamResource,
    kinds: &'static [EventType],
) -> Vec<Event> {
    let Some(events) = owner.get("Events").as_object() else {
        return Vec::new();
    };
    let mut read = Vec::with_capacity(events.len());
    for (id, given) in events {
        let path = owner.path("Events").then(id);
        read.extend(read_one(scope, stack, owner, kinds, id, given, path));
    }
    read
}

fn read_one(
    scope: &Scope<'_>,
    stack: &Stack,
    owner: &SamResource,
    kinds: &'static [EventType],
    id: &str,
    given: &Value,
    path: Path,
) -> Option<Event> {
    let Some(envelope) = given.as_object() else {
        scope.report(event_not_a_map(path, id, given));
        return None;
    };
    let kind = read_kind(scope, kinds, id, envelope, &path)?;
    for key in envelope
        .keys()
        .filter(|key| !matches!(key.as_str(), "Type" | "Properties"))
    {
        let is_property = kind.properties.iter().any(|row| row.name == key);
        scope.report(attribute_ignored(&path, key, is_property));
    }
    let path = path.then("Properties");
    let properties = match envelope.get("Properties") {
        None => Map::new(),
        Some(Value::Object(properties)) => properties.clone(),
        Some(_) => {
            scope.report(properties_not_a_map(path, id));
            return None;
        }
    };
    let event = Event {
        kind,
        id: id.to_owned(),
        logical_id: logical_id::event(&owner.id, id),
        properties,
        path,
    };
    let watch = scope.watch();
    if !logical_id::is_valid(&event.logical_id) {
        scope.report(id_not_alphanumeric(owner, id));
    }
    let words = kind.words();
    if !kind.properties.is_empty() {
        property::check(
            scope,
            kind.properties,
            &event.properties,
            &words,
            &event.path,
        );
    }
    let sound = watch.is_sound();
    if let (Some(check), true) = (kind.check, sound) {
        check(scope, stack, &event);
    }
    watch.is_sound().then_some(event)
}

/// The kind that an event's `Type` names; a fault is reported and gives none.
fn read_kind(
    scope: &Scope<'_>,
    kinds: &'static [EventType],
    id: &str,
    envelope: &Map,
    path: &Path,
) -> Option<&'static EventType> {
    let given = envelope.get("Type").and_then(Value::as_str);
    let kind = given.and_then(|given| kinds.iter().find(|kind| kind.name == given));
    if kind.is_some() {
        return kind;
    }
    let fault = if envelope.contains_key("Fn::If") {
        Diagnostic::new(
            codes::CONDITIONAL_EVENT,
            path.clone(),
            format!("`Fn::If` cannot stand in place of the event `{id}`"),
        )
        .help("write the event out; to have it in some stacks only, set its `State` or `Enabled`, or give the resource a `Condition`")
    } else {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name).collect();
        let message = match given {
            Some(given) => format!("there is no event of the type `{given}` here"),
            None if envelope.get("Type").is_some_and(is_intrinsic) => {
                format!(
                    "the `Type` of the event `{id}` is an intrinsic function, which has no value yet: it decides what is made"
                )
            }
            None => format!("the event `{id}` needs a `Type`"),
        };
        Diagnostic::new(
            codes::UNKNOWN_EVENT_TYPE,
            path.clone().then("Type"),
            message,
        )
        .help(did_you_mean(given.unwrap_or_default(), &names))
    };
    scope.report(fault);
    None
}

/// Makes the resources of `events`.
pub(crate) fn lower(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    mut target: Target<'_>,
    mut events: Vec<Event>,
) {
    if target.kind == TargetKind::Function {
        // As in the reference, so that of two resources with one id the same one wins.
        events.sort_by(|a, b| order_key(a).cmp(order_key(b)));
    }
    for event in &events {
        match event.kind.lower {
            Lower::Alone(lower) => lower(scope, &mut target, event),
            Lower::Among(lower) => lower(scope, common, &mut target, event),
        }
    }
}

/// By path where an event has one (`$default` before `/`), else by id.
fn order_key(event: &Event) -> &str {
    event
        .properties
        .get("Path")
        .map_or(event.id.as_str(), |path| path.as_str().unwrap_or_default())
}

/// Whether what has the event is refused already. The reference then looks at no further event of it: here each is still
/// checked, but takes no route of an API from another function.
fn has_failed(scope: &Scope<'_>, target: &Target<'_>) -> bool {
    let owner = Some(target.sam.id.as_str());
    target.sam.is_refused
        || scope.has(|found| found.is_error() && found.path.resource_id() == owner)
}

/// `Enabled` or `State` of a rule; both together are a fault, which is reported.
fn state(scope: &Scope<'_>, event: &Event) -> Value {
    let enabled = event.get("Enabled");
    let state = event.get("State");
    if enabled.is_null() {
        return if is_truthy(Some(state)) {
            state.clone()
        } else {
            Value::Null
        };
    }
    if is_truthy(Some(state)) {
        scope.report(
            Diagnostic::new(
                codes::STATE_AND_ENABLED,
                event.path("State"),
                "`State` and `Enabled` cannot stand together",
            )
            .on_key()
            .help("keep `State: ENABLED` or `State: DISABLED`"),
        );
    }
    if is_intrinsic(enabled) {
        scope.report(
            Diagnostic::new(
                codes::ENABLED_ALWAYS,
                event.path("Enabled"),
                "an intrinsic as `Enabled` is not looked into: the rule is always enabled",
            )
            .help("write `State: !If [Condition, ENABLED, DISABLED]`, which reaches CloudFormation as it is"),
        );
    }
    let word = if is_truthy(Some(enabled)) {
        "ENABLED"
    } else {
        "DISABLED"
    };
    word.into()
}

/// An event that is no map; where it is the name of a type, that one's properties are missing.
fn event_not_a_map(path: Path, id: &str, given: &Value) -> Diagnostic {
    let help = match plain_scalar(given).filter(|_| given.is_string()) {
        Some(kind) => format!("write `{id}: {{Type: {kind}, Properties: {{...}}}}`"),
        None => "write `{Type: ..., Properties: {...}}`".to_owned(),
    };
    Diagnostic::new(
        codes::WRONG_SHAPE,
        path,
        format!("the event `{id}` must be a map"),
    )
    .help(help)
}

fn attribute_ignored(path: &Path, key: &str, is_property: bool) -> Diagnostic {
    Diagnostic::new(
        codes::EVENT_ATTRIBUTE_IGNORED,
        path.clone().then(key),
        format!("`{key}` beside the `Type` of an event is ignored"),
    )
    .on_key()
    .help(if is_property {
        "move it below `Properties`: check the indentation"
    } else {
        "an event has `Type` and `Properties` only: its resources get the attributes of the function"
    })
}

fn properties_not_a_map(path: Path, id: &str) -> Diagnostic {
    Diagnostic::new(
        codes::WRONG_SHAPE,
        path,
        format!("the `Properties` of the event `{id}` must be a map"),
    )
    .help("write the properties as `Name: value`, or take `Properties` out")
}

fn id_not_alphanumeric(owner: &SamResource, id: &str) -> Diagnostic {
    Diagnostic::new(
        codes::INVALID_LOGICAL_ID,
        owner.path("Events").then(id),
        format!("the event id `{id}` holds something other than letters and digits"),
    )
    .on_key()
    .help("it becomes part of logical ids, where CloudFormation allows only A-Z, a-z and 0-9")
}
