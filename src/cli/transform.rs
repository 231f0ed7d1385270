//! `canaryform transform`: a template in, the plain CloudFormation template out.

use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use canaryform::diagnostics::render;
use canaryform::template::write_to;
use canaryform::{Diagnostic, Format, Options, Template};
use clap::{Args, ValueEnum};

use super::files::{self, Input};
use super::local_code::CodeFolder;
use super::{Failure, packaged_paths, parameters};

const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const DEFAULT_REGION: &str = "us-east-1";

const AFTER_HELP: &str = "\
Examples:
  canaryform transform template.yaml
  canaryform transform template.yaml -o build/template.yaml --region eu-west-1
  cat template.json | canaryform transform --parameter-overrides Stage=prod Alias=live

Exit codes:
  0  the template was transformed; there may be warnings
  1  the template has errors; nothing was written
  2  the command could not run: wrong usage, or a file that cannot be read or written";

/// Write the plain CloudFormation template that SAM would make of a template
///
/// Nothing is asked of AWS: no account, no credentials, no network. What is wrong with the template, or odd about it,
/// goes to standard error.
#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub(crate) struct Arguments {
    /// The template, YAML or JSON; `-` or nothing to read standard input
    template: Option<PathBuf>,

    /// Write to this file instead of standard output: all of it, or nothing where there are errors
    ///
    /// Local paths in the template (`CodeUri: src/`) are rewritten to start at the folder of this file, as
    /// `aws cloudformation package` expects.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// How to write the template [default: as it came]
    #[arg(
        long,
        value_enum,
        value_name = "yaml|json",
        hide_possible_values = true
    )]
    format: Option<Syntax>,

    /// The region that the template is for; decides the partition of ARNs [default: AWS_REGION, AWS_DEFAULT_REGION,
    /// us-east-1]
    #[arg(long)]
    region: Option<String>,

    /// Values of template parameters; they win over --parameters-file and over defaults
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    parameter_overrides: Vec<String>,

    /// A file with values of template parameters, JSON or YAML: a map of names to values, or the AWS CLI's list of
    /// ParameterKey and ParameterValue
    #[arg(long, value_name = "FILE")]
    parameters_file: Option<PathBuf>,

    /// The folder that local code paths start at [default: the template's folder]
    #[arg(long, value_name = "DIR")]
    code_root: Option<PathBuf>,

    /// The template that the Serverless Application Repository makes of a version of an application; it cannot be asked
    /// offline. `aws serverlessrepo create-cloud-formation-template` gives the URL
    #[arg(long, value_name = "ID@VERSION=URL")]
    application_url: Vec<String>,

    /// What deployments of REST APIs with `AlwaysDeploy` depend on: another value (a build number) deploys them again
    #[arg(long, value_name = "TEXT")]
    deploy_salt: Option<String>,

    /// How to report what was found
    #[arg(
        long,
        value_enum,
        value_name = "text|json",
        default_value = "text",
        hide_possible_values = true
    )]
    diagnostics: Report,

    /// When to use colors
    #[arg(
        long,
        value_enum,
        value_name = "auto|always|never",
        default_value = "auto",
        hide_possible_values = true
    )]
    color: Color,
}

#[derive(Clone, Copy, ValueEnum)]
enum Syntax {
    Yaml,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Report {
    Text,
    Json,
}

#[derive(Clone, Copy, ValueEnum)]
enum Color {
    Auto,
    Always,
    Never,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let region = region(arguments.region.as_deref())?;
    let values = parameters::collect(
        &arguments.parameter_overrides,
        arguments.parameters_file.as_deref(),
    )?;
    let application_urls = application_urls(&arguments.application_url)?;
    let input = Input::choose(arguments.template.as_deref())?;
    let text = input.read()?;
    let root = code_root(arguments, &input)?;
    let code = CodeFolder::new(root.clone(), arguments.output.as_deref());

    let (diagnostics, made) = match canaryform::read(&text) {
        Err(faults) => (faults, None),
        Ok(read) => {
            let mut options = Options::new(region)
                .with_parameters(values)
                .with_code(&code);
            for ((id, version), url) in application_urls {
                options = options.with_application_url(id, version, url);
            }
            if let Some(salt) = &arguments.deploy_salt {
                options = options.with_deploy_salt(salt);
            }
            let output = canaryform::transform(read.template, &options);
            let made = (!output.has_errors()).then_some(output.template);
            let mut diagnostics = read.warnings;
            diagnostics.extend(output.diagnostics);
            (diagnostics, made.map(|template| (template, read.format)))
        }
    };
    report(arguments, &input, &text, diagnostics)?;
    // Two texts of the largest templates need not be held at once.
    drop(text);
    let Some((mut template, format)) = made else {
        return Ok(ExitCode::from(1));
    };
    let format = match arguments.format {
        None => format,
        Some(Syntax::Yaml) => Format::Yaml,
        Some(Syntax::Json) => Format::Json,
    };
    match arguments.output.as_deref().filter(|path| !is_stdout(path)) {
        None => files::write_stdout(|out| write_to(out, &template, format))?,
        Some(path) => {
            start_paths_at(path, &root, &mut template)?;
            files::write_whole(path, |out| write_to(out, &template, format))?;
        }
    }
    // The process ends here: giving a large tree's memory back piece by piece would take a tenth of its time.
    std::mem::forget(template);
    Ok(ExitCode::SUCCESS)
}

/// The folder that local code paths start at.
fn code_root(arguments: &Arguments, input: &Input) -> Result<PathBuf, Failure> {
    match &arguments.code_root {
        Some(root) if !root.is_dir() => Err(Failure::Usage(format!(
            "--code-root `{}` is not a folder",
            root.display()
        ))),
        Some(root) => Ok(root.clone()),
        None => Ok(input.folder()),
    }
}

/// The id and version of an application, and the URL of its template.
type ApplicationUrl<'a> = ((&'a str, &'a str), &'a str);

/// `ID@VERSION=URL`, each.
fn application_urls(given: &[String]) -> Result<Vec<ApplicationUrl<'_>>, Failure> {
    given
        .iter()
        .map(|given| {
            let (id, rest) = given.split_once('@').unwrap_or_default();
            match rest.split_once('=') {
                Some((version, url)) if !id.is_empty() => Ok(((id, version), url)),
                _ => Err(Failure::Usage(format!(
                    "--application-url `{given}` must be ID@VERSION=URL"
                ))),
            }
        })
        .collect()
}

fn is_stdout(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

/// The region that was asked for, in the first place that names one.
fn region(given: Option<&str>) -> Result<String, Failure> {
    let found = match given {
        Some(region) => Some(("--region", region.to_owned())),
        None => REGION_VARIABLES
            .iter()
            .filter_map(|name| Some((*name, env::var(name).ok()?)))
            .find(|(_, region)| !region.is_empty()),
    };
    let Some((source, region)) = found else {
        return Ok(DEFAULT_REGION.to_owned());
    };
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if region.contains('-') && region.split('-').all(is_name) {
        Ok(region)
    } else {
        Err(Failure::Usage(format!(
            "{source} is `{}`, which is not a region: write one like `eu-west-1`",
            region.escape_default()
        )))
    }
}

fn report(
    arguments: &Arguments,
    input: &Input,
    text: &[u8],
    mut diagnostics: Vec<Diagnostic>,
) -> Result<(), Failure> {
    canaryform::template::place(&mut diagnostics, text);
    let name = input.name();
    let source = render::Source { name: &name, text };
    let stderr = io::stderr();
    let choice = match arguments.color {
        Color::Auto => AutoStream::choice(&stderr),
        Color::Always => ColorChoice::Always,
        Color::Never => ColorChoice::Never,
    };
    let rendered = match arguments.diagnostics {
        Report::Json => render::json(&diagnostics, source),
        Report::Text => render::text(&diagnostics, source, choice != ColorChoice::Never),
    };
    match AutoStream::new(stderr, choice).write_all(rendered.as_bytes()) {
        // Whoever does not want to read the findings may still want the template.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done.map_err(|error| Failure::io("cannot write to standard error", &error)),
    }
}

/// Makes the local paths of a template that starts them at `root` start at the folder of the file `output`. A pipe or
/// a device is nowhere: paths stay as they are.
fn start_paths_at(output: &Path, root: &Path, template: &mut Template) -> Result<(), Failure> {
    if fs::metadata(output).is_ok_and(|existing| !existing.is_file()) {
        return Ok(());
    }
    let real = |folder: &Path| {
        fs::canonicalize(folder).map_err(|error| {
            Failure::io(
                &format!("cannot find the folder `{}`", folder.display()),
                &error,
            )
        })
    };
    packaged_paths::relocate(template, &real(root)?, &real(&files::folder_of(output))?);
    Ok(())
}
