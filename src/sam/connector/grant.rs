//! What a connector makes of a pair: a managed policy on a role, a permission of a function, a policy of a queue or a
//! topic.
//!
//! ```yaml
//! # in
//! News:
//!   Type: AWS::SNS::Topic
//!   Connectors:
//!     Tell:
//!       Properties:
//!         Destination: [{Id: Greeter}, {Id: Jobs}]
//!         Permissions: [Write]
//! Greeter: {Type: AWS::Serverless::Function}
//! Jobs: {Type: AWS::SQS::Queue}
//! ```
//!
//! ```yaml
//! # out
//! NewsTellWriteLambdaPermissionDestination0:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !GetAtt Greeter.Arn
//!     Principal: sns.amazonaws.com
//!     SourceArn: !Ref News
//! NewsTellQueuePolicyDestination1:
//!   Type: AWS::SQS::QueuePolicy
//!   Properties:
//!     PolicyDocument:
//!       Statement:
//!         - Effect: Allow
//!           Principal: {Service: sns.amazonaws.com}
//!           Resource: !GetAtt Jobs.Arn
//!           Action: sqs:SendMessage
//!           Condition: {ArnEquals: {'aws:SourceArn': !Ref News}}
//!     Queues: [!Ref Jobs]
//! ```
//!
//! Upstream: `generate_resources` in model/sam_resources.py.

use super::Pair;
use super::profiles::{Grant, On, Permission, Placeholder, Policy, ResourcePolicy, Statement};
use super::side::{Side, fill};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::map;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// A resource before it has the attributes of its connector.
#[derive(Debug)]
pub(crate) struct Granted {
    pub(crate) kind: &'static str,
    suffix: &'static str,
    pub(crate) properties: Map,
}

impl Granted {
    /// Its id: the connector's, what it is, and which of several destinations it is for.
    pub(crate) fn id(&self, connector: &str, destination: Option<usize>) -> String {
        logical_id::granted(connector, self.suffix, destination)
    }
}

impl Pair<'_> {
    /// A side, and where it stands in the template.
    pub(super) fn side(&self, which: On) -> (&Side, &Path) {
        match which {
            On::Source => (&self.source, self.source_place),
            On::Destination => (&self.destination, self.destination_place),
        }
    }
}

/// Makes what the profile says; a value that is missing is reported and gives none.
pub(crate) fn make(
    scope: &Scope<'_>,
    pair: &Pair<'_>,
    permissions: &[Permission],
) -> Option<Granted> {
    let filled = |text: &str| match fill(text, &pair.source, &pair.destination) {
        Ok(value) => Some(value),
        Err(missing) => {
            report_missing(scope, pair, &missing);
            None
        }
    };
    let needed = |value: Placeholder| {
        let given = pair
            .destination
            .get(value)
            .filter(|given| is_truthy(Some(given)));
        if given.is_none() {
            let missing = format!("Destination.{}", value.name());
            report_missing(scope, pair, &missing);
        }
        given.cloned()
    };
    match &pair.profile.grant {
        Grant::Policy(policy) => {
            let statements = statements(policy, permissions, filled)?;
            let role = role(scope, pair, policy.on)?;
            Some(Granted {
                kind: "AWS::IAM::ManagedPolicy",
                suffix: "Policy",
                properties: map(json!({
                    "PolicyDocument": { "Version": "2012-10-17", "Statement": statements },
                    "Roles": [role],
                })),
            })
        }
        Grant::Invoke {
            principal,
            source_arn,
            with_account,
        } => {
            let source_arn = filled(source_arn)?;
            let mut properties = map(json!({
                "Action": "lambda:InvokeFunction",
                "FunctionName": needed(Placeholder::Arn)?,
                "Principal": principal,
            }));
            if *with_account {
                properties.insert("SourceAccount", json!({ "Fn::Sub": "${AWS::AccountId}" }));
            }
            properties.insert("SourceArn", source_arn);
            Some(Granted {
                kind: "AWS::Lambda::Permission",
                suffix: "WriteLambdaPermission",
                properties,
            })
        }
        Grant::Resource { kind, principal } => {
            let statement = json!({
                "Effect": "Allow",
                "Principal": { "Service": principal },
                "Resource": filled("%{Destination.Arn}")?,
                "Action": kind.action(),
                "Condition": { "ArnEquals": { "aws:SourceArn": filled("%{Source.Arn}")? } },
            });
            let document = json!({ "Version": "2012-10-17", "Statement": [statement] });
            Some(match kind {
                ResourcePolicy::Queue => Granted {
                    kind: "AWS::SQS::QueuePolicy",
                    suffix: "QueuePolicy",
                    properties: map(json!({
                        "PolicyDocument": document,
                        "Queues": [needed(Placeholder::QueueUrl)?],
                    })),
                },
                ResourcePolicy::Topic => Granted {
                    kind: "AWS::SNS::TopicPolicy",
                    suffix: "TopicPolicy",
                    properties: map(json!({
                        "PolicyDocument": document,
                        "Topics": [needed(Placeholder::Arn)?],
                    })),
                },
            })
        }
    }
}

/// The statements of the permissions that are asked for. What others need must be there too: the reference fills in
/// all of them first.
fn statements(
    policy: &Policy,
    permissions: &[Permission],
    mut filled: impl FnMut(&str) -> Option<Value>,
) -> Option<Vec<Value>> {
    let mut all = Vec::new();
    for (permission, statements) in policy.statements {
        for Statement { actions, resources } in *statements {
            let resources: Option<Vec<Value>> = resources.iter().map(|text| filled(text)).collect();
            let statement =
                json!({ "Effect": "Allow", "Action": *actions, "Resource": resources? });
            if permissions.contains(permission) {
                all.push(statement);
            }
        }
    }
    Some(all)
}

/// The name of the role that gets a policy.
fn role(scope: &Scope<'_>, pair: &Pair<'_>, on: On) -> Option<Value> {
    let (side, place) = pair.side(on);
    let role = side.role.as_ref().filter(|role| is_truthy(Some(role)));
    if role.is_none() {
        let (message, help) = match &side.id {
            Some(id) => (
                format!(
                    "the policy of this connector needs the role of `{id}`, which does not name it by `!Ref` or `!GetAtt`"
                ),
                format!(
                    "name a role of this template there, or describe this side by its values: `{{Type: {}, Arn: ..., RoleName: ...}}`",
                    side.kind
                ),
            ),
            None => (
                "the policy of this connector needs `RoleName` of this side".to_owned(),
                "add `RoleName`: the name, not the ARN, of the role that gets the policy"
                    .to_owned(),
            ),
        };
        scope.report(
            Diagnostic::new(codes::CONNECTOR_WITHOUT_ROLE, place.clone(), message).help(help),
        );
    }
    role.cloned()
}

/// Says that a side lacks a value: `Destination.Arn`.
fn report_missing(scope: &Scope<'_>, pair: &Pair<'_>, missing: &str) {
    let (of, name) = missing.split_once('.').unwrap_or(("Destination", missing));
    let (side, place) = pair.side(if of == "Source" {
        On::Source
    } else {
        On::Destination
    });
    let help = match &side.id {
        Some(_) => format!("take `{name}: null` out"),
        None => format!("add `{name}` of this `{}`", side.kind),
    };
    scope.report(
        Diagnostic::new(
            codes::CONNECTOR_VALUE_MISSING,
            place.clone().then(name),
            format!("this connector needs `{name}` of this side"),
        )
        .help(help),
    );
}
