//! For a comment on a pull request.

use super::value::printable;
use super::{blocks, counts};
use crate::diff::model::Differences;
use crate::place::Path;
use std::fmt::Write as _;

/// Differences as Markdown: a list for each resource that the user wrote.
pub fn markdown(differences: &Differences, place: &dyn Fn(&Path) -> Option<String>) -> String {
    let mut out = format!("**{}**\n", counts(differences));
    for block in blocks(differences) {
        // Writing to a string cannot fail.
        let _ = write!(out, "\n#### {} {}", block.sign, code(&block.title));
        if !block.kind.is_empty() {
            let _ = write!(out, " {}", escaped(&block.kind));
        }
        if let Some(place) = place(&block.path) {
            let _ = write!(out, " ({})", escaped(&place));
        }
        out.push_str("\n\n");
        for line in &block.lines {
            let indent = "  ".repeat(line.depth);
            let text = escaped(&line.text);
            let _ = match (line.sign, line.code) {
                ('!', Some(name)) => writeln!(out, "{indent}- **! {text}** ({})", code(name)),
                (sign, Some(name)) => writeln!(out, "{indent}- {sign} {text} ({})", code(name)),
                (sign, None) => writeln!(out, "{indent}- {sign} {text}"),
            };
            if let Some(help) = &line.help {
                let _ = writeln!(out, "{indent}  - {}", escaped(help));
            }
        }
    }
    out
}

fn code(text: &str) -> String {
    format!("`{}`", printable(text).replace('`', "'"))
}

/// A text in which only what stands in backticks means something to Markdown.
fn escaped(text: &str) -> String {
    let parts = printable(text);
    let parts = parts.split('`').enumerate().map(|(at, part)| {
        if at % 2 == 1 {
            return part.to_owned();
        }
        let mut made = String::new();
        for c in part.chars() {
            if matches!(
                c,
                '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '@' | '&'
            ) {
                made.push('\\');
            }
            made.push(c);
        }
        made
    });
    parts.collect::<Vec<_>>().join("`")
}
