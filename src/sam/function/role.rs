//! `Role`, `RolePath`, `PermissionsBoundary`, `AssumeRolePolicyDocument`: the execution role, given or generated.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     RolePath: /app/
//!     PermissionsBoundary: arn:aws:iam::123456789012:policy/limit
//!     Tracing: Active
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     Role: !GetAtt FnRole.Arn
//!     # ...
//!   # ...
//! FnRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - {Action: [sts:AssumeRole], Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}}
//!     ManagedPolicyArns:
//!       - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
//!       - arn:aws:iam::aws:policy/AWSXrayWriteOnlyAccess
//!     Path: /app/
//!     PermissionsBoundary: arn:aws:iam::123456789012:policy/limit
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//! ```
//!
//! With `Role` nothing is generated, and what would go onto the role is for the user to see to.
//!
//! Upstream: `_construct_role` and `_make_lambda_role` in model/sam_resources.py,
//! model/role_utils/role_constructor.py.

use super::Function;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::conditions;
use crate::language::intrinsics::{argument, get_att, if_parts, if_then, is_no_value};
use crate::language::logical_id;
use crate::language::partition::Partition;
use crate::resource::tags;
use crate::resource::{set, trust};
use crate::scope::Scope;
use crate::stack::Conditions;
use serde_json::{Map, Value, json};

/// A role that is to be generated.
pub(super) struct Generated {
    /// The condition of a role that only one branch of `Role: !If` wants; it stands in place of the function's own.
    condition: Option<Value>,
}

/// What every generated role may do: write logs, and what tracing, a network and a dead-letter queue need.
pub(super) fn begin(scope: &Scope<'_>, function: &mut Function, tracing: bool) {
    let partition = scope.partition;
    let basic = if function.sam.is_truthy("DurableConfig") {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    };
    let mut managed = vec![basic];
    if tracing {
        managed.push(xray_policy(partition));
    }
    if function.sam.is_truthy("VpcConfig") {
        managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
    }
    function.policies.managed = managed
        .into_iter()
        .map(|policy| partition.managed_policy_arn(policy).into())
        .collect();
    let dead_letters = function.sam.get("DeadLetterQueue");
    let action = match dead_letters.get("Type").and_then(Value::as_str) {
        Some("SQS") => "sqs:SendMessage",
        Some("SNS") => "sns:Publish",
        _ => return,
    };
    let policy = json!({
        "PolicyName": "DeadLetterQueuePolicy",
        "PolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [{ "Action": action, "Resource": dead_letters.get("TargetArn"), "Effect": "Allow" }],
        },
    });
    function.policies.allow(policy);
}

/// The managed policy that lets a role write traces, which partitions name differently.
pub(crate) fn xray_policy(partition: Partition) -> &'static str {
    if partition == Partition::Commercial {
        "AWSXrayWriteOnlyAccess"
    } else {
        "AWSXRayDaemonWriteAccess"
    }
}

/// Sets the function's `Role` and says whether one is to be generated.
pub(super) fn decide(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    function: &mut Function,
    properties: &mut Map<String, Value>,
) -> Option<Generated> {
    let id = logical_id::role(function.id());
    let generated = get_att(&id, "Arn");
    let mut given = function.sam.take("Role");
    if given.is_null() {
        properties.insert("Role".to_owned(), generated);
        function.made.reserve(id);
        return Some(Generated { condition: None });
    }
    argument(&given, "Fn::If")?;
    scope.warn_of_parameters(&given, &function.sam.path("Role"));
    if let Err(fault) = scope.parameters.resolve(&mut given) {
        scope.report_unresolvable(function.sam.path("Role"), &fault);
        return None;
    }
    let Some((condition, then, otherwise)) = if_parts(&given) else {
        scope.report(
            Diagnostic::new(
                codes::IF_ARGUMENTS,
                function.sam.path("Role"),
                "`Fn::If` needs three arguments here",
            )
            .help("write `!If [Condition, !GetAtt Role.Arn, !Ref AWS::NoValue]`"),
        );
        return None;
    };
    let (value, condition) = match (is_no_value(then), is_no_value(otherwise)) {
        (false, false) => {
            properties.insert("Role".to_owned(), given);
            return None;
        }
        (true, true) => (generated, None),
        (true, false) => (
            if_then(condition.clone(), generated, otherwise.clone()),
            Some(condition.clone()),
        ),
        (false, true) => {
            let Some(name) = condition.as_str() else {
                scope.report(
                    Diagnostic::new(
                        codes::IF_CONDITION_NOT_A_NAME,
                        function.sam.path("Role"),
                        "`Fn::If` must name a condition first",
                    )
                    .help("write the name of a condition of the `Conditions` section"),
                );
                return None;
            };
            let negated = format!("NOT{name}");
            conditions.add(scope, negated.clone(), conditions::not(name));
            (if_then(name, then.clone(), generated), Some(negated.into()))
        }
    };
    properties.insert("Role".to_owned(), value);
    function.made.reserve(id);
    Some(Generated { condition })
}

/// Writes the generated role, now that all that it may do is known.
pub(super) fn finish(function: &mut Function, generated: Option<Generated>) {
    let Some(generated) = generated else {
        return;
    };
    let sam = &mut function.sam;
    let mut properties = Map::new();
    let trusted = match sam.take("AssumeRolePolicyDocument") {
        Value::Null => trust("lambda.amazonaws.com"),
        given => given,
    };
    set(&mut properties, "AssumeRolePolicyDocument", trusted);
    set(
        &mut properties,
        "ManagedPolicyArns",
        std::mem::take(&mut function.policies.managed).into(),
    );
    set(&mut properties, "Path", sam.take("RolePath"));
    if !function.policies.inline.is_empty() {
        set(
            &mut properties,
            "Policies",
            std::mem::take(&mut function.policies.inline).into(),
        );
    }
    set(
        &mut properties,
        "PermissionsBoundary",
        sam.take("PermissionsBoundary"),
    );
    set(
        &mut properties,
        "Tags",
        tags::created_by("lambda:createdBy", sam.get("Tags").as_object()),
    );
    let mut role = sam.attributes.derived("AWS::IAM::Role", properties);
    if let (Some(condition), Some(role)) = (generated.condition, role.as_object_mut()) {
        role.insert("Condition".to_owned(), condition);
    }
    let because = function.sam.place();
    function
        .made
        .insert(logical_id::role(&function.sam.id), role, because);
}
