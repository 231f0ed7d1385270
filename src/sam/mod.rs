//! The SAM resource types, one room each, and the table of them.

pub(crate) mod api;
pub(crate) mod application;
pub(crate) mod attributes;
pub(crate) mod capacity_provider;
pub(crate) mod code_location;
pub(crate) mod common;
pub(crate) mod connector;
pub(crate) mod early_reads;
pub(crate) mod events;
pub(crate) mod function;
pub(crate) mod graphql_api;
pub(crate) mod layer_version;
pub(crate) mod policies;
pub(crate) mod policy_templates;
pub(crate) mod resource_type;
pub(crate) mod shares;
pub(crate) mod simple_table;
pub(crate) mod state_machine;

use crate::tree::Value;
use resource_type::{Lower, ResourceType, Stage};

/// Every SAM resource type.
pub(crate) const TYPES: &[ResourceType] = &[
    function::TYPE,
    layer_version::TYPE,
    later("AWS::Serverless::WebFunction", Stage::WebFunctions, None),
    state_machine::TYPE,
    api::rest::TYPE,
    api::http::TYPE,
    api::websocket::TYPE,
    simple_table::TYPE,
    application::TYPE,
    capacity_provider::TYPE,
    later(
        "AWS::Serverless::MicrovmImage",
        Stage::Others,
        Some("MicrovmImage"),
    ),
    later(
        "AWS::Serverless::NetworkConnector",
        Stage::Others,
        Some("NetworkConnector"),
    ),
    graphql_api::TYPE,
    connector::TYPE,
];

/// A type that is known and not supported yet.
const fn later(name: &'static str, stage: Stage, globals: Option<&'static str>) -> ResourceType {
    ResourceType {
        name,
        globals,
        stage,
        properties: &[],
        referable: &[],
        lower: Lower::Later,
    }
}

/// The type that a resource says it has, where it is one of SAM's.
pub(crate) fn type_of(resource: &Value) -> Option<&'static ResourceType> {
    let name = resource.get("Type")?.as_str()?;
    if !name.starts_with("AWS::Serverless::") {
        return None;
    }
    TYPES.iter().find(|kind| kind.name == name)
}
