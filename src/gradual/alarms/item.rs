//! One alarm of a list that is to be made: `Errors: {Threshold: 5}`.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Alarms:
//!         - ErrorRate: {Threshold: 5, MinInvocations: 20, Version: Alias}
//! ```
//!
//! ```yaml
//! # out
//! GreeterErrorRateAlarm:
//!   Type: AWS::CloudWatch::Alarm
//!   Properties:
//!     Metrics:
//!       - Id: rate
//!         Expression: IF(invocations >= 20, 100 * FILL(errors, 0) / invocations, 0)
//!         # ...
//!     Threshold: 5
//!     # ...
//! ```
//!
//! What the item says counts most, then what `Metadata.Canaryform.Defaults.Alarms` says of its kind, then what it says of
//! all, then what the kind is like.

use super::kinds::{self, Kind};
use super::{defaults, settings};
use crate::deployment::{AlarmRequest, Sees};
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::intrinsics::{argument, is_intrinsic};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

/// What every kind of alarm is written like.
pub(super) const EXAMPLE: &str = "write `- Errors: {}`, `- Duration: {Statistic: p99, Threshold: 800}`, or `- !Ref MyAlarm` for an alarm of your own";

/// Reads an item that is a map; a fault is reported and gives none.
pub(super) fn read(scope: &Scope<'_>, given: &Map, path: &Path) -> Option<AlarmRequest> {
    let mut entries = given.iter();
    let (Some((name, value)), None) = (entries.next(), entries.next()) else {
        scope.report(not_one(given, path));
        return None;
    };
    let Some(kind) = kinds::find(name) else {
        scope.report(no_kind(name, path));
        return None;
    };
    let path = path.clone().then(name);
    let nothing = Map::new();
    let own = match value {
        Value::Null => &nothing,
        Value::Object(own) if !is_intrinsic(value) => own,
        _ => {
            let finding = Diagnostic::new(
                codes::ALARM_SHAPE,
                path,
                format!("what `{name}` is told must be a map"),
            );
            scope.report(finding.help(if argument(value, "Fn::If").is_some() {
                format!(
                    "put the condition around the whole item: `- !If [Condition, {{{}}}, !Ref AWS::NoValue]`",
                    kind.example
                )
            } else {
                format!("write `- {}`", kind.example)
            }));
            return None;
        }
    };
    request(scope, kind, own, path)
}

/// What is asked for by a kind and what it is told.
pub(super) fn request(
    scope: &Scope<'_>,
    kind: &'static Kind,
    own: &Map,
    path: Path,
) -> Option<AlarmRequest> {
    let watch = scope.watch();
    settings::check(scope, Some(kind), own, &path);
    if !watch.is_sound() {
        return None;
    }
    let mut merged = defaults::merged(scope, kind, own);
    let is_missing = |name: &&&str| {
        let is_there = |name: &str| merged.get(name).is_some_and(|value| !value.is_null());
        !(is_there(name) || (**name == "Threshold" && is_there("ThresholdMetricId")))
    };
    let missing: Vec<&str> = kind.required.iter().filter(is_missing).copied().collect();
    for name in &missing {
        let what = match *name {
            "Threshold" => format!(": a number, {}", kind.threshold.words),
            "Pattern" => ": what is looked for in the log".to_owned(),
            _ => String::new(),
        };
        scope.report(
            Diagnostic::new(
                codes::ALARM_INCOMPLETE,
                path.clone(),
                format!("`{}` needs `{name}`{what}", kind.name),
            )
            .on_key()
            .help(format!("write `- {}`", kind.example)),
        );
    }
    if !missing.is_empty() {
        return None;
    }
    let word = merged.remove("Version");
    let sees = word
        .as_ref()
        .and_then(Value::as_str)
        .and_then(|word| {
            let mut known = kind.sees.iter();
            known.find(|sees| kinds::word(**sees) == Some(word))
        })
        .or(kind.sees.first())
        .copied()
        .unwrap_or(Sees::All);
    let id = merged.remove("Id");
    settings::complete(kind, sees, &mut merged);
    settings::check_together(scope, kind, sees, &merged, &path);
    watch.is_sound().then(|| AlarmRequest {
        kind: kind.name,
        sees,
        id: id.as_ref().and_then(Value::as_str).map(str::to_owned),
        settings: merged,
        path,
    })
}

/// An item that has not one key.
fn not_one(given: &Map, path: &Path) -> Diagnostic {
    let fault = |message: String| Diagnostic::new(codes::ALARM_SHAPE, path.clone(), message);
    let kind = given.keys().find_map(|name| kinds::find(name));
    match kind {
        Some(kind) => fault(format!(
            "an alarm is one kind and what it is told, and other keys stand beside `{}`",
            kind.name
        ))
        .help(format!(
            "set what belongs to it below it, as in `- {}`; each further alarm is an item of its own",
            kind.example
        )),
        None if given.is_empty() => fault("an alarm must say of which kind it is".to_owned()).help(EXAMPLE),
        None => no_kind_at(path.clone(), "this is neither the name of an alarm nor a kind of alarm".to_owned(), None),
    }
}

fn no_kind(name: &str, path: &Path) -> Diagnostic {
    if name == "Name" {
        return Diagnostic::new(
            codes::ALARM_SHAPE,
            path.clone().then(name),
            "an alarm of one's own stands in the list by its name alone",
        )
        .on_key()
        .help("write `- !Ref MyAlarm` in place of `- Name: !Ref MyAlarm`");
    }
    let names = kinds::names();
    let meant = suggestion(name, names.iter().copied());
    let message = format!("there is no kind of alarm `{name}`");
    no_kind_at(path.clone().then(name), message, meant).on_key()
}

fn no_kind_at(path: Path, message: String, meant: Option<&str>) -> Diagnostic {
    let help = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => {
            let names: Vec<String> = kinds::names()
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            format!(
                "the kinds are {}; any other metric of CloudWatch is written `Metric: {{Namespace: ..., MetricName: ..., Statistic: ..., Threshold: ...}}`",
                names.join(", ")
            )
        }
    };
    Diagnostic::new(codes::ALARM_KIND, path, message).help(help)
}
