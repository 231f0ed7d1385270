//! A template changed at a random place.

use crate::choices::Choices;
use crate::pool;
use canaryform::tree::{Value, json};

/// A place in a tree: keys and indices from the root.
pub type Place = Vec<Step>;

#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    Key(String),
    Index(usize),
}

const KEYS: &[&str] = &[
    "NoSuch",
    "Type",
    "Condition",
    "Metadata",
    "DependsOn",
    "Ref",
    "Fn::If",
    "Fn::GetAtt",
    "Tags",
    "Properties",
    "Events",
    "Auth",
    "Cors",
    "Domain",
    "Policies",
    "DeletionPolicy",
    "Fn::Transform",
    "Fn::ForEach::X",
    "a.b",
    "a/b",
    "",
    "é",
    "\u{0}",
    "PropagateTags",
    "Name",
    "RestApiId",
    "ApiId",
    "Role",
    "<<",
    "Resources",
    "Globals",
    "QueueLogicalId",
    "IgnoreGlobals",
    "AutoPublishAlias",
    "DeploymentPreference",
    "Connectors",
    "VersionLogicalId",
    "RouteId",
];

const IDS: &[&str] = &[
    "ServerlessRestApi",
    "ServerlessHttpApi",
    "CodeDeployServiceRole",
    "ServerlessDeploymentApplication",
    "AWS::Region",
    "Fn.Alias",
    "é",
    "",
    "Resources",
    "ServerlessUsagePlan",
];

/// Values that stand where others are expected.
fn hostile() -> Vec<Value> {
    let long = "x".repeat(300);
    vec![
        Value::Null,
        json!(true),
        json!(false),
        json!(0),
        json!(-1),
        json!(5),
        json!(1.5),
        json!(1e300),
        json!(""),
        json!("."),
        json!(" "),
        json!("\u{0}"),
        json!("é😀"),
        json!("AWS::NoValue"),
        json!("s3://b/k"),
        json!("s3://"),
        json!("./local"),
        json!("arn:aws:iam::1:role/r"),
        json!("arn:"),
        json!("${A}"),
        json!("${A.B}"),
        json!("${!A}"),
        json!("${"),
        json!("'*'"),
        json!("$default"),
        json!("/{proxy+}"),
        json!("live"),
        json!("C"),
        json!("None"),
        json!("Inherit"),
        json!([]),
        json!({}),
        json!([null]),
        json!({ "": "" }),
        json!({ "Ref": "AWS::NoValue" }),
        json!({ "Ref": "Nobody" }),
        json!({ "Ref": ["a"] }),
        json!({ "Fn::If": [5, "a", "b"] }),
        json!({ "Fn::If": ["C", "a"] }),
        json!({ "Fn::If": "C" }),
        json!({ "Fn::Sub": "${Given}" }),
        json!({ "Fn::Sub": ["${A}", { "A": "b" }] }),
        json!({ "Fn::GetAtt": ["A", "Arn"] }),
        json!({ "Fn::GetAtt": "A" }),
        json!({ "Fn::Join": ["", ["a", { "Ref": "A" }]] }),
        json!({ "Fn::FindInMap": ["M", "a", "b"] }),
        json!({ "Ref": "Given" }),
        json!({ "Fn::ImportValue": "x" }),
        json!({ "Fn::Transform": { "Name": "X" } }),
        json!({ "Condition": "C" }),
        json!(long),
    ]
}

/// Changes a template once.
pub fn mutate(choices: &mut Choices<'_>, template: &mut Value) {
    let all = places(template);
    let place = choices.one(&all).clone();
    let Some((last, parent)) = place.split_last() else {
        return;
    };
    match choices.below(100) {
        0..36 => put(template, &place, choices.one(&hostile()).clone()),
        36..48 => take_out(template, parent, last),
        48..56 => repeat(choices, template, &place, parent, last),
        56..64 => wrap(choices, template, &place),
        64..72 => {
            let (key, value) = (*choices.one(KEYS), choices.one(&hostile()).clone());
            if let Some(Value::Object(map)) = get_mut(template, &place) {
                map.insert(key, value);
            }
        }
        72..88 => splice(choices, template, &place, last),
        _ => rename(choices, template),
    }
}

fn take_out(template: &mut Value, parent: &[Step], last: &Step) {
    match (get_mut(template, parent), last) {
        (Some(Value::Object(map)), Step::Key(key)) => drop(map.remove(key)),
        (Some(Value::Array(items)), Step::Index(index)) => drop(items.remove(*index)),
        _ => {}
    }
}

/// The same value again, beside itself.
fn repeat(
    choices: &mut Choices<'_>,
    template: &mut Value,
    place: &[Step],
    parent: &[Step],
    last: &Step,
) {
    let Some(value) = get(template, place).cloned() else {
        return;
    };
    match (get_mut(template, parent), last) {
        (Some(Value::Object(map)), Step::Key(key)) => {
            let key = match choices.below(4) {
                0 => format!("{key}2"),
                1 => key.to_lowercase(),
                2 => format!("{key} "),
                _ => (*choices.one(KEYS)).to_owned(),
            };
            map.insert(key, value);
        }
        (Some(Value::Array(items)), Step::Index(index)) => items.insert(*index, value),
        _ => {}
    }
}

fn wrap(choices: &mut Choices<'_>, template: &mut Value, place: &[Step]) {
    let Some(value) = get(template, place).cloned() else {
        return;
    };
    let wrapped = match choices.below(6) {
        0 => json!({ "Fn::If": ["C", value, { "Ref": "AWS::NoValue" }] }),
        1 => json!({ "Fn::If": ["C", value.clone(), value] }),
        2 => json!([value]),
        3 => json!({ "a": value }),
        4 => json!({ "Fn::Sub": value }),
        _ => json!({ "Fn::Join": ["", [value]] }),
    };
    put(template, place, wrapped);
}

/// A part of another template: for a value mostly one of the same name.
fn splice(choices: &mut Choices<'_>, template: &mut Value, place: &[Step], last: &Step) {
    let other = choices.one(pool::templates());
    let theirs = places(other);
    let same: Vec<&Place> = theirs
        .iter()
        .filter(|their| their.last() == Some(last))
        .collect();
    if !same.is_empty() && choices.percent(70) {
        let their: &Place = *choices.one(&same);
        let value = get(other, their).cloned();
        return put(template, place, value.unwrap_or_default());
    }
    let their = choices.one(&theirs);
    let value = get(other, their).cloned().unwrap_or_default();
    match their.as_slice() {
        [Step::Key(section), Step::Key(name)] => {
            if let Some(Value::Object(map)) = template.get_mut(section) {
                map.insert(name.as_str(), value);
            }
        }
        _ => put(template, place, value),
    }
}

/// Another id for a resource, or a copy under it: mostly one that is generated.
fn rename(choices: &mut Choices<'_>, template: &mut Value) {
    let Some(Value::Object(resources)) = template.get_mut("Resources") else {
        return;
    };
    let ids: Vec<String> = resources.keys().map(|id| id.to_string()).collect();
    if ids.is_empty() {
        return;
    }
    let id = choices.one(&ids);
    let new = match choices.below(10) {
        0 => format!("{id}Role"),
        1 => format!("{id}Aliaslive"),
        2 => (*choices.one(IDS)).to_owned(),
        _ => choices.one(pool::generated_ids()).clone(),
    };
    let value = if choices.percent(50) {
        resources.get(id).cloned()
    } else {
        resources.remove(id)
    };
    resources.insert(new, value.unwrap_or_default());
}

/// Every place of a tree, its root first.
pub fn places(value: &Value) -> Vec<Place> {
    let mut all = vec![Vec::new()];
    let mut next = 0;
    while let Some(place) = all.get(next).cloned() {
        next += 1;
        let below = |step| place.iter().cloned().chain([step]).collect();
        match get(value, &place) {
            Some(Value::Object(map)) => {
                all.extend(map.keys().map(|key| below(Step::Key(key.to_string()))));
            }
            Some(Value::Array(items)) => {
                all.extend((0..items.len()).map(|index| below(Step::Index(index))))
            }
            _ => {}
        }
    }
    all
}

pub fn get<'v>(value: &'v Value, place: &[Step]) -> Option<&'v Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get(key),
        Step::Index(index) => value.get(*index),
    })
}

pub fn get_mut<'v>(value: &'v mut Value, place: &[Step]) -> Option<&'v mut Value> {
    place.iter().try_fold(value, |value, step| match step {
        Step::Key(key) => value.get_mut(key),
        Step::Index(index) => value.get_mut(*index),
    })
}

pub fn put(value: &mut Value, place: &[Step], new: Value) {
    if let Some(slot) = get_mut(value, place) {
        *slot = new;
    }
}
