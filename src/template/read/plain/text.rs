//! Text in its five styles: plain, in one kind of quotes or the other, in a block that keeps its lines or folds them.

use super::{Outer, Reader};
use crate::tree::Text;
use std::borrow::Cow;

impl<'a> Reader<'a> {
    /// Plain text, over one line or more. Ends at the next content.
    pub(super) fn plain_text(&mut self, outer: Outer) -> Option<Cow<'a, str>> {
        let line = self.plain_line()?;
        if self.here() == b'#' {
            self.skip_to_content()?;
            // Text behind a comment does not go on.
            let ends = self.is_at_end() || !outer.holds(self.column());
            return ends.then_some(Cow::Borrowed(line));
        }
        let mut text = Cow::Borrowed(line);
        loop {
            // Lines between this one and the next that holds something.
            let mut breaks = 0;
            loop {
                if self.is_at_end() {
                    self.line_start = self.at;
                    return Some(text);
                }
                self.at += 1;
                self.line_start = self.at;
                self.skip_spaces();
                if self.here() != b'\n' {
                    break;
                }
                breaks += 1;
            }
            if self.here() == b'\t' {
                return None;
            }
            if self.here() == b'#' {
                self.skip_to_content()?;
                let ends = self.is_at_end() || !outer.holds(self.column());
                return ends.then_some(text);
            }
            if !outer.holds(self.column()) {
                return Some(text);
            }
            // What would begin something else is left to the other reader.
            let line = self.plain_line()?;
            let text = text.to_mut();
            match breaks {
                0 => text.push(' '),
                _ => text.extend(std::iter::repeat_n('\n', breaks)),
            }
            text.push_str(line);
            if self.here() == b'#' {
                return None;
            }
        }
    }

    /// The plain text of a line.
    pub(super) fn plain_line(&mut self) -> Option<&'a str> {
        let start = self.at;
        let end = self.plain_end(start, false)??;
        self.at = end;
        (self.here() != b':').then_some(())?;
        Some(self.text.get(start..end)?.trim_end_matches(' '))
    }

    /// Where plain text ends that begins at `start`: at the colon of a key, before a comment, at the end of the line, in
    /// brackets also at a comma or a bracket. None where no plain text begins.
    pub(super) fn plain_end(&self, start: usize, in_flow: bool) -> Option<Option<usize>> {
        match self.byte(start) {
            b'-' => match self.byte(start + 1) {
                b' ' | b'\n' | b'\t' => return None,
                b',' | b'[' | b']' | b'{' | b'}' if in_flow => return None,
                _ => {}
            },
            b':' if !in_flow && !matches!(self.byte(start + 1), b' ' | b'\n' | b'\t') => {}
            b'?' | b':' | b',' | b']' | b'}' | b'#' | b'&' | b'*' | b'%' | b'@' | b'`' | b'\t'
            | b'\n' => return None,
            b'[' | b'{' | b'!' | b'|' | b'>' | b'"' | b'\'' => return Some(None),
            _ => {}
        }
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).unwrap_or_default();
            let step = rest.iter().position(|byte| {
                matches!(
                    byte,
                    b'\n' | b':' | b'#' | b'\t' | b',' | b'[' | b']' | b'{' | b'}'
                )
            });
            at += step.unwrap_or(rest.len());
            match self.byte(at) {
                b'\n' => return Some(Some(at)),
                b':' => match self.byte(at + 1) {
                    b' ' | b'\n' => return Some(Some(at)),
                    b'\t' => return None,
                    b',' | b'[' | b']' | b'{' | b'}' if in_flow => return None,
                    _ => {}
                },
                b'#' if self.byte(at - 1) == b' ' => return Some(Some(at)),
                b'#' => {}
                b'\t' => return None,
                b',' | b']' | b'}' if in_flow => return Some(Some(at)),
                _ if in_flow => return None,
                _ => {}
            }
            at += 1;
        }
    }

    /// Text in quotes, in one line. Ends behind them.
    pub(super) fn quoted(&mut self) -> Option<Cow<'a, str>> {
        let quote = self.here();
        let mut from = self.at + 1;
        let mut text = String::new();
        loop {
            let rest = self.bytes.get(from..)?;
            let length = rest.iter().position(|byte| {
                *byte == quote || *byte == b'\n' || *byte == b'\\' && quote == b'"'
            })?;
            let part = self.text.get(from..from + length)?;
            let end = from + length;
            match (self.byte(end), self.byte(end + 1)) {
                (b'\'', b'\'') => text.push_str(self.text.get(from..=end)?),
                (b'\\', escaped) => {
                    text.push_str(part);
                    text.push(match escaped {
                        b'"' | b'\\' | b'/' => char::from(escaped),
                        b'n' => '\n',
                        b't' => '\t',
                        b'r' => '\r',
                        _ => return None,
                    });
                }
                (b'\n', _) => return None,
                _ => {
                    self.at = end + 1;
                    return Some(if text.is_empty() {
                        Cow::Borrowed(part)
                    } else {
                        text.push_str(part);
                        Cow::Owned(text)
                    });
                }
            }
            from = end + 2;
        }
    }

    /// A block of lines behind `|` or `>`. Ends at the next content.
    pub(super) fn block_text(&mut self, outer: Outer) -> Option<Text> {
        let is_folded = self.here() == b'>';
        self.at += 1;
        let is_stripped = self.here() == b'-';
        self.at += usize::from(is_stripped);
        matches!(self.here(), b' ' | b'\n').then_some(())?;
        self.skip_spaces();
        self.is_line_done().then_some(())?;
        self.skip_line();

        let mut text = String::new();
        let mut indent = None;
        // Line breaks that are owed to the text, and whether the line before begins with a space.
        let (mut breaks, mut was_indented) = (0, false);
        loop {
            if self.is_at_end() {
                // Without a line feed at the end of the text, or without text, it is the other reader's.
                (self.bytes.last() == Some(&b'\n') && indent.is_some()).then_some(())?;
                break;
            }
            self.at += 1;
            self.line_start = self.at;
            if self.is_at_end() {
                continue;
            }
            let limit = indent.unwrap_or(usize::MAX);
            while self.here() == b' ' && self.column() < limit {
                self.at += 1;
            }
            if self.here() == b'\n' {
                // Blanks before the first line may be more than its indentation.
                (indent.is_some() || self.column() == 0).then_some(())?;
                breaks += 1;
                continue;
            }
            let column = self.column();
            if indent.is_none() {
                outer.holds(column).then_some(())?;
                (self.here() != b'\t').then_some(())?;
                indent = Some(column);
            } else if column < limit {
                (self.here() != b'\t').then_some(())?;
                break;
            }
            let start = self.at;
            self.skip_line();
            let line = self.text.get(start..self.at)?;
            let is_indented = line.starts_with([' ', '\t']);
            if line.trim_end_matches([' ', '\t']).is_empty() {
                return None;
            }
            if text.is_empty() {
                text.extend(std::iter::repeat_n('\n', breaks));
            } else if is_folded && !was_indented && !is_indented && breaks == 1 {
                text.push(' ');
            } else {
                let folded = usize::from(is_folded && !was_indented && !is_indented);
                text.extend(std::iter::repeat_n('\n', breaks - folded));
            }
            text.push_str(line);
            (breaks, was_indented) = (1, is_indented);
        }
        if !is_stripped {
            text.push('\n');
        }
        self.at = self.line_start;
        self.skip_to_content()?;
        Some(text.into())
    }
}
