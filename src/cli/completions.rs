//! `canaryform completions`: what a shell completes verbs and options with.

use clap::{Args, Command};
use clap_complete::{Shell, generate};

use super::output::write_stdout;
use super::{ExitCode, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(crate) fn run(arguments: &Arguments, mut command: Command) -> Result<ExitCode, Failure> {
    // The generator writes to what cannot fail.
    let mut script = Vec::new();
    generate(arguments.shell, &mut command, "canaryform", &mut script);
    write_stdout(|out| out.write_all(&script))?;
    Ok(ExitCode::SUCCESS)
}
