//! `AWS::Serverless::Api`: a REST API.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     DefinitionUri: s3://bucket/openapi.yaml
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Type: AWS::ApiGateway::RestApi
//!   Properties: {BodyS3Location: {Bucket: bucket, Key: openapi.yaml}}
//! ShopDeploymentd1ca2e567e:
//!   Type: AWS::ApiGateway::Deployment
//!   Properties:
//!     Description: 'RestApi deployment id: d1ca2e567ea980394c42bd4c5eff8bccd2d616b9'
//!     RestApiId: !Ref Shop
//!     StageName: Stage
//! ShopprodStage:
//!   Type: AWS::ApiGateway::Stage
//!   Properties:
//!     DeploymentId: !Ref ShopDeploymentd1ca2e567e
//!     RestApiId: !Ref Shop
//!     StageName: prod
//! ```
//!
//! Besides these: permissions of authorizers, a domain, a usage plan, where they are asked for.
//!
//! By now the events of functions and state machines are in the document (see `sam/events/api/`).
//!
//! Upstream: class SamApi in model/sam_resources.py, model/api/api_generator.py.

pub(crate) mod auth;
pub(crate) mod body;
mod gateway_responses;
mod stage_and_deployment;

use super::{authorizers, domain, usage_plan};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::partition::Partition;
use crate::language::python2::Node;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{self, Property, Shape, TEXT_OR_MAP};
use crate::resource::tags;
use crate::resource::{SamResource, set};
use crate::sam::api::draft::Draft;
use crate::sam::common::Common;
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::Api",
    globals: Some("Api"),
    stage: Stage::Apis,
    properties: PROPERTIES,
    referable: &[
        ("Stage", "AWS::ApiGateway::Stage"),
        ("Deployment", "AWS::ApiGateway::Deployment"),
        ("DomainName", "AWS::ApiGateway::DomainName"),
        ("DomainNameV2", "AWS::ApiGateway::DomainNameV2"),
        ("UsagePlan", "AWS::ApiGateway::UsagePlan"),
        ("UsagePlanKey", "AWS::ApiGateway::UsagePlanKey"),
        ("ApiKey", "AWS::ApiGateway::ApiKey"),
    ],
    lower: Lower::Among(lower),
};

/// The property with which the reference marks bodies that it makes; users can write it too.
pub(crate) const MANAGED: &str = "__MANAGE_SWAGGER";

const PROPERTIES: &[Property] = &[
    Property::of(MANAGED, Shape::Bool).does("decides whether events add to the `DefinitionBody`"),
    Property::of("Name", TEXT_OR_MAP).if_filled().global(),
    Property::of("StageName", TEXT_OR_MAP)
        .does("becomes `StageName` of the stage, and part of its id")
        .required(),
    Property::of("Tags", Shape::Map).does("becomes `Tags` of the stage"),
    Property::of("PropagateTags", Shape::Bool)
        .does("gives the tags to everything generated beside the API")
        .global(),
    Property::of("DefinitionBody", Shape::Map).does("becomes `Body`"),
    Property::of("DefinitionUri", TEXT_OR_MAP)
        .does("becomes `BodyS3Location`")
        .global(),
    Property::strictly("MergeDefinitions", Shape::Bool)
        .does("decides whether events add to the `DefinitionBody`")
        .global(),
    Property::of("CacheClusterEnabled", Shape::Bool)
        .does("becomes `CacheClusterEnabled` of the stage")
        .global(),
    Property::of("CacheClusterSize", Shape::Text)
        .does("becomes `CacheClusterSize` of the stage")
        .global(),
    Property::of("Variables", Shape::Map)
        .does("becomes `Variables` of the stage")
        .global(),
    Property::of("EndpointConfiguration", TEXT_OR_MAP)
        .does("becomes `EndpointConfiguration` and `Parameters`")
        .global(),
    Property::of("MethodSettings", Shape::List)
        .does("becomes `MethodSettings` of the stage")
        .global(),
    Property::of("BinaryMediaTypes", Shape::List)
        .does("becomes a part of `Body`")
        .global(),
    Property::of("MinimumCompressionSize", Shape::Integer).global(),
    Property::of("Cors", TEXT_OR_MAP)
        .does("makes `OPTIONS` methods in `Body`")
        .global(),
    Property::of("Auth", Shape::Map)
        .meant_by(&[("DefaultAuthorizer", Shape::Text)])
        .does("makes security schemes in `Body`, permissions of authorizers, and a usage plan")
        .global(),
    Property::of("GatewayResponses", Shape::Map)
        .does("becomes a part of `Body`")
        .global(),
    Property::of("AccessLogSetting", Shape::Map)
        .meant_by(&[("DestinationArn", Shape::Text)])
        .does("becomes `AccessLogSetting` of the stage")
        .global(),
    Property::of("CanarySetting", Shape::Map)
        .meant_by(&[("PercentTraffic", Shape::Integer)])
        .does("becomes `CanarySetting` of the stage")
        .global(),
    Property::of("TracingEnabled", Shape::Bool)
        .does("becomes `TracingEnabled` of the stage")
        .global(),
    Property::of("OpenApiVersion", Shape::Text)
        .does("decides which version of OpenAPI `Body` is written in")
        .global(),
    Property::of("Models", Shape::Map).does("becomes schemas in `Body`"),
    Property::of("Domain", Shape::Map)
        .does("makes the domain name, its mappings and DNS records")
        .global(),
    Property::of("FailOnWarnings", Shape::Bool).if_filled(),
    Property::of("Description", Shape::Text).if_filled(),
    Property::of("Mode", Shape::Text).if_filled(),
    Property::of("DisableExecuteApiEndpoint", Shape::Bool).does("becomes a part of `Body`"),
    Property::of("ApiKeySourceType", Shape::Text).if_filled(),
    Property::strictly("AlwaysDeploy", Shape::Bool)
        .does("decides whether the deployment gets another id each time")
        .global(),
    Property::of("Policy", TEXT_OR_MAP).if_filled(),
    Property::of("SecurityPolicy", Shape::Text)
        .if_filled()
        .global(),
    Property::of("EndpointAccessMode", Shape::Text)
        .if_filled()
        .global(),
];

/// The properties that enter the document or the deployment's id, or are written in Python 2.7's order.
pub(crate) const IN_DOCUMENT: &[&str] = &[
    "StageName",
    "Tags",
    "DefinitionUri",
    "BinaryMediaTypes",
    "Cors",
    "Auth",
    "GatewayResponses",
    "OpenApiVersion",
    "Models",
    "Domain",
    "DisableExecuteApiEndpoint",
];

/// A REST API while it is lowered.
struct RestApi {
    sam: SamResource,
    draft: Draft,
    made: Generated,
}

impl RestApi {
    /// A property that enters the document; null where it is absent.
    fn get(&self, name: &str) -> &Node {
        self.draft.get(name)
    }

    /// The place of the document.
    fn body_path(&self) -> Path {
        self.sam.path("DefinitionBody")
    }
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, sam: SamResource) -> Lowered {
    let watch = scope.watch();
    let draft = common.take_draft(&sam.id);
    let mut api = RestApi {
        sam,
        draft,
        made: Generated::default(),
    };
    for name in ["BinaryMediaTypes", "Domain", "Auth"] {
        let Some(value) = api.draft.properties.get_mut(name) else {
            continue;
        };
        if scope.parameters.has_traps() {
            scope.warn_of_parameters(&value.to_value(), &api.sam.path(name));
        }
        if let Err(fault) = scope.parameters.resolve_node(value) {
            scope.report_unresolvable(api.sam.path(name), &fault);
        }
    }
    if let tags @ Node::Map(_) = api.get("Tags") {
        let tags = tags.to_value();
        api.sam.properties.insert("Tags", tags);
    }
    api.made.reserve(api.sam.id.clone());
    let mut properties = Map::new();
    set_endpoint(scope, &mut api.sam, &mut properties);
    let body = body::lower(scope, &mut api, &mut properties);
    if !watch.is_sound() {
        return Lowered::default();
    }
    let stage = stage_and_deployment::id(&api.sam);
    let mut domain = api.get("Domain").clone();
    let records = domain::lower(scope, &api.sam, &mut domain, &stage, &mut api.made);
    api.draft.properties.insert("Domain", domain);
    if let Some(body) = body {
        stage_and_deployment::lower(scope, &mut api, &body, &stage);
    }
    let mut plan = None;
    let auth = api.get("Auth").as_map().cloned();
    if let Some(auth) = auth.filter(|auth| !auth.is_empty()) {
        for authorizer in authorizers::read(scope, &api.sam, &auth) {
            if let Some((id, properties)) =
                authorizer.permission(scope, &common.stack.names, &api.sam)
            {
                api.made.insert_beside(
                    &api.sam.attributes,
                    id,
                    "AWS::Lambda::Permission",
                    properties,
                    authorizer.place(&api.sam),
                );
            }
        }
        let given = auth
            .get("UsagePlan")
            .map(Node::to_value)
            .unwrap_or_default();
        plan = usage_plan::lower(scope, &api.sam, &given, &stage, &mut api.made);
    }
    property::copy(PROPERTIES, &mut api.sam, &mut properties);
    let main = api
        .sam
        .attributes
        .main("AWS::ApiGateway::RestApi", properties);
    let because = api.sam.place();
    api.made.insert(api.sam.id.clone(), main, because);
    tags::propagate(scope, &api.sam, &mut api.made);
    super::check_ids(scope, &api.sam.id, &api.made);
    let mut lowered = Lowered::from(api.made);
    lowered.shares.records.extend(records);
    lowered.shares.plan.extend(plan);
    lowered
}

/// Where the API is served from.
fn set_endpoint(scope: &Scope<'_>, api: &mut SamResource, properties: &mut Map) {
    let path = api.path("EndpointConfiguration");
    let mut given = api.take("EndpointConfiguration");
    if !is_truthy(Some(&given)) {
        if scope.partition == Partition::Commercial {
            return;
        }
        // There are no edge endpoints there.
        given = "REGIONAL".into();
    }
    let kind = given.get("Type").filter(|kind| is_truthy(Some(kind)));
    let (mut configuration, kind) = match kind {
        Some(kind) => (Map::new(), kind.clone()),
        None => (Map::new(), given.clone()),
    };
    configuration.insert("Types", json!([&kind]));
    if given.get("Type") == Some(&kind) {
        let ids = ["VPCEndpointIds", "VpcEndpointIds"].map(|name| given.get(name));
        if let [Some(_), Some(_)] = ids {
            scope.report(
                Diagnostic::new(
                    codes::VPC_ENDPOINT_IDS_TWICE,
                    path,
                    "`VPCEndpointIds` and `VpcEndpointIds` stand side by side",
                )
                .help("keep `VpcEndpointIds`"),
            );
        }
        if let [Some(ids), _] | [None, Some(ids)] = ids {
            // An empty list under the older name becomes null, as in the reference.
            let is_lost = given.get("VPCEndpointIds").is_some() && !is_truthy(Some(ids));
            let ids = if is_lost { &Value::Null } else { ids };
            configuration.insert("VpcEndpointIds", ids.clone());
        }
        if let Some(address) = given.get("IpAddressType") {
            configuration.insert("IpAddressType", address.clone());
        }
    }
    set(properties, "EndpointConfiguration", configuration.into());
    set(
        properties,
        "Parameters",
        json!({ "endpointConfigurationTypes": kind }),
    );
}
