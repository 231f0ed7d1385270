//! `canaryform schema`: what a template may say, for editors.

use super::ExitCode;

use clap::Args;

use super::Failure;
use super::output::{json, write_stdout};

#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    let schema = json(&crate::schema::schema())?;
    write_stdout(|out| out.write_all(schema.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
