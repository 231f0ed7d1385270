//! `AWS::Serverless::HttpApi`.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     StageName: prod
//!     CorsConfiguration: true
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Type: AWS::ApiGatewayV2::Api
//!   Properties:
//!     Body:
//!       openapi: '3.0.1'
//!       info: {version: '1.0', title: !Ref AWS::StackName}
//!       paths: {}
//!       x-amazon-apigateway-cors: {allowOrigins: ['*']}
//!       tags: [{name: httpapi:createdBy, x-amazon-apigateway-tag-value: SAM}]
//! ShopprodStage:
//!   Type: AWS::ApiGatewayV2::Stage
//!   Properties:
//!     ApiId: !Ref Shop
//!     StageName: prod
//!     AutoDeploy: true
//!     Tags: {httpapi:createdBy: SAM}
//! ```
//!
//! By now the events of functions are in the document (see `sam/events/http_api.rs`). The stage deploys by itself: there
//! is no deployment resource.
//!
//! Upstream: class SamHttpApi in model/sam_resources.py, model/api/http_api_generator.py.

mod authorizers;
pub(crate) mod body;
pub(crate) mod cors;

use super::{domain_v2, route53};
use crate::language::intrinsics::reference;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{Property, Shape, TEXT_OR_MAP};
use crate::resource::{SamResource, map, set};
use crate::sam::api::draft::Draft;
use crate::sam::common::Common;
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::HttpApi",
    globals: Some("HttpApi"),
    stage: Stage::Apis,
    properties: PROPERTIES,
    referable: &[
        ("Stage", "AWS::ApiGatewayV2::Stage"),
        ("DomainName", "AWS::ApiGatewayV2::DomainName"),
    ],
    lower: Lower::Among(lower),
};

const PROPERTIES: &[Property] = &[
    Property::of(super::rest::MANAGED, Shape::Bool)
        .does("decides whether events add to the `DefinitionBody`"),
    Property::any("Name").does("becomes the title in `Body`"),
    Property::of("StageName", TEXT_OR_MAP)
        .does("becomes `StageName` of the stage, and part of its id"),
    Property::of("Tags", Shape::Map)
        .does("becomes tags in `Body`, of the stage and of the domain name")
        .global(),
    // Accepted, and without any effect in the reference: tags reach everything that takes them anyway.
    Property::of("PropagateTags", Shape::Bool)
        .ignored("everything that is generated has the tags anyway")
        .global(),
    Property::of("DefinitionBody", Shape::Map).does("becomes `Body`"),
    Property::of("DefinitionUri", TEXT_OR_MAP).does("becomes `BodyS3Location`"),
    Property::of("StageVariables", Shape::Map)
        .does("becomes `StageVariables` of the stage")
        .global(),
    Property::of(
        "CorsConfiguration",
        Shape::OneOf(&[Shape::Bool, Shape::Map]),
    )
    .does("becomes a part of `Body`")
    .global(),
    Property::of("AccessLogSettings", Shape::Map)
        .meant_by(&[("DestinationArn", Shape::Text)])
        .does("becomes `AccessLogSettings` of the stage")
        .global(),
    Property::of("DefaultRouteSettings", Shape::Map)
        .does("becomes `DefaultRouteSettings` of the stage")
        .global(),
    Property::of("Auth", Shape::Map)
        .meant_by(&[("DefaultAuthorizer", Shape::Text)])
        .does("makes security schemes in `Body`, and permissions of authorizers")
        .global(),
    Property::of("RouteSettings", Shape::Map)
        .does("becomes `RouteSettings` of the stage")
        .global(),
    Property::of("Domain", Shape::Map)
        .does("makes the domain name, its mappings and DNS records")
        .global(),
    Property::of("FailOnWarnings", Shape::Bool)
        .does("becomes `FailOnWarnings`")
        .global(),
    Property::of("Description", Shape::Text).does("becomes the description in `Body`"),
    Property::of("DisableExecuteApiEndpoint", Shape::Bool).does("becomes a part of `Body`"),
];

/// What goes over to the stage as it is.
const STAGE_PROPERTIES: [&str; 4] = [
    "StageVariables",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "RouteSettings",
];

const DEFAULT_STAGE: &str = "$default";

const CREATED_BY: &str = "httpapi:createdBy";

/// An HTTP API while it is lowered.
struct HttpApi {
    sam: SamResource,
    draft: Draft,
    has_document: bool,
    made: Generated,
}

impl HttpApi {
    /// The place of the document.
    fn body_path(&self) -> Path {
        self.sam.path("DefinitionBody")
    }
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, sam: SamResource) -> Lowered {
    let watch = scope.watch();
    let draft = common.take_draft(&sam.id);
    let mut api = HttpApi {
        sam,
        has_document: draft.document.is_some(),
        draft,
        made: Generated::default(),
    };
    for name in ["CorsConfiguration", "Domain"] {
        let mut value = api.sam.take(name);
        scope.warn_of_parameters(&value, &api.sam.path(name));
        if let Err(fault) = scope.parameters.resolve(&mut value) {
            scope.report_unresolvable(api.sam.path(name), &fault);
        }
        api.sam.properties.insert(name.to_owned(), value);
    }
    api.made.reserve(api.sam.id.clone());
    let mut properties = Map::new();
    let authorizers = body::lower(scope, &common.stack.names, &mut api, &mut properties);
    if !watch.is_sound() {
        return Lowered::default();
    }
    for authorizer in &authorizers {
        if let Some((id, properties)) = authorizer.permission(&api.sam) {
            api.made.insert_beside(
                &api.sam.attributes,
                id,
                "AWS::Lambda::Permission",
                properties,
                authorizer.place(&api.sam),
            );
        }
    }
    let stage = stage_id(&api.sam);
    let records = lower_domain(scope, &mut api, &stage);
    lower_stage(&mut api, stage);
    let main = api
        .sam
        .attributes
        .main("AWS::ApiGatewayV2::Api", properties);
    let because = api.sam.place();
    api.made.insert(api.sam.id.clone(), main, because);
    super::check_ids(scope, &api.sam.id, &api.made);
    let mut lowered = Lowered::from(api.made);
    lowered.shares.records.extend(records);
    lowered
}

/// The name of the stage; an empty one is the default stage.
fn stage_name(api: &SamResource) -> Value {
    match api.get("StageName") {
        name if is_truthy(Some(name)) => name.clone(),
        _ => DEFAULT_STAGE.into(),
    }
}

/// The logical id of the stage.
fn stage_id(api: &SamResource) -> String {
    match stage_name(api).as_str() {
        Some(DEFAULT_STAGE) => logical_id::default_stage(&api.id),
        name => logical_id::stage(&api.id, name),
    }
}

/// The domain with its mappings, and its records: those of one zone share a group with those of other HTTP and REST APIs.
fn lower_domain(scope: &Scope<'_>, api: &mut HttpApi, stage: &str) -> Option<route53::Member> {
    let mut domain = domain_v2::read(scope, &api.sam, stage)?;
    let attributes = api.sam.attributes.passed_on();
    let records = domain.records.take();
    let tags = match api.sam.get("Tags") {
        tags if api.has_document && is_truthy(Some(tags)) => tags.clone(),
        _ => json!({ CREATED_BY: "SAM" }),
    };
    domain_v2::make(&api.sam, domain, tags, &attributes, &mut api.made);
    let (group, properties, records) = records?;
    let path = api.sam.path("Domain").then("Route53");
    let made = &mut api.made;
    Some(route53::share(
        &api.sam, path, group, properties, records, made,
    ))
}

fn lower_stage(api: &mut HttpApi, id: String) {
    let mut properties = map(json!({
        "ApiId": reference(&api.sam.id),
        "StageName": stage_name(&api.sam),
        "AutoDeploy": true,
    }));
    for name in STAGE_PROPERTIES {
        set(&mut properties, name, api.sam.take(name));
    }
    set(&mut properties, "Tags", api.sam.take("Tags"));
    api.made.insert_beside(
        &api.sam.attributes,
        id,
        "AWS::ApiGatewayV2::Stage",
        properties,
        api.sam.place(),
    );
}
