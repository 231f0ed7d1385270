//! Templates in: from a file, a pipe, or the folder that the command runs in.

use std::fs::{self, File};
use std::io::{self, IsTerminal as _, Read as _};
use std::path::{Path, PathBuf};

use super::Failure;

/// Bytes that a template may have. CloudFormation takes one million; this leaves room for what nobody deploys.
const MAX_TEMPLATE: u64 = 64 << 20;

/// What is read where nothing is named, the first of these that is there.
pub(crate) const TEMPLATES: &[&str] = &["template.yaml", "template.yml", "template.json"];

/// What was read, and where it came from.
#[derive(Debug)]
pub(crate) struct Input {
    /// The file, where it has a name.
    path: Option<PathBuf>,
    /// What it goes by, where that is no file.
    label: Option<String>,
    pub(crate) text: Vec<u8>,
    /// Whether nobody named the file.
    pub(crate) is_found: bool,
}

impl Input {
    /// Reads what `given` means: a file, or `-` for standard input. Without it, what a pipe or a file on standard input
    /// holds, else the first of the files `found` that is there.
    pub(crate) fn read(given: Option<&Path>, found: &[&str]) -> Result<Self, Failure> {
        match given {
            Some(path) if path.as_os_str() == "-" => Self::stdin(),
            Some(path) => Self::file(path, false),
            None => {
                if stdin_may_hold_something() {
                    let input = Self::stdin()?;
                    if !input.text.is_empty() {
                        return Ok(input);
                    }
                }
                let path = found.iter().map(Path::new).find(|path| path.is_file());
                path.map_or_else(
                    || Err(nothing_to_read(found)),
                    |path| Self::file(path, true),
                )
            }
        }
    }

    /// A text that is no file, and what it goes by.
    pub(crate) fn labelled(label: String, text: Vec<u8>) -> Self {
        Self {
            path: None,
            label: Some(label),
            text,
            is_found: false,
        }
    }

    fn stdin() -> Result<Self, Failure> {
        Ok(Self {
            path: None,
            label: None,
            text: read_within(io::stdin().lock(), MAX_TEMPLATE, "<stdin>")?,
            is_found: false,
        })
    }

    fn file(path: &Path, is_found: bool) -> Result<Self, Failure> {
        let name = printable(path);
        let failed = |error: io::Error| Failure::io(&format!("cannot read `{name}`"), &error);
        if path.is_dir() {
            return Err(Failure::Usage(format!(
                "`{name}` is a folder: name the template in it, `{}`",
                printable(&path.join(template_in(path)))
            )));
        }
        let file = File::open(path).map_err(failed)?;
        Ok(Self {
            path: Some(path.to_owned()),
            label: None,
            text: read_within(file, MAX_TEMPLATE, &name)?,
            is_found,
        })
    }

    /// The same under another name.
    pub(crate) fn named(mut self, path: &Path) -> Self {
        self.path = Some(path.to_owned());
        self
    }

    /// The name that findings are reported under.
    pub(crate) fn name(&self) -> String {
        match (&self.label, &self.path) {
            (Some(label), _) => printable(Path::new(label)),
            (None, None) => "<stdin>".to_owned(),
            (None, Some(path)) => printable(path),
        }
    }

    /// The file of the template, where it has a name.
    pub(crate) fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// The folder of the template; the current one for standard input.
    pub(crate) fn folder(&self) -> PathBuf {
        self.path
            .as_deref()
            .map_or_else(|| PathBuf::from("."), folder_of)
    }
}

/// All that `source` holds, where that is at most `most` bytes.
pub(crate) fn read_within(
    source: impl io::Read,
    most: u64,
    name: &str,
) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    source
        .take(most + 1)
        .read_to_end(&mut text)
        .map_err(|error| Failure::io(&format!("cannot read `{name}`"), &error))?;
    if text.len() as u64 > most {
        return Err(Failure::Io(format!(
            "`{name}` has more than {} MiB; CloudFormation takes templates of up to 1 MB, with their parameters",
            most >> 20
        )));
    }
    Ok(text)
}

/// Whether standard input is a pipe or a file, and no terminal or `/dev/null`.
#[cfg(unix)]
fn stdin_may_hold_something() -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let kind = stdin()
        .and_then(|stdin| stdin.metadata().ok())
        .map(|found| found.file_type());
    kind.is_some_and(|kind| kind.is_file() || kind.is_fifo() || kind.is_socket())
}

#[cfg(not(unix))]
fn stdin_may_hold_something() -> bool {
    !io::stdin().is_terminal()
}

/// Standard input as a file, where it is open.
pub(crate) fn stdin() -> Option<File> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned();
    #[cfg(windows)]
    let owned = std::os::windows::io::AsHandle::as_handle(&io::stdin()).try_clone_to_owned();
    owned.ok().map(File::from)
}

/// Standard output as a file, where it is open.
pub(crate) fn stdout() -> Option<File> {
    #[cfg(unix)]
    let owned = std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned();
    #[cfg(windows)]
    let owned = std::os::windows::io::AsHandle::as_handle(&io::stdout()).try_clone_to_owned();
    owned.ok().map(File::from)
}

fn nothing_to_read(found: &[&str]) -> Failure {
    let stdin = if io::stdin().is_terminal() {
        ""
    } else {
        ", and standard input is empty"
    };
    Failure::Usage(match found {
        [] => format!("nothing to read: name a file, or `-` to read standard input{stdin}"),
        names => format!(
            "no template: name a file, or `-` to read standard input; there is no `{}` here{stdin}",
            names.join("`, `")
        ),
    })
}

/// The template that a folder most probably means.
fn template_in(folder: &Path) -> &'static str {
    let there = TEMPLATES.iter().find(|name| folder.join(name).is_file());
    there.copied().unwrap_or("template.yaml")
}

/// Whether two paths lead to the same file.
pub(crate) fn is_same(one: &Path, other: &Path) -> bool {
    matches!(
        (fs::canonicalize(one), fs::canonicalize(other)),
        (Ok(one), Ok(other)) if one == other
    )
}

/// A path as a message names it: what cannot be printed is escaped.
pub(crate) fn printable(path: &Path) -> String {
    match path.to_str() {
        Some(path) => path
            .chars()
            .flat_map(|c| {
                let escaped = c.is_control().then(|| c.escape_default());
                let plain = escaped.is_none().then_some(c);
                escaped.into_iter().flatten().chain(plain)
            })
            .collect(),
        None => path
            .as_os_str()
            .as_encoded_bytes()
            .escape_ascii()
            .to_string(),
    }
}

/// The folder that a file is in.
pub(crate) fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if folder.as_os_str().is_empty() => PathBuf::from("."),
        Some(folder) => folder.to_owned(),
        None => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_of_a_bare_name_is_the_current_one() {
        assert_eq!(folder_of(Path::new("a.yaml")), Path::new("."));
        assert_eq!(folder_of(Path::new("b/a.yaml")), Path::new("b"));
        assert_eq!(folder_of(Path::new("/a.yaml")), Path::new("/"));
    }

    #[test]
    fn what_cannot_be_printed_is_escaped() {
        assert_eq!(printable(Path::new("ä b.yaml")), "ä b.yaml");
        assert_eq!(printable(Path::new("a\n\u{1b}[2J")), "a\\n\\u{1b}[2J");
    }
}
