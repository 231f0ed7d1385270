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
pub(crate) mod microvm_image;
pub(crate) mod network_connector;
pub(crate) mod policies;
pub(crate) mod policy_templates;
pub(crate) mod resource_type;
pub(crate) mod roles;
pub(crate) mod shares;
pub(crate) mod simple_table;
pub(crate) mod state_machine;
pub(crate) mod unread;
pub(crate) mod web_function;

use crate::tree::Value;
use resource_type::ResourceType;

/// Every SAM resource type.
pub(crate) const TYPES: &[ResourceType] = &[
    function::TYPE,
    layer_version::TYPE,
    web_function::TYPE,
    state_machine::TYPE,
    api::rest::TYPE,
    api::http::TYPE,
    api::websocket::TYPE,
    simple_table::TYPE,
    application::TYPE,
    capacity_provider::TYPE,
    microvm_image::TYPE,
    network_connector::TYPE,
    graphql_api::TYPE,
    connector::TYPE,
];

/// The type that a resource says it has, where it is one of SAM's.
pub(crate) fn type_of(resource: &Value) -> Option<&'static ResourceType> {
    let name = resource.get("Type")?.as_str()?;
    if !name.starts_with("AWS::Serverless::") {
        return None;
    }
    TYPES.iter().find(|kind| kind.name == name)
}
