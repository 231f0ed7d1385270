//! What became of the bodies of loops: where each part of the template came from.

use crate::diagnostics::Diagnostic;
use crate::template::Path;
use std::collections::HashMap;

/// Where what loops made stands, and where it came from.
#[derive(Debug, Default)]
pub(crate) struct Unrolled {
    origins: HashMap<Path, Origin>,
}

#[derive(Debug)]
struct Origin {
    /// The place in the body of the loop.
    source: Path,
    /// `Name` = `a`, for each loop around it; empty where that had better not be said.
    values: String,
}

impl Unrolled {
    /// Notes that what stands at `made` came from `source`, for these values of the loops around it.
    pub(super) fn add(&mut self, made: Path, source: Path, values: String) {
        self.origins.insert(made, Origin { source, values });
    }

    /// Whether there was no loop.
    pub(crate) fn is_empty(&self) -> bool {
        self.origins.is_empty()
    }

    /// Whether a loop made what stands at this place.
    pub(super) fn holds(&self, made: &Path) -> bool {
        self.origins.contains_key(made)
    }

    /// The place in the template as it was written.
    pub(crate) fn trace(&self, path: Path) -> Path {
        match self.origin(&path) {
            Some((origin, rest)) => {
                let mut source = origin.source.clone();
                source.0.extend(rest.iter().cloned());
                source
            }
            None => path,
        }
    }

    /// Makes a finding stand where its reader finds what is meant, and name the value that it is about.
    pub(crate) fn trace_finding(&self, finding: &mut Diagnostic) {
        let Some((origin, _)) = self.origin(&finding.path) else {
            return;
        };
        if !origin.values.is_empty() {
            finding.message = format!("{} (for {})", finding.message, origin.values);
        }
        finding.path = self.trace(std::mem::take(&mut finding.path));
    }

    /// The innermost loop around a place, and the steps from there.
    fn origin<'a>(&'a self, path: &'a Path) -> Option<(&'a Origin, &'a [crate::template::Step])> {
        if self.origins.is_empty() {
            return None;
        }
        (1..=path.0.len()).rev().find_map(|length| {
            let (above, rest) = path.0.split_at_checked(length)?;
            let origin = self.origins.get(&Path(above.to_vec()))?;
            Some((origin, rest))
        })
    }
}
