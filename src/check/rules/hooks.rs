//! A hook that cannot do its work: the role that is given may not invoke it (`hook-not-invocable`), its own role may not
//! tell CodeDeploy how it went (`hook-cannot-report`) or lets it invoke the function and not the version that it is to test
//! (`hook-cannot-test`), or its own traffic is shifted too (`hook-shifts-traffic`).
//!
//! Why: CodeDeploy invokes a hook with its service role and waits for `PutLifecycleEventHookExecutionStatus`, for an hour;
//! then the deployment fails. The ARN of a function is not that of its versions, which end in `:` and a number. A hook that is deployed gradually itself is an old one while it tests the new function. See
//! "AppSpec 'hooks' section for an AWS Lambda deployment" in the CodeDeploy user guide.
//!
//! Do: allow the role `lambda:InvokeFunction` on the hook, and the hook
//! `codedeploy:PutLifecycleEventHookExecutionStatus` and `lambda:InvokeFunction` on `!Sub '${Greeter.Arn}:*'`; switch off what `Globals` shift (`Enabled: false`).
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference: {Type: AllAtOnce, Hooks: {PreTraffic: !Ref Check}}
//!   Check:
//!     Type: AWS::Serverless::Function
//!     Properties: {FunctionName: CodeDeployHook_check}
//! ```
//! Right:
//! ```yaml
//! Globals:
//!   Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler,
//!              Runtime: python3.13}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference: {Type: AllAtOnce, Hooks: {PreTraffic: !Ref Check}}
//!   Check:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       FunctionName: CodeDeployHook_check
//!       Policies:
//!         Statement:
//!           - {Effect: Allow, Resource: '*',
//!              Action: codedeploy:PutLifecycleEventHookExecutionStatus}
//! ```

use super::super::subject::{Subject, kind_of, property};
use super::super::traffic::Shifting;
use crate::deployment::ServiceRole;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::permissions::{Answer, On, may};

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let hooks = [
            ("PreTraffic", &shifting.shift.before),
            ("PostTraffic", &shifting.shift.after),
        ];
        for (key, hook) in hooks {
            let Some(id) = hook.as_ref().and_then(|hook| hook.id.as_deref()) else {
                continue;
            };
            let Some(function) = subject
                .made_resource(id)
                .filter(|resource| kind_of(resource) == "AWS::Lambda::Function")
            else {
                continue;
            };
            let place = shifting.place(&["Hooks", key]);
            let own_role = property(function, "Role").and_then(named_resource);
            let may_report = own_role.map(|role| {
                let report = "codedeploy:PutLifecycleEventHookExecutionStatus";
                may(&subject.policies, role, report, On::Anything).0
            });
            if may_report == Some(Answer::No) {
                found.push(
                    Diagnostic::new(
                        codes::HOOK_CANNOT_REPORT,
                        place.clone(),
                        format!("`{id}` may not tell CodeDeploy how its test went: the deployment waits for an hour, then fails"),
                    )
                    .help("allow its role `codedeploy:PutLifecycleEventHookExecutionStatus`"),
                );
            }
            let deployment = shifting.deployment;
            if let Some((function, statement)) = own_role.and_then(|role| {
                let invoke = |on: On<'_>| may(&subject.policies, role, "lambda:InvokeFunction", on);
                let function = deployment.function.as_str();
                let version = On::Version {
                    of: function,
                    id: &deployment.version.id,
                };
                let (itself, statement) = invoke(On::Function(function));
                let tests = invoke(version).0;
                (itself == Answer::Yes && tests == Answer::No).then_some((function, statement))
            }) {
                let statement = statement.map(|path| subject.home(&path));
                found.push(
                    Diagnostic::new(
                        codes::HOOK_CANNOT_TEST,
                        statement.unwrap_or_else(|| place.clone()),
                        format!("`{id}` may invoke `{function}`, and not the version of it that it is to test before it gets traffic"),
                    )
                    .help(format!(
                        "allow its role `lambda:InvokeFunction` on `!Sub '${{{function}.Arn}}:*'`"
                    )),
                );
            }
            let service_role = match &shifting.shift.role {
                ServiceRole::Given(role) => named_resource(role),
                _ => None,
            };
            let is_called = service_role.map(|role| {
                may(
                    &subject.policies,
                    role,
                    "lambda:InvokeFunction",
                    On::Function(id),
                )
                .0
            });
            if is_called == Some(Answer::No) {
                found.push(
                    Diagnostic::new(
                        codes::HOOK_NOT_INVOCABLE,
                        place.clone(),
                        format!(
                            "the role `{}` that is given to CodeDeploy may not invoke `{id}`",
                            service_role.unwrap_or_default()
                        ),
                    )
                    .help(format!(
                        "allow it `lambda:InvokeFunction` on `!GetAtt {id}.Arn`"
                    )),
                );
            }
            let is_shifted = subject
                .deployment_of(id)
                .is_some_and(|own| own.shift.is_some());
            if is_shifted {
                found.push(
                    Diagnostic::new(
                        codes::HOOK_SHIFTS_TRAFFIC,
                        place,
                        format!("`{id}` is a hook whose own traffic is shifted gradually: it is deployed while it tests"),
                    )
                    .help(format!("write `DeploymentPreference: {{Enabled: false}}` in `{id}`")),
                );
            }
        }
    }
}
