//! Where something stands in a template: `Resources/Fn/Properties/Layers/0`.

use crate::tree::{Text, Value};
use serde::{Serialize, Serializer};
use std::fmt;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a map, by key.
    Key(Text),
    /// Into a list, by index from 0.
    Index(usize),
}

impl<T: Into<Text>> From<T> for Step {
    fn from(key: T) -> Self {
        Self::Key(key.into())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A place in a template, from its top; the empty path is the whole document.
#[derive(Debug, PartialEq, Eq, Hash, Default)]
pub struct Path(pub Vec<Step>);

impl Clone for Path {
    /// With room for one step more: whoever copies a place mostly goes on from it.
    fn clone(&self) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        Self(steps)
    }
}

const RESOURCES: Step = Step::Key(Text::from_static("Resources"));
const PROPERTIES: Step = Step::Key(Text::from_static("Properties"));

impl Path {
    /// The place of a resource.
    pub fn resource(id: &str) -> Self {
        // With room for one of its properties.
        let mut steps = Vec::with_capacity(4);
        steps.extend([RESOURCES, id.into()]);
        Self(steps)
    }

    /// The place of one property of a resource.
    pub fn property(id: &str, name: &str) -> Self {
        // With room for a step more.
        let mut steps = Vec::with_capacity(5);
        steps.extend([RESOURCES, id.into(), PROPERTIES, name.into()]);
        Self(steps)
    }

    /// This place and one step more.
    #[must_use]
    pub fn then(mut self, step: impl Into<Step>) -> Self {
        self.0.push(step.into());
        self
    }

    /// This place and some steps more.
    #[must_use]
    pub(crate) fn with(mut self, steps: &[Step]) -> Self {
        self.0.extend_from_slice(steps);
        self
    }

    /// Shows `visit` what stands right below the value at this place, each with its own place: the path goes one step on
    /// meanwhile.
    pub(crate) fn each_below(&mut self, value: &Value, mut visit: impl FnMut(&mut Self, &Value)) {
        let mut step = |step: Step, inner: &Value| {
            self.0.push(step);
            visit(self, inner);
            self.0.pop();
        };
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    step(index.into(), item);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map {
                    step(key.into(), inner);
                }
            }
            _ => {}
        }
    }

    /// The logical id of the resource that this place is in.
    pub fn resource_id(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Key(section), Step::Key(id), ..] if section == "Resources" => Some(id),
            _ => None,
        }
    }
}

/// Its text, as in every output.
impl Serialize for Path {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, step) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            match step {
                Step::Key(key) => f.write_str(key)?,
                Step::Index(index) => write!(f, "{index}")?,
            }
        }
        Ok(())
    }
}

/// A place while a tree is walked: nothing is copied until it is asked for as a [`Path`].
#[derive(Debug, Clone, Copy)]
pub(crate) struct Trail<'a> {
    above: Option<&'a Trail<'a>>,
    step: TrailStep<'a>,
}

#[derive(Debug, Clone, Copy)]
enum TrailStep<'a> {
    Key(&'a str),
    Index(usize),
}

impl<'a> Trail<'a> {
    /// The place of a section of the template.
    pub(crate) fn section(name: &'a str) -> Self {
        Self {
            above: None,
            step: TrailStep::Key(name),
        }
    }

    /// The place of an entry of the map that stands here.
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self {
            above: Some(self),
            step: TrailStep::Key(key),
        }
    }

    /// The place as a path.
    pub(crate) fn path(&self) -> Path {
        let above = self.above.map(Self::path).unwrap_or_default();
        match self.step {
            TrailStep::Key(key) => above.then(key),
            TrailStep::Index(index) => above.then(index),
        }
    }

    /// Shows `visit` the maps in the value that stands here, it first, in the order of the text.
    pub(crate) fn walk(&self, value: &Value, visit: &mut dyn FnMut(&Trail<'_>, &Value)) {
        if value.is_object() {
            visit(self, value);
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    let here = Trail {
                        above: Some(self),
                        step: TrailStep::Index(index),
                    };
                    here.walk(item, visit);
                }
            }
            Value::Object(map) => {
                for (key, inner) in map {
                    if inner.is_object() || inner.is_array() {
                        self.key(key).walk(inner, visit);
                    }
                }
            }
            _ => {}
        }
    }
}
