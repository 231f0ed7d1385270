//! The JSON that programs read: its keys are those of the guide's page, over all that the fixtures bring about.
//! `INSTA_UPDATE=always cargo test --test json` writes the page anew; a key that is gone there is gone for its readers.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;
#[path = "support/hold.rs"]
mod hold;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use command::{canaryform, err, git, out};
use hold::hold;
use indexmap::IndexMap;
use serde_json::Value;

const PAGE: &str = "docs/src/reference/json.md";
const MADE: &str = "\n<!-- made -->\n";

/// Keys whose value is a part of a template, whatever stands there: below which keys, and which.
const OF_TEMPLATES: &[(&[&str], &[&str])] = &[
    (
        &["stale", "values", "group", "reasons", "sections"],
        &["old", "new"],
    ),
    (&["version"], &["deletion_policy"]),
    (&["before", "after"], &["function"]),
    (&["role"], &["given"]),
    (&["ways"], &["traffic"]),
    (&["alarms"], &["name"]),
];

/// What may stand below a key, or anywhere, and is not brought about there by these templates. Only CloudFormation's
/// validator tells of a place in the output, and no property is newer than the tables.
const UNSEEN: &[(&str, &str, &str)] = &[
    ("", "column", "null"),
    ("", "condition", "text"),
    ("", "generated", "text"),
    ("", "help", "null"),
    ("", "help", "text"),
    ("", "line", "null"),
    ("after", "id", "null"),
    ("after", "new", "text"),
    ("after", "old", "null"),
    ("before", "old", "null"),
    ("calls", "place", "null"),
    ("may_go", "codeSize", "null"),
    ("may_go", "lastModified", "null"),
    ("others", "kind", "null"),
    ("version", "unclassified", "text"),
];

/// What was seen in one place of a JSON.
#[derive(Default)]
struct Seen {
    kinds: BTreeSet<&'static str>,
    /// How often something stood there, and how often a map.
    count: usize,
    maps: usize,
    item: Option<Box<Seen>>,
    /// In the order in which they came.
    keys: IndexMap<String, Seen>,
}

impl Seen {
    fn see(&mut self, above: &str, key: &str, value: &Value) {
        self.count += 1;
        let is_open = OF_TEMPLATES
            .iter()
            .any(|(places, keys)| places.contains(&above) && keys.contains(&key));
        if is_open {
            self.kinds.insert("what the template has there");
            return;
        }
        match value {
            Value::Null => drop(self.kinds.insert("null")),
            Value::Bool(_) => drop(self.kinds.insert("true or false")),
            Value::Number(_) => drop(self.kinds.insert("number")),
            Value::String(_) => drop(self.kinds.insert("text")),
            Value::Array(items) => {
                let item = self.item.get_or_insert_default();
                for value in items {
                    item.see(above, key, value);
                }
            }
            Value::Object(map) => {
                self.maps += 1;
                for (name, value) in map {
                    let seen = self.keys.entry(name.clone()).or_default();
                    seen.see(key, name, value);
                    let may_be = UNSEEN
                        .iter()
                        .filter(|(above, known, _)| ["", key].contains(above) && known == name);
                    for (_, _, kind) in may_be {
                        match value {
                            Value::Array(_) => seen.item.get_or_insert_default().kinds.insert(kind),
                            _ => seen.kinds.insert(kind),
                        };
                    }
                }
            }
        }
    }

    /// What may stand there, in words.
    fn words(&self) -> String {
        let mut words: Vec<String> = Vec::new();
        if let Some(item) = &self.item {
            words.push(format!("list of {}", item.words()));
        }
        if self.maps > 0 {
            words.push("map".to_owned());
        }
        let null_last = |kind: &&&str| **kind == "null";
        let (last, first): (Vec<&&str>, Vec<&&str>) = self.kinds.iter().partition(null_last);
        let kinds = first.into_iter().chain(last);
        words.extend(kinds.map(|kind| (*kind).to_owned()));
        words.join(" or ")
    }

    /// A line for each key, those of a map below it.
    fn write(&self, depth: usize, text: &mut String) {
        for (name, seen) in &self.keys {
            let optional = if seen.count < self.maps { "?" } else { "" };
            let indent = "  ".repeat(depth);
            let words = seen.words();
            let is_known = !["", "null", "list of "].contains(&words.as_str());
            assert!(is_known, "no template of the test has a {name}");
            let _ = writeln!(text, "{indent}{name}{optional}: {words}");
            seen.write(depth + 1, text);
        }
        if let Some(item) = &self.item {
            item.write(depth, text);
        }
    }
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|named| named == "yaml"))
        .collect();
    found.sort();
    found
}

/// What the command writes to standard output, where it answers.
fn answer(arguments: &[&str], files: &[&Path]) -> Option<Value> {
    let done = canaryform().args(arguments).args(files).output().unwrap();
    assert_ne!(done.status.code(), Some(2), "{arguments:?}: {}", err(&done));
    if out(&done).is_empty() {
        assert_eq!(done.status.code(), Some(1), "{arguments:?}");
        let findings: Vec<Value> = serde_json::from_str(err(&done)).unwrap();
        assert!(!findings.is_empty(), "{arguments:?} {files:?}");
        return None;
    }
    Some(serde_json::from_str(out(&done)).unwrap())
}

fn shape(title: &str, answers: impl IntoIterator<Item = Value>) -> String {
    let mut seen = Seen::default();
    for answer in answers {
        seen.see("", "", &answer);
    }
    let mut text = format!("\n## {title}\n\n```text\n{}\n", seen.words());
    seen.write(1, &mut text);
    text + "```\n"
}

const VERSIONS: &str = r#"{"Versions": [
    {"Version": "1", "FunctionArn": "arn:aws:lambda:eu-west-1:1:function:greeter:1", "CodeSize": 5, "LastModified": "2026-01-01T00:00:00.000+0000"},
    {"Version": "2", "FunctionArn": "arn:aws:lambda:eu-west-1:1:function:greeter:2", "CodeSize": 5, "LastModified": "2026-01-02T00:00:00.000+0000"},
    {"Version": "3", "FunctionArn": "arn:aws:lambda:eu-west-1:1:function:greeter:3"}]}
{"Aliases": [{"AliasArn": "arn:aws:lambda:eu-west-1:1:function:greeter:live", "Name": "live", "FunctionVersion": "2"}]}"#;

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Login: {Type: String, NoEcho: true, Default: a}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Timeout: 10
      AutoPublishAlias: live
  Waiter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/waiter.zip
      Handler: app.handler
      Runtime: python3.13
      Environment: {Variables: {LOGIN: !Ref Login}}
      AutoPublishAlias: live
      Events: {Jobs: {Type: SQS, Properties: {Queue: arn:aws:sqs:eu-west-1:123456789012:jobs}}}
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/worker.zip
      Handler: app.handler
      Runtime: python3.13
      Timeout: 10
      AutoPublishAlias: live
";

/// What a change of code, of what is not published, of a secret, and of who is called comes to.
fn of_a_repository() -> Value {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let code = folder.path().join("src/app.py");
    fs::create_dir(folder.path().join("src")).unwrap();
    fs::write(&code, "1").unwrap();
    fs::write(&template, TEMPLATE).unwrap();
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "--message", "first"]);
    fs::write(&code, "2").unwrap();
    let alias = "Variables: {LOGIN: !Ref Login}}\n      AutoPublishAlias: live\n";
    let changed = TEMPLATE
        .replace(alias, "Variables: {LOGIN: !Ref Login}}\n")
        .replace("Default: a", "Default: b")
        .replace("Timeout: 10", "Timeout: 20");
    fs::write(&template, changed).unwrap();
    let verb = ["diff", "HEAD", "--format", "json"];
    let done = canaryform()
        .current_dir(folder.path())
        .args(verb)
        .output()
        .unwrap();
    serde_json::from_str(out(&done)).unwrap_or_else(|_| panic!("{}", err(&done)))
}

#[test]
fn the_keys_of_every_json_are_on_their_page() {
    let gradual: Vec<PathBuf> = ["fixtures/gradual", "fixtures/explain", "fixtures/beyond"]
        .iter()
        .flat_map(|folder| files(folder))
        .collect();
    let each = |verb: &[&str]| -> Vec<Value> {
        let answers = gradual.iter().map(|file| answer(verb, &[file]));
        answers.flatten().collect()
    };
    let load = ["--rate", "60", "--error-rate", "5", "--format", "json"];
    let [explained, simulated] = ["explain", "simulate"].map(|verb| {
        let mut answers = each(&[verb, "--format", "json"]);
        answers.extend(each(&[&[verb], &load[..]].concat()));
        answers
    });
    // The fixtures share names, so that one template is what another may have been.
    let both_ways = |pair: &[PathBuf]| {
        let verb = ["diff", "--code", "ignore", "--format", "json"];
        let [one, other] = [&pair[0], &pair[1]];
        let ways = [[one, other], [other, one]];
        ways.map(|[old, new]| answer(&verb, &[old, new]))
    };
    let differing = gradual.windows(2).flat_map(both_ways).flatten();
    let mut differing: Vec<Value> = differing.collect();
    differing.push(of_a_repository());

    let folder = tempfile::tempdir().unwrap();
    let versions = folder.path().join("versions.json");
    fs::write(&versions, VERSIONS).unwrap();
    let plan = ["prune-plan", "--keep", "1", "--format", "json"];

    let one = |arguments: &[&str]| answer(arguments, &[]);
    let all = ["check", "fixtures", "--level", "info", "--format", "json"];
    // A warning, and errors that can and cannot be allowed.
    let explained_codes = ["alarm-sees-nothing", "unknown-property", "duplicate-key"];
    let pages = explained_codes.map(|code| one(&["check", "--explain", code, "--format", "json"]));
    let made = [
        shape(
            "Findings: `check`, `transform --diagnostics json`",
            one(&all),
        ),
        shape("`explain`", explained),
        shape("`simulate`", simulated),
        shape("`diff`", differing),
        shape(
            "`codes`, `check --list`",
            one(&["codes", "--format", "json"]),
        ),
        shape("`check --explain`", pages.into_iter().flatten()),
        shape("`properties`", one(&["properties", "--format", "json"])),
        shape("`prune-plan`", answer(&plan, &[&versions])),
    ];
    let text = fs::read_to_string(PAGE).unwrap();
    let (head, _) = text.split_once(MADE).unwrap();
    hold(Path::new(PAGE), &format!("{head}{MADE}{}", made.concat()));
}

#[test]
fn a_page_is_text_or_json_and_nothing_else() {
    let code = "alarm-sees-nothing";
    let explain = |form: &str| {
        let arguments = ["check", "--explain", code, "--format", form];
        canaryform().args(arguments).output().unwrap()
    };
    let page = explain("text");
    let row: Value = serde_json::from_str(out(&explain("json"))).unwrap();
    assert_eq!(row["code"], code);
    // As Markdown, while a person gets it in lines that fit.
    let markdown = row["page"].as_str().unwrap();
    assert!(markdown.starts_with(&format!("# {}", out(&page).lines().next().unwrap())));
    assert!(markdown.contains("\nRight:\n```yaml\n"), "{markdown}");
    let refused = explain("sarif");
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("--explain writes --format text or json"));

    let arguments = [
        "check",
        "--explain",
        "change-not-published",
        "--format",
        "json",
    ];
    let meaning = canaryform().args(arguments).output().unwrap();
    let meaning: Value = serde_json::from_str(out(&meaning)).unwrap();
    assert!(meaning["page"].as_str().unwrap().contains("diff --deny"));
}
