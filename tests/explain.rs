//! `explain` and `simulate`: what they say of fixtures, what holds of every explanation, and how the command behaves.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;
#[path = "support/fixture.rs"]
mod fixture;
#[path = "support/snapshots.rs"]
mod snapshots;

use std::collections::HashMap;
use std::process::Output;

use canaryform::explain::text::{self, Look};
use canaryform::explain::{Explanation, Generated, Scenario};
use canaryform::simulate::Load;
use canaryform::{read, transform};
use command::{canaryform, err, out};
use fixture::Fixture;
use snapshots::snapshots;

/// Fixtures whose explanations are read by a person: each shows something that the others do not.
const SHOWN: &[&str] = &[
    "api/state-machine",
    "code/local-folder",
    "events/others",
    "explain/every-verdict",
    "explain/not-seen",
    "gradual/given-sha",
    "gradual/all-properties",
    "gradual/canary",
    "gradual/hooks",
    "gradual/two-conditions",
    "transforms/loops",
];

fn explained(fixture: &Fixture, scenario: &Scenario) -> Option<Explanation> {
    let given = read(fixture.text.as_bytes()).ok()?.template;
    let options = fixture.options().with_parts().without_secrets();
    let output = transform(given.clone(), &options);
    if output.has_errors() {
        return None;
    }
    let mut explanation = Explanation::of(&given, &output, scenario);
    explanation.locate(&fixture.text);
    Some(explanation)
}

fn with_load() -> Scenario {
    Scenario {
        load: Some(Load {
            calls_a_minute: 60.0,
            error_rate: 0.05,
        }),
        ..Scenario::default()
    }
}

#[test]
fn explanations_read_well() {
    let _settings = snapshots();
    for name in SHOWN {
        let fixture = Fixture::named(name);
        let Some(explanation) = explained(&fixture, &Scenario::default()) else {
            panic!("{name} has errors");
        };
        let text = text::explained(&explanation, "template.yaml", Look::default());
        insta::assert_snapshot!(format!("explain@{}", name.replace('/', "__")), text);
    }
}

#[test]
fn simulations_read_well() {
    let _settings = snapshots();
    let explanation = explained(&Fixture::named("explain/every-verdict"), &with_load()).unwrap();
    let text = text::simulated(&explanation, "template.yaml", Look::default());
    insta::assert_snapshot!("simulate", text);
}

#[test]
fn explanations_have_keys_that_stay() {
    let _settings = snapshots();
    let mut explanation =
        explained(&Fixture::named("explain/every-verdict"), &with_load()).unwrap();
    explanation.keep_only("Orders").unwrap();
    let json = serde_json::to_string_pretty(&explanation).unwrap();
    insta::assert_snapshot!("explain_json", json);
}

#[test]
fn every_explanation_fits_a_terminal_and_names_lines() {
    for fixture in Fixture::all() {
        let Some(explanation) = explained(&fixture, &with_load()) else {
            continue;
        };
        let is_ascii = fixture.text.is_ascii();
        for text in [
            text::explained(&explanation, "t.yaml", Look::default()),
            text::simulated(&explanation, "t.yaml", Look::default()),
        ] {
            assert!(text.is_ascii() || !is_ascii, "{}: {text}", fixture.name);
            for line in text.lines() {
                let is_one_word = line.split_whitespace().count() <= 3;
                assert!(
                    line.chars().count() <= 80 || is_one_word,
                    "{}: {line}",
                    fixture.name
                );
                assert_eq!(line.trim_end(), line, "{}", fixture.name);
            }
        }
        for function in &explanation.functions {
            assert!(function.place.line.is_some(), "{}", fixture.name);
        }
    }
}

#[test]
fn what_is_generated_is_told_once_for_each_function_and_completely() {
    for fixture in Fixture::all() {
        let given = match read(fixture.text.as_bytes()) {
            Ok(read) => read.template,
            Err(_) => continue,
        };
        let output = transform(given.clone(), &fixture.options().with_parts());
        if output.has_errors() {
            continue;
        }
        let explanation = Explanation::of(&given, &output, &Scenario::default());
        let functions = explanation.functions.iter();
        let told: Vec<&str> = functions
            .map(|function| function.id.as_str())
            .chain(
                explanation
                    .functions
                    .iter()
                    .flat_map(|each| &each.generated)
                    .map(|made| made.id.as_str()),
            )
            .chain(
                explanation
                    .others
                    .iter()
                    .flat_map(|each| &each.generated)
                    .chain(&explanation.shared)
                    .map(|made| made.id.as_str()),
            )
            .collect();
        for (id, origin) in &output.origins {
            let is_itself = origin.source.as_ref() == Some(id);
            let is_there = output
                .template
                .resources()
                .is_some_and(|all| all.contains_key(id));
            assert!(
                told.contains(&id.as_str()) || is_itself || !is_there,
                "{}: {id}",
                fixture.name
            );
        }
    }
}

#[test]
fn what_is_shared_is_told_once_with_all_that_asks_for_it() {
    for fixture in Fixture::all() {
        let Some(explanation) = explained(&fixture, &Scenario::default()) else {
            continue;
        };
        let shared: HashMap<&str, &Generated> = explanation
            .shared
            .iter()
            .map(|made| (made.id.as_str(), made))
            .collect();
        assert_eq!(shared.len(), explanation.shared.len(), "{}", fixture.name);
        assert!(explanation.shared.iter().all(|made| made.is_shared));
        let others = explanation.others.iter().flat_map(|each| &each.generated);
        assert!(others.clone().all(|made| !made.is_shared));
        for function in &explanation.functions {
            let generated = function.generated.iter();
            for made in generated.filter(|made| made.is_shared) {
                let whole = &shared[made.id.as_str()].because;
                assert!(!made.because.is_empty(), "{}: {}", fixture.name, made.id);
                assert!(made.because.iter().all(|place| whole.contains(place)));
            }
        }
        for function in explanation.functions.clone() {
            let mut alone = explanation.clone();
            alone.keep_only(&function.id).unwrap();
            let needed = function.generated.iter().filter(|made| made.is_shared);
            assert_eq!(alone.shared.len(), needed.count(), "{}", fixture.name);
        }
    }
}

#[test]
fn what_is_told_of_many_functions_grows_with_them() {
    let size = |count: usize| {
        let mut fixture = Fixture::named("gradual/canary");
        fixture.text = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
        for number in 100..100 + count {
            fixture.text += &format!(
                "  F{number}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: s3://bucket/f.zip\n      Handler: app.handler\n      Runtime: python3.13\n      AutoPublishAlias: live\n      DeploymentPreference: {{Type: AllAtOnce}}\n      Events:\n        Get: {{Type: Api, Properties: {{Path: /f{number}, Method: get}}}}\n"
            );
        }
        let explanation = explained(&fixture, &Scenario::default()).unwrap();
        serde_json::to_string(&explanation).unwrap().len()
    };
    let (few, many) = (size(20), size(200));
    assert!(many < few * 11, "{few} bytes for 20, {many} for 200");
}

#[test]
fn no_secret_is_told() {
    let fixture = Fixture::named("explain/not-seen");
    let explanation = explained(&fixture, &with_load()).unwrap();
    let json = serde_json::to_string(&explanation).unwrap();
    let text = text::explained(&explanation, "t.yaml", Look::default());
    for secret in ["correct-horse", "battery-staple"] {
        assert!(fixture.text.contains(secret));
        assert!(!json.contains(secret) && !text.contains(secret));
    }
}

#[test]
fn colors_and_characters_change_nothing_else() {
    let explanation = explained(&Fixture::named("explain/every-verdict"), &with_load()).unwrap();
    let plain = text::explained(&explanation, "t.yaml", Look::default());
    let rich = Look {
        color: true,
        unicode: true,
    };
    let rich = text::explained(&explanation, "t.yaml", rich);
    assert!(rich.contains("\u{1b}[") && rich.contains('█'));
    assert_eq!(plain.lines().count(), rich.lines().count());
}

fn run(arguments: &[&str]) -> Output {
    canaryform().args(arguments).output().unwrap()
}

const CANARY: &str = "fixtures/gradual/canary.yaml";

#[test]
fn a_function_that_is_not_there_gets_a_suggestion() {
    let output = run(&["explain", CANARY, "--function", "Greter"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        err(&output).contains("the template has no function `Greter`; did you mean `Greeter`?")
    );
    assert_eq!(out(&output), "");
}

#[test]
fn errors_of_the_template_are_told_and_nothing_is_explained() {
    for verb in ["explain", "simulate"] {
        let output = run(&[verb, "fixtures/refused/errors-and-warnings.yaml"]);
        assert_eq!(output.status.code(), Some(1));
        assert!(err(&output).contains("error[deployment-without-alias]"));
        assert_eq!(out(&output), "");
    }
}

#[test]
fn a_rate_needs_a_rate_of_errors_and_both_are_numbers() {
    for (arguments, words) in [
        (&["--rate", "60"][..], "--error-rate <PERCENT>"),
        (
            &["--rate", "many", "--error-rate", "5"],
            "must be a number of calls a minute",
        ),
        (
            &["--rate", "60", "--error-rate", "120"],
            "must be a percentage from 0 to 100",
        ),
        (&["--rate", "-1", "--error-rate", "5"], ""),
    ] {
        let arguments = [&["simulate", CANARY], arguments].concat();
        let output = run(&arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(err(&output).contains(words), "{}", err(&output));
    }
}

#[test]
fn code_is_not_looked_at_unless_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let text = "Resources:\n  F:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: not-built/, Handler: a.b, Runtime: python3.13, AutoPublishAlias: live}\n";
    std::fs::write(
        &template,
        format!("Transform: AWS::Serverless-2016-10-31\n{text}"),
    )
    .unwrap();
    let path = template.to_str().unwrap();
    let ignored = run(&["explain", path]);
    assert_eq!(ignored.status.code(), Some(0), "{}", err(&ignored));
    assert!(
        out(&ignored).contains("FVersion<code>"),
        "{}",
        out(&ignored)
    );
    assert_eq!(
        run(&["explain", path, "--code", "read"]).status.code(),
        Some(1)
    );
    std::fs::create_dir(folder.path().join("not-built")).unwrap();
    std::fs::write(folder.path().join("not-built/a.py"), "").unwrap();
    let read = run(&["explain", path, "--code", "read"]);
    assert_eq!(read.status.code(), Some(0), "{}", err(&read));
    assert!(!out(&read).contains("<code>"));
}

/// What is explained of a template of two functions, one of them written out with its alias.
#[test]
fn what_is_written_out_or_too_late_is_said() {
    let text = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Slow:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/code.zip
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
      DeploymentPreference: {Type: Canary10Percent5Minutes, Alarms: [!Ref Late]}
      Events: {Weekly: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(7 days)}}}
  Late:
    Type: AWS::CloudWatch::Alarm
    Properties: {Namespace: AWS/Lambda, MetricName: Errors, Statistic: Sum, Period: 300, EvaluationPeriods: 3, Threshold: 0,
                 ComparisonOperator: GreaterThanThreshold, Dimensions: [{Name: FunctionName, Value: !Ref Slow}]}
";
    let given = read(text.as_bytes()).unwrap().template;
    let options = canaryform::Options::new("eu-west-1").with_parts();
    let output = transform(given.clone(), &options);
    let told = |given: &canaryform::Template, output: &canaryform::Output| {
        let explanation = Explanation::of(given, output, &Scenario::default());
        text::explained(&explanation, "t.yaml", Look::default())
    };
    let first = told(&given, &output);
    assert!(first.contains("Late: too late, after 11 min >"), "{first}");
    let call = "scheduler.amazonaws.com -> Slow by its alias `live`\n";
    assert!(first.contains(call), "{first}");
    // The same again, of what it became.
    let plain = output.template;
    let again = transform(plain.clone(), &options);
    let second = told(&plain, &again);
    let alias = "Its alias is written out in this template (`SlowAliaslive`)";
    assert!(second.contains(alias), "{second}");
    assert!(!second.contains("No alias"), "{second}");
}
