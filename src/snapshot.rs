//! Snapshots: what a template becomes, in a file beside it that a person has accepted.
//!
//! ```yaml
//! # A canaryform snapshot: what a template becomes, accepted by a person; `canaryform review` shows what changes.
//! # from: "../template.yaml"
//! # region: "eu-west-2"
//! # parameters: {"Environment":"prod"}
//! # records: "changed"
//! # code: "ignore"
//!
//! Resources:
//!   Greeter:
//!     Type: AWS::Lambda::Function
//!     # ...
//!   # Greeter: AutoPublishAlias
//!   GreeterVersion8683fcd932:
//!     # ...
//! ```
//!
//! The header is the whole configuration, so that the snapshot can be made again at any time. Recorded is what the
//! transform made or changed, or everything. The version of this crate is not: what changes nothing touches no file.

use std::collections::BTreeMap;

use crate::origin::{self, Origin, Origins};
use crate::scope::Values;
use crate::template::{Path, read, write_annotated};
use crate::tree::{Map, Text, Value};
use crate::{Faults, Options, Output, Template};

/// How the first line begins.
const MARK: &str = "# A canaryform snapshot:";

const FIRST_LINE: &str = "# A canaryform snapshot: what a template becomes, accepted by a person; `canaryform review` shows what changes.";

/// The value that every `NoEcho` parameter takes.
pub const PLACEHOLDER: &str = "****";

/// What a snapshot is made with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Header {
    /// The template, from the folder of the snapshot.
    pub from: String,
    /// The region.
    pub region: String,
    /// The values of parameters that are no secrets.
    pub parameters: BTreeMap<String, String>,
    /// The `NoEcho` parameters of the template: each has one placeholder for its value.
    pub secrets: Vec<String>,
    /// Whether the whole output is recorded, and not only what the transform made or changed.
    pub records_all: bool,
    /// What local code comes to: `ignore`, `read` or `refuse`.
    pub code: String,
    /// The folder that local paths start at, from the folder of the snapshot, where that is not the template's.
    pub code_root: Option<String>,
    /// The templates of applications of the Serverless Application Repository, as `ID@VERSION`, and their URLs.
    pub application_urls: BTreeMap<String, String>,
    /// What deployments of REST APIs with `AlwaysDeploy` depend on.
    pub deploy_salt: Option<String>,
    /// The name under which this transform is deployed as a macro, where it is another.
    pub macro_name: Option<String>,
    /// Codes of findings that are allowed.
    pub allow: Vec<String>,
    /// Codes of findings that are errors.
    pub deny: Vec<String>,
}

impl Header {
    /// The header of a snapshot of the template `from` for a region, of what the transform makes or changes, with code
    /// ignored.
    pub fn new(from: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            from: from.into(),
            region: region.into(),
            parameters: BTreeMap::new(),
            secrets: Vec::new(),
            records_all: false,
            code: "ignore".to_owned(),
            code_root: None,
            application_urls: BTreeMap::new(),
            deploy_salt: None,
            macro_name: None,
            allow: Vec::new(),
            deny: Vec::new(),
        }
    }

    /// The header of a snapshot; none where the text is no snapshot.
    ///
    /// # Errors
    /// What keeps a line of it from being read, as a sentence.
    pub fn read(text: &str) -> Option<Result<Self, String>> {
        is_snapshot(text.as_bytes()).then(|| Self::read_lines(text))
    }

    fn read_lines(text: &str) -> Result<Self, String> {
        let mut header = Self::new("", "");
        for (number, line) in text.lines().enumerate().skip(1) {
            let Some(line) = line.strip_prefix("# ") else {
                break;
            };
            let fault = |what: &str| format!("line {} of its header {what}", number + 1);
            let (key, json) = line
                .split_once(": ")
                .ok_or_else(|| fault("is no `# key: value`"))?;
            let value: serde_json::Value = serde_json::from_str(json)
                .map_err(|error| fault(&format!("is no JSON: {error}")))?;
            let shape = |wanted: &str| fault(&format!("must be {wanted}"));
            let text = || {
                value
                    .as_str()
                    .map(str::to_owned)
                    .ok_or_else(|| shape("a text"))
            };
            let list = || {
                let items = value
                    .as_array()
                    .ok_or_else(|| shape("a list of texts"))?
                    .iter();
                let items: Option<Vec<String>> =
                    items.map(|item| item.as_str().map(str::to_owned)).collect();
                items.ok_or_else(|| shape("a list of texts"))
            };
            let map = || {
                let entries = value
                    .as_object()
                    .ok_or_else(|| shape("a map of texts"))?
                    .iter();
                let entries: Option<BTreeMap<String, String>> = entries
                    .map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
                    .collect();
                entries.ok_or_else(|| shape("a map of texts"))
            };
            match key {
                "from" => header.from = text()?,
                "region" => header.region = text()?,
                "parameters" => header.parameters = map()?,
                "secrets" => header.secrets = list()?,
                "records" => {
                    header.records_all = match text()?.as_str() {
                        "changed" => false,
                        "all" => true,
                        _ => return Err(shape("\"changed\" or \"all\"")),
                    }
                }
                "code" => {
                    header.code = text()?;
                    if !["ignore", "read", "refuse"].contains(&header.code.as_str()) {
                        return Err(shape("\"ignore\", \"read\" or \"refuse\""));
                    }
                }
                "code root" => header.code_root = Some(text()?),
                "application URLs" => header.application_urls = map()?,
                "salt" => header.deploy_salt = Some(text()?),
                "macro name" => header.macro_name = Some(text()?),
                "allow" => header.allow = list()?,
                "deny" => header.deny = list()?,
                _ => return Err(fault("has a key that is not known")),
            }
        }
        if header.from.is_empty() {
            return Err("its header does not say which template it is `# from:`".to_owned());
        }
        if header.region.is_empty() {
            return Err("its header names no `# region:`".to_owned());
        }
        Ok(header)
    }

    /// Its lines, each with a line feed.
    pub fn write(&self) -> String {
        let mut out = format!("{FIRST_LINE}\n");
        let mut line = |key: &str, value: serde_json::Value| {
            out.push_str(&format!("# {key}: {value}\n"));
        };
        line("from", self.from.as_str().into());
        line("region", self.region.as_str().into());
        let map = |map: &BTreeMap<String, String>| -> serde_json::Value {
            let entries = map.iter();
            let entries = entries.map(|(name, value)| (name.clone(), value.as_str().into()));
            serde_json::Value::Object(entries.collect())
        };
        if !self.parameters.is_empty() {
            line("parameters", map(&self.parameters));
        }
        if !self.secrets.is_empty() {
            line("secrets", self.secrets.clone().into());
        }
        line(
            "records",
            if self.records_all { "all" } else { "changed" }.into(),
        );
        line("code", self.code.as_str().into());
        if !self.application_urls.is_empty() {
            line("application URLs", map(&self.application_urls));
        }
        for (key, value) in [
            ("code root", &self.code_root),
            ("salt", &self.deploy_salt),
            ("macro name", &self.macro_name),
        ] {
            if let Some(value) = value {
                line(key, value.as_str().into());
            }
        }
        for (key, list) in [("allow", &self.allow), ("deny", &self.deny)] {
            if !list.is_empty() {
                line(key, list.clone().into());
            }
        }
        out
    }

    /// Names the secrets of a template, whose values are taken out.
    pub fn take_secrets(&mut self, template: &Template) {
        self.secrets = secrets(template);
        self.parameters
            .retain(|name, _| !self.secrets.contains(name));
    }

    /// The values of parameters, secrets with their placeholder.
    pub fn values(&self) -> Map {
        let known = self.parameters.iter();
        let known = known.map(|(name, value)| (name.as_str(), value.as_str()));
        let secrets = self.secrets.iter().map(|name| (name.as_str(), PLACEHOLDER));
        known
            .chain(secrets)
            .map(|(name, value)| (Text::from(name), Value::from(value)))
            .collect()
    }
}

/// Whether a file is a snapshot, by its first line.
pub fn is_snapshot(text: &[u8]) -> bool {
    text.starts_with(MARK.as_bytes())
}

/// The parameters of a template that are secrets.
fn secrets(template: &Template) -> Vec<String> {
    let options = Options::new("us-east-1");
    let scope = crate::scope::Scope::new(template, &options);
    let names = template
        .section("Parameters")
        .into_iter()
        .flat_map(Map::keys);
    names
        .filter(|name| scope.parameters.is_secret(name))
        .map(|name| name.to_string())
        .collect()
}

/// The snapshot of a template that became `output`. With errors in that it is no snapshot of anything.
pub fn write(header: &Header, template: &Template, output: &Output) -> String {
    let recorded = if header.records_all {
        output.template.clone()
    } else {
        changed(template, output)
    };
    let mut text = header.write().into_bytes();
    text.push(b'\n');
    // A vector takes everything.
    let _ = write_annotated(&mut text, &recorded, &|id| {
        origin::comment(&output.origins, id)
    });
    String::from_utf8(text).unwrap_or_default()
}

/// What of an output the transform made or changed.
fn changed(template: &Template, output: &Output) -> Template {
    let mut recorded = Map::new();
    for (section, value) in &output.template.0 {
        let given = template.0.get(section);
        let (Value::Object(made), true) = (
            value,
            ["Conditions", "Outputs", "Resources"].contains(&section.as_str()),
        ) else {
            continue;
        };
        let is_resources = section == "Resources";
        let entries = made.iter().filter(|(name, entry)| {
            let is_made = is_resources && output.origins.contains_key(name.as_str());
            is_made || given.and_then(|given| given.get(name.as_str())) != Some(*entry)
        });
        let entries: Map = entries
            .map(|(name, entry)| (name.clone(), entry.clone()))
            .collect();
        if !entries.is_empty() {
            recorded.insert(section.clone(), Value::Object(entries));
        }
    }
    Template(recorded)
}

/// What a snapshot records, as an output that can be compared: who asked for its resources is read from their comments.
///
/// # Errors
/// The faults of the text.
pub fn recorded(text: &str) -> Result<Output, Faults> {
    Ok(Output {
        template: read(text.as_bytes())?.template,
        diagnostics: Vec::new(),
        deployments: Vec::new(),
        origins: origins(text),
        values: Values::default(),
        contents: std::collections::HashMap::new(),
        ignored: Default::default(),
    })
}

/// Who asked for each resource, as the comments over them say.
fn origins(text: &str) -> Origins {
    let mut origins = Origins::new();
    let mut said: Option<&str> = None;
    for line in text.lines() {
        if let Some(comment) = line.strip_prefix("  # ") {
            said = Some(comment);
            continue;
        }
        let id = line
            .strip_prefix("  ")
            .and_then(|line| line.strip_suffix(':'))
            .filter(|id| id.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        if let (Some(id), Some(said)) = (id, said) {
            origins.insert(id.to_owned(), read_origin(said));
        }
        said = None;
    }
    origins
}

/// `Greeter: DeploymentPreference`; several owners have a semicolon between them.
fn read_origin(comment: &str) -> Origin {
    let owners: Vec<&str> = comment.split("; ").collect();
    let because = owners
        .iter()
        .map(|owner| match owner.split_once(": ") {
            Some((id, asked)) => Path::property(id, asked),
            None => Path::resource(owner),
        })
        .collect();
    let source = match owners.as_slice() {
        [one] => one.split(": ").next().map(str::to_owned),
        _ => None,
    };
    Origin { source, because }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transform;

    const TEMPLATE: &str = "
Transform: AWS::Serverless-2016-10-31
Parameters:
  Login: {Type: String, NoEcho: true}
  Stage: {Type: String}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Greeter:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src/, Handler: a.b, Runtime: python3.13, AutoPublishAlias: !Ref Stage, Environment: {Variables: {A: !Ref Login}}}
Outputs:
  Same: {Value: x}
  Alias: {Value: !Ref Greeter.Alias}
";

    #[test]
    fn a_header_is_read_as_it_was_written() {
        let mut header = Header::new("../a \"b\".yaml", "eu-west-1");
        header
            .parameters
            .insert("A".to_owned(), "1: # x\n".to_owned());
        header.secrets.push("B".to_owned());
        header.code_root = Some("..".to_owned());
        header
            .application_urls
            .insert("id@1".to_owned(), "https://x".to_owned());
        header.deploy_salt = Some("7".to_owned());
        header.records_all = true;
        header.allow.push("duplicate-key".to_owned());
        assert_eq!(Header::read(&header.write()), Some(Ok(header.clone())));
        assert_eq!(Header::read("Resources: {}\n"), None);
        let broken = |from: &str, to: &str| {
            let text = header.write().replace(from, to);
            Header::read(&text).unwrap().unwrap_err()
        };
        assert_eq!(
            broken("\"eu-west-1\"", "eu-west-1"),
            "line 3 of its header is no JSON: expected value at line 1 column 1"
        );
        assert_eq!(
            broken("# salt: \"7\"", "# salt: 7"),
            "line 10 of its header must be a text"
        );
        assert_eq!(
            broken("# salt", "# sugar"),
            "line 10 of its header has a key that is not known"
        );
    }

    #[test]
    fn what_is_recorded_is_read_back() {
        let template = read(TEMPLATE.as_bytes()).unwrap().template;
        let mut header = Header::new("../template.yaml", "eu-west-1");
        header
            .parameters
            .insert("Stage".to_owned(), "live".to_owned());
        header
            .parameters
            .insert("Login".to_owned(), "s3cr3t".to_owned());
        header.take_secrets(&template);
        assert_eq!(header.secrets, ["Login"]);
        let options = Options::new("eu-west-1")
            .with_parameters(header.values())
            .with_code(&crate::code::Ignored);
        let output = transform(template.clone(), &options);
        let text = write(&header, &template, &output);
        assert!(
            !text.contains("s3cr3t") && text.contains("  # Greeter: AutoPublishAlias\n"),
            "{text}"
        );
        let read = recorded(&text).unwrap();
        let ids: Vec<&str> = read
            .template
            .resources()
            .unwrap()
            .keys()
            .map(|id| id.as_str())
            .collect();
        assert_eq!(ids.len(), 4, "{ids:?}");
        assert!(!ids.contains(&"Table"));
        assert!(
            read.template
                .section("Outputs")
                .unwrap()
                .get("Same")
                .is_none()
        );
        let made = &output.template.resources().unwrap();
        for (id, resource) in read.template.resources().unwrap() {
            assert_eq!(made.get(id), Some(resource));
        }
        assert_eq!(
            read.origins["GreeterAliaslive"].source.as_deref(),
            Some("Greeter")
        );
    }
}
