//! What stands inside of the properties that say how a function is deployed: one row for each key, for whoever lists
//! them: `canaryform properties`, and the schema for editors.

use crate::resource::property::{Property, Shape};

/// The keys of a map inside of a property of a function.
pub(crate) struct Inside {
    /// The property, and the keys that lead from it to the map: `DeploymentPreference/Type/Canary`.
    pub(crate) path: &'static str,
    pub(crate) keys: &'static [Property],
}

const NUMBER: Shape = Shape::Integer;

const SHAPE: &[Property] = &[
    Property::of("Percentage", NUMBER)
        .required()
        .does("is the share of calls that moves at once, in percent: 1 to 99"),
    Property::of("Interval", NUMBER)
        .required()
        .does("is the time between two steps, in minutes"),
];

const HOOK: &[Property] = &[
    Property::any("Function").does("names the function that tests a version: `!Ref Check`"),
    Property::strictly("VersionVariable", Shape::OneOf(&[Shape::Text, Shape::Bool]))
        .does("names the environment variable that holds the version, `CurrentVersion` unless it is given; `false` for none"),
    Property::strictly("SmokeTest", Shape::Map)
        .does("makes a function that invokes the version and compares its answer"),
];

const SMOKE_TEST: &[Property] = &[
    Property::any("Payload").does("is what the version is invoked with"),
    Property::any("Expect").does("is what the answer must hold"),
    Property::strictly("Code", Shape::Map)
        .does("takes the binary `smoke-test` in S3 in place of code in the template"),
    Property::of("Architectures", Shape::List).does("are those of the binary in `Code`"),
];

const SMOKE_TEST_CODE: &[Property] = &[
    Property::any("S3Bucket").required(),
    Property::any("S3Key").required(),
    Property::any("S3ObjectVersion"),
];

/// Every map.
pub(crate) const INSIDE: &[Inside] = &[
    Inside {
        path: "DeploymentPreference",
        keys: &[
            Property::of("Enabled", Shape::Bool).does("switches it on or off"),
            Property::of("Type", Shape::OneOf(&[Shape::Text, Shape::Map]))
                .does("names how traffic shifts, or says it: `{Canary: {Percentage: 25, Interval: 7}}`"),
            Property::any("Alarms").does("stop the deployment: names, kinds of alarms to be made, `Standard` or `None`"),
            Property::of("Hooks", Shape::Map).does("test a version before and after traffic moves to it"),
            Property::of("Role", Shape::OneOf(&[Shape::Text, Shape::Map]))
                .does("is taken on by CodeDeploy; as a map it is made, for this group alone"),
            Property::any("TriggerConfigurations").does("tell topics of the deployment"),
            Property::of("PassthroughCondition", Shape::Bool)
                .does("gives the function's condition to what is made; on plain functions that is always so"),
        ],
    },
    Inside {
        path: "DeploymentPreference/Type",
        keys: &[
            Property::strictly("Canary", Shape::Map).does("moves a share of the calls at once, and the rest later"),
            Property::strictly("Linear", Shape::Map).does("moves the same share again and again"),
        ],
    },
    Inside {
        path: "DeploymentPreference/Type/Canary",
        keys: SHAPE,
    },
    Inside {
        path: "DeploymentPreference/Type/Linear",
        keys: SHAPE,
    },
    Inside {
        path: "DeploymentPreference/Hooks",
        keys: &[
            Property::any("PreTraffic").does("is called before traffic moves"),
            Property::any("PostTraffic").does("is called when all traffic has moved"),
        ],
    },
    Inside {
        path: "DeploymentPreference/Hooks/PreTraffic",
        keys: HOOK,
    },
    Inside {
        path: "DeploymentPreference/Hooks/PreTraffic/SmokeTest",
        keys: SMOKE_TEST,
    },
    Inside {
        path: "DeploymentPreference/Hooks/PreTraffic/SmokeTest/Code",
        keys: SMOKE_TEST_CODE,
    },
    Inside {
        path: "DeploymentPreference/Role",
        keys: &[
            Property::strictly("ManagedPolicy", Shape::Word(&["Limited", "Full"]))
                .does("says what it may do: `Full` publishes to topics, too"),
            Property::any("PermissionsBoundary").does("is its boundary, the function's unless it is given"),
            Property::of("Path", Shape::Text).does("is its path, the function's `RolePath` unless it is given"),
        ],
    },
    Inside {
        path: "DeploymentGroup",
        keys: &[
            Property::of("AlarmConfiguration", Shape::Map)
                .does("says what happens where alarms cannot be read; `Alarms` stand in the preference"),
            Property::any("ApplicationName").does("puts the group into another application"),
            Property::of("AutoRollbackConfiguration", Shape::Map)
                .does("says when CodeDeploy goes back; `Enabled: false` for never"),
            Property::any("DeploymentGroupName"),
            Property::of("Tags", Shape::List),
            Property::of("TriggerConfigurations", Shape::List),
        ],
    },
    Inside {
        path: "DeploymentGroup/AlarmConfiguration",
        keys: &[Property::of("IgnorePollAlarmFailure", Shape::Bool)
            .does("goes on where CodeDeploy cannot read an alarm")],
    },
];

/// The keys of the map that `path` leads to, where they are listed; both hooks have the same.
pub(crate) fn keys(path: &str) -> Option<&'static [Property]> {
    let path = path.replace("PostTraffic", "PreTraffic");
    let inside = INSIDE.iter().find(|inside| inside.path == path);
    inside.map(|inside| inside.keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gradual::{group, hooks, preference, role, traffic};

    /// What is listed is what is read.
    #[test]
    fn keys_are_those_of_the_rooms() {
        for (path, read) in [
            ("DeploymentPreference", preference::KEYS),
            ("DeploymentPreference/Type", traffic::INLINE),
            ("DeploymentPreference/Hooks", hooks::EVENTS),
            ("DeploymentPreference/Hooks/PreTraffic", hooks::call::KEYS),
            (
                "DeploymentPreference/Hooks/PostTraffic/SmokeTest",
                hooks::smoke_test::KEYS,
            ),
            (
                "DeploymentPreference/Hooks/PreTraffic/SmokeTest/Code",
                hooks::smoke_test::CODE_KEYS,
            ),
            ("DeploymentPreference/Role", role::KEYS),
            ("DeploymentGroup", group::LAID_OVER),
        ] {
            let listed: Vec<&str> = keys(path).unwrap().iter().map(|row| row.name).collect();
            assert_eq!(listed, read, "{path}");
        }
        let plain: Vec<&str> = preference::KEYS_OF_PLAIN.to_vec();
        assert_eq!(preference::KEYS[..plain.len()], plain);
    }
}
