//! A policy template wants a name and is given an ARN or a URL, so that its policy allows nothing.
//!
//! Why: the template puts the value behind `arn:...:`. `!Ref` of a queue is its URL, of a topic, a state machine or a secret
//! its ARN, and `!GetAtt X.Arn` always is one. See "SAM policy template list" in the SAM developer guide, and the return
//! values of each resource in the CloudFormation reference.
//!
//! Do: give the name: `!GetAtt Queue.QueueName`, `!GetAtt Topic.TopicName`, `!GetAtt Machine.Name`, `!Ref Table`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue}
//!   Sender:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Policies: [{SQSSendMessagePolicy: {QueueName: !Ref Jobs}}]
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Jobs: {Type: AWS::SQS::Queue}
//!   Sender:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Policies: [{SQSSendMessagePolicy: {QueueName: !GetAtt Jobs.QueueName}}]
//! ```

use super::super::subject::{Subject, choices, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, get_att, named_resource, ref_target, reference};
use crate::sam::policy_templates;
use crate::template::Path;
use crate::tree::Value;

/// What `Ref` of a resource gives that is no name, and what gives its name.
///
/// Source: "Return values" of each in the CloudFormation reference.
const REFS: &[(&str, &str, &str)] = &[
    ("AWS::SQS::Queue", "a URL", "QueueName"),
    ("AWS::SNS::Topic", "an ARN", "TopicName"),
    ("AWS::StepFunctions::StateMachine", "an ARN", "Name"),
    ("AWS::Serverless::StateMachine", "an ARN", "Name"),
    ("AWS::SecretsManager::Secret", "an ARN", ""),
    ("AWS::Lambda::Alias", "an ARN", ""),
    ("AWS::Lambda::Version", "an ARN", ""),
    ("AWS::KinesisFirehose::DeliveryStream", "", ""),
];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        let Some(policies) = property(resource, "Policies") else {
            continue;
        };
        let place = Path::property(id, "Policies");
        match policies {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    for policy in choices(item) {
                        look(subject, policy, &place.clone().then(index), found);
                    }
                }
            }
            policy => look(subject, policy, &place, found),
        }
    }
}

fn look(subject: &Subject<'_>, policy: &Value, place: &Path, found: &mut Vec<Diagnostic>) {
    for (name, values) in policy.as_object().into_iter().flatten() {
        let Some(template) = policy_templates::find(name) else {
            continue;
        };
        for parameter in template.parameters() {
            // Some are ARNs, which the policy takes as they are.
            if parameter.ends_with("Arn") || parameter.ends_with("Arns") {
                continue;
            }
            for value in values.get(parameter).map(choices).unwrap_or_default() {
                let Some((given, instead)) = no_name(subject, value) else {
                    continue;
                };
                found.push(
                    Diagnostic::new(
                        codes::POLICY_TEMPLATE_ARGUMENT,
                        place.clone().then(name.clone()).then(*parameter),
                        format!("`{parameter}` of `{name}` wants a name, and gets {given}: the policy allows nothing"),
                    )
                    .help(instead),
                );
            }
        }
    }
}

/// What a value is instead of a name, and what to write.
fn no_name(subject: &Subject<'_>, value: &Value) -> Option<(&'static str, String)> {
    if let Some(text) = value.as_str() {
        return if text.starts_with("arn:") {
            Some((
                "an ARN",
                "write what stands behind its last colon or slash".to_owned(),
            ))
        } else if text.starts_with("https://") {
            Some(("a URL", "write its last part".to_owned()))
        } else {
            None
        };
    }
    // `!Sub '${Queue}'` is `!Ref Queue`.
    if let Some(Value::String(text)) = argument(value, "Fn::Sub") {
        let name = text
            .strip_prefix("${")
            .and_then(|rest| rest.strip_suffix('}'));
        if text.starts_with("arn:") {
            return Some(("an ARN", "write only the name".to_owned()));
        }
        return match name?.split_once('.') {
            None => no_name(subject, &reference(name?)),
            Some((id, attribute)) => no_name(subject, &get_att(id, attribute)),
        };
    }
    if let Some(target) = ref_target(value) {
        let (id, what) = target.split_once('.').unwrap_or((target, ""));
        let kind = kind_of(subject.resource(id)?);
        if matches!(what, "Alias" | "Version") {
            return Some(("an ARN", format!("write `!Ref {id}`")));
        }
        let (_, given, attribute) = REFS
            .iter()
            .find(|(known, given, _)| *known == kind && !given.is_empty())?;
        return Some((
            given,
            match *attribute {
                "" => "write its name".to_owned(),
                attribute => format!("write `!GetAtt {id}.{attribute}`"),
            },
        ));
    }
    let is_arn = match argument(value, "Fn::GetAtt")? {
        Value::Array(parts) => parts.get(1).and_then(Value::as_str) == Some("Arn"),
        Value::String(name) => name.ends_with(".Arn"),
        _ => false,
    };
    let id = named_resource(value).filter(|_| is_arn)?;
    let kind = kind_of(subject.resource(id)?);
    let row = REFS.iter().find(|(known, ..)| *known == kind);
    Some((
        "an ARN",
        match row {
            Some((_, _, attribute)) if !attribute.is_empty() => {
                format!("write `!GetAtt {id}.{attribute}`")
            }
            Some(_) => "write its name".to_owned(),
            None => format!("write `!Ref {id}`"),
        },
    ))
}
