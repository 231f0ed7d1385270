//! `DeadLetterConfig` of a schedule or rule: a queue for what could not be delivered, given or made.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Nightly:
//!         Type: Schedule
//!         Properties:
//!           Schedule: rate(1 day)
//!           DeadLetterConfig: {Type: SQS, QueueLogicalId: Lost}
//! ```
//!
//! ```yaml
//! # out
//! FnNightly:
//!   Properties:
//!     Targets:
//!       - DeadLetterConfig: {Arn: !GetAtt Lost.Arn}
//!         # ...
//!     # ...
//!   # ...
//! Lost:
//!   Type: AWS::SQS::Queue
//!   Properties: {}
//! FnNightlyQueuePolicy:
//!   Type: AWS::SQS::QueuePolicy
//!   Properties:
//!     PolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - Action: sqs:SendMessage
//!           Effect: Allow
//!           Principal: {Service: events.amazonaws.com}
//!           Resource: !GetAtt Lost.Arn
//!           Condition: {ArnEquals: {aws:SourceArn: !GetAtt FnNightly.Arn}}
//!     Queues: [!Ref Lost]
//! ```
//!
//! Without `QueueLogicalId` the queue is `FnNightlyQueue`; with `Arn` in place of `Type` nothing is made. A
//! `ScheduleV2` needs no policy: its role may send.
//!
//! Upstream: model/eventbridge_utils.py; `_get_dlq_queue_arn_and_resources` in model/eventsources/scheduler.py.

use super::{Event, Target, queue_policy};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The queue of an event that has one.
pub(super) struct DeadLetters {
    /// Its ARN.
    pub(super) arn: Value,
    /// The logical id of a queue that is to be made.
    made: Option<String>,
    /// The place of the `DeadLetterConfig`.
    because: Path,
}

/// Reads an event's `DeadLetterConfig`; none where there is none or a fault, which is reported.
pub(super) fn read(scope: &Scope<'_>, event: &Event) -> Option<DeadLetters> {
    let config = event.get("DeadLetterConfig").as_object()?;
    let path = event.path("DeadLetterConfig");
    let by_arn = config.get("Arn");
    let kind = config.get("Type");
    let fault = match (by_arn, kind) {
        (Some(_), Some(_)) => Some("has both `Arn` and `Type`"),
        (None, None) => Some("has neither `Arn` nor `Type`"),
        (None, Some(kind)) if kind != "SQS" => Some("has another `Type` than `SQS`"),
        _ => None,
    };
    if let Some(fault) = fault {
        scope.report(
            Diagnostic::new(codes::DEAD_LETTER_CONFIG, path, format!("`DeadLetterConfig` {fault}"))
                .help("write `{Arn: !GetAtt Queue.Arn}` for a queue that is there, or `{Type: SQS}` to have one made"),
        );
        return None;
    }
    if let Some(arn) = by_arn.filter(|arn| !arn.is_null()) {
        return Some(DeadLetters {
            arn: arn.clone(),
            made: None,
            because: path,
        });
    }
    let id = queue_id(scope, event, config.get("QueueLogicalId"))?;
    Some(DeadLetters {
        arn: get_att(&id, "Arn"),
        made: Some(id),
        because: path,
    })
}

/// The id of a queue that is to be made; a fault is reported and gives none.
fn queue_id(scope: &Scope<'_>, event: &Event, given: Option<&Value>) -> Option<String> {
    let path = event.path("DeadLetterConfig").then("QueueLogicalId");
    match given {
        None | Some(Value::Null) => Some(logical_id::event_queue(&event.logical_id)),
        Some(Value::String(id)) if id.is_empty() => {
            Some(logical_id::event_queue(&event.logical_id))
        }
        Some(Value::String(id)) if logical_id::is_valid(id) => Some(id.to_string()),
        Some(Value::String(id)) => {
            scope.report(
                Diagnostic::new(
                    codes::INVALID_LOGICAL_ID,
                    path,
                    format!("`{id}` cannot be a logical id: it holds something other than letters and digits"),
                )
                .blame(Some(id))
                .help("CloudFormation allows only A-Z, a-z and 0-9 in logical ids"),
            );
            None
        }
        Some(_) => {
            scope.report(
                Diagnostic::new(
                    codes::WRONG_SHAPE,
                    path,
                    "`QueueLogicalId` must be a string",
                )
                .help("write the logical id that the queue is to get"),
            );
            None
        }
    }
}

impl DeadLetters {
    /// Makes the queue, where it is to be made.
    pub(super) fn make_queue(&self, target: &mut Target<'_>) {
        if let Some(id) = &self.made {
            target.make(
                id.clone(),
                "AWS::SQS::Queue",
                Map::new(),
                self.because.clone(),
            );
        }
    }

    /// Makes the queue, where it is to be made, and lets the rule `source` send to it.
    pub(super) fn make_queue_for_rule(
        &self,
        target: &mut Target<'_>,
        event: &Event,
        source: &Value,
    ) {
        self.make_queue(target);
        let Some(id) = &self.made else {
            return;
        };
        let principal = json!({ "Service": "events.amazonaws.com" });
        let properties = queue_policy(principal, &self.arn, reference(id), source);
        target.make(
            logical_id::event_queue_policy(&event.logical_id),
            "AWS::SQS::QueuePolicy",
            properties,
            self.because.clone(),
        );
    }
}
