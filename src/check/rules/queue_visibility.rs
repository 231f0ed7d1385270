//! A queue gives a message back before the function that works on it has to be done.
//!
//! Why: Lambda refuses an event source mapping of a queue whose `VisibilityTimeout` is shorter than the function's `Timeout`,
//! and so the deployment fails; AWS recommends six times as long. See "Using Lambda with Amazon SQS" in the Lambda developer
//! guide.
//!
//! Do: raise `VisibilityTimeout` of the queue (30 s where nothing is said), or lower `Timeout` of the function (3 s).
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue}
//!   Worker:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Timeout: 60
//!       Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 360}}
//!   Worker:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Timeout: 60
//!       Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}
//! ```

use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::template::Path;
use crate::tree::Value;

/// A time by the name of its property, and what counts where a template says nothing, in seconds.
const VISIBILITY: (&str, u64) = ("VisibilityTimeout", 30);
const TIMEOUT: (&str, u64) = ("Timeout", 3);

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (_, mapping) in subject.made() {
        if kind_of(mapping) != "AWS::Lambda::EventSourceMapping" {
            continue;
        }
        let named = |name: &str| property(mapping, name).and_then(named_resource);
        let Some(queue) = named("EventSourceArn") else {
            continue;
        };
        let Some(function) = named("FunctionName").map(|id| function_of(subject, id)) else {
            continue;
        };
        let (Some(visible), Some(works)) = (
            seconds(subject, queue, "AWS::SQS::Queue", VISIBILITY),
            seconds(subject, function, "AWS::Lambda::Function", TIMEOUT),
        ) else {
            continue;
        };
        if visible < works {
            let place = Path::resource(queue).then("Properties").then(VISIBILITY.0);
            found.push(
                Diagnostic::new(
                    codes::QUEUE_VISIBILITY,
                    subject.home(&place),
                    format!(
                        "`{queue}` gives a message back after {visible} s, and `{function}` may work on it for {works} s: Lambda refuses that"
                    ),
                )
                .help(format!(
                    "write at least `VisibilityTimeout: {works}` in `{queue}`; AWS recommends six times the function's `Timeout`, {}",
                    works.saturating_mul(6)
                )),
            );
        }
    }
}

/// The function behind an id, which may be that of an alias.
fn function_of<'s>(subject: &Subject<'s>, id: &'s str) -> &'s str {
    let alias = subject
        .made_resource(id)
        .filter(|resource| kind_of(resource) == "AWS::Lambda::Alias");
    let function = alias.and_then(|alias| property(alias, "FunctionName"));
    function.and_then(named_resource).unwrap_or(id)
}

/// A time that a resource of this type has; none where it is not known, or there is no such resource.
fn seconds(
    subject: &Subject<'_>,
    id: &str,
    kind: &str,
    (name, default): (&str, u64),
) -> Option<u64> {
    let resource = subject
        .made_resource(id)
        .filter(|resource| kind_of(resource) == kind)?;
    match property(resource, name) {
        None => Some(default),
        Some(Value::String(text)) => text.parse().ok(),
        Some(value) => value.as_u64(),
    }
}
