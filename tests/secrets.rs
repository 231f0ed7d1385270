//! No finding shows the value of a parameter, wherever a template reads it, and no verb but `transform` a secret at all.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/owners.rs"]
mod owners;
#[path = "support/places.rs"]
mod places;

use canaryform::check::check;
use canaryform::diagnostics::render::{self, Source};
use canaryform::diff::{diff, render as changes};
use canaryform::explain::{Explanation, Scenario, text};
use canaryform::macro_call::answer;
use canaryform::report::{Subject, html};
use canaryform::tree::{Value, json};
use canaryform::{Options, Output, Path, Template, transform};
use fixture::Fixture;
use places::{Place, at, leaves};

/// A value that stands nowhere else.
const MARKER: &str = "S3CR3Tmarker9";

/// The fixture with the parameter, and where its resources and Globals say something.
fn prepared(fixture: &Fixture) -> Option<(Value, Vec<Place>)> {
    let mut source = fixture.source()?;
    let mut paths = Vec::new();
    for section in ["Resources", "Globals"] {
        let Some(entries) = source.get(section) else {
            continue;
        };
        paths.extend(leaves(entries, &[section]));
    }
    // What a resource is cannot come from a parameter.
    paths.retain(|path| {
        path.len() > 2 && path.last().is_some_and(|key| key != "Type") || path.len() > 3
    });
    let parameters = source
        .as_object_mut()?
        .entry("Parameters")
        .or_insert(json!({}));
    parameters
        .as_object_mut()?
        .insert("Marker", json!({ "Type": "String", "NoEcho": true }));
    Some((source, paths))
}

fn options(fixture: &Fixture) -> Options<'static> {
    let mut options = fixture.options();
    options.parameters.insert("Marker", MARKER.into());
    options
}

/// What the macro says of a template, in its response and in its log; what it makes of it aside.
fn said_by_macro(fragment: &Value) -> String {
    let request = json!({
        "region": "us-east-1", "accountId": "123456789012", "transformId": "123456789012::Canaryform", "requestId": "id-1",
        "fragment": fragment, "params": {}, "templateParameterValues": { "Marker": MARKER },
    });
    let reply = answer(&request.to_string());
    let response: Value = serde_json::from_str(&reply.response).unwrap();
    format!("{:?} {:?}", response.get("errorMessage"), reply.summary)
}

/// Whether a finding stands at a place, in it, or at a property around it.
fn is_at(finding: &Path, place: &[String]) -> bool {
    let place = format!("{}/", place.join("/"));
    let found = format!("{finding}/");
    let least = if found.starts_with("Globals/") { 3 } else { 4 };
    found.starts_with(&place) || (place.starts_with(&found) && found.matches('/').count() >= least)
}

/// Where a value comes into the output that had better not, that is told at what the user wrote: of a secret, and of the
/// name of a stored parameter.
#[test]
fn what_had_better_not_be_written_is_told_where_it_stands() {
    let declaration =
        json!({ "Type": "AWS::SSM::Parameter::Value<String>", "NoEcho": true, "Default": MARKER });
    let mut untold = Vec::new();
    let mut tried = 0;
    for fixture in Fixture::all() {
        let Some((mut source, paths)) = prepared(&fixture) else {
            continue;
        };
        let marker = ["Parameters", "Marker"].map(str::to_owned);
        *at(&mut source, &marker) = declaration.clone();
        for path in paths {
            let mut source = source.clone();
            *at(&mut source, &path) = json!({ "Ref": "Marker" });
            let Value::Object(template) = source else {
                unreachable!()
            };
            let output = transform(Template(template), &options(&fixture));
            let resources = output.template.resources();
            let is_written = format!("{resources:?}").contains(MARKER);
            if output.has_errors() || !is_written {
                continue;
            }
            tried += 1;
            for code in ["secret-in-output", "ssm-parameter-by-name"] {
                let mut told = output.diagnostics.iter();
                if !told.any(|found| found.code.name == code && is_at(&found.path, &path)) {
                    untold.push(format!("{code}: {} {}", fixture.name, path.join("/")));
                }
            }
        }
    }
    assert!(tried > 100, "only {tried} values came into the output");
    assert!(untold.is_empty(), "{} untold: {untold:#?}", untold.len());
}

#[test]
fn no_finding_shows_the_value_of_a_parameter() {
    let mut shown = Vec::new();
    let mut tried = 0;
    for fixture in Fixture::all() {
        let Some((source, paths)) = prepared(&fixture) else {
            continue;
        };
        for path in paths {
            for given in [
                json!({ "Ref": "Marker" }),
                json!({ "Fn::Sub": "a-${Marker}" }),
            ] {
                let mut source = source.clone();
                *at(&mut source, &path) = given;
                if at(&mut source, &path).get("Ref").is_some()
                    && said_by_macro(&source).contains(MARKER)
                {
                    shown.push(format!("macro, {} {}", fixture.name, path.join("/")));
                }
                let Value::Object(template) = source else {
                    unreachable!()
                };
                tried += 1;
                let output = transform(Template(template), &options(&fixture));
                for finding in output.diagnostics {
                    if format!("{finding:?}").contains(MARKER) {
                        shown.push(format!("{} {}: {finding:?}", fixture.name, path.join("/")));
                    }
                }
            }
        }
    }
    assert!(tried > 2000, "only {tried} places were tried");
    assert!(shown.is_empty(), "{} of {tried}: {shown:#?}", shown.len());
}

#[test]
fn no_finding_shows_a_value_in_an_id_of_an_unrolled_loop() {
    let template = json!({
        "Transform": "AWS::LanguageExtensions",
        "Parameters": { "Name": { "Type": "String" } },
        "Resources": { "Fn::ForEach::Each": ["Which", ["a"], {
            "F${Which}${Name}": { "Type": "AWS::Serverless::Function", "Properties": { "Tiemout": 3 } },
        }] },
    });
    let mut options = Options::new("eu-west-1");
    options
        .parameters
        .insert("Name", format!("{MARKER}-").into());
    let output = transform(Template(template.as_object().unwrap().clone()), &options);
    let said = format!("{:?}", output.diagnostics);
    assert!(
        said.contains("Fa${Name}") && !said.contains(MARKER),
        "{said}"
    );
}

/// The forms in which a property may read the parameter, at any depth.
fn forms() -> Vec<Value> {
    let read = json!({ "Ref": "Marker" });
    vec![
        read.clone(),
        json!([&read]),
        json!({ "Key": &read, "Type": &read, "Name": &read }),
        json!({ "Key": { "Key": &read } }),
        json!([{ "Key": &read, "Type": &read }]),
        json!({ "Fn::If": ["C", &read, { "Ref": "AWS::NoValue" }] }),
        json!({ "Fn::FindInMap": [&read, &read, &read] }),
    ]
}

/// Every property of the tables reads it, also those that no fixture has.
#[test]
fn no_property_of_the_tables_shows_it() {
    let mut shown = Vec::new();
    let mut tried = 0;
    for mut base in owners::bases() {
        let source = base.source.as_object_mut().unwrap();
        let parameters = source.entry("Parameters").or_insert(json!({}));
        let marker = json!({ "Type": "String", "NoEcho": true });
        parameters.as_object_mut().unwrap().insert("Marker", marker);
        let options = options(&base.fixture);
        for name in &base.names {
            for form in forms() {
                let template = base.with(name, form);
                tried += 1;
                let said = said_by_macro(&Value::Object(template.0.clone()));
                let text = serde_json::to_string_pretty(&template.0).unwrap();
                let output = transform(template, &options);
                let source = Source {
                    name: "t",
                    text: text.as_bytes(),
                };
                let as_json = render::json(&output.diagnostics, source);
                let as_text = format!("{:?}", output.diagnostics);
                if [said, as_json, as_text]
                    .iter()
                    .any(|said| said.contains(MARKER))
                {
                    shown.push(format!("{} {}", base.place(name), base.fixture.name));
                }
            }
        }
    }
    assert!(tried > 2000, "only {tried} places were tried");
    assert!(shown.is_empty(), "{} of {tried}: {shown:#?}", shown.len());
}

/// Everything that the other verbs say of a template that was `before`.
fn said_by_verbs(before: &Output, given: &Template, options: &Options<'_>) -> String {
    let output = transform(given.clone(), options);
    let mut said = format!("{:?}", output.diagnostics);
    if output.has_errors() {
        return said;
    }
    let mut findings = check(given, &output, options);
    findings.extend(output.diagnostics.iter().cloned());
    let explanation = Explanation::of(given, &output, &Scenario::default());
    let look = text::Look {
        color: false,
        unicode: false,
    };
    let differences = diff(before, &output);
    let page = html(&Subject {
        name: "t",
        text: "",
        given,
        output: &output,
        findings: &findings,
        explanation: &explanation,
        changes: Some(("before", &differences)),
    });
    said += &format!("{findings:?}");
    said += &text::explained(&explanation, "t", look);
    said += &text::simulated(&explanation, "t", look);
    said += &serde_json::to_string(&explanation).unwrap();
    said += &changes::text(&differences, false, &|_| None);
    said += &changes::json(&differences);
    said += &changes::markdown(&differences, &|_| None);
    said + &page.unwrap()
}

/// How many places are passed over for one that is tried with all verbs.
const EVERY: usize = 9;

#[test]
fn no_verb_shows_a_secret() {
    let mut shown = Vec::new();
    let mut tried = 0;
    let mut offset = 0;
    for fixture in Fixture::all() {
        let Some((source, paths)) = prepared(&fixture) else {
            continue;
        };
        let options = options(&fixture).with_parts().without_secrets();
        let Value::Object(before) = source.clone() else {
            unreachable!()
        };
        let before = transform(Template(before), &options);
        offset = (offset + 1) % EVERY;
        for path in paths.into_iter().skip(offset).step_by(EVERY) {
            let mut source = source.clone();
            *at(&mut source, &path) = json!({ "Ref": "Marker" });
            let Value::Object(given) = source else {
                unreachable!()
            };
            tried += 1;
            let said = said_by_verbs(&before, &Template(given), &options);
            if let Some((before, _)) = said.split_once(MARKER) {
                let start = before.char_indices().nth_back(150).map_or(0, |(i, _)| i);
                shown.push(format!(
                    "{} {}: {}",
                    fixture.name,
                    path.join("/"),
                    &before[start..]
                ));
            }
        }
    }
    assert!(tried > 400, "only {tried} places were tried");
    assert!(shown.is_empty(), "{} of {tried}: {shown:#?}", shown.len());
}
