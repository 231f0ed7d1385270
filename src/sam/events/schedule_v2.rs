//! `ScheduleV2`: a schedule of EventBridge Scheduler.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Nightly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(1 day)}}
//! ```
//!
//! ```yaml
//! # out
//! FnNightly:
//!   Type: AWS::Scheduler::Schedule
//!   Properties:
//!     ScheduleExpression: rate(1 day)
//!     FlexibleTimeWindow: {Mode: 'OFF'}
//!     Name: FnNightly
//!     Target: {Arn: !GetAtt Fn.Arn, RoleArn: !GetAtt FnNightlyRole.Arn}
//! FnNightlyRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - {Action: [sts:AssumeRole], Effect: Allow, Principal: {Service: [scheduler.amazonaws.com]}}
//!     Policies:
//!       - PolicyName: FnNightlyLambdaPolicy
//!         PolicyDocument:
//!           Statement:
//!             - {Action: lambda:InvokeFunction, Effect: Allow, Resource: !GetAtt Fn.Arn}
//! ```
//!
//! The role is not made where the event names one of its own by `RoleArn`.
//!
//! Upstream: model/eventsources/scheduler.py.

use super::{Event, EventType, Target, TargetKind, dead_letter};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::property::{Property, Shape};
use crate::resource::{map, set, trust};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::{Value, json};

pub(super) const TYPE: EventType = EventType {
    name: "ScheduleV2",
    properties: &[
        Property::of("PermissionsBoundary", Shape::Text)
            .does("becomes `PermissionsBoundary` of the generated role"),
        Property::of("ScheduleExpression", Shape::Text).required(),
        Property::of("FlexibleTimeWindow", Shape::Map)
            .meant_by(&[("Mode", Shape::Text)])
            .does("becomes `FlexibleTimeWindow`; off where absent"),
        Property::of("Name", Shape::Text).does("becomes `Name`; the logical id where absent"),
        Property::of("State", Shape::Text).if_filled(),
        Property::of("Description", Shape::Text),
        Property::of("StartDate", Shape::Text),
        Property::of("EndDate", Shape::Text),
        Property::of("ScheduleExpressionTimezone", Shape::Text),
        Property::of("GroupName", Shape::Text),
        Property::of("KmsKeyArn", Shape::Text),
        Property::of("Input", Shape::Text).does("becomes `Input` of the target"),
        Property::of("RoleArn", Shape::Text)
            .does("becomes `RoleArn` of the target; without it a role is made"),
        Property::of("DeadLetterConfig", Shape::Map)
            .meant_by(&[("Arn", Shape::Text)])
            .does("becomes `DeadLetterConfig` of the target, and makes its queue"),
        Property::of("RetryPolicy", Shape::Map)
            .meant_by(&[("MaximumRetryAttempts", Shape::Integer)])
            .does("becomes `RetryPolicy` of the target"),
        Property::strictly("OmitName", Shape::Bool)
            .does("decides whether the logical id becomes the name"),
    ],
    check: None,
    lower: Lower::Alone(lower),
};

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    let watch = scope.watch();
    let name = name(scope, event);
    let dead_letters = dead_letter::read(scope, event);
    if !watch.is_sound() {
        return;
    }
    let id = event.logical_id.as_str();
    let queue = dead_letters.as_ref().map(|letters| &letters.arn);
    let role_id = logical_id::role(&event.logical_id);
    let has_role = event.is_truthy("RoleArn");
    let role = if has_role {
        event.get("RoleArn").clone()
    } else {
        get_att(&role_id, "Arn")
    };
    let mut to = map(json!({ "Arn": &target.arn, "RoleArn": role }));
    set(&mut to, "Input", event.get("Input").clone());
    if let Some(queue) = queue {
        to.insert("DeadLetterConfig", json!({ "Arn": queue }));
    }
    set(&mut to, "RetryPolicy", event.get("RetryPolicy").clone());

    let mut properties = event.copied();
    let window = if event.is_truthy("FlexibleTimeWindow") {
        event.get("FlexibleTimeWindow").clone()
    } else {
        json!({ "Mode": "OFF" })
    };
    set(&mut properties, "FlexibleTimeWindow", window);
    set(&mut properties, "Name", name);
    set(&mut properties, "Target", to.into());
    target.make(id, "AWS::Scheduler::Schedule", properties, event.place());
    // Behind the schedule: of two with one id the later stays, as in the reference.
    if let Some(dead_letters) = &dead_letters {
        dead_letters.make_queue(target);
    }
    if !has_role {
        make_role(target, event, role_id, queue);
    }
}

/// The schedule's name: the given one, else its logical id, unless it is to have none.
fn name(scope: &Scope<'_>, event: &Event) -> Value {
    let given = event.get("Name");
    match (is_truthy(Some(given)), event.is_truthy("OmitName")) {
        (true, true) => {
            scope.report(
                Diagnostic::new(
                    codes::NAME_OMITTED_AND_GIVEN,
                    event.path("Name"),
                    "`Name` cannot stand beside `OmitName: true`",
                )
                .on_key()
                .help("take out `Name` or `OmitName`"),
            );
            Value::Null
        }
        (true, false) => given.clone(),
        (false, true) => Value::Null,
        (false, false) => event.logical_id.as_str().into(),
    }
}

/// Makes the role with which the schedule reaches its target and its queue.
fn make_role(target: &mut Target<'_>, event: &Event, id: String, queue: Option<&Value>) {
    let (policy, action) = match target.kind {
        TargetKind::Function => ("LambdaPolicy", "lambda:InvokeFunction"),
        TargetKind::StateMachine => ("StartExecutionPolicy", "states:StartExecution"),
    };
    let allow = |name: String, action: &str, resource: &Value| {
        json!({
            "PolicyName": name,
            "PolicyDocument": { "Statement": [{ "Action": action, "Effect": "Allow", "Resource": resource }] },
        })
    };
    let mut policies = vec![allow(event.policy_name(policy), action, &target.arn)];
    if let Some(queue) = queue.filter(|queue| is_truthy(Some(queue))) {
        policies.push(allow(
            event.policy_name("SQSPolicy"),
            "sqs:SendMessage",
            queue,
        ));
    }
    let mut properties = map(json!({
        "AssumeRolePolicyDocument": trust("scheduler.amazonaws.com"),
        "Policies": policies,
    }));
    if event.is_truthy("PermissionsBoundary") {
        let boundary = event.get("PermissionsBoundary").clone();
        set(&mut properties, "PermissionsBoundary", boundary);
    }
    target.make(id, "AWS::IAM::Role", properties, event.place());
}
