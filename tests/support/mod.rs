//! Comparing what we make of a template with a recorded answer of the reference.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use canaryform::tree::Value;
use canaryform::{Diagnostic, Options, Template, read, transform};

/// What the reference makes of a template.
pub(crate) enum Answer {
    /// It accepts it.
    Template(Value),
    /// It refuses it, blaming these logical ids; none where the document is at fault.
    Refusal(Vec<String>),
}

impl Answer {
    /// The answer recorded in `template`, or else in `refusal`, whichever file is there.
    pub(crate) fn recorded(template: &Path, refusal: &Path) -> Option<Self> {
        let json = |path: &Path| {
            let text = fs::read_to_string(path).ok()?;
            let value: Value = serde_json::from_str(&text)
                .unwrap_or_else(|error| panic!("{} is no JSON: {error}", path.display()));
            Some(value)
        };
        if let Some(template) = json(template) {
            return Some(Self::Template(template));
        }
        let refusal = json(refusal)?;
        let blamed = refusal["resources"].as_array().cloned().unwrap_or_default();
        Some(Self::Refusal(
            blamed
                .iter()
                .filter_map(|id| id.as_str().map(str::to_owned))
                .collect(),
        ))
    }
}

/// What we and the reference disagree on about the template in `text`; none where the two agree.
pub(crate) fn disagreement(text: &[u8], options: &Options<'_>, wanted: &Answer) -> Option<String> {
    let template = match read(text) {
        Ok(read) => read.template,
        Err(faults) => {
            return match wanted {
                Answer::Refusal(_) => None,
                Answer::Template(_) => Some(format!("refused: {}", sentences(&faults))),
            };
        }
    };
    let output = transform(template.clone(), options);
    match wanted {
        Answer::Template(_) if output.has_errors() => {
            Some(format!("refused: {}", sentences(&output.diagnostics)))
        }
        Answer::Template(wanted) => {
            // The reference drops the names that stay here.
            let mut output = output;
            output.template.0.retain(|name, _| name != "Transform");
            let made = with_sorted_depends_on(Value::Object(output.template.0));
            let wanted = with_sorted_depends_on(wanted.clone());
            // The reference takes the aggregate's conditions out of a set: their order differs from run to run.
            let aggregates = ["ServerlessCodeDeployCondition", "SharedUsagePlanCondition"];
            if aggregates
                .iter()
                .any(|name| wanted["Conditions"].get(name).is_some())
            {
                difference(&sorted(made), &sorted(wanted))
            } else {
                difference(&made, &wanted)
            }
        }
        Answer::Refusal(_) if !output.has_errors() => {
            Some("accepted, the reference refuses".to_owned())
        }
        Answer::Refusal(ids) => {
            let wanted = owners(ids.iter().map(String::as_str), &template);
            let blamed = output.diagnostics.iter().filter(|d| d.is_error());
            let blamed = owners(blamed.filter_map(|d| d.resource.as_deref()), &template);
            (!wanted.is_empty() && wanted != blamed).then(|| {
                format!(
                    "blames {blamed:?}, the reference {wanted:?}: {}",
                    sentences(&output.diagnostics)
                )
            })
        }
    }
}

/// The user's resources behind blamed ids: an id that the reference made up counts as the resource that it starts with.
fn owners<'a>(ids: impl Iterator<Item = &'a str>, template: &Template) -> BTreeSet<String> {
    let Some(resources) = template.resources() else {
        return BTreeSet::new();
    };
    ids.filter_map(|id| {
        if resources.contains_key(id) {
            return Some(id.to_owned());
        }
        resources
            .keys()
            .filter(|known| id.starts_with(known.as_str()))
            .max_by_key(|known| known.len())
            .map(|known| known.as_str().to_owned())
    })
    .collect()
}

/// The errors among `diagnostics`, with their codes, cut to what fits a line.
fn sentences(diagnostics: &[Diagnostic]) -> String {
    let mut all: Vec<String> = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| format!("{}: {}", diagnostic.code, diagnostic.message))
        .collect();
    all.dedup();
    cut(&all.join("; "), 200)
}

/// The first place where `made` is not `wanted`, and how.
pub(crate) fn difference(made: &Value, wanted: &Value) -> Option<String> {
    first_difference(made, wanted, "")
}

fn first_difference(made: &Value, wanted: &Value, path: &str) -> Option<String> {
    match (made, wanted) {
        (Value::Object(made), Value::Object(wanted)) => {
            let unexpected = made.keys().filter(|key| !wanted.contains_key(*key));
            wanted
                .keys()
                .chain(unexpected)
                .find_map(|key| match (made.get(key), wanted.get(key)) {
                    (Some(made), Some(wanted)) => {
                        first_difference(made, wanted, &format!("{path}/{key}"))
                    }
                    (None, _) => Some(format!("{path}/{key}: missing")),
                    (_, None) => Some(format!("{path}/{key}: unexpected")),
                })
        }
        (Value::Array(made), Value::Array(wanted)) if made.len() == wanted.len() => made
            .iter()
            .zip(wanted)
            .enumerate()
            .find_map(|(i, (made, wanted))| first_difference(made, wanted, &format!("{path}/{i}"))),
        _ if made == wanted => None,
        _ => Some(format!(
            "{path}: {} instead of {}",
            cut(&made.to_string(), 90),
            cut(&wanted.to_string(), 90)
        )),
    }
}

/// The template with the `DependsOn` lists of its resources sorted: the reference takes those of a bucket with events out
/// of a set.
fn with_sorted_depends_on(mut template: Value) -> Value {
    let resources = template.get_mut("Resources").and_then(Value::as_object_mut);
    for resource in resources.into_iter().flat_map(|all| all.values_mut()) {
        if let Some(Value::Array(ids)) = resource.get_mut("DependsOn") {
            ids.sort_by_key(Value::to_string);
        }
    }
    template
}

/// The value with every list sorted, except `Layers`, whose order means something.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(map) => map
            .into_iter()
            .map(|(key, value)| {
                let value = if key == "Layers" {
                    value
                } else {
                    sorted(value)
                };
                (key, value)
            })
            .collect(),
        Value::Array(items) => {
            let mut items: Vec<Value> = items.into_iter().map(sorted).collect();
            items.sort_by_cached_key(|item| {
                let mut item = item.clone();
                item.sort_all_objects();
                item.to_string()
            });
            items.into()
        }
        value => value,
    }
}

/// The text on one line of at most `length` characters.
fn cut(text: &str, length: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(length) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
