//! How functions are deployed, as data: what the transform knows, and whatever explains, compares, checks, draws or
//! simulates deployments reads. Nothing here is computed.

use crate::template::Path;
use serde_json::{Map, Value};

/// A function whose changes are published as versions behind an alias.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Deployment {
    /// The logical id of the function.
    pub function: String,
    /// The alias that callers use.
    pub alias: Alias,
    /// The version that it points at.
    pub version: Version,
    /// How traffic moves to another version; none where it does so at once, without CodeDeploy.
    pub shift: Option<Shift>,
}

/// An alias of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The logical id of its resource: `GreeterAliaslive`.
    pub id: String,
    /// Its name in Lambda: `live`.
    pub name: String,
}

/// A published version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// The logical id of its resource, which is another one when something else is to be published.
    pub id: String,
    /// What the id changes with: each part in the order in which it is hashed. None where the id is
    /// `AutoPublishCodeSha256`'s, and nothing else counts.
    pub parts: Option<Vec<Part>>,
}

/// Something that another version is published for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Where it stands in the template.
    pub path: Path,
    /// The SHA-1 of its value, which may be a secret.
    pub digest: [u8; 20],
}

/// How CodeDeploy moves traffic to a new version.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Shift {
    /// The logical id of the deployment group.
    pub group: String,
    /// `DeploymentConfigName`: the shape of the traffic; null leaves it to CodeDeploy.
    pub traffic: Value,
    /// `AlarmConfiguration`; null where there is none.
    pub alarms: Value,
    /// The function that is called before traffic moves; null where there is none.
    pub before: Value,
    /// The function that is called after traffic has moved; null where there is none.
    pub after: Value,
    /// The user's own service role, where one is given.
    pub role: Option<Value>,
    /// What is told of the deployment, and to whom; null where that is nobody.
    pub triggers: Value,
    /// The condition of the deployment group.
    pub condition: Option<Value>,
    /// The function's tags, where they are propagated.
    pub(crate) tags: Map<String, Value>,
}
