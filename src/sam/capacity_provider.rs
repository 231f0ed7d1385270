//! `AWS::Serverless::CapacityProvider`: instances for functions to run on.
//!
//! ```yaml
//! # in
//! Own:
//!   Type: AWS::Serverless::CapacityProvider
//!   Properties:
//!     VpcConfig: {SubnetIds: [subnet-12345], SecurityGroupIds: [sg-67890]}
//! ```
//!
//! ```yaml
//! # out
//! OwnOperatorRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     AssumeRolePolicyDocument:
//!       Version: '2012-10-17'
//!       Statement:
//!         - {Action: [sts:AssumeRole], Effect: Allow, Principal: {Service: [lambda.amazonaws.com]}}
//!     ManagedPolicyArns: [arn:aws:iam::aws:policy/AWSLambdaManagedEC2ResourceOperator]
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//! Own:
//!   Type: AWS::Lambda::CapacityProvider
//!   Properties:
//!     VpcConfig: {SubnetIds: [subnet-12345], SecurityGroupIds: [sg-67890]}
//!     PermissionsConfig: {CapacityProviderOperatorRoleArn: !GetAtt OwnOperatorRole.Arn}
//!     Tags: [{Key: lambda:createdBy, Value: SAM}]
//! ```
//!
//! Upstream: `SamCapacityProvider` in model/sam_resources.py, model/capacity_provider/generators.py,
//! internal/schema_source/aws_serverless_capacity_provider.py.

use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::tags;
use crate::resource::typed_map::{self, Holds, Key};
use crate::resource::{SamResource, map, set, trust};
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::CapacityProvider",
    globals: Some("CapacityProvider"),
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::strictly("CapacityProviderName", TEXT_OR_MAP).does("becomes `CapacityProviderName`"),
    Property::strictly("VpcConfig", Shape::Map)
        .does("becomes `VpcConfig`")
        .required()
        .global(),
    Property::strictly("OperatorRole", TEXT_OR_MAP)
        .does("becomes `PermissionsConfig`; without it a role is made")
        .global(),
    Property::strictly("Tags", Shape::Map)
        .does("becomes `Tags`, beside the mark of SAM")
        .global(),
    Property::strictly("PropagateTags", Shape::Bool)
        .does("gives the tags to the generated role")
        .global(),
    Property::strictly("InstanceRequirements", Shape::Map)
        .does("becomes `InstanceRequirements`")
        .global(),
    Property::strictly("ScalingConfig", Shape::Map)
        .does("becomes `CapacityProviderScalingConfig`")
        .global(),
    Property::strictly("KmsKeyArn", TEXT_OR_MAP)
        .does("becomes `KmsKeyArn`")
        .global(),
    Property::strictly("LoggingConfig", Shape::Map)
        .does("becomes `TelemetryConfig`")
        .global(),
    Property::strictly("ManagedResourceTags", Shape::Map)
        .does("becomes `PropagateTags`")
        .global(),
];

const VPC_CONFIG: &[Key] = &[
    Key::of("SubnetIds", Holds::Texts).required(),
    Key::of("SecurityGroupIds", Holds::Texts),
];

const INSTANCE_REQUIREMENTS: &[Key] = &[
    Key::of("Architectures", Holds::Texts),
    Key::of("AllowedTypes", Holds::Texts).to("AllowedInstanceTypes"),
    Key::of("ExcludedTypes", Holds::Texts).to("ExcludedInstanceTypes"),
];

/// `AverageCPUUtilization` has no namesake in CloudFormation: it becomes a policy.
const SCALING_CONFIG: &[Key] = &[
    Key::of("MaxVCpuCount", Holds::Integer),
    Key::of("AverageCPUUtilization", Holds::Float),
];

const MANAGED_RESOURCE_TAGS: &[Key] = &[Key::of("Tags", Holds::Map)];

fn lower(scope: &Scope<'_>, mut provider: SamResource) -> Lowered {
    let Some(parts) = Parts::read(scope, &provider) else {
        return Lowered::default();
    };
    let mut all = Generated::default();
    let role = operator_role(scope, &mut provider, &mut all);
    let properties = properties(&provider, parts, role);
    let made = provider
        .attributes
        .main("AWS::Lambda::CapacityProvider", properties);
    let because = provider.place();
    all.insert(provider.id, made, because);
    all.into()
}

/// The maps that a provider is made of, under CloudFormation's names; empty where they are not given.
struct Parts {
    vpc: Map,
    instances: Map,
    scaling: Map,
    managed_tags: Map,
}

impl Parts {
    /// A fault in any of them is reported and gives none.
    fn read(scope: &Scope<'_>, provider: &SamResource) -> Option<Self> {
        let watch = scope.watch();
        let read = |name, keys| read(scope, provider, name, keys);
        let parts = Self {
            vpc: read("VpcConfig", VPC_CONFIG),
            instances: read("InstanceRequirements", INSTANCE_REQUIREMENTS),
            scaling: read("ScalingConfig", SCALING_CONFIG),
            managed_tags: read("ManagedResourceTags", MANAGED_RESOURCE_TAGS),
        };
        check_instance_types(scope, provider, &parts.instances);
        watch.is_sound().then_some(parts)
    }
}

fn properties(provider: &SamResource, parts: Parts, role: Value) -> Map {
    let given = |name: &str| match provider.get(name) {
        value if is_truthy(Some(value)) => value.clone(),
        _ => Value::Null,
    };
    let mut properties = Map::new();
    set(
        &mut properties,
        "CapacityProviderName",
        given("CapacityProviderName"),
    );
    set(&mut properties, "VpcConfig", parts.vpc.into());
    set(
        &mut properties,
        "PermissionsConfig",
        json!({ "CapacityProviderOperatorRoleArn": role }),
    );
    set(&mut properties, "Tags", tags::marked(provider, true));
    if !parts.instances.is_empty() {
        set(
            &mut properties,
            "InstanceRequirements",
            parts.instances.into(),
        );
    }
    if !parts.scaling.is_empty() {
        set(
            &mut properties,
            "CapacityProviderScalingConfig",
            scaling_config(parts.scaling),
        );
    }
    set(&mut properties, "KmsKeyArn", given("KmsKeyArn"));
    if let Some(Value::Object(managed)) = parts.managed_tags.get("Tags") {
        set(
            &mut properties,
            "PropagateTags",
            json!({ "Mode": "Explicit", "ExplicitTags": tags::list(managed) }),
        );
    }
    if provider.is_truthy("LoggingConfig") {
        set(
            &mut properties,
            "TelemetryConfig",
            json!({ "LoggingConfig": provider.get("LoggingConfig") }),
        );
    }
    properties
}

/// The ARN of the role with which Lambda manages the instances: the given one, or that of one which is made.
fn operator_role(scope: &Scope<'_>, provider: &mut SamResource, made: &mut Generated) -> Value {
    let given = provider.take("OperatorRole");
    if is_truthy(Some(&given)) {
        return given;
    }
    let id = logical_id::operator_role(&provider.id);
    let properties = role_properties(scope, provider);
    let arn = get_att(&id, "Arn");
    made.insert_beside(
        &provider.attributes,
        id,
        "AWS::IAM::Role",
        properties,
        provider.place(),
    );
    arn
}

/// A property that is a map of known keys, or an empty map.
fn read(scope: &Scope<'_>, provider: &SamResource, name: &str, keys: &'static [Key]) -> Map {
    match provider.get(name) {
        Value::Object(given) => typed_map::read(scope, given, keys, name, &provider.path(name)),
        _ => Map::new(),
    }
}

fn check_instance_types(scope: &Scope<'_>, provider: &SamResource, instances: &Map) {
    if instances.contains_key("AllowedInstanceTypes")
        && instances.contains_key("ExcludedInstanceTypes")
    {
        scope.report(
            Diagnostic::new(
                codes::PROPERTIES_EXCLUDE_EACH_OTHER,
                provider.path("InstanceRequirements").then("ExcludedTypes"),
                "`ExcludedTypes` cannot stand beside `AllowedTypes`",
            )
            .on_key()
            .help("name the instance types to use, or those not to use"),
        );
    }
}

fn role_properties(scope: &Scope<'_>, provider: &SamResource) -> Map {
    let policy = scope
        .partition
        .managed_policy_arn("AWSLambdaManagedEC2ResourceOperator");
    map(json!({
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "ManagedPolicyArns": [policy],
        "Tags": tags::marked(provider, false),
    }))
}

/// With a target the number of instances follows a policy, without one it is Lambda's affair.
fn scaling_config(mut scaling: Map) -> Value {
    let mut made = Map::new();
    if let Some(most) = scaling.get_mut("MaxVCpuCount") {
        made.insert("MaxVCpuCount", most.take());
    }
    match scaling.get("AverageCPUUtilization") {
        Some(target) => {
            made.insert("ScalingMode", json!("Manual"));
            made.insert(
                "ScalingPolicies",
                json!([{
                    "PredefinedMetricType": "LambdaCapacityProviderAverageCPUUtilization",
                    "TargetValue": target,
                }]),
            );
        }
        None => {
            made.insert("ScalingMode", json!("Auto"));
        }
    }
    Value::Object(made)
}
