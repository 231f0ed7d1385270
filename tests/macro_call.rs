//! The macro's answers: for every fixture what the command gives, for everything else a sentence.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use std::fs;
use std::path::PathBuf;

use canaryform::macro_call::{MAX_MESSAGE, answer, answer_denying};
use canaryform::{Options, read, transform};
use serde_json::{Map, Value, json};

fn request(fragment: &Value, params: &Value) -> Value {
    json!({
        "region": "us-east-1",
        "accountId": "123456789012",
        "fragment": fragment,
        "transformId": "123456789012::Canaryform",
        "params": params,
        "requestId": "id-1",
        "templateParameterValues": {},
    })
}

/// The answer, which is well-formed whatever was asked.
fn ask(body: &str) -> Value {
    let reply = answer(body);
    let response: Value = serde_json::from_str(&reply.response).unwrap();
    assert_eq!(reply.succeeded, response["status"] == "success");
    match response["status"].as_str() {
        Some("success") => assert!(response.get("errorMessage").is_none()),
        Some("failure") => {
            assert!(response.get("fragment").is_none());
            let message = response["errorMessage"].as_str().unwrap();
            assert!(
                !message.is_empty() && message.chars().count() <= MAX_MESSAGE,
                "{message}"
            );
        }
        other => panic!("status {other:?}"),
    }
    response
}

fn message(body: &str) -> String {
    let response = ask(body);
    assert_eq!(response["status"], "failure", "{response}");
    response["errorMessage"].as_str().unwrap().to_owned()
}

fn function(extra: Value) -> Value {
    let mut properties = json!({ "CodeUri": "s3://b/k", "Handler": "h", "Runtime": "python3.13" });
    properties
        .as_object_mut()
        .unwrap()
        .extend(extra.as_object().unwrap().clone());
    json!({ "Type": "AWS::Serverless::Function", "Properties": properties })
}

/// Every template of the fixtures, and `template.yaml`.
fn fixtures() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for group in fs::read_dir(root.join("fixtures")).unwrap() {
        for file in fs::read_dir(group.unwrap().path()).unwrap() {
            let path = file.unwrap().path();
            if path
                .extension()
                .is_some_and(|extension| extension == "yaml")
            {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

#[test]
fn the_macro_and_the_command_agree_on_every_fixture() {
    let mut compared = 0;
    for (path, text) in fixtures() {
        let Ok(template) = read(text.as_bytes()) else {
            continue;
        };
        let header = |key: &str| {
            let lines = text.lines().map_while(|line| line.strip_prefix("# "));
            lines
                .filter_map(|line| line.strip_prefix(key))
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        let region = match header("region: ") {
            region if region.is_empty() => "us-east-1".to_owned(),
            region => region,
        };
        let values: Map<String, Value> = header("parameters: ")
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        let output = transform(
            template.template.clone(),
            &Options::new(region.clone()).with_parameters(values.clone()),
        );
        let mut body = request(&Value::Object(template.template.0.into()), &json!({}));
        body["region"] = region.into();
        body["templateParameterValues"] = values.into();
        let response = ask(&body.to_string());
        if output.has_errors() {
            assert_eq!(response["status"], "failure", "{}", path.display());
        } else {
            compared += 1;
            assert_eq!(
                response["fragment"],
                Value::Object(output.template.0.into()),
                "{}",
                path.display()
            );
        }
        assert_eq!(response["requestId"], "id-1");
    }
    assert!(compared > 60, "{compared}");
}

#[test]
fn a_map_of_resources_is_transformed_alone() {
    let fragment = json!({ "F": function(json!({ "AutoPublishAlias": "live", "DeploymentPreference": { "Type": "AllAtOnce" } })) });
    let response = ask(&request(&fragment, &json!({})).to_string());
    assert_eq!(response["status"], "success", "{response}");
    assert_eq!(
        response["fragment"]["FAliaslive"]["Type"],
        "AWS::Lambda::Alias"
    );
    assert_eq!(
        response["fragment"]["ServerlessDeploymentApplication"]["Type"],
        "AWS::CodeDeploy::Application"
    );
}

#[test]
fn what_resources_alone_cannot_hold_is_said() {
    let conditional = |name: &str| {
        let mut function = function(json!({
            "AutoPublishAlias": "live", "DeploymentPreference": { "Type": "AllAtOnce", "PassthroughCondition": true },
        }));
        function["Condition"] = name.into();
        function
    };
    let fragment = json!({ "A": conditional("IsA"), "B": conditional("IsB") });
    let message = message(&request(&fragment, &json!({})).to_string());
    assert!(
        message.contains("`Conditions`") && message.contains("top of the template"),
        "{message}"
    );
}

#[test]
fn a_place_where_the_macro_cannot_stand_is_named() {
    for fragment in [
        json!({ "Handler": "h", "Runtime": "r" }),
        json!({}),
        json!([1]),
        json!("text"),
        json!(null),
        json!({ "F": { "Properties": {} } }),
    ] {
        let message = message(&request(&fragment, &json!({})).to_string());
        assert!(
            message.contains("fragment") || message.contains("Fn::Transform"),
            "{message}"
        );
    }
}

#[test]
fn settings_decide_what_is_left_and_what_fails() {
    let fragment = json!({ "Resources": { "F": function(json!({
        "AutoPublishAlias": "live", "DeploymentPreference": { "Type": "AllAtOnce", "Hooks": { "PreTrafic": "f" } },
    })) } });
    let body = |params: Value| request(&fragment, &params).to_string();
    let kept = ask(&body(json!({ "Serverless": "Keep" })));
    assert_eq!(kept["fragment"], fragment);
    assert_eq!(
        ask(&body(json!({ "Warnings": "Ignore" })))["status"],
        "success"
    );
    assert!(message(&body(json!({ "Warnings": "Fail" }))).contains("PreTraffic"));
    assert!(message(&body(json!({ "Warning": "Fail" }))).contains("`Warnings`"));
    assert!(message(&body(json!({ "Serverless": "Remove" }))).contains("`Lower` or `Keep`"));
    assert!(message(&body(json!([]))).contains("map"));
}

#[test]
fn what_is_denied_is_looked_for_where_only_a_rule_finds_it() {
    let unwatched = function(json!({
        "AutoPublishAlias": "live",
        "DeploymentPreference": { "Type": "Canary10Percent5Minutes" },
    }));
    let whole = json!({ "Resources": { "F": unwatched } });
    let ask = |fragment: &Value, params: Value| request(fragment, &params).to_string();
    for denied in [
        "gradual-without-watch",
        "hook-role, gradual-without-watch",
        "warnings",
    ] {
        for serverless in ["Lower", "Keep"] {
            let params = json!({ "Deny": denied, "Serverless": serverless });
            let said = message(&ask(&whole, params.clone()));
            assert!(
                said.contains(", gradual-without-watch)"),
                "{denied}: {said}"
            );
            let said = message(&ask(&whole["Resources"], params));
            assert!(
                said.contains(", gradual-without-watch)"),
                "{denied}: {said}"
            );
        }
    }
    for denied in ["hook-role", "alarm-cannot-stop"] {
        let reply = answer(&ask(&whole, json!({ "Deny": denied })));
        assert!(reply.succeeded, "{}", reply.response);
    }
    // A template waives a warning, and nothing that is denied by its name.
    let mut waived = whole.clone();
    waived["Metadata"]["Canaryform"]["Ignore"] = json!(["gradual-without-watch"]);
    assert!(answer(&ask(&waived, json!({ "Deny": "warnings" }))).succeeded);
    let reply = answer(&ask(&waived, json!({ "Deny": "gradual-without-watch" })));
    assert!(!reply.succeeded, "{}", reply.response);
    assert!(reply.summary.codes.iter().eq(&["gradual-without-watch"]));
}

#[test]
fn what_the_account_denies_no_template_takes_back() {
    let unwatched = function(json!({
        "AutoPublishAlias": "live",
        "DeploymentPreference": { "Type": "Canary10Percent5Minutes" },
    }));
    let fragment = json!({
        "Metadata": { "Canaryform": { "Ignore": ["gradual-without-watch"] } },
        "Resources": { "F": unwatched },
    });
    let body = request(&fragment, &json!({ "Allow": "gradual-without-watch" })).to_string();
    assert!(answer_denying(&body, "").succeeded);
    assert!(answer_denying(&body, "hook-role").succeeded);
    let refused = answer_denying(&body, "hook-role, gradual-without-watch");
    assert!(!refused.succeeded && refused.response.contains("gradual-without-watch)"));
    let wrong = answer_denying(&body, "gradual-without-wach").response;
    assert!(
        wrong.contains("did you mean `gradual-without-watch`?"),
        "{wrong}"
    );
}

#[test]
fn values_of_parameters_resolve_and_stay_secret() {
    let fragment = json!({
        "Parameters": { "Alias": { "Type": "String" } },
        "Resources": { "F": function(json!({ "AutoPublishAlias": { "Ref": "Alias" } })) },
    });
    let mut body = request(&fragment, &json!({}));
    body["templateParameterValues"] = json!({ "Alias": "live", "Count": 5, "List": ["a", "b"] });
    assert!(
        ask(&body.to_string())["fragment"]["Resources"]
            .get("FAliaslive")
            .is_some()
    );
    body["templateParameterValues"] = json!({ "Alias": "s3cret value" });
    let reply = answer(&body.to_string());
    assert!(
        !reply.succeeded && !reply.response.contains("s3cret"),
        "{}",
        reply.response
    );
    assert!(!format!("{:?}", reply.summary).contains("s3cret"));
}

#[test]
fn local_code_is_refused_with_what_to_do() {
    let fragment = json!({ "Resources": { "F": function(json!({ "CodeUri": "src/" })) } });
    assert!(
        message(&request(&fragment, &json!({})).to_string()).contains("aws cloudformation package")
    );
}

#[test]
fn what_cloudformation_would_refuse_is_refused_with_numbers() {
    let functions = |count: usize, extra: Value| -> Value {
        let all: Map<String, Value> = (0..count)
            .map(|i| (format!("F{i}"), function(extra.clone())))
            .collect();
        json!({ "Resources": all })
    };
    let text = message(&request(&functions(251, json!({})), &json!({})).to_string());
    assert!(
        text.contains("502 resources") && text.contains("500") && text.contains("AWS::IAM::Role"),
        "{text}"
    );
    let text = message(
        &request(
            &functions(150, json!({ "Description": "x".repeat(8_000) })),
            &json!({}),
        )
        .to_string(),
    );
    assert!(text.contains("1048576"), "{text}");
    let fragment = json!({ "Resources": { "F".repeat(255): function(json!({})) } });
    let text = message(&request(&fragment, &json!({})).to_string());
    assert!(text.contains("259 characters"), "{text}");
    let outputs: Map<String, Value> = (0..201)
        .map(|i| (format!("O{i}"), json!({ "Value": "x" })))
        .collect();
    let fragment =
        json!({ "Resources": { "T": { "Type": "AWS::SNS::Topic" } }, "Outputs": outputs });
    let text = message(&request(&fragment, &json!({})).to_string());
    assert!(
        text.contains("201 outputs, CloudFormation takes 200. Split"),
        "{text}"
    );
}

#[test]
fn connectors_wherever_they_stand_are_left_to_the_transform_of_aws() {
    let writes = |to: &str| json!({ "Properties": { "Destination": { "Id": to }, "Permissions": ["Write"] } });
    let mut caller = function(json!({}));
    caller["Connectors"] = json!({ "Tells": writes("News") });
    let fragment = json!({ "Resources": {
        "Caller": caller,
        "News": { "Type": "AWS::SNS::Topic", "Connectors": { "Sends": writes("Jobs") } },
        "Jobs": { "Type": "AWS::SQS::Queue" },
        "Calls": {
            "Type": "AWS::Serverless::Connector",
            "Properties": { "Source": { "Id": "Caller" }, "Destination": { "Id": "Jobs" }, "Permissions": ["Read"] },
        },
        "Way": {
            "Type": "AWS::Serverless::NetworkConnector",
            "Properties": { "VpcConfig": { "SubnetIds": ["s"], "SecurityGroupIds": ["g"], "NetworkProtocol": "IPv4" } },
        },
    } });
    let kept = ask(&request(&fragment, &json!({ "Serverless": "Keep" })).to_string());
    assert_eq!(kept["fragment"], fragment, "{kept}");
    let lowered = ask(&request(&fragment, &json!({})).to_string());
    let lowered = lowered["fragment"]["Resources"].as_object().unwrap();
    for made in [
        "CallerTellsPolicy",
        "NewsSendsQueuePolicy",
        "CallsPolicy",
        "WayOperatorRole",
    ] {
        assert!(lowered.contains_key(made), "{made}: {lowered:?}");
    }
    assert!(lowered["News"].get("Connectors").is_none(), "{lowered:?}");
}

#[test]
fn booleans_may_come_as_words() {
    let body = |flag: Value| {
        let fragment = json!({
            "Globals": { "Function": { "PropagateTags": flag } },
            "Resources": { "F": function(json!({
                "AutoPublishAlias": "live", "AutoPublishAliasAllProperties": flag,
                "Events": { "E": { "Type": "Schedule", "Properties": { "Schedule": "rate(1 day)", "Enabled": flag } } },
                "DeploymentPreference": { "Type": "AllAtOnce", "Enabled": flag, "PassthroughCondition": flag },
            })) },
        });
        request(&fragment, &json!({})).to_string()
    };
    let wanted = ask(&body(json!(true)));
    assert_eq!(wanted["status"], "success", "{wanted}");
    assert_eq!(ask(&body(json!("true"))), wanted);
    assert!(message(&body(json!("hunter2"))).contains("`true` or `false`"));
}

#[test]
fn attributes_may_come_as_lists_and_as_texts() {
    let body = |attribute: fn(&str, &str) -> Value| {
        let mut fragment = json!({
            "Resources": {
                "R": { "Type": "AWS::IAM::Role" },
                "F": function(json!({
                    "AutoPublishAlias": "live",
                    "DeploymentPreference": { "Type": "AllAtOnce", "Role": attribute("R", "Arn") },
                })),
            },
            "Outputs": { "Version": { "Value": attribute("F.Version", "Version") } },
        });
        fragment["Resources"]["F"]["Properties"]["Role"] = attribute("R", "Arn");
        request(&fragment, &json!({})).to_string()
    };
    let wanted = ask(&body(|id, name| json!({ "Fn::GetAtt": [id, name] })));
    let mut found = ask(&body(
        |id, name| json!({ "Fn::GetAtt": format!("{id}.{name}") }),
    ));
    assert_eq!(
        found["fragment"]["Outputs"], wanted["fragment"]["Outputs"],
        "{found}"
    );
    let group = "/fragment/Resources/FDeploymentGroup/Properties/ServiceRoleArn";
    assert_eq!(
        found.pointer(group),
        Some(&json!({ "Fn::GetAtt": "R.Arn" }))
    );
    for role in [group, "/fragment/Resources/F/Properties/Role"] {
        *found.pointer_mut(role).unwrap() = json!({ "Fn::GetAtt": ["R", "Arn"] });
    }
    assert_eq!(found, wanted);
}

#[test]
fn no_message_holds_the_value_of_a_parameter() {
    let mut refused = 0;
    for (path, text) in fixtures() {
        let Ok(template) = read(text.as_bytes()) else {
            continue;
        };
        let fragment = Value::Object(template.template.0.into());
        let mut body = request(&fragment, &json!({ "Warnings": "Fail" }));
        for secret in ["hunter2 x", "hunter2", "arn:hunter2"] {
            let values: Map<String, Value> = fragment["Parameters"]
                .as_object()
                .into_iter()
                .flatten()
                .map(|(name, _)| (name.clone(), secret.into()))
                .collect();
            body["templateParameterValues"] = values.into();
            let reply = answer(&body.to_string());
            let response: Value = serde_json::from_str(&reply.response).unwrap();
            let message = response["errorMessage"].as_str().unwrap_or_default();
            refused += usize::from(!reply.succeeded);
            assert!(
                !message.contains("hunter2") && !format!("{:?}", reply.summary).contains("hunter2"),
                "{}: {message}",
                path.display()
            );
        }
    }
    assert!(refused > 60, "{refused}");
}

#[test]
fn faults_are_told_until_the_message_is_full() {
    let all: Map<String, Value> = (0..40)
        .map(|i| {
            (
                format!("F{i}"),
                json!({ "Type": "AWS::Serverless::Function", "Properties": { "Runtim": "x" } }),
            )
        })
        .collect();
    let text = message(&request(&json!({ "Resources": all }), &json!({})).to_string());
    assert!(
        text.contains("did you mean `Runtime`")
            && text.contains("more: run `canaryform transform`"),
        "{text}"
    );
}

#[test]
fn hostile_requests_get_a_sentence_and_their_id() {
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_map = format!("{}1{}", r#"{"a":"#.repeat(200), "}".repeat(200));
    for (body, id) in [
        (String::new(), ""),
        ("[1]".to_owned(), ""),
        ("{".to_owned(), ""),
        ("\u{0}".to_owned(), ""),
        (r#"{"requestId": "id-2", "fragment": "#.to_owned(), "id-2"),
        (format!(r#"{{"requestId": "id-3", "region": "us-east-1", "fragment": {deep}}}"#), "id-3"),
        (format!(r#"{{"requestId": "id-4", "region": "us-east-1", "fragment": {{"Resources": {deep_map}}}}}"#), "id-4"),
        (r#"{"requestId": "id-5", "region": 5}"#.to_owned(), "id-5"),
        (r#"{"requestId": "id-6", "fragment": {}}"#.to_owned(), "id-6"),
        (r#"{"requestId": "id-7", "region": "us-east-1", "fragment": {"Resources": []}}"#.to_owned(), "id-7"),
        (r#"{"requestId": "id-8", "region": "us-east-1", "fragment": {"Resources": {"F": 1}}, "params": 5}"#.to_owned(), "id-8"),
        (r#"{"requestId": "id-9", "region": "us-east-1", "fragment": {"Resources": {"F": {"Type": "AWS::Serverless::Function", "Type": "x"}}}}"#.to_owned(), "id-9"),
        (format!(r#"{{"requestId": "id-10", "region": "us-east-1", "fragment": {{"Resources": {{}}}}, "params": {{"Deny": "{}"}}}}"#, "w".repeat(5_000)), "id-10"),
    ] {
        let response = ask(&body);
        assert_eq!(response["status"], "failure");
        assert!(response["errorMessage"].as_str().unwrap().chars().count() <= MAX_MESSAGE);
        assert_eq!(response["requestId"], id);
    }
}

#[test]
fn a_call_of_the_macro_alone_is_no_template() {
    let template = read("Resources: !Transform {Name: Canaryform, Parameters: {}}")
        .unwrap()
        .template;
    let output = transform(template, &Options::new("eu-west-1"));
    let codes: Vec<&str> = output
        .diagnostics
        .iter()
        .map(|found| found.code.name)
        .collect();
    assert_eq!(codes, ["no-resources"]);
}
