//! The command line: one file per verb, and what verbs share. Only here are files, streams and the environment touched.
//!
//! Exit codes: 0 done, 1 the template has errors, 2 the command could not run, 3 something differs.

mod check;
mod codes;
mod completions;
mod diff;
mod explain;
mod explanation;
mod files;
mod find;
mod findings;
mod git;
mod help;
mod lines;
mod list;
mod macro_call;
mod man;
mod output;
mod packaged_paths;
mod parameters;
mod parameters_file;
mod places;
mod properties;
mod prune_plan;
mod report;
mod review;
mod samconfig;
mod schema;
mod sides;
mod simulate;
mod slips;
mod snapshot;
mod snapshots;
mod template_argument;
mod template_options;
mod templates;
mod transform;

use std::ffi::OsString;
use std::io::Write as _;

use template_options::ignore_code;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

/// Expands SAM's gradual Lambda deployments into plain CloudFormation, offline, with the ids that SAM gives.
#[derive(Parser)]
#[command(name = "canaryform", version)]
struct Command {
    #[command(subcommand)]
    verb: Verb,
}

// The arguments of a verb are put together only where it is called, so what a verb does is said here.
#[derive(Subcommand)]
#[command(defer = true)]
enum Verb {
    /// Write the plain CloudFormation template that SAM would make of a template
    ///
    /// Nothing is asked of AWS: no account, no credentials, no network. What is wrong with the template, or odd about it,
    /// goes to standard error.
    Transform(Box<transform::Arguments>),
    /// Say what a change of a template does: what is published, what is not, what fails, and who is cut off
    ///
    /// Both sides are transformed and compared by what was written, never by generated logical ids. Code in folders counts:
    /// of a revision what git has there, of the working folder what git tracks or would add, so that build products are no
    /// change.
    Diff(Box<diff::Arguments>),
    /// Find what is wrong with templates, or probably not what their authors mean
    ///
    /// Everything that `transform` finds, and rules about gradual deployments and what surrounds them. Code is not looked at
    /// (`--code ignore`), so that any checkout can be checked.
    Check(Box<check::Arguments>),
    /// Tell what a template does when it is deployed: what publishes, how traffic moves, what stops it
    ///
    /// For each function: what is generated and which line asks for it, what publishes a version and what does not, how
    /// traffic moves to it, which alarm stops that in time, who may call whom, and what a rollback leaves behind. Values of
    /// NoEcho parameters are not read.
    Explain(Box<explain::Arguments>),
    /// Write a page for reviewers: what changes, how traffic moves, what stops it, and the source beside the result
    ///
    /// The page is one file of HTML that loads nothing and runs nothing. Values of NoEcho parameters are not on it.
    Report(Box<report::Arguments>),
    /// Work out how traffic moves to a new version, and when an alarm can stop one that fails
    ///
    /// The figures are those of a model: when CodeDeploy moves which share, when an alarm can turn red, and how much the new
    /// version was called until then. With --rate and --error-rate also how many calls fail, and the chance that the alarm
    /// turns red in time.
    Simulate(Box<simulate::Arguments>),
    /// Record what templates become in files beside them, or compare with what was recorded
    ///
    /// A snapshot is made again from its template each time, so nothing is pending and nothing is to be ignored by git:
    /// `canaryform review` shows what changes and accepts it.
    Snapshot(Box<snapshot::Arguments>),
    /// Look at what changes in snapshots, one by one, and accept it
    Review(review::Arguments),
    /// Answer a request that CloudFormation sent to the macro, or would send for a template
    ///
    /// The answer is the one that the deployed macro gives, on standard output: the reason that is shown with a failed
    /// change set, or the processed template.
    Macro(macro_call::Arguments),
    /// List every SAM property that is supported: what it accepts, and what it does
    ///
    /// The list comes from the tables that drive the transform, so it cannot be out of date.
    Properties(properties::Arguments),
    /// List every kind of finding: its code, how grave it is, who refuses such a template, and what it means
    ///
    /// A code names a kind of finding for good; it stands in brackets in a finding's first line.
    Codes(codes::Arguments),
    /// Write a JSON Schema of templates, which editors complete and check with
    ///
    /// It is made of the tables that drive the transform. For the YAML language server: `canaryform schema > schema.json`, and
    /// `# yaml-language-server: $schema=schema.json` in the first line of a template.
    Schema(schema::Arguments),
    /// Say which published versions of a function may go, with the commands that delete them
    ///
    /// Reads what `aws lambda list-versions-by-function` and `aws lambda list-aliases` write as JSON, and asks nobody else.
    /// The newest versions stay, and so does every version that an alias sends calls to or that has provisioned
    /// concurrency (add what `aws lambda list-provisioned-concurrency-configs` writes).
    PrunePlan(prune_plan::Arguments),
    /// Write what a shell completes verbs and options with
    ///
    /// Put it where the shell looks for such files, for example: `canaryform completions bash >
    /// ~/.local/share/bash-completion/completions/canaryform`, `canaryform completions zsh > ~/.zfunc/_canaryform`,
    /// `canaryform completions fish > ~/.config/fish/completions/canaryform.fish`.
    Completions(completions::Arguments),
    /// Write the manual page of the command or of a verb, or all of them into a folder
    ///
    /// To read one: `canaryform man transform | man -l -`. To install all: `canaryform man -o ~/.local/share/man/man1`.
    Man(man::Arguments),
}

/// How the command ends: see the help of each verb for what its codes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExitCode(u8);

impl ExitCode {
    const SUCCESS: Self = Self(0);

    /// The number that the process ends with.
    pub fn code(self) -> u8 {
        self.0
    }
}

impl From<u8> for ExitCode {
    fn from(code: u8) -> Self {
        Self(code)
    }
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
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    let verb = arguments.get(1).and_then(|verb| verb.to_str());
    let parsed = Command::command().try_get_matches_from(&arguments);
    let command = match parsed.and_then(|matches| Command::from_arg_matches(&matches)) {
        Ok(command) => command,
        Err(mut message) => {
            let mut known = Command::command();
            known.build();
            slips::explain(&mut message, verb, &known);
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
        Verb::Report(arguments) => report::run(&arguments),
        Verb::Simulate(arguments) => simulate::run(&arguments),
        Verb::Check(arguments) => check::run(&arguments),
        Verb::Snapshot(arguments) => snapshot::run(&arguments),
        Verb::Review(arguments) => review::run(&arguments),
        Verb::Macro(arguments) => macro_call::run(&arguments),
        Verb::Properties(arguments) => properties::run(&arguments),
        Verb::Codes(arguments) => codes::run(&arguments),
        Verb::Schema(arguments) => schema::run(&arguments),
        Verb::PrunePlan(arguments) => prune_plan::run(&arguments),
        Verb::Completions(arguments) => completions::run(&arguments, Command::command()),
        Verb::Man(arguments) => man::run(&arguments, Command::command()),
    };
    let message = match done {
        Ok(code) => return code,
        Err(Failure::Closed) => return ExitCode::SUCCESS,
        Err(Failure::Io(message)) => format!("error: {message}\n"),
        Err(Failure::Usage(message)) => {
            let verb = verb.unwrap_or_default();
            format!("error: {message}\n\nFor more, try `canaryform {verb} --help`.\n")
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
        let mut command = super::Command::command();
        let said = |command: &clap::Command| -> Vec<Option<String>> {
            let verbs = command
                .get_subcommands()
                .filter(|verb| verb.get_name() != "help");
            verbs
                .map(|verb| verb.get_about().map(ToString::to_string))
                .collect()
        };
        let at_first = said(&command);
        assert!(
            at_first.iter().all(Option::is_some),
            "what does each verb do? {at_first:?}"
        );
        command.build();
        assert_eq!(at_first, said(&command));
        command.debug_assert();
    }
}
