//! `DeploymentPreference`: how traffic is to shift, parameters and mappings resolved where that decides something.
//!
//! ```yaml
//! # in
//! Parameters:
//!   Gradual: {Type: String, Default: 'false'}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Enabled: !Ref Gradual
//!         Type: Canary10Percent5Minutes
//!   Mailer:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Linear10PercentEvery1Minute
//!         Role: arn:aws:iam::123456789012:role/deploys
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   GreeterAliaslive:
//!     Type: AWS::Lambda::Alias
//!     # ...
//!   MailerDeploymentGroup:
//!     Properties:
//!       DeploymentConfigName: !Sub
//!         - CodeDeployDefault.Lambda${ConfigName}
//!         - {ConfigName: Linear10PercentEvery1Minute}
//!       ServiceRoleArn: arn:aws:iam::123456789012:role/deploys
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! `Greeter` is published all at once: the parameter is `false`, which is known here, so no deployment group is made
//! for it.
//!
//! Upstream: `_validate_deployment_preference_and_add_update_policy` in model/sam_resources.py and
//! model/preferences/deployment_preference.py.

use super::{alarms, hooks, traffic};
use crate::deployment::{ServiceRole, Shift};
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::intrinsics::is_intrinsic;
use crate::language::logical_id;
use crate::language::truth::{equal, is_truthy};
use crate::resource::SamResource;
use crate::resource::keys;
use crate::resource::tags;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Value, json};

const PASSES_CONDITION: &str = "PassthroughCondition";

/// What `DeploymentPreference` may say.
const KEYS: &[&str] = &[
    "Enabled",
    "Type",
    "Alarms",
    "Hooks",
    "Role",
    "TriggerConfigurations",
    PASSES_CONDITION,
];

/// The same of a plain function, whose condition always goes on to what is made of its preference.
const KEYS_OF_PLAIN: &[&str] = &[
    "Enabled",
    "Type",
    "Alarms",
    "Hooks",
    "Role",
    "TriggerConfigurations",
];

/// Reads a function's preference; none where there is none, where it is disabled, and where it is at fault, which is
/// reported.
pub(crate) fn read(scope: &Scope<'_>, sam: &SamResource) -> Option<Shift> {
    let given = sam
        .get("DeploymentPreference")
        .as_object()
        .filter(|map| !map.is_empty())?;
    let path = sam.path("DeploymentPreference");
    if sam.is_plain() {
        keys::refuse_unknown(
            scope,
            given.keys().filter(|key| *key != PASSES_CONDITION),
            KEYS_OF_PLAIN,
            "`DeploymentPreference`",
            &path,
        );
    } else if !is_intrinsic(sam.get("DeploymentPreference")) {
        keys::warn_of_unknown(scope, given.keys(), KEYS, "`DeploymentPreference`", &path);
    }

    let enabled = given
        .get("Enabled")
        .map(|value| scope.decide(value, || path.clone().then("Enabled")));
    let kind = given
        .get("Type")
        .map(|value| scope.decide(value, || path.clone().then("Type")));
    let passes_condition = match given.get(PASSES_CONDITION) {
        None => Some(sam.is_plain()),
        Some(_) if sam.is_plain() => {
            scope.report(condition_always_passes(&path));
            None
        }
        Some(value) => passes_condition(scope, value, &path),
    };
    if !is_enabled(enabled.as_ref()) {
        return None;
    }
    if let Some(enabled) = &enabled {
        tell_if_unclear(scope, sam, enabled, &path);
    }
    if !sam.is_truthy("AutoPublishAlias") {
        scope.report(without_alias(&path));
    }
    if kind.is_none() {
        let is_whole = is_intrinsic(sam.get("DeploymentPreference"));
        scope.report(without_type(&path, is_whole));
    }
    if let Some(name) = kind
        .as_ref()
        .and_then(Value::as_str)
        .filter(|name| traffic::resembles_shape(name))
    {
        let shown = given.get("Type").and_then(Value::as_str) == Some(name);
        warn_of_shape(scope, if shown { Some(name) } else { None }, &path);
    }
    let hooks = hooks::read(scope, given, &path);
    let alarms = alarms::read(scope, given.get("Alarms"), &path);
    let (hooks, passes_condition) = (hooks?, passes_condition?);
    let filled = |name: &str| given.get(name).filter(|value| is_truthy(Some(value)));
    Some(Shift {
        path,
        group: logical_id::deployment_group(&sam.id),
        traffic: traffic::read(kind.unwrap_or_default()),
        alarms: alarms?,
        before: hooks.before,
        after: hooks.after,
        role: filled("Role").map_or(ServiceRole::Generated, |role| {
            ServiceRole::Given(role.clone())
        }),
        triggers: filled("TriggerConfigurations").cloned(),
        condition: sam
            .attributes
            .condition()
            .filter(|name| passes_condition && !name.is_empty())
            .map(str::to_owned),
        tags: tags::propagated(sam).cloned().unwrap_or_default(),
    })
}

/// On unless it is false, empty or the word "false": also where nobody knows before the deployment.
fn is_enabled(enabled: Option<&Value>) -> bool {
    match enabled {
        None => true,
        Some(Value::String(word)) if word == "false" || word == "False" => false,
        Some(value) => is_truthy(Some(value)),
    }
}

/// Says when `Enabled` has a value that means "on" although it hardly was meant to; of a plain function that is a fault.
fn tell_if_unclear(scope: &Scope<'_>, sam: &SamResource, enabled: &Value, path: &Path) {
    let clear = matches!(enabled, Value::Bool(_))
        || enabled
            .as_str()
            .is_some_and(|word| word == "true" || word == "True")
        || equal(enabled, &json!(1));
    if clear {
        return;
    }
    let finding = if sam.is_plain() {
        Diagnostic::new(
            codes::ENABLED_NOT_KNOWN,
            path.clone().then("Enabled"),
            "`Enabled` must be `true` or `false`, or a parameter or mapping that says so",
        )
        .help("write `true` or `false`; to leave it to a condition write `DeploymentPreference: !If [Condition, {...}, !Ref AWS::NoValue]`")
    } else if is_intrinsic(enabled) {
        Diagnostic::new(
            codes::DEPLOYMENT_ALWAYS_ENABLED,
            path.clone().then("Enabled"),
            "`Enabled` is an intrinsic that is not known before the deployment, and so always means enabled",
        )
        .help("use a `!Ref` to a parameter with a known value, or `!FindInMap`; conditions are not evaluated")
    } else {
        Diagnostic::new(
            codes::DEPLOYMENT_ALWAYS_ENABLED,
            path.clone().then("Enabled"),
            "this value of `Enabled` means enabled: only `false` and empty values switch a preference off",
        )
        .help("write `true` or `false`")
    };
    scope.report(finding);
}

/// `PassthroughCondition` as a truth value.
fn passes_condition(scope: &Scope<'_>, value: &Value, path: &Path) -> Option<bool> {
    let path = path.clone().then("PassthroughCondition");
    let watch = scope.watch();
    let resolved = scope.decide(value, || path.clone());
    if !watch.is_sound() {
        return None;
    }
    let one_of = |words: [Value; 3]| words.iter().any(|word| equal(word, &resolved));
    if one_of([json!(true), json!("true"), json!("True")]) {
        return Some(true);
    }
    if one_of([json!(false), json!("false"), json!("False")]) {
        return Some(false);
    }
    scope.report(
        Diagnostic::new(
            codes::PASSTHROUGH_CONDITION,
            path,
            "`PassthroughCondition` must be `true` or `false`, or a parameter or mapping that says so",
        )
        .help("it decides which resources carry a condition, so it must be known now"),
    );
    None
}

/// Says when a `Type` looks like a predefined shape and is none; a value from a parameter is not shown.
fn warn_of_shape(scope: &Scope<'_>, name: Option<&str>, path: &Path) {
    let message = match name {
        Some(name) => format!(
            "`{name}` is not a predefined traffic shape, so it must be the name of a configuration of yours"
        ),
        None => {
            "this `Type` resolves to something like a predefined traffic shape that does not exist"
                .to_owned()
        }
    };
    let help = match name.and_then(|name| suggestion(name, traffic::names())) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let names: Vec<&str> = traffic::names().collect();
            format!("the predefined ones are {}", names.join(", "))
        }
    };
    scope.report(
        Diagnostic::new(
            codes::UNKNOWN_TRAFFIC_SHAPE,
            path.clone().then("Type"),
            message,
        )
        .help(help),
    );
}

fn condition_always_passes(path: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::PASSTHROUGH_CONDITION,
        path.clone().then(PASSES_CONDITION),
        "`PassthroughCondition` has no meaning here: what is made for a plain function always has its condition",
    )
    .on_key()
    .help("take it out")
}

fn without_alias(path: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::DEPLOYMENT_WITHOUT_ALIAS,
        path.clone(),
        "`DeploymentPreference` needs an alias whose traffic it can shift",
    )
    .on_key()
    .help("add `AutoPublishAlias: live`, or switch this off with `Enabled: false`")
}

/// `is_whole`: an intrinsic stands for the whole preference.
fn without_type(path: &Path, is_whole: bool) -> Diagnostic {
    Diagnostic::new(
        codes::DEPLOYMENT_WITHOUT_TYPE,
        path.clone().then("Type"),
        "`DeploymentPreference` does not say how traffic shifts: `Type` is missing",
    )
    .help(if is_whole {
        "an intrinsic cannot stand for the whole of `DeploymentPreference`: write the map, and put a parameter or mapping behind its `Enabled`"
    } else {
        "add `Type: Canary10Percent5Minutes`, or another of the predefined shapes"
    })
}
