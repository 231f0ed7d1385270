//! CloudFormation's own language: intrinsic functions, parameters, conditions, partitions, logical ids.

pub(crate) mod conditions;
pub(crate) mod intrinsics;
pub(crate) mod logical_id;
pub(crate) mod parameters;
pub(crate) mod partition;
#[allow(
    dead_code,
    reason = "the deployment ids of REST APIs, which read it, are still to come"
)]
pub(crate) mod python2;
pub(crate) mod python_json;
pub(crate) mod truth;
