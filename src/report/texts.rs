//! What a page says of a function in words.

use crate::deployment::PublishedOn;
use crate::explain::{Allowed, Call, Function, Property, Shift, Unseen, Version, text_of, words};
use serde::Serialize;

/// A property, and what is to be said of it.
#[derive(Serialize)]
pub(super) struct Row {
    name: String,
    line: Option<usize>,
    note: Option<String>,
}

impl Row {
    /// A property, with the parameters that it reads.
    pub(super) fn of(property: &Property) -> Self {
        Self {
            name: words::property(&property.name),
            line: property.place.line,
            note: (!property.parameters.is_empty())
                .then(|| format!("from the parameter {}", property.parameters.join(", "))),
        }
    }

    /// A property that is hashed with the values of parameters.
    pub(super) fn hashed(property: &Property) -> Self {
        Self {
            note: (!property.parameters.is_empty())
                .then(|| format!("with the value of {}", property.parameters.join(", "))),
            ..Self::of(property)
        }
    }

    /// What no hash sees.
    pub(super) fn unseen(unseen: &Unseen) -> Self {
        Self {
            name: words::property(&unseen.name),
            line: unseen.place.line,
            note: Some(words::unseen(unseen)),
        }
    }
}

/// A hook, and when it is called.
#[derive(Serialize)]
pub(super) struct HookView {
    name: String,
    when: &'static str,
    line: Option<usize>,
}

pub(super) fn hooks(shift: &Shift) -> Vec<HookView> {
    let hooks = [
        (&shift.before, "before the new version gets any traffic"),
        (&shift.after, "when it has all traffic"),
    ];
    let hooks = hooks.into_iter().filter_map(|(hook, when)| {
        hook.as_ref().map(|hook| HookView {
            name: hook.id.clone().unwrap_or_else(|| text_of(&hook.function)),
            when,
            line: hook.place.line,
        })
    });
    hooks.collect()
}

/// Who calls whom.
#[derive(Serialize)]
pub(super) struct CallView {
    from: String,
    to: String,
    note: Option<&'static str>,
    look: &'static str,
    line: Option<usize>,
}

impl CallView {
    pub(super) fn of(function: &Function, call: &Call) -> Self {
        let look = match call.allowed {
            Allowed::Yes => "good",
            Allowed::No => "bad",
            Allowed::Unknown => "unknown",
        };
        let note = words::allowed(function, call);
        Self {
            from: call.from.clone(),
            to: words::called(function, call),
            note,
            look,
            line: call.place.as_ref().and_then(|place| place.line),
        }
    }
}

/// How a function's changes reach its callers.
pub(super) fn how(function: &Function) -> String {
    match &function.published {
        None if !function.aliases.is_empty() => "Its alias is written out in this template: how it is published is told of the template that this one was made of.".to_owned(),
        None => "No alias: each deployment changes it at once for all who call it.".to_owned(),
        Some(published) => {
            let how = match &published.shift {
                Some(_) => "CodeDeploy shifts its traffic",
                None => "all traffic moves at once",
            };
            format!(
                "Published behind the alias {}; {how}.",
                published.alias_name
            )
        }
    }
}

/// What a version's id is made of, before the list of it.
pub(super) fn hashed_by(version: &Version) -> &'static str {
    match version.published_on {
        PublishedOn::GivenSha => "Another value of this, and nothing else:",
        PublishedOn::Code => "A change of these:",
        PublishedOn::Configuration => "A change of anything that a version locks:",
        PublishedOn::AllProperties => "A change of any property of the function:",
    }
}

pub(super) fn rollback(version: &Version) -> &'static str {
    words::rollback(version.deletion_policy.as_str())
}
