//! `canaryform prune-plan`: which published versions of a function may go.

use super::ExitCode;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::Failure;
use super::files::Input;
use super::help;
use super::output::{json, write_stdout};
use crate::prune_plan::{Plan, Reason, Version, plan};

const AFTER_HELP: &str = "\
Examples:
  (aws lambda list-versions-by-function --function-name greeter
   aws lambda list-aliases --function-name greeter
  ) | canaryform prune-plan --keep 5
  canaryform prune-plan --keep 5 versions.json aliases.json > prune.sh

Exit codes:
  0  the plan is on standard output, also where nothing may go
  2  the command could not run: wrong usage, or lists that are missing or not whole";

#[derive(Args)]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// How many of the newest versions stay in any case
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    keep: u32,

    /// The lists as JSON, in any order; `-` or nothing to read standard input
    files: Vec<PathBuf>,

    /// How to write the plan: as commands for a shell, what stays as comments; or as one JSON object
    #[arg(
        long,
        value_enum,
        value_name = "commands|json",
        default_value = "commands",
        hide_possible_values = true
    )]
    format: Syntax,
}

#[derive(Clone, Copy, ValueEnum)]
enum Syntax {
    Commands,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let given: Vec<Option<&Path>> = match arguments.files.as_slice() {
        [] => vec![None],
        files => files.iter().map(|file| Some(file.as_path())).collect(),
    };
    let mut texts = Vec::new();
    for file in given {
        let text = Input::read(file, &[])?.text;
        texts.push(String::from_utf8_lossy(&text).into_owned());
    }
    let keep = usize::try_from(arguments.keep).unwrap_or(usize::MAX);
    let plan = plan(texts.iter().map(String::as_str), keep)
        .map_err(|fault| Failure::Usage(fault.to_string()))?;
    let text = match arguments.format {
        Syntax::Commands => commands(&plan),
        Syntax::Json => json(&plan)?,
    };
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

fn commands(plan: &Plan) -> String {
    let mut text = String::new();
    let total = plan.kept.len() + plan.may_go.len();
    // Writing to a string cannot fail.
    let _ = writeln!(
        text,
        "# {}: {} of {total} versions may go{}.",
        plan.function,
        plan.may_go.len(),
        freed(&plan.may_go)
    );
    for kept in &plan.kept {
        let because: Vec<String> = kept.because.iter().map(Reason::to_string).collect();
        let _ = writeln!(
            text,
            "# {} stays: {}",
            kept.version.number,
            because.join(", ")
        );
    }
    for (version, command) in plan.may_go.iter().zip(plan.commands()) {
        let published = version.last_modified.as_deref().filter(|at| is_time(at));
        let comment = published.map_or_else(String::new, |at| format!("  # published {at}"));
        let _ = writeln!(text, "{command}{comment}");
    }
    text
}

/// Whether a text can stand in a comment of a shell: it is no more than a time.
fn is_time(text: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | ':' | '.' | '+');
    text.chars().all(allowed)
}

/// How much room for code that frees, in words; nothing where that is not known.
fn freed(versions: &[Version]) -> String {
    let sizes: Option<Vec<u64>> = versions.iter().map(|version| version.code_size).collect();
    match sizes.map(|sizes| sizes.iter().sum::<u64>()) {
        None | Some(0) => String::new(),
        Some(bytes) => {
            let tenths = bytes.div_ceil(100_000);
            format!(", with {}.{} MB of code", tenths / 10, tenths % 10)
        }
    }
}
