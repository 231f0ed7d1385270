//! Where the reference breaks, or writes what cannot be deployed, and no fixture can show it: the rest of the template
//! cannot be deployed either.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on should panic")]

use canaryform::tree::{Value, json};
use canaryform::{Options, read, transform};

fn made(text: &str) -> Value {
    let template = read(text.as_bytes()).unwrap().template;
    let output = transform(template, &Options::new("us-east-1"));
    assert!(!output.has_errors(), "{:?}", output.diagnostics);
    Value::Object(output.template.0)
}

/// Two functions with a condition each, that reach application and service role.
fn two_conditions(section: &str) -> String {
    format!(
        "
Transform: AWS::Serverless-2016-10-31
{section}
Globals:
  Function:
    CodeUri: s3://bucket/code.zip
    Handler: app.handler
    Runtime: python3.13
    AutoPublishAlias: live
    DeploymentPreference: {{Type: AllAtOnce, PassthroughCondition: true}}
Resources:
  Beta: {{Type: AWS::Serverless::Function, Condition: IsBeta}}
  Prod: {{Type: AWS::Serverless::Function, Condition: IsProd}}
"
    )
}

#[test]
fn the_aggregate_condition_is_written_where_there_is_no_section_for_it() {
    for section in ["", "Conditions: {}", "Conditions: null"] {
        let template = made(&two_conditions(section));
        assert_eq!(
            template["Conditions"]["ServerlessCodeDeployCondition"],
            json!({"Fn::Or": [{"Condition": "IsBeta"}, {"Condition": "IsProd"}]}),
            "{section}"
        );
        assert_eq!(
            template["Resources"]["ServerlessDeploymentApplication"]["Condition"],
            "ServerlessCodeDeployCondition"
        );
    }
}

#[test]
fn the_condition_of_a_role_that_may_be_absent_is_written_where_there_is_no_section_for_it() {
    let template = made(
        "
Transform: AWS::Serverless-2016-10-31
Resources:
  Greeter:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: s3://bucket/code.zip
      Handler: app.handler
      Runtime: python3.13
      Role: !If [HasRole, 'arn:aws:iam::123456789012:role/greeter', !Ref AWS::NoValue]
",
    );
    assert_eq!(
        template["Conditions"]["NOTHasRole"],
        json!({"Fn::Not": [{"Condition": "HasRole"}]})
    );
    assert_eq!(
        template["Resources"]["GreeterRole"]["Condition"],
        "NOTHasRole"
    );
}
