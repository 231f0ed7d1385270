//! A function with hooks, as far as what is made for it must know it.
//!
//! ```yaml
//! # in
//! Conditions:
//!   IsProd: !Equals [!Ref AWS::Region, eu-west-1]
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Condition: IsProd
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Hooks: {PreTraffic: {Function: !Ref Check}}
//!   Check:
//!     Type: AWS::Serverless::Function
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   Check:
//!     Properties:
//!       Environment:
//!         Variables: {CurrentVersion: !If [IsProd, !Ref GreeterVersion9d489569c1, !Ref AWS::NoValue]}
//!       # ...
//!     # ...
//! ```
//!
//! What refers to something with a condition vanishes with it.

use crate::language::intrinsics::{argument, get_att, if_then, no_value, ref_target};
use crate::language::logical_id::CODE_DEPLOY_APPLICATION;
use crate::tree::{Map, Value, json};

/// A function whose versions hooks test.
pub(super) struct Tested {
    pub(super) id: String,
    /// The condition under which there are deployments: the function's own, and that of its preference.
    pub(super) condition: Option<String>,
    /// That of the alias.
    pub(super) alias_condition: Option<String>,
    /// That of the deployment group, and of its role.
    pub(super) group_condition: Option<String>,
    /// `ApplicationName` of the group, where it is not the application that is generated.
    pub(super) application: Option<Value>,
    /// The tags of everything that is made for the function.
    pub(super) tags: Vec<Value>,
}

impl Tested {
    /// A value that refers to the function or its version, for a resource with a condition: where that condition does
    /// not say that the function is there, the value vanishes with it.
    pub(super) fn guarded(&self, value: Value, condition: Option<&str>) -> Value {
        guarded(value, self.condition.as_deref(), condition)
    }

    /// What a hook must be allowed: to report, and to invoke any version.
    pub(super) fn statements(&self, invokes: bool) -> Value {
        let mut statements = vec![json!({
            "Effect": "Allow",
            "Action": REPORT,
            "Resource": self.groups(),
        })];
        if invokes {
            statements.push(json!({
                "Effect": "Allow",
                "Action": "lambda:InvokeFunction",
                "Resource": [get_att(&self.id, "Arn"), { "Fn::Sub": format!("${{{}.Arn}}:*", self.id) }],
            }));
        }
        json!({ "Version": "2012-10-17", "Statement": statements })
    }

    /// Every deployment group of the application. The one group cannot be named: it waits for its role, which may invoke
    /// the hook, which waits for its own role.
    fn groups(&self) -> Value {
        let arn = |name: &str| {
            format!(
                "arn:${{AWS::Partition}}:codedeploy:${{AWS::Region}}:${{AWS::AccountId}}:deploymentgroup:{name}/*"
            )
        };
        match &self.application {
            None => json!({ "Fn::Sub": arn(&format!("${{{CODE_DEPLOY_APPLICATION}}}")) }),
            Some(Value::String(name)) => json!({ "Fn::Sub": arn(name) }),
            Some(named) => match ref_target(named) {
                Some(id) => json!({ "Fn::Sub": arn(&format!("${{{id}}}")) }),
                None => {
                    json!({ "Fn::Sub": [arn("${Application}"), { "Application": named.clone() }] })
                }
            },
        }
    }

    /// The same statements in words, for a person to write.
    pub(super) fn statements_to_write(&self, invokes: bool) -> String {
        let groups = self.groups();
        let groups = argument(&groups, "Fn::Sub").and_then(Value::as_str);
        let groups = groups.unwrap_or("arn:...:deploymentgroup:APPLICATION/*");
        let report = format!("{{Effect: Allow, Action: {REPORT}, Resource: !Sub '{groups}'}}");
        if !invokes {
            return report;
        }
        format!(
            "{report}, {{Effect: Allow, Action: lambda:InvokeFunction, Resource: [!GetAtt {0}.Arn, !Sub '${{{0}.Arn}}:*']}}",
            self.id
        )
    }
}

const REPORT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// The condition of a resource.
pub(super) fn condition_of(resources: &Map, id: &str) -> Option<String> {
    let condition = resources.get(id)?.get("Condition")?.as_str()?;
    Some(condition.to_owned())
}

/// A value that refers to something with a condition, for a resource with another: it vanishes with what it refers to.
pub(super) fn guarded(value: Value, referred: Option<&str>, owner: Option<&str>) -> Value {
    match referred {
        Some(condition) if owner != Some(condition) => if_then(condition, value, no_value()),
        _ => value,
    }
}
