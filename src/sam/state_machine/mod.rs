//! `AWS::Serverless::StateMachine`.
//!
//! ```yaml
//! # in
//! Order:
//!   Type: AWS::Serverless::StateMachine
//!   Properties:
//!     DefinitionUri: s3://bucket/order.asl.json
//!     Policies:
//!       - LambdaInvokePolicy: {FunctionName: !Ref Pay}
//! ```
//!
//! ```yaml
//! # out
//! Order:
//!   Type: AWS::StepFunctions::StateMachine
//!   Properties:
//!     DefinitionS3Location: {Bucket: bucket, Key: order.asl.json}
//!     RoleArn: !GetAtt OrderRole.Arn
//!     Tags: [{Key: stateMachine:createdBy, Value: SAM}]
//! OrderRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - {Action: [sts:AssumeRole], Effect: Allow, Principal: {Service: [states.amazonaws.com]}}
//!     ManagedPolicyArns: []
//!     Policies:
//!       - PolicyName: OrderRolePolicy0
//!         PolicyDocument:
//!           Statement:
//!             - Action: [lambda:InvokeFunction]
//!               Effect: Allow
//!               Resource: !Sub
//!                 - 'arn:${AWS::Partition}:lambda:${AWS::Region}:${AWS::AccountId}:function:${functionName}*'
//!                 - {functionName: !Ref Pay}
//!     Tags: [{Key: stateMachine:createdBy, Value: SAM}]
//! ```
//!
//! With `AutoPublishAlias` also a version and an alias; then what its events make.
//!
//! Upstream: `SamStateMachine` in model/sam_resources.py, model/stepfunctions/generators.py.

pub(crate) mod alias;
mod definition;

use super::events::{self, Target, TargetKind};
use super::policies;
use super::policies::RolePolicies;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::resource::generated::Generated;
use crate::resource::property::{LIST_OF_TEXT_OR_MAP, Property, Shape, TEXT_OR_MAP};
use crate::resource::tags;
use crate::resource::{SamResource, set, trust};
use crate::sam::common::Common;
use crate::sam::function::role::xray_policy;
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::sam::shares::Shares;
use crate::scope::Scope;
use crate::tree::{Map, Value};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::StateMachine",
    globals: Some("StateMachine"),
    stage: Stage::StateMachines,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Among(lower),
};

const PROPERTIES: &[Property] = &[
    Property::of("Definition", Shape::Map)
        .does("becomes `DefinitionString`, its intrinsics `DefinitionSubstitutions`"),
    Property::of("DefinitionUri", TEXT_OR_MAP).does("becomes `DefinitionS3Location`"),
    Property::of("DefinitionSubstitutions", Shape::Map).does("becomes `DefinitionSubstitutions`"),
    Property::of("Logging", Shape::Map).does("becomes `LoggingConfiguration`"),
    Property::of("Role", Shape::Text).does("becomes `RoleArn`; without it a role is made"),
    Property::any("RolePath").does("becomes `Path` of the generated role"),
    Property::of(
        "Policies",
        Shape::OneOf(&[Shape::Text, Shape::Map, LIST_OF_TEXT_OR_MAP]),
    )
    .does("becomes policies of the generated role"),
    Property::of("PermissionsBoundary", Shape::Text)
        .does("becomes `PermissionsBoundary` of the generated roles"),
    Property::of("Name", Shape::Text).does("becomes `StateMachineName`"),
    Property::of("Type", Shape::Text).does("becomes `StateMachineType`"),
    Property::of("Tracing", Shape::Map)
        .meant_by(&[("Enabled", Shape::Bool)])
        .does("becomes `TracingConfiguration`, and a policy of the generated role"),
    Property::of("Tags", Shape::Map).does("becomes `Tags`, beside the mark of SAM"),
    Property::of("PropagateTags", Shape::Bool)
        .does("gives the tags to everything generated beside the state machine")
        .global(),
    Property::any("AutoPublishAlias").does("makes the version and the alias"),
    Property::any("DeploymentPreference").does("becomes `DeploymentPreference` of the alias"),
    Property::strictly("UseAliasAsEventTarget", Shape::Bool)
        .does("decides whether events start the alias"),
    Property::of("Events", Shape::Map).does("makes what starts the state machine"),
];

/// SAM's property, and CloudFormation's that it becomes as it is.
const RENAMED: &[(&str, &str)] = &[
    ("Logging", "LoggingConfiguration"),
    ("Name", "StateMachineName"),
    ("Type", "StateMachineType"),
    ("Tracing", "TracingConfiguration"),
];

const CREATED_BY: &str = "stateMachine:createdBy";

/// A state machine while it is lowered.
pub(crate) struct StateMachine {
    /// What the user wrote, less what was used up.
    pub(crate) sam: SamResource,
    /// The logical id of the published alias, where there is one.
    pub(crate) alias: Option<String>,
    pub(crate) made: Generated,
}

impl StateMachine {
    pub(crate) fn new(sam: SamResource) -> Self {
        Self {
            sam,
            alias: None,
            made: Generated::default(),
        }
    }

    pub(crate) fn id(&self) -> &str {
        &self.sam.id
    }

    /// The ARN that events start: the alias's where `UseAliasAsEventTarget` says so.
    pub(crate) fn event_target(&self) -> Value {
        let alias = self
            .alias
            .as_deref()
            .filter(|_| self.sam.is_truthy("UseAliasAsEventTarget"));
        reference(alias.unwrap_or(self.id()))
    }
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, sam: SamResource) -> Lowered {
    let watch = scope.watch();
    let mut machine = StateMachine::new(sam);
    let events = events::read(
        scope,
        &common.stack,
        &machine.sam,
        events::OF_STATE_MACHINES,
    );
    let mut properties = Map::new();
    definition::lower(scope, &mut machine.sam, &mut properties);
    // The machine stands before all that it generates.
    let id = machine.id().to_owned();
    machine.made.reserve(id.clone());
    let role = lower_role(scope, &mut machine);
    set(&mut properties, "RoleArn", role);
    for (name, output) in RENAMED {
        set(&mut properties, output, machine.sam.get(name).clone());
    }
    let tags = machine.sam.get("Tags").as_object();
    set(&mut properties, "Tags", tags::created_by(CREATED_BY, tags));
    alias::lower(scope, &mut machine);
    let mut shares = Shares::default();
    if watch.is_sound() {
        let target = Target {
            kind: TargetKind::StateMachine,
            id: machine.sam.id.clone(),
            arn: machine.event_target(),
            name: reference(machine.id()),
            sam: &machine.sam,
            policies: &mut RolePolicies::default(),
            made: &mut machine.made,
            shares: &mut shares,
        };
        events::lower(scope, common, target, events);
    }

    let attributes = &machine.sam.attributes;
    let main = attributes.main("AWS::StepFunctions::StateMachine", properties);
    let because = machine.sam.place();
    machine.made.insert(id, main, because);
    tags::propagate(scope, &machine.sam, &mut machine.made);
    Lowered {
        shares,
        ..Lowered::from(machine.made)
    }
}

/// The machine's role: the user's, or a generated one.
fn lower_role(scope: &Scope<'_>, machine: &mut StateMachine) -> Value {
    let sam = &mut machine.sam;
    if sam.get("Policies").as_object().is_some_and(Map::is_empty) {
        scope.report(
            Diagnostic::new(
                codes::WRONG_SHAPE,
                sam.path("Policies"),
                "`Policies` of a state machine cannot be an empty map",
            )
            .help("write `[]`, or take it out"),
        );
    }
    if sam.is_truthy("Role") {
        if sam.is_truthy("Policies") {
            scope.report(
                Diagnostic::new(
                    codes::ROLE_WITH_POLICIES,
                    sam.path("Policies"),
                    "`Policies` cannot stand beside `Role`: they are for a role that is generated",
                )
                .on_key()
                .help("attach them to the role that `Role` names, or take `Role` out"),
            );
        }
        return sam.take("Role");
    }
    let id = logical_id::role(&sam.id);
    let mut policies = RolePolicies::default();
    policies::read(scope, sam, &id, &mut policies);
    if sam.get("Tracing").get("Enabled") == Some(&Value::Bool(true)) {
        let name = xray_policy(scope.partition);
        let arn = scope.partition.managed_policy(name);
        policies.attach(arn.unwrap_or_else(|| name.to_owned()));
    }
    let properties = policies.into_role(sam, trust("states.amazonaws.com"), CREATED_BY);
    let because = machine.sam.place();
    machine.made.insert_beside(
        &machine.sam.attributes,
        id.clone(),
        "AWS::IAM::Role",
        properties,
        because,
    );
    get_att(&id, "Arn")
}
