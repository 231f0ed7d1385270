//! Findings as workflow commands of GitHub Actions, which show them at their lines of a pull request.
//!
//! See <https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message>.

use std::fmt::Write as _;

use super::render::Source;
use super::{Diagnostic, Severity};

/// A line for each finding: `::warning file=template.yaml,line=8,col=7,title=moving-image-tag::...`
pub fn github(diagnostics: &[Diagnostic], source: Source<'_>) -> String {
    let mut lines = String::new();
    for found in diagnostics {
        let command = match found.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        // Writing to a string cannot fail.
        let _ = write!(lines, "::{command} file={}", property(source.name));
        if let Some(span) = found.span {
            let _ = write!(lines, ",line={},col={}", span.start.line, span.start.column);
        }
        let _ = write!(lines, ",title={}::", property(found.code.name));
        lines.push_str(&message(&found.message));
        if let Some(help) = &found.help {
            lines.push_str("%0A");
            lines.push_str(&message(help));
        }
        if let Some(generated) = &found.generated {
            lines.push_str("%0Agenerated: ");
            lines.push_str(&message(&generated.to_string()));
        }
        lines.push('\n');
    }
    lines
}

fn message(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}
