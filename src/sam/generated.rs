//! What one SAM resource becomes: resources by logical id, in order.

use crate::context::Context;
use indexmap::IndexMap;
use serde_json::Value;

/// Generated resources, each with the room that made it; of two with one id the later stays, in the place of the first.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    resources: IndexMap<String, Option<(Value, &'static str)>>,
}

impl Generated {
    /// Keeps a place for a resource that is complete only when others are, but stands before them.
    pub(crate) fn reserve(&mut self, id: impl Into<String>) {
        self.resources.entry(id.into()).or_insert(None);
    }

    /// Adds a resource, in its reserved place where it has one.
    pub(crate) fn insert(&mut self, id: impl Into<String>, resource: Value, room: &'static str) {
        self.resources.insert(id.into(), Some((resource, room)));
    }

    /// A resource, to complete it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        let (resource, _) = self.resources.get_mut(id)?.as_mut()?;
        Some(resource)
    }

    /// Every resource, to complete it.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.resources
            .values_mut()
            .flatten()
            .map(|(resource, _)| resource)
    }

    /// Puts all into the template, behind the resource `source` that asked for them.
    pub(crate) fn emit(self, context: &mut Context<'_>, source: &str) {
        for (id, made) in self.resources {
            if let Some((resource, room)) = made {
                context.emit(source, id, resource, room);
            }
        }
    }
}
