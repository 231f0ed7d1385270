//! What rules look at.

use crate::Output;
use crate::deployment::Deployment;
use crate::diagnostics::{Diagnostic, Suggestions};
use crate::home::Known;
use crate::inheritance::{self, Inheritance};
use crate::language::intrinsics::{if_parts, is_no_value};
use crate::options::Options;
use crate::origin::Origins;
use crate::passes::language_extensions::{self, Unrolled};
use crate::passes::secrets::Hidden;
use crate::passes::{globals, includes, plain_defaults, shape};
use crate::permissions::Policies;
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::Value;
use std::collections::HashMap;

/// A template, what it became, and what is known of it.
pub(super) struct Subject<'a> {
    /// As it is written.
    pub(super) given: &'a Template,
    /// With includes put in, loops unrolled and Globals merged: as written otherwise.
    pub(super) merged: Template,
    /// What it became.
    pub(super) made: &'a Template,
    pub(super) deployments: &'a [Deployment],
    pub(super) origins: &'a Origins,
    pub(super) options: &'a Options<'a>,
    inheritance: Inheritance,
    unrolled: Unrolled,
    hidden: Hidden,
    /// The deployments by their functions, and by the ids of their aliases.
    by_function: HashMap<&'a str, &'a Deployment>,
    by_alias: HashMap<&'a str, &'a Deployment>,
    /// For names that nothing in the template has.
    pub(super) suggestions: Suggestions,
    /// The policies that it became and that say which roles they are for.
    pub(super) policies: Policies<'a>,
}

impl<'a> Subject<'a> {
    /// None where the template has no shape that anything could be said about.
    pub(super) fn of(
        given: &'a Template,
        output: &'a Output,
        options: &'a Options<'a>,
    ) -> Option<Self> {
        let mut merged = given.clone();
        let before = Scope::new(&merged, options);
        includes::put_in(&before, &mut merged);
        // What these steps find, the transform has told.
        let scope = Scope::new(&merged, options);
        let unrolled = language_extensions::expand(&scope, &mut merged);
        if !shape::check(&scope, &merged) {
            return None;
        }
        let mut inheritance = globals::merge(&scope, &mut merged);
        plain_defaults::merge(&scope, &mut merged, &mut inheritance);
        Some(Self {
            given,
            merged,
            made: &output.template,
            deployments: &output.deployments,
            origins: &output.origins,
            options,
            inheritance,
            unrolled,
            hidden: Hidden::of(&scope),
            by_function: by(&output.deployments, |deployment| &deployment.function),
            by_alias: by(&output.deployments, |deployment| &deployment.alias.id),
            suggestions: Suggestions::default(),
            policies: Policies::of(&output.template),
        })
    }

    /// Makes findings stand where what is meant is written.
    pub(super) fn bring_home(&self, found: &mut Vec<Diagnostic>) {
        for finding in found.iter_mut() {
            finding.path = self.inheritance.trace(std::mem::take(&mut finding.path));
            self.unrolled.trace_finding(finding);
            if finding.generated.as_ref() == Some(&finding.path) {
                finding.generated = None;
            }
        }
        inheritance::tell_once(found);
        // A name that is read early may be a secret.
        self.hidden.hide(found);
    }

    /// Where what stands at a place of the output is written: the same place where the user wrote it, else what asked
    /// for it.
    pub(super) fn home(&self, made: &Path) -> Path {
        let known = Known {
            given: self.given,
            merged: &self.merged,
            made: self.made,
            origins: self.origins,
        };
        known.home(made)
    }

    /// The resources as the template has them, Globals merged.
    pub(super) fn written(&self) -> impl Iterator<Item = (&str, &Value)> {
        let resources = self.merged.resources().into_iter().flatten();
        resources.map(|(id, resource)| (id.as_str(), resource))
    }

    /// The resources that the template becomes.
    pub(super) fn made(&self) -> impl Iterator<Item = (&'a str, &'a Value)> + use<'a> {
        let resources = self.made.resources().into_iter().flatten();
        resources.map(|(id, resource)| (id.as_str(), resource))
    }

    /// A resource as the template has it.
    pub(super) fn resource(&self, id: &str) -> Option<&Value> {
        self.merged.resources()?.get(id)
    }

    /// A resource that the template becomes.
    pub(super) fn made_resource(&self, id: &str) -> Option<&'a Value> {
        self.made.resources()?.get(id)
    }

    /// A property of a resource as the template has it.
    pub(super) fn property(&self, id: &str, name: &str) -> Option<&Value> {
        property(self.resource(id)?, name)
    }

    /// Whether the user wrote the resource of this id.
    pub(super) fn is_written(&self, id: &str) -> bool {
        self.resource(id).is_some()
    }

    /// Whether the template declares the parameter.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.merged
            .section("Parameters")
            .is_some_and(|declared| declared.contains_key(name))
    }

    /// The type of a parameter.
    pub(super) fn parameter(&self, name: &str) -> Option<&Value> {
        self.merged.section("Parameters")?.get(name)
    }

    /// The values that a parameter can have, where that is known: the one that is given, or those that are allowed.
    pub(super) fn possible_values(&self, name: &str) -> Option<Vec<Value>> {
        if let Some(given) = self.options.parameters.get(name) {
            return Some(vec![given.clone()]);
        }
        let allowed = self.parameter(name)?.get("AllowedValues")?.as_array()?;
        Some(allowed.to_vec())
    }

    /// The deployment of a function.
    pub(super) fn deployment_of(&self, function: &str) -> Option<&'a Deployment> {
        self.by_function.get(function).copied()
    }

    /// The deployment whose alias has this logical id.
    pub(super) fn deployment_of_alias(&self, alias: &str) -> Option<&'a Deployment> {
        self.by_alias.get(alias).copied()
    }
}

/// Deployments by a name; of several with one name the first.
fn by(deployments: &[Deployment], name: fn(&Deployment) -> &str) -> HashMap<&str, &Deployment> {
    let named = deployments.iter().rev();
    named
        .map(|deployment| (name(deployment), deployment))
        .collect()
}

/// The type of a resource.
pub(super) fn kind_of(resource: &Value) -> &str {
    resource
        .get("Type")
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// A property of a resource.
pub(super) fn property<'v>(resource: &'v Value, name: &str) -> Option<&'v Value> {
    resource.get("Properties")?.get(name)
}

/// The values that conditions choose from, without `AWS::NoValue`.
pub(super) fn choices(value: &Value) -> Vec<&Value> {
    if let Some((_, then, otherwise)) = if_parts(value) {
        let mut both = choices(then);
        both.extend(choices(otherwise));
        return both;
    }
    if is_no_value(value) || value.is_null() {
        return Vec::new();
    }
    vec![value]
}

/// `Name` or `Name`s in backquotes: "`A`, `B` and 3 more".
pub(super) fn listed(names: &[&str]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<String> = names
        .iter()
        .take(SHOWN)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len().checked_sub(SHOWN) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}
