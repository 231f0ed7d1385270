//! `canaryform snapshot`: what templates become, as files that a person accepts.

use super::ExitCode;
use std::collections::HashSet;
use std::env;
use std::io::{self, BufRead as _, IsTerminal as _, Write as _};
use std::path::PathBuf;

use anstream::ColorChoice;
use clap::Args;

use super::Failure;
use super::files::printable;
use super::findings::{self, Colors, Report};
use super::help;
use super::output::write_stdout;
use super::snapshots::{self, End, Made, Meant, shown};
use super::template_options::TemplateOptions;
use crate::Diagnostic;

const AFTER_HELP: &str = "\
Examples:
  canaryform snapshot template.yaml --accept        record what it becomes in snapshots/template.yaml
  canaryform snapshot                               compare every snapshot below this folder
  canaryform snapshot template.yaml --name template-prod --parameter-overrides Stage=prod --accept

A snapshot's header keeps the options that it was made with; they are given the first time only. With errors in the
template, or where the value of a `NoEcho` parameter would be written, nothing is.

Exit codes:
  0  every snapshot is what its template becomes
  1  a template has errors, or a secret would be written
  2  the command could not run, or a snapshot's header cannot be read
  3  a snapshot differs, or it or its template is not there";

#[derive(Args)]
#[command(mut_arg("code", super::ignore_code))]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    /// Templates, snapshots, or folders whose snapshots are meant [default: every `snapshots/*.yaml` below this folder
    /// that git does not ignore]
    what: Vec<PathBuf>,

    /// Write nothing: say what differs. So it is where the variable CI is set
    #[arg(long, conflicts_with = "accept")]
    check: bool,

    /// Write every snapshot without asking
    #[arg(long)]
    accept: bool,

    /// The name of the snapshot, where a template has several [default: the template's]
    #[arg(long)]
    name: Option<String>,

    /// Record the whole output, and not only what the transform makes or changes
    #[arg(long)]
    all: bool,

    #[command(flatten)]
    colors: Colors,

    #[command(flatten)]
    options: TemplateOptions,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let in_ci = env::var_os("CI").is_some_and(|value| !value.is_empty());
    if in_ci && arguments.accept {
        return Err(Failure::Usage(
            "--accept writes snapshots, and where the variable CI is set nothing is written"
                .to_owned(),
        ));
    }
    let found = snapshots::meant(
        &arguments.what,
        arguments.name.as_deref(),
        arguments.all,
        &arguments.options,
    )?;
    let is_check = in_ci || arguments.check;
    let mut end = End::Equal;
    let mut told = Told::new(arguments.colors);
    for meant in found {
        end = end.max(match meant {
            Ok(meant) => one(arguments, &meant, is_check, &mut told)?,
            Err(missing) => missing.tell(),
        });
    }
    Ok(end.code())
}

/// Compares or writes one snapshot.
fn one(
    arguments: &Arguments,
    meant: &Meant,
    is_check: bool,
    told: &mut Told,
) -> Result<End, Failure> {
    let made = match meant.make() {
        Ok(made) => made,
        Err(missing) => return Ok(missing.tell()),
    };
    let name = printable(&meant.path);
    let Some(text) = &made.text else {
        told.tell(&name, made)?;
        return Ok(End::HasErrors);
    };
    let say = |words: String| write_stdout(|out| out.write_all(words.as_bytes()));
    match &meant.old {
        Some(old) if old == text => {
            say(format!("= {name}\n"))?;
            Ok(End::Equal)
        }
        Some(_) if arguments.accept => {
            meant.write(text)?;
            say(format!("~ {name} written\n"))?;
            Ok(End::Equal)
        }
        Some(_) => {
            let color = arguments.colors.on(&io::stdout()) != ColorChoice::Never;
            let shown = shown(meant, &made, color);
            say(format!(
                "~ {name} differs\n\n{shown}\naccept it with `canaryform review`, or `canaryform snapshot {name} --accept`\n"
            ))?;
            Ok(End::Differs)
        }
        None if arguments.accept || (!is_check && asks(&name)?) => {
            meant.write(text)?;
            say(format!("+ {name} written\n"))?;
            Ok(End::Equal)
        }
        None => {
            say(format!(
                "+ {name} is not there yet: the same with --accept records it\n"
            ))?;
            Ok(End::Differs)
        }
    }
}

/// Tells why nothing is recorded of templates: each error once, however many snapshots a template has.
pub(super) struct Told {
    colors: Colors,
    /// File, code, place and message.
    errors: HashSet<(String, &'static str, String, String)>,
}

impl Told {
    pub(super) fn new(colors: Colors) -> Self {
        Self {
            colors,
            errors: HashSet::new(),
        }
    }

    /// Tells the errors of the template of the snapshot `name`, or that they stand above.
    pub(super) fn tell(&mut self, name: &str, mut made: Made) -> Result<(), Failure> {
        let file = made.input.name();
        made.findings.retain(Diagnostic::is_error);
        let (new, known): (Vec<_>, Vec<_>) = made.findings.into_iter().partition(|error| {
            self.errors.insert((
                file.clone(),
                error.code.name,
                error.path.to_string(),
                error.message.clone(),
            ))
        });
        if !known.is_empty() {
            let words = format!("errors of `{file}` above keep `{name}` from being made, too");
            findings::note(Report::Text, &words);
        }
        if new.is_empty() {
            return Ok(());
        }
        findings::tell(Report::Text, self.colors, vec![(made.input, new)])
    }
}

/// Asks whether a new snapshot is to be written, where somebody can answer.
fn asks(name: &str) -> Result<bool, Failure> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Ok(false);
    }
    let failed = |error: io::Error| Failure::io("cannot ask", &error);
    let mut stdout = io::stdout();
    write!(stdout, "write `{name}`? [y/N] ").map_err(failed)?;
    stdout.flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer).map_err(failed)?;
    Ok(["y", "yes"].contains(&answer.trim().to_lowercase().as_str()))
}
