//! CloudFormation's own language: intrinsic functions, parameters, conditions, partitions, logical ids.

pub(crate) mod canonical;
pub(crate) mod conditions;
pub(crate) mod distinct;
pub(crate) mod intrinsics;
pub(crate) mod known;
pub(crate) mod logical_id;
pub(crate) mod parameters;
pub(crate) mod partition;
pub(crate) mod python2;
pub(crate) mod python_json;
pub(crate) mod requirements;
pub(crate) mod truth;
