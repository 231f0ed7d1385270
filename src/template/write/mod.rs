//! Template tree to text: YAML that a person would have written, or pretty JSON.
//!
//! Sections come in CloudFormation's usual order; inside a section the tree's order stays.

mod json;
mod text;
mod yaml;

pub(crate) use json::compact as compact_json;

use super::{Format, Template};
use crate::tree::{Text, Value};
use std::io;

/// The sections in the order of CloudFormation's user guide ("template anatomy"), SAM's `Globals` before `Resources`.
const SECTIONS: &[&str] = &[
    "AWSTemplateFormatVersion",
    "Description",
    "Transform",
    "Metadata",
    "Parameters",
    "Rules",
    "Mappings",
    "Conditions",
    "Hooks",
    "Globals",
    "Resources",
    "Outputs",
];

/// As much as most lines are indented.
const SPACES: &str = "                                ";

/// How much text is held before it goes out, in bytes.
const CHUNK: usize = 1 << 16;

/// Writes a template as text that ends with a line feed.
pub fn write(template: &Template, format: Format) -> String {
    let mut text = Vec::new();
    // Neither does a vector refuse what is written to it, nor is any of it no UTF-8.
    let _ = write_to(&mut text, template, format);
    String::from_utf8(text).unwrap_or_default()
}

/// Writes a template to `out`, as [`write()`] does, holding little of the text at once.
///
/// # Errors
///
/// Those of `out`.
pub fn write_to(out: &mut dyn io::Write, template: &Template, format: Format) -> io::Result<()> {
    let sections = in_order(template);
    match format {
        Format::Json => json::write(out, &sections),
        Format::Yaml => yaml::write(out, &sections, &|_| None),
    }
}

/// Writes a template as YAML to `out`, with a comment over each resource that `comment` knows one for, by its id: a line
/// of `#` for each of its lines. What it reads back as is the same.
///
/// ```
/// use canaryform::template::{read, write_annotated};
///
/// let template = read(b"Resources: {Inbox: {Type: 'AWS::SQS::Queue'}}")?.template;
/// let mut text = Vec::new();
/// let _ = write_annotated(&mut text, &template, &|id| Some(format!("the queue {id}")));
/// let expected = b"Resources:\n  # the queue Inbox\n  Inbox:\n    Type: AWS::SQS::Queue\n";
/// assert_eq!(text, expected);
/// # Ok::<(), canaryform::Faults>(())
/// ```
///
/// # Errors
///
/// Those of `out`.
pub fn write_annotated(
    out: &mut dyn io::Write,
    template: &Template,
    comment: &dyn Fn(&str) -> Option<String>,
) -> io::Result<()> {
    yaml::write(out, &in_order(template), comment)
}

/// The sections of a template, in the order in which they are written.
fn in_order(template: &Template) -> Vec<(&Text, &Value)> {
    let mut sections: Vec<(&Text, &Value)> = template.0.iter().collect();
    let place = |name: &str| {
        SECTIONS
            .iter()
            .position(|known| *known == name)
            .unwrap_or(SECTIONS.len())
    };
    sections.sort_by_key(|(name, _)| place(name));
    sections
}

/// Puts `depth` spaces.
fn indent(out: &mut String, depth: usize) {
    let mut left = depth;
    while left > 0 {
        let part = left.min(SPACES.len());
        out.push_str(SPACES.get(..part).unwrap_or_default());
        left -= part;
    }
}

/// Sends on what is there, where it is more than `limit` bytes.
fn send(text: &mut String, out: &mut dyn io::Write, limit: usize) -> io::Result<()> {
    if text.len() > limit {
        out.write_all(text.as_bytes())?;
        text.clear();
    }
    Ok(())
}
