//! Diagnostics as a person reads them on a terminal, and as a program reads them.
//!
//! Text looks like rustc's: what is wrong, the line with a caret below the fault, what to write instead. Only a cut
//! of the line around the caret is looked at, so that a template on one line of ten megabytes costs nothing. Nothing
//! of a template reaches a terminal unless it can be printed: control and bidirectional characters are replaced.

use std::borrow::Cow;
use std::fmt::Write as _;

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use super::{Diagnostic, Severity};
use crate::place::{Location, Span};

/// How many findings text shows.
pub const SHOWN: usize = 50;

/// Characters of a line that are shown, and how many of them at least on either side of a caret.
const WIDTH: usize = 120;
const REACH: usize = 60;
/// Bytes that surely hold [`WIDTH`] characters, whatever they are cut out of.
const WIDTH_BYTES: usize = 4 * WIDTH + 16;
/// Characters of a message or a path that text shows.
const SENTENCE: usize = 600;
/// Stands for what was cut off.
const CUT: &str = "…";
/// Stands for the file until rendering is done: annotate-snippets would count columns from where the line was cut.
const FILE_MARK: char = '\u{e000}';

/// A template's text and the name that it goes by.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The file as the user named it.
    pub name: &'a str,
    /// What stands in it.
    pub text: &'a [u8],
}

/// Findings as text, the first [`SHOWN`] of them, errors before warnings where there are more; then how many of each
/// there are. Empty where there are none.
pub fn text(diagnostics: &[Diagnostic], source: Source<'_>, color: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let mut out = findings(diagnostics, source, color);
    out.push_str(&tally(diagnostics));
    out.push('\n');
    out
}

/// Findings as text, as [`text`] writes them, without how many there are.
pub fn findings(diagnostics: &[Diagnostic], source: Source<'_>, color: bool) -> String {
    let renderer = if color {
        Renderer::styled().hyperlink(false)
    } else {
        Renderer::plain()
    };
    let shown = shown(diagnostics);
    let mut out = String::new();
    for diagnostic in &shown {
        let rendered = renderer.render(&[group(diagnostic, source)]);
        match rendered.split_once(FILE_MARK) {
            None => out.push_str(&rendered),
            Some((before, after)) => {
                let behind = after.find('\n').unwrap_or(after.len());
                out.push_str(before);
                out.push_str(&printable(source.name));
                if let Some(Location { line, column }) = diagnostic.span.map(|span| span.start) {
                    let _ = write!(out, ":{line}:{column}");
                }
                out.push_str(after.get(behind..).unwrap_or_default());
            }
        }
        out.push_str("\n\n");
    }
    if shown.len() < diagnostics.len() {
        let _ = writeln!(out, "and {} more", diagnostics.len() - shown.len());
    }
    out
}

/// All findings as one JSON array, one object on each line.
pub fn json(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    json_array(&json_objects(diagnostics, source))
}

/// Findings as JSON objects, each on a line, for [`json_array`]: of several files in one.
pub fn json_objects(diagnostics: &[Diagnostic], source: Source<'_>) -> Vec<String> {
    let object = |diagnostic: &Diagnostic| {
        let mut line = String::new();
        let data = diagnostic.data(Some(source.name));
        escape(&data.to_string(), &mut line);
        line
    };
    diagnostics.iter().map(object).collect()
}

/// One JSON array of objects.
pub fn json_array(objects: &[String]) -> String {
    if objects.is_empty() {
        return "[]\n".to_owned();
    }
    format!("[\n  {}\n]\n", objects.join(",\n  "))
}

/// `3 errors, 1 warning`.
pub fn tally<'a>(diagnostics: impl IntoIterator<Item = &'a Diagnostic>) -> String {
    let severities: Vec<Severity> = diagnostics
        .into_iter()
        .map(|found| found.severity)
        .collect();
    let count = |severity| {
        let same = severities.iter().filter(|found| **found == severity);
        same.count()
    };
    [Severity::Error, Severity::Warning, Severity::Info]
        .into_iter()
        .map(|severity| (count(severity), severity.word()))
        .filter(|(count, _)| *count > 0)
        .map(|(count, noun)| format!("{count} {noun}{}", if count == 1 { "" } else { "s" }))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The findings that fit, in their order: all errors first get a place, then warnings.
fn shown(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let errors = diagnostics.iter().filter(|d| d.is_error()).count();
    let mut errors_left = errors.min(SHOWN);
    let mut warnings_left = SHOWN - errors_left;
    diagnostics
        .iter()
        .filter(|diagnostic| {
            let left = if diagnostic.is_error() {
                &mut errors_left
            } else {
                &mut warnings_left
            };
            let fits = *left > 0;
            *left = left.saturating_sub(1);
            fits
        })
        .collect()
}

fn group<'a>(diagnostic: &'a Diagnostic, source: Source<'a>) -> Group<'a> {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => Level::INFO,
    };
    let title = level
        .primary_title(sentence(&diagnostic.message))
        .id(diagnostic.code.name);
    let file = FILE_MARK.to_string();
    let mut group = match diagnostic.span {
        None => title.element(Origin::path(file)),
        Some(span) => {
            let cut = cut_line(source.text, span);
            title.element(
                Snippet::source(cut.text)
                    .path(file)
                    .line_start(span.start.line)
                    .annotation(AnnotationKind::Primary.span(cut.from..cut.to)),
            )
        }
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(sentence(help)));
    }
    if let Some(place) = place_in_template(diagnostic) {
        group = group.element(Level::NOTE.with_name("at").message(place));
    }
    if let Some(generated) = &diagnostic.generated {
        let place = sentence(&generated.to_string()).into_owned();
        group = group.element(Level::NOTE.with_name("generated").message(place));
    }
    group
}

/// The path of a finding, and the resource that it is about where the path does not say so.
fn place_in_template(diagnostic: &Diagnostic) -> Option<String> {
    let path = sentence(&diagnostic.path.to_string()).into_owned();
    match &diagnostic.resource {
        Some(id) if diagnostic.path.resource_id() != Some(id) && path.is_empty() => {
            Some(format!("resource `{}`", sentence(id)))
        }
        Some(id) if diagnostic.path.resource_id() != Some(id) => {
            Some(format!("{path}, for the resource `{}`", sentence(id)))
        }
        _ if path.is_empty() => None,
        _ => Some(path),
    }
}

/// A piece of one line of a template, and the bytes of it that a caret marks.
#[derive(Debug, PartialEq)]
struct CutLine {
    text: String,
    from: usize,
    to: usize,
}

/// The line around the start of `span`, at most [`WIDTH`] characters of it.
fn cut_line(text: &[u8], span: Span) -> CutLine {
    let from = span.from.min(text.len());
    let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');

    let reach = from.saturating_sub(WIDTH_BYTES);
    let before = text.get(reach..from).unwrap_or_default();
    let line_start = before.iter().rposition(is_break).map(|at| at + 1);
    let before = String::from_utf8_lossy(before.get(line_start.unwrap_or(0)..).unwrap_or_default());
    let before = before.trim_start_matches('\u{feff}');
    let before_is_cut = line_start.is_none() && reach > 0;

    let reach = text.len().min(from + WIDTH_BYTES);
    let after = text.get(from..reach).unwrap_or_default();
    let line_end = after.iter().position(is_break);
    let after = after
        .get(..line_end.unwrap_or(after.len()))
        .unwrap_or_default();
    let after_is_cut = line_end.is_none() && reach < text.len();
    let marked = span.to.saturating_sub(from).min(after.len());
    let marked = String::from_utf8_lossy(after.get(..marked).unwrap_or_default())
        .chars()
        .count();
    let after = String::from_utf8_lossy(after);

    let (count_before, count_after) = (before.chars().count(), after.chars().count());
    let shown_before = count_before.min(WIDTH - count_after.min(REACH));
    let shown_after = count_after.min(WIDTH - shown_before);
    let is_cut = before_is_cut || shown_before < count_before;
    let mut line = String::from(if is_cut { CUT } else { "" });
    line.extend(
        before
            .chars()
            .skip(count_before - shown_before)
            .map(harmless),
    );
    let from = line.len();
    let marked = marked.min(shown_after);
    line.extend(after.chars().take(marked).map(harmless));
    let to = line.len();
    line.extend(after.chars().take(shown_after).skip(marked).map(harmless));
    if after_is_cut || shown_after < count_after {
        line.push_str(CUT);
    }
    CutLine {
        text: line,
        from,
        to,
    }
}

/// What a sentence may hold: characters that print, and not endlessly many.
fn sentence(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SENTENCE) {
        None => printable(text),
        Some((end, _)) => {
            let mut cut = printable(text.get(..end).unwrap_or_default()).into_owned();
            cut.push_str(CUT);
            Cow::Owned(cut)
        }
    }
}

/// The text with everything replaced that a terminal would obey instead of show.
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.chars().all(|c| harmless(c) == c) {
        Cow::Borrowed(text)
    } else {
        Cow::Owned(text.chars().map(harmless).collect())
    }
}

/// The character, or the picture of the control character that it is.
fn harmless(c: char) -> char {
    match c {
        '\t' => ' ',
        FILE_MARK => '\u{fffd}',
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(c)).unwrap_or('\u{fffd}'),
        '\u{7f}' => '␡',
        _ if is_obeyed(c) => '\u{fffd}',
        _ => c,
    }
}

/// Whether a terminal or an editor acts on the character: control characters, line separators, and those that turn
/// the direction of text.
fn is_obeyed(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Appends JSON text with those characters escaped that JSON lets stand and a terminal obeys.
fn escape(json: &str, out: &mut String) {
    for c in json.chars() {
        if is_obeyed(c) {
            let _ = write!(out, "\\u{:04x}", u32::from(c));
        } else {
            out.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::codes;
    use super::*;
    use crate::place::Path;

    /// The span of the first `needle` in `text`.
    fn span(text: &str, needle: &str) -> Span {
        let from = text.find(needle).unwrap();
        let line_start = text[..from].rfind('\n').map_or(0, |at| at + 1);
        Span {
            start: Location {
                line: text[..from].matches('\n').count() + 1,
                column: text[line_start..from].chars().count() + 1,
            },
            from,
            to: from + needle.len(),
        }
    }

    fn typo(text: &str, needle: &str) -> Diagnostic {
        let mut diagnostic = Diagnostic::new(
            codes::UNKNOWN_PROPERTY,
            Path::property("Greeter", "Tiemout"),
            "`Tiemout` is not a property of a function",
        )
        .help("did you mean `Timeout`?");
        diagnostic.span = Some(span(text, needle));
        diagnostic
    }

    fn rendered(text_: &str, diagnostics: &[Diagnostic]) -> String {
        let source = Source {
            name: "template.yaml",
            text: text_.as_bytes(),
        };
        text(diagnostics, source, false)
    }

    #[test]
    fn text_shows_the_line_the_caret_the_help_and_the_path() {
        let template = "Resources:\n  Greeter:\n    Properties:\n      Tiemout: 3\n";
        insta::assert_snapshot!(rendered(template, &[typo(template, "Tiemout")]), @"
        error[unknown-property]: `Tiemout` is not a property of a function
         --> template.yaml:4:7
          |
        4 |       Tiemout: 3
          |       ^^^^^^^
          |
          = help: did you mean `Timeout`?
          = at: Resources/Greeter/Properties/Tiemout

        1 error
        ");
    }

    #[test]
    fn a_finding_in_globals_names_the_resource_that_it_is_about() {
        let template = "Globals: {Function: {Timeout: x}}\n";
        let mut diagnostic = Diagnostic::new(
            codes::IGNORED_KEY,
            Path(vec!["Globals".into(), "Function".into(), "Timeout".into()]),
            "`Timeout` is text",
        )
        .blame(Some("Greeter"));
        diagnostic.span = Some(span(template, "x}"));
        insta::assert_snapshot!(rendered(template, &[diagnostic]), @"
        warning[ignored-key]: `Timeout` is text
         --> template.yaml:1:31
          |
        1 | Globals: {Function: {Timeout: x}}
          |                               ^^
          |
          = at: Globals/Function/Timeout, for the resource `Greeter`

        1 warning
        ");
    }

    #[test]
    fn a_finding_without_a_place_still_names_the_file() {
        let diagnostic = Diagnostic::new(codes::NO_DOCUMENT, Path::default(), "The file is empty");
        insta::assert_snapshot!(rendered("", &[diagnostic]), @"
        error[no-document]: The file is empty
        --> template.yaml

        1 error
        ");
    }

    #[test]
    fn a_caret_can_stand_behind_the_last_character() {
        let template = "Resources:\n  A: [1\n";
        let mut diagnostic = typo(template, "1");
        diagnostic.span = diagnostic.span.map(|span| Span {
            start: Location { line: 2, column: 8 },
            from: span.to,
            to: span.to,
        });
        insta::assert_snapshot!(rendered(template, &[diagnostic]), @"
        error[unknown-property]: `Tiemout` is not a property of a function
         --> template.yaml:2:8
          |
        2 |   A: [1
          |        ^
          |
          = help: did you mean `Timeout`?
          = at: Resources/Greeter/Properties/Tiemout

        1 error
        ");
    }

    #[test]
    fn a_span_over_several_lines_marks_the_first() {
        let template = "Resources:\n  A: {a: 1,\n    b: 2}\n";
        insta::assert_snapshot!(rendered(template, &[typo(template, "{a: 1,\n    b: 2}")]), @"
        error[unknown-property]: `Tiemout` is not a property of a function
         --> template.yaml:2:6
          |
        2 |   A: {a: 1,
          |      ^^^^^^
          |
          = help: did you mean `Timeout`?
          = at: Resources/Greeter/Properties/Tiemout

        1 error
        ");
    }

    #[test]
    fn a_long_line_is_cut_to_what_stands_around_the_caret() {
        let template = format!("{}Tiemout{}", "é".repeat(5_000_000), "☃".repeat(5_000_000));
        let cut = cut_line(template.as_bytes(), span(&template, "Tiemout"));
        assert_eq!(cut.text.chars().count(), WIDTH + 2);
        assert_eq!(&cut.text[cut.from..cut.to], "Tiemout");
        assert!(!cut.text.contains('\u{fffd}'), "{}", cut.text);
    }

    #[test]
    fn what_a_terminal_would_obey_is_replaced() {
        let template = "\u{feff}a: \u{1b}[2J\u{202e}x\u{85}\u{7}é\n";
        let mut diagnostic = typo(template, "x");
        diagnostic.message = "key `\u{1b}]0;gone\u{7}`\nnext".to_owned();
        diagnostic.path = Path::resource("\u{9b}31m");
        insta::assert_snapshot!(rendered(template, &[diagnostic.clone()]), @"
        error[unknown-property]: key `␛]0;gone␇`␊next
         --> template.yaml:1:10
          |
        1 | a: ␛[2J�x�␇é
          |         ^
          |
          = help: did you mean `Timeout`?
          = at: Resources/�31m, for the resource `Greeter`

        1 error
        ");
        let source = Source {
            name: "a\u{7f}.yaml",
            text: template.as_bytes(),
        };
        insta::assert_snapshot!(json(&[diagnostic], source), @r#"
        [
          {"code":"unknown-property","severity":"error","message":"key `\u001b]0;gone\u0007`\nnext","help":"did you mean `Timeout`?","resource":"Greeter","path":"Resources/\u009b31m","generated":null,"file":"a\u007f.yaml","line":1,"column":10}
        ]
        "#);
    }

    #[test]
    fn invalid_utf8_around_the_caret_is_shown_as_a_replacement() {
        let text = b"a: \xff\xfe b\n";
        let span = Span {
            start: Location { line: 1, column: 4 },
            from: 3,
            to: 4,
        };
        let cut = cut_line(text, span);
        assert_eq!(cut.text, "a: \u{fffd}\u{fffd} b");
        assert_eq!(&cut.text[cut.from..cut.to], "\u{fffd}");
    }

    #[test]
    fn errors_come_before_warnings_where_not_all_fit() {
        let warning = Diagnostic::new(codes::IGNORED_KEY, Path::default(), "odd");
        let error = Diagnostic::new(codes::WRONG_SHAPE, Path::default(), "wrong");
        let mut diagnostics = vec![warning; 70];
        diagnostics.push(error);
        let out = rendered("", &diagnostics);
        assert_eq!(out.matches("warning[ignored-key]").count(), SHOWN - 1);
        assert!(out.contains("error[wrong-shape]"));
        assert!(
            out.ends_with("\nand 21 more\n1 error, 70 warnings\n"),
            "{out}"
        );
    }

    #[test]
    fn json_has_every_field_of_every_finding() {
        let template = "Resources:\n  Greeter:\n    Properties:\n      Tiemout: 3\n";
        let diagnostics = [
            typo(template, "Tiemout"),
            Diagnostic::new(codes::IGNORED_KEY, Path::default(), "Odd"),
        ];
        let source = Source {
            name: "template.yaml",
            text: template.as_bytes(),
        };
        insta::assert_snapshot!(json(&diagnostics, source), @r#"
        [
          {"code":"unknown-property","severity":"error","message":"`Tiemout` is not a property of a function","help":"did you mean `Timeout`?","resource":"Greeter","path":"Resources/Greeter/Properties/Tiemout","generated":null,"file":"template.yaml","line":4,"column":7},
          {"code":"ignored-key","severity":"warning","message":"Odd","help":null,"resource":null,"path":"","generated":null,"file":"template.yaml","line":null,"column":null}
        ]
        "#);
        assert_eq!(json(&[], source), "[]\n");
    }
}
