//! What the transform knows of SAM, and beyond it: one row for each property of each resource type and event, from the very tables
//! that drive it.

use crate::gradual::{alarms, inside};
use crate::plain;
use crate::resource::property::{Effect, Property, Shape};
use crate::sam::connector::embedded;
use crate::sam::{TYPES, events};
use serde::Serialize;

/// One property of a SAM resource type or event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SupportedProperty {
    /// `AWS::Serverless::Function`, or an event: `AWS::Serverless::Function event Schedule`.
    pub owner: String,
    /// `AutoPublishAlias`
    pub name: &'static str,
    /// What its value must be, in words.
    pub shape: String,
    /// Whether an intrinsic may stand for the whole value.
    pub intrinsics: bool,
    /// Whether it may stand in Globals.
    pub globals: bool,
    /// Whether it must be there.
    pub required: bool,
    /// What it does, as it follows its name: `becomes `Code``, `makes the version and the alias`, `is copied`; or that it
    /// is ignored, and why.
    pub effect: String,
}

/// What the metadata of a template may say to this tool.
const METADATA: &[Property] = &[
    Property::of("Defaults", Shape::Map)
        .does("says what all plain functions have, below `Function`, and all alarms that are made, below `Alarms`"),
    Property::any("Ignore").does("names findings that are not to be told"),
    Property::of("MaxParallel", Shape::Integer).does("limits how many functions are deployed at once"),
];

/// Who has the properties of connectors that stand in a resource.
const OF_ANY_RESOURCE: &str = "Connectors of any resource";

/// Every property, in the order of the tables.
pub fn supported() -> Vec<SupportedProperty> {
    let mut rows = Vec::new();
    for kind in TYPES {
        rows.extend(of(kind.name, kind.properties));
        for (owner, kinds) in [
            ("AWS::Serverless::Function", events::OF_FUNCTIONS),
            ("AWS::Serverless::StateMachine", events::OF_STATE_MACHINES),
        ] {
            if kind.name == owner {
                for event in kinds {
                    rows.extend(of(
                        &format!("{owner} event {}", event.name),
                        event.properties,
                    ));
                }
            }
        }
    }
    for plain in plain::TYPES {
        rows.extend(of(plain.kind.name, plain.kind.properties));
    }
    for map in inside::INSIDE {
        rows.extend(of(&format!("{} of functions", map.path), map.keys));
    }
    rows.extend(alarms::kinds().map(|kind| SupportedProperty {
        owner: "DeploymentPreference/Alarms of functions".to_owned(),
        name: kind.name,
        shape: Shape::Map.words(),
        intrinsics: false,
        globals: false,
        required: false,
        effect: format!("makes an alarm: `{}`", kind.example),
    }));
    rows.extend(of("Metadata.Canaryform", METADATA));
    rows.extend(of(OF_ANY_RESOURCE, embedded::PROPERTIES));
    rows
}

fn of(owner: &str, properties: &'static [Property]) -> Vec<SupportedProperty> {
    properties
        .iter()
        .map(|row| SupportedProperty {
            owner: owner.to_owned(),
            name: row.name,
            shape: row.shape.words(),
            intrinsics: row.intrinsics,
            globals: row.globals,
            required: row.required,
            effect: match row.effect {
                Effect::Copied => "is copied".to_owned(),
                Effect::CopiedIfFilled => "is copied where not empty".to_owned(),
                Effect::Does(what) => what.to_owned(),
                Effect::Ignored(why) => format!("is ignored: {why}"),
            },
        })
        .collect()
}
