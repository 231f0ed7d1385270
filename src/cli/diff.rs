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
use super::files::Input;
use super::findings::{self, Colors, Report};
use super::git::{self, GitCode, Repository};
use super::help;
use super::output::write_stdout;
use super::places::Places;
use super::sides::{self, Given, Meant, Pair};
use super::template_options::TemplateOptions;

fn after_help() -> String {
    let mut text = "\
Examples:
  canaryform diff                                   what the working folder changes of HEAD
  canaryform diff main                              ... of the branch main
  canaryform diff main stacks                       all templates below a folder
  canaryform diff v1 v2 template.yaml               between two revisions
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

    /// The template now: the same, or a folder for all templates below it [default: the template of this folder; where
    /// there is none, all below it]
    new: Option<String>,

    /// Where OLD and NEW are revisions: the template or the folder that is compared in them [default: as for NEW]
    template: Option<PathBuf>,

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

/// A side that was transformed.
struct Side {
    input: Input,
    /// As it was given, where it could be read.
    template: Option<Template>,
    output: Option<Output>,
    findings: Vec<Diagnostic>,
    /// Whether there is no such template on this side.
    is_absent: bool,
}

/// What came of a template that was compared.
struct Done {
    new: Side,
    output: Output,
    differences: Differences,
    /// `new` or `gone`, where one side does not have it.
    only: Option<&'static str>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let mut options = arguments.options.clone();
    let denied = options.take_denied_meanings();
    options.levels().map_err(with_meanings)?;
    let meant = sides::meant(
        arguments.old.as_deref(),
        arguments.new.as_deref(),
        arguments.template.as_deref(),
    )?;
    let is_denied = |meaning: &Meaning| denied.iter().any(|denied| **denied == *meaning);
    let (done, errors) = match meant {
        Meant::One(pair) => {
            let (done, errors) = compare(arguments, &options, *pair)?;
            if let Some(done) = &done {
                tell_of_absent(arguments, done);
                let text = written(arguments, done, &is_denied);
                write_stdout(|out| out.write_all(text.as_bytes()))?;
            }
            (Vec::from_iter(done), errors)
        }
        Meant::Below(pairs) => {
            let mut all = Vec::new();
            let mut errors = Vec::new();
            for pair in pairs {
                let (done, more) = compare(arguments, &options, pair)?;
                all.extend(done);
                errors.extend(more);
            }
            let text = all_written(arguments, &all, &is_denied)?;
            write_stdout(|out| out.write_all(text.as_bytes()))?;
            (all, errors)
        }
    };
    if !errors.is_empty() {
        let form = match arguments.format {
            Form::Json => Report::Json,
            _ => Report::Text,
        };
        findings::tell(form, arguments.colors, errors)?;
        return Ok(ExitCode::from(1));
    }
    let mut meanings = done.iter().flat_map(|done| done.differences.meanings());
    if let Some(first) = meanings.find(|meant| is_denied(meant.code)) {
        if arguments.format == Form::Text {
            let note = format!("`{}` is denied: exit code 1", first.code.name);
            findings::note(Report::Text, &note);
        }
        return Ok(ExitCode::from(1));
    }
    let is_equal = done.iter().all(|done| done.differences.is_empty());
    Ok(ExitCode::from(if is_equal { 0 } else { 3 }))
}

/// A template, and what is wrong with it.
type Faulty = (Input, Vec<Diagnostic>);

/// Compares a template with itself at another time; where a side has errors, these.
fn compare(
    arguments: &Arguments,
    options: &TemplateOptions,
    pair: Pair,
) -> Result<(Option<Done>, Vec<Faulty>), Failure> {
    let Pair { old, new } = pair;
    let options = options.beside(new.input.path());
    let new_options = options.options()?;
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
    let old = side(old, old_options, &codes.0, true);
    let mut new = side(new, new_options, &codes.1, false);
    let errors = |side: &Side| side.findings.iter().any(Diagnostic::is_error);
    let (Some(before), Some(now), false) =
        (&old.output, new.output.take(), errors(&old) || errors(&new))
    else {
        let mut found = Vec::new();
        for mut side in [old, new] {
            side.findings.retain(Diagnostic::is_error);
            if !side.findings.is_empty() {
                found.push((side.input, side.findings));
            }
        }
        return Ok((None, found));
    };
    let mut differences = diff::diff(before, &now);
    name_files(&mut differences, &codes);
    let only = match (old.is_absent, new.is_absent) {
        (true, _) => Some("new"),
        (_, true) => Some("gone"),
        _ => None,
    };
    let done = Done {
        new,
        output: now,
        differences,
        only,
    };
    Ok((Some(done), Vec::new()))
}

/// Says that one side does not have the template, where a person reads it.
fn tell_of_absent(arguments: &Arguments, done: &Done) {
    if let (Some(only), Form::Text) = (done.only, arguments.format) {
        findings::note(
            Report::Text,
            &format!("`{}` is {only}", done.new.input.name()),
        );
    }
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
    let old = sides::one_side(old, input.path())?;
    let new = Given {
        input,
        revision: None,
        is_absent: false,
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
    let mut old = side(old, old_options, &codes.0, true);
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
fn side(given: Given, options: Options<'static>, code: &SideCode, is_old: bool) -> Side {
    let Given {
        input, is_absent, ..
    } = given;
    let mut options = options.with_code(code.local()).with_parts();
    if is_old {
        // What is denied must not come, and may go.
        options.levels.deny_nothing();
    }
    if is_absent {
        return Side {
            input,
            template: None,
            output: Some(transform_as_told(Template::default(), &options)),
            findings: Vec::new(),
            is_absent,
        };
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
                is_absent,
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
        is_absent,
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

/// The differences of every template, as they are wanted.
fn all_written(
    arguments: &Arguments,
    all: &[Done],
    denied: &dyn Fn(&Meaning) -> bool,
) -> Result<String, Failure> {
    if arguments.format == Form::Json {
        let templates: Vec<serde_json::Value> = all
            .iter()
            .map(|done| serde_json::json!({"template": done.new.input.name(), "differences": done.differences}))
            .collect();
        return super::output::json(&serde_json::json!({ "templates": templates }));
    }
    let differing = all.iter().filter(|done| !done.differences.is_empty());
    let count = differing.clone().count();
    let templates = match all.len() {
        1 => "1 template".to_owned(),
        many => format!("{many} templates"),
    };
    let summary = match count {
        0 => format!("no difference in {templates}"),
        1 => format!("1 of {templates} differs"),
        many => format!("{many} of {templates} differ"),
    };
    let mut text = String::new();
    for done in differing {
        let name = done.new.input.name();
        let only = done
            .only
            .map_or_else(String::new, |only| format!(", {only}"));
        match arguments.format {
            Form::Markdown => text += &format!("### `{name}`{only}\n\n"),
            Form::Github => {}
            _ => text += &format!("{name}{only}\n\n"),
        }
        text += &written(arguments, done, denied);
        if arguments.format != Form::Github {
            text.push('\n');
        }
    }
    match arguments.format {
        Form::Markdown => text += &format!("**{summary}**\n"),
        Form::Github => {}
        _ => text += &format!("{summary}\n"),
    }
    Ok(text)
}

/// The differences as they are wanted.
fn written(arguments: &Arguments, done: &Done, denied: &dyn Fn(&Meaning) -> bool) -> String {
    let Done {
        new,
        output,
        differences,
        ..
    } = done;
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
