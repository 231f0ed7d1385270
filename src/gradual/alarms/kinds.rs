//! The kinds of alarms that can be made: what each looks at, what it takes, and what it is like unless that is said.
//!
//! Sources: "Types of metrics for Lambda functions" and "Amazon API Gateway dimensions and metrics" in AWS's
//! documentation; the guide of SAM, "Deploying serverless applications gradually"; the CloudFormation resource schema of
//! `AWS::CloudWatch::Alarm`.

use crate::deployment::Sees;
use crate::gradual::amount::Unit;
use Sees::{Alias, All, New};

/// A kind of alarm.
pub(super) struct Kind {
    /// Its name, as the template has it.
    pub(super) name: &'static str,
    pub(super) source: Source,
    /// Which calls it may see; those of the first unless `Version` says otherwise.
    pub(super) sees: &'static [Sees],
    /// What it must be told.
    pub(super) required: &'static [&'static str],
    /// What it takes besides the properties of an alarm, `Id` and `Version`.
    pub(super) own: &'static [&'static str],
    /// The properties of an alarm that follow from the kind.
    pub(super) fixed: &'static [&'static str],
    pub(super) threshold: Threshold,
    /// How it is written, with all that is required.
    pub(super) example: &'static str,
}

/// What a kind looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// A metric of Lambda, with the dimensions of a function's alias.
    Lambda {
        metric: &'static str,
        /// Its statistic; none where that is to be said.
        statistic: Option<&'static str>,
    },
    /// The share of calls that fail, of two metrics of Lambda.
    ErrorRate,
    /// The failures of routes of a REST API.
    Routes,
    /// What stands in the log.
    Log,
    /// A metric that is given.
    Given,
}

/// What the threshold of a kind counts.
pub(super) struct Threshold {
    /// In words, as they follow "a number:".
    pub(super) words: &'static str,
    /// Its unit, where people write one.
    pub(super) unit: Option<Unit>,
    /// The largest value that can be reached.
    pub(super) most: Option<u32>,
}

impl Threshold {
    const fn of(words: &'static str) -> Self {
        Self {
            words,
            unit: None,
            most: None,
        }
    }
}

/// The properties of an alarm that name a metric.
const METRIC: &[&str] = &[
    "Dimensions",
    "EvaluationCriteria",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "ThresholdMetricId",
    "Unit",
];

/// The same, and the statistic.
const METRIC_AND_STATISTIC: &[&str] = &[
    "Dimensions",
    "EvaluationCriteria",
    "ExtendedStatistic",
    "MetricName",
    "Metrics",
    "Namespace",
    "Statistic",
    "ThresholdMetricId",
    "Unit",
];

/// A metric of Lambda that is counted.
const fn lambda(metric: &'static str, statistic: &'static str) -> Source {
    Source::Lambda {
        metric,
        statistic: Some(statistic),
    }
}

/// All kinds.
pub(super) const KINDS: &[Kind] = &[
    Kind {
        name: "Errors",
        source: lambda("Errors", "Sum"),
        sees: &[New, Alias],
        required: &[],
        own: &[],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold::of("failed calls in a period"),
        example: "Errors: {}",
    },
    Kind {
        name: "ErrorRate",
        source: Source::ErrorRate,
        sees: &[New, Alias],
        required: &["Threshold"],
        own: &["MinInvocations"],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold {
            words: "percent of all calls",
            unit: Some(Unit::Percent),
            most: Some(100),
        },
        example: "ErrorRate: {Threshold: 5}",
    },
    Kind {
        name: "Throttles",
        source: lambda("Throttles", "Sum"),
        // No version has answered a call that was throttled.
        sees: &[Alias],
        required: &[],
        own: &[],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold::of("throttled calls in a period"),
        example: "Throttles: {}",
    },
    Kind {
        name: "Duration",
        source: Source::Lambda {
            metric: "Duration",
            statistic: None,
        },
        sees: &[New, Alias],
        required: &["Statistic", "Threshold"],
        own: &[],
        fixed: METRIC,
        threshold: Threshold {
            words: "milliseconds",
            unit: Some(Unit::Milliseconds),
            most: None,
        },
        example: "Duration: {Statistic: p99, Threshold: 800}",
    },
    Kind {
        name: "ConcurrentExecutions",
        source: lambda("ConcurrentExecutions", "Maximum"),
        sees: &[Alias],
        required: &["Threshold"],
        own: &[],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold::of("calls at the same time"),
        example: "ConcurrentExecutions: {Threshold: 100}",
    },
    Kind {
        name: "RouteErrors",
        source: Source::Routes,
        sees: &[All],
        required: &[],
        own: &["Routes"],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold::of("answers with a status from 500 on in a period"),
        example: "RouteErrors: {}",
    },
    Kind {
        name: "LogErrors",
        source: Source::Log,
        sees: &[All],
        required: &["Pattern"],
        own: &["Pattern"],
        fixed: METRIC_AND_STATISTIC,
        threshold: Threshold::of("matching lines of the log in a period"),
        example: "LogErrors: {Pattern: ERROR}",
    },
    Kind {
        name: "Metric",
        source: Source::Given,
        sees: &[All],
        required: &["Threshold"],
        own: &[],
        fixed: &["EvaluationCriteria"],
        threshold: Threshold::of("what the metric counts"),
        example: "Metric: {Namespace: Shop, MetricName: Failures, Statistic: Sum, Threshold: 0}",
    },
];

/// The names of all kinds.
pub(super) fn names() -> Vec<&'static str> {
    KINDS.iter().map(|kind| kind.name).collect()
}

/// The kind of this name.
pub(super) fn find(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The word of `Version` that means these calls.
pub(super) fn word(sees: Sees) -> Option<&'static str> {
    match sees {
        New => Some("New"),
        Alias => Some("Alias"),
        All => None,
    }
}
