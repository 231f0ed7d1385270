//! What holds of every template that is written: we read back what it was, and so does a parser that is not ours.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that cannot go on should panic"
)]

use canaryform::diagnostics::render;
use canaryform::template::{place, write_annotated};
use canaryform::tree::{Map, Value, json};
use canaryform::{Format, Options, Template, read, transform, write};
use proptest::prelude::*;
use saphyr_parser::{Event, Parser, ScalarStyle};

/// Text as templates have it, and as nobody would write it.
fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z][a-zA-Z0-9]{0,9}",
        "[ -~]{0,12}",
        "[-?:,#&*!|>'\"%@`{}\\[\\]=<~ \\n\\ta-c0-9.]{0,12}",
        "\\PC{0,8}",
        "([a-zé#:'>|-]{1,30}[ ]{1,2}){4,12}[a-z.]{0,90}\n?",
        prop::sample::select(vec![
            "yes",
            "no",
            "null",
            "~",
            "0644",
            "1.10",
            "12:30",
            "2012-10-17",
            "<<",
            "=",
            "",
            " ",
            "\n",
            "---",
            "...",
            "- a",
            "a: b",
            "a #b",
            "0x1F",
            "1e3",
            ".inf",
            "\u{85}",
            "\u{2028}",
            "\u{feff}",
            "a\n\n b\n",
        ])
        .prop_map(str::to_owned),
    ]
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        6 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<u64>().prop_map(Value::from),
        1 => (-1e9..1e9f64).prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

/// Maps and lists of scalars, without intrinsics, whose short forms only we know.
fn tree() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner), 2..5)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map>()))
                .prop_filter("one key may look like an intrinsic", |map| {
                    map.as_object().is_some_and(|map| map.len() > 1)
                }),
        ]
    })
}

/// The same with intrinsics.
fn template_tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        3 => scalar(),
        1 => text().prop_map(|name| json!({ "Ref": name })),
        1 => text().prop_map(|text| json!({ "Fn::Sub": text })),
        1 => (text(), text()).prop_map(|(id, attribute)| json!({ "Fn::GetAtt": [id, attribute] })),
        1 => text().prop_map(|name| json!({ "Condition": name })),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((text(), inner.clone()), 0..4)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map>())),
            (text(), inner.clone(), inner.clone())
                .prop_map(|(name, a, b)| json!({ "Fn::If": [name, a, b] })),
            (text(), prop::collection::vec(inner, 0..3))
                .prop_map(|(glue, parts)| json!({ "Fn::Join": [glue, parts] })),
        ]
    })
}

fn template(value: Value) -> Template {
    let Value::Object(map) = json!({
        "Resources": { "R": { "Type": "AWS::X::Y", "Properties": { "Value": value } } },
    }) else {
        unreachable!()
    };
    Template(map)
}

/// What another parser makes of a text, as far as it can know: strings that are not plain are strings.
fn by_another_parser(text: &str) -> Value {
    let mut stack: Vec<Vec<Value>> = vec![Vec::new()];
    for event in Parser::new_from_str(text) {
        let (event, _) = event.unwrap_or_else(|error| panic!("{error}\n{text}"));
        match event {
            Event::Scalar(value, style, ..) => {
                let value = if style == ScalarStyle::Plain {
                    plain(&value)
                } else {
                    json!({ "text": value })
                };
                stack.last_mut().unwrap().push(value);
            }
            Event::SequenceStart(..) | Event::MappingStart(..) => stack.push(Vec::new()),
            Event::SequenceEnd => {
                let items = stack.pop().unwrap();
                stack.last_mut().unwrap().push(items.into());
            }
            Event::MappingEnd => {
                let items = stack.pop().unwrap();
                let pairs: Vec<Value> = items.chunks(2).map(|pair| json!(pair)).collect();
                stack.last_mut().unwrap().push(json!({ "pairs": pairs }));
            }
            _ => {}
        }
    }
    stack.pop().unwrap().pop().unwrap()
}

/// A plain word: a number or a word of YAML 1.1, or text.
fn plain(word: &str) -> Value {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit())
        && digits
            .chars()
            .all(|c| c.is_ascii_digit() || ".e+-".contains(c))
        && (!digits.contains('e') || digits.contains('.'));
    match word {
        "true" | "false" | "null" => json!({ "word": word }),
        _ => match word.parse::<f64>() {
            Ok(number) if is_number => json!({ "number": number }),
            _ => json!({ "text": word }),
        },
    }
}

/// A value as [`by_another_parser`] shows it.
fn shown(value: &Value) -> Value {
    match value {
        Value::Null => json!({ "word": "null" }),
        Value::Bool(flag) => json!({ "word": flag.to_string() }),
        Value::Number(number) => json!({ "number": number.as_f64() }),
        Value::String(text) => json!({ "text": text }),
        Value::Array(items) => items.iter().map(shown).collect(),
        Value::Object(map) => {
            let pairs: Vec<Value> = map
                .iter()
                .map(|(key, value)| json!([json!({ "text": key }), shown(value)]))
                .collect();
            json!({ "pairs": pairs })
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases.max(2000), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read_back(value in template_tree()) {
        let template = template(value);
        for format in [Format::Yaml, Format::Json] {
            let text = write(&template, format);
            let back = read(text.as_bytes()).map_err(|faults| {
                TestCaseError::fail(format!("{:?}\n{text}", faults.first().map(|fault| &fault.message)))
            })?;
            prop_assert_eq!(&back.template.0, &template.0, "{}", text);
        }
    }

    #[test]
    fn another_parser_reads_the_same(value in tree()) {
        let template = template(value);
        let text = write(&template, Format::Yaml);
        prop_assert_eq!(by_another_parser(&text), shown(&Value::Object(template.0)), "{}", text);
    }
}

/// Every line of a comment is one, whatever stands in it, and nothing else of the text changes.
#[test]
fn comments_are_read_by_nobody() {
    let template = Template(
        [(
            "Resources",
            json!({ "One": { "Type": "AWS::SQS::Queue" }, "Two": { "Type": "AWS::SNS::Topic" } }),
        )]
        .into_iter()
        .map(|(name, value)| (name.to_owned(), value))
        .collect(),
    );
    let odd = "a\nResources: 1\u{85}b: 2\u{2028}c: \u{0}\r\nd\re\u{feff} é 𝄞";
    let mut text = Vec::new();
    write_annotated(&mut text, &template, &|id| {
        (id == "Two").then(|| odd.to_owned())
    })
    .unwrap();
    let text = String::from_utf8(text).unwrap();
    assert_eq!(read(text.as_bytes()).unwrap().template, template, "{text}");
    let rest: String = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with("  # "))
        .collect();
    assert_eq!(rest, write(&template, Format::Yaml));
    assert_eq!(
        text,
        "Resources:\n  One:\n    Type: AWS::SQS::Queue\n\n  # a\n  # Resources: 1\\u{85}b: 2\\u{2028}c: \\u{0}\n  \
         # d\\u{d}e\\u{feff} é 𝄞\n  Two:\n    Type: AWS::SNS::Topic\n"
    );
}

#[test]
fn what_serde_writes_is_what_we_write() {
    let text = std::fs::read("fixtures/refused/errors-and-warnings.yaml").unwrap();
    let output = transform(read(&text).unwrap().template, &Options::new("eu-west-1"));
    let written = write(&output.template, Format::Json);
    let expected: serde_json::Value = serde_json::from_str(&written).unwrap();
    assert_eq!(serde_json::to_value(&output.template).unwrap(), expected);

    let mut findings = output.diagnostics;
    place(&mut findings, &text);
    let name = "template.yaml";
    let source = render::Source { name, text: &text };
    let mut expected: Vec<Map> = serde_json::from_str(&render::json(&findings, source)).unwrap();
    for finding in &mut expected {
        assert_eq!(finding.remove("file"), Some(name.into()));
    }
    assert!(!expected.is_empty());
    let found: Vec<Map> = serde_json::from_value(serde_json::to_value(&findings).unwrap()).unwrap();
    assert_eq!(found, expected);
}

#[test]
fn parameters_are_pairs_of_any_kind() {
    let text = "Transform: AWS::Serverless-2016-10-31\nParameters: {A: {Type: String}}\nResources: {T: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref A}}}\n";
    let options = Options::new("eu-west-1");
    let from_pairs = options.clone().with_parameters([("A", "x")]);
    let from_strings = std::collections::HashMap::from([("A".to_owned(), "x".to_owned())]);
    let from_strings = options.clone().with_parameters(from_strings);
    let from_map = options.with_parameters(Map::from_iter([("A", Value::from("x"))]));
    assert_eq!(from_pairs.parameters, from_map.parameters);
    assert_eq!(from_strings.parameters, from_map.parameters);
    assert!(!transform(read(text).unwrap().template, &from_pairs).has_errors());
}
