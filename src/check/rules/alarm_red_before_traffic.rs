//! An alarm on the new version alone counts missing data as breaching, and so is red before the version gets a request.
//!
//! Why: a version that nobody has called yet has no metrics. CodeDeploy refuses to begin, or rolls back at once, when an
//! alarm is red. See "Configuring how CloudWatch alarms treat missing data" in the CloudWatch user guide.
//!
//! Do: `TreatMissingData: notBreaching`, or watch the alias.
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
//!         Type: Linear10PercentEvery1Minute
//!         Alarms: [!Ref Bad]
//!   Bad:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Sum
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0
//!       ComparisonOperator: GreaterThanThreshold
//!       TreatMissingData: breaching
//!       Dimensions:
//!         - {Name: FunctionName, Value: !Ref Greeter}
//!         - {Name: Resource, Value: !Sub '${Greeter}:live'}
//!         - {Name: ExecutedVersion, Value: !GetAtt Greeter.Version.Version}
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
//!         Type: Linear10PercentEvery1Minute
//!         Alarms: [!Ref Bad]
//!   Bad:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       Namespace: AWS/Lambda
//!       MetricName: Errors
//!       Statistic: Sum
//!       Period: 60
//!       EvaluationPeriods: 1
//!       Threshold: 0
//!       ComparisonOperator: GreaterThanThreshold
//!       TreatMissingData: notBreaching
//!       Dimensions:
//!         - {Name: FunctionName, Value: !Ref Greeter}
//!         - {Name: Resource, Value: !Sub '${Greeter}:live'}
//!         - {Name: ExecutedVersion, Value: !GetAtt Greeter.Version.Version}
//! ```

use super::super::subject::{Subject, property};
use super::super::traffic::Shifting;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;
use crate::tree::Value;
use std::collections::BTreeSet;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for shifting in Shifting::all(subject) {
        for alarm in shifting.alarms() {
            let Some(id) = alarm.id.as_deref() else {
                continue;
            };
            let Some(resource) = subject.resource(id) else {
                continue;
            };
            let is_breaching =
                property(resource, "TreatMissingData").and_then(Value::as_str) == Some("breaching");
            if is_breaching && watches_version(resource) && told.insert(id) {
                found.push(
                    Diagnostic::new(
                        codes::ALARM_RED_BEFORE_TRAFFIC,
                        Path::property(id, "TreatMissingData"),
                        format!("`{id}` is red before the new version gets its first request, so `{}` cannot be deployed", shifting.deployment.function),
                    )
                    .help("write `TreatMissingData: notBreaching`, or watch the alias without `ExecutedVersion`"),
                );
            }
        }
    }
}

/// Whether an alarm watches one version of a function.
pub(super) fn watches_version(alarm: &Value) -> bool {
    property(alarm, "Dimensions")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .any(|dimension| dimension.get("Name").and_then(Value::as_str) == Some("ExecutedVersion"))
}
