//! One form for values that mean the same to CloudFormation, however they are written.
//!
//! ```yaml
//! # these properties of a function ...
//! MemorySize: "512"
//! Timeout: 3
//! Environment: {Variables: {TABLE: !GetAtt Table.Arn, EMPTY: "", DEBUG: true}}
//! VpcConfig: {SubnetIds: [subnet-b, subnet-a]}
//! Tags: []
//! ```
//!
//! ```yaml
//! # ... mean the same as these
//! MemorySize: 512
//! Environment: {Variables: {TABLE: !GetAtt [Table, Arn], EMPTY: "", DEBUG: "true"}}
//! VpcConfig: {SubnetIds: [subnet-a, subnet-b]}
//! ```
//!
//! What is known is put in first, by [`Known::put_in`](super::known::Known::put_in); then [`function`] brings the properties of a Lambda function to
//! one spelling. Doing either again changes nothing.

use super::intrinsics::{get_att, is_no_value, reference, sub_references};
use super::python_json::number_text;
use crate::tree::{Map, Number, Value, json};

pub(super) fn only_entry(map: &Map) -> Option<(&str, &Value)> {
    let (key, inner) = map.iter().next()?;
    (map.len() == 1).then_some((key.as_str(), inner))
}

/// Whether this is as good as nothing.
pub(crate) fn is_nothing(value: &Value) -> bool {
    value.is_null() || is_no_value(value)
}

/// A literal as CloudFormation writes it into a text.
pub(crate) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) => Some(number_text(number)),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

/// What a property takes.
#[derive(Debug, Clone, Copy)]
enum Takes {
    /// A whole or a broken number.
    Number,
    Flag,
    Text,
    /// A list whose order means something.
    List(&'static Takes),
    /// A list whose order means nothing.
    Set(&'static Takes),
    /// A map with any keys.
    MapOf(&'static Takes),
    /// A map with these keys.
    Map(&'static [(&'static str, Takes)]),
}

use Takes::{Flag, List, MapOf, Number as Whole, Set, Text};

/// Every property of `AWS::Lambda::Function` and what it takes.
///
/// Source: the CloudFormation resource schema of 2026-10-20.
const FUNCTION: &[(&str, Takes)] = &[
    ("Architectures", List(&Text)),
    (
        "CapacityProviderConfig",
        Takes::Map(&[(
            "LambdaManagedInstancesCapacityProviderConfig",
            Takes::Map(&[
                ("CapacityProviderArn", Text),
                ("ExecutionEnvironmentMemoryGiBPerVCpu", Whole),
                ("PerExecutionEnvironmentMaxConcurrency", Whole),
            ]),
        )]),
    ),
    (
        "Code",
        Takes::Map(&[
            ("ImageUri", Text),
            ("S3Bucket", Text),
            ("S3Key", Text),
            ("S3ObjectStorageMode", Text),
            ("S3ObjectVersion", Text),
            ("SourceKMSKeyArn", Text),
            ("ZipFile", Text),
        ]),
    ),
    ("CodeSigningConfigArn", Text),
    ("DeadLetterConfig", Takes::Map(&[("TargetArn", Text)])),
    ("Description", Text),
    (
        "DurableConfig",
        Takes::Map(&[
            ("ExecutionTimeout", Whole),
            ("KMSKeyArn", Text),
            ("RetentionPeriodInDays", Whole),
        ]),
    ),
    ("Environment", Takes::Map(&[("Variables", MapOf(&Text))])),
    ("EphemeralStorage", Takes::Map(&[("Size", Whole)])),
    (
        "FileSystemConfigs",
        List(&Takes::Map(&[
            ("Arn", Text),
            ("LocalMountPath", Text),
            ("S3FilesConfig", Takes::Map(&[("DirectS3Read", Text)])),
        ])),
    ),
    ("FunctionName", Text),
    (
        "FunctionScalingConfig",
        Takes::Map(&[
            ("MaxExecutionEnvironments", Whole),
            ("MinExecutionEnvironments", Whole),
        ]),
    ),
    ("Handler", Text),
    (
        "ImageConfig",
        Takes::Map(&[
            ("Command", List(&Text)),
            ("EntryPoint", List(&Text)),
            ("WorkingDirectory", Text),
        ]),
    ),
    ("KmsKeyArn", Text),
    ("Layers", List(&Text)),
    (
        "LoggingConfig",
        Takes::Map(&[
            ("ApplicationLogLevel", Text),
            ("LogFormat", Text),
            ("LogGroup", Text),
            ("SystemLogLevel", Text),
        ]),
    ),
    ("MemorySize", Whole),
    ("PackageType", Text),
    ("PublishToLatestPublished", Flag),
    ("RecursiveLoop", Text),
    ("ReservedConcurrentExecutions", Whole),
    ("Role", Text),
    ("Runtime", Text),
    (
        "RuntimeManagementConfig",
        Takes::Map(&[("RuntimeVersionArn", Text), ("UpdateRuntimeOn", Text)]),
    ),
    ("SnapStart", Takes::Map(&[("ApplyOn", Text)])),
    ("Tags", List(&Takes::Map(&[("Key", Text), ("Value", Text)]))),
    (
        "TenancyConfig",
        Takes::Map(&[("TenantIsolationMode", Text)]),
    ),
    ("Timeout", Whole),
    ("TracingConfig", Takes::Map(&[("Mode", Text)])),
    (
        "VpcConfig",
        Takes::Map(&[
            ("Ipv6AllowedForDualStack", Flag),
            ("SecurityGroupIds", Set(&Text)),
            ("SubnetIds", Set(&Text)),
        ]),
    ),
];

/// What Lambda takes where a property is not given: the property, what stands in it, and its value.
///
/// Source: the descriptions of the resource schema, of `DurableConfig` its `default`; `UpdateRuntimeOn` from the API's
/// model.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("Architectures", "", r#"["x86_64"]"#),
    ("DurableConfig", "RetentionPeriodInDays", "14"),
    ("EphemeralStorage", "Size", "512"),
    ("MemorySize", "", "128"),
    ("RuntimeManagementConfig", "UpdateRuntimeOn", r#""Auto""#),
    ("SnapStart", "ApplyOn", r#""None""#),
    ("Timeout", "", "3"),
    ("TracingConfig", "Mode", r#""PassThrough""#),
];

/// What Lambda takes for a property of a function, or for what stands in it, where that is not given.
pub(crate) fn default_of(property: &str, inner: Option<&str>) -> Option<Value> {
    let inner = inner.unwrap_or_default();
    let row = DEFAULTS
        .iter()
        .find(|(name, within, _)| *name == property && *within == inner);
    row.and_then(|(_, _, default)| serde_json::from_str::<serde_json::Value>(default).ok())
        .map(Value::from)
}

/// Functions on instances of one's own have other defaults.
const OTHER_DEFAULTS: &str = "CapacityProviderConfig";

/// The properties of an `AWS::Lambda::Function` in one form: intrinsic functions in one spelling, numbers, flags and
/// texts as the property takes them, without what is empty and what Lambda takes anyway, keys in order.
pub(crate) fn function(properties: &Map) -> Map {
    let mut made: Map = properties
        .iter()
        .filter_map(|(name, value)| {
            let takes = FUNCTION.iter().find(|(known, _)| known == name);
            let made = one_form(value, takes.map(|(_, takes)| takes), keeps_empty(name));
            made.map(|made| (name.clone(), made))
        })
        .collect();
    if !made.contains_key(OTHER_DEFAULTS) {
        for (property, inner, default) in DEFAULTS {
            drop_default(&mut made, property, inner, default);
        }
    }
    made.sort_keys();
    made
}

/// Below these properties an empty text means something.
fn keeps_empty(property: &str) -> Empty {
    match property {
        "Environment" => Empty::Below("Variables"),
        "Code" => Empty::Below("ZipFile"),
        _ => Empty::Dropped,
    }
}

/// What becomes of empty texts in a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Empty {
    Dropped,
    /// They stay below this key.
    Below(&'static str),
    Stay,
}

fn drop_default(made: &mut Map, property: &str, inner: &str, default: &str) {
    let is_default = |value: &Value| {
        let json = value.to_string();
        json == default
    };
    if inner.is_empty() {
        if made.get(property).is_some_and(is_default) {
            made.remove(property);
        }
        return;
    }
    let Some(Value::Object(map)) = made.get_mut(property) else {
        return;
    };
    if map.get(inner).is_some_and(is_default) {
        map.remove(inner);
    }
    if map.is_empty() {
        made.remove(property);
    }
}

/// A value in the spelling in which it is compared with another, whatever takes it.
pub(super) fn spelled(value: Value) -> Value {
    one_form(&value, None, Empty::Stay).unwrap_or(value)
}

/// A value in one form; none where it is empty.
fn one_form(value: &Value, takes: Option<&Takes>, empty: Empty) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Array(items) => {
            let inner = match takes {
                Some(List(inner) | Set(inner)) => Some(*inner),
                _ => None,
            };
            // An empty item of a list means something.
            let items = items
                .iter()
                .map(|item| one_form(item, inner, Empty::Stay).unwrap_or_else(|| item.clone()));
            let mut items: Vec<Value> = items.collect();
            if matches!(takes, Some(Set(_))) {
                items.sort_by_key(Value::to_string);
            }
            (!items.is_empty()).then(|| items.into())
        }
        Value::Object(map) => {
            if let Some((name, given)) = only_entry(map)
                && (name == "Ref" || name == "Condition" || name.starts_with("Fn::"))
            {
                let made = one_spelling(name, given, takes);
                // Text that nothing was to be put into is text as any other.
                return if made.is_string() {
                    one_form(&made, takes, empty)
                } else {
                    Some(made)
                };
            }
            let made: Map = map
                .iter()
                .filter_map(|(key, inner)| {
                    let takes = match takes {
                        Some(Takes::Map(rows)) => {
                            let row = rows.iter().find(|(known, _)| known == key);
                            row.map(|(_, takes)| takes)
                        }
                        Some(MapOf(takes)) => Some(*takes),
                        _ => None,
                    };
                    let empty = match empty {
                        Empty::Below(name) if key == name => Empty::Stay,
                        other => other,
                    };
                    one_form(inner, takes, empty).map(|made| (key.clone(), made))
                })
                .collect();
            let mut made = made;
            made.sort_keys();
            (!made.is_empty()).then_some(Value::Object(made))
        }
        Value::String(text) if text.is_empty() && empty != Empty::Stay => None,
        literal => Some(match takes {
            Some(Whole) => as_number(literal),
            Some(Flag) => as_flag(literal),
            Some(Text) => text_of(literal).map_or_else(|| literal.clone(), Into::into),
            _ => literal.clone(),
        }),
    }
}

/// A number, where a literal says one: a decimal text, a float that is whole.
fn as_number(literal: &Value) -> Value {
    let whole = |number: &Number| {
        let float = number.as_f64().filter(|_| number.is_f64())?;
        // Beyond that not every integer is a float.
        let is_exact = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
        is_exact.then(|| format!("{float:.0}"))
    };
    let digits = match literal {
        Value::Number(number) => whole(number),
        Value::String(text) => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let is_decimal = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_decimal.then(|| text.to_string())
        }
        _ => None,
    };
    match digits.and_then(|digits| digits.parse::<i64>().ok()) {
        Some(number) => number.into(),
        None => literal.clone(),
    }
}

fn as_flag(literal: &Value) -> Value {
    match literal.as_str() {
        Some("true") => true.into(),
        Some("false") => false.into(),
        _ => literal.clone(),
    }
}

/// An intrinsic function in one spelling.
fn one_spelling(name: &str, given: &Value, takes: Option<&Takes>) -> Value {
    let inner =
        |value: &Value, takes| one_form(value, takes, Empty::Stay).unwrap_or_else(|| value.clone());
    match (name, given) {
        ("Fn::GetAtt", _) => get_att_of(given),
        ("Fn::Sub", Value::String(text)) => sub(text, None),
        ("Fn::Sub", Value::Array(items)) => match items.as_slice() {
            [Value::String(text)] => sub(text, None),
            [Value::String(text), Value::Object(variables)] => sub(text, Some(variables)),
            _ => json!({ name: given.clone() }),
        },
        // It takes no function.
        ("Fn::Sub", Value::Object(_)) => json!({ name: given.clone() }),
        ("Fn::If", Value::Array(items)) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| inner(item, takes.filter(|_| index > 0)));
            json!({ name: items.collect::<Value>() })
        }
        (_, Value::Array(items)) => {
            let items = items.iter().map(|item| inner(item, None));
            json!({ name: items.collect::<Value>() })
        }
        _ => json!({ name: inner(given, None) }),
    }
}

/// `!GetAtt A.B.C`, `[A, B.C]` and `[A, B, C]` are one.
fn get_att_of(given: &Value) -> Value {
    let parts: Option<Vec<&str>> = match given {
        Value::String(text) => Some(text.split('.').collect()),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    };
    match parts.as_deref() {
        Some([id, attribute @ ..]) if !attribute.is_empty() => {
            let whole = [*id]
                .into_iter()
                .chain(attribute.iter().copied())
                .collect::<Vec<_>>()
                .join(".");
            match whole.split_once('.') {
                Some((id, attribute)) => get_att(id, attribute),
                None => json!({ "Fn::GetAtt": given.clone() }),
            }
        }
        _ => json!({ "Fn::GetAtt": given.clone() }),
    }
}

fn sub(text: &str, variables: Option<&Map>) -> Value {
    if !text.contains("${") {
        return text.into();
    }
    let names: Vec<&str> = sub_references(text).map(|found| found.name).collect();
    let used: Map = variables
        .into_iter()
        .flatten()
        .filter(|(name, _)| names.contains(&name.as_str()))
        .map(|(name, value)| {
            let made = one_form(value, None, Empty::Stay);
            (name.clone(), made.unwrap_or_else(|| value.clone()))
        })
        .collect();
    if !used.is_empty() {
        let mut used = used;
        used.sort_keys();
        return json!({ "Fn::Sub": [text, Value::Object(used)] });
    }
    match names.as_slice() {
        [name] if text.len() == name.len() + 3 => match name.split_once('.') {
            Some((id, attribute)) => get_att(id, attribute),
            None => reference(name),
        },
        _ => json!({ "Fn::Sub": text }),
    }
}

/// Any value in one form, where it is not known what properties take: intrinsic functions in one spelling, numbers and
/// flags as texts, as CloudFormation hands them over, without null and without empty maps and lists.
pub(crate) fn any(value: &Value) -> Value {
    fn in_texts(value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(in_texts),
            Value::Object(map) => map.values_mut().for_each(in_texts),
            Value::Number(_) | Value::Bool(_) => {
                if let Some(text) = text_of(&as_number(value)) {
                    *value = text.into();
                }
            }
            Value::Null | Value::String(_) => {}
        }
    }
    let mut made = one_form(value, None, Empty::Stay).unwrap_or_default();
    in_texts(&mut made);
    made
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::language::logical_id;
    use crate::language::python_json::compact;
    use proptest::prelude::{
        Just, ProptestConfig, Strategy, any as some, prop, prop_assert_eq, prop_oneof, proptest,
    };
    use proptest::test_runner::RngSeed;

    fn base(more: &Value) -> Map {
        let mut properties = json!({"Code": {"S3Bucket": "b", "S3Key": "k"}, "Handler": "a.b", "Role": "arn:r", "Runtime": "python3.13"});
        for (name, value) in more.as_object().unwrap() {
            properties
                .as_object_mut()
                .unwrap()
                .insert(name, value.clone());
        }
        properties.as_object().unwrap().clone()
    }

    #[track_caller]
    fn check(more: &Value, hash: &str) {
        let once = function(&base(more));
        assert_eq!(
            logical_id::hash(&compact(&Value::Object(once.clone()))),
            hash,
            "{more}"
        );
        assert_eq!(function(&once), once);
    }

    #[test]
    fn what_means_the_same_is_the_same() {
        for more in [
            json!({}),
            json!({"MemorySize": 128, "Timeout": "3"}),
            json!({"Description": ""}),
            json!({"Environment": {"Variables": {}}}),
            json!({"EphemeralStorage": {"Size": 512.0}, "Architectures": ["x86_64"], "SnapStart": {"ApplyOn": "None"}}),
        ] {
            check(&more, "4f8ce6e637");
        }
        for size in [json!(512), json!("512"), json!(512.0)] {
            check(&json!({"MemorySize": size}), "19ec62b615");
        }
        let environment = |value: Value| json!({"Environment": {"Variables": {"A": value}}});
        for (values, hash) in [
            (vec![json!(true), json!("true")], "7825614ece"),
            (vec![json!("")], "a4d2934888"),
            (
                vec![
                    json!({"Fn::GetAtt": ["T", "Arn"]}),
                    json!({"Fn::GetAtt": "T.Arn"}),
                    json!({"Fn::Sub": "${T.Arn}"}),
                ],
                "fa168cc616",
            ),
            (
                vec![
                    json!({"Ref": "T"}),
                    json!({"Fn::Sub": "${T}"}),
                    json!({"Fn::Sub": ["${T}", {}]}),
                ],
                "8d49c173f0",
            ),
            (vec![json!("é")], "73cce8f868"),
        ] {
            for value in values {
                check(&environment(value), hash);
            }
        }
        for subnets in [json!(["s-a", "s-b"]), json!(["s-b", "s-a"])] {
            check(
                &json!({"VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": ["g"]}}),
                "15f2e21541",
            );
        }
    }

    /// Literals, maps, lists, and intrinsic functions with sound arguments and others.
    pub(in crate::language) fn value() -> impl Strategy<Value = Value> {
        let literal = prop_oneof![
            Just(Value::Null),
            any_of(&[
                "", "a", "512", "-0", "007", "5.0", "true", "${T}", "${T.Arn}", "x${T}y", "${!T}"
            ]),
            (-9_i64..2_000).prop_map(Value::from),
            any_of(&[
                "IsProd",
                "T",
                "A.B",
                "A.B.C",
                "AWS::Region",
                "Stage",
                "Login"
            ]),
            prop::sample::select(vec![512.0, 0.5, 1e300, -3.0]).prop_map(Value::from),
            some::<bool>().prop_map(Value::from),
        ];
        let functions = prop::sample::select(vec![
            "Ref",
            "Condition",
            "Fn::GetAtt",
            "Fn::Sub",
            "Fn::If",
            "Fn::Join",
            "Fn::Select",
            "Fn::Split",
            "Fn::FindInMap",
            "Fn::ImportValue",
        ]);
        let names =
            prop::sample::select(vec!["Variables", "ZipFile", "SubnetIds", "Size", "Fn", "a"]);
        literal.prop_recursive(4, 24, 4, move |inner| {
            let list = prop::collection::vec(inner.clone(), 0..4);
            prop_oneof![
                list.clone().prop_map(Value::from),
                (
                    functions.clone(),
                    prop_oneof![list.prop_map(Value::from), inner.clone()]
                )
                    .prop_map(|(name, given)| json!({ name: given })),
                prop::collection::vec((names.clone(), inner), 0..4)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn any_of(texts: &'static [&'static str]) -> impl Strategy<Value = Value> {
        prop::sample::select(texts).prop_map(Value::from)
    }

    fn properties() -> impl Strategy<Value = Map> {
        let names = FUNCTION.iter().map(|(name, _)| *name);
        let names: Vec<&str> = names.chain(["Unclassified"]).collect();
        prop::collection::vec((prop::sample::select(names), value()), 0..5)
            .prop_map(|entries| entries.into_iter().collect())
    }

    pub(in crate::language) fn twice(cases: u32) -> ProptestConfig {
        ProptestConfig {
            cases,
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::default()
        }
    }

    proptest! {
        #![proptest_config(twice(4000))]

        #[test]
        fn one_form_of_one_form_is_itself(properties in properties()) {
            let once = function(&properties);
            prop_assert_eq!(function(&once), once);
        }
    }

    #[test]
    fn any_value_has_one_spelling() {
        assert_eq!(
            any(&json!({"a": 5.0, "b": true, "c": {}, "d": {"Fn::Sub": "${X.Y.Z}"}})),
            json!({"a": "5", "b": "true", "d": {"Fn::GetAtt": ["X", "Y.Z"]}})
        );
    }
}
