//! No finding shows the value of a parameter, wherever a template reads it.

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

use canaryform::macro_call::answer;
use canaryform::tree::{Value, json};
use canaryform::{Options, Path, Template, read, transform};
use fixture::Fixture;
use places::{Place, at, leaves};

/// A value that stands nowhere else.
const MARKER: &str = "S3CR3Tmarker9";

/// The fixture with the parameter, and where its resources and Globals say something.
fn prepared(fixture: &Fixture) -> Option<(Value, Vec<Place>)> {
    let mut source = Value::Object(read(fixture.text.as_bytes()).ok()?.template.0);
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
