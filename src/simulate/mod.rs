//! A shift of traffic as a model: when which share of the calls meets the new version, when an alarm can stop that, and
//! what it costs until then.
//!
//! Nothing here knows a template. What CodeDeploy and CloudWatch document is in the formulas; what they do not is in
//! [`Assumptions`], which whoever shows a result shows beside it.
//!
//! All times are seconds from the moment at which CodeDeploy begins to move traffic (after the hook `PreTraffic`).
//!
//! Sources: `TimeBasedCanary` and `TimeBasedLinear` in CodeDeploy's API (a canary's share moves at once and the rest after
//! the interval; a linear shift moves one increment at once and one more each interval); "Alarm evaluation window" in the
//! CloudWatch user guide (a window slides: datapoints that breach are seen as soon as they arrive).

mod alarm;

use crate::deployment::Plan;
use serde::Serialize;

/// What no source tells, in seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Assumptions {
    /// How long after a call its metric can be read.
    pub metric_delay: u32,
    /// The longest time between two evaluations of an alarm; a shorter period is evaluated once a period.
    pub evaluation_interval: u32,
    /// How often CodeDeploy looks at the alarms.
    pub poll_interval: u32,
}

impl Default for Assumptions {
    /// A minute each.
    fn default() -> Self {
        Self {
            metric_delay: 60,
            evaluation_interval: 60,
            poll_interval: 60,
        }
    }
}

/// The share of calls that the new version gets, over time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// From when on the new version gets how many percent, in order: the first step is at 0.
    pub steps: Vec<Step>,
}

/// One step of a [`Timeline`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Step {
    /// When it begins, in seconds.
    pub at: u32,
    /// The new version's share from then on, in percent.
    pub share: u32,
}

impl Timeline {
    /// The timeline of a plan.
    ///
    /// ```
    /// use canaryform::deployment::Plan;
    /// use canaryform::simulate::Timeline;
    ///
    /// let thirds = Timeline::of(&Plan::Linear { percent: 30, every_minutes: 3 });
    /// let shares: Vec<(u32, u32)> = thirds.steps.iter().map(|step| (step.at, step.share)).collect();
    /// assert_eq!(shares, [(0, 30), (180, 60), (360, 90), (540, 100)]);
    /// ```
    pub fn of(plan: &Plan) -> Self {
        let steps = match *plan {
            Plan::Canary { percent, minutes } if percent < 100 => vec![
                Step {
                    at: 0,
                    share: percent.into(),
                },
                Step {
                    at: minutes.saturating_mul(60),
                    share: 100,
                },
            ],
            Plan::Linear {
                percent,
                every_minutes,
            } if percent > 0 => {
                let percent = u32::from(percent);
                (0..100_u32.div_ceil(percent))
                    .map(|step| Step {
                        at: every_minutes.saturating_mul(60).saturating_mul(step),
                        share: (percent * (step + 1)).min(100),
                    })
                    .collect()
            }
            Plan::AllAtOnce | Plan::Canary { .. } | Plan::Linear { .. } => {
                vec![Step { at: 0, share: 100 }]
            }
        };
        Self { steps }
    }

    /// When the new version has all traffic, in seconds.
    pub fn all_at(&self) -> u32 {
        self.steps.last().map_or(0, |step| step.at)
    }

    /// The new version's share at a moment, in percent.
    pub fn share_at(&self, moment: u32) -> u32 {
        let begun = self.steps.iter().take_while(|step| step.at <= moment);
        begun.last().map_or(0, |step| step.share)
    }

    /// How much the new version has been called until a moment, in seconds of the full traffic: at 10 % a minute counts
    /// six. Multiplied by the calls a second it is the number of calls.
    pub fn exposure(&self, until: u32) -> f64 {
        let ends = self
            .steps
            .iter()
            .skip(1)
            .map(|step| step.at)
            .chain([u32::MAX]);
        self.steps
            .iter()
            .zip(ends)
            .map(|(step, end)| {
                let seconds = end.min(until).saturating_sub(step.at);
                f64::from(step.share) * f64::from(seconds) / 100.0
            })
            .sum()
    }

    /// When an alarm can stop the shift, if the new version fails from its first call on.
    pub fn reaction(&self, alarm: &Window, assumed: &Assumptions) -> Reaction {
        let before_last = alarm
            .datapoints
            .saturating_sub(1)
            .saturating_mul(alarm.period);
        let evaluation = alarm.period.min(assumed.evaluation_interval);
        let noticed = match alarm.signal {
            Signal::Count => before_last,
            // The window must be mostly new data.
            Signal::Level => alarm.datapoints.saturating_mul(alarm.period),
        };
        let earliest = before_last.saturating_add(assumed.metric_delay);
        let latest = noticed
            .saturating_add(assumed.metric_delay)
            .saturating_add(evaluation)
            .saturating_add(assumed.poll_interval);
        let all_at = self.all_at();
        let verdict = if before_last >= all_at {
            Verdict::Never
        } else if latest > all_at {
            Verdict::Doubtful
        } else {
            Verdict::InTime
        };
        Reaction {
            earliest,
            latest,
            verdict,
        }
    }

    /// The chance, from 0 to 1, that an alarm of the kind [`Signal::Count`] with a threshold of 0 stops the shift before
    /// all traffic has moved.
    ///
    /// None where the alarm looks at so many periods (over [`LONGEST_EXACT`] of which fewer must breach) that the exact
    /// chance is not worth its computation.
    pub fn chance(&self, alarm: &Window, load: &Load, assumed: &Assumptions) -> Option<f64> {
        let usable_until = self.all_at().saturating_sub(assumed.metric_delay);
        let periods = usable_until.checked_div(alarm.period)?;
        let breaches: Vec<f64> = (0..periods)
            .map(|index| {
                let (from, to) = (index * alarm.period, (index + 1) * alarm.period);
                let full_seconds = self.exposure(to) - self.exposure(from);
                let failures = load.calls_a_minute / 60.0 * full_seconds * load.error_rate;
                1.0 - (-failures).exp()
            })
            .collect();
        let needed = usize::try_from(alarm.datapoints).ok()?;
        let window = usize::try_from(alarm.evaluation_periods).ok()?.max(needed);
        chance_of_window(&breaches, needed, window)
    }
}

/// The most periods of an alarm for which [`Timeline::chance`] is computed where not all of them must breach.
pub const LONGEST_EXACT: usize = 12;

/// The chance that in some `window` neighbours of `chances`, or all of them where they are fewer, `needed` come true.
fn chance_of_window(chances: &[f64], needed: usize, window: usize) -> Option<f64> {
    if needed == 0 {
        return Some(1.0);
    }
    if needed > chances.len() {
        return Some(0.0);
    }
    if needed == window {
        return Some(chance_of_run(chances, needed));
    }
    if window > LONGEST_EXACT {
        return None;
    }
    // Each state is the outcomes of the last `window - 1` periods, a bit for each.
    let states = 1_usize << (window - 1);
    let mut chance_of_state = vec![0.0; states];
    *chance_of_state.first_mut()? = 1.0;
    let mut fired = 0.0;
    for chance in chances {
        let mut next = vec![0.0; states];
        for (state, so_far) in chance_of_state.iter().enumerate() {
            if let Some(slot) = next.get_mut((state << 1) & (states - 1)) {
                *slot += so_far * (1.0 - chance);
            }
            let breached = state << 1 | 1;
            if breached.count_ones() as usize >= needed {
                fired += so_far * chance;
            } else if let Some(slot) = next.get_mut(breached & (states - 1)) {
                *slot += so_far * chance;
            }
        }
        chance_of_state = next;
    }
    Some(fired)
}

/// The chance that `length` neighbours of `chances` all come true.
fn chance_of_run(chances: &[f64], length: usize) -> f64 {
    // By the length of the run so far.
    let mut runs = vec![0.0; length];
    if let Some(none) = runs.first_mut() {
        *none = 1.0;
    }
    let mut fired = 0.0;
    for chance in chances {
        fired += runs.last().copied().unwrap_or_default() * chance;
        let broken = runs.iter().sum::<f64>() * (1.0 - chance);
        runs.rotate_right(1);
        for run in &mut runs {
            *run *= chance;
        }
        if let Some(none) = runs.first_mut() {
            *none = broken;
        }
    }
    fired
}

/// How much of a metric an alarm looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Window {
    /// `Period`, in seconds.
    pub period: u32,
    /// `EvaluationPeriods`.
    pub evaluation_periods: u32,
    /// `DatapointsToAlarm`: how many of the periods must breach; as many as `evaluation_periods` where it is not given.
    pub datapoints: u32,
    /// What it takes for a period to breach.
    pub signal: Signal,
}

/// What it takes for a period of a metric to breach the threshold of an alarm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// A number of failures, which the new version reaches in any period in which it fails.
    Count,
    /// An average, percentile or rate: most of what the period holds must come from the new version.
    Level,
}

/// When an alarm can stop a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reaction {
    /// The soonest, in seconds.
    pub earliest: u32,
    /// The last moment, in seconds, if every call of the new version fails.
    pub latest: u32,
    /// Whether that is before all traffic has moved.
    pub verdict: Verdict,
}

/// Whether an alarm can stop a shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// All that it needs to see happens before all traffic has moved.
    InTime,
    /// It depends on what is only [assumed](Assumptions).
    Doubtful,
    /// All traffic has moved before it can turn red, whatever is assumed.
    Never,
}

/// What a function is called like, and how often it fails.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Load {
    /// Calls a minute, of both versions together.
    pub calls_a_minute: f64,
    /// The share of the new version's calls that fail, from 0 to 1.
    pub error_rate: f64,
}
