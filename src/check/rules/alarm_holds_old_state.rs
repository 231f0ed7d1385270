//! An alarm on the new version has a fixed logical id, and so keeps its state when it is pointed at the next version.
//!
//! Why: CloudFormation updates the alarm in place, and CloudWatch keeps the state ALARM until it evaluates it again
//! (PutMetricAlarm in the CloudWatch API reference). The version that mends the fault is stopped by the alarm of the one
//! before it. AWS's own guide recommends this alarm, so it is no fault.
//!
//! Do: nothing, or let the transform make the alarm anew for each version.
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
//!         Alarms: [!Ref New]
//!   New:
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
//!         Alarms: [!Ref Live]
//!   Live:
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
//!         - {Name: FunctionName, Value: !Ref Greeter}
//!         - {Name: Resource, Value: !Sub '${Greeter}:live'}
//! ```

use super::super::subject::Subject;
use super::super::traffic::Shifting;
use super::alarm_red_before_traffic::watches_version;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;
use std::collections::BTreeSet;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    for shifting in Shifting::all(subject) {
        for id in shifting
            .alarms()
            .iter()
            .filter_map(|alarm| alarm.id.as_deref())
        {
            if subject.resource(id).is_some_and(watches_version) && told.insert(id) {
                found.push(
                    Diagnostic::new(
                        codes::ALARM_HOLDS_OLD_STATE,
                        Path::property(id, "Dimensions"),
                        format!("`{id}` keeps its state when it is pointed at the next version: where it is red, it stops the version that mends the fault"),
                    )
                    .help("wait until it is no longer red before you deploy the fix"),
                );
            }
        }
    }
}
