//! What there is to know of a resource type that is lowered: its properties, and how.

use super::common::Common;
use super::shares::Shares;
use crate::deployment::Deployment;
use crate::resource::generated::Generated;
use crate::resource::property::Property;
use crate::resource::{GRAPHQL_API, SamResource};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::Value;
use indexmap::IndexMap;

/// When a type is lowered: events add to APIs, and connectors look at what was lowered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Functions,
    WebFunctions,
    StateMachines,
    Apis,
    Others,
    Connectors,
}

/// One resource type that is lowered: of SAM's, or of CloudFormation's with keys of ours.
pub(crate) struct ResourceType {
    /// `AWS::Serverless::Function`
    pub(crate) name: &'static str,
    /// Its section in Globals.
    pub(crate) globals: Option<&'static str>,
    pub(crate) stage: Stage,
    pub(crate) properties: &'static [Property],
    /// What a dotted reference may name (`Fn.Alias`), and the type of the generated resource that it stands for.
    pub(crate) referable: &'static [(&'static str, &'static str)],
    pub(crate) lower: Lower,
}

impl ResourceType {
    /// Whether properties without a row are let through here: those of a GraphQL API are dropped, and a plain resource
    /// has CloudFormation's. Elsewhere the resource is refused for them.
    pub(crate) fn lets_unknown_pass(&self) -> bool {
        self.name == GRAPHQL_API || self.is_plain()
    }

    /// Whether it is a type of CloudFormation's, whose rows are only our keys.
    pub(crate) fn is_plain(&self) -> bool {
        !self.name.starts_with("AWS::Serverless::")
    }
}

/// How a resource is lowered: what it may read and change says the type.
#[derive(Clone, Copy)]
pub(crate) enum Lower {
    /// By itself: it reads nothing but itself.
    Alone(fn(&Scope<'_>, SamResource) -> Lowered),
    /// Among the others: it reads or edits other resources, or shares something with them.
    Among(fn(&Scope<'_>, &mut Common<'_>, SamResource) -> Lowered),
}

/// What a SAM resource becomes.
#[derive(Default)]
pub(crate) struct Lowered {
    pub(crate) made: Generated,
    /// How it is published, where it is.
    pub(crate) deployment: Option<Deployment>,
    /// Its new id, where it gets another one.
    pub(crate) renamed: Option<String>,
    /// Its parts in what several resources make together.
    pub(crate) shares: Shares,
    /// The condition under which there is what its dotted references stand for, where it is there without it.
    pub(crate) condition: Option<String>,
    /// The connectors among it, and what each has become.
    pub(crate) connectors: IndexMap<String, Vec<String>>,
}

impl Lowered {
    /// One resource, which is there `because` of something.
    pub(crate) fn one(id: String, resource: Value, because: Path) -> Self {
        let mut made = Generated::default();
        made.insert(id, resource, because);
        made.into()
    }
}

impl From<Generated> for Lowered {
    fn from(made: Generated) -> Self {
        Self {
            made,
            ..Self::default()
        }
    }
}
