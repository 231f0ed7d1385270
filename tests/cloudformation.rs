//! CloudFormation's own validator on what fixtures become: `check --cloudformation`, with the feature `validate`.

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

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

use canaryform::check::{check, check_with_cloudformation};
use canaryform::diagnostics::cloudformation::{self, is_id};
use canaryform::template::place;
use canaryform::{Diagnostic, Options, Severity, Template, read, transform};
use command::{canaryform, err, out};
use fixture::Fixture;
use snapshots::snapshots;

/// What depends on the date: runtimes that have ended.
const DATED: [&str; 4] = ["E2530", "E2531", "E2533", "W2531"];

/// What a fixture itself writes wrong, of which the reference has no say: an alarm twice.
const AUTHORS: [(&str, &str); 1] = [("beyond/alarms/names-on-plain", "F3037")];

/// What the validator finds in what a template becomes, each with its place; none of a template with errors.
fn found_in(given: &Template, text: &str, options: &Options<'_>) -> Vec<Diagnostic> {
    let output = transform(given.clone(), options);
    let mut found = check_with_cloudformation(given, &output, options);
    found.retain(|found| is_id(found.code.name) && !DATED.contains(&found.code.name));
    place(&mut found, text.as_bytes());
    found
}

/// What is said, and of which resource of the output.
fn signature(found: &Diagnostic) -> (&'static str, String, String) {
    let place = found.generated.as_ref().unwrap_or(&found.path);
    let resource = place.resource_id().unwrap_or_default();
    (found.code.name, resource.to_owned(), found.message.clone())
}

#[test]
fn nothing_grave_is_found_in_what_is_made_and_all_has_a_place() {
    let mut wrong = Vec::new();
    let mut told = 0;
    for fixture in Fixture::all() {
        let Ok(read) = read(fixture.text.as_bytes()) else {
            continue;
        };
        let options = fixture.options();
        let found = found_in(&read.template, &fixture.text, &options);
        told += found.len();
        let record = fixture.path.with_extension("sam.json");
        let reference: BTreeSet<_> = match fs::read_to_string(record) {
            Ok(text) => {
                let answer = canaryform::read(text.as_bytes()).unwrap().template;
                let found = found_in(&answer, &text, &options);
                found.iter().map(signature).collect()
            }
            Err(_) => BTreeSet::new(),
        };
        let has_reference = !reference.is_empty();
        let resources = read.template.resources();
        for found in &found {
            let fault = |what: &str| format!("{}: {what}: {found}", fixture.name);
            let section = found.path.0.first().map(|step| format!("{step:?}"));
            let is_written = match found.path.resource_id() {
                Some(id) => resources.is_some_and(|resources| resources.contains_key(id)),
                None => section.is_some(),
            };
            if found.span.is_none() || !is_written && !fixture.text.contains("Fn::ForEach") {
                wrong.push(fault("no place"));
            }
            let made = found.generated.as_ref().unwrap_or(&found.path);
            let own = made.resource_id().and_then(|id| resources?.get(id));
            let kind = own.and_then(|own| own.get("Type")?.as_str());
            // What is written as CloudFormation takes it is its author's.
            let is_ours = made.resource_id().is_some()
                && kind.is_none_or(|kind| kind.starts_with("AWS::Serverless::"));
            let is_grave = match found.severity {
                Severity::Error => true,
                Severity::Warning => has_reference,
                Severity::Info => false,
            };
            let is_authors = AUTHORS.contains(&(fixture.name.as_str(), found.code.name));
            if is_ours && is_grave && !is_authors && !reference.contains(&signature(found)) {
                wrong.push(fault("made by us"));
            }
        }
    }
    assert!(told > 1000, "{told}");
    assert!(wrong.is_empty(), "{}\n{}", wrong.join("\n"), wrong.len());
}

#[test]
fn findings_stand_where_their_authors_wrote() {
    let _settings = snapshots();
    let fixture = Fixture::named("cloudformation/places");
    let read = read(fixture.text.as_bytes()).unwrap();
    let found = found_in(&read.template, &fixture.text, &fixture.options());
    let mut told = String::new();
    for found in found {
        if found.severity == Severity::Info {
            continue;
        }
        let line = found.span.map_or(0, |span| span.start.line);
        let severity = found.severity.word();
        writeln!(told, "{line}: {severity}[{}] {}", found.code, found.path).unwrap();
        if let Some(generated) = &found.generated {
            writeln!(told, "  generated: {generated}").unwrap();
        }
        writeln!(told, "  {}", found.message).unwrap();
    }
    insta::assert_snapshot!("cloudformation-places", told);
}

#[test]
fn every_code_has_the_form_of_one_and_a_page() {
    let all = cloudformation::all();
    assert!(all.len() > 250, "{}", all.len());
    for code in all {
        assert!(is_id(code.name), "{code}");
        let page = canaryform::check::page(code);
        assert!(
            page.contains(code.meaning()) && page.contains("--allow"),
            "{page}"
        );
    }
}

const LATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Metadata: {Canaryform: {Ignore: {W9003: numbers in quotes are fine, W3005: unused}}}
Parameters:
  Unseen: {Type: String, NoEcho: true, Default: hunter2hunter2}
  Memory: {Type: Number, Default: 128}
Resources:
  Late:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/code.zip
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
      Timeout: 9000
      Tracing: Sometimes
      EphemeralStorage: {Size: '512'}
      MemorySize: !Ref Memory
      Environment: {Variables: {KEY: !Ref Unseen}}
";

/// What `check --cloudformation` writes of [`LATE`].
fn checked(arguments: &[&str]) -> (String, Option<i32>) {
    use std::io::Write as _;
    use std::process::Stdio;
    let mut child = canaryform()
        .args([
            "check",
            "-",
            "--cloudformation",
            "--stdin-filename",
            "late.yaml",
        ])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(LATE.as_bytes())
        .unwrap();
    let done = child.wait_with_output().unwrap();
    assert_eq!(err(&done), "");
    (out(&done).to_owned(), done.status.code())
}

#[test]
fn the_command_tells_them_in_every_form_and_filters_them_as_its_own() {
    let (text, code) = checked(&[]);
    assert_eq!(code, Some(1));
    assert!(text.contains("error[F3034]"), "{text}");
    assert!(text.contains("late.yaml:14:16"), "{text}");
    assert!(!text.contains("[W9003]") && !text.contains("[I"), "{text}");

    let (text, _) = checked(&["--level", "info"]);
    assert!(text.contains("info[I9001]"), "{text}");
    // Which of them hid nothing is known, for once.
    assert!(
        text.contains("`W3005` is ignored, and nothing of that kind was found"),
        "{text}"
    );
    assert!(!text.contains("`W9003` is ignored"), "{text}");
    // What only SAM's form brings is nobody's fault.
    assert!(!text.contains("W3011"), "{text}");

    let (text, code) = checked(&["--allow", "F3034"]);
    assert!(text.contains("warning[F3034]"), "{text}");
    assert_eq!(code, Some(1));
    let (_, code) = checked(&["--allow", "F3034", "--allow", "E3717", "--level", "error"]);
    assert_eq!(code, Some(0));
    let (text, _) = checked(&["--deny", "W3030", "--level", "error"]);
    assert!(text.contains("error[W3030]"), "{text}");
    let generated = "Resources/Late/Properties/TracingConfig/Mode";
    assert!(
        text.contains(&format!("= generated: {generated}")),
        "{text}"
    );

    for (form, words) in [
        (
            "json",
            "\"generated\":\"Resources/Late/Properties/TracingConfig/Mode",
        ),
        (
            "github",
            "%0Agenerated: Resources/Late/Properties/TracingConfig/Mode",
        ),
        ("sarif", "\"kind\": \"generated\""),
        (
            "junit",
            "generated: Resources/Late/Properties/TracingConfig/Mode",
        ),
    ] {
        let (text, _) = checked(&["--format", form]);
        assert!(
            text.contains("F3034") && text.contains(words),
            "{form}: {text}"
        );
    }
}

#[test]
fn values_that_are_given_are_named_by_their_parameters() {
    let (text, _) = checked(&[
        "--level",
        "info",
        "--parameter-overrides",
        "Memory=77",
        "Unseen=s3cr3ts3cr3t",
    ]);
    assert!(text.contains("F3034"), "{text}");
    for value in ["77", "s3cr3t", "hunter2"] {
        assert!(!text.contains(value), "{text}");
    }
}

#[test]
fn without_the_validator_its_ids_are_no_unknown_codes() {
    let given = read(LATE.as_bytes()).unwrap().template;
    let options = Options::new("eu-west-1");
    let output = transform(given.clone(), &options);
    assert_eq!(output.diagnostics, []);
    let found = check(&given, &output, &options);
    assert_eq!(
        found
            .iter()
            .map(|found| found.code.name)
            .collect::<Vec<_>>(),
        [""; 0]
    );
}
