//! The alarms that a deployment group watches, once the whole template is known: those to be made are, no alarm stands
//! there twice, and what a condition takes away leaves nothing behind.
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
//!         Alarms: {Watch: [!If [IsProd, !Ref Slow, !Ref AWS::NoValue]]}
//! ```
//!
//! ```yaml
//! # out
//! Resources:
//!   GreeterDeploymentGroup:
//!     Properties:
//!       AlarmConfiguration:
//!         Enabled: !If [IsProd, true, false]
//!         Alarms: [!If [IsProd, {Name: !Ref Slow}, !Ref AWS::NoValue]]
//!       # ...
//!     # ...
//!   # ...
//! ```
//!
//! CodeDeploy refuses a group whose alarms are enabled and none, and one that names an alarm twice
//! (`InvalidAlarmConfigException`).

use super::kinds;
use super::make::{self, Made};
use crate::deployment::{Alarm, Alarms, Deployment};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_then, no_value, reference};
use crate::language::requirements::{self, All, Decision, Requirement};
use crate::resource::resource;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::{Path, Step};
use crate::tree::{List, Map, Value, json};
use indexmap::IndexMap;

/// An alarm that was made, and all places where it stands.
struct Wanted {
    made: Made,
    any: Vec<All>,
    /// Where it is asked for.
    paths: Vec<Path>,
}

/// Makes the alarms that a deployment asks for, and lets its group watch them.
pub(crate) fn lower(scope: &Scope<'_>, stack: &mut Stack, deployment: &mut Deployment) {
    let Some(shift) = &mut deployment.shift else {
        return;
    };
    let mut alarms = std::mem::replace(&mut shift.alarms, Alarms::None);
    let mut wanted = IndexMap::new();
    settle(
        scope,
        stack,
        deployment,
        &mut alarms,
        &All::new(),
        &mut wanted,
    );
    let function = deployment.function.clone();
    if let Some(shift) = &mut deployment.shift {
        shift.alarms = alarms;
    }
    for (id, wanted) in wanted {
        let condition = stack.conditions.met(scope, &wanted.any);
        let Made {
            properties, filter, ..
        } = wanted.made;
        let attributes = || {
            let mut attributes = Map::new();
            if let Some(condition) = &condition {
                attributes.insert("Condition", condition.as_str().into());
            }
            attributes
        };
        let mut of_alarm = attributes();
        let mut emit = |id: String, made: Value| {
            stack.emit_new(scope, Some(&function), id, made, wanted.paths.clone());
        };
        if let Some((filter, properties)) = filter {
            of_alarm.insert("DependsOn", filter.as_str().into());
            emit(
                filter,
                resource("AWS::Logs::MetricFilter", attributes(), properties),
            );
        }
        emit(id, resource("AWS::CloudWatch::Alarm", of_alarm, properties));
    }
}

/// Gives the alarms that are to be made their names, and lets each stand once. `outer` is what holds where this part of
/// the alarms counts.
fn settle(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    alarms: &mut Alarms,
    outer: &All,
    wanted: &mut IndexMap<String, Wanted>,
) {
    match alarms {
        Alarms::None | Alarms::Off => {}
        Alarms::If {
            condition,
            then,
            otherwise,
        } => {
            let name = condition.as_str().unwrap_or_default().to_owned();
            for (branch, holds) in [(then, true), (otherwise, false)] {
                // A branch that no outcome leads to is as good as the other.
                let outer = requirements::with(outer, &name, holds);
                let outer = outer.unwrap_or_default();
                settle(scope, stack, deployment, branch, &outer, wanted);
            }
        }
        Alarms::Watched(watched) => {
            let is_sams = watched
                .iter()
                .all(|alarm| alarm.request.is_none() && alarm.when.is_empty());
            if is_sams {
                return;
            }
            let mut settled = Vec::new();
            for alarm in std::mem::take(watched) {
                match &alarm.request {
                    None => settled.push(alarm),
                    Some(_) => {
                        settled.extend(made_of(scope, stack, deployment, &alarm, outer, wanted));
                    }
                }
            }
            fold(&mut settled);
            if settled.is_empty() {
                *alarms = Alarms::Off;
            } else {
                *watched = settled;
            }
        }
    }
}

/// What an alarm that is asked for becomes in the list.
fn made_of(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    alarm: &Alarm,
    outer: &All,
    wanted: &mut IndexMap<String, Wanted>,
) -> Vec<Alarm> {
    let Some(request) = &alarm.request else {
        return Vec::new();
    };
    let Some(kind) = kinds::find(request.kind) else {
        return Vec::new();
    };
    let own = deployment.condition.as_deref();
    let of_group = deployment
        .shift
        .as_ref()
        .and_then(|shift| shift.condition.as_deref());
    let mut found = Vec::new();
    for made in make::alarms(scope, stack, deployment, kind, request) {
        // Where the group may be there without the function, the alarm is not.
        let needed = own
            .filter(|_| of_group.is_none())
            .map(|condition| Requirement {
                condition: condition.to_owned(),
                holds: true,
            });
        let needed = needed.iter().chain(&made.needs);
        let Some(when) = all_of(&alarm.when, needed) else {
            continue;
        };
        let of_group = of_group.map(|condition| Requirement {
            condition: condition.to_owned(),
            holds: true,
        });
        let whole = all_of(&[], of_group.iter().chain(outer).chain(&when));
        // Where the group is, its condition holds.
        let known: Vec<&Requirement> = of_group.iter().chain(outer).collect();
        let when = when
            .into_iter()
            .filter(|one| !known.contains(&one))
            .collect();
        let id = made.id.clone();
        match wanted.get_mut(&id) {
            Some(other) if !is_equal(&other.made, &made) => {
                let first = other.paths.first().unwrap_or(&request.path);
                scope.report(twice(&request.path, &id, first));
                continue;
            }
            Some(other) => {
                other.any.extend(whole);
                other.paths.push(reason(deployment, &request.path));
            }
            None => {
                let paths = vec![reason(deployment, &request.path)];
                let any = whole.into_iter().collect();
                wanted.insert(id.clone(), Wanted { made, any, paths });
            }
        }
        found.push(Alarm {
            name: reference(&id),
            id: Some(id),
            is_generated: true,
            when,
            request: None,
        });
    }
    found
}

/// What asks for an alarm: its key, or the value that a word in a list stands in; the whole preference where conditions
/// choose between several.
fn reason(deployment: &Deployment, path: &Path) -> Path {
    let whole = Path::property(&deployment.function, "DeploymentPreference");
    if deployment
        .shift
        .as_ref()
        .is_none_or(|shift| shift.path != whole)
    {
        return whole;
    }
    let mut path = path.clone();
    while let Some(Step::Index(_)) = path.0.last() {
        path.0.pop();
    }
    path
}

fn is_equal(one: &Made, other: &Made) -> bool {
    one.properties == other.properties && one.filter == other.filter
}

/// These requirements together; none where they contradict each other.
fn all_of<'a>(
    start: &[Requirement],
    more: impl IntoIterator<Item = &'a Requirement>,
) -> Option<All> {
    more.into_iter().try_fold(start.to_vec(), |all, one| {
        requirements::with(&all, &one.condition, one.holds)
    })
}

fn twice(path: &Path, id: &str, other: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::ALARM_ID_TWICE,
        path.clone(),
        format!("this alarm and another one of the list, at {other}, would both be `{id}`"),
    )
    .on_key()
    .help("give one of them an `Id`, as in `Errors: {Id: Often, Threshold: 10}`; to set the same one otherwise on a condition, put the condition into the setting: `Threshold: !If [Condition, 0, 10]`")
}

/// Lets each alarm that has a name stand once: where it stands again, it counts only where it did not yet.
pub(super) fn fold(watched: &mut Vec<Alarm>) {
    let mut settled: Vec<Alarm> = Vec::new();
    for alarm in watched.drain(..) {
        let mut left = vec![alarm.when.clone()];
        let is_named = alarm.request.is_none();
        for earlier in settled
            .iter()
            .filter(|earlier| is_named && earlier.name == alarm.name)
        {
            left = left
                .iter()
                .flat_map(|when| requirements::without(when, &earlier.when))
                .collect();
        }
        settled.extend(left.into_iter().map(|when| Alarm {
            when,
            ..alarm.clone()
        }));
    }
    *watched = settled;
}

/// Whether any of them is watched: `true`, or what that depends on.
pub(super) fn is_any(watched: &[Alarm]) -> Value {
    let any: Vec<All> = watched.iter().map(|alarm| alarm.when.clone()).collect();
    match Decision::of(&any) {
        Some(decision) => decision.value(&json!(true), &json!(false)),
        None => json!(true),
    }
}

/// The list of a group: of neighbours that one condition tells apart the one or the other.
pub(super) fn items(watched: &[Alarm]) -> Value {
    let mut items = List::new();
    let mut rest = watched;
    while let Some((alarm, others)) = rest.split_first() {
        let name = json!({ "Name": &alarm.name });
        let other = others
            .first()
            .filter(|other| is_opposite(&alarm.when, &other.when));
        let otherwise = other.map_or_else(no_value, |other| json!({ "Name": &other.name }));
        let last = alarm.when.len().saturating_sub(1);
        let item = alarm
            .when
            .iter()
            .enumerate()
            .rev()
            .fold(name, |inner, (index, one)| {
                let outside = if index == last {
                    otherwise.clone()
                } else {
                    no_value()
                };
                let pair = if one.holds {
                    [inner, outside]
                } else {
                    [outside, inner]
                };
                let [then, otherwise] = pair;
                if_then(one.condition.as_str(), then, otherwise)
            });
        items.push(item);
        rest = others
            .get(usize::from(other.is_some())..)
            .unwrap_or_default();
    }
    items.into()
}

/// Whether two alarms differ in what their last condition must be, and in no other.
fn is_opposite(one: &[Requirement], other: &[Requirement]) -> bool {
    let (Some((last, before)), Some((other_last, other_before))) =
        (one.split_last(), other.split_last())
    else {
        return false;
    };
    before == other_before
        && last.condition == other_last.condition
        && last.holds != other_last.holds
}
