//! `AWS::Serverless::NetworkConnector`: the way of web functions or microVMs into a VPC.
//!
//! ```yaml
//! # in
//! Way:
//!   Type: AWS::Serverless::NetworkConnector
//!   Properties:
//!     VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1], NetworkProtocol: IPv4}
//! ```
//!
//! ```yaml
//! # out
//! WayOperatorRole:
//!   Type: AWS::IAM::Role
//!   Properties:
//!     ManagedPolicyArns: [arn:aws:iam::aws:policy/AWSLambdaNetworkConnectorOperatorPolicy] # ...
//! Way:
//!   Type: AWS::Lambda::NetworkConnector
//!   Properties:
//!     Configuration:
//!       VpcEgressConfiguration:
//!         SubnetIds: [subnet-1]
//!         SecurityGroupIds: [sg-1]
//!         NetworkProtocol: IPv4
//!         AssociatedComputeResourceTypes: [MicroVm]
//!     OperatorRole: !GetAtt WayOperatorRole.Arn
//!     Tags: [{Key: 'lambda:createdBy', Value: SAM}]
//! ```
//!
//! Upstream: `SamNetworkConnector` in model/sam_resources.py, model/network_connector/generators.py.

use super::roles;
use crate::diagnostics::{Diagnostic, codes, did_you_mean};
use crate::language::intrinsics::get_att;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::typed_map::{self, Holds, Key};
use crate::resource::{SamResource, map, set, tags, trust};
use crate::sam::resource_type::{Lower, Lowered, ResourceType, Stage};
use crate::scope::Scope;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::NetworkConnector",
    globals: Some("NetworkConnector"),
    stage: Stage::Others,
    properties: PROPERTIES,
    referable: &[],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::strictly("Name", TEXT_OR_MAP).if_filled(),
    Property::strictly("VpcConfig", Shape::Map)
        .does("becomes `Configuration`")
        .required(),
    Property::strictly("ComputeTypes", Shape::List)
        .does("becomes `AssociatedComputeResourceTypes` of the configuration"),
    Property::strictly("OperatorRole", TEXT_OR_MAP)
        .does("becomes `OperatorRole`")
        .global(),
    Property::strictly("Tags", Shape::Map)
        .does("becomes `Tags`")
        .global(),
    Property::strictly("PropagateTags", Shape::Bool)
        .does("gives the tags to the role too")
        .global(),
];

const VPC_CONFIG: Holds = Holds::Fields(&[
    Key::of("SubnetIds", Holds::Items(&Holds::Text)).required(),
    Key::of("SecurityGroupIds", Holds::Items(&Holds::Text)).required(),
    Key::of("NetworkProtocol", Holds::Word(&["IPv4", "DualStack"])).required(),
]);

/// What may use a connector.
const COMPUTE_TYPES: &[&str] = &["MicroVm", "WebFunction"];

fn lower(scope: &Scope<'_>, mut sam: SamResource) -> Lowered {
    if let given @ Value::Object(_) = sam.get("VpcConfig") {
        let path = sam.path("VpcConfig");
        typed_map::bring(scope, VPC_CONFIG, given, "VpcConfig", &path);
    }
    let types = compute_types(scope, &sam);
    let mut made = Generated::default();
    let place = sam.place();
    let role = role(scope, &mut sam, &mut made);
    let mut egress = map(sam.take("VpcConfig"));
    set(&mut egress, "AssociatedComputeResourceTypes", types);
    let mut properties = Map::new();
    crate::resource::property::copy(PROPERTIES, &mut sam, &mut properties);
    set(
        &mut properties,
        "Configuration",
        json!({ "VpcEgressConfiguration": egress }),
    );
    set(&mut properties, "OperatorRole", role);
    set(&mut properties, "Tags", tags::marked(&sam, true));
    let connector = sam
        .attributes
        .main("AWS::Lambda::NetworkConnector", properties);
    made.insert(sam.id, connector, place);
    made.into()
}

/// What may use the connector: one type.
fn compute_types(scope: &Scope<'_>, sam: &SamResource) -> Value {
    let path = sam.path("ComputeTypes");
    let Some(given) = sam.get("ComputeTypes").as_array() else {
        return json!(["MicroVm"]);
    };
    let fault = match given.as_slice() {
        [Value::String(word)] if COMPUTE_TYPES.contains(&word.as_str()) => None,
        [Value::Object(_)] => None,
        [other] => Some((path.then(0), other.as_str().unwrap_or_default().to_owned())),
        _ => Some((path, String::new())),
    };
    if let Some((path, word)) = fault {
        scope.report(
            Diagnostic::new(
                codes::NETWORK_CONNECTOR_COMPUTE_TYPES,
                path,
                "`ComputeTypes` must be a list of one type, `MicroVm` or `WebFunction`",
            )
            .help(did_you_mean(&word, COMPUTE_TYPES)),
        );
    }
    sam.get("ComputeTypes").clone()
}

/// The role with which Lambda manages the connector: its own, or one that is made.
fn role(scope: &Scope<'_>, sam: &mut SamResource, made: &mut Generated) -> Value {
    let own = sam.take("OperatorRole");
    if is_truthy(Some(&own)) {
        roles::warn_of_no_value(scope, &own, sam.path("OperatorRole"));
        return own;
    }
    let id = logical_id::operator_role(&sam.id);
    let policy = "AWSLambdaNetworkConnectorOperatorPolicy";
    let properties = map(json!({
        "AssumeRolePolicyDocument": trust("lambda.amazonaws.com"),
        "ManagedPolicyArns": [scope.partition.managed_policy_arn(policy)],
        "Tags": tags::marked(sam, false),
    }));
    made.insert_beside(
        &sam.attributes,
        id.clone(),
        "AWS::IAM::Role",
        properties,
        sam.place(),
    );
    get_att(&id, "Arn")
}
