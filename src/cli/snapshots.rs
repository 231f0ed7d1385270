//! Snapshots as files: which are meant, what they would be now, and writing them.

use std::fs;
use std::path::{Component, Path, PathBuf};

use crate::code::{Folder, LocalCode, Refused};
use crate::deployment::Deployment;
use crate::diagnostics::{Levels, codes};
use crate::diff::{self, Differences, render};
use crate::macro_call::transform_as_told;
use crate::origin::Origins;
use crate::snapshot::{self, Header};
use crate::template::read_with;
use crate::{Diagnostic, Options, Template};

use super::Failure;
use super::files::{Input, TEMPLATES, folder_of, is_same, printable};
use super::find::{self, git_visible};
use super::output::write_whole;
use super::places::Places;
use super::template_options::TemplateOptions;

/// The folder beside a template that its snapshots are in.
const FOLDER: &str = "snapshots";

/// How many templates a message names.
const MOST_NAMED: usize = 8;

/// A snapshot that is meant: its file, and what it is made with.
pub(super) struct Meant {
    pub(super) path: PathBuf,
    pub(super) header: Header,
    /// What stands in the file; none where there is none yet.
    pub(super) old: Option<String>,
}

/// Why a snapshot cannot be looked at.
pub(super) enum Missing {
    /// Something is not there: exit code 3.
    Gone(String),
    /// Something is there and cannot be read: exit code 2.
    Unreadable(String),
}

/// What a snapshot would be now.
pub(super) struct Made {
    pub(super) input: Input,
    /// The template, as it was given.
    pub(super) template: Option<Template>,
    pub(super) findings: Vec<Diagnostic>,
    /// None with errors, or where a secret would be written.
    pub(super) text: Option<String>,
    pub(super) origins: Origins,
    pub(super) deployments: Vec<Deployment>,
}

impl Meant {
    /// The snapshot in a file.
    fn load(path: &Path) -> Result<Self, Missing> {
        let name = printable(path);
        let text = match fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(Missing::Gone(format!("there is no snapshot `{name}`")));
            }
            Err(error) => {
                return Err(Missing::Unreadable(format!(
                    "cannot read `{name}`: {error}"
                )));
            }
        };
        let text = String::from_utf8(text)
            .map_err(|_| Missing::Unreadable(format!("`{name}` is not UTF-8")))?;
        match Header::read(&text) {
            None => Err(Missing::Unreadable(format!("`{name}` is no snapshot"))),
            Some(Err(fault)) => Err(Missing::Unreadable(format!(
                "`{name}` cannot be made again: {fault}"
            ))),
            Some(Ok(header)) => Ok(Self {
                path: path.to_owned(),
                header,
                old: Some(text),
            }),
        }
    }

    /// The template that it is of.
    pub(super) fn template(&self) -> PathBuf {
        plain(&folder_of(&self.path).join(&self.header.from))
    }

    /// What it would be now.
    pub(super) fn make(&self) -> Result<Made, Missing> {
        let path = self.template();
        if !path.is_file() {
            return Err(Missing::Gone(format!(
                "the template of `{}` is not there: `{}`",
                printable(&self.path),
                printable(&path)
            )));
        }
        let unreadable = |failure: Failure| match failure {
            Failure::Usage(said) | Failure::Io(said) => Missing::Unreadable(said),
            Failure::Closed => Missing::Unreadable(String::new()),
        };
        let input = Input::read(Some(&path), &[]).map_err(unreadable)?;
        let mut header = self.header.clone();
        let root = match &header.code_root {
            Some(root) => plain(&folder_of(&self.path).join(root)),
            None => folder_of(&path),
        };
        let folder = Folder::new(root).without(&path).without(&self.path);
        let code: Box<dyn LocalCode> = match header.code.as_str() {
            "read" => Box::new(folder),
            "refuse" => Box::new(Refused),
            _ => Box::new(folder.ignoring_code()),
        };
        let levels = levels(&header).map_err(|fault| {
            Missing::Unreadable(format!(
                "`{}` cannot be made again: {fault}",
                printable(&self.path)
            ))
        })?;
        let read = match read_with(&input.text, &levels) {
            Ok(read) => read,
            Err(faults) => {
                let mut findings = faults.0;
                levels.apply(&mut findings);
                return Ok(Made {
                    input,
                    template: None,
                    findings,
                    text: None,
                    origins: Origins::new(),
                    deployments: Vec::new(),
                });
            }
        };
        header.take_secrets(&read.template);
        let mut options = Options::new(&header.region)
            .with_parameters(header.values())
            .with_levels(levels.clone())
            .with_code(&*code);
        if let Some(name) = &header.macro_name {
            options = options.with_macro_name(name);
        }
        if let Some(salt) = &header.deploy_salt {
            options = options.with_deploy_salt(salt);
        }
        for (application, url) in &header.application_urls {
            let (id, version) = application.rsplit_once('@').unwrap_or((application, ""));
            options = options.with_application_url(id, version, url);
        }
        let output = transform_as_told(read.template.clone(), &options);
        let mut findings = read.warnings;
        findings.extend(output.diagnostics.iter().cloned());
        levels.apply(&mut findings);
        // A file that is committed holds none, whatever is allowed.
        for finding in &mut findings {
            if finding.code == codes::SECRET_IN_OUTPUT {
                finding.severity = crate::Severity::Error;
            }
        }
        let holds_secret = output
            .diagnostics
            .iter()
            .any(|found| found.code == codes::SECRET_IN_OUTPUT);
        let is_sound = !findings.iter().any(Diagnostic::is_error) && !holds_secret;
        let text = is_sound.then(|| snapshot::write(&header, &read.template, &output));
        Ok(Made {
            input,
            template: Some(read.template),
            findings,
            text,
            origins: output.origins,
            deployments: output.deployments,
        })
    }

    /// Writes what it is now.
    pub(super) fn write(&self, text: &str) -> Result<(), Failure> {
        write_whole(&self.path, |out| out.write_all(text.as_bytes()))
    }
}

/// What differs between a snapshot and what it would be now; none where that cannot be said.
pub(super) fn differences(meant: &Meant, made: &Made) -> Option<Differences> {
    let old = snapshot::recorded(meant.old.as_ref()?).ok()?;
    let mut new = snapshot::recorded(made.text.as_ref()?).ok()?;
    new.deployments.clone_from(&made.deployments);
    Some(diff::diff(&old, &new))
}

/// The differences of two texts, line by line.
pub(super) fn lines(old: &str, new: &str) -> String {
    similar::TextDiff::from_lines(old, new)
        .unified_diff()
        .context_radius(3)
        .to_string()
}

fn levels(header: &Header) -> Result<Levels, String> {
    let mut levels = Levels::default();
    for code in &header.allow {
        levels.allow(code)?;
    }
    for code in &header.deny {
        levels.deny(code)?;
    }
    Ok(levels)
}

/// A path without `.` and, as far as that is possible, without `..`.
fn plain(path: &Path) -> PathBuf {
    let mut made = PathBuf::new();
    for step in path.components() {
        match step {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(made.components().next_back(), Some(Component::Normal(_))) =>
            {
                made.pop();
            }
            other => made.push(other),
        }
    }
    if made.as_os_str().is_empty() {
        made.push(".");
    }
    made
}

/// The snapshots below a folder that git does not ignore.
fn below(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in git_visible(folder).flatten() {
        let path = entry.path();
        let is_in_folder = path.parent().and_then(Path::file_name) == Some(FOLDER.as_ref());
        if is_in_folder && path.extension().is_some_and(|ending| ending == "yaml") && is_ours(path)
        {
            found.push(path.strip_prefix("./").unwrap_or(path).to_owned());
        }
    }
    found
}

/// Whether the first line of a file is that of a snapshot.
fn is_ours(path: &Path) -> bool {
    use std::io::Read as _;
    let mut begin = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(64).read_to_end(&mut begin));
    read.is_ok() && snapshot::is_snapshot(&begin)
}

/// The snapshots of a template that are there.
fn of_template(template: &Path) -> Vec<PathBuf> {
    let folder = folder_of(template).join(FOLDER);
    let Ok(entries) = fs::read_dir(&folder) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "yaml") && is_ours(path))
        .filter(|path| {
            let meant = Meant::load(path);
            // One that cannot be read is told of.
            meant.map_or(true, |meant| is_same(&meant.template(), template))
        })
        .map(|path| plain(&path))
        .collect();
    paths.sort();
    paths
}

/// The snapshots that arguments mean, each with what it is made with or why it cannot be looked at.
pub(super) fn meant(
    arguments: &[PathBuf],
    name: Option<&str>,
    records_all: bool,
    options: &TemplateOptions,
) -> Result<Vec<Result<Meant, Missing>>, Failure> {
    let mut found: Vec<Result<Meant, Missing>> = Vec::new();
    if arguments.is_empty() {
        if let Some(name) = name {
            let template = TEMPLATES.iter().map(Path::new).find(|path| path.is_file());
            let template = template.ok_or_else(|| {
                Failure::Usage("--name names the snapshot of a template: name that, too".to_owned())
            })?;
            found.extend(of_one(template, Some(name), records_all, options)?);
        } else {
            found.extend(below(Path::new(".")).iter().map(|path| Meant::load(path)));
            if found.is_empty() {
                return Err(none_below(Path::new(".")));
            }
        }
    }
    for argument in arguments {
        if argument.is_dir() {
            let there = below(argument);
            if there.is_empty() {
                return Err(none_below(argument));
            }
            found.extend(there.iter().map(|path| Meant::load(path)));
        } else if !argument.exists() {
            found.extend(named(argument));
        } else if is_ours(argument) {
            found.push(Meant::load(argument));
        } else {
            found.extend(of_one(argument, name, records_all, options)?);
        }
    }
    for meant in found.iter().flatten() {
        if meant.old.is_some() {
            let given = options.beside(Some(&meant.template())).as_given()?;
            options
                .agree_with(&given, &meant.header, records_all)
                .map_err(|what| {
                    Failure::Usage(format!(
                        "`{}` is made with {what}: its header keeps that; change it there, or record another snapshot with --name",
                        printable(&meant.path)
                    ))
                })?;
        }
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|one| match one {
        Ok(meant) => seen.insert(plain(&meant.path)),
        Err(_) => true,
    });
    Ok(found)
}

/// Says that nothing is recorded below a folder, and what records the templates that are there.
fn none_below(folder: &Path) -> Failure {
    let files = find::files(&[folder.to_owned()]).unwrap_or_default();
    let templates = files.iter().filter(|path| {
        let text = fs::read(path).unwrap_or_default();
        find::is_template(&text)
    });
    let mut named: Vec<String> = templates.map(|path| printable(path)).collect();
    if named.is_empty() || named.len() > MOST_NAMED {
        named = vec!["TEMPLATE".to_owned()];
    }
    let place = match folder == Path::new(".") {
        true => "this folder".to_owned(),
        false => format!("`{}`", printable(folder)),
    };
    Failure::Usage(format!(
        "there are no snapshots below {place}: `canaryform snapshot {} --accept` records what is to be compared",
        named.join(" ")
    ))
}

/// Snapshots by their name alone: `template-prod`.
fn named(argument: &Path) -> Vec<Result<Meant, Missing>> {
    let name = argument.as_os_str().to_string_lossy();
    let mut paths = if name.contains(['/', '\\', '.']) {
        Vec::new()
    } else {
        below(Path::new("."))
    };
    paths.retain(|path| path.file_stem() == Some(argument.as_os_str()));
    if paths.is_empty() {
        return vec![Err(Missing::Gone(format!(
            "there is no template, snapshot or folder `{}`",
            printable(argument)
        )))];
    }
    paths.iter().map(|path| Meant::load(path)).collect()
}

/// The snapshots of a template, or the one that it is to have.
fn of_one(
    template: &Path,
    name: Option<&str>,
    records_all: bool,
    options: &TemplateOptions,
) -> Result<Vec<Result<Meant, Missing>>, Failure> {
    if let Some(name) = name
        && (name.is_empty() || name.contains(['/', '\\']) || name.starts_with('.'))
    {
        return Err(Failure::Usage(format!(
            "--name `{}` must be the name of a file, without folders and without `.yaml`",
            name.escape_debug()
        )));
    }
    if name.is_none() {
        let there = of_template(template);
        if !there.is_empty() {
            return Ok(there.iter().map(|path| Meant::load(path)).collect());
        }
    }
    let stem = match name {
        Some(name) => name.trim_end_matches(".yaml").to_owned(),
        None => template.file_stem().map_or_else(
            || "template".to_owned(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
    };
    let path = folder_of(template)
        .join(FOLDER)
        .join(format!("{stem}.yaml"));
    let path = plain(&path);
    if path.exists() {
        if !is_ours(&path) {
            return Err(Failure::Usage(format!(
                "`{}` is there and no snapshot: choose another name with --name",
                printable(&path)
            )));
        }
        let meant = Meant::load(&path);
        if let Ok(meant) = &meant
            && !is_same(&meant.template(), template)
        {
            return Err(Failure::Usage(format!(
                "`{}` is the snapshot of another template: choose another name with --name",
                printable(&path)
            )));
        }
        return Ok(vec![meant]);
    }
    let file = template
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let header = options
        .beside(Some(template))
        .header(&path, format!("../{file}"), records_all)?;
    Ok(vec![Ok(Meant {
        path,
        header,
        old: None,
    })])
}

/// What differs in a snapshot, in lines for a terminal: what it means, and where that changes nothing the lines of text.
pub(super) fn shown(meant: &Meant, made: &Made, color: bool) -> String {
    let (Some(old), Some(new)) = (&meant.old, &made.text) else {
        return String::new();
    };
    let mut out = header_lines(old, new);
    let Some(found) = differences(meant, made).filter(|found| !found.is_empty()) else {
        return out + &lines(old, new);
    };
    let blocks = render::blocks(&found);
    let paths = blocks.iter().flat_map(|block| {
        let lines = block.lines.iter().filter_map(|line| line.path.as_ref());
        std::iter::once(&block.path).chain(lines)
    });
    let nothing = Template::default();
    let places = Places::find(
        made.input.name(),
        &made.input.text,
        made.template.as_ref().unwrap_or(&nothing),
        &made.origins,
        paths,
    );
    if blocks.len() > 1 {
        out += &render::graves(&found, color);
    }
    out += &render::text(&found, color, &|path| places.label(path));
    out
}

/// What differs in the header, which is said first.
fn header_lines(old: &str, new: &str) -> String {
    let header = |text: &str| -> Vec<String> {
        let lines = text
            .lines()
            .skip(1)
            .take_while(|line| line.starts_with("# "));
        lines
            .map(|line| line.trim_start_matches("# ").to_owned())
            .collect()
    };
    let (old, new) = (header(old), header(new));
    let gone = old.iter().filter(|line| !new.contains(line));
    let come = new.iter().filter(|line| !old.contains(line));
    let mut out = String::new();
    for (sign, line) in gone
        .map(|line| ('-', line))
        .chain(come.map(|line| ('+', line)))
    {
        out.push_str(&format!("{sign} made with {line}\n"));
    }
    out
}

/// The line of the template that the first difference is about.
pub(super) fn first_line(meant: &Meant, made: &Made) -> usize {
    let Some(found) = differences(meant, made) else {
        return 1;
    };
    let nothing = Template::default();
    let blocks = render::blocks(&found);
    let graves = found
        .meanings()
        .filter(|meant| meant.code.is_grave)
        .map(|meant| &meant.path);
    let paths: Vec<&crate::template::Path> = graves
        .chain(blocks.iter().map(|block| &block.path))
        .collect();
    let places = Places::find(
        made.input.name(),
        &made.input.text,
        made.template.as_ref().unwrap_or(&nothing),
        &made.origins,
        paths.iter().copied(),
    );
    let mut lines = paths.iter().filter_map(|path| places.location(path));
    lines.next().map_or(1, |place| place.line)
}

/// Whether somebody should look twice before it is accepted.
pub(super) fn is_grave(meant: &Meant, made: &Made) -> bool {
    differences(meant, made).is_some_and(|found| found.meanings().any(|meant| meant.code.is_grave))
}

/// How a run ends: of several ends the first of "could not run", "has errors", "differs" that occurs.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum End {
    Equal,
    Differs,
    HasErrors,
    CouldNot,
}

impl End {
    pub(super) fn code(self) -> super::ExitCode {
        super::ExitCode::from(match self {
            Self::Equal => 0,
            Self::Differs => 3,
            Self::HasErrors => 1,
            Self::CouldNot => 2,
        })
    }
}

impl Missing {
    /// Tells it, where a person reads it.
    pub(super) fn tell(&self) -> End {
        let (word, said, end) = match self {
            Self::Gone(said) => ("missing", said, End::Differs),
            Self::Unreadable(said) => ("error", said, End::CouldNot),
        };
        // Whoever does not want to read it still gets the exit code.
        let _ = std::io::Write::write_all(
            &mut std::io::stderr(),
            format!("{word}: {said}\n").as_bytes(),
        );
        end
    }
}
