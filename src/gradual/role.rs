//! The role with which CodeDeploy shifts traffic, calls hooks and reads alarms.
//!
//! Output `AWS::IAM::Role` `CodeDeployServiceRole`, unless every enabled preference brings its own `Role`
//!
//! Upstream: `get_codedeploy_iam_role` in model/preferences/deployment_preference_collection.py.

use crate::language::partition::Partition;
use crate::resource::trust;
use serde_json::{Map, Value, json};

/// The role's properties, without tags.
pub(super) fn properties(partition: Partition) -> Map<String, Value> {
    // These two partitions never had the wider policy; the others keep it for the stacks that have it already.
    let policy = match partition {
        Partition::Iso | Partition::IsoB => "service-role/AWSCodeDeployRoleForLambdaLimited",
        _ => "service-role/AWSCodeDeployRoleForLambda",
    };
    crate::resource::map(json!({
        "AssumeRolePolicyDocument": trust("codedeploy.amazonaws.com"),
        "ManagedPolicyArns": [partition.managed_policy_arn(policy)],
    }))
}
