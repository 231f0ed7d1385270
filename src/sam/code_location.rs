//! Where code lies: `CodeUri` of a function, `ContentUri` of a layer, in every form.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CodeUri: s3://bucket/code.zip?versionId=7
//! Tools:
//!   Type: AWS::Serverless::LayerVersion
//!   Properties:
//!     ContentUri: {Bucket: bucket, Key: tools.zip}
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Properties:
//!     Code: {S3Bucket: bucket, S3Key: code.zip, S3ObjectVersion: '7'}
//!     # ...
//!   # ...
//! Tools0c252aaaa1:
//!   Properties:
//!     Content: {S3Bucket: bucket, S3Key: tools.zip}
//!     # ...
//!   # ...
//! ```
//!
//! A local path goes over as it is, for `aws cloudformation package`.
//!
//! Upstream: model/s3_utils/uri_parser.py. Local paths are ours: SAM refuses them.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::truth::is_truthy;
use crate::resource::keys;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

/// The keys of the place of a document in S3.
const OF_DOCUMENT: [&str; 3] = ["Bucket", "Key", "Version"];

/// Warns of what else than the place in S3 the map `DefinitionUri` says, which is dropped.
pub(crate) fn warn_of_document<K: AsRef<str>>(
    scope: &Scope<'_>,
    given: impl IntoIterator<Item = K>,
    path: &Path,
) {
    keys::warn_of_unknown(scope, given, &OF_DOCUMENT, "`DefinitionUri`", path);
}

/// Code as CloudFormation takes it, and what its identity is hashed from.
#[derive(Debug, Clone)]
pub(crate) struct CodeLocation {
    /// The value of `Code` or `Content`.
    pub(crate) value: Value,
    /// What stands for local code in a hash: its content, since its path says nothing.
    pub(crate) local: Option<Value>,
}

/// The parts of `s3://bucket/key?versionId=version`.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct S3Uri {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<String>,
}

/// Takes an S3 URI apart as Python's `urlparse` does: the scheme in any letter case, the key without its leading slashes
/// and not decoded, a fragment cut off, one non-empty `versionId` of the query decoded.
pub(crate) fn parse_s3_uri(uri: &str) -> Option<S3Uri> {
    let cleaned: String = uri
        .trim_start_matches(|c: char| c <= ' ')
        .chars()
        .filter(|c| !matches!(c, '\t' | '\r' | '\n'))
        .collect();
    let (scheme, rest) = cleaned.split_once("://")?;
    if !scheme.eq_ignore_ascii_case("s3") {
        return None;
    }
    let rest = rest.split('#').next()?;
    let (location, query) = rest.split_once('?').unwrap_or((rest, ""));
    let slash = location.find('/')?;
    let (bucket, path) = location.split_at(slash);
    if bucket.is_empty() || bucket.contains(['[', ']']) {
        return None;
    }
    let mut versions = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .filter(|(name, value)| decode(name) == "versionId" && !value.is_empty())
        .map(|(_, value)| decode(value));
    let version = versions.next().filter(|_| versions.next().is_none());
    Some(S3Uri {
        bucket: bucket.to_owned(),
        key: path.trim_start_matches('/').to_owned(),
        version,
    })
}

/// Percent-decodes a query part; `+` is a space.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, tail)) = rest.split_first() {
        let hex = (*first == b'%')
            .then(|| tail.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match hex {
            Some(byte) => {
                bytes.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(if *first == b'+' { b' ' } else { *first });
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Whether a text is a URL of some scheme, and so no local path.
pub(crate) fn is_url(text: &str) -> bool {
    text.split_once("://").is_some_and(|(scheme, _)| {
        scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
    })
}

/// Whether a text holds a dynamic reference whose name has a slash, which an S3 URI cannot carry.
fn holds_dynamic_reference(text: &str) -> bool {
    text.match_indices("{{resolve:").any(|(start, _)| {
        let rest = text.get(start..).unwrap_or_default();
        let Some(end) = rest.find("}}") else {
            return false;
        };
        let inner = rest.get("{{resolve:".len()..end).unwrap_or_default();
        inner.split_once(':').is_some_and(|(service, name)| {
            matches!(service, "ssm" | "ssm-secure" | "secretsmanager") && name.contains('/')
        })
    })
}

/// Reads the code location `value` of the property at `path`; a fault is reported and gives none.
pub(crate) fn read(scope: &Scope<'_>, value: Value, path: &Path) -> Option<CodeLocation> {
    let property = path.0.last().map(|step| match step {
        crate::template::Step::Key(key) => key.clone(),
        crate::template::Step::Index(index) => index.to_string().into(),
    });
    let property = property.unwrap_or_default();
    match value {
        Value::Object(map) => from_map(scope, map, path, &property),
        Value::String(text) => from_text(scope, &text, path, &property),
        _ => {
            scope.report(
                Diagnostic::new(
                    codes::CODE_LOCATION_SHAPE,
                    path.clone(),
                    format!("`{property}` must be a string or a map"),
                )
                .help("write `s3://bucket/key`, `{Bucket: ..., Key: ...}` or a local path"),
            );
            None
        }
    }
}

fn from_map(scope: &Scope<'_>, mut map: Map, path: &Path, property: &str) -> Option<CodeLocation> {
    if !is_truthy(map.get("Bucket")) || !is_truthy(map.get("Key")) {
        scope.report(
            Diagnostic::new(
                codes::CODE_LOCATION_INCOMPLETE,
                path.clone(),
                format!("`{property}` as a map needs `Bucket` and `Key`"),
            )
            .help("write `{Bucket: my-bucket, Key: code.zip}`; an intrinsic may stand for either, not for the whole"),
        );
        return None;
    }
    let known = ["Bucket", "Key", "Version", "StorageMode"];
    keys::warn_of_unknown(scope, map.keys(), &known, &format!("`{property}`"), path);
    let mut code = Map::new();
    for (from, to) in [
        ("Bucket", "S3Bucket"),
        ("Key", "S3Key"),
        ("Version", "S3ObjectVersion"),
        ("StorageMode", "S3ObjectStorageMode"),
    ] {
        if let Some(value) = map.get_mut(from) {
            code.insert(to.to_owned(), value.take());
        }
    }
    Some(CodeLocation {
        value: Value::Object(code),
        local: None,
    })
}

fn from_text(scope: &Scope<'_>, text: &str, path: &Path, property: &str) -> Option<CodeLocation> {
    if holds_dynamic_reference(text) {
        scope.report(
            Diagnostic::new(
                codes::CODE_LOCATION_DYNAMIC_REFERENCE,
                path.clone(),
                format!("`{property}` is a string that holds a dynamic reference"),
            )
            .help("write the location as a map: `{Bucket: '{{resolve:ssm:...}}', Key: ...}`"),
        );
        return None;
    }
    if let Some(uri) = parse_s3_uri(text) {
        let mut code = Map::new();
        code.insert("S3Bucket", uri.bucket.into());
        code.insert("S3Key", uri.key.into());
        if let Some(version) = uri.version {
            code.insert("S3ObjectVersion", version.into());
        }
        return Some(CodeLocation {
            value: Value::Object(code),
            local: None,
        });
    }
    if text.is_empty() || is_url(text) {
        scope.report(
            Diagnostic::new(
                codes::CODE_LOCATION_NOT_S3,
                path.clone(),
                format!("`{property}` is neither an S3 location nor a local path"),
            )
            .help("write `s3://bucket/key`, with `?versionId=...` for one version of the object"),
        );
        return None;
    }
    match scope.options.code.digest(text) {
        Ok(digest) => {
            for remark in scope.options.code.remarks(text) {
                scope.report(
                    Diagnostic::new(codes::RESULT_AMONG_CODE, path.clone(), remark.message)
                        .help(remark.help),
                );
            }
            Some(CodeLocation {
                value: text.into(),
                local: Some(json!({ "LocalCode": digest })),
            })
        }
        Err(fault) => {
            let code = if fault.is_missing {
                codes::CODE_NOT_BUILT
            } else {
                codes::LOCAL_CODE_UNAVAILABLE
            };
            scope.report(Diagnostic::new(code, path.clone(), fault.message).help(fault.help));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(uri: &str) -> Option<(String, String, Option<String>)> {
        parse_s3_uri(uri).map(|uri| (uri.bucket, uri.key, uri.version))
    }

    #[test]
    fn s3_uris_are_read_as_python_reads_them() {
        let of = |bucket: &str, key: &str, version: Option<&str>| {
            Some((
                bucket.to_owned(),
                key.to_owned(),
                version.map(str::to_owned),
            ))
        };
        assert_eq!(parts("s3://b/k"), of("b", "k", None));
        assert_eq!(parts("S3://b//a/k%20;x#f"), of("b", "a/k%20;x", None));
        assert_eq!(parts("s3://b/"), of("b", "", None));
        assert_eq!(
            parts("s3://b/k?versionId=a%2Bb+c"),
            of("b", "k", Some("a+b c"))
        );
        assert_eq!(
            parts("s3://b/k?versionId=1&versionId=2"),
            of("b", "k", None)
        );
        assert_eq!(parts("s3://b/k?versionId="), of("b", "k", None));
        for none in [
            "s3://b",
            "s3:///k",
            "./x",
            "http://b/k",
            "",
            "s3://[t]/k",
            "s3:/b/k",
        ] {
            assert_eq!(parts(none), None, "{none}");
        }
    }
}
