//! `canaryform macro`: one request of CloudFormation answered offline, so that it can be replayed.

use super::ExitCode;
use std::borrow::Cow;
use std::path::PathBuf;

use crate::macro_call::answer;
use clap::Args;

use super::Failure;
use super::files::Input;
use super::help;
use super::output::write_stdout;

const AFTER_HELP: &str = "\
Examples:
  canaryform macro event.json
  jq '.fragment.Resources' < answer.json

Exit codes:
  0  the answer says success
  1  the answer says failure
  2  the command could not run: wrong usage, or a file that cannot be read";

#[derive(Args)]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// The request as JSON; `-` or nothing to read standard input
    event: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let input = Input::read(arguments.event.as_deref(), &[])?;
    // The common case is found in a few steps.
    let text = match std::str::from_utf8(&input.text) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => String::from_utf8_lossy(&input.text),
    };
    let reply = answer(&text);
    write_stdout(|out| writeln!(out, "{}", reply.response))?;
    Ok(ExitCode::from(u8::from(!reply.succeeded)))
}
