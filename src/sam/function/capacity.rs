//! `CapacityProviderConfig`: functions that run on instances of their own.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CapacityProviderConfig:
//!       Arn: arn:aws:lambda:eu-west-1:123456789012:capacity-provider:own
//!       PerExecutionEnvironmentMaxConcurrency: 10
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     CapacityProviderConfig:
//!       LambdaManagedInstancesCapacityProviderConfig:
//!         CapacityProviderArn: arn:aws:lambda:eu-west-1:123456789012:capacity-provider:own
//!         PerExecutionEnvironmentMaxConcurrency: 10
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_transform_capacity_provider_config` in model/sam_resources.py.

use crate::resource::SamResource;
use crate::resource::typed_map::{self, Holds, Key};
use crate::scope::Scope;
use crate::tree::{Value, json};

const KEYS: &[Key] = &[
    Key::of("Arn", Holds::Text)
        .to("CapacityProviderArn")
        .required(),
    Key::of("PerExecutionEnvironmentMaxConcurrency", Holds::Integer),
    Key::of("ExecutionEnvironmentMemoryGiBPerVCpu", Holds::IntegerFirst),
];

/// The function's `CapacityProviderConfig`; null where there is none.
pub(super) fn read(scope: &Scope<'_>, sam: &SamResource) -> Value {
    let given = sam.get("CapacityProviderConfig").as_object();
    let Some(given) = given.filter(|given| !given.is_empty()) else {
        return Value::Null;
    };
    let path = sam.path("CapacityProviderConfig");
    let made = typed_map::read(scope, given, KEYS, "CapacityProviderConfig", &path);
    json!({ "LambdaManagedInstancesCapacityProviderConfig": made })
}
