//! `Alarms`: the CloudWatch alarms that stop a deployment and roll it back.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: AllAtOnce, Alarms: [!Ref Errors]}
//! ```
//!
//! ```yaml
//! # out
//! GreeterDeploymentGroup:
//!   Properties:
//!     AlarmConfiguration: {Enabled: true, Alarms: [{Name: !Ref Errors}]}
//!     # ...
//!   # ...
//! ```
//!
//! Upstream: `_convert_alarms` in model/preferences/deployment_preference_collection.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, if_parts, if_then, is_no_value};
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::template::Path;
use serde_json::{Value, json};

/// `AlarmConfiguration` for `Alarms`, null where there are none; a fault is reported and gives none.
pub(super) fn read(scope: &Scope<'_>, given: Option<&Value>, path: &Path) -> Option<Value> {
    let Some(given) = given.filter(|given| is_truthy(Some(given)) && !is_no_value(given)) else {
        return Some(Value::Null);
    };
    let path = path.clone().then("Alarms");
    if argument(given, "Fn::If").is_none() {
        return configuration(scope, given, path);
    }
    let Some((condition, then, otherwise)) = if_parts(given) else {
        scope.report(
            Diagnostic::new(
                codes::IF_ARGUMENTS,
                path,
                "`Fn::If` needs three arguments here",
            )
            .help("write `!If [Condition, [!Ref Alarm], []]`"),
        );
        return None;
    };
    let branches = path.then("Fn::If");
    let then = configuration(scope, then, branches.clone().then(1));
    let otherwise = configuration(scope, otherwise, branches.then(2));
    Some(if_then(condition.clone(), then?, otherwise?))
}

fn configuration(scope: &Scope<'_>, given: &Value, path: Path) -> Option<Value> {
    let Some(alarms) = given.as_array() else {
        scope.report(
            Diagnostic::new(codes::ALARMS_NOT_A_LIST, path, "`Alarms` must be a list of alarm names")
                .help("write `[!Ref ErrorAlarm]`; of an `!If` each branch is such a list, the empty one `[]`"),
        );
        return None;
    };
    if alarms.first().is_some_and(is_no_value) {
        if alarms.len() > 1 {
            scope.report(
                Diagnostic::new(
                    codes::ALARMS_DROPPED,
                    path,
                    "the first alarm is `AWS::NoValue`, so none of the list is watched",
                )
                .help("put the real alarms first, or choose between two lists with `!If`"),
            );
        }
        return Some(json!({}));
    }
    for (index, alarm) in alarms.iter().enumerate() {
        let vanishes = is_no_value(alarm)
            || if_parts(alarm)
                .is_some_and(|(_, then, otherwise)| is_no_value(then) || is_no_value(otherwise));
        if vanishes {
            scope.report(
                Diagnostic::new(
                    codes::ALARM_WITHOUT_NAME,
                    path.clone().then(index),
                    "where this is `AWS::NoValue`, an alarm without a name is left, which CodeDeploy refuses",
                )
                .help("choose between two lists instead: `Alarms: !If [Condition, [!Ref A, !Ref B], [!Ref A]]`"),
            );
        }
    }
    if alarms.is_empty() {
        return Some(json!({}));
    }
    let alarms: Vec<Value> = alarms
        .iter()
        .map(|alarm| json!({ "Name": alarm }))
        .collect();
    Some(json!({ "Enabled": true, "Alarms": alarms }))
}
