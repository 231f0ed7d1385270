//! Traffic is shifted gradually and nothing can stop it (`gradual-without-watch`), or there are alarms and it moves all at
//! once (`all-at-once-with-alarms`).
//!
//! Why: CodeDeploy rolls back for an alarm or a hook that says so. Without either, every caller gets the new version in the
//! end, only later. And where all traffic moves at once, the deployment is over before an alarm can turn red. See
//! "Deploying serverless applications gradually" in the SAM developer guide.
//!
//! Do: watch an alarm, or call a hook; with alarms, shift gradually.
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13, AutoPublishAlias: live}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties: {DeploymentPreference: {Type: Linear10PercentEvery10Minutes}}
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
//!         Type: Linear10PercentEvery10Minutes
//!         Alarms: [too-many-errors]
//! ```

use super::super::subject::Subject;
use super::super::traffic::Shifting;
use crate::diagnostics::{Diagnostic, codes};
use crate::simulate::Timeline;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let Some(plans) = shifting.plans(subject) else {
            continue;
        };
        let function = &shifting.deployment.function;
        let takes_time = |plan| Timeline::of(plan).all_at() > 0;
        let has_alarms = !shifting.alarms().is_empty();
        if plans.iter().all(takes_time) && !has_alarms && !shifting.has_hooks() {
            found.push(
                Diagnostic::new(
                    codes::GRADUAL_WITHOUT_WATCH,
                    shifting.place(&["Type"]),
                    format!("the traffic of `{function}` shifts gradually, and nothing can stop it: there is no alarm and no hook"),
                )
                .help("add `Alarms: [!Ref ...]` to the preference, or a hook"),
            );
        }
        let has_last_word = shifting.shift.after.is_some();
        if !plans.iter().any(takes_time) && has_alarms && !has_last_word {
            found.push(
                Diagnostic::new(
                    codes::ALL_AT_ONCE_WITH_ALARMS,
                    shifting.place(&["Type"]),
                    format!("all traffic of `{function}` moves at once, before any of its alarms can turn red"),
                )
                .help("shift gradually, or test in a `PostTraffic` hook"),
            );
        }
    }
}
