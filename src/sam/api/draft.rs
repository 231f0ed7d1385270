//! The documents of APIs before the APIs themselves are lowered.

use super::openapi::Document;
use crate::language::intrinsics::is_intrinsic;
use crate::language::python2::{Map, Node};
use crate::template::Path;
use crate::tree::Value;
use indexmap::IndexMap;
use std::collections::HashMap;

/// An API whose document is being put together: functions and state machines add to it before it is lowered itself.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    /// The body; none where there is no map to be one.
    pub(crate) document: Option<Document>,
    /// Whether the document is made by the transform, events included, and not written by the user.
    pub(crate) is_managed: bool,
    /// The properties of a REST API that enter its document or its deployment's id.
    pub(crate) properties: Map,
    /// Whether the parameters in `Auth` stand for their values already: events ask for that, one after the other.
    pub(crate) is_auth_resolved: bool,
    /// The names of the functions with events of a REST API, one after the other.
    pub(crate) function_names: String,
}

/// The draft of an API without a document.
impl Default for Draft {
    fn default() -> Self {
        Self::new(None, false)
    }
}

impl Draft {
    /// A draft without properties.
    pub(crate) fn new(document: Option<Document>, is_managed: bool) -> Self {
        Self {
            document,
            is_managed,
            properties: Map::hashed(),
            is_auth_resolved: false,
            function_names: String::new(),
        }
    }

    /// The draft with one path only, to try an edit of that path on. It has the properties, until they are given back.
    pub(crate) fn excerpt(&mut self, path: &str) -> Self {
        Self {
            document: self
                .document
                .as_mut()
                .map(|document| document.excerpt(path)),
            is_managed: self.is_managed,
            is_auth_resolved: self.is_auth_resolved,
            properties: std::mem::replace(&mut self.properties, Map::hashed()),
            function_names: String::new(),
        }
    }

    /// The document, where there is one, and beside it the properties, and whether `Auth` among them is resolved.
    pub(crate) fn parts(&mut self) -> Option<(&mut Document, &mut Map, &mut bool)> {
        Some((
            self.document.as_mut()?,
            &mut self.properties,
            &mut self.is_auth_resolved,
        ))
    }

    /// Takes the properties back from an excerpt.
    pub(crate) fn take_back(&mut self, excerpt: Self) {
        self.properties = excerpt.properties;
        self.is_auth_resolved = excerpt.is_auth_resolved;
    }

    /// A property; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> &Node {
        self.properties.get(name).unwrap_or(&Node::Null)
    }
}

/// The drafts of a template by the ids of their APIs.
pub(crate) type Drafts = IndexMap<String, Draft>;

/// What later steps need of the APIs.
pub(crate) struct Apis {
    pub(crate) drafts: Drafts,
    /// The events that each implicit API is made for, by its id.
    pub(crate) implicit: IndexMap<&'static str, Vec<Path>>,
    /// The ids of the user's own APIs whose place an implicit one took, and the body that each had.
    pub(crate) replaced: Vec<(&'static str, Value)>,
    /// The rank of each resource, where the template's order is not the one to lower them in.
    pub(crate) order: HashMap<String, usize>,
    /// `Globals.Api`, where there are REST APIs.
    pub(crate) global: Node,
}

impl Apis {
    pub(crate) fn none() -> Self {
        Self {
            drafts: Drafts::new(),
            implicit: IndexMap::new(),
            replaced: Vec::new(),
            order: HashMap::new(),
            global: Node::Null,
        }
    }
}

/// What a global value and a resource's own one become, as passes/globals.rs has it, with the order of the keys.
pub(crate) fn merge_global(global: &Node, own: Node) -> Node {
    let is_value = |node: &Node| {
        node.as_map().is_some_and(|map| map.len() == 1) && is_intrinsic(&node.to_value())
    };
    match (global, own) {
        (Node::Map(global_map), Node::Map(own_map))
            if !is_value(global) && !is_value(&Node::Map(own_map.clone())) =>
        {
            let mut merged = global_map.copied();
            for (key, own) in own_map {
                let value = match global_map.get(&key) {
                    Some(global) => merge_global(global, own),
                    None => own,
                };
                merged.insert(key, value);
            }
            merged.into()
        }
        (Node::List(global), Node::List(own)) => global.iter().cloned().chain(own).collect(),
        (_, own) => own,
    }
}
