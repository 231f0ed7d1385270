//! What an `Api` event says of requests: the model of their body, and their parameters.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Models: {Order: {type: object}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Post:
//!         Type: Api
//!         Properties:
//!           RestApiId: !Ref Shop
//!           Path: /orders
//!           Method: post
//!           RequestModel: {Model: Order, ValidateBody: true}
//!           RequestParameters: [method.request.header.Trace]
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       paths:
//!         /orders:
//!           post:
//!             x-amazon-apigateway-integration:
//!               httpMethod: POST
//!               type: aws_proxy
//!               uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'
//!             x-amazon-apigateway-request-validator: body-only
//!             responses: {}
//!             parameters:
//!               - {in: body, name: order, schema: {$ref: '#/definitions/order'}}
//!               - required: false
//!                 type: string
//!                 name: Trace
//!                 in: header
//!       x-amazon-apigateway-request-validators:
//!         body-only: {validateRequestParameters: false, validateRequestBody: true}
//!       # ...
//!   # ...
//! ```
//!
//! Upstream: `_add_swagger_integration` of class Api in model/eventsources/push.py.

use super::Route;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::python2::{Map as Map2, Node, Text};
use crate::sam::api::openapi::{RequestParameter, Validation};
use crate::scope::Scope;
use crate::template::Path;

/// How the names of request parameters begin.
const PARAMETER_PREFIXES: [&str; 3] = [
    "method.request.querystring.",
    "method.request.path.",
    "method.request.header.",
];

const PARAMETER_KEYS: &[&str] = &["Required", "Caching"];

/// The model that the method takes as its body.
pub(super) struct RequestModel {
    pub(super) name: Text,
    pub(super) required: Node,
    pub(super) validation: Option<Validation>,
}

pub(super) fn request_model(
    scope: &Scope<'_>,
    route: &Route<'_>,
    api: &Map2,
) -> Result<Option<RequestModel>, Diagnostic> {
    let Node::Map(given) = Node::marked(route.event.get("RequestModel").clone()) else {
        return Ok(None);
    };
    let Some(model) = given.get("Model").filter(|model| model.is_truthy()) else {
        return Ok(None);
    };
    let at = |key: &str| route.event.path("RequestModel").then(key);
    let models = api.get("Models").and_then(Node::as_map);
    let name = model.as_text().filter(|name| {
        models
            .and_then(|models| models.get(name))
            .is_some_and(Node::is_truthy)
    });
    let Some(name) = name else {
        let known: Vec<&str> = models
            .into_iter()
            .flat_map(Map2::keys)
            .map(|name| &**name)
            .collect();
        let help = match model {
            Node::Text(name) if !known.is_empty() => scope.suggestions.did_you_mean(name, &known),
            _ => format!("define it under `Models` of `{}`", route.api),
        };
        return Err(Diagnostic::new(
            codes::UNKNOWN_MODEL,
            at("Model"),
            format!("`{}` has no model of this name", route.api),
        )
        .help(help));
    };
    let flag = |key: &str| match given.get(key) {
        None | Some(Node::Null) => Ok(None),
        Some(Node::Bool(flag)) => Ok(Some(*flag)),
        Some(_) => Err(Diagnostic::new(
            codes::WRONG_SHAPE,
            at(key),
            format!("`{key}` must be `true` or `false`"),
        )
        .help("write the value itself: an intrinsic cannot be read before the deployment here")),
    };
    let (body, parameters) = (flag("ValidateBody")?, flag("ValidateParameters")?);
    let is_validated = body.is_some() || parameters.is_some();
    Ok(Some(RequestModel {
        name: name.clone(),
        required: given.get("Required").cloned().unwrap_or(Node::Null),
        validation: is_validated.then(|| Validation {
            body: body.unwrap_or_default(),
            parameters: parameters.unwrap_or_default(),
        }),
    }))
}

pub(super) fn request_parameters(route: &Route<'_>) -> Result<Vec<RequestParameter>, Diagnostic> {
    let given = match Node::marked(route.event.get("RequestParameters").clone()) {
        Node::List(given) => given,
        // What looks like an intrinsic is read as the list of its key.
        Node::Map(map) => map.keys().cloned().map(Node::from).collect(),
        _ => Vec::new(),
    };
    let mut read = Vec::with_capacity(given.len());
    for (index, parameter) in given.iter().enumerate() {
        let path = route.event.path("RequestParameters").then(index);
        let shape = |path: Path| {
            Diagnostic::new(
                codes::REQUEST_PARAMETER_SHAPE,
                path,
                "a request parameter is a name, or a name with `Required` and `Caching`",
            )
            .help("write `method.request.header.Name`, or `{method.request.header.Name: {Required: true}}`")
        };
        let (name, settings) = match parameter {
            Node::Text(name) => (name, None),
            Node::Map(map) => match map.iter().next() {
                Some((name, Node::Map(settings)))
                    if settings.keys().all(|key| PARAMETER_KEYS.contains(&&**key)) =>
                {
                    (name, Some(settings))
                }
                _ => return Err(shape(path)),
            },
            _ => return Err(shape(path)),
        };
        if !PARAMETER_PREFIXES
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            return Err(Diagnostic::new(
                codes::REQUEST_PARAMETER_NAME,
                path,
                format!("the request parameter `{}` is in no part of a request", &**name),
            )
            .help("its name begins with `method.request.querystring.`, `method.request.path.` or `method.request.header.`"));
        }
        let setting = |key: &str| {
            let given = settings.and_then(|settings| settings.get(key));
            given.cloned().unwrap_or(Node::Bool(false))
        };
        read.push(RequestParameter {
            name: name.clone(),
            required: setting("Required"),
            cached: setting("Caching").is_truthy(),
        });
    }
    Ok(read)
}
