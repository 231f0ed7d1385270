//! `Alarms` as SAM does not have them: alarms that are made, and alarms that a condition takes out of the list.
//!
//! ```yaml
//! # in
//! Conditions: {IsProd: !Equals [!Ref AWS::AccountId, "123456789012"]}
//! Resources:
//!   Slow: {Type: AWS::CloudWatch::Alarm, Properties: {}}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       AutoPublishAlias: live
//!       DeploymentPreference:
//!         Type: Canary10Percent5Minutes
//!         Alarms:
//!           - !Ref Slow
//!           - !If [IsProd, {Throttles: {}}, !Ref AWS::NoValue]
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   GreeterThrottlesAlarm:
//!     Type: AWS::CloudWatch::Alarm
//!     Condition: IsProd
//!     # ...
//!   GreeterDeploymentGroup:
//!     Properties:
//!       AlarmConfiguration:
//!         Enabled: true
//!         Alarms:
//!           - Name: !Ref Slow
//!           - !If [IsProd, {Name: !Ref GreeterThrottlesAlarm}, !Ref AWS::NoValue]
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! `Alarms: Standard` stands for `[Errors: {}]`, `Alarms: None` takes the alarms away that CodeDeploy remembers, and
//! `{Watch: [...]}` makes a list ours that has none to make.
//!
//! Whatever is told apart here is none of SAM's: it refuses a word and a map, and CloudFormation refuses what it makes of a
//! map in a list.

use super::{item, kinds, watched};
use crate::deployment::{Alarm, AlarmRequest, Alarms};
use crate::diagnostics::{Diagnostic, codes, did_you_mean, suggestion};
use crate::language::intrinsics::{argument, if_parts, is_intrinsic, is_no_value, no_value};
use crate::language::requirements::{self, All};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

/// One alarm on the errors of the new version.
pub(super) const STANDARD: &str = "Standard";

/// No alarm, whatever the group had before.
pub(super) const NONE: &str = "None";

/// The key of a list that is ours.
const WATCH: &str = "Watch";

/// Whether a value of `Alarms` is none of SAM's.
pub(super) fn is_ours(given: &Value) -> bool {
    match given {
        Value::String(word) => !word.is_empty(),
        Value::Array(items) => items.iter().any(has_map),
        Value::Object(map) if !is_intrinsic(given) => !map.is_empty(),
        _ => if_parts(given).is_some_and(|(_, then, otherwise)| {
            [then, otherwise].iter().any(|branch| match branch {
                // A name in place of a list is a slip.
                Value::String(word) => [STANDARD, NONE].contains(&word.as_str()),
                branch => is_ours(branch),
            })
        }),
    }
}

/// Whether an item is an alarm to be made, or may be one.
fn has_map(item: &Value) -> bool {
    match if_parts(item) {
        Some((_, then, otherwise)) => has_map(then) || has_map(otherwise),
        None => item.is_object() && !is_intrinsic(item),
    }
}

/// Reads it; a fault is reported and gives none. Conditions that follow from what is given are
/// decided.
pub(super) fn read(scope: &Scope<'_>, given: &Value, path: &Path) -> Option<Alarms> {
    match given {
        _ if is_no_value(given) || given.is_null() => Some(Alarms::None),
        Value::String(word) if word == STANDARD => {
            let request = standard(scope, path.clone())?;
            Some(Alarms::Watched(vec![wanted(request, All::new())]))
        }
        Value::String(word) if word == NONE => Some(Alarms::Off),
        Value::Array(items) => list(scope, items.as_slice(), path),
        Value::Object(map) if !is_intrinsic(given) => watch(scope, map, path),
        _ => match if_parts(given) {
            Some((Value::String(condition), then, otherwise)) => {
                let branches = path.clone().then("Fn::If");
                let known = scope.holds(condition);
                if let Some(holds) = known {
                    let (branch, index) = if holds { (then, 1) } else { (otherwise, 2) };
                    return read(scope, branch, &branches.then(index));
                }
                let then = read(scope, then, &branches.clone().then(1));
                let otherwise = read(scope, otherwise, &branches.then(2));
                Some(Alarms::If {
                    condition: condition.clone().into(),
                    then: Box::new(then?),
                    otherwise: Box::new(otherwise?),
                })
            }
            _ => {
                scope.report(no_alarms(given, path));
                None
            }
        },
    }
}

/// What `Standard` stands for.
fn standard(scope: &Scope<'_>, path: Path) -> Option<AlarmRequest> {
    item::request(scope, kinds::find("Errors")?, &Map::new(), path)
}

/// Something that is no alarms at all.
fn no_alarms(given: &Value, path: &Path) -> Diagnostic {
    let finding = Diagnostic::new(
        codes::ALARMS_NOT_A_LIST,
        path.clone(),
        "`Alarms` must be a list of alarms, or one of the words `Standard` and `None`",
    );
    let word = given.as_str().unwrap_or_default();
    finding.help(match suggestion(word, [STANDARD, NONE]) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None if kinds::find(word).is_some() => format!("write `Alarms: [{word}: {{}}]`"),
        None => "write `[!Ref ErrorAlarm]`, or `Standard` to have an alarm on errors made; of an `!If` each branch is such a value"
            .to_owned(),
    })
}

/// `{Watch: [...]}`
fn watch(scope: &Scope<'_>, map: &Map, path: &Path) -> Option<Alarms> {
    let is_kind = |name: &str| kinds::find(name).is_some();
    let mut sound = true;
    for name in map.keys().filter(|name| *name != WATCH) {
        sound = false;
        let finding = Diagnostic::new(
            codes::ALARM_SHAPE,
            path.clone().then(name),
            format!("`Alarms` as a map takes `Watch` alone, not `{name}`"),
        )
        .on_key();
        scope.report(finding.help(if is_kind(name) {
            format!("alarms stand in a list: write `- {name}: ...`")
        } else {
            match suggestion(name, kinds::names()) {
                Some(meant) => format!("alarms stand in a list: write `- {meant}: ...`"),
                None => did_you_mean(name, &[WATCH]),
            }
        }));
    }
    if !sound {
        return None;
    }
    let path = path.clone().then(WATCH);
    match map.get(WATCH) {
        Some(Value::Array(items)) if !items.is_empty() => list(scope, items.as_slice(), &path),
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::ALARM_SHAPE,
                    path,
                    "`Watch` must be a list with at least one alarm",
                )
                .help("write `Watch: [!Ref MyAlarm]`; to watch none write `Alarms: None`"),
            );
            None
        }
    }
}

fn list(scope: &Scope<'_>, items: &[Value], path: &Path) -> Option<Alarms> {
    let watch = scope.watch();
    let mut found = Vec::new();
    for (index, item) in items.iter().enumerate() {
        let path = path.clone().then(index);
        expand(scope, item, &path, All::new(), &mut found);
    }
    if !watch.is_sound() {
        return None;
    }
    watched::fold(&mut found);
    Some(if found.is_empty() {
        Alarms::Off
    } else {
        Alarms::Watched(found)
    })
}

/// Adds the alarms of an item, each with what conditions must be like for it.
fn expand(scope: &Scope<'_>, item: &Value, path: &Path, when: All, found: &mut Vec<Alarm>) {
    if is_no_value(item) {
        return;
    }
    if argument(item, "Fn::If").is_some() {
        let Some((Value::String(condition), then, otherwise)) = if_parts(item) else {
            scope.report(
                Diagnostic::new(
                    codes::IF_ARGUMENTS,
                    path.clone(),
                    "`Fn::If` needs the name of a condition and two alarms here",
                )
                .help("write `- !If [Condition, !Ref Alarm, !Ref AWS::NoValue]`"),
            );
            return;
        };
        let known = scope.holds(condition);
        for (index, branch, holds) in [(1, then, true), (2, otherwise, false)] {
            let path = path.clone().then("Fn::If").then(index);
            if let Some(known) = known {
                if known == holds {
                    expand(scope, branch, &path, when.clone(), found);
                }
                continue;
            }
            match requirements::with(&when, condition, holds) {
                Some(when) => expand(scope, branch, &path, when, found),
                None if is_no_value(branch) => {}
                None => scope.report(
                    Diagnostic::new(
                        codes::ALARM_NEVER_WATCHED,
                        path,
                        format!("this alarm is never watched: around it `{condition}` has been asked already, and is the other way"),
                    )
                    .help("take the inner `!If` out"),
                ),
            }
        }
        return;
    }
    match item {
        Value::Object(map) if !is_intrinsic(item) => {
            let request = item::read(scope, map, path);
            found.extend(request.map(|request| wanted(request, when)));
        }
        Value::String(name) if kinds::find(name).is_some() => {
            scope.report(
                Diagnostic::new(
                    codes::ALARM_SHAPE,
                    path.clone(),
                    format!("`{name}` alone would be the name of an alarm"),
                )
                .help(match kinds::find(name) {
                    Some(kind) => format!("to have one made write `- {}`", kind.example),
                    None => String::new(),
                }),
            );
        }
        Value::String(name) if !name.is_empty() => found.push(super::named(item.clone(), when)),
        Value::Object(_) => found.push(super::named(item.clone(), when)),
        _ => scope.report(
            Diagnostic::new(
                codes::ALARM_SHAPE,
                path.clone(),
                "an alarm must be a name, or a kind of alarm that is to be made",
            )
            .help(item::EXAMPLE),
        ),
    }
}

/// An alarm that is to be made.
fn wanted(request: AlarmRequest, when: All) -> Alarm {
    Alarm {
        name: no_value(),
        id: None,
        is_generated: true,
        when,
        request: Some(Box::new(request)),
    }
}
