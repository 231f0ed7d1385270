//! Values of parameters may be secrets: no finding shows one, and a secret that goes into the output is told.
//!
//! ```text
//! there is no authorizer `S3CR3T`   becomes   there is no authorizer `${Login}`
//! ```
//!
//! A message names many values that may have come out of a parameter on the way. So none of them is trusted: every finding
//! is looked through for the values that the caller gave, and names the parameter instead, as `Fn::Sub` would.

use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::parameters::{Parameters, Trap};
use crate::origin::Origins;
use crate::scope::{Scope, trapped};
use crate::template::{Path, Step, Template};
use crate::tree::{Map, Text, Value};
use std::collections::{HashMap, HashSet};

/// Up to this length a text is so common that it says nothing where it stands inside another one.
const SHORT: usize = 5;

/// Up to this length even a secret is.
const SHORTEST: usize = 2;

/// What must not be shown, and the parameter that it is the value of.
pub(crate) struct Hidden {
    /// The longest first, for one may hold another.
    values: Vec<Known>,
}

struct Known {
    text: String,
    shown: String,
    is_secret: bool,
}

impl Hidden {
    /// The values that the caller gave, and those of secrets wherever they are from. What else stands in the template may
    /// be shown.
    pub(crate) fn of(scope: &Scope<'_>) -> Self {
        let given = &scope.options.parameters;
        let texts = scope.parameters.texts();
        let mut values: Vec<Known> = texts
            .filter(|(name, text, is_secret)| {
                !text.is_empty() && (*is_secret || given.contains_key(*name))
            })
            .map(|(name, text, is_secret)| Known {
                text: text.to_owned(),
                shown: format!("${{{name}}}"),
                is_secret,
            })
            .collect();
        values.sort_by_key(|value| std::cmp::Reverse(value.text.len()));
        Self { values }
    }

    /// Names the parameters in place of their values in everything that findings say.
    pub(crate) fn hide(&self, findings: &mut [Diagnostic]) {
        if self.values.is_empty() {
            return;
        }
        for finding in findings {
            self.hide_in(&mut finding.message);
            if let Some(help) = &mut finding.help {
                self.hide_in(help);
            }
            // In an unrolled loop, ids are made of values; elsewhere they stand in the template.
            let owner = finding.path.resource_id();
            let is_unrolled = owner.is_some_and(|id| id.starts_with("Fn::"));
            let hidden = |value: &&Known| value.is_secret || is_unrolled && value.is_telling();
            for secret in self.values.iter().filter(hidden) {
                if let Some(id) = &mut finding.resource
                    && id.contains(&secret.text)
                {
                    *id = id.replace(&secret.text, &secret.shown);
                }
                for step in finding.generated.iter_mut().flat_map(|path| &mut path.0) {
                    if let Step::Key(key) = step
                        && key.contains(&secret.text)
                    {
                        *key = key.replace(&secret.text, &secret.shown).into();
                    }
                }
            }
        }
    }

    fn hide_in(&self, text: &mut String) {
        if !self.values.iter().any(|value| text.contains(&value.text)) {
            return;
        }
        // Between backticks stands what is named, and around them what is said of it.
        let parts = text.split('`').enumerate().map(|(index, part)| {
            let is_name = index % 2 == 1;
            self.values.iter().fold(part.to_owned(), |part, value| {
                let is_meant = match (is_name, part == value.text) {
                    (true, true) => value.is_secret || !is_word_of_ours(&value.text),
                    _ => value.is_telling(),
                };
                if is_meant {
                    part.replace(&value.text, &value.shown)
                } else {
                    part
                }
            })
        });
        *text = parts.collect::<Vec<_>>().join("`");
    }

    /// Tells of secrets that have come into the output and of which it is not known where they are read: at the first
    /// resource that has one.
    pub(crate) fn tell_secrets(
        &self,
        template: &Template,
        origins: &Origins,
        findings: &mut Vec<Diagnostic>,
    ) {
        let secrets = self.values.iter().filter(|value| value.is_secret);
        for secret in secrets.filter(|value| value.is_telling()) {
            let name = secret.shown.trim_matches(['$', '{', '}']);
            if is_told(findings, codes::SECRET_IN_OUTPUT, name, None) {
                continue;
            }
            let mut all = template.resources().into_iter().flatten();
            let Some((id, _)) = all.find(|(_, resource)| holds(resource, &secret.text)) else {
                continue;
            };
            let place = match origins.get(id.as_str()) {
                Some(origin) => match (&origin.source, origin.because.first()) {
                    (Some(source), _) => Path::resource(source),
                    (None, Some(because)) => because.clone(),
                    (None, None) => Path::resource(id),
                },
                None => Path::resource(id),
            };
            findings.push(trapped(Trap::Secret, name, place));
        }
    }
}

/// Whether one of these findings, at or around a place, is about a parameter.
fn is_told(findings: &[Diagnostic], code: &Code, parameter: &str, place: Option<&Path>) -> bool {
    findings.iter().any(|finding| {
        finding.code == code
            && finding.message.contains(&format!("`{parameter}`"))
            && place.is_none_or(|place| {
                place.0.starts_with(&finding.path.0) || finding.path.0.starts_with(&place.0)
            })
    })
}

/// Whether a text stands somewhere in a value.
fn holds(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.contains(text),
        Value::Array(items) => items.iter().any(|item| holds(item, text)),
        Value::Object(map) => map.values().any(|inner| holds(inner, text)),
        _ => false,
    }
}

/// Where a template reads parameters whose values had better not be written out: secrets, and names of stored values.
#[derive(Default)]
pub(crate) struct Reads {
    all: Vec<Read>,
}

/// One such place.
struct Read {
    path: Path,
    /// The intrinsic function that stands there, as JSON.
    function: String,
    parameters: Vec<(Text, Trap)>,
}

impl Read {
    /// The key that it stands at.
    fn key(&self) -> &str {
        let keys = self.path.0.iter().rev().filter_map(|step| match step {
            Step::Key(key) => Some(key.as_str()),
            Step::Index(_) => None,
        });
        keys.into_iter().next().unwrap_or_default()
    }
}

impl Reads {
    /// Those of the resources of a template.
    pub(crate) fn of(scope: &Scope<'_>, template: &Template) -> Self {
        let mut reads = Self::default();
        if scope.parameters.has_traps() {
            for (id, resource) in template.resources().into_iter().flatten() {
                reads.find(&scope.parameters, resource, &mut Path::resource(id), false);
            }
        }
        reads
    }

    /// Finds the functions in a value: the outermost, or with those `inside` others.
    fn find(&mut self, known: &Parameters, value: &Value, path: &mut Path, inside: bool) {
        if is_intrinsic(value) {
            let mut parameters = known.traps(value);
            parameters.retain(|(_, trap)| *trap != Trap::LooseDefault);
            if parameters.is_empty() {
                return;
            }
            self.all.push(Read {
                path: path.clone(),
                function: value.to_string(),
                parameters,
            });
            if !inside {
                return;
            }
        }
        path.each_below(value, |path, inner| self.find(known, inner, path, inside));
    }

    /// Tells of those that are not in the output any more, where the value of the parameter is.
    pub(crate) fn tell_gone(
        &self,
        parameters: &Parameters,
        template: &Template,
        findings: &mut Vec<Diagnostic>,
    ) {
        if self.all.is_empty() {
            return;
        }
        let mut left = Self::default();
        for (id, resource) in template.resources().into_iter().flatten() {
            left.find(parameters, resource, &mut Path::resource(id), true);
        }
        let (given, left_by_function) = (self.counts(), left.counts());
        let left_at: HashSet<(&str, &str)> = left
            .all
            .iter()
            .map(|read| (read.key(), read.function.as_str()))
            .collect();
        let mut is_there: HashMap<&str, bool> = HashMap::new();
        for read in &self.all {
            let count = |counts: &HashMap<&str, usize>| {
                let count = counts.get(read.function.as_str());
                count.copied().unwrap_or_default()
            };
            let stays = left_at.contains(&(read.key(), read.function.as_str()));
            let is_gone =
                count(&left_by_function) == 0 || !stays && count(&left_by_function) < count(&given);
            if !is_gone {
                continue;
            }
            for (name, trap) in &read.parameters {
                let code = match trap {
                    Trap::Secret => codes::SECRET_IN_OUTPUT,
                    _ => codes::SSM_PARAMETER_BY_NAME,
                };
                let is_there = *is_there
                    .entry(name)
                    .or_insert_with(|| is_written(parameters, template, name));
                if is_there && !is_told(findings, code, name, Some(&read.path)) {
                    findings.push(trapped(*trap, name, read.path.clone()));
                }
            }
        }
    }

    /// How often each function is there.
    fn counts(&self) -> HashMap<&str, usize> {
        let mut counts = HashMap::new();
        for read in &self.all {
            *counts.entry(read.function.as_str()).or_default() += 1;
        }
        counts
    }
}

/// Whether the value of a parameter stands in the resources of the output.
fn is_written(parameters: &Parameters, template: &Template, parameter: &str) -> bool {
    let mut texts = parameters.texts();
    let resources = || template.resources().into_iter().flat_map(Map::values);
    texts.any(|(name, text, _)| {
        name == parameter
            && text.len() > SHORTEST
            && resources().any(|resource| holds(resource, text))
    })
}

impl Known {
    /// Whether it is long enough to be this value and no other word.
    fn is_telling(&self) -> bool {
        let shortest = if self.is_secret { SHORTEST } else { SHORT };
        self.text.len() > shortest && !is_word_of_ours(&self.text)
    }
}

/// Whether a text is one that a message may name for itself: small letters, or capitals.
fn is_word_of_ours(text: &str) -> bool {
    let is_small = text.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_capital = text
        .bytes()
        .all(|byte| byte.is_ascii_uppercase() || byte == b'_');
    text.len() <= SHORT && (is_small || is_capital)
}
