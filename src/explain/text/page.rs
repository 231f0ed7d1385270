//! Lines of at most eighty columns, in colors or without.

use crate::diagnostics::render::printable;
use anstyle::{AnsiColor, Style};

/// Columns of a line.
pub(super) const WIDTH: usize = 80;

/// How text is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Look {
    /// Whether in colors.
    pub color: bool,
    /// Whether with characters beyond ASCII.
    pub unicode: bool,
}

/// What a piece of text is, so that it has a color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    Plain,
    Title,
    Heading,
    Faint,
    Bar,
    Good,
    Doubtful,
    Bad,
}

impl Ink {
    fn style(self) -> Style {
        let colored = |color: AnsiColor| Style::new().fg_color(Some(color.into()));
        match self {
            Self::Plain => Style::new(),
            Self::Title => Style::new().bold().underline(),
            Self::Heading => Style::new().bold(),
            Self::Faint => Style::new().dimmed(),
            Self::Bar => colored(AnsiColor::Cyan),
            Self::Good => colored(AnsiColor::Green),
            Self::Doubtful => colored(AnsiColor::Yellow),
            Self::Bad => colored(AnsiColor::Red),
        }
    }
}

/// A text that grows line by line.
pub(super) struct Page {
    pub(super) look: Look,
    out: String,
}

impl Page {
    pub(super) fn new(look: Look) -> Self {
        Self {
            look,
            out: String::new(),
        }
    }

    pub(super) fn finish(self) -> String {
        self.out
    }

    /// An empty line, unless the page is empty or the last line is.
    pub(super) fn gap(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A line of pieces, each with its ink.
    pub(super) fn line(&mut self, indent: usize, pieces: &[(&str, Ink)]) {
        self.out.extend(std::iter::repeat_n(' ', indent));
        for (text, ink) in pieces {
            let text = printable(text);
            let style = ink.style();
            if self.look.color && *ink != Ink::Plain && !text.trim().is_empty() {
                self.out.push_str(&format!("{style}{text}{style:#}"));
            } else {
                self.out.push_str(&text);
            }
        }
        let end = self.out.trim_end_matches(' ').len();
        self.out.truncate(end);
        self.out.push('\n');
    }

    /// The same, broken between words where it does not fit a line, and then without ink.
    pub(super) fn fitted(&mut self, indent: usize, pieces: &[(&str, Ink)]) {
        let width: usize = pieces.iter().map(|(text, _)| columns(text)).sum();
        if indent + width <= WIDTH {
            self.line(indent, pieces);
        } else {
            let text: String = pieces.iter().map(|(text, _)| *text).collect();
            self.paragraph(indent, &text);
        }
    }

    pub(super) fn heading(&mut self, indent: usize, text: &str) {
        self.gap();
        self.line(indent, &[(text, Ink::Heading)]);
    }

    /// Sentences, broken between words.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str) {
        self.hanging(indent, "", text, Ink::Plain);
    }

    /// Sentences behind a label: what does not fit goes on below the sentences, not below the label.
    pub(super) fn hanging(&mut self, indent: usize, label: &str, text: &str, ink: Ink) {
        let width = WIDTH.saturating_sub(indent + columns(label)).max(20);
        let mut label = label.to_owned();
        for line in wrapped(&printable(text), width) {
            self.line(indent, &[(&label, ink), (&line, Ink::Plain)]);
            label = " ".repeat(columns(&label));
        }
    }
}

/// How many columns a text takes.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// A text with blanks behind it, up to a number of columns.
pub(super) fn padded(text: &str, width: usize) -> String {
    let blanks = width.saturating_sub(columns(text));
    format!("{text}{}", " ".repeat(blanks))
}

/// The lines of a text, broken between words; a word that is too long stands alone.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else {
            continue;
        };
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// `1 function`, `3 functions`
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_whole() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij kl", 5), ["abcdefghij", "kl"]);
    }
}
