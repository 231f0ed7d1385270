//! Findings as a JUnit report: what continuous integration shows as tests that failed.
//!
//! Source: the schema of the format as Jenkins reads it, `jenkins-junit.xsd`.

use std::fmt::Write as _;

use super::Diagnostic;
use super::render::Source;

/// A report: a suite for each file, a failed test for each finding, and one that passed for a file without any.
pub fn junit(files: &[(Source<'_>, &[Diagnostic])]) -> String {
    let failures: usize = files.iter().map(|(_, found)| found.len()).sum();
    let tests: usize = files.iter().map(|(_, found)| found.len().max(1)).sum();
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        xml,
        "<testsuites name=\"canaryform check\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\">"
    );
    for (source, found) in files {
        let name = escaped(source.name);
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{name}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"0\">",
            found.len().max(1),
            found.len()
        );
        if found.is_empty() {
            let _ = writeln!(
                xml,
                "    <testcase classname=\"{name}\" name=\"no findings\"/>"
            );
        }
        for finding in *found {
            let line = finding.span.map(|span| span.start.line);
            let place = line.map_or_else(String::new, |line| format!(" (line {line})"));
            let _ = writeln!(
                xml,
                "    <testcase classname=\"{name}\" name=\"{}\">",
                escaped(&format!("{}{place}: {}", finding.code.name, finding.path))
            );
            let _ = writeln!(
                xml,
                "      <failure type=\"{}\" message=\"{}\">{}</failure>",
                finding.severity.word(),
                escaped(&finding.message),
                escaped(&finding.to_string())
            );
            xml.push_str("    </testcase>\n");
        }
        xml.push_str("  </testsuite>\n");
    }
    xml.push_str("</testsuites>\n");
    xml
}

/// Text for an attribute or an element; what XML does not allow at all is replaced.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('\u{fffd}'),
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
