//! Measures what we make of recorded templates against the reference's answers, and keeps the result in
//! `snapshots/conformance.md`.
//!
//! The recorded cases lie outside the repository, in `../shared/conformance` and `../shared/real`; where they are not,
//! there is nothing to measure, and the test says so; with `CANARYFORM_REQUIRE_CONFORMANCE=1` that is a failure. The test
//! fails when the result is not the one in the file; `CANARYFORM_UPDATE=1` writes it anew.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;
mod support;

use std::collections::BTreeSet;
use std::env;
use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use canaryform::Options;
use canaryform::tree::{Map, Value, json};
use command::canaryform;
use support::{Answer, disagreement};

/// The region of each answer, and what the name of its file has before `.json`.
const CONFORMANCE: &[(&str, &str)] = &[
    ("ap-southeast-1", ""),
    ("cn-north-1", ".aws-cn"),
    ("us-gov-west-1", ".aws-us-gov"),
];
const REAL: &[(&str, &str)] = &[("us-east-1", ""), ("us-gov-west-1", ".aws-us-gov")];

/// What the repository of applications answered when the answers were recorded.
const REPOSITORY_ANSWER: &str =
    "https://awsserverlessrepo-changesets-xxx.s3.amazonaws.com/signed-url";

/// One template, and what should come out of it.
struct Case {
    group: String,
    name: String,
    template: PathBuf,
    expected: Expected,
}

enum Expected {
    /// The recorded answers, by region.
    Answers(Vec<(&'static str, PathBuf)>, Map),
    /// Only that the command transforms it, whatever code there is.
    Transformed,
}

impl Case {
    /// Why it fails, if it does.
    fn fault(&self) -> Option<String> {
        match &self.expected {
            Expected::Answers(answers, parameters) => {
                let text = fs::read(&self.template).unwrap();
                answers.iter().find_map(|(region, file)| {
                    let refusal = self
                        .template
                        .with_file_name(format!("{}.error.json", self.name));
                    let answer = Answer::recorded(file, &refusal)
                        .unwrap_or_else(|| panic!("no answer for {}", self.template.display()));
                    let options = Options::new(*region)
                        .with_parameters(parameters.clone())
                        .with_application_url("preparing", "1.0.2", REPOSITORY_ANSWER);
                    let fault = disagreement(&text, &options, &answer)?;
                    Some(format!("{region}: {fault}"))
                })
            }
            Expected::Transformed => self.fault_of_command(),
        }
    }

    /// Runs the command on the template, where nothing of the code that it names is there.
    fn fault_of_command(&self) -> Option<String> {
        let done = canaryform()
            .arg("transform")
            .arg(&self.template)
            .args([
                "--region",
                "us-east-1",
                "--diagnostics",
                "json",
                "--code",
                "ignore",
            ])
            .output()
            .unwrap();
        if done.status.code() == Some(0) {
            return None;
        }
        let findings: Vec<Value> = serde_json::from_slice(&done.stderr).unwrap_or_default();
        let error = findings
            .iter()
            .find(|finding| finding["severity"] == "error");
        Some(match error {
            Some(error) => format!(
                "line {}: {}: {}",
                error["line"],
                error["code"].as_str()?,
                error["message"].as_str()?
            ),
            None => String::from_utf8_lossy(&done.stderr).into_owned(),
        })
    }
}

/// The cases in the folders of `folder`, in order.
fn cases(
    folder: &Path,
    regions: &'static [(&'static str, &'static str)],
    parameters: &Value,
) -> Vec<Case> {
    let collection = folder.file_name().unwrap().to_string_lossy();
    let mut found = Vec::new();
    for group in fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
    {
        if !group.is_dir() {
            continue;
        }
        let group_name = format!(
            "{collection}/{}",
            group.file_name().unwrap().to_string_lossy()
        );
        for template in fs::read_dir(&group)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            let file = template.file_name().unwrap().to_string_lossy().into_owned();
            let Some(name) = file.strip_suffix(".yaml") else {
                continue;
            };
            let (name, group_name, expected) = match name.strip_suffix(".source") {
                Some(name) => (
                    name,
                    format!("{group_name} as written"),
                    Expected::Transformed,
                ),
                None => {
                    let answers = regions
                        .iter()
                        .map(|(region, suffix)| {
                            (*region, group.join(format!("{name}{suffix}.json")))
                        })
                        .collect();
                    let parameters = parameters.as_object().cloned().unwrap_or_default();
                    (
                        name,
                        group_name.clone(),
                        Expected::Answers(answers, parameters),
                    )
                }
            };
            found.push(Case {
                group: group_name,
                name: name.to_owned(),
                template,
                expected,
            });
        }
    }
    found.sort_by(|a, b| (&a.group, &a.name).cmp(&(&b.group, &b.name)));
    found
}

/// The fault of each case, on all processors.
fn faults(cases: &[Case]) -> Vec<Option<String>> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(vec![None; cases.len()]);
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(2, usize::from) {
            scope.spawn(|| {
                while let Some((i, case)) = {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    cases.get(i).map(|case| (i, case))
                } {
                    let fault = case.fault();
                    found.lock().unwrap()[i] = fault;
                }
            });
        }
    });
    found.into_inner().unwrap()
}

fn report(cases: &[Case], faults: &[Option<String>]) -> String {
    let mut groups: Vec<&str> = cases.iter().map(|case| case.group.as_str()).collect();
    groups.dedup();
    let mut table = String::new();
    let mut details = String::new();
    for group in groups {
        let results: Vec<_> = cases
            .iter()
            .zip(faults)
            .filter(|(case, _)| case.group == group)
            .collect();
        let failed: Vec<_> = results
            .iter()
            .filter_map(|(case, fault)| Some((case, fault.as_ref()?)))
            .collect();
        let passed = results.len() - failed.len();
        let _ = writeln!(table, "| {group} | {passed} | {} |", results.len());
        if !failed.is_empty() {
            let _ = writeln!(details, "\n## {group} ({passed}/{})\n", results.len());
        }
        for (case, fault) in failed {
            let _ = writeln!(details, "- `{}`: {fault}", case.name);
        }
    }
    let passed = faults.iter().filter(|fault| fault.is_none()).count();
    format!(
        "# Conformance with aws-sam-translator 1.115.0: {passed} of {}\n\n\
         | group | passed | total |\n| --- | --- | --- |\n{table}{details}",
        faults.len()
    )
}

/// The lines of the cases that fail, without the reasons.
fn failing(report: &str) -> BTreeSet<&str> {
    report
        .lines()
        .filter(|line| line.starts_with("- "))
        .map(|line| line.split("`: ").next().unwrap_or(line))
        .collect()
}

#[test]
fn the_result_is_the_recorded_one() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let shared = repository.join("../shared");
    if let Some(missing) = ["conformance", "real"]
        .into_iter()
        .find(|folder| !shared.join(folder).is_dir())
    {
        let why = format!("conformance: not run, there is no ../shared/{missing}");
        assert!(
            env::var_os("CANARYFORM_REQUIRE_CONFORMANCE").is_none(),
            "{why}"
        );
        // Straight to the stream: what is printed with a macro is swallowed where a test passes.
        writeln!(io::stderr(), "{why}").unwrap();
        return;
    }
    let mut all = cases(
        &shared.join("conformance"),
        CONFORMANCE,
        &json!({"param1": "value1", "param2": "value2"}),
    );
    all.extend(cases(&shared.join("real"), REAL, &json!({})));
    let now = report(&all, &faults(&all));

    let file = repository.join("snapshots/conformance.md");
    if env::var_os("CANARYFORM_UPDATE").is_some() {
        fs::write(&file, &now).unwrap();
        return;
    }
    let before = fs::read_to_string(&file).unwrap_or_default();
    if now == before {
        return;
    }
    let (failing_now, failing_before) = (failing(&now), failing(&before));
    let list = |cases: BTreeSet<&&str>| {
        cases
            .iter()
            .map(|case| format!("\n  {case}`"))
            .collect::<String>()
    };
    panic!(
        "snapshots/conformance.md is out of date; CANARYFORM_UPDATE=1 writes it anew\n\
         fail now:{}\npass now:{}\n(where neither is listed, the reasons or the counts differ)",
        list(failing_now.difference(&failing_before).collect()),
        list(failing_before.difference(&failing_now).collect()),
    );
}
