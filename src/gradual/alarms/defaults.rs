//! `Metadata.Canaryform.Defaults.Alarms`: what alarms that are made are told unless their items say otherwise.
//!
//! ```yaml
//! # in
//! Metadata:
//!   Canaryform:
//!     Defaults:
//!       Alarms:
//!         All: {AlarmActions: [arn:aws:sns:eu-west-1:123456789012:pager]}
//!         Errors: {Threshold: 2}
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Alarms: [Errors: {Version: Alias}]
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   GreeterErrorsAlarm:
//!     Type: AWS::CloudWatch::Alarm
//!     Properties:
//!       AlarmActions: [arn:aws:sns:eu-west-1:123456789012:pager]
//!       Threshold: 2
//!       # ...
//!   # ...
//! ```
//!
//! They merge as Globals do: maps key by key, lists one behind the other, everything else is the item's own, and null
//! switches a default off.

use super::kinds::{self, Kind};
use super::settings;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::{if_parts, if_then, is_intrinsic, is_no_value};
use crate::metadata;
use crate::scope::Scope;
use crate::tree::{Map, Value};

/// The key of what all kinds are told.
const ALL: &str = "All";

/// What there are defaults for, all kinds and each, and what each can be told.
pub(crate) fn settings() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    keys().into_iter().map(|name| {
        let known = kinds::find(name).map(settings::of_kind);
        (name, known.unwrap_or_else(settings::of_all))
    })
}

/// What there are defaults for.
fn keys() -> Vec<&'static str> {
    let mut keys = kinds::names();
    keys.insert(0, ALL);
    keys
}

/// Checks them, once for the whole template.
pub(crate) fn check(scope: &Scope<'_>) {
    let at = metadata::path(&["Defaults", "Alarms"]);
    for (name, given) in &scope.metadata.alarms {
        let path = at.clone().then(name);
        let kind = kinds::find(name);
        if kind.is_none() && name != ALL {
            let known = keys();
            scope.report(
                Diagnostic::new(
                    codes::METADATA_KEY,
                    path,
                    format!("there is no kind of alarm `{name}`"),
                )
                .on_key()
                .help(did_you_mean(name, &known)),
            );
            continue;
        }
        match given {
            Value::Null => {}
            Value::Object(given) => {
                for name in ["Id", "AlarmName"] {
                    if given.contains_key(name) && kind.is_some() {
                        scope.report(
                            Diagnostic::new(
                                codes::ALARM_SETTING,
                                path.clone().then(name),
                                format!("`{name}` cannot be a default: it is of one alarm"),
                            )
                            .on_key()
                            .help("write it on the alarm itself"),
                        );
                    }
                }
                settings::check(scope, kind, given, &path);
            }
            _ => scope.report(
                Diagnostic::new(
                    codes::METADATA_SHAPE,
                    path.clone(),
                    format!("`{path}` must be a map"),
                )
                .help(format!("write `{name}: {{AlarmActions: [...]}}`")),
            ),
        }
    }
}

/// What an alarm of this kind is told, by its item and by the defaults.
pub(super) fn merged(scope: &Scope<'_>, kind: &Kind, own: &Map) -> Map {
    let given = &scope.metadata.alarms;
    let of = |name: &str| given.get(name).and_then(Value::as_object);
    let mut merged = Map::new();
    for given in [of(ALL), of(kind.name), Some(own)].into_iter().flatten() {
        add(&mut merged, given);
    }
    if own.contains_key("Metrics") {
        // There each metric has its own.
        merged.retain(|name, _| name != "Period" || own.contains_key(name));
    }
    merged
}

/// Puts values into a map that has defaults for them.
fn add(merged: &mut Map, given: &Map) {
    for (name, value) in given {
        let value = match merged.get(name) {
            Some(default) => with_default(default, value),
            None => value.clone(),
        };
        merged.insert(name.clone(), value);
    }
}

/// A value that has a default: of lists both, also in each branch of an `Fn::If`.
fn with_default(default: &Value, own: &Value) -> Value {
    if let (Value::Array(_), Some((condition, then, otherwise))) = (default, if_parts(own)) {
        let branch = |own: &Value| {
            if is_no_value(own) {
                default.clone()
            } else {
                with_default(default, own)
            }
        };
        return if_then(condition.clone(), branch(then), branch(otherwise));
    }
    match (default, own) {
        (Value::Object(of_default), Value::Object(of_own))
            if !is_intrinsic(default) && !is_intrinsic(own) =>
        {
            let mut both = of_default.clone();
            add(&mut both, of_own);
            Value::Object(both)
        }
        (Value::Array(of_default), Value::Array(of_own)) => {
            let new = of_own.iter().filter(|item| !of_default.contains(item));
            of_default.iter().chain(new).cloned().collect()
        }
        _ => own.clone(),
    }
}
