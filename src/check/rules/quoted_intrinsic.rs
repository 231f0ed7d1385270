//! A text looks like an intrinsic function in quotes, and stays the text that it is.
//!
//! Why: in YAML a tag such as `!Ref` works only outside of quotes. `'!Ref Topic'` is a text of ten characters, and so is a
//! function in JSON that is written as a text. See "Intrinsic function reference" in the CloudFormation user guide.
//!
//! Do: take the quotes away; where what is behind the tag needs them, put them there: `!Sub '${AWS::StackName}-x'`.
//!
//! Wrong:
//! ```yaml
//! Resources:
//!   Topic: {Type: AWS::SNS::Topic}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Environment: {Variables: {TOPIC: '!Ref Topic'}}
//! ```
//! Right:
//! ```yaml
//! Resources:
//!   Topic: {Type: AWS::SNS::Topic}
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Properties:
//!       CodeUri: s3://bucket/code.zip
//!       Handler: app.handler
//!       Runtime: python3.13
//!       Environment: {Variables: {TOPIC: !Ref Topic}}
//! ```

use super::super::subject::Subject;
use crate::diagnostics::{Diagnostic, codes};
use crate::template::{Path, Step};
use crate::tree::Value;

/// The short forms of CloudFormation's functions.
const TAGS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "If",
    "ImportValue",
    "Join",
    "Not",
    "Or",
    "Ref",
    "Select",
    "Split",
    "Sub",
    "Transform",
];

/// What may hold any text.
const PROSE: &[&str] = &[
    "Description",
    "InlineCode",
    "ZipFile",
    "UserData",
    "description",
];

pub(super) fn find(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    for section in ["Conditions", "Resources", "Outputs", "Globals"] {
        if let Some(value) = subject.given.0.get(section) {
            look(value, &mut Path::default().then(section), found);
        }
    }
}

fn look(value: &Value, at: &mut Path, found: &mut Vec<Diagnostic>) {
    match value {
        Value::String(text) => {
            if let Some(function) = function_in(text) {
                found.push(quoted(&function, at.clone()));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                at.0.push(Step::Index(index));
                look(item, at, found);
                at.0.pop();
            }
        }
        Value::Object(map) => {
            for (key, inner) in map {
                if PROSE.contains(&key.as_str()) || (key == "Metadata" && at.0.len() == 2) {
                    continue;
                }
                at.0.push(key.clone().into());
                // `"!Ref": Topic`
                let as_function = key.strip_prefix('!').filter(|name| TAGS.contains(name));
                if as_function.is_some() && map.len() == 1 {
                    found.push(quoted(key, at.clone()).on_key());
                }
                look(inner, at, found);
                at.0.pop();
            }
        }
        _ => {}
    }
}

fn quoted(function: &str, at: Path) -> Diagnostic {
    Diagnostic::new(
        codes::QUOTED_INTRINSIC,
        at,
        format!("`{function}` stands in quotes and so is no function, but a text"),
    )
    .help("take the quotes away, or put them behind the function's name")
}

/// The function that a text looks like.
fn function_in(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains('\n') {
        return None;
    }
    if let Some(rest) = text.strip_prefix('!') {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        let (name, behind) = rest.split_at_checked(end)?;
        let is_function = TAGS.contains(&name)
            && (behind.starts_with(' ') && !behind.trim().is_empty() || behind.starts_with('['));
        return is_function.then(|| format!("!{name}"));
    }
    // `{"Ref": "X"}` and `Fn::Sub: ...`
    let inner = text.strip_prefix('{').map_or(text, str::trim_start);
    let (key, behind) = match inner.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"')?,
        None => {
            let end = inner.find(": ")?;
            inner.split_at_checked(end)?
        }
    };
    let name = key
        .strip_prefix("Fn::")
        .or_else(|| (key == "Ref" && text.starts_with('{')).then_some("Ref"))?;
    (TAGS.contains(&name) && behind.trim_start().starts_with(':')).then(|| key.to_owned())
}

#[cfg(test)]
mod tests {
    use super::function_in;

    #[test]
    fn only_what_looks_like_a_whole_function_counts() {
        for (text, expected) in [
            ("!Ref Topic", Some("!Ref")),
            ("!Sub \"${A}\"", Some("!Sub")),
            ("!GetAtt [A, Arn]", Some("!GetAtt")),
            ("!Join[a]", Some("!Join")),
            ("{\"Ref\": \"A\"}", Some("Ref")),
            ("{ Fn::Sub: x }", Some("Fn::Sub")),
            ("Fn::GetAtt: [A, Arn]", Some("Fn::GetAtt")),
            ("!Reference A", None),
            ("!Ref", None),
            ("! Ref A", None),
            ("Ref: A", None),
            ("{\"Reference\": 1}", None),
            ("say !Ref A", None),
            ("!Ref A\n!Ref B", None),
        ] {
            assert_eq!(function_in(text).as_deref(), expected, "{text}");
        }
    }
}
