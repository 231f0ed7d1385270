//! `Definition`, `DefinitionUri`, `DefinitionSubstitutions`: what the machine does.
//!
//! ```yaml
//! # in
//! Order:
//!   Type: AWS::Serverless::StateMachine
//!   Properties:
//!     Definition:
//!       StartAt: Pay
//!       States: {Pay: {Type: Task, Resource: !GetAtt Pay.Arn, End: true}}
//! ```
//!
//! ```yaml
//! # out
//! Order:
//!   Properties:
//!     DefinitionString: !Join
//!       - "\n"
//!       - - '{'
//!         - '    "StartAt": "Pay",'
//!         - '    "States": {'
//!         - '        "Pay": {'
//!         - '            "End": true,'
//!         - '            "Resource": "${definition_substitution_1}",'
//!         - '            "Type": "Task"'
//!         - '        }'
//!         - '    }'
//!         - '}'
//!     DefinitionSubstitutions: {definition_substitution_1: !GetAtt Pay.Arn}
//!     # ...
//!   # ...
//! ```
//!
//! ```yaml
//! # in
//! Order:
//!   Type: AWS::Serverless::StateMachine
//!   Properties:
//!     DefinitionUri: s3://bucket/order.asl.json
//!     DefinitionSubstitutions: {Table: orders}
//! ```
//!
//! ```yaml
//! # out
//! Order:
//!   Properties:
//!     DefinitionS3Location: {Bucket: bucket, Key: order.asl.json}
//!     DefinitionSubstitutions: {Table: orders}
//!     # ...
//!   # ...
//! ```
//!
//! A local path goes over as it is, for `aws cloudformation package`.
//!
//! Upstream: `StateMachineGenerator` in model/stepfunctions/generators.py. Local paths are ours: SAM refuses them.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{if_parts, is_intrinsic};
use crate::language::python_json;
use crate::language::truth::{equal, is_truthy};
use crate::resource::{SamResource, set};
use crate::sam::code_location::{is_url, parse_s3_uri, warn_of_document};
use crate::scope::Scope;
use crate::template::{Path, Step};
use crate::tree::{Map, Text, Value, json};

/// Writes the definition into `properties`; faults are reported.
pub(super) fn lower(scope: &Scope<'_>, sam: &mut SamResource, properties: &mut Map) {
    let mut substitutions = match sam.take("DefinitionSubstitutions") {
        Value::Object(given) => given,
        _ => Map::new(),
    };
    match (sam.is_truthy("Definition"), sam.is_truthy("DefinitionUri")) {
        (true, false) => {
            let mut definition = sam.take("Definition");
            let mut found = Vec::new();
            substitute(&mut definition, &mut found);
            for (name, value) in &found {
                tell_of_no_text(scope, sam, &definition, name, value);
            }
            add(scope, sam, &mut substitutions, found);
            let text = python_json::indented(&definition);
            let lines: Vec<&str> = text.split('\n').collect();
            let joined = json!({ "Fn::Join": ["\n", lines] });
            set(properties, "DefinitionString", joined);
        }
        (false, true) => {
            let location = location(scope, sam);
            set(properties, "DefinitionS3Location", location);
        }
        (given, _) => {
            let fault = if given {
                Diagnostic::new(
                    codes::DEFINITION_TWICE,
                    sam.path("DefinitionUri"),
                    "`DefinitionUri` cannot stand beside `Definition`",
                )
                .on_key()
                .help("take one of them out")
            } else {
                Diagnostic::new(
                    codes::STATE_MACHINE_WITHOUT_DEFINITION,
                    sam.path("Definition"),
                    format!("the state machine `{}` has no definition", sam.id),
                )
                .help("add `Definition` (the states) or `DefinitionUri` (where they are written)")
            };
            scope.report(fault);
        }
    }
    if !substitutions.is_empty() {
        set(
            properties,
            "DefinitionSubstitutions",
            Value::Object(substitutions),
        );
    }
}

/// Takes every intrinsic and dynamic reference in `value` out into `found` and leaves a placeholder for it. Keys are
/// taken in the order of their code points; the outermost value itself stays.
fn substitute(value: &mut Value, found: &mut Vec<(String, Value)>) {
    let mut visit = |inner: &mut Value| {
        if is_intrinsic(inner) || is_dynamic_reference(inner) {
            let name = format!("definition_substitution_{}", found.len() + 1);
            let placeholder = format!("${{{name}}}");
            found.push((name, std::mem::replace(inner, placeholder.into())));
        } else {
            substitute(inner, found);
        }
    };
    match value {
        Value::Array(items) => items.iter_mut().for_each(visit),
        Value::Object(map) => {
            let mut entries: Vec<(&Text, &mut Value)> = map.iter_mut().collect();
            entries.sort_unstable_by_key(|(key, _)| *key);
            for (_, inner) in entries {
                visit(inner);
            }
        }
        _ => {}
    }
}

/// Warns where an `Fn::If` that becomes a text of the definition may come to something else than a text.
fn tell_of_no_text(
    scope: &Scope<'_>,
    sam: &SamResource,
    definition: &Value,
    name: &str,
    value: &Value,
) {
    let is_text = |value: &Value| value.is_string() || is_intrinsic(value);
    if if_parts(value).is_none() || scope.outcomes(value).iter().all(is_text) {
        return;
    }
    let placeholder = format!("${{{name}}}");
    let mut path = sam.path("Definition");
    if !find(definition, &placeholder, &mut path) {
        return;
    }
    let key = match path.0.last() {
        Some(Step::Key(key)) => format!("`{key}`"),
        _ => "it".to_owned(),
    };
    let message = format!(
        "{key} becomes a text of the definition, in which CloudFormation puts the value later: what is no text in a branch of `Fn::If` is none there"
    );
    scope.report(
        Diagnostic::new(codes::INTRINSIC_NOT_READ, path, message).help(
            "write two state machines, each with a `Condition`; or write the definition as `DefinitionString` of a plain `AWS::StepFunctions::StateMachine`",
        ),
    );
}

/// Leads `path` on to where a text stands in a value; says no where it does not.
fn find(value: &Value, text: &str, path: &mut Path) -> bool {
    let mut step = |step: Step, inner: &Value| {
        path.0.push(step);
        let is_there = find(inner, text, path);
        if !is_there {
            path.0.pop();
        }
        is_there
    };
    match value {
        Value::String(own) => own == text,
        Value::Array(items) => items
            .iter()
            .enumerate()
            .any(|(index, item)| step(index.into(), item)),
        Value::Object(map) => map.iter().any(|(key, inner)| step(key.into(), inner)),
        _ => false,
    }
}

/// Whether a text is `{{resolve:service:name}}` as a whole, on one line.
fn is_dynamic_reference(value: &Value) -> bool {
    let inner = value
        .as_str()
        .map(|text| text.strip_suffix('\n').unwrap_or(text))
        .and_then(|text| text.strip_prefix("{{resolve:")?.strip_suffix("}}"));
    inner
        .and_then(|inner| inner.split_once(':'))
        .is_some_and(|(service, name)| {
            !service.is_empty()
                && service.chars().all(|c| c.is_ascii_lowercase() || c == '-')
                && !name.is_empty()
                && !name.contains('\n')
        })
}

/// Adds generated substitutions to the user's, where the two go together.
fn add(scope: &Scope<'_>, sam: &SamResource, substitutions: &mut Map, found: Vec<(String, Value)>) {
    let path = sam.path("DefinitionSubstitutions");
    if !found.is_empty() && is_intrinsic(&Value::Object(substitutions.clone())) {
        scope.report(
            Diagnostic::new(
                codes::SUBSTITUTIONS_AS_INTRINSIC,
                path,
                "`DefinitionSubstitutions` is an intrinsic as a whole, and the intrinsics in `Definition` need substitutions beside it",
            )
            .help("write the map, and put intrinsics behind its keys"),
        );
        return;
    }
    for (name, value) in found {
        if substitutions
            .get(&name)
            .is_some_and(|own| !equal(own, &value))
        {
            scope.report(
                Diagnostic::new(
                    codes::SUBSTITUTION_TAKEN,
                    path.clone().then(&name),
                    format!("`{name}` is also the name of a substitution that is generated, which would replace this one"),
                )
                .on_key()
                .help("give the substitution another name, here and in `Definition`"),
            );
        }
        substitutions.insert(name, value);
    }
}

/// `DefinitionUri` as a location in S3, or as the local path that it is; a fault is reported and gives null.
fn location(scope: &Scope<'_>, sam: &mut SamResource) -> Value {
    let path = sam.path("DefinitionUri");
    let text = match sam.take("DefinitionUri") {
        Value::String(text) => text,
        Value::Object(mut given) => {
            if !is_truthy(given.get("Bucket")) || !is_truthy(given.get("Key")) {
                scope.report(
                    Diagnostic::new(
                        codes::CODE_LOCATION_INCOMPLETE,
                        path,
                        "`DefinitionUri` as a map needs `Bucket` and `Key`",
                    )
                    .help("write `{Bucket: my-bucket, Key: definition.json}`; an intrinsic may stand for either, not for the whole"),
                );
                return Value::Null;
            }
            warn_of_document(scope, given.keys(), &path);
            let known = ["Bucket", "Key", "Version"];
            let known = known
                .iter()
                .filter_map(|name| Some(((*name).to_owned(), given.get_mut(*name)?.take())));
            return Value::Object(known.collect());
        }
        _ => return Value::Null,
    };
    if let Some(uri) = parse_s3_uri(&text) {
        if uri.bucket.contains("{{resolve:") {
            scope.report(
                Diagnostic::new(
                    codes::CODE_LOCATION_DYNAMIC_REFERENCE,
                    path,
                    "the dynamic reference in `DefinitionUri` would be taken apart at its slash",
                )
                .help("write the location as a map: `{Bucket: '{{resolve:ssm:...}}', Key: ...}`"),
            );
        }
        let mut location = Map::new();
        set(&mut location, "Bucket", uri.bucket.into());
        set(&mut location, "Key", uri.key.into());
        set(&mut location, "Version", uri.version.into());
        return Value::Object(location);
    }
    if is_url(&text) {
        scope.report(
            Diagnostic::new(
                codes::CODE_LOCATION_NOT_S3,
                path,
                "`DefinitionUri` is neither an S3 location nor a local path",
            )
            .help("write `s3://bucket/key`, with `?versionId=...` for one version of the object"),
        );
        return Value::Null;
    }
    if let Err(fault) = scope.options.code.digest(&text) {
        scope.report(
            Diagnostic::new(codes::LOCAL_CODE_UNAVAILABLE, path, fault.message).help(fault.help),
        );
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_count_in_the_order_of_the_keys() {
        let mut definition = json!({
            "b": [{"Ref": "X"}, {"z": {"Fn::GetAtt": "F.Arn"}, "Z": {"Condition": "c"}}, "plain"],
            "a": "{{resolve:ssm:/p}}",
            "c": {"Ref": "X", "more": 1},
        });
        let mut found = Vec::new();
        substitute(&mut definition, &mut found);
        assert_eq!(
            definition,
            json!({
                "b": [
                    "${definition_substitution_2}",
                    {"z": "${definition_substitution_4}", "Z": "${definition_substitution_3}"},
                    "plain",
                ],
                "a": "${definition_substitution_1}",
                "c": {"Ref": "X", "more": 1},
            })
        );
        let values: Vec<Value> = found.into_iter().map(|(_, value)| value).collect();
        assert_eq!(
            values,
            [
                json!("{{resolve:ssm:/p}}"),
                json!({"Ref": "X"}),
                json!({"Condition": "c"}),
                json!({"Fn::GetAtt": "F.Arn"}),
            ]
        );
    }

    #[test]
    fn dynamic_references_are_whole_texts() {
        for text in [
            "{{resolve:ssm:a}}",
            "{{resolve:ssm-secure:a:1}}",
            "{{resolve:ssm:a}}-{{resolve:ssm:b}}",
            "{{resolve:s3:a}}\n",
        ] {
            let whole = !text.contains("s3");
            assert_eq!(is_dynamic_reference(&json!(text)), whole, "{text}");
        }
        for text in [
            "{{resolve:ssm:}}",
            "{{resolve:SSM:a}}",
            "x{{resolve:ssm:a}}",
            "{{resolve:ssm:a\nb}}",
        ] {
            assert!(!is_dynamic_reference(&json!(text)), "{text}");
        }
    }
}
