//! Which published versions of a function may go: for functions whose versions are retained when another one takes their
//! place, and so become ever more.
//!
//! A plan is made of what the command line of AWS lists, without a network:
//!
//! ```
//! use canaryform::prune_plan::plan;
//!
//! let versions = r#"{"Versions": [
//!     {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:$LATEST", "Version": "$LATEST"},
//!     {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:1", "Version": "1", "CodeSize": 700},
//!     {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:2", "Version": "2", "CodeSize": 700},
//!     {"FunctionArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:3", "Version": "3", "CodeSize": 800}
//! ]}"#;
//! let aliases = r#"{"Aliases": [{
//!     "AliasArn": "arn:aws:lambda:eu-west-1:123456789012:function:greeter:live",
//!     "FunctionVersion": "3", "RoutingConfig": {"AdditionalVersionWeights": {"1": 0.9}}
//! }]}"#;
//! let plan = plan([versions, aliases], 1)?;
//! assert_eq!(plan.may_go.iter().map(|version| version.number).collect::<Vec<_>>(), [2]);
//! assert_eq!(plan.kept.iter().map(|kept| kept.version.number).collect::<Vec<_>>(), [3, 1]);
//! # Ok::<(), canaryform::prune_plan::Fault>(())
//! ```
//!
//! The lists hold the environment of every version, which may be secret: nothing of them is read but what stands in a
//! [`Plan`], and nothing else is quoted in a [`Fault`].

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Which versions of a function stay, and which may go. Every published version is in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// The ARN of the function, without a version.
    pub function: String,
    /// The versions that stay, the newest first.
    pub kept: Vec<Kept>,
    /// The versions that may go, the oldest first.
    pub may_go: Vec<Version>,
}

/// A version that stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Kept {
    /// The version.
    #[serde(flatten)]
    pub version: Version,
    /// Why it stays: each alone is enough.
    pub because: Vec<Reason>,
}

/// Why a version stays.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Reason {
    /// It is among the newest, as many as were asked for.
    Newest,
    /// The alias of this name sends calls to it.
    Alias(String),
    /// It has provisioned concurrency.
    ProvisionedConcurrency,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Newest => f.write_str("among the newest"),
            Self::Alias(name) => write!(f, "alias {name}"),
            Self::ProvisionedConcurrency => f.write_str("provisioned concurrency"),
        }
    }
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Version {
    /// Its number.
    #[serde(rename = "version")]
    pub number: u64,
    /// When it was published, as Lambda writes it.
    pub last_modified: Option<String>,
    /// How many bytes its code has.
    pub code_size: Option<u64>,
}

/// Why no plan can be made. Its text says what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A text is no JSON, or not of the form of a list; the line and the column where that shows.
    Unreadable {
        /// Counted from 1.
        line: usize,
        /// Counted from 1.
        column: usize,
    },
    /// None of the texts has a list under this name.
    Missing(&'static str),
    /// The list under this name was cut off, and goes on in a part that is not there.
    Cut(&'static str),
    /// Something is named by what is no ARN of a function, or of one of its versions and aliases.
    NotAnArn,
    /// The lists are of more than one function: these two, for example.
    Functions(String, String),
}

impl std::error::Error for Fault {}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable { line, column } => write!(
                f,
                "line {line}, column {column} is not what `aws lambda list-... --output json` writes"
            ),
            Self::Missing(list) => {
                write!(
                    f,
                    "`{list}` are missing: add what `{}` writes",
                    command(list)
                )
            }
            Self::Cut(list) => write!(
                f,
                "`{list}` go on elsewhere: call `{}` without `--max-items`, or add the other parts behind this one",
                command(list)
            ),
            Self::NotAnArn => f.write_str("something is listed by what is no ARN of a function"),
            Self::Functions(one, other) => write!(
                f,
                "the lists are of two functions, `{one}` and `{other}`: make a plan for one at a time"
            ),
        }
    }
}

/// What writes a list.
fn command(list: &str) -> &'static str {
    match list {
        VERSIONS => "aws lambda list-versions-by-function",
        ALIASES => "aws lambda list-aliases",
        _ => "aws lambda list-provisioned-concurrency-configs",
    }
}

const VERSIONS: &str = "Versions";
const ALIASES: &str = "Aliases";
const CONCURRENCY: &str = "ProvisionedConcurrencyConfigs";

/// Plans which versions of a function may go so that its `keep` newest stay, and every one that is in use.
///
/// Each text holds one or more JSON documents, as `aws lambda list-versions-by-function`, `list-aliases` and, where there
/// is provisioned concurrency, `list-provisioned-concurrency-configs` write them, in any order.
///
/// Fails where versions or aliases are missing or not whole, and where they are of several functions: what is not known
/// to be unused must not go.
pub fn plan<'a>(texts: impl IntoIterator<Item = &'a str>, keep: usize) -> Result<Plan, Fault> {
    let lists = Lists::read(texts)?;
    let mut in_use: BTreeMap<u64, BTreeSet<Reason>> = BTreeMap::new();
    let mut functions: BTreeSet<String> = BTreeSet::new();
    for alias in lists.aliases {
        let (function, name) = function_of(&alias.alias_arn)?;
        functions.insert(function.to_owned());
        let weighted = alias.routing_config.additional_version_weights;
        for version in weighted.into_keys().chain([alias.function_version]) {
            if let Ok(number) = version.parse() {
                let reason = Reason::Alias(name.to_owned());
                in_use.entry(number).or_default().insert(reason);
            }
        }
    }
    for config in lists.concurrency {
        let (function, qualifier) = function_of(&config.function_arn)?;
        functions.insert(function.to_owned());
        // That of an alias is on the version that it names.
        if let Ok(number) = qualifier.parse() {
            let reasons: &mut BTreeSet<Reason> = in_use.entry(number).or_default();
            reasons.insert(Reason::ProvisionedConcurrency);
        }
    }
    let mut published = BTreeMap::new();
    for version in lists.versions {
        functions.insert(function_of(&version.function_arn)?.0.to_owned());
        // `$LATEST` is none.
        if let Ok(number) = version.version.parse() {
            let version = Version {
                number,
                last_modified: version.last_modified,
                code_size: version.code_size,
            };
            published.insert(number, version);
        }
    }
    let mut functions = functions.into_iter();
    let function = functions.next().ok_or(Fault::Missing(VERSIONS))?;
    if let Some(other) = functions.next() {
        return Err(Fault::Functions(function, other));
    }
    let mut plan = Plan {
        function,
        kept: Vec::new(),
        may_go: Vec::new(),
    };
    for (at, (number, version)) in published.into_iter().rev().enumerate() {
        let mut because = in_use.remove(&number).unwrap_or_default();
        if at < keep {
            because.insert(Reason::Newest);
        }
        if because.is_empty() {
            plan.may_go.insert(0, version);
        } else {
            let because = because.into_iter().collect();
            plan.kept.push(Kept { version, because });
        }
    }
    Ok(plan)
}

impl Plan {
    /// The commands that delete the versions that may go, for a shell: each deletes one.
    pub fn commands(&self) -> impl Iterator<Item = String> {
        let region = self.function.split(':').nth(3).unwrap_or_default();
        self.may_go.iter().map(move |version| {
            format!(
                "aws lambda delete-function --region {region} --function-name {} --qualifier {}",
                self.function, version.number
            )
        })
    }
}

/// The ARN of a function, and the version or alias behind it.
fn function_of(arn: &str) -> Result<(&str, &str), Fault> {
    // arn:aws:lambda:eu-west-1:123456789012:function:greeter:7
    let is_name = |part: &str| {
        let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        !part.is_empty() && part.chars().all(allowed)
    };
    let parts: Vec<&str> = arn.split(':').collect();
    match parts.as_slice() {
        [
            "arn",
            partition,
            "lambda",
            region,
            account,
            "function",
            name,
            qualifier,
        ] if [partition, region, account, name]
            .into_iter()
            .all(|part| is_name(part))
            && (is_name(qualifier) || *qualifier == "$LATEST") =>
        {
            let function = arn
                .strip_suffix(qualifier)
                .and_then(|start| start.strip_suffix(':'));
            Ok((function.unwrap_or(arn), qualifier))
        }
        _ => Err(Fault::NotAnArn),
    }
}

/// What all the texts list together.
#[derive(Default)]
struct Lists {
    versions: Vec<ListedVersion>,
    aliases: Vec<ListedAlias>,
    concurrency: Vec<ListedConcurrency>,
}

impl Lists {
    fn read<'a>(texts: impl IntoIterator<Item = &'a str>) -> Result<Self, Fault> {
        let mut lists = Self::default();
        // Which lists there are, and whether the last part of each is there.
        let mut is_whole: BTreeMap<&'static str, bool> = BTreeMap::new();
        for text in texts {
            for document in serde_json::Deserializer::from_str(text).into_iter::<Document>() {
                let document = document.map_err(|error| Fault::Unreadable {
                    line: error.line(),
                    column: error.column(),
                })?;
                let ends = document.next_token.is_none() && document.next_marker.is_none();
                if let Some(versions) = document.versions {
                    is_whole.insert(VERSIONS, ends);
                    lists.versions.extend(versions);
                }
                if let Some(aliases) = document.aliases {
                    is_whole.insert(ALIASES, ends);
                    lists.aliases.extend(aliases);
                }
                if let Some(concurrency) = document.provisioned_concurrency_configs {
                    is_whole.insert(CONCURRENCY, ends);
                    lists.concurrency.extend(concurrency);
                }
            }
        }
        for list in [VERSIONS, ALIASES] {
            if !is_whole.contains_key(list) {
                return Err(Fault::Missing(list));
            }
        }
        match is_whole.into_iter().find(|(_, is_whole)| !is_whole) {
            Some((list, _)) => Err(Fault::Cut(list)),
            None => Ok(lists),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    versions: Option<Vec<ListedVersion>>,
    aliases: Option<Vec<ListedAlias>>,
    provisioned_concurrency_configs: Option<Vec<ListedConcurrency>>,
    /// The command line's own sign that a list was cut off.
    next_token: Option<String>,
    /// The service's.
    next_marker: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedVersion {
    function_arn: String,
    version: String,
    last_modified: Option<String>,
    code_size: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedAlias {
    alias_arn: String,
    function_version: String,
    #[serde(default)]
    routing_config: Routing,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Routing {
    #[serde(default)]
    additional_version_weights: BTreeMap<String, f64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ListedConcurrency {
    function_arn: String,
}
