//! Snapshots as a person keeps them: recorded, compared, accepted, and whole whatever happens.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use command::{canaryform, err, git, out};
use tempfile::TempDir;

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String}
  Login: {Type: String, NoEcho: true}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      Timeout: 3
      Environment: {Variables: {LOGIN: !Ref Login}}
      AutoPublishAlias: !Ref Stage
";

fn command(folder: &Path) -> Command {
    let mut command = canaryform();
    command.current_dir(folder).stdin(Stdio::null());
    command
}

#[track_caller]
fn run(folder: &Path, arguments: &[&str], code: i32) -> String {
    let output = command(folder).args(arguments).output().unwrap();
    check(&output, code);
    format!("{}{}", out(&output), err(&output))
}

#[track_caller]
fn check(output: &Output, code: i32) {
    let told = format!("{}{}", out(output), err(output));
    assert_eq!(output.status.code(), Some(code), "{told}");
}

/// A folder with a template.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    folder
}

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

const RECORD: &[&str] = &[
    "snapshot",
    "template.yaml",
    "--region",
    "eu-west-2",
    "--parameter-overrides",
    "Stage=live",
    "Login=s3cr3t",
    "--accept",
];

#[test]
fn a_snapshot_is_recorded_compared_and_accepted() {
    let folder = folder();
    let here = folder.path();
    assert!(run(here, &RECORD[..RECORD.len() - 1], 3).contains("is not there yet"));
    run(here, RECORD, 0);
    let first = fs::read_to_string(here.join("snapshots/template.yaml")).unwrap();
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("snapshot", first);
    });
    assert_eq!(run(here, &["snapshot"], 0), "= snapshots/template.yaml\n");
    assert_eq!(run(here, &["review"], 0), "nothing differs\n");
    edit(here, "template.yaml", "Timeout: 3", "Timeout: 30");
    let told = run(here, &["snapshot", "--check"], 3);
    assert!(
        told.contains("Timeout 3 → 30") && told.contains("AutoPublishOn: Configuration"),
        "{told}"
    );
    let reviewed = run(here, &["review", "template"], 3);
    assert!(
        reviewed.contains("[change-not-published]") && reviewed.contains("--accept"),
        "{reviewed}"
    );
    let mut in_ci = command(here);
    check(
        &in_ci
            .args(["snapshot", "--accept"])
            .env("CI", "1")
            .output()
            .unwrap(),
        2,
    );
    assert_eq!(
        fs::read_to_string(here.join("snapshots/template.yaml")).unwrap(),
        first
    );
    run(here, &["snapshot", "--accept"], 0);
    run(here, &["snapshot"], 0);
}

#[test]
fn the_header_is_the_whole_configuration() {
    let folder = folder();
    let here = folder.path();
    run(here, RECORD, 0);
    // The same again is fine, another one is not.
    run(
        here,
        &["snapshot", "template.yaml", "--region", "eu-west-2"],
        0,
    );
    assert!(
        run(
            here,
            &["snapshot", "template.yaml", "--region", "us-east-1"],
            2
        )
        .contains("eu-west-2")
    );
    assert!(
        run(
            here,
            &["snapshot", "--parameter-overrides", "Stage=other"],
            2
        )
        .contains("Stage")
    );
    let other = [
        "snapshot",
        "template.yaml",
        "--name",
        "other",
        "--all",
        "--parameter-overrides",
        "Stage=other",
        "--accept",
    ];
    run(here, &other, 0);
    let other = fs::read_to_string(here.join("snapshots/other.yaml")).unwrap();
    assert!(other.contains("# records: \"all\"\n") && other.contains("  Table:"));
    assert_eq!(
        run(here, &["snapshot"], 0),
        "= snapshots/other.yaml\n= snapshots/template.yaml\n"
    );
    edit(
        here,
        "snapshots/other.yaml",
        "# region: \"us-east-1\"",
        "# region: us",
    );
    assert!(run(here, &["snapshot"], 2).contains("line 3 of its header is no JSON"));
    fs::remove_file(here.join("snapshots/other.yaml")).unwrap();
    edit(
        here,
        "snapshots/template.yaml",
        "../template.yaml",
        "../gone.yaml",
    );
    assert!(run(here, &["snapshot"], 3).contains("`gone.yaml`"));
}

#[test]
fn nothing_is_written_of_what_is_wrong_or_secret() {
    let folder = folder();
    let here = folder.path();
    run(here, RECORD, 0);
    let first = fs::read_to_string(here.join("snapshots/template.yaml")).unwrap();
    assert!(
        !first.contains("s3cr3t") && first.contains("# secrets: [\"Login\"]\n"),
        "{first}"
    );
    for (from, to, said) in [
        ("Timeout: 3", "Tiemout: 3", "unknown-property"),
        (
            "AutoPublishAlias: !Ref Stage",
            "AutoPublishAlias: !Ref Login",
            "alias-name",
        ),
        (
            "CodeUri: src/",
            "CodeUri: {Bucket: b, Key: !Ref Login}",
            "secret-in-output",
        ),
    ] {
        edit(here, "template.yaml", from, to);
        let told = run(here, &["snapshot", "--accept"], 1);
        assert!(told.contains(said), "{told}");
        assert_eq!(
            fs::read_to_string(here.join("snapshots/template.yaml")).unwrap(),
            first
        );
        edit(here, "template.yaml", to, from);
    }
}

#[test]
fn an_error_is_told_once_for_all_snapshots_of_a_template() {
    let folder = folder();
    let here = folder.path();
    run(here, RECORD, 0);
    run(here, &[RECORD, &["--name", "other"]].concat(), 0);
    edit(here, "template.yaml", "Timeout: 3", "Tiemout: 3");
    for verb in [&["snapshot"][..], &["snapshot", "--check"], &["review"]] {
        let told = run(here, verb, 1);
        assert_eq!(told.matches("unknown-property").count(), 1, "{told}");
        assert!(
            told.contains("note: errors of `template.yaml` above keep `snapshots/template.yaml` from being made, too"),
            "{told}"
        );
    }
}

#[test]
fn what_git_ignores_and_what_is_not_ours_is_left_alone() {
    let folder = folder();
    let here = folder.path();
    git(here, &["init", "-q"]);
    run(here, RECORD, 0);
    fs::create_dir_all(here.join("build/snapshots")).unwrap();
    fs::copy(
        here.join("snapshots/template.yaml"),
        here.join("build/snapshots/template.yaml"),
    )
    .unwrap();
    fs::write(here.join(".gitignore"), "build/\n").unwrap();
    fs::write(here.join("snapshots/other.yaml"), "mine: true\n").unwrap();
    assert_eq!(
        run(here, &["snapshot", "--accept"], 0),
        "= snapshots/template.yaml\n"
    );
    assert_eq!(
        fs::read_to_string(here.join("snapshots/other.yaml")).unwrap(),
        "mine: true\n"
    );
}

/// However far it came: every file is what it was or what it is to be.
#[test]
fn a_process_that_is_killed_leaves_whole_files() {
    const COUNT: usize = 12;
    let folder = folder();
    let here = folder.path();
    let names: Vec<String> = (0..COUNT).map(|number| format!("part-{number}")).collect();
    for name in &names {
        let mut arguments = RECORD.to_vec();
        arguments.extend(["--name", name]);
        run(here, &arguments, 0);
    }
    let read =
        |name: &str| fs::read_to_string(here.join(format!("snapshots/{name}.yaml"))).unwrap();
    let old = read(&names[0]);
    edit(here, "template.yaml", "Timeout: 3", "Timeout: 30");
    run(here, &["snapshot", "snapshots/part-0.yaml", "--accept"], 0);
    let new = read(&names[0]);
    assert_ne!(old, new);
    for step in 0..40 {
        for name in &names {
            fs::write(here.join(format!("snapshots/{name}.yaml")), &old).unwrap();
        }
        let mut child = command(here)
            .args(["snapshot", "--accept"])
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_micros(700 * step));
        let _ = child.kill();
        child.wait().unwrap();
        for name in &names {
            let text = read(name);
            assert!(text == old || text == new, "{name} is neither");
        }
    }
    // What a killed process left behind is nobody's snapshot.
    run(here, &["snapshot", "--accept"], 0);
    assert!(names.iter().all(|name| read(name) == new));
}

#[test]
fn where_nothing_is_recorded_the_templates_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for name in ["api", "jobs"] {
        fs::create_dir(here.join(name)).unwrap();
        fs::write(here.join(name).join("template.yaml"), TEMPLATE).unwrap();
        fs::write(here.join(name).join("values.yaml"), "a: 1\n").unwrap();
    }
    let all = "`canaryform snapshot api/template.yaml jobs/template.yaml --accept`";
    assert!(run(here, &["snapshot"], 2).contains(all));
    let told = run(here, &["snapshot", "jobs"], 2);
    assert!(
        told.contains("below `jobs`: `canaryform snapshot jobs/template.yaml --accept`"),
        "{told}"
    );
}

#[test]
fn an_environment_of_sam_cli_lies_beside_the_template() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    fs::create_dir(here.join("api")).unwrap();
    fs::write(here.join("api/template.yaml"), TEMPLATE).unwrap();
    let call = |environment: &str, code: i32| {
        let call = ["snapshot", "api/template.yaml", "--config-env"];
        run(
            here,
            &[&call, &[environment, "--accept"][..]].concat(),
            code,
        )
    };
    assert!(call("prod", 2).contains("there is no `samconfig.toml` beside the template"));
    let config = "[prod.deploy.parameters]\nregion = \"eu-west-2\"\nparameter_overrides = \"Stage=live\"\n\
                  [test.deploy.parameters]\nparameter_overrides = \"Stage=test\"\n";
    fs::write(here.join("api/samconfig.toml"), config).unwrap();
    call("prod", 0);
    let recorded = fs::read_to_string(here.join("api/snapshots/template.yaml")).unwrap();
    assert!(recorded.contains("# region: \"eu-west-2\"\n# parameters: {\"Stage\":\"live\"}\n"));
    // What is given again must be what the header has, and be there.
    call("prod", 0);
    assert!(call("test", 2).contains("other values of parameters (`Stage`)"));
    assert!(call("prd", 2).contains("has no environment `prd`; it has `prod`, `test`"));
    for verb in ["transform", "explain", "report", "check", "diff"] {
        let mut arguments = vec![verb, "api/template.yaml", "--config-env", "prod"];
        if verb == "diff" {
            arguments.insert(1, "api/template.yaml");
        }
        if verb != "explain" {
            arguments.extend(["--code", "ignore"]);
        }
        run(here, &arguments, 0);
    }
}
