//! Templates and code of a revision, as git keeps them, and of the working folder, as git sees it.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io::Write as _;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use sha1::{Digest as _, Sha1};

use super::Failure;
use super::files::printable;
use crate::code::{LocalCode, LocalCodeFault};

/// The hash of code that nobody looks at, and of code that git does not know: SHA-1 of no bytes.
const NOTHING: &str = "da39a3ee5e6b4b0d3255bfef95601890afd80709";

/// A folder under version control.
#[derive(Debug, Clone)]
pub(super) struct Repository {
    root: PathBuf,
}

impl Repository {
    /// The repository that a folder is in; none where it is in none, or where there is no git.
    pub(super) fn around(folder: &Path) -> Option<Self> {
        let root = run(folder, &["rev-parse", "--show-toplevel"], b"").ok()?;
        let root = String::from_utf8(root).ok()?;
        Some(Self {
            root: PathBuf::from(root.trim_end_matches(['\n', '\r'])),
        })
    }

    /// The folder that holds everything.
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The path of a file or folder, from the root of the repository.
    pub(super) fn within(&self, path: &Path) -> Option<PathBuf> {
        let real = fs::canonicalize(path).ok()?;
        let root = fs::canonicalize(&self.root).ok()?;
        real.strip_prefix(root).ok().map(Path::to_owned)
    }

    /// The same of what may not be there.
    pub(super) fn place(&self, path: &Path) -> Option<PathBuf> {
        self.within(path).or_else(|| {
            let inside = path.strip_prefix(&self.root).map(Path::to_owned);
            let inside = inside.ok().or_else(|| {
                let here = self.within(Path::new("."))?;
                Some(here.join(path))
            });
            normal(&inside?)
        })
    }

    /// Whether a revision has a file.
    pub(super) fn has_file(&self, revision: &str, path: &Path) -> bool {
        let object = format!("{revision}:{}", slashes(path));
        run(&self.root, &["cat-file", "-e", &object], b"").is_ok()
    }

    /// The files of a revision below a folder, each from the root.
    pub(super) fn files_below(
        &self,
        revision: &str,
        folder: &Path,
    ) -> Result<Vec<PathBuf>, String> {
        let place = slashes(folder);
        let mut arguments = vec![
            "ls-tree",
            "-r",
            "-z",
            "--full-tree",
            "--name-only",
            revision,
        ];
        if !place.is_empty() {
            arguments.extend(["--", &place]);
        }
        let listed = run(&self.root, &arguments, b"")?;
        let names = listed
            .split(|byte| *byte == 0)
            .filter(|name| !name.is_empty());
        Ok(names
            .map(|name| PathBuf::from(String::from_utf8_lossy(name).into_owned()))
            .collect())
    }

    /// Whether a text names a commit.
    pub(super) fn has_revision(&self, revision: &str) -> bool {
        let commit = format!("{revision}^{{commit}}");
        !revision.starts_with('-')
            && run(
                &self.root,
                &["rev-parse", "--verify", "--quiet", &commit],
                b"",
            )
            .is_ok()
    }

    /// The bytes of a file at a revision.
    pub(super) fn show(&self, revision: &str, path: &Path) -> Result<Vec<u8>, String> {
        let object = format!("{revision}:{}", slashes(path));
        run(&self.root, &["cat-file", "blob", &object], b"")
    }
}

/// Runs git in a folder; gives what it writes, or what it says is wrong.
fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
    let mut child = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(arguments)
        .env("GIT_LITERAL_PATHSPECS", "1")
        .env("GIT_OPTIONAL_LOCKS", "0")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("cannot run git: {error}"))?;
    let stdin = child.stdin.take();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || {
        if let Some(mut stdin) = stdin {
            // It may stop reading when something is wrong, which it says.
            let _ = stdin.write_all(&input);
        }
    });
    let output = child
        .wait_with_output()
        .map_err(|error| format!("cannot run git: {error}"))?;
    let _ = writer.join();
    if output.status.success() {
        return Ok(output.stdout);
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim().trim_start_matches("fatal: ");
    Err(said.to_owned())
}

/// A path as git writes it.
fn slashes(path: &Path) -> String {
    let steps: Vec<String> = path
        .iter()
        .map(|step| step.to_string_lossy().into_owned())
        .collect();
    steps.join("/")
}

/// A path without `.` and `..`; none where it leads out of its root.
fn normal(path: &Path) -> Option<PathBuf> {
    let mut made = PathBuf::new();
    for step in path.components() {
        match step {
            Component::Normal(step) => made.push(step),
            Component::ParentDir if !made.pop() => return None,
            Component::ParentDir | Component::CurDir => {}
            Component::RootDir | Component::Prefix(_) => return None,
        }
    }
    Some(made)
}

/// The files below a path: for each its object's id and whether it may be executed.
pub(super) type Files = BTreeMap<String, (String, bool)>;

/// Local code as git has it: at a revision, or in the working folder, where only files count that git tracks or would
/// add, so that what a build leaves there is no change.
///
/// Of a file that is its object's id, so that what git makes of line ends and large files is no change either.
pub(super) struct GitCode {
    repository: Repository,
    /// None is the working folder.
    revision: Option<String>,
    /// The folder that local paths start at, from the root.
    base: PathBuf,
    /// The template, which is no code.
    template: Option<PathBuf>,
    ignores_code: bool,
    known: RefCell<HashMap<PathBuf, Result<Files, String>>>,
}

impl GitCode {
    pub(super) fn new(
        repository: Repository,
        revision: Option<String>,
        base: PathBuf,
        template: Option<PathBuf>,
        ignores_code: bool,
    ) -> Self {
        Self {
            repository,
            revision,
            base,
            template,
            ignores_code,
            known: RefCell::default(),
        }
    }

    fn place(&self, path: &str) -> Result<PathBuf, LocalCodeFault> {
        let absolute = Path::new(path).is_absolute();
        let inside = if absolute {
            self.repository.within(Path::new(path))
        } else {
            normal(&self.base.join(path))
        };
        inside.ok_or_else(|| LocalCodeFault {
            message: format!("`{path}` lies outside of the repository"),
            help: "leave code out of the comparison with `--code ignore`".to_owned(),
            is_missing: false,
        })
    }

    /// The files that git has below a path.
    pub(super) fn files(&self, path: &str) -> Result<Files, LocalCodeFault> {
        let place = self.place(path)?;
        let known = self.known.borrow().get(&place).cloned();
        let files = known.unwrap_or_else(|| {
            let files = match &self.revision {
                Some(revision) => self.files_at(revision, &place),
                None => self.files_here(&place),
            };
            self.known.borrow_mut().insert(place.clone(), files.clone());
            files
        });
        files.map_err(|said| LocalCodeFault {
            message: format!("`{path}` cannot be read: git says \"{said}\""),
            help: "leave code out of the comparison with `--code ignore`".to_owned(),
            is_missing: false,
        })
    }

    fn files_at(&self, revision: &str, place: &Path) -> Result<Files, String> {
        let place_text = slashes(place);
        let mut arguments = vec!["ls-tree", "-r", "-z", "--full-tree", revision];
        if !place_text.is_empty() {
            arguments.extend(["--", &place_text]);
        }
        let listed = run(&self.repository.root, &arguments, b"")?;
        let mut files = Files::new();
        for entry in listed
            .split(|byte| *byte == 0)
            .filter(|entry| !entry.is_empty())
        {
            let entry = String::from_utf8_lossy(entry);
            let Some((about, name)) = entry.split_once('\t') else {
                continue;
            };
            let mut about = about.split(' ');
            let mode = about.next().unwrap_or_default();
            let id = about.nth(1).unwrap_or_default();
            if let Some(name) = self.name_in(place, name) {
                files.insert(name, (id.to_owned(), mode == "100755"));
            }
        }
        Ok(files)
    }

    fn files_here(&self, place: &Path) -> Result<Files, String> {
        let root = &self.repository.root;
        let place_text = slashes(place);
        let mut arguments = vec![
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ];
        if !place_text.is_empty() {
            arguments.extend(["--", &place_text]);
        }
        let listed = run(root, &arguments, b"")?;
        let mut files = Files::new();
        let mut plain: Vec<(String, String, bool)> = Vec::new();
        for path in listed
            .split(|byte| *byte == 0)
            .filter(|path| !path.is_empty())
        {
            let path = String::from_utf8_lossy(path).into_owned();
            let Some(name) = self.name_in(place, &path) else {
                continue;
            };
            let file = root.join(&path);
            // What is deleted here and not yet in the index is not there.
            let Ok(metadata) = fs::symlink_metadata(&file) else {
                continue;
            };
            if metadata.is_symlink() {
                let target = fs::read_link(&file).map_err(|error| error.to_string())?;
                let target = target.as_os_str().as_encoded_bytes().to_vec();
                let id = run(root, &["hash-object", "--stdin", "--no-filters"], &target)?;
                files.insert(name, (text(&id), false));
            } else if metadata.is_dir() {
                // A repository within: the commit that it is at.
                let id = run(&file, &["rev-parse", "HEAD"], b"").unwrap_or_default();
                files.insert(name, (text(&id), false));
            } else {
                plain.push((name, path, is_executable(&metadata)));
            }
        }
        let paths: Vec<&str> = plain.iter().map(|(_, path, _)| path.as_str()).collect();
        if !paths.is_empty() {
            let ids = run(
                root,
                &["hash-object", "--stdin-paths"],
                (paths.join("\n") + "\n").as_bytes(),
            )?;
            let ids = text(&ids);
            for ((name, _, executable), id) in plain.into_iter().zip(ids.lines()) {
                files.insert(name, (id.to_owned(), executable));
            }
        }
        Ok(files)
    }

    /// A file's name below a place; none of the template, and of what does not lie there.
    fn name_in(&self, place: &Path, path: &str) -> Option<String> {
        let path = Path::new(path);
        if self.template.as_deref() == Some(path) {
            return None;
        }
        let name = path.strip_prefix(place).ok()?;
        Some(if name.as_os_str().is_empty() {
            slashes(Path::new(path.file_name()?))
        } else {
            slashes(name)
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).trim_end().to_owned()
}

#[cfg(unix)]
fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}

impl LocalCode for GitCode {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        if self.ignores_code {
            return Ok(NOTHING.to_owned());
        }
        let files = self.files(path)?;
        let mut hasher = Sha1::new();
        for (name, (id, executable)) in &files {
            let mode = if *executable { "x" } else { "-" };
            hasher.update(format!("{id} {mode} {name}\n").as_bytes());
        }
        Ok(hasher
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect())
    }

    fn unnamed(&self) -> Option<&str> {
        Some(".")
    }

    fn is_ignored(&self) -> bool {
        // What git does not know is as good as built.
        true
    }

    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        let place = self.place(path)?;
        let read = match &self.revision {
            Some(revision) => self.repository.show(revision, &place),
            None => {
                let file = self.repository.root.join(&place);
                fs::read(file).map_err(|error| error.to_string())
            }
        };
        read.map_err(|said| LocalCodeFault {
            message: format!(
                "`{path}` is not there{}: {said}",
                match &self.revision {
                    Some(revision) => format!(" at `{}`", printable(Path::new(revision))),
                    None => String::new(),
                }
            ),
            help: "local paths start at the folder of the template that names them".to_owned(),
            is_missing: true,
        })
    }
}

/// Reads a file of a revision: `main:template.yaml` as git takes it, from the root of the repository or, where that has
/// no such file, from this folder.
pub(super) fn show(
    repository: &Repository,
    revision: &str,
    path: &Path,
) -> Result<(Vec<u8>, PathBuf), Failure> {
    let from_root = normal(path);
    let here = repository
        .within(Path::new("."))
        .and_then(|here| normal(&here.join(path)));
    let is_relative = path.starts_with(".") || path.starts_with("..");
    let places = if is_relative {
        [here, from_root]
    } else {
        [from_root, here]
    };
    let mut said = String::new();
    for place in places.into_iter().flatten() {
        match repository.show(revision, &place) {
            Ok(bytes) => return Ok((bytes, place)),
            Err(words) if said.is_empty() => said = words,
            Err(_) => {}
        }
    }
    Err(Failure::Io(format!(
        "cannot read `{revision}:{}`: {}",
        printable(path),
        if said.is_empty() {
            "it lies outside of the repository"
        } else {
            &said
        }
    )))
}

/// The files that differ, each behind its sign.
pub(super) fn differing(old: &Files, new: &Files) -> Vec<String> {
    let mut names = Vec::new();
    for (name, file) in new {
        match old.get(name) {
            None => names.push(format!("+ {name}")),
            Some(before) if before != file => names.push(format!("~ {name}")),
            Some(_) => {}
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    names.extend(gone.map(|name| format!("- {name}")));
    names
}
