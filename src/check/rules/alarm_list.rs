//! The list of alarms of a deployment names one twice (`alarm-twice`), or more than ten (`alarms-many`).
//!
//! Why: CodeDeploy refuses a group with two alarms of one name, and its API takes at most ten
//! (AlarmConfiguration in the CodeDeploy API reference; the page of its quotas says 50). Lists of Globals come before
//! those of a function, so that the same alarm easily stands in both.
//!
//! Do: name each alarm once, and watch fewer, or ask AWS for more. A composite alarm in their place may be none to
//! CodeDeploy: no source says that it asks CloudWatch for those.
//!
//! Wrong:
//! ```yaml
//! Globals:
//!   Function:
//!     CodeUri: s3://bucket/code.zip
//!     Handler: app.handler
//!     Runtime: python3.13
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Linear10PercentEvery1Minute
//!       Alarms: [too-many-errors]
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties: {DeploymentPreference: {Alarms: [too-many-errors]}}
//! ```
//! Right:
//! ```yaml
//! Globals:
//!   Function:
//!     CodeUri: s3://bucket/code.zip
//!     Handler: app.handler
//!     Runtime: python3.13
//!     AutoPublishAlias: live
//!     DeploymentPreference:
//!       Type: Linear10PercentEvery1Minute
//!       Alarms: [too-many-errors]
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties: {DeploymentPreference: {Alarms: [too-slow]}}
//! ```

use super::super::subject::Subject;
use super::super::traffic::Shifting;
use crate::deployment::{Alarm, Alarms};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::distinct::Distinct;
use crate::language::intrinsics::ref_target;
use crate::language::truth::likeness;

/// Source: AlarmConfiguration in the CodeDeploy API reference.
const MOST: usize = 10;

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for shifting in Shifting::all(subject) {
        let function = &shifting.deployment.function;
        each_list(&shifting.shift.alarms, &mut |alarms| {
            let count = first_ones(alarms, |_, _| true)
                .filter(|is_first| *is_first)
                .count();
            if count > MOST {
                found.push(
                    Diagnostic::new(
                        codes::ALARMS_MANY,
                        shifting.place(&["Alarms"]),
                        format!(
                            "`{function}` watches up to {count} alarms; CodeDeploy's API takes {MOST}"
                        ),
                    )
                    .help("watch fewer of them; the page of CodeDeploy's quotas says 50, which AWS can raise"),
                );
            }
            // Of those that conditions decide on no more than one is watched.
            let are_both =
                |one: &Alarm, other: &Alarm| one.when.is_empty() && other.when.is_empty();
            let first = first_ones(alarms, are_both);
            for (index, (alarm, is_first)) in alarms.iter().zip(first).enumerate() {
                if is_first {
                    continue;
                }
                let name = ref_target(&alarm.name).or_else(|| alarm.name.as_str());
                let name = name.map_or_else(|| "an alarm".to_owned(), |name| format!("`{name}`"));
                found.push(
                    Diagnostic::new(
                        codes::ALARM_TWICE,
                        shifting.place(&["Alarms"]).then(index),
                        format!("`{function}` watches {name} twice, which CodeDeploy refuses"),
                    )
                    .help("take one out; those in `Globals` come before those of the function"),
                );
            }
        });
    }
}

/// Whether each alarm has a name that none before it has of which it also holds that it `counts`.
fn first_ones(alarms: &[Alarm], counts: fn(&Alarm, &Alarm) -> bool) -> impl Iterator<Item = bool> {
    let mut distinct = Distinct::default();
    alarms.iter().enumerate().map(move |(index, alarm)| {
        distinct.is_new(
            alarms.get(..index).unwrap_or_default(),
            alarm,
            |alarm| likeness(&alarm.name),
            |one, other| one.name == other.name && counts(one, other),
        )
    })
}

/// Shows each list that a condition may choose.
fn each_list(alarms: &Alarms, look: &mut dyn FnMut(&[Alarm])) {
    match alarms {
        Alarms::None | Alarms::Off => {}
        Alarms::Watched(alarms) => look(alarms),
        Alarms::If {
            then, otherwise, ..
        } => {
            each_list(then, look);
            each_list(otherwise, look);
        }
    }
}
