//! Where something stands in a template: `Resources/Fn/Properties/Layers/0`.

use std::fmt;

/// One step of a [`Path`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// Into a map, by key.
    Key(String),
    /// Into a list, by index from 0.
    Index(usize),
}

impl From<&str> for Step {
    fn from(key: &str) -> Self {
        Self::Key(key.to_owned())
    }
}

impl From<String> for Step {
    fn from(key: String) -> Self {
        Self::Key(key)
    }
}

impl From<&String> for Step {
    fn from(key: &String) -> Self {
        Self::Key(key.clone())
    }
}

impl From<usize> for Step {
    fn from(index: usize) -> Self {
        Self::Index(index)
    }
}

/// A place in a template, from its top; the empty path is the whole document.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Path(pub Vec<Step>);

impl Path {
    /// The place of a resource.
    pub fn resource(id: &str) -> Self {
        Self(vec!["Resources".into(), id.into()])
    }

    /// The place of one property of a resource.
    pub fn property(id: &str, name: &str) -> Self {
        Self(vec![
            "Resources".into(),
            id.into(),
            "Properties".into(),
            name.into(),
        ])
    }

    /// This place and one step more.
    #[must_use]
    pub fn then(mut self, step: impl Into<Step>) -> Self {
        self.0.push(step.into());
        self
    }

    /// The logical id of the resource that this place is in.
    pub fn resource_id(&self) -> Option<&str> {
        match self.0.as_slice() {
            [Step::Key(section), Step::Key(id), ..] if section == "Resources" => Some(id),
            _ => None,
        }
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
