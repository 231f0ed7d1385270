//! Template text to tree.
//!
//! A text that starts with `{` and is JSON is read as JSON. Everything else is YAML as SAM reads it: YAML 1.1 words
//! (scalars.rs), CloudFormation's short tags, merge keys, anchors. What SAM would take silently and a person hardly
//! means is an error: a key that stands twice, numbers that no template can hold.
//!
//! Upstream: yaml_helper.py, over PyYAML 6.

mod json;
mod plain;
mod syntax;
mod yaml;

use super::{Format, Location, Path, Span, Template};
use crate::diagnostics::{Code, Diagnostic, Faults, Levels, codes};

/// How deep a template's maps and lists may nest. The deepest of 2,198 real templates has 19.
pub const MAX_DEPTH: usize = 100;

/// CloudFormation's functions that have a short tag: `!Sub` and so on.
const FUNCTIONS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Condition",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAtt",
    "GetAZs",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "Ref",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// What reading gave.
#[derive(Debug)]
pub struct Read {
    /// The template.
    pub template: Template,
    /// How it was written.
    pub format: Format,
    /// Warnings about what reading changed.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a template's text: YAML or JSON, in UTF-8.
///
/// # Errors
/// The faults of the text, each with its place. None of them is a fault of the template's content: that is
/// [`transform`](crate::transform)'s to find.
pub fn read(text: &[u8]) -> Result<Read, Faults> {
    read_with(text, &Levels::default())
}

/// The same where some faults are allowed: those are warnings then, and the template is as their code says.
///
/// # Errors
/// As of [`read`].
pub fn read_with(text: &[u8], levels: &Levels) -> Result<Read, Faults> {
    let mut read = read_text(text, levels).map_err(Faults)?;
    tell_numbers_once(&mut read.warnings);
    Ok(read)
}

/// How many more places one finding names.
const MOST_LINES: usize = 8;

/// Makes one finding of those about numbers that reading changed: the first, which names the lines of the others.
fn tell_numbers_once(warnings: &mut Vec<Diagnostic>) {
    let is_number = |found: &Diagnostic| found.code == codes::NUMBER_CHANGED_BY_READING;
    let numbers = warnings.iter().filter(|found| is_number(found)).skip(1);
    let lines: Vec<usize> = numbers
        .filter_map(|found| Some(found.span?.start.line))
        .collect();
    if lines.is_empty() {
        return;
    }
    let named: Vec<String> = lines
        .iter()
        .take(MOST_LINES)
        .map(usize::to_string)
        .collect();
    let mut also = format!(
        "{} {}",
        if lines.len() == 1 { "line" } else { "lines" },
        named.join(", ")
    );
    if lines.len() > named.len() {
        also = format!("{also} and {} more", lines.len() - named.len());
    }
    let mut is_first = true;
    warnings.retain_mut(|found| {
        if !is_number(found) {
            return true;
        }
        if is_first {
            found.message = format!(
                "{}; reading changes the numbers in {also} too",
                found.message
            );
            found.help = Some("quote what is to be kept as it is written".to_owned());
        }
        std::mem::take(&mut is_first)
    });
}

fn read_text(text: &[u8], levels: &Levels) -> Result<Read, Vec<Diagnostic>> {
    let text = match std::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => return Err(vec![not_utf8(text, error.valid_up_to())]),
    };
    let trimmed = text
        .trim_start_matches('\u{feff}')
        .trim_start_matches([' ', '\t', '\r', '\n']);
    if trimmed.starts_with('{')
        && let Some(read) = json::read_json(text, trimmed)
    {
        return read;
    }
    match plain::read_plain(text) {
        Some(map) => Ok(Read {
            template: Template(map),
            format: Format::Yaml,
            warnings: Vec::new(),
        }),
        None => yaml::read_yaml(text, levels),
    }
}

fn not_utf8(text: &[u8], at: usize) -> Diagnostic {
    if text.starts_with(&[0xff, 0xfe]) || text.starts_with(&[0xfe, 0xff]) {
        return fault(
            codes::INVALID_UTF8,
            span_at("", 0, 0),
            "the file is UTF-16 text",
        )
        .help("save the template as UTF-8");
    }
    let before = text
        .get(..at)
        .and_then(|before| std::str::from_utf8(before).ok())
        .unwrap_or_default();
    fault(
        codes::INVALID_UTF8,
        span_at(before, at, 1),
        "the file is not UTF-8 text",
    )
    .help("save the template as UTF-8")
}

fn fault(code: &'static Code, span: Span, message: impl Into<String>) -> Diagnostic {
    let mut fault = Diagnostic::new(code, Path::default(), message);
    fault.span = Some(span);
    fault
}

/// The place behind `before`, `length` bytes long.
fn span_at(before: &str, from: usize, length: usize) -> Span {
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
    Span {
        start: Location {
            line: before.matches('\n').count() + 1,
            column,
        },
        from,
        to: from + length,
    }
}

fn out_of_range(word: &str, span: Span, path: Path) -> Diagnostic {
    let mut found = fault(
        codes::NUMBER_OUT_OF_RANGE,
        span,
        format!("`{}` is a number that no template can hold", shorten(word)),
    )
    .help("quote it to keep it as text");
    found.path = path;
    found
}

fn changed(word: &str, read: &str, span: Span, path: Path) -> Diagnostic {
    let mut found = Diagnostic::new(
        codes::NUMBER_CHANGED_BY_READING,
        path,
        format!("`{}` is read as the number {read}", shorten(word)),
    )
    .help("quote it to keep what is written");
    found.span = Some(span);
    found
}

/// The start of a word that may be megabytes long.
fn shorten(word: &str) -> String {
    match word.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", word.get(..at).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// The function that a short tag stands for.
pub(in crate::template) fn function_of_tag(tag: &str) -> Option<&str> {
    tag.strip_prefix('!').filter(|name| is_function(name))
}

/// Whether a function has a short tag.
pub(in crate::template) fn is_function(name: &str) -> bool {
    FUNCTIONS.contains(&name)
}

/// `Ref` and `Condition` have no prefix in their long form.
pub(in crate::template) fn long_form(name: &str) -> String {
    match name {
        "Ref" | "Condition" => name.to_owned(),
        _ => format!("Fn::{name}"),
    }
}
