//! How traffic moves to a new version, and which alarm stops that in time.

use super::place::{Place, Source};
use crate::deployment::{self, Alarms, Deployment, Plan, ServiceRole, Traffic};
use crate::language::intrinsics::{argument, named_resource, ref_target};
use crate::simulate::{Signal, Timeline, Verdict, Window};
use crate::template::Path;
use crate::tree::Value;
use serde::Serialize;

/// How CodeDeploy moves traffic to a new version.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Shift {
    /// Where the preference is written.
    pub place: Place,
    /// The logical id of the deployment group.
    pub group: String,
    /// The condition under which it is there.
    pub condition: Option<String>,
    /// The functions whose deployments come to an end before this one begins.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub behind: Vec<String>,
    /// The function that tests the version before it gets any traffic.
    pub before: Option<Hook>,
    /// The function that tests it when it has all of it.
    pub after: Option<Hook>,
    /// The role that CodeDeploy takes on.
    pub role: Role,
    /// In which steps, by the outcome of conditions: one way where none decides.
    pub ways: Vec<Way>,
}

/// A function that CodeDeploy calls to test a version.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Hook {
    /// Its logical id, where it is a function of the template.
    pub id: Option<String>,
    /// Its name or ARN: a text or an intrinsic.
    pub function: Value,
    /// Where it is named.
    pub place: Place,
}

/// The role that CodeDeploy takes on.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Role {
    /// The generated resource with this logical id.
    Generated(String),
    /// The user's own: a text or an intrinsic.
    Given(Value),
}

/// One way in which traffic moves.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Way {
    /// The conditions that make it this one.
    pub when: Vec<When>,
    /// The name of the shape, `Canary10Percent5Minutes`; else what `Type` says.
    pub traffic: Value,
    /// The steps; none where they are those of a configuration that is not in this template.
    pub timeline: Option<Timeline>,
    /// The alarms that are watched.
    pub alarms: Vec<Alarm>,
}

/// A condition of the template, and whether it must hold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct When {
    /// Its name.
    pub condition: String,
    /// Whether it must hold, or must not.
    pub holds: bool,
}

/// An alarm that stops the shift.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Alarm {
    /// Its name: a text or an intrinsic.
    pub name: Value,
    /// Its logical id, where it is a resource of the template.
    pub id: Option<String>,
    /// Whether the transform made it.
    pub is_generated: bool,
    /// What decides on it alone.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub when: Vec<When>,
    /// Where it is written; none where it is not in the template.
    pub place: Option<Place>,
    /// Whose calls it looks at; none where that is not known.
    pub watches: Option<Watches>,
    /// The part of its metric that it looks at; none where that is not known before the deployment.
    pub window: Option<Window>,
    /// When it can stop the shift, if the new version fails from its first call on; none where that is not known.
    pub reaction: Option<Reaction>,
}

/// Whose calls an alarm looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Watches {
    /// The new version alone.
    NewVersion,
    /// All that comes in through the alias: the old version and the new.
    Alias,
    /// All calls of the function, whatever the version.
    Function,
    /// Something else than the calls of this function.
    Other,
}

/// When an alarm can stop a shift.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Reaction {
    /// Whether that is before all traffic has moved.
    pub verdict: Verdict,
    /// The soonest.
    pub earliest: Moment,
    /// The last, if every call of the new version fails.
    pub latest: Moment,
    /// The chance, from 0 to 1, that it stops the shift before all traffic has moved; none unless it is said how the
    /// function is called, and where the alarm does not count failures.
    pub chance: Option<f64>,
}

/// A moment of a shift, and what the new version has been called until then.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Moment {
    /// In seconds from the beginning of the shift.
    pub at: u32,
    /// The share of calls that the new version gets then, in percent.
    pub share: u32,
    /// How much it was called until then, in seconds of the full traffic.
    pub exposure: f64,
    /// How many calls failed until then; none unless it is said how the function is called.
    pub failed_calls: Option<f64>,
}

impl Shift {
    pub(super) fn each_place<'a>(&'a mut self, visit: &mut dyn FnMut(&'a mut Place)) {
        visit(&mut self.place);
        for hook in [&mut self.before, &mut self.after].into_iter().flatten() {
            visit(&mut hook.place);
        }
        let alarms = self.ways.iter_mut().flat_map(|way| &mut way.alarms);
        for alarm in alarms {
            alarm.place.iter_mut().for_each(&mut *visit);
        }
    }
}

impl Way {
    /// How many seconds a picture of it shows: all steps, and reactions that are not much later.
    pub fn horizon(&self) -> u32 {
        let all_at = self.timeline.as_ref().map_or(0, Timeline::all_at);
        let reactions = self
            .alarms
            .iter()
            .filter_map(|alarm| alarm.reaction.as_ref());
        let latest = reactions.map(|reaction| reaction.latest.at).max();
        let most = match all_at {
            0 => u32::MAX,
            all_at => all_at.saturating_mul(2),
        };
        let after = all_at.saturating_add(all_at / 7);
        latest.unwrap_or(0).min(most).max(after).max(60)
    }
}

impl Moment {
    /// A moment of `timeline`.
    pub fn of(timeline: &Timeline, at: u32, scenario: &super::Scenario) -> Self {
        let exposure = timeline.exposure(at);
        Self {
            at,
            share: timeline.share_at(at),
            exposure,
            failed_calls: scenario
                .load
                .map(|load| load.calls_a_minute / 60.0 * exposure * load.error_rate),
        }
    }
}

/// Explains the shift of a function.
pub(super) fn of(source: &Source<'_>, deployment: &Deployment, shift: &deployment::Shift) -> Shift {
    let hook = |key: &str, hook: &Option<deployment::Hook>| {
        hook.as_ref().map(|hook| Hook {
            id: hook.id.clone(),
            function: hook.function.clone(),
            place: shift.path.clone().then("Hooks").then(key).into(),
        })
    };
    let mut ways = Vec::new();
    for (when, traffic) in shapes(&shift.traffic, &[]) {
        for (when, alarms) in watched(&shift.alarms, &when) {
            let plan = match traffic {
                Traffic::Planned(plan) => Some(*plan),
                Traffic::Named(name) => own_plan(source, name),
                Traffic::If { .. } => None,
            };
            let timeline = plan.as_ref().map(Timeline::of);
            ways.push(Way {
                alarms: alarms
                    .iter()
                    .map(|alarm| alarm_of(source, deployment, alarm, timeline.as_ref()))
                    .collect(),
                traffic: match traffic {
                    Traffic::Named(name) => name.clone(),
                    Traffic::Planned(plan) => plan.to_string().into(),
                    Traffic::If { .. } => Value::Null,
                },
                timeline,
                when,
            });
        }
    }
    let role = match &shift.role {
        ServiceRole::Given(role) => Role::Given(role.clone()),
        ServiceRole::Generated => {
            let group = source.resource(&shift.group);
            let arn = group.and_then(|group| group.get("Properties")?.get("ServiceRoleArn"));
            let id = arn.and_then(named_resource).unwrap_or_default();
            Role::Generated(id.to_owned())
        }
    };
    Shift {
        place: shift.path.clone().into(),
        group: shift.group.clone(),
        condition: shift.condition.clone(),
        behind: shift.behind.clone(),
        before: hook("PreTraffic", &shift.before),
        after: hook("PostTraffic", &shift.after),
        role,
        ways,
    }
}

/// The shapes that traffic may have, and what decides on each; what contradicts `when` is left out.
fn shapes<'a>(traffic: &'a Traffic, when: &[When]) -> Vec<(Vec<When>, &'a Traffic)> {
    let Traffic::If {
        condition,
        then,
        otherwise,
    } = traffic
    else {
        return vec![(when.to_vec(), traffic)];
    };
    let branches = [(true, then), (false, otherwise)];
    let ways = branches
        .into_iter()
        .filter_map(|(holds, branch)| Some(shapes(branch, &and(when, condition, holds)?)));
    ways.flatten().collect()
}

/// The same of alarms.
fn watched<'a>(alarms: &'a Alarms, when: &[When]) -> Vec<(Vec<When>, &'a [deployment::Alarm])> {
    match alarms {
        Alarms::None | Alarms::Off => vec![(when.to_vec(), &[])],
        Alarms::Watched(alarms) => vec![(when.to_vec(), alarms)],
        Alarms::If {
            condition,
            then,
            otherwise,
        } => {
            let branches = [(true, then), (false, otherwise)];
            let ways = branches
                .into_iter()
                .filter_map(|(holds, branch)| Some(watched(branch, &and(when, condition, holds)?)));
            ways.flatten().collect()
        }
    }
}

/// `when`, and one condition more; none where that contradicts it.
fn and(when: &[When], condition: &Value, holds: bool) -> Option<Vec<When>> {
    let name = super::text_of(condition);
    let mut all = when.to_vec();
    match all.iter().find(|known| known.condition == name) {
        Some(known) if known.holds != holds => return None,
        Some(_) => {}
        None => all.push(When {
            condition: name,
            holds,
        }),
    }
    Some(all)
}

/// The plan of a configuration of the template's own.
///
/// Source: AWS::CodeDeploy::DeploymentConfig in the CloudFormation reference.
fn own_plan(source: &Source<'_>, name: &Value) -> Option<Plan> {
    let configuration = source.resource(ref_target(name)?)?;
    let routing = configuration
        .get("Properties")?
        .get("TrafficRoutingConfig")?;
    let whole = |map: &str, key: &str| {
        let value = routing.get(map)?.get(key)?;
        let text = value.as_str().and_then(|text| text.parse().ok());
        text.or_else(|| u32::try_from(value.as_u64()?).ok())
    };
    let percent = |map, key| u8::try_from(whole(map, key)?).ok();
    match routing.get("Type")?.as_str()? {
        "AllAtOnce" => Some(Plan::AllAtOnce),
        "TimeBasedCanary" => Some(Plan::Canary {
            percent: percent("TimeBasedCanary", "CanaryPercentage")?,
            minutes: whole("TimeBasedCanary", "CanaryInterval")?,
        }),
        "TimeBasedLinear" => Some(Plan::Linear {
            percent: percent("TimeBasedLinear", "LinearPercentage")?,
            every_minutes: whole("TimeBasedLinear", "LinearInterval")?,
        }),
        _ => None,
    }
}

fn alarm_of(
    source: &Source<'_>,
    deployment: &Deployment,
    alarm: &deployment::Alarm,
    timeline: Option<&Timeline>,
) -> Alarm {
    let resource = alarm.id.as_deref().and_then(|id| source.resource(id));
    let window = resource.and_then(Window::of_alarm);
    let watches = resource.and_then(|resource| watches(deployment, resource));
    let reaction = timeline.zip(window).map(|(timeline, window)| {
        let reaction = timeline.reaction(&window, &source.scenario.assumed);
        let load = source.scenario.load.as_ref();
        let counts_failures = resource.is_some_and(counts_failures);
        Reaction {
            verdict: reaction.verdict,
            earliest: Moment::of(timeline, reaction.earliest, source.scenario),
            latest: Moment::of(timeline, reaction.latest, source.scenario),
            chance: load
                .filter(|_| counts_failures && window.signal == Signal::Count)
                .and_then(|load| timeline.chance(&window, load, &source.scenario.assumed)),
        }
    });
    let own_place = || alarm.id.as_deref().map(Path::resource);
    let origin = alarm
        .id
        .as_ref()
        .and_then(|id| source.output.origins.get(id));
    let place = origin
        .and_then(|origin| origin.because.first().cloned())
        .or_else(own_place);
    Alarm {
        name: alarm.name.clone(),
        id: alarm.id.clone(),
        is_generated: alarm.is_generated,
        when: alarm
            .when
            .iter()
            .map(|one| When {
                condition: one.condition.clone(),
                holds: one.holds,
            })
            .collect(),
        place: place.map(Place::from),
        watches,
        window,
        reaction,
    }
}

/// Whether one failed call in a period is over the threshold of an alarm on `Errors`.
fn counts_failures(alarm: &Value) -> bool {
    let Some(properties) = alarm.get("Properties") else {
        return false;
    };
    let text = |name: &str| properties.get(name).and_then(Value::as_str);
    let threshold = properties.get("Threshold").and_then(|value| match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_f64(),
    });
    let is_reached = match text("ComparisonOperator") {
        Some("GreaterThanThreshold") => threshold == Some(0.0),
        Some("GreaterThanOrEqualToThreshold") => threshold == Some(1.0),
        _ => false,
    };
    is_reached && text("MetricName") == Some("Errors") && text("Statistic") == Some("Sum")
}

/// Whose calls an alarm looks at, by the dimensions of its metrics.
///
/// Source: "Types of metrics for Lambda functions" in the Lambda developer guide.
fn watches(deployment: &Deployment, alarm: &Value) -> Option<Watches> {
    let properties = alarm.get("Properties")?;
    let mut metrics: Vec<&Value> = vec![properties];
    let queries = properties.get("Metrics").and_then(Value::as_array);
    let queries = queries.map_or(&[][..], |queries| queries.as_slice());
    metrics.extend(
        queries
            .iter()
            .filter_map(|query| query.get("MetricStat")?.get("Metric")),
    );
    let mut found = metrics
        .into_iter()
        .filter(|metric| metric.get("Namespace").is_some());
    let metric = found.next()?;
    if metric.get("Namespace")?.as_str()? != "AWS/Lambda" {
        return Some(Watches::Other);
    }
    let dimensions = metric.get("Dimensions")?.as_array()?;
    let value = |name: &str| {
        let is_meant = |dimension: &&Value| dimension.get("Name").is_some_and(|own| own == name);
        dimensions.iter().find(is_meant)?.get("Value")
    };
    let names_function = value("FunctionName")
        .and_then(named_resource)
        .is_some_and(|id| id == deployment.function);
    let (version, alias) = (value("ExecutedVersion"), value("Resource"));
    let names_sub = |found: Option<&Value>| {
        let text = found
            .and_then(|found| argument(found, "Fn::Sub"))
            .and_then(Value::as_str);
        text.is_some_and(|text| text.starts_with(&format!("${{{}}}", deployment.function)))
    };
    let is_own = names_function || names_sub(value("FunctionName")) || names_sub(alias);
    Some(match (is_own, version.is_some(), alias.is_some()) {
        (false, ..) => Watches::Other,
        (true, true, _) => Watches::NewVersion,
        (true, false, true) => Watches::Alias,
        (true, false, false) => Watches::Function,
    })
}
