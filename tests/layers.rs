//! Dependencies point one way: the map in `docs/` lists the files of `src/` from the top layer down, and every file
//! uses only its own layer and those below it, and no files use each other in a circle.
//!
//! What a file uses is read from its tokens: `use` lines, full paths in bodies and in macros, and paths that start at an
//! imported module. Not counted are `mod` lines, tests, and that the `mod.rs` of a folder names what stands in its own
//! folder: it is the front of that folder, and its table is where an addition is listed.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};

/// The path of a module from the root of the crate: `["sam", "events"]`. The root itself is empty.
type Module = Vec<String>;

/// A source file, by its path from the root of the repository.
struct File {
    path: String,
    text: String,
}

#[test]
fn dependencies_point_one_way() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let map = fs::read_to_string(repository.join("docs/src/reference/map.md")).unwrap();
    let mut files = Vec::new();
    collect(repository, &repository.join("src"), &mut files);
    let faults = faults(&layers(&map), &files);
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// All Rust files under `folder`.
fn collect(repository: &Path, folder: &Path, files: &mut Vec<File>) {
    let mut entries: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for entry in entries {
        if entry.is_dir() {
            collect(repository, &entry, files);
        } else if entry.extension().is_some_and(|extension| extension == "rs") {
            let path = entry.strip_prefix(repository).unwrap();
            files.push(File {
                path: path.to_string_lossy().replace('\\', "/"),
                text: fs::read_to_string(&entry).unwrap(),
            });
        }
    }
}

/// The layers that the map shows, the top one first: the first cells of the rows of its first table of code.
fn layers(map: &str) -> Vec<Vec<String>> {
    map.lines()
        .map(|line| line.strip_prefix("| `src/"))
        .skip_while(Option::is_none)
        .map_while(|row| row)
        .map(|row| {
            let cell = row.split(" |").next().unwrap_or(row);
            cell.split(", ")
                .map(|name| format!("src/{}", name.trim_matches('`').trim_start_matches("src/")))
                .collect()
        })
        .collect()
}

/// All that is wrong with how `files` use each other.
fn faults(layers: &[Vec<String>], files: &[File]) -> Vec<String> {
    let mut faults = Vec::new();
    // A folder ends in `/`, so that `src/stack` is no beginning of `src/stack_set.rs`.
    let covers = |entry: &str, path: &str| {
        path == entry || (entry.ends_with('/') && path.starts_with(entry))
    };
    let layer = |path: &str| {
        layers
            .iter()
            .position(|layer| layer.iter().any(|entry| covers(entry, path)))
    };
    for file in files {
        if layer(&file.path).is_none() {
            faults.push(format!("{} is in no layer of the map", file.path));
        }
    }
    for entry in layers.iter().flatten() {
        if !files.iter().any(|file| covers(entry, &file.path)) {
            faults.push(format!("the map names {entry}, where no code is"));
        }
    }
    let uses = uses(files);
    for (user, used) in &uses {
        for used in used {
            if let (Some(from), Some(to)) = (layer(user), layer(used))
                && to < from
            {
                faults.push(format!("{user} uses {used}, which is in a layer above it"));
            }
        }
    }
    for circle in circles(&uses) {
        faults.push(format!("these files use each other: {}", circle.join(", ")));
    }
    faults
}

/// Which files each file uses.
fn uses(files: &[File]) -> BTreeMap<String, BTreeSet<String>> {
    let modules: BTreeMap<Module, &str> = files
        .iter()
        .map(|file| (module(&file.path), file.path.as_str()))
        .collect();
    files
        .iter()
        .map(|file| {
            let own = module(&file.path);
            let mut names = Names {
                modules: &modules,
                // The root of a binary declares modules of the crate's root, but is not what `crate` means to others.
                own: if modules.get(&own) == Some(&file.path.as_str()) {
                    own
                } else {
                    Module::new()
                },
                imported: BTreeMap::new(),
                used: BTreeSet::new(),
            };
            let tokens: TokenStream = file
                .text
                .parse()
                .unwrap_or_else(|error| panic!("{} is not Rust: {error}", file.path));
            names.walk(tokens);
            let folder = file.path.strip_suffix("mod.rs");
            let used = names
                .used
                .iter()
                .map(|module| modules[module].to_owned())
                .filter(|used| *used != file.path)
                .filter(|used| folder.is_none_or(|folder| !used.starts_with(folder)))
                .collect();
            (file.path.clone(), used)
        })
        .collect()
}

/// The module that the file at `path` is.
fn module(path: &str) -> Module {
    let name = path.trim_start_matches("src/").trim_end_matches(".rs");
    let name = name.strip_suffix("/mod").unwrap_or(name);
    match name {
        "lib" => Module::new(),
        name => name.split('/').map(str::to_owned).collect(),
    }
}

/// What the names in a file mean.
struct Names<'a> {
    /// Every module that has a file.
    modules: &'a BTreeMap<Module, &'a str>,
    /// The file's own module.
    own: Module,
    /// Modules by the names that `use` lines of the file give them.
    imported: BTreeMap<String, Module>,
    used: BTreeSet<Module>,
}

impl Names<'_> {
    /// Notes what `tokens` use, and what they import.
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            // A test may use what it likes.
            if let Some(end) = test_module(&tokens, at) {
                at = end;
                continue;
            }
            match &tokens[at] {
                TokenTree::Group(group) => self.walk(group.stream()),
                TokenTree::Ident(_) if !follows_colons(&tokens, at) => {
                    let is_import = at > 0 && is_ident(&tokens[at - 1], "use");
                    if is_import || has_colons(&tokens, at + 1) {
                        at = self.path(&tokens, at, Vec::new(), is_import);
                        continue;
                    }
                }
                _ => {}
            }
            at += 1;
        }
    }

    /// Reads the path at `at`, which goes on from `path`, and all paths that it branches into. Returns where it ends.
    fn path(
        &mut self,
        tokens: &[TokenTree],
        mut at: usize,
        mut path: Vec<String>,
        is_import: bool,
    ) -> usize {
        loop {
            match tokens.get(at) {
                Some(TokenTree::Ident(name)) => path.push(name.to_string()),
                Some(TokenTree::Group(branches)) if is_import => {
                    let branches: Vec<TokenTree> = branches.stream().into_iter().collect();
                    let mut branch = 0;
                    while branch < branches.len() {
                        branch = 1 + self.path(&branches, branch, path.clone(), is_import);
                    }
                    return at + 1;
                }
                _ => break,
            }
            at += 1;
            if !has_colons(tokens, at) {
                break;
            }
            at += 2;
        }
        let mut name = path.last().cloned().unwrap_or_default();
        if path.len() > 1 && name == "self" {
            path.pop();
            name = path.last().cloned().unwrap_or_default();
        }
        if is_import && tokens.get(at).is_some_and(|token| is_ident(token, "as")) {
            name = tokens.get(at + 1).map_or(name, ToString::to_string);
            at += 2;
        }
        // `use a::*;` and a comma are steps of the caller.
        while is_import
            && tokens
                .get(at)
                .is_some_and(|token| !is_char(token, ',') && !is_char(token, ';'))
        {
            at += 1;
        }
        if let Some((module, is_whole)) = self.resolve(&path) {
            if is_import && is_whole {
                self.imported.insert(name, module.clone());
            }
            self.used.insert(module);
        }
        at
    }

    /// The module that `path` leads into, and whether it is that module itself; none where it leads out of the crate.
    fn resolve(&self, path: &[String]) -> Option<(Module, bool)> {
        let (first, mut rest) = path.split_first()?;
        let mut module = match first.as_str() {
            "crate" | "canaryform" => Module::new(),
            "self" => self.own.clone(),
            "super" => {
                let mut module = self.own.clone();
                module.pop()?;
                while let Some((step, after)) = rest.split_first()
                    && step == "super"
                {
                    module.pop()?;
                    rest = after;
                }
                module
            }
            name => match self.imported.get(name) {
                Some(module) => module.clone(),
                None => {
                    let child: Module = self.own.iter().cloned().chain([name.to_owned()]).collect();
                    self.modules.contains_key(&child).then_some(child)?
                }
            },
        };
        while let Some((step, after)) = rest.split_first() {
            module.push(step.clone());
            if !self.modules.contains_key(&module) {
                module.pop();
                break;
            }
            rest = after;
        }
        self.modules
            .contains_key(&module)
            .then_some((module, rest.is_empty()))
    }
}

fn is_ident(token: &TokenTree, text: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == text)
}

fn is_char(token: &TokenTree, text: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == text)
}

/// Whether `::` stands at `at`.
fn has_colons(tokens: &[TokenTree], at: usize) -> bool {
    matches!(tokens.get(at..at + 2), Some([a, b]) if is_char(a, ':') && is_char(b, ':'))
}

/// Whether `::` stands before `at`, so that a path began earlier.
fn follows_colons(tokens: &[TokenTree], at: usize) -> bool {
    at >= 2 && has_colons(tokens, at - 2)
}

/// Where the module under `#[cfg(test)]` ends that begins at `at`, if one does.
fn test_module(tokens: &[TokenTree], at: usize) -> Option<usize> {
    match tokens.get(at..at + 5)? {
        [
            hash,
            TokenTree::Group(attribute),
            keyword,
            _,
            TokenTree::Group(_),
        ] if is_char(hash, '#')
            && attribute.stream().to_string().replace(' ', "") == "cfg(test)"
            && is_ident(keyword, "mod") =>
        {
            Some(at + 5)
        }
        _ => None,
    }
}

/// The groups of files that reach each other, each file in at most one.
fn circles(uses: &BTreeMap<String, BTreeSet<String>>) -> Vec<Vec<String>> {
    let reach: BTreeMap<&str, BTreeSet<&str>> = uses
        .keys()
        .map(|file| (file.as_str(), reachable(uses, file)))
        .collect();
    let circles: BTreeSet<Vec<String>> = reach
        .iter()
        .filter(|(file, reached)| reached.contains(*file))
        .map(|(file, reached)| {
            let in_circle =
                |other: &&&str| reach.get(**other).is_some_and(|back| back.contains(file));
            reached
                .iter()
                .filter(in_circle)
                .map(|&other| other.to_owned())
                .collect()
        })
        .collect();
    circles.into_iter().collect()
}

/// The files that `file` uses, and those that they use, and so on.
fn reachable<'a>(uses: &'a BTreeMap<String, BTreeSet<String>>, file: &str) -> BTreeSet<&'a str> {
    let mut reached = BTreeSet::new();
    let mut open: Vec<&str> = uses[file].iter().map(String::as_str).collect();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(uses[next].iter().map(String::as_str));
        }
    }
    reached
}

/// What the checker says of made-up files in three layers: `cli/` above `lib.rs` above `low.rs` and `rooms/`.
fn told(files: &[(&str, &str)]) -> Vec<String> {
    let readme = "| where | what |\n| --- | --- |\n| `src/cli/` | a |\n| `src/lib.rs` | b |\n\
                  | `src/low.rs`, `src/rooms/` | c |\n| `fixtures/` | d |\n";
    let mut all = vec![
        ("src/cli/mod.rs", "mod table;"),
        ("src/lib.rs", "mod cli; mod low; mod rooms;"),
        ("src/low.rs", ""),
        (
            "src/rooms/mod.rs",
            "mod door; mod wall; const ALL: &[u8] = &[door::ROW, wall::ROW];",
        ),
        ("src/rooms/door.rs", "use super::Kind;"),
        ("src/rooms/wall.rs", ""),
    ];
    for given in files {
        match all.iter_mut().find(|(path, _)| *path == given.0) {
            Some(file) => *file = *given,
            None => all.push(*given),
        }
    }
    let files: Vec<File> = all
        .into_iter()
        .map(|(path, text)| File {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .collect();
    faults(&layers(readme), &files)
}

#[test]
fn an_arrow_down_or_across_is_fine() {
    assert_eq!(told(&[]), [""; 0]);
    let down =
        "use crate::rooms::{self, door::Handle}; use crate::low; fn f() { canaryform::low::g() }";
    assert_eq!(told(&[("src/cli/mod.rs", down)]), [""; 0]);
    // Words in comments, texts and tests are no uses.
    let words = "// use crate::cli;\nconst A: &str = \"crate::cli::A\"; #[cfg(test)] mod tests { use crate::cli; }";
    assert_eq!(told(&[("src/low.rs", words)]), [""; 0]);
}

#[test]
fn an_arrow_up_is_told_however_it_is_written() {
    let fault = "src/low.rs uses src/cli/mod.rs, which is in a layer above it";
    for text in [
        "use crate::cli;",
        "use crate::cli::Table;",
        "use crate::{cli as other, rooms};",
        "use crate::{rooms::{door, wall}, cli::{self, Table}};",
        "use super::cli::*;",
        "fn f() { crate::cli::g::<u8>() }",
        "fn f() { println!(\"{}\", [crate::cli::A]) }",
        "fn f(a: &super::cli::A) {}",
    ] {
        assert_eq!(told(&[("src/low.rs", text)]), [fault], "{text}");
    }
    // Through a name that was imported, and through what the root hands out.
    let through = "use super::rooms; fn f() { rooms::door::open() } use crate::Output;";
    assert_eq!(
        told(&[("src/low.rs", through)]),
        ["src/low.rs uses src/lib.rs, which is in a layer above it"]
    );
}

#[test]
fn a_circle_is_told_within_a_layer_too() {
    let door = ("src/rooms/door.rs", "use super::wall;");
    let wall = ("src/rooms/wall.rs", "use crate::low; fn f() { low::g() }");
    let low = ("src/low.rs", "fn g() { crate::rooms::door::open() }");
    assert_eq!(told(&[door, wall]), [""; 0]);
    assert_eq!(
        told(&[door, wall, low]),
        ["these files use each other: src/low.rs, src/rooms/door.rs, src/rooms/wall.rs"]
    );
}

#[test]
fn a_file_without_a_layer_and_a_layer_without_a_file_are_told() {
    assert_eq!(
        told(&[("src/new.rs", "")]),
        ["src/new.rs is in no layer of the map"]
    );
    let files = [File {
        path: "src/lib.rs".to_owned(),
        text: String::new(),
    }];
    assert_eq!(
        faults(&layers("| `src/lib.rs`, `src/gone/` | a |"), &files),
        ["the map names src/gone/, where no code is"]
    );
}
