//! Few lines can ask for any amount: then the answer is a finding, not a process that dies.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use canaryform::{Options, read, transform};

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

/// That a template comes out where the output may have `enough` bytes, and is refused where it may have only `few`.
#[track_caller]
fn assert_counted(text: &str, enough: usize, few: usize) {
    assert_eq!(told(text, enough), [""; 0]);
    assert_eq!(told(text, few), ["output-too-large"]);
}

/// So many lines, each of its number.
fn lines(count: usize, line: impl Fn(usize) -> String) -> String {
    (0..count).map(|number| line(number) + "\n").collect()
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
    text += &lines(500, |number| format!("        V{number}: value"));
    text += "Resources:\n";
    text += &lines(500, |number| {
        format!("  F{number}:\n    Type: AWS::Serverless::Function\n    Properties: {{}}")
    });
    // 500 times 500 variables, each of some fifteen bytes.
    assert_counted(&text, 8 << 20, 1 << 20);
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
    text += &lines(200, |number| {
        format!(
            "        E{number}: {{Type: Api, Properties: {{RestApiId: !Ref Shop, Path: /p{number}, Method: get}}}}"
        )
    });
    // 200 paths, each with 100,000 bytes.
    assert_counted(&text, 21 << 20, 8 << 20);
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
    text += &lines(count, |number| {
        format!(
            "        E{number}: {{Type: {event}, Properties: {{{id}: !Ref Shop, Path: /p{number}, Method: get, Auth: {{Authorizer: Users}}}}}}"
        )
    });
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
        assert_counted(&text, 16 << 20, 1 << 20);
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
    text += &lines(100, |number| {
        format!("        A{number}: {{UserPoolArn: arn}}")
    });
    text += "Resources:\n";
    text += &lines(100, |number| {
        format!(
            "  Api{number}: {{Type: AWS::Serverless::Api, Properties: {{StageName: p, DefinitionBody: {{swagger: '2.0', paths: {{/a: {{}}}}}}}}}}"
        )
    });
    assert_counted(&text, 16 << 20, 1 << 20);
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
    assert_counted(&text, 16 << 20, 1 << 17);
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
    text += &lines(100, |number| {
        format!(
            "        Route{number}: {{Type: Api, Properties: {{Path: /p{number}, Method: get, RequestParameters: *parameters}}}}"
        )
    });
    assert_counted(&text, 16 << 20, 1 << 20);
}
