//! A secret in place of a value: it may appear in output, where SAM resolves it, and nowhere else.

use crate::choices::Choices;
use crate::macro_call;
use crate::mutate::{Place, places, put};
use crate::pool;
use canaryform::tree::{Map, Value, json};
use canaryform::{Options, Template, transform};

/// What a secret looks like.
const VALUES: &[&str] = &[
    "S3CR3T-mark",
    "s3://S3CR3T/key",
    "arn:aws:iam::1:role/S3CR3T",
];

/// No finding, no message and no log line holds the value of a parameter, whatever property refers to it.
pub fn holds(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut tree = choices.one(pool::templates()).clone();
    let count = 1 + choices.below(3);
    refer(&mut choices, &mut tree, count);
    let value = *choices.one(VALUES);
    let Value::Object(mut map) = tree else {
        return;
    };
    declare(&mut map);
    let parameters: Map = [("Hidden", json!(value))].into_iter().collect();
    let options = Options::new("us-east-1").with_parameters(parameters.clone());
    let output = transform(Template(map.clone()), &options);
    let said = format!("{:?}", output.diagnostics).to_lowercase();
    assert!(!said.contains("s3cr3t"), "a value is named: {said}");
    let request = json!({
        "requestId": "r", "region": "us-east-1", "transformId": "1::C", "params": { "Warnings": "Fail" },
        "templateParameterValues": Value::Object(parameters), "fragment": Value::Object(map),
    });
    let (response, log) =
        macro_call::check(&serde_json::to_string(&request).expect("a tree is JSON"));
    assert!(
        !log.to_lowercase().contains("s3cr3t"),
        "a value is logged: {log}"
    );
    if response["status"] == "failure" {
        let said = response.to_string().to_lowercase();
        assert!(!said.contains("s3cr3t"), "a value is named: {said}");
    }
}

/// Puts references to the secret at some places of a template.
pub(crate) fn refer(choices: &mut Choices<'_>, tree: &mut Value, count: usize) {
    let below: Vec<Place> = places(tree)
        .into_iter()
        .filter(|place| place.len() > 2)
        .collect();
    if below.is_empty() {
        return;
    }
    for _ in 0..count {
        let place = choices.one(&below).clone();
        put(tree, &place, choices.one(&forms()).clone());
    }
}

/// Declares the secret; parameters that are no map are gone then.
pub(crate) fn declare(template: &mut Map) {
    let declared = template.entry("Parameters").or_insert(json!({}));
    if !declared.is_object() {
        *declared = json!({});
    }
    if let Value::Object(declared) = declared {
        declared.insert("Hidden", json!({ "Type": "String", "NoEcho": true }));
    }
}

/// How a property refers to it.
fn forms() -> Vec<Value> {
    vec![
        json!({ "Ref": "Hidden" }),
        json!({ "Fn::Sub": "${Hidden}" }),
        json!({ "Fn::Sub": "a-${Hidden}-b" }),
        json!({ "Fn::FindInMap": ["M", { "Ref": "Hidden" }, "b"] }),
        json!([{ "Ref": "Hidden" }]),
        json!({ "Fn::If": [{ "Ref": "Hidden" }, "a", "b"] }),
        json!({ "Fn::Join": ["", [{ "Ref": "Hidden" }]] }),
        json!({ "Fn::If": ["C", { "Ref": "Hidden" }, { "Ref": "AWS::NoValue" }] }),
    ]
}
