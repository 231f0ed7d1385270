//! What a connector lets pass that probably is not meant.

use super::profiles::{DATA_SOURCE, Grant, On};
use super::side::Side;
use super::{Connector, Pair};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{is_no_value, ref_target};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;

/// Reports what is odd about a pair that can be joined.
pub(super) fn report(scope: &Scope<'_>, stack: &Stack, connector: &Connector<'_>, pair: &Pair<'_>) {
    for (side, place) in [pair.side(On::Source), pair.side(On::Destination)] {
        report_condition(scope, stack, connector, side, place);
    }
    report_past_alias(scope, stack, pair);
    if let Grant::Policy(policy) = &pair.profile.grant {
        let (side, place) = pair.side(policy.on);
        report_role(scope, stack, side, place);
    }
}

/// The resource may be absent where what the connector makes is there.
fn report_condition(
    scope: &Scope<'_>,
    stack: &Stack,
    connector: &Connector<'_>,
    side: &Side,
    place: &Path,
) {
    let condition = side
        .id
        .as_ref()
        .and_then(|id| stack.get(id)?.get("Condition")?.as_str());
    let (Some(id), Some(condition)) = (&side.id, condition) else {
        return;
    };
    if connector.attributes.condition().is_some() {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::CONNECTOR_WITHOUT_CONDITION,
            place.clone(),
            format!("`{id}` depends on the condition `{condition}`, the connector does not: what it makes then names a resource that is not there"),
        )
        .help(format!("add `Condition: {condition}` to the connector, beside its `Properties`")),
    );
}

/// What calls the alias of a function is not allowed to by a permission for the function.
fn report_past_alias(scope: &Scope<'_>, stack: &Stack, pair: &Pair<'_>) {
    let Some(function) = &pair.destination.id else {
        return;
    };
    let alias = format!("{function}.Alias");
    let calls = match &pair.profile.grant {
        // That of a data source is for aliases too.
        Grant::Policy(policy) => policy.on == On::Source && pair.source.kind != DATA_SOURCE,
        Grant::Invoke { .. } => true,
        Grant::Resource { .. } => false,
    };
    if !calls || !stack.names.referable.contains_key(&alias) {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::CONNECTOR_PAST_ALIAS,
            pair.destination_place.clone(),
            format!("this allows calls of `{function}` itself, not of its alias: what calls the alias is denied"),
        )
        .help(format!(
            "for calls of the alias write `{{Type: AWS::Lambda::Function, Arn: !Ref {alias}}}`"
        )),
    );
}

/// A policy is attached to a role by its name; what is not a role of this template has none that is known.
fn report_role(scope: &Scope<'_>, stack: &Stack, side: &Side, place: &Path) {
    let (Some(id), Some(role)) = (&side.id, &side.role) else {
        return;
    };
    let name = ref_target(role).unwrap_or_default();
    let kind = stack.get(name).and_then(|role| role.get("Type")?.as_str());
    let message = match kind {
        Some("AWS::IAM::Role") => return,
        _ if is_no_value(role) => format!(
            "the role of `{id}` is `AWS::NoValue`, so that the policy of this connector is attached to no role"
        ),
        Some(kind) => format!(
            "the policy of this connector is attached to the role with the name `!Ref {name}`, but `{name}` is of type `{kind}`"
        ),
        None => format!(
            "the policy of this connector is attached to the role whose name is the value of `{name}`: an ARN there, as `{id}` needs it, is no name"
        ),
    };
    scope.report(
        Diagnostic::new(codes::CONNECTOR_ROLE_NOT_A_NAME, place.clone(), message).help(format!(
            "describe this side by its values, with `Type: {}` and the name of its role as `RoleName`",
            side.kind
        )),
    );
}

/// Of two policies of one queue or topic AWS keeps the one that is written last.
pub(super) fn report_second_policy(
    scope: &Scope<'_>,
    connector: &Connector<'_>,
    pair: &Pair<'_>,
    other: &str,
) {
    scope.report(
        Diagnostic::new(
            codes::CONNECTOR_SECOND_POLICY,
            pair.destination_place.clone(),
            format!("the policy that this makes and `{other}` are for the same queue or topic, which has one policy: the one that is written last replaces the other"),
        )
        .help(format!(
            "write one policy with the statements of both by hand, instead of `{}`",
            connector.id
        )),
    );
}
