//! How traffic moves to a new version: the shapes that CodeDeploy knows by name, and `DeploymentPreference.Type`.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes}
//! ```
//!
//! ```yaml
//! # out
//! GreeterDeploymentGroup:
//!   Properties:
//!     DeploymentConfigName: !Sub
//!       - CodeDeployDefault.Lambda${ConfigName}
//!       - {ConfigName: Canary10Percent5Minutes}
//!     # ...
//!   # ...
//! ```
//!
//! SAM has nothing but names. Ours: a shape of one's own, where SAM would write a map that CloudFormation refuses.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: {Canary: {Percentage: 25, Interval: 7}}}
//! ```
//!
//! ```yaml
//! # out
//! GreeterDeploymentGroup:
//!   Properties:
//!     DeploymentConfigName: !Ref DeploymentConfigCanary25Percent7Minutes
//!     # ...
//!   # ...
//! DeploymentConfigCanary25Percent7Minutes:
//!   Type: AWS::CodeDeploy::DeploymentConfig
//!   Properties:
//!     ComputePlatform: Lambda
//!     TrafficRoutingConfig:
//!       Type: TimeBasedCanary
//!       TimeBasedCanary: {CanaryPercentage: 25, CanaryInterval: 7}
//! ```
//!
//! `Percentage` is in percent of the traffic, `Interval` in minutes. Functions with the same shape share its
//! configuration. Nothing of a configuration can be changed, so its id says all that it is: another shape is another
//! resource.
//!
//! Upstream: `_replace_deployment_types` in model/preferences/deployment_preference_collection.py. The shapes:
//! <https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html>; the limits:
//! <https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html>.

use super::amount::{self, Unit};
use crate::deployment::{Plan, Traffic};
use crate::diagnostics::{Diagnostic, codes, did_you_mean, suggestion};
use crate::language::intrinsics::{if_parts, if_then, is_intrinsic, reference};
use crate::language::logical_id;
use crate::resource::map;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The predefined shapes: the name that `Type` takes, and what it means.
const SHAPES: &[(&str, Plan)] = &[
    ("Canary10Percent5Minutes", canary(10, 5)),
    ("Canary10Percent10Minutes", canary(10, 10)),
    ("Canary10Percent15Minutes", canary(10, 15)),
    ("Canary10Percent30Minutes", canary(10, 30)),
    ("Linear10PercentEvery1Minute", linear(10, 1)),
    ("Linear10PercentEvery2Minutes", linear(10, 2)),
    ("Linear10PercentEvery3Minutes", linear(10, 3)),
    ("Linear10PercentEvery10Minutes", linear(10, 10)),
    ("AllAtOnce", Plan::AllAtOnce),
];

const fn canary(percent: u8, minutes: u32) -> Plan {
    Plan::Canary { percent, minutes }
}

const fn linear(percent: u8, every_minutes: u32) -> Plan {
    Plan::Linear {
        percent,
        every_minutes,
    }
}

/// The names of the predefined shapes.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    SHAPES.iter().map(|(name, _)| *name)
}

fn plan_of(name: &str) -> Option<Plan> {
    let mut shapes = SHAPES.iter();
    shapes.find_map(|(known, plan)| (*known == name).then_some(*plan))
}

/// What CodeDeploy calls a plan that it has a configuration for.
fn predefined(plan: Plan) -> Option<&'static str> {
    let mut shapes = SHAPES.iter();
    shapes.find_map(|(name, known)| (*known == plan).then_some(*name))
}

/// The shapes that may be written inline, by their keys.
pub(super) const INLINE: &[&str] = &["Canary", "Linear"];

/// A number that each of them takes.
struct Amount {
    name: &'static str,
    unit: Unit,
    /// From 1 up to it.
    most: u32,
}

/// With a share of 100 nothing would be left to shift.
const PERCENTAGE: Amount = Amount {
    name: "Percentage",
    unit: Unit::Percent,
    most: 99,
};

const INTERVAL: Amount = Amount {
    name: "Interval",
    unit: Unit::Minutes,
    most: LONGEST,
};

/// The longest time between the first step and the last, in minutes. Source: "CodeDeploy quotas".
const LONGEST: u32 = 2_880;

/// Reads `Type` as it is `given`; `kind` is the same with parameters and mappings resolved. A fault is reported and
/// gives none. `is_ours`: every map is a shape, since no SAM would pass one on.
pub(super) fn read(
    scope: &Scope<'_>,
    given: &Value,
    kind: Value,
    is_ours: bool,
    path: &Path,
) -> Option<Traffic> {
    if let Some((condition, then, otherwise)) = if_parts(&kind) {
        let parts = if_parts(given);
        let branch = |given: Option<&Value>, kind: &Value, index: usize| {
            let path = path.clone().then("Fn::If").then(index);
            read(scope, given.unwrap_or(kind), kind.clone(), is_ours, &path)
        };
        let then = branch(parts.map(|parts| parts.1), then, 1);
        let otherwise = branch(parts.map(|parts| parts.2), otherwise, 2);
        return Some(Traffic::If {
            condition: condition.clone(),
            then: Box::new(then?),
            otherwise: Box::new(otherwise?),
        });
    }
    if let Some(shape) = kind.as_object().filter(|_| !is_intrinsic(&kind)) {
        if !is_ours && !resembles_inline(shape) {
            scope.report(no_shape(path));
            return Some(Traffic::Named(kind));
        }
        scope.warn_of_parameters(given, path);
        return inline(scope, given, shape, path).map(Traffic::Planned);
    }
    if let Some(plan) = kind.as_str().and_then(plan_of) {
        return Some(Traffic::Planned(plan));
    }
    // That it is missing is told already.
    if is_ours && !kind.is_null() && !is_intrinsic(&kind) && !kind.as_str().is_some_and(is_name) {
        scope.report(
            Diagnostic::new(
                codes::TRAFFIC_SHAPE,
                path.clone(),
                "`Type` must be the name of a shape of traffic or of a configuration, or say the shape",
            )
            .on_key()
            .help("write `Type: Canary10Percent5Minutes`, or `Type: {Canary: {Percentage: 25, Interval: 7}}`"),
        );
        return None;
    }
    Some(Traffic::Named(kind))
}

/// Whether CodeDeploy takes a text as the name of a configuration.
///
/// Source: the CloudFormation resource schema of `AWS::CodeDeploy::DeploymentConfig`, and the names that AWS gives.
fn is_name(text: &str) -> bool {
    let is_taken = |byte: u8| byte.is_ascii_alphanumeric() || b"+=,.@_-".contains(&byte);
    (1..=100).contains(&text.len()) && text.bytes().all(is_taken)
}

/// Whether a map is meant as a shape that is written inline. SAM passes any map on.
fn resembles_inline(shape: &Map) -> bool {
    let known = || {
        let parts = [PERCENTAGE.name, INTERVAL.name];
        INLINE.iter().copied().chain(parts).chain(names())
    };
    shape.keys().any(|key| {
        let key = key.as_str();
        known().any(|name| name == key) || suggestion(key, known()).is_some()
    })
}

fn no_shape(path: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_TRAFFIC_SHAPE,
        path.clone(),
        "this map is no shape of traffic: it goes on as it is, and CloudFormation will refuse it",
    )
    .help("write `Type: {Canary: {Percentage: 25, Interval: 7}}`")
}

/// A shape that is written inline: `{Canary: {Percentage: 25, Interval: 7}}`. A key with null is as good as none: it
/// switches off what Globals say.
fn inline(scope: &Scope<'_>, given: &Value, shape: &Map, path: &Path) -> Option<Plan> {
    let fault = |path: Path, message: String, help: String| {
        scope.report(
            Diagnostic::new(codes::TRAFFIC_SHAPE, path, message)
                .on_key()
                .help(help),
        );
    };
    let filled: Vec<(&str, &Value)> = shape
        .iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(key, value)| (key.as_str(), value))
        .collect();
    let unknown: Vec<&str> = filled
        .iter()
        .map(|(key, _)| *key)
        .filter(|key| !INLINE.contains(key))
        .collect();
    for key in &unknown {
        fault(
            path.clone().then(*key),
            format!("`Type` has no shape `{key}`"),
            match plan_of(key) {
                Some(_) => format!("a predefined shape is a text: `Type: {key}`"),
                None => did_you_mean(key, INLINE),
            },
        );
    }
    if !unknown.is_empty() {
        return None;
    }
    let &[(key, steps)] = filled.as_slice() else {
        fault(
            path.clone(),
            "`Type` must have exactly one shape, `Canary` or `Linear`".to_owned(),
            if filled.is_empty() {
                "write `Type: {Canary: {Percentage: 25, Interval: 7}}`".to_owned()
            } else {
                "keep one of the two; where the other stands in Globals, switch it off here with null: `Canary: null`"
                    .to_owned()
            },
        );
        return None;
    };
    let path = path.clone().then(key);
    let Some(steps) = steps.as_object().filter(|_| !is_intrinsic(steps)) else {
        fault(
            path,
            format!("`{key}` must be a map of `Percentage` and `Interval`"),
            format!("write `{key}: {{Percentage: 25, Interval: 7}}`: percent, and minutes"),
        );
        return None;
    };
    let watch = scope.watch();
    let known = [PERCENTAGE.name, INTERVAL.name];
    for name in steps.keys().filter(|name| !known.contains(&name.as_str())) {
        fault(
            path.clone().then(name),
            format!("`{key}` has no key `{name}`"),
            did_you_mean(name, &known),
        );
    }
    if !watch.is_sound() {
        return None;
    }
    let written = given.get(key).and_then(Value::as_object);
    let percent = read_amount(scope, key, &PERCENTAGE, [Some(steps), written], &path);
    let minutes = read_amount(scope, key, &INTERVAL, [Some(steps), written], &path);
    if !watch.is_sound() {
        return None;
    }
    let (percent, minutes) = (percent?, minutes?);
    let share = u8::try_from(percent).ok()?;
    if key == "Canary" {
        return Some(canary(share, minutes));
    }
    let intervals = 100_u32.div_ceil(percent) - 1;
    if intervals.saturating_mul(minutes) > LONGEST {
        scope.report(
            Diagnostic::new(
                codes::TRAFFIC_SHAPE,
                path,
                format!("from its first step to its last this `Linear` takes longer than {LONGEST} minutes (48 hours), the most that CodeDeploy takes"),
            )
            .on_key()
            .help("(100 / `Percentage`, rounded up, less 1) times `Interval` is how many minutes it takes: move larger shares, or move them sooner"),
        );
        return None;
    }
    Some(linear(share, minutes))
}

/// A number of a `shape`, of which there is what is `known` and what stands in the template.
fn read_amount(
    scope: &Scope<'_>,
    shape: &str,
    amount: &Amount,
    [known, written]: [Option<&Map>; 2],
    path: &Path,
) -> Option<u32> {
    let &Amount { name, unit, most } = amount;
    let words = unit.words();
    let path = path.clone().then(name);
    let value = known.and_then(|steps| steps.get(name));
    let written = written.and_then(|steps| steps.get(name));
    let Some(value) = value.filter(|value| !value.is_null()) else {
        scope.report(
            Diagnostic::new(
                codes::TRAFFIC_SHAPE,
                path,
                format!("`{shape}` needs `{name}`, a number of {words}"),
            )
            .on_key()
            .help(format!(
                "write `{shape}: {{Percentage: 25, Interval: 7}}`: percent, and minutes"
            )),
        );
        return None;
    };
    if is_intrinsic(value) {
        scope.report(
            Diagnostic::new(
                codes::TRAFFIC_SHAPE,
                path,
                format!("`{name}` must be known now: it becomes part of a logical id"),
            )
            .help(format!("write the number of {words}, or a `!Ref` to a parameter with a `Default` or a value that is passed")),
        );
        return None;
    }
    let number = amount::whole(value).filter(|number| (1..=most).contains(number));
    if number.is_none() {
        let literal = written.filter(|written| !is_intrinsic(written));
        let meant = literal.and_then(|written| amount::converted(written, unit));
        let given = literal.and_then(amount::number);
        let help = match (meant, given, unit) {
            (Some(meant), _, _) if (1.0..=f64::from(most)).contains(&meant) => {
                format!("write the number alone: `{name}: {meant}`")
            }
            (_, Some(given), Unit::Percent) if given > 0.0 && given < 1.0 => {
                format!(
                    "it is percent, not a share of one: `{name}: {}`",
                    (given * 100.0).round()
                )
            }
            (_, Some(given), Unit::Percent) if given >= 100.0 => {
                "`Type: AllAtOnce` moves all traffic in one step".to_owned()
            }
            _ => format!("write a number of {words} without a unit: `{name}: 25`"),
        };
        scope.report(
            Diagnostic::new(
                codes::TRAFFIC_SHAPE,
                path,
                format!("`{name}` must be a whole number of {words} from 1 to {most}"),
            )
            .help(help),
        );
    }
    number
}

/// The plans in it that CodeDeploy has no configuration for.
fn own_plans(traffic: &Traffic, found: &mut Vec<Plan>) {
    match traffic {
        Traffic::Planned(plan) if predefined(*plan).is_none() => found.push(*plan),
        Traffic::Planned(_) | Traffic::Named(_) => {}
        Traffic::If {
            then, otherwise, ..
        } => {
            own_plans(then, found);
            own_plans(otherwise, found);
        }
    }
}

/// The configurations that these shapes need made, each once: the plan, its logical id and its properties.
pub(super) fn configurations<'a>(
    shapes: impl Iterator<Item = &'a Traffic>,
) -> Vec<(Plan, String, Map)> {
    let mut plans = Vec::new();
    shapes.for_each(|traffic| own_plans(traffic, &mut plans));
    let mut made: Vec<(Plan, String, Map)> = Vec::new();
    for plan in plans {
        if made.iter().all(|(known, _, _)| *known != plan) {
            let id = logical_id::deployment_config(&plan.to_string());
            made.push((plan, id, configuration(plan)));
        }
    }
    made
}

/// Whether traffic may move as this plan says.
pub(super) fn has_plan(traffic: &Traffic, plan: Plan) -> bool {
    let mut plans = Vec::new();
    own_plans(traffic, &mut plans);
    plans.contains(&plan)
}

/// The properties of a plan's `AWS::CodeDeploy::DeploymentConfig`. It gets no name: another name would be a replacement.
fn configuration(plan: Plan) -> Map {
    let routing = match plan {
        Plan::AllAtOnce => json!({ "Type": "AllAtOnce" }),
        Plan::Canary { percent, minutes } => json!({
            "Type": "TimeBasedCanary",
            "TimeBasedCanary": { "CanaryPercentage": u32::from(percent), "CanaryInterval": minutes },
        }),
        Plan::Linear {
            percent,
            every_minutes,
        } => json!({
            "Type": "TimeBasedLinear",
            "TimeBasedLinear": { "LinearPercentage": u32::from(percent), "LinearInterval": every_minutes },
        }),
    };
    map(json!({ "ComputePlatform": "Lambda", "TrafficRoutingConfig": routing }))
}

/// How a name that looks like a shape is written as one: `Canary20Percent7Minutes`.
pub(super) fn as_inline(name: &str) -> Option<String> {
    let lower = name.to_ascii_lowercase();
    let (shape, rest) = INLINE.iter().find_map(|shape| {
        let rest = lower.strip_prefix(&shape.to_ascii_lowercase())?;
        Some((shape, rest))
    })?;
    let (percent, rest) = rest.split_once("percent")?;
    let minutes = rest.strip_prefix("every").unwrap_or(rest);
    let minutes = minutes
        .strip_suffix("minutes")
        .or(minutes.strip_suffix("minute"))?;
    let percent: u32 = percent.parse().ok()?;
    let minutes: u32 = minutes.parse().ok()?;
    let fits = (1..=PERCENTAGE.most).contains(&percent) && (1..=INTERVAL.most).contains(&minutes);
    fits.then(|| format!("Type: {{{shape}: {{Percentage: {percent}, Interval: {minutes}}}}}"))
}

/// What a plan is called where a name stands: by CodeDeploy's name, or by its own configuration.
pub(crate) fn name_of(plan: Plan) -> Value {
    match predefined(plan) {
        Some(name) => name.into(),
        None => own_configuration(plan),
    }
}

/// A reference to the configuration that is made for a plan.
fn own_configuration(plan: Plan) -> Value {
    reference(&logical_id::deployment_config(&plan.to_string()))
}

/// `DeploymentConfigName`: predefined names get CodeDeploy's prefix, also inside lists and intrinsics; everything else
/// names a configuration of the user's. Null leaves it to CodeDeploy.
pub(super) fn configuration_name(traffic: &Traffic) -> Value {
    match traffic {
        Traffic::Planned(plan) => match predefined(*plan) {
            Some(name) => prefixed(name, false),
            None => own_configuration(*plan),
        },
        Traffic::If {
            condition,
            then,
            otherwise,
        } => if_then(
            expand(condition, false),
            configuration_name(then),
            configuration_name(otherwise),
        ),
        Traffic::Named(kind) => expand(kind, false),
    }
}

/// `in_sub`: the value stands directly under `Fn::Sub`, where no other `Fn::Sub` may stand.
fn expand(kind: &Value, in_sub: bool) -> Value {
    match kind {
        Value::Array(items) => items.iter().map(|item| expand(item, false)).collect(),
        Value::Object(map) if is_intrinsic(kind) => Value::Object(
            map.iter()
                .map(|(key, value)| (key.clone(), expand(value, key == "Fn::Sub")))
                .collect(),
        ),
        Value::String(name) if plan_of(name).is_some() => prefixed(name, in_sub),
        other => other.clone(),
    }
}

/// CodeDeploy's full name of a predefined shape.
fn prefixed(name: &str, in_sub: bool) -> Value {
    let sub = json!(["CodeDeployDefault.Lambda${ConfigName}", { "ConfigName": name }]);
    if in_sub {
        sub
    } else {
        json!({ "Fn::Sub": sub })
    }
}

/// Whether a name looks as if one of the predefined shapes was meant: `Canary20Percent7Minutes`, `AllatOnce`.
pub(super) fn resembles_shape(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let planned =
        (lower.starts_with("canary") || lower.starts_with("linear")) && lower.contains("percent");
    (planned || lower == "allatonce") && plan_of(name).is_none()
}

#[cfg(test)]
mod tests {
    use super::{SHAPES, as_inline};

    #[test]
    fn names_of_shapes_that_are_none_can_be_written_inline() {
        for (name, inline) in [
            (
                "Canary20Percent7Minutes",
                Some("Type: {Canary: {Percentage: 20, Interval: 7}}"),
            ),
            (
                "linear5percentevery1minute",
                Some("Type: {Linear: {Percentage: 5, Interval: 1}}"),
            ),
            ("Canary100Percent7Minutes", None),
            ("CanaryTenPercent7Minutes", None),
            ("LinearPercent", None),
            ("AllatOnce", None),
        ] {
            assert_eq!(as_inline(name).as_deref(), inline, "{name}");
        }
    }

    #[test]
    fn a_plan_has_the_name_that_codedeploy_gives_it() {
        for (name, plan) in SHAPES {
            assert_eq!(*name, plan.to_string());
        }
    }
}
