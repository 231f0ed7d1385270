//! Where the transform reads a value before the deployment it takes an intrinsic function for something else: then that is
//! told, at every place of every fixture.
//!
//! What an `Fn::If` stands for is known once its condition is: the output with the condition decided must be the output
//! of the template with the branch written in its place. Where it is not, the transform has read the intrinsic function
//! itself, and a finding must say so.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/excuses.rs"]
mod excuses;
#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/owners.rs"]
mod owners;
#[path = "support/places.rs"]
mod places;

use canaryform::tree::{Value, json};
use canaryform::{Options, Output, Template, transform};
use excuses::Excuses;
use fixture::Fixture;
use places::{at, places};

/// A condition that no value given decides.
const CONDITION: &str = "DecidedLater";

/// Places in fixtures where the output differs and nothing is told there, each with the reason.
const EXCUSED: &[(&str, &str)] = &[
    (
        "api/merge-definitions: Resources/Shop/Properties/DefinitionBody",
        "told at the events, which are not merged into it",
    ),
    (
        "api/own-body: Resources/Shop/Properties/DefinitionBody/paths//orders/post/security/0",
        "`NONE` is a mark of SAM's, which stands for nothing in an intrinsic function",
    ),
    (
        "beyond/group/laid-over: Resources/Mailer/Properties/DeploymentGroup/ApplicationName",
        "the same name, which is put into a text in another way",
    ),
    (
        "beyond/hooks/several-functions: Resources/Mailer/Properties/DeploymentPreference/Hooks/PostTraffic",
        "the same permission, in a policy of its own",
    ),
    (
        "beyond/alarms/defaults: Resources/Own/Properties/DeploymentPreference/Alarms/0/Errors/TreatMissingData",
        "null, which switches a default off, is nothing in an intrinsic function",
    ),
    (
        "beyond/alarms/every-kind: Resources/Greeter/Properties/DeploymentPreference/Alarms/3/ErrorRate/MinInvocations",
        "the same number, put into the expression at the deployment",
    ),
    (
        "function/policy-templates: Resources/Read/Properties/Policies/2",
        "the same policies: the inner condition stands in the document",
    ),
    (
        "httpapi/own-body: Resources/Shop/Properties/DefinitionBody/tags/0",
        "a tag of the document is replaced by its name, which is not known",
    ),
    (
        "httpapi/own-body: Resources/Shop/Properties/DefinitionBody/tags/0/name",
        "a tag of the document is replaced by its name, which is not known",
    ),
    (
        "traps/intrinsics-read-early-more: Resources/Merging/Properties/DefinitionBody",
        "told at the events, which are not merged into it",
    ),
    (
        "traps/connector-role: Resources/OfNothing/Properties/Role",
        "of a branch a role is made, of `AWS::NoValue` alone none, which is told",
    ),
    (
        "types/tables-and-others: Resources/Machines/Properties/ScalingConfig/AverageCPUUtilization",
        "the same number",
    ),
    (
        "webfunction/everything: Resources/Site/Properties/EnvironmentVariables/RETRIES",
        "CloudFormation makes a text of the number",
    ),
    (
        "webfunction/everything: Resources/Site/Properties/EnvironmentVariables/RATE",
        "CloudFormation makes a text of the number",
    ),
    (
        "webfunction/everything: Resources/Site/Properties/EnvironmentVariables/IS_BETA",
        "CloudFormation makes a text of the flag",
    ),
    (
        "beyond/parallel/order: Resources/Front/Properties/DeploymentPreference/Hooks/PreTraffic",
        "an alias that no longer waits for the other whatever the condition says must be told to",
    ),
];

/// Whether a place is a preference as a whole, or one of the alarms that are made, which are left to conditions that are
/// made for them: fixtures of `beyond/conditions` and `beyond/alarms` show what becomes of them.
fn is_left_to_conditions(fixture: &Fixture, path: &[String]) -> bool {
    let is_alarm = path.len() > 4 && path.len() < 7 && path[4] == "Alarms" && fixture.is_beyond();
    path.get(3)
        .is_some_and(|name| name == "DeploymentPreference")
        && (path.len() == 4 || is_alarm)
}

/// Whether a place is a text that is joined with others at the deployment, and then the same: one in a definition, or the
/// description of a function.
fn is_joined(path: &[String], value: &Value) -> bool {
    let is_in = |property: &str| path.get(3).is_some_and(|name| name == property);
    value.is_string() && (is_in("Definition") && path.len() > 4 || is_in("Description"))
}

/// Whether a place is in what is made into JSON: CloudFormation puts what an intrinsic function comes to into it.
fn is_in_json(path: &[String]) -> bool {
    path.iter().any(|step| step == "SmokeTest")
}

fn is_function(value: &Value) -> bool {
    let is_name = |key: &str| key.starts_with("Fn::") || key == "Ref" || key == "Condition";
    let map = value.as_object().filter(|map| map.len() == 1);
    map.is_some_and(|map| map.keys().all(|key| is_name(key)))
}

/// Whether a condition is ours, or its contrary.
fn named(condition: &Value) -> Option<bool> {
    let name = condition.as_str()?;
    match name.strip_prefix("NOT") {
        Some(name) if name.starts_with(CONDITION) => Some(false),
        _ => (name == CONDITION).then_some(true),
    }
}

/// A value once the condition is decided: without `AWS::NoValue`; none where nothing is left of it.
fn decided(value: &Value, holds: bool) -> Option<Value> {
    if let Some(Value::Array(parts)) = value.get("Fn::If")
        && value.as_object().is_some_and(|map| map.len() == 1)
        && let Some(is_it) = named(&parts[0])
    {
        return decided(&parts[if holds == is_it { 1 } else { 2 }], holds);
    }
    match value {
        Value::Object(map)
            if map.len() == 1 && map.get("Ref").is_some_and(|name| name == "AWS::NoValue") =>
        {
            None
        }
        Value::Object(map) => Some(Value::Object(
            map.iter()
                .filter_map(|(key, value)| Some((key.clone(), decided(value, holds)?)))
                .collect(),
        )),
        Value::Array(items) => Some(
            items
                .iter()
                .filter_map(|item| decided(item, holds))
                .collect(),
        ),
        value => Some(value.clone()),
    }
}

/// A template as text: its parts in any order, its hashes alike, and without the conditions that are made to say that
/// others do not hold.
fn essence(template: &Template, holds: bool) -> Vec<String> {
    let mut parts = Vec::new();
    for (section, value) in &template.0 {
        let Some(entries) = value.as_object() else {
            parts.push(format!("{section}: {value}"));
            continue;
        };
        for (name, value) in entries {
            if section == "Conditions" && (name.starts_with("NOT") || name == CONDITION) {
                continue;
            }
            if value.get("Condition").and_then(named) == Some(!holds) {
                continue;
            }
            let mut value: serde_json::Value = decided(value, holds).unwrap_or_default().into();
            value.sort_all_objects();
            parts.push(without_hashes(&format!("{section} {name}: {value}")));
        }
    }
    parts.sort();
    parts
}

fn without_hashes(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut run = String::new();
    for character in text.chars() {
        if character.is_ascii_digit() || ('a'..='f').contains(&character) {
            run.push(character);
            continue;
        }
        plain.push_str(if run.len() >= 10 { "#" } else { &run });
        run.clear();
        plain.push(character);
    }
    plain + &run
}

fn outcome(template: &Value, fixture: &Fixture) -> Output {
    let Value::Object(template) = template.clone() else {
        unreachable!()
    };
    transform(Template(template), &fixture.options())
}

/// Where two outputs begin to differ; none where they do not.
fn difference(wanted: &[String], made: &[String]) -> Option<String> {
    let lacking = wanted.iter().find(|part| !made.contains(part));
    let odd = made.iter().find(|part| !wanted.contains(part));
    let (lacking, odd) = match (lacking, odd) {
        (None, None) => return None,
        (lacking, odd) => (
            lacking.cloned().unwrap_or_default(),
            odd.cloned().unwrap_or_default(),
        ),
    };
    let same = lacking
        .bytes()
        .zip(odd.bytes())
        .take_while(|(a, b)| a == b)
        .count();
    let cut = |text: &str| {
        let bytes: Vec<u8> = text
            .bytes()
            .skip(same.saturating_sub(70))
            .take(170)
            .collect();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    Some(format!("    {}\n    {}", cut(&lacking), cut(&odd)))
}

#[test]
fn an_intrinsic_that_is_read_early_is_told() {
    let mut tried = 0;
    let mut silent = Vec::new();
    let mut excuses = Excuses::new(EXCUSED);
    for fixture in Fixture::all() {
        let Some(mut source) = fixture.source() else {
            continue;
        };
        let conditions = source
            .as_object_mut()
            .unwrap()
            .entry("Conditions")
            .or_insert(json!({}));
        let Some(conditions) = conditions.as_object_mut() else {
            continue;
        };
        conditions.insert(
            CONDITION,
            json!({ "Fn::Equals": [{ "Ref": "AWS::AccountId" }, "123456789012"] }),
        );
        let before = outcome(&source, &fixture);
        if before.has_errors() {
            continue;
        }
        let wanted = essence(&before.template, true);
        let mut paths = Vec::new();
        let resources = source["Resources"].as_object().unwrap();
        for (id, resource) in resources {
            if resource["Type"]
                .as_str()
                .is_some_and(|kind| kind.starts_with("AWS::Serverless::"))
            {
                for (name, value) in resource["Properties"].as_object().into_iter().flatten() {
                    let root = ["Resources", id.as_str(), "Properties", name.as_str()];
                    let all = places(value, &root, is_function);
                    paths.extend(all.into_iter().map(|(path, _)| path));
                }
            }
        }
        for path in paths {
            let mut changed = source.clone();
            let place = at(&mut changed, &path);
            let value = place.take();
            if is_joined(&path, &value)
                || is_left_to_conditions(&fixture, &path)
                || is_in_json(&path)
            {
                continue;
            }
            *place = json!({ "Fn::If": [CONDITION, value, { "Ref": "AWS::NoValue" }] });
            tried += 1;
            let after = outcome(&changed, &fixture);
            if after.has_errors() || is_told(&path, &before, &after) {
                continue;
            }
            let place = format!("{}: {}", fixture.name, path.join("/"));
            let Some(how) = difference(&wanted, &essence(&after.template, true)) else {
                continue;
            };
            if !excuses.cover(&place) {
                silent.push(format!("{place}\n{how}"));
            }
        }
    }
    excuses.assert_needed();
    assert!(tried > 2000, "only {tried} places were tried");
    assert!(
        silent.is_empty(),
        "{} of {tried}:\n{}",
        silent.len(),
        silent.join("\n")
    );
}

/// Whether a finding that was not there before stands at a place, in it or above it, or any at the place itself.
fn is_told(path: &[String], before: &Output, after: &Output) -> bool {
    let place = path.join("/") + "/";
    let said = |output: &Output| -> Vec<(String, String)> {
        let findings = output.diagnostics.iter();
        findings
            .map(|found| {
                (
                    format!("{}/", found.path),
                    format!("{} {}", found.code, found.message),
                )
            })
            .collect()
    };
    let before = said(before);
    said(after).iter().any(|found| {
        let (at, _) = found;
        *at == place || !before.contains(found) && (at.starts_with(&place) || place.starts_with(at))
    })
}

/// What is said of a map that lacks something, or has something strange.
const TAKEN_FOR_A_MAP: &[&str] = &["has no", "has neither", "needs", "there is no"];

/// What is refused of a property that is no function: what it is, or else what it may be.
fn refusals_of_plain(base: &owners::Base, name: &str, options: &Options<'_>) -> Vec<String> {
    let any = [json!("text"), json!(["text"]), json!({ "Key": "text" })];
    let plain = base.get(name).map_or(any.to_vec(), |own| vec![own.clone()]);
    let outputs = plain
        .into_iter()
        .map(|value| transform(base.with(name, value), options));
    outputs
        .flat_map(|output| output.diagnostics)
        .map(|found| found.message)
        .collect()
}

/// Nothing that is refused of an intrinsic function takes it for a map that lacks some keys, or has a strange one: of every
/// property of the tables.
#[test]
fn no_message_takes_an_intrinsic_for_a_map() {
    let mut odd = Vec::new();
    let mut tried = 0;
    let functions = [
        json!({ "Fn::If": [CONDITION, "a", { "Ref": "AWS::NoValue" }] }),
        json!({ "Fn::If": [CONDITION, { "Type": "a" }, { "Ref": "AWS::NoValue" }] }),
        json!({ "Fn::FindInMap": ["Map", { "Ref": "AWS::Region" }, "Key"] }),
        json!({ "Fn::Select": ["0", [{ "Ref": "AWS::Region" }]] }),
    ];
    for mut base in owners::bases() {
        let source = base.source.as_object_mut().unwrap();
        let conditions = source.entry("Conditions").or_insert(json!({}));
        let decided_later = json!({ "Fn::Equals": [{ "Ref": "AWS::AccountId" }, "1"] });
        conditions
            .as_object_mut()
            .unwrap()
            .insert(CONDITION, decided_later);
        let options = base.fixture.options();
        for name in &base.names {
            let own = base
                .get(name)
                .cloned()
                .map(|value| json!({ "Fn::If": [CONDITION, value, { "Ref": "AWS::NoValue" }] }));
            for function in functions.iter().cloned().chain(own) {
                tried += 1;
                let place = base.place(name);
                let word = function
                    .as_object()
                    .unwrap()
                    .keys()
                    .next()
                    .unwrap()
                    .to_string();
                let output = transform(base.with(name, function), &options);
                // What stands in the function is the function's; what is missed at its place or found beside its argument is a map's.
                let own = format!("{place}/{word}/");
                let plain = refusals_of_plain(&base, name, &options);
                for found in output.diagnostics.iter().filter(|found| found.is_error()) {
                    let at = found.path.to_string();
                    let is_below = at.starts_with(&format!("{place}/")) && !at.starts_with(&own);
                    let misses = at == place
                        && TAKEN_FOR_A_MAP
                            .iter()
                            .any(|said| found.message.contains(said));
                    let help = found.help.as_deref().unwrap_or_default();
                    let is_named = [&found.message, help]
                        .iter()
                        .any(|said| said.contains(&word) || said.contains("intrinsic"));
                    // The same of any value: it is no word on the function.
                    let is_of_all = plain.contains(&found.message);
                    if (is_below || misses) && !is_named && !is_of_all {
                        odd.push(format!("{}: {word} at {place}: {found}", base.fixture.name));
                    }
                }
            }
        }
    }
    assert!(tried > 1500, "only {tried} were tried");
    assert!(odd.is_empty(), "{} of {tried}: {odd:#?}", odd.len());
}
