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

use super::dead_letter_queue;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::conditions;
use crate::language::intrinsics::{argument, get_att, if_parts, if_then, is_no_value};
use crate::language::logical_id;
use crate::language::partition::Partition;
use crate::resource::{SamResource, trust};
use crate::sam::policies::RolePolicies;
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::tree::Value;

/// What becomes of a function's `Role`.
#[derive(Default)]
pub(super) struct Role {
    /// What stands in its place; none where it goes over as it is, or is at fault.
    pub(super) value: Option<Value>,
    /// The role that is to be made for it.
    pub(super) wanted: Option<Wanted>,
}

/// A role that is to be made.
#[derive(Default)]
pub(super) struct Wanted {
    /// The condition of a role that only one branch of `Role: !If` wants; it stands in place of the function's own.
    condition: Option<Value>,
}

/// What every generated role may do: write logs, and what tracing, a network and a dead-letter queue need.
pub(super) fn basics(scope: &Scope<'_>, sam: &SamResource, tracing: bool) -> RolePolicies {
    let partition = scope.partition;
    let basic = if sam.is_truthy("DurableConfig") {
        "service-role/AWSLambdaBasicDurableExecutionRolePolicy"
    } else {
        "service-role/AWSLambdaBasicExecutionRole"
    };
    let mut managed = vec![basic];
    if tracing {
        managed.push(xray_policy(partition));
    }
    if sam.is_truthy("VpcConfig") {
        managed.push("service-role/AWSLambdaVPCAccessExecutionRole");
    }
    RolePolicies::new(
        managed
            .into_iter()
            .map(|policy| partition.managed_policy_arn(policy).into())
            .collect(),
        dead_letter_queue::policy(sam).into_iter().collect(),
    )
}

/// The managed policy that lets a role write traces, which partitions name differently.
pub(crate) fn xray_policy(partition: Partition) -> &'static str {
    if partition == Partition::Commercial {
        "AWSXrayWriteOnlyAccess"
    } else {
        "AWSXRayDaemonWriteAccess"
    }
}

/// Reads `Role`; a fault is reported.
pub(super) fn read(scope: &Scope<'_>, conditions: &mut Conditions, sam: &mut SamResource) -> Role {
    let given = sam.take("Role");
    if given.is_null() {
        return Role {
            value: Some(get_att(&logical_id::role(&sam.id), "Arn")),
            wanted: Some(Wanted::default()),
        };
    }
    if argument(&given, "Fn::If").is_none() {
        return Role::default();
    }
    choose(scope, conditions, sam, given).unwrap_or_default()
}

/// Reads a `Role: !If`, of which a branch may want a generated role; a fault is reported and gives none.
fn choose(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
    mut given: Value,
) -> Option<Role> {
    let generated = get_att(&logical_id::role(&sam.id), "Arn");
    scope.warn_of_parameters(&given, &sam.path("Role"));
    if let Err(fault) = scope.parameters.resolve(&mut given) {
        scope.report_unresolvable(sam.path("Role"), &fault);
        return None;
    }
    let Some((condition, then, otherwise)) = if_parts(&given) else {
        scope.report(
            Diagnostic::new(
                codes::IF_ARGUMENTS,
                sam.path("Role"),
                "`Fn::If` needs three arguments here",
            )
            .help("write `!If [Condition, !GetAtt Role.Arn, !Ref AWS::NoValue]`"),
        );
        return None;
    };
    let (value, condition) = match (is_no_value(then), is_no_value(otherwise)) {
        (false, false) => {
            return Some(Role {
                value: Some(given),
                wanted: None,
            });
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
                        sam.path("Role"),
                        "`Fn::If` must name a condition first",
                    )
                    .help("write the name of a condition of the `Conditions` section"),
                );
                return None;
            };
            let negated = logical_id::negated_condition(name);
            conditions.add(scope, negated.clone(), conditions::not(name));
            (if_then(name, then.clone(), generated), Some(negated.into()))
        }
    };
    Some(Role {
        value: Some(value),
        wanted: Some(Wanted { condition }),
    })
}

/// Makes a role, now that all that it may do is known.
pub(super) fn make(sam: &mut SamResource, wanted: Wanted, policies: RolePolicies) -> Value {
    let trusted = match sam.take("AssumeRolePolicyDocument") {
        Value::Null => trust("lambda.amazonaws.com"),
        given => given,
    };
    let properties = policies.into_role(sam, trusted, "lambda:createdBy");
    let mut role = sam.attributes.derived("AWS::IAM::Role", properties);
    if let (Some(condition), Some(role)) = (wanted.condition, role.as_object_mut()) {
        role.insert("Condition", condition);
    }
    role
}
