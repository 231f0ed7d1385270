//! What CloudFormation will say of the parameters' values, said here: as warnings, since it is CloudFormation that refuses
//! them, and never with a value, which may be a secret.

use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::language::parameters::{self, is_unknown};
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Text, Value};

/// Types of parameters that are not AWS-specific and stand by themselves.
///
/// "CloudFormation template Parameters syntax", "Systems Manager parameter types":
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html>.
const TYPES: &[&str] = &[
    "String",
    "Number",
    "CommaDelimitedList",
    "AWS::SSM::Parameter::Name",
];

/// AWS-specific types, which may also stand in `List<...>` and in `AWS::SSM::Parameter::Value<...>`.
///
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-supplied-parameter-types.html>.
const AWS_TYPES: &[&str] = &[
    "AWS::EC2::AvailabilityZone::Name",
    "AWS::EC2::Image::Id",
    "AWS::EC2::Instance::Id",
    "AWS::EC2::KeyPair::KeyName",
    "AWS::EC2::SecurityGroup::GroupName",
    "AWS::EC2::SecurityGroup::Id",
    "AWS::EC2::Subnet::Id",
    "AWS::EC2::Volume::Id",
    "AWS::EC2::VPC::Id",
    "AWS::Route53::HostedZone::Id",
];

/// What else may stand in `List<...>`.
const ITEMS: &[&str] = &["Number", "String"];

/// What else may stand in `AWS::SSM::Parameter::Value<...>`.
const STORED: &[&str] = &["String", "CommaDelimitedList", "List<String>"];

/// Warns of parameters that are not declared, of types that do not exist, and of values that do not fit.
pub(crate) fn check(scope: &Scope<'_>, template: &Template) {
    let none = Map::new();
    let declared = template.section("Parameters").unwrap_or(&none);
    for name in scope.options.parameters.keys() {
        if !declared.contains_key(name) && !name.starts_with("AWS::") {
            scope.report(unknown(scope, name, declared));
        }
    }
    for (name, declaration) in declared {
        let Some(declaration) = declaration.as_object() else {
            continue;
        };
        let path = Path::default().then("Parameters").then(name);
        let kind = declaration.get("Type").and_then(Value::as_str);
        if let Some(kind) = kind
            && !is_type(kind)
        {
            scope.report(unknown_type(kind, path.clone().then("Type")));
        }
        let (value, place) = match scope.options.parameters.get(name) {
            Some(given) => (given, path),
            None => match declaration.get("Default") {
                Some(default) => (default, path.then("Default")),
                None => continue,
            },
        };
        if scope.options.parameters.contains_key(name)
            && let Some(other) = other_pair(value, declared)
        {
            scope.report(
                Diagnostic::new(
                    codes::PARAMETER_VALUE,
                    place.clone(),
                    format!("the value given for `{name}` has ` {other}=` in it, as if several pairs were one value"),
                )
                .help("give each pair by itself, without quotes around all of them"),
            );
        }
        let is_list = kind.is_some_and(parameters::is_list);
        if let Some((words, help)) = misfit(declaration, kind.unwrap_or_default(), value, is_list) {
            let which = if scope.options.parameters.contains_key(name) {
                "the value given for"
            } else {
                "the `Default` of"
            };
            scope.report(
                Diagnostic::new(
                    codes::PARAMETER_VALUE,
                    place,
                    format!("{which} `{name}` {words}"),
                )
                .help(format!("CloudFormation refuses it: {help}")),
            );
        }
    }
}

/// The parameter whose name stands in a value like that of a pair: `prod LogLevel=DEBUG`.
fn other_pair<'d>(value: &Value, declared: &'d Map) -> Option<&'d str> {
    let text = value.as_str()?;
    let names = text
        .split_whitespace()
        .skip(1)
        .filter_map(|word| Some(word.split_once('=')?.0));
    let mut known = names.filter_map(|name| declared.get_key_value(name));
    known.next().map(|(name, _)| name.as_str())
}

fn unknown(scope: &Scope<'_>, name: &str, declared: &Map) -> Diagnostic {
    let declared = declared.keys().map(Text::as_str);
    let help = match scope.suggestions.find(name, declared) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "declare it under `Parameters`, or take its value away".to_owned(),
    };
    Diagnostic::new(
        codes::UNKNOWN_PARAMETER,
        Path::default().then("Parameters"),
        format!("a value is given for `{name}`, but the template has no such parameter"),
    )
    .help(help)
}

fn unknown_type(kind: &str, path: Path) -> Diagnostic {
    let known = TYPES.iter().chain(AWS_TYPES).copied();
    let help = match suggestion(kind, known) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => "write `String`, `Number`, `CommaDelimitedList`, a type of AWS such as `AWS::EC2::VPC::Id`, or `List<...>` of one".to_owned(),
    };
    Diagnostic::new(
        codes::PARAMETER_TYPE,
        path,
        format!("there is no parameter type `{kind}`: CloudFormation will refuse it"),
    )
    .help(help)
}

fn is_type(kind: &str) -> bool {
    if let Some(stored) = inside(kind, "AWS::SSM::Parameter::Value<") {
        return STORED.contains(&stored) || is_of_aws(stored);
    }
    let is_list = inside(kind, "List<").is_some_and(|item| ITEMS.contains(&item));
    is_list || TYPES.contains(&kind) || is_of_aws(kind)
}

/// Whether a type is an AWS-specific one, or a list of one.
fn is_of_aws(kind: &str) -> bool {
    AWS_TYPES.contains(&inside(kind, "List<").unwrap_or(kind))
}

/// What stands between `outer`, which ends in `<`, and `>`.
fn inside<'k>(kind: &'k str, outer: &str) -> Option<&'k str> {
    kind.strip_prefix(outer)?.strip_suffix('>')
}

/// Why a value does not fit its declaration, as words that go on after the parameter, and what fits.
fn misfit(
    declaration: &Map,
    kind: &str,
    value: &Value,
    is_list: bool,
) -> Option<(&'static str, String)> {
    if is_unknown(value) {
        return None;
    }
    let items = items(value, is_list)?;
    let is_number = matches!(kind, "Number" | "List<Number>");
    if is_number && items.iter().any(|item| item.parse::<f64>().is_err()) {
        return Some(("is not a number", "its `Type` takes numbers".to_owned()));
    }
    let allowed = declaration.get("AllowedValues").and_then(Value::as_array);
    if let Some(allowed) = allowed {
        let allowed: Vec<String> = allowed.iter().filter_map(text).collect();
        if !items.iter().all(|item| allowed.contains(item)) {
            return Some((
                "is not one of its `AllowedValues`",
                format!("it takes {}", listed(&allowed)),
            ));
        }
    }
    let limit = |name: &str| text(declaration.get(name)?)?.parse::<f64>().ok();
    let outside = |low: &str, high: &str, size: &dyn Fn(&str) -> Option<f64>| {
        items.iter().filter_map(|item| size(item)).any(|size| {
            limit(low).is_some_and(|least| size < least)
                || limit(high).is_some_and(|most| size > most)
        })
    };
    let length = |item: &str| Some(item.chars().count() as f64);
    if !is_number && !is_list && outside("MinLength", "MaxLength", &length) {
        return Some((
            "is too short or too long",
            "see its `MinLength` and `MaxLength`".to_owned(),
        ));
    }
    if is_number && outside("MinValue", "MaxValue", &|item| item.parse().ok()) {
        return Some((
            "is too small or too large",
            "see its `MinValue` and `MaxValue`".to_owned(),
        ));
    }
    if let Some(pattern) = declaration.get("AllowedPattern").and_then(Value::as_str)
        && let Ok(pattern) = regex_lite::Regex::new(&format!("^(?:{pattern})$"))
        && items.iter().any(|item| !pattern.is_match(item))
    {
        return Some((
            "does not match its `AllowedPattern`",
            "the pattern is that of the template".to_owned(),
        ));
    }
    None
}

/// The texts that a value consists of; none where it is nothing that a parameter can be.
fn items(value: &Value, is_list: bool) -> Option<Vec<String>> {
    match value {
        Value::Array(items) => items.iter().map(text).collect(),
        Value::String(list) if is_list => {
            Some(list.split(',').map(|item| item.trim().to_owned()).collect())
        }
        one => Some(vec![text(one)?]),
    }
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn listed(words: &[String]) -> String {
    let shown: Vec<String> = words
        .iter()
        .take(12)
        .map(|word| format!("`{word}`"))
        .collect();
    let more = if words.len() > shown.len() {
        ", ..."
    } else {
        ""
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[track_caller]
    fn check(declaration: &Value, value: Value, expected: Option<&str>) {
        let declaration = declaration.as_object().unwrap();
        let kind = declaration["Type"].as_str().unwrap();
        let found = misfit(declaration, kind, &value, parameters::is_list(kind));
        assert_eq!(found.map(|(words, _)| words), expected, "{value}");
    }

    #[test]
    fn values_are_held_against_their_declaration() {
        let stage = json!({"Type": "String", "AllowedValues": ["dev", 1]});
        check(&stage, json!("dev"), None);
        check(&stage, json!("1"), None);
        check(
            &stage,
            json!("prod"),
            Some("is not one of its `AllowedValues`"),
        );
        let list = json!({"Type": "CommaDelimitedList", "AllowedValues": ["a", "b"]});
        check(&list, json!("a, b"), None);
        check(
            &list,
            json!(["a", "c"]),
            Some("is not one of its `AllowedValues`"),
        );
        let number = json!({"Type": "Number", "MinValue": 1, "MaxValue": "10"});
        check(&number, json!(10), None);
        check(&number, json!("0.5"), Some("is too small or too large"));
        check(&number, json!("ten"), Some("is not a number"));
        let name =
            json!({"Type": "String", "MinLength": 2, "MaxLength": 3, "AllowedPattern": "[a-z]*"});
        check(
            &name,
            json!("äö"),
            Some("does not match its `AllowedPattern`"),
        );
        check(&name, json!("ab"), None);
        check(&name, json!("abcd"), Some("is too short or too long"));
        let odd = json!({"Type": "String", "AllowedPattern": "(?=x)["});
        check(&odd, json!("y"), None);
        let unknown = json!({"Type": "String", "AllowedValues": ["a"]});
        check(&unknown, json!("{{IntrinsicFunction:x/Ref}}"), None);
    }

    #[test]
    fn types_are_those_of_cloudformation() {
        for known in [
            "String",
            "List<Number>",
            "List<AWS::EC2::Subnet::Id>",
            "AWS::SSM::Parameter::Value<List<String>>",
            "AWS::SSM::Parameter::Value<CommaDelimitedList>",
        ] {
            assert!(is_type(known), "{known}");
        }
        for unknown in [
            "string",
            "List",
            "List<CommaDelimitedList>",
            "Boolean",
            "AWS::EC2::Subnet",
        ] {
            assert!(!is_type(unknown), "{unknown}");
        }
    }
}
