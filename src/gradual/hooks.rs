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

use crate::deployment::{Hook, ServiceRole, Shift};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::resource::is_of_type;
use crate::resource::keys;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value};

pub(crate) const KEYS: &[&str] = &["PreTraffic", "PostTraffic"];

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
    keys::warn_of_unknown(scope, map.keys(), KEYS, "`Hooks`", &path);
    Some(Hooks {
        before: hook(map.get("PreTraffic")),
        after: hook(map.get("PostTraffic")),
    })
}

/// How the names of functions begin that AWS's managed policy for CodeDeploy lets it invoke.
const INVOCABLE: &str = "CodeDeployHook_";

/// Finds the resources of hooks, now that all of them are known, and whether the generated role may call them.
///
/// Source: the managed policies AWSCodeDeployRoleForLambda and AWSCodeDeployRoleForLambdaLimited.
pub(super) fn find(stack: &Stack, shift: &mut Shift) {
    for hook in [&mut shift.before, &mut shift.after].into_iter().flatten() {
        let Some(id) = named_resource(&hook.function) else {
            continue;
        };
        let Some(resource) = stack.get(id) else {
            continue;
        };
        if shift.role == ServiceRole::Generated && is_of_type(resource, "AWS::Lambda::Function") {
            let name = resource
                .get("Properties")
                .and_then(|properties| properties.get("FunctionName"));
            hook.is_invocable = may_be_called(name);
        }
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

/// Says when the generated role may not call a hook.
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
        scope.report(
            Diagnostic::new(
                codes::HOOK_NOT_INVOCABLE,
                path,
                format!("CodeDeploy's generated role may not invoke `{id}`: its name does not begin with `{INVOCABLE}`"),
            )
            .help(format!("give `{id}` a `FunctionName: !Sub {INVOCABLE}...`, or the preference a `Role` that may invoke it")),
        );
    }
}

/// A hook; null and a `Ref` to nothing are as good as none.
fn hook(value: Option<&Value>) -> Option<Hook> {
    let given =
        value.filter(|value| !value.is_null() && argument(value, "Ref") != Some(&Value::Null))?;
    Some(Hook {
        function: given.clone(),
        id: None,
        is_invocable: None,
    })
}
