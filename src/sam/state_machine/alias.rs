//! `AutoPublishAlias`, `DeploymentPreference`, `UseAliasAsEventTarget` of a state machine: Step Functions shifts the
//! traffic itself, without CodeDeploy.
//!
//! ```yaml
//! # in
//! Order:
//!   Type: AWS::Serverless::StateMachine
//!   Properties:
//!     DefinitionUri: s3://bucket/order.asl.json
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5}
//! ```
//!
//! ```yaml
//! # out
//! OrderVersion:
//!   Type: AWS::StepFunctions::StateMachineVersion
//!   DeletionPolicy: Retain
//!   UpdateReplacePolicy: Retain
//!   Properties:
//!     StateMachineArn: !Ref Order
//!     StateMachineRevisionId: !GetAtt Order.StateMachineRevisionId
//! OrderAliaslive:
//!   Type: AWS::StepFunctions::StateMachineAlias
//!   Properties:
//!     Name: live
//!     DeploymentPreference:
//!       Type: CANARY
//!       Percentage: 10
//!       Interval: 5
//!       StateMachineVersionArn: !Ref OrderVersion
//! ```
//!
//! The version's id is always the same: a new revision of the machine replaces it, and the old one is retained.
//!
//! Upstream: `_generate_managed_traffic_shifting_resources` in model/stepfunctions/generators.py.

use super::StateMachine;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::intrinsics::{get_att, is_intrinsic, reference};
use crate::language::logical_id;
use crate::language::python_json::number_text;
use crate::language::truth::is_truthy;
use crate::resource::keys;
use crate::resource::{map, resource};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

/// What CloudFormation takes in a state machine alias's `DeploymentPreference`.
pub(crate) const KEYS: &[&str] = &[
    "Type",
    "Percentage",
    "Interval",
    "Alarms",
    "StateMachineVersionArn",
];

/// What needs an alias, as what it is refused without one, and why.
const NEED_ALIAS: [(&str, &Code, &str); 2] = [
    (
        "UseAliasAsEventTarget",
        codes::EVENT_TARGET_WITHOUT_ALIAS,
        "needs an alias that events can start",
    ),
    (
        "DeploymentPreference",
        codes::DEPLOYMENT_WITHOUT_ALIAS,
        "needs an alias whose traffic it can shift",
    ),
];

const TYPES: &[&str] = &["ALL_AT_ONCE", "LINEAR", "CANARY"];

/// Attributes that keep the version before the last one: a deployment may still have to go back to it.
const RETAINED: &[&str] = &["DeletionPolicy", "UpdateReplacePolicy"];

/// Adds the version and the alias of a machine that has one; faults are reported.
pub(crate) fn lower(scope: &Scope<'_>, machine: &mut StateMachine) {
    if !machine.sam.is_truthy("AutoPublishAlias") {
        refuse_without_alias(scope, machine);
        return;
    }
    let alias = alias_id(scope, machine);
    let version = logical_id::state_machine_version(machine.id());
    let preference = preference(scope, machine, &version);
    let (Some(alias), Some(preference)) = (alias, preference) else {
        return;
    };
    let because = machine.sam.path("AutoPublishAlias");
    let mut attributes = machine.sam.attributes.passed_on();
    for name in RETAINED {
        attributes.entry(*name).or_insert_with(|| json!("Retain"));
    }
    let properties = map(json!({
        "StateMachineArn": reference(machine.id()),
        "StateMachineRevisionId": get_att(machine.id(), "StateMachineRevisionId"),
    }));
    machine.made.insert(
        version,
        resource(
            "AWS::StepFunctions::StateMachineVersion",
            attributes,
            properties,
        ),
        because.clone(),
    );
    let properties = map(json!({
        "Name": machine.sam.get("AutoPublishAlias"),
        "DeploymentPreference": preference,
    }));
    machine.made.insert_beside(
        &machine.sam.attributes,
        alias.clone(),
        "AWS::StepFunctions::StateMachineAlias",
        properties,
        because,
    );
    machine.alias = Some(alias);
    warn_of_rights(scope, machine);
}

/// Refuses what needs an alias where there is none.
fn refuse_without_alias(scope: &Scope<'_>, machine: &StateMachine) {
    for (name, code, fault) in NEED_ALIAS {
        if machine.sam.is_truthy(name) {
            scope.report(
                Diagnostic::new(code, machine.sam.path(name), format!("`{name}` {fault}"))
                    .on_key()
                    .help(format!(
                        "add `AutoPublishAlias: live`, or take `{name}` out"
                    )),
            );
        }
    }
}

/// Says that the generated roles of events cannot start the alias: Step Functions asks for the right on the machine.
///
/// See <https://docs.aws.amazon.com/step-functions/latest/dg/auth-version-alias.html>.
fn warn_of_rights(scope: &Scope<'_>, machine: &StateMachine) {
    if !machine.sam.is_truthy("UseAliasAsEventTarget") || !machine.sam.is_truthy("Events") {
        return;
    }
    scope.report(
        Diagnostic::new(
            codes::ALIAS_NOT_STARTABLE,
            machine.sam.path("UseAliasAsEventTarget"),
            "the role that is made for each event may only start the alias, while Step Functions wants the right on the state machine: the events will not start it",
        )
        .on_key()
        .help(format!(
            "add an `AWS::IAM::RolePolicy` to each role, `RoleName: !Ref {}<Event>Role`, that allows `states:StartExecution` on `!Ref {}`; a `Schedule` may name a `RoleArn` instead",
            machine.id(),
            machine.id()
        )),
    );
}

/// The alias's logical id; a name that does not fit into one is reported and gives none.
fn alias_id(scope: &Scope<'_>, machine: &StateMachine) -> Option<String> {
    let given = machine.sam.get("AutoPublishAlias");
    let name = match given {
        Value::String(name) => name.to_string(),
        Value::Number(number) => number_text(number),
        Value::Bool(true) => "True".to_owned(),
        _ => String::new(),
    };
    if logical_id::is_valid(&name) {
        return Some(logical_id::state_machine_alias(machine.id(), &name));
    }
    let path = machine.sam.path("AutoPublishAlias");
    scope.report(if is_intrinsic(given) {
        Diagnostic::new(
            codes::ALIAS_NOT_KNOWN,
            path,
            "`AutoPublishAlias` of a state machine must be a name: no intrinsic is resolved here",
        )
        .help("write the name out: `AutoPublishAlias: live`")
    } else {
        Diagnostic::new(
            codes::ALIAS_NAME,
            path,
            "the alias of a state machine becomes part of a logical id, and is not of letters and digits alone",
        )
        .help("use letters and digits: `AutoPublishAlias: live`")
    });
    None
}

/// The alias's `DeploymentPreference`: the user's, and the version that it leads to. A fault is reported and gives none.
fn preference(scope: &Scope<'_>, machine: &StateMachine, version: &str) -> Option<Value> {
    let given = machine.sam.get("DeploymentPreference");
    let path = machine.sam.path("DeploymentPreference");
    let mut made = match given {
        given if !is_truthy(Some(given)) => map(json!({ "Type": "ALL_AT_ONCE" })),
        Value::Object(parts) if !is_intrinsic(given) => parts.clone(),
        _ => {
            let code = if is_intrinsic(given) {
                codes::PREFERENCE_AS_INTRINSIC
            } else {
                codes::WRONG_SHAPE
            };
            scope.report(
                Diagnostic::new(
                    code,
                    path,
                    "`DeploymentPreference` of a state machine must be a map",
                )
                .help("write `{Type: CANARY, Percentage: 10, Interval: 5}`; an intrinsic may stand behind each key, not for the whole"),
            );
            return None;
        }
    };
    if made.contains_key("StateMachineVersionArn") {
        scope.report(
            Diagnostic::new(
                codes::VERSION_ARN_IGNORED,
                path.clone().then("StateMachineVersionArn"),
                "`StateMachineVersionArn` is overwritten: the alias leads to the version that is published",
            )
            .on_key()
            .help("take it out"),
        );
    }
    if machine.sam.is_plain() {
        keys::refuse_unknown(scope, made.keys(), KEYS, "`DeploymentPreference`", &path);
    } else {
        keys::warn_of_unknown(scope, made.keys(), KEYS, "`DeploymentPreference`", &path);
    }
    warn_of_type(scope, &made, &path);
    made.insert("StateMachineVersionArn", reference(version));
    Some(made.into())
}

/// Says when `Type` is a word that Step Functions does not know, such as the name of one of CodeDeploy's.
fn warn_of_type(scope: &Scope<'_>, preference: &Map, path: &crate::template::Path) {
    let Some(Value::String(kind)) = preference.get("Type") else {
        return;
    };
    if !TYPES.contains(&kind.as_str()) {
        scope.report(
            Diagnostic::new(
                codes::UNKNOWN_TRAFFIC_SHAPE,
                path.clone().then("Type"),
                format!("`{kind}` is not a way in which Step Functions shifts traffic"),
            )
            .help(did_you_mean(kind, TYPES)),
        );
    }
}
