//! `canaryform schema`: what a template may say, for editors.

use super::ExitCode;

use clap::Args;

use super::Failure;
use super::output::write_stdout;

#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    let schema = serde_json::to_string_pretty(&crate::schema::schema())
        .map_err(|error| Failure::Io(format!("cannot write the schema: {error}")))?;
    write_stdout(|out| writeln!(out, "{schema}"))?;
    Ok(ExitCode::SUCCESS)
}
