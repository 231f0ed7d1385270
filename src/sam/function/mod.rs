//! `AWS::Serverless::Function`.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     CodeUri: s3://bucket/code.zip
//!     Handler: app.handler
//!     Runtime: python3.13
//!     MemorySize: 512
//! ```
//!
//! ```yaml
//! # out
//! Fn:
//!   Type: AWS::Lambda::Function
//!   Properties:
//!     Code: {S3Bucket: bucket, S3Key: code.zip}
//!     Handler: app.handler
//!     MemorySize: 512
//!     Runtime: python3.13
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//!     Role: !GetAtt FnRole.Arn
//! FnRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - {Action: [sts:AssumeRole], Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}}
//!     ManagedPolicyArns:
//!       - arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//! ```
//!
//! With `AutoPublishAlias` also a version and an alias, see `gradual/publish.rs`; then what its events make.
//!
//! Upstream: `SamFunction` in model/sam_resources.py.

mod capacity;
mod code;
mod dead_letter_queue;
mod event_invoke_config;
pub(crate) mod function_url;
pub(crate) mod role;
mod rules;

use super::events::{self, Target, TargetKind};
use super::policies;
use crate::deployment::Alias;
use crate::gradual::{group, preference, publish, switch};
use crate::language::intrinsics::{get_att, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{LIST_OF_TEXT_OR_MAP, Property, Shape, TEXT_OR_MAP};
use crate::resource::{SamResource, set};
use crate::resource::{property, tags};
use crate::sam::common::Common;
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::sam::shares::Shares;
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::Function",
    globals: Some("Function"),
    stage: Stage::Functions,
    properties: PROPERTIES,
    referable: &[
        ("Alias", "AWS::Lambda::Alias"),
        ("Version", "AWS::Lambda::Version"),
        ("DestinationTopic", "AWS::SNS::Topic"),
        ("DestinationQueue", "AWS::SQS::Queue"),
    ],
    lower: Lower::Among(lower),
};

/// Every property of the reference's `SamFunction`.
const PROPERTIES: &[Property] = &[
    Property::any("CodeUri").does("becomes `Code`").global(),
    Property::any("ImageUri").does("becomes `Code`"),
    Property::any("InlineCode").does("becomes `Code`"),
    Property::any("SourceKMSKeyArn").does("becomes a part of `Code`").global(),
    Property::any("PackageType"),
    Property::of("DeadLetterQueue", Shape::Map)
        .does("becomes `DeadLetterConfig`, and a policy of the generated role")
        .global(),
    Property::any("Description").global(),
    Property::of("FunctionName", TEXT_OR_MAP).if_filled(),
    Property::any("Handler").global(),
    Property::any("MemorySize").global(),
    Property::of("Role", Shape::Text).does("becomes `Role`; without it a role is made"),
    Property::any("Runtime").global(),
    Property::any("Timeout").global(),
    Property::any("VpcConfig").global(),
    Property::of("Environment", Shape::MapOf(&Shape::Map)).global(),
    Property::of("Tags", Shape::Map).does("becomes `Tags`, beside the mark of SAM; the generated role gets them too").global(),
    Property::of("PropagateTags", Shape::Bool).does("gives the tags to everything generated beside the function").global(),
    Property::of("Tracing", TEXT_OR_MAP).does("becomes `TracingConfig`, and a policy of the generated role").global(),
    Property::any("KmsKeyArn").global(),
    Property::of("Layers", LIST_OF_TEXT_OR_MAP).global(),
    Property::any("ReservedConcurrentExecutions").global(),
    Property::any("FileSystemConfigs").global(),
    Property::any("CodeSigningConfigArn").global(),
    Property::any("ImageConfig"),
    Property::any("Architectures").global(),
    Property::of("SnapStart", Shape::Map).meant_by(&[("ApplyOn", Shape::Text)]).global(),
    Property::any("EphemeralStorage").global(),
    Property::any("RuntimeManagementConfig").global(),
    Property::any("LoggingConfig").global(),
    Property::any("RecursiveLoop").global(),
    Property::of("CapacityProviderConfig", Shape::Map).meant_by(&[("Arn", Shape::Text)])
        .does("becomes `CapacityProviderConfig`")
        .global(),
    Property::of("FunctionScalingConfig", Shape::Map)
        .does("becomes `FunctionScalingConfig`, also of the version")
        .global(),
    Property::any("PublishToLatestPublished").global(),
    Property::any("TenancyConfig").global(),
    Property::of("DurableConfig", Shape::Map).global(),
    Property::of("AutoPublishAlias", Shape::Text)
        .does("makes the version and the alias")
        .global(),
    Property::strictly("AutoPublishAliasAllProperties", Shape::Bool)
        .does("decides what publishes a new version: every property, not the code alone")
        .global(),
    publish::AUTO_PUBLISH_ON.global(),
    Property::of("AutoPublishCodeSha256", Shape::Text).does("becomes the id of the version, and part of `Description`"),
    Property::any("VersionDescription").does("becomes `Description` of the version"),
    Property::of("VersionDeletionPolicy", Shape::Word(publish::DELETION_POLICIES))
        .does("becomes `DeletionPolicy` of the version")
        .global(),
    Property::any("ProvisionedConcurrencyConfig")
        .does("becomes `ProvisionedConcurrencyConfig` of the alias")
        .global(),
    Property::of("DeploymentPreference", Shape::Map).meant_by(&[("Type", Shape::Text), ("Enabled", Shape::Bool)])
        .does("makes the deployment group, with CodeDeploy's application and role, and becomes `UpdatePolicy` of the alias")
        .global(),
    group::DEPLOYMENT_GROUP.global(),
    Property::of("AssumeRolePolicyDocument", Shape::Map)
        .does("becomes `AssumeRolePolicyDocument` of the generated role")
        .global(),
    Property::of(
        "Policies",
        Shape::OneOf(&[Shape::Text, Shape::Map, LIST_OF_TEXT_OR_MAP]),
    )
    .does("becomes policies of the generated role"),
    Property::any("RolePath").does("becomes `Path` of the generated role").global(),
    Property::of("PermissionsBoundary", Shape::Text)
        .does("becomes `PermissionsBoundary` of the generated role")
        .global(),
    Property::of("Events", Shape::Map).does("makes what invokes the function"),
    Property::of("EventInvokeConfig", Shape::Map).meant_by(&[("MaximumRetryAttempts", Shape::Integer)])
        .does("makes the configuration of asynchronous invocations, and their destinations")
        .global(),
    Property::of("FunctionUrlConfig", Shape::Map).meant_by(&[("AuthType", Shape::Text)])
        .does("makes the function URL, and its permissions")
        .global(),
];

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, mut sam: SamResource) -> Lowered {
    let watch = scope.watch();
    switch::settle_alias(scope, &mut common.stack.conditions, &mut sam);
    rules::check(scope, &sam);
    let events = events::read(scope, &common.stack, &sam, events::OF_FUNCTIONS);
    let code = code::read(scope, &mut sam);
    let capacity = capacity::read(scope, &sam);
    let tracing = read_tracing(scope, &mut sam);
    let alias = publish::read_alias(scope, &mut common.stack.conditions, &sam);
    let shift = preference::read(scope, &mut common.stack.conditions, &sam);
    let mut policies = role::basics(scope, &sam, tracing.is_some());

    let (code, local) = code.map_or((Value::Null, None), |code| (code.value, code.local));
    let mut properties = function_properties(&mut sam, code, capacity, tracing);

    let mut made = Generated::default();
    // The function and its role are complete only when everything else is, but stand before it.
    made.reserve(sam.id.clone());
    let version = alias.as_ref().and_then(|alias| {
        let (stack, local, shift) = (&common.stack, local.as_ref(), shift.as_ref());
        let published = publish::lower(scope, stack, &mut sam, alias, &mut properties, local)?;
        Some(publish::add(&sam, alias, shift, published, &mut made))
    });
    // What is invoked is the alias, where there is one.
    let invoked = alias.as_ref().map_or(&sam.id, |alias| &alias.id).clone();
    made.append(function_url::lower(scope, &mut sam, &reference(&invoked)));
    let asynchronous = event_invoke_config::lower(scope, common, &mut sam, alias.as_ref());
    made.append(asynchronous.made);
    policies.inline.extend(asynchronous.grants);
    let role_id = logical_id::role(&sam.id);
    policies::read(scope, &mut sam, &role_id, &mut policies);
    let role = role::read(scope, &mut common.stack.conditions, &mut sam);
    if role.wanted.is_some() {
        made.reserve(role_id.clone());
    }
    let mut shares = Shares::default();
    if watch.is_sound() {
        let target = Target {
            kind: TargetKind::Function,
            arn: arn(&sam, alias.as_ref()),
            name: reference(&invoked),
            id: invoked,
            sam: &sam,
            policies: &mut policies,
            made: &mut made,
            shares: &mut shares,
        };
        events::lower(scope, common, target, events);
    }

    if let Some(value) = role.value {
        properties.insert("Role", value);
    }
    if let Some(wanted) = role.wanted {
        made.complete(role_id, role::make(&mut sam, wanted, policies), sam.place());
    }
    let main = sam.attributes.main("AWS::Lambda::Function", properties);
    made.insert(sam.id.clone(), main, sam.place());
    tags::propagate(scope, &sam, &mut made);
    let published = alias.zip(version);
    Lowered {
        made,
        deployment: published
            .map(|(alias, version)| publish::deployment(&sam, alias, version, shift)),
        shares,
        ..Lowered::default()
    }
}

/// The ARN that events invoke: the alias's, which is what a reference to it gives, or the function's.
fn arn(sam: &SamResource, alias: Option<&Alias>) -> Value {
    match alias {
        Some(alias) => reference(&alias.id),
        None => get_att(&sam.id, "Arn"),
    }
}

/// The properties of the Lambda function but for a generated role, as they also count for a version that is published
/// on every change of them.
fn function_properties(
    sam: &mut SamResource,
    code: Value,
    capacity: Value,
    tracing: Option<Value>,
) -> Map {
    let mut properties = Map::with_capacity(sam.properties.len() + 2);
    set(&mut properties, "Code", code);
    if let Some(target) = sam.get("DeadLetterQueue").get("TargetArn") {
        set(
            &mut properties,
            "DeadLetterConfig",
            json!({ "TargetArn": target }),
        );
    }
    property::copy(PROPERTIES, sam, &mut properties);
    set(&mut properties, "Role", sam.get("Role").clone());
    set(
        &mut properties,
        "Tags",
        tags::created_by("lambda:createdBy", sam.get("Tags").as_object()),
    );
    if let Some(mode) = tracing {
        set(&mut properties, "TracingConfig", json!({ "Mode": mode }));
    }
    set(&mut properties, "CapacityProviderConfig", capacity);
    if sam.is_truthy("FunctionScalingConfig") {
        set(
            &mut properties,
            "FunctionScalingConfig",
            sam.get("FunctionScalingConfig").clone(),
        );
    }
    properties
}

/// `Tracing` as the function's mode; none where it is off: absent, or `Disabled` once parameters are known.
fn read_tracing(scope: &Scope<'_>, sam: &mut SamResource) -> Option<Value> {
    let path = sam.path("Tracing");
    let mut value = sam.take("Tracing");
    let decided = match scope.parameters.read(&mut value) {
        Ok(decided) => decided,
        Err(fault) => {
            scope.report_unresolvable(path, &fault);
            Value::Null
        }
    };
    let on = is_truthy(Some(&value)) && decided.as_str() != Some("Disabled");
    on.then_some(value)
}
