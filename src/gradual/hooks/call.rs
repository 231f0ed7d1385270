//! One hook of a preference, as it is written: a function by name, or a map that says what to call.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Canary10Percent5Minutes
//!       Hooks:
//!         PreTraffic: {Function: !Ref Check, VersionVariable: GREETER_VERSION}
//!         PostTraffic: {Function: !Ref Watch, VersionVariable: false}
//! Check:
//!   Type: AWS::Serverless::Function
//! Watch:
//!   Type: AWS::Serverless::Function
//! ```
//!
//! ```yaml
//! # out
//! Check:
//!   Properties:
//!     Environment: {Variables: {GREETER_VERSION: !Ref GreeterVersion9d489569c1}}
//!     # ...
//!   # ...
//! ```
//!
//! `Check` is told the version, and may invoke it. `Watch` may report, and nothing else.

use super::smoke_test::SmokeTest;
use super::{VERSION_VARIABLE, is_none};
use crate::diagnostics::{Code, Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::{argument, if_parts, is_intrinsic};
use crate::resource::{FUNCTION, LAMBDA_FUNCTION, SamResource, is_of_type};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

pub(in crate::gradual) const KEYS: &[&str] = &["Function", "VersionVariable", "SmokeTest"];

/// What CodeDeploy calls.
pub(super) enum Call {
    /// What the preference says, as SAM understands it: nothing is done to it.
    Named(Value),
    /// A function of this template, which gets what it needs.
    Wired {
        hook: String,
        named: Value,
        /// The environment variable that names the version; none where it is not told, and so has nothing to invoke.
        variable: Option<String>,
    },
    SmokeTest(SmokeTest),
}

impl Call {
    pub(super) fn wired(&self) -> Option<&str> {
        match self {
            Self::Wired { hook, .. } => Some(hook),
            _ => None,
        }
    }
}

/// Reads one hook.
pub(super) struct Reader<'a> {
    pub(super) scope: &'a Scope<'a>,
    pub(super) resources: &'a Map,
    pub(super) sam: &'a SamResource,
    pub(super) path: Path,
}

impl Reader<'_> {
    /// Reads a hook; a fault is reported and gives none.
    pub(super) fn read(&self, given: &Value, is_plain: bool) -> Option<Call> {
        if !is_ours(given) {
            return match is_plain {
                true => self.named(given, None, self.path.clone()),
                false => Some(Call::Named(given.clone())),
            };
        }
        let Some(map) = given.as_object().filter(|_| !is_intrinsic(given)) else {
            let (what, help) = if given.is_array() {
                (
                    "CodeDeploy calls one function for each event, and this is a list",
                    "write one hook: `{Function: !Ref Check}`; it may call others",
                )
            } else {
                (
                    "a hook cannot be chosen by a condition when it is written as a map",
                    "choose between two whole preferences: `DeploymentPreference: !If [Condition, {...}, {...}]`",
                )
            };
            return self.refuse(codes::HOOK_SHAPE, what, help);
        };
        let mut is_known = true;
        for key in map.keys().filter(|key| !KEYS.contains(&key.as_str())) {
            is_known = false;
            self.scope.report(
                Diagnostic::new(
                    codes::HOOK_SHAPE,
                    self.path.clone().then(key),
                    format!("a hook has no key `{key}`"),
                )
                .on_key()
                .help(did_you_mean(key, KEYS)),
            );
        }
        let filled = |key: &str| map.get(key).filter(|value| !is_none(value));
        match (filled("Function"), filled("SmokeTest")) {
            (Some(function), None) => {
                let path = self.path.clone().then("Function");
                self.named(function, map.get("VersionVariable"), path)
            }
            (None, Some(test)) => {
                if map.contains_key("VersionVariable") {
                    return self.refuse(
                        codes::HOOK_SHAPE,
                        "`VersionVariable` has no meaning beside `SmokeTest`: what is generated knows its version",
                        "take `VersionVariable` out",
                    );
                }
                let path = self.path.clone().then("SmokeTest");
                SmokeTest::read(self.scope, self.sam, test, &path).map(Call::SmokeTest)
            }
            _ if !is_known => None,
            (None, None) => self.refuse(
                codes::HOOK_SHAPE,
                "this says nothing to call",
                "write `Function: !Ref Check`, or `SmokeTest: {Payload: {...}, Expect: {...}}` to have a test made",
            ),
            (Some(_), Some(_)) => self.refuse(
                codes::HOOK_SHAPE,
                "`Function` and `SmokeTest` stand side by side, and CodeDeploy calls one function for each event",
                "take one of them out, or make it the hook of the other event",
            ),
        }
    }

    fn refuse(&self, code: &'static Code, what: &str, help: &str) -> Option<Call> {
        let fault = Diagnostic::new(code, self.path.clone(), what);
        self.scope.report(fault.help(help));
        None
    }

    /// A hook that is named: a function of this template is wired, any other is only called.
    fn named(&self, named: &Value, variable: Option<&Value>, path: Path) -> Option<Call> {
        let told = variable.filter(|value| !value.is_null());
        let variable = self.variable(told)?;
        let outside = |named: &Value| {
            if let (Some(name), Some(_)) = (&variable, told) {
                self.scope.report(
                    Diagnostic::new(
                        codes::HOOK_ENVIRONMENT,
                        self.path.clone().then("VersionVariable"),
                        format!("a function that is not in this template cannot be given a variable `{name}`"),
                    )
                    .help("take `VersionVariable` out: it is called as it is, and must find the version by itself"),
                );
                return None;
            }
            Some(Call::Named(named.clone()))
        };
        let Some((id, attribute)) = target(named) else {
            let is_nameable = named.is_string() || is_intrinsic(named);
            if !is_nameable || argument(named, "Fn::If").is_some() {
                self.scope.report(
                    Diagnostic::new(codes::HOOK_SHAPE, path, "a hook must be the name of one function")
                        .help("write `!Ref Check`; to choose by a condition write two preferences: `DeploymentPreference: !If [Condition, {...}, {...}]`"),
                );
                return None;
            }
            return outside(named);
        };
        let Some(resource) = self.resources.get(id) else {
            if self.scope.parameters.is_declared(id) || id.starts_with("AWS::") {
                return outside(named);
            }
            let functions = self.resources.iter();
            let functions = functions.filter(|(_, resource)| is_function(resource));
            let functions: Vec<&str> = functions.map(|(id, _)| id.as_str()).collect();
            self.scope.report(
                Diagnostic::new(
                    codes::HOOK_UNKNOWN,
                    path,
                    format!("`{id}` is no function of this template"),
                )
                .help(self.scope.suggestions.did_you_mean(id, &functions)),
            );
            return None;
        };
        let kind = resource.get("Type").and_then(Value::as_str);
        let kind = kind.unwrap_or_default();
        match attribute {
            "" | "Arn" if is_function(resource) => Some(Call::Wired {
                hook: id.to_owned(),
                named: named.clone(),
                variable,
            }),
            _ if ["AWS::Lambda::Alias", "AWS::Lambda::Version"].contains(&kind) => outside(named),
            _ => {
                let what = if is_function(resource) {
                    format!(
                        "`{attribute}` of `{id}` cannot be a hook: its variables reach the function alone, not a version of it"
                    )
                } else {
                    format!("`{id}` is no function, but an `{kind}`")
                };
                self.scope.report(
                    Diagnostic::new(codes::HOOK_UNKNOWN, path, what).help(format!(
                        "write the function itself: `!Ref {}`",
                        if is_function(resource) { id } else { "Check" }
                    )),
                );
                None
            }
        }
    }

    /// `VersionVariable`; a fault is reported and gives none.
    fn variable(&self, given: Option<&Value>) -> Option<Option<String>> {
        match given {
            None => Some(Some(VERSION_VARIABLE.to_owned())),
            Some(Value::Bool(false)) => Some(None),
            Some(Value::String(name)) if is_variable(name) => Some(Some(name.to_string())),
            Some(_) => {
                self.scope.report(
                    Diagnostic::new(
                        codes::HOOK_SHAPE,
                        self.path.clone().then("VersionVariable"),
                        "`VersionVariable` must be the name of an environment variable, or `false` for none",
                    )
                    .help("a name has two letters, digits and `_` or more, begins with a letter, and not with `AWS_` or `LAMBDA_`: `VersionVariable: GreeterVersion`"),
                );
                None
            }
        }
    }
}

/// Whether an environment variable of a function may have this name, and one of Lambda's own has not.
fn is_variable(name: &str) -> bool {
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    name.len() > 1
        && name.chars().all(is_allowed)
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && !["AWS_", "LAMBDA_"].iter().any(|own| name.starts_with(own))
}

/// Whether a hook is written in a way that CloudFormation cannot take from SAM: as a map, or with one in a branch.
pub(super) fn is_ours(hook: &Value) -> bool {
    match hook {
        Value::Array(_) => true,
        Value::Object(map) => match if_parts(hook) {
            Some((_, then, otherwise)) => is_ours(then) || is_ours(otherwise),
            None => !map.is_empty() && !is_intrinsic(hook),
        },
        _ => false,
    }
}

pub(super) fn is_function(resource: &Value) -> bool {
    is_of_type(resource, FUNCTION) || is_of_type(resource, LAMBDA_FUNCTION)
}

/// The resource that a value names, and of what of it: `!Ref Check`, `!GetAtt Check.Arn`, `!Sub '${Check}'`.
pub(super) fn target(value: &Value) -> Option<(&str, &str)> {
    let split = |text| match str::split_once(text, '.') {
        Some((id, attribute)) => (id, attribute),
        None => (text, ""),
    };
    if let Some(Value::String(id)) = argument(value, "Ref") {
        return Some(split(id));
    }
    if let Some(Value::String(text)) = argument(value, "Fn::Sub") {
        let name = text.strip_prefix("${")?.strip_suffix('}')?;
        return (!name.contains(['$', '!', '{', '}'])).then(|| split(name));
    }
    match argument(value, "Fn::GetAtt")? {
        Value::String(text) => Some(split(text)),
        Value::Array(items) => match items.as_slice() {
            [Value::String(id), Value::String(attribute)] => Some((id, attribute)),
            _ => None,
        },
        _ => None,
    }
}
