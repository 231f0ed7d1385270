//! Code that lies in folders beside the template: what its hash is.
//!
//! A folder's hash is the SHA-1 of a text with a line for each file in it, sorted by path: the SHA-1 of the file's
//! bytes, `x` where its owner may execute it and `-` where not, and its path in the folder with `/` between names.
//!
//! ```text
//! 2ef7bde608ce5404e97d5f042f95f89f1c232871 - app.py
//! da39a3ee5e6b4b0d3255bfef95601890afd80709 x bin/run
//! ```
//!
//! Links are followed. A `.zip` or `.jar`, which is uploaded as it is, has the SHA-1 of its own bytes; any other single
//! file counts as a folder with that file alone. This is what `aws cloudformation package` puts into the archive.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use canaryform::code::{LocalCode, LocalCodeFault};
use sha1::{Digest as _, Sha1};
use walkdir::WalkDir;

/// Code under one folder, for a template that is read from there.
pub(crate) struct CodeFolder {
    root: PathBuf,
    /// The file that the command will write: it is no part of the code, even where it lies among it.
    output: Option<PathBuf>,
    known: RefCell<HashMap<String, Result<String, LocalCodeFault>>>,
}

/// What is wrong with a path, as a sentence that begins with it, and what to do.
struct Fault(String, &'static str);

const READABLE: &str = "everything in the folder is uploaded: make it readable, or take it away";
const FILES_ONLY: &str = "only files and folders can be uploaded: take it away";

impl LocalCode for CodeFolder {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        let mut known = self.known.borrow_mut();
        if let Some(known) = known.get(path) {
            return known.clone();
        }
        let found = self
            .hash(&self.root.join(path))
            .map_err(|Fault(fault, help)| LocalCodeFault {
                message: format!("`{path}` {fault}"),
                help: help.to_owned(),
            });
        known.insert(path.to_owned(), found.clone());
        found
    }
}

impl CodeFolder {
    pub(crate) fn new(root: PathBuf, output: Option<&Path>) -> Self {
        Self {
            root,
            output: output.and_then(|path| fs::canonicalize(path).ok()),
            known: RefCell::default(),
        }
    }

    /// The hash of the code at `path`, or what is wrong there and what to do.
    fn hash(&self, path: &Path) -> Result<String, Fault> {
        let metadata = fs::metadata(path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => Fault(
                format!("is not there (looked at `{}`)", path.display()),
                "local paths start at the folder of the template; --code-root names another one",
            ),
            _ => Fault(format!("cannot be read: {error}"), READABLE),
        })?;
        if metadata.is_file() {
            let hash = hash_file(path)?;
            let extension = path.extension().and_then(|extension| extension.to_str());
            return Ok(match extension {
                Some("zip" | "jar") => hash,
                _ => {
                    let name = path.file_name().unwrap_or_default();
                    hash_lines(&[line(&hash, &metadata, name.as_encoded_bytes())])
                }
            });
        }
        if !metadata.is_dir() {
            return Err(Fault(
                "is neither a file nor a folder".to_owned(),
                FILES_ONLY,
            ));
        }
        let mut files = self.files(path)?;
        if files.is_empty() {
            return Err(Fault(
                "is a folder without files".to_owned(),
                "build the code into it first, or name the folder that the code is in",
            ));
        }
        files.sort();
        let lines = files
            .iter()
            .map(|(name, file)| {
                let metadata = fs::metadata(file).map_err(|error| unreadable(file, &error))?;
                Ok(line(&hash_file(file)?, &metadata, name))
            })
            .collect::<Result<Vec<_>, Fault>>()?;
        Ok(hash_lines(&lines))
    }

    /// The files under `folder`: the name of each with `/` between its steps, and where it is.
    fn files(&self, folder: &Path) -> Result<Vec<(Vec<u8>, PathBuf)>, Fault> {
        let mut files = Vec::new();
        for entry in WalkDir::new(folder).follow_links(true) {
            let entry = entry.map_err(|error| match (error.loop_ancestor(), error.path()) {
                (Some(ancestor), Some(link)) => Fault(
                    format!(
                        "holds a link that leads back: `{}` to `{}`",
                        link.display(),
                        ancestor.display()
                    ),
                    "take the link away: following it would never end",
                ),
                (_, Some(path)) => match error.io_error() {
                    Some(cause) => unreadable(path, cause),
                    None => Fault(format!("cannot be read: `{}`", path.display()), READABLE),
                },
                _ => Fault(format!("cannot be read: {error}"), READABLE),
            })?;
            let kind = entry.file_type();
            if kind.is_dir() || self.is_output(entry.path()) {
                continue;
            }
            if !kind.is_file() {
                return Err(Fault(
                    format!(
                        "holds `{}`, which is neither a file nor a folder",
                        entry.path().display()
                    ),
                    FILES_ONLY,
                ));
            }
            let inside = entry.path().strip_prefix(folder).unwrap_or(entry.path());
            let steps: Vec<&[u8]> = inside
                .iter()
                .map(std::ffi::OsStr::as_encoded_bytes)
                .collect();
            files.push((steps.join(&b'/'), entry.into_path()));
        }
        Ok(files)
    }

    fn is_output(&self, path: &Path) -> bool {
        self.output
            .as_ref()
            .is_some_and(|output| fs::canonicalize(path).is_ok_and(|path| path == *output))
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    let fault = format!("holds `{}`, which cannot be read: {error}", path.display());
    Fault(fault, READABLE)
}

fn line(hash: &str, metadata: &fs::Metadata, name: &[u8]) -> Vec<u8> {
    let mode = if is_executable(metadata) { "x" } else { "-" };
    let mut line = format!("{hash} {mode} ").into_bytes();
    line.extend_from_slice(name);
    line.push(b'\n');
    line
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

fn hash_lines(lines: &[Vec<u8>]) -> String {
    let mut hasher = Sha1::new();
    for line in lines {
        hasher.update(line);
    }
    hex(&hasher.finalize())
}

fn hash_file(path: &Path) -> Result<String, Fault> {
    let failed = |error: io::Error| unreadable(path, &error);
    let mut file = File::open(path).map_err(failed)?;
    let mut hasher = Sha1::new();
    let mut piece = vec![0; 1 << 16];
    loop {
        match file.read(&mut piece) {
            Ok(0) => return Ok(hex(&hasher.finalize())),
            Ok(count) => hasher.update(piece.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(failed(error)),
        }
    }
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
        CodeFolder::new(folder.path().to_owned(), None)
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
            CodeFolder::new(folder.path().to_owned(), Some(&output))
                .digest(".")
                .unwrap()
        };
        let before = of();
        fs::write(&output, "anything").unwrap();
        assert_eq!(of(), before);
    }
}
