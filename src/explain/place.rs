//! Where what is explained is written, and what it is looked up in.

use super::Scenario;
use crate::Output;
use crate::template::{Path, Step, Template};
use crate::tree::Value;
use serde::Serialize;

/// A place in the template that was given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The way to it from the top of the template.
    pub path: Path,
    /// Its line in the text, from 1, once [`Explanation::locate`](super::Explanation::locate) found it.
    pub line: Option<usize>,
}

impl From<Path> for Place {
    fn from(path: Path) -> Self {
        Self { path, line: None }
    }
}

/// All that an explanation is made from.
pub(super) struct Source<'a> {
    pub(super) given: &'a Template,
    pub(super) made: &'a Template,
    pub(super) output: &'a Output,
    pub(super) scenario: &'a Scenario,
}

impl<'a> Source<'a> {
    /// What stands at a place of the template that was given.
    pub(super) fn at(&self, path: &Path) -> Option<&'a Value> {
        let (first, below) = path.0.split_first()?;
        let Step::Key(section) = first else {
            return None;
        };
        let top = self.given.0.get(section)?;
        below.iter().try_fold(top, |value, step| match step {
            Step::Key(key) => value.get(key),
            Step::Index(index) => value.get(*index),
        })
    }

    /// A resource of the output.
    pub(super) fn resource(&self, id: &str) -> Option<&'a Value> {
        self.made.resources()?.get(id)
    }

    /// A parameter's declaration.
    pub(super) fn parameter(&self, name: &str) -> Option<&'a Value> {
        self.given.section("Parameters")?.get(name)
    }

    /// Where a property of the function at `base` is written: there, or in Globals.
    pub(super) fn written(&self, base: &Path, property: &str) -> Option<Path> {
        let own = base.clone().then("Properties").then(property);
        if self.at(&own).is_some() {
            return Some(own);
        }
        let kind = self.at(&base.clone().then("Type"))?.as_str()?;
        let section = kind.strip_prefix("AWS::Serverless::")?;
        let global = Path::default().then("Globals").then(section).then(property);
        self.at(&global).map(|_| global)
    }
}

/// Takes a place in the properties of a resource apart: the way to the resource, and the way on from its properties.
pub(super) fn in_properties(path: &Path) -> Option<(&[Step], &[Step])> {
    let is_properties = |step: &Step| matches!(step, Step::Key(key) if key == "Properties");
    let at = path.0.iter().position(is_properties)?;
    Some((path.0.get(..at)?, path.0.get(at + 1..)?))
}

/// The property that a place is in, of a resource or of a section of Globals.
pub(super) fn property_of(path: &Path) -> Option<&str> {
    let step = match path.0.as_slice() {
        [Step::Key(section), _, property, ..] if section == "Globals" => property,
        _ => in_properties(path)?.1.first()?,
    };
    match step {
        Step::Key(key) => Some(key),
        Step::Index(_) => None,
    }
}
