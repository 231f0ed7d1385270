//! `CapacityProviderConfig`: functions that run on instances of their own.
//!
//! Input  `CapacityProviderConfig: {Arn: a, PerExecutionEnvironmentMaxConcurrency: 10}`
//! Output `{LambdaManagedInstancesCapacityProviderConfig: {CapacityProviderArn: a, PerExecution...: 10}}`
//!
//! Upstream: `_transform_capacity_provider_config` in model/sam_resources.py.

use super::SamResource;
use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::python_json::number_text;
use crate::language::truth::is_truthy;
use crate::sam::did_you_mean;
use serde_json::{Map, Number, Value, json};

/// Each key, its name in CloudFormation, and what it holds.
const KEYS: &[(&str, &str, Holds)] = &[
    ("Arn", "CapacityProviderArn", Holds::Text),
    (
        "PerExecutionEnvironmentMaxConcurrency",
        "PerExecutionEnvironmentMaxConcurrency",
        Holds::Integer,
    ),
    (
        "ExecutionEnvironmentMemoryGiBPerVCpu",
        "ExecutionEnvironmentMemoryGiBPerVCpu",
        Holds::Number,
    ),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    Text,
    Integer,
    Number,
}

/// The function's `CapacityProviderConfig`; null where there is none, or a fault, which is reported.
pub(super) fn read(context: &mut Context<'_>, sam: &SamResource) -> Value {
    let given = sam.get("CapacityProviderConfig");
    let Some(map) = given.as_object().filter(|_| is_truthy(Some(given))) else {
        return Value::Null;
    };
    let path = sam.path("CapacityProviderConfig");
    let names: Vec<&str> = KEYS.iter().map(|(name, _, _)| *name).collect();
    for key in map.keys().filter(|key| !names.contains(&key.as_str())) {
        context.report(
            Diagnostic::error(
                "unknown-key",
                path.clone().then(key),
                format!("`CapacityProviderConfig` has no key `{key}`"),
            )
            .on_key()
            .help(did_you_mean(key, &names)),
        );
    }
    if map.get("Arn").is_none_or(Value::is_null) {
        context.report(
            Diagnostic::error(
                "missing-property",
                path.clone().then("Arn"),
                "`CapacityProviderConfig` needs `Arn`",
            )
            .help("write `Arn: !GetAtt CapacityProvider.Arn`"),
        );
    }
    let mut made = Map::new();
    for (name, output, holds) in KEYS {
        let Some(value) = map.get(*name).filter(|value| !value.is_null()) else {
            continue;
        };
        match coerce(value, *holds) {
            Some(value) => {
                made.insert((*output).to_owned(), value);
            }
            None => context.report(
                Diagnostic::error(
                    "wrong-shape",
                    path.clone().then(*name),
                    format!(
                        "`{name}` must be {} or an intrinsic",
                        if *holds == Holds::Text {
                            "a string"
                        } else {
                            "a number"
                        }
                    ),
                )
                .help("write the value itself, or a `!Ref`"),
            ),
        }
    }
    json!({ "LambdaManagedInstancesCapacityProviderConfig": made })
}

/// A value as the reference's schema library brings it to its kind: numbers to whole numbers, first of all.
fn coerce(value: &Value, holds: Holds) -> Option<Value> {
    match (value, holds) {
        (Value::Object(_) | Value::Null, _) => Some(value.clone()),
        (Value::String(_), Holds::Text) => Some(value.clone()),
        (Value::Number(number), Holds::Text) => Some(number_text(number).into()),
        (Value::Bool(flag), Holds::Text) => Some((if *flag { "True" } else { "False" }).into()),
        (Value::Bool(flag), _) => Some(i64::from(*flag).into()),
        (Value::Number(number), _) => whole(number).map(Value::Number),
        (Value::String(text), _) => match (text.trim().parse::<i64>(), holds) {
            (Ok(whole), _) => Some(whole.into()),
            (Err(_), Holds::Number) => text
                .trim()
                .parse::<f64>()
                .ok()
                .and_then(Number::from_f64)
                .map(Value::Number),
            (Err(_), _) => None,
        },
        (Value::Array(_), _) => None,
    }
}

/// A number without its fraction.
fn whole(number: &Number) -> Option<Number> {
    if !number.is_f64() {
        return Some(number.clone());
    }
    let truncated = number.as_f64()?.trunc();
    format!("{truncated:.0}")
        .parse::<i64>()
        .ok()
        .map(Number::from)
}
