//! Every room says at its head what goes in and what comes out, and it is true.
//!
//! The two blocks of YAML at the head of a file are transformed and compared: the keys shown must be in the output, with
//! these values; of a list, the items shown, in their order. What is left out is marked `# ...`. A block holds resources,
//! or whole sections; what else a function needs comes from [`GLOBALS`].

#![allow(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test that cannot go on should panic"
)]

use std::fs;
use std::path::{Path, PathBuf};

use canaryform::tree::Value;
use canaryform::{Options, Template, read, transform};

/// What every function has that does not say otherwise.
const GLOBALS: &str = "Globals: {Function: {CodeUri: s3://bucket/code.zip, Handler: app.handler, Runtime: python3.13}}\n";

/// The sections that a block may show.
const SECTIONS: [&str; 3] = ["Resources", "Conditions", "Outputs"];

/// Files of the rooms that make nothing by themselves.
const NO_ROOMS: &[&str] = &[
    "gradual/alarms/kinds.rs",
    "gradual/alarms/metric.rs",
    "gradual/alarms/routes.rs",
    "gradual/alarms/settings.rs",
    "gradual/alarms/spelling.rs",
    "gradual/amount.rs",
    "gradual/hashed.rs",
    "gradual/hooks/circle.rs",
    "gradual/inside.rs",
    "gradual/mod.rs",
    "plain/mod.rs",
    "sam/api/draft.rs",
    "sam/api/mod.rs",
    "sam/attributes.rs",
    "sam/common.rs",
    "sam/connector/joints.rs",
    "sam/connector/profiles.rs",
    "sam/connector/side.rs",
    "sam/connector/traps.rs",
    "sam/early_reads/grown.rs",
    "sam/early_reads/mod.rs",
    "sam/early_reads/naming.rs",
    "sam/early_reads/table.rs",
    "sam/function/rules.rs",
    "sam/mod.rs",
    "sam/resource_type.rs",
    "sam/roles.rs",
    "sam/unread.rs",
];

/// An example at the head of a file.
struct Example {
    /// The file, from `src` on.
    file: String,
    given: String,
    made: String,
}

#[test]
fn every_room_opens_with_what_goes_in_and_what_comes_out() {
    let without: Vec<String> = sources()
        .iter()
        .map(|path| name(path))
        .filter(|name| {
            ["gradual/", "plain/", "sam/"]
                .iter()
                .any(|room| name.starts_with(room))
        })
        .filter(|name| !NO_ROOMS.contains(&name.as_str()))
        .filter(|name| examples().iter().all(|example| example.file != *name))
        .collect();
    assert!(without.is_empty(), "no example: {without:?}");
}

#[test]
fn the_examples_of_the_rooms_are_true() {
    for Example { file, given, made } in examples() {
        let output = transform(template(&file, &given), &Options::new("eu-west-1"));
        assert!(!output.has_errors(), "{file}: {:?}", output.diagnostics);
        let output = Value::Object(output.template.0);
        let shown = Value::Object(template(&file, &made).0);
        for section in SECTIONS {
            if let Some(shown) = shown.get(section) {
                let output = output.get(section).unwrap_or(&Value::Null);
                let missing = missing(shown, output, section);
                assert!(missing.is_none(), "{file}: {}", missing.unwrap());
            }
        }
    }
}

/// Where `output` is not what is shown of it.
fn missing(shown: &Value, output: &Value, place: &str) -> Option<String> {
    match (shown, output) {
        (Value::Object(shown), Value::Object(output)) => shown.iter().find_map(|(key, shown)| {
            let place = format!("{place}/{key}");
            missing(shown, output.get(key).unwrap_or(&Value::Null), &place)
        }),
        (Value::Array(shown), Value::Array(output)) => {
            let mut rest = output.iter();
            shown.iter().find_map(|item| {
                let found = rest.any(|output| missing(item, output, place).is_none());
                (!found).then(|| format!("{place}: no {item} in {}", Value::from(output.clone())))
            })
        }
        _ => (shown != output).then(|| format!("{place}: {shown} is shown, {output} is made")),
    }
}

fn template(file: &str, block: &str) -> Template {
    let has = |section: &str| block.lines().any(|line| line.starts_with(section));
    let globals = if has("Globals:") { "" } else { GLOBALS };
    let sections = if SECTIONS.iter().any(|section| has(&format!("{section}:"))) {
        block.to_owned()
    } else {
        let lines = block.lines().map(|line| format!("  {line}\n"));
        format!("Resources:\n{}", lines.collect::<String>())
    };
    let text = format!("Transform: AWS::Serverless-2016-10-31\n{globals}{sections}");
    match read(text.as_bytes()) {
        Ok(read) => read.template,
        Err(faults) => panic!("{file}: {faults:?}\n{text}"),
    }
}

/// The examples of all files, wherever there are any.
fn examples() -> Vec<Example> {
    let mut found = Vec::new();
    for path in sources() {
        let text = fs::read_to_string(&path).unwrap();
        let head = text.lines().map_while(|line| line.strip_prefix("//!"));
        let head: Vec<&str> = head
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let head = head.join("\n");
        let mut blocks = head
            .split("```yaml\n")
            .skip(1)
            .map(|rest| rest.split("```").next().unwrap())
            .filter(|block| block.starts_with("# in\n") || block.starts_with("# out\n"));
        while let Some(given) = blocks.next() {
            let file = name(&path);
            let made = blocks.next().unwrap_or_default();
            assert!(
                given.starts_with("# in\n") && made.starts_with("# out\n"),
                "{file}: each block `# in` is followed by its block `# out`"
            );
            found.push(Example {
                file,
                given: given.to_owned(),
                made: made.to_owned(),
            });
        }
    }
    found
}

/// The files under `src`, in order.
fn sources() -> Vec<PathBuf> {
    let mut folders = vec![root()];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn name(path: &Path) -> String {
    let name = path.strip_prefix(root()).unwrap();
    name.to_string_lossy().replace('\\', "/")
}
