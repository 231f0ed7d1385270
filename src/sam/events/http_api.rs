//! `HttpApi`: a route of an HTTP API.
//!
//! ```yaml
//! # in
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: HttpApi, Properties: {Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! FnGetPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties:
//!     Action: lambda:InvokeFunction
//!     FunctionName: !Ref Fn
//!     Principal: apigateway.amazonaws.com
//!     SourceArn: !Sub
//!       - 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/${__Stage__}/GET/orders'
//!       - {__ApiId__: !Ref ServerlessHttpApi, __Stage__: '*'}
//! ServerlessHttpApi:
//!   Properties:
//!     Body:
//!       paths:
//!         /orders:
//!           get:
//!             x-amazon-apigateway-integration:
//!               httpMethod: POST
//!               type: aws_proxy
//!               uri: !Sub 'arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${Fn.Arn}/invocations'
//!               payloadFormatVersion: '2.0'
//!             responses: {}
//!       # ...
//!   # ...
//! ```
//!
//! Unlike those of `Api` events, routes are added to documents of the user's own, too; an integration that is there
//! already stays. Without path and method an event is the default route.
//!
//! Upstream: class HttpApi in model/eventsources/push.py.

use super::api::auth::{
    authorizer_not_a_text, nothing_to_waive, scopes_not_a_list, unknown_authorizer,
};
use super::{Event, EventType, Target, has_failed};
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::language::python2::{Map as Map2, Node, Text};
use crate::language::truth::is_truthy;
use crate::resource::property::{Property, Shape};
use crate::sam::api::openapi::{ANY_METHOD, Document, Fault, make_conditional};
use crate::sam::common::Common;
use crate::sam::events::Lower;
use crate::scope::Scope;
use crate::stack::Stack;
use crate::template::Path;
use crate::tree::{Map, Value, json};

pub(super) const TYPE: EventType = EventType {
    name: "HttpApi",
    properties: &[
        Property::of("Path", Shape::Text).does("becomes a path in the `Body` of the API"),
        Property::of("Method", Shape::Text).does("becomes a method in the `Body` of the API"),
        Property::of("ApiId", Shape::Text)
            .does("decides which API gets the path; without it `ServerlessHttpApi` is made"),
        Property::of("Stage", Shape::Text).ignored("the stage is that of the API"),
        Property::of("Auth", Shape::Map)
            .meant_by(&[("Authorizer", Shape::Text)])
            .does("becomes the security of the method"),
        Property::of("TimeoutInMillis", Shape::Integer).does("becomes a part of the integration"),
        Property::of("RouteSettings", Shape::Map).does("becomes `RouteSettings` of the stage"),
        Property::of("PayloadFormatVersion", Shape::Text).does("becomes a part of the integration"),
    ],
    check: None,
    lower: Lower::Among(lower),
};

const SERVICE: &str = "apigateway.amazonaws.com";

const DEFAULT_PATH: &str = "$default";

/// A route of an API, and what the event says of it.
struct Route<'a> {
    event: &'a Event,
    path: Text,
    /// In lower case.
    method: Text,
    /// The API's logical id.
    api: String,
}

impl Route<'_> {
    fn body_path(&self) -> Path {
        Path::property(&self.api, "DefinitionBody")
    }

    /// A fault of the document's, which is nobody's.
    fn of_document(&self) -> impl Fn(Fault) -> Diagnostic + use<> {
        let path = self.body_path();
        move |fault| fault.diagnostic(path.clone())
    }
}

fn lower(scope: &Scope<'_>, common: &mut Common<'_>, target: &mut Target<'_>, event: &Event) {
    // Where the event says neither path nor method, it is the transform that does.
    let is_default = event.get("Path") == DEFAULT_PATH && event.get("Method") == ANY_METHOD;
    let text = |name: &str| {
        let text = event.get(name).as_str()?;
        Some(if is_default {
            Text::bare(text)
        } else {
            Text::marked(text)
        })
    };
    let id = event.get("ApiId");
    let (Some(path), Some(method), Some(api)) = (
        text("Path"),
        text("Method"),
        id.get("Ref").unwrap_or(id).as_str(),
    ) else {
        return;
    };
    let route = Route {
        event,
        path,
        method: method.map(str::to_lowercase),
        api: api.to_owned(),
    };
    let draft = common.drafts.get_mut(&route.api);
    let document = draft.and_then(|draft| Some((draft.document.as_mut()?, draft.is_managed)));
    let Some((document, is_managed)) = document else {
        if has_unusable_body(&common.stack, &route.api) {
            return scope.report(not_openapi_3(&route));
        }
        return allow(target, &route);
    };
    if document.is_too_large() {
        return;
    }
    let mut copy;
    let document = if has_failed(scope, target) {
        copy = document.excerpt(&route.path);
        &mut copy
    } else {
        document
    };
    let done = lower_into(scope, &common.stack, target, &route, document, is_managed);
    if let Err(fault) = done {
        scope.report(fault);
    }
}

/// Whether something else than an HTTP API of SAM's, which an event names as its API, has a `DefinitionBody` that is no
/// OpenAPI document: the reference looks at it all the same.
fn has_unusable_body(stack: &Stack, api: &str) -> bool {
    let properties = stack.own.get(api).and_then(|api| api.get("Properties"));
    match properties.and_then(|properties| properties.get("DefinitionBody")) {
        Some(body @ Value::Object(_)) => match Node::plain(body.clone()) {
            Node::Map(body) => !Document::new(body).is_valid_openapi_3(),
            _ => false,
        },
        _ => false,
    }
}

fn lower_into(
    scope: &Scope<'_>,
    stack: &Stack,
    target: &mut Target<'_>,
    route: &Route<'_>,
    document: &mut Document,
    is_managed: bool,
) -> Result<(), Diagnostic> {
    if !document.is_valid_openapi_3() {
        return Err(not_openapi_3(route));
    }
    let is_covered = &*route.path != DEFAULT_PATH
        && is_default_of(document, &target.id).map_err(route.of_document())?;
    if !is_covered {
        allow(target, route);
    }
    let is_there = document
        .has_integration(&route.path, &route.method)
        .map_err(route.of_document())?;
    if is_there && is_managed {
        return Err(route_twice(route));
    }
    let required = required(scope, stack, route)?;
    let condition = target.sam.attributes.condition();
    let condition = condition.filter(|name| !name.is_empty()).map(Text::marked);
    let integration = integration(target, condition.as_ref());
    let event = route.event;
    document
        .edit_openapi_3(|document| {
            let (path, method) = (&route.path, &route.method);
            if !is_there {
                let responses = Map2::hashed();
                document.add_integration(
                    path,
                    method,
                    &integration,
                    &responses,
                    condition.as_ref(),
                )?;
                document.make_default_route(path, method)?;
            }
            if let Some((authorizer, scopes)) = &required {
                document.require_scheme(path, method, authorizer, scopes)?;
            }
            for (property, key) in [
                ("TimeoutInMillis", "timeoutInMillis"),
                ("PayloadFormatVersion", "payloadFormatVersion"),
            ] {
                if event.is_truthy(property) {
                    let value = Node::marked(event.get(property).clone());
                    document.set_in_integration(path, method, key, &value)?;
                }
            }
            let names = path_parameters(path);
            if !names.is_empty() {
                document.add_path_parameters(path, method, &names)?;
            }
            Ok::<(), Fault>(())
        })
        .map_err(route.of_document())
}

/// Whether the default route calls this function already: what lets it do so covers every other route.
///
/// A function with an alias is not recognized, so that it gets a permission for each route.
fn is_default_of(document: &mut Document, function: &str) -> Result<bool, Fault> {
    let (path, method) = (Text::bare(DEFAULT_PATH), Text::bare(ANY_METHOD));
    if !document.has_integration(&path, &method)? {
        return Ok(false);
    }
    let is_this = |uri: &Node| {
        let arn = uri.as_map().and_then(|uri| uri.get("Fn::Sub"));
        let called = arn.and_then(Node::as_text).and_then(|arn| called_by(arn));
        called == Some(function)
    };
    Ok(document.called_uris(&path, &method)?.iter().all(is_this))
}

/// What stands before the first `.Arn` of a text.
fn called_by(text: &str) -> Option<&str> {
    text.match_indices(".Arn").find_map(|(end, _)| {
        let before = text.get(..end)?;
        let name = before.rsplit(|c: char| !c.is_ascii_alphanumeric()).next()?;
        (!name.is_empty()).then_some(name)
    })
}

/// Lets every stage of the API call the function by this route.
fn allow(target: &mut Target<'_>, route: &Route<'_>) {
    let path = without_last_slash(&route.path);
    let path = if path == DEFAULT_PATH { "" } else { path };
    let is_any = matches!(&*route.method, "any" | ANY_METHOD);
    let part = if &*route.method == "any" && path == "/$default" {
        path.to_owned()
    } else if is_any {
        format!("/*{}", with_wildcards(path))
    } else {
        format!("/{}{}", route.method.to_uppercase(), with_wildcards(path))
    };
    let arn = format!(
        "arn:${{AWS::Partition}}:execute-api:${{AWS::Region}}:${{AWS::AccountId}}:${{__ApiId__}}/${{__Stage__}}{part}"
    );
    let variables = json!({ "__ApiId__": route.event.get("ApiId"), "__Stage__": "*" });
    target.allow(
        logical_id::event_permission(&route.event.logical_id),
        SERVICE,
        json!({ "SourceArn": { "Fn::Sub": [arn, variables] } }),
        route.event.place(),
    );
}

/// API Gateway knows no slash at the end of a path.
fn without_last_slash(path: &str) -> &str {
    if path.len() > 1 && !path.contains('\n') {
        path.strip_suffix('/').unwrap_or(path)
    } else {
        path
    }
}

/// The path with `*` for `{name}` and `{proxy+}`; another greedy parameter stays.
fn with_wildcards(path: &str) -> String {
    let mut made = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        made.push_str(before);
        let is_plain =
            |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        match after.split_once('}') {
            Some((name, after))
                if name == "proxy+" || (!name.is_empty() && name.bytes().all(is_plain)) =>
            {
                made.push('*');
                rest = after;
            }
            _ => {
                made.push('{');
                rest = after;
            }
        }
    }
    made + rest
}

/// The names of the parameters in a path, `+` of greedy ones included.
fn path_parameters(path: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = path;
    while let Some((_, after)) = rest.split_once('{') {
        match after.split_once('}') {
            Some((name, after)) if !name.contains('\n') => {
                names.push(name);
                rest = after;
            }
            Some(_) => rest = after,
            None => break,
        }
    }
    names
}

fn integration(target: &Target<'_>, condition: Option<&Text>) -> Map2 {
    let mut uri = target.sub_with_arn(|function| {
        format!(
            "arn:${{AWS::Partition}}:apigateway:${{AWS::Region}}:lambda:path/2015-03-31/functions/{function}/invocations"
        )
    });
    if let Some(condition) = condition {
        make_conditional(&mut uri, condition.clone());
    }
    let mut made = Map2::hashed();
    made.insert("type", "aws_proxy");
    made.insert("httpMethod", "POST");
    made.insert("payloadFormatVersion", "2.0");
    made.insert("uri", uri);
    made
}

/// The authorizer that the event's `Auth` wants, and the scopes.
fn required(
    scope: &Scope<'_>,
    stack: &Stack,
    route: &Route<'_>,
) -> Result<Option<(Text, Node)>, Diagnostic> {
    let Some(auth) = route
        .event
        .get("Auth")
        .as_object()
        .filter(|auth| !auth.is_empty())
    else {
        return Ok(None);
    };
    let given = stack
        .own
        .get(&route.api)
        .and_then(|api| api.get("Properties")?.get("Auth"));
    let empty = Map::new();
    let api_auth = match given {
        None => &empty,
        Some(Value::Object(auth)) => auth,
        Some(_) => return Err(auth_not_a_map(route)),
    };
    let default = api_auth
        .get("DefaultAuthorizer")
        .filter(|name| is_truthy(Some(name)));
    let own = auth.get("Authorizer").filter(|name| is_truthy(Some(name)));
    let Some(name) = own.or(default) else {
        return Err(no_authorizer(route));
    };
    let scopes = auth.get("AuthorizationScopes").unwrap_or(&Value::Null);
    let authorizer = check_authorizer(scope, route, api_auth, name, default.is_some())?;
    if is_truthy(Some(scopes)) && !scopes.is_array() {
        return Err(scopes_not_a_list(route.event));
    }
    let name = name.as_str().unwrap_or_default();
    let scopes = match authorizer {
        // The built-in ones know no scopes.
        None => Value::Null,
        Some(_) if matches!(name, "NONE" | "AWS_IAM") => Value::Null,
        Some(_) if is_truthy(Some(scopes)) => scopes.clone(),
        Some(authorizer) => authorizer
            .get("AuthorizationScopes")
            .cloned()
            .unwrap_or_default(),
    };
    let scopes = if is_truthy(Some(&scopes)) {
        Node::marked(scopes)
    } else {
        Vec::new().into()
    };
    Ok(Some((Text::marked(name), scopes)))
}

/// Refuses an authorizer that the API does not have. Gives it, where it is none of the built-in ones.
fn check_authorizer<'a>(
    scope: &Scope<'_>,
    route: &Route<'_>,
    api_auth: &'a Map,
    name: &Value,
    has_default: bool,
) -> Result<Option<&'a Map>, Diagnostic> {
    let has_iam = api_auth.get("EnableIamAuthorizer") == Some(&Value::Bool(true));
    let known = api_auth.get("Authorizers").and_then(Value::as_object);
    let Some(name) = name.as_str() else {
        return Err(authorizer_not_a_text(route.event));
    };
    match name {
        "NONE" if has_default => return Ok(None),
        "NONE" => return Err(nothing_to_waive(route.event, &route.api)),
        "AWS_IAM" if has_iam => return Ok(None),
        _ => {}
    }
    match known.and_then(|known| known.get(name)) {
        Some(Value::Object(authorizer)) if !authorizer.is_empty() => Ok(Some(authorizer)),
        found if is_truthy(found) => Err(authorizer_not_a_map(route, name)),
        _ => {
            let known: Vec<&str> = known
                .into_iter()
                .flatten()
                .map(|(name, _)| &**name)
                .collect();
            Err(unknown_authorizer(
                scope,
                route.event,
                &route.api,
                name,
                &known,
            ))
        }
    }
}

fn not_openapi_3(route: &Route<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::DEFINITION_BODY_NEEDED,
        route.body_path(),
        format!("`{}` has an `HttpApi` event, but its document is not OpenAPI 3", route.api),
    )
    .help("a document needs a map of `paths` and an `openapi` version like `3.0.1`; the event of a REST API is `Api`")
}

fn route_twice(route: &Route<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::API_ROUTE_TWICE,
        route.event.path("Path"),
        format!(
            "`{} {}` is another event's already",
            route.method.to_uppercase(),
            &*route.path
        ),
    )
    .help("a route calls one function")
}

fn auth_not_a_map(route: &Route<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::AUTH_SHAPE,
        Path::property(&route.api, "Auth"),
        "`Auth` must be a map",
    )
    .help("write `Auth: {Authorizers: {...}}`, or take it out")
}

fn no_authorizer(route: &Route<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::AUTH_WITHOUT_AUTHORIZER,
        route.event.path("Auth").then("Authorizer"),
        format!(
            "`Auth` names no `Authorizer`, and `{}` has no `DefaultAuthorizer`",
            route.api
        ),
    )
    .help("add `Authorizer`, or take `Auth` out")
}

fn authorizer_not_a_map(route: &Route<'_>, name: &str) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZERS_SHAPE,
        Path::property(&route.api, "Auth")
            .then("Authorizers")
            .then(name),
        format!("the authorizer `{name}` must be a map"),
    )
    .help("write `{JwtConfiguration: {...}, IdentitySource: ...}`")
    .blame(None)
}
