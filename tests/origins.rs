//! Why each resource was made, held against what comes out without the reason: for every fixture and every generated
//! resource.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;

use std::collections::{BTreeMap, BTreeSet};

use canaryform::diagnostics::codes;
use canaryform::origin::{self, Origin};
use canaryform::template::{Step, write_annotated};
use canaryform::tree::Value;
use canaryform::{Diagnostic, Output, Path, Template, read, transform};
use fixture::Fixture;

/// Types whose ids change with what the resource they are made of is like, or what its alias is called: of these it is
/// the one of its source that is meant.
const CHANGING: &[&str] = &[
    "AWS::Lambda::Version",
    "AWS::Lambda::Alias",
    "AWS::Lambda::LayerVersion",
    "AWS::ApiGateway::Deployment",
    "AWS::StepFunctions::StateMachineAlias",
];

/// Resources that are not there with each of their reasons alone.
const EXCEPTIONS: &[(&str, &str)] = &[
    // A destination of Globals is made once, for the first function: with that of its own the third gets another.
    ("traps/events", "ThirdEventInvokeConfigOnFailureQueue"),
    // Its shape is the function's own; what stands in Globals beside it is another one.
    (
        "beyond/traffic/over-globals",
        "DeploymentConfigLinear50PercentEvery5Minutes",
    ),
];

/// A template without what stands at `path`.
fn without(template: &mut Template, path: &Path) {
    let (last, above) = path.0.split_last().unwrap();
    let (first, above) = above.split_first().unwrap();
    let key = |step: &Step| match step {
        Step::Key(key) => key.clone(),
        Step::Index(_) => panic!("{path} is in a list"),
    };
    let mut at = template.0.get_mut(&key(first)).unwrap();
    for step in above {
        // A loop is a list.
        let below = match step {
            Step::Key(key) => at.get_mut(key),
            Step::Index(index) => at.get_mut(*index),
        };
        at = below.unwrap_or_else(|| panic!("{path} is not there"));
    }
    let map = at.as_object_mut().unwrap();
    let before = map.len();
    map.retain(|name, _| *name != key(last));
    assert!(map.len() < before, "{path} is not there");
}

/// What a resource is known by in another output: its id, or of the types that are `CHANGING` its source.
fn name(id: &str, resource: &Value, origin: &Origin) -> String {
    let kind = resource["Type"].as_str().unwrap_or_default();
    if !CHANGING.contains(&kind) {
        return id.to_owned();
    }
    match &origin.source {
        Some(source) => format!("the {kind} of {source}"),
        // The deployment of an implicit API: its id ends with ten characters of a hash.
        None => id.split_at(id.len() - 10).0.to_owned(),
    }
}

fn names(output: &Output) -> BTreeSet<String> {
    let made = output.template.resources();
    output
        .origins
        .iter()
        .filter_map(|(id, origin)| Some(name(id, made?.get(id)?, origin)))
        .collect()
}

/// Whether an error is where something was taken out, in what was left of the resource that had asked, where something
/// still names what was taken out, or where an alarm looked at it.
fn refuses(template: &Template, finding: &Diagnostic, origin: &Origin, because: &[&Path]) -> bool {
    let owners = because.iter().filter_map(|path| path.resource_id());
    let owners: BTreeSet<&str> = owners.chain(origin.source.as_deref()).collect();
    finding.is_error()
        && (finding.code == codes::ROUTES_NOT_KNOWN
            || because
                .iter()
                .any(|path| finding.path.0.starts_with(&path.0))
            || because.iter().any(|path| names_it(template, finding, path))
            || [finding.path.resource_id(), finding.resource.as_deref()]
                .into_iter()
                .flatten()
                .any(|id| owners.contains(id)))
}

/// Whether a finding is about something that is named like the last step of a path: where it stands, or in its words.
fn names_it(template: &Template, finding: &Diagnostic, path: &Path) -> bool {
    let name = path.0.last().map(step_text).unwrap_or_default();
    let mut at = &Value::Object(template.0.clone());
    for step in &finding.path.0 {
        match at.get(step_text(step)) {
            Some(below) => at = below,
            None => break,
        }
    }
    at.to_string().contains(&format!("\"{name}"))
        || format!("{} {:?}", finding.message, finding.help).contains(&format!("`{name}"))
}

/// Whether the template has a resource itself that events ask for too, or the API that it belongs to.
fn is_written(template: &Template, name: &str) -> bool {
    let ids = template.resources().into_iter().flat_map(|all| all.keys());
    let mut implicit =
        ids.filter(|id| ["ServerlessRestApi", "ServerlessHttpApi"].contains(&id.as_str()));
    implicit.any(|id| name.starts_with(id.as_str()))
}

fn step_text(step: &Step) -> &str {
    match step {
        Step::Key(key) => key,
        Step::Index(_) => "",
    }
}

#[test]
fn every_reason_is_one() {
    let mut wrong = Vec::new();
    let (mut count, mut refused) = (0, 0);
    for fixture in Fixture::all() {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let mut given = given.template;
        // A template without resources is refused for that.
        let bystander = canaryform::tree::json!({ "Type": "AWS::SNS::Topic" });
        let resources = given.section_mut("Resources");
        resources.unwrap().insert("Bystander".to_owned(), bystander);
        let output = transform(given.clone(), &fixture.options());
        if output.has_errors() {
            continue;
        }
        let made = output.template.resources().unwrap();
        let mut by_reason: BTreeMap<Vec<String>, Vec<(String, &Origin)>> = BTreeMap::new();
        for (id, origin) in &output.origins {
            let reason = origin.because.iter().map(Path::to_string).collect();
            let name = name(id, made.get(id).unwrap(), origin);
            by_reason.entry(reason).or_default().push((name, origin));
        }
        for (reason, resources) in by_reason {
            let because = &resources[0].1.because;
            let mut say =
                |fault: String| wrong.push(format!("{}: {fault}", fixture.path.display()));
            if because.is_empty() {
                say(format!("{resources:?} without a reason"));
                continue;
            }
            let lacking = |taken: &[&Path]| {
                let mut template = given.clone();
                for path in taken {
                    without(&mut template, path);
                }
                (template.clone(), transform(template, &fixture.options()))
            };
            let all: Vec<&Path> = because.iter().collect();
            let (rest, outcome) = lacking(&all);
            let left = names(&outcome);
            for (name, origin) in &resources {
                count += 1;
                if outcome.has_errors() {
                    refused += 1;
                    if !outcome
                        .diagnostics
                        .iter()
                        .any(|finding| refuses(&rest, finding, origin, &all))
                    {
                        say(format!("{name} without {reason:?}: refused elsewhere"));
                    }
                } else if left.contains(name) && !is_written(&rest, name) {
                    say(format!("{name} is there without {reason:?}"));
                }
            }
            if because.len() < 2 {
                continue;
            }
            for kept in because {
                let taken: Vec<&Path> = because.iter().filter(|path| *path != kept).collect();
                let (rest, outcome) = lacking(&taken);
                let left = names(&outcome);
                for (name, origin) in &resources {
                    let is_refused = outcome.has_errors()
                        && outcome
                            .diagnostics
                            .iter()
                            .any(|finding| refuses(&rest, finding, origin, &taken));
                    let is_excepted = EXCEPTIONS.contains(&(&fixture.name, name));
                    if !left.contains(name) && !is_refused && !is_excepted {
                        say(format!("{name} is not there with {kept} alone"));
                    }
                }
            }
        }
    }
    println!("{count} origins, {refused} refused");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Comments say of each resource that the template did not have who asked for it, and change nothing else.
#[test]
fn comments_name_who_asked() {
    for fixture in Fixture::all() {
        let Ok(given) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let ids: BTreeSet<String> = given
            .template
            .resources()
            .map_or_else(BTreeSet::new, |all| {
                all.keys().map(ToString::to_string).collect()
            });
        let output = transform(given.template, &fixture.options());
        if output.has_errors() {
            continue;
        }
        let mut text = Vec::new();
        let comment = |id: &str| origin::comment(&output.origins, id);
        write_annotated(&mut text, &output.template, &comment).unwrap();
        let again = read(&text).unwrap().template;
        assert_eq!(again, output.template, "{}", fixture.name);
        for id in output.template.resources().unwrap().keys() {
            let is_said = comment(id.as_str()).is_some();
            assert!(
                is_said || ids.contains(id.as_str()),
                "{}: {id} says nothing",
                fixture.name
            );
        }
    }
}
