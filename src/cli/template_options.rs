//! What every verb that transforms a template takes: region, parameters, code, and what is allowed or denied.

use std::env;
use std::path::{Path, PathBuf};

use crate::Options;
use crate::code::{Folder, LocalCode, Refused};
use crate::diagnostics::Levels;
use crate::diff::{Meaning, meanings};
use crate::snapshot::Header;
use crate::tree::{Map, Value};
use clap::{Arg, Args, ValueEnum};

use super::files::{self, Input};
use super::samconfig::{self, SamConfig};
use super::{Failure, parameters};

const REGION_VARIABLES: [&str; 2] = ["AWS_REGION", "AWS_DEFAULT_REGION"];
const DEFAULT_REGION: &str = "us-east-1";
pub(super) const DEFAULT_MACRO: &str = "Canaryform";

#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Template options")]
pub(crate) struct TemplateOptions {
    /// The region that the template is for; decides the partition of ARNs [default: AWS_REGION, AWS_DEFAULT_REGION,
    /// us-east-1]
    #[arg(long)]
    region: Option<String>,

    /// Values of template parameters; they win over --parameters-file and over defaults
    #[arg(long, value_name = "KEY=VALUE", num_args = 1..)]
    parameter_overrides: Vec<String>,

    /// A file with values of template parameters, JSON or YAML: a map of names to values, the AWS CLI's list of
    /// ParameterKey and ParameterValue or of KEY=VALUE, or CodePipeline's map with Parameters
    #[arg(long, value_name = "FILE")]
    parameters_file: Option<PathBuf>,

    /// Take the region and the values of parameters from this environment of SAM CLI's samconfig.toml, where they are not
    /// given otherwise
    #[arg(long, value_name = "NAME")]
    config_env: Option<String>,

    /// The same from another file than samconfig.toml of the template's folder or of this one, of its environment
    /// `default` unless --config-env names one
    #[arg(long, value_name = "FILE")]
    config_file: Option<PathBuf>,

    /// The folder of the template.
    #[arg(skip)]
    folder: Option<PathBuf>,

    /// What local paths of code come to: `read` what lies there; `ignore` it, so that any checkout is transformed and an
    /// id that moves means that the configuration moved; `refuse` local paths, as SAM and the macro do
    #[arg(
        long,
        value_enum,
        value_name = "read|ignore|refuse",
        default_value = "read",
        hide_possible_values = true
    )]
    code: Code,

    /// The folder that local paths start at [default: the template's folder]
    #[arg(long, value_name = "DIR")]
    code_root: Option<PathBuf>,

    /// The template that the Serverless Application Repository makes of a version of an application; it cannot be asked
    /// offline. `aws serverlessrepo create-cloud-formation-template` gives the URL
    #[arg(long, value_name = "ID@VERSION=URL")]
    application_url: Vec<String>,

    /// What deployments of REST APIs with `AlwaysDeploy` depend on: another value (a build number) deploys them again
    #[arg(long, value_name = "TEXT")]
    deploy_salt: Option<String>,

    /// The name under which this transform is deployed as a macro: `Transform` may name it
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MACRO)]
    macro_name: String,

    /// Turn errors with this code into warnings, where SAM would accept the template; hide warnings with this code.
    /// Several with commas between them, or the option again
    #[arg(long, value_name = "CODE", value_delimiter = ',')]
    allow: Vec<String>,

    /// Make errors of findings with this code, or of all `warnings`; wins over --allow. Several as with --allow
    #[arg(long, value_name = "CODE|warnings", value_delimiter = ',')]
    deny: Vec<String>,
}

/// What is read once for all templates.
#[derive(Default)]
pub(crate) struct Given {
    region: String,
    parameters: Map,
}

/// What the caller says, and nobody else.
pub(crate) struct AsGiven {
    region: Option<String>,
    parameters: Map,
}

/// For verbs that imply `--code ignore` unless told otherwise: `#[command(mut_arg("code", ignore_code))]`.
pub(crate) fn ignore_code(argument: Arg) -> Arg {
    argument.default_value("ignore")
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Code {
    Read,
    #[default]
    Ignore,
    Refuse,
}

impl TemplateOptions {
    /// The same for a template in a file: SAM CLI's samconfig.toml lies beside it.
    pub(crate) fn beside(&self, template: Option<&Path>) -> Self {
        let mut here = self.clone();
        here.folder = template.map(files::folder_of);
        here
    }

    /// Whether what is read depends on where the template lies.
    pub(crate) fn depends_on_place(&self) -> bool {
        self.config_env.is_some() && self.config_file.is_none()
    }

    /// The folder that local paths of the template start at.
    pub(crate) fn root(&self, input: &Input) -> Result<PathBuf, Failure> {
        match &self.code_root {
            Some(root) if !root.is_dir() => Err(Failure::Usage(format!(
                "--code-root `{}` is not a folder",
                files::printable(root)
            ))),
            Some(root) => Ok(root.clone()),
            None => Ok(input.folder()),
        }
    }

    /// Who knows the code under `root`; the template, what is written, and what standard output is are none of it.
    pub(crate) fn code(
        &self,
        root: &Path,
        input: &Input,
        output: Option<&Path>,
    ) -> Box<dyn LocalCode> {
        let mut folder = Folder::new(root);
        let own = [input.path(), output];
        for path in own.into_iter().flatten() {
            folder = folder.without(path);
        }
        // `< template.yaml > out.yaml`
        for stream in [files::stdin(), files::stdout()].into_iter().flatten() {
            folder = folder.without_file(&stream);
        }
        match self.code {
            Code::Read => Box::new(folder),
            Code::Ignore => Box::new(folder.ignoring_code()),
            Code::Refuse => Box::new(Refused),
        }
    }

    /// The header of a snapshot in the file `path`, of the template `from` there.
    pub(crate) fn header(
        &self,
        path: &Path,
        from: String,
        records_all: bool,
    ) -> Result<Header, Failure> {
        // What is wrong with them is told before anything is written.
        let options = self.options()?;
        let mut header = Header::new(from, options.region);
        header.records_all = records_all;
        for (name, value) in options.parameters {
            let text = |value: &Value| match value {
                Value::String(text) => text.to_string(),
                other => other.to_string(),
            };
            let text = match value {
                Value::Array(items) => items.iter().map(text).collect::<Vec<_>>().join(","),
                one => text(&one),
            };
            header.parameters.insert(name.to_string(), text);
        }
        header.code = self.code.word().to_owned();
        if let Some(root) = &self.code_root {
            header.code_root = Some(from_folder(&files::folder_of(path), root)?);
        }
        for ((id, version), url) in options.application_urls {
            header
                .application_urls
                .insert(format!("{id}@{version}"), url);
        }
        header.deploy_salt = options.deploy_salt;
        if !["", DEFAULT_MACRO].contains(&self.macro_name.as_str()) {
            header.macro_name = Some(self.macro_name.clone());
        }
        header.allow.clone_from(&self.allow);
        header.deny.clone_from(&self.deny);
        Ok(header)
    }

    /// The region and the values that are given here, and no others.
    pub(crate) fn as_given(&self) -> Result<AsGiven, Failure> {
        let config = self.config()?;
        let pairs = self.pairs(&config);
        Ok(AsGiven {
            parameters: parameters::collect(pairs, self.parameters_file.as_deref())?,
            region: self.region.clone().or(config.region),
        })
    }

    /// Whether what is given here is what a snapshot is made with already; else what that has instead, in words.
    pub(crate) fn agree_with(
        &self,
        given: &AsGiven,
        header: &Header,
        records_all: bool,
    ) -> Result<(), String> {
        let other = given.region.as_ref();
        if other.is_some_and(|region| *region != header.region) {
            return Err(format!("the region `{}`", header.region));
        }
        let is_same = given.parameters.iter().all(|(name, value)| {
            let known = header.parameters.get(name.as_str());
            header.secrets.iter().any(|secret| secret == name.as_str())
                || known.is_some_and(|known| value == known)
        });
        if !is_same {
            let names: Vec<&str> = header.parameters.keys().map(String::as_str).collect();
            return Err(match names.as_slice() {
                [] => "no values of parameters".to_owned(),
                names => format!("other values of parameters (`{}`)", names.join("`, `")),
            });
        }
        let is_default = self.code == Code::Ignore;
        if !is_default && self.code.word() != header.code {
            return Err(format!("`--code {}`", header.code));
        }
        if records_all && !header.records_all {
            return Err("what the transform made or changed alone".to_owned());
        }
        if self.deploy_salt.is_some() && self.deploy_salt != header.deploy_salt {
            return Err("another salt".to_owned());
        }
        if !self.application_url.is_empty()
            && self.application_url.len() != header.application_urls.len()
        {
            return Err("other applications' URLs".to_owned());
        }
        if !self.allow.is_empty() && self.allow != header.allow {
            return Err(format!("`--allow {}`", header.allow.join(" ")));
        }
        if !self.deny.is_empty() && self.deny != header.deny {
            return Err(format!("`--deny {}`", header.deny.join(" ")));
        }
        Ok(())
    }

    /// Takes out what is denied and is no finding but a meaning of a difference.
    pub(crate) fn take_denied_meanings(&mut self) -> Vec<&'static Meaning> {
        let mut denied = Vec::new();
        self.deny.retain(|name| match meanings::find(name) {
            Some(meaning) => {
                denied.push(meaning);
                false
            }
            None => true,
        });
        denied
    }

    /// The options of the old side of a comparison: the same, with another region and other values of parameters.
    pub(crate) fn for_old(
        &self,
        region: Option<&String>,
        overrides: &[String],
    ) -> Result<Self, Failure> {
        let mut old = self.clone();
        if let Some(region) = region {
            old.region = Some(region.clone());
        }
        if !overrides.is_empty() && old.parameter_overrides.is_empty() {
            // Pairs stand in for all of those in the file.
            old.parameter_overrides = self.config()?.parameter_overrides;
        }
        // The later one of a name wins.
        old.parameter_overrides.extend_from_slice(overrides);
        Ok(old)
    }

    /// Whether code counts without being looked at.
    pub(crate) fn ignores_code(&self) -> bool {
        self.code == Code::Ignore
    }

    /// The folder that local paths start at, where that is not the template's.
    pub(crate) fn code_root(&self) -> Option<&Path> {
        self.code_root.as_deref()
    }

    /// Whether local paths may lead somewhere.
    pub(crate) fn follows_paths(&self) -> bool {
        self.code != Code::Refuse
    }

    /// What is allowed and what is denied.
    pub(crate) fn levels(&self) -> Result<Levels, Failure> {
        let mut levels = Levels::default();
        for code in &self.allow {
            let done = levels.allow(code);
            done.map_err(|fault| Failure::Usage(format!("--allow: {fault}")))?;
        }
        for code in &self.deny {
            let done = levels.deny(code);
            done.map_err(|fault| Failure::Usage(format!("--deny: {fault}")))?;
        }
        Ok(levels)
    }

    /// The options of a transform, but for the code.
    pub(crate) fn options(&self) -> Result<Options<'static>, Failure> {
        self.options_of(&self.given()?)
    }

    /// What is read from files and the environment.
    pub(crate) fn given(&self) -> Result<Given, Failure> {
        let config = self.config()?;
        let pairs = self.pairs(&config);
        let given = self.region.as_deref().or(config.region.as_deref());
        Ok(Given {
            region: region(given)?,
            parameters: parameters::collect(pairs, self.parameters_file.as_deref())?,
        })
    }

    /// What SAM CLI's file says, where that counts.
    fn config(&self) -> Result<SamConfig, Failure> {
        samconfig::read(
            self.config_file.as_deref(),
            self.config_env.as_deref(),
            self.folder.as_deref(),
        )
    }

    /// The pairs that count: as with SAM CLI, those on the command line stand in for all of those in the file.
    fn pairs<'a>(&'a self, config: &'a SamConfig) -> &'a [String] {
        match self.parameter_overrides.as_slice() {
            [] => &config.parameter_overrides,
            given => given,
        }
    }

    /// The options of a transform with what was read once, but for the code: each of several threads has its own.
    pub(crate) fn options_of(&self, given: &Given) -> Result<Options<'static>, Failure> {
        let mut options = Options::new(given.region.clone())
            .with_parameters(given.parameters.clone())
            .with_levels(self.levels()?)
            .with_macro_name(&self.macro_name);
        for given in &self.application_url {
            let ((id, version), url) = application_url(given)?;
            options = options.with_application_url(id, version, url);
        }
        if let Some(salt) = &self.deploy_salt {
            options = options.with_deploy_salt(salt);
        }
        Ok(options)
    }
}

impl Code {
    fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Ignore => "ignore",
            Self::Refuse => "refuse",
        }
    }
}

/// A folder as it is called from another one.
fn from_folder(here: &Path, there: &Path) -> Result<String, Failure> {
    let absolute = |path: &Path| {
        std::path::absolute(path).map_err(|error| {
            Failure::io(&format!("cannot find `{}`", files::printable(path)), &error)
        })
    };
    let (here, there) = (absolute(here)?, absolute(there)?);
    let common = here.components().zip(there.components());
    let common = common.take_while(|(a, b)| a == b).count();
    let mut way: Vec<String> = here
        .components()
        .skip(common)
        .map(|_| "..".to_owned())
        .collect();
    way.extend(
        there
            .components()
            .skip(common)
            .map(|step| step.as_os_str().to_string_lossy().into_owned()),
    );
    Ok(if way.is_empty() {
        ".".to_owned()
    } else {
        way.join("/")
    })
}

/// `ID@VERSION=URL`: the id and version of an application, and the URL of its template.
fn application_url(given: &str) -> Result<((&str, &str), &str), Failure> {
    let (id, rest) = given.split_once('@').unwrap_or_default();
    match rest.split_once('=') {
        Some((version, url)) if !id.is_empty() => Ok(((id, version), url)),
        _ => Err(Failure::Usage(format!(
            "--application-url `{given}` must be ID@VERSION=URL"
        ))),
    }
}

/// The region that was asked for, in the first place that names one.
pub(super) fn region(given: Option<&str>) -> Result<String, Failure> {
    let not_text =
        |name: &str| Failure::Usage(format!("{name} is not UTF-8 text, so it names no region"));
    let mut found = given.map(|region| ("--region", region.to_owned()));
    for name in REGION_VARIABLES {
        match env::var_os(name) {
            Some(region) if found.is_none() && !region.is_empty() => {
                let region = region.into_string().map_err(|_| not_text(name))?;
                found = Some((name, region));
            }
            _ => {}
        }
    }
    let Some((source, region)) = found else {
        return Ok(DEFAULT_REGION.to_owned());
    };
    let is_name = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if region.contains('-') && region.split('-').all(is_name) {
        Ok(region)
    } else {
        Err(Failure::Usage(format!(
            "{source} is `{}`, which is not a region: write one like `eu-west-1`",
            region.escape_default()
        )))
    }
}
