//! The values of template parameters that the caller gives: pairs on the command line, and files.
//!
//! Values are text, as CloudFormation has them: `1.10` in a file stays `1.10`. They may be secrets, so no message
//! repeats one.

use std::fs;
use std::path::Path;

use canaryform::tree::Map;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;
use std::collections::BTreeMap;

use super::Failure;

/// All values: those of the file, then those of the pairs, which win.
pub(crate) fn collect(pairs: &[String], file: Option<&Path>) -> Result<Map, Failure> {
    let pairs = pairs
        .iter()
        .enumerate()
        .map(|(i, pair)| split(pair, i + 1))
        .collect::<Result<Vec<_>, _>>()?;
    let mut values = BTreeMap::new();
    if let Some(path) = file {
        let name = path.display();
        let text = fs::read_to_string(path)
            .map_err(|error| Failure::io(&format!("cannot read `{name}`"), &error))?;
        values = parse(&text).map_err(|fault| Failure::Usage(format!("`{name}` {fault}")))?;
    }
    for (name, value) in pairs {
        values.insert(name.to_owned(), Some(value.to_owned()));
    }
    values
        .into_iter()
        .map(|(name, value)| match value {
            Some(value) => Ok((name, value.into())),
            None => Err(Failure::Usage(format!(
                "the parameter `{name}` has no value in the parameters file: there is no previous stack to ask; \
                 add `ParameterValue`, or give it with --parameter-overrides"
            ))),
        })
        .collect()
}

/// `KEY=VALUE`, or `ParameterKey=KEY,ParameterValue=VALUE`.
fn split(pair: &str, position: usize) -> Result<(&str, &str), Failure> {
    if let Some((name, value)) = pair
        .strip_prefix("ParameterKey=")
        .and_then(|rest| rest.split_once(",ParameterValue="))
    {
        return Ok((name, value));
    }
    match pair.split_once('=') {
        Some(("", _)) => Err(Failure::Usage(format!(
            "value {position} after --parameter-overrides has no name before its `=`"
        ))),
        Some(split) => Ok(split),
        None if is_template(pair) => Err(Failure::Usage(format!(
            "`{pair}` was taken as a value of --parameter-overrides, which takes all that follows up to the next \
             option: put the template first, or `--` before it"
        ))),
        None => Err(Failure::Usage(format!(
            "value {position} after --parameter-overrides has no `=`: write KEY=VALUE, in quotes where the value \
             has spaces, and the template before the option"
        ))),
    }
}

/// Whether a word on the command line is meant as a template, so that it may be repeated in a message.
fn is_template(word: &str) -> bool {
    let path = Path::new(word);
    let extension = path.extension().and_then(|extension| extension.to_str());
    word == "-" || matches!(extension, Some("yaml" | "yml" | "json" | "template")) || path.is_file()
}

/// One entry of the AWS CLI's list.
#[derive(Deserialize)]
struct Entry<T> {
    #[serde(rename = "ParameterKey")]
    name: String,
    #[serde(rename = "ParameterValue")]
    value: Option<T>,
}

/// The values in a parameters file; none where the file wants the previous stack's. The error goes on after the
/// file's name.
fn parse(text: &str) -> Result<BTreeMap<String, Option<String>>, String> {
    let text = text.trim_start_matches('\u{feff}');
    // JSON by its own rules, because its numbers and surrogate pairs are not YAML's.
    if text.trim_start().starts_with(['{', '[']) {
        match serde_json::from_str::<&RawValue>(text) {
            Ok(_) => return from_json(text),
            Err(error) if serde_yaml::from_str::<serde_yaml::Value>(text).is_err() => {
                return Err(format!("is not JSON: {error}"));
            }
            Err(_) => {}
        }
    }
    from_yaml(text)
}

const SHAPE: &str = "must be a map of names to values, or a list of {ParameterKey, ParameterValue}";

fn from_json(text: &str) -> Result<BTreeMap<String, Option<String>>, String> {
    fn typed<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, String> {
        // The message of a wrong type would repeat the value.
        serde_json::from_str(text).map_err(|error| format!("{SHAPE} (line {})", error.line()))
    }
    let pairs: BTreeMap<String, Option<Box<RawValue>>> = if text.trim_start().starts_with('[') {
        typed::<Vec<Entry<Box<RawValue>>>>(text)?
            .into_iter()
            .map(|entry| (entry.name, entry.value))
            .collect()
    } else {
        typed::<BTreeMap<String, Box<RawValue>>>(text)?
            .into_iter()
            .map(|(name, value)| (name, Some(value)))
            .collect()
    };
    pairs
        .into_iter()
        .map(|(name, raw)| {
            let Some(raw) = raw else {
                return Ok((name, None));
            };
            let raw = raw.get();
            let value = match raw.as_bytes().first() {
                Some(b'"') => serde_json::from_str(raw).unwrap_or_default(),
                Some(b'{' | b'[' | b'n') => {
                    return Err(format!("{SHAPE}: `{name}` is neither text nor a number"));
                }
                _ => raw.to_owned(),
            };
            Ok((name, Some(value)))
        })
        .collect()
}

fn from_yaml(text: &str) -> Result<BTreeMap<String, Option<String>>, String> {
    fn typed<T: DeserializeOwned>(text: &str) -> Result<T, String> {
        serde_yaml::from_str(text).map_err(|error| match error.location() {
            Some(place) => format!(
                "{SHAPE}, each value text or a number (line {})",
                place.line()
            ),
            None => format!("{SHAPE}, each value text or a number"),
        })
    }
    let value: serde_yaml::Value =
        serde_yaml::from_str(text).map_err(|error| format!("is not YAML: {error}"))?;
    if value.is_sequence() {
        let entries: Vec<Entry<String>> = typed(text)?;
        Ok(entries
            .into_iter()
            .map(|entry| (entry.name, entry.value))
            .collect())
    } else if value.is_null() {
        Ok(BTreeMap::new())
    } else {
        let pairs: BTreeMap<String, String> = typed(text)?;
        Ok(pairs
            .into_iter()
            .map(|(name, value)| (name, Some(value)))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let found = parse(text).unwrap();
        let expected = expected
            .iter()
            .map(|(name, value)| ((*name).to_owned(), Some((*value).to_owned())))
            .collect();
        assert_eq!(found, expected, "{text}");
    }

    #[test]
    fn values_keep_the_characters_that_were_written() {
        check(
            "Version: 1.10\nOn: yes\nId: 012345678901\n",
            &[("Version", "1.10"), ("On", "yes"), ("Id", "012345678901")],
        );
        check(
            "Port: 0x1F\nTime: 12:30\nEmpty: ''\nBig: 1_000\n",
            &[
                ("Port", "0x1F"),
                ("Time", "12:30"),
                ("Empty", ""),
                ("Big", "1_000"),
            ],
        );
        check(
            r#"{"Version": 1.10, "On": true, "Face": "\ud83d\ude00", "E": 1e3}"#,
            &[
                ("Version", "1.10"),
                ("On", "true"),
                ("Face", "😀"),
                ("E", "1e3"),
            ],
        );
        check("\u{feff}{\"A\": \"b\"}", &[("A", "b")]);
        check("{A: b, C: 1.0}", &[("A", "b"), ("C", "1.0")]);
        check("A:\nB: null\n", &[("A", ""), ("B", "null")]);
        check("", &[]);
    }

    #[test]
    fn the_list_of_the_aws_cli_is_read() {
        check(
            r#"[{"ParameterKey": "A", "ParameterValue": "1"}, {"ParameterKey": "B", "ParameterValue": "x", "UsePreviousValue": false}]"#,
            &[("A", "1"), ("B", "x")],
        );
        check(
            "- ParameterKey: A\n  ParameterValue: 1.10\n",
            &[("A", "1.10")],
        );
        assert_eq!(
            parse(r#"[{"ParameterKey": "A", "UsePreviousValue": true}]"#).unwrap()["A"],
            None
        );
    }

    #[test]
    fn a_file_of_another_shape_is_refused_without_repeating_values() {
        for text in [
            "[hunter2]",
            "hunter2",
            "A: [hunter2]",
            "A: {b: hunter2}",
            r#"["hunter2"]"#,
            r#"{"A": ["hunter2"]}"#,
            r#""hunter2""#,
            r#"[{"ParameterKey": "A", "ParameterValue": {"x": "hunter2"}}]"#,
            "- ParameterKey: A\n  ParameterValue: [hunter2]\n",
            "A: hunter2\nA: hunter2\n",
            "a: b: hunter2",
            "{\"A\": \"hunter2",
            "- Name: hunter2\n",
        ] {
            let fault = parse(text).unwrap_err();
            assert!(!fault.contains("hunter2"), "{fault}");
        }
    }

    #[test]
    fn pairs_win_over_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("parameters.json");
        fs::write(&file, r#"[{"ParameterKey": "A", "UsePreviousValue": true}, {"ParameterKey": "B", "ParameterValue": "b"}]"#).unwrap();
        let pairs = [
            "A=1=2".to_owned(),
            "C=".to_owned(),
            "ParameterKey=D,ParameterValue=x,y".to_owned(),
        ];
        let values = collect(&pairs, Some(&file)).unwrap();
        assert_eq!(
            canaryform::tree::Value::Object(values),
            canaryform::tree::json!({"A": "1=2", "B": "b", "C": "", "D": "x,y"})
        );
        assert!(
            matches!(collect(&[], Some(&file)), Err(Failure::Usage(message)) if message.contains("`A`"))
        );
    }

    #[test]
    fn only_what_looks_like_a_template_is_repeated() {
        let fault = |word: &str| match split(word, 2) {
            Err(Failure::Usage(message)) => message,
            other => panic!("{other:?}"),
        };
        assert!(fault("template.yaml").contains("`template.yaml` was taken as a value"));
        assert!(fault("-").contains("`-` was taken as a value"));
        assert!(!fault("hunter2").contains("hunter2"));
        assert!(!fault("=hunter2").contains("hunter2"));
    }
}
