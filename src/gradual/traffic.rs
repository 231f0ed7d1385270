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

use crate::language::intrinsics::is_intrinsic;
use serde_json::{Value, json};

/// The predefined shapes, by the name that `Type` takes.
pub(crate) const SHAPES: &[&str] = &[
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// `Type` as a `DeploymentConfigName`: predefined names get CodeDeploy's prefix, also inside lists and intrinsics;
/// everything else names a configuration of the user's.
pub(crate) fn configuration_name(kind: Value) -> Value {
    expand(kind, false)
}

/// `in_sub`: the value stands directly under `Fn::Sub`, where no other `Fn::Sub` may stand.
fn expand(kind: Value, in_sub: bool) -> Value {
    match kind {
        Value::Array(items) => items.into_iter().map(|item| expand(item, false)).collect(),
        Value::Object(map) if is_intrinsic(&Value::Object(map.clone())) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let in_sub = key == "Fn::Sub";
                    (key, expand(value, in_sub))
                })
                .collect(),
        ),
        Value::String(name) if SHAPES.contains(&name.as_str()) => {
            let sub = json!(["CodeDeployDefault.Lambda${ConfigName}", { "ConfigName": name }]);
            if in_sub {
                sub
            } else {
                json!({ "Fn::Sub": sub })
            }
        }
        other => other,
    }
}

/// Whether a name looks as if one of the predefined shapes was meant: `Canary20Percent7Minutes`, `AllatOnce`.
pub(crate) fn resembles_shape(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let plan =
        (lower.starts_with("canary") || lower.starts_with("linear")) && lower.contains("percent");
    (plan || lower == "allatonce") && !SHAPES.contains(&name)
}
