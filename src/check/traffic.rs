//! Which ways traffic can move, by what the template itself says: a parameter's default says nothing of a stage.

use super::subject::Subject;
use crate::deployment::{Alarm, Deployment, Plan, Shift, Traffic};
use crate::language::intrinsics::{if_parts, is_intrinsic, ref_target};
use crate::simulate::Timeline;
use crate::template::Path;
use crate::tree::Value;

/// A function whose traffic CodeDeploy shifts.
#[derive(Clone, Copy)]
pub(super) struct Shifting<'a> {
    pub(super) deployment: &'a Deployment,
    pub(super) shift: &'a Shift,
}

impl<'a> Shifting<'a> {
    /// The functions of a template whose traffic is shifted.
    pub(super) fn all(subject: &Subject<'a>) -> Vec<Self> {
        subject
            .deployments
            .iter()
            .filter_map(|deployment| {
                let shift = deployment.shift.as_ref()?;
                Some(Self { deployment, shift })
            })
            .collect()
    }

    /// The place of something in the preference.
    pub(super) fn place(&self, below: &[&str]) -> Path {
        below
            .iter()
            .fold(self.shift.path.clone(), |path, key| path.then(*key))
    }

    /// Every way in which traffic can move; none where some of them are not known.
    pub(super) fn plans(&self, subject: &Subject<'_>) -> Option<Vec<Plan>> {
        let kind = subject
            .property(&self.deployment.function, "DeploymentPreference")?
            .get("Type")?;
        if has_inline(kind) {
            let mut all = Vec::new();
            return planned(&self.shift.traffic, &mut all).then_some(all);
        }
        plans(kind, subject)
    }

    /// Every way that takes time; none where some of them are not known, or none takes time.
    pub(super) fn gradual_plans(&self, subject: &Subject<'_>) -> Option<Vec<Plan>> {
        let plans: Vec<Plan> = self
            .plans(subject)?
            .into_iter()
            .filter(|plan| Timeline::of(plan).all_at() > 0)
            .collect();
        (!plans.is_empty()).then_some(plans)
    }

    /// The alarms that can stop it, whatever conditions decide.
    pub(super) fn alarms(&self) -> Vec<&'a Alarm> {
        self.shift.alarms.all()
    }

    /// The place of an alarm in the preference: its place in the list, where that is simple, else the list.
    pub(super) fn place_of_alarm(&self, subject: &Subject<'_>, name: &Value) -> Path {
        let list = self.place(&["Alarms"]);
        let own = Path::property(&self.deployment.function, "DeploymentPreference").then("Alarms");
        let given = subject
            .property(&self.deployment.function, "DeploymentPreference")
            .and_then(|preference| preference.get("Alarms"));
        let place = match given {
            Some(Value::Array(items)) => items.iter().position(|item| item == name),
            _ => None,
        };
        match place {
            Some(index) => own.then(index),
            None => list,
        }
    }

    /// Whether something is called before or after that can stop it.
    pub(super) fn has_hooks(&self) -> bool {
        self.shift.before.is_some() || self.shift.after.is_some()
    }
}

/// Whether a shape is written inline, or may be.
fn has_inline(kind: &Value) -> bool {
    match if_parts(kind) {
        Some((_, then, otherwise)) => has_inline(then) || has_inline(otherwise),
        None => kind.is_object() && !is_intrinsic(kind),
    }
}

/// Collects the plans of what was read; whether all are known.
fn planned(traffic: &Traffic, all: &mut Vec<Plan>) -> bool {
    match traffic {
        Traffic::Planned(plan) => {
            all.push(*plan);
            true
        }
        Traffic::Named(_) => false,
        Traffic::If {
            then, otherwise, ..
        } => planned(then, all) && planned(otherwise, all),
    }
}

fn plans(kind: &Value, subject: &Subject<'_>) -> Option<Vec<Plan>> {
    if let Some((_, then, otherwise)) = if_parts(kind) {
        let mut both = plans(then, subject)?;
        both.extend(plans(otherwise, subject)?);
        return Some(both);
    }
    if let Some(parameter) = ref_target(kind) {
        let names = subject.possible_values(parameter)?;
        return names.iter().map(|name| plan(name.as_str()?)).collect();
    }
    Some(vec![plan(kind.as_str()?)?])
}

/// The plan of this name.
fn plan(name: &str) -> Option<Plan> {
    if name == "AllAtOnce" {
        return Some(Plan::AllAtOnce);
    }
    let minutes = |text: &str| -> Option<u32> {
        let digits = text
            .strip_suffix("Minutes")
            .or_else(|| text.strip_suffix("Minute"))?;
        digits.parse().ok()
    };
    if let Some(rest) = name.strip_prefix("Canary") {
        let (percent, rest) = rest.split_once("Percent")?;
        return Some(Plan::Canary {
            percent: percent.parse().ok()?,
            minutes: minutes(rest)?,
        });
    }
    let (percent, rest) = name.strip_prefix("Linear")?.split_once("PercentEvery")?;
    Some(Plan::Linear {
        percent: percent.parse().ok()?,
        every_minutes: minutes(rest)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_plan_is_read_as_it_is_written() {
        for plan_given in [
            Plan::AllAtOnce,
            Plan::Canary {
                percent: 10,
                minutes: 5,
            },
            Plan::Linear {
                percent: 10,
                every_minutes: 1,
            },
        ] {
            assert_eq!(plan(&plan_given.to_string()), Some(plan_given));
        }
        assert_eq!(plan("MyOwn"), None);
        assert_eq!(plan("CanaryPercentMinutes"), None);
    }
}
