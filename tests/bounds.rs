//! Few lines can ask for any amount: then the answer is a finding, not a process that dies.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use canaryform::{Options, read, transform};
use std::fmt::Write as _;

/// What is found in a template whose output may have so many bytes.
fn told(text: &str, most: usize) -> Vec<&'static str> {
    let template = read(text.as_bytes()).unwrap().template;
    let options = Options::new("eu-west-1").with_most_output(most);
    let output = transform(template, &options);
    output
        .diagnostics
        .iter()
        .map(|found| found.code.name)
        .collect()
}

#[test]
fn what_globals_multiply_is_counted_while_it_is_made() {
    let mut text = "Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: s3://bucket/key
    Handler: app.handler
    Runtime: python3.13
    Environment:
      Variables:
"
    .to_owned();
    for number in 0..500 {
        let _ = writeln!(text, "        V{number}: value");
    }
    text += "Resources:\n";
    for number in 0..500 {
        let _ = writeln!(
            text,
            "  F{number}:\n    Type: AWS::Serverless::Function\n    Properties: {{}}"
        );
    }
    // 500 times 500 variables, each of some fifteen bytes.
    assert_eq!(told(&text, 8 << 20), [""; 0]);
    assert_eq!(told(&text, 1 << 20), ["output-too-large"]);
}

#[test]
fn a_text_that_each_path_gets_is_counted_before_it_is_printed() {
    let mut text = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::Api
    Properties: {{StageName: prod, Cors: {{AllowOrigin: \"'{}'\"}}}}
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
      Events:
",
        "x".repeat(100_000)
    );
    for number in 0..200 {
        let _ = writeln!(
            text,
            "        E{number}: {{Type: Api, Properties: {{RestApiId: !Ref Shop, Path: /p{number}, Method: get}}}}"
        );
    }
    // 200 paths, each with 100,000 bytes.
    assert_eq!(told(&text, 21 << 20), [""; 0]);
    assert_eq!(told(&text, 8 << 20), ["output-too-large"]);
}
