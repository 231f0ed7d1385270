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

use super::switch::{self, HOW_TO_CHOOSE, When};
use super::{alarms, group, hooks, traffic};
use crate::deployment::{ServiceRole, Shift};
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::intrinsics::{argument, if_parts, is_intrinsic, is_no_value};
use crate::language::logical_id;
use crate::language::truth::{equal, is_truthy};
use crate::resource::SamResource;
use crate::resource::keys;
use crate::resource::tags;
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const PASSES_CONDITION: &str = "PassthroughCondition";

/// What `DeploymentPreference` may say.
pub(crate) const KEYS: &[&str] = &[
    "Enabled",
    "Type",
    "Alarms",
    "Hooks",
    "Role",
    "TriggerConfigurations",
    PASSES_CONDITION,
];

/// The same of a plain function, whose condition always goes on to what is made of its preference.
pub(crate) const KEYS_OF_PLAIN: &[&str] = &[
    "Enabled",
    "Type",
    "Alarms",
    "Hooks",
    "Role",
    "TriggerConfigurations",
];

/// Reads a function's preference; none where there is none, where it is disabled, and where it is at fault, which is
/// reported.
pub(crate) fn read(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
) -> Option<Shift> {
    let mut shift = read_preference(scope, conditions, sam)?;
    group::read(scope, sam, &mut shift);
    Some(shift)
}

fn read_preference(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
) -> Option<Shift> {
    let whole = sam.get("DeploymentPreference");
    let is_choice = is_choice(sam, whole);
    let chosen = if is_choice {
        switch::preference(scope, conditions, sam, |given, path| {
            is_on(scope, sam, given, path)
        })?
    } else {
        let given = whole.as_object().filter(|map| !map.is_empty())?;
        let path = sam.path("DeploymentPreference");
        if !is_intrinsic(whole) {
            check_keys(scope, sam, given, &path);
        }
        switch::Preference {
            given: given.clone(),
            path,
            when: When::Always,
        }
    };
    let (given, path) = (&chosen.given, chosen.path);
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
    let is_missing = |kind: &Value| sam.is_plain() && kind.is_null();
    if kind.as_ref().is_none_or(is_missing) && !is_choice {
        scope.report(without_type(&path, is_intrinsic(whole)));
    }
    if let Some(name) = kind
        .as_ref()
        .and_then(Value::as_str)
        .filter(|name| traffic::resembles_shape(name))
    {
        let shown = given.get("Type").and_then(Value::as_str) == Some(name);
        warn_of_shape(scope, if shown { Some(name) } else { None }, &path);
    }
    let type_path = path.clone().then("Type");
    let given_type = given.get("Type").unwrap_or(&Value::Null);
    let traffic = traffic::read(
        scope,
        given_type,
        kind.unwrap_or_default(),
        sam.is_plain(),
        &type_path,
    );
    let hooks = hooks::read(scope, given, &path);
    let alarms = alarms::read(scope, given.get("Alarms"), sam.is_plain(), &path);
    let (hooks, passes_condition) = (hooks?, passes_condition?);
    let filled = |name: &str| given.get(name).filter(|value| is_truthy(Some(value)));
    let own = sam.attributes.condition().filter(|name| !name.is_empty());
    let condition = match chosen.when {
        When::If(other) => {
            let both: Vec<String> = own.map(str::to_owned).into_iter().chain([other]).collect();
            Some(conditions.all_of(scope, &both))
        }
        _ => own.filter(|_| passes_condition).map(str::to_owned),
    };
    if is_choice
        && let Some((_, then, otherwise)) = filled("Role").and_then(if_parts)
        && (is_no_value(then) || is_no_value(otherwise))
    {
        scope.report(
            Diagnostic::new(
                codes::PREFERENCE_BRANCHES,
                path.clone().then("Role"),
                "one of the preferences that a condition chooses between has a `Role`, and another has none",
            )
            .help("give each of them a `Role`, or none"),
        );
    }
    Some(Shift {
        behind: Vec::new(),
        path,
        group: logical_id::deployment_group(&sam.id),
        traffic: traffic?,
        alarms: alarms?,
        before: hooks.before,
        after: hooks.after,
        role: filled("Role").map_or(ServiceRole::Generated, |role| {
            ServiceRole::Given(role.clone())
        }),
        triggers: filled("TriggerConfigurations").cloned(),
        condition,
        group_properties: Map::new(),
        tags: tags::propagated(sam).cloned().unwrap_or_default(),
    })
}

/// Whether a preference is there only where conditions hold.
fn is_choice(sam: &SamResource, whole: &Value) -> bool {
    let is_if = |value: &Value| argument(value, "Fn::If").is_some();
    is_if(whole) || (sam.is_plain() && whole.get("Enabled").is_some_and(is_if))
}

/// Tells what in a preference is read by nobody.
fn check_keys(scope: &Scope<'_>, sam: &SamResource, given: &Map, path: &Path) {
    if sam.is_plain() {
        let keys = given.keys().filter(|key| *key != PASSES_CONDITION);
        keys::refuse_unknown(scope, keys, KEYS_OF_PLAIN, "`DeploymentPreference`", path);
    } else {
        keys::warn_of_unknown(scope, given.keys(), KEYS, "`DeploymentPreference`", path);
    }
}

/// Whether one of the preferences that conditions choose between is on; what is wrong with it is reported.
fn is_on(scope: &Scope<'_>, sam: &SamResource, given: &Map, path: &Path) -> bool {
    if given.is_empty() {
        return false;
    }
    check_keys(scope, sam, given, path);
    let enabled = given
        .get("Enabled")
        .map(|value| scope.decide(value, || path.clone().then("Enabled")));
    if !is_enabled(enabled.as_ref()) {
        return false;
    }
    if let Some(enabled) = &enabled {
        tell_if_unclear(scope, sam, enabled, path);
    }
    if given.get("Type").is_none_or(Value::is_null) {
        scope.report(without_type(path, false));
    }
    true
}

/// On unless it is false, empty or the word "false": also where nobody knows before the deployment.
pub(super) fn is_enabled(enabled: Option<&Value>) -> bool {
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
        .help(format!(
            "write `true` or `false`, or `!If [Condition, true, false]`; or {HOW_TO_CHOOSE}"
        ))
    } else if is_intrinsic(enabled) {
        Diagnostic::new(
            codes::DEPLOYMENT_ALWAYS_ENABLED,
            path.clone().then("Enabled"),
            "`Enabled` is an intrinsic that is not known before the deployment, and so always means enabled",
        )
        .help(format!("use a `!Ref` to a parameter with a known value, or `!FindInMap`; to leave it to a condition {HOW_TO_CHOOSE}"))
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
    let meant = name.and_then(|name| suggestion(name, traffic::names()));
    let inline = name.and_then(traffic::as_inline);
    let help = match (meant, inline) {
        (Some(meant), Some(inline)) => {
            format!("did you mean `{meant}`? A shape of your own is written `{inline}`")
        }
        (Some(meant), None) => format!("did you mean `{meant}`?"),
        (None, inline) => {
            let inline = inline
                .unwrap_or_else(|| "Type: {Canary: {Percentage: 25, Interval: 7}}".to_owned());
            let names: Vec<&str> = traffic::names().collect();
            format!(
                "the predefined ones are {}; a shape of your own is written `{inline}`",
                names.join(", ")
            )
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
        "of intrinsics only `!If` can stand for the whole of `DeploymentPreference`: write `!If [Condition, {Type: Canary10Percent5Minutes}, !Ref AWS::NoValue]`"
    } else {
        "add `Type: Canary10Percent5Minutes`, or another of the predefined shapes"
    })
}
