//! What stands below the options in a verb's help, so that a terminal of 80 columns shows it as it is meant.

use super::lines::{WIDTH, flow};

/// How far in a command goes on in the next line.
const GOES_ON: usize = 6;

/// Breaks what is longer than a line: what an item's second column holds goes on below that column, a command further
/// in, and lines that begin at the margin are paragraphs.
pub(super) fn below(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut paragraph = String::new();
    for line in text.lines() {
        let is_text = !line.is_empty() && !line.starts_with(' ');
        if is_text {
            if !paragraph.is_empty() {
                paragraph.push(' ');
            }
            paragraph.push_str(line);
            continue;
        }
        flow(&std::mem::take(&mut paragraph), 0, WIDTH, &mut lines);
        match line.is_empty() {
            true => lines.push(String::new()),
            false => {
                let indent = second_column(line).unwrap_or(GOES_ON);
                flow(line, indent, WIDTH, &mut lines);
            }
        }
    }
    flow(&paragraph, 0, WIDTH, &mut lines);
    lines.join("\n")
}

/// Where an item's explanation begins, behind at least two blanks.
fn second_column(line: &str) -> Option<usize> {
    let margin = line.len() - line.trim_start().len();
    let gap = line.get(margin..)?.find("  ")? + margin;
    let behind = line.get(gap..)?;
    Some(gap + behind.len() - behind.trim_start().len())
}

#[cfg(test)]
mod tests {
    use super::below;

    #[test]
    fn what_goes_on_stands_below_what_it_belongs_to() {
        let long = "word ".repeat(20);
        let long = long.trim_end();
        let text = format!("At\nthe margin\n\nCodes:\n  3  {long}\n  call {long}\n{long}");
        let w = |count| vec!["word"; count].join(" ");
        let expected = format!(
            "At the margin\n\nCodes:\n  3  {}\n     {}\n  call {}\n      {}\n{}\n{}",
            w(15),
            w(5),
            w(14),
            w(6),
            w(16),
            w(4)
        );
        assert_eq!(below(&text), expected);
    }
}
