//! What stood in the template between the steps, for who wants to say the same in SAM's words: `keep.rs`.

use crate::template::Template;
use crate::tree::Map;
use indexmap::IndexMap;

/// The resources of a template on the way.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// With Globals and defaults, and nothing else.
    pub(crate) merged: Map,
    /// As they are lowered.
    pub(crate) prepared: Map,
    /// Functions that have something to be referred to only where a condition holds, and that condition.
    pub(crate) conditional: IndexMap<String, String>,
}

/// A copy of the resources of a template.
pub(crate) fn resources(template: &Template) -> Map {
    template.resources().cloned().unwrap_or_default()
}
