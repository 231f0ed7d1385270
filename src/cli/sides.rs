//! Which templates are compared: files, files of revisions, and all that lie below a folder.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::files::{Input, TEMPLATES, folder_of, printable};
use super::git::{self, Repository};
use super::{Failure, find};

/// The revision that is compared with where none is named.
const LAST: &str = "HEAD";

/// A template that is compared, and where it is from.
pub(super) struct Given {
    pub(super) input: Input,
    /// The revision, and its file from the root of the repository.
    pub(super) revision: Option<(Repository, String, PathBuf)>,
    /// Whether this side has no such template, so that all of the other one is new, or gone.
    pub(super) is_absent: bool,
}

/// A template before and now.
pub(super) struct Pair {
    pub(super) old: Given,
    pub(super) new: Given,
}

/// What is compared.
pub(super) enum Meant {
    One(Box<Pair>),
    /// Every template below a folder.
    Below(Vec<Pair>),
}

/// A side as a whole.
#[derive(Clone, Copy)]
enum Time<'a> {
    At(&'a str),
    Now,
}

impl Given {
    fn of(input: Input) -> Self {
        Self {
            input,
            revision: None,
            is_absent: false,
        }
    }

    fn file(path: &Path) -> Result<Self, Failure> {
        Ok(Self::of(Input::read(Some(path), &[])?))
    }
}

/// The templates that are meant by a side before, a side now, and a template or a folder of both.
pub(super) fn meant(
    old: Option<&str>,
    new: Option<&str>,
    place: Option<&Path>,
) -> Result<Meant, Failure> {
    let (before, now, place) = match (old, new, place) {
        (Some(old), Some(new), Some(place)) => {
            for side in [old, new] {
                if !is_revision(side) {
                    return Err(Failure::Usage(format!(
                        "`{}` is no revision of this repository, and `{}` is looked for in two of them",
                        printable(Path::new(side)),
                        printable(place)
                    )));
                }
            }
            (old, Time::At(new), place.to_owned())
        }
        (Some(old), Some(new), _) => {
            let (is_old, is_new) = (is_revision(old), is_revision(new));
            match (is_old, is_new) {
                (true, true) => (old, Time::At(new), place_here()),
                (true, false) if !names_file(new) => (old, Time::Now, PathBuf::from(new)),
                _ => return two(old, new),
            }
        }
        (Some(old), None, _) if is_revision(old) => (old, Time::Now, place_here()),
        (Some(old), None, _) => match revision_and_path(old) {
            Some((_, path)) if !Path::new(old).exists() => {
                let old = one_side(old, None)?;
                return one(old, here(Path::new(path))?);
            }
            // Its own last state is what it is compared with.
            _ => (LAST, Time::Now, PathBuf::from(old)),
        },
        (None, ..) => (LAST, Time::Now, place_here()),
    };
    if place.is_dir() {
        return Ok(Meant::Below(below(&place, before, now)?));
    }
    let pair = Pair {
        old: side(Time::At(before), &place)?,
        new: side(now, &place)?,
    };
    if pair.old.is_absent && pair.new.is_absent {
        return Err(neither(&place));
    }
    Ok(Meant::One(Box::new(pair)))
}

fn one(old: Given, new: Given) -> Result<Meant, Failure> {
    Ok(Meant::One(Box::new(Pair { old, new })))
}

/// Two sides, at least one of which is a file.
fn two(old: &str, new: &str) -> Result<Meant, Failure> {
    if is_revision(new) {
        let old = one_side(old, None)?;
        let file = file_of(&old);
        return one(old, one_side(new, file.as_deref())?);
    }
    let new = one_side(new, None)?;
    let file = file_of(&new);
    one(one_side(old, file.as_deref())?, new)
}

/// The file of a side, as the other one may have it, too.
fn file_of(given: &Given) -> Option<PathBuf> {
    match &given.revision {
        Some((repository, _, path)) => Some(repository.root().join(path)),
        None => given.input.path().map(Path::to_owned),
    }
}

/// The template of this folder; where there is none, the folder.
fn place_here() -> PathBuf {
    let there = TEMPLATES.iter().map(Path::new).find(|path| path.is_file());
    there.unwrap_or(Path::new(".")).to_owned()
}

/// Whether an argument is a file, or a file of a revision.
fn names_file(given: &str) -> bool {
    given == "-" || Path::new(given).is_file() || revision_and_path(given).is_some()
}

fn revision_and_path(given: &str) -> Option<(&str, &str)> {
    let (revision, path) = given.split_once(':')?;
    (!revision.is_empty() && !path.is_empty()).then_some((revision, path))
}

/// Whether an argument is a revision and nothing that lies here.
fn is_revision(given: &str) -> bool {
    given != "-"
        && !Path::new(given).exists()
        && Repository::around(Path::new("."))
            .is_some_and(|repository| repository.has_revision(given))
}

fn side(time: Time<'_>, place: &Path) -> Result<Given, Failure> {
    match time {
        Time::At(revision) => {
            let folder = folder_of(place);
            let folder = if folder.is_dir() {
                folder
            } else {
                PathBuf::from(".")
            };
            at(repository(&folder)?, revision, place)
        }
        Time::Now if place.is_file() => Given::file(place),
        Time::Now => Ok(Given {
            is_absent: true,
            ..Given::of(Input::labelled(printable(place), Vec::new()))
        }),
    }
}

/// A file of the working folder as it is at a revision, which may not have it.
fn at(repository: Repository, revision: &str, file: &Path) -> Result<Given, Failure> {
    let path = repository.place(file).ok_or_else(|| {
        Failure::Io(format!(
            "`{}` lies outside of the repository",
            printable(file)
        ))
    })?;
    if repository.has_file(revision, &path) {
        return of_revision(repository, revision, &path);
    }
    let label = format!("{revision}:{}", printable(&path));
    Ok(Given {
        input: Input::labelled(label, Vec::new()),
        revision: Some((repository, revision.to_owned(), path)),
        is_absent: true,
    })
}

fn of_revision(repository: Repository, revision: &str, path: &Path) -> Result<Given, Failure> {
    let (text, path) = git::show(&repository, revision, path)?;
    let label = format!("{revision}:{}", printable(&path));
    Ok(Given {
        revision: Some((repository, revision.to_owned(), path)),
        ..Given::of(Input::labelled(label, text))
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
    Given::file(&file)
}

fn repository(folder: &Path) -> Result<Repository, Failure> {
    Repository::around(folder).ok_or_else(|| {
        Failure::Usage(format!(
            "`{}` is in no git repository: name two files",
            printable(folder)
        ))
    })
}

fn neither(place: &Path) -> Failure {
    let range = place.to_str().and_then(|text| text.split_once(".."));
    if let Some((from, to)) = range
        && !from.is_empty()
        && !from.ends_with('/')
    {
        let to = match to.trim_start_matches('.') {
            "" => "HEAD",
            to => to,
        };
        return Failure::Usage(format!(
            "`{}` is a range: name its two ends, `canaryform diff {} {}`",
            printable(place),
            printable(Path::new(from)),
            printable(Path::new(to))
        ));
    }
    Failure::Usage(format!(
        "`{}` is neither a file nor a revision: name a file, or `REV:PATH`, such as `main:template.yaml`",
        printable(place)
    ))
}

/// What an argument means; a revision alone means the file `like` there.
pub(super) fn one_side(given: &str, like: Option<&Path>) -> Result<Given, Failure> {
    if given == "-" || Path::new(given).exists() {
        return Given::file(Path::new(given));
    }
    if let Some((revision, path)) = revision_and_path(given) {
        let repository = repository(Path::new("."))?;
        if !repository.has_revision(revision) {
            return Err(no_revision(revision));
        }
        return of_revision(repository, revision, Path::new(path));
    }
    if let Some(like) = like
        && let Some(repository) =
            Repository::around(&folder_of(like)).or_else(|| Repository::around(Path::new(".")))
        && repository.has_revision(given)
    {
        return at(repository, given, like);
    }
    Err(neither(Path::new(given)))
}

fn no_revision(given: &str) -> Failure {
    Failure::Usage(format!(
        "`{}` is no revision of this repository",
        printable(Path::new(given))
    ))
}

/// The templates below a folder: those of the side now, as they were before, and those that are gone.
fn below(folder: &Path, before: &str, now: Time<'_>) -> Result<Vec<Pair>, Failure> {
    let repository = repository(folder)?;
    let old: Vec<PathBuf> = listed(&repository, before, folder)?;
    let mut pairs = Vec::new();
    let mut seen = HashSet::new();
    match now {
        Time::Now => {
            for file in find::files(&[folder.to_owned()])? {
                let new = Given::file(&file)?;
                if find::is_template(&new.input.text)
                    && let Some(path) = repository.within(&file)
                {
                    let old = at(repository.clone(), before, &file)?;
                    seen.insert(path);
                    pairs.push(Pair { old, new });
                }
            }
        }
        Time::At(now) => {
            for path in listed(&repository, now, folder)? {
                let new = of_revision(repository.clone(), now, &path)?;
                if find::is_template(&new.input.text) {
                    let old = at(repository.clone(), before, &repository.root().join(&path))?;
                    seen.insert(path);
                    pairs.push(Pair { old, new });
                }
            }
        }
    }
    for path in old.into_iter().filter(|path| !seen.contains(path)) {
        let old = of_revision(repository.clone(), before, &path)?;
        if find::is_template(&old.input.text) {
            let file = match now {
                Time::Now => printable(&path),
                Time::At(now) => format!("{now}:{}", printable(&path)),
            };
            let new = Given {
                is_absent: true,
                ..Given::of(Input::labelled(file, Vec::new()))
            };
            pairs.push(Pair { old, new });
        }
    }
    if pairs.is_empty() {
        return Err(Failure::Usage(format!(
            "there is no template in `{}`, neither now nor in `{before}`",
            printable(folder)
        )));
    }
    Ok(pairs)
}

/// The files of a revision below a folder that may be templates.
fn listed(repository: &Repository, revision: &str, folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !repository.has_revision(revision) {
        return Err(no_revision(revision));
    }
    let place = repository.within(folder).unwrap_or_default();
    let mut files = repository
        .files_below(revision, &place)
        .map_err(Failure::Io)?;
    files.retain(|path| find::is_of_template(path));
    Ok(files)
}
