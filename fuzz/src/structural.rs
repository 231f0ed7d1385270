//! Templates that were changed at random nodes, spliced, with hostile values and ids that collide.

use crate::choices::Choices;
use crate::{macro_call, mutate::mutate, pool, transform};
use canaryform::tree::{Map, Value, json};
use canaryform::{Format, Options, Template, read, write};

const REGIONS: &[&str] = &["us-east-1", "cn-north-1", "us-gov-west-1", "eu-west-1"];

/// A fixture that bytes change holds all that a text does; the macro answers it, and names no parameter's value.
pub fn holds(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut tree = choices.one(pool::templates()).clone();
    for _ in 0..=choices.below(4) {
        mutate(&mut choices, &mut tree);
    }
    let Value::Object(map) = tree else {
        return;
    };
    let source = Template(map);
    let text = write(&source, Format::Yaml);
    let input =
        read(text.as_bytes()).unwrap_or_else(|faults| panic!("not read: {faults:?}\n{text}"));
    assert!(input.template == source, "read otherwise\n{text}");
    let parameters: Map = [
        ("Given", json!("S3CR3T-given")),
        ("Secret", json!("S3CR3T")),
    ]
    .into_iter()
    .collect();
    let region = *choices.one(REGIONS);
    let options = Options::new(region).with_parameters(parameters.clone());
    let output = transform::check(&source, text.as_bytes(), &options);
    let said = format!("{:?}", output.diagnostics);
    assert!(!said.contains("S3CR3T"), "a value is named: {said}");
    let request = json!({
        "requestId": "r", "region": region, "transformId": "1::C", "params": {},
        "templateParameterValues": Value::Object(parameters), "fragment": Value::Object(source.0),
    });
    let body = serde_json::to_string(&request).expect("a tree is JSON");
    let (response, log) = macro_call::check(&body);
    assert!(!log.contains("S3CR3T"), "a value is logged: {log}");
    if response["status"] == "failure" {
        assert!(
            !response.to_string().contains("S3CR3T"),
            "a value is named: {response}"
        );
    }
}
