//! The values of template parameters that the caller gives: pairs on the command line, and files. They may be secrets,
//! so no message repeats one.

use std::path::Path;

use crate::tree::Map;

use super::{Failure, parameters_file};

/// All values: those of the file, then those of the pairs, which win.
pub(crate) fn collect(pairs: &[String], file: Option<&Path>) -> Result<Map, Failure> {
    let pairs = pairs
        .iter()
        .enumerate()
        .map(|(i, pair)| split(pair, i + 1))
        .collect::<Result<Vec<_>, _>>()?;
    let mut values = file
        .map(parameters_file::read)
        .transpose()?
        .unwrap_or_default();
    for (name, value) in pairs {
        values.insert(name.to_owned(), Some(value.into()));
    }
    values
        .into_iter()
        .map(|(name, value)| match value {
            Some(value) => Ok((name, value)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

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
            crate::tree::Value::Object(values),
            crate::tree::json!({"A": "1=2", "B": "b", "C": "", "D": "x,y"})
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
