//! The three steps of a transform apart: `cargo bench --bench steps`.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on should panic"
)]

use canaryform::macro_call::answer;
use canaryform::{Format, Options, Template, read, transform, write};
use divan::{Bencher, black_box};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

/// How many functions the measured templates have: 7 KB of YAML, and 0.8 MB.
const SIZES: [usize; 2] = [4, 500];

/// A template of `count` functions, each with an alias, a preference, an alarm and a hook.
fn text(count: usize) -> String {
    let function = include_str!("function.yaml");
    (0..count).fold(include_str!("head.yaml").to_owned(), |text, i| {
        text + &function.replace("{{i}}", &i.to_string())
    })
}

fn template(count: usize) -> Template {
    read(text(count).as_bytes()).unwrap().template
}

#[divan::bench(args = SIZES, name = "1 read")]
fn reading(bencher: Bencher<'_, '_>, count: usize) {
    let text = text(count);
    bencher.bench(|| read(black_box(text.as_bytes())));
}

#[divan::bench(args = SIZES, name = "2 transform")]
fn transforming(bencher: Bencher<'_, '_>, count: usize) {
    let template = template(count);
    bencher
        .with_inputs(|| template.clone())
        .bench_values(|template| transform(template, &Options::new("us-east-1")));
}

#[divan::bench(args = SIZES, name = "3 write")]
fn writing(bencher: Bencher<'_, '_>, count: usize) {
    let output = transform(template(count), &Options::new("us-east-1"));
    assert!(!output.has_errors(), "{:?}", output.diagnostics);
    bencher.bench(|| write(black_box(&output.template), Format::Yaml));
}

/// A macro request for `count` functions with descriptions of 6,000 characters: 150 of them make a result of just under
/// the megabyte that CloudFormation takes.
fn request(count: usize) -> String {
    let resources: serde_json::Map<String, Value> = (0..count)
        .map(|i| {
            let function = json!({
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "CodeUri": "s3://bucket/code.zip",
                    "Handler": "app.handler",
                    "Runtime": "python3.13",
                    "Description": "d".repeat(6_000),
                },
            });
            (format!("Function{i}"), function)
        })
        .collect();
    json!({
        "region": "us-east-1", "accountId": "123456789012", "requestId": "1", "transformId": "123456789012::Canaryform",
        "params": {}, "templateParameterValues": {}, "fragment": { "Resources": resources },
    })
    .to_string()
}

/// How many functions the measured macro requests have.
const REQUESTS: [usize; 2] = [1, 150];

#[divan::bench(args = REQUESTS, name = "4 macro")]
fn answering(bencher: Bencher<'_, '_>, count: usize) {
    let request = request(count);
    assert!(answer(&request).succeeded);
    bencher.bench(|| answer(black_box(&request)));
}

/// What a macro does at the least: it parses the request, and returns the fragment as it was.
#[divan::bench(args = REQUESTS, name = "5 returning")]
fn returning(bencher: Bencher<'_, '_>, count: usize) {
    let request = request(count);
    bencher.bench(|| {
        let mut request: Value = serde_json::from_str(black_box(&request)).unwrap();
        json!({ "requestId": request["requestId"].take(), "status": "success", "fragment": request["fragment"].take() }).to_string()
    });
}

/// What reading and writing cost at the least: the same template as JSON, parsed and written in lines.
#[divan::bench(args = SIZES, name = "6 serde_json")]
fn parsing_and_writing(bencher: Bencher<'_, '_>, count: usize) {
    let text = write(&template(count), Format::Json);
    bencher.bench(|| {
        let value: Value = serde_json::from_str(black_box(&text)).unwrap();
        serde_json::to_string_pretty(&value)
    });
}
