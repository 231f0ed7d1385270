//! `Metadata.Canaryform.Ignore`: findings that a template does not want to be told, on a resource or for all of it.
//!
//! ```yaml
//! Metadata:
//!   Canaryform:
//!     Ignore: [moving-image-tag]
//! Resources:
//!   Greeter:
//!     Type: AWS::Serverless::Function
//!     Metadata:
//!       Canaryform:
//!         Ignore: {gradual-without-watch: a person watches it}
//! ```
//!
//! Errors cannot be ignored, nor what is denied by name: whoever runs the command decides on those.

use crate::diagnostics::cloudformation::{self, is_id};
use crate::diagnostics::{Code, Diagnostic, Levels, Severity, codes, find_code, suggestion};
use crate::metadata;
use crate::template::{Path, Template};
use crate::tree::Value;
use std::collections::HashMap;

/// What a template wants to be ignored.
#[derive(Debug, Clone, Default)]
pub(crate) struct IgnoreList {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone)]
struct Entry {
    code: &'static Code,
    /// Where it is written.
    path: Path,
    /// The resource that it is for; none where it is for all.
    resource: Option<String>,
    has_hidden: bool,
}

impl IgnoreList {
    /// What the template says, and what is wrong with that.
    pub(crate) fn of(template: &Template) -> (Self, Vec<Diagnostic>) {
        let mut ignored = Self::default();
        let mut faults = Vec::new();
        let key = "Ignore";
        let own = template
            .section("Metadata")
            .and_then(|section| section.get("Canaryform")?.get(key));
        if let Some(given) = own {
            ignored.read(given, &metadata::path(&[key]), None, &mut faults);
        }
        for (id, resource) in template.resources().into_iter().flatten() {
            let section = resource.get("Metadata").and_then(Value::as_object);
            let place = Path::resource(id).then("Metadata");
            faults.extend(section.and_then(|section| metadata::nearly(section, &place)));
            let own = section.and_then(|section| section.get("Canaryform")?.get(key));
            if let Some(given) = own {
                let path = Path::resource(id).then("Metadata").then("Canaryform");
                ignored.read(given, &path.then(key), Some(id), &mut faults);
            }
        }
        (ignored, faults)
    }

    fn read(
        &mut self,
        given: &Value,
        path: &Path,
        resource: Option<&str>,
        faults: &mut Vec<Diagnostic>,
    ) {
        let names: Vec<(Path, bool, &str)> = match given {
            Value::Array(items) => items
                .iter()
                .enumerate()
                .filter_map(|(index, item)| Some((path.clone().then(index), false, item.as_str()?)))
                .collect(),
            Value::Object(map) => map
                .keys()
                .map(|name| (path.clone().then(name), true, name.as_str()))
                .collect(),
            _ => Vec::new(),
        };
        let is_list = given
            .as_array()
            .is_some_and(|items| items.len() == names.len());
        if !is_list && !given.is_object() {
            faults.push(
                Diagnostic::new(
                    codes::METADATA_SHAPE,
                    path.clone(),
                    "`Ignore` must be a list of codes, or a map of codes to reasons",
                )
                .help("write `Ignore: {moving-image-tag: we pin it elsewhere}`"),
            );
        }
        for (path, at_key, name) in names {
            let fault = match find_code(name) {
                Some(code) if code.severity != Severity::Error => {
                    self.entries.push(Entry {
                        code,
                        path,
                        resource: resource.map(str::to_owned),
                        has_hidden: false,
                    });
                    continue;
                }
                Some(_) => Diagnostic::new(
                    codes::IGNORE_UNKNOWN,
                    path,
                    format!("`{name}` is an error, which a template cannot ignore"),
                )
                .help(format!(
                    "where it can be allowed at all, `--allow {name}` does it"
                )),
                // This template may be for a command that knows them.
                None if is_id(name) && cloudformation::all().is_empty() => continue,
                None => Diagnostic::new(
                    codes::IGNORE_UNKNOWN,
                    path,
                    format!("no finding has the code `{name}`"),
                )
                .help(
                    match suggestion(name, codes::ALL.iter().map(|code| code.name)) {
                        Some(meant) => format!("did you mean `{meant}`?"),
                        None => "`canaryform check --list` lists them all".to_owned(),
                    },
                ),
            };
            faults.push(if at_key { fault.on_key() } else { fault });
        }
    }

    /// Takes out what is to be ignored, and notes what it was for.
    pub(crate) fn hide(&mut self, findings: &mut Vec<Diagnostic>, levels: &Levels) {
        if self.entries.is_empty() {
            return;
        }
        let mut meant: HashMap<_, bool> = HashMap::new();
        for entry in &self.entries {
            meant.insert((entry.code.name, entry.resource.clone()), false);
        }
        findings.retain(|found| {
            if found.is_error() || levels.denies(found.code) {
                return true;
            }
            let mut is_told = true;
            for resource in [None, found.resource.clone()] {
                if let Some(has_hidden) = meant.get_mut(&(found.code.name, resource)) {
                    *has_hidden = true;
                    is_told = false;
                }
            }
            is_told
        });
        for entry in &mut self.entries {
            let key = (entry.code.name, entry.resource.clone());
            entry.has_hidden |= meant.get(&key).copied().unwrap_or_default();
        }
    }

    /// What hid nothing: the code, and what there is to say.
    pub(crate) fn unused(&self) -> impl Iterator<Item = (&'static Code, Diagnostic)> {
        let unused = self.entries.iter().filter(|entry| !entry.has_hidden);
        unused.map(|entry| {
            let about = match &entry.resource {
                Some(id) => format!(" about `{id}`"),
                None => String::new(),
            };
            let finding = Diagnostic::new(
                codes::IGNORE_UNUSED,
                entry.path.clone(),
                format!(
                    "`{}` is ignored, and nothing of that kind was found{about}",
                    entry.code
                ),
            )
            .help("take it out");
            (entry.code, finding)
        })
    }
}
