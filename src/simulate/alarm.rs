//! What an `AWS::CloudWatch::Alarm` looks at, as far as its template says.

use super::{Signal, Window};
use crate::tree::Value;

impl Window {
    /// The window of an alarm, from its resource; none where that is no metric alarm, or where a number in it is not
    /// known before the deployment.
    ///
    /// An alarm on an expression over metrics looks at them through the longest of their periods.
    ///
    /// Source: AWS::CloudWatch::Alarm in the CloudFormation reference (`DatapointsToAlarm` is `EvaluationPeriods` unless
    /// it is given).
    pub fn of_alarm(resource: &Value) -> Option<Self> {
        if resource.get("Type")?.as_str()? != "AWS::CloudWatch::Alarm" {
            return None;
        }
        let properties = resource.get("Properties")?;
        let evaluation_periods = whole(properties.get("EvaluationPeriods")?)?;
        let datapoints = match properties.get("DatapointsToAlarm") {
            Some(given) => whole(given)?,
            None => evaluation_periods,
        };
        let metrics = match properties.get("Metrics") {
            Some(metrics) => metrics.as_array()?.as_slice(),
            None => &[],
        };
        let period = match properties.get("Period") {
            Some(given) => whole(given)?,
            None => metrics
                .iter()
                .filter_map(|metric| metric.get("MetricStat")?.get("Period"))
                .map(whole)
                .collect::<Option<Vec<u32>>>()?
                .into_iter()
                .max()?,
        };
        let counts = metrics.is_empty()
            && matches!(
                properties.get("Statistic").and_then(Value::as_str),
                Some("Sum" | "SampleCount")
            );
        Some(Self {
            period,
            evaluation_periods,
            datapoints,
            signal: if counts { Signal::Count } else { Signal::Level },
        })
        .filter(|window| window.period > 0 && window.datapoints > 0)
    }
}

/// A number, as a number or as text.
fn whole(value: &Value) -> Option<u32> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => u32::try_from(value.as_u64()?).ok(),
    }
}
