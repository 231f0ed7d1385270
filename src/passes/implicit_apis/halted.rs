//! What may still be told of a template whose implicit APIs cannot be made.

use super::KINDS;
use crate::diagnostics::{Code, Diagnostic, codes};
use crate::resource::is_of_type;
use crate::template::{Path, Step};
use crate::tree::Map;
use indexmap::IndexSet;
use std::collections::HashSet;

/// The reference stops when it cannot make the implicit APIs, and blames the resources with those events alone. So does
/// this transform, but it tells all that is wrong with them, and with Globals: what follows goes on, and of what that finds
/// only this stays.
pub(crate) struct Halted {
    /// How many findings there were by then.
    found: usize,
    /// The resources that are blamed.
    owners: IndexSet<String>,
    /// The events of APIs that they have. The documents are not complete, so that little can be said of these.
    events: HashSet<Vec<Step>>,
}

/// How many steps lead to an event.
const EVENT_DEPTH: usize = 5;

/// What is wrong with an event whatever its API is like.
const FAULTS_OF_EVENTS: &[&Code] = &[
    codes::MISSING_PROPERTY,
    codes::UNKNOWN_PROPERTY,
    codes::WRONG_SHAPE,
];

impl Halted {
    pub(super) fn new(resources: &Map, found: &[Diagnostic]) -> Self {
        let errors = found.iter().filter(|finding| finding.is_error());
        // A fault in a resource may be blamed on another one, or on the document.
        let owners: IndexSet<String> = errors
            .filter(|fault| fault.resource.as_deref() == fault.path.resource_id())
            .filter_map(|fault| fault.resource.clone())
            .collect();
        let mut events = HashSet::new();
        for owner in &owners {
            let all = resources
                .get(owner)
                .and_then(|resource| resource.get("Properties")?.get("Events")?.as_object());
            for (id, event) in all.into_iter().flatten() {
                if KINDS.iter().any(|kind| is_of_type(event, kind.event)) {
                    events.insert(Path::property(owner, "Events").then(id).0);
                }
            }
        }
        Self {
            found: found.len(),
            owners,
            events,
        }
    }

    /// Takes out what was found later and cannot be relied on.
    pub(crate) fn retain(&self, findings: &mut Vec<Diagnostic>) {
        let later = findings.split_off(self.found.min(findings.len()));
        let mut told: HashSet<Path> = findings.iter().map(|known| known.path.clone()).collect();
        for finding in later {
            let event = finding.path.0.get(..EVENT_DEPTH);
            let is_of_api = event.is_some_and(|event| self.events.contains(event));
            let owner = finding.path.resource_id();
            let is_wanted = owner == finding.resource.as_deref()
                && owner.is_some_and(|owner| self.owners.contains(owner))
                && (FAULTS_OF_EVENTS.contains(&finding.code) || !is_of_api);
            // No API changes what stands in Globals, and no resource is blamed for it.
            let is_of_globals = finding.resource.is_none()
                && matches!(finding.path.0.first(), Some(Step::Key(section)) if section == "Globals");
            if (is_wanted || is_of_globals) && told.insert(finding.path.clone()) {
                findings.push(finding);
            }
        }
    }
}
