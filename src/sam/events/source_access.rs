//! `SourceAccessConfigurations` and `SecretsManagerKmsKeyId`: the secrets with which Lambda reads a source.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Orders:
//!         Type: MQ
//!         Properties:
//!           Broker: arn:aws:mq:eu-west-1:123456789012:broker:orders:b-1
//!           Queues: [orders]
//!           SecretsManagerKmsKeyId: 1abc23d4-567f-8ab9-cde0-1fab234c5d67
//!           SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: !Ref Secret}]
//! Secret: {Type: AWS::SecretsManager::Secret}
//! ```
//!
//! ```yaml
//! # out
//! FnRole:
//!   Properties:
//!     Policies:
//!       - PolicyDocument:
//!           Statement:
//!             - {Action: [secretsmanager:GetSecretValue], Effect: Allow, Resource: !Ref Secret}
//!             - Action: [mq:DescribeBroker]
//!               Effect: Allow
//!               Resource: arn:aws:mq:eu-west-1:123456789012:broker:orders:b-1
//!             - Action: kms:Decrypt
//!               Effect: Allow
//!               Resource: !Sub 'arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/1abc23d4-567f-8ab9-cde0-1fab234c5d67'
//!         # ...
//!     # ...
//!   # ...
//! FnOrders:
//!   Properties:
//!     SourceAccessConfigurations: [{Type: BASIC_AUTH, URI: !Ref Secret}]
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_validate_source_access_configurations` and `_get_kms_decrypt_policy` in model/eventsources/pull.py.

use super::Event;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

const NAME: &str = "SourceAccessConfigurations";

/// What Lambda needs to reach a source in a network.
const NETWORK_ACTIONS: &[&str] = &[
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeVpcs",
    "ec2:DescribeSubnets",
    "ec2:DescribeSecurityGroups",
];

/// One statement: these actions on this resource.
pub(super) fn allow(actions: &[&str], resource: impl Into<Value>) -> Value {
    json!({ "Action": actions, "Effect": "Allow", "Resource": resource.into() })
}

/// The statement with which a role reads a secret.
pub(super) fn read_secret(uri: &Value) -> Value {
    allow(&["secretsmanager:GetSecretValue"], uri.clone())
}

/// The statement with which Lambda enters a network.
pub(super) fn enter_network() -> Value {
    allow(NETWORK_ACTIONS, "*")
}

/// The key with which the secrets are encrypted, as the resource of a statement; a fault is reported and gives none.
pub(super) fn encryption_key(scope: &Scope<'_>, event: &Event) -> Option<Value> {
    let name = "SecretsManagerKmsKeyId";
    if !event.is_truthy(name) {
        return None;
    }
    let Some(id) = event.get(name).as_str() else {
        scope.report(
            Diagnostic::new(
                codes::KMS_KEY_ID,
                event.path(name),
                format!("`{name}` must be the id of a key: it becomes part of an ARN"),
            )
            .help("write the id itself: an intrinsic cannot be read before the deployment here"),
        );
        return None;
    };
    let arn = format!("arn:${{AWS::Partition}}:kms:${{AWS::Region}}:${{AWS::AccountId}}:key/{id}");
    Some(json!({ "Fn::Sub": arn }))
}

/// The configurations. What is no list, or an empty one, is reported and gives none.
pub(super) fn configurations<'e>(scope: &Scope<'_>, event: &'e Event) -> Option<&'e [Value]> {
    let given = event.get(NAME).as_array();
    let items = given.filter(|items| !items.is_empty());
    if items.is_none() {
        scope.report(
            Diagnostic::new(
                codes::SOURCE_ACCESS_MISSING,
                event.path(NAME),
                format!(
                    "{} needs `{NAME}` as a list that is not empty",
                    event.kind.words()
                ),
            )
            .help("write `[{Type: BASIC_AUTH, URI: !Ref Secret}]`"),
        );
    }
    items.map(|items| items.as_slice())
}

/// One configuration; what is no map is reported and gives none.
pub(super) fn configuration<'e>(
    scope: &Scope<'_>,
    event: &Event,
    index: usize,
    item: &'e Value,
) -> Option<&'e Map> {
    if !item.is_object() {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                event.path(NAME).then(index),
                format!("an item of `{NAME}` must be a map"),
            )
            .help("write `{Type: ..., URI: ...}`"),
        );
    }
    item.as_object()
}

/// Reports a configuration whose `Type` is not one of `known`.
pub(super) fn report_type(scope: &Scope<'_>, event: &Event, index: usize, known: &[&str]) {
    let given = event.get(NAME).get(index).and_then(|item| item.get("Type"));
    let word = given.and_then(Value::as_str).unwrap_or_default();
    scope.report(
        Diagnostic::new(
            codes::SOURCE_ACCESS_TYPE,
            event.path(NAME).then(index).then("Type"),
            format!("this is not a `Type` of access for {}", event.kind.words()),
        )
        .help(did_you_mean(word, known)),
    );
}

/// Reports a configuration that is wrong beside others.
pub(super) fn report(scope: &Scope<'_>, event: &Event, index: usize, fault: &str, help: &str) {
    scope.report(
        Diagnostic::new(codes::SOURCE_ACCESS, event.path(NAME).then(index), fault).help(help),
    );
}

/// The secret of the one `BASIC_AUTH` configuration that there must be; a fault is reported and gives none.
pub(super) fn basic_auth(scope: &Scope<'_>, event: &Event, known: &[&str]) -> Option<Value> {
    let watch = scope.watch();
    let items = configurations(scope, event)?;
    let mut secret: Option<&Value> = None;
    for (index, item) in items.iter().enumerate() {
        let Some(item) = configuration(scope, event, index, item) else {
            continue;
        };
        let kind = item.get("Type").and_then(Value::as_str);
        if !kind.is_some_and(|kind| known.contains(&kind)) {
            report_type(scope, event, index, known);
        } else if kind == Some("BASIC_AUTH") {
            let uri = item.get("URI").filter(|uri| is_truthy(Some(uri)));
            if uri.is_none() {
                report(
                    scope,
                    event,
                    index,
                    "`BASIC_AUTH` needs the `URI` of a secret",
                    "write `{Type: BASIC_AUTH, URI: !Ref Secret}`",
                );
            } else if secret.is_some() {
                report(
                    scope,
                    event,
                    index,
                    "there can be one `BASIC_AUTH` only",
                    "take one of them out",
                );
            }
            secret = secret.or(uri);
        }
    }
    if secret.is_none() && watch.is_sound() {
        scope.report(
            Diagnostic::new(
                codes::SOURCE_ACCESS_MISSING,
                event.path(NAME),
                format!(
                    "{} needs `BASIC_AUTH` among its `{NAME}`",
                    event.kind.words()
                ),
            )
            .help("add `{Type: BASIC_AUTH, URI: !Ref Secret}`"),
        );
    }
    secret.cloned()
}
