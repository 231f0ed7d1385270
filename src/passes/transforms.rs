//! `Transform`: what runs here is taken out, and whatever else is named there stays, in its order, so that it deploys.
//!
//! ```yaml
//! Transform: [Audit, AWS::Serverless-2016-10-31, Stamp]
//! ```
//!
//! becomes
//!
//! ```yaml
//! Transform:
//!   - Audit
//!   - Stamp
//! ```
//!
//! Upstream: `SamTranslator` drops the whole of `Transform`, since CloudFormation has run the others by then.

use crate::diagnostics::{Diagnostic, codes};
use crate::scope::Scope;
use crate::template::{Path, Step, Template};
use crate::tree::{Map, Value};

/// How the names of SAM's transform begin: a date follows.
const SAM: &str = "AWS::Serverless-";

/// AWS's transform for loops and the like. Its name stays: what CloudFormation itself must do for it (an intrinsic as
/// `DeletionPolicy`) it does only where the template names it.
pub(crate) const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// One entry of `Transform`.
struct Named<'a> {
    name: &'a str,
    path: Path,
}

impl Named<'_> {
    /// Whether it is what this transform does: SAM's, or the macro of the name `own`, with an account before it or not.
    fn is_ours(&self, own: &str) -> bool {
        self.name.starts_with(SAM) || is_macro(self.name, own)
    }
}

/// Whether `name` names the macro `own`: `Canaryform`, or `123456789012::Canaryform`.
fn is_macro(name: &str, own: &str) -> bool {
    let is_account =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.split_once("::") {
        Some((account, name)) if is_account(account) => name == own,
        _ => name == own,
    }
}

/// The entries of `Transform` that have a name, in their order.
fn named(template: &Template) -> Vec<Named<'_>> {
    let path = Path::default().then("Transform");
    match template.0.get("Transform") {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| {
                Some(Named {
                    name: named_by(item)?,
                    path: path.clone().then(index),
                })
            })
            .collect(),
        Some(value) => named_by(value)
            .map(|name| Named { name, path })
            .into_iter()
            .collect(),
        None => Vec::new(),
    }
}

/// The name that an entry has.
fn named_by(entry: &Value) -> Option<&str> {
    match entry {
        Value::String(name) => Some(name),
        entry => entry.get("Name").and_then(Value::as_str),
    }
}

/// Whether the template asks for language extensions, and not only after SAM, which would not have seen what they do.
pub(crate) fn extends_language(scope: &Scope<'_>, template: &Template) -> bool {
    let named = named(template);
    let own = &scope.options.macro_name;
    named
        .iter()
        .take_while(|entry| !entry.is_ours(own))
        .any(|entry| entry.name == LANGUAGE_EXTENSIONS)
}

/// The parameters that the template gives to the macro of the name `own`, and where they stand.
pub(crate) fn macro_parameters<'a>(template: &'a Template, own: &str) -> Option<(Path, &'a Value)> {
    let found = named(template)
        .into_iter()
        .find(|entry| is_macro(entry.name, own))?;
    let transform = template.0.get("Transform")?;
    let entry = match found.path.0.last() {
        Some(Step::Index(index)) => transform.get(*index)?,
        _ => transform,
    };
    Some((found.path.then("Parameters"), entry.get("Parameters")?))
}

/// Takes what runs here out of `Transform`, and warns of what stood before it and so runs after it now.
pub(crate) fn take_out(scope: &Scope<'_>, template: &mut Template) {
    let own = &scope.options.macro_name;
    let entries = named(template);
    let last = entries.iter().rposition(|entry| entry.is_ours(own));
    for entry in entries.iter().take(last.unwrap_or_default()) {
        if !entry.is_ours(own) && entry.name != LANGUAGE_EXTENSIONS {
            scope.report(runs_later(entry));
        }
    }
    if last.is_some() {
        take_out_names(template, &|name| {
            Named {
                name,
                path: Path::default(),
            }
            .is_ours(own)
        });
    }
}

/// Takes the macro of the name `own` out of `Transform`, and leaves SAM's.
pub(crate) fn take_out_macro(template: &mut Template, own: &str) {
    take_out_names(template, &|name| is_macro(name, own));
}

fn take_out_names(template: &mut Template, is_out: &dyn Fn(&str) -> bool) {
    let is_out = |entry: &Value| named_by(entry).is_some_and(is_out);
    let is_empty = match template.0.get_mut("Transform") {
        Some(Value::Array(items)) => {
            items.retain(|item| !is_out(item));
            items.is_empty()
        }
        Some(value) => is_out(value),
        None => false,
    };
    if is_empty {
        let kept = std::mem::take(&mut template.0);
        template.0 = kept
            .into_iter()
            .filter(|(name, _)| name != "Transform")
            .collect::<Map>();
    }
}

fn runs_later(entry: &Named<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::MACRO_RUNS_LATER,
        entry.path.clone(),
        format!(
            "`{}` stands before SAM's transform, but runs after it: the output names it, and is deployed with it",
            entry.name
        ),
    )
    .help("check that it does the same with functions, roles and APIs as with what SAM calls them; or let CloudFormation transform the template")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_may_have_an_account_before_it() {
        for (name, ours) in [
            ("Canaryform", true),
            ("123456789012::Canaryform", true),
            ("AWS::Canaryform", false),
            ("12345::Canaryform", false),
            ("canaryform", false),
        ] {
            assert_eq!(is_macro(name, "Canaryform"), ours, "{name}");
        }
    }
}
