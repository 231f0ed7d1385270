//! `Schedule`: a rule of EventBridge that fires by the clock.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Nightly: {Type: Schedule, Properties: {Schedule: rate(1 day), Enabled: false}}
//! ```
//!
//! ```yaml
//! # out
//! FnNightly:
//!   Type: AWS::Events::Rule
//!   Properties:
//!     ScheduleExpression: rate(1 day)
//!     State: DISABLED
//!     Targets: [{Arn: !GetAtt Fn.Arn, Id: FnNightlyLambdaTarget}]
//! FnNightlyPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: events.amazonaws.com
//!     SourceArn: !GetAtt FnNightly.Arn
//! ```
//!
//! A state machine gets a role for the rule, `<Machine><Event>Role`, in place of the permission.
//!
//! Upstream: `Schedule` in model/eventsources/push.py and in model/stepfunctions/events.py.

use super::event_bridge_rule::make_rule;
use super::{Event, EventType, Target, TargetKind};
use crate::diagnostics::{Diagnostic, codes};
use crate::resource::map;
use crate::resource::property::{Property, Shape};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::json;

pub(super) const OF_FUNCTION: EventType = EventType {
    name: "Schedule",
    properties: &[
        SCHEDULE,
        Property::of("RuleName", Shape::Text).does("is the logical id of the rule"),
        INPUT,
        ENABLED,
        STATE,
        NAME,
        DESCRIPTION,
        DEAD_LETTER_CONFIG,
        RETRY_POLICY,
    ],
    check: None,
    lower: Lower::Alone(lower),
};

pub(super) const OF_STATE_MACHINE: EventType = EventType {
    name: "Schedule",
    properties: &[
        SCHEDULE,
        INPUT,
        ENABLED,
        STATE,
        NAME,
        DESCRIPTION,
        DEAD_LETTER_CONFIG,
        RETRY_POLICY,
        Property::strictly("Target", Shape::Map).does("becomes `Id` of the target"),
        Property::strictly("RoleArn", Shape::Text)
            .does("becomes `RoleArn` of the target; without it a role is made"),
    ],
    check: None,
    lower: Lower::Alone(lower),
};

const SCHEDULE: Property = Property::of("Schedule", Shape::Text)
    .required()
    .does("becomes `ScheduleExpression`");
const INPUT: Property = Property::of("Input", Shape::Text).does("becomes `Input` of the target");
const ENABLED: Property = Property::of("Enabled", Shape::Bool).does("becomes `State`");
const STATE: Property = Property::of("State", Shape::Text).does("becomes `State`");
const NAME: Property = Property::of("Name", Shape::Text);
const DESCRIPTION: Property = Property::of("Description", Shape::Text);
const DEAD_LETTER_CONFIG: Property = Property::of("DeadLetterConfig", Shape::Map)
    .meant_by(&[("Arn", Shape::Text)])
    .does("becomes `DeadLetterConfig` of the target, and makes its queue");
const RETRY_POLICY: Property = Property::of("RetryPolicy", Shape::Map)
    .meant_by(&[("MaximumRetryAttempts", Shape::Integer)])
    .does("becomes `RetryPolicy` of the target");

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    if target.kind == TargetKind::Function && !event.get("RuleName").is_null() {
        scope.report(
            Diagnostic::new(
                codes::RULE_NAME_IGNORED,
                event.path("RuleName"),
                "`RuleName` of a `Schedule` is ignored",
            )
            .on_key()
            .help("write `Name`"),
        );
    }
    let properties = map(json!({
        "Description": event.get("Description"),
        "Name": event.get("Name"),
        "ScheduleExpression": event.get("Schedule"),
    }));
    make_rule(scope, target, event, properties);
}
