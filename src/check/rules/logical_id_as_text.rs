//! An alarm or a hook of a deployment is named by a text that is the logical id of a resource, where its name is wanted.
//!
//! Why: CodeDeploy looks for an alarm or a function of that name in the account. CloudFormation gives its resources other
//! names (`stack-Errors-1A2B3C`), so it finds none, and the deployment fails. See AlarmConfiguration in the CodeDeploy API
//! reference.
//!
//! Do: refer to it: `!Ref Errors`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [Errors]}
//!   Errors:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Sum
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0
//!       ComparisonOperator: GreaterThanThreshold
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Alarms: [!Ref Errors]
//!   Errors:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Sum
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0
//!       ComparisonOperator: GreaterThanThreshold
//! ```

use super::super::subject::{Subject, choices, kind_of, property};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::if_parts;
use crate::template::Path;
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, resource) in subject.written() {
        let Some(preference) = property(resource, "DeploymentPreference") else {
            continue;
        };
        let place = Path::property(id, "DeploymentPreference");
        let alarms = preference.get("Alarms");
        let is_list = alarms.is_some_and(Value::is_array);
        let lists = alarms.map(choices).unwrap_or_default();
        let items = lists.into_iter().filter_map(Value::as_array);
        for (index, item) in items.flat_map(|items| items.iter().enumerate()) {
            let is_choice = if_parts(item).is_some();
            for name in choices(item) {
                let at = place.clone().then("Alarms");
                let at = if is_list && !is_choice {
                    at.then(index)
                } else {
                    at
                };
                look(
                    subject,
                    name,
                    &["AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"],
                    "AlarmName",
                    at,
                    found,
                );
            }
        }
        for key in ["PreTraffic", "PostTraffic"] {
            let hook = preference.get("Hooks").and_then(|hooks| hooks.get(key));
            for name in hook.map(choices).unwrap_or_default() {
                let at = place.clone().then("Hooks").then(key);
                look(
                    subject,
                    name,
                    &["AWS::Serverless::Function", "AWS::Lambda::Function"],
                    "FunctionName",
                    at,
                    found,
                );
            }
        }
    }
}

fn look(
    subject: &Subject<'_>,
    name: &Value,
    kinds: &[&str],
    named_by: &str,
    at: Path,
    found: &mut Vec<Diagnostic>,
) {
    let Some(text) = name.as_str() else {
        return;
    };
    let Some(resource) = subject.resource(text) else {
        return;
    };
    if kinds.contains(&kind_of(resource)) && property(resource, named_by) != Some(name) {
        found.push(
            Diagnostic::new(
                codes::LOGICAL_ID_AS_TEXT,
                at,
                format!("`{text}` is the logical id of a resource; its name is another one, and nothing is found by this text"),
            )
            .help(format!("write `!Ref {text}`")),
        );
    }
}
