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
//! `Role` as a map, which SAM does not know, makes a role for this one group, `GreeterDeploymentRole`:
//!
//! ```yaml
//! DeploymentPreference:
//!   Type: Canary10Percent5Minutes
//!   Role: {ManagedPolicy: Limited, PermissionsBoundary: !Ref Boundary, Path: /deployment/}
//! ```
//!
//! `Limited` is `AWSCodeDeployRoleForLambdaLimited`, `Full` is `AWSCodeDeployRoleForLambda`, which may also publish to
//! topics: it is the one that is taken where `TriggerConfigurations` are given and the map says nothing. The boundary and
//! the path are the function's own `PermissionsBoundary` and `RolePath` where the map says nothing.
//!
//! Upstream: `get_codedeploy_iam_role` in model/preferences/deployment_preference_collection.py.

use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::{argument, if_parts, is_intrinsic, named_resource};
use crate::language::partition::Partition;
use crate::resource::{ROLE, SamResource, is_of_type, map, resource, set, trust};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The role's properties, without tags.
pub(super) fn properties(partition: Partition) -> Map {
    map(json!({
        "AssumeRolePolicyDocument": trust("codedeploy.amazonaws.com"),
        "ManagedPolicyArns": [managed_policy(partition, true)],
    }))
}

/// The ARN of the managed policy of a role that CodeDeploy takes on.
fn managed_policy(partition: Partition, is_full: bool) -> String {
    // These two partitions never had the wider policy; the others keep it for the stacks that have it already.
    let has_full = !matches!(partition, Partition::Iso | Partition::IsoB);
    partition.managed_policy_arn(if is_full && has_full {
        "service-role/AWSCodeDeployRoleForLambda"
    } else {
        "service-role/AWSCodeDeployRoleForLambdaLimited"
    })
}

pub(super) const KEYS: &[&str] = &["ManagedPolicy", "PermissionsBoundary", "Path"];

/// Whether `Role` is a map that CloudFormation cannot take from SAM, or has one in a branch.
pub(super) fn is_ours(given: &Value) -> bool {
    match if_parts(given) {
        Some((_, then, otherwise)) => is_ours(then) || is_ours(otherwise),
        None => given.as_object().is_some_and(|map| !map.is_empty()) && !is_intrinsic(given),
    }
}

/// A role that is to be made for one deployment group.
pub(super) struct Wanted {
    /// Whether the preference says how.
    pub(super) is_written: bool,
    is_full: bool,
    boundary: Value,
    path: Value,
}

impl Wanted {
    /// The role of a function whose preference says nothing of it.
    pub(super) fn new(sam: &SamResource, has_triggers: bool) -> Self {
        Self {
            is_written: false,
            is_full: has_triggers,
            boundary: sam.get("PermissionsBoundary").clone(),
            path: sam.get("RolePath").clone(),
        }
    }

    /// Reads `Role` as a map; a fault is reported and gives none.
    pub(super) fn read(
        scope: &Scope<'_>,
        sam: &SamResource,
        given: &Value,
        has_triggers: bool,
        path: Path,
    ) -> Option<Self> {
        let watch = scope.watch();
        let refuse = |path: Path, what: &str, help: &str| {
            scope.report(Diagnostic::new(codes::DEPLOYMENT_ROLE, path, what).help(help));
        };
        let Some(given) = given.as_object().filter(|_| !is_intrinsic(given)) else {
            refuse(
                path,
                "`Role` cannot be chosen by a condition when one of the two is a map",
                "choose between two whole preferences: `DeploymentPreference: !If [Condition, {...}, {...}]`",
            );
            return None;
        };
        for key in given.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            let fault = Diagnostic::new(
                codes::DEPLOYMENT_ROLE,
                path.clone().then(key),
                format!("`Role` of a preference has no key `{key}`"),
            );
            let is_of_own = key == "Ref" || key == "Arn" || key.starts_with("Fn::");
            scope.report(fault.on_key().help(if is_of_own {
                "a role of your own stands alone, `Role: !GetAtt Role.Arn`; of one that is made for you say `{ManagedPolicy: Limited}`".to_owned()
            } else {
                did_you_mean(key, KEYS)
            }));
        }
        let mut wanted = Self::new(sam, has_triggers);
        wanted.is_written = true;
        match given.get("ManagedPolicy") {
            None | Some(Value::Null) => {}
            Some(Value::String(word)) if word == "Full" => wanted.is_full = true,
            Some(Value::String(word)) if word == "Limited" => {
                wanted.is_full = false;
                if has_triggers {
                    refuse(
                        path.clone().then("ManagedPolicy"),
                        "with `Limited` CodeDeploy may not publish to the topics of `TriggerConfigurations`",
                        "write `ManagedPolicy: Full`, or take the triggers out",
                    );
                }
            }
            Some(_) => refuse(
                path.clone().then("ManagedPolicy"),
                "`ManagedPolicy` must be `Limited` or `Full`",
                "`Limited` lets CodeDeploy move the traffic of aliases and look at alarms; `Full` also lets it publish to topics",
            ),
        }
        for (key, value) in [
            ("PermissionsBoundary", &mut wanted.boundary),
            ("Path", &mut wanted.path),
        ] {
            match given.get(key) {
                None | Some(Value::Null) => {}
                Some(own) if own.is_string() || is_intrinsic(own) => *value = own.clone(),
                Some(_) => refuse(
                    path.clone().then(key),
                    &format!("`{key}` must be a string"),
                    "write it as it stands in IAM",
                ),
            }
        }
        watch.is_sound().then_some(wanted)
    }

    /// Makes the role, with these policies beside the managed one.
    pub(super) fn make(
        &self,
        partition: Partition,
        condition: Option<&str>,
        policies: Vec<Value>,
    ) -> Value {
        let mut properties = map(json!({
            "AssumeRolePolicyDocument": trust("codedeploy.amazonaws.com"),
            "ManagedPolicyArns": [managed_policy(partition, self.is_full)],
        }));
        if !policies.is_empty() {
            properties.insert("Policies", policies.into());
        }
        self.limit(&mut properties);
        let mut attributes = Map::new();
        if let Some(condition) = condition {
            attributes.insert("Condition", condition.into());
        }
        resource(ROLE, attributes, properties)
    }

    /// Writes the boundary and the path into the properties of a role.
    pub(super) fn limit(&self, properties: &mut Map) {
        set(properties, "Path", self.path.clone());
        set(properties, "PermissionsBoundary", self.boundary.clone());
    }
}

/// Whether a role of the template says that it may invoke this function.
pub(super) fn may_invoke(stack: &Stack, role: &Value, function: &str) -> bool {
    let policies = role_of(stack, role).and_then(|properties| properties.get("Policies"));
    policies.is_some_and(|policies| names_arn(policies, function))
}

/// Whether the ARN of a function stands somewhere in a value.
fn names_arn(value: &Value, function: &str) -> bool {
    match value {
        Value::Array(items) => items.iter().any(|item| names_arn(item, function)),
        Value::Object(map) => {
            named_resource(value) == Some(function)
                || map.values().any(|inner| names_arn(inner, function))
        }
        _ => false,
    }
}

/// Whether a role of the template may do no more than what AWS's managed policies for CodeDeploy allow.
pub(super) fn has_only_the_managed_policy(stack: &Stack, role: &Value) -> bool {
    let Some(properties) = role_of(stack, role) else {
        return false;
    };
    let is_of_code_deploy = |arn: &Value| {
        let text = match argument(arn, "Fn::Sub") {
            Some(text) => text,
            None => arn,
        };
        let name = text.as_str().and_then(|arn| arn.rsplit('/').next());
        name.is_some_and(|name| name.starts_with("AWSCodeDeployRoleForLambda"))
    };
    let managed = properties
        .get("ManagedPolicyArns")
        .and_then(Value::as_array);
    let has_other = stack.all().any(|(_, resource)| {
        let kind = resource.get("Type").and_then(Value::as_str);
        // What is added to a role from outside may be anything.
        kind.is_some_and(|kind| kind.starts_with("AWS::IAM::") && kind.contains("Policy"))
    });
    !has_other
        && properties.get("Policies").is_none()
        && managed.is_some_and(|arns| arns.iter().all(is_of_code_deploy))
}

/// The properties of a role of the template that is named by its ARN.
fn role_of<'a>(stack: &'a Stack, role: &Value) -> Option<&'a Map> {
    let resource = stack.get(named_resource(role)?)?;
    let role = is_of_type(resource, ROLE).then_some(resource)?;
    role.get("Properties")?.as_object()
}
