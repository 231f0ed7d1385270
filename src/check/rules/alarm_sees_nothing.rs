//! An alarm watches a metric that Lambda never sends, and so never turns red.
//!
//! Why: CloudWatch keys a metric by the whole set of its dimensions. Lambda sends its invocation metrics under none,
//! `FunctionName`, `FunctionName` + `Resource`, and `FunctionName` + `Resource` + `ExecutedVersion`; `Resource` is
//! `function:alias`, no ARN, and `ExecutedVersion` a number. Under any other set there is no data, and no data is no alarm.
//! See <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html>.
//!
//! Do: name the function by its name, the alias as `function:alias`, and the version by `!GetAtt Fn.Version.Version`.
//!
//! Wrong:
//! ```yaml
//! Resources:
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
//!       Dimensions: [{Name: Alias, Value: live}]
//! ```
//! Right:
//! ```yaml
//! Resources:
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
//!       Dimensions:
//!         - {Name: FunctionName, Value: greet}
//!         - {Name: Resource, Value: 'greet:live'}
//! ```

use super::super::subject::{Subject, kind_of};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, is_intrinsic, named_resource, ref_target};
use crate::template::Path;
use crate::tree::Value;

const METRICS: &[&str] = &[
    "Invocations",
    "Errors",
    "Throttles",
    "Duration",
    "ConcurrentExecutions",
];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for (id, alarm) in subject.written() {
        if kind_of(alarm) != "AWS::CloudWatch::Alarm" {
            continue;
        }
        let Some(properties) = alarm.get("Properties") else {
            continue;
        };
        let place = Path::resource(id).then("Properties");
        look(subject, properties, place.clone(), found);
        let metrics = properties.get("Metrics").and_then(Value::as_array);
        for (index, metric) in metrics.into_iter().flatten().enumerate() {
            if let Some(stat) = metric.get("MetricStat").and_then(|stat| stat.get("Metric")) {
                let place = place.clone().then("Metrics").then(index);
                look(
                    subject,
                    stat,
                    place.then("MetricStat").then("Metric"),
                    found,
                );
            }
        }
    }
}

fn look(subject: &Subject<'_>, metric: &Value, place: Path, found: &mut Vec<Diagnostic>) {
    let text = |name: &str| metric.get(name).and_then(Value::as_str);
    if text("Namespace") != Some("AWS/Lambda")
        || !text("MetricName").is_some_and(|name| METRICS.contains(&name))
    {
        return;
    }
    let Some(dimensions) = metric.get("Dimensions").and_then(Value::as_array) else {
        return;
    };
    let place = place.then("Dimensions");
    let mut names = Vec::new();
    for dimension in dimensions {
        match dimension.get("Name").and_then(Value::as_str) {
            Some(name) => names.push(name),
            None => return,
        }
    }
    let id = place.resource_id().unwrap_or_default().to_owned();
    let mut tell = |path: Path, fault: String, help: &str| {
        found.push(
            Diagnostic::new(
                codes::ALARM_SEES_NOTHING,
                path,
                format!("`{id}` watches a metric that Lambda never sends: {fault}"),
            )
            .help(help),
        );
    };
    let mut sorted = names.clone();
    sorted.sort_unstable();
    let is_sent = matches!(
        sorted.as_slice(),
        [] | ["FunctionName"]
            | ["FunctionName", "Resource"]
            | ["ExecutedVersion", "FunctionName", "Resource"]
    );
    if !is_sent {
        let known = ["FunctionName", "Resource", "ExecutedVersion"];
        let fault = match names.iter().find(|name| !known.contains(name)) {
            Some(other) => format!("its metrics have no dimension `{other}`"),
            None if !names.contains(&"FunctionName") => "`FunctionName` is missing".to_owned(),
            None => "`ExecutedVersion` comes only with `FunctionName` and `Resource`".to_owned(),
        };
        tell(
            place,
            fault,
            "name `FunctionName`, with `Resource` (`function:alias`) for an alias, and with `ExecutedVersion` (`!GetAtt Fn.Version.Version`) for a version",
        );
        return;
    }
    for (index, dimension) in dimensions.iter().enumerate() {
        let Some(value) = dimension.get("Value") else {
            continue;
        };
        let place = place.clone().then(index).then("Value");
        match dimension.get("Name").and_then(Value::as_str) {
            Some(name @ ("FunctionName" | "Resource")) if is_arn(subject, value) => tell(
                place,
                format!("`{name}` is an ARN here"),
                "write `!Ref Fn` for the name of a function, and `!Sub '${Fn}:live'` for its alias",
            ),
            Some("ExecutedVersion") if !is_version(value) => tell(
                place,
                "`ExecutedVersion` is a text that is no number of a version".to_owned(),
                "write `!GetAtt Fn.Version.Version`",
            ),
            _ => {}
        }
    }
}

/// Whether the value is an ARN of a function, an alias or a version.
fn is_arn(subject: &Subject<'_>, value: &Value) -> bool {
    if let Some(text) = value.as_str() {
        return text.starts_with("arn:");
    }
    if let Some(target) = ref_target(value) {
        if let Some((function, what)) = target.split_once('.') {
            return subject.is_written(function) && matches!(what, "Alias" | "Version");
        }
        return subject.resource(target).is_some_and(|resource| {
            matches!(
                kind_of(resource),
                "AWS::Lambda::Alias" | "AWS::Lambda::Version"
            )
        });
    }
    let is_arn = match argument(value, "Fn::GetAtt") {
        Some(Value::Array(parts)) => parts.get(1).and_then(Value::as_str) == Some("Arn"),
        Some(Value::String(name)) => name.ends_with(".Arn"),
        _ => false,
    };
    let named = named_resource(value).and_then(|id| subject.resource(id));
    is_arn && named.is_some_and(|resource| kind_of(resource).ends_with("::Function"))
}

fn is_version(value: &Value) -> bool {
    let text = match argument(value, "Fn::Sub") {
        Some(Value::String(text)) if !text.contains("${") => text.as_str(),
        Some(_) => return true,
        None if is_intrinsic(value) => return true,
        None => match value {
            Value::String(text) => text.as_str(),
            _ => return true,
        },
    };
    text == "$LATEST"
        || text.starts_with("{{resolve:")
        || (!text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()))
}
