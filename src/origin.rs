//! Where each resource of the output comes from.

use crate::inheritance::Inheritance;
use crate::template::Path;
use hashbrown::DefaultHashBuilder;
use indexmap::{IndexMap, IndexSet};

/// Why a resource was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The logical id, in the template that was given, of the resource that asked for it; none where resources of the
    /// template share it: an implicit API, a DNS record, the role of CodeDeploy.
    pub source: Option<String>,
    /// The places, in the template that was given, of all the properties and events that asked for it, in the order in
    /// which they were read; the resource itself where nothing in it did. What stands in Globals is named there.
    ///
    /// Each alone is enough: without all of them the resource would not have been made, with one of them it would.
    pub because: Vec<Path>,
}

impl Origin {
    /// Brings its places to where `traced` says that they are written.
    pub(crate) fn trace(&mut self, traced: impl Fn(Path) -> Path) {
        if let Some(source) = &mut self.source {
            let written = traced(Path::resource(source));
            if let Some(id) = written.resource_id() {
                *source = id.to_owned();
            }
        }
        let places = std::mem::take(&mut self.because).into_iter().map(traced);
        self.because = each_once(places.collect());
    }
}

fn each_once(places: Vec<Path>) -> Vec<Path> {
    if places.len() < 2 {
        return places;
    }
    let places: IndexSet<Path, DefaultHashBuilder> = places.into_iter().collect();
    places.into_iter().collect()
}

/// The origin of each generated resource, by its logical id.
pub type Origins = IndexMap<String, Origin>;

/// Brings the reasons of all resources to where they are written in the template that was given: to Globals, and from an
/// implicit API, which is not there, to the events that it is made for.
pub(crate) fn trace(
    origins: &mut Origins,
    inheritance: &Inheritance,
    implicit: &IndexMap<&'static str, Vec<Path>>,
) {
    for origin in origins.values_mut() {
        if origin
            .source
            .as_deref()
            .is_some_and(|id| implicit.contains_key(id))
        {
            origin.source = None;
        }
        let traced = std::mem::take(&mut origin.because)
            .into_iter()
            .flat_map(|path| inheritance.trace_all(path));
        let mut all = Vec::new();
        for path in traced {
            match path.resource_id().and_then(|id| implicit.get(id)) {
                Some(events) => all.extend(events.iter().cloned()),
                None => all.push(path),
            }
        }
        origin.because = each_once(all);
    }
}
