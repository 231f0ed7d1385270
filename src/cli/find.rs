//! Which files are templates: those that are named, those of folders that git would see, and those that globs match.

use std::path::{Path, PathBuf};

use globset::GlobBuilder;
use ignore::{Walk, WalkBuilder};

use super::Failure;
use super::files::printable;
use crate::read;
use crate::snapshot::is_snapshot;

/// The extensions of templates in a folder.
const EXTENSIONS: [&str; 4] = ["yaml", "yml", "json", "template"];

/// The sections of which a template has one.
const MARKS: [&str; 3] = ["Resources", "Transform", "AWSTemplateFormatVersion"];

/// The files that arguments mean, each once, in the order of the arguments and by name in folders.
///
/// # Errors
/// One of them means no file.
pub(super) fn files(arguments: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found: Vec<PathBuf> = Vec::new();
    for argument in arguments {
        let more = if argument.is_dir() {
            in_folder(argument, &|path| is_of_template(path))?
        } else if argument.exists() {
            vec![argument.clone()]
        } else if let Some(pattern) = argument.to_str().filter(|text| is_glob(text)) {
            matching(pattern)?
        } else {
            return Err(Failure::Usage(format!(
                "there is no file and no folder `{}`",
                printable(argument)
            )));
        };
        found.extend(more);
    }
    let mut known = std::collections::HashSet::new();
    found.retain(|path| known.insert(path.clone()));
    Ok(found)
}

/// Whether a file is called as templates are.
pub(super) fn is_of_template(path: &Path) -> bool {
    path.extension()
        .and_then(|extension| extension.to_str())
        .is_some_and(|extension| EXTENSIONS.contains(&extension))
}

/// What git sees below a folder, by name.
pub(super) fn git_visible(folder: &Path) -> Walk {
    WalkBuilder::new(folder)
        // Git sees hidden files, and knows nothing of `.ignore`.
        .hidden(false)
        .ignore(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .sort_by_file_path(Path::cmp)
        .build()
}

/// The files below a folder that git sees and that are wanted.
fn in_folder(folder: &Path, is_wanted: &dyn Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for entry in git_visible(folder) {
        let entry = entry.map_err(|error| {
            Failure::Io(format!("cannot look into `{}`: {error}", printable(folder)))
        })?;
        let is_file = entry.file_type().is_some_and(|kind| kind.is_file());
        let path = entry.path();
        let path = path.strip_prefix("./").unwrap_or(path);
        if is_file && is_wanted(path) {
            found.push(path.to_owned());
        }
    }
    Ok(found)
}

fn is_glob(text: &str) -> bool {
    text.contains(['*', '?', '[', '{'])
}

/// The files that a pattern matches, which a shell did not expand.
fn matching(pattern: &str) -> Result<Vec<PathBuf>, Failure> {
    let fault =
        |error: globset::Error| Failure::Usage(format!("`{pattern}` is no pattern: {error}"));
    let pattern = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(pattern)
        .literal_separator(true)
        .empty_alternates(true)
        .build()
        .map_err(fault)?
        .compile_matcher();
    // What stands before the first sign of a pattern is a folder.
    let plain = pattern.find(['*', '?', '[', '{']).unwrap_or(pattern.len());
    let start = pattern
        .get(..plain)
        .and_then(|begin| begin.rsplit_once('/'));
    let start = match start {
        Some(("", _)) => Path::new("/"),
        Some((folder, _)) => Path::new(folder),
        None => Path::new("."),
    };
    let found = if start.is_dir() {
        in_folder(start, &|path| glob.is_match(path))?
    } else {
        Vec::new()
    };
    if found.is_empty() {
        return Err(Failure::Usage(format!("no file matches `{pattern}`")));
    }
    Ok(found)
}

/// Whether a text is a template, or was meant as one: it has a section at its top that only templates have. A snapshot is
/// none: most of what it refers to is in its template.
pub(super) fn is_template(text: &[u8]) -> bool {
    if is_snapshot(text) {
        return false;
    }
    let text = String::from_utf8_lossy(text);
    let text = text.trim_start_matches('\u{feff}');
    if text.trim_start().starts_with('{') {
        let has_mark = MARKS.iter().any(|mark| text.contains(mark));
        return has_mark
            && match read(text.as_bytes()) {
                Ok(read) => MARKS.iter().any(|mark| read.template.0.contains_key(mark)),
                Err(_) => true,
            };
    }
    let mut top = None;
    text.lines().any(|line| {
        let inner = line.trim_start_matches(' ');
        let says_nothing =
            inner.is_empty() || inner.starts_with(['#', '%', '\r']) || inner.starts_with("---");
        if says_nothing {
            return false;
        }
        let indent = line.len() - inner.len();
        let is_top = *top.get_or_insert(indent) == indent;
        let key = inner.trim_start_matches(['"', '\'']);
        is_top
            && MARKS.iter().any(|mark| {
                key.strip_prefix(mark).is_some_and(|behind| {
                    behind
                        .trim_start_matches(['"', '\''])
                        .trim_start()
                        .starts_with(':')
                })
            })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_template_has_a_section_of_one_at_its_top() {
        for (text, expected) in [
            ("Resources:\n  A: {}\n", true),
            ("# x\n---\n\"Resources\" :\n", true),
            ("  Transform: x\n  Resources: {}\n", true),
            ("{\"Resources\": {}}", true),
            ("{Resources: {}}", true),
            ("{\"Resources\": {", true),
            ("\u{feff}AWSTemplateFormatVersion: '2010-09-09'\n", true),
            (
                "AWSTemplateFormatVersion: '2010-09-09'\nResources: [\n",
                true,
            ),
            ("{\"a\": {\"Resources\": {}}}", false),
            ("a:\n  Resources: {}\n", false),
            ("resources:\n  limits: {}\n", false),
            ("ResourcesMore: 1\n", false),
            ("- Resources: 1\n", false),
            (
                "# A canaryform snapshot: x\n# from: \"../t.yaml\"\n\nResources: {}\n",
                false,
            ),
            ("", false),
        ] {
            assert_eq!(is_template(text.as_bytes()), expected, "{text}");
        }
    }

    #[test]
    fn a_folder_gives_what_git_sees() {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        fs::create_dir_all(root.join(".git")).unwrap();
        fs::create_dir_all(root.join("build")).unwrap();
        fs::create_dir_all(root.join(".github")).unwrap();
        fs::write(root.join(".gitignore"), "build/\n").unwrap();
        for name in [
            "b.yaml",
            "a.yml",
            "c.json",
            "d.template",
            "e.txt",
            "build/f.yaml",
            ".github/g.yml",
            ".git/h.yaml",
        ] {
            fs::write(root.join(name), "").unwrap();
        }
        let names = |found: Vec<PathBuf>| -> Vec<String> {
            found
                .iter()
                .map(|path| path.strip_prefix(root).unwrap().display().to_string())
                .collect()
        };
        let Ok(found) = files(&[root.to_owned(), root.join("e.txt"), root.join("a.yml")]) else {
            panic!("not found");
        };
        assert_eq!(
            names(found),
            [
                ".github/g.yml",
                "a.yml",
                "b.yaml",
                "c.json",
                "d.template",
                "e.txt"
            ]
        );
        let Ok(found) = files(&[root.join("*.y{a,}ml")]) else {
            panic!("not matched");
        };
        assert_eq!(names(found), ["a.yml", "b.yaml"]);
        assert!(files(&[root.join("none.yaml")]).is_err());
        assert!(files(&[root.join("*.nothing")]).is_err());
    }
}
