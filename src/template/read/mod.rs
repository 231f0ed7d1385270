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

pub(crate) use json::read_json;

use super::{Format, Location, Path, Span, Template};
use crate::diagnostics::{Code, Diagnostic, Faults, Levels, codes};

/// How deep a template's maps and lists may nest. The deepest of 2,198 real templates has 19.
pub const MAX_DEPTH: usize = 100;

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
pub fn read(text: impl AsRef<[u8]>) -> Result<Read, Faults> {
    read_with(text.as_ref(), &Levels::default())
}

/// The same where some faults are allowed: those are warnings then, and the template is as their code says.
///
/// # Errors
/// As of [`read`].
pub fn read_with(text: &[u8], levels: &Levels) -> Result<Read, Faults> {
    match std::str::from_utf8(text) {
        Ok(text) => read_str(text, levels),
        Err(error) => Err(Faults(vec![not_utf8(text, error.valid_up_to())])),
    }
}

/// The same of what is known to be UTF-8.
pub(crate) fn read_str(text: &str, levels: &Levels) -> Result<Read, Faults> {
    read_text(text, levels).map_err(Faults)
}

fn read_text(text: &str, levels: &Levels) -> Result<Read, Vec<Diagnostic>> {
    if let Some(read) = json::read_json(text) {
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

/// Places in a text that are asked for from its beginning to its end, so that it is gone through once.
struct Places<'a> {
    text: &'a str,
    at: usize,
    here: Location,
}

impl<'a> Places<'a> {
    fn of(text: &'a str) -> Self {
        let here = Location { line: 1, column: 1 };
        Self { text, at: 0, here }
    }

    /// The `length` bytes from `from`, which is not before the last one.
    fn span(&mut self, from: usize, length: usize) -> Span {
        let passed = self.text.get(self.at..from).unwrap_or_default();
        self.at = from;
        self.here = match passed.rfind('\n') {
            Some(end) => Location {
                line: self.here.line + passed.matches('\n').count(),
                column: passed.get(end + 1..).unwrap_or_default().chars().count() + 1,
            },
            None => Location {
                line: self.here.line,
                column: self.here.column + passed.chars().count(),
            },
        };
        Span {
            start: self.here,
            from,
            to: from + length,
        }
    }
}

/// The place behind `before`, `length` bytes long.
fn span_at(before: &str, from: usize, length: usize) -> Span {
    let mut place = Places::of(before).span(before.len(), length);
    (place.from, place.to) = (from, from + length);
    place
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

/// How many lines a finding about several places names.
const NAMED_LINES: usize = 10;

/// What reading changes: one finding for each kind, however often it happens.
#[derive(Default)]
struct Changes(Vec<Change>);

struct Change {
    /// The finding about the first place.
    first: Diagnostic,
    /// How many others there are, and the lines of some.
    others: usize,
    lines: Vec<usize>,
}

impl Changes {
    /// Notes a number or a key whose digits are others now.
    fn number(&mut self, word: &str, read: &str, span: Span, path: Path) {
        self.note(codes::NUMBER_CHANGED_BY_READING, span, path, || {
            (
                format!("`{}` is read as the number {read}", shorten(word)),
                "quote it to keep what is written".to_owned(),
            )
        });
    }

    /// Notes a word that is read as `read`, as a key or as a value.
    fn word(&mut self, word: &str, read: &str, is_key: bool, span: Span, path: Path) {
        self.note(codes::WORD_CHANGED_BY_READING, span, path, || {
            if is_key {
                (
                    format!("the key `{word}` is read as `{read}`"),
                    format!("quote it to keep what is written: '{word}'"),
                )
            } else {
                (
                    format!("`{word}` is read as the boolean {read}"),
                    format!(
                        "write `{read}` if that is meant, and quote it if it is text: '{word}'"
                    ),
                )
            }
        });
    }

    fn note(
        &mut self,
        code: &'static Code,
        span: Span,
        path: Path,
        words: impl FnOnce() -> (String, String),
    ) {
        if let Some(known) = self
            .0
            .iter_mut()
            .find(|known| known.first.code.name == code.name)
        {
            known.others += 1;
            let line = span.start.line;
            if known.lines.len() < NAMED_LINES && !known.lines.contains(&line) {
                known.lines.push(line);
            }
            return;
        }
        let (message, help) = words();
        let mut first = Diagnostic::new(code, path, message).help(help);
        first.span = Some(span);
        self.0.push(Change {
            first,
            others: 0,
            lines: Vec::new(),
        });
    }

    /// The findings, each with the number of places.
    fn into_warnings(self) -> Vec<Diagnostic> {
        let told = self.0.into_iter().map(|change| {
            let Change {
                mut first,
                others,
                lines,
            } = change;
            if others > 0 {
                let places = if others == 1 { "place" } else { "places" };
                let in_lines = if lines.len() == 1 { "line" } else { "lines" };
                let numbers: Vec<String> = lines.iter().map(usize::to_string).collect();
                let on = if lines.len() < NAMED_LINES {
                    ""
                } else {
                    " and on"
                };
                first.message += &format!(
                    "; likewise in {others} more {places} ({in_lines} {}{on})",
                    numbers.join(", ")
                );
            }
            first
        });
        told.collect()
    }
}

/// The start of a word that may be megabytes long.
fn shorten(word: &str) -> String {
    match word.char_indices().nth(60) {
        Some((at, _)) => format!("{}…", word.get(..at).unwrap_or_default()),
        None => word.to_owned(),
    }
}
