//! An alarm on an alias or a function cannot reach its threshold while only the first share of traffic goes to the new
//! version, even if every call of it fails.
//!
//! Why: an average or a percentile over all calls holds those of the old version too. With 10 % of the traffic failing,
//! the average of `Errors` is 0.1 and the 90th percentile of `Duration` is still that of the old version. See
//! "CloudWatch statistics definitions" in the CloudWatch user guide.
//!
//! Do: watch a sum, lower the threshold, or watch the new version alone (`ExecutedVersion`).
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13, AutoPublishAlias: live}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Alarms: [!Ref Errors]
//!   Errors:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Average
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0.5
//!       ComparisonOperator: GreaterThanThreshold
//! ```
//! Right:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13, AutoPublishAlias: live}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Alarms: [!Ref Errors]
//!   Errors:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Average
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0.05
//!       ComparisonOperator: GreaterThanThreshold
//! ```

use super::super::subject::{Subject, property};
use super::super::traffic::Shifting;
use crate::deployment::Plan;
use crate::diagnostics::{Diagnostic, codes};
use crate::tree::Value;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        // A linear shift gets there in the end.
        let shares: Option<Vec<u8>> = shifting.gradual_plans(subject).and_then(|plans| {
            plans
                .iter()
                .map(|plan| match plan {
                    Plan::Canary { percent, .. } => Some(*percent),
                    _ => None,
                })
                .collect()
        });
        let Some(share) = shares.and_then(|shares| shares.into_iter().max()) else {
            continue;
        };
        for alarm in shifting.alarms() {
            let Some((id, resource)) = alarm
                .id
                .as_deref()
                .and_then(|id| Some((id, subject.made_resource(id)?)))
            else {
                continue;
            };
            if let Some(why) = diluted(resource, share) {
                found.push(
                    Diagnostic::new(
                        codes::ALARM_DILUTED,
                        shifting.place_of_alarm(subject, &alarm.name),
                        format!("`{id}` cannot turn red while {share} % of the traffic meets the new version, even if all of that fails: {why}"),
                    )
                    .help("watch a `Sum`, or the new version alone: the dimensions `FunctionName`, `Resource` and `ExecutedVersion`"),
                );
            }
        }
    }
}

/// Why an alarm cannot turn red by this share of the calls, in percent.
fn diluted(alarm: &Value, share: u8) -> Option<String> {
    let text = |name: &str| property(alarm, name).and_then(Value::as_str);
    let sees_new_alone = property(alarm, "Dimensions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|dimension| dimension.get("Name").and_then(Value::as_str) == Some("ExecutedVersion"));
    if text("Namespace") != Some("AWS/Lambda") || sees_new_alone {
        return None;
    }
    if text("MetricName") == Some("Errors") && text("Statistic") == Some("Average") {
        let threshold = match property(alarm, "Threshold")? {
            Value::String(text) => text.parse().ok()?,
            value => value.as_f64()?,
        };
        let reachable = f64::from(share) / 100.0;
        let is_out_of_reach = match text("ComparisonOperator")? {
            "GreaterThanThreshold" => threshold >= reachable,
            "GreaterThanOrEqualToThreshold" => threshold > reachable,
            _ => false,
        };
        return is_out_of_reach.then(|| {
            format!("the average of its errors is {reachable} then, and the threshold {threshold}")
        });
    }
    if text("MetricName") == Some("Duration")
        && text("ComparisonOperator")?.starts_with("GreaterThan")
    {
        let percentile: f64 = text("ExtendedStatistic")?.strip_prefix('p')?.parse().ok()?;
        return (100.0 - percentile >= f64::from(share))
            .then(|| format!("the slowest {share} % do not move the percentile {percentile}"));
    }
    None
}
