//! Nothing that a template says is lost in silence: give any value another one of its kind, and the output or a finding
//! changes with it, or a finding stands at its place already.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/places.rs"]
mod places;

use canaryform::tree::{Value, json};
use canaryform::{Template, read, transform};
use fixture::Fixture;
use places::{at, leaves};

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
        "traps/globals-not-merged: Globals/Function/Environment/Fn::If/0",
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

fn seen(template: &Value, fixture: &Fixture) -> Seen {
    let Value::Object(template) = template.clone() else {
        unreachable!()
    };
    let output = transform(Template(template), &fixture.options());
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
    let mut excused: Vec<&str> = Vec::new();
    for fixture in Fixture::all() {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let source = Value::Object(given.template.0);
        let before = seen(&source, &fixture);
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
            if seen(&changed, &fixture).text != before.text || is_said(&path, &before.said) {
                continue;
            }
            let place = format!("{}: {path}", fixture.name);
            match EXCUSED.iter().find(|(known, _)| *known == place) {
                Some((known, _)) => excused.push(known),
                None => lost.push(place),
            }
        }
    }
    assert!(lost.is_empty(), "{} of {tried}: {lost:#?}", lost.len());
    let stale = EXCUSED.iter().filter(|(known, _)| !excused.contains(known));
    let stale: Vec<_> = stale.collect();
    assert!(stale.is_empty(), "seen by now: {stale:#?}");
    assert!(
        tried > 2000 && excused.len() * MOST_EXCUSED <= tried,
        "{} of {tried} excused",
        excused.len()
    );
}
