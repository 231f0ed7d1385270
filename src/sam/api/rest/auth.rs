//! `Auth` of a REST API: who may call its methods, where a method does not say otherwise.
//!
//! ```yaml
//! # in
//! Shop:
//!   Type: AWS::Serverless::Api
//!   Properties:
//!     StageName: prod
//!     Auth: {DefaultAuthorizer: AWS_IAM, ApiKeyRequired: true}
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
//!       paths:
//!         /orders:
//!           get:
//!             security: [{AWS_IAM: []}, {api_key: []}]
//!             # ...
//!       securityDefinitions:
//!         api_key: {type: apiKey, name: x-api-key, in: header}
//!         AWS_IAM:
//!           in: header
//!           type: apiKey
//!           name: Authorization
//!           x-amazon-apigateway-authtype: awsSigv4
//!       # ...
//!   # ...
//! ```
//!
//! Upstream: `_add_auth` in model/api/api_generator.py.

use super::RestApi;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::intrinsics::{is_intrinsic, is_no_value};
use crate::language::python2::{Map as Map2, Node, Text};
use crate::resource::keys;
use crate::sam::api::authorizers::{self, Authorizer};
use crate::sam::api::openapi::{Document, Fault, Security};
use crate::scope::Scope;
use crate::template::Path;

pub(crate) const AUTH_KEYS: &[&str] = &[
    "Authorizers",
    "DefaultAuthorizer",
    "InvokeRole",
    "AddDefaultAuthorizerToCorsPreflight",
    "AddApiKeyRequiredToCorsPreflight",
    "ApiKeyRequired",
    "ResourcePolicy",
    "UsagePlan",
];

/// Adds to the document what `Auth` says: authorizers, what methods require, the resource policy. Faults of `Auth` are
/// reported, all of them, and leave the document as it is; a fault of the document itself is returned.
pub(super) fn add(scope: &Scope<'_>, api: &RestApi, document: &mut Document) -> Result<(), Fault> {
    let path = api.sam.path("Auth");
    let Node::Map(auth) = api.get("Auth") else {
        scope.report(auth_not_a_map(path));
        return Ok(());
    };
    let watch = scope.watch();
    keys::refuse_unknown(scope, auth.keys(), AUTH_KEYS, "`Auth`", &path);
    let authorizers = authorizers::read(scope, &api.sam, auth);
    let default = read_default(scope, auth, &authorizers, &path);
    let policy = read_policy(scope, auth, &path);
    let is_key_required = auth.get("ApiKeyRequired").is_some_and(Node::is_truthy);
    if (!authorizers.is_empty() || is_key_required) && !document.takes_security_definitions() {
        scope.report(definitions_not_a_map(api));
    }
    if !watch.is_sound() {
        return Ok(());
    }

    let is_on_options = |name: &str| auth.get(name).is_none_or(Node::is_truthy);
    document.edit(|document| {
        for authorizer in &authorizers {
            let definition = authorizer.definition(scope.partition);
            document.define_security(authorizer.name.clone(), definition);
        }
        if let Some(name) = default {
            let scopes = authorizers
                .iter()
                .find(|known| *known.name == **name)
                .map_or_else(|| Vec::new().into(), Authorizer::scopes);
            document.require_by_default(&Security {
                authorizer: name,
                scopes: &scopes,
                authorizers: &names(&authorizers),
                on_options: is_on_options("AddDefaultAuthorizerToCorsPreflight"),
            })?;
        }
        if is_key_required {
            document.define_api_key();
            document
                .require_api_key_by_default(is_on_options("AddApiKeyRequiredToCorsPreflight"))?;
        }
        if let Some(policy) = policy {
            for path in document.path_names() {
                document.add_resource_policy(policy, &path, api.get("StageName"))?;
            }
            let custom = policy.get("CustomStatements");
            if let Some(custom) = custom.filter(|custom| custom.is_truthy()) {
                document.add_policy_statements(custom)?;
            }
        }
        Ok(())
    })
}

/// `DefaultAuthorizer`, which the reference does not look at where there are no authorizers; a fault is reported.
fn read_default<'a>(
    scope: &Scope<'_>,
    auth: &'a Map2,
    authorizers: &[Authorizer],
    path: &Path,
) -> Option<&'a Text> {
    let given = auth
        .get("DefaultAuthorizer")
        .filter(|name| name.is_truthy())?;
    let path = path.clone().then("DefaultAuthorizer");
    if authorizers.is_empty() {
        if let Some(finding) = default_of_nothing(scope, given, path) {
            scope.report(finding);
        }
        return None;
    }
    let Some(name) = given.as_text() else {
        scope.report(default_not_a_text(path));
        return None;
    };
    let is_known = authorizers.iter().any(|known| *known.name == **name);
    if !is_known && &**name != "AWS_IAM" {
        scope.report(unknown_default(scope, path, name, authorizers));
    }
    Some(name)
}

/// `ResourcePolicy`; a fault is reported.
fn read_policy<'a>(scope: &Scope<'_>, auth: &'a Map2, path: &Path) -> Option<&'a Map2> {
    let given = auth
        .get("ResourcePolicy")
        .filter(|given| given.is_truthy())?;
    let policy = given.as_map();
    if policy.is_none() {
        scope.report(policy_not_a_map(path.clone()));
    }
    policy
}

/// What is wrong with a default where there are no authorizers; nothing where it is none.
fn default_of_nothing(scope: &Scope<'_>, given: &Node, path: Path) -> Option<Diagnostic> {
    let value = given.to_value();
    if scope.outcomes(&value).iter().all(is_no_value) {
        return None;
    }
    let finding = if is_intrinsic(&value) {
        Diagnostic::new(
            codes::PROTECTION_NOT_KNOWN,
            path,
            "`DefaultAuthorizer` is read before the deployment, when an intrinsic function has no value yet: methods need no login",
        )
        .help("write the name itself; where it differs from stage to stage, write two resources, each with a `Condition`")
    } else {
        Diagnostic::new(
            codes::DEFAULT_AUTHORIZER_LOST,
            path,
            "`DefaultAuthorizer` names an authorizer, and there are none: methods need no login",
        )
        .help("define it under `Auth.Authorizers`, or write `AWS_IAM`")
        // Beside its own faults the reference does not blame the API for this.
        .blame(None)
    };
    Some(finding)
}

fn names(authorizers: &[Authorizer]) -> Vec<Text> {
    authorizers.iter().map(|known| known.name.clone()).collect()
}

fn auth_not_a_map(path: Path) -> Diagnostic {
    Diagnostic::new(codes::AUTH_SHAPE, path, "`Auth` must be a map")
        .help("write `Auth: {DefaultAuthorizer: ...}`")
}

fn default_not_a_text(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::DEFAULT_AUTHORIZER,
        path,
        "`DefaultAuthorizer` must be a string",
    )
    .help("write the name itself: an intrinsic cannot be read before the deployment here")
}

fn unknown_default(
    scope: &Scope<'_>,
    path: Path,
    name: &str,
    authorizers: &[Authorizer],
) -> Diagnostic {
    let known: Vec<&str> = authorizers.iter().map(|known| &*known.name).collect();
    Diagnostic::new(
        codes::DEFAULT_AUTHORIZER,
        path,
        format!("there is no authorizer `{name}`"),
    )
    .help(scope.suggestions.did_you_mean(name, &known))
}

fn policy_not_a_map(path: Path) -> Diagnostic {
    Diagnostic::new(
        codes::RESOURCE_POLICY_SHAPE,
        path.then("ResourcePolicy"),
        "`ResourcePolicy` must be a map",
    )
    .help("write `ResourcePolicy: {IpRangeWhitelist: [...]}`")
    .blame(None)
}

fn definitions_not_a_map(api: &RestApi) -> Diagnostic {
    Diagnostic::new(
        codes::OPENAPI_SECURITY_DEFINITIONS,
        api.body_path().then("securityDefinitions"),
        "`securityDefinitions` must be a map",
    )
    .help("OpenAPI requires a map of definitions here")
    .blame(None)
}
