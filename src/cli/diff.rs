//! `canaryform diff`: what a change of a template does to those who call its functions.

use super::ExitCode;
use std::path::{Path, PathBuf};

use crate::code::LocalCode;
use crate::diagnostics::suggestion;
use crate::diff::{self, Differences, Meaning, Unseen, meanings, render};
use crate::macro_call::transform_as_told;
use crate::template::read_with;
use crate::tree::Value;
use crate::{Diagnostic, Options, Output, Template};
use anstream::ColorChoice;
use clap::{Args, ValueEnum};

use super::Failure;
use super::files::{Input, TEMPLATES, folder_of, printable};
use super::findings::{self, Colors, Report};
use super::git::{self, GitCode, Repository};
use super::help;
use super::output::write_stdout;
use super::places::Places;
use super::template_options::TemplateOptions;

/// The revision that is compared with where none is named.
const LAST: &str = "HEAD";

fn after_help() -> String {
    let mut text = "\
Examples:
  canaryform diff                                   what the working folder changes of HEAD
  canaryform diff main                              ... of the branch main
  canaryform diff main:template.yaml feature:template.yaml
  canaryform diff old.yaml new.yaml --parameter-overrides Stage=prod
  canaryform diff main --deny change-not-published --deny shifts-at-once --format github

What differences mean; `!` marks what to look at twice:
"
    .to_owned();
    for meaning in meanings::ALL {
        let sign = if meaning.is_grave { '!' } else { ' ' };
        text.push_str(&format!(
            "  {sign} {:<27} {}\n",
            meaning.name,
            meaning.about()
        ));
    }
    text + "
Exit codes:
  0  no difference
  1  a template has errors, or a denied meaning was found
  2  the command could not run: wrong usage, or a file or revision that cannot be read
  3  there are differences"
}

#[derive(Args)]
#[command(after_help = help::below(&after_help()))]
pub(crate) struct Arguments {
    /// The template before: a file, `-`, `REV:PATH` (`main:template.yaml`), or a revision alone for the same file there
    /// [default: HEAD]
    old: Option<String>,

    /// The template now: the same [default: the file itself in the working folder]
    new: Option<String>,

    /// Values of template parameters of the old side, where they are others
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    old_parameter_overrides: Vec<String>,

    /// The region of the old side, where it is another
    #[arg(long, value_name = "REGION")]
    old_region: Option<String>,

    /// How to write the differences
    #[arg(
        long,
        value_enum,
        value_name = "text|json|markdown|github",
        default_value = "text",
        hide_possible_values = true
    )]
    format: Form,

    #[command(flatten)]
    colors: Colors,

    #[command(flatten)]
    options: TemplateOptions,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Text,
    Json,
    Markdown,
    Github,
}

/// A template that is compared, and where it is from.
struct Given {
    input: Input,
    /// The revision, and its file from the root of the repository.
    revision: Option<(Repository, String, PathBuf)>,
}

/// A side that was transformed.
struct Side {
    input: Input,
    /// As it was given, where it could be read.
    template: Option<Template>,
    output: Option<Output>,
    findings: Vec<Diagnostic>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut options = arguments.options.clone();
    let denied = options.take_denied_meanings();
    let (old, new) = given(arguments)?;
    let options = options.beside(new.input.path());
    let new_options = options.options().map_err(with_meanings)?;
    let old_given = options.for_old(
        arguments.old_region.as_ref(),
        &arguments.old_parameter_overrides,
    )?;
    let old_options = old_given.options()?;
    let any_revision = old.revision.is_some() || new.revision.is_some();
    let codes = (
        code(&options, &old, any_revision)?,
        code(&options, &new, any_revision)?,
    );
    let old = side(old.input, old_options, &codes.0, true);
    let new = side(new.input, new_options, &codes.1, false);
    let errors = |side: &Side| side.findings.iter().any(Diagnostic::is_error);
    if errors(&old) || errors(&new) {
        let mut found = Vec::new();
        for mut side in [old, new] {
            side.findings.retain(Diagnostic::is_error);
            if !side.findings.is_empty() {
                found.push((side.input, side.findings));
            }
        }
        let form = match arguments.format {
            Form::Json => Report::Json,
            _ => Report::Text,
        };
        findings::tell(form, arguments.colors, found)?;
        return Ok(ExitCode::from(1));
    }
    let (Some(before), Some(now)) = (&old.output, &new.output) else {
        return Ok(ExitCode::from(1));
    };
    let mut differences = diff::diff(before, now);
    name_files(&mut differences, &codes);
    let is_denied = |meaning: &Meaning| denied.iter().any(|denied| **denied == *meaning);
    let text = written(arguments, &differences, &new, now, &is_denied);
    write_stdout(|out| out.write_all(text.as_bytes()))?;
    let found: Vec<&str> = differences
        .meanings()
        .filter(|meant| is_denied(meant.code))
        .map(|meant| meant.code.name)
        .collect();
    if let Some(first) = found.first() {
        if arguments.format == Form::Text {
            findings::note(Report::Text, &format!("`{first}` is denied: exit code 1"));
        }
        return Ok(ExitCode::from(1));
    }
    Ok(ExitCode::from(if differences.is_empty() { 0 } else { 3 }))
}

/// What was compared with another template.
pub(super) struct Compared {
    /// The name of the other one.
    pub(super) name: String,
    /// Its errors, where it has some: then nothing is compared.
    pub(super) errors: Option<(Input, Vec<Diagnostic>)>,
    pub(super) differences: Differences,
}

/// Compares what `make` makes of the template of `input`, given who knows its code, with what becomes of the template that
/// `old` names. Secrets are not read.
pub(super) fn against<T>(
    old: &str,
    input: Input,
    options: &TemplateOptions,
    make: impl FnOnce(Input, &dyn LocalCode) -> Result<Option<T>, Failure>,
    output: impl FnOnce(&T) -> &Output,
) -> Result<Option<(T, Compared)>, Failure> {
    let old_options = options.beside(input.path()).options()?.without_secrets();
    let old = one(old, input.path())?;
    let new = Given {
        input,
        revision: None,
    };
    let any_revision = old.revision.is_some();
    let codes = (
        code(options, &old, any_revision)?,
        code(options, &new, any_revision)?,
    );
    let Some(made) = make(new.input, codes.1.local())? else {
        return Ok(None);
    };
    let name = old.input.name();
    let mut old = side(old.input, old_options, &codes.0, true);
    old.findings.retain(Diagnostic::is_error);
    let mut differences = Differences::default();
    let errors = match &old.output {
        Some(before) if old.findings.is_empty() => {
            differences = diff::diff(before, output(&made));
            name_files(&mut differences, &codes);
            None
        }
        _ => Some((old.input, old.findings)),
    };
    let compared = Compared {
        name,
        errors,
        differences,
    };
    Ok(Some((made, compared)))
}

/// Says that meanings may be denied, too, where what is denied is neither.
fn with_meanings(failure: Failure) -> Failure {
    match failure {
        Failure::Usage(message) => {
            let named = message
                .strip_prefix("--deny: no finding has the code `")
                .and_then(|rest| rest.split_once('`'));
            let Some((name, _)) = named else {
                return Failure::Usage(message);
            };
            let names = meanings::ALL.iter().map(|meaning| meaning.name);
            match suggestion(name, names) {
                Some(meant) => Failure::Usage(format!(
                    "--deny: nothing that a difference means is called `{name}`; did you mean `{meant}`?"
                )),
                None => Failure::Usage(message),
            }
        }
        other => other,
    }
}

/// The two templates that are meant.
fn given(arguments: &Arguments) -> Result<(Given, Given), Failure> {
    match (&arguments.old, &arguments.new) {
        (Some(old), Some(new)) => {
            let new = one(new, None)?;
            let file = match &new.revision {
                Some((_, _, path)) => Some(path.clone()),
                None => new.input.path().map(Path::to_owned),
            };
            Ok((one(old, file.as_deref())?, new))
        }
        (Some(old), None) => {
            if Path::new(old).exists() {
                // Its own last state is what it is compared with.
                let new = one(old, None)?;
                return Ok((last(LAST, Path::new(old))?, new));
            }
            match old.split_once(':') {
                Some((_, path)) => Ok((one(old, None)?, here(Path::new(path))?)),
                None => {
                    let new = found()?;
                    let path = new.input.path().map(Path::to_owned).unwrap_or_default();
                    Ok((one(old, Some(&path))?, new))
                }
            }
        }
        (None, _) => {
            let new = found()?;
            let path = new.input.path().map(Path::to_owned).unwrap_or_default();
            Ok((last(LAST, &path)?, new))
        }
    }
}

/// The template of this folder.
fn found() -> Result<Given, Failure> {
    let there = TEMPLATES.iter().map(Path::new).find(|path| path.is_file());
    let path = there.ok_or_else(|| {
        Failure::Usage(format!(
            "there is no `{}` here: name the template, too, as in `canaryform diff main path/template.yaml`",
            TEMPLATES.join("`, `")
        ))
    })?;
    Ok(Given {
        input: Input::read(Some(path), &[])?,
        revision: None,
    })
}

/// A file of a revision as it is in the working folder.
fn here(path: &Path) -> Result<Given, Failure> {
    let mut file = path.to_owned();
    if !file.is_file()
        && let Some(repository) = Repository::around(Path::new("."))
    {
        let from_root = repository.root().join(path);
        if from_root.is_file() {
            file = from_root;
        }
    }
    Ok(Given {
        input: Input::read(Some(&file), &[])?,
        revision: None,
    })
}

/// A file of the working folder as it is at a revision.
fn last(revision: &str, file: &Path) -> Result<Given, Failure> {
    let repository = repository(&folder_of(file))?;
    let path = repository.within(file).ok_or_else(|| {
        Failure::Io(format!(
            "`{}` lies outside of the repository",
            printable(file)
        ))
    })?;
    of_revision(repository, revision, &path)
}

fn of_revision(repository: Repository, revision: &str, path: &Path) -> Result<Given, Failure> {
    let (text, path) = git::show(&repository, revision, path)?;
    let label = format!("{revision}:{}", printable(&path));
    Ok(Given {
        input: Input::labelled(label, text),
        revision: Some((repository, revision.to_owned(), path)),
    })
}

fn repository(folder: &Path) -> Result<Repository, Failure> {
    Repository::around(folder).ok_or_else(|| {
        Failure::Usage(format!(
            "`{}` is in no git repository: name two files",
            printable(folder)
        ))
    })
}

/// What an argument means; a revision alone means the file `like` there.
fn one(given: &str, like: Option<&Path>) -> Result<Given, Failure> {
    if given == "-" || Path::new(given).exists() {
        return Ok(Given {
            input: Input::read(Some(Path::new(given)), &[])?,
            revision: None,
        });
    }
    if let Some((revision, path)) = given.split_once(':')
        && !revision.is_empty()
        && !path.is_empty()
    {
        let repository = repository(Path::new("."))?;
        if !repository.has_revision(revision) {
            return Err(Failure::Usage(format!(
                "`{revision}` is no revision of this repository"
            )));
        }
        return of_revision(repository, revision, Path::new(path));
    }
    if let Some(like) = like
        && let Some(repository) =
            Repository::around(&folder_of(like)).or_else(|| Repository::around(Path::new(".")))
        && repository.has_revision(given)
    {
        let path = repository.within(like).unwrap_or_else(|| like.to_owned());
        return of_revision(repository, given, &path);
    }
    Err(Failure::Usage(format!(
        "`{}` is neither a file nor a revision: name a file, or `REV:PATH`, such as `main:template.yaml`",
        printable(Path::new(given))
    )))
}

/// Who knows the code of a side.
enum SideCode {
    Git(Box<GitCode>),
    Other(Box<dyn LocalCode>),
}

impl SideCode {
    fn local(&self) -> &dyn LocalCode {
        match self {
            Self::Git(code) => &**code,
            Self::Other(code) => &**code,
        }
    }
}

/// Who knows the code of a template: git where it can, so that both sides count alike.
fn code(options: &TemplateOptions, given: &Given, any_revision: bool) -> Result<SideCode, Failure> {
    let root = options.root(&given.input)?;
    let other = || SideCode::Other(options.code(&root, &given.input, None));
    if !options.follows_paths() {
        return Ok(other());
    }
    let ignores = options.ignores_code();
    let made = |repository: Repository, revision, base, template| {
        SideCode::Git(Box::new(GitCode::new(
            repository, revision, base, template, ignores,
        )))
    };
    if let Some((repository, revision, path)) = &given.revision {
        let base = match options.code_root() {
            Some(root) => repository.within(root).unwrap_or_default(),
            None => path.parent().unwrap_or(Path::new("")).to_owned(),
        };
        return Ok(made(
            repository.clone(),
            Some(revision.clone()),
            base,
            Some(path.clone()),
        ));
    }
    let found = Repository::around(&root)
        .and_then(|repository| Some((repository.within(&root)?, repository)));
    match found {
        Some((base, repository)) => {
            let template = given.input.path().and_then(|path| repository.within(path));
            Ok(made(repository, None, base, template))
        }
        None if any_revision && !ignores => Err(Failure::Usage(format!(
            "`{}` is in no git repository, so its code cannot be compared with that of a revision: add `--code ignore`",
            given.input.name()
        ))),
        None => Ok(other()),
    }
}

/// Transforms a side.
fn side(input: Input, options: Options<'static>, code: &SideCode, is_old: bool) -> Side {
    let mut options = options.with_code(code.local()).with_parts();
    if is_old {
        // What is denied must not come, and may go.
        options.levels.deny_nothing();
    }
    let read = match read_with(&input.text, &options.levels) {
        Ok(read) => read,
        Err(faults) => {
            let mut findings = faults.0;
            options.levels.apply(&mut findings);
            return Side {
                input,
                template: None,
                output: None,
                findings,
            };
        }
    };
    if is_old {
        // A value for a parameter that is new is no fault of the old template.
        let declared = read.template.section("Parameters");
        options
            .parameters
            .retain(|name, _| declared.is_some_and(|declared| declared.contains_key(name)));
    }
    let output = transform_as_told(read.template.clone(), &options);
    let mut findings = read.warnings;
    findings.extend(output.diagnostics.iter().cloned());
    options.levels.apply(&mut findings);
    Side {
        input,
        template: Some(read.template),
        output: Some(output),
        findings,
    }
}

/// Names the files that differ where a local path leads to.
fn name_files(differences: &mut Differences, codes: &(SideCode, SideCode)) {
    let (SideCode::Git(old), SideCode::Git(new)) = codes else {
        return;
    };
    for change in differences.values_mut() {
        if change.unseen != Some(Unseen::Content) {
            continue;
        }
        let path = |value: &Option<Value>| {
            let text = value.as_ref().and_then(Value::as_str);
            text.map(str::to_owned)
        };
        if let (Some(before), Some(now)) = (path(&change.old), path(&change.new))
            && let (Ok(before), Ok(now)) = (old.files(&before), new.files(&now))
        {
            change.files = git::differing(&before, &now);
        }
    }
}

/// The differences as they are wanted.
fn written(
    arguments: &Arguments,
    differences: &Differences,
    new: &Side,
    output: &Output,
    denied: &dyn Fn(&Meaning) -> bool,
) -> String {
    let blocks = render::blocks(differences);
    let paths = blocks.iter().flat_map(|block| {
        let lines = block.lines.iter().filter_map(|line| line.path.as_ref());
        std::iter::once(&block.path).chain(lines)
    });
    let meant = differences.meanings().map(|meant| &meant.path);
    let nothing = Template::default();
    let name = new.input.name();
    let places = Places::find(
        name.clone(),
        &new.input.text,
        new.template.as_ref().unwrap_or(&nothing),
        &output.origins,
        paths.chain(meant),
    );
    match arguments.format {
        Form::Json => render::json(differences),
        Form::Markdown => render::markdown(differences, &|path| places.label(path)),
        Form::Github => render::github(differences, &name, denied, &|path| places.location(path)),
        Form::Text => {
            let choice = arguments.colors.on(&std::io::stdout());
            render::text(differences, choice != ColorChoice::Never, &|path| {
                places.label(path)
            })
        }
    }
}
