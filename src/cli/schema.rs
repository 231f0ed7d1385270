//! `canaryform schema`: what a template may say, for editors.

use std::process::ExitCode;

use clap::Args;

use super::Failure;
use super::output::write_stdout;

/// Write a JSON Schema of templates, which editors complete and check with
///
/// It is made of the tables that drive the transform. For the YAML language server: `canaryform schema > schema.json`, and
/// `# yaml-language-server: $schema=schema.json` in the first line of a template.
#[derive(Args)]
pub(crate) struct Arguments {}

pub(crate) fn run(_: &Arguments) -> Result<ExitCode, Failure> {
    let schema = serde_json::to_string_pretty(&crate::schema::schema())
        .map_err(|error| Failure::Io(format!("cannot write the schema: {error}")))?;
    write_stdout(|out| writeln!(out, "{schema}"))?;
    Ok(ExitCode::SUCCESS)
}
