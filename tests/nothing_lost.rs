//! Nothing that a template says is lost in silence: give any value another one of its kind, or any map one more key, and
//! the output or a finding changes with it, or a finding stands at its place already.
//!
//! Of the fixtures and, where they are there, of the real templates in `../shared/real`.

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
#[path = "support/places.rs"]
mod places;

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use canaryform::code::Ignored;
use canaryform::tree::{Value, json};
use canaryform::{Options, Template, read, transform};
use excuses::Excuses;
use fixture::Fixture;
use places::{at, leaves, places};

/// Places whose value changes nothing, each with the reason: it is decided, or told, elsewhere in the same template.
const EXCUSED: &[(&str, &str)] = &[
    (
        "api/domains: Globals/Api/DefinitionUri",
        "each API has its own",
    ),
    (
        "api/own-body: Resources/Shop/Properties/DefinitionBody/paths//orders/post/security/0/NONE",
        "a mark, whose key says it all",
    ),
    (
        "api/processed: Resources/ServerlessRestApi/Properties/__MANAGE_SWAGGER",
        "a mark that SAM left",
    ),
    (
        "api/usage-plans-that-differ: Resources/Second/Properties/Auth/UsagePlan/Description",
        "told at the other API that shares the plan",
    ),
    (
        "beyond/alarms/by-given-condition: Resources/Items/Properties/DeploymentPreference/Alarms/0/Fn::If/2/Errors/Threshold",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/alarms/by-given-condition: Resources/Items/Properties/DeploymentPreference/Alarms/1/Fn::If/1/Throttles",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/alarms/none-over-globals: Globals/Function/DeploymentPreference/Alarms/0/Errors",
        "the function says that it watches none",
    ),
    (
        "beyond/conditions/given: Resources/InEuropeOnly/Properties/DeploymentPreference/Fn::If/2/Ref",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/conditions/given: Resources/NoAlias/Properties/AutoPublishAlias/Fn::If/1",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/conditions/given: Resources/NoAlias/Properties/DeploymentPreference/Type",
        "without an alias it means nothing",
    ),
    (
        "beyond/conditions/given: Resources/NoAlias/Properties/ProvisionedConcurrencyConfig/ProvisionedConcurrentExecutions",
        "without an alias it means nothing",
    ),
    (
        "beyond/conditions/given: Resources/OnlyInProd/Properties/DeploymentPreference/Fn::If/1/Type",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/conditions/given: Resources/OtherAlias/Properties/AutoPublishAlias/Fn::If/1",
        "the condition that is given decides for the other branch",
    ),
    (
        "beyond/conditions/preference: Resources/ByRegion/Properties/DeploymentPreference/Fn::If/1/Type",
        "the function has its own",
    ),
    (
        "beyond/conditions/preference: Resources/ExceptInProd/Properties/DeploymentPreference/Fn::If/1/Type",
        "the function has its own",
    ),
    (
        "globals/architectures: Globals/Function/Architectures/0",
        "the function has its own",
    ),
    (
        "globals/ignored: Globals/Function/AutoPublishAlias",
        "the function wants nothing of Globals",
    ),
    (
        "globals/merge: Globals/Function/Timeout",
        "the function has its own",
    ),
    (
        "globals/merge: Globals/Function/Environment/Variables/GREETING",
        "the function has its own",
    ),
    (
        "beyond/group/laid-over: Resources/SwitchedOff/Properties/DeploymentGroup/DeploymentGroupName",
        "the preference is switched off",
    ),
    (
        "gradual/disabled: Resources/Quoted/Properties/DeploymentPreference/Type",
        "the preference is switched off",
    ),
    (
        "gradual/disabled: Resources/ByParameter/Properties/DeploymentPreference/Type",
        "the preference is switched off",
    ),
    (
        "gradual/given-sha: Globals/Function/AutoPublishAliasAllProperties",
        "a hash that is given decides alone",
    ),
    (
        "gradual/traffic-shape-from-mapping: Resources/InStage/Properties/DeploymentPreference/Type/Fn::FindInMap/0",
        "the preference is switched off",
    ),
    (
        "gradual/traffic-shape-from-mapping: Resources/InStage/Properties/DeploymentPreference/Type/Fn::FindInMap/1/Ref",
        "the preference is switched off",
    ),
    (
        "gradual/traffic-shape-from-mapping: Resources/InStage/Properties/DeploymentPreference/Type/Fn::FindInMap/2",
        "the preference is switched off",
    ),
    (
        "httpapi/cors: Resources/Lost/Properties/CorsConfiguration/AllowHeaders/0",
        "told at `AllowOrigins` beside it",
    ),
    (
        "transforms/loops: Resources/Fn::ForEach::Greeters/2/Fn::ForEach::Kinds/2/Greeter&{Language}${Kind}/Properties/Timeout/Fn::Length/0",
        "only how many there are counts",
    ),
    (
        "transforms/loops: Resources/Fn::ForEach::Greeters/2/Fn::ForEach::Kinds/2/Greeter&{Language}${Kind}/Properties/Timeout/Fn::Length/1",
        "only how many there are counts",
    ),
    (
        "transforms/loops: Resources/Fn::ForEach::Greeters/2/Fn::ForEach::Kinds/2/Greeter&{Language}${Kind}/Properties/Timeout/Fn::Length/2",
        "only how many there are counts",
    ),
    (
        "traps/globals-not-merged: Globals/Function/Layers/0",
        "told at the function",
    ),
    (
        "traps/globals-not-merged: Globals/Function/Environment/Fn::If/1/Variables/STAGE",
        "told at the function",
    ),
    (
        "traps/globals-not-merged: Globals/Function/Environment/Fn::If/2/Ref",
        "told at the function",
    ),
    (
        "traps/globals-not-merged: Globals/Function/Timeout",
        "the function has its own",
    ),
    (
        "traps/graphql-dropped: Resources/Books/Properties/ApiKeys/find/Description",
        "told at the function of the same id",
    ),
    (
        "traps/read-early-but-decided: Resources/Greeter/Properties/PropagateTags/Fn::If/2",
        "the condition that is given decides for the other branch",
    ),
    (
        "traps/read-early-but-decided: Resources/Shop/Properties/Auth/ApiKeyRequired/Fn::If/2",
        "the condition that is given decides for the other branch",
    ),
    (
        "traps/read-early-but-decided: Resources/Shop/Properties/Auth/ResourcePolicy/Fn::If/2/IpRangeWhitelist/0",
        "the condition that is given decides for the other branch",
    ),
    (
        "transforms/inside: Resources/Fn::Transform/Parameters/Allow",
        "settings of the macro are read by `transform_as_told`, around this",
    ),
];

/// Maps of which a key that nobody knows is lost, each with the reason.
const EXCUSED_MAPS: &[(&str, &str)] = &[
    (
        "api/own-body: Resources/Shop/Properties/DefinitionBody/paths//orders/post/security/0",
        "a mark, whose key says it all",
    ),
    (
        "beyond/alarms/none-over-globals: Globals/Function/DeploymentPreference/Alarms/0",
        "the function says that it watches none",
    ),
    (
        "beyond/alarms/none-over-globals: Globals/Function/DeploymentPreference/Alarms/0/Errors",
        "the function says that it watches none",
    ),
    (
        "beyond/conditions/given: Resources/NoAlias/Properties/DeploymentPreference",
        "without an alias it means nothing",
    ),
    (
        "beyond/conditions/given: Resources/NoAlias/Properties/ProvisionedConcurrencyConfig",
        "without an alias it means nothing",
    ),
    (
        "beyond/group/laid-over: Resources/SwitchedOff/Properties/DeploymentGroup",
        "the preference is switched off",
    ),
    (
        "include/read: Resources/Api/Properties/DefinitionBody/Fn::Transform",
        "the include is gone, and CloudFormation knows its keys",
    ),
    (
        "include/read: Resources/Api/Properties/DefinitionBody/Fn::Transform/Parameters",
        "the include is gone, and CloudFormation knows its keys",
    ),
];

/// At most one value of a hundred may be excused.
const MOST_EXCUSED: usize = 100;

/// Another value of the same kind.
fn another(value: &Value) -> Value {
    match value {
        Value::Null => json!("Other"),
        Value::Bool(flag) => json!(!*flag),
        Value::Number(number) => json!(number.as_f64().unwrap_or_default() / 2.0 + 7.0),
        Value::String(text) => format!("{text}Other").as_str().into(),
        Value::Array(_) => json!(["Other"]),
        Value::Object(_) => json!({ "Other": "Other" }),
    }
}

/// What there is to see of a transform.
struct Seen {
    is_refused: bool,
    /// The output and the findings.
    text: String,
    /// The places of the findings, each ending in `/`.
    said: Vec<String>,
}

fn seen(template: &Value, options: &Options<'_>) -> Seen {
    let Value::Object(template) = template.clone() else {
        unreachable!()
    };
    let output = transform(Template(template), options);
    let findings = output.diagnostics.iter();
    let text = findings
        .clone()
        .map(|found| format!("\n{} {} {}", found.code, found.path, found.message));
    Seen {
        is_refused: output.has_errors(),
        text: format!("{:?}{}", output.template, text.collect::<String>()),
        said: findings.map(|found| format!("{}/", found.path)).collect(),
    }
}

/// Whether a finding stands at a place, in it, or at a property that it is in.
fn is_said(path: &str, said: &[String]) -> bool {
    let path = format!("{path}/");
    let is_deep = |place: &str| place.matches('/').count() >= 3;
    said.iter()
        .any(|place| place.starts_with(&path) || (is_deep(place) && path.starts_with(place)))
}

#[test]
fn every_value_is_seen() {
    let mut tried = 0;
    let mut lost = Vec::new();
    let mut excuses = Excuses::new(EXCUSED);
    let mut excused = 0;
    for fixture in Fixture::all() {
        let Some(source) = fixture.source() else {
            continue;
        };
        let options = fixture.options();
        let before = seen(&source, &options);
        if before.is_refused {
            continue;
        }
        for path in leaves(&source, &[]) {
            let mut changed = source.clone();
            let place = at(&mut changed, &path);
            *place = match path.first().map(String::as_str) {
                // SAM's transform under another date is the same one.
                Some("Transform") => json!("Other"),
                _ => another(place),
            };
            tried += 1;
            let path = path.join("/");
            if seen(&changed, &options).text != before.text || is_said(&path, &before.said) {
                continue;
            }
            let place = format!("{}: {path}", fixture.name);
            if excuses.cover(&place) {
                excused += 1;
            } else {
                lost.push(place);
            }
        }
    }
    assert!(lost.is_empty(), "{} of {tried}: {lost:#?}", lost.len());
    excuses.assert_needed();
    assert!(
        tried > 2000 && excused * MOST_EXCUSED <= tried,
        "{excused} of {tried} excused"
    );
}

/// A key that no map has.
const UNKNOWN: &str = "Zzzz";

fn is_function(value: &Value) -> bool {
    let map = value.as_object().filter(|map| map.len() == 1);
    map.is_some_and(|map| {
        map.keys()
            .all(|key| key.starts_with("Fn::") || *key == "Ref")
    })
}

/// The places of maps that SAM reads: in Globals, and in resources of its own.
fn maps(source: &Value) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut add = |value: &Value, root: &[&str]| {
        let all = places(value, root, is_function).into_iter();
        let maps = all.filter(|(_, value)| value.is_object() && !is_function(value));
        found.extend(maps.map(|(path, _)| path));
    };
    for (kind, value) in source["Globals"].as_object().into_iter().flatten() {
        add(value, &["Globals", kind.as_str()]);
    }
    for (id, resource) in source["Resources"].as_object().into_iter().flatten() {
        let kind = resource["Type"].as_str().unwrap_or_default();
        for (name, value) in resource.as_object().into_iter().flatten() {
            if kind.starts_with("AWS::Serverless::") {
                add(value, &["Resources", id.as_str(), name.as_str()]);
            }
        }
    }
    found
}

/// The maps in which a key that nobody knows is lost in silence.
fn lose_a_key(source: &Value, options: &Options<'_>, every: usize) -> (usize, Vec<String>) {
    let before = seen(source, options);
    if before.is_refused {
        return (0, Vec::new());
    }
    let mut tried = 0;
    let mut lost = Vec::new();
    for path in maps(source).into_iter().step_by(every) {
        let mut changed = source.clone();
        let map = at(&mut changed, &path).as_object_mut().unwrap();
        map.insert(UNKNOWN, json!("zzzz"));
        tried += 1;
        let path = path.join("/");
        if seen(&changed, options).text == before.text && !is_said(&path, &before.said) {
            lost.push(path);
        }
    }
    (tried, lost)
}

#[test]
fn every_unknown_key_is_seen() {
    let mut tried = 0;
    let mut lost = Vec::new();
    let mut excuses = Excuses::new(EXCUSED_MAPS);
    for fixture in Fixture::all() {
        let Some(source) = fixture.source() else {
            continue;
        };
        let (all, found) = lose_a_key(&source, &fixture.options(), 1);
        tried += all;
        for path in found {
            let place = format!("{}: {path}", fixture.name);
            if !excuses.cover(&place) {
                lost.push(place);
            }
        }
    }
    assert!(lost.is_empty(), "{} of {tried}: {lost:#?}", lost.len());
    excuses.assert_needed();
    assert!(tried > 1000, "only {tried} maps were tried");
}

/// The real templates, as people wrote them.
fn real() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/real")];
    while let Some(folder) = folders.pop() {
        for file in fs::read_dir(folder).into_iter().flatten() {
            let path = file.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(".source.yaml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Whether a value of Globals counts nowhere, because each resource has its own, or is what only `sam build` reads of a
/// layer, which its resource does not keep.
fn is_idle(source: &Value, path: &[String]) -> bool {
    let steps: Vec<&str> = path.iter().map(String::as_str).collect();
    match steps.as_slice() {
        ["Globals", kind, property] => {
            let kind = format!("AWS::Serverless::{kind}");
            let all = source["Resources"].as_object().unwrap();
            let mut of_kind = all.values().filter(|resource| resource["Type"] == *kind);
            of_kind.all(|resource| !resource["Properties"][*property].is_null())
        }
        ["Resources", id, "Metadata", key] => {
            source["Resources"][*id]["Type"] == "AWS::Serverless::LayerVersion"
                && key.starts_with("Build")
        }
        _ => false,
    }
}

/// How many of the places in real templates are passed over for one that is tried: all are too many for each run.
const EVERY: usize = 5;

#[test]
fn nothing_of_real_templates_is_lost() {
    let options = Options::new("us-east-1").with_code(&Ignored);
    let mut lost = Vec::new();
    let mut offset = 0;
    let files = real();
    if files.is_empty() {
        let is_required = std::env::var_os("CANARYFORM_REQUIRE_CONFORMANCE").is_some();
        assert!(!is_required, "../shared/real is not there");
        // Past the test's own capture, which hides what passes.
        let _ = writeln!(io::stderr(), "NOT RUN: ../shared/real is not there");
    }
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let Ok(given) = read(fs::read(&file).unwrap()) else {
            continue;
        };
        let source = Value::Object(given.template.0);
        let before = seen(&source, &options);
        if before.is_refused {
            continue;
        }
        let (_, keys) = lose_a_key(&source, &options, EVERY);
        lost.extend(
            keys.into_iter()
                .map(|path| format!("{name}: a key of {path}")),
        );
        // Another part of each template.
        offset = (offset + 1) % EVERY;
        for path in leaves(&source, &[]).into_iter().skip(offset).step_by(EVERY) {
            if path[0] == "Transform" || is_idle(&source, &path) {
                continue;
            }
            let mut changed = source.clone();
            let place = at(&mut changed, &path);
            *place = another(place);
            let path = path.join("/");
            if seen(&changed, &options).text == before.text && !is_said(&path, &before.said) {
                lost.push(format!("{name}: {path}"));
            }
        }
    }
    assert!(lost.is_empty(), "{} lost: {lost:#?}", lost.len());
}
