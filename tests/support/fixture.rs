//! The templates under `fixtures/`, and what is said at the top of each.

use std::fs;
use std::path::{Path, PathBuf};

use canaryform::Options;
use canaryform::code::{LocalCode, LocalCodeFault};
use canaryform::tree::{Map, Value};

pub(crate) struct Fixture {
    /// `group/name`.
    pub(crate) name: String,
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) path: PathBuf,
    pub(crate) text: String,
}

impl Fixture {
    pub(crate) fn load(path: &Path) -> Self {
        let name = path.strip_prefix(folder()).unwrap_or(path);
        Self {
            name: name.with_extension("").to_string_lossy().replace('\\', "/"),
            path: path.to_owned(),
            text: fs::read_to_string(path).unwrap(),
        }
    }

    /// The one of a name.
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) fn named(name: &str) -> Self {
        Self::load(&folder().join(format!("{name}.yaml")))
    }

    /// All of them, by name, but for those of the rules of `check`, which `tests/check.rs` reads.
    pub(crate) fn all() -> Vec<Self> {
        let mut found = Vec::new();
        let mut folders = vec![folder()];
        while let Some(folder) = folders.pop() {
            for file in fs::read_dir(folder).unwrap() {
                let path = file.unwrap().path();
                if path.is_dir() {
                    if path.file_name().is_none_or(|name| name != "check") {
                        folders.push(path);
                    }
                } else if path.extension().is_some_and(|ending| ending == "yaml") {
                    found.push(Self::load(&path));
                }
            }
        }
        found.sort_by(|a, b| a.name.cmp(&b.name));
        found
    }

    /// What is read of it; none where it cannot be.
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) fn source(&self) -> Option<Value> {
        let given = canaryform::read(self.text.as_bytes()).ok()?;
        Some(Value::Object(given.template.0))
    }

    /// Whether its syntax goes beyond SAM's, so that SAM has no say.
    #[allow(dead_code, reason = "not every test reads it")]
    pub(crate) fn is_beyond(&self) -> bool {
        self.name.starts_with("beyond/")
    }

    /// What the comment at the top says about `key`.
    pub(crate) fn header(&self, key: &str) -> Option<&str> {
        self.text
            .lines()
            .map_while(|line| line.strip_prefix("# "))
            .find_map(|line| line.strip_prefix(key)?.strip_prefix(": "))
    }

    pub(crate) fn options(&self) -> Options<'static> {
        let values: Map = self
            .header("parameters")
            .unwrap_or_default()
            .split_whitespace()
            .map(|pair| pair.split_once('=').unwrap())
            .map(|(name, value)| (name.to_owned(), value.into()))
            .collect();
        Options::new(self.header("region").unwrap_or("us-east-1"))
            .with_parameters(values)
            .with_code(&Folders)
    }
}

/// Every folder is there, and has the same content, except those whose name begins with `missing`.
pub(crate) struct Folders;

impl LocalCode for Folders {
    fn digest(&self, path: &str) -> Result<String, LocalCodeFault> {
        if path.starts_with("missing") {
            return Err(LocalCodeFault {
                message: format!("`{path}` is not there"),
                help: "name a folder that is there".to_owned(),
                is_missing: false,
            });
        }
        Ok("356a192b7913b04c54574d18c28d46e6395428ab".to_owned())
    }

    fn included(&self, path: &str) -> Result<Vec<u8>, LocalCodeFault> {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        fs::read(file).map_err(|_| LocalCodeFault {
            message: format!("`{path}` is not there"),
            help: "name a file that is there".to_owned(),
            is_missing: true,
        })
    }
}

pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}
