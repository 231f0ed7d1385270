//! `diff` between revisions: templates, code and includes as git has them.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::Stdio;

use command::{canaryform, err, git, out};
use tempfile::TempDir;

const TEMPLATE: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
      Environment:
        Fn::Transform: {Name: AWS::Include, Parameters: {Location: environment.yaml}}
";

/// A repository with one commit of a template, its code and an include, in a folder of it.
fn repository() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let app = folder.path().join("app");
    fs::create_dir_all(app.join("src")).unwrap();
    fs::write(app.join("template.yaml"), TEMPLATE).unwrap();
    fs::write(app.join("environment.yaml"), "Variables: {A: one}\n").unwrap();
    fs::write(app.join("src/app.py"), "handler = 1\n").unwrap();
    fs::write(folder.path().join(".gitignore"), "*.pyc\n").unwrap();
    git(folder.path(), &["init", "-q", "-b", "main", "."]);
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "one"]);
    folder
}

#[track_caller]
fn diff(folder: &Path, arguments: &[&str], code: i32) -> String {
    let mut command = canaryform();
    command
        .arg("diff")
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::null());
    let output = command.output().unwrap();
    let told = format!("{}{}", out(&output), err(&output));
    assert_eq!(output.status.code(), Some(code), "{told}");
    told
}

#[test]
fn a_revision_has_the_code_and_includes_of_its_time() {
    let folder = repository();
    let app = folder.path().join("app");
    let spellings: [&[&str]; 6] = [
        &[],
        &["main"],
        &["template.yaml"],
        &["main:app/template.yaml"],
        &["main:./template.yaml"],
        &["HEAD:app/template.yaml", "template.yaml"],
    ];
    for arguments in spellings {
        assert_eq!(diff(&app, arguments, 0), "no difference\n", "{arguments:?}");
    }
    // What git ignores is no code, and what it would add is.
    fs::write(app.join("src/app.pyc"), "built").unwrap();
    assert_eq!(diff(&app, &[], 0), "no difference\n");
    fs::write(app.join("src/more.py"), "more = 1\n").unwrap();
    fs::write(app.join("src/app.py"), "handler = 2\n").unwrap();
    for arguments in spellings {
        let told = diff(&app, arguments, 3);
        assert!(
            told.contains("other files in src/: ~ app.py, + more.py"),
            "{told}"
        );
        assert!(told.contains("[publishes]"), "{told}");
    }
    assert_eq!(diff(&app, &["--code", "ignore"], 0), "no difference\n");
    fs::remove_file(app.join("src/more.py")).unwrap();
    fs::write(app.join("src/app.py"), "handler = 1\n").unwrap();
    assert_eq!(diff(&app, &[], 0), "no difference\n");
    // From elsewhere, and with an include that changes.
    fs::write(app.join("environment.yaml"), "Variables: {A: two}\n").unwrap();
    let told = diff(folder.path(), &["main", "app/template.yaml"], 3);
    assert!(told.contains("Environment.Variables.A one → two"), "{told}");
    let told = diff(&app, &["--deny", "publishes"], 1);
    assert!(told.contains("`publishes` is denied"), "{told}");
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = repository();
    let app = folder.path().join("app");
    assert!(diff(&app, &["nowhere"], 2).contains("neither a file nor a revision"));
    assert!(diff(&app, &["nowhere:template.yaml"], 2).contains("is no revision"));
    assert!(diff(&app, &["main:gone.yaml"], 2).contains("does not exist in 'main'"));
    assert!(diff(folder.path(), &["main"], 2).contains("name the template, too"));
    assert!(diff(&app, &["--deny", "publish"], 2).contains("did you mean `publishes`?"));
    fs::write(
        app.join("template.yaml"),
        TEMPLATE.replace("Handler", "Hnadler"),
    )
    .unwrap();
    assert!(diff(&app, &[], 1).contains("error[unknown-property]"));
    let outside = tempfile::tempdir().unwrap();
    let other = outside.path().join("other.yaml");
    fs::write(&other, TEMPLATE).unwrap();
    assert!(
        diff(
            &app,
            &["main:app/template.yaml", &other.to_string_lossy()],
            2
        )
        .contains("--code ignore")
    );
}
