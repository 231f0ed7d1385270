//! Findings in SARIF 2.1.0, the form that code scanning of GitHub, GitLab, Azure DevOps and editors read.
//!
//! Source: "Static Analysis Results Interchange Format (SARIF) Version 2.1.0", OASIS.

use super::Code;
use super::render::Source;
use super::{Diagnostic, Severity};
use crate::tree::{Value, json};
use sha1::{Digest as _, Sha1};
use std::fmt::Write as _;

/// One run over all files. `page` gives what there is to say about a code, as Markdown.
pub fn sarif(
    files: &[(Source<'_>, &[Diagnostic])],
    page: &dyn Fn(&'static Code) -> String,
) -> String {
    let mut rules: Vec<&'static Code> = files
        .iter()
        .flat_map(|(_, found)| found.iter().map(|finding| finding.code))
        .collect();
    rules.sort_by_key(|code| code.name);
    rules.dedup();
    let results: Vec<Value> = files
        .iter()
        .flat_map(|(source, found)| found.iter().map(|finding| result(finding, *source, &rules)))
        .collect();
    let rules: Vec<Value> = rules
        .into_iter()
        .map(|code| {
            json!({
                "id": code.name,
                "shortDescription": { "text": code.meaning() },
                "help": { "text": code.meaning(), "markdown": page(code) },
                "defaultConfiguration": { "level": level(code.severity) },
            })
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "canaryform",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn result(finding: &Diagnostic, source: Source<'_>, rules: &[&'static Code]) -> Value {
    let mut text = finding.message.clone();
    if let Some(help) = &finding.help {
        let _ = write!(text, "; {help}");
    }
    let path = finding.path.to_string();
    let generated = finding.generated.as_ref().map(ToString::to_string);
    if let Some(generated) = &generated {
        let _ = write!(text, "; generated: {generated}");
    }
    let mut place = json!({ "artifactLocation": { "uri": uri(source.name) } });
    if let (Some(span), Some(place)) = (finding.span, place.as_object_mut()) {
        let marked = source.text.get(span.from..span.to).unwrap_or_default();
        let marked = String::from_utf8_lossy(marked);
        let line = marked.lines().next().unwrap_or_default();
        place.insert(
            "region",
            json!({
                "startLine": span.start.line,
                "startColumn": span.start.column,
                "endLine": span.start.line,
                "endColumn": span.start.column + line.chars().count().max(1),
            }),
        );
    }
    let mut location = json!({ "physicalLocation": place });
    if let (false, Some(location)) = (path.is_empty(), location.as_object_mut()) {
        let mut places = vec![json!({ "fullyQualifiedName": &path })];
        if let Some(generated) = &generated {
            places.push(json!({ "fullyQualifiedName": generated, "kind": "generated" }));
        }
        location.insert("logicalLocations", places.into());
    }
    let mut hash = Sha1::new();
    hash.update(finding.code.name);
    hash.update([0]);
    hash.update(source.name);
    hash.update([0]);
    hash.update(&path);
    if let Some(generated) = &generated {
        hash.update([0]);
        hash.update(generated);
    }
    let mut fingerprint = String::new();
    for byte in hash.finalize() {
        let _ = write!(fingerprint, "{byte:02x}");
    }
    json!({
        "ruleId": finding.code.name,
        "ruleIndex": rules.iter().position(|code| code.name == finding.code.name),
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [location],
        // The same finding in another line is the same finding.
        "partialFingerprints": { "codeAndPath/v1": fingerprint },
    })
}

/// A path as a relative reference, or a `file:` URI where it is absolute.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}
