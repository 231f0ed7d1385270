//! Resources of CloudFormation's own types that have keys of ours, one room each, and the table of them.

pub(crate) mod function;

use crate::diagnostics::suggestion;
use crate::gradual::configuration;
use crate::sam::resource_type::ResourceType;
use crate::tree::Value;

/// Every type that may have keys of ours.
pub(crate) const TYPES: &[&ResourceType] = &[&function::TYPE];

/// The type of a resource of CloudFormation's, where it is one that may have keys of ours.
pub(crate) fn named_type_of(resource: &Value) -> Option<&'static ResourceType> {
    let name = resource.get("Type")?.as_str()?;
    TYPES.iter().copied().find(|kind| kind.name == name)
}

/// The same, where it has such keys, or one that is nearly such a key.
pub(crate) fn type_of(resource: &Value) -> Option<&'static ResourceType> {
    let kind = named_type_of(resource)?;
    let mut names = resource.get("Properties")?.as_object()?.keys();
    names
        .any(|name| is_ours(kind, name) || meant(kind, name).is_some())
        .then_some(kind)
}

/// Whether a property is one of our keys.
pub(crate) fn is_ours(kind: &ResourceType, name: &str) -> bool {
    kind.properties.iter().any(|row| row.name == name)
}

/// The key of ours that a property is probably meant to be, which CloudFormation does not know.
pub(crate) fn meant(kind: &ResourceType, name: &str) -> Option<&'static str> {
    if is_ours(kind, name) || configuration::is_known(name) {
        return None;
    }
    suggestion(name, kind.properties.iter().map(|row| row.name))
}
