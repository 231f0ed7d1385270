//! Where each resource of the output comes from.

use crate::inheritance::Inheritance;
use crate::template::{Path, Step};
use hashbrown::DefaultHashBuilder;
use indexmap::{IndexMap, IndexSet};
use serde::Serialize;
use std::fmt;

/// Why a resource was made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
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

/// How many reasons are named at most.
const SHOWN: usize = 3;

/// In one line, for people: who asked for it, and with what. `Greeter: DeploymentPreference`, or
/// `Greeter: Events.Get, Events.Post; Waiter: Events.Get; and 7 more`.
impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<Reason<'_>> = None;
        for path in self.because.iter().take(SHOWN) {
            let reason = Reason::of(path, self.source.as_deref());
            match before {
                Some(before) if before.owner == reason.owner => f.write_str(", ")?,
                Some(_) => {
                    f.write_str("; ")?;
                    reason.write_owner(f)?;
                }
                None => reason.write_owner(f)?,
            }
            write_steps(f, reason.asked)?;
            if reason.is_global && self.source.is_some() {
                f.write_str(" (Globals)")?;
            }
            before = Some(reason);
        }
        match self.because.len().checked_sub(SHOWN) {
            Some(more) if more > 0 => write!(f, "; and {more} more"),
            _ => Ok(()),
        }
    }
}

/// A reason, as people speak of it.
struct Reason<'a> {
    /// The resource that asks, or where in Globals that is asked for.
    owner: &'a str,
    /// The property or the event; empty where the resource is reason enough.
    asked: &'a [Step],
    is_global: bool,
}

impl<'a> Reason<'a> {
    fn of(path: &'a Path, source: Option<&'a str>) -> Self {
        let key = |at: usize| match path.0.get(at) {
            Some(Step::Key(key)) => key.as_str(),
            _ => "",
        };
        let is_global = key(0) == "Globals";
        let from = if key(2) == "Properties" && !is_global {
            3
        } else {
            2
        };
        Self {
            owner: source.filter(|_| is_global).unwrap_or(key(1)),
            asked: path.0.get(from..).unwrap_or_default(),
            is_global,
        }
    }

    fn write_owner(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.owner)?;
        if self.asked.is_empty() {
            return Ok(());
        }
        f.write_str(": ")
    }
}

fn write_steps(f: &mut fmt::Formatter<'_>, steps: &[Step]) -> fmt::Result {
    for (i, step) in steps.iter().enumerate() {
        match step {
            Step::Key(key) if i == 0 => f.write_str(key)?,
            Step::Key(key) => write!(f, ".{key}")?,
            Step::Index(index) => write!(f, "[{index}]")?,
        }
    }
    Ok(())
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

/// What a comment over a generated resource says of it: who asked for it, and with what. None of a resource that the
/// template has itself under this id and that nothing else asks for, whatever it has become.
pub fn comment(origins: &Origins, id: &str) -> Option<String> {
    let origin = origins.get(id)?;
    let is_itself = |path: &Path| path.0.len() == 2 && path.resource_id() == Some(id);
    (!origin.because.iter().any(is_itself)).then(|| origin.to_string())
}
