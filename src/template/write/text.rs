//! Text in YAML: quotes where some reader would otherwise read another value.

use crate::template::scalars;
use std::fmt::Write as _;

/// What a byte of a text means for how it is written.
mod class {
    /// Not ASCII, or a control character: whether it may stand as it is must be looked at.
    pub(super) const OTHER: u8 = 1;
    /// Ends or splits plain text in brackets.
    pub(super) const IN_FLOW: u8 = 2;
    /// A space, a colon or a hash: beside each other they end plain text.
    pub(super) const BORDER: u8 = 4;
    /// Cannot begin plain text.
    pub(super) const NO_START: u8 = 8;
    /// Begins plain text that may mean something else: a number, a date, a word, a document.
    pub(super) const LOADED: u8 = 16;

    /// The classes of each byte.
    pub(super) static OF: [u8; 256] = {
        let mut of = [0; 256];
        let mut byte = 0;
        while byte < 256 {
            #[allow(clippy::indexing_slicing, reason = "counted, and when compiled")]
            {
                of[byte] = class_of(byte as u8);
            }
            byte += 1;
        }
        of
    };

    const fn class_of(byte: u8) -> u8 {
        match byte {
            0..=0x1f | 0x7f.. => OTHER,
            b' ' => BORDER | NO_START,
            b':' => BORDER | NO_START | IN_FLOW,
            b'#' => BORDER | NO_START,
            b'?' | b',' | b'[' | b']' | b'{' | b'}' => NO_START | IN_FLOW,
            b'&' | b'*' | b'!' | b'|' | b'>' | b'\'' | b'"' | b'%' | b'@' | b'`' => NO_START,
            b'0'..=b'9' | b'+' | b'-' | b'.' | b'~' | b'<' | b'=' => LOADED,
            b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'y' | b'Y' | b'o' | b'O' | b'e' | b'E' => {
                LOADED
            }
            _ => 0,
        }
    }
}

/// The classes of a byte.
fn of(byte: u8) -> u8 {
    let found = class::OF.get(usize::from(byte));
    found.copied().unwrap_or_default()
}

/// A text, and the classes of all its bytes: one look, for whatever is asked of it.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    text: &'a str,
    classes: u8,
}

impl<'a> Seen<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let classes = text.bytes().fold(0, |all, byte| all | of(byte));
        Self { text, classes }
    }

    /// Whether it has several lines.
    pub(super) fn has_lines(self) -> bool {
        self.classes & class::OTHER != 0 && self.text.contains('\n')
    }

    /// Whether text of several lines reads back from a block scalar as itself.
    pub(super) fn fits_block(self) -> bool {
        self.has_lines() && fits_block(self.text)
    }

    /// The lines that a long line of text is folded into, each of about `width` bytes: text that reads back as itself from
    /// a folded block. None where it is not long, has no spaces to break it at, or has several lines.
    pub(super) fn folded(self, width: usize) -> Option<Vec<&'a str>> {
        let body = self.text.strip_suffix('\n').unwrap_or(self.text);
        if body.len() <= width || self.classes & class::BORDER == 0 {
            return None;
        }
        // A space beside another is text, not the place of a break.
        if !body.chars().all(is_printable) || body.starts_with(' ') || body.ends_with(' ') {
            return None;
        }
        let bytes = body.as_bytes();
        let is_space = |at: usize| bytes.get(at) == Some(&b' ');
        let (mut lines, mut start, mut last) = (Vec::new(), 0, None);
        let breaks = (1..body.len())
            .filter(|&at| is_space(at) && !is_space(at - 1) && !is_space(at + 1))
            .chain([body.len()]);
        for at in breaks {
            if at - start > width
                && let Some(end) = last.replace(at)
            {
                lines.push(body.get(start..end)?);
                start = end + 1;
            }
            last = Some(at);
        }
        lines.push(body.get(start..)?);
        (lines.len() > 1).then_some(lines)
    }

    /// Writes it on one line: plain where every reader reads it as itself, else in the quotes that it needs fewer signs in.
    pub(super) fn write(self, out: &mut String, in_flow: bool) {
        let Self { text, classes } = self;
        if classes & class::OTHER != 0 && !text.chars().all(is_printable) {
            double_quoted(out, text);
            return;
        }
        let first = text.bytes().next().map_or(class::NO_START, of);
        let is_plain = first & class::NO_START == 0
            && (!in_flow || classes & class::IN_FLOW == 0)
            && (classes & class::BORDER == 0 || !has_border(text))
            && (first & class::LOADED == 0 || !scalars::may_be_no_text(text));
        if is_plain {
            out.push_str(text);
        } else if text.contains('\'') && !text.contains(['"', '\\']) {
            double_quoted(out, text);
        } else {
            single_quoted(out, text);
        }
    }
}

/// Text on one line.
pub(super) fn scalar(out: &mut String, text: &str, in_flow: bool) {
    Seen::of(text).write(out, in_flow);
}

fn single_quoted(out: &mut String, text: &str) {
    out.push('\'');
    for (i, part) in text.split('\'').enumerate() {
        if i > 0 {
            out.push_str("''");
        }
        out.push_str(part);
    }
    out.push('\'');
}

/// Whether a character may stand in a line as it is: no control character, no line break of any kind.
fn is_printable(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{fefe}' | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..)
}

/// Whether something in a text would end it, or begin a comment.
fn has_border(text: &str) -> bool {
    let pairs = text.as_bytes().windows(2);
    text.ends_with([' ', ':']) || pairs.into_iter().any(|pair| matches!(pair, b": " | b" #"))
}

fn double_quoted(out: &mut String, text: &str) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if is_printable(c) => out.push(c),
            c => {
                let code = u32::from(c);
                let _ = match code {
                    0..=0xff => write!(out, "\\x{code:02x}"),
                    0x100..=0xffff => write!(out, "\\u{code:04x}"),
                    _ => write!(out, "\\U{code:08x}"),
                };
            }
        }
    }
    out.push('"');
}

fn fits_block(text: &str) -> bool {
    let blank = |line: Option<&str>| {
        line.is_some_and(|line| !line.is_empty() && line.trim_matches(' ').is_empty())
    };
    let body = text.strip_suffix('\n').unwrap_or(text);
    !body.is_empty()
        && !body.ends_with('\n')
        && text.chars().all(|c| c == '\n' || c == '\t' || is_printable(c))
        && !body.split('\n').any(|line| line.starts_with('\t'))
        && !blank(body.split('\n').next())
        && !blank(body.rsplit('\n').next())
        // Blank lines before the first text would decide its indentation.
        && !(body.starts_with('\n') && body.trim_start_matches('\n').starts_with(' '))
}
