//! A reference names nothing that is in the template or generated, so that CloudFormation refuses the template.
//!
//! Why: "Unresolved resource dependencies [..] in the Resources block of the template". `Fn.Alias` and `Fn.Version` are
//! there only where the function has `AutoPublishAlias`.
//!
//! Do: write the name as it is declared.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Topic: {Type: AWS::SNS::Topic}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Environment: {Variables: {TOPIC: !Ref Topik}}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Topic: {Type: AWS::SNS::Topic}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Environment: {Variables: {TOPIC: !Ref Topic}}
//! ```

use super::super::mentions::{Mention, mentions};
use super::super::subject::{Subject, kind_of};
use crate::diagnostics::{Diagnostic, codes};
use crate::passes::transforms;
use crate::template::{Path, Step};
use crate::tree::Value;
use std::collections::BTreeSet;

/// What SAM's functions have after a dot in a `Ref` or an `Fn::Sub`.
const OF_ALIASES: &[&str] = &["Alias", "Version"];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut told = BTreeSet::new();
    let brings_more = brings_more(subject);
    for (section, value) in &subject.merged.0 {
        if !matches!(section.as_str(), "Resources" | "Outputs" | "Conditions") {
            continue;
        }
        let here = Path::default().then(section.clone());
        for (id, entry) in value.as_object().into_iter().flatten() {
            let here = here.clone().then(id.clone());
            if section == "Resources" {
                depends_on(subject, &here, entry, found);
            }
            for mention in mentions(entry, here) {
                if is_looked_at(&mention)
                    && told.insert((mention.id.clone(), mention.attribute.clone()))
                {
                    look(subject, mention, brings_more, found);
                }
            }
        }
    }
}

/// Whether CloudFormation reads what stands there: of metadata and macros' own words it does not know much.
fn is_looked_at(mention: &Mention) -> bool {
    let steps = &mention.at.0;
    let is_key = |step: &Step, name: &str| *step == Step::from(name);
    !steps.get(2).is_some_and(|step| is_key(step, "Metadata"))
        && !steps.iter().any(|step| {
            is_key(step, "Fn::Transform")
                || matches!(step, Step::Key(key) if key.starts_with("Fn::ForEach"))
        })
}

fn depends_on(subject: &Subject<'_>, here: &Path, resource: &Value, found: &mut Vec<Diagnostic>) {
    let place = here.clone().then("DependsOn");
    let names: Vec<(Path, &str)> = match resource.get("DependsOn") {
        Some(Value::String(name)) => vec![(place, name)],
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| Some((place.clone().then(index), item.as_str()?)))
            .collect(),
        _ => Vec::new(),
    };
    for (at, name) in names {
        let (id, attribute) = name.split_once('.').unwrap_or((name, ""));
        if !attribute.is_empty() && subject.is_written(id) {
            continue;
        }
        if subject.made_resource(name).is_none() && !subject.is_written(name) {
            found.push(
                Diagnostic::new(
                    codes::DANGLING_REFERENCE,
                    at,
                    format!("`DependsOn` names `{name}`, which is no resource of the template"),
                )
                .help(help(subject, name, false)),
            );
        }
    }
}

fn look(subject: &Subject<'_>, mention: Mention, brings_more: bool, found: &mut Vec<Diagnostic>) {
    let Mention {
        at, id, attribute, ..
    } = mention;
    let is_known = id.starts_with("AWS::")
        || subject.is_parameter(&id)
        || subject.is_written(&id)
        || subject.made_resource(&id).is_some();
    if is_known {
        let is_function = subject
            .resource(&id)
            .is_some_and(|resource| kind_of(resource) == "AWS::Serverless::Function");
        // The transform tells of those in a `Ref`.
        let is_in_sub =
            at.0.iter().any(|step| *step == Step::from("Fn::Sub")) || !ends_in_ref(subject, &at);
        if is_function
            && OF_ALIASES.contains(&attribute.as_str())
            && is_in_sub
            && subject.deployment_of(&id).is_none()
        {
            found.push(
                Diagnostic::new(
                    codes::DANGLING_REFERENCE,
                    at,
                    format!("`{id}.{attribute}` stands for nothing that is generated"),
                )
                .help(format!(
                    "`{id}` has no `AutoPublishAlias`, and so no version and no alias"
                )),
            );
        }
        return;
    }
    // What a generated resource is called, the user may write too, with its hash; and a macro may bring anything.
    if brings_more {
        return;
    }
    found.push(
        Diagnostic::new(
            codes::DANGLING_REFERENCE,
            at,
            format!("`{id}` is neither a parameter nor a resource of the template"),
        )
        .help(help(subject, &id, true)),
    );
}

/// Whether the value at a place is a `Ref`.
fn ends_in_ref(subject: &Subject<'_>, at: &Path) -> bool {
    let mut value: Option<&Value> = None;
    for (depth, step) in at.0.iter().enumerate() {
        value = match (depth, step) {
            (0, Step::Key(section)) => subject.merged.0.get(section.as_str()),
            (_, Step::Key(key)) => value.and_then(|value| value.get(key.as_str())),
            (_, Step::Index(index)) => value.and_then(|value| value.as_array()?.get(*index)),
        };
    }
    value.is_some_and(|value| value.get("Ref").is_some())
}

/// Whether a macro that runs elsewhere may bring resources and parameters.
fn brings_more(subject: &Subject<'_>) -> bool {
    let is_ours = |entry: &Value| {
        transforms::named_by(entry).is_some_and(|name| {
            name.starts_with("AWS::Serverless")
                || name == transforms::LANGUAGE_EXTENSIONS
                || transforms::is_macro(name, &subject.options.macro_name)
        })
    };
    let all = match subject.given.0.get("Transform") {
        None => true,
        Some(Value::Array(items)) => items.iter().all(is_ours),
        Some(name) => is_ours(name),
    };
    let has_macro =
        subject.merged.0.iter().any(|(section, value)| {
            section == "Fn::Transform" || value.get("Fn::Transform").is_some()
        });
    !all || has_macro
}

fn help(subject: &Subject<'_>, name: &str, with_parameters: bool) -> String {
    let parameters = subject.merged.section("Parameters");
    let parameters = parameters
        .filter(|_| with_parameters)
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str());
    let known = subject.written().map(|(id, _)| id).chain(parameters);
    match subject.suggestions.find(name, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "declare it, or take the reference out".to_owned(),
    }
}
