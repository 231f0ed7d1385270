//! `Metadata.Canaryform`: what a template says to this tool alone.
//!
//! ```yaml
//! Metadata:
//!   Canaryform:
//!     MaxParallel: 5
//!     Defaults:
//!       Function: {AutoPublishAlias: live}
//! ```
//!
//! CloudFormation gives `Metadata` to tools and reads none of it, so the section stays in the output, but for what is used
//! up, like Globals: it must not be put in once more where the output is transformed again.

use crate::diagnostics::{Diagnostic, codes, did_you_mean, suggestion};
use crate::template::{Path, Template};
use crate::tree::{Map, Value};

/// What is said to us.
const OWN: &str = "Canaryform";

/// The keys below it.
const KEYS: &[&str] = &["Defaults", "Ignore", MAX_PARALLEL];

/// How many deployments may go on at once.
pub(crate) const MAX_PARALLEL: &str = "MaxParallel";

/// What nobody may find in the output.
const USED_UP: &[&str] = &["Defaults", MAX_PARALLEL];

/// The keys below `Defaults`: what has defaults.
const DEFAULTS: &[&str] = &["Function", "Alarms"];

/// What stands there.
#[derive(Debug, Default)]
pub(crate) struct Metadata {
    /// `Defaults.Function`: keys of ours that each plain function has unless it says otherwise.
    pub(crate) function: Map,
    /// `Defaults.Alarms`: what alarms that are made are told, by their kinds, or by `All`.
    pub(crate) alarms: Map,
    /// `MaxParallel`, as it is written; null where it is not.
    pub(crate) max_parallel: Value,
    /// What is wrong with it.
    pub(crate) faults: Vec<Diagnostic>,
}

impl Metadata {
    /// Reads the template's.
    pub(crate) fn of(template: &Template) -> Self {
        let mut metadata = Self::default();
        let given = template.section("Metadata");
        let nearly = given.and_then(|section| nearly(section, &Path::default().then("Metadata")));
        metadata.faults.extend(nearly);
        let Some(given) = given.and_then(|section| section.get("Canaryform")) else {
            return metadata;
        };
        let given = metadata.map(given, &path(&[]), KEYS);
        let nothing = Value::Object(Map::new());
        let at = path(&["Defaults"]);
        let defaults = metadata.map(given.get("Defaults").unwrap_or(&nothing), &at, DEFAULTS);
        let mut of = |name: &str| {
            let given = defaults.get(name).unwrap_or(&nothing);
            metadata.any_map(given, &at.clone().then(name))
        };
        let (function, alarms) = (of("Function"), of("Alarms"));
        metadata.function = function;
        metadata.alarms = alarms;
        metadata.max_parallel = given.get(MAX_PARALLEL).cloned().unwrap_or_default();
        metadata
    }

    /// A map with no other keys than these; what is wrong is noted.
    fn map(&mut self, given: &Value, path: &Path, known: &[&str]) -> Map {
        let map = self.any_map(given, path);
        for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
            self.faults.push(
                Diagnostic::new(
                    codes::METADATA_KEY,
                    path.clone().then(key),
                    format!("`{path}` has no key `{key}`"),
                )
                .on_key()
                .help(did_you_mean(key, known)),
            );
        }
        map
    }

    /// A map; anything else is noted, and null counts as an empty one.
    fn any_map(&mut self, given: &Value, path: &Path) -> Map {
        match given {
            Value::Object(map) => return map.clone(),
            Value::Null => {}
            _ => self.faults.push(
                Diagnostic::new(
                    codes::METADATA_SHAPE,
                    path.clone(),
                    format!("`{path}` must be a map"),
                )
                .help("write its keys below it, or take it out"),
            ),
        }
        Map::new()
    }
}

/// That a key of `Metadata`, which stands at a place, is nearly ours.
pub(crate) fn nearly(section: &Map, path: &Path) -> Option<Diagnostic> {
    let is_near = |key: &&str| *key != OWN && suggestion(key, [OWN]).is_some();
    let key = section.keys().map(|key| key.as_str()).find(is_near)?;
    Some(
        Diagnostic::new(
            codes::METADATA_NEARLY,
            path.clone().then(key),
            format!("`{key}` is not `{OWN}`, and what stands below it is not read"),
        )
        .on_key()
        .help(format!("did you mean `{OWN}`?")),
    )
}

/// Takes out of the template what is used up, and the maps that are empty without it.
pub(crate) fn take_out_used(template: &mut Template) {
    let Some(section) = template.section_mut("Metadata") else {
        return;
    };
    let Some(Value::Object(own)) = section.get_mut("Canaryform") else {
        return;
    };
    own.retain(|key, _| !USED_UP.contains(&key.as_str()));
    if own.is_empty() {
        section.retain(|key, _| key != "Canaryform");
    }
    if section.is_empty() {
        template.0.retain(|name, _| name != "Metadata");
    }
}

/// A place below `Metadata.Canaryform`.
pub(crate) fn path(below: &[&str]) -> Path {
    let start = Path::default().then("Metadata").then("Canaryform");
    below.iter().fold(start, |path, key| path.then(*key))
}
