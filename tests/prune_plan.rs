//! `prune-plan`: what may go, and what must not.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use canaryform::prune_plan::{Fault, plan};
use serde_json::{Value, json};

const ARN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:greeter";

fn versions(numbers: impl IntoIterator<Item = u64>) -> String {
    let published = numbers.into_iter().map(|number| number.to_string());
    let all = std::iter::once("$LATEST".to_owned()).chain(published);
    let listed: Vec<Value> = all
        .map(|version| {
            json!({
                "FunctionArn": format!("{ARN}:{version}"), "Version": version, "CodeSize": 1_000,
                "LastModified": "2026-01-02T03:04:05.678+0000",
                "Environment": { "Variables": { "PASSWORD": "s3cret" } },
            })
        })
        .collect();
    json!({ "Versions": listed }).to_string()
}

fn aliases(of: &[(&str, Value)]) -> String {
    let listed: Vec<Value> = of
        .iter()
        .map(|(name, alias)| {
            let mut listed = alias.clone();
            listed["AliasArn"] = format!("{ARN}:{name}").into();
            listed["Name"] = (*name).into();
            listed
        })
        .collect();
    json!({ "Aliases": listed }).to_string()
}

/// The numbers of what may go.
fn may_go(texts: &[&str], keep: usize) -> Vec<u64> {
    let plan = plan(texts.iter().copied(), keep).unwrap();
    plan.may_go.iter().map(|version| version.number).collect()
}

#[test]
fn the_newest_stay_by_number() {
    let none = aliases(&[]);
    // As texts, 10 comes before 2.
    let all = versions([1, 10, 2, 9]);
    assert_eq!(may_go(&[&all, &none], 1), [1, 2, 9]);
    assert_eq!(may_go(&[&none, &all], 3), [1]);
    assert_eq!(may_go(&[&all, &none], 4), [0; 0]);
    assert_eq!(may_go(&[&all, &none], 400), [0; 0]);
    assert_eq!(may_go(&[&versions([]), &none], 1), [0; 0]);
}

#[test]
fn what_is_in_use_stays() {
    let named = aliases(&[
        (
            "live",
            json!({ "FunctionVersion": "2", "RoutingConfig": { "AdditionalVersionWeights": { "3": 0.1 } } }),
        ),
        ("old", json!({ "FunctionVersion": "1" })),
        (
            "latest",
            json!({ "FunctionVersion": "$LATEST", "RoutingConfig": {} }),
        ),
    ]);
    let all = versions(1..=9);
    assert_eq!(may_go(&[&all, &named], 2), [4, 5, 6, 7]);
    let concurrency = json!({ "ProvisionedConcurrencyConfigs": [
        { "FunctionArn": format!("{ARN}:5"), "RequestedProvisionedConcurrentExecutions": 1 },
        { "FunctionArn": format!("{ARN}:live"), "RequestedProvisionedConcurrentExecutions": 1 },
    ]});
    let together = format!("{all}\n{named}{concurrency}");
    assert_eq!(may_go(&[&together], 2), [4, 6, 7]);
    let plan = plan([together.as_str()], 9).unwrap();
    let why = |number: u64| {
        let kept = plan.kept.iter().find(|kept| kept.version.number == number);
        let because = kept.unwrap().because.iter().map(ToString::to_string);
        because.collect::<Vec<_>>().join(", ")
    };
    assert_eq!(why(3), "among the newest, alias live");
    assert_eq!(why(5), "among the newest, provisioned concurrency");
}

#[test]
fn a_list_may_come_in_parts() {
    let mut first: Value = serde_json::from_str(&versions([1, 2])).unwrap();
    first["NextMarker"] = "more".into();
    let (first, last, none) = (first.to_string(), versions([3, 4]), aliases(&[]));
    assert_eq!(may_go(&[&first, &last, &none], 1), [1, 2, 3]);
    assert_eq!(plan([&*first, &*none], 1), Err(Fault::Cut("Versions")));
    assert_eq!(
        plan([&*last, &*first, &*none], 1),
        Err(Fault::Cut("Versions"))
    );
    let cut = r#"{"Aliases": [], "NextToken": "x"}"#;
    assert_eq!(plan([&*last, cut], 1), Err(Fault::Cut("Aliases")));
}

#[test]
fn what_is_not_known_to_be_unused_must_not_go() {
    let (all, none) = (versions([1, 2]), aliases(&[]));
    assert_eq!(plan([&*all], 1), Err(Fault::Missing("Aliases")));
    assert_eq!(plan([&*none], 1), Err(Fault::Missing("Versions")));
    assert_eq!(plan([], 1), Err(Fault::Missing("Versions")));
    let other = none.replace("[]", r#"[{"AliasArn": "arn:aws:lambda:eu-west-1:123456789012:function:other:live", "FunctionVersion": "1"}]"#);
    assert!(matches!(
        plan([&*all, &*other], 1),
        Err(Fault::Functions(..))
    ));
}

#[test]
fn nothing_of_a_list_reaches_a_message_or_a_shell() {
    let none = aliases(&[]);
    for hostile in [
        r#"{"Versions": [{"FunctionArn": "s3cret", "Version": "1"}]}"#,
        r#"{"Versions": [{"FunctionArn": "arn:aws:lambda:eu-west-1:1:function:$(s3cret):1", "Version": "1"}]}"#,
        r#"{"Versions": [{"FunctionArn": "arn:aws:lambda:a b:1:function:greeter:1", "Version": "1"}]}"#,
        r#"{"Versions": "s3cret"}"#,
        r#"{"Versions": [{"FunctionArn": 1, "Version": "s3cret"}]}"#,
        "s3cret",
        "",
    ] {
        let fault = plan([hostile, &none], 1).unwrap_err().to_string();
        assert!(!fault.contains("s3cret"), "{fault}");
    }
    let alias = r#"{"Aliases": [{"AliasArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:a\ns3cret", "FunctionVersion": "1"}]}"#;
    assert_eq!(plan([&*versions([1]), alias], 1), Err(Fault::NotAnArn));
}

#[test]
fn each_command_deletes_one_version() {
    let plan = plan([&*versions([1, 2, 3]), &*aliases(&[])], 1).unwrap();
    let commands: Vec<String> = plan.commands().collect();
    assert_eq!(
        commands,
        [1, 2].map(|number| format!(
            "aws lambda delete-function --region eu-west-1 --function-name {ARN} --qualifier {number}"
        ))
    );
}
