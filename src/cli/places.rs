//! Where what stands in an output is written in the template that it was made of.

use std::collections::HashMap;

use crate::origin::Origins;
use crate::template::{Location, Path, Step, Template, locate};
use crate::tree::Value;

/// Properties that SAM writes under other names.
const RENAMED: &[(&str, &[&str])] = &[
    ("Code", &["CodeUri", "InlineCode", "ImageUri"]),
    ("Content", &["ContentUri"]),
    ("DeadLetterConfig", &["DeadLetterQueue"]),
    ("DefinitionString", &["Definition", "DefinitionUri"]),
    ("TracingConfig", &["Tracing"]),
];

/// The places of an output in the text of its template.
pub(super) struct Places {
    name: String,
    found: HashMap<Path, Location>,
}

impl Places {
    /// Looks for each of the paths of an output in the text of the `template` that goes by `name`.
    pub(super) fn find<'p>(
        name: String,
        text: &[u8],
        template: &Template,
        origins: &Origins,
        paths: impl Iterator<Item = &'p Path>,
    ) -> Self {
        let written: Vec<(&Path, Path)> = paths
            .filter_map(|path| Some((path, written(path, template, origins)?)))
            .collect();
        let wanted: Vec<(&Path, bool)> = written.iter().map(|(_, path)| (path, true)).collect();
        let text = std::str::from_utf8(text).unwrap_or_default();
        let spans = locate(text, &wanted);
        let found = written.iter().zip(spans);
        Self {
            name,
            found: found
                .filter_map(|((path, _), span)| Some(((*path).clone(), span?.start)))
                .collect(),
        }
    }

    pub(super) fn location(&self, path: &Path) -> Option<Location> {
        self.found.get(path).copied()
    }

    /// `template.yaml:14`
    pub(super) fn label(&self, path: &Path) -> Option<String> {
        let line = self.found.get(path)?.line;
        Some(format!("{}:{line}", self.name))
    }
}

/// The path in the template of what stands at a path of the output.
fn written(path: &Path, template: &Template, origins: &Origins) -> Option<Path> {
    let Some(id) = path.resource_id() else {
        let Some(Step::Key(section)) = path.0.first() else {
            return None;
        };
        return template.0.contains_key(section).then(|| path.clone());
    };
    let Some(resource) = template.resources().and_then(|resources| resources.get(id)) else {
        return origins.get(id)?.because.first().cloned();
    };
    let Some(Step::Key(property)) = path.0.get(3) else {
        return Some(path.clone());
    };
    let properties = resource.get("Properties");
    let other = RENAMED.iter().find(|(made, _)| made == property);
    let names = other.map_or(&[][..], |(_, names)| *names);
    let kind = resource.get("Type").and_then(Value::as_str);
    let section = kind.and_then(|kind| kind.strip_prefix("AWS::Serverless::"));
    for name in [property.as_str()].iter().chain(names) {
        if properties.is_some_and(|properties| properties.get(*name).is_some()) {
            let mut path = path.clone();
            if let Some(step) = path.0.get_mut(3) {
                *step = (*name).into();
            }
            return Some(path);
        }
        let globals = section.and_then(|section| template.section("Globals")?.get(section));
        if let (Some(section), Some(_)) = (section, globals.and_then(|globals| globals.get(*name)))
        {
            let mut path_in_globals = Path::default().then("Globals").then(section).then(*name);
            path_in_globals.0.extend(path.0.iter().skip(4).cloned());
            return Some(path_in_globals);
        }
    }
    Some(path.clone())
}
