//! A deployment watches an alarm that turns red only when all traffic has moved, or perhaps only then.
//!
//! Why: CodeDeploy rolls back while it shifts traffic. An alarm of n periods needs n - 1 whole periods of errors before the
//! last one can breach; when the shift is over by then, it stops nothing (`alarm-cannot-stop`). Where that takes longer
//! than the shift with a minute each for the metric, the evaluation and CodeDeploy's look at it, it may be late
//! (`alarm-stops-late`). See "Evaluating an alarm" in the CloudWatch user guide, and `canaryform simulate`.
//!
//! Do: make `Period` x `DatapointsToAlarm` shorter, or shift more slowly.
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
//!       Statistic: Sum
//!       Period: 300
//!       EvaluationPeriods: 2
//!       Threshold: 0
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
//!       Statistic: Sum
//!       Period: 60
//!       EvaluationPeriods: 2
//!       Threshold: 0
//!       ComparisonOperator: GreaterThanThreshold
//! ```

use super::super::subject::Subject;
use super::super::traffic::Shifting;
use crate::diagnostics::{Diagnostic, codes};
use crate::simulate::{Assumptions, Timeline, Verdict, Window};

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let Some(plans) = shifting.gradual_plans(subject) else {
            continue;
        };
        let slowest = plans.iter().map(|plan| Timeline::of(plan).all_at()).max();
        for alarm in shifting.alarms() {
            let Some(window) = alarm
                .id
                .as_deref()
                .and_then(|id| Window::of_alarm(subject.made_resource(id)?))
            else {
                continue;
            };
            let verdicts: Vec<Verdict> = plans
                .iter()
                .map(|plan| {
                    Timeline::of(plan)
                        .reaction(&window, &Assumptions::default())
                        .verdict
                })
                .collect();
            let id = alarm.id.as_deref().unwrap_or_default();
            let needs = minutes(
                window
                    .datapoints
                    .saturating_sub(1)
                    .saturating_mul(window.period),
            );
            let moved = minutes(slowest.unwrap_or_default());
            let place = shifting.place_of_alarm(subject, &alarm.name);
            let help = "make `Period` x `DatapointsToAlarm` shorter, or shift traffic more slowly";
            if verdicts.iter().all(|verdict| *verdict == Verdict::Never) {
                found.push(
                    Diagnostic::new(
                        codes::ALARM_CANNOT_STOP,
                        place,
                        format!("`{id}` needs {needs} of errors before it can turn red, and all traffic has moved after {moved}"),
                    )
                    .help(help),
                );
            } else if verdicts.iter().all(|verdict| *verdict != Verdict::InTime) {
                found.push(
                    Diagnostic::new(
                        codes::ALARM_STOPS_LATE,
                        place,
                        format!("`{id}` may turn red too late: it needs {needs} of errors and what CloudWatch and CodeDeploy take to see them, and all traffic has moved after {moved}"),
                    )
                    .help(help),
                );
            }
        }
    }
}

fn minutes(seconds: u32) -> String {
    if seconds.is_multiple_of(60) {
        format!("{} min", seconds / 60)
    } else {
        format!("{seconds} s")
    }
}
