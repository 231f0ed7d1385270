//! `canaryform macro`: a request of CloudFormation answered offline, one that was recorded or the one that it would send
//! for a template.

use super::ExitCode;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;

use crate::diagnostics::Levels;
use crate::macro_call::{answer_denying, request};
use crate::template::read;
use clap::Args;
use serde_json::value::RawValue;

use super::Failure;
use super::files::Input;
use super::find;
use super::findings::{self, Colors, Report};
use super::help;
use super::output::write_stdout;
use super::parameters;
use super::template_options::{DEFAULT_MACRO, region};

const AFTER_HELP: &str = "\
Examples:
  canaryform macro event.json
  canaryform macro template.yaml --parameter-overrides Stage=prod --deny gradual-without-watch
  canaryform macro template.yaml --request > event.json
  aws lambda invoke --function-name NAME:live --payload fileb://event.json answer.json

Exit codes:
  0  the answer says success
  1  the answer says failure
  2  the command could not run: wrong usage, or a file that cannot be read";

/// What a request has, and no template.
const OF_REQUESTS: &[&str] = &[
    "accountId",
    "fragment",
    "params",
    "requestId",
    "templateParameterValues",
    "transformId",
];

#[derive(Args)]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// The request as JSON, or a template, for which the request is made that CloudFormation would send; `-` or nothing to
    /// read standard input
    event: Option<PathBuf>,

    /// Write the request for the template, and do not answer it
    #[arg(long)]
    request: bool,

    /// What the macro denies for all templates, as where it is deployed with this as `Deny`
    #[arg(long, value_name = "CODE|warnings", value_delimiter = ',')]
    deny: Vec<String>,

    /// The region of the request for a template [default: AWS_REGION, AWS_DEFAULT_REGION, us-east-1]
    #[arg(long)]
    region: Option<String>,

    /// Values of the template's parameters in the request for it
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    parameter_overrides: Vec<String>,

    /// The name that the template has for the macro
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MACRO)]
    macro_name: String,

    #[command(flatten)]
    colors: Colors,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut levels = Levels::default();
    for code in &arguments.deny {
        let done = levels.deny(code);
        done.map_err(|fault| Failure::Usage(format!("--deny: {fault}")))?;
    }
    let input = Input::read(arguments.event.as_deref(), &[])?;
    // The common case is found in a few steps.
    let text = match std::str::from_utf8(&input.text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(&input.text),
    };
    let event = if is_request(&text) || !find::is_template(&input.text) {
        if arguments.request
            || arguments.region.is_some()
            || !arguments.parameter_overrides.is_empty()
        {
            return Err(Failure::Usage(format!(
                "--request, --region and --parameter-overrides are for a template, and `{}` is none",
                input.name()
            )));
        }
        text
    } else {
        let template = match read(&input.text) {
            Ok(read) => read.template,
            Err(faults) => {
                let found = vec![(input, faults.0)];
                findings::tell(Report::Text, arguments.colors, found)?;
                return Ok(ExitCode::from(1));
            }
        };
        let region = region(arguments.region.as_deref())?;
        let values = parameters::collect(&arguments.parameter_overrides, None)?;
        Cow::Owned(request(template, &region, &values, &arguments.macro_name))
    };
    if arguments.request {
        print(&event)?;
        return Ok(ExitCode::SUCCESS);
    }
    let reply = answer_denying(&event, &arguments.deny.join(","));
    print(&reply.response)?;
    Ok(ExitCode::from(u8::from(!reply.succeeded)))
}

/// Whether a text is a request, however incomplete.
fn is_request(text: &str) -> bool {
    serde_json::from_str::<BTreeMap<Cow<'_, str>, &RawValue>>(text)
        .is_ok_and(|given| OF_REQUESTS.iter().any(|name| given.contains_key(*name)))
}

/// Writes JSON: as it is for programs, with line breaks for a person.
fn print(json: &str) -> Result<(), Failure> {
    let pretty = io::stdout().is_terminal().then(|| {
        let value: serde_json::Value = serde_json::from_str(json).ok()?;
        serde_json::to_string_pretty(&value).ok()
    });
    let pretty = pretty.flatten();
    write_stdout(|out| writeln!(out, "{}", pretty.as_deref().unwrap_or(json)))
}
