//! A function has an alias, and something invokes it without: every change reaches those calls at once
//! (`latest-still-invoked`). Or the alias is called, and the permission is on the function (`permission-past-alias`).
//!
//! Why: an alias protects only who calls it. The function's own ARN means `$LATEST`, which changes with every deployment,
//! before any traffic is shifted. And a permission is for what it names: whoever calls the alias needs one on the alias.
//! See "Lambda function aliases" and "Resource-based policy" in the Lambda developer guide.
//!
//! Do: name the alias, `!Ref Fn.Alias`.
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13, AutoPublishAlias: live}
//! Resources:
//!   Worker: {Type: AWS::Serverless::Function}
//!   FromQueue:
//!     Type: AWS::Lambda::EventSourceMapping
//!     Properties: {FunctionName: !Ref Worker,
//!                  EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs'}
//! ```
//! Right:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13, AutoPublishAlias: live}
//! Resources:
//!   Worker: {Type: AWS::Serverless::Function}
//!   FromQueue:
//!     Type: AWS::Lambda::EventSourceMapping
//!     Properties: {FunctionName: !Ref Worker.Alias,
//!                  EventSourceArn: 'arn:aws:sqs:eu-west-1:123456789012:jobs'}
//! ```

use super::super::mentions::{Mention, mentions};
use super::super::subject::{Subject, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::template::{Path, Step};
use crate::tree::Value;
use std::collections::{BTreeSet, HashSet};

/// What invokes a function: the type, the way to what names the function (`*`: any item or key), and the service that
/// needs a permission for it, if one does.
const INVOKERS: &[(&str, &[&str], Option<&str>)] = &[
    ("AWS::Lambda::EventSourceMapping", &["FunctionName"], None),
    (
        "AWS::Events::Rule",
        &["Targets", "*", "Arn"],
        Some("events.amazonaws.com"),
    ),
    ("AWS::Scheduler::Schedule", &["Target", "Arn"], None),
    ("AWS::Pipes::Pipe", &["Target"], None),
    ("AWS::Pipes::Pipe", &["Enrichment"], None),
    (
        "AWS::SNS::Subscription",
        &["Endpoint"],
        Some("sns.amazonaws.com"),
    ),
    (
        "AWS::SNS::Topic",
        &["Subscription", "*", "Endpoint"],
        Some("sns.amazonaws.com"),
    ),
    (
        "AWS::Logs::SubscriptionFilter",
        &["DestinationArn"],
        Some("logs.amazonaws.com"),
    ),
    (
        "AWS::S3::Bucket",
        &[
            "NotificationConfiguration",
            "LambdaConfigurations",
            "*",
            "Function",
        ],
        Some("s3.amazonaws.com"),
    ),
    (
        "AWS::Cognito::UserPool",
        &["LambdaConfig"],
        Some("cognito-idp.amazonaws.com"),
    ),
    (
        "AWS::IoT::TopicRule",
        &["TopicRulePayload", "Actions", "*", "Lambda"],
        Some("iot.amazonaws.com"),
    ),
    (
        "AWS::ApiGateway::Method",
        &["Integration", "Uri"],
        Some("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ApiGatewayV2::Integration",
        &["IntegrationUri"],
        Some("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ApiGateway::RestApi",
        &["Body", "paths"],
        Some("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ApiGatewayV2::Api",
        &["Body", "paths"],
        Some("apigateway.amazonaws.com"),
    ),
    (
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        &["Targets", "*", "Id"],
        Some("elasticloadbalancing.amazonaws.com"),
    ),
];

/// Something that names a function to call it.
struct Call {
    at: Mention,
    service: Option<&'static str>,
}

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.deployments.is_empty() {
        return;
    }
    let calls = calls(subject);
    let mut told = BTreeSet::new();
    for Call { at, .. } in &calls {
        let Some(deployment) = subject.deployment_of(&at.id) else {
            continue;
        };
        let names_function = at.attribute.is_empty() || at.attribute == "Arn";
        let caller = at.at.resource_id().unwrap_or_default().to_owned();
        if !names_function || at.is_qualified || !told.insert((caller.clone(), at.id.clone())) {
            continue;
        }
        let function = &at.id;
        found.push(
            Diagnostic::new(
                codes::LATEST_STILL_INVOKED,
                subject.home(&at.at),
                format!("`{caller}` invokes `{function}` without its alias `{}`: every change reaches it at once, whatever is shifted gradually", deployment.alias.name),
            )
            .help(format!("write `!Ref {function}.Alias`")),
        );
    }
    permissions(subject, &calls, found);
}

/// Everything that calls a function or an alias.
fn calls(subject: &Subject<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    for (id, resource) in subject.made() {
        let kind = kind_of(resource);
        for (invoker, way, service) in INVOKERS {
            if *invoker != kind {
                continue;
            }
            let Some(properties) = resource.get("Properties") else {
                continue;
            };
            walk(
                properties,
                Path::resource(id).then("Properties"),
                way,
                &mut |value, path| {
                    calls.extend(mentions(value, path).into_iter().map(|at| Call {
                        at,
                        service: *service,
                    }));
                },
            );
        }
        let is_url = kind == "AWS::Lambda::Url" && property(resource, "Qualifier").is_none();
        if let (true, Some(target)) = (is_url, property(resource, "TargetFunctionArn")) {
            let path = Path::property(id, "TargetFunctionArn");
            let of_url = mentions(target, path).into_iter();
            calls.extend(of_url.map(|at| Call { at, service: None }));
        }
    }
    // In a document of an API only what is called counts, not what else it names.
    calls.retain(|call| {
        let is_in = |name: &str| call.at.at.0.contains(&Step::from(name));
        !is_in("paths") || is_in("uri")
    });
    calls
}

fn walk(value: &Value, path: Path, way: &[&str], visit: &mut dyn FnMut(&Value, Path)) {
    let Some((step, rest)) = way.split_first() else {
        visit(value, path);
        return;
    };
    match value {
        Value::Array(items) if *step == "*" => {
            for (index, item) in items.iter().enumerate() {
                walk(item, path.clone().then(index), rest, visit);
            }
        }
        Value::Object(map) => {
            if let Some(inner) = map.get(*step) {
                walk(inner, path.then(*step), rest, visit);
            }
        }
        _ => {}
    }
}

/// Permissions on a function whose alias is what the same service calls.
fn permissions(subject: &Subject<'_>, calls: &[Call], found: &mut Vec<Diagnostic>) {
    struct Permission<'a> {
        id: &'a str,
        service: &'a str,
        function: String,
        is_for_alias: bool,
    }
    let mut all = Vec::new();
    for (id, resource) in subject.made() {
        if kind_of(resource) != "AWS::Lambda::Permission" {
            continue;
        }
        let (Some(name), Some(service)) = (
            property(resource, "FunctionName"),
            property(resource, "Principal").and_then(Value::as_str),
        ) else {
            continue;
        };
        let has_qualifier = property(resource, "Qualifier").is_some();
        for mention in mentions(name, Path::default()) {
            let of_alias = subject.deployment_of_alias(&mention.id);
            let function = of_alias.map_or(mention.id, |deployment| deployment.function.clone());
            all.push(Permission {
                id,
                service,
                function,
                is_for_alias: of_alias.is_some() || mention.is_qualified || has_qualifier,
            });
        }
    }
    let called: HashSet<_> = calls
        .iter()
        .filter_map(|call| Some((call.service?, call.at.id.as_str(), call.at.is_qualified)))
        .collect();
    let allowed: HashSet<_> = all
        .iter()
        .filter(|permission| permission.is_for_alias)
        .map(|permission| (permission.service, permission.function.as_str()))
        .collect();
    for permission in all.iter().filter(|permission| !permission.is_for_alias) {
        let Some(deployment) = subject.deployment_of(&permission.function) else {
            continue;
        };
        let (service, function) = (permission.service, deployment.function.as_str());
        let is_called = |id, is_qualified| called.contains(&(service, id, is_qualified));
        let alias = deployment.alias.id.as_str();
        let calls_alias =
            is_called(alias, false) || is_called(alias, true) || is_called(function, true);
        let calls_function = is_called(function, false);
        let is_allowed = allowed.contains(&(service, function));
        if calls_alias && !calls_function && !is_allowed && subject.is_written(permission.id) {
            found.push(
                Diagnostic::new(
                    codes::PERMISSION_PAST_ALIAS,
                    Path::property(permission.id, "FunctionName"),
                    format!("`{}` lets `{}` invoke `{}` itself, but what it calls is the alias `{}`: the calls are refused", permission.id, permission.service, deployment.function, deployment.alias.name),
                )
                .help(format!("write `FunctionName: !Ref {}.Alias`", deployment.function)),
            );
        }
    }
}
