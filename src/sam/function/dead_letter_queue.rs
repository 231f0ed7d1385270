//! `DeadLetterQueue` of a function, and the policy that lets its role send there.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     DeadLetterQueue: {Type: SQS, TargetArn: !GetAtt Lost.Arn}
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     DeadLetterConfig: {TargetArn: !GetAtt Lost.Arn}
//!     # ...
//!   # ...
//! FnRole:
//!   Properties:
//!     Policies:
//!       - PolicyName: DeadLetterQueuePolicy
//!         PolicyDocument:
//!           Version: '2012-10-17'
//!           Statement:
//!             - {Action: sqs:SendMessage, Resource: !GetAtt Lost.Arn, Effect: Allow}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: the validation rules, `_validate_dlq` and `_validate_tenancy_config_compatibility` of `SamFunction`.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::truth::is_truthy;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::tree::{Value, json};

const TYPES: &[&str] = &["SQS", "SNS"];

/// Tells what its type or its target lacks.
pub(super) fn check(scope: &Scope<'_>, sam: &SamResource) {
    let given = sam.get("DeadLetterQueue");
    if !is_truthy(Some(given)) {
        return;
    }
    let path = sam.path("DeadLetterQueue");
    let kind = given.get("Type").and_then(Value::as_str);
    if !kind.is_some_and(|kind| TYPES.contains(&kind)) {
        scope.report(
            Diagnostic::new(
                codes::DEAD_LETTER_QUEUE_TYPE,
                path.clone().then("Type"),
                "the `Type` of a `DeadLetterQueue` must be `SQS` or `SNS`",
            )
            .help(did_you_mean(kind.unwrap_or_default(), TYPES)),
        );
    }
    if !is_truthy(given.get("TargetArn")) {
        scope.report(
            Diagnostic::new(
                codes::DEAD_LETTER_QUEUE_TARGET,
                path.then("TargetArn"),
                "a `DeadLetterQueue` needs the `TargetArn` of its queue or topic",
            )
            .help("write `TargetArn: !GetAtt Queue.Arn`"),
        );
    }
}

/// The policy to send to a dead-letter queue or topic.
pub(super) fn policy(sam: &SamResource) -> Option<Value> {
    let target = sam.get("DeadLetterQueue");
    let action = match target.get("Type")?.as_str()? {
        "SQS" => "sqs:SendMessage",
        "SNS" => "sns:Publish",
        _ => return None,
    };
    Some(json!({
        "PolicyName": "DeadLetterQueuePolicy",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Action": action, "Resource": target.get("TargetArn"), "Effect": "Allow" }],
        },
    }))
}
