//! The role with which CodeDeploy shifts traffic, calls hooks and reads alarms.
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
//! CodeDeployServiceRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - Action: [sts:AssumeRole]
//!           Effect: Allow
//!           Principal: {Service: [codedeploy.amazonaws.com]}
//!     ManagedPolicyArns: [arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda]
//! ```
//!
//! None is made where every enabled preference brings its own `Role`.
//!
//! Upstream: `get_codedeploy_iam_role` in model/preferences/deployment_preference_collection.py.

use crate::language::partition::Partition;
use crate::resource::trust;
use crate::tree::{Map, json};

/// The role's properties, without tags.
pub(super) fn properties(partition: Partition) -> Map {
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
