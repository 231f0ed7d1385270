//! Where each resource of the output comes from.

use indexmap::IndexMap;

/// What made a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The logical id, in the template that was given, of the resource that asked for it; none for what the template as
    /// a whole asked for.
    pub source: Option<String>,
    /// The room of this crate that made it: `gradual/publish.rs`.
    pub room: &'static str,
}

/// The origin of each generated resource, by its logical id.
pub type Origins = IndexMap<String, Origin>;
