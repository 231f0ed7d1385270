//! The role that a preference gives to CodeDeploy may not do what every shift needs.
//!
//! Why: CodeDeploy reads and moves the alias (`lambda:GetAlias`, `lambda:UpdateAlias`), and where there are alarms it asks
//! for their state: a deployment stops when that cannot be had (`ignorePollAlarmFailure` in the CodeDeploy API reference).
//!
//! Do: attach AWS's `service-role/AWSCodeDeployRoleForLambda`, or allow these actions.
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
//!       DeploymentPreference:
//!         Type: Linear10PercentEvery1Minute
//!         Alarms: [a]
//!         Role: !GetAtt Shift.Arn
//!   Shift: {Type: AWS::IAM::Role, Properties: {AssumeRolePolicyDocument: {}}}
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
//!         Type: Linear10PercentEvery1Minute
//!         Alarms: [a]
//!         Role: !GetAtt Shift.Arn
//!   Shift:
//!     Type: AWS::IAM::Role
//!     Properties:
//!       AssumeRolePolicyDocument: {}
//!       ManagedPolicyArns:
//!         - 'arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda'
//! ```

use super::super::subject::{Subject, listed};
use super::super::traffic::Shifting;
use crate::deployment::ServiceRole;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::permissions::{Answer, On, may};

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let ServiceRole::Given(role) = &shifting.shift.role else {
            continue;
        };
        let Some(id) = named_resource(role) else {
            continue;
        };
        let mut needed = vec!["lambda:GetAlias", "lambda:UpdateAlias"];
        if !shifting.alarms().is_empty() {
            needed.push("cloudwatch:DescribeAlarms");
        }
        needed.retain(|action| may(&subject.policies, id, action, On::Anything).0 == Answer::No);
        if !needed.is_empty() {
            found.push(
                Diagnostic::new(
                    codes::ROLE_CANNOT_POLL,
                    shifting.place(&["Role"]),
                    format!("the role `{id}` that is given to CodeDeploy may not do {}", listed(&needed)),
                )
                .help("allow that, or attach `arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda`"),
            );
        }
    }
}
