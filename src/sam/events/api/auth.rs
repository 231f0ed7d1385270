//! `Auth` of an `Api` event: who may call its route.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth:
//!       Authorizers: {Tokens: {FunctionArn: !GetAtt Decide.Arn}}
//! Fn:
//!   Type: AWS::Serverless::Function
//!   Properties:
//!     Events:
//!       Get:
//!         Type: Api
//!         Properties:
//!           RestApiId: !Ref Shop
//!           Path: /orders
//!           Method: get
//!           Auth: {Authorizer: Tokens, ApiKeyRequired: true, ResourcePolicy: {IpRangeWhitelist: [10.0.0.0/8]}}
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
//!             security: [{Tokens: []}, {api_key: []}]
//!             # ...
//!       x-amazon-apigateway-policy:
//!         Version: '2012-10-17'
//!         Statement:
//!           - Action: execute-api:Invoke
//!             Resource: [!Sub ['execute-api:/${__Stage__}/GET/orders', {__Stage__: prod}]]
//!             Effect: Allow
//!             Principal: '*'
//!           - Action: execute-api:Invoke
//!             Resource: [!Sub ['execute-api:/${__Stage__}/GET/orders', {__Stage__: prod}]]
//!             Effect: Deny
//!             Condition: {NotIpAddress: {aws:SourceIp: [10.0.0.0/8]}}
//!             Principal: '*'
//!       # ...
//!   # ...
//! ```
//!
//! Upstream: `add_auth_to_swagger` of class Api in model/eventsources/push.py, `add_lambda_integration` and
//! `add_auth_to_method` in swagger/swagger.py.

use super::Route;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::python2::{Map as Map2, Node, Text};
use crate::sam::api::draft::Draft;
use crate::sam::api::openapi::{Document, Fault};
use crate::sam::events::Event;
use crate::scope::Scope;
use crate::template::Path;

/// `Auth` of the API, whose properties are `api`, as it is written.
pub(super) fn api_auth<'a>(
    route: &Route<'_>,
    api: &'a Map2,
) -> Result<Option<&'a Map2>, Diagnostic> {
    match api.get("Auth") {
        Some(Node::Map(auth)) => Ok(Some(auth)),
        Some(auth) if auth.is_truthy() => Err(Diagnostic::new(
            codes::AUTH_SHAPE,
            Path::property(&route.api, "Auth"),
            "`Auth` must be a map",
        )
        .help("write `Auth: {DefaultAuthorizer: ...}`")),
        _ => Ok(None),
    }
}

/// With whose rights API Gateway calls the function, where callers are known by IAM; none without.
pub(super) fn credentials(scope: &Scope<'_>, auth: &Map2, api_auth: Option<&Map2>) -> Option<Node> {
    let is_iam = |auth: &Map2, key: &str| matches!(auth.get(key), Some(Node::Text(name)) if &**name == "AWS_IAM");
    let by_default =
        auth.is_empty() && api_auth.is_some_and(|api| is_iam(api, "DefaultAuthorizer"));
    if !is_iam(auth, "Authorizer") && !by_default {
        return None;
    }
    // A role that is given and empty means none.
    let role = |auth: &Map2| {
        auth.get("InvokeRole").map(|role| {
            if role.is_truthy() {
                role.clone()
            } else {
                "NONE".into()
            }
        })
    };
    let is_word = |role: &Node, word: &str| matches!(role, Node::Text(name) if &**name == word);
    match role(auth).or_else(|| role(api_auth?)) {
        Some(role) if is_word(&role, "NONE") => None,
        Some(role) if !is_word(&role, "CALLER_CREDENTIALS") => Some(role),
        _ => Some(scope.partition.arn("iam::*:user/*").as_str().into()),
    }
}

/// Resolves parameters in the `Auth` of the API, whose properties are `api`, where the event has an `Auth` too and none
/// before it had.
pub(super) fn resolve_api_auth(
    scope: &Scope<'_>,
    route: &Route<'_>,
    api: &mut Map2,
    is_resolved: &mut bool,
) {
    if route.auth.is_empty() || std::mem::replace(is_resolved, true) {
        return;
    }
    if let Some(auth) = api.get_mut("Auth")
        && let Err(fault) = scope.parameters.resolve_node(auth)
    {
        scope.report_unresolvable(Path::property(&route.api, "Auth"), &fault);
    }
}

/// Checks the `Auth` of the event beside that of the API, whose properties are `api`. Gives the latter.
pub(super) fn checked_auth<'a>(
    scope: &Scope<'_>,
    route: &Route<'_>,
    api: &'a Map2,
) -> Result<Option<&'a Map2>, Diagnostic> {
    if route.auth.is_empty() {
        return Ok(None);
    }
    let api_auth = api_auth(route, api)?;
    check_authorizer(scope, route, api_auth)?;
    let auth = &route.auth;
    let at = |key: &str| route.event.path("Auth").then(key);
    let scopes = auth
        .get("AuthorizationScopes")
        .filter(|scopes| scopes.is_truthy());
    if let Some(scopes) = scopes {
        if scopes.as_list().is_none() {
            return Err(scopes_not_a_list(route.event));
        }
        if !auth.get("Authorizer").is_some_and(Node::is_truthy) {
            return Err(Diagnostic::new(
                codes::SCOPES_WITHOUT_AUTHORIZER,
                at("AuthorizationScopes"),
                "`AuthorizationScopes` need an `Authorizer` beside them",
            )
            .on_key()
            .help("add `Authorizer`, even where it is the default"));
        }
    }
    let key = auth.get("ApiKeyRequired");
    let is_waived = key.is_some_and(|key| !matches!(key, Node::Null) && !key.is_truthy());
    let is_required = api_auth
        .and_then(|auth| auth.get("ApiKeyRequired"))
        .is_some_and(Node::is_truthy);
    if is_waived && !is_required {
        return Err(Diagnostic::new(
            codes::API_KEY_NOT_REQUIRED,
            at("ApiKeyRequired"),
            format!(
                "`ApiKeyRequired: false` waives what `{}` does not require",
                route.api
            ),
        )
        .on_key()
        .help(format!(
            "take it out, or set `ApiKeyRequired` in the `Auth` of `{}`",
            route.api
        )));
    }
    let policy = auth
        .get("ResourcePolicy")
        .filter(|policy| policy.is_truthy());
    if policy.is_some_and(|policy| policy.as_map().is_none()) {
        return Err(Diagnostic::new(
            codes::RESOURCE_POLICY_SHAPE,
            at("ResourcePolicy"),
            "`ResourcePolicy` must be a map",
        )
        .help("write `ResourcePolicy: {IpRangeWhitelist: [...]}`")
        .blame(Some(&route.event.id)));
    }
    Ok(api_auth)
}

fn check_authorizer(
    scope: &Scope<'_>,
    route: &Route<'_>,
    api_auth: Option<&Map2>,
) -> Result<(), Diagnostic> {
    let Some(wanted) = route
        .auth
        .get("Authorizer")
        .filter(|authorizer| authorizer.is_truthy())
    else {
        return Ok(());
    };
    let authorizers = api_auth
        .and_then(|auth| auth.get("Authorizers"))
        .filter(|authorizers| authorizers.is_truthy());
    if authorizers.is_some_and(|authorizers| authorizers.as_map().is_none()) {
        return Err(authorizers_not_a_map(route));
    }
    let known = authorizers.and_then(Node::as_map);
    let has_default = || {
        api_auth
            .and_then(|auth| auth.get("DefaultAuthorizer"))
            .is_some_and(Node::is_truthy)
    };
    let is_known = |name: &Text| {
        known
            .and_then(|known| known.get(name))
            .is_some_and(Node::is_truthy)
    };
    match wanted {
        Node::Text(name) => match &**name {
            "AWS_IAM" => Ok(()),
            "NONE" if has_default() => Ok(()),
            "NONE" => Err(nothing_to_waive(route.event, &route.api)),
            _ if is_known(name) => Ok(()),
            _ => {
                let known: Vec<&str> = known
                    .into_iter()
                    .flat_map(Map2::keys)
                    .map(|name| &**name)
                    .collect();
                Err(unknown_authorizer(
                    scope,
                    route.event,
                    &route.api,
                    name,
                    &known,
                ))
            }
        },
        _ => Err(authorizer_not_a_text(route.event)),
    }
}

/// Has the method require what the event's `Auth` says, which is known to be sound.
pub(super) fn add_auth(
    document: &mut Document,
    route: &Route<'_>,
    api_auth: Option<&Map2>,
    stage: &Node,
) -> Result<(), Fault> {
    let (path, method) = (&route.path, &route.method);
    if let Some(Node::Text(name)) = route.auth.get("Authorizer")
        && !name.is_empty()
    {
        let known = match api_auth.and_then(|auth| auth.get("Authorizers")) {
            Some(Node::Map(known)) if &**name != "NONE" => known.get(name),
            _ => None,
        };
        let own = known
            .and_then(Node::as_map)
            .and_then(|known| known.get("AuthorizationScopes"));
        let scopes = [route.auth.get("AuthorizationScopes"), own]
            .into_iter()
            .flatten()
            .find(|scopes| !matches!(scopes, Node::Null))
            .filter(|_| known.is_some());
        let none = Node::List(Vec::new());
        document.require(path, method, name, scopes.unwrap_or(&none))?;
    }
    match route.auth.get("ApiKeyRequired") {
        None | Some(Node::Null) => {}
        Some(key) => document.require_api_key(path, method, key.is_truthy())?,
    }
    if let Some(Node::Map(policy)) = route.auth.get("ResourcePolicy")
        && !policy.is_empty()
    {
        document.add_resource_policy(policy, path, stage)?;
        let custom = policy.get("CustomStatements");
        if let Some(custom) = custom.filter(|custom| custom.is_truthy()) {
            document.add_policy_statements(custom)?;
        }
    }
    Ok(())
}

/// `OverrideApiAuth`: the event's `Auth` counts in a document of the user's own, too.
pub(super) fn override_auth(
    scope: &Scope<'_>,
    route: &Route<'_>,
    draft: &mut Draft,
    stage: &Text,
) -> Result<(), Diagnostic> {
    let is_given = |key: &str| route.auth.get(key).is_some_and(Node::is_truthy);
    if !is_given("OverrideApiAuth") {
        return Ok(());
    }
    if !["Authorizer", "ApiKeyRequired", "ResourcePolicy"]
        .iter()
        .any(|key| is_given(key))
    {
        return Err(Diagnostic::new(
            codes::OVERRIDE_OF_NOTHING,
            route.event.path("Auth").then("OverrideApiAuth"),
            "`OverrideApiAuth` has nothing to override with",
        )
        .on_key()
        .help("add `Authorizer`, `ApiKeyRequired` or `ResourcePolicy`"));
    }
    let Some((document, properties, is_resolved)) = draft.parts() else {
        return Ok(());
    };
    resolve_api_auth(scope, route, properties, is_resolved);
    let api_auth = checked_auth(scope, route, properties)?;
    document
        .edit(|document| add_auth(document, route, api_auth, &stage.clone().into()))
        .map_err(|fault| fault.diagnostic(route.body_path()))
}

fn authorizers_not_a_map(route: &Route<'_>) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZERS_SHAPE,
        Path::property(&route.api, "Auth").then("Authorizers"),
        "`Authorizers` must be a map",
    )
    .help("write `Authorizers: {Name: {FunctionArn: ...}}`")
}

pub(in crate::sam::events) fn scopes_not_a_list(event: &Event) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZATION_SCOPES,
        event.path("Auth").then("AuthorizationScopes"),
        "`AuthorizationScopes` must be a list",
    )
    .help("write `[scope]`")
}

pub(in crate::sam::events) fn nothing_to_waive(event: &Event, api: &str) -> Diagnostic {
    Diagnostic::new(
        codes::AUTHORIZER_NONE,
        event.path("Auth").then("Authorizer"),
        format!("`Authorizer: NONE` waives a default that `{api}` does not have"),
    )
    .help("take it out")
}

pub(in crate::sam::events) fn authorizer_not_a_text(event: &Event) -> Diagnostic {
    Diagnostic::new(
        codes::UNKNOWN_AUTHORIZER,
        event.path("Auth").then("Authorizer"),
        "`Authorizer` must be the name of an authorizer",
    )
    .help("write the name itself: an intrinsic cannot be read before the deployment here")
}

/// `known`: the authorizers that the API has.
pub(in crate::sam::events) fn unknown_authorizer(
    scope: &Scope<'_>,
    event: &Event,
    api: &str,
    name: &str,
    known: &[&str],
) -> Diagnostic {
    let help = match name {
        "AWS_IAM" => format!("set `EnableIamAuthorizer: true` in the `Auth` of `{api}`"),
        _ if known.is_empty() => format!("define it under `Auth.Authorizers` of `{api}`"),
        _ => scope.suggestions.did_you_mean(name, known),
    };
    Diagnostic::new(
        codes::UNKNOWN_AUTHORIZER,
        event.path("Auth").then("Authorizer"),
        format!("`{api}` has no authorizer `{name}`"),
    )
    .help(help)
}
