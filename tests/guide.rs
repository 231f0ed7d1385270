//! The guide cannot rot: its console blocks are run, its reference pages are what the tables say, and what it includes is
//! there. `INSTA_UPDATE=always cargo test --test guide` writes the blocks and the pages anew.

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

#[path = "support/command.rs"]
mod command;

use std::fs;
use std::path::{Path, PathBuf};

use command::canaryform;

const PROMPT: &str = "$ canaryform ";
const MADE: &str = "\n<!-- made -->\n";

/// The pages below a folder.
fn pages(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            pages(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "md") {
            found.push(path);
        }
    }
}

fn guide() -> Vec<PathBuf> {
    let mut found = Vec::new();
    pages(Path::new("docs/src"), &mut found);
    assert!(found.len() > 10, "the guide is elsewhere");
    found.sort();
    found
}

/// What the command writes to standard output, run here.
fn output(arguments: &str) -> String {
    let done = canaryform()
        .args(arguments.split_whitespace())
        .output()
        .unwrap();
    assert!(
        done.stderr.is_empty(),
        "{arguments}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
    String::from_utf8(done.stdout).unwrap()
}

/// Makes `path` hold `wanted`, or fails where it holds something else.
fn hold(path: &Path, wanted: &str) {
    let text = fs::read_to_string(path).unwrap();
    if text == wanted {
        return;
    }
    if std::env::var_os("INSTA_UPDATE").is_some_and(|how| how == "always") {
        fs::write(path, wanted).unwrap();
    } else {
        let line = text
            .lines()
            .zip(wanted.lines())
            .find(|(old, new)| old != new);
        panic!("{} is out of date, first at {line:?}", path.display());
    }
}

#[test]
fn every_console_block_is_what_the_command_says() {
    let mut run = 0;
    for page in guide() {
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
    assert!(run > 2, "only {run} blocks were run");
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

#[test]
fn what_a_page_includes_is_there() {
    for page in guide() {
        let text = fs::read_to_string(&page).unwrap();
        for place in text.split("{{#include ").skip(1) {
            let (named, _) = place.split_once("}}").unwrap();
            let (file, anchor) = named.split_once(':').unwrap_or((named, ""));
            let included = fs::read_to_string(page.parent().unwrap().join(file)).unwrap();
            assert!(
                anchor.is_empty() || included.contains(&format!("ANCHOR: {anchor} ")),
                "{} includes {named}",
                page.display()
            );
        }
    }
}
