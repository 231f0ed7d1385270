//! What one SAM resource becomes: resources by logical id, in order.

use super::Attributes;
use crate::template::{Path, least_length};
use crate::tree::{Map, Value};
use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;

/// Generated resources, each with why it is there; of two with one id the later stays, in the place of the first, and
/// for the reasons of both.
#[derive(Debug, Default)]
pub(crate) struct Generated {
    resources: IndexMap<String, Slot, DefaultHashBuilder>,
    collisions: Vec<Collision>,
}

/// Two different resources that got one id.
#[derive(Debug)]
pub(crate) struct Collision {
    pub(crate) id: String,
    /// The types of the one that is lost and of the one that stays.
    pub(crate) lost: String,
    pub(crate) kept: String,
    /// What asked for the later of the two.
    pub(crate) because: Path,
}

/// What stands in the place of a resource.
#[derive(Debug)]
pub(crate) enum Slot {
    /// Nothing yet.
    Reserved,
    /// Nothing here: several SAM resources make a resource of this type together.
    Shared(&'static str),
    Made(Made),
}

/// A generated resource.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) resource: Value,
    /// The properties and events that asked for it: each alone is enough.
    pub(crate) because: Vec<Path>,
}

impl Generated {
    /// Keeps a place for a resource that is complete only when others are, but stands before them.
    pub(crate) fn reserve(&mut self, id: impl Into<String>) {
        self.resources.entry(id.into()).or_insert(Slot::Reserved);
    }

    /// Keeps a place for a resource that several SAM resources make together, and that is made once all of them are
    /// known.
    pub(crate) fn share(&mut self, id: impl Into<String>, kind: &'static str) {
        self.resources.insert(id.into(), Slot::Shared(kind));
    }

    /// Adds a resource, in its reserved place where it has one.
    ///
    /// It is there `because` of this property or event: without it the resource would not be there. Where nothing in
    /// the SAM resource asked for it, that is the SAM resource itself.
    pub(crate) fn insert(&mut self, id: impl Into<String>, resource: Value, because: Path) {
        let made = Made {
            resource,
            because: vec![because],
        };
        self.put(id.into(), made);
    }

    /// Adds a resource beside the one that the SAM resource becomes, with those of its `attributes` that go on to it.
    pub(crate) fn insert_beside(
        &mut self,
        attributes: &Attributes,
        id: impl Into<String>,
        kind: &str,
        properties: Map,
        because: Path,
    ) {
        self.insert(id, attributes.derived(kind, properties), because);
    }

    /// Fills the place that was reserved for a resource, unless something that was asked for later, and stands behind it
    /// in the reference, got its id.
    pub(crate) fn complete(&mut self, id: impl Into<String>, resource: Value, because: Path) {
        let id = id.into();
        match self.resources.get(&id) {
            Some(Slot::Made(later)) => {
                if later.resource != resource {
                    self.collisions.push(Collision {
                        lost: type_of(&resource).to_owned(),
                        kept: type_of(&later.resource).to_owned(),
                        because: later.because.first().cloned().unwrap_or(because),
                        id,
                    });
                }
            }
            _ => self.insert(id, resource, because),
        }
    }

    /// The ids that two different resources got.
    pub(crate) fn take_collisions(&mut self) -> Vec<Collision> {
        std::mem::take(&mut self.collisions)
    }

    /// Adds all that another room has made, in its order.
    pub(crate) fn append(&mut self, other: Self) {
        self.collisions.extend(other.collisions);
        for (id, slot) in other.resources {
            match slot {
                Slot::Reserved => self.reserve(id),
                Slot::Shared(kind) => self.share(id, kind),
                Slot::Made(made) => self.put(id, made),
            }
        }
    }

    fn put(&mut self, id: String, mut made: Made) {
        let slot = self.resources.entry(id.clone()).or_insert(Slot::Reserved);
        if let Slot::Made(earlier) = slot {
            if earlier.resource != made.resource {
                self.collisions.push(Collision {
                    lost: type_of(&earlier.resource).to_owned(),
                    kept: type_of(&made.resource).to_owned(),
                    because: made.because.first().cloned().unwrap_or_default(),
                    id,
                });
            }
            let mut because = std::mem::take(&mut earlier.because);
            because.append(&mut made.because);
            made.because = because;
        }
        *slot = Slot::Made(made);
    }

    /// A resource, to complete it.
    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut Value> {
        match self.resources.get_mut(id)? {
            Slot::Made(made) => Some(&mut made.resource),
            Slot::Reserved | Slot::Shared(_) => None,
        }
    }

    /// The ids of all resources.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &str> {
        self.resources.keys().map(String::as_str)
    }

    /// Every resource, to complete it.
    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        self.resources.values_mut().filter_map(|slot| match slot {
            Slot::Made(made) => Some(&mut made.resource),
            Slot::Reserved | Slot::Shared(_) => None,
        })
    }

    /// The type of each resource, shared ones too, with its id.
    pub(crate) fn types(&self) -> impl Iterator<Item = (&str, &str)> {
        self.resources.iter().filter_map(|(id, slot)| {
            let kind = match slot {
                Slot::Made(made) => made.resource.get("Type")?.as_str()?,
                Slot::Shared(kind) => kind,
                Slot::Reserved => return None,
            };
            Some((id.as_str(), kind))
        })
    }

    /// Whether a resource has an attribute.
    pub(crate) fn has_attribute(&self, name: &str) -> bool {
        self.resources
            .values()
            .any(|slot| matches!(slot, Slot::Made(made) if made.resource.get(name).is_some()))
    }

    /// How many bytes the resources have at least as compact JSON, all together.
    pub(crate) fn least_length(&self) -> usize {
        let slots = self.resources.values();
        slots
            .map(|slot| match slot {
                Slot::Made(made) => least_length(&made.resource),
                Slot::Reserved | Slot::Shared(_) => 0,
            })
            .sum()
    }

    /// All of it.
    pub(crate) fn into_slots(self) -> impl Iterator<Item = (String, Slot)> {
        self.resources.into_iter()
    }
}

/// A resource's type.
pub(crate) fn type_of(resource: &Value) -> &str {
    let kind = resource.get("Type").and_then(Value::as_str);
    kind.unwrap_or("resource")
}
