//! The only code that knows text: a template as a tree, and the way between tree and text.

mod events;
mod functions;
mod least_length;
mod locate;
mod read;
mod relaxed;
mod scalars;
mod write;

use crate::tree::{Map, Value};
use serde::Serialize;

pub(crate) use crate::place::Trail;
pub use crate::place::{Location, Path, Span, Step};
pub(crate) use least_length::{least_length, weight};
pub use locate::{locate, place};
pub use read::{MAX_DEPTH, Read, read, read_with};
pub(crate) use read::{read_json, read_str};
pub(crate) use write::compact_json;
pub use write::{write, write_annotated, write_to};

/// How a template is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// YAML 1.1 with CloudFormation's short tags (`!Ref`, `!Sub`).
    Yaml,
    /// JSON, with intrinsics in their long form.
    Json,
}

/// A CloudFormation template: the top-level map, in the order of its text, intrinsics in their long form
/// (`{"Ref": "X"}`, `{"Fn::GetAtt": ["X", "Arn"]}`).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Template(pub Map);

impl Template {
    /// The `Resources` section, where there is one and it is a map.
    pub fn resources(&self) -> Option<&Map> {
        self.section("Resources")
    }

    /// A top-level section, where there is one and it is a map.
    pub fn section(&self, name: &str) -> Option<&Map> {
        self.0.get(name).and_then(Value::as_object)
    }

    /// A top-level section to change, where there is one and it is a map.
    pub fn section_mut(&mut self, name: &str) -> Option<&mut Map> {
        self.0.get_mut(name).and_then(Value::as_object_mut)
    }
}
