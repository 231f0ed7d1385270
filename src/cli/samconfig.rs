//! SAM CLI's `samconfig.toml`: the region and the values of parameters that `sam deploy` takes from it.
//!
//! ```toml
//! version = 0.1
//! [prod.deploy.parameters]
//! region = "eu-west-1"
//! parameter_overrides = "Stage=prod Greeting=\"Hello there\""
//! ```
//!
//! It is read where it is asked for, by `--config-env` or `--config-file`: what a template becomes does not change with
//! a file that lies about. As with SAM CLI, a setting of the command counts before one for all commands (`global`), and
//! what stands on the command line before both.
//!
//! Source: "AWS SAM CLI configuration file" in the SAM developer guide. Values may be secrets, so no message repeats one.

use std::fs::File;
use std::path::Path;

use serde::Deserialize;

use super::Failure;
use super::files::{printable, read_within};

/// The file that is read where none is named.
const FILE: &str = "samconfig.toml";
/// The environment where none is named.
const ENVIRONMENT: &str = "default";
/// The commands whose settings count, the first before the second.
const COMMANDS: [&str; 2] = ["deploy", "global"];
const MAX_BYTES: u64 = 4 << 20;

/// What the file says of a deployment.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct SamConfig {
    pub(super) region: Option<String>,
    /// As `--parameter-overrides` takes them.
    pub(super) parameter_overrides: Vec<String>,
}

/// The settings of one command.
#[derive(Deserialize)]
struct Settings {
    region: Option<String>,
    parameter_overrides: Option<Overrides>,
}

/// Pairs in one text, or each in its own.
#[derive(Deserialize)]
#[serde(untagged)]
enum Overrides {
    Text(String),
    List(Vec<String>),
}

/// Reads the settings that are asked for; none where neither a file nor an environment is named. As with SAM CLI, the file
/// lies in the `folder` of the template; else in the working folder.
pub(super) fn read(
    file: Option<&Path>,
    environment: Option<&str>,
    folder: Option<&Path>,
) -> Result<SamConfig, Failure> {
    if file.is_none() && environment.is_none() {
        return Ok(SamConfig::default());
    }
    let beside = folder
        .map(|folder| folder.join(FILE))
        .filter(|path| path.is_file());
    let path = file.or(beside.as_deref()).unwrap_or(Path::new(FILE));
    let name = printable(path);
    if file.is_none() && !path.is_file() {
        return Err(Failure::Usage(format!(
            "there is no `{name}` beside the template or in this folder: name it with --config-file"
        )));
    }
    let opened =
        File::open(path).map_err(|error| Failure::io(&format!("cannot read `{name}`"), &error))?;
    let bytes = read_within(opened, MAX_BYTES, &name)?;
    let text = std::str::from_utf8(&bytes)
        .map_err(|_| Failure::Usage(format!("`{name}` is not UTF-8 text")))?;
    parse(text, environment.unwrap_or(ENVIRONMENT))
        .map_err(|words| Failure::Usage(format!("`{name}` {words}")))
}

/// The settings of an environment. The error goes on after the file's name.
fn parse(text: &str, environment: &str) -> Result<SamConfig, String> {
    // The parser's own report shows the line, which may hold a secret.
    let at = |span: Option<std::ops::Range<usize>>| match span {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or_default();
            format!(" (line {})", before.matches('\n').count() + 1)
        }
        None => String::new(),
    };
    let all: toml::Table = toml::from_str(text)
        .map_err(|error| format!("is not TOML{}: {}", at(error.span()), error.message()))?;
    let Some(commands) = all.get(environment).and_then(toml::Value::as_table) else {
        let known: Vec<&str> = all
            .iter()
            .filter(|(_, value)| value.is_table())
            .map(|(name, _)| name.as_str())
            .collect();
        return Err(format!(
            "has no environment `{environment}`; it has {}",
            match known.as_slice() {
                [] => "none".to_owned(),
                known => format!("`{}`", known.join("`, `")),
            }
        ));
    };
    let mut config = SamConfig::default();
    let mut overrides = None;
    for command in COMMANDS {
        let Some(parameters) = commands
            .get(command)
            .and_then(|command| command.get("parameters"))
        else {
            continue;
        };
        let settings: Settings = parameters.clone().try_into().map_err(|_| {
            format!("must have texts for `region` and `parameter_overrides` in `[{environment}.{command}.parameters]`; the latter may be a list of texts")
        })?;
        config.region = config.region.or(settings.region);
        overrides = overrides.or(settings.parameter_overrides);
    }
    config.parameter_overrides = match overrides {
        None => Vec::new(),
        Some(Overrides::List(pairs)) => pairs,
        Some(Overrides::Text(text)) => shlex::split(&text).ok_or_else(|| {
            format!("has a quote in `parameter_overrides` of `{environment}` that is not closed")
        })?,
    };
    Ok(config)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_has_its_region_and_its_pairs() {
        let text = "version = 0.1
[default.global.parameters]
region = \"eu-west-1\"
[default.deploy.parameters]
stack_name = \"greeter\"
parameter_overrides = \"Stage=prod Greeting=\\\"Hello there\\\" ParameterKey=A,ParameterValue=b\"
[test.deploy.parameters]
region = \"us-east-1\"
parameter_overrides = [\"Stage=test\", \"Greeting=Hello there\"]
";
        let of = |environment| parse(text, environment).unwrap();
        let config = |region: &str, pairs: &[&str]| SamConfig {
            region: Some(region.to_owned()),
            parameter_overrides: pairs.iter().map(|pair| (*pair).to_owned()).collect(),
        };
        let first = [
            "Stage=prod",
            "Greeting=Hello there",
            "ParameterKey=A,ParameterValue=b",
        ];
        assert_eq!(of("default"), config("eu-west-1", &first));
        let second = ["Stage=test", "Greeting=Hello there"];
        assert_eq!(of("test"), config("us-east-1", &second));
        assert_eq!(
            parse(text, "prod").unwrap_err(),
            "has no environment `prod`; it has `default`, `test`"
        );
    }

    #[test]
    fn no_message_repeats_a_value() {
        for text in [
            "[default.deploy.parameters]\nparameter_overrides = \"Secret=hunter2",
            "[default.deploy.parameters]\nparameter_overrides = \"Secret='hunter2\"",
            "[default.deploy.parameters]\nparameter_overrides = {Secret = [\"hunter2\"]}",
        ] {
            let message = parse(text, "default").unwrap_err();
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
