//! `AWS::StepFunctions::StateMachine` with keys of ours: a version, an alias, and traffic that shifts, without SAM.
//!
//! ```yaml
//! # in
//! Order:
//!   Type: AWS::StepFunctions::StateMachine
//!   Properties:
//!     DefinitionS3Location: {Bucket: bucket, Key: order.asl.json}
//!     RoleArn: arn:aws:iam::123456789012:role/order
//!     AutoPublishAlias: live
//!     DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5}
//! ```
//!
//! ```yaml
//! # out
//! Order:
//!   Type: AWS::StepFunctions::StateMachine
//!   Properties:
//!     DefinitionS3Location: {Bucket: bucket, Key: order.asl.json}
//!     RoleArn: arn:aws:iam::123456789012:role/order
//! OrderVersion:
//!   Type: AWS::StepFunctions::StateMachineVersion
//!   # ...
//! OrderAliaslive:
//!   Type: AWS::StepFunctions::StateMachineAlias
//!   Properties:
//!     Name: live
//!     DeploymentPreference: {Type: CANARY, Percentage: 10, Interval: 5, StateMachineVersionArn: !Ref OrderVersion}
//! ```
//!
//! What is made of them is what is made of those of an `AWS::Serverless::StateMachine`: Step Functions shifts the traffic
//! itself.

use super::PlainType;
use crate::resource::SamResource;
use crate::resource::property::{Property, Shape};
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::sam::state_machine::{self, StateMachine, alias};
use crate::scope::Scope;

pub(crate) const TYPE: PlainType = PlainType {
    kind: ResourceType {
        name: "AWS::StepFunctions::StateMachine",
        globals: None,
        stage: Stage::StateMachines,
        properties: KEYS,
        referable: &[
            ("Alias", "AWS::StepFunctions::StateMachineAlias"),
            ("Version", "AWS::StepFunctions::StateMachineVersion"),
        ],
        lower: Lower::Alone(lower),
    },
    is_known: |name| CLOUDFORMATION.contains(&name),
    of_sam: &state_machine::TYPE,
    instead: &[(
        "UseAliasAsEventTarget",
        "name the alias where the machine is started: `!Ref StateMachine.Alias`",
    )],
};

/// Our keys; none of them stays.
const KEYS: &[Property] = &[
    Property::of("AutoPublishAlias", Shape::Text).does("makes the version and the alias"),
    Property::of("DeploymentPreference", Shape::Map)
        .meant_by(&[("Type", Shape::Text)])
        .does("becomes `DeploymentPreference` of the alias"),
];

/// The properties that CloudFormation knows.
///
/// Source: the CloudFormation resource schema of `AWS::StepFunctions::StateMachine` of 2026-10-20.
const CLOUDFORMATION: &[&str] = &[
    "Arn",
    "Definition",
    "DefinitionS3Location",
    "DefinitionString",
    "DefinitionSubstitutions",
    "EncryptionConfiguration",
    "LoggingConfiguration",
    "Name",
    "RoleArn",
    "StateMachineName",
    "StateMachineRevisionId",
    "StateMachineType",
    "Tags",
    "TracingConfiguration",
];

fn lower(scope: &Scope<'_>, sam: SamResource) -> Lowered {
    TYPE.refuse_misspelt(scope, &sam);
    let mut machine = StateMachine::new(sam);
    machine.made.reserve(machine.id().to_owned());
    alias::lower(scope, &mut machine);
    let StateMachine { sam, mut made, .. } = machine;
    let own = sam.properties.iter();
    let own = own.filter(|(name, _)| !TYPE.has_key(name));
    let properties = own.map(|(name, value)| (name.clone(), value.clone()));
    let whole = sam.with_properties(properties.collect());
    made.insert(sam.id.clone(), whole, sam.place());
    made.into()
}
