//! Names that are put together in different ways and are the same: `!Sub '/aws/lambda/${Fn}'`, and a `Join` of its parts.

use crate::language::intrinsics::{argument, ref_target};
use crate::tree::Value;

/// A name as the text of an `Fn::Sub`; none where it is put together in another way.
pub(super) fn of(name: &Value) -> Option<String> {
    if let Value::String(text) = name {
        return Some(text.to_string());
    }
    if let Some(target) = ref_target(name) {
        return Some(format!("${{{target}}}"));
    }
    match (argument(name, "Fn::Sub"), argument(name, "Fn::Join")) {
        (Some(Value::String(text)), _) => Some(text.to_string()),
        (Some(Value::Array(items)), _) => match items.as_slice() {
            [Value::String(text)] => Some(text.to_string()),
            [Value::String(text), Value::Object(values)] if values.is_empty() => {
                Some(text.to_string())
            }
            _ => None,
        },
        (_, Some(Value::Array(items))) => match items.as_slice() {
            [Value::String(between), Value::Array(parts)] => {
                let parts: Option<Vec<String>> = parts.iter().map(of).collect();
                Some(parts?.join(between))
            }
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::json;

    #[test]
    fn names_are_the_same_however_they_are_put_together() {
        for name in [
            json!({ "Fn::Sub": "/aws/lambda/${Fn}" }),
            json!({ "Fn::Sub": ["/aws/lambda/${Fn}", {}] }),
            json!({ "Fn::Join": ["", ["/aws/lambda/", { "Ref": "Fn" }]] }),
            json!({ "Fn::Join": ["/", ["", "aws", "lambda", { "Ref": "Fn" }]] }),
        ] {
            assert_eq!(of(&name).as_deref(), Some("/aws/lambda/${Fn}"), "{name}");
        }
        assert_eq!(of(&json!({ "Fn::ImportValue": "x" })), None);
    }
}
