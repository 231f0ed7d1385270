//! The CloudFormation macro: a request in, a response out. Nothing else: no network, no clock, no log.
//!
//! Input  `{"requestId": "1", "region": "eu-west-1", "fragment": {...}, "params": {}, "templateParameterValues": {}, ...}`
//! Output `{"requestId": "1", "status": "success", "fragment": {...}}`, or a failure with an `errorMessage`
//!
//! Whatever comes in, a response goes out: CloudFormation shows the message of one, and of an exception nothing.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html>.

use crate::diagnostics::Diagnostic;
use crate::language::logical_id;
use crate::sam;
use crate::template::{Template, read};
use crate::{Options, Severity};
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How long an error message may get, in characters, so that a change set shows it whole.
pub const MAX_MESSAGE: usize = 1_000;

/// The largest processed template that CloudFormation takes, in bytes of compact JSON.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>, as for the counts.
pub const MAX_TEMPLATE: usize = 1_048_576;

/// How many entries CloudFormation takes in a section.
const MAX_ENTRIES: &[(&str, usize)] = &[("Resources", 500), ("Parameters", 200), ("Outputs", 200)];

/// The keys of `params`, and what each may be.
const PARAMS: &[(&str, &[&str])] = &[
    ("Serverless", &["Lower", "Keep"]),
    ("Warnings", &["Ignore", "Fail"]),
];

/// Findings that say nothing about a `Resources` section alone, whose template is not known.
const OF_WHOLE_TEMPLATES: &[&str] = &["undefined-condition", "dangling-reference"];

/// What became of a request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The response, as JSON.
    pub response: Box<RawValue>,
    /// Whether it says `success`.
    pub succeeded: bool,
    /// What a log may say of it.
    pub summary: Summary,
}

/// The facts of a request that hold no value of a template or a parameter.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Summary {
    /// The request's id, empty where it has none.
    pub request_id: String,
    /// `123456789012::Canaryform`
    pub transform_id: String,
    /// How many resources came in.
    pub resources_in: usize,
    /// How many went out.
    pub resources_out: usize,
    /// How many errors the template has.
    pub faults: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    request_id: &'a str,
    status: &'static str,
    fragment: &'a RawValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    error_message: Option<&'a str>,
}

/// The values of a request by their names, each as it came.
type Request<'a> = BTreeMap<Cow<'a, str>, &'a RawValue>;

/// Answers one request, whose body may be anything. Never panics.
pub fn answer(body: &str) -> Reply {
    // What the parser says of a broken body would quote it.
    let request = serde_json::from_str::<Request<'_>>(body).ok();
    let mut summary = Summary {
        request_id: match &request {
            Some(request) => text(request, "requestId").unwrap_or_default(),
            None => request_id_in(body),
        },
        ..Summary::default()
    };
    let done = match request {
        Some(request) => catch_unwind(AssertUnwindSafe(|| answer_request(&request, &mut summary)))
            .unwrap_or_else(|_| Err("canaryform failed on this template: please report it, with a template that shows it and no secrets in it".to_owned())),
        None => Err("the request is not what CloudFormation sends to a macro: it is no JSON object".to_owned()),
    };
    let response = match &done {
        Ok(fragment) => Response {
            request_id: &summary.request_id,
            status: "success",
            fragment,
            error_message: None,
        },
        Err(message) => Response {
            request_id: &summary.request_id,
            status: "failure",
            fragment: RawValue::NULL,
            error_message: Some(message),
        },
    };
    Reply {
        // Strings and JSON that was read can always be written.
        response: to_raw_value(&response).unwrap_or_default(),
        succeeded: done.is_ok(),
        summary,
    }
}

/// A text of the request; none where it is absent or no text.
fn text(request: &Request<'_>, name: &str) -> Option<String> {
    serde_json::from_str(request.get(name)?.get()).ok()
}

/// The id of a request that is no JSON: what stands behind the name is most probably it.
fn request_id_in(body: &str) -> String {
    let behind = body
        .split_once("\"requestId\"")
        .and_then(|(_, rest)| rest.trim_start().strip_prefix(':'))
        .map(str::trim_start);
    let end = behind.and_then(|rest| rest.strip_prefix('"')?.find('"'));
    match (behind, end) {
        (Some(rest), Some(end)) => rest
            .get(..end + 2)
            .and_then(|id| serde_json::from_str(id).ok())
            .unwrap_or_default(),
        _ => String::new(),
    }
}

/// The processed fragment, or why there is none.
fn answer_request(request: &Request<'_>, summary: &mut Summary) -> Result<Box<RawValue>, String> {
    summary.transform_id = text(request, "transformId").unwrap_or_default();
    let region = text(request, "region")
        .filter(|region| !region.is_empty())
        .ok_or("the request names no `region`")?;
    let settings = Settings::read(request.get("params").copied())?;
    let values = parameters(request.get("templateParameterValues").copied())?;
    let fragment = request
        .get("fragment")
        .ok_or("the request has no `fragment`")?;
    let fragment = Fragment::read(fragment)?;
    summary.resources_in = fragment.template.resources().map_or(0, Map::len);

    let given = (settings.keeps_serverless).then(|| fragment.template.clone());
    let mut options = Options::new(region).with_parameters(values);
    if let Some(salt) = settings.deploy_salt {
        options = options.with_deploy_salt(salt);
    }
    let output = crate::transform(fragment.template, &options);
    let mut diagnostics = output.diagnostics;
    if fragment.resources_only {
        diagnostics.retain(|found| !OF_WHOLE_TEMPLATES.contains(&found.code));
    }
    summary.faults = diagnostics.iter().filter(|found| found.is_error()).count();
    if summary.faults > 0 || (settings.fails_on_warnings && !diagnostics.is_empty()) {
        return Err(message(&diagnostics, settings.fails_on_warnings));
    }
    let template = given.unwrap_or(output.template);
    summary.resources_out = template.resources().map_or(0, Map::len);
    let value = fragment_of(template, fragment.resources_only)?;
    let text =
        to_raw_value(&value).map_err(|_| "the result cannot be written as JSON".to_owned())?;
    check_limits(&value, fragment.resources_only, text.get().len())?;
    Ok(text)
}

/// What the user set where the macro is named.
#[derive(Debug, Default, PartialEq, Eq)]
struct Settings {
    /// SAM's resources stay for AWS's own transform.
    keeps_serverless: bool,
    fails_on_warnings: bool,
    deploy_salt: Option<String>,
}

impl Settings {
    fn read(given: Option<&RawValue>) -> Result<Self, String> {
        let mut settings = Self::default();
        let given = match given.map(|given| serde_json::from_str::<Value>(given.get())) {
            None | Some(Ok(Value::Null)) => return Ok(settings),
            Some(Ok(Value::Object(given))) => given,
            Some(_) => return Err("the macro's parameters must be a map".to_owned()),
        };
        for (name, value) in &given {
            if name == "DeploySalt" {
                settings.deploy_salt = Some(match value {
                    Value::String(salt) => salt.clone(),
                    Value::Number(number) => number.to_string(),
                    _ => return Err("the macro's parameter `DeploySalt` must be a text".to_owned()),
                });
                continue;
            }
            let Some((_, words)) = PARAMS.iter().find(|(known, _)| known == name) else {
                let names: Vec<&str> = PARAMS
                    .iter()
                    .map(|(name, _)| *name)
                    .chain(["DeploySalt"])
                    .collect();
                return Err(format!(
                    "the macro has no parameter `{}`: {}",
                    cut(name, 60),
                    sam::did_you_mean(name, &names)
                ));
            };
            let word = value.as_str().unwrap_or_default();
            if !words.contains(&word) {
                return Err(format!(
                    "the macro's parameter `{name}` must be `{}`",
                    words.join("` or `")
                ));
            }
            match word {
                "Keep" => settings.keeps_serverless = true,
                "Fail" => settings.fails_on_warnings = true,
                _ => {}
            }
        }
        Ok(settings)
    }
}

/// The values of the template's parameters.
fn parameters(given: Option<&RawValue>) -> Result<Map<String, Value>, String> {
    match given.map(|given| serde_json::from_str::<Value>(given.get())) {
        None | Some(Ok(Value::Null)) => Ok(Map::new()),
        Some(Ok(Value::Object(values))) => Ok(values),
        Some(_) => Err("`templateParameterValues` of the request must be a map".to_owned()),
    }
}

/// The part of a template that the macro was given.
struct Fragment {
    /// A whole template; of a `Resources` section alone, one with nothing else.
    template: Template,
    resources_only: bool,
}

impl Fragment {
    fn read(given: &RawValue) -> Result<Self, String> {
        let misplaced = || {
            "the macro can stand in `Transform` at the top of a template, or as `Fn::Transform` right below `Resources`; this is neither a template nor a map of resources".to_owned()
        };
        if !given.get().trim_start().starts_with('{') {
            return Err(misplaced());
        }
        let mut template = match read(given.get().as_bytes()) {
            Ok(read) => read.template,
            Err(faults) => return Err(message(&faults, false)),
        };
        let is_resource = |value: &Value| value.get("Type").is_some_and(Value::is_string);
        let all_resources = !template.0.is_empty() && template.0.values().all(is_resource);
        if !all_resources && template.0.contains_key("Resources") {
            return Ok(Self {
                template,
                resources_only: false,
            });
        }
        if !all_resources {
            return Err(misplaced());
        }
        let resources = Value::Object(std::mem::take(&mut template.0));
        template.0.insert("Resources".to_owned(), resources);
        Ok(Self {
            template,
            resources_only: true,
        })
    }
}

/// The part of the result that takes the fragment's place.
fn fragment_of(mut template: Template, resources_only: bool) -> Result<Value, String> {
    if !resources_only {
        return Ok(Value::Object(template.0));
    }
    if let Some(added) = template.0.keys().find(|name| *name != "Resources") {
        return Err(format!(
            "this needs `{added}` in the template, which the macro cannot add from inside `Resources`: name it in `Transform` at the top of the template instead of `Fn::Transform`"
        ));
    }
    Ok(template
        .0
        .get_mut("Resources")
        .map(Value::take)
        .unwrap_or_default())
}

/// Refuses what CloudFormation would refuse, with the numbers, and what takes the room.
fn check_limits(value: &Value, resources_only: bool, size: usize) -> Result<(), String> {
    let none = Map::new();
    let template = value.as_object().unwrap_or(&none);
    let section = |name: &str| {
        if resources_only && name == "Resources" {
            return template;
        }
        template
            .get(name)
            .and_then(Value::as_object)
            .unwrap_or(&none)
    };
    for (name, most) in MAX_ENTRIES {
        let entries = section(name);
        if entries.len() > *most {
            let mut kinds: BTreeMap<&str, usize> = BTreeMap::new();
            for kind in entries
                .values()
                .filter_map(|entry| entry.get("Type")?.as_str())
            {
                *kinds.entry(kind).or_default() += 1;
            }
            let mut kinds: Vec<(&str, usize)> = kinds.into_iter().collect();
            kinds.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            let most_used: Vec<String> = kinds
                .iter()
                .take(3)
                .map(|(kind, count)| format!("{count} of `{}`", cut(kind, 80)))
                .collect();
            return Err(format!(
                "the result has {} {}, CloudFormation takes {most}: {}. Split the stack",
                entries.len(),
                name.to_lowercase(),
                most_used.join(", ")
            ));
        }
        if let Some(long) = entries
            .keys()
            .find(|id| id.chars().count() > logical_id::MAX_LENGTH)
        {
            return Err(format!(
                "the result has the logical id `{}`, of {} characters; CloudFormation takes {}. Shorten the ids that it is made of",
                cut(long, 80),
                long.chars().count(),
                logical_id::MAX_LENGTH
            ));
        }
    }
    if size > MAX_TEMPLATE {
        let mut sizes: Vec<(String, usize)> = section("Resources")
            .iter()
            .map(|(id, resource)| (format!("`{}`", cut(id, 80)), resource.to_string().len()))
            .collect();
        sizes.extend(
            template
                .iter()
                .filter(|(name, _)| !resources_only && *name != "Resources")
                .map(|(name, section)| {
                    (
                        format!("the section `{}`", cut(name, 80)),
                        section.to_string().len(),
                    )
                }),
        );
        sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
        let largest: Vec<String> = sizes
            .iter()
            .take(3)
            .map(|(name, size)| format!("{name} {size}"))
            .collect();
        return Err(format!(
            "the result has {size} bytes, CloudFormation takes {MAX_TEMPLATE}. The largest parts, in bytes: {}. Split the stack, or move long texts to S3",
            largest.join(", ")
        ));
    }
    Ok(())
}

/// The findings in one message, errors first, cut so that CloudFormation shows it.
fn message(diagnostics: &[Diagnostic], with_warnings: bool) -> String {
    let mut shown: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|found| with_warnings || found.is_error())
        .collect();
    shown.sort_by_key(|found| found.severity != Severity::Error);
    let mut message = String::new();
    for (index, found) in shown.iter().enumerate() {
        let path = found.path.to_string();
        let help = found
            .help
            .as_deref()
            .map(|help| format!("; {help}"))
            .unwrap_or_default();
        let word = if found.is_error() { "" } else { "warning: " };
        let end = if help.ends_with('?') { "" } else { "." };
        let sentence = format!(
            "{word}{} (at {path}, {}){help}{end} ",
            found.message, found.code
        );
        let sentence = cut(&sentence, MAX_MESSAGE - 40);
        let left = shown.len() - index;
        if message.chars().count() + sentence.chars().count() > MAX_MESSAGE - 40 {
            message.push_str(&format!("And {left} more: run `canaryform transform`"));
            break;
        }
        message.push_str(&sentence);
    }
    message.trim_end().to_owned()
}

/// The beginning of a text that is longer than `most` characters.
fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some((end, _)) => Cow::Owned(format!("{}…", text.get(..end).unwrap_or_default())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_of_a_broken_request_is_found() {
        for (body, id) in [
            (r#"{"requestId": "a\u00e9", "fragment": {}}"#, "aé"),
            (r#"{"fragment": [[[, "requestId" : "b" }"#, "b"),
            (r#"{"requestId": 7}"#, ""),
            (r#""requestId""#, ""),
            ("", ""),
        ] {
            assert_eq!(answer(body).summary.request_id, id, "{body}");
        }
    }

    #[test]
    fn settings_are_words() {
        let read = |text: &str| {
            let raw = RawValue::from_string(text.to_owned()).unwrap();
            Settings::read(Some(&raw))
        };
        assert_eq!(read("{}"), Ok(Settings::default()));
        let both = read(r#"{"Serverless": "Keep", "Warnings": "Fail", "DeploySalt": 5}"#).unwrap();
        assert!(both.keeps_serverless && both.fails_on_warnings);
        assert_eq!(both.deploy_salt.as_deref(), Some("5"));
        for wrong in [
            r#"{"Serverles": "Keep"}"#,
            r#"{"Warnings": true}"#,
            "[1]",
            r#"{"DeploySalt": []}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
