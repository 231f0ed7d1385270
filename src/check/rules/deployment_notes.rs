//! What is good to know of how a function is deployed, and needs no change: its group is there where the function is not
//! (`group-without-condition`), an old version is deleted (`version-deleted`), provisioned concurrency meets a shift of
//! traffic (`concurrency-with-shift`) or has none (`concurrency-without-preference`), many deployments start together
//! (`many-deployments`).
//!
//! Why: the group takes the function's condition only with `PassthroughCondition`. A version that is deleted cannot be
//! returned to by hand. While traffic shifts, provisioned concurrency is moved too, which takes minutes and has failed
//! (aws/serverless-application-model#1353, #1296). CodeDeploy starts every deployment of a stack at once, unless `MaxParallel` lets few go on at a time.
//!
//! Do: know it.
//!
//! Wrong:
//! ```yaml
//! Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Condition: IsProd
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       DeploymentPreference: {Type: Linear10PercentEvery1Minute, Alarms: [a]}
//! ```
//! Right:
//! ```yaml
//! Conditions: {IsProd: !Equals [!Ref AWS::Region, eu-west-1]}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Condition: IsProd
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Linear10PercentEvery1Minute
//!         Alarms: [a]
//!         PassthroughCondition: true
//! ```

use super::super::subject::Subject;
use super::super::traffic::Shifting;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::Path;

/// How many deployments that start together are worth a word.
const MANY: usize = 20;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let function = &shifting.deployment.function;
        if let (Some(condition), None) = (&shifting.deployment.condition, &shifting.shift.condition)
        {
            found.push(
                Diagnostic::new(
                    codes::GROUP_WITHOUT_CONDITION,
                    shifting.place(&[]),
                    format!("the deployment group of `{function}` is made also where `{condition}` does not hold and the function is not there"),
                )
                .help("write `PassthroughCondition: true` in the preference"),
            );
        }
    }
    for deployment in subject.deployments {
        let function = &deployment.function;
        if deployment.version.deletion_policy == "Delete" {
            found.push(
                Diagnostic::new(
                    codes::VERSION_DELETED,
                    Path::property(function, "VersionDeletionPolicy"),
                    format!("each version of `{function}` is deleted when the next one is deployed: nobody can return to it by hand"),
                )
                .help("leave the policy out to keep versions"),
            );
        }
        if deployment.alias.provisioned_concurrency.is_none() {
            continue;
        }
        let place = Path::property(function, "ProvisionedConcurrencyConfig");
        found.push(if deployment.shift.is_some() {
            Diagnostic::new(
                codes::CONCURRENCY_WITH_SHIFT,
                place,
                format!("`{function}` has provisioned concurrency, which takes minutes to move to a new version while its traffic shifts"),
            )
            .help("expect longer deployments")
        } else {
            Diagnostic::new(
                codes::CONCURRENCY_WITHOUT_PREFERENCE,
                place,
                format!("`{function}` has provisioned concurrency and no `DeploymentPreference`: during an update calls may meet versions that are not ready"),
            )
            .help("`DeploymentPreference: {Type: AllAtOnce}` lets CodeDeploy wait for it")
        });
    }
    let mut shifts = Shifting::all(subject);
    shifts.retain(|shifting| shifting.shift.behind.is_empty());
    if let (true, Some(first)) = (shifts.len() >= MANY, shifts.first()) {
        found.push(
            Diagnostic::new(
                codes::MANY_DEPLOYMENTS,
                first.place(&[]),
                format!(
                    "{} deployments start together when all functions change",
                    shifts.len()
                ),
            )
            .help("CodeDeploy may throttle: `Metadata: {Canaryform: {MaxParallel: 5}}` lets five go on at a time")
            .blame(None),
        );
    }
}
