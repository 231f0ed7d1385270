//! What differences mean: small changes of one template, and what holds whatever changes.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/fixture.rs"]
mod fixture;

use std::fmt::Write as _;

use canaryform::diff::{Change, Differences, ValueChange, diff, render};
use canaryform::tree::{Map, Value, json};
use canaryform::{Options, Output, Template, read, transform};
use fixture::Fixture;

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Size: {Type: Number, Default: 512}
  Login: {Type: String, NoEcho: true}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/greeter.zip
      Handler: app.handler
      Runtime: python3.13
      MemorySize: !Ref Size
      Timeout: 10
      Tags: {Team: a}
      Environment: {Variables: {TABLE: !Ref Orders, LOGIN: !Ref Login}}
      Policies: [{DynamoDBReadPolicy: {TableName: !Ref Orders}}]
      AutoPublishAlias: live
      DeploymentPreference:
        Type: Canary10Percent5Minutes
        Alarms: [!Ref Errors, !Ref Slow]
        Hooks: {PreTraffic: !Ref Check}
      Events:
        Get: {Type: Api, Properties: {Path: /, Method: get}}
        Rest: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}
  Plain:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: s3://bucket/plain.zip, Handler: app.handler, Runtime: python3.13}
  Check:
    Type: AWS::Serverless::Function
    Properties: {FunctionName: CodeDeployHook_check, CodeUri: s3://bucket/check.zip, Handler: app.handler, Runtime: python3.13}
  Rule:
    Type: AWS::Events::Rule
    Properties: {ScheduleExpression: rate(1 day), Targets: [{Id: a, Arn: !Ref Greeter.Alias}]}
  Jobs: {Type: AWS::SQS::Queue}
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: orders, BillingMode: PAY_PER_REQUEST}
  Named:
    Type: AWS::IAM::Role
    Properties: {RoleName: named, Path: /, AssumeRolePolicyDocument: {}}
  Errors: {Type: AWS::CloudWatch::Alarm, Properties: {Threshold: 0}}
  Slow: {Type: AWS::CloudWatch::Alarm, Properties: {Threshold: 1}}
";

/// What is said, and the edits that it is said of: each text and what takes its place.
const CASES: &[(&str, &[(&str, &str)])] = &[
    (
        "other code is published",
        &[("greeter.zip", "greeter2.zip")],
    ),
    (
        "of what SAM does not hash nothing is published",
        &[("Timeout: 10", "Timeout: 20")],
    ),
    (
        "a parameter's value is not hashed, and comes along",
        &[("Default: 512", "Default: 1024")],
    ),
    (
        "both at once are published",
        &[
            ("greeter.zip", "greeter2.zip"),
            ("Timeout: 10", "Timeout: 20"),
        ],
    ),
    (
        "another spelling publishes nothing new",
        &[("MemorySize: !Ref Size", "MemorySize: 512")],
    ),
    (
        "tags are no configuration of a version",
        &[("Team: a", "Team: b")],
    ),
    (
        "only the description of the version",
        &[(
            "AutoPublishAlias: live",
            "AutoPublishAlias: live\n      VersionDescription: two",
        )],
    ),
    (
        "another name of the alias",
        &[("AutoPublishAlias: live", "AutoPublishAlias: prod")],
    ),
    (
        "another shape",
        &[("Canary10Percent5Minutes", "Linear10PercentEvery1Minute")],
    ),
    ("all at once", &[("Canary10Percent5Minutes", "AllAtOnce")]),
    (
        "no preference",
        &[(
            "DeploymentPreference:",
            "DeploymentPreference:\n        Enabled: false",
        )],
    ),
    (
        "an alarm less, another hook",
        &[
            ("[!Ref Errors, !Ref Slow]", "[!Ref Errors]"),
            ("PreTraffic: !Ref Check", "PostTraffic: !Ref Check"),
        ],
    ),
    (
        "no alarms",
        &[("        Alarms: [!Ref Errors, !Ref Slow]\n", "")],
    ),
    (
        "an event past the alias, more rights",
        &[
            ("!Ref Greeter.Alias", "!GetAtt Greeter.Arn"),
            ("DynamoDBReadPolicy", "DynamoDBCrudPolicy"),
        ],
    ),
    (
        "another route",
        &[("Path: /, Method", "Path: /new, Method")],
    ),
    (
        "a table under another name, a role made anew under its own",
        &[
            ("TableName: orders", "TableName: sales"),
            ("Path: /, Assume", "Path: /a/, Assume"),
        ],
    ),
    (
        "a queue that is gone",
        &[
            ("  Jobs: {Type: AWS::SQS::Queue}\n", ""),
            (
                "!GetAtt Jobs.Arn",
                "arn:aws:sqs:eu-west-1:123456789012:jobs",
            ),
        ],
    ),
    ("another type", &[("AWS::SQS::Queue", "AWS::SNS::Topic")]),
    (
        "a function more",
        &[(
            "  Plain:",
            "  More:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: s3://b/k, Handler: a.b, Runtime: python3.13, AutoPublishAlias: live}\n  Plain:",
        )],
    ),
    (
        "an alias at last",
        &[(
            "Properties: {CodeUri: s3://bucket/plain.zip,",
            "Properties: {AutoPublishAlias: live, CodeUri: s3://bucket/plain.zip,",
        )],
    ),
    (
        "a function without an alias",
        &[(
            "Properties: {CodeUri: s3://bucket/plain.zip,",
            "Properties: {Timeout: 5, CodeUri: s3://bucket/plain.zip,",
        )],
    ),
    (
        "a preference that is left to a condition",
        &[
            (
                "Resources:\n  Greeter",
                "Conditions:\n  Test: !Equals [!Ref Size, 1]\nResources:\n  Greeter",
            ),
            (
                "      DeploymentPreference:\n        Type: Canary10Percent5Minutes\n        Alarms: [!Ref Errors, !Ref Slow]\n        Hooks: {PreTraffic: !Ref Check}\n",
                "      DeploymentPreference: !If [Test, !Ref AWS::NoValue, {Type: Linear10PercentEvery1Minute, Alarms: [!Ref Errors, !Ref Slow], Hooks: {PreTraffic: !Ref Check}}]\n",
            ),
        ],
    ),
    (
        "the order of keys and the spelling of functions",
        &[
            (
                "Handler: app.handler\n      Runtime: python3.13\n      MemorySize",
                "Runtime: python3.13\n      Handler: app.handler\n      MemorySize",
            ),
            ("!GetAtt Jobs.Arn", "!Sub \"${Jobs.Arn}\""),
            ("Timeout: 10", "Timeout: \"10\""),
        ],
    ),
];

fn options() -> Options<'static> {
    let mut values = Map::new();
    values.insert("Login", "s3cr3t".into());
    Options::new("eu-west-1")
        .with_parts()
        .with_parameters(values)
}

#[track_caller]
fn made(text: &str) -> Output {
    let output = transform(read(text.as_bytes()).unwrap().template, &options());
    assert!(!output.has_errors(), "{:?}", output.diagnostics);
    output
}

#[track_caller]
fn edited(edits: &[(&str, &str)]) -> String {
    let mut text = TEMPLATE.to_owned();
    for (from, to) in edits {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    text
}

#[test]
fn every_kind_of_change_says_what_it_means() {
    let old = made(TEMPLATE);
    let mut told = String::new();
    for (what, edits) in CASES {
        let found = diff(&old, &made(&edited(edits)));
        let text = render::text(&found, false, &|_| None);
        assert!(!text.contains("s3cr3t"));
        let _ = writeln!(told, "== {what}\n{text}");
    }
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("diff", told);
    });
}

/// The signs of everything that differs.
fn signs(found: &Differences) -> Vec<(String, Change)> {
    let value = |change: &ValueChange| (change.path.to_string(), change.change());
    let mut signs = Vec::new();
    for function in &found.functions {
        signs.push((function.id.clone(), function.change));
        let reasons = function.version.iter().flat_map(|version| &version.reasons);
        let values = reasons
            .chain(&function.stale)
            .chain(&function.values)
            .chain(&function.group);
        signs.extend(values.map(value));
    }
    for resource in &found.resources {
        // The id of a generated one may be another on each side.
        let id = resource.ids.old.as_ref().max(resource.ids.new.as_ref());
        signs.push((id.unwrap().clone(), resource.change));
        let steps = |change: &ValueChange| {
            let steps: Vec<String> = change
                .path
                .0
                .iter()
                .skip(2)
                .map(|step| format!("{step:?}"))
                .collect();
            (steps.join("/"), change.change())
        };
        signs.extend(resource.values.iter().map(steps));
    }
    signs.extend(found.sections.iter().map(value));
    signs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.sign().cmp(&b.1.sign())));
    signs
}

fn reversed(signs: Vec<(String, Change)>) -> Vec<(String, Change)> {
    let mut signs: Vec<_> = signs
        .into_iter()
        .map(|(what, change)| (what, change.reversed()))
        .collect();
    signs.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.sign().cmp(&b.1.sign())));
    signs
}

#[test]
fn reversed_the_signs_are_swapped() {
    let old = made(TEMPLATE);
    for (what, edits) in CASES {
        let new = made(&edited(edits));
        let (there, back) = (diff(&old, &new), diff(&new, &old));
        assert_eq!(signs(&there), reversed(signs(&back)), "{what}");
    }
}

#[test]
fn nothing_differs_from_itself() {
    for fixture in Fixture::all() {
        let Ok(read) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let options = fixture.options().with_parts();
        let one = transform(read.template.clone(), &options);
        let other = transform(read.template, &options);
        let found = diff(&one, &other);
        assert!(
            found.is_empty(),
            "{}: {}",
            fixture.name,
            render::json(&found)
        );
    }
}

/// Generated resources that get other ids, with everything that refers to them, are no difference.
#[test]
fn another_logical_id_alone_is_no_change() {
    for fixture in Fixture::all() {
        let Ok(read) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let options = fixture.options();
        let output = transform(read.template.clone(), &options);
        if output.has_errors() {
            continue;
        }
        // As it stands in an account, and so without origins.
        let made = output.template;
        let plain = |template: &Template| transform(template.clone(), &Options::new("eu-west-1"));
        let hashed: Vec<String> = made
            .resources()
            .unwrap()
            .iter()
            .filter(|(_, resource)| {
                // A version's id is what publishes, and a layer's ARN comes along with its id.
                !["AWS::Lambda::Version", "AWS::Lambda::LayerVersion"]
                    .iter()
                    .any(|kind| resource["Type"] == *kind)
            })
            .map(|(id, _)| id.to_string())
            .filter(|id| {
                let digits = id.len().checked_sub(10).and_then(|at| id.get(at..));
                digits.is_some_and(|digits| {
                    digits
                        .bytes()
                        .all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
                })
            })
            .collect();
        if hashed.is_empty() {
            continue;
        }
        let mut text = json_text(&made);
        for (number, id) in hashed.iter().enumerate() {
            let other = format!("{}{number:010x}", &id[..id.len() - 10]);
            text = text.replace(id.as_str(), &other);
        }
        let renamed = canaryform::read(text.as_bytes()).unwrap().template;
        let found = diff(&plain(&made), &plain(&renamed));
        assert!(
            found.is_empty(),
            "{}: {}",
            fixture.name,
            render::json(&found)
        );
    }
}

fn json_text(template: &Template) -> String {
    Value::Object(template.0.clone()).to_string()
}

#[test]
fn secrets_are_named_and_not_shown() {
    let with = |secret: &str| {
        let mut values = Map::new();
        values.insert("Login", secret.into());
        let options = Options::new("eu-west-1").with_parameters(values);
        transform(read(TEMPLATE.as_bytes()).unwrap().template, &options)
    };
    let found = diff(&with("first-secret"), &with("second-secret"));
    let all = render::json(&found) + &render::text(&found, true, &|_| None);
    assert!(!all.contains("-secret"), "{all}");
    let [greeter] = &found.functions[..] else {
        panic!("{all}");
    };
    assert_eq!(greeter.stale[0].parameters, ["Login"]);
    assert_eq!(
        json!(greeter.stale[0].path.to_string()),
        "Resources/Greeter/Properties/Environment/Variables/LOGIN"
    );
}
