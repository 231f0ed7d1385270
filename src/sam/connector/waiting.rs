//! What has to wait for the policy of a connector: an event source mapping, or a state machine that runs another one.
//!
//! ```yaml
//! # in
//! Jobs:
//!   Type: AWS::SQS::Queue
//!   Connectors:
//!     ToWorker:
//!       Properties:
//!         Destination: {Id: Worker}
//!         Permissions: [Read, Write]
//! Worker: {Type: AWS::Serverless::Function}
//! Poll:
//!   Type: AWS::Lambda::EventSourceMapping
//!   Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}
//! ```
//!
//! ```yaml
//! # out
//! Poll:
//!   Type: AWS::Lambda::EventSourceMapping
//!   DependsOn: [JobsToWorkerPolicy]
//!   Properties: {FunctionName: !Ref Worker, EventSourceArn: !GetAtt Jobs.Arn}
//! ```
//!
//! Upstream: `_construct_iam_policy` in model/sam_resources.py.

use super::joints::Mappings;
use super::profiles::{Grant, Waiting};
use super::{Connector, Pair};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::named_resource;
use crate::language::logical_id;
use crate::sam::common::Common;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{Value, json};

/// Lets what must come after the policy `policy` depend on it.
pub(super) fn wait(
    scope: &Scope<'_>,
    common: &mut Common<'_>,
    connector: &Connector<'_>,
    pair: &Pair<'_>,
    policy: &str,
) {
    let Grant::Policy(rule) = &pair.profile.grant else {
        return;
    };
    let Some(source) = &pair.source.id else {
        return;
    };
    match rule.waiting {
        None => {}
        Some(Waiting::Source) => {
            if pair.destination.id.as_ref() == Some(source) {
                scope.report(
                    Diagnostic::new(
                        codes::CONNECTOR_IN_A_CIRCLE,
                        pair.destination_place.clone(),
                        format!("`{source}` is joined to itself: it would wait for a policy that names it, which CloudFormation refuses as a circle"),
                    )
                    .help(format!("allow it under `Policies` of `{source}`, with the name of the machine as a text")),
                );
            }
            depend(&mut common.stack, source, policy);
        }
        Some(Waiting::EventSourceMapping) => {
            let Some(function) = &pair.destination.id else {
                return;
            };
            let stack = &common.stack;
            let mappings = common.joints.mappings(stack);
            match mappings.between(source, function) {
                [mapping] => {
                    let mapping = mapping.clone();
                    depend(&mut common.stack, &mapping, policy);
                }
                several => {
                    let late = late_mappings(stack, mappings, source, function, several);
                    for mapping in late {
                        report_late(scope, connector, &mapping, stack.own.contains_key(&mapping));
                    }
                }
            }
        }
    }
}

/// The mappings that do not wait although they should.
fn late_mappings(
    stack: &Stack,
    mappings: &Mappings,
    source: &str,
    function: &str,
    several: &[String],
) -> Vec<String> {
    let alias = stack.names.referable.get(&format!("{function}.Alias"));
    let through_alias = alias
        .map(|alias| mappings.between(source, alias))
        .unwrap_or_default();
    several
        .iter()
        .chain(through_alias)
        // The role that is made for a function allows what its events need.
        .filter(|mapping| stack.own.contains_key(*mapping) || !has_made_role(stack, function))
        .cloned()
        .collect()
}

fn has_made_role(stack: &Stack, function: &str) -> bool {
    let role = stack
        .get(function)
        .and_then(|function| function.get("Properties")?.get("Role"))
        .and_then(named_resource);
    role.is_some_and(|role| role == logical_id::role(function))
}

fn report_late(scope: &Scope<'_>, connector: &Connector<'_>, mapping: &str, is_own: bool) {
    let finding = Diagnostic::new(
        codes::CONNECTOR_MAPPING_DOES_NOT_WAIT,
        connector.place.clone(),
        format!("`{mapping}` does not wait for the policy of this connector, so that it may be refused for a missing permission"),
    )
    .on_key();
    scope.report(if is_own {
        finding.help(format!("add `DependsOn: {}` to `{mapping}`", connector.id))
    } else {
        finding.help("give the function's role these permissions itself, or leave the role to be made: then the event allows them")
    });
}

/// Adds to what a resource waits for.
fn depend(stack: &mut Stack, id: &str, policy: &str) {
    let Some(resource) = stack.get_mut(id).and_then(Value::as_object_mut) else {
        return;
    };
    let named = resource.entry("DependsOn").or_insert_with(|| json!([]));
    if !named.is_array() {
        *named = json!([named.take()]);
    }
    if let Some(named) = named.as_array_mut()
        && !named.iter().any(|id| id.as_str() == Some(policy))
    {
        named.push(policy.into());
    }
}
