//! `AWS::Serverless::WebSocketApi`.
//!
//! ```yaml
//! # in
//! Chat:
//!   Type: AWS::Serverless::WebSocketApi
//!   Properties:
//!     RouteSelectionExpression: $request.body.action
//!     Routes: {$connect: {FunctionArn: !GetAtt Join.Arn}}
//! ```
//!
//! ```yaml
//! # out
//! Chat:
//!   Type: AWS::ApiGatewayV2::Api
//!   Properties:
//!     ProtocolType: WEBSOCKET
//!     Name: Chat
//!     RouteSelectionExpression: $request.body.action
//!     Tags: {websocketapi:createdBy: SAM}
//! ChatConnectRoute:
//!   Type: AWS::ApiGatewayV2::Route
//!   Properties:
//!     ApiId: !Ref Chat
//!     RouteKey: $connect
//!     Target: !Join [/, [integrations, !Ref ChatConnectIntegration]]
//! ChatConnectIntegration:
//!   Type: AWS::ApiGatewayV2::Integration
//!   Properties:
//!     ApiId: !Ref Chat
//!     IntegrationType: AWS_PROXY
//!     IntegrationUri: !Sub
//!       - 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${FunctionArn}/invocations'
//!       - {FunctionArn: !GetAtt Join.Arn}
//! ChatConnectPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !GetAtt Join.Arn
//!     Principal: apigateway.amazonaws.com
//!     SourceArn: !Sub 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Chat.ApiId}/default/$connect'
//! ChatDefaultStage:
//!   Type: AWS::ApiGatewayV2::Stage
//!   Properties:
//!     ApiId: !Ref Chat
//!     StageName: default
//!     AutoDeploy: true
//!     Tags: {websocketapi:createdBy: SAM}
//! ```
//!
//! Besides these: what `Auth` and `Domain` ask for.
//!
//! Attributes of the resource reach none of it, but for `DependsOn` on the API: the reference loses them, which is said.
//!
//! Upstream: model/api/websocket_api_generator.py.

use super::domain_v2;
use crate::diagnostics::did_you_mean;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{is_intrinsic, reference};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::generated::Generated;
use crate::resource::property::{self, Property, Shape, TEXT_OR_MAP};
use crate::resource::{SamResource, map, resource, set};
use crate::sam::resource_type::Lower;
use crate::sam::resource_type::Lowered;
use crate::sam::resource_type::{ResourceType, Stage};
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

pub(crate) const TYPE: ResourceType = ResourceType {
    name: "AWS::Serverless::WebSocketApi",
    globals: Some("WebSocketApi"),
    stage: Stage::Apis,
    properties: PROPERTIES,
    referable: &[
        ("Stage", "AWS::ApiGatewayV2::Stage"),
        ("DomainName", "AWS::ApiGatewayV2::DomainName"),
    ],
    lower: Lower::Alone(lower),
};

const PROPERTIES: &[Property] = &[
    Property::of("ApiKeySelectionExpression", Shape::Text).global(),
    Property::of("Description", Shape::Text),
    Property::of("DisableExecuteApiEndpoint", Shape::Bool).global(),
    Property::of("DisableSchemaValidation", Shape::Bool).global(),
    Property::of("IpAddressType", Shape::Text).global(),
    Property::of("Name", Shape::Text),
    Property::of("RouteSelectionExpression", Shape::Text)
        .global()
        .required(),
    Property::of("Routes", Shape::Map)
        .does("makes routes, integrations and permissions")
        .required(),
    Property::of("Auth", Shape::Map)
        .does("becomes the authorization of `$connect`, and makes its authorizer"),
    Property::of("Domain", Shape::Map)
        .does("makes the domain name, its mappings and DNS records")
        .global(),
    Property::of("StageName", TEXT_OR_MAP)
        .does("becomes `StageName` of the stage, and part of its id"),
    Property::of("StageVariables", Shape::Map)
        .does("becomes `StageVariables` of the stage")
        .global(),
    Property::of("AccessLogSettings", Shape::Map)
        .meant_by(&[("DestinationArn", Shape::Text)])
        .does("becomes `AccessLogSettings` of the stage")
        .global(),
    Property::of("DefaultRouteSettings", Shape::Map)
        .does("becomes `DefaultRouteSettings` of the stage")
        .global(),
    Property::of("RouteSettings", Shape::Map)
        .does("becomes `RouteSettings` of the stage")
        .global(),
    Property::of("Tags", Shape::Map)
        .does("becomes `Tags`, beside the mark of SAM")
        .global(),
    Property::of("PropagateTags", Shape::Bool)
        .does("gives the tags to the stage and the domain name")
        .global(),
    // Accepted, and without any effect in the reference.
    Property::of("FailOnWarnings", Shape::Bool)
        .ignored("there is no document whose import could warn")
        .global(),
];

/// What goes over to the stage as it is.
const STAGE_PROPERTIES: [&str; 4] = [
    "StageVariables",
    "AccessLogSettings",
    "DefaultRouteSettings",
    "RouteSettings",
];

/// What goes over to a route as it is.
const ROUTE_PROPERTIES: [&str; 5] = [
    "ApiKeyRequired",
    "ModelSelectionExpression",
    "OperationName",
    "RequestModels",
    "RouteResponseSelectionExpression",
];

const CREATED_BY: &str = "websocketapi:createdBy";

const DEFAULT_STAGE: &str = "default";

const ADDRESS_TYPES: &[&str] = &["ipv4", "dualstack"];

const AUTH_TYPES: &[&str] = &["NONE", "AWS_IAM", "CUSTOM"];

/// Attributes that a person expects to have an effect, and that have none here.
const LOST_ATTRIBUTES: [&str; 4] = [
    "Condition",
    "DeletionPolicy",
    "UpdateReplacePolicy",
    "Metadata",
];

/// How the `$connect` route is authorized.
struct Auth {
    kind: String,
    /// The map of `Auth`.
    given: Map,
}

fn lower(scope: &Scope<'_>, mut api: SamResource) -> Lowered {
    let watch = scope.watch();
    for name in ["Auth", "Domain", "Routes"] {
        let mut value = api.take(name);
        scope.warn_of_parameters(&value, &api.path(name));
        if let Err(fault) = scope.parameters.resolve(&mut value) {
            scope.report_unresolvable(api.path(name), &fault);
        }
        api.properties.insert(name.to_owned(), value);
    }
    check(scope, &api);
    let auth = read_auth(scope, &api);
    let stage = ApiStage::read(scope, &mut api);
    let domain = domain_v2::read(scope, &api, &stage.id);
    let mut made = Generated::default();
    made.reserve(api.id.clone());
    let routes = lower_routes(scope, &mut api, &stage.name, auth.as_ref(), &mut made);
    if !watch.is_sound() {
        return Lowered::default();
    }

    let mut all_tags = api.get("Tags").as_object().cloned().unwrap_or_default();
    all_tags.insert(CREATED_BY, "SAM".into());
    let propagate = is_truthy(Some(api.get("PropagateTags"))) && api.is_truthy("Tags");
    let stage_tags = if propagate {
        Value::Object(all_tags.clone())
    } else {
        json!({ CREATED_BY: "SAM" })
    };
    let domain = domain.unwrap_or_default();
    domain_v2::make(&api, domain, stage_tags.clone(), &Map::new(), &mut made);
    let mut attributes = Map::new();
    if api.is_truthy("RouteSettings") {
        attributes.insert("DependsOn", routes.into());
    }
    let mut properties =
        map(json!({ "ApiId": reference(&api.id), "StageName": stage.name, "AutoDeploy": true }));
    for name in STAGE_PROPERTIES {
        set(&mut properties, name, api.take(name));
    }
    set(&mut properties, "Tags", stage_tags);
    made.insert(
        stage.id,
        resource("AWS::ApiGatewayV2::Stage", attributes, properties),
        api.place(),
    );
    if let Some(auth) = auth {
        lower_authorizer(&api, auth, &mut made);
    }

    let mut properties = map(json!({ "ProtocolType": "WEBSOCKET" }));
    if api.get("Name").is_null() {
        api.properties.insert("Name", api.id.clone().into());
    }
    property::copy(PROPERTIES, &mut api, &mut properties);
    set(&mut properties, "Tags", Value::Object(all_tags));
    let attributes = api.attributes.dependencies();
    made.insert(
        api.id.clone(),
        resource("AWS::ApiGatewayV2::Api", attributes, properties),
        api.place(),
    );
    made.into()
}

fn check(scope: &Scope<'_>, api: &SamResource) {
    if !api.is_truthy("Routes") {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_WITHOUT_ROUTES,
                api.path("Routes"),
                "a WebSocket API needs at least one route",
            )
            .help("write `Routes: {$connect: {FunctionArn: !GetAtt Connect.Arn}}`"),
        );
    }
    let address = api.get("IpAddressType");
    if !address.is_null()
        && !is_intrinsic(address)
        && !address
            .as_str()
            .is_some_and(|word| ADDRESS_TYPES.contains(&word))
    {
        scope.report(
            Diagnostic::new(
                codes::IP_ADDRESS_TYPE,
                api.path("IpAddressType"),
                "`IpAddressType` must be `ipv4` or `dualstack`",
            )
            .help(did_you_mean(
                address.as_str().unwrap_or_default(),
                ADDRESS_TYPES,
            )),
        );
    }
    if is_truthy(api.get("Domain").get("MutualTlsAuthentication")) {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_MUTUAL_TLS,
                api.path("Domain").then("MutualTlsAuthentication"),
                "the domain of a WebSocket API cannot have `MutualTlsAuthentication`",
            )
            .on_key()
            .help("take it out"),
        );
    }
    for name in LOST_ATTRIBUTES
        .iter()
        .filter(|name| api.attributes.kept.contains_key(**name))
    {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_ATTRIBUTE_LOST,
                Path::resource(&api.id).then(*name),
                format!("`{name}` of a WebSocket API has no effect on anything that it generates"),
            )
            .on_key()
            .help("as in SAM, everything is created unconditionally and deleted with the stack"),
        );
    }
}

fn read_auth(scope: &Scope<'_>, api: &SamResource) -> Option<Auth> {
    if !api.is_truthy("Auth") {
        return None;
    }
    let given = api.get("Auth").as_object()?.clone();
    let path = api.path("Auth");
    if api.get("Routes").get("$connect").is_none() {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_AUTH_WITHOUT_CONNECT,
                path.clone(),
                "`Auth` has nothing to authorize: there is no `$connect` route",
            )
            .on_key()
            .help("add a `$connect` route: connections are authorized when they are made"),
        );
    }
    let kind = given.get("AuthType").cloned().unwrap_or_default();
    let Some(word) = kind.as_str().filter(|word| AUTH_TYPES.contains(word)) else {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_AUTH_TYPE,
                path.then("AuthType"),
                "`AuthType` must be `NONE`, `AWS_IAM` or `CUSTOM`",
            )
            .help(did_you_mean(kind.as_str().unwrap_or_default(), AUTH_TYPES)),
        );
        return None;
    };
    if word == "CUSTOM" {
        if !is_truthy(given.get("AuthArn")) {
            scope.report(
                Diagnostic::new(
                    codes::WEBSOCKET_AUTH_ARN,
                    path.then("AuthArn"),
                    "`AuthType: CUSTOM` needs the `AuthArn` of its function",
                )
                .help("write `AuthArn: !GetAtt Authorizer.Arn`"),
            );
        }
    } else if given.len() > 1 {
        scope.report(
            Diagnostic::new(
                codes::WEBSOCKET_AUTH_KEYS,
                path,
                format!("`AuthType: {word}` takes no other key"),
            )
            .help("take the others out"),
        );
    }
    Some(Auth {
        kind: word.to_owned(),
        given,
    })
}

/// The API's stage: what it is called, and the id of its resource.
struct ApiStage {
    name: Value,
    id: String,
}

impl ApiStage {
    fn read(scope: &Scope<'_>, api: &mut SamResource) -> Self {
        let name = match api.take("StageName") {
            Value::Null => DEFAULT_STAGE.into(),
            given => given,
        };
        let part = match name.as_str() {
            Some(DEFAULT_STAGE) => "Default",
            Some(text) => text,
            None => "",
        };
        let id = logical_id::websocket_stage(&api.id, part);
        if !logical_id::is_valid(&id) {
            scope.report(
                Diagnostic::new(
                    codes::WEBSOCKET_STAGE_NAME,
                    api.path("StageName"),
                    "the name of a WebSocket API's stage must be letters and digits",
                )
                .help("it becomes part of a logical id as it is"),
            );
        }
        Self { name, id }
    }
}

/// Makes each route, with its integration and its permission. Returns the ids of the routes.
fn lower_routes(
    scope: &Scope<'_>,
    api: &mut SamResource,
    stage: &Value,
    auth: Option<&Auth>,
    made: &mut Generated,
) -> Vec<String> {
    let Value::Object(routes) = api.take("Routes") else {
        return Vec::new();
    };
    let api = &*api;
    routes
        .into_iter()
        .filter_map(|(key, given)| {
            let route = Route::read(scope, api, key.into(), given)?;
            Some(route.lower(api, stage, auth, made))
        })
        .collect()
}

/// A route, and what `Routes` says of it.
struct Route {
    /// `$connect`, or what messages say that take it.
    key: String,
    /// What stands for the key in ids.
    part: String,
    given: Map,
}

impl Route {
    /// A fault is reported and gives none.
    fn read(scope: &Scope<'_>, api: &SamResource, key: String, given: Value) -> Option<Self> {
        let path = api.path("Routes").then(&key);
        let Some(part) = id_part(&key) else {
            scope.report(route_key(path, &key));
            return None;
        };
        match given {
            Value::Object(given) if given.contains_key("FunctionArn") => {
                if key != "$connect" && is_truthy(given.get("RequestParameters")) {
                    scope.report(request_parameters(path, &key));
                }
                Some(Self { key, part, given })
            }
            _ => {
                scope.report(route_without_function(path, &key));
                None
            }
        }
    }

    fn take(&mut self, name: &str) -> Value {
        self.given
            .get_mut(name)
            .map(Value::take)
            .unwrap_or_default()
    }

    /// Returns the id of the route.
    fn lower(
        mut self,
        api: &SamResource,
        stage: &Value,
        auth: Option<&Auth>,
        made: &mut Generated,
    ) -> String {
        let path = api.path("Routes").then(&self.key);
        let id = logical_id::websocket_route(&api.id, &self.part);
        let integration_id = logical_id::websocket_integration(&api.id, &self.part);
        let permission_id = logical_id::websocket_permission(&api.id, &self.part);

        let properties = self.properties(api, &integration_id, auth);
        let route = resource("AWS::ApiGatewayV2::Route", Map::new(), properties);
        made.insert(id.clone(), route, path.clone());

        let function = self.take("FunctionArn");
        let mut properties = map(json!({
            "ApiId": reference(&api.id),
            "IntegrationType": "AWS_PROXY",
            "IntegrationUri": { "Fn::Sub": [invocation_uri("FunctionArn"), { "FunctionArn": &function }] },
        }));
        set(
            &mut properties,
            "TimeoutInMillis",
            self.take("IntegrationTimeout"),
        );
        let integration = resource("AWS::ApiGatewayV2::Integration", Map::new(), properties);
        made.insert(integration_id, integration, path.clone());

        let permission = permission(function, source_arn(api, stage, &self.key));
        made.insert(permission_id, permission, path);
        id
    }

    fn properties(&mut self, api: &SamResource, integration: &str, auth: Option<&Auth>) -> Map {
        let mut properties = map(json!({
            "ApiId": reference(&api.id),
            "RouteKey": &self.key,
            "Target": { "Fn::Join": ["/", ["integrations", reference(integration)]] },
        }));
        // Connections are authorized when they are made, messages on them are not.
        if let Some(auth) = auth.filter(|_| self.key == "$connect") {
            set(
                &mut properties,
                "AuthorizationType",
                auth.kind.clone().into(),
            );
            if auth.kind == "CUSTOM" {
                let authorizer = reference(&logical_id::connect_authorizer(&api.id));
                set(&mut properties, "AuthorizerId", authorizer);
            }
        }
        for name in ROUTE_PROPERTIES {
            set(&mut properties, name, self.take(name));
        }
        let parameters = self.take("RequestParameters");
        if is_truthy(Some(&parameters)) {
            set(&mut properties, "RequestParameters", parameters);
        }
        properties
    }
}

/// What stands for a route key in ids: `Connect`, `Sendmsg`.
fn id_part(key: &str) -> Option<String> {
    let plain = match key {
        "$connect" | "$disconnect" | "$default" => key.trim_start_matches('$'),
        _ if logical_id::is_valid(key) => key,
        _ => return None,
    };
    let mut letters = plain.chars();
    let first = letters.next()?.to_ascii_uppercase();
    Some(
        std::iter::once(first)
            .chain(letters.map(|c| c.to_ascii_lowercase()))
            .collect(),
    )
}

fn invocation_uri(variable: &str) -> String {
    format!(
        "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/${{{variable}}}/invocations"
    )
}

/// Which calls may invoke a route's function.
fn source_arn(api: &SamResource, stage: &Value, key: &str) -> Value {
    let start = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{{}.ApiId}}",
        api.id
    );
    match stage {
        Value::String(stage) => json!({ "Fn::Sub": format!("{start}/{stage}/{key}") }),
        stage => {
            json!({ "Fn::Sub": [format!("{start}/${{__StageName__}}/{key}"), { "__StageName__": stage }] })
        }
    }
}

fn permission(function: Value, source: Value) -> Value {
    let mut properties = map(json!({ "Action": "lambda:InvokeFunction" }));
    set(&mut properties, "FunctionName", function);
    set(
        &mut properties,
        "Principal",
        "apigateway.amazonaws.com".into(),
    );
    set(&mut properties, "SourceArn", source);
    resource("AWS::Lambda::Permission", Map::new(), properties)
}

fn lower_authorizer(api: &SamResource, mut auth: Auth, made: &mut Generated) {
    if auth.kind != "CUSTOM" {
        return;
    }
    let mut take = |name: &str| {
        auth.given
            .get_mut(name)
            .map(Value::take)
            .unwrap_or_default()
    };
    let id = logical_id::connect_authorizer(&api.id);
    let (function, role, source) = (take("AuthArn"), take("InvokeRole"), take("IdentitySource"));
    let name = match take("Name") {
        name if is_truthy(Some(&name)) => name,
        _ => id.clone().into(),
    };
    let invoked_by_role = is_truthy(Some(&role));
    let mut properties = map(json!({ "ApiId": reference(&api.id) }));
    set(&mut properties, "AuthorizerCredentialsArn", role);
    set(&mut properties, "AuthorizerType", "REQUEST".into());
    set(
        &mut properties,
        "AuthorizerUri",
        json!({ "Fn::Sub": [invocation_uri("AuthArn"), { "AuthArn": &function }] }),
    );
    set(&mut properties, "IdentitySource", source);
    set(&mut properties, "Name", name);
    made.insert(
        id,
        resource("AWS::ApiGatewayV2::Authorizer", Map::new(), properties),
        api.path("Auth"),
    );
    if !invoked_by_role {
        let source = json!({ "Fn::Sub": [
            "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*",
            { "__ApiId__": reference(&api.id) },
        ] });
        made.insert(
            logical_id::authorizer_permission(&api.id, ""),
            permission(function, source),
            api.path("Auth"),
        );
    }
}

fn route_key(path: Path, key: &str) -> Diagnostic {
    Diagnostic::new(
        codes::ROUTE_KEY,
        path,
        format!("the route key `{key}` is neither letters and digits nor `$connect`, `$disconnect` or `$default`"),
    )
    .on_key()
    .help("the route key becomes part of logical ids")
}

fn route_without_function(path: Path, key: &str) -> Diagnostic {
    Diagnostic::new(
        codes::ROUTE_WITHOUT_FUNCTION,
        path.then("FunctionArn"),
        format!("the route `{key}` has no `FunctionArn`"),
    )
    .help("write `FunctionArn: !GetAtt Function.Arn`")
}

fn request_parameters(path: Path, key: &str) -> Diagnostic {
    Diagnostic::new(
        codes::ROUTE_REQUEST_PARAMETERS,
        path.then("RequestParameters"),
        format!("the route `{key}` cannot have `RequestParameters`"),
    )
    .on_key()
    .help("only the `$connect` route has any")
}
