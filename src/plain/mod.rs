//! Resources of CloudFormation's own types that have keys of ours, one room each, and the table of them.

pub(crate) mod function;
pub(crate) mod state_machine;

use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::resource::SamResource;
use crate::sam::resource_type::ResourceType;
use crate::scope::Scope;
use crate::tree::Value;

/// A type that may have keys of ours.
pub(crate) struct PlainType {
    /// With our keys as its properties.
    pub(crate) kind: ResourceType,
    /// Whether CloudFormation knows a property of it.
    is_known: fn(&str) -> bool,
    /// SAM's type that becomes it.
    of_sam: &'static ResourceType,
    /// Properties that only SAM's type has, and what to write in place of them.
    instead: &'static [(&'static str, &'static str)],
}

/// Every such type.
pub(crate) const TYPES: &[&PlainType] = &[&function::TYPE, &state_machine::TYPE];

/// The type of a resource of CloudFormation's, where it is one that may have keys of ours.
pub(crate) fn named_type_of(resource: &Value) -> Option<&'static PlainType> {
    let name = resource.get("Type")?.as_str()?;
    TYPES.iter().copied().find(|plain| plain.kind.name == name)
}

/// The same, where it has such keys, or one that is nearly such a key.
pub(crate) fn type_of(resource: &Value) -> Option<&'static ResourceType> {
    let plain = named_type_of(resource)?;
    let mut names = resource.get("Properties")?.as_object()?.keys();
    names
        .any(|name| plain.has_key(name) || plain.meant(name).is_some())
        .then_some(&plain.kind)
}

impl PlainType {
    /// Whether a property is one of our keys.
    pub(crate) fn has_key(&self, name: &str) -> bool {
        self.kind.properties.iter().any(|row| row.name == name)
    }

    /// The key of ours that a property is probably meant to be, which CloudFormation does not know.
    fn meant(&self, name: &str) -> Option<&'static str> {
        if self.has_key(name) || (self.is_known)(name) {
            return None;
        }
        suggestion(name, self.kind.properties.iter().map(|row| row.name))
    }

    /// Refuses what is nearly a key of ours, and what only SAM's type has: CloudFormation would refuse it, too, but without
    /// a word on what is meant.
    fn refuse_misspelt(&self, scope: &Scope<'_>, resource: &SamResource) {
        for name in resource.properties.keys() {
            if self.has_key(name) || (self.is_known)(name) {
                continue;
            }
            let is_of_sam = self.of_sam.properties.iter().any(|row| row.name == name);
            let help = if let Some((_, instead)) = self.instead.iter().find(|(row, _)| row == name)
            {
                (*instead).to_owned()
            } else if is_of_sam {
                format!(
                    "only `{}` has it: write what CloudFormation calls it, or change the type",
                    self.of_sam.name
                )
            } else if let Some(meant) = self.meant(name) {
                format!("did you mean `{meant}`?")
            } else {
                continue;
            };
            scope.report(
                Diagnostic::new(
                    codes::UNKNOWN_PROPERTY,
                    resource.path(name),
                    format!("`{}` has no property `{name}`", self.kind.name),
                )
                .on_key()
                .help(help),
            );
        }
    }
}
