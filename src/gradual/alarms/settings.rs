//! What an alarm that is made may be told: the properties of `AWS::CloudWatch::Alarm`, and a few of our own; what each
//! holds, and what stands in for it.
//!
//! Sources: the CloudFormation resource schema of `AWS::CloudWatch::Alarm` of 2026-10-20, and PutMetricAlarm in
//! CloudWatch's API.

use super::kinds::{Kind, Source};
use crate::deployment::Sees;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::gradual::amount::{self, Unit};
use crate::language::intrinsics::{is_intrinsic, ref_target};
use crate::language::logical_id;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// What a setting holds; an intrinsic may stand for most of it, and is not looked into.
#[derive(Clone, Copy)]
enum Holds {
    /// Anything: CloudFormation judges it.
    Any,
    Text,
    List,
    Word(&'static [&'static str]),
    /// How the threshold is reached.
    Comparison,
    /// A whole number from 1 on.
    Count,
    /// A number of seconds that CloudWatch knows as a period.
    Seconds,
    /// A number, of what the kind counts.
    Threshold,
    /// How the values of a period are made one.
    Statistic,
    /// A part of a logical id: written out.
    Id,
    /// Which calls are seen: written out.
    Version,
    /// Routes of an API: written out.
    Routes,
}

/// What must be written out, since ids, other resources or other properties follow from it.
const WRITTEN_OUT: &[&str] = &["Id", "Version", "Routes", "Statistic"];

/// Every property of an alarm, by name.
const PROPERTIES: &[(&str, Holds)] = &[
    ("ActionConfiguration", Holds::Any),
    ("ActionsEnabled", Holds::Any),
    ("AlarmActions", Holds::List),
    ("AlarmDescription", Holds::Text),
    ("AlarmName", Holds::Text),
    ("ComparisonOperator", Holds::Comparison),
    ("DatapointsToAlarm", Holds::Count),
    ("Dimensions", Holds::List),
    (
        "EvaluateLowSampleCountPercentile",
        Holds::Word(&["evaluate", "ignore"]),
    ),
    ("EvaluationCriteria", Holds::Any),
    ("EvaluationInterval", Holds::Any),
    ("EvaluationPeriods", Holds::Count),
    ("EvaluationWindow", Holds::Any),
    ("ExtendedStatistic", Holds::Text),
    ("InsufficientDataActions", Holds::List),
    ("MetricName", Holds::Text),
    ("Metrics", Holds::List),
    ("Namespace", Holds::Text),
    ("OKActions", Holds::List),
    ("Period", Holds::Seconds),
    ("Statistic", Holds::Statistic),
    ("Tags", Holds::List),
    ("Threshold", Holds::Threshold),
    ("ThresholdMetricId", Holds::Text),
    (
        "TreatMissingData",
        Holds::Word(&["breaching", "ignore", "missing", "notBreaching"]),
    ),
    ("Unit", Holds::Text),
    ("WarmUpConfiguration", Holds::Any),
];

/// What is said with it alone, not to CloudFormation.
const OURS: &[(&str, Holds)] = &[
    ("Id", Holds::Id),
    ("Version", Holds::Version),
    ("MinInvocations", Holds::Count),
    ("Pattern", Holds::Text),
    ("Routes", Holds::Routes),
];

const COMPARISONS: &[&str] = &[
    ABOVE,
    "GreaterThanOrEqualToThreshold",
    "LessThanThreshold",
    "LessThanOrEqualToThreshold",
];

/// Comparisons with a band, which only a metric of one's own can have.
const COMPARISONS_WITH_BAND: &[&str] = &[
    "LessThanLowerOrGreaterThanUpperThreshold",
    "LessThanLowerThreshold",
    "GreaterThanUpperThreshold",
];

const ABOVE: &str = "GreaterThanThreshold";

/// The statistics that are no percentile.
const STATISTICS: &[&str] = &["Average", "Maximum", "Minimum", "SampleCount", "Sum"];

/// The periods below a minute, in seconds; all others are whole minutes.
const SHORT_PERIODS: &[u32] = &[10, 20, 30];

/// How often Lambda, API Gateway and metric filters send their metrics, in seconds.
const MINUTE: u32 = 60;

/// How far an alarm looks back at the most, in seconds: by periods of less than an hour, and by longer ones.
const DAY: u64 = 86_400;
const WEEK: u64 = 604_800;
const HOUR: u32 = 3_600;

/// What a kind of alarm can be told, by name.
pub(super) fn of_kind(kind: &Kind) -> Vec<&'static str> {
    let ours = OURS.iter().map(|(name, _)| *name).filter(|name| {
        *name == "Id" || (*name == "Version" && kind.sees.len() > 1) || kind.own.contains(name)
    });
    let properties = PROPERTIES.iter().map(|(name, _)| *name);
    ours.chain(properties.filter(|name| !kind.fixed.contains(name)))
        .collect()
}

/// What every kind can be told, and means the same for each: what may stand below `Defaults.Alarms.All`.
pub(super) fn of_all() -> Vec<&'static str> {
    let own = ["AlarmName", "EvaluationCriteria", "Statistic", "Threshold"];
    let is_common = |name: &&str| {
        !own.contains(name)
            && super::kinds::KINDS
                .iter()
                .all(|kind| !kind.fixed.contains(name))
    };
    let names = PROPERTIES.iter().map(|(name, _)| *name);
    names.filter(is_common).collect()
}

/// Checks each setting for itself. `kind` is none where it is for all kinds.
pub(super) fn check(scope: &Scope<'_>, kind: Option<&Kind>, given: &Map, path: &Path) {
    let known = kind.map_or_else(of_all, of_kind);
    let owner = kind.map_or("All", |kind| kind.name);
    for (name, value) in given {
        let at = path.clone().then(name);
        if !known.contains(&name.as_str()) {
            scope.report(unknown(kind, owner, name, &known, at));
            continue;
        }
        if value.is_null() {
            continue;
        }
        let mut rows = OURS.iter().chain(PROPERTIES);
        let Some((_, holds)) = rows.find(|(row, _)| row == name) else {
            continue;
        };
        let is_written = !WRITTEN_OUT.contains(&name.as_str());
        if is_written && is_intrinsic(value) && !is_resource_for_list(scope, *holds, value) {
            continue;
        }
        check_value(scope, kind, name, *holds, value, at);
    }
}

/// Whether a `Ref` to something that is no list stands for a list.
fn is_resource_for_list(scope: &Scope<'_>, holds: Holds, value: &Value) -> bool {
    let target = ref_target(value);
    matches!(holds, Holds::List) && target.is_some_and(|name| !scope.parameters.is_declared(name))
}

/// Why a setting is none of the kind's.
fn unknown(kind: Option<&Kind>, owner: &str, name: &str, known: &[&str], path: Path) -> Diagnostic {
    let fault = |code, message: String| Diagnostic::new(code, path.clone(), message).on_key();
    let is_property = PROPERTIES.iter().any(|(row, _)| *row == name);
    match kind {
        Some(kind) if name == "Version" => {
            let sees = match kind.sees {
                [Sees::Alias] => "it sees all calls of the alias, whichever version answers",
                _ if kind.source == Source::Given => {
                    "its `Dimensions` alone say what the metric counts"
                }
                _ => "it sees all versions, whichever answers",
            };
            fault(
                codes::ALARM_VERSION,
                format!("`{owner}` takes no `Version`: {sees}"),
            )
            .help("take it out")
        }
        Some(_) if name == "EvaluationCriteria" => fault(
            codes::ALARM_SETTING,
            format!("`{owner}` looks at a metric, and cannot have `{name}`"),
        )
        .help("write such an alarm as a resource of its own, and its name here: `- !Ref MyAlarm`"),
        Some(_) if is_property => fault(
            codes::ALARM_SETTING,
            format!("`{name}` follows from the kind of alarm, `{owner}`"),
        )
        .help("take it out; an alarm on another metric is written `Metric: {Namespace: ..., MetricName: ..., Statistic: ..., Threshold: ...}`"),
        None if is_property => fault(
            codes::ALARM_SETTING,
            format!("`{name}` means something else for each kind of alarm, so all of them cannot share one"),
        )
        .help("write it below the kind's name, as in `Defaults: {Alarms: {Errors: {...}}}`, or on the alarm itself"),
        _ => fault(
            codes::ALARM_SETTING,
            format!("`{owner}` has no setting `{name}`"),
        )
        .help(did_you_mean(name, known)),
    }
}

fn check_value(
    scope: &Scope<'_>,
    kind: Option<&Kind>,
    name: &str,
    holds: Holds,
    value: &Value,
    path: Path,
) {
    let (wrong, help) = match holds {
        Holds::Any => return,
        Holds::Text => (
            !value.is_string() || value == "",
            (
                format!("`{name}` must be a text"),
                "write a text".to_owned(),
            ),
        ),
        Holds::List => (
            !value.is_array(),
            (
                format!("`{name}` must be a list"),
                format!("write `{name}: [...]`, with brackets also around a single item"),
            ),
        ),
        Holds::Word(words) => {
            let given = value.as_str().unwrap_or_default();
            (!words.contains(&given), no_such_word(name, given, words))
        }
        Holds::Comparison => {
            let given = value.as_str().unwrap_or_default();
            let mut known = COMPARISONS.to_vec();
            if kind.is_some_and(|kind| kind.source == Source::Given) {
                known.extend_from_slice(COMPARISONS_WITH_BAND);
            }
            (!known.contains(&given), no_such_word(name, given, &known))
        }
        Holds::Count => (
            amount::whole(value).is_none_or(|count| count < 1),
            (
                format!("`{name}` must be a whole number from 1 on"),
                format!("write a number without a unit: `{name}: 2`"),
            ),
        ),
        Holds::Seconds => (!is_period(kind, value), period_words(kind, value)),
        Holds::Threshold => {
            let Some(kind) = kind else {
                return;
            };
            (
                amount::number(value)
                    .is_none_or(|number| number < 0.0 && kind.source != Source::Given),
                threshold_words(kind, value),
            )
        }
        Holds::Statistic => {
            let given = value.as_str().unwrap_or_default();
            let is_known = match kind.map(|kind| kind.source) {
                Some(Source::Given) => STATISTICS.contains(&given) || is_percentile(given),
                _ => ["Average", "Maximum", "Minimum"].contains(&given) || is_percentile(given),
            };
            (
                !is_known,
                (
                    format!("`{name}` must be `Average`, `Maximum`, `Minimum` or a percentile such as `p99`, written out"),
                    match given.to_ascii_lowercase().as_str() {
                        "avg" | "mean" => "write `Statistic: Average`".to_owned(),
                        "max" => "write `Statistic: Maximum`".to_owned(),
                        "min" => "write `Statistic: Minimum`".to_owned(),
                        "median" => "write `Statistic: p50`".to_owned(),
                        _ => "write `Statistic: p99`: all but one of a hundred calls are as quick, or quicker".to_owned(),
                    },
                ),
            )
        }
        Holds::Id => (
            !value.as_str().is_some_and(logical_id::is_valid),
            (
                format!("`{name}` becomes part of a logical id: letters and digits, written out"),
                format!("write `{name}: Slow`"),
            ),
        ),
        Holds::Version => {
            let given = value.as_str().unwrap_or_default();
            let known = ["New", "Alias"];
            (
                !known.contains(&given),
                (
                    format!("`{name}` must be `New` or `Alias`, written out"),
                    "`New` sees the calls that the new version answers, `Alias` those of both versions".to_owned(),
                ),
            )
        }
        Holds::Routes => {
            let is_route = |item: &Value| {
                let text = item.as_str().unwrap_or_default();
                let parts = text.split_once(' ');
                parts.is_some_and(|(_, path)| path.trim().starts_with('/'))
            };
            let items = value.as_array();
            (
                !items.is_some_and(|items| !items.is_empty() && items.iter().all(is_route)),
                (
                    format!("`{name}` must be a list of routes, each a method and a path"),
                    format!("write `{name}: [GET /orders, POST /orders]`"),
                ),
            )
        }
    };
    if wrong {
        let (message, help) = help;
        scope.report(Diagnostic::new(codes::ALARM_SETTING, path, message).help(help));
    }
}

fn no_such_word(name: &str, given: &str, known: &[&str]) -> (String, String) {
    (
        format!("`{name}` has no value `{given}`"),
        did_you_mean(given, known),
    )
}

/// Whether a kind looks at a metric that comes once a minute.
fn is_by_the_minute(kind: Option<&Kind>) -> bool {
    kind.is_some_and(|kind| kind.source != Source::Given)
}

fn is_period(kind: Option<&Kind>, value: &Value) -> bool {
    let is_short = |seconds: &u32| SHORT_PERIODS.contains(seconds) && !is_by_the_minute(kind);
    amount::whole(value).is_some_and(|seconds| {
        (seconds > 0 && seconds.is_multiple_of(MINUTE)) || is_short(&seconds)
    })
}

fn period_words(kind: Option<&Kind>, value: &Value) -> (String, String) {
    let message = if is_by_the_minute(kind) {
        "`Period` must be a number of seconds, whole minutes of them: the metric comes once a minute"
    } else {
        "`Period` must be a number of seconds: 10, 20, 30, or whole minutes"
    };
    let meant = amount::converted(value, Unit::Seconds).filter(|meant| meant % 60.0 == 0.0);
    let help = match meant {
        Some(meant) if meant > 0.0 => format!("write the number alone: `Period: {meant}`"),
        _ => "write `Period: 60` for a minute, `Period: 300` for five".to_owned(),
    };
    (message.to_owned(), help)
}

fn threshold_words(kind: &Kind, value: &Value) -> (String, String) {
    let words = kind.threshold.words;
    let converted = |unit| amount::converted(value, unit);
    let help = match kind.threshold.unit.and_then(converted) {
        Some(meant) => format!("write the number alone: `Threshold: {meant}`"),
        None => "write a number without a unit".to_owned(),
    };
    (
        format!("`Threshold` of `{}` must be a number: {words}", kind.name),
        help,
    )
}

/// Whether a statistic is a percentile or a trimmed mean: `p99`, `p99.9`, `tm95`.
pub(super) fn is_percentile(statistic: &str) -> bool {
    let share = ["p", "tm", "wm"]
        .iter()
        .find_map(|prefix| statistic.strip_prefix(prefix));
    share
        .filter(|share| {
            share
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
        .and_then(|share| share.parse::<f64>().ok())
        .is_some_and(|share| (0.0..=100.0).contains(&share))
}

/// Adds what is not said: to `settings` that hold what the item and the defaults of the template say.
pub(super) fn complete(kind: &Kind, sees: Sees, settings: &mut Map) {
    settings.retain(|_, value| !value.is_null());
    let mut set = |name: &str, value: Value| {
        if !settings.contains_key(name) {
            settings.insert(name, value);
        }
    };
    if !kind.required.contains(&"Threshold") {
        set("Threshold", json!(0));
    }
    set("ComparisonOperator", json!(ABOVE));
    set("TreatMissingData", json!("notBreaching"));
    let periods = if sees == Sees::New { 5 } else { 2 };
    set("EvaluationPeriods", json!(periods));
    if kind.source == Source::ErrorRate {
        set("MinInvocations", json!(1));
    }
    let is_of_expressions = settings.contains_key("Metrics");
    if !is_of_expressions && !settings.contains_key("Period") {
        settings.insert("Period", json!(MINUTE));
    }
    let is_new = sees == Sees::New;
    let periods = settings.get("EvaluationPeriods").and_then(amount::whole);
    if let (true, false, Some(periods)) =
        (is_new, settings.contains_key("DatapointsToAlarm"), periods)
    {
        settings.insert("DatapointsToAlarm", json!(periods.min(2)));
    }
    let statistic = settings.get("Statistic").and_then(Value::as_str);
    if statistic.is_some_and(|statistic| statistic.starts_with('p'))
        && is_new
        && !settings.contains_key("EvaluateLowSampleCountPercentile")
    {
        settings.insert("EvaluateLowSampleCountPercentile", json!("ignore"));
    }
}

/// Checks what settings say together, once they are complete. `path` is that of the alarm.
pub(super) fn check_together(
    scope: &Scope<'_>,
    kind: &Kind,
    sees: Sees,
    settings: &Map,
    path: &Path,
) {
    let fault = |name: &str, message: String, help: &str| {
        scope.report(
            Diagnostic::new(codes::ALARM_SETTING, path.clone().then(name), message)
                .on_key()
                .help(help),
        );
    };
    let count = |name: &str| settings.get(name).and_then(amount::whole);
    let (periods, datapoints) = (count("EvaluationPeriods"), count("DatapointsToAlarm"));
    if let (Some(periods), Some(datapoints)) = (periods, datapoints)
        && datapoints > periods
    {
        fault(
            "DatapointsToAlarm",
            "`DatapointsToAlarm` is more than the periods that are looked at, `EvaluationPeriods`"
                .to_owned(),
            "write as many `EvaluationPeriods`, or more",
        );
    }
    if let (Some(periods), Some(period)) = (periods, count("Period")) {
        let most = if period < HOUR { DAY } else { WEEK };
        if u64::from(periods) * u64::from(period) > most {
            fault(
                "EvaluationPeriods",
                format!(
                    "`EvaluationPeriods` times `Period` is more than {most} seconds, the longest that CloudWatch looks back by such periods"
                ),
                "a deployment takes minutes: write `EvaluationPeriods: 5`, `Period: 60`",
            );
        }
    }
    if sees == Sees::New && settings.contains_key("AlarmName") {
        fault(
            "AlarmName",
            "an alarm on the new version cannot have an `AlarmName`: while one version replaces another there are two of it".to_owned(),
            "take it out; what an alarm is for says `AlarmDescription`",
        );
    }
    check_threshold(scope, kind, settings, path);
    if kind.source == Source::Given {
        check_metric(scope, settings, path);
    }
}

fn check_threshold(scope: &Scope<'_>, kind: &Kind, settings: &Map, path: &Path) {
    let Some(given) = settings.get("Threshold") else {
        return;
    };
    let (Some(most), Some(number)) = (kind.threshold.most, amount::number(given)) else {
        return;
    };
    let at = path.clone().then("Threshold");
    let comparison = settings.get("ComparisonOperator").and_then(Value::as_str);
    let is_reached =
        number < f64::from(most) || (number <= f64::from(most) && comparison != Some(ABOVE));
    let (name, words) = (kind.name, kind.threshold.words);
    if !is_reached {
        let help = format!("write `{}` for five in a hundred", kind.example);
        scope.report(
            Diagnostic::new(
                codes::ALARM_SETTING,
                at,
                format!("`Threshold` of `{name}` is in {words}, which never go above {most}"),
            )
            .help(help),
        );
    } else if number > 0.0 && number < 1.0 {
        scope.report(
            Diagnostic::new(
                codes::RATE_AS_FRACTION,
                at,
                format!("`Threshold` of `{name}` is in {words}, and this is less than one"),
            )
            .help(format!("write `{}` for five in a hundred", kind.example)),
        );
    }
}

/// A metric of one's own has either a name or expressions.
fn check_metric(scope: &Scope<'_>, settings: &Map, path: &Path) {
    let has = |name: &str| settings.contains_key(name);
    let fault = |code, name: &str, message: String| {
        scope.report(
            Diagnostic::new(code, path.clone().then(name), message)
                .on_key()
                .help("write `Metric: {Namespace: Shop, MetricName: Failures, Statistic: Sum, Threshold: 0}`, or `Metrics: [...]` as in `AWS::CloudWatch::Alarm`"),
        );
    };
    if has("Metrics") {
        for name in [
            "MetricName",
            "Namespace",
            "Dimensions",
            "Period",
            "Statistic",
            "ExtendedStatistic",
            "Unit",
        ] {
            if has(name) {
                fault(
                    codes::ALARM_SETTING,
                    name,
                    format!(
                        "`{name}` cannot stand beside `Metrics`, where each metric has its own"
                    ),
                );
            }
        }
        return;
    }
    for name in ["Namespace", "MetricName"] {
        if !has(name) {
            fault(
                codes::ALARM_INCOMPLETE,
                name,
                format!("`Metric` needs `{name}`"),
            );
        }
    }
    match (has("Statistic"), has("ExtendedStatistic")) {
        (false, false) => fault(
            codes::ALARM_INCOMPLETE,
            "Statistic",
            "`Metric` needs `Statistic`".to_owned(),
        ),
        (true, true) => fault(
            codes::ALARM_SETTING,
            "ExtendedStatistic",
            "`ExtendedStatistic` cannot stand beside `Statistic`".to_owned(),
        ),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradual::alarms::kinds::KINDS;

    #[test]
    fn what_kinds_name_is_in_the_tables() {
        let is_known = |name: &&str| OURS.iter().chain(PROPERTIES).any(|(row, _)| row == name);
        for kind in KINDS {
            for name in [kind.fixed, kind.own, kind.required].into_iter().flatten() {
                assert!(is_known(name), "{} of {}", name, kind.name);
            }
            for name in kind.required {
                assert!(of_kind(kind).contains(name), "{} of {}", name, kind.name);
                assert!(kind.example.contains(name), "{} of {}", name, kind.name);
            }
        }
        assert!(of_all().contains(&"AlarmActions") && !of_all().contains(&"Threshold"));
    }

    #[test]
    fn percentiles_are_shares() {
        for (text, is_one) in [
            ("p99", true),
            ("p99.9", true),
            ("tm95", true),
            ("p100", true),
            ("p101", false),
            ("p", false),
            ("pct99", false),
            ("99", false),
            ("p9e1", false),
        ] {
            assert_eq!(is_percentile(text), is_one, "{text}");
        }
    }
}
