//! The rules of `check`: each template under `fixtures/check/` and what is found in it, and the pages of all rules.
//!
//! In a fixture, what is to be found is at resources whose names begin with `Bad`, or where they are named; nothing may be
//! found at those that begin with `Fine`, which are near misses.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/snapshots.rs"]
mod snapshots;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use canaryform::check::{check, page};
use canaryform::diagnostics::{Code, codes, find_code};
use canaryform::template::place;
use canaryform::{Diagnostic, Options, Severity, read, transform};
use snapshots::snapshots;

/// What is found in a text, info too.
fn found_in(text: &str) -> Vec<Diagnostic> {
    let given = read(text.as_bytes()).unwrap();
    let options = Options::new("eu-west-1").with_parts();
    let mut output = transform(given.template.clone(), &options);
    let mut found = given.warnings;
    output.hide_ignored(&mut found, &options.levels);
    let more = check(&given.template, &output, &options);
    found.extend(output.diagnostics);
    found.extend(more);
    place(&mut found, text.as_bytes());
    found
}

/// The pages of findings of the transform.
const PAGES: &str = include_str!("../src/check/pages.md");

/// Whether a rule finds it, not the transform.
fn is_of_rule(code: &Code) -> bool {
    let is_said = PAGES
        .lines()
        .any(|line| line.strip_prefix("# ") == Some(code.name));
    page(code).contains("\nWhy: ") && !is_said
}

#[test]
fn every_page_is_one_of_a_finding_of_the_transform() {
    let titles: Vec<&str> = PAGES
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .collect();
    assert!(titles.len() > 10);
    for title in titles {
        let code = find_code(title).unwrap_or_else(|| panic!("{title}"));
        assert!(page(code).contains("\nDo: "), "{title}");
    }
}

#[test]
fn rules() {
    let _settings = snapshots();
    insta::glob!("../fixtures/check", "*.yaml", |path| {
        let text = fs::read_to_string(path).unwrap();
        let found = found_in(&text);
        let near: Vec<String> = found
            .iter()
            // What the transform finds has its own fixtures.
            .filter(|found| is_of_rule(found.code))
            .filter(|found| {
                found
                    .path
                    .0
                    .iter()
                    .any(|step| format!("{step:?}").contains("Fine"))
            })
            .map(Diagnostic::to_string)
            .collect();
        assert!(near.is_empty(), "{}: {}", path.display(), near.join("\n"));
        let mut told = String::new();
        for found in &found {
            let line = found.span.map_or(0, |span| span.start.line);
            writeln!(
                told,
                "{line}: {}[{}] {}",
                found.severity.word(),
                found.code,
                found.path
            )
            .unwrap();
            writeln!(told, "  {}", found.message).unwrap();
            if let Some(help) = &found.help {
                writeln!(told, "  help: {help}").unwrap();
            }
        }
        insta::assert_snapshot!(told);
    });
}

#[test]
fn every_code_of_a_rule_is_found_in_a_fixture() {
    let mut found: BTreeSet<&str> = BTreeSet::new();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/check");
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        found.extend(found_in(&text).iter().map(|found| found.code.name));
    }
    // What takes hundreds of resources is made below.
    found.extend(["resources-near-limit", "stack-too-large"]);
    let missing: Vec<&str> = codes::ALL
        .iter()
        .filter(|code| is_of_rule(code))
        .map(|code| code.name)
        .filter(|name| !found.contains(name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_template_of_the_guide_gives_no_warning() {
    let graver = found_in(include_str!("../fixtures/check/guide.yaml"))
        .into_iter()
        .filter(|found| found.severity != Severity::Info);
    assert_eq!(
        graver.map(|found| found.to_string()).collect::<Vec<_>>(),
        [""; 0]
    );
}

#[test]
fn a_stack_that_is_nearly_or_really_too_large_is_told() {
    let stack = |count: usize| {
        let mut text = "Resources:\n".to_owned();
        for number in 0..count {
            writeln!(text, "  T{number}: {{Type: AWS::SNS::Topic}}").unwrap();
        }
        let found = found_in(&text);
        found
            .iter()
            .map(|found| found.code.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(stack(450), [""; 0]);
    assert_eq!(stack(451), ["resources-near-limit"]);
    assert_eq!(stack(501), ["stack-too-large"]);
    let long = format!(
        "Resources:\n  {}: {{Type: AWS::SNS::Topic}}\n",
        "a".repeat(256)
    );
    assert_eq!(found_in(&long)[0].code.name, "stack-too-large");
}

/// The templates of a page behind a word.
fn templates(page: &str, word: &str) -> Option<String> {
    let (_, behind) = page.split_once(&format!("\n{word}:\n```yaml\n"))?;
    let (template, _) = behind.split_once("```")?;
    Some(template.to_owned())
}

#[test]
fn the_templates_of_a_page_are_wrong_and_right() {
    for code in codes::ALL {
        let page = page(code);
        if !page.contains("\nWhy: ") {
            continue;
        }
        assert!(page.contains("\nDo: "), "{code}");
        let own: BTreeSet<&str> = codes::ALL
            .iter()
            .filter(|other| {
                let comment = |page: &str| {
                    page.split_once("Why: ").map(|(_, behind)| {
                        behind
                            .split("\n`--allow")
                            .next()
                            .unwrap_or_default()
                            .to_owned()
                    })
                };
                comment(&canaryform::check::page(other)) == comment(&page)
            })
            .map(|code| code.name)
            .collect();
        let (Some(wrong), Some(right)) = (templates(&page, "Wrong"), templates(&page, "Right"))
        else {
            // Hundreds of resources are no example.
            let large = BTreeSet::from(["resources-near-limit", "stack-too-large"]);
            assert!(own == large || !is_of_rule(code), "{code}");
            continue;
        };
        for template in [&wrong, &right] {
            // Two of them are two screens, and two columns further in they fit in a terminal's width.
            assert!(template.lines().count() <= 25, "{code}: {template}");
            let mut lines = template.lines();
            assert!(
                lines.all(|line| line.chars().count() <= 78),
                "{code}: {template}"
            );
        }
        let told = |text: &str| -> Vec<String> {
            let found = found_in(text);
            let errors = found
                .iter()
                .filter(|found| found.is_error() && !own.contains(found.code.name));
            assert_eq!(
                errors.map(ToString::to_string).collect::<Vec<_>>(),
                [""; 0],
                "{code}"
            );
            let found = found.iter().filter(|found| own.contains(found.code.name));
            found.map(ToString::to_string).collect()
        };
        assert!(!told(&wrong).is_empty(), "{code}: nothing is wrong");
        assert_eq!(told(&right), [""; 0], "{code}");
    }
}

#[test]
fn no_value_of_a_parameter_is_told() {
    let text = "
Parameters:
  Pin: {Type: String, NoEcho: true}
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13, AutoPublishAlias: !Ref Pin}
  FromQueue: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref Worker, EventSourceArn: arn:q}}
";
    let given = read(text.as_bytes()).unwrap().template;
    let mut options = Options::new("eu-west-1").with_parts();
    options.parameters.insert("Pin", "s3cr3t7341".into());
    let output = transform(given.clone(), &options);
    let found = check(&given, &output, &options);
    let told = found
        .iter()
        .find(|found| found.code.name == "latest-still-invoked");
    let told = told.unwrap().to_string();
    assert!(told.contains("its alias `${Pin}`"), "{told}");
    assert!(
        found
            .iter()
            .all(|found| !found.to_string().contains("s3cr3t7341"))
    );
}
