//! What the roles of hooks and deployment groups are allowed, and where that is written.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks: {PreTraffic: {Function: !Ref Check}}
//! Check:
//!   Type: AWS::Lambda::Function
//!   Properties: {Role: !GetAtt CheckRole.Arn}
//! CheckRole:
//!   Type: AWS::IAM::Role
//! ```
//!
//! ```yaml
//! # out
//! CheckRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     Policies:
//!       - PolicyName: DeploymentHookOfGreeter
//!         # ...
//! ```
//!
//! A generated role of a SAM function gets it by way of the function's `Policies`.

use super::call::{is_function, target};
use super::tested::{Tested, condition_of};
use crate::language::intrinsics::{get_att, if_parts};
use crate::resource::{FUNCTION, ROLE, is_of_type};
use crate::tree::{Map, Value, json};

pub(super) fn invoke_policy(name: &str, arns: Vec<Value>) -> Value {
    json!({
        "PolicyName": name,
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arns }],
        },
    })
}

/// The ARN of a hook that is only called, and the condition under which it is there; none where it is not known before
/// the deployment.
pub(super) fn arn_of(resources: &Map, named: &Value) -> Option<(Value, Option<String>)> {
    match named {
        Value::String(name) if name.starts_with("arn:") => Some((named.clone(), None)),
        Value::String(name) if !name.contains(':') => {
            let arn = format!(
                "arn:${{AWS::Partition}}:lambda:${{AWS::Region}}:${{AWS::AccountId}}:function:{name}"
            );
            Some((json!({ "Fn::Sub": arn }), None))
        }
        _ => {
            let (id, _) = target(named)?;
            let is_here = resources.get(id).is_some_and(is_function);
            is_here.then(|| (get_att(id, "Arn"), condition_of(resources, id)))
        }
    }
}

/// The role that a function gives itself; none where it is generated.
fn own_role(function: &Value) -> Option<&Value> {
    let role = function.get("Properties")?.get("Role")?;
    Some(role).filter(|role| !role.is_null())
}

/// Where the policies stand of what a hook may do.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum PolicyOwner {
    /// A SAM function whose role is generated.
    Function(String),
    /// A role of this template.
    Role(String),
}

impl PolicyOwner {
    /// That of a hook; none where its role is not in this template.
    pub(super) fn of(resources: &Map, hook: &str) -> Option<Self> {
        let function = resources.get(hook)?;
        let Some(given) = own_role(function) else {
            return is_of_type(function, FUNCTION).then(|| Self::Function(hook.to_owned()));
        };
        let (id, attribute) = target(given)?;
        if attribute != "Arn" {
            return None;
        }
        if let Some(role) = resources.get(id) {
            return is_of_type(role, ROLE).then(|| Self::Role(id.to_owned()));
        }
        // Another function's that is generated.
        let other = id.strip_suffix("Role")?;
        let has_generated = resources
            .get(other)
            .is_some_and(|other| is_of_type(other, FUNCTION) && own_role(other).is_none());
        has_generated.then(|| Self::Function(other.to_owned()))
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Function(id) | Self::Role(id) => id,
        }
    }

    /// Adds what a hook of a function must be allowed; gives whether there is a place for it.
    pub(super) fn permit(&self, resources: &mut Map, tested: &Tested, invokes: bool) -> bool {
        let condition = condition_of(resources, self.id());
        let statements = tested.statements(invokes);
        let policy = match self {
            Self::Function(_) => statements,
            Self::Role(_) => json!({
                "PolicyName": format!("DeploymentHookOf{}", tested.id),
                "PolicyDocument": statements,
            }),
        };
        let policy = tested.guarded(policy, condition.as_deref());
        let owner = resources.get_mut(self.id()).and_then(Value::as_object_mut);
        let properties = owner.map(|owner| owner.entry("Properties").or_insert(json!({})));
        let Some(properties) = properties.and_then(Value::as_object_mut) else {
            return false;
        };
        let policies = properties.entry("Policies").or_insert(json!([]));
        match policies {
            Value::Null => *policies = json!([policy]),
            Value::Array(policies) => policies.push(policy),
            Value::String(_) | Value::Object(_) if matches!(self, Self::Function(_)) => {
                // A list in a branch is no policy that can stand in a list.
                if if_parts(policies)
                    .is_some_and(|(_, then, otherwise)| then.is_array() || otherwise.is_array())
                {
                    return false;
                }
                *policies = json!([policies.take(), policy]);
            }
            _ => return false,
        }
        true
    }
}
