//! What the resources of a template have in common while they are lowered one after the other.

use super::api::draft::{Draft, Drafts};
use super::api::route53::RecordSetGroups;
use super::api::usage_plan::SharedPlan;
use crate::inheritance::Inheritance;
use crate::stack::Stack;
use indexmap::IndexMap;
use serde_json::Value;

/// What a resource may read and change beside itself.
pub(crate) struct Common<'a> {
    pub(crate) stack: Stack,
    /// The documents of the APIs, to which events add.
    pub(crate) drafts: Drafts,
    pub(crate) inheritance: &'a Inheritance,
    /// Destinations of `Globals.Function.EventInvokeConfig` (`OnSuccess`, `OnFailure`) that were made for a function.
    pub(crate) destinations: IndexMap<&'static str, Value>,
    /// Buckets that events edited, each with the functions that did, in order.
    pub(crate) taggers: IndexMap<String, Vec<Tagger>>,
    /// The usage plan that APIs share.
    pub(crate) usage_plan: SharedPlan,
    /// The DNS records of APIs, by the id of their group.
    pub(crate) record_sets: RecordSetGroups,
}

/// A function whose event edits a bucket, and the tags that it spreads.
#[derive(Debug)]
pub(crate) struct Tagger {
    pub(crate) function: String,
    pub(crate) all_tags: Option<Vec<Value>>,
}

impl<'a> Common<'a> {
    pub(crate) fn new(stack: Stack, drafts: Drafts, inheritance: &'a Inheritance) -> Self {
        Self {
            stack,
            drafts,
            inheritance,
            destinations: IndexMap::new(),
            taggers: IndexMap::new(),
            usage_plan: SharedPlan::default(),
            record_sets: RecordSetGroups::new(),
        }
    }

    /// The draft of an API that is being lowered: nothing adds to it any more.
    pub(crate) fn take_draft(&mut self, api: &str) -> Draft {
        let draft = self.drafts.get_mut(api);
        draft.map(std::mem::take).unwrap_or_default()
    }
}
