//! `Metadata.Canaryform.MaxParallel`: how many functions of the template may be deployed at once.
//!
//! ```yaml
//! Metadata:
//!   Canaryform:
//!     MaxParallel: 1
//! Resources:
//!   First: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce}}}
//!   Second: {Type: AWS::Serverless::Function, Properties: {AutoPublishAlias: live, DeploymentPreference: {Type: AllAtOnce}}}
//! ```
//!
//! ```yaml
//! SecondAliaslive:
//!   Type: AWS::Lambda::Alias
//!   DependsOn: FirstAliaslive
//! ```
//!
//! CloudFormation updates everything at once that does not wait for something else, and an alias is updated as long as
//! CodeDeploy shifts its traffic. So with a limit of N there are N queues, and in each of them an alias waits for the one
//! before it. The order is the template's, except that what waits for something already comes behind it: no alias then
//! waits for itself.
//!
//! CloudFormation refuses `DependsOn` with the name of a resource that a condition leaves out. Where that may be, the alias
//! names it in its metadata, and whatever comes before it in the queue as well:
//!
//! ```yaml
//! Metadata:
//!   Canaryform:
//!     WaitsFor: [!If [IsProd, !Ref FirstAliaslive, '']]
//! ```

use crate::dependencies::Dependencies;
use crate::deployment::Deployment;
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::amount;
use crate::language::intrinsics::{if_then, is_intrinsic, is_no_value, reference};
use crate::metadata;
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Text, Value, json};
use std::collections::{HashMap, HashSet};

/// Where an alias names those that it waits for and that may not be there.
const WAITS_FOR: &str = "WaitsFor";

/// What an alias waits for.
#[derive(Default)]
struct Waits<'a> {
    /// Aliases that are there whenever it is.
    always: Vec<&'a str>,
    /// Aliases that are there where a condition holds.
    sometimes: Vec<(&'a str, &'a str)>,
}

/// An alias in its queue.
#[derive(Clone, Copy)]
struct Queued<'a> {
    id: &'a str,
    condition: Option<&'a str>,
}

/// Lets no more deployments go on at once than the template says, now that every reference has the name that it keeps.
pub(crate) fn limit(scope: &Scope<'_>, template: &mut Template, deployments: &mut [Deployment]) {
    let Some(most) = read(scope) else {
        return;
    };
    let aliases: Vec<&str> = deployments
        .iter()
        .filter(|deployment| deployment.shift.is_some())
        .map(|deployment| deployment.alias.id.as_str())
        .collect();
    if aliases.len() <= most || scope.has_errors() {
        return;
    }
    let conditions: HashMap<&str, Text> = aliases
        .iter()
        .filter_map(|id| {
            let alias = template.resources()?.get(id)?;
            match alias.get("Condition")? {
                Value::String(name) => Some((*id, name.clone())),
                _ => None,
            }
        })
        .collect();
    let dependencies = Dependencies::of(template);
    let known = dependencies.certain();
    let ordered = dependencies.in_order(&aliases);
    if let Some(together) = ordered.iter().find(|group| group.len() > 1) {
        scope.report(entangled(together));
        return;
    }
    let ordered: Vec<Queued<'_>> = ordered
        .into_iter()
        .flatten()
        .map(|id| Queued {
            id,
            condition: conditions.get(id).map(Text::as_str),
        })
        .collect();
    let functions: HashMap<&str, &str> = deployments
        .iter()
        .map(|deployment| (deployment.alias.id.as_str(), deployment.function.as_str()))
        .collect();
    let mut behind: HashMap<String, Vec<String>> = HashMap::new();
    for first in 0..most {
        let mut before: Vec<Queued<'_>> = Vec::new();
        for alias in ordered.iter().skip(first).step_by(most) {
            let waits = waits(*alias, &before);
            before.push(*alias);
            let bytes = waits
                .sometimes
                .iter()
                .map(|(name, id)| name.len() + id.len());
            let part = || format!("`{}`, behind the aliases that it waits for,", alias.id);
            if !scope.take_room(bytes.sum(), path, part) {
                return;
            }
            let ids = waits.sometimes.iter().map(|(_, id)| id);
            let named = ids.chain(&waits.always);
            let named: Vec<String> = named
                .filter_map(|id| functions.get(id).map(|function| (*function).to_owned()))
                .collect();
            behind.insert(alias.id.to_owned(), named);
            let resources = template.section_mut("Resources");
            if let Some(Value::Object(made)) = resources.and_then(|all| all.get_mut(alias.id)) {
                let is_new = |id: &&str| !known.contains(&(alias.id, *id));
                wait(made, &waits, is_new);
            }
        }
    }
    for deployment in deployments {
        if let Some(shift) = &mut deployment.shift {
            shift.behind = behind.remove(&deployment.alias.id).unwrap_or_default();
        }
    }
}

fn path() -> Path {
    metadata::path(&[metadata::MAX_PARALLEL])
}

/// How many deployments may go on at once; none where there is no limit. A fault is reported.
fn read(scope: &Scope<'_>) -> Option<usize> {
    let given = &scope.metadata.max_parallel;
    if given.is_null() || is_no_value(given) {
        return None;
    }
    scope.warn_of_parameters(given, &path());
    let watch = scope.watch();
    let value = scope.decide(given, path);
    if !watch.is_sound() {
        return None;
    }
    let number = amount::whole(&value);
    if let Some(most) = number.filter(|number| *number > 0) {
        return usize::try_from(most).ok();
    }
    let (what, help) = if number.is_some() {
        (
            "with `MaxParallel: 0` no function could be deployed",
            "write 1 to deploy one after the other, or take it out to deploy all at once",
        )
    } else if is_intrinsic(&value) {
        (
            "the value of `MaxParallel` is not known here",
            "write a number, or a `!Ref` to a parameter whose value is given: who waits for whom is written into the output",
        )
    } else {
        (
            "`MaxParallel` must be a whole number from 1 up",
            "write how many functions may be deployed at once: `MaxParallel: 5`",
        )
    };
    scope.report(
        Diagnostic::new(codes::MAX_PARALLEL, path(), what)
            .on_key()
            .help(help),
    );
    None
}

fn entangled(aliases: &[&str]) -> Diagnostic {
    let names: Vec<String> = aliases.iter().map(|id| format!("`{id}`")).collect();
    Diagnostic::new(
        codes::MAX_PARALLEL,
        path(),
        format!(
            "{} wait for each other, as conditions decide, so that none can be said to be the first",
            names.join(" and ")
        ),
    )
    .on_key()
    .help("let one of them not refer to the other, or take `MaxParallel` out")
}

/// What an alias waits for, with those `before` it in its queue: the last of them that is there for certain, and all
/// behind that one, of which the last with each condition is enough.
fn waits<'a>(alias: Queued<'a>, before: &[Queued<'a>]) -> Waits<'a> {
    let mut waits = Waits::default();
    let mut known = HashSet::new();
    for one in before.iter().rev() {
        match one.condition {
            Some(condition) if alias.condition != Some(condition) => {
                if known.insert(condition) {
                    waits.sometimes.push((condition, one.id));
                }
            }
            _ => {
                waits.always.push(one.id);
                break;
            }
        }
    }
    waits
}

/// Writes into the resource of an alias what it waits for, of which `is_new` is what it does not wait for already.
fn wait(alias: &mut Map, waits: &Waits<'_>, is_new: impl Fn(&&str) -> bool) {
    if !waits.sometimes.is_empty() {
        let listed: Value = waits
            .sometimes
            .iter()
            .map(|(condition, id)| if_then(json!(condition), reference(id), json!("")))
            .collect();
        let noted = json!({ "Canaryform": { WAITS_FOR: listed } });
        alias.shift_insert(1, "Metadata", noted);
    }
    if let Some(id) = waits.always.iter().copied().find(is_new) {
        alias.shift_insert(1, "DependsOn", json!(id));
    }
}
