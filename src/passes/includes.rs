//! `AWS::Include` of a local file: its content takes the include's place, as CloudFormation would have it before SAM's
//! transform sees the template.
//!
//! ```yaml
//! DefinitionBody:
//!   Fn::Transform: {Name: AWS::Include, Parameters: {Location: api.yaml}}
//! ```
//!
//! becomes
//!
//! ```yaml
//! DefinitionBody:
//!   openapi: 3.0.1
//!   paths: # ... what stands in api.yaml
//! ```
//!
//! An include of an `s3://` location stays: nobody can read it here.
//!
//! See <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/transform-aws-include.html>.

use crate::diagnostics::{Diagnostic, codes};
use crate::scope::Scope;
use crate::template::{Format, Path, Template, read_with};
use crate::tree::{Map, Value};

const TRANSFORM: &str = "Fn::Transform";
const INCLUDE: &str = "AWS::Include";

/// How many files may be put in, and how many bytes: included files may include each other many times over.
const MAX_FILES: usize = 1_000;
const MAX_BYTES: usize = 16 << 20;

/// Whether a map is an include of a file, and of which: `Fn::Transform` alone or among others.
pub(crate) fn location(map: &Map) -> Option<&Value> {
    location_in(map.get(TRANSFORM)?)
}

/// The location that an entry of a transform names, where it is an include.
fn location_in(transform: &Value) -> Option<&Value> {
    (transform.get("Name")? == INCLUDE).then_some(())?;
    transform.get("Parameters")?.get("Location")
}

/// Puts the content of local files in place of their includes, everywhere in a template.
pub(crate) fn put_in(scope: &Scope<'_>, template: &mut Template) {
    let mut work = Work {
        scope,
        open: Vec::new(),
        files: 0,
        bytes: 0,
        is_stopped: false,
    };
    work.put_in_top(template);
    if !template.0.values().any(holds_transform) {
        return;
    }
    for (name, section) in &mut template.0 {
        if name != "Transform" {
            work.put_in(section, &mut Path::default().then(name));
        }
    }
}

/// Whether a value holds an `Fn::Transform`, of whatever kind: few templates do.
fn holds_transform(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(holds_transform),
        Value::Object(map) => map
            .iter()
            .any(|(key, inner)| key == TRANSFORM || holds_transform(inner)),
        _ => false,
    }
}

/// The work on one template.
struct Work<'a> {
    scope: &'a Scope<'a>,
    /// The files whose content is being looked at, the outermost first.
    open: Vec<String>,
    files: usize,
    bytes: usize,
    is_stopped: bool,
}

impl Work<'_> {
    /// Includes that `Transform` names, whose content joins the sections of the template.
    fn put_in_top(&mut self, template: &mut Template) {
        let transform = template.0.get("Transform").cloned();
        let path = Path::default().then("Transform");
        let (entries, is_list) = match transform {
            Some(Value::Array(items)) => (items.into_iter().collect::<Vec<_>>(), true),
            Some(entry) => (vec![entry], false),
            None => return,
        };
        let mut left = Vec::new();
        for (index, entry) in entries.into_iter().enumerate() {
            let place = if is_list {
                path.clone().then(index)
            } else {
                path.clone()
            };
            let content = location_in(&entry).and_then(|location| self.content(location, &place));
            match content {
                None => left.push(entry),
                Some(content) => self.join(&mut template.0, content, &Path::default()),
            }
        }
        let rest = match (is_list, left.len()) {
            (_, 0) => None,
            (true, _) => Some(left.into()),
            (false, _) => left.pop(),
        };
        match (rest, template.0.get_mut("Transform")) {
            (Some(rest), Some(place)) => *place = rest,
            (None, Some(_)) => template.0.retain(|name, _| name != "Transform"),
            _ => {}
        }
    }

    /// Includes in a value, which stands at `path`.
    fn put_in(&mut self, value: &mut Value, path: &mut Path) {
        if self.is_stopped {
            return;
        }
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    if item.is_object() || item.is_array() {
                        path.0.push(index.into());
                        self.put_in(item, path);
                        path.0.pop();
                    }
                }
            }
            Value::Object(map) => {
                for (key, inner) in map.iter_mut() {
                    if inner.is_object() || inner.is_array() {
                        path.0.push(key.into());
                        self.put_in(inner, path);
                        path.0.pop();
                    }
                }
                let content = location(map)
                    .cloned()
                    .and_then(|location| self.content(&location, &path.clone().then(TRANSFORM)));
                if let Some(content) = content {
                    let siblings = std::mem::take(map);
                    map.extend(siblings.into_iter().filter(|(key, _)| key != TRANSFORM));
                    self.join(map, content, path);
                }
            }
            _ => {}
        }
    }

    /// Puts the content of a file beside what stands there already, which counts where both have a key.
    fn join(&self, siblings: &mut Map, content: Map, path: &Path) {
        for (key, value) in content {
            if siblings.contains_key(&key) {
                let place = path.clone().then(&key);
                self.scope.report(key_twice(&key, place));
            } else {
                siblings.insert(key, value);
            }
        }
    }

    /// The content of the file at a location, with the includes in it put in; none where it is not local, or at fault.
    fn content(&mut self, location: &Value, path: &Path) -> Option<Map> {
        let file = self.scope.known(location).as_str()?.to_owned();
        if file.contains("://") || file.is_empty() {
            return None;
        }
        let mut path = path.clone().then("Parameters").then("Location");
        if self.open.contains(&file) {
            self.scope.report(circle(&self.open, &file, path));
            return None;
        }
        let bytes = match self.scope.options.code.included(&file) {
            Ok(bytes) => bytes,
            Err(fault) => {
                let code = if fault.is_missing && self.scope.options.code.leaves_includes() {
                    codes::INCLUDE_LEFT
                } else {
                    codes::INCLUDE_UNAVAILABLE
                };
                let message = format!("the included file {}", fault.message);
                self.scope
                    .report(Diagnostic::new(code, path, message).help(fault.help));
                return None;
            }
        };
        self.files += 1;
        self.bytes += bytes.len();
        if self.files > MAX_FILES || self.bytes > MAX_BYTES {
            self.is_stopped = true;
            self.scope.report(too_much(path));
            return None;
        }
        let mut template = match read_with(&bytes, &self.scope.options.levels) {
            Ok(read) => {
                let is_yaml = read.format == Format::Yaml;
                for warning in read.warnings.into_iter().filter(|_| is_yaml) {
                    self.scope.report(in_file(warning, &file, path.clone()));
                }
                read.template
            }
            Err(faults) => {
                for fault in faults {
                    self.scope.report(in_file(fault, &file, path.clone()));
                }
                return None;
            }
        };
        self.open.push(file);
        let mut content = Value::Object(std::mem::take(&mut template.0));
        self.put_in(&mut content, &mut path);
        self.open.pop();
        match content {
            Value::Object(content) => Some(content),
            _ => None,
        }
    }
}

/// A finding of an included file, at the place of the include.
fn in_file(mut finding: Diagnostic, file: &str, path: Path) -> Diagnostic {
    let line = finding
        .span
        .map(|span| format!(", line {}", span.start.line));
    finding.message = format!(
        "in `{file}`{}: {}",
        line.unwrap_or_default(),
        finding.message
    );
    finding.span = None;
    finding.at_key = false;
    finding.resource = path.resource_id().map(str::to_owned);
    finding.path = path;
    finding
}

fn key_twice(key: &str, path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::INCLUDE_KEY_TWICE,
        path,
        format!("`{key}` stands here and in the included file; what stands here counts"),
    )
    .on_key()
    .help("take it out of one of the two")
}

fn circle(open: &[String], file: &str, path: Path) -> Diagnostic {
    let way: Vec<String> = open
        .iter()
        .map(String::as_str)
        .chain([file])
        .map(|file| format!("`{file}`"))
        .collect();
    Diagnostic::new(
        codes::INCLUDE_CIRCLE,
        path,
        format!("included files include each other: {}", way.join(", then ")),
    )
    .help("take one of the includes out")
}

fn too_much(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::INCLUDE_UNAVAILABLE,
        path,
        format!(
            "includes come to more than {MAX_FILES} files or {} MiB",
            MAX_BYTES >> 20
        ),
    )
    .help("CloudFormation takes templates of up to 1 MB, with all that is put in")
}
