//! Values of parameters may be secrets: no finding shows one, and a secret that goes into the output is told.
//!
//! ```text
//! there is no authorizer `S3CR3T`   becomes   there is no authorizer `${Login}`
//! ```
//!
//! A message names many values that may have come out of a parameter on the way. So none of them is trusted: every finding
//! is looked through for the values that the caller gave, and names the parameter instead, as `Fn::Sub` would.

use crate::diagnostics::{Diagnostic, codes};
use crate::origin::Origins;
use crate::scope::{Scope, secret_in_output};
use crate::template::{Path, Template, Trail};
use crate::tree::Value;

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
            // The id of a resource in an unrolled loop.
            if let Some(id) = &mut finding.resource {
                for secret in self.values.iter().filter(|value| value.is_secret) {
                    if id.contains(&secret.text) {
                        *id = id.replace(&secret.text, &secret.shown);
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

    /// Tells where secrets have come into the output, once for each resource and parameter, unless it is told already.
    pub(crate) fn tell_secrets(
        &self,
        template: &Template,
        origins: &Origins,
        findings: &mut Vec<Diagnostic>,
    ) {
        let secrets: Vec<&Known> = self
            .values
            .iter()
            .filter(|value| value.is_secret && value.is_telling())
            .collect();
        if secrets.is_empty() {
            return;
        }
        for (id, resource) in template.resources().into_iter().flatten() {
            let place = match origins.get(id.as_str()) {
                Some(origin) => match (&origin.source, origin.because.first()) {
                    (Some(source), _) => Path::resource(source),
                    (None, Some(because)) => because.clone(),
                    (None, None) => Path::resource(id),
                },
                None => Path::resource(id),
            };
            for secret in &secrets {
                let mut is_there = false;
                Trail::section("Resources").walk(resource, &mut |_, value| {
                    is_there |= matches!(value, Value::String(text) if text.contains(&secret.text));
                });
                let name = secret.shown.trim_matches(['$', '{', '}']);
                let is_told = findings.iter().any(|finding| {
                    finding.code == codes::SECRET_IN_OUTPUT
                        && finding.resource.as_deref() == place.resource_id()
                        && finding.message.contains(&format!("`{name}`"))
                });
                if is_there && !is_told {
                    findings.push(secret_in_output(name, place.clone()));
                }
            }
        }
    }
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
