//! `canaryform transform`: a template in, the plain CloudFormation template out.

use super::ExitCode;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::code::{Ignored, LocalCode};
use crate::diagnostics::codes;
use crate::nested::Child;
use crate::origin;
use crate::partial;
use crate::template::{read_with, write_annotated, write_to};
use crate::{Diagnostic, Format, Options, Template};
use clap::{Args, ValueEnum};

use super::files::{self, Input};
use super::findings::{self, Colors, Report};
use super::output::{make_folder_of, write_stdout, write_whole};
use super::packaged_paths::NotText;
use super::template_argument::TemplateArgument;
use super::template_options::TemplateOptions;
use super::templates::{All, Transformed, Worked, work};
use super::{Failure, help, packaged_paths};

const AFTER_HELP: &str = "\
Examples:
  canaryform transform template.yaml
  canaryform transform template.yaml -o build/template.yaml --region eu-west-1
  cat template.json | canaryform transform --parameter-overrides Stage=prod Alias=live

Exit codes:
  0  the template was transformed; there may be warnings
  1  the template has errors; nothing was written
  2  the command could not run: wrong usage, or a file that cannot be read or written";

#[derive(Args)]
#[command(after_help = help::below(AFTER_HELP))]
pub(crate) struct Arguments {
    #[command(flatten)]
    template: TemplateArgument,

    /// Write to this file instead of standard output: all of it, or nothing where there are errors
    ///
    /// Local paths in the template (`CodeUri: src/`) are rewritten to start at the folder of this file, as
    /// `aws cloudformation package` expects.
    #[arg(
        short,
        long,
        aliases = ["output-file", "output-template-file"],
        value_name = "FILE"
    )]
    output: Option<PathBuf>,

    /// How to write the template [default: as the name after -o says, else as it came]
    #[arg(
        long,
        value_enum,
        value_name = "yaml|json",
        hide_possible_values = true
    )]
    format: Option<Syntax>,

    /// Write a comment over each generated resource: which resource and which property it is made for. YAML only
    #[arg(long)]
    annotate: bool,

    /// Transform the templates too that `Location` of applications and `TemplateURL` of nested stacks name by local paths,
    /// with the values that they are given where these are known: each into a file beside that of -o
    #[arg(long)]
    recursive: bool,

    /// Make as much as can be made, and exit with 0: what has errors stays as it is written. With --code ignore, local
    /// includes stay, too. For `git diff`, as the guide shows
    #[arg(long, conflicts_with = "recursive")]
    partial: bool,

    /// Leave what is SAM's to SAM: only say what goes beyond it in its words, for AWS's own transform to do the rest
    #[arg(long, conflicts_with = "partial")]
    keep: bool,

    /// How to report what was found
    #[arg(
        long,
        value_enum,
        value_name = "text|json",
        default_value = "text",
        hide_possible_values = true
    )]
    diagnostics: Report,

    #[command(flatten)]
    colors: Colors,

    #[command(flatten)]
    options: TemplateOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Syntax {
    Yaml,
    Json,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    // What is wrong with the arguments is told before anything is read.
    let template = arguments.template.path();
    let mut options = arguments.options.beside(template).options()?;
    options.keeps_serverless = arguments.keep;
    let input = arguments.template.read()?;
    let output = arguments.output.as_deref().filter(|path| !is_stdout(path));
    if let (Some(template), Some(output)) = (input.path(), output)
        && files::is_same(template, output)
    {
        return Err(Failure::Usage(format!(
            "-o names the template itself, `{}`, which would be lost: name another file",
            files::printable(output)
        )));
    }
    let root = arguments.options.root(&input)?;
    if arguments.recursive {
        let Some(output) = output else {
            return Err(Failure::Usage(
                "--recursive writes a file for each template: name the first with -o".to_owned(),
            ));
        };
        return run_recursively(arguments, &options, input, root, output);
    }
    if arguments.partial {
        return run_partially(arguments, &options, input, &root, output);
    }
    let Worked {
        mut diagnostics,
        made,
        children,
    } = work(&arguments.options, &options, &input, &root, output);
    if arguments.options.follows_paths() {
        diagnostics.extend(children_left(&children));
        options.levels.apply(&mut diagnostics);
    }
    let made = made.filter(|_| !diagnostics.iter().any(Diagnostic::is_error));
    findings::tell(
        arguments.diagnostics,
        arguments.colors,
        vec![(input, diagnostics)],
    )?;
    let Some(mut made) = made else {
        return Ok(ExitCode::from(1));
    };
    put_out(arguments, output, &root, &mut made)?;
    // The process ends here: giving a large tree's memory back piece by piece would take a tenth of its time.
    std::mem::forget(made);
    Ok(ExitCode::SUCCESS)
}

/// Writes what was made to where it is to go.
fn put_out(
    arguments: &Arguments,
    output: Option<&Path>,
    root: &Path,
    made: &mut Transformed,
) -> Result<(), Failure> {
    let format = format(arguments, output, made.given)?;
    match output {
        None => write_stdout(|out| write(out, arguments, made, format)),
        Some(path) => {
            start_paths_at(path, root, &mut made.template)?;
            write_whole(path, |out| write(out, arguments, made, format))
        }
    }
}

/// Writes as much as can be made; errors are told, and stop nothing.
fn run_partially(
    arguments: &Arguments,
    options: &Options<'static>,
    input: Input,
    root: &Path,
    output: Option<&Path>,
) -> Result<ExitCode, Failure> {
    let code: Box<dyn LocalCode> = if arguments.options.ignores_code() {
        // git hands over files in a folder of its own, where nothing lies beside them.
        Box::new(Ignored)
    } else {
        arguments.options.code(root, &input, output)
    };
    let options = options.clone().with_code(&*code);
    let (made, mut diagnostics) = match read_with(&input.text, &options.levels) {
        Err(faults) => (None, faults.0),
        Ok(read) => {
            let output = partial::transform(read.template, &options);
            let made = Transformed {
                template: output.template,
                origins: output.origins,
                given: read.format,
            };
            (Some(made), output.diagnostics)
        }
    };
    match made {
        Some(mut made) => put_out(arguments, output, root, &mut made)?,
        None => {
            let text = &input.text;
            match output {
                None => write_stdout(|out| out.write_all(text))?,
                Some(path) => write_whole(path, |out| out.write_all(text))?,
            }
        }
    }
    diagnostics.retain(Diagnostic::is_error);
    findings::tell(
        arguments.diagnostics,
        arguments.colors,
        vec![(input, diagnostics)],
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Writes what was made, as it was asked for.
fn write(
    out: &mut dyn io::Write,
    arguments: &Arguments,
    made: &Transformed,
    format: Format,
) -> io::Result<()> {
    if arguments.annotate {
        write_annotated(out, &made.template, &|id| {
            origin::comment(&made.origins, id)
        })
    } else {
        write_to(out, &made.template, format)
    }
}

/// Says which nested templates stay as they are.
fn children_left(children: &[Child]) -> Option<Diagnostic> {
    let first = children.first()?;
    let ids: Vec<String> = children
        .iter()
        .map(|child| format!("`{}`", child.id))
        .collect();
    Some(
        Diagnostic::new(
            codes::NESTED_LEFT,
            first.path(),
            format!("nested templates stay as they are: {}", ids.join(", ")),
        )
        .help("`--recursive` with `-o` transforms them too"),
    )
}

/// Transforms a template and those of its applications; writes all of them, or none where one has errors.
fn run_recursively(
    arguments: &Arguments,
    options: &Options<'static>,
    input: Input,
    root: PathBuf,
    output: &Path,
) -> Result<ExitCode, Failure> {
    let mut all = All::default();
    all.add(&arguments.options, options, input, root, output)?;
    let mut found = std::mem::take(&mut all.found);
    // What was given is told of first.
    found.reverse();
    let has_errors = found
        .iter()
        .any(|(_, diagnostics)| diagnostics.iter().any(Diagnostic::is_error));
    findings::tell(arguments.diagnostics, arguments.colors, found)?;
    if has_errors {
        return Ok(ExitCode::from(1));
    }
    let mut formats = Vec::new();
    for made in &all.made {
        formats.push(format(
            arguments,
            Some(&made.output),
            made.transformed.given,
        )?);
    }
    for (mut made, format) in all.made.into_iter().zip(formats) {
        start_paths_at(&made.output, &made.root, &mut made.transformed.template)?;
        made.name_children();
        write_whole(&made.output, |out| {
            write(out, arguments, &made.transformed, format)
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How to write the template: as it is asked for, else as the extension of the file says, else as it came.
fn format(arguments: &Arguments, output: Option<&Path>, given: Format) -> Result<Format, Failure> {
    let extension = output
        .and_then(Path::extension)
        .and_then(|name| name.to_str());
    let named = match extension {
        Some("json") => Some(Format::Json),
        Some("yaml" | "yml") => Some(Format::Yaml),
        _ => None,
    };
    let asked = arguments.format.map(|syntax| match syntax {
        Syntax::Yaml => Format::Yaml,
        Syntax::Json => Format::Json,
    });
    let word = |format| match format {
        Format::Yaml => "YAML",
        Format::Json => "JSON",
    };
    let format = asked.or(named).unwrap_or(given);
    if let (Some(named), Some(output)) = (named, output) {
        let name = files::printable(output);
        if named != format {
            findings::note(
                arguments.diagnostics,
                &format!("`{name}` gets {}, as --format says", word(format)),
            );
        } else if asked.is_none() && named != given {
            findings::note(
                arguments.diagnostics,
                &format!(
                    "`{name}` gets {}, as its name says; the template is {}",
                    word(format),
                    word(given)
                ),
            );
        }
    }
    if arguments.annotate && format == Format::Json {
        return Err(Failure::Usage(
            "--annotate writes comments, which JSON has none of: add --format yaml".to_owned(),
        ));
    }
    Ok(format)
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// Makes the local paths of a template that starts them at `root` start at the folder of the file `output`. A pipe or
/// a device is nowhere: paths stay as they are.
fn start_paths_at(output: &Path, root: &Path, template: &mut Template) -> Result<(), Failure> {
    if fs::metadata(output).is_ok_and(|existing| !existing.is_file()) {
        return Ok(());
    }
    make_folder_of(output)?;
    let real = |folder: &Path| {
        fs::canonicalize(folder).map_err(|error| {
            Failure::io(
                &format!("cannot find the folder `{}`", files::printable(folder)),
                &error,
            )
        })
    };
    let (from, to) = (real(root)?, real(&files::folder_of(output))?);
    packaged_paths::relocate(template, &from, &to).map_err(|NotText(way)| {
        Failure::Io(format!(
            "local paths would lead over `{}`, which is not UTF-8 and so cannot stand in a template: write into another folder",
            files::printable(&way)
        ))
    })
}
