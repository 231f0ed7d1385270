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
//!     Properties: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13, Timeout: 60,
//!                  Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue, Properties: {VisibilityTimeout: 360}}
//!   Worker:
//!     Type: AWS::Serverless::Function
//!     Properties: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13, Timeout: 60,
//!                  Events: {Jobs: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}}}
//! ```

use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::template::Path;
use crate::tree::Value;

/// What counts where a template says nothing, in seconds.
const VISIBILITY: u64 = 30;
const TIMEOUT: u64 = 3;

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
        let visible = seconds(subject, queue, "AWS::SQS::Queue", "VisibilityTimeout");
        let works = seconds(subject, function, "AWS::Lambda::Function", "Timeout");
        let (Some(visible), Some(works)) = (visible, works) else {
            continue;
        };
        let (visible, works) = (visible.unwrap_or(VISIBILITY), works.unwrap_or(TIMEOUT));
        if visible < works {
            let place = Path::resource(queue)
                .then("Properties")
                .then("VisibilityTimeout");
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
                    works * 6
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

/// A time that a resource of this type has; the inner one is none where nothing is said, the outer one where it is not known.
fn seconds(subject: &Subject<'_>, id: &str, kind: &str, name: &str) -> Option<Option<u64>> {
    let resource = subject
        .made_resource(id)
        .filter(|resource| kind_of(resource) == kind)?;
    match property(resource, name) {
        None => Some(None),
        Some(Value::String(text)) => Some(Some(text.parse().ok()?)),
        Some(value) => Some(Some(value.as_u64()?)),
    }
}
