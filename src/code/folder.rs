//! Code that lies in folders beside the template: what its hash is.
//!
//! A folder's hash is the SHA-1 of a text with a line for each file in it, sorted by path: the SHA-1 of the file's
//! bytes, `x` where its owner may execute it and `-` where not, and its path in the folder with `/` between names. In a
//! name, `\\` stands for a backslash and `\n` for a line feed.
//!
//! ```text
//! 2ef7bde608ce5404e97d5f042f95f89f1c232871 - app.py
//! da39a3ee5e6b4b0d3255bfef95601890afd80709 x bin/run
//! ```
//!
//! Links are followed. A `.zip` or `.jar`, which is uploaded as it is, has the SHA-1 of its own bytes; any other single
//! file counts as a folder with that file alone. This is what `aws cloudformation package` puts into the archive, but
//! for what no code is ([`UNCOUNTED`], the template itself, the file that is written).

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use sha1::{Digest as _, Sha1};
use walkdir::{DirEntry, WalkDir};

use super::{HERE, IGNORED, LocalCode, LocalCodeFault};

/// Names of files and folders that are no part of the code, wherever in the folder they lie: version control, what
/// `sam build` makes, and what Python and macOS leave behind.
const UNCOUNTED: &[&str] = &[
    ".DS_Store",
    ".aws-sam",
    ".bzr",
    ".git",
    ".hg",
    ".svn",
    "CVS",
    "__pycache__",
];

/// How the names of files begin that the command writes to before they get their own: they are no code.
pub const UNFINISHED: &str = ".canaryform-";

/// How many files and folders code may have, and how many bytes: many times what Lambda takes, and read within seconds.
const MAX_ENTRIES: usize = 100_000;
const MAX_BYTES: u64 = 1 << 30;

/// How many comparisons may be made to see that no link to a folder leads back: each link is compared with all folders
/// above it, so that thousands of links go through, but not links within links within links.
const MAX_COMPARISONS: usize = 40_000;

/// Bytes that a file may have that is put into a template: what a template may have.
const MAX_INCLUDED: u64 = 64 << 20;

/// How deep in a folder of code, and up to which size, a file is looked at that may be an earlier result.
const RESULT_DEPTH: usize = 2;
const RESULT_BYTES: u64 = 4 << 20;

/// Code and other files under one folder, for a template that is read from there.
#[derive(Debug, Default)]
pub struct Folder {
    root: PathBuf,
    ignores_code: bool,
    /// Files that are no part of the code, even where they lie among it.
    without: Vec<FileId>,
    known: RefCell<HashMap<PathBuf, Result<Content, Fault>>>,
}

/// What code at a path comes to.
#[derive(Debug, Clone)]
struct Content {
    hash: String,
    /// Files in it that look like templates that were made of this one.
    results: Vec<PathBuf>,
}

/// What is wrong with a path, as a sentence that begins with it, and what to do.
#[derive(Debug, Clone)]
struct Fault {
    sentence: String,
    help: &'static str,
    is_missing: bool,
}

impl Fault {
    fn new(sentence: impl Into<String>, help: &'static str) -> Self {
        Self {
            sentence: sentence.into(),
            help,
            is_missing: false,
        }
    }

    fn of(self, path: &str) -> LocalCodeFault {
        LocalCodeFault {
            message: format!("`{path}` {}", self.sentence),
            help: self.help.to_owned(),
            is_missing: self.is_missing,
        }
    }
}

const READABLE: &str = "everything in the folder is uploaded: make it readable, or take it away";
const FILES_ONLY: &str = "only files and folders can be uploaded: take it away";
const TOO_LARGE: &str =
    "name a folder that holds the built code alone, or leave code out of ids with `--code ignore`";
const FROM_HERE: &str = "build it first (`sam build`, and transform `.aws-sam/build/template.yaml`), name the folder that local paths start at (`--code-root`), or leave code out of ids (`--code ignore`)";

impl LocalCode for Folder {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        if self.ignores_code {
            return Ok(IGNORED.to_owned());
        }
        let content = self.content(path).map_err(|fault| fault.of(path))?;
        Ok(content.hash)
    }

    fn remarks(&self, path: &str) -> Vec<LocalCodeFault> {
        if self.ignores_code {
            return Vec::new();
        }
        let results = self.content(path).map(|content| content.results);
        let remark = |result: PathBuf| {
            LocalCodeFault {
            message: format!(
                "`{}`, which looks like an earlier result, counts as code in `{path}`: writing it anew publishes a version",
                result.display()
            ),
            help: "write results outside of the code (`-o build/template.yaml` beside `CodeUri: src/`), or take the file away"
                .to_owned(),
            is_missing: false,
        }
        };
        results
            .unwrap_or_default()
            .into_iter()
            .map(remark)
            .collect()
    }

    fn unnamed(&self) -> Option<&str> {
        Some(HERE)
    }

    fn is_ignored(&self) -> bool {
        self.ignores_code
    }

    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        self.read(&self.root.join(path))
            .map_err(|fault| fault.of(path))
    }
}

impl Folder {
    /// The files under `root`, where local paths of the template start.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            ..Self::default()
        }
    }

    /// The same without the file at `path`, wherever it is found: the template, or where the result is written.
    #[must_use]
    pub fn without(mut self, path: &Path) -> Self {
        self.without.extend(FileId::of_path(path));
        self
    }

    /// The same without the file that is open as `file`.
    #[must_use]
    pub fn without_file(mut self, file: &File) -> Self {
        self.without.extend(FileId::of_file(file));
        self
    }

    /// The same, where code counts without being looked at, as for [`Ignored`](super::Ignored): only includes are read.
    #[must_use]
    pub fn ignoring_code(mut self) -> Self {
        self.ignores_code = true;
        self
    }

    /// What lies at a path, looked at once however it is spelled.
    fn content(&self, path: &str) -> Result<Content, Fault> {
        let path = self.root.join(path);
        let real = fs::canonicalize(&path).unwrap_or_else(|_| path.clone());
        if let Some(known) = self.known.borrow().get(&real) {
            return known.clone();
        }
        let found = self.hash(&path);
        self.known.borrow_mut().insert(real, found.clone());
        found
    }

    /// The hash of the code at `path`, or what is wrong there and what to do.
    fn hash(&self, path: &Path) -> Result<Content, Fault> {
        let metadata = metadata(path)?;
        let alone = |hash| Content {
            hash,
            results: Vec::new(),
        };
        if metadata.is_file() {
            if metadata.len() > MAX_BYTES {
                return Err(too_many_bytes());
            }
            let hash = hash_file(path)?;
            let extension = path.extension().and_then(|extension| extension.to_str());
            return Ok(alone(match extension {
                Some("zip" | "jar") => hash,
                _ => {
                    let name = path.file_name().unwrap_or_default();
                    hash_lines(&[line(&hash, &metadata, name.as_encoded_bytes())])
                }
            }));
        }
        if !metadata.is_dir() {
            return Err(Fault::new("is neither a file nor a folder", FILES_ONLY));
        }
        let mut files = self.files(path)?;
        if files.is_empty() {
            return Err(Fault::new(
                "is a folder without files",
                "build the code into it first, or name the folder that the code is in",
            ));
        }
        files.sort_by(|a, b| a.name.cmp(&b.name));
        let lines = files
            .iter()
            .map(|file| Ok(line(&hash_file(&file.path)?, &file.metadata, &file.name)))
            .collect::<Result<Vec<_>, Fault>>()?;
        let results = files.into_iter().filter(|file| file.is_result());
        Ok(Content {
            hash: hash_lines(&lines),
            results: results.map(|file| file.path).collect(),
        })
    }

    /// The files under `folder` that count.
    fn files(&self, folder: &Path) -> Result<Vec<Found>, Fault> {
        let mut files = Vec::new();
        let mut entries = 0;
        let mut comparisons = 0;
        let mut bytes: u64 = 0;
        let mut walk = WalkDir::new(folder).follow_links(true).into_iter();
        while let Some(entry) = walk.next() {
            entries += 1;
            if entries > MAX_ENTRIES {
                return Err(Fault::new(
                    format!("holds more than {MAX_ENTRIES} files and folders"),
                    TOO_LARGE,
                ));
            }
            let entry = match entry {
                Ok(entry) => entry,
                // A file that another run was just writing.
                Err(error) if error.path().is_some_and(is_unfinished) => continue,
                Err(error) => return Err(walk_fault(&error)),
            };
            if entry.depth() > 0 && is_uncounted(&entry) {
                if entry.file_type().is_dir() {
                    walk.skip_current_dir();
                }
                continue;
            }
            let kind = entry.file_type();
            if kind.is_dir() {
                if entry.path_is_symlink() {
                    comparisons += entry.depth();
                }
                if comparisons > MAX_COMPARISONS {
                    return Err(Fault::new(
                        "holds too many links to folders that lie within each other",
                        TOO_LARGE,
                    ));
                }
                continue;
            }
            if !kind.is_file() {
                return Err(Fault::new(
                    format!(
                        "holds `{}`, which is neither a file nor a folder",
                        entry.path().display()
                    ),
                    FILES_ONLY,
                ));
            }
            let metadata =
                fs::metadata(entry.path()).map_err(|error| unreadable(entry.path(), &error))?;
            if self.is_without(entry.path(), &metadata) {
                continue;
            }
            bytes = bytes.saturating_add(metadata.len());
            if bytes > MAX_BYTES {
                return Err(too_many_bytes());
            }
            let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let steps: Vec<&[u8]> = inside
                .iter()
                .map(std::ffi::OsStr::as_encoded_bytes)
                .collect();
            files.push(Found {
                name: steps.join(&b'/'),
                depth: entry.depth(),
                path: entry.into_path(),
                metadata,
            });
        }
        Ok(files)
    }

    fn is_without(&self, path: &Path, metadata: &Metadata) -> bool {
        self.without.iter().any(|file| file.is(path, metadata))
    }

    /// The bytes of one file.
    fn read(&self, path: &Path) -> Result<Vec<u8>, Fault> {
        let metadata = metadata(path)?;
        if !metadata.is_file() {
            return Err(Fault::new(
                "is not a file",
                "name the file that is to be put in",
            ));
        }
        let failed =
            |error: io::Error| Fault::new(format!("cannot be read: {error}"), "make it readable");
        let mut bytes = Vec::new();
        let file = File::open(path).map_err(failed)?;
        file.take(MAX_INCLUDED + 1)
            .read_to_end(&mut bytes)
            .map_err(failed)?;
        if bytes.len() as u64 > MAX_INCLUDED {
            return Err(Fault::new(
                format!("has more than {} MiB", MAX_INCLUDED >> 20),
                "CloudFormation takes templates of up to 1 MB, with all that is put in",
            ));
        }
        Ok(bytes)
    }
}

/// A file by where it is, and by what it is: another link to it is the same file, and so is one that replaces it.
#[derive(Debug)]
struct FileId {
    path: Option<PathBuf>,
    node: Option<(u64, u64)>,
}

impl FileId {
    /// None where there is no such file yet.
    fn of_path(path: &Path) -> Option<Self> {
        Some(Self {
            path: Some(fs::canonicalize(path).ok()?),
            node: fs::metadata(path).ok().and_then(|found| node(&found)),
        })
    }

    /// None where it is no file that can lie in a folder, but a pipe or a terminal.
    fn of_file(file: &File) -> Option<Self> {
        let metadata = file.metadata().ok().filter(Metadata::is_file)?;
        Some(Self {
            path: None,
            node: Some(node(&metadata)?),
        })
    }

    fn is(&self, path: &Path, metadata: &Metadata) -> bool {
        (self.node.is_some() && self.node == node(metadata))
            || (self.path.is_some() && self.path == fs::canonicalize(path).ok())
    }
}

/// The device of a file, and its number there.
#[cfg(unix)]
fn node(metadata: &Metadata) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt as _;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn node(_: &Metadata) -> Option<(u64, u64)> {
    None
}

/// A file of a folder that counts.
struct Found {
    /// With `/` between its steps.
    name: Vec<u8>,
    depth: usize,
    path: PathBuf,
    metadata: Metadata,
}

impl Found {
    /// Whether it looks like a template that a transform wrote: functions, and nothing of SAM.
    fn is_result(&self) -> bool {
        let extension = self
            .path
            .extension()
            .and_then(|extension| extension.to_str());
        if !matches!(extension, Some("yaml" | "yml" | "json" | "template"))
            || self.depth > RESULT_DEPTH
            || self.metadata.len() > RESULT_BYTES
        {
            return false;
        }
        let Ok(text) = fs::read_to_string(&self.path) else {
            return false;
        };
        let type_of_version = [
            "Type: AWS::Lambda::Function",
            "\"Type\": \"AWS::Lambda::Function\"",
        ];
        type_of_version.iter().any(|words| text.contains(words))
            && !text.contains("AWS::Serverless")
    }
}

fn metadata(path: &Path) -> Result<Metadata, Fault> {
    fs::metadata(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Fault {
            is_missing: true,
            ..Fault::new(
                format!("is not there (looked at `{}`)", path.display()),
                FROM_HERE,
            )
        },
        _ => Fault::new(format!("cannot be read: {error}"), READABLE),
    })
}

fn is_uncounted(entry: &DirEntry) -> bool {
    let name = entry.file_name();
    UNCOUNTED.iter().any(|known| name == *known) || is_unfinished(entry.path())
}

fn is_unfinished(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(UNFINISHED.as_bytes())
}

fn walk_fault(error: &walkdir::Error) -> Fault {
    match (error.loop_ancestor(), error.path()) {
        (Some(ancestor), Some(link)) => Fault::new(
            format!(
                "holds a link that leads back: `{}` to `{}`",
                link.display(),
                ancestor.display()
            ),
            "take the link away: following it would never end",
        ),
        (_, Some(path)) => match error.io_error() {
            Some(cause) => unreadable(path, cause),
            None => Fault::new(format!("cannot be read: `{}`", path.display()), READABLE),
        },
        _ => Fault::new(format!("cannot be read: {error}"), READABLE),
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let sentence = format!("holds `{}`, which cannot be read: {error}", path.display());
    Fault::new(sentence, READABLE)
}

fn too_many_bytes() -> Fault {
    Fault::new(format!("has more than {} GiB", MAX_BYTES >> 30), TOO_LARGE)
}

fn line(hash: &str, metadata: &Metadata, name: &[u8]) -> Vec<u8> {
    let mode = if is_executable(metadata) { "x" } else { "-" };
    let mut line = format!("{hash} {mode} ").into_bytes();
    for byte in name {
        match byte {
            b'\\' => line.extend(b"\\\\"),
            b'\n' => line.extend(b"\\n"),
            _ => line.push(*byte),
        }
    }
    line.push(b'\n');
    line
}

#[cfg(unix)]
fn is_executable(metadata: &Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    metadata.permissions().mode() & 0o100 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &Metadata) -> bool {
    false
}

fn hash_lines(lines: &[Vec<u8>]) -> String {
    let mut hasher = Sha1::new();
    for line in lines {
        hasher.update(line);
    }
    hex(&hasher.finalize())
}

/// The hash of a file that does not change meanwhile.
fn hash_file(path: &Path) -> Result<String, Fault> {
    let failed = |error: io::Error| unreadable(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let before = file.metadata().map_err(failed)?;
    let mut hasher = Sha1::new();
    let mut piece = vec![0; 1 << 16];
    let mut bytes: u64 = 0;
    loop {
        match file.read(&mut piece) {
            Ok(0) => break,
            Ok(count) => {
                bytes += count as u64;
                hasher.update(piece.get(..count).unwrap_or_default());
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
        if bytes > MAX_BYTES {
            return Err(too_many_bytes());
        }
    }
    let after = file.metadata().map_err(failed)?;
    if bytes != before.len() || before.modified().ok() != after.modified().ok() {
        return Err(Fault::new(
            format!(
                "holds `{}`, which changed while it was read",
                path.display()
            ),
            "let whatever writes there finish, then run this again",
        ));
    }
    Ok(hex(&hasher.finalize()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
        folder
    }

    fn hash(folder: &tempfile::TempDir, path: &str) -> Result<String, String> {
        Folder::new(folder.path())
            .digest(path)
            .map_err(|fault| fault.message)
    }

    #[test]
    fn a_folder_has_the_hash_of_the_documented_text() {
        let folder = folder_with(&[
            ("src/b/c.py", "x"),
            ("src/a.py", "print()\n"),
            ("src/b.py", ""),
        ]);
        let sum = |text: &str| hex(&Sha1::digest(text));
        let listing = format!(
            "{} - a.py\n{} - b.py\n{} - b/c.py\n",
            sum("print()\n"),
            sum(""),
            sum("x")
        );
        assert_eq!(hash(&folder, "src/").unwrap(), sum(&listing));
        assert_eq!(hash(&folder, "./src").unwrap(), sum(&listing));
        let alone = format!("{} - a.py\n", sum("print()\n"));
        assert_eq!(hash(&folder, "src/a.py").unwrap(), sum(&alone));
    }

    #[test]
    fn an_archive_has_the_hash_of_its_bytes() {
        let folder = folder_with(&[("app.jar", "bytes"), ("app.zip", "bytes")]);
        let sum = hex(&Sha1::digest("bytes"));
        assert_eq!(hash(&folder, "app.jar").unwrap(), sum);
        assert_eq!(hash(&folder, "app.zip").unwrap(), sum);
    }

    #[test]
    fn what_changes_the_archive_changes_the_hash() {
        let of = |files: &[(&str, &str)]| hash(&folder_with(files), "src").unwrap();
        let first = of(&[("src/a", "1"), ("src/b", "2")]);
        assert_eq!(first, of(&[("src/b", "2"), ("src/a", "1")]));
        for other in [
            of(&[("src/a", "2"), ("src/b", "1")]),
            of(&[("src/a", "1"), ("src/c", "2")]),
            of(&[("src/a", "1")]),
            of(&[("src/a", "1"), ("src/b", "2"), ("src/c", "")]),
            of(&[("src/a", "1"), ("src/x/b", "2")]),
        ] {
            assert_ne!(first, other);
        }
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = folder_with(&[("src/a", "1")]);
        fs::create_dir(folder.path().join("empty")).unwrap();
        assert!(
            hash(&folder, "nowhere")
                .unwrap_err()
                .starts_with("`nowhere` is not there")
        );
        assert_eq!(
            hash(&folder, "empty").unwrap_err(),
            "`empty` is a folder without files"
        );
    }

    #[cfg(unix)]
    #[test]
    fn links_are_followed_and_the_executable_bit_counts() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = folder_with(&[
            ("src/a", "1"),
            ("shared/b", "2"),
            ("copy/a", "1"),
            ("copy/shared/b", "2"),
        ]);
        symlink(
            folder.path().join("shared"),
            folder.path().join("src/shared"),
        )
        .unwrap();
        assert_eq!(hash(&folder, "src"), hash(&folder, "copy"));

        let before = hash(&folder, "copy");
        fs::set_permissions(
            folder.path().join("copy/a"),
            fs::Permissions::from_mode(0o755),
        )
        .unwrap();
        assert_ne!(hash(&folder, "copy"), before);

        symlink(folder.path().join("src"), folder.path().join("src/again")).unwrap();
        assert!(
            hash(&folder, "src")
                .unwrap_err()
                .contains("a link that leads back")
        );
        symlink("nowhere", folder.path().join("copy/broken")).unwrap();
        assert!(hash(&folder, "copy").unwrap_err().contains("broken"));
    }

    #[cfg(unix)]
    #[test]
    fn a_socket_is_no_code() {
        let folder = folder_with(&[("src/a", "1")]);
        let _socket = std::os::unix::net::UnixListener::bind(folder.path().join("src/s")).unwrap();
        assert!(
            hash(&folder, "src")
                .unwrap_err()
                .contains("neither a file nor a folder")
        );
        assert_eq!(
            hash(&folder, "src/s").unwrap_err(),
            "`src/s` is neither a file nor a folder"
        );
    }

    #[test]
    fn the_file_that_is_written_is_no_part_of_the_code() {
        let folder = folder_with(&[("a.py", "1")]);
        let output = folder.path().join("out.yaml");
        let of = || {
            Folder::new(folder.path())
                .without(&output)
                .digest(".")
                .unwrap()
        };
        let before = of();
        fs::write(&output, "anything").unwrap();
        assert_eq!(of(), before);
    }

    #[test]
    fn what_is_no_code_does_not_count() {
        let folder = folder_with(&[("src/a", "1")]);
        let before = hash(&folder, "src");
        for name in [
            ".git/HEAD",
            "sub/.git",
            ".aws-sam/build/a",
            "__pycache__/a.pyc",
            ".DS_Store",
            ".canaryform-x1y2",
        ] {
            let path = folder.path().join("src").join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "x").unwrap();
            assert_eq!(hash(&folder, "src"), before, "{name}");
        }
        fs::write(folder.path().join("src/.gitignore"), "x").unwrap();
        assert_ne!(hash(&folder, "src"), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_file_is_the_same_under_another_name() {
        let folder = folder_with(&[("a.py", "1"), ("out.yaml", "x")]);
        fs::hard_link(folder.path().join("out.yaml"), folder.path().join("link")).unwrap();
        let open = File::open(folder.path().join("out.yaml")).unwrap();
        let without = Folder::new(folder.path())
            .without_file(&open)
            .digest(".")
            .unwrap();
        let alone = folder_with(&[("a.py", "1")]);
        assert_eq!(without, hash(&alone, ".").unwrap());
    }

    #[test]
    fn a_line_feed_in_a_name_makes_no_other_folder() {
        let one = |name: &str| {
            let folder = tempfile::tempdir().unwrap();
            fs::write(folder.path().join(name), "1").unwrap();
            hash(&folder, ".").unwrap()
        };
        let forged = format!("a\n{} - b", hex(&Sha1::digest("1")));
        let two = folder_with(&[("a", "1"), ("b", "1")]);
        assert_ne!(one(&forged), hash(&two, ".").unwrap());
        assert_ne!(one("a\nb"), one("a\\nb"));
    }

    #[cfg(unix)]
    #[test]
    fn what_would_take_a_minute_is_told_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut inner = folder.path().join("d0");
        fs::create_dir(&inner).unwrap();
        fs::write(inner.join("file"), "x").unwrap();
        for depth in 1..40 {
            let outer = folder.path().join(format!("d{depth}"));
            fs::create_dir(&outer).unwrap();
            for name in ["a", "b"] {
                std::os::unix::fs::symlink(&inner, outer.join(name)).unwrap();
            }
            inner = outer;
        }
        let fault = hash(&folder, "d39").unwrap_err();
        assert!(fault.contains("too many links"), "{fault}");

        let sparse = File::create(folder.path().join("d0/sparse")).unwrap();
        sparse.set_len(MAX_BYTES + 1).unwrap();
        for path in ["d0", "d0/sparse"] {
            let fault = hash(&folder, path).unwrap_err();
            assert!(fault.contains("1 GiB"), "{fault}");
        }
    }

    #[test]
    fn an_earlier_result_among_the_code_is_named() {
        let made = "Resources:\n  A:\n    Type: AWS::Lambda::Function\n";
        let folder = folder_with(&[
            ("out.yaml", made),
            (
                "template.yaml",
                "Resources: {A: {Type: AWS::Serverless::Function}}",
            ),
            ("deep/er/and/deeper/out.yaml", made),
        ]);
        let remarks = Folder::new(folder.path()).remarks(".");
        assert_eq!(remarks.len(), 1, "{remarks:?}");
        assert!(remarks[0].message.contains("out.yaml"));
    }
}
