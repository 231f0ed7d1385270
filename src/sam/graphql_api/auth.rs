//! `Auth` of a GraphQL API: how callers prove who they are, the first way and the additional ones.
//!
//! ```yaml
//! # in
//! Books:
//!   Type: AWS::Serverless::GraphQLApi
//!   Properties:
//!     SchemaUri: s3://bucket/books.graphql
//!     Auth:
//!       Type: AWS_LAMBDA
//!       LambdaAuthorizer: {AuthorizerUri: !GetAtt Check.Arn}
//!       Additional:
//!         - Type: AMAZON_COGNITO_USER_POOLS
//!           UserPool: {UserPoolId: !Ref Pool}
//! Check: {Type: AWS::Serverless::Function}
//! Pool: {Type: AWS::Cognito::UserPool}
//! ```
//!
//! ```yaml
//! # out
//! Books:
//!   Properties:
//!     AuthenticationType: AWS_LAMBDA
//!     LambdaAuthorizerConfig: {AuthorizerUri: !GetAtt Check.Arn}
//!     AdditionalAuthenticationProviders:
//!       - {AuthenticationType: AMAZON_COGNITO_USER_POOLS, UserPoolConfig: {UserPoolId: !Ref Pool}}
//!     # ...
//! BooksToLambdaAuthConnector1WriteLambdaPermission:
//!   Type: AWS::Lambda::Permission
//!   Properties: {Action: 'lambda:InvokeFunction', FunctionName: !GetAtt Check.Arn, Principal: appsync.amazonaws.com}
//! ```
//!
//! Upstream: `_parse_and_set_auth_properties` in model/sam_resources.py.

use super::Api;
use crate::diagnostics::{Diagnostic, codes};
use crate::language::logical_id;
use crate::language::truth::is_truthy;
use crate::resource::map;
use crate::resource::typed_map::{Holds, Key};
use crate::sam::connector;
use crate::sam::connector::profiles::{GRAPHQL, LAMBDA, Permission, Placeholder};
use crate::sam::connector::side::Side;
use crate::scope::Scope;
use crate::template::Path;
use crate::tree::{Map, Value, json};

const TYPES: &[&str] = &[
    "AWS_IAM",
    "API_KEY",
    "AWS_LAMBDA",
    "OPENID_CONNECT",
    "AMAZON_COGNITO_USER_POOLS",
];

/// What a type of authentication needs: the type, its key, and the property that it becomes.
const CONFIGS: &[(&str, &str, &str)] = &[
    ("AWS_LAMBDA", "LambdaAuthorizer", "LambdaAuthorizerConfig"),
    ("OPENID_CONNECT", "OpenIDConnect", "OpenIDConnectConfig"),
    ("AMAZON_COGNITO_USER_POOLS", "UserPool", "UserPoolConfig"),
];

const TYPE: Key = Key::of("Type", Holds::Only(&Holds::Word(TYPES))).required();

const LAMBDA_AUTHORIZER: Key = Key::of(
    "LambdaAuthorizer",
    Holds::Fields(&[
        Key::of("AuthorizerResultTtlInSeconds", Holds::Any),
        Key::of("AuthorizerUri", Holds::Any).required(),
        Key::of("IdentityValidationExpression", Holds::Any),
    ]),
);

const OPENID_CONNECT: Key = Key::of(
    "OpenIDConnect",
    Holds::Fields(&[
        Key::of("AuthTTL", Holds::Any),
        Key::of("ClientId", Holds::Any),
        Key::of("IatTTL", Holds::Any),
        Key::of("Issuer", Holds::Any),
    ]),
);

const USER_POOL: Key = Key::of(
    "UserPool",
    Holds::Fields(&[
        Key::of("AppIdClientRegex", Holds::Any),
        Key::of("AwsRegion", Holds::Any),
        Key::of("DefaultAction", Holds::Any),
        Key::of("UserPoolId", Holds::Any).required(),
    ]),
);

const AUTH: Holds = Holds::Fields(&[
    TYPE,
    LAMBDA_AUTHORIZER,
    OPENID_CONNECT,
    USER_POOL,
    Key::of(
        "Additional",
        Holds::Items(&Holds::Fields(&[
            TYPE,
            LAMBDA_AUTHORIZER,
            OPENID_CONNECT,
            USER_POOL,
        ])),
    ),
]);

/// A Lambda authorizer: its function, and where that stands.
pub(super) struct Authorizer {
    function: Value,
    place: Path,
}

/// Writes how callers prove who they are; gives the Lambda authorizers, in order.
pub(super) fn set(scope: &Scope<'_>, api: &Api, properties: &mut Map) -> Vec<Authorizer> {
    let mut authorizers = Vec::new();
    let place = api.sam.path("Auth");
    let watch = scope.watch();
    let auth = map(api.read(scope, "Auth", AUTH));
    if !watch.is_sound() {
        return authorizers;
    }
    let (kind, config) = read(scope, &auth, &place, &mut authorizers);
    properties.insert("AuthenticationType", kind);
    if let Some((name, config)) = config {
        properties.insert(name.to_owned(), config);
    }
    let mut additional = Vec::new();
    let given = auth.get("Additional").and_then(Value::as_array);
    for (index, entry) in given.into_iter().flatten().enumerate() {
        let place = place.clone().then("Additional").then(index);
        let entry = map(entry.clone());
        let (kind, config) = read(scope, &entry, &place, &mut authorizers);
        let mut provider = map(json!({ "AuthenticationType": kind }));
        if let Some((name, mut config)) = config {
            // Only the first way may say what happens by default.
            if let (Some(config), "UserPoolConfig") = (config.as_object_mut(), name)
                && config.contains_key("DefaultAction")
            {
                config.retain(|key, _| key != "DefaultAction");
                scope.report(
                    Diagnostic::new(
                        codes::IGNORED_KEY,
                        place.then("UserPool").then("DefaultAction"),
                        "`DefaultAction` is ignored here: only the first way to prove who one is has one",
                    )
                    .on_key()
                    .help("take it out, or make this the first way"),
                );
            }
            provider.insert(name.to_owned(), config);
        }
        additional.push(Value::Object(provider));
    }
    if !additional.is_empty() {
        properties.insert("AdditionalAuthenticationProviders", additional.into());
    }
    authorizers
}

/// The type of one way, and its configuration under the name of its property.
fn read(
    scope: &Scope<'_>,
    given: &Map,
    place: &Path,
    authorizers: &mut Vec<Authorizer>,
) -> (Value, Option<(&'static str, Value)>) {
    let kind = given.get("Type").cloned().unwrap_or_default();
    let word = kind.as_str().unwrap_or_default();
    let configs: Vec<&str> = CONFIGS
        .iter()
        .map(|(_, key, _)| *key)
        .filter(|key| given.contains_key(*key))
        .collect();
    let wanted = CONFIGS.iter().find(|(of, _, _)| *of == word);
    if let [_, second, ..] = configs.as_slice() {
        scope.report(
            Diagnostic::new(
                codes::GRAPHQL_AUTH,
                place.clone().then(*second),
                "one way of authentication has one configuration, that of its `Type`",
            )
            .on_key()
            .help("write each further way as an item of `Additional`"),
        );
        return (kind, None);
    }
    let Some((_, key, property)) = wanted else {
        report_ignored(scope, &configs, word, place);
        return (kind, None);
    };
    let Some(config) = given.get(*key) else {
        scope.report(
            Diagnostic::new(
                codes::GRAPHQL_AUTH,
                place.clone().then(*key),
                format!("`Type: {word}` needs `{key}`"),
            )
            .help(format!("add `{key}`")),
        );
        report_ignored(scope, &configs, word, place);
        return (kind, None);
    };
    if !is_truthy(Some(config)) {
        scope.report(
            Diagnostic::new(
                codes::IGNORED_KEY,
                place.clone().then(*key),
                format!("`{key}` is empty, so that there is none, which AppSync refuses"),
            )
            .on_key()
            .help(format!("fill `{key}`")),
        );
        return (kind, None);
    }
    if let Some(function) = config.get("AuthorizerUri") {
        authorizers.push(Authorizer {
            function: function.clone(),
            place: place.clone().then(*key).then("AuthorizerUri"),
        });
    }
    (kind, Some((property, config.clone())))
}

fn report_ignored(scope: &Scope<'_>, configs: &[&str], word: &str, place: &Path) {
    for key in configs {
        scope.report(
            Diagnostic::new(
                codes::IGNORED_KEY,
                place.clone().then(*key),
                format!("`{key}` does not belong to `Type: {word}`, and is ignored"),
            )
            .on_key()
            .help("take it out, or write it as an item of `Additional` with its own `Type`"),
        );
    }
}

/// Lets the API invoke each of its Lambda authorizers.
pub(super) fn lower_permissions(scope: &Scope<'_>, api: &mut Api, authorizers: Vec<Authorizer>) {
    for (index, Authorizer { function, place }) in authorizers.into_iter().enumerate() {
        if !is_truthy(Some(&function)) {
            scope.report(
                Diagnostic::new(
                    codes::GRAPHQL_AUTH,
                    place,
                    "`AuthorizerUri` must name a function",
                )
                .help("write `AuthorizerUri: !GetAtt Function.Arn`"),
            );
            continue;
        }
        let id = logical_id::graphql_auth_connector(&api.sam.id, index + 1);
        let api_id = api.api_id.clone();
        api.join(
            scope,
            &id,
            Side::of(GRAPHQL, &[(Placeholder::ResourceId, api_id)], None),
            Side::of(LAMBDA, &[(Placeholder::Arn, function)], None),
            &[Permission::Write],
            api.sam.path("Auth"),
        );
    }
}

impl Api {
    /// Says that a grant does not depend on the condition of the API.
    fn report_condition(&self, scope: &Scope<'_>, made: &str, place: &Path) {
        let Some(condition) = self.sam.attributes.condition() else {
            return;
        };
        scope.report(
            Diagnostic::new(
                codes::CONNECTOR_WITHOUT_CONDITION,
                place.clone(),
                format!("`{}` depends on the condition `{condition}`, `{made}`, which is made for this, does not: it then names a resource that is not there", self.sam.id),
            )
            .on_key()
            .help("put the API into a stack of its own, and the condition on that; a data source with a `ServiceRoleArn` needs nothing made"),
        );
    }

    /// Adds what a connector would make for two sides. It has no attribute of the API, not even its condition.
    pub(super) fn join(
        &mut self,
        scope: &Scope<'_>,
        id: &str,
        source: Side,
        destination: Side,
        permissions: &[Permission],
        because: Path,
    ) {
        let made = connector::join_inside(scope, id, source, destination, permissions, &because);
        if let Some((made, resource)) = made {
            self.report_condition(scope, &made, &because);
            self.connectors.insert(id.to_owned(), vec![made.clone()]);
            self.insert(scope, made, resource, because);
        }
    }
}
