//! With git: `diff` between revisions, templates, code and includes as git has them; and the guide's recipe for `git diff`
//! of what a template becomes, without any file.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

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
    commit(folder.path(), "one");
    folder
}

fn commit(folder: &Path, title: &str) {
    git(folder, &["add", "-A"]);
    git(folder, &["commit", "-q", "-m", title]);
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
fn every_template_below_a_folder_is_compared() {
    let folder = repository();
    let root = folder.path();
    let app = root.join("app");
    fs::write(app.join("values.yaml"), "a: 1\n").unwrap();
    commit(root, "two");
    git(root, &["tag", "two"]);
    assert_eq!(diff(root, &[], 0), "no difference in 1 template\n");
    fs::create_dir(root.join("jobs")).unwrap();
    fs::write(root.join("jobs/template.yml"), TEMPLATE.replace("app/", "")).unwrap();
    fs::write(root.join("jobs/environment.yaml"), "Variables: {A: one}\n").unwrap();
    fs::write(app.join("src/app.py"), "handler = 2\n").unwrap();
    let spellings: [&[&str]; 4] = [&[], &["main"], &["."], &["two", "."]];
    for arguments in spellings {
        let told = diff(root, arguments, 3);
        assert!(told.starts_with("app/template.yaml\n\n~ "), "{told}");
        assert!(told.contains("\njobs/template.yml, new\n\n+ "), "{told}");
        assert!(told.ends_with("\n2 of 2 templates differ\n"), "{told}");
    }
    let told = diff(root, &["main", "jobs"], 3);
    assert!(told.ends_with("\n1 of 1 template differs\n"), "{told}");
    let told = diff(root, &["main", "--format", "json"], 3);
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert_eq!(told["templates"][1]["template"], "jobs/template.yml");
    let functions = &told["templates"][1]["differences"]["functions"];
    assert_eq!(functions[0]["meanings"][0]["code"], "first-deployment");
    let told = diff(root, &["main", "--format", "markdown"], 3);
    assert!(told.contains("\n### `jobs/template.yml`, new\n"), "{told}");
    let told = diff(root, &["main", "--deny", "publishes"], 1);
    assert!(told.contains("`publishes` is denied"), "{told}");
    // By name, one side need not have it.
    let told = diff(root, &["main", "jobs/template.yml"], 3);
    assert!(
        told.starts_with("+ ") && told.contains("`jobs/template.yml` is new"),
        "{told}"
    );
    commit(root, "three");
    fs::remove_file(root.join("jobs/template.yml")).unwrap();
    for arguments in [&["jobs/template.yml"][..], &["main", "jobs/template.yml"]] {
        let told = diff(root, arguments, 3);
        assert!(told.contains("`jobs/template.yml` is gone"), "{told}");
    }
    let told = diff(root, &["main"], 3);
    assert!(told.contains("jobs/template.yml, gone\n"), "{told}");
    // Between revisions, by a file, by a folder, and as the folder has it.
    let told = diff(root, &["two", "HEAD", "app/template.yaml"], 3);
    assert!(told.contains("other files in src/: ~ app.py"), "{told}");
    assert_eq!(diff(&app, &["two", "HEAD"], 3), told);
    assert_eq!(diff(root, &["two:app/template.yaml", "HEAD"], 3), told);
    let told = diff(root, &["two", "HEAD", "jobs"], 3);
    assert!(told.starts_with("HEAD:jobs/template.yml, new\n"), "{told}");
    // A template with errors does not keep the others from being compared.
    fs::write(
        app.join("template.yaml"),
        TEMPLATE.replace("Handler", "Hnadler"),
    )
    .unwrap();
    let told = diff(root, &[], 1);
    assert!(
        told.contains("gone\n") && told.contains("error[unknown-property]"),
        "{told}"
    );
}

#[test]
fn what_cannot_be_compared_is_said() {
    let folder = repository();
    let app = folder.path().join("app");
    assert!(diff(&app, &["nowhere"], 2).contains("neither a file nor a revision"));
    assert!(diff(&app, &["nowhere:template.yaml"], 2).contains("is no revision"));
    assert!(diff(&app, &["main:gone.yaml"], 2).contains("does not exist in 'main'"));
    let of_range = diff(&app, &["main..HEAD"], 2);
    assert!(
        of_range.contains("`canaryform diff main HEAD`"),
        "{of_range}"
    );
    let gone = diff(&app, &["main", "HEAD", "gone.yaml"], 2);
    assert!(gone.contains("`gone.yaml` is neither"), "{gone}");
    let no_revision = diff(&app, &["main", "haed", "template.yaml"], 2);
    assert!(
        no_revision.contains("`haed` is no revision"),
        "{no_revision}"
    );
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

/// A repository in which a person has done what the guide says, with a template in its first commit.
fn repository_with_recipe() -> TempDir {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/src/tasks/review.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, behind) = page
        .split_once("echo 'template.yaml diff=sam'")
        .expect("the recipe");
    let (recipe, _) = behind.split_once("```").unwrap();
    let recipe = format!("echo 'template.yaml diff=sam'{recipe}");
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main", "."]);
    let done = with_command(Command::new("sh"))
        .args(["-euc", &recipe])
        .current_dir(folder.path())
        .status();
    assert!(done.unwrap().success());
    fs::write(folder.path().join("template.yaml"), TEMPLATE).unwrap();
    commit(folder.path(), "one");
    folder
}

/// A program that finds the command by its name, as one that is installed.
fn with_command(mut program: Command) -> Command {
    let own = Path::new(env!("CARGO_BIN_EXE_canaryform"))
        .parent()
        .unwrap();
    let others = std::env::var("PATH").unwrap_or_default();
    program.env("PATH", format!("{}:{others}", own.display()));
    for name in [
        "GIT_DIR",
        "GIT_INDEX_FILE",
        "GIT_WORK_TREE",
        "GIT_EXTERNAL_DIFF",
    ] {
        program.env_remove(name);
    }
    program
}

/// What git shows, and what it or the command says beside that.
#[track_caller]
fn shown(folder: &Path, arguments: &[&str]) -> (String, String) {
    let done = with_command(Command::new("git"))
        .args(["-c", "core.pager=cat", "-c", "color.ui=never"])
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{told}");
    (String::from_utf8(done.stdout).unwrap(), told)
}

fn write(folder: &Path, from: &str, to: &str) {
    assert!(TEMPLATE.contains(from));
    fs::write(folder.join("template.yaml"), TEMPLATE.replace(from, to)).unwrap();
}

#[test]
fn git_shows_what_a_template_becomes() {
    let folder = repository_with_recipe();
    let folder = folder.path();
    // Git's own file for the side of the commit lies in another folder: code and includes are not looked for there.
    write(folder, "AutoPublishAlias: live", "AutoPublishAlias: prod");
    for arguments in [&["diff"][..], &["diff", "HEAD"]] {
        let (diff, _) = shown(folder, arguments);
        assert!(diff.contains("-  GreeterAliaslive:\n"), "{diff}");
        assert!(diff.contains("+  GreeterAliasprod:\n"), "{diff}");
        assert!(
            !diff.contains("-  GreeterVersion"),
            "the code counts: {diff}"
        );
        assert!(!diff.contains("AutoPublishAlias"), "{diff}");
    }
    commit(folder, "two");
    for arguments in [
        &["log", "-p", "-1"][..],
        &["show"],
        &["diff", "HEAD~1", "HEAD"],
    ] {
        let (diff, _) = shown(folder, arguments);
        assert!(
            diff.contains("+  GreeterAliasprod:\n"),
            "{arguments:?}: {diff}"
        );
    }
    // What does not change the result is no change.
    write(
        folder,
        "AutoPublishAlias: live",
        "AutoPublishAlias:   prod # who calls",
    );
    let (diff, _) = shown(folder, &["diff"]);
    assert!(!diff.contains("@@"), "{diff}");
}

#[test]
fn a_faulty_side_is_shown_as_it_is_written() {
    let folder = repository_with_recipe();
    let folder = folder.path();
    write(folder, "Handler:", "Hanlder:");
    let (diff, told) = shown(folder, &["diff"]);
    assert!(
        diff.contains("+    Type: AWS::Serverless::Function\n"),
        "{diff}"
    );
    assert!(diff.contains("+      Hanlder: app.handler\n"), "{diff}");
    assert!(told.contains("error[unknown-property]"), "{told}");
    // Nor does what is no YAML keep git from showing the commit.
    fs::write(folder.join("template.yaml"), "Resources: {Greeter: [\n").unwrap();
    commit(folder, "broken");
    fs::write(folder.join("template.yaml"), TEMPLATE).unwrap();
    let (diff, told) = shown(folder, &["diff"]);
    assert!(diff.contains("-Resources: {Greeter: [\n"), "{diff}");
    assert!(diff.contains("+  GreeterAliaslive:\n"), "{diff}");
    assert!(told.contains("error["), "{told}");
}

#[test]
fn an_include_that_is_there_counts() {
    let folder = repository_with_recipe();
    let folder = folder.path();
    // Beside the working file it is, beside git's own file it is not.
    fs::write(folder.join("environment.yaml"), "Variables: {A: one}\n").unwrap();
    write(folder, "Runtime: python3.13", "Runtime: python3.12");
    let (diff, _) = shown(folder, &["diff"]);
    assert!(diff.contains("+      Runtime: python3.12\n"), "{diff}");
}
