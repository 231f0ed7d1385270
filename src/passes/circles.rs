//! Alarms that are made and wait for themselves: for each circle of resources that one of them is in, an error.
//!
//! ```yaml
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: AllAtOnce
//!       Alarms:
//!         - Metric: {Namespace: N, MetricName: M, Statistic: Sum, Threshold: 0, Dimensions: [{Name: A, Value: !Ref Greeter.Alias}]}
//! ```
//!
//! The alias waits for its deployment group, that for its alarms, and this one for the alias: CloudFormation would refuse the
//! template.

use crate::dependencies::Dependencies;
use crate::deployment::Deployment;
use crate::diagnostics::{Diagnostic, codes};
use crate::scope::Scope;
use crate::template::{Path, Template};

/// Refuses them, now that every reference has the name that it keeps.
pub(crate) fn refuse(scope: &Scope<'_>, template: &Template, deployments: &[Deployment]) {
    let mut made = Vec::new();
    for deployment in deployments {
        if let Some(shift) = &deployment.shift {
            let alarms = shift.alarms.all().into_iter();
            let ids = alarms.filter(|alarm| alarm.is_generated);
            made.extend(ids.filter_map(|alarm| Some((alarm.id.as_deref()?, &deployment.function))));
        }
    }
    if made.is_empty() || scope.has_errors() {
        return;
    }
    for circle in Dependencies::of(template).circles() {
        let mut links = circle.links.iter();
        let found = links.find_map(|link| made.iter().find(|(id, _)| *id == link.from));
        let Some((id, function)) = found else {
            continue;
        };
        scope.report(
            Diagnostic::new(
                codes::ALARM_IN_A_CIRCLE,
                Path::property(function, "DeploymentPreference").then("Alarms"),
                format!("the alarm `{id}` would wait for itself: {circle}"),
            )
            .on_key()
            .help("what an alarm of a deployment refers to must not wait for the alias: name it by a text, such as `!Sub '${AWS::StackName}-...'`"),
        );
    }
}
