//! For a terminal.

use super::value::printable;
use super::{Line, blocks};
use crate::diff::model::{Change, Differences};
use crate::place::Path;
use std::fmt::Write as _;

const RESET: &str = "\u{1b}[0m";
const BOLD: &str = "\u{1b}[1m";
const DIM: &str = "\u{1b}[2m";

fn color_of(sign: char) -> &'static str {
    match sign {
        '+' => "\u{1b}[32m",
        '-' => "\u{1b}[31m",
        '±' => "\u{1b}[35m",
        '!' => "\u{1b}[1;31m",
        _ => "\u{1b}[33m",
    }
}

/// Differences as text with a line for each; `place` says where something of the output is written, as `file:line`.
/// In lines of colors where they are wanted; none of the lines is wrapped.
pub fn text(
    differences: &Differences,
    color: bool,
    place: &dyn Fn(&Path) -> Option<String>,
) -> String {
    let paint = |style: &'static str, text: &str| {
        if color {
            format!("{style}{text}{RESET}")
        } else {
            text.to_owned()
        }
    };
    let mut out = String::new();
    for block in blocks(differences) {
        // Writing to a string cannot fail.
        let _ = write!(
            out,
            "{} {}",
            paint(color_of(block.sign), &block.sign.to_string()),
            paint(BOLD, &printable(&block.title))
        );
        if !block.kind.is_empty() {
            let _ = write!(out, " {}", printable(&block.kind));
        }
        if let Some(place) = place(&block.path) {
            let _ = write!(out, "  {}", paint(DIM, &printable(&place)));
        }
        out.push('\n');
        for line in &block.lines {
            write_line(&mut out, line, &paint, place);
        }
        out.push('\n');
    }
    let _ = writeln!(out, "{}", counts(differences));
    out
}

/// What somebody should look at twice, a line for each, and an empty one; nothing where there is nothing such.
pub fn graves(differences: &Differences, color: bool) -> String {
    let graves = differences.meanings().filter(|meant| meant.code.is_grave);
    let lines: Vec<String> = graves
        .map(|meant| {
            let sign = if color {
                format!("{}!{RESET}", color_of('!'))
            } else {
                "!".to_owned()
            };
            format!("{sign} {}\n", printable(&meant.message))
        })
        .collect();
    if lines.is_empty() {
        return String::new();
    }
    lines.concat() + "\n"
}

fn write_line(
    out: &mut String,
    line: &Line,
    paint: &dyn Fn(&'static str, &str) -> String,
    place: &dyn Fn(&Path) -> Option<String>,
) {
    let indent = "    ".repeat(line.depth) + "  ";
    let sign = paint(color_of(line.sign), &line.sign.to_string());
    // Writing to a string cannot fail.
    let _ = write!(out, "{indent}{sign} {}", printable(&line.text));
    if let Some(code) = line.code {
        let _ = write!(out, " {}", paint(DIM, &format!("[{code}]")));
        if let Some(place) = line.path.as_ref().and_then(place) {
            let _ = write!(out, "  {}", paint(DIM, &printable(&place)));
        }
    }
    out.push('\n');
    if let Some(help) = &line.help {
        let _ = writeln!(out, "{indent}  {} {}", paint(DIM, "="), printable(help));
    }
}

/// How much differs, in a line: `2 functions differ: 1 new version, 1 changed without one; 3 unchanged`.
pub fn counts(differences: &Differences) -> String {
    if differences.is_empty() {
        return "no difference".to_owned();
    }
    let functions = &differences.functions;
    let with = |code: &str| {
        let has = |function: &&crate::diff::FunctionDifference| {
            function
                .meanings
                .iter()
                .any(|meant| meant.code.name == code)
        };
        functions.iter().filter(has).count()
    };
    let of = |change: Change| {
        let same = functions
            .iter()
            .filter(|function| function.change == change);
        same.count()
    };
    let mut parts = Vec::new();
    for (count, words) in [
        (of(Change::Added), "new"),
        (of(Change::Removed), "gone"),
        (with("publishes"), "published"),
        (with("publishes-nothing-new"), "will fail"),
        (with("change-not-published"), "changed and not published"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {words}"));
        }
    }
    let plural = |count: usize, one: &str, many: &str| {
        if count == 1 {
            format!("1 {one}")
        } else {
            format!("{count} {many}")
        }
    };
    let others = differences.resources.len();
    if functions.is_empty() {
        return match others {
            0 => "no function and no other resource differs".to_owned(),
            _ => plural(others, "resource differs", "resources differ"),
        };
    }
    let mut text = plural(functions.len(), "function differs", "functions differ");
    if !parts.is_empty() {
        let _ = write!(text, " ({})", parts.join(", "));
    }
    if differences.unchanged_functions > 0 {
        let _ = write!(text, ", {} unchanged", differences.unchanged_functions);
    }
    if !differences.resources.is_empty() {
        let count = differences.resources.len();
        let _ = write!(
            text,
            "; {}",
            plural(count, "other resource differs", "other resources differ")
        );
    }
    text
}
