//! A hook that waits for what it is to test, and is waited for: a circle that CloudFormation cannot deploy.
//!
//! ```yaml
//! # refused: Greeter -> Check -> CheckRole -> Greeter
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Environment: {Variables: {CHECK: !Ref Check}}
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks: {PreTraffic: {Function: !Ref Check}}
//! Check:
//!   Type: AWS::Serverless::Function
//! ```

use super::wiring::{Wired, WiredHook};
use crate::dependencies::{Circle, Dependencies};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::scope::Scope;
use crate::template::Template;

/// Refuses circles in the transformed template that hooks are a part of.
pub(crate) fn refuse(scope: &Scope<'_>, template: &Template, wired: &Wired) {
    if wired.hooks.is_empty() {
        return;
    }
    for circle in Dependencies::of(template).circles() {
        let is_in = |id: &str| circle.links.iter().any(|link| link.from == id);
        let through = |hook: &&WiredHook| {
            is_in(&hook.hook)
                && (is_in(&hook.function) || is_in(&logical_id::deployment_role(&hook.function)))
        };
        let by_role = |hook: &&WiredHook| {
            let role = hook.role.as_deref().filter(|_| hook.is_told);
            role.is_some_and(is_in) && is_in(&hook.function)
        };
        let hooks = || wired.hooks.iter();
        if let Some(hook) = hooks()
            .find(through)
            .or_else(|| hooks().find(|hook| is_in(&hook.hook)))
        {
            scope.report(told(hook, &circle));
        } else if let Some(hook) = hooks().find(by_role) {
            scope.report(shares_role(hook, &circle));
        }
    }
}

/// That what a hook may do stands in a role that the tested function has, too.
fn shares_role(hook: &WiredHook, circle: &Circle) -> Diagnostic {
    let WiredHook {
        function,
        hook: id,
        place,
        role,
        ..
    } = hook;
    let role = role.as_deref().unwrap_or_default();
    Diagnostic::new(
        codes::HOOK_WAITS_FOR_ITSELF,
        place.clone(),
        format!("`{id}` has the role `{role}`, which is to be allowed to invoke `{function}`, and `{function}` waits for that role: {circle}"),
    )
    .help(format!(
        "give `{id}` a role of its own; or write `{{Function: !Ref {id}, VersionVariable: false}}`: then `{id}` is neither told the version nor allowed to invoke it"
    ))
}

fn told(hook: &WiredHook, circle: &Circle) -> Diagnostic {
    let WiredHook {
        function,
        hook: id,
        place,
        is_told,
        ..
    } = hook;
    let help = if *is_told {
        format!(
            "give `{function}` a hook of its own that nothing of this waits for; or write `{{Function: !Ref {id}, VersionVariable: false}}`: then `{id}` is neither told the version nor allowed to invoke it"
        )
    } else {
        format!("give `{function}` a hook of its own that nothing of this waits for")
    };
    Diagnostic::new(
        codes::HOOK_WAITS_FOR_ITSELF,
        place.clone(),
        format!("`{id}` waits for what it tests, and is waited for: {circle}"),
    )
    .help(help)
}
