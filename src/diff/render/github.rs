//! For GitHub: a workflow command for each meaning, which becomes a note at the line of a pull request.

use super::value::printable;
use crate::diff::Meaning;
use crate::diff::model::Differences;
use crate::place::{Location, Path};
use std::fmt::Write as _;

/// What differences mean as workflow commands: an error where the meaning is `denied`, a warning where it is grave, else
/// a notice. `place` says where something of the output is written in the file.
pub fn github(
    differences: &Differences,
    file: &str,
    denied: &dyn Fn(&Meaning) -> bool,
    place: &dyn Fn(&Path) -> Option<Location>,
) -> String {
    let mut out = String::new();
    for meant in differences.meanings() {
        let command = if denied(meant.code) {
            "error"
        } else if meant.code.is_grave {
            "warning"
        } else {
            "notice"
        };
        let line = match place(&meant.path) {
            Some(Location { line, column }) => format!(",line={line},col={column}"),
            None => String::new(),
        };
        let help = match &meant.help {
            Some(help) => format!("\n{help}"),
            None => String::new(),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            out,
            "::{command} file={}{line},title={}::{}",
            property(file),
            meant.code.name,
            data(&format!("{}{help}", meant.message))
        );
    }
    out
}

/// A text behind the second pair of colons.
fn data(text: &str) -> String {
    let lines: Vec<String> = text.lines().map(printable).collect();
    lines.join("\n").replace('%', "%25").replace('\n', "%0A")
}

/// A text as the value of a property.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
