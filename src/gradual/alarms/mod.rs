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
//! Upstream: `_convert_alarms` in model/preferences/deployment_preference_collection.py. What SAM refuses there, or
//! makes something of that CloudFormation refuses, is ours: see wanted.rs.

pub(crate) mod defaults;
mod item;
mod kinds;
mod log_errors;
mod make;
mod metric;
mod route_errors;
mod routes;
mod settings;
mod spelling;
mod wanted;
mod watched;

use crate::deployment::{Alarm, Alarms};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{argument, if_parts, if_then, is_no_value, no_value, ref_target};
use crate::language::requirements::All;
use crate::language::truth::is_truthy;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Value, json};

pub(super) use watched::lower;

/// A kind of alarm that can be made, for whoever lists them.
pub(crate) struct AlarmKind {
    pub(crate) name: &'static str,
    /// How it is written with all that it must be told.
    pub(crate) example: &'static str,
    pub(crate) required: &'static [&'static str],
    /// What it can be told.
    pub(crate) settings: Vec<&'static str>,
}

/// Every kind of alarm that can be made.
pub(crate) fn kinds() -> impl Iterator<Item = AlarmKind> {
    kinds::KINDS.iter().map(|kind| AlarmKind {
        name: kind.name,
        example: kind.example,
        required: kind.required,
        settings: settings::of_kind(kind),
    })
}

/// Reads `Alarms` of a preference; a fault is reported and gives none. `is_plain`: of a plain function, where nothing means
/// what SAM takes it for.
pub(super) fn read(
    scope: &Scope<'_>,
    given: Option<&Value>,
    is_plain: bool,
    path: &Path,
) -> Option<Alarms> {
    let Some(given) = given.filter(|given| is_truthy(Some(given)) && !is_no_value(given)) else {
        return Some(Alarms::None);
    };
    let path = path.clone().then("Alarms");
    if is_plain || wanted::is_ours(given) {
        return wanted::read(scope, given, &path);
    }
    if argument(given, "Fn::If").is_none() {
        return list(scope, given, path);
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
    // Nothing at all stands in a branch where a condition chooses between whole preferences.
    let branch = |given: &Value, path| match given {
        Value::Null => Some(Alarms::None),
        given => list(scope, given, path),
    };
    let then = branch(then, branches.clone().then(1));
    let otherwise = branch(otherwise, branches.then(2));
    Some(Alarms::If {
        condition: condition.clone(),
        then: Box::new(then?),
        otherwise: Box::new(otherwise?),
    })
}

fn list(scope: &Scope<'_>, given: &Value, path: Path) -> Option<Alarms> {
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
        return Some(Alarms::Watched(Vec::new()));
    }
    for (index, alarm) in alarms.iter().enumerate() {
        warn_of_kind(scope, alarm, &path.clone().then(index));
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
    let watched = alarms.iter().map(|name| named(name.clone(), Vec::new()));
    Some(Alarms::Watched(watched.collect()))
}

/// An alarm of the user's own, under these requirements.
fn named(name: Value, when: All) -> Alarm {
    Alarm {
        name,
        id: None,
        is_generated: false,
        when,
        request: None,
    }
}

/// Says when an alarm is called like a kind of alarm that could be made.
fn warn_of_kind(scope: &Scope<'_>, alarm: &Value, path: &Path) {
    let Some(name) = alarm.as_str() else {
        return;
    };
    let words = [wanted::STANDARD, wanted::NONE];
    let help = if words.contains(&name) {
        format!("write `Alarms: {name}`, without a list; a name of an alarm may stay")
    } else if let Some(kind) = kinds::find(name) {
        format!(
            "to have such an alarm made write `- {}`; a name of an alarm may stay",
            kind.example
        )
    } else {
        return;
    };
    scope.report(
        Diagnostic::new(
            codes::ALARM_NAMED_LIKE_KIND,
            path.clone(),
            format!("`{name}` is taken for the name of an alarm here, and none is made"),
        )
        .help(help),
    );
}

/// Finds the resources of alarms, now that all of them are known.
pub(super) fn find(stack: &Stack, alarms: &mut Alarms) {
    match alarms {
        Alarms::None | Alarms::Off => {}
        Alarms::Watched(watched) => {
            for alarm in watched.iter_mut().filter(|alarm| alarm.id.is_none()) {
                let id = ref_target(&alarm.name).filter(|id| stack.get(id).is_some());
                alarm.id = id.map(str::to_owned);
            }
        }
        Alarms::If {
            then, otherwise, ..
        } => {
            find(stack, then);
            find(stack, otherwise);
        }
    }
}

/// `AlarmConfiguration` of a deployment group; none where there is nothing to say of alarms.
pub(super) fn configuration(alarms: &Alarms) -> Option<Value> {
    match alarms {
        Alarms::None => None,
        Alarms::Off => Some(json!({ "Enabled": false })),
        Alarms::Watched(watched) if watched.is_empty() => Some(json!({})),
        Alarms::Watched(watched) => Some(json!({
            "Enabled": watched::is_any(watched),
            "Alarms": watched::items(watched),
        })),
        Alarms::If {
            condition,
            then,
            otherwise,
        } => {
            let branch = |alarms| configuration(alarms).unwrap_or_else(no_value);
            Some(if_then(condition.clone(), branch(then), branch(otherwise)))
        }
    }
}
