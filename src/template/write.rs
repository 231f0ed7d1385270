//! Template tree to text.

use super::{Format, Template};

/// Writes a template as text that ends with a line feed.
pub fn write(template: &Template, _format: Format) -> String {
    let mut text = serde_json::to_string_pretty(&template.0).unwrap_or_default();
    text.push('\n');
    text
}
