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

use crate::deployment::Shift;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, is_intrinsic, ref_target};
use crate::resource::keys;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use serde_json::{Map, Value};

const KEYS: &[&str] = &["PreTraffic", "PostTraffic"];

/// The hooks of a deployment; null where there is none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) before: Value,
    pub(crate) after: Value,
}

/// Reads `Hooks` of a preference; a fault is reported and gives none.
pub(super) fn read(
    scope: &Scope<'_>,
    preference: &Map<String, Value>,
    path: &Path,
) -> Option<Hooks> {
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

/// Says when a hook of this template is one that the generated service role may not invoke.
///
/// Source: the managed policies AWSCodeDeployRoleForLambda and AWSCodeDeployRoleForLambdaLimited.
pub(super) fn check_names(scope: &Scope<'_>, stack: &Stack, function: &str, shift: &Shift) {
    for (key, hook) in [("PreTraffic", &shift.before), ("PostTraffic", &shift.after)] {
        let Some(id) = ref_target(hook) else {
            continue;
        };
        let Some(resource) = stack.get(id) else {
            continue;
        };
        if resource.get("Type").and_then(Value::as_str) != Some("AWS::Lambda::Function") {
            continue;
        }
        let name = resource
            .get("Properties")
            .and_then(|properties| properties.get("FunctionName"));
        let invocable = match name {
            None => false,
            Some(Value::String(name)) => name.starts_with(INVOCABLE),
            Some(name) => match argument(name, "Fn::Sub") {
                Some(Value::String(text)) => text.starts_with(INVOCABLE),
                // Nobody knows the name before the deployment.
                _ => true,
            },
        };
        if !invocable {
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
}

/// A hook's value; a `Ref` to nothing is as good as none.
fn hook(value: Option<&Value>) -> Value {
    value
        .filter(|value| argument(value, "Ref") != Some(&Value::Null))
        .cloned()
        .unwrap_or_default()
}
