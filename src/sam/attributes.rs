//! What stands beside `Type` and `Properties` of a SAM resource, and is dropped.
//!
//! ```yaml
//! Fn:
//!   Type: AWS::Serverless::Function
//!   DeletionPolcy: Retain   # attribute-misplaced: did you mean `DeletionPolicy`?
//!   Events: {}              # attribute-misplaced: a property stands below `Properties`
//!   Description: greets     # attribute-dropped
//! ```
//!
//! The reference makes new resources of a SAM resource and carries over the attributes that it knows, without a word about
//! others.

use super::resource_type::ResourceType;
use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::resource::SamResource;
use crate::resource::generated::Generated;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value};

/// The names that mean something beside `Properties` of a SAM resource.
const KNOWN: &[&str] = &[
    "Type",
    "Properties",
    "Condition",
    "Connectors",
    "DeletionPolicy",
    "DependsOn",
    "IgnoreGlobals",
    "Metadata",
    "UpdatePolicy",
    "UpdateReplacePolicy",
];

/// What also may stand in any template, without a misspelling.
const PLAIN: &[&str] = &["CreationPolicy", "Description"];

/// Tells what is dropped: an error where it decides something, or protects it, if it stood in its place.
pub(crate) fn tell(scope: &Scope<'_>, kind: &ResourceType, sam: &SamResource) {
    for name in sam
        .attributes
        .others
        .iter()
        .filter(|name| !KNOWN.contains(&name.as_str()))
    {
        let path = sam.place().then(name);
        let owner = format!("`{}`", sam.id);
        let is_property = kind.properties.iter().any(|row| row.name == name);
        let is_plain = PLAIN.contains(&name.as_str());
        let meant = suggestion(name, KNOWN.iter().copied()).filter(|_| !is_plain);
        let finding = if is_property && !is_plain {
            Diagnostic::new(
                codes::ATTRIBUTE_MISPLACED,
                path,
                format!("`{name}` is a property, and stands beside `Properties` of {owner}, where it has no effect"),
            )
            .help("move it below `Properties`: check the indentation")
        } else if let Some(meant) = meant {
            Diagnostic::new(
                codes::ATTRIBUTE_MISPLACED,
                path,
                format!("no resource has an attribute `{name}`: {owner} is made without it"),
            )
            .help(format!("did you mean `{meant}`?"))
        } else {
            Diagnostic::new(
                codes::ATTRIBUTE_DROPPED,
                path,
                format!("`{name}` of {owner} is dropped: no resource that is made of it gets it"),
            )
            .help(if is_property {
                "move it below `Properties`, where it has an effect, or take it out"
            } else {
                "take it out, or write it into `Metadata`, which stays"
            })
        };
        scope.report(finding.on_key());
    }
}

/// Attributes that the reference carries over to what it makes of most types, and not of all.
const OF_MOST: &[&str] = &["Metadata", "UpdatePolicy"];

/// What `Metadata` says to `sam build` alone, which is done when the template is transformed.
const OF_BUILD: &[&str] = &[
    "BuildMethod",
    "BuildArchitecture",
    "BuildProperties",
    "ContextPath",
    "DockerBuildArgs",
    "DockerBuildTarget",
    "DockerContext",
    "Dockerfile",
    "DockerTag",
    "ProjectRootDirectory",
    "SamResourceId",
    "WorkingDirectory",
];

/// Tells which attributes of a resource nothing has that is made of it.
///
/// `kept` are those that it had.
pub(crate) fn tell_lost(scope: &Scope<'_>, id: &str, kept: &Map, made: &Generated) {
    for name in OF_MOST {
        let is_of_build = |value: &Value| {
            value
                .as_object()
                .is_some_and(|map| map.keys().all(|key| OF_BUILD.contains(&key.as_str())))
        };
        if kept.get(*name).is_none_or(is_of_build) || made.has_attribute(name) {
            continue;
        }
        let path = Path::resource(id).then(*name);
        if scope.has(|finding| finding.path == path) {
            continue;
        }
        let message = format!("`{name}` of `{id}` is dropped: nothing that is made of it gets it");
        scope.report(
            Diagnostic::new(codes::ATTRIBUTE_DROPPED, path, message)
                .on_key()
                .help("take it out: SAM drops it too"),
        );
    }
}
