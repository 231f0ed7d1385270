//! An alarm as a resource: what it looks at, and what it is told.
//!
//! ```yaml
//! # in
//! Greeter:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CodeUri: s3://bucket/greeter.zip
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: Standard}
//! ```
//!
//! ```yaml
//! # out
//! GreeterNewErrorsAlarm8683fcd932:
//!   Type: AWS::CloudWatch::Alarm
//!   Properties:
//!     Namespace: AWS/Lambda
//!     MetricName: Errors
//!     Dimensions:
//!       - {Name: FunctionName, Value: !Ref Greeter}
//!       - {Name: Resource, Value: !Sub '${Greeter}:live'}
//!       - {Name: ExecutedVersion, Value: !GetAtt GreeterVersion8683fcd932.Version}
//!     Statistic: Sum
//!     Period: 60
//!     EvaluationPeriods: 5
//!     DatapointsToAlarm: 2
//!     Threshold: 0
//!     ComparisonOperator: GreaterThanThreshold
//!     TreatMissingData: notBreaching
//! ```
//!
//! CloudWatch knows a metric by all of its dimensions: one that is missing, or the ARN of the alias as `Resource`, and no
//! data ever comes.
//!
//! An alarm on the new version has the end of the version's id in its own. So each version gets a fresh one: one that is
//! changed in place would keep its state, and one that is red because of a version would stop the deployment of the next.

use super::kinds::{Kind, Source};
use super::metric::Metric;
use super::{log_errors, route_errors, settings};
use crate::deployment::{AlarmRequest, Deployment, Sees};
use crate::diagnostics::{Diagnostic, codes};
use crate::gradual::amount;
use crate::language::intrinsics::{get_att, if_parts, reference};
use crate::language::logical_id;
use crate::language::requirements::All;
use crate::resource::{map, tags};
use crate::scope::Scope;
use crate::stack::Stack;
use crate::tree::{List, Map, Value, json};

/// What one alarm that is asked for has become.
pub(super) struct Made {
    pub(super) id: String,
    pub(super) properties: Map,
    /// The filter that makes its metric, by its logical id.
    pub(super) filter: Option<(String, Map)>,
    /// What else must be there.
    pub(super) needs: All,
}

/// Makes what is asked for: one alarm, or one for each route. Faults are reported.
pub(super) fn alarms(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    kind: &Kind,
    request: &AlarmRequest,
) -> Vec<Made> {
    let metrics = match kind.source {
        Source::Lambda { metric, statistic } => {
            warn_of_timeout(scope, stack, deployment, kind, request);
            vec![Metric::of(of_lambda(
                deployment, request, metric, statistic,
            ))]
        }
        Source::ErrorRate => vec![Metric::of(error_rate(deployment, request))],
        Source::Routes => route_errors::metrics(scope, stack, deployment, request),
        Source::Log => log_errors::metric(scope, stack, deployment, request)
            .into_iter()
            .collect(),
        Source::Given => vec![Metric::of(Map::new())],
    };
    let tags = deployment.shift.as_ref().map(|shift| &shift.tags);
    metrics
        .into_iter()
        .map(|metric| Made {
            id: id(deployment, kind, request, &metric.part),
            properties: properties(request, metric.properties, tags),
            filter: metric.filter,
            needs: metric.needs,
        })
        .collect()
}

fn id(deployment: &Deployment, kind: &Kind, request: &AlarmRequest, part: &str) -> String {
    let function = &deployment.function;
    let is_new = request.sees == Sees::New;
    let name = match &request.id {
        Some(id) => id.clone(),
        None if is_new => format!("New{}", kind.name),
        None => kind.name.to_owned(),
    };
    let name = format!("{name}{part}");
    let suffix = logical_id::version_suffix(&deployment.version.id, function);
    logical_id::alarm(function, &name, if is_new { suffix } else { "" })
}

/// The properties in the order in which people read them.
fn properties(request: &AlarmRequest, metric: Map, tags: Option<&Map>) -> Map {
    let mut left = request.settings.clone();
    for ours in ["MinInvocations", "Pattern", "Routes"] {
        left.remove(ours);
    }
    let mut made = Map::new();
    let move_over = |made: &mut Map, left: &mut Map, names: &[&str]| {
        for name in names {
            if let Some((name, value)) = left.remove_entry(name) {
                made.insert(name, value);
            }
        }
    };
    move_over(
        &mut made,
        &mut left,
        &[
            "AlarmName",
            "AlarmDescription",
            "Namespace",
            "MetricName",
            "Dimensions",
        ],
    );
    if metric.contains_key("Metrics") {
        // Each of the metrics has it.
        left.remove("Period");
    }
    let has_statistic = ["Statistic", "ExtendedStatistic"]
        .iter()
        .any(|name| metric.contains_key(name));
    if has_statistic {
        left.remove("Statistic");
    } else if let Some(given) = left.get("Statistic").and_then(Value::as_str)
        && settings::is_percentile(given)
    {
        let given = given.to_owned();
        left.remove("Statistic");
        left.insert("ExtendedStatistic", given.into());
    }
    made.extend(metric);
    move_over(
        &mut made,
        &mut left,
        &[
            "Metrics",
            "Statistic",
            "ExtendedStatistic",
            "Period",
            "EvaluationPeriods",
            "DatapointsToAlarm",
            "Threshold",
            "ComparisonOperator",
            "TreatMissingData",
        ],
    );
    made.extend(left);
    if let Some(tags) = tags.filter(|tags| !tags.is_empty()) {
        add_tags(&mut made, tags);
    }
    made
}

/// Gives an alarm the tags that its function passes on, unless it has one of that key.
fn add_tags(alarm: &mut Map, passed_on: &Map) {
    let given = alarm.get("Tags").cloned().unwrap_or_else(|| json!([]));
    let Value::Array(mut given) = given else {
        return;
    };
    let new: List = tags::list(passed_on)
        .into_iter()
        .filter(|tag| {
            let key = tag.get("Key").unwrap_or(&Value::Null);
            given.iter().all(|known| !may_have_key(known, key))
        })
        .collect();
    given.extend(new);
    alarm.insert("Tags", given.into());
}

/// Whether a tag has a key, or has it under some condition.
fn may_have_key(tag: &Value, key: &Value) -> bool {
    match if_parts(tag) {
        Some((_, then, otherwise)) => [then, otherwise]
            .iter()
            .any(|branch| *branch == key || may_have_key(branch, key)),
        None => tag
            .get("Key")
            .is_some_and(|given| given == key || may_have_key(given, key)),
    }
}

/// Source: "Types of metrics for Lambda functions", on dimensions.
fn dimensions(deployment: &Deployment, sees: Sees) -> Value {
    let (function, alias) = (&deployment.function, &deployment.alias.name);
    let mut dimensions = vec![
        json!({ "Name": "FunctionName", "Value": reference(function) }),
        json!({ "Name": "Resource", "Value": { "Fn::Sub": format!("${{{function}}}:{alias}") } }),
    ];
    if sees == Sees::New {
        let version = get_att(&deployment.version.id, "Version");
        dimensions.push(json!({ "Name": "ExecutedVersion", "Value": version }));
    }
    dimensions.into_iter().collect()
}

fn of_lambda(
    deployment: &Deployment,
    request: &AlarmRequest,
    metric: &'static str,
    statistic: Option<&'static str>,
) -> Map {
    let mut made = map(json!({
        "Namespace": "AWS/Lambda",
        "MetricName": metric,
        "Dimensions": dimensions(deployment, request.sees),
    }));
    if let Some(statistic) = statistic {
        made.insert("Statistic", statistic.into());
    }
    made
}

/// Failed calls in a hundred. With few calls one failure is a large share, so `MinInvocations` decides from how many on
/// it counts.
fn error_rate(deployment: &Deployment, request: &AlarmRequest) -> Map {
    let setting = |name: &str| request.settings.get(name).cloned().unwrap_or_default();
    let metric = |id: &'static str, name: &'static str| {
        json!({
            "Id": id,
            "MetricStat": {
                "Metric": {
                    "Namespace": "AWS/Lambda",
                    "MetricName": name,
                    "Dimensions": dimensions(deployment, request.sees),
                },
                "Period": setting("Period"),
                "Stat": "Sum",
            },
            "ReturnData": false,
        })
    };
    let share =
        |least: &str| format!("IF(invocations >= {least}, 100 * FILL(errors, 0) / invocations, 0)");
    let least = setting("MinInvocations");
    let expression = match amount::whole(&least) {
        Some(least) => share(&least.to_string()).into(),
        None => json!({ "Fn::Sub": [share("${Least}"), { "Least": least }] }),
    };
    map(json!({
        "Metrics": [
            { "Id": "rate", "Label": "ErrorRate", "Expression": expression },
            metric("errors", "Errors"),
            metric("invocations", "Invocations"),
        ],
    }))
}

/// How long Lambda lets a function run that does not say, in seconds. Source: the CloudFormation schema.
const DEFAULT_TIMEOUT: u32 = 3;

/// Says when no call can take as long as an alarm on the duration allows.
fn warn_of_timeout(
    scope: &Scope<'_>,
    stack: &Stack,
    deployment: &Deployment,
    kind: &Kind,
    request: &AlarmRequest,
) {
    if kind.name != "Duration" {
        return;
    }
    let function = stack.get(&deployment.function);
    let properties = function.and_then(|function| function.get("Properties"));
    let timeout = match properties.and_then(|properties| properties.get("Timeout")) {
        Some(given) => amount::whole(given),
        None => Some(DEFAULT_TIMEOUT),
    };
    let threshold = request.settings.get("Threshold").and_then(amount::number);
    if let (Some(timeout), Some(threshold)) = (timeout, threshold)
        && threshold > f64::from(timeout) * 1_000.0
    {
        let function = &deployment.function;
        scope.report(
            Diagnostic::new(
                codes::DURATION_BEYOND_TIMEOUT,
                request.path.clone().then("Threshold"),
                format!("no call of `{function}` takes as many milliseconds: Lambda ends it at its `Timeout`, which is in seconds"),
            )
            .help("write fewer milliseconds, or watch `Errors`: a call that is ended is one"),
        );
    }
}
