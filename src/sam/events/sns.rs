//! `SNS`: messages of a topic invoke the function, directly or through a queue.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Orders: {Type: SNS, Properties: {Topic: !Ref Topic}}
//! ```
//!
//! ```yaml
//! # out
//! FnOrdersPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: sns.amazonaws.com
//!     SourceArn: !Ref Topic
//! FnOrders:
//!   Type: AWS::SNS::Subscription
//!   Properties: {Endpoint: !GetAtt Fn.Arn, Protocol: lambda, TopicArn: !Ref Topic}
//! ```
//!
//! Through a queue, which Lambda reads in the place of the permission:
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Orders: {Type: SNS, Properties: {Topic: !Ref Topic, SqsSubscription: true}}
//! ```
//!
//! ```yaml
//! # out
//! FnOrdersEventSourceMapping:
//!   Type: AWS::Lambda::EventSourceMapping
//!   Properties:
//!     BatchSize: 10
//!     Enabled: true
//!     EventSourceArn: !GetAtt FnOrdersQueue.Arn
//!     FunctionName: !Ref Fn
//! FnOrdersQueue:
//!   Type: AWS::SQS::Queue
//!   Properties: {}
//! FnOrdersQueuePolicy:
//!   Type: AWS::SQS::QueuePolicy
//!   Properties:
//!     PolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - Action: sqs:SendMessage
//!           Effect: Allow
//!           Principal: '*'
//!           Resource: !GetAtt FnOrdersQueue.Arn
//!           Condition: {ArnEquals: {aws:SourceArn: !Ref Topic}}
//!     Queues: [!Ref FnOrdersQueue]
//! FnOrders:
//!   Type: AWS::SNS::Subscription
//!   Properties: {Endpoint: !GetAtt FnOrdersQueue.Arn, Protocol: sqs, TopicArn: !Ref Topic}
//! ```
//!
//! Upstream: `SNS` in model/eventsources/push.py.

use super::{Event, EventType, Target, queue_policy};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, get_att, ref_target, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::map;
use crate::resource::property::{Property, Shape};
use crate::sam::common::Common;
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{Map, Value, json};

pub(super) const TYPE: EventType = EventType {
    name: "SNS",
    properties: &[
        Property::of("Topic", Shape::Text)
            .required()
            .does("becomes `TopicArn`"),
        Property::of("Region", Shape::Text),
        Property::any("FilterPolicy"),
        Property::any("FilterPolicyScope"),
        Property::of("SqsSubscription", Shape::OneOf(&[Shape::Bool, Shape::Map]))
            .does("makes a queue between the topic and the function"),
        Property::of("RedrivePolicy", Shape::Map).meant_by(&[("deadLetterTargetArn", Shape::Text)]),
    ],
    check: None,
    lower: Lower::Among(lower),
};

/// How many messages a function gets at once, where that is not said.
const BATCH_SIZE: u32 = 10;

/// The managed policy with which a function reads a queue.
const READ_QUEUE: &str = "service-role/AWSLambdaSQSQueueExecutionRole";

/// A queue between the topic and the function.
struct Queue {
    arn: Value,
    url: Value,
    /// The logical id of its policy.
    policy: String,
    batch_size: Value,
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, target: &mut Target<'_>, event: &Event) {
    let topic = event.get("Topic");
    let subscription = event.get("SqsSubscription");
    if !is_truthy(Some(subscription)) {
        target.allow(
            logical_id::event_permission(&event.logical_id),
            "sns.amazonaws.com",
            json!({ "SourceArn": topic }),
            event.place(),
        );
        let endpoint = target.arn.clone();
        subscribe(target, event, "lambda", &endpoint);
        return;
    }
    let (queue, made) = match subscription {
        Value::Object(given) => (given_queue(scope, event, given), None),
        _ => made_queue(scope, &common.stack, event),
    };
    let Some(queue) = queue else {
        return;
    };
    let mapping = map(json!({
        "BatchSize": queue.batch_size,
        "Enabled": true,
        "EventSourceArn": &queue.arn,
        "FunctionName": &target.name,
    }));
    let kind = "AWS::Lambda::EventSourceMapping";
    let because = event.path("SqsSubscription");
    target.make(
        logical_id::event_source_mapping(&event.logical_id),
        kind,
        mapping,
        because.clone(),
    );
    let policy = scope.partition.managed_policy_arn(READ_QUEUE);
    target.policies.attach(policy);
    if let Some(properties) = made {
        target.make(
            logical_id::event_queue(&event.logical_id),
            "AWS::SQS::Queue",
            properties,
            because.clone(),
        );
    }
    let properties = queue_policy("*".into(), &queue.arn, queue.url, topic);
    target.make(queue.policy, "AWS::SQS::QueuePolicy", properties, because);
    subscribe(target, event, "sqs", &queue.arn);
}

fn subscribe(target: &mut Target<'_>, event: &Event, protocol: &str, endpoint: &Value) {
    let mut properties = map(json!({
        "Endpoint": endpoint,
        "Protocol": protocol,
        "TopicArn": event.get("Topic"),
    }));
    properties.extend(event.copied());
    let id = event.logical_id.as_str();
    target.make(id, "AWS::SNS::Subscription", properties, event.place());
}

/// The queue that `SqsSubscription` names; a fault is reported and gives none.
fn given_queue(scope: &Scope<'_>, event: &Event, given: &Map) -> Option<Queue> {
    let path = event.path("SqsSubscription");
    let part = |name: &str| {
        given
            .get(name)
            .filter(|value| is_truthy(Some(value)))
            .cloned()
    };
    let (Some(arn), Some(url)) = (part("QueueArn"), part("QueueUrl")) else {
        scope.report(
            Diagnostic::new(
                codes::QUEUE_NOT_NAMED,
                path,
                "`SqsSubscription` as a map needs `QueueArn` and `QueueUrl`",
            )
            .help("write `{QueueArn: !GetAtt Queue.Arn, QueueUrl: !Ref Queue}`, or `true` to have a queue made"),
        );
        return None;
    };
    if given.get("Enabled").is_some_and(|enabled| *enabled != true) {
        scope.report(
            Diagnostic::new(
                codes::ENABLED_ALWAYS,
                path.clone().then("Enabled"),
                "`Enabled` of an `SqsSubscription` is ignored: the queue is always read",
            )
            .on_key()
            .help("use an `SQS` event and a subscription of your own to turn it off"),
        );
    }
    let policy = match part("QueuePolicyLogicalId") {
        None => logical_id::event_queue_policy(&event.logical_id),
        Some(Value::String(id)) if logical_id::is_valid(&id) => id.into(),
        Some(id) => {
            scope.report(
                Diagnostic::new(
                    codes::INVALID_LOGICAL_ID,
                    path.then("QueuePolicyLogicalId"),
                    "`QueuePolicyLogicalId` must be a logical id",
                )
                .blame(Some(id.as_str().unwrap_or_default()))
                .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids"),
            );
            return None;
        }
    };
    Some(Queue {
        arn,
        url,
        policy,
        batch_size: part("BatchSize").unwrap_or_else(|| BATCH_SIZE.into()),
    })
}

/// A queue that is to be made, and its properties.
fn made_queue(scope: &Scope<'_>, stack: &Stack, event: &Event) -> (Option<Queue>, Option<Map>) {
    let id = logical_id::event_queue(&event.logical_id);
    let mut properties = Map::new();
    let fifo = fifo_topic(scope, stack, event);
    if is_truthy(Some(&fifo)) {
        properties.insert("FifoQueue", fifo);
    }
    let queue = Queue {
        arn: get_att(&id, "Arn"),
        url: reference(&id),
        policy: logical_id::event_queue_policy(&event.logical_id),
        batch_size: BATCH_SIZE.into(),
    };
    (Some(queue), Some(properties))
}

/// `FifoTopic` of the topic, where it stands in this template.
fn fifo_topic(scope: &Scope<'_>, stack: &Stack, event: &Event) -> Value {
    let Some(topic) = logical_id_of(event.get("Topic")) else {
        return Value::Null;
    };
    let fifo = stack
        .own
        .get(topic)
        .and_then(|topic| topic.get("Properties")?.get("FifoTopic"));
    let Some(fifo) = fifo else {
        return Value::Null;
    };
    match scope.parameters.resolved(fifo) {
        Ok(fifo) => fifo,
        Err(fault) => {
            scope.report_unresolvable(event.path("Topic"), &fault);
            Value::Null
        }
    }
}

/// The resource that a `Ref` or `Fn::GetAtt` names.
fn logical_id_of(value: &Value) -> Option<&str> {
    if let Some(id) = ref_target(value) {
        return Some(id);
    }
    match argument(value, "Fn::GetAtt")? {
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(id), _] => Some(id),
            _ => None,
        },
        Value::String(dotted) => {
            let (id, attribute) = dotted.split_once('.')?;
            (!attribute.contains('.')).then_some(id)
        }
        _ => None,
    }
}
