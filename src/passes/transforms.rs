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

use crate::diagnostics::{Diagnostic, codes, suggestion};
use crate::scope::Scope;
use crate::template::{Path, Template};
use crate::tree::{Map, Value};

/// How the names of SAM's transform begin: a date follows.
const SAM: &str = "AWS::Serverless-";

/// AWS's transform for loops and the like. Its name stays: what CloudFormation itself must do for it (an intrinsic as
/// `DeletionPolicy`) it does only where the template names it.
pub(crate) const LANGUAGE_EXTENSIONS: &str = "AWS::LanguageExtensions";

/// What AWS calls its transforms.
///
/// Source: "Transforms reference" in the CloudFormation template reference.
const OF_AWS: &[&str] = &[
    "AWS::CodeDeployBlueGreen",
    "AWS::CodeStar",
    "AWS::Include",
    LANGUAGE_EXTENSIONS,
    "AWS::SecretsManager-2020-07-23",
    "AWS::SecretsManager-2024-09-16",
    SAM_OF_TODAY,
    "AWS::ServiceCatalog",
];

const SAM_OF_TODAY: &str = "AWS::Serverless-2016-10-31";

/// Where a transform of the resources alone is named.
const INSIDE: &str = "Fn::Transform";

/// The keys of an entry.
const KEYS: &[&str] = &["Name", "Parameters"];

/// One entry of `Transform`, or of `Fn::Transform` below `Resources`.
struct Named<'a> {
    name: &'a str,
    path: Path,
    entry: &'a Value,
}

impl Named<'_> {
    /// Whether it is what this transform does: SAM's, or the macro of the name `own`, with an account before it or not.
    fn is_ours(&self, own: &str) -> bool {
        self.name.starts_with(SAM) || is_macro(self.name, own)
    }
}

/// Whether `name` names the macro `own`: `Canaryform`, or `123456789012::Canaryform`.
pub(crate) fn is_macro(name: &str, own: &str) -> bool {
    without_account(name) == own
}

fn without_account(name: &str) -> &str {
    let is_account =
        |text: &str| text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
    match name.split_once("::") {
        Some((account, name)) if is_account(account) => name,
        _ => name,
    }
}

/// The entries of `Transform` that have a name, in their order.
fn named(template: &Template) -> Vec<Named<'_>> {
    let path = Path::default().then("Transform");
    entries(template.0.get("Transform"), &path)
}

/// The entries of `Fn::Transform` right below `Resources`.
fn named_inside(template: &Template) -> Vec<Named<'_>> {
    let path = Path::default().then("Resources").then(INSIDE);
    let given = template.resources().and_then(|all| all.get(INSIDE));
    entries(given, &path)
}

fn entries<'a>(given: Option<&'a Value>, path: &Path) -> Vec<Named<'a>> {
    let of = |entry: &'a Value, path: Path| {
        let name = named_by(entry)?;
        Some(Named { name, path, entry })
    };
    match given {
        Some(Value::Array(items)) => items
            .iter()
            .enumerate()
            .filter_map(|(index, item)| of(item, path.clone().then(index)))
            .collect(),
        Some(value) => of(value, path.clone()).into_iter().collect(),
        None => Vec::new(),
    }
}

/// The name that an entry has.
pub(crate) fn named_by(entry: &Value) -> Option<&str> {
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

/// What the template says where it names the macro of the name `own`.
pub(crate) struct Call<'a> {
    /// Where the parameters stand.
    pub(crate) place: Path,
    pub(crate) parameters: Option<&'a Value>,
    /// Whether it stands among the resources, and sees nothing else.
    pub(crate) is_inside: bool,
    /// A key that means nothing, and where it stands.
    pub(crate) stray: Option<(Path, &'a str)>,
}

/// Where the template names the macro of the name `own`: in `Transform`, or right below `Resources`.
pub(crate) fn call<'a>(template: &'a Template, own: &str) -> Option<Call<'a>> {
    let is_own = |entry: &Named<'_>| is_macro(entry.name, own);
    let above = named(template).into_iter().find(is_own);
    let is_inside = above.is_none();
    let found = above.or_else(|| named_inside(template).into_iter().find(is_own))?;
    let stray = found.entry.as_object().and_then(|entry| {
        let mut keys = entry.keys().map(|key| key.as_str());
        keys.find(|key| !KEYS.contains(key))
    });
    Some(Call {
        parameters: found.entry.get("Parameters"),
        stray: stray.map(|key| (found.path.clone().then(key), key)),
        place: found.path.then("Parameters"),
        is_inside,
    })
}

/// That a key of an entry means nothing.
pub(crate) fn stray_key(key: &str) -> String {
    let meant = crate::diagnostics::did_you_mean(key, KEYS);
    format!("where the macro is named, there is no key `{key}`: {meant}")
}

/// Takes what runs here out of `Transform`, and warns of what stood before it and so runs after it now, and of what
/// stands there and is probably not meant.
pub(crate) fn take_out(scope: &Scope<'_>, template: &mut Template) {
    let own = &scope.options.macro_name;
    let entries = named(template);
    let last = entries.iter().rposition(|entry| entry.is_ours(own));
    for (index, entry) in entries.iter().chain(&named_inside(template)).enumerate() {
        let is_before = index < last.unwrap_or_default();
        if let Some(finding) = misspelt(entry, own) {
            scope.report(finding);
        } else if is_before && !entry.is_ours(own) && entry.name != LANGUAGE_EXTENSIONS {
            scope.report(runs_later(entry));
        }
    }
    let sam = entries.iter().position(|entry| entry.name.starts_with(SAM));
    let macro_behind = entries.iter().skip(sam.unwrap_or(entries.len()));
    for entry in macro_behind.filter(|entry| is_macro(entry.name, own)) {
        scope.report(nothing_left(entry));
    }
    take_out_names(template, &|name| {
        name.starts_with(SAM) || is_macro(name, own)
    });
}

/// That a name is nearly another one, and stays.
fn misspelt(entry: &Named<'_>, own: &str) -> Option<Diagnostic> {
    let name = without_account(entry.name);
    if name == own || OF_AWS.contains(&name) || name.starts_with(SAM) {
        return None;
    }
    let meant = if name.starts_with("AWS::Serverless") {
        SAM_OF_TODAY
    } else {
        suggestion(name, OF_AWS.iter().copied().chain([own]))?
    };
    let known = if meant == own {
        "the name of this macro"
    } else {
        "a transform of AWS"
    };
    Some(
        Diagnostic::new(
            codes::TRANSFORM_NEARLY,
            entry.path.clone(),
            format!("`{}` is not `{meant}`, {known}: the output names it, and CloudFormation looks for a macro that is called so", entry.name),
        )
        .help(format!("write `{meant}`; or, where the macro is deployed under this name, say so: `--macro-name`")),
    )
}

/// That the macro is to run where SAM has run already.
fn nothing_left(entry: &Named<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::MACRO_BEHIND_SAM,
        entry.path.clone(),
        format!(
            "`{}` stands behind SAM's transform: in an account nothing of SAM is left when it runs, and what goes beyond SAM was refused before",
            entry.name
        ),
    )
    .help("name it alone; or before SAM's, with `Serverless: Keep`")
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
    if let Some(resources) = template.section_mut("Resources")
        && resources.get(INSIDE).is_some_and(is_out)
    {
        resources.retain(|name, _| name != INSIDE);
    }
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
