//! `report`: what holds of every page. How pages look, and that they are usable, is checked in a browser by
//! `tests/tools/report_page.mjs`.

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

use std::collections::BTreeSet;
use std::process::Output;

use canaryform::dependencies::Dependencies;
use canaryform::diff::diff;
use canaryform::explain::{Explanation, Scenario};
use canaryform::report::{Subject, html};
use canaryform::template::place;
use canaryform::{read, transform};
use command::canaryform;
use fixture::Fixture;

fn page(fixture: &Fixture, against: Option<&Fixture>) -> Option<String> {
    let options = fixture.options().with_parts().without_secrets();
    let made = |text: &str| {
        let given = read(text.as_bytes()).ok()?.template;
        let output = transform(given.clone(), &options);
        (!output.has_errors()).then_some((given, output))
    };
    let (given, output) = made(&fixture.text)?;
    let old = against.and_then(|old| made(&old.text));
    let differences = old.map(|(_, old)| diff(&old, &output));
    let mut explanation = Explanation::of(&given, &output, &Scenario::default());
    explanation.locate(&fixture.text);
    let mut findings = output.diagnostics.clone();
    place(&mut findings, fixture.text.as_bytes());
    let page = html(&Subject {
        name: &fixture.name,
        text: &fixture.text,
        given: &given,
        output: &output,
        findings: &findings,
        explanation: &explanation,
        changes: differences.as_ref().map(|found| ("old.yaml", found)),
    });
    Some(page.unwrap())
}

/// What stands between `before` and the next `after`, each time.
fn between<'a>(page: &'a str, before: &'a str, after: char) -> impl Iterator<Item = &'a str> {
    page.split(before)
        .skip(1)
        .map(move |rest| rest.split(after).next().unwrap())
}

#[test]
fn every_link_of_every_page_leads_somewhere_and_no_id_stands_twice() {
    for fixture in Fixture::all() {
        let Some(page) = page(&fixture, None) else {
            continue;
        };
        let ids: Vec<&str> = between(&page, " id=\"", '"').collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "{}", fixture.name);
        for target in between(&page, "href=\"#", '"') {
            assert!(known.contains(target), "{}: #{target}", fixture.name);
        }
        for label in between(&page, "aria-labelledby=\"", '"') {
            assert!(known.contains(label), "{}: {label}", fixture.name);
        }
        assert!(!page.contains("<script") && !page.contains("http-equiv=\"refresh"));
    }
}

#[test]
fn what_a_template_says_stays_text() {
    let fixture = Fixture::named("explain/hostile");
    let page = page(&fixture, None).unwrap();
    let body = page.split("<body>").nth(1).unwrap();
    assert!(fixture.text.contains("<script>"));
    for markup in [
        "<script",
        "<img",
        "<svg onload",
        "<b>Prod",
        "</title><",
        " onmouseover=\"doc",
    ] {
        assert!(!body.contains(markup), "{markup}");
    }
    assert!(body.contains("&lt;script&gt;"));
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn no_secret_is_on_the_page() {
    for (name, secrets) in [
        ("explain/not-seen", &["correct-horse", "battery-staple"][..]),
        (
            "explain/hostile",
            &["battery<b>staple", "battery&lt;b&gt;staple"],
        ),
    ] {
        let fixture = Fixture::named(name);
        let page = page(&fixture, None).unwrap();
        // The header of the fixture is a comment of its source.
        let page = page.replace(fixture.header("parameters").unwrap_or("no header"), "");
        for secret in secrets {
            assert!(!page.contains(secret), "{name}: {secret}");
        }
        assert!(page.contains("•••"), "{name}");
    }
}

#[test]
fn arrows_are_the_dependencies_by_which_circles_are_found() {
    for name in ["gradual/canary", "gradual/hooks", "explain/every-verdict"] {
        let fixture = Fixture::named(name);
        let given = read(fixture.text.as_bytes()).unwrap().template;
        let output = transform(given, &fixture.options());
        let all: BTreeSet<(String, String)> = Dependencies::of(&output.template)
            .all()
            .map(|dependency| (dependency.from, dependency.to))
            .collect();
        let page = page(&fixture, None).unwrap();
        let descriptions: Vec<&str> = between(&page, "<title id=\"", '<')
            .map(|title| title.split_once('>').unwrap().1)
            .collect();
        assert!(!descriptions.is_empty());
        for description in descriptions {
            let told: BTreeSet<(String, String)> = description
                .split_terminator('.')
                .map(|sentence| sentence.trim().split_once(" waits for ").unwrap())
                .flat_map(|(from, all)| {
                    let all = all.replace(" and ", ", ");
                    let each = all.split(", ").map(str::to_owned);
                    each.map(|to| (from.to_owned(), to)).collect::<Vec<_>>()
                })
                .collect();
            let drawn: BTreeSet<&String> = told.iter().flat_map(|(from, to)| [from, to]).collect();
            let among = |(from, to): &&(String, String)| drawn.contains(from) && drawn.contains(to);
            let meant: BTreeSet<(String, String)> = all.iter().filter(among).cloned().collect();
            assert_eq!(told, meant, "{name}");
        }
    }
}

#[test]
fn changes_are_shown_against_another_template() {
    let old = Fixture::named("gradual/canary");
    let mut new = Fixture::named("gradual/canary");
    new.text = new.text.replace("python3.13", "python3.14");
    let page = page(&new, Some(&old)).unwrap();
    assert!(page.contains("What changes <small>against old.yaml</small>"));
    assert!(page.contains("change-not-published"));
    assert!(page.contains("<b>1</b> change to look at twice"));
}

/// A template of so many functions that each have all that a page tells of: a condition, a preference with an alarm and a
/// hook, an API and a queue.
fn with_everything(count: usize) -> Fixture {
    let mut text = "Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: prod}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Globals:
  Function: {Runtime: python3.13, Handler: app.handler, AutoPublishAlias: live}
Resources:
  Check:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/check.zip
      DeploymentPreference: {Enabled: false}
      FunctionName: !Sub CodeDeployHook_${AWS::StackName}
"
    .to_owned();
    for number in 0..count {
        text += &"  OrderServiceN:
    Type: AWS::Serverless::Function
    Condition: IsProd
    Properties:
      CodeUri: s3://bucket/orderN.zip
      MemorySize: 512
      Environment:
        Variables:
          TABLE: ordersN
      DeploymentPreference:
        Type: Linear10PercentEvery1Minute
        Alarms:
          - !Ref OrderServiceNErrors
        Hooks:
          PreTraffic: !Ref Check
      Events:
        Get:
          Type: Api
          Properties: {Path: /orderN, Method: get}
        Queue:
          Type: SQS
          Properties:
            Queue: !GetAtt IncomingN.Arn
            BatchSize: 10
  IncomingN:
    Type: AWS::SQS::Queue
  OrderServiceNErrors:
    Type: AWS::CloudWatch::Alarm
    Condition: IsProd
    Properties:
      Namespace: AWS/Lambda
      MetricName: Errors
      Dimensions:
        - Name: FunctionName
          Value: !Ref OrderServiceN
        - Name: Resource
          Value: !Sub ${OrderServiceN}:live
      ComparisonOperator: GreaterThanThreshold
      Threshold: 0
      Statistic: Sum
      Period: 60
      EvaluationPeriods: 2
"
        .replace("ServiceN", &format!("Service{number}"))
        .replace("orderN", &format!("order{number}"))
        .replace("ordersN", &format!("orders{number}"))
        .replace("IncomingN", &format!("Incoming{number}"));
    }
    let mut fixture = Fixture::named("gradual/canary");
    fixture.text = text;
    fixture
}

#[test]
fn a_page_for_twenty_functions_is_small_and_grows_with_them() {
    let size = |count| page(&with_everything(count), None).unwrap().len();
    let (twenty, eighty) = (size(20), size(80));
    assert!(twenty < 280_000, "{twenty} bytes for 20");
    assert!(
        eighty < twenty * 4,
        "{twenty} bytes for 20, {eighty} for 80"
    );
}

#[test]
fn figures_of_functions_alike_are_drawn_once() {
    let page = page(&with_everything(3), None).unwrap();
    for (drawn, used) in [
        (" id=\"s1\"", "<use href=\"#s1\""),
        (" id=\"t0\"", "<use href=\"#t0\""),
    ] {
        assert_eq!(page.matches(drawn).count(), 1, "{drawn}");
        assert_eq!(page.matches(used).count(), 2, "{used}");
    }
    // Only the hook has another.
    assert!(!page.contains(" id=\"s2\"") && !page.contains(" id=\"t1\""));
}

#[test]
fn values_stand_between_double_quotes_alone() {
    let template = include_str!("../src/report/page.html");
    assert!(!template.contains("={{") && !template.contains("='"));
}

fn run(arguments: &[&str]) -> Output {
    canaryform().args(arguments).output().unwrap()
}

#[test]
fn a_page_is_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pages/report.html");
    let name = file.to_str().unwrap();
    let done = run(&["report", "fixtures/gradual/canary.yaml", "-o", name]);
    assert_eq!(done.status.code(), Some(0));
    assert!(done.stdout.is_empty() && done.stderr.is_empty());
    let page = std::fs::read_to_string(&file).unwrap();
    assert!(page.starts_with("<!doctype html>") && page.trim_end().ends_with("</html>"));
    let printed = run(&["report", "fixtures/gradual/canary.yaml"]);
    assert_eq!(String::from_utf8(printed.stdout).unwrap(), page);
    // Errors of the template, or of the one that it is compared with, leave the page as it was.
    let refused = "fixtures/refused/errors-and-warnings.yaml";
    for arguments in [
        &["report", refused, "-o", name][..],
        &[
            "report",
            "fixtures/gradual/canary.yaml",
            "--against",
            refused,
            "-o",
            name,
        ],
    ] {
        let failed = run(arguments);
        assert_eq!(failed.status.code(), Some(1), "{failed:?}");
        assert!(String::from_utf8_lossy(&failed.stderr).contains("deployment-without-alias"));
        assert_eq!(std::fs::read_to_string(&file).unwrap(), page);
    }
}
