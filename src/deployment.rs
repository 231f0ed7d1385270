//! How functions are deployed, as data: what the transform knows of it, and whatever explains, compares, checks, draws
//! or simulates deployments reads. Nothing is decided here.

pub use crate::language::requirements::Requirement;
use crate::template::Path;
use crate::tree::{Map, Value};
use serde::Serialize;
use std::fmt;

/// A function whose changes are published as versions behind an alias.
///
/// State machines are not here, although they have `AutoPublishAlias` and `DeploymentPreference` too: their version has
/// one id for ever, Step Functions shifts their traffic itself, and all that it is told stands in the alias, an
/// `AWS::StepFunctions::StateMachineAlias`. They have no hash, group, hook or role to speak of.
///
/// ```
/// use canaryform::deployment::{Plan, Traffic};
/// use canaryform::{Options, read, transform};
///
/// let text = br"
/// Transform: AWS::Serverless-2016-10-31
/// Resources:
///   Hello:
///     Type: AWS::Serverless::Function
///     Properties:
///       CodeUri: s3://bucket/hello.zip
///       Handler: app.handler
///       Runtime: python3.13
///       AutoPublishAlias: live
///       DeploymentPreference:
///         Type: Canary10Percent5Minutes
/// ";
/// let template = read(text).map_err(|faults| format!("{faults:?}"))?.template;
/// let output = transform(template, &Options::new("eu-west-1").with_parts());
/// let [hello] = &output.deployments[..] else {
///     return Err("one function is published".to_owned());
/// };
/// assert_eq!(hello.alias.id, "HelloAliaslive");
/// let parts = hello.version.parts.as_deref().unwrap_or_default();
/// assert_eq!(parts[0].path.to_string(), "Resources/Hello/Properties/CodeUri");
/// let shift = hello.shift.as_ref().ok_or("its traffic shifts")?;
/// assert_eq!(shift.traffic, Traffic::Planned(Plan::Canary { percent: 10, minutes: 5 }));
/// # Ok::<(), String>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Deployment {
    /// The logical id of the function.
    pub function: String,
    /// What the function is in the template.
    pub kind: Kind,
    /// The function's own condition.
    pub condition: Option<String>,
    /// The alias that callers use.
    pub alias: Alias,
    /// The version that it points at.
    pub version: Version,
    /// How traffic moves to another version; none where it does so at once, without CodeDeploy.
    pub shift: Option<Shift>,
}

impl Deployment {
    /// Every place in the template that it names.
    pub(crate) fn paths_mut(&mut self) -> impl Iterator<Item = &mut Path> {
        let parts = self.version.parts.iter_mut().flatten();
        let shift = self.shift.as_mut();
        parts
            .map(|part| &mut part.path)
            .chain(shift.map(|shift| &mut shift.path))
    }
}

/// What a published function is in the template.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Kind {
    /// `AWS::Serverless::Function`
    Sam,
    /// `AWS::Lambda::Function`
    Plain,
}

/// An alias of a function.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alias {
    /// The logical id of its resource: `GreeterAliaslive`.
    pub id: String,
    /// Its name in Lambda: `live`.
    pub name: String,
    /// `ProvisionedConcurrencyConfig`, as given.
    pub provisioned_concurrency: Option<Value>,
}

/// A published version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Version {
    /// The logical id of its resource, which is another one when something else is to be published.
    pub id: String,
    /// What the id changes with.
    pub published_on: PublishedOn,
    /// The same in detail; none unless [`Options::with_parts`] asks for it.
    ///
    /// [`Options::with_parts`]: crate::Options::with_parts
    pub parts: Option<Vec<Part>>,
    /// `DeletionPolicy` of its resource: what becomes of it when another one takes its place. A text, unless the
    /// template has something else there.
    pub deletion_policy: Value,
}

/// What another version is published for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PublishedOn {
    /// Another `AutoPublishCodeSha256`, and nothing else.
    GivenSha,
    /// Other code, environment, memory size or SnapStart.
    Code,
    /// Anything that a version holds fast: `AutoPublishOn: Configuration`.
    Configuration,
    /// Any other property, and layers that say `PublishLambdaVersion`: `AutoPublishAliasAllProperties`.
    AllProperties,
}

/// Something that another version is published for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Part {
    /// Where it is written: below the function or below Globals, for a layer the layer's properties. Environment
    /// variables count one by one. A path that the template does not hold stands for what SAM writes by itself, such as
    /// its tag.
    pub path: Path,
    /// Another one where another value is hashed.
    pub digest: Digest,
    /// The parameters whose values are hashed with it. One that the template still refers to afterwards is not among
    /// them: what counts there is the reference, so another value publishes nothing.
    pub parameters: Vec<String>,
}

/// Stands for a value in comparisons.
///
/// There is no way to see it: the value may be that of a `NoEcho` parameter, and where that is short or one of few, who
/// knows the digest finds it by trying.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Digest([u8; 20]);

impl Digest {
    pub(crate) fn new(sha1: [u8; 20]) -> Self {
        Self(sha1)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Digest(..)")
    }
}

/// How CodeDeploy moves traffic to a new version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shift {
    /// Where the preference is written: at the function or in Globals.
    pub path: Path,
    /// The logical id of the deployment group.
    pub group: String,
    /// In which steps traffic moves.
    pub traffic: Traffic,
    /// What stops the deployment and rolls it back.
    pub alarms: Alarms,
    /// The function that is called before traffic moves.
    pub before: Option<Hook>,
    /// The function that is called after all traffic has moved.
    pub after: Option<Hook>,
    /// The role that CodeDeploy takes on.
    pub role: ServiceRole,
    /// `TriggerConfigurations`: what is told of the deployment, and to whom.
    pub triggers: Option<Value>,
    /// The condition of the deployment group.
    pub condition: Option<String>,
    /// The functions whose deployments come to an end before this one begins: `MaxParallel`.
    pub behind: Vec<String>,
    /// What is laid over the properties of the deployment group.
    pub(crate) group_properties: Map,
    /// The function's tags, where they are propagated.
    pub(crate) tags: Map,
}

/// In which steps traffic moves, as far as the template says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Traffic {
    /// In known steps.
    Planned(Plan),
    /// One way or another, as a condition decides.
    If {
        /// The name of the condition.
        condition: Value,
        /// Where it holds.
        then: Box<Traffic>,
        /// Where it does not.
        otherwise: Box<Traffic>,
    },
    /// `Type` as it is: the name of a configuration of the user's own, or what is not known before the deployment.
    Named(Value),
}

/// Steps of traffic. Its text is CodeDeploy's name for it: `Canary10Percent5Minutes`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Plan {
    /// All of it at once.
    AllAtOnce,
    /// A share at once, the rest later.
    Canary {
        /// The share in percent.
        percent: u8,
        /// How long that is all.
        minutes: u32,
    },
    /// The same share again and again, the first one at once.
    Linear {
        /// The share in percent.
        percent: u8,
        /// From one share to the next.
        every_minutes: u32,
    },
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::AllAtOnce => f.write_str("AllAtOnce"),
            Self::Canary { percent, minutes } => {
                write!(f, "Canary{percent}Percent{minutes}Minute{}", s(minutes))
            }
            Self::Linear {
                percent,
                every_minutes,
            } => write!(
                f,
                "Linear{percent}PercentEvery{every_minutes}Minute{}",
                s(every_minutes)
            ),
        }
    }
}

/// The ending of the plural.
fn s(count: u32) -> &'static str {
    if count == 1 { "" } else { "s" }
}

/// What stops a deployment and rolls it back.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Alarms {
    /// Nothing is said of alarms: CodeDeploy keeps those that the group has already.
    None,
    /// None are watched any more, whatever the group had before.
    Off,
    /// These; where there are none, the group says so.
    Watched(Vec<Alarm>),
    /// Some or others, as a condition decides.
    If {
        /// The name of the condition.
        condition: Value,
        /// Where it holds.
        then: Box<Alarms>,
        /// Where it does not.
        otherwise: Box<Alarms>,
    },
}

impl Alarms {
    /// All of them, whatever conditions decide.
    ///
    /// ```
    /// use canaryform::{Options, read, transform};
    ///
    /// let template = read(include_str!("../fixtures/gradual/canary.yaml"))?.template;
    /// let output = transform(template, &Options::new("eu-west-1"));
    /// let shifts = output.deployments.iter().filter_map(|deployment| deployment.shift.as_ref());
    /// let ids: Vec<_> = shifts.flat_map(|shift| shift.alarms.all()).map(|alarm| alarm.id.as_deref()).collect();
    /// assert_eq!(ids, [Some("GreeterErrors")]);
    /// # Ok::<(), canaryform::Faults>(())
    /// ```
    pub fn all(&self) -> Vec<&Alarm> {
        match self {
            Self::None | Self::Off => Vec::new(),
            Self::Watched(watched) => watched.iter().collect(),
            Self::If {
                then, otherwise, ..
            } => [then.all(), otherwise.all()].concat(),
        }
    }
}

/// A CloudWatch alarm that is watched.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Alarm {
    /// Its name: a text or an intrinsic.
    pub name: Value,
    /// The logical id of its resource, where that is in the template.
    pub id: Option<String>,
    /// Whether the transform made it.
    pub is_generated: bool,
    /// What conditions must be like for it to be watched; always, where there are none. Where an alarm stands several
    /// times, no more than one of them is watched.
    pub when: Vec<Requirement>,
    /// What is to be made, as long as it is not.
    pub(crate) request: Option<Box<AlarmRequest>>,
}

/// An alarm that is asked for, and can be made once the whole template is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AlarmRequest {
    /// The name of its kind: `Errors`.
    pub(crate) kind: &'static str,
    /// Which calls it sees.
    pub(crate) sees: Sees,
    /// `Id`: what it is called in its logical id.
    pub(crate) id: Option<String>,
    /// What it is like, in the order in which it is said, with all defaults.
    pub(crate) settings: Map,
    /// Where it stands.
    pub(crate) path: Path,
}

/// Which calls of a function an alarm sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    /// Those that the new version answers for the alias.
    New,
    /// Those of the alias, whichever version answers.
    Alias,
    /// All, or something else than calls.
    All,
}

/// A function that CodeDeploy calls to test a version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Hook {
    /// Its name or ARN: a text or an intrinsic.
    pub function: Value,
    /// The logical id of its resource, where that is in the template.
    pub id: Option<String>,
    /// Whether the generated role may call it; none where that is not known here, and where the role is the user's own.
    pub is_invocable: Option<bool>,
}

/// The role that CodeDeploy takes on to shift traffic.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ServiceRole {
    /// The one that is generated for all functions together.
    Generated,
    /// The user's own: a text or an intrinsic.
    Given(Value),
}
