//! The CloudFormation macro: a request in, a response out. Nothing else: no network, no clock, no log.
//!
//! ```json
//! {
//!   "requestId": "1",
//!   "region": "eu-west-1",
//!   "fragment": {"Transform": "AWS::Serverless-2016-10-31", "Resources": {"T": {"Type": "AWS::Serverless::SimpleTable"}}},
//!   "params": {},
//!   "templateParameterValues": {}
//! }
//! ```
//!
//! is answered with
//!
//! ```json
//! {
//!   "requestId": "1",
//!   "status": "success",
//!   "fragment": {"Resources": {"T": {"Type": "AWS::DynamoDB::Table", "Properties": {
//!     "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
//!     "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
//!     "BillingMode": "PAY_PER_REQUEST"
//!   }}}}
//! }
//! ```
//!
//! or with another `status`, and an `errorMessage` in place of the fragment.
//!
//! Whatever comes in, a response goes out: CloudFormation shows the message of one, and of an exception nothing.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-macros-author.html>.

mod request;
mod settings;

pub use request::request;
pub use settings::transform_as_told;
#[cfg(feature = "cli")]
pub(crate) use settings::transform_before_rules;

use settings::{NOT_A_MAP, Settings, transform_and_deny};

use crate::diagnostics::{Code, Diagnostic, Levels, codes};
use crate::language::logical_id;
use crate::template::{Path, Step, Template, compact_json, read_json, read_str};
use crate::tree::{Map, Text, Value};
use crate::{Options, Output, Severity};
use serde::Serialize;
use serde_json::error::Category;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// How long an error message may get, in characters, so that a change set shows it whole.
pub const MAX_MESSAGE: usize = 1_000;

/// The largest processed template that CloudFormation takes, in bytes of compact JSON.
///
/// See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>, as for the counts.
pub const MAX_TEMPLATE: usize = 1_048_576;

/// How much may be made of a fragment, in bytes: more than comes out, since some of it is left out again.
const MOST_MADE: usize = 4 * MAX_TEMPLATE;

/// How much of an id a log line has, in characters: CloudFormation's are shorter.
const MAX_LOGGED_ID: usize = 200;

/// How often words are read as booleans before a fragment is refused: a fault may hide others.
const MAX_READINGS: usize = 4;

/// How many entries CloudFormation takes in a section.
const MAX_ENTRIES: &[(&str, usize)] = &[("Resources", 500), ("Parameters", 200), ("Outputs", 200)];

/// Findings that say nothing about a `Resources` section alone, whose template is not known.
const OF_WHOLE_TEMPLATES: &[&Code] = &[codes::UNDEFINED_CONDITION, codes::DANGLING_REFERENCE];

/// What became of a request.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Reply {
    /// The response that CloudFormation gets, as JSON.
    pub response: String,
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
    /// The codes of its errors; of its warnings, where it has no errors.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub codes: BTreeSet<&'static str>,
}

/// Why there is no fragment.
#[derive(Debug)]
struct Refusal {
    message: String,
    /// How many errors of the template it tells.
    faults: usize,
    /// Their codes.
    codes: BTreeSet<&'static str>,
}

impl<T: Into<String>> From<T> for Refusal {
    fn from(message: T) -> Self {
        Self {
            message: message.into(),
            faults: 0,
            codes: BTreeSet::new(),
        }
    }
}

/// The values of a request by their names.
struct Request<'a>(BTreeMap<Cow<'a, str>, Given<'a>>);

/// One value of a request.
enum Given<'a> {
    /// Read with the whole.
    Read(Value),
    /// As it came.
    Unread(&'a RawValue),
}

impl<'a> Request<'a> {
    /// Reads a body in one go, as nearly each can be; one that cannot is taken apart, so that what is wrong is told of the
    /// value that it is wrong with.
    fn read(body: &'a str) -> Result<Self, String> {
        if let Some(Ok(whole)) = read_json(body) {
            let values = whole.template.0.into_iter();
            let read = values.map(|(name, value)| (Cow::Owned(name.into()), Given::Read(value)));
            return Ok(Self(read.collect()));
        }
        // What the parser says of a broken body would quote it.
        let parts: BTreeMap<Cow<'a, str>, &'a RawValue> =
            serde_json::from_str(body).map_err(|fault| not_a_request(&fault))?;
        let unread = parts
            .into_iter()
            .map(|(name, value)| (name, Given::Unread(value)));
        Ok(Self(unread.collect()))
    }

    /// The request's id, where it is a text: as it came, where it is one that cannot be read.
    fn id(&self) -> Option<Cow<'a, str>> {
        match self.0.get("requestId")? {
            Given::Read(id) => id.is_string().then(|| json_of(id).into()),
            Given::Unread(id) => id.get().starts_with('"').then(|| id.get().into()),
        }
    }

    /// A text of the request; none where it is absent or no text.
    fn text(&self, name: &str) -> Option<String> {
        match self.0.get(name)? {
            Given::Read(value) => value.as_str().map(str::to_owned),
            Given::Unread(value) => serde_json::from_str(value.get()).ok(),
        }
    }

    /// A value of the request, which is taken out; none where it is absent.
    ///
    /// # Errors
    /// `fault`, where it cannot be read: what the parser says would quote it.
    fn take(&mut self, name: &str, fault: &str) -> Result<Option<Value>, String> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Given::Read(value)) => Ok(Some(value)),
            Some(Given::Unread(value)) => serde_json::from_str(value.get())
                .map(Some)
                .map_err(|_| fault.to_owned()),
        }
    }
}

/// A response up to its last value, which is the fragment or the message.
fn begin(id: &str, status: &str, name: &str) -> String {
    [
        r#"{"requestId":"#,
        id,
        r#","status":""#,
        status,
        r#"",""#,
        name,
        r#"":"#,
    ]
    .concat()
}

/// A value as compact JSON.
fn json_of(value: &Value) -> String {
    let mut text = String::new();
    compact_json(&mut text, value);
    text
}

/// Answers one request, whose body may be anything. Never panics.
pub fn answer(body: &str) -> Reply {
    answer_denying(body, "")
}

/// The same for a macro whose owner denies findings of all templates: their codes, with commas between them, or
/// `warnings`. What no finding is called fails every request, so that it is seen.
pub fn answer_denying(body: &str, denied: &str) -> Reply {
    let request = caught(|| Request::read(body).map_err(Refusal::from));
    let id = match &request {
        Ok(request) => request.id(),
        Err(_) => request_id_in(body).map(Cow::Borrowed),
    };
    let id = id.unwrap_or(Cow::Borrowed(r#""""#));
    let mut summary = Summary {
        request_id: serde_json::from_str(&id)
            .map(|id: String| cut(&id, MAX_LOGGED_ID).into_owned())
            .unwrap_or_default(),
        ..Summary::default()
    };
    let done = match request {
        Ok(request) => caught(|| answer_request(request, body, &id, denied, &mut summary)),
        Err(refusal) => Err(refusal),
    };
    let succeeded = done.is_ok();
    let mut response = done.unwrap_or_else(|refusal| {
        summary.faults = refusal.faults;
        summary.codes = refusal.codes;
        let mut message = refusal.message;
        // What it quotes of the request may be of any length.
        if message.chars().count() > MAX_MESSAGE {
            message = cut(&message, MAX_MESSAGE - 1).into_owned();
        }
        let mut response = begin(&id, "failure", "errorMessage");
        compact_json(&mut response, &message.into());
        response
    });
    response.push('}');
    Reply {
        response,
        succeeded,
        summary,
    }
}

/// That the body is no request, and where, but not what stands there.
fn not_a_request(fault: &serde_json::Error) -> String {
    let why = match fault.classify() {
        Category::Data => "it is not a JSON object".to_owned(),
        _ => format!(
            "it is no JSON from line {}, column {} on",
            fault.line(),
            fault.column()
        ),
    };
    format!("the request is not what CloudFormation sends to a macro: {why}")
}

/// What `work` gives; a panic is a refusal.
fn caught<T>(work: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err("canaryform failed on this template: please report it, with a template that shows it and no secrets in it".into())
    })
}

/// The id of a request that is no JSON: what stands behind the name is most probably it.
fn request_id_in(body: &str) -> Option<&str> {
    let (_, behind) = body.split_once("\"requestId\"")?;
    let behind = behind.trim_start().strip_prefix(':')?.trim_start();
    let end = behind.strip_prefix('"')?.find('"')?;
    let id = behind.get(..end + 2)?;
    serde_json::from_str::<&RawValue>(id)
        .ok()
        .map(RawValue::get)
}

/// The response up to its end, with the processed fragment, or why there is none.
fn answer_request(
    mut request: Request<'_>,
    body: &str,
    id: &str,
    denied: &str,
    summary: &mut Summary,
) -> Result<String, Refusal> {
    let transform_id = request.text("transformId").unwrap_or_default();
    summary.transform_id = cut(&transform_id, MAX_LOGGED_ID).into_owned();
    let region = request
        .text("region")
        .filter(|region| !region.is_empty())
        .ok_or("the request names no `region`")?;
    let mut settings = match request.take("params", NOT_A_MAP)? {
        None => Settings::default(),
        Some(given) => Settings::read(&given)?,
    };
    for code in settings::codes(denied) {
        let done = settings.levels.deny(code);
        done.map_err(|fault| format!("what this macro is deployed to deny: {fault}"))?;
    }
    let values = parameters(&mut request)?;
    let fragment = Fragment::take(&mut request)?;
    let resources_only = fragment.resources_only;
    summary.resources_in = fragment.template.resources().map_or(0, Map::len);

    let kept = settings.keeps_serverless.then(|| fragment.template.clone());
    let mut options = Options::new(region)
        .with_parameters(values)
        .with_levels(settings.levels)
        .with_most_output(MOST_MADE);
    if let Some(salt) = settings.deploy_salt {
        options = options.with_deploy_salt(salt);
    }
    options.keeps_serverless = settings.keeps_serverless;
    let is_changed = Cell::new(false);
    let output = transform_leniently(fragment, body, &|template| {
        let before = kept.is_some().then(|| template.clone());
        let output = transform_and_deny(template, &options);
        is_changed.set(before.is_some_and(|before| output.template != before));
        output
    })?;
    let mut diagnostics = output.diagnostics;
    diagnostics.retain(|found| !(resources_only && OF_WHOLE_TEMPLATES.contains(&found.code)));
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err(refusal(&diagnostics));
    }
    let warnings = diagnostics
        .iter()
        .filter(|found| found.severity == Severity::Warning);
    summary.codes = warnings.map(|found| found.code.name).collect();
    // As it was, where there is nothing that SAM does not know.
    let template = kept
        .filter(|_| !is_changed.get())
        .unwrap_or(output.template);
    summary.resources_out = template.resources().map_or(0, Map::len);
    let fragment = fragment_of(template, resources_only)?;
    let mut response = begin(id, "success", "fragment");
    let before = response.len();
    // A fragment grows: mostly by less than this.
    response.reserve(2 * body.len());
    compact_json(&mut response, &fragment);
    check_limits(&fragment, response.len() - before, resources_only)?;
    Ok(response)
}

/// Transforms a fragment; where it is refused for the words `"true"` and `"false"`, they are read as booleans: it is
/// not documented that CloudFormation passes these on as they stand in the template.
fn transform_leniently(
    fragment: Fragment,
    body: &str,
    transform: &dyn Fn(Template) -> Output,
) -> Result<Output, Refusal> {
    let mut output = transform(fragment.template);
    let mut booleans: Vec<(Path, bool)> = Vec::new();
    for _ in 1..MAX_READINGS {
        if !output.has_errors() {
            break;
        }
        let mut again = Fragment::take(&mut Request::read(body)?)?.template;
        for (path, flag) in &booleans {
            if let Some(value) = value_at(&mut again, path) {
                *value = Value::Bool(*flag);
            }
        }
        let before = booleans.len();
        // A warning that is denied is an error too, but the template is none for it.
        let refused =
            |found: &&Diagnostic| found.is_error() && found.code.severity == Severity::Error;
        for found in output.diagnostics.iter().filter(refused) {
            let Some(value) = value_at(&mut again, &found.path) else {
                continue;
            };
            let flag = match value.as_str() {
                Some("true" | "True") => true,
                Some("false" | "False") => false,
                _ => continue,
            };
            *value = Value::Bool(flag);
            booleans.push((found.path.clone(), flag));
        }
        if booleans.len() == before {
            break;
        }
        output = transform(again);
    }
    Ok(output)
}

/// The value that stands at a path.
fn value_at<'a>(template: &'a mut Template, path: &Path) -> Option<&'a mut Value> {
    let (first, rest) = path.0.split_first()?;
    let Step::Key(section) = first else {
        return None;
    };
    rest.iter()
        .try_fold(template.0.get_mut(section)?, |value, step| match step {
            Step::Key(key) => value.as_object_mut()?.get_mut(key),
            Step::Index(index) => value.as_array_mut()?.get_mut(*index),
        })
}

/// The values of the template's parameters.
fn parameters(request: &mut Request<'_>) -> Result<Map, String> {
    let fault = "`templateParameterValues` of the request must be a map";
    match request.take("templateParameterValues", fault)? {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(values)) => Ok(values),
        Some(_) => Err(fault.to_owned()),
    }
}

/// The part of a template that the macro was given.
struct Fragment {
    /// A whole template; of a `Resources` section alone, one with nothing else.
    template: Template,
    resources_only: bool,
}

impl Fragment {
    fn take(request: &mut Request<'_>) -> Result<Self, Refusal> {
        let misplaced = || {
            "the macro can stand in `Transform` at the top of a template, or as `Fn::Transform` right below `Resources`; this is neither a template nor a map of resources".to_owned()
        };
        let given = request.0.remove("fragment");
        let mut template = match given.ok_or("the request has no `fragment`")? {
            Given::Read(Value::Object(map)) => Template(map),
            Given::Unread(map) if map.get().starts_with('{') => {
                match read_str(map.get(), &Levels::default()) {
                    Ok(read) => read.template,
                    Err(faults) => return Err(refusal(&faults)),
                }
            }
            Given::Read(_) | Given::Unread(_) => return Err(misplaced().into()),
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
            return Err(misplaced().into());
        }
        let resources = Value::Object(std::mem::take(&mut template.0));
        template.0.insert("Resources", resources);
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

/// Refuses what CloudFormation would refuse, with the numbers, and what takes the room: a fragment of `size` bytes.
fn check_limits(value: &Value, size: usize, resources_only: bool) -> Result<(), String> {
    let none = Map::new();
    let template = value.as_object().unwrap_or(&none);
    let section = |name: &str| {
        if resources_only {
            return if name == "Resources" { template } else { &none };
        }
        template
            .get(name)
            .and_then(Value::as_object)
            .unwrap_or(&none)
    };
    for (name, most) in MAX_ENTRIES {
        let entries = section(name);
        if entries.len() > *most {
            return Err(too_many_entries(name, entries, *most));
        }
        if let Some(long) = entries
            .keys()
            .find(|id| id.chars().count() > logical_id::MAX_LENGTH)
        {
            return Err(id_too_long(long));
        }
    }
    if size > MAX_TEMPLATE {
        let sections = template
            .iter()
            .filter(|(name, _)| !resources_only && *name != "Resources");
        return Err(template_too_large(size, section("Resources"), sections));
    }
    Ok(())
}

/// How many entries a section has, and of which types most are.
fn too_many_entries(section: &str, entries: &Map, most: usize) -> String {
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
    let most_used = if most_used.is_empty() {
        String::new()
    } else {
        format!(": {}", most_used.join(", "))
    };
    format!(
        "the result has {} {}, CloudFormation takes {most}{most_used}. Split the stack",
        entries.len(),
        section.to_lowercase(),
    )
}

fn id_too_long(id: &str) -> String {
    format!(
        "the result has the logical id `{}`, of {} characters; CloudFormation takes {}. Shorten the ids that it is made of",
        cut(id, 80),
        id.chars().count(),
        logical_id::MAX_LENGTH
    )
}

/// How large the template is, in bytes, and which resources and sections take the most of it.
fn template_too_large<'a>(
    size: usize,
    resources: &Map,
    sections: impl Iterator<Item = (&'a Text, &'a Value)>,
) -> String {
    let mut sizes: Vec<(String, usize)> = resources
        .iter()
        .map(|(id, resource)| (format!("`{}`", cut(id, 80)), json_of(resource).len()))
        .collect();
    sizes.extend(sections.map(|(name, section)| {
        (
            format!("the section `{}`", cut(name, 80)),
            json_of(section).len(),
        )
    }));
    sizes.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    let largest: Vec<String> = sizes
        .iter()
        .take(3)
        .map(|(name, size)| format!("{name} {size}"))
        .collect();
    format!(
        "the result has {size} bytes, CloudFormation takes {MAX_TEMPLATE}. The largest parts, in bytes: {}. Split the stack, or move long texts to S3",
        largest.join(", ")
    )
}

/// The findings in one message, cut so that CloudFormation shows it.
fn refusal(diagnostics: &[Diagnostic]) -> Refusal {
    let mut shown: Vec<&Diagnostic> = diagnostics
        .iter()
        .filter(|found| found.is_error())
        .collect();
    // What is an error by its code, before what somebody denies.
    shown.sort_by_key(|found| found.code.severity);
    let mut message = String::new();
    for (index, found) in shown.iter().enumerate() {
        let place = match found.path.to_string() {
            path if path.is_empty() => String::new(),
            path => format!("at {path}, "),
        };
        let help = found
            .help
            .as_deref()
            .map(|help| format!("; {help}"))
            .unwrap_or_default();
        let end = if help.ends_with('?') { "" } else { "." };
        let sentence = format!("{} ({place}{}){help}{end} ", found.message, found.code);
        let sentence = cut(&sentence, MAX_MESSAGE - 40);
        let left = shown.len() - index;
        if message.chars().count() + sentence.chars().count() > MAX_MESSAGE - 40 {
            message.push_str(&format!("And {left} more: run `canaryform transform`"));
            break;
        }
        message.push_str(&sentence);
    }
    Refusal {
        message: message.trim_end().to_owned(),
        faults: shown.len(),
        codes: shown.iter().map(|found| found.code.name).collect(),
    }
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
    fn a_panic_is_a_refusal() {
        let refusal = caught(|| -> Result<(), Refusal> { panic!("hunter2") }).unwrap_err();
        assert!(
            refusal.message.contains("report it") && !refusal.message.contains("hunter2"),
            "{refusal:?}"
        );
    }

    #[test]
    fn the_id_goes_back_as_it_came() {
        for (id, wanted) in [
            (r#""a""#, r#""a""#),
            (r#""\u0061\n""#, r#""a\n""#),
            (r#""\ud800""#, r#""\ud800""#),
        ] {
            let whole = answer(&format!(r#"{{"requestId": {id}}}"#)).response;
            assert!(
                whole.starts_with(&format!(r#"{{"requestId":{wanted},"#)),
                "{whole}"
            );
        }
        let reply = answer(&format!(r#"{{"requestId": "{}"}}"#, "x".repeat(1_000)));
        assert!(reply.summary.request_id.len() < 250);
    }
}
