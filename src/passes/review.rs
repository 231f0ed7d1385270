//! Faults of the user's own that the transform lets pass: conditions that nobody declares, macros that get lost, dotted
//! references to what is not made.

use crate::context::Context;
use crate::diagnostics::{Diagnostic, suggestion};
use crate::language::intrinsics::argument;
use crate::sam;
use crate::template::{Path, Step, Template};
use indexmap::IndexSet;
use serde_json::{Map, Value};

const SAM_TRANSFORM: &str = "AWS::Serverless-2016-10-31";

/// Transforms of AWS's own that must have run before this one.
const EARLIER: &[&str] = &["AWS::LanguageExtensions"];

/// Says which macros the output no longer names, and takes `Transform` out.
pub(crate) fn take_transform(template: &mut Template, context: &mut Context<'_>) {
    let transform = template.0.get("Transform");
    let named: Vec<(Path, String)> = match transform {
        Some(Value::String(name)) => vec![(Path::default().then("Transform"), name.clone())],
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                let name = item
                    .as_str()
                    .or_else(|| item.get("Name").and_then(Value::as_str))?;
                Some((
                    Path::default().then("Transform").then(index),
                    name.to_owned(),
                ))
            })
            .collect(),
        Some(Value::Object(map)) => map
            .get("Name")
            .and_then(Value::as_str)
            .map(|name| (Path::default().then("Transform"), name.to_owned()))
            .into_iter()
            .collect(),
        _ => Vec::new(),
    };
    for (path, name) in named.into_iter().filter(|(_, name)| name != SAM_TRANSFORM) {
        let help = if EARLIER.contains(&name.as_str()) {
            format!(
                "it belongs before this transform: let CloudFormation process `{name}` first, and transform the processed template"
            )
        } else {
            format!(
                "deploy the output with `Transform: {name}` added again, or run the macro before this transform"
            )
        };
        context.report(
            Diagnostic::warning(
                "macro-lost",
                path,
                format!("the output no longer names the macro `{name}`, so it will not run"),
            )
            .help(help),
        );
    }
    template.0.retain(|name, _| name != "Transform");
}

/// Reports references to conditions that the template does not declare, each name once.
pub(crate) fn find_undefined_conditions(template: &mut Template, context: &mut Context<'_>) {
    let declared = template.section("Conditions").cloned().unwrap_or_default();
    let mut walk = ConditionWalk {
        declared: &declared,
        reported: IndexSet::new(),
        path: Vec::new(),
    };
    for section in ["Conditions", "Rules", "Resources", "Outputs"] {
        let Some(entries) = template.section(section) else {
            continue;
        };
        for (name, value) in entries {
            walk.path = vec![section.into(), name.into()];
            if section == "Resources" || section == "Outputs" {
                walk.attribute(context, value);
            }
            walk.visit(context, value, section == "Conditions");
        }
    }
}

struct ConditionWalk<'a> {
    declared: &'a Map<String, Value>,
    reported: IndexSet<String>,
    path: Vec<Step>,
}

impl ConditionWalk<'_> {
    /// The `Condition` of a resource or output.
    fn attribute(&mut self, context: &mut Context<'_>, value: &Value) {
        if let Some(name) = value.get("Condition").and_then(Value::as_str) {
            self.path.push("Condition".into());
            self.used(context, name);
            self.path.pop();
        }
    }

    /// `in_condition`: inside a condition `{Condition: name}` refers to another one.
    fn visit(&mut self, context: &mut Context<'_>, value: &Value, in_condition: bool) {
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.path.push(index.into());
                    self.visit(context, item, in_condition);
                    self.path.pop();
                }
            }
            Value::Object(map) => {
                if let Some(Value::Array(items)) = argument(value, "Fn::If")
                    && let Some(name) = items.first().and_then(Value::as_str)
                {
                    self.path.push("Fn::If".into());
                    self.path.push(0.into());
                    self.used(context, name);
                    self.path.truncate(self.path.len() - 2);
                }
                if let (true, Some(name)) = (
                    in_condition,
                    argument(value, "Condition").and_then(Value::as_str),
                ) {
                    self.path.push("Condition".into());
                    self.used(context, name);
                    self.path.pop();
                }
                for (key, inner) in map {
                    self.path.push(key.into());
                    self.visit(context, inner, in_condition);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn used(&mut self, context: &mut Context<'_>, name: &str) {
        if name.is_empty()
            || self.declared.contains_key(name)
            || !self.reported.insert(name.to_owned())
        {
            return;
        }
        let finding = Diagnostic::warning(
            "undefined-condition",
            Path(self.path.clone()),
            format!("the template declares no condition `{name}`"),
        );
        let help = match suggestion(name, self.declared.keys().map(String::as_str)) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "declare it under `Conditions`".to_owned(),
        };
        context.report(finding.help(help));
    }
}

/// Reports dotted references to a SAM resource that name nothing it makes: CloudFormation will not know them.
pub(crate) fn find_dangling_references(template: &mut Template, context: &mut Context<'_>) {
    let Some(resources) = template.resources() else {
        return;
    };
    let owners: IndexSet<&str> = resources
        .iter()
        .filter(|(_, resource)| {
            sam::type_of(resource).is_some_and(|kind| !kind.referable.is_empty())
        })
        .map(|(id, _)| id.as_str())
        .collect();
    if owners.is_empty() {
        return;
    }
    let mut found = Vec::new();
    for (section, value) in &template.0 {
        collect_dotted(value, &owners, &mut vec![section.into()], &mut found);
    }
    context.dotted = found;
}

/// A `Ref` with a dot in it to one of `owners`, and where it stands.
pub(crate) type DottedRef = (Path, String);

fn collect_dotted(
    value: &Value,
    owners: &IndexSet<&str>,
    path: &mut Vec<Step>,
    found: &mut Vec<DottedRef>,
) {
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.into());
                collect_dotted(item, owners, path, found);
                path.pop();
            }
        }
        Value::Object(map) => {
            if let Some(target) = argument(value, "Ref").and_then(Value::as_str)
                && let Some((id, _)) = target.split_once('.')
                && owners.contains(id)
            {
                found.push((Path(path.clone()).then("Ref"), target.to_owned()));
            }
            for (key, inner) in map {
                path.push(key.into());
                collect_dotted(inner, owners, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// Reports those of the dotted references that lowering made nothing for.
pub(crate) fn report_dangling_references(_template: &mut Template, context: &mut Context<'_>) {
    if context.diagnostics.iter().any(Diagnostic::is_error) {
        return;
    }
    for (path, target) in std::mem::take(&mut context.dotted) {
        if context.referable.contains_key(&target) {
            continue;
        }
        let (id, name) = target.split_once('.').unwrap_or((target.as_str(), ""));
        let prefix = format!("{id}.");
        let known: Vec<&str> = context
            .referable
            .keys()
            .filter_map(|key| key.strip_prefix(&prefix))
            .collect();
        let help = if known.is_empty() {
            format!(
                "`{id}` generates nothing that can be referred to so; without `AutoPublishAlias` it has no version and no alias"
            )
        } else {
            format!("{}; after `{id}.`", sam::did_you_mean(name, &known))
        };
        context.report(
            Diagnostic::warning(
                "dangling-reference",
                path,
                format!("`{target}` stands for nothing that is generated"),
            )
            .help(help),
        );
    }
}
