//! What the user sets where the macro is named: `Transform: {Name: Canaryform, Parameters: {...}}`.

use super::cut;
use crate::check;
use crate::diagnostics::{Diagnostic, Levels, codes};
use crate::keep;
use crate::passes::transforms;
use crate::template::Template;
use crate::tree::Value;
use crate::{Options, Output};

pub(super) const NOT_A_MAP: &str = "the macro's parameters must be a map";

/// The keys of `params` that take a word, and the words of each.
const WORDS: &[(&str, &[&str])] = &[
    ("Serverless", &["Lower", "Keep"]),
    ("Warnings", &["Ignore", "Fail"]),
];

/// The keys of `params` that take something else.
const OTHERS: &[&str] = &["Allow", "Deny", "DeploySalt"];

/// What the user set where the macro is named.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Settings {
    /// SAM's resources stay for AWS's own transform.
    pub(super) keeps_serverless: bool,
    pub(super) levels: Levels,
    pub(super) deploy_salt: Option<String>,
}

impl Settings {
    /// Reads what is given to the macro.
    pub(super) fn read(given: &Value) -> Result<Self, String> {
        let mut settings = Self::default();
        let given = match given {
            Value::Null => return Ok(settings),
            Value::Object(given) => given,
            _ => return Err(NOT_A_MAP.to_owned()),
        };
        for (name, value) in given {
            match name.as_str() {
                "DeploySalt" => {
                    settings.deploy_salt = Some(match value {
                        Value::String(salt) => salt.to_string(),
                        Value::Number(number) => number.to_string(),
                        _ => {
                            return Err(
                                "the macro's parameter `DeploySalt` must be a text".to_owned()
                            );
                        }
                    });
                }
                "Allow" | "Deny" => {
                    for code in codes_in(name, value)? {
                        let done = match name.as_str() {
                            "Allow" => settings.levels.allow(code),
                            _ => settings.levels.deny(code),
                        };
                        done.map_err(|fault| format!("the macro's parameter `{name}`: {fault}"))?;
                    }
                }
                _ => match word(name, value)? {
                    "Keep" => settings.keeps_serverless = true,
                    "Fail" => settings.levels.deny("warnings")?,
                    _ => {}
                },
            }
        }
        Ok(settings)
    }
}

/// The word that a parameter of the macro holds.
fn word<'a>(name: &str, value: &'a Value) -> Result<&'a str, String> {
    let Some((_, words)) = WORDS.iter().find(|(known, _)| *known == name) else {
        let names: Vec<&str> = WORDS
            .iter()
            .map(|(name, _)| *name)
            .chain(OTHERS.iter().copied())
            .collect();
        return Err(format!(
            "the macro has no parameter `{}`: {}",
            cut(name, 60),
            crate::diagnostics::did_you_mean(name, &names)
        ));
    };
    let word = value.as_str().unwrap_or_default();
    if words.contains(&word) {
        Ok(word)
    } else {
        Err(format!(
            "the macro's parameter `{name}` must be `{}`",
            words.join("` or `")
        ))
    }
}

/// The codes that `Allow` or `Deny` names: a list, or a text with commas between them.
fn codes_in<'a>(name: &str, value: &'a Value) -> Result<Vec<&'a str>, String> {
    let texts = match value {
        Value::String(text) => Some(vec![text.as_str()]),
        Value::Array(items) => items.iter().map(Value::as_str).collect(),
        _ => None,
    };
    let texts = texts.ok_or_else(|| {
        format!("the macro's parameter `{name}` must be a list of codes, or a text with commas between them")
    })?;
    Ok(texts.into_iter().flat_map(codes).collect())
}

/// The codes of a text that has commas between them.
pub(super) fn codes(text: &str) -> impl Iterator<Item = &str> {
    let codes = text.split(',').map(str::trim);
    codes.filter(|code| !code.is_empty())
}

/// Transforms a template that may name this macro in its `Transform`, with the parameters that it gives there: what they
/// allow and deny, and `DeploySalt` where `options` has none; with `Serverless: Keep` the template comes back without the
/// macro's name, with what goes beyond SAM said in SAM's words, and checked.
///
/// What is denied is an error also where only a rule of [`check`](mod@crate::check) finds it.
pub fn transform_as_told(template: Template, options: &Options<'_>) -> Output {
    let (told, fault) = told(&template, options);
    let mut output = transform_and_deny(template, &told);
    output.diagnostics.extend(fault);
    output
}

/// The same for a verb that applies all rules to what comes out itself: none is applied here.
#[cfg(feature = "cli")]
pub(crate) fn transform_before_rules(template: Template, options: &Options<'_>) -> Output {
    let (told, fault) = told(&template, options);
    let mut output = transform(template, &told);
    output.diagnostics.extend(fault);
    output
}

/// The options with what the template says where it names the macro, and what is wrong with that.
fn told<'a>(template: &Template, options: &Options<'a>) -> (Options<'a>, Option<Diagnostic>) {
    let mut told = options.clone();
    let Some(call) = transforms::call(template, &options.macro_name) else {
        return (told, None);
    };
    let read = match (&call.stray, call.parameters) {
        (Some((_, key)), _) => Err(transforms::stray_key(key)),
        (None, Some(given)) => Settings::read(given),
        (None, None) => return (told, None),
    };
    let place = call.stray.map_or(call.place, |(place, _)| place);
    match read {
        Ok(settings) => {
            told.levels.add(settings.levels);
            told.deploy_salt = told.deploy_salt.or(settings.deploy_salt);
            told.keeps_serverless |= settings.keeps_serverless;
            (told, None)
        }
        Err(fault) => {
            told.keeps_serverless = false;
            let fault = Diagnostic::new(codes::MACRO_PARAMETERS, place, fault);
            (told, Some(fault))
        }
    }
}

/// Transforms a template as the options say, and finds what they deny.
pub(super) fn transform_and_deny(template: Template, options: &Options<'_>) -> Output {
    if !check::may_find_denied(&options.levels) {
        return transform(template, options);
    }
    // Rules look at details, too.
    let options = options.clone().with_parts();
    let given = template.clone();
    let mut output = transform(template, &options);
    let denied = if options.keeps_serverless && !output.is_broken() {
        // What is deployed in the end counts.
        let whole = crate::transform(given.clone(), &options);
        check::denied(&given, &whole, &options)
    } else {
        check::denied(&given, &output, &options)
    };
    output.diagnostics.extend(denied);
    output
}

fn transform(mut template: Template, options: &Options<'_>) -> Output {
    if !options.keeps_serverless {
        return crate::transform(template, options);
    }
    transforms::take_out_macro(&mut template, &options.macro_name);
    keep::transform(template, options)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_words() {
        let read = |text: &str| Settings::read(&serde_json::from_str::<Value>(text).unwrap());
        assert_eq!(read("{}"), Ok(Settings::default()));
        let both = read(r#"{"Serverless": "Keep", "Warnings": "Fail", "DeploySalt": 5}"#).unwrap();
        let mut denied = Levels::default();
        denied.deny("warnings").unwrap();
        assert!(both.keeps_serverless && both.levels == denied);
        assert_eq!(read(r#"{"Deny": "warnings"}"#).unwrap().levels, denied);
        for codes in [
            r#""duplicate-key, ignored-key""#,
            r#"["duplicate-key", "ignored-key"]"#,
        ] {
            let levels = read(&format!(r#"{{"Allow": {codes}}}"#)).unwrap().levels;
            assert!(levels.allows(codes::DUPLICATE_KEY) && levels.allows(codes::IGNORED_KEY));
        }
        assert_eq!(both.deploy_salt.as_deref(), Some("5"));
        for wrong in [
            r#"{"Serverles": "Keep"}"#,
            r#"{"Warnings": true}"#,
            "[1]",
            r#"{"DeploySalt": []}"#,
            r#"{"Allow": "unknown-property"}"#,
            r#"{"Deny": [1]}"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
