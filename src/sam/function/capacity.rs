//! `CapacityProviderConfig`: functions that run on instances of their own.
//!
//! Input  `CapacityProviderConfig: {Arn: a, PerExecutionEnvironmentMaxConcurrency: 10}`
//! Output `{LambdaManagedInstancesCapacityProviderConfig: {CapacityProviderArn: a, PerExecution...: 10}}`
//!
//! Upstream: `_transform_capacity_provider_config` in model/sam_resources.py.

use super::SamResource;
use crate::context::Context;
use crate::sam::typed_map::{self, Holds, Key};
use serde_json::{Value, json};

const KEYS: &[Key] = &[
    Key::of("Arn", Holds::Text)
        .to("CapacityProviderArn")
        .required(),
    Key::of("PerExecutionEnvironmentMaxConcurrency", Holds::Integer),
    Key::of("ExecutionEnvironmentMemoryGiBPerVCpu", Holds::IntegerFirst),
];

/// The function's `CapacityProviderConfig`; null where there is none.
pub(super) fn read(context: &mut Context<'_>, sam: &SamResource) -> Value {
    let given = sam.get("CapacityProviderConfig").as_object();
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Value::Null;
    };
    let path = sam.path("CapacityProviderConfig");
    let made = typed_map::read(context, given, KEYS, "CapacityProviderConfig", &path);
    json!({ "LambdaManagedInstancesCapacityProviderConfig": made })
}
