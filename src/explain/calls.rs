//! Who may call a function, and whom CodeDeploy and its hooks may call.

use super::place::{Place, Source};
use super::text_of;
use crate::deployment::{Deployment, Hook, ServiceRole, Shift};
use crate::home::Known;
use crate::language::intrinsics::named_resource;
use crate::permissions::{Answer, On, Policies, may};
use crate::template::Path;
use crate::tree::Value;
use serde::Serialize;
use std::collections::HashMap;

/// One may call another.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Call {
    /// Who calls: a service, an account, or a logical id.
    pub from: String,
    /// Who is called: a logical id, or a service.
    pub to: String,
    /// What for.
    pub action: &'static str,
    /// Whether it may.
    pub allowed: Allowed,
    /// Where it is said.
    pub place: Option<Place>,
}

/// Whether a call is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Allowed {
    /// The template says so.
    Yes,
    /// Nothing in the template says so, and it would have to.
    No,
    /// What decides is not in the template, or not known before the deployment.
    Unknown,
}

/// Who shifts traffic.
pub(super) const CODEDEPLOY: &str = "CodeDeploy";

/// What a hook tells CodeDeploy: how its test went.
const REPORT: &str = "codedeploy:PutLifecycleEventHookExecutionStatus";

/// Calls of a Lambda function.
const INVOKE: &str = "lambda:InvokeFunction";

/// Types of resources that call a function, or let it be called: the property that names the function, and who calls.
///
/// Source: the CloudFormation reference of each type.
const CALLERS: &[(&str, &str, Caller)] = &[
    (
        "AWS::Lambda::Permission",
        "FunctionName",
        Caller::Property("Principal"),
    ),
    (
        "AWS::Lambda::EventSourceMapping",
        "FunctionName",
        Caller::Property("EventSourceArn"),
    ),
    ("AWS::Lambda::Url", "TargetFunctionArn", Caller::Url),
    (
        "AWS::Scheduler::Schedule",
        "Target/Arn",
        Caller::Service {
            name: "scheduler.amazonaws.com",
            role: "Target/RoleArn",
        },
    ),
];

enum Caller {
    /// Whom a property names.
    Property(&'static str),
    /// Whoever knows the URL, as `AuthType` allows.
    Url,
    /// A service, with the role that a property names.
    Service {
        name: &'static str,
        role: &'static str,
    },
}

/// The resources that call functions, or let them be called, by the logical id that they name.
pub(super) struct Callers<'s>(HashMap<&'s str, Vec<NamedBy<'s>>>);

/// The place of a resource in the output, its logical id, and what it is.
type NamedBy<'s> = (usize, &'s str, &'s Value);

impl<'s> Callers<'s> {
    pub(super) fn of(source: &Source<'s>) -> Self {
        let mut by_name: HashMap<&str, Vec<NamedBy<'_>>> = HashMap::new();
        let resources = source.made.resources().into_iter().flatten();
        for (index, (id, resource)) in resources.enumerate() {
            if let Some(name) = named_by(resource) {
                let all = by_name.entry(name).or_default();
                all.push((index, id, resource));
            }
        }
        Self(by_name)
    }

    /// Those that name one of these ids, in the order of the output.
    fn naming(&self, ids: &[&str]) -> Vec<NamedBy<'s>> {
        let named = ids.iter().filter_map(|id| self.0.get(id)).flatten();
        let mut named: Vec<NamedBy<'_>> = named.copied().collect();
        named.sort_by_key(|(index, ..)| *index);
        named
    }
}

/// What a resource names that may be a function.
fn named_by(resource: &Value) -> Option<&str> {
    let (_, property, _) = caller(resource)?;
    named_resource(at(resource.get("Properties")?, property)?)
}

/// What stands at a path of properties: `Target/Arn`.
fn at<'v>(properties: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('/')
        .try_fold(properties, |value, key| value.get(key))
}

fn caller(resource: &Value) -> Option<&'static (&'static str, &'static str, Caller)> {
    let kind = resource.get("Type")?.as_str()?;
    CALLERS.iter().find(|(known, ..)| *known == kind)
}

/// The calls that a function, written at `base`, has to do with.
pub(super) fn of(
    source: &Source<'_>,
    callers: &Callers<'_>,
    base: &Path,
    id: &str,
    deployment: Option<&Deployment>,
) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut ids = vec![id];
    ids.extend(deployment.map(|deployment| deployment.alias.id.as_str()));
    for (_, caller, resource) in callers.naming(&ids) {
        calls.extend(called_by(source, base, caller, resource, id, deployment));
    }
    let shift = deployment.and_then(|deployment| Some((deployment, deployment.shift.as_ref()?)));
    if let Some((deployment, shift)) = shift {
        let hooks = [("PreTraffic", &shift.before), ("PostTraffic", &shift.after)];
        let hooks = hooks.map(|(key, hook)| hook.as_ref().map(|hook| (key, hook)));
        for (key, hook) in hooks.iter().flatten() {
            calls.push(hook_call(source, shift, key, hook));
        }
        // One that tests before and after is allowed the same in both.
        let mut tests: Vec<&str> = hooks
            .iter()
            .flatten()
            .filter_map(|(_, hook)| hook.id.as_deref())
            .collect();
        tests.dedup();
        for hook in tests {
            calls.extend(calls_of_hook(source, deployment, hook));
        }
    }
    calls
}

fn called_by(
    source: &Source<'_>,
    base: &Path,
    caller: &str,
    resource: &Value,
    id: &str,
    deployment: Option<&Deployment>,
) -> Option<Call> {
    let (_, _, by) = self::caller(resource)?;
    let properties = resource.get("Properties")?;
    let named = named_by(resource)?;
    let alias = deployment.map(|deployment| &deployment.alias);
    let qualifier = properties.get("Qualifier").and_then(Value::as_str);
    let to = match alias {
        Some(alias) if named == alias.id => &alias.id,
        Some(alias) if named == id && qualifier == Some(&alias.name) => &alias.id,
        _ if named == id => id,
        _ => return None,
    };
    let from = match by {
        Caller::Property(name) => properties.get(name).map(text_of),
        Caller::Url => properties.get("AuthType").map(|auth| match auth.as_str() {
            Some("NONE") => "anybody, by the URL".to_owned(),
            Some("AWS_IAM") => "who may by IAM, by the URL".to_owned(),
            _ => format!("the URL, with AuthType {}", text_of(auth)),
        }),
        Caller::Service { name, .. } => Some((*name).to_owned()),
    };
    let origin = source.output.origins.get(caller);
    let place = match origin {
        Some(origin) => origin.because.first().cloned().or(Some(base.clone())),
        None => Some(Path::resource(caller)),
    };
    let allowed = match by {
        // The role that is made for it allows what it is made for.
        Caller::Service { role, .. }
            if origin.is_none_or(|_| is_given(source, properties, role)) =>
        {
            match at(properties, role).and_then(named_resource) {
                Some(role) if to == id => answer(source, role, INVOKE, On::Function(id)).0,
                _ => Allowed::Unknown,
            }
        }
        _ => Allowed::Yes,
    };
    Some(Call {
        from: from.unwrap_or_else(|| caller.to_owned()),
        to: to.to_owned(),
        action: INVOKE,
        allowed,
        place: place.map(Place::from),
    })
}

/// Whether a property names a role that was not made.
fn is_given(source: &Source<'_>, properties: &Value, role: &str) -> bool {
    let named = at(properties, role).and_then(named_resource);
    named.is_none_or(|role| !source.output.origins.contains_key(role))
}

/// CodeDeploy calls a hook.
fn hook_call(source: &Source<'_>, shift: &Shift, key: &str, hook: &Hook) -> Call {
    let written = shift.path.clone().then("Hooks").then(key);
    let (allowed, place) = match (&shift.role, hook.is_invocable, hook.id.as_deref()) {
        (ServiceRole::Given(role), _, Some(id)) => match named_resource(role) {
            Some(role) => answer(source, role, INVOKE, On::Function(id)),
            None => (Allowed::Unknown, None),
        },
        (_, Some(true), _) => (Allowed::Yes, None),
        (ServiceRole::Generated, Some(false), _) => (Allowed::No, None),
        _ => (Allowed::Unknown, None),
    };
    Call {
        from: CODEDEPLOY.to_owned(),
        to: hook.id.clone().unwrap_or_else(|| text_of(&hook.function)),
        action: INVOKE,
        allowed,
        place: Some(place.unwrap_or(written).into()),
    }
}

/// A hook of the template calls the version that it tests, and tells CodeDeploy how that went.
fn calls_of_hook(source: &Source<'_>, deployment: &Deployment, hook: &str) -> Vec<Call> {
    let Some(function) = source.resource(hook) else {
        return Vec::new();
    };
    let role = function
        .get("Properties")
        .and_then(|properties| named_resource(properties.get("Role")?));
    let version = On::Version {
        of: &deployment.function,
        id: &deployment.version.id,
    };
    let of = |to: &str, action: &'static str, on: On<'_>| {
        let (allowed, place) = match role {
            Some(role) => answer(source, role, action, on),
            None => (Allowed::Unknown, None),
        };
        Call {
            from: hook.to_owned(),
            to: to.to_owned(),
            action,
            allowed,
            place: Some(place.unwrap_or_else(|| Path::resource(hook)).into()),
        }
    };
    vec![
        of(&deployment.version.id, INVOKE, version),
        of(CODEDEPLOY, REPORT, On::Anything),
    ]
}

/// Whether a role of the template allows something, and where the statement is written that says so.
fn answer(source: &Source<'_>, role: &str, action: &str, on: On<'_>) -> (Allowed, Option<Path>) {
    let (answer, place) = may(&Policies::of(source.made), role, action, on);
    let known = Known {
        given: source.given,
        merged: source.given,
        made: source.made,
        origins: &source.output.origins,
    };
    let allowed = match answer {
        Answer::Yes => Allowed::Yes,
        Answer::No => Allowed::No,
        Answer::Unknown => Allowed::Unknown,
    };
    (allowed, place.map(|place| known.home(&place)))
}
