//! Template text to tree.

use super::{Format, Template};
use crate::diagnostics::Diagnostic;

/// How deep a template's maps and lists may nest.
pub const MAX_DEPTH: usize = 100;

/// What reading gave.
#[derive(Debug)]
pub struct Read {
    /// The template.
    pub template: Template,
    /// How it was written.
    pub format: Format,
    /// Warnings about what reading changed.
    pub warnings: Vec<Diagnostic>,
}

/// Reads a template's text.
///
/// # Errors
/// The faults of the text.
pub fn read(text: &[u8]) -> Result<Read, Vec<Diagnostic>> {
    let value = serde_json::from_slice::<serde_json::Value>(text).unwrap_or_default();
    let serde_json::Value::Object(map) = value else {
        return Err(vec![]);
    };
    Ok(Read {
        template: Template(map),
        format: Format::Json,
        warnings: vec![],
    })
}
