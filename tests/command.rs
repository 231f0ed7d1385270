//! The command as a person runs it: arguments, streams and files in, exit code, streams and files out.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use command::{canaryform, err, out};
use serde_json::Value;
use tempfile::TempDir;

const FUNCTION: &str = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Alias: {Type: String, Default: live}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/greeter.zip
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: !Ref Alias
";

/// A function whose code lies in `src/`.
const LOCAL: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
";

const BROKEN: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/greeter.zip
      Handler: app.handler
      Runtime: python3.13
      Tiemout: 3
";

fn start(command: &mut Command, stdin: &[u8]) -> Child {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // The command may stop reading early; then there is nobody to write to.
    let _ = child.stdin.take().unwrap().write_all(stdin);
    child
}

/// Runs `canaryform transform` with `stdin`.
fn transform(arguments: &[&str], stdin: impl AsRef<[u8]>) -> Output {
    start(
        canaryform().arg("transform").args(arguments),
        stdin.as_ref(),
    )
    .wait_with_output()
    .unwrap()
}

/// Checks the exit code, and that nothing stands on standard output unless it is 0.
#[track_caller]
fn check_code(output: &Output, code: i32) {
    assert_eq!(output.status.code(), Some(code), "{}", err(output));
    assert_eq!(out(output).is_empty(), code != 0, "{}", out(output));
    assert!(!err(output).contains("panicked"), "{}", err(output));
}

/// Runs `canaryform transform` and gives what it wrote, as JSON.
#[track_caller]
fn made(arguments: &[&str], stdin: &str) -> Value {
    let output = transform(&[arguments, &["--format", "json"]].concat(), stdin);
    check_code(&output, 0);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn path(folder: &TempDir, name: &str) -> String {
    folder.path().join(name).to_str().unwrap().to_owned()
}

/// The logical ids of a template's resources, in order.
fn ids(template: &Value) -> Vec<&str> {
    template["Resources"]
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect()
}

#[test]
fn help_reads_well() {
    let output = canaryform().args(["transform", "--help"]).output().unwrap();
    check_code(&output, 0);
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("help", out(&output));
    });
}

#[test]
fn the_readme_shows_what_becomes_of_its_template() {
    let readme = include_str!("../README.md");
    let made = canaryform()
        .args(["transform", "fixtures/gradual/canary.yaml"])
        .output()
        .unwrap();
    let shown = readme
        .split("(shortened here):\n\n```yaml\n")
        .nth(1)
        .unwrap();
    let shown = shown.split("```").next().unwrap();
    for block in shown
        .split("\n\n")
        .map(|block| block.split("    # ...").next().unwrap())
    {
        assert!(out(&made).contains(block.trim_end()), "{block}");
    }
}

/// The verbs that the command names in its help.
fn verbs() -> Vec<String> {
    let help = canaryform().arg("--help").output().unwrap();
    let listed = out(&help).split("Commands:\n").nth(1).unwrap();
    let listed = listed.split("\n\n").next().unwrap();
    let names = listed.lines().filter(|line| !line.starts_with("    "));
    names
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .filter(|name| name != "help")
        .collect()
}

#[test]
fn every_verb_is_completed_and_has_its_pages() {
    let verbs = verbs();
    assert!(verbs.len() > 10, "{verbs:?}");
    let options = include_str!("../docs/src/reference/options.md");
    for verb in &verbs {
        let call = format!("$ canaryform {verb} --help\n");
        assert!(options.contains(&call), "{verb}");
    }
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = canaryform().args(["completions", shell]).output().unwrap();
        check_code(&output, 0);
        for verb in &verbs {
            assert!(out(&output).contains(verb), "{shell}: {verb}");
        }
        assert!(out(&output).contains("parameter-overrides"), "{shell}");
    }
    let folder = TempDir::new().unwrap();
    let pages = folder.path().join("man/man1");
    let mut all = canaryform();
    let all = all.args(["man", "-o"]).arg(&pages).output().unwrap();
    assert_eq!((all.status.code(), err(&all)), (Some(0), ""));
    for verb in &verbs {
        let written = fs::read_to_string(pages.join(format!("canaryform-{verb}.1"))).unwrap();
        let shown = canaryform().args(["man", verb]).output().unwrap();
        assert_eq!(written, out(&shown));
        assert!(written.contains(".TH canaryform-"), "{verb}");
    }
    assert!(pages.join("canaryform.1").is_file());
    let none = canaryform().args(["man", "trasnform"]).output().unwrap();
    check_code(&none, 2);
    assert!(err(&none).contains("there is no verb `trasnform`; did you mean `transform`?"));
}

#[test]
fn the_version_is_the_packages() {
    let output = canaryform().arg("--version").output().unwrap();
    assert_eq!(
        out(&output),
        concat!("canaryform ", env!("CARGO_PKG_VERSION"), "\n")
    );
}

#[test]
fn a_template_comes_from_a_file_a_dash_or_a_pipe() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let from_file = transform(&[&path(&folder, "template.yaml")], "");
    check_code(&from_file, 0);
    assert_eq!(err(&from_file), "");
    assert!(out(&from_file).contains("GreeterAliaslive:\n"));
    for output in [transform(&["-"], FUNCTION), transform(&[], FUNCTION)] {
        assert_eq!(output, from_file);
    }
}

#[test]
fn the_output_has_the_format_of_the_input_unless_told() {
    let yaml = transform(&[], FUNCTION);
    assert!(out(&yaml).starts_with("Parameters:\n"), "{}", out(&yaml));
    let json = transform(&["--format", "json"], FUNCTION);
    assert!(out(&json).starts_with("{\n"), "{}", out(&json));
    assert_eq!(transform(&[], out(&json)), json);
    assert_eq!(transform(&["--format", "yaml"], out(&json)), yaml);
}

#[test]
fn a_faulty_template_is_exit_1_with_nothing_on_standard_output() {
    let output = transform(&[], BROKEN);
    check_code(&output, 1);
    insta::with_settings!({snapshot_path => "../snapshots", prepend_module_to_snapshot => false, omit_expression => true}, {
        insta::assert_snapshot!("fault_as_text", err(&output));
    });
}

#[test]
fn warnings_do_not_stop_a_transform() {
    let template = BROKEN.replace("      Tiemout: 3\n", "    Condition: Nowhere\n");
    let output = transform(&[], &template);
    check_code(&output, 0);
    assert!(err(&output).contains("warning["), "{}", err(&output));
    assert!(err(&output).ends_with("\n1 warning\n"), "{}", err(&output));
}

#[test]
fn findings_as_json_are_one_array() {
    let findings = |template: &str, arguments: &[&str]| -> Vec<Value> {
        let output = transform(&[&["--diagnostics", "json"], arguments].concat(), template);
        serde_json::from_slice(&output.stderr).unwrap()
    };
    assert!(findings(FUNCTION, &[]).is_empty());
    let folder = folder(&[("template.yaml", BROKEN)]);
    let file = path(&folder, "template.yaml");
    let found = findings("", &[&file]);
    let [finding] = found.as_slice() else {
        panic!("{found:?}");
    };
    let keys: Vec<&str> = finding
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        keys,
        [
            "code",
            "severity",
            "message",
            "help",
            "resource",
            "path",
            "generated",
            "file",
            "line",
            "column"
        ]
    );
    assert_eq!(finding["severity"], "error");
    assert_eq!(finding["resource"], "Greeter");
    assert_eq!(finding["path"], "Resources/Greeter/Properties/Tiemout");
    assert_eq!(finding["file"], file.as_str());
    assert_eq!(
        (finding["line"].as_u64(), finding["column"].as_u64()),
        (Some(9), Some(7))
    );
}

#[test]
fn a_flood_of_findings_is_cut_in_text_and_whole_in_json() {
    let mut template = "Transform: AWS::Serverless-2016-10-31\nResources:\n".to_owned();
    for i in 0..120 {
        template += &format!(
            "  F{i}: {{Type: AWS::Serverless::Function, Properties: {{Nope: 1, Handler: h, Runtime: python3.13, InlineCode: x}}}}\n"
        );
    }
    let text = transform(&[], &template);
    check_code(&text, 1);
    assert_eq!(err(&text).matches("error[").count(), 50);
    assert!(
        err(&text).ends_with("and 70 more\n120 errors\n"),
        "{}",
        err(&text)
    );
    let json = transform(&["--diagnostics", "json"], &template);
    let findings: Vec<Value> = serde_json::from_slice(&json.stderr).unwrap();
    assert_eq!(findings.len(), 120);
}

#[test]
fn color_is_for_terminals_unless_told() {
    let has_color = |arguments: &[&str]| err(&transform(arguments, BROKEN)).contains('\u{1b}');
    assert!(!has_color(&[]));
    assert!(!has_color(&["--color", "never"]));
    assert!(has_color(&["--color", "always"]));
}

#[test]
fn a_file_is_written_whole_or_not_at_all() {
    let folder = folder(&[("good.yaml", FUNCTION), ("bad.yaml", BROKEN)]);
    let target = path(&folder, "out.yaml");
    let run = |template: &str| transform(&[&path(&folder, template), "-o", &target], "");

    assert_eq!(run("bad.yaml").status.code(), Some(1));
    assert!(!Path::new(&target).exists());

    let done = run("good.yaml");
    assert_eq!((done.status.code(), out(&done)), (Some(0), ""));
    let written = fs::read_to_string(&target).unwrap();
    assert_eq!(written, out(&transform(&[], FUNCTION)));

    assert_eq!(run("bad.yaml").status.code(), Some(1));
    assert_eq!(fs::read_to_string(&target).unwrap(), written);
    let mut names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    assert_eq!(names, ["bad.yaml", "good.yaml", "out.yaml"]);
}

#[test]
fn a_template_is_not_written_over_itself() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let file = path(&folder, "template.yaml");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&file, folder.path().join("link.yaml")).unwrap();
    for target in ["template.yaml", "link.yaml", "./template.yaml"] {
        let done = transform(&[&file, "-o", &path(&folder, target)], "");
        check_code(&done, 2);
        assert!(
            err(&done).contains("names the template itself"),
            "{}",
            err(&done)
        );
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), FUNCTION);
}

#[test]
fn what_cannot_be_read_or_written_is_exit_2() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let template = path(&folder, "template.yaml");
    let here = folder.path().to_str().unwrap();
    for (arguments, words) in [
        (vec![path(&folder, "none.yaml")], "none.yaml`: No such file"),
        (
            vec![here.to_owned()],
            "is a folder: name the template in it",
        ),
        (
            vec![template.clone(), "-o".into(), here.to_owned()],
            "it is a folder; name a file in it",
        ),
        (
            vec![
                template.clone(),
                "-o".into(),
                path(&folder, "template.yaml/out.yaml"),
            ],
            "cannot make the folder",
        ),
        (
            vec![
                template.clone(),
                "--parameters-file".into(),
                path(&folder, "none.json"),
            ],
            "none.json`: No such file",
        ),
        (
            vec![
                template.clone(),
                "--code-root".into(),
                path(&folder, "none"),
            ],
            "is not a folder",
        ),
    ] {
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let output = transform(&arguments, "");
        check_code(&output, 2);
        assert!(err(&output).contains(words), "{}", err(&output));
    }
}

#[test]
fn wrong_usage_is_exit_2_and_says_what_to_do() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let template = path(&folder, "template.yaml");
    for (arguments, words) in [
        (
            vec!["--parameter-overrides", "A=1", &template],
            "was taken as a value of --parameter-overrides",
        ),
        (
            vec!["--parameter-overrides", "A=1", "-"],
            "`-` was taken as a value",
        ),
        (
            vec![
                "--parameter-overrides",
                "A=two",
                "words",
                "--format",
                "yaml",
            ],
            "value 2 after --parameter-overrides has no `=`",
        ),
        (
            vec!["--parameter-overrides", "=1"],
            "has no name before its `=`",
        ),
        (vec!["--parameter-overrides"], "a value is required"),
        (
            vec![&template, "--region", "Frankfurt"],
            "which is not a region",
        ),
        (vec![&template, "--region", ""], "which is not a region"),
        (vec![&template, "--format", "toml"], "invalid value 'toml'"),
        (vec![&template, &template], "unexpected argument"),
        (vec![&template, "--colour", "never"], "--color"),
    ] {
        let output = transform(&arguments, "");
        check_code(&output, 2);
        assert!(err(&output).contains(words), "{}", err(&output));
    }
    let unknown = canaryform().arg("tranform").output().unwrap();
    check_code(&unknown, 2);
    assert!(err(&unknown).contains("transform"), "{}", err(&unknown));
}

#[test]
fn the_region_comes_from_the_flag_then_the_environment() {
    let partition = |flag: &[&str], variables: &[(&str, &str)]| {
        let mut command = canaryform();
        command
            .args(["transform", "--format", "json"])
            .args(flag)
            .envs(variables.iter().copied());
        let output = start(&mut command, FUNCTION.as_bytes())
            .wait_with_output()
            .unwrap();
        check_code(&output, 0);
        let text = out(&output).to_owned();
        text.split("arn:")
            .nth(1)
            .unwrap()
            .split(':')
            .next()
            .unwrap()
            .to_owned()
    };
    let cn = ("AWS_REGION", "cn-north-1");
    let gov = ("AWS_DEFAULT_REGION", "us-gov-west-1");
    assert_eq!(partition(&[], &[]), "aws");
    assert_eq!(partition(&[], &[cn, gov]), "aws-cn");
    assert_eq!(partition(&[], &[gov]), "aws-us-gov");
    assert_eq!(partition(&[], &[("AWS_REGION", ""), gov]), "aws-us-gov");
    assert_eq!(partition(&["--region", "eu-west-1"], &[cn, gov]), "aws");
}

#[test]
fn parameters_come_from_a_file_and_from_pairs_that_win() {
    let list = r#"[{"ParameterKey": "Alias", "ParameterValue": "beta"}]"#;
    let folder = folder(&[
        ("map.yaml", "Alias: beta\n"),
        ("list.json", list),
        ("bad.json", "{\"Alias\": {\"a\": 1}}"),
    ]);
    for file in ["map.yaml", "list.json"] {
        let template = made(&["--parameters-file", &path(&folder, file)], FUNCTION);
        assert!(ids(&template).contains(&"GreeterAliasbeta"), "{template}");
    }
    let template = made(
        &[
            "--parameters-file",
            &path(&folder, "map.yaml"),
            "--parameter-overrides",
            "Alias=gamma",
            "Other=x y",
        ],
        FUNCTION,
    );
    assert!(ids(&template).contains(&"GreeterAliasgamma"), "{template}");
    let output = transform(&["--parameters-file", &path(&folder, "bad.json")], FUNCTION);
    check_code(&output, 2);
    assert!(err(&output).contains("bad.json"), "{}", err(&output));
}

#[test]
fn values_of_parameters_are_never_repeated_in_findings() {
    for value in ["hunter2!", "", "12345678901234567890"] {
        for format in ["text", "json"] {
            let pair = format!("Alias={value}");
            let output = transform(
                &["--diagnostics", format, "--parameter-overrides", &pair],
                FUNCTION,
            );
            check_code(&output, 1);
            assert!(
                value.is_empty() || !err(&output).contains(value),
                "{}",
                err(&output)
            );
        }
    }
}

#[test]
fn nothing_named_is_standard_input_or_the_template_of_the_folder() {
    let run = |folder: &TempDir, stdin: &str| {
        let mut command = canaryform();
        command.arg("transform").current_dir(folder.path());
        start(&mut command, stdin.as_bytes())
            .wait_with_output()
            .unwrap()
    };
    let both = folder(&[("template.yaml", FUNCTION), ("template.json", "{}")]);
    let found = run(&both, "");
    check_code(&found, 0);
    assert_eq!(err(&found), "note: the template is `template.yaml`\n");
    let piped = run(&both, &FUNCTION.replace("Greeter", "Piped"));
    assert!(out(&piped).contains("PipedAliaslive"), "{}", out(&piped));
    assert_eq!(err(&piped), "");
    let nothing = run(&folder(&[("other.yaml", FUNCTION)]), "");
    check_code(&nothing, 2);
    assert!(
        err(&nothing).contains("there is no `template.yaml`"),
        "{}",
        err(&nothing)
    );
}

#[test]
fn the_name_of_the_output_says_its_format_and_its_folder_is_made() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let run = |output: &str, arguments: &[&str]| {
        let target = path(&folder, output);
        let template = path(&folder, "template.yaml");
        let done = transform(
            &[&[template.as_str(), "-o", &target], arguments].concat(),
            "",
        );
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        (fs::read_to_string(&target).unwrap(), err(&done).to_owned())
    };
    let (text, notes) = run("a/b/out.json", &[]);
    assert!(
        text.starts_with('{') && notes.contains("gets JSON, as its name says"),
        "{notes}"
    );
    let (text, notes) = run("out.yml", &[]);
    assert!(!text.starts_with('{') && notes.is_empty(), "{notes}");
    let (text, notes) = run("out.yaml", &["--format", "json"]);
    assert!(
        text.starts_with('{') && notes.contains("gets JSON, as --format says"),
        "{notes}"
    );
}

#[test]
fn what_is_allowed_and_denied_decides_the_exit_code() {
    let warning = BROKEN.replace("      Tiemout: 3\n", "    Condition: Nowhere\n");
    for (arguments, code, words) in [
        (&["--deny", "warnings"][..], 1, "error[undefined-condition]"),
        (
            &["--deny", "undefined-condition"],
            1,
            "error[undefined-condition]",
        ),
        (&["--allow", "undefined-condition"], 0, ""),
        (
            &[
                "--allow",
                "undefined-condition",
                "--deny",
                "undefined-condition",
            ],
            1,
            "error[undefined-condition]",
        ),
        (
            &["--allow", "unknown-property"],
            2,
            "SAM refuses such a template too",
        ),
        (
            &["--deny", "undefined-conditions"],
            2,
            "did you mean `undefined-condition`?",
        ),
    ] {
        let output = transform(arguments, &warning);
        check_code(&output, code);
        assert!(err(&output).contains(words), "{}", err(&output));
        assert_eq!(
            err(&output).is_empty(),
            words.is_empty(),
            "{}",
            err(&output)
        );
    }
}

/// Of rules, too, which only `check` applies otherwise.
#[test]
fn what_is_denied_is_an_error_of_every_verb() {
    let unwatched =
        format!("{FUNCTION}      DeploymentPreference: {{Type: Canary10Percent5Minutes}}\n");
    let folder = folder(&[("old.yaml", FUNCTION), ("new.yaml", &unwatched)]);
    let (old, new) = (path(&folder, "old.yaml"), path(&folder, "new.yaml"));
    let run = |arguments: &[&str], code: i32| {
        let mut command = canaryform();
        command.current_dir(folder.path()).args(arguments);
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", err(&output));
        format!("{}{}", out(&output), err(&output))
    };
    let told = "error[gradual-without-watch]";
    for denied in ["gradual-without-watch", "warnings"] {
        for arguments in [
            &["transform", &new][..],
            &["diff", &old, &new],
            &["check", &new],
            &["snapshot", &new, "--accept"],
        ] {
            let said = run(&[arguments, &["--deny", denied]].concat(), 1);
            assert_eq!(said.matches(told).count(), 1, "{arguments:?}: {said}");
        }
        // What a change mends is no fault of it.
        let said = run(&["diff", &new, &old, "--deny", denied], 3);
        assert!(!said.contains(told), "{said}");
    }
    assert!(!run(&["transform", &new, "--deny", "ignored-key"], 0).contains("error"));
}

#[test]
fn the_macro_answers_for_a_template_as_in_an_account() {
    let unwatched =
        format!("{FUNCTION}      DeploymentPreference: {{Type: Canary10Percent5Minutes}}\n");
    let named = unwatched.replace(
        "AWS::Serverless-2016-10-31",
        "{Name: Canaryform, Parameters: {Allow: hook-role}}",
    );
    let inside = unwatched
        .replace("Transform: AWS::Serverless-2016-10-31\n", "")
        .replace(
            "Resources:",
            "Resources:\n  Fn::Transform: {Name: Canaryform}",
        );
    let folder = folder(&[
        ("sam.yaml", &unwatched),
        ("named.yaml", &named),
        ("inside.yaml", &inside),
        ("broken.yaml", "Resources: ["),
    ]);
    let run = |arguments: &[&str], code: i32| {
        let mut command = canaryform();
        command
            .current_dir(folder.path())
            .arg("macro")
            .args(arguments);
        let output = command.output().unwrap();
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?}: {}",
            err(&output)
        );
        format!("{}{}", out(&output), err(&output))
    };
    let overrides = ["--parameter-overrides", "Alias=other"];
    for name in ["sam.yaml", "named.yaml", "inside.yaml"] {
        let answer: Value =
            serde_json::from_str(&run(&[name, overrides[0], overrides[1]], 0)).unwrap();
        let fragment = &answer["fragment"];
        let resources = if name == "inside.yaml" {
            fragment
        } else {
            &fragment["Resources"]
        };
        assert!(
            resources.get("GreeterAliasother").is_some(),
            "{name}: {answer}"
        );
        // The request may be kept and answered later.
        let request = run(&[name, "--request", overrides[0], overrides[1]], 0);
        fs::write(folder.path().join("event.json"), &request).unwrap();
        let kept: Value = serde_json::from_str(&run(&["event.json"], 0)).unwrap();
        assert_eq!(kept, answer, "{name}");
        let said = run(&[name, "--deny", "hook-role,gradual-without-watch"], 1);
        assert!(said.contains("gradual-without-watch"), "{said}");
    }
    let request: Value = serde_json::from_str(&run(&["named.yaml", "--request"], 0)).unwrap();
    assert_eq!(request["params"]["Allow"], "hook-role");
    assert_eq!(request["templateParameterValues"]["Alias"], "live");
    assert!(request["fragment"].get("Transform").is_none());
    assert!(run(&["event.json", "--region", "eu-west-1"], 2).contains("are for a template"));
    assert!(run(&["sam.yaml", "--deny", "no-such-code"], 2).contains("no finding has the code"));
    assert!(run(&["broken.yaml"], 1).contains("error[yaml-syntax]"));
}

#[test]
fn nested_templates_are_transformed_with_what_they_are_given() {
    let child = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Alias: {Type: String}
Resources:
  Inner:
    Type: AWS::Serverless::Function
    Properties: {InlineCode: x, Handler: a.b, Runtime: python3.13, AutoPublishAlias: !Ref Alias}
";
    let parent = "\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Stage: {Type: String, Default: beta}
Resources:
  First: {Type: AWS::Serverless::Application, Properties: {Location: apps/child.yaml, Parameters: {Alias: !Ref Stage}}}
  Second: {Type: AWS::Serverless::Application, Properties: {Location: ./apps/child.yaml, Parameters: {Alias: beta}}}
  Third: {Type: AWS::Serverless::Application, Properties: {Location: apps/child.yaml, Parameters: {Alias: gamma}}}
  Fourth: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: ./apps/child.yaml, Parameters: {Alias: delta}}}
  Fifth: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: https://bucket.s3.amazonaws.com/child.yaml}}
";
    let folder = folder(&[
        ("template.yaml", parent),
        ("apps/child.yaml", child),
        (
            "circle.yaml",
            &parent.replace("apps/child.yaml", "circle.yaml"),
        ),
    ]);
    let run = |template: &str, arguments: &[&str]| {
        transform(
            &[&[path(&folder, template).as_str()], arguments].concat(),
            "",
        )
    };
    let output = path(&folder, "build/out.json");

    let alone = run("template.yaml", &[]);
    check_code(&alone, 0);
    assert!(
        err(&alone).contains("info[nested-left]")
            && err(&alone).contains("`First`, `Second`, `Third`")
    );
    let without_output = run("template.yaml", &["--recursive"]);
    check_code(&without_output, 2);

    let done = run("template.yaml", &["--recursive", "-o", &output]);
    assert_eq!(done.status.code(), Some(0), "{}", err(&done));
    let read = |name: &str| -> Value {
        serde_json::from_str(&fs::read_to_string(folder.path().join("build").join(name)).unwrap())
            .unwrap()
    };
    let made = read("out.json");
    let url = |id: &str| {
        made["Resources"][id]["Properties"]["TemplateURL"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(url("First"), "out-First.json");
    assert_eq!(url("Second"), "out-First.json");
    assert_eq!(url("Third"), "out-Third.json");
    assert!(ids(&read("out-First.json")).contains(&"InnerAliasbeta"));
    assert!(ids(&read("out-Third.json")).contains(&"InnerAliasgamma"));
    assert_eq!(url("Fourth"), "out-Fourth.json");
    assert!(ids(&read("out-Fourth.json")).contains(&"InnerAliasdelta"));
    assert!(url("Fifth").starts_with("https://"));

    let circle = run(
        "circle.yaml",
        &["--recursive", "-o", &output, "--diagnostics", "json"],
    );
    assert_eq!(circle.status.code(), Some(1));
    let found: Vec<Value> = serde_json::from_slice(&circle.stderr).unwrap();
    assert!(
        found.iter().any(|found| found["code"] == "nested-circle"),
        "{found:?}"
    );
}

#[test]
fn generated_resources_are_annotated_where_comments_can_stand() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let template = path(&folder, "template.yaml");
    let done = transform(&[&template, "--annotate"], "");
    check_code(&done, 0);
    let text = String::from_utf8(done.stdout).unwrap();
    let comment =
        "  # Greeter: AutoPublishAlias\n  GreeterAliaslive:\n    Type: AWS::Lambda::Alias";
    assert!(text.contains(comment), "{text}");
    assert!(text.contains("\n\n  Greeter:\n") || text.contains("Resources:\n  Greeter:\n"));

    let json = path(&folder, "out.json");
    for arguments in [
        &["--annotate", "--format", "json"][..],
        &["--annotate", "-o", &json],
    ] {
        let refused = transform(&[&[template.as_str()], arguments].concat(), "");
        check_code(&refused, 2);
        assert!(err(&refused).contains("--format yaml"), "{}", err(&refused));
    }
    assert!(!Path::new(&json).exists());
}

/// A function and a layer that name no code, and one whose code is not there.
const UNBUILT: &str = "\
Transform: AWS::Serverless-2016-10-31
Globals: {Function: {Handler: app.handler, Runtime: python3.13, AutoPublishAlias: live}}
Resources:
  Here: {Type: AWS::Serverless::Function}
  Layer: {Type: AWS::Serverless::LayerVersion}
  Missing: {Type: AWS::Serverless::Function, Properties: {CodeUri: build/missing}}
  Also: {Type: AWS::Serverless::Function, Properties: {CodeUri: build/also}}
";

#[test]
fn code_is_read_ignored_or_refused() {
    let project = folder(&[("template.yaml", UNBUILT), ("app.py", "x")]);
    let template = path(&project, "template.yaml");

    let read = transform(&[&template], "");
    check_code(&read, 1);
    assert_eq!(err(&read).matches("error[").count(), 1, "{}", err(&read));
    assert!(
        err(&read).contains("nor is the code of `Also`") && err(&read).contains("sam build"),
        "{}",
        err(&read)
    );

    let refused = transform(&[&template, "--code", "refuse"], "");
    check_code(&refused, 1);
    assert_eq!(
        err(&refused).matches("error[").count(),
        4,
        "{}",
        err(&refused)
    );

    let ignored = made(&[&template, "--code", "ignore"], "");
    let code = &ignored["Resources"]["Here"]["Properties"]["Code"];
    assert_eq!(code, ".");
    let elsewhere = folder(&[("template.yaml", UNBUILT)]);
    let other = made(
        &[&path(&elsewhere, "template.yaml"), "--code", "ignore"],
        "",
    );
    assert_eq!(ignored, other);

    fs::create_dir_all(project.path().join("build/missing")).unwrap();
    fs::create_dir_all(project.path().join("build/also")).unwrap();
    fs::write(project.path().join("build/missing/app.py"), "x").unwrap();
    fs::write(project.path().join("build/also/app.py"), "x").unwrap();
    let built = made(&[&template], "");
    assert_eq!(built["Resources"]["Here"]["Properties"]["Code"], ".");
}

#[cfg(unix)]
#[test]
fn the_file_that_is_written_is_no_code_however_it_is_named() {
    let template = UNBUILT.lines().take(4).collect::<Vec<_>>().join("\n");
    let project = folder(&[("template.yaml", &template), ("app.py", "x")]);
    let ids_in = |file: &str| -> Vec<String> {
        let text = fs::read_to_string(project.path().join(file)).unwrap();
        let made: Value = serde_json::from_str(&text).unwrap();
        ids(&made).into_iter().map(str::to_owned).collect()
    };
    let redirected = |name: &str, stdin: Option<&str>| {
        let target = fs::File::create(project.path().join(name)).unwrap();
        let mut command = canaryform();
        command
            .args(["transform", "--format", "json"])
            .current_dir(project.path())
            .stdout(target);
        if let Some(stdin) = stdin {
            command.stdin(fs::File::open(project.path().join(stdin)).unwrap());
        } else {
            command.arg("template.yaml");
        }
        let done = command.output().unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        let found = ids_in(name);
        fs::remove_file(project.path().join(name)).unwrap();
        found
    };
    let named = transform(
        &[
            &path(&project, "template.yaml"),
            "-o",
            &path(&project, "out.json"),
        ],
        "",
    );
    assert_eq!(named.status.code(), Some(0), "{}", err(&named));
    let first = ids_in("out.json");
    let again = transform(
        &[
            &path(&project, "template.yaml"),
            "-o",
            &path(&project, "out.json"),
        ],
        "",
    );
    assert_eq!(again.status.code(), Some(0), "{}", err(&again));
    assert_eq!(ids_in("out.json"), first);

    // What an earlier run left counts for another run, which says so.
    let with_earlier = transform(&[&path(&project, "template.yaml")], "");
    assert!(
        err(&with_earlier).contains("warning[result-among-code]"),
        "{}",
        err(&with_earlier)
    );
    fs::remove_file(project.path().join("out.json")).unwrap();
    assert_eq!(redirected("other.json", None), first);
    assert_eq!(redirected("third.json", Some("template.yaml")), first);
}

#[cfg(unix)]
#[test]
fn a_closed_standard_output_is_an_error() {
    let folder = folder(&[("template.yaml", FUNCTION)]);
    let run = |redirect: &str| {
        let script = format!(
            "exec '{}' transform '{}' {redirect}",
            env!("CARGO_BIN_EXE_canaryform"),
            path(&folder, "template.yaml")
        );
        Command::new("sh").args(["-c", &script]).output().unwrap()
    };
    let closed = run(">&-");
    assert_eq!(closed.status.code(), Some(2));
    assert!(err(&closed).contains("it is closed"), "{}", err(&closed));
    // Many programs open what they throw away for reading too.
    for thrown_away in [">/dev/null", "1<>/dev/null"] {
        let run = run(thrown_away);
        assert_eq!(run.status.code(), Some(0), "{thrown_away}: {}", err(&run));
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_is_stopped_leaves_nothing_behind() {
    let mut template = "Resources:\n".to_owned();
    for i in 0..30_000 {
        template += &format!("  Topic{i}: {{Type: AWS::SNS::Topic}}\n");
    }
    let folder = folder(&[("template.yaml", &template)]);
    let target = path(&folder, "out.yaml");
    let child = start(
        canaryform().args(["transform", &path(&folder, "template.yaml"), "-o", &target]),
        b"",
    );
    let names = || -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    };
    while names().len() < 2 {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    let _ = Command::new("kill").args(["-TERM", &pid]).status();
    child.wait_with_output().unwrap();
    let left: Vec<String> = names()
        .into_iter()
        .filter(|name| name.starts_with('.'))
        .collect();
    assert!(left.is_empty(), "{left:?}");
}

#[cfg(unix)]
#[test]
fn names_that_are_no_text_are_never_changed_to_others() {
    use std::os::unix::ffi::OsStringExt as _;
    let odd = std::ffi::OsString::from_vec(b"od\xffd".to_vec());
    let base = folder(&[("build/keep", "")]);
    let project = base.path().join(&odd);
    fs::create_dir_all(project.join("src")).unwrap();
    fs::write(project.join("src/app.py"), "x").unwrap();
    fs::write(project.join("template.yaml"), LOCAL).unwrap();
    let run = |output: &Path| {
        let mut command = canaryform();
        command
            .arg("transform")
            .arg(project.join("template.yaml"))
            .arg("-o")
            .arg(output);
        start(&mut command, b"").wait_with_output().unwrap()
    };
    let inside = run(&project.join("out.yaml"));
    assert_eq!(inside.status.code(), Some(0), "{}", err(&inside));
    let outside = run(&base.path().join("build/out.yaml"));
    assert_eq!(outside.status.code(), Some(2));
    assert!(
        err(&outside).contains("od\\xffd") && err(&outside).contains("not UTF-8"),
        "{}",
        err(&outside)
    );

    let region = std::ffi::OsString::from_vec(b"eu-\xff".to_vec());
    let mut command = canaryform();
    command.arg("transform").env("AWS_REGION", region);
    let output = start(&mut command, FUNCTION.as_bytes())
        .wait_with_output()
        .unwrap();
    check_code(&output, 2);
    assert!(
        err(&output).contains("AWS_REGION is not UTF-8"),
        "{}",
        err(&output)
    );
}

#[test]
fn a_version_is_new_exactly_when_the_code_is() {
    let project = folder(&[
        ("template.yaml", LOCAL),
        ("src/app.py", "one"),
        ("other/app.py", "one"),
    ]);
    let run = |arguments: &[&str]| {
        let template = made(
            &[&[path(&project, "template.yaml").as_str()], arguments].concat(),
            "",
        );
        assert_eq!(
            template["Resources"]["Greeter"]["Properties"]["Code"],
            "src/"
        );
        ids(&template)
            .into_iter()
            .find(|id| id.starts_with("GreeterVersion"))
            .unwrap()
            .to_owned()
    };
    let first = run(&[]);
    fs::write(project.path().join("README.md"), "not code").unwrap();
    assert_eq!(run(&[]), first);
    fs::write(project.path().join("src/app.py"), "two").unwrap();
    assert_ne!(run(&[]), first);

    let elsewhere = folder(&[("src/app.py", "one")]);
    assert_eq!(
        run(&["--code-root", elsewhere.path().to_str().unwrap()]),
        first
    );
}

#[test]
fn code_that_is_not_there_is_an_error_with_a_place() {
    let folder = folder(&[("template.yaml", LOCAL)]);
    let output = transform(&[&path(&folder, "template.yaml")], "");
    check_code(&output, 1);
    assert!(
        err(&output).contains("`src/` is not there"),
        "{}",
        err(&output)
    );
    assert!(
        err(&output).contains("template.yaml:6:16"),
        "{}",
        err(&output)
    );
}

#[test]
fn local_paths_start_at_the_folder_that_is_written_to() {
    let folder = folder(&[
        ("app/template.yaml", LOCAL),
        ("app/src/app.py", "x"),
        ("build/keep", ""),
    ]);
    let code = |output: &str| {
        let output = path(&folder, output);
        let done = transform(
            &[
                &path(&folder, "app/template.yaml"),
                "-o",
                &output,
                "--format",
                "json",
            ],
            "",
        );
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        let template: Value = serde_json::from_str(&fs::read_to_string(&output).unwrap()).unwrap();
        template["Resources"]["Greeter"]["Properties"]["Code"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(code("app/out.json"), "src/");
    assert_eq!(code("build/out.json"), "../app/src");
    assert_eq!(code("out.json"), "app/src");
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut template = "Resources:\n".to_owned();
    for i in 0..20_000 {
        template += &format!("  Topic{i}: {{Type: AWS::SNS::Topic}}\n");
    }
    let folder = folder(&[("template.yaml", &template)]);
    let mut child = start(
        canaryform().args(["transform", &path(&folder, "template.yaml")]),
        b"",
    );
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert_eq!(err(&output), "");
}

/// Inputs that no template has, each of which must be refused.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let sam = |properties: &str| {
        format!(
            "Transform: AWS::Serverless-2016-10-31\nResources: {{A: {{Type: AWS::Serverless::Function, Properties: {properties}}}}}\n"
        )
    };
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..20 {
        let before = vec![format!("*a{}", i - 1); 10].join(", ");
        bomb += &format!("a{i}: &a{i} [{before}]\n");
    }
    let deep = |count: usize| {
        (0..count)
            .map(|i| format!("{}a:\n", " ".repeat(i)))
            .collect::<String>()
    };
    let aliases = format!(
        "a: &a [x]\nResources: [{}]\n",
        vec!["*a"; 100_000].join(", ")
    );
    let alias_map = format!(
        "a: &a [{}]\nResources:\n{}",
        vec!["1"; 1_000].join(", "),
        (0..100_000)
            .map(|i| format!("  r{i}: {{a: *a}}\n"))
            .collect::<String>()
    );
    let wrong_resources = format!(
        "Resources:\n{}",
        (0..50_000)
            .map(|i| format!("  r{i}: 5\n"))
            .collect::<String>()
    );
    let utf16: Vec<u8> = "\u{feff}Resources: {}"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let mut noise = Vec::new();
    let mut state = 88_172_645_463_325_252_u64;
    for _ in 0..1 << 17 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend(state.to_le_bytes());
    }
    let text = |text: &str| text.as_bytes().to_vec();
    vec![
        ("nothing", vec![]),
        ("blanks", text("  \n\t\n \n")),
        ("a comment", text("# nothing here\n")),
        ("a byte-order mark", text("\u{feff}")),
        ("an empty document", text("---\n...\n")),
        ("null", text("null\n")),
        ("a word", text("Resources\n")),
        ("a number", text("42")),
        ("a list", text("- Resources\n- Outputs\n")),
        ("a list in JSON", text("[{\"Resources\": {}}]")),
        ("ten megabytes of [", vec![b'['; 10 << 20]),
        ("ten megabytes of {", vec![b'{'; 10 << 20]),
        ("ten megabytes of dashes", b"- ".repeat(5 << 20)),
        ("ten megabytes of question marks", b"? ".repeat(5 << 20)),
        ("ten megabytes of quotes", vec![b'"'; 10 << 20]),
        (
            "ten megabytes of spaces and a brace",
            [vec![b' '; 10 << 20], vec![b'}']].concat(),
        ),
        (
            "an endless line with a fault at its end",
            [b"a: ".to_vec(), vec![b'x'; 10 << 20], b": }".to_vec()].concat(),
        ),
        ("JSON maps, deep", b"{\"a\":".repeat(200_000)),
        (
            "JSON maps, deep and closed",
            [b"{\"a\":".repeat(5_000), b"1".to_vec(), b"}".repeat(5_000)].concat(),
        ),
        ("YAML maps, deep", text(&deep(1_500))),
        (
            "flow lists, deep and closed",
            [vec![b'['; 120], vec![b']'; 120]].concat(),
        ),
        ("a hundred thousand aliases", text(&aliases)),
        (
            "a hundred thousand aliases of a thousand numbers",
            text(&alias_map),
        ),
        ("a bomb of aliases", text(&bomb)),
        ("an alias of nothing", text("Resources: *nowhere\n")),
        (
            "an anchor that holds itself",
            text("Resources: &a {x: *a}\n"),
        ),
        ("a merge of itself", text("Resources: &a {<<: *a}\n")),
        ("a merge of a number", text("Resources: {<<: 5}\n")),
        ("NUL bytes", vec![0; 1 << 20]),
        ("a NUL byte", text("Resources: {a\0: 1}\n")),
        ("control characters", text("Resources: \u{1}\u{1b}[2J\n")),
        ("invalid UTF-8", b"Resources: {a: \"\xff\xfe\"}\n".to_vec()),
        (
            "a cut UTF-8 character",
            b"Resources: {a: \"\xe2\x82".to_vec(),
        ),
        ("UTF-16 that is cut", utf16[..utf16.len() - 1].to_vec()),
        ("noise", noise),
        (
            "half a surrogate pair",
            text("{\"Resources\": {\"a\": \"\\ud800\"}}"),
        ),
        ("an open quote", text("Resources: \"a\n")),
        ("an open list", text("Resources: [a, b\n")),
        ("open JSON", text("{\"Resources\": {")),
        ("JSON with more behind it", text("{\"Resources\": {}} }")),
        (
            "tabs for indentation",
            text("Resources:\n\tA:\n\t\tType: AWS::SNS::Topic\n"),
        ),
        ("a key twice", text("Resources: {}\nResources: {}\n")),
        (
            "a key twice in JSON",
            text("{\"Resources\": {}, \"Resources\": {}}"),
        ),
        ("two documents", text("Resources: {}\n---\nResources: {}\n")),
        ("an unknown tag", text("Resources: !Nope {}\n")),
        (
            "a tag of Python",
            text("Resources: !!python/object/apply:os.system [ls]\n"),
        ),
        ("infinity", text("Resources: {a: .inf}\n")),
        ("not a number", text("Resources: {a: .nan}\n")),
        (
            "a huge integer",
            text(&format!("Resources: {{a: {}}}\n", "9".repeat(100_000))),
        ),
        (
            "a huge float in JSON",
            text("{\"Resources\": {\"a\": 1e999}}"),
        ),
        ("a map for a key", text("Resources: {? {a: b} : c}\n")),
        (
            "another version of YAML",
            text("%YAML 9.9\n---\nResources: {}\n"),
        ),
        (
            "no resources",
            text("Transform: AWS::Serverless-2016-10-31\n"),
        ),
        (
            "a list of resources",
            text("Transform: AWS::Serverless-2016-10-31\nResources: [a]\n"),
        ),
        (
            "null for resources",
            text("Transform: AWS::Serverless-2016-10-31\nResources: null\n"),
        ),
        (
            "text for resources",
            text("Transform: AWS::Serverless-2016-10-31\nResources: all\n"),
        ),
        ("fifty thousand wrong resources", text(&wrong_resources)),
        ("a list of properties", text(&sam("[a]"))),
        ("null for properties", text(&sam("null"))),
        (
            "a megabyte for a property",
            text(&sam(&format!("{{{}: 1}}", "x".repeat(1 << 20)))),
        ),
        (
            "wrong types everywhere",
            text(&sam(
                "{CodeUri: 5, Handler: {}, Runtime: [], Layers: x, Tags: 1, Environment: [], Policies: 5, Role: [], DeploymentPreference: 1, AutoPublishAlias: {}}",
            )),
        ),
        (
            "a list for globals",
            text(
                "Transform: AWS::Serverless-2016-10-31\nGlobals: [a]\nResources: {A: {Type: AWS::SNS::Topic}}\n",
            ),
        ),
        (
            "null for mappings",
            text(
                "Transform: AWS::Serverless-2016-10-31\nMappings: null\nResources: {A: {Type: AWS::SNS::Topic}}\n",
            ),
        ),
    ]
}

#[test]
fn hostile_input_is_refused_with_a_message() {
    for (name, input) in hostile() {
        // What is big takes long, and says the same in both.
        let formats: &[&str] = if input.len() < 1 << 20 {
            &["text", "json"]
        } else {
            &["text"]
        };
        for format in formats {
            let output = transform(&["-", "--diagnostics", format], &input);
            let message = String::from_utf8_lossy(&output.stderr);
            let shown: String = message.chars().take(500).collect();
            assert!(
                matches!(output.status.code(), Some(1 | 2)),
                "{name}: {:?} {shown}",
                output.status
            );
            assert!(output.stdout.is_empty(), "{name}: something is written");
            assert!(
                !message.trim().is_empty() && !message.contains("panicked"),
                "{name}: {shown}"
            );
            assert!(!message.contains(['\0', '\u{1b}']), "{name}: {shown}");
            assert!(
                *format == "json" || message.len() < 60_000,
                "{name}: {} bytes of message",
                message.len()
            );
        }
    }
}

/// Templates that are odd and big, and nothing is wrong with them.
#[test]
fn big_and_odd_templates_pass() {
    let resources = |count: usize| {
        (0..count)
            .map(|i| format!("  Topic{i}: {{Type: AWS::SNS::Topic}}\n"))
            .collect::<String>()
    };
    let nested = |count: usize| format!("{}x{}", "{a: ".repeat(count), "}".repeat(count));
    let references = "${AWS::Region}".repeat(50_000);
    for (name, template) in [
        (
            "many resources",
            format!("Resources:\n{}", resources(20_000)),
        ),
        (
            "nested deeply",
            format!(
                "Resources: {{A: {{Type: AWS::SNS::Topic, Metadata: {}}}}}\n",
                nested(90)
            ),
        ),
        (
            "a long text",
            format!(
                "Description: {}\nResources:\n{}",
                "x".repeat(5 << 20),
                resources(1)
            ),
        ),
        (
            "many references",
            format!(
                "Resources:\n  A: {{Type: AWS::SNS::Topic, Properties: {{TopicName: !Sub '{references}'}}}}\n"
            ),
        ),
        (
            "Windows line ends",
            "Resources:\r\n  A:\r\n    Type: AWS::SNS::Topic\r\n".to_owned(),
        ),
        (
            "a byte-order mark",
            "\u{feff}Resources:\n  A:\n    Type: AWS::SNS::Topic\n".to_owned(),
        ),
        (
            "tabs in JSON",
            "{\n\t\"Resources\": {\n\t\t\"A\": {\"Type\": \"AWS::SNS::Topic\"}\n\t}\n}".to_owned(),
        ),
    ] {
        let output = transform(&[], &template);
        assert_eq!(output.status.code(), Some(0), "{name}: {}", err(&output));
    }
}

#[test]
fn codes_are_listed_and_looked_up() {
    let run = |arguments: &[&str]| canaryform().arg("codes").args(arguments).output().unwrap();

    let all = run(&["--format", "markdown"]);
    check_code(&all, 0);
    assert!(out(&all).contains(
        "| `duplicate-key` | error | canaryform | the last of the values counts, as in SAM | A key stands twice in one map; YAML forbids that, and SAM would drop the first value without a word. |\n"
    ));
    assert!(out(&all).contains("| `ignored-key` | warning |  |  | A map has a key"));

    let one = run(&["duplicate-key"]);
    check_code(&one, 0);
    assert_eq!(
        out(&one),
        "duplicate-key (error, refused by canaryform)
    A key stands twice in one map; YAML forbids that, and SAM would drop the
    first value without a word.
    Where it is allowed, the last of the values counts, as in SAM.

`canaryform check --explain duplicate-key` says what to do.
"
    );

    let one = run(&["deployment-without-alias", "--format", "json"]);
    check_code(&one, 0);
    let rows: Value = serde_json::from_str(out(&one)).unwrap();
    assert_eq!(
        rows,
        serde_json::json!([{
            "code": "deployment-without-alias",
            "severity": "error",
            "refused_by": "SAM",
            "allowed": null,
            "meaning": "A gradual deployment shifts the traffic of an alias, and there is no `AutoPublishAlias`.",
        }])
    );

    let wrong = run(&["deployment-without-alais"]);
    check_code(&wrong, 2);
    assert!(err(&wrong).contains("did you mean `deployment-without-alias`?"));
    let far = run(&["xyzzy"]);
    check_code(&far, 2);
    assert!(err(&far).contains("`canaryform codes` lists them all"));
}

#[test]
fn a_plan_says_which_versions_may_go() {
    let run = |arguments: &[&str], stdin: &str| {
        let mut command = canaryform();
        command.arg("prune-plan").args(arguments);
        start(&mut command, stdin.as_bytes())
            .wait_with_output()
            .unwrap()
    };
    let arn = "arn:aws:lambda:eu-west-1:123456789012:function:greeter";
    let listed: Vec<Value> = (1..=7)
        .map(|number| {
            serde_json::json!({
                "FunctionArn": format!("{arn}:{number}"), "Version": number.to_string(), "CodeSize": 650_000,
                "LastModified": "2026-01-02T03:04:05.678+0000",
            })
        })
        .collect();
    let versions = serde_json::json!({ "Versions": listed }).to_string();
    let aliases = serde_json::json!({ "Aliases": [
        { "AliasArn": format!("{arn}:live"), "FunctionVersion": "7" },
        { "AliasArn": format!("{arn}:before"), "FunctionVersion": "1" },
    ]})
    .to_string();

    let plan = run(&["--keep", "5"], &format!("{versions}\n{aliases}"));
    check_code(&plan, 0);
    let page = include_str!("../docs/src/tasks/old-versions.md");
    let shown = page.split("> prune.sh\n```\n\n```text\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    for part in shown.split("# ...\n") {
        assert!(out(&plan).contains(part), "{}", out(&plan));
    }

    let folder = folder(&[("versions.json", &versions), ("aliases.json", &aliases)]);
    let files = [
        path(&folder, "versions.json"),
        path(&folder, "aliases.json"),
    ];
    let json = run(&["--keep=1", "--format", "json", &files[0], &files[1]], "");
    check_code(&json, 0);
    let json: Value = serde_json::from_str(out(&json)).unwrap();
    let numbers = |list: &str| -> Vec<u64> {
        let listed = json[list].as_array().unwrap().iter();
        listed
            .map(|version| version["version"].as_u64().unwrap())
            .collect()
    };
    assert_eq!(numbers("kept"), [7, 1]);
    assert_eq!(numbers("may_go"), [2, 3, 4, 5, 6]);

    let alone = run(&["--keep", "5"], &versions);
    check_code(&alone, 2);
    assert!(
        err(&alone).contains("add what `aws lambda list-aliases` writes"),
        "{}",
        err(&alone)
    );
    for wrong in [&["--keep", "0"][..], &[], &["--keep", "5", "nowhere.json"]] {
        check_code(&run(wrong, &aliases), 2);
    }
}

/// A gradual deployment that nothing can stop.
const UNWATCHED: &str = "\
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/
      Handler: app.handler
      Runtime: python3.13
      AutoPublishAlias: live
      DeploymentPreference: {Type: Linear10PercentEvery1Minute}
";

/// Runs `canaryform check` in a folder.
fn check(folder: &TempDir, arguments: &[&str]) -> Output {
    let mut command = canaryform();
    command
        .arg("check")
        .args(arguments)
        .current_dir(folder.path());
    start(&mut command, b"").wait_with_output().unwrap()
}

#[test]
fn check_finds_the_templates_of_a_folder_and_says_what_it_skipped() {
    let folder = folder(&[
        ("template.yaml", UNWATCHED),
        ("sub/clean.yml", FUNCTION),
        ("values.yaml", "replicas: 3\n"),
        ("broken.yaml", "a: [\n"),
        ("notes.txt", "Resources:\n"),
    ]);
    let found = check(&folder, &[]);
    assert_eq!(found.status.code(), Some(1));
    assert!(
        out(&found).ends_with("\n2 templates: 1 warning; 2 files are no templates\n"),
        "{}",
        out(&found)
    );
    assert!(out(&found).contains("--> template.yaml:10:36"));
    for clean in [
        &["sub"][..],
        &["sub/*.yml", "values.yaml"],
        &["template.yaml", "--level", "error"],
        &["template.yaml", "--allow", "gradual-without-watch"],
    ] {
        let found = check(&folder, clean);
        assert_eq!(found.status.code(), Some(0), "{}", out(&found));
    }
    let denied = check(
        &folder,
        &["--level", "error", "--deny", "gradual-without-watch"],
    );
    assert_eq!(denied.status.code(), Some(1));
    assert!(out(&denied).contains("error[gradual-without-watch]"));
    for wrong in [
        &["none.yaml"][..],
        &["*.none"],
        &["-", "template.yaml"],
        &["--stdin-filename", "x.yaml"],
        &["--deny", "no-such-code"],
        &["--explain", "no-such-code"],
    ] {
        let failed = check(&folder, wrong);
        assert_eq!(failed.status.code(), Some(2), "{wrong:?}");
        assert!(err(&failed).starts_with("error: "), "{}", err(&failed));
    }
}

#[test]
fn check_reads_standard_input_under_a_name() {
    let mut given = canaryform();
    given.args([
        "check",
        "-",
        "--stdin-filename",
        "stacks/a.yaml",
        "--format",
        "github",
    ]);
    let found = start(&mut given, UNWATCHED.as_bytes())
        .wait_with_output()
        .unwrap();
    assert_eq!(found.status.code(), Some(1));
    assert_eq!(
        out(&found),
        "::warning file=stacks/a.yaml,line=10,col=36,title=gradual-without-watch::the traffic of `Greeter` shifts gradually, and nothing can stop it: there is no alarm and no hook%0Aadd `Alarms: [!Ref ...]` to the preference, or a hook\n"
    );
}

#[test]
fn check_writes_what_programs_read() {
    let folder = folder(&[("a b.yaml", UNWATCHED), ("clean.yaml", FUNCTION)]);
    let json: Value =
        serde_json::from_slice(&check(&folder, &["--format", "json"]).stdout).unwrap();
    assert_eq!(json[0]["code"], "gradual-without-watch");
    assert_eq!(json[0]["file"], "a b.yaml");
    let sarif: Value =
        serde_json::from_slice(&check(&folder, &["--format", "sarif"]).stdout).unwrap();
    let run = &sarif["runs"][0];
    let result = &run["results"][0];
    assert_eq!(
        run["tool"]["driver"]["rules"][0]["id"],
        "gradual-without-watch"
    );
    assert_eq!(result["ruleIndex"], 0);
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "a%20b.yaml");
    assert_eq!(place["region"]["startLine"], 10);
    let junit = check(&folder, &["--format", "junit"]);
    let junit = out(&junit);
    assert!(
        junit.contains("<testsuites name=\"canaryform check\" tests=\"2\" failures=\"1\""),
        "{junit}"
    );
    assert!(junit.contains("<testcase classname=\"clean.yaml\" name=\"no findings\"/>"));
}

#[test]
fn check_explains_and_lists_its_codes() {
    let folder = folder(&[]);
    let page = check(&folder, &["--explain", "alarm-sees-nothing"]);
    assert_eq!(page.status.code(), Some(0));
    assert!(out(&page).starts_with("alarm-sees-nothing (warning)\n\nAn alarm watches"));
    let page = check(&folder, &["--explain", "unknown-property"]);
    assert!(
        out(&page).contains("SAM refuses such a template too"),
        "{}",
        out(&page)
    );
    let list = check(&folder, &["--list"]);
    assert!(
        out(&list)
            .lines()
            .any(|line| line == "alarm-sees-nothing (warning)")
    );
}

#[test]
fn what_a_person_looks_up_fits_a_terminal() {
    let of = |arguments: &[&str]| {
        let done = canaryform().args(arguments).output().unwrap();
        check_code(&done, 0);
        out(&done).to_owned()
    };
    let page = ["check", "--explain", "alarm-cannot-stop"];
    for page in [of(&["codes"]), of(&["properties"]), of(&page)] {
        for line in page.lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
}

#[test]
fn what_a_template_ignores_no_verb_tells() {
    let ignoring = UNWATCHED.replace(
        "    Properties:\n",
        "    Metadata: {Canaryform: {Ignore: {gradual-without-watch: we look}}}\n    Properties:\n",
    );
    let word = "Metadata: {Canaryform: {Ignore: [word-changed-by-reading]}}\nOutputs:\n  A: {Value: yes}\n";
    let folder = folder(&[
        ("a.yaml", &ignoring),
        ("b.yaml", &format!("{FUNCTION}{word}")),
    ]);
    let found = check(&folder, &["--level", "info"]);
    assert_eq!(found.status.code(), Some(0), "{}", out(&found));
    let told = transform(&[&path(&folder, "b.yaml")], "");
    assert_eq!(err(&told), "");
    let denied = check(&folder, &["a.yaml", "--deny", "gradual-without-watch"]);
    assert_eq!(denied.status.code(), Some(1));
}

#[test]
fn words_of_other_tools_lead_to_what_is_meant() {
    for (arguments, tip) in [
        (&["validate", "template.yaml"][..], "`canaryform check`"),
        (&["expand"], "`canaryform transform`"),
        (&["plan"], "`canaryform diff`"),
        (&["deploy", "--guided"], "neither builds nor deploys"),
        (&["version"], "`canaryform --version`"),
        (&["template.yaml"], "`canaryform transform FILE`"),
        (&["transform", "a.yaml", "b.yaml"], "takes one template"),
        (&["transform", "--profile=mine"], "nothing is asked of AWS"),
        (
            &["check", "-t", "a.yaml"],
            "`canaryform check template.yaml`",
        ),
        (&["diff", "--base", "main"], "`canaryform diff main`"),
        (&["trnsform"], "'transform'"),
        (&["explain", "--json"], "tip: write `--format json`\n"),
        (
            &["transform", "--json"],
            "tip: write `--format json` or `--diagnostics json`\n",
        ),
        (&["check", "--sarif"], "write `--format sarif`"),
        (&["check", "--error"], "write `--level error`"),
        (&["check", "--diagnostics", "json"], "here it is `--format`"),
        (
            &["transform", "-p", "A=mine"],
            "here it is `--parameter-overrides KEY=VALUE`",
        ),
        (&["check", "--strict"], "here it is `--deny warnings`"),
        (&["check", "-o", "found.json"], "`> FILE` writes it"),
        (&["schema", "-o", "schema.json"], "`> FILE` writes it"),
        (&["explain", "--formt", "json"], "'--format'"),
        (
            &["explain", "alarm-cannot-stop"],
            "`canaryform check --explain alarm-cannot-stop`",
        ),
        (&["snapshot", "--name", "a"], "`canaryform snapshot --help`"),
    ] {
        let output = canaryform()
            .args(arguments)
            .current_dir("fixtures")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        check_code(&output, 2);
        assert!(
            err(&output).contains(tip),
            "{arguments:?}: {}",
            err(&output)
        );
        assert!(!err(&output).contains("mine"), "{}", err(&output));
        assert!(!err(&output).contains("as a value"), "{}", err(&output));
    }
}

#[test]
fn the_template_and_the_output_have_the_names_of_other_tools_too() {
    let named = canaryform()
        .args(["transform", "fixtures/gradual/canary.yaml"])
        .output()
        .unwrap();
    let folder = TempDir::new().unwrap();
    for (template, output) in [
        ("-t", "--output-file"),
        ("--template", "--output-template-file"),
        ("--template-file", "--output"),
    ] {
        let made = path(&folder, &output[2..]) + ".yaml";
        let done = canaryform()
            .args(["transform", "--parameter-overrides", "A=b"])
            .args([template, "fixtures/gradual/canary.yaml", output, &made])
            .output()
            .unwrap();
        assert_eq!(done.status.code(), Some(0), "{}", err(&done));
        assert_eq!(fs::read_to_string(made).unwrap(), out(&named));
    }
}

#[test]
fn several_codes_may_have_commas_between_them() {
    let check = |codes: &[&str]| {
        let mut call = canaryform();
        let call = call.args(["check", "fixtures/check/worker.yaml"]);
        call.args(codes).output().unwrap().status.code()
    };
    assert_eq!(check(&["--allow", "alarm-sees-nothing"]), Some(1));
    let both = "alarm-sees-nothing,latest-still-invoked";
    assert_eq!(check(&["--allow", both]), Some(0));
    assert_eq!(check(&["--allow", both, "--deny", both]), Some(1));
}

#[test]
fn help_fits_a_terminal() {
    for verb in verbs() {
        let help = canaryform()
            .args([&verb, "--help"])
            .env("COLUMNS", "80")
            .output()
            .unwrap();
        let below = out(&help).split("\nExamples:\n").nth(1).unwrap_or_default();
        let mut lines = below.lines().take_while(|line| !line.is_empty());
        assert!(
            lines.all(|line| line.starts_with("  ") && line.chars().count() <= 80),
            "{verb}: {below}"
        );
    }
}

#[test]
fn a_tab_is_found_in_the_line_that_it_indents() {
    for text in [
        "Resources:\n  A:\n    Type: AWS::SNS::Topic\n\tB: 1\n",
        "Resources:\n\tA: {Type: AWS::SNS::Topic}\n",
    ] {
        let output = transform(&[], text);
        check_code(&output, 1);
        assert!(
            err(&output).contains("this line is indented with a tab"),
            "{}",
            err(&output)
        );
    }
}

#[test]
fn several_pairs_in_one_text_are_noticed() {
    let template = "Parameters: {Stage: {Type: String}, Level: {Type: String, Default: a}}\n\
                    Resources: {A: {Type: AWS::SNS::Topic, Properties: {DisplayName: !Ref Stage}}}\n";
    for (value, count) in [
        ("Stage=s3cr3t Level=b", 1),
        ("Stage=a Lever=b", 0),
        ("Stage=a=b Level", 0),
    ] {
        let output = transform(&["--parameter-overrides", value], template);
        check_code(&output, 0);
        let told = err(&output).matches("warning[parameter-value]").count();
        assert_eq!(told, count, "{value}: {}", err(&output));
        assert!(!err(&output).contains("s3cr3t"), "{}", err(&output));
    }
}
