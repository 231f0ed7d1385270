//! `canaryform simulate`: how traffic moves to a new version, and what it costs until an alarm stops it.

use super::ExitCode;

use clap::Args;
use serde::Serialize;

use crate::explain::{Shift, text};
use crate::simulate::{Assumptions, Load};

use super::Failure;
use super::explanation::{ExplanationArguments, Form, Syntax};
use super::help;
use super::output::{json, write_stdout};

const AFTER_HELP: &str = "\
Examples:
  canaryform simulate template.yaml
  canaryform simulate template.yaml --function Greeter --rate 60 --error-rate 5

Exit codes:
  0  simulated
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

/// The functions whose traffic shifts.
#[derive(Serialize)]
struct Simulation<'a> {
    functions: Vec<Simulated<'a>>,
    assumed: Assumptions,
    load: Option<Load>,
}

#[derive(Serialize)]
struct Simulated<'a> {
    id: &'a str,
    shift: Option<&'a Shift>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let Some((name, explanation)) = arguments.about.explain(&arguments.form)? else {
        return Ok(ExitCode::from(1));
    };
    let out = match arguments.form.format {
        Syntax::Text => text::simulated(&explanation, &name, arguments.about.look()),
        Syntax::Json => {
            let functions = explanation.functions.iter().map(|function| Simulated {
                id: &function.id,
                shift: function.shift(),
            });
            json(&Simulation {
                functions: functions.collect(),
                assumed: explanation.assumed,
                load: explanation.load,
            })?
        }
    };
    write_stdout(|stdout| stdout.write_all(out.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
