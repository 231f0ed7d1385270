//! When a version is published: what any function must hold, whatever its properties are.
//!
//! Properties are drawn at random, from one seed. A function is told as SAM has it and as CloudFormation has it, and in
//! other spellings that mean the same.

#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use canaryform::tree::{Map, Value, json};
use canaryform::{Options, Template, transform};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(1),
        ..ProptestConfig::default()
    }
}

/// A template with one function, `F`, and what it may refer to.
fn template(kind: &str, properties: &Map) -> Template {
    let text = json!({
        "Transform": "AWS::Serverless-2016-10-31",
        "Parameters": { "Stage": { "Type": "String", "Default": "prod" } },
        "Resources": {
            "F": { "Type": kind, "Properties": Value::Object(properties.clone()) },
            "Table": { "Type": "AWS::SNS::Topic" },
        },
    });
    Template(text.as_object().unwrap().clone())
}

/// What becomes of it: the id of its version, and the function's own properties.
fn published(kind: &str, properties: &Map, publish_on: Option<&str>) -> (String, Map) {
    let mut properties = properties.clone();
    properties.insert("AutoPublishAlias", json!("live"));
    if let Some(on) = publish_on {
        properties.insert("AutoPublishOn", json!(on));
    }
    let output = transform(template(kind, &properties), &Options::new("eu-west-1"));
    let errors: Vec<_> = output.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert!(errors.is_empty(), "{errors:?}\n{properties:?}");
    let function = &output.template.resources().unwrap()["F"];
    let own = function["Properties"].as_object().unwrap().clone();
    (output.deployments[0].version.id.clone(), own)
}

/// The id that it has by all that a version holds fast.
fn by_configuration(properties: &Map) -> String {
    published("AWS::Lambda::Function", properties, Some("Configuration")).0
}

fn one_of(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
    prop::sample::select(texts).prop_map(Value::from)
}

/// What an environment variable may hold.
fn variable() -> impl Strategy<Value = Value> {
    prop_oneof![
        one_of(&["", "a", "512", "true", "é", "a ${Literal"]),
        (0..2_000_i64).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!({ "Ref": "Table" })),
        Just(json!({ "Ref": "Stage" })),
        Just(json!({ "Ref": "AWS::Region" })),
        Just(json!({ "Fn::GetAtt": ["Table", "TopicName"] })),
        Just(json!({ "Fn::Sub": "x-${Table}-${AWS::Region}" })),
    ]
}

/// What functions of both kinds call by one name.
fn common() -> impl Strategy<Value = Map> {
    let maybe = |name: &'static str, value: BoxedStrategy<Value>| {
        prop::option::of(value).prop_map(move |value| value.map(|value| (name, value)))
    };
    let variables = prop::collection::vec(("[A-Z]{1,3}", variable()), 0..4).prop_map(|entries| {
        let entries: Map = entries.into_iter().collect();
        json!({ "Variables": Value::Object(entries) })
    });
    let layers = prop::collection::vec(one_of(&["arn:l:1", "arn:l:2", "arn:m:1"]), 1..3);
    let snap_start = one_of(&["None", "PublishedVersions"]).prop_map(|on| json!({ "ApplyOn": on }));
    let subnets = prop::sample::subsequence(vec!["s-a", "s-b", "s-c"], 1..=3)
        .prop_map(|ids| json!({ "SubnetIds": ids, "SecurityGroupIds": ["g-b", "g-a"] }));
    let storage = (512..2_000_i64).prop_map(|size| json!({ "Size": size }));
    let tags = prop::collection::vec(("[a-z]{1,4}", one_of(&["1", "2"])), 0..3);
    (
        (
            maybe("MemorySize", (128..2_000_i64).prop_map(Value::from).boxed()),
            maybe("Timeout", (1..900_i64).prop_map(Value::from).boxed()),
            maybe("Environment", variables.boxed()),
            maybe("SnapStart", snap_start.boxed()),
            maybe("Layers", layers.prop_map(Value::from).boxed()),
        ),
        (
            maybe("VpcConfig", subnets.boxed()),
            maybe("EphemeralStorage", storage.boxed()),
            maybe("Description", one_of(&["", "greets", "greets ${Table}"]).boxed()),
            maybe("Architectures", one_of(&["x86_64", "arm64"]).prop_map(|one| json!([one])).boxed()),
            maybe("Tags", tags.prop_map(|tags| Value::Object(tags.into_iter().collect())).boxed()),
        ),
    )
        .prop_map(|((a, b, c, d, e), (f, g, h, i, j))| {
            let always = json!({ "Handler": "app.handler", "Runtime": "python3.13", "Role": "arn:aws:iam::123456789012:role/f" });
            let mut made = always.as_object().unwrap().clone();
            made.extend([a, b, c, d, e, f, g, h, i, j].into_iter().flatten().map(|(name, value)| (name.to_owned(), value)));
            made
        })
}

/// Chooses one way or another, again and again, from one number.
struct Choices(u64);

impl Choices {
    /// A number below `count`.
    fn next(&mut self, count: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % count
    }

    fn flip(&mut self) -> bool {
        self.next(2) == 1
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            let at = usize::try_from(self.next(last as u64 + 1)).unwrap();
            items.swap(last, at);
        }
    }

    /// A map in another order.
    fn reordered(&mut self, map: &Map) -> Map {
        let mut entries: Vec<(String, Value)> = map
            .iter()
            .map(|(name, value)| (name.to_string(), value.clone()))
            .collect();
        self.shuffle(&mut entries);
        entries.into_iter().collect()
    }

    /// A number or a flag as text, a text within `Fn::Sub`, or as it is.
    fn literal(&mut self, value: &Value) -> Value {
        let text = match value {
            Value::Number(number) => number.to_string(),
            Value::Bool(flag) => flag.to_string(),
            Value::String(text) => text.to_string(),
            _ => return value.clone(),
        };
        match self.next(4) {
            0 if !text.contains("${") => json!({ "Fn::Sub": text }),
            1 => json!(text),
            2 if value.is_number() => json!(text.parse::<f64>().unwrap()),
            _ => value.clone(),
        }
    }

    /// The same in other words.
    fn in_other_words(&mut self, value: &Value) -> Value {
        if value == &json!({ "Ref": "Table" }) {
            let ways = [
                json!({ "Fn::Sub": "${Table}" }),
                json!({ "Fn::Sub": ["${Table}", {}] }),
                value.clone(),
            ];
            return ways[usize::try_from(self.next(3)).unwrap()].clone();
        }
        if value == &json!({ "Ref": "Stage" }) {
            let ways = [
                json!("prod"),
                json!({ "Fn::Join": ["", ["pr", "od"]] }),
                json!({ "Fn::Sub": "${Stage}" }),
            ];
            return ways[usize::try_from(self.next(3)).unwrap()].clone();
        }
        if value == &json!({ "Fn::GetAtt": ["Table", "TopicName"] }) {
            let ways = [
                json!({ "Fn::GetAtt": "Table.TopicName" }),
                json!({ "Fn::Sub": "${Table.TopicName}" }),
                value.clone(),
            ];
            return ways[usize::try_from(self.next(3)).unwrap()].clone();
        }
        self.literal(value)
    }

    /// Properties that mean the same.
    fn respelt(&mut self, properties: &Map) -> Map {
        let mut made = Map::new();
        for (name, value) in properties {
            let value = match name.as_str() {
                // A float is text to Lambda, and is put into it as it is.
                "Environment" => {
                    let variables = value["Variables"].as_object().unwrap();
                    let others = variables.iter().map(|(name, value)| {
                        let value = if value.is_number() && self.flip() {
                            json!(value.to_string())
                        } else if value.is_number() {
                            value.clone()
                        } else {
                            self.in_other_words(value)
                        };
                        (name.to_string(), value)
                    });
                    let others: Map = others.collect();
                    json!({ "Variables": Value::Object(self.reordered(&others)) })
                }
                "VpcConfig" => {
                    let mut ids = |key: &str| {
                        let mut ids = value[key]
                            .as_array()
                            .unwrap()
                            .clone()
                            .into_iter()
                            .collect::<Vec<_>>();
                        self.shuffle(&mut ids);
                        Value::from(ids)
                    };
                    let (subnets, groups) = (ids("SubnetIds"), ids("SecurityGroupIds"));
                    json!({ "SecurityGroupIds": groups, "SubnetIds": subnets })
                }
                "EphemeralStorage" => json!({ "Size": self.literal(&value["Size"]) }),
                "MemorySize" | "Timeout" | "Handler" | "Runtime" => self.literal(value),
                _ => value.clone(),
            };
            made.insert(name.as_str(), value);
        }
        // What says nothing, or what a version does not hold.
        for (name, value) in [
            ("MemorySize", json!("128")),
            ("Timeout", json!(3)),
            ("TracingConfig", json!({ "Mode": "PassThrough" })),
            ("FileSystemConfigs", json!([])),
            ("Environment", json!({ "Variables": {} })),
            ("ReservedConcurrentExecutions", json!(5)),
            ("KmsKeyArn", json!({ "Ref": "AWS::NoValue" })),
        ] {
            if !properties.contains_key(name) && self.flip() {
                made.insert(name, value);
            }
        }
        if self.flip() {
            made.insert("Tags", json!([{ "Key": "team", "Value": "blue" }]));
        }
        self.reordered(&made)
    }
}

proptest! {
    #![proptest_config(config(150))]

    /// A function may change its form without a new version.
    #[test]
    fn plain_functions_are_published_as_serverless_ones(properties in common(), on in prop::sample::select(vec!["Code", "Configuration"])) {
        let mut serverless = properties;
        serverless.insert("CodeUri", json!({ "Bucket": "b", "Key": "k" }));
        let lowered = transform(template("AWS::Serverless::Function", &serverless), &Options::new("eu-west-1"));
        let plain = lowered.template.resources().unwrap()["F"]["Properties"].as_object().unwrap().clone();
        let (by_sam, made) = published("AWS::Serverless::Function", &serverless, Some(on));
        let (by_itself, kept) = published("AWS::Lambda::Function", &plain, Some(on));
        prop_assert_eq!(&by_sam, &by_itself);
        prop_assert_eq!(Value::Object(made), Value::Object(kept));
        if on == "Code" {
            // It is SAM's own rule.
            prop_assert_eq!(published("AWS::Serverless::Function", &serverless, None).0, by_sam);
        }
    }

    #[test]
    fn spelling_order_and_tags_publish_nothing(properties in common(), choices in any::<u64>()) {
        let mut properties = properties;
        properties.remove("Tags");
        properties.insert("Code", json!({ "S3Bucket": "b", "S3Key": "k" }));
        let respelt = Choices(choices).respelt(&properties);
        prop_assert_eq!(by_configuration(&properties), by_configuration(&respelt), "{:?}\n{:?}", properties, respelt);
    }

    #[test]
    fn another_value_publishes(properties in common(), which in 0..6_usize) {
        let mut properties = properties;
        properties.remove("Tags");
        properties.insert("Code", json!({ "S3Bucket": "b", "S3Key": "k" }));
        let mut changed = properties.clone();
        let (name, value) = [
            ("MemorySize", json!(3_000)),
            ("Timeout", json!(899)),
            ("Handler", json!("app.other")),
            ("Layers", json!(["arn:n:1"])),
            ("Environment", json!({ "Variables": { "OTHER": "" } })),
            ("Description", json!("says goodbye")),
        ][which].clone();
        changed.insert(name, value);
        prop_assert_ne!(by_configuration(&properties), by_configuration(&changed));
    }
}
