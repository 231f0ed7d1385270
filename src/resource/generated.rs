//! What one SAM resource becomes: resources by logical id, in order.

use crate::template::Path;
use indexmap::IndexMap;
use serde_json::Value;

/// Generated resources, each with why it is there; of two with one id the later stays, in the place of the first, and
/// for the reasons of both.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    resources: IndexMap<String, Option<Made>>,
}

/// One of them.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) resource: Value,
    /// The properties and events that asked for it: each alone is enough.
    pub(crate) because: Vec<Path>,
    /// Whether several SAM resources make it together.
    pub(crate) is_shared: bool,
}

impl Generated {
    /// Keeps a place for a resource that is complete only when others are, but stands before them.
    pub(crate) fn reserve(&mut self, id: impl Into<String>) {
        self.resources.entry(id.into()).or_insert(None);
    }

    /// Adds a resource, in its reserved place where it has one.
    ///
    /// It is there `because` of this property or event: without it the resource would not be there. Where nothing in
    /// the SAM resource asked for it, that is the SAM resource itself.
    pub(crate) fn insert(&mut self, id: impl Into<String>, resource: Value, because: Path) {
        self.add(id.into(), resource, because, false);
    }

    /// Adds a resource that several SAM resources make together: it replaces what the others have made of it so far.
    pub(crate) fn insert_shared(&mut self, id: impl Into<String>, resource: Value, because: Path) {
        self.add(id.into(), resource, because, true);
    }

    fn add(&mut self, id: String, resource: Value, because: Path, is_shared: bool) {
        let slot = self.resources.entry(id).or_insert(None);
        let mut all = slot.take().map(|made| made.because).unwrap_or_default();
        all.push(because);
        *slot = Some(Made {
            resource,
            because: all,
            is_shared,
        });
    }

    /// A resource, to complete it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        let made = self.resources.get_mut(id)?.as_mut()?;
        Some(&mut made.resource)
    }

    /// The ids of all resources.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.resources.keys().map(String::as_str)
    }

    /// Every resource, to complete it.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.resources
            .values_mut()
            .flatten()
            .map(|made| &mut made.resource)
    }

    /// The type of each resource, with its id.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &str)> {
        self.resources.iter().filter_map(|(id, made)| {
            let kind = made.as_ref()?.resource.get("Type")?.as_str()?;
            Some((id.as_str(), kind))
        })
    }

    /// All of it.
    pub(crate) fn into_made(self) -> impl Iterator<Item = (String, Made)> {
        self.resources
            .into_iter()
            .filter_map(|(id, made)| Some((id, made?)))
    }
}
