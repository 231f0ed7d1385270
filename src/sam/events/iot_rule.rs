//! `IoTRule`: messages of AWS IoT that a query selects invoke the function.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Hot: {Type: IoTRule, Properties: {Sql: "SELECT * FROM 'sensors' WHERE t > 40"}}
//! ```
//!
//! ```yaml
//! # out
//! FnHotPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: iot.amazonaws.com
//!     SourceAccount: !Sub '${AWS::AccountId}'
//!     SourceArn: !Sub
//!       - arn:aws:iot:${AWS::Region}:${AWS::AccountId}:rule/${RuleName}
//!       - {RuleName: !Ref FnHot}
//! FnHot:
//!   Type: AWS::IoT::TopicRule
//!   Properties:
//!     TopicRulePayload:
//!       Sql: SELECT * FROM 'sensors' WHERE t > 40
//!       RuleDisabled: false
//!       Actions: [{Lambda: {FunctionArn: !GetAtt Fn.Arn}}]
//! ```
//!
//! Upstream: `IoTRule` in model/eventsources/push.py.

use super::{Event, EventType, Target};
use crate::language::intrinsics::reference;
use crate::language::logical_id;
use crate::resource::property::{Property, Shape};
use crate::resource::{map, set};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::json;

pub(super) const TYPE: EventType = EventType {
    name: "IoTRule",
    properties: &[
        Property::of("Sql", Shape::Text)
            .required()
            .does("becomes `Sql` of the topic rule"),
        Property::of("AwsIotSqlVersion", Shape::Text)
            .does("becomes `AwsIotSqlVersion` of the topic rule"),
    ],
    check: None,
    lower: Lower::Alone(lower),
};

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    let arn = format!(
        "arn:{}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{RuleName}}",
        scope.partition.name()
    );
    let rule = reference(&event.logical_id);
    target.allow(
        logical_id::event_permission(&event.logical_id),
        "iot.amazonaws.com",
        json!({
            "SourceAccount": { "Fn::Sub": "${AWS::AccountId}" },
            "SourceArn": { "Fn::Sub": [arn, { "RuleName": rule }] },
        }),
        event.place(),
    );
    let mut payload = map(json!({
        "Sql": event.get("Sql"),
        "RuleDisabled": false,
        "Actions": [{ "Lambda": { "FunctionArn": &target.arn } }],
    }));
    if event.is_truthy("AwsIotSqlVersion") {
        let version = event.get("AwsIotSqlVersion").clone();
        set(&mut payload, "AwsIotSqlVersion", version);
    }
    let properties = map(json!({ "TopicRulePayload": payload }));
    target.make(
        event.logical_id.as_str(),
        "AWS::IoT::TopicRule",
        properties,
        event.place(),
    );
}
