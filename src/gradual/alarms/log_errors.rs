//! `LogErrors`: an alarm on lines of the function's log.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Alarms: [LogErrors: {Pattern: '{ $.level = "ERROR" }'}]
//! GreeterLogs:
//!   Type: AWS::Logs::LogGroup
//!   Properties: {LogGroupName: !Sub '/aws/lambda/${Greeter}', RetentionInDays: 30}
//! ```
//!
//! ```yaml
//! # out
//! GreeterLogErrorsFilter:
//!   Type: AWS::Logs::MetricFilter
//!   Properties:
//!     LogGroupName: !Ref GreeterLogs
//!     FilterPattern: '{ $.level = "ERROR" }'
//!     MetricTransformations:
//!       - MetricNamespace: Canaryform
//!         MetricName: !Sub '${AWS::StackName}-Greeter-LogErrors'
//!         MetricValue: '1'
//! GreeterLogErrorsAlarm:
//!   Type: AWS::CloudWatch::Alarm
//!   DependsOn: GreeterLogErrorsFilter
//!   Properties:
//!     Namespace: Canaryform
//!     MetricName: !Sub '${AWS::StackName}-Greeter-LogErrors'
//!     Statistic: Sum
//!     # ...
//! ```
//!
//! It sees all versions, and everybody who writes into the group: a log does not say which version a line is of.

use super::metric::Metric;
use super::spelling;
use crate::deployment::{AlarmRequest, Deployment};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{named_resource, reference};
use crate::language::logical_id;
use crate::language::requirements::Requirement;
use crate::resource::{is_of_type, map};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{Value, json};

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

const NAMESPACE: &str = "Canaryform";

/// The metric and the filter that makes it; a fault is reported and gives none.
pub(super) fn metric(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    request: &AlarmRequest,
) -> Option<Metric> {
    let function = &deployment.function;
    let Some(group) = log_group(stack, function) else {
        scope.report(missing(stack, function, request));
        return None;
    };
    let name = request.id.as_deref().unwrap_or(request.kind);
    let metric_name = json!({ "Fn::Sub": format!("${{AWS::StackName}}-{function}-{name}") });
    let filter = map(json!({
        "LogGroupName": reference(group),
        "FilterPattern": request.settings.get("Pattern").cloned().unwrap_or_default(),
        "MetricTransformations": [{
            "MetricNamespace": NAMESPACE,
            "MetricName": metric_name.clone(),
            "MetricValue": "1",
        }],
    }));
    let mut metric = Metric::of(map(json!({
        "Namespace": NAMESPACE,
        "MetricName": metric_name,
        "Statistic": "Sum",
    })));
    metric.filter = Some((logical_id::metric_filter(function, name), filter));
    let condition = stack.get(group).and_then(|group| group.get("Condition"));
    let condition = condition.and_then(Value::as_str);
    metric.needs.extend(condition.map(|condition| Requirement {
        condition: condition.to_owned(),
        holds: true,
    }));
    Some(metric)
}

fn properties<'a>(stack: &'a Stack, id: &str) -> Option<&'a Value> {
    stack.get(id)?.get("Properties")
}

/// The group that a function's configuration names.
fn named_group<'a>(stack: &'a Stack, function: &str) -> Option<&'a Value> {
    let properties = properties(stack, function)?;
    let named = properties.get("LoggingConfig")?.get("LogGroup")?;
    (!named.is_null()).then_some(named)
}

/// The resource of the log group that a function writes to.
fn log_group<'a>(stack: &'a Stack, function: &str) -> Option<&'a str> {
    let mut wanted = Vec::new();
    if let Some(named) = named_group(stack, function) {
        if let Some(id) = named_resource(named) {
            let known = stack.all().find(|(known, _)| *known == id);
            return known
                .filter(|(_, resource)| is_of_type(resource, LOG_GROUP))
                .map(|(id, _)| id);
        }
        wanted.extend(spelling::of(named));
    } else {
        wanted.push(format!("/aws/lambda/${{{function}}}"));
        let name = properties(stack, function).and_then(|all| all.get("FunctionName"));
        let name = name.and_then(spelling::of);
        wanted.extend(name.map(|name| format!("/aws/lambda/{name}")));
    }
    let mut groups = stack
        .all()
        .filter(|(_, resource)| is_of_type(resource, LOG_GROUP));
    groups.find_map(|(id, _)| {
        let name = spelling::of(properties(stack, id)?.get("LogGroupName")?)?;
        wanted.contains(&name).then_some(id)
    })
}

fn missing(stack: &Stack, function: &str, request: &AlarmRequest) -> Diagnostic {
    let id = ["Logs", "LogGroup", "OwnLogGroup"]
        .iter()
        .map(|ending| format!("{function}{ending}"))
        .find(|id| stack.get(id).is_none())
        .unwrap_or_default();
    let named = named_group(stack, function);
    let text = match named {
        None => Some(format!("/aws/lambda/${{{function}}}")),
        Some(named) => spelling::of(named),
    };
    let name = match &text {
        Some(text) if text.contains("${") => format!("!Sub '{text}'"),
        Some(text) => text.clone(),
        None => "...".to_owned(),
    };
    let known = text.filter(|text| !text.contains("${"));
    let known = known.unwrap_or_else(|| "NAME".to_owned());
    Diagnostic::new(
        codes::LOG_GROUP_MISSING,
        request.path.clone(),
        format!("`LogErrors` needs the log group of `{function}` as a resource of this template"),
    )
    .on_key()
    .help(format!(
        "add `{id}: {{Type: {LOG_GROUP}, DeletionPolicy: Retain, Properties: {{LogGroupName: {name}}}}}`; where the function has run, Lambda has made the group already: take it into the stack with `aws cloudformation create-change-set --change-set-type IMPORT --resources-to-import '[{{\"ResourceType\": \"{LOG_GROUP}\", \"LogicalResourceId\": \"{id}\", \"ResourceIdentifier\": {{\"LogGroupName\": \"{known}\"}}}}]' ...`"
    ))
}
