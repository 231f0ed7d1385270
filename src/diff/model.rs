//! Differences as values: what every form of them is written from, and what whoever explains or reports reads.

use super::meanings::Meaning;
use crate::place::Path;
use crate::tree::Value;
use serde::Serialize;

/// All that is different between two outputs.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[non_exhaustive]
pub struct Differences {
    /// Functions that differ, in the order of the new template; removed ones come last.
    pub functions: Vec<FunctionDifference>,
    /// Other resources that differ, in the same order.
    pub resources: Vec<ResourceDifference>,
    /// What differs outside of resources: outputs, conditions, parameters and the rest.
    pub sections: Vec<ValueChange>,
    /// How many functions do not differ.
    pub unchanged_functions: usize,
}

impl Differences {
    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.functions.is_empty() && self.resources.is_empty() && self.sections.is_empty()
    }

    /// Every value that differs in a function or a resource, to add to it.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut ValueChange> {
        let functions = self.functions.iter_mut().flat_map(|found| {
            let version = found
                .version
                .iter_mut()
                .flat_map(|found| &mut found.reasons);
            let lists = [&mut found.stale, &mut found.values, &mut found.group];
            version.chain(lists.into_iter().flatten())
        });
        let resources = self
            .resources
            .iter_mut()
            .flat_map(|found| &mut found.values);
        functions.chain(resources)
    }

    /// All that they mean, in the order of functions and resources.
    pub fn meanings(&self) -> impl Iterator<Item = &Meant> {
        let functions = self.functions.iter().flat_map(|found| &found.meanings);
        let resources = self.resources.iter().flat_map(|found| &found.meanings);
        functions.chain(resources)
    }
}

/// How something differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// Only the new side has it.
    Added,
    /// Only the old side has it.
    Removed,
    /// Both have it, and it is changed where it is.
    Changed,
    /// Both have it, and CloudFormation makes another one in its place.
    Replaced,
}

impl Change {
    /// Its sign: `+`, `-`, `~` or `±`.
    pub fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
            Self::Replaced => '±',
        }
    }

    /// The same seen from the other side.
    #[must_use]
    pub fn reversed(self) -> Self {
        match self {
            Self::Added => Self::Removed,
            Self::Removed => Self::Added,
            same => same,
        }
    }
}

/// The old and the new of something; none where a side has it not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Sides<T> {
    /// What it was.
    pub old: Option<T>,
    /// What it is.
    pub new: Option<T>,
}

impl<T: PartialEq> Sides<T> {
    /// The two sides, where they differ.
    pub(super) fn differing(old: Option<T>, new: Option<T>) -> Option<Self> {
        (old != new).then_some(Self { old, new })
    }
}

/// A value that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ValueChange {
    /// Where it stands in the output, from its top: of the new one, or of the old one where only that has it.
    pub path: Path,
    /// What it was, with what is known of parameters and mappings.
    pub old: Option<Value>,
    /// What it is.
    pub new: Option<Value>,
    /// The parameters that it comes from.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<String>,
    /// What is different although both sides look alike.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Unseen>,
    /// The files that differ where a local path leads to, each behind its sign, where whoever knows them has told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// What is different where values look alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Unseen {
    /// The files that a local path leads to.
    Content,
    /// The value of a `NoEcho` parameter.
    Secret,
}

impl ValueChange {
    /// Whether only the new side has it, only the old one, or both.
    pub fn change(&self) -> Change {
        match (&self.old, &self.new) {
            (None, Some(_)) => Change::Added,
            (Some(_), None) => Change::Removed,
            _ => Change::Changed,
        }
    }
}

/// What a difference means, and for what.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Meant {
    /// What it means.
    pub code: &'static Meaning,
    /// The same of this function or resource, as a sentence without the final dot.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where the reason stands, in the new output or, where it is gone, in the old one.
    pub path: Path,
}

/// A function that differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FunctionDifference {
    /// Its logical id.
    pub id: String,
    /// Whether it is new, gone, or there on both sides.
    pub change: Change,
    /// What differences in it mean, the gravest first.
    pub meanings: Vec<Meant>,
    /// Its version behind the alias, where a side has one.
    pub version: Option<VersionDifference>,
    /// Properties that a version locks, and which change without one being published.
    pub stale: Vec<ValueChange>,
    /// Everything else in the function's own resource.
    pub values: Vec<ValueChange>,
    /// The name of its alias.
    pub alias: Option<Sides<String>>,
    /// In which steps its traffic moves; none is all at once.
    pub shift: Option<Sides<String>>,
    /// The alarms that stop its deployments, by their names or logical ids.
    pub alarms: Option<Sides<Vec<String>>>,
    /// The function that is called before its traffic moves.
    pub before: Option<Sides<String>>,
    /// The function that is called after its traffic has moved.
    pub after: Option<Sides<String>>,
    /// The role that CodeDeploy takes on for it.
    pub role: Option<Sides<String>>,
    /// What else changes in its deployment group.
    pub group: Vec<ValueChange>,
    /// What invokes its alias where it invoked the function, or the other way round.
    pub events: Vec<Moved>,
}

/// The version of a function on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ids {
    /// The logical id of the old version.
    pub old: Option<String>,
    /// The logical id of the new version.
    pub new: Option<String>,
}

/// How the version of a function differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct VersionDifference {
    /// The logical ids of the two versions.
    #[serde(flatten)]
    pub ids: Ids,
    /// Whether another version is published: there are two, and their ids differ.
    pub published: bool,
    /// Whether the ids are made of files that packaging uploads: once it has, the deployed ids are others.
    pub is_of_local_code: bool,
    /// What it is published for, as far as the two outputs show it.
    pub reasons: Vec<ValueChange>,
}

/// Something that invokes a function in another way than before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Moved {
    /// The resource that invokes it.
    pub resource: String,
    /// Where it does.
    pub path: Path,
    /// Whether it invokes the alias now, and invoked the function before.
    pub to_alias: bool,
}

/// A resource that differs and is no function of the user's.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ResourceDifference {
    /// Its logical id on both sides.
    #[serde(flatten)]
    pub ids: Ids,
    /// Its type, the new one where both sides have one.
    #[serde(rename = "type")]
    pub kind: String,
    /// The logical id of the resource that asked for it; none where the template has it itself, and where several share
    /// it.
    pub source: Option<String>,
    /// The places in the template that asked for it.
    pub because: Vec<Path>,
    /// How it differs.
    pub change: Change,
    /// What that means, the gravest first.
    pub meanings: Vec<Meant>,
    /// What differs in it, where both sides have it.
    pub values: Vec<ValueChange>,
}

impl ResourceDifference {
    /// Its logical id: the new one where both sides have one.
    pub fn id(&self) -> &str {
        let id = self.ids.new.as_ref().or(self.ids.old.as_ref());
        id.map_or("", String::as_str)
    }
}
