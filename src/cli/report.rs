//! `canaryform report`: a template and what becomes of it, on one page of HTML.

use std::path::PathBuf;

use clap::Args;

use crate::LocalCode;
use crate::report::{Subject, html};

use super::explanation::ExplanationArguments;
use super::files::Input;
use super::findings::{self, Report};
use super::output::{write_stdout, write_whole};
use super::{ExitCode, Failure, diff, help};

const AFTER_HELP: &str = "\
Examples:
  canaryform report template.yaml -o report.html
  canaryform report template.yaml -o report.html --against main
  canaryform report -o report.html --rate 60 --error-rate 5

Exit codes:
  0  the page is written
  1  a template has errors, which are told; nothing is written
  2  the command could not run: wrong usage, or a file that cannot be read or written";

#[derive(Args)]
#[command(mut_arg("code", super::ignore_code))]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// Write to this file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show what changes of another template: a file, `REV:PATH` (`main:template.yaml`), or a revision alone for the same
    /// file there
    #[arg(long, aliases = ["base", "diff", "old"], value_name = "OLD")]
    against: Option<String>,

    #[command(flatten)]
    about: ExplanationArguments,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let about = &arguments.about;
    let input = about.input()?;
    let (made, compared) = match &arguments.against {
        None => {
            let root = about.options.root(&input)?;
            let code = about
                .options
                .code(&root, &input, arguments.output.as_deref());
            (about.explain_input(input, &*code, Report::Text)?, None)
        }
        Some(old) => {
            let make =
                |input: Input, code: &dyn LocalCode| about.explain_input(input, code, Report::Text);
            match diff::against(old, input, &about.options, make, |(_, made)| &made.output)? {
                None => (None, None),
                Some((made, compared)) => (Some(made), Some(compared)),
            }
        }
    };
    let Some((input, explained)) = made else {
        return Ok(ExitCode::from(1));
    };
    let mut compared = compared;
    if let Some(errors) = compared
        .as_mut()
        .and_then(|compared| compared.errors.take())
    {
        findings::tell(Report::Text, about.colors, vec![errors])?;
        return Ok(ExitCode::from(1));
    }
    let page = html(&Subject {
        name: &input.name(),
        text: &String::from_utf8_lossy(&input.text),
        given: &explained.given,
        output: &explained.output,
        findings: &explained.findings,
        explanation: &explained.explanation,
        changes: compared
            .as_ref()
            .map(|compared| (compared.name.as_str(), &compared.differences)),
    });
    let page = page.map_err(|error| Failure::Io(format!("cannot make the page: {error}")))?;
    match &arguments.output {
        None => write_stdout(|out| out.write_all(page.as_bytes()))?,
        Some(path) => write_whole(path, |out| out.write_all(page.as_bytes()))?,
    }
    Ok(ExitCode::SUCCESS)
}
