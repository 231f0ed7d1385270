//! `canaryform explain`: what a template does when it is deployed.

use super::ExitCode;

use clap::Args;

use crate::explain::text;

use super::Failure;
use super::explanation::{ExplanationArguments, Form, Syntax};
use super::help;
use super::output::write_stdout;

const AFTER_HELP: &str = "\
Examples:
  canaryform explain template.yaml
  canaryform explain --function Greeter --format json

Exit codes:
  0  explained
  1  the template has errors, which are told
  2  the command could not run: wrong usage, or a file that cannot be read";

#[derive(Args)]
#[command(mut_arg("code", super::ignore_code))]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    #[command(flatten)]
    form: Form,

    #[command(flatten)]
    about: ExplanationArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Some((name, explanation)) = arguments.about.explain(&arguments.form)? else {
        return Ok(ExitCode::from(1));
    };
    let out = match arguments.form.format {
        Syntax::Text => text::explained(&explanation, &name, arguments.about.look()),
        Syntax::Json => super::output::json(&explanation)?,
    };
    write_stdout(|stdout| stdout.write_all(out.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
