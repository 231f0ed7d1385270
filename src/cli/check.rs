//! `canaryform check`: what is wrong with templates, or probably not meant, in as many files as there are.

use super::ExitCode;
use std::io::{self, IsTerminal as _, Write as _};
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use anstream::{AutoStream, ColorChoice};
use clap::{Args, ValueEnum};

use crate::check::{check, page};
use crate::diagnostics::render::{self, Source};
use crate::diagnostics::{cloudformation, codes, github::github, junit::junit, sarif::sarif};
use crate::diagnostics::{find_code, unknown_code};
use crate::diff::meanings;
use crate::macro_call::transform_as_told;
use crate::template::{place, read_with};
use crate::tree::json;
use crate::{Diagnostic, Options, Output, Severity, Template};

use super::files::Input;
use super::findings::Colors;
use super::output::write_stdout;
use super::template_options::{Given, TemplateOptions};
use super::{Failure, find, help, lines};

const AFTER_HELP: &str = "\
Examples:
  canaryform check                          every template of this folder that git sees
  canaryform check template.yaml --level info
  canaryform check 'stacks/**/*.yaml' --format github
  canaryform check --explain alarm-sees-nothing

Exit codes:
  0  nothing was found at or over the level
  1  something was found
  2  the command could not run: wrong usage, or a file that cannot be read";

/// How much memory a thread has for nested templates: as much as a process has.
const STACK: usize = 8 << 20;

/// From how many files on a person wants to see that something happens.
const MANY: usize = 20;

#[derive(Args)]
#[command(mut_arg("code", super::ignore_code))]
#[command(after_help = help::below(AFTER_HELP))]
pub(super) struct Arguments {
    /// Templates, folders, globs, or `-` for standard input [default: this folder]
    ///
    /// A folder gives its .yaml, .yml, .json and .template files that git sees. A file that is no template is skipped.
    #[arg(value_name = "FILE|DIR|GLOB|-")]
    files: Vec<PathBuf>,

    /// What is printed, and gives exit code 1: findings that are at least so grave
    #[arg(
        long,
        value_enum,
        value_name = "error|warning|info",
        default_value = "warning",
        hide_possible_values = true
    )]
    level: Level,

    /// How to write what was found
    #[arg(
        long,
        value_enum,
        value_name = "text|json|sarif|github|junit",
        default_value = "text",
        hide_possible_values = true
    )]
    format: Form,

    /// Also apply CloudFormation's own rules and schemas to what the templates become, and tell what they find at the line
    /// that it comes from; takes a canaryform that is installed with `--features validate`
    #[arg(long)]
    cloudformation: bool,

    /// The name of what standard input holds, for findings and local paths
    #[arg(long, value_name = "FILE")]
    stdin_filename: Option<PathBuf>,

    /// Print the page of a code: what it finds, why, what to do, and a wrong and a right template
    #[arg(long, value_name = "CODE", conflicts_with_all = ["files", "list"])]
    explain: Option<String>,

    /// List every code: how grave it is, and what it means
    #[arg(long, conflicts_with = "files")]
    list: bool,

    #[command(flatten)]
    colors: Colors,

    #[command(flatten)]
    options: TemplateOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Level {
    Error,
    Warning,
    Info,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Sarif,
    Github,
    Junit,
}

/// What was found in a file.
struct Checked {
    name: String,
    /// Empty where nothing was found.
    text: Vec<u8>,
    found: Vec<Diagnostic>,
}

/// What came of a file.
enum Outcome {
    Checked(Checked),
    NoTemplate,
    Failed(String),
}

pub(super) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(name) = &arguments.explain {
        return explain(name, arguments.format);
    }
    let check = check_of(arguments)?;
    if arguments.list {
        return list(arguments.format, arguments.cloudformation);
    }
    // What is wrong with the arguments is told before anything is read.
    let values = match arguments.options.depends_on_place() {
        true => Given::default(),
        false => arguments.options.given()?,
    };
    arguments.options.options_of(&values)?;
    let outcomes = if arguments.files.iter().any(|file| file.as_os_str() == "-") {
        if arguments.files.len() > 1 {
            return Err(Failure::Usage(
                "`-` is standard input, and stands alone".to_owned(),
            ));
        }
        let mut input = Input::read(arguments.files.first().map(PathBuf::as_path), &[])?;
        if let Some(name) = &arguments.stdin_filename {
            input = input.named(name);
        }
        vec![examine(arguments, &values, check, input)?]
    } else if arguments.stdin_filename.is_some() {
        return Err(Failure::Usage(
            "--stdin-filename names what standard input holds: write `-` too".to_owned(),
        ));
    } else {
        let named = match arguments.files.as_slice() {
            [] => vec![PathBuf::from(".")],
            named => named.to_vec(),
        };
        examine_all(arguments, &values, check, &find::files(&named)?)
    };
    report(arguments, outcomes)
}

/// Finds what there is to find in a template and what it becomes.
type Check = fn(&Template, &Output, &Options<'_>) -> Vec<Diagnostic>;

/// What looks at what it becomes, too, with CloudFormation's validator.
#[cfg(feature = "validate")]
const WITH_CLOUDFORMATION: Option<Check> = Some(crate::check::check_with_cloudformation);
#[cfg(not(feature = "validate"))]
const WITH_CLOUDFORMATION: Option<Check> = None;

/// What looks at each template.
fn check_of(arguments: &Arguments) -> Result<Check, Failure> {
    if !arguments.cloudformation {
        return Ok(check);
    }
    WITH_CLOUDFORMATION.ok_or_else(|| {
        Failure::Usage(format!(
            "--cloudformation needs CloudFormation's validator, which this canaryform is built without: {}",
            cloudformation::INSTALL
        ))
    })
}

/// Prints the page of a code, or of what a difference means.
fn explain(name: &str, form: Form) -> Result<ExitCode, Failure> {
    let known = find_code(name);
    let page = match (known, meanings::find(name)) {
        (Some(code), _) => page(code),
        (None, Some(meaning)) => format!(
            "# {name} (what a difference means)\n\n{}\n\n`canaryform diff` says it; `diff --deny {name}` makes exit code 1 of it.\n",
            meaning.about()
        ),
        (None, None) => return Err(Failure::Usage(unknown_code(name))),
    };
    let text = match (form, known) {
        (Form::Text, _) => lines::page(&page, lines::width()),
        (Form::Json, Some(code)) => super::codes::json_with_page(code, &page)?,
        (Form::Json, None) => super::output::json(&json!({"code": name, "page": page}))?,
        _ => {
            return Err(Failure::Usage(
                "--explain writes --format text or json".to_owned(),
            ));
        }
    };
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// Lists the codes, and with `theirs` those of CloudFormation's validator.
fn list(form: Form, theirs: bool) -> Result<ExitCode, Failure> {
    let mut rows = codes::ALL.to_vec();
    if theirs {
        rows.extend(cloudformation::all());
    }
    let text = match form {
        Form::Text => super::codes::text(&rows),
        Form::Json => super::codes::json(&rows)?,
        _ => {
            return Err(Failure::Usage(
                "--list writes --format text or json".to_owned(),
            ));
        }
    };
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// Examines files, as many at once as there are processors; what came of each, in their order.
fn examine_all(
    arguments: &Arguments,
    values: &Given,
    check: Check,
    files: &[PathBuf],
) -> Vec<Outcome> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let outcomes: Mutex<Vec<(usize, Outcome)>> = Mutex::new(Vec::with_capacity(files.len()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(path) = files.get(number) else {
                break;
            };
            let outcome = Input::read(Some(path), &[])
                .and_then(|input| examine(arguments, values, check, input))
                .unwrap_or_else(|failure| Outcome::Failed(words(failure)));
            let mut outcomes = outcomes.lock().unwrap_or_else(PoisonError::into_inner);
            outcomes.push((number, outcome));
            done.fetch_add(1, Ordering::Relaxed);
        }
    };
    let shows_progress = io::stderr().is_terminal() && files.len() >= MANY;
    thread::scope(|scope| {
        let most = thread::available_parallelism().map_or(1, usize::from);
        let mut started = 0;
        for _ in 0..most.min(files.len()) {
            let builder = thread::Builder::new().stack_size(STACK);
            started += usize::from(builder.spawn_scoped(scope, work).is_ok());
        }
        if started == 0 {
            work();
        }
        let mut is_shown = false;
        while shows_progress && done.load(Ordering::Relaxed) < files.len() {
            thread::sleep(Duration::from_millis(100));
            let done = done.load(Ordering::Relaxed);
            is_shown = write!(io::stderr(), "\rchecking {done} of {}", files.len()).is_ok();
        }
        if is_shown {
            // The line is empty again.
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    });
    let mut outcomes = outcomes
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    outcomes.sort_by_key(|(number, _)| *number);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

fn words(failure: Failure) -> String {
    match failure {
        Failure::Usage(words) | Failure::Io(words) => words,
        Failure::Closed => "it cannot be read".to_owned(),
    }
}

/// Finds what there is to find in one text.
fn examine(
    arguments: &Arguments,
    values: &Given,
    check: Check,
    input: Input,
) -> Result<Outcome, Failure> {
    if !find::is_template(&input.text) {
        return Ok(Outcome::NoTemplate);
    }
    let given = &arguments.options;
    let root = given.root(&input)?;
    let code = given.code(&root, &input, None);
    let options = match given.depends_on_place() {
        true => given.beside(input.path()).options()?,
        false => given.options_of(values)?,
    };
    let options = options.with_code(&*code).with_parts();
    let mut found = match read_with(&input.text, &options.levels) {
        Err(faults) => faults.0,
        Ok(read) => {
            let mut output = transform_as_told(read.template.clone(), &options);
            let mut found = read.warnings;
            output.hide_ignored(&mut found, &options.levels);
            let more = check(&read.template, &output, &options);
            found.append(&mut output.diagnostics);
            found.extend(more);
            found
        }
    };
    options.levels.apply(&mut found);
    let most = match arguments.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Info => Severity::Info,
    };
    found.retain(|finding| finding.severity <= most);
    place(&mut found, &input.text);
    let name = input.name();
    let text = if found.is_empty() {
        Vec::new()
    } else {
        input.text
    };
    Ok(Outcome::Checked(Checked { name, text, found }))
}

/// Prints what was found, and says by the exit code whether something was.
fn report(arguments: &Arguments, outcomes: Vec<Outcome>) -> Result<ExitCode, Failure> {
    let mut checked = Vec::new();
    let mut skipped = 0;
    let mut failures = Vec::new();
    for outcome in outcomes {
        match outcome {
            Outcome::Checked(one) => checked.push(one),
            Outcome::NoTemplate => skipped += 1,
            Outcome::Failed(words) => failures.push(words),
        }
    }
    let files: Vec<(Source<'_>, &[Diagnostic])> = checked
        .iter()
        .map(|one| {
            let source = Source {
                name: &one.name,
                text: &one.text,
            };
            (source, one.found.as_slice())
        })
        .collect();
    let stdout = io::stdout();
    let choice = arguments.colors.on(&stdout);
    let is_colored = choice != ColorChoice::Never;
    let all = || files.iter().flat_map(|(_, found)| found.iter());
    let text = match arguments.format {
        Form::Text => {
            let mut text: String = files
                .iter()
                .map(|(source, found)| render::findings(found, *source, is_colored))
                .collect();
            text += &summary(checked.len(), skipped, &render::tally(all()));
            text
        }
        Form::Json => {
            let objects: Vec<String> = files
                .iter()
                .flat_map(|(source, found)| render::json_objects(found, *source))
                .collect();
            render::json_array(&objects)
        }
        Form::Github => files
            .iter()
            .map(|(source, found)| github(found, *source))
            .collect(),
        Form::Sarif => sarif(&files, &page),
        Form::Junit => junit(&files),
    };
    write_stdout(|out| {
        if arguments.format == Form::Text && is_colored {
            AutoStream::new(io::stdout(), choice).write_all(text.as_bytes())
        } else {
            out.write_all(text.as_bytes())
        }
    })?;
    if !failures.is_empty() {
        return Err(Failure::Io(failures.join("\nerror: ")));
    }
    Ok(ExitCode::from(u8::from(all().next().is_some())))
}

/// `3 templates: 1 error, 2 warnings; 5 files are no templates`
fn summary(checked: usize, skipped: usize, tally: &str) -> String {
    let count =
        |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    let found = match (checked, tally) {
        (0, _) => "no template was found".to_owned(),
        (_, "") => format!("{}: nothing found", count(checked, "template")),
        _ => format!("{}: {tally}", count(checked, "template")),
    };
    match skipped {
        0 => format!("{found}\n"),
        1 => format!("{found}; 1 file is no template\n"),
        _ => format!("{found}; {skipped} files are no templates\n"),
    }
}
