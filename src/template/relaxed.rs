//! A text in which a colon needs no blank before a bracket in a map in flow style: `{Tags:[a], Code:{Key: b}}`.
//!
//! YAML 1.1, PyYAML and so SAM read it; the parser does not. So the blanks are put in, and places lead back to the text
//! as it was.

use super::{Location, Span};
use granit_parser::{Options, Parser};
use std::borrow::Cow;

/// How many blanks are put in, and how many bytes are looked at for them: each is found by reading up to it.
const MAX_BLANKS: usize = 500;
const MAX_BYTES: usize = 32 << 20;

/// The text that the parser reads.
#[derive(Debug)]
pub(super) struct Relaxed<'a> {
    pub(super) text: Cow<'a, str>,
    /// Where blanks were put in, each as a place in the text that has them; in order.
    blanks: Vec<usize>,
}

/// The parser's options, here and for reading.
pub(super) fn options() -> Options {
    let mut options = Options::default();
    options.block_scalar_eof_without_line_feed = true;
    options
}

impl<'a> Relaxed<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let mut relaxed = Self {
            text: Cow::Borrowed(text),
            blanks: Vec::new(),
        };
        let is_tight = |three: &[u8]| matches!(three, [before, b':', b'[' | b'{'] if !matches!(before, b'"' | b'\'' | b' '));
        if !text.as_bytes().windows(3).any(is_tight) {
            return relaxed;
        }
        let most = MAX_BLANKS.min(MAX_BYTES / text.len().max(1));
        while relaxed.blanks.len() < most {
            let Some(colon) = tight_colon(&relaxed.text) else {
                break;
            };
            relaxed.text.to_mut().insert(colon + 1, ' ');
            relaxed.blanks.push(colon + 1);
        }
        relaxed
    }

    /// A place of the text with blanks, in the text without.
    pub(super) fn place(&self, span: Span) -> Span {
        if self.blanks.is_empty() {
            return span;
        }
        let before = |at: usize| self.blanks.iter().filter(|blank| **blank < at).count();
        let line = self
            .text
            .get(..span.from)
            .and_then(|above| above.rfind(['\n', '\r']))
            .unwrap_or_default();
        let in_line = before(span.from) - before(line);
        Span {
            start: Location {
                line: span.start.line,
                column: span.start.column.saturating_sub(in_line),
            },
            from: span.from - before(span.from),
            to: span.to - before(span.to),
        }
    }
}

/// The place of a colon that the parser refuses for the bracket behind it.
fn tight_colon(text: &str) -> Option<usize> {
    let mut parser = Parser::new_from_str_with_options(text, options());
    loop {
        if let Err(error) = parser.next_event()? {
            let at = error.marker().byte_offset()?;
            let is_tight = matches!(text.as_bytes().get(at..at + 2)?, b":[" | b":{");
            return is_tight.then_some(at);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blanks_are_put_in_only_where_they_are_missing() {
        for (text, with_blanks) in [
            ("{Tags:[a], Code:{Key: b}}", "{Tags: [a], Code: {Key: b}}"),
            ("{a: 'x:[y]', b: x:y}", "{a: 'x:[y]', b: x:y}"),
            ("a: b:[c]", "a: b:[c]"),
        ] {
            assert_eq!(Relaxed::of(text).text, with_blanks, "{text}");
        }
    }

    #[test]
    fn places_lead_back_in_lines_of_each_ending() {
        for ending in ["\n", "\r\n", "\r"] {
            let text = format!("{{a:[b],{ending} c:[d], e: f}}");
            let relaxed = Relaxed::of(&text);
            let from = relaxed.text.find('e').expect("it is there");
            let column = " c: [d], ".len();
            let span = Span {
                start: Location { line: 2, column },
                from,
                to: from + 1,
            };
            let placed = relaxed.place(span);
            assert_eq!(placed.start.column, column - 1, "{text:?}");
            assert_eq!(text.get(placed.from..placed.to), Some("e"), "{text:?}");
        }
    }
}
