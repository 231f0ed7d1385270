//! What keeps a text from being YAML or JSON, in words for those who wrote it.

use super::{MAX_DEPTH, fault, span_at};
use crate::diagnostics::{Diagnostic, codes};
use crate::place::Span;
use crate::template::events::SyntaxFault;

/// The fault that the parser found in a text.
pub(super) fn explain(text: &str, syntax: SyntaxFault) -> Diagnostic {
    deep(&syntax)
        .or_else(|| json(text))
        .or_else(|| tab(text, &syntax))
        .or_else(|| colon_without_blank(text, &syntax))
        .unwrap_or_else(|| {
            fault(
                codes::YAML_SYNTAX,
                syntax.span,
                format!("this is not valid YAML: {}", syntax.message),
            )
            .help("check the indentation, and quote text that holds YAML's own signs (`: `, ` #`, or a leading `*`, `&`, `@`, `%`, `[`, `{`)")
        })
}

/// Brackets in brackets, beyond what the parser follows.
fn deep(syntax: &SyntaxFault) -> Option<Diagnostic> {
    syntax.message.contains("recursion limit").then(|| {
        fault(
            codes::NESTED_TOO_DEEP,
            syntax.span,
            format!("maps and lists nest deeper than {MAX_DEPTH} here"),
        )
        .help("no template needs that: look for a bracket that is never closed")
    })
}

/// A text that is meant as JSON: its first key is quoted.
fn json(text: &str) -> Option<Diagnostic> {
    let behind = text
        .trim_start_matches('\u{feff}')
        .trim_start()
        .strip_prefix('{')?;
    if !behind.trim_start().starts_with('"') {
        return None;
    }
    let error = serde_json::from_str::<serde::de::IgnoredAny>(text).err()?;
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    let line = text
        .split_inclusive('\n')
        .take(error.line().saturating_sub(1));
    let start: usize = line.map(str::len).sum();
    let mut at = (start + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let span = span_at(
        text.get(..at).unwrap_or_default(),
        at,
        usize::from(at < text.len()),
    );
    Some(
        fault(
            codes::JSON_SYNTAX,
            span,
            format!("this is not valid JSON: {words}"),
        )
        .help("keys and texts stand in double quotes, with a comma between entries and none after the last"),
    )
}

/// A line that is indented with a tab: the one where the parser noticed it, or the one behind, where it read on.
fn tab(text: &str, syntax: &SyntaxFault) -> Option<Diagnostic> {
    let noticed = syntax.span.start.line;
    let (start, tab) = (noticed..=noticed + 1).find_map(|number| {
        let (start, line) = line_of(text, number)?;
        let blank = line.len() - line.trim_start().len();
        Some((start, line.get(..blank)?.find('\t')?))
    })?;
    Some(
        fault(
            codes::YAML_SYNTAX,
            span_at(text.get(..start + tab)?, start + tab, 1),
            "this line is indented with a tab, which YAML does not allow",
        )
        .help("indent with spaces"),
    )
}

/// A line `Key:value` above the one where the parser noticed that it is no entry of the map.
fn colon_without_blank(text: &str, syntax: &SyntaxFault) -> Option<Diagnostic> {
    let noticed = syntax.span.start.line;
    // A text of several lines, which the next line of the map puts an end to.
    (noticed.saturating_sub(3)..=noticed).rev().find_map(|number| {
        let (start, line) = line_of(text, number)?;
        let content = line.trim_start().trim_start_matches("- ");
        let (key, value) = content.split_once(':')?;
        let is_key = !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric());
        if !is_key || value.is_empty() || value.starts_with([' ', ':', '/', '\t']) || content.contains(": ") {
            return None;
        }
        let at = start + line.len() - content.len();
        let span = Span {
            to: at + key.len() + 1,
            ..span_at(text.get(..at)?, at, key.len() + 1)
        };
        Some(
            fault(
                codes::YAML_SYNTAX,
                span,
                format!("there is no space after the colon of `{key}:`, so this line is text and not an entry of the map"),
            )
            .help(format!("write `{key}: ` with a space, and the value after it")),
        )
    })
}

/// A line of a text by its number from 1, and where it begins.
fn line_of(text: &str, number: usize) -> Option<(usize, &str)> {
    let mut start = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        if index + 1 == number {
            return Some((start, line.trim_end_matches(['\r', '\n'])));
        }
        start += line.len();
    }
    None
}
