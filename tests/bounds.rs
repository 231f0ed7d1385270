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

/// A template with an API of `kind`, whose `Auth` is this, and so many routes.
fn routes(kind: &str, auth: &str, count: usize) -> String {
    let (id, event) = match kind {
        "Api" => ("RestApiId", "Api"),
        _ => ("ApiId", "HttpApi"),
    };
    let mut text = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Shop:
    Type: AWS::Serverless::{kind}
    Properties: {{StageName: prod, Auth: {auth}}}
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
      Events:
"
    );
    for number in 0..count {
        let _ = writeln!(
            text,
            "        E{number}: {{Type: {event}, Properties: {{{id}: !Ref Shop, Path: /p{number}, Method: get, Auth: {{Authorizer: Users}}}}}}"
        );
    }
    text
}

#[test]
fn scopes_that_each_route_gets_are_counted_while_they_are_copied() {
    let scopes = "s,".repeat(2_000);
    let of_users = format!(
        "{{Authorizers: {{Users: {{UserPoolArn: arn, AuthorizationScopes: [{scopes}]}}}}}}"
    );
    let of_tokens = format!(
        "{{Authorizers: {{Users: {{JwtConfiguration: {{issuer: i, audience: [a]}}, IdentitySource: x, AuthorizationScopes: [{scopes}]}}}}}}"
    );
    for (kind, auth) in [("Api", of_users), ("HttpApi", of_tokens)] {
        // 100 routes, each with 2,000 scopes in lines of their own.
        let text = routes(kind, &auth, 100);
        assert_eq!(told(&text, 16 << 20), [""; 0]);
        assert_eq!(told(&text, 1 << 20), ["output-too-large"]);
    }
}

#[test]
fn what_globals_give_the_documents_of_apis_is_counted() {
    let mut text = "Transform: AWS::Serverless-2016-10-31
Globals:
  Api:
    Auth:
      Authorizers:
"
    .to_owned();
    for number in 0..100 {
        let _ = writeln!(text, "        A{number}: {{UserPoolArn: arn}}");
    }
    text += "Resources:\n";
    for number in 0..100 {
        let _ = writeln!(
            text,
            "  Api{number}: {{Type: AWS::Serverless::Api, Properties: {{StageName: p, DefinitionBody: {{swagger: '2.0', paths: {{/a: {{}}}}}}}}}}"
        );
    }
    assert_eq!(told(&text, 16 << 20), [""; 0]);
    assert_eq!(told(&text, 1 << 20), ["output-too-large"]);
}

#[test]
fn nothing_is_left_of_what_is_too_large() {
    let template =
        read(routes("Api", "{Authorizers: {Users: {UserPoolArn: arn}}}", 100).as_bytes())
            .unwrap()
            .template;
    let options = Options::new("eu-west-1").with_most_output(1_000);
    assert!(transform(template, &options).template.0.is_empty());
}

#[test]
fn what_a_connector_grants_is_counted_while_it_is_made() {
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Table: {{Type: AWS::Serverless::SimpleTable}}
  Greeter:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: s3://bucket/key, Handler: app.handler, Runtime: python3.13}}
  Link:
    Type: AWS::Serverless::Connector
    Properties:
      Source: {{Id: Greeter}}
      Destination: [{}]
      Permissions: [Read]
",
        "{Id: Table},".repeat(1_000)
    );
    assert_eq!(told(&text, 16 << 20), [""; 0]);
    assert_eq!(told(&text, 1 << 17), ["output-too-large"]);
}

#[test]
fn of_more_findings_than_anybody_reads_there_is_a_count() {
    let text = format!(
        "Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
      Policies: [{}]
",
        "a,".repeat(10_002)
    );
    let template = read(text.as_bytes()).unwrap().template;
    let found = transform(template, &Options::new("eu-west-1")).diagnostics;
    assert_eq!(found.len(), 10_001);
    let counts = found
        .iter()
        .filter(|found| found.message.contains(" 2 more "));
    assert_eq!(counts.count(), 1);
}

#[test]
fn parameters_that_each_route_gets_are_counted() {
    let mut text = format!(
        "Transform: AWS::Serverless-2016-10-31
Metadata: {{Parameters: &parameters [{}]}}
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/key
      Handler: app.handler
      Runtime: python3.13
      Events:
",
        "method.request.querystring.name,".repeat(100)
    );
    for number in 0..100 {
        let _ = writeln!(
            text,
            "        Route{number}: {{Type: Api, Properties: {{Path: /p{number}, Method: get, RequestParameters: *parameters}}}}"
        );
    }
    assert_eq!(told(&text, 16 << 20), [""; 0]);
    assert_eq!(told(&text, 1 << 20), ["output-too-large"]);
}
