//! What CloudFormation will say of the template that comes out: its own validator, `cloudformation-validate`, with the rules
//! and schemas that are built into it. Nothing is asked of AWS.
//!
//! The validator knows no SAM: it looks at the output, and [`home`](crate::home) brings what it finds to the line that its author wrote.
//! Ids and what they mean are the validator's.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cloudformation_validate::{
    CelEngine, DetailLevel, EngineConfig, PseudoParameterOverrides, SchemaValidator,
    Severity as Theirs, ValidateConfig, diagnostics::Entity, template_model::EntityType,
    validate_bytes_with_path,
};

use super::mentions::mentions;
use super::subject::Subject;
use crate::diagnostics::{Diagnostic, Severity, cloudformation, codes};
use crate::language::intrinsics::argument;
use crate::template::{Path, Step, Template};
use crate::tree::Value;

/// The validator, whose rules are compiled once.
struct Validator {
    rules: CelEngine,
    schemas: SchemaValidator,
}

static VALIDATOR: LazyLock<Result<Validator, String>> = LazyLock::new(|| {
    let rules = CelEngine::new(EngineConfig::default());
    Ok(Validator {
        rules: rules.map_err(|error| error.to_string())?,
        schemas: SchemaValidator::default(),
    })
});

/// What every SAM template would be told of what is made of it, and its author cannot write otherwise: that local code is
/// for packaging (W3002), that a version is kept when it is deleted and not when it is replaced (W3011), that `DependsOn`
/// says what a reference says too (W3005), that some branch of a condition around a route is never taken (W1028), and that
/// a topic calls an alias (W3694).
const OF_SAM: [&str; 5] = ["W1028", "W3002", "W3005", "W3011", "W3694"];

/// Adds what the validator finds in what the template becomes, each where it is written.
pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let parameters = parameters(subject);
    let report = VALIDATOR.as_ref().map_err(Clone::clone).and_then(|it| {
        let text = serde_json::to_string(&subject.made.0).map_err(|error| error.to_string())?;
        let config = ValidateConfig {
            detail_level: DetailLevel::Standard,
            parameter_overrides: parameters.clone().into_iter().collect(),
            pseudo_parameter_overrides: PseudoParameterOverrides {
                region: Some(subject.options.region.clone()),
                ..PseudoParameterOverrides::default()
            },
            ..ValidateConfig::default()
        };
        validate_bytes_with_path(
            &it.rules,
            &it.schemas,
            text.as_bytes(),
            config,
            String::new(),
        )
        .map_err(|error| error.to_string())
    });
    let report = match report {
        Ok(report) => report,
        Err(words) => {
            found.push(Diagnostic::new(
                codes::CLOUDFORMATION_NOT_CHECKED,
                Path::default(),
                format!(
                    "CloudFormation's validator cannot look at what the template becomes: {words}"
                ),
            ));
            return;
        }
    };
    for theirs in report.diagnostics {
        let Some(code) = cloudformation::find(&theirs.rule_id) else {
            continue;
        };
        if is_answered(subject, &theirs.rule_id, theirs.entity.as_ref()) {
            continue;
        }
        let made = place(
            subject.made,
            theirs.entity.as_ref(),
            theirs.property_path.as_deref(),
        );
        let made = made.unwrap_or_else(|| named(subject.made, &theirs.message));
        let home = subject.home(&made);
        if home != made && OF_SAM.contains(&code.name) {
            continue;
        }
        let mut finding = Diagnostic::new(code, home, without(&parameters, theirs.message));
        finding.severity = match theirs.severity {
            Theirs::Fatal | Theirs::Error => Severity::Error,
            Theirs::Warn => Severity::Warning,
            Theirs::Info | Theirs::Debug => Severity::Info,
        };
        finding.help = theirs.suggested_fix.map(|help| without(&parameters, help));
        finding.at_key = is_unexpected(code.name);
        if finding.path.resource_id().is_none() {
            let source = made
                .resource_id()
                .and_then(|id| match subject.origins.get(id) {
                    Some(origin) => origin.source.as_deref(),
                    None => Some(id),
                });
            finding.resource = source.map(str::to_owned);
        }
        finding.generated = Some(made);
        found.push(finding);
    }
}

/// Values of parameters, as the validator takes them: those of secrets and the names of stored values stay away.
fn parameters(subject: &Subject<'_>) -> BTreeMap<String, String> {
    let given = subject
        .options
        .parameters
        .iter()
        .filter_map(|(name, value)| {
            let declared = subject.parameter(name)?;
            let kind = declared.get("Type").and_then(Value::as_str)?;
            let is_secret = declared.get("NoEcho").is_some();
            if is_secret || kind.starts_with("AWS::SSM::") {
                return None;
            }
            Some((name.as_str().to_owned(), text(value)?))
        });
    given.collect()
}

/// A sentence that names parameters in place of their values, which may be what nobody should read.
fn without(parameters: &BTreeMap<String, String>, mut sentence: String) -> String {
    for (name, value) in parameters {
        let items = value.split(',').chain([value.as_str()]);
        for item in items.filter(|item| !item.is_empty()) {
            sentence = with_word(&sentence, item, &format!("${{{name}}}"));
        }
    }
    sentence
}

/// The text with a word in place of another, where that stands alone.
fn with_word(text: &str, word: &str, instead: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, behind)) = rest.split_once(word) {
        out.push_str(before);
        let is_alone =
            !out.ends_with(char::is_alphanumeric) && !behind.starts_with(char::is_alphanumeric);
        out.push_str(if is_alone { instead } else { word });
        rest = behind;
    }
    out.push_str(rest);
    out
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.as_str().to_owned()),
        Value::Array(items) => {
            let items: Option<Vec<String>> = items.iter().map(text).collect();
            Some(items?.join(","))
        }
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}

/// Whether a finding says that nothing uses a parameter, a mapping or a condition which the template does use: for
/// something that is read before CloudFormation sees it.
fn is_answered(subject: &Subject<'_>, id: &str, entity: Option<&Entity>) -> bool {
    let Some(entity) = entity else {
        return false;
    };
    let name = entity.logical_id.as_str();
    let all = || subject.given.0.iter();
    match id {
        "W2001" => all().any(|(section, value)| {
            let mentions = mentions(value, Path(vec![section.into()]));
            mentions.iter().any(|mention| mention.id == name)
        }),
        "W7001" => all().any(|(_, value)| {
            uses(value, &|value| {
                let map = argument(value, "Fn::FindInMap").and_then(|found| found.get(0));
                map.and_then(Value::as_str) == Some(name)
            })
        }),
        "W8001" => all().any(|(section, value)| {
            section != "Conditions"
                && uses(value, &|value| {
                    let asked = argument(value, "Fn::If").and_then(|found| found.get(0));
                    let own = value
                        .get("Condition")
                        .or_else(|| value.get("PassthroughCondition"));
                    [asked, own]
                        .into_iter()
                        .flatten()
                        .any(|it| it.as_str() == Some(name))
                })
        }),
        _ => false,
    }
}

fn uses(value: &Value, is_meant: &dyn Fn(&Value) -> bool) -> bool {
    is_meant(value)
        || match value {
            Value::Array(items) => items.iter().any(|item| uses(item, is_meant)),
            Value::Object(map) => map.values().any(|inner| uses(inner, is_meant)),
            _ => false,
        }
}

/// Whether findings of this kind mean a key that should not be there, not its value.
fn is_unexpected(code: &str) -> bool {
    matches!(code, "F3002" | "F0005")
}

/// The place in the output that a finding names: `Properties.Tags.0.Key` of an entity, or `Parameters/Stage/Type`.
///
/// Keys may have dots and slashes, so the longest key of the template that fits is meant.
fn place(made: &Template, entity: Option<&Entity>, text: Option<&str>) -> Option<Path> {
    let text = text.unwrap_or_default();
    let section = entity.and_then(|entity| section(entity.entity_type));
    let top = made.0.iter().find_map(|(name, value)| {
        let rest = text.strip_prefix(name.as_str())?;
        let is_meant = rest.starts_with('/') || rest.is_empty() && section.is_none();
        is_meant.then_some((name, value, rest))
    });
    let mut path = Path::default();
    let mut rest = text;
    let mut value = None;
    match (top, section, entity) {
        (Some((name, found, behind)), ..) => {
            path.0.push(name.into());
            (value, rest) = (Some(found), behind);
        }
        (None, Some(section), Some(entity)) => {
            let id = entity.logical_id.as_str();
            path.0.extend([section.into(), id.into()]);
            value = made.section(section).and_then(|entries| entries.get(id));
        }
        _ if text.is_empty() => return None,
        _ => {}
    }
    loop {
        // One separator: a key may begin with another, `/orders`.
        rest = rest.strip_prefix(']').unwrap_or(rest);
        rest = rest.strip_prefix(['.', '/', '[']).unwrap_or(rest);
        if rest.is_empty() {
            return Some(path);
        }
        let (step, length) = next(value, rest);
        if length == 0 {
            rest = rest.get(1..)?;
            continue;
        }
        value = value.and_then(|value| match &step {
            Step::Key(key) => value.get(key.as_str()),
            Step::Index(index) => value.get(*index),
        });
        path.0.push(step);
        rest = rest.get(length..)?;
    }
}

/// The first step of what is left of a place in `value`, and its length.
fn next(value: Option<&Value>, rest: &str) -> (Step, usize) {
    let end = rest.find(['.', '/', '[', ']']).unwrap_or(rest.len());
    let word = rest.get(..end).unwrap_or(rest);
    match value {
        Some(Value::Array(_)) => {
            if let Ok(index) = word.parse::<usize>() {
                return (index.into(), end);
            }
        }
        Some(Value::Object(map)) => {
            let fitting = map.keys().filter(|key| {
                rest.strip_prefix(key.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '/', '[']))
            });
            if let Some(key) = fitting.max_by_key(|key| key.len()) {
                return (key.into(), key.len());
            }
        }
        _ => {}
    }
    (word.into(), end)
}

/// The section that an entity stands in.
fn section(kind: EntityType) -> Option<&'static str> {
    match kind {
        EntityType::Resource => Some("Resources"),
        EntityType::Parameter => Some("Parameters"),
        EntityType::Output => Some("Outputs"),
        EntityType::Mapping => Some("Mappings"),
        EntityType::Rule => Some("Rules"),
        EntityType::Condition => Some("Conditions"),
        _ => None,
    }
}

/// The place that a sentence names, or that of the first resource, condition, parameter or output in it; the resources,
/// where it names none.
fn named(made: &Template, message: &str) -> Path {
    let words = message.split_whitespace().filter(|word| word.contains('/'));
    let in_section = |word: &&str| {
        let section = word.split('/').next().unwrap_or_default();
        made.0.contains_key(section)
    };
    if let Some(path) = words
        .filter(in_section)
        .find_map(|word| place(made, None, Some(word)))
    {
        return path;
    }
    let sections = [
        "Resources",
        "Conditions",
        "Parameters",
        "Mappings",
        "Outputs",
    ];
    let names = message.split('\'').skip(1).step_by(2);
    let places = names.flat_map(|name| sections.map(|section| (section, name)));
    let is_there = |(section, name): &(&str, &str)| {
        made.section(section)
            .is_some_and(|entries| entries.contains_key(*name))
    };
    match places.into_iter().find(is_there) {
        Some((section, name)) => Path(vec![section.into(), name.into()]),
        None => Path(vec!["Resources".into()]),
    }
}
