//! Which values of a resource stand in Globals, so that a finding about one can name the place where it is written.

use crate::diagnostics::Diagnostic;
use crate::template::{Path, Step};
use hashbrown::DefaultHashBuilder;
use indexmap::IndexMap;
use std::collections::HashSet;

/// Takes out warnings about a place in Globals that say what is said of another resource that has it from there.
pub(crate) fn tell_once(findings: &mut Vec<Diagnostic>) {
    let mut told = HashSet::new();
    findings.retain(|finding| {
        let is_global = ["Globals", "Metadata"]
            .iter()
            .any(|section| finding.path.0.first() == Some(&Step::from(*section)));
        let key = || {
            (
                finding.code.name,
                finding.path.clone(),
                finding.message.clone(),
            )
        };
        finding.is_error() || !is_global || told.insert(key())
    });
}

/// Which values of the merged resources stand in Globals.
#[derive(Debug, Default)]
pub(crate) struct Inheritance {
    pub(crate) resources: IndexMap<String, Inherited, DefaultHashBuilder>,
}

/// What one resource has from Globals, or from the defaults of plain functions.
#[derive(Debug, Default)]
pub(crate) struct Inherited {
    /// Where that stands.
    pub(crate) place: Path,
    /// The section of Globals.
    pub(crate) section: &'static str,
    /// What came over whole, by its path below `Properties`.
    pub(crate) whole: Vec<Vec<Step>>,
    /// What both Globals and the resource say something of: by its path below `Properties`.
    pub(crate) both: Vec<Vec<Step>>,
    /// Lists whose first items came over, and how many.
    pub(crate) lists: Vec<(Vec<Step>, usize)>,
    /// What both say something of, and what could not be merged: the resource's own stands.
    pub(crate) unmerged: Vec<Vec<Step>>,
}

impl Inherited {
    /// What a resource has from what stands at a place, so far nothing.
    pub(crate) fn from(place: Path) -> Self {
        Self {
            place,
            ..Self::default()
        }
    }

    /// The place in Globals of what stands there, too, below the properties of the resource.
    fn global(&self, below: &[Step]) -> Path {
        self.place.clone().with(below)
    }
}

impl Inheritance {
    /// Where in the template something of a merged resource is written.
    pub(crate) fn trace(&self, path: Path) -> Path {
        let Some(inherited) = path.resource_id().and_then(|id| self.resources.get(id)) else {
            return path;
        };
        let Some(below) = path.0.get(3..) else {
            return path;
        };
        if inherited.whole.iter().any(|whole| below.starts_with(whole)) {
            return inherited.global(below);
        }
        for (list, count) in &inherited.lists {
            if let (true, Some(Step::Index(index))) =
                (below.starts_with(list), below.get(list.len()))
            {
                if index < count {
                    return inherited.global(below);
                }
                let mut own = path.clone();
                if let Some(step) = own.0.get_mut(3 + list.len()) {
                    *step = Step::Index(index - count);
                }
                return own;
            }
        }
        path
    }

    /// Everywhere in the template where something of a merged resource is written: in the resource, in Globals, or in
    /// both.
    pub(crate) fn trace_all(&self, path: Path) -> impl Iterator<Item = Path> {
        let global = path.resource_id().and_then(|id| {
            let inherited = self.resources.get(id)?;
            let below = path.0.get(3..)?;
            let is_both = inherited.both.iter().any(|both| both == below);
            is_both.then(|| inherited.global(below))
        });
        std::iter::once(self.trace(path)).chain(global)
    }

    /// Whether a value below the properties of a resource, and all that is in it, came from Globals.
    pub(crate) fn has_whole(&self, id: &str, below: &[&str]) -> bool {
        let below: Vec<Step> = below.iter().map(|key| Step::from(*key)).collect();
        self.resources
            .get(id)
            .is_some_and(|inherited| inherited.whole.iter().any(|whole| below.starts_with(whole)))
    }
}
