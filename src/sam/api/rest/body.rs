//! The body of a REST API: what `Cors`, `Auth`, `GatewayResponses`, `Models`, ... add to its document.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     GatewayResponses:
//!       UNAUTHORIZED:
//!         ResponseParameters: {Headers: {Access-Control-Allow-Origin: "'*'"}}
//!     Models: {Order: {type: object}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: Api, Properties: {RestApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       x-amazon-apigateway-gateway-responses:
//!         UNAUTHORIZED:
//!           responseParameters:
//!             gatewayresponse.header.Access-Control-Allow-Origin: '''*'''
//!           responseTemplates: {}
//!       definitions: {order: {type: object}}
//!       # ...
//!   # ...
//! ```
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
//!   Properties: {BodyS3Location: {Bucket: bucket, Key: openapi.yaml}}
//!   # ...
//! ```
//!
//! Upstream: `_construct_rest_api` and the `_add_...` methods in model/api/api_generator.py.

use super::{RestApi, auth, gateway_responses};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::is_intrinsic;
use crate::language::python2::{Map as Map2, Node};
use crate::resource::keys;
use crate::resource::set;
use crate::sam::api::openapi::{Cors, Document, Fault, is_version};
use crate::sam::api::{refuse_too_large, refuse_without_body};
use crate::sam::code_location;
use crate::scope::Scope;
use crate::tree::{Map, Value};

pub(crate) const CORS_KEYS: &[&str] = &[
    "AllowMethods",
    "AllowHeaders",
    "AllowOrigin",
    "MaxAge",
    "AllowCredentials",
];

const ANY_ORIGIN: &str = "'*'";

/// Completes the document and sets `Body` or `BodyS3Location`; faults are reported.
///
/// Gives the text that stands for the body in the id of the deployment.
pub(super) fn lower(scope: &Scope<'_>, api: &mut RestApi, properties: &mut Map) -> Option<String> {
    check(scope, api);
    let mut document = api.draft.document.take();
    check_needs(scope, api, document.as_ref());
    set(
        properties,
        "BinaryMediaTypes",
        api.get("BinaryMediaTypes").to_value(),
    );
    if let Some(document) = &mut document
        && let Err(fault) = complete(scope, api, document)
    {
        scope.report(fault.diagnostic(api.body_path()));
    }
    if api.get("DefinitionUri").is_truthy() {
        let (location, text) = s3_location(scope, api)?;
        set(properties, "BodyS3Location", location);
        return Some(text);
    }
    let document = document?;
    if document.is_too_large() {
        refuse_too_large(scope, &api.sam, 0);
        return None;
    }
    let is_made = document.is_made();
    let body = document.into_node();
    // A text that is in memory once is printed for each path that has it. Whoever keeps the API takes the room.
    let bytes = body.least_length();
    if !scope.has_room_for(bytes) {
        refuse_too_large(scope, &api.sam, bytes);
        return None;
    }
    // The id of the deployment goes by the order of the reference.
    let text = body.to_text();
    set(
        properties,
        "Body",
        Document::written(body.into_value(), is_made),
    );
    Some(text)
}

fn check(scope: &Scope<'_>, api: &RestApi) {
    let has_uri = api.get("DefinitionUri").is_truthy();
    if has_uri && api.draft.document.is_some() {
        scope.report(
            Diagnostic::new(
                codes::DEFINITION_TWICE,
                api.sam.path("DefinitionUri"),
                "`DefinitionUri` cannot stand beside `DefinitionBody`",
            )
            .on_key()
            .help("keep one of them; `DefinitionUri` must stand on the API itself, not in Globals"),
        );
    }
    if has_uri && api.sam.is_truthy("MergeDefinitions") {
        scope.report(
            Diagnostic::new(
                codes::MERGE_WITHOUT_BODY,
                api.sam.path("MergeDefinitions"),
                "`MergeDefinitions` cannot stand beside `DefinitionUri`",
            )
            .on_key()
            .help("events are merged into a `DefinitionBody` only"),
        );
    }
    let version = api.get("OpenApiVersion");
    let is_known = match version {
        Node::Text(text) => is_version(text, &["2", "3"]),
        _ => false,
    };
    if version.is_truthy() && !is_known {
        scope.report(
            Diagnostic::new(
                codes::OPENAPI_VERSION,
                api.sam.path("OpenApiVersion"),
                "`OpenApiVersion` must be a version like `3.0.1` or `2.0`",
            )
            .help(
                "write the version itself: an intrinsic cannot be read before the deployment here",
            ),
        );
    }
}

/// Refuses properties that need a document where there is none, or none that is valid.
fn check_needs(scope: &Scope<'_>, api: &RestApi, document: Option<&Document>) {
    let wanted = "an OpenAPI document";
    if !document.is_some_and(Document::is_valid) {
        let help = "a body needs a map of `paths`, and `swagger: \"2.0\"` or an `openapi` version like `3.0.1`";
        for name in ["Cors", "Auth", "GatewayResponses", "Models"] {
            if api.get(name).is_truthy() {
                refuse_without_body(scope, &api.sam, name, document, wanted, help);
            }
        }
    }
    let name = "DisableExecuteApiEndpoint";
    if document.is_none() && !matches!(api.get(name), Node::Null) {
        let help = "write it into the document that `DefinitionUri` names";
        refuse_without_body(scope, &api.sam, name, document, wanted, help);
    }
}

fn complete(scope: &Scope<'_>, api: &RestApi, document: &mut Document) -> Result<(), Fault> {
    let mut is_nested = false;
    let version = match api.get("OpenApiVersion") {
        Node::Null => None,
        version => Some(version),
    };
    if document.is_valid() {
        if let Some(cors) = read_cors(scope, api) {
            add_cors(scope, api, document, &cors)?;
        }
        if api.get("Auth").is_truthy() {
            auth::add(scope, api, document)?;
            is_nested |= document.convert(version)?;
        }
        if let Some(responses) = gateway_responses::read(scope, api) {
            document.edit(|document| {
                document.define_gateway_responses(responses);
                Ok::<(), Fault>(())
            })?;
        }
    }
    let types = api.get("BinaryMediaTypes");
    if types.is_truthy() {
        document.edit(|document| {
            document.set_binary_media_types(types);
            Ok::<(), Fault>(())
        })?;
    }
    if let Some(models) = read_models(scope, api).filter(|_| document.is_valid()) {
        document.edit(|document| {
            document.define_models(&models);
            Ok::<(), Fault>(())
        })?;
        is_nested |= document.convert(version)?;
    }
    let is_disabled = api.get("DisableExecuteApiEndpoint");
    if !matches!(is_disabled, Node::Null) {
        document.edit(|document| document.disable_endpoint(is_disabled))?;
    }
    is_nested |= document.convert(version)?;
    if is_nested {
        let (path, help) = if api.get("OpenApiVersion").is_truthy() {
            (api.sam.path("OpenApiVersion"), "leave `OpenApiVersion` out")
        } else {
            (
                api.sam.path("Cors"),
                "write the `options` methods into the document, in place of `Cors`",
            )
        };
        scope.report(
            Diagnostic::new(
                codes::CORS_HEADERS_NESTED,
                path,
                format!("the response headers of `options` methods of `{}` get a `schema` inside a `schema`, which clients generated from this API do not understand", api.sam.id),
            )
            .help(help),
        );
    }
    Ok(())
}

fn read_cors(scope: &Scope<'_>, api: &RestApi) -> Option<Cors> {
    let given = api.get("Cors");
    if !given.is_truthy() {
        return None;
    }
    let path = api.sam.path("Cors");
    let only = |origin: &Node| Cors {
        origin: origin.clone(),
        headers: Node::Null,
        methods: Node::Null,
        max_age: Node::Null,
        with_credentials: false,
    };
    let map = match given {
        Node::Map(map) if !is_intrinsic(&given.to_value()) => map,
        origin => return Some(only(origin)),
    };
    let watch = scope.watch();
    keys::refuse_unknown(scope, map.keys(), CORS_KEYS, "`Cors`", &path);
    let get = |name: &str| map.get(name).cloned().unwrap_or(Node::Null);
    let cors = Cors {
        origin: map
            .get("AllowOrigin")
            .cloned()
            .unwrap_or_else(|| ANY_ORIGIN.into()),
        headers: get("AllowHeaders"),
        methods: get("AllowMethods"),
        max_age: get("MaxAge"),
        with_credentials: matches!(map.get("AllowCredentials"), Some(Node::Bool(true))),
    };
    if cors.with_credentials && matches!(&cors.origin, Node::Text(text) if &**text == ANY_ORIGIN) {
        scope.report(
            Diagnostic::new(
                codes::CORS_CREDENTIALS,
                path,
                "`AllowCredentials` cannot stand beside any `AllowOrigin`",
            )
            .help("name the origin: browsers refuse credentials where every origin is allowed"),
        );
    }
    watch.is_sound().then_some(cors)
}

fn add_cors(
    scope: &Scope<'_>,
    api: &RestApi,
    document: &mut Document,
    cors: &Cors,
) -> Result<(), Fault> {
    if !cors.origin.is_truthy() && document.lacks_options()? {
        scope.report(
            Diagnostic::new(
                codes::CORS_WITHOUT_ORIGIN,
                api.sam.path("Cors").then("AllowOrigin"),
                "`AllowOrigin` is empty",
            )
            .help("write `\"'*'\"`, or the origin in quotes within quotes"),
        );
        return Ok(());
    }
    document.edit(|document| document.add_cors(cors))
}

fn read_models(scope: &Scope<'_>, api: &RestApi) -> Option<Map2> {
    let Node::Map(models) = api.get("Models") else {
        return None;
    };
    if models.is_empty() {
        return None;
    }
    let watch = scope.watch();
    for (name, model) in models.iter() {
        let path = api.sam.path("Models").then(&**name);
        match model {
            Node::Map(model) if model.get("type").is_some_and(Node::is_truthy) => {}
            Node::Map(_) => scope.report(
                Diagnostic::new(
                    codes::MODEL_WITHOUT_TYPE,
                    path,
                    format!("the model `{}` needs a `type`", &**name),
                )
                .help("add `type: object`")
                .blame(None),
            ),
            _ => scope.report(
                Diagnostic::new(
                    codes::MODEL_SHAPE,
                    path,
                    format!("the model `{}` must be a map", &**name),
                )
                .help("write a JSON schema: `{type: object, properties: {...}}`"),
            ),
        }
    }
    watch.is_sound().then(|| models.clone())
}

/// `DefinitionUri` as CloudFormation takes it, and the text that it is hashed as.
fn s3_location(scope: &Scope<'_>, api: &RestApi) -> Option<(Value, String)> {
    let path = api.sam.path("DefinitionUri");
    let mut location = Map2::hashed();
    match api.get("DefinitionUri") {
        Node::Map(given) => {
            let is_given = |name: &str| given.get(name).is_some_and(Node::is_truthy);
            if !is_given("Bucket") || !is_given("Key") {
                scope.report(
                    Diagnostic::new(
                        codes::CODE_LOCATION_INCOMPLETE,
                        path,
                        "`DefinitionUri` as a map needs `Bucket` and `Key`",
                    )
                    .help("write `{Bucket: my-bucket, Key: openapi.yaml}`; an intrinsic may stand for either, not for the whole"),
                );
                return None;
            }
            code_location::warn_of_document(scope, given.keys(), &path);
            for name in ["Bucket", "Key", "Version"] {
                if let Some(value) = given.get(name) {
                    location.insert(name, value.clone());
                }
            }
        }
        uri => {
            let read = code_location::read(scope, uri.to_value(), &path)?;
            if let Some(content) = read.local {
                return Some((read.value, content.to_string()));
            }
            for (from, to) in [
                ("S3Bucket", "Bucket"),
                ("S3Key", "Key"),
                ("S3ObjectVersion", "Version"),
            ] {
                if let Some(value) = read.value.get(from) {
                    location.insert(to, Node::marked(value.clone()));
                }
            }
        }
    }
    let location = Node::from(location);
    Some((location.to_value(), location.to_text()))
}
