//! What the resources of a template have in common while they are lowered one after the other.

use super::api::draft::{Draft, Drafts};
use super::connector::joints::Joints;
use crate::inheritance::Inheritance;
use crate::language::distinct::Distinct;
use crate::stack::Stack;
use crate::tree::{Text, Value};
use indexmap::IndexMap;
use std::collections::HashMap;

/// What a resource may read and change beside itself.
pub(crate) struct Common<'a> {
    pub(crate) stack: Stack,
    /// The documents of the APIs, to which events add.
    pub(crate) drafts: Drafts,
    pub(crate) inheritance: &'a Inheritance,
    /// Destinations of `Globals.Function.EventInvokeConfig` (`OnSuccess`, `OnFailure`) that were made for a function.
    pub(crate) destinations: IndexMap<&'static str, Value>,
    pub(crate) joints: Joints,
    /// The buckets that events were written into.
    pub(crate) buckets: HashMap<Text, EditedBucket>,
}

/// What is known of a bucket that events were written into.
#[derive(Debug, Default)]
pub(crate) struct EditedBucket {
    /// What it waits for.
    pub(crate) waits: Distinct,
    /// Whether one of these is a permission of an event.
    pub(crate) waits_for_ours: bool,
    pub(crate) notifications: Distinct,
}

impl<'a> Common<'a> {
    pub(crate) fn new(stack: Stack, drafts: Drafts, inheritance: &'a Inheritance) -> Self {
        Self {
            stack,
            drafts,
            inheritance,
            destinations: IndexMap::new(),
            joints: Joints::default(),
            buckets: HashMap::new(),
        }
    }

    /// The draft of an API that is being lowered: nothing adds to it any more.
    pub(crate) fn take_draft(&mut self, api: &str) -> Draft {
        let draft = self.drafts.get_mut(api);
        draft.map(std::mem::take).unwrap_or_default()
    }
}
