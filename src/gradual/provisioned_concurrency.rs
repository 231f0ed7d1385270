//! `ProvisionedConcurrencyConfig`: instances of the alias that are kept ready.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 10}
//! ```
//!
//! ```yaml
//! # out
//! GreeterAliaslive:
//!   Type: AWS::Lambda::Alias
//!   Properties:
//!     Name: live
//!     ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 10}
//!     # ...
//! ```
//!
//! Of a plain function none is asked for where it is 0, which Lambda refuses, so that a parameter can switch it off:
//!
//! ```yaml
//! # in
//! Parameters:
//!   Ready: {Type: Number, Default: 0}
//! Resources:
//!   Greeter:
//!     Type: AWS::Lambda::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: !Ref Ready}
//!       Code: {S3Bucket: bucket, S3Key: greeter.zip}
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Role: arn:aws:iam::123456789012:role/greeter
//! ```
//!
//! ```yaml
//! # out
//! Conditions:
//!   GreeterProvisionedConcurrency: !Not [!Equals [!Ref Ready, '0']]
//! Resources:
//!   GreeterAliaslive:
//!     Properties:
//!       ProvisionedConcurrencyConfig: !If
//!         - GreeterProvisionedConcurrency
//!         - {ProvisionedConcurrentExecutions: !Ref Ready}
//!         - !Ref AWS::NoValue
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! Lambda provisions an alias or a version, never a function, so there must be an alias. What else cannot stand beside it
//! is in `sam/function/rules.rs`.
//!
//! Upstream: `to_cloudformation`, `_construct_alias` of `SamFunction` in model/sam_resources.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_parts, if_then, is_no_value, no_value, ref_target};
use crate::language::logical_id;
use crate::language::truth::equal;
use crate::resource::SamResource;
use crate::scope::Scope;
use crate::stack::Conditions;
use crate::tree::{Value, json};

const NAME: &str = "ProvisionedConcurrencyConfig";
const EXECUTIONS: &str = "ProvisionedConcurrentExecutions";

/// What the alias is provisioned with; none where it is empty, and of a plain function where it is 0.
pub(super) fn read(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
) -> Option<Value> {
    if !sam.is_truthy(NAME) {
        return None;
    }
    let given = sam.get(NAME);
    let made = if sam.is_plain() {
        of_plain(scope, conditions, sam, given)
    } else {
        given.clone()
    };
    (!is_no_value(&made)).then_some(made)
}

fn of_plain(
    scope: &Scope<'_>,
    conditions: &mut Conditions,
    sam: &SamResource,
    given: &Value,
) -> Value {
    let mut over_branches =
        |condition: &Value, branches: [&Value; 2], whole: &dyn Fn(&Value) -> Value| {
            let [then, otherwise] =
                branches.map(|branch| of_plain(scope, conditions, sam, &whole(branch)));
            match condition.as_str().and_then(|name| scope.holds(name)) {
                Some(true) => then,
                Some(false) => otherwise,
                None if then == otherwise => then,
                None => if_then(condition.clone(), then, otherwise),
            }
        };
    if let Some((condition, then, otherwise)) = if_parts(given) {
        return over_branches(condition, [then, otherwise], &Value::clone);
    }
    let Some(executions) = given.get(EXECUTIONS) else {
        return given.clone();
    };
    if let Some((condition, then, otherwise)) = if_parts(executions) {
        return over_branches(
            condition,
            [then, otherwise],
            &|executions| json!({ EXECUTIONS: executions.clone() }),
        );
    }
    let is_nothing = |value: &Value| {
        value.is_null() || is_no_value(value) || equal(value, &json!(0)) || value == "0"
    };
    if is_nothing(executions) {
        return no_value();
    }
    match ref_target(executions) {
        Some(parameter) if scope.parameters.is_declared(parameter) => {
            let known = scope.parameters.get(parameter);
            match known.filter(|_| !scope.parameters.is_by_default(parameter)) {
                Some(known) if is_nothing(known) => no_value(),
                Some(_) => given.clone(),
                // Any value may be given at the deployment.
                None => {
                    let name = logical_id::concurrency_condition(&sam.id);
                    let asked = json!({ "Fn::Not": [{ "Fn::Equals": [executions.clone(), "0"] }] });
                    conditions.add(scope, &name, asked);
                    if_then(name, given.clone(), no_value())
                }
            }
        }
        _ => given.clone(),
    }
}

/// Refuses concurrency without an alias to provision.
pub(crate) fn check(scope: &Scope<'_>, sam: &SamResource) {
    if sam.is_truthy(NAME) && !sam.is_truthy("AutoPublishAlias") {
        scope.report(
            Diagnostic::new(
                codes::CONCURRENCY_WITHOUT_ALIAS,
                sam.path(NAME),
                "`ProvisionedConcurrencyConfig` needs an alias to be provisioned for",
            )
            .on_key()
            .help("add `AutoPublishAlias: live`"),
        );
    }
}
