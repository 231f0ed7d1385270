//! The guide and the README cannot rot: their console blocks are run, their templates are fixtures, their links and
//! includes lead somewhere, and the reference pages are what the tables say. `INSTA_UPDATE=always cargo test --test guide`
//! writes the blocks and the pages anew.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;
#[path = "support/hold.rs"]
mod hold;

use std::fs;
use std::path::{Path, PathBuf};

use command::canaryform;
use hold::hold;

const PROMPT: &str = "$ canaryform ";
const MADE: &str = "\n<!-- made -->\n";

/// The files below a folder whose names end so.
fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|named| named == extension) {
            found.push(path);
        }
    }
}

fn guide() -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(Path::new("docs/src"), "md", &mut found);
    assert!(found.len() > 10, "the guide is elsewhere");
    found.sort();
    found
}

/// The guide, and what stands before it.
fn guide_and_readmes() -> Vec<PathBuf> {
    let mut found = guide();
    found.extend(["README.md", "python/README.md"].map(PathBuf::from));
    found
}

/// What the command writes, run here: its answer, and what it says beside it.
fn output(arguments: &str) -> String {
    let done = canaryform()
        .args(arguments.split_whitespace())
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    assert_ne!(done.status.code(), Some(2), "{arguments}");
    String::from_utf8([done.stdout, done.stderr].concat()).unwrap()
}

#[test]
fn every_console_block_is_what_the_command_says() {
    let mut run = 0;
    for page in guide_and_readmes() {
        let text = fs::read_to_string(&page).unwrap();
        let mut wanted = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            wanted += &format!("{line}\n");
            if line != "```console" {
                continue;
            }
            let call = lines.next().unwrap();
            let arguments = call.strip_prefix(PROMPT).unwrap();
            wanted += &format!("{call}\n{}```\n", output(arguments));
            // What the page has of it now.
            assert!(
                lines.any(|line| line == "```"),
                "a block of {} has no end",
                page.display()
            );
            run += 1;
        }
        hold(&page, &wanted);
    }
    assert!(run > 7, "only {run} blocks were run");
}

#[test]
fn the_reference_is_what_the_tables_say() {
    for verb in ["codes", "properties"] {
        let path = PathBuf::from(format!("docs/src/reference/{verb}.md"));
        let text = fs::read_to_string(&path).unwrap();
        let (head, _) = text.split_once(MADE).unwrap();
        let listed = output(&format!("{verb} --format markdown"));
        hold(&path, &format!("{head}{MADE}\n{listed}"));
    }
}

/// What stands before a block that shows a file, from a line on where one is named: `<!-- file: PATH:4: -->`. A page is read
/// as it is written, too, where no book is made of it.
const FILE: (&str, &str) = ("<!-- file: ", " -->");

#[test]
fn every_file_on_a_page_is_the_file() {
    let mut shown = 0;
    for page in guide() {
        let text = fs::read_to_string(&page).unwrap();
        let mut wanted = String::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            wanted += &format!("{line}\n");
            let named = line.strip_prefix(FILE.0);
            let Some(named) = named.and_then(|rest| rest.strip_suffix(FILE.1)) else {
                continue;
            };
            let (file, from) = named.split_once(':').unwrap_or((named, "1"));
            let from: usize = from.trim_end_matches(':').parse().unwrap();
            let held = fs::read_to_string(page.parent().unwrap().join(file)).unwrap();
            wanted += &format!("{}\n", lines.next().unwrap());
            for line in held.lines().skip(from - 1) {
                wanted += &format!("{line}\n");
            }
            wanted += "```\n";
            assert!(lines.any(|line| line == "```"), "{}", page.display());
            shown += 1;
        }
        hold(&page, &wanted);
    }
    assert!(shown > 3, "only {shown} files are shown");
}

#[test]
fn what_a_page_includes_is_there() {
    for page in guide() {
        let text = fs::read_to_string(&page).unwrap();
        for place in text.split("{{#include ").skip(1) {
            let (named, _) = place.split_once("}}").unwrap();
            let file = named.split(':').next().unwrap();
            let included = page.parent().unwrap().join(file);
            assert!(included.is_file(), "{} includes {named}", page.display());
        }
    }
}

/// The name that a heading has in a link.
fn slug(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter_map(|letter| match letter {
            ' ' => Some('-'),
            '-' | '_' => Some(letter),
            _ => letter.is_alphanumeric().then_some(letter),
        })
        .collect()
}

#[test]
fn every_link_leads_to_a_page_and_a_heading() {
    let mut followed = 0;
    for page in guide_and_readmes() {
        let text = fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1) {
            let (link, _) = link.split_once(')').unwrap();
            if link.starts_with("https://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => page.clone(),
                file => page.parent().unwrap().join(file),
            };
            assert!(target.is_file(), "{} links {link}", page.display());
            if !heading.is_empty() {
                let there = fs::read_to_string(&target).unwrap();
                let mut headings = there.lines().filter(|line| line.starts_with('#'));
                let is_there =
                    headings.any(|line| slug(line.trim_start_matches('#').trim()) == heading);
                assert!(is_there, "{} links {link}", page.display());
            }
            followed += 1;
        }
    }
    assert!(followed > 30, "only {followed} links were followed");
}

#[test]
fn every_page_is_in_the_table_of_contents() {
    let contents = fs::read_to_string("docs/src/SUMMARY.md").unwrap();
    for page in guide() {
        let name = page.strip_prefix("docs/src").unwrap().to_string_lossy();
        assert!(
            name == "SUMMARY.md" || contents.contains(&format!("]({name})")),
            "{name} is not in it"
        );
    }
}

/// The lines of a block without what all of them are indented by.
fn dedented(lines: &[&str]) -> Vec<String> {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let shared = lines.iter().map(indent).min().unwrap_or_default();
    lines.iter().map(|line| line[shared..].to_owned()).collect()
}

/// Whether these lines stand one after another in a text, all of them indented alike.
fn is_part_of(text: &[&str], part: &[String]) -> bool {
    text.windows(part.len())
        .any(|window| window[0].trim_start() == part[0].trim_start() && dedented(window) == part)
}

/// A template that a page shows may leave out lines, with a comment of three dots or an empty line in their place.
#[test]
fn every_template_is_a_fixture_or_what_becomes_of_one() {
    let mut texts = Vec::new();
    for (folder, extension) in [
        ("fixtures", "yaml"),
        ("docs/examples", "yaml"),
        ("snapshots", "snap"),
    ] {
        let mut found = Vec::new();
        files(Path::new(folder), extension, &mut found);
        texts.extend(found.iter().map(|path| fs::read_to_string(path).unwrap()));
    }
    let texts: Vec<Vec<&str>> = texts.iter().map(|text| text.lines().collect()).collect();
    let mut held = 0;
    let mut faults = Vec::new();
    for page in guide_and_readmes() {
        let text = fs::read_to_string(&page).unwrap();
        let mut lines = text.lines();
        while lines.any(|line| line == "```yaml") {
            let block: Vec<&str> = lines.by_ref().take_while(|line| *line != "```").collect();
            let is_left_out = |line: &&str| ["", "# ..."].contains(&line.trim());
            for part in block.split(is_left_out).filter(|part| !part.is_empty()) {
                held += 1;
                let part = dedented(part);
                if !texts.iter().any(|text| is_part_of(text, &part)) {
                    faults.push(format!("{}:\n{}", page.display(), part.join("\n")));
                }
            }
        }
    }
    assert!(
        faults.is_empty(),
        "in no fixture:\n\n{}",
        faults.join("\n\n")
    );
    assert!(held > 15, "only {held} templates were looked at");
}

/// What stands behind `start` on a line of the workflow, up to the next quote.
fn in_workflow<'a>(workflow: &'a str, start: &str) -> &'a str {
    let mut lines = workflow.lines();
    let found = lines.find_map(|line| line.trim().strip_prefix(start));
    found.unwrap().split('"').next().unwrap()
}

#[test]
fn cargo_binstall_looks_for_what_a_release_holds() {
    let workflow = fs::read_to_string(".github/workflows/release.yml").unwrap();
    let folder = in_workflow(&workflow, "name=\"").replace("${{ matrix.target }}", "{ target }");
    let archive = in_workflow(&workflow, "tar czf \"").replace("$name", &folder);
    let tag = in_workflow(&workflow, "tags: [\"").replace('*', "{ version }");

    let manifest: toml::Table = fs::read_to_string("Cargo.toml").unwrap().parse().unwrap();
    let package = &manifest["package"];
    let metadata = &package["metadata"]["binstall"];
    let named = |key: &str| {
        let template = metadata[key].as_str().unwrap();
        template.replace("{ name }", package["name"].as_str().unwrap())
    };
    assert_eq!(
        named("pkg-url"),
        format!("{{ repo }}/releases/download/{tag}/{archive}")
    );
    assert_eq!(
        named("bin-dir"),
        format!("{folder}/{{ bin }}{{ binary-ext }}")
    );
}
