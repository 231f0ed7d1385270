//! The templates that others are made from: the fixtures.

use canaryform::tree::Value;
use canaryform::{Options, read, transform};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// The fixtures as trees.
pub fn templates() -> &'static [Value] {
    static TEMPLATES: OnceLock<Vec<Value>> = OnceLock::new();
    TEMPLATES.get_or_init(|| {
        let mut files = Vec::new();
        collect(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("../fixtures"),
            &mut files,
        );
        files.sort();
        let trees = files
            .iter()
            .filter_map(|file| read(&fs::read(file).ok()?).ok());
        let trees: Vec<Value> = trees.map(|input| Value::Object(input.template.0)).collect();
        assert!(!trees.is_empty(), "the fixtures are not there");
        trees
    })
}

/// Ids that the transform generates for the fixtures.
pub fn generated_ids() -> &'static [String] {
    static IDS: OnceLock<Vec<String>> = OnceLock::new();
    IDS.get_or_init(|| {
        let mut ids = Vec::new();
        for tree in templates() {
            if let Value::Object(map) = tree {
                let output = transform(
                    canaryform::Template(map.clone()),
                    &Options::new("us-east-1"),
                );
                ids.extend(output.origins.keys().cloned());
            }
        }
        ids.sort();
        ids.dedup();
        ids
    })
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|end| end == "yaml") {
            files.push(path);
        }
    }
}
