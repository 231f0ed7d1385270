//! `CloudWatchLogs`: what is written into a log group invokes the function.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Errors: {Type: CloudWatchLogs, Properties: {LogGroupName: /app, FilterPattern: ERROR}}
//! ```
//!
//! ```yaml
//! # out
//! FnErrorsPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: logs.amazonaws.com
//!     SourceArn: !Sub
//!       - arn:aws:logs:${AWS::Region}:${AWS::AccountId}:log-group:${__LogGroupName__}:*
//!       - {__LogGroupName__: /app}
//! FnErrors:
//!   Type: AWS::Logs::SubscriptionFilter
//!   DependsOn: [FnErrorsPermission]
//!   Properties: {LogGroupName: /app, FilterPattern: ERROR, DestinationArn: !GetAtt Fn.Arn}
//! ```
//!
//! Upstream: `CloudWatchLogs` in model/eventsources/push.py.

use super::{Event, EventType, Target};
use crate::language::logical_id;
use crate::resource::property::{Property, Shape};
use crate::resource::{map, resource};
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::tree::json;

pub(super) const TYPE: EventType = EventType {
    name: "CloudWatchLogs",
    properties: &[
        Property::of("LogGroupName", Shape::Text)
            .required()
            .does("becomes `LogGroupName`, and decides what may invoke the function"),
        Property::of("FilterPattern", Shape::Text)
            .required()
            .does("becomes `FilterPattern`"),
    ],
    check: None,
    lower: Lower::Alone(lower),
};

fn lower(scope: &Scope<'_>, target: &mut Target<'_>, event: &Event) {
    let group = event.get("LogGroupName");
    let arn = format!(
        "arn:{}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{__LogGroupName__}}:*",
        scope.partition.name()
    );
    let permission = logical_id::event_permission(&event.logical_id);
    target.allow(
        permission.clone(),
        "logs.amazonaws.com",
        json!({ "SourceArn": { "Fn::Sub": [arn, { "__LogGroupName__": group }] } }),
        event.place(),
    );
    let properties = map(json!({
        "LogGroupName": group,
        "FilterPattern": event.get("FilterPattern"),
        "DestinationArn": &target.arn,
    }));
    // The filter can only be made once its log group may invoke the function.
    let mut attributes = map(json!({ "DependsOn": [permission] }));
    attributes.extend(target.sam.attributes.passed_on());
    let made = resource("AWS::Logs::SubscriptionFilter", attributes, properties);
    target
        .made
        .insert(event.logical_id.as_str(), made, event.place());
}
