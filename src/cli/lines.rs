//! Text that a person reads, in lines that fit.

use console::Term;

/// How wide a line is where nothing is known of what it is read on.
pub(super) const WIDTH: usize = 80;

/// Longer lines are hard to follow, however wide a terminal is.
const WIDEST: usize = 100;

/// Narrower ones are mostly line ends.
const NARROWEST: usize = 40;

/// How far in a page's templates stand.
const INSIDE: usize = 2;

/// How wide a line to standard output may be.
pub(super) fn width() -> usize {
    let terminal = Term::stdout().size_checked();
    terminal.map_or(WIDTH, |(_, columns)| {
        usize::from(columns).clamp(NARROWEST, WIDEST)
    })
}

/// Adds a line, broken between words where it is wider than `width`, and indented from its second line on. What stands
/// between backticks stays in one line where it can.
pub(super) fn flow(line: &str, indent: usize, width: usize, lines: &mut Vec<String>) {
    if line.is_empty() {
        return;
    }
    let mut rest = line.to_owned();
    while rest.chars().count() > width {
        let fits: usize = rest.chars().take(width + 1).map(char::len_utf8).sum();
        let (begin, behind) = rest.split_at_checked(fits).unwrap_or((&rest, ""));
        let is_outside = |cut: &usize| {
            let before = begin.get(..*cut).unwrap_or_default();
            before.matches('`').count() % 2 == 0
        };
        let cuts = || begin.rmatch_indices(' ').map(|(cut, _)| cut);
        let mut within = cuts().filter(|cut| *cut > indent);
        let within = within.clone().find(is_outside).or_else(|| within.next());
        // A word that is wider than a line stands on one of its own.
        let Some(cut) = within.or_else(|| Some(behind.find(' ')? + fits)) else {
            break;
        };
        let (begin, behind) = rest.split_at_checked(cut).unwrap_or((&rest, ""));
        lines.push(begin.trim_end().to_owned());
        rest = format!("{:indent$}{}", "", behind.trim_start());
    }
    lines.push(rest);
}

/// The page of a code for a terminal: its paragraphs in lines that fit, its templates further in.
pub(super) fn page(markdown: &str, width: usize) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    let mut is_template = false;
    for line in markdown.lines() {
        if !is_template && !line.is_empty() && !line.starts_with("```") {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line.trim_start_matches("# "));
            continue;
        }
        flow(&std::mem::take(&mut paragraph), 0, width, &mut lines);
        if line.starts_with("```") {
            // What comes next is another paragraph.
            if is_template {
                lines.push(String::new());
            }
            is_template = !is_template;
        } else if is_template {
            lines.push(format!("{:INSIDE$}{line}", "").trim_end().to_owned());
        } else if lines.last().is_some_and(|last| !last.is_empty()) {
            lines.push(String::new());
        }
    }
    flow(&paragraph, 0, width, &mut lines);
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::{WIDTH, flow, page};
    use crate::{check, diagnostics::codes};

    fn flowed(line: &str, indent: usize, width: usize) -> Vec<String> {
        let mut lines = Vec::new();
        flow(line, indent, width, &mut lines);
        lines
    }

    #[test]
    fn lines_end_between_words() {
        assert_eq!(flowed("one two three", 2, 8), ["one two", "  three"]);
        assert_eq!(flowed("é é é é", 0, 3), ["é é", "é é"]);
        assert_eq!(flowed("one `a b` two", 0, 8), ["one", "`a b`", "two"]);
        assert_eq!(flowed("`a b c d` two", 0, 8), ["`a b c", "d` two"]);
        assert_eq!(
            flowed("a longer-than-a-line b", 0, 6),
            ["a", "longer-than-a-line", "b"]
        );
        assert_eq!(flowed("longer-than-a-line", 1, 6), ["longer-than-a-line"]);
    }

    #[test]
    fn paragraphs_flow_and_templates_stay() {
        let given = "# code (error)\n\nIt is\nwrong.\n\nWrong:\n```yaml\nA:\n\n  B: a long line\n```\nRight:\n```yaml\nA: 1\n```\n\nThe\nend.\n";
        let wanted = "code\n(error)\n\nIt is\nwrong.\n\nWrong:\n  A:\n\n    B: a long line\n\nRight:\n  A: 1\n\nThe end.\n";
        assert_eq!(page(given, 8), wanted);
    }
    #[test]
    fn every_page_fits() {
        for code in codes::ALL {
            for line in page(&check::page(code), WIDTH).lines() {
                assert!(line.chars().count() <= WIDTH, "{}: {line}", code.name);
            }
        }
    }
}
