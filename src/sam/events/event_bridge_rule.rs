//! `EventBridgeRule`, `CloudWatchEvent` (its older name), and what they share with `Schedule`: a rule of EventBridge.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Shipped: {Type: EventBridgeRule, Properties: {Pattern: {source: [orders]}}}
//! Machine:
//!   Type: AWS::Serverless::StateMachine
//!   Properties:
//!     DefinitionUri: s3://bucket/machine.json
//!     Events:
//!       Shipped: {Type: EventBridgeRule, Properties: {Pattern: {source: [orders]}}}
//! ```
//!
//! ```yaml
//! # out
//! FnShipped:
//!   Type: AWS::Events::Rule
//!   Properties:
//!     EventPattern: {source: [orders]}
//!     Targets: [{Arn: !GetAtt Fn.Arn, Id: FnShippedLambdaTarget}]
//! FnShippedPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: events.amazonaws.com
//!     SourceArn: !GetAtt FnShipped.Arn
//! MachineShipped:
//!   Properties:
//!     Targets:
//!       - Arn: !Ref Machine
//!         Id: MachineShippedStepFunctionsTarget
//!         RoleArn: !GetAtt MachineShippedRole.Arn
//!     # ...
//!   # ...
//! MachineShippedRole:
//!   Properties:
//!     Policies:
//!       - PolicyName: MachineShippedRoleStartExecutionPolicy
//!         PolicyDocument:
//!           Statement:
//!             - {Action: states:StartExecution, Effect: Allow, Resource: !Ref Machine}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `CloudWatchEvent` in model/eventsources/push.py and in model/stepfunctions/events.py.

use super::dead_letter::{self, DeadLetters};
use super::{Event, EventType, Target, TargetKind, state};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::property::{Property, Shape};
use crate::resource::{map, set, trust};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

/// The longest id of a rule's target, in characters.
const MAX_TARGET_ID: usize = 64;

const fn named(name: &'static str, properties: &'static [Property]) -> EventType {
    EventType {
        name,
        properties,
        check: None,
        lower: Lower::Alone(lower),
    }
}

const OF_FUNCTION: &[Property] = &[
    EVENT_BUS_NAME,
    RULE_NAME,
    PATTERN,
    DEAD_LETTER_CONFIG,
    RETRY_POLICY,
    INPUT,
    INPUT_PATH,
    Property::of("Target", Shape::Map).does("becomes `Id` of the target"),
    Property::of("Enabled", Shape::Bool).does("becomes `State`"),
    STATE,
    INPUT_TRANSFORMER,
];

const OF_STATE_MACHINE: &[Property] = &[
    EVENT_BUS_NAME,
    RULE_NAME,
    PATTERN,
    INPUT,
    INPUT_PATH,
    DEAD_LETTER_CONFIG,
    RETRY_POLICY,
    STATE,
    Property::strictly("Target", Shape::Map).does("becomes `Id` of the target"),
    INPUT_TRANSFORMER,
];

pub(super) const CLOUD_WATCH_EVENT_OF_FUNCTION: EventType = named("CloudWatchEvent", OF_FUNCTION);
pub(super) const EVENT_BRIDGE_RULE_OF_FUNCTION: EventType = named("EventBridgeRule", OF_FUNCTION);
pub(super) const CLOUD_WATCH_EVENT_OF_STATE_MACHINE: EventType =
    named("CloudWatchEvent", OF_STATE_MACHINE);
pub(super) const EVENT_BRIDGE_RULE_OF_STATE_MACHINE: EventType =
    named("EventBridgeRule", OF_STATE_MACHINE);

const EVENT_BUS_NAME: Property = Property::of("EventBusName", Shape::Text);
const RULE_NAME: Property = Property::of("RuleName", Shape::Text).does("becomes `Name`");
const PATTERN: Property = Property::of("Pattern", Shape::Map).does("becomes `EventPattern`");
const DEAD_LETTER_CONFIG: Property = Property::of("DeadLetterConfig", Shape::Map)
    .meant_by(&[("Arn", Shape::Text)])
    .does("becomes `DeadLetterConfig` of the target, and makes its queue");
const RETRY_POLICY: Property = Property::of("RetryPolicy", Shape::Map)
    .meant_by(&[("MaximumRetryAttempts", Shape::Integer)])
    .does("becomes `RetryPolicy` of the target");
const INPUT: Property = Property::of("Input", Shape::Text).does("becomes `Input` of the target");
const INPUT_PATH: Property =
    Property::of("InputPath", Shape::Text).does("becomes `InputPath` of the target");
const STATE: Property = Property::of("State", Shape::Text).does("becomes `State`");
const INPUT_TRANSFORMER: Property =
    Property::of("InputTransformer", Shape::Map).does("becomes `InputTransformer` of the target");

/// What a rule says to its target, beside who it is.
const TO_TARGET: &[&str] = &["Input", "InputPath", "RetryPolicy", "InputTransformer"];

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    let properties = map(json!({
        "EventBusName": event.get("EventBusName"),
        "EventPattern": event.get("Pattern"),
        "Name": event.get("RuleName"),
    }));
    make_rule(scope, target, event, properties);
}

/// Makes the rule of an event, what lets it reach its target, and its dead-letter queue.
pub(super) fn make_rule(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event, given: Map) {
    let watch = scope.watch();
    let dead_letters = dead_letter::read(scope, event);
    let state = state(scope, event);
    if !watch.is_sound() {
        return;
    }
    let id = event.logical_id.as_str();
    let arn = get_att(id, "Arn");
    target.made.reserve(id);
    let role = match target.kind {
        TargetKind::Function => Value::Null,
        TargetKind::StateMachine => role_to_start(target, event, "events.amazonaws.com"),
    };
    // Of two with one id the later stays: the queue, but for the pattern of a function's event, as in the reference.
    let is_first = target.kind == TargetKind::Function && given.contains_key("EventPattern");
    let make_queue = |target: &mut Target<'_>| {
        if let Some(dead_letters) = &dead_letters {
            dead_letters.make_queue_for_rule(target, event, &arn);
        }
    };
    if is_first {
        make_queue(target);
    }
    let mut properties = Map::new();
    for (name, value) in given {
        set(&mut properties, &name, value);
    }
    set(&mut properties, "State", state);
    let to = rule_target(target, event, role, dead_letters.as_ref());
    set(&mut properties, "Targets", json!([to]));
    target.make(id, "AWS::Events::Rule", properties, event.place());
    if !is_first {
        make_queue(target);
    }
    if target.kind == TargetKind::Function {
        target.allow(
            logical_id::event_permission(&event.logical_id),
            "events.amazonaws.com",
            json!({ "SourceArn": arn }),
            event.place(),
        );
    }
}

/// What the rule invokes or starts, with which role, and what it says to it.
fn rule_target(
    target: &Target<'_>,
    event: &Event,
    role: Value,
    dead_letters: Option<&DeadLetters>,
) -> Value {
    let suffix = match target.kind {
        TargetKind::Function => "LambdaTarget",
        TargetKind::StateMachine => "StepFunctionsTarget",
    };
    let id = match event.get("Target").get("Id") {
        Some(given) => given.clone(),
        None => target_id(&event.logical_id, suffix).into(),
    };
    let mut to = map(json!({ "Arn": &target.arn, "Id": id }));
    set(&mut to, "RoleArn", role);
    for name in TO_TARGET {
        set(&mut to, name, event.get(name).clone());
    }
    if let Some(dead_letters) = dead_letters {
        to.insert("DeadLetterConfig", json!({ "Arn": &dead_letters.arn }));
    }
    to.into()
}

/// The event's id and what it targets, cut so that EventBridge takes it.
fn target_id(id: &str, suffix: &str) -> String {
    let room = MAX_TARGET_ID - suffix.len();
    let kept: String = id.chars().take(room).collect();
    kept + suffix
}

/// The ARN of a role with which `service` may start the state machine: the given one, or one that is made.
pub(super) fn role_to_start(target: &mut Target<'_>, event: &Event, service: &str) -> Value {
    let given = event.get("RoleArn");
    if !given.is_null() {
        return given.clone();
    }
    let id = logical_id::role(&event.logical_id);
    let mut properties = map(json!({
        "AssumeRolePolicyDocument": trust(service),
        "Policies": [{
            "PolicyName": format!("{id}StartExecutionPolicy"),
            "PolicyDocument": { "Statement": [{
                "Action": "states:StartExecution",
                "Effect": "Allow",
                "Resource": &target.arn,
            }] },
        }],
    }));
    let boundary = target.sam.get("PermissionsBoundary");
    if is_truthy(Some(boundary)) {
        set(&mut properties, "PermissionsBoundary", boundary.clone());
    }
    target.make(id.clone(), "AWS::IAM::Role", properties, event.place());
    get_att(&id, "Arn")
}
