//! `canaryform man`: the manual pages, made of what `--help` says.

use std::io;
use std::path::PathBuf;

use crate::diagnostics::suggestion;
use clap::{Args, Command};
use clap_mangen::Man;

use super::output::{make_folder_of, write_stdout, write_whole};
use super::{ExitCode, Failure};

#[derive(Args)]
pub(crate) struct Arguments {
    /// The verb whose page is written; without one, that of the command as a whole
    #[arg(conflicts_with = "output")]
    verb: Option<String>,

    /// Writes all pages into this folder, as canaryform.1, canaryform-transform.1 and so on
    #[arg(short, long, value_name = "FOLDER")]
    output: Option<PathBuf>,
}

pub(crate) fn run(arguments: &Arguments, mut command: Command) -> Result<ExitCode, Failure> {
    command.build();
    if let Some(folder) = &arguments.output {
        let verbs = command.get_subcommands();
        let verbs = verbs.filter(|verb| verb.get_name() != "help");
        for one in std::iter::once(&command).chain(verbs) {
            let name = one.get_display_name().unwrap_or(one.get_name());
            let path = folder.join(format!("{name}.1"));
            let page = page(one)?;
            make_folder_of(&path)?;
            write_whole(&path, |out: &mut dyn io::Write| out.write_all(&page))?;
        }
        return Ok(ExitCode::SUCCESS);
    }
    let asked = match &arguments.verb {
        None => &command,
        Some(name) => command
            .find_subcommand(name)
            .ok_or_else(|| no_verb(&command, name))?,
    };
    let page = page(asked)?;
    write_stdout(|out| out.write_all(&page))?;
    Ok(ExitCode::SUCCESS)
}

/// The page of a command, in roff.
fn page(of: &Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    Man::new(of.clone())
        .render(&mut text)
        .map_err(|error| Failure::io("cannot make a manual page", &error))?;
    Ok(text)
}

fn no_verb(command: &Command, name: &str) -> Failure {
    let verbs = command.get_subcommands().map(Command::get_name);
    let shown = name.escape_debug();
    Failure::Usage(match suggestion(name, verbs) {
        Some(meant) => format!("there is no verb `{shown}`; did you mean `{meant}`?"),
        None => format!("there is no verb `{shown}`"),
    })
}
