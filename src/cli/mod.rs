//! The command line: one file per verb, and what verbs share. Only here are files, streams and the environment touched.
//!
//! Exit codes: 0 done, 1 the template has errors, 2 the command could not run, 3 something differs.

mod check;
mod codes;
mod diff;
mod explain;
mod explanation;
mod files;
mod find;
mod git;
mod macro_call;
mod output;
mod packaged_paths;
mod parameters;
mod parameters_file;
mod places;
mod properties;
mod prune_plan;
mod report;
mod samconfig;
mod schema;
mod simulate;
mod template_options;
mod templates;
mod transform;

use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

use template_options::ignore_code;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};

/// Expands SAM's gradual Lambda deployments into plain CloudFormation, offline, with the ids that SAM gives.
#[derive(Parser)]
#[command(name = "canaryform", version)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Transform(Box<transform::Arguments>),
    Diff(Box<diff::Arguments>),
    #[command(mut_arg("code", ignore_code))]
    Explain(Box<explain::Arguments>),
    #[command(mut_arg("code", ignore_code))]
    Simulate(Box<simulate::Arguments>),
    #[command(mut_arg("code", ignore_code))]
    Check(Box<check::Arguments>),
    Macro(macro_call::Arguments),
    Properties(properties::Arguments),
    Codes(codes::Arguments),
    Schema(schema::Arguments),
    PrunePlan(prune_plan::Arguments),
}

/// Why a verb could not do its work: exit code 2.
#[derive(Debug)]
enum Failure {
    /// The command was not called as it must be; the verb's help says more.
    Usage(String),
    /// A file or a stream did not do what it should.
    Io(String),
    /// Whoever reads our output has closed it: nothing to say, and nobody to say it to.
    Closed,
}

impl Failure {
    fn io(doing: &str, error: &std::io::Error) -> Self {
        if error.kind() == std::io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Self::Io(format!("{doing}: {error}"))
        }
    }
}

/// Takes the value out of what is said of an argument that is not expected: it may be one of a parameter.
fn hide_value(message: &mut clap::Error) {
    let Some(ContextValue::String(given)) = message.get(ContextKind::InvalidArg) else {
        return;
    };
    if let (ErrorKind::UnknownArgument, Some((name, _))) = (message.kind(), given.split_once('=')) {
        let shown = ContextValue::String(format!("{name}=..."));
        message.insert(ContextKind::InvalidArg, shown);
    }
}

/// Runs the command with the arguments of a process, the first of which is its name. It reads files and streams and
/// writes them as the process would; what comes back is its exit code.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let command = match Command::try_parse_from(arguments) {
        Ok(command) => command,
        Err(mut message) => {
            hide_value(&mut message);
            // A reader that has gone is no reason to fail.
            let _ = message.print();
            return ExitCode::from(if message.use_stderr() { 2 } else { 0 });
        }
    };
    let done = match command.verb {
        Verb::Transform(arguments) => transform::run(&arguments),
        Verb::Diff(arguments) => diff::run(&arguments),
        Verb::Explain(arguments) => explain::run(&arguments),
        Verb::Simulate(arguments) => simulate::run(&arguments),
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Macro(arguments) => macro_call::run(&arguments),
        Verb::Properties(arguments) => properties::run(&arguments),
        Verb::Codes(arguments) => codes::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::PrunePlan(arguments) => prune_plan::run(&arguments),
    };
    let message = match done {
        Ok(code) => return code,
        Err(Failure::Closed) => return ExitCode::SUCCESS,
        Err(Failure::Io(message)) => format!("error: {message}\n"),
        Err(Failure::Usage(message)) => {
            format!("error: {message}\n\nFor more, try `canaryform --help`.\n")
        }
    };
    let _ = std::io::stderr().write_all(message.as_bytes());
    ExitCode::from(2)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_well_formed() {
        super::Command::command().debug_assert();
    }
}
