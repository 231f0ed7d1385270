//! `Hooks`: functions that test a version before and after traffic moves to it.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks: {PreTraffic: !Ref Check, PostTraffic: !Ref Confirm}
//! ```
//!
//! ```yaml
//! # out
//! GreeterAliaslive:
//!   UpdatePolicy:
//!     CodeDeployLambdaAliasUpdate:
//!       ApplicationName: !Ref ServerlessDeploymentApplication
//!       DeploymentGroupName: !Ref GreeterDeploymentGroup
//!       BeforeAllowTrafficHook: !Ref Check
//!       AfterAllowTrafficHook: !Ref Confirm
//!   # ...
//! ```
//!
//! A hook that is written as a map, which SAM does not know, gets all that it needs to be called and to report: see
//! `wiring.rs`. `SmokeTest` makes one.

pub(super) mod call;
pub(crate) mod circle;
mod policies;
pub(super) mod smoke_test;
mod tested;
pub(crate) mod wiring;

use crate::deployment::{Hook, ServiceRole, Shift};
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::role;
use crate::language::intrinsics::{argument, if_parts, is_intrinsic, is_no_value};
use crate::resource::{LAMBDA_FUNCTION, is_of_type, keys};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value};

/// The events for which CodeDeploy calls a function.
pub(crate) const EVENTS: &[&str] = &["PreTraffic", "PostTraffic"];

/// The environment variable that tells a hook which version to test, unless the preference names another.
///
/// The name is the one that AWS's guide to gradual deployments uses.
const VERSION_VARIABLE: &str = "CurrentVersion";

/// The hooks of a deployment.
#[derive(Default)]
pub(super) struct Hooks {
    pub(super) before: Option<Hook>,
    pub(super) after: Option<Hook>,
}

/// Reads `Hooks` of a preference; a fault is reported and gives none.
pub(super) fn read(scope: &Scope<'_>, preference: &Map, path: &Path) -> Option<Hooks> {
    let Some(given) = preference.get("Hooks") else {
        return Some(Hooks::default());
    };
    let path = path.clone().then("Hooks");
    let Some(map) = given.as_object() else {
        scope.report(
            Diagnostic::new(codes::HOOKS_NOT_A_MAP, path, "`Hooks` must be a map")
                .help("write `Hooks: {PreTraffic: !Ref CheckFunction}`; to drop a global hook write `PreTraffic: null` in it"),
        );
        return None;
    };
    if is_intrinsic(given) {
        scope.report(
            Diagnostic::new(
                codes::HOOKS_LOST,
                path,
                "an intrinsic stands for the whole of `Hooks`, so no hook is called",
            )
            .help("write the map, and put the intrinsic behind `PreTraffic` or `PostTraffic`"),
        );
        return Some(Hooks::default());
    }
    keys::warn_of_unknown(scope, map.keys(), EVENTS, "`Hooks`", &path);
    Some(Hooks {
        before: hook(map.get("PreTraffic")),
        after: hook(map.get("PostTraffic")),
    })
}

/// How the names of functions begin that AWS's managed policy for CodeDeploy lets it invoke.
const INVOCABLE: &str = "CodeDeployHook_";

/// Finds the resources of hooks, now that all of them are known, and whether the role may call them.
///
/// Source: the managed policies AWSCodeDeployRoleForLambda and AWSCodeDeployRoleForLambdaLimited.
pub(super) fn find(stack: &Stack, shift: &mut Shift) {
    for hook in [&mut shift.before, &mut shift.after].into_iter().flatten() {
        // A hook with a condition vanishes with it.
        let named = match if_parts(&hook.function) {
            Some((_, named, otherwise)) if is_no_value(otherwise) => named,
            _ => &hook.function,
        };
        let Some((id, _)) = call::target(named) else {
            continue;
        };
        let Some(resource) = stack.get(id) else {
            continue;
        };
        let is_function = is_of_type(resource, LAMBDA_FUNCTION);
        let name = resource
            .get("Properties")
            .and_then(|properties| properties.get("FunctionName"));
        hook.is_invocable = match &shift.role {
            _ if !is_function => None,
            ServiceRole::Generated => may_be_called(name),
            ServiceRole::Given(role) if role::may_invoke(stack, role, id) => Some(true),
            ServiceRole::Given(role) if role::has_only_the_managed_policy(stack, role) => {
                may_be_called(name)
            }
            ServiceRole::Given(_) => None,
        };
        hook.id = Some(id.to_owned());
    }
}

/// Whether the generated role may call a function of this name; none where the name is not known before the deployment.
fn may_be_called(name: Option<&Value>) -> Option<bool> {
    match name {
        None => Some(false),
        Some(Value::String(name)) => Some(name.starts_with(INVOCABLE)),
        Some(name) => match argument(name, "Fn::Sub") {
            Some(Value::String(text)) => Some(text.starts_with(INVOCABLE)),
            _ => None,
        },
    }
}

/// Says when the role may not call a hook.
pub(super) fn warn_of_refused(scope: &Scope<'_>, function: &str, shift: &Shift) {
    for (key, hook) in [("PreTraffic", &shift.before), ("PostTraffic", &shift.after)] {
        let Some(Hook {
            id: Some(id),
            is_invocable: Some(false),
            ..
        }) = hook
        else {
            continue;
        };
        let path = Path::property(function, "DeploymentPreference")
            .then("Hooks")
            .then(key);
        let (role, help) = match &shift.role {
            ServiceRole::Generated => (
                "CodeDeploy's generated role",
                format!(
                    "write `{key}: {{Function: !Ref {id}}}`, and it gets all that it needs; or give `{id}` a `FunctionName: !Sub {INVOCABLE}...`"
                ),
            ),
            ServiceRole::Given(_) => (
                "the `Role` of this preference",
                format!(
                    "let that role do `{{Effect: Allow, Action: lambda:InvokeFunction, Resource: !GetAtt {id}.Arn}}`; or take `Role` out, and one is made that may"
                ),
            ),
        };
        scope.report(
            Diagnostic::new(
                codes::HOOK_NOT_INVOCABLE,
                path,
                format!("{role} may not invoke `{id}`: its name does not begin with `{INVOCABLE}`"),
            )
            .help(help),
        );
    }
}

/// A hook; null and a `Ref` to nothing are as good as none.
fn hook(value: Option<&Value>) -> Option<Hook> {
    let given = value.filter(|value| !is_none(value))?;
    Some(Hook {
        function: given.clone(),
        id: None,
        is_invocable: None,
    })
}

/// Whether a hook is null, or a `Ref` to nothing.
fn is_none(hook: &Value) -> bool {
    hook.is_null() || argument(hook, "Ref") == Some(&Value::Null)
}
