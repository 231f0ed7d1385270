//! The page of a finding: what `canaryform check --explain CODE` prints.

use super::rules::{RULES, SOURCES};
use crate::diagnostics::{Code, Refusal};

/// What there is to say about a kind of finding, as Markdown: what it finds, why that matters and where it is documented,
/// what to do, and a template of each kind, wrong and right.
///
/// A finding of the transform itself has a short one, what it means and who refuses such a template, unless that would
/// leave its reader alone.
pub fn page(code: &Code) -> String {
    let mut text = format!("# {} ({})\n\n", code.name, code.severity.word());
    let rule = RULES
        .iter()
        .zip(SOURCES)
        .find(|(rule, _)| rule.codes.iter().any(|known| known.name == code.name));
    match rule {
        Some((rule, source)) => {
            if rule.codes.len() > 1 {
                text.push_str(code.meaning());
                text.push_str("\n\n");
            }
            text.push_str(&comment(source));
        }
        None => {
            text.push_str(code.meaning());
            text.push('\n');
            if let Some(more) = section(code.name) {
                text.push('\n');
                text.push_str(more);
                text.push('\n');
            }
        }
    }
    match code.refusal {
        Some(Refusal::Sam) => {
            text.push_str("\nSAM refuses such a template too, so this cannot be allowed.\n");
        }
        Some(Refusal::Ours) => match code.allowed {
            Some(outcome) => {
                text.push_str(&format!(
                    "\n`--allow {}` makes a warning of it: {outcome}.\n",
                    code.name
                ));
            }
            None => text.push_str("\nNothing could be made of such a template, so this cannot be allowed.\n"),
        },
        Some(Refusal::CloudFormation) => text.push_str(&format!(
            "\nCloudFormation's own validator finds it in what the template becomes (`check --cloudformation`).\n`--allow {}` makes a warning of it: CloudFormation has the last word.\n",
            code.name
        )),
        None => text.push_str(&format!(
            "\n`--allow {0}` hides it, `--deny {0}` makes an error of it; for one resource:\n`Metadata: {{Canaryform: {{Ignore: {{{0}: why}}}}}}`.\n",
            code.name
        )),
    }
    text
}

/// What there is to say of findings of the transform that a sentence does not explain, each under its code.
const PAGES: &str = include_str!("pages.md");

/// What is said under a code.
fn section(name: &str) -> Option<&'static str> {
    let mut all = PAGES
        .split("\n# ")
        .map(|part| part.trim_start_matches("# "));
    all.find_map(|part| part.strip_prefix(name)?.strip_prefix('\n'))
        .map(str::trim)
}

/// The comment at the top of a file.
fn comment(source: &str) -> String {
    source
        .lines()
        .map_while(|line| line.strip_prefix("//!"))
        .map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line)))
        .collect()
}
