//! APIs: one room per SAM resource type, and what they share.

mod authorizers;
mod domain;
mod domain_v2;
pub(crate) mod http;
pub(crate) mod openapi;
pub(crate) mod rest;
mod route53;
mod usage_plan;
pub(crate) mod websocket;

use crate::context::Context;
use crate::diagnostics::Diagnostic;
use crate::language::intrinsics::is_intrinsic;
use crate::language::logical_id;
use crate::language::python2::{Map, Node};
use crate::sam::generated::Generated;
use crate::template::Path;
use openapi::Document;

/// An API whose document is being put together: functions and state machines add to it before it is lowered itself.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The body; none where there is no map to be one.
    pub(crate) document: Option<Document>,
    /// Whether the document is made by the transform, events included, and not written by the user.
    pub(crate) is_managed: bool,
    /// The properties of a REST API that enter its document or its deployment's id.
    pub(crate) properties: Map,
    /// The names of the functions with events of a REST API, one after the other.
    pub(crate) function_names: String,
}

impl Draft {
    /// A draft without properties.
    pub(crate) fn new(document: Option<Document>, is_managed: bool) -> Self {
        Self {
            document,
            is_managed,
            properties: Map::hashed(),
            function_names: String::new(),
        }
    }

    /// The draft of an API, whose place it leaves.
    fn take(context: &mut Context<'_>, api: &str) -> Self {
        let none = Self::new(None, false);
        match context.drafts.get_mut(api) {
            Some(draft) => std::mem::replace(draft, none),
            None => none,
        }
    }

    /// A property; null where it is absent.
    pub(crate) fn get(&self, name: &str) -> &Node {
        self.properties.get(name).unwrap_or(&Node::Null)
    }
}

/// What APIs make together.
#[derive(Debug, Default)]
pub(crate) struct SharedByApis {
    pub(crate) plan: usage_plan::SharedPlan,
    pub(crate) record_sets: route53::RecordSetGroups,
}

/// Hands over what an API has become, unless there is a fault since the first `before` findings.
fn emit(context: &mut Context<'_>, api: &str, made: Generated, before: usize) {
    for id in made.ids().filter(|id| !logical_id::is_valid(id)) {
        context.report(
            Diagnostic::error(
                "invalid-logical-id",
                Path::resource(api),
                format!("`{api}` generates a resource with the logical id `{id}`, which holds something else than letters and digits"),
            )
            .on_key()
            .help("it is made of the names of stages, authorizers and base paths: keep to A-Z, a-z and 0-9 in them")
            .blame(Some(id)),
        );
    }
    if !context.has_errors_since(before) {
        made.emit(context, api);
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
