//! How traffic moves to a new version: the shapes that CodeDeploy knows by name, and `DeploymentPreference.Type`.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes}
//! ```
//!
//! ```yaml
//! # out
//! GreeterDeploymentGroup:
//!   Properties:
//!     DeploymentConfigName: !Sub
//!       - CodeDeployDefault.Lambda${ConfigName}
//!       - {ConfigName: Canary10Percent5Minutes}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_replace_deployment_types` in model/preferences/deployment_preference_collection.py. The shapes:
//! <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>.

use crate::deployment::{Plan, Traffic};
use crate::language::intrinsics::{if_parts, if_then, is_intrinsic};
use crate::tree::{Value, json};

/// The predefined shapes: the name that `Type` takes, and what it means.
const SHAPES: &[(&str, Plan)] = &[
    ("Canary10Percent5Minutes", canary(10, 5)),
    ("Canary10Percent10Minutes", canary(10, 10)),
    ("Canary10Percent15Minutes", canary(10, 15)),
    ("Canary10Percent30Minutes", canary(10, 30)),
    ("Linear10PercentEvery1Minute", linear(10, 1)),
    ("Linear10PercentEvery2Minutes", linear(10, 2)),
    ("Linear10PercentEvery3Minutes", linear(10, 3)),
    ("Linear10PercentEvery10Minutes", linear(10, 10)),
    ("AllAtOnce", Plan::AllAtOnce),
];

const fn canary(percent: u8, minutes: u32) -> Plan {
    Plan::Canary { percent, minutes }
}

const fn linear(percent: u8, every_minutes: u32) -> Plan {
    Plan::Linear {
        percent,
        every_minutes,
    }
}

/// The names of the predefined shapes.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|(name, _)| *name)
}

fn plan_of(name: &str) -> Option<Plan> {
    let mut shapes = SHAPES.iter();
    shapes.find_map(|(known, plan)| (*known == name).then_some(*plan))
}

/// Reads `Type`, parameters and mappings resolved.
pub(super) fn read(kind: Value) -> Traffic {
    if let Some((condition, then, otherwise)) = if_parts(&kind) {
        return Traffic::If {
            condition: condition.clone(),
            then: Box::new(read(then.clone())),
            otherwise: Box::new(read(otherwise.clone())),
        };
    }
    match kind.as_str().and_then(plan_of) {
        Some(plan) => Traffic::Planned(plan),
        None => Traffic::Named(kind),
    }
}

/// `DeploymentConfigName`: predefined names get CodeDeploy's prefix, also inside lists and intrinsics; everything else
/// names a configuration of the user's. Null leaves it to CodeDeploy.
pub(super) fn configuration_name(traffic: &Traffic) -> Value {
    match traffic {
        Traffic::Planned(plan) => prefixed(&plan.to_string(), false),
        Traffic::If {
            condition,
            then,
            otherwise,
        } => if_then(
            expand(condition, false),
            configuration_name(then),
            configuration_name(otherwise),
        ),
        Traffic::Named(kind) => expand(kind, false),
    }
}

/// `in_sub`: the value stands directly under `Fn::Sub`, where no other `Fn::Sub` may stand.
fn expand(kind: &Value, in_sub: bool) -> Value {
    match kind {
        Value::Array(items) => items.iter().map(|item| expand(item, false)).collect(),
        Value::Object(map) if is_intrinsic(kind) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), expand(value, key == "Fn::Sub")))
                .collect(),
        ),
        Value::String(name) if plan_of(name).is_some() => prefixed(name, in_sub),
        other => other.clone(),
    }
}

/// CodeDeploy's full name of a predefined shape.
fn prefixed(name: &str, in_sub: bool) -> Value {
    let sub = json!(["CodeDeployDefault.Lambda${ConfigName}", { "ConfigName": name }]);
    if in_sub {
        sub
    } else {
        json!({ "Fn::Sub": sub })
    }
}

/// Whether a name looks as if one of the predefined shapes was meant: `Canary20Percent7Minutes`, `AllatOnce`.
pub(super) fn resembles_shape(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let planned =
        (lower.starts_with("canary") || lower.starts_with("linear")) && lower.contains("percent");
    (planned || lower == "allatonce") && plan_of(name).is_none()
}

#[cfg(test)]
mod tests {
    use super::SHAPES;

    #[test]
    fn a_plan_has_the_name_that_codedeploy_gives_it() {
        for (name, plan) in SHAPES {
            assert_eq!(*name, plan.to_string());
        }
    }
}
