//! What is told of a template and of its change: `check`, `explain`, `diff`, snapshots, Keep and partial transforms.

use crate::choices::Choices;
use crate::{mutate::mutate, pool, secret};
use canaryform::check::check;
use canaryform::diff::{diff, render};
use canaryform::explain::{Explanation, Scenario};
use canaryform::simulate::Load;
use canaryform::snapshot::{self, Header};
use canaryform::template::place;
use canaryform::tree::{Map, Value, json};
use canaryform::{Format, Options, Output, Template, keep, partial, transform, write};

const SECRET: &str = "S3CR3T";

/// A fixture that bytes change, and change again: of both it is told what they do, and of the change what it does. No
/// finding is without a place, nothing shows the value of a secret, nothing differs from itself, a snapshot is what was
/// recorded, and what cannot be made whole is made in part.
pub fn holds(data: &[u8]) {
    let mut choices = Choices::new(data);
    let mut tree = choices.one(pool::templates()).clone();
    for _ in 0..choices.below(4) {
        mutate(&mut choices, &mut tree);
    }
    let count = choices.below(3);
    secret::refer(&mut choices, &mut tree, count);
    let old = tree.clone();
    mutate(&mut choices, &mut tree);
    let (Value::Object(mut old), Value::Object(mut new)) = (old, tree) else {
        return;
    };
    secret::declare(&mut old);
    secret::declare(&mut new);
    let given: Map = [("Given", json!("given")), ("Hidden", json!(SECRET))]
        .into_iter()
        .collect();
    let options = Options::new("eu-west-1")
        .with_parameters(given)
        .with_parts()
        .without_secrets();
    let (old, new) = (Template(old), Template(new));
    let old_output = told(&old, &options);
    let new_output = told(&new, &options);
    for (one, other) in [(&old_output, &new_output), (&new_output, &old_output)] {
        let found = diff(one, other);
        for said in [
            render::text(&found, false, &|_| None),
            render::json(&found),
            render::markdown(&found, &|_| None),
        ] {
            assert!(!said.contains(SECRET), "a secret is shown: {said}");
        }
    }
    let same = diff(&new_output, &new_output);
    assert!(
        same.is_empty(),
        "differs from itself: {}",
        render::json(&same)
    );
    for made in [
        keep::transform(new.clone(), &options),
        partial::transform(new.clone(), &options),
    ] {
        let said = format!("{:?}", made.diagnostics);
        assert!(!said.contains(SECRET), "a secret is shown: {said}");
    }
}

/// The output, of which everything was told.
fn told(given: &Template, options: &Options<'_>) -> Output {
    let text = write(given, Format::Yaml);
    let output = transform(given.clone(), options);
    let mut found = check(given, &output, options);
    place(&mut found, text.as_bytes());
    for finding in &found {
        assert!(
            finding.span.is_some(),
            "no place for {} at {}\n{text}",
            finding.code,
            finding.path
        );
    }
    let said = format!("{found:?}");
    assert!(!said.contains(SECRET), "a secret is shown: {said}");
    if output.has_errors() {
        return output;
    }
    let scenario = Scenario {
        load: Some(Load {
            calls_a_minute: 60.0,
            error_rate: 0.05,
        }),
        ..Scenario::default()
    };
    let mut explanation = Explanation::of(given, &output, &scenario);
    explanation.locate(&text);
    let said = serde_json::to_string(&explanation).expect("an explanation is JSON");
    assert!(!said.contains(SECRET), "a secret is shown: {said}");
    let mut header = Header::new("../template.yaml", options.region.as_str());
    header.take_secrets(given);
    let recorded = snapshot::write(&header, given, &output);
    assert!(
        !recorded.contains(SECRET),
        "a secret is recorded: {recorded}"
    );
    match (Header::read(&recorded), snapshot::recorded(&recorded)) {
        (Some(Ok(read)), Ok(_)) => assert_eq!(read.write(), header.write(), "another header"),
        _ => panic!("a snapshot is not read:\n{recorded}"),
    }
    output
}
