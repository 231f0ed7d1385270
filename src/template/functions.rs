//! CloudFormation's functions that have a short tag: `!Sub` is `Fn::Sub`.

use crate::tree::{Map, Text, Value};

/// The functions, as they are named in a tree.
const FUNCTIONS: &[&str] = &[
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Condition",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    GET_ATT,
    "Fn::GetAZs",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Ref",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
];

/// The function whose short form is split at its first dot.
const GET_ATT: &str = "Fn::GetAtt";

/// The name of a function in its tag: `Ref` and `Condition` have no prefix to lose.
fn short_name(function: &'static str) -> &'static str {
    function.strip_prefix("Fn::").unwrap_or(function)
}

/// What stands behind the `!` of each tag.
pub(super) fn short_names() -> impl Iterator<Item = &'static str> {
    FUNCTIONS.iter().map(|function| short_name(function))
}

/// The function of a tag without its `!`.
pub(super) fn with_short_name(name: &str) -> Option<&'static str> {
    let is_it = |function: &&&'static str| short_name(function) == name;
    FUNCTIONS.iter().find(is_it).copied()
}

/// The function of a tag, `!Sub`.
pub(super) fn with_tag(tag: &str) -> Option<&'static str> {
    tag.strip_prefix('!').and_then(with_short_name)
}

/// What the tag of a function is named, where it has one.
pub(super) fn short_name_of(function: &str) -> Option<&'static str> {
    let is_it = |known: &&&'static str| **known == function;
    FUNCTIONS.iter().find(is_it).map(|known| short_name(known))
}

/// A call of a function, as it stands in a tree.
pub(super) fn call(function: &'static str, argument: Value) -> Value {
    let mut map = Map::with_capacity(1);
    map.insert(Text::from_static(function), argument);
    Value::Object(map)
}

/// A call of a function with a text behind its tag: always text, whatever it looks like; `!GetAtt` splits it at the first
/// dot.
pub(super) fn call_with_text(function: &'static str, text: Text) -> Value {
    if function == GET_ATT {
        return call(function, text.splitn(2, '.').collect());
    }
    call(function, text.into())
}
