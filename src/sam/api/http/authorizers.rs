//! `Auth.Authorizers` of an HTTP API: who decides whether a caller may call a method.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::HttpApi
//!   Properties:
//!     Auth:
//!       DefaultAuthorizer: Tokens
//!       Authorizers:
//!         Tokens:
//!           JwtConfiguration: {issuer: https://issuer.example, audience: [shop]}
//!           IdentitySource: $request.header.Authorization
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get: {Type: HttpApi, Properties: {ApiId: !Ref Shop, Path: /orders, Method: get}}
//! ```
//!
//! ```yaml
//! # out
//! Shop:
//!   Properties:
//!     Body:
//!       paths:
//!         /orders:
//!           get:
//!             security: [{Tokens: []}]
//!             # ...
//!       components:
//!         securitySchemes:
//!           Tokens:
//!             type: oauth2
//!             x-amazon-apigateway-authorizer:
//!               jwtConfiguration: {issuer: https://issuer.example, audience: [shop]}
//!               identitySource: $request.header.Authorization
//!               type: jwt
//!       # ...
//!   # ...
//! ```
//!
//! A function that decides gets a permission, `<Api><Name>AuthorizerPermission`, where that is asked for.
//!
//! Upstream: class ApiGatewayV2Authorizer in model/apigatewayv2.py.

use crate::diagnostics::{Code, Diagnostic, codes};
use crate::language::intrinsics::reference;
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::{SamResource, map, set};
use crate::sam::api::authorizers::warn_of_alias;
use crate::scope::Scope;
use crate::stack::Names;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const AUTHORIZER: &str = "x-amazon-apigateway-authorizer";

/// What a JWT authorizer has beside `JwtConfiguration`.
const OF_JWT: [&str; 2] = ["AuthorizationScopes", "IdentitySource"];

/// What a Lambda authorizer has.
const OF_LAMBDA: [&str; 6] = [
    "FunctionArn",
    "FunctionInvokeRole",
    "Identity",
    "AuthorizerPayloadFormatVersion",
    "EnableSimpleResponses",
    "EnableFunctionDefaultPermissions",
];

/// Where a request carries what identifies the caller, and how the document names that.
const IDENTITY_SOURCES: [(&str, &str); 4] = [
    ("Headers", "$request.header."),
    ("QueryStrings", "$request.querystring."),
    ("StageVariables", "$stageVariables."),
    ("Context", "$context."),
];

/// One authorizer, known to be well-formed.
#[derive(Debug)]
pub(super) struct Authorizer {
    pub(super) name: String,
    /// How the document defines it.
    pub(super) scheme: Value,
    /// The scopes that a method needs by default.
    pub(super) scopes: Value,
    /// The function that decides, where this authorizer is to let it be called.
    permitted_function: Value,
}

/// Reads the authorizers of `Auth`. Faults are reported.
pub(super) fn read(
    scope: &Scope<'_>,
    names: &Names,
    api: &SamResource,
    auth: &Map,
) -> Vec<Authorizer> {
    let mut read = Vec::new();
    if auth.get("EnableIamAuthorizer") == Some(&Value::Bool(true)) {
        read.push(Authorizer {
            name: "AWS_IAM".to_owned(),
            scheme: json!({
                "type": "apiKey",
                "name": "Authorization",
                "in": "header",
                "x-amazon-apigateway-authtype": "awsSigv4",
            }),
            scopes: json!([]),
            permitted_function: Value::Null,
        });
    }
    let path = api.path("Auth").then("Authorizers");
    let given = match auth.get("Authorizers") {
        Some(Value::Object(given)) => given,
        given if !is_truthy(given) => return read,
        _ => {
            scope.report(not_a_map(path, "Authorizers"));
            return read;
        }
    };
    for (name, given) in given {
        let path = path.clone().then(name);
        let Some(given) = given.as_object() else {
            scope.report(not_a_map(path, name));
            continue;
        };
        if let Some(function) = given.get("FunctionArn") {
            warn_of_alias(scope, names, api, name, function);
        }
        if let Some(authorizer) = read_one(scope, name, given, &path) {
            // One of the user's called `AWS_IAM` takes the place of the built-in one.
            read.retain(|known| known.name != authorizer.name);
            read.push(authorizer);
        }
    }
    read
}

fn not_a_map(path: Path, name: &str) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZERS_SHAPE,
        path,
        format!("`{name}` must be a map"),
    )
    .help("write `Authorizers: {Name: {JwtConfiguration: {...}, IdentitySource: $request.header.Authorization}}`")
}

fn read_one(scope: &Scope<'_>, name: &str, given: &Map, path: &Path) -> Option<Authorizer> {
    let watch = scope.watch();
    let get = |key: &str| given.get(key).unwrap_or(&Value::Null);
    let is_jwt = is_truthy(Some(get("JwtConfiguration")));
    check_shapes(scope, name, given, path);
    check_kind(scope, name, given, is_jwt, path);
    let permits = get("EnableFunctionDefaultPermissions");
    if !matches!(permits, Value::Null | Value::Bool(_)) {
        scope.report(permissions_not_known(path));
    }
    let scheme = if is_jwt {
        jwt_scheme(given)
    } else {
        lambda_scheme(scope, given, path)
    };
    let permitted_function = if *permits == Value::Bool(true) {
        get("FunctionArn").clone()
    } else {
        Value::Null
    };
    watch.is_sound().then(|| Authorizer {
        name: name.to_owned(),
        scheme,
        scopes: match get("AuthorizationScopes") {
            Value::Null => json!([]),
            scopes => scopes.clone(),
        },
        permitted_function,
    })
}

/// Refuses what no authorizer has, and what has another shape than it should.
fn check_shapes(scope: &Scope<'_>, name: &str, given: &Map, path: &Path) {
    let get = |key: &str| given.get(key).unwrap_or(&Value::Null);
    let refuse = |code: &'static Code, key: &str, message: String, help: &'static str| {
        scope.report(Diagnostic::new(code, path.clone().then(key), message).help(help));
    };
    if given.contains_key("OpenIdConnectUrl") {
        refuse(
            codes::AUTHORIZER_PROPERTY,
            "OpenIdConnectUrl",
            format!("the authorizer `{name}` cannot have `OpenIdConnectUrl`"),
            "write `JwtConfiguration: {issuer: ..., audience: [...]}`",
        );
    }
    let jwt = get("JwtConfiguration");
    if is_truthy(Some(jwt)) && !jwt.is_object() {
        refuse(
            codes::JWT_CONFIGURATION,
            "JwtConfiguration",
            "`JwtConfiguration` must be a map".to_owned(),
            "write `{issuer: ..., audience: [...]}`",
        );
    }
    if !matches!(get("AuthorizationScopes"), Value::Null | Value::Array(_)) {
        refuse(
            codes::AUTHORIZATION_SCOPES,
            "AuthorizationScopes",
            "`AuthorizationScopes` must be a list".to_owned(),
            "write `[scope]`",
        );
    }
}

/// Refuses what an authorizer has of the other kind, and what it lacks of its own.
fn check_kind(scope: &Scope<'_>, name: &str, given: &Map, is_jwt: bool, path: &Path) {
    let get = |key: &str| given.get(key).unwrap_or(&Value::Null);
    let (foreign, kind, needed): (&[&str], _, &[&str]) = if is_jwt {
        (&OF_LAMBDA, "JWT", &["IdentitySource"])
    } else {
        (
            &OF_JWT,
            "Lambda",
            &["FunctionArn", "AuthorizerPayloadFormatVersion"],
        )
    };
    for key in foreign.iter().filter(|key| !get(key).is_null()) {
        scope.report(
            Diagnostic::new(
                codes::AUTHORIZER_PROPERTY,
                path.clone().then(*key),
                format!("the {kind} authorizer `{name}` cannot have `{key}`"),
            )
            .help("an authorizer with `JwtConfiguration` takes `AuthorizationScopes` and `IdentitySource`; one with `FunctionArn` says by `Identity` what it looks at"),
        );
    }
    for key in needed.iter().filter(|key| !is_truthy(Some(get(key)))) {
        scope.report(
            Diagnostic::new(
                codes::AUTHORIZER_INCOMPLETE,
                path.clone().then(*key),
                format!("the {kind} authorizer `{name}` needs `{key}`"),
            )
            .help("a Lambda authorizer has `FunctionArn` and `AuthorizerPayloadFormatVersion` (`2.0`), a JWT authorizer `JwtConfiguration` and `IdentitySource`"),
        );
    }
}

fn jwt_scheme(given: &Map) -> Value {
    let configuration: Map = given
        .get("JwtConfiguration")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .map(|(key, value)| (key.to_lowercase(), value.clone()))
        .collect();
    json!({
        "type": "oauth2",
        AUTHORIZER: {
            "jwtConfiguration": configuration,
            "identitySource": given.get("IdentitySource"),
            "type": "jwt",
        },
    })
}

fn lambda_scheme(scope: &Scope<'_>, given: &Map, path: &Path) -> Value {
    let get = |key: &str| given.get(key).unwrap_or(&Value::Null);
    let uri = scope.partition.arn(
        "apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${__FunctionArn__}/invocations",
    );
    let mut authorizer = map(json!({
        "type": "request",
        "authorizerUri": { "Fn::Sub": [uri, { "__FunctionArn__": get("FunctionArn") }] },
    }));
    let role = get("FunctionInvokeRole");
    if is_truthy(Some(role)) && *role != "NONE" {
        set(&mut authorizer, "authorizerCredentials", role.clone());
    }
    let identity = get("Identity");
    if is_truthy(Some(identity)) {
        let path = path.clone().then("Identity");
        match identity.as_object() {
            Some(identity) => {
                let lifetime = identity.get("ReauthorizeEvery").cloned();
                set(
                    &mut authorizer,
                    "authorizerResultTtlInSeconds",
                    lifetime.unwrap_or_default(),
                );
                let sources = identity_sources(scope, identity, &path);
                set(&mut authorizer, "identitySource", sources);
            }
            None => scope.report(
                Diagnostic::new(codes::AUTHORIZER_IDENTITY, path, "`Identity` must be a map")
                    .help("write `Identity: {Headers: [Authorization]}`"),
            ),
        }
    }
    set(
        &mut authorizer,
        "authorizerPayloadFormatVersion",
        get("AuthorizerPayloadFormatVersion").clone(),
    );
    if is_truthy(Some(get("EnableSimpleResponses"))) {
        set(
            &mut authorizer,
            "enableSimpleResponses",
            get("EnableSimpleResponses").clone(),
        );
    }
    json!({ "type": "apiKey", "name": "Unused", "in": "header", AUTHORIZER: authorizer })
}

fn identity_sources(scope: &Scope<'_>, identity: &Map, path: &Path) -> Value {
    let mut sources = Vec::new();
    for (key, prefix) in IDENTITY_SOURCES {
        let Some(names) = identity.get(key).filter(|names| is_truthy(Some(names))) else {
            continue;
        };
        let texts: Option<Vec<&str>> = names
            .as_array()
            .and_then(|names| names.iter().map(Value::as_str).collect());
        match texts {
            Some(texts) => {
                sources.extend(
                    texts
                        .iter()
                        .map(|name| Value::from(format!("{prefix}{name}"))),
                );
            }
            None => scope.report(
                Diagnostic::new(
                    codes::AUTHORIZER_IDENTITY,
                    path.clone().then(key),
                    format!("`{key}` must be a list of strings"),
                )
                .help(format!("write `{key}: [Name]`")),
            ),
        }
    }
    sources.into()
}

impl Authorizer {
    /// The place of it.
    pub(super) fn place(&self, api: &SamResource) -> Path {
        api.path("Auth").then("Authorizers").then(&self.name)
    }

    /// What lets API Gateway call the function that decides: id and properties. Unlike those of REST APIs, an authorizer
    /// has none unless it asks for it.
    pub(super) fn permission(&self, api: &SamResource) -> Option<(String, Map)> {
        if self.permitted_function.is_null() {
            return None;
        }
        let source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${__ApiId__}/authorizers/*";
        let properties = map(json!({
            "Action": "lambda:InvokeFunction",
            "FunctionName": &self.permitted_function,
            "Principal": "apigateway.amazonaws.com",
            "SourceArn": { "Fn::Sub": [source, { "__ApiId__": reference(&api.id) }] },
        }));
        Some((
            logical_id::authorizer_permission(&api.id, &self.name),
            properties,
        ))
    }
}

fn permissions_not_known(path: &Path) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZER_PERMISSIONS,
        path.clone().then("EnableFunctionDefaultPermissions"),
        "`EnableFunctionDefaultPermissions` must be `true` or `false`",
    )
    .help("write the value itself: an intrinsic cannot be read before the deployment here")
}
